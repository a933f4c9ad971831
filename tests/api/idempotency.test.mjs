// A request that is sent again, because the answer got lost on the way, does its work once. Two people who act at once
// do not overwrite each other.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, REPLY, until } from './lib.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';
let serial = 0;
const key = () => ({ 'idempotency-key': `key-${++serial}` });

test('every write, sent twice under its key, is done once and answered the same', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const sys = await town.as('sysadmin');
  const sec = await town.as('secadmin');
  const [one] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const root = desk.me.town.id;
  const body = { loop: 'hotline', title: '路灯不亮', class: await desk.klass('0102'), fields: { channel: '12345', kind: '求助' } };
  const auditor = await town.as('auditadmin');
  const events = async () => (await auditor.get('/api/audit?limit=1')).body.rows[0].id; // every deed is an event with the next number

  /** Sends the same request twice under one key; both answers are the same and only one thing happened. */
  async function twice(person, method, path, make, { same = true } = {}) {
    const k = key();
    const before = await events();
    const a = await person.call(method, path, make(), k);
    assert.ok(a.status < 300, JSON.stringify(a.body));
    const between = await events();
    const b = await person.call(method, path, make(), k);
    if (same) {
      assert.equal(b.status, a.status, JSON.stringify(b.body));
      assert.deepEqual(b.body, a.body);
    }
    assert.equal(await events(), between, `${method} ${path} did something the second time`);
    assert.ok(between > before, 'the first did something');
    return { first: a.body, second: b };
  }

  let it;
  await t.test('filing', async () => { it = (await twice(desk, 'POST', '/api/items', () => body)).first; });
  await t.test('a step', async () => {
    const { first } = await twice(desk, 'POST', `/api/items/${it.id}/steps`, () => ({ step: 'dispatch', version: it.version, units: [one.id] }));
    assert.equal(first.state, 'handling');
  });
  await t.test('a file: the form has another boundary the second time', async () => {
    const form = () => { const f = new FormData(); f.append('file', new Blob(['证据']), '证据.txt'); return f; };
    const { first } = await twice(desk, 'POST', `/api/items/${it.id}/files`, form);
    assert.equal(first.files.length, 1);
  });
  await t.test('the caller in clear is shown once; the second time asks for a new key', async () => {
    const caller = (await desk.file({ caller: { name: '李小明', phone: '13812346612' } })).body;
    const { second } = await twice(desk, 'POST', `/api/items/${caller.id}/reveal`, () => ({ reason: '回访' }), { same: false });
    assert.equal(second.status, 409);
  });
  await t.test('a token’s secret is shown once', async () => {
    const { second } = await twice(desk, 'POST', '/api/tokens', () => ({ name: '接口', days: 3 }), { same: false });
    assert.equal(second.status, 409);
    assert.equal((await desk.get('/api/tokens')).body.rows.length, 1);
  });
  await t.test('a unit', async () => {
    const { first } = await twice(sys, 'POST', '/api/units', () => ({ parent: one.id, kind: 'grid', code: 'g-77', name: '第77微网格' }));
    await twice(sys, 'PATCH', `/api/units/${first.id}`, () => ({ version: first.version, name: '第七十七微网格' }));
  });
  let person;
  await t.test('a person', async () => {
    person = (await twice(sys, 'POST', '/api/people', () => ({ login: 'zhang3', name: '张三', password: 'initial-password' }))).first;
    await twice(sys, 'PATCH', `/api/people/${person.id}`, () => ({ version: person.version, name: '张叁' }));
  });
  await t.test('a role given and taken away, each its own request', async () => {
    await twice(sec, 'POST', `/api/people/${person.id}/roles`, () => ({ role: 'reader', unit: root }));
    await twice(sec, 'POST', `/api/people/${person.id}/roles`, () => ({ role: 'clerk', unit: root }));
    const k = key();
    for (const role of ['reader', 'clerk']) {
      const r = await sec.del(`/api/people/${person.id}/roles?role=${role}&unit=${root}`, k);
      assert.equal(r.status, role === 'reader' ? 200 : 409, 'the query is part of what was asked');
    }
    const other = await sec.post(`/api/people/${person.id}/roles`, { role: 'clerk', unit: root }, k);
    assert.equal(other.status, 409, 'and so is the method');
  });
  await t.test('a definition', async () => {
    const defs = (await sys.get('/api/defs')).body.rows;
    const { text } = (await sys.get(`/api/defs/${defs.find((d) => d.key === 'hotline').id}`)).body;
    const changed = text.replace('title: 12345热线工单', 'title: 12345市民热线');
    await twice(sys, 'POST', '/api/defs', () => ({ kind: 'loop', text: changed }));
    assert.equal((await sys.get('/api/defs')).body.rows.filter((d) => d.key === 'hotline').length, 2);
  });
  await t.test('the same key for something else, or by somebody else', async () => {
    const k = key();
    const a = await desk.post('/api/items', body, k);
    assert.equal(a.status, 201);
    const c = await desk.post('/api/items', { ...body, title: '别的' }, k);
    assert.equal(c.status, 409);
    assert.equal(c.body.errors[0].field, 'Idempotency-Key');
    const other = await town.as('dispatcher2');
    const mine = await other.post('/api/items', body, k);
    assert.equal(mine.status, 201);
    assert.notEqual(mine.body.id, a.body.id, 'keys of two people do not meet');
  });
  await t.test('a refused request leaves its key free', async () => {
    const k = key();
    assert.equal((await desk.post('/api/items', { ...body, title: '' }, k)).status, 400);
    assert.equal((await desk.post('/api/items', body, k)).status, 201);
  });
  await t.test('a key holds over a restart, and is forgotten after thirty days', async () => {
    const k = key();
    const a = (await desk.post('/api/items', body, k)).body;
    await town.move('2026-11-20T15:00:00+08:00');
    assert.equal((await desk.post('/api/items', body, k)).body.id, a.id);
    await town.move('2026-12-20T09:00:00+08:00');
    const later = await town.as('dispatcher1');
    assert.equal((await later.post('/api/items', body, k)).body.id, a.id);
  });
});

