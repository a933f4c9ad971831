// A half-written form asks the server something that writes nothing, when nothing was typed for half a second.
import { useEffect, useState } from 'preact/hooks';
import { post } from '../lib/api.js';

const WAIT_MS = 500;

/**
 * @param {string} path
 * @param {object|null} draft what is asked; null while it says too little
 * @returns {object|null} the answer to what stands there now or stood there a moment ago
 */
export function useDraftAsk(path, draft) {
  const [answer, setAnswer] = useState(null);
  const asked = draft ? JSON.stringify(draft) : '';
  useEffect(() => {
    if (!asked) {
      setAnswer(null);
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setAnswer(await post(path, JSON.parse(asked), { signal: stop.signal }));
      } catch (e) {
        if (e.name !== 'AbortError') setAnswer(null);
      }
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked]);
  return answer;
}
