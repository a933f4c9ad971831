// A dispatcher presses the wrong key, sees it, and takes it back within ten seconds. Nothing is deleted: the history says
// what was done and that it was taken back, and everything else stands as it stood before.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Page, Town, call } from './lib.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';
const later = (s) => new Date(Date.parse(MORNING) + s * 1000).toISOString();

/** What an order is, without its version, the time of its last change, its history and what can be taken back. */
function substance(item) {
  const { version, changed, timeline, undo, ...rest } = item;
  return rest;
}

const undo = (person, item, headers) => person.post(`/api/items/${item.id}/undo`, { version: item.version }, headers);

test('a step taken back', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  let desk = await town.as('dispatcher1');
  const committees = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const [wrong, right] = committees;
  const wrongHandler = await town.as(`handler-${wrong.code}`);
  const page = await Page.open(wrongHandler);
  t.after(() => page.close());
  const figures = async () => (await desk.board('2026-11')).total.tallies;
  const filed = (await desk.file()).body;

  await t.test('dispatched to the wrong unit, and back within ten seconds', async () => {
    const before = await desk.item(filed.id);
    const counted = await figures();
    const sent = (await desk.step(filed, 'dispatch', { units: [wrong.id, committees[2].id] })).body;
    assert.equal(sent.state_title, '办理中');
    assert.deepEqual([sent.undo.step, sent.undo.title, sent.undo.left_s], ['dispatch', '派单', 10], 'the answer offers it');
    assert.equal((await wrongHandler.get(`/api/items/${filed.id}`)).status, 200, 'the unit has it');

    const back = await undo(desk, sent);
    assert.equal(back.status, 200, JSON.stringify(back.body));
    assert.deepEqual(substance(back.body), substance(before), 'state, units, parts, clocks, counts: as before');
    assert.deepEqual(await figures(), counted, 'the board counts as before');
    assert.equal(back.body.version, before.version + 2);
    assert.equal(back.body.undo.step, '', 'what was taken back is not taken back again');
    assert.deepEqual(back.body.timeline.map((e) => e.what_title), ['撤销', '派单', '登记'], 'history keeps both');
    const [event] = back.body.timeline;
    assert.equal(event.note, '派单', 'it says which step');
    assert.deepEqual(event.changes.state, ['handling', 'filed']);
    assert.deepEqual(event.changes.lost, [wrong.id, committees[2].id], 'and which units lost it');
    assert.equal(event.changes['p/0'], null);
  });

  await t.test('the unit that had it for a moment hears why it is gone', async () => {
    const told = await page.hears((e) => e.data.what === 'undo');
    assert.deepEqual([told.data.id, told.data.version], [filed.id, 3]);
    assert.equal((await wrongHandler.get(`/api/items/${filed.id}`)).status, 404);
    assert.equal((await wrongHandler.list('open:yes part:mine')).total, 0);
  });

  await t.test('a page that was away meanwhile hears it when it comes back', async () => {
    const told = await page.hears((e) => e.data.what === 'undo');
    const back = await Page.open(wrongHandler, { 'last-event-id': String(told.id - 1) });
    const again = await back.hears((e) => e.data.what === 'undo');
    assert.deepEqual(again.data, told.data);
    back.close();
    const stranger = await Page.open(await town.as(`handler-${right.code}`), { 'last-event-id': String(told.id - 1) });
    await desk.step(await desk.item((await desk.file({ title: '给旁人的' })).body.id), 'dispatch', { units: [right.id] });
    await stranger.hears((e) => e.data.version === 2);
    assert.ok(!stranger.heard.some((e) => e.data.what), 'those it never was with do not');
    stranger.close();
  });

  await t.test('asked twice under one key it happens once', async () => {
    const seen = await desk.item(filed.id);
    const sent = (await desk.step(seen, 'dispatch', { units: [wrong.id] })).body;
    const first = await undo(desk, sent, { 'idempotency-key': 'k1' });
    const second = await undo(desk, sent, { 'idempotency-key': 'k1' });
    assert.deepEqual([first.status, second.status], [200, 200]);
    assert.equal(second.body.version, first.body.version);
  });

  await t.test('once the unit has signed for it, it stays there, and the answer says who signed', async () => {
    const sent = (await desk.step(await desk.item(filed.id), 'dispatch', { units: [wrong.id] })).body;
    assert.equal((await wrongHandler.step(sent, 'accept')).status, 200);
    const late = await undo(desk, sent);
    assert.equal(late.status, 409);
    assert.match(late.body.errors[0].message, /不能撤销，此后已有办理：.*签收/);
    assert.equal(late.body.current.state_title, '办理中', 'with the order as it stands now');
    const unseen = await undo(desk, late.body.current);
    assert.equal(unseen.status, 400);
    assert.match(unseen.body.errors[0].message, /最近一步不能撤销/);
  });

  await t.test('only who took the step takes it back', async () => {
    const other = (await desk.file({ title: '另一件' })).body;
    const sent = (await desk.step(other, 'dispatch', { units: [right.id] })).body;
    const leader = await town.as('leader1');
    assert.equal((await leader.item(other.id)).undo.step, '', 'a leader is not offered it');
    const r = await undo(leader, sent);
    assert.equal(r.status, 403);
    assert.match(r.body.errors[0].message, /只能由办理这一步的人撤销/);
    assert.equal((await undo(desk, sent)).status, 200);
  });

  await t.test('an order joined to another one stands alone again', async () => {
    const main = (await desk.file({ title: '主单' })).body;
    const twin = (await desk.file({ title: '同一件事' })).body;
    const before = await desk.item(twin.id);
    const joined = (await desk.step(twin, 'merge', { other: main.no })).body;
    assert.equal(joined.open, false);
    assert.equal((await desk.item(main.id)).links.length, 1);
    assert.deepEqual(substance((await undo(desk, joined)).body), substance(before));
    assert.deepEqual((await desk.item(main.id)).links, []);
  });

  await t.test('more units sent to help are called back, the others stay', async () => {
    const it = (await desk.file({ title: '增派' })).body;
    const sent = (await desk.step(it, 'dispatch', { units: [right.id] })).body;
    const more = (await desk.step(sent, 'assist', { units: [wrong.id] })).body;
    assert.equal(more.parts.length, 2);
    const back = (await undo(desk, more)).body;
    assert.deepEqual(back.parts.map((p) => p.unit), [right.id]);
    assert.equal(back.undo.step, '', 'the dispatch before it is not the last thing that happened');
  });

  await t.test('a step without such a time is not taken back', async () => {
    const it = (await desk.file({ title: '不能撤销' })).body;
    const noted = (await desk.step(it, 'note', { note: '已电话核实' })).body;
    assert.equal(noted.undo.step, '');
    assert.equal((await undo(desk, noted)).status, 400);
    assert.equal((await undo(desk, it)).status, 409);
    assert.equal((await desk.post(`/api/items/${it.id}/undo`, {})).status, 400);
    assert.equal((await desk.post('/api/items/999999/undo', { version: 1 })).status, 404);
  });

  let sent;
  await t.test('after ten seconds it is too late', async () => {
    sent = (await desk.step((await desk.file({ title: '晚了' })).body, 'dispatch', { units: [right.id] })).body;
    await town.move(later(11));
    desk = await town.as('dispatcher1');
    assert.equal((await desk.item(sent.id)).undo.step, '');
    const r = await undo(desk, sent);
    assert.equal(r.status, 400);
    assert.match(r.body.errors[0].message, /已超过可撤销的时间（10 秒）/);
    assert.equal((await desk.item(sent.id)).unit, right.id);
  });

  await t.test('the chain of events and every counter hold', async () => {
    page.close();
    await town.stop();
    for (const what of ['tally', 'audit']) {
      const r = call(what, 'verify', '--dir', town.dir);
      assert.equal(r.code, 0, r.out + r.err);
    }
    await town.start();
  });
});
