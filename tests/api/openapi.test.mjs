// The API's description is true: every route is in it, every right it names is the one that counts, and every answer
// has the shape it promises.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Town, REPLY } from './lib.mjs';
import { ROUTES } from './routes.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';

/** What of a value is not as a JSON schema says; the words of the schema that the description uses, and no others. */
function faults(schema, value, path = '$') {
  const known = ['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'format', 'minimum', 'maximum', 'minLength', 'maxLength', 'maxItems', 'description'];
  for (const word of Object.keys(schema)) if (!known.includes(word)) return [`${path}: the schema says "${word}"`];
  const of = (v) => (v === null ? 'null' : Array.isArray(v) ? 'array' : Number.isInteger(v) ? 'integer' : typeof v);
  const types = schema.type === undefined ? null : [schema.type].flat();
  const is = of(value);
  if (types && !types.includes(is) && !(is === 'integer' && types.includes('number'))) return [`${path}: ${is} instead of ${types}`];
  const out = [];
  if (schema.enum && !schema.enum.includes(value) && value !== '') out.push(`${path}: ${JSON.stringify(value)} is not one of ${schema.enum}`);
  if (is === 'string') {
    if (schema.format === 'date-time' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$/.test(value)) out.push(`${path}: ${value} is no time`);
    if (schema.maxLength && [...value].length > schema.maxLength) out.push(`${path}: too long`);
  }
  if (typeof value === 'number' && (value < schema.minimum || value > schema.maximum)) out.push(`${path}: ${value} out of range`);
  if (is === 'array') value.forEach((v, i) => out.push(...faults(schema.items, v, `${path}[${i}]`)));
  if (is === 'object' && schema.additionalProperties?.type)
    for (const [key, v] of Object.entries(value)) out.push(...faults(schema.additionalProperties, v, `${path}.${key}`));
  if (is === 'object' && schema.properties) {
    for (const key of schema.required ?? []) if (!(key in value)) out.push(`${path}.${key} is missing`);
    for (const [key, v] of Object.entries(value)) {
      if (schema.properties[key]) out.push(...faults(schema.properties[key], v, `${path}.${key}`));
      else if (schema.additionalProperties === false) out.push(`${path}.${key} is not in the schema`);
    }
    for (const key of Object.keys(schema.properties)) if (!(key in value)) out.push(`${path}.${key} is not answered`);
  }
  return out;
}

test('the description', async (t) => {
  const town = await Town.make({ at: MORNING });
  t.after(() => town.end());
  const doc = (await town.nobody().get('/api/openapi.json')).body;
  const operations = Object.entries(doc.paths).flatMap(([path, x]) => Object.entries(x).map(([method, op]) => ({ path, method: method.toUpperCase(), op })));
  const find = (method, path) => {
    const plain = path.split('?')[0].split('/');
    return operations.find((o) => o.method === method && o.path.split('/').length === plain.length &&
      o.path.split('/').every((p, i) => p === plain[i] || (p.startsWith('{') && !(o.path.includes('{id') && p !== '{key}' && plain[i] === ''))));
  };
  const desk = await town.as('dispatcher1');
  const who = { desk };
  for (const login of ['leader1', 'clerk1', 'reader1', 'sysadmin', 'secadmin', 'auditadmin']) who[login] = await town.as(login);
  const [one] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const handler = await town.as(`handler-${one.code}`);

  await t.test('every route is there, and nothing else', () => {
    const PUBLIC = ['GET /healthz', 'GET /metrics', 'GET /api/openapi.json', 'GET /login', 'POST /login', 'POST /api/login', 'POST /api/logout', 'GET /api/events'];
    const seen = new Set(PUBLIC);
    for (const [request] of ROUTES) {
      const [method, path] = request.replace('ITEM', '1').split(' ');
      const o = find(method, path);
      assert.ok(o, `${request} is not described`);
      seen.add(`${o.method} ${o.path}`);
    }
    assert.deepEqual(operations.map((o) => `${o.method} ${o.path}`).sort(), [...seen].sort(), 'a new route belongs in routes.mjs, with who may use it');
  });

  await t.test('every operation is told in a sentence, with its parameters', () => {
    for (const { path, method, op } of operations) {
      assert.ok(op.summary.length > 5, path);
      assert.ok(Object.keys(op.responses).length >= 2, path);
      const names = op.parameters.map((p) => p.name);
      for (const [, name] of path.matchAll(/\{(\w+)\}/g)) assert.ok(names.includes(name), `${method} ${path}: ${name}`);
      assert.equal(new Set(names).size, names.length);
    }
  });

  await t.test('every right it names is the one that counts', async () => {
    const roles = (await desk.get('/api/roles')).body.rows;
    const named = { leader: 'leader', dispatcher: 'dispatcher', clerk: 'clerk', handler: 'handler', assisting: 'handler', stranger: 'handler',
      reader: 'reader', sysadmin: 'sysadmin', secadmin: 'secadmin', auditadmin: 'auditadmin' };
    for (const [request, , may, hidden = ''] of ROUTES) {
      const [method, path] = request.replace('ITEM', '1').split(' ');
      const rights = find(method, path).op['x-right'].split('|');
      const has = (role) => rights.some((r) => roles.find((x) => x.key === role).rights.includes(r));
      for (const [person, role] of Object.entries(named)) {
        const allowed = may === '*' || [...may.split(' '), ...hidden.split(' ')].includes(person);
        assert.equal(has(role), allowed, `${request}: ${role} and ${rights}`);
      }
    }
  });

  await t.test('every answer has the shape it promises', async (t2) => {
    const check = (request, r, status) => {
      const [method, path] = request.split(' ');
      const { op } = find(method, path);
      assert.equal(r.status, status ?? Number(Object.keys(op.responses)[0]), JSON.stringify(r.body).slice(0, 400));
      const answer = op.responses[String(r.status)] ?? op.responses.default;
      const schema = answer.content?.['application/json']?.schema;
      if (!schema) return;
      const wrong = faults(schema, r.body).filter((f) => !(r.status >= 400 && / is not answered$/.test(f)));
      assert.deepEqual(wrong.slice(0, 5), [], request);
    };
    const writes = async (request, person, body, status) => {
      const [method, path] = request.split(' ');
      const r = await person.call(method, path, body);
      await t2.test(request, () => check(request, r, status));
      return r.body;
    };
    // An order with everything an order can have.
    let it = await writes('POST /api/items', desk, { loop: 'hotline', title: '楼道堆物', text: '三楼', address: '北虹路1号', lat: 31.2, lon: 121.4, class: await desk.klass('0102'),
      fields: { channel: '12345', kind: '投诉', source_no: 'SH1' }, caller: { name: '李小明', phone: '13812346612', door: '3号楼402室' } });
    it = await writes(`POST /api/items/${it.id}/steps`, desk, { step: 'dispatch', version: it.version, units: [one.id] });
    const form = new FormData();
    form.append('file', new Blob(['x'], { type: 'image/png' }), '照片.png');
    it = await writes(`POST /api/items/${it.id}/files`, handler, form);
    await writes(`POST /api/items/${it.id}/reveal`, handler, { reason: '联系' });
    it = await desk.item(it.id);
    it = (await desk.step(it, 'child', { child: { title: '子单' } })).body;
    it = (await handler.step(it, 'contact', { fields: { contacted: '是' } })).body;
    it = (await handler.step(it, 'reply', { fields: REPLY })).body;
    assert.equal(it.state, 'replied');
    await writes(`POST /api/items/${it.id}/steps`, desk, { step: 'urge', version: 1 }, 409);
    await writes('POST /api/items', desk, { titel: 'x' }, 400);
    await writes('POST /api/login', town.nobody(), { login: 'x', password: 'y' }, 401);
    await writes('POST /api/tokens', desk, { name: '接口', days: 2 });
    const unit = await writes('POST /api/units', who.sysadmin, { parent: one.id, kind: 'grid', code: 'g9', name: '九' });
    await writes(`PATCH /api/units/${unit.id}`, who.sysadmin, { version: unit.version, name: '第九' });
    const person = await writes('POST /api/people', who.sysadmin, { login: 'zhou8', name: '周八', password: 'initial-password' });
    await writes(`PATCH /api/people/${person.id}`, who.sysadmin, { version: person.version, name: '周捌' });
    await writes(`POST /api/people/${person.id}/roles`, who.secadmin, { role: 'reader', unit: one.id });
    await writes(`DELETE /api/people/${person.id}/roles?role=reader&unit=${one.id}`, who.secadmin);
    const defs = (await who.sysadmin.get('/api/defs')).body.rows;
    const { text } = (await who.sysadmin.get(`/api/defs/${defs.find((d) => d.kind === 'loop' && d.key === 'hotline').id}`)).body;
    await writes('POST /api/defs', who.sysadmin, { kind: 'loop', text: text.replace('title: 12345热线工单', 'title: 热线') });
    await writes('POST /api/defs', who.sysadmin, { kind: 'loop', text: 'loop: x' }, 400);
    const next = (await who.sysadmin.get('/api/defs')).body.rows.find((d) => d.key === 'hotline' && d.version === 2);
    await writes(`POST /api/defs/${next.id}/move`, who.sysadmin, { dry: true });
    await writes(`POST /api/defs/${next.id}/move`, who.sysadmin, {});

    const readers = { '/api/audit': who.auditadmin, '/api/people': who.secadmin, '/api/people/1/access': who.secadmin, '/api/classes.csv': who.sysadmin };
    for (const [request] of ROUTES) {
      const [method, path] = request.replace('ITEM', it.id).replace('NUMBER', it.no).split(' ');
      if (method !== 'GET' || path.includes('99')) continue;
      const r = await (readers[path.split('?')[0]] ?? desk).get(path);
      await t2.test(`GET ${path}`, () => check(`GET ${path}`, r));
    }
    for (const path of ['/healthz', '/api/boards/hotline?by=class', '/api/boards/hotline?by=channel&period=2026', '/api/items?filter=in-charge', '/api/items/424242', '/api/items?sort=due'])
      await t2.test(`GET ${path}`, async () => {
        const r = await desk.get(path);
        check(`GET ${path}`, r, r.status);
      });
  });
});
