// 设置: what an administrator sees once a month. One chunk for all of it.
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { may } from '../../lib/state.js';
import { Page } from '../../ui/page.js';
import { SECTIONS } from './nav.js';

export { Units } from './units.js';
export { People } from './people.js';
export { Defs, DefText } from './defs.js';
export { Audit } from './audit.js';
export { Tokens } from './tokens.js';
export { Lists } from './lists.js';
export { Layers } from './layers.js';
export { RouteTries } from './routes.js';

/** What can be set, by right. */
export function Settings() {
  const open = SECTIONS.filter((s) => !s.right || may(s.right));
  return html`<${Page} title=${t('nav.settings')}>
    <ul class="tiles">${open.map((s) => html`<li key=${s.path}><a href=${s.path}>
      <strong>${t(s.title)}</strong><span class="hint">${t(s.hint)}</span></a></li>`)}</ul>
  <//>`;
}
