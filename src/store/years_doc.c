#include "store/years_doc.h"

#include <stdio.h>
#include <string.h>
#include "store/years.h"

enum { COLUMNS = 7, SOURCES_MAX = YEARS_MAX + 1, TEXT_MAX = 300 };
enum { COLUMN_TOWN, COLUMN_ID };
enum { BY_KEY = 1, ALL, ALL_AFTER, ALL_FROM }; // how xFilter was asked

#define COLUMN_NAMES "town, id, text, address, lat, lon, doc"

struct table {
    sqlite3_vtab base; // first
    sqlite3 *db;
    char sources[SOURCES_MAX][20];
    sqlite3_stmt *by_key[SOURCES_MAX];
    int n, last; // last: the year that had the row before
};
struct place {
    sqlite3_vtab_cursor base;    // first
    sqlite3_value *row[COLUMNS]; // of BY_KEY: copies, so that the statement serves everybody
    sqlite3_stmt *all;
    bool more;
};

static void forget_row(struct place *p)
{
    for (int i = 0; i < COLUMNS; i++) {
        sqlite3_value_free(p->row[i]);
        p->row[i] = NULL;
    }
}

// ---- the table

static int disconnect(sqlite3_vtab *base)
{
    struct table *t = (struct table *)base;
    for (int i = 0; i < t->n; i++)
        (void)sqlite3_finalize(t->by_key[i]);
    sqlite3_free(t);
    return SQLITE_OK;
}

static int make(
    sqlite3 *db, void *arg, int n, const char *const *words, sqlite3_vtab **out, char **message)
{
    (void)arg, (void)message;
    int rc = sqlite3_declare_vtab(db, "CREATE TABLE item_doc (" COLUMN_NAMES ")");
    if (rc != SQLITE_OK)
        return rc;
    struct table *t = sqlite3_malloc(sizeof(*t));
    if (!t)
        return SQLITE_NOMEM;
    *t = (struct table){.db = db, .n = 1, .last = 1};
    (void)snprintf(t->sources[0], sizeof(t->sources[0]), "main");
    for (int i = 3; i < n && t->n < SOURCES_MAX; i++) // module, schema and table come first
        (void)snprintf(t->sources[t->n++], sizeof(t->sources[0]), "%s", words[i]);
    *out = &t->base;
    return SQLITE_OK;
}

// All rows there are are few beside a join's other side, but never a way to begin it.
static int choose(sqlite3_vtab *base, sqlite3_index_info *x)
{
    int town = -1, id = -1, after = -1;
    (void)base;
    for (int i = 0; i < x->nConstraint; i++) {
        const struct sqlite3_index_constraint *c = &x->aConstraint[i];
        bool equal = c->op == SQLITE_INDEX_CONSTRAINT_EQ;
        if (!c->usable)
            continue;
        if (c->iColumn == COLUMN_TOWN && equal)
            town = i;
        else if (c->iColumn == COLUMN_ID && equal)
            id = i;
        else if (c->iColumn == COLUMN_ID &&
                 (c->op == SQLITE_INDEX_CONSTRAINT_GT || c->op == SQLITE_INDEX_CONSTRAINT_GE))
            after = i;
    }
    if (town < 0)
        return SQLITE_CONSTRAINT;
    int second = id >= 0 ? id : after;
    x->aConstraintUsage[town].argvIndex = 1;
    if (second >= 0)
        x->aConstraintUsage[second].argvIndex = 2;
    x->idxNum = id >= 0                                                  ? BY_KEY
                : after < 0                                              ? ALL
                : x->aConstraint[after].op == SQLITE_INDEX_CONSTRAINT_GT ? ALL_AFTER
                                                                         : ALL_FROM;
    x->idxFlags = id >= 0 ? SQLITE_INDEX_SCAN_UNIQUE : 0;
    x->estimatedRows = id >= 0 ? 1 : 1000000;
    x->estimatedCost = id >= 0 ? 10 : 1e7;
    x->orderByConsumed =
        x->nOrderBy == 1 && x->aOrderBy[0].iColumn == COLUMN_ID && !x->aOrderBy[0].desc;
    return SQLITE_OK;
}

// ---- a cursor

static int open_place(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    (void)base;
    struct place *p = sqlite3_malloc(sizeof(*p));
    if (!p)
        return SQLITE_NOMEM;
    *p = (struct place){0};
    *out = &p->base;
    return SQLITE_OK;
}

