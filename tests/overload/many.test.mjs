// Very many connections, very large requests.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Town, raw, until } from '../api/lib.mjs';
import { Line, figures, login } from './lib.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';
const KIB = 1024;
const allowed = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim().replace('unlimited', '1e9'));
const IDLE = 10_000;

/** So many connections, each of which has asked once and is idle now. */
async function idle(town, n) {
  const lines = [];
  while (lines.length < n) {
    const some = await Promise.all(Array.from({ length: Math.min(250, n - lines.length) }, () => Line.open(town)));
    const statuses = await Promise.all(some.map((l) => l.ask('GET', '/login')));
    assert.deepEqual([...new Set(statuses)], [200]);
    lines.push(...some);
  }
  return lines;
}

test('ten thousand idle connections', { timeout: 60_000, skip: allowed < IDLE + 2000 && `only ${allowed} open files are allowed here` }, async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const before = await figures(town);
  const lines = await idle(town, IDLE);
  const now = await figures(town);
  const each = (now('process_resident_memory_bytes') - before('process_resident_memory_bytes')) / IDLE;
  t.diagnostic(`${(each / KIB).toFixed(1)} KiB of memory an idle connection`);
  assert.ok(each < 64 * KIB, `${each} bytes each`);
  assert.ok(now('bihuan_http_connections') >= IDLE);
  for (let i = 0; i < 20; i++) {
    assert.equal((await desk.file({ title: `第${i}件` })).status, 201);
    assert.equal((await desk.list('open:yes')).total, i + 1);
  }
  assert.equal(lines.filter((l) => l.over).length, 0, 'all of them are still there');
  const some = lines.filter((_, i) => i % 1000 === 0);
  for (const l of some) assert.equal(await l.ask('GET', '/login'), 200, 'and are answered when they ask');
  lines.forEach((l) => l.end());
  await until('their places are free', async () => (await figures(town))('bihuan_http_connections') < 100);
});

test('as many connections as the system allows', { timeout: 60_000 }, async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  await town.stop();
  await town.start({ under: ['sh', '-c', 'ulimit -n 1200 && exec "$0" "$@"'] });
  const max = (await figures(town))('bihuan_http_connections_max');

  await t.test('the log says that there will be fewer', () => {
    assert.equal(max, 688); // 512 are for everything else
    assert.match(town.log, /warn http open_files=1200 wanted=12512 connections=688/);
  });

  await t.test('a new one takes the place of the one that has been idle for longest', async () => {
    const lines = await idle(town, max);
    const more = await idle(town, 50);
    await until('fifty have made room', () => lines.filter((l) => l.over).length >= 50);
    assert.equal(lines.slice(250).filter((l) => l.over).length, 0, 'of the first 250, which asked together; no others');
    assert.equal(more.filter((l) => l.over).length, 0);
    [...lines, ...more].forEach((l) => l.end());
    await until('they are gone', async () => (await figures(town))('bihuan_http_connections') < 10);
  });

  await t.test('when all are busy a new one is told 503 and closed, never left waiting; those at work go on', async () => {
    const desk = await town.as('dispatcher1');
    const body = JSON.stringify({ loop: 'hotline' });
    const sent = `POST /api/items HTTP/1.1\r\nHost: x\r\n${Object.entries(login(desk)).map(([k, v]) => `${k}: ${v}\r\n`).join('')}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    const busy = [];
    const statuses = new Map();
    let refused;
    const full = async () => {
      // Whoever stands still for too long is cut: on a machine that stood still itself, all of them at once.
      const more = await Promise.all(Array.from({ length: max - busy.filter((l) => !l.over).length }, () => Line.open(town)));
      busy.push(...more.map((l) => l.send(sent)));
      refused = await Line.open(town);
      const status = await refused.ask('GET', '/login');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status !== 503) busy.push(refused.send(sent)); // there was room yet: now it is busy, too
      return status === 503;
    };
    await until('one is refused', full).catch((e) => {
      const over = busy.filter((l) => l.over).length;
      throw new Error(`${e.message}; answers: ${JSON.stringify([...statuses])}; ${over} of ${busy.length} ended`);
    });
    assert.match(refused.head, /Retry-After: \d+/);
    assert.equal(JSON.parse(refused.body).errors[0].code, 'busy');
    await refused.closed;
    const alive = busy.filter((l) => !l.over);
    assert.ok(alive.length >= max - 60);
    for (const l of alive) l.send(body);
    for (const l of alive.slice(0, 100)) assert.equal(await l.status(), 400);
    busy.forEach((l) => l.end());
    await until('places are free again', async () => (await Line.open(town).then(async (l) => { const s = await l.ask('GET', '/login'); l.end(); return s; })) === 200);
    assert.ok((await figures(town))('bihuan_http_cut_total', { reason: 'full' }) >= 1);
  });
});

test('too large, too many', { timeout: 60_000 }, async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');

  await t.test('a hundred thousand header lines', async () => {
    const line = await Line.open(town);
    line.send(`GET / HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 100_000 }, (_, i) => `X-${i}: y\r\n`).join('')}\r\n`);
    const status = await line.status();
    assert.ok([0, 431, 413, 400].includes(status), `${status}`);
    await line.closed;
  });

  await t.test('one header of ten megabytes, and an address of ten megabytes', async () => {
    for (const text of [`GET / HTTP/1.1\r\nX: ${'y'.repeat(10 << 20)}\r\n\r\n`, `GET /${'y'.repeat(10 << 20)} HTTP/1.1\r\n\r\n`]) {
      const line = await Line.open(town);
      line.send(text);
      const status = await line.status();
      assert.ok([0, 431, 414, 413, 400].includes(status), `${status}`);
      await line.closed;
    }
  });

  await t.test('a body larger than allowed is refused with its limit, told or not', async () => {
    const said = await Line.open(town);
    assert.equal(await said.ask('POST', '/api/items', { ...login(desk), 'Content-Type': 'application/json', 'Content-Length': 1 << 30 }), 413);
    const chunk = `${(64 * KIB).toString(16)}\r\n${'x'.repeat(64 * KIB)}\r\n`;
    const unsaid = await raw(town, `POST /api/items HTTP/1.1\r\nHost: x\r\nCookie: ${desk.cookie}\r\nX-CSRF: ${desk.me.csrf}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(10)}0\r\n\r\n`);
    assert.match(unsaid, /^HTTP\/1.1 413 /);
  });

  await t.test('one reader may have five hundred event streams; others still get theirs', async () => {
    const open = async (p) => {
      const line = await Line.open(town);
      line.send(`GET /api/events HTTP/1.1\r\nHost: x\r\nCookie: ${p.cookie}\r\n\r\n`);
      return [line, await line.status()];
    };
    const lines = [];
    while (lines.length < 500) lines.push(...await Promise.all(Array.from({ length: 100 }, () => open(desk))));
    assert.ok(lines.every(([, status]) => status === 200));
    const [refused, status] = await open(desk);
    assert.equal(status, 503);
    assert.match(refused.head, /Retry-After: \d+/);
    const [other, ok] = await open(await town.as('leader1'));
    assert.equal(ok, 200);
    assert.equal((await desk.get('/api/me')).status, 200, 'and everything else of his goes on');
    assert.equal((await figures(town))('bihuan_http_cut_total', { reason: 'streams' }), 1);
    [...lines.map(([l]) => l), refused, other].forEach((l) => l.end());
  });
});
