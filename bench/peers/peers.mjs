// The runs behind bench/peers/run: Bihuan on SQLite, on PostgreSQL, Request Tracker and Redmine are filled with the same orders
// and do the same five kinds of work by turns, asked by the same generator. Prints one line of JSON a figure, then a table in
// Markdown; raw data go to bench/out/.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { machine, median, openOf, round, run, spread, sql } from '../towns.mjs';
import { bihuan } from './bihuan.mjs';
import { askJson, startNginx, stop, stopAll } from './common.mjs';
import { redmine } from './redmine.mjs';
import { requestTracker } from './rt.mjs';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname.replace(/\/$/, '');
const root = resolve(here, '../..');
const build = process.env.BIHUAN_BUILD ?? join(root, 'build/release');
const options = { items: 0, seconds: 10, runs: 3, connections: 16, only: '' };
const WORKS = ['create', 'read', 'list', 'update', 'search'];
const STOCK = 1000; // filled through each peer's own library; more are copies of those rows
const BODIES = 50000;
// Of the titles; each stands in an eighth of the orders.
const WORDS = ['堆物', '飞线', '噪声', '困人', '垃圾', '积水', '架空', '占道'];
const PATIENCE_S = 120;

for (let i = 2; i < process.argv.length; i += 2) {
  const name = process.argv[i].replace(/^--/, '');
  const value = name === 'only' ? process.argv[i + 1] : Number(process.argv[i + 1]);
  if (!(name in options) || (name !== 'only' && !(value >= 0))) {
    console.error('usage: bench/peers/run [--setup] [--items N] [--seconds S] [--runs K] [--connections C] [--only NAME,…]');
    process.exit(2);
  }
  options[name] = value;
}

