// Open pages hear of changes: those who may, and nobody else.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Page, Town, REPLY, until } from './lib.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';

test('who hears what', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const [one, two] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const first = await town.as(`handler-${one.code}`);
  const second = await town.as(`handler-${two.code}`);
  const pages = { desk: await Page.open(desk), first: await Page.open(first), second: await Page.open(second) };
  t.after(() => Object.values(pages).forEach((p) => p.close()));
  assert.equal(pages.desk.headers['content-type'], 'text/event-stream');
  assert.match(pages.desk.headers['cache-control'], /no-(cache|store)/);
  for (const login of ['sysadmin', 'secadmin', 'auditadmin'])
    assert.equal((await Page.open(await town.as(login))).status, 403, login);

  let it = (await desk.file({ caller: { name: '李小明', phone: '13812346612' } })).body;
  await t.test('filing: the desk hears, the committees do not', async () => {
    const e = await pages.desk.hears((x) => x.data.id === it.id && x.data.version === 1);
    assert.equal(e.event, 'item');
    assert.deepEqual(e.data, { id: it.id, version: 1, loop: 'hotline', unit: it.unit });
  });
  await t.test('dispatching: the committee in charge hears, the other does not', async () => {
    it = (await desk.step(it, 'dispatch', { units: [one.id] })).body;
    await pages.first.hears((x) => x.data.id === it.id && x.data.version === 2);
    it = (await first.step(it, 'contact', { fields: { contacted: '是' } })).body;
    await pages.first.hears((x) => x.data.version === 3);
    // What the second committee hears next is its own: nothing of the first was kept for it.
    const own = (await desk.step((await desk.file({ title: '另一件' })).body, 'dispatch', { units: [two.id] })).body;
    await pages.second.hears((x) => x.data.id === own.id && x.data.version === 2);
    assert.deepEqual(pages.second.heard.map((x) => x.data.id), [own.id]);
    assert.equal(pages.first.heard.some((x) => x.data.id === own.id), false);
  });
  await t.test('an assisting unit hears while its part is open, and after', async () => {
    const both = (await desk.step((await desk.file({ title: '两家办' })).body, 'dispatch', { units: [one.id, two.id] })).body;
    await pages.second.hears((x) => x.data.id === both.id && x.data.version === 2);
    const part = both.parts.find((p) => p.unit === two.id).id;
    let now = (await second.step(both, 'reply', { part, fields: REPLY })).body;
    await pages.second.hears((x) => x.data.id === both.id && x.data.version === now.version);
    now = (await desk.step(now, 'urge', { note: '催主办' })).body;
    await pages.second.hears((x) => x.data.id === both.id && x.data.version === now.version);
    await pages.first.hears((x) => x.data.id === both.id && x.data.version === now.version);
  });
  await t.test('what is heard says nothing of the order but its number', () => {
    for (const p of Object.values(pages)) assert.doesNotMatch(JSON.stringify(p.heard), /李|138|纸箱|堆物/);
  });
  await t.test('ids grow', () => {
    const ids = pages.desk.heard.filter((x) => x.event === 'item').map((x) => x.id);
    assert.deepEqual(ids, [...new Set(ids)].sort((a, b) => a - b));
  });
  await t.test('what came first is heard first, in every page', async () => {
    for (let i = 0; i < 30; i++) it = (await desk.step(it, 'urge', { note: '第' + i })).body;
    await pages.desk.hears((x) => x.data.id === it.id && x.data.version === it.version);
    await pages.first.hears((x) => x.data.version === it.version);
    for (const p of [pages.desk, pages.first]) {
      const versions = p.heard.filter((x) => x.data.id === it.id).map((x) => x.data.version);
      assert.deepEqual(versions, [...versions].sort((a, b) => a - b));
    }
  });
  await t.test('a refused step is heard by nobody', async () => {
    const before = pages.desk.heard.length;
    assert.equal((await desk.post(`/api/items/${it.id}/steps`, { step: 'urge', version: 1, note: '旧' })).status, 409);
    it = (await desk.step(it, 'urge', { note: '新' })).body;
    await pages.desk.hears((x) => x.data.version === it.version);
    assert.equal(pages.desk.heard.length, before + 1);
  });
  await t.test('a change of units is told to everybody as a change of rules', async () => {
    const sys = await town.as('sysadmin');
    const r = await sys.post('/api/units', { parent: one.id, kind: 'grid', code: 'new-grid', name: '新微网格' });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    for (const p of Object.values(pages)) await p.hears((x) => x.event === 'rules');
  });
  await t.test('who is put out of work hears no more', async () => {
    const sys = await town.as('sysadmin');
    const row = (await sys.get('/api/people')).body.rows.find((x) => x.login === `handler-${one.code}`);
    assert.equal((await sys.patch(`/api/people/${row.id}`, { version: row.version, active: 'no' })).status, 200);
    it = (await desk.step(it, 'urge', { note: '还在吗' })).body;
    await pages.desk.hears((x) => x.data.version === it.version);
    const later = (await desk.step(it, 'urge', { note: '再催' })).body;
    await pages.desk.hears((x) => x.data.version === later.version);
    assert.equal(pages.first.heard.some((x) => x.data.id === it.id && x.data.version >= it.version), false);
  });
});

