#include "base/arena.h"

#include "unit.h"

static bool is_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != 0)
            return false;
    return true;
}

static void test_zeroed_and_aligned(void **state)
{
    struct arena *a = *state;
    for (int round = 0; round < 3; round++) {
        for (size_t n = 0; n < 5000; n += 37) {
            unsigned char *p = arena_alloc(a, n);
            assert_int_equal((uintptr_t)p % 16, 0);
            assert_true(is_zero(p, n));
            memset(p, 0xEE, n); // must not shine through after a reset
        }
        arena_reset(a);
        assert_int_equal(arena_used(a), 0);
    }
}

static void test_empty_pieces_are_unique(void **state)
{
    struct arena *a = *state;
    const void *p = arena_alloc(a, 0), *q = arena_alloc(a, 0);
    assert_ptr_not_equal(p, q);
}

static void test_large_piece_keeps_the_current_block(void **state)
{
    struct arena *a = *state;
    char *before = arena_alloc(a, 16);
    unsigned char *large = arena_alloc(a, 3 * MIB);
    assert_true(is_zero(large, 3 * MIB));
    memset(large, 1, 3 * MIB);
    char *after = arena_alloc(a, 16);
    assert_true(after > before && after - before <= 64);
    assert_true(arena_used(a) >= 3 * MIB + 32);
}

static void test_pieces_never_overlap(void **state)
{
    enum { PIECES = 3000 };
    struct arena *a = *state;
    unsigned char *p[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        p[i] = arena_alloc(a, i % 700);
        memset(p[i], (int)(i & 0xFF), i % 700);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; k < i % 700; k++)
            assert_int_equal(p[i][k], i & 0xFF);
}

static void test_vector_grows(void **state)
{
    struct arena *a = *state;
    int64_t *rows = NULL, *others = NULL;
    size_t n = 0, m = 0;
    for (int64_t i = 0; i < 10000; i++) {
        VEC_PUSH(a, rows, n) = i;
        if (i % 3 == 0) // two vectors in turn, so that neither can always grow in place
            VEC_PUSH(a, others, m) = -i;
    }
    assert_int_equal(n, 10000);
    assert_int_equal(m, 3334);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(rows[i], i);
    for (size_t i = 0; i < m; i++)
        assert_int_equal(others[i], -(int64_t)(3 * i));
}

static void test_grown_room_is_zero(void **state)
{
    struct arena *a = *state;
    char *dirty = arena_alloc(a, 1000);
    memset(dirty, 0xEE, 1000);
    arena_reset(a);
    char *row = NULL;
    size_t n = 0;
    for (int i = 0; i < 600; i++) {
        row = arena_grow(a, row, n, 1);
        assert_int_equal(row[n], 0);
        row[n++] = 'x';
    }
}

static void test_extend_only_the_latest(void **state)
{
    struct arena *a = *state;
    char *p = arena_alloc(a, 100);
    char *longer = arena_extend(a, p, 100, 5000);
    assert_ptr_equal(longer, p);
    memset(longer, 1, 5000);
    char *q = arena_alloc(a, 10);
    assert_null(arena_extend(a, longer, 5000, 6000));
    assert_ptr_equal(arena_extend(a, q, 10, 11), q);
    assert_null(arena_extend(a, q, 11, 10 * MIB)); // larger than any block
}

static void test_free_of_null(void **state)
{
    (void)state;
    arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_zeroed_and_aligned),
        UNIT(test_empty_pieces_are_unique),
        UNIT(test_large_piece_keeps_the_current_block),
        UNIT(test_pieces_never_overlap),
        UNIT(test_vector_grows),
        UNIT(test_grown_room_is_zero),
        UNIT(test_extend_only_the_latest),
        UNIT(test_free_of_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
