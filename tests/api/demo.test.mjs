// The demonstration year: its figures are a town's, its history holds, and the same seed gives the same year.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { history, Town, call, good, run } from './lib.mjs';

const AT = '2026-11-20T09:00:00+08:00';
const ITEMS = 6000;

test('a demonstration year', async (t) => {
  const town = await Town.make({ at: AT, prepare: (x) => run('demo', '--dir', x.dir, '--items', String(ITEMS), '--until', AT) });
  t.after(() => town.end());
  const lead = await town.as('leader1');
  const count = async (filter) => Number(String((await lead.list(filter, '&limit=1')).total).replace('+', ''));
  const within = (x, lo, hi, what) => assert.ok(x >= lo && x <= hi, `${what}: ${x} is not within ${lo}..${hi}`);
  const orders = await count('loop:hotline');
  const share = async (filter, lo, hi) => within((await count(`loop:hotline ${filter}`)) / orders, lo, hi, filter);

  await t.test('the four rates are those of a town', async () => {
    const { rates, tallies } = (await lead.board('2026-01..2026-10')).total;
    within(rates.on_time, 0.955, 0.988, 'on time');
    within(rates.satisfied, 0.88, 0.93, 'satisfied');
    within(rates.contact, 0.93, 0.97, 'first contact');
    within(rates.solved, 0.76, 0.9, 'solved');
    assert.ok(tallies.intake > orders * 0.7);
  });

  await t.test('what goes wrong in a year does', async () => {
    await share('returns:>=1', 0.03, 0.09);
    await share('returns:>=2', 0.002, 0.02);
    await share('extensions:>=1', 0.015, 0.06);
    await share('merged:yes', 0.006, 0.025);
    await share('repeat:yes', 0.03, 0.08);
    await share('main-repeat:yes', 0.02, 0.07);
    await share('round:>=2', 0.01, 0.04);
    await share('reopens:>=1', 0.0005, 0.008);
    await share('excluded:yes', 0.002, 0.012);
    await share('urges:>=1', 0.003, 0.02);
    await share('-hard_at:none', 0.003, 0.02);
    await share('-charge:none', 0.002, 0.02);
    await share('-slip_at:none', 0.004, 0.02);
    await share('镇回访.综合满意:不满意', 0.01, 0.06);
    await share('区复核.综合满意:满意', 0.05, 0.15);
    await share('第三方测评.综合满意:满意', 0.01, 0.06);
    await share('state:void', 0.0003, 0.006);
    await share('open:yes', 0.004, 0.04);
    await share('priority:特急', 0.0005, 0.02);
    await share('时限.处置:已超期,超期办结', 0.01, 0.05);
    await share('时限.先行联系:已超期,超期办结', 0.01, 0.12);
    assert.ok((await count('感谢')) > 0, 'thanks');
    assert.ok((await count('state:suspended')) > 0, 'parked');
  });

  await t.test('the patrol is lived beside it, from another script', async () => {
    const found = await count('loop:patrol parent:no');
    within(found / (orders + found), 0.19, 0.21, 'found by the patrol');
    within((await count('loop:patrol closed:yes')) / found, 0.95, 1, 'closed');
    within((await count('loop:patrol state:refused')) / found, 0.01, 0.07, 'refused');
    assert.ok((await count('loop:patrol 与来电先后:无来电')) > found / 2, 'found before anybody called');
    const { rates } = (await lead.get('/api/boards/patrol?period=2026-01..2026-10')).body.total;
    within(rates.handle_met, 0.9, 0.99, 'handled in time');
  });

  await t.test('the smaller loops live too: a few dozen to a few hundred items a year, nearly all of them brought to their end', async () => {
    let rest = 0;
    for (const [loop, share, closed] of [['task', 0.02, 0.75], ['dispute', 0.03, 0.7], ['stuck', 0.015, 0.9], ['proposal', 0.008, 0.6], ['demand', 0.012, 0.85], ['hazard', 0.03, 0.85], ['rectify', 0.008, 0.65], ['property', 0.015, 0.6], ['project', 0.01, 0.3],
      ['enterprise-demand', 0.015, 0.85], ['lead', 0.01, 0.5], ['common', 0.005, 0.5]]) {
      const n = await count(`loop:${loop} parent:no`);
      within(n / orders, share * 0.8, share * 1.2, loop);
      within((await count(`loop:${loop} parent:no closed:yes`)) / n, closed, 1, `closed of ${loop}`);
      rest += n;
    }
    assert.equal(orders + (await count('loop:patrol parent:no')) + rest, ITEMS);
    for (const filter of ['loop:task -red_at:none', 'loop:task -blue_at:none', 'loop:dispute extensions:>=1', 'loop:stuck outcome:依规不能办已说明', 'loop:proposal sort:列入计划',
      'loop:demand -conferred_at:none', 'loop:hazard -struck_at:none', 'loop:hazard -spot_at:none', 'loop:hazard -failed_at:none', 'loop:rectify consolidated:yes', 'loop:property -cracked_at:none', 'loop:property recheck:yes',
      'loop:enterprise-demand -policy:none', 'loop:enterprise-demand -granted_at:none', 'loop:lead state:landed', 'loop:lead state:lost', 'loop:lead kept:已兑现',
      'loop:project slipping:yes', 'loop:project clock.works:late', 'loop:project -failed_at:none', 'loop:project state:closed paid:>0', 'loop:common members:>=3', 'loop:common state:solved', 'loop:common effect:没有下降,明显下降', 'loop:common state:watching', 'gathered:yes closed:yes']) assert.ok((await count(filter)) > 0, filter);
  });

  await t.test('rules file beside the scripts: enterprises are visited, quarter by quarter, most of them in time', async () => {
    const { tallies, rates } = (await lead.get('/api/boards/visit?period=2026Q3')).body.total;
    assert.ok(tallies.planned >= 25, `${tallies.planned} were to be visited`);
    within(rates.coverage, 0.8, 1, 'visited');
    within(rates.in_time, 0.75, 1, 'in time');
    for (const key of ['face', 'line', 'demands', 'answered', 'settled']) assert.ok(tallies[key] > 0, key);
    const big = (await lead.get('/api/cadences?loop=visit&day=2026-11-19')).body.rows.find((r) => r.key === 'big').total.counts;
    within(big.in_time / big.asked, 0.2, 0.8, 'half-way through a quarter half of them have been seen');
    assert.equal(big.unfiled, 0);
  });

  await t.test('what a visit or a duty brings up is filed where the work is done, and lived there', async () => {
    const firms = await count('loop:enterprise-demand parent:yes');
    within((await count('loop:enterprise-demand parent:yes closed:yes')) / firms, 0.8, 1, 'answered');
    assert.equal(await count('loop:visit -raised_at:none') > 0, true);
    const { tallies, rates } = (await lead.get('/api/boards/watch?period=2026-10..2026-11')).body.total;
    assert.equal(tallies.planned, 16 * 9 + 8 * 8, 'each post, each day');
    within(rates.stood, 0.9, 1, 'stood');
    within(rates.daily_met, 0.85, 1, 'reported on the day');
    within(tallies.zero / tallies.reported, 0.6, 0.95, 'nothing to report');
    const found = (await lead.get('/api/boards/incident?period=2026-10..2026-11')).body.total.tallies;
    within(found.found / tallies.planned, 0.1, 0.35, 'something found');
    assert.equal(found.open, 0);
    assert.equal(found.passed, await count('loop:hazard,dispute,patrol parent:yes'));
    assert.ok(found.passed > 5 && found.spot > 5);
  });

  await t.test('it has a year\'s rhythm', async () => {
    const of = async (filter) => count(`loop:hotline ${filter}`);
    const july = await of('filed:2026-07'), february = await of('filed:2026-02');
    assert.ok(july > 1.4 * february, `${july} in July, ${february} in February`);
    const water = (m) => of(`class:matters/0406 filed:${m}`);
    const summer = (await water('2026-06')) + (await water('2026-07')), spring = (await water('2026-03')) + (await water('2026-04'));
    assert.ok(summer > 2 * spring, `cloudbursts are in summer: ${summer}, ${spring} in spring`);
    const eve = await of('filed:2026-02-17..2026-02-19'), after = await of('filed:2026-03-03..2026-03-05');
    assert.ok(eve < after / 2, `${eve} around Spring Festival, ${after} two weeks later`);
  });

  await t.test('one neighbourhood is in trouble in the month before the last', async () => {
    const trouble = await count('loop:hotline unit:beihong filed:2026-10'), before = await count('loop:hotline unit:beihong filed:2026-09');
    assert.ok(trouble > 3 * before, `${trouble} after ${before}`);
    const late = await count('loop:hotline unit:beihong filed:2026-10 时限.处置:超期办结,已超期');
    within(late / trouble, 0.06, 0.5, 'late there');
  });

  await t.test('an order lies in the cell of its place, and those of one house in one point', async () => {
    for (const key of ['residents', 'grid', 'police', 'enforcement']) assert.equal(await count(`loop:hotline,patrol cell.${key}:none`), 0, key);
    const cells = (await lead.get('/api/layers')).body.rows.find((l) => l.key === 'residents').rows;
    const units = (await lead.get('/api/units')).body.rows;
    const name = (cell) => { const u = units.find((x) => x.id === cell.unit); return u.short_name || u.name; };
    const points = new Map();
    for (const cell of cells.filter((x) => ['beihong', 'talent'].includes(x.code))) {
      const { rows } = await lead.list(`loop:hotline cell.residents:${cell.code}`, '&limit=60&columns=address');
      assert.ok(rows.length > 20, `${rows.length} in ${cell.code}`);
      for (const { cells: { address } } of rows)
        for (const other of cells) assert.ok(other === cell || !address.startsWith(name(other)), `${address} in ${cell.code}`);
      for (const { id } of rows) {
        const { lat, lon, address } = (await lead.get(`/api/items/${id}`)).body;
        const house = address.match(/^(.*?（演示）\d+号)/)?.[1];
        if (!house) continue;
        assert.equal(points.get(house) ?? `${lat} ${lon}`, `${lat} ${lon}`, house);
        points.set(house, `${lat} ${lon}`);
      }
    }
    assert.ok(points.size > 10 && new Set(points.values()).size === points.size, 'every house has a point of its own');
    for (const { id } of (await lead.list('merged:yes', '&limit=5')).rows) {
      const it = (await lead.get(`/api/items/${id}`)).body;
      const main = (await lead.get(`/api/items/${it.merged}`)).body;
      assert.deepEqual([it.lat, it.lon], [main.lat, main.lon]);
    }
  });

  await t.test('a caller calls again, and tells of the same thing', async () => {
    const rows = (await lead.list('来源:12345 filed:2026-06..2026-09', '&limit=200')).rows;
    const seen = new Set(rows.map((row) => row.title));
    let twice = 0;
    for (const { id } of rows.slice(0, 100))
      if ((await lead.get(`/api/items/${id}`)).body.caller?.others > 0) twice++;
    assert.ok(twice > 20, `${twice} of 100 called before or again`);
    assert.ok(seen.size > 185, `${seen.size} different titles among 200`);
  });

  await t.test('counters and history hold', () => {
    good('tally', 'verify', '--dir', town.dir);
    good('audit', 'verify', '--dir', town.dir);
  });
});

