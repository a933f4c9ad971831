// A real server with a town of its own, and people who are logged in to it. Every test file makes its own town in a
// temporary folder, at a stated time, and takes it away afterwards.
import assert from 'node:assert/strict';
import { spawn, spawnSync, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { connect } from 'node:net';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Rows of registers a demonstration of xinjing begins with (towns/xinjing/registers), by register: its orders' ids follow theirs. */
export const DEMO_SHEETS = { estate: 66, building: 12, enterprise: 300, 'party-branch': 250, activity: 475, 'member-count': 241, facility: 75, premises: 60, policy: 16, asset: 18, lease: 45, post: 24 };
export const DEMO_ROWS = Object.values(DEMO_SHEETS).reduce((a, b) => a + b);
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const program = process.env.BIHUAN ?? join(root, 'build/release/bihuan');
export const PASSWORD = 'bihuan-demo-2026';

/** A PostgreSQL server to keep the towns of the tests in, as an address without a database; else they are files. */
export const server = process.env.BIHUAN_POSTGRES;
/** In a city (tools/shards.sh) the servers that hold the rows: that of the towns of the tests first. The last one is down. */
const shards = (process.env.BIHUAN_SHARDS ?? '').split(' ').filter(Boolean).slice(0, -1);
/** Where the rows of the town are. */
export const home = shards[0] ?? server;
let databases = 0;

export function psql(sql, database = 'postgres', at = server) {
  return execFileSync('psql', ['-q', '-X', '-v', 'ON_ERROR_STOP=1', '-d', `${at}/${database}`, '-At', '-c', sql], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** An empty database for one town or several; over a city one on every server. */
function makeDatabase(name) {
  for (const at of [server, ...shards]) psql(`CREATE DATABASE ${name} ${shards.length ? 'TEMPLATE bihuan_city' : ''}`, 'postgres', at);
  for (const i of shards.keys()) psql(`ALTER SERVER shard${i} OPTIONS (SET dbname '${name}')`, name);
}

/** Runs a command of the program to its end; answers its standard output. */
export function run(...args) {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
}

/** Runs a command to its end, whatever comes of it. */
export function call(...args) {
  const r = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  return { code: r.status, out: r.stdout, err: r.stderr };
}

/** Runs it with --json; what it answers. */
export function good(...args) {
  const r = call(...args, '--json');
  assert.equal(r.code, 0, `${args.join(' ')}: ${r.code} ${r.err} ${r.out}`);
  return JSON.parse(r.out);
}

/** The history of a town in a file as its key does not tell it: the marks of personal data, and with them the hashes, are of its own
 *  (docs/decisions/044). */
export const history = (dir) =>
  execFileSync('sqlite3', [join(dir, 'bihuan.db'), 'SELECT item, version, at_us, person, unit, what, part, note, changes FROM event ORDER BY id'],
    { encoding: 'utf8', maxBuffer: 256 << 20 }).replace(/#[0-9a-f]{32}"/g, '"');

export class Town {
  /** Makes a town; options: town (name), at (time the server begins at), still (time does not move on), dir (where: a
   *  folder that is there), args (more for serve), env (of the server). */
  static async make({ town = 'xinjing', at, still = true, prepare, dir, args = [], env } = {}) {
    const t = new Town();
    t.dir = dir ?? mkdtempSync(join(tmpdir(), 'bihuan-'));
    t.args = args;
    t.env = env;
    t.at = at;
    t.still = still;
    const where = [];
    if (server) {
      t.database = `bihuan_${process.pid}_${++databases}`;
      makeDatabase(t.database);
      where.push('--db', `${server}/${t.database}`);
    }
    run('init', '--dir', t.dir, '--town', town, ...where);
    if (prepare) await prepare(t);
    await t.start();
    return t;
  }

  /** under: a command in front of the program, for example one that sets limits. */
  async start({ at = this.at, port = 0, options = [], under = [] } = {}) {
    const args = ['serve', '--dir', this.dir, '--port', String(port), '--demo', ...(this.args ?? []), ...options];
    if (at) args.push('--at', at);
    if (at && this.still) args.push('--stand-still');
    const [command, ...rest] = [...under, program, ...args];
    this.child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.env } });
    this.log = '';
    this.child.stderr.on('data', (d) => { this.log += d; });
    this.ended = new Promise((done) => this.child.on('exit', (code, signal) => done({ code, signal })));
    this.base = await new Promise((done, fail) => {
      let out = '';
      this.child.stdout.on('data', (d) => {
        out += d;
        const ready = out.match(/ready on (http:\S+)/);
        if (ready) done(ready[1]);
      });
      this.ended.then(() => fail(new Error(`the server ended: ${this.log}`)));
    });
  }

  /** Asks the server to end; a server that was asked politely ends well, or the test fails. */
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    const end = await this.ended;
    if (signal === 'SIGTERM' && end.code !== 0) throw new Error(`the server ended with ${JSON.stringify(end)}: ${this.log}`);
    return end;
  }

  /** Stops and starts again at another time: how tests let time pass. */
  async move(at) {
    await this.stop();
    await this.start({ at });
  }

  async end() {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
    if (this.database) for (const at of [server, ...shards]) psql(`DROP DATABASE ${this.database} WITH (FORCE)`, 'postgres', at);
  }

  /** Somebody logged in. */
  async as(login, password = PASSWORD) {
    const p = new Person(this);
    const r = await p.post('/api/login', { login, password });
    if (r.status !== 200) throw new Error(`${login} cannot log in: ${JSON.stringify(r.body)}`);
    p.cookie = r.headers.get('set-cookie').split(';')[0];
    p.me = r.body;
    return p;
  }

  /** Says SQL to the database behind the program's back; answers what it printed. */
  sql(text) {
    return server ? psql(text, this.database, home) : execFileSync('sqlite3', [join(this.dir, 'bihuan.db'), text], { encoding: 'utf8' });
  }

  /** Everything that is kept of the town in its database, as bytes. */
  kept() {
    if (server) return execFileSync('pg_dump', [`${home}/${this.database}`], { maxBuffer: 1 << 28 });
    return Buffer.concat(['bihuan.db', 'bihuan.db-wal'].map((name) => join(this.dir, name)).filter(existsSync)
      .map((file) => readFileSync(file)));
  }

  /** How many are waiting for a lock in the town's database. */
  waiting() {
    return Number(psql(`SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '${this.database}'`, 'postgres', home));
  }

  /** Changes one letter of an event's note behind the program's back; the town is not served meanwhile. */
  forge(event, note) {
    if (server) return this.sql(`UPDATE event SET note = '!' || substr(note, 2) WHERE id = ${Number(event)}`);
    const file = join(this.dir, 'bihuan.db');
    const bytes = readFileSync(file);
    const at = bytes.indexOf(note);
    if (at < 0 || bytes.indexOf(note, at + 1) >= 0) throw new Error(`${note} does not stand in the file once`);
    bytes[at + 2] ^= 1;
    return writeFileSync(file, bytes);
  }

  nobody() {
    return new Person(this);
  }
}

