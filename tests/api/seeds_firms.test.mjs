// What the pages say of enterprises, lived through the API: leads and who landed (page 000), visits, demands, policies and what came of them (pages 001 and
// 003), and the houses of the collective (pages 000 and 001). Above each test stand the words of the page; where it gives a figure, the count must be it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, until } from './lib.mjs';
import { clock, holds, listed, scene, value } from './scene.mjs';

// Published codes of well-known companies; their last character is computed. [GB 32100-2015]
const CODES = ['9144030071526726XG', '91330100799655058B', '914403001922038216', '91110000802100433B'];

// Page 000: “已成功吸引三至四家北京企业在领创中心正式落地，另有五至六家企业已达成明确的合作共识”, of “十余家重点企业”, in a house whose operator brought them.
test('lead: more than ten called on, three to four landed, five to six agreed, counted per channel', async (t) => {
  const FIRMS = 12, LANDED = 4, AGREED = 6; // 000: 十余家; 三至四家; 另有五至六家
  const o = await scene(t, '2025-09-01T10:00:00+08:00', { keeper: 'keeper1', xinda: 'handler-xinda', business: 'handler-office-business', economy: 'handler-centre-economy', leader: 'leader1' });
  const { keeper, xinda, business, leader, take, refused } = o;
  const row = (loop, title, fields, more = {}) => o.made(keeper, { loop, title, fields, ...more });
  const house = await row('building', '领创中心', { area: 12200, let: 7600 });
  await row('premises', '领创中心12层', { building: '领创中心', area: 900, status: '空置', asked: 5.2, floor: 12 });
  await row('policy', '总部和跨境政策套餐', { kind: '政策套餐', tier: '镇级' });
  const event = await row('activity', '京沪连线·领创未来', { kind: '招商推介', held_on: '2025-11-07', parties: 2, partners: '北京叶氏企业集团' });
  const leads = [];

  await t.test('registered with where they come from, and called back within a working day', async () => {
    for (let i = 1; i <= FIRMS; i++)
      leads.push(await o.made(keeper, { loop: 'lead', title: `北京企业第${i}家（演示）`, caller: { name: '张经理', phone: '13812346612' },
        fields: { channel: '平台运营方', kind: i % 2 ? '数字经济' : '商务服务', priority: i === 1 ? '重大' : '一般', activity: event.no, from_where: '北京', space: 300 + i, wants: '在沪设立分支机构' } }));
    const own = await o.made(keeper, { loop: 'lead', title: '本地企业（演示）', fields: { channel: '以商引商', kind: '金融' } });
    assert.equal((await leader.list(`loop:lead refers:${event.no}`)).total, FIRMS, 'the event shows the leads it brought');
    assert.equal((await leader.item(leads[0].id)).caller.name.includes('张经理'), false, 'who is to be called is masked');
    for (const it of [...leads, own]) {
      const got = await take(business, it, 'contact', { note: '电话联系，约定面谈' });
      assert.deepEqual([clock(got, 'contact').state, clock(got, 'study').limit], ['met', it.id === leads[0].id ? '7d' : '3d'], 'studied within three days, a large one within a week');
    }
  });

  await t.test('a team of several units; a large one has a leader', async () => {
    await refused(keeper, leads[0], 'team', { units: [o.unit('xinda')] }, ['fields.charge']);
    const it = await take(keeper, leads[0], 'team', { units: [o.unit('xinda'), o.unit('centre-economy')], fields: { charge: 'leader1', next_on: '2025-09-12' } });
    assert.deepEqual([it.state, it.parts.length, clock(it, 'follow').due], ['talking', 2, '2025-09-13T00:00:00+08:00']);
    for (const x of leads.slice(1, -1)) await take(keeper, x, 'team', { units: [o.unit('xinda')] });
    await take(business, leads.at(-1), 'lose', { note: '投资计划取消', reason: { key: '企业原因', option: '投资计划取消' } });
    await take(o.economy, leads[0], 'help', { note: '已出具产业评估' });
    assert.equal((await o.economy.step(await o.economy.item(leads[0].id), 'agree', { fields: { agreed: '同意落户本镇' } })).status, 403, 'whoever leads tells how far it is');
  });

  await t.test('talks every two weeks; what was promised has its day', async () => {
    await o.later('2025-09-12T10:00:00+08:00');
    let it = await take(xinda, leads[0], 'follow', { fields: { talk: '已陪同看楼，关心免租期', next_on: '2025-09-26', premises: '领创中心12层', policy: '总部和跨境政策套餐' } });
    assert.deepEqual([value(it, 'premises').shown, clock(it, 'follow').due], ['领创中心12层', '2025-09-27T00:00:00+08:00']);
    assert.match(await refused(xinda, leads[0], 'keep', { fields: { kept: '已兑现' } }), /没有待兑现的承诺/);
    it = await take(xinda, leads[0], 'promise', { fields: { promise: '免租期两个月', promised_on: '2025-10-10' } });
    assert.equal(clock(it, 'promise').due, '2025-10-11T00:00:00+08:00');
    assert.match(await refused(xinda, leads[0], 'promise', { fields: { promise: '落实十个车位', promised_on: '2025-10-20' } }), /还没有兑现/);
    await refused(xinda, leads[0], 'keep', { fields: { kept: '部分兑现' } }, ['fields.kept_note']);
    await take(xinda, leads[0], 'keep', { fields: { kept: '已兑现' } });
  });

  await t.test('agreed, signed, landed: an enterprise of the register in a house of the register', async () => {
    await o.later('2025-10-15T10:00:00+08:00');
    for (const x of leads.slice(0, LANDED + AGREED)) await take(xinda, x, 'agree', { fields: { agreed: '同意在领创中心落户', land_by: '2025-11-30' } });
    await refused(xinda, leads[1], 'sign', {}, ['fields.premises']);
    for (const [i, x] of leads.slice(0, LANDED).entries()) {
      await take(xinda, x, 'sign', { fields: { premises: '领创中心12层', invest: '500万元' } });
      await o.made(keeper, { loop: 'enterprise', title: `落地企业${i + 1}`, fields: { uscc: CODES[i], building: house.no } });
    }
    await o.later('2025-11-06T10:00:00+08:00');
    await refused(xinda, leads[0], 'land', {}, ['fields.building', 'fields.enterprise']);
    for (const [i, x] of leads.slice(0, LANDED).entries()) {
      const it = await take(xinda, x, 'land', { fields: { enterprise: CODES[i], building: '领创中心' } });
      assert.deepEqual([it.state, it.open, clock(it, 'land').state], ['landed', false, 'met']);
    }
    await take(xinda, leads[0], 'tax', { note: '首笔税款入库' });
    assert.equal((await take(xinda, leads[0], 'count', { note: '已纳入统计名录' })).state, 'counted');
    assert.equal((await leader.list(`register:enterprise refers:${house.no}`)).total, LANDED, 'the house shows who moved in');
  });

  await t.test('the sentence of the page from the counts, per channel', async (tt) => {
    const from_operator = (await leader.get('/api/boards/lead?period=2025-09..2025-11&by=channel')).body.rows.find((r) => r.name === '平台运营方').tallies;
    const { tallies: all, rates } = (await o.board('lead', '2025-09..2025-11')).total;
    tt.diagnostic(`领创中心：平台运营方带来线索 ${from_operator.leads} 家，洽谈 ${from_operator.talks} 家，正式落地 ${from_operator.landed} 家，另有 ${from_operator.waiting} 家达成共识。`);
    assert.deepEqual([from_operator.leads, from_operator.talks, from_operator.landed, from_operator.waiting], [FIRMS, FIRMS - 1, LANDED, AGREED]);
    assert.ok(LANDED >= 3 && LANDED <= 4 && AGREED >= 5 && AGREED <= 6, 'three to four, five to six');
    assert.deepEqual([all.leads, all.agreed, all.signed, all.taxed, all.counted, all.lost, all.promised, all.kept], [FIRMS + 1, LANDED + AGREED, LANDED, 1, 1, 1, 1, 1]);
    assert.deepEqual([rates.prompt, rates.kept], [1, 1]);
    const by_event = (await leader.get('/api/boards/lead?period=2025-09..2025-11&by=field:activity')).body.rows.find((r) => r.name === '京沪连线·领创未来');
    assert.equal(by_event.tallies.landed, LANDED, 'the event is told what came of it');
  });

  await t.test('who left may be called on again, and the history stays', async () => {
    const it = await take(keeper, leads.at(-1), 'back', { note: '企业重启投资计划' });
    assert.deepEqual([it.state, it.reopens], ['filed', 1]);
  });
  await t.test('figures are lists', () => holds(o, leader, 'lead', '2025-09..2025-11'));
});

