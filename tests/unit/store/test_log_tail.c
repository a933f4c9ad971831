#include "temp.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crypt.h"
#include "base/log.h"
#include "store/backup.h"
#include "store/folder.h"
#include "store/log_play.h"
#include "store/pages.h"

enum { ROWS = 3000, WRITERS = 2 };

struct busy {
    struct temp *t;
    struct log_tail *tail;
    _Atomic bool stop;
    _Atomic int64_t commits;
};

// Each commit changes two rows far apart by opposite amounts, so that a state is whole when their
// sum is nothing; some make the file grow, and the log is moved all the time.
static void one_commit(struct db *db, struct err *e, int64_t k)
{
    int64_t a = k * 7919 % ROWS, b = (k * 104729 + 1) % ROWS;
    db_begin(db);
    db_run(db, "UPDATE t SET s = s + ?3 WHERE town = ?1 AND n = ?2", V(1), V(a), V(k));
    db_run(db, "UPDATE t SET s = s - ?3 WHERE town = ?1 AND n = ?2", V(1), V(b), V(k));
    if (k % 5 == 0)
        db_run(db, "INSERT INTO more (town, s) VALUES (?1, hex(zeroblob(3000)))", V(1));
    if (db_commit(db, e) != OK)
        db_rollback(db);
}

static void *keep_writing(void *arg)
{
    struct busy *b = arg;
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_EN);
    struct db *db = db_open(str_fmt(a, "%s/town.db", b->t->dir.s), DB_WRITE, &e);
    assert_non_null(db);
    while (!atomic_load(&b->stop)) {
        int64_t k = atomic_fetch_add(&b->commits, 1);
        one_commit(db, &e, k);
        if (k % 40 == 0) { // as the writer's thread does
            log_tail_look(b->tail);
            db_checkpoint(db, false);
            log_tail_look(b->tail);
        }
        if (k % 300 == 0)
            db_checkpoint(db, true);
    }
    db_close(db);
    arena_free(a);
    return NULL;
}

static void make_tables(struct db *db, struct temp *t)
{
    db_run(db,
        "CREATE TABLE t (town INTEGER, n INTEGER, s INTEGER, pad TEXT, PRIMARY KEY(town, n))",
        V(1));
    db_run(db, "CREATE TABLE more (town INTEGER, s TEXT)", V(1));
    db_run(db,
        "INSERT INTO t WITH RECURSIVE k(n) AS (SELECT 0 UNION ALL SELECT n+1 FROM k WHERE n<?2)"
        " SELECT ?1, n, 0, hex(zeroblob(300)) FROM k",
        V(1), V(ROWS - 1));
    assert_int_equal(db_status(db, &t->e), OK);
}

static void write_down(struct busy *b, int64_t at_us)
{
    struct temp *t = b->t;
    if (log_tail_take(b->tail, &t->e) != OK || log_tail_write(b->tail, at_us, &t->e) != OK)
        fail_msg("%s", err_text(&t->e, t->a).s);
}

// A copy of the database as it is now.
static void copy_pages(struct temp *t, struct db *db, const char *to, struct busy *b, int64_t at_us)
{
    struct pages p;
    char page[PAGE_BYTES];
    assert_int_equal(pages_open(t->a, db, &p, &t->e), OK);
    write_down(b, at_us);
    int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    for (uint32_t i = 1; i <= p.n; i++) {
        int64_t before = atomic_load(&b->commits);
        assert_int_equal(pages_read(&p, i, 1, page, &t->e), OK);
        assert_int_equal(write(fd, page, sizeof(page)), sizeof(page));
        while (i % 100 == 0 && atomic_load(&b->commits) < before + 10)
            sched_yield(); // so that much is written meanwhile
    }
    assert_int_equal(close(fd), 0);
    pages_close(&p);
}

static int64_t ask(struct db *db, const char *what)
{
    int64_t n = what[0] == 's' ? db_one_i64(db, -1, "SELECT sum(s) FROM t WHERE town=?1", V(1))
                : what[0] == 'q'
                    ? db_one_i64(db, -1, "SELECT sum(s * n) FROM t WHERE town=?1", V(1))
                    : db_one_i64(db, -1, "SELECT count(*) FROM more WHERE town=?1", V(1));
    return n;
}

