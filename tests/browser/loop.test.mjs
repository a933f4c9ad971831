// One order through the whole loop, by the people who do it, each at a browser of his own: filed, sent out, returned,
// sent again, extended, suspended, answered, checked, closed, rated. Then the board's figures have moved, and a click on
// each figure opens the list of exactly so many orders.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, story, Visitor } from './lib.mjs';

test('an order by many hands', { timeout: 300_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await Visitor.enter(here, 'dispatcher1');
  const probe = await here.town.as('dispatcher1');
  const [one, two] = (await probe.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const at = new URL(here.town.base);

  await step('the desk files it; mistakes are told first, all at once', async () => {
    await desk.page.getByRole('link', { name: '登记', exact: false }).first().click();
    await desk.ready();
    await desk.page.locator('form button.primary').click();
    const summary = desk.page.locator('.summary');
    await summary.waitFor();
    assert.ok((await summary.locator('li').count()) >= 4);
    await desk.check('new-errors');
    await desk.page.getByLabel('标题').fill('楼道堆物影响通行');
    await desk.page.getByLabel('诉求内容').fill('二期7号楼3层楼道堆放纸箱，影响通行。');
    await desk.page.getByLabel('地址', { exact: false }).first().fill('北虹路1号');
    await desk.page.locator('.chip', { hasText: '12345' }).click();
    await desk.page.locator('.chip', { hasText: '投诉' }).click();
    await desk.choose(/分类/, '楼道堆物');
    await desk.page.getByLabel('姓名').fill('李小明');
    await desk.page.getByLabel('电话').fill('13812346612');
    await desk.page.getByLabel('门牌住址').fill('3号楼402室');
    await desk.check('new-filled');
    await desk.page.locator('form button.primary').click();
    await desk.told('RX20261120-00001');
    await desk.page.waitForURL('**/i/1');
    await desk.check('item-filed');
    assert.equal(await desk.text('.states .at'), '待派单');
    assert.match(await desk.text('.caller'), /李\*\*.*138\*\*\*\*6612/s);
  });

  await step('sends it to two committees', async () => {
    await desk.page.keyboard.press('d');
    const dialog = desk.page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: /主办单位/ }).fill(one.name);
    await desk.page.getByRole('option', { name: one.name }).first().click();
    await dialog.getByRole('combobox', { name: /协办单位/ }).fill(two.name);
    await desk.page.getByRole('option', { name: two.name }).first().click();
    await desk.page.screenshot({ path: new URL('out/dispatch-dialog.png', import.meta.url).pathname });
    await dialog.locator('button.primary').click();
    await desk.told('派单');
    await desk.ready();
    assert.equal(await desk.text('.states .at'), '办理中');
    assert.match(await desk.text('.parts'), new RegExp(`${one.name}.*${two.name}`, 's'));
    await desk.check('item-handling');
  });

  const first = await Visitor.enter(here, `handler-${one.code}`);
  const second = await Visitor.enter(here, `handler-${two.code}`);
  await step('the first gives it back: not its place', async () => {
    await first.ready();
    await first.page.getByRole('link', { name: '楼道堆物影响通行' }).click();
    await first.ready();
    await first.page.keyboard.press('r'); // R is 退单 here, as its button says
    const dialog = first.page.getByRole('dialog');
    await dialog.locator('button.primary').click();
    await dialog.locator('.summary').waitFor();
    await dialog.getByLabel(/^原因/).selectOption('职责不符');
    await dialog.getByLabel(/具体原因/).selectOption('非本辖区');
    await dialog.getByLabel(/办理说明/).fill('不在本居民区');
    await first.page.screenshot({ path: new URL('out/return-dialog.png', import.meta.url).pathname });
    await dialog.locator('button.primary').click();
    await first.told('退单');
    assert.equal(await first.text('.states .at'), '办理中', 'asked for: the desk decides');
    await first.page.locator('.request', { hasText: '待审核：退单' }).waitFor();
    await first.check('item-asked');
  });

  await step('the desk hears of it without its page moving, and sends it to the other alone', async () => {
    await desk.page.locator('.updates button').waitFor();
    assert.equal(await desk.page.locator('.request').count(), 0, 'nothing moves by itself');
    await desk.page.locator('.updates button').click();
    await desk.page.locator('.request', { hasText: '不在本居民区' }).getByRole('button', { name: '同意', exact: true }).click();
    await desk.page.getByRole('dialog').locator('button.primary').click();
    await desk.told('退单');
    await desk.page.locator('.states .at', { hasText: '待派单' }).waitFor();
    await desk.ready();
    assert.match(await desk.text('.item-time'), /退单 1 次/);
    await desk.page.keyboard.press('d');
    const dialog = desk.page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: /主办单位/ }).fill(two.name);
    await desk.page.getByRole('option', { name: two.name }).first().click();
    await dialog.locator('button.primary').click();
    await desk.told('派单');
  });

  const leader = await Visitor.enter(here, 'leader1');
  /** The leader agrees to what stands on the order's page. */
  const agrees = async (what) => {
    await leader.go('/i/1');
    await leader.page.locator('.request', { hasText: what }).getByRole('button', { name: '同意', exact: true }).click();
    await leader.page.getByRole('dialog').locator('button.primary').click();
    await leader.told(what);
  };
  await step('the second makes contact; the desk asks for two days more, a leader agrees', async () => {
    await second.go('/i/1');
    await second.page.keyboard.press('c');
    let dialog = second.page.getByRole('dialog');
    await dialog.locator('.chip', { hasText: '是' }).first().click();
    await dialog.locator('button.primary').click();
    await second.told('先行联系');
    await desk.go('/i/1');
    const clock = desk.page.locator('.clocks li', { hasText: '处置' });
    assert.match(await clock.innerText(), /11-26 17:30/);
    await desk.page.keyboard.press('l');
    dialog = desk.page.getByRole('dialog');
    await dialog.getByLabel(/延长多久/).fill('2');
    await dialog.getByLabel(/^原因/).selectOption('情况复杂');
    await dialog.getByLabel(/具体原因/).selectOption('需专业鉴定');
    await dialog.getByLabel(/办理说明/).fill('需鉴定');
    await dialog.locator('button.primary').click();
    await desk.told('延期');
    assert.match(await clock.innerText(), /11-26 17:30/, 'not yet');
    await agrees('延期');
    await desk.go('/i/1');
    assert.match(await clock.innerText(), /11-30 17:30/);
  });

  await step('the desk asks that it be suspended, a leader agrees and resumes', async () => {
    await desk.button('申请挂账').first().click();
    const dialog = desk.page.getByRole('dialog');
    await dialog.getByLabel(/承诺日期/).fill('2026-12-01');
    await dialog.getByLabel(/复查日期/).fill('2026-11-25');
    await dialog.getByLabel(/^原因/).selectOption('客观条件');
    await dialog.getByLabel(/具体原因/).selectOption('待上级批复');
    await dialog.getByLabel(/办理说明/).fill('等批复');
    await dialog.locator('button.primary').click();
    await desk.told('挂账');
    await agrees('挂账');
    await leader.page.locator('.states .at', { hasText: '挂账' }).waitFor();
    await leader.check('item-suspended');
    await leader.button('恢复办理').first().click();
    await leader.told('恢复办理');
    await leader.close();
  });

  await step('answered with a photo, checked, closed, rated, reviewed', async () => {
    await second.go('/i/1');
    await second.page.keyboard.press('s');
    let dialog = second.page.getByRole('dialog');
    for (const option of ['诉求合理合法', '电话', '实际解决']) await dialog.locator('.chip', { hasText: option }).first().click();
    // Only the three that fit a complaint are offered.
    await dialog.locator('fieldset', { hasText: '事实认定' }).locator('.chip', { hasText: '属实' }).first().click();
    assert.equal(await dialog.locator('fieldset', { hasText: '事实认定' }).locator('.chip').count(), 3);
    await dialog.locator('fieldset', { hasText: '现场查看' }).locator('.chip').first().click();
    await dialog.getByLabel(/答复要点/).fill('已清理楼道堆物，并回电告知。');
    await dialog.locator('input[type=file]').setInputFiles({ name: '整改后.txt', mimeType: 'text/plain', buffer: Buffer.from('已清理') });
    await second.page.screenshot({ path: new URL('out/reply-dialog.png', import.meta.url).pathname });
    await dialog.locator('button.primary').click();
    await second.told('反馈');
    await second.page.getByRole('link', { name: '整改后.txt' }).waitFor();
    await second.check('item-replied');

    await desk.go('/i/1');
    await desk.button('核查通过').first().click();
    await desk.told('核查通过');
    await desk.button('办结').first().click();
    await desk.told('办结');
    await desk.button('回访评价').first().click();
    dialog = desk.page.getByRole('dialog');
    await dialog.locator('fieldset', { hasText: '综合满意' }).locator('.chip', { hasText: '基本满意' }).click();
    await dialog.locator('fieldset', { hasText: '是否解决' }).locator('.chip', { hasText: '实际解决' }).click();
    await dialog.locator('button.primary').click();
    await desk.told('回访评价');
    assert.equal(await desk.text('.states .at'), '已评价');
    await desk.check('item-rated');
  });

  await step('the board has moved; every figure opens its list', async () => {
    await desk.go('/boards');
    await desk.check('board-unit');
    const rates = await desk.page.locator('.figures .figure').allInnerTexts();
    const shown = Object.fromEntries(rates.map((x) => x.split('\n').map((y) => y.trim()).filter(Boolean)).map((x) => [x[0], x[1]]));
    assert.deepEqual(shown, { 先行联系率: '100.0%', 按时办结率: '100.0%', 实际解决率: '100.0%', 市民满意率: '80.0%' });
    for (const by of ['按单位', '按分类', '按来源']) {
      await desk.go('/boards');
      await desk.page.getByRole('button', { name: by, exact: true }).click();
      await desk.ready();
      const cells = await desk.page.locator('table.board td.num:not(.rate) a').evaluateAll((all) => all.map((a) => ({ href: a.getAttribute('href'), n: a.textContent })));
      assert.ok(cells.length > 3, by);
      for (const { href, n } of cells) {
        await desk.page.goto(at.origin + href);
        await desk.ready();
        assert.equal(await desk.text('.total'), `符合条件 ${n} 件`, `${by} ${href}`);
      }
    }
  });

  await step('the other committee’s board has nothing', async () => {
    await first.go('/boards');
    assert.match(await first.text('main'), /没有数据/);
    await first.check('board-empty');
  });
  for (const v of [desk, first, second]) assert.deepEqual(v.page.faults, []);
});
