// What the loop engine promises, seen from outside: every way an order can go besides straight through.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { agreed, Town, REPLY, fields, good, program, until } from './lib.mjs';

const FRIDAY = '2026-11-20T09:00:00+08:00'; // a working day; so are Monday 23 to Friday 27
const open_clock = (it, key, part) => it.clocks.find((k) => k.key === key && k.open && (part === undefined || k.part === part));
const rates = async (desk, period = '2026-11') => (await desk.board(period)).total.rates;
const counts = async (desk, period = '2026-11') => (await desk.board(period)).total.tallies;

/** A town with its people and the shortest way to bring an order to a state. */
async function scene(options = {}) {
  const town = await Town.make({ at: FRIDAY, ...options });
  const s = { town };
  s.enter = async () => {
    s.desk = await town.as('dispatcher1');
    s.leader = await town.as('leader1');
    [s.one, s.two, s.three] = (await s.desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
    [s.first, s.second, s.third] = await Promise.all([s.one, s.two, s.three].map((u) => town.as(`handler-${u.code}`)));
  };
  await s.enter();
  // The server notices within a second which clocks have run out meanwhile, and each is an event; then all is quiet again.
  s.at = async (when) => {
    await town.move(when);
    await s.enter();
    const unnoticed = (k) => k.state === 'running' && !k.breached && Date.parse(k.due) < Date.parse(when);
    for (const { id } of (await s.desk.list('overdue:yes')).rows)
      await until('the clocks that ran out are noticed', async () => !(await s.desk.item(id)).clocks.some(unnoticed));
  };
  s.ok = (r) => { assert.ok(r.status === 200 || r.status === 201, JSON.stringify(r.body)); return r.body; };
  s.file = async (more) => s.ok(await s.desk.file(more));
  s.sent = async (more, units = [s.one.id]) => s.ok(await s.desk.step(await s.file(more), 'dispatch', { units }));
  s.replied = async (more, reply = {}) => {
    const it = await s.sent(more);
    return s.ok(await s.first.step(it, 'reply', { fields: { ...REPLY, ...reply } }));
  };
  s.closed = async (more, reply) => s.ok(await s.desk.step(s.ok(await s.desk.step(await s.replied(more, reply), 'check')), 'close'));
  s.rated = async (satisfied, more, reply) => s.ok(await s.desk.step(await s.closed(more, reply), 'rate', { fields: { satisfied, solved: '实际解决' } }));
  return s;
}

test('merging and taking apart again', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  const main = await s.sent({ title: '主单' });
  let copy = await s.sent({ title: '又一人反映' }, [s.two.id]);
  const before = await counts(s.desk);

  await t.test('what cannot be merged is told', async () => {
    for (const other of ['', 'RX20261120-09999', copy.no, 'x'])
      assert.deepEqual(fields(await s.desk.step(copy, 'merge', { other })), ['other'], other);
    assert.equal((await s.first.step(main, 'merge', { other: copy.no })).status, 403);
  });
  await t.test('merged: out of the queues, its unit has nothing more to do, its clocks stand', async () => {
    copy = s.ok(await s.desk.step(copy, 'merge', { other: main.no }));
    assert.equal(copy.open, false);
    assert.equal(copy.merged, main.id);
    assert.deepEqual(copy.links.map((l) => [l.kind, l.no]), [['main', main.no]]);
    assert.deepEqual((await s.desk.item(main.id)).links.map((l) => [l.kind, l.no]), [['merged', copy.no]]);
    assert.equal(copy.due, null);
    assert.equal(copy.parts.every((p) => !p.open), true);
    assert.equal((await s.desk.list('在办:是')).total, 1);
    assert.equal((await s.second.list('part:mine')).total, 0);
    assert.deepEqual(await counts(s.desk), { ...before, sent: before.sent - 1, unclosed: before.unclosed - 1, repeat: 1 },
      'it still counts as received; what is to be done about it is the main order');
  });
  await t.test('a merged order takes no step but the note and being taken out', async () => {
    for (const step of ['dispatch', 'urge', 'amend', 'child'])
      assert.equal((await s.desk.step(copy, step, { note: 'x' })).status, 400, step);
    copy = s.ok(await s.desk.step(copy, 'note', { note: '诉求人补充照片' }));
    const third = await s.file({ title: '第三人' });
    assert.deepEqual(fields(await s.desk.step(third, 'merge', { other: copy.no })), ['other'], 'not into a merged one');
    assert.equal((await s.desk.step(await s.desk.item(main.id), 'merge', { other: third.no })).status, 400, 'a main order is not merged away');
  });
  await t.test('taken out again it waits to be dispatched', async () => {
    copy = s.ok(await s.desk.step(copy, 'unmerge'));
    assert.equal(copy.state, 'filed');
    assert.equal(copy.open, true);
    assert.equal(copy.merged, 0);
    assert.deepEqual(copy.links, []);
    assert.ok(copy.due, 'a clock runs again');
    assert.equal((await s.desk.step(copy, 'unmerge')).status, 400);
  });
  await t.test('closing the main order closes what was merged into it', async () => {
    copy = s.ok(await s.desk.step(copy, 'merge', { other: main.no }));
    let it = s.ok(await s.first.step(await s.desk.item(main.id), 'reply', { fields: REPLY }));
    it = s.ok(await s.desk.step(it, 'check'));
    it = s.ok(await s.desk.step(it, 'close'));
    copy = await s.desk.item(copy.id);
    assert.equal(copy.state, 'closed');
    assert.equal(copy.timeline[0].what, 'close_merged');
    assert.equal(copy.timeline[0].note, main.no);
  });
});

