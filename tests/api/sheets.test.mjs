// Workbooks in and out: what is exported opens with typed cells, masks and a sheet that says what it is; what clerks bring along as
// sheets is read as they mean it, or refused with a word that helps.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, before, after } from 'node:test';
import { REPLY, Town, call, good, root, until } from './lib.mjs';
import { makeBook, readBook } from './xlsx.mjs';

let town, clerk, dispatcher;

before(async () => {
  town = await Town.make({ at: '2026-11-21T09:00:00+08:00' });
  clerk = await town.as('clerk1');
  dispatcher = await town.as('dispatcher1');
});
after(() => town?.end());

const bytes = async (person, path) => {
  const r = await fetch(town.base + path, { headers: { cookie: person.cookie } });
  return { status: r.status, headers: r.headers, body: Buffer.from(await r.arrayBuffer()) };
};

/** A moment as a spreadsheet counts it: days since the end of 1899. */
const serial = (ms) => ms / 86400e3 + 25569;

async function file(values) {
  const cls = (await dispatcher.get('/api/catalog')).body.classes.find((k) => k.scheme === 'matters' && k.parent).id;
  const r = await clerk.post('/api/items', { loop: 'hotline', class: cls, ...values });
  assert.equal(r.status, 201, JSON.stringify(r.body));
  return r.body;
}

test('an export as a workbook: typed cells, masks, no formula, a sheet that says what it is', async () => {
  await file({
    title: '=1+1 <飞线> & "充电" _x0041_',
    text: '第一行\n第二行',
    fields: { channel: '12345', kind: '投诉', source_no: '20261120123456789012' },
    caller: { name: '李小明', phone: '13812346612', door: '3号楼402室' },
  });
  const r = await bytes(dispatcher, '/api/export?format=xlsx&filter=loop:hotline');
  assert.equal(r.status, 200);
  assert.match(r.headers.get('content-type'), /spreadsheetml/);
  assert.match(r.headers.get('content-disposition'), /items-20261121-0900\.xlsx/);
  const book = readBook(r.body);
  assert.deepEqual(Object.keys(book), ['事项', '说明']);
  const { rows, frozen, widths } = book['事项'];
  assert.equal(frozen, 1);
  assert.equal(widths.length, rows[0].length);
  const at = (name) => rows[0].findIndex((c) => c.text === name);
  const row = rows[1];
  assert.equal(row[at('标题')].text, '=1+1 <飞线> & "充电" _x0041_');
  assert.equal(row[at('内容')].text, '第一行\n第二行');
  assert.equal(row[at('市平台工单号')].text, '20261120123456789012');
  assert.ok(Math.abs(row[at('受理时间')].number - serial(Date.UTC(2026, 10, 21, 9))) < 1e-6);
  assert.equal(row[at('诉求人')].text, '李**');
  assert.equal(row[at('电话')].text, '138****6612');
  assert.equal(row[at('门牌')].text, '3号楼***');
  const about = Object.fromEntries(book['说明'].rows.map((x) => [x[0].text, x[1].text ?? x[1].number]));
  assert.equal(about['筛选条件'], 'loop:hotline');
  assert.equal(about['事项数'], 1);
  assert.equal(about['导出人'], dispatcher.me.person.name);
  assert.ok(Math.abs(about['导出时刻'] - serial(Date.UTC(2026, 10, 21, 9))) < 1e-6);
  // CSV beside it says the same, and a wrong format is refused
  const csv = (await bytes(dispatcher, '/api/export?filter=loop:hotline')).body.toString('utf8');
  assert.match(csv, /'=1\+1/);
  assert.equal((await dispatcher.get('/api/export?format=pdf')).status, 400);
});

test('the command writes the same workbook', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bihuan-xlsx-'));
  const out = join(dir, 'all.xlsx');
  const r = good('export', '--filter', 'loop:hotline', '--xlsx', '--out', out, '--as', 'dispatcher1', '--dir', town.dir);
  assert.equal(r.rows, 1);
  const { rows } = readBook(readFileSync(out))['事项'];
  assert.equal(rows.length, 2);
  assert.equal(rows[1][rows[0].findIndex((c) => c.text === '诉求人')].text, '李**');
  rmSync(dir, { recursive: true });
});

