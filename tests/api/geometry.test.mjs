// A field that holds a shape: drawn or pasted as GeoJSON or WKT, sound or refused, measured by a formula, found by its size, told
// in words, and the same in a sheet that goes out and comes in.
import assert from 'node:assert/strict';
import { test, before, after } from 'node:test';
import { Town, fields, until } from './lib.mjs';

let town, keeper, clerk, estate;
before(async () => {
  town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  keeper = await town.as('keeper1');
  clerk = await town.as('clerk1');
});
after(() => town?.end());

// A hundred metres of latitude are 0.000898 degrees; here so many of longitude are 0.00105.
const ring = (w, s, e, n) => [[w, s], [e, s], [e, n], [w, n], [w, s]];
const BLOCK = { type: 'Polygon', coordinates: [ring(121.36, 31.22, 121.361, 31.221)] };
const ok = (r) => { assert.ok(r.status < 300, JSON.stringify(r.body)); return r.body; };
const add = (title, values) => keeper.post('/api/items', { loop: 'estate', title, fields: { kind: '商品房', ...values } });
const field = (it, key) => it.fields.find((f) => f.key === key);
const value = (it, key) => (field(it, key) || {}).value;
const found = async (filter) => (await keeper.list(`register:estate ${filter}`)).rows.map((r) => r.title);
const near = (a, b, share = 0.01) => assert.ok(Math.abs(a - b) <= share * b, `${a} is not about ${b}`);

test('the catalogue says which kind of shape a field takes', async () => {
  const { registers } = await keeper.catalog();
  const of = (register, key) => registers.find((r) => r.key === register).fields.find((f) => f.key === key);
  assert.deepEqual([of('estate', 'boundary').type, of('estate', 'boundary').shape], ['geometry', 'polygon']);
  assert.equal(of('facility', 'trail').shape, 'line');
});

test('a shape is kept as GeoJSON in WGS 84, told in words, and measured', async () => {
  estate = ok(await add('甲小区', { boundary: JSON.stringify(BLOCK) }));
  assert.deepEqual(JSON.parse(value(estate, 'boundary')), BLOCK);
  // 0.001 of latitude is 111.3 m; of longitude there 95.2 m.
  near(Number(value(estate, 'site')), 111.3 * 95.2);
  assert.match(field(estate, 'boundary').shown, /^面，4 个点，10\d{3} 平方米$/);
  assert.equal((await clerk.item(estate.id)).fields.find((f) => f.key === 'boundary').shown, field(estate, 'boundary').shown, 'to everybody who may read the row');
  const list = await keeper.list('register:estate', `&columns=${encodeURIComponent('boundary site')}`);
  assert.match(list.rows[0].cells.boundary, /^面，4 个点/);
});

test('WKT, a feature, the only feature of a file and GCJ-02 that says so are read as well', async () => {
  const wkt = ok(await add('乙小区', { boundary: 'polygon ((121.36 31.22, 121.361 31.22, 121.361 31.221, 121.36 31.221, 121.36 31.22))' }));
  assert.deepEqual(JSON.parse(value(wkt, 'boundary')), BLOCK);
  const file = { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: BLOCK }] };
  assert.deepEqual(JSON.parse(value(ok(await add('丙小区', { boundary: JSON.stringify(file) })), 'boundary')), BLOCK);
  for (const said of [JSON.stringify({ ...BLOCK, datum: 'gcj02' }), JSON.stringify({ ...file, bihuan: { datum: 'gcj02' } }),
    'GCJ02;POLYGON((121.36 31.22, 121.361 31.22, 121.361 31.221, 121.36 31.221, 121.36 31.22))']) {
    const moved = ok(await add('丁小区', { boundary: said }));
    const [lon, lat] = JSON.parse(value(moved, 'boundary')).coordinates[0][0];
    // In Shanghai the maps of GCJ-02 lie some 450 m east and 200 m south of where things are.
    assert.ok(lon < 121.36 - 0.003 && lon > 121.36 - 0.007, `${lon}`);
    assert.ok(lat > 31.22 + 0.001 && lat < 31.22 + 0.003, `${lat}`);
    near(Number(value(moved, 'site')), 111.3 * 95.2);
  }
  const two = { type: 'MultiPolygon', coordinates: [[ring(121.36, 31.22, 121.361, 31.221)], [ring(121.362, 31.22, 121.363, 31.221)]] };
  const parts = ok(await add('戊小区', { boundary: JSON.stringify(two) }));
  assert.deepEqual(JSON.parse(value(parts, 'boundary')), two);
  near(Number(value(parts, 'site')), 2 * 111.3 * 95.2);
});

test('what is no shape is refused with what is wrong with it', async () => {
  const bow = { type: 'Polygon', coordinates: [[[121.36, 31.22], [121.361, 31.221], [121.361, 31.22], [121.36, 31.221], [121.36, 31.22]]] };
  const many = { type: 'Polygon', coordinates: [Array.from({ length: 601 }, (_, i) => [121.36 + 0.001 * Math.cos((i % 600) / 300 * Math.PI), 31.22 + 0.001 * Math.sin((i % 600) / 300 * Math.PI)])] };
  for (const [text, says] of [
    [JSON.stringify(bow), /自己相交/],
    [JSON.stringify({ type: 'Polygon', coordinates: [BLOCK.coordinates[0].slice(0, 4)] }), /没有闭合/],
    [JSON.stringify({ type: 'Polygon', coordinates: [ring(31.22, 121.36, 31.221, 121.361)] }), /经纬度/],
    [JSON.stringify({ type: 'LineString', coordinates: [[121.36, 31.22], [121.361, 31.22]] }), /画的是线，这一栏要面/],
    [JSON.stringify(many), /有 600 个点，过多/],
    [JSON.stringify({ type: 'FeatureCollection', features: [] }), /不止一个图形/],
    [JSON.stringify({ ...BLOCK, crs: { properties: { name: 'EPSG:4479' } } }), /别的坐标系/],
    [JSON.stringify({ ...BLOCK, datum: 'bd09' }), /不认识的坐标系/],
    ['{"type": "Polygon"', /不是 GeoJSON/],
    ['泉口路 1 号', /既不是 GeoJSON，也不是 WKT/],
    ['POLYGON((121.36 31.22, 东, 121.361 31.22))', /既不是 GeoJSON，也不是 WKT/],
  ]) {
    const r = await add('画错的小区', { boundary: text });
    assert.equal(r.status, 400, text);
    assert.deepEqual(fields(r), ['fields.boundary']);
    assert.match(r.body.errors[0].message, says);
  }
  assert.deepEqual(await found('画错的小区'), []);
});

