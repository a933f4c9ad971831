#include "api/recheck_api.h"

#include "api/members.h"
#include "domain/item_store.h"
#include "domain/recheck.h"

struct found_view {
    int64_t item, filed_us, metres;
    str no, title, loop_title, state_title;
};
struct recheck_view {
    int64_t at_us, passed_us, n;
    bool due, tested, blind;
    str after, pass_title, fail_title;
    struct list rows;
};
static const struct field FOUND_VIEW[] = {
    M(found_view, item, FIELD_I64),
    M(found_view, no, FIELD_STR),
    M(found_view, title, FIELD_STR),
    M(found_view, loop_title, FIELD_STR),
    M(found_view, state_title, FIELD_STR),
    {"filed", FIELD_TIME, .at = offsetof(struct found_view, filed_us)},
    M(found_view, metres, FIELD_I64, .help = "between the two points; -1: not asked"),
    {0},
};
const struct field RECHECK_VIEW[] = {
    {"at", FIELD_TIME, .at = offsetof(struct recheck_view, at_us),
        .help = "it is looked at again from then on; null: it is not"},
    M(recheck_view, due, FIELD_BOOL),
    {"passed", FIELD_TIME, .at = offsetof(struct recheck_view, passed_us),
        .help = "when it was consolidated; null: not yet"},
    M(recheck_view, after, FIELD_STR, .help = "as the definition has it: 6w"),
    M(recheck_view, pass_title, FIELD_STR),
    M(recheck_view, fail_title, FIELD_STR),
    M(recheck_view, tested, FIELD_BOOL, .help = "the definition says what a recurrence is"),
    M(recheck_view, blind, FIELD_BOOL,
        .help = "the item has no point, or names no row, by which they could be looked for"),
    M(recheck_view, n, FIELD_I64, .help = "recurrences; those you may see stand in rows"),
    ROWS(recheck_view, rows, FOUND_VIEW, found_view),
    {0},
};

static struct list rows_of(struct ctx *c, const struct recheck_found *found, size_t n)
{
    struct found_view *rows = NULL;
    size_t shown = 0;
    for (size_t i = 0; i < n; i++) {
        const struct item *it = &found[i].it;
        const struct def *d = rules_def(c->rules, it->def);
        int state = d ? def_state_at(d, it->state) : DEF_NONE;
        if (!item_visible(c, it))
            continue;
        VEC_PUSH(c->arena, rows, shown) = (struct found_view){.item = it->id,
            .no = it->no,
            .title = it->title,
            .loop_title = d ? d->title : it->loop,
            .state_title = state >= 0 ? d->states[state].title : it->state,
            .filed_us = it->filed_us,
            .metres = found[i].metres};
    }
    return (struct list){rows, shown};
}

enum err_code recheck_get(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct item it;
    struct recheck_found *found;
    if (item_load(c, k->id, &it, &k->err) != OK)
        return k->err.code;
    const struct def *d = rules_def(c->rules, it.def);
    CHECK(d != NULL);
    if (!item_visible(c, &it))
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    const struct def_solid *x = &d->solid;
    struct recheck_view v = {.at_us = it.recheck_us, .passed_us = it.solid_us};
    if (x->pass < 0)
        return call_answer_fields(k, RECHECK_VIEW, &v);
    v.due = it.recheck_us > 0 && it.recheck_us < c->now_us;
    v.after = x->length;
    v.pass_title = d->steps[x->pass].title;
    v.fail_title = d->steps[x->fail].title;
    v.tested = x->recur.on;
    v.blind = recheck_blind(d, &it);
    if (it.recheck_us > 0 || it.solid_us > 0) { // else nobody looks
        v.n = (int64_t)recheck_find(c, d, &it, &found);
        v.rows = rows_of(c, found, (size_t)v.n);
    }
    return db_status(c->db, &k->err) == OK ? call_answer_fields(k, RECHECK_VIEW, &v) : k->err.code;
}