/** A step that is asked for by one and agreed to by another; the answer of whoever decided, or the asker's when it was refused
 *  at once. word: what the decider says beside yes. */
export async function agreed(asker, decider, item, step, more = {}, word = {}) {
  const asked = await asker.step(item, step, more);
  if (asked.status !== 200) return asked;
  const { part } = asked.body.requests.find((r) => r.step === step);
  return decider.step(asked.body, step, { say: 'yes', ...(part ? { part } : {}), ...word });
}

/** Asks again and again until the answer is truthy: for what another thread of the server does in its own time. */
export async function until(what, ask, limit_ms = 30_000) {
  const end = Date.now() + limit_ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((go) => setTimeout(go, 20));
  }
}

/** Sends bytes over a socket and answers everything that comes back until the server closes (or says nothing more). */
export function raw(town, bytes, { quiet_ms = 3000 } = {}) {
  const { hostname, port } = new URL(town.base);
  return new Promise((done) => {
    const got = [];
    const socket = connect(Number(port), hostname, () => { socket.end(bytes); });
    const finish = () => { socket.destroy(); done(Buffer.concat(got).toString('latin1')); };
    socket.setTimeout(quiet_ms, finish);
    socket.on('data', (d) => got.push(d));
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

/** The fields an error answer names, sorted. */
export const fields = (r) => r.body.errors.map((e) => e.field).sort();

export class Person {
  constructor(town) {
    this.town = town;
  }

  async call(method, path, body, headers = {}) {
    const h = { ...headers };
    if (this.cookie) h.cookie = this.cookie;
    if (this.token) h.authorization = `Bearer ${this.token}`;
    if (this.me && method !== 'GET') h['x-csrf'] ??= this.me.csrf;
    let data = body;
    if (body !== undefined && !(body instanceof FormData) && typeof body !== 'string' && !(body instanceof Uint8Array)) {
      h['content-type'] = 'application/json';
      data = JSON.stringify(body);
    }
    const res = await fetch(this.town.base + path, { method, headers: h, body: data, redirect: 'manual' });
    const text = await res.text();
    let parsed = text;
    if ((res.headers.get('content-type') ?? '').includes('json') && text) parsed = JSON.parse(text);
    return { status: res.status, body: parsed, headers: res.headers };
  }

  get(path) {
    return this.call('GET', path);
  }

  post(path, body, headers) {
    return this.call('POST', path, body, headers);
  }

  patch(path, body, headers) {
    return this.call('PATCH', path, body, headers);
  }

  del(path, headers) {
    return this.call('DELETE', path, undefined, headers);
  }

  /** Attaches a file to an item. */
  attach(item, name, content, { type = 'text/plain', note } = {}) {
    const form = new FormData();
    form.append('file', new Blob([content], { type }), name);
    if (note) form.append('note', note);
    return this.post(`/api/items/${item.id}/files`, form);
  }

  /** Everything a page needs to draw; kept after the first time. */
  async catalog() {
    this.cat ??= (await this.get('/api/catalog')).body;
    return this.cat;
  }

  async unit(code) {
    const u = (await this.catalog()).units.find((x) => x.code === code || x.name === code);
    if (!u) throw new Error(`no unit ${code}`);
    return u.id;
  }

  async klass(code) {
    const k = (await this.catalog()).classes.find((x) => x.code === code || x.name === code);
    if (!k) throw new Error(`no class ${code}`);
    return k.id;
  }

  /** Files an order with what it needs, unless said otherwise. */
  async file(more = {}) {
    const { fields, ...rest } = more;
    const body = {
      loop: 'hotline', title: '楼道堆物影响通行', text: '二期7号楼3层楼道堆放纸箱，影响通行。', address: '北虹路1号',
      class: await this.klass('0102'), fields: { channel: '12345', kind: '投诉', ...fields }, ...rest,
    };
    return this.post('/api/items', body);
  }

  /** Takes a step on an item as it was last seen. */
  step(item, step, more = {}) {
    return this.post(`/api/items/${item.id}/steps`, { step, version: item.version, ...more });
  }

  async item(id) {
    return (await this.get(`/api/items/${id}`)).body;
  }

  async list(filter, more = '') {
    return (await this.get(`/api/items?filter=${encodeURIComponent(filter)}${more}`)).body;
  }

  async board(period, more = '') {
    return (await this.get(`/api/boards/hotline?period=${encodeURIComponent(period)}${more}`)).body;
  }
}

/** An open page: keeps what it heard. */
export class Page {
  static open(person, headers = {}) {
    const page = new Page();
    page.heard = [];
    page.person = person;
    return new Promise((done, fail) => {
      page.req = http.get(person.town.base + '/api/events', { agent: false, headers: { cookie: person.cookie, ...headers } }, (res) => {
        page.status = res.statusCode;
        page.headers = res.headers;
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (d) => {
          text += d;
          for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) page.take(text.slice(0, end));
        });
        res.on('error', () => {});
        res.on('close', () => { page.closed = true; });
        done(page);
      });
      page.req.on('error', (e) => { page.closed = true; fail(e); });
    });
  }

  take(block) {
    const lines = block.split('\n').filter((l) => !l.startsWith(':'));
    const get = (key) => lines.find((l) => l.startsWith(key + ': '))?.slice(key.length + 2);
    if (get('event')) this.heard.push({ id: Number(get('id')), event: get('event'), data: JSON.parse(get('data')) });
  }

  /** Waits until it has heard an event that fits. */
  hears(fits) {
    return until('the page hears it', () => this.heard.find(fits));
  }

  close() {
    this.req.on('error', () => {});
    this.req.destroy();
  }
}

/** Every count of a board, with the filter that lists what it counts. */
export function figures(board) {
  return [...board.rows, board.total].flatMap((row) => board.tallies.map(({ key, filter }) =>
    ({ row: row.name, key, v: row.tallies[key], link: `${filter} ${row.filter}` })));
}

export const REPLY = {
  fact: '属实', appeal: '诉求合理合法', site: '是', reply_way: '电话', solved: '实际解决', reply: '已清理楼道堆物，并回电告知。',
};
