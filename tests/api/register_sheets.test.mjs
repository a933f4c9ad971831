// Sheets of a register: rows that are new are added, those that are there are changed where the sheet says otherwise, and what goes
// out as a sheet comes in again without a change.
import assert from 'node:assert/strict';
import { test, before, after } from 'node:test';
import { Town, call, good, until } from './lib.mjs';
import { makeBook, readBook, unzip } from './xlsx.mjs';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';

// Published codes of well-known companies. [GB 32100-2015]
const CODES = ['9144030071526726XG', '91330100799655058B', '914403001922038216', '91110000802100433B'];
const HEAD = ['企业名称', '统一社会信用代码', '经营状态', '所在楼宇', '年税收', '从业人数', '税收在本镇', '服务单位', '责任单位', '地址', '备注'];

let town, keeper, clerk, handler, registers;
const unit = (code) => keeper.cat.units.find((u) => u.code === code).id;

before(async () => {
  town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  keeper = await town.as('keeper1');
  clerk = await town.as('clerk1');
  handler = await town.as('handler-beihong');
  registers = (await keeper.catalog()).registers;
});
after(() => town?.end());

const ok = (r) => { assert.ok(r.status < 300, JSON.stringify(r.body)); return r.body; };
const add = async (loop, title, values, more = {}) => ok(await keeper.post('/api/items', { loop, title, fields: values, ...more }));
const form = (content, more = {}) => {
  const f = new FormData();
  f.set('file', new Blob([content]), 'rows.xlsx');
  for (const [k, v] of Object.entries(more)) f.set(k, v);
  return f;
};
const look = async (content, loop) => ok(await keeper.call('POST', '/api/import-look', form(content, loop ? { loop } : {})));
const ended = (person, id) => until(`job ${id} is over`, async () => {
  const job = ok(await person.get(`/api/jobs/${id}`));
  return !['waiting', 'running', 'undoing'].includes(job.state) && job;
});
async function undo(job) {
  ok(await keeper.post(`/api/jobs/${job.id}/undo`, {}));
  return until('it is undone', async () => {
    const j = ok(await keeper.get(`/api/jobs/${job.id}`));
    return j.state === 'undone' && j;
  });
}
async function bring(content, { person = keeper, map, loop = 'enterprise', dry = false } = {}) {
  const with_ = map ?? (await look(content, loop)).map;
  const r = await person.call('POST', '/api/imports', form(content, { map: JSON.stringify(with_), dry: dry ? 'yes' : 'no' }));
  return r.status === 202 ? ended(person, r.body.id) : r;
}
const counts = (job) => [job.new, job.updated, job.same, job.bad];
const rows = async (filter) => (await keeper.list(filter)).rows;
const row = async (filter) => { const [r] = await rows(filter); return r && keeper.item(r.id); };
const value = (it, key) => (it.fields.find((f) => f.key === key) || {}).value;
const export_ = async (register, format) => {
  const r = await fetch(`${town.base}/api/export?format=${format}&filter=${encodeURIComponent(`register:${register}`)}`, { headers: { cookie: keeper.cookie } });
  assert.equal(r.status, 200);
  return Buffer.from(await r.arrayBuffer());
};

