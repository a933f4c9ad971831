// 周期任务 in a browser: who is asked for, who was reached and who is left; every figure opens a list of so many; the periods
// before; who sees one unit sees that unit.
import test from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../api/lib.mjs';
import { open, PHONE, story, Visitor } from './lib.mjs';

// Published codes of well-known companies; their last character is computed. [GB 32100-2015]
const ROWS = [['泾源数据', '9144030071526726XG', '规上'], ['泾源贸易', '91330100799655058B', '限上'], ['泾源小店', '914403001922038216', '个体']];

async function furnish(town) {
  const keeper = await town.as('keeper1');
  for (const [title, uscc, size] of ROWS) {
    const r = await keeper.post('/api/items', { loop: 'enterprise', title, fields: { uscc, size, service: '北虹居委会' } });
    assert.equal(r.status, 201, JSON.stringify(r.body));
  }
  await town.move('2026-11-20T09:00:00+08:00');
  await until('the visits are filed', async () => (await keeper.list('loop:visit')).total === 2);
  const handler = await town.as('handler-beihong');
  const one = (await handler.list('loop:visit 泾源数据')).rows[0];
  const fields = { way: '面对面', visitors: '营商办两人（演示）', visited_on: '2026-11-20', talks: '生产经营平稳', demand: '否' };
  assert.equal((await handler.step(await handler.item(one.id), 'visit', { fields })).status, 200);
}

test('cadences', { timeout: 300_000 }, async (t) => {
  const here = await open(t);
  await furnish(here.town);
  const step = story(t);
  const leader = await Visitor.enter(here, 'leader1');
  const { page } = leader;
  const rule = (title) => page.locator('section.card').filter({ has: page.getByRole('heading', { name: title }) });
  const cells = async (row) => (await row.locator('td').allInnerTexts()).map((x) => x.trim());

  await step('from the rail: each rule with its period, and how far it has come', async () => {
    await page.getByRole('link', { name: '周期任务' }).click();
    await page.waitForURL('**/cadences');
    await leader.ready();
    const big = rule('规上企业每季必访');
    assert.match(await big.innerText(), /2026-10-01 – 2026-12-31/);
    assert.match(await big.innerText(), /每 3 个月一次/);
    assert.deepEqual(await cells(big.locator('tfoot tr')), ['2', '1', '0', '0', '1', '0', '0', '50.0%']);
    await leader.check('cadences');
  });

  await step('a figure opens the list of so many; those not filed yet are rows of the register', async () => {
    await rule('规上企业每季必访').getByRole('link', { name: '合计 按期 1' }).click();
    await leader.ready();
    assert.match(page.url(), /cadence:visit\/big/);
    await page.getByText('泾源数据').first().waitFor();
    await page.goBack();
    await leader.ready();
    const small = rule('其他企业每年一访');
    await small.getByRole('link', { name: '合计 未登记 1' }).click();
    await page.waitForURL('**/registers/enterprise**');
    await page.getByText('泾源小店').first().waitFor();
    await page.goBack();
    await leader.ready();
  });

  await step('the quarter before had none, and the next is not there yet', async () => {
    const big = rule('规上企业每季必访');
    assert.ok(await big.getByRole('button', { name: '下一期' }).isDisabled());
    await big.getByRole('button', { name: '上一期' }).click();
    await page.waitForURL('**day=2026-09-30');
    await leader.ready();
    assert.match(await big.innerText(), /这一期没有登记过/);
    await page.getByRole('button', { name: '回到今天' }).click();
    await leader.ready();
    assert.match(await big.innerText(), /2026-12-31/);
  });

  await step('where to begin', async () => {
    await rule('规上企业每季必访').getByRole('link', { name: /先办哪些/ }).click();
    await leader.ready();
    assert.match(page.url(), /sort=due/);
    await page.getByText('泾源贸易').first().click();
    await leader.ready();
  });

  await step('what the register holds of who is visited is shown there, and not asked again', async () => {
    assert.equal(await page.getByRole('region', { name: '责任单位' }).locator('p').innerText(), '北虹居民区', 'nobody dispatches a visit');
    const held = page.getByRole('region', { name: '企业台账' });
    await held.getByRole('link', { name: '泾源贸易' }).waitFor();
    assert.match(await held.innerText(), /统一社会信用代码\s*91330100799655058B/);
    assert.match(await held.innerText(), /规模\s*限上/);
    assert.doesNotMatch(await held.innerText(), /从业人数/, 'what is not known takes no room');
    await leader.check('visit-held');
    await held.getByRole('link', { name: '泾源贸易' }).click();
    await leader.ready();
    assert.equal(await leader.text('h1'), '泾源贸易');
  });

  await step('on a phone nothing is cut', async () => {
    const small = await Visitor.enter(here, 'leader1', { size: PHONE });
    await small.go('/cadences');
    await small.check('cadences-phone');
  });
});
