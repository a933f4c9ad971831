// 流程定义: every published version stays; a new one is checked whole before it is published, and every mistake is shown
// at its line.
import { useRef, useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { get, post, query, rowsOf } from '../../lib/api.js';
import { notify } from '../../lib/state.js';
import { errorPlace, withExpected } from '../../lib/errors.js';
import { draft } from '../../lib/store.js';
import { go, goQuery, place } from '../../lib/route.js';
import { stamp } from '../../lib/time.js';
import { Loaded, useLoad } from '../../ui/load.js';
import { Confirm } from '../../ui/dialog.js';
import { DefDiff, DefGraph } from './def-graph.js';
import { DefMove } from './moves.js';
import { SetPage } from './nav.js';

const KINDS = ['loop', 'calendar', 'roles', 'score', 'register', 'keydate', 'supervision'];
const KIND = {
  loop: 'def.kLoop',
  calendar: 'def.kCalendar',
  roles: 'def.kRole',
  score: 'def.kScore',
  register: 'def.kRegister',
  keydate: 'nav.keydates',
  supervision: 'def.kSupervision',
};
const NEW = 'new';

const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);

const kindTitle = (k) => (KIND[k] ? t(KIND[k]) : k);

/** All definitions. */
export function Defs() {
  const of = useLoad((signal) => get('/api/defs', { signal }), []);
  return html`<${SetPage} title=${t('set.defs')} side=${html`<a class="button"
    href="/settings/defs/new">${t('def.add')}</a>`}>
    <${Loaded} of=${of}>${(
      d,
    ) => html`<div class="scroll" tabindex="0" role="region" aria-label=${t('set.defs')}><table class="plain">
      <thead><tr>${['def.kind', 'def.key', 'def.version', 'def.published', 'def.by'].map((k) => html`<th scope="col"
      key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${rowsOf(d).map((x, i, all) => {
        const newest = !i || all[i - 1].kind !== x.kind || all[i - 1].key !== x.key;
        return html`<tr key=${x.id} class=${newest ? '' : 'closed'}><td>${kindTitle(x.kind)}</td>
          <th scope="row"><a href=${`/settings/defs/${x.id}`}><code>${x.key}</code></a></th>
        <td>${x.version}${x.broken ? html` <span class="tag red" title=${x.broken}>${t('keydate.broken')}</span>` : null}${newest ? html` <span class="tag">${t('def.inForce')}</span>` : null}</td>
          <td>${stamp(x.published)}</td><td>${x.person_name || '—'}</td></tr>`;
      })}</tbody></table></div>`}<//>
  <//>`;
}

// Mistakes, or with a title of their own what may be meant otherwise.
function Findings({ errors: unsorted, onLine, title }) {
  const errors = unsorted.slice().sort((a, b) => errorPlace(a).line - errorPlace(b).line);
  return html`<div class=${`notice summary ${title ? '' : 'error'}`} role=${title ? 'status' : 'alert'} tabindex="-1">
    <h3>${title || t('def.wrong', { n: errors.length })}</h3>
    <ol>${errors.map((e, i) => {
      const at = errorPlace(e);
      return html`<li key=${i}>${at.line ? html`<button type="button" class="link"
        onClick=${() => onLine(at.line, at.column)}>${t('def.line', { line: at.line, column: at.column || 1 })}</button> ` : null}
      ${e.field ? html`<code>${e.field}</code> ` : null}${withExpected(e)}</li>`;
    })}</ol></div>`;
}

function Editor({ kind, id, text: published }) {
  const name = `def/${id}`;
  const kept = useRef(draft.get(name)).current;
  const [text, setText] = useState(kept ? kept.text : published);
  const [what, setWhat] = useState(kind);
  const [errors, setErrors] = useState(null);
  const [fine, setFine] = useState('');
  const [hints, setHints] = useState([]);
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const area = useRef(null);
  const gutter = useRef(null);
  const change = (x) => {
    setText(x);
    setFine('');
    setHints([]);
    if (x === published) draft.remove(name);
    else draft.set(name, { text: x, kind: what });
  };
  const send = async (dry) => {
    if (busy) return;
    setBusy(true);
    try {
      const answer = await post('/api/defs', dry ? { kind: what, text, dry: true } : { kind: what, text });
      setErrors(null);
      if (dry) {
        setFine(t('def.fine'));
        setHints(answer.hints);
      } else {
        draft.remove(name);
        notify(t('def.done', { n: answer && answer.version ? answer.version : '' }), 'done');
        go('/settings/defs');
      }
    } catch (e) {
      setFine('');
      setHints([]);
      setErrors(e.errors && e.errors.length ? e.errors : [{ message: e.message }]);
    }
    setBusy(false);
    setAsking(false);
  };
  const toLine = (line, column) => {
    const lines = text.split('\n');
    const at =
      lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0) + Math.max(0, (column || 1) - 1);
    const el = area.current;
    el.focus();
    el.setSelectionRange(at, Math.max(at, at + (lines[line - 1] || '').length - (column || 1) + 1));
    el.scrollTop = Math.max(0, (line - 5) * parseFloat(getComputedStyle(el).lineHeight));
  };
  // A key date is a few lines: whoever begins one is given them.
  const turn = (k) => {
    setWhat(k);
    if (k === 'keydate' && !text.trim()) change(t('keydate.template', { from: day(7), to: day(12) }));
  };
  const changed = text !== published;
  return html`
    ${kept && changed ? html`<p class="notice">${t('draft.found')} <button type="button" class="link"
      onClick=${() => change(published)}>${t('draft.forget')}</button></p>` : null}
    ${errors ? html`<${Findings} errors=${errors} onLine=${toLine} />` : null}
    ${fine ? html`<p class="notice done" role="status">${fine}</p>` : null}
    ${hints.length ? html`<${Findings} title=${t('def.hints')} errors=${hints} onLine=${toLine} />` : null}
    ${id === NEW ? html`<label class="inline">${t('def.kind')} <select value=${what}
      onChange=${(e) => turn(e.target.value)}>${KINDS.map((k) => html`<option key=${k} value=${k}
      selected=${k === what}>${kindTitle(k)}</option>`)}</select></label>` : null}
    <div class="editor"><div class="gutter" ref=${gutter} aria-hidden="true">${text
      .split('\n')
      .map((_, i) => `${i + 1}\n`)
      .join('')}</div>
      <textarea ref=${area} class="code" spellcheck="false" wrap="off" aria-label=${t('def.text')}
        value=${text} onInput=${(e) => change(e.target.value)}
        onScroll=${(e) => {
          gutter.current.scrollTop = e.target.scrollTop;
        }}></textarea></div>
    <div class="actions sticky">
      <button type="button" onClick=${() => send(true)}
        aria-busy=${busy ? 'true' : null}>${t('def.check')}</button>
      <button type="button" class="primary" disabled=${!changed}
        onClick=${() => setAsking(true)}>${t('def.publish')}</button>
      ${what === 'loop' && changed ? html`<a class="button" href=${`/settings/routes${query({ what: name })}`}>${t('def.tryRoutes')}</a>` : null}
      <span class="hint">${changed ? t('draft.kept') : t('def.unchanged')}</span></div>
    ${asking ? html`<${Confirm} title=${t('def.publish')} text=${t('def.publishText')}
      action=${t('def.publish')} busy=${busy} onYes=${() => send(false)}
      onClose=${() => setAsking(false)} />` : null}`;
}

