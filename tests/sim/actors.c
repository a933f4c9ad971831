#include "actors.h"

#include <inttypes.h>
#include <string.h>

static bool chance(struct rng *r, double share)
{
    return rng_unit(r) < share;
}

static size_t below(struct rng *r, size_t n)
{
    return (size_t)rng_range(r, 0, (int64_t)n - 1);
}

static str pick_word(struct rng *r, const char *words)
{
    str rest = str_of(words), x, found = {0};
    for (int64_t n = 1; str_cut(&rest, ' ', &x); n++)
        if (rng_range(r, 1, n) == 1)
            found = x;
    return found;
}

static const char *somebody(struct rng *r, const struct model *m)
{
    return m->people[below(r, m->n_people)].login;
}

// Somebody who holds one of the roles there; now and then anybody.
static const char *one_of(struct rng *r, const struct model *m, unsigned roles, int64_t unit)
{
    for (int tries = 0; tries < 40 && !chance(r, 0.003); tries++) {
        const char *who = somebody(r, m);
        if (m_holds(m, who, roles, unit))
            return who;
    }
    return somebody(r, m);
}

static int64_t some_unit(struct rng *r, const struct model *m)
{
    return m->units[below(r, m->n_units)].id;
}

static str some_value(struct rng *r, struct model *m, str key, int64_t now_us)
{
    const char *options = m_options(key);
    if (chance(r, 0.02))
        return chance(r, 0.5) ? S("") : S("没有这一项");
    if (options)
        return pick_word(r, options);
    if (m_is_date(key))
        return tm_date(m->a,
            tm_local_day(now_us, TM_ZONE_DEFAULT_S) + rng_range(r, chance(r, 0.1) ? -20 : 0, 40));
    if (str_eq(key, S("works_days")))
        return str_fmt(m->a, "%d", (int)rng_range(r, 1, 6));
    return str_fmt(m->a, "文字 %d", (int)rng_range(r, 1, 500));
}

static void put(struct item_field *f, size_t *n, str key, str val)
{
    if (*n < ACT_FIELDS_MAX)
        f[(*n)++] = (struct item_field){key, val};
}

// ---- filing

static void order(
    struct rng *r, struct model *m, int64_t now_us, struct item_in *in, struct item_field *f)
{
    *in = (struct item_in){.loop = S("hotline"),
        .title = chance(r, 0.01) ? S("") : str_fmt(m->a, "事项 %d", (int)rng_range(r, 1, 99)),
        .cls = chance(r, 0.02) ? 0 : m->classes[below(r, m->n_classes)].id,
        .fields = f};
    static const char *const ASKS[] = {"channel", "kind", "priority"};
    for (size_t i = 0; i < ARRAY_LEN(ASKS); i++)
        if (chance(r, i < 2 ? 0.99 : 0.7))
            put(f, &in->n_fields, str_of(ASKS[i]), some_value(r, m, str_of(ASKS[i]), now_us));
    if (chance(r, 0.3))
        put(f, &in->n_fields, S("source_no"), str_fmt(m->a, "P%d", (int)rng_range(r, 1, 3000)));
    if (chance(r, 0.1))
        in->filed_us = now_us - rng_range(r, -US_MINUTE, 3 * US_DAY);
}

static void act_file(struct rng *r, struct model *m, struct act *x)
{
    x->kind = ACT_FILE;
    x->who = one_of(r, m, RO_DISPATCHER | RO_CLERK, m->receiver);
    order(r, m, x->now_us, &x->file, x->fields);
}

static void act_past(struct rng *r, struct model *m, struct act *x)
{
    x->kind = ACT_PAST;
    x->who = one_of(r, m, RO_DISPATCHER, m->receiver);
    order(r, m, x->now_us, &x->file, x->fields);
    // Answers it has are good ones here: history is checked less.
    x->file.n_fields = 0;
    x->file.title = S("历史事项");
    x->file.cls = m->classes[below(r, m->n_classes)].id;
    put(x->fields, &x->file.n_fields, S("channel"), pick_word(r, m_options(S("channel"))));
    x->file.filed_us = x->now_us - rng_range(r, -US_MINUTE, 60 * US_DAY);
    x->past.state = chance(r, 0.9) ? pick_word(r, "closed rated void") : S("handling");
    x->past.closed_us = chance(r, 0.8) ? x->file.filed_us + rng_range(r, -US_HOUR, 9 * US_DAY) : 0;
    x->past.unit = chance(r, 0.7) ? some_unit(r, m) : 0;
}

