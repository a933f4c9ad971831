#include "api/nightly.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h> // tidy: header: the time to wait until
#include <unistd.h>
#include "base/log.h"
#include "domain/snapshot.h"
#include "domain/town.h"
#include "store/files.h"
#include "store/folder.h"
#include "store/years.h"

enum { NOTE_BYTES_MAX = 4 * KIB, NIGHTLY_NICE = 15 };

struct nightly {
    struct arena *arena;
    struct app *app;
    const struct app_conf *conf;
    pthread_t maker, keeper;
    bool making, keeping; // threads there are
    atomic_bool reading;  // a snapshot is being made
    pthread_mutex_t lock;
    pthread_cond_t wake;
    // Under the lock.
    bool stopping;
    struct nightly_state state;
    // Whoever takes and writes the log; with it the keeper's connection.
    pthread_mutex_t log_lock;
    struct log_tail *tail;
    struct db *db;
    str blobs;          // where the town's attachments lie
    int64_t event;      // attachments up to here are in the store
    struct years years; // as the log has them
    // The maker's.
    struct db *read;
    str log;                      // name of the log's folder
    int64_t retry_s, retry_at_us; // monotonic
};

// ---- what is noted for others

struct note {
    str to, error;
    int64_t made_us, tried_us;
};
static const struct field NOTE[] = {
    {"to", FIELD_STR, FIELD_REQUIRED, offsetof(struct note, to), .max = 1000},
    {"made", FIELD_TIME, 0, offsetof(struct note, made_us)},
    {"tried", FIELD_TIME, 0, offsetof(struct note, tried_us)},
    {"error", FIELD_STR, 0, offsetof(struct note, error), .max = 300},
    {0},
};

static str note_path(struct arena *a, str dir)
{
    return str_fmt(a, "%.*s/backup.json", STR_ARG(dir));
}

bool nightly_noted(struct arena *a, str dir, str *store, struct nightly_state *out)
{
    struct err e;
    struct note n = {0};
    str text;
    err_init(&e, a, LANG_ZH);
    if (folder_read(a, note_path(a, dir), NOTE_BYTES_MAX, &text, &e) != OK ||
        fields_decode(a, text, NOTE, &n, &e) != OK)
        return false;
    *store = n.to;
    *out = (struct nightly_state){
        .made_us = n.made_us, .tried_us = n.tried_us, .failed = n.error.n > 0};
    (void)snprintf(out->why, sizeof(out->why), "%.*s", STR_ARG(n.error));
    return true;
}

static void write_note(struct nightly *n, const struct nightly_state *s)
{
    struct arena *a = arena_new();
    struct err e;
    struct buf b;
    struct jw w;
    struct note note = {.to = n->conf->backup_to,
        .made_us = s->made_us,
        .tried_us = s->tried_us,
        .error = utf8_head(str_of(s->failed ? s->why : ""), 100)};
    err_init(&e, a, LANG_ZH);
    buf_init(&b, a, NOTE_BYTES_MAX);
    jw_init(&w, &b);
    fields_encode(&w, NOTE, &note, TM_ZONE_DEFAULT_S);
    buf_byte(&b, '\n');
    str path = note_path(a, n->conf->dir), unfinished = files_temporary(a, path);
    // Only a help for the doctor: /healthz knows it, too.
    if (folder_write(unfinished.s, buf_str(&b), &e) != OK || rename(unfinished.s, path.s) != 0)
        (void)unlink(unfinished.s);
    arena_free(a);
}

const char *nightly_word(const struct nightly_state *s, int64_t now_us)
{
    if (s->failed)
        return "failed";
    if (s->made_us == 0)
        return "none";
    return now_us - s->made_us > NIGHTLY_LATE_S * US_SECOND ? "late" : "good";
}

// ---- the log

