// The desk without a screen: nothing moves by itself, whatever the server and the others do.
import test from 'node:test';
import assert from 'node:assert/strict';
import { cameBack, returnsOf } from '../lib/back.js';
import { compareTexts, Desk, queuesOf } from '../lib/desk.js';
import { desksOf } from '../lib/desks.js';

const STEP = { key: 'send', does: 'dispatch', title: '派单', from: ['new', 'again'], who: ['boss'], undo_s: 10, reasons: [], asks: [] };
const MERGE = { key: 'join', does: 'merge', title: '并单', from: ['new'], who: ['boss'], undo_s: 10, reasons: [], asks: [] };
const LOOP = { key: 'lamp', title: '路灯', fields: [], steps: [{ key: 'file', does: 'move', from: [], who: ['boss'] }, STEP, MERGE] };
const DESK = { loop: LOOP, step: STEP, merge: MERGE, filter: 'loop:lamp state:new,again open:yes' };

/** A server with orders 1 to n; it answers when it is told to. */
function town(n) {
  const orders = new Map(Array.from({ length: n }, (_, i) => [i + 1, { id: i + 1, no: `LD20261120-${i + 1}`, title: `第${i + 1}件`, state: 'new',
    state_title: '待派单', open: true, merged: 0, version: 1, lat: 0, lon: 0, text: '', loop: 'lamp', unit: 1, returns: 0, timeline: [],
    steps: [{ key: 'send', ok: true, why: '', part: 0 }, { key: 'join', ok: true, why: '', part: 0 }], route: { unit: 7, unit_name: '七居', because: '所在居民区' } }]));
  const asked = [];
  let at = 0;
  const listed = () => [...orders.values()].filter((o) => o.state === 'new' && o.open).map((o) => ({ ...o }));
  const refuse = (status, message, current) => Object.assign(new Error(message), { status, current });
  const t = {
    orders, asked, hold: null, now: () => at, pass: (ms) => { at += ms; },
    async get(path) {
      asked.push(path);
      if (path.includes('/suggestions') || path.includes('/kin')) throw refuse(404, 'no');
      if (path.startsWith('/api/items?')) return { rows: listed(), total: listed().length, total_capped: false, next: '', at: 'now' };
      return { ...orders.get(Number(path.split('/')[3])) };
    },
    async post(path, body) {
      asked.push(path);
      if (t.hold) await t.hold;
      if (path.startsWith('/api/steps')) {
        const rows = body.items.map(({ id, version }) => {
          const o = orders.get(id);
          const ok = o.version === version;
          if (ok && !path.includes('dry_run')) Object.assign(o, { state: 'sent', unit: body.units[0], version: o.version + 1 });
          return { id, no: o.no, title: o.title, ok, version: o.version, overdue: false, errors: ok ? [] : [{ message: '刚刚被别人办理过' }] };
        });
        return { rows, done: rows.filter((r) => r.ok).length, failed: rows.filter((r) => !r.ok).length, overdue: 0 };
      }
      const o = orders.get(Number(path.split('/')[3]));
      if (o.version !== body.version) throw refuse(409, '刚刚被别人办理过', { ...o });
      if (path.endsWith('/undo')) Object.assign(o, { state: 'new', open: true, merged: 0, version: o.version + 1, undo: { step: '' } });
      else if (body.step === 'join') Object.assign(o, { merged: 9, open: false, version: o.version + 1, undo: { step: 'join', left_s: 10 } });
      else Object.assign(o, { state: 'sent', unit: body.units[0], version: o.version + 1, undo: { step: 'send', left_s: 10 } });
      return { ...o };
    },
  };
  return t;
}

async function atWork(n) {
  const server = town(n);
  const desk = new Desk({ get: server.get, post: server.post, now: server.now, changed() {} });
  await desk.load({ desk: DESK, filter: DESK.filter, limit: 50 });
  await desk.order().ready;
  return { server, desk };
}
const settled = (desk) => Promise.all([...desk.sending.values()]);
const marks = (desk) => desk.rows.map((r) => (desk.marks.get(r.id) || { kind: '-' }).kind).join(' ');
const ids = (desk) => desk.rows.map((r) => r.id).join(' ');

test('a desk is for who may dispatch, of loops that dispatch', () => {
  const catalog = { loops: [LOOP, { key: 'x', steps: [{ ...STEP, who: ['other'] }] }] };
  assert.deepEqual(desksOf(catalog, { roles: [{ role: 'boss' }] }).map((d) => [d.loop.key, d.filter, d.merge.key]), [['lamp', DESK.filter, 'join']]);
  assert.deepEqual(desksOf(catalog, { roles: [{ role: 'clerk' }] }), []);
  assert.deepEqual(queuesOf(DESK).map((q) => q.key), ['all', 'soon', 'late', 'back', 'watch']);
});

