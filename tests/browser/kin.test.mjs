// A call comes in about rubbish that a supervisor reported an hour before: the clerk is shown it while he types, ticks it, and both
// are tied; on the order stands what else came from this caller and this place.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, story, Visitor } from './lib.mjs';

test('a call about what was found already', { timeout: 300_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const inspector = await here.town.as('inspector1');
  const found = (await inspector.post('/api/items', { loop: 'patrol', title: '路边暴露垃圾', text: '门口人行道上堆有垃圾袋和纸箱，约两立方。',
    address: '北虹路100弄3号', class: await inspector.klass('06010'), fields: { channel: '监督员上报' } })).body;
  const desk = await Visitor.enter(here, 'dispatcher1');
  const page = desk.page;

  await step('nothing is offered while one reason alone is known', async () => {
    await page.getByRole('link', { name: '登记', exact: false }).first().click();
    await desk.ready();
    await page.getByLabel('标题').fill('门口垃圾没人清');
    assert.equal(await page.locator('.kin-row').count(), 0);
  });

  await step('with the place it is: number, state, reasons, and what each is worth', async () => {
    await page.getByLabel('诉求内容').fill('来电人反映门口人行道上堆放垃圾袋和纸箱，无人清运。');
    await page.getByLabel('地址', { exact: false }).first().fill('北虹路100弄3号楼');
    await page.locator('.kin-row').first().waitFor();
    const row = await desk.text('.kin-row');
    assert.match(row, new RegExp(`${found.no}.*路边暴露垃圾`, 's'));
    assert.match(row, /待受理.*同一地点 \+30/s);
    await page.locator('.chip', { hasText: '12345' }).click();
    await page.locator('.chip', { hasText: '投诉' }).click();
    await desk.choose(/分类/, '暴露垃圾');
    await page.getByText('同一分类 +20').waitFor();
    await page.getByLabel('电话').fill('13812346612');
    await page.getByText('是同一件，登记后关联').click();
    await desk.check('kin-new');
  });

  await step('filed, both are tied', async () => {
    await page.locator('form button.primary').click();
    await desk.told(`与 ${found.no} 关联为同一事项`);
    await page.waitForURL(/\/i\/2$/);
    await desk.ready();
    await page.locator('section.kin .kin-row').first().waitFor();
    assert.match(await desk.text('.kin-counts'), /^同地点 2 件$/, 'of this caller and this class it is the only one');
    assert.match(await desk.text('section.kin'), /取消关联/);
    assert.match(await desk.text('.timeline'), new RegExp(`关联同一事项.*${found.no}`, 's'));
    await desk.check('kin-item');
  });

  await step('untied by mistake and tied again, from the item', async () => {
    await page.getByRole('button', { name: '取消关联' }).click();
    await desk.told(`已取消与 ${found.no} 的关联`);
    await page.getByRole('button', { name: '关联为同一事项' }).click();
    await desk.told(`已与 ${found.no} 关联`);
    assert.equal((await inspector.item(found.id)).links[0].kind, 'same');
  });

  await step('each count opens the list of just so many', async () => {
    await page.getByRole('link', { name: '同地点 2 件' }).click();
    await desk.ready();
    assert.equal(await page.locator('[role=row][data-id]').count(), 2);
  });

  await step('a class says what it asks, before anybody types', async () => {
    await page.goto(`${here.town.base}/new`);
    await desk.ready();
    await page.locator('select').first().selectOption('patrol');
    await desk.choose(/分类/, '暴露垃圾');
    const says = await desk.text('.says');
    assert.match(says, /时限.*处置 4 个工作时/s);
    assert.match(says, /照片.*立案 1 张/s);
    await desk.check('patrol-new');
  });
});
