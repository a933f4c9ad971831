// Text with the words marked that a list was found by.
import { html } from '../lib/html.js';
import { pieces } from '../lib/filter.js';

/** @param {{text: string, words?: string[]}} props */
export function Marked({ text, words }) {
  return pieces(text, words || []).map((p) => (p.hit ? html`<mark>${p.text}</mark>` : p.text));
}
