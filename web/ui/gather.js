// An item that gathers others: its members from all loops, what might belong to it, the calls before and after its measure; and the
// question to which one chosen rows of a list are added.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, keyKeeper, post, query } from '../lib/api.js';
import { stepOf } from '../lib/catalog.js';
import { all, itemsLink, term } from '../lib/filter.js';
import { alike, gatherers, gatherStep, outcome, releaseStep } from '../lib/gather.js';
import { count, percent } from '../lib/num.js';
import { whyText } from '../lib/kin.js';
import { useSelection } from '../lib/selection.js';
import { shortStamp } from '../lib/time.js';
import { catalog, may, notify } from '../lib/state.js';
import { BulkBar, ResultDialog, takeBack } from './bulk-bar.js';
import { CloseTogether } from './close-together.js';
import { Dialog } from './dialog.js';
import { ErrorSummary, Field, selectInput } from './field.js';
import { ItemRows } from './item-rows.js';
import { useLoad } from './load.js';

const SHOWN = 50;
const OFFERED = 100;
const FORM = 'gather';

const openStep = (item, step) => step && (item.steps || []).find((s) => s.key === step.key && s.ok);
const loopTitle = (key) => (catalog.value.loopByKey.get(key) || { title: key }).title;

// Takes it back as the item's own page does.
function undoOf(answer, again) {
  if (!answer.undo || !answer.undo.step) return null;
  const run = async () => {
    try {
      again(await post(`/api/items/${answer.id}/undo`, { version: answer.version }));
      notify(t('item.undone', { step: answer.undo.title }), 'done');
    } catch (e) {
      notify(e.message, 'error');
    }
  };
  return { label: t('action.undo'), run, ms: answer.undo.left_s * 1000 };
}

async function move(item, step, rows, text, onItem) {
  try {
    const members = rows.map((r) => r.no);
    const answer = await post(`/api/items/${item.id}/steps`, { step: step.key, version: item.version, members });
    onItem(answer);
    notify(text, 'done', undoOf(answer, onItem));
    return true;
  } catch (e) {
    if (e.conflict) onItem(e.current);
    notify(e.message, 'error');
    return false;
  }
}

function Members({ item, loop, onItem }) {
  const filter = term('gathered', item.no);
  const [turn, setTurn] = useState(0);
  const of = useLoad((signal) => get(`/api/items${query({ filter, sort: '-filed', limit: SHOWN })}`, { signal }), [item.id, item.version, turn]);
  const open = useLoad((signal) => get(`/api/items${query({ filter: all(filter, 'open:yes'), limit: 1 })}`, { signal }), [item.id, item.version, turn]);
  const selection = useSelection(filter);
  const out = openStep(item, releaseStep(loop));
  const rows = of.data ? of.data.rows : [];
  const total = of.data ? of.data.total : 0;
  const left = open.data ? open.data.total : 0;
  const release = async () => {
    const gone = selection.list;
    if (await move(item, out, gone, t('gather.released', { n: count(gone.length) }), onItem)) selection.clear();
  };
  const groups = alike(rows.filter((r) => r.open));
  const [closing, setClosing] = useState(false);
  const [told, setTold] = useState(null);
  const again = () => setTurn((n) => n + 1);
  // Who closes it is asked about its members at once: what they were about is over.
  const was = useRef(item.open);
  useEffect(() => {
    if (was.current && !item.open && left) setClosing(true);
    was.current = item.open;
  }, [item.open]);
  const closed = (answer, back) => {
    setClosing(false);
    const done = answer.rows.filter((r) => r.ok);
    notify(t('bulk.told', { done: count(answer.done), failed: count(answer.failed) }), answer.failed ? 'info' : 'done', back && done.length ? { label: t('action.undo'), run: () => takeBack(done, again) } : null);
    if (answer.failed) setTold(answer);
    again();
  };
  return html`<section class="card" aria-labelledby="members-h"><h2 id="members-h">${t('gather.title')}</h2>
    ${
      of.data && !rows.length
        ? html`<p class="hint">${t('gather.none')}</p>`
        : html`<p class="kin-counts"><a href=${itemsLink(filter)}>${t('gather.count', { n: count(total) })}</a>
            <a href=${itemsLink(all(filter, 'open:yes'))}>${t('gather.open', { n: count(left) })}</a>
            <a href=${itemsLink(all(filter, 'closed:yes'))}>${t('gather.done', { n: count(Math.max(0, total - left)) })}</a></p>
          ${groups.length ? html`<p class="actions">${may('item.step') ? html`<button type="button" onClick=${() => setClosing(true)}>${t('gather.closeAll', { n: count(left) })}</button>` : null}${groups.map((g) => html`<button type="button" key=${g.key} onClick=${() => { selection.clear(); selection.set(g.rows, true); }}>${t('gather.pick', { loop: loopTitle(g.loop), state: g.title, n: count(g.rows.length) })}</button>`)}</p>` : null}
          ${
            selection.list.length
              ? html`<${BulkBar} selection=${selection} again=${again}>${
                  out ? html`<button type="button" onClick=${release}>${t('gather.release', { n: count(selection.list.length) })}</button>` : null
                }<//>`
              : null
          }
          <${ItemRows} rows=${rows} label=${t('gather.title')} short quiet selection=${selection} />
          ${total > rows.length ? html`<p class="hint"><a href=${itemsLink(filter)}>${t('gather.more', { n: count(rows.length) })}</a></p>` : null}`
    }
    ${closing ? html`<${CloseTogether} item=${item} onDone=${closed} onClose=${() => setClosing(false)} />` : null}
    ${told ? html`<${ResultDialog} answer=${told} title=${t('gather.closeTitle')} onClose=${() => setTold(null)} />` : null}</section>`;
}

