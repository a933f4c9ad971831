// Saved views: everybody's own, checked by the filter's parser, in an order of one's own.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, fields } from './lib.mjs';

test('saved views', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1'), leader = await town.as('leader1');
  const rows = async (p = desk) => (await p.get('/api/views')).body.rows;
  const titles = async (p) => (await rows(p)).map((v) => v.title);
  const put = (v, more, headers) => desk.call('PUT', `/api/views/${v.id}`, { version: v.version, title: v.title, filter: v.filter, sort: v.sort, ...more }, headers);

  let view;
  await t.test('made with the filter in its canonical words', async () => {
    assert.deepEqual(await rows(), []);
    const r = await desk.post('/api/views', { title: ' 投诉 ', filter: '业务类型：投诉　open:yes', sort: 'due' });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    view = r.body;
    assert.deepEqual(view, { id: view.id, title: '投诉', filter: 'kind:投诉 open:yes', sort: 'due', columns: '', place: 1, mine: true, owner: desk.me.person.id,
      owner_name: desk.me.person.name, shared: 0, shared_name: '', version: 1 });
    assert.deepEqual(await rows(), [view]);
  });

  await t.test('everything wrong at once, the filter with the column', async () => {
    const r = await desk.post('/api/views', { title: ' ', filter: '堆物 stat:filed' });
    assert.equal(r.status, 400);
    assert.deepEqual(fields(r), ['filter', 'title']);
    const wrong = r.body.errors.find((e) => e.field === 'filter');
    assert.equal(wrong.column, 4);
    assert.match(wrong.expected + wrong.message, /state/);
    assert.deepEqual(fields(await desk.post('/api/views', { title: 'x', sort: 'title' })), ['sort']);
    assert.deepEqual(fields(await desk.post('/api/views', { title: '长'.repeat(31), filter: '' })), ['title']);
    assert.equal((await desk.post('/api/views', { title: '投诉', filter: '' })).status, 409, 'a title stands once');
    assert.deepEqual(await titles(), ['投诉']);
  });

  await t.test('nobody sees or touches another\'s', async () => {
    assert.deepEqual(await rows(leader), []);
    const body = { version: view.version, title: '我的', filter: '' };
    assert.equal((await leader.call('PUT', `/api/views/${view.id}`, body)).status, 404);
    assert.equal((await leader.del(`/api/views/${view.id}`)).status, 404);
    assert.equal((await leader.post('/api/views', { title: '投诉', filter: '' })).status, 201, 'the same title for another person');
    assert.deepEqual(await titles(), ['投诉']);
  });

  await t.test('renamed; an old version is refused; the same again changes nothing', async () => {
    const r = await put(view, { title: '投诉类' });
    assert.deepEqual([r.status, r.body.title, r.body.version], [200, '投诉类', 2]);
    assert.equal((await put(view, { title: '又改' })).status, 409);
    assert.equal((await put(r.body)).body.version, 2);
    view = r.body;
  });

  await t.test('moved, dropped, and put back where it was', async () => {
    for (const title of ['二', '三', '四']) await desk.post('/api/views', { title, filter: '' });
    const fourth = (await rows())[3];
    assert.equal((await put(fourth, { place: 2 })).body.place, 2);
    assert.deepEqual(await titles(), ['投诉类', '四', '二', '三']);
    const second = (await rows())[1];
    assert.equal((await put(second, { place: 50 })).body.place, 4, 'behind the last is last');
    assert.deepEqual(await titles(), ['投诉类', '二', '三', '四']);
    assert.deepEqual((await rows()).map((v) => v.place), [1, 2, 3, 4]);
    const gone = (await rows())[1];
    assert.equal((await desk.del(`/api/views/${gone.id}`)).status, 204);
    assert.equal((await desk.del(`/api/views/${gone.id}`)).status, 404);
    assert.deepEqual(await titles(), ['投诉类', '三', '四']);
    const back = await desk.post('/api/views', { title: gone.title, filter: gone.filter, sort: gone.sort, place: 2 });
    assert.notEqual(back.body.id, gone.id, 'a number is not given twice');
    assert.deepEqual(await titles(), ['投诉类', '二', '三', '四']);
  });

  await t.test('a repeat under the same key makes one', async () => {
    const body = { title: '一次', filter: 'open:yes' }, key = { 'idempotency-key': 'view-1' };
    const a = await desk.post('/api/views', body, key), b = await desk.post('/api/views', body, key);
    assert.deepEqual([a.status, b.status, b.body], [201, 201, a.body]);
    assert.equal((await titles()).filter((x) => x === '一次').length, 1);
  });

  await t.test('at most fifty', async () => {
    for (let i = (await rows()).length; i < 50; i++) assert.equal((await desk.post('/api/views', { title: `第${i}个`, filter: '' })).status, 201);
    const r = await desk.post('/api/views', { title: '多出来的', filter: '' });
    assert.equal(r.status, 413);
    assert.equal((await rows()).length, 50);
    assert.equal((await put((await rows())[0], { filter: 'open:no' })).status, 200, 'those that are there can be changed');
  });

  await t.test('they outlive the server', async () => {
    const before = await rows();
    await town.stop();
    await town.start();
    assert.deepEqual(await rows(), before);
  });
});
