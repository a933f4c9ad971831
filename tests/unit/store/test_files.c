#include "temp.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crypt.h"
#include "store/files.h"

static void folder_of_a_path(void **state)
{
    struct temp *t = *state;
    assert_string_equal(files_folder(t->a, S("a/b/c")).s, "a/b");
    assert_string_equal(files_folder(t->a, S("/a")).s, "/");
    assert_string_equal(files_folder(t->a, S("a")).s, ".");
    assert_string_equal(files_folder(t->a, S("")).s, ".");
}

static void creates_only_what_is_new(void **state)
{
    struct temp *t = *state;
    str path = files_temporary(t->a, temp_path(t, "x"));
    assert_true(str_starts(path, temp_path(t, "x.")));
    assert_false(str_eq(path, files_temporary(t->a, temp_path(t, "x"))));
    int fd = files_create(path.s);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    struct stat st;
    assert_int_equal(stat(path.s, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(files_create(path.s), -1);
    assert_int_equal(errno, EEXIST);
}

static void syncs_and_says_why_not(void **state)
{
    struct temp *t = *state;
    assert_int_equal(files_sync(t->dir.s, &t->e), OK);
    assert_int_equal(files_sync(temp_path(t, "absent").s, &t->e), ERR_STORE);
    assert_true(str_has(t->e.notes[0].message, S("No such file")));
}

static void one_holds_a_lock(void **state)
{
    struct temp *t = *state;
    const char *path = temp_path(t, "lock").s;
    int a, b, c;
    assert_int_equal(files_lock(path, 0, &a, &t->e), OK);
    assert_int_equal(files_lock(path, 0, &b, &t->e), ERR_BUSY);
    assert_int_equal(b, -1);
    assert_int_equal(files_lock(path, 7, &c, &t->e), OK); // another number
    assert_int_equal(files_lock(path, 7, &b, &t->e), ERR_BUSY);
    files_unlock(a);
    assert_int_equal(files_lock(path, 0, &b, &t->e), OK);
    files_unlock(b);
    files_unlock(c);
    files_unlock(-1);
    assert_int_equal(t->e.n, 0);
    assert_int_equal(files_lock(temp_path(t, "absent/lock").s, 0, &a, &t->e), ERR_STORE);
}

int main(void)
{
    crypt_init();
    const struct CMUnitTest tests[] = {
        TEMP_TEST(folder_of_a_path),
        TEMP_TEST(creates_only_what_is_new),
        TEMP_TEST(syncs_and_says_why_not),
        TEMP_TEST(one_holds_a_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
