// Quick views of the list: the fixed ones, and what can be said of any without asking the server. No DOM here: tested in
// node. A person's own are in my-views.js.
import { hasWords, registerOf, split } from './filter.js';

/** The fixed views: {key, title key, filter, sort}. */
export const FIXED = [
  { key: 'mine', title: 'view.mine', filter: 'open:yes unit:mine', sort: 'due' },
  { key: 'parts', title: 'view.parts', filter: 'open:yes part:mine', sort: 'due' },
  { key: 'asks', title: 'view.asks', filter: 'asks:mine', sort: 'due' },
  { key: 'receipt', title: 'view.receipt', filter: 'receipt:mine', sort: 'due' },
  { key: 'recheck', title: 'view.recheck', filter: 'recheck:mine', sort: '-changed' },
  { key: 'named', title: 'view.named', filter: 'open:yes named:mine', sort: 'due' },
  { key: 'soon', title: 'view.soon', filter: 'open:yes unit:mine overdue:no due:next-2d', sort: 'due' },
  { key: 'late', title: 'view.late', filter: 'open:yes unit:mine overdue:yes', sort: 'due' },
  { key: 'refused', title: 'view.refused', filter: 'asks:refused', sort: '-changed' },
  { key: 'today', title: 'view.today', filter: 'filed:today', sort: '-filed' },
  { key: 'open', title: 'view.open', filter: 'open:yes', sort: 'due' },
  { key: 'closed', title: 'view.closed', filter: 'closed:last-7d', sort: '-changed' },
  { key: 'repeat', title: 'view.repeat', filter: 'repeat:yes filed:last-30d', sort: '-filed' },
  { key: 'watch', title: 'view.watch', filter: 'watch:me', sort: '-changed' },
];

/** The fixed views of every register, without the register itself. */
export const LASTING = [
  { key: 'kept', title: 'view.kept', filter: 'open:yes', sort: '-filed' },
  { key: 'archived', title: 'view.archived', filter: 'open:no', sort: '-changed' },
  { key: 'all', title: 'view.all', filter: '', sort: '-filed' },
];

/**
 * Sends the views that this machine still keeps from before the server kept them.
 * @param {{title: string, filter: string, sort: string}[]} list
 * @param {(view: object) => Promise<any>} send
 * @returns {Promise<object[]>} those the server could not be asked about; those it refuses (a filter that is none any
 *   more, a title that is there already, too many) are given up
 */
export async function takeOver(list, send) {
  const left = [];
  for (const { title, filter, sort } of list) {
    try {
      await send({ title, filter, sort });
    } catch (e) {
      if (![400, 409, 413].includes(e.status)) left.push({ title, filter, sort });
    }
  }
  return left;
}

/**
 * The order a filter is shown in unless somebody asks for another: open items by their due time, others and the rows of
 * a register newest first.
 */
export function usualSort(filter) {
  if (hasWords(filter)) return 'relevance';
  return split(filter).includes('open:yes') && !registerOf(filter) ? 'due' : '-filed';
}

/** Does a filter ask for the items of a loop, by its key or by its name? */
export function asksLoop(filter, loop, t) {
  const terms = split(filter);
  return ['loop', t('filter.kLoop')].some((k) => [loop.key, loop.title].some((v) => terms.includes(`${k}:${v}`)));
}

/** Do two filters hold the same terms, in whatever order? */
export function sameFilter(a, b) {
  return a === b || split(a).sort().join(' ') === split(b).sort().join(' ');
}

/**
 * With whom a person may share: the units he holds a role at.
 * @param {{unit: number, unit_name: string}[]} roles of /api/me
 * @param {{id: number}} town
 * @param {(key: string, vars?: object) => string} t
 * @returns {{value: string, title: string}[]}
 */
export function shareOptions(roles, town, t) {
  const out = new Map([['0', t('share.me')]]);
  for (const r of roles)
    out.set(String(r.unit), r.unit === town.id ? t('share.all') : t('share.unit', { unit: r.unit_name }));
  return Array.from(out, ([value, title]) => ({ value, title }));
}
