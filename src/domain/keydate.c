// What a key date does to items: which are under it, and what that makes of their clocks.
#include "domain/keydate.h"

#include "domain/def_place.h"
#include "domain/filter.h"
#include "domain/item_clock.h"
#include "domain/item_inner.h"
#include "domain/item_store.h"

enum { WHOLE = 100 }; // percent

#define SETTING S("keydates")

const struct keydate *keydate_named(const struct rules *r, str name)
{
    const struct keydate *found = NULL;
    for (size_t i = 0; i < r->n_keydates; i++)
        if (str_eq(r->keydates[i]->key, name))
            return r->keydates[i];
        else if (str_eq(r->keydates[i]->title, name))
            found = r->keydates[i];
    return found;
}

bool keydate_on(const struct keydate *k, int64_t day)
{
    return k->match && !k->off && k->from_day <= day && day <= k->to_day;
}

// ---- what only the town can tell

void keydate_compile(struct arena *a, const struct rules *r, struct keydate *k, struct err *e)
{
    struct err own;
    err_init(&own, a, e->lang);
    const struct filter *f = filter_parse(a, r, NULL, k->where, &own);
    bool settled = f && filter_of_item(f);
    // The place is found in the text alone.
    struct def at = {.text = k->text};
    def_place_filter(e, &at, S("where"), k->where, &own);
    if (f && !settled)
        def_err(e, k->text, S("where"), (str){0}, S("loop, state, unit, class, cell, a field"),
            "which items are under it must follow from themselves: not from who asks, the present "
            "time, clocks, or other items",
            "范围只能看事项本身，不能随查看人、当前时间、时限或其他事项变化");
    k->match = settled ? f : NULL;
}

void keydate_check(const struct rules *r, const struct keydate *k, struct err *e)
{
    str *keys = NULL;
    size_t n = 0;
    for (size_t i = 0; i < r->n_loops; i++)
        for (size_t j = 0; r->loops[i].now && j < r->loops[i].now->n_clocks; j++)
            VEC_PUSH(e->arena, keys, n) = r->loops[i].now->clocks[j].key;
    for (size_t i = 0; i < k->n_clocks; i++) {
        bool known = false;
        for (size_t j = 0; j < n && !known; j++)
            known = str_eq(keys[j], k->clocks[i].clock);
        if (!known)
            def_place_unknown(e, k->text, str_fmt(e->arena, "limits[%zu].clock", i),
                k->clocks[i].clock, "clock", "时限", keys, n);
    }
}

// ---- an item

static int share_of(const struct keydate *k, str clock)
{
    for (size_t i = 0; i < k->n_clocks; i++)
        if (str_eq(k->clocks[i].clock, clock))
            return k->clocks[i].share;
    return k->share;
}

// Those it is under.
struct under {
    const struct keydate **at;
    size_t n;
};

static struct under under(struct ctx *c, const struct def *d, const struct item *it)
{
    struct under u = {0};
    struct filter_env env = {.rules = c->rules, .now_us = c->now_us};
    int64_t day = tm_local_day(c->now_us, c->rules->zone_s);
    for (size_t i = 0; it->open && !d->lasting && i < c->rules->n_keydates; i++) {
        const struct keydate *k = c->rules->keydates[i];
        if (keydate_on(k, day) && filter_match(k->match, &env, it))
            VEC_PUSH(c->arena, u.at, u.n) = k;
    }
    return u;
}

static str keys_of(struct arena *a, const struct under *u)
{
    str *keys = NULL;
    size_t n = 0;
    for (size_t i = 0; i < u->n; i++)
        VEC_PUSH(a, keys, n) = u->at[i]->key;
    return str_join(a, keys, n, S(" "));
}

// The tightest counts. A node of a schedule is planned by its end, so it keeps its days.
static int64_t wanted(const struct def *d, const struct under *u, const struct clock *k)
{
    int least = WHOLE, at = def_clock_at(d, k->key);
    bool node = at >= 0 && (d->nodes >> at & 1);
    for (size_t i = 0; i < u->n && !node; i++) {
        int share = share_of(u->at[i], k->key);
        least = share < least ? share : least;
    }
    return least < WHOLE ? least : 0;
}

static bool fits(const struct def *d, const struct under *u, const struct item *it)
{
    for (size_t i = 0; i < it->n_clocks; i++)
        if (clock_open(&it->clocks[i]) && it->clocks[i].share != wanted(d, u, &it->clocks[i]))
            return false;
    return true;
}

void keydate_apply(struct ctx *c, const struct def *d, struct item *it)
{
    struct under u = under(c, d, it);
    for (size_t i = 0; i < u.n; i++)
        item_set_field(it, c->arena, str_two(c->arena, S(ITEM_KEYDATE), u.at[i]->key), S("yes"));
    if (u.n > 0 || item_field(it, S(ITEM_KEYDATES_NOW)).n > 0)
        item_set_field(it, c->arena, S(ITEM_KEYDATES_NOW), keys_of(c->arena, &u));
    if (fits(d, &u, it))
        return;
    *it = item_copy(c->arena, it); // whoever compares it with what it was has the same clocks
    const struct cal *cal = rules_cal(c->rules, d->calendar);
    for (size_t i = 0; i < it->n_clocks; i++)
        clock_tighten(&it->clocks[i], cal, wanted(d, &u, &it->clocks[i]));
}

