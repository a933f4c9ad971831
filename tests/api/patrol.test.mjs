// The grid patrol as a story: a supervisor sees something in the street, reports it with a photo, the centre opens a case and
// sends it out, the office puts it right and shows it, the supervisor checks, the shift leader closes. And everything that may come in
// between.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, good } from './lib.mjs';

const FRIDAY = '2026-11-20T09:00:00+08:00';
const at = (hm) => `2026-11-20T${hm}:00+08:00`;

async function centre() {
  const town = await Town.make({ at: FRIDAY });
  const o = { town };
  for (const [name, login] of [['inspector', 'inspector1'], ['clerk', 'clerk1'], ['duty', 'duty1'], ['desk', 'dispatcher1'],
    ['leader', 'leader1'], ['sys', 'sysadmin']]) o[name] = await town.as(login);
  o.office = (await o.desk.catalog()).units.find((u) => u.code === 'enforcement');
  o.worker = await town.as('handler-enforcement');
  o.report = async (more = {}) => {
    const { klass = '06010', fields, ...rest } = more;
    return o.inspector.post('/api/items', { loop: 'patrol', title: '路边暴露垃圾', text: '北虹路1号门口人行道上堆有垃圾约两立方。', address: '北虹路1号',
      lat: 31.2155, lon: 121.3601, class: await o.desk.klass(klass), fields: { channel: '监督员上报', ...fields }, ...rest });
  };
  o.photo = async (who, it, name = 'p.jpg') => (await who.attach(it, name, `jpeg ${name}`, { type: 'image/jpeg' })).body;
  o.take = async (who, it, step, more) => {
    const r = await who.step(it, step, more);
    assert.equal(r.status, 200, `${step}: ${JSON.stringify(r.body).slice(0, 300)}`);
    return r.body;
  };
  // To the state in which the office works on it.
  o.sent = async (it) => {
    it = await o.take(o.clerk, it, 'accept');
    if (!it.files.length) it = await o.photo(o.inspector, it);
    it = await o.take(o.duty, it, 'open');
    return o.take(o.desk, it, 'dispatch', { units: [o.office.id] });
  };
  o.done = async (it) => {
    it = await o.photo(o.worker, it, `after-${it.version}.jpg`);
    return o.take(o.worker, it, 'handle', { fields: { handled: '已处置', result: '垃圾已清运' } });
  };
  o.clock = (it, key) => it.clocks.filter((k) => k.key === key).at(-1);
  o.board = async (period = '2026-11') => (await o.desk.get(`/api/boards/patrol?period=${period}`)).body;
  return o;
}

test('whoever takes it may put its class right, and only with the steps that ask it', async (t) => {
  const { town, report, clerk, duty, desk, inspector, take, photo } = await centre();
  t.after(() => town.end());
  let it = (await report()).body;
  const first = it.class, right = await desk.klass('06020');
  const wrong = await clerk.step(it, 'accept', { class: await desk.klass('0102') });
  assert.deepEqual([wrong.status, wrong.body.errors.map((e) => e.field)], [400, ['class']], 'of another scheme');
  it = await take(clerk, it, 'accept', { class: right });
  assert.deepEqual([it.class, it.state_title], [right, '待立案']);
  const unasked = await duty.step(await photo(inspector, it), 'open', { class: first });
  assert.deepEqual([unasked.status, unasked.body.errors.map((e) => e.field)], [400, ['class']]);
});

