// Clients on another machine: one that vanishes without a word, and one that wants every connection. The other machine is an
// address in a network of its own (a network namespace), so this file runs itself again in there.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Town, until } from '../api/lib.mjs';
import { Line, figures, login } from './lib.mjs';

const AWAY = '10.99.9.9';
const ip = (...args) => execFileSync('ip', args);
const inside = process.env.BIHUAN_FAR === '1';
// What is sent to AWAY once it is no longer an address of this machine goes out over a cable nobody listens at.
const SETUP = ['ip link set lo up', 'ip link add near type veth peer name far', 'ip link set near up', 'ip link set far up',
  'ip addr add 10.99.9.1/24 dev near', `ip neigh add ${AWAY} lladdr 02:00:00:00:00:09 dev near nud permanent`,
  `ip addr add ${AWAY}/32 dev lo`].join(' && ');
const possible = () => spawnSync('unshare', ['-rn', 'sh', '-c', SETUP]).status === 0;

if (!inside) {
  test('clients on another machine', { timeout: 120_000, skip: !possible() && 'no network namespaces here' }, async (t) => {
    const child = spawn('unshare', ['-rn', 'sh', '-c', `${SETUP} && exec "$0" --test-reporter=spec "$1"`, process.execPath, fileURLToPath(import.meta.url)],
      { env: { ...process.env, BIHUAN_FAR: '1', NODE_TEST_CONTEXT: undefined }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (d) => { out += d; });
    child.stderr.on('data', (d) => { out += d; });
    const code = await new Promise((done) => child.on('close', done));
    t.diagnostic(out);
    assert.equal(code, 0, out);
    assert.match(out, /pass [1-9]/);
  });
} else {
  const MORNING = '2026-11-20T09:00:00+08:00';
  const head = (person, method, path, more = {}) =>
    `${method} ${path} HTTP/1.1\r\nHost: x\r\n${Object.entries({ ...login(person), ...more }).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`;

  test('one address cannot take every connection', { timeout: 100_000 }, async (t) => {
    const town = await Town.make({ at: MORNING });
    t.after(() => town.end());
    const desk = await town.as('dispatcher1');
    const PER_ADDRESS = 4000;
    const busy = [];
    const sent = head(desk, 'POST', '/api/items', { 'Content-Type': 'application/json', 'Content-Length': 2 });
    while (busy.length < PER_ADDRESS) {
      const some = await Promise.all(Array.from({ length: 250 }, () => Line.open(town, { from: AWAY })));
      some.forEach((l) => l.send(sent)); // at work: the body is still to come
      busy.push(...some);
    }
    const refused = await until('one more is refused', async () => {
      const line = await Line.open(town, { from: AWAY });
      if ((await line.ask('GET', '/login')) === 503) return line;
      busy.push(line.send(sent)); // there was room yet: now it is at work, too
      return false;
    });
    assert.match(refused.head, /Retry-After: \d+/);
    assert.ok((await figures(town))('bihuan_http_cut_total', { reason: 'address' }) >= 1);
    assert.equal((await desk.get('/api/me')).status, 200, 'others come in as ever');
    // The first ones: a late one may have given its place to the next before the server had read what it asks for.
    for (const l of busy.slice(0, 50)) l.send('{}');
    for (const l of busy.slice(0, 50)) assert.equal(await l.status(), 400);
    const line = await Line.open(town, { from: AWAY });
    assert.equal(await line.ask('GET', '/login'), 200, 'it takes the place of one of its own that is idle');
    [...busy, line].forEach((l) => l.end());
    await until('they are gone', async () => (await figures(town))('bihuan_http_connections') < 20);
  });

  test('clients that vanish without a word', { timeout: 100_000 }, async (t) => {
    const town = await Town.make({ at: MORNING });
    t.after(() => town.end());
    const desk = await town.as('dispatcher1');
    const item = (await desk.file()).body;
    const before = (await figures(town))('bihuan_http_connections');
    const lines = await Promise.all(Array.from({ length: 60 }, () => Line.open(town, { from: AWAY })));
    for (const [i, l] of lines.entries()) {
      if (i % 3 === 0) l.send(head(desk, 'GET', '/api/events'));
      if (i % 3 === 1) l.send(head(desk, 'POST', '/api/items', { 'Content-Type': 'application/json', 'Content-Length': 100 }));
      if (i % 3 === 2) l.send('GET / HTTP/1.1\r\n');
    }
    await until('their streams are open', async () => (await figures(town))('bihuan_http_streams') === 20);
    ip('addr', 'del', `${AWAY}/32`, 'dev', 'lo'); // from here on nothing reaches them, nor comes from them
    for (let i = 0; i < 20; i++) {
      assert.equal((await desk.file({ title: `第${i}件` })).status, 201, 'they hold up nobody');
      assert.equal((await desk.get(`/api/items/${item.id}`)).status, 200);
    }
    await until('all that they held is given back', async () => {
      const now = await figures(town);
      return now('bihuan_http_streams') === 0 && now('bihuan_http_connections') <= before + 2;
    }, 70_000);
    lines.forEach((l) => l.end());
  });
}
