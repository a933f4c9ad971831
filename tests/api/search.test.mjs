// Searching: found at once, found by any piece of two characters or one, only by those who may see it, and the same
// whether the index knows an order already or not.
import test from 'node:test';
import assert from 'node:assert/strict';
import { DEMO_ROWS, Town, run, until } from './lib.mjs';

const AT = '2026-11-20T09:00:00+08:00';
const titles = (answer) => answer.rows.map((r) => r.title);
const state = (town) => JSON.parse(run('search', 'status', '--json', '--dir', town.dir));
const fill = (town, word = 'fill') => JSON.parse(run('search', word, '--json', '--dir', town.dir));

const ORDERS = [
  { title: '飞线充电存在隐患', text: '有人从三楼拉线给电动车充电。', address: '北虹路1号' },
  { title: '楼道堆物', text: '楼道里堆了纸箱，旁边还有飞线充电，\n请处理。', address: '示例路88弄3号' },
  { title: 'WiFi信号箱损坏', text: '箱体编号ABC-007，门锁坏了100%要换。', address: '淮阴路' },
  { title: '他说"马上来"', text: "it's a 50_50 case \\ 没有来", address: '' },
  { title: '𠮷野家门口积水', text: '', address: '' },
];
const CASES = [
  ['飞线', [0, 1]],
  ['飞线充电', [0, 1]],
  ['线充', [0, 1]],
  ['充电 楼道', [1]],
  ['飞线,积水', [0, 1, 4]],
  ['飞线 -楼道', [0]],
  ['线', [0, 1]],
  ['箱', [1, 2]],
  ['北虹', [0]],
  ['88弄', [1]],
  ['8', [1]],
  ['wifi', [2]],
  ['FI信', [2]],
  ['abc-007', [2]],
  ['c-0', [2]],
  ['100%', [2]],
  ['%', [2]],
  ['50_50', [3]],
  ['_', [3]],
  ['"it\'s"', [3]],
  ['"\\"马上"', [3]],
  ['"\\\\"', [3]],
  ["';--", []],
  ['𠮷野', [4]],
  ['𠮷', [4]],
  ['线飞', []],
  ['RX2026', [0, 1, 2, 3, 4]],
];

test('every piece of a text finds it', async (t) => {
  const town = await Town.make({ at: AT });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  for (const x of ORDERS) assert.equal((await desk.file(x)).status, 201);

  async function all(more = '') {
    for (const [filter, wanted] of CASES) {
      const r = await desk.list(filter, more);
      assert.deepEqual(titles(r).sort(), wanted.map((i) => ORDERS[i].title).sort(), `${filter} ${more}`);
      assert.equal(r.total, wanted.length, filter);
      assert.equal(r.total_capped, false);
    }
  }

  await t.test('at once, while the index has none of them', async () => {
    assert.deepEqual(state(town), { items: 5, waiting: 5, blocks: 0 });
    await all();
  });

  await t.test('by the index, in each order', async () => {
    assert.deepEqual(fill(town), { items: 5, waiting: 0, blocks: 1 });
    for (const sort of ['relevance', '-filed', 'filed', 'due', '-changed']) await all(`&sort=${sort}`);
  });

  await t.test('the index behind, rebuilt, and with rows that say nothing', async () => {
    await desk.file({ title: '后来的飞线', text: '', address: '' });
    assert.equal(state(town).waiting, 1);
    assert.deepEqual(titles(await desk.list('飞线')), ['后来的飞线', '飞线充电存在隐患', '楼道堆物']);
    assert.deepEqual(fill(town, 'rebuild'), { items: 6, waiting: 0, blocks: 1 });
    assert.deepEqual(titles(await desk.list('飞线')), ['后来的飞线', '飞线充电存在隐患', '楼道堆物']);
    town.sql('UPDATE text_block SET state = 2');
    assert.deepEqual(state(town), { items: 6, waiting: 6, blocks: 0 });
    assert.deepEqual(titles(await desk.list('飞线')), ['后来的飞线', '飞线充电存在隐患', '楼道堆物']);
  });

  await t.test('after a step: the words with what has changed', async () => {
    fill(town);
    const item = (await desk.list('线充 存在隐患')).rows[0];
    const [unit] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
    assert.deepEqual(titles(await desk.list(`飞线 承办:=${unit.code}`)), []);
    assert.equal((await desk.step(item, 'dispatch', { units: [unit.id] })).status, 200);
    assert.deepEqual(titles(await desk.list(`飞线 承办:=${unit.code}`)), ['飞线充电存在隐患']);
  });
});

