// The parts of 设置, and the frame their pages share.
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { may } from '../../lib/state.js';
import { place } from '../../lib/route.js';
import { Page } from '../../ui/page.js';

/** Parts: where, title, what it is for, the right it needs. */
export const SECTIONS = [
  { path: '/settings/units', title: 'set.units', hint: 'set.unitsHint', right: 'unit.manage' },
  {
    path: '/settings/people',
    title: 'set.people',
    hint: 'set.peopleHint',
    right: ['person.manage', 'role.grant'],
  },
  {
    path: '/settings/lists',
    title: 'set.lists',
    hint: 'set.listsHint',
    right: ['unit.manage', 'def.manage', 'person.manage', 'role.grant'],
  },
  { path: '/settings/layers', title: 'set.layers', hint: 'set.layersHint' },
  { path: '/settings/routes', title: 'set.routes', hint: 'set.routesHint', right: 'def.manage' },
  { path: '/settings/defs', title: 'set.defs', hint: 'set.defsHint', right: 'def.manage' },
  { path: '/settings/audit', title: 'set.audit', hint: 'set.auditHint', right: 'audit.read' },
  { path: '/settings/tokens', title: 'set.tokens', hint: 'set.tokensHint' },
];

/** @param {{title: string, side?: any, children: any}} props */
export function SetPage({ title, head, side, children }) {
  const at = place.value.path;
  return html`<${Page} title=${title} head=${head || `${title} · ${t('nav.settings')}`} side=${side}>
    <nav class="views" aria-label=${t('nav.settings')}><ul>${SECTIONS.filter(
      (s) => !s.right || may(s.right),
    ).map(
      (s) => html`<li key=${s.path}>
      <a href=${s.path} aria-current=${at === s.path || at.startsWith(`${s.path}/`) ? 'page' : null}>${t(s.title)}</a>
        </li>`,
    )}</ul></nav>
    ${children}
  <//>`;
}
