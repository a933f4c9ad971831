// Single keys, by physical key (event.code): they work with a Chinese input method on and on any layout. They never act
// in a field, in a dialog, or while a word is being composed, and can be switched off.
import { useEffect, useRef } from 'preact/hooks';
import { singleKeys } from './state.js';

const layers = [];
let chord = 0;

function inField(el) {
  return (
    !!el &&
    (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName)) &&
    !/^(checkbox|radio|button)$/.test(el.type)
  );
}

/**
 * Name of a key press: "KeyJ", "G KeyT", "Alt Digit1", "Shift Slash". Empty when it is not ours.
 * @param {KeyboardEvent} e
 * @param {boolean} chorded G was pressed before
 */
export function keyName(e, chorded) {
  if (e.isComposing || e.ctrlKey || e.metaKey) return '';
  if (e.altKey) return /^Digit[1-9]$/.test(e.code) ? `Alt ${e.code}` : '';
  if (e.key === '?') return 'Shift Slash';
  const name = e.shiftKey ? `Shift ${e.code}` : e.code;
  return chorded ? `G ${name}` : name;
}

function press(e) {
  if (e.defaultPrevented || !singleKeys.value) return;
  if (inField(e.target) || document.querySelector('dialog[open]')) return;
  const chorded = Date.now() - chord < 1500;
  const name = keyName(e, chorded);
  if (!name) return;
  chord = 0;
  for (let i = layers.length - 1; i >= 0; i--) {
    const fn = layers[i].current[name];
    if (fn) {
      e.preventDefault();
      fn(e);
      return;
    }
  }
  if (name === 'KeyG') chord = Date.now();
}

/** Starts to listen. */
export function startKeys() {
  document.addEventListener('keydown', press);
}

/**
 * Keys of a page or part, as long as it is shown; the latest shown wins.
 * @param {Record<string, (e: KeyboardEvent) => void>} map
 */
export function useKeys(map) {
  const layer = useRef(map);
  layer.current = map;
  useEffect(() => {
    layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
    };
  }, []);
}
