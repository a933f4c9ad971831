// Taking an import back, by an event of each item: what it made and nobody has worked on leaves all
// lists and counters; what it took steps on is what it was before. The keys of its rows are free
// again, so that the sheet can be put right and imported anew.

#include "domain/import_inner.h"
#include "domain/item_fold.h"
#include "domain/item_inner.h"
#include "domain/sealed.h"

struct made {
    int64_t row, item, version;
    int64_t before; // version of the item in front of the steps; 0: it was made
    str field, key;
};
struct sweep {
    struct import_job job;
    int64_t person;      // who takes it back; 0: the system
    int64_t after, last; // rows: swept before this group; the group's last
    struct made *rows;
    size_t n;
    int64_t undone, kept; // of this group
    bool over;
};

static void read_made(struct ctx *c, struct sweep *s, struct err *e)
{
    struct cursor r = db_rows(c->db,
        "SELECT row, item, detail FROM batch_row WHERE town = ?1 AND job = ?2 AND row > ?3 AND "
        "outcome IN ('new', 'step')"
        " ORDER BY row LIMIT ?4",
        V(c->rules->town), V(s->job.id), V(s->after), V((int64_t)IMPORT_GROUP));
    while (db_next(&r)) {
        const struct json *d = json_parse(c->arena, db_dup(&r, 2, c->arena), e);
        struct made m = {.row = db_i64(&r, 0), .item = db_i64(&r, 1)};
        m.version = json_i64(d, S("v"), 0);
        m.before = json_i64(d, S("b"), 0);
        m.field = json_str(d, S("field"));
        m.key = json_str(d, S("key"));
        VEC_PUSH(c->arena, s->rows, s->n) = m;
    }
    db_done(&r);
}

static str said(struct ctx *c, const struct def *d, int64_t person, str what, int64_t at_us)
{
    const struct def_step *s = def_step(d, what);
    const struct person *p = rules_person(c->rules, person);
    str title = s ? s->title : what, when = tm_minute(c->arena, at_us, c->rules->zone_s);
    return str_fmt(c->arena, c->lang == LANG_EN ? "%.*s, %.*s: %.*s" : "%.*s %.*s：%.*s",
        STR_ARG(when), STR_ARG(p ? p->name : (str){0}), STR_ARG(title));
}

// Worked on: a person's event after the import, or another item hangs on one that it made. Clocks
// that ran out meanwhile do not count. Empty: nobody has.
static str touched(struct ctx *c, const struct made *m, const struct item *it)
{
    int64_t town = c->rules->town;
    const struct def *d = rules_def(c->rules, it->def);
    str why = {0};
    if (it->version != m->version) {
        struct cursor r = db_rows(c->db,
            "SELECT person, what, at_us, id FROM event WHERE town = ?1 AND item = ?2 AND item > 0"
            " AND version > ?3 AND person <> 0 ORDER BY id LIMIT 1",
            V(town), V(m->item), V(m->version));
        if (db_next(&r))
            why = said(c, d, db_i64(&r, 0), db_dup(&r, 1, c->arena), db_i64(&r, 2));
        db_done(&r);
    }
    if (why.n > 0 || m->before > 0)
        return why;
    bool linked =
        db_one_i64(c->db, 0, "SELECT other FROM link WHERE town = ?1 AND item = ?2 LIMIT 1",
            V(town), V(m->item)) != 0;
    return !linked              ? why
           : c->lang == LANG_EN ? S("other items hang on it")
                                : S("有别的事项和它相连");
}

static enum err_code take_back(
    struct ctx *c, const struct made *m, struct item *before, struct err *e)
{
    const struct def *d = rules_def(c->rules, before->def);
    CHECK(d != NULL);
    struct item it = item_copy(c->arena, before);
    it.shelf = SHELF_GONE;
    it.open = false;
    item_clocks_void(c, d, &it, 0);
    struct event ev = {.what = S("undo_import"), .unit = it.unit};
    if (item_commit(c, d, before, &it, &ev, e) != OK)
        return e->code;
    if (m->key.n > 0)
        item_key_free(c, d, m->field, m->key, it.id);
    db_run(c->db, "DELETE FROM caller WHERE town = ?1 AND item = ?2", V(c->rules->town), V(it.id));
    sealed_forget(c, it.id);
    return db_status(c->db, e);
}

