// Personal data, masked: the caller, and fields of them. Showing them asks why, and the server writes that down.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { post } from '../lib/api.js';
import { stamp } from '../lib/time.js';
import { Dialog } from './dialog.js';
import { Field, textInput } from './field.js';

/** @param {{id: number, title: string, fields?: string[], onClose: () => void, onShown: (said: object) => void}} props id: of the
 *  item; fields: what is wanted of it; without any the caller */
export function Reveal({ id, title, fields, onClose, onShown }) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState('');
  const send = async (e) => {
    e.preventDefault();
    if (!reason.trim()) {
      setError(t('caller.needReason'));
      return;
    }
    try {
      onShown(await post(`/api/items/${id}/reveal`, { reason: reason.trim(), ...(fields ? { fields } : {}) }));
    } catch (err) {
      setError(err.message);
    }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <form onSubmit=${send} noValidate>
      <p>${t('caller.logged')}</p>
      <${Field} form="reveal" name="reason" label=${t('caller.reason')} hint=${t('caller.reasonHint')}
        error=${error} required>${(a) => textInput(a, reason, setReason)}<//>
      <div class="actions"><button class="primary">${t('caller.show')}</button><button type="button"
        onClick=${onClose}>${t('action.back')}</button></div>
    </form>
  <//>`;
}

// Who saw the caller in clear, when and why; the server wrote it down.
function Seen({ events }) {
  const list = events.filter((e) => e.what === 'reveal' && (e.changes.revealed || ['caller']).includes('caller'));
  if (!list.length) return html`<p class="hint">${t('caller.nobodySaw')}</p>`;
  return html`<details class="seen"><summary>${t('caller.seen', { n: list.length })}</summary><ul class="plain-list">${list.map(
    (e) => html`<li key=${e.version}><time datetime=${e.at}>${stamp(e.at)}</time> ${e.person_name}${e.unit_name ? `（${e.unit_name}）` : ''}${t('word.colon')}${e.note}</li>`,
  )}</ul></details>`;
}

/** @param {{item: object, onSeen: () => void}} props onSeen: the item has a new event */
export function Caller({ item, onSeen }) {
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState(null);
  const c = item.caller;
  if (!c || !c.known) return null;
  const who = shown || c;
  return html`<div class="caller">
    <h3>${t('caller.title')}</h3>
    <p>${c.anonymous ? html`<span class="tag">${t('caller.anonymous')}</span>` : null}${c.confidential ? html`<span class="tag hot">${t('caller.confidential')}</span>` : null}
      <span>${who.name || '—'}</span> <span class="tel">${who.phone || '—'}</span> <span>${who.door || ''}</span>
        </p>
    ${c.others ? html`<p class="hint">${t('caller.others', { n: c.others })}</p>` : null}
    <${Seen} events=${item.timeline || []} />
    ${
      shown
        ? html`<p class="hint" role="status">${t('caller.shown')}</p>`
        : c.may_reveal
          ? html`<button type="button" onClick=${() => setAsking(true)}>${t('caller.reveal')}</button>`
          : html`<p class="hint">${t('caller.noRight')}</p>`
    }
    ${
      asking
        ? html`<${Reveal} id=${item.id} title=${t('caller.reveal')} onClose=${() => setAsking(false)} onShown=${(x) => {
            setShown(x);
            setAsking(false);
            onSeen();
          }} />`
        : null
    }
  </div>`;
}
