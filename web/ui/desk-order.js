// The open order of the desk: what was asked, where, by whom, what happened, what may be the same matter, and to whom it goes.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { returnsOf } from '../lib/back.js';
import { shortNo } from '../lib/num.js';
import { stamp } from '../lib/time.js';
import { ClockBar, Lamp } from './lamp.js';
import { Caller } from './caller.js';
import { Timeline } from './timeline.js';
import { Failure, Skeleton } from './load.js';
import { DeskForm } from './desk-form.js';
import { kinWords, Pictures } from './desk-compare.js';

const KIN_SHOWN = 5;

function News({ desk, order }) {
  const mark = desk.marks.get(desk.at);
  if (!mark || (mark.kind !== 'changed' && mark.kind !== 'failed' && mark.kind !== 'gone')) return null;
  const last = mark.kind === 'failed' && order.item ? (order.item.timeline || [])[0] : null;
  const what = mark.kind === 'changed' ? t('desk.newer') : mark.kind === 'gone' ? t('desk.gone') : mark.text;
  return html`<div class=${`notice ${mark.kind === 'failed' ? 'error' : 'conflict'}`} role="alert">
    <p>${what}</p>
    ${last ? html`<p class="hint">${t('desk.lastly', { at: stamp(last.at), who: last.person_name, what: last.what_title })}
      ${order.item.unit_name} · ${order.item.state_title}</p>` : null}
    <p class="hint">${t('desk.keptTyped')}</p>
    <button type="button" onClick=${() => desk.again()}>${t('desk.readNew')} <kbd>L</kbd></button>
  </div>`;
}

function Kin({ desk, order, onCompare }) {
  const rows = desk.kin();
  if (!rows.length) return null;
  const mayMerge = desk.desk.merge && rows.some((k) => k.may);
  return html`<section class="card kin" aria-labelledby="kin-h">
    <h3 id="kin-h">${t('desk.kin', { n: rows.length })}
      <button type="button" class="small" onClick=${() => onCompare(0)}>${t(mayMerge ? 'desk.compareMerge' : 'desk.compare')} <kbd>M</kbd></button></h3>
    <ul class="plain-list">${rows.slice(0, KIN_SHOWN).map((k, i) => html`<li key=${k.id}>
      <button type="button" class="link" onClick=${() => onCompare(i)}>${shortNo(k.no)} ${k.title}</button>
      <span class="hint">${kinWords(k, order.item).join(' · ')}</span></li>`)}</ul>
  </section>`;
}

// Whoever sends it out again has to know why it came back.
function Returned({ item, loop }) {
  const rows = item.returns ? returnsOf(item, loop) : [];
  if (!rows.length) return null;
  return html`<section class="card back" aria-labelledby="back-h"><h3 id="back-h">${t('desk.back')}</h3>
    <ul class="plain-list">${rows.map((r) => html`<li key=${r.version}><strong>${r.unit}</strong> <span class="hint">${stamp(r.at)}</span>
      <p>${[r.reason, r.note].filter(Boolean).join('　')}</p></li>`)}</ul></section>`;
}

function Facts({ item }) {
  const rows = [
    ['col.address', item.address],
    ['col.class', item.class_name],
    ['col.channel', item.channel],
    ['col.kind', item.kind],
    ['col.priority', item.priority],
    ['col.filed', stamp(item.filed)],
  ].filter(([, v]) => v);
  return html`<dl class="facts tight">${rows.map(([k, v]) => html`<div key=${k} class=${k === 'col.address' ? 'long' : ''}><dt>${t(k)}</dt>
    <dd>${v}</dd></div>`)}</dl>`;
}

/**
 * @param {{desk: object, onSend: () => void, onCompare: (n: number) => void, onWatch: () => void, watched: boolean,
 *   onMore: () => void}} props
 */
export function DeskOrder({ desk, onSend, onCompare, onWatch, watched, onMore }) {
  const order = desk.order();
  if (!desk.at) return html`<p class="empty">${t('desk.pickOne')}</p>`;
  if (!order || (!order.item && !order.error)) return html`<${Skeleton} rows=${8} />`;
  if (!order.item) return html`<${Failure} error=${order.error} again=${() => desk.again()} />`;
  const item = order.item;
  const loop = catalog.value.loopByKey.get(item.loop);
  const running = (item.clocks || []).filter((c) => c.state === 'running' || c.state === 'paused');
  return html`<article class="desk-order" aria-labelledby="order-h" data-id=${item.id}>
    <header>
      <h2 id="order-h">${item.title}</h2>
      <p class="row"><a href=${`/i/${item.id}`}>${item.no}</a> <span class="state">${item.state_title}</span>
        <${Lamp} item=${item} />
        ${item.returns ? html`<span class="tag">${t('item.returns', { n: item.returns })}</span>` : null}
        <button type="button" class="small" aria-pressed=${watched ? 'true' : 'false'} onClick=${onWatch}>${t(watched ? 'desk.unwatch' : 'desk.watch')} <kbd>W</kbd></button>
        <button type="button" class="small" onClick=${onMore}>${t('desk.more')} <kbd>V</kbd></button></p>
    </header>
    <${News} desk=${desk} order=${order} draw=${desk.draws} />
    <div class="desk-cols">
      <div class="desk-read">
        <${Returned} item=${item} loop=${loop} />
        <section class="card" aria-labelledby="text-h"><h3 id="text-h">${(loop && loop.text) || t('item.text')}</h3>
          <p class="prose">${item.text || html`<span class="hint">${t('item.noText')}</span>`}</p>
          <${Facts} item=${item} />
          <${Pictures} item=${item} />
          <${Caller} item=${item} onSeen=${() => desk.again()} /></section>
        <${Kin} desk=${desk} order=${order} onCompare=${onCompare} draw=${desk.draws} />
        ${running.length ? html`<section class="card" aria-labelledby="clocks-h"><h3 id="clocks-h">${t('item.clocks')}</h3>
          <ul class="clocks">${running.map((c, i) => html`<${ClockBar} key=${`${c.key}/${c.part}/${i}`} clock=${c} unit=${c.unit_name} />`)}</ul></section>` : null}
        <${Timeline} events=${item.timeline || []} loop=${loop} />
      </div>
      <section class="card desk-act"><${DeskForm} key=${item.id} desk=${desk} order=${order} onSend=${onSend} draw=${desk.draws} /></section>
    </div>
  </article>`;
}
