// 事项详情: what it is, where it stands against its clocks, what happened, and the steps that can be taken, each with
// the reason when it cannot.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, post, query } from '../lib/api.js';
import { belongs, catalog, dropToast, may, notify } from '../lib/state.js';
import { stagesOf, stepOf } from '../lib/catalog.js';
import { cameBack } from '../lib/back.js';
import { gatherStep } from '../lib/gather.js';
import { isPlain } from '../lib/step.js';
import { go, place } from '../lib/route.js';
import { on } from '../lib/sse.js';
import { useKeys } from '../lib/keys.js';
import { itemsLink, term } from '../lib/filter.js';
import { dueStamp, now, stamp } from '../lib/time.js';
import { valueText } from '../lib/value.js';
import { loadWatched, setWatched, watched } from '../lib/watched.js';
import { Page } from '../ui/page.js';
import { Failure, Loaded, useLoad } from '../ui/load.js';
import { Later } from '../ui/later.js';
import { Updates } from '../ui/updates.js';
import { asOf } from '../ui/asof.js';
import { ClockBar, Lamp } from '../ui/lamp.js';
import { nameOf, Timeline } from '../ui/timeline.js';
import { Files } from '../ui/files.js';
import { Marked } from '../ui/marked.js';
import { Caller } from '../ui/caller.js';
import { ItemPlace } from '../ui/item-place.js';
import { Kin } from '../ui/kin.js';
import { Slip } from '../ui/slip.js';
import { StepBar } from '../ui/step-bar.js';
import { StepDialog } from '../ui/step-dialog.js';
import { Requests } from '../ui/requests.js';
import { DecideDialog } from '../ui/decide-dialog.js';

const id = (s) => `${s.key}/${s.part || 0}`;
const rows = () => import('./rows.js');
const tools = () => import('../ui/list-tools.js');

function States({ item, loop }) {
  if (!loop) return html`<p><span class="state">${item.state_title}</span></p>`;
  const at = loop.states.findIndex((s) => s.key === item.state);
  const last = loop.states.find((s) => s.final);
  return html`<ol class="states" aria-label=${t('item.states')}>${loop.states
    .filter((s) => s.key === item.state || !(s.paused || (s.final && s !== last)))
    .map(
      (
        s,
      ) => html`<li key=${s.key} class=${s.key === item.state ? 'at' : loop.states.indexOf(s) < at ? 'past' : ''}
      aria-current=${s.key === item.state ? 'step' : null}>${s.title}</li>`,
    )}</ol>`;
}

// It goes on by the version it was filed under, until somebody who may publish moves it.
function Version({ item, loop }) {
  const move = `/settings/defs/${loop.def}${query({ view: 'move', where: term('no', item.no) })}`;
  return html`${t('item.versionOf', { n: item.def_version, now: loop.version })}
    ${may('def.manage') ? html` <a href=${move}>${t('item.moveVersion')}</a>` : null}`;
}

function Facts({ item, loop, again }) {
  // A loop has its own word for these columns: 级别 of a patrol, 业务类型 of an order.
  const word = (key) => (loop && (loop.fields.find((f) => `col.${f.key}` === key) || {}).title) || t(key);
  const rows = [
    ['col.no', item.no],
    ['col.filed', stamp(item.filed)],
    [
      'col.channel',
      item.channel && html`<a href=${itemsLink(term('channel', item.channel))}>${item.channel}</a>`,
    ],
    ['col.kind', item.kind],
    ['col.priority', item.priority],
    ['col.class', item.class_name],
    ['col.address', item.address],
    ['col.closed', item.closed ? stamp(item.closed) : null],
    ['item.round', item.round > 1 ? item.round : null],
    ['item.reopens', item.reopens || null],
    ['item.urged', item.urges || null],
    ['col.unlocks', item.unlocks || null],
    ['item.extended', item.extensions || null],
    ['item.raised', item.level ? t('item.raisedTo', { level: item.level, unit: item.raised_name }) : null],
    ['item.version', loop && item.def_version < loop.version ? html`<${Version} item=${item} loop=${loop} />` : null],
  ].filter(([, v]) => v);
  return html`<dl class="facts">${rows.map(([k, v]) => html`<div key=${k}><dt>${word(k)}</dt><dd>${v}</dd>
    </div>`)}
    ${(item.fields || []).map((f) => fact(f, loop, item, again))}</dl>`;
}

