// A field that names a class of a scheme of its own: by code, name or path; found with what is below; counted, listed, changed,
// imported and exported by name. A field that names a unit is found in the same way.
import assert from 'node:assert/strict';
import { test, before, after } from 'node:test';
import { Town, fields, until } from './lib.mjs';

// Published codes of well-known companies: their last character is computed. [GB 32100-2015]
const CODES = ['9144030071526726XG', '91330100799655058B', '914403001922038216', '91110000802100433B'];

let town, keeper, first;
before(async () => {
  town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  keeper = await town.as('keeper1');
});
after(() => town?.end());

const ok = (r) => { assert.ok(r.status < 300, JSON.stringify(r.body)); return r.body; };
const add = (title, i, values) => keeper.post('/api/items', { loop: 'enterprise', title, fields: { uscc: CODES[i], ...values } });
const field = (it, key) => it.fields.find((f) => f.key === key) || {};
const found = async (filter) => (await keeper.list(`register:enterprise ${filter}`)).rows.map((r) => r.title).sort();
const refused = async (filter) => (await keeper.get(`/api/items?filter=${encodeURIComponent(`register:enterprise ${filter}`)}`));

test('the catalogue says which scheme a field takes, and has its classes', async () => {
  const { registers, classes } = await keeper.catalog();
  const f = registers.find((r) => r.key === 'enterprise').fields.find((x) => x.key === 'trade');
  assert.deepEqual([f.type, f.classes], ['class', 'industry']);
  const C = classes.find((k) => k.scheme === 'industry' && k.code === 'C');
  assert.equal(C.name, '制造业');
  assert.ok(classes.some((k) => k.scheme === 'industry' && k.parent === C.id && k.code === '14'));
});

test('it is said by code, by name or by path, and kept as scheme and code', async () => {
  first = ok(await add('甲食品厂', 0, { trade: '14' }));
  assert.deepEqual([field(first, 'trade').value, field(first, 'trade').shown], ['industry/14', '食品制造业']);
  const by = async (trade) => field(ok(await keeper.step(first, 'change', { fields: { trade } }).then((r) => { first = r.body; return r; })), 'trade').value;
  assert.equal(await by('制造业'), 'industry/C');
  assert.equal(await by('制造业/食品制造业'), 'industry/14');
  assert.equal(await by('industry/52'), 'industry/52');
  assert.equal(await by('14'), 'industry/14');
});

test('a class of another scheme, and one that is none, are refused', async () => {
  for (const [said, expected] of [['食品制造', /食品制造业/], ['matters/0101', /./], ['物业服务与收费', /./]]) {
    const r = await add('错的', 1, { trade: said });
    assert.equal(r.status, 400);
    assert.deepEqual(fields(r), ['fields.trade']);
    assert.match(r.body.errors[0].message, /没有分类/);
    assert.match(r.body.errors[0].expected, expected);
  }
});

test('a filter means what is below as well, an exact one does not', async () => {
  ok(await add('乙制造', 1, { trade: '制造业' }));
  ok(await add('丙零售', 2, { trade: '52' }));
  ok(await add('丁未填', 3, {}));
  assert.deepEqual(await found('trade:C'), ['乙制造', '甲食品厂']);
  assert.deepEqual(await found('国民经济行业:制造业'), ['乙制造', '甲食品厂']);
  assert.deepEqual(await found('trade:=C'), ['乙制造']);
  assert.deepEqual(await found('trade:食品制造业,零售业'), ['丙零售', '甲食品厂']);
  assert.deepEqual(await found('trade:none'), ['丁未填']);
  assert.deepEqual(await found('-trade:C'), ['丁未填', '丙零售']);
  assert.deepEqual(await found('-trade:C -trade:none'), ['丙零售']);
  assert.equal((await keeper.get(`/api/items?filter=${encodeURIComponent('register:enterprise trade:制造业')}`)).body.query.filter, 'register:enterprise trade:industry/C');
  assert.equal((await refused('trade:物业服务与收费')).status, 400, 'a class of another scheme');
  assert.equal((await refused('trade:没有的行业')).status, 400);
});

