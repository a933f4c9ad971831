// The keys of the desk, and what else may be done with the open order.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { singleKeys } from '../lib/state.js';
import { Dialog } from './dialog.js';

const ROWS = [
  ['J / K', 'desk.kMove'],
  ['1 / 2 / 3', 'desk.kTake'],
  ['A', 'desk.kUnit'],
  ['N', 'desk.kNote'],
  ['D', 'desk.kSend'],
  ['Ctrl Enter', 'desk.kSendField'],
  ['M', 'desk.kMerge'],
  ['V', 'desk.kMore'],
  ['W', 'desk.kWatch'],
  ['X', 'desk.kPick'],
  ['Shift J / K', 'desk.kPickOn'],
  ['Z', 'desk.kUndo'],
  ['R', 'desk.kRefresh'],
  ['L', 'desk.kRead'],
  ['/', 'desk.kFilter'],
  ['P', 'desk.kPanel'],
  ['O / Enter', 'desk.kPage'],
  ['Esc', 'desk.kEsc'],
];

/** @param {{onClose: () => void}} props */
export function DeskHelp({ onClose }) {
  return html`<${Dialog} title=${t('desk.keys')} onClose=${onClose}>
    ${singleKeys.value ? null : html`<p class="notice">${t('keys.off')}</p>`}
    <table class="plain"><tbody>${ROWS.map(([k, key]) => html`<tr key=${k}><th scope="row"><kbd>${k}</kbd></th>
      <td>${t(key)}</td></tr>`)}</tbody></table>
    <p class="hint">${t('desk.keysOff')}</p>
  <//>`;
}

/**
 * The other open steps, each with a number to press.
 * @param {{item: object, without: string, onPick: (s: object) => void, onClose: () => void}} props
 */
export function MoreSteps({ item, without, onPick, onClose }) {
  const open = item.steps.filter((s) => s.ok && s.key !== without);
  const press = (e) => {
    const n = /^Digit([1-9])$/.exec(e.code);
    if (!n || e.ctrlKey || e.altKey || e.metaKey || !open[n[1] - 1]) return;
    e.preventDefault();
    onPick(open[n[1] - 1]);
  };
  return html`<${Dialog} title=${t('desk.moreTitle')} onClose=${onClose}>
    <div onKeyDown=${press}>
      <p class="hint">${item.no}　${item.title}</p>
      ${
        open.length
          ? html`<ul class="more-steps">${open.map((s, i) => html`<li key=${`${s.key}/${s.part || 0}`}><button type="button"
              data-first=${i === 0 ? true : null} onClick=${() => onPick(s)}>${i < 9 ? html`<kbd>${i + 1}</kbd> ` : null}${s.title}</button></li>`)}</ul>`
          : html`<p>${t('step.none')}</p>`
      }
    </div>
  <//>`;
}
