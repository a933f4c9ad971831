// Towns to measure on, on either store: made once, copied for each run, served. Used by bench.mjs and peers/peers.mjs.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';

export const run = (command, ...args) => execFileSync(command, args.map(String), { encoding: 'utf8', maxBuffer: 1 << 30,
  stdio: ['ignore', 'pipe', 'ignore'] });
export const runJson = (command, ...args) => JSON.parse(run(command, ...args));
export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
export const round = (x, digits = 3) => Number(x.toPrecision(digits));
/** How far apart the values lie, as a share of their median. */
export const spread = (list) => round((Math.max(...list) - Math.min(...list)) / median(list), 2);

export function machine(dir) {
  const lines = run('df', '--output=fstype', dir).trim().split('\n');
  return { cpu: cpus()[0].model, cores: cpus().length, memory_gib: round(totalmem() / 2 ** 30), kernel: release(),
    files: lines[lines.length - 1], load: round(loadavg()[0]) };
}

/** Orders that are still open, of so many. */
export const openOf = (items) => Math.floor(Math.min(20000, items / 10));

/** CPU seconds a program has used so far: /proc/…/stat. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A statement to the server of tools/postgres.sh; its answer as text. */
export const sql = (database, text) => run('psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', `${process.env.BIHUAN_POSTGRES}/${database}`, '-c', text);

/** CPU seconds of the server's processes that are there now; those that ended are not counted. */
function serverCpu() {
  const first = readFileSync(`${process.env.BIHUAN_POSTGRES_DATA}/postmaster.pid`, 'utf8').split('\n')[0];
  const all = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim().split(' ');
  return all.reduce((sum, pid) => sum + (existsSync(`/proc/${pid}`) ? cpuOf(pid) : 0), 0);
}

/**
 * build: where the programs are; root: of the repository; work: a folder that goes away; store: sqlite or postgresql (of
 * BIHUAN_POSTGRES, which keeps its databases from one time to the next).
 */
export function townsOn({ build, root, work, store }) {
  const program = join(build, 'bihuan');
  const fillTool = join(build, 'bench/fill');
  const onServer = store === 'postgresql';
  const databaseOf = (dir) => dir.replace(/^.*\//, '').replaceAll('-', '_');
  const made = new Set();
  const address = (dir) => `${process.env.BIHUAN_POSTGRES}/${databaseOf(dir)}`;
  const drop = (dir) => sql('postgres', `DROP DATABASE IF EXISTS ${databaseOf(dir)} WITH (FORCE)`);
  const point = (dir) => writeFileSync(join(dir, 'database'), `${address(dir)}\n`, { mode: 0o600 });

  function make(dir, items) {
    rmSync(dir, { recursive: true, force: true });
    if (onServer) {
      drop(dir);
      sql('postgres', `CREATE DATABASE ${databaseOf(dir)} TEMPLATE template0 ENCODING 'UTF8'`);
      run(program, 'init', '--dir', dir, '--db', address(dir));
    }
    run(fillTool, dir, items, openOf(items));
    if (onServer) {
      execFileSync('psql', ['-Xq', address(dir), '-c', 'VACUUM ANALYZE', '-c', 'CHECKPOINT'], { stdio: 'ignore' });
    }
    run(program, 'token', 'make', '--dir', dir, '--as', 'bench', '--name', 'bench', '--days', 700);
  }

  const there = (dir) => existsSync(join(dir, 'filled')) &&
    (!onServer || sql('postgres', `SELECT 1 FROM pg_database WHERE datname = '${databaseOf(dir)}'`).trim() === '1');

  return {
    onServer,
    /** A town with so many items, made once; none is cheap enough to be made every time. */
    base(items) {
      const dir = items === 0 ? join(work, `empty-${store}`) : join(root, 'var', onServer ? `bench-pg-${items}` : `bench-${items}`);
      if (!there(dir)) {
        if (items > 0) console.error(`making ${dir}: about ${Math.ceil(items / (onServer ? 3500 : 8000))} s`);
        make(dir, items);
        writeFileSync(join(dir, 'filled'), '');
      }
      if (onServer) point(dir);
      return dir;
    },
    /** The demonstration town, with its people and texts: made once. */
    demo(items) {
      const dir = join(root, 'var', onServer ? `bench-pg-demo-${items}` : `bench-demo-${items}`);
      if (!there(dir)) {
        console.error(`making ${dir}: about ${Math.ceil(items / (onServer ? 1000 : 6000))} s`);
        rmSync(dir, { recursive: true, force: true });
        if (onServer) {
          drop(dir);
          sql('postgres', `CREATE DATABASE ${databaseOf(dir)} TEMPLATE template0 ENCODING 'UTF8'`);
        }
        run(program, 'demo', '--items', items, '--fast', '--dir', dir, ...(onServer ? ['--db', address(dir)] : []));
        writeFileSync(join(dir, 'filled'), '');
      }
      if (onServer) point(dir);
      return dir;
    },
    /** A token of somebody there. */
    token: (dir, login) => run(program, 'token', 'make', '--dir', dir, '--as', login, '--name', 'bench').trim(),
    /** One of its own, which goes away. */
    fresh(name, items) {
      const dir = join(work, name);
      if (onServer) made.add(dir);
      make(dir, items);
      return dir;
    },
    copy(from, name) {
      const to = join(work, name);
      rmSync(to, { recursive: true, force: true });
      cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('-shm') });
      run('sync', '-f', to); // or the disk would be writing the copy while the town is measured
      if (onServer) {
        drop(to);
        sql('postgres', `CREATE DATABASE ${databaseOf(to)} TEMPLATE ${databaseOf(from)} STRATEGY FILE_COPY`);
        made.add(to);
        point(to);
      }
      return to;
    },
    address,
    /** What copies left on the server. */
    clean() {
      if (!onServer) return;
      for (const dir of [...made, join(work, `empty-${store}`)]) drop(dir);
    },
    async serve(dir, login = 'bench') {
      // The log of the memory it writes through is on the disk before a run, so that no run pays for the one before.
      if (onServer) sql('postgres', 'CHECKPOINT');
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
      const token = run(program, 'token', 'make', '--dir', dir, '--as', login, '--name', 'bench').trim();
      const get = async (path, as = token) => {
        const answer = await fetch(base + path, { headers: { authorization: `Bearer ${as}` } });
        const text = await answer.text();
        if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
        return { text, json: JSON.parse(text) };
      };
      const figures = async () => Object.fromEntries((await (await fetch(`${base}/metrics`)).text()).split('\n')
        .filter((line) => /^[a-z_]+ /.test(line)).map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]));
      const status = () => readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return { base, port: new URL(base).port, token, get, figures, cpu: () => cpuOf(child.pid) + (onServer ? serverCpu() : 0),
        memory_mb: () => Number(status().match(/VmHWM:\s+(\d+)/)[1]) / 1024,
        /** Without the pages of files that are mapped. */
        own_memory_mb: () => Number(status().match(/RssAnon:\s+(\d+)/)[1]) / 1024,
        stop: () => new Promise((done) => { child.on('exit', done); child.kill('SIGTERM'); }) };
    },
  };
}

/** The unit with most open items, as its people see their queue. */
export async function busiest(server) {
  const units = (await server.get('/api/catalog')).json.units;
  let best = { n: -1 };
  for (const u of units.filter((x) => x.kind === 'neighbourhood')) {
    const n = (await server.get(`/api/items?limit=1&filter=${encodeURIComponent(`open:yes unit:${u.code}`)}`)).json.total;
    if (n > best.n) best = { n, code: u.code };
  }
  return best.code;
}
