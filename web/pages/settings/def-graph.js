// A version of a loop as a drawing and as a table beside it. The drawing is made from the definition itself and only shows;
// whoever wants to change something changes the text.
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { get } from '../../lib/api.js';
import { layout, textWidth } from '../../lib/graph.js';
import { Loaded, useLoad } from '../../ui/load.js';

const DOES = {
  move: 'does.move',
  dispatch: 'does.dispatch',
  assist: 'does.assist',
  withdraw: 'does.withdraw',
  return: 'does.return',
  suspend: 'does.suspend',
  resume: 'does.resume',
  extend: 'does.extend',
  amend: 'does.amend',
  redo: 'does.redo',
  round: 'does.round',
  close: 'does.close',
  reopen: 'does.reopen',
  evaluate: 'does.evaluate',
  exclude: 'does.exclude',
  include: 'does.include',
  unlock: 'does.unlock',
  merge: 'does.merge',
  unmerge: 'does.unmerge',
  child: 'does.child',
  urge: 'does.urge',
  instruct: 'does.instruct',
  note: 'does.note',
  escalate: 'does.escalate',
};

const WIDTH = 980;
const BOX = 150;

function Step({ s, text, children }) {
  if (s.synthetic) return html`<g>${children}</g>`;
  const who = s.who.join(t('word.list'));
  return html`<a href=${`#step-${s.key}`} aria-label=${who ? t('graph.step', { title: text, who }) : text}>${children}</a>`;
}

function Row({ row, next }) {
  const { state, y, h } = row;
  const end = y + 44;
  const words = row.straight.map((s) => s.title);
  let x = 96;
  return html`<g>
    <rect x="8" y=${y} width=${BOX} height="40" rx=${state.final || state.done ? 20 : 8} class=${`node${row.main ? ' main' : ''}${state.paused ? ' paused' : ''}`} />
    <text x=${8 + BOX / 2} y=${y + 25} text-anchor="middle" class="node-text">${state.title}</text>
    ${row.chips.length ? html`<line x1=${8 + BOX} y1=${y + 17} x2="206" y2=${y + 17} class="tie" />` : null}
    ${row.chips.map((c) => html`<${Step} key=${c.step.key} s=${c.step} text=${c.text}><rect x=${c.x} y=${c.y} width=${c.w} height=${c.h} rx="13" class=${`chip-box ${c.kind}`} />
      <text x=${c.x + 10} y=${c.y + 18} class="chip-text">${c.text}</text></${Step}>`)}
    ${
      next
        ? html`<line x1=${8 + BOX / 2} y1=${y + 40} x2=${8 + BOX / 2} y2=${next.y - 7} class="way" /><path d=${`M${8 + BOX / 2 - 5} ${next.y - 8}h10l-5 7z`} class="tip" />
        ${words.map((w, i) => {
          const at = x;
          x += textWidth(w) + 20;
          return html`<${Step} key=${row.straight[i].key} s=${row.straight[i]} text=${w}><text x=${at} y=${Math.max(end, y + h) + 20} class="way-text">${w}</text></${Step}>`;
        })}`
        : null
    }</g>`;
}

function Drawing({ title, states, steps }) {
  const d = layout(states, steps, { width: WIDTH });
  return html`<figure class="chart graph"><figcaption><span>${title}</span></figcaption>
    <div class="scroll" tabindex="0" role="region" aria-label=${title}>
    <svg viewBox=${`0 0 ${d.width} ${d.height}`} style=${{ minWidth: '760px' }} role="group" aria-label=${title}>
      ${d.rows.map((r, i) => html`<${Row} key=${r.state.key} row=${r} next=${r.main && d.rows[i + 1] && d.rows[i + 1].main ? d.rows[i + 1] : null} />`)}
    </svg></div></figure>`;
}

function Table({ g }) {
  const title = (list, key) => (list.find((s) => s.key === key) || { title: key }).title;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('graph.table')}><table class="plain"><caption class="sr">${t('graph.table')}</caption>
    <thead><tr>${['graph.name', 'graph.on', 'graph.from', 'graph.to', 'graph.does', 'graph.who', 'graph.asks', 'graph.when'].map((k) => html`<th scope="col" key=${k}>${t(k)}</th>`)}</tr></thead>
    <tbody>${g.steps.map((s) => {
      const states = s.on_part ? g.part_states : g.states;
      return html`<tr key=${s.key} id=${`step-${s.key}`} tabindex="-1"><th scope="row">${s.title}${s.hotkey ? html` <kbd>${s.hotkey}</kbd>` : null}</th>
        <td class="nowrap">${t(s.on_part ? 'graph.part' : 'graph.item')}</td><td>${s.from.map((k) => title(states, k)).join(t('word.list')) || '—'}</td>
        <td>${s.to ? title(states, s.to) : t('graph.stays')}${s.back ? ` ${t('graph.back', { state: title(g.states, s.back) })}` : ''}</td><td>${DOES[s.does] ? t(DOES[s.does]) : s.does}</td>
        <td>${s.who.join(t('word.list'))}${s.stages.length ? html`<br/><span class="hint">${t('graph.stages', { n: s.stages.join(' → ') })}</span>` : null}</td>
        <td>${s.asks.join(t('word.list')) || '—'}</td><td>${s.when ? html`<code>${s.when}</code>` : '—'}</td></tr>`;
    })}</tbody></table></div>`;
}

/** @param {{id: string}} props of a loop's version */
export function DefGraph({ id }) {
  const of = useLoad((signal) => get(`/api/defs/${id}/graph`, { signal }), [id]);
  return html`<${Loaded} of=${of}>${(g) => {
    const then = g.then ? [{ key: 'then', title: t('graph.then'), from: g.then_from, to: g.then, who: [], synthetic: true }] : [];
    const mine = g.steps.filter((s) => !s.on_part);
    return html`<p class="hint">${t('graph.hint')}</p>
      <${Drawing} title=${t('graph.items')} states=${g.states} steps=${[...mine, ...then]} />
      ${g.part_states.length ? html`<${Drawing} title=${t('graph.parts')} states=${g.part_states} steps=${g.steps.filter((s) => s.on_part)} />` : null}
      <h2 class="section-head">${t('graph.table')}</h2><${Table} g=${g} />`;
  }}<//>`;
}

/** What changed since another version, a line each. @param {{id: string, other: string}} props */
export function DefDiff({ id, other }) {
  const of = useLoad((signal) => get(`/api/defs/${id}/diff/${other}`, { signal }), [id, other]);
  return html`<${Loaded} of=${of}>${(d) =>
    d.lines.length
      ? html`<p class="hint" role="status">${t('graph.changes', { n: d.lines.length })}</p><ul class="plain-list diff-lines">${d.lines.map((l, i) => html`<li key=${i}>${l}</li>`)}</ul>`
      : html`<p>${t('graph.same')}</p>`}<//>`;
}