// ---- in

async function bring(person, content, { name = 'orders.xlsx', map = 'city-orders', dry = false, sheet } = {}) {
  const form = new FormData();
  form.set('file', new Blob([content]), name);
  form.set('map', map);
  form.set('dry', dry ? 'yes' : 'no');
  if (sheet) form.set('sheet', sheet);
  return person.call('POST', '/api/imports', form);
}

async function ended(person, id) {
  return until(`job ${id} is over`, async () => {
    const r = await person.get(`/api/jobs/${id}`);
    return !['waiting', 'running', 'undoing'].includes(r.body.state) && r.body;
  });
}

async function import_(content, options) {
  const r = await bring(dispatcher, content, options);
  assert.equal(r.status, 202, JSON.stringify(r.body));
  return ended(dispatcher, r.body.id);
}

const HEAD = ['工单编号', '受理时间', '来源', '业务类型', '紧急程度', '大类', '小类', '标题', '内容', '地址', '联系人', '电话'];
const row = (no, values = {}) => HEAD.map((h) => ({ 工单编号: no, 受理时间: '2026-11-20 09:32', 业务类型: '投诉', 标题: `事项${no}`, ...values })[h] ?? null);
const byNo = async (no) => {
  const r = await dispatcher.get(`/api/items?filter=${encodeURIComponent(`source_no:${no}`)}`);
  return r.body.rows.length ? (await dispatcher.get(`/api/items/${r.body.rows[0].id}`)).body : null;
};

test('a workbook with the habits of spreadsheets is read as it is meant', async () => {
  const book = makeBook({
    说明: [['本表由市平台导出']],
    工单: {
      rows: [
        ['新泾镇 12345 工单（2026年11月20日）'], null,
        HEAD,
        row('XA1', { 受理时间: { time: 46346.397222222222 }, 电话: 13812346612, 联系人: { rich: ['李', '小明'], reading: 'リ' } }),
        null,
        row('XA2', { 受理时间: '2026年11月20日 上午9时32分', 标题: { inline: '行内文字' } }),
        row('XA3', { 受理时间: '２０２６／１１／２０　０９：３２' }),
        row('XA4', { 受理时间: 46346.397222222222 }),
        row('XA5', { 受理时间: '20261120093200', 标题: { formula: 'A1&"x"', value: '公式的结果' } }),
        ['合计', null, null, null, null, null, null, 5],
      ],
      merges: ['A1:L1'],
    },
  });
  const job = await import_(book);
  assert.deepEqual([job.state, job.new, job.bad], ['done', 5, 0], JSON.stringify(job));
  for (const no of ['XA1', 'XA2', 'XA3', 'XA4', 'XA5']) assert.equal((await byNo(no)).filed, '2026-11-20T09:32:00+08:00', no);
  assert.equal((await byNo('XA2')).title, '行内文字');
  assert.equal((await byNo('XA5')).title, '公式的结果');
  const again = await import_(book);
  assert.deepEqual([again.new, again.same, again.bad], [0, 5, 0]);
});

test('a trial says which rows repeat a row above', async () => {
  const rows = ['XD1', 'XD2', 'XD1', 'XD3', 'XD1'].map((no) => row(no));
  const one = await import_(makeBook({ 工单: [HEAD, ...rows] }), { dry: true });
  assert.deepEqual([one.new, one.same, one.bad], [3, 2, 0], JSON.stringify(one));
  assert.ok(one.notes.includes('有 2 行的编号前面的行已有，跳过：第 4、6 行'), one.notes.join());
  const many = await import_(makeBook({ 工单: [HEAD, ...Array.from({ length: 13 }, () => row('XD9'))] }), { dry: true });
  const bare = { map: 'bare', title: '没有编号', loop: 'hotline', columns: [{ column: '标题', to: 'title' }, { to: 'f:channel', otherwise: '12345' },
    { to: 'f:kind', otherwise: '投诉' }, { to: 'class', otherwise: 'matters/1206' }] };
  const same = await import_(makeBook({ 工单: [['标题'], ['甲'], ['乙'], ['甲']] }), { dry: true, map: JSON.stringify(bare) });
  assert.deepEqual([same.new, same.same], [2, 1], JSON.stringify(same));
  assert.ok(same.notes.includes('有 1 行和前面的行完全相同，跳过：第 4 行'), same.notes.join());
  assert.ok(many.notes.includes('有 12 行的编号前面的行已有，跳过：第 3、4、5、6、7、8、9、10、11、12 行……'), many.notes.join());
});

