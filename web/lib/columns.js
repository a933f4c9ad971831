// The columns a list can show: what every row says, and every field, judge's answer and clock of a definition, under the
// names a filter has for them. No DOM here: tested in node.

/** What every item has: name, key of the title, least width in px, and the order the list can be brought into by it. */
const OWN = [
  ['left', 'col.left', 128, 'due'],
  ['state', 'col.state', 84],
  ['title', 'col.title', 240],
  ['no', 'col.no', 158],
  ['unit', 'col.unit', 124],
  ['class', 'col.class', 130],
  ['channel', 'col.channel', 90],
  ['filed', 'col.filed', 106, 'filed'],
  ['kind', 'col.kind', 84],
  ['priority', 'col.priority', 84],
  ['loop', 'filter.kLoop', 120],
  ['changed', 'col.changed', 106, 'changed'],
  ['closed', 'col.closed', 106],
  ['due', 'col.due', 106, 'due'],
  ['returns', 'col.returns', 84],
  ['urges', 'col.urges', 84],
  ['receiver', 'col.receiver', 124],
  ['part', 'col.part', 200],
  ['address', 'col.address', 180],
  ['round', 'col.round', 66],
  ['extensions', 'col.extensions', 84],
  ['reopens', 'col.reopens', 84],
  ['level', 'col.level', 84],
  ['repeat', 'col.repeat', 84],
  ['unlocks', 'col.unlocks', 84],
  ['recheck', 'col.recheck', 106, undefined, 'time'],
  ['consolidated', 'col.consolidated', 106, undefined, 'time'],
  ['recurs', 'col.recurs', 84],
  ['version', 'col.version', 66],
];
const WIDTH = 120;
const NEVER = ['left', 'state', 'title', 'no']; // hidden on no screen
const RANK = { unit: 0, class: 1, channel: 2, filed: 3, changed: 4 }; // who stays longest on a narrow one

/** What a list shows until somebody chooses. */
export const USUAL = ['left', 'state', 'title', 'no', 'unit', 'class', 'channel', 'filed'];

// What lasts has no clocks, no parts, no source.
const LASTING = ['no', 'title', 'state', 'unit', 'class', 'address', 'filed', 'changed', 'closed'];
const FIRST_FIELDS = 5;

/** What the list of a register shows until somebody chooses: whose row it is, and the first things it holds. */
export const usualOf = (register) => ['no', 'title', 'unit', ...register.fields.slice(0, FIRST_FIELDS).map((f) => f.key)];

const WIDTHS = { text: 180, choice: 96, yesno: 96, date: 110, ref: 140 };
const fieldWidth = (f) => Math.max(f.check ? 176 : WIDTHS[f.type] || WIDTH, 15 * f.title.length + 20);

function columnsOfRegister(register, t) {
  const own = OWN.filter(([name]) => LASTING.includes(name) && (name !== 'class' || register.class_scheme)).map(
    ([name, key, width, sort]) => ({ name, title: ROW_WORDS[name] ? t(ROW_WORDS[name]) : t(key), width: name === 'unit' ? 110 : width, sort }),
  );
  own.find((c) => c.name === 'title').title = register.name || t('row.name');
  const fields = register.fields.map((f) => ({ name: f.key, title: f.title, width: fieldWidth(f), type: f.type, field: f }));
  return [
    { title: t('columns.ownRows'), columns: own },
    { title: register.title, columns: fields },
  ];
}
const ROW_WORDS = { unit: 'row.unit', filed: 'row.filed', changed: 'row.changed', closed: 'row.closed' };

/**
 * All columns there are, grouped for choosing from.
 * @param {object} catalog indexed
 * @param {(key: string) => string} t
 * @param {object} [register] those of its list
 * @param {object} [first] a loop whose words go before those of the others
 * @returns {{title: string, columns: {name: string, title: string, width: number, sort?: string, type?: string}[]}[]}
 */
export function columnGroups(catalog, t, register, first) {
  if (register) return columnsOfRegister(register, t);
  const own = OWN.map(([name, key, width, sort, type]) => ({ name, title: t(key), width, sort, type }));
  const seen = new Set(own.map((c) => c.name));
  const groups = [{ title: t('columns.own'), columns: own }];
  const add = (list, name, title, type, width = WIDTH, field = undefined) => {
    if (seen.has(name)) return;
    seen.add(name);
    list.push({ name, title, width, type, field });
  };
  for (const loop of first ? [first, ...catalog.loops.filter((l) => l !== first)] : catalog.loops) {
    const list = [];
    for (const f of loop.fields) add(list, f.key, f.title, f.type, f.type === 'text' ? 180 : WIDTH, f);
    if (loop.clocks.some((c) => c.by)) {
      add(list, 'node', t('columns.node'), 'text', 110);
      add(list, 'node-due', t('columns.nodeDue'), 'date', 110);
    }
    for (const c of loop.clocks) add(list, `clock.${c.key}`, t('columns.clock', { title: c.title }), 'clock', 140);
    for (const j of loop.judges || [])
      for (const key of judgedBy(loop, j.key)) {
        const f = loop.fields.find((x) => x.key === key);
        if (f) add(list, `${j.key}.${key}`, `${j.title} ${f.title}`, f.type);
      }
    if (list.length) groups.push({ title: loop.title, columns: list });
  }
  return groups;
}

// The fields some step asks this judge.
function judgedBy(loop, judge) {
  const out = new Set();
  for (const s of loop.steps)
    if ((s.judges || []).includes(judge)) for (const a of s.asks || []) out.add(a.field);
  return out;
}

/**
 * The columns of these names, in their order; unknown ones are left out, the title is always there.
 * @param {object[]} groups of columnGroups()
 * @param {string} names with a blank between; empty: the usual ones
 * @param {string[]} [usual]
 */
export function columnsOf(groups, names, usual = USUAL) {
  const all = new Map(groups.flatMap((g) => g.columns.map((c) => [c.name, c])));
  const wanted = names.split(' ').filter((n) => all.has(n));
  const list = (wanted.length ? wanted : usual).map((n) => all.get(n));
  return list.some((c) => c.name === 'title') ? list : [...list, all.get('title')];
}

/**
 * Which of them a width has room for. Number, time left, state and title are never hidden; of the others the dates go
 * first, then channel, class, whatever was added from right to left, and the unit last.
 * @param {object[]} columns
 * @param {number} width px
 */
export function fit(columns, width) {
  let sum = columns.reduce((n, c) => n + c.width, 0);
  const rank = (c) => RANK[c.name] ?? 1.5;
  const out = columns
    .map((c, i) => ({ c, i }))
    .filter((x) => !NEVER.includes(x.c.name))
    .sort((a, b) => rank(b.c) - rank(a.c) || b.i - a.i);
  const gone = new Set();
  for (const x of out) {
    if (sum <= width) break;
    gone.add(x.c.name);
    sum -= x.c.width;
  }
  return columns.filter((c) => !gone.has(c.name));
}

/** The names that need the item itself to be read, for the request. */
export function askedColumns(columns) {
  const inRow = new Set(OWN.slice(0, OWN.findIndex(([name]) => name === 'receiver')).map(([name]) => name));
  return columns.map((c) => c.name).filter((n) => !inRow.has(n)).join(' ');
}

/** The order the head of a column asks for: newest first for dates, and turned round when it is there already. */
export function orderOf(column, sort) {
  if (column.sort === 'due') return 'due';
  if (column.sort === 'changed') return '-changed';
  return sort === '-filed' ? 'filed' : '-filed';
}
