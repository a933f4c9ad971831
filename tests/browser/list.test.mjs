// The list at the keyboard: moving, opening, coming back to the same place, paging, choosing, and what a mistake is told.
import test from 'node:test';
import assert from 'node:assert/strict';
import { DESK, open, PHONE, story, Visitor } from './lib.mjs';
import { FIXED } from '../../web/lib/views.js';

test('the list', { timeout: 180_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  for (let i = 1; i <= 45; i++) await desk.file({ title: `第${String(i).padStart(2, '0')}件`, fields: { kind: i % 2 ? '投诉' : '咨询' } });
  const v = await Visitor.enter(here, 'dispatcher1');
  const titles = () => v.page.locator('tbody .c-title a').allInnerTexts();
  const focused = () => v.page.evaluate(() => document.activeElement.textContent);

  await step('J and K move, Enter opens, B comes back to the same row', async () => {
    await v.page.keyboard.press('g');
    await v.page.keyboard.press('i');
    await v.page.waitForURL('**/items');
    await v.ready();
    assert.equal(await v.text('.total'), '符合条件 45 件');
    assert.deepEqual((await titles()).slice(0, 3), ['第45件', '第44件', '第43件']);
    for (const k of ['j', 'j', 'j', 'k']) await v.page.keyboard.press(k);
    assert.equal(await focused(), '第44件');
    await v.page.keyboard.press('Enter');
    await v.page.getByRole('heading', { level: 1, name: '第44件' }).waitFor();
    await v.ready();
    await v.page.keyboard.press('b');
    await v.page.waitForURL('**/items');
    await v.ready();
    await v.page.waitForFunction(() => document.activeElement.textContent === '第44件');
  });

  await step('N and P turn pages; the address is the page', async () => {
    await v.page.keyboard.press('n');
    await v.page.waitForURL('**after=**');
    await v.ready();
    assert.deepEqual((await titles()).slice(0, 1), ['第25件']);
    assert.match(await v.text('.pager'), /第 21–40 件/);
    const address = v.page.url();
    await v.page.keyboard.press('n');
    await v.page.waitForFunction((was) => location.href !== was, address);
    await v.ready();
    assert.deepEqual(await titles(), ['第05件', '第04件', '第03件', '第02件', '第01件']);
    assert.equal(await v.page.getByRole('button', { name: /下一页/ }).isDisabled(), true);
    await v.page.keyboard.press('p');
    await v.page.waitForFunction((was) => location.href === was, address);
    await v.page.goto(address);
    await v.ready();
    assert.deepEqual((await titles()).slice(0, 1), ['第25件'], 'a page can be opened by its address');
    await v.page.goBack();
    await v.ready();
  });

  await step('rows a page, the other order', async () => {
    await v.go('/items');
    await v.page.getByLabel('每页').selectOption('50');
    await v.page.waitForURL('**limit=50**');
    await v.ready();
    assert.equal((await titles()).length, 45);
    await v.page.getByLabel('排序').selectOption('filed');
    await v.page.waitForURL('**sort=filed**');
    await v.ready();
    assert.deepEqual((await titles()).slice(0, 2), ['第01件', '第02件']);
    await v.check('list-50');
  });

  await step('/ goes to the filter; Chinese words and signs are understood', async () => {
    await v.go('/items');
    await v.page.keyboard.press('/');
    await v.page.keyboard.type('业务类型：咨询　第0');
    await v.page.keyboard.press('Enter');
    await v.page.waitForURL('**filter=**');
    await v.ready();
    assert.equal(await v.text('.total'), '符合条件 4 件');
    assert.deepEqual(await v.page.locator('.terms li:not(.bare)').allInnerTexts().then((x) => x.map((y) => y.replace('✕', '').trim())), ['kind:咨询', '第0']);
    await v.page.getByRole('button', { name: '去掉 第0' }).click();
    await v.page.waitForFunction(() => document.querySelector('.total').textContent.includes('22'));
    await v.page.keyboard.press('Control+k');
    await v.page.keyboard.type('第13');
    await v.page.keyboard.press('Enter');
    await v.page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    assert.deepEqual(await titles(), ['第13件']);
  });

  await step('a mistake is marked where it stands, with what would be right', async () => {
    v.page.expected = [400];
    await v.page.locator('#filter').fill('第0 stat:filed');
    await v.page.keyboard.press('Enter');
    await v.page.locator('#filter-e').waitFor();
    assert.equal(await v.text('#filter-e mark'), 'stat:filed');
    assert.match(await v.text('#filter-e'), /state/);
    assert.equal(await v.page.locator('#filter').inputValue(), '第0 stat:filed', 'what was typed stays');
    await v.check('filter-error');
    v.page.expected = [];
    await v.page.locator('#filter').fill('第0 state:filed');
    await v.page.keyboard.press('Enter');
    await v.page.locator('#filter-e').waitFor({ state: 'detached' });
    assert.equal(await v.text('.total'), '符合条件 9 件');
  });

  await step('conditions for those who do not know the language', async () => {
    await v.go('/items');
    await v.page.getByRole('button', { name: '加条件' }).click();
    await v.page.locator('.add-term select').nth(1).selectOption({ label: '待派单' });
    await v.page.waitForURL('**filter=state**');
    await v.ready();
    assert.equal(await v.text('.total'), '符合条件 45 件');
    await v.page.getByRole('button', { name: '加条件' }).click();
    await v.page.locator('.add-term select').first().selectOption({ label: '承办单位' });
    await v.page.locator('.add-term input').fill('城运');
    await v.page.locator('.add-term [role=option]').first().click();
    await v.page.waitForFunction(() => document.querySelectorAll('.terms li:not(.bare)').length === 2);
    await v.check('add-term');
  });

  const pills = () => v.page.locator('.views a').allInnerTexts().then((all) => all.slice(FIXED.length));
  const keep = async (title, filter) => {
    await v.go(`/items?filter=${encodeURIComponent(filter)}`);
    await v.page.getByRole('button', { name: '存为视图' }).click();
    await v.page.getByLabel('视图名称').fill(title);
    await v.page.getByRole('dialog').locator('button.primary').click();
    await v.page.getByRole('link', { name: title, exact: true }).waitFor();
    await v.page.getByRole('dialog').waitFor({ state: 'detached' });
  };

  await step('a view can be kept, is there on another machine, and can be dropped and brought back', async () => {
    await keep('投诉', 'kind:投诉');
    const other = await Visitor.enter(here, 'dispatcher1', { size: PHONE });
    await other.go('/items');
    await other.page.getByRole('link', { name: '投诉', exact: true }).click();
    await other.page.waitForFunction(() => document.querySelector('.total')?.textContent.includes('23'));
    await other.check('view-kept');
    await other.close();
    await v.page.getByRole('button', { name: '删除此视图' }).click();
    await v.told('已删除视图“投诉”');
    await v.page.getByRole('link', { name: '投诉', exact: true }).waitFor({ state: 'detached' });
    await v.page.locator('.toast').getByRole('button', { name: '撤销' }).click();
    await v.page.getByRole('link', { name: '投诉', exact: true }).waitFor();
  });

  await step('views are renamed, ordered, deleted and brought back in one place', async () => {
    await keep('咨询', 'kind:咨询');
    await keep('第一批', '第0');
    assert.deepEqual(await pills(), ['投诉', '咨询', '第一批']);
    await v.page.getByRole('button', { name: '管理视图' }).click();
    const box = v.page.getByRole('dialog');
    const names = () => box.locator('.view-list li .view-name').evaluateAll((all) => all.map((e) => e.firstChild.textContent));
    const settled = (want) => v.page.waitForFunction((w) => [...document.querySelectorAll('.view-list li .view-name')].map((e) => e.firstChild.textContent).join() === w, want.join());
    for (const size of [PHONE, DESK]) {
      await v.page.setViewportSize(size);
      await v.check('views-dialog', { full: false });
    }
    await box.getByRole('button', { name: '上移 第一批' }).click();
    await settled(['投诉', '第一批', '咨询']);
    await box.getByRole('button', { name: '下移 投诉' }).click();
    await settled(['第一批', '投诉', '咨询']);
    await box.getByRole('button', { name: '改名 投诉' }).click();
    await box.getByLabel('视图名称').fill('投诉件');
    await v.page.keyboard.press('Enter');
    await settled(['第一批', '投诉件', '咨询']);
    v.page.expected = [409];
    await box.getByRole('button', { name: '改名 投诉件' }).click();
    await box.getByLabel('视图名称').fill('咨询');
    await v.page.keyboard.press('Enter');
    await box.locator('.notice.error', { hasText: '同名' }).waitFor();
    v.page.expected = [];
    await box.getByRole('button', { name: '删除 投诉件' }).click();
    await settled(['第一批', '咨询']);
    await box.getByRole('button', { name: '撤销' }).click();
    await settled(['第一批', '投诉件', '咨询']);
    assert.equal((await names()).length, 3);
    await v.page.keyboard.press('Escape');
    await v.go('/items');
    await v.page.locator('.views a').nth(FIXED.length + 2).waitFor();
    assert.deepEqual(await pills(), ['第一批', '投诉件', '咨询']);
  });

  await step('a view without a name, or with one that is taken, is told at the field', async () => {
    await v.go('/items?filter=open%3Ano');
    await v.page.getByRole('button', { name: '存为视图' }).click();
    await v.page.getByRole('dialog').locator('button.primary').click();
    await v.page.locator('#fd-title-e').waitFor();
    v.page.expected = [409];
    await v.page.getByLabel('视图名称').fill('咨询');
    await v.page.getByRole('dialog').locator('button.primary').click();
    await v.page.locator('#fd-title-e', { hasText: '同名' }).waitFor();
    v.page.expected = [];
    await v.page.keyboard.press('Escape');
  });

  await step('views this machine kept before go to the server, once', async () => {
    const { id } = desk.me.person;
    await v.page.evaluate((n) => localStorage.setItem(`bihuan.views.${n}`, JSON.stringify([
      { title: '旧机器上的', filter: 'open:yes kind:投诉', sort: '-changed' }, { title: '早已失效', filter: 'stat:filed', sort: 'due' }])), id);
    v.page.expected = [400];
    await v.go('/items');
    await v.page.getByRole('link', { name: '旧机器上的', exact: true }).waitFor();
    v.page.expected = [];
    assert.equal(await v.page.evaluate((n) => localStorage.getItem(`bihuan.views.${n}`), id), null);
    await v.go('/items');
    await v.page.locator('.views a').nth(10).waitFor();
    assert.deepEqual(await pills(), ['第一批', '投诉件', '咨询', '旧机器上的']);
    const kept = (await desk.get('/api/views')).body.rows.at(-1);
    assert.deepEqual([kept.filter, kept.sort], ['open:yes kind:投诉', '-changed']);
  });

  await step('nothing found says so and offers a way out; keys are explained; single keys can be switched off', async () => {
    await v.go('/items?filter=%E4%B8%8D%E5%AD%98%E5%9C%A8%E7%9A%84%E5%AD%97');
    assert.match(await v.text('.empty'), /没有符合条件/);
    await v.check('list-empty');
    await v.page.keyboard.press('?');
    await v.page.getByRole('dialog').waitFor();
    await v.check('key-help');
    await v.page.keyboard.press('Escape');
    await v.page.getByRole('dialog').waitFor({ state: 'detached' });
    await v.page.locator('.menu summary:not(.button)').click();
    await v.page.getByRole('button', { name: '关闭单键快捷键' }).click();
    await v.page.keyboard.press('Escape');
    await v.page.locator('h1').click();
    await v.page.keyboard.press('c');
    assert.equal(new URL(v.page.url()).pathname, '/items', 'C does nothing now');
  });

  await step('the list as a file has the same rows', async () => {
    await v.go('/items?filter=kind%3A%E5%92%A8%E8%AF%A2');
    await v.page.locator('.menu.export summary').click();
    const [download] = await Promise.all([v.page.waitForEvent('download'), v.page.getByRole('link', { name: 'CSV', exact: true }).click()]);
    const text = await (await import('node:fs/promises')).readFile(await download.path(), 'utf8');
    assert.equal(text.charCodeAt(0), 0xfeff, 'with the mark that office programs look for');
    assert.equal(text.trim().split('\n').length, 23, 'a head and twenty-two orders');
  });
});
