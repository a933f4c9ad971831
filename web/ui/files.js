// Files of an item: shown, and added.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { call } from '../lib/api.js';
import { may, notify } from '../lib/state.js';
import { bytes } from '../lib/num.js';
import { stamp } from '../lib/time.js';
import { FilePick } from './file-pick.js';

const MOST = 9;

/** @param {{item: object, onItem: (item: object) => void}} props */
export function Files({ item, onItem }) {
  const [picked, setPicked] = useState([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const files = item.files || [];
  const send = async () => {
    if (busy) return;
    setBusy(true);
    setError('');
    let latest = item;
    try {
      for (const file of picked) {
        const form = new FormData();
        form.set('file', file);
        latest = await call('POST', `/api/items/${item.id}/files`, { form });
        setPicked((rest) => rest.filter((f) => f !== file));
      }
      notify(t('files.sent'), 'done');
    } catch (e) {
      setError(e.message);
    }
    setBusy(false);
    if (latest !== item) onItem(latest);
  };
  if (!files.length && !may('item.step')) return null;
  return html`<section class="card" aria-labelledby="files-h">
    <h2 id="files-h">${t('item.files', { n: files.length })}</h2>
    ${
      files.length
        ? html`<ul class="files">${files.map(
            (f) => html`<li key=${f.id}>
      <a href=${`/api/items/${item.id}/files/${f.id}`} target="_blank" rel="noopener">
        ${/^image\/(jpeg|png|webp|gif)$/.test(f.type) ? html`<img src=${`/api/items/${item.id}/files/${f.id}`}
          alt="" loading="lazy" width="72" height="72" />` : html`<span class="file-type"
          aria-hidden="true">${(f.name.split('.').pop() || '').slice(0, 4)}</span>`}
        <span>${f.name}</span></a>
      <small class="hint">${bytes(f.bytes)} · ${stamp(f.at)} ${f.person_name || ''}</small></li>`,
          )}</ul>`
        : null
    }
    ${
      may('item.step')
        ? html`<div class="screen-only"><${FilePick} form="files" files=${picked} setFiles=${setPicked} most=${MOST}
          error=${error} label=${t('files.add')} />
      ${picked.length ? html`<button type="button" class="primary" onClick=${send}
        aria-busy=${busy ? 'true' : null}>${t('files.send', { n: picked.length })}</button>` : null}</div>`
        : null
    }
  </section>`;
}
