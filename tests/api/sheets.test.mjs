// Workbooks in and out: what is exported opens with typed cells, masks and a sheet that says what it is; what clerks bring along as
// sheets is read as they mean it, or refused with a word that helps.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, before, after } from 'node:test';
import { Town, good, until } from './lib.mjs';
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
