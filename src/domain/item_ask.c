// Requests: a step that is asked for, decided stage by stage, and done when the last one agrees.

#include "domain/item_inner.h"
#include "domain/sealed.h"
#include "domain/supervise.h"

enum { ASK_BYTES_MAX = 64 * KIB };

static str key_of(struct arena *a, str step, int64_t part)
{
    return str_fmt(a, "ask/%.*s/%" PRId64, STR_ARG(step), part);
}

// Personal data asked for: "ask/extend/2/phone" keeps mask and mark, and with that the value stands
// sealed beside the item; the request itself holds the mask.
static str sealed_at(struct arena *a, str step, int64_t part, str field)
{
    return str_fmt(a, "%.*s/%.*s", STR_ARG(key_of(a, step, part)), STR_ARG(field));
}

// The request is over, or cannot be any more.
static void forget(struct ctx *c, struct item *it, str step, int64_t part)
{
    str key = key_of(c->arena, step, part), with = str_two(c->arena, key, S("/"));
    for (size_t i = it->n_fields; i-- > 0;)
        if (str_eq(it->fields[i].key, key) || str_starts(it->fields[i].key, with))
            item_set_field(it, c->arena, it->fields[i].key, (str){0});
}

// Before it is kept: what says nothing new of personal data is left out, the rest is sealed.
static void seal_asked(struct turn *t, struct step_in *in, struct err *e)
{
    struct ctx *c = t->c;
    str prefix = item_part_prefix(c->arena, t->it, t->part);
    const struct item_field *given = in->fields;
    size_t n = in->n_fields;
    struct item_field *kept = NEW_ARRAY(c->arena, n, struct item_field);
    in->n_fields = 0;
    for (size_t i = 0; i < n; i++) {
        int at = def_field_at(t->d, given[i].key);
        const struct def_field *f = at >= 0 ? &t->d->fields[at] : NULL;
        str said = str_trim(given[i].val), val = said;
        if (f && def_sealed(f) && said.n > 0) {
            str key = str_two(c->arena, prefix, f->key);
            if (!sealed_answer(c, t->it, f, key, said, &val, e, f->key) ||
                str_eq(val, item_field(t->it, key)))
                continue;
            item_set_field(t->it, c->arena,
                sealed_at(c->arena, t->step->key, t->part ? t->part->id : 0, f->key), val);
            val = sealed_shown(val);
        }
        kept[in->n_fields++] = (struct item_field){given[i].key, val};
    }
    in->fields = kept;
}

// When it is done: in clear again, for the step to take as it takes any answer.
static void open_asked(struct turn *t, const struct item_ask *x, struct step_in *in, struct err *e)
{
    for (size_t i = 0; i < in->n_fields; i++) {
        str key = sealed_at(t->c->arena, x->step, x->part, in->fields[i].key), clear;
        str kept = item_field(t->it, key);
        if (kept.n > 0 && sealed_clear(t->c, t->it, kept, &clear, e))
            ((struct item_field *)in->fields)[i].val = clear;
    }
}

// ---- kept as text

static void write_in(struct jw *w, const struct step_in *in)
{
    jw_name(w, "in");
    jw_obj(w);
    jw_name(w, "fields");
    jw_obj(w);
    for (size_t i = 0; i < in->n_fields; i++) {
        jw_key(w, in->fields[i].key);
        jw_str(w, in->fields[i].val);
    }
    jw_end_obj(w);
    jw_name(w, "units");
    jw_arr(w);
    for (size_t i = 0; i < in->n_units; i++)
        jw_i64(w, in->units[i]);
    jw_end_arr(w);
    jw_name(w, "files");
    jw_arr(w);
    for (size_t i = 0; i < in->n_files; i++)
        jw_i64(w, in->files[i]);
    jw_end_arr(w);
    jw_ki64(w, "class", in->cls);
    if (in->title.n > 0)
        jw_kstr(w, "title", in->title);
    if (in->has_place) {
        jw_kstr(w, "address", in->place.address);
        jw_kf64(w, "lat", in->place.lat);
        jw_kf64(w, "lon", in->place.lon);
    }
    jw_kstr(w, "reason", in->reason);
    jw_kstr(w, "option", in->reason_option);
    jw_kstr(w, "judge", in->judge);
    jw_ki64(w, "extend_n", in->extend.n);
    jw_ki64(w, "extend_unit", (int64_t)in->extend.unit);
    jw_kbool(w, "extend_day_end", in->extend.day_end);
    jw_end_obj(w);
}

