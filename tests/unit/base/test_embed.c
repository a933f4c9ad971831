// base/embed: the table the build made is sorted, every file is found by its name, and its parts
// agree.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/crypt.h"
#include "base/embed.h"

static void every_file_is_found_under_its_own_name(void **state)
{
    (void)state;
    assert_true(embed_count() > 0);
    for (size_t i = 0; i < embed_count(); i++)
        assert_ptr_equal(embed_find(str_of(embed_at(i)->path)), embed_at(i));
}

static void paths_are_sorted_and_differ(void **state)
{
    (void)state;
    for (size_t i = 1; i < embed_count(); i++)
        assert_true(strcmp(embed_at(i - 1)->path, embed_at(i)->path) < 0);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    assert_null(embed_find(S("")));
    assert_null(embed_find(S("sql")));
    assert_null(embed_find(S("sql/")));
    assert_null(embed_find(S("zzz")));
    str first = str_of(embed_at(0)->path);
    assert_null(embed_find(str_sub(first, 0, first.n - 1)));
}

static void a_folder_stands_in_a_row(void **state)
{
    (void)state;
    size_t from = embed_first(S("sql/")), n = 0;
    for (size_t i = 0; i < embed_count(); i++) {
        bool inside = str_starts(str_of(embed_at(i)->path), S("sql/"));
        assert_int_equal(inside, i >= from && i < from + n + (inside ? 1 : 0));
        n += inside;
    }
    assert_true(n > 0);
    assert_int_equal(embed_first(S("")), 0);
    assert_int_equal(embed_first(S("zzz")), embed_count());
}

static void bytes_hash_and_type_agree(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    crypt_init();
    for (size_t i = 0; i < embed_count(); i++) {
        const struct embed_file *f = embed_at(i);
        uint8_t hash[CRYPT_HASH_BYTES];
        crypt_sha256(f->bytes, hash);
        assert_true(str_eq(crypt_hex(a, hash, 8), str_of(f->sha256_16)));
        assert_int_equal(f->bytes.s[f->bytes.n], '\0');
        assert_non_null(strchr(f->type, '/'));
        if (!str_starts(str_of(f->path), S("web/")))
            assert_int_equal(f->gz.n, 0);
        if (f->gz.n) {
            assert_true(f->gz.n < f->bytes.n);
            assert_memory_equal(f->gz.s, "\x1f\x8b", 2);
        }
        if (str_ends(str_of(f->path), S(".sql")))
            assert_string_equal(f->type, "application/sql; charset=utf-8");
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_found_under_its_own_name),
        cmocka_unit_test(paths_are_sorted_and_differ),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(a_folder_stands_in_a_row),
        cmocka_unit_test(bytes_hash_and_type_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
