// The month of tests/anchors/scores.yaml: sixty orders filed over HTTP at their times, and every cell of every table as it was
// worked by hand; the list behind every figure has as many items as the figure says.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { anchors } from './anchors.mjs';
import { readBook } from './xlsx.mjs';
import { Town, REPLY, good, call, until } from './lib.mjs';

const EVENING = '10-31 20:00';
const YEAR = 2026;

/** What the anchors say: the orders, and the tables. */
function month(file) {
  const { blocks, tables } = anchors(file);
  const orders = blocks.orders.map(([n, unit, kind, filed, sent, contacted, replied, solved, satisfied, more]) =>
    ({ n: Number(n), unit, kind, filed, sent, contacted, replied, solved, satisfied, more: more ?? '' }));
  return { orders, tables };
}

/** What happens to the orders, in the order of time: [when, order, who, what is asked]. */
function events(orders) {
  const all = [];
  const hour = (day, usual) => (day.includes(':') ? day : `${day} ${usual}`);
  for (const o of orders) {
    const add = (when, fn) => all.push({ when, o, fn });
    const words = o.contacted.split(' ');
    const answer = words.pop();
    add(hour(o.filed, '09:00'), (w) => w.file(o));
    if (o.sent === '-') continue;
    const back = /^退单 (.*)$/.exec(o.more);
    if (back) {
      add('10-08 10:00', (w) => w.send(o, back[1]));
      add('10-08 11:00', (w) => w.giveBack(o, back[1]));
    }
    add(hour(o.sent, '10:00'), (w) => w.send(o, o.unit));
    if (o.contacted !== '-') add(hour(words.join(' '), '11:00'), (w) => w.contact(o, answer));
    if (o.more === '挂账') add('10-30 15:00', (w) => w.hold(o));
    if (o.more.startsWith('延期')) add('10-12 16:00', (w) => w.extend(o, o.more.split(' ')[1]));
    if (o.replied === '-') continue;
    add(`${o.replied} 15:00`, (w) => w.reply(o, o.solved));
    add(`${o.replied} 16:00`, (w) => w.close(o, o.solved, o.satisfied));
    if (o.more.startsWith('区复核')) add(`${o.replied} 16:00`, (w) => w.review(o, o.more.split(' ')[1]));
    if (o.more === '剔除') add(`${o.replied} 16:00`, (w) => w.exclude(o));
    const again = /^复核 (\S+ \S+) (\S+) (\S+) (\S+) (\S+)$/.exec(o.more);
    if (again) {
      add(again[1], (w) => w.recheck(o));
      add(`${again[1].slice(0, 5)} 15:00`, (w) => w.contact(o, again[2]));
      add(`${again[3]} 15:00`, (w) => w.reply(o, again[4]));
      add(`${again[3]} 16:00`, (w) => w.close(o, again[4], again[5]));
    }
  }
  return all.map((e, i) => ({ ...e, i })).sort((a, b) => (a.when === b.when ? a.i - b.i : a.when < b.when ? -1 : 1));
}

const at = (when) => `${YEAR}-${when.replace(' ', 'T')}:00+08:00`;

/** Those who work, with tokens: a session would not live for a month. */
class Work {
  constructor(town) {
    this.town = town;
    this.people = {};
    this.ids = {};
  }

  async as(login) {
    if (this.people[login]) return this.people[login];
    const p = await this.town.as(login);
    const made = await p.post('/api/tokens', { name: 'scores', days: 60 });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    p.token = made.body.secret;
    p.cookie = undefined;
    this.people[login] = p;
    return p;
  }

  /** A step on the order as it is at this moment: a clock that runs out may move it between the look and the step. */
  async try(login, o, step, what) {
    const p = await this.as(login);
    for (;;) {
      const item = await p.item(this.ids[o.n]);
      const r = await p.step(item, step, what(item));
      if (r.status === 409 && r.body.errors[0].field === 'version') continue;
      assert.equal(r.status, 200, `order ${o.n}, ${step}: ${JSON.stringify(r.body)}`);
      return;
    }
  }

