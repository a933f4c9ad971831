// Somebody alone in a large town that is there already: orders at random, queues, months, boards, one request after the
// other. What counts is the slowest of a hundred, the reading of pages that are in no memory yet among them.
import { median, round } from './towns.mjs';

const SEED = 20261121;

/** The same numbers for the same seed (mulberry32). */
function numbers(seed) {
  let a = seed;
  return (below) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

const list = (filter, sort) => `/api/items?limit=20&sort=${sort}&filter=${encodeURIComponent(filter)}`;

/** What there is to look at: {name: () => path}. */
async function walks(server) {
  const pick = numbers(SEED);
  const one = (of) => of[pick(of.length)];
  const rows = async (sort) => (await server.get(`/api/items?limit=1&sort=${sort}`)).json;
  const [first, last] = [await rows('filed'), await rows('-filed')];
  const [from, to] = [first, last].map((answer) => answer.rows[0]);
  const year = (row) => Number(row.no.match(/[A-Z]+(\d{4})/)[1]);
  const units = (await server.get('/api/catalog')).json.units.filter((u) => u.kind === 'neighbourhood').map((u) => u.code);
  const anyYear = () => year(from) + pick(year(to) - year(from) + 1);
  const month = () => `${anyYear()}-${String(1 + pick(12)).padStart(2, '0')}`;
  const waiting = (await server.get('/api/items?limit=100&filter=loop:hotline%20state:filed%20open:yes')).json.rows.map((r) => r.id);
  return {
    items: to.id - from.id + 1,
    walks: {
      'an order': () => `/api/items/${from.id + pick(to.id - from.id + 1)}`,
      'a unit\'s queue': () => list(`open:yes unit:${one(units)}`, 'due'),
      'a unit\'s month': () => list(`unit:${one(units)} filed:${month()}`, 'filed'),
      'the dispatch desk\'s list': () => list('loop:hotline state:filed open:yes', 'due').replace('limit=20', 'limit=100'),
      'suggestions for an order': () => `/api/items/${one(waiting)}/suggestions`,
      'the same matter elsewhere': () => `/api/items/${one(waiting)}/kin`,
      'a month\'s score table': () => `/api/scores/zhaoxiang?period=${month()}`,
      'a month\'s analysis': () => `/api/analyses/hotline?period=${month()}`,
      'a board of a year by unit': () => `/api/boards/hotline?by=unit&period=${anyYear()}`,
    },
  };
}

/** Some seconds of each; milliseconds as the client sees them. */
export async function wander(server, seconds) {
  const { items, walks: kinds } = await walks(server);
  const runs = [];
  for (const [what, path] of Object.entries(kinds)) {
    const took = [];
    for (const end = Date.now() + 1000 * seconds; Date.now() < end;) {
      const began = process.hrtime.bigint();
      await server.get(path());
      took.push(Number(process.hrtime.bigint() - began) / 1e6);
    }
    took.sort((a, b) => a - b);
    const p99 = took[Math.floor(took.length * 0.99)];
    runs.push({ what, requests: took.length, p50_ms: round(median(took)), p99_ms: round(p99), max_ms: round(took[took.length - 1]),
      memory_mb: round(server.own_memory_mb()) });
  }
  return { items, runs };
}
