// Who gets in, who does not, and how long a log-in lasts.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, PASSWORD, fields } from './lib.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';
const at = (seconds) => new Date(Date.parse(MORNING) + seconds * 1000).toISOString();
const enter = (town, login, password) => town.nobody().post('/api/login', { login, password });

test('logging in', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());

  await t.test('a wrong name and a wrong password are told the same', async () => {
    const name = await enter(town, 'nobody-of-this-name', PASSWORD);
    const word = await enter(town, 'leader2', 'not-the-password');
    assert.equal(name.status, 401);
    assert.equal(word.status, 401);
    assert.deepEqual(name.body, word.body);
    assert.equal(name.headers.get('set-cookie'), null);
  });

  await t.test('the right one gets a cookie no script can read and no other site can send', async () => {
    const r = await enter(town, ' Leader1 ', PASSWORD);
    assert.equal(r.status, 200, 'capitals and blanks around the name do not matter');
    assert.match(r.headers.get('set-cookie'), /^bihuan=[^;]{40,}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    assert.equal(r.body.person.login, 'leader1');
    assert.equal(r.body.zone, '+08:00');
    assert.equal(r.body.demo, true);
    assert.deepEqual(r.body.roles.map((x) => [x.role, x.unit_name]), [['leader', '新泾镇']]);
  });

  await t.test('nothing is shown without logging in', async () => {
    for (const path of ['/api/me', '/api/catalog', '/api/items', '/api/items/1', '/api/boards/hotline', '/api/events',
      '/api/units', '/api/people', '/api/defs', '/api/audit', '/api/tokens', '/api/jobs', '/api/export'])
      assert.equal((await town.nobody().get(path)).status, 401, path);
  });

  await t.test('a made-up cookie or token is nobody', async () => {
    const p = town.nobody();
    p.cookie = 'bihuan=' + 'A'.repeat(43);
    assert.equal((await p.get('/api/me')).status, 401);
    p.cookie = 'bihuan=' + 'A'.repeat(4000);
    assert.equal((await p.get('/api/me')).status, 401);
    delete p.cookie;
    p.token = 'bh_' + 'A'.repeat(43);
    assert.equal((await p.get('/api/me')).status, 401);
  });

  await t.test('logging in leaves an event, a failure too, and never what was typed', async () => {
    const auditor = await town.as('auditadmin');
    const rows = (await auditor.get('/api/audit?about=town')).body.rows;
    assert.ok(rows.some((x) => x.what === 'login' && x.person_name.startsWith('宋洋')));
    assert.ok(rows.some((x) => x.what === 'login_failed'));
    assert.equal(JSON.stringify(rows).includes('not-the-password'), false);
    assert.equal(JSON.stringify(rows).includes('nobody-of-this-name'), false);
  });

  await t.test('a repeated log-in under one Idempotency-Key is a log-in of its own', async () => {
    const key = { 'idempotency-key': 'login-again' };
    const body = { login: 'leader1', password: PASSWORD };
    const a = await town.nobody().post('/api/login', body, key);
    const b = await town.nobody().post('/api/login', body, key);
    assert.deepEqual([a.status, b.status], [200, 200]);
    assert.notEqual(a.headers.get('set-cookie'), b.headers.get('set-cookie'));
    const other = await town.nobody().post('/api/login', { login: 'leader2', password: PASSWORD }, key);
    assert.equal(other.status, 200, 'somebody else may use the same key');
  });
});

test('wrong passwords lock the door for longer and longer', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const locks = [];
  let now = 0;
  for (let i = 1; i <= 5; i++) assert.equal((await enter(town, 'leader1', 'wrong-' + i)).status, 401, `try ${i}`);
  // From the fifth on it is locked: 30 s, 60 s, 120 s, … and never longer than an hour.
  for (let round = 0; round < 9; round++) {
    const r = await enter(town, 'leader1', PASSWORD);
    assert.equal(r.status, 429, 'even the right password waits');
    const wait = Number(r.body.errors[0].message.match(/(\d+) 秒后再试/)[1]);
    assert.equal(Number(r.headers.get('retry-after')), wait, 'Retry-After says the same');
    locks.push(wait);
    await town.move(at(now + wait - 1));
    assert.equal((await enter(town, 'leader1', PASSWORD)).status, 429, 'a second before the end');
    now += wait;
    await town.move(at(now));
    assert.equal((await enter(town, 'leader1', 'wrong again')).status, 401, 'then one more try');
  }
  assert.deepEqual(locks, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
  assert.equal((await enter(town, 'leader2', PASSWORD)).status, 200, 'nobody else is locked out');
  await town.move(at(now + 3600));
  assert.equal((await enter(town, 'leader1', PASSWORD)).status, 200);
  assert.equal((await enter(town, 'leader1', 'wrong')).status, 401);
  assert.equal((await enter(town, 'leader1', PASSWORD)).status, 200, 'the count began anew');
});