test('titles first, the newest first, and where the words stand', async (t) => {
  const town = await Town.make({ at: AT });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  await desk.file({ title: '积水一', text: '很深' });
  await desk.file({ title: '其它', text: '门口积水，\n行人绕行' });
  await desk.file({ title: '积水二', text: '地下车库' });
  const r = await desk.list('积水');
  assert.deepEqual(titles(r), ['积水二', '积水一', '其它']);
  assert.equal(r.query.sort, 'relevance', 'what is meant when nothing is said');
  assert.deepEqual(r.query.words, ['积水']);
  assert.deepEqual(r.rows.map((x) => x.snippet), ['', '', '门口积水， 行人绕行']);
  assert.deepEqual(titles(await desk.list('积水', '&sort=-filed')), ['积水二', '其它', '积水一']);
  const plain = await desk.list('open:yes');
  assert.deepEqual([plain.query.sort, plain.query.words], ['-filed', []]);
  assert.deepEqual(titles(await desk.list('open:yes', '&sort=relevance')), ['积水二', '其它', '积水一']);

  // A saved view keeps the order, and has the same usual one.
  for (const sort of ['relevance', '']) {
    const view = await desk.post('/api/views', { title: `积水${sort}`, filter: '积水', ...(sort && { sort }) });
    assert.equal(view.status, 201);
    assert.equal(view.body.sort, 'relevance');
  }

  // Page by page, across the border between the two.
  let after = '';
  const seen = [];
  do {
    const page = await desk.list('积水', `&limit=1&after=${after}`);
    seen.push(...titles(page));
    assert.equal(page.total, 3);
    after = page.next;
  } while (after);
  assert.deepEqual(seen, ['积水二', '积水一', '其它']);
  const wrong = await desk.get('/api/items?filter=%E7%A7%AF%E6%B0%B4&after=7.1.2');
  assert.equal(wrong.status, 400);
  assert.equal(wrong.body.errors[0].field, 'after');
});

test('nobody finds what he may not see', async (t) => {
  const town = await Town.make({ at: AT });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const [one, two] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const a = (await desk.file({ title: '甲处积水', text: '秘密' })).body;
  await desk.step(a, 'dispatch', { units: [one.id] });
  await desk.file({ title: '乙处积水', text: '秘密' });
  for (const filled of [false, true]) {
    if (filled) fill(town);
    const first = await town.as(`handler-${one.code}`), second = await town.as(`handler-${two.code}`);
    for (const word of ['积水', '秘密', '水', a.no]) {
      const r = await first.list(word);
      assert.deepEqual(titles(r), ['甲处积水'], word);
      assert.equal(r.total, 1);
      const nothing = await second.list(word);
      assert.deepEqual([nothing.rows, nothing.total, nothing.next], [[], 0, '']);
    }
  }
});

test('among thousands, the server fills the index and every list stays what it was', async (t) => {
  const town = await Town.make({
    prepare: (x) => {
      run('demo', '--dir', x.dir, '--items', '2600', '--until', AT, '--seed', '5');
      run('cadence', 'run', '--dir', x.dir, '--at', AT); // or the server would file it meanwhile
    },
    at: AT,
  });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const items = state(town).items;
  assert.ok(items >= 2600 + DEMO_ROWS);
  assert.ok(state(town).waiting < 512, 'the command has filled it');
  const handler = await town.as('handler-beihong');

  async function lists() {
    const all = [];
    for (const who of [desk, handler])
      for (const filter of ['楼', '小区', '电动车', '充电 小区', '楼 -小区', '12', '居民 open:yes'])
        for (const sort of ['relevance', '-filed', 'filed', 'due', '-changed']) {
          const seen = [];
          for (let after = '', pages = 0; pages < 3; pages++) {
            const r = await who.list(filter, `&sort=${sort}&limit=70&count=no&after=${after}`);
            seen.push(...r.rows.map((x) => x.id));
            after = r.next;
            if (!after) break;
          }
          all.push([filter, sort, seen]);
        }
    return all;
  }
  const indexed = await lists();
  assert.ok(indexed.some(([, , ids]) => ids.length === 210), 'some fill three pages');
  const r = await desk.list('小区');
  assert.ok(r.total >= 20 && r.total <= 2600);

  // Left alone, the server does it again by itself: found the same before, meanwhile and after.
  town.sql('UPDATE text_block SET state = 2');
  assert.deepEqual(await lists(), indexed);
  await until('the server has filled the index', () => state(town).waiting === 0);
  assert.deepEqual(await lists(), indexed);
  const doctor = run('doctor', '--lang', 'en', '--dir', town.dir);
  assert.match(doctor, new RegExp(`✓ search index: ${items} items in 1 blocks`));
});