// Attachments that came since, before the log tells of them.
static enum err_code bring_blobs(struct nightly *n, struct err *e)
{
    struct arena *a = arena_new();
    int64_t town = app_town(n->app), last = n->event;
    db_rollback(n->db);
    struct cursor c = db_rows(n->db,
        "SELECT e.id, f.hash, f.bytes FROM event e JOIN file f ON f.town = e.town AND"
        " f.item = e.item AND f.event_version = e.version"
        " WHERE e.town = ?1 AND e.id > ?2 AND e.what = 'attach' ORDER BY e.id",
        V(town), V(n->event));
    for (; e->code == OK && db_next(&c); arena_reset(a)) {
        last = db_i64(&c, 0);
        (void)!snapshot_blob(a, n->blobs, n->conf->backup_to, db_str(&c, 1), db_i64(&c, 2), e);
    }
    db_done(&c);
    arena_free(a);
    if (e->code == OK && db_status(n->db, e) == OK)
        n->event = last;
    return e->code;
}

static int64_t newest_event(struct nightly *n)
{
    return db_one_i64(n->db, 0, "SELECT id FROM event WHERE town = ?1 ORDER BY id DESC LIMIT 1",
        V(app_town(n->app)));
}

// A log leads to no year file: what was taken out of the town stands in the next snapshot only, so
// the log ends before it would tell of it.
static bool years_moved(struct nightly *n)
{
    struct years y;
    years_known(n->db, app_town(n->app), &y);
    return memcmp(&y, &n->years, sizeof(y)) != 0;
}

// Under the log's lock.
static enum err_code write_down(struct nightly *n, struct err *e)
{
    if (log_tail_take(n->tail, e) != OK)
        return e->code;
    int64_t newest = newest_event(n);
    if (years_moved(n)) {
        log_tail_end(n->tail);
        return err_add(e, ERR_CONFLICT, S("years"), S(""),
            "years were detached or attached: the next backup has their files",
            "分出或并回了年度库，随即重新备份");
    }
    if (newest > n->event && bring_blobs(n, e) != OK) {
        log_tail_end(n->tail);
        return e->code;
    }
    n->event = newest > n->event ? newest : n->event;
    return log_tail_write(n->tail, tm_now(), e);
}

static void keep_once(struct nightly *n)
{
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    pthread_mutex_lock(&n->log_lock);
    if (log_tail_on(n->tail) && write_down(n, &e) != OK)
        log_line(e.code == ERR_CONFLICT ? LOG_INFO : LOG_ERROR,
            "backup message=\"the log ends, a new backup will begin another\" %.*s",
            STR_ARG(err_text(&e, a)));
    pthread_mutex_unlock(&n->log_lock);
    arena_free(a);
}

bool nightly_log_moves(struct nightly *n)
{
    log_tail_look(n->tail);
    return !atomic_load(&n->reading);
}

// ---- one backup

static bool stopping(void *arg)
{
    struct nightly *n = arg;
    pthread_mutex_lock(&n->lock);
    bool yes = n->stopping;
    pthread_mutex_unlock(&n->lock);
    return yes;
}

static int64_t settled(void *arg)
{
    struct nightly *n = arg;
    struct arena *a = arena_new();
    struct err e;
    int64_t at_us = 0;
    err_init(&e, a, LANG_ZH);
    pthread_mutex_lock(&n->log_lock);
    if (log_tail_on(n->tail) && write_down(n, &e) == OK)
        (void)log_tail_place(n->tail, a, &at_us);
    pthread_mutex_unlock(&n->log_lock);
    arena_free(a);
    return at_us;
}

// The store is locked, so nobody takes a log away to which no backup leads yet.
static enum err_code begin_log(struct nightly *n, struct arena *a, struct err *e)
{
    n->log = str_fmt(n->arena, "%" PRId64, tm_wall());
    str folder = str_fmt(a, "%.*s/log/%.*s", STR_ARG(n->conf->backup_to), STR_ARG(n->log));
    if (folder_make(folder.s, e) != OK)
        return e->code;
    n->event = newest_event(n);
    years_known(n->db, app_town(n->app), &n->years);
    return log_tail_begin(n->tail, folder, e);
}

