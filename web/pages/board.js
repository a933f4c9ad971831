// 看板: counters and rates of one loop over one period, by unit, class or channel, each beside the period before and the
// same a year earlier. Every number is a link to its list.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query } from '../lib/api.js';
import { catalog, me } from '../lib/state.js';
import { place, goQuery } from '../lib/route.js';
import { linked } from '../lib/board.js';
import { countDiff, rateDiff } from '../lib/compare.js';
import { store } from '../lib/store.js';
import { itemsLink } from '../lib/filter.js';
import { percent } from '../lib/num.js';
import { figure } from '../lib/value.js';
import { assessmentYear, currentPeriod, nextPeriod, periodTitle, readPeriod, stamp } from '../lib/time.js';
import { Page } from '../ui/page.js';
import { Empty, Failure, Loaded, useLoad } from '../ui/load.js';
import { asOf } from '../ui/asof.js';
import { LineChart } from '../ui/line-chart.js';

const KINDS = ['day', 'week', 'month', 'quarter', 'half', 'year', 'assessment', 'range'];
const KIND_TITLE = {
  day: 'period.kDay',
  week: 'period.kWeek',
  month: 'period.kMonth',
  quarter: 'period.kQuarter',
  half: 'period.kHalf',
  year: 'period.kYear',
  assessment: 'period.kAssessment',
  range: 'period.kRange',
};
// What stands beside the figures.
const SIDES = [
  ['both', 'board.both'],
  ['before', 'board.withBefore'],
  ['year', 'board.withYear'],
  ['none', 'board.withNone'],
];
const BY = [
  ['unit', 'board.byUnit'],
  ['class', 'board.byClass'],
  ['channel', 'board.byChannel'],
];

/** How this loop's board can be broken down: always by unit, class and channel, and by the fields its definition names. */
export function ways(loop) {
  const title = (key) => ((loop.fields || []).find((f) => f.key === key) || { title: key }).title;
  const own = ((loop && loop.boards) || []).map((key) => [`field:${key}`, t('board.byField', { title: title(key) })]);
  return [...BY.map(([key, word]) => [key, t(word)]), ...own];
}

