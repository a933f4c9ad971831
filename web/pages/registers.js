// 台账: the registers, the list and the board of one, a new row, and a row's own page. What lasts has no clocks and no parts:
// it holds values, is referred to, and has a history. One lazy chunk.
import { useEffect } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { del, get, query, rowsOf as listOf } from '../lib/api.js';
import { catalog, may, notify } from '../lib/state.js';
import { linked } from '../lib/board.js';
import { stepOf } from '../lib/catalog.js';
import { place, go, goQuery } from '../lib/route.js';
import { all, itemsLink, term, value as quoted } from '../lib/filter.js';
import { useKeys } from '../lib/keys.js';
import { count, percent } from '../lib/num.js';
import { mayAdd } from '../lib/registers.js';
import { stamp } from '../lib/time.js';
import { figure, spoken, valueText } from '../lib/value.js';
import { asOf } from '../ui/asof.js';
import { Files } from '../ui/files.js';
import { ItemPlace } from '../ui/item-place.js';
import { Later } from '../ui/later.js';
import { Empty, Failure, Loaded, useLoad } from '../ui/load.js';
import { Marked } from '../ui/marked.js';
import { Page } from '../ui/page.js';
import { NamedFile } from '../ui/file-field.js';
import { ShapeMap, shapesOf } from '../ui/shape.js';
import { Sealed } from '../ui/sealed.js';
import { StepBar } from '../ui/step-bar.js';
import { Timeline } from '../ui/timeline.js';
import { ways } from './board.js';
import { FileForm } from './file-new.js';
import { ItemList } from './items.js';

const KEPT = 'open:yes';
const FOUND_MOST = 5;
const REFERRING_MOST = 5;

const rowsOf = (register, ...terms) => all(term('register', register.key), ...terms);
const counted = (d) => count(d.total) + (d.total_capped ? '+' : '');
const ask = (filter, limit, signal) => get(`/api/items${query({ filter, limit })}`, { signal });
const find = (key) => catalog.value.registers.find((r) => r.key === key);

const addButton = (register) =>
  mayAdd(register)
    ? html`<a class="button primary" href=${`/registers/${register.key}/new`}>${t('row.add')} <kbd>C</kbd></a>`
    : null;

function Unknown() {
  return html`<${Page} title=${t('error.noPage')}><p>${t('register.unknown')}</p>
    <p><a href="/registers">${t('nav.registers')}</a></p><//>`;
}

// ---- all of them

/** The page. */
export function Registers() {
  const list = catalog.value.registers;
  const keys = list.map((r) => r.key).join(' ');
  const of = useLoad(
    (signal) =>
      Promise.all(
        list.map(async (r) => {
          const [kept, archived] = await Promise.all([
            ask(rowsOf(r, KEPT), 1, signal),
            ask(rowsOf(r, 'open:no'), 1, signal),
          ]);
          return { register: r, kept, archived };
        }),
      ),
    [keys],
  );
  useKeys({ KeyR: of.again });
  useEffect(() => {
    if (of.data && of.data.length) asOf.value = of.data[0].kept.at;
  }, [of.data]);
  return html`<${Page} title=${t('nav.registers')}>
    <p class="hint lead">${t('register.lead')}</p>
    <${Loaded} of=${of} rows=${6}>${(rows) =>
      rows.length
        ? html`<ul class="registers">${rows.map(
            ({ register: r, kept, archived }) => html`<li class="card" key=${r.key}>
      <h2><a href=${itemsLink(rowsOf(r, KEPT))}>${r.title}</a></h2>
      <p class="register-count"><strong>${counted(kept)}</strong> ${t('register.kept')}
        ${archived.total ? html` <a class="hint" href=${itemsLink(rowsOf(r, 'open:no'))}>${t('register.archived', { n: counted(archived) })}</a>` : null}</p>
      <p class="hint">${t('register.holds', { fields: [r.name || t('row.name'), ...r.fields.slice(0, 5).map((f) => f.title)].join(t('word.listed')) })}</p>
      <p class="row"><a class="button" href=${itemsLink(rowsOf(r, KEPT))}>${t('register.list')}</a>
        ${may('board.read') && r.tallies.length ? html`<a class="button" href=${`/registers/${r.key}/board`}>${t('nav.board')}</a>` : null}
        ${mayAdd(r) ? html`<a class="button" href=${`/registers/${r.key}/new`}>${t('row.add')}</a>` : null}</p></li>`,
          )}</ul>`
        : html`<${Empty} text=${t('register.none')} />`}<//>
  <//>`;
}