test('a finding from the report to the closing', async (t) => {
  const o = await centre();
  const { town, inspector, clerk, duty, desk, worker, take, photo, clock } = o;
  t.after(() => town.end());
  let it;

  await t.test('the supervisor reports; the desk has half an hour to take it', async () => {
    const r = await o.report();
    assert.equal(r.status, 201, JSON.stringify(r.body));
    it = r.body;
    assert.match(it.no, /^WG20261120-00001$/);
    assert.deepEqual([it.state_title, clock(it, 'accept').due], ['待受理', '2026-11-20T09:30:00+08:00']);
    assert.deepEqual((await o.report({ klass: '0102' })).body.errors.map((e) => e.field), ['class'], 'a hotline class is none of the patrol’s');
  });

  await t.test('taken, and opened with the photo its class asks for', async () => {
    await town.move(at('09:10'));
    it = await take(clerk, it, 'accept');
    assert.deepEqual([it.state_title, clock(it, 'accept').state], ['待立案', 'met']);
    const none = await duty.step(it, 'open');
    assert.deepEqual(none.body.errors.map((e) => [e.field, e.message]), [['file', '这一步要有 1 张照片，现有 0 张']]);
    it = await photo(inspector, it, 'before.jpg');
    assert.equal((await clerk.step(it, 'open')).status, 403, 'opening is the shift leader’s');
    it = await take(duty, it, 'open');
    assert.equal(it.state_title, '待派遣');
  });

  await t.test('sent to the office, whose time is what the class says', async () => {
    await town.move(at('09:40'));
    it = await take(desk, it, 'dispatch', { units: [o.office.id] });
    const k = clock(it, 'handle');
    assert.deepEqual([k.limit, k.rule, k.due], ['4wh', 'class:patrol/06010', '2026-11-20T15:40:00+08:00'], 'exposed refuse: four working hours [domain 3]');
  });

  await t.test('the lamp: green to 80 %, yellow to 100 %, red beyond [domain 3]', async () => {
    const lamp = async (hm) => { await town.move(at(hm)); return clock(await desk.item(it.id), 'handle').lamp; };
    assert.deepEqual([await lamp('14:51'), await lamp('14:53'), await lamp('15:40')], ['green', 'yellow', 'yellow']);
  });

  await t.test('put right and shown: the photo of before does not count', async () => {
    it = await desk.item(it.id);
    const none = await worker.step(it, 'handle', { fields: { handled: '已处置', result: '已清' } });
    assert.equal(none.body.errors[0].field, 'file');
    it = await o.done(it);
    assert.deepEqual([it.state_title, clock(it, 'handle').state], ['待核查', 'met']);
  });

  await t.test('checked, not good, done again, checked, closed, rated', async () => {
    it = await take(clerk, it, 'send-check');
    it = await take(inspector, it, 'redo', { note: '角落里还有' });
    assert.equal(it.state_title, '处置中');
    await town.move(at('16:00'));
    it = await o.done(await desk.item(it.id));
    it = await take(clerk, it, 'send-check');
    it = await take(inspector, it, 'check', { fields: { checked: '合格' } });
    it = await take(duty, it, 'close');
    it = await take(duty, it, 'rate', { fields: { quality: '好' } });
    assert.deepEqual([it.state_title, it.open], ['已评价', false]);
  });

  await t.test('each stage is counted, and each figure lists its items', async () => {
    const b = await o.board();
    const n = b.total.tallies;
    assert.deepEqual([n.reported, n.valid, n.accepted, n.accepted_met, n.opened, n.dispatched, n.handled, n.handled_met, n.checked, n.redone, n.closed, n.closed_met],
      [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    assert.equal(b.total.rates.redone, 1, 'one of one was done again');
    for (const x of b.tallies)
      assert.equal((await desk.list(`${x.filter} ${b.total.filter}`)).total, n[x.key], x.key);
  });
});

test('what may come in between', async (t) => {
  const o = await centre();
  const { town, inspector, clerk, duty, desk, worker, leader, take, photo, clock } = o;
  t.after(() => town.end());

  await t.test('put right on the spot: one step, with its photo, counted by itself', async () => {
    let it = (await o.report({ title: '共享单车倒伏', klass: '09011' })).body;
    it = await photo(inspector, it);
    it = await take(inspector, it, 'self', { fields: { handled: '已处置', result: '扶正摆齐' } });
    assert.deepEqual([it.state_title, clock(it, 'accept').state], ['已结案', 'met']);
    const n = (await o.board()).total.tallies;
    assert.deepEqual([n.self, n.valid, n.closed], [1, 1, 0]);
  });

  await t.test('not the patrol’s business: refused with its reason, no valid report', async () => {
    let it = (await o.report({ title: '室内漏水' })).body;
    assert.deepEqual((await clerk.step(it, 'refuse', {})).body.errors.map((e) => e.field).sort(), ['note', 'reason.key']);
    it = await take(clerk, it, 'refuse', { note: '属于住户内部维修', reason: { key: '不在管理范围', option: '非城市管理事项' } });
    assert.equal(it.state_title, '不予受理');
    const b = await o.board();
    assert.deepEqual([b.total.tallies.reported, b.total.tallies.valid, b.total.tallies.refused, b.total.rates.valid], [2, 1, 1, 0.5]);
  });

  await t.test('void after it was opened: it counts against opening rightly', async () => {
    let it = (await o.report({ title: '误报' })).body;
    it = await take(clerk, it, 'accept');
    it = await photo(inspector, it);
    it = await take(duty, it, 'open');
    it = await take(duty, it, 'void', { note: '现场并无此事' });
    const b = await o.board();
    assert.deepEqual([b.total.tallies.opened, b.total.tallies.voided, b.total.rates.accurate], [1, 1, 0]);
  });

  await t.test('given back, extended, suspended, supervised', async () => {
    let it = await o.sent((await o.report({ title: '人行道破损', klass: '06013' })).body);
    assert.equal(clock(it, 'handle').limit, '1wd', 'a class that says nothing takes its group’s');
    it = await take(worker, it, 'return', { note: '权属为市属道路', reason: { key: '职责不符', option: '权属不清需会商' } });
    assert.deepEqual([it.state_title, it.returns], ['待派遣', 1]);
    it = await take(desk, it, 'dispatch', { units: [o.office.id] });
    const part = it.parts.find((p) => p.open).id;
    it = await take(desk, it, 'extend', { part, extend: '2wd', note: '雨天', reason: { key: '客观条件', option: '天气原因' } });
    it = await take(duty, it, 'supervise', { note: '请今天完成' });
    assert.deepEqual([it.urges, clock(it, 'supervise').state], [1, 'running']);
    it = await take(duty, it, 'suspend', { note: '等施工窗口', fields: { promised: '2026-12-01' }, reason: { key: '客观条件', option: '待施工窗口期' } });
    assert.equal(it.paused, true);
    it = await take(leader, it, 'resume');
    it = await o.done(it);
    assert.equal(clock(it, 'supervise').state, 'met');
    const n = (await o.board()).total.tallies;
    assert.deepEqual([n.returned, n.extended, n.supervised, n.suspended, n.handled_met], [1, 1, 1, 1, 1]);
  });

  await t.test('found by a camera though a supervisor should have seen it: missed', async () => {
    let it = (await o.report({ title: '占用消防通道', klass: '09012', fields: { channel: '视频发现', missed: '是', priority: '特急' } })).body;
    assert.equal(clock(it, 'accept').due, at('09:10'));
    it = await o.sent(it);
    assert.equal(clock(it, 'handle').limit, '2h');
    const n = (await o.board()).total.tallies;
    assert.equal(n.missed, 1);
  });

  await t.test('a wrong class is put right, and the time with it', async () => {
    let it = await o.sent((await o.report({ klass: '06013' })).body);
    it = await take(desk, it, 'amend', { class: await desk.klass('06012') });
    assert.deepEqual([clock(it, 'handle').limit, clock(it, 'handle').rule], ['2wh', 'class:patrol/06012']);
  });
});

// What you reported counts as done before anybody complained, when nobody had called about it before you reported it.
test('found before anybody called', async (t) => {
  const o = await centre();
  const { town, inspector, desk, take, photo } = o;
  t.after(() => town.end());
  const call = async (more) => (await desk.file({ title: '门口垃圾', address: '北虹路1号', class: await desk.klass('0201'), ...more })).body;
  const put_right = async (it) => take(inspector, await photo(inspector, it), 'self', { fields: { handled: '已处置' } });
  const mark = async (it) => (await desk.item(it.id)).fields.find((f) => f.key === 'ahead')?.value ?? '';
  const counts = async () => { const b = await o.board(); return [b.total.tallies.ahead, b.total.tallies.ahead_called, b.total.tallies.behind, b.total.rates.ahead]; };
  let nobody, first, late, order;

  await t.test('nobody called until it was closed', async () => {
    nobody = (await o.report({ title: '无人来电的垃圾' })).body;
    assert.equal(await mark(nobody), '', 'not before it is closed');
    nobody = await put_right(nobody);
    assert.equal(await mark(nobody), '无来电');
    assert.deepEqual(await counts(), [1, 0, 0, 1]);
  });

  await t.test('somebody called after it was found: it stays ours', async () => {
    first = (await o.report({ title: '先发现的垃圾' })).body;
    await town.move(at('09:10')); // within the half hour of taking it: nobody is late
    order = await call({ same: first.no });
    assert.equal(await mark(first), '先于来电', 'as soon as the order is tied');
    first = await put_right(await desk.item(first.id));
    assert.deepEqual(await counts(), [2, 1, 0, 1]);
  });

  await t.test('somebody had called before: the call was first', async () => {
    await town.move(at('09:20'));
    late = (await o.report({ title: '来电在先的垃圾', same: order.no })).body;
    assert.equal(await mark(late), '晚于来电');
    late = await put_right(await desk.item(late.id));
    assert.deepEqual(await counts(), [2, 1, 1, 0.666667]);
  });

  await t.test('an earlier order tied afterwards takes the credit back, untied it returns', async () => {
    assert.equal((await desk.post(`/api/items/${nobody.id}/same`, { other: order.no })).status, 200);
    assert.deepEqual([await mark(nobody), await counts()], ['先于来电', [2, 2, 1, 0.666667]]);
    const older = await call({ title: '更早的来电' });
    // Filed at twenty past nine: later than what was found at nine, so nothing changes.
    assert.equal((await desk.post(`/api/items/${nobody.id}/same`, { other: older.no })).status, 200);
    assert.equal(await mark(nobody), '先于来电');
    assert.equal((await desk.post(`/api/items/${late.id}/same`, { other: older.no })).status, 200);
    assert.equal(await mark(late), '晚于来电');
    assert.equal((await desk.del(`/api/items/${late.id}/same/${order.id}`)).status, 200);
    assert.equal(await mark(late), '晚于来电', 'filed at the same minute as the call: the call was first');
    assert.equal((await desk.del(`/api/items/${late.id}/same/${older.id}`)).status, 200);
    assert.deepEqual([await mark(late), await counts()], ['无来电', [3, 2, 0, 1]]);
  });

  await t.test('opened again it is not yet closed, so nobody’s credit', async () => {
    await take(o.duty, await desk.item(late.id), 'reopen', { note: '又有了' });
    assert.deepEqual([await mark(late), await counts()], ['', [2, 2, 0, 1]]);
  });

  await t.test('nobody writes the mark by hand, and two findings tied together say nothing of calls', async () => {
    assert.deepEqual((await o.report({ fields: { ahead: '无来电' } })).body.errors.map((e) => e.field), ['fields.ahead']);
    const again = (await o.report({ title: '同一处又一次', same: first.no })).body;
    assert.equal(await mark(again), '');
  });

  await t.test('each figure lists its items, and the counters are what the events say', async () => {
    const b = await o.board();
    for (const x of b.tallies) assert.equal((await desk.list(`${x.filter} ${b.total.filter}`)).total, b.total.tallies[x.key], x.key);
    await town.stop();
    const n = good('tally', 'verify', '--dir', town.dir).items;
    assert.equal(n, 6, 'four findings and two orders');
    good('audit', 'verify', '--dir', town.dir);
    await town.start();
  });
});

test('what comes back again and again is gone when it has stayed away: “查缺-整改-巩固” (page 001)', async (t) => {
  const o = await centre();
  const { town, take, photo } = o;
  t.after(() => town.end());
  // A later day, and everybody logs in again.
  const later = async (day) => {
    town.at = day;
    await town.move(day);
    for (const [name, login] of [['inspector', 'inspector1'], ['clerk', 'clerk1'], ['duty', 'duty1'], ['desk', 'dispatcher1'], ['worker', 'handler-enforcement']]) o[name] = await town.as(login);
  };
  const closed = async (it) => {
    it = await take(o.clerk, await o.done(await o.sent(it)), 'send-check');
    it = await take(o.inspector, it, 'check', { fields: { checked: '合格' } });
    return take(o.duty, it, 'close');
  };
  const stubborn = async (more) => closed((await o.report({ fields: { channel: '监督员上报', kind: '顽症' }, ...more })).body);
  let first, second, usual;

  await t.test('closed, it has a day four weeks on; what is not stubborn has none', async () => {
    first = await stubborn({ title: '占道堆物，清了又来' });
    second = await stubborn({ title: '另一处占道堆物', lat: 31.22 });
    usual = await closed((await o.report({ title: '头一回' })).body);
    assert.deepEqual([first.recheck?.slice(0, 10), second.recheck?.slice(0, 10), usual.recheck], ['2026-12-18', '2026-12-18', null]);
    assert.equal((await o.desk.list('loop:patrol recheck:due')).total, 0);
  });

  await t.test('within four weeks the same was found forty metres away: passed only with a reason, else opened again', async () => {
    await later('2026-12-10T09:30:00+08:00');
    await o.report({ title: '又堆出来了', lat: 31.2155 + 40 / 111_000 });
    await later('2026-12-18T09:30:00+08:00');
    const due = (await o.desk.list('loop:patrol recheck:due', '&sort=filed')).rows.map((r) => r.title);
    assert.deepEqual(due, ['占道堆物，清了又来', '另一处占道堆物']);
    const bare = await o.inspector.step(await o.inspector.item(first.id), 'hold');
    assert.deepEqual([bare.status, bare.body.errors.map((e) => e.field)], [400, ['note']]);
    first = await take(o.duty, await o.duty.item(first.id), 'reopen', { note: '四周内又堆，重新立案' });
    assert.deepEqual([first.state_title, first.reopens, first.recheck], ['待派遣', 1, null]);
    second = await take(o.inspector, await photo(o.inspector, await o.inspector.item(second.id), 'again.jpg'), 'hold');
    assert.deepEqual([second.open, second.consolidated?.slice(0, 10)], [false, '2026-12-18']);
  });

  await t.test('closed and consolidated are counted apart, on the day of closing', async () => {
    const { tallies, rates } = (await o.board('2026-11')).total;
    assert.deepEqual([tallies.stubborn, tallies.held, rates.held], [1, 1, 1], 'the one opened again is no longer closed');
    first = await take(o.desk, await o.desk.item(first.id), 'dispatch', { units: [o.office.id] });
    first = await take(o.clerk, await o.done(first), 'send-check');
    first = await take(o.inspector, first, 'check', { fields: { checked: '合格' } });
    first = await take(o.duty, first, 'close');
    const december = (await o.board('2026-12')).total;
    assert.deepEqual([december.tallies.stubborn, december.tallies.held, december.rates.held], [1, 0, 0], 'closed anew, not yet held');
    await town.stop();
    good('tally', 'verify', '--dir', town.dir);
    good('audit', 'verify', '--dir', town.dir);
  });
});
