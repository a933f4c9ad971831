// A new register and a new loop by following docs/definitions.md on the screen: put in by the administrator, then used by those who
// work with it. Every word in corner brackets of the manual stands where it says.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, story, Visitor } from './lib.mjs';
import { manual, promised } from '../api/definitions.mjs';

test('a loop made from the manual', { timeout: 300_000 }, async (t) => {
  const doc = manual();
  const here = await open(t);
  const step = story(t);
  const sys = await Visitor.enter(here, 'sysadmin');
  const probe = await here.town.as('dispatcher1');
  const seen = new Set();
  /** What the page says, also inside its lists. */
  const look = async (v) => {
    await v.ready();
    const text = await v.page.evaluate(() => [document.body.innerText, ...[...document.querySelectorAll('option, [aria-label], [placeholder]')].map((e) => `${e.textContent} ${e.getAttribute('aria-label') ?? ''}`)].join('\n'));
    for (const chapter of ['二、', '五、', '六、', '七、']) for (const word of promised(doc.text, chapter)) if (text.includes(word)) seen.add(word);
    return text;
  };
  const put = async (kind, text) => {
    await sys.go('/settings/defs');
    await look(sys);
    await sys.page.getByRole('link', { name: '新增定义' }).click();
    await sys.ready();
    await look(sys);
    await sys.page.getByLabel('种类').selectOption(kind);
    await sys.page.getByLabel('定义内容（YAML）').fill(text);
    await sys.page.getByRole('button', { name: '检查' }).click();
    await sys.page.getByText('检查通过').waitFor();
    await sys.page.getByRole('button', { name: '发布', exact: true }).click();
    await sys.page.getByRole('dialog').locator('button.primary').click();
    await sys.told('已发布');
    await sys.page.waitForURL('**/settings/defs');
  };

  await step('the administrator puts in the register and the loop; a mistake is shown at its line', async () => {
    await put('register', doc.file('meter.yaml'));
    await sys.go('/settings/defs/new');
    await sys.page.getByLabel('种类').selectOption('loop');
    const area = sys.page.getByLabel('定义内容（YAML）');
    await area.fill(doc.file('water-meter.yaml').replace('calendar: workdays', 'calendar: workday'));
    sys.page.expected = [400];
    await sys.page.getByRole('button', { name: '检查' }).click();
    await sys.page.locator('.summary').getByText('是不是“workdays”').waitFor();
    await sys.page.locator('.summary').getByRole('button', { name: '第 5 行第 11 列' }).click();
    assert.equal(await area.evaluate((a) => a.value.slice(a.selectionStart, a.selectionEnd)), 'workday');
    await sys.check('manual-wrong');
    sys.page.expected = [];
    await put('loop', doc.file('water-meter.yaml'));
    await sys.page.getByRole('link', { name: 'water-meter' }).first().click();
    await look(sys);
    await sys.page.getByRole('heading', { name: '步骤' }).first().waitFor();
  });

  const desk = await Visitor.enter(here, 'dispatcher1');
  await step('a row of the register', async () => {
    await desk.go('/registers');
    await look(desk);
    await desk.go('/registers/meter');
    await look(desk);
    await desk.go('/registers/meter/new');
    await look(desk);
    await desk.page.getByRole('textbox', { name: '表位' }).first().fill('北虹路1号1单元总表');
    await desk.page.getByRole('textbox', { name: '表号' }).fill('BH-0001');
    await desk.check('manual-row-new');
    await desk.page.getByRole('button', { name: '保存', exact: true }).click();
    await desk.page.waitForURL('**/i/*');
  });
  await step('filed with the form the definition draws; the meter is found by its words', async () => {
    await desk.go('/new');
    const chosen = desk.page.locator('select').filter({ has: desk.page.locator('option', { hasText: '水表报修' }) });
    if (await chosen.count()) await chosen.first().selectOption({ label: '水表报修' });
    else await desk.page.getByText('水表报修', { exact: true }).first().click();
    await look(desk);
    await desk.page.getByLabel('标题').fill('一单元总表漏水');
    await desk.page.getByLabel('情况描述').first().fill('接口处渗水');
    await desk.page.getByRole('combobox', { name: '水表' }).fill('总表');
    await desk.page.getByRole('option', { name: /总表/ }).first().click();
    await desk.page.locator('.chip', { hasText: '漏水' }).click();
    await desk.check('manual-new');
    await desk.page.locator('form button.primary').click();
    await desk.told('SBWX20261120-0001');
    await desk.page.waitForURL('**/i/*');
    await look(desk);
    assert.equal(await desk.text('.states .at'), '待派单');
  });
  await step('D sends it out, X repairs it, H calls back', async () => {
    const [one] = (await probe.catalog()).units.filter((u) => u.code === 'beihong');
    await desk.page.keyboard.press('d');
    const dialog = desk.page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: /主办单位/ }).fill(one.name);
    await desk.page.getByRole('option', { name: one.name }).first().click();
    await dialog.locator('button.primary').click();
    await desk.told('派单');
    await look(desk);
    const unit = await Visitor.enter(here, 'handler-beihong');
    await unit.go(new URL(desk.page.url()).pathname);
    await unit.page.keyboard.press('x');
    const repair = unit.page.getByRole('dialog');
    await repair.waitFor();
    await look(unit);
    await repair.getByRole('textbox', { name: '处理情况' }).fill('已换接口');
    await repair.getByRole('textbox', { name: '维修费用' }).fill('85.5');
    await repair.locator('button.primary').click();
    await unit.told('修复');
    await unit.close();
    await desk.go(new URL(desk.page.url()).pathname);
    assert.equal(await desk.text('.states .at'), '待回访');
    await look(desk);
    await desk.page.keyboard.press('h');
    const visit = desk.page.getByRole('dialog');
    await visit.waitFor();
    await look(desk);
    await visit.getByText('满意', { exact: true }).first().click();
    await visit.locator('button.primary').click();
    await desk.told('回访');
    await desk.ready();
    await look(desk);
    await desk.check('manual-item');
  });
  await step('list and board', async () => {
    await desk.go(`/items?filter=${encodeURIComponent('事项类型:水表报修')}`);
    assert.match(await look(desk), /SBWX20261120-0001/);
    await desk.check('manual-list');
    await desk.go('/boards?loop=water-meter&period=2026-11');
    const text = await look(desk);
    assert.match(text, /水表报修/);
    await desk.check('manual-board');
  });
  await step('a second version, and what runs is moved to it', async () => {
    const before = doc.of('text', 'before'), after = doc.of('text', 'after');
    const two = before.reduce((s, find, i) => s.replace(find.trim(), () => after[i].trim()), doc.file('water-meter.yaml'));
    const more = await probe.post('/api/items', { loop: 'water-meter', title: '表面破损', text: '玻璃碎了', fields: { meter: 'BH-0001', fault: '表面破损' } });
    await probe.step(more.body, 'dispatch', { units: [await probe.unit('beihong')] });
    await put('loop', two);
    await sys.page.getByRole('link', { name: 'water-meter' }).first().click();
    await sys.ready();
    await sys.page.getByRole('button', { name: '迁移事项' }).click();
    await look(sys);
    await sys.page.getByRole('button', { name: '试算' }).click();
    await sys.page.getByText('可迁移 1 件，不动 0 件，无需迁移 1 件').waitFor();
    await sys.page.getByText('时限 repair：3wd → 2wd').waitFor();
    await sys.check('manual-move');
    await sys.page.getByRole('button', { name: '迁移', exact: true }).click();
    await sys.page.getByRole('dialog').locator('button.primary').click();
    await sys.page.getByText('已迁移 1 件').waitFor();
    assert.equal((await probe.item(more.body.id)).def_version, 2);
    await sys.page.getByRole('button', { name: '撤销迁移' }).click();
    await sys.page.getByRole('dialog').locator('button.primary').click();
    await sys.page.getByText('已恢复 1 件').waitFor();
    assert.equal((await probe.item(more.body.id)).def_version, 1);
  });
  await step('every word the manual promises was on the screen', () => {
    const words = ['二、', '五、', '六、', '七、'].flatMap((c) => promised(doc.text, c));
    assert.deepEqual(words.filter((w) => !seen.has(w)), []);
  });
});
