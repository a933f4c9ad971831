// The town's catalogue, indexed once: units, classes, loops, registers. No DOM here.
import { split } from './filter.js';

/**
 * @param {object} raw answer of /api/catalog
 * @returns {object} raw with maps: unitById, classById, loopByKey (registers as well, each with lasts: true)
 */
export function indexCatalog(raw) {
  const c = { units: [], classes: [], loops: [], ...raw };
  c.registers = (raw.registers || []).map((r) => ({ ...r, lasts: true }));
  c.unitById = new Map(c.units.map((u) => [u.id, u]));
  c.classById = new Map(c.classes.map((x) => [x.id, x]));
  // No register has the key of a loop.
  c.loopByKey = new Map([...c.loops, ...c.registers].map((l) => [l.key, l]));
  return c;
}

/**
 * Names from the root down to a node, without the root itself.
 * @param {Map<number, object>} byId
 * @param {number} id
 * @returns {string[]}
 */
export function pathOf(byId, id) {
  const names = [];
  for (let n = byId.get(id), guard = 0; n && n.parent && guard < 40; n = byId.get(n.parent), guard++) {
    names.unshift(n.name);
  }
  return names;
}

/**
 * Nodes that hold the words in name, short name, code or path; those that start with it come first.
 * @param {object[]} nodes
 * @param {Map<number, object>} byId
 * @param {string} words
 * @param {number} [most]
 * @returns {object[]}
 */
export function findNodes(nodes, byId, words, most = 60) {
  const open = nodes.filter((n) => !n.closed);
  const text = words.trim().toLowerCase();
  if (!text) return open.slice(0, most);
  const first = [];
  const then = [];
  const below = [];
  for (const n of open) {
    const own = [n.name, n.short, n.code].filter(Boolean).map((x) => x.toLowerCase());
    if (own.some((x) => x.startsWith(text))) first.push(n);
    else if (own.some((x) => x.includes(text))) then.push(n);
    else if (pathOf(byId, n.id).join('/').toLowerCase().includes(text)) below.push(n);
    if (first.length >= most) break;
  }
  return [...first, ...then, ...below].slice(0, most);
}

/**
 * Classes a loop's items take theirs from.
 * @param {object} c indexed catalogue
 * @param {object} loop
 * @returns {object[]}
 */
export function classesOf(c, loop) {
  const scheme = loop && loop.class_scheme;
  return scheme ? schemeOf(c, scheme) : c.classes;
}

/** The classes of a scheme. */
export const schemeOf = (c, scheme) => c.classes.filter((x) => x.scheme === scheme);

/** What a field keeps of a class. */
export const classCode = (k) => `${k.scheme}/${k.code}`;

/**
 * The definition of a step, its asked fields joined with the loop's field definitions.
 * @param {object} loop
 * @param {string} key
 * @returns {object|null}
 */
export function stepOf(loop, key) {
  const step = loop && loop.steps.find((s) => s.key === key);
  if (!step) return null;
  // What lasts is edited: its form holds what stands there, and sends what became different.
  return { ...step, fields: fieldsOf(loop, step.asks), each: fieldsOf(loop, step.each), edits: !!loop.lasts && step.asks.length > 0 };
}

// What every item has beside its fields, by the word a step asks it with.
const OWN_ASKS = ['place', 'class', 'name', 'unit'];

/**
 * What is asked, joined with the loop's field definitions.
 * @param {object} loop
 * @param {{field: string, required: boolean}[]} asks
 */
export function fieldsOf(loop, asks) {
  const fields = (asks || []).map((a) => {
    if (OWN_ASKS.includes(a.field)) return { key: a.field, type: a.field, own: true, required: a.required, title: a.field === 'name' ? loop.name : '' };
    const f = loop.fields.find((x) => x.key === a.field);
    const filed = f && (f.required || !!f.default || ((loop.steps[0] || {}).asks || []).some((x) => x.field === f.key));
    return f ? { ...f, required: a.required, filed } : null;
  });
  return fields.filter(Boolean);
}

/**
 * Who decides a step that is asked for: "镇审核 → 市平台答复"; empty when it is done at once.
 * @param {object} step
 */
export const stagesOf = (step) => (step.approve || []).map((g) => g.title).join(' → ');

/**
 * Filter text of a definition as people say it: "priority:特急" is 紧急程度：特急. Terms of another kind stay as they are.
 * @param {string} text
 * @param {object} c indexed
 * @param {(key: string) => string} t
 */
export function ruleWords(text, c, t) {
  const titleOf = (key) => {
    if (key === 'class') return t('col.class');
    for (const l of c.loops) for (const f of l.fields || []) if (f.key === key) return f.title;
    return '';
  };
  const classOf = (code) => (c.classes.find((x) => `${x.scheme}/${x.code}` === code) || { name: code }).name;
  return split(text)
    .map((x) => {
      const [, key, values] = /^([a-z][a-z0-9_-]*):([^"<>]*)$/.exec(x) || [];
      const title = key && titleOf(key);
      if (!title) return x;
      return `${title}${t('word.colon')}${values.split(',').map((v) => (key === 'class' ? classOf(v) : v)).join(t('word.listed'))}`;
    })
    .join(' ');
}