function fact(f, loop, item, again) {
  const kind = loop && loop.fields.find((x) => x.key === f.key);
  return html`<div key=${`${f.judge || ''}/${f.key}`} class=${String(f.value).length > 30 ? 'long' : ''}>
    <dt>${f.title}${f.judge ? html` <span class="tag">${f.judge}</span>` : null}</dt>
    <dd>${kind && kind.type === 'file' ? html`<${Later} load=${rows} name="NamedFile" item=${item} value=${f.value} />` : f.sealed ? html`<${Later} load=${rows} name="Sealed" item=${item} f=${f} onSeen=${again} />` : f.row ? html`<a href=${`/i/${f.row}`}>${f.shown}</a>` : f.shown || valueText(kind, f.value, t)}</dd></div>`;
}

function Clocks({ item }) {
  const rank = { running: 0, paused: 1, late: 2, met: 3, void: 4 };
  const planned = new Set((item.plan || []).map((n) => n.key)); // the schedule tells them, day by day
  const list = (item.clocks || [])
    .filter((c) => !planned.has(c.key))
    .sort((a, b) => rank[a.state] - rank[b.state] || String(a.due).localeCompare(String(b.due)));
  const live = list.filter((c) => c.state !== 'void');
  const gone = list.length - live.length;
  return html`<section class="card" aria-labelledby="clocks-h"><h2 id="clocks-h">${t('item.clocks')}</h2>
    ${
      live.length
        ? html`<ul class="clocks">${live.map((c, i) => html`<${ClockBar}
          key=${`${c.key}/${c.part}/${c.round}/${i}`} clock=${c} unit=${c.unit_name} />`)}</ul>`
        : html`<p class="hint">${t('item.noClocks')}</p>`
    }
    ${gone ? html`<p class="hint">${t('item.voidClocks', { n: gone })}</p>` : null}</section>`;
}

function Parts({ item, loop, again }) {
  const parts = item.parts || [];
  // A loop without parts is nobody's to dispatch: one unit has it from the beginning to the end.
  if (loop && !loop.part_states.length)
    return html`<section class="card" aria-labelledby="parts-h"><h2 id="parts-h">${t('row.unit')}</h2><p>${item.unit_name}</p></section>`;
  return html`<section class="card" aria-labelledby="parts-h"><h2 id="parts-h">${t('item.parts')}</h2>
    <p>${t('item.receiver')} ${item.receiver_name || '—'}</p>
    ${
      parts.length
        ? html`<ul class="parts">${parts.map(
            (p) => html`<li key=${p.id} class=${p.open ? '' : 'done'}>
      <span class="tag">${t(p.lead ? 'part.lead' : p.above ? 'part.under' : 'part.assist')}</span> <strong>${p.unit_name}</strong>${p.level ? html` <span class="tag">${t('part.level', { n: p.level })}</span>` : null}
      <span class="hint"> ${p.state_title} · ${t('part.since', { at: stamp(p.since) })}${p.above ? ` · ${t('part.below', { unit: (parts.find((x) => x.id === p.above) || {}).unit_name })}` : ''}</span>
      ${(p.answers || []).length ? html`<dl class="facts">${p.answers.map((f) => fact(f, loop, item, again))}</dl>` : null}</li>`,
          )}</ul>`
        : html`<p class="hint">${t('item.noParts')}</p>`
    }
    ${item.returns ? html`<p>${t('item.returns', { n: item.returns })}</p>` : null}</section>`;
}

const LINK = { parent: 'link.parent', child: 'link.child', merged: 'link.merged', main: 'link.main', same: 'link.same', gathered: 'link.gathered' };

function Links({ links }) {
  if (!links || !links.length) return null;
  return html`<section class="card" aria-labelledby="links-h"><h2 id="links-h">${t('item.links')}</h2>
    <ul class="plain-list">${links.map((l) => html`<li key=${l.kind + l.item}>
      <span class="tag">${LINK[l.kind] ? t(LINK[l.kind]) : l.kind}</span> <a href=${`/i/${l.item}`}>${l.no} ${l.title}</a>
      </li>`)}</ul></section>`;
}

// Whoever has it again reads first why.
function Back({ item, loop }) {
  const b = loop && cameBack(item, loop);
  if (!b) return null;
  const judged = Object.entries(b.changes).filter(([k, v]) => k.split('/').length === 3 && Array.isArray(v) && v[0] && !v[1] && nameOf(k, loop));
  return html`<section class="notice came-back" aria-label=${b.title}><p><strong>${b.title}</strong> <span class="hint">${b.person || t('item.bySystem')} ${stamp(b.at)}</span></p>
    ${judged.length ? html`<p>${judged.map(([k, v]) => `${nameOf(k, loop)}${t('word.colon')}${v[0]}`).join('　')}</p>` : null}
    <p class="prose">${[b.reason, b.note].filter(Boolean).join('　')}</p></section>`;
}