// ---- one of them

// The counters of all rows, each a link to those counted. A list without them is no less a list.
function Figures({ register }) {
  const of = useLoad((signal) => get(`/api/boards/${register.key}`, { signal }), [register.key]);
  if (of.error) return null;
  const b = of.data && linked(of.data, register);
  const cells = [...register.tallies.map((x) => ['tallies', x, (v) => figure(x, v, t)]), ...register.rates.map((x) => ['rates', x, percent])];
  return html`<ul class="figures register-figures" aria-label=${t('register.figures')}>${cells.map(([kind, x, show]) => {
    const cell = b ? b.total[kind][x.key] || {} : {};
    const inner = html`<span class="figure-title">${x.title}</span><strong>${b ? show(cell.v) : '…'}</strong>`;
    return html`<li key=${`${kind}.${x.key}`}>${cell.link ? html`<a class="figure" href=${itemsLink(cell.link)}>${inner}</a>` : html`<div class="figure">${inner}</div>`}</li>`;
  })}</ul>`;
}

/** The list of one register. @param {{params: {key: string}}} props */
export function Register({ params }) {
  const register = find(params.key);
  if (!register) return html`<${Unknown} />`;
  const adds = html`${addButton(register)}
    ${mayAdd(register) ? html`<a class="button" href=${`/registers/${register.key}/twins`}>${t('twin.title')}</a>` : null}
    ${may('board.read') && register.tallies.length ? html`<a class="button" href=${`/registers/${register.key}/board`}>${t('nav.board')}</a>` : null}`;
  return html`<${ItemList} register=${register} adds=${adds}>
    ${may('board.read') && register.tallies.length ? html`<${Figures} register=${register} />` : null}<//>`;
}

/** A new row. @param {{params: {key: string}}} props */
export function RowNew({ params }) {
  const register = find(params.key);
  if (!register) return html`<${Unknown} />`;
  if (!mayAdd(register))
    return html`<${Page} title=${t('error.noRight')}><p>${t('row.mayNot', { title: register.title })}</p>
      <p><a href=${itemsLink(rowsOf(register, KEPT))}>${register.title}</a></p><//>`;
  const done = (item, another) => {
    notify(t('row.added', { no: item.no, name: item.title }), 'done', another ? { label: t('row.see'), run: () => go(`/i/${item.id}`) } : null);
    if (!another) {
      go(`/i/${item.id}`, { replace: true });
      return;
    }
    const first = document.getElementById('new-title');
    if (first) first.focus();
    scrollTo(0, 0);
  };
  return html`<${Page} title=${t('row.newTitle', { title: register.title })}
    side=${html`<a class="button" href=${itemsLink(rowsOf(register, KEPT))}>${t('row.backTo', { title: register.title })}</a>`}>
    <${FileForm} loop=${register} onDone=${done} />
  <//>`;
}

// ---- its board

function Cell({ cell, show, head }) {
  if (!cell || cell.v === null || cell.v === undefined) return html`<span title=${t('board.blank')}>—</span>`;
  return cell.link
    ? html`<a class=${cell.v ? '' : 'zero'} href=${itemsLink(cell.link)} aria-label=${`${head} ${show(cell.v)}`}>${show(cell.v)}</a>`
    : show(cell.v);
}

function BoardTable({ board, register, by }) {
  const heads = [...register.tallies.map((x) => ['tallies', x, (v) => figure(x, v, t)]), ...register.rates.map((x) => ['rates', x, percent])];
  const line = (r, name) => html`<tr key=${r.key || name}><th scope="row" style=${{ paddingLeft: `${10 + (r.depth || 0) * 14}px` }}>${name}</th>${heads.map(
    ([kind, x, show]) => html`<td class="num" key=${`${kind}.${x.key}`}><${Cell} cell=${r[kind][x.key]} show=${show} head=${`${name} ${x.title}`} /></td>`,
  )}</tr>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${register.title}><table class="plain board">
    <thead><tr><th scope="col">${by}</th>${heads.map(([kind, x]) => html`<th scope="col" class="num" key=${`${kind}.${x.key}`}>${x.title}</th>`)}</tr></thead>
    <tbody>${board.rows.map((r) => line(r, r.name || t('row.blank')))}${line(board.total, t('board.total'))}</tbody></table></div>`;
}

