// The list as one wants it: columns chosen, ordered and remembered, rows selected by key and mouse, views shared.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { open, PHONE, story, Visitor } from './lib.mjs';

const WIDE = { width: 1600, height: 900 };

test('a list of one’s own', { timeout: 180_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const units = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  for (let i = 1; i <= 6; i++) {
    const it = (await desk.file({ title: `第${i}件`, address: `泉口路${i}号`, fields: { kind: i % 2 ? '投诉' : '咨询' } })).body;
    if (i < 3) await desk.step(it, 'dispatch', { units: [units[0].id] });
  }
  const v = await Visitor.enter(here, 'dispatcher1', { size: WIDE });
  const heads = (p = v) => p.page.locator('table.items thead th:not(.c-select)').allInnerTexts().then((x) => x.map((y) => y.replace(/[↑↓\s]/g, '')));
  const dialog = v.page.locator('dialog');

  await step('a field and an address are added, the class is moved to the front and the channel dropped', async () => {
    await v.go('/items?filter=open:yes');
    await v.button('列').first().click();
    await dialog.waitFor();
    await dialog.getByLabel('找一列').fill('地址');
    await v.button('加上 地址').click();
    await dialog.getByLabel('找一列').fill('处置');
    await v.button('加上 处置时限').click();
    await v.button('去掉 来源').click();
    for (let i = 0; i < 5; i++) await v.button('上移 分类').click();
    await v.check('columns', { full: false });
    await v.button('用在我所有的列表').click();
    await dialog.waitFor({ state: 'detached' });
    await v.ready();
    assert.deepEqual(await heads(), ['分类', '剩余时限', '状态', '标题', '编号', '承办', '登记', '地址', '处置时限']);
    const row = (name) => v.page.locator('tbody tr', { hasText: name });
    assert.equal(await row('第6件').locator('.c-address').innerText(), '泉口路6号');
    assert.match(await row('第1件').locator('.c-clock-handle').innerText(), /计时 1\d-\d\d/);
    assert.equal(await row('第6件').locator('.c-clock-handle').innerText(), '—');
  });

  await step('they are there on another machine, and so is the height of rows', async () => {
    await v.button('列').first().click();
    await dialog.getByRole('button', { name: '紧凑' }).click();
    await v.page.waitForFunction(() => document.querySelector('table.items.narrow'));
    await v.page.keyboard.press('Escape');
    const other = await Visitor.enter(here, 'dispatcher1', { size: WIDE });
    await other.go('/items?filter=open:yes');
    assert.deepEqual(await heads(other), await heads());
    assert.equal(await other.page.locator('table.items.narrow').count(), 1);
    await other.close();
  });

  await step('a narrow window keeps number, time left, state and title, and says how many are hidden', async () => {
    await v.page.setViewportSize({ width: 900, height: 800 });
    await v.page.waitForFunction(() => document.querySelector('.hidden-columns'));
    const left = await heads();
    for (const head of ['剩余时限', '状态', '标题', '编号']) assert.ok(left.includes(head), head);
    assert.match(await v.text('.hidden-columns'), /有 \d 列没有显示/);
    await v.check('columns-900');
    await v.page.setViewportSize(WIDE);
    await v.page.waitForFunction(() => !document.querySelector('.hidden-columns'));
  });

  await step('columns for here only stand in the address, and a view keeps them', async () => {
    await v.button('列').first().click();
    await v.button('恢复常用列').click();
    await v.button('只用在这里').click();
    await v.page.waitForURL('**columns=**');
    await v.ready();
    assert.deepEqual((await heads()).slice(0, 2), ['剩余时限', '状态']);
    await v.button('存为视图').click();
    await dialog.getByLabel('视图名称').fill('常用列');
    await dialog.getByLabel('谁能用这个视图').selectOption({ label: '全镇' });
    await dialog.getByRole('button', { name: '存为视图' }).click();
    await v.page.locator('.views a[aria-current]', { hasText: '常用列' }).waitFor();
    const clerk = await Visitor.enter(here, 'clerk1', { size: WIDE });
    await clerk.go('/items');
    await clerk.page.getByRole('link', { name: /^常用列.*共享给/ }).click();
    await clerk.page.waitForURL('**columns=**');
    await clerk.ready();
    assert.deepEqual((await heads(clerk)).slice(0, 2), ['剩余时限', '状态']);
    await clerk.check('columns-shared');
    await clerk.close();
  });

  await step('heads of columns sort where an index allows it, others say why not', async () => {
    await v.go('/items?filter=open:yes');
    await v.page.getByRole('button', { name: '登记', exact: true }).click();
    await v.page.waitForURL('**sort=-filed**');
    await v.ready();
    assert.equal(await v.page.locator('th.c-filed').getAttribute('aria-sort'), 'descending');
    await v.page.getByRole('button', { name: /登记/ }).first().click();
    await v.page.waitForURL(/sort=filed/);
    await v.ready();
    assert.match(await v.page.locator('th.c-class').getAttribute('title'), /没有索引/);
  });

  await step('X selects, Shift and arrow extend; the bar says what is chosen and exports just that', async () => {
    await v.page.keyboard.press('j');
    await v.page.keyboard.press('x');
    await v.page.keyboard.press('Shift+ArrowDown');
    await v.page.keyboard.press('Shift+ArrowDown');
    await v.page.locator('.bulk').waitFor();
    assert.equal(await v.text('.bulk strong'), '已选 3 件');
    await v.check('selected');
    const [file] = await Promise.all([v.page.waitForEvent('download'), v.page.locator('.bulk summary').click().then(() => v.page.locator('.bulk').getByRole('link', { name: 'CSV' }).click())]);
    const lines = readFileSync(await file.path(), 'utf8').trim().split('\n');
    assert.equal(lines.length, 4, 'a head and three');
    await v.page.keyboard.press('Escape');
    await v.page.locator('.bulk').waitFor({ state: 'detached' });
    await v.page.getByLabel('选中本页全部').check();
    assert.equal(await v.text('.bulk strong'), '已选 6 件');
    await v.button('取消选择').click();
  });

  await step('a printed list repeats its head and says what it holds', async () => {
    await v.page.emulateMedia({ media: 'print' });
    const seen = await v.page.evaluate(() => ({
      note: document.querySelector('.print-note').innerText, shown: getComputedStyle(document.querySelector('.print-note')).display,
      head: getComputedStyle(document.querySelector('thead')).display, box: getComputedStyle(document.querySelector('.c-select')).display }));
    assert.match(seen.note, /筛选：open:yes.*共 6 件.*数据截至 2026-11-20/);
    assert.deepEqual([seen.shown, seen.head, seen.box], ['block', 'table-header-group', 'none']);
    await v.page.emulateMedia({ media: 'screen' });
  });

  await step('on the phone rows fold as before', async () => {
    const p = await Visitor.enter(here, 'dispatcher1', { size: PHONE });
    await p.go('/items?filter=open:yes');
    await p.check('columns');
    assert.equal(await p.page.locator('tbody .c-address').first().isVisible(), false);
    assert.equal(await p.page.locator('tbody .c-title').first().isVisible(), true);
  });
});
