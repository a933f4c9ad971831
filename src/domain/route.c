#include "domain/route.h"

#include <stdlib.h>
#include "domain/filter.h"

const char *route_trust_name(enum route_trust t)
{
    static const char *const NAMES[] = {"low", "medium", "high"};
    return NAMES[t];
}

str route_rule_name(struct arena *a, const struct def_route *r, size_t at)
{
    return r->key.n > 0 ? r->key : str_fmt(a, "#%zu", at + 1);
}

// What is asked about one item.
struct asking {
    struct ctx *c;
    const struct def *d;
    const struct item *it; // as it is
    const struct item *as; // with the class its words speak for
    struct route_advice *out;
};

static bool english(const struct ctx *c)
{
    return c->lang == LANG_EN;
}

void route_ground(struct ctx *c, struct route_pick *p, const char *kind, str text)
{
    VEC_PUSH(c->arena, p->grounds, p->n_grounds) = (struct route_ground){kind, text};
}

// ---- where

static const struct route_place *place_in(const struct route_advice *out, str layer)
{
    for (size_t i = 0; i < out->n_places; i++)
        if (str_eq(out->places[i].layer->key, layer))
            return &out->places[i];
    return NULL;
}

static const struct unit *resolve(
    const struct asking *x, const struct def_route_unit *to, const struct route_place **place)
{
    const struct unit *u = NULL;
    *place = NULL;
    switch (to->to) {
    case ROUTE_TO_UNIT:
        u = rules_unit_named(x->c->rules, to->name);
        break;
    case ROUTE_TO_CELL:
        *place = place_in(x->out, to->name);
        u = *place ? (*place)->unit : NULL;
        break;
    case ROUTE_TO_CLASS:
        u = x->out->cls ? rules_class_unit(x->c->rules, x->out->cls->id) : NULL;
        break;
    }
    return u && !u->closed ? u : NULL;
}

static str place_text(struct ctx *c, const struct route_place *p)
{
    str title = p->layer->title, name = p->cell ? p->cell->name : p->unit ? p->unit->name : S("?");
    if (p->unsure)
        return english(c) ? str_fmt(c->arena, "%.*s: several are named (%.*s)", STR_ARG(title),
                                STR_ARG(p->words))
                          : str_fmt(c->arena, "%.*s：文字里提到%.*s，说不清是哪一个",
                                STR_ARG(title), STR_ARG(p->words));
    if (p->by == ROUTE_BY_POINT)
        return english(c) ? str_fmt(c->arena, "%.*s: the point lies in %.*s", STR_ARG(title),
                                STR_ARG(name))
                          : str_fmt(c->arena, "%.*s：坐标落在%.*s", STR_ARG(title), STR_ARG(name));
    return english(c) ? str_fmt(c->arena, "%.*s: \"%.*s\" is named, which is %.*s", STR_ARG(title),
                            STR_ARG(p->word), STR_ARG(name))
                      : str_fmt(c->arena, "%.*s：文字里有“%.*s”，属%.*s", STR_ARG(title),
                            STR_ARG(p->word), STR_ARG(name));
}

// ---- one rule

enum { HITS_SHOWN = 3 };

struct rule_match {
    const struct def_route *rule;
    size_t at;
    bool by_words; // it needs words, or the class the words speak for
    bool by_class; // it would not hold for another class, or names the class's unit
    str *hits;
    size_t n_hits;
};

static bool holds(const struct asking *x, size_t at, struct rule_match *m)
{
    struct filter_env env = {.rules = x->c->rules, .now_us = x->c->now_us};
    const struct def_route *r = &x->d->routes[at];
    *m = (struct rule_match){.rule = r, .at = at};
    bool as_it_is = !r->match || filter_match(r->match, &env, x->it);
    if (!as_it_is && (x->as == x->it || !filter_match(r->match, &env, x->as)))
        return false;
    m->n_hits = r->match ? filter_hits(x->c->arena, r->match, x->it, &m->hits) : 0;
    m->by_words = !as_it_is || (r->match && filter_has_words(r->match)) ||
                  (r->unit.to == ROUTE_TO_CLASS && x->out->cls_by_words);
    struct item bare = *x->it; // as is, but of no class
    bare.cls = 0;
    m->by_class = r->unit.to == ROUTE_TO_CLASS ||
                  (r->match && x->out->cls && !filter_match(r->match, &env, &bare));
    return true;
}

