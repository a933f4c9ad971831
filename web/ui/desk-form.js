// To whom the order goes: what is suggested, with its grounds, and what the person decides.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { Combo, MultiCombo } from './combo.js';
import { Field, textArea } from './field.js';

const LEVEL = { high: 'desk.high', medium: 'desk.medium', low: 'desk.low' };
const SHOWN = 3;
const NOTE_MAX = 4000;

function Suggestion({ s, n, on, onTake }) {
  const c = catalog.value;
  const names = [s.unit, ...(s.assist || [])].map((id) => (c.unitById.get(id) || {}).name || s.unit_name);
  return html`<li><button type="button" class=${`suggestion${on ? ' on' : ''}`} aria-pressed=${on ? 'true' : 'false'}
    onClick=${onTake}>
    <kbd>${n + 1}</kbd>
    <span class="who">${names.join(t('desk.with'))}</span>
    ${LEVEL[s.level] ? html`<span class=${`level ${s.level}`}>${t(LEVEL[s.level])}</span>` : null}
    ${(s.because || []).length ? html`<span class="grounds">${s.because.map((x) => html`<span key=${x}>${x}</span>`)}</span>` : null}
  </button></li>`;
}

function Suggestions({ desk, order }) {
  const list = desk.suggestions().slice(0, SHOWN);
  const v = desk.draft();
  if (!order.help && !list.length) return html`<p class="hint">${t('desk.thinking')}</p>`;
  const failed = order.help && order.help.error && order.help.error.status !== 404;
  return html`
    ${failed ? html`<p class="hint">${t('desk.noHelp')}</p>` : null}
    ${
      list.length
        ? html`<ol class="suggestions" aria-label=${t('desk.suggested')}>${list.map(
            (s, i) => html`<${Suggestion} key=${s.unit} s=${s} n=${i} on=${v.lead === s.unit}
              onTake=${() => desk.take(i)} />`,
          )}</ol>`
        : failed
          ? null
          : html`<p class="hint">${t('desk.noSuggestion')}</p>`
    }`;
}

// Why he did not follow the suggestion: he need not say, and it is never held against him.
function Against({ desk }) {
  const step = desk.desk.step;
  const reasons = step.reason_optional ? step.reasons || [] : [];
  if (!reasons.length || !desk.against()) return null;
  const v = desk.draft();
  return html`<div class="against" role="group" aria-labelledby="against-h">
    <p id="against-h" class="hint">${t('desk.against')}</p>
    <div class="chips">${reasons.slice(0, 6).map((r) => html`<button type="button" key=${r.key}
      class=${`chip${v.reason === r.key ? ' on' : ''}`} aria-pressed=${v.reason === r.key ? 'true' : 'false'}
      onClick=${() => desk.type({ reason: v.reason === r.key ? '' : r.key, option: (r.options || [])[0] || '' })}>${r.key}
      </button>`)}</div>
  </div>`;
}

// Out of a field, so that single keys work again.
function toList() {
  const list = document.querySelector('.desk-list');
  if (list) list.focus({ preventScroll: true });
}

/** @param {{desk: object, order: object, onSend: () => void}} props */
export function DeskForm({ desk, order, onSend }) {
  const c = catalog.value;
  const v = desk.draft();
  const id = desk.at;
  const nodes = c.units.filter((u) => !u.closed);
  const why = desk.closed(desk.desk.step.key);
  const over = desk.isOver(id);
  const mark = desk.marks.get(id);
  const send = (e) => {
    e.preventDefault();
    onSend();
  };
  const press = (e) => {
    if (e.isComposing) return;
    if (e.key === 'Enter' && e.ctrlKey) send(e);
    if (e.key === 'Escape') toList();
  };
  const lead = (unit) => {
    desk.type({ lead: unit, assist: v.assist.filter((x) => x !== unit) }, id);
    if (unit) toList(); // the next key may be D
  };
  return html`<form class="desk-form" onSubmit=${send} onKeyDown=${press} noValidate aria-labelledby="desk-to">
    <h3 id="desk-to">${t('desk.to')} <span class="hint">${t('desk.toHint')}</span></h3>
    <${Suggestions} desk=${desk} order=${order} draw=${desk.draws} />
    <${Field} form="desk" name="lead" label=${html`${t('step.lead')} <kbd>A</kbd>`}>${(a) => html`
      <${Combo} attrs=${a} nodes=${nodes} byId=${c.unitById} value=${v.lead}
        onPick=${lead} />`}<//>
    <${Against} desk=${desk} draw=${desk.draws} />
    <${Field} form="desk" name="assist" label=${t('step.assist')}>${(a) => html`
      <${MultiCombo} attrs=${a} nodes=${nodes.filter((u) => u.id !== v.lead)} byId=${c.unitById} value=${v.assist}
        onPick=${(assist) => desk.type({ assist }, id)} />`}<//>
    <${Field} form="desk" name="note" label=${html`${t('step.note')} <kbd>N</kbd>`}>${(a) =>
      textArea(a, v.note, (note) => desk.type({ note }, id), NOTE_MAX, 2)}<//>
    <div class="actions">
      <button class="primary" disabled=${over || !!why || (mark && mark.kind === 'busy')}>${
        v.lead ? t('desk.sendTo', { unit: (c.unitById.get(v.lead) || {}).name || '' }) : desk.desk.step.title
      } <kbd>D</kbd></button>
    </div>
    ${why && !over ? html`<p class="hint">${why}</p>` : null}
  </form>`;
}
