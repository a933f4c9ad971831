// Old years in files of their own: every answer before and after is the same, byte for byte, also while somebody writes;
// who writes to an old item has it back in the town's file; backups, moving and a year file that is wrong or gone.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, DEMO_ROWS, good, program, run, server, Town, until } from './lib.mjs';

const AT = '2026-11-20T09:00:00+08:00';
const UNTIL = '2025-01-01';
const FIRST = DEMO_ROWS + 1; // the oldest order
const skip = server ? 'skipped: old years are detached from files only' : false;

/** A demonstration town with orders of 2023 and 2024; copied for every test. */
const shared = mkdtempSync(join(tmpdir(), 'bihuan-years-'));
const demo = join(shared, 'demo');
let orders; // the 400 it was filled with, and those a rule files for rows of its registers once it is served
if (!server) test.before(async () => {
  run('demo', '--dir', demo, '--items', '400', '--until', '2024-06-30');
  const town = await serve(demo); // what ran out since is noticed once, and then nothing moves any more
  await until('the clocks that ran out are noticed', () => sql(demo, `SELECT count(*) FROM item WHERE alarm_us > 0 AND alarm_us < ${Date.parse(AT)}000`) === '0');
  await until('the rules have filed what is due', () => inTown(demo) > 400);
  await town.stop();
  orders = inTown(demo);
});
test.after(() => rmSync(shared, { recursive: true, force: true }));

const sql = (dir, text) => execFileSync('sqlite3', ['-readonly', join(dir, 'bihuan.db'), text], { encoding: 'utf8', maxBuffer: 64 << 20 }).trim();
const inTown = (dir) => Number(sql(dir, 'SELECT count(*) FROM item WHERE shelf <> 2'));

async function serve(dir, more = {}) {
  const town = new Town();
  Object.assign(town, { dir, at: AT, still: true, args: [], ...more });
  await town.start();
  return town;
}

function copied(t) {
  const above = mkdtempSync(join(tmpdir(), 'bihuan-years-'));
  t.after(() => rmSync(above, { recursive: true, force: true }));
  const dir = join(above, 'town');
  cpSync(demo, dir, { recursive: true });
  return dir;
}

async function served(t, more) {
  const town = await serve(copied(t), more);
  t.after(() => town.child.kill());
  return town;
}

/** Every page of a list, as text. */
async function pages(person, path) {
  const all = [];
  for (let after = ''; ;) {
    const r = await person.get(path + (after && `&after=${encodeURIComponent(after)}`));
    assert.equal(r.status, 200, `${path}: ${JSON.stringify(r.body)}`);
    all.push(JSON.stringify(r.body));
    if (!r.body.next) return all;
    after = r.body.next;
  }
}

const FILTERS = ['', 'open:yes', 'open:no', 'closed:yes', 'closed:2024-03', 'filed:2023', 'filed:2023-11..2024-02', 'filed:2024-06..', 'changed:2024-01',
  'filed:2026', 'overdue:yes', 'reopens:>0', 'kind:投诉', '-kind:投诉 filed:2023', 'own.satisfied:不满意', '电梯', '楼道 filed:2023', 'no:RX2023*', 'part:none', 'merged:yes', 'repeat:yes'];

