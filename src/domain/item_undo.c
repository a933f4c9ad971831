// An item is the fold of its events, so what it was before its last step is the fold of all events
// before that one. The event written here says how the item came back to it.

#include "domain/item_undo.h"

#include "domain/item_fold.h"
#include "domain/item_gather.h"
#include "domain/item_move.h"
#include "domain/same.h"

static int64_t until_us(const struct item_was *ev, const struct def_step *s)
{
    return ev->at_us + s->undo_s * US_SECOND;
}

static const struct def_step *step_of(const struct def *d, const struct item_was *ev)
{
    const struct def_step *s = ev ? def_step(d, ev->what) : NULL;
    return s && s->undo_s > 0 ? s : NULL;
}

bool item_undo_offered(struct ctx *c, const struct item *it, struct item_undo_offer *out)
{
    const struct def *d = rules_def(c->rules, it->def);
    int longest = 0;
    for (size_t i = 0; i < d->n_steps; i++)
        longest = d->steps[i].undo_s > longest ? d->steps[i].undo_s : longest;
    // Most items that are read were not changed a moment ago: their events are left alone.
    if (!c->actor || it->changed_us + longest * US_SECOND < c->now_us)
        return false;
    size_t n;
    const struct item_was *rows = item_fold_events(c, it->id, &n);
    const struct item_was *ev = item_fold_last(rows, n);
    const struct def_step *s = step_of(d, ev);
    if (!s || ev->person != c->actor->id || until_us(ev, s) < c->now_us)
        return false;
    *out = (struct item_undo_offer){s, until_us(ev, s)};
    return true;
}

static str what_happened(struct ctx *c, const struct def *d, const struct item_was *ev)
{
    const struct def_step *s = def_step(d, ev->what);
    const struct person *p = ev->person ? rules_person(c->rules, ev->person) : NULL;
    bool en = c->lang == LANG_EN;
    str title = s                                ? s->title
                : str_eq(ev->what, S("overdue")) ? (en ? S("a clock ran out") : S("时限到期"))
                                                 : ev->what;
    if (!p)
        return title;
    return str_fmt(c->arena, en ? "%.*s: %.*s" : "%.*s：%.*s", STR_ARG(p->name), STR_ARG(title));
}

// He asks for the version he saw: somebody acted after it, and he is told who and what.
static enum err_code overtaken(struct ctx *c, const struct def *d, const struct item_was *rows,
    size_t n, int64_t version, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (rows[i].version <= version)
            continue;
        str what = what_happened(c, d, &rows[i]);
        return err_add(e, ERR_CONFLICT, S("version"), (str){0},
            "cannot be taken back, meanwhile: %.*s", "不能撤销，此后已有办理：%.*s", STR_ARG(what));
    }
    return err_add(e, ERR_CONFLICT, S("version"), (str){0}, "the item has no such version",
        "事项没有这个版本");
}

static enum err_code may_undo(
    struct ctx *c, const struct item_was *ev, const struct def_step *s, struct err *e)
{
    if (!s)
        return err_add(e, ERR_INVALID, S("step"), (str){0},
            "what was done last cannot be taken back", "最近一步不能撤销");
    if (!c->actor || ev->person != c->actor->id)
        return err_add(e, ERR_DENIED, S("step"), (str){0}, "only who took the step takes it back",
            "只能由办理这一步的人撤销");
    if (until_us(ev, s) < c->now_us)
        return err_add(e, ERR_INVALID, S("step"), (str){0},
            "the time to take it back is over (%d seconds)", "已超过可撤销的时间（%d 秒）",
            s->undo_s);
    return OK;
}

// What it set off in other items stays with them: then it cannot be taken back.
static enum err_code alone(struct ctx *c, const struct item *now, const struct item *was,
    const struct item_was *ev, struct err *e)
{
    int64_t town = c->rules->town;
    int64_t merged = db_one_i64(c->db, 0,
        "SELECT count(*) FROM link WHERE town = ?1 AND item = ?2 AND kind = 'merged'", V(town),
        V(now->id));
    if (merged == 0)
        return OK;
    if (now->closed_us != 0 && was->closed_us == 0)
        return err_add(e, ERR_CONFLICT, S("step"), (str){0},
            "the items merged into it were closed with it", "并入的事项已随之办结，不能撤销");
    int64_t since = db_one_i64(c->db, 0,
        "SELECT count(*) FROM link l WHERE l.town = ?1 AND l.item = ?2 AND l.kind = 'merged'"
        " AND (SELECT i.changed_us FROM item i WHERE i.town = ?1 AND i.id = l.other) >= ?3",
        V(town), V(now->id), V(ev->at_us));
    if (since > 0)
        return err_add(e, ERR_CONFLICT, S("step"), (str){0},
            "another item was merged into it meanwhile", "此后有事项并入本单，不能撤销");
    return db_status(c->db, e);
}

