// 附件栏: added while the row is changed, shown with a link, replaced, and told in the history by its name.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, DESK, story, Visitor } from './lib.mjs';

test('a field that names a file', { timeout: 120_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const keeper = await here.town.as('keeper1');
  const made = await keeper.post('/api/items', { loop: 'enterprise', title: '甲公司', fields: { uscc: '9144030071526726XG' } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const v = await Visitor.enter(here, 'keeper1');
  const { page } = v;
  const fact = page.locator('.row-facts > div', { hasText: '营业执照' }).locator('dd');
  const dialog = page.getByRole('dialog', { name: /修改/ });
  const choice = dialog.getByRole('combobox', { name: '营业执照' });
  const put = async (name) => {
    await dialog.locator('.file-field input[type=file]').setInputFiles({ name, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 demo') });
    await dialog.getByRole('link', { name }).waitFor();
  };
  const save = async () => {
    await dialog.getByRole('button', { name: '修改', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };

  await step('it goes up from the form, and stands in the row as a link', async () => {
    await v.go(`/i/${made.body.id}`);
    await page.keyboard.press('e');
    await put('执照.pdf');
    assert.equal(await choice.inputValue(), '1/执照.pdf');
    await v.check('file-field');
    await page.setViewportSize(PHONE);
    await v.check('file-field');
    await page.setViewportSize(DESK);
    await save();
    assert.equal((await fact.innerText()).trim(), '执照.pdf');
    assert.equal(await fact.getByRole('link').getAttribute('href'), `/api/items/${made.body.id}/files/1`);
  });

  await step('another takes its place; both stand among the attachments, and the history says so', async () => {
    await page.keyboard.press('e');
    await put('新执照.pdf');
    await save();
    assert.equal((await fact.innerText()).trim(), '新执照.pdf');
    assert.match(await page.locator('.timeline .changes').first().innerText(), /营业执照：执照\.pdf → 新执照\.pdf/);
    assert.equal(await page.locator('.files li').count(), 2);
    await v.check('file-field-row');
  });
});
