// A definition's sections, one after the other. What steps say is read in def_steps.c; what only
// the whole can tell (reachability, clocks) is checked in def_flow.c.
#include "domain/def_read.h"

#include "domain/def_supervision.h"
#include "domain/formula.h"

const struct yaml_member def_number_members[] = {
    {"prefix", YAML_WANT_STR, YAML_REQUIRED, .expected = "A-Z 0-9, 1..8 characters"},
    {"digits", YAML_WANT_INT, .min = 1, .max = 9},
    {0},
};
static const struct yaml_member parts_members[] = {
    {"states", YAML_WANT_LIST, YAML_REQUIRED, .expected = "a list of {key, title, final}"},
    {"wait", YAML_WANT_STR, .options = "all|lead"},
    {"then", YAML_WANT_STR, .expected = "a state"},
    {0},
};
static const struct yaml_member text_members[] = {
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"hint", YAML_WANT_STR},
    {0},
};
static const struct yaml_member root_members[] = {
    {"loop", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"number", YAML_WANT_MAP, YAML_REQUIRED, .expected = "{prefix: RX, digits: 5}",
        .sub = def_number_members},
    {"name", YAML_WANT_STR},
    {"text", YAML_WANT_MAP, .expected = "{title, hint}", .sub = text_members},
    {"receiver", YAML_WANT_STR, YAML_REQUIRED, .expected = "a unit code"},
    {"calendar", YAML_WANT_KEY, YAML_REQUIRED},
    {"classes", YAML_WANT_KEY},
    {"caller", YAML_WANT_BOOL},
    {"level", YAML_WANT_INT, .min = 1, .max = 9},
    {"clashes", YAML_WANT_MAP, .expected = "{from, to, same, within}", .sub = def_clashes_members},
    {"beside", YAML_WANT_MAP, .expected = "{loops, same, within}", .sub = def_beside_members},
    {"ahead", YAML_WANT_MAP, .expected = "{of, field, nobody, first, late}",
        .sub = def_ahead_members},
    {"gathers", YAML_WANT_MAP, .expected = "{which, count, calls, effect, weeks, cell, within}",
        .sub = def_gathers_members},
    {"judges", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title}"},
    {"fields", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title, type, ...}"},
    {"states", YAML_WANT_LIST, YAML_REQUIRED, .expected = "a list of {key, title, ...}"},
    {"parts", YAML_WANT_MAP, YAML_NULLABLE, .expected = "{states, wait, then}",
        .sub = parts_members},
    {"clocks", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title, limits, ...}"},
    {"reasons", YAML_WANT_MAP, YAML_NULLABLE, .expected = "a map of lists"},
    {"steps", YAML_WANT_LIST, YAML_REQUIRED, .expected = "a list of {key, title, who, ...}"},
    {"escalate", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title, when, levels}"},
    {"routes", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {when, unit, because, ...}"},
    {"cadences", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title, over, every}"},
    {"views", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title, where, columns}"},
    {"consolidate", YAML_WANT_MAP, .expected = "{after, pass, fail, recur}",
        .sub = def_solid_members},
    {"boards", YAML_WANT_STRS, .expected = "fields to break boards down by"},
    {"tallies", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title, by, where}"},
    {"stages", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {clock, by}"},
    {"rates", YAML_WANT_LIST, YAML_NULLABLE, .expected = "a list of {key, title, formula, better}"},
    {"analysis", YAML_WANT_MAP, YAML_NULLABLE, .expected = "{count, repeats, lists}"},
    {0},
};
static const struct yaml_member judge_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {0},
};
static const struct yaml_member state_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"paused", YAML_WANT_BOOL},
    {"done", YAML_WANT_BOOL},
    {"final", YAML_WANT_BOOL},
    {0},
};
static const struct yaml_member part_state_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"final", YAML_WANT_BOOL},
    {0},
};
static const struct yaml_member reason_members[] = {
    {"key", YAML_WANT_STR, YAML_REQUIRED},
    {"options", YAML_WANT_STRS},
    {0},
};
static const struct yaml_member escalation_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"when", YAML_WANT_STR, YAML_REQUIRED, .expected = "a filter"},
    {"levels", YAML_WANT_INT, .min = 1, .max = 9},
    {0},
};
static const struct yaml_member tally_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"by", YAML_WANT_STR, YAML_REQUIRED, .expected = "filed, closed, or a step's stamp"},
    {"where", YAML_WANT_STR, .expected = "a filter"},
    {"sum", YAML_WANT_KEY, .expected = "a field of type number or money"},
    {0},
};
static const struct yaml_member stage_members[] = {
    {"clock", YAML_WANT_KEY, YAML_REQUIRED},
    {"by", YAML_WANT_STR, .expected = "filed, closed, or a step's stamp"},
    {0},
};
static const struct yaml_member rate_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"formula", YAML_WANT_STR, YAML_REQUIRED, .expected = "arithmetic over tallies"},
    {"better", YAML_WANT_STR, .options = "high|low"},
    {0},
};

