// `ahead` of a definition: which field keeps whether an item was there before anybody called, and
// in which loops people call. Read last, because no step may ask the field.
#include "domain/def_read.h"

const struct yaml_member def_ahead_members[] = {
    {"of", YAML_WANT_STRS, YAML_REQUIRED, .expected = "[loop, ...]"},
    {"field", YAML_WANT_STR, YAML_REQUIRED, .expected = "a field"},
    {"nobody", YAML_WANT_STR, YAML_REQUIRED, .expected = "an option of the field"},
    {"first", YAML_WANT_STR, YAML_REQUIRED, .expected = "an option of the field"},
    {"late", YAML_WANT_STR, YAML_REQUIRED, .expected = "an option of the field"},
    {0},
};

static void read_option(struct def_reader *r, const struct yaml *map, const char *member, str *out)
{
    const struct yaml *y = yaml_get(map, member);
    const struct def_field *f = &r->d->fields[r->d->ahead.field];
    str text = {NULL, 0};
    if (!yaml_as_str(y, &text))
        return;
    for (size_t i = 0; i < f->n_options; i++)
        if (str_eq(f->options[i], text))
            *out = text;
    if (out->n == 0)
        yaml_err(r->e, y, def_read_path(r, S("ahead"), member),
            str_join(r->arena, f->options, f->n_options, S(", ")),
            "\"%.*s\" is no option of \"%.*s\"", "“%.*s”不是“%.*s”的选项", STR_ARG(text),
            STR_ARG(f->title));
}

// It is the engine's own: nobody answers it.
static void check_field(struct def_reader *r, const struct yaml *y)
{
    const struct def_field *f = &r->d->fields[r->d->ahead.field];
    bool free = f->type == DEF_CHOICE && !f->required && f->def.n == 0 && !f->unique;
    bool column =
        str_eq(f->key, S("channel")) || str_eq(f->key, S("kind")) || str_eq(f->key, S("priority"));
    if (!free || column || def_asked(r->d, r->d->ahead.field))
        yaml_err(r->e, y, S("ahead.field"), S("a choice nobody answers"),
            "\"%.*s\" must be a choice that no step asks, not required, without default",
            "“%.*s”应为选项栏目，不必填、无默认值，且没有步骤询问", STR_ARG(f->title));
}

static void read_loops(struct def_reader *r, const struct yaml *y)
{
    struct def_ahead *a = &r->d->ahead;
    if (y == NULL || !yaml_as_strs(r->arena, y, &a->of, &a->n_of))
        return;
    for (size_t i = 0; i < a->n_of; i++)
        if (!def_read_key_ok(a->of[i]) || str_eq(a->of[i], r->d->loop))
            yaml_err(r->e, def_read_nth(y, i), S("ahead.of"), S("another loop's key"),
                "\"%.*s\" is not another loop", "“%.*s”不是另一个流程", STR_ARG(a->of[i]));
}

void def_ahead_read(struct def_reader *r)
{
    const struct yaml *map = yaml_get(r->root, "ahead");
    r->d->ahead.field = DEF_NONE;
    if (map == NULL || map->type != YAML_MAP)
        return;
    const struct yaml *field = yaml_get(map, "field");
    int at = field ? def_read_name(r, &r->fields, field, S("ahead.field")) : DEF_UNKNOWN;
    read_loops(r, yaml_get(map, "of"));
    if (at < 0)
        return;
    r->d->ahead.field = at;
    check_field(r, field);
    if (r->d->fields[at].type != DEF_CHOICE)
        return;
    read_option(r, map, "nobody", &r->d->ahead.nobody);
    read_option(r, map, "first", &r->d->ahead.first);
    read_option(r, map, "late", &r->d->ahead.late);
}
