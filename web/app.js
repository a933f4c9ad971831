// Start: who is logged in, the catalogue, the live stream, then the page of the address.
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { html } from './lib/html.js';
import { t, startLang } from './lib/i18n.js';
import { me, session, catalog, setCatalog, may, singleKeys } from './lib/state.js';
import { call, get, setMe } from './lib/api.js';
import { place, startRoute, go, match } from './lib/route.js';
import { startKeys } from './lib/keys.js';
import { startEvents, on } from './lib/sse.js';
import { store, draft } from './lib/store.js';
import { Shell } from './ui/shell.js';
import { Relogin } from './ui/relogin.js';
import { Page } from './ui/page.js';
import { Skeleton, Failure } from './ui/load.js';
import { Today } from './pages/today.js';
import { Items } from './pages/items.js';

const NEXT = 'bihuan.next';

/** A page that comes as a chunk of its own, at first use. */
function lazy(load, name) {
  let Part = null;
  return function Lazy(props) {
    const [state, setState] = useState({ ready: !!Part, error: null });
    useEffect(() => {
      if (Part) return;
      load().then(
        (m) => {
          Part = m[name];
          setState({ ready: true, error: null });
        },
        (error) => setState({ ready: false, error: { message: t('error.chunk'), cause: error } }),
      );
    }, []);
    if (state.error) return html`<${Failure} error=${state.error} again=${() => location.reload()} />`;
    return state.ready ? html`<${Part} ...${props} />` : html`<${Skeleton} />`;
  };
}

// Not needed at first, and wanted next: fetched while the first page is being read.
const item = () => import('./pages/item.js');
const Item = lazy(item, 'Item');
const Scores = lazy(() => import('./pages/scores.js'), 'Scores');
const more = (name) => lazy(() => import('./pages/more.js'), name);
const Desk = lazy(() => import('./pages/desk.js'), 'Desk');
const rows = (name) => lazy(() => import('./pages/rows.js'), name);
const ROUTES = [
  { path: '/', page: Today, right: 'item.read' },
  { path: '/items', page: Items, right: 'item.read' },
  { path: '/i/:id', page: Item, right: 'item.read' },
  { path: '/desk', page: Desk, right: 'item.step' },
  { path: '/new', page: rows('FileNew'), right: 'item.file' },
  { path: '/registers', page: rows('Registers'), right: 'item.read' },
  { path: '/registers/:key', page: rows('Register'), right: 'item.read' },
  { path: '/registers/:key/board', page: rows('RegisterBoard'), right: 'board.read' },
  { path: '/registers/:key/twins', page: rows('Twins'), right: 'item.read' },
  { path: '/registers/:key/new', page: rows('RowNew'), right: 'item.file' },
  { path: '/boards', page: more('Board'), right: 'board.read' },
  { path: '/scores', page: Scores, right: 'board.read' },
  { path: '/scores/:key', page: Scores, right: 'board.read' },
  { path: '/cadences', page: more('Cadences'), right: 'board.read' },
  { path: '/supervision', page: more('Supervision'), right: 'item.read' },
  { path: '/keydates', page: more('Keydates'), right: 'board.read' },
  { path: '/month', page: more('Month'), right: 'board.read' },
  { path: '/import', page: more('Import'), right: 'item.import' },
  { path: '/jobs', page: more('Jobs'), right: 'item.import' },
  { path: '/jobs/:id', page: more('JobPage'), right: 'item.import' },
  { path: '/settings', page: more('Settings') },
  { path: '/settings/units', page: more('Units'), right: 'unit.manage' },
  { path: '/settings/people', page: more('People'), right: ['person.manage', 'role.grant'] },
  {
    path: '/settings/lists',
    page: more('Lists'),
    right: ['unit.manage', 'def.manage', 'person.manage', 'role.grant'],
  },
  { path: '/settings/layers', page: more('Layers') },
  { path: '/settings/routes', page: more('RouteTries'), right: 'def.manage' },
  { path: '/settings/defs', page: more('Defs'), right: 'def.manage' },
  { path: '/settings/defs/:id', page: more('DefText'), right: 'def.manage' },
  { path: '/settings/audit', page: more('Audit'), right: 'audit.read' },
  { path: '/settings/tokens', page: more('Tokens') },
  { path: '/password', page: more('Password') },
];

function NoPage() {
  return html`<${Page} title=${t('error.noPage')}><p>${t('error.404')}</p><p><a href="/">${t('nav.home')}</a>
    </p><//>`;
}

function NoRight() {
  return html`<${Page} title=${t('error.noRight')}><p>${t('error.403')}</p><p><a href="/">${t('nav.home')}</a>
    </p><//>`;
}

// Who reads no items (an administrator) has nothing to see under 今日.
function landing(path) {
  return path === '/' && !may('item.read') ? '/settings' : path;
}

function Current() {
  const found = match(ROUTES, me.value.must_change ? '/password' : landing(place.value.path));
  if (!found) return html`<${NoPage} />`;
  if (found.right && !may(found.right)) return html`<${NoRight} />`;
  return html`<${found.page} key=${place.value.path} params=${found.params} />`;
}

function App() {
  if (!me.value || !(catalog.value || me.value.must_change))
    return html`<main id="main"><${Skeleton} /></main>`;
  return html`<${Shell}><${Current} /><//>${session.value === 'lost' ? html`<${Relogin} />` : null}`;
}

function toLogin() {
  const at = location.pathname + location.search;
  if (at !== '/') sessionStorage.setItem(NEXT, at);
  location.replace('/login');
}

async function loadCatalog() {
  setCatalog(await get('/api/catalog'));
}

async function start() {
  singleKeys.value = store.get('keys', true);
  await startLang();
  const root = document.getElementById('app');
  try {
    setMe(await call('GET', '/api/me', { quiet: true }));
    // Until the initial password is changed the server answers nothing else.
    if (!me.value.must_change) await loadCatalog();
  } catch (e) {
    if (e.status === 401) {
      toLogin();
      return;
    }
    render(
      html`<main id="main"><h1>${t('app.name')}</h1><${Failure} error=${e} again=${() => location.reload()} />
        </main>`,
      root,
    );
    return;
  }
  draft.sweep();
  startRoute();
  const next = sessionStorage.getItem(NEXT);
  sessionStorage.removeItem(NEXT);
  if (next && location.pathname === '/') go(next, { replace: true });
  startKeys();
  render(html`<${App} />`, root);
  (window.requestIdleCallback || setTimeout)(() => item().catch(() => {})); // tried again when it is opened
  if (may('item.read') && !me.value.must_change) startEvents();
  on('rules', () => loadCatalog().catch(() => {}));
}

start();