const dir = mkdtempSync(join(root, 'var/peers-'));
chmodSync(dir, 0o755); // each program runs as its own user
const cores = cpus().length;
const say = (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

process.on('exit', () => {
  stopAll();
  rmSync(dir, { recursive: true, force: true });
});
process.on('SIGINT', () => process.exit(1));
process.on('SIGTERM', () => process.exit(1));

// ---- the orders

function readOrders(bodies) {
  return readFileSync(bodies, 'utf8').trim().split('\n').map((line) => {
    const blank = line.indexOf(' ');
    const json = line.slice(blank + 1);
    const { title, text, address, caller } = JSON.parse(json);
    return { unit: Number(line.slice(0, blank)), json, title,
      content: `${text}\n${address}\n${caller.name} ${caller.phone} ${caller.door}` };
  });
}

// ---- playing

/** What the database's server did meanwhile: commits, bytes of its log, and how often it had the log on the disk. */
function serverCounts(system) {
  if (!system.database) return undefined;
  const [commits, bytes, syncs] = sql(system.database, `SELECT pg_stat_force_next_flush(); SELECT (SELECT xact_commit FROM pg_stat_database
    WHERE datname = current_database()) || ' ' || wal_bytes || ' ' || wal_sync FROM pg_stat_wal`).trim().split(/\s+/).map(Number);
  return { commits, bytes, syncs };
}

function play(system, requests, { once = false, take, seconds = options.seconds } = {}) {
  const list = join(dir, 'list');
  const heads = join(dir, 'heads');
  writeFileSync(list, requests.map((r) => `${r.join('\t')}\n`).join(''));
  writeFileSync(heads, system.heads().map((h) => `${h}\n`).join(''));
  const env = { ...process.env, PLAY_LIST: list, PLAY_HEADS: heads, PLAY_ONCE: once ? 'yes' : '' };
  if (take) env.PLAY_TAKE = take;
  sql('postgres', 'CHECKPOINT');
  const before = serverCounts(system);
  const out = execFileSync('wrk', ['-t1', `-c${options.connections}`, `-d${seconds}s`, '--timeout', `${PATIENCE_S}s`, '-s',
    join(here, 'wrk.lua'), system.base], { env, encoding: 'utf8' });
  const got = JSON.parse(out.trim().split('\n').at(-1));
  const after = serverCounts(system);
  if (got.refused || got.broken || got.late) throw new Error(`${system.name}: ${JSON.stringify(got)}; the first was ${requests[0].join(' ')}`);
  // Slower than the time given: as long as it takes for some answers at least.
  if (got.requests < options.connections && seconds < PATIENCE_S) return play(system, requests, { once, take, seconds: seconds * 4 });
  const each = before && got.requests > 0 ? { commits: round((after.commits - before.commits) / got.requests),
    log_bytes: round((after.bytes - before.bytes) / got.requests), log_syncs: round((after.syncs - before.syncs) / got.requests) } : undefined;
  return { ...got, per_s: got.requests / got.seconds, each };
}

const idsOf = (file) => readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map((line) => {
  const [id, version] = line.split(' ').map(Number);
  return { id, version };
});

async function oneRound(system, orders, units, figures) {
  const take = join(dir, 'ids');
  const note = (work, got) => {
    figures[work].push(got);
    say(`${system.name} ${work}: ${round(got.per_s)}/s, p50 ${round(got.p50_us / 1000)} ms, p99 ${round(got.p99_us / 1000)} ms`);
  };
  note('create', play(system, system.create(orders), { take }));
  const ids = idsOf(take).map((x, i) => ({ ...x, unit: units[i % units.length] }));
  note('read', play(system, system.read(ids)));
  note('list', play(system, system.list()));
  note('update', play(system, system.update(ids), { once: true }));
  note('search', play(system, system.search(WORDS)));
}

/** That each is asked what it was meant to be asked: how many a search and a list find. */
async function counts(system) {
  const headers = Object.fromEntries([system.heads()[0].split(/: (.*)/).slice(0, 2)]);
  const ask = async (request) => system.found(await askJson(system.base + request[1], headers));
  return { search: await ask(system.search(WORDS)[0]), list: await ask(system.list()[0]) };
}

// ---- the run

function table(results) {
  const cell = (name, work) => {
    const r = results.find((x) => x.system === name && x.work === work);
    return r ? `${r.value} (${round(r.p50_ms)} / ${round(r.p99_ms)} ms)` : '';
  };
  const names = [...new Set(results.map((r) => r.system))];
  return [`| Work, ${options.items} items there, ${options.connections} connections | ${names.join(' | ')} |`, `|---|${names.map(() => '---|').join('')}`,
    ...WORKS.map((w) => `| ${w}, a second (p50 / p99) | ${names.map((n) => cell(n, w)).join(' | ')} |`)].join('\n');
}

async function main() {
  const bodies = join(dir, 'bodies');
  writeFileSync(bodies, run(join(build, 'bench/bodies'), join(dir, 'words'), BODIES));
  const orders = readOrders(bodies);
  const units = [...new Set(orders.map((o) => o.unit))];
  const place = { here, root, build, dir, cores, sessions: 4 * options.connections };
  const all = [bihuan({ ...place, store: 'sqlite' }), bihuan({ ...place, store: 'postgresql' }), await requestTracker(place), await redmine(place)];
  const chosen = all.filter((s) => options.only === '' || options.only.split(',').includes(s.name));
  const stock = Math.min(options.items, STOCK);
  const every = options.items > 0 ? Math.max(1, Math.round(options.items / openOf(options.items))) : 1;
  const filled = {};
  for (const s of chosen) {
    const start = Date.now();
    s.fill(bodies, options.items, stock, every);
    filled[s.name] = round((Date.now() - start) / 1000);
    say(`${s.name} ${s.versions()}: filled in ${filled[s.name]} s`);
  }
  const fronts = chosen.filter((s) => s.nginx);
  const nginx = fronts.length > 0 ? startNginx(dir, cores, fronts.map((s) => s.nginx)) : undefined;
  const figures = Object.fromEntries(chosen.map((s) => [s.name, Object.fromEntries(WORKS.map((w) => [w, []]))]));
  const found = {};
  try {
    for (const s of chosen) await s.start(units);
    for (let i = 0; i < options.runs; i++) {
      for (const s of chosen) await oneRound(s, orders, units, figures[s.name]);
    }
    for (const s of chosen) found[s.name] = await counts(s);
  } finally {
    for (const s of chosen) await s.stop();
    if (nginx) await stop(nginx);
  }
  const results = chosen.flatMap((s) => WORKS.map((work) => {
    const runs = figures[s.name][work];
    const mid = (f) => median(runs.map(f));
    return { bench: 'peers', system: s.name, version: s.versions(), work, items: options.items, connections: options.connections,
      value: round(mid((r) => r.per_s)), unit: `${work}s/s`, p50_ms: mid((r) => r.p50_us) / 1000, p99_ms: mid((r) => r.p99_us) / 1000,
      spread: spread(runs.map((r) => r.per_s)), ...(runs[0].each ? { each: runs.map((r) => r.each) } : {}) };
  }));
  for (const r of results) console.log(JSON.stringify(r));
  console.log(`\n${table(results)}`);
  mkdirSync(join(root, 'bench/out'), { recursive: true });
  writeFileSync(join(root, 'bench/out', `${new Date().toISOString().replace(/[:.]/g, '-')}-peers.json`), `${JSON.stringify({ options, found,
    filled_s: filled, machine: machine(dir), postgresql: sql('postgres', 'SHOW server_version').trim(), at: new Date().toISOString(),
    results, figures }, null, 1)}\n`);
}

await main();
