// 单位: the tree of responsibility. A unit is never deleted, only closed.
import { useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { get, post, patch, rowsOf } from '../../lib/api.js';
import { notify } from '../../lib/state.js';
import { pathOf } from '../../lib/catalog.js';
import { Loaded, useLoad } from '../../ui/load.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { Confirm } from '../../ui/dialog.js';
import { SetPage } from './nav.js';

// Kinds that units of a town have; a town may use keys of its own, which are kept as they are.
export const KINDS = ['office', 'centre', 'station', 'team', 'group', 'neighbourhood', 'micro-grid', 'company'];
const KIND = {
  town: 'unit.kTown',
  office: 'unit.kOffice',
  centre: 'unit.kCentre',
  station: 'unit.kStation',
  team: 'unit.kTeam',
  group: 'unit.kGroup',
  neighbourhood: 'unit.kNeighbourhood',
  'micro-grid': 'unit.kMicroGrid',
  company: 'unit.kCompany',
};

export const kindTitle = (k) => (KIND[k] ? t(KIND[k]) : k);

function byTree(list) {
  const kids = new Map();
  for (const u of list) kids.set(u.parent || 0, [...(kids.get(u.parent || 0) || []), u]);
  const ids = new Set(list.map((u) => u.id));
  const out = [];
  const walk = (u, depth) => {
    out.push({ ...u, depth });
    for (const c of kids.get(u.id) || []) walk(c, depth + 1);
  };
  list.filter((u) => !ids.has(u.parent)).forEach((u) => walk(u, 0));
  return out;
}

function Row({ u, onAct }) {
  return html`<tr class=${u.closed ? 'closed' : ''}>
    <th scope="row" class=${`d${Math.min(u.depth, 4)}`}>${u.name}${u.closed ? html` <span class="tag">${t('unit.closed')}</span>` : null}</th>
    <td>${u.short || ''}</td><td>${kindTitle(u.kind)}</td><td><code>${u.code}</code></td>
    <td class="acts">${u.closed ? null : html`<button type="button" class="small"
      onClick=${() => onAct('add', u)} aria-label=${`${t('unit.add')} ${u.name}`}>${t('unit.add')}</button>`}
      <button type="button" class="small" onClick=${() => onAct('rename', u)}
        aria-label=${`${t('unit.rename')} ${u.name}`}>${t('unit.rename')}</button>
      ${
        u.depth
          ? html`<button type="button" class="small" onClick=${() => onAct('move', u)}
            aria-label=${`${t('unit.move')} ${u.name}`}>${t('unit.move')}</button>
      <button type="button" class="small" onClick=${() => onAct('close', u)}
        aria-label=${`${u.closed ? t('unit.reopen') : t('unit.close')} ${u.name}`}>${u.closed ? t('unit.reopen') : t('unit.close')}</button>`
          : null
      }</td>
  </tr>`;
}

function Add({ parent, onDone, onClose }) {
  const fields = [
    { name: 'name', label: t('unit.name'), required: true },
    { name: 'short', label: t('unit.short'), hint: t('unit.shortHint') },
    { name: 'code', label: t('unit.code'), hint: t('unit.codeHint'), required: true },
    {
      name: 'kind',
      label: t('unit.kind'),
      type: 'select',
      required: true,
      options: KINDS.map((k) => ({ value: k, title: kindTitle(k) })),
    },
  ];
  const send = async (v, key) => {
    await post('/api/units', { ...v, parent: parent.id }, { key });
    onDone(t('unit.added', { name: v.name }));
  };
  return html`<${FormDialog} title=${t('unit.addUnder', { name: parent.name })} fields=${fields}
    values=${{ kind: 'office' }} action=${t('unit.add')} onSend=${send} onClose=${onClose} />`;
}

function Change({ u, what, units, onDone, onClose }) {
  const byId = new Map(units.map((x) => [x.id, x]));
  const below = new Set([u.id]);
  for (const x of units) if (below.has(x.parent)) below.add(x.id);
  const field =
    what === 'rename'
      ? { name: 'name', label: t('unit.name'), required: true }
      : {
          name: 'parent',
          label: t('unit.parent'),
          type: 'tree',
          required: true,
          nodes: units.filter((x) => !below.has(x.id) && !x.closed),
          byId,
        };
  const send = async (v) => {
    await patch(`/api/units/${u.id}`, { version: u.version, [field.name]: v[field.name] });
    onDone(t('unit.changed', { name: u.name }));
  };
  return html`<${FormDialog} title=${`${what === 'rename' ? t('unit.rename') : t('unit.move')} · ${u.name}`}
    intro=${t('unit.keepsPast')}
    fields=${[field]} values=${{ [field.name]: u[field.name] }}
      action=${what === 'rename' ? t('unit.rename') : t('unit.move')} onSend=${send} onClose=${onClose} />`;
}

function Close({ u, onDone, onClose }) {
  const [error, setError] = useState('');
  const yes = async () => {
    try {
      await patch(`/api/units/${u.id}`, { version: u.version, closed: u.closed ? 'no' : 'yes' });
      onDone(t('unit.changed', { name: u.name }));
    } catch (e) {
      setError(e.message);
    }
  };
  const verb = u.closed ? t('unit.reopen') : t('unit.close');
  return html`<${Confirm} title=${`${verb} · ${u.name}`}
    text=${u.closed ? t('unit.reopenText') : t('unit.closeText')} action=${verb} danger=${!u.closed}
    error=${error} onYes=${yes} onClose=${onClose} />`;
}

/** The page. */
export function Units() {
  const of = useLoad((signal) => get('/api/units', { signal }), []);
  const [act, setAct] = useState(null);
  const [words, setWords] = useState('');
  const units = byTree(rowsOf(of.data));
  const byId = new Map(units.map((u) => [u.id, u]));
  const shown = units.filter(
    (u) =>
      !words.trim() ||
      [u.name, u.short, u.code, ...pathOf(byId, u.id)].some((x) => x && x.includes(words.trim())),
  );
  const done = (text) => {
    setAct(null);
    notify(text, 'done');
    of.again();
  };
  const props = act && { onDone: done, onClose: () => setAct(null) };
  return html`<${SetPage} title=${t('set.units')}
    side=${html`<label class="inline">${t('unit.find')} <input type="search" value=${words}
    onInput=${(e) => setWords(e.target.value)} /></label>`}>
    <${Loaded} of=${of}>${() => html`<p class="hint" role="status">${t('unit.count', { n: shown.length })}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t('set.units')}><table class="plain tree">
        <thead><tr>${['unit.name', 'unit.short', 'unit.kind', 'unit.code', 'unit.acts'].map((k) => html`<th scope="col"
        key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${shown.map((u) => html`<${Row} key=${u.id} u=${u}
        onAct=${(what, x) => setAct({ what, u: x })} />`)}</tbody></table></div>`}<//>
    ${
      !act
        ? null
        : act.what === 'add'
          ? html`<${Add} parent=${act.u} ...${props} />`
          : act.what === 'close'
            ? html`<${Close} u=${act.u} ...${props} />`
            : html`<${Change} u=${act.u} what=${act.what} units=${units} ...${props} />`
    }
  <//>`;
}
