#include "store/log_tail.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "base/crypt.h"
#include "base/log.h"
#include "base/map.h"
#include "store/db_inner.h"
#include "store/files.h"
#include "store/log_mover.h"
#include "store/pages.h"
#include "store/pool.h"

struct frame {
    uint32_t page, commit;
    char bytes[PAGE_BYTES];
    struct frame *next;
};
struct frames {
    struct arena *arena;
    struct frame *first, *last;
    size_t n;
};

struct log_tail {
    struct arena *arena;
    pthread_mutex_t lock;
    // Under the lock.
    struct db *pin[2];         // readers
    struct db *gate, *carrier; // for the write lock, for moving the log under it
    int held;                  // which pin is in its transaction
    int log;
    bool on, failed;
    uint8_t salt[8];
    uint32_t seen; // frames of the log that were read
    struct frames fresh;
    // The one who writes down.
    struct frames taken;
    struct arena *files; // names
    str folder, name;
    int fd;
    int64_t at, last_us, named_us;
};

static struct db *reader(struct db *db, struct err *e)
{
    const char *path = pages_file(db);
    return path ? db_open(str_of(path), DB_READ, e) : NULL;
}

struct log_tail *log_tail_new(struct db *db, struct err *e)
{
    struct arena *a = arena_new();
    struct log_tail *t = NEW(a, struct log_tail);
    t->arena = a;
    t->files = arena_new();
    t->fresh.arena = arena_new();
    t->taken.arena = arena_new();
    t->log = t->fd = -1;
    CHECK(pthread_mutex_init(&t->lock, NULL) == 0);
    for (size_t i = 0; i < ARRAY_LEN(t->pin); i++)
        t->pin[i] = reader(db, e);
    t->gate = db_second(db);
    t->carrier = db_second(db);
    if (t->pin[0] && t->pin[1] && t->gate && t->carrier)
        return t;
    log_tail_free(t);
    return NULL;
}

static void let_go(struct log_tail *t)
{
    for (size_t i = 0; i < ARRAY_LEN(t->pin); i++)
        if (t->pin[i])
            db_rollback(t->pin[i]);
    if (t->log >= 0)
        (void)close(t->log);
    t->log = -1;
    t->on = false;
    t->fresh.first = t->fresh.last = NULL;
    t->fresh.n = 0;
    arena_reset(t->fresh.arena);
}

void log_tail_free(struct log_tail *t)
{
    if (!t)
        return;
    log_tail_end(t);
    for (size_t i = 0; i < ARRAY_LEN(t->pin); i++)
        db_close(t->pin[i]);
    db_close(t->gate);
    db_close(t->carrier);
    (void)pthread_mutex_destroy(&t->lock);
    arena_free(t->files);
    arena_free(t->fresh.arena);
    arena_free(t->taken.arena);
    arena_free(t->arena);
}

static enum err_code hold(struct db *pin, struct err *e)
{
    db_rollback(pin);
    db_read_begin(pin);
    struct cursor c = db_rows_inner(pin, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, 0);
    (void)db_next(&c);
    db_done(&c);
    return db_status(pin, e);
}

static void keep(void *arg, uint32_t frame, uint32_t page, uint32_t commit, const char *bytes)
{
    struct frames *all = arg;
    struct frame *f = NEW(all->arena, struct frame);
    (void)frame;
    f->page = page;
    f->commit = commit;
    memcpy(f->bytes, bytes, PAGE_BYTES);
    if (all->last)
        all->last->next = f;
    else
        all->first = f;
    all->last = f;
    all->n++;
}

// A copy, because a log that begins anew while it is read makes what was read of no use.
static bool read_frames(struct log_tail *t, const struct log_mark *m, uint32_t to)
{
    struct frames before = t->fresh;
    struct frame *last = before.last;
    if (pages_frames(t->log, m, t->seen + 1, to, keep, &t->fresh))
        return true;
    t->fresh = before;
    if (last)
        last->next = NULL;
    return false;
}

// Under the lock; the other pin holds, so all that m speaks of and was not read stands in the log.
// False: read the mark again.
static bool catch_up(struct log_tail *t, const struct log_mark *m, bool *whole)
{
    if (memcmp(m->salt, t->salt, sizeof(t->salt)) != 0) {
        // It began anew, which it could only once all before was read.
        memcpy(t->salt, m->salt, sizeof(t->salt));
        t->seen = 0;
    }
    size_t room = t->fresh.n < LOG_TAIL_FRAMES_MAX ? LOG_TAIL_FRAMES_MAX - t->fresh.n : 0;
    uint32_t to = m->frames - t->seen <= room ? m->frames : t->seen + (uint32_t)room;
    *whole = to == m->frames;
    if (m->frames - t->seen > LOG_TAIL_BEHIND_MAX)
        t->failed = true;
    if (to > t->seen && !read_frames(t, m, to))
        return false;
    t->seen = to;
    return true;
}

