// A job as it runs and as it ended: progress from the live stream, and by asking every three seconds should that fail.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { call, get, post } from '../lib/api.js';
import { go } from '../lib/route.js';
import { on } from '../lib/sse.js';
import { catalog, notify } from '../lib/state.js';
import { count } from '../lib/num.js';
import { ms, now, spanText } from '../lib/time.js';
import { Failure, useLoad, Skeleton } from './load.js';
import { Confirm } from './dialog.js';

const POLL_MS = 3000;
const STATE = {
  waiting: 'job.waiting',
  running: 'job.running',
  done: 'job.done',
  failed: 'job.failed',
  undone: 'job.undone',
  stopped: 'job.stopped',
  undoing: 'job.undoing',
};
const LIVE = ['waiting', 'running', 'undoing'];

/** A job's state in words. */
export const jobState = (s) => (STATE[s] ? t(STATE[s]) : s);

function Progress({ job }) {
  const share = job.total ? job.done / job.total : 0;
  const since = (now() - ms(job.made_at)) / 1000;
  const left = share > 0.1 ? (since * (1 - share)) / share : 0;
  return html`<div class="progress"><progress max="1" value=${share} aria-label=${t('job.progress')}>
    </progress>
    <p>${t('job.rows', { done: count(job.done), total: count(job.total) })}${left > 0 ? html`　${t('job.left', { span: spanText(left, t) })}` : null}</p>
      </div>`;
}

