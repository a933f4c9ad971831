// A map of a sheet's columns as the page changes it. No DOM here. docs/import.md tells what a map is.

/** What an item has apart from its loop's fields: [to, key of its name, only when]. */
const TARGETS = [
  ['no', 'col.no', (m, l) => l.lasts],
  ['title', 'import.toTitle'],
  ['text', 'import.toText', (m, l) => !l.lasts],
  ['address', 'import.toAddress'],
  ['filed', 'import.toFiled', (m, l) => !l.lasts],
  ['closed', 'import.toClosed', (m) => !!m.state],
  ['class', 'col.class', (m, l) => !!l.class_scheme],
  ['unit', 'col.unit', (m, l) => !!m.state || l.lasts],
  ['caller.name', 'import.toName', (m, l) => l.caller],
  ['caller.phone', 'import.toPhone', (m, l) => l.caller],
  ['caller.door', 'import.toDoor', (m, l) => l.caller],
  ['lat', 'import.toLat'],
  ['lon', 'import.toLon'],
];

/** "f:kind" and "kind" are one. */
const plain = (to, loop) => (loop.fields.some((f) => `f:${f.key}` === to) ? to.slice(2) : to);

/** Names of columns as the server compares them, near enough for choosing. */
export const nameKey = (s) =>
  String(s).normalize('NFKC').toLowerCase().replace(/[\s*:_]/g, '');

/**
 * Where a column may go.
 * @param {object} map
 * @param {object} loop
 * @param {(key: string) => string} t
 * @returns {{value: string, title: string}[]}
 */
export function targetsOf(map, loop, t) {
  if (map.steps) {
    const asked = map.steps.flatMap((x) => (loop.steps.find((s) => s.key === x.step) || { asks: [] }).asks.map((a) => a.field));
    const fields = loop.fields.filter((f) => f.key === map.find || asked.includes(f.key));
    return [...fields.map((f) => ({ value: f.key, title: f.title })), { value: 'note', title: t('import.toNote') }];
  }
  const own = TARGETS.filter(([, , when]) => !when || when(map, loop)).map(([to, key]) => ({
    value: to,
    title: to === 'title' && loop.name ? loop.name : to === 'unit' && loop.lasts ? t('import.toKeeper') : t(key),
  }));
  return [...own, ...loop.fields.filter((f) => !f.formula).map((f) => ({ value: f.key, title: f.title }))];
}

/**
 * The map with every entry's columns as a list, and its target without "f:".
 * @param {object} map
 * @param {object} loop
 */
export function openMap(map, loop) {
  const columns = (map.columns || []).map((e) => {
    const { column, columns: many, ...rest } = e;
    const names = column !== undefined ? [column] : many === undefined ? [] : [].concat(many);
    return { ...rest, to: plain(e.to, loop), names };
  });
  return { ...map, columns };
}

/**
 * The map as the server takes it.
 * @param {object} map an opened one
 * @param {object} loop
 */
export function closeMap(map, loop) {
  const columns = map.columns
    .filter((e) => e.names.length || e.template || e.otherwise !== undefined)
    .map(({ names, ...e }) => ({
      ...(names.length === 1 ? { column: names[0] } : names.length ? { columns: names } : {}),
      ...e,
      to: loop.fields.some((f) => f.key === e.to) ? `f:${e.to}` : e.to,
    }));
  return { ...map, columns };
}

const reads = (e, column) => e.names.some((n) => nameKey(n) === nameKey(column));

/** Where a column of the sheet goes; '' when nowhere. */
export function targetOf(map, column) {
  const e = map.columns.find((x) => reads(x, column));
  return e ? e.to : '';
}

// A template speaks of its columns by name, and a way of looking up depends on how many there are.
function bare({ template, by, ...e }) {
  return e;
}

/**
 * Sends a column somewhere else. Several columns of one target are joined.
 * @param {object} map an opened one
 * @param {string} column
 * @param {string} to '' for nowhere
 * @param {object} loop
 */
export function sendColumn(map, column, to, loop) {
  let columns = map.columns
    .map((e) => (reads(e, column) ? bare({ ...e, names: e.names.filter((n) => nameKey(n) !== nameKey(column)) }) : e))
    .filter((e) => e.names.length || e.template || e.otherwise !== undefined);
  if (to) {
    const there = columns.find((e) => e.to === to);
    const next = there ? bare({ ...there, names: [...there.names, column] }) : { to, names: [column] };
    if (to === 'class' || to === 'unit') next.by = next.names.length > 1 ? 'name-path' : 'name';
    columns = there ? columns.map((e) => (e === there ? next : e)) : [...columns, next];
  }
  const unique = loop.fields.filter((f) => f.unique).map((f) => f.key);
  const key = columns.find((e) => unique.includes(e.to) && e.names.length === 1);
  const { key: was, ...rest } = map;
  // Rows of a register that nothing else tells apart are known by their names.
  const named = loop.lasts && !columns.some((e) => e.to === 'no') && columns.find((e) => e.to === 'title' && e.names.length === 1);
  const telling = was && columns.find((e) => reads(e, was));
  const keeps = telling && (!loop.lasts || unique.includes(telling.to) || ['title', 'no'].includes(telling.to)) && (telling.to !== 'title' || !key);
  const kept = keeps ? was : key ? key.names[0] : named ? named.names[0] : undefined;
  return kept ? { ...rest, key: kept, columns } : { ...rest, columns };
}

/**
 * What every row has when no column says it, or says nothing.
 * @param {object} map
 * @param {string} to
 * @param {string} value '' takes it away
 */
export function setOtherwise(map, to, value) {
  const there = map.columns.find((e) => e.to === to);
  const { otherwise, ...rest } = there || { to, names: [] };
  const next = value === '' ? rest : { ...rest, otherwise: value };
  const columns = there ? map.columns.map((e) => (e === there ? next : e)) : [...map.columns, next];
  return { ...map, columns: columns.filter((e) => e.names.length || e.template || e.otherwise !== undefined) };
}

/**
 * What a word of a column means.
 * @param {object} map
 * @param {string} to
 * @param {string} word as it stands in the sheet
 * @param {string} value '' forgets it
 */
export function setWord(map, to, word, value) {
  return {
    ...map,
    columns: map.columns.map((e) => {
      if (e.to !== to) return e;
      const { [word]: was, ...others } = e.values || {};
      const values = value === '' ? others : { ...others, [word]: value };
      const { values: old, ...rest } = e;
      return Object.keys(values).length ? { ...rest, values } : rest;
    }),
  };
}

/**
 * What filing asks for and nothing gives: {to, title, type, options}.
 * @param {object} map an opened one
 * @param {object} loop
 * @param {(key: string) => string} t
 */
export function missing(map, loop, t) {
  const given = (to) => map.columns.some((e) => e.to === to);
  if (map.steps) return [];
  const list = given('title') ? [] : [{ to: 'title', title: loop.name || t('import.toTitle'), type: 'column' }];
  if (map.state) return list;
  for (const a of (loop.steps[0] && loop.steps[0].asks) || []) {
    if (!a.required || given(a.field)) continue;
    const f = loop.fields.find((x) => x.key === a.field);
    if (a.field === 'class') list.push({ to: 'class', title: t('col.class'), type: 'class' });
    else if (f && !f.default) list.push({ to: f.key, title: f.title, type: f.type, options: f.options });
  }
  return list;
}
