#include "store/pages.h"

#include <assert.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>
#include "store/db_sqlite.h"
#include "store/files.h"

// The layouts are documented: "WAL-mode File Format", https://www.sqlite.org/walformat.html
enum {
    INDEX_HEAD_BYTES = 48, // stands there twice
    INDEX_IN_FILE_AT = 96,
    INDEX_REGION_BYTES = 32768,
    LOG_HEAD_BYTES = 32,
    LOG_SALT_AT = 16,
    FRAME_HEAD_BYTES = 24,
    FRAME_SALT_AT = 8,
    FRAME_BYTES = FRAME_HEAD_BYTES + PAGE_BYTES,
    TRIES_MAX = 1000,
};

struct index_head {
    uint32_t version, unused, change;
    uint8_t ready, big_sums;
    uint16_t page_bytes;
    uint32_t frames, pages, frame_sum[2];
    uint8_t salt[8];
    uint32_t sum[2];
};
static_assert(sizeof(struct index_head) == INDEX_HEAD_BYTES, "as documented");

static uint32_t big32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static enum err_code unreadable(struct err *e)
{
    return err_add(e, ERR_STORE, S(""), S(""), "the pages of the database cannot be read",
        "无法读取数据库页面");
}

static sqlite3_file *file_of(struct db *db)
{
    sqlite3_file *f = NULL;
    int rc = sqlite3_file_control(sqlite_of(db)->handle, "main", SQLITE_FCNTL_FILE_POINTER, &f);
    return rc == SQLITE_OK && f && f->pMethods ? f : NULL;
}

static bool sum_fits(const struct index_head *h)
{
    uint32_t words[(INDEX_HEAD_BYTES - 8) / 4], a = 0, b = 0;
    memcpy(words, h, sizeof(words));
    for (size_t i = 0; i < ARRAY_LEN(words); i += 2) {
        a += words[i] + b;
        b += words[i + 1] + a;
    }
    return a == h->sum[0] && b == h->sum[1];
}

// A writer changes the second head and then the first: they agree only when nobody is at it.
static bool read_heads(const volatile char *index, struct index_head *out)
{
    struct index_head first, second;
    const char *plain = (const char *)(uintptr_t)index;
    memcpy(&first, plain, sizeof(first));
    atomic_thread_fence(memory_order_seq_cst);
    memcpy(&second, plain + INDEX_HEAD_BYTES, sizeof(second));
    *out = first;
    return memcmp(&first, &second, sizeof(first)) == 0 && first.ready && sum_fits(&first);
}

static bool read_mark(const volatile char *index, struct log_mark *out)
{
    struct index_head before, after;
    if (!read_heads(index, &before))
        return false;
    atomic_thread_fence(memory_order_seq_cst);
    uint32_t in_file;
    memcpy(&in_file, (const char *)(uintptr_t)index + INDEX_IN_FILE_AT, sizeof(in_file));
    atomic_thread_fence(memory_order_seq_cst);
    if (!read_heads(index, &after) || memcmp(&before, &after, sizeof(after)) != 0)
        return false;
    *out = (struct log_mark){.frames = after.frames,
        // Just begun anew, the old number may still stand there.
        .in_file = in_file < after.frames ? in_file : after.frames,
        .pages = after.pages};
    memcpy(out->salt, after.salt, sizeof(out->salt));
    return after.page_bytes == 0 || after.page_bytes == PAGE_BYTES;
}

enum err_code pages_mark(struct db *db, struct log_mark *out, struct err *e)
{
    sqlite3_file *f = file_of(db);
    void volatile *index = NULL;
    *out = (struct log_mark){0};
    if (!f || f->pMethods->iVersion < 2 ||
        f->pMethods->xShmMap(f, 0, INDEX_REGION_BYTES, 0, &index) != SQLITE_OK || !index)
        return unreadable(e);
    for (int i = 0; i < TRIES_MAX; i++) {
        if (read_mark(index, out))
            return OK;
        (void)sched_yield();
    }
    return unreadable(e);
}

const char *pages_file(struct db *db)
{
    const char *name = sqlite3_db_filename(sqlite_of(db)->handle, "main");
    return name && *name ? name : NULL;
}

int pages_open_log(struct arena *a, struct db *db)
{
    const char *name = pages_file(db);
    return name ? open(str_fmt(a, "%s-wal", name).s, O_RDONLY | O_CLOEXEC) : -1;
}

