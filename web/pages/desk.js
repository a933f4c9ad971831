// 派单台: the queue, the open order, and keys for all of it. Nothing moves by itself.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, post } from '../lib/api.js';
import { catalog, me, notify, toasts } from '../lib/state.js';
import { stepOf } from '../lib/catalog.js';
import { Desk as Work, queuesOf } from '../lib/desk.js';
import { desksOf } from '../lib/desks.js';
import { all } from '../lib/filter.js';
import { useKeys } from '../lib/keys.js';
import { loadViews, myViews } from '../lib/my-views.js';
import { go, goQuery, place } from '../lib/route.js';
import { on } from '../lib/sse.js';
import { draft, store } from '../lib/store.js';
import { now } from '../lib/time.js';
import { loadWatched, setWatched, watched } from '../lib/watched.js';
import { asOf } from '../ui/asof.js';
import { Batch } from '../ui/desk-batch.js';
import { Compare } from '../ui/desk-compare.js';
import { DeskHelp, MoreSteps } from '../ui/desk-keys.js';
import { DeskList } from '../ui/desk-list.js';
import { DeskOrder } from '../ui/desk-order.js';
import { DeskSplit } from '../ui/desk-split.js';
import { UndoBar } from '../ui/desk-undo.js';
import { Empty, Failure, Skeleton } from '../ui/load.js';
import { Page } from '../ui/page.js';
import { StepDialog } from '../ui/step-dialog.js';
import { Updates } from '../ui/updates.js';

const LIMIT = 50;

/** What the address asks for. */
function wanted(desks) {
  const q = place.value.query;
  const desk = desks.find((d) => d.loop.key === q.get('loop')) || desks[0];
  const queues = queuesOf(desk);
  const queue = queues.find((x) => x.key === q.get('queue')) || queues[0];
  return { desk, queues, queue, text: q.get('filter') || '' };
}

// One desk as long as the page is shown; it says when something is to be drawn anew.
function useWork() {
  const [, draw] = useState(0);
  const work = useMemo(
    () => new Work({ get, post, now, changed: () => draw((n) => n + 1), drafts: draft }),
    [],
  );
  useEffect(() => {
    const off = on('item', (e) => work.heard(e));
    loadWatched().catch(() => {});
    if (!myViews.value) loadViews().catch(() => {});
    return () => {
      off();
      work.stop();
    };
  }, []);
  return work;
}

function Queues({ w, own, moved }) {
  const link = (key, filter) => {
    const q = new URLSearchParams();
    q.set('loop', w.desk.loop.key);
    if (key !== 'all') q.set('queue', key);
    if (filter) q.set('filter', filter);
    return `/desk?${q}`;
  };
  return html`<nav class="views" aria-label=${t('desk.queues')}><ul>
    ${w.queues.map((x) => html`<li key=${x.key}><a href=${link(x.key, '')}
      aria-current=${x.key === w.queue.key && !w.text ? 'true' : null}>${t(x.title)}${x.key === 'watch' && moved ? html` <span class="n" title=${t('desk.moved', { n: moved })}>${moved}<span class="sr"> ${t('desk.moved', { n: moved })}</span></span>` : null}</a></li>`)}
    ${own.map((v) => html`<li key=${v.id}><a href=${link('all', v.filter)} title=${v.filter}
      aria-current=${w.text === v.filter ? 'true' : null}>${v.title}</a></li>`)}
  </ul></nav>`;
}

// Words or a filter, within the queue.
function Narrow({ inputRef, text }) {
  const send = (e) => {
    e.preventDefault();
    goQuery({ filter: inputRef.current.value.trim(), at: '' });
    inputRef.current.blur();
  };
  const key = (e) => {
    if (e.key === 'Escape') inputRef.current.blur();
  };
  return html`<form class="desk-find" role="search" aria-label=${t('filter.form')} onSubmit=${send}>
    <input type="search" ref=${inputRef} aria-label=${t('desk.narrow')} placeholder=${t('desk.narrow')} defaultValue=${text} key=${text} onKeyDown=${key} />
    <kbd aria-hidden="true">/</kbd></form>`;
}

const inView = (x) => {
  const terms = x.filter || '';
  return !/(^|\s)-?loop:/.test(terms) && terms.length < 200;
};

