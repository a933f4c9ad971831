// 重要节点: which there are, what each tightens, and the brief of one of its days. Every number is a link to its list.
import { useEffect } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query } from '../lib/api.js';
import { place, goQuery } from '../lib/route.js';
import { all, itemsLink } from '../lib/filter.js';
import { count } from '../lib/num.js';
import { catalog, may } from '../lib/state.js';
import { asOf } from '../ui/asof.js';
import { Empty, Loaded, useLoad } from '../ui/load.js';
import { Page } from '../ui/page.js';

const STATE = { coming: 'keydate.coming', on: 'keydate.on', over: 'keydate.over', off: 'keydate.off', broken: 'keydate.broken' };

// What needs to be looked at first: in force, then to come, then over by the latest.
const ORDER = ['on', 'coming', 'broken', 'over', 'off'];
const inOrder = (rows) =>
  rows.slice().sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || (a.state === 'coming' ? a.from.localeCompare(b.from) : b.from.localeCompare(a.from)));

const clockTitle = (key) => {
  for (const l of catalog.value.loops) {
    const c = l.clocks.find((x) => x.key === key);
    if (c) return c.title;
  }
  return key;
};

const limits = (k) =>
  [k.share < 100 ? t('keydate.share', { n: k.share }) : t('keydate.whole'), ...k.limits.map((x) => t('keydate.clock', { clock: clockTitle(x.clock), n: x.share }))].join(t('word.and'));

function Figure({ figure, row, name }) {
  const n = row.counts[figure.key];
  const bad = n && figure.key === 'overdue' ? 'late' : '';
  return html`<td class=${`num ${bad}`}><a class=${n ? '' : 'zero'} href=${itemsLink(all(figure.filter, row.filter))}
    aria-label=${`${name} ${figure.title} ${count(n)}`}>${count(n)}</a></td>`;
}

const Row = ({ brief, row, name, cls }) => html`<tr class=${cls || ''}><th scope="row">${name}</th>
  ${brief.figures.map((f) => html`<${Figure} key=${f.key} figure=${f} row=${row} name=${name} />`)}</tr>`;

function Table({ brief, table }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${table.title}><table class="board">
    <thead><tr><th scope="col">${table.title}</th>${brief.figures.map((f) => html`<th key=${f.key} scope="col" class="num">${f.title}</th>`)}</tr></thead>
    <tbody>${table.rows.map((r) => html`<${Row} key=${r.filter} brief=${brief} row=${r} name=${r.name} />`)}</tbody>
    <tfoot><${Row} brief=${brief} row=${brief.total} name=${t('keydate.total')} cls="total" /></tfoot></table></div>`;
}

function Tasks({ tasks }) {
  if (!tasks.length) return null;
  return html`<h3>${t('keydate.tasks')}</h3><div class="scroll" tabindex="0" role="region" aria-label=${t('keydate.tasks')}><table class="board">
    <thead><tr><th scope="col">${t('keydate.task')}</th>${['keydate.asked', 'keydate.reached', 'keydate.late'].map((k) => html`<th key=${k} scope="col"
      class="num">${t(k)}</th>`)}</tr></thead>
    <tbody>${tasks.map((x) => html`<tr key=${`${x.loop}/${x.key}`}><th scope="row"><a href=${itemsLink(x.filter)}>${x.title}</a></th>
      <td class="num">${count(x.asked)}</td><td class="num">${count(x.reached)}</td><td class="num">${count(x.overdue)}</td></tr>`)}</tbody></table></div>`;
}

function Brief({ keydate, day }) {
  const at = `/api/keydates/${keydate.key}/brief`;
  const of = useLoad((signal) => get(`${at}${query({ on: day })}`, { signal }), [keydate.key, keydate.version, day]);
  const choose = (e) => goQuery({ key: keydate.key, on: e.target.value });
  return html`<${Loaded} of=${of} rows=${6}>${(b) => html`
    <h2 id="brief">${keydate.title} ${t('keydate.brief')}</h2>
    <div class="chooser"><label class="inline">${t('keydate.day')} <input type="date" value=${b.day} min=${keydate.from} max=${keydate.to} onChange=${choose} /></label>
      <span class="hint">${t('keydate.nth', { n: b.nth, all: b.days })}</span>
      <a class="button screen-only" href=${`${at}.csv${query({ on: b.day })}`}>${t('keydate.csv')}</a>
      <a class="button screen-only" href=${`${at}.xlsx${query({ on: b.day })}`}>${t('keydate.xlsx')}</a></div>
    <p class="print-only">${b.text}</p>
    <label class="screen-only">${t('keydate.copy')}<textarea class="brief-text" rows="3" readonly value=${b.text} onFocus=${(e) => e.target.select()}></textarea></label>
    <p class="hint">${t('keydate.asNow')}</p>
    ${b.tables.map((x) => html`<${Table} key=${x.by} brief=${b} table=${x} />`)}
    <${Tasks} tasks=${b.tasks} />`}<//>`;
}

function Card({ keydate, chosen }) {
  const id = `keydate-${keydate.key}`;
  return html`<section class="card" aria-labelledby=${id}>
    <h2 id=${id}>${keydate.title} <span class="tag">${t(STATE[keydate.state])}</span></h2>
    <p>${t('keydate.days', { from: keydate.from, to: keydate.to })} · ${limits(keydate)}</p>
    ${keydate.why ? html`<p class="hint">${keydate.why}</p>` : null}
    ${keydate.broken ? html`<p class="notice">${keydate.broken}</p>` : null}
    <p class="hint">${t('keydate.scope')} <code>${keydate.where}</code></p>
    <p class="row screen-only"><a href=${itemsLink(keydate.filter)}>${t('keydate.items')}</a>
      ${keydate.broken || chosen ? null : html`<a href=${`/keydates${query({ key: keydate.key })}`}>${t('keydate.brief')}</a>`}
      ${may('def.manage') ? html`<a href=${`/settings/defs/${keydate.def}`}>${t('keydate.editHere')}</a>` : null}</p></section>`;
}

/** The page. */
export function Keydates() {
  const q = place.value.query;
  const of = useLoad((signal) => get('/api/keydates', { signal }), []);
  useEffect(() => {
    if (of.data) asOf.value = of.data.at;
  }, [of.data]);
  return html`<${Page} title=${t('nav.keydates')}>
    <p class="hint lead">${t('keydate.lead')}</p>
    <${Loaded} of=${of} rows=${6}>${(d) => {
      const rows = inOrder(d.rows);
      const told = rows.filter((x) => !x.broken);
      const chosen = told.find((x) => x.key === q.get('key')) || told[0];
      return html`${rows.length ? null : html`<${Empty} text=${t('keydate.none')} />`}
        ${chosen ? html`<section class="card" aria-labelledby="brief"><${Brief} keydate=${chosen} day=${q.get('on') || ''} /></section>` : null}
        ${rows.map((x) => html`<${Card} key=${x.key} keydate=${x} chosen=${x === chosen} />`)}
        <p class="hint screen-only">${t('keydate.edit')}</p>`;
    }}<//>
  <//>`;
}
