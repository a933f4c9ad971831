#include "store/sqlb.h"

#include "base/buf.h"
#include "store/db_inner.h"

void sqlb_init(struct sqlb *q, struct arena *a)
{
    *q = (struct sqlb){.arena = a};
    buf_init(&q->text, a, SQLB_BYTES_MAX);
}

void sqlb_add_(struct sqlb *q, const char *sql)
{
    buf_addz(&q->text, sql);
    q->overflow |= q->text.overflow;
}

void sqlb_bind(struct sqlb *q, struct val v)
{
    if (q->n == SQLB_VALS_MAX)
        q->overflow = true;
    if (!q->overflow)
        VEC_PUSH(q->arena, q->vals, q->n) = v;
}

void sqlb_val(struct sqlb *q, struct val v)
{
    sqlb_bind(q, v);
    if (q->overflow)
        return;
    buf_byte(&q->text, '?');
    buf_i64(&q->text, (int64_t)q->n);
    q->overflow |= q->text.overflow;
}

void sqlb_contains_(struct sqlb *q, const char *column, str text)
{
    // Not LIKE: its wildcards would need escaping, and its folding differs between the stores.
    sqlb_add_(q, "instr(lower(");
    sqlb_add_(q, column);
    sqlb_add_(q, "),");
    sqlb_val(q, val_str(str_lower(q->arena, text)));
    sqlb_add_(q, ")>0");
}

struct cursor sqlb_rows(struct db *db, struct sqlb *q)
{
    if (q->overflow) {
        db_fail(db, ERR_LIMIT, "too many values or too much text in a filter");
        return (struct cursor){.db = db};
    }
    return db_rows_composed(db, buf_str(&q->text), q->vals, q->n);
}
