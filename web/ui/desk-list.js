// The queue of the desk: a list that never moves by itself. What becomes of an order is a mark on its row.
import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { shortNo } from '../lib/num.js';
import { Lamp } from './lamp.js';

const unitName = (id) => {
  const u = catalog.value.unitById.get(id);
  return u ? u.short || u.name : '';
};

/** A mark in words: what became of the order. */
export function markText(mark) {
  const said = mark.said || {};
  if (mark.kind === 'busy') return t('desk.mBusy');
  if (mark.kind === 'sent') return t('desk.mSent', { unit: unitName(said.lead) });
  if (mark.kind === 'merged') return t('desk.mMerged', { no: said.no });
  if (mark.kind === 'moved') return said.state;
  if (mark.kind === 'gone') return t('desk.mGone');
  if (mark.kind === 'changed') return t('desk.mChanged');
  return t('desk.mFailed');
}

const SIGN = { busy: '…', sent: '✓', merged: '✓', moved: '✓', gone: '–', changed: '!', failed: '▲' };

function Row({ r, at, mark, picked, watched, onOpen, onToggle }) {
  return html`<li role="option" id=${`desk-${r.id}`} data-id=${r.id} aria-selected=${picked ? 'true' : 'false'}
    aria-current=${at ? 'true' : null} class=${`${at ? 'at' : ''} ${mark ? mark.kind : ''}`} onClick=${onOpen}>
    <span class="tick" onClick=${(e) => {
      e.stopPropagation();
      onToggle();
    }}><span class="box" aria-hidden="true">${picked ? '✓' : ''}</span></span>
    <span class="what"><span class="title">${r.title}</span>
      <span class="more">${[shortNo(r.no), r.class_name, r.channel].filter(Boolean).join(' · ')}</span></span>
    <span class="how">${
      mark
        ? html`<span class="mark"><span aria-hidden="true">${SIGN[mark.kind]} </span>${markText(mark)}</span>`
        : html`<${Lamp} item=${r} />`
    }
      <span class="tags">${r.returns ? html`<span class="tag">${t('desk.returned', { n: r.returns })}</span>` : null}${watched ? html`<span class="tag">${t('desk.watched')}</span>` : null}${r.priority && r.priority !== usual(r.loop) ? html`<span class="tag hot">${r.priority}</span>` : null}</span>
    </span>
  </li>`;
}

// The priority most orders have says nothing.
function usual(key) {
  const loop = catalog.value.loopByKey.get(key);
  const f = loop && loop.fields.find((x) => x.key === 'priority');
  return f ? f.default || (f.options || [])[0] : '';
}

/**
 * @param {{desk: object, label: string, watched: Set<number>, onOpen: (id: number) => void, onEnter: () => void}} props
 */
export function DeskList({ desk, label, watched, onOpen, onEnter }) {
  const list = useRef(null);
  useEffect(() => {
    const el = desk.at && document.getElementById(`desk-${desk.at}`);
    if (el) el.scrollIntoView({ block: 'nearest' });
  }, [desk.at]);
  return html`<ul class="desk-list" role="listbox" aria-multiselectable="true" aria-label=${label} tabindex="0" ref=${list}
    onKeyDown=${(e) => {
      if (e.key !== 'Enter' || e.ctrlKey || e.altKey) return;
      e.preventDefault();
      onEnter();
    }}
    aria-activedescendant=${desk.at ? `desk-${desk.at}` : null}>
    ${desk.rows.map((r) => html`<${Row} key=${r.id} r=${r} at=${r.id === desk.at} mark=${desk.marks.get(r.id)}
      picked=${desk.selected.has(r.id)} watched=${watched.has(r.id)} onOpen=${() => onOpen(r.id)}
      onToggle=${() => desk.toggle(r.id)} />`)}
  </ul>`;
}
