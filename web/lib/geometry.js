// Shapes that fields hold: geometries of GeoJSON in WGS 84. No DOM here: tested in node.
import { grouped } from './num.js';

const KINDS = { Point: 'point', LineString: 'line', MultiLineString: 'line', Polygon: 'polygon', MultiPolygon: 'polygon' };
const METRES_A_DEGREE = 111319.49;

/**
 * A value as a shape; null when it is none that can be drawn here: WKT and GCJ-02 only the server reads.
 * @param {string} text
 * @returns {{type: string, coordinates: any}|null}
 */
export function shapeOf(text) {
  if (!String(text || '').trim().startsWith('{')) return null;
  try {
    const g = JSON.parse(text);
    return KINDS[g.type] && Array.isArray(g.coordinates) && !g.datum ? g : null;
  } catch {
    return null;
  }
}

/** point, line or polygon. */
export const kindOf = (g) => KINDS[g.type];

/** Its rings or lines, each a list of [lon, lat]; a polygon's are closed. */
export function ringsOf(g) {
  const c = g.coordinates;
  if (g.type === 'Point') return [[c]];
  if (g.type === 'LineString') return [c];
  return g.type === 'MultiPolygon' ? c.flat() : c;
}

/** The corners somebody pressed, of a shape that is one piece; null of others: they are drawn anew. */
export function cornersOf(g) {
  const rings = ringsOf(g);
  if (rings.length !== 1) return null;
  return kindOf(g) === 'polygon' ? rings[0].slice(0, -1) : rings[0];
}

const LEAST = { point: 1, line: 2, polygon: 3 };

/** What the corners make, as the field keeps it; empty while they are too few. @param {string} kind @param {number[][]} at */
export function shapeText(kind, at) {
  if (at.length < LEAST[kind]) return '';
  const coordinates = kind === 'point' ? at[0] : kind === 'line' ? at : [[...at, at[0]]];
  return JSON.stringify({ type: kind === 'point' ? 'Point' : kind === 'line' ? 'LineString' : 'Polygon', coordinates });
}

const planeOf = (rings) => {
  const [lon0, lat0] = rings[0][0];
  const east = Math.cos((lat0 * Math.PI) / 180) * METRES_A_DEGREE;
  return ([lon, lat]) => [(lon - lon0) * east, (lat - lat0) * METRES_A_DEGREE];
};

const length = (ring) => ring.slice(1).reduce((sum, p, i) => sum + Math.hypot(p[0] - ring[i][0], p[1] - ring[i][1]), 0);
const area = (ring) => Math.abs(ring.slice(1).reduce((sum, p, i) => sum + ring[i][0] * p[1] - p[0] * ring[i][1], 0) / 2);

/** Metres of a line, square metres of an area, 0 of a point, while it is drawn: what is kept the server computes. */
export function measureOf(g) {
  const polygons = g.type === 'MultiPolygon' ? g.coordinates : [ringsOf(g)];
  const plane = planeOf(ringsOf(g));
  const flat = polygons.map((rings) => rings.map((r) => r.map(plane)));
  if (kindOf(g) === 'line') return flat.flat().reduce((sum, r) => sum + length(r), 0);
  return flat.reduce((sum, [outer, ...holes]) => sum + area(outer) - holes.reduce((s, h) => s + area(h), 0), 0);
}

/** A shape in words: "面，4 个点，10,612 平方米"; the text itself when it is none. */
export function shapeWords(text, t) {
  const g = shapeOf(text);
  if (!g) return String(text);
  const kind = kindOf(g);
  if (kind === 'point') return t('shape.isPoint', { lat: g.coordinates[1], lon: g.coordinates[0] });
  const n = ringsOf(g).reduce((sum, r) => sum + r.length - (kind === 'polygon' ? 1 : 0), 0);
  return t(kind === 'line' ? 'shape.isLine' : 'shape.isPolygon', { n, size: grouped(String(Math.round(measureOf(g)))) });
}

/**
 * The piece of the map around points, four to three, with room beside them.
 * @param {number[][]} points
 * @param {number} [room] share of the whole on each side
 */
export function boxOf(points, room = 0.4) {
  const lons = points.map((p) => p[0]);
  const lats = points.map((p) => p[1]);
  const lat = (Math.min(...lats) + Math.max(...lats)) / 2;
  const squeeze = Math.cos((lat * Math.PI) / 180);
  const wide = (Math.max(...lons) - Math.min(...lons)) * squeeze;
  const high = Math.max((Math.max(...lats) - Math.min(...lats)) * (1 + 2 * room), (wide * (1 + 2 * room) * 3) / 4, LEAST_HIGH);
  return { lon: (Math.min(...lons) + Math.max(...lons)) / 2, lat, high };
}
const LEAST_HIGH = 0.0015; // some 170 metres

/** The same piece moved by shares of itself, or drawn in by a factor. */
export const movedBox = (box, { east = 0, north = 0, zoom = 1 }) => ({
  lon: box.lon + (east * box.high * 4) / 3 / Math.cos((box.lat * Math.PI) / 180),
  lat: box.lat + north * box.high,
  high: Math.max(box.high * zoom, LEAST_HIGH / 4),
});

/** A text with what was said of its coordinates: GCJ-02 has to be said, or it is taken for WGS 84. */
export function withDatum(text, gcj) {
  const plain = text.replace(/^\s*GCJ02;\s*/i, '');
  if (!plain.trim().startsWith('{')) return gcj && plain.trim() ? `GCJ02;${plain}` : plain;
  try {
    const { datum, ...rest } = JSON.parse(plain);
    return JSON.stringify(gcj ? { ...rest, datum: 'gcj02' } : rest);
  } catch {
    return text;
  }
}
export const saysGcj = (text) => /^\s*GCJ02;/i.test(text || '') || /"datum"\s*:\s*"gcj02"/.test(text || '');
