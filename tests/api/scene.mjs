// What the tests of the seed pages share: a town at the time of a page, its people, and figures that hold.
import assert from 'node:assert/strict';
import { Town, fields, good } from './lib.mjs';

/** A town at a time of the page, with somebody of each kind, and a board that is asked for its figures. */
export async function scene(t, at, logins) {
  const town = await Town.make({ at });
  t.after(() => town.end());
  const who = {};
  for (const [name, login] of Object.entries(logins)) who[name] = await town.as(login);
  const any = Object.values(who)[0];
  const { units } = await any.catalog();
  const o = { town, ...who, unit: (code) => units.find((u) => u.code === code).id };
  // The system may note something of an item between looking and doing (a limit that has passed, a slip by rule): then once more.
  const does = async (p, it, step, more) => {
    const r = await p.step(await p.item(it.id), step, more);
    return r.status === 409 && fields(r)[0] === 'version' ? p.step(await p.item(it.id), step, more) : r;
  };
  o.take = async (p, it, step, more = {}) => {
    const r = await does(p, it, step, more);
    assert.equal(r.status, 200, `${step} of ${it.no}: ${JSON.stringify(r.body).slice(0, 400)}`);
    return r.body;
  };
  o.refused = async (p, it, step, more, names) => {
    const r = await does(p, it, step, more);
    assert.equal(r.status, 400, `${step} is taken: ${JSON.stringify(r.body).slice(0, 200)}`);
    if (names) assert.deepEqual(fields(r), names, JSON.stringify(r.body));
    return r.body.errors[0].message;
  };
  o.made = async (p, body) => {
    const r = await p.post('/api/items', body);
    assert.equal(r.status, 201, JSON.stringify(r.body));
    return r.body;
  };
  /** Lets time pass; sessions do not outlive it, so everybody logs in anew. */
  o.later = async (when) => {
    await town.move(when);
    for (const [name, login] of Object.entries(logins)) Object.assign(who[name], await town.as(login));
  };
  o.board = async (loop, period) => (await who.leader.get(`/api/boards/${loop}?period=${period}`)).body;
  o.file = async (p, it, name = '附件.txt') => {
    const r = await p.attach(it, name, `演示 ${name}`);
    assert.ok(r.status < 300, JSON.stringify(r.body));
    return r.body;
  };
  return o;
}

/** What a figure of a board must be by the list behind it: its length, or the sum of the field it adds up, to four decimals. */
export async function listed(person, tally, filter) {
  if (!tally.sum) return (await person.list(filter, '&limit=1')).total;
  let all = 0;
  for (let after = ''; after !== undefined;) {
    const page = await person.list(filter, `&limit=200&columns=${tally.sum}${after && `&after=${encodeURIComponent(after)}`}`);
    all += page.rows.reduce((x, r) => x + Math.round(Number(r.cells[tally.sum] || 0) * 10000), 0);
    after = page.next || undefined;
  }
  return all / 10000;
}

/** Each figure of a board lists just its items, and the counters are what the events say. */
export async function holds(o, person, loop, period) {
  const board = await o.board(loop, period);
  for (const x of board.tallies) assert.equal(await listed(person, x, `${x.filter} ${board.total.filter}`), board.total.tallies[x.key], `${loop}.${x.key}`);
  await o.town.stop();
  good('tally', 'verify', '--dir', o.town.dir);
  good('audit', 'verify', '--dir', o.town.dir);
  await o.town.start();
}

export const clock = (it, key) => it.clocks.findLast((c) => c.key === key);
export const value = (it, key) => it.fields.find((f) => f.key === key);
