// Several orders at once: before it is done, what would become of each is asked of the server and shown.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { keyKeeper } from '../lib/api.js';
import { catalog } from '../lib/state.js';
import { Dialog } from './dialog.js';
import { Combo, MultiCombo } from './combo.js';
import { Field, textArea } from './field.js';
import { Failure } from './load.js';

const NOTE_MAX = 4000;

function Refused({ rows }) {
  const bad = rows.filter((r) => !r.ok);
  if (!bad.length) return null;
  return html`<div class="notice error"><p>${t('desk.wontGo', { n: bad.length })}</p>
    <ul>${bad.slice(0, 20).map((r) => html`<li key=${r.id}>${r.no} ${r.title}${t('word.colon')}${r.errors.map((e) => e.message).join(' ')}</li>`)}</ul></div>`;
}

/**
 * @param {{desk: object, kind: "sent"|"merged", main: object|null, onDone: (answer: object) => void, onClose: () => void}} props
 *   main: the order the others are joined to
 */
export function Batch({ desk, kind, main, onDone, onClose }) {
  const c = catalog.value;
  const start = desk.draft();
  const [v, setV] = useState({ lead: start.lead, assist: start.assist, note: '' });
  const [dry, setDry] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const items = useRef(desk.picked(main ? main.id : 0)).current;
  const keyOf = useRef(keyKeeper()).current;
  const merging = kind === 'merged';
  const ready = merging || !!v.lead;
  const body = merging
    ? { step: desk.desk.merge.key, other: main.no }
    : { step: desk.desk.step.key, units: [v.lead, ...v.assist.filter((x) => x !== v.lead)], ...(v.note.trim() ? { note: v.note.trim() } : {}) };
  useEffect(() => {
    if (!ready) return undefined;
    let gone = false;
    setDry(null);
    setError(null);
    desk.dry(items, body).then(
      (x) => !gone && setDry(x),
      (e) => !gone && setError(e),
    );
    return () => {
      gone = true;
    };
  }, [v.lead, v.assist, ready]);
  const send = async (e) => {
    e.preventDefault();
    if (busy || !dry || !dry.done) return;
    setBusy(true);
    try {
      const going = items.filter((x) => dry.rows.some((r) => r.id === x.id && r.ok));
      onDone(await desk.batch(going, body, kind, merging ? { no: main.no } : { lead: v.lead }, keyOf({ going, body })));
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  };
  const unit = (c.unitById.get(v.lead) || {}).name;
  const nodes = c.units.filter((u) => !u.closed);
  const says = !dry
    ? ready && !error
      ? t('desk.asking')
      : ''
    : merging
      ? t('desk.willMerge', { n: dry.done, no: main.no })
      : dry.overdue
        ? t('desk.willSendLate', { n: dry.done, unit, late: dry.overdue })
        : t('desk.willSend', { n: dry.done, unit });
  return html`<${Dialog} title=${t(merging ? 'desk.mergeMany' : 'desk.sendMany', { n: items.length })} onClose=${onClose}>
    <form onSubmit=${send} noValidate>
      ${
        merging
          ? html`<p>${t('desk.mainIs')} <strong>${main.no} ${main.title}</strong></p>`
          : html`<${Field} form="many" name="lead" label=${t('step.lead')} required>${(a) => html`<${Combo} attrs=${a} nodes=${nodes}
              byId=${c.unitById} value=${v.lead} onPick=${(lead) => setV({ ...v, lead })} />`}<//>
            <${Field} form="many" name="assist" label=${t('step.assist')}>${(a) => html`<${MultiCombo} attrs=${a}
              nodes=${nodes.filter((u) => u.id !== v.lead)} byId=${c.unitById} value=${v.assist} onPick=${(assist) => setV({ ...v, assist })} />`}<//>
            <${Field} form="many" name="note" label=${t('step.note')}>${(a) => textArea(a, v.note, (note) => setV({ ...v, note }), NOTE_MAX, 2)}<//>`
      }
      ${error ? html`<${Failure} error=${error} />` : null}
      <p class="preview" role="status"><strong>${says}</strong></p>
      ${dry ? html`<${Refused} rows=${dry.rows} />` : null}
      <div class="actions"><button class="primary" data-first=${merging ? true : null} disabled=${!dry || !dry.done} aria-busy=${busy ? 'true' : null}>${
        dry && dry.done ? (merging ? t('desk.mergeNow', { n: dry.done }) : t('desk.sendNow', { n: dry.done })) : t('desk.sendNone')
      }</button><button type="button" onClick=${onClose}>${t('action.back')}</button></div>
    </form>
  <//>`;
}
