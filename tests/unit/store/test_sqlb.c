#include "temp.h"

#include "base/log.h"
#include "store/sqlb.h"

static void composes_and_binds(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_run(db,
        "INSERT INTO t VALUES (?1, 1, 'Flying Wire'), (?1, 2, '飞线充电'), (?1, 3, '100%_'), (?1, "
        "4, 'wires')",
        V(1));
    for (int round = 0; round < 2; round++) { // the second time from the cache
        struct sqlb q;
        sqlb_init(&q, t->a);
        sqlb_add(&q, "SELECT n FROM t WHERE town=");
        sqlb_val(&q, V(1));
        sqlb_add(&q, " AND n<");
        sqlb_val(&q, V(4 - round));
        sqlb_add(&q, " AND ");
        sqlb_contains(&q, "s", S("WIRE"));
        sqlb_add(&q, " ORDER BY n");
        struct cursor c = sqlb_rows(db, &q);
        assert_true(db_next(&c));
        assert_int_equal(db_i64(&c, 0), 1);
        assert_false(db_next(&c));
    }
    assert_int_equal(db_status(db, &t->e), OK);
    db_close(db);
}

static int64_t found(struct temp *t, struct db *db, str text)
{
    struct sqlb q;
    sqlb_init(&q, t->a);
    sqlb_add(&q, "SELECT count(*) FROM t WHERE ");
    sqlb_contains(&q, "s", text);
    struct cursor c = sqlb_rows(db, &q);
    int64_t n = db_next(&c) ? db_i64(&c, 0) : -1;
    db_done(&c);
    return n;
}

static void contains_takes_text_as_it_is(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_run(db,
        "INSERT INTO t VALUES (?1, 1, 'Flying Wire'), (?1, 2, '飞线充电'), (?1, 3, '100%_'), (?1, "
        "4, NULL)",
        V(1));
    assert_int_equal(found(t, db, S("wire")), 1);
    assert_int_equal(found(t, db, S("线充")), 1);
    assert_int_equal(found(t, db, S("%")), 1);
    assert_int_equal(found(t, db, S("_")), 1);
    assert_int_equal(found(t, db, S("'; DROP TABLE t; --")), 0);
    assert_int_equal(found(t, db, S("")), 3);
    db_close(db);
}

static void limits_are_an_error_not_a_cut(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    struct sqlb q;
    sqlb_init(&q, t->a);
    sqlb_add(&q, "SELECT 1 WHERE 1 IN (0");
    for (int i = 0; i < SQLB_VALS_MAX; i++) {
        sqlb_add(&q, ",");
        sqlb_val(&q, V(i));
    }
    struct sqlb more = q; // one value too many on a copy
    sqlb_add(&q, ")");
    assert_false(q.overflow);
    struct cursor c = sqlb_rows(db, &q);
    assert_true(db_next(&c));
    db_done(&c);
    sqlb_add(&more, ",");
    sqlb_val(&more, V(1));
    assert_true(more.overflow);
    c = sqlb_rows(db, &more);
    assert_false(db_next(&c));
    assert_int_equal(db_status(db, &t->e), ERR_LIMIT);
    db_rollback(db);

    sqlb_init(&q, t->a);
    for (int i = 0; i < SQLB_BYTES_MAX; i++)
        sqlb_add(&q, "--");
    assert_true(q.overflow);
    c = sqlb_rows(db, &q);
    assert_false(db_next(&c));
    assert_int_equal(db_status(db, &t->e), ERR_LIMIT);
    db_close(db);
}

static int64_t above(struct temp *t, struct db *db, int64_t n, str s)
{
    struct sqlb q;
    sqlb_init(&q, t->a);
    sqlb_add(&q, "SELECT count(*) FROM t WHERE n>");
    sqlb_val(&q, V(n));
    sqlb_add(&q, " AND s=");
    sqlb_val(&q, V(s));
    int64_t found = sqlb_i64(db, &q);
    assert_int_equal(db_status(db, &t->e), OK);
    return found;
}

