// Whose answers count: the lead's are the item's; what an assisting unit says stays with its part,
// asked, checked, kept, taken back and forgotten in the same way.

#include "domain/item_undo.h"
#include "item_case.h"

static const char *said(struct fixture *f, const struct item *it, const char *key)
{
    return str_z(f->a, item_field(it, str_of(key)));
}
#define assert_said(f, it, key, wanted) assert_string_equal(said((f), (it), (key)), (wanted))

// The loop of the tests with other text in place of what stands there once.
static str with(struct fixture *f, str text, const char *find, const char *put)
{
    str old = str_of(find);
    size_t at = 0;
    while (at < text.n && !str_starts(str_sub(text, at, text.n), old))
        at++;
    assert_true(at < text.n);
    return str_fmt(f->a, "%.*s%s%.*s", STR_ARG(str_sub(text, 0, at)), put,
        STR_ARG(str_sub(text, at + old.n, text.n)));
}

static str loop(struct fixture *f)
{
    return file_read(f->a, "tests/unit/domain/loop.yaml");
}

#define HELPED                                                                                     \
    FIELDS({S("fact"), S("不属实")}, {S("appeal"), S("其他")}, {S("site"), S("是")},               \
        {S("reply_way"), S("电话")}, {S("solved"), S("未解决")}, {S("reply"), S("协办到场")})

static void test_the_lead_answers_for_the_item(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", "c02");
    assert_false(item_part_own(&it, &it.parts[0]));
    assert_true(item_part_own(&it, &it.parts[1]));
    finish(f, &it, "h01");
    str replied = item_field(&it, S("replied_at"));
    fixture_later(f, US_HOUR);
    fixture_as(f, "h02");
    fixture_fails(f, STEP(f, &it, .step = S("reply")), ERR_INVALID);
    assert_true(fixture_noted(f, "fields.solved") && fixture_noted(f, "fields.fact"));
    fixture_ok(f, STEP(f, &it, .step = S("reply"), HELPED));
    assert_str(it.state, "replied");
    assert_said(f, &it, "solved", "实际解决");
    assert_said(f, &it, "fact", "属实");
    assert_said(f, &it, "part/2/solved", "未解决");
    assert_true(str_eq(item_field(&it, S("replied_at")), replied));
    assert_int_equal(item_field(&it, S("part/2/replied_at")).n, replied.n);
    // Given back to be done again, each begins with what it said itself.
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("redo"), .note = S("再看一次")));
    fixture_as(f, "h02");
    fixture_ok(f, STEP(f, &it, .step = S("reply"), FIELDS({S("solved"), S("解释说明")})));
    assert_said(f, &it, "part/2/solved", "解释说明");
    assert_said(f, &it, "part/2/fact", "不属实");
    fixture_as(f, "h01");
    fixture_ok(f, STEP(f, &it, .step = S("reply")));
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("check")));
    fixture_ok(f, STEP(f, &it, .step = S("close")));
    assert_count(f, "solved", 1);
    assert_count(f, "explained", 0);
    fixture_ok(f, STEP(f, &it, .step = S("recheck"), .note = S("第二轮")));
    for (size_t i = 0; i < it.n_fields; i++)
        assert_false(str_starts(it.fields[i].key, S("part/")));
}

static void test_guards_ask_the_part(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", "c02");
    fixture_as(f, "h02");
    fixture_ok(f, STEP(f, &it, .step = S("contact"), FIELDS({S("contacted"), S("是")})));
    assert_said(f, &it, "contacted", "");
    fixture_fails(
        f, STEP(f, &it, .step = S("contact"), FIELDS({S("contacted"), S("是")})), ERR_INVALID);
    fixture_as(f, "h01");
    fixture_ok(f, STEP(f, &it, .step = S("contact"), FIELDS({S("contacted"), S("否")})));
    assert_said(f, &it, "contacted", "否");
    assert_said(f, &it, "part/2/contacted", "是");
}

