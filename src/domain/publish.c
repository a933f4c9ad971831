#include "domain/publish.h"

#include "base/json.h"
#include "domain/cadence.h"
#include "domain/def_cal.h"
#include "domain/def_place.h"
#include "domain/def_repeat.h"
#include "domain/def_role.h"
#include "domain/def_supervision.h"
#include "domain/item_child.h"
#include "domain/item_step.h"
#include "domain/journal.h"
#include "domain/keydate.h"
#include "domain/score.h"
#include "domain/via.h"

// A tally that is gone would leave a score nothing to read. The place is this definition's: who
// publishes it did not touch the score.
static void check_scores(struct ctx *c, const struct def *d, struct err *e)
{
    struct rules copy = *c->rules;
    copy.loops = NEW_ARRAY(c->arena, copy.n_loops + 1, struct loop);
    for (size_t i = 0; i < copy.n_loops; i++) {
        copy.loops[i] = c->rules->loops[i];
        if (str_eq(copy.loops[i].key, d->loop))
            copy.loops[i].now = (struct def *)(uintptr_t)d; // read only: scores write nothing
    }
    for (size_t i = 0; i < c->rules->n_scores; i++) {
        const struct rules_score *x = &c->rules->scores[i];
        const struct score *s = x->versions[x->n - 1];
        struct score *again;
        struct err sub;
        err_init(&sub, c->arena, e->lang);
        if (s->broken.n > 0 || score_parse(c->arena, &copy, s->text, &again, &sub) == OK)
            continue;
        for (size_t k = 0; k < sub.n; k++)
            def_err(e, d->text,
                str_ends(sub.notes[k].field, S(".stage")) ? S("stages") : S("tallies"), (str){0},
                sub.notes[k].expected, "the score \"%.*s\" (%.*s) would no longer work, %.*s: %.*s",
                "考核“%.*s”（%.*s）将无法计算，%.*s：%.*s", STR_ARG(s->title), STR_ARG(s->key),
                STR_ARG(sub.notes[k].field), STR_ARG(sub.notes[k].message));
    }
}

// A layer may be drawn later, and a class scheme may do without units; a unit's code is there or
// not.
static void check_route_unit(struct ctx *c, const struct def *d, size_t at, const char *member,
    const struct def_route_unit *u, struct err *e)
{
    if (u->to == ROUTE_TO_UNIT && !rules_unit_named(c->rules, u->name))
        rules_no_unit(c->rules, d, str_fmt(c->arena, "routes[%zu].%s", at, member), u->name, e);
}

static void check_kind(struct ctx *c, const struct def *d, str kind, struct err *e)
{
    const struct loop *l = rules_loop(c->rules, d->loop);
    str key = d->lasting ? S("register") : S("loop");
    if (!str_eq(kind, key))
        err_add(e, ERR_INVALID, S("kind"), key, "the text is of another kind", "与定义的内容不符");
    if (l && loop_lasts(l) != d->lasting)
        def_err(e, d->text, key, (str){0}, (str){0},
            "a loop and a register cannot have the same key", "流程和台账不能用同一个键");
}

static void check_who(
    struct ctx *c, const struct def *d, str path, const str *who, size_t n, struct err *e)
{
    str *keys = NEW_ARRAY(c->arena, c->rules->n_roles, str);
    for (size_t r = 0; r < c->rules->n_roles; r++)
        keys[r] = c->rules->roles[r].key;
    for (size_t i = 0; i < n; i++) {
        bool known = false;
        for (size_t r = 0; r < c->rules->n_roles; r++)
            known = known || str_eq(keys[r], who[i]);
        if (!known)
            def_place_unknown(e, d->text, path, who[i], "role", "角色", keys, c->rules->n_roles);
    }
}

