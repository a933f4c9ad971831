// What the day at the desk is made of: its orders and figures out of tests/anchors/day.yaml, the morning's sheet, and the words in
// which the test tells the day. Everything goes through the screens; see day.test.mjs.
import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { anchors } from '../api/anchors.mjs';
import { crc32, makeBook } from '../api/xlsx.mjs';

export const DAY = '2026-11-20';
const said = (text) => (text === '-' ? null : text.split(' '));

/** The day's orders, the rows that stay out, and the tables of the evening. */
export function worked() {
  const { blocks, tables } = anchors('day.yaml');
  const orders = blocks.orders.map(([n, filed, kind, priority, cls, place, to, contact, answered, back, more]) => {
    const [sentTo, key] = to.split(/ +/);
    const what = more.split(' ');
    const unit = what[0] === '退单' && what[1] !== '不同意' ? what[1] : sentTo; // who has it in the evening
    return { n, no: `20261120${n.padStart(6, '0')}`, title: `第${n}件 ${place}${cls}`, filed, kind, priority, cls, place, sentTo, unit, key,
      contact: said(contact), answered: answered === '-' ? null : answered, back: said(back), more: what };
  });
  return { orders, bad: blocks.bad, tables };
}

export const HEAD = ['序号', '市平台工单号', '登记时间', '诉求标题', '反映内容', '事发地址', '诉求分类', '业务类型', '紧急程度', '渠道', '诉求人', '联系电话', '备注'];

function row(o, more = {}) {
  const all = { 序号: Number(o.n), 市平台工单号: o.no, 登记时间: `2026-${o.filed}`, 诉求标题: o.title, 反映内容: `居民反映${o.place}${o.cls}，希望尽快处理。`,
    事发地址: `${o.place}${Number(o.n)}号`, 诉求分类: o.cls, 业务类型: o.kind, 紧急程度: o.priority, 渠道: '12345热线', 诉求人: `演示${o.n}`, 联系电话: `138000000${o.n}`, ...more };
  return HEAD.map((h) => all[h] ?? null);
}

// "楼道堆物 x 31": so many times; "~": nothing; "#REF!": a formula that has failed.
function written(text) {
  const times = /^(.*) x (\d+)$/.exec(text);
  if (times) return times[1].repeat(Number(times[2]));
  return text === '~' ? null : text.startsWith('#') ? { error: text } : text;
}

/** The morning's sheet as the city's platform gives it: a title, a header, good rows with bad ones in between, a row of sums. */
export function sheet({ orders, bad }) {
  const rows = orders.map((o) => row(o));
  bad.forEach(([column, value], i) => {
    const n = String(41 + i);
    const like = { ...orders[i], n, no: `20261120${n.padStart(6, '0')}`, title: `第${n}件 楼道堆物` };
    rows.splice(3 + i * 3, 0, row(like, { [column]: written(value) }));
  });
  rows.push(row(orders[11]));
  return makeBook({ 工单: { rows: [['新泾镇 12345 工单日报（2026年11月20日）'], HEAD, ...rows, ['合计', null, null, rows.length]], merges: ['A1:M1'] } });
}

/** A small picture, each different: the photo a handler takes as evidence. */
export function photo(seed) {
  const chunk = (type, body) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length);
    head.write(type, 4, 'latin1');
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), body])));
    return Buffer.concat([head, body, sum]);
  };
  const [w, h] = [64, 48];
  const size = Buffer.from([0, 0, 0, w, 0, 0, 0, h, 8, 2, 0, 0, 0]);
  const line = (y) => Buffer.from([0, ...Array.from({ length: w }, (_, x) => [(x * 4 + seed * 40) % 256, (y * 5) % 256, (seed * 90) % 256]).flat()]);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', size),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: h }, (_, y) => line(y))))), chunk('IEND', Buffer.alloc(0))]);
}

/** Goes to an order as a clerk does: the city's number in the search box, then its title. */
export async function find(v, o) {
  const box = v.page.getByRole('searchbox').first();
  await box.fill(o.no);
  await box.press('Enter');
  await v.page.locator('tbody tr').filter({ hasText: o.title }).getByRole('link', { name: o.title }).click();
  await v.page.locator('h1', { hasText: o.title }).waitFor();
  await v.ready();
}

// Presses what sends a step, and waits for the server's answer: a notice may still be that of the order before.
async function send(v, button) {
  const [answer] = await Promise.all([v.page.waitForResponse((r) => /\/api\/items\/\d+\/steps$/.test(r.url())), button.click()]);
  assert.equal(answer.status(), 200, await answer.text());
}

/** Presses a step of the order that is shown, fills its form in, sends it, and reads that it is done. */
export async function take(v, step, fill, { asked = false } = {}) {
  const button = v.page.locator('.steps').getByRole('button', { name: new RegExp(`^(申请)?${step}( [A-Z])?$`) });
  const dialog = v.page.getByRole('dialog');
  if (fill) {
    await button.click();
    await fill(form(dialog));
    await send(v, dialog.locator('button.primary'));
    await dialog.waitFor({ state: 'detached' });
  } else await send(v, button);
  await v.told(asked ? `已申请${step}` : `${step} 已完成`);
  await v.ready();
}

