// A store of backups: what is shared is kept once, what was committed between two snapshots is kept, too, and a town can
// be had back as it was at any moment. The server makes the snapshots; the command line makes, checks and restores.
import test from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, good, program, server, Town, until } from './lib.mjs';

const skip = server ? 'skipped: a server backs itself up' : false;

function scratch(t) {
  const dir = mkdtempSync(join(tmpdir(), 'bihuan-store-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const files = (dir) => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
const health = async (town) => (await town.nobody().get('/healthz')).body;

/** What a restored folder holds: titles, whole or not, and the attachments. */
function look(dir) {
  const seen = call('doctor', '--dir', dir, '--json');
  assert.equal(seen.code, 0, seen.out);
  const sql = (text) => spawnSync('sqlite3', [join(dir, 'bihuan.db'), text], { encoding: 'utf8' }).stdout.trim();
  return { titles: sql('SELECT title FROM item ORDER BY id').split('\n').filter(Boolean),
    files: Number(sql('SELECT count(*) FROM file')) };
}

test('the second backup into a store costs what has changed; thinned, checked, restored', { skip }, async (t) => {
  const town = await Town.make();
  t.after(() => town.end());
  const above = scratch(t);
  const store = join(above, 'store');
  const desk = await town.as('dispatcher1');
  const first = (await desk.file({ title: '第一件' })).body;
  assert.equal((await desk.attach(first, '照片.txt', '照片内容')).status, 201);
  const backup = (...more) => good('backup', '--dir', town.dir, '--to', store, ...more);

  const one = backup('--keep', '7d,4w,12m').manifest;
  assert.equal(one.blobs, 1);
  assert.equal(one.new_pieces > 3, true);
  const again = backup().manifest; // a store is known by itself
  assert.equal(again.new_pieces ?? 0, 0);
  await desk.file({ title: '第二件' });
  const two = backup().manifest;
  assert.equal(two.event > one.event, true);
  assert.equal(two.new_pieces > 0 && two.new_pieces <= one.new_pieces, true);
  assert.equal(readdirSync(join(store, 'snapshots')).length, 3);

  await t.test('of the snapshots of a day the newest stays, and what only the others named goes', () => {
    const before = files(join(store, 'pieces')).length;
    const r = backup('--keep', '1d');
    assert.equal(r.snapshots_removed, 3);
    assert.equal(readdirSync(join(store, 'snapshots')).length, 1);
    assert.equal(r.pieces_removed > 0, true);
    assert.equal(files(join(store, 'pieces')).length, before - r.pieces_removed);
    assert.deepEqual(readdirSync(store).sort(), ['blobs', 'lock', 'log', 'pieces', 'snapshots', 'store.json']);
    assert.equal(good('backup', '--verify', store).ok, true);
  });
  await t.test('restored it passes the doctor and holds what it held', () => {
    const dir = join(above, 'restored');
    const r = good('restore', '--from', store, '--dir', dir, '--key', join(town.dir, 'key'));
    assert.equal(r.events, two.event);
    assert.deepEqual(look(dir), { titles: ['第一件', '第二件'], files: 1 });
  });
  await t.test('every kind of damage is found, and nothing is restored from it', () => {
    for (const part of ['pieces', 'blobs', 'snapshots']) {
      const bad = join(above, 'bad');
      rmSync(bad, { recursive: true, force: true });
      cpSync(store, bad, { recursive: true });
      const f = files(join(bad, part)).find((x) => x.name !== 'manifest.json');
      const path = join(f.parentPath ?? f.path, f.name);
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1] ^= 1;
      writeFileSync(path, bytes);
      assert.equal(call('backup', '--verify', bad).code, 1, part);
      assert.equal(call('restore', '--from', bad, '--dir', join(above, 'frombad')).code, 1, part);
      rmSync(path);
      assert.equal(call('backup', '--verify', bad).code, 1, part);
      assert.equal(existsSync(join(above, 'frombad')), false);
    }
  });
  await t.test('what it cannot be used for is said', () => {
    assert.equal(call('backup', '--dir', town.dir, '--to', store, '--keep', '7x').code, 2);
    assert.equal(call('backup', '--dir', town.dir, '--to', town.dir, '--keep', '7d').code, 2);
    assert.equal(call('backup', '--verify', town.dir).code, 3);
    assert.equal(call('restore', '--from', store, '--dir', join(above, 'x'), '--at', '2020-01-01').code, 3);
    assert.equal(call('restore', '--from', store, '--dir', join(above, 'x'), '--at', 'noon').code, 2);
    assert.equal(call('serve', '--dir', town.dir, '--port', '0', '--backup-to', store, '--backup-at', '25:00').code, 2);
  });
});

test('the server backs up at night, keeps the log, and a town comes back as it was at a moment', { skip, timeout: 120_000 }, async (t) => {
  const above = scratch(t);
  const store = join(above, 'store');
  const town = await Town.make({ at: '2026-11-20T02:29:40+08:00', still: false, args: ['--backup-to', store, '--backup-at', '02:30'] });
  t.after(() => town.end());
  await until('the first backup is made', async () => (await health(town)).backup_log && (await health(town)).backup === 'good');
  const base = await health(town);
  assert.equal(readdirSync(join(store, 'snapshots')).length, 1);
  const desk = await town.as('dispatcher1');
  const moments = []; // what was there when
  const titles = [];
  let n_files = 0;
  const passed = (at, s) => until('time has passed', async () => Date.parse((await health(town)).at) >= Date.parse(at) + s * 1000);
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 25; i++) {
      const r = await desk.file({ title: `第${round}轮第${i}件` });
      assert.equal(r.status, 201);
      titles.push(r.body.title);
      if (i === 0) {
        assert.equal((await desk.attach(r.body, '照片.txt', `照片${round}`)).status, 201);
        n_files++;
      }
    }
    const { at } = await health(town);
    await passed(at, 1.5); // the log is written once a second
    moments.push({ at: (await health(town)).at, titles: [...titles], files: n_files });
    if (round === 1) call('token', 'make', '--as', 'dispatcher1', '--name', '另一进程', '--dir', town.dir); // another process writes
    await passed(moments.at(-1).at, 0.2);
  }
  await until('the night has come', async () => Date.parse((await health(town)).backup_made) >= Date.parse('2026-11-20T02:30:00+08:00'));
  assert.equal(Date.parse((await health(town)).backup_made) > Date.parse(base.backup_made), true);
  assert.match(town.log, /info backup snapshot=/);
  // The doctor looks at the clock on the wall, for which that night is long ago or still to come.
  const seen = JSON.parse(call('doctor', '--dir', town.dir, '--json').out).checks.find((c) => c.check === 'backup');
  assert.match(seen.text, /2026-11-20 02:30.*store/);

  await t.test('at each moment what was there then, whole', () => {
    const verified = good('backup', '--verify', store);
    assert.equal(verified.records > 3, true);
    for (const [i, m] of moments.entries()) {
      const dir = join(above, `at${i}`);
      const r = good('restore', '--from', store, '--at', m.at, '--dir', dir, '--key', join(town.dir, 'key'));
      assert.equal(Date.parse(r.state) <= Date.parse(m.at), true);
      assert.deepEqual(look(dir), { titles: m.titles, files: m.files }, `moment ${i}`);
    }
  });
  await t.test('before the first one there is nothing', () => {
    assert.equal(call('restore', '--from', store, '--at', '2026-11-20T02:00:00+08:00', '--dir', join(above, 'none')).code, 3);
  });
  await t.test('after a kill without warning a new log begins, and the old one still leads to its end', async () => {
    const last = moments.at(-1);
    town.child.kill('SIGKILL');
    await town.ended;
    await town.start({ at: '2026-11-20T09:00:00+08:00' });
    await until('a backup is made', async () => (await health(town)).backup_log && Date.parse((await health(town)).backup_made) > Date.parse('2026-11-20T08:00:00+08:00'));
    assert.equal(readdirSync(join(store, 'log')).length, 2);
    const dir = join(above, 'between');
    good('restore', '--from', store, '--at', '2026-11-20T08:00:00+08:00', '--dir', dir, '--key', join(town.dir, 'key'));
    assert.deepEqual(look(dir).titles, last.titles);
  });
  await t.test('a log damaged in the middle is found', () => {
    const log = files(join(store, 'log')).map((f) => join(f.parentPath ?? f.path, f.name)).sort()[0];
    const bytes = readFileSync(log);
    const torn = bytes.subarray(0, bytes.length - 100);
    writeFileSync(log, torn);
    assert.equal(call('backup', '--verify', store).code, 0, 'an end torn off is what a crash leaves');
    bytes[200] ^= 1;
    writeFileSync(log, bytes);
    assert.equal(call('backup', '--verify', store).code, 1);
    assert.equal(call('restore', '--from', store, '--at', moments[3].at, '--dir', join(above, 'damaged')).code, 1);
    assert.equal(existsSync(join(above, 'damaged')), false);
  });
});
