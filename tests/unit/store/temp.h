// A directory for one test, removed afterwards with everything in it.
#ifndef BH_TESTS_STORE_TEMP_H
#define BH_TESTS_STORE_TEMP_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include "store/db.h"

struct temp {
    struct arena *a;
    struct err e;
    str dir;
};

static inline int temp_setup(void **state)
{
    struct arena *a = arena_new();
    struct temp *t = NEW(a, struct temp);
    t->a = a;
    err_init(&t->e, a, LANG_EN);
    const char *root = getenv("TMPDIR");
    char *dir = str_z(a, str_fmt(a, "%s/store-XXXXXX", root ? root : P_tmpdir));
    if (!mkdtemp(dir))
        return -1;
    t->dir = str_of(dir);
    *state = t;
    return 0;
}

static inline int temp_teardown(void **state)
{
    struct temp *t = *state;
    char *roots[] = {str_z(t->a, t->dir), NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return -1;
    int failed = 0;
    for (FTSENT *f = fts_read(tree); f; f = fts_read(tree))
        if (f->fts_info != FTS_D)
            failed |= remove(f->fts_accpath);
    failed |= fts_close(tree);
    arena_free(t->a);
    return failed;
}

static inline str temp_path(struct temp *t, const char *name)
{
    return str_fmt(t->a, "%s/%s", t->dir.s, name);
}

static inline struct db *temp_db(struct temp *t, enum db_mode mode)
{
    struct db *db = db_open(temp_path(t, "town.db"), mode, &t->e);
    if (!db)
        print_message("%s\n", err_text(&t->e, t->a).s);
    assert_non_null(db);
    return db;
}

// A table of numbers and texts, n unique.
static inline void temp_table(struct temp *t, struct db *db)
{
    db_run(db,
        "CREATE TABLE t (town INTEGER NOT NULL, n INTEGER NOT NULL, s TEXT, PRIMARY KEY (town, n)) "
        "STRICT, WITHOUT ROWID",
        V(1));
    assert_int_equal(db_status(db, &t->e), OK);
}

#define TEMP_TEST(f) cmocka_unit_test_setup_teardown(f, temp_setup, temp_teardown)

#endif
