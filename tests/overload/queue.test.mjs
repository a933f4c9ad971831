// More writes than can be taken: those too many are told so at once, and everything else goes on.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, until } from '../api/lib.mjs';
import { Line, figures, holdWrites, login } from './lib.mjs';

test('the queue of writes is full', { timeout: 60_000 }, async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const before = (await desk.file({ title: '原来就有' })).body;
  const cls = await desk.klass('0102');
  const order = (n) => JSON.stringify({ loop: 'hotline', title: `第${n}件`, text: '楼道堆物', address: '北虹路1号', class: cls,
    fields: { channel: '12345', kind: '投诉' } });
  const max = (await figures(town))('bihuan_writer_waiting_max');

  // A thousand more than the queue holds and the writer can have in hand. Another program may write meanwhile, so that none of
  // them ends.
  const lines = await Promise.all(Array.from({ length: max + 256 + 1000 }, () => Line.open(town)));
  let letGo = await holdWrites(town);
  t.after(() => letGo?.());
  const answers = lines.map((line, n) => line.ask('POST', '/api/items', { ...login(desk), 'Content-Type': 'application/json' }, order(n)));
  let refusedWhileHeld = 0, doneWhileHeld = 0;
  answers.forEach((a) => a.then((status) => {
    if (letGo && status === 503) refusedWhileHeld++;
    else if (letGo) doneWhileHeld++;
  }));

  await t.test('whoever is too many gets 503 and Retry-After at once, while nothing at all can be written', async () => {
    await until('the queue is full and some are refused', () => refusedWhileHeld >= 700);
    assert.equal(doneWhileHeld, 0, 'nothing was acknowledged that cannot be written');
    const refused = lines.find((line) => line.head?.includes('503'));
    assert.match(refused.head, /\r\nRetry-After: \d+\r\n/i);
    assert.equal(JSON.parse(refused.body).errors[0].code, 'busy');
  });

  await t.test('reads, pages and the figures are answered meanwhile', async () => {
    assert.equal((await desk.get(`/api/items/${before.id}`)).status, 200);
    assert.equal((await desk.list('open:yes')).total, 1);
    assert.equal((await desk.get('/')).status, 200);
    assert.equal((await town.nobody().get('/healthz')).status, 200);
    assert.ok((await figures(town))('bihuan_writer_waiting') > 0);
    assert.ok(letGo, 'and that was before the other program let go');
  });

  const done = letGo;
  letGo = undefined;
  await done();
  const statuses = await Promise.all(answers);

  await t.test('afterwards everything acknowledged is there, and nothing else', async () => {
    const kinds = [...new Set(statuses)].sort();
    assert.deepEqual(kinds, [201, 503]);
    const acknowledged = new Set(statuses.flatMap((s, n) => (s === 201 ? [`第${n}件`] : [])));
    assert.ok(acknowledged.size > 0);
    const kept = town.sql('SELECT title FROM item').trim().split('\n').filter((x) => x !== '原来就有');
    assert.equal(kept.length, acknowledged.size);
    for (const title of kept) assert.ok(acknowledged.has(title), title);
    assert.equal((await desk.file({ title: '又可以写了' })).status, 201);
    assert.equal((await figures(town))('bihuan_writer_waiting'), 0);
  });
  for (const line of lines) line.end();
});
