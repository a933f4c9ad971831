// 考核: one score over one period, units by peer group. A count opens its list, everything computed says how it came about,
// and the rules stand under the table.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query, rowsOf } from '../lib/api.js';
import { place, go, goQuery } from '../lib/route.js';
import { all, itemsLink } from '../lib/filter.js';
import { stamp } from '../lib/time.js';
import {
  KINDS,
  changeText,
  isEmpty,
  kindOf,
  nextScorePeriod,
  nowPeriod,
  readScorePeriod,
  scorePeriodTitle,
  shown,
  sorted,
  yearBefore,
} from '../lib/score.js';
import { Page } from '../ui/page.js';
import { Dialog } from '../ui/dialog.js';
import { Empty, Failure, Loaded, useLoad } from '../ui/load.js';
import { asOf } from '../ui/asof.js';

const KIND_TITLE = {
  day: 'period.kDay',
  week: 'period.kWeek',
  month: 'period.kMonth',
  quarter: 'period.kQuarter',
  half: 'period.kHalf',
  year: 'period.kYear',
  assess: 'score.kAssess',
};
const COMPARE = [
  ['', 'score.noCompare'],
  ['before', 'score.before'],
  ['year', 'score.yearBefore'],
];

// The table to compare with comes by the same door, so that both are made alike; there may be none.
async function load(w, signal) {
  const ask = (period) => get(`/api/scores/${w.key}${query({ period })}`, { signal });
  const other = w.compare === 'year' ? yearBefore(w.period) : w.compare ? nextScorePeriod(w.period, -1) : '';
  const [now, before] = await Promise.all([ask(w.period), other ? ask(other).catch(() => null) : null]);
  return { ...now, before: other ? { period: other, table: before } : null };
}

function wanted(heads, key) {
  const q = place.value.query;
  const head = heads.find((h) => h.key === key) || heads[0];
  return {
    key: head.key,
    head,
    period: readScorePeriod(q.get('period') || '') ? q.get('period') : nowPeriod('month', head.year_month),
    compare: COMPARE.some(([k]) => k === q.get('compare')) ? q.get('compare') : '',
    every: q.get('every') === 'yes',
    sort: q.get('sort') || '',
  };
}

function Range({ w }) {
  const p = readScorePeriod(w.period);
  const [from, setFrom] = useState(p.first);
  const [to, setTo] = useState(p.last);
  useEffect(() => {
    setFrom(p.first);
    setTo(p.last);
  }, [w.period]);
  const send = (e) => {
    e.preventDefault();
    if (from && to && from <= to) goQuery({ period: `${from}..${to}` });
  };
  return html`<form class="row screen-only" onSubmit=${send} aria-label=${t('period.kRange')}>
    <input type="date" value=${from} max=${to} aria-label=${t('score.from')}
      onChange=${(e) => setFrom(e.target.value)} />
    <span aria-hidden="true">–</span>
    <input type="date" value=${to} min=${from} aria-label=${t('score.to')} onChange=${(e) => setTo(e.target.value)} />
    <button type="submit">${t('score.show')}</button></form>`;
}

function Chooser({ w, heads }) {
  const kind = kindOf(w.period);
  const [range, setRange] = useState(false);
  const month = w.head.year_month;
  const kinds = KINDS.filter((k) => k !== 'assess' || month > 1);
  const choose = (k) => {
    setRange(k === 'range');
    if (k !== 'range') goQuery({ period: nowPeriod(k, month) });
  };
  const open = range || kind === 'range';
  return html`<div class="chooser">
    <label class="inline screen-only"><span class="sr">${t('score.which')}</span><select value=${w.key}
      onChange=${(e) => go(`/scores/${e.target.value}${location.search}`)}>
      ${heads.map((h) => html`<option key=${h.key} value=${h.key} selected=${h.key === w.key}>${h.title}</option>`)}
    </select></label>
    <div class="row" role="group" aria-label=${t('board.period')}>
      <button type="button" onClick=${() => goQuery({ period: nextScorePeriod(w.period, -1) })}
        aria-label=${t('board.prev')}>‹</button>
      <strong class="period" role="status">${scorePeriodTitle(w.period, t)}</strong>
      <button type="button" onClick=${() => goQuery({ period: nextScorePeriod(w.period, 1) })}
        aria-label=${t('board.next')}>›</button>
      <label class="inline"><span class="sr">${t('board.kind')}</span><select value=${open ? 'range' : kind}
        onChange=${(e) => choose(e.target.value)}>
        ${kinds.map((k) => html`<option key=${k} value=${k} selected=${!open && k === kind}>${t(KIND_TITLE[k])}</option>`)}
        <option value="range" selected=${open}>${t('period.kRange')}</option></select></label>
    </div>
    ${open ? html`<${Range} w=${w} />` : null}
    <label class="inline screen-only">${t('score.compare')} <select value=${w.compare}
      onChange=${(e) => goQuery({ compare: e.target.value })}>
      ${COMPARE.map(([k, word]) => html`<option key=${k} value=${k} selected=${k === w.compare}>${t(word)}</option>`)}
    </select></label>
  </div>`;
}

