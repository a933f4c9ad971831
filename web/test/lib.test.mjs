// Filter links, numbers, server errors, the catalogue, and what a step's form sends.
import test from 'node:test';
import assert from 'node:assert/strict';
import { linked } from '../lib/board.js';
import * as filter from '../lib/filter.js';
import * as num from '../lib/num.js';
import { ApiError, errorColumn, errorPlace, errorsByField, fieldName, withExpected } from '../lib/errors.js';
import { classesOf, findNodes, indexCatalog, pathOf, ruleWords, stepOf } from '../lib/catalog.js';
import { checkValues, differences, isPlain, reasonTitle, startValues, stepBody } from '../lib/step.js';
import { keyName } from '../lib/keys.js';
import { match } from '../lib/route.js';
import { FIXED, sameFilter, takeOver, usualSort } from '../lib/views.js';

const t = (key) => key;

test('values are quoted when the language would read them otherwise', () => {
  assert.equal(filter.value('北虹居民区'), '北虹居民区');
  assert.equal(filter.value('a b'), '"a b"');
  assert.equal(filter.value('a"b\\c'), '"a\\"b\\\\c"');
  assert.equal(filter.value('-x'), '"-x"');
  assert.equal(filter.value('一，二'), '"一，二"');
  assert.equal(filter.value('全角　空格'), '"全角　空格"');
  assert.equal(filter.term('unit', 'A', 'b c'), 'unit:A,"b c"');
  assert.equal(filter.all('open:yes', '', '  x '), 'open:yes x');
});

test('a number is looked for in the fields of which a value stands once; words and filters are not', () => {
  const loops = [{ key: 'a', fields: [{ key: 'source_no', unique: true }, { key: 'kind' }] }, { key: 'b', fields: [{ key: 'source_no', unique: true }, { key: 'plate', unique: true }] }];
  assert.deepEqual(filter.byNumber('20261120000012', loops), ['source_no:20261120000012', 'plate:20261120000012']);
  assert.deepEqual(filter.byNumber('SH2026-0012', loops), ['source_no:SH2026-0012', 'plate:SH2026-0012']);
  for (const words of ['飞线充电', '1204', 'parking', 'no:RX20261120*', '20261120 飞线', '', 'open:yes']) assert.deepEqual(filter.byNumber(words, loops), [], words);
  assert.deepEqual(filter.byNumber('20261120000012', [{ key: 'c', fields: [] }]), []);
});

test('a rule of a definition is said in the words of its fields and classes', () => {
  const c = indexCatalog({ classes: [{ id: 1, scheme: 'matters', code: '0601', name: '飞线充电' }],
    loops: [{ key: 'a', fields: [{ key: 'priority', title: '紧急程度' }, { key: 'kind', title: '业务类型' }] }] });
  const words = (text) => ruleWords(text, c, (key) => ({ 'word.colon': '：', 'word.listed': '、', 'col.class': '分类' })[key]);
  assert.equal(words('priority:特急'), '紧急程度：特急');
  assert.equal(words('kind:咨询,建议 class:matters/0601'), '业务类型：咨询、建议 分类：飞线充电');
  assert.equal(words('class:matters/09'), '分类：matters/09');
  assert.equal(words('-kind:咨询 飞线 returns:>=2 kind:"a b"'), '-kind:咨询 飞线 returns:>=2 kind:"a b"', 'the rest as it is written');
});

test('a number without its year keeps its day; a reason has one level or two', () => {
  assert.deepEqual(['RX20261120-00012', 'A720261120-1', 'odd'].map(num.shortNo), ['1120-00012', '1120-1', 'odd']);
  assert.deepEqual([{ key: '其他', option: '' }, { key: '职责不符', option: '非本辖区' }, undefined].map(reasonTitle), ['其他', '职责不符：非本辖区', '']);
});

test('filter text is taken apart outside quotes only', () => {
  assert.deepEqual(filter.split('open:yes unit:"a b" -x  "c \\" d"'), [
    'open:yes',
    'unit:"a b"',
    '-x',
    '"c \\" d"',
  ]);
  assert.equal(filter.without('a:1 b:2 a:1', 'a:1'), 'b:2 a:1');
  assert.deepEqual(filter.split(''), []);
});

