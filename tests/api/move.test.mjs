// A town moved from a file to another file, to a PostgreSQL server and back: the same to the last letter, or not there at all.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, program, psql, server, Town, until } from './lib.mjs';

const without_server = server ? false : 'skipped: no PostgreSQL (BIHUAN_POSTGRES)';
const TEXT = '路径 C:\\temp\\n，制表\t符，“引号”\'单\'"双"，\\N，表情🏠\n第二行\r\n末行；';
const PHONE = '13812346612';

/** The same with --json: its answer, or what it complained about. */
function ask(...args) {
  const r = call(...args, '--json');
  return { ...r, json: JSON.parse(r.out) };
}

function good(r) {
  assert.equal(r.code, 0, r.out + r.err);
  return r;
}

const above = mkdtempSync(join(tmpdir(), 'bihuan-move-'));
test.after(() => rmSync(above, { recursive: true, force: true }));
let places = 0;
/** A folder's name that is not taken, in a folder that is otherwise empty. */
const place = () => join(mkdtempSync(join(above, `${++places}-`)), 'town');
const beside = (dir) => readdirSync(join(dir, '..'));

let databases = 0;
/** An empty database, as an address. */
function database(t) {
  const name = `bihuan_move_${process.pid}_${++databases}`;
  psql(`CREATE DATABASE ${name}`);
  t.after(() => psql(`DROP DATABASE ${name} WITH (FORCE)`));
  return { name, address: `${server}/${name}`, sql: (text) => psql(text, name) };
}

const TABLES = "SELECT table_name FROM information_schema.columns WHERE column_name = 'town' AND table_schema = 'public'"
  + " AND table_name NOT LIKE 'bihuan%'";

/** A database with all tables, and nothing in them. */
function emptied(t, dir) {
  const db = database(t);
  good(call('move', '--from', dir, '--to', place(), '--db', db.address));
  db.sql(db.sql(TABLES).trim().split('\n').map((table) => `DELETE FROM ${table};`).join(''));
  return db;
}

/** How many rows of any town there are. */
function rows(db) {
  const tables = db.sql(TABLES).trim().split('\n').filter((x) => x);
  return tables.length === 0 ? 0 : Number(db.sql(`SELECT ${tables.map((x) => `(SELECT count(*) FROM ${x})`).join(' + ')}`));
}

const sqlite = (dir, text) => execFileSync('sqlite3', [join(dir, 'bihuan.db'), text], { encoding: 'utf8', maxBuffer: 64 << 20 });
const exported = (dir, loop) => good(call('export', '--filter', `loop:${loop}`, '--dir', dir)).out;
const history = (dir) => good(call('audit', 'list', '--last', '100000', '--dir', dir, '--json')).out;

/** A town in a file that has lived, in all tables a town's life fills. */
const origin = join(above, 'origin');
const known = {};
test.before(async () => {
  good(call('demo', '--dir', origin, '--items', '150', '--until', '2026-03-20T18:00:00+08:00'));
  await live(origin, async (town) => {
    const desk = await town.as('dispatcher1');
    const filed = await desk.file({ title: '特殊字符 \\ \t', text: TEXT, caller: { name: '李小明', phone: PHONE, door: '3号楼402室' } });
    assert.equal(filed.status, 201, JSON.stringify(filed.body));
    const row = await (await town.as('keeper1')).post('/api/items', { loop: 'enterprise', title: '有电话的企业', fields: { uscc: '9144030071526726XG', phone: PHONE } });
    assert.equal(row.status, 201, JSON.stringify(row.body));
    known.row = row.body.id;
    assert.equal((await desk.attach(filed.body, '照片.txt', '照片内容')).status, 201);
    const key = { 'idempotency-key': 'again-and-again' };
    known.body = { loop: 'hotline', title: '同一件', text: '同一件', class: await desk.klass('0102'), fields: { channel: '12345', kind: '投诉' } };
    known.once = (await desk.post('/api/items', known.body, key)).body.id;
    known.id = filed.body.id;
    known.item = await desk.item(known.id);
  });
  known.blobs = Number(sqlite(origin, 'SELECT count(DISTINCT hash) FROM file'));
  assert.ok(known.blobs > 1, 'the demonstration has attachments, too');
  known.token = good(ask('token', 'make', '--as', 'dispatcher1', '--name', '数据平台', '--dir', origin)).json.token;
});