function Candidates({ item, loop, onItem }) {
  const step = openStep(item, gatherStep(loop));
  const [rows, setRows] = useState([]);
  const [picked, setPicked] = useState([]);
  useEffect(() => {
    if (!step) return undefined;
    const stop = new AbortController();
    get(`/api/items/${item.id}/candidates`, { signal: stop.signal }).then((x) => setRows(x.rows), () => {});
    return () => stop.abort();
  }, [item.id, item.version, !!step]);
  if (!step || !rows.length) return null;
  const chosen = rows.map((r) => r.item).filter((i) => picked.includes(i.no));
  const add = async () => {
    if (await move(item, step, chosen, t('gather.gathered', { n: count(chosen.length), no: item.no }), onItem)) setPicked([]);
  };
  return html`<section class="card kin" aria-labelledby="maybe-h"><h2 id="maybe-h">${t('gather.maybe')}</h2>
    <p class="hint">${t('gather.maybeHint')}</p>
    <ul class="kin-list">${rows.map(
      (row) => html`<li class="kin-row" key=${row.item.id}>
        <p><label class="check"><input type="checkbox" aria-label=${t('select.one', { title: row.item.title })} checked=${picked.includes(row.item.no)}
          onChange=${(e) => setPicked(e.target.checked ? [...picked, row.item.no] : picked.filter((no) => no !== row.item.no))} /></label>
          <span class="tag">${loopTitle(row.item.loop)}</span><a href=${`/i/${row.item.id}`}>${row.item.no} ${row.item.title}</a></p>
        <p class="hint">${[row.item.state_title, row.item.unit_name, t('kin.filed', { at: shortStamp(row.item.filed) })].filter(Boolean).join(' · ')}</p>
        <p class="hint">${t('kin.strength', { n: row.strength })}${t('kin.colon')}${whyText(row, t)}</p></li>`,
    )}</ul>
    <div class="actions"><button type="button" class="primary" disabled=${!chosen.length} onClick=${add}>${t('gather.addPicked', { n: count(chosen.length) })}</button></div></section>`;
}

function Told({ effect }) {
  const x = outcome(effect);
  if (!x) return null;
  const share = x.share === null ? '' : percent(x.share);
  const text = !x.less ? t('gather.same')
    : x.less < 0 ? t('gather.moreCalls', { n: count(-x.less), share: share || '—' })
    : t('gather.less', { n: count(x.less), share });
  return html`<p><strong class=${x.less < 0 ? 'worse' : ''}>${text}</strong></p>`;
}

function Compared({ effect }) {
  const of = (when) => effect.spans.find((s) => s.when === when);
  const figure = (s) => (s ? html`<a href=${itemsLink(s.filter)}>${count(s.n)}${s.capped ? '+' : ''}</a> <span class="hint">${t('gather.days', { from: s.from, to: s.to })}</span>` : html`<span class="hint">${t('gather.noPast')}</span>`);
  const row = (title, before, after) => html`<tr><th scope="row">${title}</th><td>${figure(of(before))}</td><td>${figure(of(after))}</td></tr>`;
  return html`<${Told} effect=${effect} />
    <div class="scroll" tabindex="0" role="region" aria-label=${t('gather.spans')}><table class="plain"><thead><tr><th scope="col">${t('gather.period')}</th><th scope="col">${t('gather.before')}</th><th scope="col">${t('gather.after')}</th></tr></thead>
    <tbody>${row(t('gather.thisYear'), 'before', 'after')}${row(t('gather.lastYear'), 'year_before', 'year_after')}</tbody></table></div>
    <p class="hint">${t('gather.method')}</p>`;
}