test('a field that names a unit is found by name too, with the units below', async () => {
  const shop = (await keeper.list('register:enterprise 丙零售')).rows[0];
  ok(await keeper.step(await keeper.item(shop.id), 'change', { fields: { service: '北虹居委会' } }));
  assert.deepEqual(await found('service:beihong'), ['丙零售']);
  assert.deepEqual(await found('服务单位:北虹居委会'), ['丙零售']);
  assert.deepEqual(await found('service:xinjing'), ['丙零售'], 'below the town');
  assert.deepEqual(await found('service:=xinjing'), []);
  assert.equal((await found('service:none')).includes('丙零售'), false);
  assert.equal((await refused('service:没有的单位')).status, 400);
});

test('the history and lists say it by name', async () => {
  const list = await keeper.list('register:enterprise 甲食品厂', '&columns=trade');
  assert.equal(list.rows[0].cells.trade, '食品制造业');
  assert.deepEqual(first.timeline[0].changes['f/trade'], ['industry/52', 'industry/14']);
});

const form = (content, more) => {
  const f = new FormData();
  f.set('file', new Blob([content]), 'rows.csv');
  for (const [k, v] of Object.entries(more)) f.set(k, v);
  return f;
};
async function bring(content) {
  const { map } = ok(await keeper.call('POST', '/api/import-look', form(content, { loop: 'enterprise' })));
  const { id } = ok(await keeper.call('POST', '/api/imports', form(content, { map: JSON.stringify(map), dry: 'no' })));
  return until('the import is over', async () => {
    const job = ok(await keeper.get(`/api/jobs/${id}`));
    return !['waiting', 'running'].includes(job.state) && job;
  });
}

test('a sheet says it by code or name; one that goes out comes in again without a change', async () => {
  const job = await bring(`企业名称,统一社会信用代码,国民经济行业\n丁未填,${CODES[3]},批发和零售业/零售业\n甲食品厂,${CODES[0]},C\n丙零售,${CODES[2]},错的行业\n`);
  assert.deepEqual([job.new, job.updated, job.bad], [0, 2, 1], JSON.stringify(job));
  assert.deepEqual(job.problems.map((p) => [p.row, p.column]), [[4, '国民经济行业']]);
  assert.deepEqual(await found('trade:52'), ['丁未填', '丙零售']);
  const out = await (await fetch(`${town.base}/api/export?format=csv&filter=${encodeURIComponent('register:enterprise')}`, { headers: { cookie: keeper.cookie } })).text();
  assert.match(out, /零售业/);
  const again = await bring(out);
  assert.deepEqual([again.new, again.updated, again.bad, again.same], [0, 0, 0, 4], JSON.stringify(again));
});

test('it is counted by, and a figure leads to its rows and no others', async () => {
  const sys = await town.as('sysadmin');
  const text = `register: firm-kind
title: 行业样本
number: {prefix: YB, digits: 4}
keeper: ops-centre
who: {change: [keeper]}
fields:
  - {key: trade, title: 行业, type: class, classes: industry}
boards: [trade]
tallies:
  - {key: kept, title: 在册, by: filed, where: "open:yes"}
  - {key: made, title: 制造业, by: filed, where: "open:yes trade:C"}
`;
  ok(await sys.post('/api/defs', { kind: 'register', text }));
  const k = await town.as('keeper1');
  for (const trade of ['C', '14', '14', '52']) ok(await k.post('/api/items', { loop: 'firm-kind', title: `样本 ${trade}`, fields: { trade } }));
  const board = ok(await k.get('/api/boards/firm-kind?by=field:trade'));
  const row = board.rows.find((x) => x.name === '制造业');
  assert.deepEqual([row.tallies.kept, row.tallies.made, board.total.tallies.made], [1, 1, 3]);
  assert.equal((await k.list(`${board.tallies.find((x) => x.key === 'kept').filter} ${row.filter}`)).total, 1);
});
