// A day at the desk, from the sheet of half past eight to the tables of seven in the evening, by the people whose work it is, each at a
// browser of his own: brought in, sent out, first contact, two returns, an extension, a hard order a leader takes, answered with photos,
// checked, closed, called back, one done anew. In the evening every figure is the one worked by hand in tests/anchors/day.yaml, and the
// list behind every figure has as many orders as it says. The clock stands still but where the story moves it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { open, story, Visitor } from './lib.mjs';
import { until } from '../api/lib.mjs';
import { readBook } from '../api/xlsx.mjs';
import { compare, DAY, decide, find, follow, HEAD, photo, read, sheet, take, worked } from './day.mjs';

const WIDE = { width: 1440, height: 900 };

test('a day at the desk', { timeout: 1_200_000 }, async (t) => {
  const day = worked();
  const order = (n) => day.orders.find((o) => o.n === n);
  const of = (fits) => day.orders.filter(fits);
  const here = await open(t, { at: `${DAY}T08:30:00+08:00` });
  const step = story(t);
  const everybody = [];
  const enter = async (login, size = WIDE) => {
    const v = await Visitor.enter(here, login, { size });
    everybody.push(v);
    return v;
  };
  /** It becomes such a time. Everybody looks away meanwhile, and comes back to a page of that hour, when it has been noticed which clocks
   *  ran out: so many orders for each filter. */
  const becomes = async (time, noticed = {}) => {
    for (const v of everybody) await v.page.goto('about:blank');
    await here.town.move(`${DAY}T${time}:00+08:00`);
    for (const [filter, n] of Object.entries(noticed))
      await until(`${n} ${filter}`, async () => (await probe.list(filter, '&limit=1')).total === n);
    for (const v of everybody) await v.go('/');
  };
  const desk = await enter('dispatcher1');
  const probe = await here.town.as('dispatcher1'); // reads for comparison
  const unit = Object.fromEntries((await probe.catalog()).units.map((u) => [u.code, u]));
  const handler = {};

  await step('08:30 the sheet of the morning: eleven rows are not as they should be', async () => {
    assert.deepEqual([day.orders.length, day.bad.length], [28, 11]);
    await desk.page.getByRole('link', { name: '导入' }).click();
    await desk.ready();
    await desk.page.setInputFiles('input[type=file]', { name: '工单日报20261120.xlsx', mimeType: 'application/octet-stream', buffer: sheet(day) });
    await desk.button('看表').click();
    await desk.page.getByText('没有见过这张表').waitFor();
    await desk.page.getByLabel('“渠道”读作').selectOption({ label: '来源' });
    await desk.check('day-0830-columns');
    await desk.button('试跑').click();
    await desk.page.getByLabel('“12345热线”的意思是').selectOption('12345');
    await desk.button('按新的对法再试跑').click();
    await desk.button('写入 28 件').waitFor();
    const figures = (await desk.page.locator('.job .figure').allInnerTexts()).map((x) => x.split(/\s+/));
    assert.deepEqual(Object.fromEntries(figures), { 新增: '28', 重复跳过: '1', 有问题: '11' });
    const said = await desk.page.locator('.job tbody tr').allInnerTexts();
    for (const [column, , why] of day.bad)
      assert.ok(said.some((x) => x.includes(column) && x.includes(why)), `${column} ${why}: ${said.join('\n')}`);
    await desk.check('day-0830-tried');
  });

  await step('08:30 the good rows go in; the others are downloaded, each with what is wrong with it', async () => {
    await desk.page.getByLabel('存为模板').fill('市平台日报');
    await desk.page.getByRole('button', { name: '保存' }).click();
    await desk.told('已存为模板');
    await desk.button('写入 28 件').click();
    await desk.button('撤销整批').waitFor();
    const [file] = await Promise.all([desk.page.waitForEvent('download'), desk.page.getByRole('link', { name: '下载问题行' }).click()]);
    const { rows } = readBook(await readFile(await file.path()))['有问题的行'];
    assert.deepEqual(rows[0].slice(0, HEAD.length).map((c) => c.text), HEAD);
    assert.equal(rows.length, 1 + 11);
    for (const [i, [column, , why]] of day.bad.entries()) {
      const words = rows[1 + i].at(-1).text;
      assert.ok(words.includes(why), `${column}: ${words}`);
    }
    await desk.check('day-0830-written');
    assert.equal((await probe.list('open:yes', '&limit=1')).total, 28);
  });

  await step('08:40 at the desk, by keys: the suggestion where there is one, else the unit by name', async () => {
    await desk.page.getByRole('link', { name: '去派单台' }).click();
    await becomes('08:40', { 'clock.dispatch:breached': 1 });
    await desk.page.keyboard.press('g');
    await desk.page.keyboard.press('d');
    await desk.page.waitForURL('**/desk**');
    await desk.page.locator('.desk-order').waitFor();
    assert.equal(await desk.text('.total'), '还有 28 件');
    await desk.check('day-0840-desk', { full: false });
    for (let left = 28; left > 0; left--) {
      const shown = desk.page.locator('.desk-order');
      const id = await shown.getAttribute('data-id');
      const o = order((await shown.locator('#order-h').innerText()).match(/第(\d\d)件/)[1]);
      await desk.page.waitForFunction(() => document.querySelector('.desk-form') && !document.querySelector('.desk-form').textContent.includes('正在取建议'));
      const first = shown.locator('.suggestion').first();
      if (o.key === '1') {
        assert.ok((await first.innerText()).includes(unit[o.sentTo].name), `${o.title}: ${await first.innerText()}`);
        await desk.page.keyboard.press('1');
      } else {
        assert.equal(await first.count(), 0, `${o.title}: no rule knows it`);
        await desk.page.keyboard.press('a');
        await desk.page.keyboard.type(unit[o.sentTo].name);
        await desk.page.keyboard.press('Enter');
      }
      await desk.page.keyboard.press('d');
      if (left > 1) await desk.page.waitForFunction((was) => ![undefined, was].includes(document.querySelector('.desk-order')?.dataset.id), id);
    }
    await desk.page.waitForFunction(() => document.querySelectorAll('.desk-list li.sent').length === 28);
    await desk.page.keyboard.press('r');
    await desk.page.getByText('没有待派的单。').waitFor();
    await desk.check('day-0840-done', { full: false });
  });

  /** The handlers make contact with those whose turn it is. */
  const contacts = async (time, orders = of((o) => o.contact?.[0] === time)) => {
    for (const o of orders) {
      await find(handler[o.unit], o);
      await take(handler[o.unit], '先行联系', async (form) => {
        await form.chip('是否先行联系', o.contact[1]);
        if (o.contact[1] === '否') await form.chip('未联原因', '始终未接');
      });
    }
  };
  await step('09:00 the handlers come; the urgent order is contacted first', async () => {
    await becomes('09:00');
    for (const code of new Set(day.orders.map((o) => o.unit))) handler[code] = await enter(`handler-${code}`);
    await handler.beihong.go('/');
    await handler.beihong.check('day-0900-handler');
    await contacts('09:00');
  });

  await step('10:00 first contacts; who is not reached, says why', async () => {
    await becomes('10:00', { 'clock.contact:breached': 1 });
    await find(handler.zhongjing, order('03'));
    await take(handler.zhongjing, '先行联系', async (form) => {
      await form.chip('是否先行联系', '否');
      await form.must('未联原因');
      await form.send();
      await form.dialog.locator('.summary', { hasText: '未联原因' }).waitFor();
      await form.chip('未联原因', '始终未接');
    });
    await handler.zhongjing.check('day-1000-contacted');
    await contacts('10:00', of((o) => o.contact?.[0] === '10:00' && o.n !== '03'));
  });

  await step('10:30 two give an order back, one asks for time, one says that an order is hard', async () => {
    await becomes('10:30');
    const asks = async (o, by, what, fill) => {
      await find(handler[by], o);
      await take(handler[by], what, fill, { asked: true });
    };
    await asks(order('10'), 'beihong', '退单', async (form) => {
      await form.choose(/^原因/, '职责不符');
      await form.choose(/具体原因/, '非本辖区');
      await form.write(/办理说明/, '北虹路10号属程桥居民区');
    });
    await handler.beihong.check('day-1030-returned');
    await asks(order('08'), 'chengqiao', '退单', async (form) => {
      await form.choose(/^原因/, '信息有误');
      await form.choose(/具体原因/, '地址不详');
      await form.write(/办理说明/, '没有写几号楼');
    });
    await asks(order('11'), 'enforcement', '延期', async (form) => {
      await form.write(/延长多久/, '3');
      await form.choose(/^原因/, '情况复杂');
      await form.choose(/具体原因/, '需多方协调');
      await form.write(/办理说明/, '要和交警一起整治');
    });
    await asks(order('04'), 'enforcement', '列为疑难', async (form) => {
      await form.write(/办理说明/, '涉及三户，历史遗留');
      await form.attach('现场.png', photo(4));
    });
    await handler.enforcement.check('day-1030-hard');
  });

  const leader = await enter('leader1');
  await step('11:00 the desk agrees to one return and refuses the other', async () => {
    await becomes('11:00');
    await desk.check('day-1100-today');
    await find(desk, order('10'));
    await decide(desk, '退单', '同意');
    await find(desk, order('08'));
    await decide(desk, '退单', '不同意', (form) => form.write(/不同意的理由/, '已和诉求人核实：5号楼。'));
    await desk.check('day-1100-refused');
    await handler.chengqiao.go('/');
    await handler.chengqiao.page.getByText('1 个申请没有获准').click();
    await handler.chengqiao.ready();
    await handler.chengqiao.page.getByRole('link', { name: order('08').title }).click();
    await handler.chengqiao.page.locator('.request', { hasText: '已和诉求人核实：5号楼。' }).getByRole('button', { name: '知道了' }).click();
    await handler.chengqiao.told('已撤回');
    await contacts('', [order('08')]);
  });

  await step('11:00 what came back goes out again, from the desk', async () => {
    await desk.go('/desk?queue=back');
    await desk.page.locator('.desk-order').waitFor();
    assert.equal(await desk.text('.total'), '还有 1 件');
    await desk.page.waitForFunction(() => !document.querySelector('.desk-form').textContent.includes('正在取建议'));
    assert.match(await desk.text('.desk-order .card.back'), /北虹居委会.*职责不符：非本辖区.*北虹路10号属程桥居民区/s);
    assert.match(await desk.text('.suggestion'), /北虹居委会.*低.*这件由它退回过/s);
    await desk.check('day-1100-back', { full: false });
    await desk.page.keyboard.press('a');
    await desk.page.keyboard.type(unit.chengqiao.name);
    await desk.page.keyboard.press('Enter');
    await desk.page.keyboard.press('d');
    await desk.page.locator('.desk-list li.sent').waitFor();
    await contacts('', [order('10')]);
  });

  await step('11:00 the leader grants the time, and takes the hard order on himself until a day', async () => {
    await leader.go('/');
    await leader.check('day-1100-leader');
    await find(leader, order('11'));
    await decide(leader, '延期', '同意');
    assert.match(await leader.text('.timeline li'), /延期.*原因：情况复杂：需多方协调.*延长：3 个工作日/s);
    await find(leader, order('04'));
    await decide(leader, '列为疑难', '同意');
    await take(leader, '包案', async (form) => {
      await form.choose(/包案领导/, '宋洋（演示）');
      await form.write(/包案期限/, '2026-12-04');
    });
    await leader.check('day-1100-charge');
    assert.match(await leader.page.locator('.clocks li', { hasText: '包案' }).innerText(), /2026-12-0[45]/);
  });

  /** Answered by its unit, with a photo. */
  const answers = async (o, solved, more, by = o.unit) => {
    const v = handler[by];
    await find(v, o);
    await take(v, '反馈', async (form) => {
      await form.chip('事实认定', o.kind === '咨询' ? '有政策信息' : '属实');
      if (o.kind !== '咨询') {
        await form.chip('诉求认定', '诉求合理合法');
        await form.chip('现场查看', '是');
      }
      await form.chip('答复方式', '电话');
      await form.chip('是否解决', solved);
      await form.write(/答复要点/, `${o.cls}：已办理并回电告知。`);
      await form.attach(`第${o.n}件办理后.png`, photo(Number(o.n)));
      if (more) await more(form);
    });
  };
  await step('14:30 answers with photos; who finds the facts otherwise says what was found, in own words', async () => {
    await becomes('14:30');
    const [first, ...others] = of((o) => o.answered);
    await answers(first, first.answered, async (form) => {
      await form.chip('事实认定', '部分属实');
      await form.write(/事实说明/, '部分属实。');
      await form.send();
      await form.dialog.locator('.summary', { hasText: '事实说明' }).waitFor();
      await handler.beihong.page.screenshot({ path: new URL('out/day-1430-own-words.png', import.meta.url).pathname });
      await form.write(/事实说明/, '三楼有堆物，二楼是已登记的消防沙箱');
    });
    await handler.beihong.page.getByRole('link', { name: '第01件办理后.jpg' }).first().waitFor();
    await handler.beihong.check('day-1430-answered');
    for (const o of others) await answers(o, o.answered);
    const helped = of((o) => o.answered && o.more[0] === '协办');
    for (const o of helped) {
      await find(desk, o);
      assert.equal(await desk.text('.states .at'), '办理中', 'it waits for who helps');
      await answers(o, o.answered, null, o.more[1]);
    }
    await desk.check('day-1430-helped');
  });

  /** Checked and closed by the desk. */
  const closes = async (o) => {
    await find(desk, o);
    await take(desk, '核查通过');
    await take(desk, '办结');
  };
  await step('15:30 the desk checks and closes', async () => {
    await becomes('15:30');
    for (const o of of((x) => x.answered)) await closes(o);
    await desk.check('day-1530-closed');
  });

  /** Called back: what the caller says. */
  const calls = async (o, [satisfied, solved]) => {
    await find(desk, o);
    await take(desk, '回访评价', async (form) => {
      await form.chip('回访接通', satisfied === '未评价' ? '未接通' : '接通');
      await form.chip('是否解决', satisfied === '未评价' ? o.answered : solved);
      await form.chip('综合满意', satisfied);
      if (satisfied === '不满意') await form.chip('不满意原因', '未解决');
    });
  };
  await step('16:30 the callers are called back; one is not satisfied, and everything begins anew', async () => {
    await becomes('16:30');
    for (const o of of((x) => x.back)) await calls(o, o.back);
    await find(desk, order('09'));
    await desk.check('day-1630-dissatisfied');
    await take(desk, '回访复核', (form) => form.write(/办理说明/, '诉求人称充电线还在，请再去看'));
    assert.equal(await desk.text('.states .at'), '办理中');
    await desk.check('day-1630-round');
  });

  await step('17:00 the second round: contact, answer, check, close, and the caller is satisfied', async () => {
    await becomes('17:00');
    const o = order('09');
    const [, , answer, solved, ...back] = o.more;
    await handler.beihong.go('/');
    await handler.beihong.check('day-1700-handler');
    await find(handler.beihong, o);
    assert.match(await handler.beihong.text('.came-back'), /回访复核.*镇回访 综合满意：不满意.*诉求人称充电线还在，请再去看/s);
    await handler.beihong.check('day-1700-again');
    await take(handler.beihong, '先行联系', (form) => form.chip('是否先行联系', answer));
    await answers(o, solved);
    await closes(o);
    await calls(o, back);
    await desk.check('day-1700-rated');
  });

  const loop = (await probe.catalog()).loops.find((l) => l.key === 'hotline');
  const name = (code) => unit[code].short || unit[code].name;
  const links = new Set();
  const keep = (got) => {
    for (const row of Object.values(got.rows)) for (const c of row) if (c.href && !c.text.endsWith('%')) links.add(`${c.v} ${c.href}`);
  };
  await step('19:00 the board of the day', async () => {
    await becomes('19:00', { 'clock.contact:breached': 8, 'clock.handle:breached': 4, 'overdue:yes': 10 });
    await desk.page.getByRole('link', { name: '看板' }).click();
    await desk.ready();
    await desk.page.getByRole('combobox', { name: '时段长度' }).selectOption('day');
    await desk.page.waitForURL(`**period=${DAY}**`);
    await desk.ready();
    await desk.check('day-1900-board');
    await desk.button('显示全为 0').click();
    const wanted = day.tables.board;
    const titles = wanted.columns.map((key) => {
      const [, rate] = key.split('rate.');
      return (rate ? loop.rates.find((r) => r.key === rate) : loop.tallies.find((x) => x.key === key)).title;
    });
    const got = await read(desk.page, 'table.board');
    compare(got, wanted, titles, (code) => unit[code].name, '合计');
    keep(got);
  });

  await step('19:00 the scores of the day: four rates, the points of the town, the ledger of stages', async () => {
    await leader.page.getByRole('link', { name: '考核' }).click();
    await leader.ready();
    await leader.page.getByRole('combobox', { name: '时段长度' }).selectOption('day');
    await leader.page.waitForURL(`**period=${DAY}**`);
    for (const [key, title] of [['rates', '热线四率'], ['zhaoxiang', '热线考核（赵巷公式）'], ['stages', '热线环节台账']]) {
      await leader.page.getByRole('combobox', { name: '哪张表' }).selectOption({ label: title });
      await leader.page.waitForURL(`**/scores/${key}**`);
      await leader.page.locator('h1', { hasText: title }).waitFor();
      await leader.ready();
      await leader.check(`day-1900-${key}`);
      const { columns } = (await probe.get(`/api/scores/${key}?period=${DAY}`)).body;
      const titles = day.tables[key].columns.map((k) => {
        const c = columns.find((x) => x.key === k);
        return c.band && c.band !== c.title ? `${c.band} ${c.title}` : c.title;
      });
      const got = await read(leader.page, 'table.score');
      compare(got, day.tables[key], titles, (code) => unit[code].name, '全部合计');
      keep(got);
    }
  });

  await step('19:00 behind every figure is a list of just so many', async () => {
    let opened = 0;
    for (const link of links) {
      const [n, href] = link.split(' ');
      if (n === '0') {
        // An empty list is asked for, not drawn: there are hundreds.
        assert.equal((await probe.list(new URL(href, here.town.base).searchParams.get('filter'), '&limit=1')).total, 0, href);
        continue;
      }
      assert.equal(await follow(leader, href), Number(n), href);
      opened++;
    }
    t.diagnostic(`${links.size} figures, ${opened} of them opened`);
    assert.ok(opened > 100, `${opened} figures`);
  });

  await step('19:00 what is left for tomorrow', async () => {
    await leader.go('/');
    await leader.check('day-1900-leader');
    await leader.page.getByRole('link', { name: '由我牵头的 1' }).click();
    await leader.ready();
    await leader.page.getByRole('link', { name: order('04').title }).waitFor();
    await desk.go('/items?filter=超期:是');
    assert.equal(await desk.text('.total'), '符合条件 10 件');
    await desk.check('day-1900-overdue');
  });
  for (const v of everybody) assert.deepEqual(v.page.faults, [], v.login);
});