test('a figure’s list is what its column and its row have in common', () => {
  const raw = {
    by: 'unit',
    tallies: [
      { key: 'intake', title: '受理', filter: 'loop:hotline filed:2026-11' },
      { key: 'late', title: '超期', filter: 'loop:hotline clock.handle:late closed:2026-11' },
    ],
    rates: [
      { key: 'on_time', title: '按时率', better: 'high' },
      { key: 'free', title: '无式', better: 'low' },
    ],
    rows: [
      { id: 7, name: '一居', depth: 2, filter: 'unit:="c01"', tallies: { intake: 3, late: 0 }, rates: { on_time: 1, free: null } },
      { id: 0, name: '电话', depth: 0, filter: 'channel:"电话"', tallies: { intake: 2, late: 1 }, rates: { on_time: 0.5, free: null } },
    ],
    total: { id: 0, name: '', depth: 0, filter: '', tallies: { intake: 5, late: 1 }, rates: { on_time: 0.8, free: null } },
  };
  const loop = { rates: [{ key: 'on_time', formula: '1 - late / (intake + late)' }] };
  const b = linked(raw, loop);
  assert.deepEqual(b.rows[0].tallies.intake, { v: 3, link: 'loop:hotline filed:2026-11 unit:="c01"' });
  assert.deepEqual(b.rows[1].rates.on_time, {
    v: 0.5,
    link: 'loop:hotline clock.handle:late closed:2026-11 channel:"电话"',
  });
  assert.deepEqual(b.rows[1].rates.free, { v: null, link: '' }, 'a rate whose formula is not known leads nowhere');
  assert.deepEqual(b.total.tallies.late, { v: 1, link: 'loop:hotline clock.handle:late closed:2026-11' });
  assert.deepEqual(b.rows.map((r) => r.key), [7, '电话']);
  assert.equal(b.rates[0].formula, '1 - late / (intake + late)');
  assert.equal(linked(raw, undefined).rates[0].formula, '');
});

test('the words a list was found by are marked, as the server compares', () => {
  const hits = (text, words) =>
    filter
      .pieces(text, words)
      .map((p) => (p.hit ? `[${p.text}]` : p.text))
      .join('');
  assert.equal(hits('飞线充电，飞线', ['飞线', '飞线充电']), '[飞线充电]，[飞线]');
  assert.equal(hits('WiFi箱É', ['wifi', 'é']), '[WiFi]箱É');
  assert.equal(hits('100%', ['%', '']), '100[%]');
  assert.equal(hits('İ飞线', ['飞']), 'İ[飞]线');
  assert.equal(hits('没有', []), '没有');
  assert.deepEqual(filter.pieces('', ['x']), []);
  assert.deepEqual(
    ['飞线', 'open:yes', '-飞线', 'open:yes 飞线', '"a: b"', 'unit:"a b"', '承办：甲', ''].map(filter.hasWords),
    [true, false, false, true, true, false, false, false],
  );
  assert.equal(usualSort('open:yes 飞线'), 'relevance');
});

test('a link holds the whole filter and comes back as it was', () => {
  const text = 'unit:"a b" returns:>=2 飞线&充电=1';
  const url = new URL(filter.itemsLink(text, { sort: '-filed' }), 'http://x');
  assert.equal(url.pathname, '/items');
  assert.equal(url.searchParams.get('filter'), text);
  assert.equal(url.searchParams.get('sort'), '-filed');
  assert.equal(filter.itemsLink(''), '/items');
});

test('views this machine kept are handed over once; only what could not be sent is kept', async () => {
  const sent = [];
  const answers = { ok: 0, taken: 409, broken: 400, full: 413, offline: 0 };
  const send = async (v) => {
    sent.push(v);
    if (v.title === 'ok') return;
    throw Object.assign(new Error(v.title), { status: answers[v.title] });
  };
  const kept = Object.keys(answers).map((title) => ({ title, filter: 'open:yes', sort: 'due', old: 1 }));
  assert.deepEqual(await takeOver(kept, send), [{ title: 'offline', filter: 'open:yes', sort: 'due' }]);
  assert.deepEqual(sent[0], { title: 'ok', filter: 'open:yes', sort: 'due' });
  assert.equal(sent.length, 5);
});

test('views compare by terms, and none is there twice', () => {
  assert.ok(sameFilter('open:yes unit:mine', 'unit:mine open:yes'));
  assert.ok(!sameFilter('open:yes', 'open:no'));
  assert.equal(usualSort('unit:mine open:yes'), 'due');
  assert.equal(usualSort('-open:yes'), '-filed');
  assert.equal(new Set(FIXED.map((v) => v.filter)).size, FIXED.length);
});

