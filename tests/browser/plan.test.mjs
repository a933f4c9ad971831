// The schedule of a project 倒排工期 in a browser: planned backward from its date, node by node; what slips is said in words and in the bar;
// a node that is done stays, the others are planned anew when the date or the days change.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, story, Visitor } from './lib.mjs';

const SIZE = { width: 1280, height: 800 };
const MONDAY = '2025-11-10T09:00:00+08:00';

test('a schedule', { timeout: 300_000 }, async (t) => {
  const here = await open(t, { at: MONDAY });
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const made = await desk.post('/api/items', { loop: 'project', title: '东园精品小区（演示）', fields: { channel: '镇民生实事', kind: '精品小区', budget: '120万' } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const it = made.body;
  let v = await Visitor.enter(here, 'dispatcher1', { size: SIZE });
  const card = () => v.page.getByRole('region', { name: '倒排工期' });
  const row = (title) => card().getByRole('row', { name: new RegExp(`^${title}`) });
  const cells = async (title) => (await row(title).locator('td').allInnerTexts()).map((x) => x.trim());
  const dialog = () => v.page.getByRole('dialog');
  const as = async (login) => {
    await v.close();
    v = await Visitor.enter(here, login, { size: SIZE });
    await v.go(`/i/${it.id}`);
  };
  const later = async (when, login) => {
    here.town.at = when;
    await here.town.move(when);
    await as(login);
  };

  await step('without a date nothing is planned, and it says which date is wanted', async () => {
    await v.go(`/i/${it.id}`);
    await card().getByText('填了“交付期限”，各节点就从那一天往回排。').waitFor();
    assert.equal(await card().getByRole('table').count(), 0);
    await v.check('plan-none');
  });

  await step('the date is demanded at its place; the step is opened and taken by keyboard', async () => {
    await v.page.keyboard.press('d');
    await dialog().waitFor();
    await v.choose('主办单位', '鑫达');
    await dialog().getByRole('button', { name: '排期交办' }).click();
    await dialog().locator('.field', { hasText: '交付期限' }).locator('.field-error').waitFor();
    assert.equal(await v.page.evaluate(() => document.activeElement.matches('.summary')), true);
    await v.page.keyboard.press('Tab');
    await v.page.keyboard.press('Enter');
    assert.equal(await dialog().getByLabel('交付期限').evaluate((e) => e === document.activeElement), true, 'the summary leads to the field');
    await dialog().getByLabel('交付期限').fill('2026-09-30');
    await dialog().getByRole('button', { name: '排期交办' }).focus();
    await v.page.keyboard.press('Enter');
    await v.told('排期交办');
    await v.ready();
  });

  await step('from the date back: every node with its latest days and what is in hand', async () => {
    assert.match(await card().innerText(), /完成 0 \/ 9 个节点\s+交付期限 2026-09-30\s+照此 \d{4}-\d\d-\d\d 完成/);
    assert.equal(await card().locator('tbody tr').count(), 9);
    const handover = await cells('移交');
    assert.deepEqual(handover.slice(0, 4), ['5', '2026-09-23', '2026-09-30', '未到']);
    assert.match(handover[4], /余 \d+ 个工作日/);
    assert.equal((await cells('施工'))[0], '60');
    await v.check('plan');
  });

  await step('what slips: in the row, in the line above, in the lamp and in the list', async () => {
    const { plan } = await desk.item(it.id);
    const consult = plan.find((n) => n.key === 'consult');
    await later(`${consult.first}T18:00:00+08:00`, 'dispatcher1');
    assert.match(await card().innerText(), /9 个节点滞后，照此 2026-\d\d-\d\d 才能完成/);
    const survey = await cells('摸底');
    assert.equal(survey[3], '已过期限');
    assert.match(survey[4], /^▲ 迟 1 个工作日/);
    assert.match((await cells('移交'))[4], /^(▲|◔|●|○) 将迟 1 个工作日/);
    await v.check('plan-slips');
    await v.go('/items?filter=loop:project slipping:yes');
    assert.equal(await v.text('.total'), '符合条件 1 件');
  });

  await step('a node is done late: it stays as it was, with the day it was done', async () => {
    await as('handler-xinda');
    await v.button('摸底完成').click();
    await dialog().getByLabel(/说明/).fill('逐户登记完毕');
    await dialog().getByRole('button', { name: '摸底完成' }).click();
    await v.told('摸底完成');
    await v.ready();
    assert.match(await card().innerText(), /完成 1 \/ 9 个节点/);
    assert.match((await cells('摸底'))[4], /^▲ 迟 1 个工作日/);
  });

  await step('days of a node are changed, and the end is moved: asked for by one, agreed to by another', async () => {
    const before = await cells('摸底');
    await v.page.keyboard.press('t');
    await dialog().waitFor();
    await dialog().getByLabel('交付期限').fill('2026-10-30');
    await dialog().getByRole('textbox', { name: '施工工期' }).fill('0');
    await dialog().getByLabel(/说明/).fill('等待立项批复，顺延一个月');
    v.page.expected.push(400);
    await dialog().getByRole('button', { name: '申请调整工期' }).or(dialog().getByRole('button', { name: /调整工期/ })).first().click();
    await dialog().locator('.field', { hasText: '施工工期' }).locator('.field-error').waitFor();
    v.page.expected.pop();
    v.page.faults.length = 0; // the refusal itself
    await v.check('plan-refused', { full: false });
    await dialog().getByRole('textbox', { name: '施工工期' }).fill('45');
    await dialog().getByRole('button', { name: /调整工期/ }).first().click();
    await dialog().waitFor({ state: 'detached' });
    assert.equal((await cells('移交'))[2], '09-30', 'asked for, not done');
    await as('leader1');
    await v.button('同意').first().click();
    if (await dialog().count()) await dialog().getByRole('button', { name: /同意/ }).first().click();
    await v.ready();
    await card().getByText('交付期限 2026-10-30').waitFor();
    assert.equal((await cells('移交'))[2], '10-30');
    assert.equal((await cells('施工'))[0], '45');
    assert.deepEqual((await cells('摸底')).slice(0, 4), before.slice(0, 4), 'what is finished is not moved');
    assert.equal(await card().getByText('滞后').count(), 0);
    await v.check('plan-moved');
  });

  await step('on a telephone the table moves in its frame, reached by keyboard; and in the dark', async () => {
    const p = await Visitor.enter(here, 'leader1', { size: PHONE });
    await p.go(`/i/${it.id}`);
    await p.page.getByRole('region', { name: '倒排工期' }).getByRole('table').waitFor();
    await p.check('plan');
    await p.page.emulateMedia({ colorScheme: 'dark' });
    await p.check('plan-dark');
    await p.close();
  });
});
