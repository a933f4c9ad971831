// Rows of items as a real table; on a narrow screen each row folds into a few lines. J and K move, Enter opens, X selects.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { go, remember, remembered } from '../lib/route.js';
import { catalog } from '../lib/state.js';
import { columnGroups, columnsOf, fit, orderOf } from '../lib/columns.js';
import { useKeys } from '../lib/keys.js';
import { shortStamp, stamp } from '../lib/time.js';
import { valueText } from '../lib/value.js';
import { Lamp } from './lamp.js';
import { Marked } from './marked.js';

const NARROW = 760; // below, rows fold
const SELECT_WIDTH = 38;
const SHORT = ['left', 'state', 'title', 'no', 'unit', 'filed'].join(' ');

// The page of an item marks the words as well.
const itemLink = (id, words) =>
  `/i/${id}${words && words.length ? `?${new URLSearchParams(words.map((w) => ['mark', w]))}` : ''}`;

const OUTCOMES = {
  running: 'clock.running',
  paused: 'clock.paused',
  breached: 'clock.breached',
  met: 'clock.met',
  late: 'clock.late',
};

// The text of a column that no part of every row says.
function cellText(column, text) {
  if (!text) return '—';
  if (column.type === 'clock') {
    const [outcome, due] = text.split(' ');
    return (OUTCOMES[outcome] ? t(OUTCOMES[outcome]) : outcome) + (due ? ` ${shortStamp(due)}` : '');
  }
  if (column.type === 'time') return shortStamp(text);
  return valueText(column.field, text, t, { short: true });
}

const RIGHT = ['number', 'money']; // digits stand under digits
const classOf = (column) => `c-${column.name.replace(/\W/g, '-')}${RIGHT.includes(column.type) ? ' num' : ''}`;

function Title({ r, words }) {
  return html`<a href=${itemLink(r.id, words)} title=${r.title}><${Marked} text=${r.title}
    words=${words} /></a>${marks(r)}${
      r.snippet ? html`<span class="snippet"><${Marked} text=${r.snippet} words=${words} /></span>` : null
    }`;
}

const CELLS = {
  left: (r) => html`<${Lamp} item=${r} />`,
  state: (r) => html`<span class="state">${r.state_title}</span>`,
  unit: (r) => (catalog.value.unitById.get(r.unit) || {}).short || r.unit_name || '—',
  class: (r) => r.class_name || '—',
  loop: (r) => (catalog.value.loopByKey.get(r.loop) || { title: r.loop }).title,
  returns: (r) => r.returns || '0',
  urges: (r) => r.urges || '0',
};
const TIMES = ['filed', 'changed', 'closed', 'due'];
const FULL = { unit: (r) => r.unit_name, class: (r) => r.class_name };

function Cell({ r, column, words }) {
  const { name } = column;
  const cls = classOf(column);
  if (name === 'title') return html`<td role="cell" class=${cls}><${Title} r=${r} words=${words} /></td>`;
  if (TIMES.includes(name))
    return html`<td role="cell" class=${cls} title=${stamp(r[name])}>${shortStamp(r[name])}</td>`;
  const own = CELLS[name];
  const text = own ? own(r) : name in r ? r[name] || '—' : cellText(column, (r.cells || {})[name]);
  const full = FULL[name] ? FULL[name](r) : typeof text === 'string' && text !== '—' ? text : null;
  return html`<td role="cell" class=${cls} title=${full}>${text}</td>`;
}

// The priority most items have says nothing.
function usual(key) {
  const loop = catalog.value.loopByKey.get(key);
  const f = loop && loop.fields.find((x) => x.key === 'priority');
  return f ? f.default || (f.options || [])[0] : '';
}

function marks(r) {
  const out = [];
  const loop = catalog.value.loopByKey.get(r.loop);
  if (loop && loop.lasts && !r.open) out.push(['', r.merged ? t('twin.isMerged') : r.state_title]);
  if (r.priority && r.priority !== usual(r.loop)) out.push(['hot', r.priority]);
  if (r.slip) out.push([`slip-${r.slip}`, t({ blue: 'slip.blue', yellow: 'slip.yellow', red: 'slip.red' }[r.slip])]);
  if (r.receipt) out.push([r.receipt === 'late' ? 'hot' : '', t(r.receipt === 'late' ? 'mark.receiptLate' : 'mark.receipt')]);
  if (r.asks) out.push(['hot', t('mark.asks', { steps: r.asks })]);
  if (r.returns) out.push(['', t('item.returns', { n: r.returns })]);
  if (r.locked) out.push(['hot', t('item.locked')]);
  if (r.urges) out.push(['', t('item.urges', { n: r.urges })]);
  if (r.repeat || r.main_repeat) out.push(['', t(r.repeat ? 'item.repeat' : 'item.mainRepeat')]);
  if (r.gathered) out.push(['', t('item.gathered', { no: r.gathered })]);
  if (r.excluded) out.push(['', t('item.excluded')]);
  return out.map(([cls, text]) => html`<span class=${`tag ${cls}`} key=${text}>${text}</span>`);
}