function Change({ col, now, before }) {
  const text = changeText(col, now, before);
  if (!text) return null;
  const good = col.better && now !== before ? now > before === (col.better === 'high') : null;
  const word = good === null ? '' : t(good ? 'board.better' : 'board.worse');
  return html`<span class=${`delta ${good === null ? '' : good ? 'better' : 'worse'}`}>${text}<span class="sr">${word}</span></span>`;
}

function Cell({ col, row, before, onWhy }) {
  const v = row.values[col.key];
  const blank = row.blanks.find((b) => b.column === col.key);
  const text = shown(col, v);
  const name = `${row.name} ${col.title} ${text}`;
  const link = col.filter && row.filter;
  const other = before ? before.values[col.key] : undefined;
  const what = link
    ? html`<a class=${v ? '' : 'zero'} href=${itemsLink(all(col.filter, row.filter))} aria-label=${name}>${text}</a>`
    : v === null && !blank
      ? html`<span>${text}</span>`
      : col.filter
        ? text
        : html`<button type="button" class=${`link cell ${blank ? 'blank' : ''}`} title=${blank ? blank.why : null}
          aria-label=${`${name} ${t('score.how')}`} onClick=${() => onWhy(col, row)}>${text}</button>`;
  return html`<td class=${`num ${col.unit === '分' ? 'points' : ''}`}>${what}${before ? html`<${Change} col=${col} now=${v} before=${other} />` : null}</td>`;
}

const Row = ({ row, cols, before, onWhy, cls, name }) => html`<tr class=${cls || ''}>
  <th scope="row" title=${name || row.name}>${name || row.name}</th>
  ${cols.map((c) => html`<${Cell} key=${c.key} col=${c} row=${row} before=${before} onWhy=${onWhy} />`)}</tr>`;

// Columns side by side with one band share a heading above their own.
function bands(cols) {
  const out = [];
  for (const c of cols) {
    const last = out[out.length - 1];
    if (last && c.band && last.band === c.band) last.cols.push(c);
    else out.push({ band: c.band, cols: [c] });
  }
  return out;
}

function SortHead({ col, sort, lone, first }) {
  const [key, way] = [sort.replace(/^-/, ''), sort.startsWith('-') ? 'descending' : 'ascending'];
  const on = key === col.key;
  const next = !on ? `-${col.key}` : way === 'descending' ? col.key : '';
  const unit = col.unit && !col.percent && col.unit !== '件' ? t('score.inUnit', { unit: col.unit }) : '';
  return html`<th scope="col" rowspan=${lone ? 2 : 1} class=${`num ${first ? 'first' : ''}`} aria-sort=${on ? way : null}>
    <button type="button" class="link" title=${col.formula} onClick=${() => goQuery({ sort: next })}>${col.title}${unit}<span
      aria-hidden="true">${on ? (way === 'descending' ? ' ▼' : ' ▲') : ''}</span></button></th>`;
}

