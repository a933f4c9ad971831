// Choosing files: our own words on the button, since the browser's follow its own language, and photos drawn smaller
// before they are sent (which also drops where they were taken).
import { useState } from 'preact/hooks';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { bytes } from '../lib/num.js';
import { Field } from './field.js';

const SIDE = 1600;

/**
 * A photo with its longer side at most 1,600 px, as JPEG; other files, and photos the browser cannot read, as they are.
 * @param {File} file
 * @returns {Promise<File>}
 */
export async function shrink(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  const url = URL.createObjectURL(file);
  try {
    const img = new Image();
    img.src = url;
    await img.decode();
    const scale = Math.min(1, SIDE / Math.max(img.naturalWidth, img.naturalHeight));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(img.naturalWidth * scale);
    canvas.height = Math.round(img.naturalHeight * scale);
    canvas.getContext('2d').drawImage(img, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.8));
    return blob ? new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' }) : file;
  } catch {
    return file;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * @param {{form: string, files: File[], setFiles: (f: File[]) => void, most: number, error?: string, label?: string,
 *   hint?: string, accept?: string, plain?: boolean}} props plain: do not touch photos
 */
export function FilePick({ form, files, setFiles, most, error, label, hint, accept, plain }) {
  const [over, setOver] = useState('');
  const pick = async (e) => {
    const got = Array.from(e.target.files);
    e.target.value = '';
    const ready = plain ? got : await Promise.all(got.map(shrink));
    const next = most === 1 ? ready.slice(-1) : [...files, ...ready];
    setOver(next.length > most ? t('files.most', { n: most }) : '');
    setFiles(next.slice(0, most));
  };
  return html`<${Field} form=${form} name="file" label=${label || t('step.files')}
    hint=${hint || t('files.hint', { n: most })} error=${error || over}>${(
    a,
  ) => html`<div>
    <input type="file" class="sr file-input" ...${a} accept=${accept} multiple=${most > 1} onChange=${pick} />
    <label class="button" for=${a.id}>${t('files.pick')}</label>
    ${
      files.length
        ? html`<ul class="chosen">${files.map(
            (f) => html`<li key=${f.name + f.size}>${f.name} <small>${bytes(f.size)}</small>
      <button type="button" class="quiet" aria-label=${t('combo.remove', { name: f.name })}
        onClick=${() => setFiles(files.filter((x) => x !== f))}>✕</button></li>`,
          )}</ul>`
        : null
    }
  </div>`}<//>`;
}
