// 任务: long work, running and ended.
import { useEffect } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, rowsOf } from '../lib/api.js';
import { on } from '../lib/sse.js';
import { count } from '../lib/num.js';
import { stamp } from '../lib/time.js';
import { Page } from '../ui/page.js';
import { Empty, Loaded, useLoad } from '../ui/load.js';
import { JobView, jobState } from '../ui/job.js';

const KIND = { import: 'job.kImport', undo: 'job.kUndo' };

/** All jobs. */
export function Jobs() {
  const of = useLoad((signal) => get('/api/jobs', { signal }), []);
  useEffect(
    () =>
      on('job', (e) => {
        const list = rowsOf(of.data);
        if (!list.some((j) => j.id === e.id)) of.again();
        else of.set({ ...of.data, rows: list.map((j) => (j.id === e.id ? { ...j, ...e } : j)) });
      }),
    [of.data],
  );
  return html`<${Page} title=${t('jobs.title')} side=${html`<a class="button"
    href="/import">${t('nav.import')}</a>`}>
    <${Loaded} of=${of}>${(d) =>
      rowsOf(d).length
        ? html`<div class="scroll" tabindex="0" role="region" aria-label=${t('jobs.title')}>
          <table class="plain"><thead><tr>
      ${['job.no', 'job.kind', 'job.state', 'job.done', 'job.new', 'job.updated', 'job.same', 'job.bad', 'job.made'].map((k, i) => html`<th scope="col"
        class=${i > 2 && i < 8 ? 'num' : ''} key=${k}>${t(k === 'job.done' ? 'job.doneRows' : k)}</th>`)}</tr></thead>
      <tbody>${rowsOf(d).map(
        (j) => html`<tr key=${j.id}><th scope="row"><a href=${`/jobs/${j.id}`}>${j.id}</a></th>
        <td>${j.dry ? t('job.kDry') : KIND[j.kind] ? t(KIND[j.kind]) : j.kind} ${j.title}</td>
          <td>${jobState(j.state)}</td>
        <td class="num">${count(j.done)} / ${count(j.total)}</td>${['new', 'updated', 'same', 'bad'].map((k) => html`<td class="num"
          key=${k}>${count(j[k])}</td>`)}<td>${stamp(j.made_at)}</td></tr>`,
      )}</tbody></table></div>`
        : html`<${Empty} text=${t('jobs.none')}><a class="button" href="/import">${t('nav.import')}</a>
          <//>`}<//>
  <//>`;
}

/** One job. @param {{params: {id: string}}} props */
export function JobPage({ params }) {
  return html`<${Page} title=${t('jobs.one', { id: params.id })} side=${html`<a class="button"
    href="/jobs">${t('jobs.all')}</a>`}><${JobView} id=${Number(params.id)} /><//>`;
}
