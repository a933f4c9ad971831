// The common problem of the seed pages, lived through the API as the pages tell it. The pages are five sheets of the town's own paper, 000
// to 004; above the test stand the words it retells. The pages give no figures of common problems: what is counted here must agree with itself.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, good } from './lib.mjs';

// Page 002: “深入做好区委巡察及审计‘后半篇文章’，有针对性地整改落实，并推动共性问题解决”, and of the hotline “将12345市民热线情况作为基层治理能力是否提升的
// 最终衡量标尺”: what many calls have in common is solved as one matter, and the calls that no longer come say whether it was.
test('common problem: calls, patrol reports and hazards are gathered, the cause is met, and the calls are counted before and after', async (t) => {
  const town = await Town.make({ at: '2025-09-01T09:00:00+08:00' });
  t.after(() => town.end());
  const logins = { desk: 'dispatcher1', inspector: 'inspector1', leader: 'leader1', beihong: 'handler-beihong', duty: 'duty1' };
  const who = {};
  const later = async (at) => {
    await town.move(at);
    for (const [name, login] of Object.entries(logins)) who[name] = await town.as(login);
  };
  await later('2025-09-01T09:00:00+08:00');
  const unit = (code) => who.desk.unit(code);
  const wires = await who.desk.klass('0601'); // 飞线充电
  // 北虹居民区, by a point in its cell.
  const cell = (await who.leader.get('/api/layers')).body.rows.find((l) => l.key === 'residents').rows.find((c) => c.code === 'beihong');
  const here = { lat: cell.lat, lon: cell.lon };
  const calls = [];
  const call = async (more = {}) => {
    const r = await who.desk.file({ title: '楼道飞线充电', text: '有人从窗口拉线给电动车充电。', address: '北虹居民区', class: wires, ...here, ...more });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    calls.push(r.body);
    return r.body;
  };
  const take = async (p, it, step, more = {}) => {
    const r = await p.step(await p.item(it.id), step, more);
    assert.equal(r.status, 200, `${step}: ${JSON.stringify(r.body).slice(0, 300)}`);
    return r.body;
  };
  for (const [day, n] of [['2025-09-08', 3], ['2025-09-15', 4], ['2025-09-22', 5]]) {
    await later(`${day}T09:00:00+08:00`);
    for (let i = 0; i < n; i++) await call();
  }
  const elsewhere = await call({ ...here, lat: 0, lon: 0, address: '双流路' });
  const found = await who.inspector.post('/api/items', { loop: 'hazard', title: '飞线充电', address: '北虹居民区', class: wires, ...here,
    fields: { channel: '网格巡查', kind: '一般隐患', place_kind: '居民楼', subject: '个人' } });
  assert.equal(found.status, 201, JSON.stringify(found.body));
  const hazard = found.body;
  let p;

  await t.test('twelve calls are one problem: it is filed where they are, and is shown what might belong to it', async () => {
    const r = await who.desk.post('/api/items', { loop: 'common', title: '北虹居民区飞线充电反复发生', text: '三周十二件来电，单件都办了，换一幢楼又出现。', address: '北虹居民区',
      class: wires, ...here, fields: { channel: '热线归集', kind: '安全隐患' } });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    p = r.body;
    const { rows } = (await who.desk.get(`/api/items/${p.id}/candidates`)).body;
    assert.ok(rows.length >= 10, `${rows.length} are shown`);
    assert.ok(rows.every((x) => x.strength >= 40 && x.reasons.length > 0));
  });

  await t.test('they are gathered with their states and clocks as they are; what the inspector found comes as well', async () => {
    const before = await who.desk.item(calls[0].id);
    p = await take(who.desk, p, 'gather', { members: [...calls.filter((c) => c !== elsewhere).map((c) => c.no), hazard.no] });
    const now = await who.desk.item(calls[0].id);
    assert.deepEqual([now.state, now.due, now.gathered], [before.state, before.due, p.no]);
    assert.equal((await who.desk.list(`gathered:${p.no} loop:hotline`)).total, 12);
    assert.equal((await who.desk.list(`gathered:${p.no}`)).total, 13);
    assert.equal((await who.desk.list(`gathers:${calls[0].no}`)).rows[0].no, p.no);
  });

  await t.test('the neighbourhood finds the cause and acts on it; a leader has said his word', async () => {
    await take(who.leader, p, 'instruct', { note: '不要只收充电线，要让人有地方充。' });
    p = await take(who.desk, p, 'dispatch', { units: [await unit('beihong')] });
    p = await take(who.beihong, p, 'sign');
    p = await take(who.beihong, p, 'cause', { fields: { cause_kind: '设施老化', cause: '两幢楼没有集中充电点，夜间充电桩不够' } });
    await later('2025-10-13T09:00:00+08:00');
    p = await take(who.beihong, p, 'measure', { fields: { measure: '新建集中充电棚两处，收费低于入户', effect_on: '2025-10-13', review_on: '2025-12-05' } });
    assert.equal(p.state, 'watching');
  });

  await t.test('a member is closed by its own loop’s steps, not by the problem', async () => {
    const one = calls[0];
    const back = await who.desk.step(await who.desk.item(p.id), 'close', { fields: { standing: '每季回看' } });
    assert.equal(back.status, 400, 'the problem waits for its effect');
    assert.equal((await who.desk.item(one.id)).open, true);
  });

  await t.test('calls of the weeks after are fewer than of the weeks before, and each figure opens its list', async () => {
    await later('2025-10-21T09:00:00+08:00');
    await call();
    await call({ lat: 0, lon: 0, address: '双流路' }); // of another place: not counted
    await later('2025-11-10T09:00:00+08:00');
    const x = (await who.desk.get(`/api/items/${p.id}/effect`)).body;
    assert.deepEqual([x.weeks, x.spans.map((s) => [s.when, s.n])], [4, [['before', 9], ['after', 1]]], JSON.stringify(x));
    assert.match(x.calls, /cell\.residents:beihong/);
    for (const s of x.spans) assert.equal((await who.desk.list(s.filter)).total, s.n, s.filter);
  });

  await t.test('assessed, solved, and on the board', async () => {
    p = await take(who.desk, p, 'assess', { fields: { effect: '明显下降' } });
    p = await take(who.desk, p, 'close', { fields: { standing: '充电棚纳入物业养护，每季度回看' } });
    assert.equal(p.state, 'solved');
    const { tallies, rates } = (await who.leader.get('/api/boards/common?period=2025-09..2025-12')).body.total;
    assert.deepEqual([tallies.filed, tallies.big, tallies.measured, tallies.lower, tallies.solved, rates.solved, rates.lower], [1, 1, 1, 1, 1, 1, 1]);
    await town.stop();
    good('tally', 'verify', '--dir', town.dir);
    good('audit', 'verify', '--dir', town.dir);
    await town.start();
  });
});
