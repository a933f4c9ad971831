// 流程定义: every published version stays; a new one is checked whole before it is published, and every mistake is shown
// at its line.
import { useRef, useState } from 'preact/hooks';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { call, get, post, listIn } from '../../lib/api.js';
import { notify } from '../../lib/state.js';
import { errorPlace, withExpected } from '../../lib/errors.js';
import { draft } from '../../lib/store.js';
import { go } from '../../lib/route.js';
import { stamp } from '../../lib/time.js';
import { Loaded, useLoad } from '../../ui/load.js';
import { Confirm } from '../../ui/dialog.js';
import { SetPage } from './nav.js';

const KINDS = ['loop', 'calendar', 'role', 'classes', 'map'];
const KIND = { loop: 'def.kLoop', calendar: 'def.kCalendar', role: 'def.kRole', roles: 'def.kRole', classes: 'def.kClasses', map: 'def.kMap' };

const kindTitle = (k) => (KIND[k] ? t(KIND[k]) : k);

/** All definitions. */
export function Defs() {
  const of = useLoad((signal) => get('/api/defs', { signal }), []);
  return html`<${SetPage} title=${t('set.defs')} side=${html`<a class="button" href="/settings/defs/loop/+">${t('def.add')}</a>`}>
    <${Loaded} of=${of}>${(d) => html`<div class="scroll" tabindex="0" role="region" aria-label=${t('set.defs')}><table class="plain"><thead><tr>${['def.kind', 'def.key', 'def.title', 'def.version', 'def.published'].map((k) => html`<th scope="col" key=${k}>${t(k)}</th>`)}</tr></thead>
      <tbody>${listIn(d, 'defs').map((x) => html`<tr key=${`${x.kind}/${x.key}`}><td>${kindTitle(x.kind)}</td><th scope="row"><a href=${`/settings/defs/${encodeURIComponent(x.kind)}/${encodeURIComponent(x.key)}`}><code>${x.key}</code></a></th>
        <td>${x.title || ''}</td><td class="num">${x.version}</td><td>${x.published ? stamp(x.published) : '—'}${x.by ? ` ${x.by}` : ''}</td></tr>`)}</tbody></table></div>`}<//>
  <//>`;
}

function Findings({ errors, onLine }) {
  return html`<div class="notice error summary" role="alert" tabindex="-1"><h3>${t('def.wrong', { n: errors.length })}</h3>
    <ol>${errors.map((e, i) => {
    const at = errorPlace(e);
    return html`<li key=${i}>${at.line ? html`<button type="button" class="link" onClick=${() => onLine(at.line, at.column)}>${t('def.line', { line: at.line, column: at.column || 1 })}</button> ` : null}
      ${e.field ? html`<code>${e.field}</code> ` : null}${withExpected(e)}</li>`;
  })}</ol></div>`;
}

function Editor({ kind, defKey, text: published }) {
  const name = `def/${kind}/${defKey}`;
  const kept = useRef(draft.get(name)).current;
  const [text, setText] = useState(kept ? kept.text : published);
  const [what, setWhat] = useState(kind);
  const [errors, setErrors] = useState(null);
  const [fine, setFine] = useState('');
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const area = useRef(null);
  const gutter = useRef(null);
  const change = (x) => {
    setText(x);
    setFine('');
    if (x === published) draft.remove(name);
    else draft.set(name, { text: x });
  };
  const send = async (dry) => {
    if (busy) return;
    setBusy(true);
    try {
      const answer = await post('/api/defs', dry ? { kind: what, text, dry: true } : { kind: what, text });
      setErrors(null);
      if (dry) setFine(t('def.fine') + (answer && answer.diff ? `\n${answer.diff}` : ''));
      else {
        draft.remove(name);
        notify(t('def.done', { n: answer && answer.version ? answer.version : '' }), 'done');
        go('/settings/defs');
      }
    } catch (e) {
      setFine('');
      setErrors(e.errors && e.errors.length ? e.errors : [{ message: e.message }]);
    }
    setBusy(false);
    setAsking(false);
  };
  const toLine = (line, column) => {
    const lines = text.split('\n');
    const at = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0) + Math.max(0, (column || 1) - 1);
    const el = area.current;
    el.focus();
    el.setSelectionRange(at, Math.max(at, at + (lines[line - 1] || '').length - (column || 1) + 1));
    el.scrollTop = Math.max(0, (line - 5) * parseFloat(getComputedStyle(el).lineHeight));
  };
  const changed = text !== published;
  return html`
    ${kept && changed ? html`<p class="notice">${t('draft.found')} <button type="button" class="link" onClick=${() => change(published)}>${t('draft.forget')}</button></p>` : null}
    ${errors ? html`<${Findings} errors=${errors} onLine=${toLine} />` : null}
    ${fine ? html`<p class="notice done pre" role="status">${fine}</p>` : null}
    ${defKey === '+' ? html`<label class="inline">${t('def.kind')} <select value=${what} onChange=${(e) => setWhat(e.target.value)}>${KINDS.map((k) => html`<option key=${k} value=${k} selected=${k === what}>${kindTitle(k)}</option>`)}</select></label>` : null}
    <div class="editor"><div class="gutter" ref=${gutter} aria-hidden="true">${text.split('\n').map((_, i) => `${i + 1}\n`).join('')}</div>
      <textarea ref=${area} class="code" spellcheck="false" wrap="off" aria-label=${t('def.text')} value=${text} onInput=${(e) => change(e.target.value)}
        onScroll=${(e) => { gutter.current.scrollTop = e.target.scrollTop; }}></textarea></div>
    <div class="actions sticky">
      <button type="button" onClick=${() => send(true)} aria-busy=${busy ? 'true' : null}>${t('def.check')}</button>
      <button type="button" class="primary" disabled=${!changed} onClick=${() => setAsking(true)}>${t('def.publish')}</button>
      <span class="hint">${changed ? t('draft.kept') : t('def.unchanged')}</span></div>
    ${asking ? html`<${Confirm} title=${t('def.publish')} text=${t('def.publishText')} action=${t('def.publish')} busy=${busy} onYes=${() => send(false)} onClose=${() => setAsking(false)} />` : null}`;
}

/** One definition as text. @param {{params: {kind: string, key: string}}} props */
export function DefText({ params }) {
  const { kind, key } = params;
  const of = useLoad((signal) => (key === '+' ? Promise.resolve('') : call('GET', `/api/defs/${encodeURIComponent(kind)}/${encodeURIComponent(key)}`, { signal, accept: 'text/plain, application/json' })), [kind, key]);
  const title = key === '+' ? t('def.add') : `${kindTitle(kind)} · ${key}`;
  return html`<${SetPage} title=${title} side=${html`<a class="button" href="/settings/defs">${t('def.all')}</a>`}>
    <${Loaded} of=${of}>${(d) => html`<${Editor} key=${`${kind}/${key}`} kind=${kind} defKey=${key} text=${typeof d === 'string' ? d : d.text || ''} />`}<//>
  <//>`;
}