/** What people and programs are told of the town, old years or not. */
async function answers(town) {
  const told = {};
  const leader = await town.as('leader1'), handler = await town.as('handler-xinda'), auditor = await town.as('auditadmin');
  for (const [name, person] of [['leader', leader], ['handler', handler]])
    for (const filter of FILTERS)
      for (const sort of ['', '-filed', 'filed', 'due', '-changed', 'relevance']) {
        if (sort === 'relevance' && !/[^\x00-\x7f]/.test(filter.replace(/\S+:\S+/g, ''))) continue;
        if (sort && name === 'handler' && sort !== 'filed') continue;
        const more = `${sort && `&sort=${sort}`}&limit=${sort === 'filed' ? 37 : 100}&count=yes`;
        told[`${name} ${filter} ${sort}`] = await pages(person, `/api/items?filter=${encodeURIComponent(filter)}${more}`);
      }
  const ids = [1, 2, 3, 50, 99, 100, 150, 199, 200, 250, 300, 399, 400].map((n) => n + DEMO_ROWS);
  for (const id of ids) {
    const r = await leader.get(`/api/items/${id}`);
    told[`item ${id}`] = r;
    told[`number of ${id}`] = await leader.get(`/api/numbers/${r.body.no}`);
    told[`handler's item ${id}`] = await handler.get(`/api/items/${id}`);
  }
  told['no such item'] = await leader.get('/api/items/424242');
  told['no such number'] = await leader.get('/api/numbers/RX20230101-99999');
  for (const by of ['unit', 'class', 'channel'])
    for (const period of ['2023', '2024', '2024-02', '2024Q1', '2026'])
      told[`board ${by} ${period}`] = await leader.get(`/api/boards/hotline?period=${period}&by=${by}`);
  for (const filter of ['', 'filed:2023', 'loop:hotline filed:2024 open:no'])
    told[`export ${filter}`] = await leader.get(`/api/export?filter=${encodeURIComponent(filter)}`);
  told.reveals = await auditor.get('/api/audit?about=reveal&limit=200');
  return Object.fromEntries(Object.entries(told).map(([k, v]) => [k, Array.isArray(v) ? v : JSON.stringify({ status: v.status, body: v.body })]));
}

function same(before, after) {
  for (const key of Object.keys(before)) assert.deepEqual(after[key], before[key], key);
}

/** What the history comes to: the same however the rows lie. */
function proven(dir) {
  const tally = good('tally', 'verify', '--dir', dir), audit = good('audit', 'verify', '--dir', dir), doctor = good('doctor', '--dir', dir);
  assert.equal(doctor.ok, true, JSON.stringify(doctor));
  return { items: tally.items, cells: tally.cells, events: audit.events, head: audit.head };
}

const exported = (dir, filter) => run('export', '--dir', dir, '--filter', filter);

test('everything is answered as before', { skip }, async (t) => {
  const town = await served(t);
  const before = await answers(town), whole = proven(town.dir), csv = exported(town.dir, 'filed:2023');
  assert.deepEqual(good('years', '--dir', town.dir), { years: [] });

  const done = good('years', 'detach', '--until', UNTIL, '--dir', town.dir); // beside the running server
  assert.deepEqual({ done: done.done, years: done.years, more: done.items > 350 }, { done: true, years: 2, more: true });
  assert.equal(inTown(town.dir), orders - done.items);
  const { years } = good('years', '--dir', town.dir);
  assert.deepEqual(years.map((y) => [y.year, y.there]), [[2023, true], [2024, true]]);
  assert.equal(years[0].items + years[1].items, done.items);
  assert.equal(years[0].from.slice(0, 4) + years[0].to.slice(0, 4), '20232023');
  assert.deepEqual(readdirSync(join(town.dir, 'years')).sort(), ['2023.db', '2024.db', 'lock']);

  same(before, await answers(town));
  const after = proven(town.dir);
  assert.deepEqual({ ...after, events: after.events - 5, head: '' }, { ...whole, head: '' }, 'three who logged in, and two years');
  assert.equal(exported(town.dir, 'filed:2023'), csv);
  assert.equal(call('audit', 'verify', '--dir', town.dir, '--head', whole.head).code, 0, 'the head of before stands in the chain');

  // Again: nothing is left to do, and nothing changes.
  const files = () => readdirSync(join(town.dir, 'years')).map((f) => [f, statSync(join(town.dir, 'years', f)).mtimeMs]);
  const was = files();
  assert.deepEqual(good('years', 'detach', '--until', UNTIL, '--dir', town.dir), { items: 0, years: 0, done: true });
  assert.deepEqual(files(), was);

  // Counting anew and indexing anew see old years; a new server does, too.
  const cells = sql(town.dir, 'SELECT * FROM tally WHERE n <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8');
  run('tally', 'rebuild', '--dir', town.dir);
  assert.equal(sql(town.dir, 'SELECT * FROM tally WHERE n <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8'), cells);
  run('search', 'rebuild', '--dir', town.dir);
  await town.move(AT);
  same(before, await answers(town));

  // And back.
  assert.equal(good('years', 'attach', '2023', '--dir', town.dir).items, years[0].items);
  assert.deepEqual(good('years', '--dir', town.dir).years.map((y) => y.year), [2024]);
  same(before, await answers(town));
  good('years', 'attach', '2024', '--dir', town.dir);
  assert.equal(inTown(town.dir), orders);
  assert.deepEqual(readdirSync(join(town.dir, 'years')), ['lock']);
  same(before, await answers(town));
  assert.equal(proven(town.dir).items, whole.items);
  assert.equal(call('years', 'attach', '2024', '--dir', town.dir).code, 4);
});

