// A dialog on the browser's own <dialog>: focus stays inside, Esc closes, focus goes back to where it was.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';

let next = 1;

/**
 * @param {{title: string, onClose: () => void, children: any, wide?: boolean, fixed?: boolean}} props
 *   fixed: cannot be closed by Esc or the cross (the session has ended)
 */
export function Dialog({ title, onClose, children, wide, fixed }) {
  const ref = useRef(null);
  const id = useRef(`dlg${next++}`).current;
  // Before the next key, not after the next painting: who types on at once loses no letter.
  useLayoutEffect(() => {
    const back = document.activeElement;
    const d = ref.current;
    d.showModal();
    const first = d.querySelector(
      '[data-first], .dialog-body input:not([type=hidden]), .dialog-body select, .dialog-body textarea',
    );
    if (first) first.focus();
    return () => {
      if (d.open) d.close();
      if (back && back.isConnected) back.focus();
    };
  }, []);
  const cancel = (e) => {
    e.preventDefault();
    if (!fixed) onClose();
  };
  return html`<dialog ref=${ref} class=${wide ? 'wide' : ''} aria-labelledby=${id} onCancel=${cancel}>
    <div class="dialog-head">
      <h2 id=${id}>${title}</h2>
      ${fixed ? null : html`<button type="button" class="quiet" onClick=${onClose}
        aria-label=${t('action.close')}>✕</button>`}
    </div>
    <div class="dialog-body">${children}</div>
  </dialog>`;
}

/**
 * Asks before something that is hard to take back. The button says what will happen.
 * @param {{title: string, text: any, action: string, danger?: boolean, onYes: () => void, onClose: () => void}} props
 */
export function Confirm({ title, text, action, danger, onYes, onClose, busy, error }) {
  return html`<${Dialog} title=${title} onClose=${onClose}>
    ${error ? html`<p class="notice error" role="alert">${error}</p>` : null}
    <p>${text}</p>
    <div class="actions">
      <button type="button" class=${danger ? 'danger' : 'primary'} data-first onClick=${onYes}
        aria-busy=${busy ? 'true' : null}>${action}</button>
      <button type="button" onClick=${onClose}>${t('action.back')}</button>
    </div>
  <//>`;
}
