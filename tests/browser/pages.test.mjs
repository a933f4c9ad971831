// Every page, as every kind of person sees it, on a desk and on a phone: the promises of lib.mjs hold on each.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, Visitor, DESK, PHONE } from './lib.mjs';
import { REPLY, agreed } from '../api/lib.mjs';

const STAFF = ['/', '/items', '/items?filter=open%3Ayes', '/items?filter=-open%3Ayes%20kind%3A%E5%92%A8%E8%AF%A2', '/i/FIRST', '/i/DONE', '/i/MERGED', '/boards', '/boards?by=class',
  '/boards?by=channel&period=2026', '/scores', '/scores/zhaoxiang?period=2026-11&compare=before&every=yes', '/scores/stages?period=2026-11-02..2026-11-20&sort=-handle.due', '/settings', '/settings/layers', '/settings/tokens', '/password'];
const PEOPLE = {
  dispatcher1: [...STAFF, '/desk', '/new', '/import', '/jobs'],
  HANDLER: ['/', '/items', '/i/FIRST', '/boards'],
  leader1: ['/', '/i/FIRST', '/boards'],
  reader1: ['/', '/i/DONE'],
  sysadmin: ['/', '/settings/units', '/settings/people', '/settings/layers', '/settings/routes', '/settings/defs', '/settings/defs/1', '/settings/defs/new'],
  secadmin: ['/settings/people'],
  auditadmin: ['/settings/audit', '/settings/audit?about=reveal'],
};

/** Orders in every state, some late, one with a title as long as it may be. */
async function furnish(town) {
  let desk = await town.as('dispatcher1');
  const homes = (await desk.catalog()).units.filter((u) => u.kind === 'neighbourhood');
  const one = homes[0], made = {};
  const handler = await town.as(`handler-${one.code}`);
  const leader = await town.as('leader1');
  const sent = async (more, units = [one.id]) => (await desk.step((await desk.file(more)).body, 'dispatch', { units })).body;
  made.DONE = await sent({ title: '楼道堆物影响通行', caller: { name: '李小明', phone: '13812346612', door: '3号楼402室' } });
  made.DONE = (await handler.step(made.DONE, 'contact', { fields: { contacted: '是', contact_way: '电话' } })).body;
  made.DONE = (await handler.step(made.DONE, 'reply', { fields: { ...REPLY, result: '当天清理完毕，已拍照留存，并与物业约定每周巡查。' } })).body;
  for (const step of ['check', 'close']) made.DONE = (await desk.step(made.DONE, step)).body;
  made.DONE = (await desk.step(made.DONE, 'rate', { fields: { satisfied: '满意', solved: '实际解决', attitude: '满意' } })).body;
  made.FIRST = await sent({ title: '飞线充电'.repeat(30), text: '居民反映，晚间楼下有人从窗口拉线给电瓶车充电，存在火灾隐患。\n希望尽快处理。\n'.repeat(6), address: '剑河路99弄7号楼东侧非机动车棚旁', fields: { priority: '紧急', source_no: 'SH20261120000012345' },
    caller: { name: '欧阳女士', phone: '13900001111', door: '7号楼301室', confidential: true } }, homes.slice(0, 4).map((u) => u.id));
  for (let i = 0; i < 12; i++) made.FIRST = (await desk.step(made.FIRST, 'urge', { note: `第${i + 1}次催办：诉求人再次来电，请尽快回复。` })).body;
  made.FIRST = (await leader.step(made.FIRST, 'instruct', { note: '请一把手包案，本周办结。' })).body;
  made.FIRST = (await handler.attach(made.FIRST, '现场照片（北门，整改前，2026年11月20日上午拍摄）.txt', 'x'.repeat(3000), { note: '整改前' })).body;
  made.MERGED = await sent({ title: '又有人反映飞线' });
  made.MERGED = (await desk.step(made.MERGED, 'merge', { other: made.FIRST.no })).body;
  const back = await sent({ title: '被退回的一件' });
  await agreed(handler, desk, back, 'return', { note: '不在本居民区', reason: { key: '职责不符', option: '非本辖区' } });
  made.FIRST = (await handler.step(await handler.item(made.FIRST.id), 'extend', { part: 1, extend: '3wd', note: '需多家单位会商', reason: { key: '情况复杂', option: '需多方协调' } })).body;
  const held = await sent({ title: '等批复的一件' });
  await agreed(desk, leader, held, 'suspend', { note: '等批复', reason: { key: '客观条件', option: '待上级批复' }, fields: { promised: '2026-12-01', review_on: '2026-11-25' } });
  for (let i = 0; i < 25; i++) await desk.file({ title: `路灯不亮 ${i}`, fields: { kind: i % 3 ? '求助' : '咨询', channel: i % 2 ? '12345' : '随申办', priority: i % 5 ? '一般' : '特急' } });
  await desk.post(`/api/items/${made.FIRST.id}/reveal`, { reason: '回访核对' });
  await town.move('2026-11-23T10:00:00+08:00'); // Monday: some are late now
  desk = await town.as('dispatcher1');
  return { made, handler: `handler-${one.code}` };
}

