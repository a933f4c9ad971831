#include "domain/item_gather.h"

#include "domain/filter.h"

// An error at one of the numbers given.
struct place {
    struct err *e;
    str path; // "members[2]"
    str no;
};

static void refuse(const struct place *p, const char *en, const char *zh, str expected)
{
    err_add(p->e, ERR_INVALID, p->path, expected, "%.*s: %s", "%.*s：%s", STR_ARG(p->no),
        p->e->lang == LANG_EN ? en : zh);
}

// One he may not see is none. What releases finds its own members whoever asks.
static bool find(const struct turn *t, str no, struct item *out, const struct place *p)
{
    struct ctx *c = t->c;
    int64_t id = item_id_of(c, str_trim(no));
    struct err quiet;
    err_init(&quiet, c->arena, c->lang);
    bool there = id != 0 && item_load(c, id, out, &quiet) == OK && out->shelf == SHELF_ITEMS;
    bool mine = there && str_eq(out->gathered, t->it->no);
    if (there && (mine || !c->actor || item_visible(c, out)))
        return true;
    refuse(
        p, "is not the number of an item you may see", "没有这个编号的事项", S("RX20261120-00012"));
    return false;
}

static void check_gather(const struct turn *t, const struct item *m, const struct place *p)
{
    const struct def *d = rules_def(t->c->rules, m->def);
    const struct filter *which = t->d->gathers.match;
    struct filter_env env = {.rules = t->c->rules, .now_us = t->c->now_us};
    CHECK(d != NULL);
    if (str_eq(m->gathered, t->it->no))
        refuse(p, "belongs to it already", "已经归入本事项", (str){0});
    else if (m->gathered.n > 0)
        refuse(p, "belongs to another one already", "已经归入别的事项", m->gathered);
    else if (d->gathers.any)
        refuse(p, "gathers items itself", "它自己归集其他事项，不能再归入", (str){0});
    else if (which && !filter_match(which, &env, m))
        refuse(p, "is not of those it gathers", "不属于可以归入的事项", t->d->gathers.which);
}

static void check_release(const struct turn *t, const struct item *m, const struct place *p)
{
    if (!str_eq(m->gathered, t->it->no))
        refuse(p, "does not belong to it", "没有归入本事项", (str){0});
}

// Every number given, each checked; all that is wrong is said at once.
static struct item *members_of(struct turn *t, struct err *e,
    void (*check)(const struct turn *, const struct item *, const struct place *))
{
    struct arena *a = t->c->arena;
    const struct step_in *in = t->in;
    struct item *members = NEW_ARRAY(a, in->n_members, struct item);
    if (in->n_members == 0)
        err_add(e, ERR_INVALID, S("members"), S("[\"RX20261120-00012\"]"), "name at least one item",
            "请填写至少一件事项的编号");
    for (size_t i = 0; i < in->n_members; i++) {
        struct place p = {e, str_fmt(a, "members[%zu]", i), str_trim(in->members[i])};
        bool twice = false;
        if (!find(t, in->members[i], &members[i], &p))
            continue;
        for (size_t k = 0; k < i; k++)
            twice = twice || members[k].id == members[i].id;
        if (twice)
            refuse(&p, "is named twice", "编号重复", (str){0});
        else
            check(t, &members[i], &p);
    }
    return members;
}

// The member says in its history that it was gathered, or taken out.
static enum err_code move(
    struct ctx *c, const struct item *it, const struct item *member, bool in, struct err *e)
{
    const struct def *d = rules_def(c->rules, member->def);
    struct item m = item_copy(c->arena, member);
    CHECK(d != NULL);
    m.gathered = in ? it->no : (str){0};
    struct event ev = {.what = in ? S("gathered") : S("released"), .unit = m.unit, .note = it->no};
    return item_commit(c, d, member, &m, &ev, e);
}

static int64_t count_of(const struct turn *t)
{
    int64_t n = 0;
    bool some = str_i64(item_field(t->it, t->d->fields[t->d->gathers.count].key), &n);
    return some ? n : 0;
}

static void set_count(struct turn *t, int64_t n)
{
    str text = n > 0 ? str_fmt(t->c->arena, "%" PRId64, n) : (str){0};
    item_set_field(t->it, t->c->arena, t->d->fields[t->d->gathers.count].key, text);
}

static void move_all(struct turn *t, const struct item *members, bool in, struct err *e)
{
    struct arena *a = t->c->arena;
    str *nos = NULL;
    size_t n = 0;
    for (size_t i = 0; i < t->in->n_members && e->code == OK; i++) {
        VEC_PUSH(a, nos, n) = str_fmt(a, "\"%.*s\"", STR_ARG(members[i].no));
        (void)!move(t->c, t->it, &members[i], in, e);
    }
    t->extra = str_fmt(a, "\"members\":[%.*s]", STR_ARG(str_join(a, nos, n, S(","))));
}

void item_gather(struct turn *t, struct err *e)
{
    struct item *members = members_of(t, e, check_gather);
    int64_t n = count_of(t) + (int64_t)t->in->n_members;
    if (n > GATHER_MAX)
        err_add(e, ERR_LIMIT, S("members"), str_fmt(t->c->arena, "<= %d", (int)GATHER_MAX),
            "would have too many members", "归入的事项过多");
    if (e->code != OK)
        return;
    move_all(t, members, true, e);
    set_count(t, n);
}

void item_release(struct turn *t, struct err *e)
{
    struct item *members = members_of(t, e, check_release);
    if (e->code != OK)
        return;
    move_all(t, members, false, e);
    set_count(t, count_of(t) - (int64_t)t->in->n_members);
}

enum err_code item_gather_undo(
    struct ctx *c, const struct item *it, str changes, bool gathered, struct err *e)
{
    const struct json *list = json_get(json_parse(c->arena, changes, e), S("members"));
    for (size_t i = 0; list && i < list->n && e->code == OK; i++) {
        struct item m;
        int64_t id = item_id_of(c, list->vals[i].s);
        if (item_load(c, id, &m, e) != OK)
            return e->code;
        if (!str_eq(m.gathered, gathered ? it->no : (str){0}))
            return err_add(e, ERR_CONFLICT, S("step"), m.no, "a member has moved on since: %.*s",
                "此后成员另有变动，不能撤销：%.*s", STR_ARG(m.no));
        if (move(c, it, &m, !gathered, e) != OK)
            return e->code;
    }
    return e->code;
}
