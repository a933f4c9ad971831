// 回头看: when a closed item is looked at again, by which steps, and what has come back since it was closed.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get } from '../lib/api.js';
import { count } from '../lib/num.js';
import { day, stamp } from '../lib/time.js';

function Found({ of }) {
  if (of.blind) return html`<p class="hint">${t('recheck.blind')}</p>`;
  if (!of.n) return html`<p class="hint">${t('recheck.none')}</p>`;
  const hidden = of.n - of.rows.length;
  return html`<p>${t('recheck.found', { n: count(of.n) })}</p>
    <ul class="plain-list">${of.rows.map((r) => html`<li key=${r.item}><span class="tag">${r.loop_title}</span>
      ${' '}<a href=${`/i/${r.item}`}>${r.no} ${r.title}</a>
      <br/><span class="hint">${stamp(r.filed)} · ${r.state_title}${r.metres >= 0 ? ` · ${t('recheck.metres', { n: count(r.metres) })}` : ''}</span></li>`)}</ul>
    ${hidden ? html`<p class="hint">${t('recheck.hidden', { n: count(hidden) })}</p>` : null}`;
}

/** @param {{item: object}} props of a closed item that has a re-check, or had one */
export function Recheck({ item }) {
  const [of, setOf] = useState(null);
  useEffect(() => {
    const stop = new AbortController();
    get(`/api/items/${item.id}/recheck`, { signal: stop.signal }).then(setOf, () => {});
    return () => stop.abort();
  }, [item.id, item.version]);
  if (!of) return null;
  const said = of.passed ? t('recheck.passed', { at: stamp(of.passed) }) : t(of.due ? 'recheck.due' : 'recheck.waits', { at: day(of.at) });
  return html`<section class="card" aria-labelledby="recheck-h"><h2 id="recheck-h">${t('recheck.title')}</h2>
    <p>${of.due && !of.passed ? html`<span aria-hidden="true">◔ </span>` : null}<strong>${said}</strong></p>
    ${of.at ? html`<p class="hint">${t('recheck.next', { pass: of.pass_title, fail: of.fail_title })}</p>` : null}
    ${of.tested ? html`<${Found} of=${of} />` : null}</section>`;
}