// A key too long for a column of the database; its form was checked with its row.
static str read_plain_key(struct def_reader *r, const char *member)
{
    const struct yaml *y = yaml_get(r->root, member);
    str key = yaml_get_str(r->root, member);
    if (key.n > DEF_KEY_MAX && key.n <= YAML_KEY_MAX)
        yaml_err(r->e, y, str_of(member), str_fmt(r->arena, "1..%d", DEF_KEY_MAX),
            "the key is too long", "键过长");
    return key;
}

static bool prefix_ok(str x)
{
    for (size_t i = 0; i < x.n; i++)
        if (!((x.s[i] >= 'A' && x.s[i] <= 'Z') || (x.s[i] >= '0' && x.s[i] <= '9')))
            return false;
    return x.n >= 1 && x.n <= 8;
}

static void read_head(struct def_reader *r)
{
    struct def *d = r->d;
    bool lasting = yaml_get(r->root, "register") != NULL;
    d->loop = read_plain_key(r, lasting ? "register" : "loop");
    d->title = def_read_text(r, r->root, "title", DEF_TITLE_MAX, S(""));
    d->name_title = def_read_text(r, r->root, "name", DEF_TITLE_MAX, S(""));
    const struct yaml *text = yaml_get(r->root, "text");
    d->text_title = text ? def_read_text(r, text, "title", DEF_TITLE_MAX, S("text")) : (str){0};
    d->text_hint = text ? def_read_text(r, text, "hint", DEF_HELP_MAX, S("text")) : (str){0};
    const struct yaml *number = yaml_get(r->root, "number");
    const struct yaml *prefix = number ? yaml_get(number, "prefix") : NULL;
    if (prefix && yaml_as_str(prefix, &d->number_prefix) && d->number_prefix.n > 0 &&
        !prefix_ok(d->number_prefix))
        yaml_err(r->e, prefix, S("number.prefix"), S("A-Z 0-9, 1..8 characters"),
            "\"%.*s\" is no prefix of a number", "“%.*s”不能作编号前缀", STR_ARG(d->number_prefix));
    d->number_digits = number ? (int)yaml_get_i64(number, "digits", 5) : 5;
    d->receiver = def_read_text(r, r->root, lasting ? "keeper" : "receiver", DEF_TITLE_MAX, S(""));
    d->calendar = read_plain_key(r, "calendar");
    d->class_scheme = read_plain_key(r, "classes");
    d->caller = yaml_get_bool(r->root, "caller", false);
    d->level = (int)yaml_get_i64(r->root, "level", 0);
}

static void read_judges(struct def_reader *r)
{
    struct def_rows rows =
        def_read_rows(r, r->root, S(""), "judges", DEF_JUDGES_MAX, judge_members);
    r->judges.broken = rows.broken;
    for (size_t i = 0; i < rows.n; i++) {
        if (!def_read_key(r, &r->judges, rows.at[i], rows.paths[i]))
            continue;
        str key = r->judges.keys[r->judges.n - 1];
        // In filters "own.satisfied" is a judge's answer, "clock.handle" a clock's outcome and
        // "cell.residents" a cell; an item keeps its requests, the answers of assisting parts and
        // the rules that have fired beside its answers.
        static const char *const TAKEN[] = {"clock", "cell", "ask", "part", "raised", "slip"};
        bool taken = false;
        for (size_t k = 0; k < ARRAY_LEN(TAKEN); k++)
            taken = taken || str_eq(key, str_of(TAKEN[k]));
        if (taken)
            yaml_err(r->e, r->judges.at[r->judges.n - 1], def_read_path(r, rows.paths[i], "key"),
                S(""), "a judge cannot be called \"%.*s\"", "评价方的键不能是“%.*s”", STR_ARG(key));
        VEC_PUSH(r->arena, r->d->judges, r->d->n_judges) = (struct def_named){.key = key,
            .title = def_read_text(r, rows.at[i], "title", DEF_TITLE_MAX, rows.paths[i])};
    }
}