// Under the lock.
static enum err_code turn(struct log_tail *t, struct log_mark *m, struct err *e)
{
    enum { TRIES_MAX = 10 };
    struct db *next = t->pin[1 - t->held];
    bool whole = false, read = false;
    if (hold(next, e) != OK)
        return e->code;
    for (int i = 0; i < TRIES_MAX && !read; i++) {
        if (pages_mark(next, m, e) != OK)
            return e->code;
        read = catch_up(t, m, &whole);
    }
    if (!read)
        return err_add(
            e, ERR_STORE, S(""), S(""), "the log cannot be followed", "无法跟读数据库日志");
    if (!whole) {
        db_read_end(next);
        return OK;
    }
    db_read_end(t->pin[t->held]);
    t->held = 1 - t->held;
    return OK;
}

// Others write and never find the log moved to its end. So for a moment nobody writes.
static void begin_anew(struct log_tail *t, struct err *e)
{
    struct log_mark m;
    db_busy_wait(t->gate, DB_CHECKPOINT_WAIT_MS);
    db_checkpoint(t->carrier, false); // most of it without the lock
    if (pages_mark(t->pin[t->held], &m, e) != OK || m.frames - m.in_file > LOG_MOVE_PAGES)
        return; // somebody reads an old state: not now
    db_begin(t->gate);
    if (db_status(t->gate, e) == OK && turn(t, &m, e) == OK) {
        db_checkpoint(t->carrier, false);
        (void)!turn(t, &m, e);
    }
    db_rollback(t->gate);
}

static void fail(struct log_tail *t, const struct err *e)
{
    struct arena *a = arena_new();
    log_line(
        LOG_ERROR, "backup message=\"the log is no longer kept\" %.*s", STR_ARG(err_text(e, a)));
    arena_free(a);
    let_go(t);
    t->failed = true;
}

static void look(struct log_tail *t, bool patient)
{
    struct err e;
    struct log_mark m = {0};
    struct arena *a = arena_new();
    err_init(&e, a, LANG_ZH);
    if (t->on && turn(t, &m, &e) == OK && patient && m.frames > LOG_PAGES_MAX &&
        t->seen == m.frames) {
        struct err busy; // next time, then
        err_init(&busy, a, LANG_ZH);
        begin_anew(t, &busy);
    }
    if (t->on && (e.code != OK || t->failed))
        fail(t, &e);
    arena_free(a);
}

void log_tail_look(struct log_tail *t)
{
    pthread_mutex_lock(&t->lock);
    look(t, false);
    pthread_mutex_unlock(&t->lock);
}

enum err_code log_tail_begin(struct log_tail *t, str folder, struct err *e)
{
    struct log_mark m;
    log_tail_end(t);
    arena_reset(t->files);
    t->folder = str_dup(t->files, folder);
    t->name = S("");
    t->at = 0;
    pthread_mutex_lock(&t->lock);
    enum err_code code = hold(t->pin[0], e);
    if (code == OK)
        code = pages_mark(t->pin[0], &m, e);
    if (code == OK) {
        t->log = pages_open_log(t->arena, t->pin[0]);
        t->held = 0;
        t->failed = t->log < 0;
        t->on = !t->failed;
        t->seen = m.frames;
        memcpy(t->salt, m.salt, sizeof(t->salt));
        if (t->failed)
            code = files_failed(e, "-wal");
    }
    if (code != OK)
        let_go(t);
    pthread_mutex_unlock(&t->lock);
    return code;
}

void log_tail_end(struct log_tail *t)
{
    pthread_mutex_lock(&t->lock);
    let_go(t);
    t->failed = false;
    pthread_mutex_unlock(&t->lock);
    t->taken.first = t->taken.last = NULL;
    t->taken.n = 0;
    arena_reset(t->taken.arena);
    if (t->fd >= 0)
        (void)close(t->fd);
    t->fd = -1;
}

bool log_tail_on(struct log_tail *t)
{
    pthread_mutex_lock(&t->lock);
    bool on = t->on;
    pthread_mutex_unlock(&t->lock);
    return on;
}

enum err_code log_tail_take(struct log_tail *t, struct err *e)
{
    pthread_mutex_lock(&t->lock);
    look(t, true);
    bool on = t->on;
    if (on && t->taken.n == 0) {
        struct frames empty = t->taken;
        t->taken = t->fresh;
        t->fresh = empty;
    }
    pthread_mutex_unlock(&t->lock);
    return on ? OK
              : err_add(e, ERR_STORE, S(""), S(""), "the log is no longer kept",
                    "数据库日志已停止留存");
}

