// Where the lines of an axis stand: 1, 2, 2.5, 5 times a power of ten. No DOM here: tested in node.

/**
 * @param {number} low
 * @param {number} high
 * @param {number} [most] how many lines at most
 * @returns {{low: number, high: number, at: number[]}}
 */
export function ticks(low, high, most = 5) {
  const span = high - low || Math.abs(high) || 1;
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((x) => x * power).find((x) => x >= raw * 0.999999);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const at = [];
  for (let i = first; i <= last; i++) at.push(Number((i * step).toPrecision(12)));
  return { low: at[0], high: at[at.length - 1], at };
}
