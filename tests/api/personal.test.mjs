// Personal data in fields: kept as a mask, sealed beside the item, found by the whole of it, shown in full for a reason that stays.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, before, after } from 'node:test';
import { Town, call, fields, good, until } from './lib.mjs';
import { makeBook } from './xlsx.mjs';

// Published codes of well-known companies. [GB 32100-2015] Numbers of one mask: 138****6612.
const CODES = ['9144030071526726XG', '91330100799655058B', '914403001922038216', '91110000802100433B'];
const NUMBER = '13812346612', ALIKE = '13899996612', MASK = '138****6612';
const NAME = '欧阳明德', LINE = '02162341234', ID = '11010519491231002X';
const CLEAR = [NUMBER, ALIKE, NAME, LINE, ID];

let town, keeper, clerk, leader, reader, beihong, shop;
before(async () => {
  town = await Town.make({ at: '2026-11-20T09:00:00+08:00', still: false, args: ['--log-requests'] });
  [keeper, clerk, leader, reader, beihong] = await Promise.all(['keeper1', 'clerk1', 'leader1', 'reader1', 'handler-beihong'].map((x) => town.as(x)));
});
after(() => town?.end());

const ok = (r) => { assert.ok(r.status < 300, JSON.stringify(r.body)); return r.body; };
const add = (loop, title, values) => keeper.post('/api/items', { loop, title, fields: values });
const field = (it, key) => it.fields.find((f) => f.key === key) || {};
const reveal = async (person, it, names, reason = '核对联系方式') => person.post(`/api/items/${it.id}/reveal`, { reason, fields: names });
const shown = async (it, name = 'phone') => ok(await reveal(keeper, it, [name])).fields[0].value;
const numbers = (list) => list.rows.map((r) => r.no);
const fresh = (it) => keeper.item(it.id);
const change = async (it, values) => ok(await keeper.step(await fresh(it), 'change', { fields: values }));
/** The rows of the table that stand for an item. */
const sealed = (it) => Number(town.sql(`SELECT count(*) FROM sealed WHERE item = ${it.id}`));

test('the number is checked, kept as digits, and shown as a mask', async () => {
  const bad = await add('enterprise', '乙公司', { uscc: CODES[1], phone: '1381234', contact: '138*' });
  assert.equal(bad.status, 400);
  assert.deepEqual(fields(bad), ['fields.contact', 'fields.phone']);
  assert.match(bad.body.errors.find((e) => e.field === 'fields.phone').message, /不是电话号码/);
  assert.equal(JSON.stringify(bad.body).includes('1381234'), false, 'what was given is not repeated');
  shop = ok(await add('enterprise', '甲公司', { uscc: CODES[0], contact: NAME, phone: '+86 138-1234-6612' }));
  assert.deepEqual([field(shop, 'phone').value, field(shop, 'phone').sealed, field(shop, 'contact').value], [MASK, 'phone', '欧**']);
  assert.equal(shop.may_reveal, true);
  assert.deepEqual(shop.timeline[0].changes['f/phone'], ['', MASK]);
  const row = (await keeper.list('register:enterprise', '&columns=phone%20contact')).rows[0];
  assert.deepEqual(Object.values(row.cells), [MASK, '欧**']);
});

