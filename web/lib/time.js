// Times as the town reads them: always in the town's zone, whatever zone this machine is in. No DOM here.

let zoneMs = 8 * 3600000;
let zoneName = '+08:00';
let offsetMs = 0;
const DAY = 86400000;

/**
 * The town's zone, "+08:00".
 * @param {string} zone
 */
export function setZone(zone) {
  const m = /^([+-])(\d\d):?(\d\d)$/.exec(zone || '');
  if (!m) return;
  zoneMs = (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3])) * 60000;
  zoneName = zone;
}

/** A wall-clock time of the town, "2026-11-20T09:30", as RFC 3339. */
export function atZone(local) {
  return `${local}:00${zoneName}`;
}

/**
 * Server time against this machine's clock, from a Date header or a "now".
 * @param {number} serverMs
 * @param {number} [localMs]
 */
export function setServerTime(serverMs, localMs = Date.now()) {
  if (Number.isFinite(serverMs)) offsetMs = serverMs - localMs;
}

/** Now by the server's clock, in ms. */
export function now() {
  return Date.now() + offsetMs;
}

/** @param {string|number|null} at RFC 3339 text or ms; null when there is none */
export function ms(at) {
  if (at === null || at === undefined || at === '') return null;
  const v = typeof at === 'number' ? at : Date.parse(at);
  return Number.isFinite(v) ? v : null;
}

const two = (n) => String(n).padStart(2, '0');

/** Calendar parts in the town's zone; day of week 0 is Monday. */
export function parts(at) {
  const d = new Date(ms(at) + zoneMs);
  return {
    y: d.getUTCFullYear(),
    m: d.getUTCMonth() + 1,
    d: d.getUTCDate(),
    h: d.getUTCHours(),
    min: d.getUTCMinutes(),
    week: (d.getUTCDay() + 6) % 7,
  };
}

/** "2026-11-20" in the town's zone. */
export function day(at) {
  if (ms(at) === null) return '—';
  const p = parts(at);
  return `${p.y}-${two(p.m)}-${two(p.d)}`;
}

/** "09:32" in the town's zone. */
export function clock(at) {
  if (ms(at) === null) return '—';
  const p = parts(at);
  return `${two(p.h)}:${two(p.min)}`;
}

/** "2026-11-20 09:32", for tables. */
export function stamp(at) {
  return ms(at) === null ? '—' : `${day(at)} ${clock(at)}`;
}

/** When something is due: the end of a day is 24:00 of that day, as people say it, not 0:00 of the next. */
export function dueStamp(at) {
  return ms(at) !== null && clock(at) === '00:00' ? `${day(ms(at) - 1)} 24:00` : stamp(at);
}

/** "11-20 09:32" this year, with the year otherwise; for narrow columns. */
export function shortStamp(at, nowMs = now()) {
  if (ms(at) === null) return '—';
  const full = stamp(at);
  return parts(at).y === parts(nowMs).y ? full.slice(5) : full;
}

/**
 * Length of time in its two largest units.
 * @param {number} seconds sign is dropped
 * @param {number} [day] seconds of a day: a working day has fewer
 * @returns {{d: number, h: number, m: number}} only the two largest are not 0
 */
export function span(seconds, day = DAY / 1000) {
  const s = Math.abs(Math.round(seconds));
  const rest = s % day;
  let d = Math.floor(s / day);
  let h = Math.floor(rest / 3600);
  let m = Math.floor((rest % 3600) / 60);
  if (d > 0) m = 0;
  if (d > 9) h = 0;
  if (d === 0 && h > 9) m = 0;
  if (d === 0 && h === 0 && m === 0 && s > 0) m = 1;
  return { d, h, m };
}

/**
 * Words for a span with the message function of i18n: "2 天 3 时".
 * @param {number} seconds
 * @param {(key: string, vars?: object) => string} t
 * @param {number} [day] seconds of a day; another length than 24 hours makes it a working day
 */
export function spanText(seconds, t, day = DAY / 1000) {
  const x = span(seconds, day);
  const out = [];
  if (x.d) out.push(t(day === DAY / 1000 ? 'time.d' : 'time.wd', { n: x.d }));
  if (x.h) out.push(t('time.h', { n: x.h }));
  if (x.m || !out.length) out.push(t('time.m', { n: x.m }));
  return out.join(' ');
}

const utc = (y, m, d) => Date.UTC(y, m - 1, d);
const isoDay = (u) => new Date(u).toISOString().slice(0, 10);

function isoWeek(u) {
  const thursday = new Date(u + (3 - ((new Date(u).getUTCDay() + 6) % 7)) * DAY);
  const y = thursday.getUTCFullYear();
  const w = Math.floor((thursday.getTime() - utc(y, 1, 1)) / DAY / 7) + 1;
  return { y, w };
}

/** ISO week of an instant in the town's zone. */
export function week(at) {
  return isoWeek(ms(at) + zoneMs);
}

/**
 * Reads a period: "2026", "2026Q4", "2026-11", "2026-W47", "2026-11-20", "a..b". null when it is none.
 * Days are counted without zones.
 * @returns {{kind: string, from: number, to: number}|null} to is the day after
 */
