#include "domain/route.h"

#include "town_made.h"
#include "base/embed.h"
#include "domain/yaml.h"

static str anchors(struct arena *a)
{
    FILE *f = fopen("tests/anchors/routes.yaml", "rb");
    assert_non_null(f);
    enum { BYTES_MAX = 64 * KIB };
    char *text = arena_alloc(a, BYTES_MAX);
    size_t n = fread(text, 1, BYTES_MAX, f);
    assert_true(feof(f));
    fclose(f);
    return (str){text, n};
}

// The shipped loop with the routes of the anchors in place of its own.
static struct def *definition(struct made *m, str text)
{
    const struct embed_file *shipped = embed_find(S("defs/loops/hotline.yaml"));
    struct def *d = NULL;
    str all = shipped->bytes, head = {0}, line, rest = all;
    while (str_cut(&rest, '\n', &line) && !str_starts(line, S("routes:")))
        head = (str){all.s, (size_t)(line.s + line.n + 1 - all.s)};
    assert_true(rest.n > 0);
    while (str_cut(&rest, '\n', &line) && !str_starts(line, S("boards:")))
        continue;
    str tail = {line.s, (size_t)(all.s + all.n - line.s)};
    size_t from = 0;
    while (!str_starts(str_sub(text, from, text.n), S("\nroutes:")))
        from++;
    size_t to = from;
    while (!str_starts(str_sub(text, to, text.n), S("\ncases:")))
        to++;
    str whole = str_fmt(m->t->a, "%.*s%.*s\n%.*s", STR_ARG(head),
        STR_ARG(str_sub(text, from, to - from)), STR_ARG(tail));
    made_ok(m, def_parse(m->t->a, whole, &d, &m->e));
    rules_compile_def(m->rules, d, &m->e);
    made_ok(m, m->e.code);
    return d;
}

static struct item item_of(struct made *m, const struct yaml *y)
{
    struct item it = {.loop = S("hotline"),
        .title = yaml_get_str(y, "title"),
        .text = yaml_get_str(y, "text"),
        .address = yaml_get_str(y, "address"),
        .kind = yaml_get_str(y, "kind"),
        .open = true,
        .filed_us = m->c.now_us};
    str cls = yaml_get_str(y, "class"), cell = yaml_get_str(y, "cell");
    if (cls.n > 0) {
        const struct class_ *k =
            rules_class_named(m->rules, str_fmt(m->t->a, "matters/%.*s", STR_ARG(cls)));
        assert_non_null(k);
        it.cls = k->id;
    }
    if (cell.n > 0) {
        const struct grid_cell *x =
            rules_cell(rules_layer(m->rules, S("residents")), cell, m->c.now_us);
        assert_non_null(x);
        it.lat = x->lat;
        it.lon = x->lon;
    }
    return it;
}

static bool same(str got, const struct yaml *y, const char *member)
{
    str want = yaml_get_str(y, member);
    return want.n == 0 || str_eq(got, want);
}

static bool pick_is(struct made *m, const struct route_pick *p, const struct yaml *y)
{
    const struct yaml *assists = yaml_get(y, "assists");
    str *want = NULL;
    size_t n = 0;
    if (assists)
        assert_true(yaml_as_strs(m->t->a, assists, &want, &n));
    bool right = n == p->n_assists && same(p->unit->code, y, "unit") && same(p->text, y, "text") &&
                 same(str_of(route_trust_name(p->trust)), y, "trust") &&
                 same(route_rule_name(m->t->a, p->rule, p->at), y, "rule");
    for (size_t i = 0; right && i < n; i++)
        right = str_eq(p->assists[i]->code, want[i]);
    return right && p->n_grounds > 0;
}

static bool check_case(struct made *m, const struct def *d, const struct yaml *row)
{
    struct item it = item_of(m, yaml_get(row, "item"));
    const struct yaml *picks = yaml_get(row, "picks");
    str unsure = yaml_get_str(row, "unsure"), told = {0};
    struct route_advice out;
    route_advise(&m->c, d, &it, &out);
    bool right = out.n == picks->n && out.disagree == yaml_get_bool(row, "disagree", false);
    for (size_t i = 0; right && i < out.n; i++)
        right = pick_is(m, &out.picks[i], picks->vals[i]);
    for (size_t i = 0; i < out.n_places; i++)
        if (out.places[i].unsure && told.n == 0)
            told = out.places[i].layer->key;
    right = right && str_eq(told, unsure);
    for (size_t i = 0; !right && i < out.n; i++)
        print_error("%.*s: %s, %.*s\n", STR_ARG(out.picks[i].unit->code),
            route_trust_name(out.picks[i].trust), STR_ARG(out.picks[i].text));
    if (!right)
        print_error("wrong: %.*s\n", STR_ARG(yaml_get_str(row, "name")));
    return right;
}

static void test_anchors(void **state)
{
    struct temp *t = *state;
    struct made *m = made_open(t, "town");
    struct town_source src = town_source_embedded(t->a, S("xinjing"));
    int64_t town = 0;
    made_ok(m, made_init(m, &src, &town));
    made_rules(m, town);
    m->c.lang = LANG_ZH;
    str text = anchors(t->a);
    const struct def *d = definition(m, text);
    const struct yaml *cases = yaml_get(yaml_parse(t->a, text, &m->e), "cases");
    assert_true(cases->n >= 15);
    size_t wrong = 0;
    for (size_t i = 0; i < cases->n; i++)
        wrong += !check_case(m, d, cases->vals[i]);
    assert_int_equal(wrong, 0);
    made_close(m);
}

// A layer's squares find what looking at every cell would.
static void test_cells_found(void **state)
{
    struct temp *t = *state;
    struct made *m = made_open(t, "town");
    struct town_source src = town_source_embedded(t->a, S("xinjing"));
    int64_t town = 0;
    made_ok(m, made_init(m, &src, &town));
    made_rules(m, town);
    size_t found = 0;
    for (size_t l = 0; l < m->rules->n_layers; l++) {
        const struct layer *x = &m->rules->layers[l];
        for (int i = 0; i < 4000; i++) {
            int row = i / 64, column = i % 64;
            double lat = 31.20 + 0.038 * column / 64, lon = 121.34 + 0.045 * row / 63;
            const struct grid_cell *want = NULL;
            for (size_t k = 0; k < x->n && !want; k++)
                if (area_has(&x->cells[k].area, lat, lon))
                    want = &x->cells[k];
            assert_ptr_equal(rules_cell_at(x, lat, lon, m->c.now_us), want);
            found += want != NULL;
        }
    }
    assert_true(found > 4000);
    made_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEMP_TEST(test_anchors), TEMP_TEST(test_cells_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
