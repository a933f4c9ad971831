// The place of an order is put right after it was filed: the cells it lies in, the suggestion, the search and what is near follow; its clocks do
// not. Any loop can have such a step: `ask: [place!]`.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, fields, good, until } from './lib.mjs';

const FRIDAY = '2026-11-20T09:00:00+08:00';

async function scene(t) {
  const town = await Town.make({ at: FRIDAY });
  t.after(() => town.end());
  const s = { town, desk: await town.as('dispatcher1'), clerk: await town.as('clerk1') };
  const cells = (await s.desk.get('/api/layers')).body.rows.find((l) => l.key === 'residents').rows;
  [s.here, s.there] = ['beihong', 'talent'].map((code) => cells.find((c) => c.code === code));
  s.ok = (r) => { assert.ok(r.status === 200 || r.status === 201, JSON.stringify(r.body)); return r.body; };
  s.wrong = async (more = {}) => s.ok(await s.desk.file({ title: '楼道堆物', class: await s.desk.klass('0601'), address: '天山西路1号', lat: s.there.lat, lon: s.there.lon, ...more }));
  s.right = { address: '北虹路100弄3号', lat: s.here.lat, lon: s.here.lon };
  s.cells = async (it) => Object.fromEntries((await s.desk.get(`/api/items/${it.id}/suggestions`)).body.places.filter((p) => p.by === 'point').map((p) => [p.layer, p.cell_name]));
  return s;
}

test('a clerk puts the place of an order right', async (t) => {
  const s = await scene(t);
  const { desk, clerk, here, there } = s;
  const was = await s.wrong();
  let it;

  await t.test('it lies in the cells of its point', async () => {
    const cells = await s.cells(was);
    assert.equal(cells.residents, there.name);
    assert.equal(was.route.unit, there.unit);
  });
  await t.test('all that is missing or wrong is said at once', async () => {
    assert.deepEqual(fields(await clerk.step(was, 'place', {})), ['note', 'place']);
    assert.deepEqual(fields(await clerk.step(was, 'place', { note: '错', place: { address: ' ' } })), ['place']);
    assert.deepEqual(fields(await clerk.step(was, 'place', { note: '错', place: { lat: 91, lon: 200 } })), ['place.lat', 'place.lon']);
    assert.deepEqual(fields(await clerk.step(was, 'place', { note: '错', place: { address: 'x'.repeat(201) } })), ['place.address']);
    assert.deepEqual(fields(await desk.step(was, 'urge', { note: '快', place: s.right })), ['place'], 'another step does not ask for it');
    assert.equal((await desk.item(was.id)).version, was.version);
  });
  await t.test('cells and suggestion follow, the clocks stay, the history says what was', async () => {
    await s.town.move('2026-11-20T09:20:00+08:00');
    it = s.ok(await clerk.step(was, 'place', { note: '来电人报错了门牌', place: s.right }));
    assert.deepEqual([it.address, it.lat, it.lon], [s.right.address, here.lat, here.lon]);
    assert.equal((await s.cells(it)).residents, here.name);
    assert.deepEqual([it.route.unit, it.route.confidence], [here.unit, 'high']);
    const due = (x) => x.clocks.map((k) => [k.key, k.due]);
    assert.deepEqual(due(it), due(was));
    const [event] = it.timeline;
    assert.deepEqual([event.what_title, event.note, event.changes.address], ['更正地点', '来电人报错了门牌', ['天山西路1号', '北虹路100弄3号']]);
    assert.deepEqual(event.changes['f/cell/residents'], ['talent', 'beihong']);
  });
  await t.test('lists find it where it is, and no longer where it was', async () => {
    const ids = async (filter) => (await desk.list(filter)).rows.map((r) => r.id);
    assert.deepEqual([await ids('cell.residents:beihong'), await ids('cell.residents:talent')], [[it.id], []]);
    assert.deepEqual([await ids('北虹路'), await ids('天山西路')], [[it.id], []]);
    const near = (await desk.post('/api/kin', { title: '垃圾', lat: here.lat, lon: here.lon, class: await desk.klass('0601') })).body.rows;
    assert.deepEqual(near.map((r) => [r.item.id, r.metres]), [[it.id, 0]]);
  });
  await t.test('an address without a point lies in no cell', async () => {
    it = s.ok(await desk.step(await desk.item(it.id), 'place', { note: '只知道路名', place: { address: '北虹路' } }));
    assert.deepEqual([await s.cells(it), it.lat, it.lon], [{}, 0, 0]);
    assert.deepEqual((await desk.list('cell.residents:none')).rows.map((r) => r.id), [it.id]);
  });
  await t.test('within its seconds it is taken back', async () => {
    it = s.ok(await desk.post(`/api/items/${it.id}/undo`, { version: it.version }));
    assert.deepEqual([it.address, it.lat, (await s.cells(it)).residents], [s.right.address, here.lat, here.name]);
  });
  await t.test('who may not, may not', async () => {
    const handler = await s.town.as('handler-beihong');
    it = s.ok(await desk.step(it, 'dispatch', { units: [here.unit] }));
    assert.equal((await handler.step(it, 'place', { note: '错', place: s.right })).status, 403);
    assert.equal((await (await s.town.as('reader1')).step(it, 'place', { note: '错', place: s.right })).status, 403);
  });
  good('tally', 'verify', '--dir', s.town.dir);
});

test('found by its new address also when the search index was made before', async (t) => {
  const s = await scene(t);
  for (let i = 0; i < 5; i++) await s.desk.file({ title: `旁边的事${i}`, address: `天山西路${i}号` });
  let it = await s.wrong();
  good('search', 'rebuild', '--dir', s.town.dir);
  it = s.ok(await s.clerk.step(it, 'place', { note: '错', place: { address: '可乐东路甲乙丙号' } }));
  const found = async (word) => (await s.desk.list(word)).rows.map((r) => r.id);
  assert.deepEqual(await found('可乐东路甲乙丙'), [it.id]);
  assert.equal((await found('天山西路')).length, 5);
});

test('a town may have it decided', async (t) => {
  const s = await scene(t);
  const sys = await s.town.as('sysadmin');
  const def = (await sys.catalog()).loops.find((l) => l.key === 'hotline');
  const { text } = (await sys.get(`/api/defs/${def.def}`)).body;
  const asked = text.replace('    ask: [place!]', '    approve: [{title: 核对, who: leader}]\n    ask: [place!]').replace(/(approve: \[\{title: 核对[^]*?)    undo: 10s\n/, '$1');
  assert.equal((await sys.post('/api/defs', { kind: 'loop', text: asked })).status, 200);
  const was = await s.wrong();
  let it = s.ok(await s.clerk.step(was, 'place', { note: '错', place: s.right }));
  assert.equal(it.address, was.address, 'asked for, nothing has changed');
  const leader = await s.town.as('leader1');
  it = s.ok(await leader.step(it, 'place', { say: 'yes' }));
  assert.deepEqual([it.address, it.lat, (await s.cells(it)).residents], [s.right.address, s.here.lat, s.here.name]);
});
