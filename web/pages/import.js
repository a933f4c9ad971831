// 导入: choose a file, see what its columns are read as, try it, write it. The page may be left meanwhile: the trial and the import are
// jobs, and a trial can be written from its own page as well.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { call, get, post, rowsOf } from '../lib/api.js';
import { errorsByField } from '../lib/errors.js';
import { closeMap, missing, openMap, sendColumn, setOtherwise, setWord, targetOf, targetsOf } from '../lib/import-map.js';
import { desksOf } from '../lib/desks.js';
import { catalog, me, notify } from '../lib/state.js';
import { bytes, count } from '../lib/num.js';
import { Page } from '../ui/page.js';
import { ErrorSummary, Field, selectInput, textArea, textInput } from '../ui/field.js';
import { FilePick } from '../ui/file-pick.js';
import { JobView } from '../ui/job.js';
import { MapTable, MissingRows, Words } from '../ui/import-map.js';

const FORM = 'import';
const STAGES = ['import.s1', 'import.s2', 'import.s3', 'import.s4'];

function Stages({ at }) {
  return html`<ol class="states" aria-label=${t('import.stages')}>${STAGES.map((k, i) => html`<li key=${k}
    class=${i === at ? 'at' : i < at ? 'past' : ''} aria-current=${i === at ? 'step' : null}>${t(k)}</li>`)}</ol>`;
}

function form(values) {
  const f = new FormData();
  for (const [k, v] of Object.entries(values)) if (v !== undefined && v !== '') f.set(k, v);
  return f;
}

const look = (file, more) => call('POST', '/api/import-look', { form: form({ file, ...more }) });
const start = async (values) => (await call('POST', '/api/imports', { form: form(values) })).id;
const saying = (e) => (e.errors && e.errors.length ? errorsByField(e.errors) : { '': e.message });

// What is going on, and what went wrong: one press at a time.
function useDeed() {
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState(null);
  const run = async (deed) => {
    if (busy) return;
    setBusy(true);
    setErrors(null);
    try {
      await deed();
    } catch (e) {
      setErrors(saying(e));
    }
    setBusy(false);
  };
  return { busy, errors, setErrors, run };
}

function Choose({ onLook }) {
  const [files, setFiles] = useState([]);
  const { busy, errors, setErrors, run } = useDeed();
  const send = (e) => {
    e.preventDefault();
    if (!files.length) setErrors({ file: t('import.needFile') });
    else run(() => onLook(files[0]));
  };
  return html`<form class="form narrow" onSubmit=${send} noValidate>
    <${ErrorSummary} form=${FORM} errors=${errors} names=${{ file: t('import.file') }} />
    <${FilePick} form=${FORM} files=${files} setFiles=${setFiles} most=${1} plain
      accept=".xlsx,.csv,text/csv" label=${t('import.file')} hint=${t('import.fileHint')}
      error=${errors && errors.file} />
    <div class="actions"><button class="primary"
      aria-busy=${busy ? 'true' : null}>${busy ? t('import.looking') : t('import.look')}</button></div>
    <p class="hint">${t('import.templates')}${[...catalog.value.loops, ...catalog.value.registers].map((l, i) => html`${i ? t('word.listed') : null}<a
      key=${l.key} href=${`/api/import-template?loop=${l.key}`} download>${l.title}</a>`)}</p>
  </form>`;
}

function Known({ found, onMap }) {
  const known = found.maps.find((m) => m.name === found.known);
  const options = [...found.maps.map((m) => ({ value: m.name, title: m.title })), { value: '', title: t('import.anew') }];
  if (!found.maps.length) return html`<p class="hint">${t('import.proposed')}</p>`;
  return html`<${Field} form=${FORM} name="known" label=${t('import.template')}
    hint=${known ? t(known.id ? 'import.knownOwn' : 'import.knownShipped') : t('import.proposed')}>${(a) =>
      selectInput(a, found.known, onMap, options, null)}<//>`;
}

// How rows of a register are told apart, and whether an empty cell says something.
function Empty({ map, setMap }) {
  const by = map.key || (map.columns.find((e) => e.to === 'no') || { names: [] }).names[0];
  return html`<p class="hint">${by ? t('import.knownBy', { column: by }) : t('import.knownByRow')}</p>
    <label class="check"><input type="checkbox" checked=${map.empty === 'clears'}
      onChange=${(e) => setMap({ ...map, empty: e.currentTarget.checked ? 'clears' : 'keeps' })} /> ${t('import.clears')}</label>`;
}

