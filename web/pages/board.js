// 看板: counters and rates of one loop over one period, by unit, class or channel. Every number is a link to its list.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query } from '../lib/api.js';
import { catalog } from '../lib/state.js';
import { place, goQuery } from '../lib/route.js';
import { linked } from '../lib/board.js';
import { itemsLink } from '../lib/filter.js';
import { count, countChange, percent, pointChange } from '../lib/num.js';
import { currentPeriod, nextPeriod, periodTitle, readPeriod, stamp } from '../lib/time.js';
import { Page } from '../ui/page.js';
import { Empty, Failure, Loaded, useLoad } from '../ui/load.js';
import { asOf } from '../ui/asof.js';

const KINDS = ['day', 'week', 'month', 'quarter', 'half', 'year'];
const KIND_TITLE = {
  day: 'period.kDay',
  week: 'period.kWeek',
  month: 'period.kMonth',
  quarter: 'period.kQuarter',
  half: 'period.kHalf',
  year: 'period.kYear',
};
const BY = [
  ['unit', 'board.byUnit'],
  ['class', 'board.byClass'],
  ['channel', 'board.byChannel'],
];

/** How this loop's board can be broken down: always by unit, class and channel, and by the fields its definition names. */
function ways(loop) {
  const title = (key) => ((loop.fields || []).find((f) => f.key === key) || { title: key }).title;
  const own = ((loop && loop.boards) || []).map((key) => [`field:${key}`, t('board.byField', { title: title(key) })]);
  return [...BY.map(([key, word]) => [key, t(word)]), ...own];
}

function wanted() {
  const q = place.value.query;
  const loops = catalog.value.loops;
  const loop = catalog.value.loopByKey.get(q.get('loop')) || loops[0];
  const period = readPeriod(q.get('period') || '') ? q.get('period') : currentPeriod('month');
  const by = loop && ways(loop).some(([k]) => k === q.get('by')) ? q.get('by') : 'unit';
  const whole = by.startsWith('field:');
  return {
    loop: loop ? loop.key : '',
    by,
    period,
    unit: whole ? null : q.get('unit'),
    class: whole ? null : q.get('class'),
    channel: whole ? null : q.get('channel'),
  };
}

// The period before comes by the same door, so that both sides of a comparison are made alike.
async function load(w, signal) {
  const ask = (period) => get(`/api/boards/${w.loop}${query({ ...w, loop: '', period })}`, { signal });
  const loop = catalog.value.loopByKey.get(w.loop);
  const [now, before] = await Promise.all([ask(w.period), ask(nextPeriod(w.period, -1)).catch(() => null)]);
  return { ...linked(now, loop), previous: before && linked(before, loop).total };
}

function Chooser({ w }) {
  const kind = readPeriod(w.period).kind;
  return html`<div class="chooser">
    <div class="row" role="group" aria-label=${t('board.period')}>
      <button type="button" onClick=${() => goQuery({ period: nextPeriod(w.period, -1) })}
        aria-label=${t('board.prev')}>‹</button>
      <strong class="period" role="status">${periodTitle(w.period, t)}</strong>
      <button type="button" onClick=${() => goQuery({ period: nextPeriod(w.period, 1) })}
        aria-label=${t('board.next')}>›</button>
      <label class="inline"><span class="sr">${t('board.kind')}</span><select value=${kind}
        onChange=${(e) => goQuery({ period: currentPeriod(e.target.value) })}>
        ${kind === 'range' ? html`<option value="range" selected>${t('period.kRange')}</option>` : null}
        ${KINDS.map((k) => html`<option key=${k} value=${k}
          selected=${k === kind}>${t(KIND_TITLE[k])}</option>`)}</select></label>
      <button type="button" onClick=${() => goQuery({ period: currentPeriod(kind === 'range' ? 'month' : kind) })}>${t('board.now')}</button>
    </div>
    <ul class="segments" aria-label=${t('board.by')}>${ways(catalog.value.loopByKey.get(w.loop)).map(([k, title]) => html`<li key=${k}>
      <button type="button" aria-pressed=${k === w.by ? 'true' : 'false'}
      onClick=${() => goQuery({ by: k })}>${title}</button></li>`)}</ul>
    ${
      catalog.value.loops.length > 1
        ? html`<label class="inline">${t('filter.kLoop')} <select value=${w.loop}
          onChange=${(e) => goQuery({ loop: e.target.value })}>
      ${catalog.value.loops.map((l) => html`<option key=${l.key} value=${l.key}
        selected=${l.key === w.loop}>${l.title}</option>`)}</select></label>`
        : null
    }
  </div>`;
}

