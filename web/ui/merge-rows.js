// Two rows of a register that are one thing: both side by side, of each value that differs the one to keep.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, keyKeeper, post } from '../lib/api.js';
import { notify } from '../lib/state.js';
import { differing, startTakes } from '../lib/twins.js';
import { valueText } from '../lib/value.js';
import { Dialog } from './dialog.js';
import { ErrorSummary, Field, textInput } from './field.js';
import { Failure } from './load.js';

const FORM = 'merge-rows';
const mergeStep = (register) => register.steps.find((s) => s.does === 'merge');
const splitStep = (register) => register.steps.find((s) => s.does === 'unmerge');

// Taken apart again from the message that says it was done.
function undoOf(register, loser, again) {
  const run = async () => {
    try {
      const now = await get(`/api/items/${loser.id}`);
      await post(`/api/items/${loser.id}/steps`, { step: splitStep(register).key, version: now.version });
      notify(t('twin.split', { name: loser.title }), 'done');
      again();
    } catch (e) {
      notify(e.message, 'error');
    }
  };
  return { label: t('twin.undo'), run };
}

// Both values in the order of the columns; `first`: the row that stays stands in the first.
function Choice({ row, first, taken, set, register }) {
  const kind = register.fields.find((f) => f.key === row.key);
  const show = (v) => v.shown || (v.value ? valueText(kind, v.value, t) : html`<span class="hint">${t('twin.blank')}</span>`);
  const name = `take-${row.key}`;
  const side = (v, on) => html`<td><label class="check"><input type="radio" name=${name} checked=${taken === on} onChange=${() => set(row.key, on)} /> ${show(v)}</label></td>`;
  const sides = [side(row.winner, false), side(row.loser, true)];
  return html`<tr><th scope="row">${row.title}</th>${first ? sides : sides.reverse()}</tr>`;
}

function Compare({ a, b, register, onDone, onClose, onStale }) {
  const [keep, setKeep] = useState(a.id);
  const winner = keep === a.id ? a : b;
  const loser = keep === a.id ? b : a;
  const rows = differing(winner, loser, register, t);
  const [takes, setTakes] = useState(() => startTakes(rows));
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const [keyOf] = useState(() => keyKeeper());
  const may = (loser.steps || []).find((s) => s.key === mergeStep(register).key);
  const turn = (id) => {
    setKeep(id);
    setTakes(startTakes(differing(id === a.id ? a : b, id === a.id ? b : a, register, t)));
  };
  const set = (key, on) => setTakes(on ? [...takes.filter((k) => k !== key), key] : takes.filter((k) => k !== key));
  const send = async (e) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      const body = { step: mergeStep(register).key, version: loser.version, other: winner.no, takes: takes.filter((k) => rows.some((r) => r.key === k)) };
      await post(`/api/items/${loser.id}/steps`, body, { key: keyOf(body) });
      notify(t('twin.merged', { name: loser.title, other: winner.title }), 'done', undoOf(register, loser, () => onDone(winner)));
      onDone(winner);
    } catch (x) {
      setError(x);
      setBusy(false);
      if (x.conflict) onStale();
    }
  };
  const head = (x) => html`<th scope="col"><label class="check"><input type="radio" name="keep" checked=${keep === x.id} onChange=${() => turn(x.id)} /> ${x.title}</label><a class="hint mono" href=${`/i/${x.id}`} target="_blank" rel="noopener">${x.no}</a></th>`;
  return html`<form onSubmit=${send} noValidate>
    <p>${t('twin.lead')}</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${t('twin.compare')}><table class="plain sides"><thead><tr><th scope="col">${t('twin.keep')}</th>${[a, b].map(head)}</tr></thead>
      <tbody>${rows.map((row) => html`<${Choice} key=${row.key} row=${row} first=${keep === a.id} taken=${takes.includes(row.key)} set=${set} register=${register} />`)}</tbody></table></div>
    <p class="hint">${t('twin.rest')}</p>
    ${error ? html`<${Failure} error=${error} />` : null}
    ${may && !may.ok ? html`<p class="notice">${may.why}</p>` : null}
    <div class="actions sticky"><button class="primary" disabled=${!may || !may.ok} aria-busy=${busy ? 'true' : null}>${t('twin.take', { no: loser.no, other: winner.no })}</button>
      <button type="button" onClick=${onClose}>${t('action.back')}</button></div></form>`;
}

/**
 * @param {{id: number, other?: number, register: object, onDone: (winner: object) => void, onClose: () => void}} props
 *   other: its twin; left out, its number is asked
 */
export function MergeRows({ id, other, register, onDone, onClose }) {
  const [pair, setPair] = useState(null);
  const [no, setNo] = useState('');
  const [error, setError] = useState(null);
  const load = async (path) => {
    try {
      const [a, b] = await Promise.all([get(`/api/items/${id}`), get(path)]);
      if (b.id === a.id || b.loop !== a.loop) setError({ no: t('twin.notOther', { title: register.title }) });
      else setPair({ a, b });
    } catch (e) {
      setError({ no: e.message });
    }
  };
  useEffect(() => {
    if (other) load(`/api/items/${other}`);
  }, [other]);
  const ask = (e) => {
    e.preventDefault();
    if (no.trim()) load(`/api/numbers/${encodeURIComponent(no.trim().toUpperCase())}`);
    else setError({ no: t('form.mustFill') });
  };
  return html`<${Dialog} title=${t('twin.compare')} onClose=${onClose} wide>
    ${
      pair
        ? html`<${Compare} ...${pair} register=${register} onDone=${onDone} onClose=${onClose} onStale=${() => load(`/api/items/${pair.b.id}`)} />`
        : html`<form onSubmit=${ask} noValidate><${ErrorSummary} form=${FORM} errors=${error} names=${{ no: t('twin.other') }} />
            <${Field} form=${FORM} name="no" label=${t('twin.other')} hint=${t('twin.otherHint')} error=${error && error.no} required>${(a) => textInput(a, no, setNo)}<//>
            <div class="actions"><button class="primary">${t('twin.compare')}</button><button type="button" onClick=${onClose}>${t('action.back')}</button></div></form>`
    }<//>`;
}
