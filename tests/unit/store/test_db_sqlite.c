#include "temp.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "base/log.h"

static int64_t count(struct db *db)
{
    return db_one_i64(db, -1, "SELECT count(*) FROM t WHERE town=?1", V(1));
}

static void add(struct db *db, int64_t n)
{
    db_run(db, "INSERT INTO t (town, n, s) VALUES (?1, ?2, ?3)", V(1), V(n), V(S("x")));
}

static void opens_and_refuses(void **state)
{
    struct temp *t = *state;
    assert_null(db_open(temp_path(t, "absent.db"), DB_READ, &t->e));
    assert_int_equal(t->e.code, ERR_STORE);
    assert_null(db_open(temp_path(t, "no/such/folder.db"), DB_WRITE, &t->e));
    assert_null(db_open(S("postgresql://town@host/bihuan"), DB_WRITE, &t->e));
    assert_int_equal(t->e.n, 3);

    FILE *f = fopen(temp_path(t, "text.db").s, "w");
    assert_non_null(f);
    for (int i = 0; i < 200; i++)
        assert_true(fputs("this is not a database\n", f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_null(db_open(temp_path(t, "text.db"), DB_READ, &t->e));
    assert_null(db_open(temp_path(t, "text.db"), DB_WRITE, &t->e));

    struct db *db = temp_db(t, DB_WRITE);
    struct stat st;
    assert_int_equal(stat(temp_path(t, "town.db").s, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_string_equal(db_one_str(db, t->a, "PRAGMA journal_mode", V(1)).s, "wal");
    assert_int_equal(db_one_i64(db, -1, "PRAGMA synchronous", V(1)), 2);
    assert_int_equal(db_one_i64(db, -1, "PRAGMA page_size", V(1)), 4096);
    assert_int_equal(db_one_i64(db, -1, "PRAGMA foreign_keys", V(1)), 0);
    db_close(db);
    db_close(NULL);
}

static void runs_in_memory(void **state)
{
    struct temp *t = *state;
    struct db *db = db_open(S(":memory:"), DB_WRITE, &t->e);
    assert_non_null(db);
    temp_table(t, db);
    add(db, 1);
    assert_int_equal(count(db), 1);
    db_close(db);
}

static void error_is_sticky_until_rollback(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_begin(db);
    add(db, 1);
    assert_int_equal(db_change(db, "INSERT INTO nowhere VALUES (?1)", V(1)), 0);
    add(db, 2); // does nothing
    assert_int_equal(count(db), -1);
    struct cursor c = db_rows(db, "SELECT n FROM t WHERE town=?1", V(1));
    assert_false(db_next(&c));
    assert_int_equal(db_i64(&c, 0), 0);
    assert_int_equal(db_str(&c, 0).n, 0);
    assert_true(db_null(&c, 0));
    assert_int_equal(db_status(db, &t->e), ERR_STORE);
    assert_true(str_has(t->e.notes[0].message, S("no such table: nowhere")));
    assert_int_equal(db_commit(db, &t->e), ERR_STORE);
    assert_int_equal(db_status(db, &t->e), ERR_STORE); // the failed commit does not clear it
    db_rollback(db);
    assert_int_equal(db_status(db, &t->e), OK);
    assert_int_equal(count(db), 0);
    db_close(db);
}

static void cursor_stops_when_another_statement_fails(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    for (int i = 0; i < 5; i++)
        add(db, i);
    struct cursor c = db_rows(db, "SELECT n FROM t WHERE town=?1 ORDER BY n", V(1));
    assert_true(db_next(&c));
    db_run(db, "no statement at all ?1", V(1));
    assert_false(db_next(&c));
    db_rollback(db);
    assert_false(db_next(&c));
    db_close(db);
}

static void unique_key_is_a_conflict(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_run(db, "CREATE UNIQUE INDEX t_s ON t (town, s)", V(1));
    add(db, 1);
    add(db, 2); // s stands in the way
    assert_int_equal(db_status(db, &t->e), ERR_CONFLICT);
    db_rollback(db);
    db_run(db, "INSERT INTO t (town, n) VALUES (?1, ?2)", V(1), V(1)); // the primary key does
    assert_int_equal(db_status(db, &t->e), ERR_CONFLICT);
    db_rollback(db);
    db_run(db, "INSERT INTO t (town, n) VALUES (?1, NULL)", V(1)); // NOT NULL is our own mistake
    assert_int_equal(db_status(db, &t->e), ERR_STORE);
    db_rollback(db);
    db_run(db, "INSERT INTO t (town, n) VALUES (?1, ?2)", V(1), V(S("three"))); // STRICT
    assert_int_equal(db_status(db, &t->e), ERR_STORE);
    db_rollback(db);
    assert_int_equal(count(db), 1);
    db_close(db);
}

static void savepoint_rolls_back_alone(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_begin(db);
    for (int i = 0; i < 3; i++) {
        db_savepoint(db);
        add(db, i);
        if (i == 1)
            add(db, i); // conflict
        if (db_status(db, &t->e))
            db_rollback_to(db);
        db_release(db);
        assert_int_equal(db_status(db, &t->e), OK);
    }
    assert_int_equal(db_commit(db, &t->e), OK);
    assert_int_equal(count(db), 2);
    assert_int_equal(db_one_i64(db, -1, "SELECT sum(n) FROM t WHERE town=?1", V(1)), 2);
    db_close(db);
}

static void lost_transaction_stays_failed(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_begin(db);
    db_fail_at(db, 1);
    db_savepoint(db);
    db_rollback_to(db); // there is no savepoint to go back to
    assert_int_equal(db_status(db, &t->e), ERR_STORE);
    add(db, 1);
    db_rollback(db);
    assert_int_equal(count(db), 0);
    // ON CONFLICT ROLLBACK ends the transaction below the savepoint, as a full disk does.
    db_begin(db);
    add(db, 1);
    db_savepoint(db);
    db_run(db, "INSERT OR ROLLBACK INTO t (town, n) VALUES (?1, 1)", V(1));
    db_rollback_to(db);
    assert_int_equal(db_status(db, &t->e), ERR_CONFLICT);
    add(db, 2);
    assert_int_equal(db_commit(db, &t->e), ERR_CONFLICT);
    db_rollback(db);
    assert_int_equal(count(db), 0);
    db_close(db);
}

static void each_statement_can_be_made_to_fail(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    int64_t n = 0;
    enum err_code code = ERR_STORE;
    while (code) { // begin, savepoint, insert, release, commit
        db_fail_at(db, ++n);
        db_begin(db);
        db_savepoint(db);
        add(db, 1);
        db_release(db);
        code = db_commit(db, &t->e);
        assert_true(code == OK || code == ERR_STORE);
        if (code)
            db_rollback(db);
        assert_int_equal(db_status(db, &t->e), OK);
        db_fail_at(db, 0);
        assert_int_equal(count(db), code ? 0 : 1);
    }
    assert_int_equal(n, 6);
    db_close(db);
}

static void second_writer_is_told_busy(void **state)
{
    struct temp *t = *state;
    struct db *one = temp_db(t, DB_WRITE);
    temp_table(t, one);
    struct db *two = temp_db(t, DB_WRITE);
    db_busy_wait(two, 20);
    db_begin(one);
    add(one, 1);
    db_begin(two);
    assert_int_equal(db_status(two, &t->e), ERR_BUSY);
    db_rollback(two);
    assert_int_equal(db_commit(one, &t->e), OK);
    db_begin(two);
    add(two, 2);
    assert_int_equal(db_commit(two, &t->e), OK);
    assert_int_equal(count(one), 2);
    db_close(two);
    db_close(one);
}

static void reader_sees_one_state(void **state)
{
    struct temp *t = *state;
    struct db *w = temp_db(t, DB_WRITE);
    temp_table(t, w);
    struct db *r = temp_db(t, DB_READ);
    int64_t before = db_data_version(r);
    assert_int_equal(db_data_version(r), before);
    db_read_begin(r);
    db_read_begin(r); // nested: nothing
    assert_int_equal(count(r), 0);
    add(w, 1);
    assert_int_equal(count(r), 0);
    db_read_end(r);
    assert_int_equal(count(r), 0);
    db_read_end(r);
    assert_int_equal(count(r), 1);
    assert_int_not_equal(db_data_version(r), before);
    // An error does not keep the snapshot.
    db_read_begin(r);
    assert_int_equal(count(r), 1);
    db_run(r, "SELECT nothing FROM nowhere WHERE 1=?1", V(1));
    db_read_end(r);
    assert_int_equal(db_status(r, &t->e), ERR_STORE);
    db_rollback(r);
    add(w, 2);
    assert_int_equal(count(r), 2);
    // Inside a write transaction the pair changes nothing.
    db_begin(w);
    add(w, 3);
    db_read_begin(w);
    assert_int_equal(count(w), 3);
    db_read_end(w);
    db_rollback(w);
    assert_int_equal(count(w), 2);
    db_close(r);
    db_close(w);
}

static void reader_cannot_write(void **state)
{
    struct temp *t = *state;
    struct db *w = temp_db(t, DB_WRITE);
    temp_table(t, w);
    add(w, 1);
    struct db *r = temp_db(t, DB_READ);
#define REFUSED(sql)                                                                               \
    do {                                                                                           \
        db_run(r, sql, V(1));                                                                      \
        assert_int_equal(db_status(r, &t->e), ERR_STORE);                                          \
        assert_true(str_has(t->e.notes[t->e.n - 1].message, S("authoriz")));                       \
        db_rollback(r);                                                                            \
    } while (0)
    REFUSED("INSERT INTO t (town, n) VALUES (?1, 9)");
    REFUSED("UPDATE t SET s='y' WHERE town=?1");
    REFUSED("DELETE FROM t WHERE town=?1");
    REFUSED("DROP TABLE t");
    REFUSED("CREATE TABLE u (x INTEGER)");
    REFUSED("CREATE TEMP TABLE u (x INTEGER)");
    REFUSED("PRAGMA query_only=0");
    REFUSED("PRAGMA journal_mode=DELETE");
    REFUSED("ATTACH 'other.db' AS other");
    REFUSED("VACUUM");
    db_run(r, "UPDATE sqlite_master SET sql='' WHERE rootpage=?1", V(1));
    assert_int_equal(db_status(r, &t->e), ERR_STORE);
    db_rollback(r);
    REFUSED("SELECT load_extension('x') WHERE 1=?1");
    assert_int_equal(count(r), 1);
    db_run(r,
        "WITH RECURSIVE k(x) AS (SELECT ?1 UNION ALL SELECT x+1 FROM k WHERE x<5) SELECT x FROM k",
        V(1));
    assert_int_equal(db_status(r, &t->e), OK);
    db_close(r);
    db_close(w);
}

static void reader_uses_full_text_and_json(void **state)
{
    struct temp *t = *state;
    struct db *w = temp_db(t, DB_WRITE);
    db_run(w, "CREATE VIRTUAL TABLE f USING fts5 (body)", V(1));
    db_run(w, "INSERT INTO f (body) VALUES (?1)", V(S("the charging cable")));
    assert_int_equal(db_status(w, &t->e), OK);
    struct db *r = temp_db(t, DB_READ);
    assert_int_equal(db_one_i64(r, -1, "SELECT rowid FROM f WHERE f MATCH ?1", V(S("cable"))), 1);
    assert_int_equal(db_one_i64(r, -1, "SELECT sum(value) FROM json_each(?1)", V(S("[1,2,3]"))), 6);
    assert_int_equal(db_one_i64(r, -1, "SELECT ?1 ->> 'a'", V(S("{\"a\":7}"))), 7);
    assert_int_equal(db_status(r, &t->e), OK);
    db_close(r);
    db_close(w);
}

static void checkpoint_empties_the_log(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    for (int i = 0; i < 50; i++)
        add(db, i);
    assert_true(db_log_pages(db) >= 50); // nothing else has moved them
    db_checkpoint(db, false);
    add(db, 50); // the log begins anew
    assert_true(db_log_pages(db) < 10);
    struct db *r = temp_db(t, DB_READ);
    db_read_begin(r);
    assert_int_equal(count(r), 51);
    add(db, 51);
    db_checkpoint(db, false); // cannot finish, and says nothing
    assert_int_equal(db_status(db, &t->e), OK);
    db_read_end(r);
    db_checkpoint(db, true);
    assert_int_equal(db_log_pages(db), 0);
    struct stat st;
    assert_int_equal(stat(temp_path(t, "town.db-wal").s, &st), 0);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(count(r), 52);
    db_close(r);
    db_close(db);
}

static void insert_long(struct db *db, int64_t from, int64_t n)
{
    static char text[3000];
    memset(text, 'x', sizeof(text));
    for (int64_t i = from; i < from + n; i++)
        db_run(db, "INSERT INTO t (town, n, s) VALUES (?1, ?2, ?3)", V(1), V(i),
            V(((str){text, sizeof(text)})));
}

// Larger than the page cache, so that pages go to the log before the commit and come back from it.
static void large_transaction_goes_through_the_log(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    enum { ROWS = 2 * DB_PAGE_CACHE_KIB / 4 };
    for (int round = 0; round < 2; round++) {
        db_begin(db);
        insert_long(db, 0, ROWS);
        assert_int_equal(db_one_i64(db, 0, "SELECT sum(length(s)) FROM t WHERE town=?1", V(1)),
            INT64_C(3000) * ROWS);
        db_savepoint(db);
        insert_long(db, ROWS, 100);
        db_rollback_to(db);
        db_release(db);
        if (round == 0)
            db_rollback(db);
        else
            assert_int_equal(db_commit(db, &t->e), OK);
    }
    db_close(db);
    db = temp_db(t, DB_READ);
    assert_int_equal(count(db), ROWS);
    assert_string_equal(db_one_str(db, t->a, "PRAGMA integrity_check", V(1)).s, "ok");
    db_close(db);
}

static void limit_file_size(rlim_t bytes)
{
    struct rlimit r;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
    r.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

// No file may grow any more, as on a full disk.
static void full_disk_refuses_and_later_goes_on(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    add(db, -1);
    (void)signal(SIGXFSZ, SIG_IGN);
    limit_file_size(200 * KIB);
    int64_t kept = 0;
    for (int64_t i = 0; i < 20; i++) {
        db_begin(db);
        insert_long(db, i * 10, 10);
        if (db_commit(db, &t->e) == OK)
            kept += 10;
        db_rollback(db);
    }
    assert_true(kept < 200);
    assert_int_equal(t->e.code, ERR_STORE);
    assert_int_equal(count(db), kept + 1); // what was refused left nothing
    limit_file_size(RLIM_INFINITY);
    insert_long(db, 1000, 10);
    assert_int_equal(count(db), kept + 11);
    db_close(db);
    db = temp_db(t, DB_READ);
    assert_int_equal(count(db), kept + 11);
    assert_string_equal(db_one_str(db, t->a, "PRAGMA integrity_check", V(1)).s, "ok");
    db_close(db);
}

static void bulk_ends_as_any_other(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_bulk_begin(db);
    assert_string_equal(db_one_str(db, t->a, "PRAGMA journal_mode", V(1)).s, "off");
    db_begin(db);
    for (int64_t n = 1; n <= 5000; n++)
        add(db, n);
    assert_int_equal(db_commit(db, &t->e), OK);
    assert_int_equal(db_bulk_end(db, &t->e), OK);
    assert_string_equal(db_one_str(db, t->a, "PRAGMA journal_mode", V(1)).s, "wal");
    assert_int_equal(db_one_i64(db, -1, "PRAGMA synchronous", V(1)), 2);
    struct db *reader = temp_db(t, DB_READ);
    assert_int_equal(count(reader), 5000);
    assert_string_equal(db_one_str(reader, t->a, "PRAGMA integrity_check", V(1)).s, "ok");
    db_bulk_begin(db); // no longer alone
    assert_int_equal(db_status(db, &t->e), ERR_BUSY);
    db_rollback(db);
    add(db, 5001);
    assert_int_equal(count(db), 5001);
    db_close(reader);
    db_close(db);
}

int main(void)
{
    log_set(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        TEMP_TEST(opens_and_refuses),
        TEMP_TEST(runs_in_memory),
        TEMP_TEST(error_is_sticky_until_rollback),
        TEMP_TEST(cursor_stops_when_another_statement_fails),
        TEMP_TEST(unique_key_is_a_conflict),
        TEMP_TEST(savepoint_rolls_back_alone),
        TEMP_TEST(lost_transaction_stays_failed),
        TEMP_TEST(each_statement_can_be_made_to_fail),
        TEMP_TEST(second_writer_is_told_busy),
        TEMP_TEST(reader_sees_one_state),
        TEMP_TEST(reader_cannot_write),
        TEMP_TEST(reader_uses_full_text_and_json),
        TEMP_TEST(checkpoint_empties_the_log),
        TEMP_TEST(large_transaction_goes_through_the_log),
        TEMP_TEST(full_disk_refuses_and_later_goes_on),
        TEMP_TEST(bulk_ends_as_any_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
