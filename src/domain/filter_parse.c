#include "domain/ctx.h"
#include "domain/filter_value.h"

static bool names_loop(const struct filter_parser *p, const struct filter_raw *raw)
{
    int key = raw->has_key ? filter_key_at(utf8_fold(p->arena, raw->key)) : -1;
    return !raw->negated && (key == KEY_LOOP || key == KEY_REGISTER);
}

// The loops and registers named by positive terms, else the definition the filter stands in, else
// all loops.
static void set_scope(struct filter_parser *p, const struct filter_raw *raws, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!names_loop(p, &raws[i]))
            continue;
        for (size_t j = 0; j < raws[i].n; j++) {
            str name = raws[i].values[j].text;
            const struct loop *l = filter_value_loop(p->rules, name);
            if (p->def != NULL && (str_eq(name, p->def->loop) || str_eq(name, p->def->title)))
                filter_scope_add_def(p->arena, &p->scope, p->def);
            else if (l != NULL)
                filter_scope_add(p->arena, &p->scope, l);
        }
    }
    if (p->scope.n > 0)
        return;
    if (p->def != NULL) {
        filter_scope_add_def(p->arena, &p->scope, p->def);
        return;
    }
    for (size_t i = 0; i < p->rules->n_loops; i++)
        if (!loop_lasts(&p->rules->loops[i]))
            filter_scope_add(p->arena, &p->scope, &p->rules->loops[i]);
}

static void note_key(struct filter_parser *p, const struct filter_raw *raw, enum filter_find found)
{
    if (found == FIND_SEVERAL) {
        str expected = p->e->lang == LANG_EN ? S("loop:... beside it") : S("同时写上 loop:…");
        (void)err_at(p->e, 1, raw->column, raw->key, expected,
            "\"%.*s\" means different things in different loops", "“%.*s”在不同的事项里含义不同",
            STR_ARG(raw->key));
        return;
    }
    struct filter_names names = {0};
    filter_scope_fields(p->arena, &p->scope, &names);
    for (size_t i = 0; i < p->rules->n_layers; i++)
        VEC_PUSH(p->arena, names.v, names.n) =
            str_fmt(p->arena, "cell.%.*s", STR_ARG(p->rules->layers[i].key));
    str otherwise = p->e->lang == LANG_EN
                        ? S("loop, state, unit, class, filed, due, ... or \"words in quotes\"")
                        : S("事项类型、状态、承办、分类、受理、到期……；要搜文字请加引号");
    (void)err_at(p->e, 1, raw->column, raw->key,
        filter_value_near(p->arena, raw->key, &names, otherwise), "there is no key \"%.*s\"",
        "没有“%.*s”这个条件", STR_ARG(raw->key));
}

// "cell.residents": the cell of a layer the item lies in.
static bool find_layer(
    const struct filter_parser *p, const struct filter_raw *raw, struct filter_field *out)
{
    static const str before[] = {S("cell."), S("网格.")};
    for (size_t i = 0; i < ARRAY_LEN(before); i++) {
        if (!str_starts(raw->key, before[i]))
            continue;
        str name = str_sub(raw->key, before[i].n, raw->key.n);
        const struct layer *l = rules_layer_named(p->rules, name);
        if (!l)
            continue;
        *out = (struct filter_field){.key = KEY_FIELD, .kind = KIND_CELL, .layer = l};
        out->shown = str_fmt(p->arena, "cell.%.*s", STR_ARG(l->key));
        out->field = l->field;
        return true;
    }
    return false;
}

// Of a part: asked where a definition says what one may do, and nowhere else.
static bool find_lead(
    const struct filter_parser *p, const struct filter_raw *raw, struct filter_field *out)
{
    if (!p->def || (!str_eq(raw->key, S("lead")) && !str_eq(raw->key, S("主办"))))
        return false;
    *out = (struct filter_field){.key = KEY_FIELD, .kind = KIND_LEAD, .shown = S("lead")};
    out->field = S("part/lead");
    return true;
}

