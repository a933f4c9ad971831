// 导入名单: units, classes and people from a file. Tried first, with every mistake at its place; written as a whole or
// not at all.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { call, get } from '../../lib/api.js';
import { catalog, may, notify, setCatalog } from '../../lib/state.js';
import { withExpected } from '../../lib/errors.js';
import { count } from '../../lib/num.js';
import { ErrorSummary, Field, radioInput } from '../../ui/field.js';
import { FilePick } from '../../ui/file-pick.js';
import { SetPage } from './nav.js';

const FORM = 'lists';
const KINDS = [
  {
    value: 'units',
    title: 'lists.units',
    right: 'unit.manage',
    hint: 'lists.unitsHint',
    example: 'lists.unitsExample',
  },
  {
    value: 'classes',
    title: 'lists.classes',
    right: 'def.manage',
    hint: 'lists.classesHint',
    example: 'lists.classesExample',
  },
  {
    value: 'people',
    title: 'lists.people',
    right: ['person.manage', 'role.grant'],
    hint: 'lists.peopleHint',
    example: 'lists.peopleExample',
  },
  {
    value: 'places',
    title: 'lists.places',
    right: 'unit.manage',
    hint: 'lists.placesHint',
    example: 'lists.placesExample',
  },
];

const isSyntax = (errors) => errors.length > 0 && errors.every((e) => e.code === 'invalid' || e.line > 0);

function Mistakes({ error }) {
  const ref = useRef(null);
  const errors = error.errors;
  const n = errors.length + error.more;
  useEffect(() => {
    if (!ref.current) return;
    ref.current.focus({ preventScroll: true });
    ref.current.scrollIntoView({ block: 'start' });
  }, [error]);
  if (!isSyntax(errors))
    return html`<p class="notice error" role="alert">${errors.length ? withExpected(errors[0]) : error.message}</p>`;
  const rows = errors.slice().sort((a, b) => (a.line || 0) - (b.line || 0) || (a.column || 0) - (b.column || 0));
  return html`<section aria-labelledby="wrong-h">
    <div class="notice error" role="alert" tabindex="-1" ref=${ref}>
      <h2 id="wrong-h">${t('lists.wrong', { n: count(n) })}</h2><p>${t('lists.nothingDone')}</p></div>
    <div class="scroll" tabindex="0" role="region" aria-label=${t('lists.wrong', { n: count(n) })}>
      <table class="plain mistakes"><thead><tr>
      ${['lists.line', 'lists.column', 'lists.field', 'lists.what'].map((k) => html`<th scope="col"
        key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${rows.map((e, i) => html`<tr key=${i}><td>${e.line || ''}</td>
        <td>${e.column || ''}</td><td>${e.field ? html`<code>${e.field}</code>` : null}</td>
        <td>${e.message}${e.expected ? html`<br/><span class="hint">${t('job.expected')} ${e.expected}</span>` : null}</td></tr>`)}</tbody></table></div>
    ${error.more ? html`<p class="hint">${t('lists.more', { n: count(error.more) })}</p>` : null}
  </section>`;
}

function Counts({ answer }) {
  const cells = [
    ['lists.made', answer.made],
    ['lists.changed', answer.changed],
    ['lists.same', answer.same],
  ];
  return html`<div class="notice done" role="status">
    <p><strong>${t(answer.dry_run ? 'lists.tried' : 'lists.written')}</strong>
      ${cells.map(([k, n]) => html`<span class="count" key=${k}>${t(k)} <strong>${count(n)}</strong></span>`)}</p>
    ${answer.made + answer.changed ? null : html`<p>${t('lists.nothingNew')}</p>`}
    ${answer.left ? html`<p>${t('lists.left', { n: count(answer.left) })}</p>` : null}
  </div>`;
}

function Example({ kind }) {
  return html`<details class="example"><summary>${t('lists.example')}</summary>
    <p>${t(kind.hint)}</p>
    <pre class="code" tabindex="0">${t(kind.example, { town: catalog.value.units[0].code })}</pre>
    <p class="hint">${t('lists.formats')}</p></details>`;
}

/** The page. */
export function Lists() {
  const kinds = KINDS.filter((k) => may(k.right));
  const [kind, setKind] = useState(kinds[0].value);
  const [files, setFiles] = useState([]);
  const [missing, setMissing] = useState(null);
  const [answer, setAnswer] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState('');
  const file = files[0];
  const reset = () => {
    setAnswer(null);
    setError(null);
    setMissing(null);
  };
  const send = async (dry) => {
    reset();
    if (!file) {
      setMissing({ file: t('import.needFile') });
      return;
    }
    if (busy) return;
    setBusy(dry ? 'dry' : 'write');
    try {
      const text = new Blob([await file.arrayBuffer()], { type: 'text/plain' });
      const got = await call('POST', `/api/${kind}/import${dry ? '?dry_run=yes' : ''}`, { form: text });
      setAnswer(got);
      if (!dry) {
        notify(t('lists.written'), 'done');
        setCatalog(await get('/api/catalog'));
      }
    } catch (e) {
      setError(e.errors ? e : { errors: [{ message: t('lists.unreadable') }], more: 0 });
    }
    setBusy('');
  };
  const tried = answer && answer.dry_run;
  const options = kinds.map((k) => ({ value: k.value, title: t(k.title) }));
  const pick = (f) => {
    reset();
    setFiles(f);
  };
  return html`<${SetPage} title=${t('set.lists')}>
    <form class="form narrow" noValidate onSubmit=${(e) => {
      e.preventDefault();
      send(true);
    }}>
      <${ErrorSummary} form=${FORM} errors=${missing} names=${{ file: t('lists.file') }} />
      <${Field} form=${FORM} name="kind" label=${t('lists.kind')} group>${(a) =>
        radioInput(
          a,
          kind,
          (k) => {
            reset();
            setKind(k);
          },
          options,
          true,
        )}<//>
      <${FilePick} form=${FORM} files=${files} setFiles=${pick} most=${1} plain accept=".csv,.yaml,.yml,text/csv"
        label=${t('lists.file')} hint=${t('lists.fileHint')} error=${missing ? missing.file : ''} />
      <${Example} kind=${KINDS.find((k) => k.value === kind)} />
      <div class="actions">
        <button class=${tried ? '' : 'primary'} aria-busy=${busy === 'dry' ? 'true' : null}>${t('import.try')}</button>
        ${
          tried && answer.made + answer.changed
            ? html`<button type="button" class="primary" onClick=${() => send(false)}
              aria-busy=${busy === 'write' ? 'true' : null}>${t('lists.write', { n: count(answer.made + answer.changed) })}</button>`
            : null
        }
      </div>
    </form>
    ${answer ? html`<${Counts} answer=${answer} />` : null}
    ${error ? html`<${Mistakes} error=${error} />` : null}
  <//>`;
}
