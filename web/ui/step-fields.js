// The fields of a step's form: what its definition asks, and what its effect needs.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { classesOf } from '../lib/catalog.js';
import { setsClash } from '../lib/clash.js';
import { EXTEND_UNITS, ofPlace, optionsOf } from '../lib/step.js';
import { photosNeeded, says } from '../lib/class-says.js';
import { Ask, Computed } from './ask.js';
import { ClassSays } from './class-says.js';
import { Combo, MultiCombo } from './combo.js';
import { Field, selectInput, textArea, textInput } from './field.js';
import { FilePick } from './file-pick.js';
import { Later } from './later.js';

const NOTE_MAX = 4000;
/** How sure a suggestion is, in words. */
export const TRUST = { high: 'step.trustHigh', medium: 'step.trustMedium', low: 'step.trustLow' };
const of = (list) => list.map((x) => ({ value: String(x), title: String(x) }));

const rows = () => import('../pages/rows.js');

function Units({ form, item, loop, step, part, v, set, errors }) {
  const c = catalog.value;
  const taken = new Set((item.parts || []).filter((p) => p.open).map((p) => p.unit));
  const own = (item.parts || []).find((p) => p.id === part);
  const below = (u) => {
    for (let x = c.unitById.get(u.parent); x; x = c.unitById.get(x.parent)) if (own && x.id === own.unit) return true;
    return false;
  };
  const nodes = c.units.filter((u) => !u.closed && !taken.has(u.id) && (step.does !== 'pass' || below(u)));
  if ((step.each || []).length)
    return html`<${Later} load=${rows} name="Shares" form=${form} loop=${loop} step=${step} v=${v} set=${set} errors=${errors} nodes=${nodes} />`;
  if (['assist', 'confer', 'pass'].includes(step.does)) {
    const label = { assist: 'step.assist', confer: 'step.conferUnits', pass: 'step.below' }[step.does];
    return html`<${Field} form=${form} name="units" label=${t(label)} hint=${step.does === 'confer' ? t('form.optional') : null}
      error=${errors.units} required=${step.does !== 'confer'}>${(
      a,
    ) => html`
      <${MultiCombo} attrs=${a} nodes=${nodes} byId=${c.unitById} value=${v.assist}
        onPick=${(assist) => set({ assist })} />`}<//>`;
  }
  const route = item.route;
  return html`
    ${
      route && route.unit && route.unit !== v.lead
        ? html`<p class="notice suggest">${t('step.suggest', {
            because: route.because,
            confidence: t(TRUST[route.confidence]),
          })}
      <button type="button" onClick=${() => set({ lead: route.unit })}>${t('step.takeSuggest')}</button></p>`
        : null
    }
    <${Field} form=${form} name="units" label=${t('step.lead')} error=${errors.units} required>${(a) => html`
      <${Combo} attrs=${a} nodes=${nodes} byId=${c.unitById} value=${v.lead}
        onPick=${(lead) => set({ lead })} />`}<//>
    <${Field} form=${form} name="assist" label=${t('step.assist')} hint=${t('form.optional')}>${(a) => html`
      <${MultiCombo} attrs=${a} nodes=${nodes.filter((u) => u.id !== v.lead)} byId=${c.unitById}
        value=${v.assist} onPick=${(assist) => set({ assist })} />`}<//>`;
}

function Reasons({ form, step, v, set, errors }) {
  const more = optionsOf(step, v.reason);
  return html`<div class="pair">
    <${Field} form=${form} name="reason.key" label=${t('step.reason')}
      hint=${step.reason_optional ? t('form.optional') : null}
      error=${errors['reason.key'] || errors.reason} required=${!step.reason_optional}>${(
      a,
    ) =>
      selectInput(
        a,
        v.reason,
        (reason) => set({ reason, option: '' }),
        of(step.reasons.map((r) => r.key)),
      )}<//>
    ${
      more.length
        ? html`<${Field} form=${form} name="reason.option" label=${t('step.reasonMore')}
          error=${errors['reason.option']} required>${(
            a,
          ) => selectInput(a, v.option, (option) => set({ option }), of(more))}<//>`
        : null
    }
  </div>`;
}

function Extend({ form, v, set, errors }) {
  return html`<${Field} form=${form} name="extend" label=${t('step.extend')}
    error=${errors.extend} required>${(
    a,
  ) => html`<div class="row">
    <input type="text" ...${a} class="w-short" inputmode="numeric" value=${v.n}
      onInput=${(e) => set({ n: e.target.value.trim() })} />
    <select class="w-auto" aria-label=${t('step.extendUnit')} value=${v.per}
      onChange=${(e) => set({ per: e.target.value })}>${EXTEND_UNITS.map(([u, key]) => html`<option key=${u}
      value=${u} selected=${u === v.per}>${t(key)}</option>`)}</select>
  </div>`}<//>`;
}

function Child({ form, loop: own, step, v, set, errors }) {
  const child = (changes) => set({ child: { ...v.child, ...changes } });
  const c = catalog.value;
  const loop = step.loop ? c.loopByKey.get(step.loop) : own;
  return html`
    <${Field} form=${form} name="child.title" label=${loop.name || t('file.title')}
      error=${errors['child.title'] || errors.title} required>${(a) => textInput(a, v.child.title, (title) => child({ title }))}<//>
    <${Field} form=${form} name="child.text" label=${loop.text || t('item.text')} hint=${loop.text_hint || null}
      error=${errors['child.text'] || errors.text}>${(a) => textArea(a, v.child.text, (text) => child({ text }), 8000)}<//>
    ${loop.class_scheme ? html`<${Field} form=${form} name="child.class" label=${t('col.class')} error=${errors['child.class']}>${(
      a,
    ) => html`
      <${Combo} attrs=${a} nodes=${classesOf(c, loop)} byId=${c.classById} value=${v.child.class || null}
        onPick=${(id) => child({ class: id })} />`}<//>` : null}`;
}

