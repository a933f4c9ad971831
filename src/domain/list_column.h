// The columns of a list: what every row says of itself, and any field, judge's answer, stamp or
// clock of a definition, named as a filter names them. A column is chosen, never computed: it shows
// what the item holds.
#ifndef BH_DOMAIN_LIST_COLUMN_H
#define BH_DOMAIN_LIST_COLUMN_H

#include "domain/ctx.h"
#include "domain/item.h"

enum { LIST_COLUMNS_MAX = 24, LIST_COLUMNS_BYTES_MAX = 1200 };

enum list_column_kind {
    COLUMN_ROW, // a member of every row: nothing has to be read for it
    COLUMN_RECEIVER,
    COLUMN_PARTS,
    COLUMN_ADDRESS,
    COLUMN_ROUND,
    COLUMN_EXTENSIONS,
    COLUMN_REOPENS,
    COLUMN_LEVEL,
    COLUMN_REPEAT,
    COLUMN_UNLOCKS,
    COLUMN_RECHECK,
    COLUMN_SOLID,
    COLUMN_RECURS,
    COLUMN_VERSION,
    COLUMN_FIELD, // kept in the item's fields
    COLUMN_TIME,  // the same, a moment
    COLUMN_NODE,  // title of the next node of its schedule
    COLUMN_CLOCK, // a clock's outcome, and while it runs its due time behind it
};
struct list_column {
    str name; // canonical: "no", "reply", "own.satisfied", "clock.handle"
    enum list_column_kind kind;
    str field; // COLUMN_FIELD, COLUMN_TIME: key in the item's fields; COLUMN_CLOCK: the clock's
};
struct list_columns {
    struct list_column *v;
    size_t n;
};
// Reads names with blanks between; English or Chinese. Unknown ones, one too many and one twice are
// noted under "columns".
enum err_code list_columns_read(struct arena *a, const struct rules *r, str text,
    struct list_columns *out, struct err *e) MUST_USE;
// Is it the name of a column that every item has?
bool list_column_own(str name);
// Canonical names with a blank between.
str list_columns_text(struct arena *a, const struct list_columns *columns);
// Does any of them need the item itself?
bool list_columns_want_item(const struct list_columns *columns);
// What the item shows in the column; times as RFC 3339. Empty: nothing.
str list_column_value(const struct ctx *c, const struct list_column *column, const struct item *it);

#endif
