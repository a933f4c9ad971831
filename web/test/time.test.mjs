// Times and periods in the town's zone, whatever zone this machine is in.
import test from 'node:test';
import assert from 'node:assert/strict';
import * as time from '../lib/time.js';

const t = (key, vars) => `${key}${vars ? ` ${JSON.stringify(vars)}` : ''}`;

test("an instant reads as the town's wall clock", () => {
  assert.equal(time.stamp('2026-11-20T09:32:59+08:00'), '2026-11-20 09:32');
  assert.equal(time.stamp('2026-11-20T17:30:00Z'), '2026-11-21 01:30');
  assert.equal(time.day('2026-12-31T16:00:00Z'), '2027-01-01');
  assert.equal(time.stamp(null), '—');
  assert.equal(time.stamp('nonsense'), '—');
});

test('what is due at the end of a day is due at 24:00 of that day', () => {
  assert.equal(time.dueStamp('2026-12-05T00:00:00+08:00'), '2026-12-04 24:00');
  assert.equal(time.dueStamp('2027-01-01T00:00:00+08:00'), '2026-12-31 24:00');
  assert.equal(time.dueStamp('2026-12-04T17:30:00+08:00'), '2026-12-04 17:30');
  assert.equal(time.dueStamp(null), '—');
});

test('the year is left out in this year only', () => {
  const now = Date.parse('2026-11-20T00:00:00+08:00');
  assert.equal(time.shortStamp('2026-03-04T05:06:00+08:00', now), '03-04 05:06');
  assert.equal(time.shortStamp('2025-12-31T23:59:00+08:00', now), '2025-12-31 23:59');
});

test('a span keeps its two largest units, and never says nothing', () => {
  assert.deepEqual(time.span(2 * 86400 + 3 * 3600 + 59 * 60), { d: 2, h: 3, m: 0 });
  assert.deepEqual(time.span(-(10 * 3600 + 5 * 60)), { d: 0, h: 10, m: 0 });
  assert.deepEqual(time.span(3 * 3600 + 5 * 60), { d: 0, h: 3, m: 5 });
  assert.deepEqual(time.span(20), { d: 0, h: 0, m: 1 });
  assert.deepEqual(time.span(2 * 27000 + 3600, 27000), { d: 2, h: 1, m: 0 });
  assert.equal(
    time.spanText(27000, (k) => k, 27000),
    'time.wd',
  );
  assert.deepEqual(time.span(11 * 86400 + 5 * 3600), { d: 11, h: 0, m: 0 });
  assert.equal(
    time.spanText(0, (k, v) => `${k}${v.n}`),
    'time.m0',
  );
  assert.equal(
    time.spanText(90000, (k, v) => `${k}${v.n}`),
    'time.d1 time.h1',
  );
});

test("server time is kept against this machine's clock", () => {
  time.setServerTime(Date.now() + 3600000);
  assert.ok(Math.abs(time.now() - Date.now() - 3600000) < 1000);
  time.setServerTime(Number.NaN);
  assert.ok(Math.abs(time.now() - Date.now() - 3600000) < 1000);
  time.setServerTime(Date.now());
});

test('periods are read, and what is none is refused', () => {
  const days = (p) => {
    const x = time.readPeriod(p);
    return x && (x.to - x.from) / 86400000;
  };
  assert.equal(days('2026'), 365);
  assert.equal(days('2024'), 366);
  assert.equal(days('2026H2'), 184);
  assert.equal(days('2026Q1'), 90);
  assert.equal(days('2024-02'), 29);
  assert.equal(days('2026-W47'), 7);
  assert.equal(days('2026-11-20'), 1);
  assert.equal(days('2026-11-01..2026-11-20'), 20);
  for (const bad of ['', '26', '2026Q5', '2026-13', '2026-02-30', '2026-11-20..2026-11-01', 'x..y'])
    assert.equal(time.readPeriod(bad), null, bad);
});

test('ISO weeks cross the year as the standard says', () => {
  assert.equal(time.writePeriod('week', Date.UTC(2026, 0, 1)), '2026-W01');
  assert.equal(time.writePeriod('week', Date.UTC(2027, 0, 1)), '2026-W53');
  assert.equal(time.writePeriod('week', Date.UTC(2024, 11, 30)), '2025-W01');
  assert.equal(new Date(time.readPeriod('2026-W01').from).toISOString().slice(0, 10), '2025-12-29');
});

test('next and previous period of every kind', () => {
  const pairs = [
    ['2026', '2027'],
    ['2026H2', '2027H1'],
    ['2026Q4', '2027Q1'],
    ['2026-12', '2027-01'],
    ['2026-W53', '2027-W01'],
    ['2026-02-28', '2026-03-01'],
    ['2026-11-01..2026-11-10', '2026-11-11..2026-11-20'],
  ];
  for (const [a, b] of pairs) {
    assert.equal(time.nextPeriod(a, 1), b);
    assert.equal(time.nextPeriod(b, -1), a);
  }
  assert.equal(time.nextPeriod('nonsense', 1), 'nonsense');
});

test("the current period follows the town's day, not UTC's", () => {
  assert.equal(time.currentPeriod('day', Date.parse('2026-11-20T16:30:00Z')), '2026-11-21');
  assert.equal(time.currentPeriod('month', Date.parse('2026-12-31T16:00:00Z')), '2027-01');
});

test('periods have titles', () => {
  assert.equal(time.periodTitle('2026Q4', t), 'period.quarter {"y":2026,"m":10,"d":1,"q":"4","w":""}');
  assert.ok(time.periodTitle('2026-W47', t).startsWith('period.week {"y":"2026"'));
  assert.equal(time.periodTitle('2026H1', t).split(' ')[0], 'period.half1');
  assert.equal(
    time.periodTitle('2026-11-01..2026-11-10', t),
    'period.range {"a":"2026-11-01","b":"2026-11-10"}',
  );
});
