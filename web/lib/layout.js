// How a person wants his lists; the server keeps it, and /api/me tells it at the start.
import { call } from './api.js';
import { signal } from '@preact/signals';
import { me, notify } from './state.js';
import { store } from './store.js';

// The columns of a register's list are this machine's: the server keeps one set, that of the lists of items.
const turns = signal(0);
const nameOf = (register) => `columns.${me.value.person.id}.${register.key}`;

/** The columns chosen for the list of a register; empty: the usual ones. */
export const keptColumns = (register) => (turns.value, store.get(nameOf(register), ''));

/** @param {object} register @param {string} names */
export function keepColumns(register, names) {
  store.set(nameOf(register), names);
  turns.value++;
}

/** The layout, and a way to change it: what is saved shows at once, and is taken back when the server refuses. */
export function useLayout() {
  const layout = me.value.list;
  const save = async (more) => {
    const before = me.value.list;
    const next = { ...before, ...more };
    me.value = { ...me.value, list: next };
    try {
      const kept = await call('PUT', '/api/layout', { json: next });
      me.value = { ...me.value, list: kept };
      return true;
    } catch (e) {
      me.value = { ...me.value, list: before };
      notify(e.message, 'error');
      return false;
    }
  };
  return { layout, save };
}