test('in full for who may see it, with a reason; one event names what was shown', async () => {
  assert.equal((await reveal(keeper, shop, ['phone'], ' ')).status, 400);
  assert.equal((await reveal(clerk, shop, ['phone'])).status, 403);
  assert.equal((await clerk.item(shop.id)).may_reveal, false);
  const wrong = await reveal(keeper, shop, ['uscc', 'nothing']);
  assert.deepEqual([wrong.status, fields(wrong)], [400, ['fields', 'fields']]);
  assert.equal((await keeper.post(`/api/items/${shop.id}/reveal`, { reason: '核对' })).status, 404, 'a row has no caller');
  const r = ok(await reveal(keeper, shop, ['phone', 'contact'], '约上门时间'));
  assert.deepEqual(r.fields, [{ sealed: 'phone', value: NUMBER }, { sealed: 'contact', value: NAME }]);
  const [last] = (await fresh(shop)).timeline;
  assert.deepEqual([last.what, last.what_title, last.note, last.changes.revealed], ['reveal', '查看个人信息', '约上门时间', ['phone', 'contact']]);
  const audit = await (await town.as('auditadmin')).get('/api/audit?about=reveal');
  assert.deepEqual(audit.body.rows.map((x) => x.note), ['约上门时间']);
  const key = { 'Idempotency-Key': 'reveal-once' };
  const once = await keeper.post(`/api/items/${shop.id}/reveal`, { reason: '再核对', fields: ['phone'] }, key);
  assert.equal(once.body.fields[0].value, NUMBER);
  assert.equal((await keeper.post(`/api/items/${shop.id}/reveal`, { reason: '再核对', fields: ['phone'] }, key)).status, 409, 'what was shown is not kept');
});

test('the mask that is there means no change; another mask is no number', async () => {
  const same = await change(shop, { phone: MASK, contact: '欧**', staff: 8 });
  assert.equal(same.timeline[0].changes['f/phone'], undefined);
  assert.equal(await shown(shop), NUMBER);
  const r = await keeper.step(await fresh(shop), 'change', { fields: { phone: '139****6612' } });
  assert.deepEqual([r.status, fields(r)], [400, ['fields.phone']]);
});

test('a change to a number of the same mask is a change, and is taken back as one', async () => {
  const now = await change(shop, { phone: ALIKE });
  assert.deepEqual(now.timeline[0].changes['f/phone'], [MASK, MASK]);
  assert.equal(await shown(shop), ALIKE);
  const again = await change(shop, { phone: NUMBER });
  assert.equal(await shown(shop), NUMBER, 'changed back');
  assert.equal(again.version + 1, (await fresh(shop)).version);
  const other = await change(shop, { phone: ALIKE });
  const back = ok(await keeper.post(`/api/items/${shop.id}/undo`, { version: other.version }));
  assert.deepEqual([field(back, 'phone').value, await shown(shop)], [MASK, NUMBER]);
  const cleared = await change(shop, { phone: '' });
  assert.equal(field(cleared, 'phone').value, undefined);
  assert.equal((await reveal(keeper, shop, ['phone'])).status, 400);
  await change(shop, { phone: NUMBER });
  assert.equal(sealed(shop), 3, 'each value once: two numbers and a name');
});

test('the whole of it finds its rows, for who may see it; a filter then names the mask', async () => {
  const of = async (person, text) => person.get(`/api/items?filter=${encodeURIComponent(`register:enterprise ${text}`)}`);
  const found = await of(keeper, '联系电话:138-1234-6612');
  assert.deepEqual(numbers(found.body), [shop.no]);
  assert.equal(found.body.query.filter.includes(NUMBER), false);
  assert.ok(found.body.query.filter.includes(MASK));
  assert.deepEqual(numbers((await of(keeper, found.body.query.filter.replace('register:enterprise ', ''))).body), [shop.no], 'it is understood again');
  assert.equal((await of(keeper, `phone:${ALIKE}`)).body.total, 0);
  assert.deepEqual(numbers((await of(keeper, `contact:${NAME}`)).body), [shop.no]);
  assert.deepEqual(numbers((await of(clerk, '-phone:none')).body), [shop.no]);
  const refused = await of(clerk, `phone:${NUMBER}`);
  assert.equal(refused.status, 400);
  assert.match(refused.body.errors[0].expected, /查看个人信息/);
  const view = ok(await keeper.post('/api/views', { title: '他的企业', filter: `register:enterprise phone:${NUMBER}` }));
  assert.equal(JSON.stringify(view).includes(NUMBER), false);
});

