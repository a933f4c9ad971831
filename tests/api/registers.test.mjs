// Registers 台账: rows that last. They are kept, changed with their history, archived and restored; they refer to each other both
// ways; a list of them is a list of their own.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, fields, good } from './lib.mjs';
import { listed } from './scene.mjs';

// Published codes of four well-known companies: their last character is computed. [GB 32100-2015]
const CODES = ['9144030071526726XG', '91330100799655058B', '914403001922038216', '91110000802100433B'];

test('registers', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const clerk = await town.as('clerk1'), keeper = await town.as('keeper1'), leader = await town.as('leader1');
  const beihong = await town.as('handler-beihong');
  const { units, loops, registers } = await clerk.catalog();
  const unit = (code) => units.find((u) => u.code === code).id;
  const add = (loop, title, values, more = {}) => keeper.post('/api/items', { loop, title, fields: values, ...more });
  const made = async (...args) => { const r = await add(...args); assert.equal(r.status, 201, JSON.stringify(r.body)); return r.body; };
  const numbers = (list) => list.rows.map((r) => r.no);
  const value = (it, key) => it.fields.find((f) => f.key === key);

  await t.test('they stand beside the loops, each with its fields', () => {
    assert.deepEqual(registers.map((r) => r.key), ['estate', 'building', 'enterprise', 'meeting', 'topic', 'party-branch', 'activity', 'member-count', 'facility', 'premises', 'policy', 'asset', 'lease', 'post']);
    assert.equal(loops.some((l) => registers.some((r) => r.key === l.key)), false);
    const enterprise = registers[2];
    assert.equal(enterprise.name, '企业名称');
    assert.deepEqual(registers[1].fields.filter((f) => f.percent).map((f) => f.key), ['occupancy']);
    assert.deepEqual(enterprise.fields.filter((f) => f.register).map((f) => [f.key, f.type, f.register]), [['building', 'ref', 'building']]);
    assert.deepEqual(enterprise.steps.map((s) => s.key), ['add', 'change', 'archive', 'restore', 'merge', 'unmerge']);
    assert.equal(enterprise.steps[1].asks.some((a) => a.field === 'tax_head'), false, 'nobody is asked for what is computed');
  });

  let tower, shop;
  await t.test('a row is added; amounts are read as people write them, and what follows from others is computed', async () => {
    tower = await made('building', '泾源大厦', { area: 20000, let: '１９，０００', tax: '3,800万元' }, { address: '泉口路1号' });
    assert.match(tower.no, /^LY20261120-0001$/);
    assert.equal(tower.state, 'kept');
    assert.equal(value(tower, 'tax').value, '38000000');
    assert.equal(value(tower, 'occupancy').value, '0.95');
    assert.equal(value(tower, 'tax_area').value, '1900');
    assert.deepEqual(tower.clocks, []);
    shop = await made('enterprise', '泾源餐饮', { uscc: CODES[0].toLowerCase(), building: '泾源大厦', service: '北虹居委会', tax: '12.345万', staff: 10, tax_here: '是' });
    assert.equal(value(shop, 'uscc').value, CODES[0]);
    assert.equal(value(shop, 'building').value, tower.no);
    assert.equal(value(shop, 'building').shown, '泾源大厦');
    assert.equal(value(shop, 'building').row, tower.id);
    assert.deepEqual([value(shop, 'service').value, value(shop, 'service').shown], ['beihong', '北虹居委会']);
    assert.equal(value(shop, 'tax_head').value, '12345');
    assert.equal(value(shop, 'status').value, '在营');
  });

  await t.test('everything that is wrong is said at once', async () => {
    const r = await add('enterprise', '', { uscc: '91440300MA5EQXL24R', capital: '1.005', building: '没有这栋', service: '没有这个单位', tax_head: 5, founded: '2026-02-30' });
    assert.equal(r.status, 400);
    assert.deepEqual(fields(r), ['fields.building', 'fields.capital', 'fields.founded', 'fields.service', 'fields.tax_head', 'fields.uscc', 'title']);
    assert.match(r.body.errors.find((e) => e.field === 'fields.uscc').message, /校验码/);
    const twice = await add('enterprise', '另一家', { uscc: CODES[0] });
    assert.equal(twice.status, 409);
    assert.deepEqual([fields(twice), twice.body.errors[0].expected], [['fields.uscc'], shop.no]);
  });

  await t.test('a list of rows is a list of its own', async () => {
    await clerk.file({ title: '一件热线工单' });
    assert.deepEqual(numbers(await clerk.list('register:enterprise')), [shop.no]);
    assert.deepEqual(numbers(await clerk.list('台账:企业台账 经营状态:在营 tax:>100000')), [shop.no]);
    assert.deepEqual(numbers(await clerk.list('register:building occupancy:>=0.9')), [tower.no]);
    for (const [said, kept] of [['年税收:>3799万', 'tax:>37990000'], ['年税收:<=0.38亿元', 'tax:<=38000000'], ['出租率:>=95%', 'occupancy:>=0.95'], ['出租率:>95.5%', 'occupancy:>0.955']]) {
      const r = await clerk.get(`/api/items?filter=${encodeURIComponent(`register:building ${said}`)}`);
      assert.equal(r.body.query.filter, `register:building ${kept}`);
      assert.equal(r.body.total, said.includes('95.5') ? 0 : 1, said);
    }
    assert.deepEqual(numbers(await clerk.list('register:enterprise 泾源')), [shop.no]);
    assert.deepEqual((await clerk.list('')).rows.map((r) => r.loop), ['hotline'], 'no row among the items');
    assert.deepEqual((await clerk.list('open:yes 泾源')).rows, []);
    const wrong = await clerk.get(`/api/items?filter=${encodeURIComponent('loop:enterprise')}`);
    assert.equal(wrong.status, 400, 'a register is no loop');
    assert.equal((await clerk.get(`/api/items?filter=${encodeURIComponent('register:hotline')}`)).status, 400);
  });

  await t.test('columns say what the fields hold, for people', async () => {
    const list = await clerk.list('register:enterprise', `&columns=${encodeURIComponent('uscc building service tax')}`);
    assert.deepEqual(list.rows[0].cells, { uscc: CODES[0], building: '泾源大厦', service: '北虹居委会', tax: '123450' });
  });

  await t.test('who may read anywhere in the town reads every row; who may not change it is told', async () => {
    const seen = await beihong.item(tower.id);
    assert.equal(seen.title, '泾源大厦');
    assert.deepEqual(numbers(await beihong.list('register:building')), [tower.no]);
    const r = await beihong.step(seen, 'change', { fields: { let: 1 } });
    assert.equal(r.status, 403);
    assert.match(r.body.errors[0].message, /办理/);
  });

  await t.test('a change keeps what was; what follows from it is computed again', async () => {
    const r = await keeper.step(tower, 'change', { fields: { let: 10000, owner: '镇资产公司' } });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    tower = r.body;
    assert.equal(value(tower, 'occupancy').value, '0.5');
    const last = tower.timeline[0];
    assert.equal(last.what, 'change');
    assert.deepEqual(last.changes, { 'f/let': ['19000', '10000'], 'f/occupancy': ['0.95', '0.5'], 'f/owner': ['', '镇资产公司'] });
    assert.equal((await keeper.step(tower, 'change', { fields: { area: '' } })).status, 400, 'what is required stays');
    assert.deepEqual(numbers(await clerk.list('register:building occupancy:>=0.9')), []);
  });

  await t.test('a code that is changed is free again for another row', async () => {
    let r = await keeper.step(shop, 'change', { fields: { uscc: CODES[1] } });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    shop = r.body;
    const other = await made('enterprise', '用旧码的一家', { uscc: CODES[0], building: tower.no });
    r = await keeper.step(shop, 'change', { fields: { uscc: CODES[0] } });
    assert.equal(r.status, 409);
    assert.equal(r.body.errors[0].expected, other.no);
    r = await keeper.post(`/api/items/${shop.id}/undo`, { version: shop.version });
    assert.equal(r.status, 409, 'taking the change back would take a code that has gone to another row');
  });

  await t.test('a row says what refers to it, as long as it does', async () => {
    const firms = await clerk.list(`register:enterprise refers:${tower.no}`);
    assert.equal(firms.total, 2);
    assert.equal((await clerk.list(`refers:${tower.no}`)).total, 0, 'no item does');
    const r = await keeper.step(shop, 'change', { fields: { building: '' } });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    shop = r.body;
    assert.equal((await clerk.list(`register:enterprise 涉及:${tower.no}`)).total, 1);
  });

  await t.test('archived with a reason, out of the counts; restored as it was', async () => {
    assert.equal((await beihong.step(shop, 'archive', { note: '已迁出' })).status, 403, 'who keeps the register archives');
    assert.deepEqual(fields(await keeper.step(shop, 'archive', {})), ['note']);
    let r = await keeper.step(shop, 'archive', { note: '已迁出长宁' });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.deepEqual([r.body.state_title, r.body.open], ['已归档', false]);
    assert.equal((await clerk.list('register:enterprise open:yes')).total, 1);
    assert.equal((await clerk.list('register:enterprise')).total, 2);
    assert.equal((await keeper.step(r.body, 'change', { fields: { staff: 3 } })).status, 400);
    r = await keeper.step(r.body, 'restore', {});
    assert.equal(r.status, 200, JSON.stringify(r.body));
    assert.equal(r.body.state, 'kept');
  });

  await t.test('a row belongs to a unit that may change it, if one is named', async () => {
    const estate = await made('estate', '北虹小区', { kind: '商品房', households: 812, buildings: 20 }, { unit: unit('beihong') });
    assert.equal(estate.unit, unit('beihong'));
    const r = await beihong.step(estate, 'change', { fields: { owners: '筹备中' } });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    const item = await clerk.file({ title: '一件', unit: unit('beihong') });
    assert.deepEqual([item.status, fields(item)], [400, ['unit']], 'an item goes by its steps');
  });

  await t.test('a row gets another name and another unit; both can be taken back', async () => {
    let row = await made('estate', '南苑小区', { kind: '公房' }, { unit: unit('beihong') });
    assert.deepEqual((await clerk.catalog()).registers[0].steps[1].asks.slice(0, 3).map((a) => a.field), ['name', 'unit', 'place']);
    assert.deepEqual(fields(await keeper.step(row, 'change', { name: 'x'.repeat(121) })), ['name']);
    assert.deepEqual(fields(await keeper.step(row, 'change', { unit: 999999 })), ['unit']);
    assert.deepEqual(fields(await keeper.step(row, 'archive', { note: '并入', name: '别的', unit: unit('talent') })), ['name', 'unit'], 'only where it is asked');
    const r = await keeper.step(row, 'change', { name: ' 淮南苑 ', unit: unit('talent'), fields: { households: 300 } });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    row = r.body;
    assert.deepEqual([row.title, row.unit, value(row, 'households').value], ['淮南苑', unit('talent'), '300']);
    const { changes } = row.timeline[0];
    assert.deepEqual([changes.title, changes.unit], [['南苑小区', '淮南苑'], [unit('beihong'), unit('talent')]]);
    assert.deepEqual(numbers(await clerk.list('register:estate 淮南')), [row.no], 'found by its new name');
    assert.equal((await clerk.list('register:estate 南苑小区')).total, 0, 'and no longer by the old one');
    assert.equal((await clerk.list('register:estate unit:talent')).total, 1);
    assert.equal((await beihong.step(row, 'change', { fields: { households: 301 } })).status, 403, 'it is another unit\'s now');
    const same = await keeper.step(row, 'change', { name: '', fields: { households: 302 } });
    assert.deepEqual([same.body.title, same.body.unit], ['淮南苑', unit('talent')], 'what is not said stays');
    const back = await keeper.post(`/api/items/${row.id}/undo`, { version: same.body.version });
    assert.equal(back.status, 200, JSON.stringify(back.body));
    const again = await keeper.step(back.body, 'change', { name: '再一个', unit: unit('beihong') });
    const undone = await keeper.post(`/api/items/${row.id}/undo`, { version: again.body.version });
    assert.deepEqual([undone.body.title, undone.body.unit], ['淮南苑', unit('talent')]);
    assert.deepEqual(numbers(await clerk.list('register:estate 淮南')), [row.no]);
    assert.deepEqual((await keeper.item(row.id)).title, '淮南苑');
  });

  await t.test('what a register holds need not be asked again: the check of a definition says so, and it may be published', async () => {
    const sys = await town.as('sysadmin');
    const text = (firm) => `loop: firm-matter
title: 企业事项
number: {prefix: QX, digits: 5}
receiver: ops-centre
calendar: workdays
fields:
${firm}
  - {key: size, title: 规 模, type: text}
  - {key: floor, title: 楼层, type: text}
states:
  - {key: filed, title: 已登记}
  - {key: done, title: 已办结, final: yes}
steps:
  - {key: file, title: 登记, to: filed, who: [clerk], ask: [firm, size, floor]}
  - {key: close, title: 办结, from: filed, to: done, who: [clerk], does: close}
`;
    const check = async (firm) => {
      const r = await sys.post('/api/defs', { kind: 'loop', text: text(firm), dry: true });
      assert.equal(r.status, 200, JSON.stringify(r.body));
      return r.body.hints.map((h) => [h.field, h.line, h.message, h.expected]);
    };
    assert.deepEqual(await check('  - {key: firm, title: 企业, type: ref, register: enterprise}'),
      [['fields[1].title', 8, '台账“企业台账”里已有“规模”，引用这一行时会显示，不必再问', '']]);
    assert.deepEqual(await check('  - {key: firm, title: 企业, type: ref, register: enterprise}\n  - {key: industry, title: 行业, type: text, from: firm.industry}').then((all) => all.map(([, , m]) => m)),
      ['台账“企业台账”里已有“规模”，引用这一行时会显示，不必再问'], 'what is taken over is asked of nobody');
    assert.deepEqual(await check('  - {key: firm, title: 统一社会信用代码, type: text}'),
      [['fields[0].title', 7, '台账“企业台账”里已有“统一社会信用代码”，建议改为引用那一行', '{type: ref, register: enterprise}']]);
    assert.deepEqual(await check('  - {key: firm, title: 企业简称, type: text}'), []);
  });

  await t.test('a row has a class where its register names a scheme, and may get another', async () => {
    const sys = await town.as('sysadmin');
    const text = 'register: gear\ntitle: 设施\nnumber: {prefix: SS}\nkeeper: ops-centre\nclasses: patrol\nwho: {change: [keeper]}\nfields: [{key: age, title: 年限, type: number}]\n';
    const r = await sys.post('/api/defs', { kind: 'register', text });
    assert.equal(r.status, 200, JSON.stringify(r.body));
    const [one, two] = [await keeper.klass('06010'), await keeper.klass('06020')];
    let row = await made('gear', '果壳箱', {}, { class: one });
    row = (await keeper.step(row, 'change', { class: two, fields: { age: 3 } })).body;
    assert.deepEqual([row.class, value(row, 'age').value], [two, '3']);
    assert.equal((await keeper.list('register:gear class:patrol/06020')).total, 1);
    assert.deepEqual(fields(await keeper.step(row, 'archive', { note: '拆除', class: one })), ['class']);
  });

  await t.test('a step of a loop may ask the name as well, never the unit', async () => {
    const first = (await clerk.file({ title: '路灯不亮' })).body;
    assert.deepEqual(fields(await clerk.step(first, 'note', { note: '记', name: '别的', unit: unit('beihong') })), ['name', 'unit']);
    const sys = await town.as('sysadmin');
    const { rows } = (await sys.get('/api/defs')).body;
    const { text } = (await sys.get(`/api/defs/${rows.find((d) => d.key === 'hotline').id}`)).body;
    const put = text.replace('    does: note\n    note: required', '    does: note\n    ask: name!\n    note: required');
    const published = await sys.post('/api/defs', { kind: 'loop', text: put });
    assert.equal(published.status, 200, JSON.stringify(published.body));
    const order = (await clerk.file({ title: '井盖翘起' })).body;
    assert.deepEqual(fields(await clerk.step(order, 'note', { note: '记' })), ['name']);
    const renamed = await clerk.step(order, 'note', { note: '来电人更正', name: '井盖损坏' });
    assert.equal(renamed.status, 200, JSON.stringify(renamed.body));
    assert.deepEqual([renamed.body.title, renamed.body.timeline[0].changes.title], ['井盖损坏', ['井盖翘起', '井盖损坏']]);
    assert.equal((await clerk.list('井盖损坏')).total, 1);
  });

  await t.test('counters equal the lists', async () => {
    for (const register of registers) {
      const { body: board } = await leader.get(`/api/boards/${register.key}`);
      assert.ok(board.tallies, JSON.stringify(board));
      assert.ok(board.tallies.length > 1);
      for (const tally of board.tallies)
        assert.equal(await listed(leader, tally, tally.filter), board.total.tallies[tally.key], tally.filter);
    }
    const { total } = (await leader.get('/api/boards/enterprise')).body;
    assert.deepEqual(total.tallies, { kept: 2, linked: 0, taxed: 1 });
    assert.deepEqual(total.rates, { linked: 0 });
    const checked = good('tally', 'verify', '--dir', town.dir);
    assert.equal(checked.ok, true);
    assert.equal(good('audit', 'verify', '--dir', town.dir).ok, true);
  });
});
