// What a step's form holds and what it sends. No DOM here: tested in node.

import { numbersOf } from './gather.js';
import { atZone } from './time.js';

/** Units an extension may be given in: [unit, key of its title]. */
export const EXTEND_UNITS = [
  ['wd', 'step.wd'],
  ['wh', 'step.wh'],
  ['d', 'step.d'],
  ['h', 'step.h'],
];

/** "3wd" as {n, per}; nothing as empty ones. */
export function extendParts(text) {
  const m = /^(\d+)(wd|wh|d|h)!?$/.exec(text || '');
  return m ? { n: m[1], per: m[2] } : { n: '', per: 'wd' };
}

/** "3wd" for people. */
export function extendTitle(text, t) {
  const { n, per } = extendParts(text);
  const unit = EXTEND_UNITS.find(([u]) => u === per);
  return n ? `${n} ${t(unit[1])}` : text || '';
}

/** A reason of two levels as it is read: 职责不符：非本辖区. @param {{key: string, option?: string}|undefined} r */
export const reasonTitle = (r) => (r && r.key ? (r.option ? `${r.key}：${r.option}` : r.key) : '');

const JUDGED = 'evaluate';
const NAMES_ITEMS = ['gather', 'release'];
const CHOSEN = ['choice', 'yesno', 'person', 'class', 'unit', 'ref', 'date', 'geometry', 'file'];

/**
 * What a step's form starts with: what the item already says, so that nobody types it again. Another judge's answers
 * are never copied, nor what the lead says into the form of a unit whose answers stay with its part.
 * @param {object} step from stepOf()
 * @param {object} item
 * @param {number} [part] id of the part it is taken for
 */
export function startValues(step, item, part) {
  const v = {
    note: '',
    fields: {},
    class: null,
    lead: null,
    assist: [],
    reason: '',
    option: '',
    judge: '',
    n: '',
    per: 'wd',
    other: '',
    members: '',
    child: {},
    shares: [],
  };
  const own = (item.parts || []).find((p) => p.own && p.id === part);
  const filed = (key) => !own || step.fields.some((f) => f.key === key && f.filed);
  const has = new Map((item.fields || []).filter((f) => !f.judge && filed(f.key)).map((f) => [f.key, f.value]));
  for (const key of ['channel', 'kind', 'priority']) if (item[key] && filed(key)) has.set(key, item[key]);
  for (const f of (own && own.answers) || []) has.set(f.key, f.value);
  for (const f of step.fields) {
    if (f.own && f.key === 'name') v.name = item.title || '';
    else if (f.own && f.key === 'unit') v.unit = item.unit || 0;
    else if (f.key === 'class') v.class = item.class || null;
    else if (f.key === 'place')
      v.place = { address: item.address || '', lat: item.lat ? String(item.lat) : '', lon: item.lon ? String(item.lon) : '' };
    else if (step.does !== JUDGED && has.has(f.key)) v.fields[f.key] = has.get(f.key);
  }
  if ((step.judges || []).length === 1) v.judge = step.judges[0];
  return v;
}

/** Does the step's form have nothing but an optional note? Then one press may take it. */
export function isPlain(step) {
  return (
    !step.fields.length &&
    !step.note_required &&
    !(step.reasons || []).length &&
    !step.files_max &&
    !(step.approve || []).length &&
    !step.must &&
    !['dispatch', 'assist', 'confer', 'pass', 'extend', 'merge', 'child', 'gather', 'release'].includes(step.does) &&
    (step.judges || []).length < 2
  );
}

/**
 * What is missing or wrong before anything is sent, by field.
 * @param {object} step
 * @param {object} v values
 * @param {(key: string) => string} t
 * @param {number} [files] how many are picked
 */
