// What the chosen class says: when a case is opened and closed, how long each stage may take, how many photos it
// needs, whose it is. Shown where it is chosen, before anybody types.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { catalog } from '../lib/state.js';
import { allStages, limitText, says } from '../lib/class-says.js';

/** @param {{id: number|null, loop: object}} props */
export function ClassSays({ id, loop }) {
  const c = catalog.value;
  const byId = c.classById;
  if (!id || !byId.has(id)) return null;
  const unit = c.units.find((u) => u.code === says(byId, id, 'unit'));
  const limits = allStages(byId, id, 'limits');
  const photos = allStages(byId, id, 'photos');
  const rows = [
    ['says.opening', says(byId, id, 'opening')],
    ['says.closing', says(byId, id, 'closing')],
    [
      'says.limits',
      loop.clocks
        .filter((k) => limits.has(k.key))
        .map((k) => `${k.title} ${limitText(limits.get(k.key), t)}`)
        .join(t('says.and')),
    ],
    [
      'says.photos',
      loop.steps
        .filter((s) => Number(photos.get(s.photos_stage)) > 0)
        .map((s) => t('says.photosOf', { step: s.title, n: photos.get(s.photos_stage) }))
        .join(t('says.and')),
    ],
    ['says.unit', unit ? unit.short || unit.name : ''],
  ].filter(([, v]) => v);
  if (!rows.length) return null;
  return html`<div role="status"><dl class="says">${rows.map(
    ([k, v]) => html`<div key=${k}><dt>${t(k)}</dt><dd>${v}</dd></div>`,
  )}</dl></div>`;
}
