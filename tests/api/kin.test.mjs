// Is it the same matter? Somebody calls about rubbish that a supervisor reported an hour ago: the desk is shown that, with the reasons, before
// the order is filed; and whoever opens an order sees what else came from this caller, this place, of this kind.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, good } from './lib.mjs';

const FRIDAY = '2026-11-20T09:00:00+08:00';
const POINT = { lat: 31.2155, lon: 121.3601 };
// So many degrees further north: a degree has 111 km.
const north = (metres) => ({ ...POINT, lat: POINT.lat + metres / 111195 });

async function desk() {
  const town = await Town.make({ at: FRIDAY });
  const o = { town };
  for (const [name, login] of [['inspector', 'inspector1'], ['desk', 'dispatcher1'], ['clerk', 'clerk1'], ['reader', 'reader1']]) o[name] = await town.as(login);
  o.klass = (code) => o.desk.klass(code);
  o.find = async (more = {}) => (await o.inspector.post('/api/items', { loop: 'patrol', title: '路边暴露垃圾', text: '门口人行道上堆有垃圾袋和纸箱，约两立方。',
    address: '北虹路100弄3号', class: await o.klass('06010'), fields: { channel: '监督员上报' }, ...POINT, ...more })).body;
  o.call = async (more = {}) => (await o.desk.file({ title: '门口垃圾没人清', text: '来电人反映门口人行道堆放垃圾袋和纸箱，无人清运。', address: '北虹路100弄3号',
    class: await o.klass('0201'), caller: { phone: '13812346612' }, ...more })).body;
  o.ask = async (who, draft) => (await who.post('/api/kin', draft)).body;
  o.kin = async (it, who = o.desk) => (await who.get(`/api/items/${it.id}/kin`)).body;
  o.why = (row) => Object.fromEntries(row.reasons.map((r) => [r.key, r.points]));
  return o;
}

test('a call about what was found already', async (t) => {
  const o = await desk();
  const { town, desk: person, find, ask, why } = o;
  t.after(() => town.end());
  const found = await find();

  await t.test('is shown before it is filed, across the loops, with its reasons', async () => {
    const { rows } = await ask(person, { title: '垃圾没人清', text: '门口人行道上堆放垃圾袋和纸箱', address: '上海市长宁区新泾镇北虹路100弄 3 号楼', class: await o.klass('0201') });
    assert.deepEqual(rows.map((r) => r.item.no), [found.no]);
    assert.deepEqual([why(rows[0]).place, why(rows[0]).class], [30, 20], 'the same door however it is written; 暴露垃圾 in both schemes');
    assert.ok(why(rows[0]).words > 5, JSON.stringify(rows[0].reasons));
    assert.equal(rows[0].strength, rows[0].reasons.reduce((sum, r) => sum + r.points, 0), 'the strength is the sum anybody can add up');
    assert.ok(['likely', 'sure'].includes(rows[0].level));
  });

  await t.test('another door of the lane is near, another lane is another matter', async () => {
    const at = async (address) => (await ask(person, { title: '门口暴露垃圾', text: '门口人行道上堆有垃圾袋和纸箱，约两立方。', address, class: await o.klass('0201') })).rows.map((r) => why(r).place);
    assert.deepEqual(await at('北虹路100弄5号'), [20]);
    assert.deepEqual(await at('淮阴路200弄3号'), [], 'the same words and class elsewhere are not shown');
  });

  await t.test('by the distance of two points, where there are points', async () => {
    const near = async (m) => (await ask(person, { title: '暴露垃圾', class: await o.klass('06010'), ...north(m) })).rows.map((r) => [r.metres, why(r).place]);
    assert.deepEqual(await near(29), [[29, 30]]);
    assert.deepEqual(await near(79), [[79, 20]]);
    assert.deepEqual(await near(200), [], '200 metres away it is another place');
  });

  await t.test('one reason alone is not enough', async () => {
    assert.deepEqual((await ask(person, { title: '完全不同', class: await o.klass('06010') })).rows, []);
    assert.deepEqual((await ask(person, { title: '噪声', address: '北虹路100弄3号' })).rows, []);
    assert.deepEqual((await ask(person, {})).rows, []);
  });
});