async function live(dir, what) {
  const town = new Town();
  town.dir = dir;
  town.at = '2026-03-20T18:30:00+08:00';
  town.still = true;
  await town.start();
  try {
    await what(town);
  } finally {
    await town.stop();
  }
}

/** Two folders hold the same town. */
function same(from, to, loop = 'hotline') {
  assert.equal(exported(to, loop), exported(from, loop));
  assert.equal(history(to), history(from));
  const verified = [from, to].map((dir) => good(ask('audit', 'verify', '--dir', dir)).json);
  assert.deepEqual(verified[1], verified[0]);
  assert.deepEqual(good(ask('tally', 'verify', '--dir', to)).json, good(ask('tally', 'verify', '--dir', from)).json);
  assert.deepEqual(readFileSync(join(to, 'key')), readFileSync(join(from, 'key')));
  const doctor = good(ask('doctor', '--dir', to)).json;
  assert.ok(doctor.ok, JSON.stringify(doctor));
  return verified[0];
}

/** The town can be lived in: log-ins, tokens, attachments, callers, answers given once, and new orders.
 * seen is the order with everything; answers it as it is afterwards. */
async function alive(dir, seen = known.item) {
  let after;
  await live(dir, async (town) => {
    const desk = await town.as('dispatcher1');
    const item = await desk.item(known.id);
    assert.deepEqual(item, seen);
    assert.ok(item.text.includes('路径 C:\\temp\\n，制表\t符'), item.text);
    assert.equal((await desk.get(`/api/items/${known.id}/files/1`)).body, '照片内容');
    const clear = await desk.post(`/api/items/${known.id}/reveal`, { reason: '回访核对' });
    assert.deepEqual(clear.body, { name: '李小明', phone: PHONE, door: '3号楼402室', fields: [] });
    const row = await (await town.as('keeper1')).post(`/api/items/${known.row}/reveal`, { reason: '核对', fields: ['phone'] });
    assert.equal(row.body.fields?.[0].value, PHONE, JSON.stringify(row.body));
    after = await desk.item(known.id);
    const machine = town.nobody();
    machine.token = known.token;
    assert.equal((await machine.get('/api/me')).status, 200);
    const again = await desk.post('/api/items', known.body, { 'idempotency-key': 'again-and-again' });
    assert.equal(again.body.id, known.once);
    const fresh = await desk.file({ title: '搬迁之后' });
    assert.equal(fresh.status, 201, JSON.stringify(fresh.body));
  });
  good(call('audit', 'verify', '--dir', dir));
  good(call('tally', 'verify', '--dir', dir));
  return after;
}

function move(from, to, ...more) {
  const before = good(ask('audit', 'verify', '--dir', from)).json;
  const r = good(ask('move', '--from', from, '--to', to, ...more)).json;
  assert.deepEqual([r.folder, r.events, r.head, r.blobs], [to, before.events, before.head, known.blobs]);
  assert.deepEqual(beside(to), ['town'], 'nothing unfinished lies about');
  assert.equal(existsSync(join(to, 'database')), more.length > 0);
  assert.equal(existsSync(join(to, 'bihuan.db')), more.length === 0);
  same(from, to);
}

test('from a file to a file', async () => {
  const to = place();
  move(origin, to);
  const counted = (dir) => sqlite(dir, "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'").trim().split(',')
    .filter((table) => table !== 'migration').map((table) => [table, sqlite(dir, `SELECT * FROM ${table}`).split('\n').sort()]); // in whatever order
  assert.deepEqual(counted(to), counted(origin));
  assert.equal(sqlite(to, 'PRAGMA integrity_check').trim(), 'ok');
  await alive(to);
  assert.match(good(call('move', '--dir', origin, '--to', place())).out, /逐行一致；\d+ 条记录，链完整；附件 \d+ 个\n链尾校验值 [0-9a-f]{64}\n/);
});

test('from a file to a server, and back', { skip: without_server }, async (t) => {
  const first = place();
  const second = place();
  const db = database(t);
  move(origin, first, '--db', db.address);
  const seen = await alive(first);
  move(first, second);
  await alive(second, seen);

  await t.test('the same town does not go there twice', () => {
    const to = place();
    const before = rows(db);
    const r = call('move', '--from', origin, '--to', to, '--db', db.address, '--lang', 'en');
    assert.equal(r.code, 2);
    assert.match(r.err, /the database holds the town 310105102 already/);
    assert.deepEqual(beside(to), []);
    assert.equal(rows(db), before);
    good(call('audit', 'verify', '--dir', first));
  });
});

