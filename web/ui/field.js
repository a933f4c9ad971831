// One field of a form: label above, hint, error, control. And the summary of all errors, which takes the focus.
import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';

/** Element id of a form's field, so that the error summary can link to it. */
export const fieldId = (form, name) => `${form}-${String(name).replace(/[^\w-]/g, '_')}`;

/**
 * @param {{form: string, name: string, label: string, hint?: string, error?: string, required?: boolean,
 *   group?: boolean, children: (attrs: object) => any}} props
 *   group: the control is a set of choices, so the label is a legend
 */
export function Field({ form, name, label, hint, error, required, group, children }) {
  const id = fieldId(form, name);
  const describedBy = [hint && `${id}-h`, error && `${id}-e`].filter(Boolean).join(' ') || null;
  const attrs = { id, name, 'aria-describedby': describedBy, 'aria-invalid': error ? 'true' : null };
  const control = children instanceof Function ? children : children[0];
  const word = html`${label}${required ? html`<span class="must">${t('form.required')}</span>` : null}`;
  const under = html`
    ${hint ? html`<p class="hint" id=${`${id}-h`}>${hint}</p>` : null}
    ${error ? html`<p class="field-error" id=${`${id}-e`}>
      <span aria-hidden="true">▲ </span>${error}</p>` : null}`;
  if (group) {
    return html`<fieldset class=${`field${error ? ' bad' : ''}`} id=${id} tabindex="-1"
      aria-describedby=${describedBy}>
      <legend>${word}</legend>${under}${control({ ...attrs, required })}
    </fieldset>`;
  }
  return html`<div class=${`field${error ? ' bad' : ''}`}>
    <label for=${id}>${word}</label>${under}
    ${control({ ...attrs, 'aria-required': required ? 'true' : null })}
  </div>`;
}

/**
 * All errors of a form; takes the focus when they come. Each is a link to its field where there is one.
 * @param {{form: string, errors: Record<string, string>|null, names?: Record<string, string>}} props
 *   names: labels by field, put before the message
 */
export function ErrorSummary({ form, errors, names = {} }) {
  const ref = useRef(null);
  const list = errors ? Object.entries(errors) : [];
  useEffect(() => {
    if (list.length && ref.current) ref.current.focus();
  }, [errors]);
  if (!list.length) return null;
  const jump = (e, name) => {
    const el = document.getElementById(fieldId(form, name));
    if (!el) return;
    e.preventDefault();
    el.focus();
    el.scrollIntoView({ block: 'center' });
  };
  return html`<div class="notice error summary" role="alert" tabindex="-1" ref=${ref}>
    <h3>${t('form.errors', { n: list.length })}</h3>
    <ul>${list.map(
      ([name, text]) =>
        html`<li key=${name}>${
          names[name] !== undefined
            ? html`<a href=${`#${fieldId(form, name)}`}
              onClick=${(e) => jump(e, name)}>${names[name]}${t('word.colon')}${text}</a>`
            : text
        }</li>`,
    )}</ul>
  </div>`;
}

/** Plain text control for Field. */
export function textInput(attrs, value, onInput, more = {}) {
  return html`<input type="text" ...${attrs} ...${more} value=${value || ''}
    onInput=${(e) => onInput(e.target.value)} />`;
}

/** Several lines with a count of what is left when it gets short. */
export function textArea(attrs, value, onInput, max = 0, rows = 4) {
  const left = max ? max - Array.from(value || '').length : 0;
  return html`<textarea ...${attrs} rows=${rows} value=${value || ''}
    onInput=${(e) => onInput(e.target.value)}></textarea>
    ${
      max && left < 100
        ? html`<p class=${left < 0 ? 'field-error' : 'hint'} role="status">${
            left < 0 ? t('form.over', { n: -left }) : t('form.left', { n: left })
          }</p>`
        : null
    }`;
}

/**
 * A list to choose one from.
 * @param {{value: string, title: string}[]} options
 */
export function selectInput(attrs, value, onInput, options, empty = '') {
  return html`<select ...${attrs} value=${value || ''} onChange=${(e) => onInput(e.target.value)}>
    ${empty === null ? null : html`<option value="">${empty || t('form.choose')}</option>`}
    ${options.map((o) => html`<option key=${o.value} value=${o.value}
      selected=${String(o.value) === String(value || '')}>${o.title}</option>`)}
  </select>`;
}

/** Few options side by side: one press instead of two. Pressing the chosen one again clears it, unless required. */
export function radioInput(attrs, value, onInput, options, required) {
  return html`<div class="chips">${options.map(
    (o) => html`<label class=${`chip${o.value === value ? ' on' : ''}`} key=${o.value}>
    <input type="radio" name=${attrs.id} value=${o.value} checked=${o.value === value}
      aria-describedby=${attrs['aria-describedby']}
      onChange=${() => onInput(o.value)} onClick=${() => !required && o.value === value && onInput('')} />
    <span>${o.title}</span></label>`,
  )}</div>`;
}

/** A yes or no with its text beside it. */
export function Check({ id, checked, onInput, children }) {
  return html`<label class="check"><input type="checkbox" id=${id} checked=${!!checked}
    onChange=${(e) => onInput(e.target.checked)} /><span>${children}</span></label>`;
}
