#include "base/str.h"

#include <math.h>

#include "base/rng.h"
#include "unit.h"

static void test_compare(void **state)
{
    (void)state;
    assert_true(str_eq(S("闭环"), S("闭环")));
    assert_true(str_eq((str){0}, S("")));
    assert_false(str_eq(S("a"), S("ab")));
    assert_int_equal(str_cmp(S("a"), S("ab")), -1);
    assert_int_equal(str_cmp(S("b"), S("ab")), 1);
    assert_int_equal(str_cmp(S("\xFF"), S("a")), 1); // unsigned
    assert_int_equal(str_cmp((str){0}, S("")), 0);
    assert_int_equal(str_of(NULL).n, 0);
}

static void test_parts(void **state)
{
    (void)state;
    assert_true(str_starts(S("loop:hotline"), S("loop:")));
    assert_true(str_starts(S("x"), (str){0}));
    assert_false(str_starts(S("lo"), S("loop")));
    assert_true(str_ends(S("a.yaml"), S(".yaml")));
    assert_false(str_ends(S("yaml"), S(".yaml")));
    assert_true(str_has(S("北虹居民区"), S("居民")));
    assert_true(str_has((str){0}, S("")));
    assert_false(str_has(S("ab"), S("abc")));
    assert_int_equal(str_find(S("a=b"), '='), 1);
    assert_int_equal(str_find(S("ab"), '='), 2);
    assert_int_equal(str_find((str){0}, '='), 0);
    assert_str(str_sub(S("abcdef"), 2, 3), "cde");
    assert_str(str_sub(S("abcdef"), 4, SIZE_MAX), "ef");
    assert_str(str_sub(S("abcdef"), 9, 1), "");
}

static void test_trim(void **state)
{
    (void)state;
    assert_str(str_trim(S(" \t\r\n　 飞线 充电　\n")), "飞线 充电");
    assert_str(str_trim(S("　　")), "");
    assert_str(str_trim((str){0}), "");
    assert_str(str_trim(S("x")), "x");
    assert_str(str_trim(S("、x、")), "、x、"); // U+3001 ends unlike U+3000
}

static void test_cut(void **state)
{
    (void)state;
    str rest = S("a,,b"), piece = {0};
    assert_true(str_cut(&rest, ',', &piece));
    assert_str(piece, "a");
    assert_true(str_cut(&rest, ',', &piece));
    assert_str(piece, "");
    assert_true(str_cut(&rest, ',', &piece));
    assert_str(piece, "b");
    assert_false(str_cut(&rest, ',', &piece));
    rest = (str){0};
    assert_false(str_cut(&rest, ',', &piece));
}

static void test_making(void **state)
{
    struct arena *a = *state;
    char in[] = "abc";
    str copy = str_dup(a, (str){in, 2});
    in[0] = 'x';
    assert_str(copy, "ab");
    assert_int_equal(copy.s[2], 0);
    assert_string_equal(str_z(a, (str){0}), "");
    assert_str(str_fmt(a, "%d-%.*s", 7, STR_ARG(S("号线"))), "7-号线");
    str parts[] = {S("a"), S(""), S("c")};
    assert_str(str_join(a, parts, 3, S(", ")), "a, , c");
    assert_str(str_join(a, parts, 0, S(", ")), "");
    assert_str(str_lower(a, S("ÀB-Zz9")), "Àb-zz9");
}

static void test_long_format(void **state)
{
    struct arena *a = *state;
    for (int n = 250; n < 262; n++) { // around the size of the stack buffer
        str x = str_fmt(a, "%0*d", n, 7);
        assert_int_equal(x.n, n);
        assert_int_equal(x.s[n - 1], '7');
        assert_int_equal(x.s[n], 0);
    }
}

static void test_i64(void **state)
{
    struct arena *a = *state;
    int64_t v = 0;
    assert_true(str_i64(S("9223372036854775807"), &v));
    assert_int_equal(v, INT64_MAX);
    assert_true(str_i64(S("-9223372036854775808"), &v));
    assert_true(v == INT64_MIN);
    assert_true(str_i64(S("-0"), &v));
    assert_int_equal(v, 0);
    assert_true(str_i64(S("0012"), &v));
    assert_int_equal(v, 12);
    const char *const wrong[] = {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808",
        "-9223372036854775809", "92233720368547758070", "１"};
    v = 42;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(str_i64(str_of(wrong[i]), &v));
    assert_int_equal(v, 42); // untouched
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < 2000; i++) {
        int64_t x = (int64_t)rng_next(&r) >> (rng_next(&r) & 63);
        assert_true(str_i64(str_fmt(a, "%" PRId64, x), &v));
        assert_true(v == x);
    }
}

static void test_f64(void **state)
{
    (void)state;
    double v = 0;
    assert_true(str_f64(S("-1.5e3"), &v));
    assert_true(v == -1500);
    assert_true(str_f64(S(".5"), &v));
    assert_true(v == 0.5);
    assert_true(str_f64(S("97."), &v));
    assert_true(v == 97);
    const char *const wrong[] = {
        "", ".", "-", "inf", "nan", "0x10", "1e", "1e+", " 1", "1 ", "1e999", "1,5", "+1", "1.2.3"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(str_f64(str_of(wrong[i]), &v));
    char many[600];
    memset(many, '1', sizeof(many));
    assert_false(str_f64((str){many, sizeof(many)}, &v));
}

static void test_put_i64(void **state)
{
    struct arena *a = *state;
    struct rng r;
    rng_seed(&r, 7);
    char text[STR_I64_BYTES];
    for (size_t i = 0; i < 20000; i++) {
        // Every number of digits, and both sides of each power of ten.
        int64_t v = (int64_t)(rng_next(&r) >> (1 + i % 63)), ten = 1;
        for (size_t k = i % 19; k > 0; k--)
            ten *= 10;
        const int64_t tries[] = {v, -v, ten, ten - 1, -ten, 1 - ten, INT64_MIN, INT64_MAX};
        int64_t x = tries[i % ARRAY_LEN(tries)];
        assert_str(((str){text, str_put_i64(text, x)}), str_fmt(a, "%" PRId64, x).s);
    }
    assert_str(str_num(a, -15, S("wd")), "-15wd");
    assert_str(str_num(a, 0, (str){0}), "0");
}

static void test_hash(void **state)
{
    (void)state;
    assert_true(str_hash(S("")) == str_hash((str){0}));
    assert_true(str_hash(S("a")) != str_hash(S("b")));
    assert_true(str_hash(S("a")) != str_hash((str){"a\0", 2})); // the length counts
    assert_true(str_hash(S("12345678")) != str_hash(S("123456789")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_compare),
        UNIT(test_parts),
        UNIT(test_trim),
        UNIT(test_cut),
        UNIT(test_making),
        UNIT(test_long_format),
        UNIT(test_i64),
        UNIT(test_f64),
        UNIT(test_put_i64),
        UNIT(test_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
