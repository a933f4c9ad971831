// Which cells are in force, and a place of the picture is the place that was drawn there.
import test from 'node:test';
import assert from 'node:assert/strict';
import { cellState, frameOf } from '../lib/cells.js';

const at = Date.parse('2026-11-20T09:00:00+08:00');

test('a cell is coming, in force, or has ended', () => {
  assert.equal(cellState({}, at), 'now');
  assert.equal(cellState({ from: '2026-11-20T00:00:00+08:00', until: null }, at), 'now');
  assert.equal(cellState({ from: '2026-11-21T00:00:00+08:00' }, at), 'coming');
  assert.equal(cellState({ until: '2026-11-20T09:00:00+08:00' }, at), 'ended');
  assert.equal(cellState({ until: '2026-11-20T09:00:01+08:00' }, at), 'now');
});

test('from degrees to the picture and back', () => {
  const box = (w, s, e, n) => ({ area: [[[[w, s], [e, s], [e, n], [w, n], [w, s]]]] });
  const f = frameOf([box(121.3, 31.2, 121.31, 31.21), box(121.31, 31.2, 121.32, 31.21)], 720);
  assert.equal(Math.round(f.x(121.3)), 0);
  assert.equal(Math.round(f.x(121.32)), 720);
  assert.equal(Math.round(f.y(31.21)), 0);
  // Two boxes side by side are as wide as they are on the ground: cos 31.2° of a degree of longitude.
  assert.ok(Math.abs(f.height - 720 / (2 * Math.cos((31.205 * Math.PI) / 180))) < 1, String(f.height));
  for (const [lat, lon] of [[31.2, 121.3], [31.20512, 121.31777], [31.21, 121.32]])
    assert.deepEqual(f.place(f.x(lon), f.y(lat)), { lat, lon });
  assert.deepEqual([f.holds(31.205, 121.31), f.holds(31.22, 121.31)], [true, false]);
});
