// Common problems: an item gathers items of any loop. They stay in their own loops, with their own clocks and states, and say to
// which item they belong; the one that gathers counts them, keeps its own cause and measure, and tells what came of it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, fields, good } from './lib.mjs';

const FRIDAY = '2026-11-20T09:00:00+08:00';

async function desk(t) {
  const town = await Town.make({ at: FRIDAY });
  t.after(() => town.end());
  const o = { town };
  for (const [name, login] of [['desk', 'dispatcher1'], ['inspector', 'inspector1'], ['reader', 'reader1'], ['leader', 'leader1']]) o[name] = await town.as(login);
  o.call = async (more = {}) => (await o.desk.file({ title: '架空线乱拉', address: '北虹路100弄', ...more })).body;
  o.find = async (more = {}) => (await o.inspector.post('/api/items', { loop: 'patrol', title: '架空线垂落', address: '北虹路100弄2号',
    class: await o.desk.klass('06010'), fields: { channel: '监督员上报' }, ...more })).body;
  o.problem = async (more = {}) => (await o.desk.post('/api/items', { loop: 'common', title: '北虹路一带架空线反复垂落', text: '', address: '北虹路100弄',
    class: await o.desk.klass('0102'), fields: { channel: '热线归集', kind: '设施设备' }, ...more })).body;
  o.gather = async (p, items, who = o.desk) => who.step(await who.item(p.id), 'gather', { members: items.map((x) => x.no) });
  o.nos = async (filter) => (await o.desk.list(filter)).rows.map((r) => r.no).sort();
  o.members = (p) => Number(p.fields.find((f) => f.key === 'members')?.value ?? 0);
  o.holds = async () => {
    await town.stop();
    good('tally', 'verify', '--dir', town.dir);
    good('audit', 'verify', '--dir', town.dir);
    await town.start();
  };
  return o;
}

