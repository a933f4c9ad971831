// A field that holds a shape: drawn corner by corner on a layer of the map, pasted, or taken from a file; and what an item's
// fields hold, on its map.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, rowsOf } from '../lib/api.js';
import { cellState } from '../lib/cells.js';
import { boxOf, cornersOf, kindOf, movedBox, ringsOf, saysGcj, shapeOf, shapeText, shapeWords, withDatum } from '../lib/geometry.js';
import { now } from '../lib/time.js';
import { CellMap } from './cell-map.js';
import { Check, selectInput } from './field.js';
import { Loaded, useLoad } from './load.js';

const KINDS = [
  ['point', 'shape.point'],
  ['line', 'shape.line'],
  ['polygon', 'shape.polygon'],
];
const MOVES = [
  ['shape.in', '＋', { zoom: 0.5 }],
  ['shape.out', '－', { zoom: 2 }],
  ['shape.west', '←', { east: -0.3 }],
  ['shape.north', '↑', { north: 0.3 }],
  ['shape.south', '↓', { north: -0.3 }],
  ['shape.east', '→', { east: 0.3 }],
];
const NOTHING = { title: '', rows: [] };

const layersOf = async (signal) => rowsOf(await get('/api/layers?areas=yes', { signal }));
const drawnOf = (layers) => (layers || []).find((l) => l.rows.some((c) => c.area)) || NOTHING;
const inForce = (layer) => layer.rows.filter((c) => c.area && cellState(c, now()) === 'now');
const allOf = (layer) => inForce(layer).flatMap((c) => c.area.flat(2));

// Where one looks: a cell by name, closer and further, and to the sides.
function Looks({ id, layer, box, setBox }) {
  const cells = inForce(layer);
  const whole = box || boxOf(allOf(layer), 0);
  return html`<div class="shape-looks">
    ${
      cells.length
        ? selectInput(
            { id: `${id}-cell`, 'aria-label': t('shape.toCell') },
            '',
            (code) => {
              const c = cells.find((x) => x.code === code);
              setBox(c ? boxOf(c.area.flat(2), 0.05) : null);
            },
            cells.map((c) => ({ value: c.code, title: c.name })),
            t('shape.toCell'),
          )
        : null
    }
    ${MOVES.map(([title, sign, by]) => html`<button type="button" key=${title} class="square" title=${t(title)} aria-label=${t(title)} onClick=${() => setBox(movedBox(whole, by))}>${sign}</button>`)}
    ${cells.length && box ? html`<button type="button" class="link" onClick=${() => setBox(null)}>${t('shape.whole')}</button>` : null}
  </div>`;
}

// As text: GeoJSON or WKT, typed, pasted, or a file's.
function Written({ id, value, put, shown }) {
  const gcj = saysGcj(value);
  const take = async (e) => {
    const [file] = e.target.files;
    if (file) put((await file.text()).trim());
  };
  return html`<details open=${!!value && !shown}><summary>${t('shape.written')}</summary>
    <label for=${`${id}-text`}>${t('shape.text')}</label>
    <textarea id=${`${id}-text`} class="mono" rows="3" spellcheck="false" value=${value || ''} onInput=${(e) => put(e.target.value)}></textarea>
    <p><${Check} id=${`${id}-gcj`} checked=${gcj} onInput=${(on) => put(withDatum(value || '', on))}>${t('shape.gcj')}<//></p>
    <label for=${`${id}-file`}>${t('shape.file')}</label>
    <input type="file" id=${`${id}-file`} accept=".geojson,.json,.wkt,.txt" onChange=${take} /></details>`;
}

/**
 * Opened where there is a shape, or where there is something wrong with it; else the form stays short.
 * @param {{attrs: object, field: object, value: string, onInput: (v: string) => void}} props
 */
export function ShapePick({ attrs, field, value, onInput }) {
  const wrong = !!attrs['aria-invalid'];
  const [open, setOpen] = useState(!!value || wrong);
  useEffect(() => {
    if (wrong) setOpen(true);
  }, [wrong]);
  return html`<details class="shape-pick" open=${open} onToggle=${(e) => e.target === e.currentTarget && setOpen(e.currentTarget.open)}>
    <summary>${t('shape.draw')}${value || field.required ? null : html` <span class="hint">${t('form.optional')}</span>`}</summary>
    ${open ? html`<${Drawing} attrs=${attrs} field=${field} value=${value} onInput=${onInput} />` : null}</details>`;
}

