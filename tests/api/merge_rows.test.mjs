// Rows of a register that are one thing: found, merged by somebody who chooses what is kept, and taken apart again.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, fields, good } from './lib.mjs';

const CODES = ['9144030071526726XG', '91330100799655058B', '914403001922038216', '91110000802100433B'];

async function register(t) {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const o = { town, keeper: await town.as('keeper1'), reader: await town.as('reader1'), leader: await town.as('leader1'), clerk: await town.as('clerk1') };
  o.add = async (loop, title, values = {}, more = {}) => {
    const r = await o.keeper.post('/api/items', { loop, title, fields: values, ...more });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    return r.body;
  };
  o.value = (it, key) => it.fields.find((f) => f.key === key)?.value ?? '';
  o.nos = async (filter) => (await o.keeper.list(filter)).rows.map((r) => r.no).sort();
  o.merge = async (loser, winner, takes = [], who = o.keeper) => who.step(await who.item(loser.id), 'merge', { other: winner.no, takes });
  o.twins = async (key, who = o.keeper) => (await who.get(`/api/registers/${key}/twins`)).body;
  return o;
}

test('two rows are merged, and taken apart again', async (t) => {
  const o = await register(t);
  const { keeper, add, merge, value, nos } = o;
  const tower = await add('building', '泾源大厦', { area: 20000, let: 100 }, { address: '泉口路1号' });
  const twin = await add('building', '泾源大厦B座', { area: 21000, let: 100 }, { address: '泉口路1号乙' });
  const a = await add('enterprise', '泾源餐饮', { uscc: CODES[0], building: tower.no, staff: 10, tax: '10万' });
  const b = await add('enterprise', '泾源餐饮有限公司', { uscc: CODES[1], building: twin.no, staff: 25, room: '301室' });

  await t.test('what is taken over is chosen; the rest stays what it was', async () => {
    const r = await merge(b, a, ['uscc', 'room', 'name']);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.deepEqual([r.body.open, r.body.merged, r.body.state], [false, a.id, 'kept']);
    const now = await keeper.item(a.id);
    assert.deepEqual([now.title, value(now, 'uscc'), value(now, 'room'), value(now, 'staff'), value(now, 'tax_head')], ['泾源餐饮有限公司', CODES[1], '301室', '10', '10000']);
    assert.deepEqual([now.timeline[0].what, now.timeline[0].note, now.timeline[0].what_title], ['joined', b.no, '另一个对象合并进来']);
    assert.ok(now.links.some((l) => l.kind === 'merged' && l.item === b.id), 'the way to its history');
    assert.ok(r.body.links.some((l) => l.kind === 'main' && l.item === a.id));
    assert.deepEqual(await nos('register:enterprise open:yes'), [a.no]);
  });

  await t.test('its code is free, so is the one that was replaced', async () => {
    const again = await keeper.post('/api/items', { loop: 'enterprise', title: '别家', fields: { uscc: CODES[1] } });
    assert.equal(again.status, 409, 'the other one holds it now');
    assert.equal(again.body.errors[0].expected, a.no);
    await add('enterprise', '后来的', { uscc: CODES[2] });
  });

  await t.test('it is named no more: its number leads to the other', async () => {
    assert.equal((await keeper.step(await keeper.item(b.id), 'change', { fields: { staff: 3 } })).status, 400);
    const r = await merge(twin, tower, ['area']);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.equal(value(await keeper.item(tower.id), 'area'), '21000');
    assert.deepEqual((await nos(`register:enterprise refers:${twin.no}`)), []);
    const named = await add('enterprise', '新来的', { uscc: CODES[3], building: twin.no });
    assert.equal(value(named, 'building'), tower.no);
  });

  await t.test('what named it names the other, by an event of its own', async () => {
    const was = await keeper.item(b.id);
    assert.equal(value(was, 'building'), tower.no, 'a merged row too');
    assert.deepEqual([was.timeline[0].what, was.timeline[0].note], ['repoint', tower.no]);
    assert.ok((await nos(`register:enterprise refers:${tower.no}`)).includes(a.no));
  });

  await t.test('taken apart, all goes back that nobody changed since', async () => {
    let r = await keeper.step(await keeper.item(tower.id), 'change', { fields: { area: 30000 } });
    assert.equal(r.status, 200);
    r = await keeper.step(await keeper.item(twin.id), 'unmerge');
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.deepEqual([r.body.open, r.body.merged, value(r.body, 'area')], [true, 0, '21000']);
    assert.equal(value(await keeper.item(tower.id), 'area'), '30000', 'changed since: it stays');
    assert.equal(value(await keeper.item(b.id), 'building'), twin.no);
    r = await keeper.step(await keeper.item(b.id), 'unmerge');
    assert.equal(r.status, 200, JSON.stringify(r.body));
    const now = await keeper.item(a.id);
    assert.deepEqual([value(now, 'uscc'), value(now, 'room'), now.title], [CODES[0], '', '泾源餐饮'], 'codes are where they were');
    assert.equal(value(await keeper.item(b.id), 'uscc'), CODES[1]);
    assert.equal((await nos('register:enterprise open:yes')).includes(b.no), true);
  });

  await t.test('what cannot be merged is said', async () => {
    const wrong = async (loser, body, who = keeper) => who.step(await who.item(loser.id), 'merge', body);
    assert.deepEqual(fields(await wrong(a, { other: tower.no })), ['other'], 'another register');
    assert.deepEqual(fields(await wrong(a, { other: a.no })), ['other']);
    assert.deepEqual(fields(await wrong(a, { other: b.no, takes: ['tax_head', 'nothing'] })), ['takes[0]', 'takes[1]'], 'what is computed is not taken over');
    assert.equal((await wrong(a, { other: b.no }, o.leader)).status, 403);
    assert.equal((await merge(b, a)).status, 200);
    assert.deepEqual(fields(await wrong(a, { other: b.no })), ['other', 'other'], 'neither to one that is merged, nor when others are merged into it');
  });

  await o.town.stop();
  good('tally', 'verify', '--dir', o.town.dir);
  good('audit', 'verify', '--dir', o.town.dir);
  await o.town.start();
});