function Body({ work, w, box }) {
  const [dialog, setDialog] = useState(null);
  const [open, setOpen] = useState(() => store.get('deskOpen', true));
  const close = () => setDialog(null);
  const seen = watched.value || new Set();
  const order = work.order();
  const item = order && order.item;

  const send = () => {
    if (work.selected.size) {
      setDialog({ kind: 'sent' });
      return;
    }
    const why = work.dispatch();
    if (why === 'unit') {
      say(t('desk.needUnit'));
      focusLead();
    } else if (why === 'closed') say(work.closed(work.desk.step.key));
    else if (why === 'changed') say(t('desk.wasNewer'));
  };
  const compare = (n) => {
    if (work.selected.size) {
      if (work.desk.merge && item) setDialog({ kind: 'merged', main: item });
      return;
    }
    if (work.kin().length) setDialog({ kind: 'compare', n });
    else say(t('desk.noKin'));
  };
  const watch = () => {
    if (!item) return;
    const yes = !seen.has(item.id);
    setWatched(item.id, yes).then(
      () => notify(t(yes ? 'desk.watching' : 'desk.unwatched', { no: item.no }), 'done'),
      (e) => notify(e.message, 'error'),
    );
  };
  const undo = async () => {
    const out = await work.undo();
    if (!out) say(t('desk.nothingToUndo'));
    else if (out.failed.length) notify(out.failed.map((f) => `${f.row.no}${t('word.colon')}${f.error.message}`).join(' '), 'error');
    else notify(t('desk.undone', { n: out.done.length, no: out.done[0].no }), 'done');
  };
  const panel = () => {
    store.set('deskOpen', !open);
    setOpen(!open);
  };
  const escape = () => {
    if (work.selected.size) work.clear();
    else if (narrowScreen() && open) setOpen(false);
  };
  const see = (id) => {
    work.open(id);
    setOpen(true);
  };
  const refresh = () => work.load();
  const keys = {
    KeyJ: () => work.move(1), KeyK: () => work.move(-1), ArrowDown: () => work.move(1), ArrowUp: () => work.move(-1),
    'Shift KeyJ': () => work.move(1, true), 'Shift KeyK': () => work.move(-1, true),
    'Shift ArrowDown': () => work.move(1, true), 'Shift ArrowUp': () => work.move(-1, true),
    Digit1: () => work.take(0), Digit2: () => work.take(1), Digit3: () => work.take(2),
    KeyD: send, KeyM: () => compare(0), KeyW: watch, KeyZ: undo, KeyX: () => work.toggle(), KeyR: refresh,
    KeyL: () => work.again(), KeyA: focusLead, KeyN: () => focusField('desk-note'), KeyP: panel,
    KeyV: () => item && setDialog({ kind: 'more' }),
    KeyO: () => item && go(`/i/${item.id}`),
    Slash: () => box.current && box.current.focus(), Escape: escape,
    'Shift Slash': () => setDialog({ kind: 'help' }),
  };
  useKeys(keys);
  const step = dialog && dialog.step;
  return html`
    <${Updates} n=${work.fresh} again=${refresh} text=${t('desk.fresh', { n: work.fresh })} />
    ${work.error ? html`<${Failure} error=${work.error} again=${refresh} />` : null}
    <${DeskSplit} open=${open && work.rows.length > 0} onClose=${panel}
      list=${html`<${List} work=${work} draw=${work.draws} w=${w} seen=${seen} onOpen=${see} onEnter=${() => (open ? item && go(`/i/${item.id}`) : setOpen(true))} />`}
      panel=${html`<${DeskOrder} desk=${work} draw=${work.draws} watched=${!!item && seen.has(item.id)} onSend=${send} onCompare=${compare}
        onWatch=${watch} onMore=${() => setDialog({ kind: 'more' })} />`} />
    <${Foot} work=${work} draw=${work.draws} onUndo=${undo} onSend=${send} onMerge=${() => compare(0)} onHelp=${() => setDialog({ kind: 'help' })} onPanel=${panel} open=${open} />
    ${
      dialog && (dialog.kind === 'sent' || dialog.kind === 'merged')
        ? html`<${Batch} desk=${work} kind=${dialog.kind} main=${dialog.main || null} onClose=${close} onDone=${(x) => {
            close();
            notify(x.failed ? t('desk.manyPartly', { n: x.done, bad: x.failed }) : t('desk.manyDone', { n: x.done }), x.failed ? 'error' : 'done');
          }} />`
        : null
    }
    ${
      dialog && dialog.kind === 'compare' && item
        ? html`<${Compare} item=${item} kin=${work.kin()} first=${dialog.n} mayMerge=${!!work.desk.merge && !work.closed(work.desk.merge.key)}
            onClose=${close} onMerge=${(k) => {
              close();
              work.merge(k.no);
            }} />`
        : null
    }
    ${dialog && dialog.kind === 'help' ? html`<${DeskHelp} onClose=${close} />` : null}
    ${dialog && dialog.kind === 'more' && item ? html`<${MoreSteps} item=${item} without=${work.desk.step.key} onClose=${close}
      onPick=${(s) => setDialog({ kind: 'step', step: s })} />` : null}
    ${
      step && item
        ? html`<${StepDialog} item=${item} loop=${w.desk.loop} open=${step}
            step=${stepOf(w.desk.loop, step.key) || { key: step.key, title: step.title, fields: [], note_required: false }}
            onClose=${close} onSeen=${() => work.again()} onDone=${(x) => {
              close();
              notify(t('step.done', { step: step.title, state: x.state_title }), 'done');
              work.took(x);
            }} />`
        : null
    }`;
}

// Said once, however often a key is pressed.
const say = (text) => toasts.value.some((x) => x.text === text) || notify(text, 'info');
const narrowScreen = () => matchMedia('(max-width: 1279px)').matches;
const focusField = (id) => {
  const el = document.getElementById(id);
  if (el) el.focus();
};
const focusLead = () => focusField('desk-lead');

