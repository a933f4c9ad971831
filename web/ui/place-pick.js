// Where it is: a point pressed in the drawing of a layer, the middle of a cell chosen by name, or two numbers typed; and
// the cells that hits. Comes when it is opened.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query, rowsOf } from '../lib/api.js';
import { cellState } from '../lib/cells.js';
import { pointOf } from '../lib/point.js';
import { now } from '../lib/time.js';
import { CellMap } from './cell-map.js';
import { Field, selectInput, textInput } from './field.js';
import { Places } from './item-place.js';
import { Loaded, useLoad } from './load.js';

const WAIT_MS = 300;

// The cells of a point, asked for when nothing was typed for a moment; null while they are not known.
function useHits(point) {
  const [hits, setHits] = useState(null);
  const asked = point ? query(point) : '';
  useEffect(() => {
    setHits(null);
    if (!asked) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get(`/api/point${asked}`, { signal: stop.signal }).then((d) => setHits(d.places), () => {});
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked]);
  return hits;
}

function Typed({ form, v, set, errors }) {
  const input = (name, label, hint) => html`<${Field} form=${form} name=${name} label=${t(label)} hint=${t(hint)}
    error=${errors[name]}>${(a) => textInput(a, v[name], (x) => set({ [name]: x }), { inputmode: 'decimal', autocomplete: 'off' })}<//>`;
  return html`<div class="pair">${input('lat', 'place.lat', 'place.latHint')}${input('lon', 'place.lon', 'place.lonHint')}</div>`;
}

// A layer to press in. What is said of the point stands below, so that nothing moves under the cursor.
function Drawn({ layers, at, setAt, point, hits, put }) {
  const layer = layers.find((l) => l.key === at) || layers[0];
  const hit = (hits || []).find((p) => p.layer === layer.key);
  return html`${
    layers.length > 1
      ? html`<ul class="segments" aria-label=${t('place.layer')}>${layers.map(
          (l) => html`<li key=${l.key}><button type="button" aria-pressed=${l === layer ? 'true' : 'false'}
            onClick=${() => setAt(l.key)}>${l.title}</button></li>`,
        )}</ul>`
      : null
  }
    <${CellMap} layer=${layer} chosen=${hit ? hit.cell : ''} point=${point} onPoint=${put} />`;
}

function Middle({ form, layer, put }) {
  const cells = layer.rows.filter((c) => cellState(c, now()) === 'now');
  return html`<${Field} form=${form} name="middle" label=${t('place.middle')} hint=${t('place.middleHint')}>${(a) =>
    selectInput(
      a,
      '',
      (code) => code && put(cells.find((x) => x.code === code)),
      cells.map((c) => ({ value: c.code, title: c.name })),
    )}<//>`;
}

function Hits({ point, hits }) {
  if (!point || !hits) return null;
  return hits.length ? html`<${Places} places=${hits} />` : html`<p class="hint">${t('place.nowhere')}</p>`;
}

/**
 * @param {{form: string, v: {lat?: string, lon?: string}, set: (v: object) => void, errors: Record<string, string>}} props
 */
export function PlacePick({ form, v, set, errors }) {
  const of = useLoad((signal) => get('/api/layers?areas=yes', { signal }), []);
  const [at, setAt] = useState('');
  const { point } = pointOf(v);
  const hits = useHits(point);
  const put = (p) => set({ lat: p.lat.toFixed(5), lon: p.lon.toFixed(5) });
  const layers = of.data ? rowsOf(of.data) : [];
  return html`<div class="place-pick">
    <${Typed} form=${form} v=${v} set=${set} errors=${errors} />
    <${Loaded} of=${of} rows=${3}>${() =>
      layers.length
        ? html`<${Drawn} layers=${layers} at=${at} setAt=${setAt} point=${point} hits=${hits} put=${put} />`
        : html`<p class="hint">${t('place.noLayers')}</p>`}<//>
    <div aria-live="polite"><${Hits} point=${point} hits=${hits} /></div>
    ${point ? html`<p><button type="button" class="link" onClick=${() => set({ lat: '', lon: '' })}>${t('place.clear')}</button></p>` : null}
    ${layers.length ? html`<${Middle} form=${form} layer=${layers.find((l) => l.key === at) || layers[0]} put=${put} />` : null}
  </div>`;
}
