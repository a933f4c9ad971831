// 登记: the filing form, made from the definition of a loop, or of a register whose row is added. Half-written text stays on
// this machine until it is sent.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { post, keyKeeper } from '../lib/api.js';
import { catalog, me, notify } from '../lib/state.js';
import { stepOf } from '../lib/catalog.js';
import { errorsByField } from '../lib/errors.js';
import { setsClash } from '../lib/clash.js';
import { pointOf } from '../lib/point.js';
import { draft } from '../lib/store.js';
import { go, place } from '../lib/route.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/load.js';
import { Ask, askTitle, Computed, missing } from '../ui/ask.js';
import { ClassSays } from '../ui/class-says.js';
import { KinHint } from '../ui/kin.js';
import { Later } from '../ui/later.js';
import { Check, ErrorSummary, Field, textArea, textInput } from '../ui/field.js';

const FORM = 'new';
const UNIT = { key: 'unit', type: 'unit', own: true, required: false };
const TITLE_MAX = 120;
const TEXT_MAX = 8000;
const pick = () => import('../ui/list-tools.js');
const ofRows = () => import('./rows.js');
const empty = () => ({
  same: '',
  title: '',
  text: '',
  address: '',
  lat: '',
  lon: '',
  class: null,
  unit: 0,
  fields: {},
  caller: { name: '', phone: '', door: '', anonymous: false, confidential: false },
});

// What filing asks: what the first step asks, then the fields every item of the loop needs.
function asked(loop) {
  const first = loop.steps.length ? stepOf(loop, loop.steps[0].key) : null;
  const out = first ? first.fields.slice() : [];
  for (const f of loop.fields) if (f.required && !out.some((x) => x.key === f.key)) out.push(f);
  return out;
}

function check(v, fields, loop) {
  const bad = {};
  if (!v.title.trim()) bad.title = t(loop.lasts ? 'form.mustFill' : 'file.needTitle');
  else if (Array.from(v.title.trim()).length > TITLE_MAX)
    bad.title = t('form.over', { n: Array.from(v.title.trim()).length - TITLE_MAX });
  if (!loop.lasts && !v.text.trim()) bad.text = t('form.mustFill');
  for (const k of pointOf(v).bad) bad[k] = t(k === 'lat' ? 'place.badLat' : 'place.badLon');
  for (const f of fields) {
    const value = f.key === 'class' ? v.class : v.fields[f.key];
    if (f.required && !value) bad[f.key] = missing(f);
  }
  return bad;
}

function body(loop, v) {
  const fields = Object.fromEntries(Object.entries(v.fields).filter(([, x]) => x !== ''));
  const out = {
    loop: loop.key,
    title: v.title.trim(),
    text: v.text.trim(),
    address: v.address.trim(),
    fields,
  };
  const { point } = pointOf(v);
  if (point) Object.assign(out, point);
  if (v.class) out.class = v.class;
  if (v.unit) out.unit = v.unit;
  if (v.same) out.same = v.same;
  const c = v.caller;
  if (loop.caller && (c.name || c.phone || c.door || c.anonymous || c.confidential)) out.caller = c;
  return out;
}

function CallerFields({ v, set, errors }) {
  const c = v.caller;
  const put = (x) => set({ caller: { ...c, ...x } });
  return html`<fieldset class="group"><legend>${t('caller.title')}</legend>
    <p class="hint">${t('caller.fileHint')}</p>
    <div class="row"><${Check} id="new-anonymous" checked=${c.anonymous}
      onInput=${(anonymous) => put({ anonymous })}>${t('caller.isAnonymous')}<//>
      <${Check} id="new-confidential" checked=${c.confidential}
        onInput=${(confidential) => put({ confidential })}>${t('caller.isConfidential')}<//></div>
    <div class="pair">
      <${Field} form=${FORM} name="caller.name" label=${t('caller.name')}
        error=${errors['caller.name']}>${(a) => textInput(a, c.name, (name) => put({ name }), { autocomplete: 'off' })}<//>
      <${Field} form=${FORM} name="caller.phone" label=${t('caller.phone')}
        error=${errors['caller.phone']}>${(a) => textInput(a, c.phone, (phone) => put({ phone }), { autocomplete: 'off', inputmode: 'tel' })}<//>
    </div>
    <${Field} form=${FORM} name="caller.door" label=${t('caller.door')}
      error=${errors['caller.door']}>${(a) => textInput(a, c.door, (door) => put({ door }), { autocomplete: 'off' })}<//>
  </fieldset>`;
}

