// Taking away what no rule keeps. A snapshot goes first and what only it named goes after it, so
// that an end in between leaves too much and never too little.

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/map.h"
#include "base/tm.h"
#include "domain/snapshot.h"
#include "store/files.h"
#include "store/folder.h"

struct thinning {
    struct arena *arena;
    str store;
    struct snapshots all;
    bool *stays;
    struct snapshot_thinned *out;
    struct err *e;
};

// The first snapshot of every log that is kept stays with it: without it nothing of that log could
// be used.
static void mark(struct thinning *t, const struct keep *k, int zone_s)
{
    struct snapshots *all = &t->all;
    int64_t *made = NEW_ARRAY(t->arena, all->n + 1, int64_t);
    t->stays = NEW_ARRAY(t->arena, all->n + 1, bool);
    for (size_t i = 0; i < all->n; i++)
        made[i] = all->v[i].m.made_us;
    keep_mark(k, made, all->n, zone_s, t->stays);
    struct map logs;
    map_init(&logs, t->arena);
    int64_t since = all->n > 0 ? made[all->n - 1] - k->days * US_DAY : 0;
    for (size_t i = 0; i < all->n; i++) {
        str log = all->v[i].m.log;
        if (log.n == 0 || made[i] < since || map_get(&logs, log))
            continue;
        map_put(&logs, log, t);
        t->stays[i] = true;
    }
}

// Under another name first, so that nobody takes what is left of it for a whole one.
static void drop(struct thinning *t, const struct snapshot *s)
{
    str from = snapshot_folder(t->arena, t->store, s->name);
    str gone = files_temporary(t->arena, str_fmt(t->arena, "%.*s/new", STR_ARG(t->store)));
    if (rename(from.s, gone.s) != 0) {
        (void)files_failed(t->e, from.s);
        return;
    }
    folder_remove(gone.s);
    t->out->snapshots++;
}

static void note_names(
    struct thinning *t, const struct snapshot *s, const char *which, struct map *m)
{
    struct strs names;
    if (snapshot_names(t->arena, t->store, s, which, &names, t->e) == OK)
        for (size_t i = 0; i < names.n; i++)
            map_put(m, names.v[i], t);
}

// Calls f with each name in a folder.
static void each(struct thinning *t, str folder,
    void (*f)(struct thinning *t, str folder, str name, void *arg), void *arg)
{
    DIR *dir = opendir(str_z(t->arena, folder));
    if (!dir) {
        if (errno != ENOENT)
            (void)files_failed(t->e, folder.s);
        return;
    }
    for (const struct dirent *x; (x = readdir(dir)) != NULL;)
        if (x->d_name[0] != '.')
            f(t, folder, str_dup(t->arena, str_of(x->d_name)), arg);
    (void)closedir(dir);
}

struct sweep {
    const struct map *named;
    int64_t *gone;
    int depth; // folders between here and the files
    // Younger files stay: whoever keeps the log brings attachments before a snapshot names them.
    int64_t before_s;
};

static void sweep_one(struct thinning *t, str folder, str name, void *arg)
{
    struct sweep *s = arg;
    str path = str_fmt(t->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
    if (s->depth > 0) {
        struct sweep below = *s;
        below.depth--;
        each(t, path, sweep_one, &below);
        (void)rmdir(path.s); // when it is empty
        return;
    }
    struct stat st;
    if (!map_get(s->named, name) && stat(path.s, &st) == 0 && st.st_mtime < s->before_s &&
        unlink(path.s) == 0)
        (*s->gone)++;
}

static void drop_unfinished(struct thinning *t, str folder, str name, void *arg)
{
    (void)arg;
    if (str_starts(name, S("new.")))
        folder_remove(str_fmt(t->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name)).s);
}

struct log_sweep {
    int64_t before_us;
    str newest; // file that begins before it: it holds what comes after
};

static int64_t began_us(str name)
{
    int64_t us = 0;
    return name.n > LOG_NAME_DIGITS && str_i64(str_sub(name, 0, LOG_NAME_DIGITS), &us) ? us : 0;
}

static void find_newest(struct thinning *t, str folder, str name, void *arg)
{
    struct log_sweep *s = arg;
    (void)t, (void)folder;
    if (began_us(name) <= s->before_us && str_cmp(name, s->newest) > 0)
        s->newest = name;
}

static void drop_file(struct thinning *t, str folder, str name, void *arg)
{
    const struct log_sweep *s = arg;
    str path = str_fmt(t->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
    if (str_cmp(name, s->newest) < 0 && unlink(path.s) == 0)
        t->out->logs++;
}

// A log no snapshot leads to is of no use; of the others the files that ended before the kept days.
static void sweep_log(struct thinning *t, str folder, str name, void *arg)
{
    const struct log_sweep *all = arg;
    str path = str_fmt(t->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
    bool used = false;
    for (size_t i = 0; i < t->all.n; i++)
        used = used || (t->stays[i] && str_eq(t->all.v[i].m.log, name));
    if (!used) {
        folder_remove(path.s);
        t->out->logs++;
        return;
    }
    struct log_sweep one = *all;
    each(t, path, find_newest, &one);
    each(t, path, drop_file, &one);
}

// When the disk says that the newest one was made.
static int64_t made_s(struct thinning *t)
{
    struct stat st;
    str folder = snapshot_folder(t->arena, t->store, t->all.v[t->all.n - 1].name);
    return stat(str_z(t->arena, folder), &st) == 0 ? st.st_mtime : 0;
}

enum err_code snapshot_thin(struct arena *a, str store, const struct keep *k, int zone_s,
    struct snapshot_thinned *out, struct err *e)
{
    struct thinning t = {.arena = a, .store = store, .out = out, .e = e};
    struct map pieces, blobs;
    *out = (struct snapshot_thinned){0};
    if (snapshot_list(a, store, &t.all, e) != OK || t.all.n == 0)
        return e->code;
    mark(&t, k, zone_s);
    map_init(&pieces, a);
    map_init(&blobs, a);
    for (size_t i = 0; i < t.all.n; i++) {
        if (!t.stays[i])
            continue;
        note_names(&t, &t.all.v[i], "pieces", &pieces);
        const struct manifest_file *files = t.all.v[i].m.files.v;
        for (size_t f = 0; f < t.all.v[i].m.files.n; f++)
            if (manifest_year(&files[f], true) != 0)
                note_names(&t, &t.all.v[i], str_z(a, files[f].path), &pieces);
        note_names(&t, &t.all.v[i], "blobs", &blobs);
    }
    if (e->code != OK) // what is named is not known: nothing is taken away
        return e->code;
    for (size_t i = 0; i < t.all.n; i++)
        if (!t.stays[i])
            drop(&t, &t.all.v[i]);
    each(&t, store, drop_unfinished, NULL);
    struct sweep p = {&pieces, &out->pieces, 1, INT64_MAX};
    struct sweep b = {&blobs, &out->blobs, 2, made_s(&t) - US_DAY / US_SECOND};
    each(&t, str_fmt(a, "%.*s/pieces", STR_ARG(store)), sweep_one, &p);
    int64_t since = t.all.v[t.all.n - 1].m.made_us - k->days * US_DAY;
    struct log_sweep logs = {.before_us = since};
    each(&t, str_fmt(a, "%.*s/log", STR_ARG(store)), sweep_log, &logs);
    each(&t, str_fmt(a, "%.*s/blobs", STR_ARG(store)), sweep_one, &b);
    return e->code;
}