const sheet = (content, more) => {
  const f = new FormData();
  f.set('file', new Blob([content]), 'rows.xlsx');
  for (const [k, v] of Object.entries(more)) f.set(k, v);
  return f;
};
async function bring(book, { dry = 'no' } = {}) {
  const { map } = ok(await keeper.call('POST', '/api/import-look', sheet(book, { loop: 'enterprise' })));
  const r = ok(await keeper.call('POST', '/api/imports', sheet(book, { map: JSON.stringify(map), dry })));
  return until('the import is over', async () => {
    const job = ok(await keeper.get(`/api/jobs/${r.id}`));
    return !['waiting', 'running', 'undoing'].includes(job.state) && job;
  });
}
const counts = (job) => [job.new, job.updated, job.same, job.bad];
const HEAD = ['统一社会信用代码', '企业名称', '联系人', '联系电话'];

test('a sheet of numbers: read as people write them, told apart by the number and not by the mask', async () => {
  const book = makeBook({ 企业: [HEAD, [CODES[0], '甲公司', NAME, NUMBER], [CODES[1], '乙公司', '诸葛小花', '021-62341234'], [CODES[3], '丁公司', '', '1381234']] });
  const job = await bring(book);
  assert.deepEqual(counts(job), [1, 0, 1, 1], JSON.stringify(job));
  assert.deepEqual(job.problems.map((p) => [p.column, p.value]), [['联系电话', '1**']]);
  assert.deepEqual(counts(await bring(book)), [0, 0, 2, 1], 'the same sheet once more changes nothing');
  const [row] = (await keeper.list(`register:enterprise uscc:${CODES[1]}`)).rows;
  assert.equal(await shown(row), LINE);

  const alike = makeBook({ 企业: [HEAD, [CODES[0], '甲公司', '', ALIKE]] });
  const tried = await bring(alike, { dry: 'yes' });
  assert.deepEqual(counts(tried), [0, 1, 0, 0]);
  assert.deepEqual(tried.changes.map((c) => [c.title, c.was, c.is]), [['联系电话', MASK, `${MASK}（另一个）`]]);
  const done = await bring(alike);
  assert.equal(await shown(shop), ALIKE);
  const version = (await fresh(shop)).version;
  ok(await keeper.post(`/api/jobs/${done.id}/undo`, {}));
  const undone = await until('it is undone', async () => {
    const j = ok(await keeper.get(`/api/jobs/${done.id}`));
    return j.state === 'undone' && j;
  });
  assert.deepEqual([undone.undone, undone.kept], [0, 1], 'somebody has looked at it since: that is an event of his');
  assert.equal((await fresh(shop)).version, version);
  await change(shop, { phone: NUMBER });
});

test('what an undone import made is gone, with what was sealed of it', async () => {
  const job = await bring(makeBook({ 企业: [HEAD, [CODES[2], '丙公司', '', '13700000001']] }));
  const [row] = (await keeper.list(`register:enterprise uscc:${CODES[2]}`)).rows;
  assert.equal(sealed(row), 1);
  ok(await keeper.post(`/api/jobs/${job.id}/undo`, {}));
  await until('it is undone', async () => ok(await keeper.get(`/api/jobs/${job.id}`)).state === 'undone');
  assert.equal(sealed(row), 0);
});

test('a sheet that goes out has the masks, and comes in again without a change', async () => {
  const get = async (format) => {
    const r = await fetch(`${town.base}/api/export?format=${format}&filter=${encodeURIComponent('register:enterprise')}`, { headers: { cookie: keeper.cookie } });
    assert.equal(r.status, 200);
    return Buffer.from(await r.arrayBuffer());
  };
  const csv = (await get('csv')).toString('utf8');
  assert.ok(csv.includes(MASK) && csv.includes('欧**'));
  for (const x of CLEAR) assert.equal(csv.includes(x), false, x);
  const back = await bring(await get('xlsx'));
  assert.deepEqual([back.new, back.updated, back.bad], [0, 0, 0], JSON.stringify(back));
  assert.equal(await shown(shop), NUMBER);
});

