// A sheet of orders brought in, and taken back: the job as the server runs it, its commands one by
// one through the writer.

#include <inttypes.h>
#include <stdio.h>
#include "domain/import.h"
#include "world.h"

static str map_text(void)
{
    return S("map: sheet\n"
             "title: 试验表\n"
             "loop: hotline\n"
             "key: no\n"
             "columns:\n"
             "  - {column: no, to: f:source_no}\n"
             "  - {column: kind, to: f:kind}\n"
             "  - {column: priority, to: f:priority}\n"
             "  - {column: class, to: class, by: code}\n"
             "  - {column: no, to: title}\n"
             "  - {to: f:channel, otherwise: \"12345\"}\n");
}

struct job {
    struct world *w;
    const struct act *act;
    struct arena *arena;
    str path;
    int64_t id;
};

static enum err_code door_run(void *arg,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg, struct err *e)
{
    struct job *j = arg;
    return world_command(j->w, j->act, fn, fn_arg, e);
}

static enum err_code make(struct ctx *c, void *arg, struct err *e)
{
    struct job *j = arg;
    struct import_order in = {.path = j->path, .map = map_text()};
    return import_make(c, &in, &j->id, e);
}

static void write_sheet(struct job *j)
{
    const struct act *x = j->act;
    j->path = str_fmt(j->arena, "%.*s/sheet-%" PRId64 ".csv", STR_ARG(world_folder(j->w)), x->seq);
    FILE *f = fopen(str_z(j->arena, j->path), "w");
    CHECK(f != NULL);
    (void)fputs("no,kind,priority,class\n", f);
    for (size_t i = 0; i < x->n_rows; i++) {
        const struct sheet_row *r = &x->rows[i];
        (void)fprintf(f, "%.*s,%.*s,%.*s,%.*s\n", STR_ARG(r->key), STR_ARG(r->kind),
            STR_ARG(r->priority), STR_ARG(r->cls));
    }
    CHECK(fclose(f) == 0);
}

void world_import(struct world *w, const struct act *x, struct answer *answer)
{
    struct arena *a = arena_new();
    struct job j = {.w = w, .act = x, .arena = a, .id = x->job};
    struct import_door door = {.arg = &j, .run = door_run};
    struct ctx reader = world_reader(w, a, x->who, x->now_us);
    struct import_result got = {0};
    struct err e;
    err_init(&e, a, LANG_EN);
    if (x->kind == ACT_UNDO) {
        answer->code = import_undo(&reader, x->job, &door, &answer->undone, &answer->kept, &e);
    } else {
        write_sheet(&j);
        answer->code = door_run(&j, make, &j, &e);
        if (answer->code == OK)
            answer->code = import_run(&reader, j.id, &door, &got, &e);
        answer->made = got.made;
        answer->same = got.same;
        answer->bad = got.bad;
    }
    answer->id = j.id;
    world_note(answer, &e);
    arena_free(a);
}
