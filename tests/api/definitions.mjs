// docs/definitions.md taken apart: its files, commands and requests, in their order.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib.mjs';

/** {text, fences: [{kind, name, body}], file(name): the blocks of that name, one after the other}. */
export function manual() {
  const text = readFileSync(join(root, 'docs/definitions.md'), 'utf8');
  const fences = [...text.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)].map(([, kind, name, body]) => ({ kind, name, body }));
  const of = (kind, name) => fences.filter((f) => f.kind === kind && (name === undefined || f.name === name)).map((f) => f.body);
  return { text, fences, of, file: (name) => of('yaml', name).join('') };
}

/** The words in corner brackets of a chapter: what it promises on the screen. */
export function promised(text, chapter) {
  const part = text.split(/^## /m).find((c) => c.startsWith(chapter));
  return [...new Set([...part.matchAll(/「([^」]+)」/g)].map((m) => m[1]))];
}
