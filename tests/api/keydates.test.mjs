// 「把握第八届进博会等重要节点」: for the days of a key date what it is about runs against tighter limits, and goes back by itself.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Town, call, fields, good, root, until } from './lib.mjs';

// Monday to Friday; the days of the expo are Wednesday and Thursday.
const [MON, WED, FRI] = [16, 18, 20].map((d) => `2026-11-${d}T09:00:00+08:00`);
const WHERE = 'loop:hotline unit:北虹居民区,城运中心 class:0102';
const ciie = ({ key = 'ciie-8', title = '第八届进博会', from = '2026-11-18', to = '2026-11-19', where = WHERE, share = 50, more = '' } = {}) =>
  `keydate: ${key}\ntitle: ${title}\nwhy: 场馆周边先办快办\nfrom: ${from}\nto: ${to}\nwhere: "${where}"\nshare: ${share}\n${more}`;

async function desk(t, at = MON) {
  const town = await Town.make({ at });
  t.after(() => town.end());
  const o = { town };
  o.login = async () => {
    for (const [name, login] of [['desk', 'dispatcher1'], ['sys', 'sysadmin']]) o[name] = await town.as(login);
  };
  await o.login();
  o.move = async (to) => {
    await town.move(to);
    await o.login();
  };
  o.publish = (text, dry = false) => o.sys.post('/api/defs', { kind: 'keydate', text, dry });
  o.published = async (text) => {
    const r = await o.publish(text);
    assert.equal(r.status, 200, JSON.stringify(r.body));
  };
  o.clocks = async (id) => Object.fromEntries((await o.desk.item(id)).clocks.map((c) => [c.key, c]));
  o.events = async (id) => (await o.desk.item(id)).timeline.filter((e) => e.what === 'keydate').map((e) => e.note).reverse();
  o.nos = async (filter) => (await o.desk.list(filter)).rows.map((r) => r.no).sort();
  return o;
}

/** Filed and sent to the committee: one clock runs for it, one for its part. */
async function order(o, more) {
  const r = await o.desk.file(more);
  assert.equal(r.status, 201, JSON.stringify(r.body));
  return r.body;
}

test('把握第八届进博会等重要节点：到时收紧，过后自己回来', async (t) => {
  const o = await desk(t);
  const inside = await order(o);
  const outside = await order(o, { title: '别的分类', class: await o.desk.klass('0501') });
  const due = (await o.clocks(inside.id)).dispatch?.due ?? (await o.desk.item(inside.id)).due;
  const names = Object.keys(await o.clocks(inside.id));
  assert.ok(names.length > 0 && due, 'a clock runs for it');
  const before = await o.clocks(inside.id);
  await o.published(ciie());

  await t.test('before its first day nothing has changed', async () => {
    assert.deepEqual(await o.nos('keydate:yes'), []);
    assert.deepEqual((await o.clocks(inside.id)), before);
  });

  await o.move(WED);
  await t.test('on its first day its clocks run against half the limit; time used stays used', async () => {
    await until('it is under it', async () => (await o.nos('keydate:yes')).length > 0);
    assert.deepEqual(await o.nos('keydate:yes'), [inside.no]);
    assert.deepEqual(await o.nos('节点期间:第八届进博会'), [inside.no]);
    assert.deepEqual(await o.nos('keydate:ciie-8'), [inside.no]);
    assert.deepEqual(await o.nos('loop:hotline open:yes keydate:no'), [outside.no]);
    const now = await o.clocks(inside.id);
    for (const key of names) {
      assert.equal(now[key].percent, 50, key);
      assert.equal(now[key].limit, before[key].limit, 'the limit itself stands');
      assert.ok(now[key].due < before[key].due, `${key}: ${now[key].due} < ${before[key].due}`);
    }
    assert.deepEqual((await o.clocks(outside.id)).percent, undefined);
    assert.deepEqual(await o.events(inside.id), ['第八届进博会开始：时限按 50%']);
    assert.deepEqual(await o.events(outside.id), []);
  });

  await t.test('what is filed meanwhile, and what comes to fit it, is under it at once', async () => {
    const fresh = await order(o, { title: '进博会期间的一件' });
    assert.ok(fresh.clocks.every((c) => !c.open || c.percent === 50), JSON.stringify(fresh.clocks));
    assert.deepEqual(await o.nos('keydate:yes'), [inside.no, fresh.no].sort());
  });

  await o.move(FRI);
  await t.test('the day after its last one the very due times are back, and its mark stays for the record', async () => {
    await until('nothing is under it', async () => (await o.nos('keydate:yes')).length === 0);
    const now = await o.clocks(inside.id);
    for (const key of names) {
      assert.deepEqual([now[key].due, now[key].percent], [before[key].due, 0], key);
      assert.equal(now[key].used_s > before[key].used_s, true, 'time used stays used');
    }
    assert.deepEqual(await o.events(inside.id), ['第八届进博会开始：时限按 50%', '第八届进博会结束：时限照旧']);
    assert.ok((await o.nos('keydate:ciie-8')).includes(inside.no));
  });

  await t.test('counters and the chain hold', async () => {
    await o.town.stop();
    good('tally', 'verify', '--dir', o.town.dir);
    good('audit', 'verify', '--dir', o.town.dir);
    await o.town.start({ at: FRI });
  });
});

