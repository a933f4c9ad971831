// The side flows of an order, told as a town's people live them. Every line that begins with a sentence in quotes is one thing
// that somebody does or sees; what stands below it is the proof.
import test from 'node:test';
import assert from 'node:assert/strict';
import { REPLY, Town, fields, good, until } from './lib.mjs';

/** A town on Friday, 20 November 2026, nine in the morning, and the people of this story. */
async function scene(t) {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const s = { town };
  s.at = async (when) => {
    await town.move(when);
    for (const p of s.everybody) await p.again();
  };
  const login = async (name) => {
    const p = await town.as(name);
    p.again = async () => { const q = await town.as(name); p.cookie = q.cookie; p.me = q.me; };
    return p;
  };
  s.desk = await login('dispatcher1'); // the town's dispatcher
  s.leader = await login('leader1');
  const homes = (await s.desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  [s.one, s.two, s.three] = homes;
  s.first = await login(`handler-${s.one.code}`); // works at the first committee
  s.second = await login(`handler-${s.two.code}`);
  s.everybody = [s.desk, s.leader, s.first, s.second];
  s.ok = (r) => {
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return r.body;
  };
  s.sent = async (more = {}, units = [s.one.id]) => s.ok(await s.desk.step((await s.desk.file(more)).body, 'dispatch', { units }));
  s.closed = async (more) => {
    let it = await s.sent(more);
    it = s.ok(await s.first.step(it, 'reply', { fields: REPLY }));
    return s.ok(await s.desk.step(s.ok(await s.desk.step(it, 'check')), 'close'));
  };
  s.whole = () => { // every item is the fold of its events, and the chain of events is whole
    assert.equal(good('tally', 'verify', '--dir', town.dir).differences ?? 0, 0);
    good('audit', 'verify', '--dir', town.dir);
  };
  return s;
}
const clock = (it, key) => it.clocks.filter((k) => k.key === key).at(-1);
const EXTEND = { part: 1, extend: '3wd', note: '要请专业机构鉴定', reason: { key: '情况复杂', option: '需专业鉴定' } };

test('a committee asks for more time, the town decides', async (t) => {
  const s = await scene(t);
  let it = await s.sent();
  const due = clock(it, 'handle').due;

  await t.test('what is wrong with the request is said at once, all of it', async () => {
    assert.deepEqual(fields(await s.first.step(it, 'extend', { part: 1, extend: '3wd' })), ['note', 'reason.key']);
    assert.deepEqual(fields(await s.first.step(it, 'extend', { ...EXTEND, extend: '30wd' })), ['extend'], 'ten working days are the most');
    assert.equal((await s.first.item(it.id)).version, it.version, 'nothing was kept');
  });
  await t.test('asked for, nothing has changed but that it is asked for', async () => {
    it = s.ok(await s.first.step(it, 'extend', EXTEND));
    assert.equal(clock(it, 'handle').due, due);
    assert.equal(it.extensions, 0);
    assert.equal(it.state, 'handling');
    assert.equal(it.asks, '延期');
    const [r] = it.requests;
    assert.deepEqual([r.step, r.title, r.by_name, r.note, r.reason, r.extend, r.stage_title, r.may_decide, r.may_take_back],
      ['extend', '延期', s.first.me.person.name, EXTEND.note, '情况复杂：需专业鉴定', '3wd', '镇审核', false, true]);
    assert.match(r.waits_for, /镇审核（派单员、领导）/);
    assert.equal(it.timeline[0].what_title, '申请延期');
    assert.equal(clock(it, 'extend-1').state, 'running', 'the town has a working day to decide');
    assert.equal(clock(it, 'extend-1').limit, '1wd');
  });
  await t.test('a second request of the kind has to wait, and the button says why', async () => {
    const again = await s.first.step(it, 'extend', EXTEND);
    assert.equal(again.status, 400);
    assert.match(again.body.errors[0].message, /已申请，待镇审核/);
    const row = (await s.first.item(it.id)).steps.find((x) => x.key === 'extend');
    assert.equal(row.ok, false);
    assert.match(row.why, /待镇审核（派单员、领导）/);
  });
  await t.test('it stands in the queue of those who decide, and in nobody else\'s', async () => {
    assert.deepEqual((await s.desk.list('asks:mine')).rows.map((r) => [r.id, r.asks]), [[it.id, '延期']]);
    assert.equal((await s.leader.list('待审核:我的')).total, 1);
    assert.equal((await s.first.list('asks:mine')).total, 0);
    for (const yes of ['asks:extend', '待审核:延期', 'asks:yes', '-asks:no']) assert.equal((await s.first.list(yes)).total, 1, yes);
    for (const no of ['asks:suspend', 'asks:no', 'asks:refused']) assert.equal((await s.first.list(no)).total, 0, no);
    const wrong = await s.desk.get('/api/items?filter=asks:nothing');
    assert.equal(wrong.status, 400);
  });
  await t.test('who asked cannot decide; who has no such role neither', async () => {
    assert.equal((await s.first.step(it, 'extend', { part: 1, say: 'yes' })).status, 403);
    let own = s.ok(await s.desk.step(await s.sent({ title: '派单员自己申请的' }), 'extend', EXTEND));
    const r = await s.desk.step(own, 'extend', { part: 1, say: 'yes' });
    assert.equal(r.status, 403);
    assert.match(r.body.errors[0].message, /不能审核自己/);
    assert.equal((await s.desk.list('asks:mine')).total, 1, 'one\'s own is not in one\'s queue');
    assert.equal((await s.leader.list('asks:mine')).total, 2);
    own = s.ok(await s.desk.step(own, 'extend', { part: 1, say: 'back' }));
    assert.deepEqual([own.requests, own.asks, own.timeline[0].what_title], [[], '', '撤回申请延期']);
    assert.equal(clock(own, 'extend-1').state, 'void');
  });
  await t.test('a refusal says why, and tells who asked', async () => {
    assert.deepEqual(fields(await s.desk.step(it, 'extend', { part: 1, say: 'no' })), ['note']);
    it = s.ok(await s.desk.step(it, 'extend', { part: 1, say: 'no', note: '先用现有时间把现场处理完' }));
    assert.equal(it.asks, '');
    assert.equal((await s.desk.list('asks:yes')).total, 0);
    assert.equal((await s.first.list('asks:refused')).total, 1);
    assert.equal((await s.second.list('asks:refused')).total, 0);
    const [r] = (await s.first.item(it.id)).requests;
    assert.deepEqual([r.refused, r.no_name, r.no_note, r.may_take_back], [true, s.desk.me.person.name, '先用现有时间把现场处理完', true]);
    const late = await s.leader.step(it, 'extend', { part: 1, say: 'yes' });
    assert.match(late.body.errors[0].message, /已被退回/);
    it = s.ok(await s.first.step(it, 'extend', { part: 1, say: 'back' }));
    assert.deepEqual([it.requests, it.timeline[0].what_title], [[], '已知悉退回延期']);
  });
  await t.test('agreed to, it is done; whoever decides may grant another length', async () => {
    it = s.ok(await s.first.step(it, 'extend', EXTEND));
    assert.deepEqual(fields(await s.leader.step(it, 'extend', { part: 1, say: 'yes', extend: '99wd' })), ['extend']);
    it = s.ok(await s.leader.step(it, 'extend', { part: 1, say: 'yes', extend: '2wd', note: '两天够了' }));
    assert.equal(it.extensions, 1);
    assert.equal(clock(it, 'handle').extended_s, 2 * 6.5 * 3600);
    assert.deepEqual(it.requests, []);
    const e = it.timeline[0];
    assert.deepEqual([e.what, e.person_name, e.note, e.changes.asked.by], ['extend', s.leader.me.person.name, '两天够了', s.first.me.person.id]);
    assert.equal(clock(it, 'extend-1').state, 'met');
  });
  await t.test('the answer of a request that was lost on its way is the same the second time', async () => {
    const key = { 'Idempotency-Key': 'once-only' };
    const body = { step: 'extend', version: it.version, ...EXTEND };
    const a = await s.first.post(`/api/items/${it.id}/steps`, body, key), b = await s.first.post(`/api/items/${it.id}/steps`, body, key);
    assert.deepEqual([a.status, b.status, b.body.version], [200, 200, a.body.version]);
  });
  await t.test('answered meanwhile, the request has become empty', async () => {
    it = s.ok(await s.first.step(await s.first.item(it.id), 'reply', { fields: REPLY }));
    assert.deepEqual([it.state, it.requests, it.asks], ['replied', [], '']);
    assert.equal((await s.desk.step(it, 'extend', { part: 1, say: 'yes' })).status, 400);
  });
  s.whole();
});

test('a return is looked at before it counts', async (t) => {
  const s = await scene(t);
  let it = await s.sent();
  const back = { note: '不在本居民区', reason: { key: '职责不符', option: '非本辖区' } };
  it = s.ok(await s.first.step(it, 'return', back));
  assert.deepEqual([it.state, it.returns, it.parts[0].open], ['handling', 0, true], 'the committee stays answerable until it is decided');
  it = s.ok(await s.desk.step(it, 'return', { say: 'yes' }));
  assert.deepEqual([it.state, it.returns, it.parts[0].state, it.unit], ['filed', 1, 'returned', it.receiver]);
  assert.deepEqual(it.timeline[0].changes.reason, { key: '职责不符', option: '非本辖区' });
  s.whole();
});

test('the city grants more time: two stages, the second writes down what the city said', async (t) => {
  const s = await scene(t);
  let it = await s.sent();
  it = s.ok(await s.desk.step(it, 'extend_city', { ...EXTEND, extend: '40wd' }));
  assert.equal((await s.leader.list('asks:mine')).total, 1);
  it = s.ok(await s.leader.step(it, 'extend_city', { part: 1, say: 'yes', note: '同意上报' }));
  assert.deepEqual([it.extensions, it.requests[0].stage_title, it.requests[0].said.map((x) => [x.title, x.note])],
    [0, '市平台答复', [['镇审核', '同意上报']]]);
  assert.deepEqual(fields(await s.leader.step(it, 'extend_city', { part: 1, say: 'yes' })), ['fields.city_reply']);
  it = s.ok(await s.leader.step(it, 'extend_city', { part: 1, say: 'yes', extend: '30wd', fields: { city_reply: '同意延至 30 个工作日' } }));
  assert.equal(clock(it, 'handle').extended_s, 30 * 6.5 * 3600);
  assert.equal(it.fields.find((f) => f.key === 'city_reply').value, '同意延至 30 个工作日');
  assert.deepEqual(it.clocks.filter((k) => k.key.startsWith('extend_city')).map((k) => k.state), ['met', 'met']);
  s.whole();
});

test('nobody decides in time: that is seen, too', async (t) => {
  const s = await scene(t);
  let it = s.ok(await s.first.step(await s.sent(), 'extend', EXTEND));
  assert.equal(clock(it, 'extend-1').due, '2026-11-20T17:30:00+08:00');
  await s.at('2026-11-20T17:30:01+08:00');
  it = await until('the stage is late', async () => { const x = await s.desk.item(it.id); return clock(x, 'extend-1').breached && x; });
  assert.equal((await s.desk.list('clock.extend-1:breached')).total, 1);
  assert.match(it.timeline.find((e) => e.what === 'overdue').note, /延期·镇审核/);
  it = s.ok(await s.leader.step(it, 'extend', { part: 1, say: 'yes' }));
  assert.equal(clock(it, 'extend-1').state, 'late');
});

test('taken out of the rates: the files of the request are shown to whoever decides', async (t) => {
  const s = await scene(t);
  let it = await s.closed();
  it = (await s.desk.attach(it, '现场照片.txt', '照片')).body;
  const ask = { reason: { key: '不属实', option: '查无此事' }, note: '现场无此情况' };
  assert.deepEqual(fields(await s.desk.step(it, 'exclude', { ...ask, files: [7] })), ['files[0]']);
  const bare = await s.desk.step(it, 'exclude', ask);
  assert.match(bare.body.errors[0].message, /至少附 1 个附件：剔除要附证明材料/);
  it = s.ok(await s.desk.step(it, 'exclude', { ...ask, files: [1] }));
  assert.equal(it.excluded, false);
  assert.deepEqual(it.requests[0].files, ['现场照片.txt']);
  it = s.ok(await s.leader.step(it, 'exclude', { say: 'yes' }));
  assert.equal(it.excluded, true);
  assert.deepEqual(it.timeline[0].changes.files, [1]);
  s.whole();
});

test('what must be answered follows from what was answered', async (t) => {
  const s = await scene(t);
  const reply = (it, more) => s.first.step(it, 'reply', { fields: { ...REPLY, ...more } });
  const asked = async (it, answers) => {
    const r = await s.first.get(`/api/items/${it.id}/form?step=reply&fields=${encodeURIComponent(JSON.stringify(answers))}`);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return r.body;
  };
  let it = await s.sent();
  await t.test('everything that is missing is said at once, with the reason', async () => {
    const r = await s.first.step(it, 'reply', { fields: { fact: '不属实', appeal: '诉求过高', site: '是', reply_way: '电话', solved: '未解决', reply: '已答复' } });
    assert.deepEqual(fields(r), ['fields.appeal_note', 'fields.fact_note', 'fields.unsolved_why']);
    assert.match(r.body.errors.find((e) => e.field === 'fields.fact_note').message, /请填写“事实说明”：这类认定要说明理由/);
  });
  await t.test('the option\'s own word is no explanation, however it is written', async () => {
    for (const lazy of ['不属实', '　不属实！！', '不 属 实', '不属实。不属实。', '已不属实', '12'])
      assert.deepEqual(fields(await reply(it, { fact: '不属实', fact_note: lazy })), ['fields.fact_note'], lazy);
    const r = await reply(it, { fact: '不属实', fact_note: '不属实' });
    assert.match(r.body.errors[0].message, /不能只照抄选项/);
  });
  await t.test('which options fit follows from the kind of order', async () => {
    const r = await reply(it, { fact: '采纳' });
    assert.deepEqual([fields(r), r.body.errors[0].expected], [['fields.fact'], '属实, 部分属实, 不属实']);
  });
  await t.test('the form is told before anything is sent', async () => {
    const plain = await asked(it, {});
    assert.deepEqual(plain.asks.find((a) => a.field === 'fact').options, ['属实', '部分属实', '不属实']);
    assert.deepEqual(plain.asks.filter((a) => a.required).map((a) => a.field).sort(),
      ['appeal', 'fact', 'reply', 'reply_way', 'site', 'solved']);
    const told = (await asked(it, { fact: '不属实', solved: '未解决' })).asks.filter((a) => a.why);
    assert.deepEqual(told.map((a) => [a.field, a.why]), [['fact_note', '这类认定要说明理由'], ['appeal', '咨询、建议以外的工单必填'],
      ['site', '咨询、建议以外的工单必填'], ['unsolved_why', '未解决要写原因']]);
    assert.equal((await s.second.get(`/api/items/${it.id}/form?step=reply`)).status, 404, 'who may not see the order is told nothing');
    assert.equal((await s.first.get(`/api/items/${it.id}/form?step=reply&fields=nonsense`)).status, 400);
  });
  await t.test('said in its own words it is taken', async () => {
    it = s.ok(await reply(it, { fact: '不属实', fact_note: '现场未见堆物，楼组长确认近一周没有' }));
    assert.equal(it.state, 'replied');
  });
  await t.test('an enquiry needs neither appeal nor a look at the place', async () => {
    const q = await s.sent({ fields: { kind: '咨询' } });
    assert.equal(s.ok(await s.first.step(q, 'reply', { fields: { fact: '有政策信息', reply_way: '电话', solved: '解释说明', reply: '已告知办理流程' } })).state, 'replied');
  });
  await t.test('an order of the State Council needs a signed paper', async () => {
    let n = await s.sent({ fields: { state_order: '是' } });
    assert.deepEqual(fields(await s.first.step(n, 'reply', { fields: REPLY })), ['files']);
    assert.equal((await s.first.get(`/api/items/${n.id}/form?step=reply`)).body.files, 1);
    n = (await s.first.attach(n, '盖章回复.pdf', '%PDF')).body;
    assert.equal(s.ok(await s.first.step(n, 'reply', { fields: REPLY, files: [1] })).state, 'replied');
  });
  await t.test('a review order asks when the place was seen, and a number to call', async () => {
    const r = await s.sent({ fields: { order_type: '复核单' } });
    assert.deepEqual(fields(await s.first.step(r, 'reply', { fields: REPLY })), ['fields.handler_phone', 'fields.site_at']);
  });
  await t.test('no contact: why; and "others" is no reason by itself', async () => {
    const c = await s.sent();
    assert.deepEqual(fields(await s.first.step(c, 'contact', { fields: { contacted: '否' } })), ['fields.no_contact_why']);
    assert.deepEqual(fields(await s.first.step(c, 'contact', { fields: { contacted: '否', no_contact_why: '其他' } })), ['fields.no_contact_note']);
    assert.deepEqual(fields(await s.first.step(c, 'contact', { fields: { contacted: '否', no_contact_why: '其他', no_contact_note: '其他' } })), ['fields.no_contact_note']);
    s.ok(await s.first.step(c, 'contact', { fields: { contacted: '否', no_contact_why: '其他', no_contact_note: '诉求人已出国，留言未回' } }));
  });
  s.whole();
});

test('a hard one: a leader takes it in charge, the units confer', async (t) => {
  const s = await scene(t);
  let it = await s.sent();
  await t.test('the committee asks that it be treated as a hard one; a leader agrees', async () => {
    assert.match((await s.desk.step(it, 'hard_track', { note: '跟踪' })).body.errors[0].message, /不是在办的疑难件/);
    it = s.ok(await s.first.step(it, 'hard', { note: '涉及三家单位，多次协调无果' }));
    it = s.ok(await s.leader.step(it, 'hard', { say: 'yes' }));
    assert.equal((await s.desk.list('loop:hotline -hard_at:none hard_done_at:none')).total, 1);
  });
  await t.test('a leader is named, with a date', async () => {
    const form = (await s.desk.get(`/api/items/${it.id}/form?step=charge`)).body;
    const people = form.asks.find((a) => a.field === 'charge').people;
    assert.ok(people.some((p) => p.login === 'leader1' && p.name === s.leader.me.person.name));
    assert.ok(!people.some((p) => p.login === 'dispatcher1'), 'only who is a leader');
    assert.deepEqual(fields(await s.desk.step(it, 'charge', { fields: { charge: 'dispatcher1', charge_until: '2026-11-27' } })), ['fields.charge']);
    it = s.ok(await s.desk.step(it, 'charge', { fields: { charge: 'leader1', charge_until: '2026-11-27' } }));
    assert.equal(it.fields.find((f) => f.key === 'charge').shown, s.leader.me.person.name);
    assert.equal(clock(it, 'charge').due, '2026-11-28T00:00:00+08:00', 'to the end of the day that was named');
    assert.equal(clock(it, 'charge').limit_title, '到包案期限');
  });
  await t.test('it is in the leader\'s own queue', async () => {
    for (const f of ['named:mine', '指定人员:我的', 'named:leader1', 'named:yes', 'loop:hotline charge:leader1'])
      assert.equal((await s.leader.list(f)).total, 1, f);
    assert.equal((await s.desk.list('named:mine')).total, 0);
    assert.equal((await s.desk.list('named:no')).total, 0);
    assert.equal((await s.desk.get('/api/items?filter=named:nobody')).status, 400);
  });
  await t.test('they confer: who came, what was agreed, who gets a share', async () => {
    assert.deepEqual(fields(await s.leader.step(it, 'confer', {})), ['fields.confer_result', 'fields.confer_with']);
    it = s.ok(await s.leader.step(it, 'confer', { units: [s.two.id], fields: { confer_with: '第一、第二居委会，物业张经理', confer_result: '由第二居委会负责腾出场地' } }));
    assert.deepEqual(it.parts.map((p) => [p.unit, p.lead]), [[s.one.id, true], [s.two.id, false]]);
    assert.equal(it.clocks.filter((k) => k.key === 'handle' && k.open).length, 2);
    it = s.ok(await s.leader.step(it, 'confer', { fields: { confer_with: '同上', confer_result: '只通报进展，不再派单' } }));
    assert.equal(it.parts.length, 2);
  });
  await t.test('followed and finished', async () => {
    it = s.ok(await s.second.step(it, 'hard_track', { note: '场地已腾出一半' }));
    it = s.ok(await s.leader.step(it, 'hard_done', { note: '各方认可', fields: { hard_result: '已化解' } }));
    assert.equal(clock(it, 'charge').state, 'met');
    assert.equal((await s.desk.list('loop:hotline -hard_at:none hard_done_at:none')).total, 0);
  });
  s.whole();
});

test('urged, and supervised by a slip with five working days of its own', async (t) => {
  const s = await scene(t);
  let it = await s.sent();
  it = s.ok(await s.desk.step(it, 'urge', { note: '诉求人再次来电', fields: { urge_kind: '紧急催办', urge_way: '电话' } }));
  assert.equal(it.urges, 1);
  assert.equal((await s.first.step(it, 'slip_reply', {})).status, 400, 'nothing to answer yet');
  it = s.ok(await s.leader.step(it, 'slip', { note: '请一把手过问', fields: { slip_source: '镇领导', slip_kind: '重点督办' } }));
  assert.deepEqual([clock(it, 'slip').limit, clock(it, 'slip').due], ['5wd', '2026-11-26T17:30:00+08:00']);
  assert.match((await s.leader.step(it, 'slip', { note: '再督', fields: { slip_source: '市级', slip_kind: '一般督办' } })).body.errors[0].message, /还没有反馈/);
  assert.deepEqual(fields(await s.first.step(it, 'slip_reply', { fields: { slip_result: '已落实', slip_reply: '已落实。' } })), ['fields.slip_reply']);
  it = s.ok(await s.first.step(it, 'slip_reply', { fields: { slip_result: '已落实', slip_reply: '书记带队现场清理完毕' } }));
  assert.equal(clock(it, 'slip').state, 'met');
  s.ok(await s.leader.step(it, 'slip', { note: '回头看', fields: { slip_source: '镇领导', slip_kind: '一般督办' } }));
  s.whole();
});

test('a unit has its share done below it, and stays answerable', async (t) => {
  const s = await scene(t);
  const c = await s.desk.catalog();
  const top = c.units.find((u) => u.code === 'talent'); // a neighbourhood with micro-grids below it
  const below = c.units.filter((u) => u.parent === top.id).slice(0, 2);
  const boss = await s.town.as('handler-talent'), grid = await s.town.as(`handler-${below[0].code}`);
  let it = await s.sent({}, [top.id]);
  assert.equal(it.parts[0].level, 4, 'the town is of the third level, its neighbourhoods are of the fourth');
  it = s.ok(await boss.step(it, 'accept'));
  assert.deepEqual(fields(await boss.step(it, 'pass', { units: [s.desk.cat.units[0].id] })), ['units[0]'], 'only downwards');
  it = s.ok(await boss.step(it, 'pass', { units: below.map((u) => u.id) }));
  assert.deepEqual(it.parts.map((p) => [p.unit, p.state, p.above, p.level]),
    [[top.id, 'passed', 0, 4], [below[0].id, 'waiting', 1, 5], [below[1].id, 'waiting', 1, 5]]);
  assert.equal(it.unit, top.id, 'answerable as before');
  assert.deepEqual(it.clocks.filter((k) => k.key === 'handle').map((k) => k.part), [1, 2, 3]);
  assert.equal((await boss.step(it, 'reply', { part: 1, fields: REPLY })).status, 400, 'not before those below have answered');
  assert.equal((await grid.list('open:yes part:mine')).total, 1);
  it = s.ok(await grid.step(it, 'reply', { fields: REPLY }));
  assert.deepEqual([it.state, it.parts[0].state], ['handling', 'passed']);
  it = s.ok(await boss.step(it, 'return', { part: 3, note: '不归我们', reason: { key: '职责不符', option: '非本辖区' } }));
  it = s.ok(await s.desk.step(it, 'return', { part: 3, say: 'yes' }));
  assert.deepEqual([it.state, it.returns, it.parts.map((p) => p.state)], ['handling', 0, ['working', 'done', 'returned']], 'it came back to who passed it down');
  it = s.ok(await boss.step(it, 'reply', { part: 1, fields: REPLY }));
  assert.equal(it.state, 'replied');
  s.whole();
});

test('dissatisfied: a second full round, three judges side by side', async (t) => {
  const s = await scene(t);
  let it = await s.sent();
  it = s.ok(await s.first.step(it, 'contact', { fields: { contacted: '否', no_contact_why: '始终未接' } }));
  it = s.ok(await s.first.step(it, 'reply', { fields: { ...REPLY, solved: '解释说明' } }));
  it = s.ok(await s.desk.step(s.ok(await s.desk.step(it, 'check')), 'close'));
  const rate = { reached: '接通', contacted: '否', solved: '未解决', attitude: '认可', outcome: '不满意', satisfied: '不满意', dissat_why: '未解决' };
  it = s.ok(await s.desk.step(it, 'rate', { fields: rate }));
  it = s.ok(await s.desk.step(it, 'review', { judge: 'district', fields: { ...rate, satisfied: '一般', outcome: '认可', dissat_why: '' } }));
  it = s.ok(await s.desk.step(it, 'review', { judge: 'third', fields: { ...rate, contacted: '未评价' } }));
  const said = (key) => it.fields.filter((f) => f.key === key && f.judge).map((f) => [f.judge, f.value]);
  assert.deepEqual(said('satisfied'), [['镇回访', '不满意'], ['区复核', '一般'], ['第三方测评', '不满意']]);
  assert.deepEqual(said('outcome'), [['镇回访', '不满意'], ['区复核', '认可'], ['第三方测评', '不满意']], 'the result is asked apart from the attitude');
  assert.deepEqual(said('attitude').map((x) => x[1]), ['认可', '认可', '认可']);
  assert.deepEqual(said('contacted').map((x) => x[1]), ['否', '否', '未评价'], 'not evaluated is an answer of its own');

  it = s.ok(await s.leader.step(it, 'recheck', { note: '请再次上门' }));
  assert.deepEqual([it.round, it.state, said('satisfied')], [2, 'handling', []], 'asked anew; the old answers are history');
  assert.deepEqual(it.clocks.filter((k) => k.open).map((k) => [k.key, k.round]).sort(), [['all', 2], ['contact', 2], ['handle', 2]]);
  assert.equal(it.fields.some((f) => ['fact', 'appeal', 'site', 'reply', 'solved', 'contacted'].includes(f.key)), false);
  it = s.ok(await s.first.step(it, 'contact', { fields: { contacted: '是', contact_way: '上门' } }));
  it = s.ok(await s.first.step(it, 'reply', { fields: { ...REPLY, reply_way: '入户' } }));
  it = s.ok(await s.desk.step(s.ok(await s.desk.step(it, 'check')), 'close'));
  it = s.ok(await s.desk.step(it, 'rate', { fields: { ...rate, contacted: '是', solved: '实际解决', outcome: '满意', satisfied: '满意', dissat_why: '' } }));
  assert.deepEqual(said('satisfied'), [['镇回访', '满意']]);
  s.whole();
});

test('two clocks, three named points on each', async (t) => {
  const s = await scene(t);
  let it = await s.sent();
  const marks = (key) => clock(it, key).marks.map((m) => [m.title, m.at, m.passed]);
  // Five working days from Friday 09:00, 6.5 hours each: half of them are over on Tuesday, three quarters of an hour after lunch.
  assert.deepEqual(marks('handle'), [['中间', '2026-11-24T14:15:00+08:00', false], ['重要', '2026-11-25T17:30:00+08:00', false], ['最后', '2026-11-26T17:30:00+08:00', false]]);
  assert.deepEqual(marks('all').map((m) => m[0]), ['中间', '重要', '最后']);
  assert.deepEqual(marks('contact'), []);
  await s.at('2026-11-24T14:15:00+08:00');
  it = await s.desk.item(it.id);
  assert.deepEqual(marks('handle').map((m) => m[2]), [true, false, false]);
});

test('pulled back, and closed by itself', async (t) => {
  const s = await scene(t);
  let it = await s.sent();
  it = s.ok(await s.desk.step(it, 'recall', { note: '派错了' }));
  assert.deepEqual([it.state, it.unit, it.parts[0].state, it.returns], ['filed', it.receiver, 'withdrawn', 0]);
  it = s.ok(await s.desk.step(it, 'dispatch', { units: [s.one.id] }));
  it = s.ok(await s.first.step(it, 'reply', { fields: REPLY }));
  it = s.ok(await s.desk.step(it, 'check'));
  assert.equal(clock(it, 'finish').due, '2026-11-23T17:30:00+08:00');
  await s.at('2026-11-23T17:30:01+08:00');
  it = await until('it is closed', async () => { const x = await s.desk.item(it.id); return x.state === 'closed' && x; });
  assert.deepEqual(it.timeline.slice(0, 2).map((e) => [e.what, e.person_name]), [['close', '系统'], ['overdue', '系统']]);
  s.whole();
});

test('an order joins only one that who joins them may see', async (t) => {
  const s = await scene(t);
  const main = await s.sent({ title: '主单' }), it = await s.sent({ title: '从单' });
  assert.deepEqual(fields(await s.desk.step(it, 'merge', { other: 'RX19990101-00001' })), ['other']);
  assert.equal(s.ok(await s.desk.step(it, 'merge', { other: main.no })).merged, main.id);
});

test('an order that came back three times stays where it is, until the leader unlocks it', async (t) => {
  const s = await scene(t);
  let it = (await s.desk.file()).body;
  const back = { part: 0, note: '不属本辖区', reason: { key: '职责不符', option: '非本辖区' } };
  const returned = async (n) => {
    it = s.ok(await s.desk.step(await s.desk.item(it.id), 'dispatch', { units: [s.one.id] }));
    it = s.ok(await s.first.step(it, 'return', { ...back, part: it.parts.at(-1).id }));
    it = s.ok(await s.desk.step(it, 'return', { say: 'yes', part: it.parts.at(-1).id }));
    assert.equal(it.returns, n);
  };
  const ids = async (filter) => (await s.desk.list(filter)).rows.map((r) => r.id);

  await t.test('twice it may come back, the third time locks it', async () => {
    await returned(1);
    await returned(2);
    assert.deepEqual([it.locked, await ids('locked:yes')], [false, []]);
    await returned(3);
    assert.deepEqual([it.locked, await ids('锁定:是')], [true, [it.id]]);
  });
  await t.test('the committee is told why it cannot be returned, and so is everybody', async () => {
    it = s.ok(await s.desk.step(it, 'dispatch', { units: [s.one.id] }));
    const r = await s.first.step(it, 'return', { ...back, part: it.parts.at(-1).id });
    assert.equal(r.status, 400);
    assert.match(r.body.errors[0].message, /已退单 3 次，锁定/);
    const step = (await s.first.item(it.id)).steps.find((x) => x.key === 'return');
    assert.deepEqual([step.ok, /解锁后才能再退/.test(step.why)], [false, true]);
  });
  await t.test('a leader unlocks it, with a reason; it is counted, and holds for one return', async () => {
    assert.equal((await s.desk.step(it, 'unlock', { note: '请解锁' })).status, 403);
    assert.deepEqual(fields(await s.leader.step(it, 'unlock', {})), ['note']);
    it = s.ok(await s.leader.step(it, 'unlock', { note: '确属邻镇，允许再退' }));
    assert.deepEqual([it.unlocks, it.locked, it.timeline[0].what_title, it.timeline[0].note], [1, false, '解锁', '确属邻镇，允许再退']);
    assert.equal((await s.leader.step(it, 'unlock', { note: '再来' })).status, 400, 'it is not locked any more');
    assert.deepEqual(await ids('解锁次数:>=1'), [it.id]);
    it = s.ok(await s.first.step(it, 'return', { ...back, part: it.parts.at(-1).id }));
    it = s.ok(await s.desk.step(it, 'return', { say: 'yes', part: it.parts.at(-1).id }));
    assert.deepEqual([it.returns, it.locked], [4, true]);
    const { rows } = await s.desk.list('locked:yes', '&columns=unlocks');
    assert.deepEqual(rows.map((r) => [r.locked, r.cells.unlocks]), [[true, '1']]);
  });
  s.whole();
});