// The key as written, then with width and case of its letters folded.
static bool find_key(
    struct filter_parser *p, const struct filter_raw *raw, struct filter_field *out)
{
    *out = (struct filter_field){.key = KEY_WORD, .kind = KIND_WORD};
    if (!raw->has_key)
        return true;
    str folded = utf8_fold(p->arena, raw->key);
    int at = filter_key_at(folded);
    if (at >= 0) {
        *out = (struct filter_field){.key = (enum filter_key)at, .kind = filter_key_rows[at].kind};
        return true;
    }
    if (find_layer(p, raw, out) || find_lead(p, raw, out))
        return true;
    enum filter_find found = filter_scope_find(p->arena, &p->scope, raw->key, out);
    if (found == FIND_NONE)
        found = filter_scope_find(p->arena, &p->scope, folded, out);
    if (found == FIND_OK)
        return true;
    note_key(p, raw, found);
    return false;
}

static bool takes_exact(enum filter_kind kind)
{
    return kind == KIND_UNIT || kind == KIND_PART || kind == KIND_CLASS;
}

static bool parse_term(struct filter_parser *p, const struct filter_raw *raw, struct filter_term *t)
{
    struct filter_field field;
    if (!find_key(p, raw, &field))
        return false;
    *t = (struct filter_term){.negated = raw->negated,
        .key = field.key,
        .kind = field.kind,
        .shown = field.shown,
        .field = field.field};
    t->exact = raw->exact && takes_exact(t->kind);
    for (size_t i = 0; i < raw->n; i++)
        filter_value_read(p, raw, &raw->values[i], &field, t);
    return t->n > 0;
}

static bool fits(struct arena *a, str text, struct err *e)
{
    if (text.n > FILTER_BYTES_MAX) {
        (void)err_add(e, ERR_LIMIT, S("filter"), str_fmt(a, "<= %d", FILTER_BYTES_MAX),
            "the filter is too long", "筛选条件太长");
        return false;
    }
    if (!utf8_valid(text)) {
        (void)err_at(e, 1, 1, S("filter"), S("UTF-8"), "the filter is no valid text",
            "筛选条件不是有效的文字");
        return false;
    }
    return true;
}

static struct filter *parse(struct filter_parser p, str text, struct err *e)
{
    struct arena *a = p.arena;
    struct filter_raw *raws = NULL;
    struct filter *f = NEW(a, struct filter);
    struct buf canonical;
    struct err own; // the caller's may hold notes of something else
    err_init(&own, e->arena, e->lang);
    p.e = &own;
    if (fits(a, text, &own)) {
        size_t n = filter_lex(a, str_dup(a, text), &raws, &own);
        if (n > FILTER_TERMS_MAX)
            (void)err_add(&own, ERR_LIMIT, S("filter"), str_fmt(a, "<= %d", FILTER_TERMS_MAX),
                "the filter has too many terms", "筛选条件太多");
        set_scope(&p, raws, n);
        for (size_t i = 0; i < n && i < FILTER_TERMS_MAX; i++) {
            struct filter_term t;
            if (parse_term(&p, &raws[i], &t))
                VEC_PUSH(a, f->terms, f->n) = t;
        }
        buf_init(&canonical, a, FILTER_BYTES_MAX);
        filter_put(&canonical, f);
        if (canonical.overflow && own.code == OK)
            (void)err_add(&own, ERR_LIMIT, S("filter"), str_fmt(a, "<= %d", FILTER_BYTES_MAX),
                "the filter is too long when all names are written out", "筛选条件展开后太长");
        f->text = buf_str(&canonical);
    }
    err_merge(e, &own, (str){0});
    return own.code == OK ? f : NULL;
}

struct filter *filter_parse(
    struct arena *a, const struct rules *r, const struct def *d, str text, struct err *e)
{
    return parse((struct filter_parser){.arena = a, .rules = r, .def = d}, text, e);
}

struct filter *filter_asked(const struct ctx *c, struct arena *a, str text, struct err *e)
{
    return parse((struct filter_parser){.arena = a, .rules = c->rules, .asker = c}, text, e);
}