/**
 * The form of a dialog: chip(question, answer), choose(question, answer), write(question, text), attach(name, picture), must(question): waits
 * until the question has to be answered.
 */
export function form(dialog) {
  const group = (question) => dialog.locator('fieldset').filter({ has: dialog.page().locator('legend', { hasText: new RegExp(`^\\s*${question}\\s*(必填)?\\s*$`) }) });
  return {
    dialog,
    must: (question) => group(question).locator('legend', { hasText: '必填' }).waitFor(),
    chip: async (question, answer) => {
      const chip = group(question).locator('.chip').filter({ has: dialog.page().getByText(answer, { exact: true }) });
      await chip.waitFor();
      // Pressed once more it would be cleared.
      if (!(await chip.evaluate((e) => e.classList.contains('on')))) await chip.click();
    },
    choose: (question, answer) => dialog.getByLabel(question).selectOption({ label: answer }),
    write: (question, text) => dialog.getByLabel(question).fill(text),
    attach: (name, buffer) => dialog.locator('input[type=file]').setInputFiles({ name, mimeType: 'image/png', buffer }),
    send: () => dialog.locator('button.primary').click(),
  };
}

/** Agrees to a request on the order that is shown, or refuses it. */
export async function decide(v, request, say, fill) {
  await v.page.locator('.request', { hasText: `待审核：${request}` }).getByRole('button', { name: say, exact: true }).click();
  const dialog = v.page.getByRole('dialog');
  if (fill) await fill(form(dialog));
  await send(v, dialog.locator(say === '同意' ? 'button.primary' : 'button.danger'));
  await dialog.waitFor({ state: 'detached' });
  await v.told(`已审核：${request}`);
  await v.ready();
}

/** Presses a link to a list, as it stands under a figure; the total the list shows. */
export async function follow(v, href) {
  const press = (h) => {
    const a = document.createElement('a');
    a.href = h;
    document.querySelector('main').append(a);
    a.click();
    a.remove();
  };
  const [answer] = await Promise.all([v.page.waitForResponse((r) => r.url().includes('/api/items?')), v.page.evaluate(press, href)]);
  const { total } = await answer.json();
  await v.page.locator('.total', { hasText: new RegExp(`^符合条件 ${total} 件$`) }).waitFor();
  return total;
}

const plain = (text) => (text === '—' ? null : /%$/.test(text) ? Number(text.slice(0, -1).replace(/,/g, '')) / 100 : Number(text.replace(/,/g, '').replace('−', '-')));

/** A table on the page as people read it: {head: titles in order, rows: {name: [{text, v, href}]}}; a column under a band is "band title". */
export async function read(page, selector) {
  const raw = await page.locator(selector).first().evaluate((table) => {
    const cell = (c) => {
      const own = c.querySelector(':scope > a, :scope > button, :scope > span') || c;
      return { text: own.textContent.trim(), href: own.getAttribute('href') };
    };
    const rows = [...table.querySelectorAll('tbody tr, tfoot tr')].filter((r) => r.querySelector('td'))
      .map((r) => ({ name: r.querySelector('th').textContent.trim(), cells: [...r.querySelectorAll('td')].map(cell) }));
    const heads = [...table.querySelectorAll('thead tr')].map((r) => [...r.children].map((c) => ({ text: c.textContent.trim().replace(/（分）$/, ''), span: c.colSpan, deep: c.rowSpan })));
    return { rows, heads };
  });
  const [top, under = []] = raw.heads;
  const left = [...under];
  const head = top.slice(1).flatMap((h) => (raw.heads.length > 1 && h.deep === 1 ? left.splice(0, h.span).map((x) => `${h.text} ${x.text}`) : [h.text]));
  return { head, rows: Object.fromEntries(raw.rows.map((r) => [r.name, r.cells.map((c) => ({ ...c, v: plain(c.text) }))])) };
}

/**
 * Compares a table that is shown with the one worked by hand: every figure as it is shown, that is rounded as the page rounds.
 * @param {{head: string[], rows: object}} got
 * @param {{columns: string[], rows: object, total?: number[]}} wanted
 * @param {string[]} titles of the wanted columns
 * @param {(code: string) => string} nameOf a unit's name
 * @param {string} sum name of the row of totals
 */
export function compare(got, wanted, titles, nameOf, sum) {
  const differ = [];
  const one = (name, figures) => {
    const row = got.rows[name];
    assert.ok(row, `no row ${name}: ${Object.keys(got.rows)}`);
    figures.forEach((want, i) => {
      const at = got.head.indexOf(titles[i]);
      assert.ok(at >= 0, `no column ${titles[i]}: ${got.head}`);
      const { v, text } = row[at];
      const shown = (/\.(\d+)/.exec(text) || ['', ''])[1].length + (text.endsWith('%') ? 2 : 0);
      const fine = want === null || v === null ? v === want : Math.abs(v - want) <= 0.5 * 10 ** -shown + 1e-9;
      if (!fine) differ.push(`${name} ${titles[i]}: ${text}, by hand ${want}`);
    });
  };
  for (const [code, figures] of Object.entries(wanted.rows)) one(nameOf(code), figures);
  if (wanted.total) one(sum, wanted.total);
  assert.deepEqual(differ, []);
}