function Body({ item, loop, onItem, again, openStep, onSay }) {
  if (loop && loop.lasts)
    return html`<${Later} load=${rows} name="RowBody" item=${item} register=${loop} onItem=${onItem} again=${again} openStep=${openStep} />`;
  return html`<div class="item-head">
      <${States} item=${item} loop=${loop} />
      <p class="item-lamp"><${Lamp} item=${item} />${item.due ? html` <span class="hint">${t('item.nextDue', { at: dueStamp(item.due) })}</span>` : null}
        ${item.excluded ? html`<span class="tag">${t('item.excluded')}</span>` : null}<${Slip} level=${item.slip} />${item.receipt ? html`<span class=${`tag ${item.receipt === 'late' ? 'hot' : ''}`}>${t(item.receipt === 'late' ? 'mark.receiptLate' : 'mark.receipt')}</span>` : null}${item.locked ? html`<span class="tag hot">${t('item.locked')}</span>` : null}${item.repeat ? html`<span class="tag">${t('item.repeat')}</span>` : null}${item.main_repeat ? html`<span class="tag">${t('item.mainRepeat')}</span>` : null}${item.merged ? html`<span class="tag">${t('item.isMerged')}</span>` : null}</p>
    </div>
    <${Back} item=${item} loop=${loop} />
    <${Requests} item=${item} onSay=${onSay} again=${again} />
    <${StepBar} item=${item} loop=${loop} onOpen=${openStep} />
    <div class="item-cols">
      <div class="item-time">
        ${item.recheck || item.consolidated ? html`<${Later} load=${rows} name="Recheck" item=${item} />` : null}
        <${Clocks} item=${item} />
        <${Parts} item=${item} loop=${loop} again=${again} />
        ${(item.fields || []).some((f) => f.row) ? html`<${Later} load=${rows} name="NamedRows" fields=${item.fields} />` : null}
        <${ItemPlace} item=${item} />
        ${loop && loop.fields.some((f) => f.type === 'geometry') ? html`<${Later} load=${rows} name="ShapeMap" item=${item} loop=${loop} />` : null}
        ${loop && (loop.clashes.length || loop.beside) ? html`<${Later} load=${rows} name="Beside" item=${item} loop=${loop} />` : null}
        <${Links} links=${item.links} />
        ${gatherStep(loop) ? null : html`<${Kin} item=${item} onItem=${onItem} />`}
      </div>
      <div class="item-main">
        ${item.plan.length || (item.open && loop && loop.clocks.some((c) => c.by)) ? html`<${Later} load=${rows} name="Plan" plan=${item.plan} loop=${loop} />` : null}
        <section class="card" aria-labelledby="text-h"><h2 id="text-h">${(loop && loop.text) || t('item.text')}</h2>
          <p class="prose">${item.text ? html`<${Marked} text=${item.text} words=${place.value.query.getAll('mark')} />` : html`<span class="hint">${t('item.noText')}</span>`}</p>
          <${Caller} item=${item} onSeen=${again} /></section>
        <section class="card" aria-labelledby="facts-h"><h2 id="facts-h">${t('item.facts')}</h2><${Facts}
          item=${item} loop=${loop} again=${again} /></section>
        <${Files} item=${item} onItem=${onItem} />
        ${gatherStep(loop) ? html`<${Later} load=${tools} name="Gathered" key=${item.id} item=${item} loop=${loop} onItem=${onItem} openStep=${openStep} />` : null}
        <${Timeline} events=${item.timeline || []} loop=${loop} parts=${item.parts} fields=${[...(item.fields || []), ...(item.parts || []).flatMap((p) => p.answers || [])]} />
      </div>
    </div>`;
}

