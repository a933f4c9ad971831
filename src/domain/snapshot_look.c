// A store of backups, read: listing, choosing, making a database from it, checking all of it.

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/crypt.h"
#include "base/map.h"
#include "domain/snapshot.h"
#include "store/blob.h"
#include "store/files.h"
#include "store/folder.h"
#include "store/log_play.h"
#include "store/pool.h"

enum { LIST_BYTES_MAX = 256 * MIB, NAME_LETTERS = 2 * CRYPT_HASH_BYTES };

str snapshot_folder(struct arena *a, str store, str name)
{
    return str_fmt(a, "%.*s/snapshots/%.*s", STR_ARG(store), STR_ARG(name));
}

static int by_name(const void *x, const void *y)
{
    return str_cmp(((const struct snapshot *)x)->name, ((const struct snapshot *)y)->name);
}

static int by_time(const void *x, const void *y)
{
    int64_t a = ((const struct snapshot *)x)->m.made_us,
            b = ((const struct snapshot *)y)->m.made_us;
    return a == b ? by_name(x, y) : a < b ? -1 : 1;
}

enum err_code snapshot_list(struct arena *a, str store, struct snapshots *out, struct err *e)
{
    str path = str_fmt(a, "%.*s/snapshots", STR_ARG(store));
    *out = (struct snapshots){0};
    DIR *dir = opendir(path.s);
    if (!dir)
        return files_failed(e, path.s);
    for (const struct dirent *x; e->code == OK && (x = readdir(dir)) != NULL;) {
        if (x->d_name[0] == '.')
            continue;
        struct snapshot s = {.name = str_dup(a, str_of(x->d_name))};
        if (manifest_read(a, snapshot_folder(a, store, s.name), &s.m, e) == OK)
            VEC_PUSH(a, out->v, out->n) = s;
    }
    (void)closedir(dir);
    if (out->n > 0)
        qsort(out->v, out->n, sizeof(*out->v), by_time);
    return e->code;
}

enum err_code snapshot_names(struct arena *a, str store, const struct snapshot *s,
    const char *which, struct strs *out, struct err *e)
{
    str folder = snapshot_folder(a, store, s->name), text, line;
    *out = (struct strs){0};
    if (folder_read(a, str_fmt(a, "%.*s/%s", STR_ARG(folder), which), LIST_BYTES_MAX, &text, e) !=
        OK)
        return e->code;
    out->v = NEW_ARRAY(a, text.n / (NAME_LETTERS + 1) + 1, str);
    while (str_cut(&text, '\n', &line)) {
        if (line.n == 0)
            continue;
        if (line.n != NAME_LETTERS)
            return err_add(
                e, ERR_STORE, folder, S(""), "its list of %s is damaged", "清单 %s 已损坏", which);
        out->v[out->n++] = line;
    }
    return OK;
}

// ---- choosing

// How far the log goes that begins at a snapshot, up to a moment; 0: nowhere.
static int64_t reach(
    struct arena *a, str store, const struct snapshot *s, int64_t at_us, struct err *e)
{
    struct log_played played;
    struct log_place from = {s->m.log_file, s->m.log_at};
    str folder = str_fmt(a, "%.*s/log/%.*s", STR_ARG(store), STR_ARG(s->m.log));
    if (log_play(a, folder, from, at_us, NULL, &played, e) != OK || played.gone)
        return 0;
    return played.last_us;
}

enum err_code snapshot_find(
    struct arena *a, str store, int64_t at_us, const struct snapshot **out, struct err *e)
{
    struct snapshots all;
    const struct snapshot *newest = NULL, *logged = NULL;
    if (snapshot_list(a, store, &all, e) != OK)
        return e->code;
    for (size_t i = 0; i < all.n && all.v[i].m.made_us <= at_us; i++) {
        newest = &all.v[i];
        logged = newest->m.log.n > 0 ? newest : logged;
    }
    if (!newest)
        return err_add(
            e, ERR_MISSING, store, S(""), "no backup is as old as that", "没有这个时刻之前的备份");
    *out = newest;
    // One made by hand beside the server has no log; the one before it may lead further.
    if (at_us != INT64_MAX && logged && logged != newest &&
        reach(a, store, logged, at_us, e) >= newest->m.made_us)
        *out = logged;
    return e->code;
}

// ---- making a database

static enum err_code write_pieces(
    struct arena *a, str store, const struct strs *names, int fd, str path, struct err *e)
{
    struct arena *one = arena_new();
    for (size_t i = 0; i < names->n && e->code == OK; i++, arena_reset(one)) {
        str piece;
        if (pool_get(one, store, names->v[i], &piece, e) != OK)
            break;
        if (files_write(fd, piece, str_z(a, path), e) != OK)
            break;
    }
    arena_free(one);
    return e->code;
}

