// Periods, cells and order of a page of scores.
import test from 'node:test';
import assert from 'node:assert/strict';
import { changeText, isEmpty, kindOf, nextScorePeriod, nowPeriod, readScorePeriod, scorePeriodTitle, shown, sorted, yearBefore } from '../lib/score.js';

const t = (key, vars) => `${key} ${JSON.stringify(vars)}`;
const NOW = Date.parse('2026-11-20T09:00:00+08:00');

test('an assessment year is named by the year it ends in', () => {
  assert.equal(kindOf('A2026'), 'assess');
  assert.equal(nowPeriod('assess', 11, NOW), 'A2027');
  assert.equal(nowPeriod('assess', 12, NOW), 'A2026');
  assert.equal(nowPeriod('assess', 1, NOW), 'A2026');
  assert.equal(nextScorePeriod('A2026', -1), 'A2025');
  assert.match(scorePeriodTitle('A2026', t), /score.assess .*2026/);
  assert.equal(nowPeriod('month', 11, NOW), '2026-11');
});

test('other periods are those of a board', () => {
  assert.deepEqual(readScorePeriod('2026-10'), { kind: 'month', first: '2026-10-01', last: '2026-10-31' });
  assert.equal(readScorePeriod('A26'), null);
  assert.equal(readScorePeriod('ever'), null);
  assert.equal(nextScorePeriod('2026-10', 1), '2026-11');
});

test('a year before', () => {
  for (const [now, before] of [['2026-10', '2025-10'], ['2026Q4', '2025Q4'], ['2026', '2025'], ['A2026', 'A2025'], ['2026-W47', '2025-W47'],
    ['2026-W53', '2025-W52'], ['2026-10-05..2026-11-11', '2025-10-05..2025-11-11'], ['2024-02-29', '2023-02-28'], ['2025-02-01..2025-02-28', '2024-02-01..2024-02-28']])
    assert.equal(yearBefore(now), before);
});

const RATE = { percent: true, decimals: 1 };
const COUNT = { percent: false, decimals: 0 };
const POINTS = { percent: false, decimals: 3 };

test('cells as people read them', () => {
  assert.equal(shown(RATE, 0.9144), '91.4%');
  assert.equal(shown(RATE, null), '—');
  assert.equal(shown(COUNT, 12345), '12,345');
  assert.equal(shown(POINTS, 1234.5675), '1,234.568');
  assert.equal(shown(POINTS, -0.0001), '0.000');
  assert.equal(shown(POINTS, -2.5), '−2.500');
});

test('changes have a sign, and nothing is said of none', () => {
  assert.equal(changeText(RATE, 0.95, 0.9), '+5.0');
  assert.equal(changeText(COUNT, 3, 5), '−2');
  assert.equal(changeText(COUNT, 3, 3), '');
  assert.equal(changeText(RATE, 0.90001, 0.9), '');
  assert.equal(changeText(RATE, null, 0.9), '');
  assert.equal(changeText(COUNT, 3, undefined), '');
});

test('rows in order, blank ones last', () => {
  const rows = [1, null, 3, 2].map((v, i) => ({ unit: i, values: { a: v } }));
  const units = (sort) => sorted(rows, sort).map((r) => r.unit);
  assert.deepEqual(units(''), [0, 1, 2, 3]);
  assert.deepEqual(units('a'), [0, 3, 2, 1]);
  assert.deepEqual(units('-a'), [2, 3, 0, 1]);
  assert.deepEqual(units('b'), [0, 1, 2, 3]);
  assert.equal(isEmpty({ values: { a: 0, b: null } }), true);
  assert.equal(isEmpty({ values: { a: 0, b: 1 } }), false);
});
