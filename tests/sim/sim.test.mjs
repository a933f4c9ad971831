// Seeded random people on a virtual clock against a small model of the rules (sim.c). Fixed seeds and one nobody has seen
// before; SIM_SEEDS=1000 runs so many new ones, SIM_STEPS sets their length, SIM_SEED begins at a given one. With
// BIHUAN_POSTGRES the towns are kept there. A seed that fails prints the command that does it again.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { program, psql, root, server } from '../api/lib.mjs';

const exe = join(dirname(program), 'tests/sim/sim');
const FIXED = [1, 4, 271];
const MANY = Number(process.env.SIM_SEEDS ?? 1);
const STEPS = Number(process.env.SIM_STEPS ?? 4000);
const FIRST = Number(process.env.SIM_SEED ?? Date.now() % 1_000_000_000);
// What is synced to memory is synced soon; whether it is synced at all is not the question here.
const env = { ...process.env, TMPDIR: process.env.TMPDIR ?? (existsSync('/dev/shm') ? '/dev/shm' : '/tmp') };

let databases = 0;

/** An empty database on the server; without one nothing. */
function database() {
  if (!server) return undefined;
  const name = `bihuan_sim_${process.pid}_${++databases}`;
  psql(`CREATE DATABASE ${name}`);
  return { address: `${server}/${name}`, drop: () => psql(`DROP DATABASE ${name} WITH (FORCE)`) };
}

function simulate(seed, steps = STEPS) {
  const db = database();
  const args = ['--seed', String(seed), '--steps', String(steps), ...(db ? ['--db', db.address] : [])];
  const r = spawnSync(exe, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 64 << 20 });
  db?.drop();
  assert.equal(r.status, 0, r.error?.message ?? `${r.stdout}${r.stderr}`);
  return r.stdout.trim();
}

for (const seed of FIXED) test(`seed ${seed}`, (t) => t.diagnostic(simulate(seed)));

test(`${MANY} new from seed ${FIRST} on`, (t) => {
  for (let i = 0; i < MANY; i++) t.diagnostic(simulate(FIRST + i));
});

test('the same seed does the same again', () => {
  assert.equal(simulate(FIRST, 500), simulate(FIRST, 500));
});
