#include "store/move.h"

#include <string.h>
#include "store/db_pg_copy.h"

enum {
    CHUNK_ROWS = 1000,    // read at once: a server's answer is held in memory
    COMMIT_ROWS = 50000,  // over a file
    PROGRESS_ROWS = 1000, // between two words about it
    SQL_BYTES_MAX = 16 * KIB,
    ROW_BYTES_MAX = 1024 * MIB,
};

// ---- what there is

static struct cursor columns_of(struct db *db)
{
    return db_is_pg(db) ? db_rows_inner(db,
                              "SELECT c.relname, a.attname, format_type(a.atttypid, NULL),"
                              " coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0)"
                              " FROM pg_class AS c JOIN pg_index AS i ON i.indrelid = c.oid AND "
                              "i.indisprimary"
                              " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0"
                              " AND NOT a.attisdropped"
                              " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
                              " AND c.relnamespace = current_schema()::regnamespace"
                              " ORDER BY c.relname COLLATE \"C\", a.attnum",
                              NULL, 0)
                        : db_rows_inner(db,
                              "SELECT t.name, c.name, c.type, c.pk"
                              " FROM sqlite_schema AS t JOIN pragma_table_info(t.name, 'main') AS c"
                              " WHERE t.type = 'table' ORDER BY t.name, c.cid",
                              NULL, 0);
}

static enum move_kind kind_of(str type)
{
    static const struct {
        str name;
        enum move_kind kind;
    } kinds[] = {
        {S("INTEGER"), MOVE_I64},
        {S("REAL"), MOVE_F64},
        {S("TEXT"), MOVE_TEXT},
        {S("BLOB"), MOVE_BLOB},
        {S("bigint"), MOVE_I64},
        {S("double precision"), MOVE_F64},
        {S("text"), MOVE_TEXT},
        {S("json"), MOVE_TEXT}, // kept letter by letter; jsonb would not be
        {S("bytea"), MOVE_BLOB},
    };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_eq(type, kinds[i].name))
            return kinds[i].kind;
    return MOVE_UNKNOWN;
}

static const struct move_column *key_column(const struct move_table *t, size_t place)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->columns[i].key == (int)place)
            return &t->columns[i];
    return NULL;
}

static bool of_town(const struct move_table *t)
{
    const struct move_column *first = key_column(t, 1);
    return first && str_eq(first->name, S("town")) && !str_starts(t->name, S("bihuan_"));
}

struct move_table *move_tables(struct db *db, struct arena *a, size_t *n)
{
    struct move_table *all = NULL;
    size_t found = 0;
    struct cursor c = columns_of(db);
    while (db_next(&c)) {
        if (found == 0 || !str_eq(all[found - 1].name, db_str(&c, 0))) {
            if (found > 0 && !of_town(&all[found - 1]))
                found--;
            struct move_table fresh = {.name = db_dup(&c, 0, a)};
            VEC_PUSH(a, all, found) = fresh;
        }
        struct move_table *t = &all[found - 1];
        struct move_column x = {
            .name = db_dup(&c, 1, a), .kind = kind_of(db_str(&c, 2)), .key = (int)db_i64(&c, 3)};
        t->n_key += x.key > 0;
        VEC_PUSH(a, t->columns, t->n) = x;
    }
    *n = found > 0 && !of_town(&all[found - 1]) ? found - 1 : found;
    return all;
}

static bool same_columns(const struct move_table *x, const struct move_table *y)
{
    bool same = x->n == y->n && x->n <= MOVE_COLUMNS_MAX;
    for (size_t i = 0; same && i < x->n; i++)
        same = x->columns[i].kind != MOVE_UNKNOWN && x->columns[i].kind == y->columns[i].kind &&
               x->columns[i].key == y->columns[i].key &&
               str_eq(x->columns[i].name, y->columns[i].name);
    return same;
}

