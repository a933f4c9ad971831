// Makes the pictures of the documents from the demonstration town, the same for the same program:
//   node tools/pictures.mjs            (needs build/release/bihuan, tests/node_modules and Debian's chromium)
//   node tools/pictures.mjs desk       only those whose name begins so
//   node tools/pictures.mjs --out DIR  elsewhere, to look at
// What is in each stands in pictures_list.mjs. The town's clock stands still, and so does the browser's.
import { createRequire } from 'node:module';
import { spawn, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PICTURES, AT, ITEMS, EXTRA } from './pictures_list.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { chromium } = createRequire(join(root, 'tests/package.json'))('playwright-core');
const program = process.env.BIHUAN ?? join(root, 'build/release/bihuan');
const WAIT_MS = 60_000; // a busy machine is slow
const PASSWORD = 'bihuan-demo-2026';
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--lang=zh-CN', '--force-color-profile=srgb', '--font-render-hinting=none'];
const SIZES = { desk: { width: 1366, height: 768 }, page: { width: 1280, height: 800 }, phone: { width: 390, height: 780 } };

/** A demonstration town of its own and its server; both end with end(). */
export async function town(dir = mkdtempSync(join(tmpdir(), 'bihuan-pictures-'))) {
  execFileSync(program, ['demo', '--dir', join(dir, 'town'), '--items', String(ITEMS), '--until', AT], { stdio: ['ignore', 'ignore', 'inherit'] });
  const server = spawn(program, ['serve', '--dir', join(dir, 'town'), '--port', '0', '--demo', '--at', AT, '--stand-still'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const base = await new Promise((done, fail) => {
    server.stdout.on('data', (d) => {
      const ready = String(d).match(/ready on (http:\S+)/);
      if (ready) done(ready[1]);
    });
    server.on('exit', (code) => fail(new Error(`the server ended: ${code}`)));
  });
  const end = () => {
    server.removeAllListeners('exit');
    server.kill();
    rmSync(dir, { recursive: true, force: true });
  };
  return { base, end, dir };
}

const settled = () => document.querySelector('h1') && !document.querySelector('.skeleton, .skeleton-wait, .wait-n, [aria-busy=true]');

// What one can reach: a dialog when one is open, else the page.
const inSight = (page) => page.locator('dialog[open]').or(page.locator('body:not(:has(dialog[open]))'));

function named(page, roles, name) {
  return roles.map((r) => inSight(page).getByRole(r, { name, exact: true })).reduce((a, b) => a.or(b)).filter({ visible: true }).first();
}

/** The verbs of the list. Each is what a person does, named as on the screen. */
const VERBS = {
  go: (page, path) => page.goto(page.base + path),
  click: (page, name) => named(page, ['button', 'link', 'checkbox'], name).click(),
  begin: (page, name) => named(page, ['button', 'link'], new RegExp(`^${name}`)).click(),
  touch: (page, selector) => page.locator(selector).filter({ visible: true }).first().click(),
  press: (page, key) => page.keyboard.press(key),
  fill: (page, label, text) => field(page, label).fill(text),
  choose: async (page, label, option) => {
    const chips = inSight(page).locator('fieldset.field').filter({ has: page.locator('legend', { hasText: new RegExp(`^${label}( ?必填)?\\s*$`) }), visible: true });
    await chips.or(field(page, label)).first().waitFor();
    if (await chips.count()) await chips.first().getByLabel(option, { exact: true }).check();
    else await field(page, label).selectOption({ label: option });
  },
  pick: async (page, label, text) => {
    await field(page, label).fill(text);
    await page.locator('[role=listbox] [role=option], [role=tree] [role=treeitem]').filter({ hasText: text, visible: true }).first().click();
  },
  file: (page, ...files) => page.locator('input[type=file]').first().setInputFiles(files.map((f) => (typeof f === 'string' ? join(root, f) : f))),
  open: async (page, filter, row = 0) => {
    await page.goto(`${page.base}/items?filter=${encodeURIComponent(filter)}`);
    await page.locator('.items tbody tr a').nth(row).click();
    await page.locator('.item-cols').waitFor();
  },
  see: (page, text) => page.getByText(text).filter({ visible: true }).first().waitFor(),
  unfold: (page, name) => page.locator('summary').filter({ hasText: name, visible: true }).first().click(),
  scroll: (page, selector) => page.locator(selector).filter({ visible: true }).first().evaluate((e) => e.scrollIntoView({ block: 'start' })),
};

// A label may say 必填 behind its words.
function field(page, label) {
  return inSight(page).getByLabel(new RegExp(`^${label}( ?必填| ?[A-Z])?\\s*$`)).filter({ visible: true }).first();
}

async function quiet(page) {
  await page.waitForFunction(settled);
  await page.evaluate(() => document.fonts.ready.then(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(go))))));
}

// Mouse out of the way, nothing half faded; of the page the part that is asked for.
async function take(page, p) {
  await page.mouse.move(0, 0);
  await quiet(page);
  const options = { animations: 'disabled', caret: 'hide', scale: 'css' };
  if (!p.show) return page.screenshot(options);
  const part = page.locator(p.show).filter({ visible: true }).first();
  await part.scrollIntoViewIfNeeded();
  const box = await part.boundingBox();
  const { width, height } = page.viewportSize();
  const edge = /^dialog|^\.menu/.test(p.show) ? 0 : 12;
  const x = Math.max(0, Math.floor(box.x - edge)), y = Math.max(0, Math.floor(box.y - edge));
  const clip = { x, y, width: Math.min(width - x, Math.ceil(box.width + 2 * edge)), height: Math.min(height - y, Math.ceil(Math.min(box.height, p.most ?? 9999) + 2 * edge)) };
  return page.screenshot({ ...options, clip });
}

