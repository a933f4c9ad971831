// Filing an item: its answers, its number, its first event.

#include "domain/item_inner.h"
#include "domain/same.h"

static void check_text(struct err *e, str field, str x, size_t max, bool required)
{
    if (required && str_trim(x).n == 0)
        err_add(e, ERR_INVALID, field, (str){0}, "is required", "请填写");
    else if (!utf8_valid(x))
        err_add(e, ERR_INVALID, field, S("UTF-8"), "is not valid UTF-8", "不是有效的 UTF-8 文字");
    else if (utf8_count(x) > max)
        err_add(
            e, ERR_INVALID, field, (str){0}, "is longer than %zu characters", "超过 %zu 个字", max);
}

void item_check_title(struct err *e, str field, str title)
{
    check_text(e, field, title, ITEM_TITLE_MAX, true);
}

void item_check_unit(struct ctx *c, bool lasting, int64_t unit, struct err *e)
{
    const struct unit *u = rules_unit(c->rules, unit);
    if (!lasting || !u || u->closed)
        err_add(e, ERR_INVALID, S("unit"), (str){0},
            lasting ? "is no unit in work" : "an item's unit follows from its steps",
            lasting ? "没有这个单位，或已停用" : "事项的单位由步骤决定");
}

void item_check_place(
    struct ctx *c, const char *before, const struct item_place *place, struct err *e)
{
    struct arena *a = c->arena;
    check_text(e, str_fmt(a, "%saddress", before), place->address, ITEM_ADDRESS_MAX, false);
    if (!(place->lat >= -90 && place->lat <= 90))
        err_add(e, ERR_INVALID, str_fmt(a, "%slat", before), S("-90..90"), "is not a latitude",
            "不是纬度");
    if (!(place->lon >= -180 && place->lon <= 180))
        err_add(e, ERR_INVALID, str_fmt(a, "%slon", before), S("-180..180"), "is not a longitude",
            "不是经度");
}

// RX20261120-00012: counted per town, loop prefix and local day. In the caller's transaction, so
// without gaps.
static str next_number(struct ctx *c, const struct def *d, int64_t at_us)
{
    int64_t day = tm_local_day(at_us, c->rules->zone_s);
    int64_t n = journal_next_number(c, d->number_prefix, day);
    struct civil t;
    tm_to_civil(at_us, c->rules->zone_s, &t);
    return str_fmt(c->arena, "%.*s%04d%02d%02d-%0*" PRId64, STR_ARG(d->number_prefix), t.year,
        t.month, t.day, d->number_digits, n);
}

void item_check_class(struct ctx *c, const struct def *d, int64_t cls, struct err *e)
{
    const struct class_ *x = cls > 0 ? rules_class(c->rules, cls) : NULL;
    if (cls != 0 && (!x || !str_eq(x->scheme, d->class_scheme)))
        err_add(e, ERR_INVALID, S("class"), d->class_scheme, "is not a class of this scheme",
            "不是这套分类里的类别");
}

static const struct def *loop_def(struct ctx *c, str loop, struct err *e)
{
    const struct loop *l = rules_loop(c->rules, loop);
    if (l && l->now)
        return l->now;
    err_add(e, ERR_INVALID, S("loop"), (str){0}, "there is no such loop", "没有这种事项类型");
    return NULL;
}

void item_put_cells(struct ctx *c, struct item *it)
{
    bool point = it->lat != 0 || it->lon != 0;
    for (size_t i = 0; i < c->rules->n_layers; i++) {
        const struct layer *l = &c->rules->layers[i];
        const struct grid_cell *x = point ? rules_cell_at(l, it->lat, it->lon, it->filed_us) : NULL;
        item_set_field(it, c->arena, l->field, x ? x->code : (str){0});
    }
}

static void first_image(
    struct ctx *c, const struct def *d, const struct item_in *in, struct item *it)
{
    const struct unit *receiver = rules_unit_named(c->rules, d->receiver);
    *it = (struct item){.loop = d->loop,
        .shelf = d->lasting ? SHELF_KEPT : SHELF_ITEMS,
        .def = d->id,
        .title = str_trim(in->title),
        .text = str_trim(in->text),
        .address = str_trim(in->address),
        .lat = in->lat,
        .lon = in->lon,
        .cls = in->cls > 0 ? in->cls : 0,
        .filed_us = in->filed_us ? in->filed_us : c->now_us,
        .round = 1,
        .parent = in->parent};
    it->receiver = receiver ? receiver->id : c->rules->town;
    bool given = in->unit != 0 && (d->lasting || in->by_rule || in->by_step);
    it->unit = given ? in->unit : it->receiver;
    item_put_cells(c, it);
}

