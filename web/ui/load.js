// Loading, failing, empty: the states every piece of data goes through, said the same way everywhere.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';

/**
 * Loads something and keeps what was there while it loads again.
 * @param {(signal: AbortSignal) => Promise<any>} load
 * @param {any[]} deps
 * @returns {{data: any, error: any, busy: boolean, again: () => void, set: (d: any) => void}}
 */
export function useLoad(load, deps) {
  const [state, setState] = useState({ data: null, error: null, busy: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState((s) => ({ ...s, busy: true }));
    load(stop.signal).then(
      (data) => !stop.signal.aborted && setState({ data, error: null, busy: false }),
      (error) => {
        if (!stop.signal.aborted) setState((s) => ({ data: s.data, error, busy: false }));
      },
    );
    return () => stop.abort();
  }, [...deps, turn]);
  return {
    ...state,
    again: () => setTurn((n) => n + 1),
    set: (data) => setState({ data, error: null, busy: false }),
  };
}

/** True once `ms` have passed while `on` holds. */
export function useDelay(on, ms) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!on) return undefined;
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [on, ms]);
  return on && late;
}

/** Grey bars in the size of what will come; nothing for the first 150 ms. */
export function Skeleton({ rows = 6 }) {
  const show = useDelay(true, 150);
  const slow = useDelay(true, 3000);
  if (!show) return html`<div class="skeleton-wait"></div>`;
  return html`<div class="skeleton" role="status">
    <span class=${slow ? 'hint' : 'sr'}>${t('load.busy')}</span>
    ${Array.from({ length: rows }, (_, i) => html`<div class="bar" key=${i}></div>`)}
  </div>`;
}

/**
 * What went wrong, what is shown meanwhile, and a way to try again.
 * @param {{error: any, again?: () => void}} props
 */
export function Failure({ error, again }) {
  if (!error) return null;
  const what = error.status === 403 ? t('error.403') : error.message;
  return html`<div class="notice error" role="alert">
    <p>${what}</p>
    ${again ? html`<button type="button" onClick=${again}>${t('action.retry')}</button>` : null}
  </div>`;
}

/** @param {{text: string, children?: any}} props */
export function Empty({ text, children }) {
  return html`<div class="empty">
    <p>${text}</p>${children ? html`<p class="row">${children}</p>` : null}</div>`;
}

/**
 * Content once there is some; skeleton before, failure beside.
 * @param {{of: object, rows?: number, children: (data: any) => any}} props
 */
export function Loaded({ of, rows, children }) {
  const show = children instanceof Function ? children : children[0];
  return html`
    <${Failure} error=${of.error} again=${of.again} />
    ${of.data !== null ? show(of.data) : of.error ? null : html`<${Skeleton} rows=${rows} />`}`;
}
