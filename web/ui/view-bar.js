// Quick views: fixed and saved ones, as links; Alt 1…9 goes to them.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { go } from '../lib/route.js';
import { all, itemsLink, registerOf, term } from '../lib/filter.js';
import { FIXED, LASTING, asksLoop, sameFilter, shareOptions, usualSort } from '../lib/views.js';
import { dropView, loadViews, myViews, saveView, sharedViews } from '../lib/my-views.js';
import { keyKeeper } from '../lib/api.js';
import { useKeys } from '../lib/keys.js';
import { catalog, me, notify } from '../lib/state.js';
import { FormDialog } from './form-dialog.js';
import { ViewsDialog } from './views-dialog.js';

const TITLE_MAX = 30;

const link = (v) =>
  itemsLink(v.filter, { sort: v.sort === usualSort(v.filter) ? '' : v.sort, columns: v.columns || '' });

/** Deletes a view and offers to take that back. */
async function dropWithUndo(view) {
  const keyOf = keyKeeper();
  await dropView(view);
  notify(t('view.dropped', { title: view.title }), 'done', {
    label: t('action.undo'),
    run: () => saveView(view, keyOf(view)).catch((e) => notify(e.message, 'error')),
  });
}

// The views of a list: those of a register are at its own.
const here = (register) => (v) => ((registerOf(v.filter) || { key: '' }).key || '') === (register ? register.key : '');

// Those a definition brings along, where the list is of its loop.
const ready = (filter) =>
  catalog.value.loops
    .filter((l) => l.views.length && asksLoop(filter, l, t))
    .flatMap((l) => l.views.map((v) => ({ ...v, key: `${l.key}/${v.key}`, name: v.title, columns: v.columns.join(' '), sort: usualSort(v.filter) })));

const fixed = (register) =>
  register ? LASTING.map((v) => ({ ...v, filter: all(term('register', register.key), v.filter) })) : FIXED;

/** @param {{filter: string, sort: string, columns: string, register?: object}} props what is shown now */
export function ViewBar({ filter, sort, columns, register }) {
  const [open, setOpen] = useState('');
  const failed = (e) => notify(e.message, 'error');
  useEffect(() => {
    if (!myViews.value) loadViews().catch(failed);
  }, []);
  const own = (myViews.value || []).filter(here(register));
  const views = [
    ...fixed(register).map((v) => ({ ...v, name: t(v.title) })),
    ...(register || !catalog.value ? [] : ready(filter)),
    ...own.map((v) => ({ ...v, key: v.id, name: v.title, hint: v.shared ? t('share.with', { unit: v.shared_name }) : '' })),
    ...sharedViews.value.filter(here(register)).map((v) => ({
      ...v,
      key: `s${v.id}`,
      name: v.title,
      hint: t('share.from', { name: v.owner_name, unit: v.shared_name }),
    })),
  ];
  const map = {};
  views.slice(0, 9).forEach((v, i) => {
    map[`Alt Digit${i + 1}`] = () => go(link(v));
  });
  useKeys(map);
  const isAt = (v) => sameFilter(v.filter, filter) && (v.columns || '') === columns;
  const mine = own.find(isAt);
  const close = () => setOpen('');
  return html`<nav class="views" aria-label=${t('view.label')}>
    <ul>${views.map((v) => html`<li key=${v.key}><a href=${link(v)} class=${v.hint ? 'shared' : null}
      title=${v.id ? [v.name, v.hint].filter(Boolean).join('，') : null}
      aria-current=${isAt(v) ? 'true' : null}>${v.name}${v.hint ? html`<span class="sr">，${v.hint}</span>` : null}</a></li>`)}
      <li>${
        mine
          ? html`<button type="button" class="link"
            onClick=${() => dropWithUndo(mine).catch(failed)}>${t('view.drop')}</button>`
          : html`<button type="button" class="link"
            onClick=${() => setOpen('save')}>${t('view.store')}</button>`
      }</li>
      ${
        own.length
          ? html`<li><button type="button" class="link"
            onClick=${() => setOpen('all')}>${t('view.manage')}</button></li>`
          : null
      }</ul>
    ${open === 'save' ? html`<${SaveView} filter=${filter} sort=${sort} columns=${columns} onClose=${close} />` : null}
    ${open === 'all' ? html`<${ViewsDialog} onClose=${close} />` : null}
  </nav>`;
}

function SaveView({ filter, sort, columns, onClose }) {
  const names = useRef([
    { name: 'title', label: t('view.title'), hint: t('view.hint'), required: true, attrs: { maxlength: TITLE_MAX } },
    {
      name: 'shared',
      label: t('share.label'),
      hint: t('share.hint'),
      type: 'select',
      required: true,
      options: shareOptions(me.value.roles, me.value.town, t),
    },
  ]).current;
  return html`<${FormDialog} title=${t('view.store')} fields=${names} values=${{ shared: '0' }}
    intro=${html`<code>${filter || t('filter.everything')}</code>`} action=${t('view.store')}
    onSend=${async (v, key) => {
      await saveView({ title: v.title, filter, sort, columns, shared: Number(v.shared) }, key);
      onClose();
    }} onClose=${onClose} />`;
}
