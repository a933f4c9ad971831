// Real paths through the history API. Filters, period and pages stand in the address, so a link is a view and Back
// comes back to it.
import { signal } from '@preact/signals';

const here = () => ({ path: location.pathname, query: new URLSearchParams(location.search), back: false });

/** Where we are: {path, query, back}; back is true when Back or Forward brought us here. */
export const place = signal({ path: '/', query: new URLSearchParams(), back: false });

/**
 * Goes to an address inside the app.
 * @param {string} url
 * @param {{replace?: boolean}} [opt]
 */
export function go(url, opt = {}) {
  if (url === location.pathname + location.search) {
    place.value = here();
    return;
  }
  history.replaceState({ ...history.state, y: scrollY }, '');
  history[opt.replace ? 'replaceState' : 'pushState']({}, '', url);
  place.value = here();
  if (!opt.replace) scrollTo(0, 0);
}

/**
 * The same page with other query values; empty values are dropped.
 * @param {Record<string, any>} changes
 * @param {{replace?: boolean}} [opt]
 */
export function goQuery(changes, opt) {
  const q = new URLSearchParams(location.search);
  for (const [k, v] of Object.entries(changes)) {
    if (v === '' || v === null || v === undefined) q.delete(k);
    else q.set(k, String(v));
  }
  const s = q.toString();
  go(location.pathname + (s ? `?${s}` : ''), opt);
}

/** Remembers something of this visit to the page, for when Back returns to it. */
export function remember(values) {
  history.replaceState({ ...history.state, ...values }, '');
}

/** What was remembered here. */
export function remembered() {
  return history.state || {};
}

function ours(a) {
  if (a.target || a.hasAttribute('download') || a.origin !== location.origin) return false;
  return !/^\/(api|assets|login|help|healthz|metrics)(\/|$)/.test(a.pathname);
}

/** Starts to follow links and the Back button. */
export function startRoute() {
  history.scrollRestoration = 'manual';
  place.value = here();
  addEventListener('popstate', () => {
    place.value = { ...here(), back: true };
  });
  document.addEventListener('click', (e) => {
    if (e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    const a = e.target.closest && e.target.closest('a[href]');
    if (!a || !ours(a) || a.getAttribute('href').startsWith('#')) return;
    e.preventDefault();
    go(a.pathname + a.search);
  });
}

/**
 * Finds the page of a path.
 * @param {{path: string, page: any}[]} routes paths with :names
 * @param {string} path
 * @returns {{page: any, params: Record<string, string>}|null}
 */
export function match(routes, path) {
  const segs = path.split('/').filter(Boolean);
  for (const r of routes) {
    const want = r.path.split('/').filter(Boolean);
    if (want.length !== segs.length) continue;
    const params = {};
    const fits = want.every((w, i) => {
      if (!w.startsWith(':')) return w === segs[i];
      params[w.slice(1)] = decodeURIComponent(segs[i]);
      return true;
    });
    if (fits) return { page: r.page, right: r.right, params };
  }
  return null;
}
