// The guide for town staff and the glossary say what the program says: every picture is one the list makes, every word in corner
// brackets is on the screen, every message is one of the program's, every key is one it knows, every link leads somewhere.
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { Town, call, root } from './lib.mjs';
import { PICTURES } from '../../tools/pictures_list.mjs';

const GUIDE = join(root, 'docs/guide');
const PICTURES_MOST = 11 << 19;
const WIDTH_MOST = 1366;

const read = (...path) => readFileSync(join(root, ...path), 'utf8');
const files = (dir, ends) => readdirSync(join(root, dir), { recursive: true, withFileTypes: true })
  .filter((f) => f.isFile() && ends.test(f.name)).map((f) => relative(root, join(f.parentPath ?? f.path, f.name)));
const chapters = readdirSync(GUIDE).filter((f) => f.endsWith('.md'));
/** The loops that have a chapter of their own in loops/, with a drawing. */
const drawn = readdirSync(join(GUIDE, 'loops')).filter((f) => f.endsWith('.md')).map((f) => f.slice(0, -3));
const everything = [...chapters, ...drawn.map((key) => `loops/${key}.md`)];
const all = (text, pattern) => [...text.matchAll(pattern)].map((m) => m[1]);
const escaped = (s) => s.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
/** Texts with holes, as one expression that says whether a text is one of them. */
const oneOf = (texts, hole) => {
  const plain = new Set(texts.filter((t) => !hole.test(t)));
  const holed = texts.filter((t) => hole.test(t)).map((t) => new RegExp(`^${t.split(hole).map(escaped).join('.+?')}$`));
  return (said) => plain.has(said) || holed.some((h) => h.test(said));
};

const words = Object.values(JSON.parse(read('web/i18n/zh-CN.json')));
const onScreen = oneOf(words, /\{\w+\}|\[n\]/);
const definitions = [...files('defs', /\.yaml$/), ...files('towns/xinjing', /\.yaml$/)].map((f) => read(f)).join('\n');
const pages = [...files('web/public', /\.html$/), ...files('web/ui', /\.js$/)].map((f) => read(f)).join('\n');
const standsIn = (text, said) => new RegExp(`(^|[\\s\\[{,:"'>\`])${escaped(said)}($|[\\s\\],}:"'<\`])`, 'm').test(text);

/** What the program says in Chinese: its string literals, pieces joined, values as holes. */
function messages() {
  const out = [];
  for (const f of files('src', /\.[ch]$/)) {
    const code = read(f).replace(/"\s*PRI[a-z0-9]+\s*"/gi, 'd').replace(/(?<!\\)"\s*\n\s*"/g, '');
    for (const text of all(code, /"((?:[^"\\\n]|\\.)*)"/g)) if (/\p{Script=Han}/u.test(text)) out.push(text.replace(/\\"/g, '"'));
  }
  return out;
}
const said = oneOf(messages(), /%(?:\.\*s|zu|l?l?[dus])/);

test('pictures: all that are named are there and made by the list, and none is left over', () => {
  const named = new Set();
  for (const c of everything)
    for (const [, alt, path] of readFileSync(join(GUIDE, c), 'utf8').matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)) {
      assert.ok(alt.length >= 2, `${c}: ${path} says in words what it shows`);
      if (path === `${basename(c, '.md')}.svg`) continue; // its drawing
      assert.match(path, c === basename(c) ? /^pictures\/[a-z0-9-]+\.png$/ : /^\.\.\/pictures\/[a-z0-9-]+\.png$/, `${c}: ${path}`);
      named.add(basename(path, '.png'));
    }
  const made = PICTURES.filter((p) => !p.folder && p.only !== 'do').map((p) => p.name);
  const there = readdirSync(join(GUIDE, 'pictures')).map((f) => f.replace(/\.png$/, ''));
  assert.deepEqual([...named].sort(), [...made].sort(), 'what the chapters show is what the list makes');
  assert.deepEqual(there.sort(), [...made].sort(), 'make them again: node tools/pictures.mjs');
  assert.equal(new Set(PICTURES.map((p) => `${p.folder}/${p.name}`)).size, PICTURES.length, 'a name stands for one picture');
  let bytes = 0;
  for (const name of there) {
    const png = readFileSync(join(GUIDE, 'pictures', `${name}.png`));
    bytes += png.length;
    assert.ok(png.readUInt32BE(16) <= WIDTH_MOST && png.readUInt32BE(20) > 30, `${name}: ${png.readUInt32BE(16)} × ${png.readUInt32BE(20)}`);
  }
  assert.ok(bytes < PICTURES_MOST, `${bytes} bytes of pictures`);
});

