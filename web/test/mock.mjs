// A mock of the server with invented data in memory, after the HTTP contract. FOR DEVELOPMENT OF THE PAGES ONLY: it checks no
// rights and understands three filter terms. Usage: node test/mock.mjs [port], after node build.mjs. Any log-in works.
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CATALOG, ITEMS, T0, TOWN, board, iso, stepsOf, unitOf } from './mock-data.mjs';

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const CSP = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
const TYPES = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' };
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const RIGHTS = ['login', 'item.read', 'item.file', 'item.step', 'caller.reveal', 'item.export', 'item.import', 'board.read', 'unit.manage', 'person.manage', 'role.grant', 'def.manage', 'audit.read'];
const streams = new Set();
const jobs = new Map();
let people = [{ id: 1, login: 'wangmin', name: '演示·王敏', active: true, demo: true, version: 1, roles: [{ role: 'dispatcher', title: '派单员', unit: 2, unit_name: '城市运行管理中心' }] },
  { id: 2, login: 'chenli', name: '演示·陈立', active: true, demo: true, version: 1, roles: [{ role: 'handler', title: '承办人', unit: 3, unit_name: '平安建设办公室' }] }];
let tokens = [];
let views = [];
let nextView = 1;
const placed = () => views.map((v, i) => ({ ...v, place: i + 1 }));
const putView = (v, place) => { views = views.filter((x) => x.id !== v.id); views.splice(place ? place - 1 : views.length, 0, v); return v; };

const me = () => ({ person: { id: 1, name: '演示·王敏', login: 'wangmin', demo: true }, town: TOWN, roles: people[0].roles, rights: RIGHTS, must_change: false, csrf: 'mock', now: iso(Date.now()), zone: '+08:00', demo: true });
const rows = (list) => ({ rows: list });
const fail = (status, errors, more = {}) => ({ status, body: { errors, ...more } });
const bad = (field, message, expected = '') => fail(400, [{ code: 'invalid', field, message, expected }]);