  /** mine: on the unit's own part; by: who agrees to it, when it has to be asked for. */
  async take(login, o, step, { mine, by, ...what } = {}) {
    await this.try(login, o, step, (item) => ({ ...(mine ? { part: item.parts.filter((x) => x.open).at(-1).id } : {}), ...what }));
    if (!by) return;
    await this.try(by, o, step, (item) => {
      const { part } = item.requests.find((x) => x.step === step);
      return { say: 'yes', ...(part ? { part } : {}) };
    });
  }

  async file(o) {
    const desk = await this.as('dispatcher1');
    const r = await desk.file({ title: `第 ${o.n} 件`, fields: { channel: '12345', kind: o.kind, source_no: `N${o.n}` } });
    assert.equal(r.status, 201, `order ${o.n}: ${JSON.stringify(r.body)}`);
    this.ids[o.n] = r.body.id;
  }

  async send(o, unit) {
    const desk = await this.as('dispatcher1');
    return this.take('dispatcher1', o, 'dispatch', { units: [await desk.unit(unit)] });
  }

  giveBack(o, unit) {
    return this.take(`handler-${unit}`, o, 'return', { mine: true, by: 'dispatcher1', note: '不在本居民区', reason: { key: '职责不符', option: '非本辖区' } });
  }

  contact(o, answer) {
    return this.take(`handler-${o.unit}`, o, 'contact', { mine: true,
      fields: { contacted: answer, ...(answer === '否' ? { no_contact_why: '始终未接' } : {}) } });
  }

  extend(o, by) {
    return this.take('dispatcher1', o, 'extend', { mine: true, by: 'leader1', extend: by, note: '需鉴定', reason: { key: '情况复杂', option: '需专业鉴定' } });
  }

  hold(o) {
    return this.take('dispatcher1', o, 'suspend', { by: 'leader1', note: '等批复', reason: { key: '客观条件', option: '待上级批复' },
      fields: { promised: '2026-12-01', review_on: '2026-11-25' } });
  }

  reply(o, solved) {
    const fact = { 咨询: '有政策信息', 建议: '采纳' }[o.kind] ?? '属实';
    const why = solved === '未解决' ? { unsolved_why: '客观条件不具备' } : {};
    return this.take(`handler-${o.unit}`, o, 'reply', { mine: true, fields: { ...REPLY, fact, solved, ...why } });
  }

  async close(o, solved, satisfied) {
    await this.take('dispatcher1', o, 'check');
    await this.take('dispatcher1', o, 'close');
    await this.take('dispatcher1', o, 'rate', { fields: { satisfied, solved } });
  }

  review(o, satisfied) {
    return this.take('dispatcher1', o, 'review', { judge: 'district', fields: { satisfied, solved: o.solved } });
  }

  async exclude(o) {
    const file = await (await this.as('dispatcher1')).attach({ id: this.ids[o.n] }, '情况说明.txt', '现场无此情况');
    assert.ok(file.status < 300, JSON.stringify(file.body));
    return this.take('dispatcher1', o, 'exclude', { by: 'leader1', files: [1], note: '查无此事', reason: { key: '不属实', option: '查无此事' } });
  }

  recheck(o) {
    return this.take('dispatcher1', o, 'recheck', { note: '诉求人仍不满意' });
  }
}

const table = async (who, key, period = '2026-10') => {
  const r = await who.get(`/api/scores/${key}?period=${encodeURIComponent(period)}`);
  assert.equal(r.status, 200, JSON.stringify(r.body));
  return r.body;
};
const near = (got, wanted) => (got === null || wanted === null ? got === wanted : Math.abs(got - wanted) < 1e-6);

