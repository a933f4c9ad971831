#include "world.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/buf.h"
#include "domain/audit.h"
#include "model.h"
#include "domain/item_undo.h"
#include "domain/journal.h"
#include "domain/publish.h"
#include "store/folder.h"
#include "store/writer.h"

enum { DAYS_MAX = 8000, ALARMS_MAX = 1000 };

struct world {
    struct arena *arena;
    str dir, loop;           // the loop's text, as in its folder
    struct db *read, *write; // write is the writer's
    struct writer *writer;
    struct journal *journal;
    struct rules *rules; // the writer's newest
    struct rules **old;  // those of the group, which somebody may still look into
    size_t n_old;
    struct keys keys;
    int64_t town;
    enum group_fault fault;
    bool in_group; // the group of the actions, not the gate's
    int64_t first_day;
    int8_t days[DAYS_MAX];
    size_t n_days;
    sem_t entered, go, done;
};
struct job {
    struct write write;
    struct world *w;
    const struct act *act;
    struct answer *answer;
    struct arena *arena;
};

// ---- texts

static size_t place_of(str text, str what) // text.n when absent
{
    size_t i = 0;
    while (i + what.n <= text.n && memcmp(text.s + i, what.s, what.n) != 0)
        i++;
    return i + what.n <= text.n ? i : text.n;
}

static str replaced(struct arena *a, str text, const char *from, str to)
{
    str f = str_of(from);
    size_t at = place_of(text, f);
    // The shipped loop has changed, and its numbers are to be named anew above.
    CHECK(at < text.n);
    return str_fmt(a, "%.*s%.*s%.*s", (int)at, text.s, STR_ARG(to), (int)(text.n - at - f.n),
        text.s + at + f.n);
}

// Wherever it stands.
static str renamed(struct arena *a, str text, struct item_rename by)
{
    struct buf b;
    buf_init(&b, a, 256 * KIB);
    for (size_t at; (at = place_of(text, by.from)) < text.n;) {
        buf_fmt(&b, "%.*s%.*s", (int)at, text.s, STR_ARG(by.to));
        text = str_sub(text, at + by.from.n, text.n);
    }
    buf_add(&b, text);
    return buf_str(&b);
}

static str loop_text(struct arena *a, str text, const struct loop_change *x)
{
    text = replaced(a, text, "limit: 5wd", str_fmt(a, "limit: %dwd", x->handle_wd));
    text = replaced(a, text, "lock: 3", str_fmt(a, "lock: %d", x->lock));
    text = replaced(a, text, "max: 10wd", str_fmt(a, "max: %dwd", x->extend_wd));
    text = replaced(a, text, "limit: 2h", str_fmt(a, "limit: %dh", x->contact_h));
    struct item_rename state, part;
    m_renames(RENAME_FORTH, &state, &part);
    if (x->renamed)
        text = renamed(a, renamed(a, text, state), part);
    const char *row = "      - {when: \"priority:特急\", limit: 24h}\n";
    if (x->night_from_day != 0) {
        str dated = str_fmt(a, "      - {from: %.*s, when: \"priority:特急\", limit: 12h}\n%s",
            STR_ARG(tm_date(a, x->night_from_day)), row);
        text = replaced(a, text, row, dated);
    }
    return text;
}

str world_calendar_text(struct arena *a, int64_t first, const int8_t *days, size_t n)
{
    struct buf b;
    buf_init(&b, a, 256 * KIB);
    buf_addz(&b, "key: workdays\ntitle: 工作日历\nzone: \"+08:00\"\nday: 390min\nweek:\n");
    static const char *const WEEK[] = {"mon", "tue", "wed", "thu", "fri"};
    for (size_t i = 0; i < ARRAY_LEN(WEEK); i++)
        buf_fmt(&b, "  %s: \"09:00-11:30 13:30-17:30\"\n", WEEK[i]);
    buf_addz(&b, "make_up: \"09:00-11:30 13:30-17:30\"\nknown: {from: 2025, to: 2036}\n");
    size_t exceptions = 0;
    for (size_t i = 0; i < n; i++)
        if (days[i] != 0)
            buf_fmt(&b, "%s  - {date: %.*s, %s: 试验}\n", exceptions++ ? "" : "exceptions:\n",
                STR_ARG(tm_date(a, first + (int64_t)i)), days[i] == 1 ? "off" : "work");
    if (exceptions == 0)
        buf_addz(&b, "exceptions: []\n");
    return buf_str(&b);
}

