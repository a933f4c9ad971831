#include "domain/def_repeat.h"

#include "domain/def_place.h"

// Titles are the same when they read the same: width, case and blanks aside.
static str plain(struct arena *a, str title)
{
    str x = utf8_fold(a, title);
    char *out = arena_alloc(a, x.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < x.n; i++)
        if (x.s[i] != ' ')
            out[n++] = x.s[i];
    return (str){out, n};
}

static bool names(const struct def *d, str register_)
{
    for (size_t i = 0; i < d->n_fields; i++)
        if (d->fields[i].type == DEF_REF && str_eq(d->fields[i].to, register_))
            return true;
    return false;
}

static void repeats(
    struct ctx *c, const struct def *d, size_t at, const struct def *held, struct err *hints)
{
    const struct def_field *f = &d->fields[at];
    bool named = names(d, held->loop);
    str title = plain(c->arena, f->title);
    for (size_t i = 0; i < held->n_fields; i++) {
        const struct def_field *x = &held->fields[i];
        // A row that is named shows what it holds; a value that is its row's alone names the row.
        if ((!named || d->lasting) && !x->unique)
            continue;
        if (!str_eq(plain(c->arena, x->title), title))
            continue;
        str path = str_fmt(c->arena, "fields[%zu].title", at);
        if (named)
            def_err(hints, d->text, path, (str){0}, (str){0},
                "the register \"%.*s\" holds \"%.*s\", and it is shown with the row: it need not "
                "be asked",
                "台账“%.*s”里已有“%.*s”，引用这一行时会显示，不必再问", STR_ARG(held->title),
                STR_ARG(x->title));
        else
            def_err(hints, d->text, path, (str){0},
                str_fmt(c->arena, "{type: ref, register: %.*s}", STR_ARG(held->loop)),
                "the register \"%.*s\" holds \"%.*s\": let the field name its row",
                "台账“%.*s”里已有“%.*s”，建议改为引用那一行", STR_ARG(held->title),
                STR_ARG(x->title));
    }
}

void def_repeats(struct ctx *c, const struct def *d, struct err *hints)
{
    for (size_t i = 0; i < d->n_fields; i++)
        for (size_t l = 0; l < c->rules->n_loops; l++) {
            const struct def *held = c->rules->loops[l].now;
            if (d->fields[i].type == DEF_REF || d->fields[i].text.n > 0)
                continue; // nobody is asked for what is computed, or has from the row
            if (held && held->lasting && !str_eq(held->loop, d->loop))
                repeats(c, d, i, held, hints);
        }
    for (size_t i = 0; i < hints->n; i++)
        hints->notes[i].code = OK;
    hints->code = OK;
}