// Page 001: “以方案为纲，压实责任，开展‘三必访’行动，服务企业，建立督导机制，强化闭环管理”; page 003: “‘四百’大走访”, “e人面对面+i人线对线”. Neither gives a figure.
test('enterprise-demand: a visit, what was asked for, a policy, an answer, its effect', async (t) => {
  const o = await scene(t, '2025-04-21T09:00:00+08:00', { keeper: 'keeper1', beihong: 'handler-beihong', economy: 'handler-centre-economy', leader: 'leader1' });
  const { keeper, beihong, economy, leader, take, refused } = o;
  const firm = (title, uscc, more) => o.made(keeper, { loop: 'enterprise', title, address: '泉口路1号', lat: 31.2184, lon: 121.3541, fields: { uscc, service: '北虹居委会', ...more } });
  await firm('规上企业（演示）', CODES[0], { size: '规上', tax: '2000万' });
  const fresh = await firm('新设企业（演示）', CODES[1], { size: '规下', founded: '2025-03-10' });
  await firm('老企业（演示）', CODES[2], { size: '规下', founded: '2010-03-10' });
  const pack = await o.made(keeper, { loop: 'policy', title: '初创企业政策套餐', fields: { kind: '政策套餐', tier: '镇级' } });
  await o.made(keeper, { loop: 'policy', title: '初创房租补贴', fields: { kind: '租房和装修', tier: '区级', package: '初创企业政策套餐', most: '5万元' } });
  let big, small, demand;

  await t.test('who must be visited is filed by the rules; nobody is asked twice', async () => {
    await o.later('2025-04-21T09:00:00+08:00');
    const list = await until('the rules have filed', async () => { const l = await leader.list('loop:visit'); return l.total === 2 && l; });
    [big, small] = ['规上', '新设'].map((w) => list.rows.find((r) => r.title.startsWith(w)));
    assert.deepEqual([value(await leader.item(big.id), 'plan').value, value(await leader.item(small.id), 'plan').value], ['规上企业每季必访', '新设企业必访']);
    assert.equal((await leader.list('loop:visit cadence:visit/new')).total, 1);
    assert.equal((await leader.list(`register:policy refers:${pack.no}`)).total, 1, 'a package shows what belongs to it');
  });

  const visit = { visitors: '营商办两人（演示）', visited_on: '2025-04-21', talks: '生产经营平稳' };
  await t.test('face to face, answered on the spot; on line, a demand that needs others', async () => {
    await take(beihong, big, 'visit', { fields: { ...visit, way: '面对面', demand: '是', demands: '想了解用电政策', reply: '当场说明' } });
    assert.equal((await take(beihong, big, 'close')).state, 'closed');
    await take(beihong, small, 'visit', { fields: { ...visit, way: '线对线', demand: '是', demands: '房租压力大' } });
    await refused(beihong, small, 'close', {}, ['fields.reply']);
    await refused(beihong, small, 'raise', { child: { title: '房租补贴怎样申请' } }, ['fields.demand_kind']);
    await refused(beihong, small, 'raise', { fields: { demand_kind: '政策兑现' } }, ['child.title']);
    const it = await take(beihong, small, 'raise', { child: { title: '房租补贴怎样申请', text: '企业租金占成本四成。' }, fields: { demand_kind: '政策兑现' } });
    demand = await leader.item(it.links.find((l) => l.kind === 'child').item);
    assert.deepEqual([demand.loop, demand.channel, demand.kind, value(demand, 'enterprise').shown, demand.address, demand.lat], ['enterprise-demand', '走访', '政策兑现', fresh.title, '泉口路1号', 31.2184]);
    assert.deepEqual([demand.unit_name, clock(demand, 'sort').limit], ['营商办', '4wh'], 'at its own desk, with its own clock');
    assert.equal((await beihong.post('/api/items', { loop: 'enterprise-demand', title: '自己登记', fields: { enterprise: fresh.no, channel: '来电', kind: '其他' } })).status, 403, 'he may file one only out of a visit');
    assert.match(await refused(beihong, small, 'close'), /1 个子单没有办结/);
    assert.equal((await leader.list(`loop:visit,enterprise-demand refers:${fresh.no}`)).total, 2, 'the enterprise shows both');
  });

  await t.test('sorted at once, given to a unit, a package offered, answered', async () => {
    await take(keeper, demand, 'sort', { fields: { sort: '政策套餐' } });
    const sent = await take(keeper, demand, 'dispatch', { units: [o.unit('centre-economy')] });
    assert.equal(clock(sent, 'handle').limit, '10wd');
    await take(economy, demand, 'accept');
    await refused(economy, demand, 'reply', { fields: { solved: '未解决', result: '等待拨付。' } }, ['fields.promised']);
    await take(economy, demand, 'reply', { fields: { solved: '实际解决', result: '已指导申报。' } });
    await refused(keeper, demand, 'answer', { fields: { reply_way: '上门' } }, ['fields.policy']);
    await take(keeper, demand, 'offer', { fields: { policy: '初创企业政策套餐', offered_note: '符合条件' } });
    const done = await take(keeper, demand, 'answer', { fields: { reply_way: '上门' } });
    assert.deepEqual([done.open, value(done, 'policy').shown, clock(done, 'effect').limit], [false, '初创企业政策套餐', '30d']);
    assert.equal((await take(beihong, small, 'close')).state, 'closed', 'the visit ends after what it brought');
  });

  await t.test('a month later: what it brought', async () => {
    await o.later('2025-05-20T10:00:00+08:00');
    await take(keeper, demand, 'rate', { fields: { satisfied: '满意' } });
    await take(keeper, demand, 'grant', { fields: { granted: '3.6万元' } });
    await refused(keeper, demand, 'effect', { fields: { effect: '有一定成效', effect_note: '有一定成效' } }, ['fields.effect_note']);
    assert.equal((await take(keeper, demand, 'effect', { fields: { effect: '明显' } })).state, 'closed');
    const spot = await o.made(keeper, { loop: 'enterprise-demand', title: '执照变更怎么办', fields: { enterprise: '老企业（演示）', channel: '营商窗口', kind: '证照审批' } });
    const told = await take(keeper, spot, 'spot', { fields: { solved: '解释说明', result: '窗口一次告知。', reply_way: '电话' } });
    assert.equal(told.open, false);
    assert.match(await refused(keeper, spot, 'grant', { fields: { granted: 1 } }), /没有匹配政策/);
  });

  await t.test('the sentence in figures', async (tt) => {
    const v = (await o.board('visit', '2025Q2')).total, d = (await o.board('enterprise-demand', '2025Q2')).total;
    tt.diagnostic(`走访：应访 ${v.tallies.planned} 户，已访 ${v.tallies.reached} 户（面对面 ${v.tallies.face}、线对线 ${v.tallies.line}），收集诉求 ${v.tallies.demands} 件，转办 ${v.tallies.raised} 件，办结 ${v.tallies.settled} 件；`
      + `企业诉求 ${d.tallies.filed} 件（走访 ${d.tallies.visited}），匹配政策 ${d.tallies.offered} 件、兑现 ${d.tallies.granted} 件，有成效 ${d.tallies.helped} 件。`);
    assert.deepEqual(['planned', 'reached', 'face', 'line', 'demands', 'answered', 'raised', 'settled'].map((k) => v.tallies[k]), [2, 2, 1, 1, 2, 1, 1, 2]);
    assert.deepEqual(['filed', 'visited', 'answered', 'solved', 'offered', 'granted', 'helped', 'sat', 'on_time', 'open'].map((k) => d.tallies[k]), [2, 1, 2, 1, 1, 1, 1, 1, 1, 0]);
    assert.deepEqual([v.rates.coverage, v.rates.settled, d.rates.satisfied, d.rates.helped], [1, 1, 1, 1]);
  });
  await t.test('figures are lists', () => holds(o, leader, 'enterprise-demand', '2025Q2'));

  await t.test('what a step says of the other loop is checked when it is published, with its place', async () => {
    const boss = await o.town.as('sysadmin');
    const text = readFileSync(join(root, 'defs/loops/visit.yaml'), 'utf8');
    const fill = 'fill: {enterprise: item.enterprise, channel: 走访, kind: item.demand_kind}';
    assert.ok(text.includes(fill));
    const wrong = async (said) => {
      const put = text.replace(fill, said);
      const r = await boss.post('/api/defs', { kind: 'loop', text: put });
      assert.equal(r.status, 400, said);
      for (const e of r.body.errors) assert.equal(e.line, put.split('\n').findIndex((l) => l.includes(said)) + 1, JSON.stringify(e));
      return r.body.errors.map((e) => e.message).join();
    };
    assert.match(await wrong('fill: {firm: item.enterprise, channel: 走访, kind: item.demand_kind}'), /没有这个字段.*firm.*要有“企业”/);
    assert.match(await wrong('fill: {enterprise: item.enterprise, channel: 走街, kind: item.demand_kind}'), /“来源”填不了这个值/);
    assert.match(await wrong('fill: {enterprise: item.enterprise, channel: 走访, kind: item.way}'), /“诉求类别”填不了这个值/);
    assert.match(await wrong('fill: {enterprise: item.enterprise, kind: item.demand_kind}'), /要有“来源”/);
    const tel = text.replace('fields:\n', 'fields:\n  - {key: tel, title: 电话, type: phone}\n').replace(fill, `${fill.slice(0, -1)}, result: item.tel}`);
    const sealed = await boss.post('/api/defs', { kind: 'loop', text: tel });
    assert.deepEqual([sealed.status, sealed.body.errors.map((e) => e.message)], [400, ['所登记事项的“办理情况”填不了这个值']], 'personal data are not handed on');
    const gone = await boss.post('/api/defs', { kind: 'loop', text: text.replace('loop: enterprise-demand', 'loop: enterprise-demands') });
    assert.deepEqual([gone.status, gone.body.errors[0].line], [400, text.split('\n').findIndex((l) => l.includes('loop: enterprise-demand')) + 1]);
  });
});

