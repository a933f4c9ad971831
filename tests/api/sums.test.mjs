// Sums on a board: money to the fen and decimals to four places, by every change of an item, over a hundred million, and as the list says.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, good } from './lib.mjs';
import { listed } from './scene.mjs';

const PIPES = `loop: pipe
title: 管线改造
number: {prefix: GX, digits: 4}
receiver: ops-centre
calendar: workdays
fields:
  - {key: way, title: 方式, type: choice, options: [明挖, 顶管], required: yes}
  - {key: cost, title: 总投资, type: money}
  - {key: paid, title: 已支付, type: money}
  - {key: length, title: 长度, type: number}
states:
  - {key: planned, title: 计划}
  - {key: done, title: 完工, final: yes}
steps:
  - {key: file, title: 登记, to: planned, who: dispatcher, ask: ["way!", cost, paid, length]}
  - {key: change, title: 修改, from: planned, who: dispatcher, ask: [way, cost, paid, length], undo: 600s}
  - {key: done, title: 完工, from: planned, to: done, who: dispatcher, does: close}
boards: [way]
tallies:
  - {key: all, title: 项目, by: filed}
  - {key: cost, title: 总投资, by: filed, sum: cost}
  - {key: paid, title: 已支付, by: filed, sum: paid}
  - {key: open_cost, title: 在建投资, by: filed, where: "open:yes", sum: cost}
  - {key: length, title: 长度（公里）, by: filed, sum: length}
rates:
  - {key: paid, title: 支付进度, formula: paid / cost}
  - {key: each, title: 平均投资, formula: cost / all}
`;

test('a board adds up what its items say', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const sys = await town.as('sysadmin');
  assert.equal((await sys.post('/api/defs', { kind: 'loop', text: PIPES })).status, 200);
  const desk = await town.as('dispatcher1');
  const file = async (fields) => {
    const r = await desk.post('/api/items', { loop: 'pipe', title: '管线', text: '管线', fields: { way: '明挖', ...fields } });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    return r.body;
  };
  const board = async (by = 'unit') => (await desk.get(`/api/boards/pipe?period=2026-11&by=${by}`)).body;
  const sums = async () => (await board()).total.tallies;
  // Each figure is what its list adds up to, and the counters what the events say.
  const holds = async () => {
    const b = await board();
    for (const x of b.tallies) assert.equal(await listed(desk, x, `${x.filter} ${b.total.filter}`), b.total.tallies[x.key], x.key);
    assert.equal(good('tally', 'verify', '--dir', town.dir).ok, true);
    return b;
  };

  await t.test('to the fen, as no binary fraction would', async () => {
    for (const cost of ['0.1', '0.2', '1,234.56元', '3.2万']) await file({ cost, paid: '0.07', length: '0.0001' });
    const now = await sums();
    assert.deepEqual([now.all, now.cost, now.paid, now.length], [4, 33234.86, 0.28, 0.0004]);
    const b = await holds();
    assert.deepEqual(b.tallies.map((x) => [x.key, x.sum, x.unit]),
      [['all', '', ''], ['cost', 'cost', 'yuan'], ['paid', 'paid', 'yuan'], ['open_cost', 'cost', 'yuan'], ['length', 'length', '']]);
    assert.ok(Math.abs(b.total.rates.each - 33234.86 / 4) < 1e-6, 'rates are of yuan, not of what they are counted in');
  });
  await t.test('over a hundred million, and by a field', async () => {
    await file({ cost: '100000000', paid: '2500万', length: '12.5', way: '顶管' });
    await file({ cost: '12.5亿', paid: '0.01', length: '-0.25', way: '顶管' });
    const now = await sums();
    assert.deepEqual([now.cost, now.paid, now.length], [1350033234.86, 25000000.29, 12.2504]);
    const rows = Object.fromEntries((await board('field:way')).rows.map((r) => [r.name, r.tallies.cost]));
    assert.deepEqual(rows, { 明挖: 33234.86, 顶管: 1350000000 });
    await holds();
  });
  await t.test('a change moves the sum, taking it back moves it back, an end leaves what only counts open', async () => {
    let it = await file({ cost: '5', length: '1.00005' });
    it = (await desk.step(it, 'change', { fields: { cost: '7.77', way: '顶管' } })).body;
    assert.equal((await sums()).cost, 1350033242.63);
    it = (await desk.post(`/api/items/${it.id}/undo`, { version: it.version })).body;
    assert.deepEqual([(await sums()).cost, (await sums()).length], [1350033239.86, 13.2505], 'the fifth decimal is rounded');
    it = (await desk.step(it, 'done')).body;
    const now = await sums();
    assert.deepEqual([now.cost, now.open_cost], [1350033239.86, 1350033234.86]);
    it = await file({});
    assert.equal((await sums()).cost, 1350033239.86, 'what says nothing adds nothing');
    assert.equal(good('tally', 'verify', '--dir', town.dir).ok, true);
  });
  await t.test('as a sheet it says the same', async () => {
    const csv = (await desk.get('/api/boards/pipe/table.csv?period=2026-11')).body;
    assert.match(String(csv), /1350033239\.86,25000000\.29,1350033234\.86,13\.2505/);
    const months = (await desk.get('/api/boards/pipe/months?period=2026-11')).body.rows;
    assert.equal(months.at(-1).tallies.cost, 1350033239.86);
  });
  await t.test('counted anew it is the same', async () => {
    const before = await sums();
    good('tally', 'rebuild', '--dir', town.dir);
    assert.deepEqual(await sums(), before);
  });
  await t.test('what has counted does not add up under the same key', async () => {
    const r = await sys.post('/api/defs', { kind: 'loop', text: PIPES.replace('{key: all, title: 项目, by: filed}', '{key: all, title: 项目, by: filed, sum: length}') });
    assert.equal(r.status, 400);
    assert.match(r.body.errors[0].message, /“all”以前数的是件数或合计/);
  });
});
