#include <stdio.h>
#include <sys/stat.h>
#include "cmd/interrupt.h"
#include "cmd/town_door.h"
#include "domain/old_years.h"
#include "store/files.h"

static const struct opt OPTIONS[] = {
    {"until", OPT_STR, "DATE",
        "detach: what was filed, and last changed, before this day; without it January 1 of the "
        "year before this one",
        "detach：登记和最后变动都早于这一天的已办结事项；不写则为去年 1 月 1 日"},
    {0},
};

// ---- list

static void show_year(struct args *a, struct args_json *j, const struct year *y, str path, int zone)
{
    struct stat st = {0};
    bool there = stat(path.s, &st) == 0;
    str from = tm_date(a->arena, tm_local_day(y->first_us, zone)),
        to = tm_date(a->arena, tm_local_day(y->last_us, zone));
    if (a->json) {
        jw_obj(&j->w);
        jw_ki64(&j->w, "year", y->year);
        jw_ki64(&j->w, "items", y->items);
        jw_ki64(&j->w, "events", y->events);
        jw_ki64(&j->w, "bytes", there ? (int64_t)st.st_size : 0);
        jw_kstr(&j->w, "from", from);
        jw_kstr(&j->w, "to", to);
        jw_kstr(&j->w, "file", path);
        jw_kbool(&j->w, "there", there);
        jw_end_obj(&j->w);
        return;
    }
    args_say(a,
        "%" PRId64 "  %" PRId64 " items, %" PRId64 " events, %.1f MiB, filed %.*s to %.*s%s",
        "%" PRId64 "  %" PRId64 " 个事项，%" PRId64 " 条记录，%.1f MiB，登记于 %.*s 至 %.*s%s",
        y->year, y->items, y->events, (double)st.st_size / MIB, STR_ARG(from), STR_ARG(to),
        there                    ? ""
        : a->err.lang == LANG_EN ? "; THE FILE IS MISSING"
                                 : "；文件缺失");
}

static int list(struct args *a, struct town_door *d)
{
    struct ctx c = town_door_reader(d);
    struct years y;
    struct args_json j;
    str folder = years_folder(c.db, a->arena);
    if (folder.n == 0) {
        (void)old_years_none(&a->err);
        return args_fail(a, EXIT_FAILED);
    }
    years_known(c.db, c.rules->town, &y);
    if (db_status(c.db, &a->err) != OK)
        return args_fail(a, EXIT_FAILED);
    if (a->json) {
        args_json_begin(a, &j);
        jw_key(&j.w, S("years"));
        jw_arr(&j.w);
    } else if (y.n == 0) {
        args_say(a, "no year is detached", "没有分出的年度库");
    }
    for (size_t i = 0; i < y.n; i++)
        show_year(a, &j, &y.v[i], years_path(a->arena, folder, y.v[i].year), c.rules->zone_s);
    if (a->json) {
        jw_end_arr(&j.w);
        args_json_end(&j);
    }
    return EXIT_DONE;
}

// ---- moving

static int report(struct args *a, const struct old_years_job *job, bool detached)
{
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_ki64(&j.w, "items", job->items);
        jw_ki64(&j.w, "years", job->years);
        jw_kbool(&j.w, "done", !job->stopped);
        args_json_end(&j);
    }
    if (detached)
        args_say(a, "%" PRId64 " items left for %" PRId64 " year files",
            "%" PRId64 " 个事项已分出，写入 %" PRId64 " 个年度库", job->items, job->years);
    else
        args_say(a, "%" PRId64 " items came back", "%" PRId64 " 个事项已并回", job->items);
    if (job->stopped)
        args_say(a, "stopped: nothing is lost, the same command goes on here",
            "已中断：没有丢失，再次执行同一命令即可继续");
    return job->stopped ? EXIT_FAILED : EXIT_DONE;
}

