// Calls to the server: one place for the session, the CSRF mark, repeats, server time and errors.
import { ApiError } from './errors.js';
import { me, session } from './state.js';
import { setServerTime, setZone } from './time.js';
import { lang, t } from './i18n.js';

/** A key for one submission; made without crypto.randomUUID, which plain HTTP does not have. */
export function newKey() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
}

/**
 * Keeps one idempotency key for as long as the same thing is being sent, so that pressing twice, or again after the
 * network failed, counts once.
 * @returns {(payload: any) => string}
 */
export function keyKeeper() {
  let last = '';
  let key = '';
  return (payload) => {
    const text = JSON.stringify(payload);
    if (text !== last) {
      last = text;
      key = newKey();
    }
    return key;
  };
}

function headersOf(method, opt) {
  const h = { Accept: opt.accept || 'application/json', 'Accept-Language': lang.value };
  if (opt.json !== undefined) h['Content-Type'] = 'application/json';
  if (method !== 'GET') {
    if (me.value && me.value.csrf) h['X-CSRF'] = me.value.csrf;
    h['Idempotency-Key'] = opt.key || newKey();
  }
  return h;
}

async function bodyOf(res) {
  const text = await res.text();
  if (!text) return {};
  if (!(res.headers.get('Content-Type') || '').includes('json')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{json?: any, form?: FormData|Blob, key?: string, accept?: string, signal?: AbortSignal, quiet?: boolean}} [opt]
 *   quiet: a 401 is an answer, not a lost session
 * @returns {Promise<any>} the decoded body
 * @throws {ApiError}
 */
export async function call(method, path, opt = {}) {
  let res;
  try {
    res = await fetch(path, {
      method,
      headers: headersOf(method, opt),
      body: opt.json !== undefined ? JSON.stringify(opt.json) : opt.form,
      signal: opt.signal,
      credentials: 'same-origin',
      cache: method === 'GET' && path === '/api/catalog' ? 'no-cache' : 'default',
    });
  } catch (cause) {
    if (cause.name === 'AbortError') throw cause;
    throw new ApiError(0, { errors: [{ code: 'offline', message: t('error.offline') }] });
  }
  setServerTime(Date.parse(res.headers.get('Date') || ''));
  const body = await bodyOf(res);
  if (res.ok) return body;
  if (res.status === 401 && !opt.quiet) session.value = 'lost';
  const known = body && Array.isArray(body.errors) && body.errors.length;
  throw new ApiError(
    res.status,
    known ? body : { errors: [{ code: 'http', message: statusText(res.status) }] },
  );
}

function statusText(status) {
  if (status === 401) return t('error.401');
  if (status === 403) return t('error.403');
  if (status === 404) return t('error.404');
  if (status === 413) return t('error.413');
  if (status === 429) return t('error.429');
  return t('error.status', { n: status });
}

/** @param {string} path @param {object} [opt] */
export const get = (path, opt) => call('GET', path, opt);
/** @param {string} path @param {any} json @param {object} [opt] */
export const post = (path, json, opt) => call('POST', path, { json, ...opt });
/** @param {string} path @param {any} json */
export const patch = (path, json) => call('PATCH', path, { json });
/** @param {string} path */
export const del = (path) => call('DELETE', path);

/** Takes up who is logged in. */
export function setMe(body) {
  setZone(body.zone);
  if (body.now) setServerTime(Date.parse(body.now));
  me.value = body;
  session.value = 'in';
}

/**
 * The rows of a list's answer.
 * @param {{rows: object[]}|null} body
 * @returns {object[]}
 */
export function rowsOf(body) {
  return (body && body.rows) || [];
}

/**
 * Query text from an object; empty values are left out.
 * @param {Record<string, any>} obj
 */
export function query(obj) {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(obj))
    if (v !== '' && v !== null && v !== undefined) q.set(k, String(v));
  const s = q.toString();
  return s ? `?${s}` : '';
}
