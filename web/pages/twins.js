// 疑似重复: rows of a register that may be one thing, in pairs, each with its reasons; to be merged, or called two things for good.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { del, get, post } from '../lib/api.js';
import { catalog, may, notify } from '../lib/state.js';
import { itemsLink, term } from '../lib/filter.js';
import { useKeys } from '../lib/keys.js';
import { count } from '../lib/num.js';
import { whyTwins } from '../lib/twins.js';
import { Empty, Loaded, useLoad } from '../ui/load.js';
import { MergeRows } from '../ui/merge-rows.js';
import { Page } from '../ui/page.js';

function Side({ row }) {
  return html`<p><a href=${`/i/${row.id}`}>${row.title}</a> <span class="mono hint">${row.no}</span>${row.address ? html` <span class="hint">${row.address}</span>` : null}</p>`;
}

/** The page. @param {{params: {key: string}}} props */
export function Twins({ params }) {
  const register = catalog.value.registers.find((r) => r.key === params.key);
  const of = useLoad((signal) => get(`/api/registers/${encodeURIComponent(params.key)}/twins`, { signal }), [params.key]);
  const [pair, setPair] = useState(null);
  useKeys({ KeyR: of.again });
  const title = t('twin.title');
  const differ = async (x) => {
    try {
      await post(`/api/items/${x.a.id}/differs`, { other: x.b.no });
      const back = () => del(`/api/items/${x.a.id}/differs/${x.b.id}`).then(of.again, (e) => notify(e.message, 'error'));
      notify(t('twin.differing', { a: x.a.title, b: x.b.title }), 'done', { label: t('action.undo'), run: back });
      of.again();
    } catch (e) {
      notify(e.message, 'error');
    }
  };
  const list = register ? itemsLink(`${term('register', register.key)} open:yes`) : '/registers';
  return html`<${Page} title=${register ? `${register.title} · ${title}` : title} side=${html`<a class="button" href=${list}>${t('row.backTo', { title: register ? register.title : t('nav.registers') })}</a>`}>
    <p class="hint lead">${t('twin.hint')}</p>
    <${Loaded} of=${of} rows=${4}>${(d) =>
      d.rows.length
        ? html`<p class="hint">${t('twin.looked', { n: count(d.looked), pairs: count(d.rows.length) })}${d.capped ? t('twin.capped') : ''}</p>
          <ul class="kin-list">${d.rows.map((x) => html`<li class="kin-row" key=${`${x.a.id}/${x.b.id}`}><${Side} row=${x.a} /><${Side} row=${x.b} />
            <p class="hint">${t('kin.strength', { n: x.strength })}${t('kin.colon')}${whyTwins(x, t)}</p>
            ${may('item.step') ? html`<p class="row"><button type="button" onClick=${() => setPair(x)}>${t('twin.compare')}</button>
              <button type="button" onClick=${() => differ(x)}>${t('twin.differ')}</button></p>` : null}</li>`)}</ul>`
        : html`<${Empty} text=${t('twin.none', { n: count(d.looked) })} />`}<//>
    ${pair && register ? html`<${MergeRows} id=${pair.a.id} other=${pair.b.id} register=${register} onDone=${() => { setPair(null); of.again(); }} onClose=${() => setPair(null)} />` : null}
  <//>`;
}
