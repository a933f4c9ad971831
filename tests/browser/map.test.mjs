// 网格图层 and 派单试算: looking at the layers of the map, bringing another in, and trying routes over past orders.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { open, PHONE, DESK, story, Visitor } from './lib.mjs';
import { root } from '../api/lib.mjs';

const box = (west, south, east, north) => [[[west, south], [east, south], [east, north], [west, north], [west, south]]];
const feature = (code, name, coordinates, more = {}) =>
  ({ type: 'Feature', properties: { code, name, ...more }, geometry: { type: 'Polygon', coordinates } });
const file = (features, more = {}) => ({ name: '河道.geojson', mimeType: 'application/geo+json',
  buffer: Buffer.from(JSON.stringify({ type: 'FeatureCollection', ...more, features })) });
const cells = (v) => v.page.locator('.scroll tbody tr');

/** The check of every page, on a desk and on a phone. */
async function both(v, name) {
  await v.check(name);
  await v.page.setViewportSize(PHONE);
  await v.check(name);
  await v.page.setViewportSize(DESK);
}

test('layers of the map', { timeout: 120_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const v = await Visitor.enter(here, 'sysadmin');
  const desk = await here.town.as('dispatcher1');

  await step('what there is: cells with their units and dates, and a drawing that says what it is', async () => {
    await v.go('/settings');
    await v.page.getByRole('link', { name: /网格图层/ }).first().click();
    await v.ready();
    assert.deepEqual(await v.page.locator('.segments button').allInnerTexts(), ['居民区 34', '综合网格 6', '警务 2', '城管 2']);
    assert.equal(await cells(v).count(), 34);
    assert.match(await v.text('figcaption'), /没有底图.*示意图：形状为虚构/s);
    await both(v, 'layers');
  });
  await step('a cell is chosen in the drawing or in the table, and shown in both', async () => {
    const name = await v.page.locator('.cell-map path').nth(3).locator('title').textContent();
    await v.page.locator('.cell-map path').nth(3).click();
    assert.equal(await v.text('tr.on button'), name);
    await v.page.getByRole('button', { name: '北虹居民区', exact: true }).focus();
    await v.page.keyboard.press('Enter');
    assert.equal(await v.page.locator('.cell.on title').textContent(), '北虹居民区');
    await both(v, 'layers-chosen');
  });
  await step('a file is tried: mistakes first, then overlaps and gaps, then it is written', async () => {
    await v.page.getByText('导入图层', { exact: true }).click();
    await v.button('试跑').click();
    await v.page.locator('.summary').waitFor();
    const pick = (f) => v.page.locator('input[type=file]').setInputFiles(f);
    await pick(file([feature('a', '甲河段', box(121.30, 31.20, 121.31, 31.21), { unit: 'nobody' })]));
    v.page.expected = [400];
    await v.button('试跑').click();
    await v.page.getByRole('heading', { name: /处错误，什么都没有写入/ }).waitFor();
    assert.match(await v.text('.notice.error'), /坐标系/);
    await both(v, 'layers-wrong');
    v.page.expected = [];
    await pick(file([feature('a', '甲河段', box(121.30, 31.20, 121.311, 31.21), { unit: 'ops-centre' }), feature('b', '乙河段', box(121.31, 31.20, 121.32, 31.21))]));
    await v.page.getByLabel('坐标系').selectOption('wgs84');
    await v.page.getByLabel('导入为').selectOption({ label: '新图层' });
    await v.page.getByLabel('图层代码').fill('rivers');
    await v.page.getByLabel('图层名称').fill('河道');
    await v.button('试跑').click();
    await v.page.locator('.notice.done', { hasText: '试跑完成' }).waitFor();
    assert.match(await v.text('.notice.done'), /新增 2.*有 1 处重叠或空隙.*a 与 b 重叠/s);
    await both(v, 'layers-tried');
    assert.equal((await desk.get('/api/layers')).body.rows.length, 4, 'a trial writes nothing');
    await v.page.locator('.actions').getByRole('button', { name: '导入' }).click();
    await v.told('已导入');
    await v.page.locator('.segments button', { hasText: '河道 2' }).waitFor();
    assert.equal(await cells(v).count(), 2);
    await v.page.getByRole('button', { name: '甲河段' }).waitFor();
  });
  await step('a new division from a day on: what has ended is shown when asked for', async () => {
    await v.page.getByText('导入图层', { exact: true }).click();
    await v.page.getByText('导入图层', { exact: true }).click();
    await v.page.locator('input[type=file]').setInputFiles(file([feature('a', '甲河段', box(121.30, 31.20, 121.32, 31.21))]));
    await v.page.getByLabel('导入为').selectOption({ label: '河道' });
    await v.page.getByLabel('启用日期').fill('2026-11-23');
    await v.button('试跑').click();
    await v.page.locator('.notice.done', { hasText: '没有重叠，也没有空隙' }).waitFor();
    await v.page.locator('.actions').getByRole('button', { name: '导入' }).click();
    await v.page.locator('.tag', { hasText: '尚未启用' }).waitFor();
    await here.town.move('2026-11-24T09:00:00+08:00');
    const later = await Visitor.enter(here, 'sysadmin');
    await later.go('/settings/layers?layer=rivers');
    assert.equal(await cells(later).count(), 1);
    await later.page.getByLabel('显示已停用的网格').check();
    await later.page.locator('tr.closed').first().waitFor();
    assert.equal(await cells(later).count(), 3);
    assert.equal(await later.page.locator('.cell-map path').count(), 1, 'only what is in force is drawn');
    await both(later, 'layers-past');
    await later.close();
  });
  assert.deepEqual(v.page.faults, []);
});