static void check_steps_who(struct ctx *c, const struct def *d, struct err *e)
{
    struct arena *a = c->arena;
    // A register's steps are not in its text: who keeps it is, and archiving may go without.
    for (size_t i = 0; i < d->n_steps && d->lasting; i++) {
        bool again = i > 0 && d->steps[i].who == d->steps[i - 1].who;
        if (!again)
            check_who(c, d, S("who"), d->steps[i].who, d->steps[i].n_who, e);
    }
    for (size_t i = 0; i < d->n_steps && !d->lasting; i++) {
        const struct def_step *s = &d->steps[i];
        check_who(c, d, str_fmt(a, "steps[%zu].who", i), s->who, s->n_who, e);
        for (size_t k = 0; k < s->n_stages; k++)
            check_who(c, d, str_fmt(a, "steps[%zu].approve[%zu].who", i, k), s->stages[k].who,
                s->stages[k].n_who, e);
    }
    for (size_t i = 0; i < d->n_fields; i++)
        check_who(
            c, d, str_fmt(a, "fields[%zu].roles", i), d->fields[i].roles, d->fields[i].n_roles, e);
}

// What was written under the key so far stands there as it was written, or as a mask; a history is
// not sealed afterwards.
static void check_sealed(struct ctx *c, const struct def *d, size_t at, struct err *e)
{
    const struct def_field *f = &d->fields[at];
    const struct loop *l = rules_loop(c->rules, d->loop);
    int was = l && l->now ? def_field_at(l->now, f->key) : DEF_NONE;
    if (was >= 0 && def_sealed(&l->now->fields[was]) != def_sealed(f))
        def_err(e, d->text, str_fmt(c->arena, "fields[%zu].type", at), (str){0}, S("a new key"),
            "what is kept under \"%.*s\" so far is not sealed alike: give the field a new key",
            "“%.*s”以前登记的内容封存方式不同，请换一个 key", STR_ARG(f->key));
}

// What was counted under the key so far are items, or parts of a sum: one counter holds one of
// them.
static void check_sums(struct ctx *c, const struct def *d, struct err *e)
{
    const struct loop *l = rules_loop(c->rules, d->loop);
    for (size_t i = 0; i < d->n_tallies; i++) {
        bool same = true;
        for (size_t v = 0; l && v < l->n; v++)
            for (size_t k = 0; k < l->versions[v]->n_tallies; k++) {
                const struct def_tally *t = &l->versions[v]->tallies[k];
                same = same && (!str_eq(t->key, d->tallies[i].key) ||
                                   (t->sum.n > 0) == (d->tallies[i].sum.n > 0));
            }
        if (!same)
            def_err(e, d->text, str_fmt(c->arena, "tallies[%zu].key", i), (str){0}, S("a new key"),
                "\"%.*s\" has counted so far, or added up, and cannot do the other: give it a new "
                "key",
                "“%.*s”以前数的是件数或合计，不能换成另一种，请换一个 key",
                STR_ARG(d->tallies[i].key));
    }
}

static void check_fields(struct ctx *c, const struct def *d, struct err *e)
{
    for (size_t i = 0; i < d->n_fields; i++)
        check_sealed(c, d, i, e);
    for (size_t i = 0; i < d->n_fields; i++) {
        const struct def_field *f = &d->fields[i];
        const struct loop *l = f->type == DEF_REF ? rules_loop(c->rules, f->to) : NULL;
        bool own = d->lasting && str_eq(f->to, d->loop);
        if (f->type == DEF_REF && !own && (!l || !loop_lasts(l)))
            rules_no_loop(
                c->rules, d, str_fmt(c->arena, "fields[%zu].register", i), f->to, true, e);
    }
}

static void check_scheme(struct ctx *c, const struct def *d, str path, str given, struct err *e)
{
    str *schemes = NULL;
    size_t n = 0;
    bool there = given.n == 0;
    for (size_t i = 0; i < c->rules->n_classes; i++) {
        str scheme = c->rules->classes[i].scheme;
        if (n == 0 || !str_eq(schemes[n - 1], scheme))
            VEC_PUSH(c->arena, schemes, n) = scheme;
        there = there || str_eq(scheme, given);
    }
    if (!there)
        def_place_unknown(e, d->text, path, given, "class scheme", "分类体系", schemes, n);
}

static void check_classes(struct ctx *c, const struct def *d, struct err *e)
{
    check_scheme(c, d, S("classes"), d->class_scheme, e);
    for (size_t i = 0; i < d->n_fields; i++)
        check_scheme(c, d, str_fmt(c->arena, "fields[%zu].classes", i), d->fields[i].scheme, e);
}