static bool same_log(int log, const struct log_mark *mark)
{
    unsigned char head[LOG_HEAD_BYTES];
    return pread(log, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
           memcmp(head + LOG_SALT_AT, mark->salt, sizeof(mark->salt)) == 0;
}

bool pages_frames(int log, const struct log_mark *mark, uint32_t from, uint32_t to,
    void (*f)(void *arg, uint32_t frame, uint32_t page, uint32_t commit, const char *bytes),
    void *arg)
{
    unsigned char frame[FRAME_BYTES];
    if (from > to)
        return true;
    if (!same_log(log, mark))
        return false;
    for (uint32_t i = from; i <= to; i++) {
        off_t at = LOG_HEAD_BYTES + (off_t)(i - 1) * FRAME_BYTES;
        if (pread(log, frame, sizeof(frame), at) != (ssize_t)sizeof(frame) ||
            memcmp(frame + FRAME_SALT_AT, mark->salt, sizeof(mark->salt)) != 0)
            return false;
        f(arg, i, big32(frame), big32(frame + 4), (const char *)frame + FRAME_HEAD_BYTES);
    }
    // Whoever begins it anew writes its head first.
    return same_log(log, mark);
}

static void note_frame(void *arg, uint32_t frame, uint32_t page, uint32_t commit, const char *bytes)
{
    struct pages *p = arg;
    (void)commit, (void)bytes;
    if (page <= p->n) // else cut off by a later commit
        p->frame_of[page] = frame;
}

static enum err_code count_pages(struct pages *p, struct err *e)
{
    sqlite3_file *f = file_of(p->db);
    sqlite3_int64 size = 0;
    p->n = p->mark.pages;
    if (p->n > 0)
        return OK;
    if (!f || f->pMethods->xFileSize(f, &size) != SQLITE_OK || size == 0 || size % PAGE_BYTES != 0)
        return unreadable(e);
    p->n = (uint32_t)(size / PAGE_BYTES);
    return OK;
}

// Begins to read. The mark is of this very state when nothing was committed while it began.
static bool hold(struct db *db, struct log_mark *mark, struct err *e)
{
    struct log_mark before;
    if (pages_mark(db, &before, e) != OK)
        return false;
    db_read_begin(db);
    struct cursor c = db_rows_inner(db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, 0);
    (void)db_next(&c);
    db_done(&c);
    if (db_status(db, e) == OK && pages_mark(db, mark, e) == OK && before.frames == mark->frames &&
        memcmp(before.salt, mark->salt, sizeof(before.salt)) == 0)
        return true;
    db_read_end(db);
    return false;
}

static bool map_log(struct pages *p)
{
    if (p->mark.in_file == p->mark.frames)
        return true;
    p->log = pages_open_log(p->arena, p->db);
    return p->log >= 0 &&
           pages_frames(p->log, &p->mark, p->mark.in_file + 1, p->mark.frames, note_frame, p);
}

enum err_code pages_open(struct arena *a, struct db *db, struct pages *out, struct err *e)
{
    for (int i = 0; i < TRIES_MAX && e->code == OK; i++) {
        *out = (struct pages){.db = db, .arena = a, .log = -1};
        if (!hold(db, &out->mark, e))
            continue;
        if (count_pages(out, e) == OK) {
            out->frame_of = NEW_ARRAY(a, (size_t)out->n + 1, uint32_t);
            if (map_log(out))
                return OK;
        }
        pages_close(out);
    }
    return e->code != OK ? e->code : unreadable(e);
}

enum err_code pages_read(struct pages *p, uint32_t first, uint32_t count, char *out, struct err *e)
{
    sqlite3_file *f = file_of(p->db);
    sqlite3_int64 at = (sqlite3_int64)(first - 1) * PAGE_BYTES;
    int rc = f ? f->pMethods->xRead(f, out, (int)(count * PAGE_BYTES), at) : SQLITE_IOERR;
    // What is past the end of the file reads as zeros, and stands in the log.
    if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
        return unreadable(e);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t frame = p->frame_of[first + i];
        if (frame == 0)
            continue;
        off_t from = LOG_HEAD_BYTES + (off_t)(frame - 1) * FRAME_BYTES + FRAME_HEAD_BYTES;
        if (pread(p->log, out + (size_t)i * PAGE_BYTES, PAGE_BYTES, from) != PAGE_BYTES)
            return unreadable(e);
    }
    return OK;
}

void pages_close(struct pages *p)
{
    if (p->log >= 0)
        (void)close(p->log);
    p->log = -1;
    db_read_end(p->db);
}