async function everyCell(desk, got, wanted) {
  const rows = new Map();
  for (const r of got.rows) rows.set(r.unit, r);
  const differ = [];
  const compare = (name, row, cells) => wanted.columns.forEach((c, i) => {
    if (!near(row.values[c], cells[i])) differ.push(`${name} ${c}: ${row.values[c]}, by hand ${cells[i]}`);
  });
  for (const [code, cells] of Object.entries(wanted.rows)) {
    assert.equal(cells.length, wanted.columns.length, `${got.key} ${code}`);
    const row = rows.get(await desk.unit(code));
    compare(code, row, cells);
    if (wanted.groups) assert.equal(row.group, wanted.groups[code], code);
    rows.delete(row.unit);
  }
  for (const row of rows.values()) // everybody else has nothing, and no points
    for (const c of got.columns) assert.ok(!row.values[c.key], `${row.name} ${c.key}: ${row.values[c.key]}`);
  if (wanted.total) compare('total', got.total[0], wanted.total);
  assert.deepEqual(differ, []);
}

async function everyList(leader, got) {
  const seen = new Map();
  let figures = 0;
  for (const row of [...got.rows, ...got.totals, ...got.total, ...got.other])
    for (const c of got.columns.filter((x) => x.filter)) {
      const link = `${c.filter} ${row.filter}`;
      if (!seen.has(link)) seen.set(link, (await leader.list(link, '&limit=1')).total);
      assert.equal(seen.get(link), row.values[c.key], `${row.name} ${c.title}: ${link}`);
      figures += 1;
    }
  assert.ok(figures > 50, String(figures));
}

