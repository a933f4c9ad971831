// What the person keeps an eye on: the server keeps the list, every open page knows it.
import { signal } from '@preact/signals';
import { call, del, get, rowsOf } from './api.js';
import { on } from './sse.js';

/** @type {import('@preact/signals').Signal<Set<number>|null>} ids; null before they have come */
export const watched = signal(null);

let started = false;

function put(id, yes) {
  const next = new Set(watched.value || []);
  if (yes) next.add(id);
  else next.delete(id);
  watched.value = next;
}

/** Loads the list at first use and follows it from then on. */
export async function loadWatched() {
  if (!started) {
    started = true;
    on('watch', (e) => put(e.id, e.on));
  }
  watched.value = new Set(rowsOf(await get('/api/watches')).map((r) => r.item));
}

/** Keeps an eye on an item, or no longer. */
export async function setWatched(id, yes) {
  await (yes ? call('PUT', `/api/watches/${id}`, { json: {} }) : del(`/api/watches/${id}`));
  put(id, yes);
}
