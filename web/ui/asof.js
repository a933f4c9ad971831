// The instant the figures on the page hold for, shown at its foot.
import { signal } from '@preact/signals';

/** RFC 3339 text, or null on pages without figures. */
export const asOf = signal(null);
