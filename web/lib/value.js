// Values of fields as people read them. No DOM here: tested in node.
import { shapeWords } from './geometry.js';
import { DASH, count, grouped } from './num.js';
import { shortStamp, stamp } from './time.js';

// A year or a house number has no comma; so four digits have none either.
const PLAIN_DIGITS = 4;

const number = (v) => (v.replace(/\..*|-/g, '').length > PLAIN_DIGITS ? grouped(v) : v.replace('-', '−'));

/** Yuan with its fen, if there are any: "1234.5" is 1,234.50. @param {string} v */
export const yuan = (v) => grouped(v.includes('.') ? v.replace(/\.(\d)$/, '.$10') : v);

const WAN = 10000;

/**
 * A large amount as it is spoken of, in 万元 or 亿元; null when it is not large. exact: nothing was left out.
 * @param {number} v yuan
 * @param {(key: string, vars?: object) => string} t
 */
export function spoken(v, t) {
  if (Math.abs(v) < WAN) return null;
  const yi = Math.abs(v) >= WAN * WAN;
  const by = yi ? WAN * WAN : WAN;
  const large = Number((v / by).toFixed(2));
  const n = yuan(String(large));
  return { said: yi ? t('value.inYi', { n }) : t('value.inWan', { n }), exact: large * by === v };
}

/**
 * A figure of a board: a count, or a sum with its unit; a large sum of money as it is spoken of, where whole says it to the fen.
 * @param {{sum?: string, unit?: string}} head of the tally
 * @param {number|null|undefined} v
 * @param {(key: string, vars?: object) => string} t
 * @param {{whole?: boolean}} [more]
 */
export function figure(head, v, t, { whole = false } = {}) {
  if (v === null || v === undefined || Number.isNaN(v)) return DASH;
  if (!head.sum) return count(v);
  if (head.unit !== 'yuan') return grouped(String(v));
  const large = whole ? null : spoken(v, t);
  return large ? large.said : t('value.yuan', { n: yuan(String(v)) });
}

/** A share as percent, as exactly as it is kept: "0.95" is 95%. @param {string} v */
export const share = (v) => `${String(Number((Number(v) * 100).toFixed(4))).replace('-', '−')}%`;

/**
 * @param {{type: string, percent?: boolean}|undefined} field of the catalogue, if it is one
 * @param {string} value as it is kept
 * @param {(key: string, vars?: object) => string} t
 * @param {{short?: boolean, unitOf?: (code: string) => string, classOf?: (code: string) => string}} [more]
 *   short: for a column; unitOf, classOf: name of a unit, of a class by what a field keeps of it
 */
export function valueText(field, value, t, { short = false, unitOf, classOf } = {}) {
  const v = String(value);
  switch (field && field.type) {
    case 'money':
      return short ? yuan(v) : t('value.yuan', { n: yuan(v) });
    case 'number':
      return field.percent ? share(v) : number(v);
    case 'yesno':
      return t(v === 'yes' ? 'word.yes' : 'word.no');
    case 'file':
      return v.slice(v.indexOf('/') + 1);
    case 'geometry':
      return shapeWords(v, t);
    case 'unit':
      return (unitOf && unitOf(v)) || v;
    case 'class':
      return (classOf && classOf(v)) || v;
    default:
      if (v === 'yes') return t('word.yes');
      if (v === 'no') return t('word.no');
      return /^\d{4}-\d\d-\d\dT/.test(v) ? (short ? shortStamp(v) : stamp(v)) : v;
  }
}

const POWERS = { 元: 0, 万: 4, 亿: 8 };

/**
 * An amount as people write it, as the server reads it: "3.2万" and "32,000元" are "32000"; null when it is none.
 * @param {string} text
 */
export function amountOf(text) {
  let s = String(text).normalize('NFKC').replace(/\s/g, '');
  let places = 0;
  for (const [word, n] of Object.entries(POWERS))
    if (s.endsWith(word)) {
      s = s.slice(0, -1);
      places = n;
    }
  if (!/^-?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?$/.test(s)) return null;
  const [, sign, whole, part = ''] = /^(-?)(\d+)\.?(\d*)$/.exec(s.replace(/,/g, ''));
  const moved = part.padEnd(places, '0');
  const fen = moved.slice(places).replace(/0+$/, '');
  if (fen.length > 2) return null;
  const full = (whole + moved.slice(0, places)).replace(/^0+(?=\d)/, '');
  return `${sign}${full}${fen ? `.${fen}` : ''}`;
}

// Its letters without I, O, S, V, Z; each counts as its place. [GB 32100-2015 4.3]
const USCC = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const USCC_LENGTH = 18;

/**
 * What is wrong with a unified social credit code: '' nothing, 'more' it is not whole, 'letter', 'digit' the last one.
 * @param {string} text
 * @returns {{wrong: string, left: number, at: number}} at: the first character it cannot have, from 1
 */
export function usccWrong(text) {
  const code = text.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();
  const values = Array.from(code, (x) => USCC.indexOf(x));
  const at = values.indexOf(-1) + 1;
  if (at) return { wrong: 'letter', left: 0, at };
  if (code.length !== USCC_LENGTH) return { wrong: code.length < USCC_LENGTH ? 'more' : 'long', left: USCC_LENGTH - code.length, at: 0 };
  let sum = 0;
  let weight = 1;
  for (const v of values.slice(0, -1)) {
    sum += v * weight;
    weight = (weight * 3) % 31;
  }
  return { wrong: (31 - (sum % 31)) % 31 === values[USCC_LENGTH - 1] ? '' : 'digit', left: 0, at: 0 };
}