function Effect({ item }) {
  const of = useLoad((signal) => get(`/api/items/${item.id}/effect`, { signal }), [item.id, item.version]);
  const effect = of.data;
  if (!effect || !effect.of) return null;
  return html`<section class="card" aria-labelledby="effect-h"><h2 id="effect-h">${t('gather.effect')}</h2>
    ${
      !effect.day
        ? html`<p class="hint">${t('gather.noDay', { field: effect.field })}</p>`
        : effect.open_scope
          ? html`<p class="hint">${t('gather.noScope')}</p>`
          : !effect.weeks
            ? html`<p class="hint">${t('gather.soon', { day: effect.day })}</p>`
            : html`<p>${t('gather.weeks', { day: effect.day, n: effect.weeks, of: effect.of })}</p><${Compared} effect=${effect} />`
    }</section>`;
}

/** On the page of an item that gathers others. */
export function Gathered({ item, loop, onItem }) {
  return html`<${Effect} item=${item} />
    <${Members} item=${item} loop=${loop} onItem=${onItem} />
    <${Candidates} item=${item} loop=${loop} onItem=${onItem} />`;
}

/** To which open item of a gathering loop the chosen rows are added. */
export function GatherDialog({ rows, onDone, onClose, again }) {
  const loops = gatherers(catalog.value);
  const of = useLoad((signal) => get(`/api/items${query({ filter: all(term('loop', ...loops.map((l) => l.key)), 'open:yes'), sort: '-changed', limit: OFFERED })}`, { signal }), []);
  const [id, setId] = useState('');
  const [left, setLeft] = useState(rows);
  const [errors, setErrors] = useState(null);
  const [busy, setBusy] = useState(false);
  const [keyOf] = useState(() => keyKeeper());
  const offered = of.data ? of.data.rows : [];
  const title = loops.map((l) => l.title).join(t('word.and'));
  const refuse = (e) => {
    const bad = new Set((e.errors || []).map((x) => /^members\[(\d+)\]$/.exec(x.field || '')).filter(Boolean).map((m) => Number(m[1])));
    setErrors({ [bad.size ? 'members' : 'target']: (e.errors || []).map((x) => x.message).join(t('word.list')) || e.message });
    if (bad.size && bad.size < left.length) setLeft(left.filter((_, i) => !bad.has(i)));
  };
  const send = async (e) => {
    e.preventDefault();
    if (!id) {
      setErrors({ target: t('form.mustChoose') });
      return;
    }
    if (busy) return;
    setBusy(true);
    try {
      const item = await get(`/api/items/${id}`);
      const loop = catalog.value.loopByKey.get(item.loop);
      const step = gatherStep(loop);
      const open = (item.steps || []).find((s) => s.key === step.key);
      if (!open || !open.ok) setErrors({ target: t('gather.may', { why: (open || {}).why || stepOf(loop, step.key).title }) });
      else {
        const body = { step: step.key, version: item.version, members: left.map((r) => r.no) };
        const answer = await post(`/api/items/${id}/steps`, body, { key: keyOf(body) });
        notify(t('gather.gathered', { n: count(left.length), no: answer.no }), 'done', undoOf(answer, again));
        onDone();
        return;
      }
    } catch (x) {
      refuse(x);
    }
    setBusy(false);
  };
  return html`<${Dialog} title=${t('gather.chooseTitle', { n: count(rows.length) })} onClose=${onClose}>
    <form onSubmit=${send} noValidate>
      <${ErrorSummary} form=${FORM} errors=${errors} names=${{ target: t('gather.choose'), members: t('step.members') }} />
      ${
        of.data && !offered.length
          ? html`<p>${t('gather.noneOpen', { loop: title })}</p>`
          : html`<${Field} form=${FORM} name="target" label=${t('gather.choose')} error=${errors && errors.target} required>${(a) =>
              selectInput(a, id, setId, offered.map((r) => ({ value: String(r.id), title: `${r.no} ${r.title} · ${r.state_title}` })), t('form.choose'))}<//>`
      }
      <p><a href=${`/new?loop=${loops[0].key}`}>${t('gather.fileNew', { loop: loops[0].title })}</a></p>
      <div class="actions"><button class="primary" disabled=${!offered.length} aria-busy=${busy ? 'true' : null}>${left.length < rows.length ? t('gather.rest', { n: count(left.length) }) : t('gather.chooseTitle', { n: count(left.length) })}</button>
        <button type="button" onClick=${onClose}>${t('action.back')}</button></div>
    </form><//>`;
}
