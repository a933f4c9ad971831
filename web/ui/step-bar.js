// Every step of the item's state: open ones as buttons with their key, closed ones with the reason beside them.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { useKeys } from '../lib/keys.js';
import { stagesOf, stepOf } from '../lib/catalog.js';

const MAIN = 6;

/**
 * @param {{item: object, loop: object, onOpen: (row: object) => void}} props
 */
export function StepBar({ item, loop, onOpen }) {
  const rows = item.steps || [];
  // Those with a key of their own are the usual ones: they come first.
  const open = [...rows.filter((s) => s.ok && s.hotkey), ...rows.filter((s) => s.ok && !s.hotkey)];
  const closed = rows.filter((s) => !s.ok);
  const map = {};
  for (const s of open)
    if (s.hotkey && /^[A-Z]$/i.test(s.hotkey) && !map[`Key${s.hotkey.toUpperCase()}`])
      map[`Key${s.hotkey.toUpperCase()}`] = () => onOpen(s);
  useKeys(map);
  const several = new Set(
    open.filter((s, i) => open.findIndex((x) => x.key === s.key) !== i).map((s) => s.key),
  );
  const asked = (s) => {
    const def = stepOf(loop, s.key);
    return def && stagesOf(def) ? t('step.asks', { step: s.title }) : s.title;
  };
  const name = (s) => (several.has(s.key) && s.unit_name ? `${asked(s)}（${s.unit_name}）` : asked(s));
  return html`<section class="steps" aria-label=${t('step.bar')}>
    ${
      open.length
        ? html`<div class="row">${open.map(
            (
              s,
              i,
            ) => html`<button type="button" key=${`${s.key}/${s.part || 0}`}
              class=${i === 0 ? 'primary' : i < MAIN ? '' : 'small'}
      onClick=${() => onOpen(s)}>${name(s)}${s.hotkey ? html` <kbd>${s.hotkey}</kbd>` : null}</button>`,
          )}</div>`
        : html`<p class="hint">${t('step.none')}</p>`
    }
    ${
      closed.length
        ? html`<details><summary>${t('step.closed', { n: closed.length })}</summary>
      <ul class="closed-steps">${closed.map((s) => html`<li key=${`${s.key}/${s.part || 0}`}>
        <span>${s.unit_name ? `${s.title}（${s.unit_name}）` : s.title}</span><span class="hint">${s.why}</span>
        </li>`)}</ul></details>`
        : null
    }
  </section>`;
}