test('chapters: plain names, each in the contents, one title', () => {
  const contents = readFileSync(join(GUIDE, 'README.md'), 'utf8');
  for (const c of chapters.filter((f) => f !== 'README.md')) {
    assert.match(c, /^\d\d-[a-z]+\.md$/);
    const text = readFileSync(join(GUIDE, c), 'utf8');
    assert.equal(all(text, /^# (.+)$/gm).length, 1, c);
    assert.ok(contents.includes(`${Number(c.slice(0, 2))}. [${all(text, /^# (.+)$/gm)[0]}](${c})`), `${c} stands in the contents under its title`);
  }
});

test('a loop’s chapter has a drawing, which shows every state and arrow of the definition', () => {
  const shipped = readdirSync(join(root, 'defs/loops')).map((f) => f.replace(/\.yaml$/, ''));
  assert.deepEqual(drawn.toSorted(), shipped.toSorted(), 'each loop that ships has one');
  const contents = readFileSync(join(GUIDE, 'README.md'), 'utf8');
  const plain = (s) => s.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n)).replace(/&gt;/g, '>').replace(/\\n/g, '');
  for (const key of drawn) {
    const chapter = readFileSync(join(GUIDE, 'loops', `${key}.md`), 'utf8');
    assert.ok(contents.includes(`- [${all(chapter, /^# (.+)$/gm)[0]}](loops/${key}.md)`), key);
    assert.ok(chapter.includes(`](${key}.svg)`), `${key} shows its drawing`);
    const dot = call('def', 'draw', key).out;
    const groups = all(readFileSync(join(GUIDE, 'loops', `${key}.svg`), 'utf8'), /<g id="(?:node|edge)\d+"[^>]*>([\s\S]*?)<\/g>/g)
      .map((g) => `${plain(all(g, /<title>([^<]*)<\/title>/g)[0])} ${plain(all(g, /<text[^>]*>([^<]*)<\/text>/g).join(''))}`.trim());
    const wanted = [...all(dot, /^ {2}(?=[a-z0-9]+(?: -> [a-z0-9]+)? \[)(.+)$/gm)]
      .map((line) => line.replace(/^([a-z0-9]+(?: -> [a-z0-9]+)?) \[(?:label="((?:[^"\\]|\\.)*)")?.*$/, (_, of, label) => `${of.replace(/ /g, '')} ${plain(label ?? '')}`.trim()))
      .filter((x) => !['node', 'edge'].includes(x));
    assert.ok(wanted.length > 10, key);
    assert.deepEqual(groups.sort(), wanted.sort(), `${key}: draw it again: tools/loop_drawings.sh`);
  }
});

test('words in corner brackets are on the screen, messages are the program’s', () => {
  const wrong = [];
  for (const c of everything) {
    const text = readFileSync(join(GUIDE, c), 'utf8');
    for (const w of all(text, /「([^」]+)」/g))
      if (!onScreen(w) && !standsIn(definitions, w) && !standsIn(pages, w)) wrong.push(`${c}: 「${w}」`);
    for (const m of all(text, /『([^』]+)』/g)) if (!said(m) && !onScreen(m)) wrong.push(`${c}: 『${m}』`);
  }
  assert.deepEqual(wrong, []);
});

test('what is pressed and filled in for the pictures is on the screen', () => {
  const wrong = [];
  const is = (w) => onScreen(w) || standsIn(definitions, w);
  for (const p of PICTURES)
    for (const [verb, what, value] of p.first ?? []) {
      if (['click', 'fill', 'choose', 'pick'].includes(verb) && !is(what)) wrong.push(`${p.name}: ${verb} ${what}`);
      if (verb === 'begin' && !words.some((w) => w.startsWith(what)) && !is(what) && !is(what.replace(/^申请/, ''))) wrong.push(`${p.name}: ${verb} ${what}`);
      if (['choose', 'pick'].includes(verb) && !is(value) && !definitions.includes(value)) wrong.push(`${p.name}: ${what}: ${value}`);
    }
  assert.deepEqual(wrong, []);
});

test('keys are keys of the program', () => {
  const known = new Set([...all(definitions, /hotkey: (\w)/g), ...all(read('src/domain/def_register.c'), /hotkey = S\("(\w)"\)/g)]);
  for (const f of ['web/ui/keyhelp.js', 'web/ui/desk-keys.js'])
    for (const row of all(read(f), /\['([^']+)', '(?:keys|desk)\.\w+'\]/g)) {
      const [lead, ...rest] = row.split(' / ');
      const prefix = lead.includes(' ') ? lead.slice(0, lead.lastIndexOf(' ') + 1) : '';
      for (const k of [lead, ...rest.map((k) => prefix + k)])
        if (k.includes('…')) for (let n = 1; n <= 9; n++) known.add(prefix + n);
        else known.add(k).add(k.slice(prefix.length));
    }
  const nav = all(read('web/ui/shell.js'), /code: 'Key(\w)'/g);
  assert.ok(read('web/ui/keyhelp.js').includes(`'G ${nav.join(' / ')}'`), `the table of keys has every page: ${nav}`);
  assert.ok(known.has('Shift K') && known.has('G B') && known.has('Alt 9') && known.has('Esc'), [...known].join());
  for (const c of everything)
    for (const k of all(readFileSync(join(GUIDE, c), 'utf8'), /<kbd>([^<]+)<\/kbd>/g)) assert.ok(known.has(k), `${c}: ${k}`);
});

test('links between documents lead somewhere', () => {
  const slug = (h) => h.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
  const wrong = [];
  for (const f of [...files('docs', /\.md$/), 'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'web/README.md']) {
    const text = read(f).replace(/^```[\s\S]*?^```/gm, '');
    for (const target of all(text, /\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|#$)/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const to = path ? join(dirname(join(root, f)), path) : join(root, f);
      if (!existsSync(to)) wrong.push(`${f}: ${target}`);
      else if (anchor && !all(readFileSync(to, 'utf8'), /^#+ (.+)$/gm).some((h) => slug(h) === anchor)) wrong.push(`${f}: ${target}: no such heading`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('the guide is served, its filters are understood', async (t) => {
  const town = await Town.make({ at: '2026-11-20T15:30:00+08:00' });
  t.after(() => town.end());
  const p = await town.as('dispatcher1');
  const page = await town.nobody().get('/help/07-import.html');
  assert.equal(page.status, 200, 'the guide is served, to everybody');
  assert.match(page.headers.get('content-type'), /^text\/html/);
  assert.match(page.body, /<h2 id="按名单办理">按名单办理<\/h2>/);
  const picture = await town.nobody().get(`/help/${page.body.match(/src="(pictures\/[a-z-]+\.png)"/)[1]}`);
  assert.deepEqual([picture.status, picture.headers.get('content-type')], [200, 'image/png']);
  const seen = everything.flatMap((c) => all(readFileSync(join(GUIDE, c), 'utf8'), /(?<!`)`([^`\n]+)`(?!`)/g)).filter((s) => !/[.](md|yaml|xlsx|csv|xls|ods)$/.test(s));
  assert.ok(seen.length >= 10, `${seen.length} filters`);
  for (const f of seen) {
    const r = await p.get(`/api/items?filter=${encodeURIComponent(f)}`);
    assert.equal(r.status, 200, `${f}: ${JSON.stringify(r.body)}`);
  }
});

test('the glossary: each name is one of the program, and a step’s title is the term', () => {
  const text = read('docs/glossary.md');
  const rows = [...text.matchAll(/^\| (?!中文|---)([^|]+) \| ([^|]+) \| ([^|]*) \| ([^|]+) \| ([^|]+) \|$/gm)].map((m) => m.slice(1).map((x) => x.trim()));
  assert.ok(rows.length > 100, `${rows.length} terms`);
  const loops = files('defs/loops', /\.yaml$/).map((f) => read(f)).join('\n');
  const roles = read('defs/roles.yaml');
  const code = files('src', /\.[ch]$/).map((f) => read(f)).join('\n');
  const sql = files('sql', /\.sql$/).map((f) => read(f)).join('\n');
  const names = [...files('src', /\.[ch]$/), ...files('web/lib', /\.js$/), ...files('defs', /\.yaml$/)].map((f) => f.replace(/^.*\//, ''));
  const titles = (from, key) => all(from, new RegExp(`key: ${escaped(key)}(?:, |(?: *#[^\\n]*)?\\n +)title: ([^,}\\n]+)`, 'g'));
  const titled = (from) => (name, terms) => {
    const list = titles(from, name).map((x) => x.trim());
    return list.length && list.some((x) => terms.some((w) => x === w || x.includes(w) || w.includes(x))) ? '' : `titles ${list}`;
  };
  const has = (yes) => (yes ? '' : 'there is no such thing');
  const kinds = {
    step: titled(loops), field: titled(loops), state: titled(loops), clock: titled(loops), tally: titled(loops), rate: titled(loops), judge: titled(loops), role: titled(roles),
    effect: (n) => has(new RegExp(`\\[DOES_\\w+\\] = "${n}"`).test(code)),
    filter: (n) => has(new RegExp(`"${n}"`).test(read('src/domain/filter_parse.c') + read('src/domain/def_read.c') + read('src/domain/filter_scope.c'))),
    member: (n) => has(new RegExp(`"${n}"`).test(code)),
    right: (n) => has(code.includes(`"${n}"`)),
    table: (n) => has(new RegExp(`CREATE TABLE ${n}\\b`).test(sql)),
    file: (n) => has(names.includes(n)),
    command: (n) => has(call(n, '--help').code === 0),
  };
  const wrong = [];
  const seen = new Set();
  for (const [terms, english, where, is, from] of rows) {
    const list = terms.split('、');
    if (seen.has(terms + english)) wrong.push(`${terms}: twice`);
    seen.add(terms + english);
    if (!/^(town|12345|grid|score|own)$/.test(from) || is.length < 4) wrong.push(`${terms}: ${from}`);
    for (const [, kind, name] of where.matchAll(/`(\w+) ([\w.-]+)`/g)) {
      const why = kinds[kind] ? kinds[kind](name, list) : 'no such kind';
      if (why) wrong.push(`${terms}: ${kind} ${name}: ${why}`);
    }
    if (where && !/^`\w+ [\w.-]+`$/.test(where)) wrong.push(`${terms}: ${where}`);
  }
  assert.deepEqual(wrong, []);
});

test('no picture outside the guide that nobody shows', () => {
  const shown = all(read('README.md') + files('docs', /\.md$/).map((f) => read(f)).join('\n'), /\(docs\/pictures\/([a-z-]+)\.png\)/g);
  for (const p of PICTURES.filter((x) => x.folder)) assert.ok(statSync(join(root, p.folder, `${p.name}.png`)).size > 0, p.name);
  for (const name of shown) assert.ok(PICTURES.some((p) => p.folder === 'docs/pictures' && p.name === name), name);
});
