// Taking a step: may it be taken, what was answered, what it does, what follows.

#include "domain/filter.h"
#include "domain/item_inner.h"
#include "domain/recheck.h"
#include "domain/same.h"
#include "domain/supervise.h"

static bool lets_in(const struct ctx *c, const struct def_step *s, int64_t unit)
{
    return !c->actor || rules_holds(c->rules, c->actor, s->who, s->n_who, unit);
}

// A part step belongs to the part's unit; an item step to the unit in charge or to the receiver;
// and every unit that has a part may note what it did.
static bool may_take(const struct ctx *c, const struct def_step *s, const struct item *it,
    const struct item_part *part)
{
    if (part)
        return lets_in(c, s, part->unit);
    for (size_t i = 0; s->does == DOES_NOTE && i < it->n_parts; i++)
        if (lets_in(c, s, it->parts[i].unit))
            return true;
    return lets_in(c, s, it->unit) || lets_in(c, s, it->receiver);
}

// After so many returns it stays with its units, until somebody who may takes the lock off: for one
// return at a time.
static bool locked(const struct def_step *s, const struct item *it)
{
    return s->does == DOES_RETURN && s->lock > 0 && it->returns >= s->lock + it->unlocks;
}

void item_lock_derive(const struct def *d, struct item *it)
{
    it->locked = false;
    for (size_t i = 0; i < d->n_steps && it->closed_us == 0; i++)
        it->locked = it->locked || locked(&d->steps[i], it);
}

str item_role_titles(const struct ctx *c, const str *who, size_t n_who)
{
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < n_who; i++)
        for (size_t r = 0; r < c->rules->n_roles; r++)
            if (str_eq(c->rules->roles[r].key, who[i]))
                VEC_PUSH(c->arena, names, n) = c->rules->roles[r].title;
    return str_join(c->arena, names, n, c->lang == LANG_EN ? S(", ") : S("、"));
}

bool item_step_leaves(const struct def *d, const struct def_step *s, const struct item *it,
    const struct item_part *part)
{
    int at = part ? def_part_state_at(d, part->state) : def_state_at(d, it->state);
    return at >= 0 && (s->from >> at & 1);
}

static str words(const struct ctx *c, const char *en, const char *zh)
{
    return str_of(c->lang == LANG_EN ? en : zh);
}

static bool guard_holds(struct ctx *c, const struct def *d, const struct def_step *s,
    const struct filter_env *env, const struct item *it, const struct item_part *part)
{
    if (!item_part_own(it, part))
        return filter_match(s->guard, env, it);
    struct item seen = item_as_part(c, d, it, part);
    return filter_match(s->guard, env, &seen);
}

// Requests aside.
static str closed(struct ctx *c, const struct def *d, const struct def_step *s,
    const struct item *it, const struct item_part *part, enum err_code *code)
{
    *code = ERR_INVALID;
    if (it->shelf == SHELF_GONE)
        return words(c, "the import that made it was undone", "导入它的那一批已经撤销");
    if (it->merged != 0 && s->does != DOES_UNMERGE && s->does != DOES_NOTE)
        return words(c, "it was merged into another item", "已并入主单");
    if (s->on_part && !part)
        return words(c, "there is no part it could be about", "没有可办理的承办任务");
    if (s->on_part && it->paused && s->does != DOES_NOTE)
        return words(c, "the item is suspended", "事项已挂账，恢复后才能办理");
    if (!item_step_leaves(d, s, it, part)) {
        int at = part ? def_part_state_at(d, part->state) : def_state_at(d, it->state);
        str now = at < 0 ? it->state : part ? d->part_states[at].title : d->states[at].title;
        // Said of most steps of every item that is read.
        bool en = c->lang == LANG_EN;
        str why[] = {en ? S("not possible in state \"") : S("“"), now,
            en ? S("\"") : S("”状态下不能做这一步")};
        return str_join(c->arena, why, ARRAY_LEN(why), (str){0});
    }
    if (!may_take(c, s, it, part)) {
        *code = ERR_DENIED;
        str who = item_role_titles(c, s->who, s->n_who);
        return c->lang == LANG_EN ? str_fmt(c->arena, "belongs to: %.*s", STR_ARG(who))
                                  : str_fmt(c->arena, "由%.*s办理", STR_ARG(who));
    }
    if (locked(s, it) && c->actor)
        return c->lang == LANG_EN
                   ? str_fmt(c->arena, "locked: it was returned %" PRId64 " times", it->returns)
                   : str_fmt(c->arena, "已退单 %" PRId64 " 次，锁定，解锁后才能再退", it->returns);
    if (s->does == DOES_UNLOCK && !it->locked)
        return words(c, "it is not locked", "没有锁定");
    struct filter_env env = {.rules = c->rules,
        .now_us = c->now_us,
        .person = c->actor ? c->actor->id : 0,
        .part = part};
    if (s->guard && !guard_holds(c, d, s, &env, it, part))
        return s->why.n > 0 ? s->why : words(c, "a condition is not met", "条件不满足");
    if (s->does == DOES_UNMERGE && it->merged == 0)
        return words(c, "it is not merged", "没有并单");
    if ((s->does == DOES_EXCLUDE && it->excluded) || (s->does == DOES_INCLUDE && !it->excluded))
        return it->excluded ? words(c, "it is already excluded", "已经剔除")
                            : words(c, "it is not excluded", "没有剔除");
    str wrong = supervise_closed(c, d, s, it);
    *code = wrong.n > 0 ? ERR_INVALID : OK;
    return wrong;
}

