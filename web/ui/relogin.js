// The session ended while a page was open: log in again right here, so that nothing half-written is lost.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { me } from '../lib/state.js';
import { call, setMe } from '../lib/api.js';
import { Dialog } from './dialog.js';
import { Field, textInput } from './field.js';

/** Shown over the page; gone when the log-in works. */
export function Relogin() {
  const [login, setLogin] = useState(me.value ? me.value.person.login : '');
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const send = async (e) => {
    e.preventDefault();
    const was = me.value && me.value.person.id;
    try {
      const body = await call('POST', '/api/login', { json: { login, password }, quiet: true });
      if (was && body.person.id !== was) location.reload();
      else setMe(body);
    } catch (err) {
      setError(err.message);
    }
  };
  return html`<${Dialog} title=${t('relogin.title')} fixed onClose=${() => {}}>
    <form onSubmit=${send}>
      <p>${t('relogin.text')}</p>
      ${error ? html`<p class="notice error" role="alert">${error}</p>` : null}
      <${Field} form="relogin" name="login"
        label=${t('login.name')}>${(a) => textInput(a, login, setLogin, { autocomplete: 'username' })}<//>
      <${Field} form="relogin" name="password" label=${t('login.password')}>${(
        a,
      ) => html`<input type="password" ...${a}
        autocomplete="current-password" value=${password}
          onInput=${(e) => setPassword(e.target.value)} />`}<//>
      <div class="actions"><button class="primary">${t('login.enter')}</button></div>
    </form>
  <//>`;
}
