#include "domain/yaml.h"

#include "base/buf.h"
#include "files.h"

enum { BUF_MAX = 10 * KIB };

static const struct yaml *parse(struct arena *a, const char *text)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    const struct yaml *y = yaml_parse(a, str_of(text), &e);
    if (!y)
        fail_msg("%.*s", STR_ARG(err_text(&e, a)));
    return y;
}

// The notes of a text that is refused.
static str refused(struct arena *a, str text)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    assert_null(yaml_parse(a, text, &e));
    assert_true(e.n > 0);
    return err_text(&e, a);
}

static void test_tree(void **state)
{
    const struct yaml *y = parse(*state, "# head\n"
                                         "key: hotline\n"
                                         "标题: \"热线 \\u4e8b\"\n"
                                         "steps:\n"
                                         "  - {do: file, ask: [text, place]}\n"
                                         "  - do: close\n"
                                         "none:\n"
                                         "note: |\n"
                                         "  one\n"
                                         "  two\n");
    assert_int_equal(y->type, YAML_MAP);
    assert_int_equal(y->n, 5);
    assert_str(y->keys[1], "标题");
    assert_str(y->vals[1]->s, "热线 事");
    assert_true(y->vals[1]->quoted);
    assert_false(y->vals[0]->quoted);
    const struct yaml *steps = yaml_get(y, "steps");
    assert_int_equal(steps->type, YAML_LIST);
    assert_int_equal(steps->n, 2);
    const struct yaml *ask = yaml_get(steps->vals[0], "ask");
    assert_int_equal(ask->n, 2);
    assert_str(ask->vals[1]->s, "place");
    assert_int_equal(yaml_get(y, "none")->type, YAML_NULL);
    assert_str(yaml_get_str(y, "note"), "one\ntwo\n");
    assert_true(yaml_get(y, "note")->quoted);
    assert_null(yaml_get(y, "absent"));
    assert_null(yaml_get(steps, "do"));
    assert_null(yaml_get(NULL, "do"));
}

static void test_positions(void **state)
{
    const struct yaml *y = parse(*state, "\xEF\xBB\xBF# head\n"
                                         "标题: 热线\n"
                                         "steps:\n"
                                         "  - {do: file, at: x}\n"
                                         "none:\n"
                                         "after: 1\n");
    assert_int_equal(y->line, 2);
    assert_int_equal(y->key_pos[0].line, 2);
    assert_int_equal(y->key_pos[0].column, 1);
    assert_int_equal(y->vals[0]->line, 2);
    assert_int_equal(y->vals[0]->column, 5); // characters, not bytes
    const struct yaml *step = yaml_get(y, "steps")->vals[0];
    assert_int_equal(step->line, 4);
    assert_int_equal(step->column, 5);
    assert_int_equal(step->key_pos[1].column, 16);
    assert_int_equal(step->vals[1]->column, 20);
    assert_int_equal(yaml_get(y, "none")->line, 5); // where its key stands
    assert_int_equal(yaml_key_pos(y, "after").line, 6);
    assert_int_equal(yaml_key_pos(y, "absent").line, 2);
}

static void test_empty_texts(void **state)
{
    assert_int_equal(parse(*state, "")->type, YAML_NULL);
    assert_int_equal(parse(*state, "# only a remark\n")->type, YAML_NULL);
    assert_int_equal(parse(*state, "---\n...\n")->type, YAML_NULL);
    assert_int_equal(parse(*state, "null")->type, YAML_NULL);
    assert_int_equal(parse(*state, "'null'")->type, YAML_SCALAR);
    assert_int_equal(parse(*state, "[]")->n, 0);
    assert_int_equal(parse(*state, "{}")->type, YAML_MAP);
}

static void test_json_is_yaml(void **state)
{
    const struct yaml *y =
        parse(*state, "{\"a\": [1, -2.5, true, null, \"\\u95ed\\n\"], \"b\": {}}");
    const struct yaml *a = yaml_get(y, "a");
    double f;
    bool b;
    assert_true(yaml_as_f64(a->vals[1], &f) && f == -2.5);
    assert_true(yaml_as_bool(a->vals[2], &b) && b);
    assert_int_equal(a->vals[3]->type, YAML_NULL);
    assert_str(a->vals[4]->s, "闭\n");
}