// ---- steps

static struct m_item *some_item(struct rng *r, struct model *m)
{
    size_t window = chance(r, 0.75) && m->n_items > 30 ? 30 : m->n_items;
    struct m_item *it = &m->items[m->n_items - 1 - below(r, window)];
    for (int tries = 0; it->common && tries < 20; tries++)
        it = &m->items[below(r, m->n_items)];
    return it;
}

// How much people like to do it, so that orders move on.
static double liking(const struct m_step *s)
{
    static const struct {
        const char *key;
        double weight;
    } LIKED[] = {{"dispatch", 12}, {"reply", 8}, {"accept", 5}, {"check", 9}, {"close", 14},
        {"contact", 4}, {"rate", 4}, {"return", 9}, {"amend", 3}, {"extend", 3}, {"resume", 8},
        {"suspend", 2}, {"merge", 0.7}, {"void", 0.3}, {"child", 0.7}, {"reopen", 1.5},
        {"recheck", 1.5}, {"assist", 1.5}, {"hold", 4}, {"meet", 2}, {"plan", 4}, {"survey", 2},
        {"works", 2}, {"report", 3}};
    for (size_t i = 0; i < ARRAY_LEN(LIKED); i++)
        if (strcmp(s->key, LIKED[i].key) == 0)
            return LIKED[i].weight;
    return 1;
}

// A step that leads out of where the item or one of its parts stands.
static const struct m_step *fitting(
    struct rng *r, const struct m_item *it, int64_t *part, int64_t *unit)
{
    double weights[64] = {0};
    const struct m_step *steps[64];
    int64_t parts[64];
    size_t n = 0;
    for (size_t i = 0; i < M_N_STEPS; i++) {
        const struct m_step *s = &M_STEPS[i];
        for (size_t p = 0; p < (s->on_part ? it->n_parts : 1) && n < ARRAY_LEN(steps); p++) {
            int at = s->on_part ? it->parts[p].state : it->state;
            if (!(s->from >> at & 1))
                continue;
            weights[n] = liking(s);
            steps[n] = s;
            parts[n++] = s->on_part ? (int64_t)p + 1 : 0;
        }
    }
    if (n == 0)
        return &M_STEPS[below(r, M_N_STEPS)];
    size_t at = rng_weighted(r, weights, n);
    *part = parts[at];
    *unit = *part ? it->parts[*part - 1].unit : chance(r, 0.5) ? it->unit : it->receiver;
    return steps[at];
}

static void answers(struct rng *r, struct model *m, const struct m_step *s, struct act *x)
{
    struct step_in *in = &x->step;
    in->fields = x->fields;
    for (size_t i = 0; i < ARRAY_LEN(s->asks) && s->asks[i]; i++) {
        str key = str_of(s->asks[i]);
        bool must = str_ends(key, S("!"));
        key = must ? str_sub(key, 0, key.n - 1) : key;
        if (chance(r, must ? 0.97 : 0.4))
            put(x->fields, &in->n_fields, key, some_value(r, m, key, x->now_us));
    }
    if (chance(r, 0.01))
        put(x->fields, &in->n_fields, S("source_no"), S("不该在这里"));
}

static void reason(struct rng *r, const struct m_step *s, struct step_in *in)
{
    for (int tries = 0; s->reasons && tries < 30; tries++) {
        const struct m_reason *row = &M_REASONS[below(r, M_N_REASONS)];
        in->reason = str_of(row->key);
        in->reason_option = chance(r, 0.98) ? pick_word(r, row->options) : S("");
        if (strcmp(row->list, s->reasons) == 0 || chance(r, 0.01))
            return;
    }
}

static struct dur some_duration(struct rng *r)
{
    static const enum dur_unit UNITS[] = {
        DUR_WORK_DAYS, DUR_WORK_DAYS, DUR_DAYS, DUR_HOURS, DUR_WORK_HOURS, DUR_MINUTES, DUR_NONE};
    return (struct dur){rng_range(r, 0, 12), UNITS[below(r, ARRAY_LEN(UNITS))], false};
}

