// Definitions as a clerk would get them wrong: each mistake is told at its place, in words, in both languages; the file is named
// where there is one.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Town, call, root } from './lib.mjs';
import { MISTAKES, SAID, TEXTS } from '../anchors/mistakes.mjs';

const texts = { ...TEXTS, roles: readFileSync(join(root, 'defs/roles.yaml'), 'utf8'), supervision: readFileSync(join(root, 'defs/supervision.yaml'), 'utf8') };

function put(text, find, by) {
  assert.ok(text.includes(find), find);
  return text.replace(find, () => by);
}

/** Line and column (in characters) of a piece of a text. */
function place(text, piece) {
  const at = text.indexOf(piece);
  assert.ok(at >= 0, piece);
  const lines = text.slice(0, at).split('\n');
  return [lines.length, [...lines.at(-1)].length + 1];
}

test('sixty mistakes and more', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const sys = await town.as('sysadmin');
  const check = (kind, text, lang) => sys.post('/api/defs', { kind, text, dry: true }, { 'accept-language': lang });

  assert.ok(MISTAKES.length >= 60);
  assert.equal(new Set(MISTAKES.map(([name]) => name)).size, MISTAKES.length);
  assert.deepEqual(Object.keys(SAID).sort(), MISTAKES.map(([name]) => name).sort());
  await t.test('without them nothing is wrong', async () => {
    for (const [kind, text] of Object.entries(TEXTS)) assert.equal((await check(kind, text, 'zh')).status, 200, kind);
  });
  for (const [name, kind, find, by, where, before] of MISTAKES)
    await t.test(name, async () => {
      const text = put(before ? put(texts[kind], ...before) : texts[kind], find, by);
      for (const [i, lang] of ['zh', 'en'].entries()) {
        const r = await check(kind, text, lang);
        assert.equal(r.status, 400, JSON.stringify(r.body));
        const [e, ...more] = r.body.errors;
        assert.deepEqual(more, []);
        assert.deepEqual([e.line, e.column], place(text, where ?? by), e.message);
        assert.equal(e.message, SAID[name][i]);
      }
    });
  await t.test('several at once, of the text and of the town, in a file that is named', () => {
    const dir = mkdtempSync(join(tmpdir(), 'bihuan-mistakes-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const wrong = (list) => list.reduce((text, [find, by]) => put(text, find, by), TEXTS.loop);
    const check_file = (name, text) => {
      writeFileSync(join(dir, name), text);
      const r = call('def', 'check', join(dir, name), '--lang', 'en');
      assert.equal(r.code, 1, r.err);
      return r.err.trim().split('\n').map((line) => {
        const [, line_no, column, rest] = line.match(new RegExp(`${name}:(\\d+):(\\d+): (.*)`));
        return [Number(line_no), Number(column), rest];
      });
    };
    const form = wrong([['digits: 4', 'digits: 12'], ['type: time', 'type: moment'], ['does: close', 'does: finish'], ['by: closed', 'by: done'],
      ['formula: on_time / closed', 'formula: on_time / shut']]);
    const said = check_file('form.yaml', form);
    for (const piece of ['12}', 'moment}', 'finish,', 'done, where', 'shut}'])
      assert.ok(said.some(([line, column]) => String([line, column]) === String(place(form, piece))), `${piece}: ${said.join('\n')}`);
    const names = wrong([['receiver: ops-centre', 'receiver: ops-center'], ['calendar: workdays', 'calendar: holidays'], ['who: clerk', 'who: clark'],
      ['when: "kind:倾斜", limit', 'when: "kind:歪", limit'], ['unit: ops-centre, because', 'unit: nowhere, because']]);
    assert.deepEqual(check_file('names.yaml', names).map(([line, column]) => String([line, column])).sort(),
      ['ops-center\n', 'holidays', 'clark', '"kind:歪"', 'nowhere'].map((piece) => String(place(names, piece))).sort());
  });
});