static bool unsure(const struct yaml *row, const char *member)
{
    bool value = false;
    const struct yaml *y = yaml_get(row, member);
    return y != NULL && !yaml_as_bool(y, &value);
}

static void read_states(struct def_reader *r)
{
    struct def_rows rows =
        def_read_rows(r, r->root, S(""), "states", DEF_STATES_MAX, state_members);
    r->states.broken = rows.broken;
    for (size_t i = 0; i < rows.n; i++) {
        const struct yaml *row = rows.at[i];
        if (!def_read_key(r, &r->states, row, rows.paths[i]))
            continue;
        bool paused = yaml_get_bool(row, "paused", false);
        if (unsure(row, "paused") || unsure(row, "done") || unsure(row, "final"))
            r->unsure_states |= UINT64_C(1) << r->d->n_states;
        bool final = yaml_get_bool(row, "final", false);
        bool done = final || yaml_get_bool(row, "done", false);
        if (paused && done)
            yaml_err(r->e, yaml_get(row, "paused"), def_read_path(r, rows.paths[i], "paused"),
                S(""), "a closed state cannot be paused", "办结的状态不能是暂停");
        VEC_PUSH(r->arena, r->d->states, r->d->n_states) =
            (struct def_state){.key = r->states.keys[r->states.n - 1],
                .title = def_read_text(r, row, "title", DEF_TITLE_MAX, rows.paths[i]),
                .paused = paused,
                .done = done,
                .final = final};
    }
}

static void read_parts(struct def_reader *r)
{
    const struct yaml *parts = yaml_get(r->root, "parts");
    r->d->wait_all = true;
    r->d->then = DEF_NONE;
    if (parts == NULL || parts->type == YAML_NULL)
        return;
    if (parts->type != YAML_MAP) {
        r->parts.broken = r->any_then = true;
        return;
    }
    struct def_rows rows =
        def_read_rows(r, parts, S("parts"), "states", DEF_STATES_MAX, part_state_members);
    r->parts.broken = rows.broken || yaml_get(parts, "states") == NULL;
    for (size_t i = 0; i < rows.n; i++) {
        if (!def_read_key(r, &r->parts, rows.at[i], rows.paths[i]))
            continue;
        bool final = yaml_get_bool(rows.at[i], "final", false);
        if (unsure(rows.at[i], "final"))
            r->unsure_parts |= UINT64_C(1) << r->d->n_part_states;
        VEC_PUSH(r->arena, r->d->part_states, r->d->n_part_states) =
            (struct def_state){.key = r->parts.keys[r->parts.n - 1],
                .title = def_read_text(r, rows.at[i], "title", DEF_TITLE_MAX, rows.paths[i]),
                .done = final,
                .final = final};
    }
    r->d->wait_all = !str_eq(yaml_get_str(parts, "wait"), S("lead"));
    const struct yaml *then = yaml_get(parts, "then");
    if (then != NULL)
        r->d->then = def_read_name(r, &r->states, then, S("parts.then"));
    r->any_then = r->d->then == DEF_UNKNOWN;
}

