// Workbooks for tests, apart from the program's own code: an archive taken to pieces and put together, and the cells of a sheet.
import { crc32 as nodeCrc, deflateRawSync, inflateRawSync } from 'node:zlib';

const TABLE = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

export function crc32(bytes) {
  if (nodeCrc) return nodeCrc(bytes);
  let c = 0xffffffff;
  for (const b of bytes) c = TABLE[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** The files of an archive by their names, as its directory at the end lists them; sizes and sums are checked. */
export function unzip(bytes) {
  const z = Buffer.from(bytes);
  const end = z.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('no directory at the end of the archive');
  const files = new Map();
  let at = z.readUInt32LE(end + 16);
  for (let i = 0; i < z.readUInt16LE(end + 10); i++) {
    if (z.readUInt32LE(at) !== 0x02014b50) throw new Error(`entry ${i} of the directory is broken`);
    const [method, crc, packed, size] = [z.readUInt16LE(at + 10), z.readUInt32LE(at + 16), z.readUInt32LE(at + 20), z.readUInt32LE(at + 24)];
    const [name, extra, comment] = [28, 30, 32].map((k) => z.readUInt16LE(at + k));
    const local = z.readUInt32LE(at + 42);
    const key = z.toString('utf8', at + 46, at + 46 + name);
    const from = local + 30 + z.readUInt16LE(local + 26) + z.readUInt16LE(local + 28);
    const body = z.subarray(from, from + packed);
    const content = method === 8 ? inflateRawSync(body) : body;
    if (content.length !== size || crc32(content) !== crc) throw new Error(`${key} is not what the directory says`);
    files.set(key, content);
    at += 46 + name + extra + comment;
  }
  return files;
}

/** An archive of these files: {name: text or bytes}. says: sizes the directory lies about, {name: size}. */
export function zip(files, { says = {}, store = false } = {}) {
  const parts = [];
  const directory = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const body = Buffer.from(content);
    const packed = store ? body : deflateRawSync(body, { level: 9 });
    const key = Buffer.from(name);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    [[20, 4], [0x800, 6], [store ? 0 : 8, 8], [0, 10], [0x21, 12]].forEach(([v, k]) => head.writeUInt16LE(v, k));
    head.writeUInt32LE(crc32(body), 14);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(says[name] ?? body.length, 22);
    head.writeUInt16LE(key.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    head.copy(entry, 6, 4, 30);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, key);
    parts.push(head, key, packed);
    at += head.length + key.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length / 2, 8);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}

const plain = (s) => s.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&').replace(/_x005F_/g, '_');

function columnAt(place) {
  let n = 0;
  for (const c of place.match(/^[A-Z]+/)[0]) n = n * 26 + c.charCodeAt(0) - 64;
  return n - 1;
}

/** The sheets of a workbook as our writer makes them: {name: {rows: [[{text, number, style, link}]], frozen, widths, xml}}. */
export function readBook(bytes) {
  const files = unzip(bytes);
  const text = (name) => files.get(name).toString('utf8');
  const book = {};
  let n = 0;
  for (const [, name] of text('xl/workbook.xml').matchAll(/<sheet name="([^"]*)"/g)) {
    const xml = text(`xl/worksheets/sheet${++n}.xml`);
    const rels = files.get(`xl/worksheets/_rels/sheet${n}.xml.rels`)?.toString('utf8') ?? '';
    const links = new Map([...xml.matchAll(/<hyperlink ref="([A-Z]+\d+)" r:id="(rId\d+)"/g)]
      .map(([, place, id]) => [place, plain(rels.match(new RegExp(`Id="${id}"[^>]*Target="([^"]*)"`))[1])]));
    const rows = [];
    for (const [, at, cells] of xml.matchAll(/<row r="(\d+)">(.*?)<\/row>/gs)) {
      const row = [];
      for (const [, place, style, type, inner] of cells.matchAll(/<c r="([A-Z]+\d+)" s="(\d+)"( t="inlineStr")?>(.*?)<\/c>/gs)) {
        const words = type ? plain(inner.match(/<t[^>]*>(.*?)<\/t>/s)[1]) : undefined;
        row[columnAt(place)] = { text: words, number: type ? undefined : Number(inner.match(/<v>(.*?)<\/v>/)[1]), style: Number(style), link: links.get(place) };
      }
      rows[at - 1] = row;
    }
    book[plain(name)] = { rows, xml, frozen: Number(xml.match(/ySplit="(\d+)"/)?.[1] ?? 0), widths: [...xml.matchAll(/<col [^>]*width="([\d.]+)"/g)].map((m) => Number(m[1])) };
  }
  return book;
}

const NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const escape = (s) => String(s).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const letters = (n) => (n >= 26 ? letters(Math.floor(n / 26) - 1) : '') + String.fromCharCode(65 + (n % 26));

/** Styles of the books below: 0 plain, 1 a date, 2 date and time in a format of its own, 3 percent, 4 a Chinese date. */
const STYLES = `<styleSheet ${NS}><numFmts count="1"><numFmt numFmtId="176" formatCode="[$-804]yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\\ hh:mm;@"/></numFmts>
<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="9"/><xf numFmtId="31"/></cellXfs></styleSheet>`;

/** One cell as XML: a text, a number, true, {date|time: serial}, {error}, {formula, value}, {rich: [..]}, {inline}, {raw: XML}. */
function cellXml(place, v, share) {
  if (v === null || v === undefined || v === '') return '';
  if (typeof v === 'string') return `<c r="${place}" t="s"><v>${share(`<t xml:space="preserve">${escape(v)}</t>`)}</v></c>`;
  if (typeof v === 'number') return `<c r="${place}"><v>${v}</v></c>`;
  if (typeof v === 'boolean') return `<c r="${place}" t="b"><v>${v ? 1 : 0}</v></c>`;
  if ('date' in v) return `<c r="${place}" s="1"><v>${v.date}</v></c>`;
  if ('time' in v) return `<c r="${place}" s="${v.style ?? 2}"><v>${v.time}</v></c>`;
  if ('error' in v) return `<c r="${place}" t="e"><v>${v.error}</v></c>`;
  if ('formula' in v) return `<c r="${place}"${typeof v.value === 'string' ? ' t="str"' : ''}><f>${escape(v.formula)}</f>${v.value === undefined ? '' : `<v>${escape(v.value)}</v>`}</c>`;
  if ('rich' in v) return `<c r="${place}" t="s"><v>${share(v.rich.map((x) => `<r><rPr><b/></rPr><t xml:space="preserve">${escape(x)}</t></r>`).join('') + (v.reading ? `<rPh sb="0" eb="1"><t>${v.reading}</t></rPh>` : ''))}</v></c>`;
  if ('inline' in v) return `<c r="${place}" t="inlineStr"><is><t>${escape(v.inline)}</t></is></c>`;
  return v.raw.replaceAll('PLACE', place);
}

/** A workbook made by hand. sheets: {name: rows, or {rows, merges, hidden, hiddenRows}}; rows: lists of cells, null for one left out.
 *  files: more of the archive, or others in place of these. */
export function makeBook(sheets, { date1904 = false, files = {}, says } = {}) {
  const texts = [];
  const known = new Map();
  const share = (xml) => {
    if (!known.has(xml)) known.set(xml, texts.push(xml) - 1);
    return known.get(xml);
  };
  const out = {};
  const list = Object.entries(sheets);
  list.forEach(([, given], i) => {
    const { rows, merges = [], hiddenRows = [] } = Array.isArray(given) ? { rows: given } : given;
    const body = rows.map((cells, r) => (cells ? `<row r="${r + 1}"${hiddenRows.includes(r + 1) ? ' hidden="1"' : ''}>${cells.map((v, c) => cellXml(`${letters(c)}${r + 1}`, v, share)).join('')}</row>` : '')).join('');
    out[`xl/worksheets/sheet${i + 1}.xml`] = `<?xml version="1.0" encoding="UTF-8"?><worksheet ${NS}><sheetData>${body}</sheetData>${merges.length ? `<mergeCells>${merges.map((m) => `<mergeCell ref="${m}"/>`).join('')}</mergeCells>` : ''}</worksheet>`;
  });
  const all = {
    '[Content_Types].xml': `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${[['workbook', 'sheet.main'], ['styles', 'styles'], ['sharedStrings', 'sharedStrings'], ...list.map((_, i) => [`worksheets/sheet${i + 1}`, 'worksheet'])].map(([part, type]) => `<Override PartName="/xl/${part}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${type}+xml"/>`).join('')}</Types>`,
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook ${NS}><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets>${list.map(([name, s], i) => `<sheet name="${escape(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"${s.hidden ? ' state="hidden"' : ''}/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${REL}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join('')}<Relationship Id="s" Type="${REL}/styles" Target="styles.xml"/><Relationship Id="t" Type="${REL}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
    'xl/styles.xml': STYLES,
    ...out,
    'xl/sharedStrings.xml': `<sst ${NS} count="${texts.length}">${texts.map((x) => `<si>${x}</si>`).join('')}</sst>`,
    ...files,
  };
  return zip(Object.fromEntries(Object.entries(all).filter(([, v]) => v !== null)), { says });
}
