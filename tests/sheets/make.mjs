// Makes the files of this folder anew: `node tests/sheets/make.mjs`. Those by hand are put together byte by byte (../api/xlsx.mjs), the
// others LibreOffice has opened and saved (Debian: libreoffice-calc; only this script needs it). Everybody in them is made up.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeBook } from '../api/xlsx.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const HEAD = ['工单编号', '受理时间', '来源', '业务类型', '紧急程度', '大类', '小类', '标题', '内容', '地址', '联系人', '电话'];
let files = 0;
let prefix = '';
const row = (n, v = {}) => HEAD.map((h) => ({ 工单编号: `${prefix}${n}`, 受理时间: '2026-11-19 09:30', 业务类型: '求助', 标题: `演示事项${n}`, 内容: '演示数据', 地址: '北虹路1号', ...v })[h] ?? null);
const rows = (n, v) => Array.from({ length: n }, (_, i) => row(i + 1, v));
const save = (name, content) => {
  writeFileSync(join(here, name), content);
  files++;
};
/** A file, whose order numbers are its own. */
const file = (name, content) => {
  prefix = `${String.fromCharCode(65 + (files % 26))}${files}-`;
  save(name, content());
};
const csv = (list, end = '\r\n') => list.map((r) => (r ?? []).map((c) => { const s = String(c ?? ''); return /[",\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s; }).join(',')).join(end) + end;
const gb18030 = (text) => execFileSync('iconv', ['-f', 'utf-8', '-t', 'gb18030'], { input: text });
const work = mkdtempSync(join(tmpdir(), 'sheets-'));
const office = (bytes, to, filter = to) => {
  writeFileSync(join(work, 'in.xlsx'), bytes);
  execFileSync('soffice', ['--headless', `-env:UserInstallation=file://${work}/profile`, '--convert-to', filter, '--outdir', join(work, 'out'), join(work, 'in.xlsx')], { stdio: 'ignore' });
  renameSync(join(work, 'out', `in.${to}`), join(work, 'made'));
  return execFileSync('cat', [join(work, 'made')]);
};
const SERIAL = 46345.395833333336; // 2026-11-19 09:30

for (const old of readdirSync(here)) if (/\.(xlsx|xls|ods|csv)$/.test(old)) rmSync(join(here, old));

// ---- by hand
file('plain.xlsx', () => makeBook({ 工单: [HEAD, ...rows(3)] }));
file('serial-1900.xlsx', () => makeBook({ 工单: [HEAD, row(1, { 受理时间: { time: SERIAL } }), row(2, { 受理时间: { date: 46345 } }), row(3, { 受理时间: { time: 60 } })] }));
file('serial-1904.xlsx', () => makeBook({ 工单: [HEAD, row(1, { 受理时间: { time: SERIAL - 1462 } })] }, { date1904: true }));
file('dates-as-written.xlsx', () => makeBook({ 工单: [HEAD, ...['2026.11.19', '2026/11/19 9:30', '2026年11月19日', '2026年11月19日 上午9时30分', '20261119', '20261119093000', '2026-11-19T09:30:00', '2026-11-19 09:30:00.0', '２０２６－１１－１９', SERIAL, '2026/11/19 下午3:05', '19/11/2026', '去年'].map((t, i) => row(i + 1, { 受理时间: t }))] }));
file('numbers-as-text.xlsx', () => makeBook({ 工单: [HEAD, row(1, { 电话: 13800000000, 标题: 20261 }), row(2, { 工单编号: 20261119000001, 电话: '13800000000.0' }), row(3, { 工单编号: "'20261119000002" })] }));
file('long-ids-lost.xlsx', () => makeBook({ 工单: [HEAD, row(1), row(2, { 工单编号: 2.02611190000012e17 }), row(3, { 工单编号: '1.23E+17' })] }));
file('title-above.xlsx', () => makeBook({ 工单: { rows: [['新泾镇12345工单'], ['2026年11月19日', null, null, '单位：件'], null, HEAD, ...rows(2)], merges: ['A1:L1'] } }));
file('blank-rows-and-columns.xlsx', () => {
  const gap = (r) => r && [null, ...r.slice(0, 6), null, ...r.slice(6)];
  return makeBook({ 工单: [null, gap(HEAD), null, gap(row(1)), null, null, gap(row(2))] });
});
file('merged-header.xlsx', () => makeBook({ 工单: { rows: [['工单编号', '受理时间', '来源', '业务类型', '紧急程度', '分类', null, '标题', '内容', '地址', '诉求人', null], [null, null, null, null, null, '大类', '小类', null, null, null, '联系人', '电话'], ...rows(2)], merges: ['A1:A2', 'F1:G1', 'K1:L1'] } }));
file('total-at-the-end.xlsx', () => makeBook({ 工单: [HEAD, ...rows(2), ['合 计', null, null, null, null, null, null, 2], null, [null, null, '总计：', 2]] }));
file('two-sheets.xlsx', () => makeBook({ 填表说明: [['本表由演示数据生成']], 工单: [HEAD, ...rows(2)], 参数: [['来源', '业务类型'], ['12345', '求助']] }));
file('two-sheets-fit.xlsx', () => makeBook({ 上午: [HEAD, ...rows(1)], 下午: [HEAD, ...rows(2)] }));
file('hidden.xlsx', () => makeBook({ 旧: { rows: [HEAD, ...rows(2)], hidden: true }, 工单: { rows: [HEAD, ...rows(3)], hiddenRows: [3] } }));
file('formulas.xlsx', () => makeBook({ 工单: [HEAD, row(1, { 标题: { formula: 'A2&"号"', value: '算出的标题' } }), row(2, { 标题: { formula: 'A2&"号"' } }), row(3, { 标题: { error: '#REF!' } })] }));
file('rich-and-phonetic.xlsx', () => makeBook({ 工单: [HEAD, row(1, { 标题: { rich: ['飞线', '充电'], reading: 'ヒセン' } }), row(2, { 标题: { inline: '行内' } })] }));
file('full-width.xlsx', () => makeBook({ 工单: [HEAD.map((h) => `　${h}　`), row(1, { 来源: '　１２３４５', 业务类型: ' 求助 ', 受理时间: '２０２６／１１／１９　９：３０' })] }));
file('stars-in-names.xlsx', () => makeBook({ 工单: [HEAD.map((h) => `${h.slice(0, 2)}\n${h.slice(2)}*`), ...rows(1)] }));
file('formula-injection.xlsx', () => makeBook({ 工单: [HEAD, row(1, { 标题: '=HYPERLINK("http://x.invalid")' })] }));
file('boolean.xlsx', () => makeBook({ 工单: [HEAD, row(1, { 标题: true })] }));
file('no-header.xlsx', () => makeBook({ 工单: rows(2) }));
file('empty.xlsx', () => makeBook({ 工单: [] }));
file('prefixed.xlsx', () => {
  const x = (s) => s.replace(/<(\/?)([a-z]\w*)/gi, '<$1x:$2').replace('xmlns=', 'xmlns:x=');
  return makeBook({ 工单: [['a']] }, { files: { 'xl/worksheets/sheet1.xml': x(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${[HEAD, row(1)].map((r, i) => `<row>${r.map((c) => `<c t="inlineStr"><is><t>${c ?? ''}</t></is></c>`).join('')}</row>`).join('')}</sheetData></worksheet>`) } });
});
file('doctype.xlsx', () => makeBook({ a: [['x']] }, { files: { 'xl/worksheets/sheet1.xml': '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>' } }));
file('rows-in-disorder.xlsx', () => makeBook({ a: [['x']] }, { files: { 'xl/worksheets/sheet1.xml': '<worksheet><sheetData><row r="5"><c r="A5"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row></sheetData></worksheet>' } }));
file('text-beyond.xlsx', () => makeBook({ a: [['x']] }, { files: { 'xl/worksheets/sheet1.xml': '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData></worksheet>' } }));
file('huge-tag.xlsx', () => makeBook({ a: [['x']] }, { files: { 'xl/worksheets/sheet1.xml': `<worksheet><sheetData><row r="1"><c r="A1" x="${'y'.repeat(3 << 20)}"/></row></sheetData></worksheet>` } }));
file('damaged.xlsx', () => makeBook({ 工单: [HEAD, ...rows(9)] }).subarray(0, 1500));
file('page.xls', () => `<html><head><meta charset="utf-8"></head><table>${[HEAD, ...rows(2)].map((r) => `<tr>${r.map((c) => `<td>${c ?? ''}</td>`).join('')}</tr>`).join('')}</table></html>`);
file('utf8-bom.csv', () => `\ufeff${csv([HEAD, ...rows(2)])}`);
file('gb18030.csv', () => gb18030(csv([['新泾镇12345工单'], HEAD, ...rows(2), ['合计', '', '2']])));
file('lost-in-csv.csv', () => csv([HEAD, row(1), row(2, { 工单编号: '2.02611E+17' })], '\n'));
file('quoted-numbers.csv', () => csv([HEAD, row(1, { 工单编号: "'20261119000009" }), row(2, { 电话: '\t13800000000' })]));

// ---- by LibreOffice
file('office-plain.xlsx', () => office(makeBook({ 工单: [HEAD, row(1, { 受理时间: { time: SERIAL } }), row(2, { 受理时间: { time: SERIAL, style: 4 } }), row(3, { 电话: 13800000000 })] }), 'xlsx'));
file('office-habits.xlsx', () => office(makeBook({ 说明: [['演示']], 工单: { rows: [['演示工单表'], null, ['工单编号', '受理时间', '来源', '业务类型', '紧急程度', '分类', null, '标题', '内容', '地址', '诉求人', null], [null, null, null, null, null, '大类', '小类', null, null, null, '联系人', '电话'], row(1, { 受理时间: { date: 46345 } }), null, row(2, { 标题: { formula: '"算"&"出"', value: '算出' } }), ['合计', null, null, null, null, null, null, 2]], merges: ['A1:L1', 'F3:G3', 'K3:L3'] } }), 'xlsx'));
file('office-old.xls', () => office(makeBook({ 工单: [HEAD, ...rows(2)] }), 'xls', 'xls:MS Excel 97'));
file('office-open.ods', () => office(makeBook({ 工单: [HEAD, ...rows(2)] }), 'ods'));
rmSync(work, { recursive: true });
console.log(`${files} files`);
