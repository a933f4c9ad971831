// A dialog with a small form: fields by description, errors by field, one sending at a time.
import { useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { errorsByField } from '../lib/errors.js';
import { keyKeeper } from '../lib/api.js';
import { Dialog } from './dialog.js';
import { ErrorSummary, Field, selectInput, textInput } from './field.js';
import { Combo } from './combo.js';

const FORM = 'fd';

function control(f, a, value, set) {
  if (f.type === 'select') return selectInput(a, value, set, f.options, f.required ? null : '');
  if (f.type === 'tree')
    return html`<${Combo} attrs=${a} nodes=${f.nodes} byId=${f.byId} value=${value} onPick=${set} />`;
  if (f.type === 'password')
    return html`<input type="password" ...${a} autocomplete="new-password" value=${value || ''}
      onInput=${(e) => set(e.target.value)} />`;
  return textInput(a, value, set, { autocomplete: 'off', ...(f.attrs || {}) });
}

/**
 * @param {{title: string, intro?: any, fields: {name: string, label: string, type?: string, hint?: string, required?: boolean}[],
 *   values: object, action: string, onSend: (v: object, key: string) => Promise<any>, onClose: () => void}} props
 */
export function FormDialog({ title, intro, fields, values, action, onSend, onClose }) {
  const [v, setV] = useState(values);
  const [errors, setErrors] = useState(null);
  const [busy, setBusy] = useState(false);
  const keyOf = useRef(keyKeeper()).current;
  const send = async (e) => {
    e.preventDefault();
    const bad = {};
    for (const f of fields)
      if (f.required && !v[f.name]) bad[f.name] = f.type ? t('form.mustChoose') : t('form.mustFill');
    setErrors(Object.keys(bad).length ? bad : null);
    if (Object.keys(bad).length || busy) return;
    setBusy(true);
    try {
      await onSend(v, keyOf(v));
    } catch (err) {
      setErrors(err.errors && err.errors.length ? errorsByField(err.errors) : { '': err.message });
      setBusy(false);
    }
  };
  const list = errors || {};
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <form onSubmit=${send} noValidate>
      <${ErrorSummary} form=${FORM} errors=${errors}
        names=${Object.fromEntries(fields.map((f) => [f.name, f.label]))} />
      ${intro ? html`<p>${intro}</p>` : null}
      ${fields.map((f) => html`<${Field} key=${f.name} form=${FORM} name=${f.name} label=${f.label}
        hint=${f.hint} error=${list[f.name]}
        required=${f.required}>${(a) => control(f, a, v[f.name], (x) => setV({ ...v, [f.name]: x }))}<//>`)}
      <div class="actions"><button class="primary" aria-busy=${busy ? 'true' : null}>${action}</button>
        <button type="button" onClick=${onClose}>${t('action.back')}</button></div>
    </form>
  <//>`;
}
