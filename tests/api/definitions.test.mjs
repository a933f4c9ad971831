// A new loop and a new register by following docs/definitions.md only: its files, commands and requests in their order. Nothing of the
// program knows them.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Town, call, good, root, until } from './lib.mjs';
import { manual, promised } from './definitions.mjs';
import { readBook } from './xlsx.mjs';

test('docs/definitions.md, followed to the letter', async (t) => {
  const doc = manual();
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const dir = mkdtempSync(join(tmpdir(), 'bihuan-manual-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = (name) => join(dir, name);
  const files = { 'meter.yaml': doc.file('meter.yaml'), 'water-meter.yaml': doc.file('water-meter.yaml') };
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
  /** A command as the page writes it, with this town and these files. */
  const command = (line) => call(...line.replaceAll('var/town', town.dir).split(/\s+/).slice(1).map((w) => (w in files ? path(w) : w)));
  const chapters = doc.of('sh').map((body) => body.trim().split('\n'));
  const done = (line) => {
    const r = command(line);
    assert.equal(r.code, 0, `${line}: ${r.err} ${r.out}`);
    return r.out;
  };
  const desk = await town.as('dispatcher1'), unit = await town.as('handler-beihong');
  const loopOf = async (key) => {
    const { cat } = desk;
    desk.cat = undefined;
    const { loops, registers } = await desk.catalog();
    const found = [...loops, ...registers].find((l) => l.key === key);
    desk.cat ??= cat;
    return found;
  };
  let file, first;

  await t.test('it is not shipped, and nothing in C or JavaScript knows it', async () => {
    assert.equal(await loopOf('water-meter'), undefined);
    for (const key of ['water-meter', 'register: meter\n']) {
      const r = call('def', 'draw', key.replace(/register: |\n/g, ''));
      assert.equal(r.code, 3, 'is shipped with the program');
    }
  });
  await t.test('the register', async () => {
    assert.equal(chapters[0].length, 2);
    chapters[0].forEach(done);
    const meter = await until('the server has read it', () => loopOf('meter'));
    assert.equal(meter.title, '水表台账');
    const words = [meter.name, ...meter.fields.map((f) => f.title)].filter(Boolean);
    for (const word of promised(doc.text, '二、').filter((w) => !['台账', '水表台账', '新增'].includes(w))) assert.ok(words.includes(word), `${word}: ${words}`);
  });
  await t.test('check and draw', () => {
    const [check, draw] = chapters[1];
    assert.match(done(check), /没有问题/);
    const dot = done(draw);
    for (const [, title] of files['water-meter.yaml'].split('\nparts:')[0].split('\nstates:')[1].matchAll(/title: ([^,}]+)/g)) assert.ok(dot.includes(title), title);
  });
  await t.test('a mistake is told as the page says', () => {
    const [said] = doc.of('text', 'check');
    writeFileSync(path('water-meter.yaml'), files['water-meter.yaml'].replace('calendar: workdays', 'calendar: workday'));
    const r = command(chapters[1][0]);
    assert.equal(r.code, 1);
    assert.equal(r.err.trim().replace(`${dir}/`, ''), said.trim());
    writeFileSync(path('water-meter.yaml'), files['water-meter.yaml']);
    const told = readFileSync(join(root, 'src/domain/def_flow.c'), 'utf8');
    for (const sentence of ['从登记开始走不到这个状态', '从这个状态走不到办结', '是暂停状态，却没有步骤转出', '没有步骤停止这个时限，永远无法按时']) {
      assert.ok(doc.text.includes(`| ${sentence} |`), sentence);
      assert.ok(told.includes(sentence), sentence);
    }
  });
  await t.test('published it is there, with its words', async () => {
    chapters[2].forEach(done);
    const loop = await until('the server has read it', () => loopOf('water-meter'));
    const words = [loop.title, ...[...loop.fields, ...loop.states, ...loop.steps, ...loop.tallies, ...loop.rates].map((x) => x.title)];
    for (const word of promised(doc.text, '五、').filter((w) => w !== '看板')) assert.ok(words.includes(word), `${word}: ${words}`);
    for (const [, key, title] of doc.text.split('## 五、')[1].split('## 六、')[0].matchAll(/<kbd>(\w)<\/kbd>「([^」]+)」/g))
      assert.equal(loop.steps.find((s) => s.hotkey === key)?.title, title);
  });
  await t.test('a row and an item by the requests of the page', async () => {
    for (const { name, body } of doc.fences.filter((f) => f.kind === 'json')) {
      const [method, to] = name.split(' ');
      const r = await desk.call(method, to, JSON.parse(body));
      assert.equal(r.status, 201, JSON.stringify(r.body));
      first = r.body;
    }
    assert.match(first.no, /^SBWX20261120-0001$/);
    assert.equal(first.state_title, '待派单');
    assert.equal(first.clocks.find((k) => k.key === 'dispatch').due, '2026-11-20T11:00:00+08:00');
    const refused = await desk.post('/api/items', { loop: 'water-meter', title: 'x', text: 'x', fields: {} });
    assert.deepEqual(refused.body.errors.map((e) => e.field).sort(), ['fields.fault', 'fields.meter']);
  });
  await t.test('through its steps: the form follows the answers, the flow goes on', async () => {
    const take = async (who, step, more) => {
      const r = await who.step(first, step, more);
      assert.equal(r.status, 200, JSON.stringify(r.body));
      first = r.body;
    };
    await take(desk, 'dispatch', { units: [await desk.unit('beihong')] });
    assert.equal(first.clocks.find((k) => k.key === 'repair').due, '2026-11-20T17:00:00+08:00', 'no water: eight hours');
    await take(desk, 'wait', { fields: { arrives: '2026-11-21' } });
    assert.equal(first.paused, true);
    await take(desk, 'arrived');
    const short = await unit.step(first, 'repair', { fields: {} });
    assert.deepEqual(short.body.errors.map((e) => e.field), ['fields.result']);
    await take(unit, 'repair', { fields: { result: '已换接口', cost: '85.5元' } });
    assert.equal(first.state_title, '待回访');
    await take(desk, 'visit', { fields: { satisfied: '满意' } });
    assert.equal(first.state_title, '已回访');
    // One that does not count: its reading is demanded, with the sentence of the page.
    const other = await desk.post('/api/items', { loop: 'water-meter', title: '不走字', text: '三个月没有走', fields: { meter: 'BH-0001', fault: '不走字' } });
    file = (await desk.step(other.body, 'dispatch', { units: [await desk.unit('beihong')] })).body;
    const form = (await unit.get(`/api/items/${file.id}/form?step=repair`)).body;
    assert.equal(form.asks.find((r) => r.field === 'reading').required, true);
    const none = await unit.step(file, 'repair', { fields: { result: '已换新表' } });
    assert.match(JSON.stringify(none.body.errors), /换了表要记读数/);
  });
  await t.test('list, filters, columns, board, export', async () => {
    const requests = doc.of('http').join('').trim().split('\n').map((l) => l.split(' ').slice(1).join(' '));
    const [list, board, csv, xlsx] = requests.map((r) => encodeURI(r));
    assert.deepEqual((await desk.get(list)).body.rows.map((r) => r.no), [first.no]);
    const known = [...doc.text.split('## 五、')[1].split('## 六、')[0].matchAll(/`([^`\s]+:[^`\s]+)`/g)].map((m) => m[1]);
    assert.deepEqual(known, ['事项类型:水表报修', '故障类别:漏水', '是否停水:是', '维修费用:>100', '状态:等配件']);
    const totals = [];
    for (const filter of known) totals.push((await desk.list(filter.startsWith('事项类型') ? filter : `事项类型:水表报修 ${filter}`)).total);
    assert.deepEqual(totals, [2, 1, 1, 0, 0]);
    const b = (await desk.get(board)).body;
    assert.deepEqual(b.tallies.map((x) => [x.title, b.total.tallies[x.key]]), [['报修', 2], ['修复', 1], ['按时修复', 1], ['满意', 1]]);
    assert.deepEqual(b.rates.map((x) => [x.title, b.total.rates[x.key]]), [['按时修复率', 1], ['住户满意率', 1]]);
    const text = (await desk.get(csv)).body;
    for (const word of ['水表', '故障类别', '是否停水', '维修费用', '处理情况', '85.5', first.no]) assert.ok(text.includes(word), word);
    const r = await fetch(town.base + xlsx, { headers: { cookie: desk.cookie } });
    assert.equal(r.status, 200);
    const rows = Object.values(readBook(Buffer.from(await r.arrayBuffer()))).flatMap((x) => x.rows.flat()).map((c) => String(c?.text ?? ''));
    for (const word of ['故障类别', '处理情况', '已换接口']) assert.ok(rows.some((c) => c.includes(word)), word);
    assert.equal((await desk.list(`涉及:${(await desk.list('register:meter')).rows[0].no}`)).total, 2, 'the row knows who names it');
  });
  await t.test('a second version: what changed, whom it changes, published, and what runs moved', async () => {
    const before = doc.of('text', 'before'), after = doc.of('text', 'after');
    const text = before.reduce((s, find, i) => {
      assert.ok(s.includes(find.trim()), find);
      return s.replace(find.trim(), () => after[i].trim());
    }, files['water-meter.yaml']);
    writeFileSync(path('water-meter.yaml'), text);
    const [diff, trial, publish] = chapters[3];
    assert.match(done(diff), /名称由“等配件”改为“待料”[^]*期限由“dry:yes 8h；一律 3wd”改为“dry:yes 8h；一律 2wd”/);
    assert.match(done(trial), new RegExp(`${file.no} repair：3wd → 2wd`));
    done(publish);
    const [dry, move] = chapters[4];
    assert.match(done(dry), /1 个可迁移到第 2 版/);
    assert.match(done(move), /1 个已迁移到第 2 版，0 个不动，1 个无需迁移/);
    const now = await until('the server has read it', async () => {
      const r = await desk.get(`/api/items/${file.id}`);
      return r.status === 200 && r.body;
    });
    assert.equal(now.def_version, 2);
    assert.equal(now.timeline[0].note, '1 → 2，统一到新期限');
    assert.equal(now.clocks.find((k) => k.key === 'repair').due.slice(0, 10), '2026-11-23');
  });
  await t.test('every command word and option of the page is known', () => {
    for (const line of chapters.flat()) {
      const [, word, sub, ...rest] = line.split(/\s+/);
      const help = call(word, '--help').out;
      assert.ok(help.includes(`${sub} `), line);
      for (const option of rest.filter((w) => w.startsWith('--'))) assert.ok(help.includes(`  ${option} `), line);
    }
  });
  for (const what of ['tally', 'audit']) assert.equal(good(what, 'verify', '--dir', town.dir).ok, true);
});
