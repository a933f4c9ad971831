// One message catalogue, Chinese first. Keys in code, sentences in i18n/*.json. The Chinese ones come with the chunks
// whose files name their keys (texts.mjs), the English ones all at once when somebody asks for English.
import { signal } from '@preact/signals';
import { store } from './store.js';

const zh = {};
const catalogues = { 'zh-CN': zh, en: null };

/**
 * Takes up the texts a chunk brings.
 * @param {Record<string, string>} texts
 */
export const addTexts = (texts) => Object.assign(zh, texts);

/** The language in use; components that call t() redraw when it changes. */
export const lang = signal('zh-CN');

/**
 * Fills {name} with a value; {n|item|items} takes the word for one or for many.
 * @param {string} text
 * @param {Record<string, any>} vars
 * @returns {string}
 */
export function fill(text, vars) {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (all, name, one, many) => {
    const v = vars[name];
    if (v === undefined) return all;
    if (one === undefined) return String(v);
    return Number(v) === 1 ? one : many;
  });
}

/**
 * The message of a key in the language in use; the Chinese one when the other lacks it.
 * @param {string} key
 * @param {Record<string, any>} [vars]
 * @returns {string}
 */
export function t(key, vars = {}) {
  const cat = catalogues[lang.value] || zh;
  const text = cat[key] === undefined ? zh[key] : cat[key];
  return text === undefined ? key : fill(text, vars);
}

/**
 * Changes the language and remembers it. English comes as a chunk of its own.
 * @param {string} to "zh-CN" or "en"
 */
export async function setLang(to) {
  if (to === 'en' && !catalogues.en) {
    catalogues.en = (await import('../i18n/en.json')).default;
  }
  lang.value = catalogues[to] ? to : 'zh-CN';
  store.set('lang', lang.value);
  document.documentElement.lang = lang.value;
}

/** Takes up the language remembered on this machine. */
export async function startLang() {
  const wanted = store.get('lang', 'zh-CN');
  if (wanted !== 'zh-CN') await setLang(wanted);
}
