// Both catalogues hold the same keys, every key is used, and every key that is used is there.
import test from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const read = (name) => JSON.parse(fs.readFileSync(path.join(root, 'i18n', name), 'utf8'));
const zh = read('zh-CN.json');
const en = read('en.json');

function sources(dir) {
  return fs.readdirSync(path.join(root, dir), { withFileTypes: true }).flatMap((e) => {
    const rel = path.join(dir, e.name);
    if (e.isDirectory()) return sources(rel);
    return e.name.endsWith('.js') ? [fs.readFileSync(path.join(root, rel), 'utf8')] : [];
  });
}

const text = [
  ...sources('lib'),
  ...sources('ui'),
  ...sources('pages'),
  fs.readFileSync(path.join(root, 'app.js'), 'utf8'),
].join('\n');

test('both catalogues have the same keys', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
});

test('no message is empty, and both have the same placeholders', () => {
  const holes = (s) => [...new Set([...s.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort();
  for (const key of Object.keys(zh)) {
    assert.ok(zh[key] && en[key], key);
    assert.deepEqual(holes(en[key]), holes(zh[key]), key);
  }
});

test('every key given to t() is in the catalogue', () => {
  const used = [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((m) => m[1]);
  assert.ok(used.length > 200);
  assert.deepEqual(
    used.filter((k) => !(k in zh)),
    [],
  );
});

test('every key of the catalogue is used', () => {
  const literals = new Set([...text.matchAll(/'([a-z][A-Za-z0-9]*\.[A-Za-z0-9]+)'/g)].map((m) => m[1]));
  assert.deepEqual(
    Object.keys(zh).filter((k) => !literals.has(k)),
    [],
  );
});

test('tables of keys name keys that are there', () => {
  const prefixes = new Set(Object.keys(zh).map((k) => k.split('.')[0]));
  const rights = new Set([
    'item.read',
    'item.file',
    'item.step',
    'item.export',
    'item.import',
    'caller.reveal',
    'board.read',
    'unit.manage',
    'person.manage',
    'role.grant',
    'def.manage',
    'audit.read',
  ]);
  const fields = new Set(['reason.key', 'reason.option', 'child.title', 'child.text', 'child.class']);
  const literals = new Set([...text.matchAll(/'([a-z][A-Za-z0-9]*\.[A-Za-z0-9]+)'/g)].map((m) => m[1]));
  const lost = [...literals].filter(
    (k) => prefixes.has(k.split('.')[0]) && !(k in zh) && !rights.has(k) && !fields.has(k),
  );
  assert.deepEqual(lost, []);
});

test('no Chinese sentence stands in the code outside the catalogue', () => {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
  const found = [...code.matchAll(/[\u4e00-\u9fff]{2,}/g)].map((m) => m[0]);
  // The switch to the other language is written in that language.
  assert.deepEqual(
    found.filter((x) => x !== '中文界面'),
    [],
  );
});
