#include "store/writer.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/tm.h"
#include "store/log_mover.h"

enum {
    SLOW_US = 5000,
};

// A thread inside writer_run, waiting for its command.
struct wait {
    struct write *cmd;
    enum err_code code;
    struct err *e;
    bool over;
    struct wait *next;
};

// What the threads share; all of it under the lock.
struct shared {
    pthread_mutex_t lock;
    pthread_cond_t work; // something was queued, or stopping was set
    pthread_cond_t over; // a wait is over
    struct write *head, *tail;
    size_t waiting;
    bool stopping;
    struct wait *waits;
    struct writer_stats stats;
};

// A command of the current group.
struct member {
    struct write *cmd;
    enum err_code code;
    struct err *e;     // NULL when the command told its caller itself
    struct wait *wait; // NULL when nobody stands waiting for it
};

struct writer {
    struct shared *shared;
    pthread_t thread;
    struct arena *arena; // holds this struct too
    // The thread's own from here on.
    struct db *db;
    struct writer_hooks hooks; // calls that are not wanted are NULL
    struct arena *group_arena;
    struct member group[WRITER_GROUP_MAX];
    size_t n;
    bool careful; // this group waits for the end of each command
    int64_t slow;
    struct meter_hist took;
    struct log_mover *mover;
};

static void lock(struct shared *s)
{
    int rc = pthread_mutex_lock(&s->lock);
    CHECK(rc == 0);
}

static void unlock(struct shared *s)
{
    int rc = pthread_mutex_unlock(&s->lock);
    CHECK(rc == 0);
}

// Waits for work and takes it. False when there is none left and the writer is stopping.
static bool take_group(struct writer *w)
{
    struct shared *s = w->shared;
    w->n = 0;
    lock(s);
    while (!s->head && !s->stopping)
        pthread_cond_wait(&s->work, &s->lock);
    while (s->head && w->n < WRITER_GROUP_MAX) {
        w->group[w->n++] = (struct member){.cmd = s->head};
        s->head = s->head->next;
        s->waiting--;
    }
    if (!s->head)
        s->tail = NULL;
    unlock(s);
    return w->n > 0;
}

static struct err *new_err(struct writer *w)
{
    struct err *e = NEW(w->group_arena, struct err);
    err_init(e, w->group_arena, LANG_ZH);
    return e;
}

// One command in its savepoint. Not OK when not even the savepoint could be rolled back, or what
// failed was a command before it: then the group is lost.
static enum err_code apply_one(struct writer *w, struct member *m, struct err *group_error)
{
    db_savepoint(w->db);
    enum err_code lost = db_status(w->db, group_error);
    if (lost)
        return lost;
    int64_t start = tm_mono();
    m->code = m->cmd->apply(m->cmd, w->db);
    int64_t took = tm_mono() - start;
    if (took > SLOW_US) {
        w->slow++;
        log_line(LOG_WARN, "writer message=\"slow command\" us=%" PRId64, took);
    }
    if (m->code == OK) {
        if (w->careful)
            db_release(w->db);
        else
            db_release_later(w->db);
        struct err *e = new_err(w);
        m->code = db_status(w->db, e);
        m->e = m->code ? e : NULL;
    }
    if (m->code != OK && (db_may_repeat(w->db) || db_late(w->db))) // the whole group, then
        return db_status(w->db, group_error);
    if (m->code != OK) {
        db_rollback_to(w->db);
        db_release(w->db);
        lost = db_status(w->db, group_error);
    }
    if (!lost && w->hooks.settle)
        w->hooks.settle(w->hooks.arg, m->cmd, m->code == OK);
    return lost;
}

static enum err_code apply_all(struct writer *w, struct err *e)
{
    enum err_code code = OK;
    for (size_t i = 0; !code && i < w->n; i++)
        code = apply_one(w, &w->group[i], e);
    if (code)
        return code;
    if (w->hooks.flush)
        code = w->hooks.flush(w->hooks.arg, w->db, e);
    if (code && e->n == 0 && db_status(w->db, e)) // the reason, if it was the database
        code = e->code;
    return code ? code : db_commit(w->db, e);
}

