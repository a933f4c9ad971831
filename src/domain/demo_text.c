// The words of a demonstration: what a caller says, who he is, what a unit answers, how the
// call-back ends.

#include <string.h>

#include "base/buf.h"
#include "domain/demo_inner.h"

enum {
    HOUSES = 36,
    FLOORS_FROM = 2,
    FLOORS_TO = 18,
    CALLS_A_NUMBER = 2, // on average, so that some callers are known already
    PERCENT = 100,
    ANONYMOUS = 4, // percent
    CONFIDENTIAL = 3,
};

static int64_t percent(struct rng *r)
{
    return rng_range(r, 0, PERCENT - 1);
}

void demo_answer(struct demo *d, const char *key, str val)
{
    CHECK(d->n_fields < DEMO_FIELDS_MAX);
    d->fields[d->n_fields++] = (struct item_field){str_of(key), val};
}

// "{n}" becomes the house, "{m}" the floor.
static str fill_in(struct arena *a, str pattern, int64_t house, int64_t floor)
{
    struct buf b;
    buf_init(&b, a, KIB);
    for (size_t i = 0; i < pattern.n; i++) {
        str rest = str_sub(pattern, i, 3);
        if (str_eq(rest, S("{n}")))
            buf_i64(&b, house);
        else if (str_eq(rest, S("{m}")))
            buf_i64(&b, floor);
        else
            buf_byte(&b, pattern.s[i]);
        i += str_eq(rest, S("{n}")) || str_eq(rest, S("{m}")) ? 2 : 0;
    }
    return buf_str(&b);
}

static str place_name(const struct demo *d, const struct demo_order *o)
{
    const struct unit *u = d->s.places[o->place];
    return u->short_name.n > 0 ? u->short_name : u->name;
}

void demo_order_words(
    struct demo *d, struct demo_order *o, const struct demo_channel *ch, struct item_in *in)
{
    struct arena *a = d->c.arena;
    if (!o->main) { // one that will join another speaks of the same thing at the same place
        o->spot = demo_pick(&o->rng, o->k->spots);
        o->what = demo_pick(&o->rng, &o->k->what);
        o->house = rng_range(&o->rng, 1, HOUSES);
        o->floor = rng_range(&o->rng, FLOORS_FROM, FLOORS_TO);
    }
    str place = place_name(d, o);
    str harm = demo_pick(&o->rng, &o->k->harm), wish = demo_pick(&o->rng, &o->k->wish);
    in->title = str_fmt(a, "%.*s%.*s", STR_ARG(place), STR_ARG(o->what));
    in->address =
        str_fmt(a, "%.*s%.*s", STR_ARG(place), STR_ARG(fill_in(a, o->spot, o->house, o->floor)));
    in->text = str_fmt(a, "%.*s：%.*s%.*s，%.*s。希望%.*s。", STR_ARG(ch->opening),
        STR_ARG(in->address), STR_ARG(o->what), STR_ARG(harm), STR_ARG(wish));
}

void demo_order_caller(struct demo *d, struct demo_order *o, struct caller *out)
{
    struct arena *a = d->c.arena;
    const struct demo_script *s = &d->s;
    str name = demo_pick(&o->rng, &s->caller_names), title = demo_pick(&o->rng, &s->caller_titles);
    int64_t number = rng_range(&o->rng, 1, d->items / CALLS_A_NUMBER + 1);
    int64_t room = rng_range(&o->rng, 1, 4);
    *out = (struct caller){
        .anonymous = percent(&o->rng) < ANONYMOUS, .confidential = percent(&o->rng) < CONFIDENTIAL};
    out->phone = str_fmt(a, "%.*s%08" PRId64, STR_ARG(s->caller_phone), number);
    out->door = str_fmt(a, "%" PRId64 "号楼%" PRId64 "0%" PRId64 "室", o->house, o->floor, room);
    if (!out->anonymous)
        out->name =
            str_fmt(a, "%.*s%.*s%.*s", STR_ARG(name), STR_ARG(title), STR_ARG(s->caller_mark));
}

// ---- what a unit answers

enum outcome { OUT_SOLVED, OUT_EXPLAINED, OUT_RECORDED, OUT_EXCESSIVE, OUT_UNSOLVED, OUT_COUNT };
static const char *const OUTCOMES[OUT_COUNT] = {
    "实际解决", "解释说明", "参考备案", "诉求过高", "未解决"};

str demo_solved(int outcome)
{
    return str_of(OUTCOMES[outcome]);
}

