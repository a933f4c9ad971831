// What the administrators do: units, people, definitions, the calendar; and what the auditor sees of it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, REPLY, fields, until } from './lib.mjs';

const FRIDAY = '2026-11-20T09:00:00+08:00';

async function offices(options) {
  const town = await Town.make({ at: FRIDAY, ...options });
  const o = { town };
  for (const login of ['sysadmin', 'secadmin', 'auditadmin', 'dispatcher1', 'leader1']) o[login] = await town.as(login);
  o.units = (await o.dispatcher1.catalog()).units;
  o.homes = o.units.filter((u) => u.kind === 'neighbourhood');
  return o;
}

test('units', async (t) => {
  const { town, sysadmin: sys, dispatcher1: desk, homes, units } = await offices();
  t.after(() => town.end());
  const list = async () => (await sys.get('/api/units')).body.rows;
  const find = async (id) => (await list()).find((u) => u.id === id);
  const [one, two, three] = homes;

  let grid;
  await t.test('a new one stands in the tree, for everybody at once', async () => {
    const r = await sys.post('/api/units', { parent: one.id, kind: 'grid', code: 'one-g1', name: '第一微网格', short: '一格' });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    grid = r.body;
    assert.deepEqual([grid.parent, grid.depth, grid.closed, grid.version], [one.id, one.depth + 1, false, 1]);
    const fresh = (await desk.get('/api/catalog')).body;
    assert.ok(fresh.units.some((u) => u.id === grid.id));
  });
  await t.test('what is wrong with a new one', async () => {
    const wrong = await sys.post('/api/units', { parent: 99999, kind: 'Grid!', code: 'has blank', name: '' });
    assert.equal(wrong.status, 400);
    assert.deepEqual(fields(wrong), ['code', 'kind', 'name', 'parent']);
    assert.deepEqual(fields(await sys.post('/api/units', { parent: one.id, kind: 'grid', code: 'one-g1', name: '重复' })), ['code']);
    assert.deepEqual(fields(await sys.post('/api/units', { parent: one.id, kind: 'grid', code: 'x', name: '长'.repeat(61) })), ['name']);
  });
  await t.test('it can be renamed; a stale version is refused', async () => {
    const r = await sys.patch(`/api/units/${grid.id}`, { version: 1, name: '第一网格' });
    assert.equal(r.body.name, '第一网格');
    assert.equal((await sys.patch(`/api/units/${grid.id}`, { version: 1, name: '又改' })).status, 409);
  });
  await t.test('history reads as it was: moved and renamed, old events keep the old path', async () => {
    let it = (await desk.file()).body;
    it = (await desk.step(it, 'dispatch', { units: [grid.id] })).body;
    const handler = await town.as(`handler-${one.code}`);
    assert.equal((await handler.item(it.id)).id, it.id, 'who is above sees it');
    await town.move('2026-11-20T10:00:00+08:00');
    const g = await find(grid.id);
    const moved = await sys.patch(`/api/units/${grid.id}`, { version: g.version, parent: two.id, name: '并入网格' });
    assert.equal(moved.status, 200, JSON.stringify(moved.body));
    await town.move('2026-11-20T11:00:00+08:00');
    it = (await desk.step(it, 'urge', { note: '催' })).body;
    assert.equal(it.timeline[0].unit_name, `新泾镇 / ${(await pathOf(two)).join(' / ')} / 并入网格`.replaceAll('新泾镇 / 新泾镇', '新泾镇'));
    assert.match(it.timeline[1].unit_name, new RegExp(`${one.name} / 第一网格$`));
    assert.equal(it.unit_name.length > 0, true);
    assert.equal((await handler.get(`/api/items/${it.id}`)).status, 404, 'now it belongs to others');
    assert.equal((await (await town.as(`handler-${two.code}`)).get(`/api/items/${it.id}`)).status, 200);
    assert.equal((await desk.list(`unit:${two.code}`)).total, 1);
    assert.equal((await desk.list(`unit:${one.code}`)).total, 0);
  });
  async function pathOf(u) {
    const all = await list();
    const names = [];
    for (let x = all.find((y) => y.id === u.id); x; x = all.find((y) => y.id === x.parent)) names.unshift(x.name);
    return names;
  }
  await t.test('no circle, no moving of the town itself', async () => {
    const root = units[0], g = await find(grid.id), home = await find(two.id);
    assert.deepEqual(fields(await sys.patch(`/api/units/${two.id}`, { version: home.version, parent: grid.id })), ['parent']);
    assert.deepEqual(fields(await sys.patch(`/api/units/${g.id}`, { version: g.version, parent: g.id })), ['parent']);
    const r = await find(root.id);
    assert.deepEqual(fields(await sys.patch(`/api/units/${root.id}`, { version: r.version, parent: two.id })).slice(0, 1), ['parent']);
    assert.deepEqual(fields(await sys.patch(`/api/units/${root.id}`, { version: r.version, closed: 'yes' })), ['closed']);
  });
  await t.test('one with work, or with open ones below it, does not close; an empty one does and takes nothing more', async () => {
    const g = await find(grid.id), home = await find(two.id);
    const busy = await sys.patch(`/api/units/${g.id}`, { version: g.version, closed: 'yes' });
    assert.equal(busy.status, 400);
    assert.match(busy.body.errors[0].message, /1 个在办事项/);
    assert.match((await sys.patch(`/api/units/${two.id}`, { version: home.version, closed: 'yes' })).body.errors[0].message, /没有停用/);
    const free = await sys.post('/api/units', { parent: three.id, kind: 'grid', code: 'free', name: '空网格' });
    assert.equal((await sys.patch(`/api/units/${free.body.id}`, { version: 1, closed: 'yes' })).body.closed, true);
    const it = (await desk.file()).body;
    assert.deepEqual(fields(await desk.step(it, 'dispatch', { units: [free.body.id] })), ['units[0]']);
    assert.deepEqual(fields(await sys.post('/api/units', { parent: free.body.id, kind: 'grid', code: 'x1', name: '下级' })), ['parent']);
    assert.equal((await sys.patch(`/api/units/${free.body.id}`, { version: 2, closed: 'no' })).body.closed, false);
    assert.equal((await desk.step(it, 'dispatch', { units: [free.body.id] })).status, 200);
  });
});

