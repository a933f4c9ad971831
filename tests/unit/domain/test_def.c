#include "domain/def.h"

#include "domain/formula.h"
#include "domain/near.h"
#include "domain/yaml.h"
#include "files.h"
#include "mistakes.h"

static struct def *def_of(struct arena *a, str yaml)
{
    struct err e;
    struct def *d = NULL;
    err_init(&e, a, LANG_EN);
    if (def_parse(a, yaml, &d, &e) != OK)
        fail_msg("%.*s", STR_ARG(err_text(&e, a)));
    return d;
}

static struct def *hotline(struct arena *a)
{
    return def_of(a, file_read(a, "tests/unit/domain/loop.yaml"));
}

// ---- the definitions shipped ----

static void test_shipped(void **state)
{
    const struct def *d = def_of(*state, file_read(*state, "defs/loops/hotline.yaml"));
    assert_str(d->loop, "hotline");
    const struct def_step *extend = def_step(d, S("extend_city"));
    assert_int_equal(extend->n_stages, 2);
    // The clocks of stages stand behind the definition's own.
    const struct def_clock *k = &d->clocks[extend->stages[1].clock];
    assert_str(k->key, "extend_city-2");
    assert_str(k->title, "市延期·市平台答复");
    assert_true(k->per_part);
    assert_int_equal(k->limits[0].limit.n, 3);
    assert_int_equal(def_step(d, S("exclude"))->stages[0].clock, DEF_NONE);
}

// ---- the loop of the unit tests, which uses nearly everything ----

static void test_hotline_counts(void **state)
{
    const struct def *d = hotline(*state);
    assert_str(d->loop, "hotline");
    assert_str(d->title, "12345热线工单");
    assert_str(d->number_prefix, "RX");
    assert_int_equal(d->number_digits, 5);
    assert_str(d->receiver, "ops-centre");
    assert_str(d->calendar, "workdays");
    assert_str(d->class_scheme, "matters");
    assert_true(d->caller);
    assert_int_equal(d->n_judges, 3);
    assert_int_equal(d->n_fields, 18);
    assert_int_equal(d->n_states, 8);
    assert_int_equal(d->n_part_states, 5);
    assert_true(d->wait_all);
    assert_int_equal(d->then, def_state_at(d, S("replied")));
    assert_int_equal(d->n_clocks, 4);
    assert_int_equal(d->n_reasons, 4);
    assert_int_equal(d->n_steps, 29);
    assert_int_equal(d->n_escalations, 4);
    assert_int_equal(d->n_routes, 1);
    assert_int_equal(d->n_tallies, 14);
    assert_int_equal(d->n_ledger, 4);
    assert_int_equal(d->n_rates, 4);
    assert_true(str_has(d->text, S("loop: hotline")));
}

static void test_hotline_rows(void **state)
{
    const struct def *d = hotline(*state);
    const struct def_field *reply = &d->fields[def_field_at(d, S("reply"))];
    assert_int_equal(reply->type, DEF_TEXT);
    assert_int_equal(reply->max, 500);
    assert_true(d->fields[def_field_at(d, S("source_no"))].unique);
    assert_str(d->fields[def_field_at(d, S("priority"))].def, "一般");
    assert_int_equal(d->fields[def_field_at(d, S("fact"))].n_options, 10);
    assert_true(d->states[def_state_at(d, S("suspended"))].paused);
    assert_true(d->states[def_state_at(d, S("closed"))].done);
    assert_false(d->states[def_state_at(d, S("closed"))].final);
    assert_true(d->states[def_state_at(d, S("rated"))].done);
    assert_true(d->part_states[def_part_state_at(d, S("returned"))].final);
    const struct def_clock *contact = &d->clocks[def_clock_at(d, S("contact"))];
    assert_true(contact->per_part && contact->lead_only);
    assert_int_equal(contact->n_limits, 3);
    assert_str(contact->limits[1].when, "priority:紧急");
    assert_int_equal(contact->limits[1].limit.unit, DUR_HOURS);
    assert_int_equal(contact->limits[1].limit.n, 2);
    assert_true(d->clocks[def_clock_at(d, S("all"))].yellow == 0.8);
    assert_str(d->reasons[0].rows[1].options[2], "内容不清");
    assert_int_equal(def_judge_at(d, S("third")), 2);
    assert_int_equal(def_judge_at(d, S("fourth")), DEF_NONE);
    assert_int_equal(def_state_at(d, S("")), DEF_NONE);
    assert_int_equal(def_field_at(d, S("class")), DEF_NONE);
    assert_null(def_step(d, S("nothing")));
}

