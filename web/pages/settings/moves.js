// 迁移事项: items of other versions of the loop go to this one, a group after the other; tried first, and taken back where nothing
// has happened since.
import { useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { post } from '../../lib/api.js';
import { may, notify } from '../../lib/state.js';
import { withExpected } from '../../lib/errors.js';
import { count } from '../../lib/num.js';
import { itemsLink, term } from '../../lib/filter.js';
import { place } from '../../lib/route.js';
import { stamp } from '../../lib/time.js';
import { Confirm } from '../../ui/dialog.js';
import { Field } from '../../ui/field.js';

const ROWS_SHOWN = 200;
const NOTHING = { looked: 0, same: 0, moved: 0, refused: 0, rows: [] };
const GAP = /\s*[,，、\s]\s*/;

const list = (text) => text.split(GAP).filter(Boolean);
const noticed = (r) => r.why || r.stuck || r.clocks.length || r.begun.length || r.gone.length || r.unfit.length || r.dropped.length;

// An administrator need not be somebody who reads items.
const Order = ({ no }) => (may('item.read') ? html`<a href=${itemsLink(term('no', no))}>${no}</a>` : no);

function Told({ row }) {
  const said = [
    ...row.clocks.map((k) => t('move.clock', { clock: k.clock, from: k.from, to: k.to, due: k.due_to ? stamp(k.due_to) : '—' })),
    ...row.begun.map((k) => t(k.over ? 'move.begunOver' : 'move.begun', { clock: k.clock, limit: k.limit, since: stamp(k.since), due: k.due ? stamp(k.due) : '—' })),
    row.gone.length ? t('move.gone', { list: row.gone.join(t('word.list')) }) : '',
    row.unfit.length ? t('move.unfit', { list: row.unfit.join(t('word.list')) }) : '',
    row.dropped.length ? t('move.dropped', { list: row.dropped.join(t('word.list')) }) : '',
    row.stuck ? t('move.stuck') : '',
  ].filter(Boolean);
  return row.why ? html`<strong>${t('move.stays')}</strong> ${row.why}` : said.map((x) => html`<div key=${x}>${x}</div>`);
}

function Outcome({ of, kind }) {
  const rows = of.rows.filter(noticed);
  return html`<p class="notice ${of.refused ? '' : 'done'}" role="status">${t(
    kind === 'dry' ? 'move.would' : kind === 'back' ? 'move.wasBack' : 'move.did',
    { moved: count(of.moved), refused: count(of.refused), same: count(of.same) },
  )}</p>
    ${rows.length ? html`<div class="scroll" tabindex="0" role="region" aria-label=${t('move.title')}><table class="plain">
      <thead><tr>${['move.no', 'move.version', 'move.state', 'move.told'].map((k) => html`<th scope="col" key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${rows.slice(0, ROWS_SHOWN).map((r) => html`<tr key=${r.id}><th scope="row" class="nowrap"><${Order} no=${r.no} /></th>
        <td class="num">${r.version_from}</td><td>${r.state_from === r.state_to ? r.state_from : `${r.state_from} → ${r.state_to || '—'}`}</td>
        <td><${Told} row=${r} /></td></tr>`)}</tbody></table></div>
      ${rows.length > ROWS_SHOWN ? html`<p class="hint">${t('move.more', { n: count(rows.length - ROWS_SHOWN) })}</p>` : null}` : null}`;
}

/** @param {{id: string, version: number}} props of a loop's version */
export function DefMove({ id, version }) {
  const [where, setWhere] = useState(place.value.query.get('where') || '');
  const [states, setStates] = useState('');
  const [parts, setParts] = useState('');
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState('');
  const [seen, setSeen] = useState(0);
  const [asking, setAsking] = useState('');
  const [out, setOut] = useState(null);
  const [errors, setErrors] = useState([]);
  const run = async (kind) => {
    if (busy) return;
    setBusy(kind);
    setErrors([]);
    setOut(null);
    setSeen(0);
    let sum = NOTHING;
    let after = '';
    try {
      do {
        const body = { where, states: list(states), parts: list(parts), note, after, dry: kind === 'dry', back: kind === 'back' };
        // One group after the other: each begins where the one before ended.
        const r = await post(`/api/defs/${id}/move`, body);
        sum = { looked: sum.looked + r.looked, same: sum.same + r.same, moved: sum.moved + r.moved, refused: sum.refused + r.refused, rows: [...sum.rows, ...r.rows] };
        setSeen(sum.looked);
        after = r.next;
      } while (after);
      if (kind !== 'dry') notify(t('move.told2', { n: count(sum.moved) }), 'done');
    } catch (e) {
      setErrors(e.errors && e.errors.length ? e.errors : [{ message: e.message }]);
    }
    setOut({ of: sum, kind });
    setBusy('');
    setAsking('');
  };
  const text = (name, label, hint, value, set) => html`<${Field} form="move" name=${name} label=${t(label)} hint=${t(hint)}>${(a) =>
    html`<input type="text" ...${a} value=${value} onInput=${(e) => set(e.target.value)} />`}<//>`;
  return html`<p class="hint">${t('move.hint', { n: version })}</p>
    ${errors.length ? html`<div class="notice error summary" role="alert"><ul>${errors.map((e, i) => html`<li key=${i}>${withExpected(e)}</li>`)}</ul></div>` : null}
    <form onSubmit=${(e) => {
      e.preventDefault();
      run('dry');
    }}>${text('where', 'move.where', 'move.whereHint', where, setWhere)}
      ${text('states', 'move.states', 'move.statesHint', states, setStates)}
      ${text('parts', 'move.parts', 'move.partsHint', parts, setParts)}
      ${text('note', 'move.note', 'move.noteHint', note, setNote)}
      <div class="actions"><button type="submit" aria-busy=${busy === 'dry' ? 'true' : null}>${t('move.try')}</button>
        <button type="button" class="primary" onClick=${() => setAsking('move')} aria-busy=${busy === 'move' ? 'true' : null}>${t('move.do')}</button>
        <button type="button" onClick=${() => setAsking('back')} aria-busy=${busy === 'back' ? 'true' : null}>${t('move.back')}</button>
        ${busy ? html`<span class="hint" role="status">${t('move.seen', { n: count(seen) })}</span>` : null}</div></form>
    ${out && !errors.length ? html`<${Outcome} ...${out} />` : null}
    ${asking ? html`<${Confirm} title=${t(asking === 'back' ? 'move.back' : 'move.do')} text=${t(asking === 'back' ? 'move.backText' : 'move.doText', { n: version })}
      action=${t(asking === 'back' ? 'move.back' : 'move.do')} busy=${!!busy} onYes=${() => run(asking)} onClose=${() => setAsking('')} />` : null}`;
}
