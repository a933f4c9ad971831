#include "store/years.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/crypt.h"
#include "store/db_sqlite.h"
#include "store/files.h"
#include "store/shapes.h"

enum { YEAR_NUMBERS = 8, SCRIPT_BYTES_MAX = 64 * KIB };

static const char *const TABLES[] = {"item", "item_doc", "event"};
#define TABLE_NAMES "('item', 'item_doc', 'event')"

struct years_cache {
    bool known;
    unsigned version; // of the database
    struct years y;
};

// ---- the setting

static void widen_span(struct years *all, const struct year *y)
{
    all->last_us = y->last_us > all->last_us ? y->last_us : all->last_us;
    all->changed_us = y->changed_us > all->changed_us ? y->changed_us : all->changed_us;
}

// A line for each, eight numbers.
bool years_parse(str text, struct years *out)
{
    str line, word;
    *out = (struct years){0};
    while (str_cut(&text, '\n', &line)) {
        int64_t v[YEAR_NUMBERS];
        size_t n = 0;
        while (n < YEAR_NUMBERS && str_cut(&line, ' ', &word) && str_i64(word, &v[n]))
            n++;
        if (n != YEAR_NUMBERS || out->n == YEARS_MAX)
            return false;
        struct year y = {v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]};
        out->v[out->n++] = y;
        widen_span(out, &y);
    }
    return true;
}

str years_text(struct arena *a, const struct years *y)
{
    struct buf b;
    buf_init(&b, a, YEARS_TEXT_MAX);
    for (size_t i = 0; i < y->n; i++) {
        const struct year *x = &y->v[i];
        buf_fmt(&b,
            "%s%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
            " %" PRId64,
            i > 0 ? "\n" : "", x->year, x->made, x->items, x->events, x->first_us, x->last_us,
            x->changed_us, x->stamp);
    }
    CHECK(!b.overflow);
    return buf_str(&b);
}

// The setting as it stands in this connection's state. False when there is none, or it failed.
static bool read_setting(struct db *db, int64_t town, char text[YEARS_TEXT_MAX + 1])
{
    struct cursor c =
        db_rows(db, "SELECT val FROM setting WHERE town = ?1 AND key = 'years'", V(town));
    text[0] = '\0';
    if (db_next(&c)) {
        str x = db_str(&c, 0);
        if (x.n <= YEARS_TEXT_MAX && x.n > 0)
            memcpy(text, x.s, x.n);
        text[x.n <= YEARS_TEXT_MAX ? x.n : 0] = '\0';
    }
    db_done(&c);
    return text[0] != '\0' && !db_failed(db);
}

// No statement: the number SQLite compares to know whether its pages are still true.
static unsigned state_of(sqlite3 *handle)
{
    unsigned version = 0;
    (void)sqlite3_file_control(handle, "main", SQLITE_FCNTL_DATA_VERSION, &version);
    return version;
}

void years_known(struct db *db, int64_t town, struct years *out)
{
    char text[YEARS_TEXT_MAX + 1];
    *out = (struct years){0};
    if (db_is_pg(db) || db_failed(db))
        return;
    sqlite3 *handle = sqlite_of(db)->handle;
    if (!db->seen)
        db->seen = NEW(db->arena, struct years_cache);
    struct years_cache *k = db->seen;
    // A state is taken with the first statement that reads; of what this connection writes itself
    // the number of the state says nothing.
    bool taken = sqlite3_txn_state(handle, "main") != SQLITE_TXN_NONE;
    if (!k->known || !taken || k->version != state_of(handle) || db->mode == DB_WRITE) {
        k->y = (struct years){0};
        if (read_setting(db, town, text) && !years_parse(str_of(text), &k->y))
            db_fail(db, ERR_STORE, "the setting years is damaged");
        k->known = !db_failed(db);
        k->version = state_of(handle);
    }
    *out = k->y;
}

// ---- files

str years_folder(struct db *db, struct arena *a)
{
    const char *name = db_is_pg(db) ? NULL : sqlite3_db_filename(sqlite_of(db)->handle, "main");
    if (!name || !*name)
        return (str){0};
    return str_fmt(a, "%.*s/years", STR_ARG(files_folder(a, str_of(name))));
}

