// What happened to an item, newest first: who, which unit, what, and what it changed.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { stamp } from '../lib/time.js';

const FIRST = 12;
const TITLES = {
  state: 'col.state', unit: 'col.unit', class: 'col.class', channel: 'col.channel', kind: 'col.kind',
  priority: 'col.priority', due: 'col.due', title: 'col.title', address: 'col.address', text: 'item.text', closed: 'col.closed',
};

function nameOf(key, loop) {
  if (TITLES[key]) return t(TITLES[key]);
  const bare = key.replace(/^fields[./]/, '');
  const f = loop && loop.fields.find((x) => x.key === bare);
  return f ? f.title : bare;
}

function valueOf(key, v, loop) {
  if (v === null || v === undefined || v === '') return '—';
  if (key === 'state' && loop) return (loop.states.find((s) => s.key === v) || { title: v }).title;
  if (typeof v === 'object') return JSON.stringify(v);
  return /^\d{4}-\d\d-\d\dT/.test(v) ? stamp(v) : String(v);
}

/** @param {{events: object[], loop: object}} props */
export function Timeline({ events, loop }) {
  const [all, setAll] = useState(false);
  const list = all ? events : events.slice(0, FIRST);
  return html`<section class="card" aria-labelledby="time-h"><h2 id="time-h">${t('item.timeline')}</h2>
    <ol class="timeline">${list.map((e) => {
    const changes = Object.entries(e.changes || {}).filter(([, v]) => Array.isArray(v));
    return html`<li key=${e.version}>
      <p class="time-line"><time datetime=${e.at}>${stamp(e.at)}</time> <strong>${e.what_title}</strong>
        <span>${[e.unit_name, e.person_name].filter(Boolean).join(' ') || t('item.bySystem')}</span></p>
      ${e.note ? html`<p class="prose">${e.note}</p>` : null}
      ${changes.length ? html`<ul class="changes">${changes.map(([k, [from, to]]) => html`<li key=${k}>${nameOf(k, loop)}：${from === null || from === undefined || from === '' ? '' : html`<del>${valueOf(k, from, loop)}</del> → `}<ins>${valueOf(k, to, loop)}</ins></li>`)}</ul>` : null}
    </li>`;
  })}</ol>
    ${events.length > FIRST && !all ? html`<button type="button" onClick=${() => setAll(true)}>${t('item.moreEvents', { n: events.length - FIRST })}</button>` : null}
  </section>`;
}
