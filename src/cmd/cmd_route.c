#include "cmd/cmd.h"

#include "cmd/town_door.h"
#include "domain/route_try.h"
#include "store/folder.h"

enum { LAST_MAX = 1000000, ROWS_SHOWN = 20 };

static const struct opt OPTIONS[] = {
    {"last", OPT_I64, "N", "so many of the newest orders", "最近多少个事项", "500", 1, LAST_MAX},
    {0},
};

static bool is_file(str name)
{
    return str_has(name, S("/")) || str_ends(name, S(".yaml")) || str_ends(name, S(".yml"));
}

// ---- for programs

static void count_json(struct jw *w, const struct route_try_count *k)
{
    for (int i = 0; i < TRY_ENDS; i++)
        jw_ki64(w, route_try_end_name((enum route_try_end)i), k->n[i]);
    jw_name(w, "orders");
    jw_arr(w);
    for (size_t i = 0; i < k->n_orders; i++)
        jw_str(w, k->orders[i]);
    jw_end_arr(w);
}

static void side_json(struct jw *w, const char *name, const struct route_try_side *side)
{
    jw_name(w, name);
    jw_obj(w);
    count_json(w, &side->all);
    jw_name(w, "confidence");
    jw_obj(w);
    for (int i = 0; i <= ROUTE_HIGH; i++) {
        jw_name(w, route_trust_name((enum route_trust)i));
        jw_obj(w);
        count_json(w, &side->by_trust[i]);
        jw_end_obj(w);
    }
    jw_end_obj(w);
    jw_name(w, "rules");
    jw_arr(w);
    for (size_t i = 0; i < side->n_rules; i++) {
        jw_obj(w);
        jw_kstr(w, "rule", side->rules[i].name);
        jw_kstr(w, "when", side->rules[i].when);
        count_json(w, &side->rules[i].count);
        jw_end_obj(w);
    }
    jw_end_arr(w);
    jw_name(w, "classes");
    jw_arr(w);
    for (size_t i = 0; i < side->n_classes; i++) {
        const struct class_ *k = side->classes[i].cls;
        jw_obj(w);
        jw_kstr(w, "class", k ? k->code : S(""));
        jw_kstr(w, "name", k ? k->name : S(""));
        count_json(w, &side->classes[i].count);
        jw_end_obj(w);
    }
    jw_end_arr(w);
    jw_end_obj(w);
}

static void unit_json(struct jw *w, const char *name, const struct unit *u)
{
    jw_kstr(w, name, u ? u->code : S(""));
}

static void print_json(struct args *a, const struct route_try *t, bool two)
{
    struct args_json j;
    struct jw *w = &j.w;
    args_json_begin(a, &j);
    jw_ki64(w, "items", t->items);
    jw_ki64(w, "judged", t->judged);
    side_json(w, "now", &t->now);
    if (two) {
        side_json(w, "was", &t->was);
        jw_ki64(w, "changed", t->changed);
    }
    jw_ki64(w, "rows_all", (int64_t)t->all_rows);
    jw_name(w, "rows");
    jw_arr(w);
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct route_try_row *r = &t->rows[i];
        args_json_some(&j);
        jw_obj(w);
        jw_kstr(w, "no", r->no);
        unit_json(w, "became", r->became);
        if (two) {
            unit_json(w, "was", r->was);
            jw_kstr(w, "was_end", str_of(route_try_end_name(r->was_end)));
            jw_kstr(w, "was_rule", r->was_rule);
        }
        unit_json(w, "now", r->now);
        jw_kstr(w, "now_end", str_of(route_try_end_name(r->now_end)));
        jw_kstr(w, "now_rule", r->now_rule);
        jw_end_obj(w);
    }
    jw_end_arr(w);
    args_json_end(&j);
}

// ---- for people

static void say_count(
    struct args *a, const char *en, const char *zh, str name, const struct route_try_count *k)
{
    bool english = a->err.lang == LANG_EN;
    int64_t of = k->n[TRY_HIT] + k->n[TRY_MISS] + k->n[TRY_CONFLICT];
    str share =
        of == 0 ? S("—") : str_fmt(a->arena, "%.0f%%", 100.0 * (double)k->n[TRY_HIT] / (double)of);
    args_say(a,
        "%s %.*s: %" PRId64 " hits (%.*s), %" PRId64 " others, %" PRId64 " conflicts, %" PRId64
        " without",
        "%s %.*s：命中 %" PRId64 "（%.*s），不同 %" PRId64 "，意见不一 %" PRId64
        "，没有建议 %" PRId64,
        english ? en : zh, STR_ARG(name), k->n[TRY_HIT], STR_ARG(share), k->n[TRY_MISS],
        k->n[TRY_CONFLICT], k->n[TRY_NONE]);
}

