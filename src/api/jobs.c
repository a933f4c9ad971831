#include "api/jobs.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include "api/feed.h"
#include "base/log.h"
#include "domain/import.h"
#include "domain/publish.h"
#include "domain/town.h"
#include "store/files.h"

// ---- the thread

enum work_kind { WORK_NONE, WORK_IMPORT, WORK_UNDO, WORK_SETTLE, WORK_SWEEP };
struct work {
    enum work_kind kind;
    int64_t job;
};
struct jobs {
    struct app *app;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct work queue[JOBS_WAITING_MAX];
    size_t n;
    struct work running;
    int64_t stop_job; // a job somebody asked to stop
    bool stopping;
};

enum {
    AGAIN_S = 1,    // what could not be begun or ended is tried again
    SWEEP_S = 3600, // how often sheets are looked for that no job needs
};

static bool same(const struct work *a, const struct work *b)
{
    return a->kind == b->kind && a->job == b->job;
}

static enum err_code enqueue(struct jobs *j, struct work w, struct err *e)
{
    pthread_mutex_lock(&j->lock);
    // Due times that are just being computed may be those of an older calendar.
    bool twice = w.kind != WORK_SETTLE && same(&j->running, &w);
    bool room = j->n < JOBS_WAITING_MAX && !j->stopping;
    for (size_t i = 0; i < j->n; i++)
        twice |= same(&j->queue[i], &w);
    if (room && !twice)
        j->queue[j->n++] = w;
    pthread_cond_signal(&j->wake);
    pthread_mutex_unlock(&j->lock);
    if (twice)
        return err_add(e, ERR_CONFLICT, S("id"), (str){0}, "this job is already being worked on",
            "这个任务正在执行");
    return room ? OK
                : err_add(e, ERR_BUSY, (str){0}, (str){0}, "too many jobs are waiting",
                      "等待的任务太多");
}

// One group of a job as an ordinary command of the writer.
struct group {
    struct write write;
    struct app *app;
    struct arena *arena;
    enum err_code (*fn)(struct ctx *c, void *arg, struct err *e);
    void *arg;
    int64_t person;
    struct err *err;
};

static enum err_code group_apply(struct write *w, struct db *db)
{
    struct group *g = (struct group *)w;
    struct ctx c;
    err_init(g->err, g->arena, g->err->lang);
    app_writer_ctx(g->app, db, g->arena, &c);
    c.actor = g->person ? rules_person(c.rules, g->person) : NULL;
    enum err_code code = g->fn(&c, g->arg, g->err);
    return db_overrules(db, g->err) ? g->err->code : code;
}

struct door_state {
    struct jobs *jobs;
    int64_t job, person;
    struct arena *arena; // of one group
};

static enum err_code door_run(void *arg,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg, struct err *e)
{
    struct door_state *d = arg;
    arena_reset(d->arena);
    struct err err;
    err_init(&err, d->arena, e->lang);
    struct group g = {.write = {.apply = group_apply},
        .app = d->jobs->app,
        .arena = d->arena,
        .fn = fn,
        .arg = fn_arg,
        .person = d->person,
        .err = &err};
    enum err_code code = writer_run(app_writer(d->jobs->app), &g.write, e);
    if (err.code != OK)
        err_merge(e, &err, (str){0});
    return code;
}

static bool stopping(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    bool now = j->stopping;
    pthread_mutex_unlock(&j->lock);
    return now;
}

static bool door_progress(void *arg, const struct import_result *r)
{
    struct door_state *d = arg;
    feed_job(d->jobs->app, d->job, S("running"), r->rows, import_rows_expected(r));
    pthread_mutex_lock(&d->jobs->lock);
    bool go = !d->jobs->stopping && d->jobs->stop_job != d->job;
    pthread_mutex_unlock(&d->jobs->lock);
    return go;
}

// What a job works with: its own read connection and the rules of now.
struct bench {
    struct arena *arena, *group;
    struct db *db;
    struct rules_hold *rules;
    struct ctx ctx;
    struct err err;
};

static bool bench_open(struct jobs *j, struct bench *b, int64_t job)
{
    b->arena = arena_new();
    b->group = arena_new();
    err_init(&b->err, b->arena, LANG_ZH);
    b->db = town_open(b->arena, app_conf(j->app)->dir, false, 0, &b->err);
    b->rules = app_rules_take(j->app);
    b->ctx = (struct ctx){.db = b->db,
        .arena = b->arena,
        .rules = app_rules(b->rules),
        .now_us = tm_now(),
        .keys = app_keys(j->app),
        .blob_dir = town_blob_dir(b->arena, app_conf(j->app)->dir)};
    if (!b->db)
        return false;
    int64_t person = db_one_i64(b->db, 0, "SELECT person FROM job WHERE town = ?1 AND id = ?2",
        V(b->ctx.rules->town), V(job));
    b->ctx.actor = person ? rules_person(b->ctx.rules, person) : NULL;
    return db_status(b->db, &b->err) == OK;
}

