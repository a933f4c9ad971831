#include "api/keydate_tick.h"

#include "base/log.h"

enum { TICK_GROUPS_MAX = 10 }; // a second, so that clocks are noticed in time

struct bringing {
    struct write write;
    struct app *app;
    struct arena *arena;
    struct keydate_walk at, next;
    struct err err;
};

static enum err_code bringing_apply(struct write *w, struct db *db)
{
    struct bringing *x = (struct bringing *)w;
    struct ctx c;
    err_init(&x->err, x->arena, LANG_ZH);
    app_writer_ctx(x->app, db, x->arena, &c);
    x->next = x->at;
    return keydate_some(&c, &x->next, &x->err) != OK ? x->err.code : db_status(db, &x->err);
}

// One whose filter the town no longer fits would do nothing in silence.
static void tell_broken(const struct rules *r, struct keydate_beat *b)
{
    for (size_t i = 0; b->told_gen != r->gen && i < r->n_keydates; i++)
        if (r->keydates[i]->broken.n > 0)
            log_line(LOG_ERROR, "keydate %.*s has no effect: %.*s", STR_ARG(r->keydates[i]->key),
                STR_ARG(r->keydates[i]->broken));
    b->told_gen = r->gen;
}

// False: there is no more to do in this second.
static bool bring_some(struct app *app, struct arena *a, struct keydate_beat *b)
{
    struct bringing x = {.write = {.apply = bringing_apply}, .app = app, .arena = a, .at = b->at};
    struct err e;
    err_init(&e, a, LANG_ZH);
    if (writer_run(app_writer(app), &x.write, &e) != OK) {
        err_merge(&e, &x.err, (str){0});
        log_line(LOG_ERROR, "keydate: %.*s", STR_ARG(err_text(&e, a)));
        b->at = (struct keydate_walk){0};
        return false;
    }
    b->at = x.next;
    return !x.next.over;
}

void keydate_tick(struct app *app, struct db *db, struct arena *a, struct keydate_beat *b)
{
    struct rules_hold *h = app_rules_take(app);
    struct ctx c = {.db = db, .arena = a, .rules = app_rules(h), .now_us = tm_now()};
    tell_broken(c.rules, b);
    bool waiting = keydate_waiting(&c);
    app_rules_drop(h);
    db_rollback(db); // the writer goes on
    for (int i = 0; waiting && i < TICK_GROUPS_MAX; i++)
        waiting = bring_some(app, a, b);
    if (b->at.over)
        b->at = (struct keydate_walk){0};
}