test('beside another town in the same database', { skip: without_server }, async (t) => {
  const db = database(t);
  const [neighbour, first, back, beyond] = [place(), place(), place(), place()];
  good(call('init', '--dir', neighbour, '--town', 'pingshan-sample', '--db', db.address));
  const untouched = good(ask('audit', 'verify', '--dir', neighbour)).json;
  move(origin, first, '--db', db.address);
  await live(neighbour, async (town) => { await town.as('sysadmin'); });
  assert.ok(good(ask('audit', 'verify', '--dir', neighbour)).json.events > untouched.events);
  move(first, back);
  good(call('move', '--from', neighbour, '--to', beyond));
  same(neighbour, beyond, 'order');
  assert.equal(sqlite(beyond, 'SELECT count(DISTINCT town) FROM unit').trim(), '1');
});

test('wrong use is refused, and nothing is made', async (t) => {
  const to = place();
  const code = (...args) => {
    const r = call('move', ...args, '--lang', 'en');
    assert.deepEqual(beside(to), [], 'nothing lies about');
    assert.notEqual(r.err, '');
    return r.code;
  };
  assert.equal(code('--from', origin), 2, 'no target');
  assert.equal(code('--from', origin, '--to', origin), 2, 'a place that is taken');
  assert.equal(code('--from', origin, '--dir', origin, '--to', to), 2, 'the source twice');
  assert.equal(code('--from', origin, '--to', to, '--db', 'mysql://here/town'), 2, 'not an address');
  assert.equal(code('--from', join(above, 'nowhere'), '--to', to), 3, 'no town');
  assert.equal(code('--from', origin, '--to', to, '--db', 'postgresql://nobody@127.0.0.1:1/town'), 3, 'no server');
  if (server) assert.equal(code('--from', origin, '--to', to, '--db', `${server}/no_such_database`), 3, 'no database');
  await t.test('a town that is being served', async () => {
    await live(origin, () => {
      const r = call('move', '--from', origin, '--to', to, '--lang', 'en');
      assert.equal(r.code, 3);
      assert.match(r.err, /another server is serving this folder/);
      assert.deepEqual(beside(to), []);
    });
  });
});

test('a town that is not sound is not moved', async (t) => {
  const damaged = (text) => {
    const dir = place();
    good(call('move', '--from', origin, '--to', dir));
    sqlite(dir, text);
    return dir;
  };
  const refused = (dir, code, words) => {
    const to = place();
    const r = call('move', '--from', dir, '--to', to, '--lang', 'en');
    assert.equal(r.code, code, r.err);
    assert.match(r.err, words);
    assert.deepEqual(beside(to), []);
  };
  await t.test('a history that was changed', () => {
    refused(damaged("UPDATE event SET note = note || '!' WHERE id = 77"), 1, /event 77 .*its hash does not follow/);
  });
  await t.test('a counter that is wrong', () => {
    refused(damaged('UPDATE tally SET n = n + 1 WHERE unit = -1 AND class = -1'), 1, /tally/);
  });
  await t.test('an attachment that is gone, or is another', () => {
    const dir = damaged('SELECT 1');
    const [hash] = sqlite(dir, 'SELECT hash FROM file').trim().split('\n');
    const blob = join(dir, 'blobs', hash.slice(0, 2), hash.slice(2, 4), hash);
    renameSync(blob, `${blob}.away`);
    refused(dir, 4, new RegExp(hash));
    renameSync(join(dir, 'key'), blob);
    renameSync(join(origin, 'key'), join(dir, 'key'));
    try {
      refused(dir, 4, /the attachment is damaged/);
    } finally {
      renameSync(join(dir, 'key'), join(origin, 'key'));
    }
  });
});