test('dispatching goes on at once; the row stays where it is and says what became of it', async () => {
  const { server, desk } = await atWork(3);
  assert.equal(desk.dispatch(), 'unit', 'somebody has to decide to whom');
  assert.equal(desk.take(0), true);
  assert.equal(desk.draft().lead, 7);
  let open;
  server.hold = new Promise((done) => { open = done; });
  assert.equal(desk.dispatch(), '');
  assert.equal(desk.at, 2, 'the next one, before the server has answered');
  assert.ok(desk.order().item, 'and it is there to be read');
  assert.equal(marks(desk), 'busy - -');
  open();
  server.hold = null;
  await settled(desk);
  assert.equal(marks(desk), 'sent - -');
  assert.equal(ids(desk), '1 2 3');
  assert.equal(desk.left(), 2);
  assert.equal(desk.typed.size, 0, 'what was typed has been sent');
});

test('taking back: the latest first, within its time, also while it is still on its way', async () => {
  const { server, desk } = await atWork(3);
  for (let i = 0; i < 2; i++) { desk.take(0); desk.dispatch(); await settled(desk); }
  assert.equal(marks(desk), 'sent sent -');
  const out = await desk.undo();
  assert.deepEqual(out.done.map((r) => r.id), [2]);
  assert.equal(desk.at, 2, 'the cursor is back at it');
  assert.equal(marks(desk), 'sent - -');
  server.pass(10_000);
  assert.equal(await desk.undo(), null, 'too late for the first');
  desk.take(0);
  desk.dispatch();
  assert.equal((await desk.undo()).done[0].id, 2, 'it waits for the answer and then takes back');
});

test('somebody else was faster: the row says so, what was typed is kept', async () => {
  const { server, desk } = await atWork(2);
  desk.take(0);
  desk.type({ note: '先电话联系' });
  Object.assign(server.orders.get(1), { version: 2, state: 'sent', steps: [{ key: 'send', ok: false, why: '办理中状态下不能做这一步' }] });
  desk.dispatch();
  await settled(desk);
  assert.equal(marks(desk), 'failed -');
  desk.open(1);
  assert.deepEqual([desk.draft().lead, desk.draft().note], [7, '先电话联系']);
  assert.match(desk.closed('send'), /不能/);
  assert.equal(desk.dispatch(), 'closed');
});

test('new orders are counted, not shown; changed ones are marked; nothing moves until it is asked for', async () => {
  const { server, desk } = await atWork(3);
  desk.open(2);
  await desk.order().ready;
  server.orders.set(4, { ...server.orders.get(1), id: 4, title: '新来的' });
  Object.assign(server.orders.get(2), { version: 2 });
  desk.heard({ id: 4, version: 1 });
  desk.heard({ id: 2, version: 2 });
  clearTimeout(desk.timer);
  await desk.look();
  assert.equal(desk.fresh, 1);
  assert.equal(ids(desk), '1 2 3');
  assert.equal(marks(desk), '- changed -');
  desk.take(0);
  assert.equal(desk.dispatch(), 'changed', 'a changed one is read again before it is sent');
  await desk.order().ready;
  await desk.load();
  assert.equal(ids(desk), '1 2 3 4');
  assert.equal(desk.at, 2, 'the cursor stays with its order');
  assert.equal(desk.draft().lead, 7);
  Object.assign(server.orders.get(3), { version: 2, state: 'sent' });
  desk.heard({ id: 3, version: 2 });
  clearTimeout(desk.timer);
  await desk.look();
  assert.equal(marks(desk), '- - gone -');
});

test('several at once: those that cannot be done stay, the others can be taken back together', async () => {
  const { server, desk } = await atWork(4);
  desk.toggle();
  desk.move(1, true);
  desk.move(1, true);
  assert.deepEqual(desk.picked().map((x) => x.id), [1, 2, 3]);
  server.orders.get(2).version = 5;
  const items = desk.picked();
  const answer = await desk.batch(items, { step: 'send', units: [7] }, 'sent', { lead: 7 }, 'k');
  assert.deepEqual([answer.done, answer.failed], [2, 1]);
  assert.equal(marks(desk), 'sent failed sent -');
  assert.deepEqual([...desk.selected], [2]);
  const back = await desk.undo();
  assert.deepEqual(back.done.map((r) => r.id).sort(), [1, 3]);
  assert.equal(marks(desk), '- failed - -');
});

test('joined to another one, and out again', async () => {
  const { desk } = await atWork(2);
  desk.merge('LD20261120-9');
  await settled(desk);
  assert.equal(marks(desk), 'merged -');
  await desk.undo();
  assert.equal(marks(desk), '- -');
});

test('against the suggestion he may say why; with it there is nothing to say', async () => {
  const { desk } = await atWork(1);
  desk.type({ lead: 8, reason: '地段不在' });
  assert.equal(desk.against(), true);
  assert.deepEqual(desk.body(1).reason, { key: '地段不在', option: '' });
  desk.type({ lead: 7 });
  assert.equal(desk.against(), false);
  assert.equal(desk.body(1).reason, undefined);
});

