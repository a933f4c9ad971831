// How an item or a clock stands against its time: a mark, a word, and only then a colour.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { ruleWords } from '../lib/catalog.js';
import { catalog } from '../lib/state.js';
import { dueStamp, spanText, stamp, shortStamp } from '../lib/time.js';

const MARK = { red: '▲', yellow: '◔', green: '●', none: '○' };
const WORD = { red: 'lamp.red', yellow: 'lamp.yellow', green: 'lamp.green', none: 'lamp.none' };

/**
 * Time left in words: "剩 2 天 3 时", "超 10 时".
 * @param {number} left seconds, negative when over
 * @param {number} [day] seconds of a day
 */
export function leftText(left, day) {
  const span = spanText(left, t, day);
  return left < 0 ? t('lamp.over', { span }) : t('lamp.left', { span });
}

/**
 * @param {{item: {lamp: string, left_s: number, day_s?: number, overdue?: boolean,
 *   paused?: boolean, open?: boolean, merged?: number, closed?: string|null, due: string|null}}} props
 */
export function Lamp({ item }) {
  const lamp = item.overdue ? 'red' : item.lamp || 'none';
  let text;
  if (item.paused) text = t('lamp.paused');
  else if (item.open === false) text = item.merged && !item.closed ? t('item.isMerged') : t('lamp.closed');
  else if (!item.due) text = t('lamp.none');
  else text = leftText(item.left_s, item.day_s);
  const quiet = item.paused || item.open === false || !item.due;
  return html`<span class=${`lamp ${quiet ? 'none' : lamp}`}
    title=${item.due ? `${t('col.due')} ${dueStamp(item.due)}` : null}>
    <span aria-hidden="true">${quiet ? (item.paused ? '‖' : MARK.none) : MARK[lamp]}</span>
    ${' '}${text}${quiet ? null : html`<span class="sr">（${t(WORD[lamp])}）</span>`}</span>`;
}

/**
 * One clock of an item, with a bar of the time used.
 * @param {{clock: object, unit: string}} props unit: whose part it is, empty for the whole item
 */
export function ClockBar({ clock: c, unit }) {
  const running = c.state === 'running';
  const share = Math.max(0, Math.min(1, c.share || 0));
  const lamp = c.state === 'late' || c.breached ? 'red' : running ? c.lamp : 'none';
  return html`<li class=${`clock ${lamp || 'none'}`}>
    <div class="clock-top">
      <strong>${c.title}</strong>${unit ? html`<span class="hint"> · ${unit}</span>` : null}
      ${c.round > 1 ? html`<span class="tag">${t('clock.round', { n: c.round })}</span>` : null}
      <span class="clock-state">${stateText(c, lamp)}</span>
    </div>
    <div class="meter" aria-hidden="true"><i style=${{ width: `${share * 100}%` }}></i>${(c.marks || []).map((m) => html`<b key=${m.title}
      style=${{ left: `${m.share * 100}%` }}></b>`)}</div>
    <p class="hint">${clockWords(c)}</p>
    ${c.open && (c.marks || []).some((m) => m.at) ? html`<p class="hint">${c.marks.filter((m) => m.at).map((m) => `${m.title} ${shortStamp(m.at)}${m.passed ? ' ✓' : ''}`).join('　')}</p>` : null}
  </li>`;
}

function stateText(c, lamp) {
  switch (c.state) {
    case 'running':
      return html`<${Lamp} item=${{ lamp, left_s: c.left_s, day_s: c.day_s, due: c.due, overdue: c.left_s < 0, open: true }} />`;
    case 'paused':
      return html`<span class="lamp none">‖ ${t('lamp.paused')}</span>`;
    case 'met':
      return html`<span class="lamp green">✓ ${t('clock.met')}</span>`;
    case 'late':
      return html`<span class="lamp red">▲ ${t('clock.late')}</span>`;
    default:
      return html`<span class="lamp none">${t('clock.void')}</span>`;
  }
}

function clockWords(c) {
  const bits = [t(c.counts === 'work' ? 'clock.work' : 'clock.plain', { limit: c.limit_title || c.limit })];
  if (c.percent) bits.push(t('clock.percent', { n: c.percent }));
  if (c.rule) bits.push(t('clock.rule', { rule: ruleWords(c.rule, catalog.value, t) }));
  if (c.extended_s) bits.push(t('clock.extended', { span: spanText(c.extended_s, t, c.day_s) }));
  if (c.pauses) bits.push(t('clock.pauses', { n: c.pauses }));
  if (c.stopped) bits.push(t('clock.stopped', { at: stamp(c.stopped) }));
  else if (c.due) bits.push(t('clock.due', { at: dueStamp(c.due) }));
  return bits.join(' · ');
}
