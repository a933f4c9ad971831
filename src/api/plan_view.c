#include "api/plan_view.h"

#include "api/members.h"

const struct field PLAN_VIEW[] = {
    M(plan_row_view, key, FIELD_STR),
    M(plan_row_view, title, FIELD_STR),
    M(plan_row_view, state, FIELD_STR, .help = "ahead running held over done late"),
    M(plan_row_view, lamp, FIELD_STR),
    M(plan_row_view, by_title, FIELD_STR, .help = "the date it is planned backward from"),
    M(plan_row_view, after, FIELD_STRS, .help = "keys of what is done before it"),
    M(plan_row_view, days, FIELD_I64, .help = "working days it takes"),
    M(plan_row_view, first, FIELD_STR, .help = "latest start, a date"),
    M(plan_row_view, last, FIELD_STR, .help = "latest end, a date"),
    {"done", FIELD_TIME, .at = offsetof(struct plan_row_view, done_us)},
    M(plan_row_view, expect, FIELD_STR,
        .help = "the day it will be done when nothing else goes wrong; of a done one its day"),
    M(plan_row_view, spare, FIELD_I64,
        .help = "working days in hand; negative: late, or going to be"),
    {0},
};

struct list plan_view(struct ctx *c, const struct def *d, const struct item *it)
{
    static const char *const STATES[] = {[NODE_AHEAD] = "ahead",
        [NODE_RUNNING] = "running",
        [NODE_HELD] = "held",
        [NODE_OVER] = "over",
        [NODE_DONE] = "done",
        [NODE_LATE] = "late"};
    static const char *const LAMPS[] = {
        [LAMP_NONE] = "none", [LAMP_GREEN] = "green", [LAMP_YELLOW] = "yellow", [LAMP_RED] = "red"};
    struct item_node *nodes;
    size_t n = item_nodes(c, d, it, &nodes);
    struct plan_row_view *rows = NEW_ARRAY(c->arena, n, struct plan_row_view);
    for (size_t i = 0; i < n; i++) {
        const struct item_node *x = &nodes[i];
        const struct def_clock *k = &d->clocks[x->clock];
        rows[i] = (struct plan_row_view){.key = k->key,
            .title = k->title,
            .state = str_of(STATES[x->state]),
            .lamp = str_of(LAMPS[x->lamp]),
            .first = tm_date(c->arena, x->first),
            .last = tm_date(c->arena, x->last),
            .expect = tm_date(c->arena, x->expect),
            .by_title = d->fields[k->by].title,
            .days = x->days,
            .done_us = x->done_us,
            .spare = x->spare};
        for (uint64_t left = k->after; left != 0; left &= left - 1)
            VEC_PUSH(c->arena, rows[i].after.v, rows[i].after.n) =
                d->clocks[__builtin_ctzll(left)].key;
    }
    return (struct list){rows, n};
}
