// A field that a definition asks for, drawn with the control its type wants.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { classCode, classesOf, schemeOf } from '../lib/catalog.js';
import { Field, radioInput, selectInput, textArea, textInput } from './field.js';
import { Combo } from './combo.js';
import { Later } from './later.js';

const FEW = 6;
const YESNO = () => [
  { value: 'yes', title: t('word.yes') },
  { value: 'no', title: t('word.no') },
];

const chips = (f) => f.type === 'yesno' || (f.type === 'choice' && (f.options || []).length <= FEW);

const ofRows = () => import('../pages/rows.js');

// Amounts, references and what is checked while it is typed come when something asks for them.
const later = (f) => (f.type === 'money' ? 'Amount' : f.type === 'ref' ? 'Reference' : f.type === 'geometry' ? 'ShapePick' : f.type === 'file' ? 'FileField' : f.check ? 'Checked' : '');

function Unit({ a, field, value, onInput }) {
  const c = catalog.value;
  // A field keeps the code; who answers for the whole row is said by id.
  const id = field.own ? value : (c.units.find((u) => u.code === value) || {}).id;
  return html`<${Combo} attrs=${a} nodes=${c.units.filter((u) => !u.closed)} byId=${c.unitById} value=${id || null}
    onPick=${(x) => onInput(field.own ? x || 0 : x ? c.unitById.get(x).code : '')} />`;
}

// Likewise: a field keeps the scheme and the code.
function Class({ a, field, value, onInput, loop }) {
  const c = catalog.value;
  const id = field.own ? value : (c.classes.find((k) => classCode(k) === value) || {}).id;
  return html`<${Combo} attrs=${a} nodes=${field.own ? classesOf(c, loop) : schemeOf(c, field.classes)} byId=${c.classById} value=${id || null}
    onPick=${(x) => onInput(field.own ? x : x ? classCode(c.classById.get(x)) : '')} />`;
}

function control(f, a, value, onInput, loop, more) {
  if (later(f))
    return html`<${Later} load=${ofRows} name=${later(f)} attrs=${a} field=${f} value=${value} onInput=${onInput} ...${more} />`;
  const options = (f.options || []).map((o) => ({ value: String(o), title: String(o) }));
  switch (f.type) {
    case 'choice':
      return chips(f)
        ? radioInput(a, value, onInput, options, f.required)
        : selectInput(a, value, onInput, options);
    case 'person':
      return selectInput(
        a,
        value,
        onInput,
        (f.people || []).map((p) => ({ value: p.login, title: p.name })),
      );
    case 'yesno':
      return radioInput(a, value, onInput, YESNO(), f.required);
    case 'date':
      return html`<input type="date" ...${a} value=${value || ''}
        onInput=${(e) => onInput(e.target.value)} />`;
    case 'time':
      return html`<input type="datetime-local" ...${a} value=${value || ''}
        onInput=${(e) => onInput(e.target.value)} />`;
    case 'number':
      return textInput(a, value, onInput, { inputmode: 'decimal' });
    case 'phone':
      return textInput(a, value, onInput, { inputmode: 'tel', autocomplete: 'off' });
    case 'fullname':
    case 'idno':
      return textInput(a, value, onInput, { autocomplete: 'off' });
    case 'unit':
      return html`<${Unit} a=${a} field=${f} value=${value} onInput=${onInput} />`;
    case 'class':
      return html`<${Class} a=${a} field=${f} value=${value} onInput=${onInput} loop=${loop} />`;
    default:
      return f.max > 100
        ? textArea(a, value, onInput, f.max, f.max > 800 ? 5 : 3)
        : textInput(a, value, onInput);
  }
}

const OWN = { class: 'col.class', place: 'col.address', unit: 'row.unit', name: 'row.name' };

/** Title of an asked field. */
export const askTitle = (f) => f.title || t(OWN[f.type]);

/** Names what nobody is asked for because it follows from the rest. @param {{loop: object}} props */
export function Computed({ loop }) {
  const list = loop.fields.filter((f) => f.formula);
  return list.length ? html`<p class="hint computed">${t('row.computes', { fields: list.map((f) => f.title).join(t('word.listed')) })}</p>` : null;
}

const SEALED = ['phone', 'fullname', 'idno'];
const CHOSEN = ['choice', 'yesno', 'person', 'class', 'unit', 'ref', 'date', 'geometry', 'file'];

/** What is said of a required field that is blank. */
export const missing = (f) => t(CHOSEN.includes(f.type) ? 'form.mustChoose' : 'form.mustFill');

/**
 * @param {{form: string, field: object, loop: object, value: any, onInput: (v: any) => void, error?: string, shown?: string,
 *   plain?: boolean, files?: object}} props shown: what the value is called, where that is not itself; plain: no row of another register is
 *   added from here
 */
export function Ask({ form, field, loop, value, onInput, error, shown, plain, files }) {
  const hint = field.help || (SEALED.includes(field.type) ? t(String(value || '').includes('*') ? 'sealed.keep' : 'sealed.hint') : null) || (field.own && field.type === 'unit' && !value ? t('row.unitHint') : null);
  return html`<${Field} form=${form} name=${field.key} label=${askTitle(field)} hint=${hint}
    error=${error}
    required=${field.required} group=${chips(field) || field.type === 'geometry'}>${(a) => control(field, a, value, onInput, loop, { shown, plain, files })}<//>`;
}
