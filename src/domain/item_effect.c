// What a step does besides moving the state. One function an effect, one table; nothing here knows
// a loop by name.

#include "domain/filter.h"
#include "domain/item_gather.h"
#include "domain/item_child.h"
#include "domain/item_hand.h"
#include "domain/item_inner.h"
#include "domain/item_refer.h"
#include "domain/row_merge.h"
#include "domain/same.h"
#include "domain/supervise.h"

static int first_open(const struct def *d)
{
    for (size_t i = 0; i < d->n_part_states; i++)
        if (!d->part_states[i].final)
            return (int)i;
    return DEF_NONE;
}

// The definition's part state for a word the engine needs: "withdrawn" by key, else the last final
// one.
static int withdrawn(const struct def *d)
{
    int at = def_part_state_at(d, S("withdrawn"));
    for (size_t i = d->n_part_states; at < 0 && i-- > 0;)
        if (d->part_states[i].final)
            at = (int)i;
    return at;
}

static bool is_open(const struct turn *t, const struct item_part *p)
{
    return item_part_open(p, t->d->part_states, t->d->n_part_states);
}

// Has the unit done its share: a part that has ended, and not by being given or taken back?
static bool answered(const struct turn *t, const struct item_part *p)
{
    int at = def_part_state_at(t->d, p->state);
    for (size_t i = 0; i < t->d->n_steps; i++)
        if (t->d->steps[i].does == DOES_RETURN && t->d->steps[i].to == at)
            return false;
    return at >= 0 && t->d->part_states[at].final && at != withdrawn(t->d);
}

static bool any_answered(const struct turn *t)
{
    for (size_t i = 0; i < t->it->n_parts; i++)
        if (answered(t, &t->it->parts[i]))
            return true;
    return false;
}

static void withdraw_all(struct turn *t)
{
    int to = withdrawn(t->d);
    for (size_t i = 0; i < t->it->n_parts; i++) {
        struct item_part *p = &t->it->parts[i];
        if (!is_open(t, p) || to < 0)
            continue;
        p->state = t->d->part_states[to].key;
        p->since_us = t->c->now_us;
        p->lead = false;
        item_clocks_void(t->c, t->d, t->it, p->id);
    }
}

static void add_part(struct turn *t, int64_t unit, bool lead, int64_t above)
{
    struct item_part p = {.id = (int64_t)t->it->n_parts + 1,
        .unit = unit,
        .lead = lead,
        .above = above,
        .state = t->d->part_states[first_open(t->d)].key,
        .since_us = t->c->now_us};
    VEC_PUSH(t->c->arena, t->it->parts, t->it->n_parts) = p;
}

static void check_units(struct turn *t, struct err *e)
{
    const struct step_in *in = t->in;
    if (in->n_units == 0)
        err_add(
            e, ERR_INVALID, S("units"), (str){0}, "name at least the lead unit", "请选择主办单位");
    if (in->n_units > ITEM_UNITS_MAX || t->it->n_parts + in->n_units > ITEM_PARTS_MAX)
        err_add(e, ERR_LIMIT, S("units"), (str){0},
            "at most %d units at once and %d over an item's life",
            "一次最多派 %d 个单位，一个事项累计最多 %d 个", (int)ITEM_UNITS_MAX,
            (int)ITEM_PARTS_MAX);
    for (size_t i = 0; i < in->n_units; i++) {
        const struct unit *u = rules_unit(t->c->rules, in->units[i]);
        str path = str_fmt(t->c->arena, "units[%zu]", i);
        if (!u)
            err_add(e, ERR_INVALID, path, (str){0}, "there is no such unit", "没有这个单位");
        else if (u->closed)
            err_add(e, ERR_INVALID, path, (str){0}, "the unit is closed", "单位已停用");
        for (size_t j = 0; j < i; j++)
            if (in->units[j] == in->units[i])
                err_add(e, ERR_INVALID, path, (str){0}, "the unit is named twice", "单位重复");
        for (size_t j = 0; j < t->it->n_parts && t->step->does != DOES_DISPATCH; j++)
            if (t->it->parts[j].unit == in->units[i] && is_open(t, &t->it->parts[j]))
                err_add(e, ERR_INVALID, path, (str){0}, "the unit already has a part",
                    "该单位已在承办");
    }
}

static const struct item_field *given_of(const struct step_each *x, str key)
{
    for (size_t i = 0; x && i < x->n; i++)
        if (str_eq(x->fields[i].key, key))
            return &x->fields[i];
    return NULL;
}