test('a split-off order', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  let it = await s.sent({ title: '小区多处问题' });
  assert.deepEqual(fields(await s.desk.step(it, 'child', { child: { title: '' } })), ['child.title']);
  assert.deepEqual(fields(await s.desk.step(it, 'child', { child: { title: '好', class: 99999 } })), ['child.class']);
  it = s.ok(await s.desk.step(it, 'child', { child: { title: '其中的路灯', text: '灯杆倾斜' } }));
  const link = it.links[0];
  assert.equal(link.kind, 'child');
  let child = await s.desk.item(link.item);
  assert.equal(child.parent, it.id);
  assert.equal(child.kind, it.kind);
  assert.equal(child.class, it.class);
  assert.deepEqual(child.links.map((l) => [l.kind, l.no]), [['parent', it.no]]);
  assert.equal((await s.desk.list(`parent:${it.id}`)).total, 1);

  it = s.ok(await s.first.step(it, 'reply', { fields: REPLY }));
  it = s.ok(await s.desk.step(it, 'check'));
  const early = await s.desk.step(it, 'close');
  assert.equal(early.status, 400);
  assert.match(early.body.errors[0].message, /1 个子单没有办结/);
  child = s.ok(await s.desk.step(child, 'dispatch', { units: [s.two.id] }));
  child = s.ok(await s.second.step(child, 'reply', { fields: REPLY }));
  child = s.ok(await s.desk.step(s.ok(await s.desk.step(child, 'check')), 'close'));
  assert.equal(s.ok(await s.desk.step(it, 'close')).state, 'closed');
});

test('several units: the order waits for all of them', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  let it = await s.sent({}, [s.one.id, s.two.id]);
  it = s.ok(await s.first.step(it, 'accept'));
  it = s.ok(await s.first.step(it, 'reply', { fields: REPLY }));
  assert.equal(it.state, 'handling', 'the assisting unit still works');
  it = s.ok(await s.desk.step(it, 'assist', { units: [s.three.id] }));
  assert.deepEqual(fields(await s.desk.step(it, 'assist', { units: [s.three.id] })), ['units[0]'], 'it has a part already');
  it = s.ok(await agreed(s.second, s.desk, it, 'return', { note: '不是我们', reason: { key: '职责不符', option: '非本辖区' } }));
  assert.equal(it.state, 'handling', 'one return of an assisting unit does not send the order back');
  it = s.ok(await s.third.step(it, 'reply', { fields: REPLY }));
  assert.equal(it.state, 'replied');
  assert.deepEqual(it.parts.map((p) => p.state), ['done', 'returned', 'done']);

  it = s.ok(await s.desk.step(it, 'redo', { note: '照片看不清' }));
  assert.equal(it.state, 'handling');
  assert.deepEqual(it.parts.map((p) => p.open), [true, false, true], 'who had answered works again, who returned does not');
  assert.equal((await s.second.step(it, 'reply', { fields: REPLY })).status, 403, 'the open parts are not his');
});