test('items of any loop are gathered, and each stays where it is', async (t) => {
  const o = await desk(t);
  const [a, b] = [await o.call(), await o.call({ title: '架空线缠绕树枝' })];
  const c = await o.find();
  const p = await o.problem();
  const before = await o.desk.item(a.id);
  let r = await o.gather(p, [a, b, c]);
  assert.equal(r.status, 200, JSON.stringify(r.body));

  await t.test('both sides say so: a number, a link, an event', async () => {
    assert.equal(o.members(r.body), 3);
    assert.equal(r.body.timeline[0].what, 'gather');
    assert.deepEqual(JSON.parse(JSON.stringify(r.body.timeline[0].changes)).members, [a.no, b.no, c.no]);
    const now = await o.desk.item(a.id);
    assert.equal(now.gathered, p.no);
    assert.deepEqual(now.links.map((l) => [l.kind, l.no, l.item]), [['gathered', p.no, p.id]]);
    assert.deepEqual([now.timeline[0].what, now.timeline[0].what_title, now.timeline[0].note], ['gathered', '归入', p.no]);
    assert.deepEqual([now.state, now.due, now.unit], [before.state, before.due, before.unit], 'its state and clocks are its own');
  });

  await t.test('filters find both ways', async () => {
    assert.deepEqual(await o.nos(`gathered:${p.no}`), [a.no, b.no, c.no].sort());
    assert.deepEqual(await o.nos(`归入:${p.no.toLowerCase()} 事项类型:patrol`), [c.no]);
    assert.deepEqual(await o.nos('gathered:yes loop:hotline'), [a.no, b.no].sort());
    assert.deepEqual(await o.nos('gathered:no'), [p.no], 'the problem itself belongs to none');
    assert.deepEqual(await o.nos(`gathers:${a.no}`), [p.no]);
    assert.deepEqual(await o.nos('loop:common members:>=3'), [p.no]);
    assert.equal((await o.desk.list('gathered:yes')).rows.every((x) => x.gathered === p.no), true);
  });

  await t.test('what cannot be gathered is told one by one, and nothing is done', async () => {
    const q = await o.problem({ title: '另一个共性问题' });
    const d = await o.call({ title: '又一件' });
    r = await o.desk.step(await o.desk.item(q.id), 'gather', { members: [a.no, 'RX1', q.no, d.no, d.no] });
    assert.deepEqual([r.status, fields(r)], [400, ['members[0]', 'members[1]', 'members[2]', 'members[4]']]);
    assert.equal(r.body.errors.find((e) => e.field === 'members[0]').expected, p.no, 'it says where it belongs');
    assert.equal((await o.desk.item(d.id)).gathered, '');
    r = await o.desk.step(await o.desk.item(q.id), 'gather', {});
    assert.deepEqual([r.status, fields(r)], [400, ['members']]);
    r = await o.gather(p, [p]);
    assert.deepEqual([r.status, fields(r)], [400, ['members[0]']], 'nothing gathers itself');
    r = await o.desk.step(await o.desk.item(q.id), 'release', { members: [a.no] });
    assert.deepEqual([r.status, fields(r)], [400, ['members[0]']], 'it is another one’s');
  });

  await t.test('who may not take the step may not gather; who cannot see an item cannot name it', async () => {
    assert.equal((await o.gather(p, [b], o.reader)).status, 403);
    const home = (await o.desk.catalog()).units.find((u) => u.kind === 'neighbourhood');
    const handler = await o.town.as(`handler-${home.code}`);
    const q = await o.problem({ title: '交办给居民区的' });
    r = await o.desk.step(await o.desk.item(q.id), 'dispatch', { units: [home.id] });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    const hidden = await o.call({ title: '别处的事' });
    r = await o.gather(q, [hidden], handler);
    assert.deepEqual([r.status, fields(r)], [400, ['members[0]']]);
    let own = await o.call({ title: '自己的事' });
    own = (await o.desk.step(own, 'dispatch', { units: [home.id] })).body;
    assert.equal((await o.gather(q, [own], handler)).status, 200);
  });

  await t.test('one is taken out; the step is taken back', async () => {
    r = await o.desk.step(await o.desk.item(p.id), 'release', { members: [b.no] });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.deepEqual([o.members(r.body), await o.nos(`gathered:${p.no}`)], [2, [a.no, c.no].sort()]);
    assert.deepEqual((await o.desk.item(b.id)).timeline[0].what, 'released');
    r = await o.desk.post(`/api/items/${p.id}/undo`, { version: r.body.version });
    assert.deepEqual([r.status, o.members(r.body)], [200, 3]);
    assert.equal((await o.desk.item(b.id)).gathered, p.no);
    r = await o.gather(p, [await o.call({ title: '第四件' })]);
    assert.equal(o.members(r.body), 4);
    r = await o.desk.post(`/api/items/${p.id}/undo`, { version: r.body.version });
    assert.deepEqual([r.status, o.members(r.body), (await o.nos(`gathered:${p.no}`)).length], [200, 3, 3]);
  });

  await t.test('a step is not taken back when a member belongs to another one since', async () => {
    const q = await o.problem({ title: '第三个共性问题' });
    r = await o.desk.step(await o.desk.item(p.id), 'release', { members: [b.no] });
    const { version } = r.body;
    assert.equal((await o.gather(q, [b])).status, 200);
    r = await o.desk.post(`/api/items/${p.id}/undo`, { version });
    assert.equal(r.status, 409, JSON.stringify(r.body));
    assert.equal((await o.desk.item(b.id)).gathered, q.no);
  });

  await t.test('the same key does it once', async () => {
    const d = await o.call({ title: '重复提交' });
    const { version } = await o.desk.item(p.id);
    const send = () => o.desk.post(`/api/items/${p.id}/steps`, { step: 'gather', version, members: [d.no] }, { 'idempotency-key': 'gather-once' });
    assert.deepEqual([(await send()).status, (await send()).status], [200, 200]);
    assert.equal((await o.desk.item(d.id)).timeline.filter((x) => x.what === 'gathered').length, 1);
  });

  await o.holds();
});

test('members are closed through their own loops’ steps, each with its own rights', async (t) => {
  const o = await desk(t);
  const p = await o.problem();
  const items = [await o.call(), await o.call({ title: '二' }), await o.find()];
  assert.equal((await o.gather(p, items)).status, 200);
  const { rows } = await o.desk.list(`gathered:${p.no} loop:hotline`);
  const r = await o.desk.post('/api/steps?dry_run=yes', { step: 'note', note: '随共性问题一并说明', items: rows.map((x) => ({ id: x.id, version: x.version })) });
  assert.deepEqual([r.status, r.body.done], [200, 2]);
  assert.equal((await o.desk.item(p.id)).open, true, 'the problem is not closed by its members');
  assert.equal((await o.desk.list(`gathered:${p.no} open:yes`)).total, 3);
});