static int move(struct args *a, struct town_door *d, int64_t until_us, int64_t year)
{
    struct ctx c = town_door_reader(d);
    struct town_door_work m = {.door = d};
    struct old_years_door door = {&m, town_door_work_run, town_door_work_show};
    struct old_years_job job = {.c = &c,
        .door = &door,
        .until_us = until_us ? until_us : old_years_border(c.now_us, c.rules->zone_s)};
    int lock;
    if (old_years_lock(&c, &lock, &a->err) != OK)
        return args_fail(a, a->err.code == ERR_BUSY ? EXIT_OPEN : EXIT_FAILED);
    interrupt_catch();
    progress_start(&m.bar, a, "years");
    enum err_code code =
        year ? old_years_attach(&job, year, &a->err) : old_years_detach(&job, &a->err);
    progress_end(&m.bar);
    files_unlock(lock);
    return code == OK ? report(a, &job, year == 0) : args_fail(a, EXIT_FAILED);
}

// ---- the room that became free

static int shrink(struct args *a, struct town_door *d)
{
    struct ctx c = town_door_writer(d);
    int lock;
    int64_t before, after, log;
    if (old_years_lock(&c, &lock, &a->err) != OK)
        return args_fail(a, a->err.code == ERR_BUSY ? EXIT_OPEN : EXIT_FAILED);
    db_sizes(c.db, &before, &log);
    enum err_code code = years_shrink(c.db, a->arena, args_dir(a), &a->err);
    db_sizes(c.db, &after, &log);
    files_unlock(lock);
    if (code != OK)
        return args_fail(a, EXIT_FAILED);
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_ki64(&j.w, "before", before);
        jw_ki64(&j.w, "after", after);
        args_json_end(&j);
    }
    args_say(a, "the database had %.1f MiB and has %.1f MiB", "数据库由 %.1f MiB 缩至 %.1f MiB",
        (double)before / MIB, (double)after / MIB);
    return EXIT_DONE;
}

// Nobody shall wait for it: the server is asked to be stopped.
static int shrink_alone(struct args *a, struct town_door *d)
{
    int serving;
    if (town_lock(a->arena, args_dir(a), TOWN_LOCK_SERVE, &serving, &a->err) != OK)
        return args_fail(a, EXIT_OPEN);
    int code = shrink(a, d);
    files_unlock(serving);
    return code;
}

// ---- the command

struct asked {
    bool detaches, attaches, shrinks;
    int64_t until_us, year;
};

static void read_words(struct args *a, struct asked *out)
{
    str word = a->n > 0 ? a->words[0] : S("list"), until = args_str(a, "until");
    out->detaches = str_eq(word, S("detach"));
    out->attaches = str_eq(word, S("attach"));
    out->shrinks = str_eq(word, S("shrink"));
    if (!out->detaches && !out->attaches && !out->shrinks && !str_eq(word, S("list")))
        args_wrong(a, "years", "list, detach, attach YEAR, shrink", "does not know this word",
            "不认识这个子命令");
    if (out->attaches && (a->n != 2 || !str_i64(a->words[1], &out->year) || out->year < 1))
        args_wrong(a, "attach", "2021", "say which year", "请指明年份");
    if (!out->attaches && a->n > 1)
        args_wrong(a, "years", "attach 2021", "only attach takes a year", "只有 attach 需要年份");
    if (until.n > 0 && (!out->detaches || !tm_parse(until, TM_ZONE_DEFAULT_S, &out->until_us) ||
                           out->until_us > tm_now()))
        args_wrong(a, "--until", "2025-01-01", "is not a day that has passed, of detach",
            "应为已过去的日期，且只用于 detach");
}

static int run(struct args *a)
{
    struct asked x = {0};
    read_words(a, &x);
    if (a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    bool moves = x.detaches || x.attaches;
    struct town_door *d = town_door_open(a, moves || x.shrinks ? TOWN_DOOR_WRITE : TOWN_DOOR_LOOK);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = moves ? move(a, d, x.until_us, x.year) : x.shrinks ? shrink_alone(a, d) : list(a, d);
    town_door_close(d);
    return code;
}

const struct cmd CMD_YEARS = {"years", "[list|detach|attach YEAR|shrink] [OPTIONS]",
    "move closed items of old years to files of their own, where they are found as before; or back",
    "把往年已办结事项分到年度库（照常查得到），或并回",
    "  bihuan years --dir var/town\n"
    "  bihuan years detach --dir var/town\n"
    "  bihuan years detach --until 2025-01-01\n"
    "  bihuan years attach 2021 --dir var/town\n"
    "  bihuan years shrink --dir var/town",
    OPTIONS, 0, 2, run};
