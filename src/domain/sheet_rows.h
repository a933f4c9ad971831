// A small CSV read whole into memory by the names of its columns, each cell with the place it
// stands at. For the lists a town is set up from; sheets of orders are read by import.h.
#ifndef BH_DOMAIN_SHEET_ROWS_H
#define BH_DOMAIN_SHEET_ROWS_H

#include "base/err.h"

enum { SHEET_COLUMNS_MAX = 12, SHEET_ROWS_MAX = 50000 };

struct sheet_column {
    const char *name, *title; // either may stand in the first row: "code", "代码"
    bool needed;              // the column, not a value in every row
};
struct sheet_row {
    int line;
    str cells[SHEET_COLUMNS_MAX];   // in the order of the columns asked for; empty: none
    int columns[SHEET_COLUMNS_MAX]; // which column of the sheet it is, from 1; 0: not in the sheet
};
// NULL and notes when the sheet has not these columns or is broken.
struct sheet_row *sheet_rows(struct arena *a, str text, const struct sheet_column *columns,
    size_t n_columns, size_t *n, struct err *e);

#endif