test('numbers: separators, percent, points, and a dash for what is missing', () => {
  assert.equal(num.count(1234567), '1,234,567');
  assert.equal(num.count(-1200), '−1,200');
  assert.equal(num.count(0), '0');
  assert.equal(num.count(null), '—');
  assert.equal(num.percent(0.9237), '92.4%');
  assert.equal(num.percent(null), '—');
  assert.equal(num.countChange(12, 10), '+2');
  assert.equal(num.countChange(null, 10), '—');
  assert.equal(num.pointChange(0.9, 0.95), '−5.0');
  assert.equal(num.pointChange(0.95, 0.9), '+5.0');
  assert.equal(num.pointChange(0.90001, 0.9), '0.0');
  assert.equal(num.bytes(1536), '2 KB');
});

test('an error knows its kind', () => {
  const item = { id: 1, version: 7 };
  const e = new ApiError(409, {
    errors: [{ code: 'conflict', field: 'version', message: 'm' }],
    current: item,
    yours: 6,
  });
  assert.ok(e.conflict);
  assert.equal(e.current, item);
  assert.equal(e.message, 'm');
  assert.ok(!new ApiError(409, { errors: [{ message: 'x' }] }).conflict);
  assert.ok(new ApiError(0).offline);
  assert.equal(new ApiError(502).message, 'status 502');
});

test('errors find their field whatever path they come with', () => {
  assert.equal(fieldName('fields.reply'), 'reply');
  assert.equal(fieldName('/fields/reply'), 'reply');
  assert.equal(fieldName('units[2]'), 'units');
  assert.equal(fieldName('units.2'), 'units');
  assert.equal(fieldName('reason.key'), 'reason.key');
  assert.equal(fieldName('caller.phone'), 'caller.phone');
  assert.equal(fieldName(undefined), '');
  const by = errorsByField([
    { field: 'fields.reply', message: '太短', expected: '至少 4 个字' },
    { field: 'reply', message: '有错字' },
    { field: 'note', message: '请填写' },
  ]);
  assert.deepEqual(by, { reply: '太短（至少 4 个字） 有错字', note: '请填写' });
  assert.equal(withExpected({ message: 'limit must be 1..200', expected: '1..200' }), 'limit must be 1..200');
  assert.equal(withExpected({ message: 'too large', expected: '1..200' }), 'too large (1..200)');
});

test('the column of a filter error and the line of a definition error', () => {
  assert.equal(errorColumn({ column: 9 }), 9);
  assert.equal(errorColumn({ message: '第 12 列：没有这个条件' }), 12);
  assert.equal(errorColumn({ message: 'column 3: no such key' }), 3);
  assert.equal(errorColumn({ message: '没有这个条件' }), 0);
  assert.deepEqual(errorPlace({ line: 4, column: 2 }), { line: 4, column: 2 });
  assert.deepEqual(errorPlace({ message: '12:5: bad' }), { line: 12, column: 5 });
  assert.deepEqual(errorPlace({ message: 'bad' }), { line: 0, column: 0 });
});

const CAT = indexCatalog({
  units: [
    { id: 1, parent: 0, name: '示例镇', code: 'town', depth: 0 },
    { id: 2, parent: 1, name: '居民区条线', code: 'communities', depth: 1 },
    { id: 3, parent: 2, name: '北虹居民区', short: '北虹', code: 'n-01', depth: 2 },
    { id: 4, parent: 1, name: '旧科室', code: 'old', depth: 1, closed: true },
  ],
  classes: [
    { id: 1, parent: 0, scheme: 'a', name: 'x' },
    { id: 2, parent: 0, scheme: 'b', name: 'y' },
  ],
  loops: [
    {
      key: 'l',
      fields: [
        { key: 'reply', title: '答复', type: 'text' },
        { key: 'at', title: '时间', type: 'time' },
        { key: 'kind', title: '类型', type: 'choice', options: ['咨询'] },
      ],
      steps: [
        {
          key: 's',
          title: '反馈',
          does: 'move',
          asks: [
            { field: 'reply', required: true },
            { field: 'class', required: true },
            { field: 'gone' },
            { field: 'at' },
          ],
          note_required: true,
        },
        { key: 'a', title: '签收', does: 'move', asks: [] },
        { key: 'd', title: '派单', does: 'dispatch', asks: [] },
        {
          key: 'r',
          title: '退单',
          does: 'return',
          asks: [],
          reasons: [
            { key: '甲', options: ['一'] },
            { key: '乙', options: [] },
          ],
        },
        {
          key: 'e',
          title: '评价',
          does: 'evaluate',
          asks: [{ field: 'kind', required: true }],
          judges: ['x', 'y'],
        },
        { key: 'x', title: '延期', does: 'extend', asks: [] },
      ],
    },
  ],
});
const loop = CAT.loops[0];

