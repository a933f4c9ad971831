#include "cmd/cmd.h"

#include "cmd/interrupt.h"
#include "cmd/town_door.h"
#include "domain/cadence.h"
#include "domain/town.h"

enum { FOUND_AT_ONCE = 200, ROWS_SHOWN = 20 };

static const struct opt OPTIONS[] = {
    {"until", OPT_STR, "DAY", "preview: up to this day", "预览：到这一天为止"},
    {"at", OPT_STR, "TIME", "tests: as if it were this moment", "测试用：当作现在是这个时刻"},
    {0},
};

// What is said of a rule.
struct told {
    struct args *a;
    struct args_json *j; // NULL: for people
    size_t shown;
    int64_t n, failed;
};

static void tell_row(struct told *t, const struct ctx *c, const struct cadence_due *x, str item)
{
    struct arena *a = t->a->arena;
    str last = tm_date(a, x->period.to - 1);
    const struct unit *u = rules_unit(c->rules, x->unit);
    t->n++;
    if (!t->j) {
        if (t->shown++ < ROWS_SHOWN)
            args_say(t->a, "  %.*s %.*s by %.*s, %.*s %.*s", "  %.*s %.*s，%.*s 前，%.*s %.*s",
                STR_ARG(x->no), STR_ARG(x->title), STR_ARG(last), STR_ARG(u ? u->name : S("")),
                STR_ARG(x->because));
        return;
    }
    struct jw *w = &t->j->w;
    args_json_some(t->j);
    jw_obj(w);
    jw_kstr(w, "row", x->no);
    jw_kstr(w, "title", x->title);
    jw_kstr(w, "from", tm_date(a, x->period.from));
    jw_kstr(w, "until", last);
    jw_kstr(w, "unit", u ? u->code : S(""));
    jw_kstr(w, "because", x->because);
    jw_ki64(w, "missed", x->missed);
    if (item.n > 0)
        jw_kstr(w, "item", item);
    jw_end_obj(w);
}

// ---- preview

// The days on which the rule begins to file, from today to the last one asked for.
static int64_t next_day(const struct def_cadence *x, int64_t day, int64_t until)
{
    if (x->never)
        return day + 1;
    if (!x->aligned)
        return day < until ? until : until + 1;
    struct period p = cadence_period(x, day);
    int64_t opens = x->window > 0 ? p.to - x->window : p.from;
    if (opens > day)
        return opens;
    if (x->to_day > 0 && p.to > x->to_day)
        return p.to;
    p = cadence_period(x, p.to);
    return x->window > 0 ? p.to - x->window : p.from;
}

static enum err_code preview_rule(
    struct told *t, struct ctx *c, const struct cadence *k, int64_t until)
{
    int64_t day = tm_local_day(c->now_us, c->rules->zone_s);
    for (; day <= until; day = next_day(cadence_on(c, k, day).x, day, until)) {
        // One counted from the last closing is told once, by all that comes until then.
        if (!k->x->aligned && day < until)
            continue;
        struct cadence_walk at = {0};
        while (!at.over) {
            struct cadence_due *due;
            size_t n;
            if (cadence_find(c, k, day, &at, FOUND_AT_ONCE, &due, &n, &t->a->err) != OK)
                return t->a->err.code;
            for (size_t i = 0; i < n; i++)
                tell_row(t, c, &due[i], (str){0});
        }
    }
    return OK;
}

// ---- run

struct filing {
    const struct cadence *k;
    int64_t row;
    str no;
    struct arena *arena;
};

static enum err_code file_one(struct ctx *c, void *arg, struct err *e)
{
    struct filing *f = arg;
    struct item it;
    if (cadence_file(c, f->k->def->loop, f->k->x->key, f->row, &it, e) != OK)
        return e->code;
    f->no = str_dup(f->arena, it.no);
    return OK;
}

static enum err_code run_rule(
    struct told *t, struct town_door *d, struct ctx *c, const struct cadence *k)
{
    int64_t day = tm_local_day(c->now_us, c->rules->zone_s);
    struct cadence_walk at = {0};
    while (!at.over && !interrupt_seen()) {
        struct cadence_due *due;
        size_t n;
        db_rollback(c->db);
        if (cadence_find(c, k, day, &at, FOUND_AT_ONCE, &due, &n, &t->a->err) != OK)
            return t->a->err.code;
        db_rollback(c->db);
        for (size_t i = 0; i < n && !interrupt_seen(); i++) {
            struct filing f = {.k = k, .row = due[i].row, .arena = t->a->arena};
            struct err e;
            err_init(&e, t->a->arena, t->a->err.lang);
            if (town_door_run(d, file_one, &f, &e) != OK) {
                t->failed++;
                err_merge(&t->a->err, &e, str_fmt(t->a->arena, "%.*s: ", STR_ARG(due[i].no)));
            } else if (f.no.n > 0) {
                tell_row(t, c, &due[i], f.no);
            }
        }
    }
    return OK;
}

// ---- both

