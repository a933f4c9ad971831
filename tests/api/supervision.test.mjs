// Supervision 督办, the same in every loop of the town: slips of three colours, each of which asks something new of somebody; a leader's
// instruction and an urge with their receipts; a leader in charge; all of it in the history and on one page. Page 003 of the seeds: “对一些疑难
// 工单亲自协调、抓好督办”.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fields, good, root, until } from './lib.mjs';
import { clock, scene, value } from './scene.mjs';

const MONDAY = '2026-11-16T09:30:00+08:00';
const SUPERVISION = readFileSync(join(root, 'defs/supervision.yaml'), 'utf8');
const people = { desk: 'dispatcher1', leader: 'leader1', handler: 'handler-beihong', head: 'head-beihong', other: 'handler-chengqiao', sys: 'sysadmin' };
const told = (it) => it.timeline.map((e) => e.what_title);
const figure = (page, key) => page.figures.find((f) => f.key === key);
const whole = async (o) => {
  await o.town.stop();
  good('tally', 'verify', '--dir', o.town.dir);
  good('audit', 'verify', '--dir', o.town.dir);
};

async function order(o, title = '楼上漏水反复修不好') {
  const c = await o.desk.catalog();
  const it = await o.made(o.desk, { loop: 'hotline', title, class: c.classes.find((k) => k.scheme === 'matters').id, fields: { channel: '12345', kind: '投诉' } });
  return o.take(o.desk, it, 'dispatch', { units: [o.unit('beihong')] });
}