function Place({ form, field, v, set, errors }) {
  const place = (changes) => set({ place: { ...v.place, ...changes } });
  return html`
    <${Field} form=${form} name=${ofPlace('address')} label=${t('col.address')} error=${errors[ofPlace('address')] || errors.place}
      hint=${t('step.placeHint')} required=${field.required && !v.place.lat && !v.place.lon}>${(a) => textInput(a, v.place.address, (address) => place({ address }))}<//>
    <div class="pair">
      <${Field} form=${form} name=${ofPlace('lat')} label=${t('col.lat')} hint=${t('form.optional')} error=${errors[ofPlace('lat')]}>${(a) =>
        textInput(a, v.place.lat, (lat) => place({ lat: lat.trim() }), { inputmode: 'decimal' })}<//>
      <${Field} form=${form} name=${ofPlace('lon')} label=${t('col.lon')} hint=${t('form.optional')} error=${errors[ofPlace('lon')]}>${(a) =>
        textInput(a, v.place.lon, (lon) => place({ lon: lon.trim() }), { inputmode: 'decimal' })}<//>
    </div>`;
}

/**
 * @param {{form: string, item: object, loop: object, step: object, v: object, set: (changes: object) => void,
 *   errors: Record<string, string>, files: File[], setFiles: (f: File[]) => void, noNote?: boolean}} props
 *   noNote: the note is asked elsewhere, once for several
 */
export function StepFields(p) {
  const { form, loop, step, v, set, errors } = p;
  const judges = (step.judges || []).map((k) => ({
    value: k,
    title: ((loop.judges || []).find((j) => j.key === k) || {}).title || k,
  }));
  const field = (key, value) => set({ fields: { ...v.fields, [key]: value } });
  const shown = new Map((p.item.fields || []).filter((f) => f.shown && !f.judge).map((f) => [f.key, f.shown]));
  const byId = catalog.value.classById;
  const names = ['dispatch', 'assist', 'confer', 'pass'].includes(step.does);
  const shared = names && (step.each || []).length > 0; // what was decided comes before who does it
  const photos = photosNeeded(step, byId, p.item.class);
  const standard = step.photos_stage && says(byId, p.item.class, 'closing');
  return html`
    ${names && !shared ? html`<${Units} ...${p} />` : null}
    ${judges.length > 1 ? html`<${Field} form=${form} name="judge" label=${t('step.judge')}
      error=${errors.judge} required>${(a) => selectInput(a, v.judge, (judge) => set({ judge }), judges)}<//>` : null}
    ${(step.reasons || []).length ? html`<${Reasons} ...${p} />` : null}
    ${step.does === 'extend' ? html`<${Extend} ...${p} />` : null}
    ${step.does === 'merge' ? html`<${Field} form=${form} name="other" label=${t('step.other')}
      hint=${t('step.otherHint')} error=${errors.other} required>${(a) => textInput(a, v.other, (other) => set({ other }))}<//>` : null}
    ${['gather', 'release'].includes(step.does) ? html`<${Field} form=${form} name="members" label=${t('step.members')}
      hint=${t('step.membersHint')} error=${errors.members} required>${(a) => textArea(a, v.members, (members) => set({ members }), 0, 3)}<//>` : null}
    ${step.does === 'child' ? html`<${Child} ...${p} />` : null}
    ${step.fields.map(
      (f) => f.type === 'place' ? html`<${Place} key="place" form=${form} field=${f} v=${v} set=${set} errors=${errors} />` : html`<${Ask} key=${f.key} form=${form} field=${f} loop=${loop} error=${errors[f.key]} files=${p.put ? { item: p.item, put: p.put } : undefined}
      value=${f.own ? v[f.key] : v.fields[f.key]} shown=${shown.get(f.key)}
        onInput=${(x) => (f.own ? set({ [f.key]: x }) : field(f.key, x))} />
      ${f.key === 'class' ? html`<${ClassSays} id=${v.class} loop=${loop} />` : null}`,
    )}
    ${setsClash(loop, step.fields) ? html`<${Later} load=${rows} name="ClashHint" loop=${loop} item=${p.item.id ? p.item : null} fields=${v.fields} place=${v.place} />` : null}
    ${shared ? html`<${Units} ...${p} />` : null}
    ${step.edits ? html`<${Computed} loop=${loop} />` : null}
    ${standard ? html`<p class="notice">${t('says.closing')}${t('word.colon')}${standard}</p>` : null}
    ${p.noNote ? null : html`<${Field} form=${form} name="note" label=${t('step.note')}
      hint=${step.note_required ? step.note_why || null : t('form.optional')} error=${errors.note}
      required=${step.note_required}>${(a) => textArea(a, v.note, (note) => set({ note }), NOTE_MAX, 3)}<//>`}
    ${step.files_max ? html`<${FilePick} form=${form} files=${p.files} setFiles=${p.setFiles}
      most=${step.files_max}
      hint=${step.files_why || (photos ? t('says.needPhotos', { n: photos, most: step.files_max }) : null)}
      error=${errors.file || errors.files} />` : null}`;
}