// What holds for every new item, also for one of the past.
static void check_in(struct ctx *c, const struct def *d, const struct item_in *in,
    const struct item *it, struct err *e)
{
    item_check_title(e, S("title"), in->title);
    check_text(e, S("text"), in->text, ITEM_TEXT_MAX, false);
    item_check_place(c, "", &(struct item_place){in->address, in->lat, in->lon}, e);
    item_check_class(c, d, in->cls, e);
    if (it->filed_us > c->now_us)
        err_add(e, ERR_INVALID, S("filed"), (str){0}, "lies in the future", "登记时间不能晚于现在");
    if (in->unit != 0 && !in->by_rule && !in->by_step)
        item_check_unit(c, d->lasting, in->unit, e);
    if (in->parent != 0 && item_no_of(c, in->parent).n == 0)
        err_add(e, ERR_INVALID, S("parent"), (str){0}, "there is no such item", "没有这个上级事项");
    if (in->same.n > 0)
        (void)same_other(c, S("same"), in->same, e);
    if (in->has_caller && !d->caller)
        err_add(
            e, ERR_INVALID, S("caller"), (str){0}, "this loop has no caller", "这类事项没有诉求人");
    if (in->has_caller)
        caller_check(&in->caller, e);
}

// What the filing step asks, and of whom.
static void check_filing(
    struct ctx *c, const struct def *d, const struct item_in *in, struct item *it, struct err *e)
{
    const struct def_step *s = &d->steps[0];
    if (c->actor && !in->by_step &&
        !rules_holds(c->rules, c->actor, s->who, s->n_who, it->receiver) &&
        !rules_holds(c->rules, c->actor, s->who, s->n_who, c->rules->town))
        err_add(e, ERR_DENIED, (str){0}, (str){0}, "you may not file items of this kind",
            "您没有登记这类事项的权限");
    for (size_t i = 0; i < s->n_asks; i++)
        if (s->asks[i].field == DEF_ASK_CLASS && s->asks[i].required && in->cls <= 0)
            err_add(e, ERR_INVALID, S("class"), (str){0}, "is required", "请选择分类");
    item_answer(c, d, s, it, in->fields, in->n_fields, (str){0}, e);
    item_must(c, d, s, it, NULL, &(struct step_in){0}, (str){0}, e);
}

enum err_code item_prepare(struct ctx *c, const struct item_in *in, const struct item_past *past,
    struct item *it, struct err *e)
{
    const struct def *d = loop_def(c, in->loop, e);
    *it = (struct item){0};
    if (!d)
        return e->code;
    first_image(c, d, in, it);
    if (past)
        item_past_check(c, d, in, past, it, e);
    else
        check_filing(c, d, in, it, e);
    check_in(c, d, in, it, e);
    return e->code;
}

static void enter_filed(struct ctx *c, const struct def *d, struct item *it)
{
    item_enter(c, d, it, d->steps[0].to);
    struct ctx then = *c; // the promise counts from the call, also when it is entered later
    then.now_us = it->filed_us;
    item_clocks_start(&then, d, it, d->steps[0].start, 0);
}

enum err_code item_place(struct ctx *c, const struct item_in *in, const struct item_past *past,
    struct item *it, struct err *e)
{
    const struct def *d = rules_def(c->rules, it->def);
    CHECK(d != NULL);
    struct item nothing = {0};
    it->id = journal_next_item(c);
    it->no = in->no.n > 0 ? in->no : next_number(c, d, it->filed_us);
    if (item_keys_move(c, d, &nothing, it, e) != OK)
        return e->code;
    if (past)
        item_past_enter(c, d, it);
    else
        enter_filed(c, d, it);
    struct event ev = {
        .what = past ? S("import") : d->steps[0].key, .unit = it->receiver, .note = in->note};
    if (item_commit(c, d, &nothing, it, &ev, e) != OK)
        return e->code;
    if (in->has_caller && caller_put(c, it->id, &in->caller, e) != OK)
        return e->code;
    CHECK(it->parent == 0 || c->hand == NULL); // links lead from row to row
    if (it->parent != 0)
        db_run(c->db, "INSERT INTO link (town, item, kind, other) VALUES (?1, ?2, 'child', ?3)",
            V(c->rules->town), V(it->parent), V(it->id));
    if (!past && item_escalate(c, d, it, e) != OK)
        return e->code;
    if (in->same.n > 0 &&
        (same_tie(c, it->id, in->same, (str){0}, e) != OK || item_load(c, it->id, it, e) != OK))
        return e->code;
    if (!past && item_route_auto(c, d, it, e) != OK)
        return e->code;
    return db_status(c->db, e);
}

enum err_code item_file(struct ctx *c, const struct item_in *in, struct item *out, struct err *e)
{
    struct item it;
    if (item_prepare(c, in, NULL, &it, e) != OK || item_place(c, in, NULL, &it, e) != OK)
        return e->code;
    *out = it;
    return OK;
}
