// The views a person has saved, and those others share with him; the server keeps them, so that they are there on every
// machine.
import { signal } from '@preact/signals';
import { call, del, get, post, rowsOf } from './api.js';
import { me } from './state.js';
import { store } from './store.js';
import { takeOver } from './views.js';

/** @type {import('@preact/signals').Signal<{id: number, title: string, filter: string, sort: string, columns: string,
 *   place: number, shared: number, version: number}[]|null>} in the person's order; null before they have come */
export const myViews = signal(null);
/** What others share with the person; the same, with owner_name and shared_name. */
export const sharedViews = signal([]);

/** Loads them; views this machine kept by itself are handed over first, once. */
export async function loadViews() {
  const name = `views.${me.value.person.id}`;
  const kept = store.get(name, []);
  if (Array.isArray(kept) && kept.length) {
    const left = await takeOver(kept, (v) => post('/api/views', v));
    if (left.length) store.set(name, left);
    else store.remove(name);
  }
  const rows = rowsOf(await get('/api/views'));
  sharedViews.value = rows.filter((v) => !v.mine);
  myViews.value = rows.filter((v) => v.mine);
}

/** @param {{title: string, filter: string, sort: string, columns?: string, shared?: number, place?: number}} view */
export async function saveView({ title, filter, sort, columns = '', shared = 0, place }, key) {
  const view = { title, filter, sort, columns, shared };
  await post('/api/views', place ? { ...view, place } : view, key ? { key } : {});
  await loadViews();
}

/**
 * Renames, moves or changes one.
 * @param {object} view as it was loaded
 * @param {{title?: string, place?: number, shared?: number, columns?: string}} more what becomes different
 */
export async function changeView({ id, version, title, filter, sort, columns, shared }, more) {
  try {
    await call('PUT', `/api/views/${id}`, { json: { version, title, filter, sort, columns, shared, ...more } });
  } finally {
    await loadViews();
  }
}

/** @param {{id: number}} view */
export async function dropView(view) {
  try {
    await del(`/api/views/${view.id}`);
  } finally {
    await loadViews();
  }
}