str years_path(struct arena *a, str folder, int64_t year)
{
    return str_fmt(a, "%.*s/%04" PRId64 ".db", STR_ARG(folder), year);
}

bool years_origin(struct db *db, int64_t town, uint8_t out[YEAR_ORIGIN_BYTES])
{
    struct cursor c = db_rows(
        db, "SELECT hash FROM event WHERE town = ?1 AND item = 0 ORDER BY id LIMIT 1", V(town));
    bool found = db_next(&c) && db_str(&c, 0).n == YEAR_ORIGIN_BYTES;
    if (found)
        memcpy(out, db_str(&c, 0).s, YEAR_ORIGIN_BYTES);
    db_done(&c);
    return found;
}

// Why one cannot be used; a sentence of both languages.
static void fail_file(struct db *db, str path, const char *expected, const char *en, const char *zh)
{
    if (db_failed(db))
        return;
    db_fail_in(db, ERR_STORE, en, path);
    (void)snprintf(db->note_zh, sizeof(db->note_zh), "%s", zh);
    (void)snprintf(db->note_field, sizeof(db->note_field), "%.*s", STR_ARG(path));
    (void)snprintf(db->note_expected, sizeof(db->note_expected), "%s", expected);
}

// How the tables are made.
static str shape(struct db *db, struct arena *a)
{
    struct cursor c = db_rows_inner(db,
        "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema"
        " WHERE type = 'table' AND name IN " TABLE_NAMES " ORDER BY name)",
        NULL, 0);
    str text = db_next(&c) ? db_dup(&c, 0, a) : (str){0};
    db_done(&c);
    return text;
}

// Whose it is, and whether it is as new as the town says.
static void check_meta(struct db *db, struct db *file, int64_t town, const struct year *y, str path)
{
    uint8_t origin[YEAR_ORIGIN_BYTES];
    bool has_origin = years_origin(db, town, origin);
    const struct val v[] = {val_i64(town), val_i64(y->year)};
    struct cursor c = db_rows_inner(file,
        "SELECT made, origin, stamp FROM year_file WHERE town = ?1 AND year = ?2", v, ARRAY_LEN(v));
    bool ours = db_next(&c);
    str said = ours ? db_str(&c, 1) : (str){0};
    ours = ours && has_origin && said.n == sizeof(origin) &&
           memcmp(said.s, origin, sizeof(origin)) == 0 &&
           (y->stamp == 0 || y->stamp == db_i64(&c, 2));
    int64_t made = ours ? db_i64(&c, 0) : 0;
    db_done(&c);
    if (!ours)
        fail_file(db, path, "the year file of this town and year",
            "is not the file of this town and year", "不是本镇该年度的年度库文件");
    else if (made < y->made)
        fail_file(db, path, "the year file that was detached last",
            "is older than the one this town relies on", "比本镇所依据的年度库文件旧");
}

// Looked at by itself first, so that what is wrong can be said of the file it is about.
static void check_file(
    struct db *db, struct arena *a, str folder, int64_t town, const struct year *y)
{
    str path = years_path(a, folder, y->year);
    struct err quiet;
    err_init(&quiet, a, LANG_EN);
    if (access(path.s, R_OK) != 0) {
        fail_file(db, path, "the file as it was detached, or as it is in a backup",
            errno == ENOENT ? "this year file is missing, so old items cannot be looked up"
                            : "this year file may not be read",
            errno == ENOENT ? "缺少这个年度库文件，往年事项无法查询" : "无权读取这个年度库文件");
        return;
    }
    struct db *file = db_sqlite_open(path, DB_READ, &quiet);
    str there = file ? shape(file, a) : (str){0};
    if (!file || db_failed(file) || there.n == 0)
        fail_file(db, path, "the year file of this town and year", "is not a year file",
            "不是年度库文件");
    else if (!str_eq(there, shape(db, a)))
        fail_file(db, path, "a file made by this version of the program",
            "its tables are those of another version", "表结构与当前程序版本不同");
    else
        check_meta(db, file, town, y, path);
    db_close(file);
}

