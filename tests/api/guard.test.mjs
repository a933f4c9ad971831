// What is refused before anything is done for it: uploads of strangers, guessed names, a second server.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Town, PASSWORD, program, run, server, until } from './lib.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';
const MIB = 1 << 20;
const sqlite = spawnSync('sqlite3', ['--version']).status === 0;

/** Sends the head of a request and no more of its body than is given; answers what comes back. */
function head_only(town, lines, { quiet_ms = 3000, body = '' } = {}) {
  const { hostname, port } = new URL(town.base);
  return new Promise((done) => {
    let got = '';
    const socket = connect(Number(port), hostname, () => socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`));
    const finish = () => { socket.destroy(); done(got); };
    socket.setTimeout(quiet_ms, finish);
    socket.on('data', (d) => { got += d.toString(); finish(); });
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

const files_under = (dir) => (existsSync(dir) ? readdirSync(dir, { recursive: true, withFileTypes: true }).filter((x) => x.isFile()) : []);

test('who may send much is asked before it is taken in', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const it = (await desk.file()).body;
  const handler = await town.as(`handler-${(await desk.catalog()).units.find((u) => u.kind === 'neighbourhood').code}`);
  const announce = (path, who, more = []) => [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: multipart/form-data; boundary=x',
    ...(who ? [`Cookie: ${who.cookie}`, `X-CSRF: ${who.me.csrf}`] : []), ...more];

  await t.test('nobody is refused at once', async () => {
    for (const path of ['/api/imports', `/api/items/${it.id}/files`]) {
      const r = await head_only(town, announce(path, null, [`Content-Length: ${19 * MIB}`]));
      assert.match(r, /^HTTP\/1\.1 401 [^]*请先登录/, path);
    }
  });
  await t.test('nobody who does not tell how much, either', async () => {
    const r = await head_only(town, announce('/api/imports', null, ['Transfer-Encoding: chunked', 'Expect: 100-continue']));
    assert.match(r, /^HTTP\/1\.1 401 /);
  });
  await t.test('nor who has not the right, or not the page’s mark', async () => {
    const r = await head_only(town, announce('/api/imports', handler, [`Content-Length: ${60 * MIB}`]));
    assert.match(r, /^HTTP\/1\.1 403 [^]*权限/);
    const other = { cookie: desk.cookie, me: { csrf: 'old' } };
    assert.match(await head_only(town, announce('/api/imports', other, [`Content-Length: ${60 * MIB}`])), /^HTTP\/1\.1 403 [^]*X-CSRF/);
  });
  await t.test('a refused body of some MiB is read to its end, so that the answer arrives', async () => {
    const r = await handler.post('/api/imports', new Uint8Array(2 * MIB), { 'content-type': 'multipart/form-data; boundary=x' });
    assert.equal(r.status, 403);
    assert.equal((await handler.get('/api/me')).status, 200);
    assert.equal((await town.nobody().post('/api/imports', new Uint8Array(2 * MIB))).status, 401);
  });
  await t.test('who may is let in, in one piece and in many', async () => {
    assert.equal((await desk.attach(it, '图.bin', Buffer.alloc(9 * MIB, 7))).status, 201);
    const body = `--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${'y'.repeat(600000)}\r\n--x--\r\n`;
    let chunks = '';
    for (let at = 0; at < body.length; at += 50000) {
      const piece = body.slice(at, at + 50000);
      chunks += `${piece.length.toString(16)}\r\n${piece}\r\n`;
    }
    const r = await head_only(town, announce(`/api/items/${it.id}/files`, desk, ['Transfer-Encoding: chunked']), { body: `${chunks}0\r\n\r\n` });
    assert.match(r, /HTTP\/1\.1 201 /);
  });
});

test('a file for an order one may not see is not kept', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const it = (await desk.file()).body;
  const handler = await town.as(`handler-${(await desk.catalog()).units.find((u) => u.kind === 'neighbourhood').code}`);
  assert.equal((await handler.attach(it, '附件.txt', '不该留下')).status, 404);
  assert.equal((await desk.attach({ id: 987654 }, '附件.txt', '不该留下')).status, 404);
  assert.deepEqual(files_under(join(town.dir, 'blobs')), []);
  assert.equal((await desk.attach(it, '附件.txt', '留下')).status, 201);
  assert.equal(files_under(join(town.dir, 'blobs')).length, 1);
});

test('names cannot be found out', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  // Each try from another address behind the proxy, so that only the name counts.
  let n = 0;
  const enter = (login, password) => town.nobody().post('/api/login', { login, password }, { 'x-forwarded-for': `10.0.0.${++n}` });
  const answers = async (login) => {
    const all = [];
    for (let i = 0; i < 7; i++) {
      const r = await enter(i % 2 ? login : ` ${login.toUpperCase()}`, `wrong-${i}`);
      all.push([r.status, r.body, r.headers.get('retry-after')]);
    }
    return all;
  };
  const known = await answers('leader1');
  const unknown = await answers('no-such-name');
  assert.deepEqual(known.map((x) => x[0]), [401, 401, 401, 401, 401, 429, 429]);
  assert.deepEqual(unknown, known);
  assert.equal((await enter('leader2', PASSWORD)).status, 200);
  const form = await fetch(`${town.base}/login`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ login: 'no-such-name', password: 'x' }) });
  assert.equal(form.status, 429);

  await t.test('guesses sent all at once count one by one', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => enter('another-name', 'wrong')));
    assert.equal(all.filter((r) => r.status === 401).length, 5);
  });
});

test('an address that guesses too often waits', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const enter = (login, password, headers) => town.nobody().post('/api/login', { login, password }, headers);
  for (let i = 0; i < 19; i++) assert.equal((await enter(`guess-${i}`, 'wrong')).status, 401, `try ${i}`);
  for (let i = 0; i < 3; i++) assert.equal((await enter('leader1', PASSWORD)).status, 200, 'right ones do not count');
  assert.equal((await enter('leader1', 'wrong')).status, 401, 'the twentieth');
  const r = await enter('leader1', PASSWORD);
  assert.equal(r.status, 429, 'now the right one waits as well');
  assert.equal(r.headers.get('retry-after'), '600');
  assert.match(r.body.errors[0].message, /600 秒/);
  assert.equal((await enter('leader2', PASSWORD)).status, 429, 'whoever it is');
  const form = await fetch(`${town.base}/login`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ login: 'leader1', password: PASSWORD }) });
  assert.equal(form.status, 429);
  assert.equal((await enter('leader1', PASSWORD, { 'x-forwarded-for': '10.1.1.1' })).status, 200, 'another address does not');
  assert.equal((await enter('leader1', PASSWORD, { 'x-forwarded-for': '10.9.9.9, 127.0.0.1' })).status, 429, 'only the proxy’s own word counts');
});

test('the cookie is marked when the way to the proxy is secure', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const body = { login: 'leader1', password: PASSWORD };
  const cookie = async (headers) => (await town.nobody().post('/api/login', body, headers)).headers.get('set-cookie');
  assert.doesNotMatch(await cookie({}), /Secure/);
  assert.doesNotMatch(await cookie({ 'x-forwarded-proto': 'http' }), /Secure/);
  assert.match(await cookie({ 'x-forwarded-proto': 'https' }), /; HttpOnly; SameSite=Strict; Secure; Max-Age=43200$/);
  const form = await fetch(`${town.base}/login`, { method: 'POST', redirect: 'manual', headers: { 'x-forwarded-proto': 'HTTPS' }, body: new URLSearchParams(body) });
  assert.match(form.headers.get('set-cookie'), /; Secure; /);
  const p = await town.as('leader1');
  const out = await p.post('/api/logout', { everywhere: false }, { 'x-forwarded-proto': 'https' });
  assert.match(out.headers.get('set-cookie'), /; Secure; Max-Age=0/);
});

test('one server serves a folder', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const second = spawnSync(program, ['serve', '--dir', town.dir, '--port', '0'], { encoding: 'utf8', timeout: 5000 });
  assert.equal(second.status, 3, second.stdout);
  assert.match(second.stderr, /已有服务/);
  assert.match(spawnSync(program, ['serve', '--dir', town.dir, '--port', '0', '--lang', 'en'], { encoding: 'utf8', timeout: 5000 }).stderr,
    /another server/);
  const demo = spawnSync(program, ['demo', '--dir', town.dir, '--items', '5'], { encoding: 'utf8', timeout: 20000 });
  assert.equal(demo.status, 3, 'a demonstration is not poured into a served town');
  assert.equal((await (await town.as('dispatcher1')).list('')).total, 0);
  run('token', 'make', '--as', 'dispatcher1', '--name', '平台', '--dir', town.dir);
  await town.stop('SIGKILL');
  await town.start();
  assert.equal((await town.nobody().get('/healthz')).status, 200, 'a killed server leaves no lock');
});

test('one order that cannot be noticed does not hold up the others', { skip: server || sqlite ? false : 'skipped: no sqlite3' }, async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const all = [];
  for (let i = 0; i < 3; i++) all.push((await desk.file({ title: `没人派${i}` })).body);
  await town.stop();
  town.sql(`DELETE FROM item_doc WHERE id = ${all[0].id}`);
  await town.start({ at: '2026-11-23T17:00:00+08:00' });
  const later = await town.as('dispatcher1');
  for (const it of all.slice(1))
    await until('it is noticed', async () => (await later.item(it.id)).timeline.some((e) => e.what === 'overdue'), 8000);
  assert.match(town.log, new RegExp(all[0].no), 'the log names it');
  const times = () => town.log.split(all[0].no).length - 1;
  const before = times();
  await new Promise((go) => setTimeout(go, 2500)); // two more beats
  assert.equal(times(), before, 'not tried every second');
  await town.stop();
  await town.start({ at: '2026-11-23T17:30:00+08:00' });
});

const ROWS = server ? 3000 : 30000; // some seconds of work
const HEAD = '工单编号,受理时间,来源,业务类型,紧急程度,大类,小类,标题,内容,地址,联系人,电话';
const order = (no) => `${no},2026-03-01 10:00,12345,投诉,一般,环境卫生,楼道堆物,楼道有杂物${no},三号楼楼道堆满杂物,北虹路1号,张三,13800000001`;

test('a job is worked on by one', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const sheet = join(town.dir, 'many.csv');
  writeFileSync(sheet, [HEAD, ...Array.from({ length: ROWS }, (_, i) => order(`MANY${i}`))].join('\n'));
  const child = spawn(program, ['import', sheet, '--map', 'city-orders', '--dir', town.dir], { stdio: 'ignore' });
  const ended = new Promise((done) => child.on('exit', done));
  const job = await until('it runs', async () => (await desk.get('/api/jobs')).body.rows.find((x) => x.state === 'running' && x.done > 0));
  const twice = spawnSync(program, ['import', '--resume', String(job.id), '--dir', town.dir, '--lang', 'en'], { encoding: 'utf8' });
  assert.equal(twice.status, 4);
  assert.match(twice.stderr, /already being worked on/);
  assert.equal((await desk.post(`/api/jobs/${job.id}/undo`)).status, 409, 'nor taken back meanwhile');
  assert.equal(await ended, 0);
  const over = (await desk.get(`/api/jobs/${job.id}`)).body;
  assert.deepEqual([over.state, over.new, over.bad], ['done', ROWS, 0]);

  const answers = await Promise.all([1, 2, 3].map(() => desk.post(`/api/jobs/${job.id}/undo`)));
  assert.deepEqual(answers.map((r) => r.status).sort(), [202, 409, 409]);
  const undone = await until('it is undone', async () => {
    const r = (await desk.get(`/api/jobs/${job.id}`)).body;
    return r.state === 'undone' && r;
  });
  assert.equal(undone.undone, ROWS);
  assert.equal((await desk.post(`/api/jobs/${job.id}/undo`)).status, 409, 'it is over');
  assert.equal((await desk.get(`/api/jobs/${job.id}`)).body.state, 'undone');
});