static enum err_code same_tables(
    const struct move *m, const struct move_table *other, size_t n, struct err *e)
{
    for (size_t i = 0; i < m->n || i < n; i++)
        if (i >= m->n || i >= n || !str_eq(m->tables[i].name, other[i].name) ||
            !same_columns(&m->tables[i], &other[i]))
            return err_add(e, ERR_INVALID, i < m->n ? m->tables[i].name : other[i].name, S(""),
                "the two databases do not have the same tables", "两个数据库的表结构不一致");
    return OK;
}

// ---- texts of statements; every name is the catalogue's

static void add_names(struct buf *b, const struct move_table *t, bool key)
{
    // Of the key, in its order and without the town, which is the same in all rows.
    for (size_t i = key ? 2 : 0; key ? i <= t->n_key : i < t->n; i++)
        buf_fmt(b, "%s\"%.*s\"", i == (key ? 2 : 0) ? "" : ", ",
            STR_ARG(key ? key_column(t, i)->name : t->columns[i].name));
}

static str read_sql(struct arena *a, const struct move_table *t, bool first)
{
    struct buf b;
    buf_init(&b, a, SQL_BYTES_MAX);
    buf_addz(&b, "SELECT ");
    add_names(&b, t, false);
    buf_fmt(&b, " FROM \"%.*s\" WHERE town = ?1", STR_ARG(t->name));
    if (!first) {
        buf_addz(&b, " AND (");
        add_names(&b, t, true);
        buf_addz(&b, ") > (");
        for (size_t i = 2; i <= t->n_key; i++)
            buf_fmt(&b, "%s?%zu", i == 2 ? "" : ", ", i);
        buf_byte(&b, ')');
    }
    if (t->n_key > 1) {
        buf_addz(&b, " ORDER BY ");
        add_names(&b, t, true);
    }
    buf_fmt(&b, " LIMIT %d", CHUNK_ROWS);
    CHECK(!b.overflow);
    return buf_str(&b);
}

static str write_sql(struct arena *a, const struct move_table *t, bool pg)
{
    struct buf b;
    buf_init(&b, a, SQL_BYTES_MAX);
    buf_fmt(&b, pg ? "COPY \"%.*s\" (" : "INSERT INTO \"%.*s\" (", STR_ARG(t->name));
    add_names(&b, t, false);
    buf_addz(&b, pg ? ") FROM STDIN" : ") VALUES (");
    for (size_t i = 1; !pg && i <= t->n; i++)
        buf_fmt(&b, "%s?%zu", i == 1 ? "" : ", ", i);
    buf_addz(&b, pg ? "" : ")");
    buf_byte(&b, 0); // for libpq
    CHECK(!b.overflow);
    return str_sub(buf_str(&b), 0, b.n - 1);
}

static struct cursor of_table(
    struct db *db, struct arena *a, const char *verb, const struct move_table *t, int64_t town)
{
    const struct val v[] = {val_i64(town)};
    str sql = str_fmt(a, "%s FROM \"%.*s\" WHERE town = ?1", verb, STR_ARG(t->name));
    return db_rows_composed(db, sql, v, 1);
}

// ---- reading a table

// Called with each row in the order of the key.
typedef void each_row(void *arg, const struct val *v);

struct walk {
    struct move *m;
    struct db *db;
    struct move_table *t;
    each_row *each; // NULL: only read
    void *arg;
    int64_t *done; // rows of the phase

    int64_t rows;
    uint8_t hash[CRYPT_HASH_BYTES];
    struct arena *row;                  // of one row
    struct arena *place[2];             // of where the next chunk begins, by turns
    struct val after[MOVE_COLUMNS_MAX]; // the town, and the rest of the last row's key
    struct buf bytes;                   // of one row, for the hash
};

static void fetch(const struct walk *w, const struct cursor *c, struct val *v)
{
    for (size_t i = 0; i < w->t->n; i++) {
        int at = (int)i;
        if (db_null(c, at))
            v[i] = VAL_NONE;
        else if (w->t->columns[i].kind == MOVE_I64)
            v[i] = val_i64(db_i64(c, at));
        else if (w->t->columns[i].kind == MOVE_F64)
            v[i] = val_f64(db_f64(c, at) + 0.0); // a file has no -0.0
        else if (w->t->columns[i].kind == MOVE_TEXT)
            v[i] = val_str(db_str(c, at));
        else
            v[i] = val_blob(db_dup(c, at, w->row)); // the next one may take its place
    }
}