str item_step_closed(struct ctx *c, const struct def *d, const struct def_step *s,
    const struct item *it, const struct item_part *part, enum err_code *code)
{
    struct item_ask x;
    str why = closed(c, d, s, it, part, code);
    if (*code != OK || s->n_stages == 0 ||
        !item_ask_of(c->arena, it, s->key, part ? part->id : 0, &x) || x.refused)
        return why;
    *code = ERR_INVALID;
    str waits = item_ask_waits_for(c, s, &x);
    return c->lang == LANG_EN ? str_fmt(c->arena, "asked for, to be decided: %.*s", STR_ARG(waits))
                              : str_fmt(c->arena, "已申请，待%.*s", STR_ARG(waits));
}

struct item_part *item_part_for(struct ctx *c, const struct def *d, const struct def_step *s,
    struct item *it, int64_t part, struct err *e)
{
    if (part != 0) {
        struct item_part *p = item_part(it, part);
        if (!p)
            err_add(
                e, ERR_INVALID, S("part"), (str){0}, "there is no such part", "没有这个承办任务");
        return p;
    }
    struct item_part *found = NULL, *others = NULL;
    int n = 0;
    for (size_t i = 0; i < it->n_parts; i++) {
        struct item_part *p = &it->parts[i];
        bool mine = lets_in(c, s, p->unit);
        if (!item_step_leaves(d, s, it, p))
            continue;
        others = others ? others : p;
        if (!mine)
            continue;
        found = p;
        n++;
    }
    if (n > 1)
        err_add(e, ERR_INVALID, S("part"), (str){0}, "several parts are possible: name one",
            "有多个承办任务，请指明是哪一个");
    // None of his own: with another one, item_step_closed says whose it is.
    return n == 0 ? others : found;
}

struct step_open *item_steps(struct ctx *c, const struct item *it, size_t *n)
{
    const struct def *d = rules_def(c->rules, it->def);
    CHECK(d != NULL);
    struct step_open *rows = NULL;
    *n = 0;
    for (size_t i = 1; i < d->n_steps; i++) {
        const struct def_step *s = &d->steps[i];
        enum err_code code;
        bool listed = false;
        for (size_t p = 0; s->on_part && p < it->n_parts; p++) {
            const struct item_part *part = &it->parts[p];
            if (!item_step_leaves(d, s, it, part))
                continue;
            str why = item_step_closed(c, d, s, it, part, &code);
            struct step_open row = {.step = s, .part = part->id, .ok = code == OK, .why = why};
            VEC_PUSH(c->arena, rows, *n) = row;
            listed = true;
        }
        if (listed || (s->on_part && it->n_parts > 0 && !it->open))
            continue;
        str why = item_step_closed(c, d, s, it, NULL, &code);
        struct step_open row = {.step = s, .ok = code == OK, .why = why};
        VEC_PUSH(c->arena, rows, *n) = row;
    }
    return rows;
}

