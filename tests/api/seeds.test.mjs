// The loops of the seed pages, each lived through the API as the page tells it. The pages are five sheets of the town's own paper, 000 to
// 004; above each test stand the words of the page it retells. Where the page gives a figure, the board must give the same.
import test from 'node:test';
import assert from 'node:assert/strict';
import { agreed, fields, until } from './lib.mjs';
import { clock, holds, scene, value } from './scene.mjs';

// Page 002: “在冲刺阶段，主要有六个方面重点工作” – six points of the third work meeting of 2025 (page 000: “11月3日”); page 003: “对一些疑难工单
// 亲自协调、抓好督办”.
test('task: a meeting’s six points go to those who attended, are heard again, and struck off', async (t) => {
  const POINTS = 6; // 002: 六个方面
  const o = await scene(t, '2025-11-03T15:00:00+08:00', { office: 'intake-office-supervision', leader: 'leader1', ops: 'handler-ops-centre',
    property: 'handler-property-xinkai', justice: 'handler-justice', supervision: 'handler-office-supervision', police: 'handler-police-xinjing', beihong: 'handler-beihong' });
  const { office, leader, take, refused } = o;
  const points = [
    ['年末冲刺，各项工作落地落效', '经济工作', 'ops-centre', o.ops], ['多格合一，热线情况作为衡量标尺', '城市治理', 'ops-centre', o.ops],
    ['党建引领物业治理', '城市治理', 'property-xinkai', o.property], ['巡察及审计后半篇文章', '党的建设', 'office-supervision', o.supervision],
    ['重要节点安全稳定', '平安法治', 'police-xinjing', o.police], ['居民区两委班子换届', '党的建设', 'beihong', o.beihong]];
  assert.equal(points.length, POINTS);
  const meeting = await o.made(office, { loop: 'meeting', title: '2025年第三次工作会议', fields: { kind: '工作会议', held_on: '2025-11-03', next_on: '2026-01-15',
    attended: '镇机关各科室、中心，综合行政执法队，鑫达实业，居民区，派出所，市场监管所' } });
  const items = [];

  await t.test('each point has its meeting, a limit and the day it is heard again', async () => {
    const first = { loop: 'task', title: points[0][0], fields: { channel: '会议部署', kind: '经济工作', due_on: '2025-12-31' } };
    const r = await office.post('/api/items', first);
    assert.deepEqual([r.status, fields(r)], [400, ['fields.report_on']], 'a meeting’s point is heard again');
    for (const [i, [title, kind]] of points.entries())
      items.push(await o.made(office, { loop: 'task', title, fields: { channel: '会议部署', kind, meeting: '2025年第三次工作会议', point: i + 1, due_on: '2025-12-31', report_on: '2026-01-15' } }));
    assert.equal((await leader.list(`loop:task refers:${meeting.no}`)).total, POINTS, 'the meeting lists its points');
    assert.equal(value(items[0], 'meeting').shown, '2025年第三次工作会议');
  });

  await t.test('given to a unit, which names its owner', async () => {
    for (const [i, [, , code, who]] of points.entries()) {
      const it = await take(office, items[i], 'dispatch', { units: [o.unit(code), ...(i === 2 ? [o.unit('beihong')] : [])], fields: { charge: i === 2 ? 'leader1' : null } });
      assert.equal(clock(it, 'finish').due, '2026-01-01T00:00:00+08:00', 'until the end of the day set');
      await take(who, items[i], 'accept');
    }
    assert.match(await refused(o.ops, items[0], 'reply', { fields: { progress: '已完成', result: '已完成' } }), /先明确责任人/);
    await refused(o.ops, items[0], 'own', { fields: { owner: 'handler-beihong' } }, ['fields.owner']);
    for (const [i, [, , code, who]] of points.entries()) await take(who, items[i], 'own', { fields: { owner: `handler-${code}` } });
    await take(o.beihong, items[2], 'accept');
  });

  await t.test('slips: blue, then yellow, then red, and each asks something new', async () => {
    await o.later('2025-12-10T09:30:00+08:00');
    const it = items[2];
    assert.match(await refused(office, it, 'yellow', { note: '再慢就来不及了' }), /先发蓝单/);
    await take(office, it, 'blue', { note: '时间过半，请说明进展' });
    assert.match(await refused(office, it, 'yellow', { note: '再慢就来不及了' }), /先发蓝单/, 'not while the blue one can still be answered');
    await take(o.property, it, 'slip_reply', { fields: { slip_reply: '已排出小区清单，下周逐个上门' } });
    await take(office, it, 'yellow', { note: '清单还没有见效' });
    await refused(o.property, it, 'slip_reply', { fields: { slip_reply: '正在抓紧办理之中' } }, ['fields.measure']);
    await take(o.property, it, 'slip_reply', { fields: { slip_reply: '正在抓紧办理之中', measure: '抽调三人专班，每天碰头' } });
    assert.equal((await office.step(await office.item(it.id), 'red', { note: '直接发红单', fields: { charge: 'leader1' } })).status, 403, 'a red one is the leader’s');
    await take(leader, it, 'red', { note: '本周必须有结果', fields: { charge: 'leader1' } });
    await refused(o.property, it, 'slip_reply', { fields: { slip_reply: '业委会没有开成会', measure: '改为书面征询' } }, ['fields.cause']);
    await take(o.property, it, 'slip_reply', { fields: { slip_reply: '业委会没有开成会', measure: '改为书面征询意见', cause: '多方协调未定' } });
    assert.equal((await leader.list('loop:task charge:leader1')).total, 1, 'and a leader answers for it');
  });

  await t.test('a later limit is asked for and granted; the clock follows', async () => {
    const it = await agreed(o.property, leader, await o.property.item(items[2].id), 'defer', { fields: { due_on: '2026-01-10' }, note: '书面征询要到元旦以后' });
    assert.equal(it.status, 200, JSON.stringify(it.body));
    assert.equal(clock(it.body, 'finish').due, '2026-01-11T00:00:00+08:00');
  });

  await t.test('what is overdue gets its red slip by itself', async () => {
    for (const i of [0, 1, 3, 4]) await take(points[i][3], items[i], 'reply', { fields: { progress: '已完成', result: '已按节点完成。' } });
    await o.later('2026-01-05T09:30:00+08:00');
    const late = await until('the clock has run out', async () => { const l = await leader.list('loop:task clock.slip:running,breached'); return l.total && l; });
    assert.deepEqual(late.rows.map((r) => r.no), [items[5].no], 'the one that nobody answered for');
    await take(o.beihong, items[5], 'slip_reply', { fields: { slip_reply: '候选人摸底刚完成', cause: '统筹不力' } });
    await take(o.beihong, items[5], 'reply', { fields: { progress: '已完成', result: '换届准备完成。' } });
  });

  await t.test('the next meeting hears them, and what is done is struck off', async () => {
    await o.later('2026-01-09T10:00:00+08:00');
    await take(o.property, items[2], 'reply', { fields: { progress: '已完成', result: '问题清单逐项完成。' } });
    await take(o.beihong, items[2], 'reply', { fields: { progress: '已完成', result: '配合完成。' } });
    for (const it of items) {
      await take(office, it, 'hear', { fields: { heard: '同意销号' } });
      await take(office, it, 'check');
    }
    await take(office, items[1], 'redo', { note: '补充四季度热线分析' });
    await take(o.ops, items[1], 'reply', { fields: { progress: '已完成', result: '已补充分析。' } });
    for (const it of items) await take(office, it, 'close', { note: '核验通过' });
    const { tallies, rates } = (await o.board('task', '2025-11..2026-01')).total;
    assert.equal(tallies.filed, POINTS);
    assert.equal(tallies.closed, POINTS);
    assert.equal(tallies.heard, POINTS);
    assert.deepEqual([tallies.blue, tallies.yellow, tallies.red, tallies.open, tallies.deferred], [1, 1, 2, 0, 1], 'one red slip is the leader’s, one came by itself');
    assert.deepEqual([tallies.on_time, tallies.late], [5, 1]);
    assert.equal(rates.struck, 1);
  });
  await t.test('figures are lists', () => holds(o, leader, 'task', '2025-11..2026-01'));
});

