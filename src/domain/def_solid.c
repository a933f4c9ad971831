// `consolidate` of a definition: when what was closed is looked at again, by which steps, and what
// tells that it came back. Read behind the steps, whose names it uses.
#include "domain/def_read.h"

static const struct yaml_member recur_members[] = {
    {"class", YAML_WANT_STR, .options = "same|any"},
    {"within", YAML_WANT_STR, .expected = "200m"},
    {"by", YAML_WANT_KEY, .expected = "unit, or a field of type ref"},
    {"loops", YAML_WANT_STRS, .expected = "[loop, ...]"},
    {"when", YAML_WANT_STR, .expected = "a filter"},
    {0},
};
const struct yaml_member def_solid_members[] = {
    {"after", YAML_WANT_STR, YAML_REQUIRED, .expected = "10d, 6w, 3mo"},
    {"field", YAML_WANT_KEY, .expected = "a field of type date"},
    {"when", YAML_WANT_STR, .expected = "a filter"},
    {"pass", YAML_WANT_KEY, YAML_REQUIRED, .expected = "a step"},
    {"fail", YAML_WANT_KEY, YAML_REQUIRED, .expected = "a step"},
    {"recur", YAML_WANT_MAP, .expected = "{class, within, by, loops, when}", .sub = recur_members},
    {0},
};

// A field of the type, or a note and DEF_NONE.
static int read_field(
    struct def_reader *r, const struct yaml *y, str path, enum def_type type, const char *expected)
{
    int at = def_read_name(r, &r->fields, y, path);
    if (at < 0)
        return DEF_NONE;
    if (r->d->fields[at].type == type)
        return at;
    yaml_err(r->e, y, path, str_of(expected), "\"%.*s\" is of another type",
        "“%.*s”不是这种类型的字段", STR_ARG(y->s));
    return DEF_NONE;
}

static void read_within(struct def_reader *r, const struct yaml *y, struct def_recur *x)
{
    int64_t n = 0;
    bool ok = str_ends(y->s, S("m")) && str_i64(str_sub(y->s, 0, y->s.n - 1), &n);
    if (!ok || n < DEF_RECUR_MIN_M || n > DEF_RECUR_MAX_M)
        yaml_err(r->e, y, S("consolidate.recur.within"),
            str_fmt(r->arena, "%dm..%dm", (int)DEF_RECUR_MIN_M, (int)DEF_RECUR_MAX_M),
            "\"%.*s\" is no distance", "“%.*s”不是距离", STR_ARG(y->s));
    x->within_m = ok ? (int)n : 0;
}

static void read_loops(struct def_reader *r, const struct yaml *y, struct def_recur *x)
{
    if (y == NULL || !yaml_as_strs(r->arena, y, &x->loops, &x->n_loops))
        return;
    for (size_t i = 0; i < x->n_loops; i++)
        if (!def_read_key_ok(x->loops[i]))
            yaml_err(r->e, def_read_nth(y, i), S("consolidate.recur.loops"), S("a loop's key"),
                "\"%.*s\" is no key", "“%.*s”不能作键", STR_ARG(x->loops[i]));
}

static void read_recur(struct def_reader *r, const struct yaml *map)
{
    struct def_recur *x = &r->d->solid.recur;
    x->field = DEF_NONE;
    if (map == NULL || map->type != YAML_MAP)
        return;
    const struct yaml *by = yaml_get(map, "by"), *within = yaml_get(map, "within");
    str cls = yaml_get_str(map, "class");
    bool classes = yaml_get(r->root, "classes") != NULL;
    x->on = true;
    x->same_class = cls.n > 0 ? str_eq(cls, S("same")) : classes;
    x->when = def_read_text(r, map, "when", DEF_FILTER_MAX, S("consolidate.recur"));
    read_loops(r, yaml_get(map, "loops"), x);
    if (x->same_class && !classes)
        yaml_err(r->e, yaml_get(map, "class"), S("consolidate.recur.class"), S("classes: ..."),
            "this loop has no scheme of classes", "本流程没有“classes”（分类体系）");
    if ((by != NULL) == (within != NULL))
        yaml_err(r->e, map, S("consolidate.recur"), S("within: 200m, or by: unit"),
            "either within or by says where it comes back",
            "在哪里复发：within 和 by 写且只写一个");
    if (within != NULL && within->type == YAML_SCALAR)
        read_within(r, within, x);
    if (by == NULL || by->type != YAML_SCALAR)
        return;
    x->by_unit = str_eq(by->s, S("unit"));
    if (!x->by_unit)
        x->field = read_field(r, by, S("consolidate.recur.by"), DEF_REF, "unit, or type: ref");
}