// Round corners come out one or two shades different now and then: a picture no eye can tell from the one that is there stays.
const SHADES = 3;

async function keep(page, path, png) {
  const pair = existsSync(path) ? [readFileSync(path), png].map((x) => `data:image/png;base64,${x.toString('base64')}`) : null;
  const alike = pair && (await page.evaluate(async ([urls, shades]) => {
    const [a, b] = await Promise.all(urls.map(async (url) => {
      const img = Object.assign(new Image(), { src: url });
      await img.decode();
      const c = Object.assign(document.createElement('canvas'), { width: img.width, height: img.height }).getContext('2d');
      c.drawImage(img, 0, 0);
      return c.getImageData(0, 0, img.width, img.height);
    }));
    return a.width === b.width && a.height === b.height && a.data.every((x, i) => Math.abs(x - b.data[i]) <= shades);
  }, [pair, SHADES]));
  if (!alike) writeFileSync(path, png);
}

class Visitors {
  constructor(browser, base) {
    Object.assign(this, { browser, base, kept: new Map() });
  }

  /** A page of somebody who is logged in, with nothing left over from the picture before. */
  async page(who, size, view) {
    const context = await this.browser.newContext({ viewport: view, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce',
      deviceScaleFactor: 1, isMobile: size === 'phone', hasTouch: size === 'phone', storageState: who ? await this.session(who) : undefined });
    const page = await context.newPage();
    page.base = this.base;
    page.setDefaultTimeout(WAIT_MS);
    await page.clock.setFixedTime(AT);
    return page;
  }

  async session(who) {
    if (this.kept.has(who)) return this.kept.get(who);
    const context = await this.browser.newContext({ locale: 'zh-CN' });
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    await page.goto(`${this.base}/login`);
    await page.fill('#login', who);
    await page.fill('#password', PASSWORD);
    await page.click('button[type=submit]');
    await page.locator('main h1').waitFor();
    const state = await context.storageState();
    this.kept.set(who, { cookies: state.cookies, origins: [] });
    await context.close();
    return this.kept.get(who);
  }
}

/** Does what the list says and takes the pictures; out(p) says where each goes. */
export async function takeAll(base, list, out, said = () => {}) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS, env: { ...process.env, LANGUAGE: 'zh_CN' } });
  try {
    const visitors = new Visitors(browser, base);
    const failed = [];
    for (const p of list) {
      const size = p.size ?? 'page';
      const view = { ...SIZES[size], ...(p.tall ? { height: p.tall } : {}) };
      const page = await visitors.page(p.who, size, view);
      try {
        if (p.at) {
          await VERBS.go(page, p.at);
          await quiet(page);
        }
        for (const [verb, ...rest] of p.first ?? []) {
          await VERBS[verb](page, ...rest).catch((e) => {
            throw new Error(`${p.name}: ${verb} ${rest.join(' ')}: ${e.message}`, { cause: e });
          });
          await quiet(page);
        }
        if (out(p)) await keep(page, out(p), await take(page, p));
        said(p);
      } catch (e) {
        if (p.only === 'do') throw e; // what follows would wait in vain
        failed.push(e.message.split('\n')[0]); // what else has changed is told as well
      } finally {
        await page.context().close();
      }
    }
    if (failed.length) throw new Error(`not made:\n${failed.join('\n')}`);
  } finally {
    await browser.close();
  }
}

/** Where a picture of the list lies in the repository. */
export const placeOf = (p) => join(p.folder ?? 'docs/guide/pictures', `${p.name}.png`);

async function main(args) {
  const at = args.indexOf('--out');
  const elsewhere = at >= 0 ? args.splice(at, 2)[1] : '';
  // All are made, because what one does the next may show; only those asked for are kept.
  const wanted = (p) => !args.length || args.some((a) => p.name.startsWith(a));
  const file = (p) => (wanted(p) && !p.only ? join(elsewhere ? resolve(elsewhere) : root, elsewhere ? `${p.name}.png` : placeOf(p)) : '');
  for (const p of PICTURES) if (file(p)) mkdirSync(dirname(file(p)), { recursive: true });
  const here = await town();
  let bytes = 0;
  try {
    await EXTRA(here);
    await takeAll(here.base, PICTURES, file, (p) => {
      if (!file(p)) return;
      bytes += statSync(file(p)).size;
      console.log(`${(statSync(file(p)).size / 1024).toFixed(0).padStart(4)} KB  ${elsewhere ? file(p) : placeOf(p)}`);
    });
  } finally {
    here.end();
  }
  console.log(`${(bytes / 1024).toFixed(0)} KB`);
  if (args.length || elsewhere) return;
  for (const folder of new Set(PICTURES.map((p) => dirname(placeOf(p)))))
    for (const name of readdirSync(join(root, folder)))
      if (!PICTURES.some((p) => placeOf(p) === join(folder, name))) {
        rmSync(join(root, folder, name));
        console.log(`removed ${folder}/${name}: the list does not name it`);
      }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
