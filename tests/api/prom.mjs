// Reads the text format of Prometheus, version 0.0.4, as strictly as its description allows:
// https://prometheus.io/docs/instrumenting/exposition_formats/
import assert from 'node:assert/strict';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const TYPES = ['counter', 'gauge', 'histogram'];

function labels(text) {
  const out = {};
  const one = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
  while (one.lastIndex < text.length) {
    const m = one.exec(text);
    assert.ok(m, `labels: ${text}`);
    assert.ok(!(m[1] in out), `label twice: ${text}`);
    out[m[1]] = m[2].replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
  }
  return out;
}

function number(text) {
  if (['+Inf', '-Inf', 'NaN'].includes(text)) return { '+Inf': Infinity, '-Inf': -Infinity, NaN }[text];
  assert.match(text, /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/);
  return Number(text);
}

/** The name of the family a sample belongs to. */
const base = (f, name) => (f?.type === 'histogram' ? name.replace(/_(bucket|sum|count)$/, '') : name);

/** Families by name: {type, help, samples: [{name, labels, value}]}. Whatever is not right is an error. */
export function parse(text) {
  assert.ok(text.endsWith('\n'), 'the last line ends, too');
  const families = {};
  const seen = new Set();
  let at; // the family whose lines come now
  for (const line of text.slice(0, -1).split('\n')) {
    let m;
    if ((m = line.match(/^# HELP (\S+) (.+)$/))) {
      assert.match(m[1], NAME);
      assert.ok(!(m[1] in families), `HELP twice, or lines of a family apart: ${m[1]}`);
      at = { name: m[1], help: m[2], samples: [] };
      families[m[1]] = at;
    } else if ((m = line.match(/^# TYPE (\S+) (\S+)$/))) {
      assert.equal(m[1], at?.name, 'TYPE follows HELP');
      assert.ok(!at.type && at.samples.length === 0, `TYPE once, before the samples: ${line}`);
      assert.ok(TYPES.includes(m[2]), line);
      at.type = m[2];
    } else {
      m = line.match(/^([^\s{]+)(?:\{(.*)\})? (\S+)$/);
      assert.ok(m, `not a sample: ${JSON.stringify(line)}`);
      assert.match(m[1], NAME);
      assert.ok(at?.type, `a sample before its family: ${line}`);
      assert.equal(base(at, m[1]), at.name, 'lines of a family stand together');
      const key = `${m[1]}{${m[2] ?? ''}}`;
      assert.ok(!seen.has(key), `twice: ${key}`);
      seen.add(key);
      at.samples.push({ name: m[1], labels: labels(m[2] ?? ''), value: number(m[3]) });
    }
  }
  for (const f of Object.values(families)) check(f);
  return families;
}

function check(f) {
  assert.ok(f.type, `no TYPE: ${f.name}`);
  if (f.type === 'counter') {
    assert.match(f.name, /_total$/);
    for (const s of f.samples) assert.ok(s.value >= 0);
  }
  if (f.type !== 'histogram') return;
  const series = new Map();
  for (const s of f.samples) {
    const key = JSON.stringify({ ...s.labels, le: undefined });
    series.set(key, [...series.get(key) ?? [], s]);
  }
  for (const samples of series.values()) {
    const buckets = samples.filter((s) => s.name === `${f.name}_bucket`);
    const [sum] = samples.filter((s) => s.name === `${f.name}_sum`);
    const [count] = samples.filter((s) => s.name === `${f.name}_count`);
    assert.equal(samples.length, buckets.length + 2, 'buckets, a sum and a count');
    assert.ok(sum.value >= 0);
    let [bound, n] = [-Infinity, 0];
    for (const b of buckets) {
      assert.ok(number(b.labels.le) > bound, 'bounds rise');
      assert.ok(b.value >= n, 'buckets are cumulative');
      [bound, n] = [number(b.labels.le), b.value];
    }
    assert.equal(bound, Infinity, 'the last bucket holds all');
    assert.equal(n, count.value, '+Inf equals the count');
  }
}

/** The value of one sample; 0 when a counter has not begun. */
export function value(families, name, want = {}) {
  const f = families[name] ?? families[name.replace(/_(bucket|sum|count)$/, '')];
  assert.ok(f, `no family ${name}`);
  const found = f.samples.filter((s) => s.name === name && Object.entries(want).every(([k, v]) => s.labels[k] === v));
  assert.ok(found.length <= 1, `${name} ${JSON.stringify(want)} is not one sample`);
  return found[0]?.value ?? 0;
}
