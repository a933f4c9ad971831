// The same for what the administrators do, and for the small things everybody has: units, people, roles, lists,
// definitions, calendars, views, tokens, passwords.
import test from 'node:test';
import assert from 'node:assert/strict';
import { World, points } from './lib.mjs';

for (const point of points) test(`a town's administration, each ${point} failing`, { timeout: 1200_000 }, async (t) => {
  const w = await World.make(t);
  const { town } = w;
  const sys = await town.as('sysadmin'), sec = await town.as('secadmin'), desk = await town.as('dispatcher1');
  const units = (await desk.catalog()).units;
  const top = units[0], home = units.find((u) => u.kind === 'neighbourhood');
  const write = async (what, ok, send, more) => (await w.write(point, what, ok, send, more)).body;
  const read = (what, path, who = desk) => w.read(point, what, () => who.get(path));
  const list = (what, who, kind, text) => write(what, 200, (h) => who.post(`/api/${kind}/import`, text, { 'content-type': 'text/plain', ...h }));

  let unit = await write('new unit', 201, (h) => sys.post('/api/units', { code: 'street', parent: top.id, kind: 'team', name: '街面队' }, h));
  unit = await write('rename it', 200, (h) => sys.patch(`/api/units/${unit.id}`, { version: unit.version, name: '街面一队' }, h));
  assert.ok((await desk.get('/api/catalog')).body.units.some((u) => u.name === '街面一队'), 'everybody has it');
  await list('units', sys, 'units', `code,parent,kind,name\ngrid-1,${home.code},grid,第一微网格\nstreet,${top.code},team,街面队\n`);
  await list('classes', sys, 'classes', 'scheme,code,parent,name\nmatters,99,,试用大类\nmatters,9901,99,试用小类\n');

  let person = await write('new person', 201, (h) => sys.post('/api/people', { login: 'wang5', name: '王五', password: 'initial-password' }, h));
  person = await write('rename them', 200, (h) => sys.patch(`/api/people/${person.id}`, { version: person.version, name: '王小五' }, h));
  await write('give a role', 200, (h) => sec.post(`/api/people/${person.id}/roles`, { role: 'handler', unit: home.id }, h));
  const wang = await town.as('wang5', 'initial-password');
  await write('new password', 200, (h) => wang.post('/api/password', { old: 'initial-password', new: 'a-better-password' }, h));
  assert.equal((await wang.get('/api/items')).status, 200, 'works with the role at once');
  await write('take the role', 200, (h) => sec.del(`/api/people/${person.id}/roles?role=handler&unit=${home.id}`, h));
  assert.equal((await wang.get('/api/items')).status, 401, 'and no longer without');
  await list('people', sys, 'people', `登录名,姓名,角色,单位代码,初始密码\nzhou8,周八（演示）,handler,${home.code},first-password-8\n`);

  await list('places', sys, 'places', `名称,单位\n北虹小区,${home.code}\n`);
  const area = JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', properties: { code: 'a', name: '甲' },
    geometry: { type: 'Polygon', coordinates: [[[121.3, 31.2], [121.31, 31.2], [121.31, 31.21], [121.3, 31.2]]] } }] });
  await write('bring in a layer', 200, (h) => sys.post('/api/layers/import?layer=own&title=x&datum=wgs84', area, { 'content-type': 'application/geo+json', ...h }));
  await read('layers', '/api/layers?areas=yes');
  await read('suggestions', `/api/items/${(await desk.file({ lat: 31.205, lon: 121.308 })).body.id}/suggestions`);

  const view = await write('save a view', 201, (h) => desk.post('/api/views', { title: '投诉', filter: 'kind:投诉', sort: 'due' }, h));
  await write('change it', 200, (h) => desk.call('PUT', `/api/views/${view.id}`, { version: view.version, title: '我的投诉', filter: view.filter, sort: view.sort }, h));
  await write('drop it', 204, (h) => desk.del(`/api/views/${view.id}`, h));
  await write('new token', 201, (h) => desk.post('/api/tokens', { name: '看板', days: 30 }, h), { secret: true });
  const token = (await desk.get('/api/tokens')).body.rows[0];
  await read('tokens', '/api/tokens');
  await write('drop it', 204, (h) => desk.del(`/api/tokens/${token.hash}`, h));

  const defs = (await sys.get('/api/defs')).body.rows;
  const text = async (kind) => (await sys.get(`/api/defs/${defs.find((d) => d.kind === kind && (kind !== 'loop' || d.key === 'hotline')).id}`)).body.text;
  const loop = (await text('loop')).replace('limit: 5wd}', 'limit: 3wd}');
  assert.equal((await write('publish a loop', 200, (h) => sys.post('/api/defs', { kind: 'loop', text: loop }, h))).version, 2);
  const second = (await sys.get('/api/defs')).body.rows.find((d) => d.key === 'hotline' && d.version === 2);
  const moved = await write('move what was filed before', 200, (h) => sys.post(`/api/defs/${second.id}/move`, {}, h));
  assert.ok(moved.moved > 0 && moved.refused === 0);
  await write('and back', 200, (h) => sys.post(`/api/defs/${second.id}/move`, { back: true }, h));
  assert.equal((await desk.file()).body.def_version, 2, 'it is in force');

  for (const path of ['units', 'people', 'roles', 'defs', 'views', 'jobs', 'import-maps'])
    await read(path, `/api/${path}`, path === 'people' || path === 'defs' ? sys : desk);
  await read('a definition', `/api/defs/${defs[0].id}`, sys);
  const leader = await town.as('leader1'), elsewhere = await town.as('leader1');
  await write('log out', 204, (h) => leader.post('/api/logout', { everywhere: true }, h));
  for (const p of [leader, elsewhere]) assert.equal((await p.get('/api/me')).status, 401, 'nobody is remembered');
  await w.whole(t);
});
