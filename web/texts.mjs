// Which sentences of i18n/ come with which chunk. A source file needs the keys it names, so nothing has to be listed
// anywhere: the first load brings the texts of all files it reaches, each chunk that comes later those its files name
// beyond that.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(fileURLToPath(import.meta.url));

/** A catalogue as it is written, a sentence a line: key → sentence. Of two of one key neither may win unseen. @param {string} text */
export function read(text) {
  const keys = [...text.matchAll(/^ *"([^"]+)":/gm)].map((m) => m[1]);
  const twice = keys.filter((k, i) => keys.indexOf(k) !== i);
  if (twice.length) throw new Error(`said twice: ${twice.join(', ')}`);
  return JSON.parse(text);
}

/** The catalogue of a language: key → sentence. */
export const catalogue = (lang) => read(fs.readFileSync(path.join(root, 'i18n', `${lang}.json`), 'utf8'));

function below(dir) {
  return fs.readdirSync(path.join(root, dir), { withFileTypes: true }).flatMap((e) => {
    const rel = path.posix.join(dir, e.name);
    if (e.isDirectory()) return below(rel);
    return e.name.endsWith('.js') ? [rel] : [];
  });
}

/** Every source file of the front end with its text: Map of "ui/field.js" → text. */
export function sources() {
  const files = ['app.js', ...['lib', 'ui', 'pages'].flatMap(below)];
  return new Map(files.map((f) => [f, fs.readFileSync(path.join(root, f), 'utf8')]));
}

/** What looks like a key in a source: 'desk.title'. Keys are always written out, never put together. */
export const literals = (text) =>
  new Set([...text.matchAll(/'([a-z][A-Za-z0-9]*\.[A-Za-z0-9]+)'/g)].map((m) => m[1]));

/** The keys given to t() directly. */
export const said = (text) => [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((m) => m[1]);

/**
 * What is wrong with the catalogues, in words; nothing when they and the sources agree.
 * @param {Map<string, string>} files
 * @param {Record<string, string>} zh
 * @param {Record<string, string>} en
 * @returns {string[]}
 */
export function faults(files, zh, en) {
  const used = new Set([...files.values()].flatMap((text) => [...literals(text)]));
  const holes = (s) => [...new Set([...s.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort().join();
  const found = [];
  for (const [file, text] of files)
    for (const k of said(text)) if (!(k in zh)) found.push(`${file}: no text for ${k}`);
  for (const k of Object.keys(zh)) {
    if (!used.has(k)) found.push(`${k}: no source says it`);
    if (!zh[k] || !en[k]) found.push(`${k}: not in both languages`);
    else if (holes(zh[k]) !== holes(en[k])) found.push(`${k}: other placeholders in English`);
  }
  for (const k of Object.keys(en)) if (!(k in zh)) found.push(`${k}: not in both languages`);
  return found;
}

/** The files a file imports, and they in turn, without those that come later by import(). */
function reach(graph, from) {
  const seen = new Set();
  const walk = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const i of graph[file].imports) if (i.kind === 'import-statement') walk(i.path);
  };
  walk(from);
  return seen;
}

/**
 * The texts each chunk brings.
 * @param {Record<string, {imports: {path: string, kind: string}[]}>} graph what imports what (a metafile's inputs)
 * @param {Map<string, string>} files
 * @param {Record<string, string>} zh
 * @returns {Map<string, Record<string, string>>} the file a chunk begins with → its texts
 */
export function chunks(graph, files, zh) {
  const keys = (entry) => {
    const found = new Set([...reach(graph, entry)].flatMap((f) => [...literals(files.get(f) || '')]));
    return Object.keys(zh).filter((k) => found.has(k));
  };
  const texts = (list) => Object.fromEntries(list.map((k) => [k, zh[k]]));
  const first = keys('app.js');
  const later = Object.values(graph).flatMap((m) => m.imports.filter((i) => i.kind === 'dynamic-import'));
  const entries = [...new Set(later.map((i) => i.path))].filter((f) => files.has(f)).sort();
  return new Map([
    ['app.js', texts(first)],
    ...entries.map((f) => [f, texts(keys(f).filter((k) => !first.includes(k)))]),
  ]);
}

/**
 * The part of the build that gives each chunk its texts. Throws when catalogues and sources do not agree.
 * @param {(options: object) => Promise<{metafile: {inputs: object}}>} look builds without writing anything
 */
export async function textsPlugin(look) {
  const files = sources();
  const zh = catalogue('zh-CN');
  const wrong = faults(files, zh, catalogue('en'));
  if (wrong.length) throw new Error(`texts:\n${wrong.join('\n')}`);
  const { metafile } = await look({ entryPoints: ['app.js'], format: 'esm', splitting: true, outdir: 'dist', write: false });
  const bring = chunks(metafile.inputs, files, zh);
  return {
    name: 'texts',
    setup(build) {
      build.onResolve({ filter: /^texts:/ }, ({ path: p }) => ({ path: p.slice(6), namespace: 'texts' }));
      build.onLoad({ filter: /.*/, namespace: 'texts' }, ({ path: file }) => ({
        contents: `import { addTexts } from './lib/i18n.js';\naddTexts(${JSON.stringify(bring.get(file))});`,
        resolveDir: root,
      }));
      build.onLoad({ filter: /\.js$/, namespace: 'file' }, ({ path: full }) => {
        const file = path.relative(root, full).split(path.sep).join('/');
        // In front of the first line, so that the lines keep their numbers.
        return bring.has(file) ? { contents: `import 'texts:${file}'; ${files.get(file)}` } : null;
      });
    },
  };
}
