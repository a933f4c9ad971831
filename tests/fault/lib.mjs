// Makes the n-th statement, commit, file write or allocation of a running program fail, n = 1, 2, ... until a request is
// done without having met it (src/base/fault.h). Needs a program built with -Dfaults=true.
import assert from 'node:assert/strict';
import { closeSync, existsSync, mkdtempSync, openSync, readSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Town, run, server, until } from '../api/lib.mjs';

/** All n of everything, instead of a sample that fits into ./check. */
export const ALL = process.env.FAULT_ALL === '1';
export const POINTS = ['statement', 'commit', 'file', 'memory'];
/** What fails in a test of requests; memory has tests of its own. */
export const points = (process.env.FAULT_POINTS ?? 'statement commit file').split(' ');
const NUMBERS = POINTS.length * 3, WHERE_BYTES = 256, BYTES = NUMBERS * 8 + WHERE_BYTES;

/**
 * What may fail behind a commit without a word: the state an answer does not read after all; the rules, which are loaded once
 * more (domain/rules.c); the log, moved into the database beside the writer.
 */
const SPARED = new RegExp(` \\d+ \\((BEGIN|(write|sync) [^ ]*bihuan\\.db|SELECT (${['val FROM setting', 'id, parent, kind, code, name, short_name',
  'id, parent, scheme', 'person, role, unit FROM person_role', 'id, login, name, active, must_change, demo, epoch FROM',
  'id, kind, key, version, text FROM def', 'id FROM event WHERE town = \\?1 AND item = 0'].join('|')}).*)\\):`);

/** On a server the clocks are looked at in a transaction of their own whenever the rules have changed; a request's own commit is the first. */
const BEHIND = / commit ([2-9]|\d\d+) \(COMMIT\):/;

