// XLSX out: a workbook of one or more sheets, written row by row in flat memory; what is ready goes
// to the sink at once, so that a download begins with its first rows.
//
// Nothing that comes from outside is ever a formula: texts are texts, whatever they begin with.
// Long numbers given as text stay text (a spreadsheet rounds what has more than 15 digits).
#ifndef BH_FORMAT_XLSX_WRITE_H
#define BH_FORMAT_XLSX_WRITE_H

#include "format/zip_write.h"

enum {
    XLSX_ROWS_MAX = 1048576, // of a sheet: what spreadsheets take
    XLSX_COLUMNS_MAX = 16384,
    XLSX_CELL_MAX = 32767,      // UTF-16 units of a text; longer ones are cut
    XLSX_LINKS_MAX = 60000,     // of a sheet; spreadsheets refuse more than 65,530
    XLSX_LINK_MAX_BYTES = 2000, // a longer one is not set
    XLSX_SHEETS_MAX = 100,
    XLSX_WIDTH_MAX = 255, // characters
};

#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

enum xlsx_kind {
    XLSX_EMPTY,
    XLSX_TEXT,    // left, as text: also numbers of orders, phones, codes
    XLSX_NUMBER,  // number; not finite: empty
    XLSX_PERCENT, // number is the share: 0.914 is shown as 91.4%
    XLSX_DATE,    // us, its day
    XLSX_TIME,    // us, to the minute
    XLSX_HEAD,    // text in bold on grey, wrapped
    XLSX_TITLE,   // text, large
    XLSX_NOTE,    // text, wrapped
    XLSX_WRONG,   // text, marked: there is something wrong with it
};
struct xlsx_cell {
    enum xlsx_kind kind;
    str text;
    double number;
    int64_t us;
    str link; // http or https; of any kind that shows something
};
struct xlsx_sheet {
    str name;          // made fit: at most 31 characters, none of []:*?/\, once in the workbook
    const int *widths; // of the columns, in characters; 0: usual
    const bool *texts; // of the same columns: their empty cells are text; NULL: none
    size_t n_widths;
    int frozen; // rows that stay on top, also on every printed page; 0: none
};

struct xlsx_writer;
struct xlsx_writer *xlsx_write_new(
    struct arena *a, struct zip_sink sink, int64_t now_us, int zone_s);
// Begins a sheet and ends the one before. Names live as long as the writer.
void xlsx_write_sheet(struct xlsx_writer *x, const struct xlsx_sheet *s);
// The next row. False, and nothing written, when the sheet is full: begin another.
bool xlsx_write_row(struct xlsx_writer *x, const struct xlsx_cell *cells, size_t n) MUST_USE;
// One cell from this one to that one, both counted from 1; of the present sheet.
void xlsx_write_merge(struct xlsx_writer *x, int row, int column, int to_row, int to_column);
// Cells of the column from this row on offer what stands in a column of another sheet below its
// first row; another value is taken after a warning. Of the present sheet, all counted from 1.
void xlsx_write_choice(
    struct xlsx_writer *x, int column, int from_row, str list_sheet, int list_column, int options);
// False when the workbook is too large for its format (4 GiB packed).
bool xlsx_write_end(struct xlsx_writer *x) MUST_USE;

void xlsx_write_free(struct xlsx_writer *x); // at any time; NULL is fine

struct xlsx_cell xlsx_text(str text);
struct xlsx_cell xlsx_head(str text);
struct xlsx_cell xlsx_number(double number);

#endif
