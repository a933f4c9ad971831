// The answer of /api/cadences as a page reads it. No DOM here.

/** Figures from left to right: key, title, what it counts. */
export const FIGURES = [
  ['asked', 'cadence.asked', 'cadence.askedWhy'],
  ['in_time', 'cadence.inTime', 'cadence.inTimeWhy'],
  ['late', 'cadence.late', 'cadence.lateWhy'],
  ['missed', 'cadence.missed', 'cadence.missedWhy'],
  ['open', 'cadence.open', 'cadence.openWhy'],
  ['overdue', 'cadence.overdue', 'cadence.overdueWhy'],
  ['unfiled', 'cadence.unfiled', 'cadence.unfiledWhy'],
];

/** Rows reached, late ones as well, of all rows asked for. Nothing where none was. @param {object} counts */
export const coverage = (counts) => (counts.asked ? (counts.in_time + counts.late) / counts.asked : null);

/**
 * A day of the period before or after that of a rule: "2026-09-30".
 * @param {{from: string, until: string}} rule
 * @param {number} way -1 before, 1 after
 */
export function dayBeside(rule, way) {
  const day = new Date(`${way < 0 ? rule.from : rule.until}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + way);
  return day.toISOString().slice(0, 10);
}

const OF = { d: 'cadence.days', w: 'cadence.weeks', mo: 'cadence.months' };

/** 每 3 个月一次. @param {string} text "3mo" @param {boolean} aligned to the calendar */
export function every(text, aligned, t) {
  const [, n, of] = /^(\d+)(d|w|mo)$/.exec(text) || [];
  const said = n ? t(OF[of], { n }) : text;
  return aligned ? said : t('cadence.sinceLast', { every: said });
}
