// What a person may do with a register, and what belongs to one. No requests here.
import { catalog, may, me } from './state.js';

/** Is this the key of a register? @param {string} key */
export const lasting = (key) => !!(catalog.value.loopByKey.get(key) || {}).lasts;

/** May the person add rows to it? @param {object} register */
export function mayAdd(register) {
  const roles = new Set((me.value.roles || []).map((r) => r.role));
  const add = register.steps[0];
  return may('item.file') && !!add && (add.who || []).some((r) => roles.has(r));
}
