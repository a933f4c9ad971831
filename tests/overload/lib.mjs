// Raw connections to a real server: what a browser never does.
import { connect } from 'node:net';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parse, value } from '../api/prom.mjs';

/** A connection that is kept; what comes back is gathered in .text. */
export class Line {
  static open(town, { from } = {}) {
    const { hostname, port } = new URL(town.base);
    const line = new Line();
    line.text = '';
    line.opened = Date.now();
    line.socket = connect({ port: Number(port), host: hostname, localAddress: from });
    line.closed = new Promise((done) => line.socket.on('close', () => { line.over = Date.now(); done(); }));
    line.socket.on('data', (d) => { line.text += d.toString('latin1'); line.wake?.(); });
    line.socket.on('error', (e) => { line.error = e; });
    return new Promise((done) => {
      line.socket.on('connect', () => done(line));
      line.closed.then(() => done(line));
    });
  }

  send(text) {
    if (!this.over) this.socket.write(text);
    return this;
  }

  /** The status of the answer that comes next; 0 when the connection is closed without one. */
  async status() {
    for (;;) {
      const m = this.text.match(/^HTTP\/1\.1 (\d+) [^\r]*\r\n((?:[^\r]+\r\n)*)\r\n/);
      const length = m?.[2].match(/content-length: (\d+)/i);
      if (m && (!length || this.text.length >= m[0].length + Number(length[1]))) {
        this.head = m[0];
        this.body = Buffer.from(this.text.slice(m[0].length, m[0].length + Number(length?.[1] ?? 0)), 'latin1').toString();
        this.text = this.text.slice(m[0].length + Number(length?.[1] ?? 0));
        return Number(m[1]);
      }
      if (this.over) return 0;
      await new Promise((go) => { this.wake = go; this.closed.then(go); });
    }
  }

  ask(method, path, headers = {}, body = '') {
    const lines = Object.entries({ Host: 'x', ...headers, ...(body ? { 'Content-Length': Buffer.byteLength(body) } : {}) });
    this.send(`${method} ${path} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n${body}`);
    return this.status();
  }

  /** One byte a second of a text without an end, until the connection is closed. */
  drip(text, then = 'x') {
    this.send(text);
    const timer = setInterval(() => (this.over ? clearInterval(timer) : this.send(then)), 1000);
    this.closed.then(() => clearInterval(timer));
    return this;
  }

  end() {
    this.socket.destroy();
  }
}

export const login = (person) => ({ Cookie: person.cookie, 'X-CSRF': person.me.csrf });

export async function figures(town) {
  const m = parse((await town.nobody().get('/metrics')).body);
  return (name, labels) => value(m, name, labels);
}

/** Another program that holds the right to write, until it is told to let go. */
export async function holdWrites(town) {
  const other = spawn('sqlite3', [join(town.dir, 'bihuan.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((done, fail) => {
    other.stdout.on('data', (d) => { if (String(d).includes('held')) done(); });
    other.on('exit', () => fail(new Error('sqlite3 ended')));
    other.stdin.write(".timeout 10000\nBEGIN IMMEDIATE;\nSELECT 'held';\n");
  });
  return () => new Promise((done) => {
    other.removeAllListeners('exit');
    other.on('exit', done);
    other.stdin.end('ROLLBACK;\n');
  });
}
