#include "base/json_plain.h"

#include "base/rng.h"
#include "unit.h"

static str written(struct arena *a, const struct json *v)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, MIB);
    jw_init(&w, &b);
    jw_json(&w, v);
    return buf_str(&b);
}

// What the plain reader takes, the strict one takes too, and reads the same.
static bool agree(struct arena *a, str text)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    const struct json *plain = json_plain(a, text);
    if (!plain)
        return true;
    const struct json *strict = json_strict(a, text, &e);
    return strict && str_eq(written(a, plain), written(a, strict));
}

static const str TEXTS[] = {S("{}"), S("[]"), S("\"\""), S("0"), S(" -12 "), S("1.25e3"),
    S("{\"a\":1,\"b\":[true,false,null,\"闭环\"],\"c\":{\"d\":\"x\"}}"),
    S("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"), S("[[[[1]],2],3]"),
    S("{\"f\":{\"reply\":\"已清理\"},\"p\":[{\"id\":1,\"lead\":true}],\"c\":[]}"),
    S("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]"),
    S("{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0}"),
    S("\t[ 1 ,\n2 , { \"k\" : -0.5 } ]\r\n")};

static void takes_what_is_usual(void **state)
{
    struct arena *a = *state;
    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        if (!json_plain(a, TEXTS[i]))
            fail_msg("not taken: %.*s", STR_ARG(TEXTS[i]));
        assert_true(agree(a, TEXTS[i]));
    }
    const struct json *v = json_plain(a, S("{\"k\":\"a\\nb\",\"n\":7}"));
    assert_str(json_str(v, S("k")), "a\nb");
    assert_int_equal(v->vals[0].s.s[3], 0); // ends in a NUL
    assert_true(json_i64(v, S("n"), 0) == 7 && json_get(v, S("n"))->f == 7.0);
}

static void leaves_the_rest(void **state)
{
    struct arena *a = *state;
    const str rows[] = {S(""), S(" "), S("{"), S("[1,]"), S("{\"a\":1,}"), S("{\"a\":1,\"a\":2}"),
        S("01"), S("-"), S("-0"), S("1."), S("1e"), S(".5"), S("1e999"), S("1234567890123456789"),
        S("1 2"), S("\"\xFF\""), S("\"\xED\xA0\x80\""), S("\"\\u0041\""), S("\"\\x\""),
        S("\"a\nb\""), S("\"a"), S("\"a\\"), S("[1]\0"), S("\0"), S("tru"), S("nul"), S("[1}"),
        S("]"), S("\"a\0b\""), S("{1:2}"), S("{\"a\"}"), S("\x0b[]")};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (json_plain(a, rows[i]))
            fail_msg("taken: row %zu", i);
    struct buf deep, wide;
    buf_init(&deep, a, KIB);
    for (int i = 0; i <= JSON_DEPTH_MAX; i++)
        buf_byte(&deep, '[');
    for (int i = 0; i <= JSON_DEPTH_MAX; i++)
        buf_byte(&deep, ']');
    assert_null(json_plain(a, buf_str(&deep)));
    assert_non_null(json_plain(a, str_sub(buf_str(&deep), 1, deep.n - 2)));
    buf_init(&wide, a, 64 * KIB);
    for (int i = 0; i < 100; i++)
        buf_fmt(&wide, "%c\"k%d\":1", i == 0 ? '{' : ',', i);
    buf_byte(&wide, '}');
    assert_null(json_plain(a, buf_str(&wide)));
    assert_true(agree(a, buf_str(&wide)));
}

// Texts with a few bytes changed, left out or put in.
static void never_disagrees(void **state)
{
    struct arena *a = *state;
    static const char bytes[] = "{}[]\",:\\0123456789eE+-. \ntrufalsn\xE9\x97\xAD";
    struct rng r;
    rng_seed(&r, 7);
    size_t taken = 0;
    for (int round = 0; round < 20000; round++) {
        str text = str_dup(a, TEXTS[rng_range(&r, 0, ARRAY_LEN(TEXTS) - 1)]);
        char *s = str_z(a, text);
        for (int64_t n = rng_range(&r, 1, 3); n > 0 && text.n > 0; n--)
            s[rng_range(&r, 0, (int64_t)text.n - 1)] = bytes[rng_range(&r, 0, sizeof(bytes) - 2)];
        str changed = {s, (size_t)rng_range(&r, (int64_t)text.n / 2, (int64_t)text.n)};
        taken += json_plain(a, changed) != NULL;
        if (!agree(a, changed))
            fail_msg("read differently: %.*s", STR_ARG(changed));
        if (round % 500 == 0)
            arena_reset(a);
    }
    assert_true(taken > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(takes_what_is_usual), UNIT(leaves_the_rest), UNIT(never_disagrees)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
