#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/tries.h"
#include "base/arena.h"
#include "base/crypt.h"
#include "base/tm.h"
#include "domain/people.h"

static const int64_t NOW = INT64_C(1795000000) * US_SECOND;
static struct arena *arena;

static int begin(void **state)
{
    arena = arena_new();
    *state = tries_new(arena);
    return 0;
}

static int end(void **state)
{
    tries_free(*state);
    arena_free(arena);
    return 0;
}

static void an_address_waits_for_the_end_of_its_time(void **state)
{
    struct tries *t = *state;
    str a = S("10.0.0.1");
    for (int i = 0; i < TRIES_ADDRESS_MAX; i++) {
        assert_int_equal(tries_address_wait(t, a, NOW + i * US_SECOND), 0);
        tries_address_wrong(t, a, NOW + i * US_SECOND);
    }
    int64_t last = NOW + (TRIES_ADDRESS_MAX - 1) * US_SECOND;
    assert_int_equal(
        tries_address_wait(t, a, last), TRIES_ADDRESS_WITHIN_S - (TRIES_ADDRESS_MAX - 1));
    assert_int_equal(tries_address_wait(t, S("10.0.0.2"), last), 0);
    int64_t over = NOW + TRIES_ADDRESS_WITHIN_S * US_SECOND;
    assert_int_equal(tries_address_wait(t, a, over - 1), 1); // rounded up
    assert_int_equal(tries_address_wait(t, a, over), 0);
    tries_address_wrong(t, a, over);
    assert_int_equal(tries_address_wait(t, a, over), 0); // counted anew
}

static void slow_guesses_do_not_add_up(void **state)
{
    struct tries *t = *state;
    for (int i = 0; i < 5 * TRIES_ADDRESS_MAX; i++) {
        int64_t now = NOW + i * 2 * US_MINUTE;
        assert_int_equal(tries_address_wait(t, S("10.0.0.1"), now), 0);
        tries_address_wrong(t, S("10.0.0.1"), now);
    }
}

static void a_name_waits_like_a_person(void **state)
{
    struct tries *t = *state;
    int64_t now = NOW;
    static const int64_t LOCKS[] = {30, 60, 120, 240, 480, 960, 1920, 3600, 3600};
    for (int i = 1; i < LOGIN_TRIES_FREE; i++) {
        tries_name_wrong(t, S("nobody"), now);
        assert_int_equal(tries_name_wait(t, S("nobody"), now), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(LOCKS); i++) {
        tries_name_wrong(t, S("nobody"), now);
        assert_int_equal(tries_name_wait(t, S("nobody"), now), LOCKS[i]);
        now += LOCKS[i] * US_SECOND;
        assert_int_equal(tries_name_wait(t, S("nobody"), now - 1), 1);
        assert_int_equal(tries_name_wait(t, S("nobody"), now), 0);
    }
    assert_int_equal(tries_name_wait(t, S("somebody"), now), 0);
}

// Whoever sends a flood of names forgets old ones, and takes no more memory.
static void what_is_kept_is_bounded(void **state)
{
    struct tries *t = *state;
    for (int n = 0; n < LOGIN_TRIES_FREE; n++)
        tries_name_wrong(t, S("first"), NOW);
    for (int i = 0; i < 40 * TRIES_KEPT_MAX; i++)
        tries_name_wrong(t, str_fmt(arena, "name-%d", i), NOW + 1 + i);
    assert_int_equal(tries_name_wait(t, S("first"), NOW), 0);
    tries_address_wrong(t, S("10.0.0.1"), NOW);
    assert_int_equal(tries_address_wait(t, S("10.0.0.1"), NOW), 0);
}

int main(void)
{
    crypt_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_address_waits_for_the_end_of_its_time, begin, end),
        cmocka_unit_test_setup_teardown(slow_guesses_do_not_add_up, begin, end),
        cmocka_unit_test_setup_teardown(a_name_waits_like_a_person, begin, end),
        cmocka_unit_test_setup_teardown(what_is_kept_is_bounded, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
