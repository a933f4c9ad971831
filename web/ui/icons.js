// Line icons of the rail: decoration beside a word, never alone.
import { html } from '../lib/html.js';

const PATHS = {
  today: 'M4 5h16v15H4zM4 9h16M8 3v4M16 3v4M9 14l2 2 4-4',
  desk: 'M3 13h5l2 3h4l2-3h5M3 13l3-8h12l3 8v6H3zM12 4v6M9.5 8l2.5 2.5L14.5 8',
  items: 'M4 6h2M4 12h2M4 18h2M9 6h11M9 12h11M9 18h11',
  registers: 'M6 3h13v18H6zM6 17.5h13M3 7h4M3 12h4M3 16h4M11 8h5M11 12h5',
  cadences: 'M4 12a8 8 0 0 1 13.7-5.6L20 8M20 3v5h-5M20 12a8 8 0 0 1-13.7 5.6L4 16M4 21v-5h5',
  supervision: 'M6 21V4h11l-2.5 4L17 12H6M6 21h4',
  keydates: 'M12 3l2.6 5.6 6.1.7-4.5 4.2 1.2 6.1-5.4-3-5.4 3 1.2-6.1-4.5-4.2 6.1-.7z',
  month: 'M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h5',
  board: 'M4 20V10M10 20V4M16 20v-7M22 20H2',
  score: 'M4 4h16v16H4zM4 9h16M10 9v11M13.5 13h3M13.5 16.5h3',
  new: 'M12 5v14M5 12h14',
  import: 'M12 4v11M7 10l5 5 5-5M4 20h16',
  settings:
    'M4 7h10M18 7h2M4 17h2M10 17h10M14 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M6 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0',
};

/** @param {string} name */
export function icon(name) {
  return html`<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]}
    fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
      </svg>`;
}
