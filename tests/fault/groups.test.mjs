// Commands that share a commit, and what follows the town's calendar. One command that fails takes no other with it; a commit
// that fails is told to all; what was done is done once, and no number is lost or given twice.
import test from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../api/lib.mjs';
import { World, next, points } from './lib.mjs';

for (const point of points) test(`eight at once, each ${point} failing`, { timeout: 1200_000 }, async (t) => {
  const HANDS = 8;
  const w = await World.make(t);
  const desk = await w.town.as('dispatcher1'), sys = await w.town.as('sysadmin'), sec = await w.town.as('secadmin');
  const cls = await desk.klass('0102');
  const top = (await desk.catalog()).units[0];
  let serial = 0, shared = 0, alone = 0;
  const file = (key) => desk.post('/api/items', { loop: 'hotline', title: key, class: cls, fields: { channel: '12345', kind: '投诉' } }, { 'idempotency-key': key });
  const unit = (key) => sys.post('/api/units', { code: key, parent: top.id, kind: 'team', name: key }, { 'idempotency-key': key });
  // Refused whatever happens, after it has written its event.
  const refused = () => sec.post('/api/people/99999/roles', { role: 'reader', unit: top.id });

  // Statements of the commit they share are few, and which n they are changes with who comes first: again, should none have been met.
  for (let round = 0; round === 0 || (round < 6 && point === 'statement' && shared === 0); round++)
    for (let n = 1 + round, quiet = 0; quiet < 3; n = next(n)) {
      const keys = Array.from({ length: HANDS }, () => `g${++serial}`);
      const send = (key, i) => (i === HANDS - 1 ? unit(key) : file(key));
      w.faults.arm(point, n);
      const [no, ...answers] = await Promise.all([refused(), ...keys.map(send)]);
      const f = w.faults.off();
      assert.ok([404, 500, 503].includes(no.status), `${no.status}`);
      const failed = keys.map((key, i) => [key, i]).filter(([, i]) => answers[i].status !== 201);
      for (const [, i] of failed)
        assert.ok([500, 503].includes(answers[i].status), `${point} ${n} (${f.where}): ${answers[i].status} ${JSON.stringify(answers[i].body)}`);
      if (f.fired) w.tried[point]++;
      else assert.deepEqual(failed, [], `nothing failed, ${point} ${n}`);
      quiet = f.fired ? 0 : quiet + 1;
      if (failed.length > 1) shared++;
      if (failed.length === 1) alone++;
      // Units there are as many as were answered with, for everybody, at once.
      const codes = new Set((await desk.get('/api/catalog')).body.units.map((u) => u.code));
      for (const [i, key] of keys.entries()) {
        if (i === HANDS - 1 && answers[i].status === 201) assert.ok(codes.has(key), `${key}, ${point} ${n} (${f.where})`);
        assert.equal((await send(key, i)).status, 201, `the same key later, ${point} ${n} (${f.where})`);
      }
      assert.ok((await desk.get('/api/catalog')).body.units.some((u) => u.code === keys.at(-1)), `${point} ${n} (${f.where})`);
    }
  const numbers = [];
  for (let after = ''; after !== undefined && after !== null; ) {
    const page = await desk.list('', `&sort=filed&limit=200&after=${after}`);
    numbers.push(...page.rows.map((r) => Number(r.no.split('-')[1])));
    after = page.next || null;
  }
  numbers.sort((a, b) => a - b);
  assert.deepEqual(numbers, Array.from({ length: serial / HANDS * (HANDS - 1) }, (_, i) => i + 1), 'numbers without gaps, each once');
  t.diagnostic(`${alone} times one command failed alone, ${shared} times several together`);
  assert.ok(point !== 'statement' || (alone > 0 && shared > 0));
  await w.whole(t);
});

test('a calendar moves every clock, whatever fails on the way', { timeout: 600_000 }, async (t) => {
  const w = await World.make(t);
  const desk = await w.town.as('dispatcher1'), sys = await w.town.as('sysadmin');
  const unit = (await desk.catalog()).units.find((u) => u.kind === 'neighbourhood').id;
  const it = (await desk.step((await desk.file()).body, 'dispatch', { units: [unit] })).body;
  const due = async () => (await desk.item(it.id)).clocks?.find((k) => k.key === 'handle').due;
  const rows = (await sys.get('/api/defs')).body.rows;
  const { text } = (await sys.get(`/api/defs/${rows.find((d) => d.key === 'workdays').id}`)).body;
  const holiday = (on) => `${text.trimEnd()}\n${on ? '  - {date: 2026-11-23, to: 2026-11-24, off: 停电检修（演示）}\n' : ''}`;
  for (const n of [20, 24, 28, 32, 36, 40, 45, 50]) {
    const on = (await due()).startsWith('2026-11-26');
    w.faults.arm('statement', n);
    for (let key = `cal-${n}`, ok = false; !ok; ) ok = (await sys.post('/api/defs', { kind: 'calendar', text: `${holiday(on)}# ${n}\n` }, { 'idempotency-key': key })).status === 200;
    const want = on ? '2026-11-30' : '2026-11-26';
    await until(`the clock has moved, statement ${n}`, async () => (await due())?.startsWith(want));
    w.tried.statement += w.faults.off().fired;
  }
  // Stopped before it was done, the next start goes on.
  const over = () => until('it is done', () => w.town.sql("SELECT count(*) FROM setting WHERE key = 'settle'").trim() === '0');
  await over();
  const before = await due();
  w.town.sql("INSERT INTO setting (town, key, val) SELECT town, 'settle', '1' FROM setting LIMIT 1");
  await w.town.move('2026-11-20T09:30:00+08:00');
  await over();
  assert.equal(await due(), before);
  await w.whole(t);
});