enum err_code snapshot_fill_year(struct arena *a, str store, const struct snapshot *s,
    const struct manifest_file *list, str path, struct err *e)
{
    struct strs names;
    if (snapshot_names(a, store, s, str_z(a, list->path), &names, e) != OK)
        return e->code;
    int fd = files_create(str_z(a, path));
    if (fd < 0)
        return files_failed(e, str_z(a, path));
    (void)write_pieces(a, store, &names, fd, path, e);
    return close(fd) != 0 && e->code == OK ? files_failed(e, str_z(a, path)) : e->code;
}

enum err_code snapshot_fill(struct arena *a, str store, const struct snapshot *s, int64_t at_us,
    str database, int64_t *reached_us, struct err *e)
{
    struct strs names;
    struct log_played played;
    *reached_us = s->m.made_us;
    if (snapshot_names(a, store, s, "pieces", &names, e) != OK)
        return e->code;
    char *path = str_z(a, database);
    int fd = files_create(path);
    if (fd < 0)
        return files_failed(e, path);
    (void)write_pieces(a, store, &names, fd, database, e);
    if (close(fd) != 0 && e->code == OK)
        return files_failed(e, path);
    if (e->code != OK || at_us == INT64_MAX || s->m.log.n == 0)
        return e->code;
    struct log_place from = {s->m.log_file, s->m.log_at};
    str folder = str_fmt(a, "%.*s/log/%.*s", STR_ARG(store), STR_ARG(s->m.log));
    if (log_play(a, folder, from, at_us, path, &played, e) == OK && played.last_us > *reached_us)
        *reached_us = played.last_us;
    return e->code;
}

// ---- checking

struct verifying {
    struct arena *arena;
    str store;
    struct map pieces, blobs; // seen
    struct snapshot_sums *out;
    void (*progress)(void *arg, int64_t done, int64_t total);
    void *arg;
    struct err *e;
};

static void verify_piece(struct verifying *v, struct arena *a, str name)
{
    str piece;
    if (pool_get(a, v->store, name, &piece, v->e) != OK)
        return;
    v->out->pieces++;
    v->out->piece_bytes += (int64_t)piece.n;
}

static void verify_blob(struct verifying *v, struct arena *a, str name)
{
    str content;
    if (blob_get(str_fmt(a, "%.*s/blobs", STR_ARG(v->store)), a, name, &content, v->e) != OK)
        return;
    v->out->blobs++;
    v->out->blob_bytes += (int64_t)content.n;
}

static void verify_names(struct verifying *v, const struct snapshot *s, const char *which,
    struct map *seen, void (*one)(struct verifying *v, struct arena *a, str name))
{
    struct strs names;
    struct arena *a = arena_new();
    if (snapshot_names(v->arena, v->store, s, which, &names, v->e) == OK)
        for (size_t i = 0; i < names.n; i++, arena_reset(a)) {
            if (map_get(seen, names.v[i]))
                continue;
            map_put(seen, names.v[i], v);
            one(v, a, names.v[i]);
            if (v->progress)
                v->progress(v->arg, (int64_t)i, (int64_t)names.n);
        }
    arena_free(a);
}

static void verify_log(struct verifying *v, const struct snapshot *s, struct map *seen)
{
    struct log_played played;
    if (s->m.log.n == 0 || map_get(seen, s->m.log))
        return;
    map_put(seen, s->m.log, v);
    str folder = str_fmt(v->arena, "%.*s/log/%.*s", STR_ARG(v->store), STR_ARG(s->m.log));
    if (log_play(v->arena, folder, (struct log_place){S(""), 0}, INT64_MAX, NULL, &played, v->e) ==
        OK)
        v->out->records += played.records;
}

enum err_code snapshot_verify(struct arena *a, str store,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg, struct snapshot_sums *out,
    struct err *e)
{
    struct snapshots all;
    struct map logs;
    *out = (struct snapshot_sums){0};
    struct verifying v = {
        .arena = a, .store = store, .out = out, .progress = progress, .arg = arg, .e = e};
    map_init(&v.pieces, a);
    map_init(&v.blobs, a);
    map_init(&logs, a);
    if (snapshot_list(a, store, &all, e) != OK)
        return e->code;
    if (all.n == 0)
        return err_add(e, ERR_MISSING, store, S(""), "there is no backup in it", "其中没有备份");
    for (size_t i = 0; i < all.n; i++) {
        const struct snapshot *s = &all.v[i];
        (void)!manifest_check(a, snapshot_folder(a, store, s->name), &s->m, e);
        verify_names(&v, s, "pieces", &v.pieces, verify_piece);
        const struct manifest_file *files = s->m.files.v;
        for (size_t k = 0; k < s->m.files.n; k++)
            if (manifest_year(&files[k], true) != 0)
                verify_names(&v, s, str_z(a, files[k].path), &v.pieces, verify_piece);
        verify_names(&v, s, "blobs", &v.blobs, verify_blob);
        verify_log(&v, s, &logs);
        out->snapshots++;
    }
    return e->code;
}