function publish(event, data) {
  for (const res of streams) res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function full(item) {
  return { ...item, steps: stepsOf(item) };
}

function list(q) {
  const filter = (q.get('filter') || '').trim().replace(/\s+/g, ' ');
  const wrong = /(^|\s)(foo|stat):/.exec(filter);
  if (wrong) return fail(400, [{ code: 'invalid', field: 'filter foo', line: 1, column: wrong.index + wrong[1].length + 1, message: `没有“${wrong[2]}”这个条件`, expected: '是不是要写 state？' }]);
  let found = ITEMS;
  for (const term of filter.split(' ').filter(Boolean)) {
    if (term === 'open:yes') found = found.filter((r) => r.open);
    else if (term === 'overdue:yes') found = found.filter((r) => r.overdue);
    else if (term.startsWith('state:')) found = found.filter((r) => r.state === term.slice(6));
    else if (!term.includes(':')) found = found.filter((r) => `${r.title}${r.no}`.includes(term));
  }
  const limit = Number(q.get('limit')) || 20;
  const from = Number(q.get('after')) || 0;
  const next = from + limit < found.length ? String(from + limit) : '';
  return { query: { filter, sort: q.get('sort') || 'due', limit, words: [] }, total: found.length, total_capped: false, at: iso(Date.now()), next, rows: found.slice(from, from + limit) };
}

function takeStep(item, b) {
  if (b.version !== item.version) return fail(409, [{ code: 'conflict', field: 'version', message: '别人刚改过这一件' }], { current: full(item), yours: b.version });
  const def = CATALOG.loops[0].steps.find((s) => s.key === b.step);
  if (def.note_required && !b.note) return bad('note', '请写明情况');
  if (b.fields && b.fields.reply && b.fields.reply.length < 4) return bad('fields.reply', '答复要点太短', '至少 4 个字');
  const from = item.state;
  if (def.to) {
    item.state = def.to;
    item.state_title = CATALOG.loops[0].states.find((s) => s.key === def.to).title;
  }
  if (b.units) {
    item.unit = b.units[0];
    item.unit_name = unitOf(b.units[0]).name;
    item.parts = b.units.map((u, i) => ({ id: i + 1, unit: u, unit_name: unitOf(u).name, lead: i === 0, state: 'waiting', state_title: '待签收', since: iso(Date.now()), open: true }));
  }
  event(item, def.title, b.note || '', def.to ? { state: [from, def.to] } : {});
  return full(item);
}

function event(item, what_title, note, changes) {
  item.version += 1;
  item.timeline = [{ version: item.version, at: iso(Date.now()), person: 1, person_name: '演示·王敏', unit: 2, unit_name: '城市运行管理中心', what: 'x', what_title, part: null, note, changes }, ...item.timeline];
  publish('item', { id: item.id, version: item.version, loop: 'hotline', unit: item.unit });
}

function newJob(dry) {
  const id = jobs.size + 1;
  const job = { id, kind: 'import', title: '市平台日报.csv', dry, person_name: '演示·王敏', state: 'running', done: 0, total: 12480, made_at: iso(Date.now()), changed: iso(Date.now()), new: 0, same: 0, bad: 0, undone: 0, kept: 0, problems: [] };
  jobs.set(id, job);
  const timer = setInterval(() => {
    job.done = Math.min(job.total, job.done + 3120);
    if (job.done === job.total) {
      clearInterval(timer);
      job.state = 'done';
      Object.assign(job, { new: 12421, same: 46, bad: 13 });
      job.problems = Array.from({ length: 13 }, (_, i) => ({ row: 1204 + i * 31, column: '受理时间', value: '2026/13/02', message: '不是日期', expected: '2026-11-02 这样的写法' }));
    }
    publish('job', { id, done: job.done, total: job.total, state: job.state });
  }, 700);
  return job;
}

const DEFS = [{ id: 3, kind: 'calendar', key: 'workdays', version: 2, published: iso(T0), person_name: '演示·王敏' }, { id: 2, kind: 'calendar', key: 'workdays', version: 1, published: iso(T0), person_name: '' }, { id: 1, kind: 'loop', key: 'hotline', version: 1, published: iso(T0), person_name: '' }];
const DEF_TEXT = fs.readFileSync(path.join(dist, '../../defs/loops/hotline.yaml'), 'utf8');

const ROUTES = [
  ['GET', /^\/api\/me$/, () => me()],
  ['POST', /^\/api\/login$/, (m, q, b) => (b.password === 'wrong' ? fail(401, [{ code: 'login', message: '用户名或密码不对' }]) : me())],
  ['POST', /^\/api\/logout$/, () => ({ status: 204 })],
  ['POST', /^\/api\/password$/, (m, q, b) => (b.new.length < 8 ? bad('new', '密码太短', '至少 8 个字') : me())],
  ['GET', /^\/api\/catalog$/, () => CATALOG],
  ['GET', /^\/api\/items$/, (m, q) => list(q)],
  ['POST', /^\/api\/items$/, (m, q, b) => {
    if (b.title.includes('错')) return bad('fields.source_no', '这个工单号已经登记过', 'RX20261120-00003');
    const it = { ...ITEMS[0], id: 2000 + ITEMS.length, no: `RX20261121-${ITEMS.length}`, title: b.title, text: b.text, version: 1, timeline: [] };
    ITEMS.unshift(it);
    return { status: 201, body: full(it) };
  }],
  ['GET', /^\/api\/items\/(\d+)$/, (m) => withItem(m, full)],
  ['POST', /^\/api\/items\/(\d+)\/steps$/, (m, q, b) => withItem(m, (it) => takeStep(it, b))],
  ['POST', /^\/api\/items\/(\d+)\/reveal$/, (m) => withItem(m, (it) => (event(it, '查看诉求人', '', {}), { name: '李示例', phone: '13800006612', door: '3号楼201室' }))],
  ['POST', /^\/api\/items\/(\d+)\/files$/, (m) => withItem(m, (it) => {
    it.files = [...it.files, { id: it.files.length + 1, name: '新附件.jpg', type: 'image/jpeg', bytes: 90000, at: iso(Date.now()), person_name: '演示·王敏' }];
    event(it, '上传附件', '', {});
    return { status: 201, body: full(it) };
  })],
  ['POST', /^\/mock\/touch\/(\d+)$/, (m) => withItem(m, (it) => (it.priority = '特急', event(it, '改分类或紧急程度', '', { priority: ['一般', '特急'] }), {}))],
  ['GET', /^\/api\/views$/, () => rows(placed())],
  ['POST', /^\/api\/views$/, (m, q, b) => ({ status: 201, body: putView({ ...b, id: nextView++, version: 1 }, b.place) })],
  ['PUT', /^\/api\/views\/(\d+)$/, (m, q, b) => putView({ ...b, id: Number(m[1]), version: b.version + 1 }, b.place || 1 + views.findIndex((v) => v.id === Number(m[1])))],
  ['DELETE', /^\/api\/views\/(\d+)$/, (m) => { views = views.filter((v) => v.id !== Number(m[1])); return { status: 204 }; }],
  ['POST', /^\/api\/(units|classes|people)\/import$/, (m, q) => ({ dry_run: q.get('dry_run') === 'yes', made: 2, changed: 1, same: 5, left: 0 })],
  ['GET', /^\/api\/boards\/\w+$/, (m, q) => board(q.get('by'), q.get('period'))],
  ['GET', /^\/api\/import-maps$/, () => rows([{ name: 'city-daily', title: '市平台日报' }])],
  ['POST', /^\/api\/imports$/, (m, q, b) => ({ status: 202, body: newJob(b.includes('name="dry"\r\n\r\nyes')) })],
  ['GET', /^\/api\/jobs$/, () => rows(Array.from(jobs.values()).reverse())],
  ['GET', /^\/api\/jobs\/(\d+)$/, (m) => jobs.get(Number(m[1])) || { status: 404, body: {} }],
  ['POST', /^\/api\/jobs\/(\d+)\/(undo|stop)$/, (m) => Object.assign(jobs.get(Number(m[1])), m[2] === 'undo' ? { state: 'undone', undone: 12419, kept: 2 } : { state: 'stopped' })],
  ['GET', /^\/api\/units$/, () => rows(CATALOG.units)],
  ['POST', /^\/api\/units$/, (m, q, b) => (CATALOG.units.push({ ...b, id: 100 + CATALOG.units.length, version: 1, closed: false, depth: 2 }), {})],
  ['PATCH', /^\/api\/units\/(\d+)$/, (m, q, b) => (b.closed === 'yes' && m[1] === '3' ? bad('closed', '还有 7 件在办事项，不能停用') : Object.assign(CATALOG.units.find((u) => u.id === Number(m[1])), b, b.closed ? { closed: b.closed === 'yes' } : {}))],
  ['GET', /^\/api\/people$/, () => rows(people)],
  ['POST', /^\/api\/people$/, (m, q, b) => { people = [...people, { id: people.length + 1, active: true, version: 1, roles: [], ...b }]; return {}; }],
  ['PATCH', /^\/api\/people\/(\d+)$/, (m, q, b) => Object.assign(people[Number(m[1]) - 1], b, b.active ? { active: b.active === 'yes' } : {})],
  ['POST', /^\/api\/people\/(\d+)\/roles$/, (m, q, b) => (people[Number(m[1]) - 1].roles.push({ ...b, title: b.role, unit_name: unitOf(b.unit).name }), {})],
  ['DELETE', /^\/api\/people\/(\d+)\/roles$/, (m, q) => { const p = people[Number(m[1]) - 1]; p.roles = p.roles.filter((r) => r.role !== q.get('role')); return {}; }],
  ['GET', /^\/api\/roles$/, () => rows([{ key: 'dispatcher', title: '派单员' }, { key: 'handler', title: '承办人' }, { key: 'leader', title: '分管领导' }])],
  ['GET', /^\/api\/defs$/, () => rows(DEFS)],
  ['GET', /^\/api\/defs\/(\d+)$/, (m) => ({ ...DEFS.find((d) => d.id === Number(m[1])), text: DEF_TEXT })],
  ['POST', /^\/api\/defs$/, (m, q, b) => (b.text.includes('stats:') ? fail(400, [{ code: 'invalid', field: 'stats', line: 12, column: 1, message: '没有“stats”这一项', expected: 'states' }]) : { version: 2 })],
  ['GET', /^\/api\/audit$/, () => ({ rows: ITEMS[0].timeline.map((e, i) => ({ ...e, id: i, item: ITEMS[0].id })), next: 0 })],
  ['GET', /^\/api\/tokens$/, () => rows(tokens)],
  ['POST', /^\/api\/tokens$/, (m, q, b) => { tokens = [...tokens, { hash: `h${tokens.length}`, name: b.name, created: iso(Date.now()), expires: iso(Date.now() + b.days * 86400000) }]; return { secret: 'bh_demo_0123456789abcdef' }; }],
  ['DELETE', /^\/api\/tokens\/(\w+)$/, (m) => { tokens = tokens.filter((x) => x.hash !== m[1]); return {}; }],
];

function withItem(m, fn) {
  const it = ITEMS.find((x) => x.id === Number(m[1]));
  return it ? fn(it) : fail(404, [{ code: 'missing', field: 'id', message: '没有这个事项' }]);
}

function page(res, url) {
  const name = url.pathname === '/login' ? 'login.html' : 'index.html';
  let text = fs.readFileSync(path.join(dist, name), 'utf8');
  if (url.searchParams.get('error')) text = text.replace('<!--message-->', '<p class="error" role="alert">用户名或密码不对。</p>');
  text = text.replace('<!--town-->', TOWN.name).replace('<!--demo-->', '<p>演示用户（口令均为 <code>demo</code>）：<code>wangmin</code> 派单员，<code>chenli</code> 承办人</p>');
  res.writeHead(200, { 'Content-Type': TYPES['.html'], 'Content-Security-Policy': CSP, 'Cache-Control': 'no-cache' });
  res.end(text);
}

function api(req, res, url, body) {
  const type = req.headers['content-type'] || '';
  const route = ROUTES.find(([method, re]) => method === req.method && re.test(url.pathname));
  if (!route) {
    res.writeHead(404).end();
    return;
  }
  const b = type.includes('json') ? JSON.parse(body) : body;
  const out = route[2](route[1].exec(url.pathname), url.searchParams, b);
  const has = out && typeof out.status === 'number';
  const send = has ? out.body : out;
  const plain = typeof send === 'string';
  res.writeHead(has ? out.status : 200, { 'Content-Type': plain ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8' });
  res.end(send === undefined ? '' : plain ? send : JSON.stringify(send));
}

/** Starts the mock. @param {number} port @returns {Promise<http.Server>} */
export function startMock(port) {
  const server = http.createServer((req, res) => {
    const url = new URL(req.url, 'http://mock');
    const chunks = [];
    req.on('data', (c) => chunks.push(c));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      if (url.pathname === '/api/events') {
        res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
        res.write(': hello\n\n');
        streams.add(res);
        req.on('close', () => streams.delete(res));
      } else if (/^\/api\/items\/\d+\/files\/\d+$/.test(url.pathname)) res.writeHead(200, { 'Content-Type': 'image/png' }).end(PNG);
      else if (url.pathname.startsWith('/api/') || url.pathname.startsWith('/mock/')) api(req, res, url, body);
      else if (url.pathname === '/login' && req.method === 'POST') res.writeHead(303, { Location: '/' }).end();
      else if (url.pathname.startsWith('/assets/')) {
        const file = path.join(dist, path.normalize(url.pathname));
        if (!fs.existsSync(file)) res.writeHead(404).end();
        else res.writeHead(200, { 'Content-Type': TYPES[path.extname(file)] }).end(fs.readFileSync(file));
      } else page(res, url);
    });
  });
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2]) || 8090;
  await startMock(port);
  console.log(`mock on http://127.0.0.1:${port}`);
}