static void test_hotline_steps(void **state)
{
    const struct def *d = hotline(*state);
    const struct def_step *file = &d->steps[0];
    assert_int_equal(file->n_asks, 5);
    assert_int_equal(file->asks[3].field, DEF_ASK_CLASS);
    assert_true(file->asks[3].required && !file->asks[2].required);
    assert_int_equal(file->from, 0);
    const struct def_step *back = def_step(d, S("return"));
    assert_int_equal(back->does, DOES_RETURN);
    assert_true(back->on_part && back->note_required);
    assert_int_equal(back->from, 1 | 2);
    assert_int_equal(back->to, def_part_state_at(d, S("returned")));
    assert_int_equal(back->back, def_state_at(d, S("filed")));
    assert_int_equal(back->lock, 3);
    assert_str(d->reasons[back->reasons].key, "return");
    const struct def_step *extend = def_step(d, S("extend"));
    assert_int_equal(
        extend->extends, 1 << def_clock_at(d, S("handle")) | 1 << def_clock_at(d, S("all")));
    assert_int_equal(extend->max.n, 10);
    assert_int_equal(extend->max.unit, DUR_WORK_DAYS);
    assert_int_equal(def_step(d, S("rate"))->judges, 1);
    assert_int_equal(def_step(d, S("review"))->judges, 2 | 4);
    assert_int_equal(def_step(d, S("urge"))->to, DEF_NONE);
    assert_int_equal(def_step(d, S("reply"))->files_max, 9);
    assert_str(def_step(d, S("contact"))->stamp, "contacted_at");
    assert_str(def_step(d, S("contact"))->when, "-contacted:是");
    const struct def_rate *sat = &d->rates[3];
    double v[DEF_TALLIES_MAX] = {0}, out = 0;
    v[9] = 80, v[10] = 10, v[11] = 5, v[12] = 5;
    assert_true(formula_value(sat->formula, v, &out));
    assert_true(out > 0.91 - 1e-9 && out < 0.91 + 1e-9);
    for (int i = 0; i < (int)d->n_tallies; i++)
        assert_int_equal(formula_uses(sat->formula, i), i >= 9 && i <= 12);
    assert_true(sat->high_is_better);
}

// Limits with a date stand before those without, so that the first that holds is the one in force.
static void test_newest_limit_first(void **state)
{
    str yaml = file_read(*state, "tests/anchors/def_errors.yaml");
    struct err e;
    err_init(&e, *state, LANG_EN);
    const struct yaml *root = yaml_parse(*state, yaml, &e);
    assert_non_null(root);
    const struct def *d = def_of(*state, yaml_get_str(root, "base"));
    const struct def_clock *handle = &d->clocks[def_clock_at(d, S("handle"))];
    assert_int_equal(handle->limits[0].from_us, at("2027-01-01"));
    assert_int_equal(handle->limits[0].limit.n, 4);
    assert_int_equal(handle->limits[1].from_us, 0);
    // Of those without a date the order of the text stays.
    assert_str(d->clocks[0].limits[0].when, "priority:特急");
}

// ---- docs/loop.md ----

// A manual's example is a definition, and the manual names every member there is.
static void check_manual(struct arena *a, const char *file, const char *key, str odd, size_t tables)
{
    str manual = file_read(a, file), example = {0}, rest = manual;
    str open = S("```yaml\n"), close = S("```\n");
    while (rest.n > 0 && !str_starts(rest, open))
        rest = str_sub(rest, 1, rest.n);
    example = rest = str_sub(rest, open.n, rest.n);
    while (rest.n > 0 && !str_starts(rest, close))
        rest = str_sub(rest, 1, rest.n);
    example.n -= rest.n;
    assert_str(def_of(a, example)->loop, key);
    struct err e;
    struct def *d = NULL;
    err_init(&e, a, LANG_EN);
    (void)!def_parse(a, odd, &d, &e);
    size_t found = 0;
    for (size_t i = 0; i < e.n; i++) {
        str rows = e.notes[i].expected, one;
        if (!str_ends(e.notes[i].field, S("zz")))
            continue;
        found++;
        while (str_cut(&rows, ',', &one)) {
            one = str_trim(one);
            if (!str_has(manual, str_fmt(a, "`%.*s`", STR_ARG(one))))
                fail_msg("%s does not name `%.*s`", file, STR_ARG(one));
        }
    }
    assert_int_equal(found, tables);
}