function Drawing({ attrs, field, value, onInput }) {
  const of = useLoad(layersOf, []);
  const shape = shapeOf(value);
  const [kind, setKind] = useState(field.shape || (shape ? kindOf(shape) : 'polygon'));
  const [corners, setCorners] = useState((shape && cornersOf(shape)) || []);
  const [box, setBox] = useState(shape ? boxOf(ringsOf(shape).flat()) : null);
  const pieces = !!shape && !cornersOf(shape);
  const draw = (at, as = kind) => {
    setCorners(at);
    onInput(shapeText(as, at));
  };
  const press = ({ lon, lat }) => draw(kind === 'point' || pieces ? [[lon, lat]] : [...corners, [lon, lat]]);
  const put = (text) => {
    const is = shapeOf(text);
    onInput(text);
    setCorners((is && cornersOf(is)) || []);
    if (!is) return;
    setKind(field.shape || kindOf(is));
    setBox(boxOf(ringsOf(is).flat()));
  };
  const choose = (k) => {
    setKind(k);
    draw(k === 'point' ? corners.slice(-1) : corners, k);
  };
  const said = shape ? shapeWords(value, t) : value && !corners.length ? t('shape.later') : t('shape.sofar', { n: corners.length });
  return html`${field.shape ? null : html`<ul class="segments" aria-label=${t('shape.kind')}>${KINDS.map(([k, title]) => html`<li key=${k}><button type="button" aria-pressed=${k === kind ? 'true' : 'false'} onClick=${() => choose(k)}>${t(title)}</button></li>`)}</ul>`}
    <${Loaded} of=${of} rows=${3}>${(layers) => {
      const layer = drawnOf(layers);
      if (!layer.rows.length && !box) return html`<p class="hint">${t('shape.noLayers')}</p>`;
      return html`<${Looks} id=${attrs.id} layer=${layer} box=${box} setBox=${setBox} />
        <${CellMap} layer=${layer} box=${box} shapes=${shape ? [shape] : []} corners=${pieces ? [] : corners} onPoint=${press}
          press=${t(kind === 'point' ? 'shape.pressPoint' : kind === 'line' ? 'shape.pressLine' : 'shape.pressPolygon')} />`;
    }}<//>
    <p role="status" class="shape-said">${said}
      ${corners.length ? html` <button type="button" class="link" onClick=${() => draw(corners.slice(0, -1))}>${t('shape.back')}</button>` : null}
      ${value || corners.length ? html` <button type="button" class="link" onClick=${() => draw([])}>${t('shape.clear')}</button>` : null}</p>
    <${Written} id=${attrs.id} value=${value} put=${put} shown=${!!shape} />`;
}

/** What the fields of an item hold, on the layer of the map it lies in. @param {{item: object, loop: object}} props */
export function ShapeMap({ item, loop }) {
  const has = shapesOf(item, loop);
  const of = useLoad((signal) => (has.length ? layersOf(signal) : Promise.resolve([])), [has.length > 0]);
  if (!has.length || !of.data) return null;
  const point = item.lat || item.lon ? { lat: item.lat, lon: item.lon } : null;
  const points = [...has.flatMap((x) => ringsOf(x.shape).flat()), ...(point ? [[point.lon, point.lat]] : [])];
  return html`<section class="card" aria-labelledby="shape-h"><h2 id="shape-h">${has.map((x) => x.title).join(t('word.listed'))}</h2>
    <${CellMap} layer=${drawnOf(of.data)} box=${boxOf(points)} shapes=${has.map((x) => x.shape)} point=${point} />
    <ul class="plain-list">${has.map((x) => html`<li key=${x.key}>${x.title}${t('word.colon')}${x.shown}</li>`)}</ul></section>`;
}

/** The shapes an item holds, by its fields. */
export function shapesOf(item, loop) {
  const kinds = new Set(loop ? loop.fields.filter((f) => f.type === 'geometry').map((f) => f.key) : []);
  return (item.fields || []).filter((f) => !f.judge && kinds.has(f.key) && shapeOf(f.value)).map((f) => ({ ...f, shape: shapeOf(f.value) }));
}