// Page 004: “统筹派出所、司法所、律师事务所的基层法治力量成立的‘一站式非诉讼争议调解中心’”. The page gives no figure.
test('dispute: received, sorted, mediated within a month, agreed, called back, filed', async (t) => {
  const o = await scene(t, '2023-03-01T09:30:00+08:00', { centre: 'intake-mediation', mediator: 'handler-mediation', beihong: 'handler-beihong', police: 'handler-police-xinjing', leader: 'leader1' });
  const { centre, mediator, beihong, leader, take, refused } = o;
  const receive = (title, kind, more = {}) => o.made(centre, { loop: 'dispute', title, text: '申请调解（演示）', caller: { name: '李小明', phone: '13812346612' }, fields: { channel: '当事人申请', kind, ...more } });
  let leak, alimony, refused_one, hot;

  await t.test('received and sorted; who may not be mediated is refused with a reason', async () => {
    leak = await receive('楼上漏水', '邻里', { other_side: '楼上住户', amount: '3,200元' });
    alimony = await receive('赡养费承担', '婚姻家庭');
    hot = await receive('停车位争执', '物业', { risk: '较高' });
    refused_one = await receive('已起诉的合同', '合同');
    assert.notEqual(leak.caller.name, '李小明', 'who asks is masked');
    await take(centre, refused_one, 'refuse', { note: '法院已经立案', reason: { key: '不属调解范围', option: '已经起诉' } });
    await take(centre, leak, 'sort', { units: [o.unit('beihong')], fields: { both: '双方同意调解' } });
    await refused(centre, alimony, 'sort', { units: [o.unit('mediation')], fields: { both: '一方不同意' } }, ['note']);
    await take(centre, alimony, 'sort', { units: [o.unit('mediation'), o.unit('justice')], fields: { both: '一方不同意' }, note: '由社区律师上门释法' });
    const it = await take(centre, hot, 'sort', { units: [o.unit('police-xinjing')], fields: { both: '双方同意调解' } });
    assert.equal(clock(it, 'mediate').limit, '30d', 'a month');
  });

  await t.test('where it may turn violent the limit is looked up again', async () => {
    await take(o.police, hot, 'accept');
    const it = await take(o.police, hot, 'alarm', { fields: { priority: '特急', risk: '高' }, note: '双方有肢体冲突苗头' });
    assert.equal(clock(it, 'mediate').limit, '7d');
    await take(o.police, hot, 'conclude', { fields: { outcome: '未达成协议', result: '两次面谈，诉求差距大。', assistants: 2 } });
    assert.match(await refused(centre, hot, 'agree'), /没有达成协议/);
    await refused(centre, hot, 'fail', { note: '调解不成' }, ['fields.told']);
    await take(centre, hot, 'fail', { fields: { told: '告知诉讼' }, note: '书面告知可依法起诉' });
  });

  await t.test('the month is extended only when both sides agree', async () => {
    await o.later('2023-03-28T10:00:00+08:00');
    await take(mediator, alimony, 'accept', { fields: { mediator: 'handler-mediation' } });
    const more = { extend: '20d', note: '等待鉴定', reason: { key: '情况复杂', option: '需专业鉴定' } };
    await refused(mediator, alimony, 'extend', more, ['fields.consent']);
    const it = await take(mediator, alimony, 'extend', { ...more, fields: { consent: '双方同意延长' } });
    assert.equal(clock(it, 'mediate').due, '2023-04-20T09:30:00+08:00');
  });

  await t.test('an agreement says what, in which form, until when; written, it is attached', async () => {
    await take(beihong, leak, 'accept', { fields: { mediator: 'handler-beihong' } });
    await take(beihong, leak, 'session', { note: '到现场勘查，双方分清责任' });
    await refused(beihong, leak, 'conclude', { fields: { outcome: '达成协议', result: '双方和解。', assistants: 2 } }, ['fields.agreement', 'fields.form', 'fields.perform_on']);
    const agreement = { outcome: '达成协议', result: '双方各让一步。', assistants: 2, form: '书面协议', agreement: '楼上十五日内修好防水并承担粉刷费用。', perform_on: '2023-04-10' };
    const paper = (await o.file(beihong, await beihong.item(leak.id), '调解协议书.txt'));
    const files = paper.files?.map((f) => f.id) ?? [];
    let r = await beihong.step(await beihong.item(leak.id), 'conclude', { fields: agreement, files });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    await take(mediator, alimony, 'conclude', { fields: { ...agreement, form: '口头协议', agreement: '三名子女按月支付赡养费。' } });
    for (const it of [leak, alimony]) r = { body: await take(centre, it, 'agree') };
    assert.equal(clock(r.body, 'visit').due, '2023-04-11T00:00:00+08:00', 'called back when it is to be performed');
  });

  await t.test('called back; one case, one file', async () => {
    await o.later('2023-04-09T10:00:00+08:00');
    await take(centre, leak, 'visit', { fields: { kept: '已履行' } });
    await refused(centre, alimony, 'visit', { fields: { kept: '未履行' } }, ['fields.told', 'note']);
    await take(centre, alimony, 'visit', { fields: { kept: '未履行', told: '申请司法确认' }, note: '一方未付首月' });
    const file_no = '2023-卷1';
    await refused(centre, leak, 'archive', { fields: { file_no, pages: 18 } }, ['files']);
    for (const [i, it] of [leak, alimony, hot].entries()) {
      const files = (await o.file(centre, await centre.item(it.id), `案卷${i}.txt`)).files.map((f) => f.id);
      if (i === 1) {
        const twice = await centre.step(await centre.item(it.id), 'archive', { fields: { file_no, pages: 9 }, files });
        assert.deepEqual([twice.status, fields(twice)], [409, ['fields.file_no']], 'a file number stands for one case');
      }
      await take(centre, it, 'archive', { fields: { file_no: `2023-卷${i + 1}`, pages: 18 }, files });
    }
    const { tallies, rates } = (await o.board('dispute', '2023-03..2023-04')).total;
    assert.deepEqual([tallies.received, tallies.refused, tallies.settled, tallies.agreed, tallies.written, tallies.visited, tallies.kept, tallies.archived, tallies.extended, tallies.open],
      [3, 1, 3, 2, 1, 2, 1, 3, 1, 0]);
    assert.deepEqual([rates.agreed, rates.met, rates.kept], [0.666667, 0.666667, 0.5], 'the extended one took more than its month');
  });
  await t.test('figures are lists', () => holds(o, leader, 'dispute', '2023-03..2023-04'));
});

