#include "store/shapes.h"

#include "base/buf.h"
#include "store/db_inner.h"

enum { SHAPE_BYTES_MAX = 200, ROWS_DEFAULT = 10000, SHARE_DEFAULT = 100 };

// A town with a million items, of which 20,000 are open, and some hundred units. First the rows of
// the index, then for each further column how many rows share one value of all columns up to it.
// The primary key of a clustered table goes by the table's name.
static const struct {
    const char *name, *shape;
} shapes[] = {
    {"setting", "20 20 1"},
    {"unit", "200 200 1"},
    {"unit_code", "200 200 1"},
    {"unit_past", "50 50 2 1"},
    {"class", "300 300 1"},
    {"class_code", "300 300 150 1"},
    {"person", "300 300 1"},
    {"person_login", "300 300 1"},
    {"person_role", "500 500 2 1 1"},
    {"session", "1000 1000 1"},
    {"sqlite_autoindex_def_1", "60 60 1"},
    {"def_version", "60 60 20 3 1"},
    {"sqlite_autoindex_item_1", "1000000 1000000 1"},
    {"item_no", "1000000 1000000 1"},
    {"item_queue", "20000 20000 100 2 1 1 1"},
    {"item_open", "20000 20000 2 1 1 1"},
    {"item_due", "22000 22000 2 1"},
    {"item_alarm", "20000 20000 2 1"},
    {"item_filed", "1000000 1000000 2 1 1 1"},
    {"item_changed", "1000000 1000000 2 1"},
    {"item_closed", "980000 980000 2 1 1 1 1"},
    {"item_unit", "1000000 1000000 900000 2 1 1"},
    {"item_unit_closed", "980000 980000 880000 2 1 1 1"},
    {"item_waits", "2000 2000 1"},
    {"item_recheck", "9000 9000 30 1"},
    {"item_solid", "60000 60000 2 1"},
    {"item_gathered", "20000 20000 20 2 1"},
    {"item_gone", "1000 1000 2 1"},
    {"item_kept", "30000 30000 3000 2 1 1 1 1"},
    {"item_kept_name", "30000 30000 3000 2 1"},
    {"item_kept_changed", "30000 30000 3000 2 1"},
    {"sqlite_autoindex_item_doc_1", "1000000 1000000 1"},
    {"item_spot", "300000 300000 6000 60 1"},
    {"text_block", "200 200 1"},
    {"text_gram", "5000000 5000000 25000 1"},
    {"part", "1100000 1100000 2 1"},
    {"part_open", "25000 25000 125 1 1"},
    {"link", "50000 50000 3 2 1"},
    {"item_key", "1000000 1000000 500000 500000 1"},
    {"cadence", "60000 60000 60000 20000 4 1"},
    {"cadence_until", "60000 60000 60000 20000 4000 4000 1 1"},
    {"sqlite_autoindex_event_1", "8000000 8000000 1"},
    {"event_item", "8000000 8000000 8 1"},
    {"event_town", "200000 200000 1"},
    {"event_reveal", "20000 20000 1"},
    {"caller", "800000 800000 1"},
    {"caller_phone", "700000 700000 2 1"},
    {"sealed", "100000 100000 3 1"},
    {"file", "300000 300000 3 1"},
    {"tally", "4000000 4000000 2000000 400000 2000 60 20 8 1"},
    {"seq", "2000 2000 400 1"},
    {"idem", "20000 20000 100 1"},
    {"idem_age", "20000 20000 1"},
    {"sqlite_autoindex_job_1", "200 200 1"},
    {"batch_row", "1000000 1000000 20000 1"},
    {"saved_view", "600 600 3 1"},
    {"saved_view_shared", "60 60 10 1"},
    {"list_layout", "200 200 1"},
    {"watch", "3000 3000 10 1"},
    {"sqlite_autoindex_import_map_1", "20 20 1"},
    {"layer", "5 5 1"},
    {"layer_key", "5 5 1"},
    {"cell", "200 200 1"},
    {"cell_code", "200 200 50 2 1"},
    {"place", "2000 2000 1"},
    {"place_name", "2000 2000 1"},
};

