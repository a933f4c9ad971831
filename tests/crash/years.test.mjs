// Years are detached and attached again, and whoever does it is killed without warning at some moment, again and again,
// beside a server that is now and then killed, too. After each death every order is there once, with all of its history.
// CRASH_ROUNDS (12, at most 200) and SEED can be set; the seed is printed.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_ROWS, Town, program, run, server } from '../api/lib.mjs';

const ROUNDS = Math.min(Number(process.env.CRASH_ROUNDS ?? 12), 200);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const ORDERS = 600, LONGEST_MS = 160;
const AT = '2026-11-20T09:00:00+08:00';

function random(seed) {
  let s = seed >>> 0;
  return (n) => { s = (Math.imul(s, 1664525) + 1013904223) >>> 0; return Math.floor(s / 4294967296 * n); };
}

const json = (...args) => JSON.parse(run(...args, '--json'));

test(`years moved and killed ${ROUNDS} times`, { timeout: 600_000, skip: server ? 'skipped: files are the embedded store’s' : false }, async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const below = random(SEED);
  const above = mkdtempSync(join(tmpdir(), 'bihuan-crash-'));
  const dir = join(above, 'town');
  run('demo', '--dir', dir, '--items', String(ORDERS), '--until', '2024-06-30');
  const town = new Town();
  Object.assign(town, { dir, at: AT, still: true, args: [] });
  run('cadence', 'run', '--dir', dir, '--at', AT); // or the server would file it meanwhile
  await town.start();
  t.after(() => { town.child.kill('SIGKILL'); rmSync(above, { recursive: true, force: true }); });
  let desk = await town.as('dispatcher1');

  const old = () => run('export', '--dir', dir, '--filter', 'filed:..2024 closed:..2025');
  const whole = old();
  const first = json('tally', 'verify', '--dir', dir).items;
  assert.ok(first >= ORDERS + DEMO_ROWS);
  let filed = 0, killed = 0, ended = 0;
  const prove = () => {
    assert.equal(old(), whole, 'every old order, as it was');
    const tally = json('tally', 'verify', '--dir', dir), audit = json('audit', 'verify', '--dir', dir);
    assert.equal(tally.ok && audit.ok, true);
    assert.equal(tally.items, first + filed, 'each once');
  };

  for (let round = 0; round < ROUNDS; round++) {
    const years = json('years', '--dir', dir).years;
    const back = years.length > 0 && below(3) === 0;
    const words = back ? ['attach', String(years[below(years.length)].year)] : ['detach', '--until', '2025-01-01'];
    const child = spawn(program, ['years', ...words, '--dir', dir], { stdio: 'ignore' });
    const end = new Promise((done) => child.on('exit', (code, signal) => done(signal ?? code)));
    const dies = new Promise((done) => setTimeout(() => done(child.kill('SIGKILL')), below(LONGEST_MS)));
    while (child.exitCode === null && child.signalCode === null) {
      assert.equal((await desk.file({ title: `其间 ${filed}` })).status, 201);
      filed++;
    }
    await dies;
    const how = await end;
    assert.ok(how === 0 || how === 'SIGKILL', `${words.join(' ')}: ${how}`);
    if (how === 0) ended++;
    else killed++;
    if (below(3) === 0) {
      await town.stop('SIGKILL');
      await town.start();
      desk = await town.as('dispatcher1');
    }
    prove();
  }
  t.diagnostic(`killed ${killed} times, ended ${ended} times before that, ${filed} orders filed meanwhile`);
  assert.equal(json('years', 'detach', '--until', '2025-01-01', '--dir', dir).done, true);
  prove();
  assert.equal(json('doctor', '--dir', dir).ok, true);
  for (const y of json('years', '--dir', dir).years) json('years', 'attach', String(y.year), '--dir', dir);
  prove();
});