test('many tabs, and tabs that go', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const pages = await Promise.all(Array.from({ length: 200 }, () => Page.open(desk)));
  t.after(() => pages.forEach((p) => p.close()));
  await until('all are open', async () => (await desk.get('/healthz')).body.streams === 200);
  const it = (await desk.file()).body;
  await Promise.all(pages.map((p) => p.hears((x) => x.data.id === it.id)));
  pages.slice(0, 150).forEach((p) => p.close());
  const next = (await desk.file()).body;
  await Promise.all(pages.slice(150).map((p) => p.hears((x) => x.data.id === next.id)));
  await until('the closed ones are gone', async () => {
    await desk.file({ title: '又一件' }); // a closed tab is noticed when something is to be told it
    return (await desk.get('/healthz')).body.streams === 50;
  });
});

test('coming back after a break', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const page = await Page.open(desk);
  const it = (await desk.file()).body;
  const last = await page.hears((x) => x.data.id === it.id);
  page.close();
  const missed = (await desk.file({ title: '断线时来的' })).body;
  const back = await Page.open(desk, { 'last-event-id': String(last.id) });
  t.after(() => back.close());
  // It is told either what it missed, or to ask anew; in both cases the page knows it is behind.
  const news = (await desk.file({ title: '回来后来的' })).body;
  await back.hears((x) => x.data.id === news.id);
  const caught = back.heard.some((x) => x.event === 'item' && x.data.id === missed.id) || back.heard.some((x) => x.event === 'reload');
  assert.equal(caught, true, 'what came between is not lost');
});

test('an assisting unit that comes back is told what it missed', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const [one, two] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const helper = await town.as(`handler-${two.code}`);
  const page = await Page.open(helper);
  let it = (await desk.step((await desk.file()).body, 'dispatch', { units: [one.id, two.id] })).body;
  const last = await page.hears((x) => x.data.id === it.id);
  page.close();
  it = (await desk.step(it, 'urge', { note: '催' })).body;
  await desk.step((await desk.file({ title: '别家的' })).body, 'dispatch', { units: [one.id] });
  const back = await Page.open(helper, { 'last-event-id': String(last.id) });
  t.after(() => back.close());
  await back.hears((x) => x.data.id === it.id && x.data.version === it.version);
  assert.deepEqual([...new Set(back.heard.map((x) => x.data.id))], [it.id]);
});

test('stopping the server ends the streams at once', async (t) => {
  const town = await Town.make({ at: MORNING });
  const desk = await town.as('dispatcher1');
  const pages = await Promise.all(Array.from({ length: 20 }, () => Page.open(desk)));
  const begin = Date.now();
  const { code } = await town.stop();
  assert.equal(code, 0);
  assert.ok(Date.now() - begin < 8000, 'not held up by open tabs');
  await until('they are closed', () => pages.every((p) => p.closed));
  await town.start();
  await town.end();
  assert.ok(REPLY);
});
