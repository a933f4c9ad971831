// Two rows of a register side by side. No DOM here: tested in node.

const fieldOf = (item, key) => (item.fields || []).find((f) => f.key === key && !f.judge) || { value: '' };

const OWN = [
  ['name', 'row.name', (i) => ({ value: i.title })],
  ['unit', 'row.unit', (i) => ({ value: String(i.unit || ''), shown: i.unit_name })],
  ['class', 'col.class', (i) => ({ value: String(i.class || ''), shown: i.class_name })],
  ['place', 'col.address', (i) => ({ value: [i.address, i.lat || '', i.lon || ''].join(' ').trim(), shown: i.address || (i.lat ? `${i.lat}, ${i.lon}` : '') })],
];

/**
 * What differs: each with both values, the row's own things first, then the fields somebody is asked for.
 * @param {object} winner the row that stays
 * @param {object} loser
 * @param {object} register
 * @param {(key: string) => string} t
 */
export function differing(winner, loser, register, t) {
  const own = OWN.map(([key, title, of]) => ({ key, title: key === 'name' && register.name ? register.name : t(title), winner: of(winner), loser: of(loser) }));
  const fields = register.fields.filter((f) => !f.formula && f.type !== 'file').map((f) => ({ key: f.key, title: f.title, winner: fieldOf(winner, f.key), loser: fieldOf(loser, f.key) }));
  return [...own, ...fields].filter((r) => (r.winner.value || '') !== (r.loser.value || '') && !r.winner.sealed && !r.loser.sealed);
}

/** What the row that stays has not, the other gives. */
export const startTakes = (rows) => rows.filter((r) => !r.winner.value && r.loser.value).map((r) => r.key);

/** Why two rows are shown: "名称相同 +50，地址相同 +30". */
export const whyTwins = (twin, t) => twin.reasons.map((r) => `${t(REASONS[r.key])} +${r.points}`).join(t('kin.and'));
const REASONS = { key: 'twin.key', name: 'twin.name', place: 'twin.place' };
