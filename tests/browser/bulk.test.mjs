// One step on several chosen orders: previewed, taken, told row by row, taken back.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, story, Visitor } from './lib.mjs';

test('several at once', { timeout: 180_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const units = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const made = [];
  for (let i = 1; i <= 4; i++) made.push((await desk.file({ title: `第${i}件` })).body);
  const v = await Visitor.enter(here, 'dispatcher1', { size: { width: 1440, height: 900 } });
  const dialog = v.page.locator('dialog');
  const state = async (i) => (await desk.item(made[i].id)).state;
  const choose = async () => {
    await v.go('/items?filter=open:yes');
    await v.page.getByLabel('选中本页全部').check();
    await v.page.locator('.bulk').getByRole('button').first().waitFor();
  };

  await step('the bar offers what all chosen orders allow', async () => {
    await choose();
    const names = await v.page.locator('.bulk > button').allInnerTexts();
    assert.ok(names.includes('派单') && names.includes('催办'), names.join());
    assert.ok(!names.some((n) => /核查|办结|子单/.test(n)), names.join());
    const tall = await v.page.locator('.items tbody tr').evaluateAll((rows) => rows.map((r) => r.getBoundingClientRect().height));
    assert.ok(tall.every((h) => h < 60), `a chosen row stays a row: ${tall}`);
    await v.check('bulk-bar');
  });

  await step('what is missing is said first; the preview says what would become of each', async () => {
    await v.page.locator('.bulk').getByRole('button', { name: '派单', exact: true }).click();
    await dialog.getByRole('button', { name: '先看会怎样' }).click();
    await dialog.locator('.summary').waitFor();
    // Meanwhile a colleague takes the first.
    await desk.step(made[0], 'dispatch', { units: [units[1].id] });
    await v.choose('主办单位', units[0].name);
    await dialog.getByRole('button', { name: '先看会怎样' }).click();
    await dialog.getByText('3 件可以派单').waitFor();
    assert.match(await dialog.locator('tbody tr').first().innerText(), /第1件/);
    await v.check('bulk-preview', { full: false });
    assert.equal(await state(1), 'filed', 'nothing is done yet');
  });

  await step('taken; what was not done is listed with its reason', async () => {
    await dialog.getByRole('button', { name: '派单 3 件' }).click();
    await dialog.getByText('3 件已办，1 件没办成').waitFor();
    assert.equal(await dialog.locator('tbody tr', { hasText: '第1件' }).locator('.worse').count(), 1);
    assert.equal(await state(1), 'handling');
    await v.check('bulk-result', { full: false });
    await dialog.getByRole('button', { name: '关闭', exact: true }).last().click();
    await v.page.locator('.bulk').waitFor({ state: 'detached' });
  });

  await step('and taken back: those three, not the colleague’s', async () => {
    await v.page.locator('.toast').getByRole('button', { name: '撤销' }).click();
    await v.told('已撤回 3 件');
    assert.deepEqual([await state(0), await state(1), await state(3)], ['handling', 'filed', 'filed']);
  });

  await step('orders of several states: only what both allow', async () => {
    await choose();
    await v.page.locator('.bulk').getByRole('button', { name: '催办', exact: true }).waitFor();
    const names = await v.page.locator('.bulk > button').allInnerTexts();
    assert.ok(!names.includes('派单'), names.join());
    await v.page.locator('.bulk').getByRole('button', { name: '催办', exact: true }).click();
    await dialog.getByLabel('说明').fill('今天办完');
    await dialog.getByRole('button', { name: '先看会怎样' }).click();
    await dialog.getByText('4 件可以催办').waitFor();
    await dialog.getByRole('button', { name: '催办 4 件' }).click();
    await v.told('4 件已办');
    for (const m of made) assert.equal((await desk.item(m.id)).urges, 1);
  });

  await step('on the phone', async () => {
    const p = await Visitor.enter(here, 'dispatcher1', { size: PHONE });
    await p.go('/items?filter=open:yes');
    await p.check('bulk');
  });
});
