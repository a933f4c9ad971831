// The monthly analysis over orders that were filed by hand: what grew and what did not, who repeats, what was promised,
// what came back and why. Every figure is the number of its list.
import test from 'node:test';
import assert from 'node:assert/strict';
import { agreed, Town } from './lib.mjs';

test('the analysis of a month', async (t) => {
  const town = await Town.make({ at: '2026-09-10T09:00:00+08:00' });
  t.after(() => town.end());
  let desk = await town.as('dispatcher1'), leader;
  const cat = await desk.catalog();
  const units = cat.units.filter((u) => u.kind === 'neighbourhood');
  const tree = cat.classes.filter((k) => k.scheme === 'matters');
  const top = tree.find((k) => tree.filter((x) => x.parent === k.id).length >= 2);
  const [one, two] = tree.filter((k) => k.parent === top.id);
  const other = tree.find((k) => k.parent && k.parent !== top.id && !tree.some((x) => x.parent === k.id));
  const at = async (time) => {
    await town.move(time);
    desk = await town.as('dispatcher1');
    leader = await town.as('leader1');
  };
  const file = async (n, cls, more = {}) => {
    const made = [];
    for (let i = 0; i < n; i++) {
      const r = await desk.file({ class: cls.id, address: '', ...more });
      assert.equal(r.status, 201, JSON.stringify(r.body));
      made.push(r.body);
    }
    return made;
  };
  const read = async (query = '', p = desk) => {
    const r = await p.get(`/api/analyses/hotline?${query}`);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return r.body;
  };
  const total = async (filter) => (await desk.list(filter)).total;

  // September: 6 of the one, 5 of the other, 3 of the second.
  await file(6, one);
  await file(5, other);
  await file(3, two);
  await at('2026-10-12T09:00:00+08:00');
  // October: 30, 7, 4.
  const many = await file(26, one);
  await file(7, other);
  await file(4, two);
  // Three of one caller, who wrote his number in two ways, from one place written in two widths; two of another caller.
  const wang = { name: '王女士', phone: '139 0000 1111' };
  await file(2, one, { caller: wang, address: '泉口路1号' });
  await file(1, one, { caller: { ...wang, phone: '13900001111' }, address: '泉口路１号' });
  await file(1, one, { caller: { name: '李先生', phone: '13900002222' }, address: '别处' });

  await t.test('what grew is told from what swings, and small numbers are not judged', async () => {
    await at('2026-11-02T09:00:00+08:00');
    const a = await read(); // the month before this one
    assert.deepEqual([a.board.period, a.board.before.from, a.board.year.from], ['2026-10', '2026-09-01', '']);
    assert.equal(a.board.total.tallies.intake, 41);
    assert.deepEqual(a.classes.changed.map((x) => [x.name, x.now, x.before, x.before_call]), [
      [top.name, 34, 9, 'up'],
      [one.name, 30, 6, 'up'],
    ].sort((x, y) => (y[1] - y[2]) - (x[1] - x[2]) || 0), 'the class and the one above it, no other');
    for (const x of a.classes.changed) assert.equal(await total(x.filter), x.now, x.name);
    assert.equal(a.classes.most[0].name, one.name);
    assert.deepEqual(a.rule, { few: 5, factor: 1.2, share: 0.1 });
  });

  await t.test('seven after five is no growth, and the other way round the fall is told', async () => {
    const a = await read('period=2026-11');
    assert.equal(a.board.partial, true);
    assert.deepEqual(a.classes.changed, [], 'two days into the month nothing was filed on the first two of October either');
    await at('2026-11-30T20:00:00+08:00');
    await file(4, one);
    const b = await read('period=2026-11');
    const row = b.classes.changed.find((x) => x.name === one.name);
    assert.deepEqual([row.now, row.before, row.before_call], [4, 30, 'down']);
  });

  await t.test('who repeats, by the number alone and masked; which place, as people write it', async () => {
    const a = await read('period=2026-10');
    assert.deepEqual([a.callers.least, a.callers.groups, a.callers.items], [3, 1, 3]);
    const [c] = a.callers.rows;
    assert.equal(c.n, 3);
    assert.match(c.name, /^139\*+1111$/);
    assert.equal(JSON.stringify(a).includes('0000'), false, 'nowhere in clear');
    assert.equal(JSON.stringify(a).includes('王'), false, 'and no name');
    assert.equal(await total(c.filter), 3);
    assert.deepEqual(a.places.rows.map((x) => [x.name, x.n]), [['泉口路１号', 3]], 'as it was written last');
    assert.equal(await total(a.places.rows[0].filter), 3);
    const hours = a.hours.flatMap((d) => Object.entries(d.hours).map(([h, n]) => [d.weekday, Number(h), n]));
    assert.deepEqual(hours, [[1, 9, 41]], 'all of them on one Monday at nine');
  });

  await t.test('what was promised, with dates; what came back, with reasons; what is late', async () => {
    const list = (a, key) => a.lists.find((l) => l.key === key);
    let it = (await desk.file({ title: '要等施工' })).body;
    it = (await desk.step(it, 'dispatch', { units: [units[0].id] })).body;
    const asked = await agreed(desk, leader, it, 'suspend', { note: '待施工', reason: { key: '客观条件', option: '待施工窗口期' }, fields: { promised: '2026-12-10', review_on: '2026-12-01' } });
    assert.equal(asked.body.state, 'suspended', JSON.stringify(asked.body));
    const handler = await town.as(`handler-${units[1].code}`);
    for (const option of ['非本辖区', '非本辖区', '非本单位职责']) {
      let back = (await desk.file({ title: '退回的' })).body;
      back = (await desk.step(back, 'dispatch', { units: [units[1].id] })).body;
      const r = await agreed(handler, desk, await handler.item(back.id), 'return', { part: back.parts[0].id, note: '不是我们的', reason: { key: '职责不符', option } });
      assert.equal(r.body.returns, 1, JSON.stringify(r.body));
    }
    const a = await read('period=2026-11');
    const held = list(a, 'held');
    assert.deepEqual([held.n, held.overdue, held.ahead, held.due_title], [1, 0, 1, '承诺日期']);
    assert.deepEqual(held.items.map((i) => [i.title, i.due, i.shown]), [['要等施工', '2026-12-10', ['2026-12-01']]]);
    assert.equal(await total(held.filter), 1);
    assert.equal(await total(held.ahead_filter), 1);
    const returned = list(a, 'returned');
    assert.deepEqual([returned.n, returned.before, returned.year], [3, 0, -1]);
    assert.equal(await total(returned.filter), 3);
    assert.equal(returned.by_reason, true);
    assert.deepEqual(returned.groups.map((g) => [g.name, g.n]), [['职责不符：非本辖区', 2], ['职责不符：非本单位职责', 1]]);
    const overdue = list(a, 'overdue');
    assert.equal(overdue.n, await total(overdue.filter));
    assert.ok(overdue.n > 0);
  });

  await t.test('the same question has the same answer', async () => {
    const same = async () => {
      const a = await read('period=2026-10');
      delete a.board.at;
      return JSON.stringify(a);
    };
    assert.equal(await same(), await same());
  });

  await t.test('of one unit: its own items only; another\'s are refused', async () => {
    const it = many[0];
    const d = await desk.step(await desk.item(it.id), 'dispatch', { units: [units[0].id] });
    assert.equal(d.status, 200);
    const p = await town.as(`handler-${units[0].code}`);
    const a = await read('period=2026-10', p);
    assert.deepEqual([a.board.total.tallies.intake, a.unit_name], [1, units[0].name]);
    assert.equal((await p.get(`/api/analyses/hotline?unit=${units[1].id}`)).status, 403);
    assert.equal((await (await town.as('clerk1')).get('/api/analyses/hotline')).status, 403);
  });

  await t.test('a loop without the section has none', async () => {
    const sys = await town.as('sysadmin');
    const defs = (await sys.get('/api/defs')).body.rows;
    const { text } = (await sys.get(`/api/defs/${defs.find((d) => d.kind === 'loop' && d.key === 'hotline').id}`)).body;
    const without = text.slice(0, text.indexOf('\nanalysis:'));
    assert.equal((await sys.post('/api/defs', { kind: 'loop', text: without })).status, 200);
    assert.equal((await desk.get('/api/analyses/hotline')).status, 404);
    assert.equal((await desk.get('/api/catalog')).body.loops.find((l) => l.key === 'hotline').analysis, false);
  });
});

