// What the pages of registers compute without a screen: values for people, amounts and codes as they are typed, which list a
// filter has, what a change sends.
import test from 'node:test';
import assert from 'node:assert/strict';
import { countDiff } from '../lib/compare.js';
import { amountOf, figure, share, spoken, usccWrong, valueText, yuan } from '../lib/value.js';
import { itemsLink, registerOf } from '../lib/filter.js';
import { columnGroups, columnsOf, usualOf } from '../lib/columns.js';
import { indexCatalog, stepOf } from '../lib/catalog.js';
import { bulkStep } from '../lib/bulk.js';
import { checkValues, editsOf, startValues, stepBody } from '../lib/step.js';
import { usualSort } from '../lib/views.js';

const t = (key, vars) => (vars ? `${key} ${Object.values(vars)}` : key);

test('values of fields are told for people', () => {
  assert.equal(valueText({ type: 'money' }, '38000000.5', t), 'value.yuan 38,000,000.50');
  assert.equal(valueText({ type: 'money' }, '-1234', t, { short: true }), '−1,234');
  assert.equal(valueText({ type: 'number' }, '1998', t), '1998', 'a year has no comma');
  assert.equal(valueText({ type: 'number' }, '20000.25', t), '20,000.25');
  assert.equal(valueText({ type: 'number', percent: true }, '0.9555', t), '95.55%');
  assert.equal(share('0.07'), '7%');
  assert.equal(yuan('1234.05'), '1,234.05');
  assert.equal(valueText({ type: 'unit' }, 'beihong', t, { unitOf: () => '北虹居委会' }), '北虹居委会');
  assert.equal(valueText(undefined, 'yes', t), 'word.yes');
});

test('amounts are read as the server reads them', () => {
  for (const [text, wanted] of [['3.2万', '32000'], ['1,234.50元', '1234.5'], ['１．５亿元', '150000000'], ['3.2 万元', '32000'], ['0.0001万', '1'], ['-5万', '-50000'], ['007', '7'], ['0', '0'],
    ['12万3', null], ['1.005', null], ['万', null], ['1,23', null], ['', null], ['$5', null]])
    assert.equal(amountOf(text), wanted, text);
});

// Published codes of well-known companies. [GB 32100-2015]
test('a credit code is checked while it is typed', () => {
  for (const code of ['9144030071526726XG', '91330100799655058B', '914403001922038216', '91110000802100433B', '91110000802100433b', '911100008021 00433B'])
    assert.equal(usccWrong(code).wrong, '', code);
  assert.deepEqual(usccWrong('91440300'), { wrong: 'more', left: 10, at: 0 });
  assert.equal(usccWrong('91110000802100434B').wrong, 'digit');
  assert.equal(usccWrong('9144030071526726XGG').wrong, 'long');
  assert.equal(usccWrong('91I').at, 3);
});

test('a filter of one register has the list of that register', () => {
  assert.deepEqual(registerOf('open:yes register:building tax:>3'), { key: 'building', rest: 'open:yes tax:>3' });
  assert.equal(registerOf('open:yes'), null);
  assert.equal(registerOf('register:a,b'), null);
  assert.equal(registerOf('-register:a'), null);
  assert.equal(itemsLink('register:building open:yes'), '/registers/building?filter=open:yes');
  assert.equal(itemsLink('register:building'), '/registers/building');
  assert.equal(itemsLink('open:yes'), '/items?filter=open:yes');
  assert.equal(usualSort('register:building open:yes'), '-filed', 'what lasts is never due');
});