test('a hard order: blue, yellow, red, and each asks something new of somebody', async (t) => {
  const o = await scene(t, MONDAY, people);
  const { desk, leader, handler, head, other, take, refused } = o;
  let it = await order(o);
  const listed = async (p, filter) => (await p.list(filter)).rows.map((r) => r.no);

  await t.test('nothing stands on it, and nobody owes an answer', async () => {
    assert.deepEqual(await listed(leader, 'slip:open'), []);
    assert.match(await refused(handler, it, 'slip_reply', { fields: { slip_result: '已落实', slip_reply: '楼上已经重做防水' } }), /没有待回执的蓝牌/);
    assert.match(await refused(head, it, 'slip_measure', {}), /没有待回执的黄牌/);
  });
  await t.test('blue: who handles it answers what he does', async () => {
    it = await take(desk, it, 'slip', { note: '诉求人第三次来电' });
    assert.equal(clock(it, 'slip').state, 'running');
    assert.deepEqual(await listed(leader, 'slip:blue receipt:due'), [it.no]);
    assert.deepEqual(await listed(handler, 'receipt:mine'), [it.no]);
    assert.deepEqual(await listed(head, 'receipt:mine'), [it.no]);
    assert.deepEqual(await listed(other, 'receipt:mine'), [], 'it is not his unit’s');
    assert.deepEqual(await listed(leader, '督办牌:蓝牌 回执:待回执'), [it.no], 'in Chinese as well');
    await refused(handler, it, 'slip_reply', { fields: { slip_result: '已落实' } }, ['fields.slip_reply']);
    it = await take(handler, it, 'slip_reply', { fields: { slip_result: '部分落实', slip_reply: '已约楼上住户周三开门检查' } });
    assert.equal(clock(it, 'slip').state, 'met');
    assert.deepEqual(await listed(handler, 'receipt:mine'), []);
    assert.deepEqual(await listed(leader, 'slip:blue receipt:none'), [it.no], 'the slip stays until the matter closes');
  });
  await t.test('yellow: the unit’s head writes a measure and a day', async () => {
    it = await take(leader, it, 'slip_yellow', { note: '到周三没有动静' });
    assert.equal((await handler.step(await handler.item(it.id), 'slip_measure', { fields: { slip_measure: '我来协调楼上', slip_until: '2026-11-20' } })).status, 403, 'not whoever handles it');
    assert.deepEqual(await listed(handler, 'receipt:mine'), []);
    await refused(head, it, 'slip_measure', { fields: { slip_measure: '请维修单位现场会诊' } }, ['fields.slip_until']);
    it = await take(head, it, 'slip_measure', { fields: { slip_measure: '请维修单位现场会诊', slip_until: '2026-11-20' } });
    assert.equal(value(it, 'slip_until').value, '2026-11-20');
    assert.match(await refused(desk, it, 'slip', { note: '再发一张' }), /已经发了黄牌/, 'never down again');
  });
  await t.test('red: only a leader issues it, and a leader takes charge', async () => {
    assert.equal((await desk.step(await desk.item(it.id), 'slip_red', { note: '还是没有修好' })).status, 403);
    it = await take(leader, it, 'slip_red', { note: '还是没有修好' });
    assert.equal((await head.step(await head.item(it.id), 'slip_charge', { fields: { charge: 'leader1', charge_until: '2026-11-30' } })).status, 403);
    assert.deepEqual(await listed(leader, 'receipt:mine'), [it.no]);
    it = await take(leader, it, 'slip_charge', { fields: { charge: 'leader1', charge_until: '2026-11-30' } });
    assert.equal(clock(it, 'charge').state, 'running');
    assert.deepEqual(await listed(leader, 'named:mine'), [it.no]);
  });
  await t.test('instruction and urge want a receipt', async () => {
    it = await take(leader, it, 'instruct', { note: '请房管和居民区一起到场' });
    it = await take(desk, it, 'urge', { note: '诉求人又来电' });
    assert.equal((await leader.get('/api/supervision')).body.receipts.length, 2);
    it = await take(handler, it, 'instruct_reply', { note: '已约周四上午到场' });
    it = await take(handler, it, 'urge_reply', { note: '已电话告知诉求人' });
    assert.deepEqual(await listed(leader, 'receipt:due'), []);
    assert.match(await refused(handler, it, 'urge_reply', { note: '再报一次' }), /没有待回执的事/);
  });
  await t.test('one page has it all, and every figure opens its list', async () => {
    const page = (await leader.get('/api/supervision')).body;
    assert.deepEqual(page.figures.map((f) => [f.key, f.n]), [['blue', 0], ['yellow', 0], ['red', 1], ['due', 0], ['late', 0], ['charge', 1]]);
    assert.deepEqual(page.units.map((u) => [u.name, u.counts.red, u.counts.charge]), [['北虹居委会', 1, 1]]);
    assert.deepEqual(page.charges.map((r) => [r.no, r.level, r.until, r.late]), [[it.no, 'red', '2026-11-30', false]]);
    for (const f of page.figures) assert.equal((await leader.list(f.filter)).total, f.n, f.filter);
    for (const u of page.units) for (const f of page.figures) assert.equal((await leader.list(`${f.filter} ${u.filter}`)).total, u.counts[f.key], `${f.filter} ${u.filter}`);
    assert.equal(figure((await leader.get(`/api/supervision?unit=${o.unit('chengqiao')}`)).body, 'red').n, 0, 'nothing of another unit');
    assert.equal(figure((await other.get('/api/supervision')).body, 'red').n, 0, 'he may not see it');
    assert.equal((await leader.get('/api/supervision?unit=999999')).status, 404);
  });
  await t.test('it is all in the history, and closing ends it', async () => {
    const seen = told(it);
    for (const what of ['督办', '督办反馈', '发黄牌', '黄牌回执', '发红牌', '领导包案', '批示', '批示回执', '催办', '催办回执']) assert.ok(seen.includes(what), `${what} of ${seen}`);
    it = await take(leader, it, 'instruct', { note: '办结前再走一次现场' });
    it = await take(handler, it, 'reply', { fields: { fact: '属实', appeal: '诉求合理合法', site: '是', reply_way: '电话', solved: '实际解决', reply: '防水重做，已不漏' } });
    it = await take(desk, it, 'check');
    it = await take(desk, it, 'close');
    assert.equal(clock(it, 'instruct').state, 'void', 'nobody waits for it any more');
    assert.deepEqual(await listed(leader, 'slip:open'), []);
    assert.deepEqual(await listed(leader, 'receipt:due'), []);
  });
  await whole(o);
});

test('what is late goes up by itself, one level at a time, once', async (t) => {
  const o = await scene(t, MONDAY, people);
  const { desk, leader, head, take } = o;
  let it = await order(o);
  const quiet = await order(o, '另一件，按期回执');
  await take(desk, it, 'slip', { note: '请五个工作日内回执' });
  const stands = async (level) => until(`a ${level} slip`, async () => (await leader.list(`slip:${level}`)).rows.some((r) => r.no === it.no));
  await t.test('a blue slip without its receipt becomes yellow, a yellow one red', async () => {
    await o.later('2026-11-24T09:00:00+08:00');
    await stands('yellow');
    it = await leader.item(it.id);
    const by = it.timeline.find((e) => e.what_title === '发黄牌');
    assert.deepEqual([by.person, by.note], [0, '蓝牌到期没有回执'], 'by the rule, which says why');
    await o.later('2026-11-26T09:40:00+08:00');
    await stands('red');
    assert.deepEqual((await leader.item(it.id)).timeline.filter((e) => e.what_title.startsWith('发')).map((e) => e.what_title).sort(), ['发红牌', '发黄牌']);
  });
  await t.test('what is overdue for more than ten days gets a blue one', async () => {
    await o.later('2026-12-01T09:00:00+08:00');
    await until('it has one', async () => (await leader.list('slip:open')).rows.some((r) => r.no === quiet.no));
    const events = (await leader.item(quiet.id)).timeline.filter((e) => e.what_title === '督办');
    assert.deepEqual(events.map((e) => e.note), ['超期十天']);
  });
  await whole(o);
});

