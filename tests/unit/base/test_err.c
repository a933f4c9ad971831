#include "base/err.h"

#include "unit.h"

static void test_first_code_wins(void **state)
{
    struct arena *a = *state;
    struct err e;
    err_init(&e, a, LANG_EN);
    assert_int_equal(e.code, OK);
    assert_str(err_text(&e, a), "");
    assert_int_equal(
        err_add(&e, ERR_CONFLICT, S("rev"), (str){0}, "changed by %s", "已被 %s 修改", "somebody"),
        ERR_CONFLICT);
    err_add(&e, ERR_INVALID, S("limit"), S("1..200"), "too large: %d", "过大：%d", 500);
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_int_equal(e.n, 2);
    assert_int_equal(e.notes[1].code, ERR_INVALID);
    assert_str(err_text(&e, a), "rev: changed by somebody\n"
                                "limit: too large: 500 (expected 1..200)\n");
}

static void test_chinese_with_place(void **state)
{
    struct arena *a = *state;
    struct err e;
    err_init(&e, a, LANG_ZH);
    e.file = S("hotline.yaml");
    assert_int_equal(
        err_at(&e, 12, 5, S("clocks.first"), S("2h"), "no limit", "没有时限"), ERR_INVALID);
    err_add(&e, ERR_INVALID, (str){0}, (str){0}, "empty", "内容为空");
    assert_str(err_text(&e, a), "hotline.yaml:12:5: clocks.first: 没有时限（应为 2h）\n"
                                "hotline.yaml: 内容为空\n");
}

static void test_fields_are_copied(void **state)
{
    struct err e;
    char field[] = "name", expected[] = "text";
    err_init(&e, *state, LANG_EN);
    err_add(&e, ERR_INVALID, str_of(field), str_of(expected), "wrong", "错");
    memset(field, 'x', 4);
    memset(expected, 'x', 4);
    assert_str(e.notes[0].field, "name");
    assert_str(e.notes[0].expected, "text");
}

static void test_many_are_counted(void **state)
{
    struct arena *a = *state;
    struct err e;
    err_init(&e, a, LANG_EN);
    for (int i = 0; i < ERR_NOTES_MAX + 7; i++)
        err_add(&e, ERR_INVALID, (str){0}, (str){0}, "row %d", "第 %d 行", i);
    assert_int_equal(e.n, ERR_NOTES_MAX);
    assert_int_equal(e.dropped, 7);
    assert_true(str_ends(err_text(&e, a), S("row 99\nand 7 more\n")));
}

static void test_merge(void **state)
{
    struct arena *a = *state;
    struct err e, part;
    err_init(&e, a, LANG_EN);
    err_init(&part, a, LANG_EN);
    err_merge(&e, &part, S("nothing."));
    assert_int_equal(e.code, OK);
    err_at(&part, 3, 4, S("b"), S("c"), "wrong", "错");
    err_add(&part, ERR_LIMIT, (str){0}, (str){0}, "large", "大");
    err_merge(&e, &part, S("a."));
    err_merge(&e, &part, (str){0});
    assert_int_equal(e.code, ERR_INVALID);
    assert_int_equal(e.n, 4);
    assert_str(e.notes[0].field, "a.b");
    assert_int_equal(e.notes[0].line, 3);
    assert_int_equal(e.notes[0].column, 4);
    assert_str(e.notes[1].field, "a.");
    assert_int_equal(e.notes[1].code, ERR_LIMIT);
    assert_str(e.notes[2].field, "b");
    part.dropped = 5;
    err_merge(&e, &part, (str){0});
    assert_int_equal(e.dropped, 5);
}

static void test_code_names(void **state)
{
    (void)state;
    for (enum err_code c = OK; c <= ERR_STORE; c++)
        for (enum err_code other = OK; other < c; other++)
            assert_string_not_equal(err_code_name(c), err_code_name(other));
    assert_string_equal(err_code_name(ERR_CONFLICT), "conflict");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_first_code_wins),
        UNIT(test_chinese_with_place),
        UNIT(test_fields_are_copied),
        UNIT(test_many_are_counted),
        UNIT(test_merge),
        UNIT(test_code_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
