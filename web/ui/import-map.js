// What the columns of a sheet are read as: the table on the import page, what no column gives, and words that are not known.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { classesOf } from '../lib/catalog.js';
import { count } from '../lib/num.js';
import { Field, selectInput } from './field.js';
import { Combo } from './combo.js';

/**
 * @param {{columns: {name: string, samples: string[]}[], targets: {value: string, title: string}[],
 *   of: (name: string) => string, send: (name: string, to: string) => void}} props
 */
export function MapTable({ columns, targets, of, send }) {
  const shown = columns.filter((c) => c.name);
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('import.columns')}>
    <table class="plain map"><thead><tr><th scope="col">${t('import.column')}</th><th scope="col" class="samples">${t('import.samples')}</th>
      <th scope="col">${t('import.readAs')}</th></tr></thead>
    <tbody>${shown.map((c) => {
      const to = of(c.name);
      return html`<tr key=${c.name} class=${to ? '' : 'off'}><th scope="row">${c.name}</th>
        <td class="samples">${c.samples.map((s, i) => html`${i ? html`<span class="dot" aria-hidden="true">·</span>` : null}<span class="sample" title=${s}>${s}</span>`)}</td>
        <td>${selectInput({ 'aria-label': t('import.readAsOf', { name: c.name }) }, to, (v) => send(c.name, v), targets, t('import.notRead'))}</td></tr>`;
    })}</tbody></table></div>`;
}

const codeOf = (id) => {
  const k = catalog.value.classById.get(id);
  return k ? `${k.scheme}/${k.code}` : '';
};
const idOf = (code, loop) => {
  const k = classesOf(catalog.value, loop).find((x) => `${x.scheme}/${x.code}` === code);
  return k ? k.id : null;
};

// A value of a target, chosen from what it may be.
function Value({ a, to, loop, value, onInput }) {
  const field = loop.fields.find((f) => f.key === to);
  if (to === 'class')
    return html`<${Combo} attrs=${a} nodes=${classesOf(catalog.value, loop)} byId=${catalog.value.classById}
      value=${idOf(value, loop)} onPick=${(id) => onInput(id ? codeOf(id) : '')} />`;
  if (to === 'unit')
    return html`<${Combo} attrs=${a} nodes=${catalog.value.units} byId=${catalog.value.unitById}
      value=${(catalog.value.units.find((u) => u.code === value) || {}).id || null}
      onPick=${(id) => onInput(id ? catalog.value.unitById.get(id).code : '')} />`;
  const options =
    field && field.type === 'yesno'
      ? [{ value: 'yes', title: t('word.yes') }, { value: 'no', title: t('word.no') }]
      : ((field && field.options) || []).map((o) => ({ value: String(o), title: String(o) }));
  if (options.length) return selectInput(a, value, onInput, options);
  return html`<input type="text" ...${a} value=${value || ''} onInput=${(e) => onInput(e.target.value)} />`;
}

/** What filing asks for and no column gives: the same for every row, or a column after all. */
export function MissingRows({ form, gaps, loop, map, set }) {
  const fixed = map.columns.filter((e) => !e.names.length && !e.template && e.otherwise !== undefined);
  const rows = [
    ...gaps,
    ...fixed.map((e) => {
      const f = loop.fields.find((x) => x.key === e.to);
      return { to: e.to, title: e.to === 'class' ? t('col.class') : f ? f.title : e.to, value: e.otherwise };
    }),
  ];
  if (!rows.length) return null;
  return html`<section aria-labelledby="gaps" class="form narrow mapping"><h2 id="gaps">${t('import.gaps')}</h2>
    <p class="hint">${t('import.gapsHint')}</p>
    ${rows.map((g) =>
      g.type === 'column'
        ? html`<p class="field-error" key=${g.to}><span aria-hidden="true">▲ </span>${t('import.needColumn', { name: g.title })}</p>`
        : html`<${Field} key=${g.to} form=${form} name=${`all-${g.to}`} label=${g.title}>${(a) =>
            html`<${Value} a=${a} to=${g.to} loop=${loop} value=${g.value} onInput=${(v) => set(g.to, v)} />`}<//>`,
    )}</section>`;
}

/** Words of the sheet nobody knows, with how often they stand there: said once what they mean. */
export function Words({ words, map, loop, mean }) {
  return html`<section aria-labelledby="words" class="mapping"><h2 id="words">${t('import.words', { n: words.length })}</h2>
    <p class="hint">${t('import.wordsHint')}</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${t('import.words', { n: words.length })}>
    <table class="plain map"><thead><tr><th scope="col">${t('import.column')}</th><th scope="col">${t('import.word')}</th>
      <th scope="col" class="num">${t('import.times')}</th><th scope="col">${t('import.means')}</th></tr></thead>
    <tbody>${words.map((w, i) => {
      const to = w.to.replace(/^fields\./, '');
      const e = map.columns.find((x) => x.to === to);
      const value = (e && e.values && e.values[w.value]) || '';
      const a = { id: `word-${i}`, 'aria-label': t('import.meansOf', { word: w.value }) };
      return html`<tr key=${`${w.to} ${w.value}`}><td>${w.column}</td><th scope="row">${w.value}</th><td class="num">${count(w.n)}</td>
        <td><${Value} a=${a} to=${to} loop=${loop} value=${value} onInput=${(v) => mean(to, w.value, v)} /></td></tr>`;
    })}</tbody></table></div></section>`;
}