let tower, first;
test('a sheet of new rows: the map is proposed, and everything is read as people write it', async () => {
  tower = await add('building', '泾源大厦', { area: 20000, let: 19000 });
  const book = makeBook({ 企业: [HEAD,
    ['甲公司', CODES[0].toLowerCase(), '在营', '泾源大厦', '3.2万', 12, '是', '北虹居委会', '营商办', '泉口路1号', '不读'],
    ['乙公司', CODES[1], '', tower.no, 1234.5, '', '', '', '', '', ''],
    ['丙公司', CODES[2], '停业', '没有这栋', '', '', '', '', '没有这个单位', '', ''],
    ['丁公司', '91110000802100433C', '', '', '', '', '', '', '', '', ''],
    ['甲公司又一行', CODES[0], '停业', '', '', '', '', '', '', '', ''],
  ] });
  assert.equal((await look(book)).map.loop, 'enterprise', 'its columns say what it is');
  const found = await look(book, 'enterprise');
  assert.equal(found.map.loop, 'enterprise');
  assert.equal(found.map.key, '统一社会信用代码');
  const to = Object.fromEntries(found.map.columns.map((c) => [c.column, c.to]));
  assert.deepEqual(to, { 企业名称: 'title', 统一社会信用代码: 'f:uscc', 经营状态: 'f:status', 所在楼宇: 'f:building', 年税收: 'f:tax', 从业人数: 'f:staff',
    税收在本镇: 'f:tax_here', 服务单位: 'f:service', 责任单位: 'unit', 地址: 'address' });
  const tried = await bring(book, { dry: true });
  assert.deepEqual(counts(tried), [2, 0, 1, 2], JSON.stringify(tried));
  assert.deepEqual(tried.problems.map((p) => [p.row, p.column]).sort(), [[4, '所在楼宇'], [4, '责任单位'], [5, '统一社会信用代码']]);
  assert.equal((await rows('register:enterprise')).length, 0, 'a trial writes nothing');
  assert.deepEqual(counts(await bring(book)), [2, 0, 1, 2]);
  first = await row(`register:enterprise uscc:${CODES[0]}`);
  assert.deepEqual([first.title, value(first, 'building'), value(first, 'tax'), value(first, 'tax_here'), value(first, 'service'), first.unit_name, first.address],
    ['甲公司', tower.no, '32000', 'yes', 'beihong', '营商办', '泉口路1号']);
  const second = await row(`register:enterprise uscc:${CODES[1]}`);
  assert.deepEqual([value(second, 'status'), value(second, 'tax'), value(second, 'building'), second.unit], ['在营', '1234.5', tower.no, unit('office-business')]);
  assert.deepEqual(counts(await bring(book)), [0, 0, 3, 2], 'the same sheet once more changes nothing');
});

test('rows that are there are changed where the sheet says otherwise; a trial shows was and is', async () => {
  const book = makeBook({ 企业: [['统一社会信用代码', '企业名称', '年税收', '从业人数', '服务单位', '责任单位'],
    [CODES[0], '甲公司（新名）', '4万', '', '', '北虹居委会'],
    [CODES[1], '乙公司', '1,234.50元', '', '', ''],
    [CODES[3], '戊公司', '', 3, '', ''],
  ] });
  const tried = await bring(book, { dry: true });
  assert.deepEqual(counts(tried), [1, 1, 1, 0], JSON.stringify(tried));
  assert.deepEqual(tried.changes.map((c) => [c.row, c.no, c.title, c.was, c.is]), [
    [2, first.no, '企业名称', '甲公司', '甲公司（新名）'], [2, first.no, '责任单位', '营商办', '北虹居委会'], [2, first.no, '年税收', '32000', '40000'],
    [2, first.no, '人均税收', '2666.67', '3333.33']], 'what is computed of it as well');
  assert.equal((await keeper.item(first.id)).version, first.version);
  const job = await bring(book);
  assert.deepEqual(counts(job), [1, 1, 1, 0]);
  const now = await keeper.item(first.id);
  assert.deepEqual([now.title, now.unit_name, value(now, 'tax'), value(now, 'staff'), value(now, 'service')], ['甲公司（新名）', '北虹居民区', '40000', '12', 'beihong'], 'an empty cell says nothing');
  assert.equal(now.timeline[0].what, 'change');
  assert.equal(now.timeline[0].person_name, '沈佳怡（演示）');
  assert.deepEqual(counts(await bring(book)), [0, 0, 3, 0]);

  const after_ = await undo(job);
  assert.deepEqual([after_.state, after_.undone, after_.kept], ['undone', 2, 0], JSON.stringify(after_));
  const back = await keeper.item(first.id);
  assert.deepEqual([back.title, back.unit_name, value(back, 'tax')], ['甲公司', '营商办', '32000']);
  assert.equal((await rows(`register:enterprise uscc:${CODES[3]}`)).length, 0);
  assert.deepEqual(counts(await bring(book, { dry: true })), [1, 1, 1, 0], 'put right, it can come again');
});