test('who writes to an old item has it back, and it may go again', { skip }, async (t) => {
  const town = await served(t);
  const desk = await town.as('dispatcher1'), leader = await town.as('leader1');
  good('years', 'detach', '--until', UNTIL, '--dir', town.dir);
  const gone = inTown(town.dir);
  const old = (await leader.list('filed:2023 open:no merged:no', '&limit=50')).rows;
  const there = (id) => sql(town.dir, `SELECT count(*) FROM item WHERE id = ${id}`) === '1';

  const [a, b, c] = old;
  assert.equal(there(a.id), false);
  const history = (await desk.item(a.id)).timeline.length;
  assert.equal((await desk.attach(a, '补充.txt', '补充材料')).status, 201);
  assert.equal(there(a.id), true);
  assert.equal((await desk.item(a.id)).timeline.length, history + 1, 'all of its history, and the attachment');
  assert.equal(sql(town.dir, `SELECT count(*) FROM event WHERE item = ${a.id}`), String(history + 1));

  // Reopened it is worked on like any other.
  const reopened = await until('one can be reopened', async () => {
    for (const one of old.slice(4)) {
      const step = (await desk.item(one.id)).steps.find((s) => s.key === 'reopen' && s.ok);
      if (!step) continue;
      const r = await desk.step(await desk.item(one.id), 'reopen', { note: '群众再次来电' });
      assert.equal(r.status, 200, JSON.stringify(r.body));
      return r.body;
    }
    return null;
  }, 1000);
  assert.equal(there(reopened.id), true);
  assert.equal((await leader.list(`open:yes no:${reopened.no}`)).rows.length, 1);

  // Refused: nothing comes back.
  assert.equal((await desk.step({ ...b, version: b.version + 7 }, 'reopen', { note: '版本不对' })).status, 409);
  assert.equal(there(b.id), false);
  // Seen again: that is an event as well.
  const seen = await desk.post(`/api/items/${c.id}/reveal`, { reason: '回访需要' });
  assert.equal(seen.status, 200, JSON.stringify(seen.body));
  assert.equal(there(c.id), true);
  proven(town.dir);
  const out = inTown(town.dir);
  assert.equal(out, gone + 3); // a, reopened, c
  // What was changed in 2026 stays until that is long ago.
  assert.equal(good('years', 'detach', '--until', UNTIL, '--dir', town.dir).items, 0);
});

