// A loop as a drawing: the main path straight down, everything else as chips on the state it leaves. Where things stand is
// computed here; ui draws it. No DOM: tested in node.

const CHIP_H = 26;
const CHIP_GAP = 8;
const ROW_MIN = 58;
const ARROW = 34;

/** Rough width of a text in px: Han characters count double. */
export function textWidth(text, size = 13) {
  let n = 0;
  for (const c of text) n += c.codePointAt(0) > 0x2e7f ? 1 : 0.56;
  return Math.ceil(n * size);
}

/**
 * States in the order of the longest way forward: each next one stands behind it in the file and is reached from it.
 * @param {{key: string}[]} states
 * @param {{from: string[], to: string}[]} edges
 * @returns {string[]} keys
 */
export function mainPath(states, edges) {
  const at = new Map(states.map((s, i) => [s.key, i]));
  const best = states.map(() => ({ n: 1, next: -1 }));
  for (let i = states.length - 1; i >= 0; i--) {
    for (const e of edges) {
      const to = at.get(e.to);
      if (to === undefined || to <= i || !e.from.includes(states[i].key)) continue;
      if (best[to].n + 1 > best[i].n) best[i] = { n: best[to].n + 1, next: to };
    }
  }
  const out = [];
  for (let i = states.length ? 0 : -1; i >= 0; i = best[i].next) out.push(states[i].key);
  return out;
}

/**
 * @param {{key: string, title: string}[]} states
 * @param {{key: string, title: string, from: string[], to: string}[]} steps to empty: stays
 * @param {{width: number, first?: string}} opt width of the whole drawing
 * @returns {{rows: object[], width: number, height: number}} a row is a state with y, h, main, the steps that lead to the next
 *   row, and chips with x, y, w
 */
export function layout(states, steps, { width }) {
  const path = mainPath(states, steps);
  const order = [...path, ...states.map((s) => s.key).filter((k) => !path.includes(k))];
  const byKey = new Map(states.map((s) => [s.key, s]));
  const left = 210;
  let y = 8;
  const rows = order.map((key, i) => {
    const main = i < path.length;
    const next = main ? path[i + 1] : '';
    const out = steps.filter((s) => s.from.includes(key));
    const straight = next ? out.filter((s) => s.to === next) : [];
    const chips = [];
    let x = left;
    let line = 0;
    for (const s of out.filter((o) => !straight.includes(o))) {
      const away = s.to && s.to !== key ? byKey.get(s.to) : null;
      const back = away && order.indexOf(s.to) < i;
      const text = away ? `${s.title} ${back ? '↑' : '→'} ${away.title}` : s.title;
      const w = textWidth(text) + 20;
      if (x + w > width && x > left) {
        x = left;
        line++;
      }
      chips.push({ step: s, text, kind: !away ? 'stay' : back ? 'back' : 'side', x, y: y + 4 + line * (CHIP_H + CHIP_GAP), w, h: CHIP_H });
      x += w + CHIP_GAP;
    }
    const h = Math.max(ROW_MIN - 14, (line + 1) * (CHIP_H + CHIP_GAP));
    const row = { state: byKey.get(key), main, y, h, straight, chips };
    y += h + (next ? ARROW : 16);
    return row;
  });
  return { rows, width, height: y };
}
