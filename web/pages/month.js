// 月度分析: what grew, where, who repeats, what was promised, what came back and was late. Every sentence is made of
// counted figures, each a link to the list that makes it; the same figures give the same text. Two pages of A4 on paper.
import { useEffect } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query } from '../lib/api.js';
import { catalog, me } from '../lib/state.js';
import { place, goQuery } from '../lib/route.js';
import { linked } from '../lib/board.js';
import { countDiff, rateDiff } from '../lib/compare.js';
import { itemsLink } from '../lib/filter.js';
import { count, percent } from '../lib/num.js';
import { currentPeriod, nextPeriod, periodTitle, readPeriod, stamp } from '../lib/time.js';
import { Combo } from '../ui/combo.js';
import { Page } from '../ui/page.js';
import { Empty, Failure, Loaded, useLoad } from '../ui/load.js';
import { Said } from '../ui/said.js';
import { HourTable } from '../ui/hour-table.js';
import { asOf } from '../ui/asof.js';

const CALLED = ['up', 'down'];
const SHOWN_GROUPS = 5;

function wanted() {
  const q = place.value.query;
  const loops = catalog.value.loops.filter((l) => l.analysis);
  const loop = loops.find((l) => l.key === q.get('loop')) || loops[0];
  const asked = readPeriod(q.get('period') || '');
  const period = asked && asked.kind === 'month' ? q.get('period') : nextPeriod(currentPeriod('month'), -1);
  return { loop: loop ? loop.key : '', loops, period, unit: q.get('unit') || '' };
}

const figure = (n, filter, show = count) => ({ text: show(n), href: filter ? itemsLink(filter) : '' });
const sum = (parts) => parts.filter(Boolean);

// "比上月增加 12 件（+8.1%）".
function change(side, d, behind) {
  if (d.d > 0) return t('month.more', { side: t(side), n: count(d.d), share: behind });
  if (d.d < 0) return t('month.less', { side: t(side), n: count(-d.d), share: behind });
  return t('month.level', { side: t(side), share: behind });
}

// Each side that has a base.
function against(now, before, year) {
  const one = (side, was) => {
    const d = countDiff(now, was);
    return d ? change(side, d, d.share ? t('month.share', { n: d.share }) : '') : '';
  };
  return sum([one('month.before', before), one('month.year', year)]).join(t('word.comma'));
}

const sides = (a) => ({ before: a.board.before.from ? 'before' : '', year: a.board.year.from ? 'year' : '' });

// Section 1: how many, and the rates.
function Whole({ a, b }) {
  const has = sides(a);
  const x = b.total.tallies[a.count];
  const of = (side, kind, key) => (has[side] ? b.total[side][kind][key] : null);
  return html`<section><h2>${t('month.h1')}</h2>
    <p><${Said} text=${t('month.came', { more: against(x.v, of('before', 'tallies', a.count), of('year', 'tallies', a.count)) || t('month.noBase') })}
      parts=${{ n: figure(x.v, x.link) }} /></p>
    <table class="plain gw-table"><thead><tr><th scope="col">${t('month.figure')}</th><th scope="col" class="num">${t('month.now')}</th>
      ${has.before ? html`<th scope="col" class="num">${t('month.beforeCol')}</th>` : null}${has.year ? html`<th scope="col" class="num">${t('month.yearCol')}</th>` : null}</tr></thead>
    <tbody>${b.rates.map((r) => {
      const cell = b.total.rates[r.key];
      const beside = (side) => {
        const d = rateDiff(cell.v, of(side, 'rates', r.key), r.better);
        return html`<td class="num">${percent(of(side, 'rates', r.key))} ${d ? html`<span class=${d.better === null ? 'hint' : d.better ? 'better' : 'worse'}>${d.text}${d.better === false ? ' ▼' : ''}<span class="sr">${d.better === null ? '' : d.better ? t('board.better') : t('board.worse')}</span></span>` : null}</td>`;
      };
      return html`<tr key=${r.key}><th scope="row" title=${r.formula}>${r.title}</th>
        <td class="num">${cell.v !== null && cell.link ? html`<a href=${itemsLink(cell.link)}>${percent(cell.v)}</a>` : percent(cell.v)}</td>
        ${has.before ? beside('before') : null}${has.year ? beside('year') : null}</tr>`;
    })}</tbody></table></section>`;
}

// "占道无照经营 38 件，比上月 +17 件": a class or a unit that grew or fell.
function Changed({ a, row }) {
  const has = sides(a);
  const call = (side, was) => change(side, countDiff(row.now, was), t('month.was', { was: count(was) }));
  const calls = sum([
    has.before && CALLED.includes(row.before_call) && call('month.before', row.before),
    has.year && CALLED.includes(row.year_call) && call('month.year', row.year),
  ]);
  return html`<li><${Said} text=${t('month.row', { name: row.name, calls: calls.join(t('word.comma')) })} parts=${{ n: figure(row.now, row.filter) }} /></li>`;
}

