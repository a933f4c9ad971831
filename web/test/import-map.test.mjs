// The map of a sheet's columns as the import page changes it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { closeMap, missing, openMap, sendColumn, setOtherwise, setWord, targetOf, targetsOf } from '../lib/import-map.js';

const loop = {
  key: 'x', class_scheme: 'matters', caller: true,
  fields: [{ key: 'no', title: '编号', type: 'text', unique: true }, { key: 'kind', title: '类型', type: 'choice', options: ['甲', '乙'] }, { key: 'level', title: '级别', type: 'choice', default: '低' }],
  steps: [{ key: 'file', asks: [{ field: 'kind', required: true }, { field: 'class', required: true }, { field: 'level', required: true }] }],
};
const t = (k) => k;
const MAP = { map: 'm', loop: 'x', key: '工单号', columns: [{ column: '工单号', to: 'f:no' }, { columns: ['大类', '小类'], to: 'class', by: 'name-path' }, { to: 'f:kind', otherwise: '甲' }, { columns: ['街', '号'], to: 'address', template: '{街}{号}' }] };

test('what is opened and closed again is the same map', () => {
  assert.deepEqual(closeMap(openMap(MAP, loop), loop), MAP);
});

test('a column goes elsewhere, and what is left of its entry is right', () => {
  let m = openMap(MAP, loop);
  assert.equal(targetOf(m, ' 工单号 *'), 'no');
  assert.equal(targetOf(m, '标题'), '');
  m = sendColumn(m, '小类', 'text', loop);
  assert.deepEqual(closeMap(m, loop).columns.find((e) => e.to === 'class'), { column: '大类', to: 'class' });
  m = sendColumn(m, '小类', 'class', loop);
  assert.deepEqual(closeMap(m, loop).columns.find((e) => e.to === 'class'), { columns: ['大类', '小类'], to: 'class', by: 'name-path' });
  m = sendColumn(m, '号', '', loop);
  assert.deepEqual(closeMap(m, loop).columns.find((e) => e.to === 'address'), { column: '街', to: 'address' });
  m = sendColumn(m, '工单号', '', loop);
  assert.equal(m.key, undefined);
  m = sendColumn(m, '市工单号', 'no', loop);
  assert.equal(m.key, '市工单号');
});

test('what no column gives is asked for once', () => {
  let m = openMap({ ...MAP, columns: [MAP.columns[0]] }, loop);
  assert.deepEqual(missing(m, loop, t).map((g) => g.to), ['title', 'kind', 'class']);
  m = setOtherwise(m, 'kind', '乙');
  assert.deepEqual(missing(m, loop, t).map((g) => g.to), ['title', 'class']);
  m = setOtherwise(m, 'kind', '');
  assert.deepEqual(missing(m, loop, t).map((g) => g.to), ['title', 'kind', 'class']);
});

test('a word means something, and can be forgotten', () => {
  let m = sendColumn(openMap(MAP, loop), '种类', 'kind', loop);
  m = setWord(m, 'kind', '投诉类', '甲');
  assert.deepEqual(closeMap(m, loop).columns.find((e) => e.to === 'f:kind').values, { 投诉类: '甲' });
  m = setWord(m, 'kind', '投诉类', '');
  assert.equal(closeMap(m, loop).columns.find((e) => e.to === 'f:kind').values, undefined);
});

test('a column may go to what items of this loop have', () => {
  assert.ok(targetsOf(MAP, loop, t).some((x) => x.value === 'caller.phone'));
  assert.ok(!targetsOf(MAP, { ...loop, caller: false }, t).some((x) => x.value.startsWith('caller.')));
  assert.ok(!targetsOf(MAP, loop, t).some((x) => x.value === 'closed'));
  assert.ok(targetsOf({ ...MAP, state: 'closed' }, loop, t).some((x) => x.value === 'unit'));
});

test('a list that takes steps may fill what they ask, and what items are found by', () => {
  const list = { map: 'l', loop: 'x', find: 'no', steps: [{ step: 'file' }], columns: [] };
  assert.deepEqual(targetsOf(list, loop, t).map((x) => x.value), ['no', 'kind', 'level', 'note']);
  assert.deepEqual(missing(openMap(list, loop), loop, t), []);
});
