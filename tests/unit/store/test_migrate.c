#include "temp.h"

#include "base/log.h"
#include "store/migrate.h"

#define UNIT_SQL                                                                                   \
    "-- who is responsible; @ and a@b.c stay\n"                                                    \
    "CREATE TABLE unit (town @int@ NOT NULL, id @int@ NOT NULL, name @text@, share @real@,"        \
    " seal @blob@, more @json@, PRIMARY KEY (town, id)) @clustered@;\n"                            \
    "CREATE TABLE log (town @int@ NOT NULL, body @text@) @heap@;\n"
#define INDEX_SQL "CREATE INDEX log_town ON log (town);"

static const struct migration two[] = {
    {"0001_core", S(UNIT_SQL)},
    {"0002_index", S(INDEX_SQL)},
};

static void applies_once_and_in_order(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    assert_int_equal(migrate_version(db), 0);
    assert_int_equal(migrate(db, two, 1, 1000, &t->e), OK);
    assert_int_equal(migrate_version(db), 1);
    assert_int_equal(migrate(db, two, 2, 2000, &t->e), OK);
    assert_int_equal(migrate(db, two, 2, 3000, &t->e), OK);
    assert_int_equal(migrate_version(db), 2);
    assert_int_equal(
        db_one_i64(db, 0, "SELECT sum(applied_us) FROM migration WHERE number>?1", V(0)), 3000);
    // Strict, with the rows in the key; or beside it.
    db_run(db, "INSERT INTO unit (town, id, share) VALUES (?1, 1, 'half')", V(1));
    assert_int_equal(db_status(db, &t->e), ERR_STORE);
    db_rollback(db);
    db_run(db, "INSERT INTO unit VALUES (?1, 1, 'a', 0.5, x'00', '{\"k\":5}')", V(1));
    assert_int_equal(db_one_i64(db, -1, "SELECT more ->> 'k' FROM unit WHERE town=?1", V(1)), 5);
    assert_int_equal(
        db_one_i64(db, -1, "SELECT wr FROM pragma_table_list WHERE name=?1", V(S("unit"))), 1);
    assert_int_equal(
        db_one_i64(db, -1, "SELECT wr FROM pragma_table_list WHERE name=?1", V(S("log"))), 0);
    assert_int_equal(db_status(db, &t->e), OK);
    // A reader asks for the version as well.
    struct db *r = temp_db(t, DB_READ);
    assert_int_equal(migrate_version(r), 2);
    db_close(r);
    db_close(db);
}

static void up_to_date_needs_no_lock(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE), *other = temp_db(t, DB_WRITE);
    assert_int_equal(migrate(db, two, 1, 1, &t->e), OK);
    db_begin(other);
    db_busy_wait(db, 10);
    assert_int_equal(migrate(db, two, 1, 1, &t->e), OK);
    assert_int_equal(migrate(db, two, 2, 1, &t->e), ERR_BUSY);
    db_rollback(other);
    assert_int_equal(migrate(db, two, 2, 1, &t->e), OK);
    db_close(other);
    db_close(db);
}

static void edited_file_is_refused(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    assert_int_equal(migrate(db, two, 1, 1, &t->e), OK);
    const struct migration edited[] = {{"0001_core", S(UNIT_SQL " ")}, two[1]};
    assert_int_equal(migrate(db, edited, 2, 1, &t->e), ERR_INVALID);
    assert_true(str_has(t->e.notes[0].message, S("edited")));
    assert_int_equal(migrate_version(db), 1); // and nothing more was applied
    assert_int_equal(db_status(db, &t->e), OK);
    db_close(db);
}

static void newer_database_is_refused(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    assert_int_equal(migrate(db, two, 2, 1, &t->e), OK);
    assert_int_equal(migrate(db, two, 1, 1, &t->e), ERR_INVALID);
    assert_true(str_has(t->e.notes[0].message, S("newer")));
    db_close(db);
}

static void failing_migration_leaves_nothing(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    const struct migration broken[] = {
        two[0], {"0002_broken", S("CREATE TABLE half (x @int@) @heap@; INSERT INTO half VALUES (1);"
                                  "INSERT INTO absent VALUES (1);")}};
    assert_int_equal(migrate(db, broken, 2, 1, &t->e), ERR_STORE);
    assert_true(str_has(t->e.notes[0].message, S("0002_broken")));
    assert_true(str_has(t->e.notes[0].message, S("no such table: absent")));
    assert_int_equal(migrate_version(db), 1);
    assert_int_equal(
        db_one_i64(db, -1, "SELECT count(*) FROM sqlite_schema WHERE name=?1", V(S("half"))), 0);
    assert_int_equal(db_status(db, &t->e), OK);
    const struct migration unknown[] = {
        two[0], {"0002_word", S("CREATE TABLE w (x @bigint@) @heap@")}};
    assert_int_equal(migrate(db, unknown, 2, 1, &t->e), ERR_INVALID);
    assert_int_equal(migrate(db, two, 2, 1, &t->e), OK); // repaired
    db_close(db);
}

static void every_statement_may_fail(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    enum err_code code = ERR_STORE;
    int64_t n = 0;
    for (; code; n++) {
        db_fail_at(db, n + 1);
        code = migrate(db, two, 1, 1, &t->e);
        db_fail_at(db, 0);
        assert_true(code == OK || code == ERR_STORE);
        assert_int_equal(db_status(db, &t->e), OK);
        assert_int_equal(migrate_version(db), code ? 0 : 1);
    }
    assert_true(n > 8);
    db_close(db);
}

int main(void)
{
    log_set(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        TEMP_TEST(applies_once_and_in_order),
        TEMP_TEST(up_to_date_needs_no_lock),
        TEMP_TEST(edited_file_is_refused),
        TEMP_TEST(newer_database_is_refused),
        TEMP_TEST(failing_migration_leaves_nothing),
        TEMP_TEST(every_statement_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
