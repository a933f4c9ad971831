#include <stdio.h>
#include "store/folder.h"
#include "cmd/interrupt.h"
#include "cmd/search_up.h"
#include "cmd/demo_rows.h"
#include "cmd/town_door.h"
#include "cmd/town_make.h"
#include "domain/demo.h"
#include "store/files.h"

static const struct opt OPTIONS[] = {
    {"items", OPT_I64, "N", "how many orders", "事项数量", "12000", 1, DEMO_ITEMS_MAX},
    {"seed", OPT_I64, "N", "another seed, another year", "随机种子", "1", 0, INT64_MAX},
    {"fast", OPT_FLAG, NULL,
        "for millions of orders: shorter lives (no merging, extending, suspending, re-checking), "
        "two million a year, written once; a new folder only",
        "用于百万级数据：办理过程从简（不含并单、延期、挂账、复核），每年二百万件，一次写成；只用于"
        "新目录"},
    {"until", OPT_STR, "TIME", "the year ends then instead of now", "演示年度到此为止，默认现在"},
    {"town", OPT_STR, "NAME|FOLDER", "as for init", "同 init", "xinjing"},
    {"db", OPT_STR, "ADDRESS", "as for init", "同 init"},
    {0},
};

struct demonstration {
    struct args *a;
    struct town_source src;
    struct demo_in in;
    str folder;   // unfinished; empty when the town was there before
    int64_t rows; // of the sheets of its registers
    int64_t kept; // rows of registers before it is filled
    struct progress p;
};

static void show(void *arg, int64_t filed, int64_t total)
{
    struct demonstration *m = arg;
    // In a town that was there before, what is committed stays: whole groups.
    if (m->folder.n > 0)
        interrupt_leave(m->folder.s);
    progress_show(&m->p, filed, total);
}

static int64_t count_items(struct town_door *d)
{
    struct ctx c = town_door_reader(d);
    return db_one_i64(c.db, 0, "SELECT count(*) FROM item WHERE town = ?1", V(c.rules->town));
}

// The rows of its registers are older than its orders.
static enum err_code bring_rows(struct demonstration *m, struct town_door *d, str dir)
{
    struct ctx c = town_door_reader(d);
    enum err_code code = demo_may_fill(&c, &m->a->err);
    db_read_end(c.db);
    int64_t at_us = m->in.until_us - demo_days(&m->in) * US_DAY;
    if (code == OK)
        code = demo_rows_bring(m->a, d, dir, &m->src, at_us, &m->rows);
    m->kept = count_items(d);
    return code;
}

static enum err_code fill(struct demonstration *m, struct town_door *d, str dir)
{
    struct args *a = m->a;
    if (bring_rows(m, d, dir) != OK)
        return a->err.code;
    struct ctx c = town_door_writer(d);
    progress_start(&m->p, a, "demo");
    if (m->in.fast)
        db_bulk_begin(c.db);
    enum err_code code = demo_fill(&c, &m->src, &m->in, show, m, &a->err);
    if (m->in.fast && code == OK)
        code = db_bulk_end(c.db, &a->err);
    progress_end(&m->p);
    return code;
}

static int report(const struct demonstration *m, int64_t items, int64_t events)
{
    struct args *a = m->a;
    if (a->json)
        printf("{\"items\":%" PRId64 ",\"rows\":%" PRId64 ",\"events\":%" PRId64 "}\n", items,
            m->rows, events);
    args_say(a, "%.*s: %" PRId64 " orders, %" PRId64 " rows of registers, %" PRId64 " events",
        "%.*s：%" PRId64 " 个事项，%" PRId64 " 行台账，%" PRId64 " 条记录", STR_ARG(args_dir(a)),
        items, m->rows, events);
    return EXIT_DONE;
}

// Fills the town that --dir names now, and says how much there is.
static enum err_code fill_there(struct demonstration *m, str dir, int64_t *items, int64_t *events)
{
    struct args *a = m->a;
    struct town_door *d = town_door_open_at(a, dir, m->in.fast ? TOWN_DOOR_ALONE : TOWN_DOOR_WRITE);
    if (!d)
        return a->err.code;
    enum err_code code = fill(m, d, dir);
    if (code == OK)
        search_up_quietly(a, d);
    struct ctx c = town_door_reader(d);
    *items = count_items(d) - m->kept;
    *events = db_one_i64(c.db, 0, "SELECT count(*) FROM event WHERE town = ?1", V(c.rules->town));
    if (code == OK)
        code = db_status(c.db, &a->err);
    town_door_close(d);
    return code;
}

static int into_new(struct demonstration *m, str dir)
{
    struct args *a = m->a;
    char *place = str_z(a->arena, dir);
    int64_t items = 0, events = 0, town;
    m->folder = files_temporary(a->arena, dir);
    interrupt_catch();
    enum err_code code = folder_above(a->arena, dir, &a->err);
    // The year begins with a town that is there.
    if (code == OK)
        code = town_make_in(a, m->folder, args_str(a, "db"), &m->src,
            m->in.until_us - (demo_days(&m->in) + 1) * US_DAY, &town);
    interrupt_leave(m->folder.s);
    if (code == OK)
        code = fill_there(m, m->folder, &items, &events);
    if (code == OK)
        code = folder_settle(a->arena, m->folder.s, place, &a->err);
    if (code == OK)
        return report(m, items, events);
    folder_remove(m->folder.s);
    return args_fail(a, code == ERR_STORE || code == ERR_FULL ? EXIT_FAILED : EXIT_USAGE);
}

static int into_old(struct demonstration *m, str dir)
{
    int64_t items = 0, events = 0;
    int lock;
    // A year long it writes the past, in large transactions: not beside a server.
    if (town_lock(m->a->arena, dir, TOWN_LOCK_SERVE, &lock, &m->a->err) != OK)
        return args_fail(m->a, EXIT_OPEN);
    enum err_code code = fill_there(m, dir, &items, &events);
    files_unlock(lock);
    if (code != OK)
        return args_fail(m->a, m->a->err.code == ERR_CONFLICT ? EXIT_USAGE : EXIT_FAILED);
    return report(m, items, events);
}

static int run(struct args *a)
{
    str dir = args_dir(a), until = args_str(a, "until");
    struct demonstration m = {.a = a,
        .src = town_make_source(a->arena, args_str(a, "town")),
        .in = {.until_us = tm_now(),
            .items = args_i64(a, "items"),
            .seed = (uint64_t)args_i64(a, "seed"),
            .fast = args_flag(a, "fast")}};
    if (until.n > 0 && !tm_parse(until, TM_ZONE_DEFAULT_S, &m.in.until_us))
        args_wrong(
            a, "--until", "2026-11-20, 2026-11-20T18:00:00+08:00", "is not a time", "不是时间");
    bool there = town_make_there(a->arena, dir);
    if (!there && !folder_empty(str_z(a->arena, dir)))
        args_wrong(
            a, "--dir", "", "holds something else than a town", "目录里有别的内容，不是镇的数据");
    if (there && m.in.fast)
        args_wrong(a, "--fast", "", "fills a new folder only", "只能用于新目录");
    if (a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    return there ? into_old(&m, dir) : into_new(&m, dir);
}

const struct cmd CMD_DEMO = {"demo", "[OPTIONS]", "make a demonstration town with a year of orders",
    "生成演示镇和一年的工单",
    "  bihuan demo --dir var/demo\n"
    "  bihuan demo --dir var/demo --items 500 --until 2026-11-20 --seed 7\n"
    "  bihuan demo --dir var/large --items 1000000 --fast",
    OPTIONS, 0, 0, run};
