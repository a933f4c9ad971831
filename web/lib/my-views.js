// The views a person has saved; the server keeps them, so that they are there on every machine.
import { signal } from '@preact/signals';
import { call, del, get, post, rowsOf } from './api.js';
import { me } from './state.js';
import { store } from './store.js';
import { takeOver } from './views.js';

/** @type {import('@preact/signals').Signal<{id: number, title: string, filter: string, sort: string, place: number,
 *   version: number}[]|null>} in the person's order; null before they have come */
export const myViews = signal(null);

/** Loads them; views this machine kept by itself are handed over first, once. */
export async function loadViews() {
  const name = `views.${me.value.person.id}`;
  const kept = store.get(name, []);
  if (Array.isArray(kept) && kept.length) {
    const left = await takeOver(kept, (v) => post('/api/views', v));
    if (left.length) store.set(name, left);
    else store.remove(name);
  }
  myViews.value = rowsOf(await get('/api/views'));
}

/** @param {{title: string, filter: string, sort: string, place?: number}} view */
export async function saveView({ title, filter, sort, place }, key) {
  await post('/api/views', place ? { title, filter, sort, place } : { title, filter, sort }, key ? { key } : {});
  await loadViews();
}

/**
 * Renames, moves or changes one.
 * @param {object} view as it was loaded
 * @param {{title?: string, place?: number}} more what becomes different
 */
export async function changeView({ id, version, title, filter, sort }, more) {
  try {
    await call('PUT', `/api/views/${id}`, { json: { version, title, filter, sort, ...more } });
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
