// The box for filter text. What the server does not understand is shown under it with the place marked; a small form
// beside it writes terms for those who do not know the language yet.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { all, term } from '../lib/filter.js';
import { errorColumn, withExpected } from '../lib/errors.js';
import { Combo } from './combo.js';

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
 * @param {{text: string, error: any, onSend: (text: string) => void, inputRef: object}} props
 */
export function FilterBox({ text, error, onSend, inputRef }) {
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
  return html`<form class=${`filter${error ? ' bad' : ''}`} role="search" aria-label=${t('filter.form')}
    onSubmit=${send}>
    <label for="filter">${t('filter.label')} <kbd>/</kbd></label>
    <div class="filter-line">
      <input id="filter" ref=${inputRef} type="text" value=${typed} onInput=${(e) => setTyped(e.target.value)}
        onKeyDown=${leave}
        spellcheck="false" autocapitalize="none" autocomplete="off" placeholder=${t('filter.hint')}
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
      ${errorColumn(e) ? html`<p><${Marked} text=${text} column=${errorColumn(e)} /></p>` : null}`,
          )}</div>`
        : null
    }
    ${
      adding
        ? html`<${AddTerm} onAdd=${(x) => {
            setAdding(false);
            onSend(all(typed, x));
          }} />`
        : null
    }
  </form>`;
}

const KINDS = ['loop', 'state', 'unit', 'class', 'channel', 'priority', 'filed'];
const KIND_TITLE = {
  loop: 'filter.kLoop',
  state: 'filter.kState',
  unit: 'filter.kUnit',
  class: 'filter.kClass',
  channel: 'filter.kChannel',
  priority: 'filter.kPriority',
  filed: 'filter.kFiled',
};
const FILED = [
  ['today', 'filter.dToday'],
  ['last-7d', 'filter.d7'],
  ['last-30d', 'filter.d30'],
];

function optionsOf(kind) {
  const c = catalog.value;
  const out = new Map();
  if (kind === 'loop') c.loops.forEach((l) => out.set(l.key, l.title));
  else if (kind === 'state') c.loops.forEach((l) => l.states.forEach((s) => out.set(s.key, s.title)));
  else if (kind === 'filed') FILED.forEach(([v, k]) => out.set(v, t(k)));
  else {
    c.loops.forEach((l) =>
      l.fields.filter((f) => f.key === kind).forEach((f) => (f.options || []).forEach((o) => out.set(o, o))),
    );
  }
  return Array.from(out, ([value, title]) => ({ value, title }));
}

// A name stands for a node only when no other has it; else its code does.
function nameOf(nodes, node) {
  const same = nodes.filter((n) => n.name === node.name).length;
  if (same === 1) return node.name;
  return node.scheme ? `${node.scheme}/${node.code}` : node.code;
}

function AddTerm({ onAdd }) {
  const [kind, setKind] = useState('state');
  const c = catalog.value;
  const tree = kind === 'unit' ? [c.units, c.unitById] : kind === 'class' ? [c.classes, c.classById] : null;
  return html`<div class="add-term">
    <label>${t('filter.field')} <select value=${kind} onChange=${(e) => setKind(e.target.value)}>
      ${KINDS.map((k) => html`<option key=${k} value=${k}
        selected=${k === kind}>${t(KIND_TITLE[k])}</option>`)}</select></label>
    ${
      tree
        ? html`<div><label for="add-v">${t('filter.value')}</label><${Combo} key=${kind}
          attrs=${{ id: 'add-v' }} nodes=${tree[0]} byId=${tree[1]} value=${null}
        onPick=${(id) => id && onAdd(term(kind, nameOf(tree[0], tree[1].get(id))))} /></div>`
        : html`<label>${t('filter.value')} <select onChange=${(e) => e.target.value && onAdd(term(kind, e.target.value))}>
        <option value="">${t('form.choose')}</option>${optionsOf(kind).map((o) => html`<option key=${o.value}
          value=${o.value}>${o.title}</option>`)}</select></label>`
    }
    <p class="hint">${t('filter.lesson')}</p>
  </div>`;
}