test('a new version extends it, ends it early or takes it back', async (t) => {
  const o = await desk(t, WED);
  const a = await order(o);
  const whole = (await o.clocks(a.id));
  await o.published(ciie());
  const under = (n) => until(`${n} under it`, async () => (await o.nos('keydate:yes')).length === n);
  await under(1);
  await o.published(ciie({ to: '2026-11-20' }));
  await o.move(FRI);
  assert.deepEqual(await o.nos('keydate:yes'), [a.no], 'a day longer');
  await o.published(ciie({ to: '2026-11-20', share: 25 }));
  await until('a quarter is left', async () => Object.values(await o.clocks(a.id)).some((c) => c.percent === 25));
  assert.equal((await o.events(a.id)).at(-1), '时限按 25%');
  await o.published(ciie({ to: '2026-11-20', more: 'off: yes\n' }));
  await under(0);
  const now = await o.clocks(a.id);
  for (const key of Object.keys(whole)) assert.equal(now[key].due, whole[key].due, key);
});

test('of several at once the tightest counts, clock by clock', async (t) => {
  const o = await desk(t, WED);
  const [key] = Object.keys(await o.clocks((await order(o)).id));
  await o.published(ciie());
  await o.published(ciie({ key: 'flood', title: '防汛', share: 80, more: `limits: [{clock: ${key}, share: 20}]\n` }));
  const b = await order(o, { title: '两个节点' });
  assert.equal((await o.clocks(b.id))[key].percent, 20);
  assert.deepEqual(await o.nos('keydate:flood keydate:ciie-8 两个节点'), [b.no]);
  await o.published(ciie({ key: 'flood', title: '防汛', share: 80, more: 'off: yes\n' }));
  await until('the other one counts again', async () => (await o.clocks(b.id))[key].percent === 50);
});

test('an extra cadence files while one is in force, and only then: its periods begin with it', async (t) => {
  const o = await desk(t);
  const keeper = await o.town.as('keeper1');
  const row = await keeper.post('/api/items', { loop: 'enterprise', title: '泾源数据', address: '泉口路1号', fields: { uscc: '9144030071526726XG', size: '规上', service: '北虹居委会' } });
  assert.equal(row.status, 201, JSON.stringify(row.body));
  const visit = readFileSync(join(root, 'defs/loops/visit.yaml'), 'utf8');
  const rule = (more) => visit.replace(/\ncadences:\n[\s\S]*?(?=\n[a-z])/, `\ncadences:\n  - {key: daily, title: 节点期间走访, over: enterprise, field: enterprise, until: visit_by, ${more}}\n`);
  const loop = (more) => o.sys.post('/api/defs', { kind: 'loop', text: rule(more) });
  let r = await loop('every: 1d, during: ciie-10');
  assert.equal(r.status, 400, 'there is no such key date yet');
  assert.match(r.body.errors[0].message, /重要节点/);
  r = await loop('every: 3mo, during: any');
  assert.equal(r.status, 400, 'months do not begin with it');
  await o.published(ciie({ from: '2026-11-18', to: '2026-11-20' }));
  r = await loop('every: 2d, during: ciie-8');
  assert.equal(r.status, 200, JSON.stringify(r.body));
  const run = (at) => good('cadence', 'run', 'visit/daily', '--dir', o.town.dir, '--at', at).filed;
  const days = () => o.town.sql("SELECT k.from_day || '-' || k.to_day FROM cadence k ORDER BY k.from_day").trim().split('\n').filter(Boolean);
  const day = (text) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
  assert.deepEqual(good('cadence', 'preview', 'visit/daily', '--until', '2026-11-30', '--dir', o.town.dir, '--at', MON).rules['visit/daily']
    .map((x) => [x.from, x.until, x.missed]), [['2026-11-18', '2026-11-19', 0], ['2026-11-20', '2026-11-20', 1]]);
  await o.town.stop();
  assert.equal(run(MON), 0, 'before it');
  assert.equal(run(WED), 1);
  assert.equal(run('2026-11-19T09:00:00+08:00'), 0, 'the second of the two days');
  assert.equal(run(FRI), 1, 'the last one ends with it');
  assert.equal(run('2026-11-21T09:00:00+08:00'), 0, 'after it');
  assert.deepEqual(days(), [`${day('2026-11-18')}-${day('2026-11-20')}`, `${day('2026-11-20')}-${day('2026-11-21')}`]);
  await o.town.start({ at: FRI });
  const leader = await o.town.as('leader1');
  const seen = async (at) => (await leader.get(`/api/cadences?loop=visit&day=${at}`)).body.rows[0];
  assert.deepEqual([(await seen('2026-11-20')).during, (await seen('2026-11-20')).total.counts.asked], ['ciie-8', 1]);
  assert.equal((await seen('2026-11-25')).total.counts.asked, 0);
});

