// Two rows of a register that are one thing: found in pairs, compared value by value, merged, taken apart, or called two things for good.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, story, Visitor } from './lib.mjs';

const SIZE = { width: 1280, height: 800 };
// Published codes of well-known companies: their last character is computed. [GB 32100-2015]
const CODES = ['9144030071526726XG', '91330100799655058B'];

test('rows that may be one', { timeout: 300_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const keeper = await here.town.as('keeper1');
  const add = async (loop, title, values, more = {}) => {
    const r = await keeper.post('/api/items', { loop, title, fields: values, ...more });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    return r.body;
  };
  const v = await Visitor.enter(here, 'keeper1', { size: SIZE });
  const { page } = v;
  const pairs = page.locator('.kin-row');
  const dialog = page.getByRole('dialog', { name: '比较并合并' });
  const cell = (row, n) => dialog.getByRole('row', { name: new RegExp(`^${row}`) }).getByRole('radio').nth(n);
  const heads = () => dialog.locator('thead').innerText();
  let a, b;

  await step('a register in which nothing is alike says so', async () => {
    await add('building', '泾源大厦', { area: 20000, let: 19000 });
    await v.go('/registers/building');
    await page.getByRole('link', { name: '疑似重复' }).click();
    await page.waitForURL('**/registers/building/twins');
    await v.ready();
    await page.getByText('比对了 1 个，没有发现可能重复的。').waitFor();
    await v.check('twins-empty');
  });

  await step('pairs, each with its reasons', async () => {
    a = await add('enterprise', '泾源餐饮', { uscc: CODES[0], staff: 10, tax: '10万' }, { address: '北虹路1号' });
    b = await add('enterprise', '泾源餐饮有限公司', { uscc: CODES[1], staff: 25, room: '301室' }, { address: '北虹路1号' });
    await v.go('/registers/enterprise/twins');
    assert.equal(await pairs.count(), 1);
    assert.match(await pairs.innerText(), /泾源餐饮有限公司[^]*相关度 \d+：[^]*名称相同或相近 \+\d+[^]*地点相同 \+\d+/);
    await v.check('twins');
  });

  await step('compared field by field: what one lacks the other gives, unless one says otherwise', async () => {
    const compare = page.getByRole('button', { name: '比较并合并' });
    await compare.focus();
    await page.keyboard.press('Enter');
    await dialog.getByRole('table').waitFor();
    assert.doesNotMatch(await dialog.locator('tbody').innerText(), /责任单位|地址/, 'what is the same is not asked');
    assert.match(await dialog.locator('tbody').innerText(), /年税收\s+100,000 元\s+（空）/, 'of nothing there is no unit');
    assert.match(await dialog.locator('tbody').innerText(), /企业名称[^]*统一社会信用代码[^]*从业人数\s+10\s+25/);
    const first = await heads();
    const room = first.indexOf(a.no) < first.indexOf(b.no) ? 1 : 0; // the column of the one that has it
    assert.equal(await dialog.getByRole('row', { name: /^室号/ }).getByRole('radio').nth(room).isChecked(), true);
    await v.check('twins-compare', { full: false });
  });

  await step('whom to keep is chosen by keyboard; no column changes its place under the hand', async () => {
    const before = await heads();
    const keep = dialog.locator('thead').getByRole('radio');
    await keep.first().focus();
    await page.keyboard.press('ArrowRight');
    assert.deepEqual([await keep.first().isChecked(), await keep.nth(1).isChecked()], [false, true]);
    assert.equal(await heads(), before);
    assert.equal(await keep.nth(1).evaluate((e) => e === document.activeElement), true);
    const first = before.indexOf(a.no) < before.indexOf(b.no) ? a : b;
    const second = first === a ? b : a;
    await dialog.getByRole('button', { name: `把 ${first.no} 合并到 ${second.no}` }).waitFor();
    assert.equal(await cell('从业人数', 1).isChecked(), true, 'values follow who stays');
    await keep.nth(first === a ? 0 : 1).check();
    await dialog.getByRole('button', { name: `把 ${b.no} 合并到 ${a.no}` }).waitFor();
  });

  await step('what somebody changed meanwhile is shown anew, and nothing was done', async () => {
    const r = await keeper.step(await keeper.item(b.id), 'change', { fields: { staff: 30 } });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    page.expected.push(409);
    await dialog.getByRole('button', { name: `把 ${b.no} 合并到 ${a.no}` }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByText('30', { exact: true }).waitFor();
    assert.equal((await keeper.item(b.id)).merged, 0);
    page.expected.pop();
    page.faults.length = 0; // the refusal itself
  });

  await step('merged with the values one chose', async () => {
    const left = (await heads()).indexOf(a.no) < (await heads()).indexOf(b.no);
    await cell('从业人数', left ? 1 : 0).check();
    await dialog.getByRole('button', { name: `把 ${b.no} 合并到 ${a.no}` }).click();
    await v.told('“泾源餐饮有限公司”已合并到“泾源餐饮”');
    await dialog.waitFor({ state: 'detached' });
    await v.ready();
    await page.getByText('没有发现可能重复的').waitFor();
    const now = await keeper.item(a.id);
    const value = (key) => now.fields.find((f) => f.key === key).value;
    assert.deepEqual([value('staff'), value('room'), now.title], ['30', '301室', '泾源餐饮']);
    await v.go(`/i/${b.id}`);
    assert.match(await v.text('main'), /合并到[^]*泾源餐饮/);
    await v.check('twins-merged');
  });

  await step('taken apart from its page', async () => {
    await page.getByRole('button', { name: /撤销合并/ }).first().click();
    await v.told('撤销合并');
    await v.go('/registers/enterprise/twins');
    assert.equal(await pairs.count(), 1);
  });

  await step('merged from the row itself: a number that is none is told at its place', async () => {
    await v.go(`/i/${b.id}`);
    await page.getByRole('button', { name: /合并/ }).first().click();
    const ask = dialog.getByRole('textbox', { name: '另一个对象的编号' });
    await dialog.getByRole('button', { name: '比较并合并' }).click();
    await dialog.locator('.field-error').waitFor();
    page.expected.push(404);
    await ask.fill('QY20200101-00001');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /没有/.test(document.querySelector('dialog .field-error')?.innerText ?? ''));
    page.expected.pop();
    await ask.fill(b.no);
    await page.keyboard.press('Enter');
    await dialog.locator('.field-error', { hasText: '不是“企业台账”里的另一个对象' }).waitFor();
    await v.check('twins-number', { full: false });
    await ask.fill(a.no.toLowerCase());
    await page.keyboard.press('Enter');
    await dialog.getByRole('table').waitFor();
    await dialog.getByRole('radio', { name: '泾源餐饮', exact: true }).first().check();
    await dialog.getByRole('button', { name: `把 ${b.no} 合并到 ${a.no}` }).click();
    await page.waitForURL(`**/i/${a.id}`);
    await v.ready();
    await page.locator('.toast').getByRole('button', { name: '撤销合并' }).click();
    await v.told('“泾源餐饮有限公司”已分开');
    assert.equal((await keeper.item(b.id)).merged, 0);
  });

  await step('two things for good: not listed any more, unless taken back', async () => {
    await v.go('/registers/enterprise/twins');
    await page.getByRole('button', { name: '不是同一个' }).click();
    await v.told('已标为不是同一个');
    await page.getByText('没有发现可能重复的').waitFor();
    await page.locator('.toast').getByRole('button', { name: '撤销' }).click();
    await pairs.first().waitFor();
  });

  await step('who may only read compares nothing', async () => {
    const reader = await Visitor.enter(here, 'reader1', { size: SIZE });
    await reader.go('/registers/enterprise/twins');
    assert.equal(await reader.page.getByRole('button', { name: '比较并合并' }).count(), 0);
    await reader.check('twins-reader');
    await reader.close();
  });

  await step('on a telephone', async () => {
    const p = await Visitor.enter(here, 'keeper1', { size: PHONE });
    await p.go('/registers/enterprise/twins');
    await p.check('twins');
    await p.page.getByRole('button', { name: '比较并合并' }).click();
    await p.page.getByRole('dialog').getByRole('table').waitFor();
    await p.check('twins-compare', { full: false });
    const table = await p.page.locator('dialog .scroll').evaluate((e) => e.scrollWidth - e.clientWidth);
    assert.ok(table <= 0, `both columns are seen at once: ${table} px too wide`);
    await p.page.emulateMedia({ colorScheme: 'dark' });
    await p.check('twins-dark', { full: false });
    await p.close();
  });
});
