// 同一件事？ What may be the same matter: beside the filing form while it is written, and on an item with what else came
// from its caller, its place, of its class. Each with its reasons, to open or to tie.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { del, get, post } from '../lib/api.js';
import { may, notify } from '../lib/state.js';
import { itemsLink } from '../lib/filter.js';
import { count } from '../lib/num.js';
import { shortStamp } from '../lib/time.js';
import { LEVELS, draftOf, whyText } from '../lib/kin.js';
import { useDraftAsk } from './draft-ask.js';

const NONE = [];

function Row({ row, children }) {
  const i = row.item;
  return html`<li class="kin-row">
    <p><span class=${`tag kin-${row.level}`}>${t(LEVELS[row.level])}</span>
      <a href=${`/i/${i.id}`} target="_blank" rel="noopener">${i.no} ${i.title}</a></p>
    <p class="hint">${[i.state_title, i.unit_name, t('kin.filed', { at: shortStamp(i.filed) })].filter(Boolean).join(' · ')}</p>
    <p class="hint">${t('kin.strength', { n: row.strength })}${t('kin.colon')}${whyText(row, t)}</p>
    ${children}
  </li>`;
}

/**
 * Beside the filing form. Asks when nothing was typed for half a second.
 * @param {{v: object, same: string, setSame: (no: string) => void}} props same: the number of the one chosen
 */
export function KinHint({ v, same, setSame }) {
  const answer = useDraftAsk('/api/kin', draftOf(v));
  const rows = answer ? answer.rows : NONE;
  useEffect(() => {
    if (same && !rows.some((r) => r.item.no === same)) setSame('');
  }, [rows]);
  return html`<section class="kin" aria-live="polite" aria-labelledby="kin-h">
    ${
      rows.length
        ? html`<h2 id="kin-h">${t('kin.question')}</h2><p class="hint">${t('kin.hint')}</p>
    <ul class="kin-list">${rows.map(
      (row) => html`<${Row} key=${row.item.id} row=${row}>
        <label class="check"><input type="checkbox" checked=${same === row.item.no}
          onChange=${(e) => setSame(e.target.checked ? row.item.no : '')} /> ${t('kin.fileWith')}</label><//>`,
    )}</ul>`
        : html`<h2 id="kin-h" class="sr">${t('kin.question')}</h2>`
    }
  </section>`;
}

const COUNTS = [
  ['caller', 'kin.nCaller'],
  ['place', 'kin.nPlace'],
  ['class', 'kin.nClass'],
];

function Counts({ of }) {
  const shown = COUNTS.filter(([key]) => of[key].n > 1); // one is the item itself
  if (!shown.length) return null;
  return html`<p class="kin-counts">${shown.map(
    ([key, words]) => html`<a key=${key} href=${itemsLink(of[key].filter)}>${t(words, {
      n: `${count(of[key].n)}${of[key].capped ? '+' : ''}`,
    })}</a>`,
  )}</p>`;
}

/** On an item. @param {{item: object, onItem: (item: object) => void}} props */
export function Kin({ item, onItem }) {
  const [of, setOf] = useState(null);
  const [busy, setBusy] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    get(`/api/items/${item.id}/kin`, { signal: stop.signal }).then(setOf, () => {});
    return () => stop.abort();
  }, [item.id, item.version]);
  const act = async (row) => {
    if (busy) return;
    setBusy(row.item.id);
    try {
      onItem(
        row.linked
          ? await del(`/api/items/${item.id}/same/${row.item.id}`)
          : await post(`/api/items/${item.id}/same`, { other: row.item.no }),
      );
      notify(t(row.linked ? 'kin.untied' : 'kin.tied', { no: row.item.no }), 'done');
    } catch (e) {
      notify(e.message, 'error');
    }
    setBusy(0);
  };
  if (!of || (!of.rows.length && !COUNTS.some(([key]) => of[key].n > 1))) return null;
  return html`<section class="card kin" aria-labelledby="kin-h"><h2 id="kin-h">${t('kin.title')}</h2>
    <${Counts} of=${of} />
    <ul class="kin-list">${of.rows.map(
      (row) => html`<${Row} key=${row.item.id} row=${row}>${
        may('item.step')
          ? html`<button type="button" onClick=${() => act(row)} aria-busy=${busy === row.item.id ? 'true' : null}>${t(row.linked ? 'kin.untie' : 'kin.tie')}</button>`
          : null
      }<//>`,
    )}</ul></section>`;
}
