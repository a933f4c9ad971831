// A sentence with figures in it, each a link to its list: "共受理 {n} 件" with parts {n: {text, href}}.
import { html } from '../lib/html.js';

/** @param {{text: string, parts: Record<string, {text: string, href: string}>}} props text: with [name] where a part stands */
export function Said({ text, parts }) {
  return text.split(/(\[\w+\])/).map((x) => {
    const p = /^\[\w+\]$/.test(x) && parts[x.slice(1, -1)];
    if (!p) return x;
    return p.href ? html`<a href=${p.href}>${p.text}</a>` : p.text;
  });
}
