// Which unit an order should go to: suggestions with their grounds and how sure they are, what such orders became before, and
// trying routes over past orders before they are published.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Town, REPLY, agreed, call, good, root, until } from './lib.mjs';

const FRIDAY = '2026-11-20T09:00:00+08:00';
const suggest = async (person, it) => {
  const r = await person.get(`/api/items/${it.id}/suggestions`);
  assert.equal(r.status, 200, JSON.stringify(r.body));
  return r.body;
};
const kinds = (pick) => pick.grounds.map((g) => g.kind);

test('an order is told whose it is, why, and how sure that is', async (t) => {
  const town = await Town.make({ at: FRIDAY });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const beihong = (await desk.catalog()).units.find((u) => u.code === 'beihong');
  const cell = (await desk.get('/api/layers')).body.rows[0].rows.find((c) => c.code === 'beihong');
  const danger = await desk.klass('0601');
  const at = { lat: cell.lat, lon: cell.lon };
  let sure;

  await t.test('class and point: high', async () => {
    sure = (await desk.file({ title: '楼下飞线充电', class: danger, address: '', ...at })).body;
    const s = await suggest(desk, sure);
    assert.equal(s.version, sure.version);
    assert.deepEqual([s.class.name, s.class.by], ['飞线充电', 'given']);
    assert.deepEqual(s.places.map((p) => [p.layer, p.by]), ['residents', 'grid', 'police', 'enforcement'].map((l) => [l, 'point']));
    const [first, ...rest] = s.suggestions;
    assert.deepEqual(rest, []);
    assert.deepEqual([first.unit, first.confidence, first.rule, first.automatic], [beihong.id, 'high', 'hazard', false]);
    assert.equal(first.text, '派给北虹居民区：飞线充电 → 安全隐患先由所在居民区上门');
    assert.deepEqual(kinds(first), ['matter', 'place', 'rule']);
    assert.match(first.grounds[1].text, /坐标落在北虹居民区/);
    // The dispatch dialog shows the same.
    assert.deepEqual(sure.route, { unit: beihong.id, unit_name: '北虹居委会', because: first.text, confidence: 'high' });
  });
  await t.test('a place by its name: medium; words alone: low; nothing: nobody', async () => {
    const named = (await desk.file({ title: '飞线充电', text: '', class: danger, address: '北虹居民区3号楼' })).body;
    const n = (await suggest(desk, named)).suggestions;
    assert.deepEqual(n.map((p) => [p.unit, p.confidence]), [[beihong.id, 'medium']]);
    assert.match(n[0].grounds.find((g) => g.kind === 'place').text, /“北虹居民区”/);
    const words = (await desk.file({ title: '井盖翘起', text: '', address: '', class: await desk.klass('1206') })).body;
    assert.deepEqual((await suggest(desk, words)).suggestions.map((p) => [p.unit_name, p.confidence]), [['城运中心', 'low']]);
    const nothing = (await desk.file({ title: '建议', text: '', address: '', class: await desk.klass('1206') })).body;
    assert.deepEqual((await suggest(desk, nothing)).suggestions, []);
    assert.equal(nothing.route?.unit ?? 0, 0);
  });
  await t.test('two places named: the desk is told which, and none is taken', async () => {
    const both = (await desk.file({ title: '飞线', text: '北虹居民区和双流路居民区之间', class: danger, address: '' })).body;
    const s = await suggest(desk, both);
    assert.deepEqual(s.suggestions, []);
    assert.deepEqual(s.places.filter((p) => p.layer === 'residents').map((p) => [p.unsure, p.word, p.unit]), [[true, '北虹居民区、双流路居民区', 0]]);
  });
  await t.test('who may not see the order is not told', async () => {
    const other = await town.as('handler-chengqiao');
    assert.equal((await other.get(`/api/items/${sure.id}/suggestions`)).status, 404);
    assert.equal((await desk.get('/api/items/99999/suggestions')).status, 404);
    assert.equal((await town.nobody().get(`/api/items/${sure.id}/suggestions`)).status, 401);
  });
  await t.test('who gave it back is named behind the others, low, and it is said', async () => {
    const handler = await town.as('handler-ops-centre');
    const centre = await desk.unit('ops-centre');
    let it = (await desk.file({ title: '井盖翘起，飞线充电', class: danger, address: '', ...at })).body;
    const named = async () => (await suggest(desk, it)).suggestions.map((p) => [p.unit_name, p.confidence]);
    assert.deepEqual(await named(), [['城运中心', 'low'], ['北虹居委会', 'medium']]);
    it = (await desk.step(it, 'dispatch', { units: [centre] })).body;
    it = (await agreed(handler, desk, it, 'return', { part: it.parts[0].id, note: '不是井盖', reason: { key: '信息有误', option: '内容不清' } })).body;
    assert.equal(it.state_title, '待派单');
    assert.deepEqual(await named(), [['北虹居委会', 'medium'], ['城运中心', 'low']]);
    const [first, last] = (await suggest(desk, it)).suggestions;
    assert.deepEqual(last.grounds.at(-1), { kind: 'returned', text: '这件由它退回过，2026-11-20 09:00' });
    assert.equal(first.grounds.some((g) => g.kind === 'returned'), false);
    assert.equal(it.route.unit_name, '北虹居委会', 'the dispatch dialog shows the same');
    // Sent to it once more and taken back by the desk: it has not given it back this time.
    it = (await desk.step(it, 'dispatch', { units: [centre] })).body;
    it = (await desk.step(it, 'recall', { note: '再议' })).body;
    assert.equal((await named())[0][0], '城运中心');
  });
  await t.test('dispatched, it is asked no more in the dialog', async () => {
    const sent = (await desk.step(sure, 'dispatch', { units: [beihong.id] })).body;
    assert.equal(sent.route.unit, 0);
  });
});

