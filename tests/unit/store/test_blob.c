#include "temp.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/log.h"
#include "base/rng.h"
#include "store/blob.h"

// SHA-256 of "abc". [FIPS 180-4]
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

// Files below dir; temporary ones counted apart.
static void census(struct temp *t, str dir, int *whole, int *temporary)
{
    char *roots[] = {str_z(t->a, dir), NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(tree);
    *whole = *temporary = 0;
    for (FTSENT *f = fts_read(tree); f; f = fts_read(tree)) {
        if (f->fts_info != FTS_F)
            continue;
        str name = str_of(f->fts_name), content;
        if (str_has(name, S("."))) {
            ++*temporary;
            continue;
        }
        ++*whole;
        assert_int_equal(blob_get(dir, t->a, name, &content, &t->e), OK);
    }
    assert_int_equal(fts_close(tree), 0);
}

static void puts_and_gets(void **state)
{
    struct temp *t = *state;
    int whole, temporary;
    str dir = temp_path(t, "blobs"), hash, again, content;
    assert_int_equal(blob_put(dir, t->a, S("abc"), &hash, &t->e), OK);
    assert_string_equal(str_z(t->a, hash), ABC);
    assert_int_equal(access(str_fmt(t->a, "%s/ba/78/" ABC, dir.s).s, R_OK), 0);
    assert_int_equal(blob_put(dir, t->a, S("abc"), &again, &t->e), OK);
    assert_true(str_eq(hash, again));
    assert_int_equal(blob_get(dir, t->a, hash, &content, &t->e), OK);
    assert_true(str_eq(content, S("abc")));
    str bytes = {"\0\xff\n\0", 4};
    assert_int_equal(blob_put(dir, t->a, bytes, &hash, &t->e), OK);
    assert_int_equal(blob_get(dir, t->a, hash, &content, &t->e), OK);
    assert_true(str_eq(content, bytes));
    assert_int_equal(blob_put(dir, t->a, S(""), &hash, &t->e), OK);
    assert_int_equal(blob_get(dir, t->a, hash, &content, &t->e), OK);
    assert_int_equal(content.n, 0);
    census(t, dir, &whole, &temporary);
    assert_int_equal(whole, 3);
    assert_int_equal(temporary, 0);
}

static void absent_and_strange_names_are_missing(void **state)
{
    struct temp *t = *state;
    str content, hash = S(ABC);
    assert_int_equal(blob_get(t->dir, t->a, hash, &content, &t->e), ERR_MISSING);
    static const char *const names[] = {"", "ba78", "../../../etc/passwd",
        "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        "../../../../../../../../../../../../../../../../../../../../etcc"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_int_equal(blob_get(t->dir, t->a, str_of(names[i]), &content, &t->e), ERR_MISSING);
}

static void damage_is_noticed_and_healed(void **state)
{
    struct temp *t = *state;
    str hash, content;
    assert_int_equal(blob_put(t->dir, t->a, S("abc"), &hash, &t->e), OK);
    char *path = str_z(t->a, str_fmt(t->a, "%s/ba/78/" ABC, t->dir.s));
    assert_int_equal(truncate(path, 2), 0);
    assert_int_equal(blob_get(t->dir, t->a, hash, &content, &t->e), ERR_STORE);
    assert_int_equal(
        blob_put(t->dir, t->a, S("abc"), &hash, &t->e), OK); // a wrong size is replaced
    assert_int_equal(blob_get(t->dir, t->a, hash, &content, &t->e), OK);
}

static void folder_that_cannot_be_is_an_error(void **state)
{
    struct temp *t = *state;
    str hash;
    assert_int_equal(blob_put(temp_path(t, "no/such"), t->a, S("abc"), &hash, &t->e), ERR_STORE);
    assert_int_equal(blob_put(S("/dev/null"), t->a, S("abc"), &hash, &t->e), ERR_STORE);
    assert_int_equal(t->e.n, 2);
}

// A process killed at any moment leaves whole files and perhaps a temporary one.
static void killed_process_leaves_whole_files(void **state)
{
    struct temp *t = *state;
    int whole = 0, temporary = 0, before = 0;
    for (int round = 0; round < 10; round++) {
        int ready[2];
        assert_int_equal(pipe(ready), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct rng r;
            rng_seed(&r, (uint64_t)round + 1);
            size_t size = 200000;
            char *bytes = arena_alloc(t->a, size);
            for (;;) {
                for (size_t i = 0; i < size; i += 1000)
                    bytes[i] = (char)rng_next(&r);
                str hash;
                if (blob_put(t->dir, t->a, (str){bytes, size}, &hash, &t->e) ||
                    write(ready[1], "x", 1) != 1)
                    _exit(1);
            }
        }
        char x;
        for (int i = 0; i <= round % 4; i++)
            assert_int_equal(read(ready[0], &x, 1), 1);
        assert_int_equal(kill(child, SIGKILL), 0);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        (void)close(ready[0]);
        (void)close(ready[1]);
        census(t, t->dir, &whole, &temporary); // reads and checks each
        assert_true(whole >= before + 1 + round % 4);
        assert_true(temporary <= round + 1);
        before = whole;
    }
}

int main(void)
{
    crypt_init();
    log_set(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        TEMP_TEST(puts_and_gets),
        TEMP_TEST(absent_and_strange_names_are_missing),
        TEMP_TEST(damage_is_noticed_and_healed),
        TEMP_TEST(folder_that_cannot_be_is_an_error),
        TEMP_TEST(killed_process_leaves_whole_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
