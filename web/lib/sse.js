// Live updates. One connection per browser: a SharedWorker where there is one, else the tab that holds a lease.
// Events carry ids and versions only; nothing on a page moves by itself because of them.
import { connection } from './state.js';

/* global __SSE_WORKER__ */
const NAMES = ['item', 'watch', 'rules', 'job'];
const LEASE = 'bihuan.sse.lease';
const LEASE_MS = 8000;
const listeners = new Map(NAMES.map((n) => [n, new Set()]));

/**
 * Calls fn for each event of a name until the returned function is called.
 * @param {"item"|"watch"|"rules"|"job"} name
 * @param {(data: object) => void} fn
 */
export function on(name, fn) {
  listeners.get(name).add(fn);
  return () => listeners.get(name).delete(fn);
}

function receive(message) {
  if (message.state) connection.value = message.state;
  if (message.name) for (const fn of listeners.get(message.name)) fn(message.data);
}

/** Connects; call once after log-in. */
export function startEvents() {
  if (typeof SharedWorker === 'function') {
    const worker = new SharedWorker(__SSE_WORKER__);
    worker.port.onmessage = (e) => receive(e.data);
    worker.port.start();
    addEventListener('pagehide', () => worker.port.postMessage('bye'));
    addEventListener('online', () => worker.port.postMessage('open'));
    setInterval(() => {
      if (connection.value === 'down') worker.port.postMessage('open');
    }, 30000);
  } else {
    lead();
  }
}

function lead() {
  const self = Math.random().toString(36).slice(2);
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel('bihuan.sse') : null;
  let source = null;
  if (channel) channel.onmessage = (e) => receive(e.data);
  const share = (message) => {
    receive(message);
    if (channel) channel.postMessage(message);
  };
  const open = () => {
    source = new EventSource('/api/events');
    source.onopen = () => share({ state: 'open' });
    source.onerror = () => share({ state: source.readyState === EventSource.CLOSED ? 'down' : 'wait' });
    for (const name of NAMES) source.addEventListener(name, (e) => share({ name, data: JSON.parse(e.data) }));
  };
  const tick = () => {
    const [who, until] = (localStorage.getItem(LEASE) || ' 0').split(' ');
    if (channel && who !== self && Number(until) > Date.now()) return;
    localStorage.setItem(LEASE, `${self} ${Date.now() + LEASE_MS}`);
    if (!source || source.readyState === EventSource.CLOSED) open();
  };
  tick();
  setInterval(tick, LEASE_MS / 2);
  addEventListener('pagehide', () => {
    if (source) source.close();
    if ((localStorage.getItem(LEASE) || '').startsWith(self)) localStorage.removeItem(LEASE);
  });
}
