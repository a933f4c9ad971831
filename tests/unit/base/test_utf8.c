#include "base/rng.h"
#include "base/str.h"

#include "unit.h"

static void test_valid(void **state)
{
    (void)state;
    const char *const right[] = {"", "abc\t\r\n", "闭环", "é", "𠮷", "\x7F", "\xEF\xBF\xBF",
        "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xF0\x90\x80\x80", "\xE0\xA0\x80"};
    for (size_t i = 0; i < ARRAY_LEN(right); i++)
        assert_true(utf8_valid(str_of(right[i])));
    assert_true(utf8_valid((str){0}));
}

static void test_invalid(void **state)
{
    (void)state;
    const str wrong[] = {
        S("\x80"), S("\xBF"),                             // a tail without a head
        S("\xC0\x80"), S("\xC1\xBF"),                     // overlong, two bytes
        S("\xE0\x80\x80"), S("\xE0\x9F\xBF"),             // overlong, three
        S("\xF0\x80\x80\x80"), S("\xF0\x8F\xBF\xBF"),     // overlong, four
        S("\xED\xA0\x80"), S("\xED\xBF\xBF"),             // surrogates
        S("\xF4\x90\x80\x80"), S("\xF5\x80\x80\x80"),     // above U+10FFFF
        S("\xFE"), S("\xFF"), S("\xF8\x88\x80\x80\x80"),  // never heads
        S("\xC2"), S("\xE9\x97"), S("\xF0\xA0\xAE"),      // cut off
        S("\xE9\x97\x41"), S("\xE9\x41\x97"), S("\xC2 "), // a wrong tail
        S("a\0b"), S("\x01"), S("\x1B[0m"), S("\x1F"),    // control characters
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(utf8_valid(wrong[i]));
}

static void test_every_point_alone(void **state)
{
    (void)state;
    for (uint32_t c = 0x80; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 61) {
        char s[4];
        size_t n = 0;
        if (c < 0x800) {
            s[n++] = (char)(0xC0 | c >> 6);
        } else if (c < 0x10000) {
            s[n++] = (char)(0xE0 | c >> 12);
            s[n++] = (char)(0x80 | (c >> 6 & 63));
        } else {
            s[n++] = (char)(0xF0 | c >> 18);
            s[n++] = (char)(0x80 | (c >> 12 & 63));
            s[n++] = (char)(0x80 | (c >> 6 & 63));
        }
        s[n++] = (char)(0x80 | (c & 63));
        assert_int_equal(utf8_valid((str){s, n}), c < 0xD800 || c > 0xDFFF);
        assert_false(utf8_valid((str){s, n - 1}));
        assert_int_equal(utf8_count((str){s, n}), 1);
    }
}

static void test_count_head_width(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(S("a闭环𠮷")), 4);
    assert_str(utf8_head(S("a闭环𠮷"), 2), "a闭");
    assert_str(utf8_head(S("a闭环𠮷"), 4), "a闭环𠮷");
    assert_str(utf8_head(S("a闭环𠮷"), 9), "a闭环𠮷");
    assert_str(utf8_head(S("闭"), 0), "");
    assert_int_equal(utf8_width(S("a闭环，x")), 8);
    assert_int_equal(utf8_width(S("e\xCC\x81")), 1); // a combining accent takes no column
    assert_int_equal(utf8_width(S("\xFF\xFE")), 2);
}

static void test_fold(void **state)
{
    struct arena *a = *state;
    assert_str(utf8_fold(a, S("ＡＢＣ１２３号")), "abc123号");
    assert_str(utf8_fold(a, S("Hotline 12345")), "hotline 12345");
    assert_str(utf8_fold(a, S("Ⅷ")), "viii");
    assert_str(utf8_fold(a, S("e\xCC\x81")), "é");           // composed
    assert_str(utf8_fold(a, S("北\xE2\x80\x8B虹")), "北虹"); // a pasted zero-width space
    assert_str(utf8_fold(a, S("")), "");
    assert_str(utf8_fold(a, S("\xFF"
                              "A")),
        "\xFF"
        "a"); // not UTF-8: kept
}

// Folding what is folded changes nothing, and never makes invalid text.
static void test_fold_settles(void **state)
{
    struct arena *a = *state;
    struct rng r;
    rng_seed(&r, 3);
    for (int i = 0; i < 2000; i++) {
        char s[24];
        size_t n = 0;
        while (n < 21) {
            uint32_t c = (uint32_t)rng_range(&r, 0x800, 0xD7FF);
            s[n++] = (char)(0xE0 | c >> 12);
            s[n++] = (char)(0x80 | (c >> 6 & 63));
            s[n++] = (char)(0x80 | (c & 63));
        }
        str once = utf8_fold(a, (str){s, n});
        assert_true(utf8_valid(once));
        assert_true(str_eq(utf8_fold(a, once), once));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_valid),
        UNIT(test_invalid),
        UNIT(test_every_point_alone),
        UNIT(test_count_head_width),
        UNIT(test_fold),
        UNIT(test_fold_settles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
