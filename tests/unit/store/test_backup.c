#include "temp.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crypt.h"
#include "base/log.h"
#include "store/backup.h"

// Two rows at a time in one transaction: a copy with an odd number is no state there ever was.
static void add_pair(struct temp *t, struct db *db, struct err *e, int64_t n)
{
    db_begin(db);
    for (int64_t i = 0; i < 2; i++)
        db_run(db, "INSERT INTO t (town, n, s) VALUES (?1, ?2, ?3)", V(1), V(2 * n + i),
            V(S("a text that makes the row long enough to fill a good many pages quickly")));
    assert_int_equal(db_commit(db, e), OK);
    (void)t;
}

static int64_t count(struct db *db)
{
    return db_one_i64(db, -1, "SELECT count(*) FROM t WHERE town=?1", V(1));
}

struct busy {
    struct temp *t;
    _Atomic bool stop;
    _Atomic int64_t pairs;
};

static void *keep_writing(void *arg)
{
    struct busy *b = arg;
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_EN);
    struct db *db = db_open(str_fmt(a, "%s/town.db", b->t->dir.s), DB_WRITE, &e);
    assert_non_null(db);
    while (!atomic_load(&b->stop))
        add_pair(b->t, db, &e, atomic_fetch_add(&b->pairs, 1));
    db_close(db);
    arena_free(a);
    return NULL;
}

struct seen {
    int64_t calls, done, total;
    struct busy *busy;
    int64_t pairs;
};

// Lets the writer get ahead between two steps.
static void look(void *arg, int64_t done, int64_t total)
{
    struct seen *s = arg;
    assert_true(done >= s->done);
    s->calls++;
    s->done = done;
    s->total = total;
    s->pairs = atomic_load(&s->busy->pairs);
    while (atomic_load(&s->busy->pairs) < s->pairs + 3)
        sched_yield();
}

static void copies_while_another_writes(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_run(db,
        "INSERT INTO t WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM k WHERE n<60000)"
        " SELECT ?1, 1000000000+n, hex(zeroblob(100)) FROM k",
        V(1));
    assert_int_equal(count(db), 60000);
    db_close(db);
    struct busy busy = {.t = t};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, keep_writing, &busy), 0);
    while (atomic_load(&busy.pairs) < 5)
        sched_yield();
    struct db *r = temp_db(t, DB_READ);
    str to = temp_path(t, "copy.db");
    struct seen seen = {.busy = &busy};
    for (int round = 0; round < 2; round++) { // the second replaces the first
        seen.calls = seen.done = 0;
        int64_t before = atomic_load(&busy.pairs);
        assert_int_equal(backup_copy(r, to, look, &seen, &t->e), OK);
        assert_true(seen.calls > 3);
        assert_int_equal(seen.done, seen.total);
        assert_true(atomic_load(&busy.pairs) >= before + 9); // it did write meanwhile
        struct stat st;
        assert_int_equal(stat(to.s, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(st.st_size, seen.total * 4096);
    }
    atomic_store(&busy.stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    db_close(r);
    struct db *copy = db_open(to, DB_READ, &t->e);
    assert_non_null(copy);
    assert_int_equal(count(copy) % 2, 0);
    assert_true(count(copy) >= 60010);
    assert_int_equal(backup_check(copy, &t->e), OK);
    db_close(copy);
    copy = db_open(to, DB_WRITE, &t->e); // and it can be worked with
    assert_non_null(copy);
    assert_string_equal(db_one_str(copy, t->a, "PRAGMA journal_mode", V(1)).s, "wal");
    db_close(copy);
}

static int files_in(struct temp *t)
{
    char *roots[] = {str_z(t->a, t->dir), NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(tree);
    int n = 0;
    for (FTSENT *f = fts_read(tree); f; f = fts_read(tree))
        n += f->fts_info == FTS_F;
    assert_int_equal(fts_close(tree), 0);
    return n;
}

static void refuses_what_would_do_harm(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    assert_int_equal(backup_copy(db, temp_path(t, "town.db"), NULL, NULL, &t->e), ERR_INVALID);
    str link_name = temp_path(t, "link.db");
    assert_int_equal(symlink(temp_path(t, "town.db").s, link_name.s), 0);
    assert_int_equal(backup_copy(db, link_name, NULL, NULL, &t->e), ERR_INVALID);
    struct db *other = db_open(temp_path(t, "other.db"), DB_WRITE, &t->e);
    assert_non_null(other);
    temp_table(t, other);
    assert_int_equal(backup_copy(db, temp_path(t, "other.db"), NULL, NULL, &t->e), ERR_INVALID);
    db_close(other);
    int before = files_in(t);
    assert_int_equal(backup_copy(db, temp_path(t, "no/such.db"), NULL, NULL, &t->e), ERR_STORE);
    assert_int_equal(backup_copy(db, t->dir, NULL, NULL, &t->e), ERR_STORE); // cannot be renamed to
    assert_int_equal(files_in(t), before); // nothing half done is left
    db_close(db);
}

static void damage_is_found_and_not_copied(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_run(db, "CREATE INDEX t_s ON t (town, s)", V(1));
    for (int64_t n = 0; n < 500; n++)
        add_pair(t, db, &t->e, n);
    assert_int_equal(backup_check(db, &t->e), OK);
    db_checkpoint(db, true);
    db_close(db);
    FILE *f = fopen(temp_path(t, "town.db").s, "r+");
    assert_non_null(f);
    assert_int_equal(fseek(f, 5 * 4096 + 100, SEEK_SET), 0);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(fputc('?', f), '?');
    assert_int_equal(fclose(f), 0);
    struct db *r = temp_db(t, DB_READ);
    assert_int_equal(backup_check(r, &t->e), ERR_STORE);
    assert_true(t->e.n >= 1);
    assert_int_equal(backup_copy(r, temp_path(t, "copy.db"), NULL, NULL, &t->e), ERR_STORE);
    assert_int_not_equal(access(temp_path(t, "copy.db").s, F_OK), 0);
    db_close(r);
}

int main(void)
{
    crypt_init();
    log_set(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        TEMP_TEST(copies_while_another_writes),
        TEMP_TEST(refuses_what_would_do_harm),
        TEMP_TEST(damage_is_found_and_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