static str ask_text(struct arena *a, const struct item_ask *x, const struct step_in *in)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, ASK_BYTES_MAX);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_ki64(&w, "by", x->by);
    jw_ki64(&w, "at", x->at_us);
    jw_ki64(&w, "stage", x->stage);
    jw_kstr(&w, "note", x->note);
    jw_name(&w, "said");
    jw_arr(&w);
    for (size_t i = 0; i < x->n_said; i++) {
        jw_obj(&w);
        jw_ki64(&w, "by", x->said[i].by);
        jw_ki64(&w, "at", x->said[i].at_us);
        jw_kstr(&w, "note", x->said[i].note);
        jw_end_obj(&w);
    }
    jw_end_arr(&w);
    if (x->refused) {
        jw_name(&w, "no");
        jw_obj(&w);
        jw_ki64(&w, "by", x->no_by);
        jw_ki64(&w, "at", x->no_us);
        jw_kstr(&w, "note", x->no_note);
        jw_end_obj(&w);
    }
    if (x->in) {
        jw_name(&w, "in");
        jw_json(&w, x->in);
    } else {
        write_in(&w, in);
    }
    jw_end_obj(&w);
    return b.overflow ? (str){0} : buf_str(&b);
}

static bool ask_read(struct arena *a, const struct item_field *f, struct item_ask *out)
{
    str rest = f->key, word = {0}, part = {0};
    struct err quiet;
    if (!str_starts(f->key, S("ask/")))
        return false;
    err_init(&quiet, a, LANG_EN);
    const struct json *j = json_parse(a, f->val, &quiet);
    *out = (struct item_ask){0};
    if (!j || !str_cut(&rest, '/', &word) || !str_cut(&rest, '/', &out->step) ||
        !str_cut(&rest, '/', &part) || !str_i64(part, &out->part))
        return false;
    out->by = json_i64(j, S("by"), 0);
    out->at_us = json_i64(j, S("at"), 0);
    out->stage = json_i64(j, S("stage"), 0);
    out->note = json_str(j, S("note"));
    out->in = json_get(j, S("in"));
    const struct json *no = json_get(j, S("no")), *said = json_get(j, S("said"));
    out->refused = no != NULL;
    out->no_by = no ? json_i64(no, S("by"), 0) : 0;
    out->no_us = no ? json_i64(no, S("at"), 0) : 0;
    out->no_note = no ? json_str(no, S("note")) : (str){0};
    for (size_t i = 0; said && i < said->n; i++)
        VEC_PUSH(a, out->said, out->n_said) =
            (struct item_said){json_i64(&said->vals[i], S("by"), 0),
                json_i64(&said->vals[i], S("at"), 0), json_str(&said->vals[i], S("note"))};
    return out->in != NULL;
}

size_t item_asks(struct arena *a, const struct item *it, struct item_ask **out)
{
    size_t n = 0;
    struct item_ask x;
    *out = NULL;
    for (size_t i = 0; i < it->n_fields; i++)
        if (ask_read(a, &it->fields[i], &x))
            VEC_PUSH(a, *out, n) = x;
    return n;
}

bool item_ask_of(
    struct arena *a, const struct item *it, str step, int64_t part, struct item_ask *out)
{
    struct item_field f = {.key = key_of(a, step, part)};
    f.val = item_field(it, f.key);
    return f.val.n > 0 && ask_read(a, &f, out);
}

static int64_t *read_ids(struct arena *a, const struct json *list, size_t *n)
{
    int64_t *ids = NULL;
    *n = 0;
    for (size_t i = 0; list && i < list->n; i++)
        VEC_PUSH(a, ids, *n) = list->vals[i].i;
    return ids;
}

static double degrees(const struct json *in, str key)
{
    const struct json *v = json_get(in, key);
    return !v ? 0 : v->type == JSON_F64 ? v->f : (double)json_i64(in, key, 0);
}