static bool asks_each(const struct turn *t, str key)
{
    for (size_t i = 0; i < t->step->n_each; i++)
        if (str_eq(def_ask_key(t->d, &t->step->each[i]), key))
            return true;
    return false;
}

// What the i-th unit shall do, and whatever else is said of it, stays with its part. Without a part
// it is only looked at.
static void say_of(struct turn *t, size_t i, int64_t part, struct err *e)
{
    struct arena *a = t->c->arena;
    const struct step_each *x = i < t->in->n_each ? &t->in->each[i] : NULL;
    for (size_t k = 0; x && k < x->n; k++)
        if (!asks_each(t, x->fields[k].key))
            err_add(e, ERR_INVALID, str_fmt(a, "each[%zu].%.*s", i, STR_ARG(x->fields[k].key)),
                (str){0}, "this step does not ask for it", "这一步没有这个栏目");
    for (size_t k = 0; k < t->step->n_each; k++) {
        const struct def_field *f = &t->d->fields[t->step->each[k].field];
        const struct item_field *g = given_of(x, f->key);
        str val = g ? str_trim(g->val) : (str){0};
        str path = str_fmt(a, "each[%zu].%.*s", i, STR_ARG(f->key));
        if (val.n == 0 && t->step->each[k].required)
            err_add(e, ERR_INVALID, path, (str){0}, "\"%.*s\" is required", "请填写“%.*s”",
                STR_ARG(f->title));
        if (val.n > 0 && def_value(a, f, val, &val, e, path) &&
            item_refer(t->c, f, val, &val, e, path) && part != 0)
            item_set_field(
                t->it, a, str_fmt(a, "part/%" PRId64 "/%.*s", part, STR_ARG(f->key)), val);
    }
}

static void check_each(struct turn *t, struct err *e)
{
    if (t->in->n_each > t->in->n_units)
        err_add(e, ERR_INVALID, S("each"), (str){0}, "says something of units that are not named",
            "多于所选单位");
    for (size_t i = 0; i < t->in->n_units && i < ITEM_UNITS_MAX; i++)
        say_of(t, i, 0, e);
}

// The part of the i-th unit named, with what is said of it.
static void add_share(struct turn *t, size_t i, bool lead, int64_t above, struct err *e)
{
    add_part(t, t->in->units[i], lead, above);
    say_of(t, i, (int64_t)t->it->n_parts, e);
}

static void does_dispatch(struct turn *t, struct err *e)
{
    check_units(t, e);
    check_each(t, e);
    if (e->code != OK)
        return;
    withdraw_all(t);
    for (size_t i = 0; i < t->it->n_parts; i++)
        t->it->parts[i].lead =
            false; // an earlier round's lead may have finished: there is one lead
    for (size_t i = 0; i < t->in->n_units; i++)
        add_share(t, i, i == 0, 0, e);
    t->it->unit = t->in->units[0];
}

static void does_assist(struct turn *t, struct err *e)
{
    check_units(t, e);
    check_each(t, e);
    for (size_t i = 0; e->code == OK && i < t->in->n_units; i++)
        add_share(t, i, false, 0, e);
}

// Units may be given a part each; or it was only talked over.
static void does_confer(struct turn *t, struct err *e)
{
    if (t->in->n_units > 0)
        does_assist(t, e);
    else
        check_each(t, e);
}

// A unit has its share done by units below it. Its own part waits, and its clocks go on: it stays
// answerable.
static void does_pass(struct turn *t, struct err *e)
{
    int64_t above = t->part->id, own = t->part->unit;
    check_units(t, e);
    check_each(t, e);
    for (size_t i = 0; e->code == OK && i < t->in->n_units; i++)
        if (t->in->units[i] == own ||
            !unit_below(rules_unit(t->c->rules, t->in->units[i]), rules_unit(t->c->rules, own)))
            err_add(e, ERR_INVALID, str_fmt(t->c->arena, "units[%zu]", i), (str){0},
                "is not below the unit that passes it on", "不是本单位的下级");
    for (size_t i = 0; e->code == OK && i < t->in->n_units; i++)
        add_share(t, i, false, above, e);
}

void item_part_rises(struct turn *t, int64_t above)
{
    struct item_part *p = item_part(t->it, above);
    for (size_t i = 0; p && i < t->it->n_parts; i++)
        if (t->it->parts[i].above == above && is_open(t, &t->it->parts[i]))
            return; // others below it still work
    int at = p ? def_part_state_at(t->d, p->state) : DEF_NONE;
    for (size_t i = 0; at >= 0 && i < t->d->n_steps; i++) {
        const struct def_step *s = &t->d->steps[i];
        if (s->does != DOES_PASS || s->to != at || s->from == 0)
            continue;
        p->state = t->d->part_states[__builtin_ctzll(s->from)].key;
        p->since_us = t->c->now_us;
        return;
    }
}

