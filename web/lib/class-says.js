// What a class says of its items (docs/import.md), for forms. No DOM here: tested in node.

/**
 * Its own, or what the nearest class above it says.
 * @param {Map<number, object>} byId classes
 * @param {number|null} id
 * @param {string} what unit, limits, photos, opening, closing
 * @returns {string}
 */
export function says(byId, id, what) {
  for (let c = byId.get(id); c; c = byId.get(c.parent)) if (c[what]) return c[what];
  return '';
}

/** "handle:4wh close:2wd" as pairs. */
export function stages(text) {
  return (text || '')
    .split(' ')
    .filter(Boolean)
    .map((x) => x.split(':'));
}

/** Limits or photos of all stages: of each the nearest that says it. */
export function allStages(byId, id, what) {
  const out = new Map();
  for (let c = byId.get(id); c; c = byId.get(c.parent))
    for (const [stage, value] of stages(c[what])) if (!out.has(stage)) out.set(stage, value);
  return out;
}

/**
 * How many photos a step needs of an item of that class.
 * @param {object} step of the loop
 * @param {Map<number, object>} byId classes
 * @param {number|null} cls
 */
export function photosNeeded(step, byId, cls) {
  if (!step.photos_stage) return step.photos || 0;
  return Number(allStages(byId, cls, 'photos').get(step.photos_stage) || 0);
}

const UNITS = { min: 'step.min', h: 'step.h', d: 'step.d', wh: 'step.wh', wd: 'step.wd' };

/** "4wh" in words. */
export function limitText(limit, t) {
  const m = /^(\d+)(min|wh|wd|h|d)!?$/.exec(limit);
  return m ? `${m[1]} ${t(UNITS[m[2]])}` : limit;
}
