// The runs behind bench/run: each kind of work and its ceiling by turns, K times; medians and their spread. Raw data go to
// bench/out/, one file a run; towns of a million orders are kept in var/ for the next time.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { busiest, machine, median, round, run, runJson, spread, townsOn } from './towns.mjs';
import { wander } from './wander.mjs';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const build = process.env.BIHUAN_BUILD ?? join(root, 'build/release');
const program = join(build, 'bihuan');
const tool = (name) => join(build, 'bench', name);

const options = { items: 0, seconds: 5, runs: 5, connections: 64, store: 'sqlite', town: '' };
const KINDS = ['file', 'lifecycle', 'read', 'queue', 'board', 'search', 'import', 'mixed', 'wander'];
// Published by the makers of the best of the civic peers: lifecycles a second on 16 virtual cores, empty.
const PEER_LIFECYCLES = 37;
const IMPORT_ROWS = 100000;

function usage(message) {
  console.error(`${message}\nusage: bench/run ${KINDS.join('|')} [--items N] [--seconds S] [--runs K] [--connections C] [--store sqlite|postgresql] [--town DIR]`);
  process.exit(2);
}

const kind = process.argv[2];
if (!KINDS.includes(kind)) usage('what is to be measured?');
for (let i = 3; i < process.argv.length; i += 2) {
  const name = process.argv[i].replace(/^--/, '');
  const words = { store: (x) => ['sqlite', 'postgresql'].includes(x), town: (x) => Boolean(x) };
  const value = name in words ? process.argv[i + 1] : Number(process.argv[i + 1]);
  const good = name in words ? words[name](value) : value >= 0;
  if (!(name in options) || !good) usage(`${process.argv[i]} is not an option, or its value none it takes`);
  options[name] = value;
}
if (kind === 'wander' && !options.town) usage('wander walks through a town made before: --town DIR');
if (options.town && ['file', 'import'].includes(kind)) usage('the ceiling of this is measured on copies, and a town of --town is not copied');

// ---- programs

/** CPU seconds of all programs that were run and have ended. */
const childrenCpu = () => {
  const fields = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
};

const work = mkdtempSync(join(mkdirSync(join(root, 'var'), { recursive: true }) ?? join(root, 'var'), 'bench-run-'));
const towns = townsOn({ build, root, work, store: options.store });
/** The town to measure in, and one to write to: that of --town itself is written to, whatever its size. */
function baseTown() {
  if (!options.town) return towns.base(options.items);
  run(tool('bodies'), resolve(options.town), 1); // who asks is made with it
  return resolve(options.town);
}
const copyOf = (base, name) => (options.town ? base : towns.copy(base, name));
process.on('exit', () => {
  towns.clean();
  rmSync(work, { recursive: true, force: true });
});
process.on('SIGINT', () => process.exit(1));

async function constant(bytes) {
  const port = 20000 + (process.pid % 20000);
  const child = spawn(tool('constant'), [port, bytes, cpus().length].map(String), { stdio: 'ignore' });
  for (let i = 0; i < 100; i++) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      break;
    } catch {
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  return { base: `http://127.0.0.1:${port}`, stop: () => new Promise((done) => { child.on('exit', done); child.kill('SIGTERM'); }) };
}

const MICROSECONDS = { us: 1, ms: 1e3, s: 1e6 };

