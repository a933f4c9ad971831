// A register's sheet on the import page: what is new, what would change from what to what, written and taken back.
import test from 'node:test';
import assert from 'node:assert/strict';
import { makeBook } from '../api/xlsx.mjs';
import { open, story, Visitor, PHONE } from './lib.mjs';

const HEAD = ['小区名称', '责任单位', '类型', '户数', '业委会'];
const sheet = (...rows) => makeBook({ 小区: [HEAD, ...rows] });

test('a sheet of a register on screen', async (t) => {
  const world = await open(t);
  const step = story(t);
  const v = await Visitor.enter(world, 'keeper1');
  const { page } = v;
  const next = (name) => page.getByRole('button', { name }).click();
  const over = () => page.locator('.job-state.done').waitFor();
  const bring = async (content) => {
    await v.go('/import');
    await page.setInputFiles('input[type=file]', { name: '小区.xlsx', mimeType: 'application/octet-stream', buffer: content });
    await next('看表');
    await page.getByText('已有的对象按“小区名称”认出').waitFor();
  };

  await step('an empty sheet of every loop and register is to be had', async () => {
    await v.go('/import');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '小区台账' }).click()]);
    assert.equal(download.suggestedFilename(), 'estate.xlsx');
    await v.check('register-1-file');
  });
  await step('its columns say which register it is; rows that are new', async () => {
    await bring(sheet(['北虹小区', '北虹居民区', '公房', 300, '已成立'], ['南苑小区', '', '别墅', 20, '未成立']));
    assert.equal(await page.getByLabel('导入成').inputValue(), 'estate');
    assert.equal(await page.getByLabel('“责任单位”读作').inputValue(), 'unit');
    assert.equal(await page.getByLabel('“小区名称”读作').inputValue(), 'title');
    await v.check('register-2-columns');
    await next('试跑');
    await over();
    await next('写入 2 件');
    await over();
  });
  await step('once more with three changes: each is shown, was and becomes', async () => {
    await bring(sheet(['北虹小区', '北虹居民区', '公房', 312, '筹备中'], ['南苑小区', '北虹居民区', '别墅', 20, ''], ['新苑', '', '公房', '', '']));
    await next('试跑');
    await over();
    await page.getByRole('heading', { name: '要修改的 2 行' }).waitFor();
    const rows = await page.locator('.changes-table tbody tr').allInnerTexts();
    assert.equal(rows.length, 3);
    assert.match(rows[0], /北虹小区.*户数.*300.*312/s);
    assert.match(rows[2], /南苑小区.*责任单位.*城运中心.*北虹居委会/s);
    await v.check('register-3-changes');
    await page.setViewportSize(PHONE);
    await v.check('register-3-changes-phone');
    await page.setViewportSize({ width: 1366, height: 768 });
    await next('写入 3 件');
    await over();
  });
  await step('taken back as a whole', async () => {
    await next('撤销整批');
    await page.getByRole('dialog').getByRole('button', { name: '撤销整批' }).click();
    await page.locator('.job-state.undone').waitFor();
    await v.check('register-4-undone');
  });
});