// What only the town can tell: its units, roles, registers, classes, and the inside of filters.
static void check_town(struct ctx *c, struct def *d, struct err *e)
{
    // The definition's filters are compiled against the rules; the compiled ones die with this
    // arena.
    struct rules copy = *c->rules;
    copy.arena = c->arena;
    rules_compile_def(&copy, d, e);
    cadence_check(c->arena, &copy, d, e);
    via_check(&copy, d, e);
    item_child_check(c->arena, &copy, d, e);
    for (size_t i = 0; i < d->ahead.n_of; i++)
        if (!rules_loop(c->rules, d->ahead.of[i]))
            rules_no_loop(c->rules, d, S("ahead.of"), d->ahead.of[i], false, e);
    for (size_t i = 0; i < d->solid.recur.n_loops; i++)
        if (!str_eq(d->solid.recur.loops[i], d->loop) &&
            !rules_loop(c->rules, d->solid.recur.loops[i]))
            rules_no_loop(
                c->rules, d, S("consolidate.recur.loops"), d->solid.recur.loops[i], false, e);
    check_classes(c, d, e);
    check_fields(c, d, e);
    check_sums(c, d, e);
    check_steps_who(c, d, e);
    for (size_t i = 0; i < d->n_routes; i++) {
        check_route_unit(c, d, i, "unit", &d->routes[i].unit, e);
        for (size_t k = 0; k < d->routes[i].n_assists; k++)
            check_route_unit(c, d, i, "assist", &d->routes[i].assists[k], e);
    }
}

static void check_loop(struct ctx *c, str kind, str text, struct published *out, struct err *e)
{
    struct def *d;
    if (def_parse_with(c->arena, text, c->rules->supervision, &d, e) != OK)
        return;
    out->key = d->loop;
    check_kind(c, d, kind, e);
    check_town(c, d, e);
    if (e->code == OK)
        check_scores(c, d, e);
    if (e->code == OK)
        def_repeats(c, d, &out->hints);
}

static void check_score(struct ctx *c, str text, struct published *out, struct err *e)
{
    struct score *s;
    if (score_parse(c->arena, c->rules, text, &s, e) == OK)
        out->key = s->key;
}

static void check_keydate(struct ctx *c, str text, struct published *out, struct err *e)
{
    struct keydate *k;
    if (keydate_parse(c->arena, text, &k, e) != OK)
        return;
    out->key = k->key;
    keydate_compile(c->arena, c->rules, k, e);
    keydate_check(c->rules, k, e);
}

static void check_calendar(struct ctx *c, str text, struct published *out, struct err *e)
{
    struct cal_spec spec;
    if (def_cal_parse(c->arena, text, &spec, e) != OK)
        return;
    out->key = spec.key;
    if (!cal_new(c->arena, &spec, e))
        CHECK(e->code != OK);
}

// Every loop in force must go on with it: what is wrong there is said here, because it is this file
// that changes.
static void check_shared_loop(struct ctx *c, struct rules *copy, const struct loop *l,
    const struct supervision *s, struct err *e)
{
    struct def *d;
    struct err sub;
    err_init(&sub, c->arena, e->lang);
    if (def_parse_with(c->arena, l->now->text, s, &d, &sub) == OK)
        rules_compile_def(copy, d, &sub);
    for (size_t i = 0; i < sub.n; i++)
        def_err(e, s->text, S("supervision"), (str){0}, sub.notes[i].expected,
            "the loop \"%.*s\" would no longer work, %.*s: %.*s",
            "流程“%.*s”将无法使用，%.*s：%.*s", STR_ARG(l->title), STR_ARG(sub.notes[i].field),
            STR_ARG(sub.notes[i].message));
}

static void check_supervision(struct ctx *c, str text, struct published *out, struct err *e)
{
    struct supervision *s;
    if (def_supervision_parse(c->arena, text, &s, e) != OK)
        return;
    out->key = s->key;
    struct rules copy = *c->rules;
    copy.arena = c->arena;
    copy.supervision = s;
    const struct supervision *old = c->rules->supervision;
    if (old && !str_eq(old->key, s->key))
        def_err(e, text, S("supervision"), (str){0}, old->key,
            "a town has one definition of supervision: \"%.*s\"", "一个镇只有一份督办定义：“%.*s”",
            STR_ARG(old->key));
    def_supervision_check(c->arena, &copy, s, e);
    for (size_t i = 0; e->code == OK && i < copy.n_loops; i++)
        if (!loop_lasts(&copy.loops[i]))
            check_shared_loop(c, &copy, &copy.loops[i], s, e);
}