static void read_reason_list(struct def_reader *r, str key, const struct yaml *list)
{
    struct def_reasons reasons = {.key = key};
    str path = str_fmt(r->arena, "reasons.%.*s", STR_ARG(key));
    struct def_names seen = {.en = "reason", .zh = "原因"};
    struct def_rows rows = def_read_rows(r, yaml_get(r->root, "reasons"), S("reasons"),
        str_z(r->arena, key), DEF_OPTIONS_MAX, reason_members);
    if (list->type != YAML_LIST || list->n == 0)
        yaml_err(r->e, list, path, S("a list of {key, options}"), "a list of reasons is needed",
            "应为原因列表");
    reasons.rows = NEW_ARRAY(r->arena, rows.n, struct def_reason);
    for (size_t i = 0; i < rows.n; i++) {
        struct def_reason *reason = &reasons.rows[reasons.n];
        if (!def_read_key(r, &seen, rows.at[i], rows.paths[i]))
            continue;
        reason->key = def_read_text(r, rows.at[i], "key", DEF_OPTION_MAX, rows.paths[i]);
        def_read_options(r, rows.at[i], rows.paths[i], &reason->options, &reason->n);
        reasons.n++;
    }
    VEC_PUSH(r->arena, r->d->reasons, r->d->n_reasons) = reasons;
}

static void read_reasons(struct def_reader *r)
{
    const struct yaml *map = yaml_get(r->root, "reasons");
    if (map == NULL || map->type == YAML_NULL)
        return;
    if (map->type != YAML_MAP) { // noted with the root
        r->reasons.broken = true;
        return;
    }
    if (map->n > DEF_REASONS_MAX)
        yaml_err(r->e, map, S("reasons"), str_fmt(r->arena, "<= %d", DEF_REASONS_MAX),
            "too many: %zu", "数量过多：%zu", map->n);
    for (size_t i = 0; i < map->n; i++) {
        struct yaml_pos pos = map->key_pos[i];
        str key = map->keys[i];
        if (!def_read_key_ok(key))
            err_at(r->e, pos.line, pos.column, S("reasons"), S("a-z, then a-z 0-9 _ -"),
                "\"%.*s\" is no key", "“%.*s”不能作键", STR_ARG(key));
        VEC_PUSH(r->arena, r->reasons.keys, r->reasons.n) = key;
        read_reason_list(r, key, map->vals[i]);
    }
}

static void read_escalations(struct def_reader *r)
{
    struct def_names seen = {.en = "rule", .zh = "升级规则"};
    struct def_rows rows =
        def_read_rows(r, r->root, S(""), "escalate", DEF_RULES_MAX, escalation_members);
    for (size_t i = 0; i < rows.n; i++) {
        if (!def_read_key(r, &seen, rows.at[i], rows.paths[i]))
            continue;
        VEC_PUSH(r->arena, r->d->escalations, r->d->n_escalations) =
            (struct def_escalation){.key = seen.keys[seen.n - 1],
                .title = def_read_text(r, rows.at[i], "title", DEF_TITLE_MAX, rows.paths[i]),
                .when = def_read_text(r, rows.at[i], "when", DEF_FILTER_MAX, rows.paths[i]),
                .levels = (int)yaml_get_i64(rows.at[i], "levels", 1)};
    }
}

// What a tally adds up instead of counting: shares are no amounts.
static str read_sum(struct def_reader *r, const struct yaml *row, str path, bool *money)
{
    *money = false;
    const struct yaml *y = yaml_get(row, "sum");
    if (!y || y->type != YAML_SCALAR || y->s.n == 0)
        return (str){0};
    str at = def_read_path(r, path, "sum");
    int field = def_read_name(r, &r->fields, y, at);
    if (field < 0)
        return (str){0};
    const struct def_field *f = &r->d->fields[field];
    if ((f->type != DEF_NUMBER && f->type != DEF_MONEY) || f->percent)
        yaml_err(r->e, y, at, S("type: number, type: money"), "\"%.*s\" is no amount",
            "“%.*s”不是可以相加的数", STR_ARG(f->title));
    *money = f->type == DEF_MONEY;
    return f->key;
}