static void test_scalars(void **state)
{
    struct arena *a = *state;
    const struct yaml *y =
        parse(a, "i: -12\nq: \"12\"\nf: 1.5\nnan: .nan\ninf: 1e999\nyes: on\n"
                 "date: 2026-02-29\nday: 2026-02-28\ndur: 5wd!\nempty: \"\"\n"
                 "list: [a, b]\nnest: [[a]]\none: x\nbig: 99999999999999999999\n");
    struct dur d;
    int64_t i = 7;
    double f = 7;
    bool b = false;
    str *v;
    size_t n;
    assert_int_equal(yaml_get_i64(y, "i", 0), -12);
    assert_false(yaml_as_i64(yaml_get(y, "q"), &i));
    assert_false(yaml_as_i64(yaml_get(y, "big"), &i));
    assert_int_equal(i, 7);
    assert_true(yaml_get_f64(y, "f", 0) == 1.5);
    assert_true(yaml_get_f64(y, "i", 0) == -12);
    assert_false(yaml_as_f64(yaml_get(y, "nan"), &f) || yaml_as_f64(yaml_get(y, "inf"), &f));
    assert_true(yaml_as_bool(yaml_get(y, "yes"), &b) && b);
    assert_false(yaml_as_bool(yaml_get(y, "i"), &b));
    assert_int_equal(yaml_get_date(y, "date", -1), -1); // 2026 has no such day
    assert_int_equal(yaml_get_date(y, "day", -1), tm_days(2026, 2, 28));
    d = yaml_get_dur(y, "dur");
    assert_true(d.n == 5 && d.unit == DUR_WORK_DAYS && d.day_end);
    assert_int_equal(yaml_get_dur(y, "f").unit, DUR_NONE);
    assert_true(yaml_as_strs(a, yaml_get(y, "list"), &v, &n) && n == 2);
    assert_str(v[1], "b");
    assert_true(yaml_as_strs(a, yaml_get(y, "one"), &v, &n) && n == 1);
    assert_false(yaml_as_strs(a, yaml_get(y, "nest"), &v, &n));
    assert_false(yaml_as_strs(a, NULL, &v, &n));
    assert_true(yaml_get_bool(y, "absent", true));
}

// What libfyaml alone gets wrong: neighbouring quotes, many escapes in a line, folding around them.
static void test_quotes(void **state)
{
    const struct yaml *y =
        parse(*state, "- 'it''''s'\n"
                      "- ''''''''''''''''''''''''''''''''''''''''\n"
                      "- 'a b \n\n  c''d  \n  e '\n"
                      "- ''\n"
                      "- \"\\t\\\"\\x41\\u95ed\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\\\\"\n"
                      "- \"a\\\n  b\n  c\"\n"
                      "- {'k''''y': 1}\n");
    assert_str(y->vals[0]->s, "it''s");
    assert_str(y->vals[1]->s, "'''''''''''''''''''"); // 38 inside, halved
    assert_str(y->vals[2]->s, "a b\nc'd e ");
    assert_str(y->vals[3]->s, "");
    assert_int_equal(y->vals[3]->type, YAML_SCALAR);
    assert_str(y->vals[4]->s, "\t\"A闭\n\n\n\n\n\n\n\n\n\n\n\n\\");
    assert_str(y->vals[5]->s, "ab c");
    assert_str(y->vals[6]->keys[0], "k''y");
}

static void test_syntax_errors(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *text, *starts;
    } rows[] = {
        {"a: [1, 2\nb: 3\n", "3:1: not YAML"},
        {"a: \"open\n", "1:5: not YAML"},
        {"a: 1\n  b: 2\n", "1:4: not YAML"},
        {"a: b: c\n", "1:5: not YAML"},
        {"\tx: 1\n", "1:"},
        {"a: 1\n- b\n", "2:"},
        {"a: @x\n", "1:4: not YAML"},
        {"--- a\n--- b\n", "2:"},
        {"a: *nowhere\n", "1:4: there is no anchor &nowhere above"},
        {"a: &x [*x]\n", "1:8: there is no anchor &x above"},
        {"? [a]\n: b\n", "1:3: a key must be plain text"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        str got = refused(a, str_of(rows[i].text));
        if (!str_starts(got, str_of(rows[i].starts)))
            fail_msg("%s gave %.*s", rows[i].text, STR_ARG(got));
    }
}

static void test_duplicate_keys(void **state)
{
    assert_str(refused(*state, S("a: 1\nb: {x: 1, x: 2}\nc: 3\na: 4\n")),
        "2:11: x: key stands twice, first in line 2\n"
        "4:1: a: key stands twice, first in line 1\n");
}