test('an assisting unit answers for its part; the lead answers for the order', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  const answers = (p) => Object.fromEntries(p.answers.map((f) => [f.key, f.value]));
  const value = (it, key) => it.fields.find((f) => f.key === key && !f.judge)?.value;
  const UNSOLVED = { ...REPLY, fact: '不属实', fact_note: '到现场两次，未见堆物', solved: '未解决', unsolved_why: '需较长时间', reply: '协办已到场' };
  let it = await s.sent({}, [s.one.id, s.two.id, s.three.id]);

  await t.test('what the lead has said opens and closes nothing for the others', async () => {
    it = s.ok(await s.first.step(it, 'contact', { fields: { contacted: '是' } }));
    const open = await s.second.item(it.id);
    assert.ok(open.steps.some((x) => x.key === 'contact' && x.part === 2 && x.ok), 'nobody of its own has been there yet');
    it = s.ok(await s.second.step(it, 'contact', { fields: { contacted: '否', no_contact_why: '始终未接' } }));
    assert.equal(value(it, 'contacted'), '是');
    assert.equal(value(it, 'no_contact_why'), undefined);
    assert.deepEqual(it.parts.map(answers), [{}, { contacted: '否', no_contact_why: '始终未接' }, {}]);
  });
  await t.test('the same is demanded of an assisting unit, over its own answers', async () => {
    it = s.ok(await s.first.step(it, 'reply', { fields: REPLY }));
    const blank = await s.second.step(it, 'reply', {});
    assert.deepEqual(fields(blank).sort(), ['appeal', 'fact', 'reply', 'reply_way', 'site', 'solved'].map((k) => `fields.${k}`),
      'the lead’s answers are not its own');
    const { fact_note, ...silent } = UNSOLVED;
    assert.deepEqual(fields(await s.second.step(it, 'reply', { fields: silent })), ['fields.fact_note'], 'its own finding, its own reasons');
    assert.deepEqual(fields(await s.second.step(it, 'reply', { fields: { ...UNSOLVED, fact: '采纳' } })), ['fields.fact'], 'what fits the order fits its part');
    assert.deepEqual(fields(await s.second.step(it, 'reply', { fields: { ...UNSOLVED, fact_note: '不属实。' } })), ['fields.fact_note'], 'own words');
    const form = (part) => s.second.get(`/api/items/${it.id}/form?step=reply&part=${part}&fields=${encodeURIComponent('{"solved":"未解决"}')}`);
    const must = (r) => r.body.asks.find((a) => a.field === 'unsolved_why').required;
    assert.equal(must(await form(2)), true);
  });
  await t.test('whoever answers last, the order says what its lead said', async () => {
    await s.at('2026-11-20T10:00:00+08:00');
    it = s.ok(await s.second.step(it, 'reply', { fields: UNSOLVED }));
    it = s.ok(await s.third.step(it, 'reply', { fields: { ...REPLY, solved: '解释说明' } }));
    assert.equal(it.state, 'replied');
    assert.deepEqual([value(it, 'solved'), value(it, 'fact'), value(it, 'fact_note'), value(it, 'reply')],
      ['实际解决', '属实', undefined, REPLY.reply]);
    assert.deepEqual(it.parts.map((p) => answers(p).solved), [undefined, '未解决', '解释说明']);
    assert.equal(it.parts[1].answers.find((f) => f.key === 'fact_note').title, '事实说明');
    const rows = (filter) => s.desk.list(filter).then((l) => l.total);
    assert.equal(await rows('solved:实际解决'), 1);
    assert.equal(await rows('solved:未解决,解释说明'), 0);
    const stamps = it.timeline.flatMap((e) => Object.keys(e.changes).filter((k) => k.endsWith('/replied_at')));
    assert.deepEqual(stamps, ['f/part/3/replied_at', 'f/part/2/replied_at', 'f/replied_at'], 'the lead’s moment stands');
  });
  await t.test('the rates are the lead’s', async () => {
    it = s.ok(await s.desk.step(s.ok(await s.desk.step(it, 'check')), 'close'));
    const n = await counts(s.desk);
    assert.deepEqual([n.solved, n.explained, n.contact_yes, n.contact_no], [1, 0, 1, 0]);
  });
  await t.test('history tells it, and replaying it gives the same', async () => {
    const said = it.timeline.filter((e) => e.what === 'reply').map((e) => [e.part, Object.keys(e.changes).filter((k) => k.endsWith('solved'))]);
    assert.deepEqual(said, [[3, ['f/part/3/solved']], [2, ['f/part/2/solved']], [1, ['f/solved']]]);
    for (const what of ['tally', 'audit']) good(what, 'verify', '--dir', s.town.dir);
  });
  await t.test('the next round asks everybody anew', async () => {
    it = s.ok(await s.desk.step(it, 'recheck', { note: '回访不满意' }));
    assert.deepEqual(it.parts.map(answers), [{}, {}, {}]);
    assert.ok(fields(await s.second.step(it, 'reply', {})).includes('fields.solved'));
  });
});

