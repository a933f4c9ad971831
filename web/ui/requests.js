// What is asked for on an item and waits to be decided: by whom, why, who may decide; and what was refused.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { stamp } from '../lib/time.js';
import { extendTitle } from '../lib/step.js';
import { Later } from './later.js';

const rows = () => import('../pages/rows.js');

/** What was asked for, as rows. @param {{item: object, request: object, again: () => void}} props again: the item has a new event; without it personal data stay masked */
export function Asked({ item, request: r, again }) {
  const facts = [
    ['ask.reason', r.reason],
    ['ask.extend', r.extend && extendTitle(r.extend, t)],
    ['ask.units', r.units],
    ['ask.note', r.note],
    ['ask.files', (r.files || []).join('、')],
  ].filter(([, v]) => v);
  return html`<dl class="facts">${facts.map(([k, v]) => html`<div key=${k} class=${String(v).length > 30 ? 'long' : ''}>
      <dt>${t(k)}</dt><dd>${v}</dd></div>`)}
    ${(r.answers || []).map((f) => html`<div key=${f.key} class=${String(f.value).length > 30 ? 'long' : ''}>
      <dt>${f.title}</dt><dd>${f.sealed && again ? html`<${Later} load=${rows} name="Sealed" item=${item} f=${f} onSeen=${again} />` : f.value}</dd></div>`)}</dl>
    ${(r.said || []).map((s) => html`<p key=${s.title} class="hint">${t('ask.said', { stage: s.title, name: s.person_name, at: stamp(s.at) })}${s.note ? `：${s.note}` : ''}</p>`)}`;
}

/** @param {{item: object, onSay: (request: object, say: 'yes'|'no'|'back') => void}} props */
export function Requests({ item, onSay, again }) {
  const list = (item.requests || []).filter((r) => !r.refused || r.may_take_back);
  if (!list.length) return null;
  return html`<section class="requests" aria-label=${t('ask.title')}>${list.map(
    (r) => html`<article key=${`${r.step}/${r.part}`} class=${`request${r.refused ? ' no' : ''}`}>
    <h2>${t(r.refused ? 'ask.refused' : 'ask.waits', { step: r.title })}${r.unit_name ? `（${r.unit_name}）` : ''}</h2>
    <p class="hint">${t('ask.by', { name: r.by_name, at: stamp(r.at) })}${r.refused ? null : html`　${t('ask.who', { who: r.waits_for })}`}</p>
    ${r.refused ? html`<p>${t('ask.no', { name: r.no_name, at: stamp(r.no_at), note: r.no_note })}</p>` : html`<${Asked} item=${item} request=${r} again=${again} />`}
    <div class="row">
      ${r.may_decide ? html`<button type="button" class="primary" onClick=${() => onSay(r, 'yes')}>${t('ask.yesAct')}</button>
        <button type="button" onClick=${() => onSay(r, 'no')}>${t('ask.noAct')}</button>` : null}
      ${r.may_take_back ? html`<button type="button" onClick=${() => onSay(r, 'back')}>${t(r.refused ? 'ask.seenAct' : 'ask.backAct')}</button>` : null}
      ${r.may_take_back && !r.refused ? html`<span class="hint">${t('ask.own')}</span>` : null}
    </div></article>`,
  )}</section>`;
}