test('what stands beside an old item is there: attachments, and the numbers an import knows it by', { skip }, async (t) => {
  const town = await served(t, { at: '2024-07-01T09:00:00+08:00' });
  const desk = await town.as('dispatcher1');
  const [old] = (await desk.list('filed:2023 open:no merged:no', '&limit=1')).rows;
  assert.equal((await desk.attach(old, '现场.txt', '现场照片')).status, 201);
  const row = (no) => `${no},2023-05-04 10:00,12345,投诉,一般,环境卫生,楼道堆物,楼道有杂物,三号楼楼道堆满杂物,北虹路1号,张三（演示）,13800000001`;
  const sheet = ['工单编号,受理时间,来源,业务类型,紧急程度,大类,小类,标题,内容,地址,联系人,电话', row('OLD1'), row('OLD2')].join('\n');
  const bring = async (who = desk) => {
    const form = new FormData();
    form.append('file', new Blob([sheet]), 'old.csv');
    form.append('map', 'city-orders');
    const r = await who.post('/api/imports', form);
    assert.ok(r.status < 300, JSON.stringify(r.body));
    return until('it is in', async () => { const job = (await who.get(`/api/jobs/${r.body.id}`)).body; return job.state === 'done' && job; });
  };
  assert.equal((await bring()).new, 2);
  for (const { id } of (await desk.list('filed:2023-05-04 source_no:OLD1,OLD2')).rows)
    assert.equal((await desk.step(await desk.item(id), 'void', { note: '演示' })).status, 403, 'a leader only');
  const leader = await town.as('leader1');
  for (const { id } of (await leader.list('filed:2023-05-04 source_no:OLD1,OLD2')).rows)
    assert.equal((await leader.step(await leader.item(id), 'void', { note: '演示' })).status, 200);

  await town.move(AT);
  const later = await town.as('dispatcher1');
  assert.equal((await later.file()).status, 201); // the newest order stays where it is, whatever its age
  good('years', 'detach', '--until', UNTIL, '--dir', town.dir);
  assert.equal(sql(town.dir, `SELECT count(*) FROM item WHERE id = ${old.id}`), '0');
  const got = await later.get(`/api/items/${old.id}/files/1`);
  assert.deepEqual([got.status, got.body], [200, '现场照片']);
  assert.equal(sql(town.dir, "SELECT count(*) FROM item WHERE title = '楼道有杂物'"), '0');
  const again = await bring(later);
  assert.deepEqual([again.new, again.same], [0, 2]);
  proven(town.dir);
});

test('while somebody writes', { skip }, async (t) => {
  const town = await served(t, { still: false });
  const desk = await town.as('dispatcher1'), leader = await town.as('leader1');
  const all = async (filter) => {
    const found = [];
    for (const page of await pages(leader, `/api/items?filter=${encodeURIComponent(filter)}&sort=filed&limit=90`)) found.push(...JSON.parse(page).rows.map((i) => i.id));
    return found;
  };
  const old = await all('filed:..2024 open:no');
  let running = true, filed = 0, read = 0;
  const child = spawn(program, ['years', 'detach', '--until', UNTIL, '--dir', town.dir], { stdio: 'ignore' });
  const ended = new Promise((done) => child.on('exit', (code) => { running = false; done(code); }));
  const write = async () => { while (running) { assert.equal((await desk.file({ title: `其间 ${filed++}` })).status, 201); } };
  const look = async () => {
    while (running) {
      assert.deepEqual(await all('filed:..2024 open:no'), old);
      assert.equal((await leader.get(`/api/items/${old[read++ % old.length]}`)).status, 200);
    }
  };
  await Promise.all([write(), write(), look(), look()]);
  assert.equal(await ended, 0);
  assert.deepEqual(await all('filed:..2024 open:no'), old);
  assert.equal(sql(town.dir, "SELECT count(*) FROM item WHERE title LIKE '其间%'"), String(filed));
  proven(town.dir);
});

test('a year file that is gone, wrong or old is said to be so, and the rest of the town works', { skip }, async (t) => {
  const town = await served(t);
  const desk = await town.as('dispatcher1'), leader = await town.as('leader1');
  good('years', 'detach', '--until', UNTIL, '--dir', town.dir);
  await town.move(AT);
  const file = join(town.dir, 'years/2023.db'), aside = join(town.dir, 'years/aside');
  const wrong = async (what) => {
    const r = await leader.get(`/api/items/${FIRST}`);
    assert.equal(r.status, 500, JSON.stringify(r.body));
    assert.deepEqual(r.body.errors.map((e) => e.field), [file]);
    assert.match(r.body.errors[0].message, what);
    assert.ok(r.body.errors[0].expected);
    const list = await leader.get(`/api/items?filter=${encodeURIComponent('filed:2023')}`);
    assert.equal(list.status, 500);
    assert.equal((await leader.get('/api/items?filter=open:yes')).status, 200);
    assert.equal((await desk.file()).status, 201);
    const seen = call('doctor', '--dir', town.dir, '--json');
    assert.equal(seen.code, 1);
    assert.match(JSON.parse(seen.out).checks.find((c) => c.check === 'years').text, what);
    assert.equal(call('tally', 'verify', '--dir', town.dir).code, 1);
    assert.notEqual(call('audit', 'verify', '--dir', town.dir).code, 0);
    assert.equal(call('years', 'attach', '2023', '--dir', town.dir).code, 4);
  };
  renameSync(file, aside);
  await wrong(/缺少/);
  assert.equal(good('years', '--dir', town.dir).years[0].there, false);
  writeFileSync(file, 'no database at all');
  await wrong(/不是年度库/);
  cpSync(join(town.dir, 'years/2024.db'), file);
  await wrong(/不是本镇该年度/);
  // The same year of another town.
  const other = join(town.dir, '../other');
  run('demo', '--dir', other, '--items', '60', '--seed', '9', '--until', '2024-06-30');
  good('years', 'detach', '--until', UNTIL, '--dir', other);
  cpSync(join(other, 'years/2023.db'), file);
  await wrong(/不是本镇该年度/);
  rmSync(file);
  renameSync(aside, file);
  assert.equal((await leader.get(`/api/items/${FIRST}`)).status, 200);
  proven(town.dir);
});