// Several units, and what each shall do until when.
static void meeting(struct rng *r, struct model *m, const struct m_step *s, struct act *x)
{
    struct step_in *in = &x->step;
    in->units = x->units;
    in->each = x->each;
    in->n_units = (size_t)rng_range(r, 0, 3);
    in->n_each = chance(r, 0.98) ? in->n_units : (size_t)rng_range(r, 0, 4);
    for (size_t i = 0; i < in->n_units || i < in->n_each; i++) {
        struct step_each *each = &x->each[i];
        x->units[i] = some_unit(r, m);
        each->fields = x->each_fields[i];
        for (size_t k = 0; k < ARRAY_LEN(s->each); k++) {
            str key = str_of(s->each[k]);
            key.n -= str_ends(key, S("!"));
            if (chance(r, 0.98))
                each->fields[each->n++] =
                    (struct item_field){key, some_value(r, m, key, x->now_us)};
        }
        if (chance(r, 0.01))
            each->fields[each->n++] = (struct item_field){S("held"), S("不该在这里")};
    }
}

// What only some effects ask.
static void details(struct rng *r, struct model *m, const struct m_step *s, struct act *x)
{
    struct step_in *in = &x->step;
    switch (s->does) {
    case E_DISPATCH:
    case E_ASSIST:
        in->units = x->units;
        in->n_units = chance(r, 0.01) ? 0 : 1 + (size_t)(rng_unit(r) * rng_unit(r) * 4);
        for (size_t i = 0; i < in->n_units; i++)
            x->units[i] = some_unit(r, m);
        break;
    case E_CONFER:
        meeting(r, m, s, x);
        break;
    case E_EXTEND:
        in->extend = some_duration(r);
        break;
    case E_MERGE:
        in->other = chance(r, 0.97) ? some_item(r, m)->no : S("RX19990101-00001");
        break;
    case E_RATE:
        in->judge = chance(r, 0.9) ? pick_word(r, s->judges) : pick_word(r, "own third nobody");
        break;
    case E_AMEND:
        if (chance(r, 0.5))
            in->cls = chance(r, 0.95) ? m->classes[below(r, m->n_classes)].id : 99999;
        break;
    case E_CHILD:
        order(r, m, x->now_us, &in->child, x->child_fields);
        if (chance(r, 0.5)) { // as its parent
            in->child.n_fields = 0;
            in->child.cls = 0;
        }
        break;
    default:
        break;
    }
}

// Somebody decides what is asked for, mostly one who may.
static void act_say(struct rng *r, struct model *m, const struct m_item *it, struct act *x)
{
    const struct m_ask *ask = &it->asks[below(r, it->n_asks)];
    const struct m_stage *g = &ask->step->stages[ask->stage];
    struct step_in *in = &x->step;
    x->kind = ACT_STEP;
    x->who = one_of(r, m, g->who, chance(r, 0.7) ? it->receiver : it->unit);
    *in = (struct step_in){.item = it->id,
        .step = str_of(ask->step->key),
        .version = it->version,
        .say = chance(r, 0.7)   ? SAY_YES
               : chance(r, 0.6) ? SAY_NO
                                : SAY_BACK,
        .note = chance(r, 0.8) ? S("意见") : S(""),
        .part = chance(r, 0.8) ? ask->part : 0};
    if (chance(r, 0.02))
        x->who = NULL;
    for (size_t i = 0; in->say == SAY_BACK && chance(r, 0.9) && i < m->n_people; i++)
        if (m->people[i].id == ask->by)
            x->who = m->people[i].login;
    in->fields = x->fields;
    if (g->ask && chance(r, 0.9))
        put(x->fields, &in->n_fields, S("city_reply"), S("市里同意"));
    if (ask->step->does == E_EXTEND && chance(r, 0.2))
        in->extend = some_duration(r);
}

