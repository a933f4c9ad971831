#include "store/sqlb.h"

#include "base/buf.h"
#include "base/memo.h"
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

// As the one store or the other reads it.
static struct val list_of(struct arena *a, bool pg, const int64_t *ids, size_t n)
{
    enum { NUMBER_BYTES = 21 };
    struct buf b;
    buf_init(&b, a, n * NUMBER_BYTES + 2);
    buf_addz(&b, pg ? "" : "[");
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_byte(&b, ',');
        buf_i64(&b, ids[i]);
    }
    buf_addz(&b, pg ? "" : "]");
    CHECK(!b.overflow);
    return val_str(buf_str(&b));
}

void sqlb_in_(struct sqlb *q, const struct db *db, const char *column, const int64_t *ids, size_t n)
{
    bool pg = db_is_pg(db);
    sqlb_add_(q, column);
    sqlb_add_(q, pg ? " = ANY (CAST(string_to_array(" : " IN (SELECT value FROM json_each(");
    sqlb_val(q, list_of(q->arena, pg, ids, n));
    sqlb_add_(q, pg ? ", ',') AS BIGINT[]))" : "))");
}

void sqlb_from_ids(struct sqlb *q, const struct db *db, const int64_t *ids, size_t n)
{
    bool pg = db_is_pg(db);
    sqlb_add_(q, pg ? " FROM unnest(CAST(string_to_array(" : " FROM json_each(");
    sqlb_val(q, list_of(q->arena, pg, ids, n));
    sqlb_add_(q, pg ? ", ',') AS BIGINT[])) AS k(value)" : ") AS k");
}

struct cursor sqlb_rows(struct db *db, struct sqlb *q)
{
    if (q->overflow) {
        db_fail(db, ERR_LIMIT, "too many values or too much text in a filter");
        return (struct cursor){.db = db};
    }
    return db_rows_composed(db, buf_str(&q->text), q->vals, q->n);
}

// The statement and its values, apart from any other.
static str key_of(const struct sqlb *q)
{
    struct buf b;
    buf_init(&b, q->arena, 2 * SQLB_BYTES_MAX);
    buf_add(&b, buf_str(&q->text));
    for (size_t i = 0; i < q->n; i++) {
        const struct val *v = &q->vals[i];
        bool text = v->type == VAL_STR || v->type == VAL_BLOB;
        str bytes = text ? v->s : (str){(const char *)&v->i, sizeof(v->i)};
        if (v->type == VAL_F64)
            bytes = (str){(const char *)&v->f, sizeof(v->f)};
        buf_byte(&b, (char)v->type);
        buf_i64(&b, (int64_t)bytes.n);
        buf_byte(&b, ':');
        buf_add(&b, bytes);
    }
    return b.overflow ? (str){0} : buf_str(&b);
}

static int64_t ask(struct db *db, struct sqlb *q)
{
    struct cursor c = sqlb_rows(db, q);
    int64_t n = db_next(&c) ? db_i64(&c, 0) : 0;
    db_done(&c);
    return n;
}

int64_t sqlb_i64(struct db *db, struct sqlb *q)
{
    struct memo *memo = db_memo(db);
    str key = memo && !q->overflow ? key_of(q) : (str){0};
    if (key.n == 0)
        return ask(db, q);
    db_read_begin(db); // the version and the count are of one state
    const int64_t *known = memo_get(memo, (uint64_t)db_data_version(db), key);
    int64_t n = known ? *known : ask(db, q);
    if (!known && !db_failed(db)) {
        int64_t *kept = NEW(memo_arena(memo), int64_t);
        *kept = n;
        memo_put(memo, key, kept);
    }
    db_read_end(db);
    return n;
}
