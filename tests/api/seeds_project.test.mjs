// Renewal projects and their schedules, lived through the API as the seed pages tell them (see seeds.test.mjs).
import test from 'node:test';
import assert from 'node:assert/strict';
import { agreed, fields } from './lib.mjs';
import { clock, holds, scene, value } from './scene.mjs';

const rows = (it) => Object.fromEntries(it.plan.map((n) => [n.key, `${n.first}..${n.last}`]));
const node = (it, key) => it.plan.find((n) => n.key === key);

// Page 003: “在精品小区建设、架空线入地、燃气旧管改造、雨污混接改造等项目实施过程中，要做好属地保障和协调职责”; page 002: “确保完成直供电改造工作目标”;
// page 001: “要倒排工期，以周保月、以月保季稳妥推进”; page 002: “严格按照时间节点要求，加快资金支付进度”.
test('project: “要倒排工期” – five kinds of works, planned backward, guarded on the spot, paid for, handed over', async (t) => {
  const KINDS = ['精品小区', '架空线入地', '燃气旧管改造', '雨污混接改造', '直供电改造']; // 003 names four, 002 the fifth
  const o = await scene(t, '2025-11-10T09:00:00+08:00', { desk: 'dispatcher1', leader: 'leader1', keeper: 'keeper1', builder: 'handler-xinda', beihong: 'handler-beihong' });
  const { desk, leader, builder, beihong, take, refused } = o;
  const estate = (name, lat, lon) => o.made(o.keeper, { loop: 'estate', title: name, lat, lon, unit: o.unit('beihong'), fields: { kind: '售后公房' } });
  const estates = [await estate('东园（演示）', 31.21, 121.36), await estate('西园（演示）', 31.2, 121.38)];
  const items = [];

  await t.test('each kind is set up with its estate and its budget', async () => {
    for (const [i, kind] of KINDS.entries())
      items.push(await o.made(desk, { loop: 'project', title: `${kind}（演示）`, address: '北虹路（演示）',
        fields: { channel: '镇民生实事', kind, estate: estates[i % 2].no, households: 300, year: 2026, budget: '120万' } }));
    assert.equal(items[0].state, 'filed');
    assert.equal(items[0].plan.length, 0); // no date yet
  });

  await t.test('“要倒排工期”: from the date back to the latest start of each node; the kinds have ladders of their own', async () => {
    for (const it of items)
      await take(desk, it, 'plan', { units: [o.unit('xinda'), o.unit('beihong')], fields: { finish_by: '2026-09-30', dig_from: '2026-06-01', dig_to: '2026-07-31',
        clash_plan: '同一处的管线一次开挖、一次恢复' } });
    const renewal = await desk.item(items[0].id), power = await desk.item(items[4].id), wires = await desk.item(items[1].id);
    assert.deepEqual(renewal.plan.map((n) => n.title), ['摸底', '居民意见征询', '立项', '设计', '招标', '开工', '施工', '竣工验收', '移交']);
    assert.deepEqual(wires.plan.map((n) => n.title), ['摸底', '立项', '设计', '招标', '开工', '施工', '竣工验收', '移交']);
    assert.deepEqual(power.plan.map((n) => n.title), ['摸底', '居民意见征询', '产权移交协议', '设计', '招标', '开工', '施工', '装表到户', '直供送电', '竣工验收', '移交']);
    // By hand: 30 September 2026 is a Wednesday, 25 September off, 20 September (a Sunday) made up.
    // 移交 5: 30, 29, 28, 24, 23; 竣工验收 10: 22, 21, 20, 18, 17, 16, 15, 14, 11, 10.
    assert.equal(rows(renewal).handover, '2026-09-23..2026-09-30');
    assert.equal(rows(renewal).accept, '2026-09-10..2026-09-22');
    assert.equal(node(renewal, 'works').days, 60);
    assert.equal(node(renewal, 'handover').by_title, '交付期限');
    assert.equal(value(renewal, 'finish_by').value, '2026-09-30');
  });

  await t.test('two that dig in one estate on the same days are seen, until their days are moved apart', async () => {
    // 精品小区, 燃气旧管改造 and 直供电改造 lie in the first estate, the two others in the second: all dig in June and July.
    const clash = async (i) => (await desk.list(`clashes:project/${items[i].no}`)).rows.map((r) => r.id).sort();
    assert.deepEqual(await clash(0), [items[2].id, items[4].id].sort());
    assert.deepEqual(await clash(1), [items[3].id]);
    assert.equal((await desk.list('冲突:project')).total, KINDS.length);
    await take(builder, items[3], 'dig', { fields: { dig_from: '2026-08-01', dig_to: '2026-08-31' } });
    assert.deepEqual(await clash(1), []);
    assert.equal((await desk.list('clashes:project')).total, KINDS.length - 2);
    assert.equal((await desk.list('loop:project -clashes:project')).total, 2);
    assert.deepEqual(fields(await desk.get('/api/items?filter=clashes:hotline')), ['filter']);
    // Within sixty metres, with no estate in common: 31.2100 to 31.2105 is 56 m.
    const road = await o.made(desk, { loop: 'project', title: '雨污混接改造（演示）道路段', lat: 31.2105, lon: 121.36, fields: { channel: '年度计划', kind: '雨污混接改造' } });
    const kerb = await o.made(desk, { loop: 'project', title: '架空线入地（演示）路口', lat: 31.21, lon: 121.36, fields: { channel: '年度计划', kind: '架空线入地' } });
    for (const it of [road, kerb]) await take(desk, it, 'plan', { units: [o.unit('xinda')], fields: { finish_by: '2026-12-31', dig_from: '2026-09-01', dig_to: '2026-09-10' } });
    assert.deepEqual((await desk.list(`clashes:project/${road.no}`)).rows.map((r) => r.id), [kerb.id]);
    await take(builder, kerb, 'dig', { fields: { dig_from: '2026-09-11', dig_to: '2026-09-20' } });
    assert.equal((await desk.list(`clashes:project/${road.no}`)).total, 0);
    for (const it of [road, kerb]) await take(leader, it, 'void', { reason: { key: '规划调整' }, note: '演示' });
  });

  await t.test('complaints beside it: of the estate, or within three hundred metres', async () => {
    const call = async (lat, lon) => (await desk.file({ lat, lon })).body;
    const at = await o.made(desk, { loop: 'project', title: '燃气旧管改造（演示）试点', lat: 31.21, lon: 121.36, fields: { channel: '年度计划', kind: '燃气旧管改造', estate: estates[0].no } });
    const near = await call(31.2125, 121.36); // 278 m
    await call(31.2128, 121.36); // 311 m
    const demand = await o.made(desk, { loop: 'hazard', title: '燃气软管老化（演示）', class: await desk.klass('0605'), fields: { channel: '居民举报', estate: estates[0].no } });
    const found = (await desk.list(`beside:project/${at.no}`)).rows.map((r) => r.id).sort();
    assert.deepEqual(found, [near.id, demand.id].sort());
    assert.equal((await desk.list(`旁边:project/${at.no} loop:hotline open:yes`)).total, 1);
    await take(leader, at, 'void', { reason: { key: '规划调整' }, note: '演示' });
  });

  await t.test('the list finds them by the next node and when it is due, with columns of both', async () => {
    const found = await desk.list('loop:project node:摸底', '&columns=node%20node-due');
    assert.equal(found.total, KINDS.length);
    assert.equal(found.rows[0].cells.node, '摸底');
    assert.match(found.rows[0].cells['node-due'], /^2025-1[0-9]-|^2026-0[0-9]-/);
    const due = (await desk.item(items[0].id)).plan[0].last;
    assert.equal((await desk.list(`loop:project 节点到期:${due}`)).rows.some((r) => r.id === items[0].id), true);
    assert.equal((await desk.list('loop:project node:nothing')).errors?.length > 0, true);
    assert.equal((await desk.list('loop:project slipping:yes')).total, 0);
  });

  await t.test('“属地保障和协调”: the neighbourhood beside the builder keeps a share of its own', async () => {
    const it = await take(beihong, items[0], 'guard', { fields: { guarded: '每栋张贴告知，施工期间安排临时通行。' } });
    const part = it.parts.find((p) => p.unit_name === '北虹居委会');
    assert.equal(part.lead, false);
    assert.equal(part.answers[0].value, '每栋张贴告知，施工期间安排临时通行。');
  });

  await t.test('fewer than two thirds agree: how more are to be won has to be written', async () => {
    await take(builder, items[0], 'survey', { note: '逐户登记' });
    const message = await refused(builder, items[0], 'consult', { fields: { asked: 300, agreed: 199 } }, ['fields.agree_plan']);
    assert.match(message, /三分之二/);
    const it = await take(builder, items[0], 'consult', { fields: { asked: 300, agreed: 200 } });
    assert.equal(value(it, 'agree').value, '0.666667');
    assert.equal(node(it, 'consult').state, 'done');
    await refused(builder, items[1], 'consult', { fields: { asked: 300, agreed: 200 } }, ['step']); // overhead lines are not asked about
  });

  await t.test('money: “加快资金支付进度” – never more than the contract, never more than the budget', async () => {
    await take(builder, items[0], 'approve', { fields: { budget: '120万' } });
    await take(builder, items[0], 'design');
    await refused(builder, items[0], 'bid', { fields: { builder: '示范建设公司（演示）', contract: '130万' } }, ['fields.contract']);
    await take(builder, items[0], 'bid', { fields: { builder: '示范建设公司（演示）', contract: '110万' } });
    await refused(builder, items[0], 'pay', { fields: { paid: '111万' } }, ['fields.paid']);
    await refused(builder, items[0], 'pay', { fields: { paid: '60万', contract: '50万' } }, ['fields.paid']);
    const it = await take(builder, items[0], 'pay', { fields: { paid: '60万' } });
    assert.equal(value(it, 'paid').value, '600000');
    assert.equal(value(it, 'spent').value, '0.5');
    assert.equal((await desk.list('loop:project spent:>=50%')).total, 1);
  });

  await t.test('what slips is shown node by node, and a new date plans what is not finished', async () => {
    const power = items[4];
    const survey = node(await desk.item(power.id), 'survey');
    await o.later(`${node(await desk.item(power.id), 'consult').first}T18:00:00+08:00`);
    const late = await desk.item(power.id);
    assert.equal(node(late, 'survey').state, 'over');
    assert.equal(node(late, 'survey').lamp, 'red');
    assert.equal(node(late, 'survey').spare, -1);
    assert.equal(node(late, 'consult').state, 'held');
    assert.equal(node(late, 'handover').spare < 0, true);
    assert.equal((await desk.list('loop:project 滞后:是 kind:直供电改造')).total, 1);
    await take(builder, power, 'survey', { note: '摸底迟了一天' });
    const asked = await agreed(builder, leader, await builder.item(power.id), 'replan', { fields: { finish_by: '2026-10-30', works_days: 30 }, note: '等待产权移交，交付顺延一个月' });
    assert.equal(asked.status, 200, JSON.stringify(asked.body));
    const now = await desk.item(power.id);
    assert.equal(node(now, 'survey').state, 'late');
    assert.deepEqual([node(now, 'survey').first, node(now, 'survey').last], [survey.first, survey.last]); // done: it stays
    assert.equal(node(now, 'handover').last, '2026-10-30');
    assert.equal(node(now, 'works').days, 30);
    assert.equal(node(now, 'consult').state, 'running');
    assert.equal((await desk.list('loop:project 滞后:是 kind:直供电改造')).total, 0);
    const event = now.timeline.find((e) => e.what === 'replan' && e.changes['f/finish_by']);
    assert.deepEqual(event.changes['f/finish_by'], ['2026-09-30', '2026-10-30']);
  });

  await t.test('a failed acceptance brings the works again; then it is handed over, settled, counted', async () => {
    const it = items[0];
    await refused(builder, it, 'works', { note: '完工' }, ['step']);
    await take(builder, it, 'start');
    await refused(builder, it, 'accept', { fields: { accepted: '合格' } }, ['step']);
    await take(builder, it, 'works', { note: '完工' });
    let now = await take(builder, it, 'again', { note: '屋面渗水', fields: { works_days: 10 } });
    assert.equal(node(now, 'works').state, 'running');
    assert.equal(node(now, 'works').days, 10);
    await take(builder, it, 'works', { note: '渗水已修' });
    await take(builder, it, 'accept', { fields: { accepted: '整改后合格' } });
    now = await take(builder, it, 'handover', { fields: { result: '全部楼栋完成，移交物业。', satisfied: '满意' } });
    assert.equal(now.state, 'delivered');
    assert.equal(clock(now, 'handover').state, 'met');
    now = await take(desk, it, 'close', { fields: { paid: '110万' }, note: '结算审定' });
    assert.equal(now.open, false);
    const board = (await o.board('project', '2025-11..2026-12')).total.tallies;
    assert.deepEqual([board.filed, board.planned, board.started, board.handed, board.on_time, board.finished, board.replanned, board.failed],
      [KINDS.length, KINDS.length, 1, 1, 1, 1, 1, 1]);
  });
  await holds(o, desk, 'project', '2025-11..2026-12');
});

