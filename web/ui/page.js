// The frame of a page: its title in the window and as the one h1, and what stands beside it.
import { useEffect, useRef } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { me } from '../lib/state.js';
import { place } from '../lib/route.js';
import { asOf } from './asof.js';

let visited = 0;

/**
 * @param {{title: string, head?: any, side?: any, error?: boolean, children: any, wide?: boolean}} props
 *   head: what a longer window title begins with; side: actions beside the title
 */
export function Page({ title, head, side, error, children, cls }) {
  const h1 = useRef(null);
  const town = me.value ? me.value.town.name : '';
  useEffect(() => {
    document.title = `${error ? t('form.titleError') : ''}${head || title} · ${t('app.name')}${town ? ` · ${town}` : ''}`;
  }, [title, head, error, town]);
  useEffect(
    () => () => {
      asOf.value = null;
    },
    [],
  );
  const path = place.value.path;
  useEffect(() => {
    if (visited++ > 0 && h1.current && !h1.current.contains(document.activeElement)) {
      h1.current.focus({ preventScroll: true });
    }
  }, [path]);
  return html`<div class=${`page ${cls || ''}`}>
    <header class="page-head">
      <h1 tabindex="-1" ref=${h1}>${title}</h1>
      ${side ? html`<div class="page-side">${side}</div>` : null}
    </header>
    ${children}
  </div>`;
}