static enum route_trust trust_of(bool by_words, const struct route_place *place)
{
    bool place_by_words = place && place->by == ROUTE_BY_WORDS;
    if (!by_words)
        return place_by_words ? ROUTE_MEDIUM : ROUTE_HIGH;
    return place && !place_by_words ? ROUTE_MEDIUM : ROUTE_LOW;
}

static void put_chain(struct asking *x, const struct rule_match *m, struct route_pick *p)
{
    struct ctx *c = x->c;
    const struct route_advice *out = x->out;
    str words = str_join(c->arena, m->hits, m->n_hits < HITS_SHOWN ? m->n_hits : HITS_SHOWN,
        english(c) ? S(", ") : S("、"));
    if (words.n == 0 && m->by_class && out->cls_by_words)
        words = out->cls_words;
    if (words.n > 0)
        VEC_PUSH(c->arena, p->chain, p->n_chain) = words;
    if (m->by_class)
        VEC_PUSH(c->arena, p->chain, p->n_chain) = out->cls->name;
    if (m->rule->because.n > 0)
        VEC_PUSH(c->arena, p->chain, p->n_chain) = m->rule->because;
    str way = str_join(c->arena, p->chain, p->n_chain, S(" → "));
    str name = p->unit->short_name.n > 0 ? p->unit->short_name : p->unit->name;
    p->text = english(c) ? str_fmt(c->arena, "to %.*s: %.*s", STR_ARG(name), STR_ARG(way))
                         : str_fmt(c->arena, "派给%.*s：%.*s", STR_ARG(name), STR_ARG(way));
}

static void put_grounds(struct asking *x, const struct rule_match *m,
    const struct route_place *place, struct route_pick *p)
{
    struct ctx *c = x->c;
    const struct route_advice *out = x->out;
    if (m->by_class && out->cls_by_words)
        route_ground(c, p, "matter",
            english(c) ? str_fmt(c->arena, "class \"%.*s\", because of the words %.*s",
                             STR_ARG(out->cls->name), STR_ARG(out->cls_words))
                       : str_fmt(c->arena, "没有填分类；文字里有“%.*s”，像是“%.*s”",
                             STR_ARG(out->cls_words), STR_ARG(out->cls->name)));
    else if (m->by_class)
        route_ground(c, p, "matter",
            english(c) ? str_fmt(c->arena, "class \"%.*s\"", STR_ARG(out->cls->name))
                       : str_fmt(c->arena, "分类是“%.*s”", STR_ARG(out->cls->name)));
    if (m->n_hits > 0)
        route_ground(c, p, "matter",
            str_fmt(c->arena, english(c) ? "it says \"%.*s\"" : "文字里有“%.*s”",
                STR_ARG(str_join(c->arena, m->hits, m->n_hits, S("、")))));
    if (place)
        route_ground(c, p, "place", place_text(c, place));
    str name = route_rule_name(c->arena, m->rule, m->at);
    route_ground(c, p, "rule",
        str_fmt(c->arena, english(c) ? "route %.*s: %.*s" : "建议规则 %.*s：%.*s", STR_ARG(name),
            STR_ARG(m->rule->when)));
}

static void put_assists(struct asking *x, const struct def_route *r, struct route_pick *p)
{
    for (size_t i = 0; i < r->n_assists; i++) {
        const struct route_place *place;
        const struct unit *u = resolve(x, &r->assists[i], &place);
        bool again = !u || u == p->unit;
        for (size_t k = 0; k < p->n_assists; k++)
            again = again || p->assists[k] == u;
        if (!again)
            VEC_PUSH(x->c->arena, p->assists, p->n_assists) = u;
    }
}

// ---- all of them

static int by_rank(const void *a, const void *b)
{
    const struct rule_match *x = a, *y = b;
    if (x->rule->rank != y->rule->rank)
        return x->rule->rank - y->rule->rank;
    return x->at < y->at ? -1 : 1;
}

static struct route_pick *pick_of(struct route_advice *out, const struct unit *u)
{
    for (size_t i = 0; i < out->n; i++)
        if (out->picks[i].unit == u)
            return &out->picks[i];
    return NULL;
}

