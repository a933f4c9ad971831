// The import page: a sheet nobody has seen, its columns, the words it has of its own, the rows that stay out, written, found again under
// the jobs, taken back; and next month known by its header.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { makeBook, readBook } from '../api/xlsx.mjs';
import { open, story, Visitor, PHONE } from './lib.mjs';

const HEAD = ['序号', '市平台工单号', '登记时间', '诉求标题', '反映内容', '事发地址', '业务类型', '渠道', '诉求人', '联系电话', '备注'];
const order = (no, values = {}) => HEAD.map((h) => ({ 序号: no, 市平台工单号: `20261119${String(no).padStart(6, '0')}`, 登记时间: { time: 46345.39 + no / 1000 }, 诉求标题: `北虹路${no}号楼道堆物`,
  反映内容: '居民反映楼道里长期堆放杂物，影响通行，希望尽快清理。', 事发地址: `北虹路${no}号`, 业务类型: '投诉', 渠道: '12345热线', 诉求人: '王一', 联系电话: '13800000000', ...values })[h] ?? null);
const SHEET = makeBook({
  填表说明: [['本表由城运中心每日导出'], ['有问题请联系值班人员']],
  日报: { rows: [['新泾镇 12345 工单日报（2026年11月19日）'], null, HEAD, ...Array.from({ length: 20 }, (_, i) => order(i + 1)),
    order(21, { 登记时间: '2026/13/02' }), order(22, { 市平台工单号: 2.02611190000012e17 }), order(23, { 业务类型: '吐槽' }), order(24, { 诉求标题: null }),
    ['合计', null, null, null, null, null, null, 24]], merges: ['A1:K1'] },
});

test('a sheet is imported on screen', async (t) => {
  const world = await open(t);
  const step = story(t);
  const v = await Visitor.enter(world, 'dispatcher1');
  const { page } = v;
  const next = (name) => page.getByRole('button', { name }).click();
  const over = () => page.locator('.job-state.done').waitFor();
  const pick = (name, content) => page.setInputFiles('input[type=file]', { name, mimeType: 'application/octet-stream', buffer: content });

  await step('① a file, or a word on what is wrong with it', async () => {
    await v.go('/import');
    await v.check('import-1-file');
    page.expected.push(400);
    const old = Buffer.alloc(1024);
    Buffer.from('D0CF11E0A1B11AE1', 'hex').copy(old);
    await pick('旧表.xls', old);
    await next('看表');
    await page.getByText('另存为 .xlsx').first().waitFor();
    await v.check('import-1-refused');
    page.expected.length = 0;
    await pick('工单日报.xlsx', SHEET);
    await next('看表');
    await page.getByText('没有见过这张表').waitFor();
  });
  await step('② what its columns are read as', async () => {
    const to = (name) => page.getByLabel(`“${name}”读作`);
    assert.equal(await to('市平台工单号').inputValue(), 'source_no');
    assert.equal(await to('联系电话').inputValue(), 'caller.phone');
    assert.equal(await to('序号').inputValue(), '');
    await to('渠道').selectOption({ label: '来源' });
    await v.choose('分类', '楼道堆物');
    await v.check('import-2-columns');
    await next('试跑');
    await over();
  });
  await step('③ what would happen; a word said once, and tried again', async () => {
    await page.getByText('没认出的').first().waitFor();
    await page.getByLabel('“12345热线”的意思是').selectOption('12345');
    await v.check('import-3-words');
    await next('按新的对法再试跑');
    await page.getByRole('button', { name: '写入 20 件' }).waitFor();
    await page.getByText('科学计数').waitFor();
    await page.getByText('合计').first().waitFor();
    await v.check('import-3-tried');
    await page.getByLabel('存为模板').fill('城运日报');
    await next('保存');
    await page.getByText('已存为模板').waitFor();
  });
  await step('④ written; the rows that stayed out as a workbook', async () => {
    await next('写入 20 件');
    await page.getByRole('button', { name: '撤销整批' }).waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载问题行' }).click()]);
    const { rows } = readBook(await readFile(await file.path()))['有问题的行'];
    assert.equal(rows.length, 5);
    assert.deepEqual(rows[0].slice(0, 11).map((c) => c.text), HEAD);
    assert.equal(await page.getByRole('link', { name: '去派单台' }).getAttribute('href'), '/desk?loop=hotline');
    await v.check('import-4-written');
  });
  await step('found again under the jobs, and taken back', async () => {
    await v.go('/jobs');
    await v.check('jobs');
    await page.locator('tbody a').first().click();
    await page.getByRole('button', { name: '撤销整批' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '撤销整批' }).click();
    await page.locator('.job-state.undone').waitFor();
    await v.check('job-undone');
  });
  await step('the next day’s sheet is known; a trial is written from its own page', async () => {
    await v.go('/import');
    await pick('工单日报 20 日.xlsx', SHEET);
    await next('看表');
    await page.getByText('已按模板对列').waitFor();
    await v.check('import-2-known');
    await next('试跑');
    await page.getByRole('button', { name: '写入 20 件' }).waitFor();
    await v.go('/jobs');
    await page.locator('tbody a').first().click();
    await next('写入 20 件');
    await page.getByRole('button', { name: '撤销整批' }).waitFor();
  });
  await step('on a phone', async () => {
    const small = await Visitor.enter(world, 'dispatcher1', { size: PHONE });
    await small.go('/import');
    await small.page.setInputFiles('input[type=file]', { name: 'a.xlsx', mimeType: 'application/octet-stream', buffer: SHEET });
    await small.page.getByRole('button', { name: '看表' }).click();
    await small.page.getByText('已按模板对列').waitFor();
    await small.check('import-2-phone');
  });
});