function Head({ column, order }) {
  const cls = classOf(column);
  const at = order && column.sort && order.sort.replace('-', '') === column.sort;
  const way = at ? (order.sort.startsWith('-') ? 'descending' : 'ascending') : null;
  if (!order || !column.sort)
    return html`<th role="columnheader" scope="col" class=${cls}
      title=${order ? t('sort.cannot') : null}>${column.title}</th>`;
  return html`<th role="columnheader" scope="col" class=${cls} aria-sort=${way}>
    <button type="button" class="head" onClick=${() => order.set(orderOf(column, order.sort))}>${column.title}
      <span aria-hidden="true">${at ? (way === 'descending' ? ' ↓' : ' ↑') : ''}</span></button></th>`;
}

function useWidth(ref) {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = () => ref.current && setWidth(innerWidth <= NARROW ? 0 : ref.current.clientWidth);
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  return width;
}

function SelectAll({ rows, selection }) {
  const n = rows.filter((r) => selection.has(r.id)).length;
  return html`<th role="columnheader" scope="col" class="c-select"><input type="checkbox"
    aria-label=${t('select.page')} checked=${rows.length > 0 && n === rows.length}
    ref=${(el) => {
      if (el) el.indeterminate = n > 0 && n < rows.length;
    }}
    onChange=${(e) => selection.set(rows, e.target.checked)} /></th>`;
}

/**
 * @param {{rows: object[], label: string, words?: string[], short?: boolean, columns?: object[], density?: string,
 *   order?: {sort: string, set: (sort: string) => void}, quiet?: boolean,
 *   selection?: {has: (id: number) => boolean, set: (rows: object[], on: boolean) => void}}} props
 *   words: what to mark; short: fewer columns; columns: those chosen, else the usual ones; quiet: the keys of its page are others
 */
export function ItemRows({ rows, label, words, short, columns, density, order, selection, quiet }) {
  const body = useRef(null);
  const frame = useRef(null);
  const links = () => Array.from(body.current ? body.current.querySelectorAll('.c-title a') : []);
  const width = useWidth(frame);
  const all = columns || columnsOf(columnGroups(catalog.value, t), short ? SHORT : '');
  const shown = width ? fit(all, width - (selection ? SELECT_WIDTH : 0)) : all;
  const at = () => links().indexOf(document.activeElement);
  const move = (step) => {
    const list = links();
    const i = at();
    const next =
      list[i < 0 ? (step > 0 ? 0 : list.length - 1) : Math.max(0, Math.min(list.length - 1, i + step))];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: 'nearest' });
      remember({ row: next.closest('tr').dataset.id });
    }
  };
  const toggle = () => {
    const r = rows[at()];
    if (selection && r) selection.set([r], !selection.has(r.id));
  };
  const extend = (step) => {
    const r = rows[at()];
    if (selection && r) selection.set([r], true);
    move(step);
    const next = rows[at()];
    if (selection && next) selection.set([next], true);
  };
  // Beside the steps of an item the keys are the steps'.
  useKeys(
    quiet
      ? {}
      : {
          KeyJ: () => move(1),
          KeyK: () => move(-1),
          ArrowDown: () => move(1),
          ArrowUp: () => move(-1),
          ...(selection
            ? { KeyX: toggle, 'Shift ArrowDown': () => extend(1), 'Shift ArrowUp': () => extend(-1) }
            : {}),
        },
  );
  useEffect(() => {
    const { row, y } = remembered();
    if (y) scrollTo(0, y);
    const tr = row && body.current.querySelector(`tr[data-id="${row}"]`);
    if (tr) tr.querySelector('.c-title a').focus({ preventScroll: !!y });
  }, []);
  const press = (e) => {
    const tr = e.target.closest('tr');
    if (!tr || e.target.closest('a, input') || String(getSelection())) return;
    remember({ row: tr.dataset.id });
    go(itemLink(tr.dataset.id, words));
  };
  const cls = `items${short ? ' short' : ''}${density && density !== 'normal' ? ` ${density}` : ''}`;
  return html`<div class="items-frame" ref=${frame}><table class=${cls} role="table" aria-label=${label}>
    <colgroup>${selection ? html`<col class="c-select" />` : null}
      ${shown.map((c) => html`<col key=${c.name} style=${c.name === 'title' ? null : { width: `${c.width}px` }} />`)}</colgroup>
    <thead role="rowgroup"><tr role="row">${selection ? html`<${SelectAll} rows=${rows} selection=${selection} />` : null}
      ${shown.map((c) => html`<${Head} key=${c.name} column=${c} order=${order} />`)}</tr></thead>
    <tbody role="rowgroup" ref=${body} onClick=${press}>${rows.map(
      (r) => html`<tr role="row" key=${r.id} data-id=${r.id} class=${selection && selection.has(r.id) ? 'chosen' : null}>
      ${
        selection
          ? html`<td role="cell" class="c-select"><label><input type="checkbox" tabindex="-1" checked=${selection.has(r.id)}
            aria-label=${t('select.one', { title: r.title })}
            onChange=${(e) => selection.set([r], e.target.checked)} /></label></td>`
          : null
      }
      ${shown.map((c) => html`<${Cell} key=${c.name} r=${r} column=${c} words=${words} />`)}</tr>`,
    )}</tbody>
  </table>
  ${shown.length < all.length ? html`<p class="hint hidden-columns">${t('columns.hidden', { n: all.length - shown.length })}</p>` : null}</div>`;
}