static void say_side(struct args *a, const struct route_try_side *side, str name)
{
    static const char *const TRUST_ZH[] = {"低", "中", "高"};
    bool en = a->err.lang == LANG_EN;
    say_count(a, "==", "==", name, &side->all);
    for (int i = ROUTE_HIGH; i >= 0; i--)
        say_count(a, "  confidence", "  把握",
            str_of(en ? route_trust_name((enum route_trust)i) : TRUST_ZH[i]), &side->by_trust[i]);
    for (size_t i = 0; i < side->n_rules; i++)
        say_count(a, "  route", "  规则", side->rules[i].name, &side->rules[i].count);
    for (size_t i = 0; i < side->n_classes; i++)
        say_count(a, "  class", "  分类",
            side->classes[i].cls ? side->classes[i].cls->name
            : en                 ? S("(none)")
                                 : S("（未分类）"),
            &side->classes[i].count);
}

static str unit_name(const struct unit *u)
{
    return u ? u->name : S("—");
}

static void print(struct args *a, const struct route_try *t, bool two)
{
    bool en = a->err.lang == LANG_EN;
    args_say(a, "%" PRId64 " orders looked at, %" PRId64 " of them dispatched or closed",
        "看了 %" PRId64 " 个事项，其中已派出或办结 %" PRId64 " 个", t->items, t->judged);
    if (two)
        say_side(a, &t->was, en ? S("in force") : S("现行"));
    say_side(a, &t->now, !two ? en ? S("in force") : S("现行") : en ? S("the file") : S("新文件"));
    if (two)
        args_say(a, "%" PRId64 " orders would be suggested differently",
            "建议会改变的事项 %" PRId64 " 个", t->changed);
    for (size_t i = 0; i < t->n_rows && i < ROWS_SHOWN; i++) {
        const struct route_try_row *r = &t->rows[i];
        if (two)
            args_say(a, "  %.*s: %.*s → %.*s; became %.*s", "  %.*s：%.*s → %.*s；实际 %.*s",
                STR_ARG(r->no), STR_ARG(unit_name(r->was)), STR_ARG(unit_name(r->now)),
                STR_ARG(unit_name(r->became)));
        else
            args_say(a, "  %.*s: %.*s (%.*s); became %.*s", "  %.*s：%.*s（%.*s）；实际 %.*s",
                STR_ARG(r->no), STR_ARG(unit_name(r->now)), STR_ARG(r->now_rule),
                STR_ARG(unit_name(r->became)));
    }
    if (t->all_rows > ROWS_SHOWN)
        args_say(
            a, "  … %zu in all; --json lists them", "  ……共 %zu 个，--json 全部列出", t->all_rows);
}

// ---- the command

static const struct def *published(struct args *a, struct ctx *c, str key)
{
    const struct loop *l = rules_loop(c->rules, key);
    if (l && l->now)
        return l->now;
    err_add(&a->err, ERR_MISSING, key, (str){0}, "the town has no such loop", "镇里没有这个流程");
    return NULL;
}

// The one loop that has routes.
static str only_loop(struct args *a, const struct ctx *c)
{
    str *keys = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->rules->n_loops; i++)
        if (c->rules->loops[i].now && c->rules->loops[i].now->n_routes > 0)
            VEC_PUSH(a->arena, keys, n) = c->rules->loops[i].key;
    return n == 1 ? keys[0] : str_join(a->arena, keys, n, S(", "));
}

static int try_in(struct args *a, struct ctx *c)
{
    str name = a->n > 1 ? a->words[1] : only_loop(a, c), text;
    const struct def *was = NULL, *now;
    struct route_try t;
    struct progress p;
    if (is_file(name)) {
        if (folder_read(a->arena, name, DEF_BYTES_MAX, &text, &a->err) != OK)
            return args_fail(a, EXIT_OPEN);
        a->err.file = name;
        now = route_try_def(c, text, &a->err);
        const struct loop *l = now ? rules_loop(c->rules, now->loop) : NULL;
        was = l ? l->now : NULL;
    } else {
        now = published(a, c, name);
    }
    if (!now)
        return args_fail(a, EXIT_FOUND);
    progress_start(&p, a, "try");
    enum err_code code =
        route_try_run(c, was, now, args_i64(a, "last"), &t, progress_show, &p, &a->err);
    progress_end(&p);
    if (code != OK)
        return args_fail(a, EXIT_FAILED);
    if (a->json)
        print_json(a, &t, was != NULL);
    else
        print(a, &t, was != NULL);
    return EXIT_DONE;
}

static int run(struct args *a)
{
    if (!str_eq(a->words[0], S("try")))
        args_wrong(a, "route", "try", "does not know this word", "不认识这个子命令");
    if (a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    struct town_door *d = town_door_open(a, TOWN_DOOR_LOOK);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    struct ctx c = town_door_reader(d);
    int code = try_in(a, &c);
    town_door_close(d);
    return code;
}

const struct cmd CMD_ROUTE = {"route", "try [FILE|LOOP] [OPTIONS]",
    "suggestions: what routes would have said of past orders, and what became of them",
    "派单建议：用历史事项试算，看建议与实际去向是否一致",
    "  bihuan route try --dir var/town --last 500\n"
    "  bihuan route try my/hotline.yaml --dir var/town --last 2000",
    OPTIONS, 1, 2, run};