test('what was passed down stays with whom it was passed to; the lead answers', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  const units = (await s.desk.catalog()).units;
  const top = units.find((u) => u.code === 'talent'); // a neighbourhood with micro-grids below it
  const below = units.find((u) => u.parent === top.id);
  const boss = await s.town.as('handler-talent');
  let it = await s.sent({}, [top.id]);
  it = s.ok(await boss.step(s.ok(await boss.step(it, 'accept')), 'pass', { units: [below.id] }));
  const grid = await s.town.as(`handler-${below.code}`);
  it = s.ok(await grid.step(it, 'reply', { part: 2, fields: { ...REPLY, solved: '未解决', unsolved_why: '需较长时间' } }));
  assert.equal(it.fields.some((f) => f.key === 'solved'), false, 'nothing is said of the order yet');
  assert.equal(it.parts[1].answers.find((f) => f.key === 'solved').value, '未解决');
  it = s.ok(await boss.step(it, 'reply', { part: 1, fields: REPLY }));
  assert.equal(it.fields.find((f) => f.key === 'solved').value, '实际解决');
});

test('an order goes back and forth; the third return locks', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  let it = await s.sent();
  const back = { note: '不属于本单位', reason: { key: '职责不符', option: '非本单位职责' } };
  for (let i = 1; i <= 3; i++) {
    it = s.ok(await agreed(s.first, s.desk, it, 'return', back));
    assert.equal(it.returns, i);
    it = s.ok(await s.desk.step(it, 'dispatch', { units: [s.one.id] }));
  }
  const fourth = await s.first.step(it, 'return', back);
  assert.equal(fourth.status, 400);
  assert.match(fourth.body.errors[0].message, /已退单 3 次/);
  assert.equal(it.raised_name.length > 0, true, 'after two returns it was raised');
  assert.equal((await s.desk.list('returns:>=3')).total, 1);
  assert.equal((await counts(s.desk)).returned, 1);
  it = s.ok(await s.leader.step(it, 'unlock', { note: '确不属其职责' }));
  it = s.ok(await agreed(s.first, s.desk, it, 'return', { ...back, part: it.parts.find((p) => p.open).id }));
  assert.deepEqual([it.state, it.locked], ['filed', true]);
});