// Without a lead nothing changes: one part, or the lead's was given back.
static void test_one_part(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", "c02");
    fixture_as(f, "h01");
    fixture_ok(f, RETURN(f, &it));
    assert_false(item_part_own(&it, &it.parts[1]));
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("dispatch"), UNITS(fixture_unit(f, "c02"))));
    finish(f, &it, "h02");
    assert_said(f, &it, "solved", "实际解决");
    assert_said(f, &it, "part/3/solved", "");
}

static void test_must_and_form(void **state)
{
    struct fixture *f = *state;
    str text = with(f, loop(f), "reply!, result]\n",
        "reply!, result, kind]\n    must:\n"
        "      - {when: \"solved:未解决\", ask: result, why: 未解决要写情况}\n"
        "      - {when: \"kind:投诉 fact:不属实\", files: 1}\n");
    fixture_publish(f, "loop", "hotline",
        with(f, text, "title: 办理情况, type: text, max: 2000",
            "title: 办理情况, type: text, max: 2000, min: 4, own_words: solved"));
    struct item it = dispatched(f, "c01", "c02");
    finish(f, &it, "h01");
    fixture_as(f, "h02");
    fixture_fails(f, STEP(f, &it, .step = S("reply"), HELPED), ERR_INVALID);
    assert_true(fixture_noted(f, "fields.result"));
    assert_true(fixture_noted(f, "files")); // what was filed is of the matter: 投诉
    struct item_field given[] = {{S("solved"), S("未解决")}, {S("result"), S("未解决。")}};
    struct step_in in = {.step = S("reply"), .part = 2, .fields = given, .n_fields = 2};
    struct item_form form;
    item_form(&f->c, &it, &in, &form);
    bool required = false;
    for (size_t i = 0; i < form.n; i++)
        required = required || (str_eq(form.rows[i].field, S("result")) && form.rows[i].required);
    assert_true(required);
    assert_int_equal(form.files, 0);
    fixture_fails(f,
        STEP(f, &it, .step = S("reply"),
            FIELDS({S("fact"), S("属实")}, {S("appeal"), S("其他")}, {S("site"), S("是")},
                {S("reply_way"), S("电话")}, {S("solved"), S("未解决")},
                {S("reply"), S("协办到场")}, {S("result"), S("未解决。")})),
        ERR_INVALID);
    assert_str(fixture_note(f, 0), "fields.result"); // not its own words
    fixture_ok(f, STEP(f, &it, .step = S("reply"), ANSWERS));
    assert_said(f, &it, "part/2/solved", "实际解决");
    assert_said(f, &it, "part/2/kind", "");
}

// What a return and an extension count is the item's, so is their moment; what a stage answers is
// the part's, as the request is.
static void test_stamps_and_stages(void **state)
{
    struct fixture *f = *state;
    str text = with(f, loop(f), "    reasons: extend\n    note: required\n",
        "    reasons: extend\n    note: required\n    stamp: extended_at\n"
        "    approve:\n      - {title: 镇审核, who: [dispatcher, leader], ask: [attitude!]}\n");
    fixture_publish(f, "loop", "hotline", text);
    struct item it = dispatched(f, "c01", "c02");
    fixture_as(f, "leader");
    struct step_in in = {.step = S("extend"),
        .part = 2,
        .reason = S("情况复杂"),
        .reason_option = S("需专业鉴定"),
        .note = S("等鉴定"),
        .extend = {3, DUR_WORK_DAYS, false}};
    fixture_ok(f, take(f, &it, in));
    fixture_as(f, "dispatcher");
    fixture_ok(f, STEP(f, &it, .step = S("extend"), .part = 2, .say = SAY_YES,
                      FIELDS({S("attitude"), S("认可")})));
    assert_int_equal(it.extensions, 1);
    assert_said(f, &it, "attitude", "");
    assert_said(f, &it, "part/2/attitude", "认可");
    assert_true(item_field(&it, S("extended_at")).n > 0);
    assert_int_equal(item_field(&it, S("part/2/extended_at")).n, 0);
}

