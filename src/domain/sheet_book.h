// A table that goes out as a workbook: its figures, and on the last sheet the rules and the filters
// they came by, when and from what. Scores and boards are written with it.
#ifndef BH_DOMAIN_SHEET_BOOK_H
#define BH_DOMAIN_SHEET_BOOK_H

#include "domain/ctx.h"
#include "format/xlsx_write.h"

enum {
    SHEET_BOOK_BYTES_MAX = 32 * MIB,
    SHEET_CSV_BYTES_MAX = 16 * MIB,
    SHEET_WIDTH_NAME = 26, // of the column of names, and of one of figures, in characters
    SHEET_WIDTH_FIGURE = 11,
};

struct sheet_book {
    struct ctx *c;
    struct arena *a;
    str address; // of the server, "http://town:8080", for links from figures to lists; empty: none
    bool zh;
    int row; // rows written to this sheet
    // its own
    struct xlsx_writer *w;
    struct buf out;
    struct xlsx_cell *cells;
    size_t n;
    bool full;
};

// columns: of the widest sheet.
void sheet_book_new(struct sheet_book *b, struct ctx *c, str address, size_t columns);
// A sheet with a column of names and further ones of figures, of which the first rows stay on top.
void sheet_book_table(struct sheet_book *b, str name, size_t columns, int frozen);
void sheet_book_put(struct sheet_book *b, struct xlsx_cell cell); // the next cell of the row
void sheet_book_end_row(struct sheet_book *b);
void sheet_book_line(struct sheet_book *b, enum xlsx_kind kind, str text); // a row of one cell
// The cell with a link to the list of that filter.
struct xlsx_cell sheet_book_linked(const struct sheet_book *b, struct xlsx_cell cell, str filter);
// The sheet of rules, its rows, and a heading between them.
void sheet_book_rules(struct sheet_book *b);
void sheet_book_rule(struct sheet_book *b, str name, str text, str source);
void sheet_book_rule_head(struct sheet_book *b, str name, str text);
// "—": what a figure without a base is.
void sheet_book_blank_rule(struct sheet_book *b);
// The workbook; empty when it is larger than one may be.
str sheet_book_end(struct sheet_book *b) MUST_USE;

#endif
