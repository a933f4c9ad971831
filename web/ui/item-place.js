// Where an item lies, in each layer of the map, with who answers there; and whose it is by the routes in force, with the
// grounds of that.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get } from '../lib/api.js';
import { itemsLink, term } from '../lib/filter.js';
import { TRUST } from './step-fields.js';

const people = (p) => p.people.map((x) => t('place.person', { name: x.name, role: x.role })).join(t('word.listed'));

function Place({ p, links }) {
  const name = p.cell_name || p.unit_name;
  return html`<li><span class="tag">${p.layer_title}</span> ${
    p.unsure
      ? html`<span class="hint">${t('place.unsure', { words: p.word })}</span>`
      : html`${p.cell && links ? html`<a href=${itemsLink(term(`cell.${p.layer}`, p.cell))}>${name}</a>` : html`<strong>${name}</strong>`}
        ${p.unit_name && p.unit_name !== name ? ` ${p.unit_name}` : ''}${p.by === 'words' ? html` <span class="hint">${t('place.byWords', { word: p.word })}</span>` : null}
        ${p.people.length ? html`<br/><span class="hint">${people(p)}</span>` : null}`
  }</li>`;
}

/**
 * Cells with who answers there.
 * @param {{places: object[], links?: boolean}} props as /api/point and the suggestions tell them; links: to the items of
 *   each
 */
export function Places({ places, links }) {
  return html`<ul class="plain-list places">${places.map((p) => html`<${Place} key=${p.layer} p=${p} links=${links} />`)}</ul>`;
}

// Once somebody is in charge it is told beside what became of it: the routes may have changed since.
function Grounds({ pick, item }) {
  const lead = (item.parts || []).find((p) => p.lead && !p.above);
  return html`<p class="routed"><strong>${pick.text}</strong> <span class="tag">${t(TRUST[pick.confidence])}</span></p>
    ${lead ? html`<p class="hint">${t(lead.unit === pick.unit ? 'place.asRouted' : 'place.otherwise', { unit: lead.unit_name })}</p>` : null}
    <details><summary>${t('place.grounds', { n: pick.grounds.length })}</summary>
      <ul class="bullets">${pick.grounds.map((g, i) => html`<li key=${i}>${g.text}</li>`)}</ul></details>`;
}

/** @param {{item: object, title?: string}} props title: of what is not dispatched */
export function ItemPlace({ item, title }) {
  const [of, setOf] = useState(null);
  useEffect(() => {
    const stop = new AbortController();
    get(`/api/items/${item.id}/suggestions`, { signal: stop.signal }).then(setOf, () => {});
    return () => stop.abort();
  }, [item.id, item.version]);
  if (!of || !(of.places.length || of.suggestions.length)) return null;
  const pick = of.suggestions[0];
  return html`<section class="card" aria-labelledby="place-h"><h2 id="place-h">${title || t('place.title')}</h2>
    ${of.places.length ? html`<${Places} places=${of.places} links />` : html`<p class="hint">${t('place.none')}</p>`}
    ${item.lat || item.lon ? html`<p class="hint">${t('place.point', { lat: item.lat.toFixed(5), lon: item.lon.toFixed(5) })}</p>` : null}
    ${pick ? html`<${Grounds} pick=${pick} item=${item} />` : null}</section>`;
}
