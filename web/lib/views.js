// Quick views of the list: fixed ones, and those a person has stored on this machine.
import { store } from './store.js';
import { split } from './filter.js';
import { me } from './state.js';

/** The fixed views: {key, title key, filter, sort}. */
export const FIXED = [
  { key: 'mine', title: 'view.mine', filter: 'open:yes unit:mine', sort: 'due' },
  { key: 'parts', title: 'view.parts', filter: 'open:yes part:mine', sort: 'due' },
  { key: 'soon', title: 'view.soon', filter: 'open:yes unit:mine overdue:no due:next-2d', sort: 'due' },
  { key: 'late', title: 'view.late', filter: 'open:yes unit:mine overdue:yes', sort: 'due' },
  { key: 'today', title: 'view.today', filter: 'filed:today', sort: '-filed' },
  { key: 'open', title: 'view.open', filter: 'open:yes', sort: 'due' },
  { key: 'closed', title: 'view.closed', filter: 'closed:last-7d', sort: '-changed' },
];

const name = () => `views.${me.value ? me.value.person.id : 0}`;

/** @returns {{title: string, filter: string, sort: string}[]} */
export function storedViews() {
  return store.get(name(), []);
}

/** Stores a view under a title; one of the same title is replaced. */
export function storeView(view) {
  const rest = storedViews().filter((v) => v.title !== view.title);
  store.set(name(), [...rest, view]);
}

/** @param {string} title */
export function dropView(title) {
  store.set(
    name(),
    storedViews().filter((v) => v.title !== title),
  );
}

/** The order a filter is shown in unless somebody asks for another: open items by their due time, others newest first. */
export function usualSort(filter) {
  return split(filter).includes('open:yes') ? 'due' : '-filed';
}

/** Do two filters hold the same terms, in whatever order? */
export function sameFilter(a, b) {
  return a === b || split(a).sort().join(' ') === split(b).sort().join(' ');
}
