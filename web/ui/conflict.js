// Somebody else changed the item first: both versions, field by field, and the choice.
import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { differences } from '../lib/step.js';
import { stamp } from '../lib/time.js';

const TITLES = {
  state_title: 'col.state',
  unit_name: 'col.unit',
  class_name: 'col.class',
  kind: 'col.kind',
  priority: 'col.priority',
  due: 'col.due',
  title: 'col.title',
};

// A row of a register has words of its own.
const wordOf = (key, loop) =>
  loop && loop.lasts && key === 'title' && loop.name ? loop.name : t((loop && loop.lasts && LASTING[key]) || TITLES[key]);
const LASTING = { unit_name: 'row.unit', title: 'row.name' };

const show = (d, v) => (d.key === 'due' && v ? stamp(v) : v || '—');

/**
 * @param {{mine: object, theirs: object, step: object, loop: object, part: number|null, busy: boolean, onRetry: () => void, onDrop: () => void}} props
 */
export function Conflict({ mine, theirs, step, loop, part, busy, onRetry, onDrop }) {
  const ref = useRef(null);
  useEffect(() => ref.current.focus(), [theirs.version]);
  const diff = differences(mine, theirs);
  const row = (theirs.steps || []).find((s) => s.key === step.key && (s.part || null) === (part || null));
  const ok = !row || row.ok;
  const since = (theirs.timeline || []).filter((e) => e.version > mine.version);
  return html`<section class="notice conflict" tabindex="-1" ref=${ref} aria-labelledby="conflict-h">
    <h3 id="conflict-h">${t('conflict.title')}</h3>
    <p>${t('conflict.text')}</p>
    ${since.length ? html`<ul>${since.map((e) => html`<li key=${e.version}>${stamp(e.at)} ${e.person_name}${t('word.colon')}${e.what_title}${e.note ? ` — ${e.note}` : ''}</li>`)}</ul>` : null}
    ${
      diff.length
        ? html`<table class="plain"><thead><tr><th scope="col">${t('conflict.field')}</th>
          <th scope="col">${t('conflict.mine', { v: mine.version })}</th>
          <th scope="col">${t('conflict.theirs', { v: theirs.version })}</th></tr></thead>
      <tbody>${diff.map((d) => html`<tr key=${d.key}><th scope="row">${d.title || wordOf(d.key, loop)}</th>
        <td>${show(d, d.mine)}</td><td>${show(d, d.theirs)}</td></tr>`)}</tbody></table>`
        : html`<p class="hint">${t('conflict.same')}</p>`
    }
    ${ok ? null : html`<p class="field-error">▲ ${t('conflict.closed', { step: step.title, why: row.why || '' })}</p>`}
    <div class="actions">
      ${ok ? html`<button type="button" class="primary" onClick=${onRetry}
        aria-busy=${busy ? 'true' : null}>${t('conflict.retry', { step: step.title })}</button>` : null}
      <button type="button" onClick=${onDrop}>${t('conflict.drop')}</button>
    </div>
  </section>`;
}
