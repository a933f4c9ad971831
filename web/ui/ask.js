// A field that a definition asks for, drawn with the control its type wants.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { classesOf } from '../lib/catalog.js';
import { Field, radioInput, selectInput, textArea, textInput } from './field.js';
import { Combo } from './combo.js';

const FEW = 6;
const YESNO = () => [
  { value: 'yes', title: t('word.yes') },
  { value: 'no', title: t('word.no') },
];

const chips = (f) => f.type === 'yesno' || (f.type === 'choice' && (f.options || []).length <= FEW);

function control(f, a, value, onInput, loop) {
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
    case 'class':
      return html`<${Combo} attrs=${a} nodes=${classesOf(catalog.value, loop)} byId=${catalog.value.classById}
        value=${value || null} onPick=${onInput} />`;
    default:
      return f.max > 100
        ? textArea(a, value, onInput, f.max, f.max > 800 ? 5 : 3)
        : textInput(a, value, onInput);
  }
}

/** Title of an asked field. */
export const askTitle = (f) => (f.type === 'class' ? t('col.class') : f.type === 'place' ? t('col.address') : f.title);

/**
 * @param {{form: string, field: object, loop: object, value: any, onInput: (v: any) => void, error?: string}} props
 */
export function Ask({ form, field, loop, value, onInput, error }) {
  return html`<${Field} form=${form} name=${field.key} label=${askTitle(field)} hint=${field.help}
    error=${error}
    required=${field.required} group=${chips(field)}>${(a) => control(field, a, value, onInput, loop)}<//>`;
}