// A loop that asks everything: once for all, of a part, of a judge, in a step that is asked for.
const LOOP = `
loop: helped
title: 帮扶
number: {prefix: BF}
receiver: ops-centre
calendar: workdays
judges: [{key: own, title: 镇回访}]
fields:
  - {key: card, title: 证件号, type: idno, unique: yes}
  - {key: helper, title: 帮扶人电话, type: phone}
  - {key: said, title: 家属, type: fullname}
states:
  - {key: filed, title: 待派单}
  - {key: working, title: 办理中}
  - {key: asked, title: 待回访}
  - {key: closed, title: 已办结, final: yes}
parts:
  states:
    - {key: open, title: 办理中}
    - {key: done, title: 已办, final: yes}
    - {key: withdrawn, title: 已收回, final: yes}
  then: asked
steps:
  - {key: file, title: 登记, to: filed, who: [clerk, dispatcher], ask: card}
  - {key: dispatch, title: 派单, from: filed, to: working, who: dispatcher, does: dispatch}
  - {key: reply, title: 反馈, on: part, from: open, to: done, who: handler, ask: helper!}
  - {key: rate, title: 回访, from: asked, who: dispatcher, does: evaluate, judge: own, ask: said!}
  - {key: pass_on, title: 转办, from: asked, who: dispatcher, does: child, loop: helped, fill: {helper: item.helper}}
  - {key: close, title: 办结, from: asked, to: closed, who: dispatcher, does: close}
tallies:
  - {key: known, title: 有证件号, by: filed, where: "-card:none"}
`;

test('in a loop: once for one item, of an assisting unit, of a judge', async () => {
  const sys = await town.as('sysadmin');
  const ask = async (text) => sys.post('/api/defs', { kind: 'loop', text });
  const asked = LOOP.replace(/(key: rate, .*)\}/, '$1, approve: [{title: 审核, who: leader}]}');
  const refused = await ask(asked);
  assert.deepEqual([refused.status, fields(refused)], [400, ['steps[3].approve']], 'a judge answers, and is not asked for');
  for (const [a, b, where] of [['-card:none', `card:${ID}`, 'tallies[0].where'], ['type: phone', 'type: phone, default: "12345"', 'fields[1].default'], ['tallies:', 'boards: said\ntallies:', 'boards'],
    ['fill: {helper: item.helper}', `fill: {helper: "${NUMBER}"}`, 'steps[4].fill'], ['item.helper}', 'item.said}', 'steps[4].fill'],
    ['states:', '  - {key: firm, title: 企业, type: ref, register: enterprise}\n  - {key: tel, title: 企业电话, type: phone, from: firm.phone}\nstates:', 'fields[4].from']]) {
    const r = await ask(LOOP.replace(a, b));
    assert.deepEqual([r.status, fields(r)], [400, [where]], JSON.stringify(r.body));
  }
  ok(await ask(LOOP));
  const later = await ask(LOOP.replace('type: fullname', 'type: text'));
  assert.deepEqual([later.status, fields(later)], [400, ['fields[2].type']], 'what is sealed is not text from one day on');
  const desk = await town.as('dispatcher1');
  const file = (card) => desk.post('/api/items', { loop: 'helped', title: '一户', fields: { card } });
  let it = ok(await file(ID.toLowerCase()));
  assert.equal(field(it, 'card').value, '110****2X');
  const twice = await file(ID);
  assert.deepEqual([twice.status, fields(twice), twice.body.errors[0].expected], [409, ['fields.card'], it.no]);
  assert.equal((await file('110105194912310021')).status, 400, 'its last character is computed');
  const board = ok(await desk.get('/api/boards/helped?period=2026-11'));
  assert.deepEqual(board.total.tallies, { known: 1 });
  const other = (await desk.catalog()).units.find((u) => u.code !== 'beihong' && u.kind === 'neighbourhood');
  const mine = await desk.unit('beihong'), lead = await town.as(`handler-${other.code}`);
  it = ok(await desk.step(it, 'dispatch', { units: [other.id, mine] }));
  const part = it.parts.find((p) => p.unit === mine);
  it = ok(await beihong.step(await beihong.item(it.id), 'reply', { part: part.id, fields: { helper: NUMBER } }));
  const answer = it.parts.find((p) => p.id === part.id).answers[0];
  assert.deepEqual([answer.value, answer.sealed], [MASK, `part/${part.id}/helper`]);
  assert.equal(ok(await reveal(desk, it, [answer.sealed])).fields[0].value, NUMBER);
  it = ok(await lead.step(await lead.item(it.id), 'reply', { fields: { helper: LINE } }));
  assert.equal(ok(await reveal(desk, it, ['helper'])).fields[0].value, LINE, 'the lead answers for the item');
  it = ok(await desk.step(await desk.item(it.id), 'pass_on', { child: { title: '另一件' } }));
  const child = await desk.item(it.links.find((l) => l.kind === 'child').item);
  assert.deepEqual([field(child, 'helper').value, ok(await reveal(desk, child, ['helper'])).fields[0].value], ['021****1234', LINE], 'sealed anew for the item it files');
  it = ok(await desk.step(await desk.item(it.id), 'rate', { fields: { said: NAME } }));
  assert.deepEqual([field(it, 'said').value, field(it, 'said').sealed, field(it, 'said').judge], ['欧**', 'own/said', '镇回访']);
  assert.equal(ok(await reveal(desk, it, ['own/said'])).fields[0].value, NAME);
  assert.deepEqual((await desk.item(it.id)).timeline.find((e) => e.what === 'rate').changes['f/own/said'], ['', '欧**']);
});

