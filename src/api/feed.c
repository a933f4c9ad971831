#include "api/feed.h"

#include "base/json.h"

struct listener {
    struct app *app;
    struct arena *arena;
    const struct rules *rules;
    const struct notice *notice;
};

// Those who may read the item hear of it: at the unit in charge, its receiver, or a unit with a
// part.
static bool may_hear(void *arg, uint64_t who)
{
    const struct listener *l = arg;
    struct ctx c = {
        .arena = l->arena, .rules = l->rules, .actor = rules_person(l->rules, (int64_t)who)};
    if (!c.actor || !c.actor->active)
        return false;
    for (size_t i = 0; i < l->notice->n_units; i++)
        if (ctx_may(&c, MAY_READ_ITEMS, l->notice->units[i]))
            return true;
    return false;
}

str feed_line(struct arena *a, const struct event *ev, str loop)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, 4 * KIB);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_ki64(&w, "id", ev->item);
    jw_ki64(&w, "version", ev->version);
    jw_kstr(&w, "loop", loop);
    jw_ki64(&w, "unit", ev->unit);
    jw_end_obj(&w);
    return buf_str(&b);
}

static void tell(void *arg, const struct notice *n)
{
    struct listener *l = arg;
    l->notice = n;
    http_publish(app_http(l->app), (uint64_t)n->ev.id, "item", feed_line(l->arena, &n->ev, n->loop),
        may_hear, l);
}

void feed_group(struct app *app, const struct journal *j)
{
    // Before the server has started there is nobody to tell.
    if (!app_http(app) || http_streams(app_http(app)) == 0)
        return;
    struct rules_hold *h = app_rules_take(app);
    struct listener l = {.app = app, .arena = arena_new(), .rules = app_rules(h)};
    journal_each_notice(j, tell, &l);
    arena_free(l.arena);
    app_rules_drop(h);
}

void feed_rules(struct app *app)
{
    if (app_http(app))
        http_publish(app_http(app), 0, "rules", S("{}"), NULL, NULL);
}

void feed_job(struct app *app, int64_t job, str state, int64_t done, int64_t total)
{
    if (!app_http(app))
        return;
    struct arena *a = arena_new();
    str data = str_fmt(a,
        "{\"id\":%" PRId64 ",\"state\":\"%.*s\",\"done\":%" PRId64 ",\"total\":%" PRId64 "}", job,
        STR_ARG(state), done, total);
    http_publish(app_http(app), 0, "job", data, NULL, NULL);
    arena_free(a);
}