// Page 004: “开设……‘办不成事’诉求直达窗口”, “随时随到随办”. The page gives no figure.
test('stuck: what could not be done is done, or why not is told, and the cause is mended', async (t) => {
  const o = await scene(t, '2023-06-05T09:30:00+08:00', { window: 'clerk1', desk: 'dispatcher1', market: 'handler-market-xinjing', justice: 'handler-justice', leader: 'leader1' });
  const { window, desk, market, leader, take, refused } = o;
  const come = (title, kind, more = {}) => o.made(window, { loop: 'stuck', title, text: '跑了几趟没有办成（演示）', caller: { name: '王小红', phone: '13812346613' }, fields: { channel: '窗口现场', kind, matter: title, ...more } });
  let moved;

  await t.test('at once, at the window', async () => {
    const it = await come('老年综合津贴申领', '材料不齐', { tries: 2 });
    const done = await take(window, it, 'spot', { fields: { outcome: '办成', result: '代为补齐材料，当场办结。' } });
    assert.equal(clock(done, 'all').state, 'met');
    await take(window, it, 'rate', { fields: { satisfied: '满意' } });
  });

  await t.test('what cannot be done is told with its ground, in words of its own', async () => {
    const it = await come('异地户籍证明', '条件不符');
    await refused(window, it, 'spot', { fields: { outcome: '依规不能办已说明', result: '已说明。' } }, ['fields.why_not']);
    await refused(window, it, 'spot', { fields: { outcome: '依规不能办已说明', result: '已说明。', why_not: '依规不能办已说明。' } }, ['fields.why_not']);
    await take(window, it, 'spot', { fields: { outcome: '依规不能办已说明', result: '已说明。', why_not: '须由户籍地派出所开具，已帮助预约。' } });
  });

  await t.test('several offices at one table', async () => {
    moved = await come('营业执照地址变更', '多头推诿', { tries: 4 });
    await take(desk, moved, 'dispatch', { units: [o.unit('market-xinjing')], note: '请核实为何来回跑' });
    await take(desk, moved, 'confer', { units: [o.unit('justice')], note: '两家现场会办，由市场所受理' });
    await take(market, moved, 'accept');
    await take(market, moved, 'reply', { fields: { outcome: '办成', result: '两家会办，当天办结。', mend: '把该情形写入办事指南' } });
    await refused(window, moved, 'close', { fields: { reply_way: '电话' } });
    await take(o.justice, moved, 'reply', { fields: { outcome: '办成', result: '出具说明。' } });
    await take(window, moved, 'close', { fields: { reply_way: '电话' } });
    await take(window, moved, 'rate', { fields: { satisfied: '满意' } });
    const { tallies, rates } = (await o.board('stuck', '2023-06')).total;
    assert.deepEqual([tallies.filed, tallies.spot, tallies.closed, tallies.done, tallies.refused, tallies.many, tallies.mended, tallies.open], [3, 1, 3, 2, 1, 1, 1, 0]);
    assert.deepEqual([rates.done, rates.on_time, rates.satisfied], [0.666667, 1, 1]);
  });
  await t.test('figures are lists', () => holds(o, leader, 'stuck', '2023-06'));
});

