// The runs behind bench/run: each kind of work and its ceiling by turns, K times; medians and their spread. Raw data go to
// bench/out/, one file a run; towns of a million orders are kept in var/ for the next time.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const build = process.env.BIHUAN_BUILD ?? join(root, 'build/release');
const program = join(build, 'bihuan');
const tool = (name) => join(build, 'bench', name);

const options = { items: 0, seconds: 5, runs: 5, connections: 64 };
const KINDS = ['file', 'lifecycle', 'read', 'queue', 'board', 'import'];
// Published by the makers of the best of the civic peers: lifecycles a second on 16 virtual cores, empty.
const PEER_LIFECYCLES = 37;
const IMPORT_ROWS = 100000;

function usage(message) {
  console.error(`${message}\nusage: bench/run ${KINDS.join('|')} [--items N] [--seconds S] [--runs K] [--connections C]`);
  process.exit(2);
}

const kind = process.argv[2];
if (!KINDS.includes(kind)) usage('what is to be measured?');
for (let i = 3; i < process.argv.length; i += 2) {
  const name = process.argv[i].replace(/^--/, '');
  const value = Number(process.argv[i + 1]);
  if (!(name in options) || !(value >= 0)) usage(`${process.argv[i]} is not an option, or its value no number`);
  options[name] = value;
}

// ---- programs

const run = (command, ...args) => execFileSync(command, args.map(String), { encoding: 'utf8', maxBuffer: 1 << 30,
  stdio: ['ignore', 'pipe', 'ignore'] });
const runJson = (command, ...args) => JSON.parse(run(command, ...args));
/** CPU seconds of all programs that were run and have ended. */
const childrenCpu = () => {
  const fields = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
};
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const round = (x, digits = 3) => Number(x.toPrecision(digits));

const work = mkdtempSync(join(mkdirSync(join(root, 'var'), { recursive: true }) ?? join(root, 'var'), 'bench-run-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(1));

/** A town with so many items, made once; none is cheap enough to be made every time. */
function baseTown(items) {
  if (items === 0) {
    const dir = join(work, 'empty');
    if (!existsSync(dir)) run(tool('fill'), dir, 0);
    return dir;
  }
  const dir = join(root, 'var', `bench-${items}`);
  if (!existsSync(join(dir, 'filled'))) {
    console.error(`making ${dir}: about ${Math.ceil(items / 8000)} s`);
    rmSync(dir, { recursive: true, force: true });
    run(tool('fill'), dir, items, Math.min(20000, items / 10));
    run(program, 'token', 'make', '--dir', dir, '--as', 'bench', '--name', 'bench', '--days', 700);
    writeFileSync(join(dir, 'filled'), '');
  }
  return dir;
}

function copyTown(from, name) {
  const to = join(work, name);
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('-shm') });
  return to;
}

async function serve(dir) {
  const child = spawn(program, ['serve', '--dir', dir, '--port', '0', '--lang', 'en'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const base = await new Promise((done, fail) => {
    let out = '';
    child.stdout.on('data', (d) => {
      out += d;
      const ready = out.match(/ready on (http:\S+)/);
      if (ready) done(ready[1]);
    });
    child.on('exit', () => fail(new Error('the server ended')));
  });
  const token = run(program, 'token', 'make', '--dir', dir, '--as', 'bench', '--name', 'bench').trim();
  const get = async (path) => {
    const answer = await fetch(base + path, { headers: { authorization: `Bearer ${token}` } });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
    return { text, json: JSON.parse(text) };
  };
  const status = () => readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const cpu = () => {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  return { base, port: new URL(base).port, token, get, cpu, memory_mb: () => Number(status().match(/VmHWM:\s+(\d+)/)[1]) / 1024,
    stop: () => new Promise((done) => { child.on('exit', done); child.kill('SIGTERM'); }) };
}

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

function machine() {
  const lines = run('df', '--output=fstype', work).trim().split('\n');
  return { cpu: cpus()[0].model, cores: cpus().length, memory_gib: round(totalmem() / 2 ** 30), kernel: release(),
    files: lines[lines.length - 1], load: round(loadavg()[0]) };
}

// ---- the kinds of work: each answers a list of {value, ceiling, …}

async function writes(scenario) {
  const base = baseTown(options.items);
  const bodies = join(work, 'bodies');
  writeFileSync(bodies, run(tool('bodies'), copyTown(base, 'for-bodies'), 20000, 5000000));
  const runs = [];
  for (let i = 0; i < options.runs; i++) {
    let ceiling = { orders_s: PEER_LIFECYCLES };
    if (scenario === 'file') {
      const dir = join(work, 'ceiling');
      rmSync(dir, { recursive: true, force: true });
      mkdirSync(dir);
      copyTown(base, 'ceiling/a');
      copyTown(base, 'ceiling/b');
      ceiling = runJson(tool('ceiling_file'), dir, Math.round(options.seconds * 10000));
      rmSync(dir, { recursive: true, force: true });
    }
    const server = await serve(copyTown(base, 'town'));
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
  const server = await serve(baseTown(options.items));
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

/** The unit with most open items, as its people see their queue. */
async function busiest(server) {
  const units = (await server.get('/api/catalog')).json.units;
  let best = { n: -1 };
  for (const u of units.filter((x) => x.kind === 'neighbourhood')) {
    const n = (await server.get(`/api/items?limit=1&filter=${encodeURIComponent(`open:yes unit:${u.code}`)}`)).json.total;
    if (n > best.n) best = { n, code: u.code };
  }
  return best.code;
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
  import: {
    unit: 'rows/s',
    go: async () => {
      const rows = options.items || IMPORT_ROWS;
      const base = baseTown(0);
      const sheet = join(work, 'sheet.csv');
      writeFileSync(sheet, run(tool('sheet'), base, rows));
      const runs = [];
      for (let i = 0; i < options.runs; i++) {
        const dir = copyTown(base, 'town');
        const before = process.hrtime.bigint();
        const cpuBefore = childrenCpu();
        run(program, 'import', sheet, '--map', 'city-orders', '--dir', dir);
        const s = Number(process.hrtime.bigint() - before) / 1e9;
        const cpu = childrenCpu() - cpuBefore;
        const ceiling = runJson(tool('ceiling_import'), dir, copyTown(base, 'before'));
        runs.push({ value: rows / s, ceiling: ceiling.rows_s, cpu_us_per_row: round((1e6 * cpu) / rows),
          cpu_us_per_row_ceiling: round((1e6 * ceiling.cpu_s) / rows) });
      }
      return runs;
    },
  },
};

const runs = await WORK[kind].go();
const value = median(runs.map((r) => r.value));
const ceiling = median(runs.map((r) => r.ceiling));
const result = { bench: kind, store: 'sqlite', items: options.items, value: round(value, 4), unit: WORK[kind].unit,
  ceiling: round(ceiling, 4), ratio: round(median(runs.map((r) => r.value / r.ceiling))),
  spread: round((Math.max(...runs.map((r) => r.value)) - Math.min(...runs.map((r) => r.value))) / value, 2), runs, machine: machine() };
console.log(JSON.stringify(result));
mkdirSync(join(root, 'bench/out'), { recursive: true });
writeFileSync(join(root, 'bench/out', `${new Date().toISOString().replace(/[:.]/g, '-')}-${kind}.json`),
  `${JSON.stringify({ ...result, options, at: new Date().toISOString() }, null, 1)}\n`);
