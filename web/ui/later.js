// A part that comes as a chunk of its own, when it is first shown.
import { useEffect, useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Failure } from './load.js';

const parts = new Map();

/** @param {{load: () => Promise<object>, name: string}} props the rest goes to the part of that name */
export function Later({ load, name, ...props }) {
  const [error, setError] = useState(null);
  const [, setReady] = useState(parts.has(name));
  useEffect(() => {
    if (parts.has(name)) return;
    load().then(
      (m) => {
        parts.set(name, m[name]);
        setReady(true);
      },
      (cause) => setError({ message: t('error.chunk'), cause }),
    );
  }, [name]);
  if (error) return html`<${Failure} error=${error} again=${() => location.reload()} />`;
  const Part = parts.get(name);
  return Part ? html`<${Part} ...${props} />` : null;
}