function Problems({ job }) {
  const list = job.problems || [];
  if (!list.length) return null;
  const bad = job.bad || list.length;
  return html`<section aria-labelledby=${`p${job.id}`}>
    <div class="section-head"><h2 id=${`p${job.id}`}>${t('job.problems', { n: count(bad) })}</h2>
      <a class="button" href=${`/api/jobs/${job.id}/problems.${job.mine ? 'xlsx' : 'csv'}`}
        download>${t('job.problemsFile')}</a></div>
    <p class="hint">${t(job.mine ? 'job.problemsHint' : 'job.problemsOther')}</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${t('job.problems', { n: count(bad) })}>
      <table class="plain problems"><thead><tr>
      ${['job.row', 'job.column', 'job.value', 'job.what'].map((k) => html`<th scope="col"
        key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${list.map((p, i) => html`<tr key=${i}><td>${count(p.row)}</td><td>${p.column}</td><td>
        <code>${p.value}</code></td><td>${p.message}${p.expected ? html`<br/>
        <span class="hint">${t('job.expected')} ${p.expected}</span>` : null}</td></tr>`)}</tbody></table>
        </div>
    ${bad > list.length ? html`<p class="hint">${t('job.firstOnly', { n: list.length })}</p>` : null}
  </section>`;
}

// What was found about the sheet: said before anybody wonders.
function Found({ job }) {
  const notes = job.notes || [];
  const unread = job.unknown || [];
  if (!notes.length && !unread.length) return null;
  return html`<ul class="found">${notes.map((n) => html`<li key=${n}>${n}</li>`)}
    ${unread.length ? html`<li>${t('job.unread', { n: unread.length })}${unread.slice(0, 12).join(t('word.listed'))}${unread.length > 12 ? '…' : ''}</li>` : null}</ul>`;
}

// What a trial would change in rows that are there.
function Changes({ job }) {
  const rows = job.changes || [];
  if (!rows.length) return null;
  const of = new Set(rows.map((r) => r.row)).size;
  const title = t('job.changes', { n: count(job.updated) });
  return html`<section aria-labelledby=${`c${job.id}`}><h2 id=${`c${job.id}`}>${title}</h2>
    <div class="scroll" tabindex="0" role="region" aria-label=${title}>
      <table class="plain changes-table"><thead><tr>${['job.row', 'job.changed', 'job.field', 'job.was', 'job.is'].map((k) => html`<th scope="col" key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${rows.map((r, i) => {
        const again = i > 0 && rows[i - 1].row === r.row;
        return html`<tr key=${i}><td>${again ? '' : count(r.row)}</td><td>${again ? '' : html`<a href=${`/i/${r.item}`}>${r.name}</a> <small class="hint">${r.no}</small>`}</td>
          <td>${r.title}</td><td>${r.was ? html`<del>${r.was}</del>` : '—'}</td><td>${r.is ? html`<ins>${r.is}</ins>` : '—'}</td></tr>`;
      })}</tbody></table></div>
    ${job.updated > of ? html`<p class="hint">${t('job.changesFirst', { n: count(of) })}</p>` : null}</section>`;
}

// What could not be taken back, each with who worked on it.
function Kept({ job }) {
  const rows = job.kept_rows || [];
  if (!rows.length) return null;
  return html`<section aria-labelledby=${`k${job.id}`}><h2 id=${`k${job.id}`}>${t('job.keptTitle', { n: count(job.kept) })}</h2>
    <div class="scroll" tabindex="0" role="region" aria-label=${t('job.keptTitle', { n: count(job.kept) })}>
      <table class="plain"><thead><tr>${['job.row', 'col.no', 'job.keptWhy'].map((k) => html`<th scope="col" key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${rows.map((r) => html`<tr key=${r.row}><td>${count(r.row)}</td><td><a href=${`/i/${r.item}`}>${r.no}</a></td><td>${r.why}</td></tr>`)}</tbody></table></div>
    ${job.kept > rows.length ? html`<p class="hint">${t('job.firstOnly', { n: rows.length })}</p>` : null}</section>`;
}

function Acts({ job, dry, again }) {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState('');
  const act = async (verb) => {
    try {
      await post(`/api/jobs/${job.id}/${verb}`, {});
      notify(t(verb === 'undo' ? 'job.undoStarted' : 'job.stopSent'), 'done');
      setAsking(false);
      again(verb);
    } catch (e) {
      setError(e.message);
    }
  };
  const write = async () => {
    const f = new FormData();
    f.set('from', String(job.id));
    f.set('dry', 'no');
    try {
      go(`/jobs/${(await call('POST', '/api/imports', { form: f })).id}`);
    } catch (e) {
      setError(e.message);
    }
  };
  const good = (job.new || 0) + (job.updated || 0);
  // On its own page a trial can be written too: whoever closed the import page goes on here.
  const canWrite = job.state === 'done' && !dry && job.dry && job.mine && good > 0;
  const canUndo = job.state === 'done' && !dry && !job.dry && job.kind === 'import' && good > 0;
  return html`<div class="actions">
    ${job.state === 'running' ? html`<button type="button"
      onClick=${() => act('stop')}>${t('job.stop')}</button>` : null}
    ${canWrite ? html`<button type="button" class="primary" onClick=${write}>${t('import.write', { n: count(good) })}</button>` : null}
    ${canUndo ? html`<button type="button" onClick=${() => setAsking(true)}>${t('job.undo')}</button>
      <span class="hint">${t('job.undoHint')}</span>` : null}
    ${!asking && error ? html`<span class="field-error" role="alert">${error}</span>` : null}
    ${
      asking
        ? html`<${Confirm} title=${t('job.undo')} text=${t('job.undoText', { n: count(good) })}
          action=${t('job.undo')} danger error=${error}
      onYes=${() => act('undo')} onClose=${() => setAsking(false)} />`
        : null
    }
  </div>`;
}

/**
 * @param {{id: number, onJob?: (job: object) => void, dry?: boolean, children?: any}} props dry: a trial run, nothing to undo;
 *   children: stand in front of the problems
 */
export function JobView({ id, onJob, dry, children }) {
  const of = useLoad((signal) => get(`/api/jobs/${id}`, { signal }), [id]);
  const job = of.data;
  const live = !job || LIVE.includes(job.state);
  useEffect(() => {
    if (job && onJob) onJob(job);
  }, [job]);
  useEffect(() => {
    const timer = live ? setInterval(of.again, POLL_MS) : 0;
    const off = on('job', (e) => {
      if (e.id !== Number(id)) return;
      if (!live || (e.state && !LIVE.includes(e.state))) of.again();
      else if (job) of.set({ ...job, ...e, state: job.state === 'undoing' ? job.state : e.state });
    });
    return () => {
      clearInterval(timer);
      off();
    };
  }, [live, id, job]);
  // What was asked for waits its turn: until it runs the page says that it will.
  const again = (verb) => (verb === 'undo' ? of.set({ ...job, state: 'undoing' }) : of.again());
  if (!job)
    return of.error
      ? html`<${Failure} error=${of.error} again=${of.again} />`
      : html`<${Skeleton} rows=${3} />`;
  const lasts = (catalog.value.loopByKey.get(job.loop) || {}).lasts;
  return html`<div class="job">
    <p role="status"><strong class=${`job-state ${job.state}`}>${jobState(job.state)}</strong></p>
    ${LIVE.includes(job.state) ? html`<${Progress} job=${job} />` : null}
    ${
      job.kind === 'import'
        ? html`<ul class="figures small">${[
            ['job.new', job.new],
            ...(job.updated ? [['job.updated', job.updated]] : []),
            [lasts ? 'job.unchanged' : 'job.same', job.same],
            ['job.bad', job.bad],
          ].map(
            ([k, n]) =>
              html`<li key=${k}><div class=${`figure${k === 'job.bad' && n ? ' red' : ''}`}>
                <span class="figure-title">${t(k)}</span><strong>${count(n)}</strong></div></li>`,
          )}</ul>`
        : null
    }
    ${job.message && !LIVE.includes(job.state) ? html`<p class="notice error">${job.message}</p>` : null}
    <${Found} job=${job} />
    ${job.state === 'undone' ? html`<p class="notice">${t('job.undoneN', { n: count(job.undone), kept: count(job.kept) })}</p>` : null}
    <${Kept} job=${job} />
    <${Acts} job=${job} dry=${dry} again=${again} />
    ${children}
    <${Changes} job=${job} />
    <${Problems} job=${job} />
  </div>`;
}
