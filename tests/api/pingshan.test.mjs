// The 10,000 real orders of Pingshan, taken in by the product's own import: what the board says equals a count made
// here, independently, from the sheet itself.
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Town, figures, root, run } from './lib.mjs';

const SHEET = join(root, '../shared/data/pingshan12345/events_10000.csv.gz');

/** The sheet's rows as objects. It has quoted cells but no line breaks in them. */
function read(text) {
  const cells = (line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, -1)
    .map((m) => (m[1].startsWith('"') ? m[1].slice(1, -1).replaceAll('""', '"') : m[1]));
  const [head, ...lines] = text.replace(/^\uFEFF/, '').trimEnd().split(/\r?\n/);
  const names = cells(head);
  return lines.map((line) => Object.fromEntries(cells(`${line}`).map((c, i) => [names[i], c.trim()])));
}

const countBy = (rows, key) => {
  const n = new Map();
  for (const r of rows) n.set(key(r), (n.get(key(r)) ?? 0) + 1);
  return n;
};

test('the Pingshan orders', { skip: existsSync(SHEET) ? false : 'no ../shared' }, async (t) => {
  const text = gunzipSync(readFileSync(SHEET)).toString('utf8');
  const rows = read(text);
  assert.equal(rows.length, 10000);
  let report;
  const town = await Town.make({
    town: 'pingshan-sample',
    prepare: (x) => {
      writeFileSync(join(x.dir, 'events.csv'), text);
      report = JSON.parse(run('import', join(x.dir, 'events.csv'), '--map', 'events', '--dir', x.dir, '--json'));
    },
  });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  const board = async (by) => (await desk.get(`/api/boards/order?period=2017..2019&by=${by}`)).body;
  const v = (row, key) => row.tallies[key];

  await t.test('every row went in', () => {
    assert.equal(report.bad, 0, JSON.stringify(report).slice(0, 500));
    assert.equal(report.made ?? report.new, 10000);
  });
  await t.test('9,076 on time and 924 late', async () => {
    const { total } = await board('unit');
    assert.equal(v(total, 'intake'), 10000);
    assert.equal(v(total, 'on_time'), 9076);
    assert.equal(v(total, 'late'), 924);
    assert.equal(total.rates.on_time, 0.9076);
  });
  await t.test('by street', async () => {
    const mine = countBy(rows, (r) => r.street);
    const { rows: theirs } = await board('field:street');
    assert.deepEqual(new Map(theirs.map((r) => [r.name, v(r, 'intake')]).sort()), new Map([...mine].sort()));
    const late = countBy(rows.filter((r) => r.closure_state === '逾期办结'), (r) => r.street);
    for (const r of theirs) assert.equal(v(r, 'late'), late.get(r.name) ?? 0, r.name);
  });
  await t.test('by class', async () => {
    const mine = countBy(rows, (r) => [r.event_type, r.main_type, r.sub_type].join('/'));
    const cat = await desk.catalog();
    const byId = new Map(cat.classes.map((k) => [k.id, k]));
    const path = (k) => (k.parent ? `${path(byId.get(k.parent))}/${k.name}` : k.name);
    const { rows: theirs } = await board('class');
    assert.deepEqual(new Map(theirs.map((r) => [path(byId.get(r.id)), v(r, 'intake')]).sort()), new Map([...mine].sort()));
  });
  await t.test('a figure opens its orders', async () => {
    const late = figures(await board('field:street')).filter((c) => c.key === 'late');
    assert.ok(late.length > 1);
    for (const c of late) assert.equal((await desk.list(c.link)).total, c.v, c.link);
  });
});
