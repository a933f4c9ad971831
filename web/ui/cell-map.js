// A layer drawn as it is stored: a plain picture, no tiles and no pan, which says that it is one.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { now } from '../lib/time.js';
import { cellState, frameOf } from '../lib/cells.js';
import { kindOf, ringsOf } from '../lib/geometry.js';

const WIDTH = 720;
const LABELS_MAX = 60;
const FEW = 12; // so few that their names can be large

function Labels({ cells, frame }) {
  return cells.filter((c) => frame.holds(c.lat, c.lon)).map((c) => html`<text key=${c.code} x=${frame.x(c.lon)} y=${frame.y(c.lat)}>${c.name}</text>`);
}

// The point that was chosen: a ring with a cross, to be seen on any cell.
function Point({ frame, point }) {
  const [x, y] = [frame.x(point.lon), frame.y(point.lat)];
  return html`<g class="point"><circle cx=${x} cy=${y} r="9" />
    <path d=${`M${x - 16},${y}H${x + 16}M${x},${y - 16}V${y + 16}`} /></g>`;
}

// What a field holds, over the cells: an area is seen through, a point is a disc, corners are told while it is drawn.
function Shape({ frame, shape, corners }) {
  const at = ([lon, lat]) => `${frame.x(lon).toFixed(1)},${frame.y(lat).toFixed(1)}`;
  const kind = shape && kindOf(shape);
  const ring = (r) => `M${r.map(at).join('L')}`;
  const d = kind && kind !== 'point' ? ringsOf(shape).map(ring).join('') : '';
  const dots = corners || (kind === 'point' ? [shape.coordinates] : []);
  return html`<g class="shape">${d ? html`<path class=${kind} fill-rule="evenodd" d=${d} />` : null}
    ${!d && dots.length > 1 ? html`<path class="line" d=${ring(dots)} />` : null}
    ${dots.map(([lon, lat], i) => html`<circle key=${i} cx=${frame.x(lon)} cy=${frame.y(lat)} r="6" />`)}</g>`;
}

/**
 * @param {{layer: any, chosen?: string, onChoose?: (code: string) => void, point?: {lat: number, lon: number}|null,
 *   shapes?: object[], corners?: number[][], box?: {lon: number, lat: number, high: number}|null, press?: string,
 *   onPoint?: (p: {lat: number, lon: number}) => void}} props the layer with its areas; onPoint: a press means a place,
 *   not a cell; with neither it is only looked at; shapes: of fields; corners: of the one that is drawn; box: only that piece;
 *   press: what a press means, where it is not the place
 */
export function CellMap({ layer, chosen, onChoose, point, onPoint, shapes, corners, box, press: pressed }) {
  const cells = layer.rows.filter((c) => c.area && cellState(c, now()) === 'now');
  if (!cells.length && !box) return null;
  const frame = frameOf(cells, WIDTH, box);
  const on = cells.find((c) => c.code === chosen);
  const ring = (r) => `M${r.map(([lon, lat]) => `${frame.x(lon).toFixed(1)},${frame.y(lat).toFixed(1)}`).join('L')}Z`;
  const press = (e) => {
    const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(e.currentTarget.getScreenCTM().inverse());
    onPoint(frame.place(at.x, at.y));
  };
  return html`<figure class="cell-map">
    <svg class=${cells.length <= FEW ? 'few' : ''} viewBox=${`-2 -2 ${WIDTH + 4} ${frame.height + 4}`} role="img"
      aria-label=${t('layers.picture', { title: layer.title, n: cells.length })} onClick=${onPoint ? press : null}>
      ${cells.map(
        (c) => html`<path key=${c.code} class=${c.code === chosen ? 'cell on' : 'cell'} fill-rule="evenodd"
          d=${c.area.flat().map(ring).join('')} onClick=${() => onChoose && onChoose(c.code)}><title>${c.name}</title></path>`,
      )}
      ${(shapes || []).map((s, i) => html`<${Shape} key=${i} frame=${frame} shape=${s} />`)}
      ${corners ? html`<${Shape} frame=${frame} corners=${corners} />` : null}
      ${cells.length <= LABELS_MAX ? html`<${Labels} cells=${cells} frame=${frame} />` : null}
      ${point && frame.holds(point.lat, point.lon) ? html`<${Point} frame=${frame} point=${point} />` : null}
    </svg>
    ${onPoint ? html`<p class="picked hint">${pressed || t('place.press')}</p>` : !onChoose ? null : html`<p class="picked" role="status">${on ? html`<strong>${on.name}</strong> ${on.unit_name}` : html`<span class="hint">${t('layers.pick')}</span>`}</p>`}
    <figcaption>${t('layers.schematic')}${layer.note ? html` ${layer.note}` : null}</figcaption>
  </figure>`;
}
