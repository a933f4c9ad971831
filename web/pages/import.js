// 导入: choose a file and a map of its columns, try it, look at the problems, write it. The page may be left meanwhile.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { call, get, rowsOf } from '../lib/api.js';
import { errorsByField } from '../lib/errors.js';
import { Page } from '../ui/page.js';
import { Loaded, useLoad } from '../ui/load.js';
import { ErrorSummary, Field, selectInput, textArea } from '../ui/field.js';
import { FilePick } from '../ui/file-pick.js';
import { JobView } from '../ui/job.js';

const FORM = 'import';
const OWN = '*';

function Stages({ at }) {
  const names = [t('import.s1'), t('import.s2'), t('import.s3')];
  return html`<ol class="states" aria-label=${t('import.stages')}>${names.map((n, i) => html`<li key=${n}
    class=${i === at ? 'at' : i < at ? 'past' : ''}
    aria-current=${i === at ? 'step' : null}>${n}</li>`)}</ol>`;
}

async function sendFile(file, map, dry) {
  const form = new FormData();
  form.set('file', file);
  form.set('map', map);
  form.set('dry', dry ? 'yes' : 'no');
  return (await call('POST', '/api/imports', { form })).id;
}

function Choose({ maps, onTry }) {
  const [files, setFiles] = useState([]);
  const [map, setMap] = useState(maps.length ? maps[0].name : OWN);
  const [own, setOwn] = useState('');
  const [errors, setErrors] = useState(null);
  const [busy, setBusy] = useState(false);
  const send = async (e) => {
    e.preventDefault();
    const bad = {};
    if (!files.length) bad.file = t('import.needFile');
    if (map === OWN && !own.trim()) bad.own = t('form.mustFill');
    setErrors(Object.keys(bad).length ? bad : null);
    if (Object.keys(bad).length || busy) return;
    setBusy(true);
    try {
      await onTry(files[0], map === OWN ? own : map);
    } catch (err) {
      setErrors(err.errors && err.errors.length ? errorsByField(err.errors) : { '': err.message });
    }
    setBusy(false);
  };
  const list = errors || {};
  const options = [
    ...maps.map((m) => ({ value: m.name, title: m.title || m.name })),
    { value: OWN, title: t('import.ownMap') },
  ];
  return html`<form class="form narrow" onSubmit=${send} noValidate>
    <${ErrorSummary} form=${FORM} errors=${errors}
      names=${{ file: t('import.file'), map: t('import.map'), own: t('import.ownText') }} />
    <${FilePick} form=${FORM} files=${files} setFiles=${setFiles} most=${1} plain accept=".csv,.xlsx,text/csv"
      label=${t('import.file')} hint=${t('import.fileHint')} error=${list.file} />
    <${Field} form=${FORM} name="map" label=${t('import.map')} hint=${t('import.mapHint')}
      error=${list.map} required>${(a) => selectInput(a, map, setMap, options, null)}<//>
    ${map === OWN ? html`<${Field} form=${FORM} name="own" label=${t('import.ownText')}
      hint=${t('import.ownHint')} error=${list.own} required>${(a) => textArea({ ...a, class: 'code', spellcheck: false }, own, setOwn, 0, 12)}<//>` : null}
    <div class="actions"><button class="primary"
      aria-busy=${busy ? 'true' : null}>${busy ? t('form.sending') : t('import.try')}</button></div>
  </form>`;
}

function Tried({ tried, onWrite, onBack }) {
  const [job, setJob] = useState(null);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const write = async () => {
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      await onWrite();
    } catch (e) {
      setError(e.message);
    }
    setBusy(false);
  };
  const r = job || {};
  const ready = job && job.state === 'done';
  return html`<p>${tried.file.name}</p>
    <${JobView} id=${tried.job} onJob=${setJob} dry />
    ${error ? html`<p class="notice error" role="alert">${error}</p>` : null}
    ${ready ? html`<div class="notice">
      <p>${r.bad ? t('import.partBad', { bad: r.bad, good: (r.new || 0) + (r.same || 0) }) : t('import.allGood', { n: r.new || 0 })}</p>
      </div>` : null}
    <div class="actions">
      ${ready ? html`<button type="button" class="primary" onClick=${write} disabled=${!r.new}
        aria-busy=${busy ? 'true' : null}>${t('import.write', { n: r.new || 0 })}</button>` : null}
      <button type="button" onClick=${onBack}>${t('import.other')}</button>
    </div>
    <p class="hint">${t('import.repeat')}</p>`;
}

/** The page. */
export function Import() {
  const maps = useLoad((signal) => get('/api/import-maps', { signal }), []);
  const [tried, setTried] = useState(null);
  const [written, setWritten] = useState(0);
  const onTry = async (file, map) => setTried({ file, map, job: await sendFile(file, map, true) });
  const onWrite = async () => setWritten(await sendFile(tried.file, tried.map, false));
  const again = () => {
    setTried(null);
    setWritten(0);
  };
  return html`<${Page} title=${t('nav.import')} side=${html`<a class="button"
    href="/jobs">${t('jobs.all')}</a>`}>
    <${Stages} at=${written ? 2 : tried ? 1 : 0} />
    ${
      written
        ? html`<p>${tried.file.name}</p><${JobView} id=${written} /><div class="actions"><button type="button"
          onClick=${again}>${t('import.next')}</button></div>`
        : tried
          ? html`<${Tried} tried=${tried} onWrite=${onWrite} onBack=${again} />`
          : html`<${Loaded} of=${maps} rows=${4}>${(d) => html`<${Choose} maps=${rowsOf(d)}
            onTry=${onTry} />`}<//>`
    }
  <//>`;
}