test('people and roles', async (t) => {
  const { town, sysadmin: sys, secadmin: sec, dispatcher1: desk, homes } = await offices();
  t.after(() => town.end());
  const [one, two] = homes;
  let person;
  await t.test('made without a role, given one, and working at once', async () => {
    const r = await sys.post('/api/people', { login: 'Wang5', name: ' 王五 ', password: 'initial-password' });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    person = r.body;
    assert.deepEqual([person.login, person.name, person.must_change, person.roles], ['wang5', '王五', true, []]);
    const g = await sec.post(`/api/people/${person.id}/roles`, { role: 'handler', unit: one.id });
    assert.deepEqual(g.body.roles.map((x) => [x.role, x.unit]), [['handler', one.id]]);
    const p = await town.as('wang5', 'initial-password');
    assert.equal((await p.post('/api/password', { old: 'initial-password', new: 'a-better-password' })).status, 200);
    assert.deepEqual(p.me.rights.sort(), ['board.read', 'caller.reveal', 'item.read', 'item.step', 'login']);
  });
  await t.test('what is wrong is told', async () => {
    assert.deepEqual(fields(await sys.post('/api/people', { login: '王五', name: '', password: 'initial-password' })), ['login', 'name']);
    assert.deepEqual(fields(await sys.post('/api/people', { login: 'x', name: 'x', password: 'short' })), ['password']);
    const taken = await sys.post('/api/people', { login: 'WANG5', name: '另一个', password: 'initial-password' });
    assert.equal(taken.status, 409);
    for (const body of [{ role: 'king', unit: one.id }, { role: 'reader', unit: 99999 }])
      assert.ok([400, 403, 404].includes((await sec.post(`/api/people/${person.id}/roles`, body)).status), JSON.stringify(body));
    assert.equal((await sec.post('/api/people/99999/roles', { role: 'reader', unit: one.id })).status, 404);
  });
  await t.test('a role taken away ends at once what it allowed', async () => {
    const p = await town.as('wang5', 'a-better-password');
    const it = (await desk.step((await desk.file()).body, 'dispatch', { units: [one.id] })).body;
    assert.equal((await p.get(`/api/items/${it.id}`)).status, 200);
    await sec.post(`/api/people/${person.id}/roles`, { role: 'handler', unit: two.id });
    const r = await sec.del(`/api/people/${person.id}/roles?role=handler&unit=${one.id}`);
    assert.deepEqual(r.body.roles.map((x) => x.unit), [two.id]);
    assert.equal((await p.get(`/api/items/${it.id}`)).status, 404);
  });
  await t.test('given twice, taken twice: no change and no second event', async () => {
    const auditor = await town.as('auditadmin');
    const n = async () => (await auditor.get('/api/audit?about=town&limit=200')).body.rows.filter((x) => x.what === 'grant' || x.what === 'revoke').length;
    const before = await n();
    assert.equal((await sec.post(`/api/people/${person.id}/roles`, { role: 'handler', unit: two.id })).status, 200);
    assert.equal((await sec.del(`/api/people/${person.id}/roles?role=reader&unit=${two.id}`)).status, 200);
    assert.equal(await n(), before);
  });
});

