// 审计: who did what and when, for those who may read it.
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { get, query, rowsOf } from '../../lib/api.js';
import { catalog, may } from '../../lib/state.js';
import { place, goQuery } from '../../lib/route.js';
import { readPeriod, stamp } from '../../lib/time.js';
import { Empty, Loaded, useLoad } from '../../ui/load.js';
import { SetPage } from './nav.js';

const ABOUT = [
  ['all', 'audit.all'],
  ['town', 'audit.town'],
  ['reveal', 'audit.reveals'],
];
const WHAT = {
  login: 'audit.login',
  logout: 'audit.logout',
  login_failed: 'audit.loginFailed',
  reveal: 'audit.reveal',
  password: 'audit.password',
  grant: 'audit.grant',
  revoke: 'audit.revoke',
  unit_put: 'audit.unit',
  unit_move: 'audit.unitMove',
  person_put: 'audit.person',
  publish: 'audit.def',
  import: 'audit.import',
  undo_import: 'audit.undoImport',
  save_map: 'audit.saveMap',
  drop_map: 'audit.dropMap',
  token_make: 'audit.token',
  token_drop: 'audit.tokenDrop',
  overdue: 'audit.overdue',
  escalate: 'audit.escalate',
  attach: 'audit.attach',
  settle: 'audit.settle',
  locked: 'audit.locked',
  init: 'audit.init',
  tally_fold: 'audit.tallyFold',
  years_detach: 'audit.yearsDetach',
  years_attach: 'audit.yearsAttach',
  class_put: 'audit.classes',
  layer_put: 'audit.layer',
  places_put: 'audit.places',
  move_def: 'audit.moveDef',
  close_merged: 'audit.closeMerged',
  same: 'audit.same',
  unsame: 'audit.unsame',
};

// An event of an item is named by its step; the rest have words of their own.
function whatTitle(what) {
  if (WHAT[what]) return t(WHAT[what]);
  for (const l of catalog.value.loops) {
    const s = l.steps.find((x) => x.key === what);
    if (s) return s.title;
  }
  return what;
}

// Times stand in events as microseconds.
function word(key, value) {
  if (value === '' || value === null) return '—';
  if (/_us$/.test(key)) return value ? stamp(value / 1000) : '—';
  return value;
}

const words = (c) =>
  Object.entries(c || {})
    .map(
      ([k, v]) =>
        `${k.replace(/_us$/, '')} ${Array.isArray(v) ? v.map((x) => word(k, x)).join(' → ') : word(k, v)}`,
    )
    .join(', ');

function Table({ rows, pick }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('set.audit')}>
    <table class="plain"><thead><tr>
    ${['audit.at', 'audit.who', 'audit.what', 'audit.item', 'audit.unitThen', 'audit.note'].map((k) => html`<th scope="col"
      key=${k}>${t(k)}</th>`)}</tr></thead>
    <tbody>${rows.map(
      (
        e,
      ) => html`<tr key=${e.id}><td class="nowrap">${stamp(e.at)}</td>
        <td class="nowrap">${pick && e.person ? html`<button type="button" class="link" aria-label=${t('audit.onlyPerson', { name: e.person_name })}
          onClick=${() => goQuery({ person: e.person, before: '' })}>${e.person_name}</button>` : e.person_name || t('item.bySystem')}</td>
      <td class="nowrap">${whatTitle(e.what)}</td><td>${!e.item ? '—' : may('item.read') ? html`<a href=${`/i/${e.item}`}>${e.item}</a>` : e.item}</td>
        <td>${e.unit_name || '—'}</td><td>${[e.note, words(e.changes)].filter(Boolean).join(' · ')}</td>
        </tr>`,
    )}</tbody></table></div>`;
}

/** The page. */
export function Audit() {
  const q = place.value.query;
  const about = ABOUT.some(([k]) => k === q.get('about')) ? q.get('about') : 'all';
  const before = q.get('before') || '';
  const reveals = about === 'reveal';
  const person = reveals ? q.get('person') || '' : '';
  const period = reveals && readPeriod(q.get('period') || '') ? q.get('period') : '';
  const of = useLoad(
    (signal) => get(`/api/audit${query({ about, before, person, period })}`, { signal }),
    [about, before, person, period],
  );
  const name = person && rowsOf(of.data).length ? rowsOf(of.data)[0].person_name : '';
  return html`<${SetPage} title=${t('set.audit')}>
    <ul class="segments" aria-label=${t('audit.about')}>${ABOUT.map(
      ([k, title]) => html`<li key=${k}><button type="button" aria-pressed=${k === about ? 'true' : 'false'}
      onClick=${() => goQuery({ about: k, before: '', person: '', period: '' })}>${t(title)}</button></li>`,
    )}</ul>
    ${reveals ? html`<div class="row audit-pick"><label class="inline">${t('audit.month')} <input type="month" value=${period}
      onChange=${(e) => goQuery({ period: e.target.value, before: '' })} /></label>
      ${person ? html`<span class="tag">${t('audit.onlyPerson', { name: name || person })} <button type="button" class="quiet" aria-label=${t('audit.everybody')}
        onClick=${() => goQuery({ person: '', before: '' })}>✕</button></span>` : html`<span class="hint">${t('audit.pickPerson')}</span>`}</div>` : null}
    <${Loaded} of=${of}>${(d) =>
      rowsOf(d).length
        ? html`<${Table} rows=${rowsOf(d)} pick=${reveals && !person} />
      <nav class="pager" aria-label=${t('pager.label')}>${before ? html`<button type="button"
        onClick=${() => goQuery({ before: '' })}>${t('pager.first')}</button>` : null}
        ${d.next ? html`<button type="button"
          onClick=${() => goQuery({ before: d.next })}>${t('pager.next')}</button>` : null}</nav>`
        : html`<${Empty} text=${t('audit.none')} />`}<//>
  <//>`;
}
