// What the programs measured have in common: starting, ending, asking.
import { spawn } from 'node:child_process';
import { openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

export const AS_WEB = ['setpriv', '--reuid=www-data', '--regid=www-data', '--clear-groups'];

export const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

const started = new Set();

/** A program of ours in a group of its own; what it says goes to a file. */
export function start(log, command, args, options = {}) {
  const out = openSync(log, 'a');
  const child = spawn(command, args.map(String), { stdio: ['ignore', out, out], detached: true, ...options });
  started.add(child);
  child.on('exit', () => started.delete(child));
  return child;
}

export const stop = (child) => new Promise((done) => {
  if (child.exitCode !== null || child.signalCode !== null) {
    done();
    return;
  }
  child.on('exit', done);
  process.kill(-child.pid, 'SIGTERM');
});

/** At the latest moment: nothing that was started here stays. */
export function stopAll() {
  for (const child of started) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

export async function until(what, try_, seconds = 120) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      const got = await try_();
      if (got) return got;
    } catch (e) {
      if (Date.now() > end) throw new Error(`${what}: ${e.message}`);
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((done) => { setTimeout(done, 100); });
  }
}

export async function askJson(url, headers) {
  const answer = await fetch(url, { headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

/** One nginx in front of what listens elsewhere, as both peers' manuals have it. */
export function startNginx(dir, cores, servers) {
  const conf = `${dir}/nginx.conf`;
  writeFileSync(conf, `daemon off; pid ${dir}/nginx.pid; user www-data; worker_processes ${cores}; error_log ${dir}/nginx.log;
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path ${dir}/nginx-body; proxy_temp_path ${dir}/nginx-proxy;
  fastcgi_temp_path ${dir}/nginx-fastcgi; uwsgi_temp_path ${dir}/nginx-uwsgi; scgi_temp_path ${dir}/nginx-scgi;
  keepalive_requests 1000000; proxy_read_timeout 600s; fastcgi_read_timeout 600s; fastcgi_buffers 16 16k;
${servers.join('\n')}
}
`);
  return start(`${dir}/nginx.log`, 'nginx', ['-c', conf, '-e', `${dir}/nginx.log`]);
}