void world_days(struct world *w, int64_t first, const int8_t *days, size_t n)
{
    CHECK(n <= DAYS_MAX);
    w->first_day = first;
    w->n_days = n;
    memcpy(w->days, days, n);
}

// ---- the writer's hooks, as in api/app.c

static void refresh(struct world *w, struct db *db)
{
    if (!journal_rules_dirty(w->journal))
        return;
    struct err e;
    struct arena *a = arena_new();
    err_init(&e, a, LANG_EN);
    struct rules *r = rules_load(db, w->town, &e);
    if (r) {
        VEC_PUSH(w->arena, w->old, w->n_old) = w->rules;
        w->rules = r;
        journal_rules_clean(w->journal);
    }
    arena_free(a);
}

static void on_begin(void *arg, struct db *db)
{
    journal_begin(((struct world *)arg)->journal, db);
}

static void on_settle(void *arg, struct write *cmd, bool ok)
{
    (void)cmd;
    journal_settle(((struct world *)arg)->journal, ok);
}

static enum err_code on_flush(void *arg, struct db *db, struct err *e)
{
    struct world *w = arg;
    enum err_code code = journal_flush(w->journal, db, e);
    if (code != OK || !w->in_group)
        return code;
    if (w->fault == GROUP_FLUSH_FAILS)
        return err_add(e, ERR_STORE, S("sim"), (str){0}, "a failure of the group", "整组失败");
    if (w->fault == GROUP_COMMIT_FAILS)
        db_fail_at(db, 1);
    return OK;
}

static void on_finish(void *arg, struct db *db, bool committed)
{
    struct world *w = arg;
    db_fail_at(db, 0);
    journal_finish(w->journal, committed);
    refresh(w, db);
    w->in_group = false;
}

// ---- one action

static str texts_of(struct job *j)
{
    const struct act *x = j->act;
    if (x->kind == ACT_LOOP)
        return loop_text(j->arena, j->w->loop, &x->loop);
    int8_t *days = arena_alloc(j->arena, j->w->n_days);
    memcpy(days, j->w->days, j->w->n_days);
    for (size_t i = 0; i < x->n_days; i++)
        days[x->days[i].day - j->w->first_day] = (int8_t)x->days[i].kind;
    return world_calendar_text(j->arena, j->w->first_day, days, j->w->n_days);
}

static enum err_code publish(struct job *j, struct ctx *c, struct err *e)
{
    struct published out;
    bool loop = j->act->kind == ACT_LOOP;
    enum err_code code =
        def_publish(c, loop ? S("loop") : S("calendar"), texts_of(j), false, &out, e);
    j->answer->id = out.id;
    return code;
}

static enum err_code settle_all(struct ctx *c, struct err *e)
{
    int64_t last = 0;
    int64_t looked;
    do
        looked = def_settle_some(c, last, &last, e);
    while (looked > 0);
    return e->code;
}

static enum err_code move(struct ctx *c, const struct act *x, struct err *e)
{
    struct item_rename state, part;
    struct item_moved moved;
    size_t n = x->rename != RENAME_NONE;
    m_renames(x->rename, &state, &part);
    struct item_move in = {
        .def = x->def, .states = &state, .n_states = n, .parts = &part, .n_parts = n};
    return item_move(c, x->item, &in, &moved, e);
}

static enum err_code do_one(struct job *j, struct ctx *c, struct err *e)
{
    const struct act *x = j->act;
    struct item it = {0};
    struct item_moved moved;
    enum err_code code = OK;
    const struct person *p = NULL;
    switch (x->kind) {
    case ACT_FILE:
        code = item_file(c, &x->file, &it, e);
        break;
    case ACT_PAST:
        code = item_import(c, &x->file, &x->past, &it, e);
        break;
    case ACT_STEP:
        code = item_step(c, &x->step, &it, e);
        break;
    case ACT_BACK:
        code = item_undo(c, x->step.item, x->step.version, &it, e);
        break;
    case ACT_TICK:
        (void)item_alarms(c, ALARMS_MAX, e);
        return e->code;
    case ACT_LOOP:
    case ACT_CAL:
        return publish(j, c, e);
    case ACT_SETTLE:
        return settle_all(c, e);
    case ACT_MOVE_DEF:
        return move(c, x, e);
    case ACT_BACK_DEF:
        return item_move_back(c, x->item, false, &moved, e);
    case ACT_GRANT:
        p = map_get(&c->rules->person_by_login, str_of(x->person));
        CHECK(p != NULL);
        return person_grant(c, p->id, str_of(x->role), x->unit, x->take_away, e);
    case ACT_UNIT:
        return unit_put(c, &x->put, &j->answer->id, e);
    default:
        UNREACHABLE(); // jobs: world_import
    }
    j->answer->id = code == OK ? it.id : 0;
    return code;
}

