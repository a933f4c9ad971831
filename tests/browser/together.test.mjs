// Two pages on one order: nothing moves under the hand, nobody overwrites anybody, and what is private stays so.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, story, Visitor, PHONE } from './lib.mjs';

test('together', { timeout: 180_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const [one, two] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  let it = (await desk.file({ title: '两人同时办', caller: { name: '李小明', phone: '13812346612', door: '3号楼402室' } })).body;
  const a = await Visitor.enter(here, 'dispatcher1');
  const b = await Visitor.enter(here, 'dispatcher2');

  await step('new orders are announced, and the rows stay where they are', async () => {
    await a.go('/items');
    const before = await a.page.locator('tbody .c-title a').allInnerTexts();
    await desk.file({ title: '新来的一件' });
    await desk.file({ title: '又来一件' });
    await a.page.locator('.updates button', { hasText: '2 件更新' }).waitFor();
    assert.deepEqual(await a.page.locator('tbody .c-title a').allInnerTexts(), before);
    await a.check('updates');
    await a.page.keyboard.press('r');
    await a.page.waitForFunction((n) => document.querySelectorAll('tbody tr').length === n, before.length + 2);
    await a.page.waitForFunction(() => !document.querySelector('.updates button'));
  });

  await step('both open it, both send it out: the second sees both versions and decides', async () => {
    await a.go(`/i/${it.id}`);
    await b.go(`/i/${it.id}`);
    for (const [v, unit] of [[a, one], [b, two]]) {
      await v.page.keyboard.press('d');
      const dialog = v.page.getByRole('dialog');
      await dialog.getByRole('combobox', { name: /主办单位/ }).fill(unit.name);
      await v.page.getByRole('option', { name: unit.name }).first().click();
      await dialog.getByLabel(/办理说明/).fill(`请${unit.name}办理`);
    }
    await a.page.getByRole('dialog').locator('button.primary').click();
    await a.told('派单');
    b.page.expected = [409];
    await b.page.getByRole('dialog').locator('form button.primary').click();
    const conflict = b.page.locator('.conflict');
    await conflict.waitFor();
    const said = await conflict.innerText();
    assert.match(said, /别人刚改过/);
    assert.match(said, new RegExp(`请${one.name}办理`), 'what the other wrote');
    assert.match(said, /待派单[^]*办理中/, 'both states');
    assert.match(said, /不能“派单”了/);
    assert.equal(await b.page.getByRole('dialog').getByLabel(/办理说明/).inputValue(), `请${two.name}办理`, 'what I wrote is still there');
    await b.check('conflict', { full: false });
    await b.page.getByRole('button', { name: '看新版本' }).click();
    await b.page.locator('.states .at', { hasText: '办理中' }).waitFor();
  });

  await step('a note on an old page: sent again on the new version with one press', async () => {
    await b.go(`/i/${it.id}`);
    await b.button('写经过').first().click();
    const dialog = b.page.getByRole('dialog');
    await dialog.getByLabel(/办理说明/).fill('我的经过');
    it = (await desk.step(await desk.item(it.id), 'urge', { note: '别人催了一次' })).body;
    await dialog.locator('form button.primary').click();
    await b.page.locator('.conflict').waitFor();
    await b.page.getByRole('button', { name: /在新版本上/ }).click();
    await b.told('写经过');
    it = await desk.item(it.id);
    assert.deepEqual(it.timeline.slice(0, 2).map((e) => [e.what, e.note]), [['note', '我的经过'], ['urge', '别人催了一次']]);
    b.page.expected = [];
  });

  await step('what is half-written is there after the page was closed', async () => {
    await a.go(`/i/${it.id}`);
    await a.button('写经过').first().click();
    await a.page.getByRole('dialog').getByLabel(/办理说明/).fill('写到一半');
    await a.page.getByRole('dialog').getByText('草稿已存在本机').waitFor();
    await a.go(`/i/${it.id}`);
    await a.button('写经过').first().click();
    assert.equal(await a.page.getByRole('dialog').getByLabel(/办理说明/).inputValue(), '写到一半');
    await a.page.getByRole('button', { name: '清空重写' }).click();
    assert.equal(await a.page.getByRole('dialog').getByLabel(/办理说明/).inputValue(), '');
    await a.page.keyboard.press('Escape');
  });

  await step('the caller in clear: a reason first, then shown to this page alone, and written down', async () => {
    await a.go(`/i/${it.id}`);
    assert.doesNotMatch(await a.text('main'), /13812346612|李小明/);
    await a.page.getByRole('button', { name: '查看号码' }).click();
    const dialog = a.page.getByRole('dialog');
    await dialog.getByRole('button', { name: '记录原因并查看' }).click();
    await dialog.locator('.field-error').waitFor();
    await a.check('reveal-dialog', { full: false });
    await dialog.getByLabel('为什么要看').fill('回访核对');
    await dialog.getByRole('button', { name: '记录原因并查看' }).click();
    await a.page.locator('.caller', { hasText: '13812346612' }).waitFor();
    assert.match(await a.text('.caller'), /李小明.*13812346612.*3号楼402室/s);
    await a.page.locator('.timeline', { hasText: '回访核对' }).waitFor();
    assert.equal((await desk.item(it.id)).timeline[0].what, 'reveal');
    await a.go(`/i/${it.id}`);
    assert.doesNotMatch(await a.text('main'), /13812346612|李小明/, 'masked again');
  });

  await step('a photo is made smaller and its place removed, then shown; another file stays as it is', async () => {
    const v = await Visitor.enter(here, `handler-${one.code}`, { size: PHONE });
    await v.go(`/i/${it.id}`);
    // A picture larger than is needed, made in the page.
    const data = await v.page.evaluate(() => {
      const c = Object.assign(document.createElement('canvas'), { width: 3000, height: 2000 });
      const x = c.getContext('2d');
      for (let i = 0; i < 300; i++) { x.fillStyle = `hsl(${i * 7} 60% 50%)`; x.fillRect((i * 97) % 2900, (i * 61) % 1900, 300, 200); }
      return c.toDataURL('image/png').split(',')[1];
    });
    const big = Buffer.from(data, 'base64');
    await v.page.locator('input[type=file]').first().setInputFiles([
      { name: '现场照片.png', mimeType: 'image/png', buffer: big }, { name: '情况说明.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 x') }]);
    await v.page.getByRole('button', { name: '上传 2 个文件' }).click();
    await v.told('附件已上传');
    const files = (await desk.item(it.id)).files;
    assert.deepEqual(files.map((f) => [f.name, f.type]), [['现场照片.jpg', 'image/jpeg'], ['情况说明.pdf', 'application/pdf']]);
    assert.ok(files[0].bytes < big.length, `${files[0].bytes} < ${big.length}`);
    assert.equal(files[1].bytes, 10);
    await v.page.waitForFunction(() => [...document.querySelectorAll('.files img')].some((i) => i.naturalWidth === 1600));
    await v.check('files-phone');
    await v.close();
  });

  await step('seven tabs of one browser all answer', async () => {
    const tabs = [];
    const before = (await desk.get('/healthz')).body.streams;
    for (let i = 0; i < 7; i++) {
      const page = await a.watch(await a.context.newPage());
      await page.goto(`${here.town.base}/items`);
      tabs.push(page);
    }
    for (const page of tabs) await page.locator('.total').waitFor();
    assert.ok((await desk.get('/healthz')).body.streams <= before + 1, 'one stream a browser, not one a tab');
    await desk.file({ title: '给所有标签页' });
    for (const page of tabs) {
      await page.locator('.updates button').waitFor();
      assert.deepEqual(page.faults, []);
      await page.close();
    }
  });

  await step('the server goes away and comes back: the page says so and goes on', async () => {
    a.page.expected = [502, 503];
    await a.go('/items');
    await a.page.locator('.conn.open').waitFor();
    const port = new URL(here.town.base).port;
    await here.town.stop();
    await a.page.locator('.conn.wait, .conn.down').waitFor();
    await a.page.keyboard.press('r');
    await a.page.locator('.notice.error').first().waitFor();
    await a.page.screenshot({ path: new URL('out/offline.png', import.meta.url).pathname });
    await here.town.start({ port });
    await a.page.getByRole('button', { name: '重试' }).first().click();
    await a.page.locator('.notice.error').waitFor({ state: 'detached' });
    await a.page.locator('.conn.open').waitFor();
  });
});
