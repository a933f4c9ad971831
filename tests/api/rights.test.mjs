// Who may do what, as tables: read them aloud and compare them with how the town wants it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { agreed, Town, REPLY, figures } from './lib.mjs';
import { ROUTES } from './routes.mjs';

const MORNING = '2026-11-20T09:00:00+08:00';

/** One town with one order dispatched to the first committee, and somebody of every role. */
async function people() {
  const town = await Town.make({ at: MORNING });
  const desk = await town.as('dispatcher1');
  const [one, two, three] = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const who = { nobody: town.nobody(), dispatcher: desk };
  for (const [role, login] of Object.entries({
    leader: 'leader1', clerk: 'clerk1', handler: `handler-${one.code}`, assisting: `handler-${two.code}`,
    stranger: `handler-${three.code}`, reader: 'reader1', sysadmin: 'sysadmin', secadmin: 'secadmin', auditadmin: 'auditadmin' }))
    who[role] = await town.as(login);
  return { town, who, units: [one, two, three] };
}

test('role by route', async (t) => {
  const { town, who, units } = await people();
  t.after(() => town.end());
  let it = (await who.dispatcher.file({ caller: { name: '王女士', phone: '13900001111' } })).body;
  it = (await who.dispatcher.step(it, 'dispatch', { units: [units[0].id, units[1].id] })).body;
  assert.equal((await who.dispatcher.attach(it, '照片.txt', '现场')).status, 201);
  for (const [request, open, may, hidden = ''] of ROUTES)
    await t.test(request, async () => {
      const [method, path] = request.replace('ITEM', it.id).replace('NUMBER', it.no).split(' ');
      const wanted = {}, seen = {};
      for (const [role, person] of Object.entries(who)) {
        const opens = role !== 'nobody' && (may === '*' || may.split(' ').includes(role));
        wanted[role] = role === 'nobody' ? 401 : opens ? open : hidden.split(' ').includes(role) ? 404 : 403;
        seen[role] = (await person.call(method, path, method === 'GET' || method === 'DELETE' ? undefined : {})).status;
      }
      assert.deepEqual(seen, wanted);
    });

  await t.test('an order of another unit cannot be touched, not even by its number', async () => {
    const { stranger } = who;
    const before = await who.dispatcher.item(it.id);
    for (const step of ['note', 'reply', 'contact', 'accept', 'return', 'urge', 'dispatch'])
      assert.equal((await stranger.step(it, step, { note: '试试' })).status, 404, step);
    assert.equal((await stranger.post(`/api/items/${it.id}/reveal`, { reason: '好奇' })).status, 404);
    assert.equal((await stranger.attach(it, 'a.txt', 'x')).status, 404);
    assert.equal((await stranger.list(`no:${it.no}`)).total, 0);
    assert.deepEqual(await who.dispatcher.item(it.id), before);
  });

  await t.test('an assisting unit sees the order but may not see the caller of the lead’s order', async () => {
    const r = await who.assisting.post(`/api/items/${it.id}/reveal`, { reason: '联系' });
    assert.equal(r.status, 403);
    assert.equal((await who.assisting.item(it.id)).caller.may_reveal, false);
  });

  await t.test('what is merged or split off is named only to those who may see it', async () => {
    it = await who.dispatcher.item(it.id);
    const child = await who.dispatcher.step(it, 'child', { child: { title: '别处的子单' } });
    assert.equal(child.status, 200, JSON.stringify(child.body));
    it = child.body;
    assert.deepEqual(it.links.map((l) => [l.kind, l.title]), [['child', '别处的子单']]);
    const seen = await who.handler.item(it.id);
    assert.equal(JSON.stringify(seen.links).includes('别处的子单'), false, 'the committee has no part in the child');
  });

  await t.test('figures cover what the list shows: a committee reads its own board', async () => {
    let done = (await who.dispatcher.file({ title: '别处办结' })).body;
    done = (await who.dispatcher.step(done, 'dispatch', { units: [units[2].id] })).body;
    for (const name of ['handler', 'stranger', 'leader']) {
      const board = await who[name].board('2026-11');
      for (const cell of figures(board))
        assert.equal((await who[name].list(cell.link)).total, cell.v, `${name} ${cell.key} ${cell.link}`);
    }
    const own = await who.handler.board('2026-11');
    assert.deepEqual(own.rows.map((r) => r.name), [units[0].name]);
    assert.equal((await who.handler.get(`/api/boards/hotline?unit=${units[2].id}`)).status, 403);
  });
});

