#include "api/indexer.h"

#include <pthread.h>
#include "base/log.h"
#include "domain/search_fill.h"
#include "domain/town.h"

enum {
    ROWS_AT_ONCE = 200, // about a millisecond of the writer's time
    WAIT_MS = 5,        // for the writer to have nothing else to do
    WAITS_MAX = 20,     // a busy one lets the index in after that, or it would never be filled
    FAILED_REST_S = 60, // what cannot be written now is tried again after that
};

struct indexer {
    struct app *app;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    struct arena *arena; // of one command
};

// One group of rows as an ordinary command of the writer.
struct rows {
    struct write write;
    struct indexer *x;
    enum err_code (*fn)(struct ctx *c, void *arg, struct err *e);
    void *arg;
    struct err *err;
};

static enum err_code rows_apply(struct write *w, struct db *db)
{
    struct rows *r = (struct rows *)w;
    struct ctx c;
    app_writer_ctx(r->x->app, db, r->x->arena, &c);
    return r->fn(&c, r->arg, r->err);
}

static enum err_code door_run(void *arg,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg, struct err *e)
{
    struct indexer *x = arg;
    struct err err;
    arena_reset(x->arena);
    err_init(&err, x->arena, e->lang);
    struct rows r = {.write = {.apply = rows_apply}, .x = x, .fn = fn, .arg = fn_arg, .err = &err};
    enum err_code code = writer_run(app_writer(x->app), &r.write, e);
    if (err.code != OK)
        err_merge(e, &err, (str){0});
    return code;
}

// False when the server stops meanwhile.
static bool rest(struct indexer *x, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t ns = until.tv_nsec + ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&x->lock);
    while (!x->stopping && pthread_cond_timedwait(&x->wake, &x->lock, &until) == 0)
        continue;
    bool go = !x->stopping;
    pthread_mutex_unlock(&x->lock);
    return go;
}

static bool door_go_on(void *arg, int64_t done, int64_t total)
{
    struct indexer *x = arg;
    (void)done, (void)total;
    bool go = rest(x, 0);
    for (int i = 0; go && i < WAITS_MAX && writer_waiting(app_writer(x->app)) > 0; i++)
        go = rest(x, WAIT_MS);
    return go;
}

static bool fill(struct indexer *x, struct db *db)
{
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    struct rules_hold *h = app_rules_take(x->app);
    struct ctx c = {.db = db, .arena = a, .rules = app_rules(h), .now_us = tm_now()};
    struct search_door door = {x, door_run, door_go_on, ROWS_AT_ONCE};
    db_rollback(db);
    bool ok = search_fill(&c, SEARCH_FILL, &door, NULL, &e) == OK;
    if (!ok)
        log_line(LOG_ERROR, "search next try in %d s: %.*s", (int)FAILED_REST_S,
            STR_ARG(err_text(&e, a)));
    app_rules_drop(h);
    arena_free(a);
    return ok;
}

static void *loop(void *arg)
{
    struct indexer *x = arg;
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    struct db *db = town_open(a, app_conf(x->app)->dir, false, 0, &e);
    x->arena = arena_new();
    for (int64_t ms = 1000; db && rest(x, ms);)
        ms = fill(x, db) ? 1000 : FAILED_REST_S * 1000;
    db_close(db);
    arena_free(x->arena);
    arena_free(a);
    return NULL;
}

struct indexer *indexer_start(struct app *app)
{
    struct indexer *x = NEW(app_arena(app), struct indexer);
    x->app = app;
    pthread_mutex_init(&x->lock, NULL);
    pthread_cond_init(&x->wake, NULL);
    return pthread_create(&x->thread, NULL, loop, x) == 0 ? x : NULL;
}

void indexer_stop(struct indexer *x)
{
    if (!x)
        return;
    pthread_mutex_lock(&x->lock);
    x->stopping = true;
    pthread_cond_signal(&x->wake);
    pthread_mutex_unlock(&x->lock);
    pthread_join(x->thread, NULL);
    pthread_mutex_destroy(&x->lock);
    pthread_cond_destroy(&x->wake);
}
