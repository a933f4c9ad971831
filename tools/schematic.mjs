// Draws the demonstration town's layers: real names of committees, stations and teams on invented shapes, which the files say
// of themselves. No boundary of a real place is in them. The same for the same units.yaml:
//
//   node tools/schematic.mjs
//
// The town is a rectangle of its published 11.89 km² cut into six strips from west to east, each strip into committees from
// north to south. Neighbours share their corners exactly, so there is neither gap nor overlap. The talent apartment is an
// island in a committee, so that one cell has a hole.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const town = join(dirname(fileURLToPath(import.meta.url)), '..', 'towns', 'xinjing');
const STRIPS = [6, 6, 5, 5, 5, 6];
const WEST = 121.345, EAST = 121.381, SOUTH = 31.203, NORTH = 31.234;
const ISLAND = { unit: 'talent', strip: 1, row: 2 };
const NOTE = '示意图：形状为虚构，不代表实际辖区边界';

// Park and Miller: the same numbers everywhere.
let state = 20261120;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
const jitter = (size) => (random() - 0.5) * size;
const round = (x) => Math.round(x * 1e6) / 1e6;

const units = [...readFileSync(join(town, 'units.yaml'), 'utf8')
  .matchAll(/code: ([\w-]+), parent: [\w-]+, kind: ([\w-]+), name: ([^,}]+?)(?:, short: ([^,}]+?))?\}/g)]
  .map(([, code, kind, name, short]) => ({ code, kind, name, short: short ?? name }));
const unit = (code) => units.find((u) => u.code === code);
const committees = units.filter((u) => u.kind === 'neighbourhood' && u.code !== ISLAND.unit);
if (committees.length !== STRIPS.reduce((a, b) => a + b, 0)) throw new Error(`${committees.length} committees do not fill the strips`);

// A line between two strips runs from north to south through a corner for every boundary that meets it from either side.
const width = (EAST - WEST) / STRIPS.length, height = NORTH - SOUTH;
const cuts = STRIPS.map((n) => Array.from({ length: n - 1 }, (_, i) => NORTH - (height * (i + 1)) / n));
function line(at) {
  const inner = at > 0 && at < STRIPS.length;
  const lats = [...new Set([...(cuts[at - 1] ?? []), ...(cuts[at] ?? [])])].sort((a, b) => b - a);
  const near = height / 40;
  return [NORTH, ...lats, SOUTH].map((lat) => {
    const edge = lat === NORTH || lat === SOUTH;
    return { cut: lat, lat: round(edge ? lat : lat + jitter(near)), lon: round(WEST + at * width + (inner ? jitter(width / 3) : 0)) };
  });
}
const lines = Array.from({ length: STRIPS.length + 1 }, (_, i) => line(i));
const stretch = (at, from, to) => lines[at].filter((p) => p.cut <= from && p.cut >= to).map((p) => [p.lon, p.lat]);
const closed = (points) => [...points, points[0]];

// From strip to strip (the second left out), from one latitude to another; counter-clockwise.
const block = (west, east, from, to) => closed([...stretch(west, from, to), ...stretch(east, from, to).reverse()]);
const island = (ring) => {
  const lon = ring.slice(1).reduce((s, p) => s + p[0], 0) / (ring.length - 1);
  // Below the middle, so that both names can be read.
  const lat = ring.slice(1).reduce((s, p) => s + p[1], 0) / (ring.length - 1) - height / 20;
  const w = width / 8, h = height / 50;
  return closed([[lon - w, lat + h], [lon - w, lat - h], [lon + w, lat - h], [lon + w, lat + h]].map((p) => p.map(round)));
};

const pad = (n) => String(n).padStart(2, '0');
const feature = (code, name, unit, ...rings) => ({
  type: 'Feature', properties: { code, name, ...(unit ? { unit } : {}) }, geometry: { type: 'Polygon', coordinates: rings } });

function write(key, title, unit_kind, features) {
  const head = { layer: key, title, ...(unit_kind ? { unit_kind } : {}), datum: 'wgs84', note: NOTE };
  const rows = features.map((f) => `    ${JSON.stringify(f)}`).join(',\n');
  mkdirSync(join(town, 'layers'), { recursive: true });
  writeFileSync(join(town, 'layers', `${key}.geojson`),
    `{\n  "type": "FeatureCollection",\n  "bihuan": ${JSON.stringify(head)},\n  "features": [\n${rows}\n  ]\n}\n`);
}

const residents = [];
let next = 0;
STRIPS.forEach((n, s) => {
  const lats = [NORTH, ...cuts[s], SOUTH];
  for (let row = 0; row < n; row++) {
    const u = committees[next++], ring = block(s, s + 1, lats[row], lats[row + 1]);
    if (s !== ISLAND.strip || row !== ISLAND.row) {
      residents.push(feature(u.code, u.short, u.code, ring));
      continue;
    }
    const hole = island(ring), talent = unit(ISLAND.unit);
    residents.push(feature(u.code, u.short, u.code, ring, [...hole].reverse()));
    residents.push(feature(talent.code, talent.short, talent.code, hole));
  }
});
write('residents', '居民区', 'neighbourhood', residents);
write('grid', '综合网格', '', STRIPS.map((_, s) => feature(`zg${pad(s + 1)}`, `第${'一二三四五六'[s]}综合网格`, '', block(s, s + 1, NORTH, SOUTH))));
const halves = (west, east) => [
  feature(west, unit(west).short, west, block(0, 2, NORTH, SOUTH)),
  feature(east, unit(east).short, east, block(2, STRIPS.length, NORTH, SOUTH))];
write('police', '警务', '', halves('police-linkong', 'police-xinjing'));
write('enforcement', '城管', '', halves('enforcement-linkong', 'enforcement'));