// Page 000: “通过突破传统租赁模式，领创中心实现了出租率的大幅提升”; page 001: “产业单一、资金收益低、房产资源老旧”. Neither gives a figure.
test('asset and lease: occupancy, rent due, age', async (t) => {
  const o = await scene(t, '2025-11-08T10:00:00+08:00', { keeper: 'keeper1', collective: 'handler-office-collective', beihong: 'handler-beihong', leader: 'leader1' });
  const { keeper, collective, beihong, leader, take } = o;
  const made = (loop, title, fields) => o.made(keeper, { loop, title, fields });
  const numbers = async (filter) => (await leader.list(filter)).rows.map((r) => r.title).sort();
  let house, old;

  await t.test('how full a house is, what a square metre brings, and how old it is', async () => {
    house = await made('asset', '领创中心', { kind: '商务楼', holder: '鑫达集团', built: 2008, area: 12200, let: 7320, income: '900万元', value: '1.8亿元' });
    old = await made('asset', '泾北园', { kind: '园区厂房', holder: '经联社', built: 1988, condition: '待修', area: 8000, let: 7600, income: '240万元', value: '2000万元' });
    assert.deepEqual(['vacant', 'occupancy', 'income_area', 'return'].map((k) => value(house, k).value), ['4880', '0.6', '737.7', '0.05']);
    assert.deepEqual(await numbers('台账:集体资产台账 出租率:<95%'), ['领创中心']);
    assert.deepEqual(await numbers('register:asset built:<2000'), ['泾北园']);
    assert.equal((await beihong.step(await beihong.item(house.id), 'change', { fields: { let: 1 } })).status, 403, 'who keeps them changes them');
  });

  await t.test('run by another way, it is let: what was stays in its history', async () => {
    house = await take(collective, house, 'change', { fields: { let: 11700, run_by: '委托运营', income: '1530万元' } });
    assert.equal(value(house, 'occupancy').value, '0.959');
    const { changes } = house.timeline[0];
    assert.deepEqual([changes['f/occupancy'], changes['f/run_by']], [['0.6', '0.959'], ['自营出租', '委托运营']]);
    assert.deepEqual(await numbers('register:asset occupancy:>=90% run_by:委托运营'), ['领创中心']);
  });

  await t.test('rent that is due, leases that end, arrears: filters over their days', async () => {
    await made('enterprise', '京沪科技（演示）', { uscc: CODES[3] });
    const lease = (title, fields) => made('lease', title, { asset: '领创中心', area: 300, from_on: '2023-01-01', rent: '4.5万元', ...fields });
    await lease('甲租约', { until_on: '2025-12-31', paid_until: '2025-10-31', tenant: '京沪科技（演示）', arrears: '45,000' });
    await lease('乙租约', { until_on: '2027-12-31', paid_until: '2025-12-31', tenant_name: '个体户', renew: '续租' });
    const third = await lease('丙租约', { until_on: '2026-01-15', paid_until: '2025-11-30' });
    assert.deepEqual([value(third, 'year_rent').value, value(third, 'rent_area').value], ['540000', '4.93']);
    assert.deepEqual(await numbers('register:lease open:yes paid_until:..today'), ['甲租约'], 'due and not paid');
    assert.deepEqual(await numbers('register:lease open:yes paid_until:next-30d'), ['丙租约'], 'due within a month');
    assert.deepEqual(await numbers('register:lease open:yes until_on:..next-90d'), ['丙租约', '甲租约'], 'ends within three months');
    assert.deepEqual(await numbers('台账:租约台账 租金付至:..今天 欠租:>0'), ['甲租约']);
    assert.equal((await leader.list(`register:lease refers:${house.no}`)).total, 3, 'the house shows its leases');
    assert.equal((await leader.list(`register:lease refers:${old.no}`)).total, 0);
  });

  await t.test('what is vacant, and for how much', async () => {
    await made('building', '领创中心大厦', { area: 12200, let: 11700 });
    const room = await made('premises', '12层东', { building: '领创中心大厦', floor: 12, area: 500, status: '空置', asked: 5.2 });
    assert.equal(value(room, 'year_rent').value, '949000');
    assert.deepEqual(await numbers('register:premises open:yes status:空置 area:>=500 asked:<6'), ['12层东']);
    const let_ = await take(keeper, room, 'change', { fields: { status: '已租', tenant: '京沪科技（演示）' } });
    assert.equal(value(let_, 'tenant').shown, '京沪科技（演示）');
    assert.deepEqual(await numbers('register:premises open:yes status:空置'), []);
  });

  await t.test('boards count the same', async () => {
    for (const [register, wanted] of [['asset', { kept: 2, full: 2, low: 0, old: 1, worn: 1, run: 1, area: 20200, let: 19300, income: 17700000 }], ['lease', { kept: 3, owing: 1, large: 0, renewed: 1, leaving: 0, unasked: 2, rent: 135000, arrears: 45000 }], ['premises', { kept: 1, let: 1, vacant: 0, booked: 0, large: 0, let_area: 500, vacant_area: 0 }]]) {
      const board = (await leader.get(`/api/boards/${register}`)).body;
      assert.deepEqual(board.total.tallies, wanted, register);
      if (register === 'asset') assert.equal(board.total.rates.occupancy, 0.955446, 'of all the collective owns');
      for (const x of board.tallies) assert.equal(await listed(leader, x, x.filter), board.total.tallies[x.key], x.filter);
    }
  });
});
