#include "base/gram.h"

#include <stdlib.h>
#include "base/rng.h"
#include "unit.h"

static int64_t pair(int64_t first, int64_t second)
{
    return first << 21 | second;
}

static void test_words_become_pairs(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *word;
        size_t n;
        int64_t first, second; // of the smallest pair
        bool exact;
    } cases[] = {
        {"", 0, 0, 0, true},
        {"充电", 1, 0x5145, 0x7535, true},
        {"飞线充电", 3, 0x5145, 0x7535, false},
        {"AB", 1, 'a', 'b', true},
        {"aB1", 2, 'a', 'b', false},
        {"100%", 3, '0', '%', false},
        {"aaaa", 1, 'a', 'a', false},
        {"É!", 1, 0xC9, '!', true}, // only A-Z are folded
        {"𠀀x", 1, 0x20000, 'x', true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct gram_range *r;
        size_t n = gram_ranges(a, str_of(cases[i].word), &r);
        assert_int_equal(n, cases[i].n);
        assert_int_equal(gram_exact(str_of(cases[i].word)), cases[i].exact);
        if (n == 0)
            continue;
        assert_int_equal(r[0].lo, pair(cases[i].first, cases[i].second));
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(r[k].lo, r[k].hi);
            assert_true(k == 0 || r[k - 1].lo < r[k].lo);
        }
    }
    struct gram_range *one;
    assert_int_equal(gram_ranges(a, S("电"), &one), 1);
    assert_int_equal(one[0].lo, pair(0x7535, 0));
    assert_int_equal(one[0].hi, pair(0x7536, 0) - 1);
}

static bool has(const uint64_t *set, size_t place)
{
    return set[place / 64] >> (place % 64) & 1;
}

static void test_a_block_tells_who(void **state)
{
    struct arena *a = *state;
    struct gram_block *b = gram_block_new(a);
    gram_block_add(b, 0, false, S("ab"));
    gram_block_add(b, 5, true, S("Ab"));
    gram_block_add(b, 5, false, S("abc"));
    gram_block_add(b, GRAM_PLACES - 1, false, S("AB ab"));
    gram_block_add(b, 7, true, S(""));
    gram_block_close(b);
    int64_t got;
    str items;
    size_t pairs = 0;
    for (int64_t last = -1; gram_block_next(b, &got, &items); last = got, pairs++) {
        struct gram_set s = {0};
        assert_true(got > last);
        assert_true(gram_set_read(&s, items));
        if (got != pair('a', 'b'))
            continue;
        for (size_t i = 0; i < GRAM_PLACES; i++) {
            assert_int_equal(has(s.any, i), i == 0 || i == 5 || i == GRAM_PLACES - 1);
            assert_int_equal(has(s.title, i), i == 5);
        }
    }
    assert_int_equal(pairs, 6); // ab bc b" " " "a c b
    struct gram_set s = {0};
    assert_false(gram_set_read(&s, (str){"\x80", 1}));                 // breaks off
    assert_false(gram_set_read(&s, (str){"\xff\xff\xff\xff\x7f", 5})); // too long
    assert_false(gram_set_read(&s, (str){"\xff\xff\x7f", 3}));         // beyond the last place
}

// Random texts over few letters: who has all pairs is who may have the word, and up to two
// characters it is exactly who has it.
static void test_none_is_missed(void **state)
{
    static const char *const letters[] = {"a", "B", "线", "电", "1", "𠀀"};
    enum { TEXTS = 500, WORDS = 300, LETTERS_MAX = 12 };
    struct arena *a = *state;
    struct rng r;
    str texts[TEXTS];
    rng_seed(&r, 20261121);
    struct gram_block *b = gram_block_new(a);
    for (size_t i = 0; i < TEXTS; i++) {
        texts[i] = S("");
        for (int64_t n = rng_range(&r, 0, LETTERS_MAX); n > 0; n--)
            texts[i] = str_fmt(a, "%.*s%s", STR_ARG(texts[i]), letters[rng_range(&r, 0, 5)]);
        gram_block_add(b, i, false, texts[i]);
    }
    gram_block_close(b);
    struct {
        int64_t pair;
        struct gram_set set;
    } *rows = NEW_ARRAY(a, 100, __typeof__(*rows));
    size_t n_rows = 0;
    str items;
    while (gram_block_next(b, &rows[n_rows].pair, &items))
        assert_true(gram_set_read(&rows[n_rows++].set, items));
    for (size_t w = 0; w < WORDS; w++) {
        str word = S("");
        for (int64_t n = rng_range(&r, 1, 4); n > 0; n--)
            word = str_fmt(a, "%.*s%s", STR_ARG(word), letters[rng_range(&r, 0, 5)]);
        struct gram_range *ranges;
        size_t n = gram_ranges(a, word, &ranges);
        struct gram_set all;
        for (size_t k = 0; k < n; k++) {
            struct gram_set some;
            gram_set_none(&some);
            for (size_t i = 0; i < n_rows; i++)
                if (rows[i].pair >= ranges[k].lo && rows[i].pair <= ranges[k].hi)
                    gram_set_or(&some, &rows[i].set);
            if (k == 0)
                all = some;
            else
                gram_set_and(&all, &some);
        }
        for (size_t i = 0; i < TEXTS; i++) {
            bool holds = str_has(str_lower(a, texts[i]), str_lower(a, word));
            assert_true(!holds || has(all.any, i));
            assert_true(holds || !has(all.any, i) || !gram_exact(word));
        }
    }
}

static void test_a_set_is_read_back(void **state)
{
    struct rng r;
    rng_seed(&r, 5);
    for (int round = 0; round < 40; round++) {
        struct gram_set given = {0}, got = {0}, none = {0};
        // None, a few, half and all of them; the last place too.
        int64_t n = round % 4 == 0 ? 0 : round % 4 == 1 ? 7 : round % 4 == 2 ? 8000 : 200000;
        for (int64_t i = 0; i < n; i++) {
            int64_t place = i == 0 ? GRAM_PLACES - 1 : rng_range(&r, 0, GRAM_PLACES - 1);
            given.any[place / 64] |= UINT64_C(1) << (place % 64);
        }
        str row = gram_set_row(*state, given.any);
        assert_true(gram_set_read(&got, row));
        assert_memory_equal(got.any, given.any, sizeof(given.any));
        assert_memory_equal(got.title, none.title, sizeof(none.title));
        size_t size = 0;
        for (size_t place = 0; place < GRAM_PLACES; place++)
            size += given.any[place / 64] >> (place % 64) & 1;
        assert_int_equal(gram_set_size(given.any), size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_words_become_pairs),
        UNIT(test_a_block_tells_who),
        UNIT(test_none_is_missed),
        UNIT(test_a_set_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