static const struct role *role_named(const struct role *roles, size_t n, str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(roles[i].key, key))
            return &roles[i];
    return NULL;
}

static str role_path(struct ctx *c, const struct role *roles, const struct role *x)
{
    return str_fmt(c->arena, "roles[%zu]", (size_t)(x - roles));
}

static str rights_text(struct arena *a, uint64_t mask)
{
    str *keys = NULL;
    size_t n = 0;
    for (int r = 0; r < RIGHT_COUNT; r++)
        if (mask >> r & 1)
            VEC_PUSH(a, keys, n) = right_key((enum right)r);
    return str_join(a, keys, n, S(", "));
}

// Who publishes roles could otherwise make himself another administrator: what stands apart stays
// apart, no right of one administrator gets into another role, and nobody's own roles gain a right
// by his own hand (三员分立).
static void check_apart(struct ctx *c, str text, const struct role *roles, size_t n, struct err *e)
{
    const struct rules *now = c->rules;
    for (size_t i = 0; i < now->n_roles; i++) {
        const struct role *old = &now->roles[i], *same = role_named(roles, n, old->key);
        if (old->apart.n == 0)
            continue;
        if (!same || !str_eq(same->apart, old->apart))
            def_err(e, text, same ? role_path(c, roles, same) : S("roles"), (str){0},
                str_fmt(c->arena, "{key: %.*s, apart: %.*s, ...}", STR_ARG(old->key),
                    STR_ARG(old->apart)),
                "the administrator's role \"%.*s\" must stay apart",
                "管理员角色“%.*s”必须保持分立（三员分立）", STR_ARG(old->title));
        for (size_t k = 0; k < n; k++) {
            uint64_t taken = roles[k].mask & old->mask & ~(UINT64_C(1) << MAY_LOGIN);
            if (taken != 0 && !str_eq(roles[k].key, old->key))
                def_err(e, text, role_path(c, roles, &roles[k]), (str){0}, (str){0},
                    "%.*s: only for the role \"%.*s\"", "%.*s：只能归“%.*s”（三员分立）",
                    STR_ARG(rights_text(c->arena, taken)), STR_ARG(old->title));
        }
    }
    for (size_t g = 0; c->actor && g < c->actor->n; g++) {
        const struct role *held = c->actor->grants[g].role, *same = role_named(roles, n, held->key);
        uint64_t more = same ? same->mask & ~held->mask : 0;
        if (more != 0)
            err_add(e, ERR_DENIED, held->key, (str){0},
                "nobody gives rights to a role of his own: %.*s", "不能给自己的角色增加权限：%.*s",
                STR_ARG(rights_text(c->arena, more)));
    }
}

// Roles may be taken away from nobody by a file: a role somebody holds must still be there.
static void check_roles(struct ctx *c, str text, struct published *out, struct err *e)
{
    struct role *roles;
    size_t n;
    out->key = S("roles");
    if (def_roles_parse(c->arena, text, &roles, &n, e) != OK)
        return;
    check_apart(c, text, roles, n, e);
    for (size_t p = 0; p < c->rules->n_people; p++)
        for (size_t g = 0; g < c->rules->people[p].n; g++) {
            str key = c->rules->people[p].grants[g].role->key;
            if (!role_named(roles, n, key))
                def_err(e, text, S("roles"), (str){0}, key,
                    "the role \"%.*s\" is missing, and %.*s holds it",
                    "缺少角色“%.*s”，%.*s 正担任这个角色", STR_ARG(key),
                    STR_ARG(c->rules->people[p].login));
        }
}

static bool same_as_before(struct ctx *c, str kind, str key, str text)
{
    str before = db_one_str(c->db, c->arena,
        "SELECT text FROM def WHERE town = ?1 AND kind = ?2 AND key = ?3 ORDER BY version DESC "
        "LIMIT 1",
        V(c->rules->town), V(kind), V(key));
    return str_eq(before, text);
}

