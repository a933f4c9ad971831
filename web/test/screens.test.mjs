// Columns that fit, differences with and without a base, lines of an axis: what the screens compute by themselves.
import test from 'node:test';
import assert from 'node:assert/strict';
import { askedColumns, columnGroups, columnsOf, fit, orderOf, USUAL } from '../lib/columns.js';
import { bulkBody, commonSteps, samples } from '../lib/bulk.js';
import { coverage, dayBeside, every } from '../lib/cadence.js';
import { countDiff, rateDiff } from '../lib/compare.js';
import { ticks } from '../lib/ticks.js';
import { assessmentYear, nextPeriod } from '../lib/time.js';
import { asksLoop, shareOptions } from '../lib/views.js';

const t = (key, vars) => (vars ? `${key} ${Object.values(vars)}` : key);
const CATALOG = {
  loops: [
    {
      title: '甲',
      fields: [{ key: 'kind', title: '类型', type: 'choice' }, { key: 'reply', title: '答复', type: 'text' }],
      clocks: [{ key: 'handle', title: '处置' }],
      judges: [{ key: 'own', title: '镇回访' }],
      steps: [{ key: 'rate', judges: ['own'], asks: [{ field: 'reply' }, { field: 'gone' }] }],
    },
    { title: '乙', fields: [{ key: 'reply', title: '答复', type: 'text' }], clocks: [], judges: [], steps: [] },
  ],
};
const groups = columnGroups(CATALOG, t);
const names = (list) => list.map((c) => c.name).join(' ');

test('columns: those of every item, then each loop’s, none twice', () => {
  assert.deepEqual(groups.map((g) => g.title), ['columns.own', '甲']);
  assert.equal(names(groups[1].columns), 'reply clock.handle own.reply');
  assert.equal(names(columnsOf(groups, '')), USUAL.join(' '));
  assert.equal(names(columnsOf(groups, 'no nothing reply')), 'no reply title', 'unknown ones go, the title stays');
});

test('a column is called as the loop of the list calls it', () => {
  const [first, second] = CATALOG.loops;
  const titles = (loop) => columnsOf(columnGroups(CATALOG, t, undefined, loop), 'reply title').map((c) => c.title);
  assert.equal(titles(second)[0], '答复');
  assert.equal(titles()[0], titles(first)[0]);
  const loop = { key: 'lamp', title: '路灯' };
  assert.deepEqual(['loop:lamp open:yes', 'filter.kLoop:路灯', 'loop:lamps', ''].map((f) => asksLoop(f, loop, t)), [true, true, false, false]);
});

test('on a narrow screen dates go first, then channel, what was added, class, the unit last; four never', () => {
  const all = columnsOf(groups, 'left state title no unit class reply channel filed changed');
  assert.equal(names(fit(all, 1346)), names(all));
  assert.equal(names(fit(all, 1345)), 'left state title no unit class reply channel filed');
  assert.equal(names(fit(all, 1140)), 'left state title no unit class reply channel');
  assert.equal(names(fit(all, 740)), 'left state title no unit');
  assert.equal(names(fit(all, 1)), 'left state title no');
});

test('only what a row does not say by itself is asked for', () => {
  assert.equal(askedColumns(columnsOf(groups, 'no title reply part clock.handle unit')), 'reply part clock.handle');
  assert.equal(orderOf({ sort: 'filed' }, '-filed'), 'filed');
  assert.equal(orderOf({ sort: 'filed' }, 'due'), '-filed');
  assert.equal(orderOf({ sort: 'changed' }, 'due'), '-changed');
});

test('a difference without a base has no share', () => {
  assert.deepEqual(countDiff(12, 8), { d: 4, text: '+4', share: '+50.0%' });
  assert.deepEqual(countDiff(3, 4), { d: -1, text: '−1', share: '−25.0%' });
  assert.deepEqual(countDiff(5, 0), { d: 5, text: '+5', share: '' });
  assert.deepEqual(countDiff(4, 4), { d: 0, text: '0', share: '' });
  assert.equal(countDiff(4, null), null);
  assert.equal(countDiff(undefined, 4), null);
});

