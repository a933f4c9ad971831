// The first page: what falls due, what came back, what is watched, each a link to just its list; a kind word when there is none.
import test from 'node:test';
import assert from 'node:assert/strict';
import { agreed } from '../api/lib.mjs';
import { open, PHONE, story, Visitor } from './lib.mjs';

test('today', { timeout: 180_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const desk = await here.town.as('dispatcher1');
  const [unit] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const v = await Visitor.enter(here, 'dispatcher1');

  await step('nothing to do is said kindly', async () => {
    await v.go('/');
    assert.match(await v.text('.today-more'), /今天没有到期的，也没有退回来的/);
    await v.check('today-quiet');
  });

  await step('due today, returned, watched: a number each, and its list', async () => {
    const made = [];
    for (let i = 0; i < 3; i++) made.push((await desk.file({ title: `第${i + 1}件` })).body);
    const handler = await here.town.as(`handler-${unit.code}`);
    const sent = (await desk.step(made[0], 'dispatch', { units: [unit.id] })).body;
    const back = await agreed(handler, desk, await handler.item(sent.id), 'return', { part: sent.parts[0].id, note: '不归我们', reason: { key: '职责不符', option: '非本辖区' } });
    assert.equal(back.body.returns, 1, JSON.stringify(back.body));
    assert.equal((await desk.call('PUT', `/api/watches/${made[1].id}`, {})).status, 204);
    await v.go('/');
    const links = await v.page.locator('.today-more a').evaluateAll((all) => all.map((a) => [a.textContent.replace(/\s+/g, ' ').trim(), a.getAttribute('href')]));
    const of = (title) => links.find(([text]) => text.startsWith(title));
    assert.equal(of('退回来的')[0], '退回来的 1');
    assert.equal(of('我盯住的')[0], '我盯住的 1');
    assert.ok(of('今天到期'), links.join());
    await v.check('today-more');
    for (const [text, href] of links) {
      await v.go(href);
      assert.equal(await v.text('.total'), `符合条件 ${text.match(/\d+$/)[0]} 件`, text);
    }
  });

  await step('who has an order in his own charge sees it', async () => {
    const it = (await desk.file({ title: '难办的一件' })).body;
    assert.equal((await desk.step(it, 'charge', { fields: { charge: 'leader1', charge_until: '2026-12-04' } })).status, 200);
    const leader = await Visitor.enter(here, 'leader1');
    await leader.page.getByRole('link', { name: '由我牵头的 1' }).click();
    await leader.ready();
    assert.equal(await leader.text('.total'), '符合条件 1 件');
    await leader.page.getByRole('link', { name: '难办的一件' }).waitFor();
  });

  await step('on the phone', async () => {
    const p = await Visitor.enter(here, 'dispatcher1', { size: PHONE });
    await p.check('today-more');
  });
});
