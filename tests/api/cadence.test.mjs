// A cadence rule, clause by clause: over which rows, how often, in which window, who, what comes first; edited in the middle of a period, and
// after three weeks without the program. Of what ships: visit.test.mjs.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, good } from './lib.mjs';

const REGISTER = `register: hydrant
title: 消火栓
number: {prefix: XH, digits: 4}
keeper: ops-centre
who: {change: [keeper]}
fields:
  - {key: risk, title: 风险, type: choice, options: [高, 低], required: yes}
  - {key: keeper_unit, title: 管护单位, type: unit}
`;
const LOOP = `loop: round
title: 消火栓巡查
number: {prefix: XJ, digits: 4}
receiver: ops-centre
calendar: workdays
fields:
  - {key: hydrant, title: 消火栓, type: ref, register: hydrant}
  - {key: by_day, title: 最迟, type: date}
  - {key: because, title: 先查原因, type: text}
states:
  - {key: due, title: 待查}
  - {key: seen, title: 已查, final: yes}
  - {key: shut, title: 没查成, final: yes}
clocks:
  - {key: look, title: 巡查, limits: [{limit: until.by_day}]}
steps:
  - {key: file, title: 登记, to: due, who: [dispatcher], ask: [hydrant, by_day, because], start: look}
  - {key: see, title: 已查, from: due, to: seen, who: [handler, dispatcher], does: close, stop: look}
  - {key: shut, title: 没查成, from: due, to: shut, who: [handler, dispatcher], does: close, stop: look}
cadences:
  - key: weekly
    title: 高风险每周一查
    over: hydrant
    when: "risk:高"
    every: 1w
    window: 3d
    field: hydrant
    until: by_day
    reason: because
    unit: row.keeper_unit
    first: [{when: "keeper_unit:beihong", because: 上周漏水}]
    done: seen
`;
// A Tuesday; the week ends on Sunday 22 November, so its rounds are filed from Friday on.
const TUESDAY = '2026-11-17T09:00:00+08:00', FRIDAY = '2026-11-20T09:00:00+08:00', SATURDAY = '2026-11-21T09:00:00+08:00';

test('a rule over rows, by the week', async (t) => {
  const town = await Town.make({ at: TUESDAY });
  t.after(() => town.end());
  const publish = async (text, kind = 'loop') => {
    const r = await (await town.as('sysadmin')).post('/api/defs', { kind, text });
    assert.equal(r.status, 200, JSON.stringify(r.body));
  };
  const row = async (title, fields) => {
    const r = await (await town.as('keeper1')).post('/api/items', { loop: 'hydrant', title, fields });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    return r.body;
  };
  const run = (at) => good('cadence', 'run', '--dir', town.dir, '--at', at).filed;
  const desk = () => town.as('dispatcher1');
  const rounds = async (filter = '') => (await (await desk()).list(`loop:round ${filter}`, '&sort=due&columns=no%20by_day%20because')).rows;
  const figures = async (day) => (await (await town.as('leader1')).get(`/api/cadences?loop=round&day=${day}`)).body.rows[0];

  await publish(REGISTER, 'register');
  await publish(LOOP);
  await row('一号', { risk: '高', keeper_unit: 'talent' });
  await row('二号', { risk: '高', keeper_unit: 'beihong' });
  await row('三号', { risk: '高' });
  const low = await row('四号', { risk: '低', keeper_unit: 'beihong' });

  await t.test('not before its window; then one for each row that fits, whose it is, what comes first before the others', async () => {
    assert.equal(run(TUESDAY), 0);
    assert.equal((await figures('2026-11-17')).total.counts.unfiled, 3, 'asked for this week, and not filed yet');
    assert.equal(run(FRIDAY), 3);
    const rows = await rounds();
    assert.deepEqual(rows.map((r) => [r.title, r.unit_name, r.cells.by_day, r.cells.because ?? '']).sort(), [
      ['一号', '虹桥人才公寓', '2026-11-22', ''], ['三号', '城运中心', '2026-11-22', ''], ['二号', '北虹居民区', '2026-11-22', '上周漏水']].sort());
    assert.equal(run(FRIDAY), 0, 'asked again, nothing');
  });
  await t.test('edited in the middle of the week nothing is filed twice: another interval, window, filter, unit', async () => {
    for (const [from, to] of [['every: 1w', 'every: 2w'], ['window: 3d', 'window: 6d'], ['unit: row.keeper_unit', 'unit: talent'], ['every: 1w\n    window: 3d', 'every: 1d']]) {
      await publish(LOOP.replace(from, to));
      assert.equal(run(SATURDAY), 0, to);
    }
    await publish(LOOP.replace('risk:高', 'risk:高,低'));
    assert.equal(run(SATURDAY), 1, 'only the row that did not fit before');
    assert.deepEqual((await rounds(`refers:${low.no}`)).map((r) => r.title), ['四号']);
  });
  await t.test('coverage: seen, not seen, open; what is late is a list', async () => {
    await town.move(SATURDAY);
    const p = await desk();
    const of = async (title) => (await rounds()).find((r) => r.title === title).id;
    assert.equal((await p.step(await p.item(await of('一号')), 'see')).status, 200);
    assert.equal((await p.step(await p.item(await of('三号')), 'shut')).status, 200);
    const saturday = await figures('2026-11-21');
    assert.deepEqual(saturday.total.counts, { asked: 4, in_time: 1, late: 0, missed: 1, open: 2, overdue: 0, unfiled: 0 });
    await town.move('2026-11-23T09:00:00+08:00');
    const monday = await figures('2026-11-21');
    assert.equal(monday.total.counts.overdue, 2);
    const late = monday.figures.find((f) => f.key === 'overdue');
    const list = (await (await town.as('leader1')).list(`${late.filter} ${monday.total.filter}`)).rows;
    assert.deepEqual(list.map((r) => r.title).sort(), ['二号', '四号']);
  });
  await t.test('after three weeks without the program: this week, once, and it says how many were left out', async () => {
    const at = '2026-12-18T09:00:00+08:00';
    assert.equal(run(at), 4);
    assert.equal(run(at), 0);
    const it = await (await desk()).item((await rounds('cadence:round/weekly/2026-12-18'))[0].id);
    assert.match(it.timeline.at(-1).note, /此前 3 期没有登记/);
    assert.equal((await rounds()).length, 8);
    assert.equal(good('tally', 'verify', '--dir', town.dir).ok, true);
  });
});
