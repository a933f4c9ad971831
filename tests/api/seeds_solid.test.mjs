// Two loops of the seed pages that are not over when they are closed: rectification after inspections and audits, and the governance of housing estates. See
// seeds.test.mjs.
import test from 'node:test';
import assert from 'node:assert/strict';
import { agreed, until } from './lib.mjs';
import { clock, holds, scene, value } from './scene.mjs';

// Page 001: “对于热线处置、防范电信网络诈骗、加强法治政府建设等方面的短板弱项，要形成‘查缺-整改-巩固’的工作闭环”; page 002: “深入做好区委巡察及审计‘后半篇文章’，有针对性地
// 整改落实，并推动共性问题解决”.
test('rectify: gaps are listed, put right, struck off, looked at again, and only then consolidated', async (t) => {
  const WEAK = ['热线处置', '防范电信网络诈骗', '法治政府建设']; // 001: three sides that fall short
  const o = await scene(t, '2025-11-14T09:30:00+08:00', { office: 'intake-office-supervision', leader: 'leader1', other: 'leader2', ops: 'handler-ops-centre',
    police: 'handler-police-xinjing', justice: 'handler-justice', collective: 'handler-office-collective', xinda: 'handler-xinda' });
  const { office, leader, take, refused } = o;
  const classes = Object.fromEntries(await Promise.all(['Q0501', 'Q0502', 'Q0503', 'Q0302', 'Q0401'].map(async (c) => [c, await office.klass(c)])));
  const list = (title, code, more = {}) => o.made(office, { loop: 'rectify', title, class: classes[code], fields: { channel: '巡察反馈', requirement: '压实责任，限期整改到位', due_on: '2025-12-31', ...more } });
  const paper = async (who, it, name) => (await o.file(who, await who.item(it.id), name)).files.slice(-1).map((f) => f.id);
  const FIVE = [ // title, class, unit, who, more
    ['热线重复诉求压降慢', 'Q0501', 'ops-centre', 'ops', { channel: '自查' }], ['反诈宣传入户不到位', 'Q0502', 'police-xinjing', 'police', { channel: '自查' }],
    ['重大决策合法性审核留痕不全', 'Q0503', 'justice', 'justice', { channel: '自查' }], ['集体资产租赁合同到期未续', 'Q0302', 'xinda', 'xinda', { channel: '审计整改', paper: '审〔2025〕8号（演示）', point: 3 }],
    ['公务接待台账要素不全', 'Q0401', 'office-collective', 'collective', { channel: '巡察即知即改', kind: '立行立改', common: '是', due_on: '2025-11-21' }]];
  const items = [];

  await t.test('the list of problems: each with its source, its class and what is demanded', async () => {
    for (const [title, code, , , more] of FIVE) items.push(await list(title, code, more));
    assert.equal((await leader.list('loop:rectify 分类:短板弱项')).total, WEAK.length, 'the three the page names');
    assert.deepEqual((await leader.list('loop:rectify 分类:短板弱项', '&sort=filed')).rows.map((r) => r.class_name), WEAK);
    assert.equal((await leader.list('loop:rectify 共性问题:是')).total, 1);
    assert.equal(clock(items[0], 'dispatch').limit, '3wd');
  });

  await t.test('the lists of tasks and of duties: measures, dates, who answers', async () => {
    for (const [i, [, , unit, who]] of FIVE.entries()) {
      await take(office, items[i], 'dispatch', { units: [o.unit(unit)], fields: { charge: 'leader1' } });
      const it = await take(o[who], items[i], 'accept');
      assert.equal(clock(it, 'plan').limit, i === 4 ? '3wd' : '10wd');
      assert.match(await refused(o[who], items[i], 'report', { fields: { result: '已经全部整改。' } }), /先制定整改措施/);
      await take(o[who], items[i], 'plan', { fields: { goal: '问题清零', measure: '梳理原因，逐项整改，建立台账', owner: `handler-${unit}` } });
    }
    // The three lists are views of the same items that everybody finds ready.
    const { views } = (await leader.catalog()).loops.find((l) => l.key === 'rectify');
    assert.deepEqual(views.map((v) => v.title), ['问题清单', '任务清单', '责任清单', '待巩固']);
    const shown = {};
    for (const v of views) {
      const found = await leader.list(v.filter, `&sort=filed&columns=${encodeURIComponent(v.columns.join(' '))}`);
      assert.equal(found.total, v.key === 'waiting' ? 0 : FIVE.length, JSON.stringify(found).slice(0, 200));
      shown[v.key] = found.rows[3];
    }
    assert.deepEqual([shown.problems.cells.paper, shown.problems.cells.point, shown.tasks.cells.measure, shown.tasks.cells.due_on, shown.duties.unit_name, shown.duties.cells.charge, shown.duties.cells.owner],
      ['审〔2025〕8号（演示）', '3', '梳理原因，逐项整改，建立台账', '2025-12-31', '鑫达集团', '宋洋（演示）', '冯玲（演示）']);
  });

  await t.test('struck off with a leader’s approval, one by one; false rectification goes back', async () => {
    const now = items[4];
    await refused(o.collective, now, 'report', { fields: { result: '台账已经补齐。' } }, ['files']);
    await take(o.collective, now, 'report', { fields: { result: '台账已经补齐。', system: '修订公务接待台账办法' }, files: await paper(o.collective, now, '台账.txt') });
    await take(office, now, 'redo', { note: '抽查两份仍缺审批单', reason: { key: '虚假整改' } });
    await take(o.collective, now, 'report', { fields: { result: '逐份补齐并复核。' }, files: await paper(o.collective, now, '台账二.txt') });
    const asked = await office.step(await office.item(now.id), 'strike', { note: '材料齐全' });
    assert.equal(asked.body.state, 'reported', 'asked for, not done');
    assert.equal((await leader.list('asks:mine loop:rectify')).total, 1);
    const done = await leader.step(asked.body, 'strike', { say: 'yes' });
    assert.deepEqual([done.body.state, done.body.open, done.body.consolidated], ['struck', false, null], 'closed, and not consolidated');
    assert.equal(done.body.recheck.slice(0, 10), '2026-02-06', 'twelve weeks later');
    assert.equal(clock(done.body, 'papers').limit, '10d');
    await take(office, now, 'papers', { files: await paper(office, now, '整改报告.txt') });
  });

  await t.test('what is not done in time is explained, with a date a leader agrees to', async () => {
    await o.later('2025-12-29T10:00:00+08:00');
    const it = await o.xinda.item(items[3].id);
    await refused(o.xinda, it, 'explain', { extend: '40d', note: '承租方要求重新评估' }, ['fields.promised', 'fields.why_not']);
    const r = await agreed(o.xinda, leader, it, 'explain', { extend: '40d', fields: { why_not: '需多方协调', promised: '2026-02-09' }, note: '承租方要求重新评估' });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.equal(clock(r.body, 'fix').due, '2026-02-10T00:00:00+08:00');
    for (const i of [0, 1, 2]) {
      const who = o[FIVE[i][3]];
      await take(who, items[i], 'report', { fields: { result: '按措施整改完成。' }, files: await paper(who, items[i], '佐证.txt') });
      const s = await agreed(office, leader, await office.item(items[i].id), 'strike', { fields: { look_on: '2026-03-02' }, note: '核验通过' });
      assert.deepEqual([s.status, s.body.recheck.slice(0, 10)], [200, '2026-03-02'], JSON.stringify(s.body).slice(0, 200));
    }
  });

  await t.test('looked at again on the day: held, or come back', async () => {
    await o.later('2026-02-20T10:00:00+08:00');
    const again = await list('热线先行联系仍有超时', 'Q0501', { channel: '自查', due_on: '2026-06-30' });
    await take(office, again, 'dispatch', { units: [o.unit('ops-centre')], fields: { charge: 'leader1' } });
    await o.later('2026-03-02T09:00:00+08:00');
    await until('all are told', async () => (await office.list('loop:rectify recheck:mine')).total === 4);
    assert.deepEqual((await office.list('loop:rectify recheck:mine recurs:>0')).rows.map((r) => r.title), ['热线重复诉求压降慢'], 'the same class at the same unit');
    assert.deepEqual((await office.get(`/api/items/${items[0].id}/recheck`)).body.rows.map((r) => r.no), [again.no]);
    await refused(office, items[0], 'hold', { fields: { held: '抽查十件无反弹' } }, ['note']);
    const back = await take(office, items[0], 'relapse', { note: '重复诉求又升，重新整改' });
    assert.deepEqual([back.state, back.reopens, back.recheck], ['listed', 1, null]);
    assert.ok(back.timeline.some((e) => e.what === 'strike'), 'with its history');
    for (const i of [1, 2, 4]) await take(office, items[i], 'hold', { fields: { held: '现场抽查，没有反弹' } });
    const { tallies, rates } = (await o.board('rectify', '2025-11..2026-03')).total;
    assert.deepEqual([tallies.listed, tallies.common, tallies.now, tallies.struck, tallies.solid, tallies.held, tallies.relapsed, tallies.redone, tallies.explained, tallies.open],
      [FIVE.length + 1, 1, 1, 3, 3, 3, 1, 1, 1, 3]);
    assert.deepEqual([rates.held, rates.on_time], [1, 1]);
    const weak = (await leader.list('loop:rectify 分类:短板弱项 consolidated:yes')).rows.map((r) => r.class_name).sort();
    assert.deepEqual(weak, WEAK.slice(1).sort(), 'two of the three sides are consolidated, one is being put right again');
    assert.equal(value(await leader.item(items[4].id), 'held').value, '现场抽查，没有反弹');
  });
  await t.test('figures are lists', () => holds(o, leader, 'rectify', '2025-11..2026-03'));
});