function Head({ cols, sort }) {
  const list = bands(cols);
  const lone = (b) => b.cols.length === 1 && (!b.band || b.band === b.cols[0].title);
  return html`<thead>
    <tr><th scope="col" rowspan="2">${t('score.unit')}</th>
      ${list.map((b) =>
        lone(b)
          ? html`<${SortHead} key=${b.cols[0].key} col=${b.cols[0]} sort=${sort} lone first />`
          : html`<th key=${b.cols[0].key} scope="colgroup" class="band first" colspan=${b.cols.length}>${b.band}</th>`,
      )}</tr>
    <tr>${list.filter((b) => !lone(b)).map((b) => b.cols.map((c, i) => html`<${SortHead} key=${c.key} col=${c} sort=${sort}
      first=${!i} />`))}</tr></thead>`;
}

function Group({ group, d, cols, w, onWhy, many }) {
  const mine = d.rows.filter((r) => r.group === group.key);
  const rows = sorted(w.every ? mine : mine.filter((r) => !isEmpty(r)), w.sort);
  const total = d.totals.find((r) => r.group === group.key);
  const old = d.before && d.before.table;
  const before = (row) => old && old.rows.find((r) => r.unit === row.unit && r.unit);
  const sumBefore = old && old.totals.find((r) => r.group === group.key);
  if (!mine.length) return null;
  return html`<tbody>
    ${many ? html`<tr class="group"><th scope="rowgroup" colspan=${cols.length + 1}>${group.title}<span class="hint">
      ${t('score.units', { n: mine.length })}</span></th></tr>` : null}
    ${rows.map((r) => html`<${Row} key=${r.unit} row=${r} cols=${cols} before=${before(r)} onWhy=${onWhy} />`)}
    ${total && many ? html`<${Row} row=${total} cols=${cols} before=${sumBefore} onWhy=${onWhy} cls="sum"
      name=${t('score.groupTotal')} />` : null}</tbody>`;
}

function Table({ d, w, onWhy }) {
  const cols = d.columns.filter((c) => !c.hidden);
  const empty = d.rows.filter(isEmpty).length;
  const old = d.before && d.before.table;
  if (!d.rows.length) return html`<${Empty} text=${t('score.noRows')} />`;
  return html`
    <div class="scroll tall" tabindex="0" role="region" aria-label=${t('board.table')}>
    <table class="board score"><caption class="print-only">${t('score.caption', { title: d.title, period: scorePeriodTitle(w.period, t), n: d.version, at: stamp(d.at) })}</caption>
      <${Head} cols=${cols} sort=${w.sort} />
      ${d.groups.map((g) => html`<${Group} key=${g.key} group=${g} d=${d} cols=${cols} w=${w} onWhy=${onWhy}
        many=${d.groups.length > 1} />`)}
      <tfoot>
        ${d.other.map((r) => html`<${Row} key="other" row=${r} cols=${cols} onWhy=${onWhy} cls="other" />`)}
        ${d.total.map((r) => html`<${Row} key="total" row=${r} cols=${cols} before=${old && old.total[0]} onWhy=${onWhy}
          cls="total" name=${t('score.total')} />`)}</tfoot>
    </table></div>
    ${d.notes.map((n) => html`<p key=${n} class="hint">${n}</p>`)}
    ${d.before && !old ? html`<p class="hint">${t('score.noBefore', { period: scorePeriodTitle(d.before.period, t) })}</p>` : null}
    ${empty ? html`<p class="screen-only"><button type="button" class="link" aria-pressed=${w.every ? 'true' : 'false'}
      onClick=${() => goQuery({ every: w.every ? '' : 'yes' })}>${t(w.every ? 'score.hideEmpty' : 'score.showEmpty', { n: empty })}</button></p>` : null}`;
}

