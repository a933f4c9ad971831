// 派单试算: what the routes in force, a draft or a file not yet published would have said of past orders.
import { useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { get, post, rowsOf } from '../../lib/api.js';
import { catalog, may } from '../../lib/state.js';
import { withExpected } from '../../lib/errors.js';
import { count, percent } from '../../lib/num.js';
import { draft } from '../../lib/store.js';
import { itemsLink, term } from '../../lib/filter.js';
import { place } from '../../lib/route.js';
import { ErrorSummary, Field, selectInput } from '../../ui/field.js';
import { FilePick } from '../../ui/file-pick.js';
import { Loaded, useLoad } from '../../ui/load.js';
import { SetPage } from './nav.js';

const FORM = 'routes';
const LASTS = ['200', '500', '1000', '2000'];
const END = { hit: 'tries.hit', miss: 'tries.miss', conflict: 'tries.conflict', none: 'tries.none' };
const ROWS_SHOWN = 200;
const FILE = 'file';
const LOOP = 'loop/';
const DRAFT = 'def/';

const share = (c) => {
  const of = c.hit + c.miss + c.conflict;
  return of ? percent(c.hit / of) : '—';
};

// An administrator need not be somebody who reads items.
function Order({ no }) {
  return may('item.read') ? html`<a href=${itemsLink(term('no', no))}>${no}</a>` : no;
}

function Orders({ orders }) {
  if (!orders.length) return null;
  return html`<details><summary>${t('tries.orders', { n: orders.length })}</summary>
    ${orders.map((no) => html`<span class="nowrap" key=${no}><${Order} no=${no} /> </span>`)}</details>`;
}

function Counts({ title, rows, was }) {
  const before = new Map((was || []).map((r) => [r.key, r.count]));
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${title}><table class="plain tries">
    <thead><tr><th scope="col">${title}</th>${Object.values(END).map((k) => html`<th scope="col" class="num"
      key=${k}>${t(k)}</th>`)}<th scope="col" class="num">${t('tries.share')}</th>
      ${was ? html`<th scope="col" class="num">${t('tries.shareWas')}</th>` : null}<th scope="col">${t('tries.which')}</th></tr></thead>
    <tbody>${rows.map(
      (r) => html`<tr key=${r.key}><th scope="row">${r.title}${r.hint ? html`<br/><span class="hint">${r.hint}</span>` : null}</th>
        ${Object.keys(END).map((k) => html`<td class="num" key=${k}>${count(r.count[k])}</td>`)}
        <td class="num"><strong>${share(r.count)}</strong></td>
        ${was ? html`<td class="num">${before.has(r.key) ? share(before.get(r.key)) : '—'}</td>` : null}
        <td><${Orders} orders=${r.count.orders} /></td></tr>`,
    )}</tbody></table></div>`;
}

const overall = (s) => [
  { key: 'all', title: t('tries.all'), count: s.count },
  { key: 'high', title: t('tries.high'), count: s.high },
  { key: 'medium', title: t('tries.medium'), count: s.medium },
  { key: 'low', title: t('tries.low'), count: s.low },
];
const byRule = (s) => s.rules.map((r) => ({ key: r.rule, title: r.rule, hint: `${r.when} → ${r.because}`, count: r.count }));
const byClass = (s) => s.classes.map((c) => ({ key: c.class || 'none', title: c.name || t('tries.noClass'), count: c.count }));

// The orders themselves; one kind of end can be looked at alone.
function Changes({ d }) {
  const [end, setEnd] = useState('');
  if (!d.rows.length) return html`<p>${t(d.compared ? 'tries.noChanges' : 'tries.noMisses')}</p>`;
  const ends = Object.keys(END).filter((k) => d.rows.some((r) => r.now_end === k));
  const rows = d.rows.filter((r) => !end || r.now_end === end);
  const said = (unit, kind, rule) => html`${unit || '—'} <span class="hint">${t(END[kind])}${rule ? ` · ${rule}` : ''}</span>`;
  return html`<h2>${t(d.compared ? 'tries.changes' : 'tries.misses', { n: count(d.rows_all) })}</h2>
    ${ends.length > 1 ? html`<ul class="segments" aria-label=${t('tries.which')}>${['', ...ends].map(
      (k) => html`<li key=${k}><button type="button" aria-pressed=${k === end ? 'true' : 'false'} onClick=${() => setEnd(k)}>${t(k ? END[k] : 'tries.all')}
        ${count(k ? d.rows.filter((r) => r.now_end === k).length : d.rows.length)}</button></li>`,
    )}</ul>` : null}
    <div class="scroll" tabindex="0" role="region" aria-label=${t('tries.list')}><table class="plain">
    <thead><tr><th scope="col">${t('tries.no')}</th><th scope="col">${t('tries.became')}</th>
      ${d.compared ? html`<th scope="col">${t('tries.was')}</th>` : null}<th scope="col">${t(d.compared ? 'tries.now' : 'tries.was')}</th></tr></thead>
    <tbody>${rows.slice(0, ROWS_SHOWN).map(
      (r) => html`<tr key=${r.no}><th scope="row" class="nowrap"><${Order} no=${r.no} /></th>
        <td>${r.became}</td>${d.compared ? html`<td>${said(r.was, r.was_end, r.was_rule)}</td>` : null}
        <td>${said(r.now, r.now_end, r.now_rule)}</td></tr>`,
    )}</tbody></table></div>
    ${rows.length > ROWS_SHOWN || d.rows_all > d.rows.length ? html`<p class="hint">${t('tries.more', { n: count(d.rows_all), shown: count(Math.min(rows.length, ROWS_SHOWN)) })}</p>` : null}`;
}

function Result({ d }) {
  return html`<section aria-live="polite">
    <p class="total">${t('tries.looked', { items: count(d.items), judged: count(d.judged) })}
      ${d.compared ? ` ${t('tries.changed', { n: count(d.changed) })}` : ''}</p>
    <${Counts} title=${t('tries.overall')} rows=${overall(d.now)} was=${d.compared ? overall(d.was) : null} />
    <${Counts} title=${t('tries.byRule')} rows=${byRule(d.now)} was=${d.compared ? byRule(d.was) : null} />
    <${Counts} title=${t('tries.byClass')} rows=${byClass(d.now)} was=${d.compared ? byClass(d.was) : null} />
    <${Changes} d=${d} /></section>`;
}

// What can be tried: the loops in force, and the drafts of loops this machine keeps.
function choices(defs) {
  const loops = catalog.value.loops;
  const drafts = draft.names(DRAFT).map((name) => {
    const kept = draft.get(name) || {};
    const of = defs.find((d) => `${DRAFT}${d.id}` === name);
    return { name, kind: kept.kind || (of && of.kind), of };
  });
  return [
    ...loops.map((l) => ({ value: LOOP + l.key, title: t('tries.inForce', { title: l.title }) })),
    ...drafts
      .filter((x) => x.kind === 'loop')
      .map((x) => ({
        value: x.name,
        title: x.of ? t('tries.draft', { title: (catalog.value.loopByKey.get(x.of.key) || { title: x.of.key }).title, n: x.of.version }) : t('tries.draftNew'),
      })),
    { value: FILE, title: t('tries.aFile') },
  ];
}

function Mistakes({ error }) {
  const errors = error.errors && error.errors.length ? error.errors : [{ message: error.message }];
  return html`<div class="notice error" role="alert"><ol>${errors.map(
    (e, i) => html`<li key=${i}>${e.line ? t('def.line', { line: e.line, column: e.column || 1 }) : ''} ${e.field ? html`<code>${e.field}</code> ` : null}${withExpected(e)}</li>`,
  )}</ol></div>`;
}

function Try({ defs }) {
  const options = choices(defs);
  const asked = place.value.query.get('what');
  const [what, setWhat] = useState(options.some((o) => o.value === asked) ? asked : options[0].value);
  const [files, setFiles] = useState([]);
  const [last, setLast] = useState('500');
  const [result, setResult] = useState(null);
  const [error, setError] = useState(null);
  const [missing, setMissing] = useState(null);
  const [busy, setBusy] = useState(false);
  const body = async () => {
    if (what.startsWith(LOOP)) return { loop: what.slice(LOOP.length) };
    return { text: what === FILE ? await files[0].text() : draft.get(what).text };
  };
  const run = async () => {
    if (what === FILE && !files[0]) {
      setMissing({ file: t('import.needFile') });
      return;
    }
    if (busy) return;
    setMissing(null);
    setBusy(true);
    setError(null);
    try {
      setResult(await post('/api/routes/try', { ...(await body()), last: Number(last) }));
    } catch (e) {
      setResult(null);
      setError(e);
    }
    setBusy(false);
  };
  const pick = (list) => list.map((n) => ({ value: n, title: t('tries.lastN', { n }) }));
  return html`<form class="form narrow" noValidate onSubmit=${(e) => {
      e.preventDefault();
      run();
    }}>
      <p class="hint lead">${t('tries.about')}</p>
      <${ErrorSummary} form=${FORM} errors=${missing} names=${{ file: t('tries.file') }} />
      <${Field} form=${FORM} name="what" label=${t('tries.what')} hint=${t('tries.whatHint')}>${(a) =>
        selectInput(a, what, setWhat, options, null)}<//>
      ${what === FILE ? html`<${FilePick} form=${FORM} files=${files} most=${1} plain label=${t('tries.file')} hint=${t('tries.fileHint')}
        accept=".yaml,.yml" error=${missing && missing.file} setFiles=${setFiles} />` : null}
      <${Field} form=${FORM} name="last" label=${t('tries.last')}>${(a) => selectInput(a, last, setLast, pick(LASTS), null)}<//>
      <div class="actions"><button type="submit" class="primary" aria-busy=${busy ? 'true' : null}>${t('tries.run')}</button></div>
    </form>
    ${error ? html`<${Mistakes} error=${error} />` : null}
    ${result ? html`<${Result} key=${result} d=${result} />` : null}`;
}

/** The page. */
export function RouteTries() {
  const of = useLoad((signal) => get('/api/defs', { signal }), []);
  return html`<${SetPage} title=${t('set.routes')}>
    <${Loaded} of=${of} rows=${4}>${(d) => html`<${Try} defs=${rowsOf(d)} />`}<//>
  <//>`;
}
