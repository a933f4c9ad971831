// What a form asks about the same matter, and what a class says of its items.
import test from 'node:test';
import assert from 'node:assert/strict';
import { draftOf, whyText } from '../lib/kin.js';
import { allStages, limitText, photosNeeded, says } from '../lib/class-says.js';

const t = (key, vars) => (vars ? `${key}(${Object.values(vars)})` : key);

test('a draft is asked about once it says two things', () => {
  const v = { title: '', text: '', address: '', class: null, caller: { phone: '' } };
  assert.equal(draftOf(v), null);
  assert.equal(draftOf({ ...v, title: '楼道堆物' }), null, 'one is not enough');
  assert.deepEqual(draftOf({ ...v, title: '楼道堆物', class: 7 }), { title: '楼道堆物', text: '', address: '', class: 7 });
  assert.equal(draftOf({ ...v, title: '楼道堆物', caller: { phone: '138-12' } }), null, 'half a number is none');
  assert.equal(draftOf({ ...v, class: 7, caller: { phone: '138-1234-6612' } }).phone, '138-1234-6612');
  assert.equal(Array.from(draftOf({ ...v, title: '长'.repeat(200), class: 7 }).title).length, 120);
});

test('the reasons in words, with what each adds', () => {
  const why = (reasons, metres = -1) => whyText({ reasons, metres }, t);
  assert.equal(why([{ key: 'caller', points: 35 }, { key: 'place', points: 30 }]), 'kin.caller +35kin.andkin.samePlace +30');
  assert.equal(why([{ key: 'place', points: 20 }], 57), 'kin.closePlace +20kin.andkin.metres(57)');
  assert.equal(why([{ key: 'place', points: -20 }, { key: 'class', points: 8 }]), 'kin.otherPlace −20kin.andkin.group +8');
});

test('a class says its own, or what the nearest one above says, stage by stage', () => {
  const byId = new Map([
    [1, { id: 1, parent: 0, limits: 'handle:1wd check:4wh', photos: 'open:1 close:1', opening: '有就立案' }],
    [2, { id: 2, parent: 1, limits: 'handle:4wh', photos: 'close:0', opening: '' }],
  ]);
  assert.equal(says(byId, 2, 'opening'), '有就立案');
  assert.equal(says(byId, 9, 'opening'), '');
  assert.deepEqual([...allStages(byId, 2, 'limits')], [['handle', '4wh'], ['check', '4wh']]);
  const need = (step, id = 2) => photosNeeded(step, byId, id);
  assert.deepEqual([need({ photos_stage: 'open' }), need({ photos_stage: 'close' }), need({ photos_stage: 'close' }, 1), need({ photos: 3 }), need({})], [1, 0, 1, 3, 0]);
  assert.deepEqual(['4wh', '5wd!', '30min', 'soon'].map((x) => limitText(x, t)), ['4 step.wh', '5 step.wd', '30 step.min', 'soon']);
});
