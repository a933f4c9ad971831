// The log-in page: works without a script, says what is wrong, and lets nobody near anything else.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, Visitor, PHONE } from './lib.mjs';

test('without a script one can log in; with one the page is the same', async (t) => {
  const here = await open(t);
  const plain = await Visitor.enter(here, null, { script: false });
  await plain.page.goto(here.town.base + '/login');
  await plain.page.screenshot({ path: new URL('out/login-plain.png', import.meta.url).pathname });
  plain.page.expected = [401];
  await plain.page.getByLabel('用户名').fill('leader1');
  await plain.page.getByLabel('密码').fill('wrong');
  await plain.page.getByRole('button', { name: '登录' }).click();
  assert.match(await plain.text('[role=alert]'), /登录名或密码不正确/);
  await plain.page.getByLabel('用户名').fill('leader1');
  await plain.page.getByLabel('密码').fill('bihuan-demo-2026');
  await plain.page.getByRole('button', { name: '登录' }).click();
  assert.equal(new URL(plain.page.url()).pathname, '/');
  assert.ok((await plain.context.cookies()).some((c) => c.name === 'bihuan' && c.httpOnly));

  for (const size of [undefined, PHONE]) {
    const v = await Visitor.enter(here, null, { size });
    await v.page.goto(here.town.base + '/login');
    await v.check('login');
    await v.close();
  }
});

test('who is not logged in is sent to the log-in page and back to where he wanted', async (t) => {
  const here = await open(t);
  const v = await Visitor.enter(here, null);
  v.page.expected = [401];
  await v.page.goto(here.town.base + '/items?filter=open%3Ayes');
  await v.page.waitForURL('**/login');
  await v.page.getByLabel('用户名').fill('dispatcher1');
  await v.page.getByLabel('密码').fill('bihuan-demo-2026');
  await v.page.getByRole('button', { name: '登录' }).click();
  await v.page.waitForURL('**/items?filter=open%3Ayes');
  await v.ready();
  await v.page.locator('summary', { hasText: '韩磊' }).click();
  await v.page.getByRole('button', { name: '退出', exact: true }).click();
  await v.page.waitForURL('**/login');
  await v.page.goto(here.town.base + '/items');
  await v.page.waitForURL('**/login');
});

test('a session that ends while something is being written: log in right there, the text stays', async (t) => {
  const here = await open(t);
  const v = await Visitor.enter(here, 'dispatcher1');
  v.page.expected = [401];
  await v.go('/new');
  await v.page.getByLabel('标题').fill('写到一半的诉求');
  await v.page.getByLabel('诉求内容').fill('还没写完');
  for (const option of ['12345', '投诉']) await v.page.locator('.chip', { hasText: option }).first().click();
  await v.choose(/分类/, '楼道堆物');
  const other = await here.town.as('dispatcher1');
  await other.post('/api/logout', { everywhere: true });
  const dialog = v.page.getByRole('dialog'); // comes by itself: the open page hears that something has changed, and asks
  await dialog.waitFor();
  await v.page.screenshot({ path: new URL('out/relogin.png', import.meta.url).pathname });
  await dialog.getByLabel('密码').fill('bihuan-demo-2026');
  await dialog.getByRole('button', { name: '登录' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await v.page.getByLabel('标题').inputValue(), '写到一半的诉求');
  await v.page.locator('form button.primary', { hasText: '登记' }).click();
  await v.told('RX20261120-00001');
});

test('the initial password is changed before anything else', async (t) => {
  const here = await open(t);
  const sys = await here.town.as('sysadmin');
  const sec = await here.town.as('secadmin');
  const p = (await sys.post('/api/people', { login: 'newcomer', name: '新人', password: 'initial-password' })).body;
  await sec.post(`/api/people/${p.id}/roles`, { role: 'reader', unit: sec.me.town.id });
  const v = await Visitor.enter(here, null);
  await v.logIn('newcomer', 'initial-password');
  await v.check('password-must');
  const fill = async (old, a, b) => {
    await v.page.getByLabel('原密码').fill(old);
    await v.page.getByLabel(/^新密码/).fill(a);
    await v.page.getByLabel('再输一次新密码').fill(b);
    await v.page.locator('button.primary').click();
  };
  await fill('initial-password', 'a-better-password', 'another');
  await v.page.locator('.summary').waitFor();
  v.page.expected = [400];
  await fill('wrong-password', 'a-better-password', 'a-better-password');
  await v.page.locator('.field-error, .summary', { hasText: '原密码不正确' }).first().waitFor();
  await fill('initial-password', 'a-better-password', 'a-better-password');
  await v.page.getByRole('heading', { level: 1, name: '今日' }).waitFor();
  await v.check('today-reader');
});
