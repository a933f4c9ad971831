// Requests of a day's work, each with the n-th statement, commit, file write and allocation failing, n = 1, 2, ... until it
// is done: every time an error answer and nothing kept, and in the end the chain, the counters and the folder are whole.
import test from 'node:test';
import assert from 'node:assert/strict';
import { REPLY } from '../api/lib.mjs';
import { World, points } from './lib.mjs';

for (const point of points) test(`an order's life, each ${point} failing`, { timeout: 1200_000 }, async (t) => {
  const w = await World.make(t);
  const { town } = w;
  const desk = await town.as('dispatcher1'), leader = await town.as('leader1');
  const committee = (await desk.catalog()).units.find((u) => u.kind === 'neighbourhood');
  const handler = await town.as(`handler-${committee.code}`);
  const cls = await desk.klass('0102');
  const write = (what, ok, send) => w.write(point, what, ok, send);
  const read = (what, path, who = desk) => w.read(point, what, () => who.get(path));
  let it;
  const step = async (who, name, more = {}) => {
    it = (await write(name, 200, (h) => who.post(`/api/items/${it.id}/steps`, { step: name, version: it.version, ...more }, h))).body;
  };
  const attach = (text) => write('attach', 201, (h) => {
    const form = new FormData();
    form.append('file', new Blob([text], { type: 'text/plain' }), '现场.txt');
    return handler.post(`/api/items/${it.id}/files`, form, h);
  });

  await write('log in', 200, () => town.nobody().post('/api/login', { login: 'reader1', password: 'bihuan-demo-2026' }));
  it = (await write('file', 201, (h) => desk.post('/api/items', { loop: 'hotline', title: '楼道堆物', text: '二期7号楼',
    class: cls, fields: { channel: '12345', kind: '投诉' }, caller: { name: '李小明', phone: '13812346612' } }, h))).body;
  assert.equal(it.no, 'RX20261120-00001', 'no number is lost to what failed');
  await step(desk, 'dispatch', { units: [committee.id] });
  it = (await write('undo', 200, (h) => desk.post(`/api/items/${it.id}/undo`, { version: it.version }, h))).body;
  // An answer of 200 tells what became of each row: here of the only one.
  const alone = (r) => {
    const row = r.body?.rows?.[0];
    return row && !row.ok ? { ...r, status: { store: 500, busy: 503, full: 503 }[row.errors[0].code] ?? 400, body: { errors: row.errors } } : r;
  };
  await write('batch', 200, (h) => desk.post('/api/steps', { step: 'note', note: '先记一笔', items: [{ id: it.id, version: it.version }] }, h).then(alone));
  it = (await desk.get(`/api/items/${it.id}`)).body;
  await write('watch', 204, (h) => desk.call('PUT', `/api/watches/${it.id}`, undefined, h));
  await step(desk, 'dispatch', { units: [committee.id] });
  await step(handler, 'contact', { fields: { contacted: '是', contact_way: '电话' } });
  it = (await attach('现场照片'.repeat(1000))).body;
  assert.equal((await desk.get(`/api/items/${it.id}/files/1`)).body, '现场照片'.repeat(1000));
  await step(desk, 'suspend', { note: '等材料', reason: { key: '客观条件', option: '待上级批复' },
    fields: { promised: '2026-12-01', review_on: '2026-11-25' } });
  await step(leader, 'suspend', { say: 'no', note: '材料已到' });
  await step(desk, 'suspend', { note: '还差一份', reason: { key: '客观条件', option: '待上级批复' },
    fields: { promised: '2026-12-01', review_on: '2026-11-25' } });
  await step(leader, 'suspend', { say: 'yes' });
  await step(leader, 'resume');
  await step(handler, 'reply', { fields: REPLY });
  await step(desk, 'check');
  await step(desk, 'close');
  await step(desk, 'rate', { fields: { satisfied: '基本满意', solved: '实际解决' } });
  await write('reveal', 200, (h) => leader.post(`/api/items/${it.id}/reveal`, { reason: '核实联系方式' }, h));
  assert.equal(it.timeline.length, it.version, 'an event for every version');
  const keeper = await town.as('keeper1'), firm = { loop: 'enterprise', title: '泾源餐饮', fields: { uscc: '9144030071526726XG', contact: '欧阳明德', phone: '13812346612' } };
  const shop = (await write('add a row with personal data', 201, (h) => keeper.post('/api/items', firm, h))).body;
  await write('reveal a field', 200, (h) => keeper.post(`/api/items/${shop.id}/reveal`, { reason: '核对', fields: ['phone', 'contact'] }, h));
  const inspector = await town.as('inspector1'), finding = { loop: 'patrol', title: '楼道堆物', address: '北虹路1号',
    class: await inspector.klass('06036'), fields: { channel: '监督员上报' } };
  const found = (await write('file as the same matter', 201, (h) => inspector.post('/api/items', { ...finding, same: it.no }, h))).body;
  await write('untie', 200, (h) => desk.del(`/api/items/${found.id}/same/${it.id}`, h));
  await write('tie', 200, (h) => desk.post(`/api/items/${found.id}/same`, { other: it.no }, h));

  const map = JSON.stringify({ map: 'own', title: '日报', loop: 'hotline', columns: [{ column: '事项', to: 'title' }, { to: 'channel', otherwise: '12345' }, { to: 'kind', otherwise: '求助' }, { to: 'class', otherwise: 'matters/1206' }] });
  const kept = (await write('keep a map', 201, (h) => desk.post('/api/import-maps', { title: '日报', map }, h))).body;
  await write('change a map', 200, (h) => desk.call('PUT', `/api/import-maps/${kept.id}`, { title: '晚报', map, version: 1 }, h));
  await write('drop a map', 204, (h) => desk.call('DELETE', `/api/import-maps/${kept.id}`, undefined, h));

  await read('item', `/api/items/${it.id}`);
  await read('kin', `/api/items/${it.id}/kin`);
  await w.read(point, 'clashes of a draft', () => desk.post('/api/clashes', { loop: 'project', lat: 31.21, lon: 121.36, fields: { dig_from: '2026-06-01', dig_to: '2026-06-30' } }));
  await w.read(point, 'kin of a draft', () => desk.post('/api/kin', { ...finding, loop: undefined, fields: undefined, phone: '13812346612' }));
  await read('by number', `/api/numbers/${it.no}`);
  await read('file', `/api/items/${it.id}/files/1`);
  await read('list', `/api/items?filter=${encodeURIComponent('loop:hotline state:rated')}&count=1`);
  await read('search', `/api/items?filter=${encodeURIComponent('堆物')}&count=1`);
  await read('board', '/api/boards/hotline?period=2026-11');
  await read('board as a workbook', '/api/boards/hotline/table.xlsx?period=2026-11&compare=yes');
  await read('suggestions', `/api/items/${it.id}/suggestions`);
  await w.read(point, 'export', () => desk.get('/api/export?filter='), { stream: true });
  await w.read(point, 'export a workbook', () => desk.get('/api/export?format=xlsx&filter='), { stream: true });
  await read('catalogue', '/api/catalog');
  await read('who I am', '/api/me');
  await read('events', '/api/audit?limit=50', await town.as('auditadmin'));
  await read('health', '/healthz', town.nobody());
  await w.whole(t);
});