test('rows that may be one thing are found, with reasons; what somebody has called two things is not offered again', async (t) => {
  const o = await register(t);
  const { keeper, add, twins } = o;
  const a = await add('building', '新泾商务港', { area: 9000, let: 100 }, { address: '北渔路8号' });
  const b = await add('building', '新泾 商务港', { area: 9000, let: 100 }, { address: '上海市长宁区新泾镇北渔路 8 号' });
  const c = await add('building', '新泾商务港二期', { area: 9000, let: 100 }, { address: '北渔路8号' });
  const d = await add('building', '泾虹科技产业大楼', { area: 1, let: 0 }, { address: '金钟路1号' });
  const e = await add('building', '泾虹科技产业大楼管理处', { area: 1, let: 0 }, { address: '福泉路9号' });
  await add('building', '联强大厦第一分部', { area: 1, let: 0 }, { address: '甲路1号' });
  await add('building', '联强大厦第二分部', { area: 1, let: 0 }, { address: '乙路1号' });
  await add('building', '临空一号楼', { area: 9000, let: 100 }, { address: '福泉路1号' });
  const pairs = (x) => x.rows.map((r) => [r.a.no, r.b.no]);
  let found = await twins('building');
  assert.equal(found.looked, 8);
  assert.ok(pairs(found).some(([x, y]) => x === d.no && y === e.no), 'the one name within the other, wherever they lie');
  assert.ok(!JSON.stringify(found).includes('联强'), 'the first and the second are two');
  assert.deepEqual(pairs(found)[0], [a.no, b.no], JSON.stringify(found.rows));
  assert.deepEqual(found.rows[0].reasons.map((r) => [r.key, r.points]), [['name', 50], ['place', 30]]);
  assert.equal(found.rows[0].strength, 80);
  assert.ok(pairs(found).some(([x, y]) => x === a.no && y === c.no), 'a name that is like it at the same place');
  assert.ok(!JSON.stringify(found).includes('临空'));

  let r = await keeper.post(`/api/items/${a.id}/differs`, { other: c.no });
  assert.equal(r.status, 200, JSON.stringify(r.body));
  assert.deepEqual([r.body.timeline[0].what, r.body.timeline[0].note], ['differs', c.no]);
  found = await twins('building');
  assert.ok(!pairs(found).some(([x, y]) => x === a.no && y === c.no));
  assert.equal((await keeper.del(`/api/items/${a.id}/differs/${c.id}`)).status, 200);
  assert.ok(pairs(await twins('building')).some(([x, y]) => x === a.no && y === c.no), 'taken back');

  assert.equal((await o.leader.post(`/api/items/${a.id}/differs`, { other: b.no })).status, 403);
  assert.equal((await keeper.get('/api/registers/hotline/twins')).status, 404);
  r = await o.merge(b, a);
  assert.equal(r.status, 200, JSON.stringify(r.body));
  assert.ok(!(await twins('building')).rows.some((x) => x.b.no === b.no), 'merged: offered no more');
});
