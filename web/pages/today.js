// 今日: what I must do, what is about to be late, what came in. Every number is a link to the list that makes it.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query } from '../lib/api.js';
import { may } from '../lib/state.js';
import { itemsLink } from '../lib/filter.js';
import { FIXED } from '../lib/views.js';
import { on } from '../lib/sse.js';
import { lasting } from '../lib/registers.js';
import { useKeys } from '../lib/keys.js';
import { count } from '../lib/num.js';
import { now, parts, week } from '../lib/time.js';
import { Page } from '../ui/page.js';
import { Empty, Failure, Loaded, useLoad } from '../ui/load.js';
import { Updates } from '../ui/updates.js';
import { asOf } from '../ui/asof.js';
import { ItemRows } from '../ui/item-rows.js';

const view = (k) => FIXED.find((v) => v.key === k);
const CELLS = ['mine', 'parts', 'asks', 'soon', 'late', 'today'].map(view);
const REFUSED = view('refused');
const HINT = {
  mine: 'today.hintMine',
  parts: 'today.hintParts',
  asks: 'today.hintAsks',
  soon: 'today.hintSoon',
  late: 'today.hintLate',
  today: 'today.hintToday',
};
// What stands in one line under the figures, as far as there is any.
const MORE = [
  { key: 'due', title: 'today.due', filter: 'open:yes unit:mine due:today', sort: 'due' },
  { key: 'back', title: 'today.back', filter: 'open:yes unit:mine returns:>=1', sort: 'due' },
  { key: 'again', title: 'today.again', filter: 'open:yes unit:mine round:>=2', sort: 'due' },
  { key: 'receipt', title: 'view.receipt', filter: view('receipt').filter, sort: 'due' },
  { key: 'recheck', title: 'view.recheck', filter: view('recheck').filter, sort: view('recheck').sort },
  { key: 'named', title: 'today.named', filter: view('named').filter, sort: 'due' },
  { key: 'watched', title: 'today.watched', filter: 'watch:me', sort: '-changed' },
];
const TOP = 8;

const ask = (v, limit, signal) =>
  get(`/api/items${query({ filter: v.filter, sort: v.sort, limit })}`, { signal });

function heading() {
  const p = parts(now());
  const names = t('today.weekdays').split(',');
  return t('today.date', { m: p.m, d: p.d, weekday: names[p.week], week: week(now()).w });
}

function Cell({ view, answer }) {
  const n = answer ? answer.total : null;
  const alert = view.key === 'late' && n > 0 ? ' red' : view.key === 'soon' && n > 0 ? ' amber' : '';
  return html`<li><a class=${`figure${alert}`} href=${itemsLink(view.filter, { sort: view.sort })}>
    <span class="figure-title">${alert ? html`<span aria-hidden="true">${alert === ' red' ? '▲ ' : '◔ '}</span>` : null}${t(view.title)}</span>
    <strong>${answer ? count(n) : html`<span class="wait-n">
      </span>`}${answer && answer.total_capped ? '+' : ''}</strong>
    <span class="hint">${t(HINT[view.key])}</span>
  </a></li>`;
}

function More({ answers }) {
  const some = MORE.map((v, i) => ({ v, n: answers[i].total })).filter((x) => x.n);
  if (!some.length) return html`<p class="hint today-more">${t('today.quiet')}</p>`;
  return html`<ul class="row today-more" aria-label=${t('today.more')}>${some.map(
    ({ v, n }) => html`<li key=${v.key}><a href=${itemsLink(v.filter, { sort: v.sort })}>${t(v.title)} <strong>${count(n)}</strong></a></li>`,
  )}</ul>`;
}

/** The first page of everybody on the staff. */
export function Today() {
  const of = useLoad(
    (signal) => Promise.all([...CELLS, REFUSED, ...MORE].map((v) => ask(v, v.key === 'mine' ? TOP : 1, signal))),
    [],
  );
  const [news, setNews] = useState(() => new Set());
  useEffect(() => on('item', (e) => !lasting(e.loop) && setNews((s) => new Set(s).add(e.id))), []);
  useEffect(() => {
    if (of.data) {
      asOf.value = of.data[0].at;
      setNews(new Set());
    }
  }, [of.data]);
  useKeys({ KeyR: of.again });
  const mine = of.data && of.data[0];
  const refused = of.data ? of.data[CELLS.length].total : 0;
  return html`<${Page} title=${t('nav.today')} side=${html`<span class="hint">${heading()}</span>
      ${may('item.file') ? html`<a class="button primary" href="/new">${t('new.button')} <kbd>C</kbd>
        </a>` : null}`}>
    <ul class="figures">${CELLS.map((v, i) => html`<${Cell} key=${v.key} view=${v}
      answer=${of.data && of.data[i]} />`)}</ul>
    ${of.data ? html`<${More} answers=${of.data.slice(CELLS.length + 1)} />` : null}
    ${refused ? html`<p class="notice"><a href=${itemsLink(REFUSED.filter, { sort: REFUSED.sort })}>${t('today.refused', { n: count(refused) })}</a></p>` : null}
    <${Updates} n=${news.size} again=${of.again} />
    <section aria-labelledby="mine-h">
      <div class="section-head"><h2 id="mine-h">${t('today.mine')}</h2>
        ${mine && mine.total > TOP ? html`<a href=${itemsLink(CELLS[0].filter, { sort: 'due' })}>${t('today.all', { n: count(mine.total) })}</a>` : null}</div>
      ${of.error && of.data ? html`<${Failure} error=${of.error} again=${of.again} />` : null}
      <${Loaded} of=${of.data ? { ...of, error: null } : of} rows=${TOP}>${(d) =>
        d[0].rows.length
          ? html`<${ItemRows} rows=${d[0].rows} label=${t('today.mine')} short />`
          : html`<${Empty} text=${t('today.none')}>${html`<a href=${itemsLink('open:yes')}>${t('today.seeOpen')}</a>`}<//>`}<//>
    </section>
  <//>`;
}
