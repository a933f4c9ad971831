// CSV in and out. In: libcsv (RFC 4180 and the habits of spreadsheets), UTF-8 with or without BOM,
// GB18030 by iconv. Out: UTF-8 with BOM, CRLF, quoted as needed; a cell that a spreadsheet would
// take for a formula gets a leading quote.
#ifndef BH_FORMAT_CSV_H
#define BH_FORMAT_CSV_H

#include "base/buf.h"
#include "base/err.h"

enum { CSV_CELL_MAX_BYTES = 64 * KIB, CSV_COLUMNS_MAX = 500, CSV_ROW_MAX_BYTES = 1 * MIB };

enum csv_encoding { CSV_AUTO, CSV_UTF8, CSV_GB18030 };

// A reader over a file, in flat memory. Rows are counted from 1 (the header, if there is one, is
// row 1).
struct csv_reader;
struct csv_reader *csv_open(
    struct arena *a, str path, enum csv_encoding enc, struct err *e) MUST_USE;
// The same over a text in memory, for small imports.
struct csv_reader *csv_open_text(
    struct arena *a, str text, enum csv_encoding enc, struct err *e) MUST_USE;
// The next row's cells, valid until the next call; false at the end or on a broken file (a note,
// with the row as line). Blank rows are skipped but counted. Cells are valid UTF-8, trimmed of
// surrounding white space and BOM.
bool csv_next(struct csv_reader *r, str **cells, size_t *n, int64_t *row, struct err *e);
int64_t csv_bytes_read(const struct csv_reader *r);
int64_t csv_bytes_total(const struct csv_reader *r);
enum csv_encoding csv_encoding_found(const struct csv_reader *r);
void csv_close(struct csv_reader *r);

// Writing one row into a buffer.
void csv_write_bom(struct buf *b);
void csv_write_row(struct buf *b, const str *cells, size_t n);

#endif