// Page 002: “围绕2025年民生实事项目落实情况和助力‘生境+’体系提质增效的协商议题以及2026年协商议题” – three topics; “紧盯落实进度,强化跟踪问效”.
test('proposal: topics, suggestions, unit, effect, answered to the member', async (t) => {
  const TOPICS = ['2025年民生实事项目落实情况', '助力“生境+”体系提质增效', '2026年协商议题'];
  const o = await scene(t, '2025-11-18T14:00:00+08:00', { station: 'intake-cppcc', ops: 'handler-ops-centre', talent: 'handler-talent', qujiaqiao: 'handler-qujiaqiao', leader: 'leader1' });
  const { station, leader, take, refused } = o;
  const items = [];

  await t.test('three topics, each with what members say', async () => {
    for (const [i, name] of TOPICS.entries()) {
      const topic = await o.made(station, { loop: 'topic', title: name, fields: { year: i === 2 ? 2026 : 2025, kind: i ? '年度协商议题' : '民生实事监督', held_on: '2025-11-18', office: '城运中心' } });
      items.push(await o.made(station, { loop: 'proposal', title: `关于${name}的建议`, fields: { channel: '协商座谈', kind: i === 1 ? '生态环境' : '民生实事', topic: topic.no, member: '委员（演示）', together: i + 1 } }));
      assert.equal((await leader.list(`loop:proposal refers:${topic.no}`)).total, 1);
    }
    assert.equal((await leader.list('register:topic')).total, TOPICS.length);
    const out = await o.made(station, { loop: 'proposal', title: '轨道交通票价', fields: { channel: '书面建议', kind: '其他' } });
    await take(station, out, 'refuse', { note: '已转有关部门', reason: { key: '不属镇级事权' } });
  });

  await t.test('to the unit, which meets the member and says what it takes over', async () => {
    const units = [['ops-centre', o.ops], ['qujiaqiao', o.qujiaqiao], ['talent', o.talent]];
    for (const [i, [code, who]] of units.entries()) {
      await take(station, items[i], 'accept');
      const it = await take(station, items[i], 'dispatch', { units: [o.unit(code)], fields: { due_on: i ? '2025-12-20' : null } });
      assert.equal(clock(it, 'handle').due, i ? '2025-12-21T00:00:00+08:00' : '2026-01-17T14:00:00+08:00');
      await take(who, items[i], 'sign');
      await take(who, items[i], 'meet', { fields: { met_on: '2025-11-20' }, note: '当面听取意见' });
    }
    await refused(o.ops, items[0], 'reply', { fields: { adopt: '部分采纳', sort: '列入计划', result: '已研究。' } }, ['fields.adopt_note', 'fields.promised']);
    await take(o.ops, items[0], 'reply', { fields: { adopt: '部分采纳', adopt_note: '进度每季公开，资金明细按规定公开', sort: '列入计划', promised: '2026-03-31', result: '已研究。' } });
    await take(o.qujiaqiao, items[1], 'reply', { fields: { adopt: '采纳', sort: '已解决', result: '花园养护已引入志愿者。' } });
    await take(o.talent, items[2], 'reply', { fields: { adopt: '采纳', sort: '已解决', result: '公共空间已开放。' } });
  });

  await t.test('answered to the member, who judges; not content, it is done again', async () => {
    for (const it of items) await take(station, it, 'answer', { fields: { reply_way: '书面' } });
    await refused(station, items[2], 'again', { note: '再办' });
    await take(station, items[2], 'rate', { fields: { satisfied: '不满意' } });
    await take(station, items[2], 'again', { note: '委员认为开放时间不够' });
    await take(o.talent, items[2], 'reply', { fields: { adopt: '采纳', sort: '已解决', result: '延长到晚上九点。' } });
    await take(station, items[2], 'answer', { fields: { reply_way: '约谈' } });
    for (const it of items) await take(station, it, 'rate', { fields: { satisfied: '满意' } });
  });

  await t.test('what was promised is followed until its effect is seen', async () => {
    await refused(station, items[1], 'track');
    const it = await take(station, items[0], 'track');
    assert.equal(clock(it, 'track').due, '2026-04-01T00:00:00+08:00');
    await o.later('2026-03-30T10:00:00+08:00');
    assert.equal(clock(await take(station, items[0], 'effect', { fields: { effect: '明显' } }), 'track').state, 'met');
    await refused(station, items[1], 'effect', { fields: { effect: '有一定成效' } }, ['fields.effect_note']);
    await take(station, items[1], 'effect', { fields: { effect: '有一定成效', effect_note: '两处花园见效，其余推进中' } });
    await take(station, items[2], 'effect', { fields: { effect: '明显' } });
    const { tallies, rates } = (await o.board('proposal', '2025-11..2026-03')).total;
    assert.deepEqual([tallies.filed, tallies.accepted, tallies.refused, tallies.answered, tallies.adopted, tallies.planned, tallies.landed, tallies.sat, tallies.judged, tallies.open],
      [4, TOPICS.length, 1, TOPICS.length, 3, 1, 3, 3, 3, 0]);
    assert.deepEqual([rates.satisfied, rates.adopted, rates.on_time], [1, 1, 1]);
  });
  await t.test('figures are lists', () => holds(o, leader, 'proposal', '2025-11..2026-03'));
});

