// Quick views: fixed and saved ones, as links; Alt 1…9 goes to them.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { go } from '../lib/route.js';
import { itemsLink } from '../lib/filter.js';
import { FIXED, sameFilter, usualSort } from '../lib/views.js';
import { dropView, loadViews, myViews, saveView } from '../lib/my-views.js';
import { keyKeeper } from '../lib/api.js';
import { useKeys } from '../lib/keys.js';
import { notify } from '../lib/state.js';
import { FormDialog } from './form-dialog.js';
import { ViewsDialog } from './views-dialog.js';

const TITLE_MAX = 30;

const link = (v) => itemsLink(v.filter, { sort: v.sort === usualSort(v.filter) ? '' : v.sort });

/** Deletes a view and offers to take that back. */
async function dropWithUndo(view) {
  const keyOf = keyKeeper();
  await dropView(view);
  notify(t('view.dropped', { title: view.title }), 'done', {
    label: t('action.undo'),
    run: () => saveView(view, keyOf(view)).catch((e) => notify(e.message, 'error')),
  });
}

/** @param {{filter: string, sort: string}} props what is shown now */
export function ViewBar({ filter, sort }) {
  const [open, setOpen] = useState('');
  const failed = (e) => notify(e.message, 'error');
  useEffect(() => {
    if (!myViews.value) loadViews().catch(failed);
  }, []);
  const own = myViews.value || [];
  const views = [
    ...FIXED.map((v) => ({ ...v, name: t(v.title) })),
    ...own.map((v) => ({ ...v, key: v.id, name: v.title })),
  ];
  const map = {};
  views.slice(0, 9).forEach((v, i) => {
    map[`Alt Digit${i + 1}`] = () => go(link(v));
  });
  useKeys(map);
  const isAt = (v) => sameFilter(v.filter, filter);
  const here = own.find(isAt);
  const close = () => setOpen('');
  return html`<nav class="views" aria-label=${t('view.label')}>
    <ul>${views.map((v) => html`<li key=${v.key}><a href=${link(v)} title=${v.id ? v.name : null}
      aria-current=${isAt(v) ? 'true' : null}>${v.name}</a></li>`)}
      <li>${
        here
          ? html`<button type="button" class="link"
            onClick=${() => dropWithUndo(here).catch(failed)}>${t('view.drop')}</button>`
          : html`<button type="button" class="link"
            onClick=${() => setOpen('save')}>${t('view.store')}</button>`
      }</li>
      ${
        own.length
          ? html`<li><button type="button" class="link"
            onClick=${() => setOpen('all')}>${t('view.manage')}</button></li>`
          : null
      }</ul>
    ${open === 'save' ? html`<${SaveView} filter=${filter} sort=${sort} onClose=${close} />` : null}
    ${open === 'all' ? html`<${ViewsDialog} onClose=${close} />` : null}
  </nav>`;
}

function SaveView({ filter, sort, onClose }) {
  const names = useRef([
    { name: 'title', label: t('view.title'), hint: t('view.hint'), required: true, attrs: { maxlength: TITLE_MAX } },
  ]).current;
  return html`<${FormDialog} title=${t('view.store')} fields=${names} values=${{}}
    intro=${html`<code>${filter || t('filter.everything')}</code>`} action=${t('view.store')}
    onSend=${async (v, key) => {
      await saveView({ title: v.title, filter, sort }, key);
      onClose();
    }} onClose=${onClose} />`;
}
