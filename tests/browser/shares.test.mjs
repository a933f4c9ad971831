// A meeting in a browser: of each unit what it does and until when, in rows that are added and taken away, also by keyboard; what is
// wrong is told at its row.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, story, Visitor } from './lib.mjs';

const SIZE = { width: 1280, height: 800 };

test('who does what until when', { timeout: 300_000 }, async (t) => {
  const here = await open(t, { at: '2025-11-10T09:00:00+08:00' });
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const made = await desk.post('/api/items', { loop: 'project', title: '架空线入地（演示）', fields: { channel: '区级任务', kind: '架空线入地' } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const it = made.body;
  const planned = await desk.step(it, 'plan', { units: [await desk.unit('xinda')], fields: { finish_by: '2026-06-30' } });
  assert.equal(planned.status, 200, JSON.stringify(planned.body));
  const v = await Visitor.enter(here, 'dispatcher1', { size: SIZE });
  const { page } = v;
  const dialog = page.getByRole('dialog', { name: '联席会议' });
  const share = (n) => dialog.getByRole('group', { name: `第 ${n} 个单位` });
  const pick = async (n, name) => {
    await share(n).getByRole('combobox', { name: '单位' }).fill(name);
    await page.getByRole('option', { name }).first().click();
  };
  const focused = (of) => of.evaluate((e) => e === document.activeElement);
  const parts = async () => (await desk.item(it.id)).parts.map((p) => p.unit_name);

  await step('one row stands there, empty; a meeting may name nobody', async () => {
    await v.go(`/i/${it.id}`);
    await page.keyboard.press('m');
    await dialog.waitFor();
    assert.equal(await dialog.locator('.share').count(), 1);
    assert.equal(await dialog.getByRole('button', { name: /去掉第/ }).count(), 0, 'the only row is not taken away');
    await dialog.getByRole('textbox', { name: /到会单位/ }).fill('派出所、执法队（演示）');
    await dialog.getByRole('textbox', { name: /会议商定/ }).fill('先移杆后割接，夜间施工。');
    await v.check('shares-empty', { full: false });
  });

  await step('rows are added by keyboard, and the focus goes into the new one', async () => {
    await pick(1, '新泾派出所');
    await share(1).getByRole('textbox', { name: '承担任务' }).fill('夜间交通维护');
    await page.keyboard.press('Alt+Enter');
    await share(2).waitFor();
    assert.equal(await focused(share(2).getByRole('combobox')), true);
    await pick(2, '综合行政执法队');
    await page.keyboard.press('Alt+Enter');
    await share(3).waitFor();
    await share(3).getByRole('combobox').fill('新泾派出所');
    assert.equal(await page.getByRole('option', { name: '新泾派出所' }).count(), 0, 'nobody is named twice');
    await page.keyboard.press('Escape');
    await dialog.waitFor();
  });

  await step('what is missing is told at its row, and the summary leads there', async () => {
    await share(3).getByRole('textbox', { name: '承担任务' }).fill('没有单位的任务');
    await dialog.getByRole('button', { name: '联席会议' }).click();
    await share(1).locator('.field-error').first().waitFor();
    assert.match(await share(1).locator('.field', { hasText: '任务期限' }).innerText(), /请填写|请选择/);
    assert.equal(await share(2).locator('.field-error').count(), 2);
    assert.equal(await share(3).locator('.field', { hasText: '单位' }).first().locator('.field-error').count(), 1);
    const links = await dialog.locator('.summary a').allInnerTexts();
    assert.ok(links.some((x) => x.startsWith('第 2 个单位 承担任务：')), links.join());
    await dialog.locator('.summary a', { hasText: '第 2 个单位 承担任务' }).click();
    assert.equal(await focused(share(2).getByRole('textbox', { name: '承担任务' })), true);
    await v.check('shares-refused', { full: false });
  });

  await step('a row is taken away: its errors go with it, the focus stays in the list', async () => {
    await share(2).getByRole('button', { name: '去掉第 2 个单位' }).focus();
    await page.keyboard.press('Enter');
    assert.equal(await dialog.locator('.share').count(), 2);
    assert.equal(await focused(share(1).getByRole('combobox')), true);
    assert.equal(await share(2).getByRole('textbox', { name: '承担任务' }).inputValue(), '没有单位的任务');
    assert.doesNotMatch(await share(2).locator('.field', { hasText: '承担任务' }).innerText(), /请填写/, 'what the row before it lacked is not said of this one');
    assert.match(await share(2).locator('.field', { hasText: '单位' }).first().innerText(), /请选择/, 'what it lacks itself is still said');
  });

  await step('a row nobody has begun is none: what is wrong stands at the rows that are', async () => {
    await share(1).getByRole('textbox', { name: '承担任务' }).fill('');
    await share(1).getByRole('combobox').fill('');
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: '联席会议' }).click();
    await dialog.locator('.summary').waitFor();
    assert.equal(await share(1).locator('.field-error').count(), 0, await dialog.innerText());
    assert.match(await share(2).locator('.field', { hasText: '单位' }).first().innerText(), /请选择/);
    assert.ok((await dialog.locator('.summary a').allInnerTexts()).every((x) => x.startsWith('第 2 个单位')));
    await pick(1, '新泾派出所');
    await share(1).getByRole('textbox', { name: '承担任务' }).fill('夜间交通维护');
  });

  await step('what the server finds wrong stands at its row as well', async () => {
    await pick(2, '北虹居委会');
    await share(1).getByLabel('任务期限').fill('2025-11-28');
    await share(2).getByLabel('任务期限').fill('2025-11-14');
    const long = '逐户告知'.repeat(26);
    await share(2).getByRole('textbox', { name: '承担任务' }).fill(long);
    page.expected.push(400);
    await dialog.getByRole('button', { name: '联席会议' }).click();
    await share(2).locator('.field', { hasText: '承担任务' }).locator('.field-error').waitFor();
    page.expected.pop();
    page.faults.length = 0; // the refusal itself
    assert.deepEqual(await parts(), ['上海鑫达实业（集团）有限公司']);
    await share(2).getByRole('textbox', { name: '承担任务' }).fill('逐户告知、协调停车');
  });

  await step('half-written rows are kept when the dialog is closed', async () => {
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('m');
    await dialog.waitFor();
    assert.equal(await share(2).getByRole('textbox', { name: '承担任务' }).inputValue(), '逐户告知、协调停车');
  });

  await step('taken: each unit has its share, its task and its clock', async () => {
    await dialog.getByRole('button', { name: '联席会议' }).click();
    await v.told('联席会议');
    await v.ready();
    assert.deepEqual((await parts()).slice(1), ['新泾派出所', '北虹居委会']);
    const told = await page.getByRole('region', { name: '承办单位' }).or(page.locator('section', { has: page.locator('#parts-h') })).first().innerText();
    assert.match(told, /北虹居委会[^]*承担任务\s+逐户告知、协调停车[^]*任务期限\s+2025-11-14/);
    assert.match(await v.text('.clocks'), /承担任务/);
    assert.match(await v.text('.timeline'), /新泾派出所 承担任务：夜间交通维护/);
    await v.check('shares-taken');
  });

  await step('on a telephone, and in the dark', async () => {
    const p = await Visitor.enter(here, 'dispatcher1', { size: PHONE });
    await p.go(`/i/${it.id}`);
    await p.check('shares-taken');
    await p.button('联席会议').click();
    await p.page.getByRole('dialog').getByRole('button', { name: /再加一个单位/ }).click();
    await p.check('shares', { full: false });
    await p.page.emulateMedia({ colorScheme: 'dark' });
    await p.check('shares-dark', { full: false });
    await p.close();
  });
});