static void test_bytes(void **state)
{
    assert_str(
        refused(*state, S("a: \xFF\n")), "1:1: the text is not valid UTF-8 (expected UTF-8)\n");
    assert_str(
        refused(*state, S("a: \0\n")), "1:1: the text is not valid UTF-8 (expected UTF-8)\n");
    struct arena *a = arena_new();
    str long_text = {arena_alloc(a, YAML_TEXT_MAX + 1), YAML_TEXT_MAX + 1};
    assert_true(str_has(refused(*state, long_text), S("too long")));
    arena_free(a);
}

static void test_depth(void **state)
{
    struct buf b;
    for (int depth = YAML_DEPTH_MAX - 1; depth <= 2000;
         depth += depth <= YAML_DEPTH_MAX ? 1 : 500) {
        buf_init(&b, *state, BUF_MAX);
        for (int i = 0; i < depth; i++)
            buf_byte(&b, '[');
        for (int i = 0; i < depth; i++)
            buf_byte(&b, ']');
        struct err e;
        err_init(&e, *state, LANG_EN);
        bool ok = yaml_parse(*state, buf_str(&b), &e) != NULL;
        assert_int_equal(ok, depth <= YAML_DEPTH_MAX);
        assert_int_equal(e.n > 0, !ok);
    }
}

static void test_many_nodes(void **state)
{
    struct buf b;
    buf_init(&b, *state, YAML_TEXT_MAX);
    for (int i = 0; i < YAML_NODES_MAX; i++)
        buf_addz(&b, "- 1\n");
    str got = refused(*state, buf_str(&b));
    assert_true(str_has(got, S("too many values")));
    assert_true(str_starts(got, S("200000:3: ")));
}

static void test_aliases(void **state)
{
    const struct yaml *y =
        parse(*state, "mon: &day \"09:00\"\ntue: *day\nm: &m {a: [1]}\nn: [*m, *m]\n");
    assert_str(yaml_get_str(y, "tue"), "09:00");
    assert_ptr_equal(yaml_get(y, "n")->vals[0], yaml_get(y, "m"));
}

// Nine levels of nine aliases each would expand to 9^9 nodes.
static void test_billion_laughs(void **state)
{
    struct buf b;
    buf_init(&b, *state, BUF_MAX);
    buf_addz(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 10; i++) {
        buf_fmt(&b, "a%d: &a%d [", i, i);
        for (int j = 0; j < 9; j++)
            buf_fmt(&b, "%s*a%d", j ? "," : "", i - 1);
        buf_addz(&b, "]\n");
    }
    struct err e;
    err_init(&e, *state, LANG_EN);
    assert_null(yaml_parse(*state, buf_str(&b), &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_true(str_has(err_text(&e, *state), S("aliases expand to too much")));
}

// Each alias deepens the tree by one although the text stays flat.
static void test_alias_depth(void **state)
{
    struct buf b;
    buf_init(&b, *state, BUF_MAX);
    buf_addz(&b, "a0: &a0 x\n");
    for (int i = 1; i <= YAML_DEPTH_MAX; i++)
        buf_fmt(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    struct err e;
    err_init(&e, *state, LANG_EN);
    assert_null(yaml_parse(*state, buf_str(&b), &e));
    assert_int_equal(e.code, ERR_LIMIT);
}

// ---- tables ----

static const struct yaml_member option_members[] = {
    {"label", YAML_WANT_STR, YAML_REQUIRED},
    {"score", YAML_WANT_NUM, .min = 0, .max = 100},
    {0},
};
static const struct yaml_member members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"mode", YAML_WANT_STR, .options = "item|part"},
    {"count", YAML_WANT_INT, .min = 1, .max = 9},
    {"any_int", YAML_WANT_INT},
    {"hidden", YAML_WANT_BOOL},
    {"limit", YAML_WANT_DUR},
    {"since", YAML_WANT_DATE},
    {"roles", YAML_WANT_STRS, .options = "lead|assist"},
    {"raw", YAML_WANT_LIST, YAML_NULLABLE},
    {"options", YAML_WANT_MAPS, .sub = option_members},
    {"default", YAML_WANT_MAP, .sub = option_members},
    {"by_name", YAML_WANT_MAP_OF, .sub = option_members},
    {"free", YAML_WANT_ANY},
    {0},
};

static str check(struct arena *a, const char *text)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    bool ok = yaml_check(parse(a, text), members, S("loop"), &e);
    assert_int_equal(ok, e.n == 0);
    return err_text(&e, a);
}