const isUp = (r) => r.before_call === 'up' || (r.before_call !== 'down' && r.year_call === 'up');

function Ways({ a, ways, title, none }) {
  const up = ways.changed.filter(isUp);
  const down = ways.changed.filter((r) => !isUp(r));
  return html`<section><h2>${title}</h2>
    ${
      up.length
        ? html`<p>${t('month.grew', { n: up.length })}</p><ul class="gw-list">${up.map((r) => html`<${Changed} key=${r.id} a=${a} row=${r} />`)}</ul>`
        : html`<p>${none}</p>`
    }
    ${down.length ? html`<p>${t('month.fell', { n: down.length })}</p><ul class="gw-list">${down.map((r) => html`<${Changed} key=${r.id} a=${a} row=${r} />`)}</ul>` : null}
    ${
      ways.most.length
        ? html`<p>${t('month.most')}${ways.most.map((r, i) => html`${i ? t('word.comma') : ''}${r.name} <a href=${itemsLink(r.filter)}>${count(r.now)}</a>`)}${t('word.stop')}</p>`
        : null
    }</section>`;
}

function Sames({ s, text, none, what }) {
  if (!s.groups) return html`<p>${t(none, { n: s.least })}</p>`;
  return html`<p>${t(text, { groups: count(s.groups), items: count(s.items), n: s.least })}</p>
    <ul class="gw-list">${s.rows.map((r, i) => html`<li key=${i}>${r.name || t('month.noName')} ${r.filter ? html`<a href=${itemsLink(r.filter)} aria-label=${`${what} ${r.name} ${count(r.n)}`}>${count(r.n)}</a>` : count(r.n)} ${t('month.pieces')}</li>`)}</ul>`;
}

function Groups({ list }) {
  if (!list.groups.length) return null;
  const shown = list.groups.slice(0, SHOWN_GROUPS);
  const rest = list.groups.length - shown.length;
  return html`<p>${t(list.by_reason ? 'month.reasons' : 'month.groups')}${shown.map(
    (g, i) => html`${i ? t('word.comma') : ''}${g.name} ${g.filter ? html`<a href=${itemsLink(g.filter)}>${count(g.n)}</a>` : count(g.n)}`,
  )}${rest ? t('month.andMore', { n: rest }) : ''}${t('word.stop')}${list.grouped_some ? html` <span class="hint">${t('month.some')}</span>` : null}</p>`;
}