// Type, length and content of every value, so that no two different rows have the same bytes.
static void digest(struct walk *w, const struct val *v)
{
    w->bytes.n = 0;
    for (size_t i = 0; i < w->t->n; i++) {
        const void *content = v[i].type == VAL_F64   ? (const void *)&v[i].f
                              : v[i].type == VAL_I64 ? (const void *)&v[i].i
                                                     : v[i].s.s;
        uint64_t n = v[i].type == VAL_NULL                          ? 0
                     : v[i].type == VAL_F64 || v[i].type == VAL_I64 ? sizeof(v[i].i)
                                                                    : v[i].s.n;
        buf_byte(&w->bytes, (char)v[i].type);
        buf_add(&w->bytes, (str){(const char *)&n, sizeof(n)});
        buf_add(&w->bytes, (str){content, n});
    }
    CHECK(!w->bytes.overflow); // no row is nearly as large
    const str parts[] = {{(const char *)w->hash, sizeof(w->hash)}, buf_str(&w->bytes)};
    uint8_t next[CRYPT_HASH_BYTES];
    crypt_sha256_parts(parts, ARRAY_LEN(parts), next);
    memcpy(w->hash, next, sizeof(next));
}

static void remember(struct walk *w, const struct val *v)
{
    struct arena *a = w->place[0];
    w->place[0] = w->place[1];
    w->place[1] = a;
    arena_reset(a);
    for (size_t i = 2; i <= w->t->n_key; i++) {
        struct val x = v[key_column(w->t, i) - w->t->columns];
        x.s = str_dup(a, x.s);
        w->after[i - 1] = x;
    }
}

static int chunk(struct walk *w, str sql, size_t n_values)
{
    struct val v[MOVE_COLUMNS_MAX];
    int rows = 0;
    struct cursor c = db_rows_composed(w->db, sql, w->after, n_values);
    while (db_next(&c)) {
        arena_reset(w->row);
        fetch(w, &c, v);
        digest(w, v);
        w->rows++;
        if (w->each)
            w->each(w->arg, v);
        if (++*w->done % PROGRESS_ROWS == 0 && w->m->progress)
            w->m->progress(w->m->arg, *w->done, w->m->rows);
        if (++rows == CHUNK_ROWS)
            remember(w, v);
    }
    db_done(&c);
    return rows;
}

static void walk_table(struct walk *w)
{
    struct arena *a = arena_new();
    w->rows = 0;
    memset(w->hash, 0, sizeof(w->hash));
    w->row = arena_new();
    w->place[0] = arena_new();
    w->place[1] = arena_new();
    w->after[0] = val_i64(w->m->town);
    buf_init(&w->bytes, a, ROW_BYTES_MAX);
    int rows = chunk(w, read_sql(a, w->t, true), 1);
    str next = w->t->n_key > 1 ? read_sql(a, w->t, false) : S("");
    while (rows == CHUNK_ROWS && next.n > 0 && !db_failed(w->db))
        rows = chunk(w, next, w->t->n_key);
    arena_free(w->place[0]);
    arena_free(w->place[1]);
    arena_free(w->row);
    arena_free(a);
}

// ---- the plan

enum err_code move_plan(struct move *m, struct err *e)
{
    size_t n;
    m->tables = move_tables(m->from, m->arena, &m->n);
    struct move_table *other = move_tables(m->to, m->arena, &n);
    if (db_status(m->from, e) != OK || db_status(m->to, e) != OK ||
        same_tables(m, other, n, e) != OK)
        return e->code;
    m->rows = 0;
    for (size_t i = 0; i < m->n; i++) {
        struct cursor c = of_table(m->from, m->arena, "SELECT count(*)", &m->tables[i], m->town);
        m->rows += db_next(&c) ? db_i64(&c, 0) : 0;
        db_done(&c);
        c = of_table(m->to, m->arena, "SELECT count(*)", &m->tables[i], m->town);
        bool there = db_next(&c) && db_i64(&c, 0) > 0;
        db_done(&c);
        if (there)
            return err_add(e, ERR_CONFLICT, S("town"), (str){0},
                "the database holds the town %" PRId64 " already (table %.*s)",
                "数据库里已有镇 %" PRId64 "（表 %.*s）", m->town, STR_ARG(m->tables[i].name));
    }
    return db_status(m->from, e) == OK ? db_status(m->to, e) : e->code;
}