// Page 003: “要进一步发挥党建引领‘多格合一’机制，强化联动联动，深化统筹协调，提升处置效率”, “对一些疑难工单亲自协调、抓好督办”; page 004: “加强联动联勤”.
test('joint work: “强化联动联动，深化统筹协调” – a meeting records who came and what was decided, and gives each unit its share and its date', async (t) => {
  const o = await scene(t, '2025-11-10T09:00:00+08:00', { desk: 'dispatcher1', leader: 'leader1', builder: 'handler-xinda', beihong: 'handler-beihong', police: 'handler-police-xinjing', team: 'handler-enforcement', ops: 'handler-ops-centre' });
  const { desk, leader, builder, beihong, police, team, take, refused } = o;
  const clocks = (it, key, unit) => it.clocks.findLast((c) => c.key === key && c.unit_name === unit);
  const part = (it, unit) => it.parts.find((p) => p.unit_name.includes(unit));
  let it;

  await t.test('overhead lines over an estate: one leads, and the meeting brings the others', async () => {
    it = await o.made(desk, { loop: 'project', title: '架空线入地（演示）', fields: { channel: '区级任务', kind: '架空线入地', budget: '80万' } });
    await take(desk, it, 'plan', { units: [o.unit('xinda')], fields: { finish_by: '2026-06-30' } });
    const meeting = { fields: { met_with: '新泾派出所、综合行政执法队、北虹居民区，电力公司、三家通信企业（演示）', decided: '先移杆后割接，夜间施工，派出所维护交通。' } };
    const units = [o.unit('police-xinjing'), o.unit('enforcement'), o.unit('beihong')];
    await refused(desk, it, 'meet', { ...meeting, units, each: [{ todo: '夜间交通维护', todo_by: '2025-11-28' }, { todo: '拆除违规挂线' }] },
      ['each[1].todo_by', 'each[2].todo', 'each[2].todo_by']);
    await refused(desk, it, 'meet', { ...meeting, units: [units[0]], each: [{ todo: '夜间交通维护', todo_by: '下周', who: '张' }] }, ['each[0].todo_by', 'each[0].who']);
    await refused(desk, it, 'meet', { ...meeting, units: [], each: [{ todo: '没有单位', todo_by: '2025-11-28' }] }, ['each']);
    const now = await take(desk, it, 'meet', { ...meeting, units, each: [{ todo: '夜间交通维护', todo_by: '2025-11-28' }, { todo: '拆除违规挂线', todo_by: '2025-11-21' },
      { todo: '逐户告知、协调停车', todo_by: '2025-11-14' }] });
    assert.equal(now.parts.length, 4);
    assert.deepEqual(part(now, '派出所').answers.map((a) => [a.key, a.value]), [['todo', '夜间交通维护'], ['todo_by', '2025-11-28']]);
    assert.equal(value(now, 'decided').value.includes('夜间施工'), true);
    const event = now.timeline.find((e) => e.what === 'meet');
    assert.deepEqual(event.changes['f/part/2/todo'], ['', '夜间交通维护']);
  });

  await t.test('each share has a clock of its own', async () => {
    const now = await desk.item(it.id);
    assert.equal(clocks(now, 'todo', '新泾派出所').due, '2025-11-29T00:00:00+08:00');
    assert.equal(clocks(now, 'todo', '北虹居委会').due, '2025-11-15T00:00:00+08:00');
    assert.equal(clocks(now, 'todo', '上海鑫达实业（集团）有限公司'), undefined);
  });

  await t.test('who assists reports its share and cannot hand over; who leads cannot report a share', async () => {
    await take(beihong, it, 'report', { fields: { result: '已告知 300 户。' } });
    assert.match(await refused(builder, it, 'report', { fields: { result: '完成' } }, ['step']), /主办用“移交”/);
    await refused(police, it, 'handover', { fields: { result: '完成' } }, ['step']);
    await o.later('2025-11-24T09:00:00+08:00');
    const now = await desk.item(it.id);
    assert.equal(clocks(now, 'todo', '北虹居委会').state, 'met');
    assert.equal(clocks(now, 'todo', '综合行政执法队').left_s < 0, true);
    await take(team, it, 'report', { fields: { result: '挂线已拆。' } });
    assert.equal(clocks(await desk.item(it.id), 'todo', '综合行政执法队').state, 'late');
    assert.equal(part(await desk.item(it.id), '执法队').answers.some((a) => a.key === 'result'), true);
  });

  await t.test('“对一些疑难工单亲自协调”: a leader confers over a hard order, with shares or without', async () => {
    const order = (await desk.file()).body;
    await take(desk, order, 'dispatch', { units: [o.unit('beihong')] });
    await take(leader, order, 'confer', { fields: { confer_with: '居民区、物业', confer_result: '先清理，再划线管理。' } });
    const now = await take(leader, order, 'confer', { fields: { confer_with: '派出所、居民区', confer_result: '派出所夜间巡查一周。' }, units: [o.unit('police-xinjing')], each: [{ todo: '夜间巡查', todo_by: '2025-12-01' }] });
    assert.equal(clocks(now, 'handle', '新泾派出所').due, '2025-12-02T00:00:00+08:00');
    assert.equal(clocks(now, 'handle', '北虹居委会').limit, '5wd');
    assert.equal((await desk.list('loop:hotline -conferred_at:none')).total, 1);
  });
  assert.equal((await o.board('project', '2025-11..2026-12')).total.tallies.met, 1);
  await holds(o, desk, 'project', '2025-11..2026-12');
});
