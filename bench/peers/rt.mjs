// Request Tracker 5 as its manual has it: PostgreSQL, FastCGI processes behind nginx, mail off.
import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, sql } from '../towns.mjs';
import { askJson, freePort, until } from './common.mjs';

const PASSWORD = 'bihuan-peers-2026';
const FCGI = '/usr/share/request-tracker5/libexec/rt-server.fcgi';

export async function requestTracker({ here, dir, cores, sessions }) {
  const port = await freePort();
  const socket = join(dir, 'rt.sock');
  const server = new URL(process.env.BIHUAN_POSTGRES);
  const base = `http://127.0.0.1:${port}`;
  mkdirSync(join(dir, 'none'), { recursive: true });
  writeFileSync(join(dir, 'RT_SiteConfig.pm'), `Set($rtname, 'peers.example');
Set($Organization, 'peers.example');
Set($Timezone, 'Asia/Shanghai');
Set($WebDomain, '127.0.0.1');
Set($WebPort, ${port});
Set($WebPath, '');
Set($DatabaseType, 'Pg');
Set($DatabaseHost, '${server.hostname}');
Set($DatabasePort, '${server.port}');
Set($DatabaseUser, 'rtuser');
Set($DatabasePassword, 'rt');
Set($DatabaseName, 'rt');
Set($DatabaseAdmin, '${server.username}');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
Set(%FullTextSearch, Enable => 1, Indexed => 0);
1;
`);
  writeFileSync(join(dir, 'rt-password'), `${PASSWORD}\n`);
  const env = { ...process.env, RT_SITE_CONFIG: join(dir, 'RT_SiteConfig.pm'), RT_SITE_CONFIG_DIR: join(dir, 'none') };
  const said = openSync(join(dir, 'rt.log'), 'a');
  let queues = [];
  const cookies = [];
  let pids = [];

  async function logIn() {
    const answer = await fetch(`${base}/NoAuth/Login.html`, { method: 'POST', redirect: 'manual',
      headers: { referer: `${base}/` }, body: new URLSearchParams({ user: 'root', pass: PASSWORD, next: '' }) });
    const [cookie] = answer.headers.getSetCookie().map((c) => c.split(';')[0]).slice(-1);
    await askJson(`${base}/REST/2.0/ticket/1`, { cookie }).catch((e) => { if (!/404/.test(e.message)) throw e; });
    return cookie;
  }

  return {
    name: 'rt5',
    versions: () => run('dpkg-query', '-W', '-f', '${Version}', 'request-tracker5'),
    database: 'rt',
    nginx: `  server { listen 127.0.0.1:${port}; location / { include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_NAME "";
    fastcgi_param PATH_INFO $uri; fastcgi_pass unix:${socket}; } }`,
    /** Through its own library; beyond that many, copies of those rows. */
    fill(bodies, items, stock, every) {
      execFileSync('rt-setup-database-5', ['--action', 'init', '--dba', server.username, '--dba-password', '', '--root-password-file',
        join(dir, 'rt-password')], { env, stdio: ['ignore', said, said] });
      queues = execFileSync('perl', [join(here, 'rt_fill.pl'), stock, every], { env, input: readFileSync(bodies),
        stdio: ['pipe', 'pipe', said], encoding: 'utf8' }).trim().split('\n');
      if (items > stock) {
        run('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-v', `stock=${stock}`, '-v', `times=${Math.ceil(items / stock) - 1}`,
          '-f', join(here, 'rt_clone.sql'), `${process.env.BIHUAN_POSTGRES}/rt`);
      }
      sql('rt', 'VACUUM ANALYZE');
    },
    async start() {
      const pidFile = join(dir, 'rt.pid');
      // Debian's service is this line, with two processes; four keep two cores at work while the database writes.
      rmSync(socket, { force: true });
      execFileSync('spawn-fcgi', ['-F', 2 * cores, '-d', '/', '-u', 'www-data', '-g', 'www-data', '-s', socket, '-P', pidFile, '--', FCGI]
        .map(String), { env, stdio: ['ignore', said, said] });
      pids = readFileSync(pidFile, 'utf8').trim().split(/\s+/).map(Number);
      await until('Request Tracker', async () => (await fetch(`${base}/NoAuth/Login.html`)).ok);
      // One log-in a connection and more, because a session is one request's at a time; a token or a password would cost a
      // quarter of a second of hashing each.
      for (let i = 0; i < sessions; i++) cookies.push(await logIn());
    },
    stop() {
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGTERM');
        } catch {
          // It has ended by itself.
        }
      }
      pids = [];
    },
    heads: () => cookies.map((c) => `Cookie: ${c}`),
    base,
    create: (orders) => orders.map((o) => ['POST', '/REST/2.0/ticket', JSON.stringify({ Queue: `unit-${o.unit}`, Subject: o.title,
      Content: o.content, ContentType: 'text/plain' })]),
    read: (ids) => ids.map(({ id }) => ['GET', `/REST/2.0/ticket/${id}`, '']),
    list: () => queues.map((q) => ['GET', `/REST/2.0/tickets?${new URLSearchParams({ query: `Queue = '${q}' AND Status = '__Active__'`,
      per_page: '20', orderby: 'Created', fields: 'Subject,Status,Created,Due,Owner,LastUpdated' })}`, '']),
    update: (ids) => ids.map(({ id }) => ['POST', `/REST/2.0/ticket/${id}/comment`, JSON.stringify({ Status: 'open',
      Content: '已转办，请尽快联系来电人。', ContentType: 'text/plain' })]),
    search: (words) => words.map((w) => ['GET', `/REST/2.0/tickets?${new URLSearchParams({ query: `Subject LIKE '${w}' OR Content LIKE '${w}'`,
      per_page: '20', fields: 'Subject,Status,Created' })}`, '']),
    found: (json) => json.total ?? json.count,
  };
}
