// Commands with the n-th statement, commit and file write failing: each says so and ends with its code, leaves nothing half
// made at the place it writes to, and does its work when it is asked again.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_ROWS, program, root, run, server } from '../api/lib.mjs';
import { Faults, next, points } from './lib.mjs';

const HEAD = '工单编号,受理时间,来源,业务类型,紧急程度,大类,小类,标题,内容,地址,联系人,电话';
const order = (no) => `${no},2026-03-01 10:00,12345,投诉,一般,环境卫生,楼道堆物,楼道有杂物${no},三号楼楼道堆满杂物,北虹路1号,张三（演示）,13800000001`;

/** A town with a few orders; copied for every test. */
const shared = mkdtempSync(join(tmpdir(), 'bihuan-fault-'));
const demo = join(shared, 'demo');
test.before(() => run('demo', '--dir', demo, '--items', '20', '--until', '2026-03-20T18:00:00+08:00'));
test.after(() => rmSync(shared, { recursive: true, force: true }));

/** Made again at the next start: what the planner knows of the tables, and what the log holds moved into the database. */
const SPARED = /sqlite_stat1|ANALYZE|pragma_table_list|^(write|sync) \S*bihuan\.db(-wal)?$/;

/** Runs a command with the n-th failing, n = 1, 2, ... until it meets none; after each failure looks at what it left. */
function exhaust(faults, point, args, { after = () => {}, ok = [0], probe = () => {}, harmless = SPARED } = {}) {
  let tried = 0;
  for (let n = 1; ; n = next(n)) {
    faults.arm(point, n);
    const r = spawnSync(program, args(n), { encoding: 'utf8', env: { ...process.env, BIHUAN_FAULT: faults.path }, timeout: 60_000 });
    const f = faults.off();
    const told = `${args(n).join(' ')}, ${point} ${n} (${f.where}): ${r.status} ${r.signal ?? ''}\n${r.stdout}${r.stderr}`;
    assert.equal(r.signal, null, told);
    if (!f.fired) {
      assert.ok(ok.includes(r.status), told);
      probe(n);
      return tried;
    }
    tried++;
    if (ok.includes(r.status)) {
      assert.match(f.where, harmless, `it did not mind; ${told}`);
      probe(n); // it failed where it does no harm
      continue;
    }
    assert.ok([1, 3, 4].includes(r.status), `a code of its own; ${told}`);
    assert.ok(r.stderr.trim() !== '', `it says why; ${told}`);
    after(n, told);
  }
}

for (const point of points) test(`commands, each ${point} failing`, { timeout: 600_000, skip: server ? 'skipped: files are one store’s own' : false }, async (t) => {
  const faults = new Faults();
  const above = mkdtempSync(join(tmpdir(), 'bihuan-fault-'));
  t.after(() => { faults.end(); rmSync(above, { recursive: true, force: true }); });
  const place = join(above, 'place');
  const town = join(above, 'town');
  const fresh = () => { rmSync(town, { recursive: true, force: true }); cpSync(demo, town, { recursive: true }); };
  const nothing = (n, told) => assert.deepEqual(readdirSync(above).filter((f) => f.startsWith('place')), [], `nothing is left; ${told}`);
  const sweep = () => rmSync(place, { recursive: true, force: true });
  const whole = () => { run('audit', 'verify', '--dir', town); run('tally', 'verify', '--dir', town); };
  const sub = (name, f) => t.test(name, () => t.diagnostic(`${name}: ${f()} failures`));
  fresh();

  await sub('backup', () => exhaust(faults, point, () => ['backup', '--dir', town, '--to', place],
    { after: nothing, probe: () => { run('restore', '--from', place, '--dir', join(above, 'again')); rmSync(join(above, 'again'), { recursive: true }); sweep(); } }));
  run('backup', '--dir', town, '--to', join(above, 'copy'), '--with-key');
  await sub('restore', () => exhaust(faults, point, () => ['restore', '--from', join(above, 'copy'), '--dir', place],
    { after: nothing, probe: () => { run('audit', 'verify', '--dir', place); sweep(); } }));
  await sub('init', () => exhaust(faults, point, () => ['init', '--dir', place, '--town', 'xinjing'],
    { after: nothing, harmless: new RegExp(`${SPARED.source}|^(BEGIN IMMEDIATE|COMMIT)$`), probe: () => { run('audit', 'verify', '--dir', place); sweep(); } }));
  await sub('export', () => exhaust(faults, point, () => ['export', '--filter', 'loop:hotline', '--out', place, '--dir', town],
    { after: nothing, probe: () => { assert.ok(readFileSync(place, 'utf8').split('\r\n').length > 10); sweep(); } }));
  for (const what of ['audit', 'tally'])
    await sub(`${what} verify`, () => exhaust(faults, point, () => [what, 'verify', '--dir', town]));
  await sub('doctor', () => exhaust(faults, point, () => ['doctor', '--dir', town]));
  const sheet = join(above, 'orders.csv');
  let rows = 0;
  await sub('import', () => exhaust(faults, point, (n) => {
    writeFileSync(sheet, [HEAD, order(`C${n}`), order(`D${n}`)].join('\n'));
    return ['import', sheet, '--map', 'city-orders', '--dir', town];
  }, { after: (n) => { run('import', sheet, '--map', 'city-orders', '--dir', town); rows += 2; }, probe: () => { rows += 2; },
    // The search index is brought up afterwards; what fails there is said, and left for the next time.
    harmless: new RegExp(`${SPARED.source}|text_(block|gram) `) }));
  const said = JSON.parse(run('tally', 'verify', '--dir', town, '--json'));
  assert.equal(said.items, 20 + DEMO_ROWS + rows, 'each row once');
  const loop = readFileSync(join(root, 'defs/loops/hotline.yaml'), 'utf8');
  await sub('publish', () => exhaust(faults, point, (n) => {
    writeFileSync(join(above, 'loop.yaml'), `${loop}# ${n}\n`);
    return ['def', 'publish', join(above, 'loop.yaml'), '--dir', town];
  }));
  // Wherever it fails every order is there once, and the same command goes on.
  const old = join(above, 'old');
  const detach = ['years', 'detach', '--until', '2026-03-01', '--dir', old];
  const there = (n, told) => {
    assert.equal(JSON.parse(run('tally', 'verify', '--dir', old, '--json')).items, 20 + DEMO_ROWS, told);
    run('audit', 'verify', '--dir', old);
  };
  const again = () => { rmSync(old, { recursive: true, force: true }); cpSync(demo, old, { recursive: true }); };
  const harmless = new RegExp(`${SPARED.source}|^(write|sync) \\S*\\.db\\.new(-wal)?$`);
  await sub('years detach', () => exhaust(faults, point, () => { again(); return detach; },
    { harmless, probe: there, after: (n, told) => { there(n, told); run(...detach); there(n, told); } }));
  const attach = ['years', 'attach', '2025', '--dir', old];
  await sub('years attach', () => exhaust(faults, point, () => { again(); run(...detach); return attach; },
    { harmless, probe: there, after: (n, told) => { there(n, told); spawnSync(program, attach); there(n, told); } }));
  again();
  run(...detach);
  await sub('years shrink', () => exhaust(faults, point, () => ['years', 'shrink', '--dir', old],
    { harmless, after: there, probe: there }));
  await sub('token', () => exhaust(faults, point, (n) => ['token', 'make', '--name', `t${n}`, '--as', 'dispatcher1', '--days', '3', '--dir', town]));
  whole();
  assert.ok(!existsSync(place));
});