test('what somebody has changed since is kept when the import is undone, and so is a value that is another\'s by now', async () => {
  const head = ['编号', '统一社会信用代码', '从业人数'];
  const second = await row(`register:enterprise uscc:${CODES[1]}`);
  const job = await bring(makeBook({ 企业: [head, [first.no, '', 20], [second.no, CODES[2], 30]] }), { map: { map: 'own', title: '按编号', loop: 'enterprise',
    columns: [{ column: '编号', to: 'no' }, { column: '统一社会信用代码', to: 'f:uscc' }, { column: '从业人数', to: 'f:staff' }, { to: 'title', otherwise: '乙公司' }] } });
  assert.deepEqual(counts(job), [0, 2, 0, 0], JSON.stringify(job));
  const changed = ok(await keeper.step(await keeper.item(first.id), 'change', { fields: { staff: 21 } }));
  const taker = await add('enterprise', '拿走旧码的', { uscc: CODES[1] });
  const undone = await undo(job);
  assert.deepEqual([undone.undone, undone.kept], [0, 2], JSON.stringify(undone));
  assert.match(undone.kept_rows[0].why, /修改/);
  assert.equal(undone.kept_rows[1].why, `统一社会信用代码现在属于${taker.no}`);
  assert.equal(value(await keeper.item(first.id), 'staff'), '21');
  assert.ok(changed.version > 1);
});

test('a trial says which new rows are called like one that is there', async () => {
  const tried = await bring(makeBook({ 企业: [['企业名称', '统一社会信用代码'], ['乙公司', CODES[3]], ['没有同名的', '']] }), { dry: true });
  assert.deepEqual([tried.new, tried.bad], [1, 1]);
  assert.ok(tried.notes.includes('有 1 行要新增，但台账里已有同名的对象，请核对是不是重复：第 2 行'), tried.notes.join());
});

test('rows without a code of their own are known by number or by name; cells may take away when the map says so', async () => {
  const head = ['小区名称', '类型', '户数', '物业公司'];
  const map = (more = {}) => ({ map: 'own', title: '小区', loop: 'estate', key: '小区名称', ...more,
    columns: [{ column: '小区名称', to: 'title' }, { column: '类型', to: 'f:kind' }, { column: '户数', to: 'f:households' }, { column: '物业公司', to: 'f:property' }] });
  const book = (list) => makeBook({ 小区: [head, ...list] });
  assert.equal((await look(book([['甲小区', '公房', 1, '']]), 'estate')).map.key, '小区名称', 'by name, when nothing else tells them apart');
  assert.deepEqual(counts(await bring(book([['甲小区', '公房', 500, '安居'], ['乙小区', '别墅', 30, '']]), { map: map() })), [2, 0, 0, 0]);
  assert.deepEqual(counts(await bring(book([['甲小区', '公房', 501, ''], ['乙小区', '别墅', 30, '']]), { map: map() })), [0, 1, 1, 0]);
  assert.equal(value(await row('register:estate 甲小区'), 'property'), '安居');
  const cleared = await bring(book([['甲小区', '公房', 501, '']]), { map: map({ empty: 'clears' }) });
  assert.deepEqual(counts(cleared), [0, 1, 0, 0]);
  assert.equal(value(await row('register:estate 甲小区'), 'property'), undefined);
  await add('estate', '乙小区', { kind: '公房' });
  const twice = await bring(book([['乙小区', '别墅', 31, '']]), { map: map(), dry: true });
  assert.deepEqual(counts(twice), [0, 0, 0, 1]);
  assert.match(twice.problems[0].message, /编号/);
  const gone = await bring(makeBook({ 小区: [['编号', ...head], ['XQ20200101-0001', '丙小区', '公房', 1, '']] }), { loop: 'estate', dry: true });
  assert.deepEqual([counts(gone), gone.problems[0].column], [[0, 0, 0, 1], '编号']);
});

test('an archived row is as it is, and says that it would have to be restored', async () => {
  const it = await add('estate', '归档小区', { kind: '公房', households: 9 });
  ok(await keeper.step(it, 'archive', { note: '拆除' }));
  const sheet = (n) => makeBook({ 小区: [['小区名称', '类型', '户数'], ['归档小区', '公房', n]] });
  assert.deepEqual(counts(await bring(sheet(9), { loop: 'estate', dry: true })), [0, 0, 1, 0]);
  const tried = await bring(sheet(10), { loop: 'estate', dry: true });
  assert.deepEqual(counts(tried), [0, 0, 0, 1]);
  assert.match(tried.problems[0].message, /归档/);
});

