// A city's board: the towns of one database side by side, and their sum. Each town's figures come
// from its own counters by a question of its own, so no statement needs two of a city's servers.
#ifndef BH_DOMAIN_CITY_H
#define BH_DOMAIN_CITY_H

#include "domain/board.h"

struct city_row {
    int64_t town; // its number; 0: the sum
    str name;
    int64_t *tallies;
    struct board_rate *rates;
};
struct city_out {
    struct rules *first;   // of the first town
    const struct def *def; // its definition: its tallies and rates are the columns
    struct city_row *rows; // by number
    size_t n;
    struct city_row total; // rates of the sums
};

// Everything but the rules lives in a; whatever comes of it, city_free gives these up. ERR_MISSING
// when a town does not have the loop, ERR_CONFLICT when two towns do not count the same.
enum err_code city_read(struct db *db, struct arena *a, str loop, str period, int64_t now_us,
    struct city_out *out, struct err *e) MUST_USE;
void city_free(struct city_out *out);

#endif