// A reason from the step's two-level list.
static void check_reason(struct turn *t, struct err *e)
{
    const struct def_step *s = t->step;
    if (s->reasons < 0 || (s->reason_optional && t->in->reason.n == 0))
        return;
    const struct def_reasons *list = &t->d->reasons[s->reasons];
    str *keys = NULL;
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        VEC_PUSH(t->c->arena, keys, n) = list->rows[i].key;
        if (!str_eq(list->rows[i].key, t->in->reason))
            continue;
        const struct def_reason *r = &list->rows[i];
        bool fits = r->n == 0 && t->in->reason_option.n == 0;
        for (size_t o = 0; o < r->n; o++)
            fits = fits || str_eq(r->options[o], t->in->reason_option);
        if (!fits)
            err_add(e, ERR_INVALID, S("reason.option"),
                str_join(t->c->arena, r->options, r->n, S(", ")),
                "is not one of this reason's options", "请选择二级原因");
        return;
    }
    err_add(e, ERR_INVALID, S("reason.key"), str_join(t->c->arena, keys, n, S(", ")),
        "is not one of the reasons", "请选择原因");
}

static void check_note(const struct turn *t, struct err *e)
{
    str note = str_trim(t->in->note);
    if (t->step->note_required && note.n == 0)
        err_add(e, ERR_INVALID, S("note"), (str){0}, "a note is required", "请写明情况");
    if (!utf8_valid(note) || utf8_count(note) > ITEM_NOTE_MAX)
        err_add(e, ERR_INVALID, S("note"), (str){0}, "must be UTF-8 of at most %d characters",
            "说明不能超过 %d 个字", (int)ITEM_NOTE_MAX);
}

// A part's photos are those added since it stands where it stands, so that work given back is shown
// anew; of a part that answers for itself alone, those its own people added.
static int64_t photos_there(const struct turn *t)
{
    const struct ctx *c = t->c;
    int64_t n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT person FROM file WHERE town = ?1 AND item = ?2 AND at_us >= ?3"
        " AND substr(type, 1, 6) = 'image/'",
        V(c->rules->town), V(t->it->id), V(t->part ? t->part->since_us : 0));
    while (db_next(&r)) {
        const struct person *p = t->own.n > 0 ? rules_person(c->rules, db_i64(&r, 0)) : NULL;
        n += t->own.n == 0 ||
             (p && rules_holds(c->rules, p, t->step->who, t->step->n_who, t->part->unit));
    }
    return n;
}

static void check_photos(const struct turn *t, struct err *e)
{
    const struct ctx *c = t->c;
    const struct def_step *s = t->step;
    int need = s->photos_stage.n > 0 ? rules_class_photos(c->rules, t->it->cls, s->photos_stage)
                                     : s->photos;
    if (need == 0)
        return;
    int64_t n = photos_there(t);
    if (n < need)
        err_add(e, ERR_INVALID, S("file"), str_fmt(c->arena, ">= %d", need),
            "needs %d photos, there are %" PRId64, "这一步要有 %d 张照片，现有 %" PRId64 " 张",
            need, n);
}

// The item waits for all parts, or for the lead alone.
static bool parts_finished(const struct def *d, const struct item *it)
{
    bool any = false;
    for (size_t i = 0; i < it->n_parts; i++) {
        const struct item_part *p = &it->parts[i];
        bool open = item_part_open(p, d->part_states, d->n_part_states);
        if (open && (d->wait_all || p->lead))
            return false;
        // A part that was returned or withdrawn is finished, but finishes nothing.
        any = any || (p->since_us > 0 && !open);
    }
    return any;
}

static void move_states(struct turn *t)
{
    const struct def_step *s = t->step;
    struct item *it = t->it;
    if (t->part && s->to >= 0) {
        t->part->state = t->d->part_states[s->to].key;
        t->part->since_us = t->c->now_us;
    } else if (!s->on_part && s->to >= 0 && it->merged == 0) {
        item_enter(t->c, t->d, it, s->to);
    }
}

// Only now, after the step's clocks were stopped: a finished part's remaining clocks stop with it.
static void finish_parts(struct turn *t)
{
    const struct def_step *s = t->step;
    if (!t->part || s->to < 0 || s->does == DOES_RETURN)
        return;
    if (item_part_open(t->part, t->d->part_states, t->d->n_part_states))
        return;
    item_clocks_stop_part(t->c, t->d, t->it, t->part->id);
    item_part_ends(t, t->part->id);
    if (t->part->above != 0)
        item_part_rises(t, t->part->above);
    if (t->d->then >= 0 && t->it->open && parts_finished(t->d, t->it))
        item_enter(t->c, t->d, t->it, t->d->then);
}

