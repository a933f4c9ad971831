#include "temp.h"

#include <math.h>
#include "base/log.h"

static void values_come_back(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    db_run(db, "CREATE TABLE v (town INTEGER, i INTEGER, f REAL, s TEXT, b BLOB, z TEXT) STRICT",
        V(1));
    const str none = {NULL, 0};
    str bytes = {"a\0b\xff", 4};
    assert_int_equal(db_change(db, "INSERT INTO v VALUES (?1, ?2, ?3, ?4, ?5, ?6)", V(1),
                         V(INT64_MIN), V(0.1), V(S("闵行")), V(val_blob(bytes)), V(VAL_NONE)),
        1);
    db_run(db, "INSERT INTO v VALUES (?1, ?2, ?3, ?4, ?5, ?6)", V(1), V(true), V(1e300), V(none),
        V(val_blob(none)), V(none));
    struct cursor c = db_rows(db, "SELECT i, f, s, b, z FROM v WHERE town=?1 ORDER BY i", V(1));
    assert_true(db_next(&c));
    assert_true(db_i64(&c, 0) == INT64_MIN);
    assert_true(db_f64(&c, 1) == 0.1);
    assert_true(str_eq(db_str(&c, 2), S("闵行")));
    assert_true(str_eq(db_str(&c, 3), bytes));
    assert_true(db_null(&c, 4));
    assert_int_equal(db_str(&c, 4).n, 0);
    assert_int_equal(db_i64(&c, 4), 0);
    str kept = db_dup(&c, 2, t->a);
    assert_true(db_next(&c));
    assert_true(str_eq(kept, S("闵行")));
    assert_int_equal(db_i64(&c, 0), 1);
    for (int column = 2; column < 5; column++) {
        assert_false(db_null(&c, column)); // empty is not NULL
        assert_int_equal(db_str(&c, column).n, 0);
    }
    assert_false(db_next(&c));
    assert_null(c.stmt);
    assert_false(db_next(&c));
    assert_int_equal(db_status(db, &t->e), OK);
    db_close(db);
}

static void one_value(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    assert_int_equal(db_one_i64(db, 42, "SELECT n FROM t WHERE town=?1", V(1)), 42);
    assert_int_equal(db_one_i64(db, 42, "SELECT max(n) FROM t WHERE town=?1", V(1)), 0); // NULL
    assert_int_equal(db_one_str(db, t->a, "SELECT s FROM t WHERE town=?1", V(1)).n, 0);
    db_run(db, "INSERT INTO t VALUES (?1, 7, 'seven')", V(1));
    assert_int_equal(db_one_i64(db, 42, "SELECT n FROM t WHERE town=?1", V(1)), 7);
    assert_string_equal(db_one_str(db, t->a, "SELECT s FROM t WHERE town=?1", V(1)).s, "seven");
    db_close(db);
}

static void counts_changed_rows(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    assert_int_equal(
        db_change(db, "INSERT INTO t VALUES (?1, 1, 'a'), (?1, 2, 'b'), (?1, 3, 'c')", V(1)), 3);
    assert_int_equal(db_change(db, "UPDATE t SET s='z' WHERE town=?1 AND n>1", V(1)), 2);
    assert_int_equal(db_change(db, "CREATE TABLE u (x INTEGER) STRICT", V(1)), 0);
    assert_int_equal(db_change(db, "SELECT n FROM t WHERE town=?1", V(1)), 0);
    assert_int_equal(db_change(db, "UPDATE t SET s='z' WHERE town=?1 AND n>9", V(1)), 0);
    assert_int_equal(db_change(db, "DELETE FROM t WHERE town=?1 RETURNING n", V(1)), 3);
    assert_int_equal(
        db_change(db, "INSERT INTO t VALUES (?1, 1, 'a') ON CONFLICT DO NOTHING", V(1)), 1);
    assert_int_equal(
        db_change(db, "INSERT INTO t VALUES (?1, 1, 'a') ON CONFLICT DO NOTHING", V(1)), 0);
    db_close(db);
}

static void one_row_or_a_conflict(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_run(db, "INSERT INTO t VALUES (1, ?1, 'a'), (1, 2, 'a')", V(1));
    db_change_one(db, "UPDATE t SET s = 'b' WHERE town = ?1 AND n = 1", V(1));
    assert_int_equal(db_status(db, &t->e), OK);
    static const int64_t BELOW[] = {1, 100}; // none, and two
    for (size_t i = 0; i < ARRAY_LEN(BELOW); i++) {
        err_init(&t->e, t->a, LANG_EN);
        db_begin(db);
        db_change_one(db, "UPDATE t SET s = 'c' WHERE town = ?1 AND n < ?2", V(1), V(BELOW[i]));
        assert_int_equal(db_status(db, &t->e), ERR_CONFLICT);
        assert_string_equal(t->e.notes[0].field.s, "version");
        db_rollback(db);
        err_init(&t->e, t->a, LANG_EN);
        assert_int_equal(db_status(db, &t->e), OK);
    }
    assert_int_equal(
        db_one_i64(db, 0, "SELECT count(*) FROM t WHERE s = 'c' AND town = ?1", V(1)), 0);
    db_close(db);
}

