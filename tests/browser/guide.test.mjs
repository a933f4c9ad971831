// The guide in the program: from the log-in page and from the foot of every page one comes to the chapter that tells of it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, DESK, PHONE, Visitor } from './lib.mjs';

test('help', { timeout: 180_000 }, async (t) => {
  const here = await open(t);

  await t.test('from the log-in page', async () => {
    const v = await Visitor.enter(here, null, { script: false });
    await v.page.goto(`${here.town.base}/login`);
    await v.page.getByRole('link', { name: '帮助' }).click();
    assert.equal(await v.page.locator('h1').innerText(), '登录与首页');
    await v.close();
  });

  await t.test('from the foot of a page, the chapter of that page', async () => {
    const v = await Visitor.enter(here, 'dispatcher1');
    for (const [path, title] of [['/', '登录与首页'], ['/desk', '派单台'], ['/items', '列表与视图'], ['/settings/tokens', '管理员']]) {
      await v.go(path);
      const [tab] = await Promise.all([v.context.waitForEvent('page'), v.page.locator('.foot').getByRole('link', { name: '帮助' }).click()]);
      await tab.locator('h1').waitFor();
      assert.equal(await tab.locator('h1').innerText(), title);
      await tab.close();
    }
    await v.close();
  });

  for (const size of [DESK, PHONE])
    await t.test(`chapters ${size.width}`, async () => {
      const v = await Visitor.enter(here, null, { size });
      for (const name of ['index', '03-desk', '06-lists', '13-questions']) {
        await v.page.goto(`${here.town.base}/help/${name}.html`);
        await v.check(`help-${name}`);
        for (const img of await v.page.locator('main img').all()) {
          await img.scrollIntoViewIfNeeded();
          await img.evaluate((e) => e.decode());
          assert.ok(await img.evaluate((e) => e.naturalWidth > 100), `${name}: ${await img.getAttribute('src')}`);
        }
      }
      await v.close();
    });
});