// The attachments named with the step are the item's own.
static void check_files(struct turn *t, struct err *e)
{
    struct ctx *c = t->c;
    if (t->in->n_files > (size_t)t->step->files_max)
        err_add(e, ERR_INVALID, S("files"), str_fmt(c->arena, "<= %d", t->step->files_max),
            "too many files: %zu", "附件过多：%zu", t->in->n_files);
    for (size_t i = 0; i < t->in->n_files; i++) {
        bool there = db_one_i64(c->db, 0,
                         "SELECT count(*) FROM file WHERE town = ?1 AND item = ?2 AND id = ?3",
                         V(c->rules->town), V(t->it->id), V(t->in->files[i])) == 1;
        for (size_t k = 0; k < i; k++)
            there = there && t->in->files[k] != t->in->files[i];
        if (!there)
            err_add(e, ERR_INVALID, str_fmt(c->arena, "files[%zu]", i), (str){0},
                "is no file of this item, or named twice", "不是本事项的附件，或重复");
    }
}

// Who must answer for it in the checks: everything wrong is said at once. What the last stage has
// agreed to was asked for by somebody who might; now it only has to be possible.
static enum err_code check_step(struct turn *t, struct err *e)
{
    struct ctx *c = t->c;
    enum err_code code;
    const struct person *actor = c->actor;
    c->actor = t->asked ? NULL : actor;
    str why = t->asked ? closed(c, t->d, t->step, t->before, t->part, &code)
                       : item_step_closed(c, t->d, t->step, t->before, t->part, &code);
    c->actor = actor;
    if (code != OK)
        return err_add(e, code, S("step"), (str){0}, "%.*s", "%.*s", STR_ARG(why));
    check_reason(t, e);
    check_note(t, e);
    check_photos(t, e);
    check_files(t, e);
    item_answer_self(c, t->d, t->step, t->it, t->in, e);
    if (t->step->does != DOES_EVALUATE)
        item_part_answers(c, t->d, t->step, t->it, t->part, t->in, true, e);
    return e->code;
}

static void stamp(struct turn *t)
{
    str key = t->step->stamp;
    if (key.n == 0)
        return;
    if (item_stamps_part(t->step))
        key = str_two(t->c->arena, t->own, key);
    item_set_field(t->it, t->c->arena, key, str_fmt(t->c->arena, "%" PRId64, t->c->now_us));
}

// {"key": ..., "option": ...}
static str reason_json(struct turn *t)
{
    struct buf b;
    struct jw w;
    buf_init(&b, t->c->arena, 4 * KIB);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_kstr(&w, "key", t->in->reason);
    jw_kstr(&w, "option", t->in->reason_option);
    jw_end_obj(&w);
    return buf_str(&b);
}

static str files_json(struct turn *t)
{
    str *ids = NULL;
    size_t n = 0;
    for (size_t i = 0; i < t->in->n_files; i++)
        VEC_PUSH(t->c->arena, ids, n) = str_fmt(t->c->arena, "%" PRId64, t->in->files[i]);
    return str_fmt(t->c->arena, "[%.*s]", STR_ARG(str_join(t->c->arena, ids, n, S(","))));
}

str item_turn_extra(struct turn *t)
{
    struct arena *a = t->c->arena;
    str *members = NULL;
    size_t n = 0;
    if (t->in->reason.n > 0)
        VEC_PUSH(a, members, n) = str_two(a, S("\"reason\":"), reason_json(t));
    if (t->in->n_files > 0)
        VEC_PUSH(a, members, n) = str_two(a, S("\"files\":"), files_json(t));
    if (t->asked)
        VEC_PUSH(a, members, n) = str_fmt(
            a, "\"asked\":{\"by\":%" PRId64 ",\"at\":%" PRId64 "}", t->asked->by, t->asked->at_us);
    if (t->extra.n > 0)
        VEC_PUSH(a, members, n) = t->extra;
    return str_join(a, members, n, S(","));
}

