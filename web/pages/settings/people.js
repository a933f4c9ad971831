// 人员: who may log in, and in which role at which unit.
import { useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { get, post, patch, del, query, rowsOf } from '../../lib/api.js';
import { catalog, may, notify } from '../../lib/state.js';
import { Loaded, useLoad } from '../../ui/load.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { Confirm } from '../../ui/dialog.js';
import { now, day, ms } from '../../lib/time.js';
import { AccessDialog } from './access.js';
import { SetPage } from './nav.js';

const STALE_DAYS = 90;

// In work, and not logged in for so long, or never.
const isStale = (p) => p.active && (!p.seen || now() - ms(p.seen) > STALE_DAYS * 86400000);

const unitName = (id) => (catalog.value.unitById.get(id) || {}).name || String(id);

function Row({ p, onAct }) {
  const label = (verb) => `${verb} ${p.name}`;
  return html`<tr class=${p.active ? '' : 'closed'}>
    <th scope="row">${p.name}${p.demo ? html` <span class="tag">${t('people.demo')}</span>` : null}${p.active ? null : html` <span class="tag">${t('people.inactive')}</span>`}</th>
    <td><code>${p.login}</code></td>
    <td><ul class="plain-list">${(p.roles || []).map(
      (r) => html`<li key=${`${r.role}/${r.unit}`}>${r.title || r.role} · ${r.unit_name || unitName(r.unit)}
      ${may('role.grant') ? html` <button type="button" class="quiet"
        aria-label=${t('people.takeAway', { role: r.title || r.role, name: p.name })}
        onClick=${() => onAct('take', p, r)}>✕</button>` : null}</li>`,
    )}</ul></td>
    <td class="nowrap">${p.seen ? day(p.seen) : html`<span class="hint">${t('people.never')}</span>`}${isStale(p) ? html` <span class="tag">${t('people.stale')}</span>` : null}</td>
    <td class="acts"><button type="button" class="small" aria-label=${label(t('people.access'))}
      onClick=${() => onAct('access', p)}>${t('people.access')}</button>
      ${may('role.grant') ? html`<button type="button" class="small"
      aria-label=${label(t('people.grant'))}
      onClick=${() => onAct('grant', p)}>${t('people.grant')}</button>` : null}
      ${
        may('person.manage')
          ? html`<button type="button" class="small" aria-label=${label(t('people.rename'))}
            onClick=${() => onAct('rename', p)}>${t('people.rename')}</button>
      <button type="button" class="small" aria-label=${label(t('people.reset'))}
        onClick=${() => onAct('reset', p)}>${t('people.reset')}</button>
      <button type="button" class="small" aria-label=${label(p.active ? t('people.stop') : t('people.start'))}
        onClick=${() => onAct('active', p)}>${p.active ? t('people.stop') : t('people.start')}</button>`
          : null
      }</td>
  </tr>`;
}

function Forms({ act, roles, onDone, onClose }) {
  const { what, p, r } = act;
  const [error, setError] = useState('');
  const close = { onClose };
  if (what === 'add') {
    return html`<${FormDialog} title=${t('people.add')} action=${t('people.add')} values=${{}} ...${close}
      fields=${[
      { name: 'name', label: t('people.name'), required: true },
      {
        name: 'login',
        label: t('login.name'),
        hint: t('people.loginHint'),
        required: true,
        attrs: { autocapitalize: 'none' },
      },
      {
        name: 'password',
        label: t('people.first'),
        hint: t('people.firstHint'),
        type: 'password',
        required: true,
      },
    ]}
      onSend=${async (v, key) => {
        await post('/api/people', v, { key });
        onDone(t('people.added', { name: v.name }));
      }} />`;
  }
  if (what === 'grant') {
    const c = catalog.value;
    return html`<${FormDialog} title=${`${t('people.grant')} · ${p.name}`} action=${t('people.grant')}
      values=${{ role: roles.length ? roles[0].key : '' }} ...${close} fields=${[
      {
        name: 'role',
        label: t('people.role'),
        type: 'select',
        required: true,
        options: roles.map((x) => ({ value: x.key, title: x.title })),
      },
      {
        name: 'unit',
        label: t('people.at'),
        hint: t('people.atHint'),
        type: 'tree',
        required: true,
        nodes: c.units,
        byId: c.unitById,
      },
    ]}
      onSend=${async (v, key) => {
        await post(`/api/people/${p.id}/roles`, v, { key });
        onDone(t('people.changed', { name: p.name }));
      }} />`;
  }
  if (what === 'rename' || what === 'reset') {
    const field =
      what === 'rename'
        ? { name: 'name', label: t('people.name'), required: true }
        : {
            name: 'password',
            label: t('people.first'),
            hint: t('people.firstHint'),
            type: 'password',
            required: true,
          };
    const verb = what === 'rename' ? t('people.rename') : t('people.reset');
    return html`<${FormDialog} title=${`${verb} · ${p.name}`} action=${verb}
      values=${what === 'rename' ? { name: p.name } : {}} fields=${[field]} ...${close}
      onSend=${async (v) => {
        await patch(`/api/people/${p.id}`, { version: p.version, ...v });
        onDone(t('people.changed', { name: p.name }));
      }} />`;
  }
  const yes = async () => {
    try {
      if (what === 'take') await del(`/api/people/${p.id}/roles${query({ role: r.role, unit: r.unit })}`);
      else await patch(`/api/people/${p.id}`, { version: p.version, active: p.active ? 'no' : 'yes' });
      onDone(t('people.changed', { name: p.name }));
    } catch (e) {
      setError(e.message);
    }
  };
  const verb = what === 'take' ? t('people.take') : p.active ? t('people.stop') : t('people.start');
  const text =
    what === 'take'
      ? t('people.takeText', { role: r.title || r.role, unit: r.unit_name || unitName(r.unit), name: p.name })
      : p.active
        ? t('people.stopText')
        : t('people.startText');
  return html`<${Confirm} title=${`${verb} · ${p.name}`} text=${text} action=${verb}
    danger=${what === 'take' || p.active} error=${error} onYes=${yes} ...${close} />`;
}

/** The page. */
export function People() {
  const of = useLoad(async (signal) => {
    const [people, roles] = await Promise.all([
      get('/api/people', { signal }),
      get('/api/roles', { signal }),
    ]);
    return { people: rowsOf(people), roles: rowsOf(roles) };
  }, []);
  const [act, setAct] = useState(null);
  const [words, setWords] = useState('');
  const [stale, setStale] = useState(false);
  const done = (text) => {
    setAct(null);
    notify(text, 'done');
    of.again();
  };
  const fits = (p) =>
    !(stale && !isStale(p)) &&
    (!words.trim() ||
    [p.name, p.login, ...(p.roles || []).map((r) => `${r.title} ${r.unit_name || unitName(r.unit)}`)].some(
      (x) => x && x.includes(words.trim()),
    ));
  return html`<${SetPage} title=${t('set.people')}
    side=${html`<label class="inline">${t('people.find')} <input type="search" value=${words}
    onInput=${(e) => setWords(e.target.value)} /></label>
      ${may('person.manage') ? html`<button type="button" class="primary"
        onClick=${() => setAct({ what: 'add' })}>${t('people.add')}</button>` : null}`}>
    <${Loaded} of=${of}>${(
      d,
    ) => html`<p class="row"><span class="hint" role="status">${t('people.count', { n: d.people.filter(fits).length })}</span>
      ${d.people.some(isStale) ? html`<label class="check"><input type="checkbox" checked=${stale} onChange=${(e) => setStale(e.target.checked)} /><span>${t('people.staleOnly', { days: STALE_DAYS, n: d.people.filter(isStale).length })}</span></label>` : null}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t('set.people')}>
      <table class="plain"><thead><tr>${['people.name', 'login.name', 'people.roles', 'people.seen', 'unit.acts'].map((k) => html`<th scope="col"
      key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${d.people.filter(fits).map((p) => html`<${Row} key=${p.id} p=${p}
        onAct=${(what, x, r) => setAct({ what, p: x, r })} />`)}</tbody></table></div>`}<//>
    ${act && act.what === 'access' ? html`<${AccessDialog} p=${act.p} onClose=${() => setAct(null)} />` : null}
    ${act && act.what !== 'access' ? html`<${Forms} act=${act} roles=${of.data ? of.data.roles : []} onDone=${done}
      onClose=${() => setAct(null)} />` : null}
  <//>`;
}
