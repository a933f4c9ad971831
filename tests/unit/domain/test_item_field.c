// The small look-ups of item.c; what moves an item is tested in test_item.c.
#include "../base/unit.h"
#include "domain/item.h"

static void fields_stay_sorted(void **state)
{
    struct arena *a = *state;
    static const char *const keys[] = {
        "solved", "contacted", "own/satisfied", "clock/handle", "z", "a"};
    struct item it = {0};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        item_set_field(&it, a, str_of(keys[i]), str_of(keys[i]));
        item_set_field(&it, a, str_of(keys[i]), str_fmt(a, "=%s", keys[i]));
    }
    assert_int_equal(it.n_fields, ARRAY_LEN(keys));
    for (size_t i = 1; i < it.n_fields; i++)
        assert_true(str_cmp(it.fields[i - 1].key, it.fields[i].key) < 0);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        assert_str(item_field(&it, str_of(keys[i])), str_fmt(a, "=%s", keys[i]).s);
    assert_str(item_field(&it, S("contact")), "");
    assert_str(item_field(&it, S("zz")), "");
}

static void an_empty_value_removes(void **state)
{
    struct arena *a = *state;
    struct item it = {0};
    item_set_field(&it, a, S("gone"), S(""));
    assert_int_equal(it.n_fields, 0);
    item_set_field(&it, a, S("a"), S("1"));
    item_set_field(&it, a, S("b"), S("2"));
    item_set_field(&it, a, S("c"), S("3"));
    item_set_field(&it, a, S("b"), S(""));
    assert_int_equal(it.n_fields, 2);
    assert_str(item_field(&it, S("a")), "1");
    assert_str(item_field(&it, S("b")), "");
    assert_str(item_field(&it, S("c")), "3");
    item_set_field(&it, a, S("a"), S(""));
    item_set_field(&it, a, S("c"), S(""));
    assert_int_equal(it.n_fields, 0);
}

// A step compares the item with the copy taken before it.
static void a_copy_keeps_its_fields(void **state)
{
    struct arena *a = *state;
    struct item it = {0};
    item_set_field(&it, a, S("a"), S("1"));
    struct item before = it;
    item_set_field(&it, a, S("a"), S("2"));
    item_set_field(&it, a, S("b"), S("3"));
    assert_int_equal(before.n_fields, 1);
    assert_str(item_field(&before, S("a")), "1");
}

static void the_three_columns_are_no_fields(void **state)
{
    struct arena *a = *state;
    struct item it = {0};
    item_set_field(&it, a, S("channel"), S("12345"));
    item_set_field(&it, a, S("kind"), S("投诉"));
    item_set_field(&it, a, S("priority"), S("紧急"));
    assert_int_equal(it.n_fields, 0);
    assert_str(it.channel, "12345");
    assert_str(item_field(&it, S("kind")), "投诉");
    item_set_field(&it, a, S("priority"), S(""));
    assert_str(item_field(&it, S("priority")), "");
}

static void parts_end_in_a_final_state(void **state)
{
    struct item_part parts[] = {{.id = 1, .state = S("working")}, {.id = 2, .state = S("done")},
        {.id = 3, .state = S("returned")}};
    const struct def_state states[] = {{.key = S("working")}, {.key = S("done"), .final = true}};
    struct item it = {.parts = parts, .n_parts = ARRAY_LEN(parts)};
    (void)state;
    assert_ptr_equal(item_part(&it, 2), &parts[1]);
    assert_null(item_part(&it, 4));
    assert_true(item_part_open(&parts[0], states, 2));
    assert_false(item_part_open(&parts[1], states, 2));
    assert_true(item_part_open(&parts[2], states, 2)); // unknown: not ended as far as anyone knows
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(fields_stay_sorted),
        UNIT(an_empty_value_removes),
        UNIT(a_copy_keeps_its_fields),
        UNIT(the_three_columns_are_no_fields),
        UNIT(parts_end_in_a_final_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