/** One version of a definition as text. @param {{params: {id: string}}} props */
export function DefText({ params }) {
  const { id } = params;
  const of = useLoad(
    (signal) =>
      id === NEW
        ? Promise.resolve({ kind: KINDS[0], key: '', version: 0, text: '' })
        : get(`/api/defs/${id}`, { signal }),
    [id],
  );
  const d = of.data;
  const loop = d && d.kind === 'loop' && id !== NEW;
  const others = useLoad(
    async (signal) => (loop ? rowsOf(await get('/api/defs', { signal })) : []),
    [loop ? d.key : ''],
  );
  const versions = loop ? (others.data || []).filter((x) => x.kind === 'loop' && x.key === d.key && String(x.id) !== id) : [];
  const q = place.value.query;
  const view = loop && ['text', 'diff', 'move'].includes(q.get('view')) ? q.get('view') : loop ? 'graph' : 'text';
  const other = versions.find((x) => String(x.id) === q.get('other')) || versions.find((x) => x.version < d.version) || versions[0];
  const title =
    id === NEW
      ? t('def.add')
      : d
        ? t('def.name', { kind: kindTitle(d.kind), key: d.key, n: d.version })
        : t('set.defs');
  return html`<${SetPage} title=${title} side=${html`<a class="button"
    href="/settings/defs">${t('def.all')}</a>`}>
    ${
      loop
        ? html`<ul class="segments" aria-label=${t('def.view')}>${[
            ['graph', 'def.asGraph'],
            ['text', 'def.text'],
            ...(versions.length ? [['diff', 'def.asDiff'], ['move', 'move.title']] : []),
          ].map(([k, word]) => html`<li key=${k}><button type="button" aria-pressed=${k === view ? 'true' : 'false'} onClick=${() => goQuery({ view: k === 'graph' ? '' : k })}>${t(word)}</button></li>`)}</ul>`
        : null
    }
    ${loop && view === 'graph' ? html`<${DefGraph} id=${id} />` : null}
    ${
      view === 'diff' && other
        ? html`<label class="inline">${t('def.against')} <select value=${String(other.id)} onChange=${(e) => goQuery({ other: e.target.value })}>${versions.map((x) => html`<option
          key=${x.id} value=${x.id} selected=${x.id === other.id}>${t('def.versionOf', { n: x.version, at: stamp(x.published) })}</option>`)}</select></label>
        <${DefDiff} id=${id} other=${other.id} />`
        : null
    }
    ${view === 'move' ? html`<${DefMove} key=${id} id=${id} version=${d.version} />` : null}
    ${view === 'text' ? html`<${Loaded} of=${of}>${(x) => html`<${Editor} key=${id} kind=${x.kind} id=${id} text=${x.text} />`}<//>` : null}
  <//>`;
}
