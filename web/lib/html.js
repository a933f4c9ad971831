// One place where markup meets Preact, so that nothing else imports the framework by name twice.
import { h } from 'preact';
import htm from 'htm';

/** Tagged template for markup: html`<p>${text}</p>`. Builds nodes, never HTML strings. */
export const html = htm.bind(h);
