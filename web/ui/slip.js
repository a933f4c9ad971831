// The colour of a supervision slip: a word beside the colour, never the colour alone.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';

const WORD = { blue: 'slip.blue', yellow: 'slip.yellow', red: 'slip.red' };

/** @param {{level: string}} props empty: nothing stands on it */
export const Slip = ({ level }) => (level ? html`<span class=${`tag slip-${level}`}>${t(WORD[level])}</span>` : null);
