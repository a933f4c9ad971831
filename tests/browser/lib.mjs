// Chromium against a real server. Every page that is visited keeps the promises that hold everywhere: see check().
import { chromium } from 'playwright-core';
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Town, PASSWORD } from '../api/lib.mjs';

export const OUT = join(dirname(fileURLToPath(import.meta.url)), 'out');
export const DESK = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };
export const FRIDAY = '2026-11-20T09:00:00+08:00';
mkdirSync(OUT, { recursive: true });

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** A town and a browser; both end with the test. */
export async function open(t, options = {}) {
  const town = await Town.make({ at: FRIDAY, ...options });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
  t.after(async () => {
    await browser.close();
    await town.end();
  });
  return { town, browser };
}

/** Steps of one story: when one fails the rest is skipped, because it would only wait in vain. */
export function story(t) {
  let failed = false;
  return (name, fn) => t.test(name, { skip: failed && 'a step before it failed' }, async () => {
    failed = true;
    await fn();
    failed = false;
  });
}

/** Somebody at a browser of his own, logged in by the log-in page. */
export class Visitor {
  static async enter({ town, browser }, login, { size = DESK, script = true, locale = 'zh-CN' } = {}) {
    const v = new Visitor();
    v.town = town;
    v.login = login;
    v.context = await browser.newContext({ viewport: size, locale, timezoneId: 'Asia/Shanghai', javaScriptEnabled: script, reducedMotion: 'reduce', acceptDownloads: true });
    v.page = await v.watch(await v.context.newPage());
    if (login) await v.logIn(login);
    return v;
  }

  /** Notes everything of a page that may not happen. */
  async watch(page) {
    page.setDefaultTimeout(15_000);
    page.faults = [];
    page.expected = []; // answers a test provokes: a status
    page.on('console', (m) => {
      if (m.type() !== 'error' && m.type() !== 'warning') return;
      const status = m.text().match(/status of (\d+)/)?.[1];
      if (status && page.expected.includes(Number(status))) return;
      page.faults.push(`console: ${m.text()}`);
    });
    page.on('pageerror', (e) => page.faults.push(`error: ${e.message}`));
    page.on('request', (r) => {
      if (!r.url().startsWith(this.town.base) && !/^(data|blob):/.test(r.url())) page.faults.push(`request to another host: ${r.url()}`);
    });
    page.on('response', (r) => {
      if (r.status() >= 400 && !page.expected.includes(r.status())) page.faults.push(`${r.status()} ${r.request().method()} ${r.url()}`);
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));
    });
    return page;
  }

  async logIn(login, password = PASSWORD) {
    await this.page.goto(this.town.base + '/login');
    await this.page.getByLabel('用户名').fill(login);
    await this.page.getByLabel('密码').fill(password);
    await this.page.getByRole('button', { name: '登录' }).click();
    await this.page.locator('h1').first().waitFor();
  }

  async go(path) {
    await this.page.goto(this.town.base + path);
    await this.ready();
  }

  /** The page has been drawn with what it asked the server for. */
  async ready() {
    await this.page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('.skeleton, .skeleton-wait, .wait-n, [aria-busy="true"]'));
    // What listens to keys is in place after the next two frames are painted.
    await this.page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(go)))));
  }

  /** The promises of every page, and a picture of it. */
  async check(name, { full = true } = {}) {
    const { page } = this;
    await this.ready();
    await page.evaluate(() => scrollTo(0, 0)); // what the bars at the edges cover depends on where one is
    const seen = await page.evaluate(() => ({
      title: document.title, h1: document.querySelectorAll('h1').length, lang: document.documentElement.lang,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      small: innerWidth < 500 ? [...document.querySelectorAll('button, a.button, input:not([type=file]):not([type=radio]):not([type=checkbox]), select, summary')].filter((e) => { const b = e.getBoundingClientRect(); return b.width && !e.classList.contains('link') && !e.closest('.sr') && b.height < 24; }).map((e) => e.outerHTML.slice(0, 80)) : [],
      keys: (document.body.innerText.match(/\b[a-z]+\.[a-z][a-zA-Z]+\b/g) ?? []).filter((w) => !/^(www|api|bihuan)\./.test(w)) }));
    await page.screenshot({ path: join(OUT, `${name}-${page.viewportSize().width}.png`), fullPage: full });
    assert.ok(seen.title.length > 3, `${name}: a title`);
    assert.equal(seen.h1, 1, `${name}: one h1`);
    assert.ok(seen.lang, `${name}: a language`);
    assert.ok(seen.wide <= 0, `${name}: ${seen.wide} px too wide`);
    assert.deepEqual(seen.small, [], `${name}: too small to touch`);
    await page.evaluate(axe);
    const result = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
    const bad = result.violations.map((x) => `${x.id}: ${x.help} — ${x.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} (${n.any.concat(n.all).map((c) => c.message).join('; ').slice(0, 160)})`).join(' | ')}`);
    assert.deepEqual(bad, [], `${name}: accessible`);
    assert.deepEqual(page.faults, [], `${name}: nothing went wrong`);
  }

  /** A figure or text of the page, without blanks around. */
  async text(selector) {
    return (await this.page.locator(selector).first().innerText()).trim();
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: false });
  }

  /** Chooses one of a tree by typing its name. */
  async choose(label, name) {
    const box = this.page.getByRole('combobox', { name: label }).first();
    await box.fill(name);
    await this.page.getByRole('option', { name }).first().click();
  }

  /** The notice that something was done. */
  async told(text) {
    await this.page.locator('.toast', { hasText: text }).first().waitFor();
  }

  async close() {
    await this.context.close();
  }
}
