// The keys of a list of choices: what each does, and what it leaves alone.
import test from 'node:test';
import assert from 'node:assert/strict';
import { listKeys, nextAt } from '../ui/list-keys.js';

test('down begins at the first, up at the last, and both go round', () => {
  assert.deepEqual([nextAt(-1, 3, true), nextAt(-1, 3, false)], [0, 2]);
  assert.deepEqual([nextAt(2, 3, true), nextAt(0, 3, false)], [0, 2]);
  assert.equal(nextAt(-1, 0, true), -1, 'nothing to go to');
});

/** A list of three as the screen holds it; press says what the key did and whether it went no further. */
function list(open, at) {
  const o = { open, at, chosen: null };
  const state = {
    setOpen: (v) => (o.open = v),
    setAt: (f) => (o.at = f(o.at)),
    count: () => 3,
    choose: (i) => (o.chosen = i),
  };
  return (key, isComposing = false) => {
    let stopped = false, kept = false;
    listKeys({ ...state, open: o.open, at: o.at })({
      key, isComposing, preventDefault: () => (kept = true), stopPropagation: () => (stopped = true),
    });
    return [o.open, o.at, o.chosen, kept, stopped];
  };
}

test('arrows open the list, Enter takes what is marked, Escape closes the list and not the dialog', () => {
  const press = list(false, -1);
  assert.deepEqual(press('ArrowUp'), [true, 2, null, true, false]);
  assert.deepEqual(press('ArrowUp'), [true, 1, null, true, false]);
  assert.deepEqual(press('Enter'), [true, 1, 1, true, false]);
  assert.deepEqual(press('Escape'), [false, 1, 1, true, true]);
});

test('a key goes on to the form when no choice is marked, the list is shut, or a word is being composed', () => {
  assert.deepEqual(list(true, -1)('Enter'), [true, -1, null, false, false]);
  assert.deepEqual(list(false, 1)('Enter'), [false, 1, null, false, false]);
  assert.deepEqual(list(false, 1)('Escape'), [false, 1, null, false, false]);
  assert.deepEqual(list(true, 1)('Enter', true), [true, 1, null, false, false]);
});
