// What was worked by hand, out of tests/anchors: orders as rows of a table, and the tables of figures they give. No reader of YAML:
// these files have one form, and who reads them should see the same as this does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib.mjs';

/** "9/10", "8.2/10", "27", "~" */
export function number(text) {
  if (text === '~') return null;
  const [a, b] = text.split('/').map(Number);
  return b === undefined ? a : a / b;
}

const list = (text) => text.split(',').map((x) => x.trim());

/** {blocks: {name: rows of cells}, tables: {name: {columns, rows: {unit: figures}, total, groups}}} of tests/anchors/FILE. */
export function anchors(file) {
  const blocks = {};
  const tables = {};
  let block, table;
  for (const line of readFileSync(join(root, 'tests/anchors', file), 'utf8').split('\n')) {
    const text = line.replace(/(^|\s+)#.*$/, '');
    const begins = /^(\w+): \|$/.exec(text);
    const name = /^ {2}([\w-]+):$/.exec(text);
    const row = /^ {6}([\w-]+): \[(.*)\]$/.exec(text);
    const member = /^ {4}(columns|total): \[(.*)\]$/.exec(text);
    const groups = /^ {4}groups: \{(.*)\}$/.exec(text);
    if (begins) blocks[begins[1]] = block = [];
    else if (/^\S/.test(text)) block = undefined;
    else if (block && text.includes('|')) block.push(line.replace(/^ {2}/, '').split('|').map((x) => x.trim()));
    else if (name) tables[name[1]] = table = { rows: {} };
    else if (row) table.rows[row[1]] = list(row[2]).map(number);
    else if (member) table[member[1]] = member[1] === 'columns' ? list(member[2]) : list(member[2]).map(number);
    else if (groups) table.groups = Object.fromEntries(list(groups[1]).map((x) => x.split(':').map((y) => y.trim())));
  }
  for (const [key, t] of Object.entries(tables))
    for (const [unit, row] of Object.entries({ ...t.rows, ...(t.total ? { total: t.total } : {}) }))
      assert.equal(row.length, t.columns.length, `${file}, ${key}, ${unit}: a figure for each column`);
  return { blocks, tables };
}
