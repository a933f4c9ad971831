// What can be done with the chosen rows of a list: a step all of them allow, tried first and shown row by row, or an export.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, keyKeeper, post } from '../lib/api.js';
import { bulkBody, bulkStep, commonSteps, samples } from '../lib/bulk.js';
import { stepOf } from '../lib/catalog.js';
import { errorsByField } from '../lib/errors.js';
import { catalog, may, notify } from '../lib/state.js';
import { all, term } from '../lib/filter.js';
import { count } from '../lib/num.js';
import { checkValues, startValues } from '../lib/step.js';
import { askTitle } from './ask.js';
import { Dialog } from './dialog.js';
import { ErrorSummary } from './field.js';
import { ExportMenu } from './export-menu.js';
import { gatherers } from '../lib/gather.js';
import { GatherDialog } from './gather.js';
import { StepFields } from './step-fields.js';

const EXPORT_MOST = 100; // so many numbers fit a filter
const BULK_MOST = 200;
const STATES_MOST = 6; // so many kinds of items are asked for their steps
const FORM = 'bulk';

/** What became of each, or what would. */
export function Result({ answer }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('bulk.rows')}><table class="plain"><thead><tr>
      <th scope="col">${t('col.no')}</th><th scope="col">${t('col.title')}</th><th scope="col">${t('bulk.outcome')}</th></tr></thead>
    <tbody>${answer.rows
      .slice()
      .sort((a, b) => a.ok - b.ok)
      .map((r) => html`<tr key=${r.id}><td class="nowrap">${r.no || r.id}</td><td><a href=${`/i/${r.id}`}>${r.title}</a></td>
        <td>${r.ok ? html`${answer.dry_run ? t('bulk.can') : t('bulk.done')}${r.overdue ? html` <span class="lamp red">▲ ${t('bulk.wasLate')}</span>` : null}` : html`<span class="worse">${r.errors.map((e) => e.message).join(t('word.list'))}</span>`}</td></tr>`)}</tbody></table></div>`;
}

// Fill in, try, take. What was tried is exactly what is taken.
export function BulkDialog({ step, loop, rows, onDone, onClose }) {
  const item = useRef({ fields: [], parts: [], no: '', title: '' }).current;
  const [v, setV] = useState(() => startValues(step, item));
  const [errors, setErrors] = useState(null);
  const [tried, setTried] = useState(null);
  const [busy, setBusy] = useState(false);
  const keyOf = useRef(keyKeeper()).current;
  const set = (changes) => {
    setTried(null);
    setV((old) => ({ ...old, ...changes }));
  };
  const send = async (dry) => {
    const bad = checkValues(step, v, t);
    setErrors(Object.keys(bad).length ? bad : null);
    if (Object.keys(bad).length || busy) return;
    setBusy(true);
    try {
      const body = bulkBody(step, v, rows);
      const answer = await post(`/api/steps${dry ? '?dry_run=yes' : ''}`, body, dry ? {} : { key: keyOf(body) });
      if (dry) setTried(answer);
      else onDone(answer);
    } catch (e) {
      setErrors(e.errors && e.errors.length ? errorsByField(e.errors) : { '': e.message });
    }
    setBusy(false);
  };
  const submit = (e) => {
    e.preventDefault();
    send(!tried);
  };
  const names = { note: t('step.note'), units: t('step.lead') };
  for (const f of step.fields) names[f.key] = askTitle(f);
  return html`<${Dialog} title=${t('bulk.title', { step: step.title, n: count(rows.length) })} onClose=${onClose} wide>
    <form onSubmit=${submit} noValidate>
      <${ErrorSummary} form=${FORM} errors=${errors} names=${names} />
      <${StepFields} form=${FORM} item=${item} loop=${loop} step=${{ ...step, files_max: 0 }} v=${v} set=${set} errors=${errors || {}}
        files=${[]} setFiles=${() => {}} />
      ${tried ? html`<p class="notice" role="status">${t('bulk.preview', { done: count(tried.done), step: step.title })}${tried.overdue ? t('bulk.previewLate', { n: count(tried.overdue) }) : ''}${tried.failed ? t('bulk.previewBad', { n: count(tried.failed) }) : ''}</p><${Result} answer=${tried} />` : null}
      <div class="actions sticky"><button class="primary" aria-busy=${busy ? 'true' : null} disabled=${tried && !tried.done}>${tried ? t('bulk.take', { step: step.title, n: count(tried.done) }) : t('bulk.try')}</button>
        <button type="button" onClick=${onClose}>${t('action.back')}</button></div>
    </form><//>`;
}

