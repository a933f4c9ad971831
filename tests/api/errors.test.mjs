// What happens when the request is wrong: it is refused as a whole, with what, where and what was expected.
import test from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { Town, fields, raw, run } from './lib.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';
const KIB = 1024, MIB = 1024 * KIB;

/** Numbers that look random and are the same for the same seed. */
function random(seed) {
  let s = seed >>> 0;
  const next = () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let x = Math.imul(s ^ (s >>> 15), 1 | s);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return { next, below, pick: (list) => list[below(list.length)] };
}

test('several mistakes are said at once', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');

  await t.test('when filing', async () => {
    const r = await desk.post('/api/items', { loop: 'hotline', title: ' ', class: 999, lat: 91, lon: -181,
      fields: { channel: '电报', kind: '', nothing: 'x' } });
    assert.equal(r.status, 400);
    assert.deepEqual(fields(r), ['class', 'fields.channel', 'fields.kind', 'fields.nothing', 'lat', 'lon', 'title']);
    for (const e of r.body.errors) assert.ok(e.message.length > 1 && e.code === 'invalid', JSON.stringify(e));
    assert.match(r.body.errors.find((e) => e.field === 'fields.channel').expected, /12345.*随申办/);
    assert.equal((await desk.list('')).total, 0, 'nothing is half done');
  });

  await t.test('in the shape of the request, before anything else is looked at', async () => {
    const r = await desk.post('/api/items', { loop: 7, titel: 'x', class: 'y', fields: [], caller: { phone: 3, mail: '' } });
    assert.equal(r.status, 400);
    assert.deepEqual(fields(r), ['caller.mail', 'caller.phone', 'class', 'loop', 'titel', 'title']);
    assert.match(r.body.errors.find((e) => e.field === 'titel').expected, /title/, 'the known names are told');
  });

  await t.test('in the language asked for', async () => {
    const zh = await desk.post('/api/items', {});
    const en = await desk.post('/api/items', {}, { 'accept-language': 'en-GB,en;q=0.9' });
    assert.match(zh.body.errors[0].message, /[一-龥]/);
    assert.doesNotMatch(JSON.stringify(en.body), /[一-龥]/);
  });
});

test('JSON that is none', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const send = (text) => desk.post('/api/items', Buffer.from(text), { 'content-type': 'application/json' });
  const cases = {
    'nothing at all': '',
    'a word': 'hello',
    'cut off': '{"loop":"hotline"',
    'a comma too many': '{"loop":"hotline",}',
    'text behind it': '{"loop":"hotline"} x',
    'a list': '[]',
    'a number': '7',
    'null': 'null',
    'the same key twice': '{"loop":"hotline","loop":"hotline"}',
    'the same key twice further down': '{"loop":"hotline","fields":{"kind":"投诉","kind":"咨询"}}',
    'a number too large': '{"class":99999999999999999999}',
    'a number beyond all': '{"lat":1e999}',
    'a fraction where a whole number is wanted': '{"class":1.5}',
    'NaN': '{"lat":NaN}',
    'a NUL in a text': '{"title":"a\\u0000b"}',
    'half a surrogate': '{"title":"\\ud800"}',
    'nested too deeply': '{"fields":' + '['.repeat(5000) + ']'.repeat(5000) + '}',
    'brackets without end': '['.repeat(200_000),
  };
  for (const [what, text] of Object.entries(cases))
    await t.test(what, async () => {
      const r = await send(text);
      assert.equal(r.status, 400, JSON.stringify(r.body));
      assert.ok(r.body.errors.length > 0);
    });
  await t.test('bytes that are not UTF-8', async () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe4, 0xb8]]) {
      const r = await send(Buffer.concat([Buffer.from('{"loop":"hotline","title":"'), Buffer.from(bytes), Buffer.from('"}')]));
      assert.equal(r.status, 400);
    }
    // GB18030 text of a client that did not convert
    assert.equal((await send(Buffer.concat([Buffer.from('{"title":"'), Buffer.from([0xc2, 0xa5, 0xb5, 0xc0]), Buffer.from('"}')]))).status, 400);
  });
  await t.test('a place is told by line and column', async () => {
    const r = await send('{\n  "loop": "hotline",\n  "title": oops\n}');
    assert.equal(r.body.errors[0].line, 3);
    assert.ok(r.body.errors[0].column > 8, JSON.stringify(r.body));
  });
});