/** wrk on one address: answers a second, and how long they took. */
function wrk(url, connections, seconds, token) {
  const headers = token ? ['-H', `Authorization: Bearer ${token}`] : [];
  const out = run('wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...headers, url);
  if (/Non-2xx/.test(out)) throw new Error(out);
  const took = (share) => {
    const [, n, unit] = out.match(new RegExp(`${share}%\\s+([\\d.]+)(us|ms|s)`));
    return Number(n) * MICROSECONDS[unit];
  };
  return { per_s: Number(out.match(/Requests\/sec:\s+([\d.]+)/)[1]), p50_us: took(50), p99_us: took(99) };
}

// ---- the kinds of work: each answers a list of {value, ceiling, …}

async function writes(scenario) {
  const base = baseTown();
  const bodies = join(work, 'bodies');
  writeFileSync(bodies, run(tool('bodies'), copyOf(base, 'for-bodies'), 20000, 5000000));
  const runs = [];
  for (let i = 0; i < options.runs; i++) {
    let ceiling = { orders_s: PEER_LIFECYCLES };
    if (scenario === 'file') {
      const dir = join(work, 'ceiling');
      rmSync(dir, { recursive: true, force: true });
      mkdirSync(dir);
      const [a, b] = ['ceiling/a', 'ceiling/b'].map((name) => towns.copy(base, name));
      // As many orders as the store is likely to take in the time.
      const orders = Math.round(options.seconds * (towns.onServer ? 3000 : 10000));
      ceiling = towns.onServer ? runJson(tool('ceiling_server'), 'file', a, towns.address(a), towns.address(b), orders)
        : runJson(tool('ceiling_file'), dir, orders);
      rmSync(dir, { recursive: true, force: true });
    }
    const server = await towns.serve(copyOf(base, 'town'));
    const before = server.cpu();
    const load = runJson(tool('load'), server.port, server.token, bodies, scenario, options.connections, options.seconds);
    runs.push({ value: load.orders_s, ceiling: ceiling.orders_s, p50_us: load.p50_us, p99_us: load.p99_us,
      requests_s: load.requests_s, cpu_us_per_request: round(1e6 * (server.cpu() - before) / load.requests),
      memory_mb: round(server.memory_mb()) });
    await server.stop();
  }
  return runs;
}

async function reads(path) {
  const server = await towns.serve(baseTown());
  const url = await path(server);
  const bytes = Buffer.byteLength((await server.get(url)).text);
  const runs = [];
  for (let i = 0; i < options.runs; i++) {
    const flat = await constant(bytes);
    const ceiling = wrk(flat.base, options.connections, options.seconds);
    await flat.stop();
    const before = server.cpu();
    const full = wrk(server.base + url, options.connections, options.seconds, server.token);
    const cpu = (server.cpu() - before) / (full.per_s * options.seconds);
    // How long one answer takes when nobody waits in front.
    const alone = wrk(server.base + url, 1, Math.min(2, options.seconds), server.token);
    runs.push({ value: full.per_s, ceiling: ceiling.per_s, p50_us: alone.p50_us, p99_us: alone.p99_us, bytes,
      cpu_us_per_request: round(1e6 * cpu), memory_mb: round(server.memory_mb()) });
  }
  await server.stop();
  return runs;
}

const SEARCH_WORDS = 90;
const SEARCH_ITEMS = 1000000;
/** What somebody who searches may wait, in milliseconds. */
const SEARCH_P99_MS = 50;

/** Pairs of characters from titles spread over the whole town: some stand in a third of all orders, some in a few. */
async function wordsOf(server, items) {
  const words = new Set();
  for (let i = 1; words.size < SEARCH_WORDS; i++) {
    const { title } = (await server.get(`/api/items/${1 + ((i * 7919) % items)}`)).json;
    const pairs = [...title].slice(1).map((c, k) => title[k] + c).filter((pair) => /^\p{Script=Han}{2}$/u.test(pair));
    words.add(pairs[(i * 31) % pairs.length] ?? pairs[0]);
  }
  return [...words].filter(Boolean);
}

/** The first page of each word and its count, one at a time, for somebody who sees everything and for one committee's handler. */
async function search() {
  const dir = options.town ? resolve(options.town) : towns.demo(options.items || SEARCH_ITEMS);
  const server = await towns.serve(dir, 'leader1');
  options.items = (await server.get('/api/items?limit=1&sort=-filed')).json.rows[0].id;
  const words = await wordsOf(server, options.items);
  const people = { leader: 'leader1', handler: `handler-${await busiest(server)}` };
  const tokens = Object.fromEntries(Object.entries(people).map(([who, login]) => [who, towns.token(dir, login)]));
  const runs = [];
  for (let i = 0; i < options.runs; i++) {
    const of = {};
    for (const who of Object.keys(people)) {
      const cpu = server.cpu();
      const took = [];
      for (const word of words) {
        const start = process.hrtime.bigint();
        await server.get(`/api/items?filter=${encodeURIComponent(word)}&limit=20`, tokens[who]);
        took.push(Number(process.hrtime.bigint() - start) / 1e6);
      }
      took.sort((a, b) => a - b);
      const at = (share) => round(took[Math.ceil(share * took.length) - 1]);
      of[who] = { p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99), max_ms: at(1),
        cpu_ms_per_search: round((1000 * (server.cpu() - cpu)) / words.length) };
    }
    runs.push({ value: of.handler.p99_ms, ceiling: SEARCH_P99_MS, ...of });
  }
  await server.stop();
  return runs;
}

const spawnJson = (command, ...args) => new Promise((done, fail) => {
  const child = spawn(command, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (d) => { out += d; });
  child.on('close', (code) => (code === 0 ? done(JSON.parse(out)) : fail(new Error(`${command}: ${code}`))));
});
const MIXED_READS_S = 200;
/** What a reader may wait while others write, in milliseconds. */
const MIXED_P99_MS = 50;

/** What a page may take in a town of any size. */
const WANDER_P99_MS = 20;

