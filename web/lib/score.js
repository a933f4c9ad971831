// What a page of scores needs beside the server's answer: periods with an assessment year among them, cells as text, order.
import { count, DASH } from './num.js';
import { currentPeriod, nextPeriod, now, parts, periodTitle, readPeriod } from './time.js';

/** The lengths a period may have, in the order they are offered. */
export const KINDS = ['day', 'week', 'month', 'quarter', 'half', 'year', 'assess'];

const iso = (ms) => new Date(ms).toISOString().slice(0, 10);

/**
 * A period with its first and last day where that is known here: which days an assessment year has, the server knows.
 * @param {string} text
 */
export function readScorePeriod(text) {
  if (/^A\d{4}$/.test(text)) return { kind: 'assess', first: '', last: '' };
  const p = readPeriod(text);
  return p && { kind: p.kind, first: iso(p.from), last: iso(p.to - 86400000) };
}

/** @param {string} text */
export function kindOf(text) {
  const p = readScorePeriod(text);
  return p ? p.kind : '';
}

/**
 * The period of this kind that holds now.
 * @param {string} kind
 * @param {number} yearMonth month in which the assessment year begins
 */
export function nowPeriod(kind, yearMonth, nowMs = now()) {
  if (kind !== 'assess') return currentPeriod(kind, nowMs);
  const p = parts(nowMs);
  return `A${yearMonth > 1 && p.m >= yearMonth ? p.y + 1 : p.y}`;
}

/** The period next to this one, step +1 or −1. */
export function nextScorePeriod(text, step) {
  return kindOf(text) === 'assess' ? `A${Number(text.slice(1)) + step}` : nextPeriod(text, step);
}

/** The same period a year earlier; of a week the one of the same number, of 29 February the 28th. */
export function yearBefore(text) {
  if (kindOf(text) === 'assess') return nextScorePeriod(text, -1);
  const back = text.replace(/(^|\.\.)(\d{4})/g, (m, dots, year) => `${dots}${Number(year) - 1}`).replace(/-W53$/, '-W52');
  return back.replace(/(\d{4})-02-29/g, (m, year) => (readPeriod(m) ? m : `${year}-02-28`));
}

/** @param {string} text @param {(key: string, vars?: object) => string} t */
export function scorePeriodTitle(text, t) {
  return kindOf(text) === 'assess' ? t('score.assess', { y: text.slice(1) }) : periodTitle(text, t);
}

// Halves up, as a spreadsheet and the server do.
function fixed(v, decimals) {
  const p = 10 ** decimals;
  const x = Math.round(Math.abs(v) * p + 1e-9) / p;
  const text = x.toFixed(decimals).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
  return (v < 0 && x !== 0 ? '−' : '') + text;
}

/**
 * A value of a column as text.
 * @param {{percent: boolean, decimals: number}} col
 * @param {number|null} v
 */
export function shown(col, v) {
  if (v === null || v === undefined) return DASH;
  if (col.percent) return `${fixed(v * 100, col.decimals)}%`;
  return col.decimals ? fixed(v, col.decimals) : count(v);
}

/** How much it has changed, with a sign: percents in points; empty when there is nothing to say. */
export function changeText(col, now, before) {
  if (now === null || now === undefined || before === null || before === undefined) return '';
  const d = (now - before) * (col.percent ? 100 : 1);
  const text = fixed(Math.abs(d), col.decimals);
  return Number(text.replace(/,/g, '')) === 0 ? '' : (d > 0 ? '+' : '−') + text;
}

/** A unit that had nothing to do with anything counted. @param {{values: object}} row */
export function isEmpty(row) {
  return Object.values(row.values).every((v) => !v);
}

/** Rows by a column, "-key" from above; what is blank stands last; without a column as they came. */
export function sorted(rows, sort) {
  const key = sort.replace(/^-/, '');
  if (!key || !rows.some((r) => key in r.values)) return rows;
  const sign = sort.startsWith('-') ? -1 : 1;
  const blank = (r) => r.values[key] === null;
  return [...rows].sort((a, b) => (blank(a) || blank(b) ? blank(a) - blank(b) : sign * (a.values[key] - b.values[key])));
}
