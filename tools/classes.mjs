#!/usr/bin/env node
// Prints defs/classes/patrol.yaml from the national table of parts and matters of city management.
//
//     node tools/classes.mjs parts_and_matters.csv > defs/classes/patrol.yaml
//
// The table is CSV, plain or gzip, with a header row: kind (管理部件 or 管理事项), code (01001), category, name. It has
// codes and names only: limits and photos are the tables below. A new edition: run the command again and read the diff.
import {readFileSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';

const SCHEME = 'patrol';
// One district's published standard, by the matter's name [domain 3]; the units of time are its own.
const KNOWN = [
    [/^暴露垃圾$/, 'handle: 4wh'],
    [/^积存垃圾渣土$/, 'handle: 2wd'],
    [/^施工废弃料$/, 'handle: 4wh'], // there: 建筑垃圾
    [/^道路不洁$/, 'handle: 2wh'],
    [/^绿地脏乱$/, 'handle: 4wh'],
    [/^绿地异常$/, 'handle: 5wd'], // there: 绿地养护
    [/^私搭乱建$/, 'handle: 20wd'], // to its demolition; work is stopped within 4wh, the penalty follows in 7wd
];
// Nobody's rule: what a town may begin with until it writes its own. What endangers people at once is quicker.
const DEFAULTS = {
    P: {limits: 'handle: 3wd', photos: 'open: 1, close: 1'},
    E: {limits: 'handle: 1wd', photos: 'open: 1, close: 1'},
};
const URGENT = /井盖|占用消防通道|架空线缆脱落|道路积雪|动物尸体|燃气|高空悬吊/;
const URGENT_LIMITS = 'handle: 2h';
const TOPS = {P: '部件', E: '事件'};

function fail(message) {
    process.stderr.write(`classes: ${message}\n`);
    process.exit(1);
}

function readRows(path) {
    let bytes = readFileSync(path);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
    const [head, ...lines] = bytes.toString('utf8').replace(/^\uFEFF/, '').trimEnd().split(/\r?\n/);
    const names = head.split(',');
    const wanted = ['kind', 'code', 'category', 'name'];
    for (const w of wanted) if (!names.includes(w)) fail(`${path} has no column ${w}`);
    return lines.map((line) => {
        const cells = line.split(',');
        return Object.fromEntries(wanted.map((w) => [w, cells[names.indexOf(w)]]));
    });
}

const path = process.argv[2];
if (!path) fail('which table?');
const rows = readRows(path);
const parts = new Map(rows.filter((r) => r.kind === '管理部件').map((r) => [r.code, r.name]));
const matters = rows.filter((r) => r.kind === '管理事项');
if (parts.size === 0 || matters.length === 0) fail(`${path} has no parts or no matters`);
for (const code of parts.keys()) if (!matters.some((m) => m.code === code)) fail(`part ${code} has no matter`);

const out = [];
const say = (line) => out.push(line);
say(`# What a grid patrol finds: the parts and matters of GB/T 47678.5-2026, ${parts.size} about a part of the city and ${matters.length - parts.size} events. Codes and`);
say('# names are the table\'s; a matter about a part bears the part\'s name as its word. Printed by tools/classes.mjs.');
say('#');
say('# The table has no limits and no photos. Where one district\'s published standard names a matter its limit stands here');
say('# [domain 3]; the groups\' own (部件 3wd, 事件 1wd, one photo when opening and one when closing) and the 2h of what endangers');
say('# people at once are nobody\'s rule but a beginning: a town brings in its own with a list (docs/import.md).');
say('classes:');
say(`  scheme: ${SCHEME}`);
say('  rows:');
for (const top of Object.keys(TOPS)) {
    const d = DEFAULTS[top];
    say(`    - {code: ${top}, name: ${TOPS[top]}, limits: {${d.limits}}, photos: {${d.photos}}}`);
    const own = matters.filter((m) => parts.has(m.code) === (top === 'P'));
    const groups = new Map();
    for (const m of own) if (!groups.has(m.code.slice(0, 2))) groups.set(m.code.slice(0, 2), m.category);
    for (const [code, name] of groups) {
        say(`    - {code: "${code}", name: ${name}, parent: ${top}}`);
        for (const m of own.filter((x) => x.code.startsWith(code))) {
            const known = KNOWN.find(([re]) => re.test(m.name));
            const limits = known ? known[1] : URGENT.test(m.name) ? URGENT_LIMITS : '';
            const part = parts.get(m.code);
            const more = [limits && `, limits: {${limits}}`, part && `, words: ${part}`].filter(Boolean).join('');
            say(`    - {code: "${m.code}", name: ${m.name}, parent: "${code}"${more}}`);
        }
    }
}
process.stdout.write(`${out.join('\n')}\n`);
