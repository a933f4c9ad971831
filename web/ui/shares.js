// Who does what until when: a row for each unit a step names, with what its definition asks of each. Rows are added and taken away
// by keyboard as well; the first of a dispatch leads.
import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { sharePlaces } from '../lib/step.js';
import { Ask } from './ask.js';
import { Combo } from './combo.js';
import { Field, fieldId } from './field.js';

const MOST = 12;

/** @param {{form: string, loop: object, step: object, v: object, set: (changes: object) => void, errors: object, nodes: object[]}} props */
export function Shares({ form, loop, step, v, set, errors, nodes }) {
  const c = catalog.value;
  const rows = v.shares && v.shares.length ? v.shares : [{ unit: null, fields: {} }];
  const focus = useRef(-1);
  const box = useRef(null);
  const places = sharePlaces(rows);
  const name = (i, key) => (places[i] >= 0 ? `each[${places[i]}].${key}` : `blank[${i}].${key}`); // as errors name it
  const put = (i, changes) => set({ shares: rows.map((r, k) => (k === i ? { ...r, ...changes } : r)) });
  const add = () => {
    focus.current = rows.length;
    set({ shares: [...rows, { unit: null, fields: {} }] });
  };
  const drop = (i) => {
    focus.current = Math.max(0, i - 1);
    set({ shares: rows.filter((_, k) => k !== i) });
  };
  useEffect(() => {
    const el = focus.current >= 0 && box.current.querySelectorAll('.share')[focus.current];
    focus.current = -1;
    if (el) el.querySelector('input').focus();
  }, [rows.length]);
  const taken = new Set(rows.map((r) => r.unit));
  const key = (e) => {
    if (e.key !== 'Enter' || !e.altKey || rows.length >= MOST) return;
    e.preventDefault();
    add();
  };
  return html`<fieldset class="shares" ref=${box} id=${fieldId(form, 'units')} tabindex="-1" onKeyDown=${key}><legend>${t('share.title')}</legend>
    ${errors.units ? html`<p class="field-error"><span aria-hidden="true">▲ </span>${errors.units}</p>` : null}
    ${rows.map((r, i) => html`<fieldset class="share" key=${i}><legend>${t(step.does === 'dispatch' && i === 0 ? 'share.lead' : 'share.row', { n: i + 1 })}</legend>
      <${Field} form=${form} name=${name(i, 'unit')} label=${t('share.which')} error=${errors[name(i, 'unit')]}>${(a) => html`
        <${Combo} attrs=${a} nodes=${nodes.filter((u) => u.id === r.unit || !taken.has(u.id))} byId=${c.unitById} value=${r.unit}
          onPick=${(unit) => put(i, { unit })} />`}<//>
      ${step.each.map((f) => html`<${Ask} key=${f.key} form=${form} field=${{ ...f, key: name(i, f.key) }} loop=${loop} plain
        error=${errors[name(i, f.key)]} value=${r.fields[f.key]} onInput=${(x) => put(i, { fields: { ...r.fields, [f.key]: x } })} />`)}
      ${rows.length > 1 ? html`<button type="button" onClick=${() => drop(i)}>${t('share.drop', { n: i + 1 })}</button>` : null}</fieldset>`)}
    <button type="button" disabled=${rows.length >= MOST} onClick=${add}>${t('share.add')} <kbd>Alt</kbd> <kbd>Enter</kbd></button></fieldset>`;
}
