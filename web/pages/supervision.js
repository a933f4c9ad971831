// 督办: which slips stand where, who owes a receipt by when, and of what a leader is in charge. Every number is a link to the list that
// makes it.
import { useEffect } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query } from '../lib/api.js';
import { place } from '../lib/route.js';
import { all, itemsLink } from '../lib/filter.js';
import { count } from '../lib/num.js';
import { ms, now, shortStamp, spanText, stamp } from '../lib/time.js';
import { asOf } from '../ui/asof.js';
import { ExportMenu } from '../ui/export-menu.js';
import { Empty, Loaded, useLoad } from '../ui/load.js';
import { Page } from '../ui/page.js';
import { Slip } from '../ui/slip.js';

const TITLE = { due: 'super.due', late: 'super.late', charge: 'super.charge' };
const titleOf = (f) => f.title || t(TITLE[f.key]);
const bad = (f, n) => (n && (f.key === 'late' || f.key === 'red') ? ' red' : n && f.key === 'yellow' ? ' amber' : '');

const Figures = ({ figures }) => html`<ul class="figures">${figures.map(
  (f) => html`<li key=${f.key}><a class=${`figure${bad(f, f.n)}`} href=${itemsLink(f.filter, { sort: 'due' })}>
    <span class="figure-title">${titleOf(f)}</span><strong>${count(f.n)}</strong></a></li>`,
)}</ul>`;

function Cell({ figure, unit }) {
  const n = unit.counts[figure.key];
  const link = itemsLink(all(figure.filter, unit.filter), { sort: 'due' });
  return html`<td class=${`num${figure.key === 'late' && n ? ' late' : ''}`}><a class=${n ? '' : 'zero'} href=${link}
    aria-label=${`${unit.name} ${titleOf(figure)} ${count(n)}`}>${count(n)}</a></td>`;
}

const Units = ({ d }) => html`<section class="card" aria-labelledby="super-units"><h2 id="super-units">${t('super.units')}</h2>
  <div class="scroll" tabindex="0" role="region" aria-label=${t('super.units')}><table class="board">
    <thead><tr><th scope="col">${t('score.unit')}</th>${d.figures.map((f) => html`<th key=${f.key} scope="col" class="num">${titleOf(f)}</th>`)}</tr></thead>
    <tbody>${d.units.map((u) => html`<tr key=${u.unit}><th scope="row">${u.name}</th>${d.figures.map((f) => html`<${Cell} key=${f.key} figure=${f} unit=${u} />`)}</tr>`)}</tbody>
  </table></div></section>`;

const Matter = ({ r }) => html`<td><a href=${`/i/${r.item}`}>${r.no}</a> ${r.title} <${Slip} level=${r.level} /><br />
  <span class="hint">${r.loop_title}　${r.unit_name}</span></td>`;

function Left({ r, at }) {
  if (!r.due) return html`<td>${t('super.paused')}</td>`;
  const left = Math.round((ms(r.due) - at) / 1000);
  return html`<td class=${r.late ? 'late' : ''} title=${stamp(r.due)}>${t(left < 0 ? 'super.over' : 'super.left', { t: spanText(Math.abs(left), t) })}</td>`;
}

function Receipts({ rows }) {
  const at = now();
  return html`<section class="card" aria-labelledby="super-receipts"><h2 id="super-receipts">${t('super.receipts')}</h2>
    ${
      rows.length
        ? html`<div class="scroll" tabindex="0" role="region" aria-label=${t('super.receipts')}><table class="plain">
      <thead><tr>${['super.matter', 'super.what', 'super.since', 'super.time'].map((k) => html`<th key=${k} scope="col">${t(k)}</th>`)}</tr></thead>
      <tbody>${rows.map((r) => html`<tr key=${`${r.item} ${r.what}`}><${Matter} r=${r} /><td>${r.what}</td><td>${shortStamp(r.since)}</td><${Left} r=${r} at=${at} /></tr>`)}</tbody>
    </table></div>`
        : html`<p class="hint">${t('super.noReceipts')}</p>`
    }</section>`;
}

const Charges = ({ rows }) => html`<section class="card" aria-labelledby="super-charges"><h2 id="super-charges">${t('super.charges')}</h2>
  ${
    rows.length
      ? html`<div class="scroll" tabindex="0" role="region" aria-label=${t('super.charges')}><table class="plain">
    <thead><tr>${['super.matter', 'super.leader', 'super.until'].map((k) => html`<th key=${k} scope="col">${t(k)}</th>`)}</tr></thead>
    <tbody>${rows.map((r) => html`<tr key=${r.item}><${Matter} r=${r} /><td>${r.leader}</td><td class=${r.late ? 'late' : ''}>${r.until || '—'}${r.late ? ` ${t('super.passed')}` : ''}</td></tr>`)}</tbody>
  </table></div>`
      : html`<p class="hint">${t('super.noCharges')}</p>`
  }</section>`;

const quiet = (d) => d.figures.every((f) => f.n === 0);

/** The page. */
export function Supervision() {
  const unit = place.value.query.get('unit') || '';
  const of = useLoad((signal) => get(`/api/supervision${query({ unit })}`, { signal }), [unit]);
  useEffect(() => {
    if (of.data) asOf.value = of.data.at;
  }, [of.data]);
  const side = html`<${ExportMenu} filter="slip:open" sort="due" />
    <button type="button" onClick=${() => print()}>${t('action.print')}</button>`;
  return html`<${Page} title=${t('nav.supervision')} side=${side}>
    <p class="hint lead">${t('super.lead')}</p>
    <${Loaded} of=${of} rows=${8}>${(d) =>
      !d.title || quiet(d)
        ? html`<${Empty} text=${t(d.title ? 'super.none' : 'super.undefined')} />`
        : html`<${Figures} figures=${d.figures} />
      ${d.capped ? html`<p class="notice">${t('super.capped')}</p>` : null}
      <${Units} d=${d} /><${Receipts} rows=${d.receipts} /><${Charges} rows=${d.charges} />`}<//>
  <//>`;
}