// The item as it was in front of the row's steps.
static enum err_code step_back(
    struct ctx *c, const struct made *m, const struct item *now, struct err *e)
{
    const struct def *d = rules_def(c->rules, now->def);
    struct item it;
    CHECK(d != NULL);
    if (item_as_of(c, now, m->before, &it, e) != OK)
        return e->code;
    struct event ev = {.what = S("undo_import"), .unit = now->unit};
    if (item_commit(c, d, now, &it, &ev, e) != OK)
        return e->code;
    if (m->key.n > 0)
        item_key_free(c, d, m->field, m->key, it.id);
    return db_status(c->db, e);
}

// What a row had may be another's by now.
static str taken_since(struct ctx *c, const struct made *m, const struct item *now, struct err *e)
{
    const struct def *d = rules_def(c->rules, now->def);
    struct item was;
    CHECK(d != NULL);
    if (item_as_of(c, now, m->before, &was, e) != OK)
        return (str){0};
    for (size_t i = 0; i < d->n_fields; i++) {
        str v = d->fields[i].unique ? item_field(&was, d->fields[i].key) : (str){0};
        int64_t holder = v.n > 0 ? import_holder(c, d->loop, d->fields[i].key, v) : 0;
        if (holder != 0 && holder != now->id)
            return str_fmt(c->arena, c->lang == LANG_EN ? "%.*s is now %.*s's" : "%.*s现在属于%.*s",
                STR_ARG(d->fields[i].title), STR_ARG(item_no_of(c, holder)));
    }
    return (str){0};
}

static void mark(struct ctx *c, const struct sweep *s, const struct made *m, str why)
{
    struct buf b;
    struct jw w;
    buf_init(&b, c->arena, 4 * KIB);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_kstr(&w, "why", why);
    jw_end_obj(&w);
    db_run(c->db,
        "UPDATE batch_row SET outcome = ?4, detail = ?5 WHERE town = ?1 AND job = ?2 AND row = ?3",
        V(c->rules->town), V(s->job.id), V(m->row), V(why.n > 0 ? S("kept") : S("undone")),
        V(buf_str(&b)));
}

static enum err_code sweep_rows(struct ctx *c, struct sweep *s, struct err *e)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct made *m = &s->rows[i];
        struct item it;
        if (item_load(c, m->item, &it, e) != OK)
            return e->code;
        str why = it.shelf == SHELF_GONE
                      ? (c->lang == LANG_EN ? S("taken back before") : S("以前已撤销"))
                      : touched(c, m, &it);
        if (why.n == 0 && m->before > 0)
            why = taken_since(c, m, &it, e);
        if (e->code != OK)
            return e->code;
        if (why.n == 0 && (m->before > 0 ? step_back(c, m, &it, e) : take_back(c, m, &it, e)) != OK)
            return e->code;
        s->undone += why.n == 0;
        s->kept += why.n > 0;
        s->last = m->row;
        mark(c, s, m, why);
    }
    return db_status(c->db, e);
}

enum err_code import_kept(
    struct ctx *c, int64_t job, size_t limit, struct import_kept **out, size_t *n, struct err *e)
{
    struct cursor r = db_rows(c->db,
        "SELECT row, item, detail FROM batch_row WHERE town = ?1 AND job = ?2 AND row > 0"
        " AND outcome = 'kept' ORDER BY row",
        V(c->rules->town), V(job));
    *out = NULL;
    *n = 0;
    while (*n < limit && db_next(&r)) {
        const struct json *d = json_parse(c->arena, db_dup(&r, 2, c->arena), e);
        struct import_kept k = {
            .row = db_i64(&r, 0), .item = db_i64(&r, 1), .why = json_str(d, S("why"))};
        VEC_PUSH(c->arena, *out, *n) = k;
    }
    db_done(&r);
    for (size_t i = 0; i < *n; i++)
        (*out)[i].no =
            db_one_str(c->db, c->arena, "SELECT no FROM item WHERE town = ?1 AND id = ?2",
                V(c->rules->town), V((*out)[i].item));
    return db_status(c->db, e);
}