void item_part_ends(struct turn *t, int64_t above)
{
    int to = withdrawn(t->d);
    for (size_t i = 0; i < t->it->n_parts; i++) {
        struct item_part *p = &t->it->parts[i];
        if (p->above != above || !is_open(t, p) || to < 0)
            continue;
        p->state = t->d->part_states[to].key;
        p->since_us = t->c->now_us;
        item_clocks_void(t->c, t->d, t->it, p->id);
        item_part_ends(t, p->id);
    }
}

static void does_withdraw(struct turn *t, struct err *e)
{
    (void)e;
    withdraw_all(t);
    t->it->unit = t->it->receiver;
}

// One unit's refusal ends its part. Without a lead, or when nobody is left and nobody has answered,
// the item goes back to be dispatched again; when the others have answered already, it goes where
// they would have brought it.
static void does_return(struct turn *t, struct err *e)
{
    (void)e;
    struct item_part *p = t->part;
    bool was_lead = p->lead;
    item_clocks_void(t->c, t->d, t->it, p->id);
    p->state = t->d->part_states[t->step->to].key;
    p->since_us = t->c->now_us;
    p->lead = false;
    item_part_ends(t, p->id);
    if (p->above != 0) { // to whoever passed it down
        item_part_rises(t, p->above);
        return;
    }
    t->it->returns++;
    bool any = false;
    for (size_t i = 0; i < t->it->n_parts; i++)
        any = any || is_open(t, &t->it->parts[i]);
    if (any && !was_lead)
        return;
    if (!was_lead && t->d->then >= 0 && any_answered(t)) {
        item_enter(t->c, t->d, t->it, t->d->then);
        return;
    }
    withdraw_all(t);
    t->it->unit = t->it->receiver;
    item_enter(t->c, t->d, t->it, t->step->back);
}

static void does_extend(struct turn *t, struct err *e)
{
    struct dur by = t->in->extend;
    const struct cal *cal = rules_cal(t->c->rules, t->d->calendar);
    if (by.unit == DUR_NONE || by.n <= 0) {
        err_add(e, ERR_INVALID, S("extend"), S("3wd"), "say by how long", "请填写延期多久");
        return;
    }
    struct dur max = t->step->max;
    if (max.unit != DUR_NONE && dur_us(cal, item_clock_kind(by, max)) > dur_us(cal, max)) {
        err_add(e, ERR_INVALID, S("extend"), dur_text(t->c->arena, t->step->max),
            "is longer than may be granted", "超过可延期的上限");
        return;
    }
    if (item_clocks_extend(t->c, t->d, t->it, t->step->extends, t->part ? t->part->id : 0, by, e) ==
        OK)
        t->it->extensions++;
    t->extra = str_fmt(t->c->arena, "\"extend\":\"%.*s\"", STR_ARG(dur_text(t->c->arena, by)));
}

// The parts of the latest dispatch that had been finished work again: after a failed check, or in
// the next verification round. Units that answered before it was dispatched anew are left alone.
static void work_again(struct turn *t)
{
    int64_t lead = 0;
    for (size_t i = 0; i < t->it->n_parts; i++)
        if (t->it->parts[i].lead)
            lead = t->it->parts[i].id;
    for (size_t i = 0; i < t->it->n_parts; i++) {
        struct item_part *p = &t->it->parts[i];
        if (p->id < lead || p->above != 0 || !answered(t, p))
            continue;
        p->state = t->d->part_states[first_open(t->d)].key;
        p->since_us = t->c->now_us;
    }
}

static void does_redo(struct turn *t, struct err *e)
{
    (void)e;
    work_again(t);
}

static bool judged(const struct def *d, str key)
{
    for (size_t i = 0; i < d->n_judges; i++) {
        str judge = d->judges[i].key;
        if (str_starts(key, judge) && key.n > judge.n && key.s[judge.n] == '/')
            return true;
    }
    return false;
}

// What holds as the round begins was told in an earlier one: returned twice is no news.
static void fired_already(struct turn *t)
{
    struct filter_env env = {.rules = t->c->rules, .now_us = t->c->now_us};
    for (size_t i = 0; i < t->d->n_escalations; i++) {
        const struct def_escalation *x = &t->d->escalations[i];
        if (!x->match || filter_match(x->match, &env, t->it))
            item_set_field(t->it, t->c->arena, str_fmt(t->c->arena, "raised/%.*s", STR_ARG(x->key)),
                str_fmt(t->c->arena, "%" PRId64, t->it->round));
    }
}

