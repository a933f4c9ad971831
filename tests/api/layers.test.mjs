// The map: layers of cells brought in as GeoJSON, what is wrong with a file, and the cells an order lies in.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Town, call, good, root, fields } from './lib.mjs';

const box = (west, south, east, north) => [[[west, south], [east, south], [east, north], [west, north], [west, south]]];
const feature = (code, name, coordinates, more = {}) =>
  ({ type: 'Feature', properties: { code, name, ...more }, geometry: { type: 'Polygon', coordinates } });
const geojson = (features, more = {}) => JSON.stringify({ type: 'FeatureCollection', ...more, features });
const bring = (person, text, query = '', headers) =>
  person.post(`/api/layers/import?${query}`, text, { 'content-type': 'application/geo+json', ...headers });

test('the demonstration town comes with its layers, which say that they are schematic', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const layers = (await desk.get('/api/layers')).body.rows;
  assert.deepEqual(layers.map((l) => [l.key, l.title, l.cells]),
    [['residents', '居民区', 34], ['grid', '综合网格', 6], ['police', '警务', 2], ['enforcement', '城管', 2]]);
  for (const l of layers) assert.match(l.note, /示意图/);
  assert.equal(layers[0].rows[0].area, null);
  const drawn = (await desk.get('/api/layers?areas=yes')).body.rows;
  assert.equal(drawn[0].rows.filter((c) => c.area[0].length > 1).length, 1, 'one cell has a hole');

  await t.test('an order with a point lies in one cell of every layer; its history says which', async () => {
    const cell = drawn[0].rows.find((c) => c.code === 'beihong');
    const it = (await desk.file({ lat: cell.lat, lon: cell.lon })).body;
    const told = JSON.stringify(it.timeline[0].changes);
    assert.match(told, /"f\/cell\/residents":\["","beihong"\]/);
    for (const key of ['grid', 'police', 'enforcement']) assert.match(told, new RegExp(`"f/cell/${key}"`));
    await desk.file({ title: '别处' });
    for (const filter of ['cell.residents:beihong', '网格.居民区:北虹居民区', 'cell.residents:beihong,talent -cell.grid:none'])
      assert.deepEqual((await desk.list(filter)).rows.map((r) => r.id), [it.id], filter);
    assert.deepEqual((await desk.list('cell.residents:none')).rows.map((r) => r.title), ['别处']);
    assert.equal((await desk.list('网格.居民区:北虹居民区')).query.filter, 'cell.residents:beihong');
    const wrong = await desk.get(`/api/items?filter=${encodeURIComponent('cell.residents:beihon')}`);
    assert.equal(wrong.status, 400);
    assert.equal(wrong.body.errors[0].expected, 'beihong');
    const none = await desk.get(`/api/items?filter=${encodeURIComponent('cell.resident:beihong')}`);
    assert.equal(none.body.errors[0].expected, 'cell.residents');
  });
  await t.test('the hole of a cell is the other cell; the ground is covered once', async () => {
    const talent = drawn[0].rows.find((c) => c.code === 'talent');
    const it = (await desk.file({ lat: talent.lat, lon: talent.lon })).body;
    assert.match(JSON.stringify(it.timeline[0].changes), /"f\/cell\/residents":\["","talent"\]/);
  });
});

test('a point that is not an item\'s yet: the cell of each layer, who answers there, and his people', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('clerk1');
  const cell = (await desk.get('/api/layers')).body.rows[0].rows.find((c) => c.code === 'beihong');
  const at = await desk.get(`/api/point?lat=${cell.lat}&lon=${cell.lon}`);
  assert.equal(at.status, 200, JSON.stringify(at.body));
  assert.deepEqual(at.body.places.map((p) => p.layer), ['residents', 'grid', 'police', 'enforcement']);
  const home = at.body.places[0];
  assert.deepEqual([home.cell, home.cell_name, home.unit_name, home.by, home.unsure], ['beihong', '北虹居民区', '北虹居委会', 'point', false]);
  assert.ok(home.people.some((p) => p.role === '承办员'), JSON.stringify(home.people));
  // Somebody who holds another role there is told with both; who is switched off is not told.
  const sec = await town.as('secadmin'), admin = await town.as('sysadmin');
  const person = (await sec.get('/api/people')).body.rows.find((p) => p.login === 'handler-beihong');
  assert.equal((await sec.post(`/api/people/${person.id}/roles`, { role: 'reader', unit: home.unit })).status, 200);
  const told = async () => (await desk.get(`/api/point?lat=${cell.lat}&lon=${cell.lon}`)).body.places[0].people.find((p) => p.id === person.id);
  assert.match((await told()).role, /^承办员、/);
  const now = (await admin.get('/api/people')).body.rows.find((p) => p.id === person.id);
  assert.equal((await admin.patch(`/api/people/${person.id}`, { version: now.version, active: 'no' })).status, 200);
  assert.equal(await told(), undefined);
  assert.deepEqual((await desk.get('/api/point?lat=0&lon=0')).body.places, []);
  assert.deepEqual(fields(await desk.get('/api/point?lat=91&lon=x')), ['lat', 'lon']);
  assert.deepEqual(fields(await desk.get('/api/point')), ['lat', 'lon']);
});

