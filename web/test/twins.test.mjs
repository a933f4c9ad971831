// Two rows side by side, and loops that gather: what differs, what is proposed, what is counted.
import test from 'node:test';
import assert from 'node:assert/strict';
import { differing, startTakes, whyTwins } from '../lib/twins.js';
import { alike, numbersOf, outcome } from '../lib/gather.js';

const t = (key) => key;
const register = { name: '企业名称', fields: [{ key: 'code', title: '代码' }, { key: 'room', title: '室号' }, { key: 'sum', title: '合计', formula: 'a + b' }, { key: 'phone', title: '电话' }] };
const row = (title, fields, more = {}) => ({ title, unit: 1, fields, ...more });

test('what differs, the own things first; what is computed and what is sealed is not chosen', () => {
  const a = row('甲', [{ key: 'code', value: '1' }, { key: 'sum', value: '3' }, { key: 'phone', value: '138****0000', sealed: 'phone' }]);
  const b = row('甲公司', [{ key: 'code', value: '2' }, { key: 'room', value: '301' }, { key: 'sum', value: '4' }, { key: 'phone', value: '139****0000', sealed: 'phone' }]);
  const rows = differing(a, b, register, t);
  assert.deepEqual(rows.map((r) => r.title), ['企业名称', '代码', '室号']);
  assert.deepEqual(startTakes(rows), ['room'], 'what is blank on the one side');
  assert.equal(whyTwins({ reasons: [{ key: 'name', points: 50 }, { key: 'place', points: 30 }] }, t), 'twin.name +50kin.andtwin.place +30');
});

test('numbers as somebody types them', () => {
  assert.deepEqual(numbersOf(' RX1, RX2，RX3\nRX1；RX4、RX5 '), ['RX1', 'RX2', 'RX3', 'RX4', 'RX5']);
  assert.deepEqual(numbersOf('  '), []);
});

test('rows that stand alike, the most first', () => {
  const of = (loop, state) => ({ loop, state, state_title: state, open: true });
  assert.deepEqual(alike([of('a', 'x'), of('b', 'x'), of('a', 'y'), of('a', 'y')]).map((g) => [g.key, g.rows.length]), [['a/y', 2], ['a/x', 1], ['b/x', 1]]);
});

test('before and after: fewer, more, or nothing to say', () => {
  const effect = (before, after, capped = false) => ({ spans: [{ when: 'before', n: before, capped }, { when: 'after', n: after, capped: false }] });
  assert.deepEqual(outcome(effect(10, 4)), { less: 6, share: 0.6 });
  assert.deepEqual(outcome(effect(4, 5)), { less: -1, share: 0.25 });
  assert.deepEqual(outcome(effect(0, 2)), { less: -2, share: null });
  assert.equal(outcome(effect(9, 2, true)), null);
  assert.equal(outcome({ spans: [] }), null);
});