static int close_place(sqlite3_vtab_cursor *base)
{
    struct place *p = (struct place *)base;
    forget_row(p);
    (void)sqlite3_finalize(p->all);
    sqlite3_free(p);
    return SQLITE_OK;
}

static int copy_row(struct place *p, sqlite3_stmt *s)
{
    for (int i = 0; i < COLUMNS; i++) {
        p->row[i] = sqlite3_value_dup(sqlite3_column_value(s, i));
        if (!p->row[i])
            return SQLITE_NOMEM;
    }
    p->more = true;
    return SQLITE_OK;
}

static int look_in(struct table *t, struct place *p, int source, sqlite3_value **keys)
{
    char text[TEXT_MAX];
    int rc = SQLITE_OK;
    if (!t->by_key[source]) {
        (void)snprintf(text, sizeof(text),
            "SELECT " COLUMN_NAMES " FROM %s.item_doc WHERE town = ?1 AND id = ?2",
            t->sources[source]);
        rc = sqlite3_prepare_v3(
            t->db, text, -1, SQLITE_PREPARE_PERSISTENT, &t->by_key[source], NULL);
    }
    sqlite3_stmt *s = t->by_key[source];
    for (int i = 0; rc == SQLITE_OK && i < 2; i++)
        rc = sqlite3_bind_value(s, i + 1, keys[i]);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(s);
    int copied = rc == SQLITE_ROW ? copy_row(p, s) : SQLITE_OK;
    rc = sqlite3_reset(s);
    return rc != SQLITE_OK ? rc : copied;
}

// The town's row wins; of the years mostly the one that had the row before has this one, too.
static int by_key(struct table *t, struct place *p, sqlite3_value **keys)
{
    int rc = look_in(t, p, 0, keys);
    if (rc == SQLITE_OK && !p->more && t->last < t->n)
        rc = look_in(t, p, t->last, keys);
    for (int i = 1; i < t->n && rc == SQLITE_OK && !p->more; i++) {
        if (i == t->last)
            continue;
        rc = look_in(t, p, i, keys);
        if (p->more) {
            t->last = i;
            break;
        }
    }
    return rc;
}

static int next(sqlite3_vtab_cursor *base)
{
    struct place *p = (struct place *)base;
    p->more = false;
    forget_row(p);
    if (!p->all)
        return SQLITE_OK;
    int rc = sqlite3_step(p->all);
    p->more = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int filter(
    sqlite3_vtab_cursor *base, int how, const char *unused, int n, sqlite3_value **keys)
{
    static const char *const CONDITIONS[] = {
        [ALL] = "", [ALL_AFTER] = " AND id > ?2", [ALL_FROM] = " AND id >= ?2"};
    struct table *t = (struct table *)base->pVtab;
    struct place *p = (struct place *)base;
    char text[TEXT_MAX];
    (void)unused;
    p->more = false;
    forget_row(p);
    (void)sqlite3_finalize(p->all);
    p->all = NULL;
    if (how == BY_KEY)
        return by_key(t, p, keys);
    (void)snprintf(text, sizeof(text),
        "SELECT " COLUMN_NAMES " FROM temp.item_doc_all WHERE town = ?1%s ORDER BY id",
        CONDITIONS[how]);
    int rc = sqlite3_prepare_v2(t->db, text, -1, &p->all, NULL);
    for (int i = 0; rc == SQLITE_OK && i < n; i++)
        rc = sqlite3_bind_value(p->all, i + 1, keys[i]);
    return rc == SQLITE_OK ? next(base) : rc;
}

static int at_end(sqlite3_vtab_cursor *base)
{
    return !((struct place *)base)->more;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *out, int i)
{
    struct place *p = (struct place *)base;
    sqlite3_result_value(out, p->all ? sqlite3_column_value(p->all, i) : p->row[i]);
    return SQLITE_OK;
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    struct place *p = (struct place *)base;
    *out =
        p->all ? sqlite3_column_int64(p->all, COLUMN_ID) : sqlite3_value_int64(p->row[COLUMN_ID]);
    return SQLITE_OK;
}

int years_doc_register(sqlite3 *db)
{
    static const sqlite3_module MODULE = {.iVersion = 1,
        .xCreate = make,
        .xConnect = make,
        .xBestIndex = choose,
        .xDisconnect = disconnect,
        .xDestroy = disconnect,
        .xOpen = open_place,
        .xClose = close_place,
        .xFilter = filter,
        .xNext = next,
        .xEof = at_end,
        .xColumn = column,
        .xRowid = row_id};
    return sqlite3_create_module(db, "years_doc", &MODULE, NULL);
}