test('every page', { timeout: 600_000 }, async (t) => {
  const here = await open(t);
  const { made, handler } = await furnish(here.town);
  for (const [who, paths] of Object.entries(PEOPLE))
    for (const size of [DESK, PHONE]) {
      const v = await Visitor.enter(here, who === 'HANDLER' ? handler : who, { size });
      for (const path of paths)
        await t.test(`${who} ${path} ${size.width}`, async () => {
          v.page.faults.length = 0;
          await v.go(path.replace(/FIRST|DONE|MERGED/, (k) => made[k].id));
          const name = `${who}${path.split('?')[0].replaceAll('/', '-')}${path.includes('?') ? '-' + path.split('?')[1].replace(/[^\w]+/g, '_').slice(0, 24) : ''}`;
          await v.check(name);
        });
      await v.close();
    }

  await t.test('a page that is not, and one that is not mine', async () => {
    const v = await Visitor.enter(here, 'reader1');
    await v.go('/new');
    assert.match(await v.text('main'), /权限/);
    await v.check('no-right');
    v.page.expected = [404];
    await v.go('/i/424242');
    assert.match(await v.text('main'), /没有这个事项/);
    await v.check('no-item');
    const answer = await v.page.goto(here.town.base + '/nothing-here');
    assert.equal(answer.status(), 404);
    await v.close();
  });

  await t.test('printed, dark, without motion, enlarged', async () => {
    const v = await Visitor.enter(here, 'dispatcher1');
    await v.go(`/i/${made.DONE.id}`);
    await v.page.emulateMedia({ media: 'print' });
    await v.page.screenshot({ path: new URL('out/item-print.png', import.meta.url).pathname, fullPage: true });
    assert.equal(await v.page.locator('nav.rail').isVisible(), false, 'no navigation on paper');
    await v.page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
    await v.check('item-dark');
    await v.go('/boards');
    await v.check('board-dark');
    await v.go('/items');
    await v.check('items-dark');
    await v.page.emulateMedia({ media: 'screen', colorScheme: 'light', forcedColors: 'active' });
    await v.page.screenshot({ path: new URL('out/items-forced.png', import.meta.url).pathname });
    // 400 % of a 1,280 px window is a window of 320 px.
    await v.page.emulateMedia({ forcedColors: 'none' });
    await v.page.setViewportSize({ width: 320, height: 256 });
    for (const path of ['/', '/items', `/i/${made.FIRST.id}`, '/new', '/boards', '/settings/tokens']) {
      await v.go(path);
      const wide = await v.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${path}: ${wide} px too wide at 320 px`);
    }
    await v.close();
  });

  await t.test('English: the pages speak it, and go back', async () => {
    const v = await Visitor.enter(here, 'dispatcher1');
    await v.page.locator('.menu summary:not(.button)').click();
    await v.page.getByRole('button', { name: 'English' }).click();
    await v.page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
    assert.equal(await v.page.evaluate(() => document.documentElement.lang), 'en');
    for (const path of ['/', '/items', `/i/${made.FIRST.id}`, '/boards', '/new', '/import', '/settings/tokens', '/password']) {
      await v.go(path);
      await v.check(`en${path.replaceAll('/', '-')}`);
    }
    v.page.expected = [400];
    await v.go('/items?filter=stat%3Ax');
    assert.doesNotMatch(await v.text('#filter-e'), /[一-龥]/, 'mistakes are told in English too');
    await v.page.locator('.menu summary:not(.button)').click();
    await v.page.getByRole('button', { name: '中文界面' }).click();
    await v.page.getByRole('heading', { level: 1, name: '事项' }).waitFor();
    // A page whose texts came with a chunk of its own, read first in English and then turned.
    v.page.expected = [];
    const turn = async (to) => {
      await v.page.locator('.menu summary:not(.button)').click();
      await v.page.getByRole('button', { name: to }).click();
    };
    await turn('English');
    await v.go('/settings/tokens');
    await turn('中文界面');
    await v.page.getByRole('button', { name: '新增令牌' }).waitFor();
    await v.check('turned-settings-tokens');
    await turn('English');
    await v.page.getByRole('heading', { level: 1, name: 'API tokens' }).waitFor();
    assert.doesNotMatch(await v.text('main'), /令牌/);
    await v.close();
  });
});
