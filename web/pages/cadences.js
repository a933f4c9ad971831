// 周期任务: how far each cadence rule has come in one period, unit by unit. Every number is a link to its list; the rows that
// nobody was asked for yet are those of the register.
import { useEffect } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query } from '../lib/api.js';
import { place, goQuery } from '../lib/route.js';
import { FIGURES, coverage, dayBeside, every } from '../lib/cadence.js';
import { all, itemsLink } from '../lib/filter.js';
import { count, percent } from '../lib/num.js';
import { stamp } from '../lib/time.js';
import { asOf } from '../ui/asof.js';
import { Empty, Loaded, useLoad } from '../ui/load.js';
import { Page } from '../ui/page.js';

const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text || '');

const wanted = () => {
  const q = place.value.query;
  return { day: isDay(q.get('day')) ? q.get('day') : '', unit: q.get('unit') || '' };
};

function Chooser({ day, today }) {
  const send = (e) => goQuery({ day: e.target.value });
  return html`<div class="chooser"><label class="inline">${t('cadence.day')} <input type="date" value=${day} onChange=${send} /></label>
    ${day === today ? null : html`<button type="button" onClick=${() => goQuery({ day: '' })}>${t('cadence.today')}</button>`}</div>`;
}

// What a unit's figure lists: items of the rule, or rows of the register without one.
const linkOf = (figure, unit, more) =>
  figure.filter ? itemsLink(all(figure.filter, figure.rows ? unit.rows_filter : unit.filter), more) : '';

function Cell({ rule, figure, unit }) {
  const n = unit.counts[figure.key];
  if (figure.key === 'unfiled' && !rule.filing) return html`<td class="num zero">${count(null)}</td>`;
  const link = linkOf(figure, unit);
  const cls = n ? '' : 'zero';
  const bad = n && (figure.key === 'overdue' || figure.key === 'missed') ? 'late' : '';
  const name = `${unit.name || t('cadence.total')} ${t(figure.title)} ${count(n)}`;
  return html`<td class=${`num ${bad}`}>${link ? html`<a class=${cls} href=${link} aria-label=${name}>${count(n)}</a>` : html`<span class=${cls}>${count(n)}</span>`}</td>`;
}

const Row = ({ rule, unit, name, cls }) => html`<tr class=${cls || ''}><th scope="row">${name}</th>
  ${rule.shown.map((f) => html`<${Cell} key=${f.key} rule=${rule} figure=${f} unit=${unit} />`)}
  <td class="num">${percent(coverage(unit.counts))}</td></tr>`;

function Table({ rule }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${`${rule.title} ${t('board.table')}`}>
    <table class="board"><caption class="print-only">${rule.title}　${rule.from} – ${rule.until}</caption>
      <thead><tr><th scope="col">${t('score.unit')}</th>
        ${rule.shown.map((f) => html`<th key=${f.key} scope="col" class="num" title=${t(f.why)}>${t(f.title)}</th>`)}
        <th scope="col" class="num" title=${t('cadence.coverWhy')}>${t('cadence.cover')}</th></tr></thead>
      <tbody>${rule.units.map((u) => html`<${Row} key=${u.unit} rule=${rule} unit=${u} name=${u.name || t('cadence.noUnit')} />`)}</tbody>
      <tfoot><${Row} rule=${rule} unit=${rule.total} name=${t('cadence.total')} cls="total" /></tfoot>
    </table></div>`;
}

// The days of a rule, and those before and after: a quarter for one, a year for the other.
function Period({ rule, today }) {
  const step = (day, word, sign) =>
    html`<button type="button" class="screen-only" disabled=${day > today} onClick=${() => goQuery({ day })}
      aria-label=${`${rule.title} ${word}`}>${sign}</button>`;
  return html`<p class="row cadence-period">${step(dayBeside(rule, -1), t('board.prev'), '‹')}
    <strong class="period">${rule.from} – ${rule.until}</strong>${step(dayBeside(rule, 1), t('board.next'), '›')}
    <span class="hint">${every(rule.every, rule.aligned, t)}${rule.during ? ` · ${t('cadence.during')}` : ''}</span></p>`;
}

function Rule({ rule, today }) {
  const id = `${rule.loop}-${rule.key}`;
  const byKey = Object.fromEntries(rule.figures.map((f) => [f.key, f]));
  const shown = { ...rule, shown: FIGURES.filter(([k]) => byKey[k]).map(([k, title, why]) => ({ ...byKey[k], title, why })) };
  const first = !rule.broken && rule.total.counts.open ? linkOf(byKey.open, rule.total, { sort: 'due' }) : '';
  return html`<section class="card" aria-labelledby=${id}>
    <h2 id=${id}>${rule.title} <span class="tag">${rule.loop_title}</span></h2>
    ${rule.why ? html`<p class="hint">${rule.why}</p>` : null}
    ${
      rule.broken
        ? html`<p class="notice">${t('cadence.broken', { why: rule.broken })}</p>`
        : html`<${Period} rule=${rule} today=${today} />
      ${rule.units.length ? html`<${Table} rule=${shown} />` : html`<p class="hint">${rule.filing ? t('cadence.nobody', { register: rule.over_title }) : t('cadence.nothing')}</p>`}
      ${first ? html`<p class="screen-only"><a href=${first}>${t('cadence.first')}</a></p>` : null}`
    }</section>`;
}

/** The page. */
export function Cadences() {
  const w = wanted();
  const of = useLoad((signal) => get(`/api/cadences${query(w)}`, { signal }), [w.day, w.unit]);
  useEffect(() => {
    if (of.data) asOf.value = of.data.at;
  }, [of.data]);
  return html`<${Page} title=${t('nav.cadences')}>
    <p class="hint lead">${t('cadence.lead')}</p>
    <${Loaded} of=${of} rows=${8}>${(d) => {
      const today = stamp(d.at).slice(0, 10);
      return html`<${Chooser} day=${d.day} today=${today} />
      ${
        d.rows.length
          ? d.rows.map((r) => html`<${Rule} key=${`${r.loop}/${r.key}`} rule=${r} today=${today} />`)
          : html`<${Empty} text=${t('cadence.none')} />`
      }`;
    }}<//>
  <//>`;
}