int demo_outcome(struct demo_order *o)
{
    static const double asked[OUT_COUNT] = {22, 76, 0, 1, 1},
                        proposed[OUT_COUNT] = {20, 30, 50, 0, 0},
                        other[OUT_COUNT] = {84, 10, 1, 2, 3};
    const double *w = str_eq(o->kind, S("咨询"))   ? asked
                      : str_eq(o->kind, S("建议")) ? proposed
                                                   : other;
    return (int)rng_weighted(&o->rng, w, OUT_COUNT);
}

static const char *fact(struct demo_order *o)
{
    static const char *const found[] = {"属实", "部分属实", "不属实"};
    static const char *const policy[] = {"有政策信息", "无政策信息", "对政策解释不接受"};
    static const char *const taken[] = {"采纳", "部分采纳", "留作参考"};
    static const double mostly[] = {78, 16, 6}, halves[] = {35, 25, 40};
    if (str_eq(o->kind, S("咨询")))
        return policy[rng_weighted(&o->rng, mostly, ARRAY_LEN(policy))];
    if (str_eq(o->kind, S("建议")))
        return taken[rng_weighted(&o->rng, halves, ARRAY_LEN(taken))];
    return found[rng_weighted(&o->rng, mostly, ARRAY_LEN(found))];
}

static str reply_text(struct demo *d, struct demo_order *o, bool lead)
{
    const struct demo_notes *n = &d->s.notes;
    const struct demo_words *by[OUT_COUNT] = {
        &o->k->done, &n->explained, &n->recorded, &n->excessive, &n->unsolved};
    return demo_pick(&o->rng, lead ? by[o->solved] : &n->helped);
}

void demo_reply_answers(struct demo *d, struct demo_order *o, bool lead)
{
    static const char *const sites[] = {"是", "否", "无实际现场"}, *const ways[] = {"电话", "入户",
                                                                       "约谈", "书面"};
    static const double site_w[] = {80, 12, 8}, desk_w[] = {5, 25, 70}, way_w[] = {80, 12, 5, 3};
    if (lead)
        o->solved = demo_outcome(o);
    str text = reply_text(d, o, lead);
    bool desk = str_eq(o->kind, S("咨询"));
    const char *found = fact(o);
    bool plain = strcmp(found, "属实") == 0 || strcmp(found, "采纳") == 0 ||
                 strcmp(found, "留作参考") == 0 || strcmp(found, "有政策信息") == 0;
    demo_answer(d, "fact", str_of(found));
    if (!plain)
        demo_answer(d, "fact_note", demo_pick(&o->rng, &d->s.notes.explained));
    demo_answer(d, "appeal", o->solved == OUT_EXCESSIVE ? S("诉求过高") : S("诉求合理合法"));
    if (o->solved == OUT_EXCESSIVE)
        demo_answer(d, "appeal_note", demo_pick(&o->rng, &d->s.notes.excessive));
    if (o->solved == OUT_UNSOLVED)
        demo_answer(d, "unsolved_why", S("涉及多方利益"));
    demo_answer(d, "site", str_of(sites[rng_weighted(&o->rng, desk ? desk_w : site_w, 3)]));
    demo_answer(d, "reply_way", str_of(ways[rng_weighted(&o->rng, way_w, 4)]));
    demo_answer(d, "solved", demo_solved(o->solved));
    str result = str_two(d->c.arena, text, S("。"));
    if (d->fast) {
        demo_answer(d, "reply", result);
        return;
    }
    demo_answer(d, "reply", str_two(d->c.arena, text, S("，已将办理情况告知诉求人。")));
    demo_answer(d, "result", result);
}

// ---- how the call-back ends

void demo_rating_answers(struct demo *d, struct demo_order *o, bool bad)
{
    static const char *const words[] = {"满意", "基本满意", "一般", "不满意", "未评价"};
    static const double good[] = {73, 16.5, 4, 5, 1.5}, told[] = {52, 25, 10, 11, 2},
                        left[] = {12, 18, 25, 43, 2};
    const double *w = o->solved == OUT_SOLVED ? good : o->solved >= OUT_EXCESSIVE ? left : told;
    size_t at = bad ? 3 : rng_weighted(&o->rng, w, ARRAY_LEN(words));
    bool unhappy = at == 3;
    int solved = unhappy && percent(&o->rng) < 60 ? OUT_UNSOLVED : o->solved;
    o->rated_bad = unhappy;
    demo_answer(d, "satisfied", str_of(words[at]));
    demo_answer(d, "solved", demo_solved(solved));
    demo_answer(d, "attitude",
        at == 4                            ? S("未评价")
        : unhappy && percent(&o->rng) < 40 ? S("不满意")
        : at == 0                          ? S("满意")
                                           : S("认可"));
    demo_answer(d, "contacted", o->contact == 0 ? S("是") : at == 4 ? S("未评价") : S("否"));
}