test('time runs out: noticed, raised up the tree, and kept', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  let it = await s.sent();
  const idle = await s.file({ title: '没人派' });
  assert.equal(open_clock(it, 'handle').due, '2026-11-26T17:30:00+08:00');
  const handle_due = open_clock(it, 'handle').due;

  await t.test('a second before the end nothing is late', async () => {
    await s.at('2026-11-26T17:29:59+08:00');
    assert.equal((await s.desk.list('clock.handle:breached')).total, 0);
    it = await s.desk.item(it.id);
    assert.equal(open_clock(it, 'handle').lamp, 'yellow');
    assert.equal(open_clock(it, 'handle').left_s, 1);
  });
  await t.test('an undispatched order was raised when its time was over', async () => {
    const seen = await until('it is raised', async () => { const x = await s.desk.item(idle.id); return x.level > 0 && x; });
    assert.deepEqual(seen.timeline.slice(0, 2).map((e) => [e.what, e.person_name]), [['escalate', '系统'], ['overdue', '系统']]);
    assert.match(seen.timeline[1].note, /派单/);
    assert.equal(seen.overdue, true);
    assert.equal(seen.lamp, 'red');
  });
  await t.test('after the end it is late, once, and the unit above hears of it', async () => {
    await s.at('2026-11-26T17:30:01+08:00');
    it = await until('it is noticed', async () => { const x = await s.desk.item(it.id); return x.timeline[0].what === 'escalate' && x; });
    const clock = it.clocks.find((k) => k.key === 'handle');
    assert.equal(clock.breached, true);
    assert.equal(clock.lamp, 'red');
    assert.equal(clock.left_s, 0, 'no working time has gone by since');
    assert.equal(it.level, 1);
    const one = (await s.desk.catalog()).units.find((u) => u.id === s.one.id);
    assert.equal(it.raised, one.parent);
    assert.equal((await s.desk.list('overdue:yes')).total, 2);
    await s.at('2026-11-27T10:00:00+08:00');
    const again = await s.desk.item(it.id);
    assert.equal(again.timeline.filter((e) => e.what === 'escalate' && e.note === '处置超期').length, 1);
  });
  await t.test('answered late it counts as late', async () => {
    it = await s.desk.item(it.id);
    it = s.ok(await s.first.step(it, 'reply', { fields: REPLY }));
    assert.equal(it.clocks.find((k) => k.key === 'handle').state, 'late');
    it = s.ok(await s.desk.step(s.ok(await s.desk.step(it, 'check')), 'close'));
    const n = await counts(s.desk);
    assert.deepEqual([n.on_time, n.late], [0, 1]);
    assert.equal((await rates(s.desk)).on_time, 0);
    assert.ok(handle_due);
  });
});

test('taken out of the rate by appeal, and back', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  await s.rated('满意');
  let bad = await s.rated('不满意', { title: '查无此事' });
  assert.equal(bad.raised_name.length > 0, true, 'dissatisfaction is raised');
  assert.deepEqual(await rates(s.desk), { contact: null, on_time: 1, solved: 1, satisfied: 0.5 });

  const refused = await s.leader.step(bad, 'exclude', { reason: { key: '不属实', option: '别的' }, note: '' });
  assert.deepEqual(fields(refused), ['files', 'note', 'reason.option']);
  bad = (await s.desk.attach(bad, '情况说明.txt', '现场无此情况')).body;
  bad = s.ok(await agreed(s.desk, s.leader, bad, 'exclude', { reason: { key: '不属实', option: '查无此事' }, note: '现场核实无此情况', files: [1] }));
  assert.equal(bad.excluded, true);
  assert.deepEqual(await rates(s.desk), { contact: null, on_time: 1, solved: 1, satisfied: 1 });
  const n = await counts(s.desk);
  assert.deepEqual([n.intake, n.closed, n.excluded, n.dissat], [2, 1, 1, 0], 'still counted and listed');
  assert.equal((await s.desk.list('剔除:是')).rows[0].id, bad.id);
  assert.equal((await s.leader.step(bad, 'exclude', { reason: { key: '不属实', option: '查无此事' }, note: '再来' })).status, 400);

  bad = s.ok(await s.leader.step(bad, 'include', { note: '区里不认可' }));
  assert.equal(bad.excluded, false);
  assert.equal((await rates(s.desk)).satisfied, 0.5);
  assert.equal((await counts(s.desk)).excluded, 0);
});

