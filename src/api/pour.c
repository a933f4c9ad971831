#include "api/pour.h"

#include <string.h>

enum { FIRST_BYTES = 16 * KIB };

struct pour *pour_new(struct call *k)
{
    struct arena *a = arena_new();
    struct pour *p = NEW(a, struct pour);
    p->arena = a;
    p->rules = app_rules_take(k->app);
    // The rules are held for the whole answer, so the actor is looked up in them anew.
    p->ctx = k->ctx;
    p->ctx.arena = a;
    p->ctx.rules = app_rules(p->rules);
    p->ctx.actor = rules_person(p->ctx.rules, k->actor);
    return p;
}

void pour_drop(struct pour *p)
{
    if (p->from)
        p->close(p->from);
    app_rules_drop(p->rules);
    arena_free(p->arena);
}

static void closed(void *arg)
{
    pour_drop(arg);
}

static int64_t produce(void *arg, char *out, size_t max)
{
    struct pour *p = arg;
    if (p->first.n == 0)
        return p->read(p->from, out, max);
    size_t n = p->first.n < max ? p->first.n : max;
    memcpy(out, p->first.s, n);
    p->first = str_sub(p->first, n, p->first.n);
    return (int64_t)n;
}

enum err_code pour_answer(struct call *k, struct pour *p, str name, const char *type)
{
    char *piece = arena_alloc(p->arena, FIRST_BYTES);
    int64_t n = p->read(p->from, piece, FIRST_BYTES);
    if (n < 0) {
        (void)p->error(p->from, &k->err);
        pour_drop(p);
        return k->err.code;
    }
    p->first = (str){piece, (size_t)n};
    http_set(k->req, "Content-Disposition",
        str_fmt(k->req->arena, "attachment; filename=\"%.*s\"", STR_ARG(name)));
    http_answer_stream(k->req, 200, type, produce, closed, p);
    return OK;
}
