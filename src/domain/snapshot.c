#include "domain/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crypt.h"
#include "base/tm.h"
#include "domain/town.h"
#include "store/blob.h"
#include "store/files.h"
#include "store/folder.h"
#include "store/pages.h"
#include "store/pool.h"
#include "store/years.h"

enum { STORE_FORMAT = 1, STORE_BYTES_MAX = 4 * KIB, PIECE_PAGES = POOL_PIECE_MAX / PAGE_BYTES };

struct store_file {
    int64_t format, town;
};
static const struct field STORE_FILE[] = {
    {"format", FIELD_I64, FIELD_REQUIRED, offsetof(struct store_file, format), .min = 1,
        .max = STORE_FORMAT},
    {"town", FIELD_I64, FIELD_REQUIRED, offsetof(struct store_file, town)},
    {0},
};

static str in(struct arena *a, str folder, const char *name)
{
    return str_fmt(a, "%.*s/%s", STR_ARG(folder), name);
}

bool snapshot_store(struct arena *a, str folder)
{
    return access(in(a, folder, "store.json").s, F_OK) == 0;
}

static const char *const PARTS[] = {"snapshots", "pieces", "blobs", "log"};

// Nothing, or what a first try that failed has left.
static bool may_become_store(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT;
    bool fine = true;
    for (const struct dirent *x; fine && (x = readdir(dir)) != NULL;) {
        bool ours = x->d_name[0] == '.' || strcmp(x->d_name, "lost+found") == 0 ||
                    str_starts(str_of(x->d_name), S("store.json."));
        for (size_t i = 0; i < ARRAY_LEN(PARTS); i++)
            ours = ours || strcmp(x->d_name, PARTS[i]) == 0;
        fine = ours;
    }
    (void)closedir(dir);
    return fine;
}

static enum err_code write_store_file(struct arena *a, str store, int64_t town, struct err *e)
{
    struct store_file s = {.format = STORE_FORMAT, .town = town};
    struct buf b;
    struct jw w;
    buf_init(&b, a, STORE_BYTES_MAX);
    jw_init(&w, &b);
    fields_encode(&w, STORE_FILE, &s, 0);
    buf_byte(&b, '\n');
    str path = in(a, store, "store.json"), unfinished = files_temporary(a, path);
    if (folder_write(unfinished.s, buf_str(&b), e) != OK || files_sync(unfinished.s, e) != OK) {
        (void)unlink(unfinished.s);
        return e->code;
    }
    if (rename(unfinished.s, path.s) != 0)
        return files_failed(e, path.s);
    return files_sync(str_z(a, store), e);
}

static enum err_code make_store(struct arena *a, str store, int64_t town, struct err *e)
{
    if (!may_become_store(str_z(a, store)))
        return err_add(e, ERR_INVALID, store, S("an empty folder, or a store of backups"),
            "there is something else in it", "其中已有别的内容");
    if (folder_above(a, store, e) != OK || folder_make(str_z(a, store), e) != OK)
        return e->code;
    for (size_t i = 0; i < ARRAY_LEN(PARTS); i++)
        if (folder_make(in(a, store, PARTS[i]).s, e) != OK)
            return e->code;
    return write_store_file(a, store, town, e);
}

enum err_code snapshot_begin(struct arena *a, str store, int64_t town, int *lock, struct err *e)
{
    struct store_file s = {0};
    str text;
    if (!snapshot_store(a, store) && make_store(a, store, town, e) != OK)
        return e->code;
    if (folder_read(a, in(a, store, "store.json"), STORE_BYTES_MAX, &text, e) != OK ||
        fields_decode(a, text, STORE_FILE, &s, e) != OK)
        return e->code;
    if (s.town != town)
        return err_add(e, ERR_INVALID, store, S(""), "the backups of another town are in it",
            "其中是另一个镇的备份");
    enum err_code code = files_lock(in(a, store, "lock").s, 1, lock, e);
    return code == ERR_BUSY ? err_add(e, ERR_BUSY, store, S(""),
                                  "another backup into it is under way", "另一个备份正在进行")
                            : code;
}

// ---- attachments

