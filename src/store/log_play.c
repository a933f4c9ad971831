#define _GNU_SOURCE // memmem
#include "store/log_play.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/crypt.h"
#include "store/files.h"
#include "store/folder.h"
#include "store/pages.h"
#include "store/pool.h"

enum { FILE_MAX = LOG_FILE_BYTES + 2 * LOG_RECORD_PAGES * PAGE_BYTES };

struct playing {
    struct arena *arena; // names
    struct arena *text;  // one file's
    str folder, *names;
    size_t n;
    int64_t until_us;
    int db;                 // -1: only looks
    int64_t commits_wanted; // second time: so many commits, then it ends
    int64_t commits;
    struct log_played *out;
};

static int by_name(const void *x, const void *y)
{
    return str_cmp(*(const str *)x, *(const str *)y);
}

static enum err_code list(struct playing *p, struct log_place from, struct err *e)
{
    DIR *dir = opendir(str_z(p->arena, p->folder));
    bool found = from.file.n == 0;
    if (!dir && errno == ENOENT) {
        p->out->gone = true;
        return OK;
    }
    if (!dir)
        return files_failed(e, p->folder.s);
    for (const struct dirent *x; (x = readdir(dir)) != NULL;) {
        str name = str_of(x->d_name);
        found = found || str_eq(name, from.file);
        if (str_ends(name, S(".log")) && str_cmp(name, from.file) >= 0)
            VEC_PUSH(p->arena, p->names, p->n) = str_dup(p->arena, name);
    }
    (void)closedir(dir);
    if (p->n > 0)
        qsort(p->names, p->n, sizeof(*p->names), by_name);
    p->out->gone = !found;
    return OK;
}

static bool whole(str text, struct log_head *h)
{
    if (text.n < sizeof(*h))
        return false;
    memcpy(h, text.s, sizeof(*h));
    if (memcmp(h->magic, LOG_MAGIC, sizeof(h->magic)) != 0 || h->pages > LOG_RECORD_PAGES ||
        h->packed > text.n - sizeof(*h))
        return false;
    struct log_head bare = *h;
    memset(bare.sum, 0, sizeof(bare.sum));
    uint8_t sum[CRYPT_HASH_BYTES];
    struct arena *a = arena_new();
    char *copy = arena_alloc(a, sizeof(bare) + h->packed);
    memcpy(copy, &bare, sizeof(bare));
    memcpy(copy + sizeof(bare), text.s + sizeof(bare), h->packed);
    crypt_sha256((str){copy, sizeof(bare) + h->packed}, sum);
    arena_free(a);
    return memcmp(sum, h->sum, sizeof(sum)) == 0;
}

static enum err_code put_pages(
    struct playing *p, str packed, const struct log_head *h, struct err *e)
{
    struct arena *a = arena_new();
    size_t bytes = h->pages * (sizeof(uint32_t) + PAGE_BYTES);
    char *raw = arena_alloc(a, bytes);
    enum err_code code = pool_unpack(packed, raw, bytes)
                             ? OK
                             : err_add(e, ERR_STORE, p->folder, S(""), "a record is damaged",
                                   "留存日志中有记录损坏");
    for (uint32_t i = 0; code == OK && p->db >= 0 && i < h->pages; i++) {
        uint32_t page;
        memcpy(&page, raw + i * sizeof(page), sizeof(page));
        const char *from = raw + h->pages * sizeof(page) + (size_t)i * PAGE_BYTES;
        if (page == 0 ||
            pwrite(p->db, from, PAGE_BYTES, (off_t)(page - 1) * PAGE_BYTES) != PAGE_BYTES)
            code = files_failed(e, "bihuan.db");
    }
    if (code == OK && p->db >= 0 && h->commit > 0 &&
        ftruncate(p->db, (off_t)h->commit * PAGE_BYTES) != 0)
        code = files_failed(e, "bihuan.db");
    arena_free(a);
    return code;
}

// False: nothing further is wanted.
static bool take(struct playing *p, str text, const struct log_head *h, struct err *e)
{
    if (h->at_us > p->until_us || (p->db >= 0 && p->commits >= p->commits_wanted))
        return false;
    if (put_pages(p, (str){text.s + sizeof(*h), h->packed}, h, e) != OK)
        return false;
    p->out->records++;
    p->out->pages += h->pages;
    if (p->out->first_us == 0)
        p->out->first_us = h->at_us;
    if (h->commit > 0) {
        p->commits++;
        p->out->last_us = h->at_us;
    }
    return true;
}

static bool play_file(struct playing *p, size_t i, int64_t at, struct err *e)
{
    str path = str_fmt(p->arena, "%.*s/%.*s", STR_ARG(p->folder), STR_ARG(p->names[i])), text;
    arena_reset(p->text);
    if (folder_read(p->text, path, FILE_MAX, &text, e) != OK)
        return false;
    text = str_sub(text, (size_t)at, text.n);
    while (text.n > 0) {
        struct log_head h;
        if (!whole(text, &h)) {
            // Behind what a crash has torn off there is nothing.
            if (i + 1 < p->n || memmem(text.s + 1, text.n - 1, LOG_MAGIC, sizeof(LOG_MAGIC)))
                err_add(e, ERR_STORE, path, S(""), "a record is damaged", "留存日志中有记录损坏");
            return false;
        }
        if (!take(p, text, &h, e))
            return false;
        text = str_sub(text, sizeof(h) + h.packed, text.n);
    }
    return true;
}

static enum err_code play(struct playing *p, struct log_place from, struct err *e)
{
    p->commits = 0;
    *p->out = (struct log_played){.gone = p->out->gone};
    for (size_t i = 0; i < p->n && e->code == OK; i++)
        if (!play_file(p, i, i == 0 && str_eq(p->names[i], from.file) ? from.at : 0, e))
            break;
    return e->code;
}

enum err_code log_play(struct arena *a, str folder, struct log_place from, int64_t until_us,
    const char *database, struct log_played *out, struct err *e)
{
    struct playing p = {.arena = a,
        .text = arena_new(),
        .folder = str_dup(a, folder),
        .until_us = until_us,
        .db = -1,
        .out = out};
    *out = (struct log_played){0};
    enum err_code code = list(&p, from, e);
    // First to where it can be gone, and only then into the file.
    if (code == OK && !out->gone)
        code = play(&p, from, e);
    if (code == OK && !out->gone && database && p.commits > 0) {
        p.commits_wanted = p.commits;
        p.db = open(database, O_WRONLY | O_CLOEXEC);
        code = p.db < 0 ? files_failed(e, database) : play(&p, from, e);
        if (p.db >= 0 && close(p.db) != 0 && code == OK)
            code = files_failed(e, database);
    }
    arena_free(p.text);
    return code;
}
