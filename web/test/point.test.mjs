// A place typed by hand: both numbers, or none.
import test from 'node:test';
import assert from 'node:assert/strict';
import { pointOf } from '../lib/point.js';
import { draftOf } from '../lib/kin.js';

test('two numbers are a point, none is none, one or a wrong one is told', () => {
  assert.deepEqual(pointOf({ lat: ' 31.2213', lon: '121.3562 ' }), { point: { lat: 31.2213, lon: 121.3562 }, bad: [] });
  assert.deepEqual(pointOf({ lat: '31．2213', lon: '121' }).point, { lat: 31.2213, lon: 121 });
  assert.deepEqual(pointOf({ lat: '', lon: ' ' }), { point: null, bad: [] });
  assert.deepEqual(pointOf({}), { point: null, bad: [] });
  assert.deepEqual(pointOf({ lat: '31.2' }), { point: null, bad: ['lon'] });
  assert.deepEqual(pointOf({ lat: '91', lon: '181' }), { point: null, bad: ['lat', 'lon'] });
  assert.deepEqual(pointOf({ lat: '1e2', lon: '12.x' }), { point: null, bad: ['lat', 'lon'] });
  assert.deepEqual(pointOf({ lat: '0', lon: '-0.5' }).point, { lat: 0, lon: -0.5 });
});

test('what may be the same matter is asked for with the point', () => {
  const v = { title: '飞线充电', address: '北虹居民区3号楼' };
  assert.equal('lat' in draftOf(v), false);
  assert.deepEqual(draftOf({ ...v, lat: '31.2', lon: '121.3' }), { title: '飞线充电', text: '', address: v.address, lat: 31.2, lon: 121.3 });
});
