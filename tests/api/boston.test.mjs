// A month of a city's real requests, as a workbook of two sheets, taken in by maps of its own into a town of its own: what the board says
// equals a count made here. No code knows of it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Town, call, root, run } from './lib.mjs';
import { makeBook } from './xlsx.mjs';

const SHEET = join(root, '../shared/data/us311/boston_animal_2014_2023.csv.gz');
const MONTH = '2019-07';

/** Rows of a sheet with quoted cells that hold commas and line ends. */
function read(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r?\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
    if (end === '') break;
  }
  return rows.filter((r) => r.length > 1);
}

test('a month of Boston', { skip: existsSync(SHEET) ? false : 'no ../shared' }, async (t) => {
  const [head, ...all] = read(gunzipSync(readFileSync(SHEET)).toString('utf8'));
  const at = (name) => head.indexOf(name);
  const month = all.filter((r) => r[at('open_dt')].startsWith(MONTH));
  const closed = month.filter((r) => r[at('case_status')] === 'Closed');
  const open = month.filter((r) => r[at('case_status')] === 'Open');
  assert.equal(month.length, 415);
  assert.ok(closed.length > 20 && open.length > 20);
  // Days as a spreadsheet counts them, coordinates as numbers, the rest as it stands.
  const days = ['open_dt', 'closed_dt'].map(at);
  const numbers = ['latitude', 'longitude'].map(at);
  const cells = (r) => r.map((v, i) => (!v ? null : days.includes(i) ? { time: Date.parse(`${v.replace(' ', 'T')}Z`) / 86400e3 + 25569 } : numbers.includes(i) ? Number(v) : v));
  const reports = [];
  const town = await Town.make({
    town: 'boston-sample',
    prepare: (x) => {
      const file = join(x.dir, 'month.xlsx');
      writeFileSync(file, makeBook({ Closed: [[`Requests of ${MONTH}`], head, ...closed.map(cells)], Open: [[`Requests of ${MONTH}`], head, ...open.map(cells)] }));
      const both = call('import', file, '--map', 'requests', '--dir', x.dir, '--json');
      assert.notEqual(both.code, 0, 'two sheets fit: it asks which');
      for (const [map, sheet] of [['requests', 'Closed'], ['open-requests', 'Open'], ['requests', 'Closed']])
        reports.push(JSON.parse(run('import', file, '--map', map, '--sheet', sheet, '--dir', x.dir, '--json')));
    },
  });
  t.after(() => town.end());
  const desk = await town.as('dispatcher1');
  assert.deepEqual(reports.map((r) => [r.new, r.same, r.bad]), [[closed.length, 0, 0], [open.length, 0, 0], [0, closed.length, 0]]);
  const { total, rows } = (await desk.get('/api/boards/request?period=2019-07&by=field:neighbourhood')).body;
  assert.equal(total.tallies.intake, month.length);
  const mine = {};
  for (const r of month) if (r[at('neighborhood')].trim()) mine[r[at('neighborhood')].trim()] = (mine[r[at('neighborhood')].trim()] ?? 0) + 1;
  assert.deepEqual(Object.fromEntries(rows.filter((r) => mine[r.name]).map((r) => [r.name, r.tallies.intake])), mine);
  const whole = (await desk.get('/api/boards/request?period=2019..2021&by=unit')).body.total;
  assert.equal(whole.tallies.closed, closed.length);
  const one = closed.find((r) => r[at('closed_dt')]);
  const found = (await desk.get(`/api/items?filter=source_no:${one[at('case_enquiry_id')]}`)).body.rows[0];
  assert.equal(found.filed.slice(0, 19).replace('T', ' '), one[at('open_dt')]);
});