static void test_manual(void **state)
{
    check_manual(*state, "docs/loop.md", "lamp",
        S("zz: 1\nparts: {zz: 1}\nfields: [{zz: 1}]\nstates: [{zz: 1}]\nclocks: [{zz: 1,"
          " limits: [{zz: 1}]}]\nsteps: [{key: x, zz: 1, does: zz}]\nrates: [{zz: 1}]\n"),
        8);
    check_manual(*state, "docs/registers.md", "meter", S("register: x\nzz: 1\nwho: {zz: 1}\n"), 2);
}

// ---- tests/anchors/def_errors.yaml ----

static bool check_case(struct arena *a, str base, const struct yaml *row, enum lang lang)
{
    struct err e;
    struct def *d = NULL;
    err_init(&e, a, lang);
    bool refused = def_parse(a, mistake_text(a, base, row), &d, &e) != OK && d == NULL;
    return mistake_told(a, &e, row) && refused;
}

static void test_errors(void **state)
{
    struct err e;
    err_init(&e, *state, LANG_EN);
    const struct yaml *root =
        yaml_parse(*state, file_read(*state, "tests/anchors/def_errors.yaml"), &e);
    if (root == NULL)
        fail_msg("%.*s", STR_ARG(err_text(&e, *state)));
    str base = yaml_get_str(root, "base");
    def_of(*state, base);
    const struct yaml *cases = yaml_get(root, "cases");
    assert_true(cases->n >= 100);
    size_t wrong = 0;
    for (size_t i = 0; i < cases->n; i++) {
        struct arena *a = arena_new();
        wrong += !check_case(a, base, cases->vals[i], i % 2 ? LANG_ZH : LANG_EN);
        arena_free(a);
    }
    assert_int_equal(wrong, 0);
}

static void test_too_long(void **state)
{
    char *s = arena_alloc(*state, DEF_BYTES_MAX + 1);
    memset(s, ' ', DEF_BYTES_MAX + 1);
    struct err e;
    struct def *d = NULL;
    err_init(&e, *state, LANG_EN);
    assert_int_equal(def_parse(*state, (str){s, DEF_BYTES_MAX + 1}, &d, &e), ERR_LIMIT);
    assert_int_equal(e.n, 1);
}

// So many rows of a section that the definition is refused, and so many that it is not.
static void check_count(struct arena *a, const char *section, const char *row, int most)
{
    for (int more = 0; more <= 1; more++) {
        str text = S("loop: x\ntitle: x\nnumber: {prefix: X}\nreceiver: x\ncalendar: x\n"
                     "states: [{key: s, title: s}, {key: t, title: t, final: yes}]\n"
                     "steps: [{key: f, title: f, to: s, who: r},"
                     " {key: g, title: g, from: s, to: t, who: r}]\n");
        text = str_fmt(a, "%.*s%s:\n", STR_ARG(text), section);
        for (int i = 0; i < most + more; i++) {
            str key = str_fmt(a, "k%d", i);
            text =
                mistake_put(a, str_fmt(a, "%.*s  - %s\n", STR_ARG(text), row), S("KEY"), key, key);
        }
        struct err e;
        struct def *d = NULL;
        err_init(&e, a, LANG_EN);
        (void)!def_parse(a, text, &d, &e);
        bool refused = false;
        for (size_t i = 0; i < e.n; i++)
            refused = refused || str_starts(e.notes[i].message, S("too many"));
        if (refused != (more == 1))
            fail_msg("%d %s: %.*s", most + more, section, STR_ARG(err_text(&e, a)));
    }
}

static void test_sizes(void **state)
{
    check_count(*state, "fields", "{key: KEY, title: x}", DEF_FIELDS_MAX);
    check_count(*state, "clocks", "{key: KEY, title: x, limits: [{limit: 1d}]}", DEF_CLOCKS_MAX);
    check_count(*state, "tallies", "{key: KEY, title: x, by: filed}", DEF_TALLIES_MAX);
    check_count(*state, "judges", "{key: KEY, title: x}", 10);
    check_count(*state, "routes", "{when: KEY, unit: x, because: x}", 100);
}

