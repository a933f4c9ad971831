// Rows of items as a real table; on a narrow screen each row folds into a few lines. J and K move, Enter opens.
import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { go, remember, remembered } from '../lib/route.js';
import { catalog } from '../lib/state.js';
import { useKeys } from '../lib/keys.js';
import { shortStamp, stamp } from '../lib/time.js';
import { Lamp } from './lamp.js';
import { Marked } from './marked.js';

// The page of an item marks the words as well.
const itemLink = (id, words) =>
  `/i/${id}${words && words.length ? `?${new URLSearchParams(words.map((w) => ['mark', w]))}` : ''}`;

function Row({ r, words, short, state }) {
  return html`<tr role="row" data-id=${r.id}>
    <td role="cell" class="c-left"><${Lamp} item=${r} /></td>
    <td role="cell" class="c-state"><span class=${`state ${state || ''}`}>${r.state_title}</span></td>
    <td role="cell" class="c-title"><a href=${itemLink(r.id, words)} title=${r.title}><${Marked}
      text=${r.title} words=${words} /></a>${marks(r)}${
        r.snippet ? html`<span class="snippet"><${Marked} text=${r.snippet} words=${words} /></span>` : null
      }</td>
    <td role="cell" class="c-no">${r.no}</td>
    <td role="cell" class="c-unit" title=${r.unit_name}>${(catalog.value.unitById.get(r.unit) || {}).short || r.unit_name || '—'}</td>
    ${
      short
        ? null
        : html`<td role="cell" class="c-class" title=${r.class_name}>${r.class_name || '—'}</td>
    <td role="cell" class="c-channel">${r.channel || '—'}</td>`
    }
    <td role="cell" class="c-filed" title=${stamp(r.filed)}>${shortStamp(r.filed)}</td>
  </tr>`;
}

// The priority most items have says nothing.
function usual(key) {
  const loop = catalog.value.loopByKey.get(key);
  const f = loop && loop.fields.find((x) => x.key === 'priority');
  return f ? f.default || (f.options || [])[0] : '';
}

function marks(r) {
  const out = [];
  if (r.priority && r.priority !== usual(r.loop)) out.push(['hot', r.priority]);
  if (r.asks) out.push(['hot', t('mark.asks', { steps: r.asks })]);
  if (r.returns) out.push(['', t('item.returns', { n: r.returns })]);
  if (r.urges) out.push(['', t('item.urges', { n: r.urges })]);
  if (r.excluded) out.push(['', t('item.excluded')]);
  return out.map(([cls, text]) => html`<span class=${`tag ${cls}`} key=${text}>${text}</span>`);
}

/**
 * @param {{rows: object[], label: string, words?: string[], short?: boolean}} props words: what to mark; short: fewer
 * columns
 */
export function ItemRows({ rows, label, words, short }) {
  const body = useRef(null);
  const links = () => Array.from(body.current ? body.current.querySelectorAll('.c-title a') : []);
  const move = (step) => {
    const all = links();
    const i = all.indexOf(document.activeElement);
    const next =
      all[i < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, i + step))];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: 'nearest' });
      remember({ row: next.closest('tr').dataset.id });
    }
  };
  useKeys({ KeyJ: () => move(1), KeyK: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) });
  useEffect(() => {
    const { row, y } = remembered();
    if (y) scrollTo(0, y);
    const tr = row && body.current.querySelector(`tr[data-id="${row}"]`);
    if (tr) tr.querySelector('a').focus({ preventScroll: !!y });
  }, []);
  const press = (e) => {
    const tr = e.target.closest('tr');
    if (!tr || e.target.closest('a') || String(getSelection())) return;
    remember({ row: tr.dataset.id });
    go(itemLink(tr.dataset.id, words));
  };
  const heads = [
    'col.left',
    'col.state',
    'col.title',
    'col.no',
    'col.unit',
    ...(short ? [] : ['col.class', 'col.channel']),
    'col.filed',
  ];
  return html`<table class=${`items${short ? ' short' : ''}`} role="table" aria-label=${label}>
    <thead role="rowgroup"><tr role="row">${heads.map((k) => html`<th role="columnheader" scope="col" key=${k}
      class=${`c-${k.slice(4)}`}>${t(k)}</th>`)}</tr></thead>
    <tbody role="rowgroup" ref=${body} onClick=${press}>${rows.map((r) => html`<${Row} key=${r.id} r=${r}
      words=${words} short=${short} />`)}</tbody>
  </table>`;
}
