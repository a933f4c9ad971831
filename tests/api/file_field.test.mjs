// A field that names one of the item's attachments: by name or id, replaced with its history, found where it is missing, told by its
// name in lists and sheets, and kept with its own row.
import assert from 'node:assert/strict';
import { test, before, after } from 'node:test';
import { Town, fields, until } from './lib.mjs';

// Published codes of well-known companies. [GB 32100-2015]
const CODES = ['9144030071526726XG', '91330100799655058B'];

let town, keeper, firm, other;
const ok = (r) => { assert.ok(r.status < 300, JSON.stringify(r.body)); return r.body; };
const field = (it, key) => it.fields.find((f) => f.key === key) || {};
const add = (title, uscc, more = {}) => keeper.post('/api/items', { loop: 'enterprise', title, fields: { uscc, ...more } });
async function attach(it, name) {
  const form = new FormData();
  form.set('file', new Blob([`${name} of ${it.no}`], { type: 'application/pdf' }), name);
  return ok(await keeper.call('POST', `/api/items/${it.id}/files`, form));
}
const change = (it, licence) => keeper.step(it, 'change', { fields: { licence } });
const found = async (filter) => (await keeper.list(`register:enterprise ${filter}`)).rows.map((r) => r.title);

before(async () => {
  town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  keeper = await town.as('keeper1');
  firm = ok(await add('甲公司', CODES[0]));
  other = ok(await add('乙公司', CODES[1]));
});
after(() => town?.end());

test('a new row is not asked for it, a change is; what is no attachment of the row is refused', async () => {
  const { registers } = await keeper.catalog();
  const { steps, fields: kinds } = registers.find((r) => r.key === 'enterprise');
  assert.equal(kinds.find((f) => f.key === 'licence').type, 'file');
  assert.deepEqual(['add', 'change'].map((key) => steps.find((s) => s.key === key).asks.some((a) => a.field === 'licence')), [false, true]);
  const early = await add('丙公司', '914403001922038216', { licence: '1' });
  assert.deepEqual([early.status, fields(early)], [400, ['fields.licence']]);
  other = await attach(other, '别家的.pdf');
  for (const said of ['1', '执照.pdf', '1/别家的.pdf', '9', '0']) {
    const r = await change(firm, said);
    assert.deepEqual([r.status, fields(r)], [400, ['fields.licence']], said);
    assert.match(r.body.errors[0].message, /没有附件/);
  }
});

test('it is said by name or id, told by its name, and leads to the file', async () => {
  firm = await attach(firm, '执照.pdf');
  firm = ok(await change(firm, '执照.pdf'));
  assert.deepEqual([field(firm, 'licence').value, field(firm, 'licence').shown], ['1/执照.pdf', '执照.pdf']);
  firm = ok(await change(firm, ''));
  firm = ok(await change(firm, '1'));
  assert.equal(field(firm, 'licence').value, '1/执照.pdf');
  const list = await keeper.list('register:enterprise 甲公司', '&columns=licence');
  assert.equal(list.rows[0].cells.licence, '执照.pdf');
  const r = await fetch(`${town.base}/api/items/${firm.id}/files/1`, { headers: { cookie: keeper.cookie } });
  assert.equal(await r.text(), `执照.pdf of ${firm.no}`);
});

test('another in its place is a change that can be taken back; of one name the newest is meant', async () => {
  firm = await attach(firm, '执照.pdf');
  firm = ok(await change(firm, '执照.pdf'));
  assert.equal(field(firm, 'licence').value, '2/执照.pdf');
  assert.deepEqual(firm.timeline[0].changes['f/licence'], ['1/执照.pdf', '2/执照.pdf']);
  firm = ok(await keeper.post(`/api/items/${firm.id}/undo`, { version: firm.version }));
  assert.equal(field(firm, 'licence').value, '1/执照.pdf');
  assert.equal(firm.files.length, 2, 'both stay');
});

test('rows without one are found; nothing else is asked of it', async () => {
  assert.deepEqual(await found('licence:none'), ['乙公司']);
  assert.deepEqual(await found('-营业执照:none'), ['甲公司']);
  assert.equal((await keeper.get(`/api/items?filter=${encodeURIComponent('register:enterprise licence:执照.pdf')}`)).status, 400);
});

test('a sheet tells its name, and changes nothing when it comes in again', async () => {
  firm = ok(await change(await keeper.item(firm.id), '2'));
  const out = await (await fetch(`${town.base}/api/export?format=csv&filter=${encodeURIComponent('register:enterprise')}`, { headers: { cookie: keeper.cookie } })).text();
  assert.match(out, /营业执照/);
  assert.match(out, /执照\.pdf/);
  assert.doesNotMatch(out, /2\/执照/);
  const form = (more) => {
    const f = new FormData();
    f.set('file', new Blob([out]), 'rows.csv');
    for (const [k, v] of Object.entries(more)) f.set(k, v);
    return f;
  };
  const { map } = ok(await keeper.call('POST', '/api/import-look', form({ loop: 'enterprise' })));
  const { id } = ok(await keeper.call('POST', '/api/imports', form({ map: JSON.stringify(map), dry: 'no' })));
  const job = await until('the import is over', async () => {
    const j = ok(await keeper.get(`/api/jobs/${id}`));
    return !['waiting', 'running'].includes(j.state) && j;
  });
  assert.deepEqual([job.new, job.updated, job.same, job.bad], [0, 0, 2, 0], JSON.stringify(job));
});

test('a merged row keeps its own file', async () => {
  const r = await keeper.step(await keeper.item(firm.id), 'merge', { other: other.no, takes: ['licence'] });
  assert.equal(r.status, 400);
  assert.match(r.body.errors[0].message, /附件，留在原来的对象上/);
});