enum err_code snapshot_blob(
    struct arena *a, str from_blobs, str store, str hash, int64_t bytes, struct err *e)
{
    str to = in(a, store, "blobs"), content, stored;
    struct stat st;
    if (stat(blob_path(to, a, hash).s, &st) == 0 && st.st_size == bytes)
        return OK;
    if (blob_get(from_blobs, a, hash, &content, e) != OK)
        return e->code;
    return blob_put(to, a, content, &stored, e);
}

struct making {
    struct arena *arena;
    struct db *db;
    const struct snapshot_job *job;
    struct snapshot *out;
    struct pool pool;
    str folder; // unfinished
};

static enum err_code stopped(const struct making *k, struct err *e)
{
    if (!k->job->stop || !k->job->stop(k->job->arg))
        return OK;
    return err_add(e, ERR_BUSY, S(""), S(""), "stopped before it was done", "尚未完成即停止");
}

static enum err_code add_list(
    struct making *k, const char *name, const struct buf *text, struct err *e)
{
    str path = in(k->arena, k->folder, name);
    struct manifest_file *f = manifest_add(k->arena, &k->out->m, name);
    if (folder_write(path.s, buf_str(text), e) != OK)
        return e->code;
    return folder_hash(k->arena, path.s, &f->bytes, &f->sha256, e);
}

static enum err_code add_blobs(struct making *k, struct err *e)
{
    struct manifest *m = &k->out->m;
    struct arena *a = arena_new();
    struct buf names;
    buf_init(&names, k->arena, SIZE_MAX / 2);
    str blobs = town_blob_dir(k->arena, k->job->dir);
    struct cursor c = db_rows(
        k->db, "SELECT DISTINCT hash, bytes FROM file WHERE town = ?1 ORDER BY hash", V(m->town));
    for (; e->code == OK && db_next(&c); arena_reset(a)) {
        str hash = db_str(&c, 0);
        if (snapshot_blob(a, blobs, k->job->store, hash, db_i64(&c, 1), e) != OK ||
            stopped(k, e) != OK)
            break;
        buf_fmt(&names, "%.*s\n", STR_ARG(hash));
        m->blobs++;
        m->blob_bytes += db_i64(&c, 1);
    }
    db_done(&c);
    arena_free(a);
    if (e->code != OK || db_status(k->db, e) != OK)
        return e->code;
    return add_list(k, "blobs", &names, e);
}

// ---- the database

static enum err_code add_run(
    struct making *k, struct pages *p, uint32_t first, struct buf *names, struct err *e)
{
    static const uint32_t run = PIECE_PAGES;
    struct arena *a = arena_new();
    uint32_t n = p->n - first + 1 < run ? p->n - first + 1 : run;
    char *bytes = arena_alloc(a, (size_t)n * PAGE_BYTES);
    str name;
    if (pages_read(p, first, n, bytes, e) == OK &&
        pool_put(&k->pool, a, (str){bytes, (size_t)n * PAGE_BYTES}, &name, e) == OK)
        buf_fmt(names, "%.*s\n", STR_ARG(name));
    arena_free(a);
    return e->code;
}

static enum err_code add_pages(struct making *k, struct pages *p, struct err *e)
{
    struct buf names;
    buf_init(&names, k->arena, SIZE_MAX / 2);
    for (uint32_t first = 1; first <= p->n; first += PIECE_PAGES) {
        if (add_run(k, p, first, &names, e) != OK || stopped(k, e) != OK)
            return e->code;
        if (k->job->progress)
            k->job->progress(k->job->arg, first, p->n);
    }
    k->out->m.database_bytes = (int64_t)p->n * PAGE_BYTES;
    return add_list(k, "pieces", &names, e);
}

// ---- old years