static enum err_code may_undo(struct ctx *c, const struct import_job *j, struct err *e)
{
    bool ended = str_eq(j->state, S("done")) || str_eq(j->state, S("stopped")) ||
                 str_eq(j->state, S("failed"));
    bool going_on = str_eq(j->state, S("undoing"));
    if (j->dry || !(ended || going_on))
        return err_add(
            e, ERR_CONFLICT, S("job"), S("done"), "there is nothing to undo", "没有可以撤销的内容");
    if (!going_on && c->now_us - j->changed_us > IMPORT_UNDO_HOURS * US_HOUR)
        return err_add(e, ERR_CONFLICT, S("job"), (str){0}, "more than %d hours have passed",
            "已超过 %d 小时，不能整批撤销", (int)IMPORT_UNDO_HOURS);
    if (!ctx_may(c, MAY_IMPORT, c->rules->town) && (!c->actor || c->actor->id != j->person))
        return err_add(
            e, ERR_DENIED, (str){0}, (str){0}, "it is somebody else's import", "这是别人的导入");
    return ctx_may(c, MAY_IMPORT, 0) ? OK
                                     : err_add(e, ERR_DENIED, (str){0}, (str){0},
                                           "you may not import items", "您没有导入的权限");
}

enum err_code import_may_undo(struct ctx *c, int64_t job, struct err *e)
{
    struct import_job j;
    return import_job_load(c, job, &j, e) == OK ? may_undo(c, &j, e) : e->code;
}

static enum err_code sweep_group(struct ctx *c, struct sweep *s, struct err *e)
{
    // Loaded again: the strings of the group before are gone, and another run may have come in
    // between.
    int64_t id = s->job.id;
    s->rows = NULL;
    s->n = 0;
    s->undone = s->kept = 0;
    s->last = s->after;
    if (import_job_load(c, id, &s->job, e) != OK)
        return e->code;
    read_made(c, s, e);
    if (db_status(c->db, e) != OK || e->code != OK || sweep_rows(c, s, e) != OK)
        return e->code;
    s->over = s->n < IMPORT_GROUP;
    s->job.undone += s->undone;
    s->job.kept += s->kept;
    s->job.state = s->over ? S("undone") : S("undoing");
    if (import_job_update(c, &s->job, s->job.result.rows, e) != OK)
        return e->code;
    return s->over ? import_event(c, &s->job, "undo_import", e) : OK;
}

static enum err_code undo_group(struct ctx *c, void *arg, struct err *e)
{
    struct sweep *s = arg;
    const struct person *was = c->actor;
    c->actor = s->person ? rules_person(c->rules, s->person) : NULL;
    enum err_code code = sweep_group(c, s, e);
    c->actor = was;
    return code;
}

enum err_code import_undo(struct ctx *reader, int64_t job, const struct import_door *door,
    int64_t *undone, int64_t *kept, struct err *e)
{
    struct sweep s = {.person = reader->actor ? reader->actor->id : 0};
    *undone = *kept = 0;
    if (import_job_load(reader, job, &s.job, e) != OK || may_undo(reader, &s.job, e) != OK)
        return e->code;
    while (!s.over) {
        enum err_code code = door->run(door->arg, undo_group, &s, e);
        if (code != OK)
            return code;
        s.after = s.last;
        *undone += s.undone;
        *kept += s.kept;
        struct import_result at = {
            .rows = s.job.undone + s.job.kept, .made = s.job.result.made + s.job.result.stepped};
        if (door->progress && !door->progress(door->arg, &at))
            break; // goes on when it is asked for again
    }
    return OK;
}
