// What the settings explain: a loop as a drawing, what changed between versions, why somebody sees an order, who looked at
// callers, who has not been here for long.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, fields } from './lib.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';

test('a loop as a drawing', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const sys = await town.as('sysadmin');
  const rows = async () => (await sys.get('/api/defs')).body.rows;
  const loop = (await rows()).find((d) => d.kind === 'loop' && d.key === 'hotline');
  const { text } = (await sys.get(`/api/defs/${loop.id}`)).body;

  await t.test('states and steps as the definition has them', async () => {
    const g = (await sys.get(`/api/defs/${loop.id}/graph`)).body;
    assert.deepEqual([g.loop, g.version, g.then, g.then_from], ['hotline', 1, 'replied', ['handling']]);
    assert.deepEqual(g.states.slice(0, 3).map((s) => [s.key, s.title, s.paused]), [['filed', '待派单', false], ['handling', '办理中', false], ['suspended', '挂账', true]]);
    const step = (key) => g.steps.find((s) => s.key === key);
    assert.deepEqual([step('dispatch').from, step('dispatch').to, step('dispatch').who, step('dispatch').hotkey], [['filed'], 'handling', ['派单员'], 'D']);
    assert.deepEqual([step('return').on_part, step('return').to, step('return').back], [true, 'returned', 'filed']);
    assert.ok(step('reply').asks.includes('答复要点*'));
    const known = (await sys.get('/api/catalog')).body.loops.find((l) => l.key === 'hotline').steps;
    assert.deepEqual(g.steps.map((x) => x.key), known.map((x) => x.key));
  });

  await t.test('what changed between two versions, a line each', async () => {
    const next = text.replace('title: 催办', 'title: 催一催').replace('limit: 15wd', 'limit: 12wd');
    assert.equal((await sys.post('/api/defs', { kind: 'loop', text: next })).status, 200);
    const newer = (await rows()).find((d) => d.kind === 'loop' && d.key === 'hotline' && d.version === 2);
    const d = (await sys.get(`/api/defs/${newer.id}/diff/${loop.id}`)).body;
    assert.deepEqual([d.from, d.to], [1, 2]);
    assert.ok(d.lines.some((l) => l.includes('催一催')) && d.lines.some((l) => l.includes('12wd')));
    const same = (await sys.get(`/api/defs/${newer.id}/diff/${newer.id}`)).body;
    assert.deepEqual(same.lines, []);
  });

  await t.test('only loops are drawn', async () => {
    const roles = (await rows()).find((d) => d.kind === 'roles');
    assert.equal((await sys.get(`/api/defs/${roles.id}/graph`)).status, 404);
    assert.equal((await sys.get(`/api/defs/${loop.id}/diff/${roles.id}`)).status, 404);
  });
});