// How one figure came about: asked for when it is wanted.
function Why({ w, col, row, onClose }) {
  const ask = { period: w.period, column: col.key, unit: row.unit || '', group: row.unit ? '' : row.group };
  const of = useLoad((signal) => get(`/api/scores/${w.key}/cell${query(ask)}`, { signal }), []);
  return html`<${Dialog} title=${`${row.name} · ${col.band && col.band !== col.title ? `${col.band} ` : ''}${col.title}`} onClose=${onClose} wide>
    <${Loaded} of=${of} rows=${3}>${(c) => html`
      <p class="formula">${c.formula}</p>
      <p class="formula"><strong>${c.numbers}</strong></p>
      ${c.why ? html`<p class="notice">${c.why}</p>` : null}
      <table class="plain"><thead><tr><th scope="col">${t('score.part')}</th><th scope="col" class="num">${t('score.value')}</th></tr></thead>
        <tbody>${c.parts.map((p) => html`<tr key=${p.key}><th scope="row">${p.title}</th><td class="num">${
          p.filter ? html`<a href=${itemsLink(p.filter)} aria-label=${`${p.title} ${p.value}`}>${p.value}</a>` : p.value
        }</td></tr>`)}</tbody></table>
      ${c.source ? html`<p class="hint">${t('score.source', { text: c.source })}</p>` : null}`}<//><//>`;
}

function Rules({ d }) {
  const computed = d.columns.filter((c) => !c.filter);
  return html`<details class="rules"><summary>${t('score.rules')}</summary>
    <p>${d.help}</p>
    <p class="hint">${t('score.version', { n: d.version, at: stamp(d.published), from: d.from || t('score.always') })}${d.source ? html`<br/>${t('score.source', { text: d.source })}` : null}</p>
    <table class="plain"><thead><tr><th scope="col">${t('score.column')}</th><th scope="col">${t('score.formula')}</th></tr></thead>
      <tbody>${computed.map((c) => html`<tr key=${c.key}><th scope="row">${c.band && c.band !== c.title ? `${c.band} ` : ''}${c.title}</th>
        <td class="formula">${c.formula}${c.source ? html`<br/><span class="hint">${c.source}</span>` : null}</td></tr>`)}</tbody></table>
    ${d.given.length ? html`<table class="plain"><thead><tr><th scope="col">${t('score.given')}</th><th scope="col">${t('score.value')}</th></tr></thead>
      <tbody>${d.given.map((g) => html`<tr key=${g.key}><th scope="row">${g.title}</th><td>${g.values}</td></tr>`)}</tbody></table>` : null}
    ${d.groups.some((g) => g.when) ? html`<p>${t('score.groups')} ${d.groups.map((g) => `${g.title}${g.when ? t('score.when', { text: g.when }) : ''}`).join('；')}</p>` : null}
  </details>`;
}

function One({ heads, w }) {
  const of = useLoad((signal) => load(w, signal), [w.key, w.period, w.compare]);
  const [why, setWhy] = useState(null);
  useEffect(() => {
    if (of.data) asOf.value = of.data.at;
  }, [of.data]);
  const file = (kind) => `/api/scores/${w.key}/table.${kind}${query({ period: w.period })}`;
  const side = html`<a class="button" href=${file('xlsx')} download>${t('score.xlsx')}</a>
    <a class="button" href=${file('csv')} download>CSV</a>
    <button type="button" onClick=${() => print()}>${t('action.print')}</button>`;
  return html`<${Page} title=${w.head.title} head=${`${w.head.title} ${scorePeriodTitle(w.period, t)}`} side=${side} cls="board-page">
    <${Chooser} w=${w} heads=${heads} />
    ${of.error && of.data ? html`<${Failure} error=${of.error} again=${of.again} />` : null}
    <${Loaded} of=${of.data ? { ...of, error: null } : of} rows=${10}>${(d) => html`<div class=${of.busy ? 'busy' : ''}
      aria-busy=${of.busy ? 'true' : null}><${Table} d=${d} w=${w} onWhy=${(col, row) => setWhy({ col, row })} />
      <${Rules} d=${d} /></div>`}<//>
    ${why ? html`<${Why} w=${w} ...${why} onClose=${() => setWhy(null)} />` : null}
  <//>`;
}

/** The page. @param {{params: {key?: string}}} props */
export function Scores({ params }) {
  const of = useLoad((signal) => get('/api/scores', { signal }), []);
  if (!of.data)
    return html`<${Page} title=${t('nav.score')}><${Loaded} of=${of} rows=${10}>${() => null}<//><//>`;
  const heads = rowsOf(of.data);
  if (!heads.length) return html`<${Page} title=${t('nav.score')}><${Empty} text=${t('score.none')} /><//>`;
  return html`<${One} heads=${heads} w=${wanted(heads, params.key)} />`;
}
