#include "base/memo.h"

#include "unit.h"

static void put(struct memo *m, str key, int value)
{
    int *kept = NEW(memo_arena(m), int);
    *kept = value;
    memo_put(m, key, kept);
}

static void test_holds_while_the_number_stands(void **state)
{
    (void)state;
    struct memo *m = memo_new(100);
    assert_null(memo_get(m, 1, S("a")));
    put(m, S("a"), 5);
    assert_int_equal(*(const int *)memo_get(m, 1, S("a")), 5);
    assert_null(memo_get(m, 1, S("b")));
    assert_null(memo_get(m, 2, S("a"))); // another number: all is forgotten
    assert_null(memo_get(m, 1, S("a"))); // for good
    memo_free(m);
    memo_free(NULL);
}

static void test_is_bounded(void **state)
{
    struct arena *a = *state;
    struct memo *m = memo_new(10);
    for (int i = 0; i < 1000; i++) {
        str key = str_fmt(a, "%d", i);
        assert_null(memo_get(m, 7, key));
        put(m, key, i);
        if (i % 10 != 9) // the tenth was one too many for the next question
            assert_int_equal(*(const int *)memo_get(m, 7, key), i);
    }
    memo_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_holds_while_the_number_stands),
        UNIT(test_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