test('who has a hard order in charge is named in the analysis, with his date; nobody is counted', async (t) => {
  const town = await Town.make({ at: '2026-11-02T09:00:00+08:00' });
  t.after(() => town.end());
  const leader = await town.as('leader1');
  const [desk, handler] = [await town.as('dispatcher1'), await leader.catalog()];
  const unit = handler.units.find((u) => u.kind === 'neighbourhood');
  const charged = async (title, until) => {
    const it = (await desk.step((await desk.file({ title })).body, 'dispatch', { units: [unit.id] })).body;
    const r = await leader.step(it, 'charge', { fields: { charge: 'leader1', charge_until: until } });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return r.body;
  };
  const it = await charged('积水多年', '2026-11-03');
  await charged('加装电梯', '2026-11-20');
  await desk.file({ title: '没有包案的' });
  await town.move('2026-11-05T09:00:00+08:00');
  const a = (await (await town.as('leader1')).get('/api/analyses/hotline?period=2026-11')).body;
  const list = a.lists.find((l) => l.key === 'charge');
  assert.deepEqual([list.n, list.overdue, list.ahead, list.due_title, list.shows], [2, 1, 1, '包案期限', ['包案领导']]);
  const name = leader.me.person.name;
  assert.deepEqual(list.items.map((x) => [x.title, x.due, x.shown]), [['积水多年', '2026-11-03', [name]], ['加装电梯', '2026-11-20', [name]]]);
  assert.deepEqual(list.groups, []);
  assert.equal((await (await town.as('dispatcher1')).list(list.overdue_filter)).rows[0].id, it.id);
});