const CATALOG = indexCatalog({
  loops: [],
  registers: [{
    key: 'meter', title: '水表台账', name: '表位', class_scheme: '',
    fields: [
      { key: 'no_', title: '表号', type: 'text', unique: true, required: true },
      { key: 'estate', title: '小区', type: 'ref', register: 'estate' },
      { key: 'fee', title: '水费', type: 'money' },
    ],
    steps: [{ key: 'add', asks: [] }, { key: 'change', does: 'move', asks: [
      { field: 'name', required: false }, { field: 'unit', required: false }, { field: 'place', required: false },
      { field: 'no_', required: true }, { field: 'estate', required: false }, { field: 'fee', required: false }] }],
  }],
});
const meter = CATALOG.loopByKey.get('meter');
const item = { title: '东门', unit: 7, address: '泉口路1号', lat: 0, lon: 0, fields: [{ key: 'no_', value: 'A1' }, { key: 'estate', value: 'XQ1', shown: '北虹小区' }] };

test('a register has columns of its own', () => {
  const groups = columnGroups(CATALOG, t, meter);
  const list = columnsOf(groups, '', usualOf(meter));
  assert.deepEqual(list.map((c) => c.title), ['col.no', '表位', 'row.unit', '表号', '小区', '水费']);
  assert.equal(groups.flatMap((g) => g.columns).some((c) => ['left', 'due', 'returns', 'channel'].includes(c.name)), false, 'nothing of clocks');
});

test('a change sends what differs, and what became blank', () => {
  const step = stepOf(meter, 'change');
  const v = startValues(step, item);
  assert.deepEqual([v.name, v.unit, v.fields], ['东门', 7, { no_: 'A1', estate: 'XQ1' }]);
  assert.deepEqual(stepBody(step, v, null, 3, [], item), { step: 'change', version: 3 });
  const next = { ...v, name: '西门 ', unit: 8, place: { ...v.place, address: '' }, fields: { no_: 'A1', estate: '', fee: '3.2万' } };
  assert.deepEqual(stepBody(step, next, null, 3, [], item), {
    step: 'change', version: 3, name: '西门', unit: 8, place: { address: '', lat: 0, lon: 0 }, fields: { estate: '', fee: '3.2万' },
  });
  assert.deepEqual(editsOf(step, next, item), { note: '', name: '西门 ', unit: 8, place: { address: '', lat: '', lon: '' }, fields: { estate: '', fee: '3.2万' } }, 'a draft brings back no more');
  assert.deepEqual(checkValues(step, { ...v, name: ' ', fields: {} }, t), { name: 'form.mustFill', no_: 'form.mustFill' });
});

test('several are changed at once in what is filled in, and in nothing only one can have', () => {
  const step = bulkStep(stepOf(meter, 'change'));
  assert.deepEqual(step.fields.map((f) => [f.key, f.required]), [['unit', false], ['place', false], ['estate', false], ['fee', false]]);
  const v = startValues(step, { fields: [] });
  assert.deepEqual(stepBody(step, { ...v, fields: { fee: '5' } }, null, 1, []), { step: 'change', version: 1, fields: { fee: '5' } });
});

test('figures of a board: counts, numbers, money as it is spoken of and to the fen', () => {
  const money = { sum: 'cost', unit: 'yuan' }, length = { sum: 'length', unit: '' };
  assert.equal(figure({ sum: '' }, 12345, t), '12,345');
  assert.equal(figure(length, 1234.5678, t), '1,234.5678');
  assert.equal(figure(money, 1234.5, t), 'value.yuan 1,234.50');
  assert.equal(figure(money, 1350033239.86, t), 'value.inYi 13.50');
  assert.equal(figure(money, -32000, t), 'value.inWan −3.20');
  assert.equal(figure(money, 1350033239.86, t, { whole: true }), 'value.yuan 1,350,033,239.86');
  assert.equal(figure(money, null, t), '—', 'missing is not zero');
  assert.deepEqual(spoken(32000, t), { said: 'value.inWan 3.20', exact: true });
  assert.equal(spoken(9999.99, t), null);
  assert.equal(countDiff(33234.86, 33234.76, (n) => figure(money, Math.round(n * 1e4) / 1e4, t)).text, '+value.yuan 0.10');
});
