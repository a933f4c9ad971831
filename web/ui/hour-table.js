// When things come in: a weekday a row, an hour a column; the share of the busiest hour is told by a bar as well as by the
// number.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { count } from '../lib/num.js';

const HOURS = Array.from({ length: 24 }, (_, i) => i);

/** @param {{rows: {weekday: number, hours: Record<string, number>}[]}} props */
export function HourTable({ rows }) {
  const names = t('today.weekdays').split(',');
  const all = rows.flatMap((r) => Object.values(r.hours));
  const top = Math.max(0, ...all);
  if (!top) return html`<p class="hint">${t('chart.empty')}</p>`;
  const sum = (r) => Object.values(r.hours).reduce((n, x) => n + x, 0);
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('month.h6')}><table class="hours"><thead><tr>
      <th scope="col">${t('month.hour')}</th>${HOURS.map((h) => html`<th scope="col" key=${h}>${h}</th>`)}<th scope="col" class="num">${t('board.total')}</th></tr></thead>
    <tbody>${rows.map((r) => html`<tr key=${r.weekday}><th scope="row">${names[r.weekday - 1]}</th>${HOURS.map((h) => {
      const n = r.hours[h] || 0;
      return html`<td key=${h} class=${`h${Math.ceil((n / top) * 4)}`}>${n || ''}</td>`;
    })}<td class="num">${count(sum(r))}</td></tr>`)}</tbody></table></div>`;
}