test('rows with mistakes come back as a workbook in their own columns, and go in once they are right', async () => {
  const bad = [
    row('XB1', { 受理时间: '2026/13/02' }),
    row('XB2', { 业务类型: '吐槽' }),
    row('XB3', { 紧急程度: '十万火急', 业务类型: '吐槽' }),
    row(1.23456789012346e17),
    row('XB5', { 标题: { formula: 'VLOOKUP(A1,B:C,2)', value: undefined } }),
    row('XB6', { 标题: { error: '#N/A' } }),
  ];
  const book = makeBook({ 工单: [['本周工单'], HEAD, row('XB0'), ...bad] });
  const tried = await import_(book, { dry: true });
  assert.deepEqual([tried.new, tried.bad, tried.notes], [1, 6, ['表头在第 2 行，上面的标题不读']]);
  assert.deepEqual(tried.values.map((v) => [v.column, v.value, v.n]), [['业务类型', '吐槽', 2], ['紧急程度', '十万火急', 1]]);
  assert.match(tried.problems.find((p) => p.row === 7).message, /科学计数/);
  assert.match(tried.problems.find((p) => p.row === 8).message, /公式/);
  const job = await import_(book);
  assert.deepEqual([job.new, job.bad], [1, 6]);
  const r = await bytes(dispatcher, `/api/jobs/${job.id}/problems.xlsx`);
  assert.equal(r.status, 200);
  const { rows } = readBook(r.body)['有问题的行'];
  assert.deepEqual(rows[0].slice(0, 12).map((c) => c.text), HEAD);
  assert.equal(rows.length, 7);
  assert.equal(rows[1][1].text, '2026/13/02');
  assert.match(rows[1][12].text, /受理时间：不是时间 → 2026-11-02 09:30/);
  assert.equal(rows[4][0].text, '1.23456789012346E+17');
  // nobody else gets the rows: they hold what people said of themselves
  const other = await town.as('leader1');
  assert.equal((await bytes(other, `/api/jobs/${job.id}/problems.xlsx`)).status, 403);
  // corrected, the very workbook goes in
  const right = { 受理时间: '2026-11-02', 业务类型: '投诉', 紧急程度: '一般', 工单编号: '20261120000012345', 标题: '改好了' };
  const again = makeBook({ 有问题的行: rows.map((cells, i) => Array.from(cells, (c, k) => {
    const marked = i > 0 && k < 12 && c?.style === 5;
    return marked ? right[HEAD[k]] : c?.text ?? c?.number ?? null;
  })) });
  const put = await import_(again);
  assert.deepEqual([put.new, put.bad], [6, 0], JSON.stringify(put.problems));
});

async function look(content, values = {}, name = 'x.xlsx') {
  const form = new FormData();
  form.set('file', new Blob([content]), name);
  for (const [k, v] of Object.entries(values)) form.set(k, v);
  return dispatcher.call('POST', '/api/import-look', form);
}

