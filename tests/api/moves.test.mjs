// Changing a definition while items run: what a trial says of it, and moving items to the new version, one by one or by a filter,
// each move an event that can be taken back.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Town, call, fields, good, until } from './lib.mjs';

const MONDAY = '2026-11-16T09:00:00+08:00';
const AFTERNOON = '2026-11-16T14:00:00+08:00';

const ONE = `loop: ramp
title: 坡道修缮
number: {prefix: PD, digits: 4}
receiver: ops-centre
calendar: workdays
fields:
  - {key: kind, title: 类别, type: choice, options: [破损, 缺失, 其他], required: yes}
  - {key: steps, title: 台阶数, type: number, min: 0, max: 99}
states:
  - {key: filed, title: 待派单}
  - {key: building, title: 施工中}
  - {key: checking, title: 待验收}
  - {key: closed, title: 已办结, done: yes}
  - {key: rated, title: 已评价, final: yes}
parts:
  states:
    - {key: working, title: 施工中}
    - {key: done, title: 已完工, final: yes}
    - {key: withdrawn, title: 已收回, final: yes}
  then: checking
clocks:
  - {key: dispatch, title: 派单, limits: [{limit: 1wd}]}
  - {key: build, title: 施工, per: part, limits: [{limit: 10wd}]}
  - {key: all, title: 全程, limits: [{limit: 20wd}]}
steps:
  - {key: file, title: 登记, to: filed, who: [dispatcher], ask: ["kind!", steps], start: [dispatch, all]}
  - {key: dispatch, title: 派单, from: filed, to: building, who: dispatcher, does: dispatch, stop: dispatch, start: build}
  - {key: finish, title: 完工, on: part, from: working, to: done, who: handler, stop: build}
  - {key: longer, title: 延期, on: part, from: working, who: handler, does: extend, extends: build, max: 5wd, approve: [{title: 镇审核, who: dispatcher}]}
  - {key: close, title: 办结, from: checking, to: closed, who: dispatcher, does: close, stop: all}
  - {key: rate, title: 评价, from: closed, to: rated, who: dispatcher}
tallies:
  - {key: intake, title: 受理量, by: filed}
  - {key: building, title: 施工中, by: filed, where: "state:building"}
`;
const put = (text, ...pairs) => pairs.reduce((s, [find, by]) => {
  assert.ok(s.includes(find), find);
  return s.replaceAll(find, by);
}, text);
// The state is called otherwise, so is the part's; ten days become four; the whole has no clock, an option and a request are gone.
const TWO = put(ONE, ['key: building, title: 施工中}', 'key: repairing, title: 维修中}'], ['to: building', 'to: repairing'], ['state:building', 'state:repairing'],
  ['key: working,', 'key: busy,'], ['from: working', 'from: busy'], ['limit: 10wd', 'limit: 4wd'],
  ['  - {key: all, title: 全程, limits: [{limit: 20wd}]}\n', ''], ['start: [dispatch, all]', 'start: dispatch'], [', stop: all', ''], ['缺失, 其他]', '缺失]'],
  ['key: longer, title: 延期', 'key: later, title: 顺延']);
const NAMES = { states: ['building=repairing'], parts: ['working=busy'] };

