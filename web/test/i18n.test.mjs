// Both catalogues hold the same keys, every key is used, every key that is used is there, and comes where it is used.
import test from 'node:test';
import assert from 'node:assert/strict';
import { catalogue, read, sources, literals, faults, chunks } from '../texts.mjs';

const zh = catalogue('zh-CN');
const en = catalogue('en');
const files = sources();
const text = [...files.values()].join('\n');

test('the catalogues and the sources agree', () => {
  assert.ok(Object.keys(zh).length > 900);
  assert.deepEqual(faults(files, zh, en), []);
});

test('a key that stands twice is refused', () => {
  assert.throws(() => read('{\n "a.b": "一",\n "a.c": "二",\n "a.b": "三"\n}\n'), /said twice: a\.b/);
});

test('what does not agree is named', () => {
  const one = new Map([['ui/a.js', "t('a.there'); t('a.gone')"]]);
  const told = faults(
    one,
    { 'a.there': '有 {n}', 'a.idle': '闲', 'a.zh': '只有中文' },
    { 'a.there': 'there are {m}', 'a.idle': 'idle', 'a.en': 'English only' },
  );
  assert.deepEqual(told, [
    'ui/a.js: no text for a.gone',
    'a.there: other placeholders in English',
    'a.idle: no source says it',
    'a.zh: no source says it',
    'a.zh: not in both languages',
    'a.en: not in both languages',
  ]);
});

test('a chunk brings what its files name and the first load has not', () => {
  const files = new Map([
    ['app.js', "t('a.first')"],
    ['ui/both.js', "const KEYS = ['a.both']"],
    ['pages/one.js', "t('a.one'); t('a.first')"],
    ['ui/part.js', "t('a.part')"],
    ['pages/two.js', "t('a.part'); t('a.two')"],
  ]);
  const now = (path) => ({ path, kind: 'import-statement' });
  const later = (path) => ({ path, kind: 'dynamic-import' });
  const graph = {
    'app.js': { imports: [now('ui/both.js'), later('pages/one.js'), later('pages/two.js'), later('i18n/en.json')] },
    'ui/both.js': { imports: [] },
    'pages/one.js': { imports: [now('ui/part.js'), now('ui/both.js'), now('node_modules/p.js')] },
    'ui/part.js': { imports: [now('pages/one.js')] },
    'pages/two.js': { imports: [now('ui/both.js')] },
    'node_modules/p.js': { imports: [] },
  };
  const zh = { 'a.first': '一', 'a.both': '二', 'a.one': '三', 'a.part': '四', 'a.two': '五' };
  assert.deepEqual(Object.fromEntries(chunks(graph, files, zh)), {
    'app.js': { 'a.first': '一', 'a.both': '二' },
    'pages/one.js': { 'a.one': '三', 'a.part': '四' },
    'pages/two.js': { 'a.part': '四', 'a.two': '五' },
  });
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
  const lost = [...literals(text)].filter(
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
