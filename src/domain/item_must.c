// What a step demands of the answers beyond each one's own form: options that fit, texts in words
// of their own, what is required under a condition. The form on the screen asks the same functions.

#include "domain/filter.h"
#include "domain/item_inner.h"

// part: whose step it is, NULL: the item's.
static bool holds(const struct ctx *c, const struct filter *f, const struct item *it,
    const struct item_part *part)
{
    struct filter_env env = {.rules = c->rules,
        .now_us = c->now_us,
        .person = c->actor ? c->actor->id : 0,
        .part = part};
    return !f || filter_match(f, &env, it);
}

static str answer_of(struct ctx *c, const struct item *it, str prefix, const struct def_field *f)
{
    return item_field(it, prefix.n > 0 ? str_two(c->arena, prefix, f->key) : f->key);
}

str *item_fitting(const struct ctx *c, const struct def_field *f, const struct item *it, size_t *n)
{
    for (size_t i = 0; i < f->n_fits; i++)
        if (holds(c, f->fits[i].match, it, NULL)) {
            *n = f->fits[i].n;
            return f->fits[i].options;
        }
    *n = f->n_options;
    return f->options;
}

static void check_fit(
    struct ctx *c, const struct def_field *f, const struct item *it, str val, struct err *e)
{
    size_t n;
    str *options = item_fitting(c, f, it, &n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(options[i], val))
            return;
    err_add(e, ERR_INVALID, str_fmt(c->arena, "fields.%.*s", STR_ARG(f->key)),
        str_join(c->arena, options, n, S(", ")), "\"%.*s\" does not fit here", "“%.*s”在这里不适用",
        STR_ARG(val));
}

const struct person **item_eligible(
    const struct ctx *c, const struct def_field *f, const struct item *it, size_t *n)
{
    const struct person **all = NULL;
    *n = 0;
    for (size_t i = 0; i < c->rules->n_people; i++) {
        const struct person *p = &c->rules->people[i];
        bool there = rules_holds(c->rules, p, f->roles, f->n_roles, it->receiver) ||
                     rules_holds(c->rules, p, f->roles, f->n_roles, it->unit);
        if (p->active && there)
            VEC_PUSH(c->arena, all, *n) = p;
    }
    return all;
}

static void check_person(
    struct ctx *c, const struct def_field *f, const struct item *it, str val, struct err *e)
{
    size_t n;
    const struct person **all = item_eligible(c, f, it, &n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i]->login, val))
            return;
    err_add(e, ERR_INVALID, str_fmt(c->arena, "fields.%.*s", STR_ARG(f->key)), (str){0},
        "\"%.*s\" is nobody who can be named here", "“%.*s”不是可以指定的人员", STR_ARG(val));
}

// The text without every place where the word stands.
static str without(struct arena *a, str x, str word)
{
    char *out = arena_alloc(a, x.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < x.n;) {
        if (word.n > 0 && str_starts(str_sub(x, i, x.n), word))
            i += word.n;
        else
            out[n++] = x.s[i++];
    }
    return (str){out, n};
}

// What is left when the words of the options chosen are taken out must still say something.
static void check_words(struct ctx *c, const struct def *d, const struct def_field *f,
    const struct item *it, str prefix, str val, struct err *e)
{
    str left = utf8_bare(c->arena, val);
    for (size_t i = 0; i < f->n_own_words; i++) {
        str word = answer_of(c, it, prefix, &d->fields[f->own_words[i]]);
        left = without(c->arena, left, utf8_bare(c->arena, word));
    }
    if (utf8_count(left) >= (size_t)f->min)
        return;
    str path = str_fmt(c->arena, "fields.%.*s", STR_ARG(f->key));
    str wanted = str_fmt(c->arena, ">= %" PRId64, f->min);
    if (f->n_own_words > 0)
        err_add(e, ERR_INVALID, path, wanted, "say it in your own words, not only the option's",
            "请具体说明，不能只照抄选项");
    else
        err_add(e, ERR_INVALID, path, wanted, "is too short", "写得太短");
}

static bool asks(const struct def_step *s, int field)
{
    for (size_t i = 0; i < s->n_asks; i++)
        if (s->asks[i].field == field)
            return true;
    return false;
}

// A number that may not exceed another one, when the step asks for either.
static void check_at_most(struct ctx *c, const struct def *d, const struct def_step *s,
    const struct item *it, str prefix, struct err *e)
{
    for (size_t i = 0; i < d->n_fields; i++)
        for (size_t k = 0; k < d->fields[i].n_at_most; k++) {
            int bound = d->fields[i].at_most[k];
            const struct def_field *f = &d->fields[i], *top = &d->fields[bound];
            double val, most;
            bool both = str_f64(answer_of(c, it, prefix, f), &val) &&
                        str_f64(answer_of(c, it, prefix, top), &most);
            bool asked = asks(s, (int)i) || asks(s, bound);
            if (!both || !asked || val <= most)
                continue;
            const struct def_field *of = asks(s, (int)i) ? f : top;
            err_add(e, ERR_INVALID, str_fmt(c->arena, "fields.%.*s", STR_ARG(of->key)),
                answer_of(c, it, prefix, asks(s, (int)i) ? top : f),
                "\"%.*s\" cannot be more than \"%.*s\"", "“%.*s”不能超过“%.*s”", STR_ARG(f->title),
                STR_ARG(top->title));
        }
}