/** The control file of one or more processes; theirs when BIHUAN_FAULT names it. */
export class Faults {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'bihuan-fault-'));
    this.path = join(this.dir, 'control');
    this.fd = openSync(this.path, 'w+');
    this.off();
  }

  /** The n-th of these from now on fails; a probe (n = 0) only counts. */
  arm(point, n) {
    const b = Buffer.alloc(BYTES);
    b.writeBigInt64LE(BigInt(n), POINTS.indexOf(point) * 24);
    writeSync(this.fd, b, 0, BYTES, 0);
    this.point = point;
  }

  /** What happened since; nothing fails any more. */
  off() {
    const b = Buffer.alloc(BYTES);
    if (this.point) readSync(this.fd, b, 0, BYTES, 0);
    const at = POINTS.indexOf(this.point ?? POINTS[0]) * 24;
    const text = b.subarray(NUMBERS * 8);
    const got = { seen: Number(b.readBigInt64LE(at + 8)), fired: Number(b.readBigInt64LE(at + 16)),
      where: text.subarray(0, text.indexOf(0)).toString().replace(/\s+/g, ' ') };
    writeSync(this.fd, Buffer.alloc(BYTES), 0, BYTES, 0);
    return got;
  }

  end() {
    closeSync(this.fd);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A thread that could not open the database answers so for a second, and then tries again (api/call.c). */
const waits = (r) => r.status === 503 && r.body?.errors?.[0]?.field === 'database';

/** Sends when nothing fails: the answer, once the thread that gives it has its database again. */
export const rested = (send) => until('the database is open again', async () => {
  const r = await send();
  return !waits(r) && r;
});

/** The n to fail: all of them, or the first ones and then ever fewer. */
export function next(n) {
  if (ALL || n < 16) return n + 1;
  return n + Math.ceil(n / 5);
}

/** A town whose server can be made to fail. */
export class World {
  static async make(t, more = {}) {
    const w = new World();
    w.faults = new Faults();
    process.env.BIHUAN_FAULT = w.faults.path;
    w.town = await Town.make({ at: '2026-11-20T09:00:00+08:00', ...more });
    w.tried = { statement: 0, commit: 0, file: 0, memory: 0 };
    w.restarts = 0;
    w.late = 0;
    w.unnoticed = [];
    w.serial = 0;
    t.after(async () => {
      w.faults.end();
      await w.town.end();
    });
    return w;
  }

  /** Everything that is kept, as one number: the same before and after what failed. */
  print() {
    if (server) {
      // How often the town was written at all counts also what came to nothing; and a dump marks itself by chance.
      const kept = execFileSync('pg_dump', ['--data-only', '-T', 'bihuan_writer', `${server}/${this.town.database}`], { encoding: 'utf8', maxBuffer: 1 << 28 });
      return createHash('sha256').update(kept.replace(/^\\(un)?restrict.*$/gm, '')).digest('hex');
    }
    return execFileSync('sqlite3', ['-readonly', join(this.town.dir, 'bihuan.db'), '.sha3sum'], { encoding: 'utf8' });
  }

  /** Starts again what has stopped for want of memory; anything else it may not have stopped for. */
  async revive() {
    const end = await this.town.ended;
    assert.equal(end.signal, 'SIGABRT', `ended with ${JSON.stringify(end)}: ${this.town.log.slice(-2000)}`);
    assert.match(this.town.log, /broken fact: out of memory/, this.town.log.slice(-2000));
    this.restarts++;
    await this.town.start();
  }

  /** Waits until it is clear that the server serves on, or has stopped for want of memory and is started again. */
  async standing() {
    let over = false;
    this.town.ended.then(() => { over = true; });
    const serves = await until('it serves or has ended', async () => (await this.town.nobody().get('/healthz').catch(() => null))?.status || (over && 'over'));
    if (serves === 'over') await this.revive();
  }

  /** One request with the n-th point failing: what it answered and what failed. Status 0: no answer. */
  async strike(point, n, send) {
    return until('the database is open again', async () => {
      this.faults.arm(point, n);
      const r = await send().catch((e) => ({ status: 0, body: String(e.cause ?? e) }));
      const f = this.faults.off();
      return (f.fired || !waits(r)) && { r, f };
    });
  }

  /** An error answer that says so. */
  async refused(point, r, told) {
    this.tried[point]++;
    assert.ok(r.status === 500 || r.status === 503, `an error answer; ${told}`);
    return assert.ok(['store', 'busy', 'full'].includes(r.body?.errors?.[0]?.code), `with its code; ${told}`);
  }

  /**
   * A write, sent under one key again and again, the n-th point failing, until it is done without having met it; answers
   * that answer. In between it fails with an error answer, and either nothing is kept or all is, and the key gets at it.
   * secret: what it answers is shown once, so the key of what is done already is refused.
   */
  async write(point, what, ok, send, { secret = false } = {}) {
    const key = `fault-${process.pid}-${++this.serial}`;
    let kept = null;
    for (let n = 1; ; n = next(n)) {
      const before = this.print();
      const { r, f } = await this.strike(point, n, () => send({ 'idempotency-key': key }));
      const told = `${what}, ${point} ${n} (${f.where}): ${r.status} ${JSON.stringify(r.body)?.slice(0, 300)}`;
      assert.ok(f.seen > 0 || point !== 'statement', 'a program built with -Dfaults=true');
      if (r.status < 300 && r.status > 0) {
        assert.equal(r.status, ok, told);
        // What fails behind the commit, or on another thread, does not undo what was done.
        if (f.fired) this.unnoticed.push(told);
        return r;
      }
      if (secret && kept && r.status === 409) return r;
      assert.ok(f.fired, `nothing failed; ${told}`);
      await this.refused(point, r, told);
      const after = this.print();
      if (kept) assert.equal(after, kept, `it is done once; ${told}`);
      else if (after !== before) {
        kept = after;
        assert.match(JSON.stringify(r.body), /已经写入/, `it says that it is done; ${told}`);
      }
      if (kept) this.late++;
    }
  }

  /** A read, the same way: an error answer, or the very answer it gives when nothing fails. */
  async read(point, what, send, { stream = false } = {}) {
    const right = await rested(send);
    assert.equal(right.status, 200, `${what}: ${JSON.stringify(right.body)}`);
    for (let n = 1; ; n = next(n)) {
      const { r, f } = await this.strike(point, n, send);
      const told = `${what}, ${point} ${n} (${f.where}): ${r.status} ${JSON.stringify(r.body)?.slice(0, 300)}`;
      if (r.status === 200) assert.deepEqual(r.body, right.body, told);
      else if (stream && r.status === 0) assert.equal(this.town.child.exitCode, null, 'an answer that has begun is cut');
      else await this.refused(point, r, told);
      if (!f.fired) return;
    }
  }

  /** The chain and the counters are whole, and no file lies about. */
  async whole(t) {
    const tried = Object.values(this.tried).reduce((a, b) => a + b);
    t.diagnostic(`${tried} failures, ${this.late} behind the commit, ${this.unnoticed.length} unnoticed, ${this.restarts} restarts`);
    // A second's other work may meet a failure meant for a request, too, but not often.
    const strange = this.unnoticed.filter((x) => !SPARED.test(x) && !(server && BEHIND.test(x)));
    assert.ok(strange.length <= 2 + tried / 50, `failures nobody noticed:\n${strange.join('\n')}`);
    await this.town.stop();
    run('audit', 'verify', '--dir', this.town.dir);
    run('tally', 'verify', '--dir', this.town.dir);
    const blobs = join(this.town.dir, 'blobs');
    const left = existsSync(blobs) ? readdirSync(blobs, { withFileTypes: true }).filter((f) => f.isFile()) : [];
    assert.deepEqual(left.map((f) => f.name), [], 'no unfinished file');
    await this.town.start();
  }
}
