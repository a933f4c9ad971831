// One step of an item: a form made from the definition. What is half-written is kept; when somebody else was faster,
// both versions are shown and the person decides.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { call, get, post, keyKeeper, query } from '../lib/api.js';
import { draft } from '../lib/store.js';
import { errorsByField } from '../lib/errors.js';
import { checkValues, decisive, editsOf, ofPlace, sharePlaces, startValues, stepBody, stepNow, stillWrong, withoutShares } from '../lib/step.js';
import { stagesOf } from '../lib/catalog.js';
import { Dialog } from './dialog.js';
import { ErrorSummary } from './field.js';
import { askTitle } from './ask.js';
import { StepFields } from './step-fields.js';
import { Conflict } from './conflict.js';

const FORM = 'step';

function fieldNames(step, v) {
  const names = {
    note: t('step.note'),
    units: t('step.units'),
    'reason.key': t('step.reason'),
    'reason.option': t('step.reasonMore'),
    extend: t('step.extend'),
    other: t('step.other'),
    members: t('step.members'),
    judge: t('step.judge'),
    'child.title': t('file.title'),
    [ofPlace('address')]: t('col.address'),
    [ofPlace('lat')]: t('col.lat'),
    [ofPlace('lon')]: t('col.lon'),
    file: t('step.files'),
    files: t('step.files'),
  };
  for (const f of step.fields) names[f.key] = askTitle(f);
  sharePlaces(v.shares || []).forEach((at, i) => {
    if (at < 0) return;
    names[`each[${at}].unit`] = t('share.row', { n: i + 1 });
    for (const f of step.each || []) names[`each[${at}].${f.key}`] = `${t('share.row', { n: i + 1 })} ${askTitle(f)}`;
  });
  return names;
}

async function upload(item, file) {
  const form = new FormData();
  form.set('file', file);
  return call('POST', `/api/items/${item.id}/files`, { form });
}

/**
 * @param {{item: object, loop: object, step: object, open: object, onDone: (item: object) => void,
 *   onClose: () => void, onSeen: (item: object) => void}} props
 *   step: the definition; open: the row of item.steps; onSeen: the item has changed meanwhile
 */
export function StepDialog({ item, loop, step: def, open, onDone, onClose, onSeen }) {
  const name = `${item.id}/${def.key}/${open.part || 0}`;
  const kept = useRef(draft.get(name)).current;
  const base = useRef(item).current; // what an edit is compared with, also when the item is read anew
  const [v, setV] = useState(() => {
    const start = startValues(def, base, open.part);
    return { ...start, ...kept, fields: { ...start.fields, ...(kept || {}).fields } };
  });
  const [form, setForm] = useState(null);
  const step = stepNow(def, form);
  const answers = JSON.stringify(decisive(def, v));
  const [files, setFiles] = useState([]);
  const [errors, setErrors] = useState(null);
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState(null);
  const version = useRef(item.version);
  const sent = useRef([]); // ids of the files that went up already
  const keyOf = useRef(keyKeeper()).current;
  const touched = useRef(!!kept);

  const set = (changes) => {
    touched.current = true;
    if (errors && !errors.local && changes.shares && changes.shares.length !== v.shares.length)
      setErrors({ ...errors, list: withoutShares(errors.list), quiet: true });
    setV((old) => ({ ...old, ...changes }));
  };
  // At once, not after the next painting: who types and closes loses no letter.
  useLayoutEffect(() => {
    if (touched.current) draft.set(name, def.edits ? editsOf(def, v, base) : v);
    if (errors && touched.current && errors.local) {
      const now = checkValues(step, v, t, files.length + sent.current.length);
      const left = stillWrong(errors.list, now);
      if (Object.keys(left).sort().join() !== Object.keys(errors.list).sort().join())
        setErrors({ local: true, list: left, quiet: true });
    }
  }, [v, form, files]);

  // What is required, and which options fit, follows from the other answers: the server knows.
  useEffect(() => {
    if (!def.must && !def.fields.some((f) => f.fits || f.type === 'person')) return undefined;
    const stop = new AbortController();
    get(`/api/items/${item.id}/form${query({ step: def.key, part: open.part, judge: v.judge, fields: answers })}`, {
      signal: stop.signal,
    }).then(setForm, () => {});
    return () => stop.abort();
  }, [answers, v.judge]);

  const refuse = (e) => {
    if (e.conflict) {
      setConflict(e.current);
      setErrors(null);
    } else {
      setErrors({ list: e.errors && e.errors.length ? errorsByField(e.errors) : { '': e.message } });
    }
  };
  const send = async () => {
    const bad = checkValues(step, v, t, files.length + sent.current.length);
    if (Object.keys(bad).length) {
      setErrors({ local: true, list: bad });
      return;
    }
    if (busy) return;
    setBusy(true);
    try {
      for (const file of files.slice()) {
        const up = await upload(item, file);
        version.current = up.version;
        sent.current.push(up.files[up.files.length - 1].id);
        setFiles((rest) => rest.filter((f) => f !== file));
      }
      const body = stepBody(step, v, open.part, version.current, sent.current, base);
      const answer = await post(`/api/items/${item.id}/steps`, body, { key: keyOf(body) });
      draft.remove(name);
      onDone(answer);
    } catch (e) {
      refuse(e);
    } finally {
      setBusy(false);
    }
  };
  const submit = (e) => {
    e.preventDefault();
    send();
  };
  const takeNew = () => {
    version.current = conflict.version;
    onSeen(conflict);
    setConflict(null);
    send();
  };
  // Of a field that names a file: it goes up at once, so that what is kept of a draft can name it.
  const put = async (file) => {
    const up = await upload(item, file);
    version.current = up.version;
    return up;
  };
  const forget = () => {
    draft.remove(name);
    touched.current = false;
    setV(startValues(def, item, open.part));
  };
  const list = errors ? errors.list : {};
  const stages = stagesOf(step);
  const action = stages ? t('step.asks', { step: step.title }) : step.title;
  const title = open.unit_name ? `${action} · ${open.unit_name}` : action;
  return html`<${Dialog} title=${title} onClose=${onClose} wide>
    <p class="hint">${item.no}　${item.title}</p>
    ${stages ? html`<p class="notice">${t('step.willAsk', { who: stages })}</p>` : null}
    ${
      conflict
        ? html`<${Conflict} mine=${item} theirs=${conflict} step=${step} loop=${loop} part=${open.part} busy=${busy}
      onRetry=${takeNew} onDrop=${() => {
        onSeen(conflict);
        onClose();
      }} />`
        : null
    }
    <form onSubmit=${submit} noValidate>
      ${errors && !errors.quiet ? html`<${ErrorSummary} form=${FORM} errors=${list}
        names=${fieldNames(step, v)} />` : null}
      ${kept ? html`<p class="notice">${t('draft.found')} <button type="button" class="link"
        onClick=${forget}>${t('draft.forget')}</button></p>` : null}
      <${StepFields} form=${FORM} item=${item} loop=${loop} step=${step} part=${open.part} v=${v} set=${set} errors=${list}
        files=${files} setFiles=${setFiles} put=${put} />
      <div class="actions sticky">
        <button class="primary" aria-busy=${busy ? 'true' : null}>${busy ? t('form.sending') : action}</button>
        <button type="button" onClick=${onClose}>${t('action.back')}</button>
        <span class="hint" role="status">${touched.current ? t('draft.kept') : ''}</span>
      </div>
    </form>
  <//>`;
}
