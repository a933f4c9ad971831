// 分类栏: picked from its own scheme by words, shown and told by name, filtered with what is below.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, DESK, story, Visitor } from './lib.mjs';

const CODE = '9144030071526726XG'; // a published code of a well-known company [GB 32100-2015]

test('a field that names a class', { timeout: 120_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const v = await Visitor.enter(here, 'keeper1');
  const { page } = v;

  await step('found by its words among the classes of its scheme', async () => {
    await v.go('/registers/enterprise/new');
    await page.getByRole('textbox', { name: '企业名称' }).fill('甲食品厂');
    await page.getByRole('textbox', { name: '统一社会信用代码' }).fill(CODE);
    const trade = page.getByRole('combobox', { name: '国民经济行业' });
    await trade.fill('物业服务与收费');
    assert.equal(await page.getByRole('option', { name: /物业服务与收费/ }).count(), 0, 'a class of another scheme');
    await trade.fill('食品制造');
    await page.getByRole('option', { name: /食品制造业/ }).first().click();
    assert.equal(await trade.inputValue(), '食品制造业');
    await v.check('class-field-new');
    await page.setViewportSize(PHONE);
    await v.check('class-field-new');
    await page.setViewportSize(DESK);
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.waitForURL('**/i/*');
    await v.ready();
    assert.equal(await page.locator('.row-facts > div', { hasText: '国民经济行业' }).locator('dd').innerText(), '食品制造业');
    assert.match(await page.locator('.timeline').innerText(), /国民经济行业：食品制造业/);
  });

  await step('a list is found by the class above it', async () => {
    await v.go(`/registers/enterprise?filter=${encodeURIComponent('国民经济行业:制造业')}`);
    assert.deepEqual(await page.locator('tbody .c-title a').allInnerTexts(), ['甲食品厂']);
    await v.go(`/registers/enterprise?filter=${encodeURIComponent('国民经济行业:=制造业')}`);
    assert.equal(await page.locator('tbody .c-title a').count(), 0);
  });
});