test('units are found by any of their names, and closed ones are not offered', () => {
  const find = (w) => findNodes(CAT.units, CAT.unitById, w).map((u) => u.id);
  assert.deepEqual(find('北虹'), [3]);
  assert.deepEqual(find('N-01'), [3]);
  assert.deepEqual(find('居民区'), [2, 3]);
  assert.deepEqual(find('旧'), []);
  assert.deepEqual(pathOf(CAT.unitById, 3), ['居民区条线', '北虹居民区']);
  assert.equal(classesOf(CAT, { class_scheme: 'b' }).length, 1);
  assert.equal(classesOf(CAT, {}).length, 2);
});

test('a step takes its fields from the loop; a field that is gone is left out', () => {
  assert.deepEqual(
    stepOf(loop, 's').fields.map((f) => f.key),
    ['reply', 'class', 'at'],
  );
  assert.equal(stepOf(loop, 'none'), null);
  assert.ok(isPlain(stepOf(loop, 'a')));
  for (const k of ['s', 'd', 'r', 'e', 'x']) assert.ok(!isPlain(stepOf(loop, k)), k);
});

test("a form starts with what the item says, but never with another judge's answers", () => {
  const item = {
    class: 2,
    kind: '咨询',
    fields: [
      { key: 'reply', value: '已办' },
      { key: 'kind', judge: 'x', value: '不满意' },
    ],
  };
  const s = startValues(stepOf(loop, 's'), item);
  assert.equal(s.fields.reply, '已办');
  assert.equal(s.class, 2);
  assert.deepEqual(startValues(stepOf(loop, 'e'), item).fields, {});
});

test('the form of an assisting unit starts with what that unit said, and with what was filed', () => {
  const two = {
    fields: [{ key: 'urgent' }, { key: 'solved' }, { key: 'reply' }],
    steps: [{ key: 'file', asks: [{ field: 'urgent' }] }, { key: 'reply', on_part: true, asks: ['urgent', 'solved', 'reply'].map((field) => ({ field })) }],
  };
  const item = {
    fields: [{ key: 'urgent', value: 'yes' }, { key: 'solved', value: '实际解决' }],
    parts: [
      { id: 1, own: false, answers: [] },
      { id: 2, own: true, unit_name: '乙', answers: [{ key: 'reply', title: '答复', value: '到过现场' }] },
    ],
  };
  assert.deepEqual(startValues(stepOf(two, 'reply'), item, 1).fields, { urgent: 'yes', solved: '实际解决' });
  assert.deepEqual(startValues(stepOf(two, 'reply'), item, 2).fields, { urgent: 'yes', reply: '到过现场' });
  const later = { ...item, parts: [item.parts[0], { ...item.parts[1], answers: [{ key: 'reply', title: '答复', value: '已配合' }] }] };
  assert.deepEqual(differences(item, later), [{ key: '2/reply', title: '乙 答复', mine: '到过现场', theirs: '已配合' }]);
});

test('what is missing is said before anything is sent', () => {
  const v = (key) => startValues(stepOf(loop, key), { fields: [] });
  assert.deepEqual(Object.keys(checkValues(stepOf(loop, 's'), v('s'), t)), ['reply', 'class', 'note']);
  assert.deepEqual(checkValues(stepOf(loop, 'd'), v('d'), t), { units: 'step.needLead' });
  assert.deepEqual(checkValues(stepOf(loop, 'd'), { ...v('d'), assist: [3] }, t), { units: 'step.needLead' });
  assert.deepEqual(Object.keys(checkValues(stepOf(loop, 'r'), { ...v('r'), reason: '甲' }, t)), [
    'reason.option',
  ]);
  assert.deepEqual(checkValues(stepOf(loop, 'r'), { ...v('r'), reason: '乙' }, t), {});
  assert.deepEqual(Object.keys(checkValues(stepOf(loop, 'e'), v('e'), t)), ['kind', 'judge']);
  assert.deepEqual(Object.keys(checkValues(stepOf(loop, 'x'), { ...v('x'), n: '0' }, t)), ['extend']);
});

