// A field of personal data. It comes with what registers need.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Reveal } from './caller.js';

// What is kept since it was shown may be another value, though the mask is the same.
const changedSince = (item, key, version) => (item.timeline || []).some((e) => e.version > version && (e.changes || {})[`f/${key}`]);

/**
 * A field of personal data: its mask, and for who may see it a button that asks why.
 * @param {{item: object, f: object, onSeen: () => void}} props f: of the item, with sealed; onSeen: the item has a new event
 */
export function Sealed({ item, f, onSeen }) {
  const [asking, setAsking] = useState(false);
  const [clear, setClear] = useState(null);
  const shown = clear && clear.id === item.id && !changedSince(item, f.sealed, clear.version) ? clear.value : '';
  return html`<span class="tel">${shown || f.value}</span> ${
    shown
      ? html`<span class="hint" role="status">${t('caller.shown')}</span>`
      : item.may_reveal
        ? html`<button type="button" class="small" onClick=${() => setAsking(true)} aria-label=${t('sealed.showOf', { title: f.title })}>${t('sealed.show')}</button>`
        : null
  }${
    asking
      ? html`<${Reveal} id=${item.id} title=${t('sealed.showOf', { title: f.title })} fields=${[f.sealed]} onClose=${() => setAsking(false)} onShown=${(x) => {
          setClear({ id: item.id, version: item.version, value: x.fields[0].value });
          setAsking(false);
          onSeen();
        }} />`
      : null
  }`;
}