function Num({ cell, head }) {
  if (!cell || cell.v === null || cell.v === undefined) return html`<span title=${t('board.blank')}>—</span>`;
  if (!cell.v && !cell.link) return html`<span>0</span>`;
  return html`<a class=${cell.v ? '' : 'zero'} href=${itemsLink(cell.link || '')}
    aria-label=${`${head} ${count(cell.v)}`}>${count(cell.v)}</a>`;
}

function Rate({ cell, head }) {
  if (!cell || cell.v === null || cell.v === undefined)
    return html`<span title=${t('board.noBase')}>—</span>`;
  return cell.link
    ? html`<a href=${itemsLink(cell.link)} aria-label=${`${head} ${percent(cell.v)}`}>${percent(cell.v)}</a>`
    : percent(cell.v);
}

function Cells({ row, b, name }) {
  return html`${b.tallies.map((x) => html`<td key=${x.key} class="num"><${Num} cell=${row.tallies[x.key]}
    head=${`${name} ${x.title}`} /></td>`)}
    ${b.rates.map((x, i) => html`<td key=${x.key} class=${`num rate${i ? '' : ' first'}`}><${Rate}
      cell=${row.rates[x.key]} head=${`${name} ${x.title}`} /></td>`)}`;
}

const v = (cells, key) => (cells && cells[key] ? cells[key].v : null);

function Compare({ b, prev }) {
  return html`
    <tr class="prev"><th scope="row">${t('board.previous')}</th>
      <${Cells} row=${prev} b=${b} name=${t('board.previous')} /></tr>
    <tr class="prev"><th scope="row">${t('board.change')}</th>
      ${b.tallies.map((x) => html`<td key=${x.key}
        class="num">${countChange(v(b.total.tallies, x.key), v(prev.tallies, x.key))}</td>`)}
      ${b.rates.map((x, i) => html`<td key=${x.key} class=${`num rate${i ? '' : ' first'}`}><${RateChange}
        rate=${x} now=${v(b.total.rates, x.key)} before=${v(prev.rates, x.key)} /></td>`)}</tr>`;
}

function RateChange({ rate, now, before }) {
  const text = pointChange(now, before);
  if (text === '—' || text === '0.0') return text;
  const better = now > before === (rate.better !== 'low');
  return html`<span class=${better ? 'better' : 'worse'}>${text}<span class="sr">${better ? t('board.better') : t('board.worse')}</span>
    <span aria-hidden="true">${better ? '' : ' ▼'}</span></span>`;
}

function Row({ row, b, w }) {
  const deeper = row.id && (w.by === 'unit' || w.by === 'class') && b.rows.length > 1;
  return html`<tr><th scope="row" class=${`d${Math.min(row.depth || 0, 4)}`} title=${row.name}>
    ${deeper ? html`<button type="button" class="link"
      onClick=${() => goQuery({ [w.by]: row.id })}>${row.name}</button>` : row.name || t('board.none')}</th>
    <${Cells} row=${row} b=${b} name=${row.name} /></tr>`;
}

// Columns that are 0 or missing everywhere say nothing; they can be shown again.
function quiet(b, all) {
  if (all) return b;
  const has = (x) => [b.total, ...b.rows].some((r) => v(r.tallies, x.key));
  return { ...b, tallies: b.tallies.filter(has) };
}

