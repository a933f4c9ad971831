// How a person wants his lists; the server keeps it, and /api/me tells it at the start.
import { call } from './api.js';
import { me, notify } from './state.js';

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
