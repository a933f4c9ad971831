// Choosing: the filter in Chinese and English, pages over many orders, orders of sorting, and what a mistake is told.
import test from 'node:test';
import assert from 'node:assert/strict';
import { agreed, Town, REPLY, until } from './lib.mjs';

const q = (person, filter, more = '') => person.get(`/api/items?filter=${encodeURIComponent(filter)}${more}`);

test('the filter language', async (t) => {
  const town = await Town.make({ at: '2026-11-18T09:00:00+08:00' });
  t.after(() => town.end());
  let desk = await town.as('dispatcher1');
  const [one, two] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const filed = {};
  const file = async (name, more) => { filed[name] = (await desk.file({ title: name, ...more })).body; };
  await file('飞线充电', { text: '楼下有人飞线给电瓶车充电', fields: { kind: '投诉', channel: '12345' } });
  await file('办事咨询', { text: '如何办理居住证', fields: { kind: '咨询', channel: '随申办', priority: '紧急' } });
  await town.move('2026-11-20T09:00:00+08:00');
  desk = await town.as('dispatcher1');
  await file('路灯不亮', { text: '3号楼 2单元 门口的路灯', address: '剑河路99弄', fields: { kind: '求助', channel: '12345' } });
  // Its clock ran out meanwhile; when that is noticed the order has another version.
  filed['飞线充电'] = await until('it is dispatched', async () => {
    const r = await desk.step(await desk.item(filed['飞线充电'].id), 'dispatch', { units: [one.id, two.id] });
    return r.status === 200 && r.body;
  });

  // What is typed, in both languages, and the orders it finds.
  const RIGHT = [
    ['', '飞线充电 办事咨询 路灯不亮'],
    ['飞线充电', '飞线充电'],
    ['电瓶车', '飞线充电'],
    ['飞线,路灯', '飞线充电 路灯不亮'],
    ['"3号楼 2单元"', '路灯不亮'],
    ['剑河路', '路灯不亮'],
    ['-飞线', '办事咨询 路灯不亮'],
    ['loop:hotline', '飞线充电 办事咨询 路灯不亮'],
    ['事项类型：12345热线工单', '飞线充电 办事咨询 路灯不亮'],
    ['state:filed', '办事咨询 路灯不亮'],
    ['状态:办理中', '飞线充电'],
    ['kind:投诉,咨询', '飞线充电 办事咨询'],
    ['业务类型：投诉，咨询', '飞线充电 办事咨询'],
    ['-kind:投诉', '办事咨询 路灯不亮'],
    ['channel:随申办 priority:紧急', '办事咨询'],
    ['来源:随申办 紧急程度:紧急', '办事咨询'],
    [`unit:${one.code}`, '飞线充电'],
    [`承办:${one.name}`, '飞线充电'],
    [`part:${two.code}`, '飞线充电'],
    [`协办:${two.name}`, '飞线充电'],
    [`unit:${two.code}`, ''],
    ['filed:2026-11-18', '飞线充电 办事咨询'],
    ['受理:今天', '路灯不亮'],
    ['filed:today', '路灯不亮'],
    ['受理:2026年11月', '飞线充电 办事咨询 路灯不亮'],
    ['filed:2026-11-19..', '路灯不亮'],
    ['filed:2026Q4 -filed:2026-11-20', '飞线充电 办事咨询'],
    ['受理:近3天', '飞线充电 办事咨询 路灯不亮'],
    ['受理:2026-W47', '飞线充电 办事咨询 路灯不亮'],
    ['overdue:yes', '办事咨询'],
    ['超期:是', '办事咨询'],
    ['class:matters/0102', '飞线充电 办事咨询 路灯不亮'],
    ['分类:none', ''],
    ['no:RX20261118*', '飞线充电 办事咨询'],
    ['编号:rx20261120-00001', '路灯不亮'],
    ['returns:>=1', ''],
    ['退单次数:0', '飞线充电 办事咨询 路灯不亮'],
    ['clock.handle:running', '飞线充电'],
    ['时限.处置:计时', '飞线充电'],
    ['－超期：是　在办：是', '飞线充电 路灯不亮'],
    ['"none"', ''],
  ];
  for (const [text, found] of RIGHT)
    await t.test(text || '(everything)', async () => {
      const r = await q(desk, text);
      assert.equal(r.status, 200, JSON.stringify(r.body));
      assert.deepEqual(r.body.rows.map((x) => x.title).sort(), found.split(' ').filter(Boolean).sort());
      assert.equal(r.body.total, r.body.rows.length);
      // What it is called canonically finds the same, and is its own canonical text.
      const again = (await q(desk, r.body.query.filter)).body;
      assert.equal(again.query.filter, r.body.query.filter);
      assert.deepEqual(again.rows.map((x) => x.id), r.body.rows.map((x) => x.id));
    });

  // A mistake is told with its column and what would have been right.
  const WRONG = [
    ['state:nowhere', 7, /filed|待派单/],
    ['承办：不存在的居民区', 4, /./],
    ['loop:hotline stat:filed', 14, /state/],
    ['filed:2026-13', 7, /./],
    ['受理:明年的事', 4, /./],
    ['overdue:perhaps', 9, /./],
    ['returns:viele', 9, /./],
    ['"never closed', 1, /"/],
    ['kind:', 6, /./],
    ['kind:投诉,', 9, /./],
    [':x', 1, /./],
    ['own.satisfied:很好', 15, /满意/],
  ];
  for (const [text, column, expected] of WRONG)
    await t.test(`wrong: ${text}`, async () => {
      const r = await q(desk, text);
      assert.equal(r.status, 400, JSON.stringify(r.body));
      const e = r.body.errors[0];
      assert.equal(e.field, 'filter');
      assert.equal(e.column, column, JSON.stringify(e));
      assert.match(e.expected + e.message, expected);
    });
  await t.test('two mistakes are told both', async () => {
    const r = await q(desk, 'state:nowhere kind:投诉 overdue:perhaps');
    assert.deepEqual(r.body.errors.map((e) => e.column), [7, 31]);
  });
});

test('pages over three hundred orders', { timeout: 120_000 }, async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00', still: false });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const one = (await desk.catalog()).units.find((u) => u.kind === 'neighbourhood');
  const made = [];
  const file = async (i) => { const r = await desk.file({ title: `第${i}件` }); assert.equal(r.status, 201); made.push(r.body); };
  for (let i = 0; i < 300; i += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => file(i + k)));
  const numbers = made.map((x) => x.no).sort();
  assert.deepEqual(numbers, Array.from({ length: 300 }, (_, i) => `RX20261120-${String(i + 1).padStart(5, '0')}`), 'numbers without a gap');

  /** Walks over all pages; between two pages something happens. */
  async function walk(filter, sort, between = async () => {}) {
    const seen = [];
    let after = '', pages = 0;
    do {
      const r = await desk.list(filter, `&sort=${sort}&limit=7&after=${encodeURIComponent(after)}`);
      assert.ok(r.rows.length <= 7);
      seen.push(...r.rows);
      after = r.next;
      pages++;
      await between(pages);
    } while (after);
    return { seen, pages };
  }
  const ids = (rows) => rows.map((x) => x.id);
  const before = made.map((x) => x.id).sort((a, b) => a - b);

  for (const [sort, key, down] of [['-filed', 'filed', true], ['filed', 'filed', false], ['due', 'due', false], ['-changed', 'changed', true]])
    await t.test(`sorted by ${sort}`, async () => {
      const { seen, pages } = await walk('第', sort);
      assert.equal(pages, Math.ceil(300 / 7));
      assert.deepEqual(ids(seen).sort((a, b) => a - b), before, 'each once');
      for (let i = 1; i < seen.length; i++) {
        const [a, b] = [Date.parse(seen[i - 1][key]), Date.parse(seen[i][key])];
        assert.ok(down ? a >= b : a <= b, `${seen[i - 1].no} before ${seen[i].no}`);
      }
    });

  await t.test('while new ones arrive: no gap and no double', async () => {
    const first = await desk.list('第', '&sort=-filed&limit=1');
    assert.equal(first.total, 300);
    const { seen } = await walk('第', '-filed', async (page) => { if (page <= 20) await desk.file({ title: `新到第${page}件` }); });
    assert.deepEqual(ids(seen).sort((a, b) => a - b), before, 'those that were there, each once; the new ones are above');
    const { seen: up } = await walk('第', 'filed', async (page) => { if (page <= 5) await desk.file({ title: `又到第${page}件` }); });
    assert.equal(new Set(ids(up)).size, up.length, 'no double');
    assert.ok(before.every((id) => ids(up).includes(id)), 'no gap');
    assert.equal(up.length, 325);
  });

  await t.test('while those shown are changed: by filing time nothing moves', async () => {
    const { seen } = await walk('第', '-filed', async (page) => {
      const it = await desk.item(made[page * 5].id);
      await desk.step(it, 'urge', { note: '请抓紧' });
    });
    assert.equal(new Set(ids(seen)).size, seen.length);
    assert.equal(seen.length, 325);
  });

  await t.test('the count agrees with the pages, the rows with the orders', async () => {
    for (const filter of ['第', '催办次数:>=1', 'urges:0', '新到']) {
      const { seen } = await walk(filter, 'filed');
      assert.equal((await desk.list(filter)).total, seen.length, filter);
    }
    const row = (await desk.list('', '&limit=1')).rows[0];
    const full = await desk.item(row.id);
    for (const key of Object.keys(row)) if (key !== 'left_s' && key !== 'cells') assert.deepEqual(full[key], row[key], key);
  });

  await t.test('sorted by what is due next, what no clock runs for comes last', async () => {
    const it = (await desk.file({ title: '挂起的第一件' })).body;
    const d = (await desk.step(it, 'dispatch', { units: [one.id] })).body;
    const leader = await town.as('leader1');
    const s = await agreed(desk, leader, d, 'suspend', { note: '等', reason: { key: '客观条件', option: '待上级批复' },
      fields: { promised: '2026-12-01', review_on: '2026-11-25' } });
    assert.equal(s.status, 200, JSON.stringify(s.body));
    const { seen } = await walk('在办:是', 'due');
    assert.equal(seen.at(-1).no, s.body.no, 'the suspended one is the last');
    assert.equal((await desk.list('在办:是', '&sort=due')).total, seen.length);
  });

  await t.test('the largest page', async () => {
    const r = await desk.list('', '&limit=200');
    assert.equal(r.rows.length, 200);
    assert.equal((await desk.get('/api/items?limit=201')).status, 400);
    const none = await desk.get('/api/items?count=no');
    assert.equal(none.body.total, -1);
  });
});

