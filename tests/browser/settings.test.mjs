// What is done once a month: importing a sheet, units, people, definitions, tokens, the audit.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DESK, open, PHONE, story, Visitor } from './lib.mjs';
import { root, until } from '../api/lib.mjs';

const SHEET = [
  '工单编号,受理时间,来源,业务类型,紧急程度,大类,小类,标题,内容,地址,联系人,电话',
  'SH001,2026-11-19 10:00,12345,投诉,一般,,,楼道堆物,三楼堆放纸箱,北虹路1号,李小明,13812346612',
  'SH002,2026-11-19 10:05,12345,咨询,紧急,,,居住证办理,如何办理,剑河路99弄,王女士,13900001111',
  'SH003,2026-13-40 10:05,12345,表扬,一般,,,日期和类型都不对,x,y,z,1',
  'SH001,2026-11-19 10:00,12345,投诉,一般,,,编号重复,三楼堆放纸箱,北虹路1号,李小明,13812346612',
].join('\r\n') + '\r\n';

test('importing a sheet', { timeout: 120_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const v = await Visitor.enter(here, 'dispatcher1');
  const probe = await here.town.as('dispatcher1');

  await step('a sheet that is known is read, tried and written', async () => {
    await v.go('/import');
    await v.page.getByRole('button', { name: '看表' }).click();
    await v.page.locator('.summary').waitFor();
    await v.page.locator('input[type=file]').setInputFiles({ name: '工单.csv', mimeType: 'text/csv', buffer: Buffer.from(SHEET) });
    await v.page.getByRole('button', { name: '看表' }).click();
    await v.page.getByRole('button', { name: '试跑' }).click();
    await v.page.locator('.job-state.done').waitFor();
    assert.match(await v.text('.job'), /2026-13-40/);
    assert.match(await v.text('.job'), /表扬/);
    assert.equal((await probe.list('')).total, 0);
    await v.page.getByRole('button', { name: '写入 2 件' }).click();
    await v.page.getByRole('button', { name: '撤销整批' }).waitFor();
    const rows = (await probe.list('', '&sort=filed')).rows;
    assert.deepEqual(rows.map((r) => r.title), ['楼道堆物', '居住证办理']);
    assert.ok(rows[0].due);
  });
  await step('jobs are listed; a page that is open hears of a job and stays whole', async () => {
    await v.go('/jobs');
    assert.equal(await v.page.locator('tbody tr').count(), 2);
    await v.check('jobs');
    const form = new FormData();
    form.set('file', new Blob([SHEET]), '又一次.csv');
    form.set('map', 'city-orders');
    form.set('dry', 'yes');
    await probe.post('/api/imports', form);
    await v.page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 3);
    await v.page.locator('tbody tr').first().getByText('已完成').waitFor();
    assert.equal(await v.page.locator('tbody tr').count(), 3);
  });
  await step('the same sheet again makes nothing new; the batch can be taken back', async () => {
    await v.page.locator('tbody a').nth(1).click(); // the one that was written
    await v.ready();
    await v.page.getByRole('button', { name: '撤销整批' }).click();
    const dialog = v.page.getByRole('dialog');
    await dialog.getByRole('button', { name: '撤销整批' }).click();
    await v.page.locator('.job-state.undone').waitFor();
    await v.check('import-undone');
    assert.equal((await probe.list('')).total, 0);
  });
});

