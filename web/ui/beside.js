// What is in the same place as an item: others that need it on the same days, told while they are being set and after, and what
// people say beside it. Counts lead to lists of just these.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query } from '../lib/api.js';
import { all, itemsLink, term } from '../lib/filter.js';
import { clashDraft } from '../lib/clash.js';
import { count } from '../lib/num.js';
import { useDraftAsk } from './draft-ask.js';

const SHOWN = 5;
const ask = (filter, limit, signal) => get(`/api/items${query({ filter, limit })}`, { signal });

/**
 * Beside a form that sets where or when: who needs the same place on the same days.
 * @param {{loop: object, item?: object, fields: object, place: object}} props item: of a step; fields: answers by key; place: {lat, lon} as typed
 */
export function ClashHint({ loop, item, fields, place }) {
  const of = useDraftAsk('/api/clashes', clashDraft(loop, item, fields, place));
  return html`<div role="status">${
    of && of.total
      ? html`<div class="notice error"><p><strong><span aria-hidden="true">▲ </span>${t('beside.clashes', { n: count(of.total) })}</strong></p>
      <ul class="plain-list">${of.rows.map((r) => html`<li key=${r.id}><a href=${`/i/${r.id}`} target="_blank" rel="noopener">${r.no} ${r.title}</a> <span class="hint">${r.state_title}</span></li>`)}</ul>
      <p class="hint">${t('beside.mayStill')}</p></div>`
      : null
  }</div>`;
}

/** @param {{item: object, loop: object}} props */
export function Beside({ item, loop }) {
  const [of, setOf] = useState(null);
  const here = `${loop.key}/${item.no}`;
  const clash = term('clashes', here);
  const said = term('beside', here);
  const recent = all(said, 'filed:last-30d');
  const open = all(said, 'open:yes');
  useEffect(() => {
    const stop = new AbortController();
    const none = { rows: [], total: 0 };
    Promise.all([
      loop.clashes.length ? ask(clash, SHOWN, stop.signal) : none,
      ...[said, open, recent].map((f) => (loop.beside ? ask(f, 1, stop.signal) : none)),
    ]).then(setOf, () => {});
    return () => stop.abort();
  }, [item.id, item.version]);
  if (!of) return null;
  const [clashes, every, now, late] = of;
  return html`<section class="card" aria-labelledby="beside-h"><h2 id="beside-h">${t('beside.title')}</h2>
    ${
      clashes.total
        ? html`<div class="notice error"><p><strong>${t('beside.clashes', { n: clashes.total })}</strong></p>
      <ul class="plain-list">${clashes.rows.map((r) => html`<li key=${r.id}><a href=${`/i/${r.id}`}>${r.no} ${r.title}</a></li>`)}</ul>
      ${clashes.total > SHOWN ? html`<p><a href=${itemsLink(clash)}>${t('beside.all')}</a></p>` : null}</div>`
        : loop.clashes.length
          ? html`<p class="hint">${t('beside.noClash')}</p>`
          : null
    }
    ${
      loop.beside
        ? html`<ul class="plain-list"><li>${t('beside.every')} <a href=${itemsLink(said)}>${count(every.total)}</a></li>
      <li>${t('beside.open')} <a href=${itemsLink(open)}>${count(now.total)}</a></li>
      <li>${t('beside.recent')} <a href=${itemsLink(recent)}>${count(late.total)}</a></li></ul>`
        : null
    }</section>`;
}
