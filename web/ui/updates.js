// News of the live stream: a bar that says how many, and changes nothing by itself.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';

/** @param {{n: number, again: () => void, text?: string}} props */
export function Updates({ n, again, text }) {
  return html`<div class="updates" role="status">${n ? html`<button type="button"
    onClick=${again}>${text || t('updates.items', { n })}</button>` : null}</div>`;
}
