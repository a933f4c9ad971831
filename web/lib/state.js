// What the whole page shares: who is logged in, the town's catalogue, the connection, notices.
import { signal, computed } from '@preact/signals';
import { indexCatalog } from './catalog.js';

/** @type {import('@preact/signals').Signal<object|null>} body of /api/me */
export const me = signal(null);
/** "unknown", "in", or "lost" when a session ended while a page was open. */
export const session = signal('unknown');
/** Connection to the event stream: "open", "wait" or "down". */
export const connection = signal('wait');
/** Indexed catalogue, or null before it has come. */
export const catalog = signal(null);
/** Path of the navigation's entry a page belongs to, where its own address does not tell: the page of a register's row. */
export const belongs = signal('');
/** Notices at the foot of the page: {id, text, kind, act}. */
export const toasts = signal([]);
/** Page keys without modifiers may be switched off (WCAG 2.1.4). */
export const singleKeys = signal(true);

/** Takes up the answer of /api/catalog. */
export function setCatalog(raw) {
  catalog.value = indexCatalog(raw);
}

/** Rights of the person, as a set. */
export const rights = computed(() => new Set(me.value ? me.value.rights : []));

/**
 * May the person do this anywhere?
 * @param {string|string[]} right such as "item.file"; of several, one is enough
 */
export function may(right) {
  return [].concat(right).some((r) => rights.value.has(r));
}

let nextToast = 1;

/**
 * Shows a notice for some seconds; errors stay until they are closed.
 * @param {string} text
 * @param {"info"|"done"|"error"} [kind]
 * @param {{label: string, run: () => void, ms?: number}} [act] what can be done about it; such a notice stays longer, or so long
 */
export function notify(text, kind = 'info', act = null) {
  const id = nextToast++;
  toasts.value = [...toasts.value.slice(-3), { id, text, kind, act }];
  if (kind !== 'error') setTimeout(() => dropToast(id), act ? act.ms || 20000 : 8000);
  return id;
}

/** @param {number} id */
export function dropToast(id) {
  toasts.value = toasts.value.filter((x) => x.id !== id);
}