test('why somebody sees an order', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1'), sec = await town.as('secadmin');
  const units = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const people = (await sec.get('/api/people')).body.rows;
  const person = (login) => people.find((p) => p.login === login);
  const [mine, other] = [0, 1].map((i) => person(`handler-${units[i].code}`));
  let it = (await desk.file()).body;
  it = (await desk.step(it, 'dispatch', { units: [units[0].id] })).body;
  const why = async (p, no = it.no) => (await sec.get(`/api/people/${p.id}/access?item=${no}`)).body.item;

  await t.test('rights with the role and the unit they come from', async () => {
    const a = (await sec.get(`/api/people/${mine.id}/access`)).body;
    assert.deepEqual([a.name, a.active], [mine.name, true]);
    const step = a.rights.find((r) => r.right === 'item.step');
    assert.deepEqual([step.role, step.unit, step.whole], ['handler', units[0].id, false]);
    const all = (await sec.get(`/api/people/${person('leader1').id}/access`)).body.rights;
    assert.ok(all.every((r) => r.whole));
    assert.deepEqual(a.item, { no: '', found: false, visible: false, reasons: [] });
  });

  await t.test('by the unit in charge, by the one that received it, by a part that has ended; or not at all', async () => {
    const seen = await why(mine);
    assert.deepEqual([seen.visible, seen.reasons.map((r) => [r.how, r.unit, r.role, r.at])], [true, [['in_charge', units[0].id, 'handler', units[0].id]]]);
    assert.deepEqual(await why(other), { no: it.no, found: true, visible: false, reasons: [] });
    it = (await desk.step(it, 'withdraw', { note: '改派' })).status === 200 ? (await desk.item(it.id)) : it;
    const leader = await why(person('leader1'));
    assert.ok(leader.reasons.some((r) => r.how === 'receiver') && leader.reasons.some((r) => r.how === 'in_charge'));
    // What it says is what happens.
    for (const [p, visible] of [[mine, true], [other, false]])
      assert.equal((await (await town.as(p.login)).get(`/api/items/${it.id}`)).status, visible ? 200 : 404);
    assert.deepEqual(await why(mine, 'RX20200101-00001'), { no: 'RX20200101-00001', found: false, visible: false, reasons: [] });
  });

  await t.test('who is out of work sees nothing; nobody but administrators asks', async () => {
    const sys = await town.as('sysadmin');
    const now = (await sys.get('/api/people')).body.rows.find((p) => p.id === mine.id);
    assert.equal((await sys.patch(`/api/people/${mine.id}`, { version: now.version, active: 'no' })).status, 200);
    assert.equal((await why(mine)).visible, false);
    assert.equal((await desk.get(`/api/people/${mine.id}/access`)).status, 403);
    assert.equal((await sec.get('/api/people/999999/access')).status, 404);
  });

  await t.test('when somebody was here last', async () => {
    const rows = (await sec.get('/api/people')).body.rows;
    const seen = (login) => rows.find((p) => p.login === login).seen;
    assert.equal(seen('dispatcher1'), '2026-11-20T09:00:00+08:00');
    assert.equal(seen('dispatcher3'), null);
  });
});

test('who looked at callers', async (t) => {
  const town = await Town.make({ at: '2026-10-20T09:00:00+08:00' });
  t.after(() => town.end());
  let desk = await town.as('dispatcher1'), leader = await town.as('leader1');
  const it = (await desk.file({ caller: { name: '王女士', phone: '13900001111' } })).body;
  const reveal = async (p, reason) => assert.equal((await p.post(`/api/items/${it.id}/reveal`, { reason })).status, 200);
  await reveal(desk, '回访');
  await town.move(MORNING);
  desk = await town.as('dispatcher1');
  leader = await town.as('leader1');
  await reveal(desk, '再次回访');
  await reveal(leader, '协调');
  const audit = await town.as('auditadmin');
  const notes = async (query) => {
    const r = await audit.get(`/api/audit?about=reveal${query}`);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return r.body.rows.map((x) => x.note);
  };

  await t.test('by month and by person', async () => {
    assert.deepEqual(await notes(''), ['协调', '再次回访', '回访']);
    assert.deepEqual(await notes('&period=2026-10'), ['回访']);
    assert.deepEqual(await notes(`&person=${desk.me.person.id}`), ['再次回访', '回访']);
    assert.deepEqual(await notes(`&person=${desk.me.person.id}&period=2026-11`), ['再次回访']);
    assert.deepEqual(await notes('&period=2026-12'), []);
  });

  await t.test('a page at a time within them', async () => {
    const r = (await audit.get(`/api/audit?about=reveal&person=${desk.me.person.id}&limit=1`)).body;
    assert.deepEqual((await notes(`&person=${desk.me.person.id}&before=${r.next}`)), ['回访']);
  });

  await t.test('only reveals are looked for so', async () => {
    assert.deepEqual(fields(await audit.get('/api/audit?about=town&person=1')), ['about']);
    assert.deepEqual(fields(await audit.get('/api/audit?about=reveal&period=soon')), ['period']);
  });

  await t.test('the order says it too', async () => {
    const seen = (await desk.item(it.id)).timeline.filter((e) => e.what === 'reveal');
    assert.deepEqual(seen.map((e) => e.note), ['协调', '再次回访', '回访']);
  });
});
