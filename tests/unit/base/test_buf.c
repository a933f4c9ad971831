#include "base/buf.h"

#include "unit.h"

static void test_chain(void **state)
{
    struct buf b;
    buf_init(&b, *state, 1000);
    assert_str(buf_str(&b), "");
    buf_add(&b, S("a"));
    buf_addz(&b, "bc");
    buf_byte(&b, '-');
    buf_i64(&b, INT64_MIN);
    buf_byte(&b, ' ');
    buf_i64(&b, INT64_MAX);
    buf_i64(&b, 0);
    buf_fmt(&b, " %s %d", "x", 5);
    buf_add(&b, (str){0});
    assert_str(buf_str(&b), "abc--9223372036854775808 92233720368547758070 x 5");
    assert_false(b.overflow);
}

static void test_overflow_is_sticky(void **state)
{
    struct buf b;
    buf_init(&b, *state, 10);
    buf_add(&b, S("0123456789")); // exactly full
    assert_false(b.overflow);
    assert_non_null(buf_room(&b, 0));
    buf_byte(&b, 'x');
    assert_true(b.overflow);
    assert_null(buf_room(&b, 0));
    assert_str(buf_str(&b), "0123456789");
}

static void test_a_number_fits_to_the_last_byte(void **state)
{
    struct buf b;
    buf_init(&b, *state, 8);
    buf_i64(&b, -123);
    buf_i64(&b, 4567);
    assert_str(buf_str(&b), "-1234567");
    assert_false(b.overflow);
    buf_i64(&b, 8);
    assert_true(b.overflow);
    assert_str(buf_str(&b), "-1234567");
}

static void test_too_long_piece_is_not_cut(void **state)
{
    struct buf b;
    buf_init(&b, *state, 300);
    buf_add(&b, S("abc"));
    buf_fmt(&b, "%0298d", 1);
    assert_true(b.overflow);
    buf_add(&b, S("d")); // would fit, but the chain is broken
    assert_str(buf_str(&b), "abc");
    buf_init(&b, *state, 300);
    buf_fmt(&b, "%0300d", 1);
    assert_false(b.overflow);
    assert_int_equal(b.n, 300);
}

static void test_no_room_at_all(void **state)
{
    struct buf b;
    buf_init(&b, *state, 0);
    buf_add(&b, S(""));
    assert_false(b.overflow);
    buf_byte(&b, 'x');
    assert_true(b.overflow);
}

static void test_grows_beside_others(void **state)
{
    struct arena *a = *state;
    struct buf b;
    buf_init(&b, a, 4 * MIB);
    for (int i = 0; i < 100000; i++) {
        if (i % 1000 == 0)
            memset(arena_alloc(a, 100), 0xEE, 100); // somebody else's memory behind ours
        buf_i64(&b, i % 10);
    }
    assert_int_equal(b.n, 100000);
    for (size_t i = 0; i < b.n; i++)
        assert_int_equal(b.s[i], '0' + (int)(i % 10));
}

static void test_room_written_by_hand(void **state)
{
    struct buf b;
    buf_init(&b, *state, 64 * KIB);
    for (size_t i = 0; i < 60; i++) {
        char *p = buf_room(&b, 1000);
        assert_non_null(p);
        memset(p, 'a' + (int)(i % 26), 1000);
        b.n += 1000;
    }
    assert_int_equal(b.s[25999], 'z');
    assert_int_equal(b.s[26000], 'a');
    assert_null(buf_room(&b, SIZE_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_chain),
        UNIT(test_overflow_is_sticky),
        UNIT(test_a_number_fits_to_the_last_byte),
        UNIT(test_too_long_piece_is_not_cut),
        UNIT(test_no_room_at_all),
        UNIT(test_grows_beside_others),
        UNIT(test_room_written_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