test('the three administrators cannot do each other’s work', async (t) => {
  const { town, who } = await people();
  t.after(() => town.end());
  const { sysadmin, secadmin, auditadmin } = who;
  const rows = (await sysadmin.get('/api/people')).body.rows;
  const row = (login) => rows.find((x) => x.login === login);
  const root = sysadmin.me.town.id;

  await t.test('none of them reads an order, a figure or a caller', async () => {
    for (const p of [sysadmin, secadmin, auditadmin])
      for (const path of ['/api/items', '/api/items/1', '/api/boards/hotline', '/api/events'])
        assert.equal((await p.get(path)).status, 403, path);
  });

  await t.test('nobody grants himself anything', async () => {
    for (const role of ['leader', 'sysadmin', 'secadmin'])
      assert.equal((await secadmin.post(`/api/people/${row('secadmin').id}/roles`, { role, unit: root })).status, 403, role);
  });

  await t.test('two administrators’ roles never meet in one person', async () => {
    const r = await secadmin.post(`/api/people/${row('sysadmin').id}/roles`, { role: 'auditadmin', unit: root });
    assert.ok([400, 403, 409].includes(r.status), String(r.status));
    const after = (await secadmin.get('/api/people')).body.rows.find((x) => x.login === 'sysadmin');
    assert.deepEqual(after.roles.map((x) => x.role), ['sysadmin']);
  });

  await t.test('the system administrator cannot take over another administrator’s account', async () => {
    for (const login of ['secadmin', 'auditadmin']) {
      const r = await sysadmin.patch(`/api/people/${row(login).id}`, { version: row(login).version, password: 'taken-over-1' });
      assert.equal(r.status, 403, login);
    }
    await town.as('secadmin');
  });

  await t.test('the system administrator cannot give himself rights through the definition of roles', async () => {
    const defs = (await sysadmin.get('/api/defs')).body.rows;
    const { text } = (await sysadmin.get(`/api/defs/${defs.find((d) => d.kind === 'roles').id}`)).body;
    const tries = {
      'rights for my own role': text.replace('rights: [login, unit.manage,', 'rights: [login, caller.reveal, unit.manage,'),
      'another administrator’s right in my own role': text.replace('rights: [login, unit.manage,', 'rights: [login, role.grant, unit.manage,'),
      'an administrator’s right for an ordinary role': text.replace('rights: [login, item.read, board.read]', 'rights: [login, item.read, board.read, role.grant]'),
      'no separation any more': text.replaceAll(', apart: admins', ''),
    };
    for (const [what, changed] of Object.entries(tries)) {
      assert.notEqual(changed, text, what);
      const r = await sysadmin.post('/api/defs', { kind: 'roles', text: changed });
      assert.ok(r.status === 400 || r.status === 403, `${what}: ${r.status}`);
    }
    const plain = text.replace('{key: reader, title: 查阅,', '{key: reader, title: 查阅员,');
    assert.equal((await sysadmin.post('/api/defs', { kind: 'roles', text: plain })).status, 200);
  });

  await t.test('what each of them does is seen by the auditor, who changes nothing', async () => {
    const all = (await auditadmin.get('/api/audit?limit=200')).body.rows;
    assert.ok(all.some((x) => x.what === 'publish' && x.person === sysadmin.me.person.id));
    for (const [method, path] of [['POST', '/api/units'], ['POST', '/api/people'], ['POST', '/api/people/1/roles'], ['POST', '/api/defs']])
      assert.equal((await auditadmin.call(method, path, {})).status, 403, path);
  });
});

// Every step of the hotline loop in the state where it is possible, and who may take it there. The request itself is
// empty, so who may gets 400 for what is missing (or 200 where nothing is asked).
const STEPS = [
  // state         step        who
  ['filed', 'dispatch', 'dispatcher'],
  ['filed', 'amend', 'dispatcher'],
  ['filed', 'merge', 'dispatcher'],
  ['filed', 'child', 'dispatcher'],
  ['filed', 'void', 'leader'],
  ['filed', 'urge', 'leader dispatcher'],
  ['filed', 'instruct', 'leader'],
  ['filed', 'note', 'leader dispatcher clerk'],
  ['handling', 'assist', 'dispatcher'],
  ['handling', 'contact', 'handler'],
  ['handling', 'reply', 'handler'],
  ['handling', 'return', 'handler'],
  ['handling', 'extend', 'handler dispatcher'],
  ['handling', 'extend_city', 'dispatcher'],
  ['handling', 'suspend', 'handler leader dispatcher'],
  ['handling', 'note', 'leader dispatcher clerk handler assisting'],
  ['suspended', 'resume', 'leader dispatcher'],
  ['replied', 'check', 'dispatcher'],
  ['replied', 'redo', 'dispatcher'],
  ['checked', 'close', 'dispatcher'],
  ['closed', 'rate', 'dispatcher'],
  ['closed', 'review', 'dispatcher'],
  ['closed', 'recheck', 'leader dispatcher'],
  ['closed', 'reopen', 'leader dispatcher'],
  ['closed', 'exclude', 'leader dispatcher'],
];
const FIELDS = { reply: { field: 'satisfied', value: '满意' }, contact: { field: 'reply', value: '改写答复' }, rate: { field: 'channel', value: '随申办' } };