void item_ask_in(struct arena *a, const struct item_ask *x, struct step_in *out)
{
    const struct json *fields = json_get(x->in, S("fields"));
    *out = (struct step_in){.step = x->step,
        .part = x->part,
        .note = x->note,
        .version = ITEM_ANY_VERSION,
        .cls = json_i64(x->in, S("class"), 0),
        .reason = json_str(x->in, S("reason")),
        .reason_option = json_str(x->in, S("option")),
        .judge = json_str(x->in, S("judge")),
        .title = json_str(x->in, S("title"))};
    out->has_place = json_get(x->in, S("address")) != NULL;
    out->place = (struct item_place){.address = json_str(x->in, S("address")),
        .lat = degrees(x->in, S("lat")),
        .lon = degrees(x->in, S("lon"))};
    const struct json *day_end = json_get(x->in, S("extend_day_end"));
    out->extend.n = json_i64(x->in, S("extend_n"), 0);
    out->extend.unit = (unsigned)json_i64(x->in, S("extend_unit"), DUR_NONE);
    out->extend.day_end = day_end && day_end->b;
    out->units = read_ids(a, json_get(x->in, S("units")), &out->n_units);
    out->files = read_ids(a, json_get(x->in, S("files")), &out->n_files);
    for (size_t i = 0; fields && i < fields->n; i++)
        VEC_PUSH(a, out->fields, out->n_fields) =
            (struct item_field){fields->keys[i], fields->vals[i].s};
}

str item_ask_sealed(struct arena *a, const struct item_ask *x, str field)
{
    return sealed_at(a, x->step, x->part, field);
}

// ---- who decides

static bool holds(const struct ctx *c, const struct def_stage *g, const struct item *it)
{
    return rules_holds(c->rules, c->actor, g->who, g->n_who, it->receiver) ||
           rules_holds(c->rules, c->actor, g->who, g->n_who, it->unit);
}

bool item_ask_decides(
    const struct ctx *c, const struct def_step *s, const struct item *it, const struct item_ask *x)
{
    if (x->refused || !c->actor || (size_t)x->stage >= s->n_stages)
        return false;
    return c->actor->id != x->by && holds(c, &s->stages[x->stage], it);
}

str item_ask_waits_for(const struct ctx *c, const struct def_step *s, const struct item_ask *x)
{
    const struct def_stage *g = &s->stages[x->stage];
    str who = item_role_titles(c, g->who, g->n_who);
    return c->lang == LANG_EN ? str_fmt(c->arena, "%.*s (%.*s)", STR_ARG(g->title), STR_ARG(who))
                              : str_fmt(c->arena, "%.*s（%.*s）", STR_ARG(g->title), STR_ARG(who));
}

// ---- what follows for the item

static uint64_t stage_clock(const struct def_step *s, int64_t stage)
{
    int k = (size_t)stage < s->n_stages ? s->stages[stage].clock : DEF_NONE;
    return k >= 0 ? UINT64_C(1) << k : 0;
}

static void void_clock(struct ctx *c, const struct def *d, struct item *it,
    const struct def_step *s, const struct item_ask *x)
{
    for (size_t i = 0; i < it->n_clocks; i++) {
        struct clock *k = &it->clocks[i];
        int at = def_clock_at(d, k->key);
        if (clock_open(k) && k->part == x->part && at >= 0 && (stage_clock(s, x->stage) >> at & 1))
            clock_void(k, c->now_us);
    }
}

// The state was left, its part has ended, or a new version has no such step.
static bool possible(const struct def *d, const struct item *it, const struct item_ask *x)
{
    const struct def_step *s = def_step(d, x->step);
    const struct item_part *p = NULL;
    for (size_t i = 0; i < it->n_parts; i++)
        if (it->parts[i].id == x->part)
            p = &it->parts[i];
    return s && (size_t)x->stage < s->n_stages && it->shelf != SHELF_GONE && it->merged == 0 &&
           s->on_part == (p != NULL) && item_step_leaves(d, s, it, p);
}

