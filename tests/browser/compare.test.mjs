// A board beside the month before: differences, what has no base, any period, the curve and its table, drilling down.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readBook } from '../api/xlsx.mjs';
import { open, PHONE, story, Visitor } from './lib.mjs';

test('a board that compares', { timeout: 180_000 }, async (t) => {
  const here = await open(t, { at: '2026-10-10T09:00:00+08:00' });
  const step = story(t);
  let desk = await here.town.as('dispatcher1');
  const units = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const file = async (n) => {
    for (let i = 0; i < n; i++) {
      const it = (await desk.file()).body;
      await desk.step(it, 'dispatch', { units: [units[0].id] });
    }
  };
  await file(4);
  await here.town.move('2026-11-20T09:00:00+08:00');
  desk = await here.town.as('dispatcher1');
  await file(6);
  const v = await Visitor.enter(here, 'dispatcher1', { size: { width: 1440, height: 900 } });
  const total = () => v.text('table.board tr.total td.num');

  await step('each figure beside the first days of the month before; a year ago there was nothing', async () => {
    await v.go('/boards?period=2026-11');
    assert.match(await total(), /^6\s+环比\s+\+2 \+50.0%/);
    assert.match(await v.text('.legend'), /环比：2026-10-01 至 2026-10-20/);
    assert.match(await v.text('.legend'), /本期未完/);
    assert.doesNotMatch(await v.text('.legend'), /同比/);
    await v.check('board-compared');
  });

  await step('compared with nothing, and again', async () => {
    await v.page.getByLabel('对比').selectOption({ label: '不对比' });
    assert.equal(await total(), '6');
    await v.page.getByLabel('对比').selectOption({ label: '只看环比' });
    assert.match(await total(), /\+2/);
  });

  await step('any period: assessment year, from a day to a day', async () => {
    await v.page.getByLabel('时段长度').selectOption({ label: '考核年（11月至次年10月）' });
    await v.page.waitForURL('**2026-11-01..2027-10-31**');
    await v.ready();
    assert.match(await total(), /^6/);
    await v.page.getByRole('button', { name: '上一期' }).click();
    await v.page.waitForURL('**2025-11-01..2026-10-31**');
    await v.ready();
    assert.match(await total(), /^4/);
    await v.page.getByLabel('时段长度').selectOption('range');
    await v.page.getByLabel('从哪天').waitFor();
    await v.page.getByLabel('从哪天').fill('2026-10-10');
    await v.page.waitForURL('**2026-10-10..**');
    await v.ready();
  });

  await step('the curve of twelve months, by keys and as a table', async () => {
    await v.go('/boards?period=2026-11');
    const svg = v.page.locator('.chart svg');
    await svg.focus();
    assert.match(await v.text('.chart [role=status]'), /2026年11月 6/);
    await v.page.keyboard.press('ArrowLeft');
    assert.match(await v.text('.chart [role=status]'), /2026年10月 4/);
    await v.button('看表格').click();
    assert.deepEqual((await v.page.locator('.chart-table td').allInnerTexts()).slice(-2), ['4', '6']);
    await v.check('board-table');
    await v.button('看图').click();
    await v.page.getByRole('combobox', { name: '看' }).selectOption({ label: '先行联系率' });
    await v.page.locator('.curve', { hasText: '没有数据' }).waitFor();
  });

  await step('into a unit, and from a figure to its list', async () => {
    await v.go(`/boards?period=2026-11&unit=${units[0].id}`);
    await v.page.locator('table.board tr.total td.num a').first().click();
    await v.page.waitForURL('**/items?filter=**');
    await v.ready();
    assert.equal(await v.text('.total'), '符合条件 6 件');
  });

  await step('the board that is shown, as a file', async () => {
    const save = async (name) => {
      const [got] = await Promise.all([v.page.waitForEvent('download'), v.page.getByRole('link', { name, exact: true }).click()]);
      return { name: got.suggestedFilename(), bytes: readFileSync(await got.path()) };
    };
    await v.go(`/boards?period=2026-11&by=channel&unit=${units[0].id}`);
    const book = await save('导出 Excel');
    assert.equal(book.name, 'hotline-2026-11-01-2026-11-30.xlsx');
    const sheets = readBook(book.bytes);
    assert.deepEqual(Object.keys(sheets), ['看板', '上期', '规则']);
    const words = Object.fromEntries(sheets.规则.rows.filter((x) => x && x[1]).map((x) => [x[0].text, x[1].text]));
    assert.deepEqual([words.限于单位, words.分组], [units[0].name, '来源']);
    await v.page.getByLabel('对比').selectOption({ label: '不对比' });
    assert.deepEqual(Object.keys(readBook((await save('导出 Excel')).bytes)), ['看板', '规则']);
    const csv = await save('CSV');
    assert.match(csv.bytes.toString('utf8'), /合计,6,/);
    await v.page.getByLabel('对比').selectOption({ label: '只看环比' });
  });

  await step('on the phone', async () => {
    const p = await Visitor.enter(here, 'leader1', { size: PHONE });
    await p.go('/boards?period=2026-11');
    await p.check('board-compared');
  });
});