test('the same caller', async (t) => {
  const o = await desk();
  const { town, desk: person, call, ask, kin, why } = o;
  t.after(() => town.end());
  const first = await call({ caller: { name: '李小明', phone: '138 1234 6612' } });

  await t.test('is known by the number, however it is written, and the number stays hidden', async () => {
    const r = await ask(o.clerk, { title: '又有垃圾', phone: '+138-1234-6612', class: await o.klass('0201') });
    assert.deepEqual(r.rows.map((x) => [x.item.no, why(x).caller]), [[first.no, 35]]);
    assert.doesNotMatch(JSON.stringify(r), /6612|李小明/);
    assert.deepEqual((await ask(o.clerk, { title: '又有垃圾', phone: '13900000000', class: await o.klass('0201') })).rows, []);
  });

  await t.test('on the item: so many of this caller, this place, this class, each a list with just these', async () => {
    const second = await call({ title: '楼道灯不亮', text: '三楼楼道灯不亮。', class: await o.klass('0403') });
    await call({ title: '路灯不亮', address: '淮阴路1号', class: await o.klass('0403'), caller: { phone: '13711112222' } });
    const k = await kin(second);
    assert.deepEqual([k.caller.n, k.place.n, k.class.n], [2, 2, 2]);
    for (const key of ['caller', 'place', 'class']) {
      const list = await person.list(k[key].filter);
      assert.equal(list.total, k[key].n, `${key}: ${k[key].filter}`);
      assert.ok(list.rows.some((x) => x.id === second.id), 'itself among them');
    }
    assert.equal(k.caller.filter, `caller:${second.id}`);
    assert.deepEqual(k.rows.map((x) => x.item.no), [first.no], 'the same caller at the same door');
  });

  await t.test('who asked to be kept confidential is nobody’s same caller', async () => {
    const hidden = await call({ title: '投诉邻居', text: '请保密。', address: '', caller: { phone: '13677778888', confidential: true } });
    const again = await call({ title: '再次来电', text: '催问进度。', address: '', class: await o.klass('0305'), caller: { phone: '13677778888' } });
    assert.deepEqual([(await kin(again)).caller.n, (await kin(hidden)).caller.n], [1, 0]);
    assert.equal((await person.list(`caller:${hidden.id}`)).total, 0);
    assert.deepEqual((await ask(person, { title: '催问', phone: '13677778888' })).rows.filter((x) => x.item.id === hidden.id), []);
  });

  await t.test('a definition cannot ask for a caller', async () => {
    const sys = await town.as('sysadmin');
    const was = (await sys.get('/api/defs')).body.rows.find((d) => d.key === 'hotline');
    const { text } = (await sys.get(`/api/defs/${was.id}`)).body;
    const r = await sys.post('/api/defs', { kind: 'loop', text: text.replace('when: "returns:>=2"', 'when: "caller:1"') });
    assert.equal(r.status, 400);
    assert.match(JSON.stringify(r.body), /not in a definition/);
  });
});

