// A curve over periods as SVG, with the same numbers as a table beside it. Arrow keys step through the points; what a point
// says is read out, and no information is in colour or hover alone.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { ticks } from '../lib/ticks.js';

const W = 640;
const H = 220;
const PAD = { left: 54, right: 16, top: 16, bottom: 28 };

/**
 * @param {{title: string, points: {label: string, short: string, v: number|null, go?: () => void}[],
 *   show: (v: number) => string, zero?: boolean}} props zero: the axis begins at 0
 */
export function LineChart({ title, points, show, zero }) {
  const [at, setAt] = useState(points.length - 1);
  const [table, setTable] = useState(false);
  const values = points.map((p) => p.v).filter((x) => x !== null);
  const scale = ticks(zero ? Math.min(0, ...values) : Math.min(...values), Math.max(...values, zero ? 1 : 0.01));
  const x = (i) => PAD.left + ((W - PAD.left - PAD.right) * i) / Math.max(1, points.length - 1);
  const y = (v) => PAD.top + (H - PAD.top - PAD.bottom) * (1 - (v - scale.low) / (scale.high - scale.low || 1));
  const lines = [];
  points.forEach((p, i) => {
    if (p.v === null) lines.push('');
    else lines[Math.max(0, lines.length - 1)] = `${lines[lines.length - 1] || ''} ${x(i).toFixed(1)},${y(p.v).toFixed(1)}`;
  });
  const key = (e) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    if (step) {
      e.preventDefault();
      setAt(Math.max(0, Math.min(points.length - 1, at + step)));
    } else if (e.key === 'Enter' && points[at].go) points[at].go();
  };
  const p = points[at];
  const says = p ? `${p.label} ${p.v === null ? t('chart.none') : show(p.v)}` : '';
  if (!values.length) return html`<p class="hint">${t('chart.empty')}</p>`;
  return html`<figure class="chart">
    <figcaption><span>${title}</span> <span class="hint" role="status">${says}</span>
      <button type="button" class="link" aria-pressed=${table ? 'true' : 'false'}
        onClick=${() => setTable(!table)}>${table ? t('chart.asChart') : t('chart.asTable')}</button></figcaption>
    ${
      table
        ? null
        : html`<svg viewBox=${`0 0 ${W} ${H}`} role="img" tabindex="0" aria-label=${t('chart.label', { title, says })}
          onKeyDown=${key}>
      ${scale.at.map((v) => html`<g key=${v}><line x1=${PAD.left} x2=${W - PAD.right} y1=${y(v)} y2=${y(v)} class="grid" />
        <text x=${PAD.left - 6} y=${y(v) + 4} class="tick" text-anchor="end">${show(v)}</text></g>`)}
      ${points.map((q, i) => html`<text key=${i} x=${x(i)} y=${H - 8} class="tick" text-anchor="middle">${q.short}</text>`)}
      ${lines.filter(Boolean).map((l, i) => html`<polyline key=${i} points=${l} class="line" />`)}
      ${points.map((q, i) => (q.v === null ? null : html`<circle key=${i} cx=${x(i)} cy=${y(q.v)} r=${i === at ? 6 : 4}
        class=${i === at ? 'dot at' : 'dot'} onClick=${() => (q.go && i === at ? q.go() : setAt(i))}><title>${`${q.label} ${show(q.v)}`}</title></circle>`))}
    </svg>`
    }
    <table class=${`plain chart-table${table ? '' : ' print-table'}`}><thead><tr><th scope="col">${t('chart.period')}</th>
      ${points.map((q, i) => html`<th scope="col" class="num" key=${i}>${q.short}</th>`)}</tr></thead>
      <tbody><tr><th scope="row">${title}</th>${points.map((q, i) => html`<td class="num" key=${i}>${q.v === null ? '—' : show(q.v)}</td>`)}</tr></tbody></table>
  </figure>`;
}
