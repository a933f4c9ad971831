// What the server says when it refuses, as one value pages can show. No DOM here: tested in node.

/** A refused or failed call. status 0 means the server could not be reached. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {{errors?: object[], more?: number, current?: object, yours?: number}} body more: mistakes beyond those told
   */
  constructor(status, body = {}) {
    const errors = Array.isArray(body.errors) ? body.errors : [];
    super(errors.length ? errors[0].message : `status ${status}`);
    this.status = status;
    this.errors = errors;
    this.more = body.more || 0;
    this.current = body.current || null;
    this.yours = body.yours || null;
  }

  /** True for a stale version with the item as it now stands. */
  get conflict() {
    return this.status === 409 && !!this.current;
  }

  /** True when nothing answered. */
  get offline() {
    return this.status === 0;
  }
}

/**
 * The name a form uses for an error's field: "fields.reply" and "/fields/reply" are both "reply".
 * @param {string} field
 * @returns {string}
 */
export function fieldName(field) {
  const flat = String(field || '')
    .replace(/^\//, '')
    .replace(/\//g, '.');
  return flat.replace(/^fields\./, '').replace(/(\[\d+\]|\.\d+)$/, '');
}

/**
 * Errors by form field; several for one field are joined.
 * @param {{field?: string, message: string, expected?: string}[]} errors
 * @returns {Record<string, string>}
 */
export function errorsByField(errors) {
  const out = {};
  for (const e of errors) {
    const name = fieldName(e.field);
    const text = withExpected(e);
    out[name] = out[name] ? `${out[name]} ${text}` : text;
  }
  return out;
}

/**
 * The message with what was expected, unless the message says it already.
 * @param {{message: string, expected?: string}} e
 * @returns {string}
 */
export function withExpected(e) {
  const message = e.message || e.code || '';
  if (!e.expected || message.includes(e.expected)) return message;
  return /[\u3400-\u9fff]/.test(message) ? `${message}（${e.expected}）` : `${message} (${e.expected})`;
}

/**
 * Column of a filter error, from 1, or 0. The server gives it as a number or within the message.
 * @param {{column?: number, message?: string}} e
 * @returns {number}
 */
export function errorColumn(e) {
  if (e.column > 0) return e.column;
  const m = /(?:column|col\.?|第)\s*(\d+)/i.exec(e.message || '');
  return m ? Number(m[1]) : 0;
}

/**
 * Line and column of a definition error: "12:5: …", "line 12, column 5" or "第 12 行第 5 列".
 * @param {{line?: number, column?: number, field?: string, message?: string}} e
 * @returns {{line: number, column: number}}
 */
export function errorPlace(e) {
  if (e.line > 0) return { line: e.line, column: e.column || 0 };
  const text = `${e.field || ''} ${e.message || ''}`;
  const m =
    /(\d+):(\d+)/.exec(text) ||
    /line (\d+),? col(?:umn)? (\d+)/i.exec(text) ||
    /第\s*(\d+)\s*行[，,]?\s*第\s*(\d+)\s*列/.exec(text);
  return m ? { line: Number(m[1]), column: Number(m[2]) } : { line: 0, column: 0 };
}
