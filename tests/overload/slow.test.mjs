// Clients that take their time: none holds up anybody else, and each is ended by a limit of time (20 seconds, see http.h).
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, until } from '../api/lib.mjs';
import { Line, figures, login } from './lib.mjs';

const EACH = 20;
const KIB = 1024;

test('clients that take their time', { timeout: 120_000 }, async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const item = (await desk.file()).body;
  const big = (await desk.attach(item, 'big.txt', Buffer.alloc(15 * KIB * KIB, 'x'))).body;
  const file = `/api/items/${item.id}/files/${big.files?.[0]?.id ?? 1}`;
  const head = (method, path, more = {}) => `${method} ${path} HTTP/1.1\r\nHost: x\r\n${Object.entries({ ...login(desk), ...more }).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`;
  const json = { 'Content-Type': 'application/json' };
  const form = { 'Content-Type': 'multipart/form-data; boundary=B' };

  const kinds = {
    'a byte of the headers a second': { line: (l) => l.drip('GET /api/items HTTP/1.1\r\nX-Slow: '), counted: 'slow_head' },
    'connected and says nothing': { line: (l) => l, counted: 'slow_head' },
    'a byte of the body a second': { line: (l) => l.drip(head('POST', '/api/items', { ...json, 'Content-Length': 5000 }) + '{'), counted: 'slow_body' },
    'a byte of a chunked body a second': {
      line: (l) => l.drip(head('POST', '/api/items', { ...json, 'Transfer-Encoding': 'chunked' }), '1\r\nx\r\n'), counted: 'slow_body' },
    'a byte of an attachment a second': {
      line: (l) => l.drip(head('POST', `/api/items/${item.id}/files`, { ...form, 'Content-Length': 9_000_000 }) + '--B\r\n'), counted: 'slow_body' },
    'never takes its answer': { line: (l) => { l.socket.pause(); return l.send(head('GET', file)); }, counted: 'slow_reader' },
  };
  const before = await figures(town);
  for (const kind of Object.values(kinds)) {
    kind.lines = await Promise.all(Array.from({ length: EACH }, () => Line.open(town)));
    kind.lines.forEach((l) => kind.line(l));
  }
  const all = Object.values(kinds).flatMap((k) => k.lines);

  await t.test('meanwhile a reader, a page and a write are answered as ever, and no thread is held', async () => {
    for (let i = 0; i < 30; i++) {
      assert.equal((await desk.get(`/api/items/${item.id}`)).status, 200);
      assert.equal((await town.nobody().get('/')).status, 200);
      assert.equal((await desk.file({ title: `第${i}件` })).status, 201);
    }
    assert.equal(all.filter((l) => l.over).length, 0, 'and all of the slow ones were still there');
    assert.equal((await figures(town))('bihuan_http_parked_requests'), 0);
  });

  await t.test('a slow one that moves enough is left alone', async () => {
    const line = await Line.open(town);
    const body = JSON.stringify({ loop: 'hotline', title: '慢慢来', text: '不急', address: '北虹路1号', class: await desk.klass('0102'),
      fields: { channel: '12345', kind: '投诉' } });
    const bytes = Buffer.from(body + ' '.repeat(27_000));
    line.send(head('POST', '/api/items', { ...json, 'Content-Length': bytes.length }));
    for (let at = 0; at < bytes.length; at += 1200) { // 1.2 KB a second, 23 seconds
      line.send(bytes.subarray(at, at + 1200));
      await new Promise((go) => setTimeout(go, 1000));
    }
    assert.equal(await line.status(), 201);
    line.end();
  });

  for (const [name, { lines, counted }] of Object.entries(kinds))
    await t.test(`${name}: ended by the limit`, async () => {
      // One that does not read sees the end only when it looks.
      if (counted === 'slow_reader') {
        await until('they are cut', async () => (await figures(town))('bihuan_http_cut_total', { reason: counted }) >= EACH, 40_000);
        lines.forEach((l) => l.socket.resume());
      }
      await Promise.all(lines.map((l) => l.closed));
      for (const l of lines) {
        if (counted !== 'slow_reader') assert.ok(l.over - l.opened > 15_000, `not at once: ${l.over - l.opened} ms`);
        assert.doesNotMatch(l.text.slice(0, 20), /HTTP\/1.1 2.*xxxx$/s);
      }
      const now = await figures(town);
      assert.ok(now('bihuan_http_cut_total', { reason: counted }) - before('bihuan_http_cut_total', { reason: counted }) >= EACH);
    });

  await t.test('nothing of what was half sent is kept', async () => {
    const rows = town.sql('SELECT title FROM item').trim().split('\n');
    assert.equal(rows.length, 32);
    assert.equal((await desk.item(item.id)).files?.length ?? 1, 1);
    assert.equal((await figures(town))('bihuan_http_connections') < 20, true);
  });
});
