// Items that may be about the same matter: what is asked, and what is said of each. No DOM here: tested in node.
import { pointOf } from './point.js';

const DIGITS_MIN = 7;
const WORDS_MIN = 4;

/**
 * What a half-written form can ask for; null while it says too little: one reason alone is never enough.
 * @param {object} v values of the filing form
 */
export function draftOf(v) {
  const text = (v.text || '').trim();
  const title = (v.title || '').trim();
  const address = (v.address || '').trim();
  const phone = ((v.caller && v.caller.phone) || '').trim();
  const known = [
    Array.from(title + text).length >= WORDS_MIN,
    Array.from(address).length >= WORDS_MIN,
    phone.replace(/\D/g, '').length >= DIGITS_MIN,
    !!v.class,
  ];
  if (known.filter(Boolean).length < 2) return null;
  const draft = { title: Array.from(title).slice(0, 120).join(''), text: Array.from(text).slice(0, 1000).join(''), address };
  Object.assign(draft, pointOf(v).point);
  if (known[2]) draft.phone = phone;
  if (v.class) draft.class = v.class;
  return draft;
}

/** How sure it is, by the server's word. */
export const LEVELS = { sure: 'kin.sure', likely: 'kin.likely', related: 'kin.related' };

const CLOSE_MAX = 30; // points of the same place
const GROUP_MAX = 20; // points of the same class

function reasonKey({ key, points }) {
  if (key === 'caller') return 'kin.caller';
  if (key === 'words') return 'kin.words';
  if (key === 'class') return points < GROUP_MAX ? 'kin.group' : 'kin.class';
  if (points < 0) return 'kin.otherPlace';
  return points < CLOSE_MAX ? 'kin.closePlace' : 'kin.samePlace';
}

/**
 * Why an item is shown: its reasons in words with what each adds, and how far away it is.
 * @param {object} row of the answer
 * @param {(key: string, vars?: object) => string} t
 */
export function whyText(row, t) {
  const out = row.reasons.map((r) => `${t(reasonKey(r))} ${r.points < 0 ? '−' : '+'}${Math.abs(r.points)}`);
  if (row.metres >= 0) out.push(t('kin.metres', { n: row.metres }));
  return out.join(t('kin.and'));
}