static void bench_close(struct bench *b)
{
    if (b->db)
        db_close(b->db);
    app_rules_drop(b->rules);
    arena_free(b->group);
    arena_free(b->arena);
}

struct work_end {
    int64_t job;
    str state;
};

static enum err_code set_state(struct ctx *c, void *arg, struct err *e)
{
    const struct work_end *w = arg;
    db_run(c->db, "UPDATE job SET state = ?3, changed_us = ?4 WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(w->job), V(w->state), V(c->now_us));
    return db_status(c->db, e);
}

static bool mark(struct bench *b, struct door_state *d, str state)
{
    struct work_end end = {d->job, state};
    struct err e;
    err_init(&e, b->arena, LANG_ZH);
    if (door_run(d, set_state, &end, &e) == OK)
        return true;
    log_line(LOG_ERROR, "job id=%" PRId64 " cannot be marked", d->job);
    return false;
}

static str state_of(struct bench *b, int64_t job)
{
    db_rollback(b->db);
    return db_one_str(b->db, b->arena, "SELECT state FROM job WHERE town = ?1 AND id = ?2",
        V(b->ctx.rules->town), V(job));
}

// False: it has to be done again, or else it would stay as it is until the next start.
static bool run_import(struct jobs *j, struct bench *b, const struct work *w)
{
    bool marked = true;
    struct door_state d = {j, w->job, b->ctx.actor ? b->ctx.actor->id : 0, b->group};
    struct import_door door = {&d, door_run, door_progress};
    struct import_result r = {0};
    int64_t undone, kept;
    enum err_code code = w->kind == WORK_IMPORT
                             ? import_run(&b->ctx, w->job, &door, &r, &b->err)
                             : import_undo(&b->ctx, w->job, &door, &undone, &kept, &b->err);
    if (code == ERR_CONFLICT) { // over meanwhile: it stays what it is
        log_line(LOG_WARN, "job id=%" PRId64 " %.*s", w->job, STR_ARG(err_text(&b->err, b->arena)));
    } else if (code != OK) {
        log_line(LOG_WARN, "job id=%" PRId64 " %.*s", w->job, STR_ARG(err_text(&b->err, b->arena)));
        marked = mark(b, &d, S("failed"));
    } else if (stopping(j) && str_eq(state_of(b, w->job), S("stopped"))) {
        // not by a person, but by the server's end: the next start goes on
        (void)mark(b, &d, S("running"));
    }
    feed_job(j->app, w->job, state_of(b, w->job), r.rows, r.rows);
    return marked;
}

struct settle_state {
    int64_t wanted, after, reached, looked;
};

static enum err_code settle_group(struct ctx *c, void *arg, struct err *e)
{
    struct settle_state *s = arg;
    s->looked = def_settle_some(c, s->after, &s->reached, e);
    if (s->looked == 0 && e->code == OK)
        def_settle_done(c, s->wanted);
    return e->code != OK ? e->code : db_status(c->db, e);
}

// From the beginning when it fails: what is right already stays as it is.
static bool run_settle(struct jobs *j, struct bench *b)
{
    struct door_state d = {j, 0, 0, b->group};
    struct settle_state s = {.wanted = def_settle_wanted(&b->ctx)};
    do {
        if (door_run(&d, settle_group, &s, &b->err) != OK) {
            log_line(LOG_ERROR, "settle %.*s", STR_ARG(err_text(&b->err, b->arena)));
            return false;
        }
        s.after = s.reached;
    } while (s.looked > 0 && !stopping(j));
    return true;
}

static bool run_sweep(struct bench *b)
{
    int64_t n = import_sheets_drop(&b->ctx, &b->err);
    if (b->err.code != OK)
        log_line(LOG_ERROR, "sheets %.*s", STR_ARG(err_text(&b->err, b->arena)));
    else if (n > 0)
        log_line(LOG_INFO, "sheets dropped=%" PRId64, n);
    return true; // the next hour looks again
}

// False: it could not be begun or ended, and has to be tried again.
static bool run_work(struct jobs *j, const struct work *w)
{
    struct bench b = {0};
    int lock = -1;
    bool over = false;
    enum err_code code = bench_open(j, &b, w->job) ? OK : ERR_STORE;
    if (code == OK && w->job != 0)
        code = town_lock(b.arena, app_conf(j->app)->dir, w->job, &lock, &b.err);
    if (code == OK) {
        over = w->kind == WORK_SETTLE  ? run_settle(j, &b)
               : w->kind == WORK_SWEEP ? run_sweep(&b)
                                       : run_import(j, &b, w);
    } else {
        over = code == ERR_CONFLICT; // a command is at it, and it is that command's
        log_line(LOG_WARN, "job id=%" PRId64 " %.*s", w->job, STR_ARG(err_text(&b.err, b.arena)));
    }
    files_unlock(lock);
    bench_close(&b);
    return over;
}

static struct timespec in_a_while(int64_t seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    return until;
}

// Under the lock: back into the queue, after a while or when the server stops.
static void put_back(struct jobs *j, struct work w)
{
    struct timespec until = in_a_while(AGAIN_S);
    while (!j->stopping && pthread_cond_timedwait(&j->wake, &j->lock, &until) == 0)
        ;
    j->running = (struct work){0};
    if (j->n < JOBS_WAITING_MAX)
        j->queue[j->n++] = w;
}

static void *loop(void *arg)
{
    struct jobs *j = arg;
    pthread_mutex_lock(&j->lock);
    while (!j->stopping) {
        struct timespec until = in_a_while(SWEEP_S);
        if (j->n == 0 && pthread_cond_timedwait(&j->wake, &j->lock, &until) == ETIMEDOUT)
            j->queue[j->n++] = (struct work){.kind = WORK_SWEEP};
        if (j->n == 0)
            continue;
        struct work w = j->queue[0];
        memmove(j->queue, j->queue + 1, --j->n * sizeof(*j->queue));
        j->running = w;
        j->stop_job = 0;
        pthread_mutex_unlock(&j->lock);
        bool over = run_work(j, &w);
        pthread_mutex_lock(&j->lock);
        if (!over)
            put_back(j, w);
        j->running = (struct work){0};
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

// Jobs a stopped or crashed server left unfinished go on where their last group ended.
static void resume(struct jobs *j)
{
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    struct rules_hold *h = app_rules_take(j->app);
    struct db *db = town_open(a, app_conf(j->app)->dir, false, 0, &e);
    if (db) {
        struct cursor r = db_rows(db,
            "SELECT id, state FROM job WHERE town = ?1 AND kind = 'import'"
            " AND state IN ('waiting', 'running', 'undoing') ORDER BY id",
            V(app_rules(h)->town));
        while (db_next(&r)) {
            enum work_kind kind = str_eq(db_str(&r, 1), S("undoing")) ? WORK_UNDO : WORK_IMPORT;
            (void)enqueue(j, (struct work){kind, db_i64(&r, 0)}, &e);
        }
        struct ctx c = {.db = db, .arena = a, .rules = app_rules(h)};
        if (def_settle_wanted(&c) != 0)
            (void)enqueue(j, (struct work){.kind = WORK_SETTLE}, &e);
        (void)enqueue(j, (struct work){.kind = WORK_SWEEP}, &e);
        if (db_status(db, &e) != OK)
            log_line(LOG_ERROR, "jobs are not resumed: %.*s", STR_ARG(err_text(&e, a)));
        db_close(db);
    }
    app_rules_drop(h);
    arena_free(a);
}

struct jobs *jobs_start(struct app *app)
{
    struct jobs *j = NEW(app_arena(app), struct jobs);
    j->app = app;
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->wake, NULL);
    resume(j);
    if (pthread_create(&j->thread, NULL, loop, j) != 0)
        return NULL;
    return j;
}

void jobs_stop(struct jobs *j)
{
    if (!j)
        return;
    pthread_mutex_lock(&j->lock);
    j->stopping = true;
    pthread_cond_signal(&j->wake);
    pthread_mutex_unlock(&j->lock);
    // The lock stays: the last requests may still ask, and are refused.
    pthread_join(j->thread, NULL);
}

void jobs_settle(struct app *app)
{
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    if (enqueue(app_jobs(app), (struct work){.kind = WORK_SETTLE}, &e) == ERR_BUSY)
        log_line(LOG_ERROR, "settle %.*s", STR_ARG(err_text(&e, a)));
    arena_free(a);
}

enum err_code jobs_run_import(struct app *app, int64_t job, struct err *e)
{
    return enqueue(app_jobs(app), (struct work){WORK_IMPORT, job}, e);
}

static bool runs_here(struct jobs *j, int64_t job)
{
    pthread_mutex_lock(&j->lock);
    bool here = j->running.job == job;
    pthread_mutex_unlock(&j->lock);
    return here;
}

enum err_code jobs_run_undo(struct app *app, int64_t job, struct err *e)
{
    int lock = -1;
    // A command may be at it; our own import of it, which just ends, is waited for.
    if (!runs_here(app_jobs(app), job) &&
        town_lock(e->arena, app_conf(app)->dir, job, &lock, e) != OK)
        return e->code;
    files_unlock(lock);
    return enqueue(app_jobs(app), (struct work){WORK_UNDO, job}, e);
}

size_t jobs_at_work(struct app *app)
{
    struct jobs *j = app_jobs(app);
    pthread_mutex_lock(&j->lock);
    size_t n = j->n + (j->running.kind != WORK_NONE);
    pthread_mutex_unlock(&j->lock);
    return n;
}

void jobs_stop_job(struct app *app, int64_t job)
{
    struct jobs *j = app_jobs(app);
    pthread_mutex_lock(&j->lock);
    if (j->running.job == job)
        j->stop_job = job;
    pthread_mutex_unlock(&j->lock);
}