test('broken off, it goes on', { skip }, async (t) => {
  const dir = copied(t);
  const child = spawn(program, ['years', 'detach', '--until', UNTIL, '--dir', dir], { stdio: ['ignore', 'ignore', 'pipe'] });
  await until('it has begun', () => existsSync(join(dir, 'years')));
  child.kill('SIGINT');
  await new Promise((done) => child.on('exit', done));
  const whole = proven(dir);
  assert.equal(whole.items, orders + DEMO_ROWS);
  assert.equal(good('years', 'detach', '--until', UNTIL, '--dir', dir).done, true);
  assert.equal(proven(dir).items, orders + DEMO_ROWS);
  assert.ok(inTown(dir) < 50);
});

test('wrong use, and a town on a server', async () => {
  for (const args of [['nothing'], ['attach'], ['attach', 'x'], ['list', '2021'], ['detach', '--until', 'x'], ['detach', '--until', '2999-01-01'], ['list', '--until', '2021-01-01']])
    assert.equal(call('years', ...args, '--dir', demo).code, 2, args.join(' '));
  if (!server) return;
  const town = await Town.make();
  const r = call('years', 'detach', '--until', UNTIL, '--dir', town.dir, '--lang', 'en');
  await town.end();
  assert.equal(r.code, 4);
  assert.match(r.err, /embedded database only.*expected bihuan\.db/s);
});

test('an eleventh year is refused before anything is copied', { skip }, async (t) => {
  const dir = copied(t);
  const ten = Array.from({ length: 10 }, (_, i) => `${2001 + i} 1 1 1 1 1 1 1`).join('\n');
  execFileSync('sqlite3', [join(dir, 'bihuan.db'), `INSERT INTO setting (town, key, val) SELECT town, 'years', '${ten}' FROM unit LIMIT 1`]);
  const r = call('years', 'detach', '--until', UNTIL, '--dir', dir);
  assert.equal(r.code, 4);
  assert.match(r.err, /已有 10 个年度库/);
  assert.deepEqual(readdirSync(join(dir, 'years')), ['lock']);
  assert.equal(inTown(dir), orders);
});

