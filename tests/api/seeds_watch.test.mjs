// Duty on key dates, lived as the page asks for it. Page 002: “强化安全稳定工作态势，把握第八届进博会等重要节点，全面统筹好政治安全、消防安全、生产安全、治安安全”; “从严从实抓好
// 进博会等重要节点及日常安全稳定工作，重点打击私改电路，严肃查处电动车进楼道、飞线充电等突出问题，做好宣传疏导和源头管控”. The eighth expo was held from the 5th to the 10th of
// November 2025. The page counts four kinds of safety and three problems; how many posts there were it does not say.
import test from 'node:test';
import assert from 'node:assert/strict';
import { until } from './lib.mjs';
import { clock, holds, scene, value } from './scene.mjs';

const KINDS = ['政治安全', '消防安全', '生产安全', '治安安全']; // 002: 四个方面
const PROBLEMS = ['私改电路', '电动车进楼道', '飞线充电']; // 002: 三个突出问题
const DAY1 = '2025-11-05T07:30:00+08:00', DAY2 = '2025-11-06T07:30:00+08:00', AFTER = '2025-11-07T09:00:00+08:00';

test('watch and incident: two days of the eighth expo', async (t) => {
  const o = await scene(t, '2025-11-04T15:00:00+08:00', { keeper: 'keeper1', beihong: 'handler-beihong', police: 'handler-police-xinjing', duty: 'duty1', leader: 'leader1' });
  const { keeper, beihong, police, duty, leader, take, refused } = o;
  const days = { watch_from: '2025-11-05', watch_to: '2025-11-06' };
  const post = (title, unit, fields) => o.made(keeper, { loop: 'post', title, unit: o.unit(unit), address: `${title}（演示）`, fields: { occasion: '第八届进博会', ...days, ...fields } });
  const duties = async (filter = '') => (await leader.list(`loop:watch ${filter}`, '&sort=due')).rows;
  const of = async (title, filter = '') => { const row = (await duties(filter)).find((r) => r.title === title); assert.ok(row, `${title} ${filter}`); return row; };
  const who = { chief: 'handler-beihong', people: 3 };
  const seen = { walked: 6, politics: '正常', fire: '正常', work: '不涉及', order: '正常' };
  let estate, station;

  // The town's own key date waits until its turn comes below.
  const mode = async (...lines) => {
    const text = ['keydate: ciie-8', 'title: 第八届进博会', 'why: 从严从实抓好', 'where: "loop:hazard,incident"', 'share: 50', ...lines].join('\n');
    const r = await (await o.town.as('sysadmin')).post('/api/defs', { kind: 'keydate', text });
    assert.equal(r.status, 200, JSON.stringify(r.body));
  };
  await mode('from: 2025-11-05', 'to: 2025-11-10', 'off: yes');

  await t.test('each post is filed once for each of its days, with its unit', async () => {
    await post('北虹小区', 'beihong', { kind: '居民小区', need: 3, spots: '地下车库、楼道' });
    await post('地铁站口', 'police-xinjing', { kind: '交通站点', need: 4 });
    await post('空置厂房', 'beihong', { kind: '重点单位' });
    await o.made(keeper, { loop: 'post', title: '没有安排的点', unit: o.unit('beihong'), fields: { kind: '其他' } });
    assert.equal((await duties()).length, 0, 'not before its day');
    await o.later(DAY1);
    await until('the day is filed', async () => (await duties()).length === 3);
    estate = await o.beihong.item((await of('北虹小区')).id);
    assert.deepEqual([estate.state, estate.unit, value(estate, 'occasion').value, value(estate, 'need').value], ['planned', o.unit('beihong'), '第八届进博会', '3']);
    assert.equal(clock(estate, 'stand').due, '2025-11-06T00:00:00+08:00', 'by the end of the day');
    assert.equal((await beihong.list('loop:watch unit:mine')).total, 2);
  });

  await t.test('somebody leads it; who are too few say how they make up for it', async () => {
    await refused(beihong, estate, 'stand', { fields: { ...who, people: 2, short: 1 } }, ['note']);
    await take(beihong, estate, 'stand', { fields: { ...who, people: 2, short: 1 }, note: '社工下午补一人' });
    station = await take(police, await of('地铁站口'), 'stand', { fields: { chief: 'handler-police-xinjing', people: 4 } });
    assert.match(await refused(police, station, 'daily', { fields: { daily: '零报告' } }), /先巡查/);
    assert.match(await refused(police, station, 'relieve'), /先报日报告/);
  });

  await t.test('walked for four kinds of safety, and inspected', async () => {
    await refused(beihong, estate, 'check', { fields: { walked: 6, politics: '正常', fire: '有情况' } }, ['fields.order', 'fields.work']);
    await take(beihong, estate, 'check', { fields: { ...seen, fire: '有情况' } });
    await take(police, station, 'check', { fields: { ...seen, walked: 3, work: '正常', order: '有情况' } });
    await refused(duty, station, 'inspect', { fields: { at_post: '人数不足' } }, ['note']);
    await take(duty, station, 'inspect', { fields: { at_post: '人数不足' }, note: '缺一人，已从派出所调来' });
    await take(duty, estate, 'inspect', { fields: { at_post: '在岗' } });
  });

  const incidents = {};
  const found = async (p, it, title, found_kind, matter, priority) => {
    await take(p, it, 'incident', { child: { title, text: '巡查时发现（演示）' }, fields: { found_kind, found: matter, urgency: priority } });
    incidents[title] = (await leader.list('loop:incident')).rows.find((r) => r.title === title);
    return p.item(incidents[title].id);
  };
  const put = async (p, title, step, more) => take(p, incidents[title], step, more);

  await t.test('what is found has its own clocks: urgent ones half an hour by telephone and one hour in writing', async () => {
    const wire = await found(beihong, estate, '一楼私改电路', KINDS[1], PROBLEMS[0], '紧急');
    assert.deepEqual([clock(wire, 'call').limit, clock(wire, 'write').limit], ['30min', '1h']);
    assert.deepEqual([wire.kind, value(wire, 'matter').value, value(wire, 'occasion').value, wire.unit], ['消防安全', '私改电路', '第八届进博会', estate.unit], 'the duty gave it on, and it stays with its unit');
    assert.equal((await beihong.item(estate.id)).links.find((l) => l.kind === 'child').no, wire.no);
    const bike = await found(beihong, estate, '电动车推进楼道', KINDS[1], PROBLEMS[1], '一般');
    assert.deepEqual([clock(bike, 'call').limit, clock(bike, 'write')], ['2h', undefined]);
    await found(beihong, estate, '二楼拉线充电', KINDS[1], PROBLEMS[2], '一般');
    await found(police, station, '乘客争执', KINDS[3], '矛盾纠纷', '一般');
    await found(police, station, '护栏松动', KINDS[2], '设施损坏', '一般');
    await found(police, station, '可疑横幅', KINDS[0], '可疑物品', '特急');
    for (const title of Object.keys(incidents)) await put(title === '可疑横幅' || title === '乘客争执' || title === '护栏松动' ? police : beihong, title, 'call', { fields: { told_to: '镇总值班室' } });
    await put(beihong, '一楼私改电路', 'write', { fields: { situation: '七时五十分发现，已断电，住户在场。' } });
  });

  await t.test('put right on the spot, or filed where the work is done', async () => {
    await put(beihong, '电动车推进楼道', 'spot', { fields: { result: '当场推出，已告知住户。' } });
    const { classes } = await leader.catalog();
    const cls = (name) => classes.find((c) => c.name === name).id;
    await put(beihong, '一楼私改电路', 'hazard', { child: { title: '一楼私改电路', text: '值守发现（演示）', class: cls('私改电路') } });
    await put(beihong, '二楼拉线充电', 'hazard', { child: { title: '二楼拉线充电', text: '值守发现（演示）', class: cls('飞线充电') } });
    await refused(police, incidents['乘客争执'], 'dispute', { child: { title: '乘客争执', text: '双方推搡（演示）' } }, ['fields.dispute_kind']);
    await put(police, '乘客争执', 'dispute', { child: { title: '乘客争执', text: '双方推搡（演示）' }, fields: { dispute_kind: '其他' } });
    await put(police, '护栏松动', 'patrol', { child: { title: '护栏松动', text: '站口西侧（演示）', class: cls('交通护栏异常') } });
    await refused(police, incidents['可疑横幅'], 'spot', { fields: { result: '派出所已取走查证。' } }, ['note']);
    await put(police, '可疑横幅', 'write', { fields: { situation: '七时五十分在站口发现，已取下查证。' } });
    await put(police, '可疑横幅', 'spot', { fields: { result: '派出所已取走查证。' } });
    for (const [loop, n] of [['hazard', 2], ['dispute', 1], ['patrol', 1]]) assert.equal((await leader.list(`loop:${loop} parent:yes`)).total, n, loop);
  });

  await t.test('the day’s report: nothing is reported too, and what was reported is not nothing', async () => {
    await refused(beihong, estate, 'daily', { fields: { daily: '零报告' } }, ['note']);
    await refused(beihong, estate, 'daily', { fields: { daily: '有情况' } }, ['fields.daily_text']);
    await take(beihong, estate, 'daily', { fields: { daily: '有情况', daily_text: '消防三起，两起转隐患，一起当场改。' } });
    await take(police, station, 'daily', { fields: { daily: '有情况', daily_text: '三起，分别转调解、转网格、当场处置。' } });
    await take(police, station, 'handover', { fields: { next: '夜班两人', left: '站口西侧护栏还没有修' } });
    const late = await found(beihong, estate, '夜里有人动火', KINDS[2], '违规动火', '一般');
    assert.equal((await beihong.step(await beihong.item(estate.id), 'relieve')).status, 400, 'not while something is open');
    await put(beihong, '夜里有人动火', 'call', { fields: { told_to: '镇总值班室' } });
    await take(beihong, late, 'spot', { fields: { result: '当场制止。' } });
    for (const [p, it] of [[beihong, estate], [police, station]]) assert.equal((await take(p, it, 'relieve')).state, 'relieved');
  });

  await t.test('nobody came to the third: it says so by itself, at midnight', async () => {
    await o.later(DAY2);
    const missed = await until('the clock has run out', async () => (await duties('state:missed'))[0]);
    assert.equal(missed.title, '空置厂房');
    assert.equal((await leader.item(missed.id)).level, 1, 'and it is raised');
  });

  await t.test('the second day: nothing to report, reported all the same; and one that stood but did not report', async () => {
    await until('the second day is filed', async () => (await duties('filed:2025-11-06')).length === 3);
    const [a, b] = [await of('北虹小区', 'state:planned'), await of('空置厂房', 'state:planned')];
    await take(beihong, a, 'stand', { fields: who });
    await take(beihong, a, 'check', { fields: seen });
    await take(beihong, a, 'daily', { fields: { daily: '零报告' } });
    await take(beihong, a, 'relieve');
    await take(beihong, b, 'stand', { fields: { ...who, people: 2 } });
    await take(duty, await of('地铁站口', 'state:planned'), 'void', { reason: { key: '节点调整', option: '提前结束' }, note: '当天并入分局统一值守' });
    await o.later(AFTER);
    assert.equal((await duties('filed:2025-11-07')).length, 0, 'the days are over');
    await until('the report is late', async () => (await duties('clock.daily:breached')).length === 1);
    const back = { fields: { result: '住户已恢复原状，断电后重新验收。' } };
    assert.equal((await beihong.step(await beihong.item(incidents['一楼私改电路'].id), 'back', back)).status, 400, 'not before the hazard is put right');
    await take(duty, (await leader.list('loop:hazard class:私改电路')).rows[0], 'spot', back);
    await put(beihong, '一楼私改电路', 'back', back);
  });

  await t.test('the mode of the key date: what comes of it runs against tighter limits, and a post without days of its own is watched on its days', async () => {
    await mode('from: 2025-11-07', 'to: 2025-11-08');
    const open = (await leader.list('loop:hazard open:yes')).rows[0];
    const tight = await until('the hazard is under it', async () => { const it = await leader.item(open.id); return clock(it, 'judge').percent === 50 && it; });
    assert.equal((await leader.list('keydate:ciie-8 loop:hazard')).total, 1, tight.no);
    const post = await until('the post is watched', async () => (await duties('filed:2025-11-07'))[0]);
    assert.deepEqual([post.title, (await duties('filed:2025-11-07')).length], ['没有安排的点', 1]);
    await take(duty, post, 'void', { reason: { key: '并入其他值守点' }, note: '由小区值守点一并看住' });
  });

  await t.test('the sentence in figures', async (tt) => {
    const w = (await o.board('watch', '2025-11')).total, i = (await o.board('incident', '2025-11')).total;
    tt.diagnostic(`第八届进博会：应值守 ${w.tallies.planned} 班，上岗 ${w.tallies.stood} 班、漏岗 ${w.tallies.missed} 班，${w.tallies.people} 人次；日报告 ${w.tallies.reported} 份（零报告 ${w.tallies.zero} 份）；突发情况 ${i.tallies.found} 起`
      + `（政治 ${i.tallies.politics}、消防 ${i.tallies.fire}、生产 ${i.tallies.work}、治安 ${i.tallies.order}），当场处置 ${i.tallies.spot} 起，转办 ${i.tallies.passed} 起，未回告 ${i.tallies.waiting} 起。`);
    const of = (x, keys) => keys.map((k) => x.tallies[k]);
    assert.deepEqual(of(w, ['planned', 'stood', 'missed', 'people', 'short', 'walked']), [5, 4, 1, 11, 1, 15]);
    assert.deepEqual(of(w, ['reported', 'zero', 'daily_met', 'daily_late', 'incidents', 'handed', 'inspected', 'absent', 'relieved', 'open']), [3, 1, 3, 1, 2, 1, 2, 1, 3, 1]);
    assert.deepEqual([w.rates.stood, w.rates.daily_met, w.rates.absent], [0.8, 0.75, 0.5]);
    assert.deepEqual(of(i, ['found', 'urgent', 'politics', 'fire', 'work', 'order']), [7, 2, 1, 3, 2, 1]);
    assert.deepEqual(of(i, ['call_met', 'call_late', 'write_met', 'write_late', 'spot', 'passed', 'back', 'waiting', 'open']), [7, 0, 2, 0, 3, 4, 1, 3, 0]);
    const by = (await leader.get('/api/boards/incident?period=2025-11&by=field:matter')).body.rows;
    for (const problem of PROBLEMS) assert.equal(by.find((r) => (r.name ?? r.value) === problem).tallies.found, 1, problem);
  });
  await t.test('figures are lists', async () => { await holds(o, leader, 'watch', '2025-11'); await holds(o, leader, 'incident', '2025-11'); });
});
