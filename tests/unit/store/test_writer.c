#include "temp.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include "base/log.h"
#include "store/log_mover.h"
#include "store/writer.h"

enum { THREADS = 8, EACH = 500 };

// A command that adds one row, or tries to.
struct add {
    struct write w;
    int64_t n;
    enum { ADD, REFUSE, BREAK_SQL, SAME_KEY, SILENT } way;
    _Atomic int done; // how often
    enum err_code code;
    size_t notes; // of the error handed over
};

static enum err_code apply(struct write *w, struct db *db)
{
    struct add *c = (struct add *)w;
    db_run(db, "INSERT INTO t (town, n, s) VALUES (?1, ?2, 'x')", V(1), V(c->n));
    if (c->way == REFUSE)
        return ERR_DENIED;
    if (c->way == BREAK_SQL)
        db_run(db, "INSERT INTO nowhere VALUES (?1)", V(1));
    if (c->way == SAME_KEY)
        db_run(db, "INSERT INTO t (town, n) VALUES (?1, ?2)", V(1), V(c->n));
    if (c->way == SILENT)
        db_fail_at(db, 1); // the release fails
    return OK;
}

static void done(struct write *w, enum err_code code, const struct err *e)
{
    struct add *c = (struct add *)w;
    c->code = code;
    c->notes = e ? e->n : 0;
    atomic_fetch_add(&c->done, 1);
}

// So that what is submitted next falls into another group.
static void await(struct add *c)
{
    while (!atomic_load(&c->done))
        sched_yield();
}

static struct add command(int64_t n)
{
    return (struct add){.w = {.apply = apply, .done = done}, .n = n};
}

// Holds the writer inside a command, so that a test can queue what it likes behind it.
struct gate {
    struct write w;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool entered, open;
};

static enum err_code gate_apply(struct write *w, struct db *db)
{
    struct gate *g = (struct gate *)w;
    (void)db;
    pthread_mutex_lock(&g->lock);
    g->entered = true;
    pthread_cond_broadcast(&g->changed);
    while (!g->open)
        pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
    return OK;
}

