#include <stdio.h>
#include "cmd/town_door.h"
#include "domain/audit.h"

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
        args_json_notes(&j, &a->err);
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

static int run(struct args *a)
{
    bool rebuilds = str_eq(a->words[0], S("rebuild"));
    if (!rebuilds && !str_eq(a->words[0], S("verify"))) {
        args_wrong(a, "tally", "verify, rebuild", "does not know this word", "不认识这个子命令");
        return args_fail(a, EXIT_USAGE);
    }
    struct town_door *d = town_door_open(a, rebuilds ? TOWN_DOOR_WRITE : TOWN_DOOR_LOOK);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = rebuilds ? rebuild(a, d) : verify(a, d);
    town_door_close(d);
    return code;
}

const struct cmd CMD_TALLY = {"tally", "verify|rebuild [OPTIONS]",
    "compare items and counters with the history they come from, or count anew",
    "核对事项与计数是否与历史记录一致，或重新计数",
    "  bihuan tally verify --dir var/town\n  bihuan tally rebuild --dir var/town", NULL, 1, 1, run};