test('what goes out as a sheet comes in again without a change', async () => {
  ok(await keeper.step(await keeper.item(first.id), 'change', { place: { address: '泉口路2号', lat: 31.2184123, lon: 121.3541239 }, unit: unit('beihong'), fields: { founded: '2001-02-03', room: '1201室' } }));
  await add('building', '泾源大厦', { area: 1, let: 0 }); // now two rows have the name of what the first refers to
  for (const register of ['enterprise', 'building', 'estate'])
    for (const format of ['xlsx', 'csv']) {
      const sheet = await export_(register, format);
      const found = await look(sheet, register);
      const there = (await rows(`register:${register}`)).length;
      assert.ok(there > 0);
      const tried = await bring(sheet, { map: found.map, dry: true });
      assert.deepEqual(counts(tried), [0, 0, there, 0], `${register} ${format}: ${JSON.stringify([tried.changes, tried.problems])}`);
      assert.deepEqual(counts(await bring(sheet, { map: found.map })), [0, 0, there, 0]);
    }
  const { rows: out } = readBook(await export_('enterprise', 'xlsx'))['企业台账'];
  assert.deepEqual(out[0].map((c) => c.text), ['编号', '企业名称', '状态', '责任单位', '登记时间', '地址', '纬度', '经度', ...registers[2].fields.map((f) => f.title)]);
  const mine = out.find((r) => r[0].text === first.no);
  const at = (title) => out[0].findIndex((c) => c.text === title);
  assert.equal(mine[at('所在楼宇')].text, tower.no, 'by its number, where several rows have its name');
  assert.equal(mine[at('服务单位')].text, '北虹居委会');
});

test('rows of one sheet may refer to those above them: a trial knows them as the writing will', async () => {
  const book = makeBook({ 党组织: [['党组织名称', '类别', '领域', '上级党组织'],
    ['甲党委', '党委', '机关', ''], ['甲总支', '党总支', '机关', '甲党委'], ['先写的支部', '党支部', '机关', '后写的总支'], ['后写的总支', '党总支', '机关', '甲党委']] });
  for (const dry of [true, false]) {
    const job = await bring(book, { loop: 'party-branch', dry });
    assert.deepEqual(counts(job), [3, 0, 0, 1], JSON.stringify(job.problems));
    assert.deepEqual(job.problems.map((p) => [p.row, p.column]), [[4, '上级党组织']]);
  }
  const upper = await row('register:party-branch 甲党委');
  assert.equal(value(await row('register:party-branch 甲总支'), 'above'), upper.no);
});

test('who may not change a row by hand does not by a sheet; a map says what it cannot mean', async () => {
  const map = (more, to = 'f:households') => ({ map: 'own', title: '小区', loop: 'estate', columns: [{ column: '小区名称', to: 'title' }, { column: '户数', to }, { column: '类型', to: 'f:kind' }], ...more });
  const book = makeBook({ 小区: [['小区名称', '户数', '类型'], ['甲小区', 1, '公房']] });
  assert.equal((await bring(book, { map: map({}), person: handler })).status, 403);
  const wrong = async (m) => { const r = await bring(book, { map: m, dry: true }); assert.equal(r.status, 400, JSON.stringify(r)); return r.body.errors.map((e) => e.message).join(); };
  assert.match(await wrong(map({ state: 'archived' })), /历史/);
  assert.match(await wrong(map({ key: '类型' })), /编号、唯一的栏目或名称/);
  assert.match(await wrong(map({}, 'filed')), /没有这一项/);
  assert.match(await wrong({ ...map({}), loop: 'building', columns: [{ column: '小区名称', to: 'title' }, { column: '户数', to: 'f:occupancy' }, { to: 'f:area', otherwise: '1' }, { to: 'f:let', otherwise: '1' }] }), /算出/);
  assert.match(await wrong({ map: 'own', title: '件', loop: 'hotline', empty: 'clears', columns: [{ column: '小区名称', to: 'title' }, { column: '户数', to: 'no' }] }), /编号/);
});

