// What a list shows is chosen by name, remembered with the person, and can be shared; nobody sees more by it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, fields, REPLY } from './lib.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';

test('columns of a list', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const units = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const handler = await town.as(`handler-${units[0].code}`);
  const rows = async (columns, p = desk) => {
    const r = await p.get(`/api/items?columns=${encodeURIComponent(columns)}`);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return r.body;
  };

  let it = (await desk.file({ title: '飞线充电', address: '泉口路1号', fields: { kind: '投诉' } })).body;
  await t.test('what every row says needs no cell', async () => {
    const r = await rows('no left title unit filed');
    assert.deepEqual(r.rows[0].cells, {});
    assert.equal(r.query.columns, 'no left title unit filed');
  });

  await t.test('fields, answers, clocks, parts, by the names of a filter', async () => {
    it = (await desk.step(it, 'dispatch', { units: [units[0].id, units[1].id] })).body;
    const asked = '地址 part 受理单位 clock.handle 时限.派单 reply 镇回访.综合满意 轮次';
    let r = await rows(asked);
    assert.equal(r.query.columns, 'address part receiver clock.handle clock.dispatch reply own.satisfied round');
    const { cells } = r.rows[0];
    assert.equal(cells.address, '泉口路1号');
    assert.match(cells.part, new RegExp(`${units[0].short || units[0].name}（待签收）、${units[1].short || units[1].name}（待签收）`));
    assert.match(cells['clock.handle'], /^running 2026-11-\d\dT\d\d:\d\d:\d\d\+08:00$/);
    assert.equal(cells['clock.dispatch'], 'met');
    assert.equal(cells.round, '1');
    assert.equal('reply' in cells, false, 'what is empty is left out');
    const mine = await handler.item(it.id);
    await handler.step(mine, 'reply', { fields: REPLY, part: mine.parts.find((p) => p.unit === units[0].id).id });
    r = await rows(asked);
    assert.equal(r.rows[0].cells.reply, REPLY.reply);
    assert.match(r.rows[0].cells.part, /（已反馈）、/);
  });

  await t.test('unknown, doubled and too many columns are refused', async () => {
    for (const columns of ['no colour', 'no no', 'clock.nothing', 'own.nothing']) {
      const r = await desk.get(`/api/items?columns=${encodeURIComponent(columns)}`);
      assert.equal(r.status, 400, columns);
      assert.deepEqual([...new Set(fields(r))], ['columns']);
    }
    const loop = (await desk.catalog()).loops[0];
    const many = ['no', 'left', 'state', 'title', 'unit', 'filed', 'changed', 'closed', 'due', 'returns', ...loop.fields.map((f) => f.key)].slice(0, 25);
    assert.equal(many.length, 25);
    assert.equal((await desk.get(`/api/items?columns=${many.join('%20')}`)).status, 413);
  });

  await t.test('everybody keeps his own layout', async () => {
    assert.deepEqual((await desk.get('/api/me')).body.list, { columns: '', density: 'normal', rows: 20 });
    const r = await desk.call('PUT', '/api/layout', { columns: '编号 title 承诺日期', density: 'narrow', rows: 50 });
    assert.deepEqual([r.status, r.body], [200, { columns: 'no title promised', density: 'narrow', rows: 50 }]);
    assert.deepEqual((await desk.get('/api/me')).body.list, r.body);
    assert.deepEqual((await handler.get('/api/me')).body.list, { columns: '', density: 'normal', rows: 20 });
    assert.equal((await desk.call('PUT', '/api/layout', { columns: 'colour', density: 'narrow' })).status, 400);
    assert.equal((await desk.call('PUT', '/api/layout', { columns: '', density: 'huge' })).status, 400);
    assert.equal((await desk.get('/api/me')).body.list.columns, 'no title promised', 'what was refused changed nothing');
  });

  await t.test('a column that a new version dropped is left out, not an error', async () => {
    const sys = await town.as('sysadmin');
    const defs = (await sys.get('/api/defs')).body.rows;
    const { text } = (await sys.get(`/api/defs/${defs.find((d) => d.key === 'hotline').id}`)).body;
    const more = text.replace('  - {key: review_on,', '  - {key: colour, title: 颜色, type: text}\n  - {key: review_on,');
    assert.equal((await sys.post('/api/defs', { kind: 'loop', text: more })).status, 200);
    assert.equal((await desk.call('PUT', '/api/layout', { columns: 'no colour title', density: 'normal' })).status, 200);
    assert.equal((await desk.get('/api/me')).body.list.columns, 'no colour title');
    // Versions never go away, so the name stays known; it is the same for a layout from another town's copy.
    town.sql(`UPDATE list_layout SET list_columns = 'no shape title'`);
    assert.equal((await desk.get('/api/me')).body.list.columns, 'no title');
  });
});

