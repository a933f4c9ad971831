// Several orders and one step: asked once, decided order by order. What would happen is said before it is done.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town } from './lib.mjs';

const pick = (item) => ({ id: item.id, version: item.version });
const steps = (person, items, body, { dry = false, key } = {}) =>
  person.post(`/api/steps${dry ? '?dry_run=yes' : ''}`, { items: items.map(pick), ...body }, key ? { 'idempotency-key': key } : {});

test('one step on several orders', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  let desk = await town.as('dispatcher1');
  const [unit, other] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const file = async (title, more) => (await desk.file({ title, ...more })).body;

  await t.test('before it is done it is said what would become of each', async () => {
    const urgent = await file('电梯困人', { fields: { priority: '特急' } });
    const calm = await file('楼道堆物');
    await town.move('2026-11-20T10:00:00+08:00'); // the urgent one had to be dispatched by 9:30
    desk = await town.as('dispatcher1');
    const now = await Promise.all([urgent, calm].map((x) => desk.item(x.id)));
    const r = await steps(desk, now, { step: 'dispatch', units: [unit.id] }, { dry: true });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.deepEqual([r.body.dry_run, r.body.total, r.body.done, r.body.failed, r.body.overdue], [true, 2, 2, 0, 1]);
    assert.deepEqual(r.body.rows.map((x) => [x.ok, x.overdue, x.state_title, x.unit_name]),
      [[true, true, '办理中', unit.name], [true, false, '办理中', unit.name]]);
    for (const x of now) assert.deepEqual(await desk.item(x.id), x, 'nothing has been written');
    const done = await steps(desk, now, { step: 'dispatch', units: [unit.id, other.id] });
    assert.deepEqual([done.body.dry_run, done.body.done, done.body.failed, done.body.overdue], [false, 2, 0, 1]);
    for (const row of done.body.rows) {
      const it = await desk.item(row.id);
      assert.deepEqual([it.version, it.state_title, it.parts.length], [row.version, row.state_title, 2]);
      assert.equal(it.undo.step, 'dispatch', 'and each can be taken back');
    }
  });

  await t.test('one that cannot be done leaves the others alone, and says why', async () => {
    const [a, b, c] = [await file('甲'), await file('乙'), await file('丙')];
    await desk.step(b, 'note', { note: '刚有人写了经过' });
    const r = await steps(desk, [a, b, c, { id: 999999, version: 1 }], { step: 'dispatch', units: [unit.id] });
    assert.equal(r.status, 200);
    assert.deepEqual([r.body.total, r.body.done, r.body.failed], [4, 2, 2]);
    assert.deepEqual(r.body.rows.map((x) => x.ok), [true, false, true, false]);
    assert.deepEqual(r.body.rows.map((x) => x.errors.map((e) => e.code)), [[], ['conflict'], [], ['missing']]);
    assert.match(r.body.rows[1].errors[0].message, /刚刚被别人办理过/);
    assert.equal(r.body.rows[1].version, b.version + 1, 'with the version it has now');
    assert.deepEqual([r.body.rows[3].no, r.body.rows[3].title], ['', '']);
    assert.equal((await desk.item(b.id)).state_title, '待派单');
    const closed = await steps(desk, [a, c], { step: 'close' });
    assert.deepEqual(closed.body.rows.map((x) => x.ok), [false, false]);
  });

  await t.test('nothing is told of an order one may not see', async () => {
    const handler = await town.as(`handler-${other.code}`);
    const hidden = await file('别人的');
    const { rows: [row] } = (await steps(handler, [hidden], { step: 'note', note: '？' })).body;
    assert.deepEqual([row.ok, row.no, row.title, row.errors[0].code], [false, '', '', 'missing']);
  });

  await t.test('sent twice under one key each order is done once; what failed is tried again', async () => {
    const [a, b] = [await file('一'), await file('二')];
    const body = { step: 'dispatch', units: [unit.id] };
    const stale = { id: b.id, version: b.version + 1 };
    const first = await steps(desk, [a, stale], body, { key: 'twice' });
    assert.deepEqual(first.body.rows.map((x) => x.ok), [true, false]);
    await desk.step(b, 'note', { note: '现在是第二版' });
    const second = await steps(desk, [a, stale], body, { key: 'twice' });
    assert.deepEqual(second.body.rows.map((x) => x.ok), [true, true]);
    const third = await steps(desk, [a, stale], body, { key: 'twice' });
    assert.deepEqual(third.body, { ...second.body }, 'and then the answer stays the same');
    assert.equal((await desk.item(a.id)).parts.length, 1);
    const misuse = await steps(desk, [a], body, { key: 'twice' });
    assert.equal(misuse.status, 409);
  });

  await t.test('at least one order, at most two hundred, none twice, and a step', async () => {
    const a = await file('甲');
    const bad = async (items, body) => (await desk.post('/api/steps', { items, ...body }));
    assert.equal((await bad([], { step: 'note', note: 'x' })).status, 400);
    assert.equal((await bad([pick(a), pick(a)], { step: 'note', note: 'x' })).status, 400);
    assert.equal((await bad(Array.from({ length: 201 }, (_, i) => ({ id: i + 1, version: 1 })), { step: 'note', note: 'x' })).status, 400);
    assert.equal((await bad([pick(a)], {})).status, 400);
    assert.equal((await desk.post('/api/steps?dry_run=perhaps', { items: [pick(a)], step: 'note', note: 'x' })).status, 400);
    assert.equal((await desk.item(a.id)).version, 1);
  });

  await t.test('two hundred dispatches share a few commits', async () => {
    const items = [];
    for (let i = 0; i < 200; i++) items.push(await file(`第${i + 1}件`));
    const figure = async (name) => {
      const text = (await town.nobody().get('/metrics')).body;
      return Number(text.match(new RegExp(`^${name} (\\d+)$`, 'm'))[1]);
    };
    const before = await figure('bihuan_writer_groups_total');
    const r = await steps(desk, items, { step: 'dispatch', units: [unit.id] });
    assert.equal(r.body.done, 200, JSON.stringify(r.body.rows.find((x) => !x.ok)));
    const commits = await figure('bihuan_writer_groups_total') - before;
    assert.ok(commits <= 20, `${commits} commits`);
    assert.equal((await desk.list('state:handling unit:' + unit.code, '&limit=1')).total >= 200, true);
  });
});
