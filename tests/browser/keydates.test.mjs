// 重要节点 in a browser: which there are and what they tighten, the brief of a day, every figure its list, the item's history and
// clocks; who publishes writes one in the settings.
import test from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../api/lib.mjs';
import { open, PHONE, story, Visitor } from './lib.mjs';

const text = (from, to) => `keydate: ciie-8\ntitle: 第八届进博会\nwhy: 场馆周边先办快办\nfrom: ${from}\nto: ${to}\nwhere: "loop:hotline class:0102"\nshare: 50\n`;

test('key dates', { timeout: 300_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const order = (await desk.file({ title: '楼道堆物（演示）' })).body;
  const today = (await (await here.town.as('leader1')).get('/api/keydates')).body.day;

  await step('who publishes begins with a few lines that are right, and publishes', async () => {
    const sys = await Visitor.enter(here, 'sysadmin');
    const { page } = sys;
    await sys.go('/settings/defs/new');
    await page.getByLabel('种类').selectOption('keydate');
    const area = page.getByRole('textbox', { name: '定义内容（YAML）' });
    assert.match(await area.inputValue(), /^keydate: ciie-8\n/);
    await area.fill(text(today, today));
    await page.getByRole('button', { name: '检查' }).click();
    await page.locator('.notice.done').waitFor();
    await page.getByRole('button', { name: '发布' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '发布' }).click();
    await until('it is published', async () => (await desk.get('/api/keydates')).body.rows[0].version === 2);
    await until('the order is under it', async () => (await desk.list('keydate:yes')).total === 1);
  });

  const leader = await Visitor.enter(here, 'leader1');
  const { page } = leader;
  await step('from the rail: what it tightens and the brief of today', async () => {
    await page.getByRole('link', { name: '重要节点', exact: true }).click();
    await page.waitForURL('**/keydates');
    await leader.ready();
    const main = await page.locator('main').innerText();
    for (const words of ['第八届进博会', '进行中', '时限按 50%', '第 1 天，共 1 天']) assert.ok(main.includes(words), words);
    assert.match(await page.getByLabel('可以复制的文字').inputValue(), /第八届进博会每日简报.*目前在办 1 件/);
    await leader.check('keydates');
  });

  await step('a figure opens the list of so many, and the item says why its clocks are tighter', async () => {
    await page.getByRole('link', { name: '合计 目前在办 1' }).first().click();
    await leader.ready();
    await page.getByText('楼道堆物（演示）').first().click();
    await page.waitForURL(`**/i/${order.id}`);
    await leader.ready();
    const main = await page.locator('main').innerText();
    assert.ok(main.includes('第八届进博会开始：时限按 50%'), main);
    assert.ok(main.includes('重要节点期间按 50%'), main);
  });

  await step('by keys, and on a telephone', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('j');
    await page.waitForURL('**/keydates');
    const phone = await Visitor.enter(here, 'leader1', { size: PHONE });
    await phone.go('/keydates');
    await phone.check('keydates-phone');
  });
});