static void take(struct asking *x, const struct rule_match *m, int *first_rank)
{
    struct route_advice *out = x->out;
    const struct route_place *place;
    const struct unit *u = resolve(x, &m->rule->unit, &place);
    if (!u) {
        out->unresolved++;
        return;
    }
    if (out->n == 0)
        *first_rank = m->rule->rank;
    bool equal = m->rule->rank == *first_rank;
    if (pick_of(out, u)) // the rule before it has said so already
        return;
    out->disagree = out->disagree || (out->n > 0 && equal);
    if (out->n == ROUTE_PICKS_MAX)
        return;
    struct route_pick p = {.rule = m->rule, .at = m->at, .unit = u};
    p.trust = trust_of(m->by_words, place);
    if (!equal && p.trust == ROUTE_HIGH)
        p.trust = ROUTE_MEDIUM; // another rule comes before it
    put_chain(x, m, &p);
    put_grounds(x, m, place, &p);
    put_assists(x, m->rule, &p);
    VEC_PUSH(x->c->arena, out->picks, out->n) = p;
}

static void settle_disagreement(struct asking *x)
{
    struct ctx *c = x->c;
    str *names = NEW_ARRAY(c->arena, x->out->n, str);
    for (size_t i = 0; i < x->out->n; i++)
        names[i] = x->out->picks[i].unit->name;
    for (size_t i = 0; i < x->out->n && x->out->disagree; i++) {
        struct route_pick *p = &x->out->picks[i];
        p->trust = ROUTE_LOW;
        route_ground(c, p, "conflict",
            str_fmt(c->arena,
                english(c) ? "rules of equal rank disagree: %.*s" : "同一次序的规则意见不一：%.*s",
                STR_ARG(str_join(c->arena, names, x->out->n, S("、")))));
    }
}

// ---- what, when nobody has said it

enum { WORDS_SHOWN = 3 };

// "井盖+损" wants both.
static bool has_word(const struct item *it, str word)
{
    str rest = word, piece;
    bool any = false;
    while (str_cut(&rest, '+', &piece)) {
        if (piece.n > 0 && !filter_word_in(it, piece))
            return false;
        any = any || piece.n > 0;
    }
    return any;
}

// How much of the text speaks for the class: the characters of its words that were found. 0: none,
// or a word speaks against it.
static size_t speaks_for(
    const struct ctx *c, const struct class_ *k, const struct item *it, str *words)
{
    str found[WORDS_SHOWN];
    size_t n = 0, weight = 0;
    for (size_t i = 0; i < k->n_without; i++)
        if (has_word(it, k->without[i]))
            return 0;
    for (size_t i = 0; i < k->n_words; i++) {
        if (!has_word(it, k->words[i]))
            continue;
        weight += utf8_count(k->words[i]);
        if (n < WORDS_SHOWN)
            found[n++] = k->words[i];
    }
    *words = str_join(c->arena, found, n, english(c) ? S(", ") : S("、"));
    return weight;
}

// The class of the definition's scheme whose words say most; none when two say as much.
static void class_by_words(struct asking *x)
{
    const struct rules *r = x->c->rules;
    size_t best = 0;
    bool tie = false;
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct class_ *k = &r->classes[i];
        str words;
        if (k->n_words == 0 || !str_eq(k->scheme, x->d->class_scheme))
            continue;
        size_t weight = speaks_for(x->c, k, x->it, &words);
        tie = weight == best ? tie || weight > 0 : weight < best && tie;
        if (weight <= best)
            continue;
        best = weight;
        x->out->cls = k;
        x->out->cls_words = words;
    }
    if (tie)
        x->out->cls = NULL;
    x->out->cls_by_words = x->out->cls != NULL;
}

void route_advise(
    struct ctx *c, const struct def *d, const struct item *it, struct route_advice *out)
{
    *out = (struct route_advice){.cls = it->cls ? rules_class(c->rules, it->cls) : NULL};
    struct asking x = {.c = c, .d = d, .it = it, .as = it, .out = out};
    route_places(c, it, out);
    struct item as = *it;
    if (it->cls == 0) {
        class_by_words(&x);
        as.cls = out->cls ? out->cls->id : 0;
        x.as = out->cls ? &as : it;
    }
    struct rule_match *all = NEW_ARRAY(c->arena, d->n_routes, struct rule_match);
    for (size_t i = 0; i < d->n_routes; i++)
        if (holds(&x, i, &all[out->matched]))
            out->matched++;
    if (out->matched > 0)
        qsort(all, out->matched, sizeof(*all), by_rank);
    int first_rank = 0;
    for (size_t i = 0; i < out->matched; i++)
        take(&x, &all[i], &first_rank);
    settle_disagreement(&x);
}
