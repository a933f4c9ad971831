// A common problem in a browser: what may belong to it with the grounds, members taken in and out, the calls before and after its
// measure, and its members closed together when it is closed: one answer, each by its own loop's step, and who stays open and why.
import test from 'node:test';
import assert from 'node:assert/strict';
import { LAMP } from '../api/lamp.mjs';
import { open, PHONE, story, Visitor } from './lib.mjs';

const SIZE = { width: 1280, height: 800 };
// A loop whose closing asks something and wants a note.
const BENCH = `loop: bench
title: 座椅报修
number: {prefix: ZY, digits: 4}
receiver: ops-centre
calendar: workdays
classes: matters
fields:
  - {key: result, title: 处理结果, type: choice, options: [已修, 已换]}
states:
  - {key: filed, title: 待修}
  - {key: closed, title: 已修复, final: yes}
steps:
  - {key: file, title: 登记, to: filed, who: [dispatcher], ask: ["class!"]}
  - {key: fix, title: 修好, from: filed, to: closed, who: dispatcher, does: close, ask: ["result!"], note: required}
`;

test('a common problem', { timeout: 300_000 }, async (t) => {
  const here = await open(t, { at: '2026-10-05T09:00:00+08:00' });
  const step = story(t);
  const { town } = here;
  let desk = await town.as('dispatcher1');
  const sys = await town.as('sysadmin');
  for (const text of [LAMP, BENCH]) {
    const r = await sys.post('/api/defs', { kind: 'loop', text });
    assert.equal(r.status, 200, JSON.stringify(r.body));
  }
  const klass = await desk.klass('0102');
  const made = async (who, body) => {
    const r = await who.post('/api/items', body);
    assert.equal(r.status, 201, JSON.stringify(r.body));
    return r.body;
  };
  const took = async (who, it, key, more = {}) => {
    const r = await who.step(await who.item(it.id), key, more);
    assert.equal(r.status, 200, JSON.stringify(r.body));
    return r.body;
  };
  const later = async (at) => {
    await town.move(at);
    town.at = at;
    desk = await town.as('dispatcher1');
  };
  for (let i = 0; i < 4; i++) await desk.file({ title: `堆物来电${i}` });
  await later('2026-10-13T09:00:00+08:00');
  await desk.file({ title: '措施以后的来电' });
  await later('2026-10-19T09:00:00+08:00');
  const problem = await made(desk, { loop: 'common', title: '北虹路楼道堆物反复', text: '楼道反复堆放纸箱，影响通行。', address: '北虹路100弄', class: klass, fields: { channel: '热线归集', kind: '物业服务' } });
  const like = [];
  for (const title of ['北虹路楼道堆物', '北虹路楼道又堆物']) like.push((await desk.file({ title, text: '楼道反复堆放纸箱，影响通行。', address: '北虹路100弄' })).body);
  const lamps = [];
  const inspector = await town.as('inspector1');
  for (const title of ['路灯一', '路灯二']) lamps.push(await made(inspector, { loop: 'lamp', title, class: klass }));
  const bench = await made(desk, { loop: 'bench', title: '座椅断裂', class: klass });
  const v = await Visitor.enter(here, 'dispatcher1', { size: SIZE });
  const { page } = v;
  const members = page.getByRole('region', { name: '归入的事项' });
  const maybe = page.getByRole('region', { name: '可能属于这个问题' });
  const effect = page.getByRole('region', { name: '措施前后的来电' });
  const dialog = page.getByRole('dialog');
  const belongs = async () => (await desk.list(`gathered:${problem.no}`)).rows.map((r) => r.title).sort();

  await step('at first it has none, and says what may belong to it with the grounds', async () => {
    await v.go(`/i/${problem.id}`);
    await members.getByText('还没有归入事项。').waitFor();
    await effect.getByText('填了“措施生效日期”，满一周后开始比较。').waitFor();
    const rows = maybe.locator('.kin-row');
    await rows.first().waitFor();
    const said = await maybe.innerText();
    assert.match(said, /北虹路楼道堆物[^]*相关度 \d+：[^]*同一分类 \+20/);
    assert.match(said, /同一地点 \+30/);
    assert.equal(await maybe.getByRole('button', { name: /归入选中的 0 件/ }).isDisabled(), true);
    await v.check('gather-none');
  });

  await step('several are taken in by keyboard, and taken back', async () => {
    for (const title of ['北虹路楼道堆物', '北虹路楼道又堆物']) {
      await maybe.getByRole('checkbox', { name: new RegExp(`${title}$`) }).focus();
      await page.keyboard.press('Space');
    }
    await maybe.getByRole('button', { name: '归入选中的 2 件' }).focus();
    await page.keyboard.press('Enter');
    await v.told(`已归入 2 件到 ${problem.no}`);
    await members.getByRole('link', { name: '共 2 件' }).waitFor();
    await page.locator('.toast').getByRole('button', { name: '撤销' }).click();
    await members.getByText('还没有归入事项。').waitFor();
    assert.deepEqual(await belongs(), []);
  });

  await step('from the list, any loop’s; a link leads to filing a new problem', async () => {
    await v.go(`/items?filter=no:${[...like, ...lamps, bench].map((x) => x.no).join(',')}`);
    await page.getByLabel('选中本页全部').check();
    await page.locator('.bulk').getByRole('button', { name: /归入共性问题（5 件）/ }).click();
    await dialog.getByRole('button', { name: '归入 5 件' }).click();
    await dialog.locator('.field-error', { hasText: '请选择' }).waitFor();
    assert.equal(await dialog.getByRole('link', { name: '登记共性问题' }).getAttribute('href'), '/new?loop=common');
    await dialog.getByRole('combobox', { name: '归入哪一个' }).or(dialog.locator('select')).first().selectOption({ index: 1 });
    await v.check('gather-list', { full: false });
    await dialog.getByRole('button', { name: '归入 5 件' }).click();
    await v.told(`已归入 5 件到 ${problem.no}`);
    assert.equal((await belongs()).length, 5);
    await v.go('/new?loop=common');
    await page.getByText('问题类别').first().waitFor();
  });

  await step('one is taken out again', async () => {
    await v.go(`/i/${problem.id}`);
    await members.getByRole('checkbox', { name: /北虹路楼道又堆物/ }).check();
    await members.getByRole('button', { name: '移出选中的 1 件' }).click();
    await v.told('已移出 1 件');
    await members.getByRole('link', { name: '共 4 件' }).waitFor();
    assert.ok(!(await belongs()).includes('北虹路楼道又堆物'));
    await v.check('gather-members');
  });

  await step('calls before and after the measure: figures that open their lists', async () => {
    const ops = await desk.unit('ops-centre');
    const handler = await town.as('handler-ops-centre');
    await took(desk, problem, 'dispatch', { units: [ops] });
    await took(handler, problem, 'cause', { fields: { cause_kind: '管理缺位', cause: '楼道无人巡查' } });
    await took(handler, problem, 'measure', { fields: { measure: '楼组长每周巡楼', effect_on: '2026-10-12' } });
    await v.go(`/i/${problem.id}`);
    await effect.getByText('措施 2026-10-12 生效，已满 1 周（共比较 8 周）').waitFor();
    assert.match(await effect.innerText(), /比措施前少 3 件（75(\.0)?%）/);
    await v.check('gather-effect');
    await effect.getByRole('link', { name: '4', exact: true }).click();
    await v.ready();
    assert.equal(await v.text('.total'), '符合条件 4 件');
  });

  await step('who closes it is offered its members: those that can be closed now, and the others with the reason', async () => {
    await took(desk, problem, 'assess', { fields: { effect: '明显下降', effect_note: '来电少了四分之三' } });
    await v.go(`/i/${problem.id}`);
    await page.keyboard.press('j');
    await dialog.getByRole('textbox', { name: '长效机制' }).fill('每周巡楼写入楼组公约');
    await dialog.getByRole('button', { name: '解决' }).click();
    const together = page.getByRole('dialog', { name: '一并办结归入的事项' });
    await together.getByText('1 件现在不能办结').waitFor();
    assert.match(await together.innerText(), /路灯报修 · 修复：2 \/ 2 件[^]*座椅报修 · 修好：1 \/ 1 件/);
    assert.match(await together.innerText(), /1 件现在不能办结[^]*12345热线工单[^]*北虹路楼道堆物/);
    await v.check('close-together', { full: false });
  });

  await step('what an answer lacks is told at its place', async () => {
    await dialog.getByRole('button', { name: '先看会怎样' }).click();
    await dialog.locator('.field', { hasText: '答复' }).locator('.field-error').waitFor();
    await dialog.locator('.field', { hasText: '处理结果' }).locator('.field-error').waitFor();
    await v.check('close-together-refused', { full: false });
    await dialog.getByRole('textbox', { name: '答复' }).fill('已按共性问题统一整治');
    await dialog.locator('.chip', { hasText: '已换' }).click();
    await dialog.getByRole('checkbox', { name: /路灯二/ }).uncheck();
    await dialog.getByText('路灯报修 · 修复：1 / 2 件').waitFor();
  });

  await step('tried, then closed each by its own step, with one answer; what somebody closed meanwhile is told', async () => {
    await took(desk, lamps[0], 'close');
    await dialog.getByRole('button', { name: '先看会怎样' }).click();
    await dialog.getByText('1 件可以办结；1 件不行，原因见表').waitFor();
    assert.equal((await desk.item(bench.id)).open, true, 'nothing is done yet');
    await dialog.getByRole('button', { name: '办结 1 件' }).click();
    await dialog.getByText('1 件已办，1 件没办成').waitFor();
    await v.check('close-together-told', { full: false });
    await dialog.getByRole('button', { name: '关闭', exact: true }).last().click();
    await members.getByRole('link', { name: '在办 2 件' }).waitFor();
    const now = await desk.item(bench.id);
    assert.deepEqual([now.state, now.timeline[0].what, now.timeline[0].note], ['closed', 'fix', '已按共性问题统一整治']);
    assert.equal((await desk.item(lamps[1].id)).open, true, 'not ticked');
  });

  await step('later, from the page, by keyboard', async () => {
    await members.getByRole('button', { name: '一并办结在办的 2 件…' }).focus();
    await page.keyboard.press('Enter');
    await dialog.getByText('路灯报修 · 修复：1 / 1 件').waitFor();
    await dialog.getByRole('textbox', { name: '答复' }).fill('换灯');
    await dialog.getByRole('button', { name: '先看会怎样' }).focus();
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: '办结 1 件' }).click();
    await v.told('1 件已办，0 件没办成');
    assert.equal((await desk.item(lamps[1].id)).state, 'closed');
    await page.locator('.toast').getByRole('button', { name: '撤销' }).click();
    await v.told('已撤回 1 件');
    assert.equal((await desk.item(lamps[1].id)).state, 'filed');
  });

  await step('who may close none of them is told so', async () => {
    const leader = await Visitor.enter(here, 'leader1', { size: SIZE });
    await leader.go(`/i/${problem.id}`);
    await leader.page.getByRole('button', { name: /一并办结在办的/ }).click();
    await leader.page.getByRole('dialog').getByText('归入的事项现在没有您可以办结的。').waitFor();
    await leader.check('close-together-none', { full: false });
    await leader.close();
  });

  await step('on a telephone, and in the dark', async () => {
    const p = await Visitor.enter(here, 'dispatcher1', { size: PHONE });
    await p.go(`/i/${problem.id}`);
    await p.page.getByRole('button', { name: /一并办结在办的/ }).waitFor();
    await p.check('gather-effect');
    await p.page.getByRole('button', { name: /一并办结在办的/ }).click();
    await p.page.getByRole('dialog').getByText('路灯报修 · 修复').waitFor();
    await p.check('close-together', { full: false });
    await p.page.emulateMedia({ colorScheme: 'dark' });
    await p.check('close-together-dark', { full: false });
    await p.close();
  });
});