// The transaction: OK, or nothing of it remains and e says why. again: it may succeed now.
static enum err_code try_group(struct writer *w, bool *again, struct err *e)
{
    db_begin(w->db);
    enum err_code code = db_status(w->db, e);
    *again = false;
    if (code) {
        db_rollback(w->db);
        return code;
    }
    if (w->hooks.begin)
        w->hooks.begin(w->hooks.arg, w->db);
    code = db_status(w->db, e);
    if (!code)
        code = apply_all(w, e);
    // Whose failure it was shows when each is waited for.
    bool whose = db_late(w->db) && !w->careful;
    *again = db_may_repeat(w->db) || whose;
    w->careful = w->careful || whose;
    if (code)
        db_rollback(w->db);
    if (w->hooks.finish)
        w->hooks.finish(w->hooks.arg, w->db, code == OK);
    return code;
}

static enum err_code commit_group(struct writer *w, struct err *e)
{
    bool again;
    w->careful = false;
    enum err_code code = try_group(w, &again, e);
    for (int tries = 1; again && tries < WRITER_TRIES_MAX; tries++) {
        log_line(LOG_WARN, "writer message=\"group repeated\" commands=%zu", w->n);
        // Who was in the way has been let through, if only he is quicker than we are.
        if (tries > 1 || !w->careful)
            (void)usleep((useconds_t)(WRITER_PAUSE_MS << (tries - 1)) * 1000);
        for (size_t i = 0; i < w->n; i++)
            w->group[i] = (struct member){.cmd = w->group[i].cmd};
        err_init(e, w->group_arena, LANG_ZH);
        code = try_group(w, &again, e);
    }
    return code;
}

static struct wait *find_wait(const struct shared *s, const struct write *cmd)
{
    struct wait *x = s->waits;
    while (x && x->cmd != cmd)
        x = x->next;
    return x;
}

// Under one lock, before any done: it may free its command, and another may then stand at that
// address.
static void count_and_find_waits(struct writer *w, bool committed)
{
    struct shared *s = w->shared;
    lock(s);
    s->stats.groups++;
    s->stats.groups_failed += !committed;
    s->stats.commands += (int64_t)w->n;
    s->stats.slow = w->slow;
    if (s->stats.largest_group < (int64_t)w->n)
        s->stats.largest_group = (int64_t)w->n;
    for (size_t i = 0; i < w->n; i++) {
        s->stats.failed += w->group[i].code != OK;
        w->group[i].wait = find_wait(s, w->group[i].cmd);
    }
    unlock(s);
}

static void end_wait(struct shared *s, const struct member *m)
{
    lock(s);
    m->wait->code = m->code;
    if (m->e)
        err_merge(m->wait->e, m->e, S(""));
    m->wait->over = true;
    pthread_cond_broadcast(&s->over);
    unlock(s);
}

static void tell_all(struct writer *w, bool committed)
{
    count_and_find_waits(w, committed);
    for (size_t i = 0; i < w->n; i++) {
        const struct member *m = &w->group[i];
        if (m->cmd->done)
            m->cmd->done(m->cmd, m->code, m->e);
        if (m->wait)
            end_wait(w->shared, m);
    }
}

static void count_log(struct writer *w)
{
    int64_t pages = db_log_pages(w->db), waiting = log_mover_waiting(w->mover);
    lock(w->shared);
    w->shared->stats.log_pages = pages;
    w->shared->stats.log_pages_waiting = waiting;
    unlock(w->shared);
}

static void *run(void *arg)
{
    struct writer *w = arg;
    while (take_group(w)) {
        struct err *e = new_err(w);
        int64_t start = tm_mono();
        enum err_code code = commit_group(w, e);
        meter_time(&w->took, tm_mono() - start);
        for (size_t i = 0; code && i < w->n; i++)
            if (w->group[i].code == OK) {
                w->group[i].code = code;
                w->group[i].e = e;
            }
        tell_all(w, code == OK);
        arena_reset(w->group_arena);
        log_mover_look(w->mover);
        count_log(w);
    }
    return NULL;
}

