// The command line: every command's help, wrong use, and what each command does to a real town, also while a server runs.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, unlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, DEMO_ROWS as ROWS, DEMO_SHEETS, history, Person, program, root, server, Town, until } from './lib.mjs';

const COMMANDS = ['serve', 'init', 'import', 'export', 'def', 'demo', 'token', 'audit', 'tally', 'years', 'backup', 'restore', 'move', 'doctor',
  'route', 'cadence', 'version'];

/** The same with --json; its answer is one line. */
function ask(...args) {
  const r = call(...args, '--json');
  assert.equal(r.out.trim().split('\n').length, 1, `${args[0]}: one line of JSON, not ${r.out}${r.err}`);
  return { ...r, json: JSON.parse(r.out) };
}

function good(r) {
  assert.equal(r.code, 0, r.out + r.err);
  return r;
}

/** A folder of this test's own. */
function scratch(t) {
  const dir = mkdtempSync(join(tmpdir(), 'bihuan-cli-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** One demonstration town for all tests that only read, or that work on a copy. */
const shared = mkdtempSync(join(tmpdir(), 'bihuan-cli-'));
const demo = join(shared, 'demo');
test.before(() => good(call('demo', '--dir', demo, '--items', '200', '--until', '2026-03-20T18:00:00+08:00')));
test.after(() => rmSync(shared, { recursive: true, force: true }));

function copyOf(t) {
  const dir = join(scratch(t), 'town');
  cpSync(demo, dir, { recursive: true });
  return dir;
}

test('every command explains itself in both languages', () => {
  const all = good(call('--help')).out;
  for (const name of COMMANDS) {
    assert.match(all, new RegExp(`^  ${name} `, 'm'));
    const zh = good(call(name, '--help')).out;
    const en = good(call(name, '--help', '--lang', 'en')).out;
    assert.match(zh, new RegExp(`^bihuan ${name}`));
    assert.match(zh, /--dir DIR.*镇的数据目录/);
    assert.match(zh, /退出码：0 完成/);
    assert.match(en, /--dir DIR.*the town's folder/);
    assert.match(en, /Exit codes: 0 done/);
    assert.notEqual(zh, en);
    if (name !== 'version') {
      assert.match(zh, new RegExp(`^示例\\n  bihuan ${name} `, 'm'), `${name} has examples`);
      assert.match(en, new RegExp(`^Examples\\n  bihuan ${name} `, 'm'));
    }
    assert.equal(/[\u4e00-\u9fff]/.test(en.split('Examples')[0]), false, `${name}: no Chinese in the English help`);
  }
});

test('wrong use is refused whole, with exit code 2', async (t) => {
  await t.test('all mistakes at once', () => {
    const r = call('demo', '--items', 'many', '--seed=-1', '--colour', 'red', 'word', '--until');
    assert.equal(r.code, 2);
    for (const what of ['--items', '--seed', '--colour', 'word', '--until']) assert.ok(r.err.includes(what), `${what} in ${r.err}`);
    assert.equal(r.out, '');
  });
  await t.test('as JSON', () => {
    const r = ask('demo', '--items', '0', '--seed', 'x');
    assert.equal(r.code, 2);
    assert.deepEqual(r.json.errors.map((e) => [e.code, e.field]), [['invalid', '--items'], ['invalid', '--seed']]);
    assert.equal(r.json.errors[0].expected, '1..20000000');
  });
  await t.test('no command, an unknown one, an unknown language', () => {
    assert.equal(call().code, 2);
    assert.equal(call('dance').code, 2);
    assert.equal(call('version', '--lang', 'fr').code, 2);
  });
  await t.test('words and options that do not go together', () => {
    for (const args of [['audit', 'sing'], ['tally'], ['token', 'make'], ['token', 'drop'], ['token', 'list', 'x'], ['def', 'check'],
      ['def', 'diff', 'hotline'], ['def', 'bake', 'x'], ['import'], ['import', 'a.csv'], ['import', '--undo', '1', '--dry'],
      ['import', 'a.csv', '--map', 'x', '--resume', '1'], ['restore', '--dir', join(shared, 'none')], ['export'],
      ['def', 'check', 'x.yaml', '--kind', 'song'], ['audit', 'verify', '--head', 'abc']]) {
      const r = call(...args, ...(args.includes('--dir') ? [] : ['--dir', demo]));
      assert.equal(r.code, 2, `${args.join(' ')}: ${r.code} ${r.err}`);
      assert.notEqual(r.err, '');
    }
    assert.deepEqual(ask('token', 'make').json.errors.map((e) => e.field), ['--as', '--name']);
  });
  await t.test('a town that is not there: 3, and none is made', () => {
    const dir = join(scratch(t), 'none');
    for (const args of [['serve'], ['audit', 'verify'], ['tally', 'rebuild'], ['backup'], ['doctor'], ['token', 'list'],
      ['import', 'a.csv', '--map', 'city-orders'], ['export', '--filter', ''], ['def', 'publish', join(root, 'defs/loops/hotline.yaml')]]) {
      const r = call(...args, '--dir', dir);
      assert.equal(r.code, 3, `${args.join(' ')}: ${r.code} ${r.err}`);
      assert.equal(existsSync(dir), false, args[0]);
    }
  });
});

test('the demonstration', async (t) => {
  await t.test('is the same for the same seed, to the last event', () => {
    const dir = join(scratch(t), 'other');
    good(call('demo', `--dir=${dir}`, '--items=60', '--until', '2026-03-20'));
    const again = join(scratch(t), 'again');
    good(call('demo', '--dir', again, '--items', '60', '--until', '2026-03-20T00:00:00+08:00'));
    assert.ok(history(dir) === history(again));
    assert.equal(ask('tally', 'verify', '--dir', dir).json.items, 60 + ROWS);
  });
  await t.test('a town with orders is not filled again; a folder with something else is left alone', () => {
    assert.equal(call('demo', '--dir', demo, '--items', '5').code, 2);
    const dir = scratch(t);
    writeFileSync(join(dir, 'letter.txt'), 'mine');
    assert.equal(call('demo', '--dir', dir, '--items', '5').code, 2);
    assert.deepEqual(readdirSync(dir), ['letter.txt']);
  });
  await t.test('a town made by init is filled', () => {
    const dir = join(scratch(t), 'made');
    good(call('init', '--dir', dir, '--town', join(root, 'towns/xinjing')));
    const { json } = good(ask('demo', '--dir', dir, '--items', '5', '--until', '2026-03-20'));
    assert.deepEqual([json.items, json.rows], [5, ROWS]);
  });
  await t.test('the rows of its registers are as its sheets say, and come in a second time without a change', () => {
    for (const [register, n] of Object.entries(DEMO_SHEETS)) {
      const sheet = join(root, `towns/xinjing/registers/${register}.csv`);
      const lines = readFileSync(sheet, 'utf8').trim().split('\n');
      assert.equal(lines.length, n + 1);
      assert.ok(lines.slice(1).every((l) => l.includes('（演示）')), 'nothing real');
      const out = good(call('export', '--dir', demo, '--filter', `register:${register}`)).out;
      assert.equal(out.trim().split('\n').length, n + 1);
    }
    const made = join(scratch(t), 'again');
    execFileSync(process.execPath, [join(root, 'tools/demo_rows.mjs'), made], { cwd: root });
    for (const register of Object.keys(DEMO_SHEETS))
      assert.equal(readFileSync(join(made, `${register}.csv`), 'utf8'), readFileSync(join(root, `towns/xinjing/registers/${register}.csv`), 'utf8'), register);
  });
  await t.test('what is wrong in a sheet of rows, or in where it is named, is said with its place', () => {
    const town = join(scratch(t), 'wrong');
    cpSync(join(root, 'towns/xinjing'), town, { recursive: true });
    const plan = readFileSync(join(town, 'town.yaml'), 'utf8');
    const line = plan.split('\n').findIndex((l) => l.includes('estate: registers')) + 1;
    writeFileSync(join(town, 'town.yaml'), plan.replace('  estate: registers', '  estates: registers').replace('building.csv', 'towers.csv'));
    const named = call('demo', '--dir', join(scratch(t), 'a'), '--town', town, '--items', '5');
    assert.equal(named.code, 2);
    assert.match(named.err, new RegExp(`town\\.yaml:${line}:\\d+: rows\\.estates`));
    assert.match(named.err, new RegExp(`town\\.yaml:${line + 1}:\\d+: rows\\.building`));
    writeFileSync(join(town, 'town.yaml'), plan);
    const sheet = join(town, 'registers/enterprise.csv');
    writeFileSync(sheet, readFileSync(sheet, 'utf8').replace('91310105DEM0000224', '91310105DEM0000223'));
    const wrong = call('demo', '--dir', join(scratch(t), 'b'), '--town', town, '--items', '5');
    assert.notEqual(wrong.code, 0);
    assert.match(wrong.err, /registers\/enterprise\.csv:3:3: 统一社会信用代码/);
  });
  await t.test('many orders fast: the same for the same seed, proven, in a new folder only', { skip: server ? 'skipped: the bulk path is of a file' : false }, () => {
    const above = scratch(t);
    const [one, two] = [join(above, 'one'), join(above, 'two')];
    for (const d of [one, two]) good(call('demo', '--fast', '--items=300', '--until', '2026-03-20T15:00:00+08:00', '--dir', d));
    assert.deepEqual(readdirSync(above).sort(), ['one', 'two'], 'nothing of the making is left');
    assert.deepEqual(readdirSync(one).sort(), ['bihuan.db', 'key']);
    const head = (d) => good(ask('audit', 'verify', '--dir', d)).json.head;
    assert.match(head(one), /^[0-9a-f]{64}$/);
    assert.ok(history(one) === history(two));
    assert.equal(good(ask('tally', 'verify', '--dir', one)).json.items, 300 + ROWS);
    assert.equal(call('demo', '--fast', '--items', '5', '--dir', one).code, 2);
  });
  for (const more of [[], ['--fast']]) await t.test(`interrupted ${more}, it leaves nothing`, async () => {
    const above = scratch(t);
    const child = spawn(program, ['demo', '--dir', join(above, 'town'), '--items', '2000000', ...more], { stdio: 'ignore' });
    const ended = new Promise((done) => child.on('exit', done));
    while (!readdirSync(above).some((f) => existsSync(join(above, f, 'key')))) await new Promise((done) => setTimeout(done, 20));
    child.kill('SIGINT');
    assert.equal(await ended, 4);
    assert.deepEqual(readdirSync(above), []);
  });
});

test('the history proves itself', async (t) => {
  const dir = copyOf(t);
  good(call('token', 'make', '--as', 'dispatcher1', '--name', '只此一处的名字', '--dir', dir));
  const whole = good(ask('audit', 'verify', '--dir', dir)).json;
  assert.equal(whole.ok, true);
  assert.match(whole.head, /^[0-9a-f]{64}$/);
  const last = ask('audit', 'list', '--last', '1', '--dir', dir).json.events[0];
  assert.equal(last.what, 'token_make');
  assert.equal(last.id, whole.events);
  assert.match(good(call('audit', 'verify', '--dir', dir, '--head', whole.head, '--lang', 'en')).out, /unbroken\nhead [0-9a-f]{64}/);

  await t.test('a head that is no longer in the chain', () => {
    const other = whole.head.replace(/^./, (c) => (c === '0' ? '1' : '0'));
    const r = call('audit', 'verify', '--dir', dir, '--head', other, '--lang', 'en');
    assert.equal(r.code, 1);
    assert.match(r.err, /the end of the chain was cut off/);
  });
  await t.test('one changed bit is found, and the row is named', () => {
    const bad = join(scratch(t), 'bad');
    cpSync(dir, bad, { recursive: true });
    const file = join(bad, 'bihuan.db');
    const bytes = readFileSync(file);
    const at = bytes.indexOf('["","只此一处的名字"]');
    assert.notEqual(at, -1, 'the event stands in the file');
    // The last byte of the first character, so that the text stays UTF-8.
    bytes[at + 5 + 2] ^= 1;
    writeFileSync(file, bytes);
    const r = call('audit', 'verify', '--dir', bad);
    assert.equal(r.code, 1, r.out + r.err);
    assert.match(r.err, new RegExp(`event\\[${last.id}\\].*校验值与内容和上一条不符`));
    const j = ask('audit', 'verify', '--dir', bad);
    assert.deepEqual([j.code, j.json.ok, j.json.first_bad], [1, false, last.id]);
    const doc = ask('doctor', '--dir', bad);
    assert.equal(doc.code, 1);
    assert.deepEqual(doc.json.checks.filter((c) => c.result === 'bad').map((c) => c.check), ['chain']);
  });
  await t.test('a note of an order, too', async () => {
    const town = await Town.make();
    t.after(() => rmSync(town.dir, { recursive: true, force: true }));
    const desk = await town.as('dispatcher1');
    const item = (await desk.file()).body;
    assert.equal((await desk.step(item, 'note', { note: '居委会已到现场看过' })).status, 200);
    await town.stop();
    const [noted] = ask('audit', 'list', '--item', item.no, '--dir', town.dir).json.events;
    assert.deepEqual([noted.note, noted.what], ['居委会已到现场看过', 'note']);
    good(call('audit', 'verify', '--dir', town.dir));
    town.forge(noted.id, noted.note);
    const r = call('audit', 'verify', '--dir', town.dir, '--lang', 'en');
    assert.equal(r.code, 1);
    assert.match(r.err, new RegExp(`event ${noted.id} \\("note" of item ${item.id}\\)`));
  });
});

const sqlite = spawnSync('sqlite3', ['--version']).status === 0;
test('counters prove themselves', { skip: sqlite ? false : 'skipped: no sqlite3' }, (t) => {
  const dir = copyOf(t);
  const sql = (text) => {
    const r = spawnSync('sqlite3', [join(dir, 'bihuan.db'), text], { encoding: 'utf8' });
    assert.equal(r.status, 0, r.stderr);
    return r.stdout.trim();
  };
  assert.equal(good(ask('tally', 'verify', '--dir', dir)).json.items, 200 + ROWS);
  sql('UPDATE tally SET n = n + 1 WHERE (loop, dim, key, period, unit, class, channel) ='
    + ' (SELECT loop, dim, key, period, unit, class, channel FROM tally LIMIT 1)');
  const r = ask('tally', 'verify', '--dir', dir);
  assert.equal(r.code, 1);
  assert.equal(r.json.errors.length, 1);
  assert.equal(call('doctor', '--dir', dir).code, 1);
  good(call('tally', 'rebuild', '--dir', dir));
  good(call('tally', 'verify', '--dir', dir));

  sql("UPDATE item SET state = 'handling' WHERE id = 3");
  const one = call('tally', 'verify', '--dir', dir);
  assert.equal(one.code, 1);
  assert.match(one.err, /3/);
});

test('old days are folded into their months', async (t) => {
  const dir = copyOf(t);
  const before = good(ask('tally', 'verify', '--dir', dir)).json;
  assert.equal(call('tally', 'fold', '--months', '0', '--dir', dir).code, 2);
  const first = good(ask('tally', 'fold', '--months', '1', '--dir', dir)).json;
  assert.ok(first.days > 30, JSON.stringify(first));
  assert.equal(good(ask('tally', 'fold', '--months', '1', '--dir', dir)).json.days, 0, 'again: nothing is left');
  const after = good(ask('tally', 'verify', '--dir', dir)).json;
  assert.ok(after.cells < before.cells);
  good(call('tally', 'rebuild', '--dir', dir));
  good(call('audit', 'verify', '--dir', dir));
});

test('backup while the town is served, restore, and a look at the result', { skip: server ? 'skipped: pg_dump is what backs up a server' : false }, async (t) => {
  const town = await Town.make();
  t.after(() => town.end());
  const above = scratch(t);
  const desk = await town.as('dispatcher1');
  const item = (await desk.file({ caller: { name: '李小明', phone: '13812346612', door: '3号楼402室' } })).body;
  const form = new FormData();
  form.set('file', new Blob(['照片内容'], { type: 'text/plain' }), '照片.txt');
  assert.equal((await desk.post(`/api/items/${item.id}/files`, form)).status, 201);

  // Orders go on coming in.
  let going = true;
  let filed = 1;
  const more = (async () => {
    while (going && filed < 500) {
      const r = await desk.file({ title: `备份期间第${filed}件` });
      assert.equal(r.status, 201);
      filed++;
    }
  })();
  const place = join(above, 'copy');
  const child = spawn(program, ['backup', '--dir', town.dir, '--to', place, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (d) => { out += d; });
  const code = await new Promise((done) => child.on('close', done));
  going = false;
  await more;
  assert.equal(code, 0);
  const { manifest } = JSON.parse(out);
  assert.equal(manifest.blobs, 1);
  assert.deepEqual(manifest, JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8')));
  assert.deepEqual(readdirSync(place).sort(), ['bihuan.db', 'blobs', 'manifest.json']);
  assert.deepEqual(readdirSync(above), ['copy'], 'nothing unfinished lies about');

  await t.test('the head written down now is found later', () => {
    good(call('audit', 'verify', '--dir', town.dir, '--head', manifest.head));
  });
  await t.test('a place that is taken is refused', () => {
    assert.equal(call('backup', '--dir', town.dir, '--to', place).code, 2);
    assert.equal(call('restore', '--from', place, '--dir', town.dir).code, 2);
  });
  await t.test('restored with the key, it is sound and serves', async () => {
    const dir = join(above, 'restored');
    const r = good(ask('restore', '--from', place, '--dir', dir, '--key', join(town.dir, 'key')));
    assert.deepEqual([r.json.events, r.json.head, r.json.blobs, r.json.key], [manifest.event, manifest.head, 1, true]);
    const seen = good(ask('doctor', '--dir', dir)).json;
    assert.equal(seen.ok, true);
    assert.deepEqual(seen.checks.map((c) => c.check), ['structure', 'schema', 'folder', 'key', 'callers', 'chain', 'counters',
      'clocks', 'search', 'space', 'blobs', 'years', 'backup']);
    const other = new Town();
    other.dir = dir;
    await other.start();
    try {
      const again = await other.as('dispatcher1');
      const same = await again.item(item.id);
      assert.equal(same.no, item.no);
      assert.equal(same.caller.phone, '138****6612');
      assert.equal((await again.get(`/api/items/${item.id}/files/1`)).body, '照片内容');
    } finally {
      await other.stop();
    }
  });
  await t.test('without the key it says so, and does not serve', () => {
    const dir = join(above, 'keyless');
    assert.match(good(call('restore', '--from', place, '--dir', dir)).out, /缺少密钥/);
    assert.equal(call('serve', '--dir', dir, '--port', '0').code, 3);
    assert.equal(call('doctor', '--dir', dir).code, 1);
  });
  await t.test('with the key in it, the backup is enough', () => {
    good(call('backup', '--dir', town.dir, '--to', join(above, 'full'), '--with-key'));
    assert.equal(statSync(join(above, 'full/key')).mode & 0o777, 0o600);
    const dir = join(above, 'fromfull');
    good(call('restore', '--from', join(above, 'full'), '--dir', dir));
    good(call('doctor', '--dir', dir));
  });
  await t.test('a damaged backup is refused, and nothing is made', () => {
    const blob = readdirSync(join(place, 'blobs'), { recursive: true }).map(String).find((f) => /[0-9a-f]{64}$/.test(f));
    for (const [file, change] of [['bihuan.db', (b) => { b[5000] ^= 1; }], [`blobs/${blob}`, (b) => { b[0] ^= 1; }],
      ['manifest.json', (b) => { b[b.indexOf('"head":"') + 8] = 'x'.charCodeAt(0); }]]) {
      const bad = join(above, 'bad');
      rmSync(bad, { recursive: true, force: true });
      cpSync(place, bad, { recursive: true });
      const bytes = readFileSync(join(bad, file));
      change(bytes);
      writeFileSync(join(bad, file), bytes);
      const r = call('restore', '--from', bad, '--dir', join(above, 'frombad'));
      assert.equal(r.code, 1, `${file}: ${r.code} ${r.err}`);
      assert.equal(existsSync(join(above, 'frombad')), false);
    }
    unlinkSync(join(above, 'bad/manifest.json'));
    assert.equal(call('restore', '--from', join(above, 'bad'), '--dir', join(above, 'frombad')).code, 3);
    assert.equal(readdirSync(above).some((f) => f.startsWith('frombad')), false);
  });
  await t.test('the doctor sees a missing attachment and a key others can read', () => {
    const dir = join(above, 'sick');
    good(call('restore', '--from', join(above, 'full'), '--dir', dir));
    rmSync(join(dir, 'blobs'), { recursive: true });
    chmodSync(join(dir, 'key'), 0o644);
    const r = ask('doctor', '--dir', dir);
    assert.equal(r.code, 1);
    assert.deepEqual(r.json.checks.filter((c) => c.result === 'bad').map((c) => c.check), ['key', 'callers', 'blobs']);
    assert.match(call('doctor', '--dir', dir, '--lang', 'en').out, /^✗ key: .*chmod 600/m);
  });
});

const HEAD = '工单编号,受理时间,来源,业务类型,紧急程度,大类,小类,标题,内容,地址,联系人,电话';
const order = (no, more = {}) => {
  const row = { no, at: '2026-03-01 10:00', from: '12345', kind: '投诉', how: '一般', main: '环境卫生', sub: '楼道堆物',
    title: `楼道有杂物${no}`, text: '三号楼楼道堆满杂物', where: '北虹路1号', who: '张三', phone: '13800000001', ...more };
  return Object.values(row).join(',');
};

test('orders in: a sheet with good and bad rows, while the town is served', async (t) => {
  const town = await Town.make();
  t.after(() => town.end());
  const above = scratch(t);
  const desk = await town.as('dispatcher1');
  const sheet = join(above, 'orders.csv');
  const rows = [];
  for (let i = 1; i <= 40; i++) rows.push(order(`SH${i}`));
  rows[6] = order('SH7', { at: '不是时间', kind: '怪种类' });
  rows[19] = order('SH3');
  writeFileSync(sheet, `${[HEAD, ...rows].join('\r\n')}\r\n`);
  const here = ['--dir', town.dir];

  await t.test('a dry run files nothing', async () => {
    const r = ask('import', sheet, '--map', 'city-orders', '--dry', ...here);
    assert.equal(r.code, 1);
    assert.deepEqual([r.json.rows, r.json.new, r.json.same, r.json.bad], [40, 38, 1, 1]);
    assert.deepEqual(r.json.problems.map((p) => [p.row, p.column, p.value]), [[8, '受理时间', '不是时间'], [8, '业务类型', '怪种类']]);
    assert.equal((await desk.list('', '&count=1')).total, 0);
  });
  await t.test('the good rows go in while others file as well, the bad ones into a sheet', async () => {
    const wrong = join(above, 'wrong.csv');
    const child = spawn(program, ['import', sheet, '--map', 'city-orders', '--problems', wrong, ...here], { stdio: 'ignore' });
    const over = new Promise((done) => child.on('exit', done));
    for (let i = 0; i < 20; i++) assert.equal((await desk.file({ title: `同时登记第${i}件` })).status, 201);
    assert.equal(await over, 1);
    assert.equal((await desk.list('', '&count=1')).total, 58);
    const text = readFileSync(wrong, 'utf8');
    assert.equal(text.split('\r\n')[0], '\ufeff行,列,值,问题,应为');
    assert.match(text, /^8,业务类型,怪种类,/m);
    good(call('audit', 'verify', ...here));
    good(call('tally', 'verify', ...here));
  });
  await t.test('again: all there already; undo takes them back, and they can come again', async () => {
    const r = ask('import', sheet, '--map', 'city-orders', ...here);
    assert.deepEqual([r.json.new, r.json.same, r.json.bad], [0, 39, 1]);
    const job = 2;
    assert.deepEqual(good(ask('import', '--undo', String(job), ...here)).json, { job, undone: 38, kept: 0 });
    assert.equal((await desk.list('', '&count=1')).total, 20);
    assert.equal(ask('import', sheet, '--map', join(root, 'towns/xinjing/city-orders.map.yaml'), ...here).json.new, 38);
    good(call('tally', 'verify', ...here));
  });
  await t.test('with a name: what this person may not do is refused', () => {
    assert.equal(call('import', sheet, '--map', 'city-orders', '--as', 'nobody-here', ...here).code, 2);
    const r = call('import', sheet, '--map', 'city-orders', '--as', 'handler-beihong', ...here);
    assert.equal(r.code, 4, r.err);
  });
  await t.test('files and maps that are not there, and a sheet without its columns', () => {
    assert.equal(call('import', join(above, 'none.csv'), '--map', 'city-orders', ...here).code, 3);
    const r = call('import', sheet, '--map', 'no-such-map', ...here);
    assert.equal(r.code, 3);
    assert.match(r.err, /city-orders/);
    writeFileSync(join(above, 'bare.csv'), 'a,b\n1,2\n');
    assert.equal(call('import', join(above, 'bare.csv'), '--map', 'city-orders', ...here).code, 1);
  });
});

test('an import that is interrupted goes on where it was', async (t) => {
  const above = scratch(t);
  const dir = join(above, 'town');
  const sheet = join(above, 'many.csv');
  good(call('init', '--dir', dir));
  const rows = [HEAD];
  for (let i = 1; i <= 4000; i++) rows.push(order(`MANY${i}`));
  writeFileSync(sheet, rows.join('\n'));
  const child = spawn(program, ['import', sheet, '--map', 'city-orders', '--dir', dir], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (d) => { said += d; });
  const ended = new Promise((done) => child.on('close', done));
  const log = join(dir, 'bihuan.db-wal');
  // The first groups are on their way when the log has grown.
  while (child.exitCode === null && !(existsSync(log) && statSync(log).size > 1 << 20)) {
    await new Promise((done) => setTimeout(done, 2));
  }
  child.kill('SIGINT');
  assert.equal(await ended, 4, said);
  assert.match(said, /已中断，可用 --resume 1 继续/);
  const r = good(ask('import', '--resume', '1', '--dir', dir)).json;
  assert.deepEqual([r.rows, r.new, r.same, r.bad, r.stopped], [4000, 4000, 0, 0, false]);
  assert.equal(call('import', '--resume', '1', '--dir', dir).code, 4, 'it is over');
  assert.equal(call('import', '--resume', '9', '--dir', dir).code, 4, 'there is none');
  assert.equal(good(ask('tally', 'verify', '--dir', dir)).json.items, 4000);
  good(call('audit', 'verify', '--dir', dir));
});

test('orders out', async (t) => {
  const above = scratch(t);
  const file = join(above, 'closed.csv');
  const lines = (text) => text.split('\r\n').filter((l) => l.length > 0);
  const all = lines(good(call('export', '--filter', 'loop:hotline', '--dir', demo)).out);
  assert.ok(all.length > 135 && all.length < 155, `nearly three of four are of the hotline: ${all.length}`);
  assert.ok(all[0].startsWith('\ufeff'));
  const r = good(ask('export', '--filter', 'loop:hotline open:no', '--out', file, '--dir', demo));
  assert.equal(lines(readFileSync(file, 'utf8')).length, r.json.rows + 1);
  assert.ok(r.json.rows > 0 && r.json.rows < all.length - 1);
  assert.equal(all.join('\n').match(/1[3-9]\d{9}/), null, 'no telephone number in clear');

  await t.test('as a person: the right is asked for, and a committee sees its own', () => {
    assert.equal(call('export', '--filter', '', '--as', 'handler-beihong', '--dir', demo).code, 4);
    assert.equal(lines(good(call('export', '--filter', 'loop:hotline', '--as', 'leader1', '--dir', demo)).out).length, all.length);
    const one = lines(good(call('export', '--filter', 'loop:hotline unit:beihong', '--as', 'leader1', '--dir', demo)).out);
    assert.ok(one.length > 1 && one.length < 100, `${one.length}`);
    for (const line of one.slice(1)) assert.ok(line.includes('北虹'), line);
  });
  await t.test('what was written out can be brought into another town as its past', () => {
    const map = join(above, 'again.map.yaml');
    writeFileSync(map, `map: again
title: 旧系统工单
loop: hotline
encoding: utf-8
header: 1
key: 编号
state: closed
columns:
  - {column: 受理时间, to: filed, type: time}
  - {column: 办结时间, to: closed, type: time}
  - {column: 来源, to: f:channel}
  - {column: 业务类型, to: f:kind}
  - {column: 紧急程度, to: f:priority}
  - {column: 承办单位, to: unit, by: name}
  - {column: 分类, to: class, by: name, otherwise: matters/1206}
  - {column: 标题, to: title}
  - {column: 内容, to: text}
  - {column: 地址, to: address}
`);
    const other = join(above, 'other/town');
    good(call('init', '--dir', other));
    const came = good(ask('import', file, '--map', map, '--dir', other)).json;
    assert.deepEqual([came.rows, came.new, came.bad], [r.json.rows, r.json.rows, 0]);
    good(ask('export', '--filter', 'loop:hotline', '--out', join(above, 'again.csv'), '--dir', other));
    const facts = (path) => {
      const [head, ...rows] = lines(readFileSync(path, 'utf8').slice(1)).map((l) => l.split(','));
      const at = ['受理时间', '办结时间', '来源', '业务类型', '承办单位', '标题', '地址'].map((name) => head.indexOf(name));
      return rows.map((row) => at.map((k) => row[k]).join('|')).sort();
    };
    assert.deepEqual(facts(join(above, 'again.csv')), facts(file));
    good(call('tally', 'verify', '--dir', other));
    good(call('audit', 'verify', '--dir', other));
    assert.equal(ask('import', file, '--map', map, '--dir', other).json.same, r.json.rows);
  });
  await t.test('a wrong filter is refused, with what is expected', () => {
    const bad = call('export', '--filter', 'loop:hotline state:dancing', '--out', join(above, 'bad.csv'), '--dir', demo);
    assert.equal(bad.code, 2);
    assert.match(bad.err, /dancing/);
    assert.equal(existsSync(join(above, 'bad.csv')), false);
  });
});

test('a token made on the machine opens the API, until it is dropped', async (t) => {
  const town = await Town.make();
  t.after(() => town.end());
  const here = ['--dir', town.dir];
  const made = good(ask('token', 'make', '--as', 'dispatcher1', '--name', '数据平台', '--days', '3', ...here)).json;
  assert.match(made.token, /^bh_/);
  const machine = new Person(town);
  machine.token = made.token;
  assert.equal((await machine.get('/api/me')).status, 200);
  const [row] = ask('token', 'list', ...here).json.tokens;
  assert.deepEqual([row.login, row.name, row.valid], ['dispatcher1', '数据平台', true]);
  assert.deepEqual(ask('token', 'list', '--as', 'dispatcher2', ...here).json.tokens, []);
  assert.equal(call('token', 'drop', '00000000', ...here).code, 2);
  good(call('token', 'drop', row.hash.slice(0, 12), ...here));
  await until('the token is refused', async () => (await machine.get('/api/me')).status === 401, 5000); // the server looks once a second
  assert.equal(call('token', 'make', '--as', 'nobody-here', '--name', 'x', ...here).code, 2);
  const what = ask('audit', 'list', '--last', '2', ...here).json.events.map((e) => e.what);
  assert.deepEqual(what, ['token_drop', 'token_make']);
});

test('definitions', async (t) => {
  const above = scratch(t);
  const text = readFileSync(join(root, 'defs/loops/hotline.yaml'), 'utf8');
  const write = (name, content) => {
    writeFileSync(join(above, name), content);
    return join(above, name);
  };

  await t.test('what ships is right, with and without a town', () => {
    for (const file of ['defs/loops/hotline.yaml', 'defs/calendars/workdays.yaml', 'defs/roles.yaml']) {
      good(call('def', 'check', join(root, file)));
      assert.equal(good(ask('def', 'check', join(root, file), '--dir', demo)).json.ok, true);
    }
  });
  await t.test('every mistake is told with file, line, column and what is expected', () => {
    const bad = write('bad.yaml', text.replace('{key: suspended,', '{key: resting,').replace('{limit: 4wh}', '{limit: soon}')
      .replace('loop: hotline', 'loop: hotline\ncolour: red'));
    const r = call('def', 'check', bad, '--lang', 'en');
    assert.equal(r.code, 1);
    const lines = r.err.trim().split('\n');
    assert.ok(lines.length >= 5, r.err);
    for (const line of lines) assert.match(line, /bad\.yaml:\d+:\d+: /);
    assert.match(r.err, /colour/);
    assert.match(r.err, /suspended.*resting/);
    const j = ask('def', 'check', bad);
    assert.equal(j.json.errors.length, lines.length);
    assert.ok(j.json.errors.every((e) => e.line > 0 && e.column > 0));
    // A name only the town knows: a unit that is not there.
    const unit = write('unit.yaml', text.replace(/receiver: .*/, 'receiver: moon-base'));
    assert.equal(call('def', 'check', unit).code, 1);
    assert.equal(call('def', 'check', join(above, 'none.yaml')).code, 3);
  });
  await t.test('a whole folder is right together: its files may name one another, and need not be in force', () => {
    assert.match(good(call('def', 'check', join(root, 'defs'))).out, /^.*defs：\d+ 个文件，没有问题\n$/);
    const all = good(ask('def', 'check', join(root, 'defs'), '--dir', demo)).json;
    assert.ok(all.ok && all.files.length > 35 && all.files.every((f) => f.ok), JSON.stringify(all.files.filter((f) => !f.ok)));
    // A scheme, two registers that name one another, a loop over one of them, and its score: none of them in any town.
    const dir = join(above, 'own');
    mkdirSync(join(dir, 'more'), { recursive: true });
    const put = (name, content) => write(join('own', name), content);
    put('classes.yaml', 'classes:\n  scheme: lamps\n  rows:\n    - {code: "01", name: 灯不亮}\n');
    const kept = (key, other) => `register: ${key}\ntitle: ${key}台账\nnumber: {prefix: ${key === 'pole' ? 'GA' : 'XA'}, digits: 4}\nkeeper: ops-centre\n` +
      `who: {change: [dispatcher], archive: [dispatcher]}\nfields:\n  - {key: ${other}, title: ${other}, type: ref, register: ${other}}\n`;
    put('pole.yaml', kept('pole', 'cabinet'));
    put('more/cabinet.yaml', kept('cabinet', 'pole'));
    put('lamp.yaml', `loop: lamp
title: 路灯
number: {prefix: LD, digits: 4}
receiver: ops-centre
calendar: workdays
classes: lamps
fields:
  - {key: pole, title: 灯杆, type: ref, register: pole}
states: [{key: filed, title: 待修}, {key: done, title: 已修, final: yes}]
clocks: [{key: mend, title: 修复, limits: [{limit: 2wd}]}]
steps:
  - {key: file, title: 登记, to: filed, who: dispatcher, ask: [pole!, class!], start: mend}
  - {key: mend, title: 修复, from: filed, to: done, who: dispatcher, does: close, stop: mend}
tallies: [{key: mended, title: 已修, by: closed}]
`);
    put('lamps.yaml', readFileSync(join(root, 'defs/scores/rates.yaml'), 'utf8').replace('loops: hotline', 'loops: lamp').replace(/^score: .*/m, 'score: lamps'));
    const wrong = call('def', 'check', dir, '--lang', 'en');
    assert.equal(wrong.code, 1, wrong.err);
    assert.match(wrong.err, /^.*lamps\.yaml:\d+:\d+: /m); // its tallies are the hotline's
    assert.match(wrong.out, /5 files, mistakes in 1\n$/);
    put('lamps.yaml', 'score: lamps\ntitle: 路灯\nloops: lamp\nrows: {kinds: [neighbourhood]}\ncolumns:\n  - {key: mended, title: 已修, count: mended}\n');
    assert.match(good(call('def', 'check', dir, '--lang', 'en')).out, /5 files, all right\n$/);
    put('twice.yaml', kept('pole', 'cabinet'));
    put('lamp.yaml', readFileSync(join(dir, 'lamp.yaml'), 'utf8').replace('register: pole', 'register: mast').replace('2wd', 'soon'));
    const more = call('def', 'check', dir, '--lang', 'en');
    assert.match(more.err, /lamp\.yaml:\d+:\d+: .*soon/);
    assert.match(more.err, /lamps\.yaml:\d+:\d+: /); // no such loop to count
    assert.match(more.err, /twice\.yaml: .*already defined by .*pole\.yaml/);
    assert.match(more.out, /6 files, mistakes in 3\n$/);
    rmSync(dir, { recursive: true });
    mkdirSync(dir);
    assert.equal(call('def', 'check', dir).code, 3); // nothing in it
  });
  await t.test('drawing and comparing', () => {
    assert.match(good(call('def', 'draw', 'hotline')).out, /^digraph "hotline" \{[^]*\}\n$/);
    assert.equal(good(call('def', 'draw', 'hotline', '--dir', demo)).out, good(call('def', 'draw', 'hotline')).out);
    const next = write('next.yaml', text.replace('{limit: 4wh}', '{limit: 1wh}'));
    assert.match(good(call('def', 'diff', 'hotline', next)).out, /4wh.*1wh/);
    assert.match(good(call('def', 'diff', 'hotline', 'hotline')).out, /没有变化/);
    assert.equal(call('def', 'draw', 'no-such-loop').code, 3);
  });
  await t.test('a trial on past orders, then in force', () => {
    const dir = copyOf(t);
    const next = write('next.yaml', text.replace('{limit: 4wh}', '{limit: 1min}').replace('1min', '30min'));
    const r = good(ask('def', 'try', next, '--dir', dir, '--last', '140'));
    assert.equal(r.json.items, 140);
    const k = r.json.clocks.find((c) => c.key === 'dispatch');
    assert.ok(k.changed > 0 && k.to_late > 0 && k.to_met === 0, JSON.stringify(k));
    assert.ok(r.json.clocks.filter((c) => c.key !== 'dispatch').every((c) => c.changed === 0));
    assert.ok(r.json.changes.every((c) => c.clock === 'dispatch' && c.from === '4wh' && c.to === '30min'));
    // A state that is gone, though orders stand in it.
    const renamed = write('renamed.yaml', text.replaceAll('rated', 'judged'));
    const lost = ask('def', 'try', renamed, '--dir', dir);
    assert.equal(lost.code, 1);
    assert.deepEqual(lost.json.lost_states.map((s) => s.key), ['rated']);

    assert.equal(call('def', 'publish', next, '--dir', dir, '--as', 'handler-beihong').code, 4);
    assert.equal(good(ask('def', 'publish', next, '--dir', dir, '--as', 'sysadmin')).json.version, 2);
    assert.equal(call('def', 'publish', next, '--dir', dir).code, 1, 'the same once more');
    assert.match(good(call('def', 'diff', 'hotline@1', 'hotline', '--dir', dir)).out, /4wh.*30min/);
    assert.equal(call('def', 'diff', 'hotline@x', 'hotline', '--dir', dir).code, 3);
    good(call('audit', 'verify', '--dir', dir));
  });
});

test('an answer that cannot be written is not taken for given', { skip: existsSync('/dev/full') ? false : 'no /dev/full' }, () => {
  const r = spawnSync('/bin/sh', ['-c', `exec "${program}" version > /dev/full`]);
  assert.equal(r.status, 4);
});

test('docs/operate.md is true', async (t) => {
  const text = readFileSync(join(root, 'docs/operate.md'), 'utf8');
  const fences = [...text.matchAll(/^```(\w+) ?(\S*)\n([^]*?)^```$/gm)].map(([, kind, name, body]) => ({ kind, name, body }));
  await t.test('every command and option on it exists', () => {
    const lines = fences.filter((f) => f.kind === 'sh').flatMap((f) => f.body.trim().split('\n'));
    const used = new Set();
    for (const line of lines.filter((l) => l.startsWith('bihuan '))) {
      const words = line.split(/\s+/).slice(1);
      const help = good(call(words[0], '--help')).out;
      used.add(words[0]);
      for (const option of words.filter((w) => w.startsWith('--'))) assert.ok(help.includes(`  ${option} `), line);
      for (const word of words.slice(1, 2)) {
        if (/^(verify|fold|list|make|drop|check|diff|try|publish|draw|move)$/.test(word)) assert.ok(help.split('\n')[0].includes(word), line);
      }
    }
    assert.deepEqual(COMMANDS.filter((c) => !used.has(c)), ['version'], 'commands the page does not show in a line of their own');
  });
  await t.test('its first town can be made', () => {
    const above = scratch(t);
    for (const f of fences.filter((x) => x.name.startsWith('my-town/'))) {
      mkdirSync(join(above, 'my-town'), { recursive: true });
      writeFileSync(join(above, f.name), f.body);
    }
    assert.deepEqual(readdirSync(join(above, 'my-town')).sort(), ['people.yaml', 'town.yaml', 'units.yaml']);
    const dir = join(above, 'srv/bihuan');
    assert.equal(good(ask('init', '--dir', dir, '--town', `${above}/my-town/`)).json.town, 310105999);
    good(call('doctor', '--dir', dir));
    assert.equal(statSync(join(dir, 'key')).mode & 0o777, 0o600);
    assert.equal(call('init', '--dir', dir, '--town', `${above}/my-town/`).code, 4, 'once only');

    const wrong = readFileSync(join(above, 'my-town/units.yaml'), 'utf8').replace('parent: demo-town', 'parent: nowhere')
      .replace('code: east', 'code: East!');
    writeFileSync(join(above, 'my-town/units.yaml'), wrong);
    const r = call('init', '--dir', join(above, 'other'), '--town', `${above}/my-town/`);
    assert.equal(r.code, 4);
    assert.ok(text.includes(r.err.trim()), r.err);
    assert.equal(existsSync(join(above, 'other')), false);
  });
  await t.test('the three administrators are three persons', () => {
    const above = scratch(t);
    cpSync(join(root, 'towns/xinjing'), join(above, 'my-town'), { recursive: true });
    const people = join(above, 'my-town/people.yaml');
    writeFileSync(people, readFileSync(people, 'utf8').replace('[{role: sysadmin, unit: xinjing}]',
      '[{role: sysadmin, unit: xinjing}, {role: auditadmin, unit: xinjing}]'));
    const r = call('init', '--dir', join(above, 'town'), '--town', `${above}/my-town`);
    assert.equal(r.code, 4);
    assert.match(r.err, /people\.yaml:\d+/);
  });
});
