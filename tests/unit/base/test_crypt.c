#include "base/crypt.h"

#include <stdio.h>

#include "unit.h"

static void test_sha256(void **state)
{
    struct arena *a = *state;
    uint8_t h[CRYPT_HASH_BYTES];
    crypt_sha256(S("abc"), h); // [FIPS 180-4]
    assert_str(crypt_hex(a, h, sizeof(h)),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypt_sha256((str){0}, h);
    assert_str(crypt_hex(a, h, sizeof(h)),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_sha256_of_a_file(void **state)
{
    struct arena *a = *state;
    uint8_t h[CRYPT_HASH_BYTES], same[CRYPT_HASH_BYTES];
    size_t n = 200 * KIB + 1; // several pieces
    char *bytes = arena_alloc(a, n);
    memset(bytes, 'x', n);
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    rewind(f);
    assert_true(crypt_sha256_fd(fileno(f), h));
    crypt_sha256((str){bytes, n}, same);
    assert_memory_equal(h, same, sizeof(h));
    assert_true(crypt_sha256_fd(fileno(f), h)); // from where it stands: nothing is left
    crypt_sha256((str){0}, same);
    assert_memory_equal(h, same, sizeof(h));
    fclose(f);
    assert_false(crypt_sha256_fd(-1, h));
}

// Every length about a block's ends. The hash of all hashes was made by another program.
static void test_sha256_of_every_length(void **state)
{
    struct arena *a = *state;
    enum { LONGEST = 300 };
    unsigned char *bytes = arena_alloc(a, LONGEST);
    uint8_t *all = arena_alloc(a, (LONGEST + 1) * CRYPT_HASH_BYTES);
    memset(bytes, 'a', LONGEST);
    for (size_t n = 0; n <= LONGEST; n++)
        crypt_sha256((str){(char *)bytes, n}, all + n * CRYPT_HASH_BYTES);
    uint8_t h[CRYPT_HASH_BYTES];
    crypt_sha256((str){(char *)all, (LONGEST + 1) * CRYPT_HASH_BYTES}, h);
    assert_str(crypt_hex(a, h, sizeof(h)),
        "e8e4a8cfe049153f6f930f2156161a5b19bb9b3dc4b698c20e4d44a29d7f9526");
}

static void test_borders_change_the_hash(void **state)
{
    (void)state;
    const str x[] = {S("ab"), S("c")}, y[] = {S("a"), S("bc")}, z[] = {S("ab"), S("c"), S("")};
    uint8_t hx[CRYPT_HASH_BYTES], hy[CRYPT_HASH_BYTES], hz[CRYPT_HASH_BYTES];
    crypt_sha256_parts(x, 2, hx);
    crypt_sha256_parts(y, 2, hy);
    crypt_sha256_parts(z, 3, hz);
    assert_false(crypt_equal(hx, hy, sizeof(hx)));
    assert_false(crypt_equal(hx, hz, sizeof(hx)));
    crypt_sha256_parts(x, 2, hy);
    assert_true(crypt_equal(hx, hy, sizeof(hx)));
    // The layout is stored in hash chains, so it must never change: length as 8 bytes, then the
    // part.
    crypt_sha256(S("\2\0\0\0\0\0\0\0ab\1\0\0\0\0\0\0\0c"), hy);
    assert_true(crypt_equal(hx, hy, sizeof(hx)));
}

static void test_token(void **state)
{
    struct arena *a = *state;
    str x = crypt_token(a, 32), y = crypt_token(a, 32);
    assert_int_equal(x.n, 43);
    assert_false(str_eq(x, y));
    for (size_t i = 0; i < x.n; i++)
        assert_non_null(
            strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", x.s[i]));
}

static void test_password(void **state)
{
    struct arena *a = *state;
    str one = crypt_password_hash(a, S("闭环 pass"), true);
    str two = crypt_password_hash(a, S("闭环 pass"), true);
    assert_true(str_starts(one, S("$argon2id$")));
    assert_false(str_eq(one, two)); // salted
    assert_true(crypt_password_ok(one, S("闭环 pass")));
    assert_true(crypt_password_ok(two, S("闭环 pass")));
    assert_false(crypt_password_ok(one, S("闭环 pass ")));
    assert_false(crypt_password_ok(one, (str){0}));
    assert_false(crypt_password_ok((str){0}, (str){0}));
    assert_false(crypt_password_ok(S("plain"), S("plain")));
    assert_false(crypt_password_ok(str_fmt(a, "%0200d", 1), S("x")));
    assert_false(crypt_password_ok(str_sub(one, 0, one.n - 1), S("闭环 pass")));
    assert_true(crypt_password_ok(crypt_password_hash(a, (str){0}, true), (str){0}));
}

static void test_seal_and_open(void **state)
{
    struct arena *a = *state;
    uint8_t key[CRYPT_KEY_BYTES], other[CRYPT_KEY_BYTES];
    crypt_random(key, sizeof(key));
    crypt_random(other, sizeof(other));
    str sealed = crypt_seal(a, key, S("13800000000"), S("item:7:phone")), plain = {0};
    assert_true(crypt_open(a, key, sealed, S("item:7:phone"), &plain));
    assert_str(plain, "13800000000");
    assert_false(str_has(sealed, S("1380")));
    assert_false(str_eq(sealed, crypt_seal(a, key, S("13800000000"), S("item:7:phone"))));
    plain = (str){0};
    assert_false(crypt_open(a, key, sealed, S("item:8:phone"), &plain));
    assert_false(crypt_open(a, key, sealed, (str){0}, &plain));
    assert_false(crypt_open(a, other, sealed, S("item:7:phone"), &plain));
    for (size_t n = 0; n < sealed.n; n++)
        assert_false(crypt_open(a, key, str_sub(sealed, 0, n), S("item:7:phone"), &plain));
    for (size_t i = 0; i < sealed.n; i++) {
        char *bent = str_z(a, sealed);
        bent[i] = (char)(bent[i] ^ 1);
        assert_false(crypt_open(a, key, (str){bent, sealed.n}, S("item:7:phone"), &plain));
    }
    assert_int_equal(plain.n, 0);
    assert_null(plain.s);
    assert_true(crypt_open(a, key, crypt_seal(a, key, (str){0}, (str){0}), (str){0}, &plain));
    assert_int_equal(plain.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_sha256),
        UNIT(test_sha256_of_every_length),
        UNIT(test_sha256_of_a_file),
        UNIT(test_borders_change_the_hash),
        UNIT(test_token),
        UNIT(test_password),
        UNIT(test_seal_and_open),
    };
    crypt_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