const HAZARD = /\{key: hazard, when: "class:matters\/06", unit: cell.residents,/;

test('in English, in the dark, in a narrow window', { timeout: 120_000 }, async (t) => {
  const here = await open(t);
  const v = await Visitor.enter(here, 'dispatcher1');
  await v.go('/settings/layers?layer=grid');
  await v.page.emulateMedia({ colorScheme: 'dark' });
  await v.page.locator('.cell-map path').nth(2).click();
  await v.check('layers-dark');
  await v.page.locator('.menu summary:not(.button)').click();
  await v.page.getByRole('button', { name: 'English' }).click();
  await v.page.getByRole('heading', { level: 1, name: 'Layers' }).waitFor();
  await v.check('layers-english');
  await v.page.emulateMedia({ colorScheme: 'light' });
  await v.page.setViewportSize({ width: 320, height: 640 });
  await v.check('layers-narrow');
  await v.go('/new');
  await v.page.getByText('Mark the place').click();
  await v.page.locator('.cell-map path.cell').nth(4).click();
  await v.page.locator('.places').waitFor();
  await v.check('file-place-narrow');
  assert.deepEqual(v.page.faults, []);
});

test('routes tried over past orders', { timeout: 120_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const rows = (await desk.get('/api/layers')).body.rows[0].rows;
  const send = async (title, klass, cell, unit) => {
    const at = rows.find((c) => c.code === cell);
    const it = (await desk.file({ title, text: '', address: '', class: await desk.klass(klass), lat: at.lat, lon: at.lon })).body;
    await desk.step(it, 'dispatch', { units: [await desk.unit(unit)] });
    return it.no;
  };
  const right = await send('飞线充电', '0601', 'beihong', 'beihong');
  const wrong = await send('飞线充电', '0601', 'chengqiao', 'police-xinjing');
  const silent = await send('窗口服务', '1203', 'chengqiao', 'justice');
  const yaml = readFileSync(`${root}/defs/loops/hotline.yaml`, 'utf8');
  const v = await Visitor.enter(here, 'sysadmin');
  const changes = () => v.page.locator('table.plain').last().locator('tbody tr').evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.trim().replace(/\s+/g, ' '))));

  await step('what is in force, over the last orders', async () => {
    await v.go('/settings/routes');
    await both(v, 'routes');
    await v.page.getByLabel('试多少').selectOption({ label: '最近 200 件' });
    await v.button('试算').click();
    await v.page.getByText('看了 3 件，其中已派出或办结的 3 件。').waitFor();
    assert.deepEqual(await changes(), [[wrong, '新泾派出所', '程桥居委会 不同 · hazard']]);
    await both(v, 'routes-in-force');
  });
  await step('a draft beside it: begun in the editor, tried from there', async () => {
    const id = (await (await here.town.as('sysadmin')).get('/api/defs')).body.rows.find((d) => d.key === 'hotline').id;
    await v.go(`/settings/defs/${id}?view=text`);
    const text = yaml.replace(HAZARD, '{key: hazard, when: "class:matters/06", unit: police-xinjing,')
      .replace('  - {key: estate,', '  - {key: w1, when: "class:matters/12", unit: justice, because: 甲}\n  - {key: w2, when: "class:matters/1203", unit: mediation, because: 乙}\n  - {key: estate,');
    assert.notEqual(text, yaml);
    await v.page.getByLabel('定义内容（YAML）').fill(text);
    await v.page.getByRole('link', { name: '试算派单' }).click();
    await v.ready();
    assert.equal(await v.page.getByLabel('试哪一份').inputValue(), `def/${id}`);
    await v.button('试算').click();
    await v.page.getByText('建议会改变的有 3 件。').waitFor();
    assert.deepEqual(await changes(), [
      [silent, '司法所', '— 没有建议', '司法所 意见不一 · w1'],
      [wrong, '新泾派出所', '程桥居委会 不同 · hazard', '新泾派出所 命中 · hazard'],
      [right, '北虹居委会', '北虹居委会 命中 · hazard', '新泾派出所 不同 · hazard'],
    ]);
    await both(v, 'routes-draft');
    await v.page.locator('.segments').getByRole('button', { name: /意见不一/ }).click();
    assert.deepEqual((await changes()).map((r) => r[0]), [silent]);
  });
  await step('a file, and one with mistakes', async () => {
    await v.page.getByLabel('试哪一份').selectOption({ label: '从文件选……' });
    await v.button('试算').click();
    await v.page.locator('.summary').waitFor();
    const pick = (text) => v.page.locator('input[type=file]').setInputFiles({ name: 'new.yaml', mimeType: 'text/yaml', buffer: Buffer.from(text) });
    await pick(yaml.replace('unit: cell.residents,', 'unit: nowhere,'));
    v.page.expected = [400];
    await v.button('试算').click();
    await v.page.locator('.notice.error', { hasText: 'nowhere' }).waitFor();
    await v.check('routes-wrong');
    v.page.expected = [];
    await pick(yaml);
    await v.button('试算').click();
    await v.page.getByText('建议没有变化。').waitFor();
  });
  await step('numbers lead to the orders for who reads them', async () => {
    assert.equal(await v.page.locator('main table a').count(), 0, 'an administrator reads no items');
    const sec = await here.town.as('secadmin');
    const me = (await sec.get('/api/people')).body.rows.find((p) => p.login === 'sysadmin');
    const town = (await desk.catalog()).units[0].id;
    assert.equal((await sec.post(`/api/people/${me.id}/roles`, { role: 'reader', unit: town })).status, 200);
    const w = await Visitor.enter(here, 'sysadmin');
    await w.go('/settings/routes');
    await w.button('试算').click();
    await w.page.locator('h2 + .scroll').getByRole('link', { name: wrong }).click();
    await w.ready();
    assert.equal(await w.page.locator('main tbody tr').count(), 1);
    assert.match(await w.text('main tbody tr'), new RegExp(wrong.replace(/^.*-/, '')));
    await w.close();
  });
  assert.deepEqual(v.page.faults, []);
});