// ---- the connection that reads all of it

static void add_quoted(struct buf *b, str path)
{
    buf_byte(b, '\'');
    for (size_t i = 0; i < path.n; i++) {
        if (path.s[i] == '\'')
            buf_byte(b, '\'');
        buf_byte(b, path.s[i]);
    }
    buf_byte(b, '\'');
}

static void add_view(struct buf *b, const char *table, const struct years *y)
{
    bool event = strcmp(table, "event") == 0, doc = strcmp(table, "item_doc") == 0;
    buf_fmt(b, "CREATE TEMP VIEW %s%s AS SELECT * FROM main.%s", table, doc ? "_all" : "", table);
    for (size_t i = 0; i < y->n; i++)
        buf_fmt(b,
            " UNION ALL SELECT y.* FROM y%" PRId64 ".%s AS y WHERE NOT EXISTS"
            " (SELECT 1 FROM main.item AS t WHERE t.town = y.town AND t.id = y.%s)",
            y->v[i].year, table, event ? "item" : "id");
    buf_addz(b, ";");
    if (!doc)
        return;
    buf_addz(b, "CREATE VIRTUAL TABLE temp.item_doc USING years_doc(");
    for (size_t i = 0; i < y->n; i++)
        buf_fmt(b, "%sy%" PRId64, i > 0 ? "," : "", y->v[i].year);
    buf_addz(b, ");");
}

static struct db *open_wide(
    struct db *db, struct arena *a, int64_t town, const char *text, const struct years *y)
{
    struct buf b;
    struct err e;
    str folder = years_folder(db, a);
    buf_init(&b, a, SCRIPT_BYTES_MAX);
    err_init(&e, a, LANG_EN);
    buf_addz(&b, "PRAGMA temp_store=memory;"); // setting it later would drop the views
    for (size_t i = 0; i < y->n && !db_failed(db); i++) {
        check_file(db, a, folder, town, &y->v[i]);
        buf_addz(&b, "ATTACH ");
        add_quoted(&b, years_path(a, folder, y->v[i].year));
        buf_fmt(&b, " AS y%" PRId64 ";", y->v[i].year);
    }
    for (size_t i = 0; i < ARRAY_LEN(TABLES) && y->n > 0; i++)
        add_view(&b, TABLES[i], y);
    if (db_failed(db))
        return NULL;
    CHECK(!b.overflow); // ten paths, each as long as a path may be
    const char *path = sqlite3_db_filename(sqlite_of(db)->handle, "main");
    buf_byte(&b, '\0');
    struct db *wide = db_sqlite_open_with(str_of(path), DB_READ, b.s, &e);
    if (!wide)
        db_fail(db, ERR_STORE, str_z(a, err_text(&e, a)));
    else
        wide->attached = str_z(wide->arena, str_of(text));
    return wide;
}

static bool in_transaction(const struct db *db)
{
    return db->ops->in_transaction(db);
}

// Its state has the years it has attached; else db->wide is closed and now says which it needs.
static bool begin_wide(struct db *db, int64_t town, char now[YEARS_TEXT_MAX + 1])
{
    db_rollback(db->wide); // an error of before
    db_read_begin(db->wide);
    (void)read_setting(db->wide, town, now);
    if (db_failed(db->wide)) {
        db_fail(db, db->wide->failed, db->wide->note);
        db_rollback(db->wide);
        return false;
    }
    if (strcmp(now, db->wide->attached) == 0)
        return true;
    db_close(db->wide);
    db->wide = NULL;
    return false;
}

static struct db *find_wide(struct db *db, struct arena *a, int64_t town)
{
    char text[YEARS_TEXT_MAX + 1];
    struct years y;
    if (!read_setting(db, town, text))
        return NULL;
    for (int tries = 0; tries < YEARS_SAME_TRIES && !db_failed(db); tries++) {
        if (!years_parse(str_of(text), &y)) {
            db_fail(db, ERR_STORE, "the setting years is damaged");
            return NULL;
        }
        if (!db->wide)
            db->wide = open_wide(db, a, town, text, &y);
        if (db->wide && begin_wide(db, town, text))
            return db->wide;
    }
    if (!db_failed(db))
        db_fail(db, ERR_BUSY, "years are being detached just now");
    return NULL;
}

