#include "base/map.h"

#include "base/rng.h"
#include "unit.h"

enum { KEYS = 10000 };

static void test_many_strings(void **state)
{
    struct arena *a = *state;
    struct map m;
    map_init(&m, a);
    assert_null(map_get(&m, S("x")));
    int *vals = NEW_ARRAY(a, KEYS, int);
    for (int i = 0; i < KEYS; i++) {
        vals[i] = i;
        map_put(&m, str_fmt(a, "key-%d", i), &vals[i]);
    }
    assert_int_equal(m.n, KEYS);
    for (int i = 0; i < KEYS; i++) {
        const int *v = map_get(&m, str_fmt(a, "key-%d", i));
        assert_non_null(v);
        assert_int_equal(*v, i);
        assert_null(map_get(&m, str_fmt(a, "none-%d", i)));
    }
}

static void test_replace(void **state)
{
    struct map m;
    int one = 1, two = 2;
    map_init(&m, *state);
    map_put(&m, S(""), &one); // the empty key is a key
    map_put(&m, S("a"), &one);
    map_put(&m, S("a"), &two);
    assert_int_equal(m.n, 2);
    assert_ptr_equal(map_get(&m, S("a")), &two);
    assert_ptr_equal(map_get(&m, (str){0}), &one);
}

static void test_many_numbers(void **state)
{
    struct arena *a = *state;
    struct imap m;
    imap_init(&m, a);
    assert_null(imap_get(&m, 0));
    int64_t *vals = NEW_ARRAY(a, KEYS, int64_t);
    for (int64_t i = 0; i < KEYS; i++) { // consecutive, with large steps, negative
        vals[i] = i % 3 == 0 ? i : i % 3 == 1 ? i << 40 : -i;
        imap_put(&m, vals[i], &vals[i]);
        imap_put(&m, vals[i], &vals[i]);
    }
    assert_int_equal(m.n, KEYS);
    for (int64_t i = 0; i < KEYS; i++)
        assert_ptr_equal(imap_get(&m, vals[i]), &vals[i]);
    assert_null(imap_get(&m, INT64_MIN));
    int extreme = 0;
    imap_put(&m, INT64_MIN, &extreme);
    imap_put(&m, INT64_MAX, &extreme);
    assert_ptr_equal(imap_get(&m, INT64_MIN), &extreme);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_many_strings),
        UNIT(test_replace),
        UNIT(test_many_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