test('lists are found by how large it is, and by whether there is one', async () => {
  ok(await add('没有红线', {}));
  ok(await add('小的', { boundary: 'POLYGON((121.36 31.22, 121.3602 31.22, 121.3602 31.2202, 121.36 31.22))' }));
  assert.deepEqual(await found('site:>=20000'), ['戊小区']);
  assert.deepEqual(await found('用地面积:<1000'), ['小的']);
  assert.deepEqual(await found('boundary:none'), ['没有红线']);
  assert.equal((await found('-红线范围:none')).includes('没有红线'), false);
  const r = await keeper.get(`/api/items?filter=${encodeURIComponent('register:estate boundary:面')}`);
  assert.equal(r.status, 400);
  assert.equal(r.body.errors[0].expected, 'none');
});

test('a change keeps what was, moves the figure, and can be taken back', async () => {
  const small = 'POLYGON((121.36 31.22, 121.3605 31.22, 121.3605 31.221, 121.36 31.221, 121.36 31.22))';
  const was = estate;
  estate = ok(await keeper.step(estate, 'change', { fields: { boundary: small } }));
  near(Number(value(estate, 'site')), 111.3 * 95.2 / 2);
  const { changes } = estate.timeline[0];
  assert.deepEqual(changes['f/boundary'].map((x) => JSON.parse(x).type), ['Polygon', 'Polygon']);
  assert.deepEqual(changes['f/site'], [value(was, 'site'), value(estate, 'site')]);
  estate = ok(await keeper.post(`/api/items/${estate.id}/undo`, { version: estate.version }));
  assert.equal(value(estate, 'boundary'), value(was, 'boundary'));
  estate = ok(await keeper.step(estate, 'change', { fields: { boundary: '' } }));
  assert.equal(value(estate, 'site') || '', '', 'no shape, no size');
});

const form = (content, more) => {
  const f = new FormData();
  f.set('file', new Blob([content]), 'rows.csv');
  for (const [k, v] of Object.entries(more)) f.set(k, v);
  return f;
};
async function bring(content, dry = false) {
  const { map } = ok(await keeper.call('POST', '/api/import-look', form(content, { loop: 'estate' })));
  const { id } = ok(await keeper.call('POST', '/api/imports', form(content, { map: JSON.stringify(map), dry: dry ? 'yes' : 'no' })));
  return until('the import is over', async () => {
    const job = ok(await keeper.get(`/api/jobs/${id}`));
    return !['waiting', 'running'].includes(job.state) && job;
  });
}

test('a sheet brings shapes as GeoJSON or WKT; one that goes out comes in again without a change', async () => {
  const quoted = (x) => `"${x.replaceAll('"', '""')}"`;
  const sheet = `小区名称,类型,红线范围\n己小区,公房,${quoted(JSON.stringify(BLOCK))}\n庚小区,公房,"POLYGON((121.36 31.22, 121.361 31.22, 121.361 31.221, 121.36 31.22))"\n辛小区,公房,圆的\n`;
  const tried = await bring(sheet, true);
  assert.deepEqual([tried.new, tried.bad], [2, 1], JSON.stringify(tried));
  assert.deepEqual(tried.problems.map((p) => [p.row, p.column]), [[4, '红线范围']]);
  assert.match(tried.problems[0].message, /WKT/);
  const job = await bring(sheet);
  assert.deepEqual([job.new, job.bad], [2, 1]);
  const [row] = (await keeper.list('register:estate 己小区')).rows;
  assert.deepEqual(JSON.parse(value(await keeper.item(row.id), 'boundary')), BLOCK);
  const out = await fetch(`${town.base}/api/export?format=csv&filter=${encodeURIComponent('register:estate')}`, { headers: { cookie: keeper.cookie } });
  const text = await out.text();
  assert.match(text, /""type"":""Polygon""/);
  const again = await bring(text);
  assert.deepEqual([again.new, again.updated, again.bad], [0, 0, 0], JSON.stringify(again));
});

test('a line has a length; a loop holds shapes like a register', async () => {
  const trail = ok(await keeper.post('/api/items', { loop: 'facility', title: '河边步道', fields: { kind: '体育', trail: 'LINESTRING(121.36 31.22, 121.36 31.23, 121.361 31.23)' } }));
  near(Number(value(trail, 'trail_m')), 1113 + 95.2);
  assert.match(field(trail, 'trail').shown, /^线，3 个点，12\d\d 米$/);
  const desk = await town.as('dispatcher1');
  let works = ok(await desk.post('/api/items', { loop: 'project', title: '泉口路雨污改造', fields: { channel: '区级任务', kind: '雨污混接改造', works_area: 'POINT(121.36 31.22)' } }));
  assert.equal(field(works, 'works_area').shown, '点，纬度 31.220000，经度 121.360000');
  assert.deepEqual((await desk.list('loop:project -施工范围:none')).rows.map((r) => r.no), [works.no]);
});
