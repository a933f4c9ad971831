// The guide for town staff (docs/guide) as plain pages of the program, at /help/: made when the assets are made, without a script.
// Only the Markdown that the guide uses is understood: headings, paragraphs, lists, tables, pictures, links, bold, code, keys.
import { posix } from 'node:path';

const escape = (s) => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** The name of a heading in an address, as GitHub makes it. */
export const slug = (title) => title.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');

/** The page of a chapter. The loops' chapters stand in a folder, their pages beside the others. */
const pageOf = (name) => (name === 'README.md' ? 'index.html' : name.replace('/', '-').replace(/\.md$/, '.html'));

/** The folder of the chapter that is being made. */
let folder = '';

/** Where a link of a chapter leads on the pages: other chapters; documents the program does not carry are named instead. */
function link(text, to) {
  const [path, anchor] = to.split('#');
  const file = posix.join(folder, path);
  if (file.startsWith('../')) return `${text}<span class="hint">（docs/${file.slice(3)}）</span>`;
  return `<a href="${pageOf(file)}${anchor ? `#${anchor}` : ''}">${text}</a>`;
}

function inline(text) {
  const code = [];
  return escape(text.replace(/`([^`]+)`/g, (_, c) => `\u0001${code.push(c) - 1}\u0002`))
    .replace(/&lt;kbd&gt;(.+?)&lt;\/kbd&gt;/g, '<kbd>$1</kbd>')
    .replace(/!\[([^\]]*)\]\(([^)]+)\)/g, (_, alt, to) => {
      const src = posix.join(folder, to);
      return `<a href="${src}" class="picture"><img src="${src}" alt="${alt}" loading="lazy"></a>`;
    })
    .replace(/(?<!!)\[([^\]]+)\]\(([^)]+)\)/g, (_, t, to) => link(t, to))
    .replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>')
    .replace(/\u0001(\d+)\u0002/g, (_, i) => `<code>${escape(code[i])}</code>`);
}

const cells = (line) => line.trim().replace(/^\||\|$/g, '').split('|').map((c) => inline(c.trim()));
const MARK = /^(\d+\.|-) +/;

function table(lines) {
  const [head, , ...rows] = lines;
  const row = (line, tag) => `<tr>${cells(line).map((c) => `<${tag}>${c}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll" tabindex="0"><table class="plain"><thead>${row(head, 'th scope="col"').replaceAll('</th scope="col">', '</th>')}</thead>
<tbody>${rows.map((r) => row(r, 'td')).join('\n')}</tbody></table></div>`;
}

/** Items of a list: a mark and what is indented under it. */
function list(lines) {
  const items = [];
  const deep = MARK.exec(lines[0])[0].length;
  for (const line of lines) {
    if (MARK.test(line)) items.push([line.replace(MARK, '')]);
    else items[items.length - 1].push(line.slice(deep));
  }
  const tag = lines[0].startsWith('-') ? 'ul' : 'ol';
  return `<${tag}>${items.map((x) => `<li>${blocks(x).replace(/^<p>([\s\S]*?)<\/p>/, '$1')}</li>`).join('\n')}</${tag}>`;
}

/** @param {string[]} lines */
function blocks(lines) {
  const out = [];
  for (let i = 0; i < lines.length; ) {
    const from = i;
    const line = lines[i];
    const more = (fits) => {
      while (i < lines.length && fits(lines[i], lines[i + 1])) i++;
      return lines.slice(from, i);
    };
    const heading = /^(#{1,3}) (.+)$/.exec(line);
    if (!line.trim()) i++;
    else if (heading) {
      i++;
      out.push(`<h${heading[1].length} id="${slug(heading[2])}">${inline(heading[2])}</h${heading[1].length}>`);
    } else if (line.startsWith('|')) out.push(table(more((l) => l.startsWith('|'))));
    else if (MARK.test(line)) out.push(list(more((l, next) => MARK.test(l) || /^ {2,}\S/.test(l) || (!l.trim() && !!next && /^ {2,}\S/.test(next)))));
    else if (/^( |```|>|<(?!kbd))/.test(line)) throw new Error(`the guide says what its pages cannot show: ${line}`);
    else out.push(`<p>${inline(more((l) => l.trim() && !MARK.test(l) && !l.startsWith('|') && !l.startsWith('#')).join('\n'))}</p>`);
  }
  return out.join('\n');
}

/** One chapter as HTML. @param {string} markdown @param {string} [name] its file, from the guide's folder */
export function render(markdown, name = '') {
  folder = posix.dirname(name);
  return blocks(markdown.split('\n'));
}

/**
 * All pages.
 * @param {Record<string, string>} chapters file name → Markdown
 * @param {{css: string, help: string, icon: string}} urls of the style sheets and the icon
 * @returns {Record<string, string>} file name → HTML
 */
export function helpPages(chapters, urls) {
  const title = (md) => /^# (.+)$/m.exec(md)[1];
  const names = Object.keys(chapters).sort((a, b) => (b === 'README.md') - (a === 'README.md') || (a < b ? -1 : 1));
  const out = {};
  for (const name of names) {
    const nav = names.map((n) => `<li><a href="${pageOf(n)}"${n === name ? ' aria-current="page"' : ''}>${escape(title(chapters[n]))}</a></li>`).join('\n');
    out[pageOf(name)] = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title(chapters[name]))} · 使用手册 · 闭环</title>
<link rel="icon" href="${urls.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${urls.css}">
<link rel="stylesheet" href="${urls.help}">
</head>
<body class="help">
<header class="top"><a class="brand" href="/"><span class="brand-ring" aria-hidden="true"></span>闭环</a><span class="town">使用手册</span></header>
<div class="help-cols">
<nav aria-label="目录"><ol>${nav}</ol></nav>
<main>${render(chapters[name], name)}</main>
</div>
</body>
</html>
`;
  }
  return out;
}