enum err_code item_turn(struct turn *t, struct err *e)
{
    struct ctx *c = t->c;
    int64_t part = t->part ? t->part->id : 0;
    t->own = item_part_prefix(c->arena, t->it, t->part); // before the part, or its lead, has ended
    recheck_look(c, t->d, t->step, t->it);
    if (check_step(t, e) != OK)
        return e->code;
    item_clocks_stop(c, t->d, t->it, t->step->does == DOES_RETURN ? 0 : t->step->stop, part);
    if (t->step->does == DOES_AMEND || t->it->cls != t->before->cls)
        item_clocks_relimit(c, t->d, t->it);
    item_effect(t, e);
    if (e->code != OK)
        return e->code;
    t->part = part ? item_part(t->it, part) : NULL; // the effect may have moved the parts
    move_states(t);
    finish_parts(t);
    // A return starts the dispatcher's clock, so only when the item did go back to him.
    bool back = t->step->does == DOES_RETURN;
    for (size_t i = t->before->n_parts; t->step->does == DOES_PASS && i < t->it->n_parts; i++)
        item_clocks_start(c, t->d, t->it, t->step->start, t->it->parts[i].id);
    if (t->step->does == DOES_PASS) {
        stamp(t);
        return OK;
    }
    if (!back || def_state_at(t->d, t->it->state) == t->step->back)
        item_clocks_start(c, t->d, t->it, t->step->start, back ? 0 : part);
    stamp(t);
    if (recheck_passes(t->d, t->step))
        t->it->solid_us = c->now_us;
    if ((t->it->closed_us != 0) != (t->before->closed_us != 0))
        same_mark(c, t->d, t->it);
    return OK;
}

enum err_code item_take(struct turn *t, struct err *e)
{
    struct ctx *c = t->c;
    if (item_turn(t, e) != OK)
        return e->code;
    struct event ev = {.what = t->step->key,
        .part = t->part ? t->part->id : 0,
        .unit = t->part ? t->part->unit : t->it->unit,
        .note = str_trim(t->asked ? t->said : t->in->note),
        .changes = item_turn_extra(t)};
    if (item_commit(c, t->d, t->before, t->it, &ev, e) != OK)
        return e->code;
    return item_escalate(c, t->d, t->it, e);
}

// Whoever decides need not name the part: it is the request's.
static int64_t asked_part(
    struct ctx *c, const struct def_step *s, const struct item *it, const struct step_in *in)
{
    struct item_ask *asks;
    int64_t part = in->part;
    size_t n = in->say != SAY_TAKE && part == 0 ? item_asks(c->arena, it, &asks) : 0;
    for (size_t i = 0; i < n && part == 0; i++)
        if (str_eq(asks[i].step, s->key))
            part = asks[i].part;
    return part;
}

enum err_code item_step_try(struct ctx *c, const struct step_in *in, const struct item *base,
    struct item *out, struct err *e)
{
    struct item before;
    if (base)
        before = *base;
    else if (item_load(c, in->item, &before, e) != OK)
        return e->code;
    if (c->actor && !item_visible(c, &before))
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    const struct def *d = rules_def(c->rules, before.def);
    CHECK(d != NULL);
    const struct def_step *s = def_step(d, in->step);
    if (!s || s == &d->steps[0] || s->on_part)
        return err_add(
            e, ERR_INVALID, S("step"), (str){0}, "there is no such step", "没有这个步骤");
    struct item it = item_copy(c->arena, &before);
    struct turn t = {.c = c, .d = d, .step = s, .in = in, .before = &before, .it = &it};
    if (item_turn(&t, e) != OK)
        return e->code;
    *out = it;
    return db_status(c->db, e);
}

enum err_code item_step(struct ctx *c, const struct step_in *in, struct item *out, struct err *e)
{
    struct item before;
    if (item_load(c, in->item, &before, e) != OK)
        return e->code;
    if (c->actor && !item_visible(c, &before))
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    if (in->version != ITEM_ANY_VERSION && in->version != before.version)
        return err_add(e, ERR_CONFLICT, S("version"), str_fmt(c->arena, "%" PRId64, before.version),
            "the item has moved on", "事项刚刚被别人办理过，请看最新情况后再办");
    const struct def *d = rules_def(c->rules, before.def);
    CHECK(d != NULL);
    const struct def_step *s = def_step(d, in->step);
    if (!s || s == &d->steps[0])
        return err_add(
            e, ERR_INVALID, S("step"), (str){0}, "there is no such step", "没有这个步骤");
    struct item it = item_copy(c->arena, &before);
    struct turn t = {.c = c, .d = d, .step = s, .in = in, .before = &before, .it = &it};
    if (s->on_part) {
        t.part = item_part_for(c, d, s, &it, asked_part(c, s, &before, in), e);
        if (e->code != OK)
            return e->code;
    }
    bool asked = in->say != SAY_TAKE || (s->n_stages > 0 && c->actor);
    if ((asked ? item_ask_turn(&t, e) : item_take(&t, e)) != OK)
        return e->code;
    if (it.closed_us != 0 && before.closed_us == 0 && item_close_merged(c, &it, e) != OK)
        return e->code;
    *out = it;
    return db_status(c->db, e);
}