async function ramps(t, options = {}) {
  const town = await Town.make({ at: MONDAY, ...options });
  t.after(() => town.end());
  const s = { town, sys: await town.as('sysadmin'), desk: await town.as('dispatcher1'), unit: await town.as('handler-beihong') };
  s.publish = async (text, kind = 'loop') => {
    const r = await s.sys.post('/api/defs', { kind, text });
    assert.equal(r.status, 200, JSON.stringify(r.body));
  };
  s.version = async (n) => (await s.sys.get('/api/defs')).body.rows.find((d) => d.key === 'ramp' && d.version === n).id;
  s.move = async (n, body = {}) => s.sys.post(`/api/defs/${await s.version(n)}/move`, body);
  s.file = async (kind = '破损') => {
    const r = await s.desk.post('/api/items', { loop: 'ramp', title: '坡道', text: '一号楼坡道', address: '北虹路1号', fields: { kind, steps: '5' } });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    return r.body;
  };
  s.take = async (who, it, step, more) => {
    const r = await who.step(it, step, more);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return r.body;
  };
  s.dispatched = async (kind) => s.take(s.desk, await s.file(kind), 'dispatch', { units: [await s.desk.unit('beihong')] });
  s.proven = () => {
    for (const what of ['tally', 'audit']) assert.equal(good(what, 'verify', '--dir', town.dir).ok, true);
  };
  s.tallies = () => Object.fromEntries(town.sql(`SELECT key, sum(n) FROM tally WHERE loop = 'ramp' AND dim = '' GROUP BY key`).trim().split('\n')
    .filter(Boolean).map((l) => l.split('|')).map(([k, n]) => [k, Number(n)]));
  await s.publish(ONE);
  return s;
}

