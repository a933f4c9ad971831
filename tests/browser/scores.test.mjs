// The table of a score in a browser: a figure opens its list, what is computed says how, rows are put in order by keys, and
// what is exported is what is shown.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { open, story, Visitor } from './lib.mjs';
import { REPLY } from '../api/lib.mjs';
import { readBook } from '../api/xlsx.mjs';

/** Orders of three committees: three, two and one are closed, one waits. */
async function furnish(town) {
  const desk = await town.as('dispatcher1');
  const homes = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood').slice(0, 3);
  for (const [i, home] of homes.entries()) {
    const handler = await town.as(`handler-${home.code}`);
    for (let n = 0; n <= 3 - i; n++) {
      let it = (await desk.step((await desk.file({ title: `第 ${i}${n} 件` })).body, 'dispatch', { units: [home.id] })).body;
      if (n === 3 - i && i !== 1) continue; // not answered yet
      it = (await handler.step(it, 'contact', { fields: n ? { contacted: '是' } : { contacted: '否', no_contact_why: '始终未接' } })).body;
      it = (await handler.step(it, 'reply', { fields: REPLY })).body;
      assert.ok(it.id, JSON.stringify(it));
      for (const step of ['check', 'close']) it = (await desk.step(it, step)).body;
      await desk.step(it, 'rate', { fields: { satisfied: n ? '满意' : '不满意', solved: '实际解决' } });
    }
  }
  return homes;
}

test('scores', { timeout: 300_000 }, async (t) => {
  const here = await open(t);
  const homes = await furnish(here.town);
  const step = story(t);
  const leader = await Visitor.enter(here, 'leader1');
  const { page } = leader;
  const rows = () => page.locator('table.score tbody').first().locator('tr:not(.group):not(.sum)');
  const names = async () => (await rows().locator('th').allInnerTexts()).map((x) => x.trim());
  const cell = (name, n) => rows().filter({ hasText: name }).locator('td').nth(n);

  await step('from the rail; units without orders are folded away', async () => {
    await page.getByRole('link', { name: '考核' }).click();
    await page.waitForURL('**/scores');
    await leader.ready();
    assert.equal(await leader.text('h1'), '热线四率');
    assert.deepEqual(await names(), homes.map((u) => u.name));
    await page.getByRole('button', { name: /显示没有事项的/ }).click();
    await leader.ready();
    assert.ok((await rows().count()) >= 33);
    await page.getByRole('button', { name: /收起没有事项的/ }).click();
    await leader.check('scores-rates');
  });

  await step('another score, and every figure opens a list of so many', async () => {
    await page.getByRole('combobox', { name: '哪张表' }).selectOption({ label: '热线考核（赵巷公式）' });
    await page.waitForURL('**/scores/zhaoxiang**');
    await leader.ready();
    const count = cell(homes[0].name, 0).locator('a');
    assert.equal(await count.innerText(), '4');
    await count.click();
    await leader.ready();
    assert.match(page.url(), /\/items\?/);
    assert.equal(await page.locator('.items li, table.items tbody tr, .items tbody tr').count(), 4);
    await page.goBack();
    await leader.ready();
  });

  await step('what is computed says how it came about', async () => {
    const rate = cell(homes[0].name, 2).locator('button');
    assert.equal(await rate.innerText(), '66.7%');
    await rate.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 ÷ (2 + 1) = 66.7%').waitFor();
    await leader.check('scores-why');
    assert.equal(await dialog.getByRole('link').count(), 2);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await rate.evaluate((e) => e === document.activeElement), true, 'the focus is back');
  });

  await step('in order of a column, by keys, there and back', async () => {
    const head = page.getByRole('columnheader', { name: /总分/ });
    await head.getByRole('button').focus();
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort="descending"]').waitFor();
    const down = await names();
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort="ascending"]').waitFor();
    assert.deepEqual(await names(), [...down].reverse());
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort]').waitFor({ state: 'detached' });
    assert.deepEqual(await names(), homes.map((u) => u.name));
  });

  await step('beside the month before', async () => {
    await page.getByRole('combobox', { name: '对比' }).selectOption({ label: '比上期' });
    await page.locator('.delta').first().waitFor();
    assert.equal((await cell(homes[0].name, 0).locator('.delta').innerText()).trim(), '+4');
    await leader.check('scores-compare');
  });

  await step('days of one\'s own, and the assessment year', async () => {
    await page.getByRole('combobox', { name: '时段长度' }).selectOption('range');
    await page.getByLabel('从', { exact: true }).fill('2026-11-20');
    await page.getByLabel('到', { exact: true }).fill('2026-11-20');
    await page.getByRole('button', { name: '查看' }).click();
    await page.waitForURL('**period=2026-11-20..2026-11-20**');
    await leader.ready();
    assert.equal(await cell(homes[0].name, 0).locator('a').innerText(), '4');
    await page.getByRole('combobox', { name: '时段长度' }).selectOption('day');
    await page.waitForURL('**period=2026-11-20');
    await leader.ready();
    assert.equal(await leader.text('.period'), '2026年11月20日');
    assert.equal(await cell(homes[0].name, 0).locator('a').innerText(), '4');
    await page.getByRole('combobox', { name: '时段长度' }).selectOption('assess');
    await page.waitForURL('**period=A2027**');
    await leader.ready();
    assert.equal(await leader.text('.period'), '2027考核年度');
    assert.equal(await cell(homes[0].name, 0).locator('a').innerText(), '4');
  });

  await step('the rules stand below, and go out with the workbook', async () => {
    await page.getByText('这张表怎么算').click();
    await page.getByRole('cell', { name: '受理得分 + 先行联系得分 + 解决得分 + 满意得分' }).waitFor();
    await leader.check('scores-rules');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '导出 Excel' }).click()]);
    assert.equal(download.suggestedFilename(), 'zhaoxiang-2026-11-01-2027-10-31.xlsx');
    const book = readBook(readFileSync(await download.path()));
    assert.deepEqual(Object.keys(book), ['考核表', '规则']);
    assert.ok(book.考核表.rows.some((r) => r && r[0].text === homes[0].name && r[1].number === 4));
  });

  await step('on paper there is the table, and nothing to press', async () => {
    await page.emulateMedia({ media: 'print' });
    for (const name of ['打印', 'CSV', '查看'])
      assert.equal(await page.getByText(name, { exact: true }).isVisible().catch(() => false), false, name);
    assert.equal(await page.locator('table.score caption').isVisible(), true);
    await page.emulateMedia({ media: 'screen' });
  });
});