// ---- writing down

static str path_of(struct log_tail *t, struct arena *a)
{
    return str_fmt(a, "%.*s/%.*s", STR_ARG(t->folder), STR_ARG(t->name));
}

static enum err_code next_file(struct log_tail *t, struct arena *a, struct err *e)
{
    if (t->fd >= 0)
        (void)close(t->fd);
    t->named_us = t->last_us > t->named_us ? t->last_us : t->named_us + 1;
    t->name = str_fmt(t->files, "%0*" PRId64 ".log", LOG_NAME_DIGITS, t->named_us);
    t->at = 0;
    str path = path_of(t, a);
    t->fd = files_create(path.s);
    return t->fd < 0 ? files_failed(e, path.s) : files_sync(t->folder.s, e);
}

static enum err_code put_record(struct log_tail *t, struct arena *a, const struct frame **all,
    size_t n, uint32_t commit, struct err *e)
{
    if ((t->fd < 0 || t->at >= LOG_FILE_BYTES) && next_file(t, a, e) != OK)
        return e->code;
    size_t bytes = n * (sizeof(uint32_t) + PAGE_BYTES);
    char *raw = arena_alloc(a, bytes);
    for (size_t i = 0; i < n; i++) {
        memcpy(raw + i * sizeof(uint32_t), &all[i]->page, sizeof(uint32_t));
        memcpy(raw + n * sizeof(uint32_t) + i * PAGE_BYTES, all[i]->bytes, PAGE_BYTES);
    }
    str packed = pool_pack(a, (str){raw, bytes});
    struct log_head *h = NEW(a, struct log_head);
    *h = (struct log_head){.magic = LOG_MAGIC,
        .at_us = t->last_us,
        .commit = commit,
        .pages = (uint32_t)n,
        .packed = (uint32_t)packed.n};
    char *whole = arena_alloc(a, sizeof(*h) + packed.n);
    memcpy(whole, h, sizeof(*h));
    memcpy(whole + sizeof(*h), packed.s, packed.n);
    crypt_sha256((str){whole, sizeof(*h) + packed.n}, h->sum);
    memcpy(whole, h, sizeof(*h));
    str text = {whole, sizeof(*h) + packed.n};
    if (files_write(t->fd, text, path_of(t, a).s, e) != OK)
        return e->code;
    t->at += (int64_t)text.n;
    return OK;
}

// Of several versions of a page only the newest one matters to who looks once a second; but the
// last commit must be whole.
static size_t newest_only(const struct frames *all, struct arena *a, const struct frame ***out)
{
    struct imap at;
    imap_init(&at, a);
    const struct frame **v = NEW_ARRAY(a, all->n, const struct frame *);
    size_t n = 0;
    for (const struct frame *f = all->first; f; f = f->next) {
        const struct frame **known = imap_get(&at, f->page);
        if (known) {
            *known = f;
            continue;
        }
        v[n] = f;
        imap_put(&at, f->page, (void *)(v + n));
        n++;
    }
    *out = v;
    return n;
}

static enum err_code write_taken(struct log_tail *t, struct arena *a, struct err *e)
{
    const struct frame **v;
    size_t n = newest_only(&t->taken, a, &v);
    struct arena *one = arena_new();
    for (size_t i = 0; i < n && e->code == OK; i += LOG_RECORD_PAGES, arena_reset(one)) {
        size_t some = n - i < LOG_RECORD_PAGES ? n - i : LOG_RECORD_PAGES;
        uint32_t commit = i + some == n ? t->taken.last->commit : 0;
        (void)put_record(t, one, v + i, some, commit, e);
    }
    arena_free(one);
    if (e->code == OK && fdatasync(t->fd) != 0)
        return files_failed(e, path_of(t, a).s);
    return e->code;
}

enum err_code log_tail_write(struct log_tail *t, int64_t now_us, struct err *e)
{
    if (now_us > t->last_us) // a clock set back does not take the log with it
        t->last_us = now_us;
    if (t->taken.n == 0)
        return OK;
    struct arena *a = arena_new();
    enum err_code code = write_taken(t, a, e);
    arena_free(a);
    t->taken.first = t->taken.last = NULL;
    t->taken.n = 0;
    arena_reset(t->taken.arena);
    if (code != OK) {
        pthread_mutex_lock(&t->lock);
        fail(t, e);
        pthread_mutex_unlock(&t->lock);
    }
    return code;
}

struct log_place log_tail_place(struct log_tail *t, struct arena *a, int64_t *last_us)
{
    *last_us = t->last_us;
    return (struct log_place){.file = str_dup(a, t->name), .at = t->at};
}
