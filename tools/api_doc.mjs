// Writes docs/api.md from the server's own description: node tools/api_doc.mjs < openapi.json > docs/api.md
// tests/api/docs.test.mjs checks that the file is the one this makes.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const cell = (s) => String(s ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');

function type(schema) {
  if (!schema || Object.keys(schema).length === 0) return 'any';
  const t = [].concat(schema.type ?? 'object').filter((x) => x !== 'null').join(' or ');
  if (t === 'array') return `list of ${type(schema.items)}`;
  if (schema.format === 'date-time') return 'time';
  if (schema.additionalProperties?.type) return `${type(schema.additionalProperties)} by key`;
  return t;
}

function limits(s) {
  const out = [];
  const options = (s.enum ?? []).filter((x) => x !== null);
  if (options.length) out.push(`one of ${options.join(', ')}`);
  if (s.maxLength) out.push(`at most ${s.maxLength} characters`);
  if (s.minimum !== undefined && s.maximum !== undefined) out.push(`${s.minimum}..${s.maximum}`);
  if (s.maxItems) out.push(`at most ${s.maxItems}`);
  return out.join('; ');
}

function members(schema, prefix = '') {
  const rows = [];
  const need = new Set(schema.required ?? []);
  for (const [key, s] of Object.entries(schema.properties ?? {})) {
    const path = prefix + key;
    rows.push(`| \`${path}\` | ${type(s)}${need.has(key) ? ', required' : ''} | ${cell([s.description, limits(s)].filter(Boolean).join('; '))} |`);
    if (s.properties) rows.push(...members(s, `${path}.`));
    if (s.items?.properties) rows.push(...members(s.items, `${path}[].`));
  }
  return rows;
}

function section(method, path, op) {
  const out = [`### ${method.toUpperCase()} ${path}`, '', op.summary, '',
    `Right: ${op['x-right'] === 'none' ? 'none' : `\`${op['x-right']}\``}.`, ''];
  const query = op.parameters.filter((p) => p.in === 'query');
  if (query.length) {
    out.push('| query | type | |', '|---|---|---|');
    for (const p of query) out.push(`| \`${p.name}\` | ${p.schema.type} | ${cell([p.description, limits(p.schema)].filter(Boolean).join('; '))} |`);
    out.push('');
  }
  const body = op.requestBody?.content?.['application/json']?.schema;
  if (body) out.push('| body | type | |', '|---|---|---|', ...members(body), '');
  const [status, answer] = Object.entries(op.responses).find(([s]) => s !== 'default');
  const schema = answer.content?.['application/json']?.schema;
  if (schema) out.push(`| answer ${status} | type | |`, '|---|---|---|', ...members(schema), '');
  else out.push(`Answer ${status}.`, '');
  return out;
}

/** The whole document. */
export function apiDoc(spec) {
  const out = ['# HTTP API', '', 'Made from the route and field tables by `tools/api_doc.mjs`; the same is served at `/api/openapi.json`.', '',
    'JSON in UTF-8, times in RFC 3339. A session cookie comes from `POST /api/login`; writes then need its `csrf` as `X-CSRF`. An API token',
    '(`bihuan token make`) goes as `Authorization: Bearer bh_…` and needs no `X-CSRF`. Every write accepts an `Idempotency-Key`: the same key',
    'gives the same result again. Every item has a `version`; a step on an old one gets 409, with the item as it now stands in `current`.',
    'With `Prefer: return=minimal`, filing and steps answer `id`, `no`, `version`, `state`, `open` and `due` only.', '',
    'Errors: `{"errors": [{"code", "field", "message", "expected"}]}`, several at once where several are wrong; messages in Chinese, or in',
    'English with `Accept-Language: en`.', ''];
  for (const [path, ops] of Object.entries(spec.paths))
    for (const [method, op] of Object.entries(ops)) out.push(...section(method, path, op));
  return out.join('\n').trimEnd() + '\n';
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(apiDoc(JSON.parse(readFileSync(0, 'utf8'))));