test('the same request many times at once is done once', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const body = { loop: 'hotline', title: '同时', class: await desk.klass('0102'), fields: { channel: '12345', kind: '求助' } };
  for (let round = 0; round < 10; round++) {
    const k = key();
    const answers = await Promise.all(Array.from({ length: 16 }, () => desk.post('/api/items', body, k)));
    assert.deepEqual(answers.map((a) => a.status), Array(16).fill(201));
    assert.equal(new Set(answers.map((a) => a.body.no)).size, 1);
  }
  assert.equal((await desk.list('同时')).total, 10);
  const it = (await desk.list('同时')).rows[0];
  const k = key();
  const steps = await Promise.all(Array.from({ length: 16 }, () => desk.post(`/api/items/${it.id}/steps`, { step: 'urge', version: it.version, note: '快' }, k)));
  assert.deepEqual(steps.map((a) => a.status), Array(16).fill(200));
  assert.equal((await desk.item(it.id)).urges, 1);
});

test('two at once on one version: one is done, the other sees what happened', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const [a, b] = [await town.as('dispatcher1'), await town.as('dispatcher2')];
  const [one, two] = (await a.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  for (let round = 0; round < 20; round++) {
    const it = (await a.file()).body;
    const [x, y] = await Promise.all([a.step(it, 'dispatch', { units: [one.id] }), b.step(it, 'dispatch', { units: [two.id] })]);
    assert.deepEqual([x.status, y.status].sort(), [200, 409]);
    const [won, lost] = x.status === 200 ? [x, y] : [y, x];
    assert.equal(lost.body.errors[0].code, 'conflict');
    assert.equal(lost.body.errors[0].field, 'version');
    assert.equal(lost.body.current.version, won.body.version);
    assert.equal(lost.body.current.unit, won.body.unit);
    assert.deepEqual(lost.body.current.steps.map((s) => s.key), won.body.steps.map((s) => s.key));
    const now = await a.item(it.id);
    assert.equal(now.version, 2);
    assert.equal(now.parts.length, 1);
  }
  // Sixteen at once, on the version each saw last: every one in turn, nobody's work lost.
  let it = (await a.file()).body;
  await Promise.all(Array.from({ length: 16 }, async (_, i) => {
    const person = i % 2 ? a : b;
    await until('its turn', async () => {
      const seen = await person.item(it.id);
      const r = await person.step(seen, 'urge', { note: `第${i}次` });
      assert.ok(r.status === 200 || r.status === 409, JSON.stringify(r.body));
      return r.status === 200;
    });
  }));
  it = await a.item(it.id);
  assert.equal(it.urges, 16);
  assert.equal(it.version, 17);
  assert.equal(new Set(it.timeline.filter((e) => e.what === 'urge').map((e) => e.note)).size, 16);
});

test('a unique value is taken once, also at the same moment', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const answers = await Promise.all(Array.from({ length: 8 }, () => desk.file({ fields: { source_no: 'SH2026112000001' } })));
  assert.equal(answers.filter((r) => r.status === 201).length, 1);
  const no = answers.find((r) => r.status === 201).body.no;
  for (const r of answers.filter((x) => x.status !== 201)) {
    assert.equal(r.status, 409);
    assert.equal(r.body.errors[0].field, 'fields.source_no');
    assert.equal(r.body.errors[0].expected, no, 'says who has it');
  }
  const next = (await desk.file()).body;
  assert.equal(next.no, 'RX20261120-00002', 'the refused ones took no number');
  assert.ok(REPLY);
});
