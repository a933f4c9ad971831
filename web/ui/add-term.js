// Writes a term of a filter for those who do not know the language yet: what is asked, and what it shall be.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { schemeOf } from '../lib/catalog.js';
import { catalog } from '../lib/state.js';
import { term } from '../lib/filter.js';
import { Combo } from './combo.js';

const KINDS = ['loop', 'state', 'unit', 'class', 'channel', 'priority', 'filed', 'refers', 'register'];
const KIND_TITLE = {
  loop: 'filter.kLoop',
  state: 'filter.kState',
  unit: 'filter.kUnit',
  class: 'filter.kClass',
  channel: 'filter.kChannel',
  priority: 'filter.kPriority',
  filed: 'filter.kFiled',
  refers: 'filter.kRefers',
  register: 'nav.registers',
};
const ROW_KINDS = ['state', 'unit', 'filed', 'refers'];
const ROW_TITLE = { ...KIND_TITLE, unit: 'row.unit', filed: 'row.filed' };
const FILED = [
  ['today', 'filter.dToday'],
  ['last-7d', 'filter.d7'],
  ['last-30d', 'filter.d30'],
];
const YESNO = [
  ['yes', 'word.yes'],
  ['no', 'word.no'],
];
const said = (pairs) => pairs.map(([value, key]) => ({ value, title: t(key) }));
const asThey = (list) => list.map((o) => ({ value: o, title: o }));

// What a small form can ask: {key, title, type}. Of a register also what its fields hold.
function kindsOf(register) {
  const c = catalog.value;
  if (!register)
    return KINDS.filter((k) => k !== 'register' || c.registers.length).map((key) => ({ key, title: t(KIND_TITLE[key]) }));
  const fields = register.fields.filter((f) => ['choice', 'yesno', 'unit', 'class', 'ref', 'number', 'money', 'date', 'text'].includes(f.type));
  return [...ROW_KINDS.map((key) => ({ key, title: t(ROW_TITLE[key]) })), ...fields.map((f) => ({ ...f, field: true }))];
}

function optionsOf(kind, register) {
  const c = catalog.value;
  if (kind.field) return kind.type === 'yesno' ? said(YESNO) : asThey(kind.options || []);
  const out = new Map();
  if (kind.key === 'loop') c.loops.forEach((l) => out.set(l.key, l.title));
  else if (kind.key === 'register') c.registers.forEach((l) => out.set(l.key, l.title));
  else if (kind.key === 'state')
    // By title: it means all states of that name, and one key may be called differently in two loops.
    (register ? [register] : c.loops).forEach((l) => l.states.forEach((s) => out.set(s.title, s.title)));
  else if (kind.key === 'filed') return said(FILED);
  else {
    c.loops.forEach((l) =>
      l.fields.filter((f) => f.key === kind.key).forEach((f) => (f.options || []).forEach((o) => out.set(o, o))),
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

const WRITTEN = ['number', 'money', 'date', 'text', 'ref'];

// What is written by hand: of amounts and dates with a sign, as the filter has them.
function Written({ kind, onAdd }) {
  const [text, setText] = useState('');
  const plain = kind.key === 'refers' || ['text', 'ref'].includes(kind.type);
  const add = () => text.trim() && onAdd(plain ? term(kind.key, text.trim()) : `${kind.key}:${text.trim().replace(/\s/g, '')}`);
  const hint = kind.key === 'refers' ? 'filter.refersHint' : plain ? 'filter.textHint' : kind.type === 'date' ? 'filter.dateHint' : 'filter.numberHint';
  return html`<label>${t('filter.value')} <input type="text" value=${text} placeholder=${t(hint)}
      onInput=${(e) => setText(e.target.value)} onKeyDown=${(e) => {
        if (e.key !== 'Enter' || e.isComposing) return;
        e.preventDefault();
        add();
      }} /></label>
    <button type="button" onClick=${add}>${t('filter.take')}</button>`;
}

/** @param {{register?: object, onAdd: (term: string) => void}} props register: whose rows are filtered */
export function AddTerm({ register, onAdd }) {
  const kinds = kindsOf(register);
  const [key, setKey] = useState('state');
  const kind = kinds.find((k) => k.key === key);
  const c = catalog.value;
  const units = kind.field ? kind.type === 'unit' : key === 'unit';
  const classes = kind.field ? kind.type === 'class' && schemeOf(c, kind.classes) : key === 'class' && c.classes;
  const tree = units ? [c.units, c.unitById] : classes ? [classes, c.classById] : null;
  return html`<div class="add-term">
    <label>${t('filter.field')} <select value=${key} onChange=${(e) => setKey(e.target.value)}>
      ${kinds.map((k) => html`<option key=${k.key} value=${k.key}
        selected=${k.key === key}>${k.title}</option>`)}</select></label>
    ${
      tree
        ? html`<div><label for="add-v">${t('filter.value')}</label><${Combo} key=${key}
          attrs=${{ id: 'add-v' }} nodes=${tree[0]} byId=${tree[1]} value=${null}
        onPick=${(id) => id && onAdd(term(key, nameOf(tree[0], tree[1].get(id))))} /></div>`
        : key === 'refers' || (kind.field && WRITTEN.includes(kind.type))
          ? html`<${Written} key=${key} kind=${kind} onAdd=${onAdd} />`
          : html`<label>${t('filter.value')} <select onChange=${(e) => e.target.value && onAdd(term(key, e.target.value))}>
        <option value="">${t('form.choose')}</option>${optionsOf(kind, register).map((o) => html`<option key=${o.value}
          value=${o.value}>${o.title}</option>`)}</select></label>`
    }
    <p class="hint">${t('filter.lesson')}</p>
  </div>`;
}