static enum err_code fold_before(struct ctx *c, const struct item_was *rows,
    const struct item_was *ev, const struct item *now, struct item *it, struct err *e)
{
    *it = (struct item){.id = now->id};
    for (; rows < ev; rows++)
        if (item_apply(c->arena, it, rows->changes, rows->at_us, e) != OK)
            return e->code;
    // Events keep the text's hash alone, and of none nothing; no step changes it.
    str hash = now->text.n > 0 ? item_text_hash(c->arena, now->text) : (str){0};
    if (!str_eq(it->text, hash))
        return err_add(e, ERR_STORE, S("text"), (str){0}, "the text is not the one filed",
            "诉求原文与记录不符");
    it->text = now->text;
    return OK;
}

// The units that lose the item hear of it, although it no longer names them.
static str lost_units(struct ctx *c, const struct item *now, const struct item *it)
{
    struct buf b;
    struct jw w;
    buf_init(&b, c->arena, 4 * KIB);
    jw_init(&w, &b);
    jw_arr(&w);
    for (size_t i = it->n_parts; i < now->n_parts; i++)
        jw_i64(&w, now->parts[i].unit);
    jw_end_arr(&w);
    return str_fmt(c->arena, "\"lost\":%.*s", STR_ARG(buf_str(&b)));
}

size_t item_undo_lost(struct arena *a, str changes, int64_t **units)
{
    struct err quiet;
    err_init(&quiet, a, LANG_ZH);
    const struct json *lost = json_get(json_parse(a, changes, &quiet), S("lost"));
    size_t n = 0;
    *units = NULL;
    for (size_t i = 0; lost && i < lost->n; i++)
        VEC_PUSH(a, *units, n) = lost->vals[i].i;
    return n;
}

enum err_code item_undo(
    struct ctx *c, int64_t item, int64_t version, struct item *out, struct err *e)
{
    struct item now, it;
    size_t n;
    if (item_load(c, item, &now, e) != OK)
        return e->code;
    if (c->actor && !item_visible(c, &now))
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    const struct def *d = rules_def(c->rules, now.def);
    CHECK(d != NULL);
    const struct item_was *rows = item_fold_events(c, item, &n);
    const struct item_was *ev = item_fold_last(rows, n);
    const struct def_step *s = step_of(d, ev);
    if (db_status(c->db, e) != OK)
        return e->code;
    if (version != now.version)
        return overtaken(c, d, rows, n, version, e);
    if (may_undo(c, ev, s, e) != OK || fold_before(c, rows, ev, &now, &it, e) != OK ||
        alone(c, &now, &it, ev, e) != OK)
        return e->code;
    if (now.merged != it.merged) {
        db_run(c->db,
            "DELETE FROM link WHERE town = ?1 AND item = ?2 AND kind = 'merged' AND other = ?3",
            V(c->rules->town), V(now.merged), V(item));
        if (same_main(c, now.merged, &now, false, e) != OK)
            return e->code;
    }
    bool gathers = s->does == DOES_GATHER || s->does == DOES_RELEASE;
    if (gathers && item_gather_undo(c, &now, ev->changes, s->does == DOES_GATHER, e) != OK)
        return e->code;
    struct event undo = {.what = S(ITEM_UNDO),
        .unit = now.unit,
        .note = s->title,
        .changes = now.n_parts > it.n_parts ? lost_units(c, &now, &it) : (str){0}};
    if (item_commit(c, d, &now, &it, &undo, e) != OK)
        return e->code;
    *out = it;
    return db_status(c->db, e);
}

// ---- a move to another version taken back

enum err_code item_move_back(
    struct ctx *c, int64_t id, bool dry, struct item_moved *out, struct err *e)
{
    struct item now, it;
    size_t n;
    *out = (struct item_moved){0};
    if (!ctx_may(c, MAY_MANAGE_DEFS, 0))
        return err_add(e, ERR_DENIED, (str){0}, (str){0}, "you may not move items between versions",
            "您没有更换流程版本的权限");
    if (item_load(c, id, &now, e) != OK)
        return e->code;
    const struct item_was *rows = item_fold_events(c, id, &n);
    if (db_status(c->db, e) != OK)
        return e->code;
    out->no = now.no;
    if (n == 0 || !str_eq(rows[n - 1].what, S(ITEM_MOVED)))
        return err_add(e, ERR_CONFLICT, S("id"), (str){0},
            "something has happened since it was moved, or it was not moved",
            "没有更换过版本，或此后已有办理，不能撤销");
    if (fold_before(c, rows, &rows[n - 1], &now, &it, e) != OK)
        return e->code;
    *out = (struct item_moved){.no = now.no,
        .state_from = now.state,
        .state_to = it.state,
        .due_from_us = now.due_us,
        .due_to_us = it.due_us};
    const struct def *d = rules_def(c->rules, it.def), *from = rules_def(c->rules, now.def);
    CHECK(d != NULL && from != NULL);
    struct event undo = {.what = S(ITEM_UNDO),
        .unit = now.unit,
        .note = str_fmt(c->arena, "%" PRId64 " → %" PRId64, from->version, d->version)};
    return dry ? OK : item_commit(c, d, &now, &it, &undo, e);
}