export function ResultDialog({ answer, title, onClose }) {
  return html`<${Dialog} title=${title} onClose=${onClose} wide>
    <p role="status">${t('bulk.told', { done: count(answer.done), failed: count(answer.failed) })}</p><${Result} answer=${answer} />
    <div class="actions"><button type="button" class="primary" data-first onClick=${onClose}>${t('action.close')}</button></div><//>`;
}

/** Each is taken back by itself; what has moved on since stays, and is told. */
export async function takeBack(rows, again) {
  let back = 0;
  for (const r of rows) {
    try {
      await post(`/api/items/${r.id}/undo`, { version: r.version });
      back++;
    } catch {
      // too late, or somebody acted since
    }
  }
  notify(back === rows.length ? t('bulk.undone', { n: count(back) }) : t('bulk.undoneSome', { n: count(back), all: count(rows.length) }), back ? 'done' : 'error');
  again();
}

/** Steps that all chosen items allow; null while they are being asked. */
function useSteps(list) {
  const [steps, setSteps] = useState(null);
  const some = samples(list);
  const loop = new Set(list.map((r) => r.loop)).size === 1 ? catalog.value.loopByKey.get(list[0].loop) : null;
  const key = some.map((r) => r.id).join(' ');
  useEffect(() => {
    if (!loop || some.length > STATES_MOST || list.length > BULK_MOST) {
      setSteps([]);
      return undefined;
    }
    const stop = new AbortController();
    Promise.all(some.map((r) => get(`/api/items/${r.id}`, { signal: stop.signal }))).then(
      (items) => setSteps(commonSteps(items, (k) => stepOf(loop, k))),
      () => !stop.signal.aborted && setSteps([]),
    );
    return () => stop.abort();
  }, [key, loop]);
  return { steps, loop };
}

/** @param {{selection: {list: object[], clear: () => void}, again: () => void}} props */
export function BulkBar({ selection, again, children }) {
  const { list } = selection;
  const { steps, loop } = useSteps(list);
  const [open, setOpen] = useState('');
  const [told, setTold] = useState(null);
  const [gathering, setGathering] = useState(false);
  const late = list.filter((r) => r.overdue).length;
  const few = list.length <= EXPORT_MOST;
  const step = open && loop ? bulkStep(stepOf(loop, open)) : null;
  const into = gatherers(catalog.value);
  const free = into.length ? list.filter((r) => !r.gathered && !into.some((l) => l.key === r.loop) && !(catalog.value.loopByKey.get(r.loop) || {}).lasts) : [];
  const register = loop && loop.lasts ? term('register', loop.key) : '';
  const done = (answer) => {
    setOpen('');
    const ok = answer.rows.filter((r) => r.ok);
    const act = step.undo_s && ok.length ? { label: t('action.undo'), run: () => takeBack(ok, again) } : null;
    notify(t('bulk.told', { done: count(answer.done), failed: count(answer.failed) }), answer.failed ? 'info' : 'done', act);
    if (answer.failed) setTold({ answer, title: step.title });
    else selection.clear();
    again();
  };
  return html`<section class="bulk" aria-label=${t('bulk.label')}>
    <strong role="status">${t('bulk.chosen', { n: count(list.length) })}${late ? html` <span class="lamp red">▲ ${t('bulk.late', { n: count(late) })}</span>` : null}</strong>
    ${
      may('item.step')
        ? !loop
          ? html`<span class="hint">${t('bulk.oneLoop')}</span>`
          : steps && steps.length
            ? steps.map((s) => html`<button type="button" key=${s.key} onClick=${() => setOpen(s.key)}>${s.title}</button>`)
            : html`<span class="hint" role="status">${steps ? t('bulk.noStep') : t('load.busy')}</span>`
        : null
    }
    ${
      may('item.step') && free.length
        ? html`<button type="button" onClick=${() => setGathering(true)}>${t('gather.into', { loop: into.map((l) => l.title).join(t('word.and')), n: count(free.length) })}</button>`
        : null
    }
    ${
      may('item.export')
        ? few
          ? html`<${ExportMenu} filter=${all(register, term('no', ...list.map((r) => r.no)))} label=${t('bulk.export')} />`
          : html`<span class="hint">${t('bulk.exportMost', { n: EXPORT_MOST })}</span>`
        : null
    }
    ${children}
    <button type="button" onClick=${selection.clear}>${t('bulk.clear')} <kbd>Esc</kbd></button>
    ${step ? html`<${BulkDialog} key=${open} step=${step} loop=${loop} rows=${list} onDone=${done} onClose=${() => setOpen('')} />` : null}
    ${gathering ? html`<${GatherDialog} rows=${free} onClose=${() => setGathering(false)} onDone=${() => { setGathering(false); selection.clear(); again(); }} again=${again} />` : null}
    ${told ? html`<${ResultDialog} ...${told} onClose=${() => { setTold(null); selection.clear(); }} />` : null}
  </section>`;
}
