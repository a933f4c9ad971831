// `gathers` of a definition: that its items gather others (共性问题), which, and how it is told
// what became of it. Read last, because no step may ask the field that counts the members.
#include "domain/def_read.h"

enum { WEEKS_MAX = 26, WEEKS_DEFAULT = 8, WITHIN_MAX = 1000 };

const struct yaml_member def_gathers_members[] = {
    {"which", YAML_WANT_STR, .expected = "a filter over items"},
    {"count", YAML_WANT_STR, YAML_REQUIRED, .expected = "a field of type number"},
    {"calls", YAML_WANT_STR, .expected = "a filter over items"},
    {"effect", YAML_WANT_STR, .expected = "a field of type date"},
    {"weeks", YAML_WANT_INT, .min = 1, .max = WEEKS_MAX},
    {"cell", YAML_WANT_KEY, .expected = "a layer"},
    {"within", YAML_WANT_INT, .min = 1, .max = WITHIN_MAX},
    {0},
};

// It is the engine's own: nobody answers it.
static void read_count(struct def_reader *r, const struct yaml *map)
{
    const struct yaml *y = yaml_get(map, "count");
    int at = y ? def_read_name(r, &r->fields, y, S("gathers.count")) : DEF_UNKNOWN;
    r->d->gathers.count = at;
    if (at < 0)
        return;
    const struct def_field *f = &r->d->fields[at];
    bool free = f->type == DEF_NUMBER && !f->required && f->def.n == 0 && !f->unique &&
                f->text.n == 0 && !def_asked(r->d, at);
    if (!free)
        yaml_err(r->e, y, S("gathers.count"), S("a number nobody answers"),
            "\"%.*s\" must be a number that no step asks, not required, without default or formula",
            "“%.*s”应为数字栏目，不必填、无默认值和算式，且没有步骤询问", STR_ARG(f->title));
}

static void read_effect(struct def_reader *r, const struct yaml *map)
{
    const struct yaml *y = yaml_get(map, "effect"), *calls = yaml_get(map, "calls");
    struct def_gathers *g = &r->d->gathers;
    g->effect = y ? def_read_name(r, &r->fields, y, S("gathers.effect")) : DEF_NONE;
    if ((y == NULL) != (calls == NULL))
        yaml_err(r->e, y ? y : calls, S("gathers"), S("calls and effect"),
            "what is counted before and after needs both",
            "比较前后的件数要同时写 calls 和 effect");
    if (g->effect >= 0 && r->d->fields[g->effect].type != DEF_DATE)
        yaml_err(r->e, y, S("gathers.effect"), S("a field of type date"), "\"%.*s\" is no date",
            "“%.*s”不是日期栏目", STR_ARG(r->d->fields[g->effect].title));
}

// Where the calls come from: the cell of the item, or so near to what it gathers.
static void read_where(struct def_reader *r, const struct yaml *map)
{
    struct def_gathers *g = &r->d->gathers;
    const struct yaml *within = yaml_get(map, "within");
    g->cell = yaml_get_str(map, "cell");
    g->within = (int)yaml_get_i64(map, "within", 0);
    if (within && yaml_get(map, "cell"))
        yaml_err(r->e, within, S("gathers.within"), S("cell or within"),
            "calls are counted in a cell or within metres, not both",
            "来电按网格（cell）算，或者按多少米以内（within）算，只能写一样");
    if (within && !yaml_get(map, "calls"))
        yaml_err(r->e, within, S("gathers.within"), S("calls"),
            "says how near calls are, but no calls are counted",
            "写了多少米以内（within），却没有写数哪些来电（calls）");
}

// Members of an item that disappears into another would belong to nobody.
static void check_steps(struct def_reader *r, const struct yaml *map)
{
    bool gathers = false, unsure = r->steps_broken;
    for (size_t i = 0; i < r->d->n_steps; i++) {
        gathers = gathers || r->d->steps[i].does == DOES_GATHER;
        unsure = unsure || r->links[i].any_effect;
        if (r->d->steps[i].does == DOES_MERGE)
            yaml_err(r->e, yaml_get(r->step_at[i], "does"),
                def_read_path(r, r->step_paths[i], "does"), S(""),
                "an item that gathers others cannot be merged", "归集其他事项的流程不能并单");
    }
    if (!gathers && !unsure)
        yaml_err(r->e, map, S("gathers"), S("does: gather"), "no step gathers anything",
            "没有归入（does: gather）的步骤");
}

void def_gathers_read(struct def_reader *r)
{
    const struct yaml *map = yaml_get(r->root, "gathers");
    struct def_gathers *g = &r->d->gathers;
    *g = (struct def_gathers){.count = DEF_NONE, .effect = DEF_NONE};
    if (map == NULL || map->type != YAML_MAP)
        return;
    g->any = true;
    g->which = def_read_text(r, map, "which", DEF_FILTER_MAX, S("gathers"));
    g->calls = def_read_text(r, map, "calls", DEF_FILTER_MAX, S("gathers"));
    g->weeks = (int)yaml_get_i64(map, "weeks", WEEKS_DEFAULT);
    read_where(r, map);
    read_count(r, map);
    read_effect(r, map);
    check_steps(r, map);
}