test('a definition may not ask for what only the database knows', async (t) => {
  const o = await desk(t);
  const sys = await o.town.as('sysadmin');
  const was = (await sys.get('/api/defs')).body.rows.find((d) => d.key === 'common');
  const { text } = (await sys.get(`/api/defs/${was.id}`)).body;
  const r = await sys.post('/api/defs', { kind: 'loop', text: text.replace('members:none', 'gathers:RX1') });
  assert.equal(r.status, 400);
  assert.match(JSON.stringify(r.body), /不能用|not in a definition/);
});

test('what might belong to it is shown with its reasons, and not what belongs to another one', async (t) => {
  const o = await desk(t);
  const p = await o.problem({ text: '居民多次反映架空线垂落、缠绕。' });
  const near = await o.call({ title: '北虹路架空线垂落', text: '北虹路100弄门口架空线垂落，影响通行。' });
  const find = await o.find({ title: '北虹路一带架空线垂落', address: '北虹路100弄' });
  const far = await o.call({ title: '电梯停运', text: '电梯停运三天。', address: '淮阴路1号', class: await o.desk.klass('0201') });
  const ask = async (who = o.desk) => (await who.get(`/api/items/${p.id}/candidates`)).body.rows;
  let rows = await ask();
  assert.ok(rows.some((r) => r.item.no === near.no) && !rows.some((r) => r.item.no === far.no), JSON.stringify(rows.map((r) => [r.item.title, r.strength])));
  const row = rows.find((r) => r.item.no === near.no);
  assert.equal(row.strength, Math.min(100, row.reasons.reduce((sum, r) => sum + r.points, 0)), 'the strength is the sum of its reasons');

  await t.test('what is like one of its members is shown as well', async () => {
    const odd = await o.call({ title: '空调外机滴水', text: '空调外机滴水到楼下雨棚，整夜有声响。', address: '淮阴路9号', class: await o.desk.klass('0403') });
    const like = await o.call({ title: '空调外机滴水扰民', text: '空调外机滴水到楼下雨棚，整夜声响。', address: '淮阴路9号', class: await o.desk.klass('0403') });
    assert.ok(!(await ask()).some((r) => r.item.no === like.no));
    assert.equal((await o.gather(p, [odd])).status, 200);
    assert.ok((await ask()).some((r) => r.item.no === like.no));
  });

  await t.test('once gathered it is offered no more, here or elsewhere', async () => {
    assert.equal((await o.gather(p, [near, find])).status, 200);
    rows = await ask();
    assert.ok(!rows.some((r) => [near.no, find.no, p.no].includes(r.item.no)));
    const q = await o.problem({ title: '北虹路一带架空线垂落整治' });
    rows = (await o.desk.get(`/api/items/${q.id}/candidates`)).body.rows;
    assert.ok(!rows.some((r) => [near.no, find.no, p.no].includes(r.item.no)), 'nor another common problem');
  });

  await t.test('an item that gathers nothing has neither', async () => {
    assert.deepEqual((await o.desk.get(`/api/items/${near.id}/candidates`)).body.rows, []);
    const { of, spans } = (await o.desk.get(`/api/items/${near.id}/effect`)).body;
    assert.deepEqual([of, spans], [0, []]);
    assert.equal((await o.desk.get('/api/items/99/effect')).status, 404);
  });
});