// Page 003: “形成‘需求收集—分类办理—效果反馈’全流程闭环，已解决新增地铁班车、垃圾分类清运等15项民生诉求”; “公寓划分为5个微网格”;
// “‘党支部—运营方/物业方—住户委员会’协同治理架构”.
test('demand: collected, sorted, handled, the effect told: 15 of those collected are solved', async (t) => {
  const SOLVED = 15, GRIDS = 5; // 003: 15项民生诉求, 5个微网格
  const o = await scene(t, '2025-05-12T10:00:00+08:00', { centre: 'intake-talent', talent: 'handler-talent', leader: 'leader1',
    g1: 'handler-talent-g1', g2: 'handler-talent-g2', g3: 'handler-talent-g3', g4: 'handler-talent-g4', g5: 'handler-talent-g5' });
  const { centre, leader, take, refused } = o;
  const SIDES = ['党支部', '运营方/物业方', '住户委员会'];
  const wishes = ['新增地铁班车', '垃圾分类清运', ...Array.from({ length: 16 }, (_, i) => `第${i + 3}项诉求（演示）`)];
  const items = [];

  await t.test('collected, face to face and online, and sorted to one of three sides', async () => {
    for (const [i, title] of wishes.entries()) {
      const it = await o.made(centre, { loop: 'demand', title, fields: { channel: i % 2 ? '线上留言' : '走访面对面', kind: i === 0 ? '交通出行' : i === 1 ? '环境卫生' : '物业服务', tenants: i + 1 } });
      items.push(await take(centre, it, 'sort', { fields: { side: SIDES[i % 3], sort: i === 0 ? '提请镇里协调' : i % 3 === 2 ? '住户自治协商' : '运营方自办' } }));
    }
    for (const side of SIDES) assert.equal((await leader.list(`loop:demand side:"${side}"`)).total, 6, side);
    await refused(centre, await o.made(centre, { loop: 'demand', title: '重复', fields: { channel: '线上留言', kind: '其他' } }), 'void', { note: '重复' });
  });

  await t.test('handled in the five micro-grids; a hard one at the table of all three', async () => {
    for (const [i, it] of items.entries()) {
      const n = i % GRIDS + 1;
      const sent = await take(centre, it, 'dispatch', { units: [o.unit(`talent-g${n}`)] });
      assert.equal(clock(sent, 'handle').limit, i === 0 ? '15wd' : '5wd');
      await take(o[`g${n}`], it, 'accept');
    }
    assert.equal(new Set((await leader.list('loop:demand unit:talent state:handling', '&limit=60')).rows.map((r) => r.unit)).size, GRIDS);
    await take(centre, items[0], 'confer', { fields: { confer_with: '党支部、运营方、住户委员会', confer_result: '由运营方与公交公司商定班次' } });
  });

  await t.test('the effect is told to whoever asked, who judges', async () => {
    await o.later('2025-05-16T15:00:00+08:00');
    for (const [i, it] of items.slice(0, SOLVED).entries()) {
      await take(o[`g${i % GRIDS + 1}`], it, 'reply', { fields: { solved: '实际解决', result: '已落实。' } });
      await take(centre, it, 'close', { fields: { feedback: '已启用，住户反映方便', told: i % 2 ? '线上回复' : '当面告知' } });
      await take(centre, it, 'rate', { fields: { satisfied: i === 3 ? '一般' : '满意' } });
    }
    const last = items[SOLVED];
    await refused(o.g1, last, 'reply', { fields: { solved: '未解决', result: '场地不够。' } }, ['fields.promised']);
    const waits = await take(centre, items[SOLVED + 1], 'wait', { fields: { promised: '2025-09-30' }, note: '待资金', reason: { key: '客观条件', option: '待资金落实' } });
    assert.equal(waits.paused, true);
    const { tallies, rates } = (await o.board('demand', '2025-05')).total;
    assert.equal(tallies.solved, SOLVED, 'the page’s figure');
    assert.deepEqual([tallies.collected, tallies.closed, tallies.open, tallies.conferred, tallies.on_time, tallies.late], [wishes.length + 1, SOLVED, 4, 1, SOLVED, 0]);
    assert.deepEqual([rates.solved, rates.satisfied], [1, 0.933333]);
  });
  await t.test('figures are lists', () => holds(o, leader, 'demand', '2025-05'));
});

