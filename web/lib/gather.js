// An item that gathers others: which loops do, and the numbers somebody types. No DOM here: tested in node.

const doing = (loop, does) => (loop && loop.steps.find((s) => s.does === does)) || null;

/** The step by which items come to it, and the one by which they are taken out; null where there is none. */
export const gatherStep = (loop) => doing(loop, 'gather');
export const releaseStep = (loop) => doing(loop, 'release');

/** Loops that gather items. @param {object} catalog indexed */
export const gatherers = (catalog) => catalog.loops.filter((l) => gatherStep(l));

/** The numbers in a text: parted by blanks, line ends or commas, each once. */
export const numbersOf = (text) => [...new Set(String(text || '').split(/[\s,;，；、]+/).filter(Boolean))];

/** Rows by loop and state, the fullest first: what can be handled alike. */
export function alike(rows) {
  const by = new Map();
  for (const r of rows) {
    const key = `${r.loop}/${r.state}`;
    if (!by.has(key)) by.set(key, { key, loop: r.loop, state: r.state, title: r.state_title, open: r.open, rows: [] });
    by.get(key).rows.push(r);
  }
  return [...by.values()].sort((a, b) => b.rows.length - a.rows.length);
}

/**
 * What the comparison says: how many fewer (or more), and by what part; null while there is nothing to compare.
 * @param {{spans: {when: string, n: number, capped: boolean}[]}} effect
 */
export function outcome(effect) {
  const of = (when) => (effect.spans || []).find((s) => s.when === when);
  const before = of('before');
  const after = of('after');
  if (!before || !after || before.capped || after.capped) return null;
  const less = before.n - after.n;
  return { less, share: before.n ? Math.abs(less) / before.n : null };
}