struct db *years_reader(struct db *db, int64_t town)
{
    if (db_is_pg(db) || db->attached || db_failed(db))
        return NULL;
    if (db->wide && in_transaction(db->wide))
        return db->wide;
    struct arena *a = arena_new();
    struct db *wide = find_wide(db, a, town);
    arena_free(a);
    return wide;
}

void years_reader_end(struct db *db)
{
    if (db->wide)
        db_rollback(db->wide);
}

enum err_code years_shrink(struct db *db, struct arena *a, str folder, struct err *e)
{
    if (db_is_pg(db))
        return OK;
    // Where SQLite looks for room first; as it stands, it would be in memory.
    if (setenv("SQLITE_TMPDIR", str_z(a, folder), 1) != 0)
        return files_failed(e, "SQLITE_TMPDIR");
    db_script(db, S("PRAGMA temp_store=file; VACUUM; PRAGMA temp_store=memory"));
    db_checkpoint(db, true);
    return db_status(db, e);
}

// ---- rows

static str insert_sql(char out[SCRIPT_BYTES_MAX], const char *table, int columns)
{
    int n = snprintf(out, SCRIPT_BYTES_MAX, "INSERT INTO %s VALUES (", table);
    for (int i = 1; i <= columns; i++)
        n += snprintf(out + n, (size_t)(SCRIPT_BYTES_MAX - n), "%s?%d", i > 1 ? ", " : "", i);
    n += snprintf(out + n, (size_t)(SCRIPT_BYTES_MAX - n), ") ON CONFLICT DO NOTHING");
    return (str){out, (size_t)n};
}

// As they are, whatever the columns. What stands there already stays.
static void copy_rows(struct db *from, struct db *to, const char *table, struct cursor *c)
{
    char text[SCRIPT_BYTES_MAX];
    struct stmt *put = NULL;
    str sql = {0};
    while (!db_failed(to) && db_next(c)) {
        sqlite3_stmt *row = ((struct stmt *)c->stmt)->handle;
        int n = sqlite3_column_count(row);
        if (!put) {
            sql = insert_sql(text, table, n);
            put = stmt_get(to, STMT_COMPOSED, sql);
        }
        if (!put || !db_ready(to, sql))
            break;
        sqlite3_stmt *s = put->handle;
        for (int i = 0; i < n; i++)
            (void)sqlite3_bind_value(s, i + 1, sqlite3_column_value(row, i));
        (void)to->ops->step(to, s);
        (void)to->ops->reset(to, s);
    }
    db_done(c);
    if (db_failed(from) && !db_failed(to))
        db_fail(to, from->failed, from->note);
}

void years_copy_item(struct db *from, struct db *to, int64_t town, int64_t id)
{
    struct cursor c =
        db_rows(from, "SELECT * FROM item WHERE town = ?1 AND id = ?2", V(town), V(id));
    copy_rows(from, to, "item", &c);
    c = db_rows(from, "SELECT * FROM item_doc WHERE town = ?1 AND id = ?2", V(town), V(id));
    copy_rows(from, to, "item_doc", &c);
    c = db_rows(from, "SELECT * FROM event WHERE town = ?1 AND item = ?2 AND item > 0 ORDER BY id",
        V(town), V(id));
    copy_rows(from, to, "event", &c);
}

bool years_bring(struct db *db, int64_t town, int64_t id)
{
    struct db *wide = years_reader(db, town);
    if (!wide)
        return false;
    bool there = db_one_i64(wide, 0, "SELECT id FROM item WHERE town = ?1 AND id = ?2", V(town),
                     V(id)) == id;
    if (there)
        years_copy_item(wide, db, town, id);
    else if (db_failed(wide))
        db_fail(db, wide->failed, wide->note);
    years_reader_end(db);
    return there && !db_failed(db);
}

// ---- making one

