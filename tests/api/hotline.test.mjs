// One order through the whole loop, with a return, an extension and a suspension; the rates move exactly as the formulas
// say, and every figure's link lists the very orders it counts.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, REPLY, agreed, figures } from './lib.mjs';

test('an order through the whole loop', async (t) => {
  // Friday, 20 November 2026, nine in the morning.
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const leader = await town.as('leader1');
  const committees = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  assert.equal(committees.filter((u) => u.name.includes('居')).length >= 33, true, 'the 33 committees are there');
  const [first, second] = committees;
  const handler = await town.as(`handler-${first.code}`);
  const other = await town.as(`handler-${second.code}`);

  let r = await desk.file({ caller: { name: '李小明', phone: '13812346612', door: '3号楼402室' } });
  assert.equal(r.status, 201, JSON.stringify(r.body));
  let it = r.body;
  assert.match(it.no, /^RX20261120-00001$/);
  assert.equal(it.state_title, '待派单');
  assert.equal(it.caller.name, '李**');
  assert.equal(it.caller.phone, '138****6612');
  // 4 working hours from 09:00 with lunch 11:30 to 13:30: 2.5 h in the morning, 1.5 h after: 15:00.
  assert.equal(it.due, '2026-11-20T15:00:00+08:00');

  await t.test('a handler does not see it before it is dispatched', async () => {
    assert.equal((await handler.get(`/api/items/${it.id}`)).status, 404);
  });
  r = await desk.step(it, 'dispatch', { units: [first.id, second.id] });
  assert.equal(r.status, 200, JSON.stringify(r.body));
  it = r.body;
  assert.equal(it.state_title, '办理中');
  assert.deepEqual(it.parts.map((p) => [p.unit, p.lead, p.state_title]),
    [[first.id, true, '待签收'], [second.id, false, '待签收']]);
  assert.deepEqual(it.clocks.filter((k) => k.open).map((k) => [k.key, k.part]).sort(),
    [['all', 0], ['contact', 1], ['handle', 1], ['handle', 2]]);

  await t.test('steps say why they are closed', async () => {
    const seen = await handler.item(it.id);
    const check = seen.steps.find((s) => s.key === 'check');
    assert.equal(check.ok, false);
    assert.match(check.why, /办理中.*状态下不能/);
    assert.equal((await handler.step(it, 'urge', { note: '快' })).status, 403);
  });

  await t.test('a return goes back to the desk, is counted, and the next dispatch begins anew', async () => {
    const bad = await handler.step(it, 'return', { note: '' });
    assert.equal(bad.status, 400);
    assert.deepEqual(bad.body.errors.map((e) => e.field).sort(), ['note', 'reason.key']);
    it = (await agreed(handler, desk, it, 'return', {
      note: '不在本居民区', reason: { key: '职责不符', option: '非本辖区' } })).body;
    assert.equal(it.state_title, '待派单');
    assert.equal(it.returns, 1);
    assert.deepEqual(it.clocks.filter((k) => k.part > 0).map((k) => [k.key, k.state]).sort(),
      [['contact', 'void'], ['handle', 'void'], ['handle', 'void'], ['return-1', 'met']]);
    it = (await desk.step(it, 'dispatch', { units: [second.id] })).body;
    assert.equal(it.unit, second.id);
  });

  await t.test('somebody who acts on an old version gets both versions', async () => {
    const stale = await desk.post(`/api/items/${it.id}/steps`, { step: 'urge', version: 1, note: '请抓紧' });
    assert.equal(stale.status, 409);
    assert.equal(stale.body.errors[0].field, 'version');
    assert.equal(stale.body.current.version, it.version);
  });

  await t.test('first contact, then an extension by the desk', async () => {
    it = (await other.step(it, 'contact', { fields: { contacted: '是', contact_way: '电话' } })).body;
    assert.equal(it.clocks.find((k) => k.key === 'contact' && k.part === 3).state, 'met');
    const again = await other.step(it, 'contact', { fields: { contacted: '是' } });
    assert.match(again.body.errors[0].message, /已经联系过了/);
    const part = it.parts.find((p) => p.open).id;
    const before = it.clocks.find((k) => k.key === 'handle' && k.part === part);
    // Five whole working days from Friday 09:00: Friday, Monday to Thursday; over at the end of Thursday's last shift.
    assert.equal(before.due, '2026-11-26T17:30:00+08:00');
    const long = await desk.step(it, 'extend', {
      part, extend: '11wd', note: '需鉴定', reason: { key: '情况复杂', option: '需专业鉴定' } });
    assert.equal(long.status, 400);
    assert.equal(long.body.errors[0].expected, '10wd');
    it = (await agreed(other, desk, it, 'extend', {
      part, extend: '2wd', note: '需鉴定', reason: { key: '情况复杂', option: '需专业鉴定' } })).body;
    assert.equal(it.clocks.find((k) => k.key === 'handle' && k.part === part).extended_s, 2 * 6.5 * 3600);
  });

  await t.test('suspended and resumed by a leader', async () => {
    it = (await agreed(desk, leader, it, 'suspend', { note: '等材料', reason: { key: '客观条件', option: '待上级批复' },
      fields: { promised: '2026-12-01', review_on: '2026-11-25' } })).body;
    assert.equal(it.paused, true);
    assert.equal(it.due, null);
    const closed = await other.step(it, 'reply', { fields: REPLY });
    assert.equal(closed.status, 400);
    it = (await leader.step(it, 'resume')).body;
    assert.equal(it.paused, false);
  });

  await t.test('replied, checked, closed, rated', async () => {
    const none = await other.step(it, 'reply', {});
    assert.equal(none.status, 400);
    assert.equal(none.body.errors.length, 6, 'all six missing answers at once');
    it = (await other.step(it, 'reply', { fields: REPLY })).body;
    assert.equal(it.state_title, '待核查');
    it = (await desk.step(it, 'check')).body;
    it = (await desk.step(it, 'close')).body;
    assert.equal(it.state_title, '已办结');
    it = (await desk.step(it, 'rate', { fields: { satisfied: '基本满意', solved: '实际解决' } })).body;
    assert.equal(it.state_title, '已评价');
    it = (await desk.step(it, 'review', { judge: 'district', fields: { satisfied: '不满意', solved: '未解决' } })).body;
    assert.deepEqual(it.fields.filter((f) => f.key === 'satisfied').map((f) => [f.judge, f.value]),
      [['镇回访', '基本满意'], ['区复核', '不满意']]);
  });

  await t.test('the four rates are what the formulas say, and each figure lists its orders', async () => {
    const b = await desk.board('2026-11');
    // one closed order: contacted, on time, solved, rated 基本满意 (0.8)
    assert.deepEqual(b.total.rates, { contact: 1, on_time: 1, solved: 1, satisfied: 0.8 });
    const all = figures(b);
    assert.equal(all.length, (b.rows.length + 1) * b.tallies.length);
    for (const c of all) assert.equal((await desk.list(c.link)).total, c.v, `${c.row || 'total'} ${c.key}: ${c.link}`);
    const month = await desk.board('2026-10');
    assert.equal(Object.values(month.total.rates).every((x) => x === null), true, 'an empty month has blank rates, not zeros');
  });

  await t.test('the caller in clear needs a reason and leaves an event', async () => {
    assert.equal((await desk.post(`/api/items/${it.id}/reveal`, { reason: ' ' })).status, 400);
    const clear = await desk.post(`/api/items/${it.id}/reveal`, { reason: '回访电话核对' });
    assert.deepEqual(clear.body, { name: '李小明', phone: '13812346612', door: '3号楼402室', fields: [] });
    it = await desk.item(it.id);
    assert.equal(it.timeline[0].what, 'reveal');
    assert.equal(it.timeline[0].note, '回访电话核对');
    assert.equal(JSON.stringify(it).includes('13812346612'), false);
  });
});

