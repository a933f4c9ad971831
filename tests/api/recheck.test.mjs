// Consolidation 巩固: what was closed is looked at again on a day, and is consolidated when it has held. Page 001 wants “查缺-整改-巩固” as a loop: closing
// is not its end. A small loop of our own is lived; the shipped ones are in seeds.test.mjs.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, fields, good, until } from './lib.mjs';
import { LAMP } from './lamp.mjs';

const NOVEMBER = '2026-11-02T10:00:00+08:00';
const PLACE = { lat: 31.22, lon: 121.36 };
const DEGREE_M = 111_000; // of latitude

test('what was closed is looked at again', async (t) => {
  const town = await Town.make({ at: NOVEMBER });
  t.after(() => town.end());
  const who = {};
  const LOGINS = { inspector: 'inspector1', dispatcher: 'dispatcher1', leader: 'leader1', beihong: 'handler-beihong', sysadmin: 'sysadmin' };
  const login = async () => { for (const [k, v] of Object.entries(LOGINS)) who[k] = await town.as(v); };
  await login();
  const publish = async (text) => { const r = await who.sysadmin.post('/api/defs', { kind: 'loop', text }); assert.equal(r.status, 200, JSON.stringify(r.body)); };
  const later = async (at) => { town.at = at; await town.move(at); await login(); };
  const klass = await who.dispatcher.klass('0601'), other = await who.dispatcher.klass('0602');
  const file = async (title, more = {}) => {
    const r = await who.inspector.post('/api/items', { loop: 'lamp', title, class: klass, ...PLACE, ...more });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    return r.body;
  };
  const take = async (it, step, more = {}, by = 'inspector') => {
    const r = await who[by].step(await who[by].item(it.id), step, more);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return r.body;
  };
  const closed = async (title, more) => take(await file(title, more), 'close');
  const nos = async (filter, by = 'inspector') => (await who[by].list(filter, '&sort=filed')).rows.map((r) => r.title);
  const recheck = async (it, by = 'leader') => (await who[by].get(`/api/items/${it.id}/recheck`)).body;
  const holds = async () => {
    await town.stop();
    good('tally', 'verify', '--dir', town.dir);
    good('audit', 'verify', '--dir', town.dir);
    await town.start();
  };
  await publish(LAMP);
  let lamp, far, small, dated, gone;

  await t.test('closing sets the day: so many weeks on, or the date that was given; what is not looked at has none', async () => {
    lamp = await closed('一号灯');
    far = await closed('二号灯', { lat: PLACE.lat + 400 / DEGREE_M });
    small = await closed('三号灯', { fields: { small: '是' } });
    dated = await take(await file('四号灯'), 'close', { fields: { look_on: '2026-12-01' } });
    gone = await take(await file('五号灯'), 'void');
    assert.deepEqual([lamp.recheck, small.recheck, dated.recheck, gone.recheck], ['2026-12-14T00:00:00+08:00', null, '2026-12-01T00:00:00+08:00', null]);
    assert.deepEqual([lamp.open, lamp.consolidated], [false, null]);
    assert.deepEqual(await nos('recheck:yes'), ['一号灯', '二号灯', '四号灯']);
    assert.deepEqual(await nos('loop:lamp recheck:no'), ['三号灯', '五号灯']);
    assert.deepEqual(await nos('recheck:2026-12-01'), ['四号灯']);
    assert.deepEqual(await nos('回头看:2026-12-10..2026-12-31'), ['一号灯', '二号灯']);
    assert.deepEqual([await nos('recheck:due'), await nos('recheck:mine')], [[], []]);
    const r = await recheck(lamp);
    assert.deepEqual([r.at, r.due, r.passed, r.after, r.pass_title, r.fail_title, r.tested, r.blind, r.n], ['2026-12-14T00:00:00+08:00', false, null, '6w', '复看合格', '复看不合格', true, false, 0]);
    assert.equal((await recheck(await file('没有坐标', { lat: undefined, lon: undefined }))).blind, true);
  });

  await t.test('a closing taken back takes its day back', async () => {
    const it = await closed('误点');
    const r = await who.inspector.post(`/api/items/${it.id}/undo`, { version: it.version });
    assert.deepEqual([r.status, r.body.open, r.body.recheck], [200, true, null], JSON.stringify(r.body));
    await take(it, 'void');
  });

  await t.test('on the day the system says so, and it waits for whoever looks', async () => {
    await later('2026-12-08T09:30:00+08:00');
    await until('the one whose day has come is told', async () => (await nos('recheck:mine')).length === 1);
    await file('一号灯又坏', { lat: PLACE.lat + 150 / DEGREE_M });
    await file('别的事', { class: other });
    await file('隔一条街', { lat: PLACE.lat - 260 / DEGREE_M });
    await take(await file('一号灯误报'), 'void');
    await later('2026-12-14T09:30:00+08:00');
    assert.ok(await until('it is told', async () => (await nos('recheck:mine')).length === 3));
    assert.deepEqual(await nos('recheck:mine'), ['一号灯', '二号灯', '四号灯']);
    assert.deepEqual(await nos('recheck:mine', 'beihong'), [], 'not whose step it is not');
    assert.deepEqual(await nos('recheck:due', 'leader'), ['一号灯', '二号灯', '四号灯']);
    const it = await who.leader.item(lamp.id);
    assert.deepEqual([it.timeline[0].what, it.timeline[0].what_title, it.timeline[0].person, it.recurs], ['recheck_due', '回头看到期', 0, 1]);
    assert.deepEqual(await nos('recurs:>0 recheck:due'), ['一号灯'], 'found by the day it fell due');
    assert.equal((await recheck(dated)).n, 1, 'and told as it is now');
    const r = await recheck(lamp);
    assert.deepEqual([r.due, r.n, r.rows.map((x) => [x.title, x.loop_title, x.state_title, x.metres])], [true, 1, [['一号灯又坏', '路灯报修', '待修', 150]]]);
    const { rows } = await who.leader.list('recheck:due', '&columns=recheck recurs&sort=filed');
    assert.deepEqual(rows.map((x) => [x.cells.recheck, x.cells.recurs]), [['2026-12-14T00:00:00+08:00', '1'], ['2026-12-14T00:00:00+08:00', undefined], ['2026-12-01T00:00:00+08:00', undefined]]);
  });

  await t.test('passed: closed and consolidated are two things; where it came back a note is due', async () => {
    const before = await who.inspector.item(lamp.id);
    const r = await who.inspector.step(before, 'hold');
    assert.deepEqual([r.status, fields(r)], [400, ['note']]);
    const it = await take(lamp, 'hold', { note: '另一盏灯，不是同一处' });
    assert.deepEqual([it.state, it.consolidated, it.recheck, it.recurs, it.closed], ['solid', '2026-12-14T09:30:00+08:00', null, 1, lamp.closed]);
    assert.deepEqual(await nos('recheck:mine'), ['二号灯', '四号灯']);
    await take(far, 'hold');
    assert.deepEqual(await nos('consolidated:yes'), ['一号灯', '二号灯']);
    assert.deepEqual(await nos('巩固:2026-12 recurs:0'), ['二号灯']);
    assert.equal((await recheck(lamp)).n, 1, 'what came back until then is still told');
  });

  await t.test('a re-check taken back is due again', async () => {
    const it = await who.inspector.item(far.id);
    const r = await who.inspector.post(`/api/items/${it.id}/undo`, { version: it.version });
    assert.deepEqual([r.status, r.body.consolidated, r.body.recheck], [200, null, '2026-12-14T00:00:00+08:00']);
    assert.deepEqual(await nos('recheck:mine'), ['二号灯', '四号灯']);
    await take(far, 'hold');
  });

  await t.test('failed: it is open again with its history, and closing it anew sets a new day', async () => {
    let it = await take(dated, 'back', { note: '还是不亮' }, 'dispatcher');
    assert.deepEqual([it.state, it.open, it.recheck, it.reopens, it.round, it.recurs], ['filed', true, null, 1, 2, 0]);
    assert.ok(it.timeline.some((e) => e.what === 'recheck_due'));
    it = await take(dated, 'close', { fields: { look_on: null } });
    assert.equal(it.recheck, '2027-01-25T00:00:00+08:00');
  });

  await t.test('counted apart, from counters that are what the events say', async () => {
    const { tallies, rates } = (await who.leader.get('/api/boards/lamp?period=2026-11..2026-12')).body.total;
    assert.deepEqual([tallies.closed, tallies.solid, tallies.again, tallies.held, tallies.back], [4, 2, 1, 2, 1]);
    assert.equal(rates.held, 0.5);
    const board = (await who.leader.get('/api/boards/lamp?period=2026-11..2026-12')).body;
    for (const x of board.tallies) assert.equal((await who.leader.list(`${x.filter} ${board.total.filter}`)).total, board.total.tallies[x.key], x.key);
    await holds();
  });

  await t.test('by the unit in charge, or by the row both name; of other loops, too', async () => {
    await login();
    await publish(LAMP.replace('recur: {class: same, within: 200m, when: "-state:void"}', 'recur: {class: any, by: estate, loops: [lamp, hazard]}'));
    const estate = (await who.inspector.list('register:estate')).rows[0]?.no ?? (await (await town.as('keeper1')).post('/api/items', { loop: 'estate', title: '绿枫苑（演示）', fields: { kind: '公房' } })).body.no;
    const one = await closed('楼道灯', { fields: { estate } });
    await publish(LAMP.replace('recur: {class: same, within: 200m, when: "-state:void"}', 'recur: {by: unit}'));
    const two = await closed('亭子的灯');
    await later('2026-12-15T10:00:00+08:00');
    await file('院里的灯', { fields: { estate }, class: other, lat: 31.2 });
    const r = await who.inspector.post('/api/items', { loop: 'hazard', title: '飞线', class: klass, fields: { channel: '日常检查', estate } });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    await file('岗亭的灯', { lat: 31.2 });
    assert.deepEqual((await recheck(one)).rows.map((x) => [x.title, x.metres]), [['院里的灯', -1], ['飞线', -1]]);
    assert.deepEqual((await recheck(two)).rows.map((x) => x.title), ['岗亭的灯'], 'of its class and its unit alone');
    assert.equal((await recheck(small)).n, 0);
  });

  await t.test('an opening taken back leaves it closed as it was: without a day where it had none', async () => {
    const it = await closed('四号灯的灯泡', { fields: { small: '是' } });
    assert.equal((await take(it, 'correct', { fields: { small: '否' } })).recheck, null, 'the day is set when it closes');
    const open = await take(it, 'back', { note: '点错了' });
    const r = await who.inspector.post(`/api/items/${it.id}/undo`, { version: open.version });
    assert.deepEqual([r.status, r.body.state, r.body.closed, r.body.recheck], [200, 'closed', it.closed, null], JSON.stringify(r.body));
    await holds();
    await login();
  });

  await t.test('an opening taken back waits again as it did, and its events say so', async () => {
    const it = await take(await file('六号灯'), 'close', { fields: { look_on: '2026-12-16' } });
    await later('2026-12-17T09:30:00+08:00');
    assert.ok(await until('it is told', async () => (await nos('recheck:mine')).includes('六号灯')));
    const open = await take(it, 'back', { note: '点错了' });
    const r = await who.inspector.post(`/api/items/${it.id}/undo`, { version: open.version });
    assert.deepEqual([r.status, r.body.recheck], [200, '2026-12-16T00:00:00+08:00'], JSON.stringify(r.body));
    assert.ok((await nos('recheck:mine')).includes('六号灯'));
    await holds();
    await login();
  });

  await t.test('filters that cannot be are refused', async () => {
    for (const f of ['consolidated:due', 'consolidated:mine', 'recheck:perhaps', 'recurs:many'])
      assert.equal((await who.leader.get(`/api/items?filter=${encodeURIComponent(f)}`)).status, 400, f);
    const r = await who.sysadmin.post('/api/defs', { kind: 'loop', text: LAMP.replace('by: consolidated, where: "recurs:>0"', 'by: consolidated, where: "recheck:due"') });
    assert.equal(r.status, 400, 'no counter moves with the clock');
    const unknown = await who.sysadmin.post('/api/defs', { kind: 'loop', text: LAMP.replace('within: 200m,', 'within: 200m, loops: [nothing],') });
    assert.match(JSON.stringify(unknown.body), /nothing/);
  });
});