function wanted() {
  const q = place.value.query;
  const loops = catalog.value.loops;
  const loop = loops.find((l) => l.key === q.get('loop')) || loops[0];
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

async function load(w, signal) {
  const loop = catalog.value.loopByKey.get(w.loop);
  const whole = w.by.startsWith('field:');
  const narrow = whole ? {} : { unit: w.unit, class: w.class, channel: w.channel };
  const [board, months] = await Promise.all([
    get(`/api/boards/${w.loop}${query({ ...w, loop: '', compare: 'yes' })}`, { signal }),
    get(`/api/boards/${w.loop}/months${query({ ...narrow, period: w.period })}`, { signal }),
  ]);
  return { ...linked(board, loop), months: months.rows };
}

// From one day to another, both chosen by hand.
function Range({ w }) {
  const p = readPeriod(w.period);
  const iso = (u) => new Date(u).toISOString().slice(0, 10);
  const [from, to] = [iso(p.from), iso(p.to - 86400000)];
  const set = (a, b) => a && b && goQuery({ period: a <= b ? `${a}..${b}` : `${b}..${a}` });
  return html`<span class="row"><label class="inline"><span class="sr">${t('board.from')}</span><input type="date" value=${from}
    onChange=${(e) => set(e.target.value, to)} /></label><span aria-hidden="true">–</span>
    <label class="inline"><span class="sr">${t('board.to')}</span><input type="date" value=${to}
    onChange=${(e) => set(from, e.target.value)} /></label></span>`;
}

// The town's own year of assessment is a range of days that begins in its month.
function kindOf(period) {
  const month = me.value.town.year_month;
  return month > 1 && period === assessmentYear(month, period) ? 'assessment' : readPeriod(period).kind;
}

function Chooser({ w }) {
  const kind = kindOf(w.period);
  const pick = (k) => {
    const p = readPeriod(kind === 'assessment' ? currentPeriod('month') : w.period);
    const iso = (u) => new Date(u).toISOString().slice(0, 10);
    if (k === 'range') return `${iso(p.from)}..${iso(p.to - 86400000)}`;
    return k === 'assessment' ? assessmentYear(me.value.town.year_month) : currentPeriod(k);
  };
  return html`<div class="chooser">
    <div class="row" role="group" aria-label=${t('board.period')}>
      <button type="button" onClick=${() => goQuery({ period: nextPeriod(w.period, -1) })}
        aria-label=${t('board.prev')}>‹</button>
      <strong class="period" role="status">${periodTitle(w.period, t)}</strong>
      <button type="button" onClick=${() => goQuery({ period: nextPeriod(w.period, 1) })}
        aria-label=${t('board.next')}>›</button>
      <label class="inline"><span class="sr">${t('board.kind')}</span><select value=${kind}
        onChange=${(e) => goQuery({ period: pick(e.target.value) })}>
        ${KINDS.filter((k) => k !== 'assessment' || me.value.town.year_month > 1).map((k) => html`<option key=${k} value=${k}
          selected=${k === kind}>${t(KIND_TITLE[k])}</option>`)}</select></label>
      ${
        kind === 'range'
          ? html`<${Range} w=${w} />`
          : html`<button type="button" onClick=${() => goQuery({ period: pick(kind) })}>${t('board.now')}</button>`
      }
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

// A difference of sums is as exact as they are.
const exactly = (d) => Math.round(d * 10000) / 10000;

function Num({ cell, x, head }) {
  if (!cell || cell.v === null || cell.v === undefined) return html`<span title=${t('board.blank')}>—</span>`;
  if (!cell.v && !cell.link) return html`<span>0</span>`;
  const whole = figure(x, cell.v, t, { whole: true });
  return html`<a class=${cell.v ? '' : 'zero'} href=${itemsLink(cell.link || '')} title=${x.sum ? whole : null}
    aria-label=${`${head} ${whole}`}>${figure(x, cell.v, t)}</a>`;
}

function Rate({ cell, head }) {
  if (!cell || cell.v === null || cell.v === undefined)
    return html`<span title=${t('board.noBase')}>—</span>`;
  return cell.link
    ? html`<a href=${itemsLink(cell.link)} aria-label=${`${head} ${percent(cell.v)}`}>${percent(cell.v)}</a>`
    : percent(cell.v);
}

// What stands under a figure: the difference and the share, or points for a rate.
function Diff({ now, was, rate, tally, title, mark }) {
  const before = html`<span class="sr">${title} </span>${mark ? html`<span class="mark-word" aria-hidden="true">${mark}</span>` : null}`;
  if (rate) {
    const d = rateDiff(now, was, rate.better);
    if (!d) return html`<span class="diff">${before}—</span>`;
    const cls = d.better === null ? '' : d.better ? ' better' : ' worse';
    return html`<span class=${`diff${cls}`}>${before}${d.text}${
      d.better === null ? null : html`<span aria-hidden="true">${d.better ? '' : '▼'}</span><span class="sr">${d.better ? t('board.better') : t('board.worse')}</span>`
    }</span>`;
  }
  const d = countDiff(now, was, (n) => figure(tally, exactly(n), t));
  if (!d) return html`<span class="diff">${before}—</span>`;
  return html`<span class="diff">${before}${d.text}${d.share ? html` <span class="pct">${d.share}</span>` : null}</span>`;
}

const v = (cells, key) => (cells && cells[key] !== undefined ? cells[key] : null);

function Beside({ row, x, kind, shown }) {
  const now = row[kind][x.key] && row[kind][x.key].v;
  return shown.map(
    ([side, title]) => html`<${Diff} key=${side} now=${now} was=${v(row[side][kind], x.key)}
      rate=${kind === 'rates' ? x : null} tally=${x} title=${title} mark=${shown.length > 1 ? title.slice(0, 1) : ''} />`,
  );
}

function Cells({ row, b, name, shown }) {
  return html`${b.tallies.map((x) => html`<td key=${x.key} class="num"><${Num} cell=${row.tallies[x.key]} x=${x}
    head=${`${name} ${x.title}`} /><${Beside} row=${row} x=${x} kind="tallies" shown=${shown} /></td>`)}
    ${b.rates.map((x, i) => html`<td key=${x.key} class=${`num rate${i ? '' : ' first'}`}><${Rate}
      cell=${row.rates[x.key]} head=${`${name} ${x.title}`} /><${Beside} row=${row} x=${x} kind="rates" shown=${shown} /></td>`)}`;
}

function Row({ row, b, w, shown }) {
  const deeper = row.id && (w.by === 'unit' || w.by === 'class') && b.rows.length > 1;
  return html`<tr><th scope="row" class=${`d${Math.min(row.depth || 0, 4)}`} title=${row.name}>
    ${deeper ? html`<button type="button" class="link"
      onClick=${() => goQuery({ [w.by]: row.id })}>${row.name}</button>` : row.name || t('board.none')}</th>
    <${Cells} row=${row} b=${b} name=${row.name} shown=${shown} /></tr>`;
}

// Columns that are 0 or missing everywhere say nothing; they can be shown again.
function quiet(b, all) {
  if (all) return b;
  const has = (x) =>
    [b.total, ...b.rows].some((r) => r.tallies[x.key].v || v(r.before.tallies, x.key) || v(r.year.tallies, x.key));
  return { ...b, tallies: b.tallies.filter(has) };
}

// "环比 10月1日–20日": what the lines under a figure are against.
function sideTitles(board, side) {
  const days = (p) => (p && p.from ? (p.from === p.to ? p.from : t('board.days', { a: p.from, b: p.to })) : '');
  const all = [
    ['before', t('board.before'), days(board.before)],
    ['year', t('board.year'), days(board.year)],
  ];
  return all.filter(([key, , when]) => when && (side === 'both' || side === key));
}

function Legend({ board, shown }) {
  if (!shown.length) return null;
  return html`<p class="hint legend">${shown.map(([key, title, when]) => html`<span key=${key}>${t('board.against', { title, when })}</span>`)}
    ${board.partial ? html`<span>${t('board.partial')}</span>` : null}
    <span>${t('board.blankShare')}</span></p>`;
}

function Table({ board, w, side }) {
  const [all, setAll] = useState(false);
  const b = quiet(board, all);
  const hidden = board.tallies.length - b.tallies.length;
  const shown = sideTitles(board, side);
  if (!board.rows.length) return html`<${Empty} text=${t('board.empty')} />`;
  return html`<${Legend} board=${board} shown=${shown} />
    <div class="scroll" tabindex="0" role="region" aria-label=${t('board.table')}>
    <table class=${`board${shown.length ? ' beside' : ''}`}><caption class="print-only">${t('board.caption', { period: periodTitle(w.period, t), at: stamp(board.at) })}</caption>
      <thead><tr><th scope="col">${(ways(catalog.value.loopByKey.get(w.loop)).find(([k]) => k === w.by) || ['', ''])[1]}</th>
        ${b.tallies.map((x) => html`<th scope="col" class="num" key=${x.key}>${x.title}</th>`)}
        ${b.rates.map((x, i) => html`<th scope="col" class=${`num rate${i ? '' : ' first'}`} key=${x.key}
          title=${x.formula}>${x.title}</th>`)}</tr></thead>
      <tbody>${b.rows.map((r) => html`<${Row} key=${r.key} row=${r} b=${b} w=${w} shown=${shown} />`)}</tbody>
      <tfoot><tr class="total"><th scope="row">${t('board.total')}</th><${Cells} row=${b.total} b=${b}
        name=${t('board.total')} shown=${shown} /></tr></tfoot>
    </table></div>
    ${hidden || all ? html`<p><button type="button" class="link"
      onClick=${() => setAll(!all)}>${all ? t('board.hideZero') : t('board.showZero', { n: hidden })}</button>
      </p>` : null}`;
}

const RATE_LIMIT = 4;

function versus(now, before, title) {
  const d = rateDiff(now, before, 'high');
  return d ? `${title} ${t('board.points', { n: d.text })}` : '';
}

function Rates({ board }) {
  return html`<ul class="figures">${board.rates.slice(0, RATE_LIMIT).map((x) => {
    const cell = board.total.rates[x.key];
    const now = cell && cell.v;
    const link = cell && now !== null && cell.link;
    const against = [
      versus(now, v(board.total.before.rates, x.key), t('board.before')),
      versus(now, v(board.total.year.rates, x.key), t('board.year')),
    ].filter(Boolean);
    const inner = html`<span class="figure-title">${x.title}</span><strong>${percent(now)}</strong>
      <span class="hint">${against.join('　') || t('board.noPrev')}</span>`;
    return html`<li key=${x.key}>${link ? html`<a class="figure"
      href=${itemsLink(link)}>${inner}</a>` : html`<div class="figure">${inner}</div>`}</li>`;
  })}</ul>`;
}

// One tally or rate over the twelve months that end with the period, its table beside it.
function Curve({ board }) {
  const series = [...board.tallies.map((x) => ['tallies', x]), ...board.rates.map((x) => ['rates', x])];
  const [key, setKey] = useState('');
  const [kind, x] = series.find(([k, s]) => `${k}.${s.key}` === key) || series[0];
  const points = board.months.map((m) => ({
    label: periodTitle(m.month, t),
    short: String(Number(m.month.slice(5))),
    v: v(m[kind], x.key),
    go: () => goQuery({ period: m.month }),
  }));
  const show = kind === 'rates' ? percent : (n) => figure(x, n, t);
  return html`<section class="curve"><div class="section-head"><h2>${t('board.curve')}</h2>
    <label class="inline">${t('board.series')} <select value=${`${kind}.${x.key}`} onChange=${(e) => setKey(e.target.value)}>
      ${series.map(([k, s]) => html`<option key=${`${k}.${s.key}`} value=${`${k}.${s.key}`}
        selected=${k === kind && s.key === x.key}>${s.title}</option>`)}</select></label></div>
    <${LineChart} title=${x.title} points=${points} show=${show} zero=${kind !== 'rates'} /></section>`;
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
  const [beside, setBeside] = useState(store.get('beside', 'both'));
  // The very board that is shown; what it is compared with are further sheets of the workbook.
  const file = (kind) =>
    `/api/boards/${w.loop}/table.${kind}${query({ ...w, loop: '', compare: kind === 'xlsx' && beside !== 'none' ? 'yes' : '' })}`;
  const side = html`<label class="inline">${t('board.compare')} <select value=${beside} onChange=${(e) => {
    store.set('beside', e.target.value);
    setBeside(e.target.value);
  }}>${SIDES.map(([k, title]) => html`<option key=${k} value=${k} selected=${k === beside}>${t(title)}</option>`)}</select></label>
    <a class="button" href=${file('xlsx')} download>${t('score.xlsx')}</a>
    <a class="button" href=${file('csv')} download>CSV</a>
    <button type="button" onClick=${() => print()}>${t('action.print')}</button>`;
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
      <${Rates} board=${d} /><${Table} board=${d} w=${{ ...w, by: d.by || w.by }} side=${beside} />
      <${Curve} board=${d} /></div>`}<//>
  <//>`;
}
