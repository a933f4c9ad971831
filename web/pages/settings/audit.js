// 审计: who did what and when, for those who may read it.
import { useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { get, query, listIn } from '../../lib/api.js';
import { place, goQuery } from '../../lib/route.js';
import { stamp } from '../../lib/time.js';
import { Empty, Loaded, useLoad } from '../../ui/load.js';
import { SetPage } from './nav.js';

const WHAT = {
  login: 'audit.login', logout: 'audit.logout', 'login-failed': 'audit.loginFailed', reveal: 'audit.reveal', export: 'audit.export',
  password: 'audit.password', grant: 'audit.grant', unit: 'audit.unit', person: 'audit.person', def: 'audit.def', import: 'audit.import', token: 'audit.token',
};

function Chooser({ w }) {
  const [v, setV] = useState(w);
  const send = (e) => {
    e.preventDefault();
    goQuery({ ...v, after: '' });
  };
  const text = (name, label) => html`<label class="inline">${label} <input type="text" class="mid" value=${v[name]} onInput=${(e) => setV({ ...v, [name]: e.target.value })} /></label>`;
  return html`<form class="row chooser" onSubmit=${send}>
    <label class="inline">${t('audit.what')} <select value=${v.what} onChange=${(e) => setV({ ...v, what: e.target.value })}><option value="">${t('audit.all')}</option>
      ${Object.entries(WHAT).map(([k, key]) => html`<option key=${k} value=${k} selected=${k === v.what}>${t(key)}</option>`)}</select></label>
    ${text('person', t('audit.person1'))}${text('item', t('audit.item'))}<button class="primary">${t('filter.send')}</button></form>`;
}

const short = (c) => (c && typeof c === 'object' ? Object.entries(c).map(([k, v]) => `${k}: ${Array.isArray(v) ? v.map((x) => x ?? '').join(' → ') : v}`).join('；') : c || '');

/** The page. */
export function Audit() {
  const q = place.value.query;
  const w = { what: q.get('what') || '', person: q.get('person') || '', item: q.get('item') || '' };
  const after = q.get('after') || '';
  const of = useLoad((signal) => get(`/api/audit${query({ ...w, after })}`, { signal }), [w.what, w.person, w.item, after]);
  return html`<${SetPage} title=${t('set.audit')}>
    <${Chooser} w=${w} />
    <${Loaded} of=${of}>${(d) => {
    const rows = listIn(d, 'rows').length ? listIn(d, 'rows') : listIn(d, 'events');
    return rows.length ? html`<div class="scroll" tabindex="0" role="region" aria-label=${t('set.audit')}><table class="plain"><thead><tr>${['audit.at', 'audit.person1', 'audit.what', 'audit.item', 'audit.note'].map((k) => html`<th scope="col" key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${rows.map((e) => html`<tr key=${e.id}><td class="nowrap">${stamp(e.at)}</td><td>${[e.unit_name, e.person_name || e.person].filter(Boolean).join(' ')}</td>
        <td>${e.what_title || (WHAT[e.what] ? t(WHAT[e.what]) : e.what)}</td><td>${e.item ? html`<a href=${`/i/${e.item}`}>${e.no || e.item}</a>` : '—'}</td><td>${[e.note, short(e.changes)].filter(Boolean).join('；')}</td></tr>`)}</tbody></table></div>
      <nav class="pager" aria-label=${t('pager.label')}>${after ? html`<button type="button" onClick=${() => goQuery({ after: '' })}>${t('pager.first')}</button>` : null}
        ${d.next ? html`<button type="button" onClick=${() => goQuery({ after: d.next })}>${t('pager.next')}</button>` : null}</nav>`
      : html`<${Empty} text=${t('audit.none')} />`;
  }}<//>
  <//>`;
}
