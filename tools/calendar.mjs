#!/usr/bin/env node
// Prints defs/calendars/workdays.yaml from a table of the State Council's yearly holiday notices.
//
//     node tools/calendar.mjs holidays.csv > defs/calendars/workdays.yaml
//
// The table is CSV, plain or gzip, one row a day, with a header row naming at least these columns:
//
//     year_file          the year whose notice states the day (notices reach into other years)
//     date               2026-01-01
//     name               元旦
//     off_or_makeup_work off, or work for a make-up workday
//     papers             addresses of the notices, separated by blanks
//
// A new notice comes out every November: add its rows to the table and run the command again.
import {readFileSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';

const SHIFTS = '09:00-11:30 13:30-17:30';
const DAY_MINUTES = 390; // 2.5 h + 4 h
const DAY_MS = 86_400_000;

function fail(message) {
    process.stderr.write(`calendar: ${message}\n`);
    process.exit(1);
}

function readRows(path) {
    let bytes = readFileSync(path);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
    const [head, ...lines] = bytes.toString('utf8').replace(/^\uFEFF/, '').trimEnd().split(/\r?\n/);
    const columns = head.split(',');
    const wanted = ['year_file', 'date', 'name', 'off_or_makeup_work', 'papers'];
    for (const column of wanted) {
        if (!columns.includes(column)) fail(`${path} has no column ${column}`);
    }
    return lines.map((line, i) => {
        const cells = line.split(',');
        if (cells.length !== columns.length || line.includes('"')) {
            fail(`${path}:${i + 2}: expected ${columns.length} unquoted cells`);
        }
        return Object.fromEntries(columns.map((column, j) => [column, cells[j]]));
    });
}

function checkRows(rows) {
    const seen = new Set();
    for (const {year_file, date, name, off_or_makeup_work} of rows) {
        const at = `${date} of ${year_file}`;
        if (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(Date.parse(date))) {
            fail(`${at}: not a date`);
        }
        if (!/^(off|work)$/.test(off_or_makeup_work)) fail(`${at}: neither off nor work`);
        if (!name || /[{}[\],:#&*!|>'"%@`\\]/.test(name)) fail(`${at}: the name needs quoting`);
        if (seen.has(date)) fail(`${at}: stands twice`);
        seen.add(date);
    }
}

// Days in a row of one notice, one name and one kind become one run.
function joinRuns(rows) {
    const runs = [];
    const kind = (x) => `${x.year_file} ${x.name} ${x.off_or_makeup_work}`;
    for (const row of [...rows].sort((a, b) => (a.date < b.date ? -1 : 1))) {
        const last = runs.at(-1);
        const nextDay = last && Date.parse(row.date) - Date.parse(last.to) === DAY_MS;
        if (nextDay && kind(last) === kind(row)) {
            last.to = row.date;
        } else {
            runs.push({...row, to: row.date});
        }
    }
    return runs;
}

function printYear(year, runs) {
    const papers = [...new Set(runs.flatMap((run) => run.papers.split(' ')).filter(Boolean))];
    const lines = [`  # ${year}年`, ...papers.map((paper) => `  # ${paper}`)];
    for (const {date, to, name, off_or_makeup_work} of runs) {
        const range = to === date ? '' : `, to: ${to}`;
        lines.push(`  - {date: ${date}${range}, ${off_or_makeup_work}: ${name}}`);
    }
    return lines;
}

const [path] = process.argv.slice(2);
if (!path) fail('usage: node tools/calendar.mjs holidays.csv > defs/calendars/workdays.yaml');
const rows = readRows(path);
checkRows(rows);
const runs = joinRuns(rows);
const years = [...new Set(rows.map((row) => Number(row.year_file)))].sort((a, b) => a - b);
if (years.at(-1) - years[0] + 1 !== years.length) fail('a year is missing in between');
const week = ['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => `  ${day}: "${SHIFTS}"`);
process.stdout.write(`${[
    '# Working days and hours. Made by tools/calendar.mjs: to add a year, see there.',
    '# Holidays and make-up workdays are those of the yearly notices of the General Office of the',
    '# State Council (国务院办公厅关于部分节假日安排的通知), whose addresses stand above each year.',
    'key: workdays',
    'title: 工作日历',
    'zone: "+08:00"',
    `day: ${DAY_MINUTES}min # the nominal working day: what 1wd means`,
    'week: # a weekday not listed is a day off',
    ...week,
    `make_up: "${SHIFTS}" # the shifts of a make-up workday`,
    `known: {from: ${years[0]}, to: ${years.at(-1)}} # outside these years the week alone decides`,
    'exceptions:',
    ...years.flatMap((year) => printYear(year, runs.filter((run) => +run.year_file === year))),
].join('\n')}\n`);
