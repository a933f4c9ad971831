// What another process does to the town while the server runs is seen by it within some seconds.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Town, root, run, until } from './lib.mjs';

test('a server nobody has written to yet takes up what is published beside it', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const rules = async () => (await town.nobody().get('/healthz')).body.rules;
  const before = await rules();
  const file = join(town.dir, 'hotline.yaml');
  writeFileSync(file, `${readFileSync(join(root, 'defs/loops/hotline.yaml'), 'utf8')}# again\n`);
  run('def', 'publish', file, '--dir', town.dir);
  await until('newer rules', async () => await rules() > before);
});

test('a definition published on the command line', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const before = (await desk.file()).body;
  const text = readFileSync(join(root, 'defs/loops/hotline.yaml'), 'utf8').replace('title: 12345热线工单', 'title: 热线工单（新）');
  const file = join(town.dir, 'hotline.yaml');
  writeFileSync(file, text);
  run('def', 'publish', file, '--dir', town.dir);
  await until('version 2', async () => (await desk.get('/api/catalog')).body.loops[0].version === 2);
  const after = (await desk.file()).body;
  assert.equal(after.def_version, 2);
  assert.equal((await desk.item(before.id)).def_version, 1, 'a running order keeps its version');
  assert.match(run('audit', 'verify', '--dir', town.dir), /完整/);
});

test('a token dropped on the command line', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const program = town.nobody();
  program.token = run('token', 'make', '--as', 'dispatcher1', '--name', '数据平台', '--dir', town.dir).trim();
  await until('the token is known', async () => (await program.get('/api/me')).status === 200);
  const [{ hash }] = JSON.parse(run('token', 'list', '--dir', town.dir, '--json')).tokens;
  run('token', 'drop', hash, '--dir', town.dir);
  await until('the token is refused', async () => (await program.get('/api/me')).status === 401);
});