const ASKED = `loop: contact
title: 联系人更正
number: {prefix: LX, digits: 4}
receiver: ops-centre
calendar: workdays
fields:
  - {key: tel, title: 电话, type: phone}
  - {key: who, title: 联系人, type: fullname}
  - {key: why, title: 缘由, type: text}
states:
  - {key: open, title: 在办}
  - {key: over, title: 办结, final: yes}
steps:
  - {key: file, title: 登记, to: open, who: dispatcher, ask: [tel, who]}
  - {key: put, title: 更正, from: open, who: dispatcher, ask: ["tel!", who, why], approve: [{title: 核对, who: clerk}, {title: 领导审核, who: leader}]}
  - {key: over, title: 办结, from: open, to: over, who: dispatcher, does: close}
`;
test('asked for, it is sealed while it waits, masked for who may not see it, and opened for a reason', async () => {
  ok(await (await town.as('sysadmin')).post('/api/defs', { kind: 'loop', text: ASKED }));
  const desk = await town.as('dispatcher1');
  let it = ok(await desk.post('/api/items', { loop: 'contact', title: '更正', text: '更正', fields: { tel: NUMBER, who: NAME } }));
  const put = async (values) => desk.step(await desk.item(it.id), 'put', { fields: values });
  const say = async (person, word, more = {}) => person.step(await person.item(it.id), 'put', { say: word, ...more });
  const answers = (x) => x.requests[0].answers.map((f) => [f.key, f.value, f.sealed]);
  const bad = await put({ tel: '1381234' });
  assert.deepEqual([bad.status, fields(bad)], [400, ['fields.tel']]);

  it = ok(await put({ tel: ALIKE, who: '欧**', why: '换号' }));
  assert.equal(field(it, 'tel').value, MASK);
  assert.deepEqual(answers(it), [['tel', MASK, 'ask/put/0/tel'], ['why', '换号', '']], 'the name is as it is, so it is not asked for');
  assert.equal(sealed(it), 3);
  assert.equal(JSON.stringify(it.timeline).includes('#'), false, 'no mark is told');
  const seen = await clerk.item(it.id);
  assert.deepEqual([answers(seen)[0], seen.may_reveal], [['tel', MASK, 'ask/put/0/tel'], false]);
  assert.equal((await reveal(clerk, it, ['ask/put/0/tel'])).status, 403);
  assert.equal(ok(await reveal(leader, it, ['ask/put/0/tel'], '核对新号码')).fields[0].value, ALIKE);
  assert.deepEqual((await leader.item(it.id)).timeline[0].changes.revealed, ['ask/put/0/tel']);
  assert.equal((await reveal(leader, it, ['ask/put/0/who'])).status, 400);

  ok(await say(clerk, 'yes'));
  it = ok(await say(leader, 'yes'));
  assert.deepEqual([field(it, 'tel').value, field(it, 'who').value, field(it, 'why').value, it.requests], [MASK, '欧**', '换号', []]);
  assert.equal(ok(await reveal(leader, it, ['tel'])).fields[0].value, ALIKE);
  assert.equal((await reveal(leader, it, ['ask/put/0/tel'])).status, 400, 'nothing is asked for any more');

  ok(await put({ tel: LINE }));
  it = ok(await say(clerk, 'no', { note: '号码不对' }));
  assert.equal(ok(await reveal(desk, it, ['ask/put/0/tel'])).fields[0].value, LINE, 'who was refused sees what he asked for');
  it = ok(await put({ tel: NUMBER }));
  assert.equal(ok(await reveal(desk, it, ['ask/put/0/tel'])).fields[0].value, NUMBER, 'asked for anew');
  it = ok(await say(desk, 'back'));
  assert.deepEqual([it.requests, ok(await reveal(desk, it, ['tel'])).fields[0].value], [[], ALIKE]);
  ok(await put({ tel: LINE }));
  it = ok(await desk.step(await desk.item(it.id), 'over'));
  assert.deepEqual(it.requests, [], 'what cannot be done any more is not asked for');
  assert.equal((await reveal(desk, it, ['ask/put/0/tel'])).status, 400);
});

