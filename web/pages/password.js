// 改密码.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { post, setMe } from '../lib/api.js';
import { me, notify } from '../lib/state.js';
import { errorsByField } from '../lib/errors.js';
import { go } from '../lib/route.js';
import { Page } from '../ui/page.js';
import { ErrorSummary, Field } from '../ui/field.js';

const FORM = 'password';

/** The page; also the only one open to somebody whose password was set by another. */
export function Password() {
  const [v, setV] = useState({ old: '', new: '', again: '' });
  const [errors, setErrors] = useState(null);
  const [busy, setBusy] = useState(false);
  const send = async (e) => {
    e.preventDefault();
    const bad = {};
    if (!v.old) bad.old = t('form.mustFill');
    if (!v.new) bad.new = t('form.mustFill');
    else if (v.new !== v.again) bad.again = t('password.differ');
    setErrors(Object.keys(bad).length ? bad : null);
    if (Object.keys(bad).length || busy) return;
    setBusy(true);
    try {
      const first = me.value.must_change;
      setMe(await post('/api/password', { old: v.old, new: v.new }));
      if (first) {
        // begin anew: until now the server answered nothing but this
        location.assign('/');
        return;
      }
      notify(t('password.done'), 'done');
      go('/');
    } catch (err) {
      setErrors(err.errors && err.errors.length ? errorsByField(err.errors) : { '': err.message });
      setBusy(false);
    }
  };
  const list = errors || {};
  const names = { old: t('password.old'), new: t('password.new'), again: t('password.again') };
  const field = (name, auto, hint) =>
    html`<${Field} form=${FORM} name=${name} label=${names[name]} hint=${hint}
      error=${list[name]} required>${(
      a,
    ) => html`
    <input type="password" ...${a} autocomplete=${auto} value=${v[name]}
      onInput=${(e) => setV({ ...v, [name]: e.target.value })} />`}<//>`;
  return html`<${Page} title=${t('user.password')}>
    ${me.value.must_change ? html`<p class="notice">${t('password.must')}</p>` : null}
    <form class="form narrow" onSubmit=${send} noValidate>
      <${ErrorSummary} form=${FORM} errors=${errors} names=${names} />
      <input type="text" class="sr" tabindex="-1" aria-hidden="true" autocomplete="username"
        value=${me.value.person.login} readonly />
      ${field('old', 'current-password')}${field('new', 'new-password', t('password.hint'))}${field('again', 'new-password')}
      <div class="actions"><button class="primary"
        aria-busy=${busy ? 'true' : null}>${t('password.send')}</button></div>
    </form>
  <//>`;
}