test('what such orders became before', async (t) => {
  const town = await Town.make({ at: '2026-11-16T09:00:00+08:00' });
  t.after(() => town.end());
  let desk = await town.as('dispatcher1');
  const unit = (code) => desk.unit(code);
  const wishes = { class: await desk.klass('1206'), text: '', address: '' };
  const sent = [];
  for (const code of ['justice', 'justice', 'justice', 'justice', 'justice', 'health']) {
    const it = (await desk.file({ ...wishes, title: '建议' })).body;
    sent.push([code, (await desk.step(it, 'dispatch', { units: [await unit(code)] })).body]);
  }
  await town.move('2026-11-18T09:00:00+08:00');
  desk = await town.as('dispatcher1');
  for (const [code, it] of sent) {
    const own = await town.as(`handler-${code}`);
    // A clock ran out meanwhile; when that is noticed the order has another version.
    const replied = await until('it is replied', async () => {
      const r = await own.step(await desk.item(it.id), 'reply', { fields: REPLY });
      return r.status === 200 && r;
    });
    const checked = (await desk.step(replied.body, 'check')).body;
    assert.equal((await desk.step(checked, 'close')).status, 200);
  }
  const s = await suggest(desk, (await desk.file({ ...wishes, title: '又一条建议' })).body);
  assert.deepEqual(s.suggestions.map((p) => [p.unit_name, p.confidence, p.rule]), [['司法所', 'low', '']]);
  const [{ past, grounds, text }] = s.suggestions;
  assert.deepEqual([past.of, past.n, past.timed, past.days], [6, 5, 5, 2]);
  assert.equal(grounds[0].text, '同类 6 件 83% 由此办结，均 2.0 天');
  assert.equal(text, '派给司法所：意见建议 → 同类 6 件 83% 由此办结，均 2.0 天');
  assert.equal((await desk.list(past.filter)).total, past.n, 'the figure is a link to its list');
});

const shipped = () => readFileSync(join(root, 'defs/loops/hotline.yaml'), 'utf8');
const hazard = /\{key: hazard, when: "class:matters\/06", unit: cell.residents,/;

test('taken by itself only when a route says so, and is sure', async (t) => {
  const town = await Town.make({ at: FRIDAY });
  t.after(() => town.end());
  const admin = await town.as('sysadmin');
  const text = shipped().replace(hazard, (row) => `${row} assist: [police-xinjing], auto: high,`);
  assert.notEqual(text, shipped());
  assert.equal((await admin.post('/api/defs', { kind: 'loop', text })).status, 200);
  const desk = await town.as('dispatcher1');
  const cell = (await desk.get('/api/layers')).body.rows[0].rows.find((c) => c.code === 'beihong');
  const danger = { class: await desk.klass('0601'), title: '飞线充电', address: '', text: '' };

  const sent = (await desk.file({ ...danger, lat: cell.lat, lon: cell.lon })).body;
  assert.equal(sent.state, 'handling');
  assert.equal(sent.unit, await desk.unit('beihong'));
  assert.deepEqual(sent.parts.map((p) => [p.unit_name, p.lead]), [['北虹居委会', true], ['新泾派出所', false]]);
  const step = sent.timeline.find((e) => e.what === 'dispatch');
  assert.deepEqual([step.person, step.person_name, step.note], [0, '系统', '派给北虹居民区：飞线充电 → 安全隐患先由所在居民区上门']);
  assert.equal(sent.clocks.find((k) => k.key === 'dispatch').state, 'met');

  const named = (await desk.file({ ...danger, address: '北虹居民区3号楼' })).body;
  assert.deepEqual([named.state, named.route.confidence], ['filed', 'medium'], 'a name is not a point');
  const other = (await desk.file({ lat: cell.lat, lon: cell.lon, class: await desk.klass('0101') })).body;
  assert.deepEqual([other.state, other.route.confidence], ['filed', 'high'], 'another rule does not say so');
  for (const wrong of ['unit: nowhere, because: x', 'unit: cell.residents, rank: 12, because: x']) {
    const bad = shipped().replace(/unit: cell.residents, because: 安全隐患[^}]*/, wrong);
    assert.equal((await admin.post('/api/defs', { kind: 'loop', text: bad, dry: true })).status, 400, wrong);
  }
  await town.stop();
  assert.equal(good('tally', 'verify', '--dir', town.dir).ok, true);
  assert.equal(good('audit', 'verify', '--dir', town.dir).ok, true);
  await town.start();
});

