// Imports and what else is done in groups, each group's statements, commits and file writes failing: a job ends, as done or
// as failed, and can be done again until it is whole; nothing is doubled.
import test from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../api/lib.mjs';
import { ALL, World, next, points, rested } from './lib.mjs';

const HEAD = '工单编号,受理时间,来源,业务类型,紧急程度,大类,小类,标题,内容,地址,联系人,电话';
const order = (no) => `${no},2026-03-01 10:00,12345,投诉,一般,环境卫生,楼道堆物,楼道有杂物${no},三号楼楼道堆满杂物,北虹路1号,张三（演示）,13800000001`;

for (const point of points) test(`an import, each ${point} failing`, { timeout: 1200_000 }, async (t) => {
  const w = await World.make(t);
  const desk = await w.town.as('dispatcher1');
  const ROWS = 3;
  let files = 0, runs = 0;
  const upload = (sheet, key) => {
    const form = new FormData();
    form.append('file', new Blob([sheet], { type: 'text/csv' }), '来单.csv');
    form.append('map', 'city-orders');
    return desk.post('/api/imports', form, { 'idempotency-key': key });
  };
  const ended = (id, states) => until('the job ends', async () => {
    const { body } = await desk.get(`/api/jobs/${id}`);
    return states.includes(body.state) && body;
  });
  /** Sends until it is accepted; the n-th point fails, of the request or of the job. */
  const accepted = async (n, send, what) => {
    for (w.faults.arm(point, n); ; ) {
      const r = await send().catch((e) => ({ status: 0, body: `${e.cause}: ${w.town.log.slice(-1500)}` }));
      if (r.status === 202) return r.body.id;
      // Its end is told a moment before its thread lets go of it.
      if (r.status === 409 && r.body.errors[0].field === 'id') continue;
      assert.ok(r.status === 500 || r.status === 503, `${what}, ${point} ${n}: ${r.status} ${JSON.stringify(r.body)}`);
    }
  };
  const end = async (id, states = ['done', 'failed']) => {
    const job = await ended(id, states);
    const f = w.faults.off();
    w.tried[point] += f.fired;
    return { job, f };
  };

  const total = async () => (await rested(() => desk.get('/api/items?count=1'))).body.total;

  for (let n = 1, fired = true; fired; n = next(n)) {
    const sheet = [HEAD, ...Array.from({ length: ROWS }, () => order(`F${++files}`)), order('坏').replace('2026-03-01 10:00', '不是时间')].join('\n');
    const first = await end(await accepted(n, () => upload(sheet, `up-${point}-${n}`), 'upload'));
    fired = first.f.fired > 0;
    let { job } = first;
    // What failed is sent again, and is whole then, whatever of it there was.
    if (job.state === 'failed') job = (await end(await accepted(0, () => upload(sheet, `again-${point}-${n}`), 'again'))).job;
    assert.deepEqual([job.state, job.new + job.same, job.bad], ['done', ROWS, 1], `import, ${point} ${n} (${first.f.where})`);
    assert.equal(await total(), ROWS * ++runs, `none twice, ${point} ${n} (${first.f.where})`);
  }
  // Taken back, again and again until it is; the last import is the one.
  const jobs = (await desk.get('/api/jobs')).body.rows.filter((j) => j.state === 'done' && j.new === ROWS);
  for (const [at, { id }] of jobs.entries()) {
    const n = ALL ? at + 1 : at * 2 + 1;
    let { job, f } = await end(await accepted(n, () => desk.post(`/api/jobs/${id}/undo`, undefined, { 'idempotency-key': `undo-${point}-${n}` }), 'undo'), ['undone', 'failed']);
    if (job.state === 'failed') ({ job } = await end(await accepted(0, () => desk.post(`/api/jobs/${id}/undo`), 'undo again'), ['undone']));
    assert.equal(job.state, 'undone', `undo, ${point} ${n} (${f.where})`);
    assert.equal(await total(), ROWS * --runs, `undo, ${point} ${n} (${f.where})`);
    if (!f.fired) break;
  }
  await w.whole(t);
});
