// Looked at again 回头看 in a browser: what was closed waits in nobody's queue until its day; then it stands in 今日 and in 待我回头看, its page
// says what has come back and how far away, and one of two steps ends it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../api/lib.mjs';
import { LAMP } from '../api/lamp.mjs';
import { open, PHONE, story, Visitor } from './lib.mjs';

const PLACE = { lat: 31.22, lon: 121.36 };
const NEAR = { lat: 31.2205, lon: 121.36 }; // 56 m to the north
const DAY = '2026-12-14T09:00:00+08:00'; // six weeks after the closing

async function furnish(town) {
  const sys = await town.as('sysadmin');
  const r = await sys.post('/api/defs', { kind: 'loop', text: LAMP });
  assert.equal(r.status, 200, JSON.stringify(r.body));
  const inspector = await town.as('inspector1');
  const klass = await inspector.klass('0601');
  const closed = async (title, more) => {
    const made = await inspector.post('/api/items', { loop: 'lamp', title, class: klass, ...more });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const done = await inspector.step(made.body, 'close');
    assert.equal(done.status, 200, JSON.stringify(done.body));
    return done.body;
  };
  return { lamp: await closed('路灯不亮', PLACE), quiet: await closed('路灯灯罩碎', { lat: 31.25, lon: 121.36 }), blind: await closed('路灯歪斜', {}), klass };
}

test('looked at again', { timeout: 300_000 }, async (t) => {
  const here = await open(t, { at: '2026-11-02T10:00:00+08:00' });
  const step = story(t);
  const { lamp, quiet, blind, klass } = await furnish(here.town);
  let v = await Visitor.enter(here, 'inspector1');
  const card = () => v.page.getByRole('region', { name: '回头看' });
  const at = async (when) => {
    await v.close();
    here.town.at = when;
    await here.town.move(when);
    v = await Visitor.enter(here, 'inspector1');
  };

  await step('closed: its page names the day and the two steps, and nobody has anything to do', async () => {
    await v.go(`/i/${lamp.id}`);
    await card().getByText('2026-12-14 起回头看').waitFor();
    assert.match(await card().innerText(), /合格办“复看合格”，又出现了办“复看不合格”/);
    assert.match(await card().innerText(), /办结以后没有再出现/, 'so far');
    await v.check('recheck-waits');
    await v.go('/');
    assert.equal(await v.page.getByRole('link', { name: /待我回头看/ }).count(), 0);
    await v.go('/items?filter=recheck:mine');
    assert.equal(await v.text('.total'), '符合条件 0 件');
    await v.check('recheck-empty');
  });

  await step('on its day it stands in 今日, and 待我回头看 lists it', async () => {
    await at('2026-11-20T09:00:00+08:00');
    const inspector = await here.town.as('inspector1');
    const again = await inspector.post('/api/items', { loop: 'lamp', title: '路灯又不亮', class: klass, ...NEAR });
    assert.equal(again.status, 201, JSON.stringify(again.body));
    await at(DAY);
    const now = await here.town.as('inspector1');
    await until('it is told', async () => (await now.list('recheck:mine')).total === 3);
    await v.go('/');
    await v.page.getByRole('link', { name: '待我回头看 3' }).click();
    await v.ready();
    assert.equal(await v.text('.total'), '符合条件 3 件');
    await v.page.getByRole('link', { name: '路灯不亮' }).waitFor();
    await v.check('recheck-list');
  });

  await step('what has come back stands there with its distance, and is opened from there', async () => {
    await v.page.getByRole('link', { name: '路灯不亮' }).click();
    await v.page.waitForURL(`**/i/${lamp.id}`);
    await v.ready();
    await card().getByText('已到回头看时间（2026-12-14）').waitFor();
    const said = await card().innerText();
    assert.match(said, /办结以后又出现 1 件/);
    assert.match(said, /LD20261120-0001 路灯又不亮/);
    assert.match(said, /待修 · 相距 56 米/);
    assert.match(await v.text('.timeline'), /回头看到期[^]*复发数：1/);
    await v.check('recheck-due');
    await card().getByRole('link', { name: /路灯又不亮/ }).click();
    await v.page.getByRole('heading', { level: 1, name: '路灯又不亮' }).waitFor();
    await v.ready();
    await v.page.keyboard.press('b');
    await v.page.getByRole('heading', { level: 1, name: '路灯不亮' }).waitFor();
    await v.ready();
  });

  await step('where nothing came back, or nothing can be looked for, that is said', async () => {
    await v.go(`/i/${quiet.id}`);
    await card().getByText('办结以后没有再出现。').waitFor();
    await v.go(`/i/${blind.id}`);
    await card().getByText(/没有坐标.*请先?现场核实|没有坐标.*请现场核实/).waitFor();
    await v.check('recheck-blind');
  });

  await step('a pass over a recurrence wants its reason, at its place; then it is consolidated', async () => {
    await v.go(`/i/${lamp.id}`);
    await v.button('复看合格').click();
    const dialog = v.page.getByRole('dialog', { name: '复看合格' });
    await dialog.locator('textarea[name=note][aria-required=true]').waitFor();
    await dialog.getByText('又出现过，写明为什么不是复发').waitFor();
    await dialog.getByRole('button', { name: '复看合格' }).click();
    await dialog.locator('.field-error').first().waitFor();
    assert.equal(await v.page.evaluate(() => document.activeElement.matches('.summary')), true, 'the summary of what is wrong has the focus');
    await v.check('recheck-refused');
    await dialog.getByRole('textbox', { name: /说明/ }).fill('换了灯杆，不是同一处');
    await dialog.getByRole('button', { name: '复看合格' }).click();
    await v.told('复看合格');
    await card().getByText(/确认已巩固/).waitFor();
    await v.check('recheck-passed');
  });

  await step('it did not hold: opened again, by keyboard', async () => {
    await v.go(`/i/${quiet.id}`);
    const back = v.button('复看不合格');
    await back.focus();
    await v.page.keyboard.press('Enter');
    const dialog = v.page.getByRole('dialog', { name: '复看不合格' });
    await dialog.getByRole('textbox', { name: /说明/ }).focus();
    await v.page.keyboard.type('灯罩又碎了');
    await v.page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: '复看不合格' }).focus();
    await v.page.keyboard.press('Enter');
    await v.told('复看不合格');
    await v.ready();
    assert.equal(await card().count(), 0, 'there is no day any more');
    assert.equal((await (await here.town.as('inspector1')).item(quiet.id)).state, 'filed');
    await v.go('/');
    await v.page.getByRole('link', { name: '待我回头看 1' }).waitFor();
  });

  await step('on a telephone', async () => {
    const p = await Visitor.enter(here, 'inspector1', { size: PHONE });
    for (const [it, name] of [[lamp, 'recheck-passed'], [blind, 'recheck-blind']]) {
      await p.go(`/i/${it.id}`);
      await p.page.getByRole('region', { name: '回头看' }).waitFor();
      await p.check(name);
    }
    await p.page.emulateMedia({ colorScheme: 'dark' });
    await p.check('recheck-dark');
    await p.close();
  });
});