test('an item says where it lies and whose it is', { timeout: 120_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const cell = (await desk.get('/api/layers')).body.rows[0].rows.find((c) => c.code === 'beihong');
  const danger = { title: '飞线充电', text: '', address: '', class: await desk.klass('0601') };
  const it = (await desk.file({ ...danger, lat: cell.lat, lon: cell.lon })).body;
  const v = await Visitor.enter(here, 'dispatcher1');
  const card = v.page.locator('section[aria-labelledby=place-h]');

  await step('before it is dispatched', async () => {
    await v.go(`/i/${it.id}`);
    await card.waitFor();
    assert.deepEqual(await card.locator('.places .tag').allInnerTexts(), ['居民区', '综合网格', '警务', '城管']);
    assert.match(await card.innerText(), /北虹居民区\s+北虹居委会\s+承办员 /);
    assert.match(await card.innerText(), /派给北虹居民区：飞线充电 → 安全隐患先由所在居民区上门 把握高/);
    await card.getByText('依据 3 条').click();
    assert.match(await card.innerText(), /坐标落在北虹居民区/);
    await both(v, 'item-place');
    await card.getByRole('link', { name: '北虹居民区' }).click();
    await v.ready();
    assert.equal(await v.page.locator('main tbody tr').count(), 1);
  });
  await step('dispatched elsewhere, it says so; as suggested, too', async () => {
    const away = (await desk.step(it, 'dispatch', { units: [await desk.unit('police-xinjing')] })).body;
    assert.equal(away.state, 'handling');
    await v.go(`/i/${it.id}`);
    await card.getByText('现在由新泾派出所主办，与按现行规则的建议不同').waitFor();
    const other = (await desk.file({ ...danger, lat: cell.lat, lon: cell.lon })).body;
    await desk.step(other, 'dispatch', { units: [await desk.unit('beihong')] });
    await v.go(`/i/${other.id}`);
    await card.getByText('现在由北虹居委会主办，与按现行规则的建议一致').waitFor();
  });
  await step('by its words only, by two of them, and by nothing', async () => {
    const words = (await desk.file({ ...danger, address: '北虹居民区3号楼' })).body;
    await v.go(`/i/${words.id}`);
    await card.getByText('按文字“北虹居民区”').first().waitFor();
    assert.match(await card.innerText(), /把握中/);
    const two = (await desk.file({ ...danger, text: '北虹居民区和双流路居民区之间' })).body;
    await v.go(`/i/${two.id}`);
    await card.getByText('没有认定是哪一处').first().waitFor();
    await v.check('item-place-unsure');
    const none = (await desk.file({ title: '建议', text: '', address: '', class: await desk.klass('1206') })).body;
    await v.go(`/i/${none.id}`);
    assert.equal(await card.count(), 0);
  });
  assert.deepEqual(v.page.faults, []);
});