static bool wanted(str name, const struct def *d, const struct def_cadence *x)
{
    str loop;
    return name.n == 0 || (str_cut(&name, '/', &loop) && str_eq(loop, d->loop) &&
                              (name.n == 0 || str_eq(name, x->key)));
}

static enum err_code each_rule(struct told *t, struct town_door *d, bool dry, int64_t until)
{
    struct ctx c = town_door_reader(d);
    str name = t->a->n > 1 ? t->a->words[1] : (str){0};
    bool any = false;
    for (size_t i = 0; i < c.rules->n_loops; i++) {
        const struct def *def = c.rules->loops[i].now;
        for (size_t k = 0; def && k < def->n_cadences; k++) {
            struct cadence rule;
            if (!wanted(name, def, &def->cadences[k]))
                continue;
            any = true;
            t->shown = 0;
            args_say(t->a, "%.*s/%.*s %.*s", "%.*s/%.*s %.*s", STR_ARG(def->loop),
                STR_ARG(def->cadences[k].key), STR_ARG(def->cadences[k].title));
            if (t->j) {
                jw_name(&t->j->w,
                    str_z(t->a->arena, str_fmt(t->a->arena, "%.*s/%.*s", STR_ARG(def->loop),
                                           STR_ARG(def->cadences[k].key))));
                jw_arr(&t->j->w);
            }
            if (cadence_open(t->a->arena, c.rules, def, &def->cadences[k], &rule, &t->a->err) != OK)
                return t->a->err.code;
            if ((dry ? preview_rule(t, &c, &rule, until) : run_rule(t, d, &c, &rule)) != OK)
                return t->a->err.code;
            if (t->j)
                jw_end_arr(&t->j->w);
        }
    }
    if (!any)
        err_add(&t->a->err, ERR_MISSING, name, S("LOOP/RULE"), "there is no such cadence rule",
            "没有这样的周期规则");
    return t->a->err.code;
}

static int work(struct args *a, struct town_door *d, bool dry, int64_t until)
{
    struct args_json j;
    struct told t = {.a = a, .j = a->json ? &j : NULL};
    if (a->json) {
        args_json_begin(a, &j);
        jw_name(&j.w, "rules");
        jw_obj(&j.w);
    }
    enum err_code code = each_rule(&t, d, dry, until);
    if (code != OK && t.failed == 0)
        return args_fail(a, code == ERR_MISSING ? EXIT_FOUND : EXIT_FAILED);
    if (a->json) {
        jw_end_obj(&j.w);
        jw_ki64(&j.w, dry ? "due" : "filed", t.n);
        jw_ki64(&j.w, "failed", t.failed);
        args_json_end(&j);
    } else {
        args_say(a, dry ? "%" PRId64 " items would be filed" : "%" PRId64 " items filed",
            dry ? "将登记 %" PRId64 " 件" : "已登记 %" PRId64 " 件", t.n);
    }
    return t.failed > 0 && !a->json ? args_fail(a, EXIT_FOUND)
           : t.failed > 0           ? EXIT_FOUND
                                    : EXIT_DONE;
}

static bool last_day(struct args *a, int64_t *day)
{
    int64_t us = 0;
    *day = 0;
    if (!args_given(a, "until"))
        return true;
    if (tm_parse(args_str(a, "until"), TM_ZONE_DEFAULT_S, &us)) {
        *day = tm_local_day(us, TM_ZONE_DEFAULT_S);
        return true;
    }
    args_wrong(a, "--until", "2026-12-31", "is no day", "不是日期");
    return false;
}

static int run(struct args *a)
{
    bool dry = str_eq(a->words[0], S("preview"));
    int64_t until;
    if (!dry && !str_eq(a->words[0], S("run")))
        args_wrong(a, "cadence", "preview, run", "does not know this word", "不认识这个子命令");
    int64_t now_us = 0;
    if (args_given(a, "at") && !tm_parse(args_str(a, "at"), TM_ZONE_DEFAULT_S, &now_us))
        args_wrong(a, "--at", "2026-11-20T09:00:00+08:00", "is no time", "不是时间");
    if (!last_day(a, &until) || a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    if (now_us != 0)
        tm_freeze(now_us, false);
    struct town_door *d = town_door_open(a, dry ? TOWN_DOOR_LOOK : TOWN_DOOR_WRITE);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    if (until == 0)
        until = tm_local_day(tm_now(), TM_ZONE_DEFAULT_S);
    interrupt_catch();
    int code = work(a, d, dry, until);
    town_door_close(d);
    return code;
}

const struct cmd CMD_CADENCE = {"cadence", "preview|run [LOOP/RULE] [OPTIONS]",
    "items that rules file once a period: what would be filed until a day, or file what is due",
    "周期规则：预览到某天为止会登记什么，或现在就登记到期的",
    "  bihuan cadence preview --until 2026-12-31 --dir var/town\n"
    "  bihuan cadence run visit/big --dir var/town",
    OPTIONS, 1, 2, run};
