#include "api/app.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "api/cadence_tick.h"
#include "api/keydate_tick.h"
#include "api/supervise_tick.h"
#include "api/call.h"
#include "api/feed.h"
#include "api/indexer.h"
#include "api/jobs.h"
#include "api/metrics.h"
#include "api/nightly.h"
#include "api/tries.h"
#include "base/fault.h"
#include "base/log.h"
#include "domain/item_step.h"
#include "domain/people.h"
#include "domain/town.h"

enum {
    TICK_ALARMS_MAX = 200, // clocks noticed at a time
    TICK_SWEEP_S = 600,    // between two sweeps of sessions and request keys
    TICK_DEFER_S = 3600,   // an item whose clock could not be noticed is tried again
    TICK_DEFERRED_MAX = 1000,
    TICK_SLICE_MS = 100, // a thread that listens to the database looks up so often
    TICK_SLICES = 10,
};

struct rules_hold {
    struct rules *rules;
    uint64_t serial;
    atomic_int holders;
};

struct app {
    struct app_conf conf;
    struct arena *arena;
    int64_t started_us;
    struct keys keys;
    int64_t town;
    struct journal *journal;   // the writer's
    struct rules_hold *latest; // the newest committed snapshot
    struct rules_hold *own;    // the writer's: may be ahead of latest within a group
    pthread_mutex_t lock;
    atomic_uint_fast64_t serial, published; // serial: of the last built; published: of latest
    atomic_bool rules_behind;               // they could not be loaded after a change
    atomic_uint_fast64_t town_serial;       // newest event that is not about an item
    atomic_int_fast64_t newest;             // event the writer knows of; 0: it has not looked yet
    struct writer *writer;
    _Atomic(struct http_server *) http; // requests may come before http_start has returned
    struct jobs *jobs;
    _Atomic(struct nightly *) nightly; // the writer runs before it does
    struct indexer *indexer;
    struct tries *tries;
    pthread_t ticker;
    pthread_cond_t wake;
    bool stopping, ticking;
    str blob_dir;
};

// ---- rules

static struct rules_hold *hold_new(struct app *app, struct rules *r)
{
    // Lives as long as its rules: in their arena.
    struct rules_hold *h = NEW(r->arena, struct rules_hold);
    h->rules = r;
    h->serial = atomic_fetch_add(&app->serial, 1) + 1;
    atomic_init(&h->holders, 1);
    return h;
}

// Under the lock, so that the newest one cannot be dropped between being read and being counted.
struct rules_hold *app_rules_take(struct app *app)
{
    pthread_mutex_lock(&app->lock);
    struct rules_hold *h = app->latest;
    atomic_fetch_add(&h->holders, 1);
    pthread_mutex_unlock(&app->lock);
    return h;
}

void app_rules_drop(struct rules_hold *h)
{
    if (h && atomic_fetch_sub(&h->holders, 1) == 1)
        rules_free(h->rules);
}

const struct rules *app_rules(const struct rules_hold *h)
{
    return h->rules;
}

bool app_rules_stale(const struct app *app, const struct rules_hold *h)
{
    return atomic_load_explicit(&app->published, memory_order_acquire) != h->serial;
}

static void publish(struct app *app, struct rules_hold *h)
{
    pthread_mutex_lock(&app->lock);
    struct rules_hold *old = app->latest;
    app->latest = h;
    atomic_fetch_add(&h->holders, 1);
    atomic_store_explicit(&app->published, h->serial, memory_order_release);
    pthread_mutex_unlock(&app->lock);
    app_rules_drop(old);
}

// ---- the writer's side

// Commands of one group see the rules as the commands before them left them.
static void refresh_own(struct app *app, struct db *db)
{
    if (!journal_rules_dirty(app->journal))
        return;
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    struct rules *r = rules_load(db, app->town, &e);
    if (r) {
        app_rules_drop(app->own);
        app->own = hold_new(app, r);
        journal_rules_clean(app->journal);
    } else {
        log_line(LOG_ERROR, "rules cannot be loaded: %.*s", STR_ARG(err_text(&e, a)));
    }
    arena_free(a);
}

void app_writer_ctx(struct app *app, struct db *db, struct arena *a, struct ctx *out)
{
    refresh_own(app, db);
    *out = (struct ctx){.db = db,
        .arena = a,
        .rules = app->own->rules,
        .now_us = tm_now(),
        .keys = &app->keys,
        .journal = app->journal,
        .lang = LANG_ZH,
        .blob_dir = app->blob_dir};
}

static void on_begin(void *arg, struct db *db)
{
    struct app *app = arg;
    journal_begin(app->journal, db);
}

