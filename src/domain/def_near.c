// `clashes` and `beside` of a definition: what is in the same place.
#include "domain/def_read.h"

enum { WITHIN_MAX = 1000 }; // metres

const struct yaml_member def_clashes_members[] = {
    {"from", YAML_WANT_KEY, YAML_REQUIRED, .expected = "a date field"},
    {"to", YAML_WANT_KEY, YAML_REQUIRED, .expected = "a date field"},
    {"same", YAML_WANT_KEY, .expected = "a reference"},
    {"within", YAML_WANT_INT, .min = 1, .max = WITHIN_MAX},
    {0},
};
const struct yaml_member def_beside_members[] = {
    {"loops", YAML_WANT_STRS, YAML_REQUIRED, .expected = "[loop, ...]"},
    {"same", YAML_WANT_KEY, .expected = "a reference"},
    {"within", YAML_WANT_INT, .min = 1, .max = WITHIN_MAX},
    {0},
};

static int read_field(struct def_reader *r, const struct yaml *map, const char *section,
    const char *member, enum def_type type)
{
    const struct yaml *y = yaml_get(map, member);
    if (y == NULL)
        return DEF_NONE;
    str path = def_read_path(r, str_of(section), member);
    int at = def_read_name(r, &r->fields, y, path);
    if (at >= 0 && r->d->fields[at].type != type)
        yaml_err(r->e, y, path, def_type_name(type), "\"%.*s\" is no field of that type",
            "“%.*s”不是这种字段", STR_ARG(y->s));
    return at;
}

static void read_place(
    struct def_reader *r, const struct yaml *map, const char *section, struct def_near *out)
{
    out->said = true;
    out->same = read_field(r, map, section, "same", DEF_REF);
    out->within = (int)yaml_get_i64(map, "within", 0);
    if (yaml_get(map, "same") == NULL && yaml_get(map, "within") == NULL)
        yaml_err(r->e, map, str_of(section), S("same, within"),
            "says neither by which field nor within how many metres",
            "要写按哪个栏目（same）或者多少米以内（within）");
}

void def_near_read(struct def_reader *r)
{
    const struct yaml *clashes = yaml_get(r->root, "clashes");
    const struct yaml *beside = yaml_get(r->root, "beside");
    struct def *d = r->d;
    if (clashes != NULL && clashes->type == YAML_MAP) {
        read_place(r, clashes, "clashes", &d->clashes);
        d->clashes.from = read_field(r, clashes, "clashes", "from", DEF_DATE);
        d->clashes.to = read_field(r, clashes, "clashes", "to", DEF_DATE);
    }
    if (beside == NULL || beside->type != YAML_MAP)
        return;
    read_place(r, beside, "beside", &d->beside);
    const struct yaml *loops = yaml_get(beside, "loops");
    if (loops == NULL || !yaml_as_strs(r->arena, loops, &d->beside.loops, &d->beside.n_loops))
        return;
    for (size_t i = 0; i < d->beside.n_loops; i++)
        if (!def_read_key_ok(d->beside.loops[i]))
            yaml_err(r->e, def_read_nth(loops, i), S("beside.loops"), S("a loop's key"),
                "\"%.*s\" is no key of a loop", "“%.*s”不是流程的键", STR_ARG(d->beside.loops[i]));
}
