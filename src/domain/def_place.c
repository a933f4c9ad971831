#include "domain/def_place.h"

#include "domain/near.h"

// "[12]" at the front of a path.
static bool cut_index(str *path, int64_t *at)
{
    size_t end = str_find(*path, ']');
    if (path->n == 0 || path->s[0] != '[' || end == path->n ||
        !str_i64(str_sub(*path, 1, end - 1), at) || *at < 0)
        return false;
    *path = str_sub(*path, end + 1, path->n);
    return true;
}

static str cut_name(str *path)
{
    size_t n = path->n > 0 && path->s[0] == '.' ? 1 : 0, from = n;
    while (n < path->n && path->s[n] != '.' && path->s[n] != '[')
        n++;
    str name = str_sub(*path, from, n - from);
    *path = str_sub(*path, n, path->n);
    return name;
}

static const struct yaml *said_in(const struct yaml *y, str said)
{
    if (y->type == YAML_SCALAR)
        return str_eq(y->s, said) ? y : NULL;
    for (size_t i = 0; (y->type == YAML_LIST || y->type == YAML_MAP) && i < y->n; i++) {
        const struct yaml *found = said_in(y->vals[i], said);
        if (found)
            return found;
    }
    return NULL;
}

struct yaml_pos def_place(struct arena *a, str text, str path, str said)
{
    struct err quiet;
    err_init(&quiet, a, LANG_EN);
    const struct yaml *y = yaml_parse(a, text, &quiet);
    while (y && path.n > 0) {
        int64_t at;
        bool row = path.s[0] == '[';
        if (row && !cut_index(&path, &at))
            break;
        const struct yaml *next = !row ? yaml_find(y, cut_name(&path))
                                  : y->type == YAML_LIST && (size_t)at < y->n ? y->vals[at]
                                                                              : NULL;
        if (!next)
            break;
        y = next;
    }
    const struct yaml *found = y && said.n > 0 ? said_in(y, said) : NULL;
    y = found ? found : y;
    return y ? (struct yaml_pos){y->line, y->column} : (struct yaml_pos){0};
}

void def_place_filter(
    struct err *e, const struct def *d, str path, str filter, const struct err *inner)
{
    for (size_t i = 0; i < inner->n; i++) {
        const struct err_note *n = &inner->notes[i];
        def_err(e, d->text, path, filter, n->expected, "in the filter \"%.*s\", %.*s: %.*s",
            "筛选条件“%.*s”的“%.*s”：%.*s", STR_ARG(filter), STR_ARG(n->field),
            STR_ARG(n->message));
    }
}

void def_place_unknown(struct err *e, str text, str path, str said, const char *en, const char *zh,
    const str *known, size_t n)
{
    const char *what = e->lang == LANG_EN ? en : zh;
    str near = near_name(e->arena, said, known, n);
    str expected = near_list(e->arena, said, known, n);
    if (near.n > 0)
        def_err(e, text, path, said, expected, "there is no %s \"%.*s\", did you mean \"%.*s\"?",
            "没有这个%s：“%.*s”，是不是“%.*s”？", what, STR_ARG(said), STR_ARG(near));
    else
        def_err(e, text, path, said, expected, "there is no %s \"%.*s\"", "没有这个%s：“%.*s”",
            what, STR_ARG(said));
}