// Page 002: “重点打击私改电路，严肃查处电动车进楼道、飞线充电等突出问题，做好宣传疏导和源头管控”. The page gives no figure.
test('hazard: on the spot or by a date, checked again within three working days; a major one under listed supervision', async (t) => {
  const o = await scene(t, '2025-11-04T10:00:00+08:00', { inspector: 'inspector1', duty: 'duty1', leader: 'leader1', beihong: 'handler-beihong', enforcement: 'handler-enforcement' });
  const { inspector, duty, leader, beihong, take, refused } = o;
  const report = async (title, code, more = {}) => o.made(inspector, { loop: 'hazard', title, class: await duty.klass(code), address: '北虹路1号', lat: 31.22, lon: 121.36, fields: { channel: '专项检查', place_kind: '居民楼', subject: '个人', ...more } });
  const photo = async (who, it) => (await o.file(who, await who.item(it.id), '照片.txt')).files.map((f) => f.id);
  let wire, major;

  await t.test('an e-bike in the stairwell is out of it at once', async () => {
    const it = await report('电动车进楼道', '0602');
    const done = await take(inspector, it, 'spot', { fields: { result: '当场劝导，已移至车棚。' } });
    assert.deepEqual([done.state, clock(done, 'judge').state], ['closed', 'met']);
  });

  await t.test('a flying wire by a date; the notice within three working days', async () => {
    wire = await report('飞线充电', '0601');
    await refused(duty, wire, 'order', { units: [o.unit('beihong')], fields: { fix_by: '2025-11-14' } }, ['fields.duty_by', 'fields.funds', 'fields.measure', 'fields.plan']);
    const it = await take(duty, wire, 'order', { units: [o.unit('beihong')], fields: { fix_by: '2025-11-14', duty_by: '户主（演示）', measure: '拆除飞线，到充电桩充电', funds: '0', plan: '拆除前不得充电，楼组长每日查看' } });
    assert.deepEqual([clock(it, 'fix').due, clock(it, 'serve').due], ['2025-11-15T00:00:00+08:00', '2025-11-07T10:00:00+08:00']);
    await take(beihong, wire, 'serve', { fields: { served_on: '2025-11-05' } });
    await refused(beihong, wire, 'fix', { fields: { result: '已拆除。' } }, ['files']);
    const fixed = await take(beihong, wire, 'fix', { fields: { result: '已拆除。' }, files: await photo(beihong, wire) });
    assert.deepEqual([fixed.state, clock(fixed, 'recheck').limit], ['fixed', '3wd']);
    await take(inspector, wire, 'fail', { fields: { fix_by: '2025-11-10' }, note: '仍有一根没有拆' });
    await take(beihong, wire, 'fix', { fields: { result: '全部拆除。' }, files: await photo(beihong, wire) });
    const passed = await take(inspector, wire, 'pass', { fields: { checked: '合格' } });
    assert.deepEqual([passed.state, clock(passed, 'recheck').state], ['closed', 'met']);
  });

  await t.test('a major one wants five things, a listing, a leader, and a leader to strike it off', async () => {
    major = await report('私改电路', '0603', { kind: '重大隐患', priority: '紧急', place_kind: '沿街商铺', subject: '经营单位' });
    assert.match(await refused(inspector, major, 'spot', { fields: { result: '已恢复。' } }), /重大隐患不能当场销号/);
    await refused(duty, major, 'order', { units: [o.unit('beihong')], fields: { fix_by: '2025-11-20' } }, ['fields.duty_by', 'fields.funds', 'fields.measure', 'fields.plan']);
    const five = { fix_by: '2025-11-20', duty_by: '店长（演示）', measure: '恢复原线路，更换配电箱', funds: '8,000元', plan: '整改期间断电停业，专人看守' };
    const it = await take(duty, major, 'order', { units: [o.unit('beihong')], fields: five });
    assert.equal(clock(it, 'list').limit, '1wd');
    await take(leader, major, 'list', { fields: { charge: 'leader1' }, note: '挂牌督办，限期销号' });
    await refused(leader, major, 'list', { fields: { charge: 'leader1' }, note: '再挂一次' });
    await take(duty, major, 'refer', { units: [o.unit('enforcement')], fields: { passed_to: '移送执法' }, note: '拒不整改，移送' });
    await take(beihong, major, 'fix', { fields: { result: '线路已恢复。' }, files: await photo(beihong, major) });
    await take(o.enforcement, major, 'fix', { fields: { result: '已处罚并督促整改。' }, files: await photo(o.enforcement, major) });
    assert.match(await refused(inspector, major, 'pass', { fields: { checked: '合格' } }), /领导摘牌/);
    await take(duty, major, 'pass_major', { fields: { checked: '合格' }, files: await photo(duty, major) });
    assert.equal((await duty.step(await duty.item(major.id), 'strike', { note: '销号' })).status, 403);
    assert.equal((await take(leader, major, 'strike', { note: '复查到位，同意摘牌' })).state, 'closed');
  });

  await t.test('what comes back is counted', async () => {
    await o.later('2025-11-19T10:00:00+08:00');
    await take(inspector, wire, 'reopen', { note: '又拉了线' });
    const { tallies, rates } = (await o.board('hazard', '2025-11')).total;
    assert.deepEqual([tallies.reported, tallies.spot, tallies.ordered, tallies.major, tallies.listed, tallies.struck, tallies.failed, tallies.referred, tallies.back, tallies.open],
      [3, 1, 2, 1, 1, 1, 1, 1, 1, 1]);
    assert.equal(rates.recheck_met, 1);
    const kinds = (await duty.get('/api/boards/hazard?period=2025-11&by=class')).body.rows.filter((r) => r.tallies.reported);
    assert.ok(kinds.length >= 1, 'by class');
  });
  await t.test('four weeks after it was struck off it is looked at again; the same near it has to be explained', async () => {
    const again = await report('又私改电路', '0603');
    assert.equal((await duty.item(major.id)).recheck, '2025-12-02T00:00:00+08:00');
    await o.later('2025-12-02T09:00:00+08:00');
    await until('it is told', async () => (await duty.list('loop:hazard recheck:mine')).total === 1);
    assert.deepEqual((await duty.get(`/api/items/${major.id}/recheck`)).body.rows.map((r) => [r.no, r.metres]), [[again.no, 0]]);
    await refused(duty, major, 'hold', {}, ['note']);
    assert.equal((await take(duty, major, 'hold', { note: '是隔壁店铺，已另行登记' })).consolidated, '2025-12-02T09:00:00+08:00');
    const { tallies, rates } = (await o.board('hazard', '2025-11..2025-12')).total;
    assert.deepEqual([tallies.ordered_closed, tallies.solid, tallies.held, tallies.spot, rates.held], [1, 1, 1, 1, 1], 'what was put right on the spot is not asked for');
  });
  await t.test('figures are lists', () => holds(o, leader, 'hazard', '2025-11..2025-12'));
});