test('a team 1+3+X: roles at the cell\'s unit, whoever they work for', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const admin = await town.as('sysadmin'), sec = await town.as('secadmin');
  const defs = (await admin.get('/api/defs')).body.rows;
  const { text } = (await admin.get(`/api/defs/${defs.find((d) => d.kind === 'roles').id}`)).body;
  const TEAM = [['grid-head', '网格长'], ['grid-core', '网格成员'], ['grid-more', '共建力量']];
  const roles = TEAM.map(([key, title]) => `  - {key: ${key}, title: ${title}, rights: [login, item.read]}\n`).join('');
  const put = await admin.post('/api/defs', { kind: 'roles', text: text.replace('  - {key: reader,', `${roles}  - {key: reader,`) });
  assert.equal(put.status, 200, JSON.stringify(put.body));
  const people = (await sec.get('/api/people')).body.rows;
  const desk = await town.as('clerk1');
  const cell = (await desk.get('/api/layers')).body.rows[0].rows.find((c) => c.code === 'beihong');
  const at = async () => (await desk.get(`/api/point?lat=${cell.lat}&lon=${cell.lon}`)).body.places;
  const home = (await at())[0].unit;
  // One head, three of the police, the enforcement and the committee, and whoever helps.
  const given = [['handler-beihong', 'grid-head'], ['handler-market-xinjing', 'grid-core'], ['handler-justice', 'grid-core'], ['keeper1', 'grid-core'], ['reader1', 'grid-more']];
  for (const [login, role] of given) {
    const r = await sec.post(`/api/people/${people.find((p) => p.login === login).id}/roles`, { role, unit: home });
    assert.equal(r.status, 200, `${login} ${JSON.stringify(r.body)}`);
  }
  const [here, ...others] = await at();
  const team = (title) => here.people.filter((p) => p.role.includes(title)).length;
  assert.deepEqual(TEAM.map(([, title]) => team(title)), [1, 3, 1], JSON.stringify(here.people));
  assert.ok(others.every((p) => !p.people.some((x) => x.role.includes('网格长'))), 'of this cell, not of the other layers\' ones');
});

