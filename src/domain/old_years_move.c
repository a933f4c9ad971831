// Moving closed items to their year's file and back.
//
// A year is copied whole into a new file, beside everybody's work. Once that is on the disk it gets
// its name, the town's setting names it, and only then do its items leave the town's file, each
// only if it still is what was copied. Broken off at any point, nothing is lost and nothing is seen
// twice (store/years.h), and the next run goes on where this one stopped.

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "domain/journal.h"
#include "domain/old_years.h"
#include "store/files.h"
#include "store/folder.h"

struct mover {
    struct old_years_job *job;
    struct arena *arena;
    int64_t town, year, from_us, to_us; // filed between these
    str folder, path, unfinished;
    int64_t newest_item, newest_event_item; // stay: what comes next is counted from them
    int64_t done, total;
    struct year known; // as it is registered; made 0: not at all
    size_t registered; // years
};

int64_t old_years_border(int64_t now_us, int zone_s)
{
    struct civil t;
    tm_to_civil(now_us, zone_s, &t);
    return tm_day_start(tm_days(t.year - 1, 1, 1), zone_s);
}

enum err_code old_years_none(struct err *e)
{
    return err_add(e, ERR_INVALID, S("years"), S("bihuan.db"),
        "old years can be detached from the embedded database only; a server's is one whole",
        "只有内置数据库（bihuan.db）可以分出年度库；PostgreSQL 上的镇不需要");
}

enum err_code old_years_lock(struct ctx *c, int *lock, struct err *e)
{
    str folder = years_folder(c->db, c->arena);
    if (folder.n == 0)
        return old_years_none(e);
    if (folder_make(folder.s, e) != OK)
        return e->code;
    enum err_code code = files_lock(str_fmt(c->arena, "%.*s/lock", STR_ARG(folder)).s, 1, lock, e);
    if (code != ERR_BUSY)
        return code;
    return err_add(e, ERR_BUSY, folder, (str){0}, "another command is moving years just now",
        "另一个命令正在处理年度库");
}

static bool go_on(struct mover *m)
{
    const struct old_years_door *d = m->job->door;
    if (!d->go_on(d->arg, m->done, m->total))
        m->job->stopped = true;
    return !m->job->stopped;
}

// ---- the setting

static size_t place_of(const struct years *y, int64_t year)
{
    size_t i = 0;
    while (i < y->n && y->v[i].year != year)
        i++;
    return i;
}

static enum err_code tell(struct ctx *c, str what, const struct year *y, struct err *e)
{
    str changes =
        str_fmt(c->arena, "{\"year\":%" PRId64 ",\"items\":%" PRId64 "}", y->year, y->items);
    return journal_say(c, what, changes, e);
}

static void put_setting(struct ctx *c, const struct years *y)
{
    if (y->n > 0)
        ctx_put_setting(c, S("years"), years_text(c->arena, y));
    else
        db_run(c->db, "DELETE FROM setting WHERE town = ?1 AND key = 'years'", V(c->rules->town));
}

static enum err_code register_year(struct ctx *c, void *arg, struct err *e)
{
    const struct year *fresh = arg;
    struct years y;
    years_known(c->db, c->rules->town, &y);
    size_t at = place_of(&y, fresh->year);
    if (at == y.n) {
        CHECK(
            y.n < YEARS_MAX); // there was room before the file was made, and one at a time does it
        for (y.n++; at > 0 && y.v[at - 1].year > fresh->year; at--)
            y.v[at] = y.v[at - 1];
    }
    y.v[at] = *fresh;
    put_setting(c, &y);
    return tell(c, S("years_detach"), fresh, e);
}

static enum err_code forget_year(struct ctx *c, void *arg, struct err *e)
{
    const struct year *gone = arg;
    struct years y;
    years_known(c->db, c->rules->town, &y);
    size_t at = place_of(&y, gone->year);
    for (size_t i = at; i + 1 < y.n; i++)
        y.v[i] = y.v[i + 1];
    y.n -= at < y.n;
    put_setting(c, &y);
    return tell(c, S("years_attach"), gone, e);
}

// ---- which items

// In the town's file still, and old enough.
static int64_t count_old(struct mover *m)
{
    return db_one_i64(m->job->c->db, 0,
        "SELECT count(*) FROM item WHERE town = ?1 AND shelf = 0 AND filed_us >= ?2 AND filed_us < "
        "?3 AND open = 0 AND changed_us < ?4 AND due_us = 0 AND alarm_us = 0 AND recheck_us = 0"
        " AND id <> ?5 AND id <> ?6",
        V(m->town), V(m->from_us), V(m->to_us), V(m->job->until_us), V(m->newest_item),
        V(m->newest_event_item));
}

