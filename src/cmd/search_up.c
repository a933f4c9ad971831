#include "cmd/search_up.h"

#include "base/log.h"

enum { ROWS_AT_ONCE = 5000 };

static enum err_code fill(
    struct args *a, struct town_door *d, enum search_how how, bool *busy, struct err *e)
{
    struct town_door_work f = {.door = d};
    struct search_door door = {&f, town_door_work_run, town_door_work_show, ROWS_AT_ONCE};
    struct ctx reader = town_door_reader(d);
    progress_start(&f.bar, a, "search");
    enum err_code code = search_fill(&reader, how, &door, busy, e);
    progress_end(&f.bar);
    return code;
}

enum err_code search_up(struct args *a, struct town_door *d, enum search_how how)
{
    bool busy = false;
    if (fill(a, d, how, &busy, &a->err) == OK && busy)
        return err_add(&a->err, ERR_BUSY, S("search"), (str){0},
            "another process is filling the search index, or was less than ten minutes ago",
            "另一个进程正在（或十分钟内曾）建立检索索引");
    return a->err.code;
}

void search_up_quietly(struct args *a, struct town_door *d)
{
    struct err e;
    bool busy;
    err_init(&e, a->arena, a->err.lang);
    if (fill(a, d, SEARCH_FILL, &busy, &e) != OK)
        log_line(LOG_WARN, "search %.*s", STR_ARG(err_text(&e, a->arena)));
}
