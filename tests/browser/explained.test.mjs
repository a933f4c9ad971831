// Settings that explain: a loop drawn, versions compared, why somebody sees an order, who has not been here, who looked at
// callers.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, story, Visitor } from './lib.mjs';

test('explained', { timeout: 240_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const WIDE = { width: 1440, height: 900 };
  const api = await here.town.as('sysadmin');
  const desk = await here.town.as('dispatcher1');
  const units = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  let it = (await desk.file({ caller: { name: '王女士', phone: '13900001111' } })).body;
  it = (await desk.step(it, 'dispatch', { units: [units[0].id] })).body;
  const loops = async () => (await api.get('/api/defs')).body.rows.filter((d) => d.key === 'hotline');
  const [first] = await loops();
  const { text } = (await api.get(`/api/defs/${first.id}`)).body;
  assert.equal((await api.post('/api/defs', { kind: 'loop', text: text.replace('title: 催办', 'title: 催一催') })).status, 200);
  const sys = await Visitor.enter(here, 'sysadmin', { size: WIDE });

  await step('the loop is drawn: the main path straight, the rest beside the state it leaves', async () => {
    const [newest] = await loops();
    await sys.go(`/settings/defs/${newest.id}`);
    const drawing = sys.page.locator('.graph').first();
    const main = await drawing.locator('.node.main').evaluateAll((all) => all.map((n) => [n.getAttribute('x'), Number(n.getAttribute('y'))]));
    assert.ok(main.length >= 5 && main.every(([x]) => x === main[0][0]), 'one straight line');
    assert.ok(main.every(([, y], i) => !i || y > main[i - 1][1]), 'downwards');
    const boxes = await sys.page.locator('.graph .chip-box').evaluateAll((all) => all.map((n) => { const b = n.getBBox(); return { x: b.x, y: b.y, w: b.width, h: b.height, svg: n.ownerSVGElement.viewBox.baseVal.width, at: n.ownerSVGElement.getAttribute('aria-label') }; }));
    assert.ok(boxes.length > 20);
    for (const a of boxes) {
      assert.ok(a.x + a.w <= a.svg, 'inside');
      for (const b of boxes) if (a !== b && a.at === b.at) assert.ok(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y, 'chips do not lie on each other');
    }
    await sys.check('def-graph');
  });

  await step('steps are reached by keyboard and lead to their row in the table', async () => {
    const link = sys.page.locator('.graph a[href="#step-dispatch"]').first();
    await link.focus();
    await sys.page.keyboard.press('Enter');
    await sys.page.waitForURL('**#step-dispatch');
    assert.match(await sys.text('#step-dispatch'), /派单.*待派单.*办理中/s);
  });

  await step('what changed since the version before', async () => {
    await sys.button('和另一版比较').click();
    await sys.page.waitForURL('**view=diff**');
    await sys.page.locator('.diff-lines li', { hasText: '催一催' }).first().waitFor();
    await sys.check('def-diff');
    await sys.button('定义内容（YAML）').click();
    assert.match(await sys.page.getByLabel('定义内容（YAML）').inputValue(), /催一催/);
  });

  await step('why somebody sees an order, and why another does not', async () => {
    const sec = await Visitor.enter(here, 'secadmin', { size: WIDE });
    await sec.go('/settings/people');
    const handler = (u) => (sec.page.locator('tr', { has: sec.page.locator('code', { hasText: new RegExp(`^handler-${u.code}$`) }) }));
    await handler(units[0]).getByRole('button', { name: /^权限/ }).click();
    const dialog = sec.page.locator('dialog');
    await dialog.getByText('承办员', { exact: false }).first().waitFor();
    await dialog.getByLabel('为什么他能（不能）看到').fill(it.no);
    await dialog.getByRole('button', { name: '查', exact: true }).click();
    await dialog.getByText(`它由${units[0].name}承办`).waitFor();
    await sec.check('access', { full: false });
    await sec.page.keyboard.press('Escape');
    await handler(units[1]).getByRole('button', { name: /^权限/ }).click();
    await dialog.getByLabel('为什么他能（不能）看到').fill(it.no);
    await dialog.getByRole('button', { name: '查', exact: true }).click();
    await dialog.getByText(/看不到 RX/).waitFor();
    await sec.page.keyboard.press('Escape');
    await sec.page.getByLabel(/只看 90 天没登录的/).check();
    assert.equal(await handler(units[0]).count(), 1, 'never here');
    assert.equal(await sec.page.locator('code', { hasText: /^dispatcher1$/ }).count(), 0, 'was here today');
    await sec.check('people-stale');
  });

  await step('who looked at the caller stands on the order and in the audit, by person and month', async () => {
    const d = await Visitor.enter(here, 'dispatcher1', { size: WIDE });
    await d.go(`/i/${it.id}`);
    await d.page.getByText('还没有人查看过完整信息').waitFor();
    await d.page.locator('.caller').getByRole('button').click();
    await d.page.locator('dialog').getByRole('textbox').fill('回访需要核实地址');
    await d.page.locator('dialog').getByRole('button').filter({ hasNotText: '返回' }).locator('visible=true').last().waitFor();
    await d.page.locator('dialog button.primary').click();
    await d.page.getByText('1 次查看过完整信息').click();
    await d.page.locator('.seen li', { hasText: '回访需要核实地址' }).waitFor();
    await d.check('item-seen');
    const audit = await Visitor.enter(here, 'auditadmin', { size: WIDE });
    await audit.go('/settings/audit?about=reveal');
    await audit.page.getByRole('button', { name: /^只看/ }).first().click();
    await audit.page.waitForURL('**person=**');
    await audit.page.getByLabel('月份').fill('2026-11');
    await audit.page.waitForURL('**period=2026-11**');
    await audit.ready();
    assert.match(await audit.text('table.plain tbody'), /回访需要核实地址/);
    await audit.check('audit-reveals');
  });

  await step('on the phone', async () => {
    const p = await Visitor.enter(here, 'sysadmin', { size: PHONE });
    await p.go(`/settings/defs/${first.id}`);
    await p.check('def-graph');
    await p.go('/settings/people');
    await p.check('people-seen');
  });
});