static void read_tallies(struct def_reader *r)
{
    struct def_rows rows =
        def_read_rows(r, r->root, S(""), "tallies", DEF_TALLIES_MAX, tally_members);
    r->tallies.broken = rows.broken;
    for (size_t i = 0; i < rows.n; i++) {
        bool named = def_read_key(r, &r->tallies, rows.at[i], rows.paths[i]);
        const struct yaml *by = yaml_get(rows.at[i], "by");
        if (by != NULL && by->type == YAML_SCALAR && by->s.n > 0)
            (void)def_read_name(r, &r->stamps, by, def_read_path(r, rows.paths[i], "by"));
        if (!named)
            continue;
        struct def_tally t = {.key = r->tallies.keys[r->tallies.n - 1],
            .title = def_read_text(r, rows.at[i], "title", DEF_TITLE_MAX, rows.paths[i]),
            .by = yaml_get_str(rows.at[i], "by"),
            .where = def_read_text(r, rows.at[i], "where", DEF_FILTER_MAX, rows.paths[i])};
        t.sum = read_sum(r, rows.at[i], rows.paths[i], &t.money);
        VEC_PUSH(r->arena, r->d->tallies, r->d->n_tallies) = t;
    }
}

static void read_stages(struct def_reader *r)
{
    struct def_rows rows =
        def_read_rows(r, r->root, S(""), "stages", DEF_LEDGER_MAX, stage_members);
    for (size_t i = 0; i < rows.n; i++) {
        const struct yaml *clock = yaml_get(rows.at[i], "clock"), *by = yaml_get(rows.at[i], "by");
        str path = def_read_path(r, rows.paths[i], "clock");
        struct def_ledger stage = {.by = S("filed")};
        if (by != NULL && yaml_as_str(by, &stage.by) && stage.by.n > 0)
            (void)def_read_name(r, &r->stamps, by, def_read_path(r, rows.paths[i], "by"));
        stage.clock = clock ? def_read_name(r, &r->clocks, clock, path) : DEF_UNKNOWN;
        if (stage.clock < 0)
            continue;
        for (size_t k = 0; k < r->d->n_ledger; k++)
            if (r->d->ledger[k].clock == stage.clock)
                yaml_err(r->e, clock, path, S(""), "this clock is a stage already",
                    "这个时限已经是一个环节");
        str key = r->clocks.keys[stage.clock];
        for (int o = 0; o < OUTCOME_COUNT; o++)
            stage.keys[o] = str_fmt(r->arena, "%.*s.%.*s", STR_ARG(key),
                STR_ARG(def_outcome_word((enum def_outcome)o)));
        VEC_PUSH(r->arena, r->d->ledger, r->d->n_ledger) = stage;
    }
}

static void read_rates(struct def_reader *r)
{
    struct def_names seen = {.en = "rate", .zh = "比率"};
    struct def_rows rows = def_read_rows(r, r->root, S(""), "rates", DEF_RATES_MAX, rate_members);
    for (size_t i = 0; i < rows.n; i++) {
        bool named = def_read_key(r, &seen, rows.at[i], rows.paths[i]);
        struct def_rate rate = {.key = named ? seen.keys[seen.n - 1] : S("")};
        rate.title = def_read_text(r, rows.at[i], "title", DEF_TITLE_MAX, rows.paths[i]);
        rate.text = def_read_text(r, rows.at[i], "formula", FORMULA_BYTES_MAX, rows.paths[i]);
        rate.high_is_better = !str_eq(yaml_get_str(rows.at[i], "better"), S("low"));
        const struct yaml *y = yaml_get(rows.at[i], "formula");
        if (rate.text.n > 0 && y != NULL && !r->tallies.broken) {
            struct err inner;
            err_init(&inner, r->arena, r->e->lang);
            rate.formula =
                formula_parse(r->arena, y->s, r->tallies.keys, r->tallies.n, FORMULA_PLAIN, &inner);
            def_read_notes(r, &inner, y, def_read_path(r, rows.paths[i], "formula"));
        }
        VEC_PUSH(r->arena, r->d->rates, r->d->n_rates) = rate;
    }
}

