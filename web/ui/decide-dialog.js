// Agreeing to a request, or refusing it: what was asked for, what the stage asks as well, and an opinion.
import { useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { keyKeeper, post } from '../lib/api.js';
import { errorsByField } from '../lib/errors.js';
import { fieldsOf, stepOf } from '../lib/catalog.js';
import { EXTEND_UNITS, extendParts, extendTitle } from '../lib/step.js';
import { stamp } from '../lib/time.js';
import { Dialog } from './dialog.js';
import { Ask, askTitle } from './ask.js';
import { ErrorSummary, Field, textArea } from './field.js';
import { Asked } from './requests.js';

const FORM = 'say';
const NOTE_MAX = 4000;

function Grant({ asked, v, set, error }) {
  return html`<${Field} form=${FORM} name="extend" label=${t('ask.grant')}
    hint=${t('ask.grantHint', { extend: extendTitle(asked, t) })} error=${error}>${(a) => html`<div class="row">
    <input type="text" ...${a} class="w-short" inputmode="numeric" value=${v.n}
      onInput=${(e) => set({ n: e.target.value.trim() })} />
    <select class="w-auto" aria-label=${t('step.extendUnit')} value=${v.per}
      onChange=${(e) => set({ per: e.target.value })}>${EXTEND_UNITS.map(([u, key]) => html`<option key=${u}
      value=${u} selected=${u === v.per}>${t(key)}</option>`)}</select></div>`}<//>`;
}

/**
 * @param {{item: object, loop: object, request: object, say: 'yes'|'no', onDone: (item: object) => void,
 *   onSeen: (item: object) => void, onClose: () => void}} props
 */
export function DecideDialog({ item, loop, request, say, onDone, onSeen, onClose }) {
  const step = stepOf(loop, request.step) || { approve: [] };
  const stage = step.approve[request.stage] || {};
  const fields = say === 'yes' ? fieldsOf(loop, stage.asks) : [];
  const grants = say === 'yes' && request.extend && request.stage === step.approve.length - 1;
  const asked = extendParts(request.extend);
  const [v, setV] = useState({ note: '', fields: {}, ...asked });
  const [errors, setErrors] = useState(null);
  const [busy, setBusy] = useState(false);
  const keyOf = useRef(keyKeeper()).current;
  const set = (changes) => setV((old) => ({ ...old, ...changes }));
  const check = () => {
    const bad = {};
    for (const f of fields) if (f.required && !v.fields[f.key]) bad[f.key] = t('form.mustFill');
    if (say === 'no' && !v.note.trim()) bad.note = t('form.mustFill');
    if (grants && !/^[1-9]\d{0,2}$/.test(v.n)) bad.extend = t('step.needExtend');
    return bad;
  };
  const send = async (e) => {
    e.preventDefault();
    const bad = check();
    setErrors(Object.keys(bad).length ? bad : null);
    if (Object.keys(bad).length || busy) return;
    const body = { step: request.step, say, version: item.version };
    if (request.part) body.part = request.part;
    if (v.note.trim()) body.note = v.note.trim();
    if (fields.length) body.fields = v.fields;
    if (grants && `${v.n}${v.per}` !== request.extend) body.extend = `${v.n}${v.per}`;
    setBusy(true);
    try {
      onDone(await post(`/api/items/${item.id}/steps`, body, { key: keyOf(body) }));
    } catch (err) {
      setBusy(false);
      if (err.conflict) onSeen(err.current);
      setErrors(err.errors && err.errors.length ? errorsByField(err.errors) : { '': err.message });
    }
  };
  const list = errors || {};
  const label = t(say === 'yes' ? 'ask.opinion' : 'ask.why');
  const names = { note: label, extend: t('ask.grant') };
  for (const f of fields) names[f.key] = askTitle(f);
  const title = t(say === 'yes' ? 'ask.yesTitle' : 'ask.noTitle', { step: request.title });
  return html`<${Dialog} title=${title} onClose=${onClose} wide>
    <p class="hint">${item.no}　${item.title}</p>
    <p>${t('ask.by', { name: request.by_name, at: stamp(request.at) })}</p>
    <${Asked} request=${request} />
    <form onSubmit=${send} noValidate>
      <${ErrorSummary} form=${FORM} errors=${errors} names=${names} />
      ${grants ? html`<${Grant} asked=${request.extend} v=${v} set=${set} error=${list.extend} />` : null}
      ${fields.map((f) => html`<${Ask} key=${f.key} form=${FORM} field=${f} loop=${loop} error=${list[f.key]}
        value=${v.fields[f.key]} onInput=${(x) => set({ fields: { ...v.fields, [f.key]: x } })} />`)}
      <${Field} form=${FORM} name="note" label=${label} hint=${say === 'yes' ? t('form.optional') : null}
        error=${list.note} required=${say === 'no'}>${(a) => textArea(a, v.note, (note) => set({ note }), NOTE_MAX, 3)}<//>
      <div class="actions sticky"><button class=${say === 'yes' ? 'primary' : 'danger'}
        aria-busy=${busy ? 'true' : null}>${busy ? t('form.sending') : t(say === 'yes' ? 'ask.yesAct' : 'ask.noAct')}</button>
        <button type="button" onClick=${onClose}>${t('action.back')}</button></div>
    </form>
  <//>`;
}
