// Random legal walks over every definition that ships (walk.c), and over those of docs/definitions.md: from wherever one gets there is a way to
// an end, counters equal events, the chain holds. A fixed seed and a new one, which is printed; WALK_SEEDS=20 runs so many new ones,
// WALK_WALKS and WALK_STEPS set how often and how long each definition is walked, WALK_SEED begins at a given one.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { program, psql, root, server } from '../api/lib.mjs';
import { manual } from '../api/definitions.mjs';

const exe = join(dirname(program), 'tests/sim/walk');
const MANY = Number(process.env.WALK_SEEDS ?? 1);
// A server answers each statement over a connection: fewer there.
const WALKS = Number(process.env.WALK_WALKS ?? (server ? 1 : 12));
const STEPS = Number(process.env.WALK_STEPS ?? (server ? 8 : 25));
const FIRST = Number(process.env.WALK_SEED ?? Date.now() % 1_000_000_000);
const env = { ...process.env, TMPDIR: process.env.TMPDIR ?? (existsSync('/dev/shm') ? '/dev/shm' : '/tmp') };
let databases = 0;

function walk(seed, more = []) {
  const name = server && `bihuan_walk_${process.pid}_${++databases}`;
  if (name) psql(`CREATE DATABASE ${name}`);
  const args = ['--seed', String(seed), '--walks', String(WALKS), '--steps', String(STEPS), ...more, ...(name ? ['--db', `${server}/${name}`] : [])];
  const r = spawnSync(exe, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (name) psql(`DROP DATABASE ${name} WITH (FORCE)`);
  assert.equal(r.error, undefined);
  return r;
}

const right = (r) => {
  assert.equal(r.status, 0, `${r.stdout}${r.stderr}`);
  return r.stdout.trim().split('\n');
};

const dir = mkdtempSync(join(tmpdir(), 'bihuan-walk-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));
const file = (name, text) => {
  writeFileSync(join(dir, name), text);
  return ['--def', join(dir, name)];
};

test('every definition, a fixed seed', (t) => right(walk(1)).forEach((line) => t.diagnostic(line)));

test(`${MANY} new from seed ${FIRST} on`, (t) => {
  for (let i = 0; i < MANY; i++) t.diagnostic(right(walk(FIRST + i)).at(-1));
});

test('the same seed does the same again', () => {
  assert.deepEqual(right(walk(5, ['--loop', 'hotline'])), right(walk(5, ['--loop', 'hotline'])));
});

test('a loop that comes later: the one of the manual', (t) => {
  const doc = manual();
  const more = [...file('meter.yaml', doc.file('meter.yaml')), ...file('water-meter.yaml', doc.file('water-meter.yaml')), '--loop', 'water-meter'];
  const lines = right(walk(2, more));
  assert.match(lines[0], /^water-meter: \d+ steps/);
  t.diagnostic(lines[0]);
});

test('a state whose way out can never be taken is found, with the shortest way into it', () => {
  const trap = `loop: trap
title: 陷阱
number: {prefix: XJ, digits: 4}
receiver: ops-centre
calendar: workdays
fields:
  - {key: kind, title: 类别, type: choice, options: [甲, 乙], required: yes}
states:
  - {key: filed, title: 待办}
  - {key: deep, title: 深处}
  - {key: closed, title: 已办结, final: yes}
steps:
  - {key: file, title: 登记, to: filed, who: dispatcher, ask: kind!}
  - {key: close, title: 办结, from: filed, to: closed, who: dispatcher, does: close}
  - {key: note, title: 写经过, from: filed, who: dispatcher, does: note, note: required}
  - {key: fall, title: 下去, from: filed, to: deep, who: dispatcher}
  - {key: up, title: 上来, from: deep, to: closed, who: dispatcher, when: "kind:甲 kind:乙"}
`;
  const seen = [1, 2, 3, 4, 5, 6].map((seed) => walk(seed, [...file('trap.yaml', trap), '--loop', 'trap'])).find((r) => r.status === 1);
  assert.ok(seen, 'one of them falls in');
  assert.match(seen.stdout, /^trap: no end was reached from the state "deep" after:\n {2}1\. file by [^]*\d\. fall by \S+\n(?! )/);
  assert.match(seen.stdout, /again: walk --seed \d/);
});
