// The same place 同一处 in a browser: who needs it on the same days is told while a form is filled, when filing and at the step that
// sets the days, and on the page after; what people say beside it is counted, each count with its list.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, story, Visitor } from './lib.mjs';

const SIZE = { width: 1280, height: 800 };
// A loop whose filing asks the days at once.
const DIG = `loop: dig
title: 占道施工
number: {prefix: ZD, digits: 4}
receiver: ops-centre
calendar: workdays
fields:
  - {key: first_on, title: 开始日期, type: date, required: yes}
  - {key: last_on, title: 结束日期, type: date, required: yes}
states:
  - {key: filed, title: 已登记}
  - {key: closed, title: 已结束, final: yes}
clashes: {from: first_on, to: last_on, within: 60}
steps:
  - {key: file, title: 登记, to: filed, who: [dispatcher], ask: [first_on!, last_on!]}
  - {key: close, title: 结束, from: filed, to: closed, who: dispatcher, does: close}
`;

test('the same place', { timeout: 300_000 }, async (t) => {
  const here = await open(t, { at: '2025-11-10T09:00:00+08:00' });
  const step = story(t);
  const desk = await here.town.as('dispatcher1'), keeper = await here.town.as('keeper1'), sys = await here.town.as('sysadmin');
  const made = async (who, body) => {
    const r = await who.post('/api/items', body);
    assert.equal(r.status, 201, JSON.stringify(r.body));
    return r.body;
  };
  const estate = await made(keeper, { loop: 'estate', title: '东园（演示）', lat: 31.21, lon: 121.36, fields: { kind: '售后公房' } });
  const project = (title) => made(desk, { loop: 'project', title, fields: { channel: '年度计划', kind: '燃气旧管改造', estate: estate.no } });
  const gas = await project('燃气旧管（演示）'), wires = await project('架空线入地（演示）');
  const units = [await desk.unit('xinda')];
  let r = await desk.step(gas, 'plan', { units, fields: { finish_by: '2026-09-30', dig_from: '2026-06-01', dig_to: '2026-06-30' } });
  assert.equal(r.status, 200, JSON.stringify(r.body));
  const v = await Visitor.enter(here, 'dispatcher1', { size: SIZE });
  const { page } = v;
  const card = page.getByRole('region', { name: '同一处' });
  const dialog = page.getByRole('dialog');
  const warning = page.locator('.notice', { hasText: '同一段日子另有 1 件也在同一处' });

  await step('nothing there: said so, and the counts are nought', async () => {
    await v.go(`/i/${gas.id}`);
    await card.getByText('同一段日子没有别的在同一处').waitFor();
    assert.match(await card.innerText(), /附近的诉求和发现 0\s+其中在办 0\s+近 30 天 0/);
    await v.check('beside-none');
  });

  await step('the step that sets the days tells it while they are being typed', async () => {
    await v.go(`/i/${wires.id}`);
    await page.keyboard.press('d');
    await dialog.getByLabel('计划开挖').fill('2026-06-15');
    await dialog.getByLabel('计划回填').fill('2026-07-15');
    await warning.waitFor();
    assert.match(await warning.innerText(), new RegExp(`${gas.no} 燃气旧管（演示）`));
    assert.equal(await warning.getByRole('link').getAttribute('target'), '_blank', 'the half-filled form stays');
    await v.check('beside-step', { full: false });
    await dialog.getByLabel('计划开挖').fill('2026-07-01');
    await warning.waitFor({ state: 'detached' });
    await dialog.getByLabel('计划开挖').fill('2026-06-15');
    await warning.waitFor();
  });

  await step('it may be taken all the same, and both pages say so', async () => {
    await v.choose('主办单位', '鑫达');
    await dialog.getByLabel('交付期限').fill('2026-12-31');
    await dialog.getByRole('button', { name: '排期交办' }).click();
    await v.told('排期交办');
    await v.ready();
    await card.locator('.notice').waitFor();
    assert.match(await card.innerText(), /同一段日子另有 1 件也在同一处\s+XM\S+ 燃气旧管（演示）/);
    await v.check('beside-clash');
    await card.getByRole('link', { name: /燃气旧管/ }).click();
    await page.getByRole('heading', { level: 1, name: '燃气旧管（演示）' }).waitFor();
    await v.ready();
    assert.match(await card.innerText(), /架空线入地（演示）/);
  });

  await step('complaints beside it are counted, and each count opens its list', async () => {
    await made(desk, { loop: 'project', title: '道路段（演示）', lat: 31.21, lon: 121.36, fields: { channel: '年度计划', kind: '雨污混接改造' } });
    const road = (await desk.list('loop:project 道路段')).rows[0];
    for (const lat of [31.2125, 31.2128]) assert.equal((await desk.file({ lat, lon: 121.36 })).status, 201); // 278 m, 311 m
    await v.go(`/i/${road.id}`);
    await card.getByRole('link', { name: '1', exact: true }).first().waitFor();
    assert.match(await card.innerText(), /附近的诉求和发现 1\s+其中在办 1\s+近 30 天 1/);
    await card.getByRole('link', { name: '1', exact: true }).nth(1).click();
    await v.ready();
    assert.equal(await v.text('.total'), '符合条件 1 件');
  });

  await step('filing tells it as well, by the point that is typed', async () => {
    r = await sys.post('/api/defs', { kind: 'loop', text: DIG });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    await made(desk, { loop: 'dig', title: '燃气抢修（演示）', text: '占用半幅', lat: 31.22, lon: 121.37, fields: { first_on: '2025-12-01', last_on: '2025-12-10' } });
    await v.go('/new?loop=dig');
    assert.equal(await page.locator('select').first().inputValue(), 'dig', 'a link may say what is to be filed');
    await page.getByLabel('标题').fill('电力排管（演示）');
    await page.getByLabel('内容').fill('占用人行道');
    await page.getByLabel('开始日期').fill('2025-12-10');
    await page.getByLabel('结束日期').fill('2025-12-20');
    await page.getByText('在图上标位置').click();
    await page.getByLabel('纬度').fill('31.2205');
    await page.getByLabel('经度').fill('121.37');
    await warning.waitFor();
    assert.match(await warning.innerText(), /燃气抢修（演示）/);
    await v.check('beside-new');
    await page.getByLabel('纬度').fill('31.2215');
    await warning.waitFor({ state: 'detached' });
    await page.getByLabel('纬度').fill('31.2205');
    await warning.waitFor();
    await page.getByLabel('标题').press('Enter');
    await page.waitForURL('**/i/*');
    await v.ready();
    await card.getByText('同一段日子另有 1 件也在同一处').waitFor();
  });

  await step('on a telephone, and in the dark', async () => {
    const p = await Visitor.enter(here, 'dispatcher1', { size: PHONE });
    await p.go(`/i/${wires.id}`);
    await p.page.getByRole('region', { name: '同一处' }).waitFor();
    await p.check('beside-clash');
    await p.button('安排开挖').click();
    await p.page.getByRole('dialog').locator('.notice', { hasText: '同一段日子另有 1 件' }).waitFor();
    await p.check('beside-step', { full: false });
    await p.page.emulateMedia({ colorScheme: 'dark' });
    await p.check('beside-dark', { full: false });
    await p.close();
  });
});
