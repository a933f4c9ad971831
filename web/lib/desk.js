// The dispatch desk without a screen: which orders stand in which order, where the cursor is, what was typed for each, what
// is being sent and what can be taken back. Nothing here moves a row: what becomes of an order is a mark on its row, and
// the list is made anew only when it is asked for. No DOM: tested in node.
import { all } from './filter.js';

const BACK = 'returned'; // the ground that says that a unit gave it back
const SOON_MS = 400; // several events of one moment are one look at the queue
const PAGE_MAX = 200; // of the server
const TOGETHER = 8; // requests at once, where each order has one of its own

/** The queues of a desk: key, message key of the title and of its empty state, filter. */
export function queuesOf(desk) {
  return [
    { key: 'all', title: 'desk.qAll', none: 'desk.noneAll', filter: desk.filter },
    { key: 'soon', title: 'desk.qSoon', none: 'desk.noneSoon', filter: all(desk.filter, 'overdue:no due:today') },
    { key: 'late', title: 'desk.qLate', none: 'desk.noneLate', filter: all(desk.filter, 'overdue:yes') },
    { key: 'back', title: 'desk.qBack', none: 'desk.noneBack', filter: all(desk.filter, 'returns:>=1') },
    { key: 'watch', title: 'desk.qWatch', none: 'desk.noneWatch', filter: all(`loop:${desk.loop.key}`, 'watch:me') },
  ];
}

const EMPTY = { lead: null, assist: [], note: '', reason: '', option: '' };
const OVER = ['sent', 'merged', 'moved', 'gone'];

// The rule's own wording is for who writes rules: a dispatcher reads it only where nothing else is said.
function groundsOf(list) {
  const plain = list.filter((g) => g.kind !== 'rule').sort((a, b) => (b.kind === BACK) - (a.kind === BACK));
  return (plain.length ? plain : list).map((g) => g.text);
}

/** Runs fn over the list, a few at a time. */
async function each(list, fn) {
  const rest = list.slice();
  const lane = async () => {
    while (rest.length) await fn(rest.shift());
  };
  await Promise.all(Array.from({ length: Math.min(TOGETHER, rest.length) }, lane));
}

export class Desk {
  /**
   * @param {{get: Function, post: Function, now: () => number, changed: () => void,
   *   drafts?: {get: Function, set: Function, remove: Function}}} env
   *   changed: something is to be drawn anew; drafts: what keeps half-written things on this machine
   */
  constructor(env) {
    // Parts of the page that are given the desk see by this number that something in it has changed.
    this.draws = 0;
    this.env = { ...env, changed: () => (this.draws++, env.changed()) };
    this.desk = null;
    this.filter = '';
    this.rows = [];
    this.total = 0;
    this.capped = false;
    this.next = '';
    this.at = 0;
    this.loaded = false;
    this.error = null;
    this.marks = new Map(); // id -> {kind, text}
    this.orders = new Map(); // id -> {item, help, kin, error, loading}
    this.typed = new Map(); // id -> what was typed
    this.heardOf = new Map(); // id -> newest version heard of
    this.selected = new Set();
    this.fresh = 0;
    this.undos = [];
    this.sending = new Map(); // id -> promise
    this.turn = 0;
    this.timer = null;
  }

  /** Ends what waits. */
  stop() {
    clearTimeout(this.timer);
    this.turn++;
  }

  // ---- the queue

  /**
   * Reads the queue anew; the cursor stays with its order when that is still there.
   * @param {{desk: object, filter: string, limit: number}} [to] another queue
   */
  async load(to) {
    if (to) Object.assign(this, { desk: to.desk, filter: to.filter, limit: to.limit, loaded: false });
    const turn = ++this.turn;
    let answer;
    try {
      answer = await this.env.get(this.#address(''));
    } catch (error) {
      if (turn === this.turn) Object.assign(this, { error, loaded: true });
      this.env.changed();
      return;
    }
    if (turn !== this.turn) return;
    const place = this.rows.findIndex((r) => r.id === this.at);
    this.#take(answer);
    for (const [id, mark] of this.marks) if (mark.kind !== 'busy' && mark.kind !== 'failed') this.marks.delete(id);
    this.selected = new Set([...this.selected].filter((id) => this.rows.some((r) => r.id === id)));
    this.orders.clear();
    if (!this.rows.some((r) => r.id === this.at)) {
      const near = this.rows[Math.min(Math.max(place, 0), this.rows.length - 1)];
      this.at = near ? near.id : 0;
    }
    this.open(this.at);
  }

  #address(after, limit = this.limit) {
    const q = new URLSearchParams({ filter: this.filter, sort: 'due', limit: String(limit) });
    if (after) q.set('after', after);
    return `/api/items?${q}`;
  }

