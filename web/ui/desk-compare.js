// Two orders side by side: what is said in both and what is not, how far and how long apart, and the photos. One may be joined to
// the other; that can be taken back.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get } from '../lib/api.js';
import { compareTexts } from '../lib/desk.js';
import { spanText, stamp } from '../lib/time.js';
import { Dialog } from './dialog.js';
import { Failure, Skeleton } from './load.js';

const IMAGE = /^image\/(jpeg|png|webp|gif)$/;

/** The photos of an order, small; each opens in a window of its own. */
export function Pictures({ item }) {
  const list = (item.files || []).filter((f) => IMAGE.test(f.type));
  if (!list.length) return null;
  return html`<ul class="thumbs">${list.map((f) => html`<li key=${f.id}><a href=${`/api/items/${item.id}/files/${f.id}`}
    target="_blank" rel="noopener"><img src=${`/api/items/${item.id}/files/${f.id}`} alt=${f.name} loading="lazy" width="72" height="72" />
    </a></li>`)}</ul>`;
}

const REASON = { caller: 'desk.rCaller', place: 'desk.rPlace', class: 'desk.rClass', words: 'desk.rWords' };

/** Why one may be the same matter, in words; item: the order it is compared with. */
export function kinWords(k, item) {
  const apart = Math.abs(Date.parse(k.filed) - Date.parse(item.filed)) / 1000;
  const far = k.metres >= 0 ? (k.metres < 1000 ? t('desk.metres', { n: k.metres }) : t('desk.km', { n: (k.metres / 1000).toFixed(1) })) : '';
  return [
    ...(k.reasons || []).map((r) => (REASON[r] ? t(REASON[r]) : '')),
    far,
    apart >= 60 ? t('desk.apart', { span: spanText(apart, t) }) : '',
    k.state_title,
  ].filter(Boolean);
}

function Side({ item, title, pieces, place }) {
  return html`<section class="side" aria-label=${title}>
    <h3>${title} <a href=${`/i/${item.id}`} target="_blank" rel="noopener">${item.no}</a></h3>
    <p class="strong">${item.title}</p>
    <p class="prose texts">${pieces.map((p, i) => (p.same ? html`<span key=${i}>${p.text}</span>` : html`<mark key=${i}>${p.text}</mark>`))}</p>
    <dl class="facts tight">
      <div class="long"><dt>${t('col.address')}</dt><dd>${place}</dd></div>
      <div><dt>${t('col.filed')}</dt><dd>${stamp(item.filed)}</dd></div>
      <div><dt>${t('col.class')}</dt><dd>${item.class_name || '—'}</dd></div>
      <div><dt>${t('col.state')}</dt><dd>${item.state_title}</dd></div>
      <div><dt>${t('col.unit')}</dt><dd>${item.unit_name || '—'}</dd></div>
      ${item.caller && item.caller.known ? html`<div><dt>${t('caller.title')}</dt><dd>${item.caller.name || '—'} ${item.caller.phone}</dd></div>` : null}
    </dl>
    <${Pictures} item=${item} />
  </section>`;
}

/**
 * @param {{item: object, kin: object[], first: number, mayMerge: boolean, onMerge: (k: object) => void, onClose: () => void}} props
 *   kin: what may be the same matter; first: which of them is shown at first
 */
export function Compare({ item, kin, first, mayMerge, onMerge, onClose }) {
  const [at, setAt] = useState(first);
  const [other, setOther] = useState(null);
  const [error, setError] = useState(null);
  const k = kin[at];
  useEffect(() => {
    let gone = false;
    setOther(null);
    setError(null);
    get(`/api/items/${k.id}`).then(
      (x) => !gone && setOther(x),
      (e) => !gone && setError(e),
    );
    return () => {
      gone = true;
    };
  }, [k.id]);
  const move = (step) => setAt((i) => (i + step + kin.length) % kin.length);
  const may = mayMerge && k.may && other && other.open && !other.merged;
  const keys = { KeyJ: () => move(1), KeyK: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1), KeyM: () => may && onMerge(k) };
  const press = (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing || !keys[e.code]) return;
    e.preventDefault();
    keys[e.code]();
  };
  const [left, right] = other ? compareTexts(item.text || '', other.text || '') : [[], []];
  return html`<${Dialog} title=${t('desk.compareTitle', { a: at + 1, n: kin.length })} onClose=${onClose} wide>
    <div class="compare" tabindex="-1" data-first onKeyDown=${press}>
      <p class="row" role="status"><strong>${kinWords(k, item).join(' · ')}</strong></p>
      ${error ? html`<${Failure} error=${error} />` : null}
      ${
        other
          ? html`<div class="sides"><${Side} item=${item} title=${t('desk.thisOne')} pieces=${left} place=${item.address || '—'} />
            <${Side} item=${other} title=${t('desk.otherOne')} pieces=${right} place=${other.address || '—'} /></div>
            <p class="hint">${t('desk.compareHint')}</p>`
          : error
            ? null
            : html`<${Skeleton} rows=${5} />`
      }
      <div class="actions sticky">
        <button type="button" class="primary" disabled=${!may} onClick=${() => onMerge(k)}>${t('desk.mergeInto', { no: k.no })} <kbd>M</kbd></button>
        ${kin.length > 1 ? html`<button type="button" onClick=${() => move(-1)}>${t('desk.prevKin')} <kbd>K</kbd></button>
          <button type="button" onClick=${() => move(1)}>${t('desk.nextKin')} <kbd>J</kbd></button>` : null}
        <button type="button" onClick=${onClose}>${t('desk.notSame')} <kbd>Esc</kbd></button>
        ${other && !may && mayMerge ? html`<span class="hint">${t('desk.cannotMerge')}</span>` : null}
      </div>
    </div>
  <//>`;
}