// Closed until somebody wants it, or something in it is wrong: most are filed with an address alone.
function Place({ form, v, set, errors }) {
  const { point } = pointOf(v);
  const [open, setOpen] = useState(!!point);
  const wrong = !!(errors.lat || errors.lon);
  useEffect(() => {
    if (wrong) setOpen(true);
  }, [wrong]);
  return html`<details class="field" open=${open} onToggle=${(e) => setOpen(e.currentTarget.open)}>
    <summary>${t('place.mark')}${point ? html` <span class="hint">${t('place.point', { lat: v.lat, lon: v.lon })}</span>` : html` <span class="hint">${t('form.optional')}</span>`}</summary>
    ${open ? html`<${Later} load=${pick} name="PlacePick" form=${form} v=${v} set=${set} errors=${errors} />` : null}
  </details>`;
}

/**
 * @param {{loop: object, form?: string, title?: string, onDone: (item: object, another: boolean) => void, plain?: boolean}} props
 *   form: of the elements' ids; title: what the name begins with; plain: in a dialog, where nothing is added after it
 */
export function FileForm({ loop, form = FORM, title: called = '', onDone, plain }) {
  const rows = loop.lasts;
  const fields = asked(loop);
  const name = `new/${loop.key}`;
  const kept = useRef(draft.get(name)).current;
  const defaults = Object.fromEntries(fields.filter((f) => f.default).map((f) => [f.key, f.default]));
  const fresh = () => ({ ...empty(), title: called, fields: defaults });
  const [v, setV] = useState(() => kept || fresh());
  const [errors, setErrors] = useState(null);
  const [busy, setBusy] = useState(false);
  const touched = useRef(!!kept);
  const keyOf = useRef(keyKeeper()).current;
  const set = (x) => {
    touched.current = true;
    setV((old) => ({ ...old, ...x }));
  };
  useLayoutEffect(() => {
    if (touched.current) draft.set(name, v);
  }, [v]);
  const forget = () => {
    draft.remove(name);
    touched.current = false;
    setV(fresh());
    setErrors(null);
  };
  const send = async (another) => {
    const bad = check(v, fields, loop);
    if (Object.keys(bad).length) {
      setErrors(bad);
      return;
    }
    if (busy) return;
    setBusy(true);
    try {
      const b = body(loop, v);
      const item = await post('/api/items', b, { key: keyOf(b) });
      forget();
      onDone({ ...item, same: b.same }, another);
    } catch (err) {
      setErrors(err.errors && err.errors.length ? errorsByField(err.errors) : { '': err.message });
    }
    setBusy(false);
  };
  const submit = (e) => {
    e.preventDefault();
    e.stopPropagation(); // it may stand in a dialog of another form
    send(!!(e.submitter && e.submitter.value));
  };
  const list = errors || {};
  const title = loop.name || t(rows ? 'row.name' : 'file.title');
  const text = loop.text || t('item.text');
  const names = {
    title,
    text,
    address: t('col.address'),
    unit: t('row.unit'),
    lat: t('place.lat'),
    lon: t('place.lon'),
    'caller.phone': t('caller.phone'),
    'caller.name': t('caller.name'),
  };
  for (const f of fields) names[f.key] = askTitle(f);
  const ask = (f) => html`<${Ask} key=${f.key} form=${form} field=${f} loop=${loop} error=${list[f.key]} plain=${plain}
    value=${f.key === 'class' ? v.class : v.fields[f.key]}
      onInput=${(x) => set(f.key === 'class' ? { class: x } : { fields: { ...v.fields, [f.key]: x } })} />
    ${f.key === 'class' ? html`<${ClassSays} id=${v.class} loop=${loop} />` : null}`;
  const titleField = html`<${Field} form=${form} name="title" label=${title} hint=${rows ? null : t('file.titleHint')}
    error=${list.title} required>${(a) => textInput(a, v.title, (x) => set({ title: x }))}<//>`;
  const addressField = html`<${Field} form=${form} name="address" label=${t('col.address')} hint=${loop.caller ? t('file.addressHint') : null}
    error=${list.address}>${(a) => textInput(a, v.address, (address) => set({ address }))}<//>
    <${Place} form=${form} v=${v} set=${set} errors=${list} />`;
  return html`<form class="form" onSubmit=${submit} noValidate>
    <${ErrorSummary} form=${form} errors=${errors} names=${names} />
    ${kept && touched.current ? html`<p class="notice">${t('draft.found')} <button type="button" class="link"
      onClick=${forget}>${t('draft.forget')}</button></p>` : null}
    ${
      rows
        ? html`<div class="ask-grid"><div class="wide">${titleField}
          ${v.title.trim() ? html`<${Later} load=${ofRows} name="SameName" register=${loop} words=${v.title} />` : null}</div>
        ${fields.map(ask)}<div>${addressField}</div>
        <${Ask} form=${form} field=${UNIT} loop=${loop} error=${list.unit} value=${v.unit} onInput=${(unit) => set({ unit })} /></div>`
        : html`<div class="form-cols"><div>${titleField}
      <${Field} form=${form} name="text" label=${text} hint=${loop.text_hint || null}
        error=${list.text} required>${(a) => textArea(a, v.text, (text) => set({ text }), TEXT_MAX, 6)}<//>
      ${addressField}
      ${loop.caller ? html`<${CallerFields} v=${v} set=${set} errors=${list} />` : null}
    </div><div>${fields.map(ask)}
      ${setsClash(loop, fields) ? html`<${Later} load=${ofRows} name="ClashHint" loop=${loop} fields=${v.fields} place=${v} />` : null}
      <${KinHint} v=${v} same=${v.same || ''} setSame=${(same) => set({ same })} /></div></div>`
    }
    <${Computed} loop=${loop} />
    <div class="actions sticky"><button class="primary"
      aria-busy=${busy ? 'true' : null}>${busy ? t('form.sending') : t(rows ? 'row.save' : 'file.send')}</button>
      ${rows && !plain ? html`<button name="more" value="more">${t('row.saveMore')}</button>` : null}
      <span class="hint" role="status">${touched.current ? t('draft.kept') : ''}</span></div>
  </form>`;
}