export function checkValues(step, v, t, files = 0) {
  const bad = {};
  for (const f of step.fields) {
    if (f.key === 'place') {
      Object.assign(bad, checkPlace(v.place, f.required, t));
      continue;
    }
    if (f.own && f.key === 'name' && !(v.name || '').trim() && step.edits) bad.name = t('form.mustFill');
    const value = f.own ? v[f.key] : v.fields[f.key];
    if (f.required && (value === undefined || value === null || value === '')) {
      bad[f.key] = CHOSEN.includes(f.type) ? t('form.mustChoose') : t('form.mustFill');
    } else if (value && f.min && f.type === 'text' && ownWords(f, v.fields) < f.min) {
      bad[f.key] = t((f.own_words || []).length ? 'step.ownWords' : 'step.tooShort', { n: f.min });
    } else if (value && f.type === 'choice' && f.options.length && !f.options.includes(value)) {
      bad[f.key] = t('form.mustChoose');
    }
  }
  if ((step.each || []).length) checkShares(step, v, t, bad);
  else if (['dispatch', 'assist', 'pass'].includes(step.does) && !v.lead && !v.assist.length)
    bad.units = t('step.needUnit');
  if (step.does === 'dispatch' && !v.lead && !(step.each || []).length) bad.units = t('step.needLead');
  if ((step.reasons || []).length && !step.reason_optional && !v.reason)
    bad['reason.key'] = t('form.mustChoose');
  if (v.reason && optionsOf(step, v.reason).length && !v.option) bad['reason.option'] = t('form.mustChoose');
  if (step.does === 'extend' && !/^[1-9]\d{0,2}$/.test(v.n)) bad.extend = t('step.needExtend');
  if (step.does === 'merge' && !v.other.trim()) bad.other = t('step.needOther');
  if (NAMES_ITEMS.includes(step.does) && !numbersOf(v.members).length) bad.members = t('step.needMembers');
  if (step.does === 'child' && !(v.child.title || '').trim()) bad['child.title'] = t('form.mustFill');
  if ((step.judges || []).length > 1 && !v.judge) bad.judge = t('form.mustChoose');
  if (step.files_min > files) bad.file = `${t('step.needFiles', { n: step.files_min })}${step.files_why ? `：${step.files_why}` : ''}`;
  if (step.note_required && !v.note.trim()) bad.note = t('form.mustFill');
  return bad;
}

const begun = (r) => r.unit || Object.values(r.fields).some((x) => x);

/** The rows of a step that says something of each unit; those nobody has begun are none. */
export const sharesOf = (v) => (v.shares || []).filter(begun);

/** The place of each row among those that are sent, by which errors name it; -1: nobody has begun it. @param {object[]} rows */
export const sharePlaces = (rows) => rows.map((r, i) => (begun(r) ? rows.slice(0, i).filter(begun).length : -1));

const ofShare = (key) => key.startsWith('each[');

/**
 * What is still wrong of what was told: of rows, all of theirs, because the others move up when one goes.
 * @param {Record<string, string>} told
 * @param {Record<string, string>} now
 */
export function stillWrong(told, now) {
  const rows = Object.keys(told).some(ofShare);
  const left = Object.entries(told).filter(([k]) => now[k] && !ofShare(k));
  return Object.fromEntries(rows ? [...left, ...Object.entries(now).filter(([k]) => ofShare(k))] : left);
}

/** Without what was told of rows: they are others now. @param {Record<string, string>} told */
export const withoutShares = (told) => Object.fromEntries(Object.entries(told).filter(([k]) => !ofShare(k)));

function checkShares(step, v, t, bad) {
  const rows = sharesOf(v);
  rows.forEach((r, i) => {
    if (!r.unit) bad[`each[${i}].unit`] = t('form.mustChoose');
    for (const f of step.each) if (f.required && !r.fields[f.key]) bad[`each[${i}].${f.key}`] = t('form.mustFill');
  });
  if (!rows.length && step.does !== 'confer') bad.units = t('step.needUnit');
}

/** What the server calls a member of the place in its errors. */
export const ofPlace = (member) => `place.${member}`;

const DEGREES = /^-?\d{1,3}(\.\d+)?$/;

// An address or a point; a point has both numbers.
function checkPlace({ address, lat, lon }, required, t) {
  if (required && !address.trim() && !lat && !lon) return { [ofPlace('address')]: t('form.mustFill') };
  const bad = {};
  for (const [key, value, other, most] of [['lat', lat, lon, 90], ['lon', lon, lat, 180]])
    if ((other && !value) || (value && (!DEGREES.test(value) || Math.abs(Number(value)) > most)))
      bad[ofPlace(key)] = t('step.degrees', { most });
  return bad;
}