function Table({ board, w }) {
  const [all, setAll] = useState(false);
  const b = quiet(board, all);
  const hidden = board.tallies.length - b.tallies.length;
  if (!board.rows.length) return html`<${Empty} text=${t('board.empty')} />`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('board.table')}>
    <table class="board"><caption class="print-only">${t('board.caption', { period: periodTitle(w.period, t), at: stamp(board.at) })}</caption>
      <thead><tr><th scope="col">${(ways(catalog.value.loopByKey.get(w.loop)).find(([k]) => k === w.by) || ['', ''])[1]}</th>
        ${b.tallies.map((x) => html`<th scope="col" class="num" key=${x.key}>${x.title}</th>`)}
        ${b.rates.map((x, i) => html`<th scope="col" class=${`num rate${i ? '' : ' first'}`} key=${x.key}
          title=${x.formula}>${x.title}</th>`)}</tr></thead>
      <tbody>${b.rows.map((r) => html`<${Row} key=${r.key} row=${r} b=${b} w=${w} />`)}</tbody>
      <tfoot><tr class="total"><th scope="row">${t('board.total')}</th><${Cells} row=${b.total} b=${b}
        name=${t('board.total')} /></tr>
        ${board.previous ? html`<${Compare} b=${b} prev=${board.previous} />` : null}</tfoot>
    </table></div>
    ${hidden || all ? html`<p><button type="button" class="link"
      onClick=${() => setAll(!all)}>${all ? t('board.hideZero') : t('board.showZero', { n: hidden })}</button>
      </p>` : null}`;
}

const RATE_LIMIT = 4;

function versus(now, before) {
  return before === null ? t('board.noPrev') : t('board.vsPrev', { n: pointChange(now, before) });
}

function Rates({ board }) {
  const prev = board.previous;
  return html`<ul class="figures">${board.rates.slice(0, RATE_LIMIT).map((x) => {
    const cell = board.total.rates[x.key];
    const link = cell && cell.v !== null && cell.link;
    const inner = html`<span class="figure-title">${x.title}</span><strong>${percent(cell && cell.v)}</strong>
      <span class="hint">${prev ? versus(cell && cell.v, v(prev.rates, x.key)) : ''}</span>`;
    return html`<li key=${x.key}>${link ? html`<a class="figure"
      href=${itemsLink(link)}>${inner}</a>` : html`<div class="figure">${inner}</div>`}</li>`;
  })}</ul>`;
}

/** The page. */
export function Board() {
  const w = wanted();
  const of = useLoad((signal) => load(w, signal), [w.loop, w.by, w.period, w.unit, w.class, w.channel]);
  useEffect(() => {
    if (of.data) asOf.value = of.data.at;
  }, [of.data]);
  const scope = [
    w.unit && [catalog.value.unitById.get(Number(w.unit)), 'unit'],
    w.class && [catalog.value.classById.get(Number(w.class)), 'class'],
  ].filter((x) => x && x[0]);
  const side = html`<button type="button" onClick=${() => print()}>${t('action.print')}</button>`;
  return html`<${Page} title=${t('nav.board')} head=${`${t('nav.board')} ${periodTitle(w.period, t)}`}
    side=${side} cls="board-page">
    <${Chooser} w=${w} />
    ${scope.length ? html`<ul class="terms">${scope.map(([n, key]) => html`<li key=${key}>${n.name}<button type="button"
      class="quiet" aria-label=${t('filter.drop', { term: n.name })}
      onClick=${() => goQuery({ [key]: '' })}>✕</button></li>`)}</ul>` : null}
    ${of.error && of.data ? html`<${Failure} error=${of.error} again=${of.again} />` : null}
    <${Loaded} of=${of.data ? { ...of, error: null } : of} rows=${10}>${(
      d,
    ) => html`<div class=${of.busy ? 'busy' : ''} aria-busy=${of.busy ? 'true' : null}>
      <${Rates} board=${d} /><${Table} board=${d} w=${{ ...w, by: d.by || w.by }} /></div>`}<//>
  <//>`;
}
