// What happens to items without anybody taking a step: clocks run out, calendars and definitions
// change, a main item closes.

#include "domain/event_name.h"
#include "domain/item_hand.h"
#include "domain/item_inner.h"
#include "domain/item_plan.h"
#include "domain/keydate.h"
#include "domain/recheck.h"
#include "domain/same.h"

// The step a clock that has just run out brings, once; where it cannot be taken nothing follows.
static enum err_code follow(struct ctx *c, const struct def *d, const struct item *before,
    const struct item *it, size_t at, struct err *e)
{
    const struct clock *k = &it->clocks[at];
    int clock = def_clock_at(d, k->key);
    bool now = k->breached && !(at < before->n_clocks && before->clocks[at].breached);
    if (!now || clock < 0 || d->clocks[clock].then.n == 0)
        return OK;
    struct step_in in = {.item = it->id,
        .step = d->clocks[clock].then,
        .version = ITEM_ANY_VERSION,
        .part = k->part};
    struct item out;
    struct err sub;
    err_init(&sub, c->arena, c->lang);
    enum err_code code = item_step(c, &in, &out, &sub);
    if (code == ERR_STORE || code == ERR_BUSY)
        err_merge(e, &sub, (str){0});
    return e->code;
}

enum err_code item_alarm(struct ctx *c, int64_t id, struct err *e)
{
    struct item before;
    // A key date may have ended or begun since its clocks were looked at.
    if (c->rules->n_keydates > 0 && keydate_bring(c, id, e) != OK)
        return e->code;
    if (item_load(c, id, &before, e) != OK)
        return e->code;
    const struct def *d = rules_def(c->rules, before.def);
    if (!d)
        return err_add(
            e, ERR_STORE, S("def"), (str){0}, "its definition is not there", "所用流程版本不存在");
    struct item it = item_copy(c->arena, &before);
    str names;
    bool over = item_clocks_breach(c, d, &it, &names), look = recheck_tell(c, d, &it);
    if (!over && !look)
        return OK;
    struct event ev = {
        .what = over ? S("overdue") : S(EVENT_RECHECK), .unit = it.unit, .note = names};
    if (item_commit(c, d, &before, &it, &ev, e) != OK || item_escalate(c, d, &it, e) != OK)
        return e->code;
    for (size_t i = 0; i < it.n_clocks; i++)
        if (follow(c, d, &before, &it, i, e) != OK)
            return e->code;
    return OK;
}

size_t item_alarms_due(struct ctx *c, size_t max, struct item_due *out)
{
    size_t n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT id, no FROM item WHERE town = ?1 AND alarm_us > 0 AND alarm_us < ?2 ORDER BY "
        "alarm_us LIMIT ?3",
        V(c->rules->town), V(c->now_us), V((int64_t)max));
    while (n < max && db_next(&r))
        out[n++] = (struct item_due){.id = db_i64(&r, 0), .no = db_dup(&r, 1, c->arena)};
    db_done(&r);
    return n;
}

int64_t item_alarms(struct ctx *c, int64_t max, struct err *e)
{
    struct item_due *due = NEW_ARRAY(c->arena, (size_t)max, struct item_due);
    size_t n = item_alarms_due(c, (size_t)max, due);
    for (size_t i = 0; i < n; i++)
        if (item_alarm(c, due[i].id, e) != OK)
            return 0;
    return db_status(c->db, e) == OK ? (int64_t)n : 0;
}

enum err_code item_settle(struct ctx *c, int64_t id, struct err *e)
{
    struct item before;
    if (item_load(c, id, &before, e) != OK)
        return e->code;
    const struct def *d = rules_def(c->rules, before.def);
    CHECK(d != NULL);
    struct item it = item_copy(c->arena, &before);
    const struct cal *cal = rules_cal(c->rules, d->calendar);
    for (size_t i = 0; i < it.n_clocks; i++) {
        clock_settle(&it.clocks[i], cal);
        if (clock_open(&it.clocks[i]))
            it.clocks[i].breached =
                it.clocks[i].breached && clock_over(&it.clocks[i], cal, c->now_us);
    }
    item_plan(c, d, &it);
    item_clocks_derive(c, d, &it);
    if (it.due_us == before.due_us && it.alarm_us == before.alarm_us &&
        item_changes(c->arena, &before, &it).n <= 2)
        return OK;
    struct event ev = {.what = S("settle"), .unit = it.unit};
    return item_commit(c, d, &before, &it, &ev, e);
}

static enum err_code close_one(struct ctx *c, const struct item *main, int64_t id, struct err *e)
{
    struct item before;
    if (item_load(c, id, &before, e) != OK)
        return e->code;
    const struct def *d = rules_def(c->rules, before.def);
    CHECK(d != NULL);
    int state = def_state_at(d, main->state);
    if (before.merged != main->id || state < 0 || before.closed_us != 0)
        return OK;
    struct item it = item_copy(c->arena, &before);
    item_clocks_stop(c, d, &it, UINT64_MAX, 0);
    item_enter(c, d, &it, state);
    it.unit = main->unit;
    same_mark(c, d, &it);
    struct event ev = {.what = S("close_merged"), .unit = it.unit, .note = main->no};
    return item_commit(c, d, &before, &it, &ev, e);
}

enum err_code item_close_merged(struct ctx *c, const struct item *main, struct err *e)
{
    int64_t *ids = NULL;
    size_t n = 0;
    if (c->hand && item_hand_get(c->hand, main->id))
        return OK; // one in hand has no links
    struct cursor r =
        db_rows(c->db, "SELECT other FROM link WHERE town = ?1 AND item = ?2 AND kind = 'merged'",
            V(c->rules->town), V(main->id));
    while (db_next(&r))
        VEC_PUSH(c->arena, ids, n) = db_i64(&r, 0);
    for (size_t i = 0; i < n; i++)
        if (close_one(c, main, ids[i], e) != OK)
            return e->code;
    return db_status(c->db, e);
}