test('better follows the direction of the rate', () => {
  assert.deepEqual(rateDiff(0.9, 0.8, 'high'), { text: '+10.0', better: true });
  assert.deepEqual(rateDiff(0.9, 0.8, 'low'), { text: '+10.0', better: false });
  assert.deepEqual(rateDiff(0.8, 0.8, 'low'), { text: '0.0', better: null });
  assert.equal(rateDiff(0.8, null, 'high'), null);
});

test('axis lines stand on round numbers', () => {
  assert.deepEqual(ticks(0, 97), { low: 0, high: 100, at: [0, 20, 40, 60, 80, 100] });
  assert.deepEqual(ticks(0, 1).at, [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(0.912, 0.95).at, [0.91, 0.92, 0.93, 0.94, 0.95]);
  assert.equal(ticks(5, 5).at.includes(5), true);
});

test('the year of assessment runs from November to October, and steps by itself', () => {
  assert.equal(assessmentYear(7, undefined, Date.parse('2026-11-01T00:30:00+08:00')), '2026-07-01..2027-06-30');
  assert.equal(assessmentYear(11, undefined, Date.parse('2026-11-01T00:30:00+08:00')), '2026-11-01..2027-10-31');
  assert.equal(assessmentYear(11, undefined, Date.parse('2026-10-31T23:30:00+08:00')), '2025-11-01..2026-10-31');
  assert.equal(assessmentYear(11, '2025-11-01..2026-10-31'), '2025-11-01..2026-10-31');
  assert.equal(nextPeriod('2025-11-01..2026-10-31', -1), '2024-11-01..2025-10-31');
  assert.equal(nextPeriod('2026-02-01..2026-02-28', 1), '2026-03-01..2026-03-31');
  assert.equal(nextPeriod('2026-02-03..2026-02-05', 1), '2026-02-06..2026-02-08');
});

test('one shares with the units one holds a role at', () => {
  const roles = [{ unit: 1, unit_name: '镇' }, { unit: 7, unit_name: '北虹' }, { unit: 7, unit_name: '北虹' }];
  assert.deepEqual(shareOptions(roles, { id: 1 }, t).map((o) => o.value), ['0', '1', '7']);
});

test('a step for several is one that each of them allows, of the item itself', () => {
  const s = (key, more = {}) => ({ key, title: key, part: 0, ok: true, ...more });
  const defs = { urge: { does: 'urge' }, check: { does: 'move' }, rate: { does: 'evaluate' }, child: { does: 'child' } };
  const items = [
    { steps: [s('urge'), s('check'), s('rate'), s('child'), s('reply', { part: 2 })] },
    { steps: [s('urge'), s('check', { ok: false }), s('rate'), s('child')] },
  ];
  assert.deepEqual(commonSteps(items, (k) => defs[k] || null).map((x) => x.key), ['urge']);
  assert.deepEqual(commonSteps([], () => null), []);
  const rows = [{ id: 1, version: 3, loop: 'a', state: 'x' }, { id: 2, version: 1, loop: 'a', state: 'x' }, { id: 3, version: 1, loop: 'a', state: 'y' }];
  assert.deepEqual(samples(rows).map((r) => r.id), [1, 3]);
  const body = bulkBody({ key: 'urge', does: 'urge', fields: [] }, { note: ' 请快 ', fields: {} }, rows);
  assert.deepEqual(body, { step: 'urge', note: '请快', items: [{ id: 1, version: 3 }, { id: 2, version: 1 }, { id: 3, version: 1 }] });
});

test('coverage counts who was reached late as well; without anybody asked there is none', () => {
  assert.equal(coverage({ asked: 8, in_time: 5, late: 1 }), 0.75);
  assert.equal(coverage({ asked: 0, in_time: 0, late: 0 }), null);
});

test('the day before a period and the day after it, over the ends of years', () => {
  const rule = { from: '2026-01-01', until: '2026-03-31' };
  assert.deepEqual([dayBeside(rule, -1), dayBeside(rule, 1)], ['2025-12-31', '2026-04-01']);
});

test('how often: by the calendar, or since it was done last', () => {
  assert.equal(every('3mo', true, t), 'cadence.months 3');
  assert.equal(every('10d', false, t), 'cadence.sinceLast cadence.days 10');
  assert.equal(every('2w', true, t), 'cadence.weeks 2');
});
