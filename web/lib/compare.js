// Differences between a figure and the same figure of another period, in words and signs. No DOM here: tested in node.
import { DASH, count, percent, pointChange } from './num.js';

/**
 * A count against another: {text: "+12", share: "+8.1%"}; without a base (nothing there, or 0) the share is blank.
 * @param {number|null|undefined} now
 * @param {number|null|undefined} before
 * @param {(n: number) => string} [show] how the difference is said
 */
export function countDiff(now, before, show = count) {
  if (now === null || now === undefined || before === null || before === undefined) return null;
  const d = now - before;
  const sign = d > 0 ? '+' : '';
  return {
    d,
    text: d === 0 ? '0' : sign + show(d),
    share: before > 0 && d !== 0 ? sign + percent(d / before) : '',
  };
}

/**
 * A rate against another, in points; better: true, false, or null when it did not move.
 * @param {number|null|undefined} now
 * @param {number|null|undefined} before
 * @param {"high"|"low"} better
 */
export function rateDiff(now, before, better) {
  const text = pointChange(now, before);
  if (text === DASH) return null;
  const moved = text !== '0.0';
  return { text, better: moved ? now > before === (better !== 'low') : null };
}
