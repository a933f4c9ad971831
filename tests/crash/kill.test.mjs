// The server is killed without warning while sixteen connections work, again and again. What was acknowledged is there;
// what was not can be sent again and is done once; nothing is doubled, no number is missing, the chain and the counters
// are whole. CRASH_ROUNDS (50) and SEED can be set; the seed is printed. With KILL=database it is the PostgreSQL server
// that is killed, and ours goes on: it answers 503 until the other one is back.
import test from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Town, run, server, until } from '../api/lib.mjs';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 50);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const HANDS = 16;
const DATABASE = process.env.KILL === 'database';

/** Kills PostgreSQL; its other processes end by themselves. */
function killDatabase() {
  process.kill(Number(readFileSync(`${process.env.BIHUAN_POSTGRES_DATA}/postmaster.pid`, 'utf8').split('\n')[0]), 'SIGKILL');
}

/** It does not start before the last of them is gone. */
const startDatabase = () => until('the database is back', () => {
  try {
    execSync(process.env.BIHUAN_POSTGRES_START, { cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

function random(seed) {
  let s = seed >>> 0;
  const next = () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let x = Math.imul(s ^ (s >>> 15), 1 | s);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
  return { below: (n) => Math.floor(next() * n) };
}

/** One request over a kept connection; null when the server went away before it answered. */
function send(town, agent, cookie, csrf, { method = 'POST', path, key, body, type = 'application/json' }) {
  return new Promise((done) => {
    const data = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const headers = { cookie, 'x-csrf': csrf };
    if (key) headers['idempotency-key'] = key;
    if (data) Object.assign(headers, { 'content-type': type, 'content-length': data.length });
    const req = http.request(town.base + path, { method, agent, headers }, (res) => {
      const parts = [];
      res.on('data', (d) => parts.push(d));
      res.on('error', () => done(null));
      res.on('aborted', () => done(null));
      res.on('end', () => {
        if (!res.complete) return done(null);
        if (DATABASE && res.statusCode === 503) return done(null);
        const text = Buffer.concat(parts).toString();
        done({ status: res.statusCode, body: (res.headers['content-type'] ?? '').includes('json') ? JSON.parse(text) : text });
      });
    });
    req.on('error', () => done(null));
    req.end(data);
  });
}

const form = (content) => `--kill\r\nContent-Disposition: form-data; name="file"; filename="现场.txt"\r\n\r\n${content}\r\n--kill--\r\n`;

test(`killed ${ROUNDS} times`, { timeout: 600_000, skip: DATABASE && !server ? 'skipped: no PostgreSQL' : false }, async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const rnd = random(SEED);
  // Time moves on from a Friday morning; a restart begins there again, which is a clock set back as well.
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00', still: false });
  const desk = await town.as('dispatcher1');
  const unit = (await desk.catalog()).units.find((u) => u.kind === 'neighbourhood').id;
  const cls = await desk.klass('0102');
  t.after(() => town.child.kill('SIGKILL'));
  const call = (agent, r) => send(town, agent, desk.cookie, desk.me.csrf, r);
  // PostgreSQL is back, but a thread that began without it looks again a second later; clients ask again, as they are told.
  const ask = DATABASE ? (agent, r) => until('it is answered', () => call(agent, r)) : call;
  const open = []; // requests that were sent and not answered
  const items = new Map(); // id -> what is promised of it: {no, title, version, files}
  let serial = 0, answered = 0, retried = 0, unanswered = 0;

  const promise = (it, extra = {}) => {
    const known = items.get(it.id) ?? { version: 0, files: new Map() };
    assert.ok(!known.no || known.no === it.no);
    items.set(it.id, { ...known, no: it.no, title: it.title, version: Math.max(known.version, it.version), ...extra });
  };
  /** A request with what its answer will promise. */
  function next(hand) {
    const key = `k-${SEED}-${++serial}`;
    const mine = hand.item && items.get(hand.item);
    const step = (body) => ({ key, path: `/api/items/${hand.item}/steps`, body: { version: mine.version, ...body }, ok: 200 });
    const what = mine ? rnd.below(5) : 0;
    if (what === 0) return { key, path: '/api/items', ok: 201, files: true,
      body: { loop: 'hotline', title: `单 ${key}`, class: cls, fields: { channel: '12345', kind: '投诉' }, caller: { name: '李小明', phone: '13812346612' } } };
    if (what === 1 && mine.version === 1) return step({ step: 'dispatch', units: [unit] });
    if (what === 2) return { key, path: `/api/items/${hand.item}/files`, ok: 201, type: 'multipart/form-data; boundary=kill', body: form(key), attached: key };
    return step({ step: 'urge', note: key });
  }
  function took(hand, r, answer) {
    assert.equal(answer.status, r.ok, JSON.stringify(answer.body));
    promise(answer.body);
    if (r.files) hand.item = answer.body.id;
    if (r.attached) items.get(answer.body.id).files.set(answer.body.files.at(-1).id, r.attached);
  }

  for (let round = 0; round < ROUNDS; round++) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: HANDS });
    let left = rnd.below(150), dead = false;
    const die = () => {
      dead = true;
      if (DATABASE) killDatabase();
      else town.child.kill('SIGKILL');
    };
    const hands = Array.from({ length: HANDS }, async () => {
      const hand = {};
      while (!dead) {
        const r = next(hand);
        const answer = await call(agent, r);
        if (!answer) { open.push({ hand, r }); unanswered++; break; }
        took(hand, r, answer);
        answered++;
        if (left-- === 0) die();
      }
    });
    await Promise.all(hands);
    agent.destroy();
    if (DATABASE) {
      await startDatabase();
    } else {
      assert.deepEqual(await town.ended, { code: null, signal: 'SIGKILL' });
      await town.start();
    }

    // Sent again under its key: done now, or answered as it would have been.
    const again = new http.Agent({ keepAlive: true, maxSockets: HANDS });
    await Promise.all(open.splice(0).map(async ({ hand, r }) => {
      const a = await ask(again, r);
      took(hand, r, a);
      const b = await ask(again, r);
      assert.equal(b.body.no, a.body.no, 'the same key, the same order');
      assert.equal(b.body.version, a.body.version, 'and nothing done twice');
      retried++;
    }));
    // Everything promised so far, this round's most of all.
    const look = [...items].slice(-200);
    await Promise.all(look.map(async ([id, was]) => {
      const { status, body: it } = await ask(again, { method: 'GET', path: `/api/items/${id}` });
      assert.equal(status, 200, `${was.no} is gone`);
      assert.equal(it.no, was.no);
      assert.ok(it.version >= was.version, `${was.no}: version ${it.version}, promised ${was.version}`);
      assert.equal(it.timeline.length, it.version, 'an event for every version');
      assert.equal(it.caller.name, '李**');
      for (const [file, key] of was.files) {
        const got = await ask(again, { method: 'GET', path: `/api/items/${id}/files/${file}` });
        assert.equal(got.body, key, `the file of ${was.no}`);
      }
    }));
    again.destroy();
  }

  await t.test('nothing is doubled and no number is missing', async () => {
    const rows = [];
    let after = '';
    do {
      const page = await desk.list('', `&sort=filed&limit=200&after=${after}`);
      rows.push(...page.rows);
      after = page.next;
    } while (after);
    assert.equal(new Set(rows.map((r) => r.title)).size, rows.length, 'each request made one order');
    assert.deepEqual(rows.map((r) => r.id).sort((a, b) => a - b), [...items.keys()].sort((a, b) => a - b));
    const numbers = rows.map((r) => Number(r.no.split('-')[1])).sort((a, b) => a - b);
    assert.deepEqual(numbers, numbers.map((_, i) => i + 1));
    const urges = new Set();
    for (const id of items.keys()) for (const e of (await desk.item(id)).timeline) if (e.what === 'urge') {
      assert.equal(urges.has(e.note), false, `${e.note} was taken twice`);
      urges.add(e.note);
    }
    const board = await desk.board('2026-11');
    assert.equal(board.total.tallies.intake, rows.length, 'the counters agree');
  });
  await t.test('the chain and the counters are whole', async () => {
    await town.stop();
    run('audit', 'verify', '--dir', town.dir);
    run('tally', 'verify', '--dir', town.dir);
    await town.start();
  });
  t.diagnostic(`${answered} answered, ${unanswered} cut off, ${retried} sent again, ${items.size} orders`);
  await town.end();
});