void item_waits_derive(struct ctx *c, const struct def *d, struct item *it)
{
    struct item_ask *asks;
    struct buf b;
    size_t n = item_asks(c->arena, it, &asks);
    bool named = false;
    for (size_t i = 0; i < d->n_fields; i++)
        named =
            named || (d->fields[i].type == DEF_PERSON && item_field(it, d->fields[i].key).n > 0);
    bool look = d->solid.pass >= 0 && item_field(it, S(ITEM_RECHECK_TOLD)).n > 0;
    bool supervised = supervise_waiting(d, it);
    if (n == 0 && !named && !look && !supervised && it->waits.n == 0)
        return;
    buf_init(&b, c->arena, ASK_BYTES_MAX);
    for (size_t i = 0; i < d->n_fields && named; i++) {
        str login = item_field(it, d->fields[i].key);
        if (d->fields[i].type == DEF_PERSON && login.n > 0)
            buf_fmt(&b, "<p:%.*s=%.*s>", STR_ARG(d->fields[i].key), STR_ARG(login));
    }
    for (size_t i = 0; i < n; i++) {
        const struct item_ask *x = &asks[i];
        const struct def_step *s = def_step(d, x->step);
        if (!possible(d, it, x)) {
            if (s)
                void_clock(c, d, it, s, x);
            forget(c, it, x->step, x->part);
            continue;
        }
        if (x->refused) {
            buf_fmt(&b, "<n:%" PRId64 ">", x->by);
            continue;
        }
        buf_fmt(&b, "<s:%.*s>", STR_ARG(x->step));
        const struct def_stage *g = &s->stages[x->stage];
        for (size_t k = 0; k < g->n_who; k++)
            buf_fmt(&b, "<r:%.*s!%" PRId64 ">", STR_ARG(g->who[k]), x->by);
    }
    const struct def_step *pass = look ? &d->steps[d->solid.pass] : NULL;
    for (size_t i = 0; look && i < pass->n_who; i++)
        buf_fmt(&b, "<k:%.*s>", STR_ARG(pass->who[i]));
    if (supervised)
        supervise_waits(d, it, &b);
    it->waits = buf_str(&b);
}

// ---- asking and deciding

static enum err_code keep(struct turn *t, const struct item_ask *x, struct err *e)
{
    str text = ask_text(t->c->arena, x, t->in);
    if (text.n == 0)
        return err_add(
            e, ERR_LIMIT, S("fields"), (str){0}, "the request is too long", "申请内容过长");
    item_set_field(t->it, t->c->arena, key_of(t->c->arena, x->step, x->part), text);
    return OK;
}

static enum err_code commit(struct turn *t, const char *what, str note, struct err *e)
{
    struct event ev = {.what = str_fmt(t->c->arena, "%s:%.*s", what, STR_ARG(t->step->key)),
        .part = t->part ? t->part->id : 0,
        .unit = t->part ? t->part->unit : t->it->unit,
        .note = str_trim(note),
        .changes = item_turn_extra(t)};
    if (item_commit(t->c, t->d, t->before, t->it, &ev, e) != OK)
        return e->code;
    return item_escalate(t->c, t->d, t->it, e);
}

// Everything that would be refused is refused now: the step is rehearsed on a copy.
static enum err_code ask(struct turn *t, struct err *e)
{
    struct item copy = item_copy(t->c->arena, t->before);
    struct turn rehearsal = *t;
    int64_t part = t->part ? t->part->id : 0;
    rehearsal.it = &copy;
    rehearsal.part = part ? item_part(&copy, part) : NULL;
    if (item_turn(&rehearsal, e) != OK)
        return e->code;
    struct item_ask x = {.step = t->step->key,
        .part = part,
        .by = t->c->actor->id,
        .at_us = t->c->now_us,
        .note = str_trim(t->in->note)};
    struct step_in *in = NEW(t->c->arena, struct step_in);
    *in = *t->in;
    forget(t->c, t->it, x.step, part); // what was refused before
    seal_asked(t, in, e);
    t->in = in;
    if (e->code != OK || keep(t, &x, e) != OK)
        return e->code;
    item_clocks_start(t->c, t->d, t->it, stage_clock(t->step, 0), part);
    return commit(t, "ask", t->in->note, e);
}