static int zone_of(struct nightly *n)
{
    struct rules_hold *h = app_rules_take(n->app);
    int zone_s = app_rules(h)->zone_s;
    app_rules_drop(h);
    return zone_s;
}

static enum err_code make(struct nightly *n, struct arena *a, struct snapshot *made, struct err *e)
{
    struct snapshot_thinned thinned;
    struct snapshot_job job = {.dir = n->conf->dir,
        .store = n->conf->backup_to,
        .program = n->conf->program,
        .now = tm_now,
        .stop = stopping,
        .settled = settled,
        .arg = n};
    int64_t last;
    pthread_mutex_lock(&n->log_lock);
    if (!log_tail_on(n->tail))
        (void)!begin_log(n, a, e);
    job.log = n->log;
    job.place = log_tail_place(n->tail, a, &last);
    pthread_mutex_unlock(&n->log_lock);
    if (e->code != OK)
        return e->code;
    atomic_store(&n->reading, true);
    (void)!snapshot_make(a, n->read, &job, made, e);
    atomic_store(&n->reading, false);
    if (e->code != OK)
        return e->code;
    return snapshot_thin(a, job.store, &n->conf->keep, zone_of(n), &thinned, e);
}

static void note_result(struct nightly *n, struct arena *a, const struct snapshot *made,
    int64_t took_us, const struct err *e)
{
    pthread_mutex_lock(&n->lock);
    n->state.tried_us = tm_now();
    n->state.failed = e->code != OK;
    if (e->code == OK)
        n->state.made_us = made->m.made_us;
    else
        (void)snprintf(
            n->state.why, sizeof(n->state.why), "%.*s", STR_ARG(str_trim(err_text(e, a))));
    struct nightly_state s = n->state;
    pthread_mutex_unlock(&n->lock);
    write_note(n, &s);
    if (e->code == OK)
        log_line(LOG_INFO, "backup snapshot=%.*s bytes=%" PRId64 " new=%" PRId64 " ms=%" PRId64,
            STR_ARG(made->name), made->m.database_bytes, made->m.new_bytes, took_us / 1000);
    else
        log_line(LOG_ERROR, "backup failed, next try in %" PRId64 " s: %s", n->retry_s, s.why);
}

static void back_up(struct nightly *n)
{
    struct arena *a = arena_new();
    struct snapshot made = {0};
    struct err e;
    int lock = -1;
    int64_t start = tm_mono();
    err_init(&e, a, LANG_ZH);
    db_rollback(n->read);
    bool had_log = log_tail_on(n->tail);
    if (snapshot_begin(a, n->conf->backup_to, app_town(n->app), &lock, &e) == OK)
        (void)!make(n, a, &made, &e);
    if (e.code != OK && !had_log) { // nothing leads to it
        pthread_mutex_lock(&n->log_lock);
        log_tail_end(n->tail);
        pthread_mutex_unlock(&n->log_lock);
    }
    files_unlock(lock);
    if (e.code == OK || !stopping(n)) {
        n->retry_s = e.code == OK                           ? 0
                     : n->retry_s == 0                      ? NIGHTLY_RETRY_S
                     : n->retry_s * 2 > NIGHTLY_RETRY_MAX_S ? NIGHTLY_RETRY_MAX_S
                                                            : n->retry_s * 2;
        n->retry_at_us = tm_mono() + n->retry_s * US_SECOND;
        note_result(n, a, &made, tm_mono() - start, &e);
    }
    arena_free(a);
}

// ---- when

// The latest moment a backup should have been made at.
static int64_t last_due_us(const struct nightly *n, int64_t now_us, int zone_s)
{
    int64_t at =
        tm_day_start(tm_local_day(now_us, zone_s), zone_s) + n->conf->backup_at_s * US_SECOND;
    return at <= now_us ? at : at - US_DAY;
}

static bool due(struct nightly *n)
{
    if (n->retry_s > 0)
        return tm_mono() >= n->retry_at_us;
    int64_t now = tm_now();
    pthread_mutex_lock(&n->lock);
    int64_t made = n->state.made_us;
    pthread_mutex_unlock(&n->lock);
    return !log_tail_on(n->tail) || made < last_due_us(n, now, zone_of(n));
}