static void on_settle(void *arg, struct write *w, bool ok)
{
    struct app *app = arg;
    (void)w;
    journal_settle(app->journal, ok);
}

static enum err_code on_flush(void *arg, struct db *db, struct err *e)
{
    struct app *app = arg;
    return journal_flush(app->journal, db, e);
}

// Behind the transaction. What fails here may not stay with the connection, or else it would fail
// the next group; tried twice, and then by the ticker every second until it works.
static void refresh_after(struct app *app, struct db *db)
{
    for (int i = 0; i < 2 && journal_rules_dirty(app->journal); i++) {
        refresh_own(app, db);
        db_rollback(db);
    }
    atomic_store(&app->rules_behind, journal_rules_dirty(app->journal));
}

static void on_finish(void *arg, struct db *db, bool committed)
{
    struct app *app = arg;
    journal_finish(app->journal, committed);
    refresh_after(app, db);
    if (!committed)
        return;
    atomic_store_explicit(
        &app->town_serial, (uint64_t)journal_town_seen(app->journal), memory_order_release);
    if (app->own != app->latest) {
        publish(app, app->own);
        feed_rules(app);
    }
    atomic_store(&app->newest, journal_newest(app->journal));
    feed_others(app, db, app->journal);
    feed_group(app, app->journal);
}

static bool on_move(void *arg)
{
    struct app *app = arg;
    struct nightly *n = app->nightly;
    return !n || nightly_log_moves(n);
}

// ---- the ticker: what is due, once a second

struct sweep {
    struct write write;
    struct app *app;
    struct arena *arena;
    bool old; // sessions and request keys, too
};

static enum err_code sweep_apply(struct write *w, struct db *db)
{
    struct sweep *s = (struct sweep *)w;
    struct ctx c;
    struct err e;
    err_init(&e, s->arena, LANG_ZH);
    app_writer_ctx(s->app, db, s->arena, &c);
    if (s->old) {
        session_sweep(&c);
        db_run(db, "DELETE FROM idem WHERE town = ?1 AND at_us < ?2", V(c.rules->town),
            V(c.now_us - API_KEY_DAYS * US_DAY));
    }
    if (db_status(db, &e) != OK)
        log_line(LOG_ERROR, "tick %.*s", STR_ARG(err_text(&e, s->arena)));
    return e.code;
}

// An item whose clock could not be noticed. Kept here and not with the item, which stays what its
// events say.
struct deferred {
    int64_t item, until_us; // monotonic
};
// What the ticker remembers from one second to the next.
struct beat {
    int64_t swept_us; // when sessions and request keys were swept
    struct deferred later[TICK_DEFERRED_MAX];
    size_t n_later;
    struct cadence_beat cadences;
    struct keydate_beat keydates;
    struct supervise_beat slips;
};

static void defer(struct beat *b, int64_t item)
{
    if (b->n_later == TICK_DEFERRED_MAX) // the first of them comes up again sooner
        memmove(b->later, b->later + 1, --b->n_later * sizeof(*b->later));
    b->later[b->n_later++] = (struct deferred){item, tm_mono() + TICK_DEFER_S * US_SECOND};
}

static bool is_deferred(const struct beat *b, int64_t item)
{
    for (size_t i = 0; i < b->n_later; i++)
        if (b->later[i].item == item && b->later[i].until_us > tm_mono())
            return true;
    return false;
}

// One item's clocks as a command of its own, so that one that fails holds up no other.
struct alarm {
    struct write write;
    struct alarms *all;
    struct item_due due;
    struct err err;
    bool failed; // by itself
};
struct alarms {
    struct app *app;
    struct arena *arena;
    pthread_mutex_t lock;
    pthread_cond_t over;
    size_t waiting, failed;
};

static enum err_code alarm_apply(struct write *w, struct db *db)
{
    struct alarm *x = (struct alarm *)w;
    struct ctx c;
    err_init(&x->err, x->all->arena, LANG_ZH);
    app_writer_ctx(x->all->app, db, x->all->arena, &c);
    return item_alarm(&c, x->due.id, &x->err) != OK ? x->err.code : db_status(db, &x->err);
}

static void alarm_done(struct write *w, enum err_code code, const struct err *group_error)
{
    struct alarm *x = (struct alarm *)w;
    struct alarms *all = x->all;
    pthread_mutex_lock(&all->lock);
    x->failed = code != OK && !group_error;
    all->failed += code != OK;
    all->waiting--;
    pthread_cond_signal(&all->over);
    pthread_mutex_unlock(&all->lock);
}

