// Quick views: fixed and stored ones, as links; Alt 1…9 goes to them.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { go } from '../lib/route.js';
import { itemsLink } from '../lib/filter.js';
import { FIXED, sameFilter, storedViews, storeView, dropView, usualSort } from '../lib/views.js';
import { useKeys } from '../lib/keys.js';
import { notify } from '../lib/state.js';
import { Dialog } from './dialog.js';
import { Field, textInput } from './field.js';

const link = (v) => itemsLink(v.filter, { sort: v.sort === usualSort(v.filter) ? '' : v.sort });

/** @param {{filter: string, sort: string}} props what is shown now */
export function ViewBar({ filter, sort }) {
  const [stored, setStored] = useState(storedViews);
  const [asking, setAsking] = useState(false);
  const views = [
    ...FIXED.map((v) => ({ ...v, name: t(v.title) })),
    ...stored.map((v) => ({ ...v, name: v.title, own: true })),
  ];
  const map = {};
  views.slice(0, 9).forEach((v, i) => {
    map[`Alt Digit${i + 1}`] = () => go(link(v));
  });
  useKeys(map);
  const isAt = (v) => sameFilter(v.filter, filter);
  const own = stored.find((v) => isAt(v));
  const drop = () => {
    dropView(own.title);
    setStored(storedViews());
    notify(t('view.dropped', { title: own.title }), 'done');
  };
  return html`<nav class="views" aria-label=${t('view.label')}>
    <ul>${views.map((v) => html`<li key=${(v.own ? 'own ' : '') + v.name}><a href=${link(v)}
      aria-current=${isAt(v) ? 'true' : null}>${v.name}</a></li>`)}
      <li>${
        own
          ? html`<button type="button" class="link" onClick=${drop}>${t('view.drop')}</button>`
          : html`<button type="button" class="link"
            onClick=${() => setAsking(true)}>${t('view.store')}</button>`
      }</li></ul>
    ${
      asking
        ? html`<${StoreView} filter=${filter} sort=${sort} onClose=${() => setAsking(false)} onDone=${() => {
            setStored(storedViews());
            setAsking(false);
          }} />`
        : null
    }
  </nav>`;
}

function StoreView({ filter, sort, onClose, onDone }) {
  const [title, setTitle] = useState('');
  const [error, setError] = useState('');
  const send = (e) => {
    e.preventDefault();
    if (!title.trim()) {
      setError(t('view.needTitle'));
      return;
    }
    storeView({ title: title.trim(), filter, sort });
    onDone();
  };
  return html`<${Dialog} title=${t('view.store')} onClose=${onClose}>
    <form onSubmit=${send}>
      <p><code>${filter || t('filter.everything')}</code></p>
      <${Field} form="view" name="title" label=${t('view.title')} hint=${t('view.hint')}
        error=${error} required>${(a) => textInput(a, title, setTitle, { maxlength: 12 })}<//>
      <div class="actions"><button class="primary">${t('view.store')}</button></div>
    </form>
  <//>`;
}