// Something that gathers others is filed, gathers some, lets some go, or is closed.
static void act_common(struct rng *r, struct model *m, struct act *x)
{
    struct m_item *it = NULL;
    for (size_t i = m->n_items, left = 4; i-- > 0 && left > 0;)
        if (m->items[i].common) {
            it = !it || chance(r, 0.4) ? &m->items[i] : it;
            left--;
        }
    x->kind = !it || chance(r, 0.1) ? ACT_FILE : ACT_STEP;
    x->who = one_of(r, m, RO_DISPATCHER, m->receiver);
    x->file = (struct item_in){.loop = S("common"), .title = S("共性问题")};
    if (x->kind == ACT_FILE)
        return;
    struct step_in *in = &x->step;
    *in = (struct step_in){.item = it->id, .version = it->version, .members = x->members};
    in->step = chance(r, 0.03) ? S("close") : chance(r, 0.6) ? S("gather") : S("release");
    in->n_members = (size_t)rng_range(r, chance(r, 0.02) ? 0 : 1, ACT_MEMBERS_MAX);
    for (size_t i = 0; i < in->n_members; i++) {
        const struct m_item *one = some_item(r, m);
        for (int tries = 0;
             str_eq(in->step, S("release")) && one->gathered != it->id && tries < 300; tries++)
            one = &m->items[below(r, m->n_items)];
        x->members[i] = chance(r, 0.01) ? it->no : one->no;
    }
}

static void act_step(struct rng *r, struct model *m, struct act *x)
{
    const struct m_item *it = some_item(r, m);
    if (it->n_asks > 0 && chance(r, 0.5)) {
        act_say(r, m, it, x);
        return;
    }
    int64_t part = 0, unit = it->unit;
    const struct m_step *s =
        chance(r, 0.95) ? fitting(r, it, &part, &unit) : &M_STEPS[below(r, M_N_STEPS)];
    x->kind = ACT_STEP;
    x->who = chance(r, 0.02) ? NULL : one_of(r, m, s->who, unit);
    struct step_in *in = &x->step;
    *in = (struct step_in){.item = it->id, .step = str_of(s->key), .version = it->version};
    in->note = chance(r, s->note ? 0.98 : 0.2) ? S("说明") : S("");
    in->part = chance(r, 0.8) ? part : chance(r, 0.1) ? 41 : 0;
    answers(r, m, s, x);
    reason(r, s, in);
    details(r, m, s, x);
    if (chance(r, 0.02))
        in->version -= 1;
    else if (chance(r, 0.01))
        in->version = ITEM_ANY_VERSION;
    if (chance(r, 0.005))
        in->item = m->items[m->n_items - 1].id + rng_range(r, 1, 3);
    if (chance(r, 0.005))
        in->step = S("没有的步骤");
}

// Somebody takes his last step back, mostly in time; now and then another one tries, or too late.
static bool act_back(struct rng *r, struct model *m, struct act *x)
{
    const struct m_item *it = NULL;
    for (int tries = 0; tries < 40 && !it; tries++) {
        const struct m_item *one =
            chance(r, 0.1) ? &m->items[below(r, m->n_items)] : some_item(r, m);
        bool lately = one->back.was && x->now_us - one->back.at_us <= 2 * M_BACK_S * US_SECOND;
        it = lately || chance(r, 0.002) ? one : NULL;
    }
    if (!it)
        return false;
    x->kind = ACT_BACK;
    x->who = it->back.was && chance(r, 0.95) ? it->back.who : somebody(r, m);
    x->step = (struct step_in){.item = it->id, .version = it->version};
    if (chance(r, 0.03))
        x->step.version -= 1;
    return true;
}

// ---- the town itself

static void act_loop(struct rng *r, struct model *m, struct act *x)
{
    x->kind = ACT_LOOP;
    x->who = chance(r, 0.9) ? "sysadmin" : somebody(r, m);
    x->loop = m->defs[m->n_defs - 1].change;
    if (chance(r, 0.7))
        x->loop.handle_wd = (int)rng_range(r, 2, 8);
    if (chance(r, 0.5))
        x->loop.lock = (int)rng_range(r, 1, 4);
    if (chance(r, 0.5))
        x->loop.extend_wd = (int)rng_range(r, 3, 12);
    if (chance(r, 0.6))
        x->loop.renamed = !x->loop.renamed;
    if (chance(r, 0.5))
        x->loop.contact_h = (int)rng_range(r, 3, 8);
    if (chance(r, 0.5))
        x->loop.night_from_day = tm_local_day(x->now_us, TM_ZONE_DEFAULT_S) + rng_range(r, -20, 20);
}