test('a month of sixty orders, worked by hand', { timeout: 900_000 }, async (t) => {
  const { orders, tables } = month('scores.yaml');
  assert.equal(orders.length, 60);
  const steps = events(orders);
  const town = await Town.make({ at: at(steps[0].when) });
  t.after(() => town.end());
  const work = new Work(town);
  let now = steps[0].when;
  for (const { when, fn } of steps) {
    if (when !== now) await town.move(at(when));
    now = when;
    await fn(work);
  }
  await town.move(at(EVENING));
  const leader = await work.as('leader1');
  const desk = await work.as('dispatcher1');
  await until('the clocks that ran out are noticed', async () => (await table(leader, 'stages')).total[0].values['all.overdue'] === 3);

  for (const [key, wanted] of Object.entries(tables))
    await t.test(`${key}, every cell`, async () => {
      const got = await table(leader, key);
      assert.equal(got.version, 1);
      assert.deepEqual([got.first, got.last], ['2026-10-01', '2026-10-31']);
      await everyCell(desk, got, wanted);
    });
  for (const key of Object.keys(tables))
    await t.test(`${key}, the list behind every figure`, async () => everyList(leader, await table(leader, key)));

  await t.test('how a figure came about', async () => {
    const unit = await desk.unit('beihong');
    const cell = async (column, more = `&unit=${unit}`) =>
      (await leader.get(`/api/scores/zhaoxiang/cell?period=2026-10&column=${column}${more}`)).body;
    const sat = await cell('satisfied');
    assert.equal(sat.formula, '(满意 + 基本满意折算×基本满意 + 一般折算×一般) ÷ (满意 + 基本满意 + 一般 + 不满意)');
    assert.equal(sat.numbers, '(6 + 0.8×2 + 0.6×1) ÷ (6 + 2 + 1 + 1) = 82.0%');
    for (const part of sat.parts.filter((p) => p.filter))
      assert.equal((await leader.list(part.filter, '&limit=1')).total, Number(part.value), part.title);
    assert.equal((await cell('intake_points')).numbers, '四舍五入(5 × 13 ÷ 24, 3) = 2.708');
    assert.equal((await cell('sat_points')).numbers, '40 × 82.0% = 32.80');
    const blank = await cell('contact', `&unit=${await desk.unit('zhongjing')}`);
    assert.equal(blank.numbers, '0 ÷ (0 + 0) = —');
    assert.match(blank.why, /分母为 0/);
    const points = await cell('contact_points', `&unit=${await desk.unit('zhongjing')}`);
    assert.match(points.why, /“先行联系率”没有数，按规则记 0/);
    assert.equal((await cell('closed', '&group=villages')).numbers, '21');
    assert.equal((await leader.get('/api/scores/zhaoxiang/cell?period=2026-10&column=closed&group=none')).status, 404);
  });

  await t.test('other periods: the assessment year, a week, days, a year', async () => {
    const closed = async (period) => (await table(leader, 'rates', period)).total[0].values;
    assert.deepEqual([(await closed('A2026')).intake, (await closed('A2026')).closed], [60, 49]);
    assert.deepEqual([(await closed('A2027')).intake, (await closed('A2026')).closed], [0, 49]);
    assert.equal((await closed('2026')).intake, 60);
    assert.equal((await closed('2026Q3')).intake, 4);
    assert.equal((await closed('2026H2')).intake, 60);
    assert.equal((await closed('2026-W42')).intake, (await closed('2026-10-12..2026-10-18')).intake);
    assert.equal((await closed('2026-10-08')).intake, orders.filter((o) => o.filed === '10-08').length);
    for (const bad of ['A26', '2026-13', 'ever', '2026-10-31..2026-10-01', '1999-01-01..2026-10-01'])
      assert.equal((await leader.get(`/api/scores/rates?period=${bad}`)).status, 400, bad);
    assert.equal((await leader.get('/api/scores/none')).status, 404);
    assert.match((await table(leader, 'rates', '2026-10')).notes[0], /尚未结束/);
    assert.deepEqual((await table(leader, 'rates', '2026-09')).notes, []);
  });

  await t.test('who reads only his own unit sees its row and no total', async () => {
    const handler = await work.as('handler-beihong');
    const got = await table(handler, 'zhaoxiang');
    assert.deepEqual([got.whole, got.rows.length, got.totals.length, got.total.length], [false, 1, 0, 0]);
    assert.ok(near(got.rows[0].values.total, 82.508));
    const unit = await desk.unit('chengqiao');
    assert.equal((await handler.get(`/api/scores/zhaoxiang/cell?period=2026-10&column=total&unit=${unit}`)).status, 404);
    assert.equal((await handler.get('/api/scores/zhaoxiang/cell?period=2026-10&column=total')).status, 404);
    const csv = (await handler.get('/api/scores/zhaoxiang/table.csv?period=2026-10')).body;
    assert.equal(csv.trim().split('\r\n').length, 2);
  });

  await t.test('CSV, and the command line', async () => {
    const r = await leader.get('/api/scores/zhaoxiang/table.csv?period=2026-10');
    assert.equal(r.headers.get('content-disposition'), 'attachment; filename="zhaoxiang-2026-10-01-2026-10-31.csv"');
    const rows = r.body.replace('\ufeff', '').trim().split('\r\n').map((l) => l.split(','));
    assert.deepEqual(rows[0].slice(0, 5), ['组别', '单位', '受理 受理量（件）', '受理 得分（分）', '先行联系 先行联系率']);
    const beihong = rows.find((x) => x[1].startsWith('北虹'));
    assert.deepEqual(beihong, ['村居', '北虹居委会', '13', '2.708', '90.0%', '27.00', '11', '2', '81.8%', '0.00', '8', '80.0%', '2', '20.0%', '20.00', '82.0%', '32.80', '82.51']);
    const said = good('score', 'zhaoxiang', '--period', '2026-10', '--dir', town.dir);
    assert.ok(near(said.rows.find((x) => x.unit === 'beihong').values.total, 82.508));
    assert.equal(said.total.values.closed, 49);
    assert.match(call('score', '--dir', town.dir).out, /zhaoxiang {2}热线考核（赵巷公式），第 1 版/);
    const text = call('score', 'rates', '--period', '2026-10', '--dir', town.dir).out;
    assert.match(text, /北虹居委会\s+13\s+11\s+90\.0%\s+81\.8%\s+80\.0%\s+82\.0%\s+53\.3%/);
    const file = join(town.dir, 'rates.csv');
    assert.equal(call('score', 'rates', '--period', '2026-10', '--csv', file, '--dir', town.dir).code, 0);
    assert.ok(existsSync(file));
    rmSync(file);
    assert.equal(call('score', 'rates', '--period', 'ever', '--dir', town.dir).code, 2);
  });

  await t.test('a workbook: the table, and a sheet of its rules', async () => {
    const path = '/api/scores/zhaoxiang/table.xlsx?period=2026-10';
    const r = await fetch(town.base + path, { headers: { authorization: `Bearer ${leader.token}` } });
    assert.equal(r.headers.get('content-type'), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
    assert.equal(r.headers.get('content-disposition'), 'attachment; filename="zhaoxiang-2026-10-01-2026-10-31.xlsx"');
    const book = readBook(Buffer.from(await r.arrayBuffer()));
    assert.deepEqual(Object.keys(book), ['考核表', '规则']);
    assert.equal(book.考核表.frozen, 4);
    const cells = book.考核表.rows.filter(Boolean).map((row) => row.map((c) => c.text ?? c.number));
    assert.deepEqual([cells[0][0], cells[1][0]], ['热线考核（赵巷公式）', '2026-10-01 至 2026-10-31']);
    const row = cells.find((x) => String(x[0]).startsWith('北虹'));
    assert.deepEqual(row.slice(1).map((v) => Number(v.toFixed(6))), [13, 2.708, 0.9, 27, 11, 2, 0.818182, 0, 8, 0.8, 2, 0.2, 20, 0.82, 32.8, 82.51]);
    const words = Object.fromEntries(book.规则.rows.filter((x) => x && x[1]).map((x) => [x[0].text, x[1].text]));
    assert.equal(words.总分, '受理得分 + 先行联系得分 + 解决得分 + 满意得分');
    assert.equal(words['受理 得分'], '四舍五入(受理量分值 × 受理量 ÷ 组内合计(受理量), 3)');
    assert.equal(words.先行联系分值, '30分');
    assert.equal(words['部门（办结量大于 10）'], '办结量 > 10');
    assert.equal(words.时段, '2026-10-01 至 2026-10-31');
    assert.match(words.规则版本, /^第 1 版，\d{4}-\d\d-\d\d 发布$/);
    assert.equal(words.制表时间, '2026-10-31 20:00');
    // A figure leads back to its list.
    const link = book.考核表.rows.filter(Boolean).flat().find((c) => c.link?.includes('beihong') && c.link.includes('excluded')).link;
    const filter = new URL(link).searchParams.get('filter');
    assert.equal(new URL(link).origin, town.base);
    assert.ok((await leader.list(filter, '&limit=1')).total > 0);
    const file = join(town.dir, 'zhaoxiang.xlsx');
    assert.equal(call('score', 'zhaoxiang', '--period', '2026-10', '--xlsx', file, '--dir', town.dir).code, 0);
    assert.deepEqual(Object.keys(readBook(readFileSync(file))), ['考核表', '规则']);
    rmSync(file);
  });

  await t.test('the counters are what the events say', () => {
    assert.equal(call('tally', 'verify', '--dir', town.dir).code, 0);
  });
});

test('a day of the patrol, worked by hand', { timeout: 600_000 }, async (t) => {
  const { tables } = anchors('patrol_scores.yaml');
  const at = (hm) => `2026-11-20T${hm}:00+08:00`;
  const town = await Town.make({ at: at('09:00') });
  t.after(() => town.end());
  const who = {};
  for (const login of ['inspector1', 'clerk1', 'duty1', 'dispatcher1', 'leader1', 'handler-enforcement']) who[login] = await town.as(login);
  const desk = who.dispatcher1;
  const office = await desk.unit('enforcement');
  const klass = await desk.klass('06010');
  const ids = {};
  // A clock that runs out may move the case between the look and the step.
  const take = async (login, n, step, more) => {
    for (;;) {
      const r = await who[login].step(await who[login].item(ids[n]), step, more);
      if (r.status === 409 && r.body.errors[0].field === 'version') continue;
      assert.equal(r.status, 200, `${n}, ${step}: ${JSON.stringify(r.body).slice(0, 400)}`);
      return;
    }
  };
  const photo = async (login, n) => {
    const r = await who[login].attach({ id: ids[n] }, `${n}.jpg`, `jpeg ${n} ${login}`, { type: 'image/jpeg' });
    assert.ok(r.status < 300, JSON.stringify(r.body).slice(0, 300));
  };
  const each = async (list, ...steps) => {
    for (const n of list) for (const [login, step, more] of steps) await (step === 'photo' ? photo(login, n) : take(login, n, step, more));
  };
  const OPEN = [['inspector1', 'photo'], ['duty1', 'open']];
  const SEND = ['dispatcher1', 'dispatch', { units: [office] }];
  const HANDLE = [['handler-enforcement', 'photo'], ['handler-enforcement', 'handle', { fields: { handled: '已处置', result: '垃圾已清运' } }]];
  const ASK = ['clerk1', 'send-check'];
  const CLOSE = [['inspector1', 'photo'], ['inspector1', 'check', { fields: { checked: '合格' } }], ['duty1', 'close']];
  for (let n = 1; n <= 9; n++) {
    const r = await who.inspector1.post('/api/items', { loop: 'patrol', title: `暴露垃圾 ${n}`, text: `第 ${n} 处`, address: `北虹路${n * 37}号`, class: klass,
      fields: { channel: n === 9 ? '公众举报' : '监督员上报', missed: n === 9 ? 'yes' : 'no' } });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    ids[n] = r.body.id;
  }
  await town.move(at('09:10'));
  await each([1, 2, 3, 4, 5], ['clerk1', 'accept'], ...OPEN, SEND);
  await each([8], ['clerk1', 'refuse', { note: '重复', reason: { key: '重复上报' } }]);
  await each([9], ['clerk1', 'accept'], ['clerk1', 'ask-verify']);
  await town.move(at('09:40'));
  await each([5], ['dispatcher1', 'extend', { part: 1, extend: '1wd', note: '大雨', reason: { key: '客观条件', option: '天气原因' } }]);
  await each([6], ['clerk1', 'accept'], ...OPEN);
  await each([9], ['inspector1', 'photo'], ['inspector1', 'verify', { fields: { verified: '属实' } }], ['duty1', 'open'], SEND);
  await town.move(at('15:00'));
  await each([1, 9], ...HANDLE, ASK, ...CLOSE);
  await each([2], ...HANDLE, ASK, ['inspector1', 'photo'], ['inspector1', 'redo', { note: '还有一堆' }]);
  await town.move(at('17:00'));
  await each([2, 3], ...HANDLE, ASK, ...CLOSE);
  await town.move(at('17:20'));
  const { leader1: leader } = who;
  await until('the clocks that ran out are noticed', async () => {
    const v = (await table(leader, 'patrol-stages', '2026-11')).total[0].values;
    return v['accept.overdue'] + v['dispatch.overdue'] + v['handle.overdue'] === 3;
  });
  for (const [key, wanted] of Object.entries(tables)) {
    await t.test(`${key}, every cell`, async () => everyCell(desk, await table(leader, key, '2026-11'), wanted));
    await t.test(`${key}, the list behind every figure`, async () => everyList(leader, await table(leader, key, '2026-11')));
  }
  await t.test('the counters are what the events say', () => {
    assert.equal(call('tally', 'verify', '--dir', town.dir).code, 0);
  });
});

test('the assessment year is the town\'s, said once in town.yaml: for boards and for scores that do not say their own', async (t) => {
  for (const [town_of, month] of [['xinjing', 11], ['pingshan-sample', 1]]) {
    const town = await Town.make({ at: '2026-11-20T09:00:00+08:00', town: town_of });
    t.after(() => town.end());
    const p = await town.as('dispatcher1');
    assert.equal((await p.get('/api/me')).body.town.year_month, month, town_of);
    for (const s of (await p.get('/api/scores')).body.rows) assert.equal(s.year_month, month, s.key);
  }
});
