#include <stdio.h>
#include "cmd/town_door.h"
#include "domain/audit.h"
#include "domain/tally_fold.h"

static const struct opt OPTIONS[] = {
    {"months", OPT_I64, "N", "fold: so many months are kept by day",
        "fold：保留最近多少个月的逐日数字", "24", 1, TALLY_FOLD_MONTHS_MAX},
    {0},
};

static int verify(struct args *a, struct town_door *d)
{
    struct ctx c = town_door_reader(d);
    struct audit_out out;
    struct progress p;
    progress_start(&p, a, "tally");
    enum err_code code = tally_verify(&c, progress_show, &p, &out, &a->err);
    progress_end(&p);
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kbool(&j.w, "ok", code == OK);
        jw_ki64(&j.w, "items", out.items);
        jw_ki64(&j.w, "events", out.events);
        jw_ki64(&j.w, "cells", out.cells);
        args_json_notes(&j, "errors", &a->err);
        args_json_end(&j);
        return code == OK ? EXIT_DONE : EXIT_FOUND;
    }
    args_say(a, "%" PRId64 " items, %" PRId64 " events, %" PRId64 " counters: %s",
        "%" PRId64 " 个事项、%" PRId64 " 条记录、%" PRId64 " 个计数：%s", out.items, out.events,
        out.cells,
        code == OK ? (a->err.lang == LANG_EN ? "all agree" : "全部一致")
                   : (a->err.lang == LANG_EN ? "they do not agree" : "不一致"));
    return code == OK ? EXIT_DONE : args_fail(a, EXIT_FOUND);
}

static enum err_code rebuild_all(struct ctx *c, void *arg, struct err *e)
{
    (void)arg;
    return tally_rebuild(c, e);
}

static int rebuild(struct args *a, struct town_door *d)
{
    if (town_door_run(d, rebuild_all, NULL, &a->err) != OK)
        return args_fail(a, EXIT_FAILED);
    if (!a->json)
        args_say(a, "the counters were written anew", "计数已全部重建");
    return verify(a, d);
}

struct folding {
    int64_t months, day;
};

static enum err_code fold_next(struct ctx *c, void *arg, struct err *e)
{
    struct folding *f = arg;
    int64_t limit = tally_fold_limit(c->now_us, c->rules->zone_s, f->months);
    return tally_fold_next(c, limit, &f->day, e);
}

// A day a transaction, so that a server beside it hardly waits.
static int fold(struct args *a, struct town_door *d)
{
    struct folding f = {.months = args_i64(a, "months")};
    int64_t days = -1;
    do {
        if (town_door_run(d, fold_next, &f, &a->err) != OK)
            return args_fail(a, EXIT_FAILED);
        days++;
    } while (f.day != 0);
    if (a->json)
        printf("{\"days\":%" PRId64 "}\n", days);
    args_say(
        a, "%" PRId64 " days now stand in their months", "已有 %" PRId64 " 天并入各自的月份", days);
    return EXIT_DONE;
}

static int run(struct args *a)
{
    bool rebuilds = str_eq(a->words[0], S("rebuild"));
    bool folds = str_eq(a->words[0], S("fold"));
    if (!rebuilds && !folds && !str_eq(a->words[0], S("verify"))) {
        args_wrong(
            a, "tally", "verify, rebuild, fold", "does not know this word", "不认识这个子命令");
        return args_fail(a, EXIT_USAGE);
    }
    struct town_door *d = town_door_open(a, rebuilds || folds ? TOWN_DOOR_WRITE : TOWN_DOOR_LOOK);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = folds ? fold(a, d) : rebuilds ? rebuild(a, d) : verify(a, d);
    town_door_close(d);
    return code;
}

const struct cmd CMD_TALLY = {"tally", "verify|rebuild|fold [OPTIONS]",
    "compare items and counters with the history they come from, count anew, or fold old days",
    "核对事项与计数是否与历史记录一致、重新计数，或把旧的逐日数字并成月",
    "  bihuan tally verify --dir var/town\n  bihuan tally rebuild --dir var/town\n"
    "  bihuan tally fold --months 36 --dir var/town",
    OPTIONS, 1, 1, run};
