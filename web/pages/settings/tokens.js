// 接口令牌: keys with which another program acts as oneself. The secret is shown once.
import { useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { get, post, del, rowsOf } from '../../lib/api.js';
import { notify } from '../../lib/state.js';
import { stamp } from '../../lib/time.js';
import { Empty, Loaded, useLoad } from '../../ui/load.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { Confirm, Dialog } from '../../ui/dialog.js';
import { SetPage } from './nav.js';

function Drop({ token, onDone, onClose }) {
  const [error, setError] = useState('');
  const yes = async () => {
    try {
      await del(`/api/tokens/${encodeURIComponent(token.hash)}`);
      onDone();
    } catch (e) {
      setError(e.message);
    }
  };
  return html`<${Confirm} title=${`${t('token.drop')} · ${token.name}`} text=${t('token.dropText')}
    action=${t('token.drop')} danger error=${error} onYes=${yes} onClose=${onClose} />`;
}

/** The page. */
export function Tokens() {
  const of = useLoad((signal) => get('/api/tokens', { signal }), []);
  const [adding, setAdding] = useState(false);
  const [dropping, setDropping] = useState(null);
  const [secret, setSecret] = useState('');
  const make = async (v, key) => {
    const answer = await post('/api/tokens', { name: v.name, days: Number(v.days) }, { key });
    setAdding(false);
    setSecret(answer.secret);
    of.again();
  };
  const dropped = () => {
    setDropping(null);
    notify(t('token.dropped'), 'done');
    of.again();
  };
  const days = [30, 90, 180, 365].map((n) => ({ value: String(n), title: t('token.days', { n }) }));
  return html`<${SetPage} title=${t('set.tokens')} side=${html`<button type="button" class="primary"
    onClick=${() => setAdding(true)}>${t('token.add')}</button>`}>
    <p class="hint">${t('token.intro')}</p>
    <${Loaded} of=${of}>${(d) =>
      rowsOf(d).length
        ? html`<div class="scroll" tabindex="0" role="region" aria-label=${t('set.tokens')}>
          <table class="plain"><thead><tr>${['token.name', 'token.made', 'token.until', 'unit.acts'].map((k) => html`<th scope="col"
          key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${rowsOf(d).map(
        (
          x,
        ) => html`<tr key=${x.hash}><th scope="row">${x.name}</th><td>${stamp(x.created)}</td>
          <td>${stamp(x.expires)}</td>
        <td class="acts"><button type="button" class="small" aria-label=${`${t('token.drop')} ${x.name}`}
          onClick=${() => setDropping(x)}>${t('token.drop')}</button></td></tr>`,
      )}</tbody></table></div>`
        : html`<${Empty} text=${t('token.none')} />`}<//>
    ${
      adding
        ? html`<${FormDialog} title=${t('token.add')} action=${t('token.add')} values=${{ days: '90' }}
          onSend=${make} onClose=${() => setAdding(false)} fields=${[
            { name: 'name', label: t('token.name'), hint: t('token.nameHint'), required: true },
            { name: 'days', label: t('token.valid'), type: 'select', required: true, options: days },
          ]} />`
        : null
    }
    ${dropping ? html`<${Drop} token=${dropping} onDone=${dropped}
      onClose=${() => setDropping(null)} />` : null}
    ${
      secret
        ? html`<${Dialog} title=${t('token.once')} onClose=${() => setSecret('')}>
          <p>${t('token.onceText')}</p>
      <p><input type="text" class="code" readonly value=${secret} aria-label=${t('token.once')}
        onFocus=${(e) => e.target.select()} /></p>
      <div class="actions"><button type="button" class="primary"
        onClick=${() => setSecret('')}>${t('token.kept')}</button></div><//>`
        : null
    }
  <//>`;
}