// ---- values ----

static void check_value(
    struct arena *a, const struct def_field *f, const char *given, const char *wanted)
{
    struct err e;
    str got = {0};
    err_init(&e, a, LANG_EN);
    bool ok = def_value(a, f, str_of(given), &got, &e, S("fields.x"));
    if (wanted == NULL) {
        if (ok)
            fail_msg("accepted %s as %.*s", given, STR_ARG(got));
        assert_int_equal(e.n, 1);
        assert_str(e.notes[0].field, "fields.x");
        return;
    }
    if (!ok)
        fail_msg("%s: %.*s", given, STR_ARG(err_text(&e, a)));
    assert_str(got, wanted);
    // Canonical text is its own canonical text, save for a time, which is told in microseconds.
    if (f->type != DEF_TIME) {
        assert_true(def_value(a, f, got, &got, &e, S("")));
        assert_str(got, wanted);
    }
}

struct value_row {
    const char *given, *wanted; // NULL: refused
};

static void test_numbers(void **state)
{
    static const struct value_row rows[] = {{"0", "0"}, {"-0", "0"}, {"-0.00", "0"}, {"007", "7"},
        {"+7", "7"}, {"3.50", "3.5"}, {"3.0", "3"}, {".5", "0.5"}, {"-.5", "-0.5"}, {"0.1", "0.1"},
        {" 12 ", "12"}, {"１２．５", "12.5"}, {"　3　", "3"},
        {"123456789012345", "123456789012345"}, {"0.00000000000001", "0.00000000000001"}, {"", ""},
        {"  ", ""}, {"1e3", NULL}, {"1,000", "1000"}, {"１，２３４，５６７.5", "1234567.5"},
        {"1,00", NULL}, {"1,0000", NULL}, {",100", NULL}, {"1,000,", NULL}, {"1.", NULL},
        {".", NULL}, {"-", NULL}, {"+", NULL}, {"--1", NULL}, {"+-1", NULL}, {"1.2.3", NULL},
        {"nan", NULL}, {"inf", NULL}, {"0x10", NULL}, {"十二", NULL}, {"1 2", NULL},
        {"1234567890123456", NULL}, {"0.1234567890123456", NULL}};
    const struct def_field f = {.type = DEF_NUMBER};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check_value(*state, &f, rows[i].given, rows[i].wanted);
    const struct def_field part = {.type = DEF_NUMBER, .percent = true};
    check_value(*state, &part, "95%", "0.95");
    check_value(*state, &part, "95.5％", "0.955");
    check_value(*state, &part, "-5%", "-0.05");
    check_value(*state, &part, "100 %", "1");
    check_value(*state, &part, "0.5", "0.5");
    check_value(*state, &part, "%", NULL);
    check_value(*state, &f, "95%", NULL);
    const struct def_field share = {.type = DEF_NUMBER, .low = 0, .high = 100};
    check_value(*state, &share, "100.0", "100");
    check_value(*state, &share, "100.01", NULL);
    check_value(*state, &share, "-0.0001", NULL);
}

static void test_amounts(void **state)
{
    static const struct value_row rows[] = {{"0", "0"}, {"12", "12"}, {"12.30元", "12.3"},
        {"1,234,567.89", "1234567.89"}, {"３.２万", "32000"}, {"3.2 万元", "32000"},
        {"1.5亿", "150000000"}, {"0.0001万", "1"}, {"-5万", "-50000"}, {"12万3", NULL},
        {"1.005", NULL}, {"0.0000001万", NULL}, {"万", NULL}, {"元", NULL}, {"1,23", NULL},
        {"$5", NULL}, {"", ""}};
    const struct def_field f = {.type = DEF_MONEY};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check_value(*state, &f, rows[i].given, rows[i].wanted);
}

