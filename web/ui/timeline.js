// What happened to an item, newest first: who, which unit, what, and what it changed.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { classCode } from '../lib/catalog.js';
import { catalog } from '../lib/state.js';
import { extendTitle, reasonTitle } from '../lib/step.js';
import { stamp } from '../lib/time.js';
import { valueText } from '../lib/value.js';

const FIRST = 12;

// Members of an item worth reading; the rest of an event's changes is for the machine that replays it.
const TITLES = {
  state: 'col.state',
  unit: 'col.unit',
  cls: 'col.class',
  channel: 'col.channel',
  kind: 'col.kind',
  priority: 'col.priority',
  title: 'col.title',
  address: 'col.address',
  lat: 'col.lat',
  lon: 'col.lon',
  recurs: 'col.recurs',
};

// Key dates it is under, by their keys.
const KEYDATES = 'f/keydates/now';
const keydateTitle = (key) => ((catalog.value.keydates || []).find((x) => x.key === key) || { title: key }).title;

// What a row of a register calls them.
const LASTING = { unit: 'row.unit', title: 'row.name' };
// "f/part/2/solved": what an assisting unit answered; whose it is the event says.
const fieldOf = (key) => (/^f\/part\/\d+\//.test(key) ? key.slice(key.lastIndexOf('/') + 1) : key.slice(2));

/** Title of a member of an item, of a judge's answer with the judge; empty for what is for the machine alone. */
export function nameOf(key, loop) {
  if (key === KEYDATES) return t('nav.keydates');
  if (loop && loop.lasts && LASTING[key]) return key === 'title' && loop.name ? loop.name : t(LASTING[key]);
  const held = loop && loop.lasts && loop.fields.find((x) => x.key === key);
  if (held) return held.title; // of a row, what a column of every item holds is one of its own
  if (TITLES[key]) return t(TITLES[key]);
  if (!key.startsWith('f/') || !loop) return '';
  const name = fieldOf(key);
  const [judge, field] = name.includes('/') ? name.split('/') : ['', name];
  const f = loop.fields.find((x) => x.key === field);
  const j = judge && (loop.judges || []).find((x) => x.key === judge);
  if (judge && !j) return ''; // the outcome of a clock, a request: not an answer
  return f ? [j && j.title, f.title].filter(Boolean).join(' ') : '';
}

function valueOf(key, v, loop, names) {
  if (v === null || v === undefined || v === '' || v === 0) return '—';
  if (key === KEYDATES) return String(v).split(' ').map(keydateTitle).join(t('word.and'));
  const f = key.startsWith('f/') && loop && loop.fields.find((x) => x.key === fieldOf(key));
  if (f && (f.type === 'person' || f.type === 'ref')) return names.get(v) || String(v);
  if (key === 'state' && loop) return (loop.states.find((s) => s.key === v) || { title: v }).title;
  if (key === 'unit') return (catalog.value.unitById.get(v) || { name: v }).name;
  if (key === 'cls') return (catalog.value.classById.get(v) || { name: v }).name;
  return valueText(f || undefined, v, t, { unitOf, classOf });
}

const classOf = (code) => (catalog.value.classes.find((k) => classCode(k) === code) || {}).name;
const unitOf = (code) => (catalog.value.units.find((u) => u.code === code) || {}).name;

// What a step of the item says of one of its units: which.
function whose(key, e, parts) {
  const part = e.part ? null : /^f\/part\/(\d+)\//.exec(key);
  const p = part && (parts || []).find((x) => x.id === Number(part[1]));
  return p ? `${p.unit_name} ` : '';
}

const isBlank = (v) => v === null || v === undefined || v === '' || v === 0;

/**
 * @param {{events: object[], loop: object, fields: object[], parts?: object[]}} props fields: of the item, for the names of people;
 *   parts: its units, for what one step says of several
 */
export function Timeline({ events, loop, fields, parts }) {
  const names = new Map((fields || []).filter((f) => f.shown).map((f) => [f.value, f.shown]));
  const [all, setAll] = useState(false);
  const list = all ? events : events.slice(0, FIRST);
  return html`<section class="card" aria-labelledby="time-h"><h2 id="time-h">${t('item.timeline')}</h2>
    <ol class="timeline">${list.map((e) => {
      const changes = Object.entries(e.changes || {}).filter(([k, v]) => Array.isArray(v) && nameOf(k, loop));
      const why = [
        [t('ask.reason'), reasonTitle((e.changes || {}).reason)],
        [t('item.byTime'), extendTitle((e.changes || {}).extend, t)],
      ].filter(([, v]) => v);
      const lost = ((e.changes || {}).lost || []).map((x) => (catalog.value.unitById.get(x) || { name: x }).name);
      const seen = ((e.changes || {}).revealed || []).map((x) => (x === 'caller' ? t('caller.title') : nameOf(`f/${x}`, loop) || x));
      return html`<li key=${e.version}>
      <p class="time-line"><time datetime=${e.at}>${stamp(e.at)}</time> <strong>${e.what_title}</strong>
        <span>${e.person_name || t('item.bySystem')}</span>${e.unit_name ? html`<span title=${t('audit.unitThen')}>${e.unit_name}</span>` : null}</p>
      ${e.changes && typeof e.changes.same === 'string' ? html`<p>${e.changes.same}</p>` : null}
      ${e.changes && Array.isArray(e.changes.members) ? html`<p>${e.changes.members.join(t('word.and'))}</p>` : null}
      ${seen.length ? html`<p>${seen.join(t('word.and'))}</p>` : null}
      ${why.length ? html`<p>${why.map(([k, v]) => `${k}${t('word.colon')}${v}`).join('　')}</p>` : null}
      ${e.note ? html`<p class="prose">${e.note}</p>` : null}
      ${lost.length ? html`<p class="hint">${t('item.lostBy', { units: lost.join(t('word.and')) })}</p>` : null}
      ${changes.length ? html`<ul class="changes">${changes.map(([k, [from, to]]) => html`<li key=${k}>${whose(k, e, parts)}${nameOf(k, loop)}${t('word.colon')}${isBlank(from) ? '' : html`<del>${valueOf(k, from, loop, names)}</del> → `}<ins>${valueOf(k, to, loop, names)}</ins>
        </li>`)}</ul>` : null}
    </li>`;
    })}</ol>
    ${events.length > FIRST && !all ? html`<button type="button"
      onClick=${() => setAll(true)}>${t('item.moreEvents', { n: events.length - FIRST })}</button>` : null}
  </section>`;
}
