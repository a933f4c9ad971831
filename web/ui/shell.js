// What stands around every page: rail, top bar, notices, and the log-in that comes back when a session has ended.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t, lang, setLang } from '../lib/i18n.js';
import { belongs, catalog, me, may, connection, toasts, dropToast, singleKeys } from '../lib/state.js';
import { desksOf } from '../lib/desks.js';
import { place, go } from '../lib/route.js';
import { mayAdd } from '../lib/registers.js';
import { helpFor } from '../lib/help.js';
import { useKeys } from '../lib/keys.js';
import { store, draft } from '../lib/store.js';
import { get, post, query } from '../lib/api.js';
import { all, byNumber, itemsLink, term } from '../lib/filter.js';
import { stamp } from '../lib/time.js';
import { asOf } from './asof.js';
import { icon } from './icons.js';
import { KeyHelp } from './keyhelp.js';

// Only who may dispatch has a desk.
const hasDesk = () => !!catalog.value && desksOf(catalog.value, me.value).length > 0;

const hasRegisters = () => !!catalog.value && catalog.value.registers.length > 0;

const hasCadences = () => !!catalog.value && catalog.value.loops.some((l) => l.cadences.length > 0);

const hasKeydates = () => !!catalog.value && (catalog.value.keydates || []).length > 0;

const NAV = [
  { path: '/', key: 'nav.today', icon: 'today', right: 'item.read', code: 'KeyT' },
  { path: '/items', key: 'nav.items', icon: 'items', right: 'item.read', code: 'KeyI', also: '/i' },
  { path: '/desk', key: 'nav.desk', icon: 'desk', right: 'item.step', code: 'KeyD', when: hasDesk },
  { path: '/boards', key: 'nav.board', icon: 'board', right: 'board.read', code: 'KeyB' },
  { path: '/scores', key: 'nav.score', icon: 'score', right: 'board.read', code: 'KeyK' },
  { path: '/registers', key: 'nav.registers', icon: 'registers', right: 'item.read', code: 'KeyR', when: hasRegisters },
  { path: '/cadences', key: 'nav.cadences', icon: 'cadences', right: 'board.read', code: 'KeyV', when: hasCadences },
  { path: '/supervision', key: 'nav.supervision', icon: 'supervision', right: 'item.read', code: 'KeyU' },
  { path: '/keydates', key: 'nav.keydates', icon: 'keydates', right: 'board.read', code: 'KeyJ', when: hasKeydates },
  { path: '/month', key: 'nav.month', icon: 'month', right: 'board.read', code: 'KeyA' },
  { path: '/new', key: 'nav.new', icon: 'new', right: 'item.file', code: 'KeyN' },
  { path: '/import', key: 'nav.import', icon: 'import', right: 'item.import', code: 'KeyM', also: '/jobs' },
  { path: '/settings', key: 'nav.settings', icon: 'settings', code: 'KeyS' },
];

const isAt = (n, path) =>
  path === n.path || [n.path, n.also].some((p) => p && p !== '/' && path.startsWith(`${p}/`));

const shown = (n) => (!n.right || may(n.right)) && (!n.when || n.when());

function Rail() {
  const path = belongs.value || place.value.path;
  return html`<nav class="rail" aria-label=${t('nav.label')}>
    <ul>${NAV.filter(shown).map(
      (n) => html`<li key=${n.path}>
      <a href=${n.path} aria-current=${isAt(n, path) ? 'page' : null}>${icon(n.icon)}<span>${t(n.key)}</span>
        </a></li>`,
    )}</ul>
  </nav>`;
}

// A number of another platform stands in no text; whoever has it on the telephone types it all the same. So does a credit
// code, and the number of a row in a register: whose page is meant then.
async function known(text) {
  const { loops, registers } = catalog.value;
  const own = byNumber(text, loops);
  const having = (key) => registers.filter((r) => key === 'no' || r.fields.some((f) => f.unique && f.key === key));
  const rows = registers.length
    ? byNumber(text, registers, ['no']).map((x) => all(term('register', ...having(x.split(':')[0]).map((r) => r.key)), x))
    : [];
  for (const filter of [...own, ...rows]) {
    const found = await get(`/api/items${query({ filter, limit: 1 })}`).catch(() => null);
    if (!found || !found.total) continue;
    return found.total === 1 && rows.includes(filter) ? `/i/${found.rows[0].id}` : itemsLink(filter);
  }
  return '';
}

function Search() {
  const ref = useRef(null);
  useEffect(() => {
    const key = (e) => {
      if ((e.ctrlKey || e.metaKey) && e.code === 'KeyK') {
        e.preventDefault();
        ref.current.focus();
        ref.current.select();
      }
    };
    document.addEventListener('keydown', key);
    return () => document.removeEventListener('keydown', key);
  }, []);
  const send = async (e) => {
    e.preventDefault();
    const text = ref.current.value.trim();
    ref.current.value = '';
    go((await known(text)) || itemsLink(text));
  };
  return html`<form class="search" role="search" aria-label=${t('search.label')} onSubmit=${send}>
    <input ref=${ref} type="search" aria-label=${t('search.label')} placeholder=${t('search.hint')}
      enterkeyhint="search" />
    <kbd aria-hidden="true">Ctrl K</kbd>
  </form>`;
}

