// The board as a file: the figures the screen shows, each leading back to its list, and on the last sheet what they count.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, until } from './lib.mjs';
import { readBook } from './xlsx.mjs';

test('a board goes out as CSV and as a workbook', async (t) => {
  const town = await Town.make({ at: '2025-11-10T09:00:00+08:00' });
  t.after(() => town.end());
  let desk = await town.as('dispatcher1');
  const [home, other] = [await desk.unit('beihong'), await desk.unit('chengqiao')];
  const send = async (units, fields) => desk.step((await desk.file({ title: '路灯不亮', fields })).body, 'dispatch', { units });
  await send([home], { channel: '12345' });
  await town.move('2026-10-10T09:00:00+08:00');
  desk = await town.as('dispatcher1');
  await send([home], { channel: '12345' });
  await town.move('2026-11-20T09:00:00+08:00');
  desk = await town.as('dispatcher1');
  for (let i = 0; i < 3; i++) await send([home], { channel: i ? '12345' : '随申办' });
  await send([other], { channel: '12345' });
  const board = async (q) => (await desk.get(`/api/boards/hotline?${q}`)).body;
  const book = async (q, who = desk) => {
    const r = await fetch(`${town.base}/api/boards/hotline/table.xlsx?${q}`, { headers: { cookie: who.cookie } });
    assert.equal(r.status, 200);
    return { r, book: readBook(Buffer.from(await r.arrayBuffer())) };
  };
  // A clock that ran out while the town was moved on is noticed within a second, and counts then.
  const quiet = (q) => until('the board stands still', async () => {
    const shown = async () => { const b = await board(q); return [b, JSON.stringify([b.rows, b.total])]; };
    const [b, before] = await shown();
    const [csv, sheet] = [await desk.get(`/api/boards/hotline/table.csv?${q}`), await book(q)];
    return (await shown())[1] === before && { b, csv, ...sheet };
  });
  const plain = (sheet) => sheet.rows.filter(Boolean).map((row) => row.map((c) => c?.text ?? c?.number));
  const rules = (b) => Object.fromEntries(b.规则.rows.filter((x) => x && x[1]).map((x) => [x[0].text, x[1].text]));

  await t.test('CSV holds what the board holds', async () => {
    const q = 'period=2026-11&by=unit';
    const { b, csv: r } = await quiet(q);
    assert.equal(r.headers.get('content-disposition'), 'attachment; filename="hotline-2026-11-01-2026-11-30.csv"');
    assert.match(r.headers.get('content-type'), /^text\/csv/);
    const rows = r.body.replace('\ufeff', '').trim().split('\r\n').map((l) => l.split(','));
    assert.deepEqual(rows[0], ['单位', ...b.tallies.map((x) => x.title), ...b.rates.map((x) => x.title)]);
    const percent = (v) => (v === null ? '—' : `${(v * 100).toFixed(1)}%`);
    const line = (name, x) => [name, ...b.tallies.map((c) => String(x.tallies[c.key])), ...b.rates.map((c) => percent(x.rates[c.key]))];
    assert.deepEqual(rows.slice(1), [...b.rows.map((x) => line(x.name, x)), line('合计', b.total)]);
    assert.ok(rows.flat().includes('—'), 'a rate without a base is blank');
  });

  await t.test('a workbook: the board, what it is compared with, and the rules', async () => {
    const q = 'period=2026-11&by=unit&compare=yes';
    const { b, r, book: got } = await quiet(q);
    assert.equal(r.headers.get('content-type'), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
    assert.deepEqual(Object.keys(got), ['看板', '上期', '去年同期', '规则']);
    assert.equal(got.看板.frozen, 3);
    const cells = plain(got.看板);
    assert.deepEqual([cells[0][0], cells[1][0]], ['12345热线工单看板', '2026-11-01 至 2026-11-30']);
    assert.deepEqual(cells[2].slice(0, 1 + b.tallies.length), ['单位', ...b.tallies.map((x) => x.title)]);
    const row = b.rows.find((x) => x.id === home);
    const line = cells.find((x) => String(x[0]).trim() === row.name);
    assert.deepEqual(line.slice(1, 1 + b.tallies.length), b.tallies.map((x) => row.tallies[x.key]));
    assert.deepEqual(cells.at(-1).slice(0, 1 + b.tallies.length), ['合计', ...b.tallies.map((x) => b.total.tallies[x.key])]);
    // October has one order, and that is told with its own days.
    const before = plain(got.上期);
    assert.match(before[1][0], /^2026-10-01 至 2026-10-\d\d$/);
    assert.deepEqual(before.at(-1).slice(1, 1 + b.tallies.length), b.tallies.map((x) => b.total.before.tallies[x.key]));
    assert.match(plain(got.去年同期)[1][0], /^2025-11-01 至 2025-11-\d\d$/);
    assert.deepEqual(plain(got.去年同期).at(-1).slice(1, 1 + b.tallies.length), b.tallies.map((x) => b.total.year.tallies[x.key]));
    const words = rules(got);
    assert.equal(words.看板, '12345热线工单 (hotline)');
    assert.equal(words.时段, '2026-11-01 至 2026-11-30');
    assert.equal(words.分组, '单位');
    assert.equal(words.制表时间, '2026-11-20 09:00');
    assert.match(words.注意, /还没有过完/);
    for (const x of b.tallies) assert.equal(words[x.title], x.filter, x.title);
    assert.match(words[b.rates[0].title], /÷/, 'a formula in words');
    assert.equal(words[row.name], row.filter);
  });

  await t.test('a figure leads back to the items it counts', async () => {
    const { book: got } = await book('period=2026-11&by=unit');
    assert.deepEqual(Object.keys(got), ['看板', '规则']);
    const cell = got.看板.rows.filter(Boolean).slice(3).flat().find((c) => c?.link && c.number > 1);
    const link = new URL(cell.link);
    assert.equal(link.origin, town.base);
    assert.equal((await desk.list(link.searchParams.get('filter'))).total, cell.number);
  });

  await t.test('narrowed and broken down as the screen is, and the rules say so', async () => {
    const q = `period=2026-11&by=channel&unit=${home}`;
    const { b, book: got } = await quiet(q);
    assert.deepEqual(plain(got.看板).slice(3).map((x) => x.slice(0, 2)), [...b.rows.map((x) => [x.name, x.tallies[b.tallies[0].key]]), ['合计', 3]]);
    const words = rules(got);
    assert.deepEqual([words.分组, words.限于单位], ['来源', '北虹居委会']);
    assert.match(words.筛选条件, /unit:"beihong"/);
    const csv = (await desk.get('/api/boards/hotline/table.csv?period=2026-11&by=field:kind')).body;
    assert.match(csv, /^业务类型,/);
  });

  await t.test('who reads one unit gets that unit; a wrong question is refused; English is English', async () => {
    const own = await town.as('handler-chengqiao');
    assert.equal(rules((await book('period=2026-11', own)).book).限于单位, '程桥居委会');
    assert.equal((await own.get(`/api/boards/hotline/table.csv?unit=${home}`)).status, 403);
    assert.equal((await desk.get('/api/boards/hotline/table.csv?by=nothing')).status, 400);
    assert.equal((await desk.get('/api/boards/nothing/table.xlsx')).status, 404);
    const r = await fetch(`${town.base}/api/boards/hotline/table.csv?period=2026-11`, { headers: { cookie: desk.cookie, 'accept-language': 'en' } });
    assert.match(Buffer.from(await r.arrayBuffer()).toString('utf8'), /^\ufeffUnit,/);
  });
});
