// Which chapter of the guide tells of a page; the chapters are plain pages of their own, made from docs/guide.

const CHAPTERS = [
  ['/desk', '03-desk'],
  ['/new', '02-filing'],
  ['/items', '06-lists'],
  ['/i', '04-handling'],
  ['/registers', '06-lists'],
  ['/boards', '08-boards'],
  ['/cadences', '08-boards'],
  ['/supervision', '16-supervision'],
  ['/keydates', '17-keydates'],
  ['/month', '08-boards'],
  ['/scores', '09-scores'],
  ['/import', '07-import'],
  ['/jobs', '07-import'],
  ['/settings', '11-admin'],
  ['/password', '01-login'],
];

/** The address of the chapter for a page. @param {string} path */
export function helpFor(path) {
  const found = CHAPTERS.find(([p]) => path === p || path.startsWith(`${p}/`));
  return `/help/${found ? found[1] : path === '/' ? '01-login' : 'index'}.html`;
}