function Items({ list }) {
  if (!list.items.length) return null;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${list.title}><table class="plain gw-table"><thead><tr>
      <th scope="col">${t('col.title')}</th><th scope="col">${t('col.unit')}</th>${list.due_title ? html`<th scope="col">${list.due_title}</th>` : null}
      ${list.shows.map((x) => html`<th scope="col" key=${x}>${x}</th>`)}</tr></thead>
    <tbody>${list.items.map((i) => html`<tr key=${i.id}><td><a href=${`/i/${i.id}`}>${i.title}</a></td><td>${i.unit_name}</td>
      ${list.due_title ? html`<td class="nowrap">${i.due || '—'}</td>` : null}${i.shown.map((x, k) => html`<td key=${k}>${x || '—'}</td>`)}</tr>`)}</tbody></table></div>
    ${list.n > list.items.length ? html`<p class="hint">${t('month.first', { n: list.items.length })}</p>` : null}`;
}

function List({ list }) {
  const more = against(list.n, list.before < 0 ? null : list.before, list.year < 0 ? null : list.year);
  return html`<section class="gw-part"><h3>${list.title}</h3>
    <p><${Said} text=${t(list.n ? 'month.list' : 'month.listNone', { more: more ? t('month.listMore', { more }) : '', plus: list.capped ? '+' : '' })}
        parts=${{ n: figure(list.n, list.filter) }} />${
      list.due_title && list.n
        ? html`<${Said} text=${t('month.due', { title: list.due_title })} parts=${{ over: figure(list.overdue, list.overdue_filter), ahead: figure(list.ahead, list.ahead_filter) }} />`
        : null
    }</p>
    <${Groups} list=${list} /><${Items} list=${list} /></section>`;
}

function Paper({ d, w }) {
  const { a, b } = d;
  const period = periodTitle(w.period, t);
  const where = a.unit_name || me.value.town.name;
  const loop = catalog.value.loopByKey.get(w.loop);
  return html`<article class="gw" aria-labelledby="gw-title">
    <header class="gw-head"><p class="gw-name">${where}</p><p id="gw-title" class="gw-title">${t('month.title', { loop: a.title, period })}</p>
      <p class="gw-line"><span>${t('month.asOf', { at: stamp(a.board.at) })}</span><span>${me.value.demo ? t('app.demo') : t('month.draft')}</span></p></header>
    ${a.board.partial ? html`<p class="notice">${t('month.partial', { a: a.board.before.from || '—', b: a.board.before.to || '—' })}</p>` : null}
    <${Whole} a=${a} b=${b} />
    <${Ways} a=${a} ways=${a.classes} title=${t('month.h2')} none=${t('month.noGrowth')} />
    <${Ways} a=${a} ways=${a.units} title=${t('month.h3')} none=${t('month.noGrowthUnits')} />
    <section><h2>${t('month.h4')}</h2>
      ${loop.caller ? html`<${Sames} s=${a.callers} text=${'month.callers'} none=${'month.noCallers'} what=${t('month.caller')} />` : null}
      <${Sames} s=${a.places} text=${'month.places'} none=${'month.noPlaces'} what=${t('month.place')} />
      ${a.looked_some ? html`<p class="hint">${t('month.lookedSome')}</p>` : null}</section>
    <section><h2>${t('month.h5')}</h2>${a.lists.map((l) => html`<${List} key=${l.key} list=${l} />`)}</section>
    <section class="screen-part"><h2>${t('month.h6')}</h2><${HourTable} rows=${a.hours} /></section>
    <footer class="gw-note"><p>${t('month.rule', { few: a.rule.few, factor: Math.round((a.rule.factor - 1) * 100), share: Math.round(a.rule.share * 100), classes: count(a.classes.tested), units: count(a.units.tested), spread: a.classes.spread_before.toFixed(1) })}</p>
      <p>${t('month.source')}</p></footer>
  </article>`;
}

/** The page. */
export function Month() {
  const w = wanted();
  const of = useLoad(
    async (signal) => {
      if (!w.loop) return null;
      const a = await get(`/api/analyses/${w.loop}${query({ period: w.period, unit: w.unit })}`, { signal });
      return { a, b: linked(a.board, catalog.value.loopByKey.get(w.loop)) };
    },
    [w.loop, w.period, w.unit],
  );
  // The whole sheet is this page's when it is printed, and begins with its head.
  useEffect(() => {
    document.documentElement.classList.add('print-gw');
    return () => document.documentElement.classList.remove('print-gw');
  }, []);
  useEffect(() => {
    if (of.data) asOf.value = of.data.a.board.at;
  }, [of.data]);
  const c = catalog.value;
  if (!w.loop) return html`<${Page} title=${t('nav.month')}><${Empty} text=${t('month.none')} /><//>`;
  const side = html`<a class="button" href=${`/boards${query({ loop: w.loop, period: w.period, unit: w.unit })}`}>${t('nav.board')}</a>
    <button type="button" class="primary" onClick=${() => print()}>${t('action.print')}</button>`;
  return html`<${Page} title=${t('nav.month')} head=${`${t('nav.month')} ${periodTitle(w.period, t)}`} side=${side} cls="month">
    <div class="chooser screen-only">
      <div class="row" role="group" aria-label=${t('board.period')}>
        <button type="button" onClick=${() => goQuery({ period: nextPeriod(w.period, -1) })} aria-label=${t('board.prev')}>‹</button>
        <strong class="period" role="status">${periodTitle(w.period, t)}</strong>
        <button type="button" onClick=${() => goQuery({ period: nextPeriod(w.period, 1) })} aria-label=${t('board.next')}
          disabled=${w.period >= currentPeriod('month')}>›</button></div>
      <label class="inline" for="month-unit">${t('col.unit')}</label><${Combo} attrs=${{ id: 'month-unit' }} nodes=${c.units} byId=${c.unitById}
        value=${Number(w.unit) || null} onPick=${(id) => goQuery({ unit: id || '' })} />
      ${
        w.loops.length > 1
          ? html`<label class="inline">${t('filter.kLoop')} <select value=${w.loop} onChange=${(e) => goQuery({ loop: e.target.value })}>${w.loops.map((l) => html`<option
            key=${l.key} value=${l.key} selected=${l.key === w.loop}>${l.title}</option>`)}</select></label>`
          : null
      }</div>
    ${of.error && of.data ? html`<${Failure} error=${of.error} again=${of.again} />` : null}
    <${Loaded} of=${of.data ? { ...of, error: null } : of} rows=${12}>${(d) => html`<div class=${of.busy ? 'busy' : ''}
      aria-busy=${of.busy ? 'true' : null}><${Paper} d=${d} w=${w} /></div>`}<//>
  <//>`;
}
