// 事项: one filter, one total, one page of rows. The whole filter stands in the address, so a link is a view. The rows of a
// register have the same list at an address of their own.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query } from '../lib/api.js';
import { catalog, may, me } from '../lib/state.js';
import { place, go, goQuery } from '../lib/route.js';
import { all, hasWords, itemsLink, registerOf, split, term, without } from '../lib/filter.js';
import { askedColumns, columnGroups, columnsOf, usualOf } from '../lib/columns.js';
import { lasting } from '../lib/registers.js';
import { on } from '../lib/sse.js';
import { asksLoop, usualSort } from '../lib/views.js';
import { useKeys } from '../lib/keys.js';
import { useSelection } from '../lib/selection.js';
import { keptColumns, useLayout } from '../lib/layout.js';
import { count } from '../lib/num.js';
import { stamp } from '../lib/time.js';
import { Page } from '../ui/page.js';
import { Empty, Failure, Loaded, useLoad } from '../ui/load.js';
import { Later } from '../ui/later.js';
import { Updates } from '../ui/updates.js';
import { asOf } from '../ui/asof.js';
import { ItemRows } from '../ui/item-rows.js';
import { FilterBox } from '../ui/filter-box.js';
import { ViewBar } from '../ui/view-bar.js';
import { ExportMenu } from '../ui/export-menu.js';

const SORTS = ['relevance', 'due', '-filed', 'filed', '-changed'];
const SORT_TITLE = {
  relevance: 'sort.relevance',
  due: 'sort.due',
  '-filed': 'sort.filedNew',
  filed: 'sort.filedOld',
  '-changed': 'sort.changed',
};
const ROW_SORTS = { ...SORT_TITLE, '-filed': 'row.sortNew', filed: 'row.sortOld' };
const LIMITS = [20, 50, 100];
const tools = () => import('../ui/list-tools.js');
const rows = () => import('./rows.js');
// Which page led to which: keyset cursors only point forward, so the way back is remembered here.
const trail = new Map();

/** The filter of a list as the server wants it. */
const whole = (register, filter) => (register ? all(term('register', register.key), filter) : filter);
const sortsOf = (register) => (register ? SORTS.filter((s) => s !== 'due') : SORTS);

function wanted(register) {
  const q = place.value.query;
  const list = me.value.list;
  const limit = Number(q.get('limit')) || list.rows;
  const filter = q.get('filter') || '';
  // A word that several loops have stands over the column as the loop of this list says it.
  const loop = catalog.value.loops.find((l) => asksLoop(filter, l, t));
  const groups = columnGroups(catalog.value, t, register, loop);
  const named = q.get('columns') || '';
  const columns = register
    ? columnsOf(groups, named || keptColumns(register), usualOf(register))
    : columnsOf(groups, named || list.columns);
  return {
    filter,
    whole: whole(register, filter),
    sort: sortsOf(register).includes(q.get('sort')) ? q.get('sort') : usualSort(whole(register, filter)),
    after: q.get('after') || '',
    limit: LIMITS.includes(limit) ? limit : 20,
    columns,
    named,
  };
}

/** What stands in the address of a filter the server has read. */
const shownOf = (register, filter) => (register ? (registerOf(filter) || { rest: filter }).rest : filter);

// The canonical text of the server replaces what was typed, without loading again; a register has a list of its own.
function settle(register, w, answer) {
  const text = shownOf(register, answer.query.filter);
  if (!register && registerOf(text)) {
    go(itemsLink(text), { replace: true });
    return;
  }
  if (text === w.filter) return;
  const q = new URLSearchParams(location.search);
  if (text) q.set('filter', text);
  else q.delete('filter');
  history.replaceState(history.state, '', `${location.pathname}?${q}`);
}