// ---- copying

struct target {
    struct move *m;
    struct move_table *t;
    str insert;
    struct pg_copy copy;
    int64_t uncommitted; // rows
    struct err *e;
};

static void insert_row(void *arg, const struct val *v)
{
    struct target *to = arg;
    struct cursor c = db_rows_composed(to->m->to, to->insert, v, to->t->n);
    (void)db_next(&c);
    db_done(&c);
    if (++to->uncommitted < COMMIT_ROWS || db_failed(to->m->to))
        return;
    to->uncommitted = 0;
    if (db_commit(to->m->to, to->e) != OK)
        return; // and the connection says so
    db_checkpoint(to->m->to, false);
    db_begin(to->m->to);
}

static void copy_row(void *arg, const struct val *v)
{
    struct target *to = arg;
    pg_copy_row(&to->copy, v, to->t->n);
}

static enum err_code copy_table(struct target *to, int64_t *done)
{
    struct move *m = to->m;
    bool pg = db_is_pg(m->to);
    struct arena *a = arena_new();
    str sql = write_sql(a, to->t, pg);
    struct walk w = {.m = m,
        .db = m->from,
        .t = to->t,
        .each = pg ? copy_row : insert_row,
        .arg = to,
        .done = done};
    to->insert = sql;
    if (pg)
        pg_copy_begin(&to->copy, m->to, sql.s, a);
    if (!db_failed(m->to))
        walk_table(&w);
    if (pg)
        pg_copy_end(&to->copy, !db_failed(m->from));
    arena_free(a);
    to->t->rows = w.rows;
    memcpy(to->t->hash, w.hash, sizeof(w.hash));
    // A server has no figures about rows it has just got, and would read them all for each
    // question.
    if (pg)
        db_script(m->to, str_fmt(m->arena, "ANALYZE (SKIP_LOCKED) \"%.*s\"", STR_ARG(to->t->name)));
    return db_status(m->from, to->e) == OK ? db_status(m->to, to->e) : to->e->code;
}

enum err_code move_rows(struct move *m, struct err *e)
{
    struct target to = {.m = m, .e = e};
    int64_t done = 0;
    enum err_code code = OK;
    for (size_t i = 0; code == OK && i < m->n; i++) {
        to.t = &m->tables[i];
        code = copy_table(&to, &done);
    }
    return code;
}

// ---- proving

enum err_code move_compare(struct move *m, struct err *e)
{
    int64_t done = 0;
    size_t before = e->n + e->dropped;
    for (size_t i = 0; i < m->n && !db_failed(m->to); i++) {
        const struct move_table *t = &m->tables[i];
        struct walk w = {.m = m, .db = m->to, .t = &m->tables[i], .done = &done};
        walk_table(&w);
        if (db_failed(m->to))
            break;
        if (w.rows != t->rows)
            (void)err_add(e, ERR_STORE, t->name, (str){0},
                "%" PRId64 " rows were read, and %" PRId64 " have arrived",
                "读出 %" PRId64 " 行，写入后为 %" PRId64 " 行", t->rows, w.rows);
        else if (!crypt_equal(w.hash, t->hash, sizeof(w.hash)))
            (void)err_add(e, ERR_STORE, t->name, (str){0},
                "what has arrived is not what was read: some value differs",
                "写入的内容与读出的不同");
    }
    if (db_status(m->to, e) != OK)
        return e->code;
    return e->n + e->dropped > before ? ERR_STORE : OK;
}

void move_remove(struct move *m)
{
    for (size_t i = 0; i < m->n; i++) {
        struct cursor c = of_table(m->to, m->arena, "DELETE", &m->tables[i], m->town);
        (void)db_next(&c);
        db_done(&c);
    }
}