function filed(item) {
  notify(t(item.same ? 'file.doneSame' : 'file.done', { no: item.no, same: item.same }), 'done');
  go(`/i/${item.id}`, { replace: true });
}

/** Whether this person may file in a loop: holds one of the first step's roles at the loop's receiver, or above it. */
function mayFile(loop) {
  const { unitById } = catalog.value;
  const who = (loop.steps[0] && loop.steps[0].who) || [];
  const above = new Set();
  for (let u = unitById.get(loop.receiver); u && !above.has(u.id); u = unitById.get(u.parent)) above.add(u.id);
  return (me.value.roles || []).some((r) => who.includes(r.role) && (!above.size || above.has(r.unit)));
}

/** The page. */
export function FileNew() {
  const loops = catalog.value.loops.filter(mayFile);
  const asked = place.value.query.get('loop'); // a link may say what is to be filed
  const [key, setKey] = useState(() => (loops.find((l) => l.key === asked) || loops[0] || { key: '' }).key);
  const loop = catalog.value.loopByKey.get(key);
  return html`<${Page} title=${t('nav.new')} side=${
    loops.length > 1
      ? html`<label class="inline">${t('filter.kLoop')} <select value=${key}
        onChange=${(e) => setKey(e.target.value)}>
      ${loops.map((l) => html`<option key=${l.key} value=${l.key}
        selected=${l.key === key}>${l.title}</option>`)}</select></label>`
      : html`<span class="hint">${loop ? loop.title : ''}</span>`
  }>
    ${loop ? html`<${FileForm} key=${key} loop=${loop} onDone=${filed} />` : html`<${Empty} text=${t('file.noLoop')} />`}
  <//>`;
}