static void make_tables(struct db *from, struct db *file, struct arena *a)
{
    struct cursor c = db_rows_inner(from,
        "SELECT sql FROM sqlite_schema WHERE tbl_name IN " TABLE_NAMES
        " AND sql IS NOT NULL ORDER BY type DESC, name",
        NULL, 0);
    while (db_next(&c))
        db_script(file, db_dup(&c, 0, a));
    db_script(file, S("CREATE TABLE year_file (town INTEGER NOT NULL, year INTEGER NOT NULL,"
                      " stamp INTEGER NOT NULL,"
                      " made INTEGER NOT NULL, origin BLOB NOT NULL, at_us INTEGER NOT NULL,"
                      " at_id INTEGER NOT NULL, PRIMARY KEY (town, year)) STRICT, WITHOUT ROWID"));
}

static bool has_tables(struct db *file)
{
    struct cursor c = db_rows_inner(
        file, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'year_file'", NULL, 0);
    bool there = db_next(&c);
    db_done(&c);
    return there;
}

static void run_inner(struct db *file, const char *sql, const struct val *v, size_t n)
{
    struct cursor c = db_rows_inner(file, sql, v, n);
    (void)db_next(&c);
    db_done(&c);
}

struct year_mark years_mark(struct db *file, int64_t town)
{
    struct year_mark m = {0};
    const struct val v[] = {val_i64(town)};
    struct cursor c = db_rows_inner(
        file, "SELECT made, stamp, at_us, at_id FROM year_file WHERE town = ?1", v, ARRAY_LEN(v));
    if (db_next(&c))
        m = (struct year_mark){db_i64(&c, 0), db_i64(&c, 1), db_i64(&c, 2), db_i64(&c, 3)};
    db_done(&c);
    return m;
}

void years_set_mark(struct db *file, int64_t town, const struct year_mark *m)
{
    const struct val v[] = {val_i64(town), val_i64(m->made), val_i64(m->at_us), val_i64(m->at_id)};
    run_inner(file, "UPDATE year_file SET made = ?2, at_us = ?3, at_id = ?4 WHERE town = ?1", v,
        ARRAY_LEN(v));
}

struct db *years_make(
    struct db *from, struct arena *a, str path, int64_t town, const struct year *y, struct err *e)
{
    uint8_t origin[YEAR_ORIGIN_BYTES];
    int64_t stamp;
    crypt_random(&stamp, sizeof(stamp));
    stamp = (stamp & INT64_MAX) | 1; // 0 stands for none
    bool has_origin = years_origin(from, town, origin);
    struct db *file = db_open(path, DB_WRITE, e);
    if (!file)
        return NULL;
    db_begin(file);
    if (!has_tables(file))
        make_tables(from, file, a);
    const struct val v[] = {val_i64(town), val_i64(y->year), val_i64(stamp),
        val_blob((str){(const char *)origin, sizeof(origin)})};
    run_inner(file,
        "INSERT INTO year_file (town, year, stamp, made, origin, at_us, at_id)"
        " VALUES (?1, ?2, ?3, 0, ?4, 0, 0) ON CONFLICT DO NOTHING",
        v, ARRAY_LEN(v));
    if (has_origin && db_commit(file, e) == OK) {
        shapes_write(file);
        struct year wanted = {.year = y->year, .stamp = y->stamp};
        check_meta(from, file, town, &wanted, path);
    }
    if (db_status(from, e) == OK && db_status(file, e) == OK && has_origin)
        return file;
    db_close(file);
    return NULL;
}

enum err_code years_finish(struct db *file, str path, struct err *e)
{
    db_checkpoint(file, true);
    db_script(file, S("PRAGMA journal_mode=DELETE"));
    enum err_code code = db_status(file, e);
    str log = str_fmt(e->arena, "%.*s-wal", STR_ARG(path));
    db_close(file);
    // Renamed without its log it would lack what stands there.
    if (code == OK && access(log.s, F_OK) == 0)
        return err_add(e, ERR_BUSY, path, S(""), "somebody else has the year file open",
            "年度库文件正被其他程序打开");
    return code == OK ? files_sync(path.s, e) : code;
}
