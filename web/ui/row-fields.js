// Controls that forms of registers need: an amount that shows what it is read as, a text that is checked while it is typed,
// a row of another register found by words. One lazy chunk.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get, query } from '../lib/api.js';
import { catalog } from '../lib/state.js';
import { all, term, value as quoted } from '../lib/filter.js';
import { mayAdd } from '../lib/registers.js';
import { amountOf, usccWrong, yuan } from '../lib/value.js';
import { FileForm } from '../pages/file-new.js';
import { Dialog } from './dialog.js';
import { textInput } from './field.js';
import { listKeys } from './list-keys.js';

const WAIT_MS = 250;
const MOST = 8;
const SAME_MOST = 3;

/** 金额: `3.2万` is read as it is typed. */
export function Amount({ attrs, value, onInput }) {
  const read = value ? amountOf(value) : null;
  const said = !value ? '' : read === null ? t('value.noAmount') : t('value.read', { n: yuan(read) });
  return html`${textInput(attrs, value, onInput, { inputmode: 'text', placeholder: t('value.amountHint'), autocomplete: 'off' })}
    <p class=${value && read === null ? 'field-error' : 'hint'} role="status">${said}</p>`;
}

function usccSays(value) {
  const { wrong, left, at } = usccWrong(value);
  if (wrong === 'more') return ['hint', t('uscc.more', { n: left })];
  if (wrong === 'long') return ['field-error', t('uscc.long', { n: -left })];
  if (wrong === 'letter') return ['field-error', t('uscc.letter', { n: at })];
  return wrong ? ['field-error', t('uscc.digit')] : ['hint right', t('uscc.right')];
}

/** A text with a check: whether it fits is said at once. */
export function Checked({ attrs, value, onInput }) {
  const [cls, said] = value ? usccSays(value) : ['hint', ''];
  return html`${textInput(attrs, value, onInput, { autocomplete: 'off', spellcheck: false, class: 'mono' })}
    <p class=${cls} role="status">${said}</p>`;
}

/** Rows of a register by words, those in use; the last typed wins. {rows, words}: what they were found with. */
function useRows(key, words, on, most) {
  const [found, setFound] = useState({ rows: [], words: null });
  useEffect(() => {
    if (!on) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const said = words.trim().split(/\s+/).filter(Boolean).map(quoted).join(' ');
      const filter = all(term('register', key), 'open:yes', said);
      get(`/api/items${query({ filter, limit: most })}`, { signal: stop.signal }).then(
        (d) => setFound({ rows: d.rows, words }),
        (e) => e.name !== 'AbortError' && setFound({ rows: [], words }),
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key, words, on]);
  return found;
}

function Options({ id, list, at, adds, register, text, pick, add }) {
  const press = (run) => (e) => {
    e.preventDefault();
    run();
  };
  return html`${list.map(
    (r, i) => html`<li role="option" id=${`${id}-${i}`} key=${r.id} aria-selected=${i === at ? 'true' : 'false'}
      onMouseDown=${press(() => pick(r))}><span>${r.title}</span><small>${r.no}</small></li>`,
  )}
    ${adds ? html`<li role="option" id=${`${id}-${list.length}`} class="adds" aria-selected=${at === list.length ? 'true' : 'false'}
      onMouseDown=${press(add)}>${t('row.addTo', { title: register.title })}${text ? t('row.quoted', { name: text }) : ''}</li>` : null}`;
}

/**
 * 引用: a row of another register, found by its words; one that is not there yet can be added.
 * @param {{attrs: object, field: object, value: string, onInput: (no: string) => void, shown?: string, plain?: boolean}} props
 *   value: the row's number, or what was typed and will be looked for by the server
 */
export function Reference({ attrs, field, value, onInput, shown, plain }) {
  const register = catalog.value.loopByKey.get(field.register);
  const [name, setName] = useState({ no: value || '', title: shown || '' });
  const [text, setText] = useState(null);
  const [open, setOpen] = useState(false);
  const [adding, setAdding] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef(null);
  const found = useRows(field.register, text || '', open, MOST);
  const list = found.rows;
  const ready = found.words === (text || '');
  // Only when it has been looked for: else one would add what is there.
  const adds = ready && !plain && !!register && mayAdd(register);
  const last = list.length + (adds ? 1 : 0);
  const known = value && value === name.no && name.title;
  const id = `${attrs.id}-list`;
  const typed = (text || '').trim();

  const pick = (r) => {
    setName({ no: r.no, title: r.title });
    onInput(r.no);
    setText(null);
    setOpen(false);
    setAt(-1);
  };
  const add = () => {
    setOpen(false);
    setAdding(true);
  };
  const type = (e) => {
    setText(e.target.value);
    setOpen(true);
    setAt(-1);
    onInput(e.target.value.trim());
  };
  const choose = (i) => (i < list.length ? pick(list[i]) : add());
  const key = listKeys({ open, setOpen, at, setAt, count: () => last, choose });
  const leave = () => {
    setOpen(false);
    const exact = list.filter((r) => r.title === typed || r.no === typed);
    if (exact.length === 1) pick(exact[0]);
  };
  const added = (item) => {
    setAdding(false);
    pick(item);
    if (input.current) input.current.focus();
  };
  return html`<div class="combo">
    <input type="text" ...${attrs} ref=${input} role="combobox" autocomplete="off" aria-expanded=${open ? 'true' : 'false'}
      aria-controls=${id} aria-autocomplete="list" aria-activedescendant=${open && at >= 0 && at < last ? `${id}-${at}` : null}
      placeholder=${t('row.search', { title: register ? register.title : '' })}
      value=${text !== null ? text : known ? name.title : value || ''} onInput=${type} onKeyDown=${key} onBlur=${leave}
      onClick=${() => setOpen(true)} />
    ${known && text === null ? html`<p class="hint">${name.no}</p>` : null}
    <ul class="options" role="listbox" id=${id} hidden=${!open || !last} aria-label=${t('combo.list')}>
      <${Options} id=${id} list=${list} at=${at} adds=${adds} register=${register} text=${typed} pick=${pick} add=${add} /></ul>
    ${open && ready && !list.length ? html`<p class="hint" role="status">${t('combo.none')}</p>` : null}
    ${
      adding
        ? html`<${Dialog} title=${t('row.addTo', { title: register.title })} onClose=${() => setAdding(false)} wide>
          <${FileForm} loop=${register} form=${`new-${register.key}`} title=${typed} onDone=${added} plain /><//>`
        : null
    }
  </div>`;
}

/** Under the name of a new row: what the register has of that name already. */
export function SameName({ register, words }) {
  const { rows } = useRows(register.key, words, true, SAME_MOST);
  if (!rows.length) return null;
  return html`<p class="hint same-name" role="status">${t('row.same')} ${rows.map(
    (r) => html`<a key=${r.id} href=${`/i/${r.id}`} target="_blank" rel="noopener">${r.no} ${r.title}</a> `,
  )}</p>`;
}