test('a layer of one\'s own', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const admin = await town.as('sysadmin');
  const desk = await town.as('dispatcher1');
  const two = [feature('a', '甲片', box(121.30, 31.20, 121.31, 31.21), { unit: 'ops-centre' }), feature('b', '乙片', box(121.31, 31.20, 121.32, 31.21), { 单位: '营商办' })];

  await t.test('all that is wrong is said at once, each with its feature', async () => {
    const bad = await bring(admin, geojson([
      feature('a', '甲片', box(121.30, 31.20, 121.31, 31.21), { unit: 'nobody' }),
      feature('a', '', box(121.31, 31.20, 121.32, 31.21)),
      feature('c d', '丙片', [[[121, 31], [121.01, 31.01], [121.01, 31], [121, 31.01], [121, 31]]]),
    ]), 'layer=sheds');
    assert.equal(bad.status, 400);
    assert.deepEqual(fields(bad), ['datum', 'features[1].unit', 'features[2].code', 'features[2].name', 'features[3].code', 'features[3].geometry', 'title']);
    assert.equal((await bring(admin, '{', '')).status, 400);
    assert.equal((await bring(desk, geojson(two), 'layer=sheds&title=x&datum=wgs84')).status, 403);
    assert.equal((await desk.get('/api/layers')).body.rows.length, 4);
  });

  await t.test('tried, brought in, brought in again', async () => {
    const query = 'layer=sheds&title=工棚&datum=wgs84';
    const tried = (await bring(admin, geojson(two), `${query}&dry_run=yes`)).body;
    assert.deepEqual([tried.dry_run, tried.made, tried.flaws_all], [true, 2, 0]);
    assert.equal((await desk.get('/api/layers')).body.rows.length, 4);
    const key = { 'idempotency-key': 'sheds-1' };
    for (let i = 0; i < 2; i++) assert.equal((await bring(admin, geojson(two), query, key)).body.made, 2);
    const again = (await bring(admin, geojson(two), query)).body;
    assert.deepEqual([again.made, again.changed, again.same, again.ended], [0, 0, 2, 0]);
    const rows = (await desk.get('/api/layers')).body.rows.find((l) => l.key === 'sheds').rows;
    assert.deepEqual(rows.map((c) => [c.code, c.name, c.unit_name, c.from]), [['a', '甲片', '城运中心', null], ['b', '乙片', '营商办', null]]);
    assert.equal((await town.as('auditadmin').then((p) => p.get('/api/audit?about=town'))).body.rows.filter((e) => e.what === 'layer_put').length, 5);
  });

  await t.test('overlaps and gaps are told, and are no mistakes', async () => {
    const ring = [
      feature('s', '南', box(121.30, 31.20, 121.33, 31.21)), feature('w', '西', box(121.30, 31.209, 121.31, 31.23)),
      feature('e', '东', box(121.32, 31.21, 121.33, 31.23)), feature('n', '北', box(121.31, 31.22, 121.32, 31.23))];
    const r = (await bring(admin, geojson(ring), 'layer=ring&title=环&datum=cgcs2000&dry_run=yes')).body;
    assert.deepEqual(r.flaws.map((f) => [f.kind, f.code, f.other, Math.round(f.square_metres / 1e4)]), [['overlap', 's', 'w', 11], ['gap', '', '', 106]]);
  });

  await t.test('a new division is in force from its day on; an order lies in the cell of its day', async () => {
    const point = { lat: 31.205, lon: 121.308 };
    const cut = [feature('a', '甲片', box(121.30, 31.20, 121.305, 31.21), { unit: 'ops-centre' }), feature('b', '乙片', box(121.305, 31.20, 121.32, 31.21))];
    const before = (await desk.file({ ...point, title: '调整前' })).body;
    const r = (await bring(admin, geojson(cut), 'layer=sheds&datum=wgs84&from=2026-11-22')).body;
    assert.deepEqual([r.made, r.changed, r.same, r.ended], [0, 2, 0, 0]);
    await town.move('2026-11-23T09:00:00+08:00');
    const later = await town.as('dispatcher1');
    const after = (await later.file({ ...point, title: '调整后' })).body;
    assert.deepEqual((await later.list('cell.sheds:a')).rows.map((x) => x.id), [before.id]);
    assert.deepEqual((await later.list('cell.sheds:b')).rows.map((x) => x.id), [after.id]);
    const rows = (await later.get('/api/layers?past=yes')).body.rows.find((l) => l.key === 'sheds').rows;
    assert.deepEqual(rows.map((c) => [c.code, c.from?.slice(0, 10), c.until?.slice(0, 10)]),
      [['a', undefined, '2026-11-22'], ['a', '2026-11-22', undefined], ['b', undefined, '2026-11-22'], ['b', '2026-11-22', undefined]]);
  });

  await t.test('coordinates of web maps are converted', async () => {
    const boss = await town.as('sysadmin');
    const far = geojson([feature('x', '某片', box(121.5310, 31.1750, 121.5320, 31.1760))]);
    await bring(boss, far, 'layer=web&title=网&datum=gcj02');
    const cell = (await boss.get('/api/layers')).body.rows.find((l) => l.key === 'web').rows[0];
    // The published pair: 121.5315, 31.1753 there is 121.5272, 31.1774 here.
    assert.ok(Math.abs(cell.lon - 121.5272) < 0.001 && Math.abs(cell.lat - 31.1776) < 0.001, JSON.stringify(cell));
  });
});

test('by the command line', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  await town.stop();
  const file = join(town.dir, 'cells.geojson');
  writeFileSync(file, geojson([feature('a', '甲片', box(121.30, 31.20, 121.31, 31.21))]));
  const args = ['import', file, '--kind', 'cells', '--dir', town.dir];
  const wrong = call(...args, '--lang', 'zh');
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /坐标系/);
  assert.equal(call('import', file, '--map', 'city-orders', '--layer', 'x', '--dir', town.dir).code, 2);
  assert.equal(good(...args, '--layer', 'own', '--title', '自己的', '--datum', 'wgs84', '--dry').made, 1);
  assert.equal(good(...args, '--layer', 'own', '--title', '自己的', '--datum', 'wgs84').made, 1);
  assert.equal(good(...args, '--layer', 'own', '--datum', 'wgs84', '--from', '2026-12-01').same, 1);
  const shipped = join(root, 'towns/xinjing/layers/residents.geojson');
  assert.deepEqual([good('import', shipped, '--kind', 'cells', '--dir', town.dir).same, JSON.parse(readFileSync(shipped)).features.length], [34, 34]);
  await town.start();
});