test('a sheet nobody has seen gets a map proposed from its header; saved under a name it is known the next time', async () => {
  const head = ['序号', '市平台工单号', '诉求人', '联系电话', '登记时间', '诉求标题', '反映内容', '事发地址', '大类', '小类', '业务类型', '来源'];
  const book = makeBook({ 日报: [['城运中心日报'], head, ['1', 'XC1', '王五', '13800001111', '2026-11-20', '垃圾堆放', '楼下', '北虹路1号', null, null, '求助', '微信']] });
  let r = await look(book);
  assert.equal(r.status, 200, JSON.stringify(r.body));
  assert.equal(r.body.known, '');
  assert.deepEqual(r.body.columns.map((c) => c.name), head);
  assert.deepEqual(r.body.columns[1].samples, ['XC1']);
  const to = Object.fromEntries(r.body.map.columns.flatMap((c) => (c.columns ?? [c.column]).map((n) => [n, c.to])));
  assert.deepEqual(to, { 市平台工单号: 'f:source_no', 诉求人: 'caller.name', 联系电话: 'caller.phone', 登记时间: 'filed', 诉求标题: 'title', 反映内容: 'text', 事发地址: 'address', 大类: 'class', 小类: 'class', 业务类型: 'f:kind', 来源: 'f:channel' });
  assert.equal(r.body.map.key, '市平台工单号');
  // the words that are not known are said once and kept with the map
  const map = r.body.map;
  let job = await import_(book, { map: JSON.stringify(map), dry: true });
  const channel = map.columns.find((c) => c.to === 'f:channel');
  if (channel.otherwise === undefined) assert.deepEqual(job.values.map((v) => v.value), ['微信']);
  channel.values = { 微信: '随申办' };
  const saved = await dispatcher.post('/api/import-maps', { title: '城运日报', map: JSON.stringify(map), header: r.body.print });
  assert.equal(saved.status, 201, JSON.stringify(saved.body));
  assert.equal((await dispatcher.post('/api/import-maps', { title: '城运日报', map: JSON.stringify(map) })).status, 409);
  assert.equal((await dispatcher.post('/api/import-maps', { title: '坏的', map: '{"map":"x"}' })).status, 400);
  r = await look(book);
  assert.deepEqual([r.body.known, r.body.maps[0].title], [saved.body.name, '城运日报']);
  job = await import_(book, { map: saved.body.name });
  assert.deepEqual([job.new, job.bad], [1, 0], JSON.stringify(job.problems));
  assert.equal((await byNo('XC1')).fields.channel ?? (await byNo('XC1')).channel, '随申办');
  // changed by whoever saw it last; deleted it is proposed again
  const put = (version) => dispatcher.call('PUT', `/api/import-maps/${saved.body.id}`, { title: '城运日报（新）', map: JSON.stringify(map), header: r.body.print, version });
  assert.equal((await put(7)).status, 409);
  assert.equal((await put(1)).body.version, 2);
  assert.equal((await dispatcher.call('DELETE', `/api/import-maps/${saved.body.id}`)).status, 204);
  assert.equal((await look(book)).body.known, '');
  assert.ok((await dispatcher.get('/api/import-maps')).body.rows.every((m) => m.id === 0));
});

test('a workbook with two sheets that fit asks which', async () => {
  const book = makeBook({ 一月: [HEAD, row('XD1')], 二月: [HEAD, row('XD2')], 说明: [['填表说明'], ['一', '二']] });
  let r = await bring(dispatcher, book);
  assert.deepEqual([r.status, r.body.errors[0].field, r.body.errors[0].expected], [400, 'sheet', '一月, 二月']);
  const job = await import_(book, { sheet: '二月' });
  assert.equal(job.new, 1);
  assert.ok(await byNo('XD2'));
  r = await bring(dispatcher, book, { sheet: '三月' });
  assert.deepEqual([r.status, r.body.errors[0].field], [400, 'sheet']);
});

test('what is no workbook is refused with a word that helps', async () => {
  const words = async (content, name) => {
    const r = await bring(dispatcher, content, { name });
    assert.equal(r.status, 400, JSON.stringify(r.body));
    return r.body.errors.map((e) => e.message).join();
  };
  const ole = Buffer.alloc(2048);
  Buffer.from('D0CF11E0A1B11AE1', 'hex').copy(ole);
  ole.writeUInt16LE(9, 30);
  assert.match(await words(ole, 'a.xls'), /另存为 \.xlsx/);
  Buffer.from('EncryptedPackage', 'utf16le').copy(ole, 512);
  assert.match(await words(ole, 'a.xlsx'), /密码/);
  assert.match(await words('<html><table><tr><td>工单编号</td></tr></table></html>', 'a.xls'), /网页格式/);
  assert.match(await words(makeBook({ a: [['x']] }).subarray(0, 900), 'a.xlsx'), /损坏/);
  assert.match(await words(makeBook({ a: [['x']] }, { files: { 'xl/workbook.xml': null } }), 'a.xlsx'), /不是工作簿/);
  assert.match(await words(makeBook({ a: [['x']] }, { files: { 'xl/worksheets/sheet1.xml': '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>' } }), 'a.xlsx'), /文档类型/);
  assert.match(await words(makeBook({ a: [['工单号', '别的']] }), 'a.xlsx'), /没有这一列|没有找到表头/);
});