static void act_cal(struct rng *r, struct model *m, struct act *x)
{
    x->kind = ACT_CAL;
    x->who = chance(r, 0.9) ? "sysadmin" : somebody(r, m);
    int64_t today = tm_local_day(x->now_us, TM_ZONE_DEFAULT_S);
    for (int i = 0; i < 3; i++) {
        int64_t day = today + rng_range(r, -5, 25);
        bool twice = false;
        for (size_t k = 0; k < x->n_days; k++)
            twice = twice || x->days[k].day == day;
        if (!twice && day >= M_FIRST_DAY)
            x->days[x->n_days++] = (struct day_change){day, (int)rng_range(r, 0, 2)};
    }
}

static void act_grant(struct rng *r, struct model *m, struct act *x)
{
    static const char *const ROLES[] = {
        "leader", "dispatcher", "clerk", "handler", "handler", "reader", "auditadmin"};
    x->kind = ACT_GRANT;
    x->who = chance(r, 0.9) ? "secadmin" : somebody(r, m);
    // The first ones keep what they have, so that somebody is always there to do the work.
    x->person = m->people[3 + below(r, m->n_people - 3)].login;
    x->role = ROLES[below(r, ARRAY_LEN(ROLES))];
    x->unit = some_unit(r, m);
    x->take_away = chance(r, 0.5);
    const struct m_person *p = m_person_of(m, x->person);
    if (!x->take_away || p->n < 2)
        x->take_away = false;
    if (p->n + WORLD_GROUP_MAX >= M_GRANTS_MAX)
        x->take_away = true;
}

static void act_unit(struct rng *r, struct model *m, struct act *x)
{
    x->kind = ACT_UNIT;
    x->who = chance(r, 0.9) ? "sysadmin" : somebody(r, m);
    x->put.closed = -1;
    if (m->n_units < M_UNITS_MAX / 2 && chance(r, 0.2)) {
        str code = str_fmt(m->a, "u%" PRId64, x->seq);
        x->put = (struct unit_in){.parent = some_unit(r, m),
            .kind = S("team"),
            .code = code,
            .name = str_fmt(m->a, "新设 %.*s", STR_ARG(code)),
            .closed = -1};
        return;
    }
    const struct m_unit *u = &m->units[below(r, m->n_units)];
    x->put.id = u->id;
    x->put.version = u->version - (chance(r, 0.05) ? 1 : 0);
    if (chance(r, 0.5))
        x->put.parent = some_unit(r, m);
    else
        x->put.closed = u->closed ? 0 : 1;
    // The receiver stays open: an order always has somewhere to go.
    if (u->id == m->receiver)
        x->put.closed = -1;
}

static void act_move_def(struct rng *r, struct model *m, struct act *x)
{
    const struct m_item *it = some_item(r, m);
    bool back = chance(r, 0.4);
    for (int tries = 0; back && !it->moved.was && tries < 100; tries++)
        it = some_item(r, m);
    x->kind = back ? ACT_BACK_DEF : ACT_MOVE_DEF;
    x->who = chance(r, 0.9) ? "sysadmin" : chance(r, 0.5) ? somebody(r, m) : NULL;
    x->item = it->id;
    x->def = chance(r, 0.95) ? m->defs[below(r, m->n_defs)].id : 99999;
    x->rename = (enum act_rename)rng_range(r, RENAME_NONE, RENAME_BACK);
}

static void act_import(struct rng *r, struct model *m, struct act *x)
{
    x->kind = ACT_IMPORT;
    x->who = one_of(r, m, RO_DISPATCHER, m->receiver);
    x->n_rows = (size_t)rng_range(r, 1, ACT_ROWS_MAX);
    for (size_t i = 0; i < x->n_rows; i++) {
        struct sheet_row *row = &x->rows[i];
        row->key = str_fmt(m->a, "P%d", (int)rng_range(r, 1, 3000));
        row->kind = pick_word(r, chance(r, 0.95) ? m_options(S("kind")) : "没有这一类");
        row->priority = pick_word(r, m_options(S("priority")));
        row->cls = str_of(chance(r, 0.95) ? m->classes[below(r, m->n_classes)].code : "9999");
        if (i > 0 && chance(r, 0.1))
            row->key = x->rows[i - 1].key;
    }
}

