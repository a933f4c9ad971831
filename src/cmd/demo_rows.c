#include "cmd/demo_rows.h"

#include <unistd.h>

#include "domain/import.h"
#include "domain/import_look.h"
#include "domain/yaml.h"
#include "store/files.h"
#include "store/folder.h"

struct bringing {
    struct args *a;
    struct town_door *door;
    int64_t at_us;
    struct import_order order;
    int64_t job;
    str file;
    struct import_look look; // at it
};

// ---- the door, at another time

struct then {
    int64_t at_us;
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e);
    void *fn_arg;
};

static enum err_code at_that_time(struct ctx *c, void *arg, struct err *e)
{
    struct then *t = arg;
    c->now_us = t->at_us;
    return t->fn(c, t->fn_arg, e);
}

static enum err_code in_transaction(void *arg,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg, struct err *e)
{
    struct bringing *b = arg;
    struct then t = {b->at_us, fn, fn_arg};
    return town_door_run(b->door, at_that_time, &t, e);
}

// ---- a sheet

static enum err_code make_job(struct ctx *c, void *arg, struct err *e)
{
    struct bringing *b = arg;
    return import_make(c, &b->order, &b->job, e);
}

static int column_at(const struct import_look *look, str name)
{
    for (size_t i = 0; i < look->n; i++)
        if (str_eq(look->columns[i].name, name))
            return (int)i + 1;
    return 0;
}

static enum err_code say_problems(struct bringing *b, struct ctx *c)
{
    struct err *e = &b->a->err;
    struct import_problem *p;
    size_t n;
    if (import_problems(c, b->job, 0, ERR_NOTES_MAX, &p, &n, e) != OK)
        return e->code;
    e->file = b->file;
    for (size_t i = 0; i < n; i++)
        err_at(e, (int)p[i].row, column_at(&b->look, p[i].column), p[i].column, p[i].expected,
            "\"%.*s\": %.*s", "“%.*s”：%.*s", STR_ARG(p[i].value), STR_ARG(p[i].message));
    return e->code;
}

static enum err_code run_once(struct bringing *b, struct import_result *r)
{
    struct err *e = &b->a->err;
    const struct import_door door = {.arg = b, .run = in_transaction};
    if (in_transaction(b, make_job, b, e) != OK)
        return e->code;
    struct ctx c = town_door_reader(b->door);
    c.now_us = b->at_us;
    if (import_run(&c, b->job, &door, r, e) != OK)
        return e->code;
    return r->bad > 0 ? say_problems(b, &c) : OK;
}

// By the map the import proposes to anybody who brings such a sheet.
static enum err_code read_in(struct bringing *b, str loop, int64_t *rows)
{
    struct err *e = &b->a->err;
    struct ctx c = town_door_reader(b->door);
    struct import_result r = {0};
    c.arena = b->a->arena;
    if (import_look(&c, b->order.path, (str){0}, loop, NULL, 0, &b->look, e) != OK) {
        e->file = b->file;
        return e->code;
    }
    b->order.map = b->look.map;
    b->order.title = b->file;
    if (run_once(b, &r) == OK)
        *rows += r.rows;
    return e->code;
}

// An import reads a file: the sheet stands in one as long as it takes.
static enum err_code bring(struct bringing *b, str dir, str loop, str text, int64_t *rows)
{
    struct err *e = &b->a->err;
    b->order.path = files_temporary(b->a->arena, str_fmt(b->a->arena, "%.*s/rows", STR_ARG(dir)));
    if (folder_write(b->order.path.s, text, e) == OK)
        (void)read_in(b, loop, rows);
    (void)unlink(b->order.path.s);
    return e->code;
}

enum err_code demo_rows_bring(struct args *a, struct town_door *d, str dir,
    const struct town_source *src, int64_t at_us, int64_t *rows)
{
    struct bringing b = {.a = a, .door = d, .at_us = at_us};
    str plan, text;
    *rows = 0;
    const struct yaml *root = src->read(src->arg, a->arena, S("town.yaml"), &plan)
                                  ? yaml_parse(a->arena, plan, &a->err)
                                  : NULL;
    const struct yaml *list = root ? yaml_get(root, "rows") : NULL;
    for (size_t i = 0; list && list->type == YAML_MAP && i < list->n; i++) {
        b.file = list->vals[i]->s;
        if (!src->read(src->arg, a->arena, b.file, &text))
            return err_add(&a->err, ERR_MISSING, b.file, (str){0},
                "there is no such file, or it cannot be read", "没有这个文件，或无法读取");
        if (bring(&b, dir, list->keys[i], text, rows) != OK)
            return a->err.code;
    }
    return a->err.code;
}
