// 网格图层: what divides the map, who answers for which cell; and bringing in another division, tried first.
import { useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { call, get, query, rowsOf } from '../../lib/api.js';
import { may, notify } from '../../lib/state.js';
import { withExpected } from '../../lib/errors.js';
import { count } from '../../lib/num.js';
import { day, now } from '../../lib/time.js';
import { cellState } from '../../lib/cells.js';
import { itemsLink, term } from '../../lib/filter.js';
import { place, goQuery } from '../../lib/route.js';
import { Empty, Loaded, useLoad } from '../../ui/load.js';
import { Check, ErrorSummary, Field, selectInput, textInput } from '../../ui/field.js';
import { FilePick } from '../../ui/file-pick.js';
import { CellMap } from '../../ui/cell-map.js';
import { SetPage } from './nav.js';
import { KINDS, kindTitle } from './units.js';

const FORM = 'layers';
const STATE = { coming: 'layers.coming', ended: 'layers.endedCell' };
const DATUMS = [
  ['wgs84', 'layers.wgs84'],
  ['cgcs2000', 'layers.cgcs2000'],
  ['gcj02', 'layers.gcj02'],
];

const HEADS = ['layers.name', 'layers.code', 'layers.unit', 'layers.from', 'layers.until', 'layers.orders'];

// The chosen cell's row, when it was chosen in the drawing.
const show = (row) => row && row.scrollIntoView({ block: 'nearest' });

function Cells({ layer, chosen, onChoose }) {
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label=${layer.title}><table class="plain">
    <thead><tr>${HEADS.map((k) => html`<th scope="col" key=${k}>${t(k)}</th>`)}</tr></thead>
    <tbody>${layer.rows.map((c) => {
      const on = c.code === chosen;
      const state = cellState(c, now());
      return html`<tr key=${`${c.code}${c.from || ''}`} class=${`${on ? 'on' : ''} ${state === 'ended' ? 'closed' : ''}`}
        ref=${on ? show : null}>
        <th scope="row"><button type="button" class="link" aria-pressed=${on ? 'true' : 'false'}
          onClick=${() => onChoose(on ? '' : c.code)}>${c.name}</button>${state === 'now' ? null : html` <span class="tag">${t(STATE[state])}</span>`}</th>
        <td><code>${c.code}</code></td><td>${c.unit_name || '—'}</td>
        <td class="nowrap">${c.from ? day(c.from) : t('layers.always')}</td>
        <td class="nowrap">${c.until ? day(c.until) : '—'}</td>
        <td>${may('item.read') ? html`<a href=${itemsLink(term(`cell.${layer.key}`, c.code))} aria-label=${t('layers.listOf', { name: c.name })}>${t('layers.list')}</a>` : '—'}</td></tr>`;
    })}</tbody></table></div>`;
}

function Flaws({ answer }) {
  if (!answer.flaws_all) return html`<p>${t('layers.noFlaws')}</p>`;
  return html`<p>${t('layers.flaws', { n: count(answer.flaws_all) })}</p>
    <ul class="plain-list">${answer.flaws.map(
      (f, i) => html`<li key=${i}>${
        f.kind === 'gap'
          ? t('layers.gap', { m2: count(Math.round(f.square_metres)), lat: f.lat.toFixed(5), lon: f.lon.toFixed(5) })
          : t('layers.overlap', {
              a: f.code,
              b: f.other,
              m2: count(Math.round(f.square_metres)),
              lat: f.lat.toFixed(5),
              lon: f.lon.toFixed(5),
            })
      }</li>`,
    )}</ul>`;
}

function Wrong({ error }) {
  const errors = error.errors && error.errors.length ? error.errors : [{ message: error.message }];
  return html`<div class="notice error" role="alert"><h3>${t('layers.wrong', { n: count(errors.length) })}</h3>
    <ol>${errors.map((e, i) => html`<li key=${i}>${e.field ? html`<code>${e.field}</code> ` : null}${withExpected(e)}</li>`)}</ol></div>`;
}

// What a new layer has to be told; all of it may stand in the file.
function NewLayer({ v, set }) {
  const input = (name, label, hint) => html`<${Field} form=${FORM} name=${name} label=${t(label)} hint=${t(hint)}>${(a) =>
    textInput(a, v[name], (x) => set({ [name]: x }), { autocomplete: 'off' })}<//>`;
  return html`${input('layer', 'layers.key', 'layers.keyHint')}
    ${input('title', 'layers.titleOf', 'layers.titleHint')}
    <${Field} form=${FORM} name="unit_kind" label=${t('layers.unitKind')} hint=${t('layers.unitKindHint')}>${(a) =>
      selectInput(
        a,
        v.unit_kind,
        (unit_kind) => set({ unit_kind }),
        KINDS.map((k) => ({ value: k, title: kindTitle(k) })),
        t('layers.unitKindNone'),
      )}<//>`;
}

function Outcome({ answer }) {
  const counts = [
    ['lists.made', answer.made],
    ['lists.changed', answer.changed],
    ['lists.same', answer.same],
    ['layers.ended', answer.ended],
  ];
  return html`<div class="notice done" role="status"><p><strong>${t(answer.dry_run ? 'layers.tried' : 'layers.written')}</strong>
    ${counts.map(([k, n]) => html`<span class="count" key=${k}>${t(k)} <strong>${count(n)}</strong></span>`)}</p>
    <${Flaws} answer=${answer} /></div>`;
}

const BLANK = { layer: '', title: '', unit_kind: '' };
const AS_FILE = 'file';
const NEW = 'new';

function Bring({ layers, onDone }) {
  const [files, setFiles] = useState([]);
  const [into, setInto] = useState(AS_FILE);
  const [v, setV] = useState({ ...BLANK, datum: '', from: '' });
  const [missing, setMissing] = useState(null);
  const [answer, setAnswer] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState('');
  const set = (more) => {
    setV((old) => ({ ...old, ...more }));
    setAnswer(null);
    setError(null);
    setMissing(null);
  };
  const send = async (dry) => {
    setError(null);
    if (!files[0]) {
      setMissing({ file: t('import.needFile') });
      return;
    }
    if (busy) return;
    setMissing(null);
    setBusy(dry ? 'dry' : 'write');
    try {
      const text = new Blob([await files[0].arrayBuffer()], { type: 'application/geo+json' });
      const got = await call('POST', `/api/layers/import${query({ ...v, dry_run: dry ? 'yes' : '' })}`, { form: text });
      setAnswer(got);
      if (!dry) {
        notify(t('layers.written'), 'done');
        onDone(got.layer);
      }
    } catch (e) {
      setAnswer(null);
      setError(e);
    }
    setBusy('');
  };
  const tried = answer && answer.dry_run;
  const intoList = [
    { value: AS_FILE, title: t('layers.asFile') },
    ...layers.map((l) => ({ value: l.key, title: l.title })),
    { value: NEW, title: t('layers.newOne') },
  ];
  return html`<details class="example"><summary>${t('layers.bring')}</summary>
    <form class="form narrow" noValidate onSubmit=${(e) => {
      e.preventDefault();
      send(true);
    }}>
      <${ErrorSummary} form=${FORM} errors=${missing} names=${{ file: t('layers.file') }} />
      <${FilePick} form=${FORM} files=${files} most=${1} plain label=${t('layers.file')} hint=${t('layers.fileHint')}
        accept=".geojson,.json" error=${missing && missing.file} setFiles=${(f) => {
          setFiles(f);
          set({});
        }} />
      <${Field} form=${FORM} name="datum" label=${t('layers.datum')} hint=${t('layers.datumHint')}>${(a) =>
        selectInput(
          a,
          v.datum,
          (datum) => set({ datum }),
          DATUMS.map(([value, title]) => ({ value, title: t(title) })),
          t('layers.datumFile'),
        )}<//>
      <${Field} form=${FORM} name="into" label=${t('layers.into')}>${(a) =>
        selectInput(
          a,
          into,
          (x) => {
            setInto(x);
            set({ ...BLANK, layer: x === AS_FILE || x === NEW ? '' : x });
          },
          intoList,
          null,
        )}<//>
      ${into === NEW ? html`<${NewLayer} v=${v} set=${set} />` : null}
      <${Field} form=${FORM} name="from" label=${t('layers.from')} hint=${t('layers.fromHint')}>${(a) => html`<input type="date"
        ...${a} value=${v.from} onInput=${(e) => set({ from: e.target.value })} />`}<//>
      ${error ? html`<${Wrong} error=${error} />` : null}
      ${answer ? html`<${Outcome} answer=${answer} />` : null}
      <div class="actions"><button type="submit" class=${tried ? '' : 'primary'}
        aria-busy=${busy === 'dry' ? 'true' : null}>${t('layers.try')}</button>
        ${
          tried
            ? html`<button type="button" class="primary" aria-busy=${busy === 'write' ? 'true' : null}
          onClick=${() => send(false)}>${t('layers.write')}</button>`
            : null
        }</div>
    </form></details>`;
}

// Which layer, and whether what has ended is shown too.
function Layer({ layers, layer, past }) {
  const [chosen, setChosen] = useState('');
  return html`<ul class="segments" aria-label=${t('set.layers')}>${layers.map(
    (l) => html`<li key=${l.key}><button type="button" aria-pressed=${l === layer ? 'true' : 'false'}
      onClick=${() => goQuery({ layer: l.key })}>${l.title} ${count(l.cells)}</button></li>`,
  )}</ul>
    <div class="map-cols"><${CellMap} layer=${layer} chosen=${chosen} onChoose=${setChosen} />
      <div><p><${Check} id="layers-past" checked=${past} onInput=${(on) => goQuery({ past: on ? 'yes' : '' })}>${t('layers.past')}<//></p>
        <${Cells} layer=${layer} chosen=${chosen} onChoose=${setChosen} /></div></div>`;
}

/** The page. */
export function Layers() {
  const q = place.value.query;
  const past = q.get('past') === 'yes';
  const of = useLoad((signal) => get(`/api/layers${query({ areas: 'yes', past: past ? 'yes' : '' })}`, { signal }), [past]);
  return html`<${SetPage} title=${t('set.layers')}>
    ${may('unit.manage') ? html`<${Bring} layers=${of.data ? rowsOf(of.data) : []} onDone=${(layer) => {
      of.again();
      goQuery({ layer });
    }} />` : null}
    <${Loaded} of=${of}>${(d) => {
      const layers = rowsOf(d);
      const layer = layers.find((l) => l.key === q.get('layer')) || layers[0];
      if (!layer) return html`<${Empty} text=${t('layers.none')} />`;
      return html`<${Layer} key=${layer.key} layers=${layers} layer=${layer} past=${past} />`;
    }}<//>
  <//>`;
}