/** Letters and digits alone, as the server compares them. */
export const bare = (x) =>
  String(x || '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '');

// What is left when the words of the chosen options are taken out.
function ownWords(f, fields) {
  let left = bare(fields[f.key]);
  for (const key of f.own_words || []) if (fields[key]) left = left.replaceAll(bare(fields[key]), '');
  return Array.from(left).length;
}

/**
 * The step as its form asks it now, with what the server says of the answers so far.
 * @param {object} step from stepOf()
 * @param {object|null} form answer of GET /api/items/{id}/form
 */
export function stepNow(step, form) {
  if (!form) return step;
  const now = new Map(form.asks.map((a) => [a.field, a]));
  return {
    ...step,
    note_required: step.note_required || form.note,
    note_why: form.note_why,
    files_min: form.files,
    files_why: form.files_why,
    fields: step.fields.map((f) => {
      const a = now.get(f.key);
      if (!a) return f;
      const options = f.options && f.options.length ? a.options : f.options;
      return { ...f, required: a.required, options, people: a.people, help: a.why || f.help };
    }),
  };
}

/** The answers others may depend on: not the texts. */
export function decisive(step, v) {
  const out = {};
  for (const f of step.fields)
    if (['choice', 'yesno', 'date', 'number', 'person'].includes(f.type) && v.fields[f.key]) out[f.key] = v.fields[f.key];
  return out;
}

/** Second-level options of a reason. */
export function optionsOf(step, reason) {
  const r = (step.reasons || []).find((x) => x.key === reason);
  return r ? r.options || [] : [];
}

// Is what the form says of a field what stands there?
function sameValue(f, v, was) {
  const of = (x) => (f.own ? x[f.key] : x.fields[f.key]);
  return JSON.stringify(of(v) || '') === JSON.stringify(of(was) || '');
}

/**
 * What the form of a step that edits has that is not there already: all a draft keeps, so that it brings back nothing
 * somebody else has changed since.
 * @param {object} step
 * @param {object} v values
 * @param {object} item as it was when the form was opened
 */
export function editsOf(step, v, item) {
  const was = startValues(step, item);
  const out = { note: v.note, fields: {} };
  for (const f of step.fields) if (!sameValue(f, v, was)) (f.own ? out : out.fields)[f.key] = (f.own ? v : v.fields)[f.key];
  return out;
}

/**
 * The body of POST /api/items/{id}/steps.
 * @param {object} step
 * @param {object} v values
 * @param {number|null} part
 * @param {number} version
 * @param {number[]} [files] attachments that belong to the step
 * @param {object} [item] as it stands: of a step that edits only what differs from it is sent, also what became blank
 */
export function stepBody(step, v, part, version, files = [], item = undefined) {
  const body = { step: step.key, version };
  if (files.length) body.files = files;
  if (part) body.part = part;
  if (v.note.trim()) body.note = v.note.trim();
  const fields = {};
  const was = step.edits && item ? startValues(step, item) : null;
  for (const f of step.fields) {
    if (was && sameValue(f, v, was)) continue;
    if (f.own && (f.key === 'name' || f.key === 'unit')) {
      if (v[f.key]) body[f.key] = f.key === 'name' ? v.name.trim() : v.unit;
    } else if (f.key === 'class') {
      if (v.class) body.class = v.class;
    } else if (f.key === 'place') {
      const { address, lat, lon } = v.place;
      if (!step.edits || was || address.trim() || lat || lon)
        body.place = { address: address.trim(), lat: Number(lat) || 0, lon: Number(lon) || 0 };
    } else if (was) {
      fields[f.key] = v.fields[f.key] || '';
    } else if (v.fields[f.key] !== undefined && v.fields[f.key] !== '') {
      fields[f.key] = f.type === 'time' ? atZone(v.fields[f.key]) : v.fields[f.key];
    }
  }
  if (Object.keys(fields).length) body.fields = fields;
  const rows = (step.each || []).length ? sharesOf(v) : null;
  if (rows && rows.length) {
    body.units = rows.map((r) => r.unit);
    body.each = rows.map((r) => r.fields);
  } else if (rows) {
    // nobody is named
  } else if (step.does === 'dispatch') body.units = [v.lead, ...v.assist.filter((id) => id !== v.lead)];
  else if (['assist', 'confer', 'pass'].includes(step.does) && v.assist.length) body.units = v.assist;
  if (v.reason) body.reason = { key: v.reason, option: v.option };
  if (v.judge) body.judge = v.judge;
  if (step.does === 'extend') body.extend = `${v.n}${v.per}`;
  if (step.does === 'merge') body.other = v.other.trim();
  if (NAMES_ITEMS.includes(step.does)) body.members = numbersOf(v.members);
  if (step.does === 'child')
    body.child = { title: v.child.title || '', text: v.child.text || '', class: v.child.class || null };
  return body;
}

/**
 * What changed between the item as it was read and as it stands, for the conflict panel.
 * @param {object} mine
 * @param {object} theirs
 * @returns {{key: string, title: string, mine: string, theirs: string}[]}
 */
export function differences(mine, theirs) {
  const out = [];
  const add = (key, title, a, b) => {
    if (String(a ?? '') !== String(b ?? ''))
      out.push({ key, title, mine: String(a ?? ''), theirs: String(b ?? '') });
  };
  for (const key of ['state_title', 'unit_name', 'class_name', 'kind', 'priority', 'due', 'title'])
    add(key, '', mine[key], theirs[key]);
  const id = (f) => `${f.judge || ''}/${f.key}`;
  const ofPart = (p) => (p.answers || []).map((f) => [`${p.id}/${f.key}`, { ...f, title: `${p.unit_name} ${f.title}` }]);
  const all = (x) => new Map([...(x.fields || []).map((f) => [id(f), f]), ...(x.parts || []).flatMap(ofPart)]);
  const before = all(mine);
  const after = all(theirs);
  for (const k of new Set([...before.keys(), ...after.keys()])) {
    const a = before.get(k);
    const b = after.get(k);
    add(k, (b || a).title, a && a.value, b && b.value);
  }
  return out;
}