function Columns({ file, found, map, setMap, again, onTry, onBack }) {
  const { busy, errors, run } = useDeed();
  const [written, setWritten] = useState(false);
  const loops = [...catalog.value.loops, ...catalog.value.registers];
  const loop = catalog.value.loopByKey.get(map.loop);
  const gaps = missing(map, loop, t);
  const sheets = found.sheets.filter((s) => !s.hidden || s.name === found.sheet);
  const text = JSON.stringify(closeMap(map, loop), null, 1);
  const own = (value) => {
    try {
      setMap(openMap(JSON.parse(value), loop));
    } catch {
      // half typed
    }
  };
  const list = errors || {};
  return html`<${ErrorSummary} form=${FORM} errors=${errors} names=${{ sheet: t('import.sheet') }} />
    <p><strong>${file.name}</strong> <small class="hint">${bytes(file.size)}${found.header > 1 ? `　${t('import.headerAt', { n: found.header })}` : ''}</small></p>
    <div class="form row">
      ${sheets.length > 1 ? html`<${Field} form=${FORM} name="sheet" label=${t('import.sheet')} error=${list.sheet}>${(a) =>
        selectInput(a, found.sheet, (sheet) => run(() => again({ sheet })), sheets.map((s) => ({ value: s.name, title: s.name })), null)}<//>` : null}
      <${Known} found=${found} onMap=${(name) => run(() => again(name ? { map: name } : { loop: map.loop }))} />
      ${loops.length > 1 && !found.known ? html`<${Field} form=${FORM} name="loop" label=${t('import.loop')}>${(a) =>
        selectInput(a, map.loop, (key) => run(() => again({ loop: key })), loops.map((l) => ({ value: l.key, title: l.title })), null)}<//>` : null}
    </div>
    <${MapTable} columns=${found.columns} targets=${targetsOf(map, loop, t)} of=${(c) => targetOf(map, c)}
      send=${(c, to) => setMap(sendColumn(map, c, to, loop))} />
    ${loop.lasts && !map.steps ? html`<${Empty} map=${map} setMap=${setMap} />` : null}
    <${MissingRows} form=${FORM} gaps=${gaps} loop=${loop} map=${map} set=${(to, v) => setMap(setOtherwise(map, to, v))} />
    <details open=${written} onToggle=${(e) => setWritten(e.currentTarget.open)}><summary>${t('import.asText')}</summary>
      <${Field} form=${FORM} name="own" label=${t('import.ownText')} hint=${t('import.ownHint')}>${(a) =>
        textArea({ ...a, class: 'code', spellcheck: false }, text, own, 0, 14)}<//></details>
    <div class="actions"><button type="button" class="primary" aria-busy=${busy ? 'true' : null}
      onClick=${() => run(onTry)}>${busy ? t('form.sending') : t('import.try')}</button>
      <button type="button" onClick=${onBack}>${t('import.other')}</button>
      <span class="hint">${t('import.tryHint')}</span></div>`;
}

function Save({ found, map, loop, known }) {
  const [title, setTitle] = useState(known ? known.title : '');
  const [was, setWas] = useState(known && known.id ? known : null);
  const { busy, errors, run } = useDeed();
  const save = (e) => {
    e.preventDefault();
    run(async () => {
      const body = { title, map: JSON.stringify(closeMap(map, loop)), header: found.print };
      const r = was ? await call('PUT', `/api/import-maps/${was.id}`, { json: { ...body, version: was.version } }) : await post('/api/import-maps', body);
      setWas(r);
      notify(t('import.saved', { title: r.title }), 'done');
    });
  };
  const list = errors || {};
  return html`<form class="form narrow save-map" onSubmit=${save} noValidate>
    <${Field} form="save" name="title" label=${t('import.saveAs')} hint=${t('import.saveHint')}
      error=${list.title || list[''] || list.version}>${(a) => html`<div class="inline-form">${textInput(a, title, setTitle, { maxlength: 60 })}
      <button aria-busy=${busy ? 'true' : null}>${was ? t('import.saveAgain') : t('import.save')}</button></div>`}<//></form>`;
}