test('the body of a step holds what was filled in and nothing else', () => {
  const s = stepOf(loop, 's');
  const v = {
    ...startValues(s, { fields: [] }),
    note: ' 好 ',
    class: 2,
    fields: { reply: '已办', at: '2026-11-20T09:30' },
  };
  assert.deepEqual(stepBody(s, v, 3, 7), {
    step: 's',
    version: 7,
    part: 3,
    note: '好',
    class: 2,
    fields: { reply: '已办', at: '2026-11-20T09:30:00+08:00' },
  });
  const d = stepOf(loop, 'd');
  assert.deepEqual(stepBody(d, { ...startValues(d, {}), lead: 3, assist: [2, 3] }, null, 1), {
    step: 'd',
    version: 1,
    units: [3, 2],
  });
  const x = stepOf(loop, 'x');
  assert.equal(stepBody(x, { ...startValues(x, {}), n: '3', per: 'wd' }, 1, 1).extend, '3wd');
});

test('a conflict shows what differs and only that', () => {
  const mine = {
    state_title: '办理中',
    priority: '一般',
    fields: [{ key: 'reply', title: '答复', value: '甲' }],
  };
  const theirs = {
    state_title: '办理中',
    priority: '特急',
    fields: [
      { key: 'reply', title: '答复', value: '甲' },
      { key: 'kind', judge: 'x', title: '类型', value: '咨询' },
    ],
  };
  assert.deepEqual(
    differences(mine, theirs).map((d) => [d.key, d.mine, d.theirs]),
    [
      ['priority', '一般', '特急'],
      ['x/kind', '', '咨询'],
    ],
  );
  assert.deepEqual(differences(mine, mine), []);
});

test('keys go by position and stay out of words being composed', () => {
  const press = (x) => ({
    isComposing: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...x,
  });
  assert.equal(keyName(press({ code: 'KeyJ', key: 'Process' }), false), 'KeyJ');
  assert.equal(keyName(press({ code: 'KeyJ', isComposing: true }), false), '');
  assert.equal(keyName(press({ code: 'KeyK', ctrlKey: true }), false), '');
  assert.equal(keyName(press({ code: 'Digit3', altKey: true }), false), 'Alt Digit3');
  assert.equal(keyName(press({ code: 'KeyE', altKey: true }), false), '');
  assert.equal(keyName(press({ code: 'KeyT' }), true), 'G KeyT');
  assert.equal(keyName(press({ code: 'Slash', shiftKey: true, key: '?' }), false), 'Shift Slash');
});

test('a path finds its page and its parts', () => {
  const routes = [
    { path: '/', page: 'today' },
    { path: '/i/:id', page: 'item', right: 'r' },
    { path: '/settings/defs/:kind/:key', page: 'def' },
  ];
  assert.equal(match(routes, '/').page, 'today');
  assert.deepEqual(match(routes, '/i/12'), { page: 'item', right: 'r', params: { id: '12' } });
  assert.equal(match(routes, '/settings/defs/loop/a%2Fb').params.key, 'a/b');
  assert.equal(match(routes, '/i'), null);
  assert.equal(match(routes, '/nothing/here'), null);
});

test('a step that asks the place: said whole, a point has both numbers', () => {
  const step = { key: 'place', fields: [{ key: 'place', type: 'place', required: true }] };
  const v = startValues(step, { address: '北虹路1号', lat: 31.2, lon: 121.3 });
  assert.deepEqual(v.place, { address: '北虹路1号', lat: '31.2', lon: '121.3' });
  const bad = (place) => Object.keys(checkValues(step, { ...v, place }, (key) => key));
  assert.deepEqual(bad(v.place), []);
  assert.deepEqual(bad({ address: ' ', lat: '', lon: '' }), ['place.address']);
  assert.deepEqual(bad({ address: '', lat: '31.2', lon: '121.3' }), []);
  assert.deepEqual(bad({ address: '路口', lat: '31.2', lon: '' }), ['place.lon']);
  assert.deepEqual(bad({ address: '路口', lat: '91', lon: '东' }), ['place.lat', 'place.lon']);
  assert.deepEqual(stepBody(step, { ...v, place: { address: ' 路口 ', lat: '', lon: '' } }, null, 3).place, { address: '路口', lat: 0, lon: 0 });
});
