// What every unit test of this room starts with: cmocka in the order it wants, and an arena a test.
#ifndef BH_TESTS_UNIT_BASE_UNIT_H
#define BH_TESTS_UNIT_BASE_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

static inline int unit_setup(void **state)
{
    *state = arena_new();
    return 0;
}

static inline int unit_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

// A test with an arena of its own as *state.
#define UNIT(f) cmocka_unit_test_setup_teardown(f, unit_setup, unit_teardown)

static inline void unit_same(str got, const char *wanted, const char *file, int line)
{
    if (!str_eq(got, str_of(wanted))) {
        print_error("got    \"%.*s\"\nwanted \"%s\"\n", STR_ARG(got), wanted);
        _fail(file, line);
    }
}
#define assert_str(got, wanted) unit_same((got), (wanted), __FILE__, __LINE__)

#endif
