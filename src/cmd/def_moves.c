#include "cmd/def_moves.h"

#include "cmd/interrupt.h"
#include "cmd/town_door.h"
#include "domain/item_moves.h"

enum { ROWS_SHOWN = 20, NOTES_SHOWN = 5 };

struct run {
    struct args *a;
    struct args_json *j; // NULL: for people
    struct item_moves in;
    str key;
    struct arena *keep; // of what goes on from group to group
    int64_t looked, same, moved, refused, shown;
    str after;
    const struct def *to;
    int zone_s;
};

static struct item_rename *renames(struct args *a, const char *opt, size_t *n)
{
    struct item_rename *v = NULL;
    str one;
    *n = 0;
    for (str rest = args_str(a, opt); str_cut(&rest, ',', &one);) {
        struct item_rename x;
        if (item_rename_read(one, str_fmt(a->arena, "--%s", opt), &x, &a->err))
            VEC_PUSH(a->arena, v, *n) = x;
    }
    return v;
}

static int64_t version_id(struct run *r, const struct loop *l, const char *opt)
{
    int64_t version = args_i64(r->a, opt);
    for (size_t i = 0; i < l->n; i++)
        if (l->versions[i]->version == version)
            return l->versions[i]->id;
    err_add(&r->a->err, ERR_INVALID, str_fmt(r->a->arena, "--%s", opt),
        str_fmt(r->a->arena, "1..%" PRId64, l->now->version), "there is no such version",
        "没有这个版本");
    return 0;
}

static bool read_in(struct run *r, const struct rules *rules)
{
    struct args *a = r->a;
    const struct loop *l = rules_loop(rules, a->words[1]);
    if (!l) {
        err_add(&a->err, ERR_MISSING, a->words[1], (str){0}, "the town has no such loop",
            "镇里没有这个流程");
        return false;
    }
    r->in = (struct item_moves){.move = {.note = args_str(a, "note")},
        .where = args_str(a, "where"),
        .back = args_flag(a, "back"),
        .dry = args_flag(a, "dry-run")};
    r->in.move.def = args_given(a, "to") ? version_id(r, l, "to") : l->now->id;
    r->in.from = args_given(a, "from") ? version_id(r, l, "from") : 0;
    r->in.move.states = renames(a, "states", &r->in.move.n_states);
    r->in.move.parts = renames(a, "parts", &r->in.move.n_parts);
    r->to = rules_def(rules, r->in.move.def);
    return a->err.code == OK;
}

static void say_strs(struct args *a, const char *en, const char *zh, const str *v, size_t n)
{
    if (n > 0)
        args_say(a, "      %s: %.*s", "      %s：%.*s", a->err.lang == LANG_EN ? en : zh,
            STR_ARG(str_join(a->arena, v, n < NOTES_SHOWN ? n : NOTES_SHOWN, S(", "))));
}

// Clocks the version would have started before.
static void tell_begun(struct run *r, const struct item_moved *m)
{
    int zone_s = r->zone_s;
    struct arena *a = r->a->arena;
    for (size_t i = 0; i < m->n_begun; i++) {
        const struct item_moved_begun *k = &m->begun[i];
        bool en = r->a->err.lang == LANG_EN;
        args_say(r->a, "      clock %.*s (%.*s) runs since %.*s%s",
            "      时限 %.*s（%.*s）自 %.*s 起补计%s", STR_ARG(k->key),
            STR_ARG(dur_text(a, k->limit)), STR_ARG(tm_rfc3339(a, k->since_us, zone_s)),
            !k->over ? ""
            : en     ? ", and is overdue"
                     : "，已超期");
    }
}

static void tell_person(struct run *r, const struct item_moves_row *x)
{
    const struct item_moved *m = &x->moved;
    bool plain = x->why.n == 0 && !m->stuck &&
                 m->n_clocks + m->n_begun + m->n_gone + m->n_unfit == 0 && m->n_dropped == 0;
    if (plain || r->shown++ >= ROWS_SHOWN)
        return;
    if (x->why.n > 0) {
        args_say(r->a, "  %.*s stays: %.*s", "  %.*s 不动：%.*s", STR_ARG(m->no), STR_ARG(x->why));
        return;
    }
    args_say(r->a, "  %.*s %.*s → %.*s", "  %.*s %.*s → %.*s", STR_ARG(m->no),
        STR_ARG(m->state_from), STR_ARG(m->state_to));
    for (size_t i = 0; i < m->n_clocks; i++)
        args_say(r->a, "      clock %.*s: %.*s → %.*s", "      时限 %.*s：%.*s → %.*s",
            STR_ARG(m->clocks[i].key), STR_ARG(dur_text(r->a->arena, m->clocks[i].from)),
            STR_ARG(dur_text(r->a->arena, m->clocks[i].to)));
    tell_begun(r, m);
    say_strs(r->a, "clocks that end", "不再计的时限", m->gone, m->n_gone);
    say_strs(r->a, "answers that are none any more", "不再有效的值", m->unfit, m->n_unfit);
    say_strs(r->a, "requests that fall away", "作废的申请", m->dropped, m->n_dropped);
    if (m->stuck)
        args_say(r->a, "      no step leads out of where it stands", "      此后没有步骤可走");
}

static void json_strs(struct jw *w, const char *key, const str *v, size_t n)
{
    jw_key(w, str_of(key));
    jw_arr(w);
    for (size_t i = 0; i < n; i++)
        jw_str(w, v[i]);
    jw_end_arr(w);
}