test('role by step', async (t) => {
  const { town, who, units } = await people();
  t.after(() => town.end());
  const { dispatcher: desk, leader, handler, assisting } = who;
  const at = {};
  at.filed = (await desk.file()).body;
  const go = async () => (await desk.step((await desk.file()).body, 'dispatch', { units: [units[0].id, units[1].id] })).body;
  const replied = async () => {
    let it = await go();
    it = (await handler.step(it, 'reply', { fields: REPLY })).body;
    return (await assisting.step(it, 'reply', { fields: REPLY })).body;
  };
  at.handling = await go();
  at.suspended = (await agreed(desk, leader, await go(), 'suspend', { note: '等', reason: { key: '客观条件', option: '待上级批复' },
    fields: { promised: '2026-12-01', review_on: '2026-11-25' } })).body;
  at.replied = await replied();
  at.checked = (await desk.step(await replied(), 'check')).body;
  at.closed = (await desk.step((await desk.step(await replied(), 'check')).body, 'close')).body;
  for (const [state, it] of Object.entries(at)) assert.equal(it.state, state);

  // Steps that ask for nothing succeed; they come last, so that the state stays for the others.
  const plain = new Set(['resume', 'check', 'close']);
  const order = [...STEPS].sort((a, b) => plain.has(a[1]) - plain.has(b[1]));
  for (const [state, step, may] of order)
    await t.test(`${state}: ${step}`, async () => {
      const it = await desk.item(at[state].id);
      const part = step === 'contact' || step === 'reply' || step === 'return' || step.startsWith('extend') ? 1 : undefined;
      const yes = may.split(' ');
      const roles = ['clerk', 'reader', 'assisting', 'stranger', 'handler', 'leader', 'dispatcher'].filter((r) => !plain.has(step) || !yes.includes(r) || r === yes.at(-1));
      const seen = {}, wanted = {};
      for (const role of roles) {
        const r = await who[role].step(it, step, { part, judge: 'own' });
        // A step that asks for nothing is done with the first who may.
        seen[role] = r.status;
        const visible = !(role === 'stranger' || (state === 'filed' && (role === 'handler' || role === 'assisting')));
        wanted[role] = role === 'reader' ? 403 : !visible ? 404 : yes.includes(role) ? (plain.has(step) ? 200 : step === 'amend' ? 200 : 400) : 403;
      }
      assert.deepEqual(seen, wanted);
      // The page is told the same in advance.
      if (plain.has(step) || step === 'amend') return;
      for (const role of yes) {
        const rows = (await who[role].item(it.id)).steps.filter((s) => s.key === step && (!part || s.part === part));
        assert.equal(rows.some((s) => s.ok), true, `${role} is offered ${step}`);
      }
      for (const role of roles.filter((r) => wanted[r] === 403 && r !== 'reader'))
        assert.equal((await who[role].item(it.id)).steps.filter((s) => s.key === step && (!part || s.part === part)).some((s) => s.ok), false, role);
    });

  await t.test('a step takes only the answers it asks for', async () => {
    let it = await go();
    for (const [step, { field, value }] of Object.entries(FIELDS)) {
      const person = step === 'rate' ? desk : handler;
      const on = step === 'rate' ? await desk.item(at.closed.id) : it;
      const full = step === 'reply' ? REPLY : step === 'contact' ? { contacted: '是' } : { satisfied: '满意', solved: '实际解决' };
      const r = await person.step(on, step, { part: step === 'rate' ? undefined : 1, fields: { ...full, [field]: value } });
      assert.equal(r.status, 400, `${step} with ${field}`);
      assert.ok(r.body.errors.some((e) => e.field === `fields.${field}`), JSON.stringify(r.body));
    }
  });
});