// "part/2/solved": not what was said of the unit when it got its share, which still holds.
static bool answered_by_part(const struct def *d, str key)
{
    if (!str_starts(key, S("part/")))
        return false;
    str field = str_sub(key, 5, key.n);
    field = str_sub(field, str_find(field, '/') + 1, field.n);
    for (size_t i = 0; i < d->n_steps; i++)
        for (size_t k = 0; k < d->steps[i].n_each; k++)
            if (str_eq(def_ask_key(d, &d->steps[i].each[k]), field))
                return false;
    return true;
}

// What the units answered, each for its part, and what the judges said of it belongs to its round:
// the next round asks again, and nobody is told a second time of the old dissatisfaction. History
// keeps the old answers.
static void next_round(struct turn *t)
{
    t->it->round++;
    t->it->level = t->it->raised = 0;
    for (size_t i = 0; i < t->d->n_steps; i++) {
        const struct def_step *s = &t->d->steps[i];
        for (size_t k = 0; s->on_part && k < s->n_asks; k++)
            if (s->asks[k].field >= 0)
                item_set_field(t->it, t->c->arena, t->d->fields[s->asks[k].field].key, (str){0});
    }
    for (size_t i = t->it->n_fields; i-- > 0;)
        if (judged(t->d, t->it->fields[i].key) || answered_by_part(t->d, t->it->fields[i].key))
            item_set_field(t->it, t->c->arena, t->it->fields[i].key, (str){0});
    item_clocks_derive(t->c, t->d, t->it);
    fired_already(t);
}

static void does_round(struct turn *t, struct err *e)
{
    (void)e;
    next_round(t);
    work_again(t);
}

static void does_close(struct turn *t, struct err *e)
{
    if (t->c->hand && item_hand_get(t->c->hand, t->it->id))
        return; // one in hand has no links
    int64_t open = db_one_i64(t->c->db, 0,
        "SELECT count(*) FROM link l WHERE l.town = ?1 AND l.item = ?2 AND l.kind = 'child'"
        " AND (SELECT i.open FROM item i WHERE i.town = ?1 AND i.id = l.other) = 1",
        V(t->c->rules->town), V(t->it->id));
    if (open > 0)
        err_add(e, ERR_INVALID, S("step"), (str){0}, "%" PRId64 " child items are still open",
            "还有 %" PRId64 " 个子单没有办结", open);
}

static void does_reopen(struct turn *t, struct err *e)
{
    (void)e;
    withdraw_all(t);
    t->it->reopens++;
    next_round(t);
    t->it->unit = t->it->receiver;
}

// Evaluations of different judges stand side by side under "judge/field"; a judge's own field of
// the same key, where the definition asks it elsewhere, is not touched.
static void does_evaluate(struct turn *t, struct err *e)
{
    int judge = DEF_NONE;
    uint64_t mask = t->step->judges;
    if (t->in->judge.n > 0)
        judge = def_judge_at(t->d, t->in->judge);
    else if (mask != 0 && (mask & (mask - 1)) == 0)
        judge = __builtin_ctzll(mask);
    if (judge < 0 || !(mask >> judge & 1)) {
        str *keys = NULL;
        size_t n = 0;
        for (size_t i = 0; i < t->d->n_judges; i++)
            if (mask >> i & 1)
                VEC_PUSH(t->c->arena, keys, n) = t->d->judges[i].key;
        err_add(e, ERR_INVALID, S("judge"), str_join(t->c->arena, keys, n, S(", ")),
            "say who judges", "请选择评价方");
        return;
    }
    str prefix = str_fmt(t->c->arena, "%.*s/", STR_ARG(t->d->judges[judge].key));
    item_answer(t->c, t->d, t->step, t->it, t->in->fields, t->in->n_fields, prefix, e);
    item_must(t->c, t->d, t->step, t->it, NULL, t->in, prefix, e);
}

static void does_exclude(struct turn *t, struct err *e)
{
    (void)e;
    t->it->excluded = true;
}

static void does_include(struct turn *t, struct err *e)
{
    (void)e;
    t->it->excluded = false;
}

static void does_unlock(struct turn *t, struct err *e)
{
    (void)e;
    t->it->unlocks++;
}

static void link_add(struct turn *t, int64_t item, str kind, int64_t other)
{
    CHECK(t->c->hand == NULL); // links lead from row to row
    db_run(t->c->db,
        "INSERT INTO link (town, item, kind, other) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT DO NOTHING",
        V(t->c->rules->town), V(item), V(kind), V(other));
}

