#include "cmd/import_list.h"

#include "base/tm.h"
#include "cmd/town_door.h"
#include "domain/layer.h"
#include "store/folder.h"

enum { FILE_BYTES_MAX = 16 * MIB, FLAWS_SHOWN = 20 };

struct laying {
    struct layer_list *list;
    struct layer_counts counts;
};

static enum err_code write_cells(struct ctx *c, void *arg, struct err *e)
{
    struct laying *l = arg;
    return layer_write(c, l->list, &l->counts, e);
}

static void report_json(struct args *a, const struct laying *l, bool dry)
{
    const struct layer_flaw *flaws;
    size_t all, n = layer_flaws(l->list, &flaws, &all);
    struct args_json j;
    args_json_begin(a, &j);
    jw_kstr(&j.w, "kind", S("cells"));
    jw_kstr(&j.w, "layer", layer_list_key(l->list));
    jw_kbool(&j.w, "dry", dry);
    jw_ki64(&j.w, "made", l->counts.made);
    jw_ki64(&j.w, "changed", l->counts.changed);
    jw_ki64(&j.w, "same", l->counts.same);
    jw_ki64(&j.w, "ended", l->counts.ended);
    jw_ki64(&j.w, "flaws_all", (int64_t)all);
    jw_name(&j.w, "flaws");
    jw_arr(&j.w);
    for (size_t i = 0; i < n; i++) {
        jw_obj(&j.w);
        jw_kstr(&j.w, "kind", flaws[i].gap ? S("gap") : S("overlap"));
        jw_kstr(&j.w, "code", flaws[i].code);
        jw_kstr(&j.w, "other", flaws[i].other);
        jw_kf64(&j.w, "square_metres", flaws[i].m2);
        jw_kf64(&j.w, "lat", flaws[i].lat);
        jw_kf64(&j.w, "lon", flaws[i].lon);
        jw_end_obj(&j.w);
    }
    jw_end_arr(&j.w);
    args_json_end(&j);
}

static void report(struct args *a, const struct laying *l)
{
    bool dry = args_flag(a, "dry");
    const struct layer_flaw *flaws;
    size_t all, n = layer_flaws(l->list, &flaws, &all);
    if (a->json) {
        report_json(a, l, dry);
        return;
    }
    args_say(a,
        "%s%" PRId64 " new, %" PRId64 " changed, %" PRId64 " as they were, %" PRId64 " ended",
        "%s新增 %" PRId64 "，变更 %" PRId64 "，未变 %" PRId64 "，停用 %" PRId64,
        dry ? a->err.lang == LANG_EN ? "would be: " : "试算：" : "", l->counts.made,
        l->counts.changed, l->counts.same, l->counts.ended);
    for (size_t i = 0; i < n && i < FLAWS_SHOWN; i++) {
        const struct layer_flaw *x = &flaws[i];
        if (x->gap)
            args_say(a, "gap: %.0f m² near %.6f, %.6f",
                "空隙：%.0f 平方米，在纬度 %.6f、经度 %.6f 附近", x->m2, x->lat, x->lon);
        else
            args_say(a, "overlap: %.*s and %.*s, %.0f m² near %.6f, %.6f",
                "重叠：%.*s 与 %.*s，%.0f 平方米，在纬度 %.6f、经度 %.6f 附近", STR_ARG(x->code),
                STR_ARG(x->other), x->m2, x->lat, x->lon);
    }
    if (all > FLAWS_SHOWN)
        args_say(a, "… %zu overlaps and gaps in all", "……重叠和空隙共 %zu 处", all);
}

static int run_in(struct args *a, struct town_door *d, const struct layer_in *in)
{
    struct laying l = {0};
    bool dry = args_flag(a, "dry");
    str text;
    if (town_door_as(d, args_str(a, "as"), &a->err) != OK)
        return args_fail(a, EXIT_USAGE);
    if (folder_read(a->arena, a->words[0], FILE_BYTES_MAX, &text, &a->err) != OK)
        return args_fail(a, EXIT_OPEN);
    a->err.file = a->words[0];
    struct ctx reader = town_door_reader(d);
    db_read_begin(reader.db);
    l.list = layer_read(&reader, in, text, &a->err);
    enum err_code code = l.list ? layer_check(&reader, l.list, &l.counts, &a->err) : a->err.code;
    db_read_end(reader.db);
    if (code == OK && !dry)
        code = town_door_run(d, write_cells, &l, &a->err);
    if (code != OK)
        return args_fail(a,
            code == ERR_STORE || code == ERR_FULL || code == ERR_BUSY ? EXIT_FAILED : EXIT_FOUND);
    report(a, &l);
    return EXIT_DONE;
}

int import_cells_run(struct args *a)
{
    struct layer_in in = {.key = args_str(a, "layer"),
        .title = args_str(a, "title"),
        .unit_kind = args_str(a, "unit-kind"),
        .datum = args_str(a, "datum")};
    static const char *const OTHERS[] = {"map", "problems", "undo", "resume"};
    int64_t from_us = 0;
    if (a->n == 0)
        args_wrong(a, "import", "FILE", "wants the GeoJSON file", "须给出 GeoJSON 文件");
    for (size_t i = 0; i < ARRAY_LEN(OTHERS); i++)
        if (args_given(a, OTHERS[i]))
            args_wrong(a, "--kind", "", "cells do not go with --map, --problems, --undo, --resume",
                "导入网格不能与 --map、--problems、--undo、--resume 同用");
    if (args_given(a, "from")) {
        if (!tm_parse(args_str(a, "from"), TM_ZONE_DEFAULT_S, &from_us))
            args_wrong(a, "--from", "2026-12-01", "is not a date", "不是日期");
        in.from_day = tm_local_day(from_us, TM_ZONE_DEFAULT_S);
    }
    if (a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    struct town_door *d = town_door_open(a, args_flag(a, "dry") ? TOWN_DOOR_LOOK : TOWN_DOOR_WRITE);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = run_in(a, d, &in);
    town_door_close(d);
    return code;
}
