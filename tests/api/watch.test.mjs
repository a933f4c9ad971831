// Keeping an eye on orders: a list of one's own, found by a filter, known on every page one has open.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Page, Town } from './lib.mjs';

test('what I keep an eye on', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const leader = await town.as('leader1');
  const [unit, other] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const stranger = await town.as(`handler-${other.code}`);
  const [a, b, c] = [(await desk.file({ title: '甲' })).body, (await desk.file({ title: '乙' })).body, (await desk.file({ title: '丙' })).body];
  const watch = (person, item) => person.call('PUT', `/api/watches/${item.id}`);
  const watched = async (person) => (await person.list('watch:me')).rows.map((r) => r.title);

  await t.test('it is mine alone, and found by the filter', async () => {
    assert.equal((await watch(desk, a)).status, 204);
    assert.equal((await watch(desk, c)).status, 204);
    assert.equal((await watch(desk, c)).status, 204, 'twice is once');
    assert.deepEqual(await watched(desk), ['丙', '甲']);
    assert.deepEqual((await desk.get('/api/watches')).body.rows.map((r) => r.item).sort(), [a.id, c.id].sort());
    assert.deepEqual(await watched(leader), []);
    assert.deepEqual((await desk.list('盯住:我 甲')).rows.map((r) => r.title), ['甲']);
    assert.deepEqual((await desk.list('-watch:me')).rows.map((r) => r.title), ['乙']);
    assert.deepEqual([(await desk.item(a.id)).watched, (await desk.item(b.id)).watched], [true, false]);
    assert.equal((await desk.item(a.id)).timeline.length, 1, 'the history has nothing of it');
  });

  await t.test('my other pages hear of it, nobody else does', async () => {
    const mine = await Page.open(desk), his = await Page.open(leader);
    t.after(() => [mine, his].forEach((p) => p.close()));
    await watch(desk, b);
    await desk.del(`/api/watches/${a.id}`);
    await mine.hears((e) => e.event === 'watch' && e.data.id === a.id && e.data.on === false);
    assert.ok(mine.heard.some((e) => e.event === 'watch' && e.data.id === b.id && e.data.on));
    await desk.step(b, 'note', { note: '之后的事' });
    await his.hears((e) => e.event === 'item' && e.data.id === b.id);
    assert.ok(!his.heard.some((e) => e.event === 'watch'));
    assert.deepEqual(await watched(desk), ['丙', '乙']);
  });

  await t.test('what one may not see one cannot watch, and a lost one is not listed', async () => {
    assert.equal((await watch(stranger, a)).status, 404);
    const sent = (await desk.step(await desk.item(a.id), 'dispatch', { units: [other.id] })).body;
    assert.equal((await watch(stranger, a)).status, 204);
    assert.deepEqual(await watched(stranger), ['甲']);
    await desk.post(`/api/items/${a.id}/undo`, { version: sent.version });
    assert.deepEqual(await watched(stranger), [], 'taken back from the unit');
    assert.equal((await desk.del('/api/watches/99')).status, 204);
    assert.ok(unit);
  });

  await t.test('a definition cannot ask it, and a mistyped value says what is meant', async () => {
    const r = await desk.get('/api/items?filter=' + encodeURIComponent('watch:you'));
    assert.equal(r.status, 400);
    assert.equal(r.body.errors[0].expected, 'me');
  });
});