/** The board of all rows. @param {{params: {key: string}}} props */
export function RegisterBoard({ params }) {
  const register = find(params.key);
  const list = register ? ways(register).filter(([k]) => k !== 'channel' && (k !== 'class' || register.class_scheme)) : [];
  const named = place.value.query.get('by');
  const by = list.some(([k]) => k === named) ? named : 'unit';
  const of = useLoad((signal) => (register ? get(`/api/boards/${register.key}${query({ by })}`, { signal }) : Promise.resolve(null)), [params.key, by]);
  useEffect(() => {
    if (of.data) asOf.value = of.data.at;
  }, [of.data]);
  useKeys({ KeyR: of.again });
  if (!register) return html`<${Unknown} />`;
  const file = (kind) => `/api/boards/${register.key}/table.${kind}${query({ by })}`;
  const side = html`<a class="button" href=${itemsLink(rowsOf(register, KEPT))}>${t('register.list')}</a>
    <a class="button" href=${file('xlsx')} download>${t('score.xlsx')}</a><a class="button" href=${file('csv')} download>CSV</a>
    <button type="button" onClick=${() => print()}>${t('action.print')}</button>`;
  return html`<${Page} title=${t('register.boardOf', { title: register.title })} side=${side} cls="board-page">
    <div class="chooser"><ul class="segments" aria-label=${t('board.by')}>${list.map(
      ([k, title]) => html`<li key=${k}><button type="button" aria-pressed=${k === by ? 'true' : 'false'}
        onClick=${() => goQuery({ by: k })}>${k === 'unit' ? t('register.byUnit') : title}</button></li>`,
    )}</ul></div>
    ${of.error && of.data ? html`<${Failure} error=${of.error} again=${of.again} />` : null}
    <${Loaded} of=${of.data ? { ...of, error: null } : of} rows=${8}>${(d) => html`<div aria-busy=${of.busy ? 'true' : null}>
      <${BoardTable} board=${linked(d, register)} register=${register}
        by=${by === 'unit' ? t('row.unit') : (register.fields.find((f) => `field:${f.key}` === by) || { title: t('col.class') }).title} /></div>`}<//>
  <//>`;
}

// ---- a row

const unitOf = (code) => (catalog.value.units.find((u) => u.code === code) || {}).name;

// A large amount is read twice: to the fen, and as it is spoken of.
function Amount({ field, value }) {
  const large = spoken(Number(value), t);
  const told = !large ? '' : large.exact ? large.said : t('value.about', { said: large.said });
  return html`${valueText(field, value, t)}${told ? html` <span class="hint">${told}</span>` : null}`;
}

function Value({ field, f, item, again }) {
  if (!f || f.value === '') return html`<span class="hint">—</span>`;
  if (f.sealed) return html`<${Sealed} item=${item} f=${f} onSeen=${again} />`;
  if (field.type === 'file') return html`<${NamedFile} item=${item} value=${f.value} />`;
  if (f.row) return html`<a href=${`/i/${f.row}`}>${f.shown || f.value}</a> <span class="hint">${f.value}</span>`;
  if (f.shown) return f.shown;
  return field.type === 'money' ? html`<${Amount} field=${field} value=${f.value} />` : valueText(field, f.value, t, { unitOf });
}

function Facts({ item, register, again }) {
  const has = new Map((item.fields || []).filter((f) => !f.judge).map((f) => [f.key, f]));
  // Three keys have columns of their own in every item; a register may use them for a field.
  for (const key of ['channel', 'kind', 'priority']) if (item[key]) has.set(key, { key, value: item[key] });
  const own = [
    [t('row.unit'), item.unit_name],
    [t('col.address'), item.address],
    [t('col.class'), item.class_name],
    [t('row.filed'), stamp(item.filed)],
    [t('row.changed'), item.changed !== item.filed ? stamp(item.changed) : ''],
  ].filter(([, v]) => v);
  return html`<dl class="facts row-facts">${register.fields.map((f) => {
    const x = has.get(f.key);
    return html`<div key=${f.key} class=${x && String(x.value).length > 60 ? 'long' : ''}><dt>${f.title}${f.formula ? html` <span class="tag">${t('row.computed')}</span>` : null}</dt>
      <dd class=${f.check ? 'mono' : null}><${Value} field=${f} f=${x} item=${item} again=${again} /></dd></div>`;
  })}</dl>
  <dl class="facts row-facts own-facts">${own.map(([k, v]) => html`<div key=${k}><dt>${k}</dt><dd>${v}</dd></div>`)}</dl>`;
}

