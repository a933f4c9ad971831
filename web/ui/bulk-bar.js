// What can be done with the chosen rows of a list.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { may } from '../lib/state.js';
import { term } from '../lib/filter.js';
import { count } from '../lib/num.js';
import { ExportMenu } from './export-menu.js';

const EXPORT_MOST = 100; // so many numbers fit a filter

/** @param {{selection: {list: object[], clear: () => void}, again: () => void}} props */
export function BulkBar({ selection }) {
  const { list } = selection;
  const late = list.filter((r) => r.overdue).length;
  const few = list.length <= EXPORT_MOST;
  return html`<section class="bulk" aria-label=${t('bulk.label')}>
    <strong role="status">${t('bulk.chosen', { n: count(list.length) })}${late ? html` <span class="lamp red">▲ ${t('bulk.late', { n: count(late) })}</span>` : null}</strong>
    ${
      may('item.export')
        ? few
          ? html`<${ExportMenu} filter=${term('no', ...list.map((r) => r.no))} label=${t('bulk.export')} />`
          : html`<span class="hint">${t('bulk.exportMost', { n: EXPORT_MOST })}</span>`
        : null
    }
    <button type="button" onClick=${selection.clear}>${t('bulk.clear')} <kbd>Esc</kbd></button>
  </section>`;
}
