#include "base/json.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "unit.h"

static struct json *parse(struct arena *a, str text)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    struct json *v = json_parse(a, text, &e);
    assert_int_equal(v == NULL, e.code == ERR_INVALID);
    return v;
}

static void test_parse_values(void **state)
{
    struct arena *a = *state;
    const struct json *v = parse(a, S("{\"z\":1,\"a\":[true,false,null,-2.5,\"\\u95ed环\\n\"],"
                                      "\"o\":{},\"m\":-9223372036854775808}"));
    assert_non_null(v);
    assert_int_equal(v->type, JSON_OBJ);
    assert_int_equal(v->n, 4);
    assert_str(v->keys[0], "z"); // document order
    assert_str(v->keys[1], "a");
    const struct json *list = json_get(v, S("a"));
    assert_int_equal(list->n, 5);
    assert_true(list->vals[0].type == JSON_BOOL && list->vals[0].b);
    assert_true(list->vals[1].type == JSON_BOOL && !list->vals[1].b);
    assert_int_equal(list->vals[2].type, JSON_NULL);
    assert_true(list->vals[3].type == JSON_F64 && list->vals[3].f == -2.5);
    assert_str(list->vals[4].s, "闭环\n");
    assert_int_equal(json_get(v, S("o"))->n, 0);
    assert_true(json_i64(v, S("m"), 0) == INT64_MIN);
    assert_true(json_get(v, S("z"))->f == 1.0);
    assert_int_equal(json_i64(v, S("none"), 7), 7);
    assert_int_equal(json_i64(v, S("a"), 7), 7);
    assert_str(json_str(v, S("z")), "");
    assert_null(json_get(list, S("z")));
    assert_null(json_get(NULL, S("z")));
    assert_int_equal(parse(a, S(" 5 "))->i, 5); // any value at the top
    assert_str(parse(a, S("\"\""))->s, "");
}

static void test_parse_refuses(void **state)
{
    struct arena *a = *state;
    const str rows[] = {S(""), S(" "), S("{"), S("[1,]"), S("{\"a\":1,}"), S("{\"a\":1,\"a\":2}"),
        S("{a:1}"), S("'a'"), S("01"), S("+1"), S(".5"), S("1."), S("NaN"), S("Infinity"), S("1 2"),
        S("\"\xFF\""), S("\"\xED\xA0\x80\""), S("\"\\ud800\""), S("\"\\u0000\""), S("\"a\nb\""),
        S("\"\\x\""), S("9223372036854775808"), S("1e999"), S("[1]\0"), S("\0"), S("// x\n1"),
        S("\xEF\xBB\xBF{}"), S("tru"), S("{\"a\\u0000b\":1}"), S("[1}"), S("]")};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_null(parse(a, rows[i]));
}

static str nested(struct arena *a, size_t depth)
{
    char *z = arena_alloc(a, 2 * depth);
    memset(z, '[', depth);
    memset(z + depth, ']', depth);
    return (str){z, 2 * depth};
}

static void test_parse_depth(void **state)
{
    struct arena *a = *state;
    assert_non_null(parse(a, nested(a, JSON_DEPTH_MAX)));
    assert_null(parse(a, nested(a, JSON_DEPTH_MAX + 1)));
    assert_null(parse(a, nested(a, 500000))); // must not run out of stack
    // Brackets inside strings do not count, an escaped quote does not end one.
    assert_non_null(parse(a, S("\"[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[[[[[[[[[\"")));
}

static void test_parse_says_where(void **state)
{
    struct arena *a = *state;
    struct err e;
    err_init(&e, a, LANG_ZH);
    assert_null(json_parse(a, S("{\n  \"a\": 1,\n  \"a\": 2\n}"), &e));
    assert_int_equal(e.n, 1);
    assert_int_equal(e.notes[0].line, 3);
    assert_true(e.notes[0].column > 0);
    assert_str(e.notes[0].message, "不是有效的 JSON：同一对象中键重复");
    err_init(&e, a, LANG_EN);
    assert_null(json_parse(a, S("[\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["), &e));
    assert_int_equal(e.notes[0].line, 2);
    assert_int_equal(e.notes[0].column, 32);
    assert_str(e.notes[0].expected, "1..32");
}