/** Reads at a fixed rate, alone and beside writers at full speed; times from the intended start of each. */
async function mixed() {
  const base = baseTown();
  const bodies = join(work, 'bodies');
  writeFileSync(bodies, run(tool('bodies'), copyOf(base, 'for-bodies'), 20000, 5000000));
  const runs = [];
  for (let i = 0; i < options.runs; i++) {
    const server = await towns.serve(copyOf(base, 'town'));
    runJson(tool('load'), server.port, server.token, bodies, 'lifecycle', 4, 10, 200); // something to read
    const row = (await server.get('/api/items?limit=1')).json.rows[0];
    const paths = { item: `/api/items/${row.id}`, list: '/api/items?limit=20&sort=due&filter=open:yes' };
    for (const [what, path] of Object.entries(paths)) {
      const pace = [tool('pace'), server.port, server.token, path, MIXED_READS_S, options.seconds];
      const alone = runJson(...pace);
      const before = await server.figures();
      const [beside, load] = await Promise.all([spawnJson(...pace),
        spawnJson(tool('load'), server.port, server.token, bodies, 'lifecycle', options.connections, options.seconds + 0.5)]);
      const after = await server.figures();
      const ms = ({ p50_us, p99_us, p999_us, max_us }) => ({ p50_ms: p50_us / 1e3, p99_ms: p99_us / 1e3, p999_ms: p999_us / 1e3, max_ms: max_us / 1e3 });
      const groups = after.bihuan_writer_groups_total - before.bihuan_writer_groups_total;
      runs.push({ what, value: beside.p99_us / 1e3, ceiling: MIXED_P99_MS, alone: ms(alone), beside: ms(beside), writes_s: load.requests_s,
        commit_ms: round((1e3 * (after.bihuan_writer_commit_seconds_sum - before.bihuan_writer_commit_seconds_sum)) / groups),
        log_pages: after.bihuan_store_log_pages, log_mb: round(after.bihuan_store_log_bytes / 1e6) });
    }
    await server.stop();
  }
  return runs;
}

const WORK = {
  file: { unit: 'orders/s', go: () => writes('file') },
  lifecycle: { unit: 'lifecycles/s', go: () => writes('lifecycle') },
  read: {
    unit: 'answers/s',
    go: () => reads(async (server) => {
      const rows = (await server.get('/api/items?limit=1&sort=due&filter=open:yes')).json.rows;
      return `/api/items/${rows[0].id}`;
    }),
  },
  queue: {
    unit: 'pages/s',
    go: () => reads(async (server) => {
      const code = await busiest(server);
      return `/api/items?sort=due&limit=20&filter=${encodeURIComponent(`open:yes unit:${code}`)}`;
    }),
  },
  board: {
    unit: 'boards/s',
    go: () => reads(async () => `/api/boards/hotline?by=unit&period=${new Date().getFullYear()}`),
  },
  mixed: { unit: 'ms p99', go: mixed },
  wander: {
    unit: 'ms p99',
    go: async () => {
      const server = await towns.serve(resolve(options.town), 'leader1');
      const { items, runs } = await wander(server, options.seconds);
      await server.stop();
      options.items = items;
      return runs.map((r) => ({ value: r.p99_ms, ceiling: WANDER_P99_MS, ...r }));
    },
  },
  search: { unit: 'ms p99', go: search },
  import: {
    unit: 'rows/s',
    go: async () => {
      const rows = options.items || IMPORT_ROWS;
      const base = towns.base(0);
      const sheet = join(work, 'sheet.csv');
      writeFileSync(sheet, run(tool('sheet'), base, rows));
      const runs = [];
      for (let i = 0; i < options.runs; i++) {
        const dir = towns.copy(base, 'town');
        const start = process.hrtime.bigint();
        const cpuBefore = childrenCpu();
        run(program, 'import', sheet, '--map', 'city-orders', '--dir', dir);
        const s = Number(process.hrtime.bigint() - start) / 1e9;
        const cpu = childrenCpu() - cpuBefore;
        const before = towns.copy(base, 'before');
        const ceiling = towns.onServer ? runJson(tool('ceiling_server'), 'import', towns.address(dir), towns.address(before))
          : runJson(tool('ceiling_import'), dir, before);
        // On a server most of the work is done in the server's processes, the ceiling's too: its CPU tells nothing.
        const used = towns.onServer ? {} : { cpu_us_per_row: round((1e6 * cpu) / rows),
          cpu_us_per_row_ceiling: round((1e6 * ceiling.cpu_s) / rows) };
        runs.push({ value: rows / s, ceiling: ceiling.rows_s, ...used });
      }
      return runs;
    },
  },
};

const runs = await WORK[kind].go();
const value = median(runs.map((r) => r.value));
const ceiling = median(runs.map((r) => r.ceiling));
const result = { bench: kind, store: options.store, ...(options.town ? { town: options.town } : {}), items: options.items, value: round(value, 4), unit: WORK[kind].unit,
  ceiling: round(ceiling, 4), ratio: round(median(runs.map((r) => r.value / r.ceiling))),
  spread: spread(runs.map((r) => r.value)), runs, machine: machine(work) };
console.log(JSON.stringify(result));
mkdirSync(join(root, 'bench/out'), { recursive: true });
writeFileSync(join(root, 'bench/out', `${new Date().toISOString().replace(/[:.]/g, '-')}-${kind}.json`),
  `${JSON.stringify({ ...result, options, at: new Date().toISOString() }, null, 1)}\n`);