test('the same seed gives the same year, another seed another', () => {
  const above = mkdtempSync(join(tmpdir(), 'bihuan-'));
  const told = (name, seed) => {
    const dir = join(above, name);
    good('demo', '--dir', dir, '--items', '300', '--until', AT, '--seed', seed);
    good('audit', 'verify', '--dir', dir);
    return history(dir);
  };
  const one = told('one', '7'), two = told('two', '7'), other = told('other', '8');
  assert.ok(one === two, 'to the last event');
  assert.ok(one !== other);
  const lists = ['one', 'two'].map((name) => call('export', '--dir', join(above, name), '--filter', '').out);
  assert.equal(lists[0], lists[1]);
  rmSync(above, { recursive: true });
});

// A newcomer makes the town at any minute of any day, and it is whole: once it was not, because an order that others had joined was to join
// another. That needs a full year to be likely: DEMO_TOWNS=40 DEMO_ITEMS=12000 looks for it.
test('whenever it is made, it is made to the end', () => {
  const above = mkdtempSync(join(tmpdir(), 'bihuan-'));
  const towns = Array.from({ length: Number(process.env.DEMO_TOWNS ?? 1) }, (_, i) => {
    const at = new Date(Date.UTC(2026, 10, 22 + i * 9, i * 5, i * 7));
    return ['--seed', String(i + 2), '--until', at.toISOString().slice(0, 16), '--items', process.env.DEMO_ITEMS ?? '2500'];
  });
  for (const more of towns) {
    const dir = join(above, 'town');
    const r = call('demo', '--dir', dir, ...more);
    assert.equal(r.code, 0, `${more.join(' ')}: ${r.err}`);
    rmSync(dir, { recursive: true });
  }
  rmSync(above, { recursive: true });
});
