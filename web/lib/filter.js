// Pieces of filter text. The language itself lives in the server; here terms are only put together and taken apart at
// spaces, never understood.

/**
 * A value as the filter language wants it: quoted when it holds anything but plain characters.
 * @param {string|number} v
 */
export function value(v) {
  const s = String(v);
  return /^[^\s",:()\\，：“”　－＝]+$/.test(s) && !/^[-=]/.test(s) ? s : `"${s.replace(/(["\\])/g, '\\$1')}"`;
}

/**
 * One term, "key:a,b".
 * @param {string} key
 * @param {...(string|number)} values
 */
export function term(key, ...values) {
  return `${key}:${values.map(value).join(',')}`;
}

/**
 * Terms joined into one filter; empty ones are left out.
 * @param {...string} terms
 */
export function all(...terms) {
  return terms
    .map((x) => (x || '').trim())
    .filter(Boolean)
    .join(' ');
}

/**
 * Filters that find an item by what looks like a number: by the fields of which a value stands once, such as the order number of another
 * platform. None for words and for filters.
 * @param {string} text as it was typed
 * @param {{key: string, fields: {key: string, unique: boolean}[]}[]} loops
 * @param {string[]} [more] keys beside those
 * @returns {string[]}
 */
export function byNumber(text, loops, more = []) {
  if (!/^[A-Za-z0-9/_-]{6,40}$/.test(text) || !/\d{4}/.test(text)) return [];
  const keys = loops.flatMap((l) => l.fields.filter((f) => f.unique).map((f) => f.key));
  return [...new Set([...more, ...keys])].map((key) => term(key, text));
}

/**
 * Takes filter text apart at spaces outside quotes.
 * @param {string} text
 * @returns {string[]}
 */
export function split(text) {
  const out = [];
  let cur = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\\' && quoted && i + 1 < text.length) {
      cur += c + text[++i];
      continue;
    }
    if (c === '"') quoted = !quoted;
    if (/\s/.test(c) && !quoted) {
      if (cur) out.push(cur);
      cur = '';
    } else cur += c;
  }
  if (cur) out.push(cur);
  return out;
}

/**
 * Does it ask for words in the text, outside of its keys?
 * @param {string} text
 */
export function hasWords(text) {
  return split(text).some((x) => !/^[-－]/.test(x) && (/^["“]/.test(x) || !/[:：]/.test(x)));
}

// As the server compares: the letters A-Z in either case, everything else as it is.
const folded = (s) => s.replace(/[A-Z]/g, (c) => c.toLowerCase());

/**
 * A text cut where the words begin and end; of words that overlap, the longest at each place.
 * @param {string} text
 * @param {string[]} words
 * @returns {{text: string, hit: boolean}[]}
 */
export function pieces(text, words) {
  const hay = folded(text);
  const wanted = words
    .filter(Boolean)
    .map(folded)
    .sort((a, b) => b.length - a.length);
  const out = [];
  let plain = 0;
  for (let i = 0; i < hay.length; ) {
    const word = wanted.find((w) => hay.startsWith(w, i));
    if (!word) {
      i++;
      continue;
    }
    if (plain < i) out.push({ text: text.slice(plain, i), hit: false });
    out.push({ text: text.slice(i, i + word.length), hit: true });
    plain = i += word.length;
  }
  if (plain < text.length) out.push({ text: text.slice(plain), hit: false });
  return out;
}

/**
 * Filter text without one of its terms.
 * @param {string} text
 * @param {string} gone
 */
export function without(text, gone) {
  const terms = split(text);
  const i = terms.indexOf(gone);
  if (i >= 0) terms.splice(i, 1);
  return terms.join(' ');
}

/**
 * The one register a filter asks for, which has a list of its own, and what else it asks; null of any other filter.
 * @param {string} text
 * @returns {{key: string, rest: string}|null}
 */
export function registerOf(text) {
  const terms = split(text);
  const found = terms.filter((x) => /^register:[a-z][a-z0-9_-]*$/.test(x));
  if (found.length !== 1) return null;
  return { key: found[0].slice('register:'.length), rest: terms.filter((x) => x !== found[0]).join(' ') };
}

/**
 * Address of the list that a filter makes. Every number on a screen is such a link.
 * @param {string} filter
 * @param {{sort?: string, limit?: number, after?: string}} [more]
 */
export function itemsLink(filter, more = {}) {
  const rows = registerOf(filter);
  const path = rows ? `/registers/${rows.key}` : '/items';
  const asked = rows ? rows.rest : filter;
  const q = new URLSearchParams();
  if (asked) q.set('filter', asked);
  for (const [k, v] of Object.entries(more)) if (v) q.set(k, String(v));
  const s = q.toString().replace(/%3A/g, ':').replace(/%2F/g, '/').replace(/%2C/g, ',').replace(/%3D/g, '=').replace(/%3E/g, '>');
  return s ? `${path}?${s}` : path;
}
