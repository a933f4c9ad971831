// XLSX in: the cells of a sheet as text, row by row, in flat memory however large the workbook is.
// Texts a workbook shares are kept in memory while they are few and in a temporary file beyond.
//
// A cell becomes the text that a person would type: a date "2026-11-02" or "2026-11-02 09:30:00"
// (both day counts, 1900 with its 29 February that never was, and 1904), a number without blanks
// ("1.23456789012346E+17" where digits are lost), TRUE and FALSE, an error as it is shown ("#N/A"),
// a formula's last result. A formula that was never computed is "#CALC!". Readings of Chinese and
// Japanese words (phonetic runs) are left out.
//
// Files come from outside: a workbook that is protected, of an older format, broken, larger than
// the limits when unpacked, or that brings a document type along is refused with a note on what to
// do.
#ifndef BH_FORMAT_XLSX_READ_H
#define BH_FORMAT_XLSX_READ_H

#include "base/err.h"

enum {
    XLSX_READ_SHEETS_MAX = 200,
    XLSX_READ_COLUMNS_MAX = 500,
    XLSX_READ_CELL_MAX_BYTES = 64 * KIB, // longer texts are cut
    XLSX_READ_ROW_MAX_BYTES = 1 * MIB,
    XLSX_READ_ROWS_MAX = 1048576,
    XLSX_READ_MERGES_MAX = 2000, // of the first rows
    XLSX_READ_MERGE_ROWS = 60,   // those
};
// A sheet unpacked, and all shared texts together.
#define XLSX_READ_SHEET_MAX_BYTES (INT64_C(4) * 1024 * MIB)
#define XLSX_READ_STRINGS_MAX INT64_C(20000000)

struct xlsx_read_sheet {
    str name;
    bool hidden;
    str part; // where it stands in the archive
};
struct xlsx_read_merge { // cells that are shown as one, both ends included, counted from 1
    int64_t row, column, to_row, to_column;
};

struct xlsx_book;
// NULL and a note when it is none. Close it in any case.
struct xlsx_book *xlsx_read_open(struct arena *a, str path, struct err *e) MUST_USE;
struct xlsx_book *xlsx_read_open_bytes(struct arena *a, str bytes, struct err *e) MUST_USE;
void xlsx_read_close(struct xlsx_book *b);

const struct xlsx_read_sheet *xlsx_read_sheets(const struct xlsx_book *b, size_t *n);
bool xlsx_read_1904(const struct xlsx_book *b);
// Merged cells among the first rows. Reads the sheet to its end.
enum err_code xlsx_read_merges(struct xlsx_book *b, size_t sheet, struct xlsx_read_merge **out,
    size_t *n, struct err *e) MUST_USE;

// Goes to the first row of a sheet.
enum err_code xlsx_read_begin(struct xlsx_book *b, size_t sheet, struct err *e) MUST_USE;
// The next row that holds something: its cells from the first column on, valid until the next call.
// False at the end, and with a note when the sheet is broken.
bool xlsx_read_next(struct xlsx_book *b, str **cells, size_t *n, int64_t *row, struct err *e);
bool xlsx_read_hidden(const struct xlsx_book *b); // the row just read
// How much of the sheet is read, and how long it is.
int64_t xlsx_read_bytes(const struct xlsx_book *b);
int64_t xlsx_read_bytes_total(const struct xlsx_book *b);

// A day count and its fraction as the text of a date or an instant; false when it is none.
bool xlsx_read_serial(struct arena *a, double serial, bool from_1904, str *out) MUST_USE;

#endif
