// Texts with holes: "{place}{what}，已持续{2-9}天". Cut up once, when a script is read, and checked
// for every matter they may be said of.

#include "domain/demo_read.h"

static const struct {
    const char *name;
    enum demo_hole hole;
} HOLES[] = {
    {"place", HOLE_PLACE},
    {"estate", HOLE_ESTATE},
    {"house", HOLE_HOUSE},
    {"floor", HOLE_FLOOR},
    {"room", HOLE_ROOM},
    {"serial", HOLE_SERIAL},
    {"day", HOLE_DAY},
};

static enum demo_hole hole_named(str name)
{
    for (size_t i = 0; i < ARRAY_LEN(HOLES); i++)
        if (str_eq(name, str_of(HOLES[i].name)))
            return HOLES[i].hole;
    return HOLE_NONE;
}

int demo_words_at(struct demo_reader *r, str name, const struct yaml *at)
{
    struct demo_script *s = r->s;
    for (size_t i = 0; i < s->n_words; i++)
        if (str_eq(s->words[i], name))
            return (int)i;
    if (s->n_words == DEMO_WORDS_MAX) {
        yaml_err(r->e, at, name, (str){0}, "there are more than %d lists of words",
            "词表超过 %d 个", (int)DEMO_WORDS_MAX);
        return 0;
    }
    VEC_PUSH(r->a, s->words, s->n_words) = name;
    return (int)s->n_words - 1;
}

// ---- cutting up

static bool range_of(str inside, int64_t *lo, int64_t *hi)
{
    size_t dash = str_find(inside, '-');
    return dash < inside.n && str_i64(str_sub(inside, 0, dash), lo) &&
           str_i64(str_sub(inside, dash + 1, inside.n), hi) && *lo <= *hi;
}

static void ask_for(struct demo_reader *r, const struct demo_piece *p)
{
    if (p->hole != HOLE_WORDS || r->in_list)
        return;
    struct demo_piece *kept = NEW(r->a, struct demo_piece);
    *kept = *p;
    VEC_PUSH(r->a, r->asked, r->n_asked) = kept;
}

static struct demo_piece hole(struct demo_reader *r, str inside, const struct yaml *at)
{
    struct demo_piece p = {.hole = hole_named(inside), .at = at};
    if (p.hole != HOLE_NONE)
        return p;
    p.hole = range_of(inside, &p.lo, &p.hi) ? HOLE_RANGE : HOLE_WORDS;
    if (p.hole == HOLE_WORDS)
        p.words = demo_words_at(r, inside, at);
    ask_for(r, &p);
    return p;
}

static struct demo_text cut_up(struct demo_reader *r, str text, const struct yaml *at)
{
    struct demo_text t = {0};
    while (text.n > 0) {
        size_t open = str_find(text, '{');
        if (open > 0)
            VEC_PUSH(r->a, t.v, t.n) = (struct demo_piece){.text = str_sub(text, 0, open)};
        text = str_sub(text, open, text.n);
        size_t close = str_find(text, '}');
        if (text.n == 0)
            break;
        if (close == text.n || close == 1) {
            yaml_err(r->e, at, text, S("{name}"), "a hole has no end or no name",
                "花括号没有配对，或里面没有名称");
            break;
        }
        VEC_PUSH(r->a, t.v, t.n) = hole(r, str_sub(text, 1, close - 1), at);
        text = str_sub(text, close + 1, text.n);
    }
    return t;
}

struct demo_words demo_words_read(struct demo_reader *r, const struct yaml *y, const char *field)
{
    struct demo_words w = {0};
    str *v = NULL;
    size_t n = 0;
    if (!y)
        return w;
    if (!yaml_as_strs(r->a, y, &v, &n) || n == 0)
        yaml_err(r->e, y, str_of(field), S("[text, ...]"), "there must be at least one text",
            "至少要有一句话");
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(r->a, w.v, w.n) = cut_up(r, v[i], y->type == YAML_LIST ? y->vals[i] : y);
    return w;
}

int demo_list_read(
    struct demo_reader *r, str name, const struct yaml *y, bool town, const struct demo_words **out)
{
    struct demo_words *w = NEW(r->a, struct demo_words);
    if (hole_named(name) != HOLE_NONE) {
        yaml_err(r->e, y, name, (str){0}, "the word means something already", "这个名称另有含义");
        return DEF_NONE;
    }
    r->in_list = true;
    *w = demo_words_read(r, y, str_z(r->a, name));
    r->in_list = false;
    int at = demo_words_at(r, name, y);
    VEC_PUSH(r->a, r->lists, r->n_lists) = (struct demo_list){at, y, town};
    *out = w;
    return at;
}

// ---- checking

struct look {
    struct demo_reader *r;
    const struct demo_case *k;
    bool *seen, *on_the_way, *missed;
    bool *used; // by any case
};

static void look_at(struct look *l, const struct demo_piece *p);

static void look_into(struct look *l, int words, const struct demo_piece *asker)
{
    const struct demo_words *w = l->k->words[words];
    const struct class_ *cls = rules_class(l->r->r, l->k->cls);
    str name = l->r->s->words[words];
    if (l->on_the_way[words] && !l->missed[words]) {
        yaml_err(l->r->e, asker->at, name, (str){0}, "it would be said within itself",
            "这个词表里又用到它自己");
        l->missed[words] = true;
    }
    if (!w && !l->missed[words]) {
        str code = cls ? cls->code : S("?");
        yaml_err(l->r->e, asker->at, name, (str){0},
            "there are no such words for a matter of class %.*s", "分类 %.*s 的事项没有这个词表",
            STR_ARG(code));
        l->missed[words] = true;
    }
    if (!w || l->seen[words])
        return;
    l->seen[words] = l->used[words] = l->on_the_way[words] = true;
    for (size_t i = 0; i < w->n; i++)
        for (size_t j = 0; j < w->v[i].n; j++)
            look_at(l, &w->v[i].v[j]);
    l->on_the_way[words] = false;
}

static void look_at(struct look *l, const struct demo_piece *p)
{
    if (p->hole == HOLE_WORDS)
        look_into(l, p->words, p);
}

void demo_words_check(struct demo_reader *r)
{
    struct demo_script *s = r->s;
    struct look l = {.r = r};
    l.used = NEW_ARRAY(r->a, s->n_words, bool);
    l.missed = NEW_ARRAY(r->a, s->n_words, bool);
    for (size_t k = 0; k < s->n_cases; k++) {
        l.k = &s->cases[k];
        l.seen = NEW_ARRAY(r->a, s->n_words, bool);
        l.on_the_way = NEW_ARRAY(r->a, s->n_words, bool);
        for (size_t i = 0; i < r->n_asked; i++)
            look_at(&l, r->asked[i]);
    }
    for (size_t i = 0; i < r->n_lists && s->n_cases > 0; i++) {
        const struct demo_list *x = &r->lists[i];
        if (!x->town && !l.used[x->words])
            yaml_err(r->e, x->at, s->words[x->words], (str){0}, "no text asks for these words",
                "没有哪句话用到这个词表");
    }
}
