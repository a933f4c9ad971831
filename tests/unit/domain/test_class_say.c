#include "domain/class_say.h"

#include "../base/unit.h"

struct row {
    enum class_say say;
    const char *given, *text; // text NULL: refused
};

static const struct row ROWS[] = {
    {SAY_LIMITS, "handle:4wh", "handle:4wh"},
    {SAY_LIMITS, "  handle：４ＷＨ，close:2wd\n", "handle:4wh close:2wd"},
    {SAY_LIMITS, "handle:5wd!、open:30min", "handle:5wd! open:30min"},
    {SAY_LIMITS, "", ""},
    {SAY_LIMITS, "handle", NULL},
    {SAY_LIMITS, "handle:", NULL},
    {SAY_LIMITS, ":4wh", NULL},
    {SAY_LIMITS, "handle:0wh", NULL},
    {SAY_LIMITS, "handle:4 wh", NULL},
    {SAY_LIMITS, "处置:4wh", NULL},
    {SAY_LIMITS, "9x:4wh", NULL},
    {SAY_LIMITS, "handle:4wh handle:5wh", NULL},
    {SAY_LIMITS, "a:1h b:1h c:1h d:1h e:1h f:1h g:1h h:1h i:1h j:1h k:1h l:1h m:1h", NULL},
    {SAY_PHOTOS, "open:1 close:02", "open:1 close:2"},
    {SAY_PHOTOS, "open:0", "open:0"},
    {SAY_PHOTOS, "open:21", NULL},
    {SAY_PHOTOS, "open:-1", NULL},
    {SAY_PHOTOS, "open:1.5", NULL},
    {SAY_WORDS, " 垃圾，脏乱、垃圾　污水 ", "垃圾 脏乱 污水"},
    {SAY_WORDS, "一二三四五六七八九十一二三四五六七八九十",
        "一二三四五六七八九十一二三四五六七八九十"},
    {SAY_WORDS, "一二三四五六七八九十一二三四五六七八九十一", NULL},
    {SAY_WITHOUT, ",,", ""},
    {SAY_UNIT, " office-env ", "office-env"},
    {SAY_OPENING, " 占地一平方米以上　", "占地一平方米以上"},
    {SAY_CLOSING, "\xff", NULL},
};

static void texts_are_kept_in_one_form(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        const struct row *x = &ROWS[i];
        const char *expected = NULL;
        str out;
        bool ok = class_say_read(*state, x->say, str_of(x->given), &out, &expected);
        if (ok != (x->text != NULL))
            fail_msg("row %zu: \"%s\" is %s", i, x->given, ok ? "taken" : "refused");
        assert_non_null(expected);
        if (ok)
            assert_str(out, x->text);
    }
}

static void standards_and_words_have_an_end(void **state)
{
    struct arena *a = *state;
    const char *expected;
    str out, long_one = {NULL, 0}, many = {NULL, 0};
    for (int i = 0; i < CLASS_STANDARD_MAX; i++)
        long_one = str_two(a, long_one, S("长"));
    assert_true(class_say_read(a, SAY_OPENING, long_one, &out, &expected));
    assert_false(class_say_read(a, SAY_OPENING, str_two(a, long_one, S("长")), &out, &expected));
    for (int i = 0; i < CLASS_WORDS_MAX; i++)
        many = str_fmt(a, "%.*s w%d", STR_ARG(many), i);
    assert_true(class_say_read(a, SAY_WORDS, many, &out, &expected));
    assert_false(class_say_read(a, SAY_WORDS, str_two(a, many, S(" one")), &out, &expected));
}

static void a_text_falls_into_its_stages_and_words(void **state)
{
    size_t n;
    const struct class_stage *s =
        class_say_stages(*state, SAY_LIMITS, S("handle:4wh close:2wd"), &n);
    assert_int_equal(n, 2);
    assert_str(s[1].stage, "close");
    assert_int_equal(s[1].limit.n, 2);
    assert_int_equal(s[1].limit.unit, DUR_WORK_DAYS);
    s = class_say_stages(*state, SAY_PHOTOS, S("open:1"), &n);
    assert_int_equal(n, 1);
    assert_int_equal(s[0].photos, 1);
    const str *w = class_say_words(*state, S("垃圾 脏乱"), &n);
    assert_int_equal(n, 2);
    assert_str(w[1], "脏乱");
    (void)class_say_words(*state, S(""), &n);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(texts_are_kept_in_one_form),
        UNIT(standards_and_words_have_an_end),
        UNIT(a_text_falls_into_its_stages_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
