// Registers at the screen: a row is added, checked while it is typed, changed, taken back, archived and restored; lists and
// figures find it; rows refer to each other both ways; all of it at the keyboard as well.
import test from 'node:test';
import assert from 'node:assert/strict';
import { open, PHONE, story, Visitor } from './lib.mjs';

const SIZE = { width: 1280, height: 800 };
// Published codes of well-known companies: their last character is computed. [GB 32100-2015]
const CODE = '9144030071526726XG', OTHER = '91330100799655058B';

test('registers', { timeout: 240_000 }, async (t) => {
  const here = await open(t);
  const step = story(t);
  const keeper = await here.town.as('keeper1'), clerk = await here.town.as('clerk1');
  const make = async (loop, title, fields, more = {}) => {
    const r = await keeper.post('/api/items', { loop, title, fields, ...more });
    assert.equal(r.status, 201, JSON.stringify(r.body));
    return r.body;
  };
  const tower = await make('building', '泾源大厦', { area: 20000, let: 19000, tax: '3,800万元' }, { address: '泉口路1号' });
  await clerk.file({ title: '泾源大厦楼下飞线充电' });
  const v = await Visitor.enter(here, 'keeper1', { size: SIZE });
  const { page } = v;
  const named = (name) => page.getByRole('textbox', { name });
  const fact = (title) => page.locator('.row-facts > div', { hasText: title }).locator('dd').first().innerText();
  const rows = () => page.locator('tbody .c-title a').allInnerTexts();
  const figure = async (title) => (await page.locator('.figure', { hasText: title }).locator('strong').innerText()).trim();

  await step('G and R lead to the registers, each with what it keeps', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL('**/registers');
    await v.ready();
    const cards = await page.locator('.registers .card').allInnerTexts();
    assert.equal(cards.length, (await keeper.catalog()).registers.length);
    assert.match(cards.find((c) => c.includes('楼宇台账')), /1\s*在册/);
    assert.equal(await page.locator('.rail [aria-current=page]').innerText(), '台账');
    await v.check('registers');
  });

  await step('C adds a row of the list one is at; what is wrong is said while it is typed', async () => {
    await page.getByRole('link', { name: '企业台账' }).click();
    await page.waitForURL('**/registers/enterprise?filter=open:yes');
    await v.ready();
    await page.keyboard.press('c');
    await page.waitForURL('**/registers/enterprise/new');
    await v.ready();
    await named('企业名称').fill('泾源餐饮');
    await named('统一社会信用代码').fill('91440300');
    await page.getByText('还差 10 位').waitFor();
    await named('统一社会信用代码').fill('91440300MA5EQXL24R');
    await page.getByText('校验码不对').waitFor();
    await named('统一社会信用代码').fill(CODE.toLowerCase());
    await page.getByText('校验码相符').waitFor();
    await named('年税收').fill('3.2万');
    await page.getByText('即 32,000 元').waitFor();
    await named('注册资本').fill('三万');
    await page.getByText('不是金额').waitFor();
    await v.check('register-new');
    await named('注册资本').fill('');
    await named('从业人数').fill('10');
  });

  await step('a row of another register is found by its words, or added from here', async () => {
    const ref = page.getByRole('combobox', { name: '所在楼宇' });
    await ref.fill('泾源');
    await page.getByRole('option', { name: /^泾源大厦/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('p.hint', { hasText: tower.no }).waitFor();
    assert.equal(await ref.inputValue(), '泾源大厦');
    await ref.fill('北虹商务楼');
    await page.getByRole('option', { name: /新增到楼宇台账/ }).click();
    const dialog = page.getByRole('dialog', { name: /新增到楼宇台账/ });
    assert.equal(await dialog.getByRole('textbox', { name: '楼宇名称' }).inputValue(), '北虹商务楼');
    await dialog.getByRole('textbox', { name: /商务面积/ }).fill('8000');
    await dialog.getByRole('textbox', { name: /已租面积/ }).fill('5000');
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await ref.inputValue(), '北虹商务楼');
    await v.choose('服务单位', '北虹居委会');
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.waitForURL('**/i/*');
    await v.ready();
    assert.equal(await v.text('h1'), '泾源餐饮');
    assert.match(await fact('所在楼宇'), /^北虹商务楼 LY/);
    assert.match(await fact('年税收'), /^32,000 元/);
    assert.equal(await fact('人均税收'), '3,200 元');
    assert.equal(await fact('服务单位'), '北虹居委会');
    assert.equal(await page.getByText('剩余时限').count(), 0);
    assert.equal(await page.locator('.rail [aria-current=page]').innerText(), '台账');
    await v.check('register-row');
  });

  await step('E changes: what stands there is filled in, only what differs is sent, and it can be taken back', async () => {
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', { name: '修改' });
    await dialog.waitFor();
    assert.equal(await dialog.getByRole('textbox', { name: '统一社会信用代码' }).inputValue(), CODE);
    assert.equal(await dialog.getByRole('combobox', { name: '所在楼宇' }).inputValue(), '北虹商务楼');
    assert.equal(await dialog.getByLabel('人均税收').count(), 0, 'nobody is asked for what is computed');
    await dialog.getByText('自动计算，不用填：人均税收').waitFor();
    await dialog.getByRole('combobox', { name: '所在楼宇' }).fill('泾源');
    await dialog.getByRole('option', { name: /^泾源大厦/ }).click();
    await dialog.getByRole('textbox', { name: '从业人数' }).fill('20');
    const [sent] = await Promise.all([
      page.waitForRequest((r) => r.method() === 'POST' && r.url().endsWith('/steps')),
      dialog.getByRole('button', { name: '修改' }).click(),
    ]);
    assert.deepEqual(sent.postDataJSON().fields, { building: tower.no, staff: '20' });
    assert.equal(sent.postDataJSON().place, undefined);
    await v.told('修改');
    await v.ready();
    assert.match(await fact('所在楼宇'), /^泾源大厦/);
    assert.match(await v.text('.timeline li'), /从业人数：10 → 20/);
    await page.locator('.toast').getByRole('button', { name: '撤销' }).click();
    await v.told('撤销');
    await v.ready();
    assert.match(await fact('所在楼宇'), /^北虹商务楼/);
  });

  await step('what is blank again is sent as blank', async () => {
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', { name: '修改' });
    await dialog.getByRole('textbox', { name: '从业人数' }).fill('');
    await dialog.getByRole('combobox', { name: '所在楼宇' }).fill('泾源大厦');
    await dialog.getByRole('option', { name: /^泾源大厦/ }).click();
    await dialog.getByRole('button', { name: '修改' }).click();
    await v.told('修改');
    await v.ready();
    assert.equal(await fact('从业人数'), '—');
    assert.equal(await fact('人均税收'), '—');
  });

  await step('of two who change it at once each keeps his own', async () => {
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', { name: '修改' });
    await dialog.getByRole('textbox', { name: '企业名称' }).fill('泾源餐饮管理');
    const { id } = (await keeper.list('register:enterprise')).rows[0];
    const other = await keeper.step(await keeper.item(id), 'change', { fields: { room: '301室', staff: 7 } });
    assert.equal(other.status, 200, JSON.stringify(other.body));
    page.expected.push(409);
    await dialog.getByRole('button', { name: '修改', exact: true }).click();
    await dialog.getByRole('region', { name: /已经/ }).or(dialog.locator('.conflict')).first().waitFor();
    assert.match(await dialog.locator('.conflict').innerText(), /室号/);
    await dialog.locator('.conflict .primary').click();
    await v.told('修改');
    page.expected.pop();
    page.faults.length = 0; // the refusal itself
    await v.ready();
    assert.equal(await v.text('h1'), '泾源餐饮管理');
    assert.equal(await fact('室号'), '301室');
    assert.equal(await fact('从业人数'), '7');
    const now = await keeper.item(id);
    const back = await keeper.step(now, 'change', { name: '泾源餐饮', fields: { staff: '' } });
    assert.equal(back.status, 200, JSON.stringify(back.body));
    await v.go(`/i/${id}`);
  });

  await step('a row says what refers to it', async () => {
    await page.locator('.row-facts').getByRole('link', { name: '泾源大厦' }).click();
    await page.waitForURL(`**/i/${tower.id}`);
    await v.ready();
    await page.getByRole('heading', { name: '企业台账 1' }).waitFor();
    await v.check('register-referred');
    await page.getByRole('link', { name: '企业台账 1' }).click();
    await page.waitForURL(`**/registers/enterprise?filter=refers:${tower.no}`);
    await v.ready();
    assert.deepEqual(await rows(), ['泾源餐饮']);
  });

  await step('archived with a reason, and restored', async () => {
    await page.locator('tbody .c-title a').first().click();
    await page.getByRole('heading', { level: 1, name: '泾源餐饮' }).waitFor();
    await v.ready();
    await page.keyboard.press('a');
    const dialog = page.getByRole('dialog', { name: '归档' });
    await dialog.getByRole('button', { name: '归档' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByRole('textbox', { name: /说明/ }).fill('已迁出');
    await dialog.getByRole('button', { name: '归档' }).click();
    await v.told('归档');
    await v.ready();
    assert.match(await v.text('.row-head'), /^已归档/);
    await v.go('/registers/enterprise?filter=open:yes');
    assert.deepEqual(await rows(), []);
    await page.getByRole('link', { name: '已归档' }).click();
    await page.waitForURL('**open:no**');
    await v.ready();
    assert.deepEqual(await rows(), ['泾源餐饮']);
    await page.locator('tbody .c-title a').first().click();
    await page.getByRole('heading', { level: 1, name: '泾源餐饮' }).waitFor();
    await v.ready();
    await page.keyboard.press('a');
    await v.told('恢复');
    await v.ready();
    assert.match(await v.text('.row-head'), /^在册/);
  });

  await step('the list: figures lead to their rows, a filter is written or chosen, columns are the register\'s', async () => {
    await make('enterprise', '虹桥信息', { uscc: OTHER, building: tower.no, tax: '12.345万', tax_here: '是', counted: '是', staff: 5 });
    await v.go('/registers/enterprise');
    assert.deepEqual(await rows(), ['虹桥信息', '泾源餐饮']);
    assert.equal(await figure('在营'), '2');
    assert.equal(await figure('应统尽统率'), '100.0%');
    const heads = await page.locator('thead th').allInnerTexts();
    assert.deepEqual(heads.slice(1, 5).map((x) => x.trim()), ['编号', '企业名称', '责任单位', '统一社会信用代码']);
    await v.check('register-list');
    await page.locator('.figure', { hasText: '纳税又纳统' }).click();
    await page.waitForURL('**tax_here:yes**');
    await v.ready();
    assert.deepEqual(await rows(), ['虹桥信息']);
    await page.keyboard.press('/');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('年税收:>10万');
    await page.keyboard.press('Enter');
    await page.waitForURL('**tax**');
    await v.ready();
    assert.deepEqual(await rows(), ['虹桥信息']);
    assert.equal(await page.locator('#filter').inputValue(), 'tax:>100000');
    await v.go('/registers/enterprise');
    await page.getByRole('button', { name: '加条件' }).click();
    await page.locator('.add-term select').first().selectOption({ label: '税收在本镇' });
    await page.locator('.add-term select').nth(1).selectOption({ label: '是' });
    await page.waitForURL('**tax_here:yes**');
    await v.ready();
    assert.deepEqual(await rows(), ['虹桥信息']);
  });

  await step('what is not understood is marked in what was typed', async () => {
    page.expected.push(400);
    await v.go('/registers/enterprise?filter=open:yes nothing:3');
    assert.equal(await v.text('#filter-e mark'), 'nothing:3');
    page.expected.pop();
  });

  await step('columns are kept for the register, views stay with it', async () => {
    await v.go('/registers/enterprise?filter=open:yes');
    await page.getByRole('button', { name: '列', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: '显示哪些列' });
    for (const name of ['行业', '规模', '所在楼宇']) await dialog.getByRole('button', { name: `去掉 ${name}` }).click();
    await dialog.getByRole('button', { name: '加上 年税收' }).click();
    await dialog.getByRole('button', { name: '以后都这样显示' }).click();
    await v.ready();
    await v.go('/registers/enterprise?filter=open:yes');
    const heads = await page.locator('thead th').allInnerTexts();
    assert.ok(heads.includes('年税收') && !heads.includes('行业'), heads.join());
    assert.ok((await page.locator('tbody').innerText()).includes('123,450'));
    await page.getByRole('button', { name: '存为视图' }).click();
    await page.getByLabel('名称').fill('在册企业');
    await page.getByRole('dialog').getByRole('button', { name: '存为视图' }).click();
    await page.getByRole('button', { name: '删除这个视图' }).or(page.getByRole('link', { name: '在册企业' })).first().waitFor();
    await v.go('/items');
    assert.equal(await page.getByRole('link', { name: '在册企业' }).count(), 0);
    await v.go('/registers/building');
    assert.equal(await page.getByRole('link', { name: '在册企业' }).count(), 0);
  });

  await step('what is looked for among the items is found in the registers as well', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('泾源');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/items?**');
    await v.ready();
    await page.getByText('台账里也有').waitFor();
    assert.deepEqual(await rows(), ['泾源大厦楼下飞线充电']);
    await page.locator('.found-rows').getByRole('link', { name: '泾源大厦' }).waitFor();
    await v.check('register-found');
    for (const [typed, name] of [[CODE, '泾源餐饮'], [tower.no.toLowerCase(), '泾源大厦']]) {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(typed);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name }).waitFor();
    }
    await v.go('/items?filter=台账:楼宇台账');
    await page.waitForURL('**/registers/building');
    await v.ready();
    assert.equal((await rows()).length, 2);
  });

  await step('the board of all rows', async () => {
    await v.go('/registers/building/board');
    await page.getByRole('button', { name: '按等级' }).click();
    await page.waitForURL('**by=field**');
    await v.ready();
    assert.match(await v.text('table.board'), /合计\s*2\s*1/);
    await v.check('register-board');
  });

  await step('several are archived at once', async () => {
    await v.go('/registers/building?filter=open:yes');
    await page.getByRole('checkbox', { name: '北虹商务楼' }).check();
    await page.locator('.bulk').getByRole('button', { name: '归档' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: /说明/ }).fill('已拆');
    await dialog.getByRole('button', { name: '先看会怎样' }).click();
    await dialog.getByRole('button', { name: /归档.*1/ }).click();
    await dialog.waitFor({ state: 'detached' });
    await v.ready();
    assert.deepEqual(await rows(), ['泾源大厦']);
  });

  await step('where it lies, and a field that has a column of its own in every item', async () => {
    const estate = await make('estate', '北虹小区', { kind: '商品房', built: 1998 }, { lat: 31.2203, lon: 121.3605 });
    await v.go(`/i/${estate.id}`);
    assert.equal(await fact('类型'), '商品房');
    assert.equal(await fact('建成年份'), '1998');
    assert.match(await v.text('.timeline li'), /类型：商品房/);
    await page.locator('.cell-map .point').waitFor();
    await v.check('register-place');
  });

  await step('who may not add is not offered it', async () => {
    const reader = await Visitor.enter(here, 'reader1', { size: SIZE });
    await reader.go('/registers/enterprise');
    assert.equal(await reader.page.getByRole('link', { name: '新增' }).count(), 0);
    await reader.go(`/i/${tower.id}`);
    assert.equal(await reader.page.getByRole('button', { name: '修改' }).count(), 0);
    await reader.close();
  });

  await step('on a telephone', async () => {
    const p = await Visitor.enter(here, 'keeper1', { size: PHONE });
    for (const [path, name] of [['/registers', 'registers'], ['/registers/enterprise', 'register-list'], ['/registers/enterprise/new', 'register-new'], [`/i/${tower.id}`, 'register-row'], ['/registers/building/board', 'register-board']]) {
      await p.go(path);
      await p.check(name);
    }
    await p.close();
  });
});