// Published codes of well-known companies; each with one character changed, two exchanged, or a
// length of its own is none. [GB 32100-2015]
static void test_credit_codes(void **state)
{
    static const char *const codes[] = {
        "9144030071526726XG", "91330100799655058B", "914403001922038216", "91110000802100433B"};
    const struct def_field f = {.type = DEF_TEXT, .max = 40, .check = CHECK_USCC};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        char x[24];
        check_value(*state, &f, codes[i], codes[i]);
        snprintf(x, sizeof x, "%.6s %.6s %s", codes[i], codes[i] + 6, codes[i] + 12);
        check_value(*state, &f, x, codes[i]);
        for (size_t k = 0; k < 18; k++) {
            snprintf(x, sizeof x, "%s", codes[i]);
            x[k] = x[k] == '7' ? '8' : '7';
            check_value(*state, &f, x, NULL);
        }
        snprintf(x, sizeof x, "%.17s", codes[i]);
        check_value(*state, &f, x, NULL);
        snprintf(x, sizeof x, "%s0", codes[i]);
        check_value(*state, &f, x, NULL);
    }
    check_value(*state, &f, "9144030071526726xg", "9144030071526726XG");
    check_value(*state, &f, "914403001922O38216", NULL); // the letter O
}

static void test_dates(void **state)
{
    static const struct value_row rows[] = {{"2026-11-20", "2026-11-20"},
        {"2026/11/2", "2026-11-02"}, {"2026年11月2日", "2026-11-02"},
        {" 2024-02-29 ", "2024-02-29"}, {"2026-11-20T00:00:00+08:00", "2026-11-20"},
        {"2026-11-19T16:00:00Z", "2026-11-20"}, {"", ""}, {"2026-02-29", NULL},
        {"2026-11-20 09:32", NULL}, {"2026-11", NULL}, {"20261120", NULL}, {"明天", NULL}};
    const struct def_field f = {.type = DEF_DATE};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check_value(*state, &f, rows[i].given, rows[i].wanted);
    const struct def_field time = {.type = DEF_TIME};
    check_value(*state, &time, "1970-01-01 08:00", "0");
    check_value(*state, &time, "2026-11-20 09:32:05", "1795138325000000");
    check_value(*state, &time, "2026-11-20T01:32:05Z", "1795138325000000");
    check_value(*state, &time, "09:32", NULL);
}

