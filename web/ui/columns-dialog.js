// 列: which columns a list shows and in which order, how high its rows are. For all lists of the person (of a register: for
// its list), or for one saved view.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { goQuery } from '../lib/route.js';
import { columnGroups, columnsOf, USUAL, usualOf } from '../lib/columns.js';
import { keepColumns, keptColumns, useLayout } from '../lib/layout.js';
import { Dialog } from './dialog.js';

const MOST = 24;
const DENSITIES = [
  ['narrow', 'columns.narrow'],
  ['normal', 'columns.normal'],
  ['wide', 'columns.wide'],
];

function Chosen({ list, move, drop }) {
  const button = (verb, sign, c, off, run) => html`<button type="button" class="small" title=${t(verb)}
    aria-label=${`${t(verb)} ${c.title}`} disabled=${off} onClick=${run}>${sign}</button>`;
  return html`<ol class="column-list" aria-label=${t('columns.chosen')}>${list.map(
    (c, i) => html`<li key=${c.name}><span>${c.title}</span><span class="acts">
      ${button('view.up', '↑', c, i === 0, () => move(i, -1))}
      ${button('view.down', '↓', c, i === list.length - 1, () => move(i, 1))}
      ${button('columns.drop', '✕', c, c.name === 'title', () => drop(c.name))}</span></li>`,
  )}</ol>`;
}

function Others({ groups, words, taken, full, add }) {
  const fits = (c) => !taken.has(c.name) && (!words || c.title.includes(words) || c.name.includes(words));
  const shown = groups.map((g) => ({ ...g, columns: g.columns.filter(fits) })).filter((g) => g.columns.length);
  if (!shown.length) return html`<p class="hint" role="status">${t('columns.none')}</p>`;
  return shown.map(
    (g) => html`<section key=${g.title}><h4>${g.title}</h4><ul class="chips">${g.columns.map(
      (c) => html`<li key=${c.name}><button type="button" class="small" disabled=${full}
        aria-label=${`${t('columns.add')} ${c.title}`} onClick=${() => add(c)}>＋ ${c.title}</button></li>`,
    )}</ul></section>`,
  );
}

/**
 * @param {{columns: object[], named: string, register?: object, onClose: () => void}} props columns: those shown now;
 *   named: those the address names, which belong to a view
 */
export function ColumnsDialog({ columns, named, register, onClose }) {
  const groups = columnGroups(catalog.value, t, register);
  const usual = register ? usualOf(register) : USUAL;
  const { layout, save } = useLayout();
  const [list, setList] = useState(columns);
  const [words, setWords] = useState('');
  const taken = new Set(list.map((c) => c.name));
  const move = (i, step) => {
    const next = list.slice();
    [next[i], next[i + step]] = [next[i + step], next[i]];
    setList(next);
  };
  const names = list.map((c) => c.name).join(' ');
  const keep = async () => {
    const text = names === usual.join(' ') ? '' : names;
    if (register) keepColumns(register, text);
    else if (!(await save({ columns: text }))) return;
    onClose();
    goQuery({ columns: '' });
  };
  const here = () => {
    onClose();
    const kept = register ? keptColumns(register) : layout.columns;
    goQuery({ columns: names === (kept || usual.join(' ')) ? '' : names });
  };
  return html`<${Dialog} title=${t('columns.title')} onClose=${onClose} wide>
    <div class="row"><span>${t('columns.density')}</span><ul class="segments">${DENSITIES.map(
      ([key, title]) => html`<li key=${key}><button type="button" aria-pressed=${layout.density === key ? 'true' : 'false'}
        onClick=${() => save({ density: key })}>${t(title)}</button></li>`,
    )}</ul></div>
    <div class="column-pick"><section><h3>${t('columns.chosen')} <span class="hint">${list.length} / ${MOST}</span></h3>
        <${Chosen} list=${list} move=${move} drop=${(name) => setList(list.filter((c) => c.name !== name))} />
        <button type="button" class="link" onClick=${() => setList(columnsOf(groups, '', usual))}>${t('columns.usual')}</button></section>
      <section><h3>${t('columns.others')}</h3>
        <label class="inline">${t('columns.find')} <input type="search" value=${words}
          onInput=${(e) => setWords(e.target.value.trim())} /></label>
        <${Others} groups=${groups} words=${words} taken=${taken} full=${list.length >= MOST}
          add=${(c) => setList([...list, c])} /></section></div>
    <p class="hint">${t(register ? 'columns.sortRows' : 'columns.sortHint')}</p>
    <div class="actions sticky"><button type="button" class="primary" onClick=${keep}>${t(register ? 'columns.keepRows' : 'columns.keep')}</button>
      <button type="button" onClick=${here}>${t('columns.here')}</button>
      <button type="button" onClick=${onClose}>${t('action.back')}</button></div>
  <//>`;
}