static void returning_is_a_cursor(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_begin(db);
    struct cursor c =
        db_rows(db, "INSERT INTO t VALUES (?1, 1, 'a'), (?1, 2, 'b') RETURNING n", V(1));
    assert_true(db_next(&c));
    assert_int_equal(db_i64(&c, 0), 1);
    db_done(&c); // both rows are in
    assert_int_equal(db_commit(db, &t->e), OK);
    assert_int_equal(db_one_i64(db, -1, "SELECT count(*) FROM t WHERE town=?1", V(1)), 2);
    db_close(db);
}

// Sums 1..n with a cursor open on every level: the same text is in use several times.
static int64_t sum(struct db *db, int64_t n)
{
    if (n == 0)
        return 0;
    struct cursor c = db_rows(db, "SELECT ?1", V(n));
    int64_t below = db_next(&c) ? sum(db, n - 1) : 0;
    int64_t all = below + db_i64(&c, 0);
    db_done(&c);
    return all;
}

static void cursors_nest_up_to_a_limit(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    assert_int_equal(sum(db, DB_CURSORS_MAX), DB_CURSORS_MAX * (DB_CURSORS_MAX + 1) / 2);
    assert_int_equal(db_status(db, &t->e), OK);
    (void)sum(db, DB_CURSORS_MAX + 1);
    assert_int_equal(db_status(db, &t->e), ERR_STORE);
    db_rollback(db);
    // A rollback closes what was left open.
    for (int i = 0; i < 3 * DB_CURSORS_MAX; i++) {
        struct cursor c = db_rows(db, "SELECT ?1", V(i));
        assert_true(db_next(&c));
        db_rollback(db);
        assert_false(db_next(&c));
        db_done(&c);
    }
    assert_int_equal(db_status(db, &t->e), OK);
    db_close(db);
}

static void wrong_texts_are_refused(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
#define REFUSED(part, ...)                                                                         \
    do {                                                                                           \
        db_run(db, __VA_ARGS__);                                                                   \
        assert_int_equal(db_status(db, &t->e), ERR_STORE);                                         \
        assert_true(str_has(t->e.notes[t->e.n - 1].message, S(part)));                             \
        db_rollback(db);                                                                           \
    } while (0)
    REFUSED("2 values for 1 parameters", "SELECT 1 FROM t WHERE town=?1", V(1), V(2));
    REFUSED("1 values for 2 parameters", "SELECT 1 FROM t WHERE town=?1 AND n=?2", V(1));
    REFUSED("exactly one statement", "SELECT ?1; DELETE FROM t", V(1));
    REFUSED("exactly one statement", " ", V(1));
    REFUSED("no such column", "SELECT \"absent\" FROM t WHERE town=?1", V(1));
    db_run(db, "SELECT ?1 ;\n ", V(1));
    assert_int_equal(db_status(db, &t->e), OK);
    db_close(db);
}

static void plan_is_text(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    str plan = db_plan(db, t->a, S("SELECT s FROM t WHERE town=?1 AND n=?2"));
    assert_true(str_starts(plan, S("SEARCH t USING PRIMARY KEY")));
    plan = db_plan(db, t->a, S("SELECT s FROM t UNION SELECT n FROM t ORDER BY 1"));
    assert_true(str_has(plan, S("\n  ")));
    assert_true(str_has(plan, S("SCAN t")));
    assert_int_equal(db_status(db, &t->e), OK);
    assert_int_equal(db_plan(db, t->a, S("SELEC")).n, 0);
    assert_int_equal(db_status(db, &t->e), ERR_STORE);
    db_close(db);
}

int main(void)
{
    log_set(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        TEMP_TEST(values_come_back),
        TEMP_TEST(one_value),
        TEMP_TEST(counts_changed_rows),
        TEMP_TEST(one_row_or_a_conflict),
        TEMP_TEST(returning_is_a_cursor),
        TEMP_TEST(cursors_nest_up_to_a_limit),
        TEMP_TEST(wrong_texts_are_refused),
        TEMP_TEST(plan_is_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
