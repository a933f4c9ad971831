// Makes dist/ from the sources: hashed names under assets/, the shell and the log-in page that refer to them.
// Usage: node build.mjs [--watch]
import * as esbuild from 'esbuild';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { helpPages } from './help.mjs';
import { textsPlugin } from './texts.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, 'dist');
const guide = path.join(root, '../docs/guide');
const TARGET = ['chrome90', 'safari15.4', 'firefox91'];
const FIRST_LOAD_MAX = 80 * 1024; // gzip bytes of everything the first page needs

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  target: TARGET,
  metafile: true,
  logLevel: 'warning',
};

function hashed(name, bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10);
  const ext = path.extname(name);
  const file = `assets/${path.basename(name, ext)}-${hash}${ext}`;
  fs.writeFileSync(path.join(dist, file), bytes);
  return `/${file}`;
}

async function css(name) {
  const out = await esbuild.build({ ...common, entryPoints: [`css/${name}`], write: false });
  return hashed(name, out.outputFiles[0].contents);
}

// The guide's chapters and their pictures, under /help/.
function help(urls) {
  const read = (f) => fs.readFileSync(path.join(guide, f), 'utf8');
  const loops = fs.readdirSync(path.join(guide, 'loops')).map((f) => `loops/${f}`);
  const chapters = Object.fromEntries([...fs.readdirSync(guide), ...loops].filter((f) => f.endsWith('.md')).map((f) => [f, read(f)]));
  fs.cpSync(path.join(guide, 'pictures'), path.join(dist, 'help/pictures'), { recursive: true });
  fs.mkdirSync(path.join(dist, 'help/loops'), { recursive: true });
  for (const f of loops.filter((x) => x.endsWith('.svg'))) fs.copyFileSync(path.join(guide, f), path.join(dist, 'help', f));
  for (const [name, text] of Object.entries(helpPages(chapters, urls))) fs.writeFileSync(path.join(dist, 'help', name), text);
}

async function worker() {
  const out = await esbuild.build({
    ...common,
    entryPoints: ['lib/sse-worker.js'],
    format: 'iife',
    write: false,
  });
  return hashed('events.js', out.outputFiles[0].contents);
}

async function app(workerUrl) {
  const define = { __SSE_WORKER__: JSON.stringify(workerUrl) };
  const out = await esbuild.build({
    ...common,
    entryPoints: ['app.js'],
    format: 'esm',
    splitting: true,
    outdir: 'dist/assets',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    define,
    plugins: [await textsPlugin((what) => esbuild.build({ ...common, ...what, define }))],
  });
  const outputs = out.metafile.outputs;
  const entry = Object.keys(outputs).find((k) => outputs[k].entryPoint === 'app.js');
  const first = new Set();
  const walk = (k) => {
    if (first.has(k)) return;
    first.add(k);
    for (const i of outputs[k].imports) if (i.kind === 'import-statement') walk(i.path);
  };
  walk(entry);
  return { js: `/${entry.replace(/^dist\//, '')}`, first: [...first] };
}

const gz = (file) => gzipSync(fs.readFileSync(path.join(root, file)), { level: 9 }).length;
const kb = (n) => `${(n / 1024).toFixed(1)} KB`;

function report(first, urls) {
  const files = [...first, ...urls.map((u) => `dist${u}`), 'dist/index.html'];
  const sum = files.reduce((n, f) => n + gz(f), 0);
  const all = fs.readdirSync(path.join(dist, 'assets')).reduce((n, f) => n + gz(`dist/assets/${f}`), 0);
  for (const f of files) console.log(`${kb(gz(f)).padStart(9)} gz  ${f}`);
  console.log(`first load ${kb(sum)} gz in ${files.length} files; all assets ${kb(all)} gz`);
  if (sum > FIRST_LOAD_MAX) throw new Error(`first load is over ${kb(FIRST_LOAD_MAX)}`);
}

async function build() {
  fs.rmSync(dist, { recursive: true, force: true });
  fs.mkdirSync(path.join(dist, 'assets'), { recursive: true });
  const [style, events] = await Promise.all([css('app.css'), worker()]);
  const { js, first } = await app(events);
  const icon = hashed('favicon.svg', fs.readFileSync(path.join(root, 'public/favicon.svg')));
  const preload = first
    .filter((f) => !js.endsWith(path.basename(f)))
    .map((f) => `<link rel="modulepreload" href="/${f.replace(/^dist\//, '')}">\n`)
    .join('');
  const fill = { css: style, js, icon };
  for (const name of ['index.html', 'login.html']) {
    let text = fs
      .readFileSync(path.join(root, 'public', name), 'utf8')
      .replace(/\{\{(\w+)\}\}/g, (_, k) => fill[k]);
    if (name === 'index.html')
      text = text.replace('<script type="module"', `${preload}<script type="module"`);
    fs.writeFileSync(path.join(dist, name), text);
  }
  help({ css: style, help: await css('help.css'), icon });
  report(first, [style, icon]);
}

await build();
if (process.argv.includes('--watch')) {
  let timer = null;
  for (const dir of ['lib', 'ui', 'pages', 'css', 'i18n', 'public', '../docs/guide']) {
    fs.watch(path.join(root, dir), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => build().catch((e) => console.error(e.message)), 200);
    });
  }
}