const CONN = { open: 'conn.open', wait: 'conn.wait', down: 'conn.down' };

function Connection() {
  const c = connection.value;
  return html`<span class=${`conn ${c}`} role="status">
    <span aria-hidden="true">${c === 'open' ? '●' : c === 'wait' ? '◔' : '▲'}</span>
    <span class="conn-word"> ${t(CONN[c])}</span></span>`;
}

async function leave(everywhere) {
  try {
    await post('/api/logout', { everywhere });
  } catch {
    // the session may be gone already; the log-in page says so
  }
  draft.sweep(true);
  location.href = '/login';
}

function UserMenu() {
  const ref = useRef(null);
  useEffect(() => {
    const away = (e) => {
      if (!ref.current || !ref.current.open) return;
      if (e.type === 'keydown' && e.key === 'Escape') {
        ref.current.open = false;
        ref.current.querySelector('summary').focus();
      } else if (
        e.type === 'click' &&
        (!ref.current.contains(e.target) || e.target.closest('a, li button'))
      ) {
        ref.current.open = false;
      }
    };
    document.addEventListener('click', away);
    document.addEventListener('keydown', away);
    return () => {
      document.removeEventListener('click', away);
      document.removeEventListener('keydown', away);
    };
  }, []);
  const p = me.value.person;
  const ready = !me.value.must_change;
  const keys = () => {
    singleKeys.value = !singleKeys.value;
    store.set('keys', singleKeys.value);
  };
  return html`<details class="menu" ref=${ref}>
    <summary>${p.name}<span aria-hidden="true"> ▾</span></summary>
    <div class="menu-body">
      <p class="hint">${(me.value.roles || []).map((r) => html`<span key=${`${r.role}${r.unit}`}>${r.title} · ${r.unit_name}<br/>
        </span>`)}</p>
      <ul>
        ${ready ? html`<li><a href="/password">${t('user.password')}</a></li>` : null}
        <li><button type="button" onClick=${() => setLang(lang.value === 'en' ? 'zh-CN' : 'en')}
          lang=${lang.value === 'en' ? 'zh-CN' : 'en'}>${lang.value === 'en' ? '中文界面' : 'English'}</button>
          </li>
        <li><button type="button" aria-pressed=${singleKeys.value ? 'true' : 'false'}
          onClick=${keys}>${singleKeys.value ? t('user.keysOff') : t('user.keysOn')}</button></li>
        <li><button type="button" onClick=${() => leave(false)}>${t('user.logout')}</button></li>
        <li><button type="button" onClick=${() => leave(true)}>${t('user.logoutAll')}</button></li>
      </ul>
    </div>
  </details>`;
}

function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">${toasts.value.map(
    (x) => html`<div key=${x.id} class=${`toast ${x.kind}`}>
    <span>${x.text}</span>
    ${x.act ? html`<button type="button" class="small" onClick=${() => {
      dropToast(x.id);
      x.act.run();
    }}>${x.act.label}</button>` : null}
    <button type="button" class="quiet" aria-label=${t('action.close')}
      onClick=${() => dropToast(x.id)}>✕</button></div>`,
  )}</div>`;
}

// C files an item; at the list of a register it adds a row.
function newOf(path) {
  const [, key] = /^\/registers\/([^/]+)$/.exec(path) || [];
  const register = key && catalog.value.registers.find((r) => r.key === key);
  return register && mayAdd(register) ? `${path}/new` : '/new';
}

/** Rail, top bar, page, foot. @param {{children: any}} props */
export function Shell({ children }) {
  const [help, setHelp] = useState(false);
  const map = { 'Shift Slash': () => setHelp(true) };
  const ready = !me.value.must_change; // else only the password page is open
  for (const n of NAV) if (ready && shown(n)) map[`G ${n.code}`] = () => go(n.path);
  if (ready && may('item.file')) map.KeyC = () => go(newOf(place.value.path));
  useKeys(map);
  return html`
    <a class="skip" href="#main">${t('nav.skip')}</a>
    <header class="top">
      <a class="brand" href="/"><span class="brand-ring" aria-hidden="true"></span>${t('app.name')}</a>
      <span class="town">${me.value.town.name}</span>
      ${ready && may('item.read') ? html`<${Search} />` : html`<span class="search"></span>`}
      ${ready && may('item.read') ? html`<${Connection} />` : null}
      <${UserMenu} />
    </header>
    ${ready ? html`<${Rail} />` : html`<nav class="rail" aria-label=${t('nav.label')}></nav>`}
    <main id="main" tabindex="-1">
      ${me.value.demo ? html`<p class="demo-mark">${t('app.demo')}</p>` : null}
      ${children}
      <footer class="foot">
        <span>${asOf.value ? t('foot.asOf', { at: stamp(asOf.value) }) : ''}</span>
        <button type="button" class="link" onClick=${() => setHelp(true)}>${t('foot.keys')}</button>
        <a href=${helpFor(place.value.path)} target="_blank" rel="noopener">${t('foot.help')}</a>
      </footer>
    </main>
    <${Toasts} />
    ${help ? html`<${KeyHelp} onClose=${() => setHelp(false)} />` : null}`;
}