// answer.asked is what this answer was asked with: while the next page loads, the address is already ahead of it.
function Pager({ answer, register }) {
  const w = answer.asked;
  const { save } = useLayout();
  const key = (after) => `${answer.query.filter}|${w.sort}|${w.limit}|${after}`;
  const back = trail.get(key(w.after));
  const start = w.after ? (back ? back.from : null) : 1;
  if (answer.next)
    trail.set(key(answer.next), { after: w.after, from: start ? start + answer.rows.length : null });
  const prev = () => w.after && goQuery({ after: back ? back.after : '' });
  const next = () => answer.next && goQuery({ after: answer.next });
  useKeys({ KeyN: next, KeyP: prev });
  return html`<nav class="pager" aria-label=${t('pager.label')}>
    <button type="button" onClick=${prev}
      disabled=${!w.after}>${w.after && !back ? t('pager.first') : t('pager.prev')} <kbd>P</kbd></button>
    <span>${start && answer.rows.length ? t(register ? 'row.range' : 'pager.range', { a: count(start), b: count(start + answer.rows.length - 1) }) : ''}</span>
    <button type="button" onClick=${next} disabled=${!answer.next}>${t('pager.next')} <kbd>N</kbd></button>
    <label class="inline">${t('pager.rows')} <select value=${String(w.limit)} onChange=${(e) => {
      save({ rows: Number(e.target.value) });
      goQuery({ limit: e.target.value, after: '' });
    }}>${LIMITS.map((n) => html`<option key=${n} value=${n}
      selected=${n === w.limit}>${n}</option>`)}</select></label>
  </nav>`;
}

function Terms({ text }) {
  const terms = split(text);
  if (!terms.length) return null;
  return html`<ul class="terms" aria-label=${t('filter.terms')}>
    ${terms.map(
      (
        x,
      ) => html`<li key=${x}>${x}<button type="button" class="quiet"
        aria-label=${t('filter.drop', { term: x })}
      onClick=${() => goQuery({ filter: without(text, x), after: '' })}>✕</button></li>`,
    )}
    <li class="bare"><button type="button" class="link"
      onClick=${() => goQuery({ filter: '', after: '' })}>${t('filter.clear')}</button></li>
  </ul>`;
}

// What a printed list says of itself.
function PrintHead({ answer, register }) {
  const sort = t((register ? ROW_SORTS : SORT_TITLE)[answer.query.sort]);
  const text = answer.query.filter || t('filter.everything');
  return html`<p class="print-note">${t(register ? 'row.printed' : 'items.printed', {
    filter: text,
    sort,
    n: count(answer.total) + (answer.total_capped ? '+' : ''),
    at: stamp(answer.at),
    who: me.value.person.name,
  })}</p>`;
}

function Nothing({ register, shown }) {
  if (shown)
    return html`<${Empty} text=${t(register ? 'row.noneFiltered' : 'items.noneFiltered')}>${html`<code>${shown}</code> <button type="button"
      onClick=${() => goQuery({ filter: '', after: '' })}>${t('filter.clear')}</button>`}<//>`;
  if (register) return html`<${Empty} text=${t('row.none', { title: register.title })} />`;
  return html`<${Empty} text=${t('items.none')}>${html`<a class="button"
    href="/new">${t('new.button')}</a> <a class="button"
    href="/import">${t('nav.import')}</a>`}<//>`;
}

function Rows({ of, w, selection, shown, register }) {
  const order = { sort: w.sort, set: (sort) => goQuery({ sort, after: '' }) };
  return html`<${Loaded} of=${of.data ? { ...of, error: null } : of} rows=${12}>${(d) => html`
    <div class=${of.busy ? 'busy' : ''} aria-busy=${of.busy ? 'true' : null}>${
      d.rows.length
        ? html`<${PrintHead} answer=${d} register=${register} /><${ItemRows} rows=${d.rows} words=${d.query.words}
            label=${register ? register.title : t('nav.items')}
            columns=${d.asked.columns} density=${me.value.list.density} order=${order} selection=${selection} />`
        : html`<${Nothing} register=${register} shown=${shown} />`
    }
    ${d.rows.length || d.asked.after ? html`<${Pager} answer=${d} register=${register} />` : null}</div>`}<//>`;
}

