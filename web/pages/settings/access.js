// 为什么他能看到: what a person may do and where, by which role; and why he sees an order, or does not.
import { useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { get, query } from '../../lib/api.js';
import { Dialog } from '../../ui/dialog.js';
import { Loaded, useLoad } from '../../ui/load.js';

const HOW = { in_charge: 'access.inCharge', receiver: 'access.receiver', part: 'access.part' };

// Rights by the role that gives them.
function byGrant(rights) {
  const out = new Map();
  for (const r of rights) {
    const key = `${r.role}/${r.unit}`;
    if (!out.has(key)) out.set(key, { ...r, titles: [] });
    out.get(key).titles.push(r.title);
  }
  return [...out.values()];
}

function Why({ item, name }) {
  if (!item.found) return html`<p role="status">${t('access.noItem', { no: item.no })}</p>`;
  if (!item.visible) return html`<p role="status">${t('access.notSeen', { name, no: item.no })}</p>`;
  return html`<div role="status"><p>${t('access.seen', { name, no: item.no })}</p><ul class="plain-list">${item.reasons.map(
    (r, i) => html`<li key=${i}>${t(HOW[r.how], { unit: r.unit_name, role: r.role_title, at: r.at_name })}</li>`,
  )}</ul></div>`;
}

/** @param {{p: {id: number, name: string}, onClose: () => void}} props */
export function AccessDialog({ p, onClose }) {
  const [no, setNo] = useState('');
  const [asked, setAsked] = useState('');
  const of = useLoad((signal) => get(`/api/people/${p.id}/access${query({ item: asked })}`, { signal }), [p.id, asked]);
  const ask = (e) => {
    e.preventDefault();
    setAsked(no.trim());
  };
  return html`<${Dialog} title=${t('access.title', { name: p.name })} onClose=${onClose} wide>
    <${Loaded} of=${of} rows=${4}>${(d) => html`
      ${d.active ? null : html`<p class="notice">${t('access.inactive')}</p>`}
      ${
        d.rights.length
          ? html`<ul class="plain-list grants">${byGrant(d.rights).map((g) => html`<li key=${`${g.role}/${g.unit}`}>
            <strong>${g.role_title} · ${g.unit_name}</strong> <span class="hint">${t(g.whole ? 'access.whole' : 'access.below')}</span>
            <br/>${g.titles.join(t('word.list'))}</li>`)}</ul>`
          : html`<p>${t('access.none')}</p>`
      }
      <form class="row" onSubmit=${ask}><label class="inline" for="access-no">${t('access.ask')}</label>
        <input id="access-no" type="text" value=${no} placeholder="RX20261120-00012" onInput=${(e) => setNo(e.target.value)} />
        <button class="primary">${t('access.why')}</button></form>
      ${asked ? html`<${Why} item=${d.item} name=${d.name} />` : html`<p class="hint">${t('access.hint')}</p>`}`}<//>
    <div class="actions"><button type="button" onClick=${onClose}>${t('action.close')}</button></div>
  <//>`;
}