test('a second round, and beginning anew', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  let it = await s.rated('不满意');
  await t.test('the check by telephone sends it through a full round with clocks of its own', async () => {
    it = s.ok(await s.desk.step(it, 'recheck', { note: '回访不满意' }));
    assert.equal(it.state, 'handling');
    assert.equal(it.round, 2);
    assert.deepEqual(it.clocks.filter((k) => k.open).map((k) => [k.key, k.round]).sort(),
      [['all', 2], ['contact', 2], ['handle', 2]]);
    assert.equal(it.fields.some((f) => f.judge), false, 'the old evaluation is history');
    assert.ok(it.timeline.some((e) => e.what === 'rate'), 'which keeps it');
    const n = await counts(s.desk);
    assert.deepEqual([n.intake, n.closed, n.dissat], [1, 0, 0]);
    it = s.ok(await s.first.step(it, 'contact', { fields: { contacted: '是' } }));
    it = s.ok(await s.first.step(it, 'reply', { fields: REPLY }));
    it = s.ok(await s.desk.step(s.ok(await s.desk.step(it, 'check')), 'close'));
    it = s.ok(await s.desk.step(it, 'rate', { fields: { satisfied: '满意', solved: '实际解决' } }));
    assert.equal((await rates(s.desk)).satisfied, 1);
    assert.equal((await counts(s.desk)).closed, 1, 'closed once');
  });
  await t.test('reopened it goes back to the desk and starts from the beginning', async () => {
    it = s.ok(await s.leader.step(it, 'reopen', { note: '又来电' }));
    assert.equal(it.state, 'filed');
    assert.equal(it.reopens, 1);
    assert.equal(it.round, 3);
    assert.equal(it.closed, null);
    assert.deepEqual(it.clocks.filter((k) => k.open).map((k) => k.key).sort(), ['all', 'dispatch']);
    assert.equal(it.parts.every((p) => !p.open), true);
    it = s.ok(await s.desk.step(it, 'dispatch', { units: [s.two.id] }));
    assert.equal((await s.second.step(it, 'reply', { fields: REPLY })).status, 200);
    assert.equal((await counts(s.desk)).closed, 0);
  });
});

test('judges stand side by side', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  let it = await s.rated('满意', {}, { solved: '解释说明' });
  assert.deepEqual(fields(await s.desk.step(it, 'review', { fields: { satisfied: '满意', solved: '实际解决' } })), ['judge']);
  assert.deepEqual(fields(await s.desk.step(it, 'review', { judge: 'own', fields: { satisfied: '满意', solved: '实际解决' } })), ['judge']);
  it = s.ok(await s.desk.step(it, 'review', { judge: 'district', fields: { satisfied: '不满意', solved: '未解决' } }));
  it = s.ok(await s.desk.step(it, 'review', { judge: 'third', fields: { satisfied: '一般', solved: '解释说明' } }));
  it = s.ok(await s.desk.step(it, 'review', { judge: 'third', fields: { satisfied: '基本满意', solved: '解释说明' } }));
  const said = it.fields.filter((f) => f.key === 'satisfied').map((f) => [f.judge, f.value]);
  assert.deepEqual(said, [['镇回访', '满意'], ['区复核', '不满意'], ['第三方测评', '基本满意']]);
  assert.equal(it.fields.find((f) => f.key === 'solved' && !f.judge).value, '解释说明', 'what the unit said stays');
  assert.equal((await rates(s.desk)).satisfied, 1, 'the town’s own judge counts');
  for (const [filter, n] of [['own.satisfied:满意', 1], ['区复核.综合满意:不满意', 1], ['third.satisfied:一般', 0], ['第三方测评.综合满意:none', 0]])
    assert.equal((await s.desk.list(filter)).total, n, filter);
});

test('urging, instructing, noting', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  let it = await s.sent();
  for (const step of ['urge', 'instruct', 'note'])
    assert.deepEqual(fields(await s.leader.step(it, step, { note: ' ' })), ['note'], step);
  it = s.ok(await s.desk.step(it, 'urge', { note: '诉求人再次来电' }));
  it = s.ok(await s.leader.step(it, 'urge', { note: '今天办完' }));
  it = s.ok(await s.leader.step(it, 'instruct', { note: '请一把手包案' }));
  it = s.ok(await s.first.step(it, 'note', { note: '已约物业明天上门' }));
  assert.equal(it.urges, 2);
  assert.equal(it.state, 'handling');
  assert.deepEqual(it.timeline.slice(0, 4).map((e) => [e.what, e.note]), [['note', '已约物业明天上门'], ['instruct', '请一把手包案'], ['urge', '今天办完'], ['urge', '诉求人再次来电']]);
  assert.equal((await s.desk.list('催办次数:>=2')).total, 1);
  assert.equal(it.version, 6, 'every one of them is an event');
});

