// A field that finds one node of a tree (unit, class) by name, short name or code: a combobox after the ARIA pattern.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { findNodes, pathOf } from '../lib/catalog.js';
import { listKeys } from './list-keys.js';

/**
 * @param {{attrs: object, nodes: object[], byId: Map<number, object>, value: number|null,
 *   onPick: (id: number|null) => void, keepText?: boolean}} props
 *   keepText false: the field empties after a choice, for adding several
 */
export function Combo({ attrs, nodes, byId, value, onPick, adding }) {
  const [text, setText] = useState(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const list = useRef(null);
  const node = value ? byId.get(value) : null;
  const shown = text !== null ? text : node ? node.name : '';
  const found = open ? findNodes(nodes, byId, text || '') : [];
  const listId = `${attrs.id}-list`;
  useEffect(() => {
    const el = list.current && list.current.children[at];
    if (el) el.scrollIntoView({ block: 'nearest' });
  }, [at, open]);

  const pick = (n) => {
    onPick(n ? n.id : null);
    setText(adding ? '' : null);
    setOpen(false);
    setAt(-1);
  };
  const type = (e) => {
    setText(e.target.value);
    setOpen(true);
    setAt(e.target.value.trim() ? 0 : -1);
    if (!e.target.value && !adding) onPick(null);
  };
  const count = () => findNodes(nodes, byId, text || '').length;
  const key = listKeys({ open, setOpen, at, setAt, count, choose: (i) => pick(found[i]) });
  const leave = () => {
    setOpen(false);
    if (text !== null && text.trim()) {
      const exact = nodes.filter((n) => n.name === text.trim() || n.code === text.trim());
      if (exact.length === 1) {
        pick(exact[0]);
        return;
      }
    }
    setText(adding ? '' : null);
  };
  return html`<div class="combo">
    <input type="text" ...${attrs} role="combobox" autocomplete="off" aria-expanded=${open ? 'true' : 'false'}
      aria-controls=${listId} aria-autocomplete="list"
        aria-activedescendant=${open && at >= 0 && found[at] ? `${listId}-${found[at].id}` : null}
      placeholder=${t('combo.search')} value=${shown} onInput=${type} onKeyDown=${key} onBlur=${leave}
      onClick=${() => setOpen(true)} />
    ${node && !adding && pathOf(byId, node.id).length > 1 ? html`<p class="hint">${pathOf(byId, node.id).join(' / ')}</p>` : null}
    <ul class="options" role="listbox" id=${listId} ref=${list} hidden=${!open} aria-label=${t('combo.list')}>
      ${found.map(
        (
          n,
          i,
        ) => html`<li role="option" id=${`${listId}-${n.id}`} key=${n.id}
          aria-selected=${i === at ? 'true' : 'false'}
        class=${`d${Math.min(text ? 0 : n.depth || 0, 4)}`}
        onMouseDown=${(e) => {
          e.preventDefault();
          pick(n);
        }}>
        <span>${n.name}</span>${text ? html`<small>${pathOf(byId, n.id).slice(0, -1).join(' / ')}</small>` : null}</li>`,
      )}
    </ul>
    ${open && !found.length ? html`<p class="hint" role="status">${t('combo.none')}</p>` : null}
  </div>`;
}

/**
 * Several nodes: chosen ones as chips that can be taken away.
 * @param {{attrs: object, nodes: object[], byId: Map<number, object>, value: number[], onPick: (ids: number[]) => void}} props
 */
export function MultiCombo({ attrs, nodes, byId, value, onPick }) {
  const rest = nodes.filter((n) => !value.includes(n.id));
  return html`<div>
    ${
      value.length
        ? html`<ul class="chosen">${value.map(
            (id) => html`<li key=${id}>${(byId.get(id) || {}).name || id}
      <button type="button" class="quiet" onClick=${() => onPick(value.filter((x) => x !== id))}
        aria-label=${t('combo.remove', { name: (byId.get(id) || {}).name || id })}>✕</button></li>`,
          )}</ul>`
        : null
    }
    <${Combo} attrs=${attrs} nodes=${rest} byId=${byId} value=${null} adding
      onPick=${(id) => id && onPick([...value, id])} />
  </div>`;
}
