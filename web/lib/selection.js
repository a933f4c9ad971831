import { useState } from 'preact/hooks';

/** The chosen rows, as long as the list of this filter is shown: {list, has, set, clear}. */
export function useSelection(filter) {
  const [chosen, setChosen] = useState({ filter, rows: new Map() });
  const rows = chosen.filter === filter ? chosen.rows : new Map();
  return {
    list: [...rows.values()],
    has: (id) => rows.has(id),
    set: (some, yes) => {
      const next = new Map(rows);
      for (const r of some) yes ? next.set(r.id, r) : next.delete(r.id);
      setChosen({ filter, rows: next });
    },
    clear: () => setChosen({ filter, rows: new Map() }),
  };
}
