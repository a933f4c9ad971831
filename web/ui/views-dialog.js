// All saved views in one place: rename, order, delete. What is deleted can be brought back as long as this is open.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { me } from '../lib/state.js';
import { changeView, dropView, myViews, saveView } from '../lib/my-views.js';
import { shareOptions } from '../lib/views.js';
import { Dialog } from './dialog.js';

const TITLE_MAX = 30;

function Row({ v, last, busy, act }) {
  const [title, setTitle] = useState(null);
  const rename = (e) => {
    e.preventDefault();
    const next = title.trim();
    setTitle(null);
    if (next && next !== v.title) act(() => changeView(v, { title: next }));
  };
  if (title !== null) {
    return html`<li><form class="row" onSubmit=${rename}>
      <input type="text" value=${title} maxlength=${TITLE_MAX} aria-label=${t('view.title')}
        ref=${(el) => el && el !== document.activeElement && el.focus()}
        onInput=${(e) => setTitle(e.target.value)} />
      <button class="small primary">${t('view.rename')}</button>
      <button type="button" class="small" onClick=${() => setTitle(null)}>${t('action.back')}</button>
    </form></li>`;
  }
  const button = (verb, sign, off, run) => html`<button type="button" class="small"
    aria-label=${`${verb} ${v.title}`} title=${verb} disabled=${off || busy}
    onClick=${run}>${sign || verb}</button>`;
  const options = shareOptions(me.value.roles, me.value.town, t);
  return html`<li><span class="view-name">${v.title}<code>${v.filter || t('filter.everything')}</code></span>
    <span class="acts">
    <select aria-label=${`${t('share.label')} ${v.title}`} disabled=${busy}
      onChange=${(e) => act(() => changeView(v, { shared: Number(e.target.value) }))}>${options.map((o) => html`<option
      key=${o.value} value=${o.value} selected=${o.value === String(v.shared)}>${o.title}</option>`)}
      ${options.some((o) => o.value === String(v.shared)) ? null : html`<option value=${v.shared} selected>${v.shared_name}</option>`}</select>
    ${button(t('view.up'), '↑', v.place === 1, () => act(() => changeView(v, { place: v.place - 1 })))}
    ${button(t('view.down'), '↓', last, () => act(() => changeView(v, { place: v.place + 1 })))}
    ${button(t('view.rename'), '', false, () => setTitle(v.title))}
    ${button(t('view.remove'), '', false, () => act(() => dropView(v), v))}
    </span></li>`;
}

/** @param {{onClose: () => void}} props */
export function ViewsDialog({ onClose }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const [gone, setGone] = useState(null);
  const act = async (run, dropped = null) => {
    if (busy) return;
    setBusy(true);
    setError('');
    setGone(null);
    try {
      await run();
      setGone(dropped);
    } catch (e) {
      setError(e.message);
    }
    setBusy(false);
  };
  const views = myViews.value || [];
  return html`<${Dialog} title=${t('view.mineAll')} onClose=${onClose} wide>
    ${error ? html`<p class="notice error" role="alert">${error}</p>` : null}
    <div role="status">${gone ? html`<p class="notice done row">${t('view.dropped', { title: gone.title })}
      <button type="button" class="small" onClick=${() => act(() => saveView(gone))}>${t('action.undo')}</button></p>` : null}</div>
    ${views.length ? null : html`<p>${t('view.none')}</p>`}
    <ol class="view-list">${views.map((v, i) => html`<${Row} key=${v.id} v=${v}
      last=${i === views.length - 1} busy=${busy} act=${act} />`)}</ol>
  <//>`;
}