// ---- all items, when one begins or ends

str keydate_state(struct arena *a, const struct rules *r, int64_t now_us)
{
    str *on = NULL;
    size_t n = 0;
    int64_t day = tm_local_day(now_us, r->zone_s);
    for (size_t i = 0; i < r->n_keydates; i++)
        if (keydate_on(r->keydates[i], day))
            VEC_PUSH(a, on, n) =
                str_fmt(a, "%.*s@%" PRId64, STR_ARG(r->keydates[i]->key), r->keydates[i]->version);
    return str_join(a, on, n, S(" "));
}

bool keydate_waiting(struct ctx *c)
{
    if (c->rules->n_keydates == 0)
        return false;
    str now = keydate_state(c->arena, c->rules, c->now_us);
    str last = db_one_str(c->db, c->arena, "SELECT val FROM setting WHERE town = ?1 AND key = ?2",
        V(c->rules->town), V(SETTING));
    return !str_eq(now, last);
}

static bool has_key(str list, str key)
{
    str one;
    while (str_cut(&list, ' ', &one))
        if (str_eq(one, key))
            return true;
    return false;
}

// The titles of keys in one list and not in the other.
static str titles(struct ctx *c, str of, str without)
{
    str *found = NULL, one;
    size_t n = 0;
    while (of.n > 0 && str_cut(&of, ' ', &one)) {
        const struct keydate *k = keydate_named(c->rules, one);
        if (!has_key(without, one))
            VEC_PUSH(c->arena, found, n) = k ? k->title : one;
    }
    return str_join(c->arena, found, n, S("、"));
}

// "第八届进博会开始：时限按 50%"
static str said(struct ctx *c, const struct item *before, const struct item *it)
{
    str was = item_field(before, S(ITEM_KEYDATES_NOW)), is = item_field(it, S(ITEM_KEYDATES_NOW));
    str came = titles(c, is, was), went = titles(c, was, is);
    int64_t least = WHOLE;
    for (size_t i = 0; i < it->n_clocks; i++)
        if (clock_open(&it->clocks[i]) && it->clocks[i].share > 0 && it->clocks[i].share < least)
            least = it->clocks[i].share;
    str limits = least < WHOLE ? str_fmt(c->arena, "时限按 %" PRId64 "%%", least) : S("时限照旧");
    str begins = came.n > 0 ? str_two(c->arena, came, S("开始")) : (str){0};
    str ends = went.n > 0 ? str_two(c->arena, went, S("结束")) : (str){0};
    return str_fmt(c->arena, "%.*s%s%.*s%s%.*s", STR_ARG(begins),
        begins.n > 0 && ends.n > 0 ? "，" : "", STR_ARG(ends),
        begins.n > 0 || ends.n > 0 ? "：" : "", STR_ARG(limits));
}

enum err_code keydate_bring(struct ctx *c, int64_t id, struct err *e)
{
    struct item before;
    if (item_load(c, id, &before, e) != OK)
        return e->code;
    const struct def *d = rules_def(c->rules, before.def);
    CHECK(d != NULL);
    struct item it = item_copy(c->arena, &before);
    keydate_apply(c, d, &it);
    item_clocks_derive(c, d, &it);
    if (item_changes(c->arena, &before, &it).n <= 2)
        return OK;
    struct event ev = {.what = S("keydate"), .unit = it.unit, .note = said(c, &before, &it)};
    return item_commit(c, d, &before, &it, &ev, e);
}

enum err_code keydate_some(struct ctx *c, struct keydate_walk *at, struct err *e)
{
    int64_t ids[KEYDATE_GROUP], day = tm_local_day(c->now_us, c->rules->zone_s);
    size_t n = 0;
    if (at->gen != c->rules->gen || at->day != day) // another one is in force than it began with
        *at = (struct keydate_walk){.gen = c->rules->gen, .day = day};
    struct cursor r = db_rows(c->db,
        "SELECT id, filed_us FROM item WHERE town = ?1 AND open = 1 AND shelf = 0"
        " AND (filed_us, id) > (?2, ?3) ORDER BY filed_us, id LIMIT ?4",
        V(c->rules->town), V(at->filed_us), V(at->id), V(KEYDATE_GROUP));
    while (n < KEYDATE_GROUP && db_next(&r)) {
        ids[n++] = at->id = db_i64(&r, 0);
        at->filed_us = db_i64(&r, 1);
    }
    db_done(&r);
    for (size_t i = 0; i < n; i++)
        if (keydate_bring(c, ids[i], e) != OK)
            return e->code;
    at->over = n < KEYDATE_GROUP;
    if (at->over)
        ctx_put_setting(c, SETTING, keydate_state(c->arena, c->rules, c->now_us));
    return db_status(c->db, e);
}