// ---- lists that take steps on what is there

const CLOSED = ['ZA1', 'ZA2', 'ZA3'];
const LIST = ['序号', '工单编号', '是否先行联系', '综合满意', '是否解决', '不满意原因'];

async function closeAll() {
  const home = (await dispatcher.catalog()).units.find((u) => u.code === 'beihong');
  const handler = await town.as('handler-beihong');
  await import_(makeBook({ 工单: [HEAD, ...[...CLOSED, 'ZA4'].map((no) => row(no))] }));
  for (const no of CLOSED) {
    let it = (await dispatcher.step(await byNo(no), 'dispatch', { units: [home.id] })).body;
    it = (await handler.step(it, 'contact', { fields: { contacted: '是', contact_way: '电话' } })).body;
    it = (await handler.step(it, 'reply', { fields: REPLY })).body;
    for (const step of ['check', 'close']) it = (await dispatcher.step(it, step)).body;
    assert.equal(it.state, 'closed');
  }
}

test('the month’s list of who was not content enters as the district’s evaluation and opens the second round', async () => {
  await closeAll();
  const full = makeBook({ 不满意件: [['2026年11月不满意件'], LIST,
    [1, 'ZA1', '是', '不满意', '未解决', '上门后未处理'], [2, 'ZA2', '是', null, null, null], [3, 'ZA4', '是', '不满意', '未解决', null],
    [4, 'ZA9', '是', '不满意', '未解决', null], [5, 'ZA1', '否', '不满意', '未解决', null]] });
  const seen = await look(full);
  assert.deepEqual([seen.body.known, seen.body.maps[0].title], ['dissatisfied', '区下发不满意件']);
  const before = await byNo('ZA1');
  const tried = await import_(full, { map: 'dissatisfied', dry: true });
  assert.deepEqual([tried.new, tried.updated, tried.bad], [0, 2, 3], JSON.stringify(tried.problems));
  assert.match(tried.problems.find((p) => p.row === 5).message, /不能|不在|状态/);
  assert.equal(tried.problems.find((p) => p.row === 6).message, '没有这个编号的事项');
  assert.equal(tried.problems.find((p) => p.row === 7).message, '第 3 行已经是同一事项');
  assert.equal((await byNo('ZA1')).version, before.version, 'a trial changes nothing');
  const job = await import_(full, { map: 'dissatisfied' });
  assert.deepEqual([job.new, job.updated, job.bad], [0, 2, 3]);
  const after = await byNo('ZA1');
  assert.deepEqual([after.state, after.round], ['handling', 2]);
  // the district's word stands in the history; the second round asks anew
  assert.match(JSON.stringify(after.timeline), /上门后未处理/);
  assert.ok(after.timeline.some((x) => x.what === 'review' && /不满意/.test(JSON.stringify(x))), JSON.stringify(after.timeline));
  // the same list again does nothing
  const again = await import_(full, { map: 'dissatisfied' });
  assert.deepEqual([again.updated, again.same, again.bad], [0, 2, 3], JSON.stringify(again.problems));
  // somebody works on one of them; undoing gives the other back as it was, and says who kept the first
  const handler = await town.as('handler-beihong');
  assert.equal((await handler.step(await byNo('ZA2'), 'contact', { fields: { contacted: '是', contact_way: '上门' } })).status, 200);
  assert.equal((await dispatcher.post(`/api/jobs/${job.id}/undo`, {})).status, 202);
  const undone = await until('it is undone', async () => {
    const j = (await dispatcher.get(`/api/jobs/${job.id}`)).body;
    if (j.state === 'failed') throw new Error(town.log.slice(-800));
    return j.state === 'undone' && j;
  });
  assert.deepEqual([undone.undone, undone.kept], [1, 1]);
  assert.equal(undone.kept_rows[0].no, (await byNo('ZA2')).no);
  assert.match(undone.kept_rows[0].why, /先行联系/);
  const back = await byNo('ZA1');
  assert.deepEqual([back.state, back.round, back.closed], ['closed', 1, before.closed]);
  assert.deepEqual(back.fields, before.fields);
  const verify = good('tally', 'verify', '--dir', town.dir);
  assert.ok(verify);
  // and the list can be brought again
  const third = await import_(full, { map: 'dissatisfied' });
  assert.deepEqual([third.updated, third.same], [1, 1], JSON.stringify(third.problems));
});