test('views that are shared', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1'), clerk = await town.as('clerk1');
  const cat = await desk.catalog();
  const units = cat.units.filter((u) => u.kind === 'neighbourhood');
  const [mine, other] = await Promise.all([town.as(`handler-${units[0].code}`), town.as(`handler-${units[1].code}`)]);
  const ops = cat.units.find((u) => u.code === 'ops-centre');
  const views = async (p) => (await p.get('/api/views')).body.rows;
  const titles = async (p) => (await views(p)).map((v) => v.title);

  await t.test('with everybody by who holds the town; with one\'s own unit by anybody', async () => {
    const all = await desk.post('/api/views', { title: '全镇超期', filter: 'overdue:yes', columns: 'no title clock.handle', shared: desk.me.town.id });
    assert.equal(all.status, 201, JSON.stringify(all.body));
    assert.deepEqual([all.body.shared_name, all.body.columns], [desk.me.town.name, 'no title clock.handle']);
    for (const p of [clerk, mine, other]) assert.deepEqual(await titles(p), ['全镇超期']);
    const seen = (await views(mine))[0];
    assert.deepEqual([seen.mine, seen.owner_name, seen.place], [false, desk.me.person.name, 0]);
    assert.equal((await mine.post('/api/views', { title: '本居委', filter: 'unit:mine', shared: units[0].id })).status, 201);
    assert.deepEqual(await titles(other), ['全镇超期'], 'not another unit\'s');
    assert.deepEqual(await titles(desk), ['全镇超期'], 'nor those above, who look with filters of their own');
    assert.equal((await clerk.post('/api/views', { title: '受理口径', filter: 'open:yes', shared: ops.id })).status, 201);
    const handler = await town.as('handler-ops-centre');
    assert.deepEqual((await titles(handler)).sort(), ['全镇超期', '受理口径'].sort());
  });

  await t.test('nobody shares above his own unit, nobody changes another\'s', async () => {
    const wide = await mine.post('/api/views', { title: '越级', filter: '', shared: desk.me.town.id });
    assert.deepEqual([wide.status, fields(wide)], [403, ['shared']]);
    assert.equal((await mine.post('/api/views', { title: '别家', filter: '', shared: units[1].id })).status, 403);
    assert.equal((await mine.post('/api/views', { title: '无此', filter: '', shared: 99999 })).status, 403);
    const seen = (await views(mine)).find((v) => !v.mine);
    assert.equal((await mine.call('PUT', `/api/views/${seen.id}`, { version: seen.version, title: '改', filter: '' })).status, 404);
    assert.equal((await mine.del(`/api/views/${seen.id}`)).status, 404);
  });

  await t.test('a shared filter shows each only what he may see', async () => {
    let it = (await desk.file({ title: '一居的事' })).body;
    it = (await desk.step(it, 'dispatch', { units: [units[0].id] })).body;
    await desk.post('/api/views', { title: '全部在办', filter: 'open:yes', shared: desk.me.town.id });
    const { filter } = (await views(other)).find((v) => v.title === '全部在办');
    assert.equal((await other.list(filter)).total, 0);
    assert.equal((await mine.list(filter)).total, 1);
  });

  await t.test('taken back, it is gone for the others', async () => {
    const v = (await views(desk)).find((x) => x.title === '全镇超期');
    const r = await desk.call('PUT', `/api/views/${v.id}`, { version: v.version, title: v.title, filter: v.filter, sort: v.sort, columns: v.columns });
    assert.deepEqual([r.status, r.body.shared], [200, 0]);
    assert.equal((await titles(mine)).includes('全镇超期'), false);
    assert.equal((await titles(desk)).includes('全镇超期'), true);
  });
});
