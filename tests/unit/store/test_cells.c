// Counters: what is there is moved, what is not is put in, and nothing else changes.
#include "temp.h"

#include "base/log.h"
#include "store/cells.h"

static void table(struct temp *t, struct db *db)
{
    db_run(db,
        "CREATE TABLE tally (town INTEGER NOT NULL, loop TEXT NOT NULL, dim TEXT NOT NULL,"
        " period INTEGER NOT NULL, unit INTEGER NOT NULL, class INTEGER NOT NULL,"
        " channel TEXT NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL,"
        " PRIMARY KEY (town, loop, dim, period, unit, class, channel, key)) STRICT, WITHOUT ROWID",
        V(1));
    assert_int_equal(db_status(db, &t->e), OK);
}

static int64_t value(struct db *db, int64_t town, const struct cell *x)
{
    return db_one_i64(db, INT64_MIN,
        "SELECT n FROM tally WHERE town = ?1 AND loop = ?2 AND dim = ?3 AND period = ?4"
        " AND unit = ?5 AND class = ?6 AND channel = ?7 AND key = ?8",
        V(town), V(x->loop), V(x->dim), V(x->period), V(x->unit), V(x->cls), V(x->channel),
        V(x->key));
}

static void moved_and_put_in(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    table(t, db);
    struct cell cells[] = {{S("hotline"), S(""), 20261120, 7, -1, S("12345"), S("filed"), 3},
        {S("hotline"), S("unit"), 202611, 7, -1, S("*"), S("filed"), 3},
        {S("hotline"), S(".街道"), 202611, -1, -1, S("新泾'镇\""), S("filed"), 1}};
    db_begin(db);
    cells_add(db, t->a, 1, cells, 2);
    cells_add(db, t->a, 2, cells, 1);
    cells[0].n = -4;
    cells[1].n = 5;
    cells_add(db, t->a, 1, cells, 3);
    cells_add(db, t->a, 1, cells, 0);
    assert_int_equal(db_commit(db, &t->e), OK);
    assert_int_equal(value(db, 1, &cells[0]), -1);
    assert_int_equal(value(db, 1, &cells[1]), 8);
    assert_int_equal(value(db, 1, &cells[2]), 1);
    assert_int_equal(value(db, 2, &cells[0]), 3);
    assert_int_equal(db_one_i64(db, 0, "SELECT count(*) FROM tally WHERE town > ?1", V(0)), 4);
    db_close(db);
}

static void a_failure_stays(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    table(t, db);
    const struct cell x = {S("hotline"), S(""), 20261120, 7, -1, S("12345"), S("filed"), 3};
    for (int64_t n = 1; n <= 2; n++) {
        db_begin(db);
        db_fail_at(db, n);
        cells_add(db, t->a, 1, &x, 1);
        assert_int_equal(db_status(db, &t->e), ERR_STORE);
        db_rollback(db);
        assert_int_equal(value(db, 1, &x), INT64_MIN);
    }
    db_close(db);
}

int main(void)
{
    log_set(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        TEMP_TEST(moved_and_put_in),
        TEMP_TEST(a_failure_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
