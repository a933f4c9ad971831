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

/**
 * A picture of cells: a town is a few kilometres across, so that a degree is as long everywhere in it.
 * @param {{area: number[][][][]}[]} cells with their shapes
 * @param {number} width of the picture
 */
export function frameOf(cells, width) {
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [lon, lat] of cells.flatMap((c) => c.area.flat(2))) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  const squeeze = Math.cos((((north + south) / 2) * Math.PI) / 180);
  const scale = width / ((east - west) * squeeze || 1);
  return {
    width,
    height: Math.ceil((north - south) * scale),
    x: (lon) => (lon - west) * squeeze * scale,
    y: (lat) => (north - lat) * scale,
    /** The place a point of the picture stands for, to a metre. */
    place: (x, y) => ({
      lat: Number((north - y / scale).toFixed(5)),
      lon: Number((west + x / squeeze / scale).toFixed(5)),
    }),
    holds: (lat, lon) => lat >= south && lat <= north && lon >= west && lon <= east,
  };
}