// False when it is better to try again a second later.
static bool ring(struct app *app, struct arena *a, struct beat *b, struct alarm *x, size_t n)
{
    struct alarms all = {.app = app, .arena = a, .waiting = n};
    pthread_mutex_init(&all.lock, NULL);
    pthread_cond_init(&all.over, NULL);
    for (size_t i = 0; i < n; i++) {
        x[i].all = &all;
        x[i].write = (struct write){.apply = alarm_apply, .done = alarm_done};
        if (writer_submit(app->writer, &x[i].write) != OK)
            alarm_done(&x[i].write, ERR_BUSY, &x[i].err);
    }
    pthread_mutex_lock(&all.lock);
    while (all.waiting > 0)
        pthread_cond_wait(&all.over, &all.lock);
    pthread_mutex_unlock(&all.lock);
    pthread_mutex_destroy(&all.lock);
    pthread_cond_destroy(&all.over);
    for (size_t i = 0; i < n; i++) {
        if (!x[i].failed)
            continue;
        log_line(LOG_ERROR, "clock item=%.*s next try in %d s: %.*s", STR_ARG(x[i].due.no),
            (int)TICK_DEFER_S, STR_ARG(err_text(&x[i].err, a)));
        defer(b, x[i].due.id);
    }
    return all.failed == 0;
}

// What is due, asked on the ticker's own read connection, so that an idle town writes nothing.
static size_t find_due(
    struct app *app, struct db *db, struct arena *a, const struct beat *b, struct alarm *out)
{
    struct rules_hold *h = app_rules_take(app);
    struct ctx c = {.db = db, .arena = a, .rules = app_rules(h), .now_us = tm_now()};
    size_t max = TICK_ALARMS_MAX + b->n_later, n = 0;
    struct item_due *due = NEW_ARRAY(a, max, struct item_due);
    max = item_alarms_due(&c, max, due);
    for (size_t i = 0; i < max && n < TICK_ALARMS_MAX; i++)
        if (!is_deferred(b, due[i].id))
            out[n++].due = due[i];
    app_rules_drop(h);
    return n;
}

static void tick_once(struct app *app, struct db *db, struct beat *b)
{
    struct arena *a = arena_new();
    struct err e;
    size_t n;
    keydate_tick(app, db, a, &b->keydates); // before the clocks it moves are looked at
    bool rang = false;
    do {
        arena_reset(a);
        err_init(&e, a, LANG_ZH);
        db_rollback(db);
        struct alarm *due = NEW_ARRAY(a, TICK_ALARMS_MAX, struct alarm);
        n = find_due(app, db, a, b, due);
        bool old = tm_mono() - b->swept_us > TICK_SWEEP_S * US_SECOND;
        // The writer looks when it begins a group whether another process has written: rules, or
        // what open pages want to hear of. An idle one is made to look.
        struct sweep s = {.write = {.apply = sweep_apply}, .app = app, .arena = a, .old = old};
        bool look = old || atomic_load(&app->rules_behind) ||
                    journal_newest_event(db, app->town) > atomic_load(&app->newest);
        if (look && writer_run(app->writer, &s.write, &e) == OK && old)
            b->swept_us = tm_mono();
        rang = rang || n > 0;
        if (!ring(app, a, b, due, n))
            break;
    } while (n == TICK_ALARMS_MAX);
    arena_reset(a);
    cadence_tick(app, db, a, &b->cadences);
    supervise_tick(app, db, a, rang, &b->slips);
    arena_free(a);
}

// Under the lock. Shorter when the server stops, or another process tells of a change.
static void wait_a_second(struct app *app, struct db *db)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    if (!db_shared(db)) {
        until.tv_sec += 1;
        pthread_cond_timedwait(&app->wake, &app->lock, &until);
        return;
    }
    bool heard = false;
    for (int i = 0; i < TICK_SLICES && !heard && !app->stopping; i++) {
        pthread_mutex_unlock(&app->lock);
        db_rollback(db); // hears nothing within a transaction
        heard = db_heard(db, app->town, TICK_SLICE_MS);
        pthread_mutex_lock(&app->lock);
    }
}

static void *ticker(void *arg)
{
    struct app *app = arg;
    fault_spare();
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    struct db *db = town_open(a, app->conf.dir, false, 0, &e);
    struct beat *beat = NEW(a, struct beat);
    beat->swept_us = tm_mono();
    pthread_mutex_lock(&app->lock);
    while (!app->stopping && db) {
        wait_a_second(app, db);
        if (app->stopping)
            break;
        pthread_mutex_unlock(&app->lock);
        tick_once(app, db, beat);
        pthread_mutex_lock(&app->lock);
    }
    pthread_mutex_unlock(&app->lock);
    db_close(db);
    arena_free(a);
    return NULL;
}

