// 图形栏: drawn corner by corner on a layer, or pasted; shown on the row's map, and told in words in its history.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, DESK, story, Visitor } from './lib.mjs';

test('a field that holds a shape', { timeout: 120_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const v = await Visitor.enter(here, 'keeper1');
  const { page } = v;
  const keeper = await here.town.as('keeper1');
  const area = page.getByRole('group', { name: '红线范围' });
  const press = async (points) => {
    for (const [x, y] of points) {
      const box = await area.locator('.cell-map svg').boundingBox();
      await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
    }
  };
  const said = () => area.locator('.shape-said').innerText();

  await step('corner by corner: the size is told as soon as there is one', async () => {
    await v.go('/registers/estate/new');
    await page.getByRole('textbox', { name: '小区名称' }).fill('画的小区');
    await page.locator('label.chip', { hasText: '商品房' }).click();
    await area.getByText('在图上画').click();
    await area.getByLabel('放大到网格').selectOption({ label: '北虹居民区' });
    await area.getByRole('button', { name: '放大' }).click();
    await area.locator('.cell-map').scrollIntoViewIfNeeded();
    await press([[0.3, 0.3], [0.7, 0.3]]);
    assert.match(await said(), /已点 2 个点/);
    await press([[0.7, 0.7], [0.3, 0.6]]);
    assert.match(await said(), /^面，4 个点，[\d,]+ 平方米/);
    await area.getByRole('button', { name: '撤回一点' }).click();
    assert.match(await said(), /^面，3 个点/);
    await press([[0.3, 0.7]]);
    assert.equal(await area.locator('.shape circle').count(), 4);
    await v.check('shape-drawn');
    await page.setViewportSize(PHONE);
    await v.check('shape-drawn');
    await page.setViewportSize(DESK);
  });

  let row;
  await step('saved, it stands on the map of the row', async () => {
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.waitForURL('**/i/*');
    await v.ready();
    const fact = page.locator('.row-facts > div', { hasText: '红线范围' }).first().locator('dd');
    assert.match(await fact.innerText(), /^面，4 个点，\d+ 平方米$/);
    assert.equal(await page.getByRole('region', { name: '红线范围' }).locator('path.polygon').count(), 1);
    await v.check('shape-row');
    await page.setViewportSize(PHONE);
    await v.check('shape-row');
    await page.setViewportSize(DESK);
    row = (await keeper.list('register:estate 画的小区')).rows[0];
  });

  await step('pasted text that the page cannot draw is checked when it is saved; the history tells both in words', async () => {
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', { name: /修改/ });
    const group = dialog.getByRole('group', { name: '红线范围' });
    await group.getByText('粘贴或上传图形').click();
    const text = group.getByLabel('GeoJSON 或 WKT');
    await text.fill('POLYGON((121.36 31.22, 121.361 31.221, 121.361 31.22, 121.36 31.221, 121.36 31.22))');
    assert.match(await group.locator('.shape-said').innerText(), /保存时检查/);
    page.expected = [400];
    await dialog.getByRole('button', { name: /确定|保存|修改/ }).last().click();
    await group.getByText('边界不能自己相交').waitFor();
    page.expected = [];
    await text.fill('POLYGON((121.36 31.22, 121.361 31.22, 121.361 31.221, 121.36 31.22))');
    await group.getByLabel(/GCJ-02/).check();
    assert.match(await text.inputValue(), /^GCJ02;POLYGON/);
    await dialog.getByRole('button', { name: /确定|保存|修改/ }).last().click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.timeline ins', { hasText: /^面，3 个点/ }).waitFor();
    assert.match(await page.locator('.timeline .changes li', { hasText: '红线范围' }).first().innerText(), /面，4 个点.*→.*面，3 个点/);
    const [[lon]] = JSON.parse((await keeper.item(row.id)).fields.find((f) => f.key === 'boundary').value).coordinates[0];
    assert.ok(lon < 121.357, 'GCJ-02 was converted');
    await v.check('shape-changed');
  });

  await step('a project may hold a line, an area or a point, and shows it beside its place', async () => {
    const desk = await here.town.as('dispatcher1');
    const r = await desk.post('/api/items', { loop: 'project', title: '泉口路雨污改造', fields: { channel: '区级任务', kind: '雨污混接改造', works_area: 'LINESTRING(121.36 31.22, 121.362 31.221, 121.363 31.221)' } });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    const d = await Visitor.enter(here, 'dispatcher1');
    await d.go(`/i/${r.body.id}`);
    const map = d.page.getByRole('region', { name: '施工范围' });
    await map.locator('path.line').waitFor();
    assert.match(await map.innerText(), /施工范围：线，3 个点，\d+ 米/);
    await d.check('shape-item');
  });
});
