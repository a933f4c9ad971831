// A place as two numbers typed by hand. No DOM here: tested in node.

const DEGREES = /^[-+]?\d{1,3}(\.\d+)?$/;

function degrees(text, most) {
  const s = String(text || '')
    .trim()
    .replace('．', '.');
  const n = DEGREES.test(s) ? Number(s) : NaN;
  return Math.abs(n) <= most ? n : null;
}

/**
 * What two fields say: a point, nothing, or what is wrong with them.
 * @param {{lat?: string, lon?: string}} v
 * @returns {{point: {lat: number, lon: number}|null, bad: string[]}} bad: names of fields
 */
export function pointOf(v) {
  const given = ['lat', 'lon'].filter((k) => String(v[k] || '').trim());
  if (!given.length) return { point: null, bad: [] };
  const lat = degrees(v.lat, 90);
  const lon = degrees(v.lon, 180);
  const bad = [lat === null && 'lat', lon === null && 'lon'].filter(Boolean);
  return { point: bad.length ? null : { lat, lon }, bad };
}
