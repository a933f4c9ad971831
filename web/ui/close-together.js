// The members of an item that gathers others, closed together: which may be closed now, one answer for all of them, what each loop's
// closing step asks besides; tried first, then taken, and told row by row.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, keyKeeper, post, query } from '../lib/api.js';
import { bulkBody, bulkStep } from '../lib/bulk.js';
import { stepOf } from '../lib/catalog.js';
import { closings, together } from '../lib/closing.js';
import { errorsByField } from '../lib/errors.js';
import { all, term } from '../lib/filter.js';
import { count } from '../lib/num.js';
import { catalog, notify } from '../lib/state.js';
import { checkValues, startValues } from '../lib/step.js';
import { askTitle } from './ask.js';
import { Result } from './bulk-bar.js';
import { Dialog } from './dialog.js';
import { ErrorSummary, Field, textArea } from './field.js';
import { Loaded, useLoad } from './load.js';
import { StepFields } from './step-fields.js';

const MOST = 50; // each is asked for its steps
const FORM = 'together';
const NOTE_MAX = 4000;

const loopOf = (key) => catalog.value.loopByKey.get(key);
const stepsOf = (key) => (step) => bulkStep(stepOf(loopOf(key), step));

async function load(item, signal) {
  const open = await get(`/api/items${query({ filter: all(term('gathered', item.no), 'open:yes'), sort: 'filed', limit: MOST })}`, { signal });
  const items = await Promise.all(open.rows.map((r) => get(`/api/items/${r.id}`, { signal })));
  return { total: open.total, ...closings(items, stepsOf) };
}

const why = (h) => h.why || t('gather.noClosing', { state: h.item.state_title });

function Held({ list }) {
  if (!list.length) return null;
  return html`<h3>${t('gather.held', { n: count(list.length) })}</h3>
    <ul class="plain-list">${list.map((h) => html`<li key=${h.item.id}><span class="tag">${loopOf(h.item.loop).title}</span> <a href=${`/i/${h.item.id}`} target="_blank" rel="noopener">${h.item.no} ${h.item.title}</a><br/><span class="hint">${why(h)}</span></li>`)}</ul>`;
}

function Batch({ b, form, v, set, errors, picked, pick }) {
  const loop = loopOf(b.loop);
  const blank = useRef({ fields: [], parts: [], no: '', title: '' }).current;
  const chosen = b.rows.filter((r) => picked.has(r.id));
  const title = t('gather.batch', { loop: loop.title, step: b.step.title, n: count(chosen.length), all: count(b.rows.length) });
  const names = Object.fromEntries(b.step.fields.map((f) => [f.key, askTitle(f)]));
  return html`<fieldset class="group"><legend>${title}</legend>
    ${b.rows.map((r) => html`<p key=${r.id}><label class="check"><input type="checkbox" checked=${picked.has(r.id)} onChange=${(e) => pick(r.id, e.target.checked)} /> <span>${r.no} ${r.title} <span class="hint">${r.state_title}</span></span></label></p>`)}
    <${ErrorSummary} form=${form} errors=${errors} names=${names} />
    ${chosen.length ? html`<${StepFields} form=${form} item=${blank} loop=${loop} step=${{ ...b.step, files_max: 0 }} v=${v} set=${set} errors=${errors || {}} files=${[]} setFiles=${() => {}} noNote />` : null}</fieldset>`;
}

