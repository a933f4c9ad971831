// The statements that stand in the source as literals, read from it: so also those are judged that
// no test happens to run.
#ifndef BH_TESTS_PLANS_LITERALS_H
#define BH_TESTS_PLANS_LITERALS_H

#include "base/str.h"

struct literal {
    str sql;
    str where; // file:line
};
// Every literal given to db_run, db_change, db_rows, db_one_i64 or db_one_str below a folder. One
// whose text is not a plain literal has an empty sql.
struct literal *literals_below(struct arena *a, const char *folder, size_t *n);

#endif
