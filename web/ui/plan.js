// The schedule of an item 倒排工期: a row for each node, when it has to begin and end at the latest, when it was done, how many
// working days are in hand, and the same as bars from the first day to the last.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { day, now as atNow } from '../lib/time.js';

const DAY = 86400000;
const dayOf = (text) => Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / DAY;
const short = (text, year) => (text.startsWith(year) ? text.slice(5, 10) : text.slice(0, 10));
const MARK = { red: '▲', yellow: '◔', green: '●', none: '○' };
const STATE = {
  ahead: 'plan.ahead',
  running: 'plan.running',
  held: 'plan.held',
  over: 'plan.over',
  done: 'plan.done',
  late: 'plan.late',
};

/** What is in hand, in words. */
export function spareText(row) {
  if (row.spare > 0) return t('plan.spare', { n: row.spare });
  if (row.spare === 0) return t('plan.noSpare');
  return t(row.done || row.state === 'over' ? 'plan.lateBy' : 'plan.willBeLate', { n: -row.spare });
}

/**
 * From the first day of the plan to the last, as shares of its width.
 * @param {object[]} plan
 * @param {string} now a date
 */
export function scale(plan, now) {
  const days = plan.flatMap((r) => [r.first, r.last, r.done || r.expect]).map(dayOf);
  const from = Math.min(...days);
  const span = Math.max(...days) + 1 - from;
  const at = (text, behind = 0) => ((dayOf(text) + behind - from) / span) * 100;
  const here = at(now);
  return { at, now: here >= 0 && here <= 100 ? here : null };
}

function Bar({ row, of }) {
  const end = row.done || row.expect;
  const left = of.at(row.first);
  return html`<div class=${`plan-bar ${row.lamp}`} aria-hidden="true">
    <i style=${{ left: `${left}%`, width: `${of.at(row.last, 1) - left}%` }}></i>
    ${of.now !== null ? html`<s style=${{ left: `${of.now}%` }}></s>` : null}
    <b class=${row.done ? 'done' : ''} style=${{ left: `${of.at(end, 1)}%` }}></b></div>`;
}

/** Until its date is known nothing is planned. @param {{loop: object}} props */
function Unplanned({ loop }) {
  const dates = new Set(loop.clocks.map((c) => c.by).filter(Boolean));
  const names = loop.fields.filter((f) => dates.has(f.key)).map((f) => f.title);
  return html`<section class="card plan" aria-labelledby="plan-h"><h2 id="plan-h">${t('plan.title')}</h2>
    <p class="hint">${t('plan.none', { field: names.join(t('word.and')) })}</p></section>`;
}

/** @param {{plan: object[], loop: object}} props */
export function Plan({ plan, loop }) {
  if (!plan.length) return html`<${Unplanned} loop=${loop} />`;
  const now = day(atNow());
  const year = now.slice(0, 4);
  const of = scale(plan, now);
  const left = plan.filter((r) => !r.done);
  const end = left.reduce((x, r) => (r.last > x ? r.last : x), '');
  const expect = left.reduce((x, r) => (r.expect > x ? r.expect : x), '');
  const slips = left.filter((r) => r.spare < 0).length;
  return html`<section class="card plan" aria-labelledby="plan-h"><h2 id="plan-h">${t('plan.title')}</h2>
    <p>${t('plan.progress', { done: plan.length - left.length, all: plan.length })}${
      end ? html`　${t('plan.by', { field: plan[0].by_title, day: end })}　${slips ? html`<strong class="hot">${t('plan.slips', { n: slips, day: expect })}</strong>` : t('plan.inTime', { day: expect })}` : null
    }</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${t('plan.nodes')}><table class="plan-table"><thead><tr>
      <th scope="col">${t('plan.node')}</th><th scope="col" class="num">${t('plan.days')}</th><th scope="col">${t('plan.first')}</th>
      <th scope="col">${t('plan.last')}</th><th scope="col">${t('plan.doneOn')}</th><th scope="col">${t('plan.hand')}</th>
      <th scope="col" class="plan-line">${t('plan.line')}</th></tr></thead>
    <tbody>${plan.map((r) => html`<tr key=${r.key} class=${r.state}><th scope="row">${r.title}</th><td class="num">${r.days}</td>
      <td>${short(r.first, year)}</td><td>${short(r.last, year)}</td>
      <td>${r.done ? short(r.done, year) : html`<span class="hint">${t(STATE[r.state])}</span>`}</td>
      <td><span class=${`lamp ${r.lamp}`}><span aria-hidden="true">${r.done ? (r.state === 'late' ? '▲' : '✓') : MARK[r.lamp]}</span> ${spareText(r)}</span></td>
      <td class="plan-line"><${Bar} row=${r} of=${of} /></td></tr>`)}</tbody></table></div>
    <p class="hint">${t('plan.legend')}</p></section>`;
}