function Form({ of, item, onDone, onClose }) {
  const { batches } = of;
  const [picked, setPicked] = useState(() => new Set(batches.flatMap((b) => b.rows.map((r) => r.id))));
  const [values, setValues] = useState(() => Object.fromEntries(batches.map((b) => [b.key, startValues(b.step, { fields: [], parts: [] })])));
  const [note, setNote] = useState('');
  const [errors, setErrors] = useState({});
  const [tried, setTried] = useState(null);
  const [busy, setBusy] = useState(false);
  const keys = useRef(new Map(batches.map((b) => [b.key, keyKeeper()]))).current;
  const changed = (f) => (x) => {
    setTried(null);
    f(x);
  };
  const chosen = batches.map((b) => ({ ...b, rows: b.rows.filter((r) => picked.has(r.id)) })).filter((b) => b.rows.length);
  const wanted = chosen.some((b) => b.step.note_required);
  const ask = async (b, dry) => {
    const body = bulkBody(b.step, { ...values[b.key], note }, b.rows);
    return post(`/api/steps${dry ? '?dry_run=yes' : ''}`, body, dry ? {} : { key: keys.get(b.key)(body) });
  };
  const wrong = () => {
    const bad = {};
    for (const b of chosen) {
      const { note: noted, ...own } = checkValues(b.step, { ...values[b.key], note }, t);
      if (Object.keys(own).length) bad[b.key] = own;
      if (noted) bad[''] = { note: noted };
    }
    return bad;
  };
  const send = async (e) => {
    e.preventDefault();
    const bad = wrong();
    setErrors(bad);
    if (Object.keys(bad).length || busy || !chosen.length) return;
    setBusy(true);
    const answers = [];
    for (const b of chosen) {
      try {
        answers.push(await ask(b, !tried));
      } catch (x) {
        bad[b.key] = x.errors && x.errors.length ? errorsByField(x.errors) : { '': x.message };
      }
    }
    setErrors({ ...bad });
    setBusy(false);
    if (!tried && !Object.keys(bad).length) setTried(together(answers));
    else if (tried && answers.length) onDone(together(answers), chosen.every((b) => b.step.undo_s));
  };
  const pick = changed(([id, on]) => setPicked((old) => {
    const next = new Set(old);
    on ? next.add(id) : next.delete(id);
    return next;
  }));
  return html`<form onSubmit=${send} noValidate>
    <p>${t('gather.closeLead', { no: item.no })}</p>
    ${of.total > MOST ? html`<p class="hint">${t('gather.closeMost', { n: count(MOST) })}</p>` : null}
    <${ErrorSummary} form=${FORM} errors=${errors[''] || null} names=${{ note: t('gather.answer') }} />
    <${Field} form=${FORM} name="note" label=${t('gather.answer')} hint=${t('gather.answerHint')} error=${(errors[''] || {}).note} required=${wanted}>${(a) => textArea(a, note, changed(setNote), NOTE_MAX, 3)}<//>
    ${batches.map((b, i) => html`<${Batch} key=${b.key} b=${b} form=${`${FORM}-${i}`} v=${values[b.key]} errors=${errors[b.key] || null} picked=${picked}
      set=${changed((x) => setValues((old) => ({ ...old, [b.key]: { ...old[b.key], ...x } })))} pick=${(id, on) => pick([id, on])} />`)}
    <${Held} list=${of.held} />
    ${tried ? html`<p class="notice" role="status">${t('bulk.preview', { done: count(tried.done), step: t('gather.closeWord') })}${tried.failed ? t('bulk.previewBad', { n: count(tried.failed) }) : ''}</p><${Result} answer=${tried} />` : null}
    <div class="actions sticky"><button class="primary" aria-busy=${busy ? 'true' : null} disabled=${!chosen.length || (tried && !tried.done)}>${tried ? t('bulk.take', { step: t('gather.closeWord'), n: count(tried.done) }) : t('bulk.try')}</button>
      <button type="button" onClick=${onClose}>${t('action.back')}</button></div></form>`;
}

/**
 * @param {{item: object, onDone: (answer: object, back: boolean) => void, onClose: () => void}} props item: the one that gathers;
 *   back: what was done may be taken back
 */
export function CloseTogether({ item, onDone, onClose }) {
  const of = useLoad((signal) => load(item, signal), []);
  useEffect(() => {
    if (of.data && !of.data.total) {
      notify(t('gather.closedAll'), 'info');
      onClose();
    }
  }, [of.data]);
  return html`<${Dialog} title=${t('gather.closeTitle')} onClose=${onClose} wide>
    <${Loaded} of=${of} rows=${4}>${(d) =>
      d.batches.length
        ? html`<${Form} of=${d} item=${item} onDone=${onDone} onClose=${onClose} />`
        : html`<p>${t('gather.closeNone')}</p><${Held} list=${d.held} />
          <div class="actions"><button type="button" class="primary" onClick=${onClose}>${t('action.close')}</button></div>`}<//><//>`;
}
