// Composing one SELECT from literal fragments and bound values: for filters, and for nothing else.
// Fragments are literals (the macro refuses anything else), values are bound, so no text of a user
// is ever SQL.
#ifndef BH_STORE_SQLB_H
#define BH_STORE_SQLB_H

#include "base/buf.h"
#include "store/db.h"

enum { SQLB_VALS_MAX = 900, SQLB_BYTES_MAX = 64 * KIB };

struct sqlb {
    struct buf text;
    struct arena *arena;
    struct val *vals;
    size_t n;
    bool overflow; // too many values or too much text
};
void sqlb_init(struct sqlb *q, struct arena *a);
#define sqlb_add(q, sql) sqlb_add_((q), "" sql) // a literal fragment
void sqlb_add_(struct sqlb *q, const char *sql);
void sqlb_val(struct sqlb *q, struct val v); // writes ?n and binds it
// Binds the next number without writing it, for a text that names it itself (?1, the town).
void sqlb_bind(struct sqlb *q, struct val v);
// "column contains text", ASCII case folded on both sides; column is a literal.
#define sqlb_contains(q, column, text) sqlb_contains_((q), "" column, (text))
void sqlb_contains_(struct sqlb *q, const char *column, str text);
// "column is one of these numbers"; and " FROM" these numbers AS k, whose column is k.value, in the
// order of a join that begins with them. A list of any length is one value.
#define sqlb_in(q, db, column, ids, n) sqlb_in_((q), (db), "" column, (ids), (n))
void sqlb_in_(
    struct sqlb *q, const struct db *db, const char *column, const int64_t *ids, size_t n);
void sqlb_from_ids(struct sqlb *q, const struct db *db, const int64_t *ids, size_t n);
struct cursor sqlb_rows(struct db *db, struct sqlb *q) MUST_USE;
// The first column of the first row, 0 when there is none: for counts, which read many rows to say
// one number. On a read-only connection asked again from memory, until anyone has committed.
int64_t sqlb_i64(struct db *db, struct sqlb *q);

#endif
