// Bihuan on one of its stores, as ./run serves it.
import { join } from 'node:path';
import { run, townsOn } from '../towns.mjs';

export function bihuan({ build, root, dir, store }) {
  const towns = townsOn({ build, root, work: dir, store });
  let server;
  let town;
  let codes = [];
  return {
    name: `bihuan-${store}`,
    versions: () => run(join(build, 'bihuan'), 'version').trim(),
    database: store === 'postgresql' ? `town_${store}` : undefined,
    fill(bodies, items) {
      town = towns.fresh(`town-${store}`, items);
    },
    async start(units) {
      server = await towns.serve(town);
      codes = (await server.get('/api/catalog')).json.units.filter((u) => units.includes(u.id)).map((u) => u.code);
      this.base = server.base;
    },
    stop: () => server?.stop(),
    heads: () => [`Authorization: Bearer ${server.token}`],
    create: (orders) => orders.map((o) => ['POST', '/api/items', o.json]),
    read: (ids) => ids.map(({ id }) => ['GET', `/api/items/${id}`, '']),
    list: () => codes.map((c) => ['GET', `/api/items?sort=due&limit=20&filter=${encodeURIComponent(`open:yes unit:${c}`)}`, '']),
    update: (ids) => ids.map(({ id, version, unit }) => ['POST', `/api/items/${id}/steps`, JSON.stringify({ step: 'dispatch', version,
      units: [unit], note: '已转办，请尽快联系来电人。' })]),
    search: (words) => words.map((w) => ['GET', `/api/items?limit=20&filter=${encodeURIComponent(w)}`, '']),
    found: (json) => json.total,
  };
}
