// 导出: what the list shows, as a workbook or as CSV.
import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { query } from '../lib/api.js';

/** @param {{filter: string, sort?: string, label?: string}} props label: of the button, when it is not the whole list */
export function ExportMenu({ filter, sort, label }) {
  const ref = useRef(null);
  const shut = () => ref.current && ref.current.removeAttribute('open');
  useEffect(() => {
    const away = (e) => {
      if (ref.current && !ref.current.contains(e.target)) shut();
    };
    const esc = (e) => {
      if (e.key !== 'Escape' || !ref.current || !ref.current.open) return;
      e.preventDefault();
      shut();
      ref.current.querySelector('summary').focus();
    };
    document.addEventListener('click', away);
    document.addEventListener('keydown', esc);
    return () => {
      document.removeEventListener('click', away);
      document.removeEventListener('keydown', esc);
    };
  }, []);
  const to = (format) => `/api/export${query({ filter, sort, format })}`;
  return html`<details class="menu export" ref=${ref}>
    <summary class="button">${label || t('items.export')}<span aria-hidden="true"> ▾</span></summary>
    <div class="menu-body"><ul>
      <li><a href=${to('xlsx')} download onClick=${shut}>${t('items.exportXlsx')}</a></li>
      <li><a href=${to('csv')} download onClick=${shut}>${t('items.exportCsv')}</a></li>
    </ul></div>
  </details>`;
}
