// Makes the pictures of the documents from the demonstration town, the same for the same program:
//   node tools/pictures.mjs            (needs build/release/bihuan, tests/node_modules and Debian's chromium)
import { createRequire } from 'node:module';
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { chromium } = createRequire(join(root, 'tests/package.json'))('playwright-core');
const program = process.env.BIHUAN ?? join(root, 'build/release/bihuan');
const out = join(root, 'docs/pictures');
const AT = '2026-11-20T15:30:00+08:00'; // a Friday afternoon

const PICTURES = [
  ['board', '/boards?period=2026-10'],
  ['items', '/items?filter=open%3Ayes&sort=due'],
  ['today', '/'],
  ['item', async (page) => {
    await page.goto(`${page.base}/items?filter=${encodeURIComponent('state:handling returns:>=1')}`);
    await page.locator('.items tbody tr a').first().click();
    await page.locator('.steps button').first().waitFor();
  }],
];

const dir = mkdtempSync(join(tmpdir(), 'bihuan-pictures-'));
mkdirSync(out, { recursive: true });
execFileSync(program, ['demo', '--dir', join(dir, 'town'), '--items', '3000', '--until', AT], { stdio: 'inherit' });
const server = spawn(program, ['serve', '--dir', join(dir, 'town'), '--port', '0', '--demo', '--at', AT, '--stand-still']);
const base = await new Promise((done) => server.stdout.on('data', (d) => {
  const ready = String(d).match(/ready on (http:\S+)/);
  if (ready) done(ready[1]);
}));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN' });
  page.base = base;
  await page.goto(`${base}/login`);
  await page.fill('#login', 'dispatcher1');
  await page.fill('#password', 'bihuan-demo-2026');
  await page.click('button[type=submit]');
  await page.locator('nav').first().waitFor();
  for (const [name, way] of PICTURES) {
    if (typeof way === 'string') await page.goto(base + way);
    else await way(page);
    await page.locator('main h1').waitFor();
    await page.waitForFunction(() => !document.querySelector('.skeleton, [aria-busy=true]'));
    await page.screenshot({ path: join(out, `${name}.png`) });
    console.log(`docs/pictures/${name}.png`);
  }
} finally {
  await browser.close();
  server.kill();
  rmSync(dir, { recursive: true, force: true });
}
