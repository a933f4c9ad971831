#include "../base/unit.h"
#include "filter_sample.h"

static struct rules *sample(struct arena *a)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    struct rules *r = sample_rules(a, &e);
    if (r == NULL)
        fail_msg("%s", str_z(a, err_text(&e, a)));
    return r;
}

static void units_are_found_by_code_name_and_short_name(void **state)
{
    struct rules *r = sample(*state);
    assert_int_equal(rules_unit(r, 3)->id, 3);
    assert_null(rules_unit(r, 0));
    assert_null(rules_unit(r, 424242));
    assert_int_equal(rules_unit_named(r, S("c01"))->id, 3);
    assert_int_equal(rules_unit_named(r, S("北虹居民区"))->id, 3);
    assert_int_equal(rules_unit_named(r, S("北虹"))->id, 3);
    assert_null(rules_unit_named(r, S("党建站"))); // two are called so
    assert_null(rules_unit_named(r, S("")));
}

static void units_lie_below_themselves_and_what_is_above(void **state)
{
    struct rules *r = sample(*state);
    const struct unit *town = r->root, *c01 = rules_unit(r, 3), *grid = rules_unit(r, 4);
    assert_true(unit_below(c01, c01));
    assert_true(unit_below(grid, c01));
    assert_true(unit_below(grid, town));
    assert_false(unit_below(c01, grid));
    assert_false(unit_below(rules_unit(r, 6), c01));
    assert_false(unit_below(NULL, town));
    assert_false(unit_below(town, NULL));
}

static void paths_begin_at_the_town(void **state)
{
    struct arena *a = *state;
    struct rules *r = sample(a);
    assert_str(unit_path(a, r, 4), "新泾镇 / 北虹居民区 / 北虹第一微网格");
    assert_str(unit_path(a, r, SAMPLE_TOWN), "新泾镇");
    assert_str(unit_path(a, r, 424242), "");
}

static void the_oldest_change_after_an_instant_says_what_stood_before(void **state)
{
    struct rules *r = sample(*state);
    struct unit_past pasts[] = {
        {3, 100, 2, S("one")}, {3, 200, 2, S("two")}, {7, 50, 2, S("other")}};
    assert_null(rules_unit_past(r, 3, 0)); // the sample's units have always been called so
    r->pasts = pasts;
    r->n_pasts = ARRAY_LEN(pasts);
    assert_str(rules_unit_past(r, 3, 0)->name, "one");
    assert_str(rules_unit_past(r, 3, 99)->name, "one");
    assert_str(rules_unit_past(r, 3, 100)->name, "two"); // until then, and no longer
    assert_null(rules_unit_past(r, 3, 200));
    assert_null(rules_unit_past(r, 2, 0));
    assert_null(rules_unit_past(r, 5, 0));
    assert_str(rules_unit_past(r, 7, 49)->name, "other");
    assert_null(rules_unit_past(r, 7, 50));
    assert_null(rules_unit_past(r, 8, 0));
}

static void classes_are_found_by_code_and_unique_name(void **state)
{
    struct rules *r = sample(*state);
    assert_int_equal(rules_class_named(r, S("matters/0101"))->id, 2);
    assert_int_equal(rules_class_named(r, S("飞线充电"))->id, 9);
    assert_null(rules_class_named(r, S("噪声"))); // in both schemes
    assert_null(rules_class_named(r, S("0101")));
    assert_true(class_below(rules_class(r, 3), rules_class(r, 1)));
    assert_true(class_below(rules_class(r, 3), rules_class(r, 3)));
    assert_false(class_below(rules_class(r, 1), rules_class(r, 3)));
    assert_false(class_below(rules_class(r, 9), rules_class(r, 1)));
    assert_false(class_below(NULL, rules_class(r, 1)));
}

static void loops_and_definitions_are_found(void **state)
{
    struct rules *r = sample(*state);
    assert_str(rules_loop(r, S("patrol"))->title, "网格巡查");
    assert_null(rules_loop(r, S("网格巡查")));
    assert_str(rules_def(r, SAMPLE_HOTLINE)->loop, "hotline");
    assert_null(rules_def(r, 424242));
    assert_null(rules_cal(r, S("workdays")));
    assert_int_equal(rules_person(r, 1)->id, 1);
}

static void a_role_holds_where_it_was_given_and_below(void **state)
{
    struct rules *r = sample(*state);
    const str roles[] = {S("clerk"), S("handler")};
    const struct person *p = rules_person(r, 1); // at c01 and office-business
    assert_true(rules_holds(r, p, roles, 2, 3));
    assert_true(rules_holds(r, p, roles, 2, 4));
    assert_true(rules_holds(r, p, roles, 2, 2));
    assert_false(rules_holds(r, p, roles, 2, 6));
    assert_false(rules_holds(r, p, roles, 2, SAMPLE_TOWN));
    assert_false(rules_holds(r, p, roles, 1, 3));
    assert_false(rules_holds(r, p, NULL, 0, 3));
    assert_false(rules_holds(r, p, roles, 2, 424242));
    assert_false(rules_holds(r, NULL, roles, 2, 3));
    assert_true(rules_holds(r, rules_person(r, 2), roles, 2, 3));
    r->people[1].active = false;
    assert_false(rules_holds(r, rules_person(r, 2), roles, 2, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(units_are_found_by_code_name_and_short_name),
        UNIT(units_lie_below_themselves_and_what_is_above),
        UNIT(paths_begin_at_the_town),
        UNIT(the_oldest_change_after_an_instant_says_what_stood_before),
        UNIT(classes_are_found_by_code_and_unique_name),
        UNIT(loops_and_definitions_are_found),
        UNIT(a_role_holds_where_it_was_given_and_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