  #take(answer) {
    this.rows = answer.rows;
    this.total = answer.total;
    this.capped = answer.total_capped;
    this.next = answer.next;
    this.stamp = answer.at;
    Object.assign(this, { fresh: 0, loaded: true, error: null });
  }

  /** The next page goes behind the last row. */
  async more() {
    if (!this.next || this.adding) return;
    this.adding = true;
    const turn = this.turn;
    try {
      const answer = await this.env.get(this.#address(this.next));
      if (turn === this.turn) {
        const there = new Set(this.rows.map((r) => r.id));
        this.rows = [...this.rows, ...answer.rows.filter((r) => !there.has(r.id))];
        this.next = answer.next;
      }
    } catch {
      // it is asked for again as the cursor moves on
    }
    this.adding = false;
    this.env.changed();
  }

  /** How many of the queue are left to do, as far as this page knows. */
  left() {
    const done = this.rows.filter((r) => OVER.includes((this.marks.get(r.id) || {}).kind)).length;
    return Math.max(0, this.total - done);
  }

  isOver(id) {
    return OVER.includes((this.marks.get(id) || {}).kind);
  }

  // ---- the cursor

  row(id = this.at) {
    return this.rows.find((r) => r.id === id) || null;
  }

  order(id = this.at) {
    return this.orders.get(id) || null;
  }

  /** Puts the cursor on an order and reads it and the ones the cursor may go to next. */
  open(id) {
    this.at = id;
    if (id) {
      this.read(id);
      const i = this.rows.findIndex((r) => r.id === id);
      const coming = this.rows.slice(i + 1).filter((r) => !this.isOver(r.id));
      for (const r of coming.slice(0, 2)) this.read(r.id);
      if (i > 0) this.read(this.rows[i - 1].id);
      if (this.rows.length - i < 6) this.more();
    }
    this.env.changed();
  }

  move(step, extend = false) {
    const i = this.rows.findIndex((r) => r.id === this.at);
    const to = this.rows[Math.max(0, Math.min(this.rows.length - 1, i < 0 ? 0 : i + step))];
    if (!to) return;
    if (extend) for (const id of [this.at, to.id]) if (id && !this.isOver(id)) this.selected.add(id);
    this.open(to.id);
  }

  /** To the next one that is still to do: below, else above; it stays where it is when there is none. */
  advance() {
    const i = this.rows.findIndex((r) => r.id === this.at);
    const todo = (r) => !this.isOver(r.id) && (this.marks.get(r.id) || {}).kind !== 'busy';
    const to = this.rows.slice(i + 1).find(todo) || this.rows.slice(0, Math.max(0, i)).find(todo);
    if (to) this.open(to.id);
    else this.env.changed();
  }

  toggle(id = this.at) {
    if (!id || this.isOver(id)) return;
    if (!this.selected.delete(id)) this.selected.add(id);
    this.env.changed();
  }

  clear() {
    this.selected = new Set();
    this.env.changed();
  }

  // ---- one order

  /** Reads an order with its suggestions and its kin, unless that is done; again: also then. */
  async read(id, again = false) {
    const known = this.orders.get(id);
    if (known && !again && !known.error) return known.ready;
    const o = { item: again && known ? known.item : null, help: null, kin: null, error: null };
    this.orders.set(id, o);
    const part = (name, path) =>
      this.env.get(path).then(
        (body) => {
          o[name] = body;
        },
        (error) => {
          o[name] = { error };
        },
      ).then(() => this.env.changed());
    const help = part('help', `/api/items/${id}/suggestions`);
    const kin = part('kin', `/api/items/${id}/kin`);
    o.ready = (async () => {
      try {
        o.item = await this.env.get(`/api/items/${id}`);
      } catch (error) {
        o.error = error;
      }
      this.env.changed();
      await Promise.all([help, kin]);
    })();
    return o.ready;
  }

  /** An order has answered a request: this is how it stands now. */
  #stands(item) {
    const o = this.orders.get(item.id);
    if (o) o.item = item;
    else this.orders.set(item.id, { item, help: {}, kin: {}, error: null, ready: Promise.resolve() });
    if ((this.heardOf.get(item.id) || 0) > item.version) this.#changed(item.id);
  }

  draft(id = this.at) {
    const kept = this.typed.get(id) || (this.env.drafts && this.env.drafts.get(`desk/${id}`));
    return kept ? { ...EMPTY, ...kept } : EMPTY;
  }

  type(changes, id = this.at) {
    const v = { ...this.draft(id), ...changes };
    this.typed.set(id, v);
    if (this.env.drafts) this.env.drafts.set(`desk/${id}`, v);
    this.env.changed();
  }

  forget(id) {
    this.typed.delete(id);
    if (this.env.drafts) this.env.drafts.remove(`desk/${id}`);
  }

  /** What was suggested, the best first: {unit, unit_name, assist, level, because}. */
  suggestions(id = this.at) {
    const o = this.order(id);
    if (!o || !o.item) return [];
    const rows = (o.help && o.help.suggestions) || [];
    if (rows.length)
      return rows.map((x) => ({
        unit: x.unit,
        unit_name: x.unit_name,
        assist: (x.assists || []).map((y) => y.unit),
        level: x.confidence,
        because: groundsOf(x.grounds || []),
        back: (x.grounds || []).some((g) => g.kind === BACK),
      }));
    const r = o.item.route;
    return r && r.unit ? [{ unit: r.unit, unit_name: r.unit_name, assist: [], level: r.confidence || '', because: [r.because] }] : [];
  }

  /** What may be the same matter, the likeliest first: rows of the list with how far, why, and whether it may be joined. */
  kin(id = this.at) {
    const o = this.order(id);
    const rows = (o && o.item && o.kin && o.kin.rows) || [];
    return rows
      .filter((x) => !x.linked && x.item.merged !== id && o.item.merged !== x.item.id)
      .map((x) => ({ ...x.item, metres: x.metres, level: x.level, reasons: (x.reasons || []).filter((r) => r.points > 0).map((r) => r.key),
        may: x.item.open && !x.item.merged && x.item.loop === o.item.loop }));
  }

  take(n) {
    const s = this.suggestions()[n];
    if (!s) return false;
    this.type({ lead: s.unit, assist: s.assist.filter((x) => x !== s.unit), reason: '', option: '' });
    return true;
  }

  /** He chose, and not what was suggested: then he may say why. */
  against(id = this.at) {
    const { lead } = this.draft(id);
    const first = this.suggestions(id).find((s) => !s.back);
    return !!lead && !!first && first.unit !== lead;
  }

  /** May the step be taken on it, and why not. */
  closed(key, id = this.at) {
    const o = this.order(id);
    const s = o && o.item && o.item.steps.find((x) => x.key === key && !x.part);
    return s && !s.ok ? s.why : '';
  }

  // ---- steps

  body(id) {
    const v = this.draft(id);
    const out = { step: this.desk.step.key, units: [v.lead, ...v.assist.filter((x) => x !== v.lead)] };
    if (v.note.trim()) out.note = v.note.trim();
    if (v.reason && this.against(id)) out.reason = { key: v.reason, option: v.option };
    return out;
  }

  /** Sends the order to the chosen unit and goes on at once; what comes of it is seen on its row. */
  dispatch() {
    const id = this.at;
    if (!this.draft(id).lead) return 'unit';
    const said = { lead: this.draft(id).lead };
    return this.#step(id, this.body(id), 'sent', said);
  }

  /** Joins the order to another one. */
  merge(no) {
    return this.#step(this.at, { step: this.desk.merge.key, other: no }, 'merged', { no });
  }

  #step(id, body, kind, said) {
    const o = this.order(id);
    const mark = this.marks.get(id);
    if (!o || !o.item || (mark && (mark.kind === 'busy' || OVER.includes(mark.kind)))) return 'wait';
    if (mark && mark.kind === 'changed') {
      this.again();
      return 'changed';
    }
    if (this.closed(body.step, id)) return 'closed';
    const version = o.item.version;
    this.marks.set(id, { kind: 'busy', said });
    const sent = this.env.post(`/api/items/${id}/steps`, { ...body, version }).then(
      (item) => this.#done([item], kind, said),
      (error) => this.#failed(id, error),
    );
    this.sending.set(id, sent);
    sent.finally(() => this.sending.delete(id));
    this.selected.delete(id);
    this.advance();
    return '';
  }

  #done(items, kind, said) {
    for (const item of items) {
      this.forget(item.id);
      this.marks.set(item.id, { kind, said });
      this.#stands(item);
    }
    const left = Math.min(...items.map((x) => (x.undo && x.undo.left_s) || 0));
    if (left > 0) this.#remember(items, kind, said, left);
    this.env.changed();
  }

  /** Another step was taken on it in a dialog: perhaps it has left the queue. */
  took(item) {
    this.#stands(item);
    if (item.open && !item.merged && this.desk.step.from.includes(item.state)) {
      this.marks.delete(item.id);
      this.env.changed();
      return;
    }
    this.#done([item], 'moved', { state: item.state_title });
    this.advance();
  }

  #remember(items, kind, said, seconds) {
    const rows = items.map(({ id, no, title, version }) => ({ id, no, title, version }));
    this.undos.push({ kind, said, rows, seconds, until: this.env.now() + seconds * 1000 });
  }

  #failed(id, error) {
    this.marks.set(id, { kind: 'failed', text: error.message });
    if (error.current) this.#stands(error.current);
    this.env.changed();
  }

  /** Reads the open order anew; what was typed stays. */
  async again(id = this.at) {
    const mark = this.marks.get(id);
    await this.read(id, true);
    const o = this.order(id);
    if (mark && (mark.kind === 'changed' || mark.kind === 'failed') && this.marks.get(id) === mark && o && !o.error)
      this.marks.delete(id);
    this.env.changed();
  }

  // ---- taking back

  /** What can be taken back now: the latest, or null. */
  undoable() {
    while (this.undos.length && this.undos[this.undos.length - 1].until <= this.env.now()) this.undos.pop();
    return this.undos[this.undos.length - 1] || null;
  }

  /**
   * Takes the latest back; what is still on its way is waited for.
   * @returns {Promise<{done: object[], failed: {row: object, error: Error}[], kind: string}|null>}
   */
  async undo() {
    await Promise.all([...this.sending.values()]);
    const last = this.undoable();
    if (!last) return null;
    this.undos.pop();
    const out = { kind: last.kind, done: [], failed: [] };
    await each(last.rows, async (row) => {
      try {
        const item = await this.env.post(`/api/items/${row.id}/undo`, { version: row.version });
        this.marks.delete(row.id);
        this.#stands(item);
        out.done.push(row);
      } catch (error) {
        if (error.current) this.#stands(error.current);
        out.failed.push({ row, error });
      }
    });
    if (out.done.length && this.row(out.done[0].id)) this.open(out.done[0].id);
    this.env.changed();
    return out;
  }

  // ---- several at once

  picked(without = 0) {
    return this.rows
      .filter((r) => this.selected.has(r.id) && r.id !== without)
      .map(({ id, version }) => ({ id, version: this.#version(id, version) }));
  }

  #version(id, otherwise) {
    const o = this.orders.get(id);
    return o && o.item ? Math.max(o.item.version, otherwise) : otherwise;
  }

  /** Asks what would become of each. */
  dry(items, body) {
    return this.env.post('/api/steps?dry_run=yes', { items, ...body });
  }

  /** Takes the step on all of them; those it worked for are marked, the others say why not. */
  async batch(items, body, kind, said, key) {
    const answer = await this.env.post('/api/steps', { items, ...body }, { key });
    const done = answer.rows.filter((r) => r.ok);
    for (const r of answer.rows) {
      this.marks.set(r.id, r.ok ? { kind, said } : { kind: 'failed', text: r.errors.map((e) => e.message).join(' ') });
      if (r.ok) {
        this.forget(r.id);
        this.selected.delete(r.id);
      }
      this.orders.delete(r.id);
    }
    const s = kind === 'merged' ? this.desk.merge : this.desk.step;
    if (done.length && s.undo_s) this.#remember(done, kind, said, s.undo_s);
    if (this.isOver(this.at)) this.advance();
    else this.open(this.at);
    return answer;
  }

  // ---- the live stream

  /** An event of an order: nothing moves, but it is seen that something happened. */
  heard(e) {
    this.heardOf.set(e.id, Math.max(e.version, this.heardOf.get(e.id) || 0));
    if (this.sending.has(e.id)) return;
    const o = this.orders.get(e.id);
    const known = o && o.item ? o.item.version : (this.row(e.id) || {}).version;
    if (this.row(e.id) && known >= e.version) return;
    if (this.row(e.id)) this.#changed(e.id);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), SOON_MS);
  }

  #changed(id) {
    if (!this.row(id) || this.isOver(id)) return;
    if ((this.marks.get(id) || {}).kind !== 'failed') this.marks.set(id, { kind: 'changed' });
    this.env.changed();
  }

  /** Looks at the queue without showing it: how many are new, and which of ours have left it. */
  async look() {
    const turn = this.turn;
    let answer;
    try {
      answer = await this.env.get(this.#address('', Math.min(PAGE_MAX, this.rows.length + this.limit)));
    } catch {
      return;
    }
    if (turn !== this.turn) return;
    const there = new Map(answer.rows.map((r) => [r.id, r]));
    this.fresh = answer.rows.filter((r) => !this.row(r.id)).length;
    if (!answer.next)
      for (const r of this.rows) {
        const kind = (this.marks.get(r.id) || {}).kind;
        if (!there.has(r.id) && (!kind || kind === 'changed')) this.marks.set(r.id, { kind: 'gone' });
      }
    this.env.changed();
  }
}

// ---- side by side

/**
 * Two texts cut where they differ: pieces with same true or false, for each side. By characters, which is how Chinese reads.
 * @param {string} a
 * @param {string} b
 * @returns {[{text: string, same: boolean}[], {text: string, same: boolean}[]]}
 */
export function compareTexts(a, b) {
  const x = Array.from(a).slice(0, 1500);
  const y = Array.from(b).slice(0, 1500);
  const rows = Array.from({ length: x.length + 1 }, () => new Uint16Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i--)
    for (let j = y.length - 1; j >= 0; j--)
      rows[i][j] = x[i] === y[j] ? rows[i + 1][j + 1] + 1 : Math.max(rows[i + 1][j], rows[i][j + 1]);
  const left = [];
  const right = [];
  const put = (list, text, same) => {
    const last = list[list.length - 1];
    if (last && last.same === same) last.text += text;
    else list.push({ text, same });
  };
  let i = 0;
  let j = 0;
  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      put(left, x[i++], true);
      put(right, y[j++], true);
    } else if (j >= y.length || (i < x.length && rows[i + 1][j] >= rows[i][j + 1])) put(left, x[i++], false);
    else put(right, y[j++], false);
  }
  return [onlyRuns(left), onlyRuns(right)];
}

// One or two characters that happen to stand in both are no likeness: they join what differs around them.
function onlyRuns(list) {
  const out = [];
  for (const p of list) {
    const same = p.same && Array.from(p.text).length > 2;
    const last = out[out.length - 1];
    if (last && last.same === same) last.text += p.text;
    else out.push({ text: p.text, same });
  }
  return out;
}
