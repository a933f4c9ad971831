// Who has a desk: what the navigation asks before the desk itself is loaded. No DOM here.
import { all } from './filter.js';

/**
 * The loops a person may dispatch, each with the step and its queue.
 * @param {object} catalog indexed
 * @param {object} me body of /api/me
 * @returns {{loop: object, step: object, merge: object|null, filter: string}[]}
 */
export function desksOf(catalog, me) {
  const roles = new Set(((me && me.roles) || []).map((r) => r.role));
  const mine = (s) => !s.on_part && (s.who || []).some((r) => roles.has(r));
  const out = [];
  for (const loop of (catalog && catalog.loops) || []) {
    const step = loop.steps.find((s) => s.does === 'dispatch' && mine(s));
    if (!step) continue;
    const merge = loop.steps.find((s) => s.does === 'merge' && mine(s)) || null;
    out.push({ loop, step, merge, filter: all(`loop:${loop.key}`, `state:${step.from.join(',')}`, 'open:yes') });
  }
  return out;
}
