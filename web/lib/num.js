// Numbers as people read them. Missing is not zero: it is shown as a dash.

/** A missing value. */
export const DASH = '—';

/**
 * Whole number with thousands separators.
 * @param {number|null|undefined} v
 */
export function count(v) {
  if (v === null || v === undefined || Number.isNaN(v)) return DASH;
  const digits = String(Math.abs(Math.round(v))).replace(/\B(?=(\d{3})+$)/g, ',');
  return (v < 0 ? '−' : '') + digits;
}

/** "1120-00012" of RX20261120-00012: the count begins anew each day, so without its day it would say nothing. */
export const shortNo = (no) => no.replace(/^.*?(\d{4})-(\d+)$/, '$1-$2');

/**
 * A share as percent with one decimal.
 * @param {number|null|undefined} v 0.924 is 92.4%
 */
export function percent(v) {
  if (v === null || v === undefined || Number.isNaN(v)) return DASH;
  return `${(v * 100).toFixed(1).replace('-', '−')}%`;
}

/**
 * Difference of two numbers with a sign; a dash when one is missing.
 * @param {number|null} now
 * @param {number|null} before
 */
export function countChange(now, before) {
  if (now === null || before === null || now === undefined || before === undefined) return DASH;
  const d = now - before;
  return d > 0 ? `+${count(d)}` : count(d);
}

/**
 * Difference of two shares in percentage points with one decimal.
 * @param {number|null} now
 * @param {number|null} before
 */
export function pointChange(now, before) {
  if (now === null || before === null || now === undefined || before === undefined) return DASH;
  const d = Math.round((now - before) * 1000) / 10;
  const text = Math.abs(d).toFixed(1);
  if (d === 0) return text;
  return (d > 0 ? '+' : '−') + text;
}

/**
 * Size of a file.
 * @param {number} bytes
 */
export function bytes(n) {
  if (n < 1024) return `${n} B`;
  if (n < 1024 * 1024) return `${(n / 1024).toFixed(0)} KB`;
  return `${(n / 1024 / 1024).toFixed(1)} MB`;
}

/** Digits in threes: "1234567.5" is 1,234,567.5. @param {string} v a plain decimal number */
export function grouped(v) {
  const [whole, part] = String(v).replace('-', '−').split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (part ? `.${part}` : '');
}