test('what arrives changed is noticed', { skip: without_server }, async (t) => {
  const db = emptied(t, origin);
  const at = (table, when, change) => db.sql(`CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF ${when} THEN ${change} END IF; RETURN NEW; END $$;
    CREATE TRIGGER spoil BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION spoil()`);
  for (const [what, table, when, change] of [
    ['a word', 'event', 'NEW.id = 50', "NEW.note := NEW.note || ' ';"],
    ['a row that is missing', 'seq', 'true', 'RETURN NULL;'],
    ['JSON in another order', 'item_doc', 'NEW.id = 3', 'NEW.doc := NEW.doc::jsonb::json;'],
    ['a number', 'tally', 'NEW.unit = -1', 'NEW.n := NEW.n + 1;'],
    ['a sealed name', 'caller', 'true', "NEW.sealed := NEW.sealed || '\\x00'::bytea;"],
    ['a place', 'item_doc', 'NEW.id = 3', 'NEW.lat := NEW.lat + 1e-12;'],
  ]) {
    await t.test(what, () => {
      at(table, when, change);
      const to = place();
      const r = call('move', '--from', origin, '--to', to, '--db', db.address, '--lang', 'en');
      assert.equal(r.code, 1, r.err);
      assert.match(r.err, new RegExp(`^${table}: (what has arrived is not what was read|\\d+ rows were read, and 0 have arrived)`, 'm'));
      assert.equal(r.err.match(/rows were read|what has arrived/g).length, 1, r.err);
      assert.deepEqual(beside(to), []);
      assert.equal(rows(db), 0);
      db.sql(`DROP TRIGGER spoil ON ${table}; DROP FUNCTION spoil()`);
    });
  }
  await t.test('a server that refuses a row', () => {
    db.sql('ALTER TABLE class ADD CHECK (id < 5)');
    const to = place();
    const r = call('move', '--from', origin, '--to', to, '--db', db.address, '--lang', 'en');
    assert.equal(r.code, 4);
    assert.deepEqual(beside(to), []);
    assert.equal(rows(db), 0);
    db.sql('ALTER TABLE class DROP CONSTRAINT class_id_check');
  });
  await t.test('nothing changed: it goes', () => move(origin, place(), '--db', db.address));
});

/** Begins to move; answers the child and what comes of it. */
function begin(...args) {
  const child = spawn(program, ['move', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (d) => { err += d; });
  return { child, ended: new Promise((done) => child.on('close', (code, signal) => done({ code, signal, err }))) };
}

test('interrupted, it leaves nothing', async (t) => {
  await t.test('a file', async () => {
    const from = join(above, 'large');
    good(call('demo', '--dir', from, '--items', '3000', '--until', '2026-03-20T18:00:00+08:00'));
    const to = place();
    const { child, ended } = begin('--from', from, '--to', to);
    while (!beside(to).some((f) => existsSync(join(to, '..', f, 'bihuan.db')))) await new Promise((done) => setTimeout(done, 1));
    child.kill('SIGTERM');
    assert.equal((await ended).code, 4);
    assert.deepEqual(beside(to), []);
    good(call('audit', 'verify', '--dir', from));
  });
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    await t.test(`a server, ${signal}`, { skip: without_server }, async (s) => {
      const db = emptied(s, origin);
      const to = place();
      await held(db, async () => begin('--from', origin, '--to', to, '--db', db.address), async ({ child, ended }, release) => {
        child.kill(signal);
        if (signal === 'SIGKILL') await ended;
        release();
        const end = await ended;
        assert.deepEqual([end.code, end.signal], signal === 'SIGTERM' ? [4, null] : [null, 'SIGKILL']);
      });
      assert.equal(existsSync(to), false);
      if (signal === 'SIGTERM') assert.deepEqual(beside(to), []);
      await until('the server has noticed', () => rows(db) === 0
        && db.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'bihuan'").trim() === '0');
      move(origin, place(), '--db', db.address);
    });
  }
});

/** Holds a table of the server, so that a move stands still in the middle of it; what follows may let it go on. */
async function held(db, start, then) {
  const holder = spawn('psql', ['-q', '-X', '-d', db.address, '-At'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise((done) => holder.on('close', done));
  try {
    const locked = new Promise((done) => holder.stdout.once('data', done));
    holder.stdin.write("BEGIN; LOCK TABLE item IN SHARE MODE; SELECT 'held';\n");
    await locked;
    const moving = await start();
    await until('the move stands still', () => db.sql('SELECT count(*) FROM pg_locks WHERE NOT granted').trim() === '1');
    await then(moving, () => holder.stdin.end('COMMIT;\n'));
  } finally {
    holder.stdin.end();
    await gone;
  }
}

test('a town that is written to meanwhile is not moved', { skip: without_server }, async (t) => {
  const db = emptied(t, origin);
  const to = place();
  await held(db, async () => begin('--from', origin, '--to', to, '--db', db.address, '--lang', 'en'), async ({ ended }, release) => {
    good(call('token', 'make', '--as', 'dispatcher1', '--name', '此刻', '--dir', origin));
    release();
    const end = await ended;
    assert.equal(end.code, 4);
    assert.match(end.err, /somebody wrote to the town while it was being moved/);
  });
  assert.deepEqual(beside(to), []);
  assert.equal(rows(db), 0);
});