test('items go to another version', async (t) => {
  const s = await ramps(t);
  const filed = await s.file();
  const odd = await s.dispatched('其他');
  const asked = await s.take(s.unit, await s.dispatched(), 'longer', { extend: '2wd', note: '材料未到' });
  let closed = await s.dispatched();
  closed = await s.take(s.unit, closed, 'finish');
  closed = await s.take(s.desk, closed, 'close');
  const over = await s.take(s.desk, await s.take(s.desk, await s.take(s.unit, await s.dispatched(), 'finish'), 'close'), 'rate');
  await s.publish(TWO);

  await t.test('until then they go on by the version they were filed under', async () => {
    assert.equal((await s.desk.item(odd.id)).state_title, '施工中');
    assert.equal((await s.move(1)).body.moved, 0, 'all are of the first one');
  });
  await t.test('a dry run says what would be, whose limits change, what falls away, and writes nothing', async () => {
    const r = (await s.move(2, { dry: true, ...NAMES })).body;
    assert.deepEqual([r.looked, r.same, r.moved, r.refused, r.next], [5, 1, 4, 0, '']);
    const of = (it) => r.rows.find((x) => x.id === it.id);
    assert.equal(of(over), undefined, 'what is over stays what it was');
    assert.deepEqual([of(odd).state_from, of(odd).state_to, of(odd).version_from], ['building', 'repairing', 1]);
    assert.deepEqual(of(odd).clocks.map((k) => [k.clock, k.from, k.to, k.due_from.slice(0, 10), k.due_to.slice(0, 10)]), [['build', '10wd', '4wd', '2026-11-27', '2026-11-19']]);
    assert.deepEqual([of(odd).gone, of(odd).unfit, of(odd).dropped], [['all'], ['kind=其他'], []]);
    assert.deepEqual(of(asked).dropped, ['longer']);
    assert.deepEqual([of(closed).why, of(closed).clocks, of(closed).stuck], ['', [], false]);
    assert.equal((await s.desk.item(odd.id)).version, odd.version);
  });
  await t.test('a state that is called otherwise has to be named', async () => {
    const r = (await s.move(2, { dry: true })).body;
    assert.deepEqual([r.moved, r.refused], [2, 2], 'what was not dispatched goes, and what is done with');
    assert.match(r.rows.find((x) => x.id === odd.id).why, /新版本没有承办状态“working”.*新版本没有状态“building”/);
    assert.match((await s.move(2, { dry: true, states: ['building=closed'], parts: NAMES.parts })).body.rows.find((x) => x.id === odd.id).why, /已办结/);
    assert.match((await s.move(2, { dry: true, states: NAMES.states, parts: ['working=done'] })).body.rows.find((x) => x.id === odd.id).why, /已完工/);
    assert.deepEqual(fields(await s.move(2, { states: ['building'] })), ['states']);
    assert.deepEqual(fields(await s.move(2, { where: 'staet:filed' })), ['where']);
    assert.deepEqual(fields(await s.move(2, { where: 'unit:mine' })), ['where']);
  });
  await t.test('only who may publish moves', async () => {
    assert.equal((await s.desk.post(`/api/defs/${await s.version(2)}/move`, {})).status, 403);
    assert.equal((await s.sys.post('/api/defs/999999/move', {})).status, 404);
  });
  await t.test('one by one, by its number; with the key of the request it is done once', async () => {
    const key = { 'idempotency-key': 'ramp-move-0001' };
    const body = { where: odd.no, note: '新规施行', ...NAMES };
    const path = `/api/defs/${await s.version(2)}/move`;
    for (let i = 0; i < 2; i++) {
      const r = await s.sys.post(path, body, key);
      assert.deepEqual([r.status, r.body.moved], [200, 1], JSON.stringify(r.body));
    }
    const it = await s.desk.item(odd.id);
    assert.deepEqual([it.version, it.state, it.state_title, it.parts[0].state], [odd.version + 1, 'repairing', '维修中', 'busy']);
    assert.equal(it.timeline[0].what, 'move_def');
    assert.equal(it.timeline[0].note, '1 → 2，新规施行');
    assert.deepEqual(it.clocks.map((k) => [k.key, k.state]).filter(([k]) => k !== 'dispatch'), [['all', 'void'], ['build', 'running']]);
    assert.equal(it.clocks.find((k) => k.key === 'build').due.slice(0, 10), '2026-11-19');
    assert.equal(it.kind, '其他', 'what was said stays said');
    s.proven();
  });
  await t.test('and goes on by its steps', async () => {
    await s.town.move(AFTERNOON);
    const it = await s.desk.item(odd.id);
    assert.ok(it.steps.some((x) => x.key === 'later') && !it.steps.some((x) => x.key === 'longer'));
    const done = await s.take(s.unit, it, 'finish');
    assert.equal(done.state, 'checking');
    // Where only its unit would go on, and its unit has finished, nobody does.
    const wrong = (await s.move(1, { dry: true, where: odd.no, states: ['checking=building'], parts: ['busy=working'] })).body;
    assert.deepEqual([wrong.moved, wrong.rows[0].stuck], [1, true]);
    const back = (await s.move(2, { back: true, where: odd.no })).body;
    assert.deepEqual([back.moved, back.refused], [0, 1]);
    assert.match(back.rows[0].why, /此后已有办理/);
  });
  await t.test('by a filter, in groups; again and nothing is left', async () => {
    let next = '';
    const seen = [];
    do {
      const r = (await s.move(2, { ...NAMES, limit: 2, after: next })).body;
      assert.ok(r.looked <= 2);
      seen.push(...r.rows.map((x) => [x.id, x.why === '']));
      next = r.next;
    } while (next);
    assert.deepEqual(seen.sort(([a], [b]) => a - b), [[filed.id, true], [asked.id, true], [closed.id, true]]);
    const again = (await s.move(2, NAMES)).body;
    assert.deepEqual([again.moved, again.same, again.refused], [0, 5, 0]);
    const it = await s.desk.item(asked.id);
    assert.equal(it.requests.length, 0, 'what was asked for is not there any more');
    assert.equal(it.clocks.find((k) => k.key === 'build').due.slice(0, 10), '2026-11-19', 'the hours used stays used');
    assert.equal((await s.desk.item(closed.id)).state, 'closed');
    s.proven();
  });
  await t.test('taken back it stands as before: states, parts, clocks, requests, counts', async () => {
    const r = (await s.move(2, { back: true })).body;
    assert.deepEqual([r.moved, r.refused], [3, 1]);
    const it = await s.desk.item(asked.id);
    assert.deepEqual([it.state, it.parts[0].state, it.requests.length], ['building', 'working', 1]);
    assert.deepEqual(it.clocks.map((k) => [k.key, k.state, k.due?.slice(0, 10)]), asked.clocks.map((k) => [k.key, k.state, k.due?.slice(0, 10)]));
    assert.deepEqual([it.timeline[0].what, it.timeline[0].note], ['undo', '2 → 1']);
    s.proven();
    assert.equal((await s.move(2, { back: true })).body.moved, 0, 'once');
  });
});

