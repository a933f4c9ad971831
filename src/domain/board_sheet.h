// A board as a sheet: the figures as they are read, and behind them the filters they count by.
#ifndef BH_DOMAIN_BOARD_SHEET_H
#define BH_DOMAIN_BOARD_SHEET_H

#include "domain/board_compare.h"

struct board_sheet {
    struct ctx *c;
    const struct board_in *in;
    const struct board_compared *board;
    bool compared; // board holds more than now: a sheet each for the two other periods
    str address;   // of the server, for links from figures to lists; empty: none
};
// What is on now, under one header.
str board_sheet_csv(const struct board_sheet *x);
// A workbook: the board, what it is compared with, and a sheet of its rules. Empty when it is
// larger than a workbook may be.
str board_sheet_xlsx(const struct board_sheet *x);

#endif