// The same pieces in every snapshot: the file does not change.
static enum err_code add_year(struct making *k, int64_t year, struct err *e)
{
    struct buf names;
    buf_init(&names, k->arena, SIZE_MAX / 2);
    str path = years_path(k->arena, in(k->arena, k->job->dir, "years"), year);
    int fd = open(path.s, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return files_failed(e, path.s);
    struct arena *a = arena_new();
    for (ssize_t n = 1; n > 0 && e->code == OK && stopped(k, e) == OK; arena_reset(a)) {
        char *bytes = arena_alloc(a, POOL_PIECE_MAX);
        size_t got = 0;
        while (got < POOL_PIECE_MAX && (n = read(fd, bytes + got, POOL_PIECE_MAX - got)) != 0)
            if (n > 0)
                got += (size_t)n;
            else if (errno != EINTR)
                break;
        str name;
        if (n < 0)
            (void)files_failed(e, path.s);
        else if (got > 0 && pool_put(&k->pool, a, (str){bytes, got}, &name, e) == OK)
            buf_fmt(&names, "%.*s\n", STR_ARG(name));
    }
    arena_free(a);
    (void)close(fd);
    return e->code == OK ? add_list(k, str_fmt(k->arena, "year-%04" PRId64, year).s, &names, e)
                         : e->code;
}

static enum err_code add_years(struct making *k, struct err *e)
{
    struct years y;
    years_known(k->db, k->out->m.town, &y);
    (void)years_reader(k->db, k->out->m.town); // looks at each
    if (db_status(k->db, e) != OK)
        return e->code;
    for (size_t i = 0; i < y.n && e->code == OK; i++)
        (void)!add_year(k, y.v[i].year, e);
    return e->code;
}

static enum err_code read_database(struct making *k, struct pages *p, struct err *e)
{
    const struct snapshot_job *job = k->job;
    if (manifest_describe(k->arena, job->dir, k->db, job->program, 0, &k->out->m, e) != OK)
        return e->code;
    int64_t from_log = job->settled ? job->settled(job->arg) : 0;
    k->out->m.made_us = from_log ? from_log : job->now();
    if (from_log) {
        k->out->m.log = job->log;
        k->out->m.log_file = job->place.file;
        k->out->m.log_at = job->place.at;
    }
    if (add_pages(k, p, e) != OK || add_years(k, e) != OK)
        return e->code;
    return pool_settle(&k->pool, e);
}

// All of it from one state.
static enum err_code read_all(struct making *k, struct err *e)
{
    struct pages p;
    if (pages_open(k->arena, k->db, &p, e) != OK)
        return e->code;
    if (read_database(k, &p, e) == OK)
        (void)add_blobs(k, e);
    pages_close(&p);
    return e->code;
}

static enum err_code add_key(struct making *k, struct err *e)
{
    if (!k->job->with_key)
        return OK;
    struct manifest_file *f = manifest_add(k->arena, &k->out->m, "key");
    return folder_copy(k->arena, in(k->arena, k->job->dir, "key").s,
        in(k->arena, k->folder, "key").s, &f->bytes, &f->sha256, e);
}

static str name_at(struct arena *a, int64_t us)
{
    struct civil c;
    tm_to_civil(us, 0, &c);
    return str_fmt(
        a, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

static enum err_code settle(struct making *k, struct err *e)
{
    struct snapshot *s = k->out;
    s->m.new_pieces = k->pool.added;
    s->m.new_bytes = k->pool.added_bytes;
    s->name = name_at(k->arena, s->m.made_us);
    str text = manifest_text(k->arena, &s->m);
    if (folder_write(in(k->arena, k->folder, "manifest.json").s, text, e) != OK)
        return e->code;
    str to = snapshot_folder(k->arena, k->job->store, s->name);
    for (int i = 1; access(to.s, F_OK) == 0; i++) { // two within a second
        s->name = str_fmt(k->arena, "%.16s.%d", s->name.s, i);
        to = snapshot_folder(k->arena, k->job->store, s->name);
    }
    return folder_settle(k->arena, k->folder.s, to.s, e);
}

enum err_code snapshot_make(struct arena *a, struct db *db, const struct snapshot_job *job,
    struct snapshot *out, struct err *e)
{
    *out = (struct snapshot){0};
    struct making k = {.arena = a, .db = db, .job = job, .out = out};
    k.folder = files_temporary(a, in(a, job->store, "new"));
    if (pool_open(&k.pool, a, job->store, e) != OK)
        return e->code;
    if (folder_make(k.folder.s, e) == OK && read_all(&k, e) == OK && add_key(&k, e) == OK)
        (void)settle(&k, e);
    if (e->code != OK) {
        pool_abandon(&k.pool);
        folder_remove(k.folder.s);
    }
    return e->code;
}