// Page 002: “一是明确任务目标，及时回应居民关切；二是建立问题清单，精准发力形成闭环；三是锚定攻坚重点，集中力量破除顽疾；四是聚合多元力量，强化协同治理质效” and “要敢于直面长期存在的‘硬骨头’”.
// “33个居民区书记” sat in the meeting: each brings a problem of an estate of his.
test('property: a goal, a list of 33 neighbourhoods, a hard bone under a leader with a date, several forces, closed and looked at again', async (t) => {
  const COMMITTEES = 33; // 002
  const o = await scene(t, '2025-11-13T15:00:00+08:00', { desk: 'dispatcher1', clerk: 'clerk1', leader: 'leader1', keeper: 'keeper1', beihong: 'handler-beihong', xinkai: 'handler-property-xinkai', enforcement: 'handler-enforcement' });
  const { desk, leader, take, refused } = o;
  const { units } = await desk.catalog();
  const committees = units.filter((u) => u.kind === 'neighbourhood' && u.code !== 'talent');
  assert.equal(committees.length, COMMITTEES);
  const parking = await desk.klass('0104'), repair = await desk.klass('0102');
  const items = [];
  let hard, plain;

  await t.test('the list: each neighbourhood’s problem, of which estate, with its goal and its day', async () => {
    for (const u of committees)
      await o.made(o.keeper, { loop: 'estate', title: `${u.name}一小区（演示）`, fields: { kind: '售后公房', property: u.code === 'beihong' ? '新凯物业公司' : '安居物业（演示）', owners: '已成立' } });
    for (const [i, u] of committees.entries())
      items.push(await o.made(o.clerk, { loop: 'property', title: `${u.name}停车难`, class: parking, lat: 31.21 + i / 1000, lon: 121.36,
        fields: { channel: '居委会上报', kind: '停车管理', estate: `${u.name}一小区（演示）`, concern: '夜间无处停车' } }));
    await refused(desk, items[0], 'list', { fields: { goal: '新增车位' } }, ['fields.due_on', 'fields.force']);
    for (const it of items) await take(desk, it, 'list', { fields: { goal: '新增车位，规范停放', due_on: '2026-03-31', force: '居民区党组织', forces: '业委会、物业企业' } });
    assert.equal((await leader.list('loop:property state:listed')).total, COMMITTEES);
    assert.deepEqual([value(items[0], 'company').value, value(items[0], 'owners').value], ['安居物业（演示）', '已成立'], 'what the register holds is shown, and not asked');
    const asked = await o.clerk.post('/api/items', { loop: 'property', title: '自己填', class: parking, fields: { channel: '居委会上报', kind: '停车管理', estate: `${committees[0].name}一小区（演示）`, company: '别的公司' } });
    assert.equal(asked.status, 400, JSON.stringify(asked.body));
    const byCompany = (await leader.get('/api/boards/property?period=2025-11&by=field:company')).body.rows.filter((r) => r.tallies.collected).map((r) => [r.name, r.tallies.collected]);
    assert.deepEqual(byCompany.sort(), [['安居物业（演示）', COMMITTEES - 1], ['新凯物业公司', 1]].sort(), 'which company');
    const { tallies } = (await o.board('property', '2025-11')).total;
    assert.deepEqual([tallies.collected, tallies.listed], [COMMITTEES, COMMITTEES], 'the page’s figure');
  });

  await t.test('several forces at once: who leads, who takes part', async () => {
    const at = committees.findIndex((u) => u.code === 'beihong');
    hard = items[at];
    plain = items[at === 0 ? 1 : 0];
    const it = await take(desk, hard, 'assign', { units: [o.unit('beihong'), o.unit('property-xinkai')] });
    assert.equal(clock(it, 'finish').due, '2026-04-01T00:00:00+08:00');
    assert.equal(it.parts.length, 2);
    await take(o.beihong, hard, 'accept');
    await take(o.beihong, hard, 'progress', { fields: { step_done: '征询表决', share: '48%' }, note: '两轮征询均未过半' });
    assert.equal(value(await leader.item(hard.id), 'estate').shown, '北虹居委会一小区（演示）');
    await take(desk, plain, 'assign', { units: [committees.find((u) => plain.title.startsWith(u.name)).id] });
  });

  await t.test('a hard bone is a leader’s, with a date; its forces meet until it is solved', async () => {
    await o.later('2025-12-08T10:00:00+08:00');
    const asked = await desk.step(await desk.item(hard.id), 'hard', { fields: { hard_why: '意见难统一' }, note: '两轮征询不过半，列为硬骨头' });
    assert.equal(asked.body.state, 'working', 'asked for');
    const without = await leader.step(asked.body, 'hard', { say: 'yes' });
    assert.equal(without.status, 400, 'nobody’s is no answer');
    const r = await leader.step(asked.body, 'hard', { say: 'yes', fields: { charge: 'leader1', charge_until: '2026-02-28' } });
    assert.deepEqual([r.status, r.body.state], [200, 'tackling'], JSON.stringify(r.body).slice(0, 300));
    assert.equal(clock(r.body, 'charge').due, '2026-03-01T00:00:00+08:00');
    assert.equal((await leader.list('loop:property named:mine open:yes')).total, 1, 'in the leader’s own list');
    const met = await take(leader, hard, 'meet', { units: [o.unit('enforcement')], fields: { met_with: '居委会、业委会、物业企业、执法队', met_result: '划定共享车位，错时停车，执法队整治消防通道' } });
    assert.equal(met.parts.length, 3);
    await o.later('2026-02-20T10:00:00+08:00');
    for (const who of [o.beihong, o.xinkai, o.enforcement])
      await take(who, hard, 'finish', { fields: { result: '新增车位二十个，错时停车落实。', share: '71%' }, files: (await o.file(who, await who.item(hard.id), '公示.txt')).files.slice(-1).map((f) => f.id) });
    assert.match(await refused(desk, hard, 'close', { fields: { satisfied: '满意' }, note: '验收' }), /硬骨头由领导销单/);
    const done = await take(leader, hard, 'close_hard', { fields: { satisfied: '满意' }, note: '现场看过，同意销单' });
    assert.deepEqual([done.state, clock(done, 'charge').state, done.recheck], ['closed', 'met', '2026-04-17T00:00:00+08:00']);
  });

  await t.test('looked at again: a caller’s complaint of the same class near it counts, another’s does not', async () => {
    await o.later('2026-04-10T10:00:00+08:00');
    const near = { lat: hard.lat + 0.0005, lon: hard.lon };
    await o.made(desk, { loop: 'hotline', title: '小区又乱停车', text: '（演示）', class: parking, ...near, fields: { channel: '12345', kind: '投诉' }, caller: { name: '李小明', phone: '13812346612' } });
    await o.made(desk, { loop: 'hotline', title: '外墙渗水', text: '（演示）', class: repair, ...near, fields: { channel: '12345', kind: '投诉' }, caller: { name: '李小明', phone: '13812346612' } });
    await o.later('2026-04-17T09:00:00+08:00');
    await until('it is told', async () => (await desk.list('loop:property recheck:mine')).total === 1);
    const found = (await leader.get(`/api/items/${hard.id}/recheck`)).body;
    assert.deepEqual([found.due, found.n, found.rows.map((r) => [r.title, r.loop_title])], [true, 1, [['小区又乱停车', '12345热线工单']]]);
    await refused(desk, hard, 'hold', {}, ['note']);
    await take(desk, hard, 'hold', { note: '来电反映的是隔壁路段' });
    const { tallies, rates } = (await o.board('property', '2025-11..2026-04')).total;
    assert.deepEqual([tallies.hard, tallies.cracked, tallies.hard_open, tallies.met, tallies.closed, tallies.solid, tallies.open, tallies.finish_met], [1, 1, 0, 1, 1, 1, COMMITTEES - 1, 1]);
    assert.deepEqual([rates.on_time, rates.satisfied, rates.held], [1, 1, 1]);
    assert.equal((await leader.list(`loop:property refers:${(await leader.list('register:estate 北虹居委会一小区')).rows[0].no}`)).total, 1, 'the estate lists what it had');
  });
  await t.test('what a definition takes from a register must be there', async () => {
    const sys = await o.town.as('sysadmin');
    const { rows } = (await sys.get('/api/defs')).body;
    const { text } = (await sys.get(`/api/defs/${rows.find((d) => d.key === 'property').id}`)).body;
    const said = async (to) => JSON.stringify((await sys.post('/api/defs', { kind: 'loop', text: text.replace('from: estate.property', to) })).body);
    assert.match(await said('from: estate.proprety'), /fields\[\d+\]\.from.*property/);
    assert.match(await said('from: estate.households'), /另一种类型/);
    assert.match(await said('from: kind.property'), /没有写明哪个台账字段/);
  });
  await t.test('figures are lists', () => holds(o, leader, 'property', '2025-11..2026-04'));
});
