// Members of an item that gathers others, closed together: each by its own loop's closing step. No DOM here: tested in node.

/**
 * The step of its own by which an item is closed: one it may take now, else the reason of one that it may not; null where its state
 * has none.
 * @param {object} item with its steps
 * @param {(key: string) => object|null} stepOf of its loop
 */
export function closingOf(item, stepOf) {
  const all = (item.steps || []).filter((s) => !s.part && (stepOf(s.key) || {}).does === 'close');
  const open = all.find((s) => s.ok && !s.request);
  if (open) return { step: stepOf(open.key) };
  return all.length ? { why: all[0].why } : null;
}

/**
 * What can be closed now, alike with alike; and what cannot, with the reason.
 * @param {object[]} items
 * @param {(loop: string) => (key: string) => object|null} stepsOf
 * @returns {{batches: {key: string, loop: string, step: object, rows: object[]}[], held: {item: object, why: string}[]}}
 */
export function closings(items, stepsOf) {
  const by = new Map();
  const held = [];
  for (const item of items) {
    const found = closingOf(item, stepsOf(item.loop));
    if (!found || !found.step) {
      held.push({ item, why: (found && found.why) || '' });
      continue;
    }
    const key = `${item.loop}/${found.step.key}`;
    if (!by.has(key)) by.set(key, { key, loop: item.loop, step: found.step, rows: [] });
    by.get(key).rows.push(item);
  }
  return { batches: [...by.values()].sort((a, b) => b.rows.length - a.rows.length), held };
}

/** Answers of several batches as one. @param {object[]} answers of POST /api/steps */
export const together = (answers) => ({
  dry_run: answers.every((a) => a.dry_run),
  done: answers.reduce((n, a) => n + a.done, 0),
  failed: answers.reduce((n, a) => n + a.failed, 0),
  overdue: answers.reduce((n, a) => n + (a.overdue || 0), 0),
  rows: answers.flatMap((a) => a.rows),
});