// Signals are for the main thread.
static int start_threads(struct writer *w)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    int rc = pthread_sigmask(SIG_SETMASK, &all, &before);
    CHECK(rc == 0);
    w->mover = log_mover_start(w->db);
    log_mover_before(w->mover, w->hooks.move, w->hooks.arg);
    int created = pthread_create(&w->thread, NULL, run, w);
    rc = pthread_sigmask(SIG_SETMASK, &before, NULL);
    CHECK(rc == 0);
    return created;
}

static void free_all(struct writer *w)
{
    (void)pthread_cond_destroy(&w->shared->over);
    (void)pthread_cond_destroy(&w->shared->work);
    (void)pthread_mutex_destroy(&w->shared->lock);
    log_mover_stop(w->mover);
    db_close(w->db);
    arena_free(w->group_arena);
    arena_free(w->arena);
}

struct writer *writer_start(struct db *db, const struct writer_hooks *hooks, struct err *e)
{
    struct arena *arena = arena_new();
    struct writer *w = NEW(arena, struct writer);
    w->arena = arena;
    w->group_arena = arena_new();
    w->db = db;
    if (hooks)
        w->hooks = *hooks;
    w->shared = NEW(arena, struct shared);
    int rc = pthread_mutex_init(&w->shared->lock, NULL);
    CHECK(rc == 0);
    rc = pthread_cond_init(&w->shared->work, NULL);
    CHECK(rc == 0);
    rc = pthread_cond_init(&w->shared->over, NULL);
    CHECK(rc == 0);
    rc = start_threads(w);
    if (rc != 0) {
        (void)err_add(e, ERR_STORE, S(""), S(""), "cannot start the writer's thread (error %d)",
            "无法启动写入线程（错误 %d）", rc);
        free_all(w);
        return NULL;
    }
    return w;
}

// Under the lock.
static enum err_code enqueue(struct shared *s, struct write *cmd)
{
    if (s->stopping || s->waiting >= WRITER_QUEUE_MAX)
        return ERR_BUSY;
    cmd->next = NULL;
    if (s->tail)
        s->tail->next = cmd;
    else
        s->head = cmd;
    s->tail = cmd;
    s->waiting++;
    pthread_cond_signal(&s->work);
    return OK;
}

enum err_code writer_submit(struct writer *w, struct write *cmd)
{
    lock(w->shared);
    enum err_code code = enqueue(w->shared, cmd);
    unlock(w->shared);
    return code;
}

enum err_code writer_run(struct writer *w, struct write *cmd, struct err *e)
{
    CHECK(!pthread_equal(pthread_self(), w->thread)); // would wait for itself
    struct shared *s = w->shared;
    struct wait wait = {.cmd = cmd, .e = e};
    lock(s);
    enum err_code code = enqueue(s, cmd);
    if (code) {
        unlock(s);
        return err_add(e, code, S(""), S(""), "too much is waiting to be written, try again",
            "等待写入的请求过多，请稍后再试");
    }
    wait.next = s->waits;
    s->waits = &wait;
    while (!wait.over)
        pthread_cond_wait(&s->over, &s->lock);
    struct wait **at = &s->waits;
    while (*at != &wait)
        at = &(*at)->next;
    *at = wait.next;
    unlock(s);
    return wait.code;
}

void writer_stop(struct writer *w)
{
    lock(w->shared);
    w->shared->stopping = true;
    pthread_cond_signal(&w->shared->work);
    unlock(w->shared);
    int rc = pthread_join(w->thread, NULL);
    CHECK(rc == 0);
    free_all(w);
}

size_t writer_waiting(const struct writer *w)
{
    lock(w->shared);
    size_t n = w->shared->waiting;
    unlock(w->shared);
    return n;
}

struct writer_stats writer_stats(const struct writer *w)
{
    lock(w->shared);
    struct writer_stats stats = w->shared->stats;
    unlock(w->shared);
    meter_collect(&w->took, &stats.took);
    return stats;
}