test('a sheet that was uploaded is gone a day after its job; until then the trial can be written, and its problems read', async () => {
  const book = (phone) => makeBook({ 企业: [['企业名称', '统一社会信用代码', '联系电话'], ['丁公司', CODES[3], phone]] });
  const lying = () => readdirSync(town.dir).includes('sheets') ? readdirSync(join(town.dir, 'sheets'), { recursive: true, withFileTypes: true }).filter((x) => x.isFile()).length : 0;
  await bring(book(LINE), { dry: 'yes' });
  const before = lying();
  assert.ok(before > 0, 'it lies apart from the attachments');
  const jobs = ok(await keeper.get('/api/jobs')).rows;
  const { id } = jobs[0];
  const again = async () => keeper.call('POST', '/api/imports', sheet('', { from: String(id), dry: 'yes' }));
  const done = ok(await again());
  await until('the second trial is over', async () => ok(await keeper.get(`/api/jobs/${done.id}`)).state === 'done');
  assert.equal(lying(), before, 'one sheet, two jobs');
  await town.move('2026-11-22T09:00:00+08:00');
  [keeper, clerk, leader, reader, beihong] = await Promise.all(['keeper1', 'clerk1', 'leader1', 'reader1', 'handler-beihong'].map((x) => town.as(x)));
  await until('they are gone', () => lying() === 0);
  const late = await again();
  assert.equal(late.status, 404);
  assert.match(late.body.errors[0].message, /上传的表格在任务结束 24 小时后删除/);
  assert.equal(ok(await keeper.get(`/api/jobs/${id}`)).state, 'done', 'what it came to stays');
});

test('nowhere in clear: the database, its log, the backup, the program\'s log; the proofs hold', async () => {
  await town.stop();
  for (const what of ['tally', 'audit']) assert.equal(call(what, 'verify', '--dir', town.dir).code, 0, what);
  const callers = () => JSON.parse(call('doctor', '--dir', town.dir, '--json').out).checks.find((x) => x.check === 'callers');
  assert.equal(callers().result, 'ok');
  assert.match(callers().text, /^最新 \d+ 条可用当前密钥打开$/);
  const file = join(town.dir, 'key'), key = readFileSync(file, 'utf8');
  chmodSync(file, 0o600);
  writeFileSync(file, 'a'.repeat(128));
  assert.match(JSON.stringify(callers()), /个人信息无法用当前密钥打开/);
  writeFileSync(file, key);
  const kept = town.kept().toString('latin1');
  const bytes = (x) => Buffer.from(x, 'utf8').toString('latin1');
  for (const x of CLEAR) {
    assert.equal(kept.includes(bytes(x)), false, x);
    assert.equal(town.log.includes(x), false, x);
  }
  assert.ok(kept.includes(MASK));
  await town.start();
  keeper = await town.as('keeper1');
  assert.equal(await shown(shop), NUMBER);
});