// Whatever has a reference to a register may name this row.
const namers = (register) =>
  [...catalog.value.registers, ...catalog.value.loops].filter((d) => d.fields.some((f) => f.type === 'ref' && f.register === register.key));

function Referring({ item, register }) {
  const list = namers(register);
  const of = useLoad(
    (signal) =>
      Promise.all(
        list.map(async (d) => {
          const filter = all(term(d.lasts ? 'register' : 'loop', d.key), term('refers', item.no));
          return { d, filter, answer: await ask(filter, REFERRING_MOST, signal) };
        }),
      ),
    [item.id, item.version, list.map((d) => d.key).join(' ')],
  );
  if (!list.length) return null;
  return html`<section class="card" aria-labelledby="refers-h"><h2 id="refers-h">${t('row.refers')}</h2>
    <${Loaded} of=${of} rows=${2}>${(found) => {
      const some = found.filter((x) => x.answer.total);
      if (!some.length) return html`<p class="hint">${t('row.refersNone', { names: list.map((d) => d.title).join(t('word.listed')) })}</p>`;
      return some.map(
        ({ d, filter, answer }) => html`<h3 key=${d.key}><a href=${itemsLink(filter)}>${t('row.refersN', { title: d.title, n: counted(answer) })}</a></h3>
        <ul class="plain-list">${answer.rows.map((r) => html`<li key=${r.id}><a href=${`/i/${r.id}`}>${r.title}</a> <span class="hint">${r.no}${r.open ? '' : ` · ${r.state_title}`}</span></li>`)}
          ${answer.total > answer.rows.length ? html`<li><a href=${itemsLink(filter)}>${t('row.refersAll')}</a></li>` : null}</ul>`,
      );
    }}<//></section>`;
}

const tools = () => import('../ui/list-tools.js');

// Where it lies, in the drawing of the first layer that has one.
function RowMap({ item }) {
  const has = !!(item.lat || item.lon);
  const of = useLoad(async (signal) => (has ? listOf(await get('/api/layers?areas=yes', { signal })) : []), [has]);
  const layer = (of.data || []).find((l) => l.rows.some((c) => c.area));
  if (!has || !layer) return null;
  return html`<section class="card" aria-labelledby="map-h"><h2 id="map-h">${t('row.map', { layer: layer.title })}</h2>
    <${Later} load=${tools} name="CellMap" layer=${layer} point=${{ lat: item.lat, lon: item.lon }} /></section>`;
}

// Of what cannot be done only that is told which the row's state allows: nobody wonders why what is kept cannot be restored.
const worthTelling = (item, register) => ({
  ...item,
  steps: (item.steps || []).filter((s) => s.ok || (stepOf(register, s.key) || { from: [] }).from.includes(item.state)),
});

// Where a merged row leads, what was merged into this one, and what somebody has called another thing.
const LEADS = { main: 'twin.into', merged: 'twin.from', differs: 'twin.differs' };

function Leads({ item, onItem }) {
  const links = (item.links || []).filter((l) => LEADS[l.kind]);
  const alike = (l) => del(`/api/items/${item.id}/differs/${l.item}`).then(onItem, (e) => notify(e.message, 'error'));
  if (!links.length) return null;
  return html`<section class="card" aria-labelledby="leads-h"><h2 id="leads-h">${t('twin.leads')}</h2><ul class="plain-list">${links.map(
    (l) => html`<li key=${l.kind + l.item}><span class="tag">${t(LEADS[l.kind])}</span> <a href=${`/i/${l.item}`}>${l.no} ${l.title}</a>${l.kind === 'differs' && may('item.step') ? html` <button type="button" class="link" onClick=${() => alike(l)}>${t('twin.alike')}</button>` : null}</li>`,
  )}</ul></section>`;
}