// ---- start and stop

static struct db *open_town(struct app *app, struct err *e)
{
    struct db *db = town_open(app->arena, app->conf.dir, true, tm_now(), e);
    if (!db)
        return NULL;
    app->town = town_of(app->arena, app->conf.dir, db, e);
    struct rules *r = NULL;
    if (app->town != 0 && town_keys(app->arena, app->conf.dir, false, &app->keys, e) == OK)
        r = rules_load(db, app->town, e);
    if (!r) {
        db_close(db);
        return NULL;
    }
    app->own = hold_new(app, r);
    app->latest = app->own;
    atomic_fetch_add(&app->own->holders, 1);
    atomic_store(&app->published, app->own->serial);
    app->journal = journal_new(app->town, 1);
    journal_rules_of(app->journal, r->gen, journal_newest_event(db, app->town));
    return db;
}

static bool start_http(struct app *app, struct err *e)
{
    struct http_conf hc = {.host = app->conf.host,
        .port = app->conf.port,
        .threads = app->conf.threads,
        .arg = app,
        .thread_open = call_thread_open,
        .thread_close = call_thread_close,
        .body_limit = call_body_limit,
        .may_send = call_may_send,
        .handle = call_handle,
        .groups_n = metrics_groups(),
        .log_requests = app->conf.log_requests};
    hc.routes_n = metrics_route_names(app->arena, &hc.routes);
    app->http = http_start(&hc, e);
    return app->http != NULL;
}

struct app *app_start(const struct app_conf *conf, struct err *e)
{
    struct arena *a = arena_new();
    struct app *app = NEW(a, struct app);
    app->arena = a;
    app->conf = *conf;
    app->started_us = tm_wall();
    app->blob_dir = town_blob_dir(a, conf->dir);
    app->tries = tries_new(a);
    pthread_mutex_init(&app->lock, NULL);
    pthread_cond_init(&app->wake, NULL);
    struct db *db = open_town(app, e);
    if (!db) {
        arena_free(a);
        return NULL;
    }
    struct writer_hooks hooks = {.arg = app,
        .begin = on_begin,
        .settle = on_settle,
        .flush = on_flush,
        .finish = on_finish,
        .move = on_move};
    app->writer = writer_start(db, &hooks, e);
    app->jobs = app->writer ? jobs_start(app) : NULL;
    if (app->jobs && conf->backup_to.n > 0)
        app->nightly = nightly_start(app, e);
    if (!app->jobs || e->code != OK || !start_http(app, e)) {
        app_stop(app);
        return NULL;
    }
    app->indexer = indexer_start(app); // without it searching is slower and otherwise the same
    app->ticking = pthread_create(&app->ticker, NULL, ticker, app) == 0;
    return app;
}

void app_stop(struct app *app)
{
    pthread_mutex_lock(&app->lock);
    app->stopping = true;
    pthread_cond_signal(&app->wake);
    pthread_mutex_unlock(&app->lock);
    if (app->ticking)
        pthread_join(app->ticker, NULL);
    indexer_stop(app->indexer);
    jobs_stop(app->jobs);
    if (app->http)
        http_stop(app->http);
    nightly_stop(app->nightly);
    if (app->writer)
        writer_stop(app->writer);
    nightly_free(app->nightly);
    journal_free(app->journal);
    app_rules_drop(app->own);
    app_rules_drop(app->latest);
    tries_free(app->tries);
    pthread_mutex_destroy(&app->lock);
    pthread_cond_destroy(&app->wake);
    arena_free(app->arena);
}

int app_port(const struct app *app)
{
    return http_port(app->http);
}

uint64_t app_town_serial(const struct app *app)
{
    return atomic_load_explicit(&app->town_serial, memory_order_acquire);
}

int64_t app_town(const struct app *app)
{
    return app->town;
}

struct nightly *app_nightly(struct app *app)
{
    return app->nightly;
}

struct writer *app_writer(struct app *app)
{
    return app->writer;
}

const struct app_conf *app_conf(const struct app *app)
{
    return &app->conf;
}

const struct keys *app_keys(const struct app *app)
{
    return &app->keys;
}

struct http_server *app_http(struct app *app)
{
    return app->http;
}

struct jobs *app_jobs(struct app *app)
{
    return app->jobs;
}

struct tries *app_tries(struct app *app)
{
    return app->tries;
}

int64_t app_started(const struct app *app)
{
    return app->started_us;
}

struct arena *app_arena(struct app *app)
{
    return app->arena;
}