static void does_merge(struct turn *t, struct err *e)
{
    int64_t main = item_id_of(t->c, t->in->other);
    struct item other;
    if (main != 0 && item_load(t->c, main, &other, e) != OK)
        return;
    // One he may not see is none.
    if (main == 0 || main == t->it->id || (t->c->actor && !item_visible(t->c, &other))) {
        err_add(e, ERR_INVALID, S("other"), S("RX20261120-00012"), "is not another item's number",
            "请填写另一张主单的编号");
        return;
    }
    if (!str_eq(other.loop, t->it->loop) || other.merged != 0 || !other.open)
        err_add(e, ERR_INVALID, S("other"), (str){0},
            "the main item must be open, of the same loop, and not merged itself",
            t->d->lasting ? "留下的对象必须在册、在同一个台账，且自己没有合并到别处"
                          : "主单必须在办、同类，且自己没有并入别单");
    int64_t mine = db_one_i64(t->c->db, 0,
        "SELECT count(*) FROM link WHERE town = ?1 AND item = ?2 AND kind = 'merged'",
        V(t->c->rules->town), V(t->it->id));
    if (mine > 0)
        err_add(e, ERR_INVALID, S("other"), (str){0}, "this item is itself a main item",
            t->d->lasting ? "已有对象合并到这里，请反过来合并" : "本单自己是主单");
    if (e->code != OK)
        return;
    link_add(t, main, S("merged"), t->it->id);
    if (t->d->lasting) {
        row_merge(t, &other, e);
        return;
    }
    withdraw_all(t);
    item_clocks_pause(
        t->c, t->d, t->it); // its own clocks go on where they stood if it is taken out again
    t->it->merged = main;
    t->it->open = false;
    t->it->unit = other.unit;
    same_repeat(t->c, t->it);
    if (same_main(t->c, main, t->it, true, e) != OK)
        return;
}

static void does_unmerge(struct turn *t, struct err *e)
{
    db_run(t->c->db,
        "DELETE FROM link WHERE town = ?1 AND item = ?2 AND kind = 'merged' AND other = ?3",
        V(t->c->rules->town), V(t->it->merged), V(t->it->id));
    if (t->d->lasting) {
        row_unmerge(t, e);
        return;
    }
    int64_t main = t->it->merged;
    t->it->merged = 0;
    same_repeat(t->c, t->it);
    if (same_main(t->c, main, t->it, false, e) != OK)
        return;
    t->it->unit = t->it->receiver;
    item_enter(t->c, t->d, t->it, t->d->steps[0].to);
    item_clocks_resume(t->c, t->d, t->it);
    item_clocks_start(t->c, t->d, t->it, t->d->steps[0].start, 0);
}

static void does_urge(struct turn *t, struct err *e)
{
    (void)e;
    t->it->urges++;
}

static void does_nothing(struct turn *t, struct err *e)
{
    (void)t;
    (void)e;
}

static void (*const EFFECTS[])(struct turn *t, struct err *e) = {
    [DOES_MOVE] = does_nothing,
    [DOES_DISPATCH] = does_dispatch,
    [DOES_ASSIST] = does_assist,
    [DOES_CONFER] = does_confer,
    [DOES_PASS] = does_pass,
    [DOES_WITHDRAW] = does_withdraw,
    [DOES_RETURN] = does_return,
    [DOES_SUSPEND] = does_nothing, // entering a paused state pauses the clocks
    [DOES_RESUME] = does_nothing,
    [DOES_EXTEND] = does_extend,
    [DOES_AMEND] = does_nothing,
    [DOES_REDO] = does_redo,
    [DOES_ROUND] = does_round,
    [DOES_CLOSE] = does_close,
    [DOES_REOPEN] = does_reopen,
    [DOES_EVALUATE] = does_evaluate,
    [DOES_EXCLUDE] = does_exclude,
    [DOES_INCLUDE] = does_include,
    [DOES_UNLOCK] = does_unlock,
    [DOES_MERGE] = does_merge,
    [DOES_UNMERGE] = does_unmerge,
    [DOES_GATHER] = item_gather,
    [DOES_RELEASE] = item_release,
    [DOES_CHILD] = item_child_file,
    [DOES_URGE] = does_urge,
    [DOES_INSTRUCT] = does_nothing,
    [DOES_NOTE] = does_nothing,
    [DOES_SLIP] = supervise_slip,
    [DOES_RECEIPT] = does_nothing, // its clocks stop, and nothing is awaited any more
    [DOES_ESCALATE] = does_nothing,
};

void item_effect(struct turn *t, struct err *e)
{
    EFFECTS[t->step->does](t, e);
}