/**
 * The body of a row's page; the frame, the steps' dialogs and undo are the item page's.
 * @param {{item: object, register: object, onItem: (item: object) => void, again: () => void, openStep: (s: object) => void}} props
 */
export function RowBody({ item, register, onItem, again, openStep }) {
  return html`<div class="item-head row-head">
      <p><span class="tag">${item.merged ? t('twin.isMerged') : item.state_title}</span> <span class="mono">${item.no}</span> ${register.title}</p>
    </div>
    <${StepBar} item=${worthTelling(item, register)} loop=${register} onOpen=${openStep} />
    <div class="item-cols">
      <div class="item-time">
        <${Referring} item=${item} register=${register} />
        <${Leads} item=${item} onItem=${onItem} />
        <${ItemPlace} item=${item} title=${t('row.place')} />
        ${shapesOf(item, register).length ? html`<${ShapeMap} item=${item} loop=${register} />` : html`<${RowMap} item=${item} />`}
      </div>
      <div class="item-main">
        <section class="card" aria-labelledby="facts-h"><h2 id="facts-h" class="sr">${t('item.facts')}</h2>
          ${item.text ? html`<p class="prose"><${Marked} text=${item.text} words=${place.value.query.getAll('mark')} /></p>` : null}
          <${Facts} item=${item} register=${register} again=${again} /></section>
        <${Files} item=${item} onItem=${onItem} />
        <${Timeline} events=${item.timeline || []} loop=${register} fields=${item.fields} />
      </div>
    </div>`;
}

// ---- beside an item

// What a row holds, blanks left out; a row of a register one may not read is not told of.
function NamedRow({ id }) {
  const of = useLoad((signal) => get(`/api/items/${id}`, { signal }).catch((e) => (e.status === 404 ? null : Promise.reject(e))), [id]);
  const row = of.data;
  const register = row && find(row.loop);
  if (of.data === null && !of.busy && !of.error) return null;
  return html`<section class="card" aria-label=${register ? register.title : t('nav.registers')}><${Loaded} of=${of} rows=${3}>${() => {
    if (!register) return null;
    const has = new Map((row.fields || []).filter((f) => f.value !== '').map((f) => [f.key, f]));
    const filled = { ...register, fields: register.fields.filter((f) => has.has(f.key)) };
    return html`<h2>${register.title} <a href=${`/i/${row.id}`}>${row.title}</a>${row.open ? null : html` <span class="tag">${row.state_title}</span>`}</h2>
      <p class="hint">${t('row.heldHint')}</p><${Facts} item=${row} register=${filled} again=${() => {}} />`;
  }}<//></section>`;
}

/**
 * The rows an item names, with what the registers hold of them: what the town has already is shown and not asked again (一表同享).
 * @param {{fields: object[]}} props
 */
export function NamedRows({ fields }) {
  const ids = [...new Set((fields || []).map((f) => f.row).filter(Boolean))];
  return ids.map((id) => html`<${NamedRow} key=${id} id=${id} />`);
}

// ---- beside the list of items

/** What the registers hold of words somebody looks for among the items. @param {{words: string[]}} props */
export function FoundRows({ words }) {
  const list = words.length ? catalog.value.registers : [];
  const text = words.map(quoted).join(' ');
  const filter = all(term('register', ...list.map((r) => r.key)), text);
  const of = useLoad((signal) => (list.length ? ask(filter, FOUND_MOST, signal).catch(() => null) : Promise.resolve(null)), [filter]);
  const d = of.data;
  if (!d || !d.total) return null;
  const kinds = list.filter((r) => d.rows.some((x) => x.loop === r.key));
  return html`<section class="notice found-rows" aria-label=${t('row.found')}><p><strong>${t('row.found')}</strong> ${d.rows.map(
    (r) => html`<a key=${r.id} href=${`/i/${r.id}`}>${r.title}</a> <span class="hint">${(find(r.loop) || {}).title}</span>　`,
  )}${d.total > d.rows.length ? kinds.map((r) => html`<a key=${r.key} href=${itemsLink(rowsOf(r, text))}>${t('row.foundMore', { title: r.title })}</a>　`) : null}</p></section>`;
}