static void act_undo(struct rng *r, struct model *m, struct act *x)
{
    x->kind = ACT_UNDO;
    x->who = chance(r, 0.9) ? "dispatcher" : somebody(r, m);
    size_t lately = m->n_jobs < 3 ? m->n_jobs : 3;
    x->job = m->n_jobs > 0 ? m->jobs[m->n_jobs - 1 - below(r, lately)].id : 1;
}

// ---- time and groups

static int64_t later(struct rng *r, struct model *m, int64_t now_us)
{
    double p = rng_unit(r);
    // On the very instant something is due, or just behind it.
    if (p < 0.08 && m->n_items > 0) {
        int64_t due = m_due(some_item(r, m));
        if (due > now_us && due < now_us + 20 * US_DAY)
            return due + rng_range(r, 0, 1);
    }
    if (p < 0.25) // while it can still be taken back
        return now_us + rng_range(r, 0, M_BACK_S + 2) * US_SECOND;
    if (p < 0.55)
        return now_us + rng_range(r, 0, 20) * US_MINUTE;
    if (p < 0.95)
        return now_us + rng_range(r, 1, 3 * US_HOUR);
    return now_us + rng_range(r, 1, 30 * US_HOUR);
}

static void one(struct rng *r, struct model *m, struct act *x)
{
    double p = rng_unit(r);
    if (m->n_items == 0 || p < 0.09)
        act_file(r, m, x);
    else if (p < 0.10)
        act_past(r, m, x);
    else if (p < 0.14)
        x->kind = ACT_TICK;
    else if (p < 0.16)
        act_common(r, m, x);
    else if (p < 0.168)
        act_move_def(r, m, x);
    else if (p < 0.172)
        act_grant(r, m, x);
    else if (p < 0.177)
        act_unit(r, m, x);
    else if (p < 0.85 || !act_back(r, m, x))
        act_step(r, m, x);
    if (chance(r, 0.01))
        x->taken_back = true;
    else if (chance(r, 0.015))
        x->fail_at = (int)rng_range(r, 1, 15);
}

// Something that is published or imported, or false.
static bool published(struct rng *r, struct model *m, struct act *x)
{
    if (m->n_defs < M_DEFS_MAX && chance(r, 0.3))
        act_loop(r, m, x);
    else if (chance(r, 0.3))
        act_cal(r, m, x);
    else if (chance(r, 0.3))
        x->kind = ACT_SETTLE;
    else if (chance(r, 0.6))
        act_import(r, m, x);
    else
        return false;
    return true;
}

void actors_next(struct rng *r, struct model *m, int64_t *now_us, size_t max, struct batch *out)
{
    *out = (struct batch){.acts = NEW_ARRAY(m->a, WORLD_GROUP_MAX, struct act)};
    size_t n = 1 + (size_t)(rng_unit(r) * rng_unit(r) * WORLD_GROUP_MAX);
    n = n < max ? n : max;
    *now_us = later(r, m, *now_us);
    const struct m_job *last = m->n_jobs > 0 ? &m->jobs[m->n_jobs - 1] : NULL;
    bool fresh = last && !last->undone && *now_us - last->at_us < US_DAY && chance(r, 0.1);
    bool town = fresh || chance(r, 0.012);
    for (size_t i = 0; i < n; i++) {
        struct act *x = &out->acts[out->n++];
        x->seq = m->seq + (int64_t)i + 1;
        x->now_us = *now_us;
        if (!town) {
            one(r, m, x);
            continue;
        }
        // What is published or imported stands alone in its group.
        if (fresh || !published(r, m, x))
            act_undo(r, m, x);
        break;
    }
    if (!town && chance(r, 0.012))
        out->fault = chance(r, 0.5) ? GROUP_FLUSH_FAILS : GROUP_COMMIT_FAILS;
    out->restart = chance(r, 0.002);
}