test('who gave it back stands behind, and nobody is asked why he sends it elsewhere', async () => {
  const { desk } = await atWork(1);
  const back = { unit: 4, unit_name: '四居', assists: [], confidence: 'low', grounds: [{ kind: 'place', text: '落在四居' }, { kind: 'returned', text: '由它退回过' }] };
  desk.order().help = { suggestions: [back] };
  assert.deepEqual(desk.suggestions()[0].because, ['由它退回过', '落在四居']);
  desk.type({ lead: 8 });
  assert.equal(desk.against(), false);
  desk.order().help = { suggestions: [{ ...back, unit: 6, grounds: [] }, back] };
  assert.equal(desk.against(), true);
});

test('why it came back: the reason, and what the unit wrote when it asked', () => {
  const loop = { steps: [{ key: 'return', does: 'return' }, { key: 'send', does: 'dispatch' }] };
  const reason = { key: '职责不符', option: '非本辖区' };
  const item = { parts: [{ id: 1, unit_name: '四居' }, { id: 2, unit_name: '五居' }], timeline: [
    { version: 9, what: 'return', part: 2, at: 'c', note: '不归我', changes: { reason: { key: '其他', option: '' } } },
    { version: 8, what: 'send', at: 'b', note: '' },
    { version: 7, what: 'return', part: 1, at: 'a', note: '同意', changes: { reason } },
    { version: 6, what: 'ask:return', part: 1, at: 'a', note: '在河对岸', changes: { reason } },
    { version: 5, what: 'ask:return', part: 2, at: 'a', note: '另一件事', changes: { reason } }] };
  assert.deepEqual(returnsOf(item, loop).map((r) => [r.version, r.unit, r.reason, r.note]),
    [[9, '五居', '其他', '另一件事'], [7, '四居', '职责不符：非本辖区', '在河对岸']]);
  assert.deepEqual(returnsOf({ timeline: [{ what: 'return', part: 3, unit_name: '镇 / 六居', note: '', changes: {} }] }, loop)[0].unit, '镇 / 六居');
});

test('why it stands where it stood before: only of a step that brought it back, and while it does', () => {
  const loop = { steps: [{ key: 'again', does: 'round' }, { key: 'return', does: 'return' }, { key: 'send', does: 'dispatch' }] };
  const again = { version: 3, what: 'again', what_title: '回访复核', at: 'c', person_name: '韩', note: '请再去看', changes: { state: ['rated', 'at work'], 'f/own/solved': ['未解决', ''] } };
  const sent = { version: 2, what: 'send', at: 'b', changes: { state: ['new', 'at work'] } };
  const noted = { version: 4, what: 'note', at: 'd', changes: {} };
  const b = cameBack({ open: true, timeline: [noted, again, sent] }, loop);
  assert.deepEqual([b.title, b.note, b.reason, b.person], ['回访复核', '请再去看', '', '韩']);
  assert.equal(cameBack({ open: true, timeline: [sent, again] }, loop), null, 'it has gone on');
  assert.equal(cameBack({ open: false, timeline: [again] }, loop), null);
  assert.equal(cameBack({ open: true, timeline: [] }, loop), null);
  const asked = { version: 5, what: 'ask:return', part: 1, note: '在河对岸', changes: {} };
  const given = { version: 6, what: 'return', part: 1, note: '', what_title: '退单', changes: { state: ['at work', 'new'], reason: { key: '职责不符', option: '' } } };
  assert.deepEqual([cameBack({ open: true, timeline: [given, asked, sent] }, loop)].map((x) => [x.reason, x.note])[0], ['职责不符', '在河对岸']);
});

test('suggestions of the server, the best first, with what a dispatcher wants to know of them', async () => {
  const { desk } = await atWork(1);
  desk.order().help = { suggestions: [
    { unit: 4, unit_name: '四居', assists: [{ unit: 5, unit_name: '五居' }], confidence: 'high', grounds: [{ kind: 'place', text: '落在四居' }, { kind: 'rule', text: 'class:01' }] },
    { unit: 6, unit_name: '六居', assists: [], confidence: 'low', grounds: [{ kind: 'rule', text: 'class:01' }] }] };
  assert.deepEqual(desk.suggestions().map((s) => [s.unit, s.assist, s.level, s.because]), [[4, [5], 'high', ['落在四居']], [6, [], 'low', ['class:01']]]);
  desk.take(0);
  assert.deepEqual(desk.body(1).units, [4, 5]);
  desk.order().help = { error: new Error('down') };
  assert.deepEqual(desk.suggestions().map((s) => s.unit), [7], 'what the order itself says stays');
});

test('two texts, cut where they differ', () => {
  const [a, b] = compareTexts('三号楼有人飞线充电', '五号楼有人飞线充电了');
  assert.deepEqual(a, [{ text: '三', same: false }, { text: '号楼有人飞线充电', same: true }]);
  assert.deepEqual(b, [{ text: '五', same: false }, { text: '号楼有人飞线充电', same: true }, { text: '了', same: false }]);
  assert.deepEqual(compareTexts('', '甲')[0], []);
});