test('definitions', async (t) => {
  const { town, sysadmin: sys, dispatcher1: desk, homes } = await offices();
  t.after(() => town.end());
  const [one] = homes;
  const rows = (await sys.get('/api/defs')).body.rows;
  const text = (await sys.get(`/api/defs/${rows.find((d) => d.key === 'hotline').id}`)).body.text;
  const publish = (body, person = sys) => person.post('/api/defs', { kind: 'loop', ...body });

  await t.test('every mistake is told with its line and column, and nothing is published', async () => {
    const bad = text.replace('to: handling\n    who: [dispatcher]\n    does: dispatch', 'to: nowhere\n    who: [postman]\n    does: teleport')
      .replace('{limit: 4wh}', '{limit: soon}')
      .replace('"priority:特急", limit: 24h', '"prio:特急", limit: 24h')
      .replace('formula: "contact_yes / (contact_yes + contact_no)"', 'formula: "contact_yes / "')
      .replace('title: 作废, final: yes}', 'title: 作废, finall: yes}');
    const r = await publish({ text: bad });
    assert.equal(r.status, 400);
    const at = (word) => bad.slice(0, bad.indexOf(word)).split('\n').length;
    for (const word of ['nowhere', 'teleport', 'soon', 'finall', 'contact_yes / "'])
      assert.ok(r.body.errors.some((e) => e.line === at(word)), `${word} in line ${at(word)}: ${JSON.stringify(r.body.errors.map((e) => [e.line, e.column, e.message]))}`);
    for (const e of r.body.errors.filter((x) => x.line)) assert.ok(e.column > 0);
    assert.deepEqual((await sys.get('/api/defs')).body.rows, rows);
  });
  await t.test('a role or a key nobody knows is told as well', async () => {
    const r = await publish({ text: text.replace('who: [dispatcher]\n    does: dispatch', 'who: [postman]\n    does: dispatch') });
    assert.match(JSON.stringify(r.body.errors), /postman/);
    const f = await publish({ text: text.replace('"priority:特急", limit: 24h', '"prio:特急", limit: 24h') });
    assert.match(JSON.stringify(f.body.errors), /prio/);
  });
  await t.test('text that is no definition', async () => {
    for (const bad of ['', 'x', '[]', 'loop: [', 'loop: hotline', '\t- x', '&a [*a]', 'a: '.repeat(2000), '{'.repeat(5000)])
      assert.equal((await publish({ text: bad })).status, 400, bad.slice(0, 20));
    assert.equal((await publish({ text: 'x'.repeat(257 * 1024) })).status, 413);
    assert.equal((await sys.post('/api/defs', { kind: 'poem', text: 'x' })).status, 400);
  });
  await t.test('a dry run publishes nothing; the same text again is refused', async () => {
    const changed = text.replace('limit: 5wd}', 'limit: 3wd}');
    assert.equal((await publish({ text: changed, dry: true })).status, 200);
    assert.deepEqual((await sys.get('/api/defs')).body.rows, rows);
    assert.equal((await publish({ text })).status, 409);
  });
  await t.test('running orders keep their version, new ones take the new one', async () => {
    const old = (await desk.file()).body;
    const changed = text.replace('limit: 5wd}', 'limit: 3wd}').replace('title: 登记\n', 'title: 受理登记\n').replace('  - key: void\n    title: 作废\n', '  - key: void\n    title: 废单\n');
    const r = await publish({ text: changed });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.deepEqual([r.body.key, r.body.version], ['hotline', 2]);
    const fresh = (await desk.file()).body;
    assert.deepEqual([old.def_version, fresh.def_version], [1, 2]);
    const limit = async (it) => (await desk.step(await desk.item(it.id), 'dispatch', { units: [one.id] })).body.clocks.find((k) => k.key === 'handle').limit;
    assert.equal(await limit(old), '5wd');
    assert.equal(await limit(fresh), '3wd');
    assert.equal((await desk.item(old.id)).steps.find((s) => s.key === 'void').title, '作废');
    assert.equal((await desk.item(fresh.id)).steps.find((s) => s.key === 'void').title, '废单');
    assert.equal((await desk.list('loop:hotline')).total, 2);
    const versions = (await sys.get('/api/defs')).body.rows.filter((d) => d.key === 'hotline').map((d) => d.version);
    assert.deepEqual(versions, [2, 1]);
  });
  await t.test('the catalogue says that it has changed', async () => {
    const a = await desk.get('/api/catalog');
    const same = await desk.call('GET', '/api/catalog', undefined, { 'if-none-match': a.headers.get('etag') });
    assert.equal(same.status, 304);
    assert.equal((await publish({ text: text.replace('title: 派单\n    hotkey', 'title: 派发\n    hotkey') })).status, 200);
    const changed = await desk.call('GET', '/api/catalog', undefined, { 'if-none-match': a.headers.get('etag') });
    assert.equal(changed.status, 200);
    assert.equal(changed.body.loops[0].steps.find((s) => s.key === 'dispatch').title, '派发');
  });
});