test('sheets as they come', async (t) => {
  const folder = join(root, 'tests/sheets');
  const lines = readFileSync(join(folder, 'README.md'), 'utf8').split('\n').filter((l) => /^\| [\w-]+\.\w+ \|/.test(l));
  const table = lines.map((l) => l.split('|').slice(1, -1).map((x) => x.trim()));
  assert.deepEqual(table.map((r) => r[0]).sort(), readdirSync(folder).filter((f) => /\.(xlsx|xls|ods|csv)$/.test(f)).sort());
  const own = await Town.make({ at: '2026-11-21T09:00:00+08:00' });
  t.after(() => own.end());
  const desk = await own.as('dispatcher1');
  for (const [name, , , made, bad, says] of table)
    await t.test(name, async () => {
      const r = await bring(desk, readFileSync(join(folder, name)), { name });
      const said = r.status === 202 ? await ended(desk, r.body.id) : r.body;
      assert.equal(r.status, made === '—' ? 400 : 202, JSON.stringify(said));
      const words = JSON.stringify([said.notes, said.problems?.map((p) => p.message), said.errors]);
      assert.ok(words.includes(says), words);
      if (made !== '—') assert.deepEqual([said.state, said.new, said.bad], ['done', Number(made), Number(bad)], words);
    });
  const all = (await desk.get('/api/items?filter=loop:hotline&limit=100')).body;
  assert.equal(all.rows.length, table.reduce((n, r) => n + (Number(r[3]) || 0), 0));
  for (const x of all.rows) assert.match(x.filed, /^2026-11-19T(09:30|15:05|00:00)/, x.title);
  assert.ok(all.rows.some((x) => x.title === '飞线充电') && all.rows.some((x) => x.title === '20261'));
});

test('the command reads workbooks by a map the town keeps, and gives the problem rows back', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bihuan-xlsx-'));
  const map = { map: 'kept', title: '夜班', loop: 'hotline', key: '编号', columns: [{ column: '编号', to: 'f:source_no' }, { column: '事项', to: 'title' }, { to: 'f:channel', otherwise: '12345' }, { to: 'f:kind', otherwise: '求助' }, { to: 'class', otherwise: 'matters/1206' }] };
  assert.equal((await dispatcher.post('/api/import-maps', { title: '夜班', map: JSON.stringify(map) })).status, 201);
  writeFileSync(join(dir, 'night.xlsx'), makeBook({ 夜班: [['编号', '事项'], ['N1', '夜间噪声'], ['N2', null]] }));
  const r = call('import', join(dir, 'night.xlsx'), '--map', '夜班', '--dir', town.dir, '--problems', join(dir, 'bad.xlsx'), '--json');
  assert.deepEqual([r.code, JSON.parse(r.out).new, JSON.parse(r.out).bad], [1, 1, 1], r.err);
  assert.deepEqual(readBook(readFileSync(join(dir, 'bad.xlsx')))['有问题的行'].rows.map((x) => x[0].text), ['编号', 'N2']);
  assert.match(call('import', join(dir, 'night.xlsx'), '--map', '没有的', '--dir', town.dir).err, /没有随附这个方案/);
  rmSync(dir, { recursive: true });
});
