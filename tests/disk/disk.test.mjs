// A disk that is full and a disk that fails: what is not on the disk is refused with a clear word, reading goes on,
// nothing is half written, and writing goes on by itself when it can. A full disk is a small file system in memory, which
// takes root; a failing one is a library that stands before the program (eio.c).
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Town, program, root, run, until } from '../api/lib.mjs';

const sh = (...args) => spawnSync(args[0], args.slice(1), { encoding: 'utf8' });

/** A small file system in memory; null when this user may not mount one. */
function small(t, size) {
  const dir = mkdtempSync(join(tmpdir(), 'bihuan-disk-'));
  if (sh('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir).status !== 0) {
    rmSync(dir, { recursive: true });
    return null;
  }
  t.after(() => {
    sh('umount', '-l', dir);
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

/** Fills what is left, to the last byte. */
function fill(dir) {
  const path = join(dir, 'filler');
  const fd = openSync(path, 'w');
  for (let n = 1 << 20; n >= 1; n >>= 1) {
    const bytes = Buffer.alloc(n);
    try {
      for (;;) if (writeSync(fd, bytes) < n) break;
    } catch (e) {
      assert.equal(e.code, 'ENOSPC');
    }
  }
  closeSync(fd);
  return () => rmSync(path);
}

const file = (p, n) => p.post('/api/items', { ...p.order, title: `单${n}` });

async function desk(town) {
  const p = await town.as('dispatcher1');
  p.order = { loop: 'hotline', class: await p.klass('0102'), text: '楼道堆物。'.repeat(50), fields: { channel: '12345', kind: '投诉' } };
  return p;
}

const lines = (town, what) => town.log.split('\n').filter((l) => what.test(l)).length;

/** Orders acknowledged, and only these, are there; numbers have no gap; chain and counters agree. */
async function whole(town, p, titles) {
  const rows = [];
  let after = '';
  do {
    const page = await p.list('', `&sort=filed&limit=200&after=${after}`);
    rows.push(...page.rows);
    after = page.next;
  } while (after);
  assert.deepEqual(rows.map((r) => r.title).sort(), [...titles].sort());
  const numbers = rows.map((r) => Number(r.no.split('-')[1])).sort((a, b) => a - b);
  assert.deepEqual(numbers, numbers.map((_, i) => i + 1));
  run('audit', 'verify', '--dir', town.dir);
  run('tally', 'verify', '--dir', town.dir);
}

test('the disk is full, and has room again', { timeout: 60_000 }, async (t) => {
  const disk = small(t, '64m');
  if (!disk) return t.skip('skipped: may not mount');
  const dir = join(disk, 'town');
  mkdirSync(dir, { mode: 0o700 });
  const town = await Town.make({ dir });
  t.after(() => town.end());
  const p = await desk(town);
  const titles = [];
  let serial = 0;
  const first = await file(p, serial);
  assert.equal(first.status, 201);
  titles.push(first.body.title);
  const attached = await p.attach(first.body, '照片.txt', '照片内容');
  assert.equal(attached.status, 201);

  for (let round = 0; round < 2; round++) {
    const empty = fill(disk);
    // What the log has room for from before is still written.
    let refused;
    for (let i = 0; i < 2000 && !refused; i++) {
      const r = await file(p, ++serial);
      if (r.status === 201) titles.push(r.body.title);
      else refused = r;
    }
    assert.equal(refused.status, 503, JSON.stringify(refused.body));
    assert.equal(refused.body.errors[0].code, 'full');
    assert.match(refused.body.errors[0].message, /磁盘已满/);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    const english = await p.post('/api/items', { ...p.order, title: 'x' }, { 'accept-language': 'en' });
    assert.equal(english.status, 503);
    await t.test(`reading goes on (${round})`, async () => {
      assert.equal((await p.item(first.body.id)).title, '单0');
      assert.equal((await p.get(`/api/items/${first.body.id}/files/1`)).body, '照片内容');
      assert.equal((await p.list('')).rows.length > 0, true);
      assert.equal((await town.nobody().get('/healthz')).body.ok, true);
      assert.equal((await p.get('/api/boards/hotline?period=2026-11')).status, 200);
    });
    await t.test(`attachments, imports and log-ins are refused the same way (${round})`, async () => {
      const before = readdirSync(join(dir, 'blobs'), { recursive: true }).length;
      const a = await p.attach(first.body, '大.txt', 'x'.repeat(100_000) + round);
      assert.equal(a.status, 503, JSON.stringify(a.body));
      assert.equal(a.body.errors[0].code, 'full');
      assert.equal(readdirSync(join(dir, 'blobs'), { recursive: true }).filter((f) => String(f).startsWith('new')).length, 0);
      assert.ok(readdirSync(join(dir, 'blobs'), { recursive: true }).length <= before + 2);
      const login = await town.nobody().post('/api/login', { login: 'clerk1', password: 'bihuan-demo-2026' });
      assert.equal(login.status, 503);
      const step = await p.step(await p.item(first.body.id), 'urge', { note: '催' });
      assert.equal(step.status, 503);
    });
    await t.test(`a crowd of refusals is not a crowd of lines (${round})`, async () => {
      const before = lines(town, /error|warn/), start = performance.now();
      for (let i = 0; i < 20; i++)
        await Promise.all(Array.from({ length: 20 }, async () => assert.equal((await file(p, 'x')).status, 503)));
      assert.ok(lines(town, /error|warn/) <= 40, `${lines(town, /error|warn/)} lines:\n${town.log.slice(0, 3000)}`);
    });
    empty();
    const again = await file(p, ++serial);
    assert.equal(again.status, 201, 'at once, without a restart');
    titles.push(again.body.title);
    await whole(town, p, titles);
  }
});

test('the disk of the backups is full: said, tried again, the town unharmed', { timeout: 60_000 }, async (t) => {
  const disk = small(t, '1m');
  if (!disk) return t.skip('skipped: may not mount');
  const store = join(disk, 'store');
  const empty = fill(disk);
  const town = await Town.make({ args: ['--backup-to', store] });
  t.after(() => town.end());
  const health = async () => (await town.nobody().get('/healthz')).body;
  await until('it has failed', async () => (await health()).backup === 'failed');
  await until('and it is said', () => /error backup failed, next try in 10 s/.test(town.log));
  const p = await desk(town);
  assert.equal((await file(p, 1)).status, 201);
  const by_hand = sh(program, 'backup', '--dir', town.dir, '--to', store, '--keep', '7d');
  assert.equal(by_hand.status, 4, by_hand.stderr);
  assert.match(by_hand.stderr, /磁盘已满/);
  empty();
  await until('it has been made', async () => (await health()).backup === 'good');
  assert.equal((await health()).backup_log, true);
  assert.deepEqual(readdirSync(store).filter((f) => f.startsWith('new')), [], 'nothing unfinished is left');
  // The log between the backups finds no room: the town goes on.
  const filled = fill(disk);
  await until('the log has ended', async () => {
    assert.equal((await file(p, 2)).status, 201);
    return !(await health()).backup_log;
  });
  filled();
  await until('another one has begun', async () => (await health()).backup_log);
  assert.equal(sh(program, 'backup', '--verify', store).status, 0);
});

test('the disk fails', { timeout: 60_000 }, async (t) => {
  const above = mkdtempSync(join(tmpdir(), 'bihuan-eio-'));
  t.after(() => rmSync(above, { recursive: true, force: true }));
  const lib = join(above, 'eio.so'), orders = join(above, 'orders');
  const made = sh('cc', '-O1', '-shared', '-fPIC', '-o', lib, join(root, 'tests/disk/eio.c'), '-ldl');
  assert.equal(made.status, 0, made.stderr);
  const town = await Town.make({ env: { LD_PRELOAD: lib, BIHUAN_EIO: orders } });
  t.after(() => town.end());
  let p = await desk(town);
  const titles = [];
  let serial = 0;
  const accepted = async () => {
    const r = await file(p, ++serial);
    assert.equal(r.status, 201, JSON.stringify(r.body));
    titles.push(r.body.title);
  };
  for (let i = 0; i < 5; i++) await accepted();
  for (const what of ['sync', 'write']) {
    await t.test(`${what} fails: refused, reading goes on, and what was refused does not come back`, async () => {
      writeFileSync(orders, what);
      for (let i = 0; i < 5; i++) {
        const r = await file(p, `拒${what}${i}`);
        assert.equal(r.status, 500, JSON.stringify(r.body));
        assert.equal(r.body.errors[0].code, 'store');
      }
      assert.equal((await p.list('')).rows.length, titles.length);
      rmSync(orders);
      await accepted();
      await whole(town, p, titles);
    });
    await t.test(`${what} fails and then the program is killed`, async () => {
      writeFileSync(orders, what);
      assert.equal((await file(p, `拒后断${what}`)).status, 500);
      town.child.kill('SIGKILL');
      await town.ended;
      rmSync(orders);
      await town.start();
      p = await desk(town);
      await whole(town, p, titles);
      await accepted();
      await whole(town, p, titles);
    });
  }
  await t.test('while the log is moved into the database: nothing is lost', async () => {
    for (let i = 0; i < 200; i++) await accepted();
    writeFileSync(orders, 'sync');
    assert.equal((await file(p, '拒')).status, 500);
    await town.stop(); // moves the log, and cannot
    rmSync(orders);
    await town.start();
    p = await desk(town);
    await whole(town, p, titles);
  });
  assert.ok(readFileSync(join(town.dir, 'bihuan.db')).length > 0);
});