static void test_writer(void **state)
{
    struct buf b;
    struct jw w;
    buf_init(&b, *state, MIB);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_kstr(&w, "s", S("a\"b\\c\x01\x1F\b\f\n\r\t/环\x7F"));
    jw_ki64(&w, "i", INT64_MIN);
    jw_kf64(&w, "f", 0.1);
    jw_kbool(&w, "b", true);
    jw_ktime(&w, "t", 1, 0);
    jw_ktime(&w, "t0", 0, 0);
    jw_key(&w, S("l"));
    jw_arr(&w);
    jw_null(&w);
    jw_arr(&w);
    jw_end_arr(&w);
    jw_obj(&w);
    jw_end_obj(&w);
    jw_raw(&w, S("[1]"));
    jw_end_arr(&w);
    jw_end_obj(&w);
    assert_int_equal(w.depth, 0);
    assert_str(buf_str(&b),
        "{\"s\":\"a\\\"b\\\\c\\u0001\\u001f\\b\\f\\n\\r\\t/环\x7F\",\"i\":-9223372036854775808,"
        "\"f\":0.1,\"b\":true,\"t\":\"1970-01-01T00:00:00.000001Z\",\"t0\":null,"
        "\"l\":[null,[],{},[1]]}");
}

// Each special byte at each place of a word, so that the eight-byte steps miss none.
static void test_escape_at_every_place(void **state)
{
    struct arena *a = *state;
    for (int c = 1; c < 128; c++) {
        for (size_t n = 1; n <= 20; n++) {
            for (size_t at = 0; at < n; at++) {
                char s[20];
                memset(s, 'x', sizeof(s));
                s[at] = (char)c;
                struct buf b;
                struct jw w;
                buf_init(&b, a, KIB);
                jw_init(&w, &b);
                jw_str(&w, (str){s, n});
                bool special = c < 0x20 || c == '"' || c == '\\';
                assert_int_equal(b.n > n + 2, special);
                if (n % 5 == 0) {
                    assert_true(str_eq(parse(a, buf_str(&b))->s, (str){s, n}));
                }
            }
        }
        arena_reset(a);
    }
}

static double written(struct arena *a, double v, size_t *length)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, KIB);
    jw_init(&w, &b);
    jw_f64(&w, v);
    *length = b.n;
    const struct json *back = parse(a, buf_str(&b));
    assert_true(back->type == JSON_I64 || back->type == JSON_F64);
    return back->f;
}

static void test_doubles_round_trip(void **state)
{
    struct arena *a = *state;
    const double rows[] = {0, -0.0, 1, -1, 0.1, 1.0 / 3, 97.53, 1e15, 1e16, 0x1p53, 0x1p53 + 2,
        1e22, 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324, -123456.789,
        9223372036854775807.0};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        double back = written(a, rows[i], &n);
        assert_memory_equal(&back, &rows[i], sizeof(back));
    }
    assert_true(written(a, 0.1, &n) == 0.1 && n == 3);
    assert_true(written(a, 97.53, &n) == 97.53 && n == 5);
    struct rng r;
    rng_seed(&r, 5);
    for (int i = 0; i < 20000; i++) { // decimals are as short as printf makes them
        int decimals = (int)rng_range(&r, 0, 8);
        double v =
            strtod(str_z(a, str_fmt(a, "%.*f", decimals, (rng_unit(&r) - 0.5) * 2000)), NULL);
        assert_true(written(a, v, &n) == v);
        assert_true(v == 0 || n <= str_fmt(a, "%.15g", v).n);
        arena_reset(a);
    }
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = rng_next(&r);
        double v = 0;
        memcpy(&v, &bits, sizeof(v));
        if (!isfinite(v))
            continue;
        double back = written(a, v, &n);
        assert_memory_equal(&back, &v, sizeof(v));
        arena_reset(a);
    }
    struct buf b;
    struct jw w;
    buf_init(&b, a, KIB);
    jw_init(&w, &b);
    jw_arr(&w);
    jw_f64(&w, (double)NAN);
    jw_f64(&w, (double)INFINITY);
    jw_end_arr(&w);
    assert_str(buf_str(&b), "[null,null]");
}

static str random_text(struct arena *a, struct rng *r)
{
    static const char *const pieces[] = {
        "a", "闭", "\"", "\\", "\n", "\x01", "𠮷", "飞线充电", " ", "/", "\x7F", "é"};
    size_t n = (size_t)rng_range(r, 0, 8);
    str parts[8];
    for (size_t i = 0; i < n; i++)
        parts[i] = str_of(pieces[rng_range(r, 0, ARRAY_LEN(pieces) - 1)]);
    return str_join(a, parts, n, (str){0});
}