test('the daily brief: counted facts of a day and since the first one, each the number of its list', async (t) => {
  const o = await desk(t, WED);
  const leader = () => o.town.as('leader1');
  await order(o, { title: '节点以外', class: await o.desk.klass('0501') });
  await o.published(ciie({ from: '2026-11-18', to: '2026-11-20' }));
  await order(o, { title: '第一天' });
  await o.move(FRI);
  await order(o, { title: '第三天' });
  await order(o, { title: '第三天又一件' });
  const who = await leader();
  const at = '/api/keydates/ciie-8/brief';

  const list = (await who.get('/api/keydates')).body;
  assert.deepEqual(list.rows.map((x) => [x.key, x.state, x.from, x.to, x.share, x.filter]), [['ciie-8', 'on', '2026-11-18', '2026-11-20', 50, 'keydate:ciie-8'],
    ['ciie-9', 'over', '2026-11-05', '2026-11-10', 100, 'keydate:ciie-9']]);

  const b = (await who.get(at)).body;
  assert.deepEqual([b.day, b.nth, b.days], ['2026-11-20', 3, 3]);
  assert.deepEqual(b.total.counts, { filed: 2, closed: 0, filed_all: 3, closed_all: 0, open: 3, overdue: b.total.counts.overdue });
  assert.match(b.text, /第八届进博会每日简报，2026-11-20（第 3 天，共 3 天）：当日登记 2 件，办结 0 件；累计登记 3 件，办结 0 件；目前在办 3 件/);
  for (const f of b.figures) {
    for (const table of b.tables) {
      assert.equal(table.rows.reduce((n, r) => n + r.counts[f.key], 0), b.total.counts[f.key], `${table.by} ${f.key}`);
      for (const row of table.rows) {
        const found = await who.list(`${f.filter} ${row.filter}`);
        assert.equal(found.total, row.counts[f.key], `${f.filter} ${row.filter}`);
      }
    }
  }
  const first = (await who.get(`${at}?on=2026-11-18`)).body;
  assert.deepEqual([first.nth, first.total.counts.filed, first.total.counts.filed_all], [1, 1, 1]);
  assert.deepEqual([(await who.get(`${at}?on=2026-11-21`)).status, (await who.get(`${at}?on=x`)).status, (await who.get('/api/keydates/none/brief')).status], [400, 400, 404]);

  const csv = (await who.get(`${at}.csv`)).body.replace('\ufeff', '').trim().split('\r\n');
  assert.equal(csv[0], '按,名称,当日登记,当日办结,累计登记,累计办结,目前在办,其中超期');
  assert.match(csv.at(-1), /^,合计,2,0,3,0,3,\d+$/);
  const book = await who.get(`${at}.xlsx`);
  assert.equal(book.status, 200);
  assert.match(book.headers.get('content-disposition'), /ciie-8-2026-11-20-2026-11-20\.xlsx/);
  assert.equal((await o.sys.get(at)).status, 403, 'who reads no boards');
  assert.deepEqual((await o.desk.catalog()).keydates, [{ key: 'ciie-8', title: '第八届进博会' }, { key: 'ciie-9', title: '第九届进博会（演示）' }]);
});

test('mistakes are told with their place, all at once', async (t) => {
  const o = await desk(t);
  let r = await o.publish('keydate: X\ntitle: 节点\nfrom: 2026-11-19\nto: 2026-11-18\nwhere: "loop:hotline"\nshare: 0\nweekday: 1\n');
  assert.equal(r.status, 400);
  assert.deepEqual(fields(r), ['keydate', 'share', 'to', 'weekday']);
  r = await o.publish(ciie({ where: 'loop:hotlin' }));
  assert.deepEqual([r.status, r.body.errors[0].line], [400, 6], JSON.stringify(r.body));
  for (const where of ['overdue:yes', 'unit:mine', 'clock.handle:late', 'keydate:yes', 'due:2026-11']) {
    r = await o.publish(ciie({ where: `loop:hotline ${where}` }));
    assert.equal(r.status, 400, where);
  }
  r = await o.publish(ciie({ more: 'limits: [{clock: handel, share: 20}]\n' }));
  assert.deepEqual([r.status, r.body.errors[0].line], [400, 8]);
  assert.match(r.body.errors[0].message, /handle|是不是/);
  assert.equal((await o.desk.post('/api/defs', { kind: 'keydate', text: ciie() })).status, 403, 'who may not publish');

  const dir = mkdtempSync(join(tmpdir(), 'bihuan-keydate-'));
  const file = join(dir, 'ciie.yaml');
  writeFileSync(file, ciie());
  const checked = call('def', 'check', file);
  assert.equal(checked.code, 0, checked.err);
  writeFileSync(join(dir, 'longer.yaml'), ciie({ to: '2026-11-21', share: 40 }));
  assert.equal(call('def', 'diff', file, join(dir, 'longer.yaml')).out, '结束：2026-11-19 → 2026-11-21\n时限：50% → 40%\n');
  rmSync(dir, { recursive: true });
});