static void gate_close(struct gate *g, struct writer *w)
{
    *g = (struct gate){.w = {.apply = gate_apply},
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER};
    assert_int_equal(writer_submit(w, &g->w), OK);
    pthread_mutex_lock(&g->lock);
    while (!g->entered)
        pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void gate_open(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->open = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

static struct writer *start(struct temp *t, const struct writer_hooks *hooks)
{
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    db_busy_wait(db, 20);
    struct writer *w = writer_start(db, hooks, &t->e);
    assert_non_null(w);
    return w;
}

static int64_t rows(struct temp *t)
{
    struct db *r = temp_db(t, DB_READ);
    int64_t n = db_one_i64(r, -1, "SELECT count(*) FROM t WHERE town=?1", V(1));
    db_close(r);
    return n;
}

static void runs_one_and_waits(void **state)
{
    struct temp *t = *state;
    struct writer *w = start(t, NULL);
    struct add c = command(1);
    assert_int_equal(writer_run(w, &c.w, &t->e), OK);
    assert_int_equal(atomic_load(&c.done), 1);
    assert_int_equal(rows(t), 1);
    c = command(1);
    assert_int_equal(writer_run(w, &c.w, &t->e), ERR_CONFLICT);
    assert_int_equal(t->e.n, 1); // the note came along
    c = command(2);
    c.w.done = NULL;
    assert_int_equal(writer_run(w, &c.w, &t->e), OK);
    struct writer_stats stats = writer_stats(w);
    assert_int_equal(stats.groups, 3);
    assert_int_equal(stats.commands, 3);
    assert_int_equal(stats.failed, 1);
    assert_int_equal(stats.largest_group, 1);
    assert_int_equal(writer_waiting(w), 0);
    writer_stop(w);
}

static void failing_command_fails_alone(void **state)
{
    struct temp *t = *state;
    struct writer *w = start(t, NULL);
    struct add c[7];
    static const enum err_code expected[7] = {
        OK, ERR_DENIED, OK, ERR_STORE, ERR_CONFLICT, ERR_STORE, OK};
    static const size_t notes[7] = {0, 0, 0, 1, 1, 1, 0};
    for (int i = 0; i < 7; i++)
        c[i] = command(i);
    c[1].way = REFUSE;
    c[3].way = BREAK_SQL;
    c[4].way = SAME_KEY;
    c[5].way = SILENT;
    struct gate gate;
    gate_close(&gate, w);
    for (int i = 0; i < 7; i++)
        assert_int_equal(writer_submit(w, &c[i].w), OK);
    assert_int_equal(writer_waiting(w), 7);
    gate_open(&gate);
    struct add last = command(100);
    assert_int_equal(writer_run(w, &last.w, &t->e), OK);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(atomic_load(&c[i].done), 1);
        assert_int_equal(c[i].code, expected[i]);
        assert_int_equal(c[i].notes, notes[i]);
    }
    assert_int_equal(writer_stats(w).failed, 4);
    assert_true(writer_stats(w).largest_group >= 7);
    assert_int_equal(rows(t), 4); // 0, 2, 6 and 100
    writer_stop(w);
}

struct sender {
    struct writer *w;
    struct add *commands;
    int64_t first;
    int busy;
};

static void *send(void *arg)
{
    struct sender *s = arg;
    for (int i = 0; i < EACH; i++) {
        struct add *c = &s->commands[i];
        *c = command(s->first + i);
        c->way = i % 10 == 9 ? REFUSE : ADD;
        if (i % 50 == 0) { // now and then one that is waited for
            struct arena *a = arena_new();
            struct err e;
            err_init(&e, a, LANG_EN);
            s->busy += writer_run(s->w, &c->w, &e) == ERR_BUSY;
            arena_free(a);
        } else {
            s->busy += writer_submit(s->w, &c->w) == ERR_BUSY;
        }
    }
    return NULL;
}

static void many_threads_submit(void **state)
{
    struct temp *t = *state;
    struct writer *w = start(t, NULL);
    pthread_t threads[THREADS];
    struct sender senders[THREADS];
    for (int i = 0; i < THREADS; i++) {
        senders[i] = (struct sender){w, NEW_ARRAY(t->a, EACH, struct add), (int64_t)i * EACH, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, send, &senders[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    struct writer_stats before = writer_stats(w);
    assert_true(before.groups > 0 && before.groups <= (int64_t)THREADS * EACH);
    writer_stop(w); // drains
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(senders[i].busy, 0); // 4,000 fit the queue
        for (int k = 0; k < EACH; k++) {
            const struct add *c = &senders[i].commands[k];
            assert_int_equal(c->done, 1);
            assert_int_equal(c->code, c->way == REFUSE ? ERR_DENIED : OK);
        }
    }
    assert_int_equal(rows(t), THREADS * EACH * 9 / 10);
}

static enum err_code fail_commit(struct write *w, struct db *db)
{
    enum err_code code = apply(w, db);
    db_fail_at(db, 2); // release, commit
    return code;
}

static void failed_commit_fails_the_group(void **state)
{
    struct temp *t = *state;
    struct writer *w = start(t, NULL);
    struct add c[5];
    for (int i = 0; i < 5; i++)
        c[i] = command(i);
    c[2].way = REFUSE;
    c[4].w.apply = fail_commit;
    struct gate gate;
    gate_close(&gate, w);
    for (int i = 0; i < 5; i++)
        assert_int_equal(writer_submit(w, &c[i].w), OK);
    gate_open(&gate);
    await(&c[4]);
    struct add last = command(100);
    assert_int_equal(writer_run(w, &last.w, &t->e), OK); // the next group is fine
    for (int i = 0; i < 5; i++) {
        assert_int_equal(atomic_load(&c[i].done), 1);
        assert_int_equal(c[i].code, i == 2 ? ERR_DENIED : ERR_STORE);
        assert_int_equal(c[i].notes, i == 2 ? 0 : 1);
    }
    assert_int_equal(rows(t), 1);
    writer_stop(w);
}

// Every statement of a group of three fails once; whatever happens, answers and rows agree.
static enum err_code arm(struct write *w, struct db *db)
{
    struct add *c = (struct add *)w;
    db_fail_at(db, c->n);
    return OK;
}

static void answers_agree_with_rows_at_every_fault(void **state)
{
    struct temp *t = *state;
    struct writer *w = start(t, NULL);
    int64_t expected = 0, faults = -1;
    bool all_ok = false;
    for (int64_t at = 1; !all_ok && at < 40; at++) {
        struct add first = command(at), c[3];
        first.w.apply = arm;
        struct gate gate;
        gate_close(&gate, w);
        assert_int_equal(writer_submit(w, &first.w), OK);
        for (int i = 0; i < 3; i++) {
            c[i] = command(at * 10 + i);
            assert_int_equal(writer_submit(w, &c[i].w), OK);
        }
        gate_open(&gate);
        await(&c[2]);
        struct add off = command(0);
        off.w.apply = arm;
        while (writer_run(w, &off.w, &t->e)) // a fault that is left over may meet this one first
            assert_true(atomic_load(&off.done) < 3);
        all_ok = first.code == OK;
        for (int i = 0; i < 3; i++) {
            assert_int_equal(atomic_load(&c[i].done), 1);
            all_ok &= c[i].code == OK;
            expected += c[i].code == OK;
        }
        assert_int_equal(rows(t), expected);
        faults = at - 1;
    }
    // The first command's release, savepoint, insert and release of the three, the commit.
    assert_int_equal(faults, 1 + 3 * 3 + 1);
    writer_stop(w);
}

static void locked_database_is_busy_for_all(void **state)
{
    struct temp *t = *state;
    struct writer *w = start(t, NULL);
    struct db *other = temp_db(t, DB_WRITE);
    db_begin(other);
    struct add c = command(1);
    assert_int_equal(writer_run(w, &c.w, &t->e), ERR_BUSY);
    assert_int_equal(c.notes, 1);
    db_rollback(other);
    assert_int_equal(writer_run(w, &c.w, &t->e), OK);
    db_close(other);
    writer_stop(w);
}

static void full_queue_refuses_and_stop_drains(void **state)
{
    struct temp *t = *state;
    struct writer *w = start(t, NULL);
    struct gate gate;
    gate_close(&gate, w);
    struct add *c = NEW_ARRAY(t->a, WRITER_QUEUE_MAX + 1, struct add);
    for (int i = 0; i <= WRITER_QUEUE_MAX; i++) {
        c[i] = command(i);
        assert_int_equal(writer_submit(w, &c[i].w), i < WRITER_QUEUE_MAX ? OK : ERR_BUSY);
    }
    assert_int_equal(writer_waiting(w), WRITER_QUEUE_MAX);
    assert_int_equal(writer_run(w, &c[WRITER_QUEUE_MAX].w, &t->e), ERR_BUSY);
    assert_int_equal(t->e.n, 1);
    gate_open(&gate);
    writer_stop(w);
    struct stat st;
    assert_int_not_equal(stat(temp_path(t, "town.db-wal").s, &st), 0); // all in one file
    for (int i = 0; i < WRITER_QUEUE_MAX; i++)
        assert_int_equal(atomic_load(&c[i].done), 1);
    assert_int_equal(atomic_load(&c[WRITER_QUEUE_MAX].done), 0);
    assert_int_equal(rows(t), WRITER_QUEUE_MAX);
}

struct trace {
    char text[64];
    size_t n;
    bool fail_flush;
    int64_t flushed;
};

static void mark(struct trace *x, char c)
{
    if (x->n + 1 < sizeof(x->text))
        x->text[x->n++] = c;
}

static void on_begin(void *arg, struct db *db)
{
    (void)db;
    mark(arg, 'b');
}

static void on_settle(void *arg, struct write *w, bool ok)
{
    (void)w;
    mark(arg, ok ? '+' : '-');
}

static enum err_code on_flush(void *arg, struct db *db, struct err *e)
{
    struct trace *x = arg;
    mark(x, 'f');
    db_run(db, "INSERT INTO t (town, n, s) VALUES (?1, ?2, 'flush')", V(1), V(1000 + x->flushed++));
    if (x->fail_flush)
        return err_add(e, ERR_CONFLICT, S(""), S(""), "no", "不");
    return OK;
}

static void on_finish(void *arg, struct db *db, bool committed)
{
    (void)db;
    mark(arg, committed ? 'C' : 'R');
}

static void traced_done(struct write *w, enum err_code code, const struct err *e)
{
    done(w, code, e);
}

static void hooks_come_in_order(void **state)
{
    struct temp *t = *state;
    struct trace x = {.n = 0};
    const struct writer_hooks hooks = {&x, on_begin, on_settle, on_flush, on_finish};
    struct writer *w = start(t, &hooks);
    struct add c[3];
    for (int round = 0; round < 2; round++) {
        struct gate gate;
        gate_close(&gate, w);
        for (int i = 0; i < 3; i++) {
            c[i] = command(10 * round + i);
            c[i].w.done = traced_done;
            assert_int_equal(writer_submit(w, &c[i].w), OK);
        }
        c[1].way = REFUSE;
        x.fail_flush = false;
        gate_open(&gate);
        struct add last = command(500 + round);
        assert_int_equal(writer_run(w, &last.w, &t->e), OK);
    }
    x.fail_flush = true;
    struct add failing = command(900);
    assert_int_equal(writer_run(w, &failing.w, &t->e), ERR_CONFLICT);
    assert_int_equal(t->e.n, 1);
    writer_stop(w);
    str got = {x.text, x.n};
    assert_true(str_starts(got, S("b+fCb+-+")));
    assert_true(str_ends(got, S("b+fR")));
    int64_t flushes = 0;
    for (size_t i = 0; i < x.n; i++)
        flushes += x.text[i] == 'C';
    assert_int_equal(rows(t), 2 * 2 + 2 + flushes);
}

static void log_is_kept_short(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    temp_table(t, db);
    struct writer *w = writer_start(db, NULL, &t->e);
    assert_non_null(w);
    enum { GROUPS = 2 * LOG_MOVE_PAGES }; // one page each at least
    struct add c;
    for (int i = 0; i < GROUPS; i++) {
        c = command(i);
        assert_int_equal(writer_run(w, &c.w, &t->e), OK);
    }
    struct stat st;
    assert_int_equal(stat(temp_path(t, "town.db-wal").s, &st), 0);
    // What was written while the thread moved the log comes on top.
    assert_true(st.st_size / (4096 + 24) < LOG_MOVE_PAGES * 3 / 2);
    writer_stop(w);
    assert_int_equal(rows(t), GROUPS);
}

int main(void)
{
    log_set(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        TEMP_TEST(runs_one_and_waits),
        TEMP_TEST(failing_command_fails_alone),
        TEMP_TEST(many_threads_submit),
        TEMP_TEST(failed_commit_fails_the_group),
        TEMP_TEST(answers_agree_with_rows_at_every_fault),
        TEMP_TEST(locked_database_is_busy_for_all),
        TEMP_TEST(full_queue_refuses_and_stop_drains),
        TEMP_TEST(hooks_come_in_order),
        TEMP_TEST(log_is_kept_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