static void random_value(struct arena *a, struct rng *r, int depth, struct json *v)
{
    v->type = (enum json_type)rng_range(r, JSON_NULL, depth < 6 ? JSON_OBJ : JSON_STR);
    v->b = v->type == JSON_BOOL && rng_range(r, 0, 1) == 1;
    if (v->type == JSON_I64) {
        v->i = (int64_t)rng_next(r) >> rng_range(r, 0, 63);
        v->f = (double)v->i;
    } else if (v->type == JSON_F64) {
        v->f = rng_unit(r) * 1000 + 0.0625;
    } else if (v->type == JSON_STR) {
        v->s = random_text(a, r);
    }
    if (v->type != JSON_ARR && v->type != JSON_OBJ)
        return;
    v->n = (size_t)rng_range(r, 0, 5);
    v->vals = NEW_ARRAY(a, v->n, struct json);
    v->keys = NEW_ARRAY(a, v->n, str);
    for (size_t i = 0; i < v->n; i++) {
        str text = random_text(a, r);
        v->keys[i] = str_fmt(a, "%zu%.*s", i, STR_ARG(text)); // no key twice
        random_value(a, r, depth + 1, &v->vals[i]);
    }
}

static void assert_same(const struct json *x, const struct json *y)
{
    if (x->type == JSON_F64 && y->type == JSON_I64) {
        assert_true(x->f == y->f); // 2.0 is written 2
        return;
    }
    assert_int_equal(x->type, y->type);
    assert_true(x->b == y->b && x->i == y->i && x->f == y->f && str_eq(x->s, y->s));
    assert_int_equal(x->n, y->n);
    for (size_t i = 0; i < x->n; i++) {
        if (x->type == JSON_OBJ)
            assert_true(str_eq(x->keys[i], y->keys[i]));
        assert_same(&x->vals[i], &y->vals[i]);
    }
}

static void test_random_documents_round_trip(void **state)
{
    struct arena *a = *state;
    struct rng r;
    rng_seed(&r, 2026);
    for (int i = 0; i < 1500; i++) {
        struct json v = {0};
        struct buf b;
        struct jw w;
        random_value(a, &r, 0, &v);
        buf_init(&b, a, MIB);
        jw_init(&w, &b);
        jw_json(&w, &v);
        const struct json *back = parse(a, buf_str(&b));
        assert_non_null(back);
        assert_same(&v, back);
        arena_reset(a);
    }
}

// What was read at the depth limit fits inside an answer of our own.
static void test_deepest_document_inside_an_answer(void **state)
{
    struct arena *a = *state;
    const struct json *v = parse(a, nested(a, JSON_DEPTH_MAX));
    struct buf b;
    struct jw w;
    buf_init(&b, a, KIB);
    jw_init(&w, &b);
    for (int i = 0; i < JW_DEPTH_MAX - JSON_DEPTH_MAX; i++)
        jw_arr(&w);
    jw_json(&w, v);
    for (int i = 0; i < JW_DEPTH_MAX - JSON_DEPTH_MAX; i++)
        jw_end_arr(&w);
    assert_true(str_eq(buf_str(&b), nested(a, JW_DEPTH_MAX)));
}

static void test_texts_of_every_length(void **state)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    struct arena *a = *state;
    for (size_t n = 0; n < sizeof(letters); n++) {
        struct buf b;
        struct jw w;
        str x = {letters, n};
        buf_init(&b, a, KIB);
        jw_init(&w, &b);
        jw_obj(&w);
        jw_kstr(&w, str_z(a, x), x);
        jw_key(&w, S(""));
        jw_null(&w);
        jw_end_obj(&w);
        assert_str(
            buf_str(&b), str_fmt(a, "{\"%s\":\"%s\",\"\":null}", str_z(a, x), str_z(a, x)).s);
    }
}

static void test_overflow(void **state)
{
    struct buf b;
    struct jw w;
    buf_init(&b, *state, 20);
    jw_init(&w, &b);
    jw_obj(&w);
    for (int i = 0; i < 10; i++)
        jw_kstr(&w, "key", S("a\nlong value"));
    jw_end_obj(&w);
    assert_true(b.overflow);
    assert_true(b.n <= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_parse_values),
        UNIT(test_parse_refuses),
        UNIT(test_parse_depth),
        UNIT(test_parse_says_where),
        UNIT(test_writer),
        UNIT(test_escape_at_every_place),
        UNIT(test_doubles_round_trip),
        UNIT(test_random_documents_round_trip),
        UNIT(test_deepest_document_inside_an_answer),
        UNIT(test_texts_of_every_length),
        UNIT(test_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
