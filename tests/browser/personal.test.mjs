// Personal data at the screen: masked on the row and wherever the row is named, shown for a reason, left alone when other fields change.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, story, Visitor } from './lib.mjs';

const CODE = '9144030071526726XG', NUMBER = '13812346612', MASK = '138****6612';

test('personal data', { timeout: 180_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const keeper = await here.town.as('keeper1'), clerk = await here.town.as('clerk1');
  const v = await Visitor.enter(here, 'keeper1');
  const { page } = v;
  const fact = (title) => page.locator('.row-facts > div', { hasText: title }).locator('dd').first();
  const dialog = page.getByRole('dialog');
  let row;

  await step('what is written is said to be sealed, and is a mask on the row', async () => {
    await v.go('/registers/enterprise/new');
    await page.getByRole('textbox', { name: '企业名称' }).fill('泾源餐饮');
    await page.getByRole('textbox', { name: '统一社会信用代码' }).fill(CODE);
    await page.getByRole('textbox', { name: '联系人' }).fill('欧阳明德');
    const phone = page.getByRole('textbox', { name: '联系电话' });
    assert.equal(await phone.getAttribute('inputmode'), 'tel');
    assert.match(await page.locator('.field', { has: phone }).innerText(), /单独加密保存/);
    await phone.fill(NUMBER);
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.waitForURL('**/i/*');
    await v.ready();
    row = Number(page.url().split('/').pop());
    assert.match(await fact('联系电话').innerText(), /^138\*\*\*\*6612\s+查看$/);
    assert.match(await fact('联系人').innerText(), /^欧\*\*/);
    assert.equal((await page.content()).includes(NUMBER), false);
    await v.check('personal-row');
  });

  await step('it is shown for a reason, which the history keeps', async () => {
    await page.getByRole('button', { name: '查看联系电话' }).click();
    await dialog.getByRole('button', { name: '记录原因并查看' }).click();
    await dialog.getByText('请写明为什么要看').waitFor();
    await v.check('personal-reveal');
    await dialog.getByRole('textbox', { name: '为什么要看' }).fill('约上门时间');
    await page.keyboard.press('Enter');
    await fact('联系电话').getByText(NUMBER).waitFor();
    assert.match(await fact('联系电话').innerText(), /本次查看已记录/);
    const first = page.locator('.timeline li').first();
    await first.getByText('查看个人信息').waitFor();
    assert.match(await first.innerText(), /联系电话[\s\S]*约上门时间/);
    assert.match(await fact('联系人').innerText(), /^欧\*\*/, 'the other one was not asked for');
    await v.check('personal-shown');
    await v.go(`/i/${row}`);
    assert.match(await fact('联系电话').innerText(), /^138\*\*\*\*6612/, 'come back, it is masked again');
  });

  await step('a change of something else leaves it; the mask in the form says so', async () => {
    await page.keyboard.press('e');
    await dialog.waitFor();
    const phone = dialog.getByRole('textbox', { name: '联系电话' });
    assert.equal(await phone.inputValue(), MASK);
    assert.match(await dialog.locator('.field', { hasText: '联系电话' }).innerText(), /不改请保持原样/);
    await dialog.getByRole('textbox', { name: '从业人数' }).fill('12');
    await v.check('personal-change');
    await dialog.getByRole('button', { name: '修改', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.timeline li').first().getByText('从业人数').waitFor();
    const r = await keeper.post(`/api/items/${row}/reveal`, { reason: '核对', fields: ['phone'] });
    assert.equal(r.body.fields[0].value, NUMBER);
    await v.go(`/i/${row}`); // with the event of that look
    await page.keyboard.press('e');
    page.expected.push(400);
    await phone.fill('139****6612');
    await dialog.getByRole('button', { name: '修改', exact: true }).click();
    await dialog.getByText(/不是电话号码/).first().waitFor();
    await page.keyboard.press('Escape');
  });

  await step('the page of a visit shows it masked, and asks why there as well', async () => {
    const it = await keeper.post('/api/items', { loop: 'visit', title: '走访泾源餐饮', fields: { enterprise: '泾源餐饮' } });
    assert.equal(it.status, 201, JSON.stringify(it.body));
    await v.go(`/i/${it.body.id}`);
    await fact('联系电话').getByText(MASK).waitFor();
    await page.getByRole('button', { name: '查看联系电话' }).click();
    await dialog.getByRole('textbox', { name: '为什么要看' }).fill('到门口了');
    await page.keyboard.press('Enter');
    await fact('联系电话').getByText(NUMBER).waitFor();
    await v.check('personal-visit');
  });

  await step('who may not see it has no button; on a phone it fits', async () => {
    const other = await Visitor.enter(here, 'clerk1', { size: PHONE });
    await other.go(`/i/${row}`);
    assert.match(await other.page.locator('.row-facts > div', { hasText: '联系电话' }).locator('dd').first().innerText(), /^138\*\*\*\*6612$/);
    await other.check('personal-phone');
    assert.ok(clerk.me);
  });
});
