// What a person may do with a register. No requests here.
import { may, me } from './state.js';

/** May the person add rows to it? @param {object} register */
export function mayAdd(register) {
  const roles = new Set((me.value.roles || []).map((r) => r.role));
  const add = register.steps[0];
  return may('item.file') && !!add && (add.who || []).some((r) => roles.has(r));
}