/** @param {{params: {id: string}}} props */
export function Item({ params }) {
  const of = useLoad((signal) => get(`/api/items/${params.id}`, { signal }), [params.id]);
  const [stepId, setStepId] = useState('');
  const [saying, setSaying] = useState(null);
  const [newer, setNewer] = useState(0);
  const [taken, setTaken] = useState(false);
  const undo = useRef(0);
  const item = of.data;
  const loop = item && catalog.value.loopByKey.get(item.loop);
  useEffect(() => {
    setNewer(0);
    if (item) asOf.value = new Date(now()).toISOString();
    return item
      ? on('item', (e) => {
          if (e.id !== item.id || e.version <= item.version) return;
          setNewer(e.version);
          // A dispatch taken back: perhaps it is not this unit's any more, and it never was.
          if (e.what === 'undo')
            get(`/api/items/${item.id}`).catch((x) => x.status === 404 && setTaken(true));
        })
      : undefined;
  }, [item]);
  useEffect(() => {
    if (!watched.value) loadWatched().catch(() => {});
  }, []);

  const open = item && item.steps ? item.steps.find((s) => id(s) === stepId) : null;
  const done = (title) => (answer) => {
    const s = open && loop && stepOf(loop, open.key);
    setStepId('');
    of.set(answer);
    dropToast(undo.current); // the step before can be taken back no more
    const asked = s && stagesOf(s);
    undo.current = notify(
      asked
        ? t('step.asked', { step: title, who: asked })
        : t('step.done', { step: title, state: answer.state_title }),
      'done',
      answer.undo && answer.undo.step
        ? { label: t('action.undo'), run: () => takeBack(answer), ms: answer.undo.left_s * 1000 }
        : null,
    );
  };
  const takeBack = async (answer) => {
    try {
      of.set(await post(`/api/items/${answer.id}/undo`, { version: answer.version }));
      notify(t('item.undone', { step: answer.undo.title }), 'done');
    } catch (e) {
      if (e.conflict) of.set(e.current);
      notify(e.message, 'error');
    }
  };
  const seen = item && watched.value && watched.value.has(item.id);
  const watch = () =>
    item &&
    setWatched(item.id, !seen).then(
      () => notify(t(seen ? 'desk.unwatched' : 'desk.watching', { no: item.no }), 'done'),
      (e) => notify(e.message, 'error'),
    );
  const said = (text) => (answer) => {
    setSaying(null);
    of.set(answer);
    notify(text, 'done');
  };
  const onSay = async (request, say) => {
    if (say !== 'back') {
      setSaying({ request, say });
      return;
    }
    try {
      const body = { step: request.step, say, part: request.part || undefined, version: item.version };
      said(t('ask.backDone'))(await post(`/api/items/${item.id}/steps`, body));
    } catch (e) {
      if (e.conflict) of.set(e.current);
      notify(e.message, 'error');
    }
  };
  const openStep = async (s) => {
    const def = stepOf(loop, s.key);
    if (!def || !isPlain(def)) {
      setStepId(id(s));
      return;
    }
    try {
      const body = { step: s.key, version: item.version, ...(s.part ? { part: s.part } : {}) };
      done(s.title)(await post(`/api/items/${item.id}/steps`, body));
    } catch (e) {
      if (e.conflict) setStepId(id(s));
      else notify(e.message, 'error');
    }
  };
  const lasts = !!loop && !!loop.lasts; // a row of a register: nobody watches its clocks, it has none
  const list = lasts ? `/registers/${loop.key}` : '/items';
  useEffect(() => {
    belongs.value = lasts ? list : '';
    return () => {
      belongs.value = '';
    };
  }, [lasts, list]);
  useKeys({ KeyB: () => (history.length > 1 ? history.back() : go(list)), KeyR: of.again, KeyW: () => !lasts && watch() });
  const step =
    open &&
    (stepOf(loop, open.key) || { key: open.key, title: open.title, fields: [], note_required: false });
  const side = html`<a class="button" href=${list} onClick=${(e) => {
    if (history.length > 1 && history.state) {
      e.preventDefault();
      history.back();
    }
  }}>${t('item.back')} <kbd>B</kbd></a>${item && !lasts ? html`<button type="button" aria-pressed=${seen ? 'true' : 'false'}
    onClick=${watch}>${t(seen ? 'desk.unwatch' : 'desk.watch')} <kbd>W</kbd></button>` : null}<button type="button"
    onClick=${() => print()}>${t('action.print')}</button>`;
  return html`<${Page} title=${item ? item.title : t('item.loading')}
    head=${item ? `${item.no} ${item.title} · ${lasts ? loop.title : t('nav.items')}` : ''} side=${side} cls="item">
    ${taken ? html`<p class="notice error" role="alert">${t('item.taken')}</p>` : html`<${Updates} n=${newer ? 1 : 0} again=${of.again} text=${t('item.newer')} />`}
    ${of.error && item ? html`<${Failure} error=${of.error} again=${of.again} />` : null}
    <${Loaded} of=${item ? { ...of, error: null } : of}>${(x) => html`<${Body} item=${x} loop=${loop}
      onItem=${of.set} again=${of.again} openStep=${openStep} onSay=${onSay} />`}<//>
    ${
      open && lasts && step.does === 'merge'
        ? html`<${Later} load=${rows} name="MergeRows" id=${item.id} register=${loop} onDone=${(winner) => { setStepId(''); go(`/i/${winner.id}`); }} onClose=${() => setStepId('')} />`
        : open
        ? html`<${StepDialog} key=${stepId} item=${item} loop=${loop} step=${step} open=${open}
          onDone=${done(open.title)}
      onClose=${() => setStepId('')} onSeen=${of.set} />`
        : null
    }
    ${
      saying && item
        ? html`<${DecideDialog} item=${item} loop=${loop} request=${saying.request} say=${saying.say}
          onDone=${said(t('ask.done', { step: saying.request.title }))} onSeen=${of.set}
          onClose=${() => setSaying(null)} />`
        : null
    }
  <//>`;
}
