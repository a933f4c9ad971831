// Boards over HTTP.
#ifndef BH_API_BOARDS_H
#define BH_API_BOARDS_H

#include "api/call.h"
#include "domain/board_compare.h"

// What a figure is of: of a sum of money "yuan".
#define BOARD_UNIT_HELP "yuan: what it adds up is money; else empty"
str board_unit(const struct def_tally *t);

extern const struct field BOARD_VIEW[], BOARD_QUERY[], BOARD_MONTHS_VIEW[], BOARD_MONTHS_QUERY[];

struct cells_view {
    struct f64s tallies;
    struct f64s rates;
};
struct board_row_view {
    int64_t id, depth;
    str name, filter;
    struct cells_view cells, before, year;
};
struct days_view {
    str from, to;
};
struct board_view {
    str loop, by, period, from, to;
    bool partial;
    struct days_view before, year;
    int64_t at_us;
    struct list tallies, rates, rows;
    struct board_row_view total;
};
// compared: b holds more than now.
void board_view(struct ctx *c, const struct board_compared *b, bool compared, struct board_view *v);
// Whoever may not read the whole town's boards reads those of a unit of his own. False and a note
// when he may not read that one's.
bool board_narrow(struct call *k, int64_t *unit);

enum err_code boards_get(struct call *k);
enum err_code boards_csv(struct call *k);
enum err_code boards_xlsx(struct call *k);
enum err_code boards_months(struct call *k);

#endif
