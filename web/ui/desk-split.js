// The list and the open order side by side, with a border that is moved by mouse or arrow keys; on a narrow screen the order lies
// over the list.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { store } from '../lib/store.js';

const LEAST = 320;
const MOST = 720;
const USUAL = 430;
const NARROW = 370; // where the window has less than so many pixels
const WIDE_FROM = 1400;
const STEP = 20;
const TWO_COLUMNS = 720; // of the order itself, in pixels

const within = (n) => Math.max(LEAST, Math.min(MOST, Math.round(n)));

/** @param {{open: boolean, list: any, panel: any, onClose: () => void}} props */
export function DeskSplit({ open, list, panel, onClose }) {
  const [width, setWidth] = useState(() => within(store.get('deskWidth', innerWidth < WIDE_FROM ? NARROW : USUAL)));
  const [two, setTwo] = useState(true);
  const box = useRef(null);
  const right = useRef(null);
  const set = (n) => {
    setWidth(within(n));
    store.set('deskWidth', within(n));
  };
  useEffect(() => {
    if (!right.current || typeof ResizeObserver !== 'function') return undefined;
    const o = new ResizeObserver(([e]) => setTwo(e.contentRect.width >= TWO_COLUMNS));
    o.observe(right.current);
    return () => o.disconnect();
  }, [open]);
  const drag = (e) => {
    e.preventDefault();
    const left = box.current.getBoundingClientRect().left;
    const move = (m) => set(m.clientX - left);
    const end = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
  };
  const key = (e) => {
    const to = { ArrowLeft: width - STEP, ArrowRight: width + STEP, Home: LEAST, End: MOST }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    e.stopPropagation();
    set(to);
  };
  return html`<div class=${`desk-split${open ? ' open' : ''}`} ref=${box} style=${{ '--desk-list': `${width}px` }}>
    <div class="desk-left">${list}</div>
    ${
      open
        ? html`<div class="desk-border" role="separator" aria-orientation="vertical" tabindex="0" aria-label=${t('desk.border')}
            aria-valuenow=${width} aria-valuemin=${LEAST} aria-valuemax=${MOST} onPointerDown=${drag} onKeyDown=${key}></div>
          <section class=${`desk-right${two ? ' two' : ''}`} ref=${right} aria-label=${t('desk.order')} tabindex="-1">
            <button type="button" class="quiet desk-close" onClick=${onClose} aria-label=${t('desk.hide')}>✕</button>${panel}</section>`
        : null
    }
  </div>`;
}
