// Layers of the map as a page needs them: which cells are in force, and from degrees to a picture and back.

/**
 * Is a cell in force?
 * @param {{from?: string|null, until?: string|null}} cell
 * @param {number} at milliseconds
 * @returns {'now'|'coming'|'ended'}
 */
export function cellState(cell, at) {
  if (cell.until && Date.parse(cell.until) <= at) return 'ended';
  return cell.from && Date.parse(cell.from) > at ? 'coming' : 'now';
}

// Degrees around all points of the cells.
function around(cells) {
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [lon, lat] of cells.flatMap((c) => c.area.flat(2))) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  return [west, east, south, north];
}

// Four to three, around its middle.
function within({ lon, lat, high }) {
  const half = (high * 2) / 3 / Math.cos((lat * Math.PI) / 180);
  return [lon - half, lon + half, lat - high / 2, lat + high / 2];
}

/**
 * A picture of cells: a town is a few kilometres across, so that a degree is as long everywhere in it.
 * @param {{area: number[][][][]}[]} cells with their shapes
 * @param {number} width of the picture
 * @param {{lon: number, lat: number, high: number}|null} [box] the piece of it that is drawn, by its middle and its height in
 *   degrees; all
 */
export function frameOf(cells, width, box = null) {
  const [west, east, south, north] = box ? within(box) : around(cells);
  const squeeze = Math.cos((((north + south) / 2) * Math.PI) / 180);
  const scale = width / ((east - west) * squeeze || 1);
  const digits = box ? 6 : 5;
  return {
    width,
    height: Math.ceil((north - south) * scale),
    x: (lon) => (lon - west) * squeeze * scale,
    y: (lat) => (north - lat) * scale,
    /** The place a point of the picture stands for: to a metre, of a piece to a tenth of one. */
    place: (x, y) => ({
      lat: Number((north - y / scale).toFixed(digits)),
      lon: Number((west + x / squeeze / scale).toFixed(digits)),
    }),
    holds: (lat, lon) => lat >= south && lat <= north && lon >= west && lon <= east,
  };
}