test('a change of class or urgency changes the limit and keeps the time used', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  let it = await s.sent();
  await s.at('2026-11-23T11:30:00+08:00'); // one working day and a morning later: 6.5 h + 2.5 h
  it = await s.desk.item(it.id);
  assert.equal(open_clock(it, 'handle').used_s, 9 * 3600);
  it = s.ok(await s.desk.step(it, 'amend', { fields: { kind: '咨询' } }));
  let clock = open_clock(it, 'handle');
  assert.equal(clock.limit, '1wd');
  assert.equal(clock.rule, 'kind:咨询,建议');
  assert.equal(clock.used_s, 9 * 3600, 'the time used stays used');
  assert.equal(clock.left_s < 0, true, 'so it is over now');
  it = s.ok(await s.desk.step(await s.desk.item(it.id), 'amend', { fields: { kind: '投诉' }, class: await s.desk.klass('0501') }));
  clock = open_clock(it, 'handle');
  assert.equal(clock.limit, '5wd');
  assert.equal(clock.due, '2026-11-26T17:30:00+08:00', 'as if it had been so from the beginning');
  assert.equal(clock.breached, false);
  it = s.ok(await s.desk.step(await s.desk.item(it.id), 'amend', { fields: { priority: '特急' } }));
  assert.equal(open_clock(it, 'handle').limit, '24h');
  assert.equal(open_clock(it, 'handle').counts, 'plain');
  it = await until('the system has noticed that it is over', async () => { const x = await s.desk.item(it.id); return open_clock(x, 'handle').breached && x; });
  assert.deepEqual(fields(await s.desk.step(it, 'amend', { class: 999999 })), ['class']);
  assert.deepEqual(fields(await s.desk.step(it, 'amend', { fields: { priority: '不急' } })), ['fields.priority']);
});

test('suspended time is not counted; extended time is added', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  let it = await s.sent();
  await s.at('2026-11-23T09:00:00+08:00');
  const reason = { key: '客观条件', option: '待上级批复' };
  assert.deepEqual(fields(await s.leader.step(await s.desk.item(it.id), 'suspend', { reason, note: '等' })), ['fields.promised', 'fields.review_on']);
  assert.deepEqual(fields(await s.leader.step(await s.desk.item(it.id), 'suspend', { reason, note: '等', fields: { promised: '2026-02-30', review_on: '明天' } })), ['fields.promised', 'fields.review_on']);
  it = s.ok(await agreed(s.desk, s.leader, await s.desk.item(it.id), 'suspend', { reason, note: '等批复', fields: { promised: '2026-12-01', review_on: '2026-11-25' } }));
  assert.equal(it.paused, true);
  assert.equal((await s.first.step(it, 'reply', { fields: REPLY })).status, 400);
  await s.at('2026-11-26T09:00:00+08:00');
  assert.equal((await s.desk.list('overdue:yes')).total, 0, 'nothing is late while it is suspended');
  it = s.ok(await s.leader.step(await s.desk.item(it.id), 'resume'));
  let clock = open_clock(it, 'handle');
  assert.equal(clock.pauses, 1);
  assert.equal(clock.due, '2026-12-01T17:30:00+08:00', 'three working days later than promised first');
  const extend = { part: clock.part, note: '要鉴定', reason: { key: '情况复杂', option: '需专业鉴定' } };
  for (const [by, why] of [['11wd', /10wd/], ['', /./], ['3', /./], ['-1wd', /./], ['0wd', /./]]) {
    const r = await s.desk.step(it, 'extend', { ...extend, extend: by });
    assert.deepEqual(fields(r), ['extend'], by);
    assert.match(JSON.stringify(r.body), why);
  }
  it = s.ok(await agreed(s.desk, s.leader, it, 'extend', { ...extend, extend: '2wd' }));
  clock = open_clock(it, 'handle');
  assert.equal(clock.due, '2026-12-03T17:30:00+08:00');
  assert.equal(it.extensions, 1);
  assert.equal((await s.desk.list('延期次数:>=1')).total, 1);
});