static void test_passed_down(void **state)
{
    struct fixture *f = *state;
    str text = with(f, loop(f), "    - {key: done, title: 已反馈",
        "    - {key: passed, title: 下级办理中}\n    - {key: done, title: 已反馈");
    text = with(f, text, "  - key: contact\n    title: 先行联系\n    hotkey",
        "  - key: pass\n    title: 向下派遣\n    on: part\n    from: [working]\n    to: passed\n"
        "    who: [handler]\n    does: pass\n    start: [handle]\n"
        "  - key: contact\n    title: 先行联系\n    hotkey");
    fixture_publish(f, "loop", "hotline", text);
    struct item it = dispatched(f, "c01", NULL);
    fixture_as(f, "h01");
    fixture_ok(f, STEP(f, &it, .step = S("accept")));
    fixture_ok(f, STEP(f, &it, .step = S("pass"), UNITS(fixture_unit(f, "c01-g1"))));
    assert_true(item_part_own(&it, &it.parts[1]));
    fixture_ok(f, STEP(f, &it, .step = S("reply"), .part = 2, HELPED));
    assert_said(f, &it, "solved", "");
    assert_said(f, &it, "part/2/solved", "未解决");
    fixture_ok(f, STEP(f, &it, .step = S("reply"), .part = 1, ANSWERS));
    assert_said(f, &it, "solved", "实际解决");
}

static void photo(struct fixture *f, const struct item *it, int64_t id, const char *by)
{
    db_run(f->db,
        "INSERT INTO file (town, item, id, hash, name, type, bytes, event_version, at_us, person)"
        " VALUES (?1, ?2, ?3, 'x', 'x.png', 'image/png', 1, 1, ?4, ?5)",
        V(FIXTURE_TOWN), V(it->id), V(id), V(f->c.now_us), V(fixture_person(f, by)));
}

static void test_photos(void **state)
{
    struct fixture *f = *state;
    fixture_publish(f, "loop", "hotline",
        with(f, loop(f), "reply!, result]\n    files: 9\n",
            "reply!, result]\n    files: 9\n    photos: 1\n"));
    struct item it = dispatched(f, "c01", "c02");
    photo(f, &it, 1, "h01");
    finish(f, &it, "h01");
    fixture_as(f, "h02");
    fixture_fails(f, STEP(f, &it, .step = S("reply"), HELPED), ERR_INVALID);
    assert_str(fixture_note(f, 0), "file"); // the lead's picture is not its own
    photo(f, &it, 2, "h02");
    fixture_ok(f, STEP(f, &it, .step = S("reply"), HELPED));
}

static void test_taken_back(void **state)
{
    struct fixture *f = *state;
    fixture_publish(f, "loop", "hotline",
        with(f, loop(f), "    stamp: replied_at\n", "    stamp: replied_at\n    undo: 10s\n"));
    struct item it = dispatched(f, "c01", "c02");
    finish(f, &it, "h01");
    fixture_as(f, "h02");
    fixture_ok(f, STEP(f, &it, .step = S("reply"), HELPED));
    assert_said(f, &it, "part/2/solved", "未解决");
    fixture_ok(f, fixture_do(f, item_undo(&f->c, it.id, it.version, &it, &f->e)));
    assert_str(it.state, "handling");
    assert_said(f, &it, "solved", "实际解决");
    for (size_t i = 0; i < it.n_fields; i++)
        assert_false(str_starts(it.fields[i].key, S("part/")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {ITEM_TEST(test_the_lead_answers_for_the_item),
        ITEM_TEST(test_guards_ask_the_part), ITEM_TEST(test_one_part),
        ITEM_TEST(test_must_and_form), ITEM_TEST(test_stamps_and_stages),
        ITEM_TEST(test_passed_down), ITEM_TEST(test_photos), ITEM_TEST(test_taken_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
