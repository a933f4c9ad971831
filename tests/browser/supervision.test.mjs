// 督办 in a browser: nothing at first; a slip and an instruction from the page of an item; the page with its figures, receipts and leaders in charge;
// who owes a receipt finds it on 今日.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, story, Visitor } from './lib.mjs';

async function order(town) {
  const desk = await town.as('dispatcher1');
  const c = await desk.catalog();
  const body = { loop: 'hotline', title: '楼上漏水反复修不好', class: c.classes.find((k) => k.scheme === 'matters').id, fields: { channel: '12345', kind: '投诉' } };
  const it = (await desk.post('/api/items', body)).body;
  const r = await desk.step(it, 'dispatch', { units: [await desk.unit('beihong')] });
  assert.equal(r.status, 200, JSON.stringify(r.body));
  return r.body;
}

test('supervision', { timeout: 300_000 }, async (t) => {
  const here = await open(t);
  const it = await order(here.town);
  const step = story(t);
  const leader = await Visitor.enter(here, 'leader1');
  const { page } = leader;

  await step('by two keys: nothing is supervised yet, and the page says where to begin', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await page.waitForURL('**/supervision');
    await leader.ready();
    await page.getByText('没有督办中的事项').waitFor();
    await leader.check('supervision-empty');
  });

  await step('a yellow slip from the page of an item; its colour stands beside the number', async () => {
    await leader.go(`/i/${it.id}`);
    await page.getByRole('button', { name: '发黄牌' }).click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByLabel('说明').fill('到周三没有动静');
    await dialog.getByRole('button', { name: '发黄牌' }).click();
    await page.locator('.tag.slip-yellow').first().waitFor();
    assert.match(await page.locator('main').innerText(), /待回执/);
    const desk = await here.town.as('leader1');
    assert.equal((await desk.step(await desk.item(it.id), 'charge', { fields: { charge: 'leader1', charge_until: '2026-12-31' } })).status, 200);
    assert.equal((await desk.step(await desk.item(it.id), 'instruct', { note: '房管一起到场' })).status, 200);
  });

  await step('the page has it: figures, the unit, whose receipts are awaited, who is in charge', async () => {
    await page.getByRole('link', { name: '督办', exact: true }).click();
    await leader.ready();
    await page.getByRole('link', { name: '北虹居委会 黄牌 1' }).waitFor();
    const receipts = page.locator('section.card').filter({ has: page.getByRole('heading', { name: '等谁回执' }) });
    assert.equal(await receipts.locator('tbody tr').count(), 2);
    assert.match(await receipts.innerText(), /还有/);
    assert.match(await page.locator('section.card').filter({ has: page.getByRole('heading', { name: '领导包案' }) }).innerText(), /2026-12-31/);
    await leader.check('supervision');
  });

  await step('each figure opens its list', async () => {
    await page.locator('.figures').getByRole('link', { name: /黄牌/ }).click();
    await page.waitForURL('**/items**');
    await leader.ready();
    await page.getByText('楼上漏水反复修不好').first().waitFor();
    assert.equal(await page.locator('.tag.slip-yellow').count(), 1);
  });

  await step('the head of the unit finds it on 今日, and on a small screen', async () => {
    const head = await Visitor.enter(here, 'head-beihong', { size: PHONE });
    await head.page.getByRole('link', { name: /我要回执的/ }).click();
    await head.ready();
    await head.page.getByText('楼上漏水反复修不好').first().waitFor();
    await head.go('/supervision');
    await head.check('supervision-phone');
  });
});
