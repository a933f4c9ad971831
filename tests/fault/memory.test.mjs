// Every allocation of the process failing, one after the other (docs/decisions/011-out-of-memory.md): what the libraries
// report becomes an error answer; an arena that gets none stops the process, which loses nothing it has acknowledged.
import test from 'node:test';
import assert from 'node:assert/strict';
import { ALL, World, rested } from './lib.mjs';

const some = ALL ? (n) => n + 1 : (n) => n + Math.ceil(n / 4);
const LIMIT = ALL ? 100_000 : 400;

test('a day\'s requests, each allocation failing', { timeout: 1200_000 }, async (t) => {
  const w = await World.make(t);
  const { town } = w;
  const desk = await town.as('dispatcher1');
  const cls = await desk.klass('0102');
  let serial = 0, answered = 0, refused = 0, survived = 0;
  const filed = (await desk.file()).body;
  const order = (h) => desk.post('/api/items', { loop: 'hotline', title: h['idempotency-key'], class: cls, fields: { channel: '12345', kind: '投诉' } }, h);
  const attach = (h) => {
    const form = new FormData();
    form.append('file', new Blob(['现场照片'.repeat(100)], { type: 'text/plain' }), '现场.txt');
    return desk.post(`/api/items/${filed.id}/files`, form, h);
  };
  const login = () => town.nobody().post('/api/login', { login: 'reader1', password: 'bihuan-demo-2026' });
  // Each with what it takes to see it done once.
  const scripts = {
    order: { send: order, ok: 201 }, login: { send: login, ok: 200 },
    item: { send: () => desk.get(`/api/items/${filed.id}`), ok: 200 },
    list: { send: () => desk.get(`/api/items?filter=${encodeURIComponent('堆物 open:yes')}&count=1`), ok: 200 },
    board: { send: () => desk.get('/api/boards/hotline?period=2026-11'), ok: 200 },
    export: { send: () => desk.get('/api/export?filter='), ok: 200, cut: true },
    page: { send: () => desk.get('/login'), ok: 200 },
  };
  const orders = [];
  for (const [what, { send, ok, cut }] of Object.entries(scripts)) {
    for (let n = 1, fired = 1; fired && n < LIMIT; n = some(n)) {
      const key = `m${process.pid}-${++serial}`;
      const { r, f } = await w.strike('memory', n, () => send({ 'idempotency-key': key }));
      if (f.seen === 0) return t.skip('skipped: a sanitizer has an allocator of its own');
      fired = f.fired;
      if (what === 'order') orders.push(key);
      const told = `${what}, allocation ${n}: ${r.status} ${JSON.stringify(r.body)?.slice(0, 300)}`;
      if (r.status === 0) {
        // A connection for which there is no memory is closed; a process that stops does so for this reason and no other.
        await w.standing();
        refused++;
      } else if (r.status === ok) {
        answered += fired;
      } else {
        survived++;
        assert.ok([500, 503].includes(r.status), `an error answer; ${told}`);
        assert.ok(cut || r.body.errors[0].code, told);
      }
      if (!fired) assert.equal(r.status, ok, told);
      // Afterwards, and by whoever serves now.
      assert.equal((await rested(() => send({ 'idempotency-key': key }))).status, ok, `afterwards; ${told}`);
    }
  }
  // One at a time, whatever became of the answer: a file is there once for every key.
  for (let n = 1; n < (ALL ? 300 : 40); n = some(n)) {
    const key = `f${process.pid}-${++serial}`;
    const { r } = await w.strike('memory', n, () => attach({ 'idempotency-key': key }));
    if (r.status === 0) await w.standing();
    const again = await rested(() => attach({ 'idempotency-key': key }));
    assert.equal(again.status, 201, JSON.stringify(again.body));
    serial = again.body.files.length;
  }
  const { total } = (await rested(() => desk.get('/api/items?count=1'))).body;
  assert.equal(total, orders.length + 1, 'each order once');
  t.diagnostic(`${answered} answered all the same, ${survived} error answers, ${refused} without an answer, ${w.restarts} of them for the end of the process`);
  assert.ok(survived > 0, 'some were told');
  return w.whole(t);
});
