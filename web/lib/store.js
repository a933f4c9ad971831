// What this machine remembers: small settings and unsent drafts. A full or forbidden store is no error: the page works
// on, it only forgets.
const PREFIX = 'bihuan.';
const DRAFT = PREFIX + 'draft.';
const DRAFT_DAYS = 30;

/** Small settings, JSON under a prefix. */
export const store = {
  /** @param {string} key @param {any} otherwise */
  get(key, otherwise) {
    try {
      const text = localStorage.getItem(PREFIX + key);
      return text === null ? otherwise : JSON.parse(text);
    } catch {
      return otherwise;
    }
  },
  /** @param {string} key @param {any} value */
  set(key, value) {
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(value));
    } catch {
      // full or forbidden
    }
  },
  /** @param {string} key */
  remove(key) {
    try {
      localStorage.removeItem(PREFIX + key);
    } catch {
      // forbidden
    }
  },
};

/** Half-written text of a form, kept until it is sent. Never sent by itself. */
export const draft = {
  /** @param {string} name such as "12/reply/1" */
  get(name) {
    const d = store.get('draft.' + name, null);
    return d && d.values ? d.values : null;
  },
  /** @param {string} name @param {object} values @param {number} [at] */
  set(name, values, at = Date.now()) {
    store.set('draft.' + name, { at, values });
  },
  /** @param {string} name */
  remove(name) {
    store.remove('draft.' + name);
  },
  /** Names of the drafts that begin so. @param {string} start */
  names(start) {
    try {
      const all = Object.keys(localStorage).filter((k) => k.startsWith(DRAFT + start));
      return all.map((k) => k.slice(DRAFT.length)).sort();
    } catch {
      return [];
    }
  },
  /** Drops drafts older than 30 days, or all of them (at log-out: they may hold personal data). */
  sweep(all = false, now = Date.now()) {
    try {
      for (const key of Object.keys(localStorage).filter((k) => k.startsWith(DRAFT))) {
        const d = JSON.parse(localStorage.getItem(key) || 'null');
        if (all || !d || now - d.at > DRAFT_DAYS * 86400000) localStorage.removeItem(key);
      }
    } catch {
      // forbidden
    }
  },
};
