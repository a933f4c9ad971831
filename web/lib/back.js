// Why an item stands where it stood before: who gave it back, and what was said. No DOM here: tested in node.
import { reasonTitle } from './step.js';

const BACK = ['return', 'redo', 'round', 'reopen', 'withdraw'];

// What a step that was decided says is what was written when it was asked for.
const words = (events, i) =>
  (events.slice(i + 1).find((x) => x.what === `ask:${events[i].what}` && x.part === events[i].part) || events[i]).note;

/**
 * The step that brought it back to where it stands, with what was said; null when it came here going forward.
 * @param {object} item
 * @param {object} loop
 */
export function cameBack(item, loop) {
  const events = item.timeline || [];
  const i = events.findIndex((e) => e.changes && e.changes.state);
  const e = events[i];
  const step = item.open && e && loop.steps.find((s) => s.key === e.what);
  if (!step || !BACK.includes(step.does)) return null;
  return { title: e.what_title, at: e.at, person: e.person_name, reason: reasonTitle(e.changes.reason), note: words(events, i), changes: e.changes };
}

/**
 * Who gave it back, the latest first, with what was said when it was asked for: {version, at, unit, reason, note}.
 * @param {object} item
 * @param {object} loop
 */
export function returnsOf(item, loop) {
  const keys = loop.steps.filter((s) => s.does === 'return').map((s) => s.key);
  const events = item.timeline || [];
  return events.flatMap((e, i) => {
    if (!keys.includes(e.what)) return [];
    const part = (item.parts || []).find((p) => p.id === e.part);
    return [{ version: e.version, at: e.at, unit: part ? part.unit_name : e.unit_name, reason: reasonTitle((e.changes || {}).reason), note: words(events, i) }];
  });
}
