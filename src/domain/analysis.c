#include "domain/analysis_inner.h"

str analysis_both(struct arena *a, str x, str y)
{
    return x.n == 0 ? y : y.n == 0 ? x : str_fmt(a, "%.*s %.*s", STR_ARG(x), STR_ARG(y));
}

const struct filter *analysis_filter(struct analysis_work *w, str text)
{
    struct err e;
    err_init(&e, w->c->arena, w->c->lang);
    const struct filter *f = filter_parse(w->c->arena, w->c->rules, NULL, text, &e);
    CHECK(f != NULL && e.code == OK); // made of canonical pieces
    return f;
}

enum err_code analysis_read(
    struct ctx *c, const struct analysis_in *in, struct analysis_out *out, struct err *e)
{
    *out = (struct analysis_out){0};
    const struct loop *l = rules_loop(c->rules, in->loop);
    if (!l || l->now->analysis.count < 0)
        return err_add(e, ERR_MISSING, S("loop"), (str){0},
            "there is no such loop, or its definition has no analysis",
            "没有这种事项类型，或其流程没有写分析");
    struct analysis_work w = {.c = c, .in = in, .out = out, .def = l->now};
    struct board_in by_unit = {
        .loop = in->loop, .by = BOARD_UNIT, .period = in->period, .unit = in->unit};
    db_read_begin(c->db);
    if (board_compare(c, &by_unit, &out->board, e) == OK) {
        w.period = (struct period){out->board.now.from_day, out->board.now.to_day};
        w.unit_half = out->board.now.total.filter;
        bool done =
            analysis_ways(&w, e) == OK && analysis_same(&w, e) == OK && analysis_lists(&w, e) == OK;
        CHECK(done || e->code != OK);
    }
    db_read_end(c->db);
    return e->code == OK ? db_status(c->db, e) : e->code;
}
