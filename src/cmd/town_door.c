#include "cmd/town_door.h"

#include "cmd/interrupt.h"
#include "cmd/town_make.h"
#include "store/log_mover.h"

enum { BUSY_TRIES = 6 }; // each waits DB_BUSY_WAIT_MS for the other process

struct town_door {
    struct arena *arena;  // the command's
    struct arena *action; // of one transaction
    struct db *read, *write;
    struct log_mover *mover; // once the log is long: most commands write too little for one
    struct keys keys;
    bool has_keys;
    struct rules *rules; // the newest
    struct rules **held; // all of them: somebody may still look into an older one
    size_t n_held;
    int64_t rules_mark; // id of the last event that is about no item: whoever changes the rules
                        // writes one
    struct journal *journal;
    int64_t town;
    str as, blob_dir;
    const struct person *actor;
    enum lang lang;
};

static int64_t mark_of(struct town_door *d, struct db *db)
{
    return db_one_i64(db, 0,
        "SELECT id FROM event WHERE town = ?1 AND item = 0 ORDER BY id DESC LIMIT 1", V(d->town));
}

static enum err_code find_actor(struct town_door *d, struct err *e)
{
    d->actor = NULL;
    if (d->as.n == 0)
        return OK;
    d->actor = map_get(&d->rules->person_by_login, d->as);
    if (d->actor && d->actor->active)
        return OK;
    return err_add(e, ERR_MISSING, S("--as"), (str){0},
        "there is nobody with the log-in name \"%.*s\"", "没有登录名为“%.*s”的在用人员",
        STR_ARG(d->as));
}

static enum err_code load_rules(struct town_door *d, struct db *db, struct err *e)
{
    d->rules_mark = mark_of(d, db);
    str file = e->file;
    struct rules *r = rules_load(db, d->town, e);
    if (!r)
        return e->code;
    e->file = file; // it names stored definitions there
    d->rules = r;
    VEC_PUSH(d->arena, d->held, d->n_held) = r;
    return find_actor(d, e);
}

static enum err_code open_all(
    struct town_door *d, struct args *a, str dir, enum town_door_mode mode)
{
    struct err *e = &a->err;
    // Looked for first, because opening for writing would make an empty database.
    if (!town_make_there(a->arena, dir))
        return err_add(e, ERR_MISSING, dir, S("bihuan.db"), "there is no town in this folder",
            "这个目录里没有镇的数据库");
    bool writes = mode == TOWN_DOOR_WRITE || mode == TOWN_DOOR_ALONE;
    if (writes)
        d->write = town_open(a->arena, dir, true, tm_now(), e);
    if (e->code == OK)
        d->read = mode == TOWN_DOOR_ALONE ? d->write : town_open(a->arena, dir, false, 0, e);
    if (e->code != OK)
        return e->code;
    d->town = town_of(a->arena, dir, d->read, e);
    if (d->town == 0)
        return e->code;
    if (mode != TOWN_DOOR_LOOK) {
        if (town_keys(a->arena, dir, false, &d->keys, e) != OK)
            return e->code;
        d->has_keys = true;
    }
    d->blob_dir = town_blob_dir(a->arena, dir);
    d->journal = writes ? journal_new(d->town, 1) : NULL;
    return load_rules(d, d->read, e);
}

struct town_door *town_door_open(struct args *a, enum town_door_mode mode)
{
    return town_door_open_at(a, args_dir(a), mode);
}

struct town_door *town_door_open_at(struct args *a, str dir, enum town_door_mode mode)
{
    struct town_door *d = NEW(a->arena, struct town_door);
    d->arena = a->arena;
    d->action = arena_new();
    d->lang = a->err.lang;
    if (open_all(d, a, dir, mode) == OK)
        return d;
    town_door_close(d);
    return NULL;
}

void town_door_close(struct town_door *d)
{
    if (!d)
        return;
    journal_free(d->journal);
    for (size_t i = 0; i < d->n_held; i++)
        rules_free(d->held[i]);
    if (d->read != d->write)
        db_close(d->read);
    if (d->mover)
        log_mover_stop(d->mover);
    else if (d->write)
        db_checkpoint(d->write, false);
    db_close(d->write);
    arena_free(d->action);
}

enum err_code town_door_as(struct town_door *d, str login, struct err *e)
{
    d->as = login;
    return find_actor(d, e);
}

static struct ctx context(struct town_door *d, struct db *db, struct arena *a)
{
    return (struct ctx){.db = db,
        .arena = a,
        .rules = d->rules,
        .now_us = tm_now(),
        .actor = d->actor,
        .keys = d->has_keys ? &d->keys : NULL,
        .lang = d->lang,
        .blob_dir = d->blob_dir};
}

struct ctx town_door_reader(struct town_door *d)
{
    return context(d, d->read, d->arena);
}

struct ctx town_door_writer(struct town_door *d)
{
    CHECK(d->write != NULL);
    struct ctx c = context(d, d->write, d->arena);
    c.journal = d->journal;
    return c;
}

// Takes the write lock. Only this is tried again: what fn does happens once.
static enum err_code begin(struct town_door *d, struct err *e)
{
    for (int tries = 1;; tries++) {
        struct err now;
        err_init(&now, d->arena, e->lang);
        db_begin(d->write);
        enum err_code code = db_status(d->write, &now);
        if (code == OK)
            return OK;
        db_rollback(d->write);
        if (code == ERR_BUSY && tries < BUSY_TRIES)
            continue;
        err_merge(e, &now, (str){0});
        return code;
    }
}

// Somebody else may have published or granted meanwhile.
static enum err_code refresh(struct town_door *d, struct err *e)
{
    int64_t mark = mark_of(d, d->write);
    if (mark == d->rules_mark && !journal_rules_dirty(d->journal))
        return db_status(d->write, e);
    if (load_rules(d, d->write, e) != OK)
        return e->code;
    journal_rules_clean(d->journal);
    return OK;
}

// An import or an undoing writes gigabytes, group by group. Nobody else moves the log meanwhile.
static void look_after_log(struct town_door *d)
{
    if (!d->mover && db_log_pages(d->write) >= LOG_MOVE_PAGES)
        d->mover = log_mover_start(d->write);
    if (d->mover)
        log_mover_look(d->mover);
}

enum err_code town_door_run(void *door,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg, struct err *e)
{
    struct town_door *d = door;
    CHECK(d->write != NULL);
    if (begin(d, e) != OK)
        return e->code;
    journal_begin(d->journal, d->write);
    arena_reset(d->action);
    enum err_code code = refresh(d, e);
    if (code == OK) {
        struct ctx c = context(d, d->write, d->action);
        c.journal = d->journal;
        code = fn(&c, fn_arg, e);
        if (db_overrules(d->write, e))
            code = e->code;
        else if (code == OK)
            code = db_status(d->write, e);
    }
    journal_settle(d->journal, code == OK);
    if (code == OK)
        code = journal_flush(d->journal, d->write, e);
    if (code == OK)
        code = db_commit(d->write, e);
    if (code != OK)
        db_rollback(d->write);
    journal_finish(d->journal, code == OK);
    look_after_log(d);
    return code;
}

enum err_code town_door_work_run(void *arg,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg, struct err *e)
{
    const struct town_door_work *w = arg;
    return town_door_run(w->door, fn, fn_arg, e);
}

bool town_door_work_show(void *arg, int64_t done, int64_t total)
{
    struct town_door_work *w = arg;
    progress_show(&w->bar, done, total);
    return !interrupt_seen();
}
