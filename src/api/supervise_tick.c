#include "api/supervise_tick.h"

#include <string.h>
#include "base/log.h"
#include "domain/supervise.h"

enum {
    LOOK_S = 60,     // what is overdue for days changes slowly
    PAGE_ITEMS = 50, // looked at a second, so that clocks are noticed in time
};

struct issuing {
    struct write write;
    struct app *app;
    struct arena *arena;
    str rule;
    int64_t item;
    struct err err;
};

static enum err_code issuing_apply(struct write *w, struct db *db)
{
    struct issuing *x = (struct issuing *)w;
    struct ctx c;
    struct item it;
    err_init(&x->err, x->arena, LANG_ZH);
    app_writer_ctx(x->app, db, x->arena, &c);
    return supervise_issue(&c, x->item, x->rule, &it, &x->err) != OK ? x->err.code
                                                                     : db_status(db, &x->err);
}

// What one item cannot have holds up no other; the next look tries again.
static void issue_one(struct app *app, struct arena *a, str rule, int64_t item)
{
    struct issuing x = {
        .write = {.apply = issuing_apply}, .app = app, .arena = a, .rule = rule, .item = item};
    struct err e;
    err_init(&e, a, LANG_ZH);
    if (writer_run(app_writer(app), &x.write, &e) == OK)
        return;
    err_merge(&e, &x.err, (str){0});
    log_line(LOG_ERROR, "supervision rule=%.*s item=%" PRId64 ": %.*s", STR_ARG(rule), item,
        STR_ARG(err_text(&e, a)));
}

static void next_rule(struct supervise_beat *b)
{
    b->rule++;
    b->after[0] = 0;
}

static void look(struct app *app, struct ctx *c, struct supervise_beat *b)
{
    const struct supervise_rule *x = &c->rules->supervision->rules[b->rule];
    int64_t *ids;
    size_t n;
    str next;
    struct err e;
    err_init(&e, c->arena, LANG_ZH);
    enum err_code code = supervise_find(c, x, PAGE_ITEMS, str_of(b->after), &ids, &n, &next, &e);
    db_rollback(c->db); // the writer goes on
    if (code != OK)
        log_line(LOG_ERROR, "supervision rule=%.*s: %.*s", STR_ARG(x->key),
            STR_ARG(err_text(&e, c->arena)));
    for (size_t i = 0; code == OK && i < n; i++)
        issue_one(app, c->arena, x->key, ids[i]);
    if (code != OK || next.n == 0 || next.n >= sizeof(b->after)) {
        next_rule(b);
        return;
    }
    memcpy(b->after, next.s, next.n);
    b->after[next.n] = 0;
}

void supervise_tick(
    struct app *app, struct db *db, struct arena *a, bool rang, struct supervise_beat *b)
{
    struct rules_hold *h = app_rules_take(app);
    const struct rules *r = app_rules(h);
    struct ctx c = {.db = db, .arena = a, .rules = r, .now_us = tm_now()};
    int64_t day = tm_local_day(c.now_us, r->zone_s);
    size_t n = r->supervision ? r->supervision->n_rules : 0;
    bool old = b->looked_us == 0 || tm_mono() - b->looked_us > LOOK_S * US_SECOND;
    if (day != b->day || r->gen != b->gen || rang || (old && b->rule >= n))
        *b = (struct supervise_beat){.looked_us = tm_mono(), .day = day, .gen = r->gen};
    if (b->rule < n) {
        db_rollback(db);
        look(app, &c, b);
    }
    app_rules_drop(h);
}
