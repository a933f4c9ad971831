// The box for filter text. What the server does not understand is shown under it with the place marked; a small form
// beside it writes terms for those who do not know the language yet.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { all } from '../lib/filter.js';
import { errorColumn, withExpected } from '../lib/errors.js';
import { Later } from './later.js';

const tools = () => import('./list-tools.js');

/** Text with the character at a column (from 1) marked. */
export function Marked({ text, column }) {
  const chars = Array.from(text);
  if (column < 1) return html`<code>${text}</code>`;
  const at = Math.min(column, chars.length + 1) - 1;
  let end = at + 1;
  while (end < chars.length && !/\s/.test(chars[end])) end++;
  return html`<code>${chars.slice(0, at).join('')}<mark>${chars.slice(at, end).join('') || ' '}</mark>${chars.slice(end).join('')}</code>`;
}

/**
 * @param {{text: string, error: any, onSend: (text: string) => void, inputRef: object, register?: object, before?: number}} props
 *   register: whose rows are filtered; before: so many characters of what the server was asked stand before the text
 */
export function FilterBox({ text, error, onSend, inputRef, register, before = 0 }) {
  const [typed, setTyped] = useState(text);
  const [adding, setAdding] = useState(false);
  useEffect(() => setTyped(text), [text]);
  const send = (e) => {
    e.preventDefault();
    onSend(typed.trim());
  };
  const leave = (e) => {
    if (e.key === 'Escape' && !e.isComposing) e.target.blur();
  };
  return html`<form class=${`filter${error ? ' bad' : ''}`} role="search" aria-label=${register ? t('row.filterForm', { title: register.title }) : t('filter.form')}
    onSubmit=${send}>
    <label for="filter">${t('filter.label')} <kbd>/</kbd></label>
    <div class="filter-line">
      <input id="filter" ref=${inputRef} type="text" value=${typed} onInput=${(e) => setTyped(e.target.value)}
        onKeyDown=${leave}
        spellcheck="false" autocapitalize="none" autocomplete="off" placeholder=${register ? t('row.filterHint', { title: register.name || t('row.name') }) : t('filter.hint')}
        aria-invalid=${error ? 'true' : null} aria-describedby=${error ? 'filter-e' : null}
          enterkeyhint="search" />
      <button class="primary">${t('filter.send')}</button>
      <button type="button" aria-expanded=${adding ? 'true' : 'false'}
        onClick=${() => setAdding(!adding)}>${t('filter.add')}</button>
    </div>
    ${
      error
        ? html`<div id="filter-e" class="field-error" role="alert">${error.errors.map(
            (e) => html`<p key=${e.message}>▲ ${withExpected(e)}</p>
      ${errorColumn(e) ? html`<p><${Marked} text=${text} column=${errorColumn(e) - before} /></p>` : null}`,
          )}</div>`
        : null
    }
    ${
      adding
        ? html`<${Later} load=${tools} name="AddTerm" register=${register} onAdd=${(x) => {
            setAdding(false);
            onSend(all(typed, x));
          }} />`
        : null
    }
  </form>`;
}
