#include "api/cadence_tick.h"

#include "base/log.h"

enum {
    TICK_ITEMS_MAX = 100, // filed a second, so that clocks are noticed in time
    WALK_S = 600,         // rows come and change: looked at again so often
};

struct filing {
    struct write write;
    struct app *app;
    struct arena *arena;
    str loop, rule;
    int64_t row;
    struct err err;
};

static enum err_code filing_apply(struct write *w, struct db *db)
{
    struct filing *f = (struct filing *)w;
    struct ctx c;
    struct item it;
    err_init(&f->err, f->arena, LANG_ZH);
    app_writer_ctx(f->app, db, f->arena, &c);
    return cadence_file(&c, f->loop, f->rule, f->row, &it, &f->err) != OK ? f->err.code
                                                                          : db_status(db, &f->err);
}

// What one row cannot have holds up no other; the next walk tries again.
static void file_one(
    struct app *app, struct arena *a, const struct cadence *k, const struct cadence_due *due)
{
    struct filing f = {.write = {.apply = filing_apply},
        .app = app,
        .arena = a,
        .loop = k->def->loop,
        .rule = k->x->key,
        .row = due->row};
    struct err e;
    err_init(&e, a, LANG_ZH);
    if (writer_run(app_writer(app), &f.write, &e) == OK)
        return;
    err_merge(&e, &f.err, (str){0});
    log_line(LOG_ERROR, "cadence rule=%.*s/%.*s row=%.*s: %.*s", STR_ARG(f.loop), STR_ARG(f.rule),
        STR_ARG(due->no), STR_ARG(err_text(&e, a)));
}

// The rule the walk is at; NULL: it is over.
static const struct def_cadence *rule_at(
    const struct rules *r, struct cadence_beat *b, const struct def **d)
{
    for (; b->loop < r->n_loops; b->loop++, b->rule = 0) {
        *d = r->loops[b->loop].now;
        if (*d && b->rule < (*d)->n_cadences)
            return &(*d)->cadences[b->rule];
    }
    return NULL;
}

static void next_rule(struct cadence_beat *b)
{
    b->rule++;
    b->at = (struct cadence_walk){0};
}

// Some rows of the rule the walk is at; how many were due.
static size_t step(struct app *app, struct ctx *c, const struct def *d, const struct def_cadence *x,
    struct cadence_beat *b)
{
    struct cadence k;
    struct cadence_due *due;
    size_t n = 0;
    struct err e;
    err_init(&e, c->arena, LANG_ZH);
    if (cadence_open(c->arena, c->rules, d, x, &k, &e) != OK ||
        cadence_find(c, &k, b->day, &b->at, TICK_ITEMS_MAX, &due, &n, &e) != OK) {
        log_line(LOG_ERROR, "cadence rule=%.*s/%.*s: %.*s", STR_ARG(d->loop), STR_ARG(x->key),
            STR_ARG(err_text(&e, c->arena)));
        next_rule(b);
        return 0;
    }
    db_rollback(c->db); // the writer goes on
    for (size_t i = 0; i < n; i++)
        file_one(app, c->arena, &k, &due[i]);
    if (b->at.over)
        next_rule(b);
    return n;
}

void cadence_tick(struct app *app, struct db *db, struct arena *a, struct cadence_beat *b)
{
    struct rules_hold *h = app_rules_take(app);
    const struct rules *r = app_rules(h);
    struct ctx c = {.db = db, .arena = a, .rules = r, .now_us = tm_now()};
    int64_t day = tm_local_day(c.now_us, r->zone_s);
    bool old = b->begun_us == 0 || tm_mono() - b->begun_us > WALK_S * US_SECOND;
    if (day != b->day || r->gen != b->gen || (old && !b->walking))
        *b = (struct cadence_beat){
            .walking = true, .begun_us = tm_mono(), .day = day, .gen = r->gen};
    const struct def *d;
    const struct def_cadence *x;
    size_t n = 0;
    while (b->walking && n < TICK_ITEMS_MAX) {
        db_rollback(db);
        x = rule_at(r, b, &d);
        b->walking = x != NULL;
        if (x)
            n += step(app, &c, d, x, b);
    }
    app_rules_drop(h);
}