test('who sees what, and for how long', async (t) => {
  const o = await desk();
  const { town, desk: person, find, call, kin } = o;
  t.after(() => town.end());
  const homes = (await person.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const here = await town.as(`handler-${homes[0].code}`), there = await town.as(`handler-${homes[1].code}`);
  const found = await find();
  let order = await call();
  order = (await person.step(order, 'dispatch', { units: [homes[0].id] })).body;

  await t.test('a committee is shown only what is its own', async () => {
    assert.deepEqual((await kin(order)).rows.map((r) => r.item.no), [found.no]);
    assert.deepEqual((await kin(order, here)).rows, [], 'the finding is not its business');
    assert.equal((await there.get(`/api/items/${order.id}/kin`)).status, 404, 'and the order is hidden from its neighbour');
    assert.equal((await there.post('/api/kin', { title: order.title, address: order.address, class: order.class, phone: '13812346612' })).body.rows.length, 0);
  });

  await t.test('what was closed stays a match for thirty days', async () => {
    const it = (await o.inspector.attach(found, 'a.jpg', 'x', { type: 'image/jpeg' })).body;
    assert.equal((await o.inspector.step(it, 'self', { fields: { handled: '已处置' } })).status, 200);
    const later = async (day) => {
      await town.move(`${day}T09:00:00+08:00`);
      return (await kin(order, await town.as('dispatcher1'))).rows.length; // a month later everybody logs in anew
    };
    assert.deepEqual([await later('2026-12-20'), await later('2026-12-21')], [1, 0]);
  });
});

test('tied as the same matter', async (t) => {
  const o = await desk();
  const { town, desk: person, inspector, find, call, kin } = o;
  t.after(() => town.end());
  const found = await find();
  const other = await find({ title: '占道堆物', text: '门口堆放建筑材料。', address: '淮阴路200弄', class: await o.klass('06036'), lat: 0, lon: 0 });
  await town.move('2026-11-20T09:10:00+08:00');
  let order;

  await t.test('while filing: in one transaction, and both histories say so', async () => {
    order = await call({ same: found.no });
    assert.deepEqual(order.links.map((l) => [l.kind, l.no]), [['same', found.no]]);
    assert.equal(order.version, 2);
    const mine = await person.item(found.id);
    assert.deepEqual(mine.links.map((l) => [l.kind, l.no]), [['same', order.no]]);
    assert.deepEqual([mine.timeline[0].what, mine.timeline[0].what_title, mine.timeline[0].changes.same], ['same', '关联同一事项', order.no]);
    assert.equal((await kin(order)).rows[0].linked, true);
  });

  await t.test('later, and untied again', async () => {
    const r = await inspector.post(`/api/items/${other.id}/same`, { other: order.no, note: '同一堆' });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.deepEqual(r.body.links.map((l) => l.no), [order.no]);
    assert.equal(r.body.timeline[0].note, '同一堆');
    const again = await inspector.post(`/api/items/${other.id}/same`, { other: order.no });
    assert.deepEqual([again.status, again.body.errors[0].expected], [409, order.no]);
    const off = await person.del(`/api/items/${order.id}/same/${other.id}`);
    assert.deepEqual([off.status, off.body.links.map((l) => l.no)], [200, [found.no]]);
    assert.equal((await person.del(`/api/items/${order.id}/same/${other.id}`)).status, 404);
  });

  await t.test('not with itself, with nothing, or with what one may not see', async () => {
    for (const no of [order.no, 'RX20200101-00001', ''])
      assert.equal((await person.post(`/api/items/${order.id}/same`, { other: no })).status, 400, no);
    assert.deepEqual((await person.file({ same: 'RX20200101-00001' })).body.errors.map((e) => e.field), ['same']);
    const home = (await person.catalog()).units.find((u) => u.kind === 'neighbourhood');
    const sent = (await person.step(order, 'dispatch', { units: [home.id], version: (await person.item(order.id)).version })).body;
    const handler = await town.as(`handler-${home.code}`);
    assert.equal((await handler.post(`/api/items/${sent.id}/same`, { other: other.no })).status, 400, 'the finding is hidden from the committee');
  });

  await t.test('a repeat under its key ties once', async () => {
    const k = { 'idempotency-key': 'tie-1' };
    const a = await person.post(`/api/items/${other.id}/same`, { other: found.no }, k);
    const b = await person.post(`/api/items/${other.id}/same`, { other: found.no }, k);
    assert.deepEqual([a.status, b.status, b.body.links.length], [200, 200, 1]);
  });
});

test('repeats and main repeats: marks of the item, in lists, columns, counters', async (t) => {
  const o = await desk();
  const { town, desk: person, call } = o;
  t.after(() => town.end());
  const nos = async (filter) => (await person.list(filter, '&sort=filed')).rows.map((r) => r.no);
  const count = async () => (await person.board('2026-11')).total.tallies.repeat;
  const first = await call();
  await town.move('2026-11-20T09:10:00+08:00');
  const second = await call({ same: first.no });
  await town.move('2026-11-20T09:20:00+08:00');
  let third = await call();

  await t.test('tied: the earlier one is the main one, whoever was named', async () => {
    assert.deepEqual([second.repeat, second.main_repeat], [true, false]);
    const it = await person.item(first.id);
    assert.deepEqual([it.repeat, it.main_repeat], [false, true]);
    assert.deepEqual([await nos('repeat:yes'), await nos('主重复件:是'), await nos('repeat:no main-repeat:no loop:hotline')], [[second.no], [first.no], [third.no]]);
    assert.equal(await count(), 1);
  });
  await t.test('merged: both histories say so, and taken back both are as before', async () => {
    third = (await person.step(third, 'merge', { other: first.no })).body;
    assert.deepEqual([third.repeat, await count()], [true, 2]);
    let main = await person.item(first.id);
    assert.deepEqual([main.timeline[0].what, main.timeline[0].what_title, main.timeline[0].note], ['joined', '有工单并入', third.no]);
    third = (await person.post(`/api/items/${third.id}/undo`, { version: third.version })).body;
    assert.deepEqual([third.repeat, await count()], [false, 1]);
    main = await person.item(first.id);
    assert.deepEqual([main.timeline[0].what, main.main_repeat], ['parted', true]);
    third = (await person.step(third, 'merge', { other: first.no })).body;
    third = (await person.step(third, 'unmerge')).body;
    assert.deepEqual([third.repeat, await nos('repeat:yes')], [false, [second.no]]);
  });
  await t.test('a column says which', async () => {
    const rows = (await person.list('-repeat:no', '&columns=repeat')).rows;
    assert.deepEqual(rows.map((r) => [r.no, r.cells.repeat]), [[second.no, '重复件']]);
    assert.equal((await person.list('main-repeat:yes', '&columns=重复件')).rows[0].cells.repeat, '主重复件');
  });
  await t.test('untied: none of them is any more', async () => {
    assert.equal((await person.del(`/api/items/${first.id}/same/${second.id}`)).status, 200);
    assert.deepEqual([await nos('repeat:yes'), await nos('main-repeat:yes'), await count()], [[], [], 0]);
  });
  await t.test('items of other loops make no repeat', async () => {
    const found = await o.find({ same: second.no });
    assert.deepEqual([found.repeat, found.main_repeat, await nos('repeat:yes'), await nos('main-repeat:yes')], [false, false, [], []]);
  });
  good('tally', 'verify', '--dir', town.dir);
});
