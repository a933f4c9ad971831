// What a form that sets where or when asks of clashes. No DOM here: tested in node.
import { pointOf } from './point.js';

/** Do these asked fields decide where or when an item of this loop is? @param {object} loop @param {{key: string}[]} asked */
export const setsClash = (loop, asked) => loop.clashes.length > 0 && asked.some((f) => f.key === 'place' || loop.clashes.includes(f.key));

/**
 * The body of POST /api/clashes; null while the days of a new one are not both there: the item's own are known to the server.
 * @param {object} loop its `clashes`: the fields of the first day, the last day, and of what names the place
 * @param {object|undefined} item
 * @param {Record<string, string>} fields
 * @param {{lat?: string, lon?: string}|undefined} place
 */
export function clashDraft(loop, item, fields, place) {
  const said = Object.fromEntries(loop.clashes.filter((k) => fields[k]).map((k) => [k, String(fields[k])]));
  const [from, to] = loop.clashes;
  if (!item && !(said[from] && said[to])) return null;
  return { ...(item ? { item: item.id } : { loop: loop.key }), fields: said, ...pointOf(place || {}).point };
}