static struct ctx writing(
    struct world *w, struct db *db, struct arena *a, const char *who, int64_t now_us)
{
    refresh(w, db);
    struct ctx c = {.db = db,
        .arena = a,
        .rules = w->rules,
        .now_us = now_us,
        .keys = &w->keys,
        .journal = w->journal,
        .lang = LANG_EN};
    if (who) {
        c.actor = map_get(&w->rules->person_by_login, str_of(who));
        CHECK(c.actor != NULL);
    }
    return c;
}

void world_note(struct answer *answer, const struct err *e)
{
    if (e->n > 0)
        (void)snprintf(answer->note, sizeof(answer->note), "%.*s: %.*s", STR_ARG(e->notes[0].field),
            STR_ARG(e->notes[0].message));
}

static enum err_code job_apply(struct write *cmd, struct db *db)
{
    struct job *j = (struct job *)cmd;
    const struct act *x = j->act;
    struct err e;
    j->w->in_group = true;
    err_init(&e, j->arena, LANG_EN);
    struct ctx c = writing(j->w, db, j->arena, x->who, x->now_us);
    db_fail_at(db, x->fail_at);
    enum err_code code = do_one(j, &c, &e);
    if (code == OK)
        code = db_status(db, &e);
    db_fail_at(db, 0);
    if (code == OK && x->taken_back)
        code = ERR_BUSY;
    world_note(j->answer, &e);
    return code;
}

static void job_done(struct write *cmd, enum err_code code, const struct err *group_error)
{
    struct job *j = (struct job *)cmd;
    (void)group_error;
    j->answer->code = code;
    (void)sem_post(&j->w->done);
}

static void wait_for(sem_t *s)
{
    while (sem_wait(s) != 0)
        ;
}

// Holds the writer in a group of its own until all actions are queued, so that they are the next.
static enum err_code gate_apply(struct write *cmd, struct db *db)
{
    struct world *w = ((struct job *)cmd)->w;
    (void)db;
    (void)sem_post(&w->entered);
    wait_for(&w->go);
    return OK;
}

void world_run(struct world *w, const struct act *acts, size_t n, enum group_fault fault,
    struct answer *answers)
{
    struct job jobs[WORLD_GROUP_MAX + 1] = {0};
    struct answer gate;
    CHECK(n <= WORLD_GROUP_MAX);
    w->fault = fault;
    for (size_t i = 0; i <= n; i++) {
        struct job *j = &jobs[i];
        j->w = w;
        j->write.apply = i == 0 ? gate_apply : job_apply;
        j->write.done = job_done;
        j->answer = i == 0 ? &gate : &answers[i - 1];
        j->arena = i == 0 ? NULL : arena_new();
        j->act = i == 0 ? NULL : &acts[i - 1];
        enum err_code code = writer_submit(w->writer, &j->write);
        CHECK(code == OK);
        if (i == 0)
            wait_for(&w->entered);
    }
    (void)sem_post(&w->go);
    for (size_t i = 0; i <= n; i++)
        wait_for(&w->done);
    for (size_t i = 1; i <= n; i++)
        arena_free(jobs[i].arena);
    while (w->n_old > 0)
        rules_free(w->old[--w->n_old]);
}

// ---- commands of a job

struct command {
    struct write write;
    struct world *w;
    const struct act *by;
    enum err_code (*fn)(struct ctx *c, void *arg, struct err *e);
    void *arg;
    struct err *e;
};

static enum err_code command_apply(struct write *cmd, struct db *db)
{
    struct command *x = (struct command *)cmd;
    struct arena *a = arena_new();
    struct ctx c = writing(x->w, db, a, x->by->who, x->by->now_us);
    enum err_code code = x->fn(&c, x->arg, x->e);
    if (code == OK)
        code = db_status(db, x->e);
    arena_free(a);
    return code;
}

enum err_code world_command(struct world *w, const struct act *by,
    enum err_code (*fn)(struct ctx *c, void *arg, struct err *e), void *arg, struct err *e)
{
    struct command x = {
        .write = {.apply = command_apply}, .w = w, .by = by, .fn = fn, .arg = arg, .e = e};
    return writer_run(w->writer, &x.write, e);
}

str world_folder(const struct world *w)
{
    return w->dir;
}

// ---- opening and closing