static int read_step(struct def_reader *r, const struct yaml *map, const char *member)
{
    const struct yaml *y = yaml_get(map, member);
    struct def_names steps = {
        .en = "step", .zh = "步骤", .section = "steps", .broken = r->steps_broken};
    for (size_t i = 0; i < r->d->n_steps; i++)
        VEC_PUSH(r->arena, steps.keys, steps.n) = r->d->steps[i].key;
    if (y == NULL || y->type != YAML_SCALAR || y->s.n == 0)
        return DEF_NONE;
    int at = def_read_name(r, &steps, y, def_read_path(r, S("consolidate"), member));
    return at < 0 ? DEF_NONE : at;
}

static uint64_t closed_states(const struct def_reader *r)
{
    uint64_t closed = r->unsure_states;
    for (size_t i = 0; i < r->d->n_states; i++)
        closed |= r->d->states[i].done ? UINT64_C(1) << i : 0;
    return closed;
}

static void refuse(struct def_reader *r, const struct yaml *map, const char *member, const char *en,
    const char *zh)
{
    const struct yaml *y = yaml_get(map, member);
    yaml_err(r->e, y, def_read_path(r, S("consolidate"), member), S(""), "\"%.*s\" %s", "“%.*s”%s",
        STR_ARG(y->s), r->e->lang == LANG_EN ? en : zh);
}

// It holds, and stays closed.
static void check_pass(struct def_reader *r, const struct yaml *map)
{
    const struct def_solid *x = &r->d->solid;
    if (x->pass < 0)
        return;
    const struct def_step *s = &r->d->steps[x->pass];
    uint64_t closed = closed_states(r);
    bool to = s->to < 0 || (closed >> s->to & 1);
    if (x->pass == 0 || s->on_part || (s->from & ~closed) != 0 || !to)
        refuse(r, map, "pass", "does not lead from closed states to a closed one",
            "应从办结的状态出发，仍在办结的状态");
}

// It does not: opened again, from where it could have passed.
static void check_fail(struct def_reader *r, const struct yaml *map)
{
    const struct def_solid *x = &r->d->solid;
    if (x->fail < 0)
        return;
    const struct def_step *s = &r->d->steps[x->fail];
    if (s->does != DOES_REOPEN && s->does != DOES_ROUND)
        refuse(r, map, "fail", "does not open it again (does: reopen)",
            "没有重新办理（does: reopen）");
    else if (x->pass >= 0 && !r->links[x->pass].any_from && !r->links[x->fail].any_from &&
             (r->d->steps[x->pass].from & ~s->from) != 0)
        refuse(r, map, "fail", "cannot be taken wherever the re-check is made",
            "不能在每个可以回头看的状态里办理");
}

void def_solid_read(struct def_reader *r)
{
    const struct yaml *map = yaml_get(r->root, "consolidate");
    struct def_solid *x = &r->d->solid;
    x->pass = x->fail = x->field = x->recur.field = DEF_NONE;
    x->after = 1;
    if (map == NULL || map->type != YAML_MAP)
        return;
    const struct yaml *after = yaml_get(map, "after"), *field = yaml_get(map, "field");
    x->when = def_read_text(r, map, "when", DEF_FILTER_MAX, S("consolidate"));
    if (after && yaml_as_str(after, &x->length) && x->length.n > 0 &&
        !def_read_every(x->length, &x->after, &x->of))
        yaml_err(r->e, after, S("consolidate.after"), S("10d, 6w, 3mo"), "\"%.*s\" is no interval",
            "“%.*s”不是间隔（日 d、周 w、月 mo）", STR_ARG(x->length));
    if (field && field->type == YAML_SCALAR)
        x->field = read_field(r, field, S("consolidate.field"), DEF_DATE, "type: date");
    x->pass = read_step(r, map, "pass");
    x->fail = read_step(r, map, "fail");
    check_pass(r, map);
    check_fail(r, map);
    read_recur(r, yaml_get(map, "recur"));
    VEC_PUSH(r->arena, r->stamps.keys, r->stamps.n) = S("consolidated");
}