export function readPeriod(text) {
  let m;
  if ((m = /^(\d{4})$/.exec(text))) return { kind: 'year', from: utc(+m[1], 1, 1), to: utc(+m[1] + 1, 1, 1) };
  if ((m = /^(\d{4})Q([1-4])$/.exec(text))) {
    return { kind: 'quarter', from: utc(+m[1], m[2] * 3 - 2, 1), to: utc(+m[1], m[2] * 3 + 1, 1) };
  }
  if ((m = /^(\d{4})H([12])$/.exec(text))) {
    return { kind: 'half', from: utc(+m[1], m[2] * 6 - 5, 1), to: utc(+m[1], m[2] * 6 + 1, 1) };
  }
  if ((m = /^(\d{4})-W(\d\d)$/.exec(text))) {
    const jan4 = utc(+m[1], 1, 4);
    const monday = jan4 - ((new Date(jan4).getUTCDay() + 6) % 7) * DAY + (m[2] - 1) * 7 * DAY;
    return { kind: 'week', from: monday, to: monday + 7 * DAY };
  }
  if ((m = /^(\d{4})-(\d\d)$/.exec(text)) && +m[2] >= 1 && +m[2] <= 12) {
    return { kind: 'month', from: utc(+m[1], +m[2], 1), to: utc(+m[1], +m[2] + 1, 1) };
  }
  if ((m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text))) {
    const from = utc(+m[1], +m[2], +m[3]);
    return isoDay(from) === text ? { kind: 'day', from, to: from + DAY } : null;
  }
  if ((m = /^(.+)\.\.(.+)$/.exec(text))) {
    const a = readPeriod(m[1]);
    const b = readPeriod(m[2]);
    return a && b && a.from < b.to ? { kind: 'range', from: a.from, to: b.to } : null;
  }
  return null;
}

/** Writes a period of a kind that holds the day `u` (UTC midnight). */
export function writePeriod(kind, u) {
  const d = new Date(u);
  const y = d.getUTCFullYear();
  const m = d.getUTCMonth() + 1;
  if (kind === 'year') return `${y}`;
  if (kind === 'half') return `${y}H${m < 7 ? 1 : 2}`;
  if (kind === 'quarter') return `${y}Q${Math.ceil(m / 3)}`;
  if (kind === 'month') return `${y}-${two(m)}`;
  if (kind === 'week') {
    const w = isoWeek(u);
    return `${w.y}-W${two(w.w)}`;
  }
  return isoDay(u);
}

/** The period of this kind that holds now. */
export function currentPeriod(kind, nowMs = now()) {
  return writePeriod(kind, Math.floor((nowMs + zoneMs) / DAY) * DAY);
}

/** The period next to this one, step +1 or −1; a range of whole months moves by as many, another by its length. */
export function nextPeriod(text, step) {
  const p = readPeriod(text);
  if (!p) return text;
  if (p.kind !== 'range') return writePeriod(p.kind, step > 0 ? p.to : p.from - DAY);
  const [a, b] = [new Date(p.from), new Date(p.to)];
  if (a.getUTCDate() === 1 && b.getUTCDate() === 1) {
    const n = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
    const month = (d, k) => Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + k * n, 1);
    return `${isoDay(month(a, step))}..${isoDay(month(b, step) - DAY)}`;
  }
  const len = (p.to - p.from) * step;
  return `${isoDay(p.from + len)}..${isoDay(p.to + len - DAY)}`;
}

/**
 * A period in words with the message function of i18n.
 * @param {string} text
 * @param {(key: string, vars?: object) => string} t
 */
export function periodTitle(text, t) {
  const p = readPeriod(text);
  if (!p) return text;
  const d = new Date(p.from);
  const vars = {
    y: d.getUTCFullYear(),
    m: d.getUTCMonth() + 1,
    d: d.getUTCDate(),
    q: text.slice(5),
    w: text.slice(6),
  };
  switch (p.kind) {
    case 'year':
      return t('period.year', vars);
    case 'half':
      return t(vars.q === '1' ? 'period.half1' : 'period.half2', vars);
    case 'quarter':
      return t('period.quarter', vars);
    case 'month':
      return t('period.month', vars);
    case 'week':
      return t('period.week', { ...vars, y: text.slice(0, 4), w: Number(text.slice(6)) });
    case 'day':
      return t('period.day', vars);
    default:
      return t('period.range', { a: isoDay(p.from), b: isoDay(p.to - DAY) });
  }
}

/**
 * The year of assessment, "2025-11-01..2026-10-31", that holds now, or the day a period begins with.
 * @param {number} month in which the town's begins
 * @param {string} [period]
 */
export function assessmentYear(month, period, nowMs = now()) {
  const p = period && readPeriod(period);
  const d = new Date(p ? p.from : Math.floor((nowMs + zoneMs) / DAY) * DAY);
  const y = d.getUTCFullYear() - (d.getUTCMonth() + 1 < month ? 1 : 0);
  return `${isoDay(utc(y, month, 1))}..${isoDay(utc(y + 1, month, 1) - DAY)}`;
}
