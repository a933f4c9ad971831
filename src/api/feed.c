#include "api/feed.h"

#include "base/json.h"
#include "domain/item_undo.h"

enum { OTHERS_MAX = 200 };

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
    // Whoever had the item for a moment cannot ask any more: the line says why.
    if (str_eq(ev->what, S(ITEM_UNDO)))
        jw_kstr(&w, "what", ev->what);
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

// The units of the event, of its item, of the item's parts, and of those a step taken back made.
static void find_units(struct db *db, struct arena *a, int64_t town, struct notice *n,
    int64_t charge, int64_t receiver)
{
    const int64_t first[] = {n->ev.unit, charge, receiver};
    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        VEC_PUSH(a, n->units, n->n_units) = first[i];
    struct cursor p =
        db_rows(db, "SELECT unit FROM part WHERE town = ?1 AND item = ?2", V(town), V(n->ev.item));
    while (db_next(&p))
        VEC_PUSH(a, n->units, n->n_units) = db_i64(&p, 0);
    db_done(&p);
    int64_t *lost;
    size_t n_lost = item_undo_lost(a, n->ev.changes, &lost);
    for (size_t i = 0; i < n_lost; i++)
        VEC_PUSH(a, n->units, n->n_units) = lost[i];
}

void feed_others(struct app *app, struct db *db, const struct journal *j)
{
    int64_t from, to;
    journal_others(j, &from, &to);
    if (from == to || !app_http(app) || http_streams(app_http(app)) == 0)
        return;
    struct rules_hold *h = app_rules_take(app);
    struct listener l = {.app = app, .arena = arena_new(), .rules = app_rules(h)};
    if (to - from > OTHERS_MAX) // a page that hears of many looks at its list once
        from = to - OTHERS_MAX;
    struct cursor r = db_rows(db,
        "SELECT e.id, e.item, e.version, e.unit, i.unit, i.receiver, i.loop, e.what,"
        " CASE WHEN e.what = 'undo' THEN e.changes ELSE '{}' END"
        " FROM event e JOIN item i ON i.town = e.town AND i.id = e.item"
        " WHERE e.town = ?1 AND e.id >= ?2 AND e.id < ?3 ORDER BY e.id",
        V(l.rules->town), V(from), V(to));
    while (db_next(&r)) {
        struct notice n = {.ev = {.id = db_i64(&r, 0),
                               .item = db_i64(&r, 1),
                               .version = db_i64(&r, 2),
                               .unit = db_i64(&r, 3),
                               .what = db_dup(&r, 7, l.arena),
                               .changes = db_dup(&r, 8, l.arena)},
            .loop = db_dup(&r, 6, l.arena)};
        find_units(db, l.arena, l.rules->town, &n, db_i64(&r, 4), db_i64(&r, 5));
        tell(&l, &n);
    }
    db_done(&r);
    db_rollback(db); // what could not be read is not told; nothing else depends on it
    arena_free(l.arena);
    app_rules_drop(h);
}

void feed_rules(struct app *app)
{
    if (app_http(app))
        http_publish(app_http(app), 0, "rules", S("{}"), NULL, NULL);
}

static bool is_he(void *arg, uint64_t who)
{
    return *(const int64_t *)arg == (int64_t)who;
}

void feed_watch(struct app *app, int64_t person, int64_t item, bool on)
{
    if (!app_http(app) || http_streams(app_http(app)) == 0)
        return;
    struct arena *a = arena_new();
    str data = str_fmt(a, "{\"id\":%" PRId64 ",\"on\":%s}", item, on ? "true" : "false");
    http_publish(app_http(app), 0, "watch", data, is_he, &person);
    arena_free(a);
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