test('files', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  let it = await s.sent();
  const picture = readFileSync(program).subarray(0, 300_000); // any bytes will do
  await t.test('a Chinese name and the bytes come back as they were', async () => {
    for (const [name, type] of [['现场 照片（北门）.jpg', 'image/jpeg'], ['情况说明"第一稿".docx', 'application/msword'], ['𠮷野家.txt', 'text/plain'], ['a;b=c%41.txt', 'text/plain'], ['页面.html', 'text/html']]) {
      const r = await s.first.attach(it, name, picture, { type, note: '整改后' });
      assert.equal(r.status, 201, JSON.stringify(r.body));
      const file = r.body.files.at(-1);
      assert.equal(file.name, name);
      assert.equal(file.bytes, picture.length);
      assert.equal(r.body.timeline[0].what, 'attach');
      const got = await fetch(`${s.town.base}/api/items/${it.id}/files/${file.id}`, { headers: { cookie: s.desk.cookie } });
      assert.equal(got.status, 200);
      assert.equal(createHash('sha256').update(Buffer.from(await got.arrayBuffer())).digest('hex'), createHash('sha256').update(picture).digest('hex'));
      const disposition = got.headers.get('content-disposition');
      assert.equal(decodeURIComponent(disposition.match(/filename\*=UTF-8''(.+)$/)[1]), name);
      assert.equal(disposition.startsWith(type === 'image/jpeg' ? 'inline' : 'attachment'), true, 'only pictures are shown, the rest is saved');
      assert.equal(got.headers.get('content-type'), type === 'image/jpeg' ? type : 'application/octet-stream');
      assert.match(got.headers.get('content-security-policy'), /sandbox/);
    }
  });
  await t.test('a file of another order, or none, is not there', async () => {
    const other = await s.file();
    for (const path of [`/api/items/${other.id}/files/1`, `/api/items/${it.id}/files/99`, `/api/items/99999/files/1`])
      assert.equal((await s.desk.get(path)).status, 404, path);
    assert.equal((await s.third.get(`/api/items/${it.id}/files/1`)).status, 404, 'nor for those who may not see the order');
  });
});

test('suggestions and void', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  const ask = await s.file({ class: await s.desk.klass('0501'), fields: { channel: '12345', kind: '咨询' } });
  assert.equal(ask.route.because, '派给营商办：企业服务 → 企业服务类咨询由营商办答复');
  assert.equal((await s.file()).route?.unit ?? 0, 0);
  const gone = s.ok(await s.leader.step(ask, 'void', { note: '重复录入' }));
  assert.equal(gone.open, false);
  assert.equal(gone.clocks.some((k) => k.open), false, 'nothing runs on');
  assert.equal((await s.desk.step(gone, 'dispatch', { units: [s.one.id] })).status, 400);
});

test('the caller', async (t) => {
  const s = await scene();
  t.after(() => s.town.end());
  await t.test('anonymous: no name is kept', async () => {
    const it = await s.file({ caller: { name: '李四', phone: '13812345678', anonymous: true } });
    assert.deepEqual([it.caller.anonymous, it.caller.name], [true, '']);
    const clear = s.ok(await s.desk.post(`/api/items/${it.id}/reveal`, { reason: '核实' }));
    assert.deepEqual(clear, { name: '', phone: '13812345678', door: '', fields: [] });
  });
  await t.test('confidential: nothing is shown but that there is one', async () => {
    const it = await s.file({ caller: { name: '王五', phone: '13812345678', door: '3号102', confidential: true } });
    assert.deepEqual([it.caller.known, it.caller.confidential, it.caller.name, it.caller.phone, it.caller.door], [true, true, '', '', '']);
  });
  await t.test('the same number is recognised, in any writing, without being shown', async () => {
    const it = await s.file({ caller: { name: '王五', phone: '138-1234 5678' } });
    assert.equal(it.caller.others, 2);
  });
  await t.test('no number or name is in the database in clear', async () => {
    await s.file({ caller: { name: '欧阳修远', phone: '13777778888', door: '幸福路8弄9号1001室' } });
    await s.town.stop();
    const kept = s.town.kept();
    assert.ok(kept.includes('12345热线工单'), 'the database was looked at');
    for (const word of ['13777778888', '欧阳修远', '幸福路8弄9号1001室']) assert.equal(kept.includes(word), false, word);
    await s.town.start({ at: FRIDAY });
  });
});