function Side({ answer, bad, w, register, adds, onColumns }) {
  const total = answer ? t(register ? 'row.total' : 'items.total', { n: count(answer.total) + (answer.total_capped ? '+' : '') }) : '';
  return html`${adds}
    <strong class="total" role="status" aria-live="polite">${bad ? '' : total}</strong>
    <label class="inline">${t('sort.label')} <select value=${w.sort}
      onChange=${(e) => goQuery({ sort: e.target.value, after: '' })}>
      ${sortsOf(register).filter((s) => s !== 'relevance' || s === w.sort || hasWords(w.filter)).map((s) => html`<option key=${s} value=${s}
        selected=${s === w.sort}>${t((register ? ROW_SORTS : SORT_TITLE)[s])}</option>`)}</select></label>
    <button type="button" onClick=${onColumns}>${t('columns.button')}</button>
    ${may('item.export') ? html`<${ExportMenu} filter=${answer ? answer.query.filter : w.whole} sort=${w.sort} />` : null}
    <button type="button" onClick=${() => print()}>${t('action.print')}</button>`;
}

/**
 * The list of items, or of the rows of a register.
 * @param {{register?: object, adds?: any, children?: any}} props adds: what stands before the actions; children: under the title
 */
export function ItemList({ register, adds, children }) {
  const w = wanted(register);
  const asked = askedColumns(w.columns);
  const of = useLoad(
    async (signal) => {
      const { sort, limit, after } = w;
      const answer = await get(`/api/items${query({ filter: w.whole, sort, limit, after, columns: asked })}`, { signal });
      return { ...answer, asked: w };
    },
    [w.whole, w.sort, w.limit, w.after, w.columns.map((c) => c.name).join(' ')],
  );
  const [news, setNews] = useState(() => new Set());
  const [open, setOpen] = useState('');
  const box = useRef(null);
  const bad = of.error && of.error.status === 400 ? of.error : null;
  const answer = of.data;
  const shown = answer ? shownOf(register, answer.query.filter) : w.filter;
  const selection = useSelection(shown);
  const concerns = (e) => (register ? e.loop === register.key : !lasting(e.loop));
  useEffect(() => on('item', (e) => concerns(e) && setNews((s) => new Set(s).add(e.id))), []);
  useEffect(() => {
    if (!of.data) return;
    settle(register, w, of.data);
    asOf.value = of.data.at;
    setNews(new Set());
  }, [of.data]);
  useKeys({
    KeyR: of.again,
    Slash: () => box.current && box.current.focus(),
    Escape: () => selection.list.length && selection.clear(),
  });
  const side = html`<${Side} answer=${answer} bad=${bad} w=${w} register=${register} adds=${adds} onColumns=${() => setOpen('columns')} />`;
  const send = (filter) =>
    go(itemsLink(whole(register, filter), { sort: place.value.query.get('sort'), columns: w.named }));
  return html`<${Page} title=${register ? register.title : t('nav.items')} side=${side} cls="list">
    ${children}
    <${ViewBar} filter=${whole(register, shown)} sort=${w.sort} columns=${w.named} register=${register} />
    <${FilterBox} inputRef=${box} text=${bad ? w.filter : shown} error=${bad} register=${register}
      before=${w.whole.length - w.filter.length} onSend=${send} />
    ${
      bad
        ? null
        : html`<${Terms} text=${shown} />
      ${register || !hasWords(shown) ? null : html`<${Later} load=${rows} name="FoundRows" words=${answer ? answer.query.words : []} />`}
      ${selection.list.length ? html`<${Later} load=${tools} name="BulkBar" selection=${selection} again=${of.again} />` : null}
      <${Updates} n=${news.size} again=${of.again} text=${register ? t('row.news', { n: news.size }) : ''} />
      ${of.error && answer ? html`<${Failure} error=${of.error} again=${of.again} />` : null}
      <${Rows} of=${of} w=${w} selection=${selection} shown=${shown} register=${register} />`
    }
    ${
      open === 'columns'
        ? html`<${Later} load=${tools} name="ColumnsDialog" columns=${w.columns} named=${w.named} register=${register}
          onClose=${() => setOpen('')} />`
        : null
    }
  <//>`;
}

/** The page. */
export const Items = () => html`<${ItemList} />`;
