// A table as a sheet: the figures as they are read, and behind them the rules they came by.
#ifndef BH_DOMAIN_SCORE_SHEET_H
#define BH_DOMAIN_SCORE_SHEET_H

#include "domain/score.h"

struct score_sheet {
    struct ctx *c;
    const struct score_table *table;
    str period;  // as it was asked for
    str address; // of the server, "http://town:8080", for links from figures to lists; empty: none
    // May this row be shown? NULL: all may.
    bool (*shows)(void *arg, const struct score_row *row);
    void *arg;
};
str score_sheet_csv(const struct score_sheet *x);
// A workbook: the table, and on a second sheet the rules, when it was made and from which version.
// Empty when it is larger than a workbook may be.
str score_sheet_xlsx(const struct score_sheet *x);

#endif