static void look_newest(struct mover *m)
{
    struct db *db = m->job->c->db;
    m->newest_item = db_one_i64(
        db, 0, "SELECT id FROM item WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(m->town));
    m->newest_event_item = db_one_i64(
        db, 0, "SELECT item FROM event WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(m->town));
}

// ---- copying

static void drop_rows(struct db *db, int64_t town, int64_t id)
{
    db_run(db, "DELETE FROM event WHERE town = ?1 AND item = ?2 AND item > 0", V(town), V(id));
    db_run(db, "DELETE FROM item_doc WHERE town = ?1 AND id = ?2", V(town), V(id));
    db_run(db, "DELETE FROM item WHERE town = ?1 AND id = ?2", V(town), V(id));
}

static size_t next_old(struct mover *m, struct year_mark *at, int64_t ids[OLD_YEARS_FILL_ITEMS])
{
    size_t n = 0;
    struct cursor r = db_rows(m->job->c->db,
        "SELECT id, filed_us FROM item WHERE town = ?1 AND shelf = 0 AND (filed_us, id) > (?2, ?3)"
        " AND filed_us < ?4 AND open = 0 AND changed_us < ?5 AND due_us = 0 AND alarm_us = 0"
        " AND recheck_us = 0"
        " AND id <> ?6 AND id <> ?7 ORDER BY filed_us, id LIMIT ?8",
        V(m->town), V(at->at_us), V(at->at_id), V(m->to_us), V(m->job->until_us), V(m->newest_item),
        V(m->newest_event_item), V((int)OLD_YEARS_FILL_ITEMS));
    while (db_next(&r)) {
        ids[n++] = db_i64(&r, 0);
        at->at_us = db_i64(&r, 1);
        at->at_id = ids[n - 1];
    }
    return n;
}

// Rows and the place they lead to become true together.
static enum err_code fill_group(
    struct mover *m, struct db *file, struct year_mark *at, size_t *n, struct err *e)
{
    int64_t ids[OLD_YEARS_FILL_ITEMS];
    struct db *db = m->job->c->db;
    db_read_begin(db);
    db_begin(file);
    *n = next_old(m, at, ids);
    for (size_t i = 0; i < *n; i++) {
        drop_rows(file, m->town, ids[i]);
        years_copy_item(db, file, m->town, ids[i]);
    }
    years_set_mark(file, m->town, at);
    db_read_end(db);
    if (db_status(db, e) == OK && db_commit(file, e) == OK)
        db_checkpoint(file, false);
    return e->code;
}

static enum err_code fill(struct mover *m, struct db *file, struct err *e)
{
    struct year_mark at = years_mark(file, m->town);
    if (at.at_us < m->from_us) {
        at.at_us = m->from_us;
        at.at_id = 0;
    }
    size_t n = 1;
    while (n > 0 && e->code == OK && go_on(m)) {
        if (fill_group(m, file, &at, &n, e) == OK)
            m->done += (int64_t)n;
    }
    return e->code;
}

// What the file holds, and its number.
static struct year summed(struct mover *m, struct db *file)
{
    struct year y = {.year = m->year, .made = m->known.made + 1};
    db_begin(file);
    struct cursor c = db_rows(file,
        "SELECT count(*), min(filed_us), max(filed_us), max(changed_us) FROM item WHERE town = ?1",
        V(m->town));
    if (db_next(&c)) {
        y.items = db_i64(&c, 0);
        y.first_us = db_i64(&c, 1);
        y.last_us = db_i64(&c, 2);
        y.changed_us = db_i64(&c, 3);
    }
    db_done(&c);
    struct year_mark mark = {.made = y.made, .stamp = years_mark(file, m->town).stamp};
    y.stamp = mark.stamp;
    y.events = db_one_i64(file, 0, "SELECT count(*) FROM event WHERE town = ?1", V(m->town));
    years_set_mark(file, m->town, &mark);
    return y;
}

// Begins with what the year has already, or with what a run that was broken off has left.
static struct db *open_unfinished(struct mover *m, struct err *e)
{
    int64_t bytes;
    str hex;
    char *path = str_z(m->arena, m->path), *unfinished = str_z(m->arena, m->unfinished);
    if (access(unfinished, F_OK) != 0 && access(path, F_OK) == 0) {
        char *copy = str_z(m->arena, files_temporary(m->arena, m->unfinished));
        if (folder_copy(m->arena, path, copy, &bytes, &hex, e) != OK) {
            (void)unlink(copy);
            return NULL;
        }
        if (rename(copy, unfinished) != 0) {
            (void)files_failed(e, copy);
            return NULL;
        }
    }
    return years_make(m->job->c->db, m->arena, m->unfinished, m->town, &m->known, e);
}

// A file that is whole gets its name before the town speaks of it.
static enum err_code make_file(struct mover *m, struct year *made, struct err *e)
{
    struct db *file = open_unfinished(m, e);
    if (!file)
        return e->code;
    if (fill(m, file, e) != OK || m->job->stopped) {
        db_close(file);
        return e->code;
    }
    *made = summed(m, file);
    if (db_commit(file, e) != OK) {
        db_close(file);
        return e->code;
    }
    if (years_finish(file, m->unfinished, e) != OK)
        return e->code;
    if (rename(m->unfinished.s, m->path.s) != 0)
        return files_failed(e, m->unfinished.s);
    return files_sync(str_z(m->arena, m->folder), e);
}

// ---- taking out

struct taking {
    struct mover *m;
    struct db *file;
    int64_t after; // items up to here were looked at
    int64_t ids[OLD_YEARS_TAKE_ITEMS];
    size_t n, taken;
};

struct image {
    int64_t version, events, last_event;
};

static struct image image_of(struct db *db, int64_t town, int64_t id)
{
    struct image x = {.version = db_one_i64(db, 0,
                          "SELECT version FROM item WHERE town = ?1 AND id = ?2", V(town), V(id))};
    struct cursor c = db_rows(db,
        "SELECT count(*), max(id) FROM event WHERE town = ?1 AND item = ?2 AND item > 0", V(town),
        V(id));
    if (x.version != 0 && db_next(&c)) {
        x.events = db_i64(&c, 0);
        x.last_event = db_i64(&c, 1);
    }
    db_done(&c);
    return x;
}

static enum err_code take_group(struct ctx *c, void *arg, struct err *e)
{
    struct taking *t = arg;
    int64_t town = t->m->town;
    t->taken = 0;
    for (size_t i = 0; i < t->n; i++) {
        struct image here = image_of(c->db, town, t->ids[i]);
        struct image there = image_of(t->file, town, t->ids[i]);
        // Whoever wrote to it meanwhile keeps it here.
        if (here.version == 0 || here.version != there.version || here.events != there.events ||
            here.last_event != there.last_event)
            continue;
        drop_rows(c->db, town, t->ids[i]);
        t->taken++;
    }
    return db_status(t->file, e) == OK ? db_status(c->db, e) : e->code;
}

static void next_in_file(struct taking *t)
{
    struct cursor r =
        db_rows(t->file, "SELECT id FROM item WHERE town = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
            V(t->m->town), V(t->after), V((int)OLD_YEARS_TAKE_ITEMS));
    t->n = 0;
    while (db_next(&r))
        t->ids[t->n++] = db_i64(&r, 0);
    t->after = t->n > 0 ? t->ids[t->n - 1] : t->after;
}

static enum err_code each_group(
    struct mover *m, enum err_code (*fn)(struct ctx *c, void *arg, struct err *e), struct err *e)
{
    const struct old_years_door *d = m->job->door;
    struct taking t = {.m = m, .file = db_open(m->path, DB_READ, e)};
    if (!t.file)
        return e->code;
    db_read_begin(t.file);
    for (next_in_file(&t); t.n > 0 && e->code == OK && go_on(m); next_in_file(&t))
        if (d->run(d->arg, fn, &t, e) == OK) {
            m->job->items += (int64_t)t.taken;
            m->done += (int64_t)t.n;
        }
    if (e->code == OK)
        (void)!db_status(t.file, e);
    db_close(t.file);
    return e->code;
}

static enum err_code take_out(struct mover *m, struct err *e)
{
    return each_group(m, take_group, e);
}

// ---- all of it

static void aim(struct mover *m, int64_t year)
{
    int zone_s = m->job->c->rules->zone_s;
    int64_t end = tm_day_start(tm_days((int)year + 1, 1, 1), zone_s);
    struct years y;
    m->year = year;
    m->from_us = tm_day_start(tm_days((int)year, 1, 1), zone_s);
    m->to_us = end < m->job->until_us ? end : m->job->until_us;
    m->path = years_path(m->arena, m->folder, year);
    m->unfinished = str_fmt(m->arena, "%.*s.new", STR_ARG(m->path));
    look_newest(m);
    years_known(m->job->c->db, m->town, &y);
    size_t at = place_of(&y, year);
    m->registered = y.n;
    m->known = at < y.n ? y.v[at] : (struct year){.year = year};
    m->done = 0;
}

static enum err_code detach_year(struct mover *m, int64_t year, struct err *e)
{
    struct db *db = m->job->c->db;
    const struct old_years_door *d = m->job->door;
    struct year made;
    aim(m, year);
    int64_t old = count_old(m);
    if (db_status(db, e) != OK || old == 0)
        return e->code;
    if (m->known.made == 0 && m->registered == YEARS_MAX)
        return err_add(e, ERR_LIMIT, S("years"), S("10"),
            "there are %d year files already, and no more can be looked into at once: put one back "
            "with years attach",
            "已有 %d 个年度库，不能再多：请先用 years attach 并回一个", YEARS_MAX);
    // A run before may have been broken off in the middle of this.
    m->total = 2 * old;
    if (m->known.made > 0) {
        m->total += m->known.items;
        if (take_out(m, e) != OK || m->job->stopped)
            return e->code;
        old = count_old(m);
        m->total = m->done + 2 * old + m->known.items;
        if (db_status(db, e) != OK || old == 0)
            return e->code;
    }
    if (make_file(m, &made, e) != OK || m->job->stopped)
        return e->code;
    m->job->years++;
    if (d->run(d->arg, register_year, &made, e) != OK)
        return e->code;
    return take_out(m, e);
}

static struct mover mover_of(struct old_years_job *job, struct err *e)
{
    struct ctx *c = job->c;
    struct mover m = {.job = job, .arena = c->arena, .town = c->rules->town};
    m.folder = years_folder(c->db, c->arena);
    (void)!db_status(c->db, e);
    return m;
}

static int64_t year_of(int64_t us, int zone_s)
{
    struct civil t;
    tm_to_civil(us, zone_s, &t);
    return t.year;
}

enum err_code old_years_detach(struct old_years_job *job, struct err *e)
{
    struct mover m = mover_of(job, e);
    int zone_s = job->c->rules->zone_s;
    int64_t first_us = db_one_i64(job->c->db, job->until_us,
        "SELECT filed_us FROM item WHERE town = ?1 AND shelf = 0 AND filed_us > 0"
        " ORDER BY filed_us LIMIT 1",
        V(m.town));
    int64_t last = year_of(job->until_us - 1, zone_s);
    for (int64_t y = year_of(first_us, zone_s); y <= last && e->code == OK && !job->stopped; y++)
        (void)!detach_year(&m, y, e);
    return e->code;
}

static enum err_code put_back(struct ctx *c, void *arg, struct err *e)
{
    struct taking *t = arg;
    t->taken = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (db_one_i64(c->db, 0, "SELECT id FROM item WHERE town = ?1 AND id = ?2", V(t->m->town),
                V(t->ids[i])) != 0)
            continue;
        years_copy_item(t->file, c->db, t->m->town, t->ids[i]);
        t->taken++;
    }
    return db_status(t->file, e) == OK ? db_status(c->db, e) : e->code;
}

enum err_code old_years_attach(struct old_years_job *job, int64_t year, struct err *e)
{
    struct mover m = mover_of(job, e);
    const struct old_years_door *d = job->door;
    aim(&m, year);
    if (db_status(job->c->db, e) != OK)
        return e->code;
    if (m.known.made == 0)
        return err_add(e, ERR_MISSING, S("year"), (str){0},
            "no year file of %" PRId64 " was detached from this town",
            "本镇没有 %" PRId64 " 年的年度库", year);
    // Looks at the file as every reader does: a wrong one must not come into the town.
    if (!old_years_look(job->c))
        return db_status(job->c->db, e);
    years_reader_end(job->c->db);
    m.total = m.known.items;
    if (each_group(&m, put_back, e) != OK || job->stopped)
        return e->code;
    if (d->run(d->arg, forget_year, &m.known, e) != OK)
        return e->code;
    job->years = 1;
    if (unlink(m.path.s) != 0)
        return files_failed(e, m.path.s);
    return files_sync(str_z(m.arena, m.folder), e);
}
