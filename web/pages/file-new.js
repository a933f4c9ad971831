// 登记: the filing form, made from the loop's definition. Half-written text stays on this machine until it is sent.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { post, keyKeeper } from '../lib/api.js';
import { catalog, me, notify } from '../lib/state.js';
import { stepOf } from '../lib/catalog.js';
import { errorsByField } from '../lib/errors.js';
import { pointOf } from '../lib/point.js';
import { draft } from '../lib/store.js';
import { go } from '../lib/route.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/load.js';
import { Ask, askTitle } from '../ui/ask.js';
import { ClassSays } from '../ui/class-says.js';
import { KinHint } from '../ui/kin.js';
import { Later } from '../ui/later.js';
import { Check, ErrorSummary, Field, textArea, textInput } from '../ui/field.js';

const FORM = 'new';
const TITLE_MAX = 120;
const TEXT_MAX = 8000;
const pick = () => import('../ui/list-tools.js');
const empty = () => ({
  same: '',
  title: '',
  text: '',
  address: '',
  lat: '',
  lon: '',
  class: null,
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

function check(v, fields) {
  const bad = {};
  if (!v.title.trim()) bad.title = t('file.needTitle');
  else if (Array.from(v.title.trim()).length > TITLE_MAX)
    bad.title = t('form.over', { n: Array.from(v.title.trim()).length - TITLE_MAX });
  if (!v.text.trim()) bad.text = t('file.needText');
  for (const k of pointOf(v).bad) bad[k] = t(k === 'lat' ? 'place.badLat' : 'place.badLon');
  for (const f of fields) {
    const value = f.key === 'class' ? v.class : v.fields[f.key];
    if (f.required && !value) bad[f.key] = f.type === 'text' ? t('form.mustFill') : t('form.mustChoose');
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
function Place({ v, set, errors }) {
  const { point } = pointOf(v);
  const [open, setOpen] = useState(!!point);
  const wrong = !!(errors.lat || errors.lon);
  useEffect(() => {
    if (wrong) setOpen(true);
  }, [wrong]);
  return html`<details class="field" open=${open} onToggle=${(e) => setOpen(e.currentTarget.open)}>
    <summary>${t('place.mark')}${point ? html` <span class="hint">${t('place.point', { lat: v.lat, lon: v.lon })}</span>` : html` <span class="hint">${t('form.optional')}</span>`}</summary>
    ${open ? html`<${Later} load=${pick} name="PlacePick" form=${FORM} v=${v} set=${set} errors=${errors} />` : null}
  </details>`;
}

function FileForm({ loop }) {
  const fields = asked(loop);
  const name = `new/${loop.key}`;
  const kept = useRef(draft.get(name)).current;
  const defaults = Object.fromEntries(fields.filter((f) => f.default).map((f) => [f.key, f.default]));
  const fresh = () => ({ ...empty(), fields: defaults });
  const [v, setV] = useState(() => kept || fresh());
  const [errors, setErrors] = useState(null);
  const [busy, setBusy] = useState(false);
  const touched = useRef(!!kept);
  const keyOf = useRef(keyKeeper()).current;
  const set = (x) => {
    touched.current = true;
    setV((old) => ({ ...old, ...x }));
  };
  useEffect(() => {
    if (touched.current) draft.set(name, v);
  }, [v]);
  const send = async (e) => {
    e.preventDefault();
    const bad = check(v, fields);
    if (Object.keys(bad).length) {
      setErrors(bad);
      return;
    }
    if (busy) return;
    setBusy(true);
    try {
      const b = body(loop, v);
      const item = await post('/api/items', b, { key: keyOf(b) });
      draft.remove(name);
      notify(t(b.same ? 'file.doneSame' : 'file.done', { no: item.no, same: b.same }), 'done');
      go(`/i/${item.id}`, { replace: true });
    } catch (err) {
      setErrors(err.errors && err.errors.length ? errorsByField(err.errors) : { '': err.message });
      setBusy(false);
    }
  };
  const forget = () => {
    draft.remove(name);
    touched.current = false;
    setV(fresh());
    setErrors(null);
  };
  const list = errors || {};
  const [words, wordsHint] = loop.caller ? ['file.text', 'file.textHint'] : ['file.seen', 'file.seenHint'];
  const names = {
    title: t('file.title'),
    text: t(words),
    address: t('col.address'),
    lat: t('place.lat'),
    lon: t('place.lon'),
    'caller.phone': t('caller.phone'),
    'caller.name': t('caller.name'),
  };
  for (const f of fields) names[f.key] = askTitle(f);
  const ask = (f) => html`<${Ask} key=${f.key} form=${FORM} field=${f} loop=${loop} error=${list[f.key]}
    value=${f.key === 'class' ? v.class : v.fields[f.key]}
      onInput=${(x) => set(f.key === 'class' ? { class: x } : { fields: { ...v.fields, [f.key]: x } })} />
    ${f.key === 'class' ? html`<${ClassSays} id=${v.class} loop=${loop} />` : null}`;
  return html`<form class="form" onSubmit=${send} noValidate>
    <${ErrorSummary} form=${FORM} errors=${errors} names=${names} />
    ${kept && touched.current ? html`<p class="notice">${t('draft.found')} <button type="button" class="link"
      onClick=${forget}>${t('draft.forget')}</button></p>` : null}
    <div class="form-cols"><div>
      <${Field} form=${FORM} name="title" label=${t('file.title')} hint=${t('file.titleHint')}
        error=${list.title} required>${(a) => textInput(a, v.title, (title) => set({ title }))}<//>
      <${Field} form=${FORM} name="text" label=${t(words)} hint=${t(wordsHint)}
        error=${list.text} required>${(a) => textArea(a, v.text, (text) => set({ text }), TEXT_MAX, 6)}<//>
      <${Field} form=${FORM} name="address" label=${t('col.address')} hint=${loop.caller ? t('file.addressHint') : null}
        error=${list.address}>${(a) => textInput(a, v.address, (address) => set({ address }))}<//>
      <${Place} v=${v} set=${set} errors=${list} />
      ${loop.caller ? html`<${CallerFields} v=${v} set=${set} errors=${list} />` : null}
    </div><div>${fields.map(ask)}
      <${KinHint} v=${v} same=${v.same || ''} setSame=${(same) => set({ same })} /></div></div>
    <div class="actions sticky"><button class="primary"
      aria-busy=${busy ? 'true' : null}>${busy ? t('form.sending') : t('file.send')}</button>
      <span class="hint" role="status">${touched.current ? t('draft.kept') : ''}</span></div>
  </form>`;
}

/** The page. */
export function FileNew() {
  const roles = new Set((me.value.roles || []).map((r) => r.role));
  const loops = catalog.value.loops.filter((l) => l.steps.length && (l.steps[0].who || []).some((r) => roles.has(r)));
  const [key, setKey] = useState(loops.length ? loops[0].key : '');
  const loop = catalog.value.loopByKey.get(key);
  return html`<${Page} title=${t('nav.new')} side=${
    loops.length > 1
      ? html`<label class="inline">${t('filter.kLoop')} <select value=${key}
        onChange=${(e) => setKey(e.target.value)}>
      ${loops.map((l) => html`<option key=${l.key} value=${l.key}
        selected=${l.key === key}>${l.title}</option>`)}</select></label>`
      : html`<span class="hint">${loop ? loop.title : ''}</span>`
  }>
    ${loop ? html`<${FileForm} key=${key} loop=${loop} />` : html`<${Empty} text=${t('file.noLoop')} />`}
  <//>`;
}