static bool open_all(struct world *w, struct err *e)
{
    static const struct writer_hooks hooks = {
        .begin = on_begin, .settle = on_settle, .flush = on_flush, .finish = on_finish};
    struct writer_hooks mine = hooks;
    mine.arg = w;
    w->write = town_open(w->arena, w->dir, true, tm_now(), e);
    w->read = e->code == OK ? town_open(w->arena, w->dir, false, 0, e) : NULL;
    if (e->code != OK || town_keys(w->arena, w->dir, false, &w->keys, e) != OK)
        return false;
    w->town = town_of(w->arena, w->dir, w->read, e);
    w->rules = w->town ? rules_load(w->read, w->town, e) : NULL;
    if (!w->rules)
        return false;
    w->journal = journal_new(w->town, 1);
    w->writer = writer_start(w->write, &mine, e);
    return w->writer != NULL;
}

static void close_all(struct world *w)
{
    if (w->writer)
        writer_stop(w->writer); // closes the write connection
    else
        db_close(w->write);
    db_close(w->read);
    journal_free(w->journal);
    if (w->rules)
        rules_free(w->rules);
    w->writer = NULL;
    w->read = w->write = NULL;
    w->journal = NULL;
    w->rules = NULL;
}

bool world_restart(struct world *w, struct err *e)
{
    close_all(w);
    return open_all(w, e);
}

static bool make_town(struct world *w, str folder, str address, int64_t now_us, struct err *e)
{
    struct town_source src = town_source_folder(w->arena, folder);
    bool there = src.read(src.arg, w->arena, S("loop.yaml"), &w->loop);
    CHECK(there);
    struct keys keys;
    int64_t town;
    if (address.n > 0 && town_use_server(w->arena, w->dir, address, e) != OK)
        return false;
    struct db *db = town_open(w->arena, w->dir, true, now_us, e);
    if (db && town_keys(w->arena, w->dir, true, &keys, e) == OK)
        (void)(town_init(db, w->arena, &src, &keys, now_us, &town, e) == OK);
    db_close(db);
    return e->code == OK;
}

struct world *world_make(str folder, str address, int64_t now_us, struct err *e)
{
    struct arena *a = arena_new();
    struct world *w = NEW(a, struct world);
    const char *root = getenv("TMPDIR");
    char *dir = str_z(a, str_fmt(a, "%s/bihuan-sim-XXXXXX", root ? root : P_tmpdir));
    w->arena = a;
    CHECK(mkdtemp(dir) != NULL);
    w->dir = str_of(dir);
    CHECK(sem_init(&w->entered, 0, 0) == 0 && sem_init(&w->go, 0, 0) == 0 &&
          sem_init(&w->done, 0, 0) == 0);
    if (make_town(w, folder, address, now_us, e) && open_all(w, e))
        return w;
    world_end(w);
    return NULL;
}

void world_end(struct world *w)
{
    close_all(w);
    folder_remove(str_z(w->arena, w->dir));
    (void)sem_destroy(&w->entered);
    (void)sem_destroy(&w->go);
    (void)sem_destroy(&w->done);
    arena_free(w->arena);
}

const struct rules *world_rules(const struct world *w)
{
    return w->rules;
}

struct ctx world_reader(struct world *w, struct arena *a, const char *who, int64_t now_us)
{
    struct ctx c = {.db = w->read,
        .arena = a,
        .rules = w->rules,
        .now_us = now_us,
        .keys = &w->keys,
        .lang = LANG_EN};
    if (who)
        c.actor = map_get(&w->rules->person_by_login, str_of(who));
    return c;
}

enum err_code world_alone(struct world *w, enum err_code (*fn)(struct ctx *c, struct err *e),
    int64_t now_us, struct err *e)
{
    struct arena *a = arena_new();
    struct db *db = town_open(a, w->dir, true, now_us, e);
    struct ctx c = {.db = db,
        .arena = a,
        .rules = w->rules,
        .now_us = now_us,
        .keys = &w->keys,
        .lang = LANG_EN,
        .journal = journal_new(w->town, 1)};
    if (db) {
        db_begin(db);
        journal_begin(c.journal, db);
        bool ok = fn(&c, e) == OK;
        journal_settle(c.journal, ok);
        ok = ok && journal_flush(c.journal, db, e) == OK && db_commit(db, e) == OK;
        if (!ok)
            db_rollback(db);
        journal_finish(c.journal, ok);
    }
    journal_free(c.journal);
    db_close(db);
    arena_free(a);
    return e->code;
}