test('an empty sheet has the columns by their names, lists to choose from, and goes in when it is filled', async () => {
  const template = async (loop, person = keeper) => {
    const r = await fetch(`${town.base}/api/import-template?loop=${loop}`, { headers: { cookie: person.cookie } });
    return { status: r.status, body: Buffer.from(await r.arrayBuffer()) };
  };
  assert.equal((await template('nothing')).status, 400);
  assert.equal((await template('estate', handler)).status, 403);
  const { body } = await template('estate');
  const book = readBook(body);
  assert.deepEqual(Object.keys(book), ['小区台账', '填写说明', '选项']);
  const head = book['小区台账'].rows[0].map((c) => c.text);
  assert.deepEqual(head, ['小区名称（必填）', '责任单位', '地址', '类型（必填）', '建成年份', '楼栋数', '户数', '物业公司', '物业经理', '物业值班电话', '业委会', '更新情况', '电动自行车充电口', '红线范围']);
  assert.deepEqual(book['填写说明'].rows.map((r) => r[0].text), head.map((t) => t.replace('（必填）', '')));
  const sheet = unzip(body).get('xl/worksheets/sheet1.xml').toString();
  const lists = [...sheet.matchAll(/sqref="([A-Z]+)2:\1(\d+)"><formula1>'选项'!\$([A-Z])\$2:\$\3\$(\d+)<\/formula1>/g)].map((m) => [m[1], m[3], Number(m[4])]);
  assert.deepEqual(lists.map(([c]) => c), ['B', 'D', 'K', 'L'], 'unit and choices');
  const options = book['选项'].rows.map((r) => r[1]?.text).filter(Boolean);
  assert.deepEqual(options, ['类型', '商品房', '售后公房', '公房', '动迁安置房', '人才公寓', '别墅']);
  assert.equal(lists[1][2], options.length);
  assert.deepEqual((await look(body, 'estate')).map.columns.map((c) => c.to), ['title', 'unit', 'address', ...registers[0].fields.filter((f) => !f.formula).map((f) => `f:${f.key}`)]);
  const filled = makeBook({ 小区台账: [head, ['填好的小区', '北虹居民区', '北虹路9号', '公房', '1988', '6', '300', '', '', '', '已成立', '', '']] });
  assert.deepEqual(counts(await bring(filled, { loop: 'estate' })), [1, 0, 0, 0]);
  const loop = readBook((await template('hotline', await town.as('dispatcher1'))).body);
  assert.deepEqual(Object.keys(loop)[1], '填写说明');
  assert.ok(loop[Object.keys(loop)[0]].rows[0].some((c) => c.text.startsWith('业务类型')));
});

test('on the command line a trial says what it would change', async () => {
  await town.stop();
  const sheet = join(town.dir, 'estates.csv'), map = join(town.dir, 'estates.map.yaml');
  writeFileSync(sheet, '小区名称,类型,户数\n甲小区,公房,777\n新小区,公房,5\n');
  writeFileSync(map, '{map: own, title: 小区, loop: estate, key: 小区名称, columns: [{column: 小区名称, to: title}, {column: 类型, to: kind}, {column: 户数, to: households}]}\n');
  const dry = good('import', sheet, '--map', map, '--dry', '--dir', town.dir);
  assert.deepEqual([dry.new, dry.updated, dry.same, dry.bad], [1, 1, 0, 0]);
  assert.deepEqual(dry.changes.map((c) => [c.row, c.title, c.was, c.is]), [[2, '户数', '501', '777']]);
  const said = call('import', sheet, '--map', map, '--dry', '--dir', town.dir, '--lang', 'zh');
  assert.match(said.out, /户数：“501” → “777”/);
  const done = good('import', sheet, '--map', map, '--dir', town.dir);
  assert.equal(done.updated, 1);
  assert.deepEqual(good('import', '--undo', String(done.job), '--dir', town.dir), { job: done.job, undone: 2, kept: 0 });
  assert.equal(good('tally', 'verify', '--dir', town.dir).ok, true);
  assert.ok(good('audit', 'verify', '--dir', town.dir));
});