test('log-ins end', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());

  await t.test('logging out here ends this one only', async () => {
    const a = await town.as('dispatcher1');
    const b = await town.as('dispatcher1');
    const out = await a.post('/api/logout', { everywhere: false });
    assert.equal(out.status, 204);
    assert.match(out.headers.get('set-cookie'), /^bihuan=; .*Max-Age=0/);
    assert.equal((await a.get('/api/me')).status, 401);
    assert.equal((await b.get('/api/me')).status, 200);
  });

  await t.test('logging out everywhere ends all of mine, tokens too, and nobody else’s', async () => {
    const a = await town.as('dispatcher1');
    const b = await town.as('dispatcher1');
    const other = await town.as('dispatcher2');
    const program = town.nobody();
    program.token = (await a.post('/api/tokens', { name: '接口', days: 30 })).body.secret;
    assert.equal((await program.get('/api/me')).status, 200);
    assert.equal((await a.post('/api/logout', { everywhere: true })).status, 204);
    for (const p of [a, b, program]) assert.equal((await p.get('/api/me')).status, 401);
    assert.equal((await other.get('/api/me')).status, 200);
  });

  await t.test('after twelve hours one logs in again', async () => {
    const a = await town.as('leader1');
    await town.move('2026-11-20T20:59:59+08:00');
    assert.equal((await a.get('/api/me')).status, 200);
    await town.move('2026-11-20T21:00:00+08:00');
    assert.equal((await a.get('/api/me')).status, 401);
  });

  await t.test('a log-in outlives a restart of the server', async () => {
    const a = await town.as('leader1');
    await town.move('2026-11-20T21:05:00+08:00');
    assert.equal((await a.get('/api/me')).status, 200);
  });
});

test('passwords', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const sys = await town.as('sysadmin');
  const sec = await town.as('secadmin');
  const made = await sys.post('/api/people', { login: 'newcomer', name: '新人', password: 'first-password' });
  assert.equal(made.status, 201, JSON.stringify(made.body));

  await t.test('nobody without a role gets in', async () => {
    assert.equal((await enter(town, 'newcomer', 'first-password')).status, 403);
    const granted = await sec.post(`/api/people/${made.body.id}/roles`, { role: 'reader', unit: sec.me.town.id });
    assert.equal(granted.status, 200, JSON.stringify(granted.body));
  });

  await t.test('the initial password must be changed before anything else', async () => {
    const p = await town.as('newcomer', 'first-password');
    assert.equal(p.me.must_change, true);
    const early = await p.get('/api/items');
    assert.equal(early.status, 403);
    assert.match(early.body.errors[0].message, /修改初始密码/);
    assert.equal((await p.get('/api/me')).status, 200);
    assert.deepEqual(fields(await p.post('/api/password', { old: 'first-password', new: 'short' })), ['new']);
    assert.deepEqual(fields(await p.post('/api/password', { old: 'first-password', new: 'first-password' })), ['new']);
    assert.equal((await p.post('/api/password', { old: 'first-password', new: 'newcomer' })).status, 400, 'not the name');
    const wrong = await p.post('/api/password', { old: 'mistaken', new: 'second-password' });
    assert.equal(wrong.status, 400);
    assert.deepEqual(fields(wrong), ['old']);
    const changed = await p.post('/api/password', { old: 'first-password', new: '第二个密码甲乙丙' });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.equal(changed.body.must_change, false);
    assert.equal((await p.get('/api/items')).status, 200, 'this session goes on');
    assert.equal((await enter(town, 'newcomer', 'first-password')).status, 401);
  });

  await t.test('a refused change stays refused when it is repeated under its key', async () => {
    const p = await town.as('newcomer', '第二个密码甲乙丙');
    const key = { 'idempotency-key': 'change-1' };
    const body = { old: 'mistaken', new: 'third-password' };
    assert.equal((await p.post('/api/password', body, key)).status, 400);
    assert.notEqual((await p.post('/api/password', body, key)).status, 200);
    assert.equal((await enter(town, 'newcomer', 'third-password')).status, 401);
  });

  await t.test('changing it ends the other sessions and tokens', async () => {
    const a = await town.as('newcomer', '第二个密码甲乙丙');
    const b = await town.as('newcomer', '第二个密码甲乙丙');
    assert.equal((await a.post('/api/password', { old: '第二个密码甲乙丙', new: 'third-password' })).status, 200);
    assert.equal((await a.get('/api/me')).status, 200);
    assert.equal((await b.get('/api/me')).status, 401);
  });

  await t.test('a wrong present password counts like a wrong log-in', async () => {
    const p = await town.as('newcomer', 'third-password');
    for (let i = 0; i < 5; i++)
      assert.equal((await p.post('/api/password', { old: 'guess' + i, new: 'fourth-password' })).status, 400);
    assert.equal((await p.post('/api/password', { old: 'third-password', new: 'fourth-password' })).status, 429);
    assert.equal((await enter(town, 'newcomer', 'third-password')).status, 429);
  });

  await t.test('a reset by the administrator ends all sessions and asks for a new password', async () => {
    const p = await town.as('reader1');
    const row = (await sys.get('/api/people')).body.rows.find((x) => x.login === 'reader1');
    const reset = await sys.patch(`/api/people/${row.id}`, { version: row.version, password: 'a-reset-password' });
    assert.equal(reset.status, 200, JSON.stringify(reset.body));
    assert.equal((await p.get('/api/me')).status, 401);
    await town.as('reader1', 'a-reset-password');
  });

  await t.test('out of work is out at once', async () => {
    const p = await town.as('reader1', 'a-reset-password');
    const row = (await sys.get('/api/people')).body.rows.find((x) => x.login === 'reader1');
    assert.equal((await sys.patch(`/api/people/${row.id}`, { version: row.version, active: 'no' })).status, 200);
    assert.equal((await p.get('/api/me')).status, 401);
    assert.equal((await enter(town, 'reader1', 'a-reset-password')).status, 401);
  });
});