test('units, people, definitions, tokens, audit', { timeout: 180_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const sys = await Visitor.enter(here, 'sysadmin');
  const sec = await Visitor.enter(here, 'secadmin');
  const probe = await here.town.as('dispatcher1');
  const [one, two] = (await probe.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const dialog = (v) => v.page.getByRole('dialog');
  const api = await here.town.as('sysadmin');
  const grid = async () => (await api.get('/api/units')).body.rows.find((u) => u.code === 'grid-9');

  await step('a unit is added, renamed, moved, closed', async () => {
    await sys.go('/settings/units');
    await sys.page.getByRole('button', { name: `加下级 ${one.name}` }).click();
    await dialog(sys).getByLabel('名称').fill('第九微网格');
    await dialog(sys).getByLabel('编码').fill('有 空格');
    await dialog(sys).getByLabel('种类').selectOption({ label: '微网格' });
    sys.page.expected = [400];
    await dialog(sys).locator('button.primary').click();
    await dialog(sys).locator('.summary').waitFor();
    assert.match(await dialog(sys).innerText(), /单位代码/);
    sys.page.expected = [];
    await dialog(sys).getByLabel('编码').fill('grid-9');
    await dialog(sys).locator('button.primary').click();
    await sys.told('已新增');
    await sys.page.getByRole('button', { name: '改名 第九微网格' }).click();
    await dialog(sys).getByLabel('名称').fill('第九网格');
    await dialog(sys).locator('button.primary').click();
    await sys.told('已修改');
    await sys.page.getByRole('button', { name: '移动 第九网格' }).click();
    await dialog(sys).getByRole('combobox').fill(two.name);
    await dialog(sys).locator('[role=option]', { hasText: two.name }).first().click();
    await dialog(sys).locator('button.primary').click();
    await until('it has moved', async () => (await grid()).parent === two.id);
    await sys.page.getByRole('button', { name: '停用 第九网格' }).click();
    await dialog(sys).locator('button.primary, button.danger').first().click();
    await until('it is closed', async () => (await grid()).closed);
    await sys.ready();
    await sys.check('units');
  });
  await step('a person is made by one administrator and given a role by another', async () => {
    await sys.go('/settings/people');
    await sys.page.getByRole('button', { name: '新增人员' }).click();
    await dialog(sys).getByLabel('用户名').fill('sun7');
    await dialog(sys).getByLabel('姓名').fill('孙七');
    await dialog(sys).getByLabel('初始密码').fill('initial-password');
    await dialog(sys).locator('button.primary').click();
    await sys.told('已新增 孙七');
    assert.equal(await sys.page.getByRole('button', { name: '授权 孙七' }).count(), 0, 'who makes people does not grant');
    await sec.go('/settings/people');
    assert.equal(await sec.page.getByRole('button', { name: '新增人员' }).count(), 0, 'and the other way round');
    await sec.page.getByRole('button', { name: '授权 孙七' }).click();
    await dialog(sec).getByLabel('角色').selectOption({ label: '承办员' });
    await dialog(sec).getByRole('combobox', { name: /在哪个单位/ }).fill(one.name);
    await dialog(sec).locator('[role=option]', { hasText: one.name }).first().click();
    await sec.check('grant-dialog', { full: false });
    await dialog(sec).locator('button.primary').click();
    await sec.told('已修改 孙七');
    await sec.page.locator('tr', { hasText: 'sun7' }).filter({ hasText: `承办员 · ${one.name}` }).waitFor();
  });

  await step('units come from a list: every mistake first, then a trial, then all of it', async () => {
    const sheet = (rows) => ({ name: 'units.csv', mimeType: 'text/csv', buffer: Buffer.from(`代码,上级,类型,名称,简称\n${rows.join('\n')}\n`) });
    const count = async () => (await api.get('/api/units')).body.rows.length;
    const before = await count();
    await sys.go('/settings');
    await sys.check('settings-sysadmin');
    await sys.page.getByRole('link', { name: /导入名单/ }).first().click();
    await sys.ready();
    await sys.button('试跑').click();
    await sys.page.locator('.summary').waitFor();
    await sys.page.getByText('文件怎么写').click();
    await sys.check('lists');
    const file = sys.page.locator('input[type=file]');
    await file.setInputFiles(sheet(['list-1,nowhere,team,名单一队,', `List 2,${one.code},team,,`, `list-3,${one.code},team,名单三队,`]));
    sys.page.expected = [400];
    await sys.button('试跑').click();
    await sys.page.getByRole('heading', { name: '名单有 3 处错误' }).waitFor();
    assert.deepEqual(await sys.page.locator('tbody tr').evaluateAll((rows) => rows.map((r) => [...r.cells].map((c) => c.innerText.trim().replace(/\s+/g, ' ')))),
      [['2', '2', 'parent', '“nowhere”：没有这个上级'], ['3', '1', 'code', '“List 2”：不是有效的单位代码 应为 1..32 of A-Z a-z 0-9 . _ -'], ['3', '4', 'name', '单位名称须为 1 至 60 个字 应为 1..60 characters']]);
    await sys.check('lists-wrong');
    await sys.page.setViewportSize(PHONE);
    await sys.check('lists-wrong');
    await sys.page.setViewportSize(DESK);
    sys.page.expected = [];
    await file.setInputFiles(sheet([`list-1,${one.code},team,名单一队,一队`, 'list-2,list-1,group,名单二组,', `grid-9,${two.code},micro-grid,第九号网格,`]));
    await sys.page.getByRole('heading', { name: /处错误/ }).waitFor({ state: 'detached' });
    await sys.button('试跑').click();
    await sys.page.locator('.notice.done', { hasText: '试跑完成' }).waitFor();
    assert.match(await sys.text('.notice.done'), /新增 2.*变更 1.*未变 0/s);
    assert.equal(await count(), before, 'a trial writes nothing');
    await sys.check('lists-tried');
    await sys.button('写入 3 处').click();
    await sys.page.locator('.notice.done', { hasText: '已写入' }).waitFor();
    assert.equal(await count(), before + 2);
    assert.equal((await grid()).name, '第九号网格');
    await sys.button('试跑').click();
    await sys.page.locator('.notice.done', { hasText: '与现状一致' }).waitFor();
    assert.equal(await sys.button('写入').count(), 0);
  });

  await step('people come from one list, of which each administrator brings in his half', async () => {
    const list = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(`登录名,姓名,角色,单位代码,初始密码\nsun10,孙十,承办员,${one.code},first-password-10\n`) };
    for (const [v, kinds] of [[sys, 4], [sec, 1]]) {
      await v.go('/settings/lists');
      assert.equal(await v.page.getByRole('radio').count(), kinds);
      await v.page.getByRole('radio', { name: '人员和角色' }).check();
      await v.page.locator('input[type=file]').setInputFiles(list);
      await v.button('试跑').click();
      await v.page.locator('.notice.done', { hasText: '试跑完成' }).waitFor();
      assert.equal((await v.text('.notice.done')).includes('另有 1 处姓名或角色'), v === sys);
      await v.button('写入 1 处').click();
      await v.page.locator('.notice.done', { hasText: '已写入' }).waitFor();
    }
    const made = (await api.get('/api/people')).body.rows.find((p) => p.login === 'sun10');
    assert.deepEqual(made.roles.map((r) => [r.role, r.unit]), [['handler', one.id]]);
    await sec.check('lists-secadmin');
  });

  await step('a definition with mistakes is refused with their lines; a right one is published', async () => {
    const yaml = readFileSync(`${root}/defs/loops/hotline.yaml`, 'utf8');
    const rows = (await api.get('/api/defs')).body.rows;
    await sys.go(`/settings/defs/${rows.find((d) => d.key === 'hotline').id}?view=text`);
    const area = sys.page.getByLabel('定义内容（YAML）');
    assert.equal(await area.inputValue(), yaml);
    sys.page.expected = [400];
    await area.fill(yaml.replace('to: handling\n    who: [dispatcher]\n    does: dispatch', 'to: nowhere\n    who: [dispatcher]\n    does: fly'));
    await sys.page.getByRole('button', { name: '检查' }).click();
    await sys.page.locator('.summary').waitFor();
    assert.equal(await sys.page.locator('.summary li').count() >= 2, true);
    await sys.check('def-wrong');
    await sys.page.locator('.summary button.link').first().click();
    const marked = await area.evaluate((a) => a.value.slice(a.selectionStart, a.selectionEnd));
    assert.match(marked, /nowhere|fly/);
    sys.page.expected = [];
    await area.fill(yaml.replace('title: 12345热线工单', 'title: 12345市民热线'));
    await sys.page.getByRole('button', { name: '检查' }).click();
    await sys.page.getByText('检查通过').waitFor();
    await sys.page.getByRole('button', { name: '发布', exact: true }).click();
    await dialog(sys).locator('button.primary').click();
    await sys.told('已发布第 2 版');
    await sys.check('defs');
  });

  await step('a token is shown once and can be dropped', async () => {
    const v = await Visitor.enter(here, 'dispatcher1');
    await v.go('/settings/tokens');
    await v.page.getByRole('button', { name: '新增令牌' }).click();
    await dialog(v).getByLabel('名称').fill('街面采集');
    await dialog(v).locator('button.primary').click();
    const secret = await v.page.getByRole('textbox', { name: '新令牌' }).inputValue();
    assert.match(secret, /^bh_/);
    await v.page.getByRole('button', { name: '已经抄好' }).click();
    const program = here.town.nobody();
    program.token = secret;
    assert.equal((await program.get('/api/me')).status, 200);
    await v.check('tokens');
    await v.page.getByRole('button', { name: '作废 街面采集' }).click();
    await dialog(v).locator('button.danger').click();
    await v.told('令牌已作废');
    assert.equal((await program.get('/api/me')).status, 401);
    await v.close();
  });

  await step('the auditor sees it all, page by page', async () => {
    const v = await Visitor.enter(here, 'auditadmin');
    await v.go('/settings/audit');
    const text = await v.text('main');
    for (const what of ['登录', '授权', '发布定义', '人员变动', '单位移动']) assert.ok(text.includes(what), what);
    await v.check('audit');
    await v.page.getByRole('button', { name: '下一页' }).click();
    await v.page.waitForURL('**before=**');
    await v.ready();
    await v.page.getByRole('button', { name: '查看个人信息' }).click();
    await v.page.waitForURL('**about=reveal**');
    await v.ready();
    assert.match(await v.text('main'), /没有符合条件的记录/);
    await v.close();
  });
  assert.deepEqual([...sys.page.faults, ...sec.page.faults], []);
});