test('a holiday added to the calendar moves the running clocks', async (t) => {
  const { town, sysadmin: sys, dispatcher1: desk, homes } = await offices();
  t.after(() => town.end());
  const running = [];
  for (let i = 0; i < 5; i++) running.push((await desk.step((await desk.file()).body, 'dispatch', { units: [homes[0].id] })).body);
  const handler = await town.as(`handler-${homes[0].code}`);
  let done = (await desk.step((await desk.file()).body, 'dispatch', { units: [homes[0].id] })).body;
  done = (await handler.step(done, 'reply', { fields: REPLY })).body;
  const due = (it) => it.clocks.find((k) => k.key === 'handle').due;
  assert.equal(due(running[0]), '2026-11-26T17:30:00+08:00');

  const rows = (await sys.get('/api/defs')).body.rows;
  const { text } = (await sys.get(`/api/defs/${rows.find((d) => d.key === 'workdays').id}`)).body;
  const bad = await sys.post('/api/defs', { kind: 'calendar', text: text.replace('mon: "09:00-11:30', 'mon: "11:30-09:00') });
  assert.equal(bad.status, 400);
  assert.ok(bad.body.errors[0].line > 0);
  const r = await sys.post('/api/defs', { kind: 'calendar', text: text.trimEnd() + '\n  - {date: 2026-11-23, to: 2026-11-24, off: 全镇停电检修}\n' });
  assert.equal(r.status, 200, JSON.stringify(r.body));
  for (const it of running)
    await until('its clock has moved', async () => due(await desk.item(it.id)) === '2026-11-30T17:30:00+08:00');
  const moved = await desk.item(running[0].id);
  assert.equal(moved.timeline[0].what, 'settle');
  assert.equal(moved.timeline[0].person_name, '系统');
  assert.equal(moved.version, running[0].version + 1);
  assert.deepEqual((await desk.item(done.id)).clocks.find((k) => k.key === 'handle'), done.clocks.find((k) => k.key === 'handle'), 'what is answered stays');
  const fresh = (await desk.step((await desk.file()).body, 'dispatch', { units: [homes[0].id] })).body;
  assert.equal(due(fresh), '2026-11-30T17:30:00+08:00');
  assert.equal((await desk.list('due:2026-11-30')).total >= 0, true);
});

test('the audit', async (t) => {
  const { town, sysadmin: sys, secadmin: sec, auditadmin: auditor, dispatcher1: desk, homes } = await offices();
  t.after(() => town.end());
  let it = (await desk.file({ title: '机密标题', caller: { name: '李小明', phone: '13812346612' } })).body;
  it = (await desk.step(it, 'dispatch', { units: [homes[0].id] })).body;
  it = (await desk.step(it, 'urge', { note: '办理细节' })).body;
  await desk.post(`/api/items/${it.id}/reveal`, { reason: '回访核对' });
  await sys.post('/api/people', { login: 'zhao6', name: '赵六', password: 'initial-password' });
  await sec.post(`/api/people/${(await sec.get('/api/people')).body.rows.find((x) => x.login === 'zhao6').id}/roles`, { role: 'reader', unit: homes[0].id });

  const all = (await auditor.get('/api/audit?limit=200')).body.rows;
  const ids = all.map((x) => x.id);
  assert.deepEqual(ids, [...ids].sort((a, b) => b - a), 'newest first');
  for (const what of ['login', 'file', 'dispatch', 'urge', 'reveal', 'person_put', 'grant']) assert.ok(all.some((x) => x.what === what), what);
  assert.doesNotMatch(JSON.stringify(all), /机密标题|办理细节|李小明|13812346612|initial-password/, 'who did what, not what it was about');
  const reveals = (await auditor.get('/api/audit?about=reveal')).body.rows;
  assert.deepEqual(reveals.map((x) => [x.item, x.person_name, x.note]), [[it.id, desk.me.person.name, '回访核对']]);
  const town_only = (await auditor.get('/api/audit?about=town&limit=200')).body.rows;
  assert.equal(town_only.every((x) => x.item === 0), true);
  const pages = [];
  let before = '';
  do {
    const r = (await auditor.get(`/api/audit?limit=7${before ? `&before=${before}` : ''}`)).body;
    pages.push(...r.rows);
    before = r.next;
  } while (before);
  assert.deepEqual(pages.map((x) => x.id).slice(0, ids.length), ids, 'page by page the same');
  assert.equal(new Set(pages.map((x) => x.id)).size, pages.length);
  assert.equal(pages.at(-1).id, 1, 'down to the first');
});
