// Cadence rules 周期规则 and the loop `visit`. The pages say: "要通过进一步加强对重点纳统企业的走访服务，更多满足企业诉求、更好助力企业发展"; "以方案为纲，压实责任，
// 开展“三必访”行动，服务企业，建立督导机制，强化闭环管理，确保目标完成" (seed 001); "创新采用“e人面对面+i人线对线”的走访方式" (seed 003). None gives a
// figure, so what is checked is that every figure is that of the list behind it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Town, good, root, until } from './lib.mjs';

// Published codes of well-known companies; their last character is computed. [GB 32100-2015]
const CODES = ['9144030071526726XG', '91330100799655058B', '914403001922038216', '91110000802100433B'];
const OCTOBER = '2026-10-08T09:00:00+08:00';

const value = (it, key) => it.fields.find((f) => f.key === key)?.value;
const ok = (r) => { assert.ok(r.status === 200 || r.status === 201, JSON.stringify(r.body)); return r.body; };

test('visits', async (t) => {
  const town = await Town.make({ at: OCTOBER });
  t.after(() => town.end());
  const keep = async (title, values) => ok(await (await town.as('keeper1')).post('/api/items', { loop: 'enterprise', title, address: '泉口路1号', fields: values }));
  const visits = async (filter = '') => (await (await town.as('leader1')).list(`loop:visit ${filter}`, '&sort=due')).rows;
  const run = (at) => good('cadence', 'run', '--dir', town.dir, '--at', at);

  await keep('泾源数据', { uscc: CODES[0], size: '规上', service: '北虹居委会', tax: '500万' });
  await keep('泾源贸易', { uscc: CODES[1], size: '限上', service: '北虹居委会', tax: '2,000万元' });
  await keep('泾源餐饮', { uscc: CODES[2], size: '规上', tax_here: '是', counted: '否' });
  const small = await keep('泾源小店', { uscc: CODES[3], size: '个体' });

  await t.test('what would be filed is told, and nothing is filed', () => {
    const { rules, due } = good('cadence', 'preview', 'visit/big', '--until', '2027-01-01', '--dir', town.dir, '--at', OCTOBER);
    assert.equal(due, 6);
    assert.deepEqual(rules['visit/big'].slice(0, 3).map((r) => [r.title, r.because, r.from, r.until, r.unit]), [
      ['泾源贸易', '年税收千万元以上', '2026-10-01', '2026-12-31', 'beihong'],
      ['泾源餐饮', '纳税未纳统', '2026-10-01', '2026-12-31', 'office-business'],
      ['泾源数据', '', '2026-10-01', '2026-12-31', 'beihong'],
    ]);
    assert.deepEqual(rules['visit/big'].slice(3).map((r) => r.until), ['2027-03-31', '2027-03-31', '2027-03-31']);
    assert.equal(town.sql('SELECT count(*) FROM cadence').trim(), '0');
  });

  await t.test('the server files them, those that come first first; each stands with its unit, by its day', async () => {
    await town.move(OCTOBER);
    await until('all are filed', async () => (await visits()).length === 3);
    const rows = await visits();
    assert.deepEqual(rows.map((r) => r.title), ['泾源贸易', '泾源餐饮', '泾源数据']);
    const handler = await town.as('handler-beihong');
    assert.deepEqual((await handler.list('loop:visit unit:mine', '&sort=due')).rows.map((r) => r.title), ['泾源贸易', '泾源数据']);
    const it = await handler.item(rows[0].id);
    assert.deepEqual([it.state, it.address, it.due], ['planned', '泉口路1号', '2027-01-01T00:00:00+08:00']);
    assert.deepEqual(['visit_by', 'first', 'plan'].map((k) => value(it, k)), ['2026-12-31', '年税收千万元以上', '规上企业每季必访']);
    assert.match(it.timeline[0].note, /规上企业每季必访：2026-10-01 至 2026-12-31；先办：年税收千万元以上/);
  });

  await t.test('filed once, by whomever it is asked again: a command, a second start, a rule that is edited', async () => {
    assert.equal(run(OCTOBER).filed, 0);
    const boss = await town.as('sysadmin');
    const text = readFileSync(join(root, 'defs/loops/visit.yaml'), 'utf8').replace('every: 3mo', 'every: 1mo');
    ok(await boss.post('/api/defs', { kind: 'loop', text }));
    await town.move('2026-11-20T09:00:00+08:00');
    assert.equal(run('2026-11-20T09:00:00+08:00').filed, 0, 'the days of the quarter are those of the month as well');
    assert.equal((await visits()).length, 3);
  });

  await t.test('a new row is asked for within its period', async () => {
    ok(await (await town.as('keeper1')).step(await (await town.as('keeper1')).item(small.id), 'change', { fields: { size: '规上' } }));
    assert.equal(run('2026-11-20T09:00:00+08:00').filed, 1);
    assert.deepEqual((await visits()).map((r) => r.title), ['泾源小店', '泾源贸易', '泾源餐饮', '泾源数据']);
  });

  const visit = { way: '面对面', visitors: '营商办两人（演示）', visited_on: '2026-11-20', talks: '生产经营平稳', demand: '否' };
  await t.test('face to face or on line; a demand is answered before the end; who is not met is met again', async () => {
    const keeper = await town.as('keeper1'), handler = await town.as('handler-beihong');
    const [shop, trade, food, data] = await visits();
    let it = ok(await handler.step(await handler.item(trade.id), 'visit', { fields: visit }));
    assert.deepEqual([it.state, it.open], ['visited', false]);
    ok(await handler.step(it, 'close'));
    it = ok(await keeper.step(await keeper.item(food.id), 'unmet', { note: '负责人外出' }));
    it = ok(await keeper.step(it, 'visit', { fields: { ...visit, way: '线对线', demand: '是', demands: '员工停车难' } }));
    assert.equal((await keeper.step(it, 'close')).status, 400, 'the demand is not answered');
    it = ok(await keeper.step(it, 'answer', { fields: { reply: '已协调周边错时停车' } }));
    ok(await keeper.step(it, 'close'));
    it = ok(await handler.step(await handler.item(data.id), 'drop', { note: '已迁出', reason: { key: '企业原因', option: '已迁出' } }));
    assert.equal(it.state, 'dropped');
    assert.ok(shop);
  });

  await t.test('after an outage: what is due now, once, and how many periods nobody was asked', async () => {
    await town.move('2027-03-02T09:00:00+08:00');
    await until('the new period is filed', async () => (await visits('cadence:visit/big/2027-03')).length === 4);
    const it = await (await town.as('leader1')).item((await visits('cadence:visit/big/2027-03'))[0].id);
    assert.match(it.timeline.at(-1).note, /此前 2 期没有登记/);
    assert.equal((await visits()).length, 8);
    assert.deepEqual((await visits('cadence:visit/big/2026-12-01..2026-12-31')).length, 3);
  });

  await t.test('how far each rule has come, by unit: every figure is that of the list behind it', async () => {
    const leader = await town.as('leader1'), handler = await town.as('handler-beihong');
    const covers = async (who, query = '') => ok(await who.get(`/api/cadences${query}`)).rows;
    const check = async (who, rule) => {
      for (const side of [...rule.units, rule.total])
        for (const { key, filter, rows } of rule.figures.filter((f) => f.filter))
          assert.equal((await who.list(`${filter} ${rows ? side.rows_filter : side.filter}`)).total, side.counts[key], `${side.name} ${key} ${filter}`);
    };
    const [big, small] = await covers(leader, '?loop=visit&day=2027-03-02');
    assert.deepEqual([big.key, big.from, big.until, big.filing, big.broken], ['big', '2027-03-01', '2027-03-31', true, '']);
    assert.deepEqual(big.total.counts, { asked: 4, in_time: 0, late: 0, missed: 0, open: 4, overdue: 0, unfiled: 0 });
    assert.deepEqual([small.key, small.aligned, small.total.counts.asked], ['small', false, 0]);
    // What the quarter asked for before the rule was edited touches its last month still.
    const [last] = await covers(leader, '?day=2026-12-10');
    assert.deepEqual([last.filing, last.total.counts], [false, { asked: 3, in_time: 2, late: 0, missed: 1, open: 0, overdue: 0, unfiled: 0 }]);
    const [november] = await covers(leader, '?day=2026-11-20');
    assert.equal(november.total.counts.overdue, 1, 'the shop nobody went to');
    await keep('泾源新厂', { uscc: '91310105MA1FW00002', size: '规上' });
    const [now] = await covers(leader);
    assert.equal(now.total.counts.unfiled, 1, 'added a moment ago: the next look files it');
    for (const rule of [now, last, november, small]) await check(leader, rule);
    const [own] = await covers(handler);
    assert.deepEqual([own.total.counts.open, own.total.counts.unfiled], [2, 0], 'of his unit');
    await check(handler, own);
    assert.equal((await handler.get(`/api/cadences?unit=${await handler.unit('xinjing')}`)).status, 403);
    assert.equal((await leader.get('/api/cadences?loop=enterprise')).status, 404);
    assert.equal((await leader.get('/api/cadences?day=soon')).status, 400);
  });

  await t.test('counted from the last visit: a year later, and after an outage with the days everybody has', async () => {
    await keep('泾源小铺', { uscc: '91310105MA1FW00015', size: '个体' });
    const due = (at) => good('cadence', 'preview', 'visit/small', '--dir', town.dir, '--at', `${at}T09:00:00+08:00`).rules['visit/small']
      .map((r) => [r.title, r.from, r.until, r.missed]);
    assert.deepEqual(due('2028-01-31'), []);
    assert.deepEqual(due('2028-02-01'), [['泾源小铺', '2027-03-02', '2028-03-02', 0]], 'the first time from the day it was added');
    await town.move('2028-02-20T09:00:00+08:00');
    await until('it is filed', async () => (await visits('cadence:visit/small')).length === 1);
    assert.deepEqual(due('2028-12-01'), [], 'while it is open nothing else is asked');
    const keeper = await town.as('keeper1');
    const it = await keeper.item((await visits('cadence:visit/small'))[0].id);
    ok(await keeper.step(it, 'visit', { fields: { ...visit, visited_on: '2028-02-20' } }));
    assert.deepEqual(due('2029-01-20'), []);
    assert.deepEqual(due('2029-01-21'), [['泾源小铺', '2028-02-20', '2029-02-20', 0]]);
    assert.deepEqual(due('2030-03-01'), [['泾源小铺', '2028-02-20', '2030-03-31', 1]]);
    const [, small] = ok(await (await town.as('leader1')).get('/api/cadences?loop=visit')).rows;
    assert.deepEqual([small.from, small.until, small.total.counts.in_time], ['2027-03-22', '2028-03-21', 1]);
  });

  await t.test('counters equal the lists; the sentence in figures', async () => {
    const leader = await town.as('leader1');
    const { body: board } = await leader.get('/api/boards/visit?period=2026Q4');
    for (const tally of board.tallies)
      assert.equal((await leader.list(tally.filter)).total, board.total.tallies[tally.key], tally.filter);
    const n = board.total.tallies;
    assert.deepEqual([n.planned, n.reached, n.face, n.line, n.demands, n.answered], [4, 2, 1, 1, 1, 1]);
    t.diagnostic(`走访企业：应访 ${n.planned} 户，已访 ${n.reached} 户（面对面 ${n.face}、线对线 ${n.line}），收集诉求 ${n.demands} 件，答复 ${n.answered} 件`);
    assert.equal(good('tally', 'verify', '--dir', town.dir).ok, true);
    assert.equal(good('audit', 'verify', '--dir', town.dir).ok, true);
  });
});