test('calls after the measure against the same weeks before, and a year earlier', async (t) => {
  const town = await Town.make({ at: '2025-06-02T09:00:00+08:00' });
  t.after(() => town.end());
  let desk = await town.as('dispatcher1');
  const wires = await desk.klass('0102');
  const other = await desk.klass('0201');
  const days = async (list) => {
    for (const [day, n, cls = wires] of list) {
      await town.move(`${day}T09:00:00+08:00`);
      desk = await town.as('dispatcher1');
      for (let i = 0; i < n; i++) assert.equal((await desk.file({ title: `来电 ${day} ${i}`, class: cls })).status, 201);
    }
  };
  const effect = async (p) => (await desk.get(`/api/items/${p.id}/effect`)).body;
  await days([['2025-06-02', 1], ['2025-09-01', 2], ['2025-09-08', 3], ['2026-08-31', 1], ['2026-09-01', 4], ['2026-09-06', 1, other]]);
  let p = (await desk.post('/api/items', { loop: 'common', title: '堆物反复', class: wires, fields: { channel: '热线归集', kind: '物业服务' } })).body;

  await t.test('nothing is compared before a measure took effect, nor before its first whole week', async () => {
    let x = await effect(p);
    assert.deepEqual([x.day, x.weeks, x.of, x.spans], ['', 0, 8, []]);
    const ops = await desk.unit('ops-centre');
    p = (await desk.step(p, 'dispatch', { units: [ops] })).body;
    const handler = await town.as('handler-ops-centre');
    p = (await handler.step(p, 'cause', { fields: { cause_kind: '管理缺位', cause: '楼道无人巡查' } })).body;
    const r = await handler.step(p, 'measure', { fields: { measure: '楼组长每周巡楼', effect_on: '2026-09-07' } });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.equal(r.body.state, 'watching');
    p = r.body;
    x = await effect(p);
    assert.deepEqual([x.day, x.weeks, x.spans], ['2026-09-07', 0, []]);
  });

  await t.test('one whole week is compared with one, a year is 52 weeks', async () => {
    await days([['2026-09-07', 1], ['2026-09-13', 1], ['2026-09-14', 5]]);
    const x = await effect(p);
    assert.deepEqual([x.weeks, x.of], [1, 8]);
    assert.deepEqual(x.spans.map((s) => [s.when, s.from, s.to, s.n]), [
      ['before', '2026-08-31', '2026-09-06', 5], ['after', '2026-09-07', '2026-09-13', 2],
      ['year_before', '2025-09-01', '2025-09-07', 2], ['year_after', '2025-09-08', '2025-09-14', 3]]);
    for (const s of x.spans) assert.equal((await desk.list(s.filter)).total, s.n, s.filter);
  });

  await t.test('classes of its members count as well', async () => {
    const [row] = (await desk.list('loop:hotline filed:2026-09-06')).rows;
    const r = await desk.step(await desk.item(p.id), 'gather', { members: [row.no] });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    const x = await effect(p);
    assert.deepEqual(x.spans.map((s) => s.n), [6, 2, 2, 3]);
    assert.match(x.calls, /class:matters\/0102,matters\/0201/);
  });

  await t.test('a year the town does not have is left out; eight weeks are the most', async () => {
    await days([['2026-11-20', 0]]);
    const x = await effect(p);
    assert.deepEqual([x.weeks, x.spans.map((s) => s.when)], [8, ['before', 'after', 'year_before', 'year_after']]);
    const early = (await desk.post('/api/items', { loop: 'common', title: '早年', class: wires, fields: { channel: '热线归集', kind: '物业服务' } })).body;
    const ops = await desk.unit('ops-centre');
    const handler = await town.as('handler-ops-centre');
    let it = (await desk.step(early, 'dispatch', { units: [ops] })).body;
    it = (await handler.step(it, 'cause', { fields: { cause_kind: '管理缺位', cause: '楼道无人巡查' } })).body;
    assert.equal((await handler.step(it, 'measure', { fields: { measure: '楼组长每周巡楼', effect_on: '2026-05-04' } })).status, 200);
    assert.deepEqual((await effect(early)).spans.map((s) => s.when), ['before', 'after'], 'the town begins in June 2025');
  });
});

test('what is gathered, and what is counted, is the same for everybody', async (t) => {
  const o = await desk(t);
  const sys = await o.town.as('sysadmin');
  const was = (await sys.get('/api/defs')).body.rows.find((d) => d.key === 'common');
  const { text } = (await sys.get(`/api/defs/${was.id}`)).body;
  const r = await sys.post('/api/defs', { kind: 'loop', text: text.replace('count: members,', 'count: members, which: "unit:mine",') });
  assert.equal(r.status, 400);
  assert.match(JSON.stringify(r.body), /gathers\.which/);
});

