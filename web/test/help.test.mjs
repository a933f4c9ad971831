// The guide as pages: what Markdown becomes, every link and picture of every page leads somewhere, every page of the program has a chapter.
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { helpPages, render } from '../help.mjs';
import { helpFor } from '../lib/help.js';

const guide = new URL('../../docs/guide/', import.meta.url);
const files = [...readdirSync(guide), ...readdirSync(new URL('loops/', guide)).map((f) => `loops/${f}`)];
const chapters = Object.fromEntries(files.filter((f) => f.endsWith('.md')).map((f) => [f, readFileSync(new URL(f, guide), 'utf8')]));
const pages = helpPages(chapters, { css: '/assets/a.css', help: '/assets/h.css', icon: '/assets/i.svg' });

test('what Markdown becomes', () => {
  assert.equal(render('一 **二** `<三>` <kbd>Ctrl K</kbd>'), '<p>一 <strong>二</strong> <code>&lt;三&gt;</code> <kbd>Ctrl K</kbd></p>');
  assert.equal(render('## 找、选'), '<h2 id="找选">找、选</h2>');
  assert.equal(render('[列](06-lists.md#列) [目](README.md) [运维](../operate.md#a)'),
    '<p><a href="06-lists.html#列">列</a> <a href="index.html">目</a> 运维<span class="hint">（docs/operate.md）</span></p>');
  assert.equal(render('[列](../06-lists.md) [调解](dispute.md) ![图](a.svg)', 'loops/task.md'),
    '<p><a href="06-lists.html">列</a> <a href="loops-dispute.html">调解</a> <a href="loops/a.svg" class="picture"><img src="loops/a.svg" alt="图" loading="lazy"></a></p>');
  assert.equal(render('1. 甲\n2. 乙\n\n   ![图](pictures/a.png)\n3. 丙'),
    '<ol><li>甲</li>\n<li>乙\n<p><a href="pictures/a.png" class="picture"><img src="pictures/a.png" alt="图" loading="lazy"></a></p></li>\n<li>丙</li></ol>');
  assert.match(render('| 甲 | 乙 |\n|---|---|\n| `a:b` | 1 |'), /<thead><tr><th scope="col">甲<\/th><th scope="col">乙<\/th><\/tr><\/thead>\n<tbody><tr><td><code>a:b<\/code><\/td><td>1<\/td><\/tr>/);
  assert.equal(render('<script>alert(1)</script>'.padStart(26, 'x')), '<p>x&lt;script&gt;alert(1)&lt;/script&gt;</p>');
  assert.throws(() => render('```sh\nls\n```'), /cannot show/);
});

test('every link of every page leads somewhere', () => {
  for (const [name, text] of Object.entries(pages)) {
    assert.equal([...text.matchAll(/<h1/g)].length, 1, name);
    assert.doesNotMatch(text.replace(/<code>[^<]*<\/code>/g, ''), /\*\*|\]\(|^#|&lt;kbd/m, `${name}: Markdown left over`);
    for (const [, to] of text.matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (to.startsWith('/')) continue;
      const [file, anchor] = to.split('#');
      if (/^(pictures|loops)\//.test(file)) assert.ok(existsSync(new URL(file, guide)), `${name}: ${to}`);
      else assert.ok(pages[file] && (!anchor || pages[file].includes(` id="${anchor}"`)), `${name}: ${to}`);
    }
  }
});

test('every page of the program has a chapter', () => {
  for (const path of ['/', '/items', '/i/12', '/desk', '/boards', '/month', '/scores', '/scores/rates', '/new', '/import', '/jobs/3', '/settings/people', '/password', '/elsewhere'])
    assert.ok(pages[helpFor(path).slice('/help/'.length)], path);
});