static void test_check_accepts(void **state)
{
    assert_str(check(*state, "key: a-b_9\nmode: part\ncount: 9\nany_int: -5\nhidden: no\n"
                             "limit: 5wd!\nsince: 2026-01-31\nroles: [lead, assist]\nraw:\n"
                             "options: [{label: 好, score: 99.5}]\ndefault: {label: x}\n"
                             "by_name: {a: {label: y}, b: {label: z}}\nfree: [1, {a: b}]\n"),
        "");
    assert_str(check(*state, "{key: a, roles: lead, options: [], by_name: {}, free: ~}"), "");
}

static void test_check_reports_all(void **state)
{
    assert_str(check(*state, "mode: parts\ncount: 10\nany_int: \"5\"\nhidden: maybe\n"
                             "limit: 5 days\nsince: 2026-02-30\nroles: [lead, boss]\nraw: x\n"
                             "options: [{label: \"\", scor: 1}, {score: 101}]\ndefault: []\n"
                             "by_name: {a: 1}\n"),
        "1:7: loop.mode: \"parts\" does not fit here (expected item, part)\n"
        "2:8: loop.count: \"10\" does not fit here (expected 1..9)\n"
        "3:10: loop.any_int: \"5\" does not fit here (expected an integer)\n"
        "4:9: loop.hidden: \"maybe\" does not fit here (expected yes, no)\n"
        "5:8: loop.limit: \"5 days\" does not fit here (expected 30min, 2h, 15d, 4wh, 5wd, 5wd!)\n"
        "6:8: loop.since: \"2026-02-30\" does not fit here (expected 2026-01-31)\n"
        "7:8: loop.roles: a list does not fit here (expected lead, assist)\n"
        "8:6: loop.raw: \"x\" does not fit here (expected a list)\n"
        "9:19: loop.options[0].label: empty text does not fit here (expected text)\n"
        "9:23: loop.options[0].scor: unknown key \"scor\", did you mean \"score\"? (expected "
        "label, score)\n"
        "9:41: loop.options[1].score: \"101\" does not fit here (expected 0..100)\n"
        "9:33: loop.options[1].label: \"label\" is missing (expected text)\n"
        "10:10: loop.default: a list does not fit here (expected a map)\n"
        "11:10: loop.by_name: a map does not fit here (expected a map of maps)\n"
        "1:1: loop.key: \"key\" is missing (expected a-z, then a-z 0-9 _ -)\n");
}

static void test_check_other_shapes(void **state)
{
    assert_str(check(*state, "[]"), "1:1: loop: a list does not fit here (expected a map)\n");
    assert_str(check(*state, ""), "1:1: loop: nothing does not fit here (expected a map)\n");
    assert_true(str_has(check(*state, "{key: Ab}"), S("loop.key")));
    assert_true(str_has(check(*state, "{key: 1a}"), S("loop.key")));
    assert_true(str_has(check(*state, "{key: abcdefghijklmnopqrstuvwxyz0123456}"), S("loop.key")));
    struct err e;
    err_init(&e, *state, LANG_ZH);
    assert_false(yaml_check(NULL, members, S("loop"), &e));
    assert_str(err_text(&e, *state), "loop: 缺少（应为 {键: 值}）\n");
    assert_false(yaml_check(parse(*state, "{key: a, count: x, kez: 1}"), members, S(""), &e));
    assert_int_equal(e.n, 3);
    assert_str(e.notes[1].message, "“x”不符合要求");
    assert_str(e.notes[2].message, "这里没有“kez”这个键，是不是“key”？");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_tree),
        UNIT(test_positions),
        UNIT(test_empty_texts),
        UNIT(test_json_is_yaml),
        UNIT(test_scalars),
        UNIT(test_quotes),
        UNIT(test_syntax_errors),
        UNIT(test_duplicate_keys),
        UNIT(test_bytes),
        UNIT(test_depth),
        UNIT(test_many_nodes),
        UNIT(test_aliases),
        UNIT(test_billion_laughs),
        UNIT(test_alias_depth),
        UNIT(test_check_accepts),
        UNIT(test_check_reports_all),
        UNIT(test_check_other_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