static void read_boards(struct def_reader *r)
{
    const struct yaml *y = yaml_get(r->root, "boards");
    bool unknown = false;
    if (y == NULL)
        return;
    r->d->boards = def_read_names(r, &r->fields, y, S("boards"), &unknown);
    for (size_t i = 0; i < def_read_count(y); i++) {
        const struct yaml *one = def_read_nth(y, i);
        int at = one->type == YAML_SCALAR ? def_field_at(r->d, one->s) : DEF_NONE;
        if (at >= 0 && def_sealed(&r->d->fields[at]))
            yaml_err(r->e, one, S("boards"), S("choice, unit, ..."),
                "\"%.*s\" is personal data: nobody is counted by it",
                "“%.*s”是个人信息，不能按它统计", STR_ARG(one->s));
        else if (at >= 0 &&
                 (r->d->fields[at].type == DEF_GEOMETRY || r->d->fields[at].type == DEF_FILE))
            yaml_err(r->e, one, S("boards"), S("choice, unit, ..."),
                "no two of \"%.*s\" are the same: nobody is counted by it",
                "“%.*s”没有两个相同，不能按它统计", STR_ARG(one->s));
    }
    if (__builtin_popcountll(r->d->boards) > DEF_BOARDS_MAX)
        yaml_err(r->e, y, S("boards"), S(""), "at most %d fields", "最多 %d 个栏目",
            (int)DEF_BOARDS_MAX);
}

static void read_loop(struct def_reader *r)
{
    yaml_check(r->root, root_members, S(""), r->e);
    read_head(r);
    read_judges(r);
    def_fields_read(r);
    read_states(r);
    read_parts(r);
    def_clocks_read(r);
    read_reasons(r);
    def_steps_read(r);
    def_ahead_read(r);
    def_near_read(r);
    def_gathers_read(r);
    def_effects_check(r);
    def_solid_read(r);
    def_views_read(r);
    def_flow_check(r);
    def_approve_clocks(r);
    read_escalations(r);
    def_routes_read(r);
    def_cadences_read(r);
}

static void read_register(struct def_reader *r)
{
    yaml_check(r->root, def_register_members, S(""), r->e);
    read_head(r);
    def_register_read(r);
}

static void read_all(struct def_reader *r)
{
    if (yaml_get(r->root, "register"))
        read_register(r);
    else
        read_loop(r);
    read_boards(r);
    read_tallies(r);
    read_stages(r);
    read_rates(r);
    if (!r->d->lasting)
        def_analysis_read(r);
}

enum err_code def_parse_shared(struct arena *a, str yaml, const struct supervision *shared,
    bool whole, struct def **out, struct err *e)
{
    *out = NULL;
    if (yaml.n > DEF_BYTES_MAX)
        return err_add(e, ERR_LIMIT, S(""), S("256 KiB"), "the definition is too long: %zu bytes",
            "流程定义过长：%zu 字节", yaml.n);
    size_t kept = e->n, dropped = e->dropped;
    struct def *d = NEW(a, struct def);
    d->text = str_dup(a, yaml);
    struct def_reader r = {.arena = a,
        .e = e,
        .d = d,
        .states = {.en = "state", .zh = "状态", .section = "states"},
        .parts = {.en = "state of a part", .zh = "承办状态", .section = "parts.states"},
        .fields = {.en = "field", .zh = "字段", .section = "fields"},
        .clocks = {.en = "clock", .zh = "时限", .section = "clocks"},
        .judges = {.en = "judge", .zh = "评价方", .section = "judges"},
        .reasons = {.en = "list of reasons", .zh = "原因表", .section = "reasons"},
        .tallies = {.en = "tally", .zh = "计数", .section = "tallies"},
        .stamps = {.en = "moment", .zh = "时点", .section = "steps"}};
    r.root = yaml_parse(a, d->text, e);
    if (shared && r.root && yaml_get(r.root, "loop"))
        r.root = def_supervision_merge(a, r.root, shared, whole);
    if (r.root != NULL && r.root->type == YAML_MAP)
        read_all(&r);
    else if (r.root != NULL)
        yaml_err(e, r.root, S(""), S("loop: or register: ..., title: ..., ..."),
            "a definition is a map", "流程定义应为键值表");
    if (e->n == kept && e->dropped == dropped) {
        *out = d;
        return OK;
    }
    return e->n > kept ? e->notes[kept].code : e->code;
}

enum err_code def_parse(struct arena *a, str yaml, struct def **out, struct err *e)
{
    return def_parse_shared(a, yaml, NULL, false, out, e);
}
