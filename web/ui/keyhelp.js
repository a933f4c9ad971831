// The list of keys.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { singleKeys } from '../lib/state.js';
import { Dialog } from './dialog.js';

const ROWS = [
  ['Ctrl K', 'keys.search'],
  ['G T / I / D / B / K / R / V / U / J / A / N / M / S', 'keys.go'],
  ['C', 'keys.new'],
  ['?', 'keys.help'],
  ['Esc', 'keys.esc'],
  ['/', 'keys.filter'],
  ['J / K', 'keys.move'],
  ['Enter', 'keys.open'],
  ['R', 'keys.refresh'],
  ['N / P', 'keys.page'],
  ['Alt 1…9', 'keys.view'],
  ['B', 'keys.back'],
];

/** @param {{onClose: () => void}} props */
export function KeyHelp({ onClose }) {
  return html`<${Dialog} title=${t('keys.title')} onClose=${onClose}>
    ${singleKeys.value ? null : html`<p class="notice">${t('keys.off')}</p>`}
    <table class="plain"><tbody>${ROWS.map(([k, key]) => html`<tr key=${k}><th scope="row"><kbd>${k}</kbd>
      </th><td>${t(key)}</td></tr>`)}</tbody></table>
    <p class="hint">${t('keys.steps')}</p>
  <//>`;
}