test('a place is marked while filing', { timeout: 120_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const residents = (await desk.get('/api/layers')).body.rows[0].rows;
  const v = await Visitor.enter(here, 'clerk1');
  const lat = v.page.getByLabel('纬度'), lon = v.page.getByLabel('经度');
  const hit = (layer) => v.page.locator('.places li', { has: v.page.locator('.tag', { hasText: layer }) });

  await step('by pressing the drawing: the point lies in the cell that was pressed', async () => {
    await v.go('/new');
    await v.page.getByText('在图上标位置').click();
    await v.page.locator('.cell-map svg').waitFor();
    await v.check('file-place-open');
    // The middle of the drawn cell, wherever it stands on the screen.
    await v.page.locator('.cell-map path.cell', { has: v.page.locator('title', { hasText: '程桥居民区' }) }).click();
    await hit('居民区').getByText('程桥居民区').waitFor();
    assert.equal(await v.page.locator('.cell.on title').textContent(), '程桥居民区');
    assert.match(await hit('居民区').innerText(), /程桥居委会\s+承办员 /);
    assert.equal(await v.page.locator('.places li').count(), 4);
    assert.match(await lat.inputValue(), /^31\.\d{5}$/);
    await both(v, 'file-place');
  });
  await step('another layer shows where it lies there', async () => {
    await v.page.locator('.place-pick .segments').getByRole('button', { name: '警务' }).click();
    await v.page.locator('.cell.on').waitFor();
    assert.equal(await v.page.locator('.point').count(), 1);
    await v.page.locator('.place-pick .segments').getByRole('button', { name: '居民区' }).click();
  });
  await step('corrected before it is sent: by a cell\'s name and by keys alone', async () => {
    const beihong = residents.find((c) => c.code === 'beihong');
    await v.page.getByLabel('或者按网格定位').selectOption({ label: '北虹居民区' });
    await hit('居民区').getByText('北虹居民区').waitFor();
    assert.deepEqual([await lat.inputValue(), await lon.inputValue()], [beihong.lat.toFixed(5), beihong.lon.toFixed(5)]);
    await lat.fill('31');
    await v.page.getByText('这一点不在任何网格里').waitFor();
    await lat.fill('north');
    await v.page.getByLabel('标题').fill('飞线充电');
    await v.page.getByLabel('诉求内容').fill('楼下有人飞线充电');
    await v.page.locator('form button.primary').click();
    await v.page.locator('.summary', { hasText: '不是纬度' }).waitFor();
    await v.page.locator('.summary a', { hasText: '纬度' }).click();
    assert.equal(await lat.evaluate((e) => e === document.activeElement), true);
    await v.page.keyboard.press('Control+a');
    await v.page.keyboard.type(beihong.lat.toFixed(5));
    await hit('居民区').getByText('北虹居民区').waitFor();
  });
  await step('it is kept with the draft, and filed', async () => {
    await v.go('/new');
    await v.page.getByText('已接上次没写完的内容').waitFor();
    await hit('居民区').getByText('北虹居民区').waitFor();
    await v.choose(/分类/, '飞线充电');
    for (const word of ['12345', '投诉']) await v.page.locator('.chip', { hasText: word }).click();
    await v.page.locator('form button.primary').click();
    await v.page.waitForURL('**/i/*');
    await v.page.locator('section[aria-labelledby=place-h]').getByRole('link', { name: '北虹居民区' }).waitFor();
    const rows = (await desk.list('cell.residents:beihong')).rows;
    assert.deepEqual(rows.map((r) => r.title), ['飞线充电']);
  });
  await step('taken away again, nothing is sent', async () => {
    await v.go('/new');
    await v.page.getByText('在图上标位置').click();
    await v.page.getByLabel('或者按网格定位').selectOption({ label: '北虹居民区' });
    await v.button('去掉位置').click();
    assert.deepEqual([await lat.inputValue(), await lon.inputValue()], ['', '']);
    assert.equal(await v.page.locator('.point').count(), 0);
    assert.equal(await v.page.locator('.places').count(), 0);
  });
  assert.deepEqual(v.page.faults, []);
});