test('the same Idempotency-Key files once', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const body = { loop: 'hotline', title: '路灯不亮', class: await desk.klass('0102'), fields: { channel: '12345', kind: '求助' } };
  const a = await desk.post('/api/items', body, { 'idempotency-key': 'k1' });
  const b = await desk.post('/api/items', body, { 'idempotency-key': 'k1' });
  assert.equal(a.body.no, b.body.no);
  assert.equal((await desk.list('路灯')).total, 1);
  const c = await desk.post('/api/items', { ...body, title: '另一件' }, { 'idempotency-key': 'k1' });
  assert.equal(c.status, 409);
});

test('a program that asks for no more gets the short answer', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const unit = (await desk.catalog()).units.find((u) => u.kind === 'neighbourhood');
  const body = { loop: 'hotline', title: '路灯不亮', class: await desk.klass('0102'), fields: { channel: '12345', kind: '求助' } };
  const short = { prefer: 'return=minimal', 'idempotency-key': 'k1' };
  const a = await desk.post('/api/items', body, short);
  assert.equal(a.status, 201);
  assert.equal(a.headers.get('preference-applied'), 'return=minimal');
  assert.deepEqual(a.body, { id: a.body.id, no: 'RX20261120-00001', version: 1, state: 'filed', open: true,
    due: '2026-11-20T15:00:00+08:00' });
  const b = await desk.post(`/api/items/${a.body.id}/steps`, { step: 'dispatch', version: 1, units: [unit.id] }, { prefer: 'return=minimal' });
  assert.deepEqual([b.status, b.body.version, b.body.state], [200, 2, (await desk.item(a.body.id)).state]);
  const again = await desk.post('/api/items', body, short);
  assert.equal(again.body.no, a.body.no, 'a repeat answers the item as it is now');
  assert.equal(again.body.version, 2);
});