test('on the command line', async (t) => {
  const s = await ramps(t);
  const dir = mkdtempSync(join(tmpdir(), 'bihuan-ramp-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'ramp.yaml');
  writeFileSync(file, TWO);
  const odd = await s.dispatched('其他');
  const asked = await s.take(s.unit, await s.dispatched(), 'longer', { extend: '2wd', note: '材料未到' });
  await t.test('a trial says whose deadline changes and who gets stuck', () => {
    const r = call('def', 'try', file, '--dir', s.town.dir, '--last', '500', '--json');
    assert.equal(r.code, 1, r.err);
    const j = JSON.parse(r.out);
    assert.deepEqual(j.lost_states.map((x) => [x.key, x.of_part, x.items]), [['building', false, 2], ['working', true, 2]]);
    assert.deepEqual(j.changes.map((x) => [x.no, x.clock, x.from, x.to]).sort(), [[odd.no, 'build', '10wd', '4wd'], [asked.no, 'build', '10wd', '4wd']].sort());
    // The same states: then what else falls away can be told.
    writeFileSync(join(dir, 'same.yaml'), put(TWO, ['repairing', 'building'], ['busy', 'working'], ['on: part, from: working, to: done', 'on: part, from: working, to: done, when: "kind:缺失"']));
    const same = JSON.parse(call('def', 'try', join(dir, 'same.yaml'), '--dir', s.town.dir, '--json').out);
    assert.deepEqual([same.lost_states, same.stuck], [[], 0]);
    assert.deepEqual(same.unfit, [{ what: 'kind=其他', items: 1, first: odd.no }]);
    assert.deepEqual(same.gone.map((x) => [x.what, x.items]), [['all', 2]]);
    assert.deepEqual(same.dropped, [{ what: 'longer', items: 1, first: asked.no }]);
    const said = call('def', 'try', join(dir, 'same.yaml'), '--dir', s.town.dir).out;
    assert.match(said, /不再有效的值 kind=其他：1 个/);
    assert.match(said, /作废的申请 longer：1 个/);
  });
  await t.test('dry, then done, then back', async () => {
    good('def', 'publish', file, '--dir', s.town.dir, '--as', 'sysadmin');
    const move = (...more) => call('def', 'move', 'ramp', '--dir', s.town.dir, '--states', 'building=repairing', '--parts', 'working=busy', ...more);
    const dry = move('--dry-run');
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, /时限 build：10wd → 4wd/);
    assert.match(dry.out, /2 个可迁移到第 2 版，0 个不动/);
    const refused = call('def', 'move', 'ramp', '--dir', s.town.dir, '--to', '2');
    assert.equal(refused.code, 1, refused.err);
    assert.match(refused.out, /不动：.*新版本没有状态“building”/);
    assert.equal(call('def', 'move', 'ramp', '--dir', s.town.dir, '--to', '9').code, 2);
    assert.equal(call('def', 'move', 'rampe', '--dir', s.town.dir).code, 2);
    assert.equal(move('--as', 'dispatcher1').code, 4);
    assert.match(move('--as', 'sysadmin', '--note', '新规', '--where', odd.no).out, /1 个已迁移到第 2 版/);
    // Until it has read the version another process has published, the server asks to ask again.
    const seen = async () => {
      const r = await s.desk.get(`/api/items/${odd.id}`);
      assert.ok([200, 503].includes(r.status), JSON.stringify(r.body));
      return r.status === 200 && r.body;
    };
    assert.equal((await until('the server knows the version', seen)).state, 'repairing');
    assert.deepEqual(JSON.parse(move('--json', '--to', '2', '--from', '1').out).rows.map((x) => x.no), [asked.no]);
    assert.match(call('def', 'move', 'ramp', '--to', '2', '--back', '--dir', s.town.dir).out, /2 个已恢复到第 2 版之前/);
    assert.equal((await s.desk.item(odd.id)).state, 'building');
    s.proven();
  });
});

// With a state in which clocks stand still, and steps that can be taken back.
const PAUSES = put(ONE, ['  - {key: checking,', '  - {key: waiting, title: 挂账, paused: yes}\n  - {key: checking,'], ['start: build}', 'start: build, undo: 600s}'],
  ['  - {key: close,', '  - {key: wait, title: 挂账, from: building, to: waiting, who: dispatcher, does: suspend}\n'
  + '  - {key: go_on, title: 恢复, from: waiting, to: building, who: dispatcher, does: resume}\n  - {key: close,']);
// Three promises more: from filing to the end, of each part from its dispatch, and one that would have been kept by the dispatch.
const MORE = put(PAUSES, ['  - {key: all,', '  - {key: whole, title: 总时限, limits: [{limit: 5d}]}\n  - {key: sign, title: 开工, per: part, limits: [{limit: 2h}]}\n'
  + '  - {key: look, title: 查看, limits: [{limit: 1h}]}\n  - {key: all,'],
['start: [dispatch, all]', 'start: [dispatch, all, whole, look]'], ['stop: dispatch, start: build', 'stop: [dispatch, look], start: [build, sign]'],
['stop: build}', 'stop: [build, sign]}'], ['stop: all}', 'stop: [all, whole]}']);

test('clocks the version would have started before run from when their step was taken', async (t) => {
  const s = await ramps(t);
  await s.publish(PAUSES);
  const filed = await s.file();
  const plain = await s.dispatched();
  let undone = await s.dispatched();
  const r = await s.desk.post(`/api/items/${undone.id}/undo`, { version: undone.version });
  assert.equal(r.status, 200, JSON.stringify(r.body));
  undone = r.body;
  let paused = await s.take(s.desk, await s.dispatched(), 'wait', { fields: {} });
  const old = await s.take(s.unit, await s.dispatched(), 'finish');
  await s.town.move('2026-11-16T11:30:00+08:00');
  paused = await s.take(s.desk, await s.desk.item(paused.id), 'go_on');
  await s.publish(MORE);
  const clock = (it, key) => it.clocks.filter((k) => k.key === key).map((k) => [k.state, k.due?.slice(5, 16)]);

  const dir = mkdtempSync(join(tmpdir(), 'bihuan-ramp-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  await t.test('a trial tells how many, and how many would be overdue at once', () => {
    const file = join(dir, 'more.yaml');
    writeFileSync(file, MORE);
    const run = call('def', 'try', file, '--dir', s.town.dir, '--last', '500', '--json');
    assert.equal(run.code, 0, run.err + run.out);
    const j = JSON.parse(run.out);
    assert.deepEqual(j.begun.map((x) => [x.clock, x.clocks, x.first]).sort(), [['look', 2, undone.no], ['sign', 2, paused.no], ['whole', 5, old.no]]);
    assert.ok(j.begun.every((x) => x.over >= 0 && x.over <= x.clocks), 'by the time of whoever asks');
    assert.deepEqual(j.changes.filter((x) => x.no === plain.no).map((x) => [x.clock, x.from, x.to, x.due_to.slice(5, 16)]).sort(),
      [['sign', '', '2h', '11-16T11:00'], ['whole', '', '5d', '11-21T09:00']]);
    const said = call('def', 'try', file, '--dir', s.town.dir).out;
    assert.match(said, /会补计的时限 look：2 个，其中当即超期 \d 个，如 PD/);
    assert.match(said, new RegExp(`${plain.no} sign：— → 2h`));
  });
  await t.test('a dry run tells of each; the filter by version names what runs on an old one', async () => {
    const dry = (await s.move(3, { dry: true, where: 'version:2' })).body;
    assert.deepEqual([dry.moved, dry.refused], [5, 0]);
    assert.deepEqual(dry.rows.find((x) => x.id === plain.id).begun, [
      { clock: 'whole', part: 0, limit: '5d', since: MONDAY, due: '2026-11-21T09:00:00+08:00', over: false },
      { clock: 'sign', part: 1, limit: '2h', since: MONDAY, due: '2026-11-16T11:00:00+08:00', over: true },
    ]);
    assert.equal((await s.move(3, { dry: true, where: 'version:1' })).body.moved, 0);
    assert.match(call('def', 'move', 'ramp', '--dir', s.town.dir, '--dry-run', '--where', plain.no).out, /时限 sign（2h）自 2026-11-16T09:00:00\+08:00 起补计/);
    const list = async (filter) => (await s.desk.list(filter, '&columns=no%20version')).rows.map((x) => x.cells.version);
    assert.deepEqual(await list('loop:ramp version:old'), ['2', '2', '2', '2', '2']);
    assert.deepEqual(await list('loop:ramp 版本:3'), []);
    assert.equal(fields(await s.desk.get(`/api/items?filter=${encodeURIComponent('version:new')}`))[0], 'filter');
  });
  await t.test('moved they run with the time used; what would have ended does not come back', async () => {
    const moved = (await s.move(3, { where: 'version:old' })).body;
    assert.deepEqual([moved.moved, moved.refused], [5, 0]);
    const [a, b, c, d, e] = await Promise.all([filed, plain, undone, paused, old].map((x) => s.desk.item(x.id)));
    assert.deepEqual([clock(a, 'whole'), clock(a, 'look'), clock(a, 'sign')], [[['running', '11-21T09:00']], [['running', '11-16T10:00']], []]);
    assert.deepEqual([clock(b, 'whole'), clock(b, 'look'), clock(b, 'sign')], [[['running', '11-21T09:00']], [], [['running', '11-16T11:00']]]);
    assert.deepEqual([clock(c, 'look'), clock(c, 'sign')], [[['running', '11-16T10:00']], []], 'the dispatch was taken back');
    assert.deepEqual([clock(d, 'whole'), clock(d, 'sign')], [[['running', '11-21T11:30']], [['running', '11-16T13:30']]], 'it stood still for two hours and a half');
    assert.deepEqual([clock(e, 'whole'), clock(e, 'sign')], [[['running', '11-21T09:00']], []], 'its part has finished');
    assert.equal((await s.desk.list('loop:ramp clock.look:running,breached', '&limit=1')).total, 2);
    s.proven();
  });
  // Of one that is not late at once: what the system has noticed since would stand in the way.
  await t.test('taken back, they are gone; moved again, they are there', async () => {
    assert.equal((await s.move(3, { back: true, where: old.no })).body.moved, 1);
    const back = await s.desk.item(old.id);
    assert.deepEqual([clock(back, 'whole'), clock(back, 'sign')], [[], []]);
    assert.deepEqual(back.clocks.map((k) => [k.key, k.state, k.due]), old.clocks.map((k) => [k.key, k.state, k.due]));
    assert.equal((await s.move(3, { where: old.no })).body.moved, 1);
    s.proven();
    assert.deepEqual(clock(await s.desk.item(old.id), 'whole'), [['running', '11-21T09:00']]);
  });
  await t.test('to a version without them and back again, they run from the same instant', async () => {
    const away = (await s.move(2, { where: plain.no })).body;
    assert.deepEqual(away.rows[0].gone, ['whole', 'sign']);
    assert.deepEqual((await s.move(3, { where: plain.no })).body.rows[0].begun.map((k) => [k.clock, k.since]), [['whole', MONDAY], ['sign', MONDAY]]);
    s.proven();
  });
});
