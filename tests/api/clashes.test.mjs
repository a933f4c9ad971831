// Who needs the same place on the same days is told while a form is filled, before anything is kept: a question that writes nothing and
// answers what the filter would after saving.
import test from 'node:test';
import assert from 'node:assert/strict';
import { fields } from './lib.mjs';
import { scene } from './scene.mjs';

test('a clash is told before it is saved', async (t) => {
  const o = await scene(t, '2025-11-10T09:00:00+08:00', { desk: 'dispatcher1', leader: 'leader1', keeper: 'keeper1', builder: 'handler-xinda', beihong: 'handler-beihong' });
  const { desk, take } = o;
  const estate = await o.made(o.keeper, { loop: 'estate', title: '东园（演示）', lat: 31.21, lon: 121.36, unit: o.unit('beihong'), fields: { kind: '售后公房' } });
  const project = (title, more = {}) => o.made(desk, { loop: 'project', title, ...more, fields: { channel: '年度计划', kind: '燃气旧管改造', ...more.fields } });
  const ask = async (body, who = desk) => {
    const r = await who.post('/api/clashes', body);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return [r.body.total, ...r.body.rows.map((x) => x.title)];
  };
  const days = (from, to) => ({ dig_from: from, dig_to: to });
  const gas = await project('燃气旧管（演示）', { fields: { estate: estate.no } });
  const plan = { units: [o.unit('xinda')], fields: { finish_by: '2026-09-30', ...days('2026-06-01', '2026-06-30') } };
  await take(desk, gas, 'plan', plan);

  await t.test('of one that is being filed: by the row it names, both days included', async () => {
    const of = (from, to, more = {}) => ask({ loop: 'project', fields: { estate: estate.no, ...days(from, to), ...more } });
    assert.deepEqual(await of('2026-06-30', '2026-07-31'), [1, '燃气旧管（演示）']);
    assert.deepEqual(await of('2026-05-01', '2026-06-01'), [1, '燃气旧管（演示）']);
    assert.deepEqual(await of('2026-07-01', '2026-07-31'), [0]);
    assert.deepEqual(await of('2026/6/30', '2026年7月31日', { estate: '东园（演示）' }), [1, '燃气旧管（演示）'], 'as people write it');
  });

  await t.test('or by its point', async () => {
    const road = await project('雨污混接（演示）', { lat: 31.2105, lon: 121.38 });
    await take(desk, road, 'plan', plan);
    const at = (lat, lon) => ask({ loop: 'project', lat, lon, fields: days('2026-06-10', '2026-06-12') });
    assert.deepEqual(await at(31.211, 121.38), [1, '雨污混接（演示）'], '56 m to the south');
    assert.deepEqual(await at(31.2105, 121.3806), [1, '雨污混接（演示）'], '57 m to the west');
    assert.deepEqual(await at(31.2105, 121.38065), [0], '62 m');
    assert.deepEqual(await at(31.21105, 121.38), [0], '61 m');
  });

  await t.test('half a form clashes with nothing, and is no mistake', async () => {
    for (const [body, why] of [[{ fields: { estate: estate.no } }, 'no days'], [{ fields: days('2026-06-01', '2026-06-30') }, 'no place'],
      [{ fields: { estate: estate.no, dig_from: '2026-06-01' } }, 'one day'], [{ fields: { estate: '没有这个小区', ...days('2026-06-01', '2026-06-30') } }, 'no such row'],
      [{ fields: { estate: estate.no, dig_from: '下周', dig_to: '2026-06-30' } }, 'no date'], [{}, 'nothing']])
      assert.deepEqual(await ask({ loop: 'project', ...body }), [0], why);
    assert.deepEqual(await ask({ loop: 'hotline', fields: { estate: estate.no } }), [0], 'a loop that says nothing of clashes');
  });

  await t.test('of one that is there: with what becomes of it, and never with itself', async () => {
    assert.deepEqual(await ask({ item: gas.id }), [0]);
    const other = await project('精品小区（演示）', { fields: { estate: estate.no, kind: '精品小区' } });
    assert.deepEqual(await ask({ item: other.id, fields: days('2026-06-15', '2026-07-15') }), [1, '燃气旧管（演示）'], 'its estate is known already');
    await take(desk, other, 'plan', { ...plan, fields: { ...plan.fields, ...days('2026-06-15', '2026-07-15') } });
    assert.deepEqual((await ask({ item: other.id })), [1, '燃气旧管（演示）'], 'as the filter says');
    assert.equal((await desk.list(`clashes:project/${other.no}`)).total, 1);
    assert.deepEqual(await ask({ item: other.id, fields: days('2026-07-01', '2026-07-15') }), [0]);
    assert.equal((await desk.list(`clashes:project/${other.no}`)).total, 1, 'nothing was written');
  });

  await t.test('what is wrong is said; who may not see it is told nothing', async () => {
    let r = await desk.post('/api/clashes', { loop: 'nothing' });
    assert.deepEqual([r.status, fields(r)], [400, ['loop']]);
    r = await desk.post('/api/clashes', { item: 999999 });
    assert.equal(r.status, 404);
    r = await desk.post('/api/clashes', { loop: 'project', fields: ['dig_from'] });
    assert.deepEqual([r.status, fields(r)], [400, ['fields']]);
    assert.equal((await o.beihong.post('/api/clashes', { item: gas.id })).status, 404, 'another unit’s item');
    assert.deepEqual(await ask({ loop: 'project', fields: { estate: estate.no, ...days('2026-06-01', '2026-06-30') } }, o.beihong), [0]);
  });
});
