// The keys of a list of choices below a field, after the ARIA pattern of a combobox.

/** One further down or up, round and round; from none to the first or the last. */
export function nextAt(at, count, down) {
  if (!count) return at;
  if (at < 0) return down ? 0 : count - 1;
  return (at + (down ? 1 : -1) + count) % count;
}

/**
 * Arrows open the list and go round it, Enter takes the one that is marked, Escape closes it and nothing else.
 * @param {{open: boolean, setOpen: Function, at: number, setAt: Function, count: () => number, choose: (i: number) => void}} list
 *   count is asked when a key is pressed: a closed list may not have been filled yet
 */
export function listKeys({ open, setOpen, at, setAt, count, choose }) {
  return (e) => {
    if (e.isComposing) return;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      setOpen(true);
      setAt((i) => nextAt(i, count(), e.key === 'ArrowDown'));
    } else if (e.key === 'Enter' && open && at >= 0 && at < count()) {
      e.preventDefault();
      choose(at);
    } else if (e.key === 'Escape' && open) {
      e.preventDefault();
      e.stopPropagation();
      setOpen(false);
    }
  };
}