static enum err_code refuse(struct turn *t, struct item_ask *x, struct err *e)
{
    str note = str_trim(t->in->note);
    if (note.n == 0)
        return err_add(e, ERR_INVALID, S("note"), (str){0}, "say why not", "请写明不同意的理由");
    x->refused = true;
    x->no_by = t->c->actor->id;
    x->no_us = t->c->now_us;
    x->no_note = note;
    item_clocks_stop(t->c, t->d, t->it, stage_clock(t->step, x->stage), x->part);
    return keep(t, x, e) == OK ? commit(t, "no", note, e) : e->code;
}

// What the stage asks is answered by whoever agrees; and he may grant less time, or more.
static enum err_code agree(struct turn *t, struct item_ask *x, struct err *e)
{
    struct ctx *c = t->c;
    const struct def_stage *g = &t->step->stages[x->stage];
    struct def_step asks = {.asks = g->asks, .n_asks = g->n_asks};
    struct step_in in;
    bool last = (size_t)x->stage + 1 == t->step->n_stages;
    if (t->in->extend.unit != DUR_NONE && (!last || t->step->does != DOES_EXTEND))
        err_add(e, ERR_INVALID, S("extend"), (str){0},
            "only the last stage of an extension says how long",
            "只有延期的最后一级审核可以改时长");
    item_part_answers(c, t->d, &asks, t->it, t->part, t->in, false, e);
    if (e->code != OK)
        return e->code;
    item_clocks_stop(c, t->d, t->it, stage_clock(t->step, x->stage), x->part);
    if (!last) {
        VEC_PUSH(c->arena, x->said, x->n_said) =
            (struct item_said){c->actor->id, c->now_us, str_trim(t->in->note)};
        x->stage++;
        item_clocks_start(c, t->d, t->it, stage_clock(t->step, x->stage), x->part);
        return keep(t, x, e) == OK ? commit(t, "yes", t->in->note, e) : e->code;
    }
    item_ask_in(c->arena, x, &in);
    open_asked(t, x, &in, e);
    forget(c, t->it, x->step, x->part);
    if (e->code != OK)
        return e->code;
    if (t->in->extend.unit != DUR_NONE)
        in.extend = t->in->extend;
    t->said = t->in->note;
    t->in = &in;
    t->asked = x;
    return item_take(t, e);
}

static enum err_code take_back(struct turn *t, struct item_ask *x, struct err *e)
{
    if (t->c->actor->id != x->by)
        return err_add(e, ERR_DENIED, S("say"), (str){0}, "only who asked takes it back",
            "只有申请人可以撤回");
    void_clock(t->c, t->d, t->it, t->step, x);
    forget(t->c, t->it, x->step, x->part);
    return commit(t, x->refused ? "seen" : "back", t->in->note, e);
}

static enum err_code decide(struct turn *t, struct item_ask *x, struct err *e)
{
    struct ctx *c = t->c;
    if (x->refused)
        return err_add(
            e, ERR_INVALID, S("say"), (str){0}, "it has been refused already", "该申请已被退回");
    if (c->actor->id == x->by)
        return err_add(
            e, ERR_DENIED, S("say"), (str){0}, "who asked cannot decide", "不能审核自己提出的申请");
    if (!item_ask_decides(c, t->step, t->it, x)) {
        str who = item_ask_waits_for(c, t->step, x);
        return err_add(
            e, ERR_DENIED, S("say"), (str){0}, "belongs to: %.*s", "由%.*s办理", STR_ARG(who));
    }
    if (!utf8_valid(t->in->note) || utf8_count(t->in->note) > ITEM_NOTE_MAX)
        return err_add(e, ERR_INVALID, S("note"), (str){0},
            "must be UTF-8 of at most %d characters", "说明不能超过 %d 个字", (int)ITEM_NOTE_MAX);
    return t->in->say == SAY_YES ? agree(t, x, e) : refuse(t, x, e);
}

enum err_code item_ask_turn(struct turn *t, struct err *e)
{
    struct item_ask x;
    if (t->in->say == SAY_TAKE)
        return ask(t, e);
    bool there = item_ask_of(t->c->arena, t->before, t->step->key, t->part ? t->part->id : 0, &x);
    if (!there || !t->c->actor)
        return err_add(e, ERR_INVALID, S("say"), (str){0}, "nobody has asked for this step",
            "没有待审核的申请");
    return t->in->say == SAY_BACK ? take_back(t, &x, e) : decide(t, &x, e);
}
