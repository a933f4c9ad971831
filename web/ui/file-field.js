// A field that names one of the item's attachments: chosen among those there are, or added now.
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { selectInput, textInput } from './field.js';
import { FilePick } from './file-pick.js';

/** The attachment a value names, as a link with a small picture of it. @param {{item: object, value: string}} props */
export function NamedFile({ item, value }) {
  const cut = value.indexOf('/');
  const href = `/api/items/${item.id}/files/${value.slice(0, cut)}`;
  const name = value.slice(cut + 1);
  return html`<a class="named-file" href=${href} target="_blank" rel="noopener">${/\.(jpe?g|png|webp|gif)$/i.test(name) ? html`<img src=${href} alt="" loading="lazy" width="48" height="48" />` : null}${name}</a>`;
}

/**
 * @param {{attrs: object, value: string, onInput: (v: string) => void, files?: {item: object, put: (f: File) => Promise<object>}}} props
 *   files: the item, and what adds a file to it and gives the item back; without them the attachment is said by its name
 */
export function FileField({ attrs, value, onInput, files }) {
  const [list, setList] = useState((files && files.item.files) || []);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  if (!files) return textInput(attrs, value, onInput);
  const as = (f) => `${f.id}/${f.name}`;
  const add = async ([file]) => {
    if (!file || busy) return;
    setBusy(true);
    setError('');
    try {
      const now = (await files.put(file)).files;
      setList(now);
      onInput(as(now[now.length - 1]));
    } catch (e) {
      setError(e.message);
    }
    setBusy(false);
  };
  return html`<div class="file-field">
    ${selectInput(attrs, value, onInput, list.map((f) => ({ value: as(f), title: f.name })), t('attached.none'))}
    ${value ? html`<p><${NamedFile} item=${files.item} value=${value} /></p>` : null}
    <div aria-busy=${busy ? 'true' : null}><${FilePick} form=${attrs.id} files=${[]} setFiles=${add} most=${1} label=${t('attached.add')}
      hint=${t('attached.hint')} error=${error} /></div></div>`;
}
