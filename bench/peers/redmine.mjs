// Redmine as its manual has it: PostgreSQL, production mode, Puma behind nginx, mail off.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { run, sql } from '../towns.mjs';
import { AS_WEB, freePort, start, stop, until } from './common.mjs';

const HOME = '/usr/share/redmine';

export async function redmine({ here, dir, cores }) {
  const [port, inner] = [await freePort(), await freePort()];
  const base = `http://127.0.0.1:${port}`;
  const app = join(dir, 'redmine');
  const site = join(app, 'instances/bench');
  const server = new URL(process.env.BIHUAN_POSTGRES);
  const said = openSync(join(dir, 'redmine.log'), 'a');
  const env = { ...process.env, HOME: dir, X_DEBIAN_SITEID: 'bench', RAILS_ENV: 'production', REDMINE_LANG: 'zh' };
  const web = (command, input) => execFileSync(AS_WEB[0], [...AS_WEB.slice(1), ...command.map(String)],
    { cwd: app, env, input, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', said] });
  let made;
  let child;

  /** The packaged program in a folder of ours, so that nothing of it is written elsewhere. */
  function unpack() {
    cpSync(HOME, app, { recursive: true, verbatimSymlinks: true });
    rmSync(join(app, 'instances'));
    rmSync(join(app, 'config/database.yml'));
    rmSync(join(app, 'Gemfile.lock'));
    copyFileSync('/var/lib/redmine/Gemfile.lock', join(app, 'Gemfile.lock'));
    writeFileSync(join(app, 'Gemfile'), readFileSync(join(HOME, 'Gemfile'), 'utf8').replaceAll(`${HOME}/`, `${app}/`));
    for (const sub of ['config', 'tmp/cache', 'log', 'files']) mkdirSync(join(site, sub), { recursive: true });
    writeFileSync(join(site, 'config/database.yml'), `production:\n  adapter: postgresql\n  host: ${server.hostname}\n  port: ${server.port}\n` +
      `  database: redmine\n  username: ${server.username}\n  encoding: utf8\n  pool: 5\n`);
    writeFileSync(join(site, 'config/secret_key.txt'), randomBytes(40).toString('hex'));
    execFileSync('chown', ['-R', 'www-data:', app]);
  }

  return {
    name: 'redmine',
    versions: () => run('dpkg-query', '-W', '-f', '${Version}', 'redmine'),
    database: 'redmine',
    nginx: `  upstream redmine { server 127.0.0.1:${inner}; keepalive 32; }
  server { listen 127.0.0.1:${port}; root ${app}/public; location / { proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header Host $host; proxy_pass http://redmine; } }`,
    fill(bodies, items, stock, every) {
      unpack();
      sql('postgres', "CREATE DATABASE redmine TEMPLATE template0 ENCODING 'UTF8'");
      web(['rake', 'db:migrate']);
      web(['rake', 'redmine:load_default_data']);
      copyFileSync(join(here, 'redmine_fill.rb'), join(app, 'redmine_fill.rb'));
      made = JSON.parse(web(['bin/rails', 'runner', './redmine_fill.rb', stock, every], readFileSync(bodies)).trim().split('\n').at(-1));
      if (items > stock) {
        run('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-v', `stock=${stock}`, '-v', `times=${Math.ceil(items / stock) - 1}`,
          '-f', join(here, 'redmine_clone.sql'), `${process.env.BIHUAN_POSTGRES}/redmine`);
      }
      sql('redmine', 'VACUUM ANALYZE');
    },
    async start() {
      child = start(join(dir, 'redmine.log'), AS_WEB[0], [...AS_WEB.slice(1), 'puma', '--environment', 'production', '--workers', cores,
        '--threads', '5:5', '--preload', '--bind', `tcp://127.0.0.1:${inner}`, 'config.ru'], { cwd: app, env });
      await until('Redmine', async () => (await fetch(`${base}/issue_statuses.json`, { headers: { 'x-redmine-api-key': made.key } })).ok);
    },
    stop: () => child && stop(child),
    heads: () => [`X-Redmine-API-Key: ${made.key}`],
    base,
    create: (orders) => orders.map((o) => ['POST', '/issues.json', JSON.stringify({ issue: { project_id: made.projects[o.unit],
      tracker_id: made.tracker, priority_id: made.priority, subject: o.title, description: o.content } })]),
    read: (ids) => ids.map(({ id }) => ['GET', `/issues/${id}.json`, '']),
    list: () => Object.values(made.projects).map((id) => ['GET', `/issues.json?project_id=${id}&status_id=open&sort=created_on&limit=20`, '']),
    update: (ids) => ids.map(({ id }) => ['PUT', `/issues/${id}.json`, JSON.stringify({ issue: { status_id: made.working,
      notes: '已转办，请尽快联系来电人。' } })]),
    search: (words) => words.map((w) => ['GET', `/search.json?q=${encodeURIComponent(w)}&issues=1&limit=20`, '']),
    found: (json) => json.total_count,
  };
}