static enum err_code store(struct ctx *c, str kind, str text, struct published *out, struct err *e)
{
    int64_t town = c->rules->town;
    out->version = db_one_i64(c->db, 0,
                       "SELECT version FROM def WHERE town = ?1 AND kind = ?2 AND key = ?3"
                       " ORDER BY version DESC LIMIT 1",
                       V(town), V(kind), V(out->key)) +
                   1;
    out->id = journal_next_id(c, "def");
    db_run(c->db,
        "INSERT INTO def (town, id, kind, key, version, text, published_us, by_person)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        V(town), V(out->id), V(kind), V(out->key), V(out->version), V(text), V(c->now_us),
        V(c->actor ? c->actor->id : 0));
    if (str_eq(kind, S("calendar")))
        ctx_put_setting(c, S("settle"), str_fmt(c->arena, "%" PRId64, out->id));
    struct buf b;
    struct jw w;
    buf_init(&b, c->arena, 4 * KIB);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_kstr(&w, "kind", kind);
    jw_kstr(&w, "key", out->key);
    jw_ki64(&w, "version", out->version);
    jw_end_obj(&w);
    struct event ev = {.at_us = c->now_us,
        .person = c->actor ? c->actor->id : 0,
        .unit = town,
        .what = S("publish"),
        .changes = buf_str(&b)};
    journal_rules_changed(c);
    return journal_event(c, &ev, e);
}

enum err_code def_publish(
    struct ctx *c, str kind, str text, bool dry, struct published *out, struct err *e)
{
    *out = (struct published){0};
    err_init(&out->hints, c->arena, e->lang);
    if (!ctx_may(c, MAY_MANAGE_DEFS, 0))
        return err_add(e, ERR_DENIED, (str){0}, (str){0}, "you may not publish definitions",
            "您没有发布流程的权限");
    if (text.n > DEF_BYTES_MAX)
        return err_add(e, ERR_LIMIT, S("text"), (str){0}, "is larger than %d bytes", "超过 %d 字节",
            (int)DEF_BYTES_MAX);
    if (str_eq(kind, S("loop")) || str_eq(kind, S("register")))
        check_loop(c, kind, text, out, e);
    else if (str_eq(kind, S("calendar")))
        check_calendar(c, text, out, e);
    else if (str_eq(kind, S("roles")))
        check_roles(c, text, out, e);
    else if (str_eq(kind, S("score")))
        check_score(c, text, out, e);
    else if (str_eq(kind, S("keydate")))
        check_keydate(c, text, out, e);
    else if (str_eq(kind, S("supervision")))
        check_supervision(c, text, out, e);
    else
        return err_add(e, ERR_INVALID, S("kind"),
            S("loop, register, calendar, roles, score, keydate, supervision"),
            "there is no such kind", "没有这种定义");
    if (e->code != OK)
        return e->code;
    if (same_as_before(c, kind, out->key, text))
        return err_add(e, ERR_CONFLICT, S("text"), (str){0}, "is the version in force already",
            "与现行版本相同");
    return dry ? OK : store(c, kind, text, out, e);
}

int64_t def_settle_wanted(struct ctx *c)
{
    int64_t id = 0;
    str val = db_one_str(c->db, c->arena,
        "SELECT val FROM setting WHERE town = ?1 AND key = 'settle'", V(c->rules->town));
    return str_i64(val, &id) ? id : 0;
}

void def_settle_done(struct ctx *c, int64_t wanted)
{
    db_run(c->db, "DELETE FROM setting WHERE town = ?1 AND key = 'settle' AND val = ?2",
        V(c->rules->town), V(str_fmt(c->arena, "%" PRId64, wanted)));
}

int64_t def_settle_some(struct ctx *c, int64_t after, int64_t *last, struct err *e)
{
    int64_t ids[PUBLISH_SETTLE_GROUP];
    int64_t n = 0;
    struct cursor r =
        db_rows(c->db, "SELECT id, open FROM item WHERE town = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
            V(c->rules->town), V(after), V(PUBLISH_SETTLE_GROUP));
    int64_t looked = 0;
    while (db_next(&r)) {
        *last = db_i64(&r, 0);
        looked++;
        if (db_i64(&r, 1))
            ids[n++] = *last;
    }
    for (int64_t i = 0; i < n; i++)
        if (item_settle(c, ids[i], e) != OK)
            return 0;
    return db_status(c->db, e) == OK ? looked : 0;
}