test('backups have the year files, and keep them once', { skip }, async (t) => {
  const dir = copied(t), above = join(dir, '..');
  good('years', 'detach', '--until', UNTIL, '--dir', dir);
  const whole = proven(dir);

  // One folder.
  const single = good('backup', '--dir', dir, '--to', join(above, 'single')).manifest;
  assert.deepEqual(single.files.map((f) => f.path), ['years/2023.db', 'years/2024.db', 'bihuan.db']);
  good('restore', '--from', join(above, 'single'), '--dir', join(above, 'one'), '--key', join(dir, 'key'));
  assert.deepEqual(proven(join(above, 'one')), whole);
  writeFileSync(join(above, 'single/years/2023.db'), 'x');
  assert.equal(call('restore', '--from', join(above, 'single'), '--dir', join(above, 'none'), '--key', join(dir, 'key')).code, 1);

  // A store: the second costs nothing for the years.
  const store = join(above, 'store');
  const first = good('backup', '--dir', dir, '--to', store, '--keep', '7d').manifest;
  assert.deepEqual(first.files.map((f) => f.path).filter((p) => p.startsWith('year')), ['year-2023', 'year-2024']);
  assert.equal(good('backup', '--dir', dir, '--to', store).manifest.new_pieces ?? 0, 0);
  assert.equal(good('backup', '--verify', store).ok, true);
  good('restore', '--from', store, '--dir', join(above, 'two'), '--key', join(dir, 'key'));
  assert.deepEqual(proven(join(above, 'two')), whole);
  for (const year of [2023, 2024])
    assert.deepEqual(readFileSync(join(above, 'two/years', `${year}.db`)), readFileSync(join(dir, 'years', `${year}.db`)));

  // What only a thinned backup named goes; what others name stays.
  const list = (n, s) => readFileSync(join(store, 'snapshots', s, n), 'utf8').split('\n').filter(Boolean);
  const [one] = readdirSync(join(store, 'snapshots'));
  const piece = list('year-2023', one).at(-1);
  rmSync(join(store, 'pieces', piece.slice(0, 2), piece));
  assert.equal(call('backup', '--verify', store).code, 1);
});

test('a served town: the log ends where a year leaves, the next backup has it, every moment comes back', { skip }, async (t) => {
  const dir = copied(t), above = join(dir, '..'), store = join(above, 'store');
  const town = await serve(dir, { still: false, args: ['--backup-to', store, '--keep', '7d,4w,12m'] });
  t.after(() => town.child.kill());
  const snapshots = () => { try { return readdirSync(join(store, 'snapshots')).filter((f) => !f.startsWith('.')); } catch { return []; } };
  await until('there is a backup', () => snapshots().length === 1);
  const desk = await town.as('dispatcher1');
  const logged = () => readdirSync(join(store, 'log'), { recursive: true, withFileTypes: true }).filter((f) => f.isFile())
    .reduce((n, f) => n + statSync(join(f.parentPath ?? f.path, f.name)).size, 0);
  const before = logged();
  assert.equal((await desk.file({ title: '分出之前' })).status, 201);
  await until('the log has it', () => logged() > before);
  const early = new Date(Date.parse((await desk.get('/api/me')).headers.get('date')) + 1000).toISOString();
  good('years', 'detach', '--until', UNTIL, '--dir', dir);
  await until('the year files are in a backup', () => snapshots().some((s) => existsSync(join(store, 'snapshots', s, 'year-2024'))));
  assert.equal((await desk.file({ title: '分出之后' })).status, 201);
  const titles = (at) => sql(at, "SELECT group_concat(title) FROM item WHERE title LIKE '分出之%'");
  await town.stop();
  const back = (name, ...more) => { good('restore', '--from', store, '--dir', join(above, name), '--key', join(dir, 'key'), ...more); return join(above, name); };
  const last = back('last', '--at', '2027-01-01');
  assert.equal(titles(last), '分出之前,分出之后');
  assert.equal(proven(last).items, orders + 2 + DEMO_ROWS);
  assert.ok(inTown(last) < 60);
  const first = back('first', '--at', early);
  assert.match(titles(first), /^分出之前/);
  assert.ok(proven(first).items >= 401);
});

test('moving takes old years along, as rows like all others', { skip }, async (t) => {
  const dir = copied(t), to = join(dir, '../moved');
  const rows = sql(dir, 'SELECT count(*) FROM event WHERE item > 0');
  good('years', 'detach', '--until', UNTIL, '--dir', dir);
  const csv = exported(dir, ''), whole = proven(dir);
  good('move', '--from', dir, '--to', to);
  assert.equal(inTown(to), orders);
  assert.equal(sql(to, 'SELECT count(*) FROM event WHERE item > 0'), rows);
  assert.deepEqual(good('years', '--dir', to).years, []);
  assert.deepEqual(proven(to), whole);
  assert.equal(exported(to, ''), csv);
});
