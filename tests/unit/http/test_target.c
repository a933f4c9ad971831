#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/target.h"

static struct arena *arena;

static bool parse(const char *raw, struct target *t)
{
    const char *expected = NULL;
    bool ok = target_parse(arena, str_of(raw), t, &expected);
    if (!ok)
        assert_non_null(expected);
    return ok;
}

static void test_paths(void **state)
{
    static const struct {
        const char *raw, *path; // NULL: refused
    } rows[] = {
        {"/", "/"},
        {"/a/b", "/a/b"},
        {"/a%2Fb", "/a/b"},
        {"/%E5%8C%97%E8%99%B9", "/北虹"},
        {"/北虹", "/北虹"},
        {"/a+b", "/a+b"},
        {"/a%20b", "/a b"},
        {"/...", "/..."},
        {"/..a/b..", "/..a/b.."},
        {"/.well-known/x", "/.well-known/x"},
        {"http://host:80/x?y=1", "/x"},
        {"HTTPS://host", "/"},
        {"/a?b=/../c", "/a"},
        {"", NULL},
        {"a", NULL},
        {"*", NULL},
        {"?a=1", NULL},
        {"/..", NULL},
        {"/a/..", NULL},
        {"/a/../b", NULL},
        {"/%2e%2E/b", NULL},
        {"/a%2f..%2fb", NULL},
        {"/..a/../b", NULL},
        {"/a%", NULL},
        {"/a%1", NULL},
        {"/a%g1", NULL},
        {"/a%1g", NULL},
        {"/a%00b", NULL},
        {"/a%0Ab", NULL},
        {"/a%7fb", NULL},
        {"/a%C3%28", NULL},
        {"/a%C0%AF", NULL},
        {"/a\xff", NULL},
        {"/a%ED%A0%80", NULL},
        {"/a\tb", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct target t;
        bool ok = parse(rows[i].raw, &t);
        if (ok != (rows[i].path != NULL) || (ok && !str_eq(t.path, str_of(rows[i].path))))
            fail_msg("%s gave %d \"%.*s\"", rows[i].raw, ok, STR_ARG(t.path));
    }
}

static void test_query(void **state)
{
    (void)state;
    struct target t;
    assert_true(parse("/x?a=1&b=%E5%8C%97+x&&c&d=&a=2=3&=e&%61=%2B", &t));
    static const char *const wanted[][2] = {
        {"a", "1"}, {"b", "北 x"}, {"c", ""}, {"d", ""}, {"a", "2=3"}, {"", "e"}, {"a", "+"}};
    assert_int_equal(t.n, ARRAY_LEN(wanted));
    for (size_t i = 0; i < t.n; i++) {
        assert_true(str_eq(t.query[i].name, str_of(wanted[i][0])));
        assert_true(str_eq(t.query[i].value, str_of(wanted[i][1])));
    }
    assert_true(parse("/x?", &t));
    assert_int_equal(t.n, 0);
    assert_true(parse("/x?a=%0A%09", &t));
    assert_false(parse("/x?a=%", &t));
    assert_false(parse("/x?a=%0", &t));
    assert_false(parse("/x?%zz=1", &t));
    assert_false(parse("/x?a=%00", &t));
    assert_false(parse("/x?a=%ff", &t));
    assert_false(parse("/x?a=1 2", &t));
}

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_query),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