function Tried({ found, map, setMap, job, setJob, onAgain, onWrite, onBack }) {
  const { busy, errors, run } = useDeed();
  const loop = catalog.value.loopByKey.get(map.loop);
  const [changed, setChanged] = useState(false);
  const ready = job && job.state === 'done';
  const good = ready ? (job.new || 0) + (job.updated || 0) : 0;
  const mean = (to, word, value) => {
    setMap(setWord(map, to.replace(/^fields\./, ''), word, value));
    setChanged(true);
  };
  return html`<${ErrorSummary} form=${FORM} errors=${errors} />
    <${JobView} id=${job.id} onJob=${setJob} dry>
      ${ready && job.values && job.values.length ? html`<${Words} words=${job.values} map=${map} loop=${loop} mean=${mean} />` : null}
      ${ready ? html`<p class="notice">${job.bad ? t('import.partBad', { bad: count(job.bad), good: count(good) }) : good ? t('import.allGood', { n: count(good) }) : t('import.nothing')}${job.same ? ` ${t('import.andSame', { n: count(job.same) })}` : ''}</p>` : null}
      <div class="actions">
        ${changed ? html`<button type="button" class="primary" aria-busy=${busy ? 'true' : null} onClick=${() => run(onAgain)}>${t('import.tryAgain')}</button>` : null}
        ${ready && good && !changed ? html`<button type="button" class="primary" aria-busy=${busy ? 'true' : null}
          onClick=${() => run(onWrite)}>${t('import.write', { n: count(good) })}</button>` : null}
        <button type="button" onClick=${onBack}>${t('import.backToColumns')}</button>
      </div>
    <//>
    ${ready ? html`<${Save} found=${found} map=${map} loop=${loop} known=${found.maps.find((m) => m.name === found.known)} />` : null}
    <p class="hint">${t('import.repeat')}</p>`;
}

/** The page. */
export function Import() {
  const [at, setAt] = useState(0);
  const [file, setFile] = useState(null);
  const [found, setFound] = useState(null);
  const [map, setMap] = useState(null);
  const [job, setJob] = useState(null);
  const [written, setWritten] = useState(0);
  const begin = async (f, more) => {
    const r = await look(f, more);
    setFile(f);
    setFound(r);
    setMap(openMap(r.map, catalog.value.loopByKey.get(r.map.loop)));
    setAt(1);
  };
  const values = () => ({ map: JSON.stringify(closeMap(map, catalog.value.loopByKey.get(map.loop))), sheet: found.sheet });
  const onTry = async () => {
    setJob({ id: await start({ file, ...values(), dry: 'yes' }) });
    setAt(2);
  };
  const onWrite = async () => {
    setWritten(await start({ from: String(job.id), dry: 'no' }));
    setAt(3);
  };
  const again = () => {
    setAt(0);
    setFile(null);
    setFound(null);
    setJob(null);
  };
  // What was brought in waits to be sent out.
  const desk = map && !map.state && !map.steps && desksOf(catalog.value, me.value).find((d) => d.loop.key === map.loop);
  useEffect(() => {
    const h = document.querySelector('main h1');
    if (at && h) h.scrollIntoView({ block: 'start' });
  }, [at]);
  return html`<${Page} title=${t('nav.import')} side=${html`<a class="button" href="/jobs">${t('jobs.all')}</a>`}>
    <${Stages} at=${at} />
    ${at === 0 ? html`<${Choose} onLook=${begin} />` : null}
    ${at === 1 ? html`<${Columns} file=${file} found=${found} map=${map} setMap=${setMap} onTry=${onTry} onBack=${again}
      again=${(more) => begin(file, { sheet: found.sheet, ...more })} />` : null}
    ${at === 2 ? html`<p><strong>${file.name}</strong></p><${Tried} key=${job.id} found=${found} map=${map} setMap=${setMap} job=${job} setJob=${setJob}
      onAgain=${onTry} onWrite=${onWrite} onBack=${() => setAt(1)} />` : null}
    ${at === 3 ? html`<p><strong>${file.name}</strong></p><${JobView} id=${written} /><div class="actions">
      ${desk ? html`<a class="button primary" href=${`/desk?loop=${desk.loop.key}`}>${t('import.toDesk')}</a>` : null}
      <button type="button" onClick=${again}>${t('import.next')}</button></div>` : null}
  <//>`;
}
