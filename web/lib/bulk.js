// One step on several items: which steps all of them allow, what is sent, and how the answer is told. No DOM here: tested
// in node.
import { stepBody } from './step.js';

/** What cannot be done alike to several: it names another item, makes one, or judges one by one. */
const SINGLE = ['child', 'evaluate', 'unmerge', 'gather', 'release'];

/**
 * Steps open in every one of these items (one for each state there is among the chosen), the item's own ones.
 * @param {{steps: {key: string, title: string, part: number, ok: boolean}[]}[]} items
 * @param {(key: string) => object|null} stepOf the definition of a step
 */
export function commonSteps(items, stepOf) {
  if (!items.length) return [];
  const own = (item) => item.steps.filter((s) => s.ok && !s.part && !s.request);
  return own(items[0]).filter((s) => {
    const def = stepOf(s.key);
    return def && !SINGLE.includes(def.does) && items.every((i) => own(i).some((x) => x.key === s.key));
  });
}

/**
 * One chosen row for each loop and state, to ask which steps are open.
 * @param {object[]} rows
 */
export function samples(rows) {
  const out = new Map();
  for (const r of rows) if (!out.has(`${r.loop}/${r.state}`)) out.set(`${r.loop}/${r.state}`, r);
  return [...out.values()];
}

/** The body of POST /api/steps. */
export function bulkBody(step, values, rows) {
  const { version, ...body } = stepBody(step, values, null, 1, []);
  return { ...body, items: rows.map((r) => ({ id: r.id, version: r.version })) };
}

/**
 * A step as it is asked of several at once. Of one that edits, what is left blank stays as it is in each, and what only
 * one can have is not asked.
 * @param {object|null} step from stepOf()
 */
export function bulkStep(step) {
  if (!step || !step.edits) return step;
  const fields = step.fields.filter((f) => !f.unique && !(f.own && f.key === 'name'));
  return { ...step, fields: fields.map((f) => ({ ...f, required: false })) };
}