test('every loop has it, a town’s own as well, and what is its own stays', async (t) => {
  const o = await scene(t, MONDAY, { ...people, inspector: 'inspector1', clerk: 'clerk1' });
  const { leader, desk, sys, take } = o;
  await t.test('each loop that ships offers the three slips, the receipts and a leader in charge', async () => {
    const c = await leader.catalog();
    for (const loop of c.loops) {
      const defs = (await sys.get('/api/defs')).body.rows.filter((d) => d.kind === 'loop' && d.key === loop.key);
      const graph = (await sys.get(`/api/defs/${defs.at(-1).id}/graph`)).body;
      const slips = graph.steps.filter((s) => s.does === 'slip');
      assert.ok(slips.length >= 3, loop.key);
      assert.ok(graph.steps.some((s) => s.does === 'receipt' && s.from.length), loop.key);
      for (const does of ['instruct', 'urge']) assert.ok(graph.steps.some((s) => s.does === does), `${does} of ${loop.key}`);
    }
  });
  await t.test('a loop the town writes gets it without a word', async () => {
    const lamp = `loop: lamp\ntitle: 路灯报修\nnumber: {prefix: LD}\nreceiver: ops-centre\ncalendar: workdays\nstates:\n  - {key: filed, title: 待修}\n  - {key: held, title: 等配件, paused: yes}\n  - {key: closed, title: 已修, final: yes}\nsteps:\n  - {key: file, title: 登记, to: filed, who: clerk}\n  - {key: hold, title: 等配件, from: filed, to: held, who: clerk}\n  - {key: on, title: 到货, from: held, to: filed, who: clerk}\n  - {key: close, title: 修好, from: filed, to: closed, who: clerk, does: close}\n  - {key: instruct, title: 站长批示, from: filed, who: leader, does: instruct, note: required}\n`;
    assert.equal((await sys.post('/api/defs', { kind: 'loop', text: lamp })).status, 200);
    let it = await o.made(o.clerk, { loop: 'lamp', title: '路灯不亮' });
    it = await take(desk, it, 'slip', { note: '一周没有人去' });
    assert.deepEqual((await leader.list('loop:lamp slip:blue receipt:due')).rows.map((r) => r.no), [it.no]);
    it = await take(leader, it, 'instruct', { note: '今天去' });
    assert.ok(told(it).includes('站长批示'), 'its own step, with the receipt all others have');
    assert.equal(clock(it, 'instruct').state, 'running');
    it = await take(o.clerk, it, 'close');
    assert.equal((await leader.list('loop:lamp slip:open')).total, 0);
  });
  await t.test('a definition that does not fit is refused at its place', async () => {
    const check = async (text) => sys.post('/api/defs', { kind: 'supervision', text, dry: true });
    { const r = await check(SUPERVISION.replace('三色督办', '督办')); assert.equal(r.status, 200, JSON.stringify(r.body)); }
    const r = await check(SUPERVISION.replace('{key: red, title: 红牌}', '{key: blue, title: 红牌}'));
    assert.match(r.body.errors[0].message, /按蓝、黄、红的次序写/);
    const role = await check(SUPERVISION.replaceAll('[head, leader]', '[heads, leader]'));
    assert.deepEqual([role.body.errors[0].message, role.body.errors[0].line > 0], ['没有这个角色：“heads”，是不是“head”？', true]);
    assert.equal((await check(SUPERVISION.replace('supervision: colours', 'supervision: others'))).status, 400, 'a town has one');
  });
  await t.test('a new version holds for what runs, too', async () => {
    const text = SUPERVISION.replace('title: 发黄牌', 'title: 发黄单');
    assert.equal((await sys.post('/api/defs', { kind: 'supervision', text })).status, 200);
    const it = await order(o);
    await take(leader, it, 'slip_yellow', { note: '限三天' });
    assert.ok(told(await leader.item(it.id)).includes('发黄单'));
  });
  await whole(o);
});
