// A board beside itself: the period before and the same a year earlier, each figure with its own base or with none.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town } from './lib.mjs';

test('a board with what it is compared with', async (t) => {
  const town = await Town.make({ at: '2025-11-05T09:00:00+08:00' });
  t.after(() => town.end());
  let desk = await town.as('dispatcher1');
  const units = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const file = async (n, unit) => {
    for (let i = 0; i < n; i++) {
      const it = (await desk.file()).body;
      if (unit) await desk.step(it, 'dispatch', { units: [unit.id] });
    }
  };
  const at = async (time) => {
    await town.move(time);
    desk = await town.as('dispatcher1');
  };
  const board = async (query) => {
    const r = await desk.get(`/api/boards/hotline?compare=yes&${query}`);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return r.body;
  };
  await file(3, units[0]);
  await at('2025-11-25T09:00:00+08:00');
  await file(2, units[0]); // behind the twentieth
  await at('2026-10-10T09:00:00+08:00');
  await file(4, units[0]);
  await file(1, units[1]);
  await at('2026-10-28T09:00:00+08:00');
  await file(6, units[1]);
  await at('2026-11-20T09:00:00+08:00');
  await file(5, units[0]);
  await file(2, units[2]);

  await t.test('a month that is not over is compared with as many days', async () => {
    const b = await board('period=2026-11');
    assert.deepEqual([b.partial, b.before, b.year], [true, { from: '2026-10-01', to: '2026-10-20' }, { from: '2025-11-01', to: '2025-11-20' }]);
    assert.deepEqual([b.total.tallies.intake, b.total.before.tallies.intake, b.total.year.tallies.intake], [7, 5, 3]);
    const row = (u) => b.rows.find((r) => r.id === u.id);
    assert.deepEqual([row(units[0]).tallies.intake, row(units[0]).before.tallies.intake, row(units[0]).year.tallies.intake], [5, 4, 3]);
    assert.deepEqual([row(units[1]).tallies.intake, row(units[1]).before.tallies.intake], [0, 1], 'what is not there now is there to be compared');
    assert.deepEqual([row(units[2]).tallies.intake, row(units[2]).before.tallies.intake], [2, 0]);
    assert.equal(row(units[2]).before.rates.contact, null, 'no rate without a denominator');
    const order = b.rows.map((r) => r.id);
    const tree = (await desk.catalog()).units.map((u) => u.id);
    assert.deepEqual(order, tree.filter((id) => order.includes(id)), 'in the order of the tree');
  });

  await t.test('a month that is over is compared whole', async () => {
    const b = await board('period=2026-10');
    assert.deepEqual([b.partial, b.before.from], [false, ''], 'nothing was counted in September: no base');
    assert.deepEqual(b.total.before, { tallies: {}, rates: {} });
    assert.equal(b.total.tallies.intake, 11);
    const year = await board('period=2025-11-01..2026-10-31');
    assert.deepEqual([year.total.tallies.intake, year.before.from], [16, '']);
  });

  await t.test('the figures of the lists agree', async () => {
    const b = await board('period=2026-11&by=class');
    const [row] = b.rows;
    const intake = b.tallies.find((x) => x.key === 'intake').filter;
    assert.equal((await desk.list(`${intake} ${row.filter}`)).total, row.tallies.intake);
    const before = intake.replace(/filed:\S+/, `filed:${b.before.from}..${b.before.to}`);
    assert.equal((await desk.list(`${before} ${row.filter}`)).total, row.before.tallies.intake);
  });

  await t.test('twelve months, oldest first', async () => {
    const r = await desk.get(`/api/boards/hotline/months?period=2026-11&unit=${units[0].id}`);
    assert.equal(r.status, 200);
    assert.deepEqual(r.body.rows.map((m) => m.month).slice(0, 2), ['2025-12', '2026-01']);
    assert.deepEqual(r.body.rows.slice(-2).map((m) => [m.month, m.tallies.intake]), [['2026-10', 4], ['2026-11', 5]]);
    const all = await desk.get('/api/boards/hotline/months?period=2026-10');
    assert.deepEqual([all.body.rows[0].month, all.body.rows[0].tallies.intake, all.body.rows[11].tallies.intake], ['2025-11', 5, 11]);
    const year = await desk.get('/api/boards/hotline/months?period=2026');
    assert.deepEqual([year.body.rows[0].month, year.body.rows[11].month], ['2025-12', '2026-11'], 'no December before it has come');
  });

  await t.test('without being asked nothing is compared', async () => {
    const { body } = await desk.get('/api/boards/hotline?period=2026-11');
    assert.deepEqual([body.before, body.total.before], [{ from: '', to: '' }, { tallies: {}, rates: {} }]);
  });

  await t.test('a leader of one unit sees his own', async () => {
    const p = await town.as(`handler-${units[0].code}`);
    const b = (await p.get('/api/boards/hotline?compare=yes&period=2026-11')).body;
    assert.deepEqual([b.total.tallies.intake, b.total.before.tallies.intake], [5, 4]);
    assert.equal((await p.get(`/api/boards/hotline/months?unit=${units[1].id}`)).status, 403);
  });
});