test('the patrol has an analysis of its own', async (t) => {
  const town = await Town.make({ at: '2026-11-02T09:00:00+08:00' });
  t.after(() => town.end());
  const [inspector, duty] = [await town.as('inspector1'), await town.as('duty1')];
  const cls = (await duty.catalog()).classes.find((k) => k.scheme === 'patrol' && k.code === '06010').id;
  const found = async (title) => (await inspector.post('/api/items', { loop: 'patrol', title, class: cls, address: '', fields: { channel: '监督员上报' } })).body;
  const refused = async (title, reason) => {
    const r = await duty.step(await found(title), 'refuse', { note: '不立案', reason });
    assert.equal(r.status, 200, JSON.stringify(r.body));
  };
  await found('一处');
  for (let i = 0; i < 2; i++) await refused('看不清', { key: '信息不全', option: '位置不清' });
  await refused('又报', { key: '重复上报' });
  const a = (await (await town.as('leader1')).get('/api/analyses/patrol?period=2026-11')).body;
  assert.equal(a.board.total.tallies.reported, 4);
  assert.deepEqual(a.lists.map((l) => l.key), ['held', 'overdue', 'sent_back', 'turned_away', 'late', 'behind']);
  const list = a.lists.find((l) => l.key === 'turned_away');
  assert.deepEqual(list.groups.map((g) => [g.name, g.n]), [['信息不全：位置不清', 2], ['重复上报', 1]]);
  const town_wide = (await (await town.as('leader1')).list(list.filter)).total;
  assert.deepEqual([list.n, town_wide], [3, 3]);
});