test('a definition says which items may be gathered', async (t) => {
  const o = await desk(t);
  const sys = await o.town.as('sysadmin');
  const was = (await sys.get('/api/defs')).body.rows.find((d) => d.key === 'common');
  const { text } = (await sys.get(`/api/defs/${was.id}`)).body;
  assert.equal((await sys.post('/api/defs', { kind: 'loop', text: text.replace('count: members,', 'count: members, which: "loop:hotline",') })).status, 200);
  const p = await o.problem();
  const r = await o.gather(p, [await o.call(), await o.find()]);
  assert.deepEqual([r.status, fields(r)], [400, ['members[1]']]);
  assert.equal(r.body.errors[0].expected, 'loop:hotline');
});

test('calls are counted near what it gathers, where its definition says metres', async (t) => {
  const town = await Town.make({ at: '2026-09-01T09:00:00+08:00' });
  t.after(() => town.end());
  const sys = await town.as('sysadmin');
  const was = (await sys.get('/api/defs')).body.rows.find((d) => d.key === 'common');
  const { text } = (await sys.get(`/api/defs/${was.id}`)).body;
  const publish = (to) => sys.post('/api/defs', { kind: 'loop', text: text.replace('cell: residents}', to) });
  let r = await publish('cell: residents, within: 150}');
  assert.equal(r.status, 400);
  assert.match(JSON.stringify(r.body), /只能写一样|not both/);
  r = await publish('within: 150}');
  assert.equal(r.status, 200, JSON.stringify(r.body));
  let desk = await town.as('dispatcher1');
  const klass = await desk.klass('0102');
  const call = async (title, lat, lon = 121.36) => {
    const made = await desk.file({ title, ...(lat ? { lat, lon } : {}) });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return made.body;
  };
  const first = await call('甲处', 31.22), second = await call('乙处', 31.24);
  await call('甲处旁边', 31.2213); // 145 m
  await call('甲处远一点', 31.2215); // 167 m
  await call('没有坐标');
  await town.move('2026-09-08T09:00:00+08:00');
  desk = await town.as('dispatcher1');
  await call('乙处又来', 31.24);
  await town.move('2026-09-15T09:00:00+08:00');
  desk = await town.as('dispatcher1');
  const ops = await desk.unit('ops-centre'), handler = await town.as('handler-ops-centre');
  let p = (await desk.post('/api/items', { loop: 'common', title: '两处堆物', text: '', class: klass, fields: { channel: '热线归集', kind: '物业服务' } })).body;
  p = (await desk.step(p, 'dispatch', { units: [ops] })).body;
  p = (await handler.step(p, 'cause', { fields: { cause_kind: '管理缺位', cause: '楼道无人巡查' } })).body;
  p = (await handler.step(p, 'measure', { fields: { measure: '楼组长每周巡楼', effect_on: '2026-09-08' } })).body;
  const effect = async () => (await desk.get(`/api/items/${p.id}/effect`)).body;

  await t.test('before it has gathered anything with a point, calls from everywhere', async () => {
    const x = await effect();
    assert.doesNotMatch(x.calls, /around/);
    assert.deepEqual(x.spans.map((s) => s.n), [5, 1]);
  });

  await t.test('then those near one of its members, and the members themselves', async () => {
    r = await desk.step(await desk.item(p.id), 'gather', { members: [first.no] });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    let x = await effect();
    assert.match(x.calls, new RegExp(`around:common/${p.no}`));
    assert.deepEqual(x.spans.map((s) => s.n), [2, 0]);
    r = await desk.step(await desk.item(p.id), 'gather', { members: [second.no] });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    x = await effect();
    assert.deepEqual(x.spans.map((s) => s.n), [3, 1]);
    for (const s of x.spans) assert.equal((await desk.list(s.filter)).total, s.n, s.filter);
    assert.deepEqual((await desk.list(`周边:共性问题/${p.no} filed:2026-09-01`)).rows.map((i) => i.title).sort(), ['甲处', '甲处旁边', '乙处'].sort());
  });

  await t.test('one taken out takes its surroundings along', async () => {
    r = await desk.step(await desk.item(p.id), 'release', { members: [first.no] });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.deepEqual((await effect()).spans.map((s) => s.n), [1, 1]);
  });

  await t.test('what says no metres has no surroundings', async () => {
    assert.deepEqual([(await desk.get('/api/items?filter=around:hotline/RX20260901-00001')).status, (await desk.get('/api/items?filter=around:common')).status], [400, 400]);
  });
});