test('addresses and methods', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  for (const path of ['/api/nothing', '/api/items/x', '/api/items/0', '/api/items/-1', '/api/items/1.5', '/api/items/1x',
    '/api/items/99999999999999999999', '/api/items/9223372036854775807', '/api/items/1/files/x', '/api/', '/api', '/nothing',
    '/assets/../../etc/passwd', '/assets/%2e%2e/%2e%2e/etc/passwd', '/%00', '/assets/none.js', '/itemsx', '/api/items/1/'])
    await t.test(path, async () => {
      const r = await raw(town, `GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${desk.cookie}\r\nConnection: close\r\n\r\n`);
      assert.match(r, /^HTTP\/1\.1 (404|400) /);
      assert.match(r, /"errors":\[\{"code"/);
    });
  for (const [method, path] of [['PUT', '/api/items'], ['DELETE', '/api/items/1'], ['PATCH', '/api/items/1'], ['POST', '/api/me'],
    ['POST', '/healthz'], ['GET', '/api/login'], ['DELETE', '/api/login'], ['POST', '/api/catalog']])
    await t.test(`${method} ${path}`, async () => {
      const r = await desk.call(method, path);
      assert.equal(r.status, 405);
      assert.equal(r.body.errors[0].field, 'method');
      assert.ok(r.headers.get('allow'), 'says which it takes');
    });
  await t.test('a method nobody knows', async () => {
    assert.match(await raw(town, 'BREW /api/items HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 405 /);
  });
  await t.test('HEAD answers the head alone', async () => {
    const r = await raw(town, 'HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.match(r, /^HTTP\/1\.1 200 /);
    assert.equal(r.split('\r\n\r\n')[1], '');
  });
  await t.test('every answer forbids what a page may not do', async () => {
    for (const path of ['/', '/login', '/api/me', '/nothing', '/healthz']) {
      const r = await town.nobody().get(path);
      assert.equal(r.headers.get('x-content-type-options'), 'nosniff', path);
      assert.equal(r.headers.get('referrer-policy') !== null, true, path);
    }
    for (const path of ['/', '/login']) {
      const csp = (await town.nobody().get(path)).headers.get('content-security-policy');
      assert.match(csp, /default-src 'self'/);
      assert.doesNotMatch(csp, /unsafe-/);
    }
    assert.match((await desk.get('/api/me')).headers.get('cache-control'), /no-store|private/);
  });
});

test('limits', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const it = (await desk.file()).body;
  const refused = (r, status, what) => {
    assert.equal(r.status, status, JSON.stringify(r.body).slice(0, 300));
    assert.match(JSON.stringify(r.body.errors), what);
  };

  await t.test('a body of 256 KiB', async () => {
    refused(await desk.post('/api/items', { title: 'x'.repeat(256 * KIB) }), 413, /262144/);
  });
  await t.test('a body that is promised larger is refused before it is sent', async () => {
    const r = await raw(town, `POST /api/items HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n`);
    assert.match(r, /^HTTP\/1\.1 413 /);
  });
  await t.test('a body for an address that takes none', async () => {
    refused(await desk.call('POST', '/api/me', 'x'.repeat(5000)), 413, /body/);
  });
  await t.test('headers of 16 KiB', async () => {
    const r = await raw(town, `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(17 * KIB)}\r\nConnection: close\r\n\r\n`);
    assert.match(r, /^HTTP\/1\.1 431 /);
    assert.match(r, /16384/);
  });
  await t.test('an address of 8 KiB', async () => {
    refused(await desk.get('/api/items?filter=' + 'x'.repeat(9 * KIB)), 414, /8192/);
  });
  await t.test('a file of 20 MiB, and an empty one', async () => {
    const big = await raw(town, `POST /api/items/${it.id}/files HTTP/1.1\r\nHost: x\r\nContent-Length: ${20 * MIB + 1}\r\nExpect: 100-continue\r\n\r\n`);
    assert.match(big, /^HTTP\/1\.1 413 [^]*20971520/);
    assert.equal((await desk.attach(it, 'nearly.bin', Buffer.alloc(20 * MIB - KIB))).status, 201);
    refused(await desk.attach(it, 'empty.txt', ''), 400, /file/);
    refused(await desk.attach(it, '长'.repeat(121), 'x'), 400, /file/);
    refused(await desk.attach(it, 'a.txt', 'x', { note: '长'.repeat(4001) }), 400, /note/);
  });
  await t.test('a form without a file, a form that is none', async () => {
    const form = new FormData();
    form.append('note', '没有文件');
    refused(await desk.post(`/api/items/${it.id}/files`, form), 400, /file/);
    refused(await desk.post(`/api/items/${it.id}/files`, '{}', { 'content-type': 'application/json' }), 400, /./);
    refused(await desk.post(`/api/items/${it.id}/files`, '--x\r\nnonsense', { 'content-type': 'multipart/form-data; boundary=x' }), 400, /./);
    refused(await desk.post(`/api/items/${it.id}/files`, 'x', { 'content-type': 'multipart/form-data' }), 400, /./);
  });
  await t.test('sixty files an item', async () => {
    const other = (await desk.file()).body;
    for (let i = 0; i < 60; i++) assert.equal((await desk.attach(other, `附件${i}.txt`, 'x' + i)).status, 201);
    refused(await desk.attach(other, '第61.txt', 'x'), 413, /60/);
    assert.equal((await desk.item(other.id)).files.length, 60);
  });
  await t.test('lengths of texts', async () => {
    refused(await desk.file({ title: '长'.repeat(121) }), 400, /title/);
    assert.equal((await desk.file({ title: '长'.repeat(120) })).status, 201, 'characters count, not bytes');
    refused(await desk.file({ text: '长'.repeat(8001) }), 400, /text/);
    assert.equal((await desk.file({ text: '𠮷'.repeat(8000) })).status, 201);
    refused(await desk.file({ address: '长'.repeat(201) }), 400, /address/);
    refused(await desk.file({ caller: { name: '长'.repeat(500) } }), 400, /caller.name/);
    refused(await desk.step(it, 'urge', { note: '长'.repeat(4001) }), 400, /note/);
    refused(await desk.file({ fields: { source_no: '1'.repeat(41) } }), 400, /fields.source_no/);
  });
  await t.test('units of one dispatch', async () => {
    const units = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood').map((u) => u.id);
    const it = (await desk.file()).body;
    refused(await desk.step(it, 'dispatch', { units: units.slice(0, 13) }), 400, /12/);
    refused(await desk.step(it, 'dispatch', { units: [units[0], units[0], 987654] }), 400, /units\[1\].*units\[2\]/);
    refused(await desk.step(it, 'dispatch', { units: ['x'] }), 400, /units/);
    refused(await desk.step(it, 'dispatch', { units: [] }), 400, /units/);
    refused(await desk.step(it, 'dispatch'), 400, /units/);
  });
  await t.test('page sizes', async () => {
    for (const limit of ['0', '-1', '501', 'x', '1.5', '99999999999999999999'])
      refused(await desk.get(`/api/items?limit=${limit}`), 400, /limit/);
    refused(await desk.get('/api/items?sort=title'), 400, /-filed, filed, due, -changed/);
    for (const after of ['x', '1', '1.', '.1', '1.2.3x', 'a.b'])
      assert.equal((await desk.get(`/api/items?after=${after}`)).status, 400, after);
    const auditor = await town.as('auditadmin');
    refused(await auditor.get('/api/audit?limit=201'), 400, /limit/);
    refused(await auditor.get('/api/audit?about=nothing'), 400, /about/);
  });
  await t.test('the length of a filter', async () => {
    const q = (f) => desk.get('/api/items?filter=' + encodeURIComponent(f));
    refused(await q('x'.repeat(2001)), 413, /2000/);
    refused(await q('在办:是 '.repeat(61)), 413, /60/);
    refused(await q('业务类型:' + Array.from({ length: 201 }, () => '投诉').join(',')), 413, /200/);
    assert.equal((await q('在办:是 '.repeat(60))).status, 200);
  });
  await t.test('an Idempotency-Key of 100 bytes', async () => {
    const body = { loop: 'hotline', title: '甲', class: await desk.klass('0102'), fields: { channel: '12345', kind: '投诉' } };
    refused(await desk.post('/api/items', body, { 'idempotency-key': 'k'.repeat(101) }), 413, /100/);
    assert.equal((await desk.post('/api/items', body, { 'idempotency-key': 'k'.repeat(100) })).status, 201);
  });
  await t.test('periods of a board', async () => {
    for (const period of ['2026-13', 'x', '2026-11-20..2026-11-01', '1900..2100', '2026-02-30'])
      refused(await desk.get('/api/boards/hotline?period=' + encodeURIComponent(period)), 400, /period/);
    refused(await desk.get('/api/boards/nothing'), 404, /loop/);
    refused(await desk.get('/api/boards/hotline?by=person'), 400, /by/);
    refused(await desk.get('/api/boards/hotline?unit=987654'), 400, /unit/);
    refused(await desk.get('/api/boards/hotline?class=x'), 400, /class/);
  });
  await t.test('event streams: two thousand, then 503 until one is free', { timeout: 60_000 }, async () => {
    const agent = new http.Agent({ keepAlive: false, maxSockets: Infinity });
    // One reader may have 500 of them.
    const readers = [desk, ...await Promise.all(['leader1', 'clerk1', 'reader1'].map((login) => town.as(login)))];
    let next = 0;
    const open = () => new Promise((done, fail) => {
      const { cookie } = readers[next++ % readers.length];
      const req = http.get(town.base + '/api/events', { agent, headers: { cookie } }, (res) => done({ req, status: res.statusCode }));
      req.on('error', fail);
    });
    const streams = [];
    while (streams.length < 2000) streams.push(...await Promise.all(Array.from({ length: 100 }, open)));
    assert.equal(streams.every((s) => s.status === 200), true);
    assert.equal((await desk.get('/healthz')).body.streams, 2000);
    const one = await open();
    assert.equal(one.status, 503);
    one.req.destroy();
    assert.equal((await desk.get('/api/me')).status, 200, 'everything else goes on');
    for (const s of streams) { s.req.on('error', () => {}); s.req.destroy(); }
    agent.destroy();
  });
});

// Nothing in it is a request anybody should send. Whatever comes, the server answers or closes, and lives.
test('a storm of garbage', { timeout: 240_000 }, async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const it = (await desk.file({ caller: { name: '王女士', phone: '13900001111' } })).body;
  const seed = Number(process.env.SEED ?? 20261120);
  t.diagnostic(`SEED=${seed}`);
  const rnd = random(seed);
  const bytes = (n) => Buffer.from(Array.from({ length: rnd.below(n) }, () => rnd.below(256)));
  const login = `Cookie: ${desk.cookie}\r\nX-CSRF: ${desk.me.csrf}\r\n`;
  const paths = ['/', '/healthz', '/api/items', `/api/items/${it.id}`, `/api/items/${it.id}/steps`, `/api/items/${it.id}/files`, '/api/login',
    '/login', '/api/imports', '/api/boards/hotline', '/api/defs', '/api/people', '/assets/app.js', '/api/tokens', '/api/export'];
  const odd = ['', '\0', '%', '%zz', '%00', '%ff', '../', '..%2f', '//', '?', '?filter=', '?filter=%22', '?a=b&a=b', '#', ';', '\u{1f600}', ' '.repeat(50)];
  const kinds = {
    noise: () => bytes(400),
    line: () => `${rnd.pick(['GET', 'POST', 'G ET', '', 'get', 'X'.repeat(300)])} ${rnd.pick(paths)}${rnd.pick(odd)} ${rnd.pick(['HTTP/1.1', 'HTTP/9.9', 'HTTP/1.0', '', 'FTP'])}\r\n\r\n`,
    headers: () => `GET ${rnd.pick(paths)} HTTP/1.1\r\nHost: x\r\n` + Array.from({ length: rnd.below(60) }, () => `${bytes(20).toString('latin1')}: ${bytes(60).toString('latin1')}\r\n`).join('') + '\r\n',
    framing: () => `POST ${rnd.pick(paths)} HTTP/1.1\r\nHost: x\r\n${login}${rnd.pick(['Content-Length: -1', 'Content-Length: 5\r\nContent-Length: 6', 'Content-Length: 1e3', 'Transfer-Encoding: chunked\r\nContent-Length: 4', 'Transfer-Encoding: gzip', 'Content-Length: 18446744073709551616'])}\r\n\r\nabcdef`,
    chunks: () => `POST ${rnd.pick(paths)} HTTP/1.1\r\nHost: x\r\n${login}Transfer-Encoding: chunked\r\n\r\n${rnd.pick(['zz\r\nabc\r\n', 'ffffffffffffffff\r\nabc', '3\r\nabcdef\r\n0\r\n\r\n', '3;ext=' + 'x'.repeat(500) + '\r\nabc\r\n0\r\n\r\n', '5\r\nab', '0\r\n\r\n'])}`,
    body: () => { const b = bytes(2000); return Buffer.concat([Buffer.from(`POST ${rnd.pick(paths)} HTTP/1.1\r\nHost: x\r\n${login}Content-Type: application/json\r\nContent-Length: ${b.length}\r\n\r\n`), b]); },
    form: () => { const b = Buffer.from(`--b\r\nContent-Disposition: form-data; name="file"; filename="${bytes(30).toString('latin1')}"\r\n${bytes(20).toString('latin1')}\r\n\r\n${bytes(300).toString('latin1')}${rnd.pick(['\r\n--b--\r\n', '\r\n--b', '', '--b--'])}`, 'latin1');
      return Buffer.concat([Buffer.from(`POST ${rnd.pick(paths)} HTTP/1.1\r\nHost: x\r\n${login}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${b.length + rnd.below(3) - 1}\r\n\r\n`), b]); },
    pipeline: () => Array.from({ length: 5 }, () => `GET ${rnd.pick(paths)}${rnd.pick(odd)} HTTP/1.1\r\nHost: x\r\n${login}\r\n`).join(''),
    filter: () => `GET /api/items?filter=${encodeURIComponent(Array.from({ length: rnd.below(12) }, () => rnd.pick(['unit:', '-', ':', '"', ',', '=', '..', '受理:', '2026-', '>=', 'x', '飞线', '\\', '99999999999999999999', 'class:', 'own.', ' ', '（', 'none', 'mine', '%', '_', "'", ';'])).join(''))} HTTP/1.1\r\nHost: x\r\n${login}Connection: close\r\n\r\n`,
  };
  const answers = {};
  let left = Number(process.env.STORM ?? 3000);
  const one = async () => {
    while (left-- > 0) {
      const kind = rnd.pick(Object.keys(kinds));
      const text = await raw(town, kinds[kind](), { quiet_ms: 800 });
      for (const m of text.matchAll(/^HTTP\/1\.1 (\d\d\d) /gm)) {
        answers[m[1]] = (answers[m[1]] ?? 0) + 1;
        assert.notEqual(m[1][0] + m[1][1] + m[1][2], '500', `${kind}: ${text.slice(0, 400)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 24 }, one));
  t.diagnostic(JSON.stringify(answers));
  assert.equal((await town.nobody().get('/healthz')).body.ok, true);
  assert.equal((await desk.get('/api/me')).status, 200);
  assert.doesNotMatch(town.log, /gave no answer|runtime error|AddressSanitizer/);
});

// Every write with values of the wrong kinds in the right places.
test('a storm of wrong values', { timeout: 240_000 }, async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const people = { desk: await town.as('dispatcher1'), lead: await town.as('leader1'), sys: await town.as('sysadmin'), sec: await town.as('secadmin') };
  const it = (await people.desk.file({ caller: { name: '王女士' } })).body;
  let now = it; // the order the steps are tried on
  const steps = (await people.desk.catalog()).loops[0].steps.map((s) => s.key);
  const seed = Number(process.env.SEED ?? 20261120);
  t.diagnostic(`SEED=${seed}`);
  const rnd = random(seed);
  const texts = ['', ' ', 'x', '1', '投诉', '咨询', '12345', '一般', '\u0001', '\u202e', "'; DROP TABLE item; --", '长'.repeat(300), 'hotline', 'dispatch', 'yes', '3wd', '-3wd', '999999999999wd',
    '2026-02-30', '2026-11-25', 'RX20261120-00001', 'own', 'district', 'grid', 'reader', 'handler', '职责不符', '非本辖区', '客观条件', '待上级批复', 'loop: x', 'roles: []', 'initial-password'];
  const numbers = [0, -1, 1, 2, 3, 20, 21, 22, 1.5, 1e300, 9007199254740991, -9007199254740991];
  const small = () => Object.fromEntries(['channel', 'kind', 'priority', 'satisfied', 'solved', 'promised', 'review_on', 'x'].filter(() => rnd.next() < 0.5).map((k) => [k, rnd.pick(texts)]));
  const shapes = [null, true, false, [], {}, [[]], [1, 2], ['x'], { key: 1 }, { a: { b: { c: [] } } }];
  const kinds = {
    lat: () => rnd.pick(numbers), lon: () => rnd.pick(numbers), class: () => rnd.pick(numbers), part: () => rnd.pick(numbers), parent: () => rnd.pick(numbers), unit: () => rnd.pick(numbers),
    seq: () => rnd.pick(numbers), days: () => rnd.pick(numbers), dry: () => rnd.pick([true, false]), fields: small,
    units: () => Array.from({ length: rnd.below(14) }, () => rnd.pick(numbers)), reason: () => ({ key: rnd.pick(texts), option: rnd.pick(texts) }),
    caller: () => ({ name: rnd.pick(texts), phone: rnd.pick(texts), anonymous: rnd.pick([true, false]) }), child: () => ({ title: rnd.pick(texts), class: rnd.pick(numbers) }) };
  // Mostly of the right kind, so that much of it comes deep; now and then of any.
  const odd = (key) => (rnd.next() < 0.1 ? rnd.pick([...texts, ...numbers, ...shapes]) : kinds[key] ? kinds[key]() : rnd.pick(texts));
  const make = (keys) => Object.fromEntries(keys.filter(() => rnd.next() < 0.7).map((k) => [k, odd(k)]));
  const writes = [
    ['desk', '/api/items', () => ({ ...make(['title', 'text', 'address', 'lat', 'lon', 'class', 'fields', 'caller']), loop: rnd.pick(['hotline', odd()]) })],
    ['desk', 'STEPS', () => ({ ...make(['note', 'fields', 'class', 'units', 'reason', 'judge', 'extend', 'other', 'child', 'part']), step: rnd.pick([...steps, odd()]), version: rnd.pick([now.version, now.version, now.version, odd()]) })],
    ['lead', 'STEPS', () => ({ ...make(['note', 'fields', 'reason', 'extend', 'part']), step: rnd.pick([...steps, odd()]), version: now.version })],
    ['desk', `/api/items/${it.id}/reveal`, () => make(['reason'])],
    ['desk', '/api/tokens', () => make(['name', 'days'])],
    ['desk', '/api/password', () => make(['old', 'new'])],
    ['sys', '/api/units', () => make(['parent', 'kind', 'code', 'name', 'short', 'seq'])],
    ['sys', '/api/people', () => make(['login', 'name', 'password'])],
    ['sys', '/api/defs', () => ({ ...make(['text', 'dry']), kind: rnd.pick(['loop', 'calendar', 'roles', odd()]) })],
    ['sec', '/api/people/3/roles', () => make(['role', 'unit'])],
  ];
  const answers = {};
  for (let i = 0; i < Number(process.env.STORM ?? 3000); i++) {
    const [who, where, body] = rnd.pick(writes);
    const sent = body();
    const path = where.replace('STEPS', `/api/items/${now.id}/steps`);
    const r = await people[who].post(path, sent);
    if (where === 'STEPS' && r.status === 200) now = r.body;
    if (r.status === 201 && path === '/api/items' && rnd.next() < 0.5) now = r.body;
    answers[r.status] = (answers[r.status] ?? 0) + 1;
    assert.ok(r.status < 500, `${path} ${JSON.stringify(sent)} -> ${r.status} ${JSON.stringify(r.body)}`);
    if (r.status >= 400) assert.ok(r.body.errors.length > 0, JSON.stringify(sent));
  }
  t.diagnostic(JSON.stringify(answers));
  assert.equal((await town.nobody().get('/healthz')).body.ok, true);
  await town.stop();
  run('audit', 'verify', '--dir', town.dir);
  run('tally', 'verify', '--dir', town.dir);
  await town.start();
  assert.doesNotMatch(town.log, /gave no answer|runtime error|AddressSanitizer/);
});