test('routes tried over past orders', async (t) => {
  const town = await Town.make({ at: FRIDAY });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const cells = (await desk.get('/api/layers')).body.rows[0].rows;
  const send = async (title, klass, cell, unit) => {
    const at = cells.find((c) => c.code === cell);
    const it = (await desk.file({ title, text: '', address: '', class: await desk.klass(klass), lat: at.lat, lon: at.lon })).body;
    if (unit) assert.equal((await desk.step(it, 'dispatch', { units: [await desk.unit(unit)] })).status, 200);
    return it.no;
  };
  const right = await send('飞线充电', '0601', 'beihong', 'beihong');
  const wrong = await send('飞线充电', '0601', 'chengqiao', 'police-xinjing');
  const silent = await send('窗口服务', '1203', 'chengqiao', 'justice');
  await send('还没有派', '0601', 'beihong', null);
  // The file gives hazards to the police and adds a rule of the same rank that disagrees about windows.
  const text = shipped().replace(hazard, '{key: hazard, when: "class:matters/06", unit: police-xinjing,')
    .replace('  - {key: estate,', '  - {key: w1, when: "class:matters/12", unit: justice, because: 甲}\n  - {key: w2, when: "class:matters/1203", unit: mediation, because: 乙}\n  - {key: estate,');
  const file = join(town.dir, 'new.yaml');
  writeFileSync(file, text);
  const counts = (c) => [c.hit, c.miss, c.conflict, c.none];

  await t.test('in the browser, side by side', async () => {
    const admin = await town.as('sysadmin');
    const one = (await admin.post('/api/routes/try', { loop: 'hotline' })).body;
    assert.deepEqual([one.items, one.judged, one.compared], [4, 3, false]);
    assert.deepEqual(counts(one.now.count), [1, 1, 0, 1]);
    assert.deepEqual(one.rows.map((r) => [r.no, r.became, r.now, r.now_end]), [[wrong, '新泾派出所', '程桥居委会', 'miss']]);
    const two = (await admin.post('/api/routes/try', { text, last: 100 })).body;
    assert.deepEqual([two.compared, two.changed], [true, 3]);
    assert.deepEqual(counts(two.was.count), [1, 1, 0, 1]);
    assert.deepEqual(counts(two.now.count), [1, 1, 1, 0]);
    assert.deepEqual(two.rows.map((r) => [r.no, r.was_end, r.now_end, r.now]),
      [[silent, 'none', 'conflict', '司法所'], [wrong, 'miss', 'hit', '新泾派出所'], [right, 'hit', 'miss', '新泾派出所']]);
    const rule = two.now.rules.find((r) => r.rule === 'hazard');
    assert.deepEqual([...counts(rule.count), rule.count.orders], [1, 1, 0, 0, [right]]);
    assert.deepEqual(two.now.classes.map((c) => [c.name, ...counts(c.count)]), [['飞线充电', 1, 1, 0, 0], ['窗口服务', 0, 0, 1, 0]]);
    assert.deepEqual([counts(two.now.high), counts(two.now.low)], [[1, 1, 0, 0], [0, 0, 1, 0]]);
    const bad = await admin.post('/api/routes/try', { text: text.replace('unit: police-xinjing', 'unit: police') });
    assert.equal(bad.status, 400);
    assert.equal((await admin.post('/api/routes/try', {})).status, 400);
    assert.equal((await desk.post('/api/routes/try', { loop: 'hotline' })).status, 403);
  });
  await t.test('on the command line', async () => {
    await town.stop();
    const two = good('route', 'try', file, '--dir', town.dir, '--last', '500');
    assert.deepEqual([two.judged, two.changed, counts(two.was), counts(two.now)], [3, 3, [1, 1, 0, 1], [1, 1, 1, 0]]);
    const said = call('route', 'try', 'hotline', '--dir', town.dir, '--lang', 'zh');
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, /命中 1（50%），不同 1/);
    assert.ok(said.out.includes(`${wrong}：程桥居委会（hazard）；实际 新泾派出所`), said.out);
    assert.equal(call('route', 'try', 'nothing', '--dir', town.dir).code, 1);
    assert.equal(call('route', 'draw', '--dir', town.dir).code, 2);
    await town.start();
  });
});