// Once a second, until the end.
static void each_second(struct nightly *n, void (*f)(struct nightly *n))
{
    pthread_mutex_lock(&n->lock);
    while (!n->stopping) {
        pthread_mutex_unlock(&n->lock);
        f(n);
        pthread_mutex_lock(&n->lock);
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
        if (!n->stopping)
            pthread_cond_timedwait(&n->wake, &n->lock, &until);
    }
    pthread_mutex_unlock(&n->lock);
}

static void make_if_due(struct nightly *n)
{
    if (due(n))
        back_up(n);
}

// Compressing shall not take the processor from those who wait for an answer. Linux counts a thread
// as a process here.
static void *make_all(void *arg)
{
    (void)setpriority(PRIO_PROCESS, 0, NIGHTLY_NICE);
    each_second(arg, make_if_due);
    return NULL;
}

static void *keep_all(void *arg)
{
    each_second(arg, keep_once);
    return NULL;
}

// ---- start and stop

static enum err_code open_all(struct nightly *n, struct err *e)
{
    n->read = town_open(n->arena, n->conf->dir, false, 0, e);
    n->db = n->read ? town_open(n->arena, n->conf->dir, false, 0, e) : NULL;
    n->tail = n->db ? log_tail_new(n->db, e) : NULL;
    if (n->tail)
        return OK;
    return e->code != OK ? e->code
                         : err_add(e, ERR_STORE, n->conf->dir, S(""),
                               "the database cannot be opened again", "无法再次打开数据库");
}

struct nightly *nightly_start(struct app *app, struct err *e)
{
    struct arena *a = arena_new();
    struct nightly *n = NEW(a, struct nightly);
    n->arena = a;
    n->app = app;
    n->conf = app_conf(app);
    n->blobs = town_blob_dir(a, n->conf->dir);
    CHECK(pthread_mutex_init(&n->lock, NULL) == 0);
    CHECK(pthread_mutex_init(&n->log_lock, NULL) == 0);
    CHECK(pthread_cond_init(&n->wake, NULL) == 0);
    str store;
    struct nightly_state before;
    if (nightly_noted(a, n->conf->dir, &store, &before) && str_eq(store, n->conf->backup_to))
        n->state.made_us = before.made_us;
    if (open_all(n, e) == OK) {
        n->making = pthread_create(&n->maker, NULL, make_all, n) == 0;
        n->keeping = pthread_create(&n->keeper, NULL, keep_all, n) == 0;
        if (n->making && n->keeping)
            return n;
        err_add(e, ERR_STORE, S("threads"), S(""), "no thread for backups", "无法启动备份线程");
    }
    nightly_stop(n);
    nightly_free(n);
    return NULL;
}

void nightly_stop(struct nightly *n)
{
    if (!n)
        return;
    pthread_mutex_lock(&n->lock);
    n->stopping = true;
    pthread_cond_broadcast(&n->wake);
    pthread_mutex_unlock(&n->lock);
    if (n->making)
        pthread_join(n->maker, NULL);
    if (n->keeping)
        pthread_join(n->keeper, NULL);
    if (n->keeping)
        keep_once(n); // what came in the last second
    if (n->tail)
        log_tail_end(n->tail);
}

void nightly_free(struct nightly *n)
{
    if (!n)
        return;
    log_tail_free(n->tail);
    db_close(n->db);
    db_close(n->read);
    (void)pthread_cond_destroy(&n->wake);
    (void)pthread_mutex_destroy(&n->lock);
    (void)pthread_mutex_destroy(&n->log_lock);
    arena_free(n->arena);
}

struct nightly_state nightly_state(struct nightly *n)
{
    pthread_mutex_lock(&n->lock);
    struct nightly_state s = n->state;
    pthread_mutex_unlock(&n->lock);
    s.log = log_tail_on(n->tail);
    return s;
}
