// The monthly analysis on screen and on paper: figures are links, sentences follow from them, a unit's own, two pages.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, story, Visitor } from './lib.mjs';

test('the monthly analysis', { timeout: 180_000 }, async (t) => {
  const here = await open(t, { at: '2026-09-10T09:00:00+08:00' });
  const step = story(t);
  let desk = await here.town.as('dispatcher1');
  const cat = await desk.catalog();
  const tree = cat.classes.filter((k) => k.scheme === 'matters');
  const [one, other] = tree.filter((k) => !tree.some((x) => x.parent === k.id));
  const file = async (n, cls, more = {}) => {
    for (let i = 0; i < n; i++) await desk.file({ class: cls.id, ...more });
  };
  await file(4, one);
  await file(5, other);
  await here.town.move('2026-10-12T09:00:00+08:00');
  desk = await here.town.as('dispatcher1');
  await file(24, one, { address: '泉口路1号' });
  await file(6, other, { address: '' });
  await here.town.move('2026-11-02T09:00:00+08:00');
  const v = await Visitor.enter(here, 'leader1', { size: { width: 1440, height: 900 } });

  await step('last month, told in sentences whose figures open their lists', async () => {
    await v.page.keyboard.press('g');
    await v.page.keyboard.press('a');
    await v.page.waitForURL('**/month');
    await v.ready();
    assert.equal(await v.text('#gw-title'), '12345热线工单2026年10月分析');
    const text = await v.text('.gw');
    assert.match(text, /本月共受理 30 件，比上月增加 21 件（\+233\.3%）。/);
    assert.match(text, new RegExp(`${one.name} 24 件，比上月增加 20 件（4 件）`));
    assert.doesNotMatch(text, new RegExp(`${other.name} 6 件，比上月`), 'one more is no growth');
    assert.match(text, /同一地址本月 3 件以上的有 1 处，共 24 件/);
    await v.check('month');
    await v.page.locator('.gw-list a', { hasText: '24' }).first().click();
    await v.page.waitForURL('**/items?filter=**');
    await v.ready();
    assert.equal(await v.text('.total'), '符合条件 24 件');
  });

  await step('the address of one place lists just its items', async () => {
    await v.page.goBack();
    await v.ready();
    await v.page.getByRole('link', { name: /^地址 泉口路1号/ }).click();
    await v.page.waitForURL('**/items?filter=no:**');
    await v.ready();
    assert.equal(await v.text('.total'), '符合条件 24 件');
  });

  await step('two pages of A4 at most, the rule at the end', async () => {
    await v.go('/month?period=2026-10');
    const pdf = await v.page.pdf({ preferCSSPageSize: true });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g).length;
    assert.ok(pages <= 2, `${pages} pages`);
    const box = pdf.toString('latin1').match(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/);
    assert.deepEqual([Math.round(box[1]), Math.round(box[2])], [595, 842], 'A4');
    assert.match(await v.text('.gw-note'), /不足 5 件的不评.*20%/s);
  });

  await step('another month, and one unit', async () => {
    await v.button('上一期').click();
    await v.page.waitForURL('**period=2026-09**');
    await v.ready();
    assert.match(await v.text('.gw'), /本月共受理 9 件，没有可比的上月和去年同月/);
    const unit = cat.units.find((u) => u.kind === 'neighbourhood');
    await v.choose('承办', unit.name);
    await v.page.waitForURL('**unit=**');
    await v.ready();
    assert.match(await v.text('.gw'), /本月共受理 0 件/);
    await v.check('month-empty');
  });

  await step('on the phone', async () => {
    const p = await Visitor.enter(here, 'leader1', { size: PHONE });
    await p.go('/month?period=2026-10');
    await p.check('month');
  });
});