static void number_is_remembered_until_somebody_commits(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_run(db, "INSERT INTO t VALUES (?1, 1, 'a'), (?1, 2, 'a'), (?1, 3, 'b')", V(1));
    struct db *reader = temp_db(t, DB_READ);
    for (int64_t round = 0; round < 3; round++) {
        for (int again = 0; again < 3; again++) {
            assert_int_equal(above(t, reader, 0, S("a")), 2 + round);
            assert_int_equal(above(t, reader, 1, S("a")), 1 + round);
            assert_int_equal(above(t, reader, 0, S("b")), 1);
            assert_int_equal(above(t, db, 0, S("a")), 2 + round); // one that writes asks each time
        }
        // In the middle of a reader's transaction nothing changes for it.
        db_read_begin(reader);
        assert_int_equal(above(t, reader, 0, S("a")), 2 + round);
        db_run(db, "INSERT INTO t VALUES (?1, ?2, 'a')", V(1), V(10 + round));
        assert_int_equal(above(t, db, 0, S("a")), 3 + round);
        assert_int_equal(above(t, reader, 0, S("a")), 2 + round);
        db_read_end(reader);
    }
    db_close(reader);
    db_close(db);
}

static bool keeps(struct db *db, str key, str bytes)
{
    db_read_begin(db);
    str got = db_kept(db, key);
    bool same = str_eq(got, bytes);
    db_read_end(db);
    return same;
}

static void keep(struct db *db, str key, str bytes)
{
    db_read_begin(db);
    (void)db_kept(db, key);
    db_keep(db, key, bytes);
    db_read_end(db);
}

static void results_are_kept_until_somebody_commits(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    struct db *reader = temp_db(t, DB_READ);
    keep(reader, S("a"), S("one"));
    keep(reader, S("b"), S("t\0o"));
    assert_true(keeps(reader, S("a"), S("one")) && keeps(reader, S("b"), S("t\0o")));
    assert_true(keeps(reader, S("c"), S("")));
    // A state that was read before a commit stays what it was; what follows from it is not kept
    // beyond it.
    db_read_begin(reader);
    assert_int_equal(db_kept(reader, S("a")).n, 3);
    db_run(db, "INSERT INTO t VALUES (?1, 1, 'a')", V(1));
    assert_int_equal(db_kept(reader, S("a")).n, 3);
    db_keep(reader, S("late"), S("of the old state"));
    db_read_end(reader);
    assert_true(keeps(reader, S("late"), S("")) && keeps(reader, S("a"), S("")));
    // Too many are forgotten, too much is not kept, and who writes keeps nothing.
    str large = {NEW_ARRAY(t->a, DB_KEPT_BYTES_MAX + 1, char), DB_KEPT_BYTES_MAX + 1};
    keep(reader, S("large"), large);
    assert_true(keeps(reader, S("large"), S("")));
    keep(reader, S("first"), str_sub(large, 0, DB_KEPT_BYTES_MAX));
    assert_true(keeps(reader, S("first"), str_sub(large, 0, DB_KEPT_BYTES_MAX)));
    for (int i = 0; i < DB_KEPT_MAX; i++)
        keep(reader, str_fmt(t->a, "%d", i), S("x"));
    assert_true(keeps(reader, S("first"), S("")));
    keep(db, S("a"), S("one"));
    assert_true(keeps(db, S("a"), S("")));
    db_close(reader);
    db_close(db);
}

int main(void)
{
    log_set(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        TEMP_TEST(composes_and_binds),
        TEMP_TEST(contains_takes_text_as_it_is),
        TEMP_TEST(limits_are_an_error_not_a_cut),
        TEMP_TEST(number_is_remembered_until_somebody_commits),
        TEMP_TEST(results_are_kept_until_somebody_commits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