test('a page of another site cannot act for me', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');

  await t.test('every write without the page’s own mark is refused', async () => {
    for (const mark of ['', 'x', desk.me.csrf + 'x', desk.me.csrf.slice(1), (await town.as('dispatcher2')).me.csrf]) {
      const r = await desk.post('/api/items', { loop: 'hotline', title: '伪造' }, { 'x-csrf': mark });
      assert.equal(r.status, 403, mark);
      assert.deepEqual(fields(r), ['X-CSRF']);
    }
    assert.equal((await desk.del('/api/tokens/abc', { 'x-csrf': '' })).status, 403);
    assert.equal((await desk.list('伪造')).total, 0);
  });

  await t.test('a program with a token needs no mark', async () => {
    const program = town.nobody();
    const made = await desk.post('/api/tokens', { name: '街面采集', days: 1 });
    assert.equal(made.status, 201);
    assert.match(made.body.secret, /^bh_[\w-]{43}$/);
    program.token = made.body.secret;
    const filed = await program.post('/api/items', {
      loop: 'hotline', title: '采集上报', class: await desk.klass('0102'), fields: { channel: '12345', kind: '投诉' } });
    assert.equal(filed.status, 201, JSON.stringify(filed.body));
    assert.equal(filed.body.timeline[0].person_name, desk.me.person.name);
  });

  await t.test('a token is listed without its secret, ends on its day, and can be dropped', async () => {
    const program = town.nobody();
    program.token = (await desk.post('/api/tokens', { name: '第二个', days: 2 })).body.secret;
    const rows = (await desk.get('/api/tokens')).body.rows;
    assert.deepEqual(rows.map((x) => x.name).sort(), ['第二个', '街面采集']);
    assert.equal(JSON.stringify(rows).includes(program.token), false);
    assert.equal(rows.find((x) => x.name === '街面采集').expires, '2026-11-21T09:00:00+08:00');
    const second = rows.find((x) => x.name === '第二个');
    const stranger = await town.as('dispatcher2');
    assert.notEqual((await stranger.del(`/api/tokens/${second.hash}`)).status, 204, 'not by somebody else');
    assert.equal((await program.get('/api/me')).status, 200);
    // Every loop of the server has seen it by now, and none may go on believing it.
    const ask = () => Promise.all(Array.from({ length: 12 }, () => program.get('/api/me')));
    assert.deepEqual([...new Set((await ask()).map((r) => r.status))], [200]);
    assert.equal((await desk.del(`/api/tokens/${second.hash}`)).status, 204);
    assert.deepEqual([...new Set((await ask()).map((r) => r.status))], [401]);
    assert.equal((await program.get('/api/me')).status, 401);
    for (const body of [{ name: '', days: 1 }, { name: '好', days: 0 }, { name: '好', days: 731 }, { name: '长'.repeat(41), days: 3 }])
      assert.equal((await desk.post('/api/tokens', body)).status, 400, JSON.stringify(body));
  });
});

test('the plain log-in page works without a script', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const form = (login, password) => fetch(town.base + '/login', {
    method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ login, password }) });

  const page = await town.nobody().get('/login');
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type'), /^text\/html/);
  assert.match(page.body, /<form[^>]+method="post"/i);
  assert.match(page.body, /新泾镇/);
  const in_ = await form('leader1', PASSWORD);
  assert.equal(in_.status, 303);
  assert.equal(in_.headers.get('location'), '/');
  assert.match(in_.headers.get('set-cookie'), /^bihuan=[^;]{40,}; /);
  const wrong = await form('leader1', '"><script>alert(1)</script>');
  const text = await wrong.text();
  assert.equal(wrong.status, 401);
  assert.match(text, /登录名或密码不正确/);
  assert.equal(text.includes('<script>alert'), false);
  assert.equal(wrong.headers.get('set-cookie'), null);
});
