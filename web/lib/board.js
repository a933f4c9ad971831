// The answer of /api/boards as a page reads it. A figure belongs to a column and to a row, and each brings its half of the
// filter that lists the items counted.
import { all } from './filter.js';

/**
 * Cells with their links, {v, link}, by column. A rate's link is that of the first tally its formula names: the items it
 * is made of.
 * @param {object} raw the answer
 * @param {{rates: {key: string, formula: string}[]}} [loop] from the catalogue
 */
export function linked(raw, loop) {
  const formula = (key) => ((loop && loop.rates.find((r) => r.key === key)) || { formula: '' }).formula;
  const halves = Object.fromEntries(raw.tallies.map((x) => [x.key, x.filter]));
  const rates = raw.rates.map((x) => {
    const first = (formula(x.key).match(/[a-z_]\w*/g) || []).find((k) => k in halves);
    return { ...x, formula: formula(x.key), half: first ? halves[first] : '' };
  });
  const row = (r) => ({
    ...r,
    key: r.id || r.name,
    tallies: Object.fromEntries(raw.tallies.map((x) => [x.key, { v: r.tallies[x.key], link: all(x.filter, r.filter) }])),
    rates: Object.fromEntries(
      rates.map((x) => [x.key, { v: r.rates[x.key], link: x.half ? all(x.half, r.filter) : '' }]),
    ),
  });
  return { ...raw, rates, rows: raw.rows.map(row), total: row(raw.total) };
}