static void json_begun(struct run *r, const struct item_moved *m)
{
    struct jw *w = &r->j->w;
    jw_key(w, S("begun"));
    jw_arr(w);
    for (size_t i = 0; i < m->n_begun; i++) {
        const struct item_moved_begun *k = &m->begun[i];
        jw_obj(w);
        jw_kstr(w, "clock", k->key);
        jw_ki64(w, "part", k->part);
        jw_kstr(w, "limit", dur_text(r->a->arena, k->limit));
        jw_ktime(w, "since", k->since_us, r->zone_s);
        jw_ktime(w, "due", k->due_us, r->zone_s);
        jw_kbool(w, "over", k->over);
        jw_end_obj(w);
    }
    jw_end_arr(w);
}

static void tell_json(struct run *r, const struct item_moves_row *x)
{
    const struct item_moved *m = &x->moved;
    struct jw *w = &r->j->w;
    args_json_some(r->j);
    jw_obj(w);
    jw_kstr(w, "no", m->no);
    jw_ki64(w, "version_from", x->version_from);
    jw_kstr(w, "why", x->why);
    jw_kstr(w, "state_from", m->state_from);
    jw_kstr(w, "state_to", m->state_to);
    json_begun(r, m);
    json_strs(w, "gone", m->gone, m->n_gone);
    json_strs(w, "unfit", m->unfit, m->n_unfit);
    json_strs(w, "dropped", m->dropped, m->n_dropped);
    jw_kbool(w, "stuck", m->stuck);
    jw_end_obj(w);
}

static enum err_code one_group(struct ctx *c, void *arg, struct err *e)
{
    struct run *r = arg;
    struct item_moves_told told;
    r->in.after = r->after;
    if (item_moves_some(c, &r->in, &told, e) != OK)
        return e->code;
    r->looked += told.looked;
    r->same += told.same;
    for (size_t i = 0; i < told.n; i++) {
        bool moved = told.rows[i].why.n == 0;
        r->moved += moved;
        r->refused += !moved;
        if (r->j)
            tell_json(r, &told.rows[i]);
        else
            tell_person(r, &told.rows[i]);
    }
    r->after = str_dup(r->keep, told.next);
    return OK;
}

static enum err_code all_groups(struct run *r, struct town_door *d, struct ctx *c)
{
    struct progress bar;
    enum err_code code;
    progress_start(&bar, r->a, "move");
    do {
        code = r->in.dry ? one_group(c, r, &r->a->err) : town_door_run(d, one_group, r, &r->a->err);
        progress_show(&bar, r->looked, r->looked + (r->after.n > 0 ? ITEM_MOVES_MAX : 0));
    } while (code == OK && r->after.n > 0 && !interrupt_seen());
    progress_end(&bar);
    return code;
}

static void tell_end(struct run *r)
{
    struct args *a = r->a;
    if (r->shown > ROWS_SHOWN)
        args_say(a, "  … and %" PRId64 " more", "  …… 另有 %" PRId64 " 个", r->shown - ROWS_SHOWN);
    if (r->in.back)
        args_say(a, "%" PRId64 " %s back as before version %" PRId64 ", %" PRId64 " stay",
            "%" PRId64 " 个%s恢复到第 %" PRId64 " 版之前，%" PRId64 " 个不动", r->moved,
            a->err.lang == LANG_EN ? (r->in.dry ? "would be" : "are") : (r->in.dry ? "可" : "已"),
            r->to->version, r->refused);
    else
        args_say(a,
            "%" PRId64 " %s moved to version %" PRId64 ", %" PRId64 " stay, %" PRId64
            " need no move",
            "%" PRId64 " 个%s迁移到第 %" PRId64 " 版，%" PRId64 " 个不动，%" PRId64 " 个无需迁移",
            r->moved,
            a->err.lang == LANG_EN ? (r->in.dry ? "would be" : "are") : (r->in.dry ? "可" : "已"),
            r->to->version, r->refused, r->same);
}

static int moved_in(struct args *a, struct town_door *d)
{
    struct ctx c = town_door_reader(d);
    struct run r = {.a = a, .keep = a->arena, .zone_s = c.rules->zone_s};
    struct args_json j;
    if (town_door_as(d, args_str(a, "as"), &a->err) != OK || !read_in(&r, c.rules))
        return args_fail(a, EXIT_USAGE);
    if (a->json) {
        args_json_begin(a, &j);
        r.j = &j;
        jw_key(&j.w, S("rows"));
        jw_arr(&j.w);
    }
    enum err_code code = all_groups(&r, d, &c);
    if (a->json) {
        jw_end_arr(&j.w);
        jw_ki64(&j.w, "version", r.to->version);
        jw_kbool(&j.w, "dry", r.in.dry);
        jw_ki64(&j.w, "looked", r.looked);
        jw_ki64(&j.w, "same", r.same);
        jw_ki64(&j.w, "moved", r.moved);
        jw_ki64(&j.w, "refused", r.refused);
        if (code != OK)
            args_json_notes(&j, "errors", &a->err);
        args_json_end(&j);
    }
    if (code != OK)
        return a->json ? EXIT_FAILED : args_fail(a, code == ERR_INVALID ? EXIT_USAGE : EXIT_FAILED);
    tell_end(&r);
    return r.refused == 0 ? EXIT_DONE : EXIT_FOUND;
}

int def_moves(struct args *a)
{
    struct town_door *d =
        town_door_open(a, args_flag(a, "dry-run") ? TOWN_DOOR_LOOK : TOWN_DOOR_WRITE);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    interrupt_catch();
    int code = moved_in(a, d);
    town_door_close(d);
    return code;
}