test('each sees what is his', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const [one, two, three] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const a = (await desk.step((await desk.file({ title: '甲' })).body, 'dispatch', { units: [one.id, two.id] })).body;
  await desk.step((await desk.file({ title: '乙' })).body, 'dispatch', { units: [two.id] });
  await desk.file({ title: '丙' });
  const titles = async (login, filter = '') => (await (await town.as(login)).list(filter)).rows.map((r) => r.title).sort().join('');
  assert.equal(await titles('dispatcher1'), ['甲', '乙', '丙'].sort().join(''));
  assert.equal(await titles(`handler-${one.code}`), '甲');
  assert.equal(await titles(`handler-${two.code}`), ['甲', '乙'].sort().join(''), 'as lead and as assisting unit');
  assert.equal(await titles(`handler-${three.code}`), '');
  assert.equal(await titles(`handler-${two.code}`, '承办:我的'), '乙');
  assert.equal(await titles(`handler-${two.code}`, 'part:mine'), ['甲', '乙'].sort().join(''));
  const first = await town.as(`handler-${one.code}`);
  await first.step(a, 'reply', { part: 1, fields: REPLY });
  assert.equal(await titles(`handler-${one.code}`), '甲', 'still in charge while the other works');

  // Whoever had a part goes on seeing the order, in lists as well as by itself; its own queue is empty of it.
  const second = await town.as(`handler-${two.code}`);
  const now = await second.item(a.id);
  assert.equal((await second.step(now, 'reply', { part: now.parts.find((p) => p.unit === two.id).id, fields: REPLY })).status, 200);
  assert.equal((await second.get(`/api/items/${a.id}`)).status, 200);
  assert.equal(await titles(`handler-${two.code}`), ['甲', '乙'].sort().join(''), 'its part has ended');
  assert.equal(await titles(`handler-${two.code}`, 'part:mine'), '乙');
  assert.equal((await desk.list('part:none')).total, 2, 'nobody has an open part of 甲 and 丙');
  assert.equal(await titles(`handler-${three.code}`), '');
});