function List({ work, w, seen, onOpen, onEnter }) {
  if (!work.loaded) return html`<${Skeleton} rows=${10} />`;
  if (!work.rows.length && !work.error)
    return w.text
      ? html`<${Empty} text=${t('items.noneFiltered')}><code>${w.text}</code><button type="button"
          onClick=${() => goQuery({ filter: '' })}>${t('filter.clear')}</button><//>`
      : html`<${Empty} text=${t(w.queue.none)} />`;
  return html`<${DeskList} desk=${work} draw=${work.draws} label=${t(w.queue.title)} watched=${seen} onOpen=${onOpen} onEnter=${onEnter} />`;
}

function Foot({ work, onUndo, onSend, onMerge, onHelp, onPanel, open }) {
  const n = work.selected.size;
  if (n)
    return html`<div class="desk-foot"><div class="row many" role="group" aria-label=${t('desk.picked', { n })}>
      <strong role="status">${t('desk.picked', { n })}</strong>
      <button type="button" class="primary small" onClick=${onSend}>${t('desk.sendMany', { n })} <kbd>D</kbd></button>
      ${work.desk.merge && n > 1 ? html`<button type="button" class="small" onClick=${onMerge}>${t('desk.mergeHere')} <kbd>M</kbd></button>` : null}
      <button type="button" class="small" onClick=${() => work.clear()}>${t('desk.clear')} <kbd>Esc</kbd></button></div></div>`;
  return html`<div class="desk-foot"><${UndoBar} work=${work} draw=${work.draws} onUndo=${onUndo}>
    <p class="keys-line"><span><kbd>J</kbd> <kbd>K</kbd> ${t('desk.kMove')}</span><span><kbd>1</kbd> <kbd>2</kbd> <kbd>3</kbd> ${t('desk.kTake')}</span><span><kbd>D</kbd> ${t('desk.kSend')}</span><span><kbd>M</kbd> ${t('desk.kMerge')}</span><span><kbd>X</kbd> ${t('desk.kPick')}</span><span><kbd>Z</kbd> ${t('desk.kUndo')}</span>
      <button type="button" class="link" onClick=${onHelp}>${t('desk.kAll')} <kbd>?</kbd></button>
      <button type="button" class="link" onClick=${onPanel} aria-expanded=${open ? 'true' : 'false'}>${t(open ? 'desk.hide' : 'desk.show')} <kbd>P</kbd></button></p>
  <//></div>`;
}

function Ready({ desks }) {
  const w = wanted(desks);
  const work = useWork();
  const [moved, setMoved] = useState(() => new Set());
  const box = useRef(null);
  const filter = all(w.queue.filter, w.text);
  useEffect(() => {
    work.load({ desk: w.desk, filter, limit: LIMIT });
    if (w.queue.key === 'watch') setMoved(new Set());
  }, [filter]);
  useEffect(
    () =>
      on('item', (e) => {
        const mine = work.sending.has(e.id) || work.undos.some((u) => u.rows.some((r) => r.id === e.id));
        if (!mine && watched.value && watched.value.has(e.id)) setMoved((s) => new Set(s).add(e.id));
      }),
    [],
  );
  useEffect(() => {
    if (work.stamp) asOf.value = work.stamp;
  }, [work.stamp]);
  const at = work.rows.findIndex((r) => r.id === work.at);
  const n = `${work.left()}${work.capped ? '+' : ''}`;
  const own = (myViews.value || []).filter(inView).slice(0, 6);
  const bad = work.error && work.error.status === 400 ? work.error : null;
  const side = html`<strong class="total" role="status">${work.loaded && !bad ? t('desk.left', { n }) : ''}</strong>
    ${desks.length > 1 ? html`<label class="inline">${t('filter.kLoop')} <select value=${w.desk.loop.key}
      onChange=${(e) => go(`/desk?loop=${e.target.value}`)}>${desks.map((d) => html`<option key=${d.loop.key} value=${d.loop.key}
      selected=${d === w.desk}>${d.loop.title}</option>`)}</select></label>` : null}
    <${Narrow} inputRef=${box} text=${w.text} />`;
  return html`<${Page} title=${t('nav.desk')} side=${side} cls="desk">
    <${Queues} w=${w} own=${own} moved=${w.queue.key === 'watch' ? 0 : moved.size} />
    <p class="sr" role="status">${at >= 0 && work.loaded ? t('desk.spoken', { n: at + 1, of: work.rows.length, title: work.rows[at].title }) : ''}</p>
    <${Body} work=${work} draw=${work.draws} w=${w} box=${box} />
  <//>`;
}

/** The desk, for whoever may dispatch. */
export function Desk() {
  const desks = desksOf(catalog.value, me.value);
  if (!desks.length) return html`<${Page} title=${t('nav.desk')}><${Empty} text=${t('desk.notYours')} /><//>`;
  return html`<${Ready} desks=${desks} />`;
}
