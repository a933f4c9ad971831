// Lists of units, classes and people brought in after the town was made: over HTTP and on the command line.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPLY, Town, program, root } from './lib.mjs';

const FRIDAY = '2026-11-20T09:00:00+08:00';
const NONE = { dry_run: false, made: 0, changed: 0, same: 0, left: 0 };

async function offices() {
  const town = await Town.make({ at: FRIDAY });
  const o = { town };
  for (const login of ['sysadmin', 'secadmin', 'auditadmin', 'dispatcher1']) o[login] = await town.as(login);
  o.top = (await o.dispatcher1.catalog()).units[0];
  o.homes = (await o.dispatcher1.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  o.send = (who, kind, text, dry) => who.post(`/api/${kind}/import${dry ? '?dry_run=yes' : ''}`, text, { 'content-type': 'text/plain' });
  o.events = async (limit = 20) => (await o.auditadmin.get(`/api/audit?about=town&limit=${limit}`)).body.rows;
  o.newest = async () => (await o.events(1))[0].id;
  o.places = (r) => r.body.errors.map((e) => [e.line, e.column, e.field]);
  return o;
}

test('units', async (t) => {
  const { town, sysadmin: sys, secadmin: sec, dispatcher1: desk, top, homes, send, events, newest, places } = await offices();
  t.after(() => town.end());
  const [one, two] = homes;
  const list = async () => (await sys.get('/api/units')).body.rows;
  const find = async (code) => (await list()).find((u) => u.code === code);
  const yaml = `units:
  - {code: street, parent: ${top.code}, kind: team, name: 街面队, short: 街面}
  - {code: street-1, parent: street, kind: group, name: 街面一组}
`;

  await t.test('a dry run says what would happen and changes nothing', async () => {
    const before = await list(), n = await newest();
    const r = await send(sys, 'units', yaml, true);
    assert.deepEqual([r.status, r.body], [200, { ...NONE, dry_run: true, made: 2 }]);
    assert.deepEqual(await list(), before);
    assert.equal(await newest(), n);
  });

  await t.test('the real run makes them, each with an event; again it changes nothing', async () => {
    const n = await newest();
    assert.deepEqual((await send(sys, 'units', yaml)).body, { ...NONE, made: 2 });
    const made = (await events()).filter((e) => e.id > n);
    assert.deepEqual(made.map((e) => [e.what, e.person_name]), [['unit_put', sys.me.person.name], ['unit_put', sys.me.person.name]]);
    assert.equal((await find('street-1')).parent, (await find('street')).id);
    const version = (await find('street')).version, m = await newest();
    assert.deepEqual((await send(sys, 'units', yaml)).body, { ...NONE, same: 2 });
    assert.equal(await newest(), m);
    assert.equal((await find('street')).version, version);
    assert.ok((await desk.get('/api/catalog')).body.units.some((u) => u.code === 'street-1'), 'everybody has them at once');
  });

  await t.test('one that moves and is renamed keeps its history readable', async () => {
    await send(sys, 'units', `代码,上级,类型,名称\ngrid-1,${one.code},grid,第一微网格\n`);
    let it = (await desk.file()).body;
    it = (await desk.step(it, 'dispatch', { units: [(await find('grid-1')).id] })).body;
    await town.move('2026-11-20T10:00:00+08:00');
    const r = await send(sys, 'units', `code,parent,kind,name\ngrid-1,${two.code},grid,并入网格\nstreet,${top.code},team,街面队\n`);
    assert.deepEqual(r.body, { ...NONE, changed: 1, same: 1 });
    assert.equal((await find('street')).short, '街面', 'what the list does not say stays');
    assert.equal((await events())[0].what, 'unit_move');
    await town.move('2026-11-20T11:00:00+08:00');
    it = (await desk.step(it, 'urge', { note: '催' })).body;
    assert.match(it.timeline[0].unit_name, new RegExp(`${two.name} / 并入网格$`));
    assert.match(it.timeline[1].unit_name, new RegExp(`${one.name} / 第一微网格$`));
  });

  await t.test('all mistakes at once, with line, column, value and what was expected; nothing is done', async () => {
    const before = await list(), n = await newest();
    const bad = `units:
  - {code: fine, parent: ${top.code}, kind: team, name: 好的}
  - {code: a, parent: nowhere, kind: team, name: 甲}
  - {code: 坏的, parent: ${top.code}, kind: Team, name: 乙}
  - {code: a, parent: ${top.code}, kind: team, name: 丙}
  - {code: street, parent: street-1, kind: team, name: 街面队}
`;
    for (const dry of [true, false]) {
      const r = await send(sys, 'units', bad, dry);
      assert.equal(r.status, 400);
      assert.deepEqual(places(r), [[5, 12, 'code'], [3, 23, 'parent'], [4, 12, 'code'], [4, 32 + top.code.length, 'kind']], JSON.stringify(r.body));
      const by = (line, field) => r.body.errors.find((e) => e.line === line && e.field === field);
      assert.equal(by(3, 'parent').message, '“nowhere”：没有这个上级');
      assert.equal(by(4, 'code').message, '“坏的”：不是有效的单位代码');
      assert.equal(by(4, 'code').expected, '1..32 of A-Z a-z 0-9 . _ -');
      assert.match(by(5, 'code').message, /第 3 行/);
    }
    const circle = await send(sys, 'units', `code,parent,kind,name\nstreet,street-1,team,街面队\n`);
    assert.deepEqual(places(circle), [[2, 2, 'parent']]);
    const sheet = await send(sys, 'units', `code,parent,kind,name,colour\na,nowhere,team,甲,red\n`);
    assert.deepEqual([sheet.body.errors[0].line, sheet.body.errors[0].column, sheet.body.errors[0].field], [1, 5, 'colour']);
    const cells = await send(sys, 'units', `code,parent,kind,name\r\nfine,${top.code},team,好的\r\nb,nowhere,TEAM,\r\n`);
    assert.deepEqual(places(cells), [[3, 2, 'parent'], [3, 3, 'kind'], [3, 4, 'name']]);
    const english = await sys.post('/api/units/import', bad, { 'content-type': 'text/plain', 'accept-language': 'en' });
    assert.ok(english.body.errors.some((e) => e.message === '"nowhere": there is no such parent'));
    assert.deepEqual(await list(), before);
    assert.equal(await newest(), n);
  });

  await t.test('what is no list at all', async () => {
    for (const text of ['', ' ', 'x', 'units: 5', 'units:\n  - [', '\u0000', 'people: []', '{', 'units:\n- {code: a}\n', 'a,b\n1,2\n'])
      assert.equal((await send(sys, 'units', text)).status, 400, JSON.stringify(text));
    assert.equal((await send(sys, 'units', '#'.repeat(5 << 20))).status, 413);
    assert.equal((await sys.post('/api/units/import?dry_run=perhaps', yaml)).status, 400);
  });

  await t.test('the right is that of changing one; a repeat under its key answers the same', async () => {
    for (const p of [sec, desk, town.nobody()]) assert.ok([401, 403].includes((await send(p, 'units', yaml)).status));
    const text = yaml.replaceAll('street', 'road'), key = { 'content-type': 'text/plain', 'idempotency-key': 'units-1' };
    const a = await sys.post('/api/units/import', text, key), b = await sys.post('/api/units/import', text, key);
    assert.deepEqual([a.body, b.body], [{ ...NONE, made: 2 }, { ...NONE, made: 2 }]);
  });

  await t.test('a closed unit stays closed and is not a mistake; nothing new hangs below it', async () => {
    const u = await find('road-1');
    await sys.patch(`/api/units/${u.id}`, { version: u.version, closed: 'yes' });
    const up = await find('road');
    await sys.patch(`/api/units/${up.id}`, { version: up.version, closed: 'yes' });
    assert.deepEqual((await send(sys, 'units', yaml.replaceAll('street', 'road'))).body, { ...NONE, same: 2 });
    assert.equal((await find('road')).closed, true);
    assert.deepEqual(places(await send(sys, 'units', 'code,parent,kind,name\nroad-2,road,group,二组\n')), [[2, 2, 'parent']]);
  });
});

test('who manages units at one unit only brings in what hangs below it', async (t) => {
  const { town, sysadmin: sys, secadmin: sec, top, homes, send, places } = await offices();
  t.after(() => town.end());
  const [one, two] = homes;
  const { id } = (await sys.post('/api/people', { login: 'local', name: '片区管理', password: 'initial-password' })).body;
  await sec.post(`/api/people/${id}/roles`, { role: 'sysadmin', unit: one.id });
  let local = await town.as('local', 'initial-password');
  await local.post('/api/password', { old: 'initial-password', new: 'a-better-password' });
  local = await town.as('local', 'a-better-password');
  const row = (code, parent) => `${code},${parent},grid,${code} 格\n`;
  const head = 'code,parent,kind,name\n';
  assert.deepEqual((await send(local, 'units', head + row('n1', one.code) + row('n2', 'n1'))).body, { ...NONE, made: 2 });
  const far = await send(local, 'units', head + row('n3', one.code) + row('n4', two.code) + row('n1', top.code));
  assert.deepEqual(places(far), [[3, 1, 'code'], [4, 1, 'code']]);
  assert.ok(!(await sys.get('/api/units')).body.rows.some((u) => u.code === 'n3'));
});

test('classes', async (t) => {
  const { town, sysadmin: sys, secadmin: sec, dispatcher1: desk, send, places } = await offices();
  t.after(() => town.end());
  const own = readFileSync(join(root, 'defs/classes/matters.yaml'), 'utf8');
  const same = (await send(sys, 'classes', own)).body;
  assert.deepEqual([same.made, same.changed, same.same > 30], [0, 0, true], 'the list the town was made from changes nothing');
  const csv = 'scheme,code,parent,name\nmatters,99,,试用大类\nmatters,9901,99,试用小类\nmatters,0102,01,改了名\n';
  assert.deepEqual((await send(sys, 'classes', csv, true)).body, { ...NONE, dry_run: true, made: 2, changed: 1 });
  assert.deepEqual((await send(sys, 'classes', csv)).body, { ...NONE, made: 2, changed: 1 });
  assert.deepEqual((await send(sys, 'classes', csv)).body, { ...NONE, same: 3 });
  assert.ok((await desk.get('/api/catalog')).body.classes.some((k) => k.code === '9901'));
  const bad = await send(sys, 'classes', 'scheme,code,parent,name\n,1,,甲\n');
  assert.deepEqual(places(bad), [[2, 1, 'scheme']]);
  assert.deepEqual(places(await send(sys, 'classes', 'scheme,code,parent,name\nmatters,a b,77,\n')), [[2, 3, 'parent'], [2, 2, 'code'], [2, 4, 'name']]);
  for (const long of [`scheme,code,parent,name\n${Array.from({ length: 50_001 }, (_, i) => `matters,c${i},,x\n`).join('')}`,
    `classes:\n  scheme: m\n  rows:\n${Array.from({ length: 50_001 }, (_, i) => `  - {code: c${i}, name: x}\n`).join('')}`]) {
    const r = await send(sys, 'classes', long, true);
    assert.deepEqual([r.status, r.body.errors[0].message], [400, '超过 50000 行']);
  }
  assert.equal((await send(sec, 'classes', csv)).status, 403);
});

test('what a class says', async (t) => {
  const { town, sysadmin: sys, dispatcher1: desk, homes, send, events, places } = await offices();
  t.after(() => town.end());
  const [home] = homes;
  const klass = async (code) => (await desk.get('/api/catalog')).body.classes.find((k) => k.code === code);

  await t.test('in YAML and in a sheet, kept in one form, each change an event', async () => {
    const yaml = `classes:
  scheme: matters
  rows:
    - {code: "06", name: 公共安全, unit: ${home.code}, limits: {handle: 2wd}}
    - {code: "0601", parent: "06", name: 飞线充电, limits: {handle: 4wh, close: 1wd}, photos: {reply: 1}, opening: 电线从窗户拉出,
       closing: 电线已收起, words: [飞线, 拉线充电], without: 充电桩}
`;
    assert.deepEqual((await send(sys, 'classes', yaml)).body, { ...NONE, changed: 2 });
    assert.deepEqual((await send(sys, 'classes', yaml)).body, { ...NONE, same: 2 });
    const { id, parent, depth, ...k } = await klass('0601');
    assert.ok(id > 0 && parent > 0 && depth === 1);
    assert.deepEqual(k, { scheme: 'matters', code: '0601', name: '飞线充电', limits: 'handle:4wh close:1wd', photos: 'reply:1',
      unit: '',
      opening: '电线从窗户拉出', closing: '电线已收起', words: '飞线 拉线充电', without: '充电桩' });
    assert.equal((await events(1))[0].what, 'class_put');
    const sheet = '体系,代码,上级,名称,时限,关键词\nmatters,0601,06,飞线充电,handle：３ＷＨ,飞线，拉线、飞线\n';
    assert.deepEqual((await send(sys, 'classes', sheet)).body, { ...NONE, changed: 1 });
    const now = await klass('0601');
    assert.deepEqual([now.limits, now.words, now.closing], ['handle:3wh', '飞线 拉线', '电线已收起'], 'a sheet without a column leaves it alone');
    await send(sys, 'classes', '体系,代码,上级,名称,排除词\nmatters,0601,06,飞线充电,\n');
    assert.equal((await klass('0601')).without, '', 'an empty cell empties it');
  });

  await t.test('the sheet that comes out goes in again and changes nothing', async () => {
    const out = (await sys.get('/api/classes.csv')).body;
    assert.match(out, /matters,0601,06,飞线充电,,handle:3wh,reply:1,电线从窗户拉出,电线已收起,飞线 拉线,/);
    const r = (await send(sys, 'classes', out)).body;
    assert.deepEqual([r.made, r.changed, r.same], [0, 0, (await desk.get('/api/catalog')).body.classes.length]);
  });

  await t.test('what cannot be read is told with its place', async () => {
    const bad = `体系,代码,上级,名称,责任单位,时限,照片,立案标准,关键词
matters,0601,06,飞线充电,nowhere,handle:soon,close:99,${'长'.repeat(301)},${'长'.repeat(21)}
`;
    const r = await send(sys, 'classes', bad);
    assert.deepEqual(places(r), [[2, 5, 'unit'], [2, 6, 'limits'], [2, 7, 'photos'], [2, 8, 'opening'], [2, 9, 'words']]);
    assert.equal(r.body.errors[1].message, '“handle:soon”：写法不对');
    assert.equal(r.body.errors[1].expected, 'handle:4wh close:2wd');
    const y = `classes:\n  scheme: matters\n  rows:\n  - {code: "0601", parent: "06", name: 飞线充电, limits: {handle: [1]}}\n`;
    assert.deepEqual(places(await send(sys, 'classes', y)), [[4, 54, 'limits']]);
  });

  await t.test('a clock and a step that say “as the class says”', async () => {
    const was = (await sys.get('/api/defs')).body.rows.find((d) => d.key === 'hotline');
    const text = (await sys.get(`/api/defs/${was.id}`)).body.text
      .replace('- {limit: 5wd}', '- {limit: class.handle}\n      - {limit: 5wd}')
      .replace(/(key: reply\n(?: {4}.*\n)*? {4}files: 9\n)/, '$1    photos: class.reply\n');
    assert.match(text, /photos: class.reply/);
    const r = await sys.post('/api/defs', { kind: 'loop', text });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    const clock = async (code) => {
      const it = (await desk.file({ class: await desk.klass(code), fields: { kind: '投诉' } })).body;
      const sent = (await desk.step(it, 'dispatch', { units: [home.id] })).body;
      return [sent, sent.clocks.find((k) => k.key === 'handle')];
    };
    let [it, k] = await clock('0601');
    assert.deepEqual([k.limit, k.rule], ['3wh', 'class:matters/0601'], 'its own');
    const works = await town.as(`handler-${home.code}`);
    const reply = () => works.step(it, 'reply', { fields: REPLY });
    const none = (await reply()).body.errors;
    assert.deepEqual(none.map((e) => [e.field, e.message, e.expected]), [['file', '这一步要有 1 张照片，现有 0 张', '>= 1']]);
    it = (await works.attach(it, 'paper.txt', 'no photo')).body;
    assert.equal((await reply()).status, 400, 'a text is no photo');
    it = (await works.attach(it, 'after.jpg', 'jpeg', { type: 'image/jpeg' })).body;
    it = (await reply()).body;
    assert.equal(it.state, 'replied');
    // Given back: the next reply is shown anew.
    await town.move('2026-11-20T10:00:00+08:00');
    it = (await desk.step(it, 'redo', { note: '线还在' })).body;
    assert.equal((await reply()).body.errors[0].field, 'file');
    it = (await works.attach(it, 'again.jpg', 'jpeg', { type: 'image/jpeg' })).body;
    assert.equal((await reply()).status, 200);
    [, k] = await clock('0602');
    assert.deepEqual([k.limit, k.rule], ['2wd', 'class:matters/0602'], 'of the group above');
    [, k] = await clock('0102');
    assert.deepEqual([k.limit, k.rule], ['5wd', ''], 'of the next row, when no class says');
    // The class is corrected: the limit is that of the new one, from the same start.
    [it, k] = await clock('0102');
    it = (await desk.step(it, 'amend', { class: await desk.klass('0601') })).body;
    assert.equal(it.clocks.find((x) => x.key === 'handle').limit, '3wh');
  });
});

test('people', async (t) => {
  const { town, sysadmin: sys, secadmin: sec, dispatcher1: desk, homes, send, events, newest, places } = await offices();
  t.after(() => town.end());
  const [one, two] = homes;
  const rows = async () => (await sys.get('/api/people')).body.rows;
  const find = async (login) => (await rows()).find((p) => p.login === login);
  const sheet = `登录名,姓名,角色,单位代码,初始密码
zhou8,周八,handler,${one.code},first-password-8
zhou8,,查阅,${two.code},
wu9,吴九,,,first-password-9
`;

  await t.test('each administrator does his half of the same list', async () => {
    assert.equal((await send(sec, 'people', sheet)).status, 400, 'he makes nobody');
    assert.deepEqual(places(await send(sec, 'people', sheet)), [[2, 1, 'login'], [4, 1, 'login']]);
    assert.deepEqual((await send(sys, 'people', sheet, true)).body, { ...NONE, dry_run: true, made: 2, left: 2 });
    assert.equal(await find('zhou8'), undefined);
    assert.deepEqual((await send(sys, 'people', sheet)).body, { ...NONE, made: 2, left: 2 });
    assert.deepEqual((await find('zhou8')).roles, []);
    assert.deepEqual((await send(sys, 'people', sheet)).body, { ...NONE, same: 2, left: 2 });
    assert.deepEqual((await send(sec, 'people', sheet)).body, { ...NONE, changed: 1, same: 1 });
    assert.deepEqual((await find('zhou8')).roles.map((r) => [r.role, r.unit]).sort(), [['handler', one.id], ['reader', two.id]]);
    const n = await newest();
    for (const p of [sys, sec]) assert.deepEqual((await send(p, 'people', sheet)).body, { ...NONE, same: 2 });
    assert.equal(await newest(), n);
    assert.deepEqual((await events()).slice(0, 4).map((e) => e.what), ['grant', 'grant', 'person_put', 'person_put']);
    assert.ok(!JSON.stringify(await events()).includes('first-password'), 'no password in the log');
    assert.equal((await find('wu9')).must_change, true);
    await town.as('zhou8', 'first-password-8');
  });

  await t.test('a name that differs is changed by who may', async () => {
    const yaml = 'people:\n  - {login: wu9, name: 吴玖}\n';
    assert.deepEqual((await send(sec, 'people', yaml)).body, { ...NONE, same: 1, left: 1 });
    assert.deepEqual((await send(sys, 'people', yaml)).body, { ...NONE, changed: 1 });
    assert.equal((await find('wu9')).name, '吴玖');
    const admin = await send(sys, 'people', 'people:\n  - {login: auditadmin, name: 换了名}\n');
    assert.deepEqual([admin.status, places(admin)], [403, [[2, 31, 'id']]], 'another administrator is not his to change');
  });

  await t.test('all mistakes at once', async () => {
    const n = (await rows()).length;
    const r = await send(sys, 'people', `people:
  - {login: fine, name: 好的, password: long-enough-1}
  - {login: 王五, name: 王五}
  - {login: li4, name: 李四, password: short}
  - {login: x1, name: 某, roles: [{role: king, unit: ${one.code}}, {role: reader, unit: nowhere}]}
  - {login: x2, name: 某, roles: [{role: sysadmin, unit: ${one.code}}, {role: auditadmin, unit: ${one.code}}]}
  - {login: fine, name: 又一次}
  - {login: x3, name: 某, demo: yes}
`);
    assert.equal(r.status, 400);
    assert.deepEqual(places(r).map(([line, , field]) => [line, field]), [[7, 'login']], 'a list that says something twice is not looked into');
    const rest = await send(sys, 'people', `people:
  - {login: fine, name: 好的, password: long-enough-1}
  - {login: 王五, name: 王五}
  - {login: li4, name: 李四, password: short}
  - {login: x1, name: 某, roles: [{role: king, unit: ${one.code}}, {role: reader, unit: nowhere}]}
  - {login: x2, name: 某, roles: [{role: sysadmin, unit: ${one.code}}, {role: auditadmin, unit: ${one.code}}]}
  - {login: x3, name: 某, demo: yes}
`);
    assert.deepEqual(places(rest).map(([line, , field]) => [line, field]), [[3, 'login'], [4, 'password'], [5, 'role'], [5, 'unit'], [6, 'role'], [7, 'demo']]);
    assert.match(rest.body.errors[2].message, /“king”/);
    assert.match(rest.body.errors[2].expected, /handler/);
    assert.equal((await rows()).length, n);
  });

  await t.test('nobody gives himself a role, and others may not bring people in', async () => {
    const own = await send(sec, 'people', `people:\n  - {login: secadmin, name: ${sec.me.person.name}, roles: [{role: reader, unit: ${one.code}}]}\n`);
    assert.equal(own.status, 400);
    assert.equal((await send(desk, 'people', sheet)).status, 403);
  });
});

test('on the command line', async (t) => {
  const { town, top, homes } = await offices();
  t.after(() => town.end());
  const ask = (...args) => {
    const r = spawnSync(program, ['import', ...args, '--dir', town.dir], { encoding: 'utf8' });
    return { code: r.status, out: r.stdout, err: r.stderr, json: args.includes('--json') ? JSON.parse(r.stdout) : null };
  };
  const file = (name, text) => {
    writeFileSync(join(town.dir, name), text);
    return join(town.dir, name);
  };
  const units = file('units.csv', `code,parent,kind,name\ncli-1,${top.code},team,命令行队\n`);
  assert.deepEqual(ask(units, '--kind', 'units', '--dry', '--json').json, { kind: 'units', dry: true, made: 1, changed: 0, same: 0, left: 0 });
  const first = ask(units, '--kind', 'units');
  assert.deepEqual([first.code, first.out], [0, '新增 1，变更 0，未变 0\n']);
  assert.deepEqual(ask(units, '--kind', 'units', '--json').json, { kind: 'units', dry: false, made: 0, changed: 0, same: 1, left: 0 });
  const people = file('people.yaml', `people:\n  - {login: cli1, name: 命令行, roles: [{role: reader, unit: cli-1}], password: from-the-list-1}\n`);
  assert.equal(ask(people, '--kind', 'people', '--as', 'dispatcher1').code, 1);
  assert.match(ask(people, '--kind', 'people', '--as', 'sysadmin').out, /新增 1，变更 0，未变 0\n1 处姓名或角色/);
  assert.match(ask(people, '--kind', 'people', '--as', 'secadmin').out, /新增 0，变更 1，未变 0/);
  const bad = ask(file('bad.yaml', `units:\n  - {code: x y, parent: nowhere, kind: team, name: 甲}\n`), '--kind', 'units');
  assert.equal(bad.code, 1);
  assert.match(bad.err, /bad\.yaml:2:12: code: “x y”：不是有效的单位代码/);
  assert.match(bad.err, /bad\.yaml:2:25: parent: “nowhere”：没有这个上级/);
  for (const [args, code] of [[[units], 2], [[units, '--kind', 'boats'], 2], [[units, '--kind', 'units', '--map', 'city-orders'], 2],
    [['--kind', 'units'], 2], [[join(town.dir, 'none.csv'), '--kind', 'units'], 3], [[units, '--kind', 'people'], 1]])
    assert.equal(ask(...args).code, code, args.join(' '));
  assert.match(ask(units).err, /--kind units\|classes\|people/, 'who forgets --map is told of both');
  // The running server takes it up.
  const sys = await town.as('sysadmin');
  assert.equal((await sys.get('/api/units')).body.rows.some((u) => u.code === 'cli-1'), true);
  const cli = await town.as('cli1', 'from-the-list-1');
  assert.equal(cli.me.must_change, true);
  void homes;
});