static const char *shape_of(str name)
{
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
        if (str_eq(name, str_of(shapes[i].name)))
            return shapes[i].shape;
    return NULL;
}

// For an index nobody described: all rows share the first column, and a hundredth of them each
// further one, until the key is whole.
static str shape_guessed(struct arena *a, int64_t columns)
{
    struct buf b;
    buf_init(&b, a, SHAPE_BYTES_MAX);
    int64_t rows = ROWS_DEFAULT;
    buf_i64(&b, rows);
    for (int64_t i = 0; i < columns && !b.overflow; i++) {
        buf_byte(&b, ' ');
        buf_i64(&b, i + 1 == columns ? 1 : rows);
        rows = rows > SHARE_DEFAULT ? rows / SHARE_DEFAULT : 1;
    }
    return buf_str(&b);
}

struct shape {
    str table, index, text;
};

// Every index of every ordinary table, with what it should be told.
static struct shape *wanted(struct db *db, struct arena *a, size_t *n)
{
    struct shape *all = NULL;
    struct cursor c = db_rows_inner(db,
        "SELECT t.name, CASE WHEN t.wr = 1 AND l.origin = 'pk' THEN t.name ELSE l.name END,"
        " (SELECT count(*) FROM pragma_index_info(l.name))"
        " FROM pragma_table_list AS t JOIN pragma_index_list(t.name) AS l"
        " WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
        " ORDER BY 1, 2",
        NULL, 0);
    *n = 0;
    while (db_next(&c)) {
        struct shape s = {.table = db_dup(&c, 0, a), .index = db_dup(&c, 1, a)};
        const char *known = shape_of(s.index);
        str shape = known ? str_of(known) : shape_guessed(a, db_i64(&c, 2));
        // One search for each value of the columns in front is never what a statement means.
        s.text = str_fmt(a, "%.*s noskipscan", STR_ARG(shape));
        VEC_PUSH(a, all, *n) = s;
    }
    return all;
}

static bool table_there(struct db *db)
{
    struct cursor c = db_rows_inner(
        db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sqlite_stat1'", NULL, 0);
    bool there = db_next(&c);
    db_done(&c);
    return there;
}

// Are these the very rows that stand there?
static bool all_there(struct db *db, const struct shape *want, size_t n)
{
    if (!table_there(db))
        return n == 0;
    size_t i = 0;
    bool same = true;
    struct cursor c =
        db_rows_inner(db, "SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY 1, 2", NULL, 0);
    while (same && db_next(&c)) {
        same = i < n && str_eq(db_str(&c, 0), want[i].table) &&
               str_eq(db_str(&c, 1), want[i].index) && str_eq(db_str(&c, 2), want[i].text);
        i++;
    }
    db_done(&c);
    return same && i == n;
}

static void replace(struct db *db, const struct shape *want, size_t n)
{
    db_script(db, S("ANALYZE sqlite_schema;" // makes the table, and measures nothing
                    "DELETE FROM sqlite_stat1"));
    for (size_t i = 0; i < n; i++) {
        const struct val v[] = {
            val_str(want[i].table), val_str(want[i].index), val_str(want[i].text)};
        struct cursor c = db_rows_inner(
            db, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)", v, ARRAY_LEN(v));
        (void)db_next(&c);
        db_done(&c);
    }
}

void shapes_write(struct db *db)
{
    if (db_is_pg(db))
        return; // it measures its tables itself
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_EN);
    size_t n = 0;
    struct shape *want = wanted(db, a, &n);
    if (!all_there(db, want, n)) {
        db_begin(db);
        replace(db, want, n);
        if (db_commit(db, &e) == OK)
            db_script(db, S("ANALYZE sqlite_schema")); // reads the rows into this connection
    }
    arena_free(a);
}

str shapes_missing(struct db *db, struct arena *a)
{
    size_t n = 0;
    struct shape *all = wanted(db, a, &n);
    for (size_t i = 0; i < n; i++)
        if (!shape_of(all[i].index))
            return all[i].index;
    return S("");
}