static void check_copy(struct temp *t, const char *path, int64_t *sum, int64_t *more)
{
    struct db *copy = db_open(str_of(path), DB_WRITE, &t->e);
    assert_non_null(copy);
    if (backup_check(copy, &t->e) != OK)
        fail_msg("%s", err_text(&t->e, t->a).s);
    assert_int_equal(ask(copy, "sum"), 0);
    *sum = ask(copy, "q");
    *more = ask(copy, "more");
    db_close(copy);
}

static void every_moment_can_be_had_back(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    make_tables(db, t);
    str logs = temp_path(t, "log");
    assert_int_equal(folder_make(logs.s, &t->e), OK);
    struct busy b = {.t = t, .tail = log_tail_new(db, &t->e)};
    assert_non_null(b.tail);
    assert_int_equal(log_tail_begin(b.tail, logs, &t->e), OK);
    pthread_t threads[WRITERS];
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, keep_writing, &b), 0);
    while (atomic_load(&b.commits) < 200)
        sched_yield();
    struct db *reader = temp_db(t, DB_READ);
    str base = temp_path(t, "base.db");
    int64_t last_us = 0;
    struct log_place from = log_tail_place(b.tail, t->a, &last_us);
    copy_pages(t, reader, base.s, &b, 1000);
    for (int64_t at = 1001; at <= 1040; at++) {
        int64_t before = atomic_load(&b.commits);
        while (atomic_load(&b.commits) < before + 50)
            sched_yield();
        write_down(&b, at);
    }
    atomic_store(&b.stop, true);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    write_down(&b, 2000);
    assert_true(log_tail_on(b.tail));
    assert_true(atomic_load(&b.commits) > 2000);

    int64_t sum, more, before = -1, bytes;
    str hex;
    static const int64_t moments[] = {1000, 1001, 1013, 1027, 1040, 2000};
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        struct log_played played;
        str copy = str_fmt(t->a, "%s/copy%zu.db", t->dir.s, i);
        assert_int_equal(folder_copy(t->a, base.s, copy.s, &bytes, &hex, &t->e), OK);
        assert_int_equal(log_play(t->a, logs, from, moments[i], copy.s, &played, &t->e), OK);
        assert_false(played.gone);
        assert_true(played.last_us <= moments[i]);
        check_copy(t, copy.s, &sum, &more);
        assert_true(more >= before);
        before = more;
    }
    assert_int_equal(sum, ask(db, "q")); // the last one is what there is
    assert_int_equal(more, ask(db, "more"));
    log_tail_free(b.tail);
    db_close(reader);
    db_close(db);
}

// Whoever writes on and on without a resting place lets the log grow, until it is stopped for a
// moment and begins anew.
static void a_long_log_begins_anew(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    make_tables(db, t);
    str logs = temp_path(t, "log");
    assert_int_equal(folder_make(logs.s, &t->e), OK);
    struct busy b = {.t = t, .tail = log_tail_new(db, &t->e)};
    assert_int_equal(log_tail_begin(b.tail, logs, &t->e), OK);
    int64_t largest = 0;
    for (int64_t round = 0; round < 12; round++) {
        for (int64_t i = 0; i < 8; i++)
            db_run(db,
                "INSERT INTO more WITH RECURSIVE k(n) AS (SELECT 0 UNION ALL SELECT n+1 FROM k"
                " WHERE n<500) SELECT ?1, hex(zeroblob(1900)) FROM k",
                V(1));
        assert_int_equal(db_status(db, &t->e), OK);
        write_down(&b, 1000 + round);
        largest = db_log_pages(db) > largest ? db_log_pages(db) : largest;
    }
    assert_true(largest > 30000);
    assert_true(largest < 45000); // twelve rounds are 48000 pages
    assert_true(log_tail_on(b.tail));
    log_tail_free(b.tail);
    db_close(db);
}

int main(void)
{
    crypt_init();
    log_set(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        TEMP_TEST(every_moment_can_be_had_back),
        TEMP_TEST(a_long_log_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