static void test_other_values(void **state)
{
    const struct def_field yes = {.type = DEF_YESNO};
    static const struct value_row words[] = {{"是", "yes"}, {"否", "no"}, {"yes", "yes"},
        {"NO", "no"}, {"True", "yes"}, {"false", "no"}, {"ＹＥＳ", "yes"}, {"", ""}, {"1", NULL},
        {"对", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        check_value(*state, &yes, words[i].given, words[i].wanted);
    str options[] = {S("12345"), S("随申办"), S("A级"), S("Ⅱ类")};
    const struct def_field choice = {.type = DEF_CHOICE, .options = options, .n_options = 4};
    static const struct value_row picks[] = {{"12345", "12345"}, {"１２３４５", "12345"},
        {"ａ级", "A级"}, {"a级", "A级"}, {"II类", "Ⅱ类"}, {" 随申办 ", "随申办"}, {"", ""},
        {"1234", NULL}, {"随申", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(picks); i++)
        check_value(*state, &choice, picks[i].given, picks[i].wanted);
    const struct def_field text = {.type = DEF_TEXT, .max = 3};
    static const struct value_row texts[] = {{"三个字", "三个字"}, {" 前后 ", "前后"},
        {"四个字了", NULL}, {"a\nb", "a\nb"}, {"\xff", NULL}, {"a\x01", NULL},
        {"\xed\xa0\x80", NULL}, {"", ""}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        check_value(*state, &text, texts[i].given, texts[i].wanted);
}

static void test_near(void **state)
{
    const str names[] = {S("filed"), S("handling"), S("replied"), S("满意"), S("基本满意")};
    static const struct value_row rows[] = {{"handlign", "handling"}, {"Filed", "filed"},
        {"field", "filed"}, {"ｆｉｌｅｄ", "filed"}, {"replie", "replied"}, {"closed", ""},
        {"", ""}, {"满", ""}, {"基本满", "基本满意"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_str(
            near_name(*state, str_of(rows[i].given), names, ARRAY_LEN(names)), rows[i].wanted);
    assert_str(near_list(*state, S("repleid"), names, 3), "replied, filed, handling");
}

// ---- drawing and comparing ----

static bool has(str text, const char *part)
{
    return str_has(text, str_of(part));
}

static void test_dot(void **state)
{
    str dot = def_dot(*state, hotline(*state));
    assert_true(str_starts(dot, S("digraph \"hotline\" {")));
    assert_true(str_ends(dot, S("}\n")));
    assert_true(has(dot, "s0 -> s1 [label=\"派单\"]"));
    assert_true(has(dot, "begin -> s0 [label=\"登记\"]"));
    assert_true(has(dot, "s1 -> s3 [label=\"承办全部完成\", style=dashed]"));
    assert_true(has(dot, "s1 -> s0 [label=\"退单\", style=dashed]"));
    assert_true(has(
        dot, "s2 [label=\"挂账\\n（更正地点、催办、批示、写经过）\", style=\"rounded,dashed\"]"));
    assert_true(has(dot, "s6 [label=\"已评价"));
    assert_true(has(dot, "p0 -> p2 [label=\"反馈\"]"));
    str odd = mistake_put(*state, file_read(*state, "tests/unit/domain/loop.yaml"),
        S("title: 作废, final"), S("title: 'a\"b\\c', final"), S("odd"));
    assert_true(has(def_dot(*state, def_of(*state, odd)), "[label=\"a\\\"b\\\\c\""));
}

static void test_diff(void **state)
{
    str text = file_read(*state, "tests/unit/domain/loop.yaml");
    const struct def *was = def_of(*state, text);
    assert_str(def_diff(*state, was, def_of(*state, text)), "");
    static const struct {
        const char *find, *put, *line;
    } rows[] = {
        {"title: 12345热线工单", "title: 热线", "流程“热线”：名称由“12345热线工单”改为“热线”\n"},
        {"{limit: 4wh}", "{limit: 2wh}",
            "时限“派单”（dispatch）：期限由“priority:特急 30min；priority:紧急 1wh；一律 4wh”"
            "改为“priority:特急 30min；priority:紧急 1wh；一律 2wh”\n"},
        {"max: 10wd", "max: 5wd", "步骤“延期”（extend）：最多延长由“10wd”改为“5wd”\n"},
        {"title: 挂账, paused: yes", "title: 挂起, paused: yes",
            "状态“挂起”（suspended）：名称由“挂账”改为“挂起”\n"},
        {"max: 500", "max: 400", "字段“答复要点”（reply）：字数上限由“500”改为“400”\n"},
        {"0.6*sat_soso", "0.5*sat_soso",
            "比率“市民满意率”（satisfied）：公式由“(sat + 0.8*sat_basic + 0.6*sat_soso) / (sat + "
            "sat_basic "
            "+ sat_soso + dissat)”改为“(sat + 0.8*sat_basic + 0.5*sat_soso) / (sat + sat_basic + "
            "sat_soso "
            "+ dissat)”\n"},
        {"  - {key: returned, title: 退单, by: filed, where: \"returns:>=1\"}\n", "",
            "删除计数“退单”（returned）\n"},
        {"who: [leader]\n    note: required\n\nescalate",
            "who: [leader]\n    does: note\n\nescalate",
            "步骤“作废”（void）：动作由“move”改为“note”\n步骤“作废”（void）：必写说明由“是”改为“否”"
            "\n"},
        {"\nstages:", "  - {key: urged, title: 催办量, by: filed, where: \"urges:>=1\"}\n\nstages:",
            "新增计数“催办量”（urged）\n"},
        {"  - {clock: contact}\n", "", "删除环节“先行联系”（contact）\n"},
        {"{clock: handle}", "{clock: handle, by: contacted_at}",
            "环节“处置”（handle）：计入时点由“filed”改为“contacted_at”\n"},
        {"to: checked\n    who: [dispatcher]", "to: checked\n    who: [leader]\n    hotkey: K",
            "步骤“核查通过”（check）：快捷键由“无”改为“K”\n"
            "步骤“核查通过”（check）：可操作角色由“dispatcher”改为“leader”\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        str now = mistake_put(*state, text, str_of(rows[i].find), str_of(rows[i].put), S("diff"));
        assert_str(def_diff(*state, was, def_of(*state, now)), rows[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_shipped),
        UNIT(test_hotline_counts),
        UNIT(test_hotline_rows),
        UNIT(test_hotline_steps),
        UNIT(test_newest_limit_first),
        UNIT(test_manual),
        UNIT(test_errors),
        UNIT(test_too_long),
        UNIT(test_sizes),
        UNIT(test_numbers),
        UNIT(test_amounts),
        UNIT(test_credit_codes),
        UNIT(test_dates),
        UNIT(test_other_values),
        UNIT(test_near),
        UNIT(test_dot),
        UNIT(test_diff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