static void check_missing(struct ctx *c, const struct def *d, const struct def_must *m,
    const struct item *it, str prefix, struct err *e)
{
    for (size_t i = 0; i < m->n_fields; i++) {
        const struct def_field *f = &d->fields[m->fields[i]];
        str path = str_fmt(c->arena, "fields.%.*s", STR_ARG(f->key));
        bool noted = answer_of(c, it, prefix, f).n > 0;
        for (size_t k = 0; k < e->n && !noted; k++)
            noted = str_eq(e->notes[k].field, path); // two rows may demand the same
        if (!noted)
            err_add(e, ERR_INVALID, path, (str){0}, "\"%.*s\" is required%s%.*s",
                "请填写“%.*s”%s%.*s", STR_ARG(f->title),
                m->why.n == 0        ? ""
                : e->lang == LANG_EN ? ": "
                                     : "：",
                STR_ARG(m->why));
    }
}

void item_must(struct ctx *c, const struct def *d, const struct def_step *s, const struct item *it,
    const struct item_part *part, const struct step_in *in, str prefix, struct err *e)
{
    for (size_t i = 0; i < s->n_asks; i++) {
        const struct def_field *f = s->asks[i].field >= 0 ? &d->fields[s->asks[i].field] : NULL;
        str val = f ? answer_of(c, it, prefix, f) : (str){0};
        if (val.n > 0 && f->type == DEF_PERSON)
            check_person(c, f, it, val, e);
        if (val.n > 0 && f->n_fits > 0)
            check_fit(c, f, it, val, e);
        if (val.n > 0 && f->min > 0)
            check_words(c, d, f, it, prefix, val, e);
    }
    check_at_most(c, d, s, it, prefix, e);
    for (size_t i = 0; i < s->n_musts; i++) {
        const struct def_must *m = &s->musts[i];
        if (!holds(c, m->match, it, part))
            continue;
        check_missing(c, d, m, it, prefix, e);
        if (in->n_files < (size_t)m->files)
            err_add(e, ERR_INVALID, S("files"), str_fmt(c->arena, ">= %d", m->files),
                "add %d files at least%s%.*s", "至少附 %d 个附件%s%.*s", m->files,
                m->why.n == 0        ? ""
                : e->lang == LANG_EN ? ": "
                                     : "：",
                STR_ARG(m->why));
        if (m->note && str_trim(in->note).n == 0 && !s->note_required)
            err_add(e, ERR_INVALID, S("note"), m->why, "a note is required", "请写明情况");
    }
}

void item_form(
    struct ctx *c, const struct item *it, const struct step_in *in, struct item_form *out)
{
    const struct def *d = rules_def(c->rules, it->def);
    CHECK(d != NULL);
    const struct def_step *s = def_step(d, in->step);
    struct item copy = item_copy(c->arena, it);
    struct err quiet;
    *out = (struct item_form){0};
    if (!s)
        return;
    err_init(&quiet, c->arena, c->lang);
    const struct item_part *part = NULL;
    if (s->on_part)
        part = item_part_for(c, d, s, &copy, in->part, &quiet);
    if (s->on_part)
        copy = item_as_part(c, d, it, part);
    bool judged = s->does == DOES_EVALUATE && in->judge.n > 0;
    str prefix = judged ? str_two(c->arena, in->judge, S("/")) : (str){0};
    item_answer(c, d, s, &copy, in->fields, in->n_fields, prefix, &quiet);
    for (size_t i = 0; i < s->n_asks; i++) {
        struct item_form_row row = {.required = s->asks[i].required};
        if (s->asks[i].field < 0)
            continue;
        const struct def_field *f = &d->fields[s->asks[i].field];
        row.field = f->key;
        row.options = item_fitting(c, f, &copy, &row.n_options);
        if (f->type == DEF_PERSON)
            row.people = item_eligible(c, f, &copy, &row.n_people);
        VEC_PUSH(c->arena, out->rows, out->n) = row;
    }
    for (size_t i = 0; i < s->n_musts; i++) {
        const struct def_must *m = &s->musts[i];
        if (!holds(c, m->match, &copy, part))
            continue;
        if (m->note && !out->note) {
            out->note = true;
            out->note_why = m->why;
        }
        if (m->files > out->files) {
            out->files = m->files;
            out->files_why = m->why;
        }
        for (size_t k = 0; k < m->n_fields; k++)
            for (size_t r = 0; r < out->n; r++)
                if (str_eq(out->rows[r].field, d->fields[m->fields[k]].key)) {
                    out->rows[r].required = true;
                    out->rows[r].why = m->why;
                }
    }
}
