// The foot of the desk: what was done last and how long it can be taken back, or what did not work; else what it is given.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { now } from '../lib/time.js';
import { markText } from './desk-list.js';

const STEP_MS = 250;

function Failed({ work, row }) {
  return html`<div class="undo-bar bad"><button type="button" class="small" onClick=${() => work.open(row.id)}>${t('desk.goBack')}</button>
    <span><span aria-hidden="true">▲ </span>${t('desk.didNot', { no: row.no, why: work.marks.get(row.id).text })}</span></div>`;
}

/** @param {{work: object, onUndo: () => void, children: any}} props children: when there is nothing to take back */
export function UndoBar({ work, onUndo, children }) {
  const [, tick] = useState(0);
  const last = work.undoable();
  useEffect(() => {
    if (!last) return undefined;
    const timer = setInterval(() => tick((n) => n + 1), STEP_MS);
    return () => clearInterval(timer);
  }, [last]);
  const failed = [...work.marks].filter(([id, m]) => m.kind === 'failed' && id !== work.at && work.row(id));
  const bad = failed.length ? work.row(failed[failed.length - 1][0]) : null;
  const what = last
    ? last.rows.length > 1
      ? t('desk.didMany', { n: last.rows.length, what: markText(last) })
      : t('desk.did', { no: last.rows[0].no, title: last.rows[0].title, what: markText(last) })
    : '';
  const left = last ? last.until - now() : 0;
  return html`<p class="sr" role="status">${what}</p>
    ${bad ? html`<${Failed} work=${work} row=${bad} draw=${work.draws} />` : null}
    ${
      last
        ? html`<div class="undo-bar"><button type="button" class="small" onClick=${onUndo}>${t('action.undo')} <kbd>Z</kbd></button>
            <span class="hint" aria-hidden="true">${t('desk.seconds', { n: Math.max(0, Math.ceil(left / 1000)) })}</span><span>${what}</span>
            <i style=${{ width: `${Math.max(0, Math.min(100, left / 10 / last.seconds))}%` }} aria-hidden="true"></i></div>`
        : bad
          ? null
          : children
    }`;
}
