// A morning at the dispatch desk by keyboard alone: fifty orders, one taken back, three at once, a duplicate joined and taken out
// again, new ones arriving without anything moving, and another dispatcher who is faster.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, story, Visitor } from './lib.mjs';

const WIDE = { width: 1440, height: 900 };
const ORDERS = 50;

test('the dispatch desk', { timeout: 600_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const units = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const [first, second] = units;
  // Every fifth is a question about companies, for which the definition has a suggestion.
  const company = await desk.klass('0501');
  for (let i = 1; i <= ORDERS; i++)
    await desk.file({ title: `第${String(i).padStart(2, '0')}件`, text: `第${i}件的诉求：楼道里堆了东西，请来看看。`,
      ...(i % 5 === 0 ? { class: company, fields: { kind: '咨询' } } : {}) });
  const v = await Visitor.enter(here, 'dispatcher1', { size: WIDE });
  const { page } = v;
  const press = async (...keys) => { for (const k of keys) await page.keyboard.press(k); };
  const shown = () => page.locator('.desk-order').getAttribute('data-id').then(Number);
  const rows = () => page.locator('.desk-list li').evaluateAll((all) => all.map((li) => Number(li.dataset.id)));
  const title = () => page.locator('#order-h').innerText();
  const mark = (id) => page.locator(`.desk-list li[data-id="${id}"] .mark`);
  const waiting = async () => (await desk.list('state:filed open:yes', '&limit=1')).total;
  /** Chooses the unit by typing its name, and sends. */
  const send = async (unit) => {
    const id = await shown();
    await press('a');
    await page.keyboard.type(unit.name);
    await press('Enter', 'd');
    await page.waitForFunction((was) => Number(document.querySelector('.desk-order').dataset.id) !== was, id);
    return id;
  };

  await step('the desk is in the navigation, and G D goes there', async () => {
    await press('g', 'd');
    await page.waitForURL('**/desk');
    await v.ready();
    await page.locator('.desk-order').waitFor();
    assert.equal(await v.text('.total'), `还有 ${ORDERS} 件`);
    assert.equal((await rows()).length, ORDERS);
    await v.check('desk-1', { full: false });
  });

  await step('an order goes out and the next one is there before the server has answered', async () => {
    let answer;
    const held = new Promise((go) => { answer = go; });
    await page.route('**/api/items/*/steps', async (route) => { await held; await route.continue(); });
    const [one, two] = await rows();
    assert.equal(await shown(), one);
    assert.equal(await send(first), one);
    assert.equal(await shown(), two);
    assert.match(await page.locator('.desk-order .prose').innerText(), /诉求/);
    assert.match(await mark(one).innerText(), /正在派/);
    answer();
    await page.locator(`.desk-list li[data-id="${one}"].sent`).waitFor();
    await page.unroute('**/api/items/*/steps');
    assert.deepEqual((await desk.item(one)).parts.map((p) => p.unit), [first.id]);
    assert.equal((await rows())[0], one, 'its row stays where it was');
  });

  await step('Z takes it back within ten seconds: the order is as before, and the cursor is on it', async () => {
    const [one] = await rows();
    await page.locator('.undo-bar').waitFor();
    await press('z');
    await page.waitForFunction((id) => Number(document.querySelector('.desk-order').dataset.id) === id, one);
    await v.told('已撤销');
    const it = await desk.item(one);
    assert.deepEqual([it.state_title, it.parts.length, it.timeline[0].what_title], ['待派单', 0, '撤销']);
    assert.equal(await v.text('.total'), `还有 ${ORDERS} 件`);
  });

  await step('new orders are announced; nothing moves until R', async () => {
    await press('j', 'j');
    const [before, at] = [await rows(), await shown()];
    await desk.file({ title: '刚来的一件', fields: { priority: '特急' } });
    await desk.file({ title: '又来一件' });
    await page.getByRole('button', { name: '有 2 件新来件，按 R 刷新' }).waitFor();
    assert.deepEqual(await rows(), before);
    assert.equal(await shown(), at);
    await press('r');
    await page.waitForFunction((n) => document.querySelectorAll('.desk-list li').length === n, ORDERS);
    assert.equal(await v.text('.total'), `还有 ${ORDERS + 2} 件`);
    assert.equal(await shown(), at, 'the cursor stays with its order');
  });

  await step('somebody else is faster: it is said, and what was typed is kept', async () => {
    page.expected.push(409);
    let go;
    const held = new Promise((done) => { go = done; });
    await page.route('**/api/items/*/steps', async (route) => { await held; await route.continue(); });
    const id = await shown();
    await press('n');
    await page.keyboard.type('先电话联系诉求人');
    await press('Escape');
    await send(second);
    await desk.step(await desk.item(id), 'dispatch', { units: [first.id] });
    go();
    await page.locator(`.desk-list li[data-id="${id}"].failed`).waitFor();
    await page.unroute('**/api/items/*/steps');
    await page.getByRole('button', { name: '回去看' }).focus();
    await press('Enter');
    await page.waitForFunction((was) => Number(document.querySelector('.desk-order').dataset.id) === was, id);
    assert.match(await page.locator('.desk-order [role=alert]').innerText(), /刚刚被别人办理过[\s\S]*派单/);
    assert.equal(await page.locator('#desk-note').inputValue(), '先电话联系诉求人');
    assert.equal(await page.locator('#desk-lead').inputValue(), second.name);
    assert.equal(await page.getByRole('button', { name: `派给 ${second.name}` }).isDisabled(), true);
    assert.deepEqual((await desk.item(id)).parts.map((p) => p.unit), [first.id]);
    page.expected.pop();
    await press('r');
    await page.waitForFunction((was) => !document.querySelector(`.desk-list li[data-id="${was}"]`), id);
  });

  await step('an order that changes while it is open is marked, and read again before it is sent', async () => {
    const id = await shown();
    await desk.step(await desk.item(id), 'note', { note: '诉求人又来电补充' });
    await page.getByText('这件刚有变动。').waitFor();
    await press('l');
    await page.getByText('诉求人又来电补充').first().waitFor();
    await page.getByText('这件刚有变动。').waitFor({ state: 'detached' });
  });

  await step('a dialog takes what is typed right behind its key', async () => {
    await press('Shift+J');
    const ready = await page.evaluate(async () => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyD', key: 'd', bubbles: true }));
      await new Promise((go) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = go; port2.postMessage(0); });
      return [!!document.querySelector('dialog[open]'), document.activeElement.getAttribute('role')];
    });
    assert.deepEqual(ready, [true, 'combobox']);
    await press('Escape', 'Escape', 'k');
  });

  await step('three at once: what would happen is said first, then done, and taken back together', async () => {
    await press('x', 'j', 'x', 'Shift+J');
    await page.getByText('已选 3 件').waitFor();
    const picked = await page.locator('.desk-list li[aria-selected="true"]').evaluateAll((all) => all.map((li) => Number(li.dataset.id)));
    await press('d');
    await page.keyboard.type(second.name);
    await press('Enter');
    await page.getByText(`3 件将派给 ${second.name}。`).waitFor();
    await v.check('desk-batch', { full: false });
    assert.equal((await desk.item(picked[0])).state_title, '待派单', 'nothing yet');
    await press('Enter');
    await v.told('已办 3 件');
    for (const id of picked) assert.equal((await desk.item(id)).unit, second.id);
    await press('z');
    await v.told('已撤销 3 件');
    for (const id of picked) assert.equal((await desk.item(id)).state_title, '待派单');
    await press('x', 'k', 'x', 'd');
    await page.keyboard.type(second.name);
    await press('Enter');
    await page.getByText(`2 件将派给 ${second.name}。`).waitFor();
    await press('Enter');
    await v.told('已办 2 件');
  });

  await step('a duplicate is compared side by side, joined, and taken out again', async () => {
    const place = { address: '北虹路88弄5号', lat: 31.2171, lon: 121.3655, caller: { name: '王芳', phone: '13912340001' } };
    const main = (await desk.file({ title: '充电桩冒烟', text: '5号楼下充电桩冒烟，有焦味，请尽快来看，担心起火。', ...place })).body;
    const twin = (await desk.file({ title: '充电桩冒烟（再次来电）', text: '5号楼下充电桩冒烟，有焦味，请尽快来看，还没有人来。', ...place })).body;
    await press('/');
    await page.keyboard.type('再次来电');
    await press('Enter');
    await page.waitForFunction((id) => Number((document.querySelector('.desk-order') || { dataset: {} }).dataset.id) === id, twin.id);
    await page.getByText('可能重复 1 件').waitFor();
    await press('m');
    const dialog = page.locator('dialog[open]');
    await dialog.getByText('同一来电人').waitFor();
    await dialog.locator('.texts mark').first().waitFor();
    assert.match(await dialog.innerText(), /相距 0 米/);
    assert.deepEqual(await dialog.locator('.texts mark').allInnerTexts().then((x) => x.map((y) => y.replace(/[，。]/g, ''))), ['还没有人来', '担心起火']);
    await v.check('desk-compare', { full: false });
    await press('m');
    await dialog.waitFor({ state: 'detached' });
    await page.locator(`.desk-list li[data-id="${twin.id}"].merged`).waitFor();
    assert.equal((await desk.item(twin.id)).merged, main.id);
    await press('z');
    await v.told('已撤销');
    const back = await desk.item(twin.id);
    assert.deepEqual([back.merged, back.open, back.state_title], [0, true, '待派单']);
  });

  await step('watching: W, and the queue of what is watched', async () => {
    const id = await shown();
    await press('w');
    await v.told('已盯住');
    await desk.step(await desk.item(id), 'note', { note: '有人补充了一句' });
    await page.getByRole('link', { name: /我盯的.*1 件有更新/ }).waitFor();
    await v.go('/desk?queue=watch');
    await page.locator('.desk-order').waitFor();
    assert.deepEqual(await rows(), [id]);
    await v.go('/desk?queue=back');
    await page.getByText('没有退回要重派的单。').waitFor();
    await v.check('desk-empty', { full: false });
  });

  await step('the rest goes out key by key, by suggestion where there is one', async () => {
    await v.go('/desk');
    await page.locator('.desk-order').waitFor();
    await page.evaluate(() => {
      globalThis.times = [];
      let from = 0, was = '';
      const order = () => document.querySelector('.desk-order');
      addEventListener('keydown', (e) => { if (e.code === 'KeyD') { from = performance.now(); was = order()?.dataset.id; } }, true);
      new MutationObserver(() => {
        if (!from || !order() || order().dataset.id === was || !order().querySelector('.prose')?.textContent) return;
        globalThis.times.push(performance.now() - from);
        from = 0;
      }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    });
    let left = await waiting(), suggested = 0;
    const begun = left;
    while (left > 0) {
      const id = await shown();
      const box = page.locator(`.desk-order[data-id="${id}"]`);
      await box.locator('.desk-form').waitFor();
      await page.waitForFunction(() => !document.querySelector('.desk-form').textContent.includes('正在取建议'));
      if (await box.locator('.suggestion').count()) {
        suggested++;
        await press('1');
      } else {
        await press('a');
        await page.keyboard.type(units[left % units.length].name);
        await press('Enter');
      }
      await press('d');
      left--;
      if (left > 0) await page.waitForFunction((was) => Number(document.querySelector('.desk-order').dataset.id) !== was, id);
      else await page.locator(`.desk-list li[data-id="${id}"].sent`).waitFor();
    }
    assert.ok(begun >= ORDERS - 4, `${begun} by key`);
    assert.ok(suggested >= 5, `${suggested} by suggestion`);
    assert.equal(await waiting(), 0);
    assert.equal(await v.text('.total'), '还有 0 件');
    const times = (await page.evaluate(() => globalThis.times)).sort((a, b) => a - b);
    t.diagnostic(`from D to the next order: ${times.length} times, median ${times[times.length >> 1].toFixed(0)} ms, longest ${times.at(-1).toFixed(0)} ms`);
    await press('r');
    await page.getByText('没有待派的单。').waitFor();
    await v.check('desk-done', { full: false });
  });

  await step('at every width; below 1,280 the order lies over the list', async () => {
    for (let i = 0; i < 12; i++)
      await desk.file({ title: `楼道堆物影响通行，居民多次反映没有人管，第${i}件`, caller: { name: '李小明', phone: '13812346612', door: '3号楼402室' } });
    for (const [width, height] of [[1280, 800], [1440, 900], [1920, 1080]]) {
      await page.setViewportSize({ width, height });
      await v.go('/desk');
      await page.locator('.desk-order').waitFor();
      await v.check('desk', { full: false });
    }
    const border = page.getByRole('separator', { name: '列表宽度' });
    const was = Number(await border.getAttribute('aria-valuenow'));
    await border.focus();
    await press('ArrowRight', 'ArrowRight');
    assert.equal(Number(await border.getAttribute('aria-valuenow')), was + 40);
    await press('p');
    await page.locator('.desk-order').waitFor({ state: 'detached' });
    await press('p');
    await page.locator('.desk-order').waitFor();
    await page.setViewportSize({ width: 1100, height: 760 });
    await v.go('/desk');
    await page.locator('.desk-order').waitFor();
    await v.check('desk-over', { full: false });
    await press('Escape');
    await page.locator('.desk-order').waitFor({ state: 'detached' });
    await page.locator('.desk-list').focus();
    await press('j', 'Enter');
    await page.locator('.desk-order').waitFor();
    assert.match(await title(), /楼道堆物/);
  });
});
