// Random legal walks over every definition that ships: whatever somebody may do next, now and then
// does, with answers drawn from the form. After each step it is tried, and taken back, whether the
// item can still be brought to an end: a state from which nobody gets to a closed one is a mistake
// of the definition. At the end the chain and the counters are proven.
//
//   walk --seed N [--walks M] [--steps L] [--loop KEY] [--def FILE]… [--db postgresql://…/empty]
//   [--quiet]
//
// --def publishes a definition that does not ship beside the others.
// A walk that fails is printed up to the first step after which there was no end.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "domain/audit.h"
#include "domain/item_store.h"
#include "domain/item_wait.h"
#include "domain/journal.h"
#include "domain/keydate.h"
#include "domain/publish.h"
#include "domain/town.h"
#include "store/folder.h"
#include "walk.h"

enum {
    WALKS = 6, // of each definition
    STEPS = 14,
    DRAWS = 8,    // answers drawn anew when they are refused
    ROADS = 10,   // ways to an end that are tried
    LONGEST = 90, // steps of such a way
    FAR = 1000,
    CHILDREN = 8,
    PASSES = 3, // over the registers, each with so many rows
    ROWS = 2,
    FILES = 4,
    SECOND_THOUGHTS = 6,
};

struct told { // what was done in a walk
    str what;
};
struct town {
    struct walk w;
    struct arena *a;
    char *dir;
    int64_t walks, steps, roads;
    bool taken[DEF_STEPS_MAX]; // of the definition that is walked: which steps ever were
    struct told *told;
    size_t n_told;
    bool quiet;
};

static struct ctx ctx_of(struct town *t, struct arena *a, const struct person *p)
{
    return (struct ctx){.db = t->w.db,
        .arena = a,
        .rules = t->w.rules,
        .now_us = t->w.now_us,
        .actor = p,
        .keys = &t->w.keys,
        .journal = t->w.journal,
        .blob_dir = t->w.blob_dir,
        .lang = LANG_ZH};
}

static void group_begin(struct town *t)
{
    db_begin(t->w.db);
    journal_begin(t->w.journal, t->w.db);
}

static void group_end(struct town *t, bool keep)
{
    struct err e;
    err_init(&e, t->a, LANG_EN);
    bool ok =
        keep && journal_flush(t->w.journal, t->w.db, &e) == OK && db_commit(t->w.db, &e) == OK;
    if (keep && !ok) {
        (void)fprintf(stderr, "%.*s\n", STR_ARG(err_text(&e, t->a)));
        exit(2);
    }
    if (!ok)
        db_rollback(t->w.db);
    journal_finish(t->w.journal, ok);
}

// ---- how far a state is from an end, by the arrows of the definition alone

struct far {
    int state[DEF_STATES_MAX], part[DEF_STATES_MAX];
};

static void shorten(int *to, int by, bool *changed)
{
    if (by + 1 < *to) {
        *to = by + 1;
        *changed = true;
    }
}

static void far_of(const struct def *d, struct far *f)
{
    for (size_t i = 0; i < d->n_states; i++)
        f->state[i] = d->states[i].done || d->states[i].final ? 0 : FAR;
    for (size_t i = 0; i < d->n_part_states; i++) {
        str k = d->part_states[i].key;
        bool given_up = str_eq(k, S("returned")) || str_eq(k, S("withdrawn"));
        f->part[i] = d->part_states[i].final && !given_up ? 0 : FAR;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 1; i < d->n_steps; i++) {
            const struct def_step *s = &d->steps[i];
            for (size_t from = 0; from < (s->on_part ? d->n_part_states : d->n_states); from++)
                if ((s->from >> from & 1) && s->to >= 0)
                    shorten(s->on_part ? &f->part[from] : &f->state[from],
                        s->on_part ? f->part[s->to] : f->state[s->to], &changed);
            bool makes = s->does == DOES_DISPATCH || s->does == DOES_REDO || s->does == DOES_ROUND;
            if (makes && s->to >= 0 && d->then >= 0)
                shorten(&f->state[s->to], f->state[d->then], &changed);
        }
    }
}

// What taking the step would leave to do; less is nearer.
static int after(const struct def *d, const struct far *f, const struct item *it,
    const struct def_step *s, int64_t part)
{
    int now = def_state_at(d, it->state), here = now >= 0 ? f->state[now] : FAR;
    if (!s->on_part)
        return s->to >= 0 ? f->state[s->to] * 10 : here * 10 + 9;
    const struct item_part *p = item_part((struct item *)(uintptr_t)it, part);
    int at = p ? def_part_state_at(d, p->state) : DEF_NONE;
    int from = at >= 0 ? f->part[at] : FAR, to = s->to >= 0 ? f->part[s->to] : from + 1;
    return here * 10 + (to < from ? 0 : 9);
}

// ---- one thing somebody may do

struct may {
    const struct def_step *step; // NULL: decide what was asked for
    int64_t part;
    struct item_ask ask;
    int score;
};

static struct may *all_there_is(
    struct ctx *c, const struct def *d, const struct far *f, const struct item *it, size_t *n)
{
    struct may *v = NULL;
    size_t k;
    *n = 0;
    struct step_open *open = item_steps(c, it, &k);
    for (size_t i = 0; i < k; i++)
        if (open[i].ok)
            VEC_PUSH(c->arena, v, *n) = (struct may){.step = open[i].step,
                .part = open[i].part,
                .score = after(d, f, it, open[i].step, open[i].part)};
    struct item_ask *asks;
    k = item_asks(c->arena, it, &asks);
    for (size_t i = 0; i < k; i++)
        if (!asks[i].refused)
            VEC_PUSH(c->arena, v, *n) = (struct may){.part = asks[i].part,
                .ask = asks[i],
                .score = after(d, f, it, def_step(d, asks[i].step), asks[i].part)};
    return v;
}

static void tell(struct town *t, const struct person *p, const struct step_in *in)
{
    struct buf b;
    buf_init(&b, t->a, 8 * KIB);
    static const char *const SAYS[] = {"", " (agreed)", " (refused)", " (taken back)"};
    buf_fmt(&b, "%.*s%s by %.*s", STR_ARG(in->step), SAYS[in->say],
        STR_ARG(p ? p->login : S("the system")));
    if (in->part)
        buf_fmt(&b, " part %" PRId64, in->part);
    for (size_t i = 0; i < in->n_fields; i++)
        buf_fmt(&b, " %.*s=%.*s", STR_ARG(in->fields[i].key), STR_ARG(in->fields[i].val));
    if (in->reason.n > 0)
        buf_fmt(&b, " reason=%.*s", STR_ARG(in->reason));
    for (size_t i = 0; i < in->n_units; i++)
        buf_fmt(&b, " unit=%" PRId64, in->units[i]);
    VEC_PUSH(t->a, t->told, t->n_told) = (struct told){buf_str(&b)};
}

// In a savepoint: refused, and nothing has happened.
static bool do_one(
    struct town *t, struct ctx *c, struct step_in *in, const struct def_step *s, struct item *it)
{
    struct err e;
    struct item out;
    err_init(&e, c->arena, LANG_ZH);
    db_savepoint(t->w.db);
    enum err_code code = OK;
    if (s && in->say == SAY_TAKE) {
        code = walk_draw_files(&t->w, c, s, it, in, &e);
        if (code == OK)
            code = item_load(c, it->id, it, &e);
    }
    in->version = it->version;
    if (code == OK)
        code = item_step(c, in, &out, &e);
    if (code == OK)
        code = db_status(t->w.db, &e);
    if (code != OK)
        db_rollback_to(t->w.db);
    db_release(t->w.db);
    journal_settle(t->w.journal, code == OK);
    if (code == ERR_STORE) {
        (void)fprintf(stderr, "%.*s\n", STR_ARG(err_text(&e, c->arena)));
        exit(2);
    }
    if (code == OK)
        *it = out;
    return code == OK;
}

static bool decide(struct town *t, struct arena *a, const struct def *d, const struct may *m,
    struct item *it, bool told, bool agree)
{
    const struct def_step *s = def_step(d, m->ask.step);
    const struct def_stage *g = &s->stages[m->ask.stage];
    int64_t units[] = {it->receiver, it->unit};
    const struct person *p =
        walk_holder(&t->w, g->who, g->n_who, units, ARRAY_LEN(units), m->ask.by);
    struct ctx c = ctx_of(t, a, p);
    struct step_in in = {.item = it->id,
        .say = agree ? SAY_YES : SAY_NO,
        .step = m->ask.step,
        .part = m->ask.part,
        .note = S("说明")};
    if (g->n_asks > 0 && agree)
        walk_draw_step(&t->w, &c, d, s, it, &in);
    in.reason = in.reason_option = (str){0};
    if (!p || !do_one(t, &c, &in, NULL, it))
        return false;
    if (told)
        tell(t, p, &in);
    return true;
}

static bool take(struct town *t, struct arena *a, const struct def *d, const struct may *m,
    struct item *it, bool told)
{
    const struct item_part *part = item_part(it, m->part);
    int64_t units[] = {part ? part->unit : it->unit, part ? 0 : it->receiver};
    for (int i = 0; i < DRAWS; i++) {
        const struct person *p =
            walk_holder(&t->w, m->step->who, m->step->n_who, units, ARRAY_LEN(units), 0);
        struct ctx c = ctx_of(t, a, p); // nobody in the town holds the role: the system does it
        struct step_in in = {.item = it->id, .step = m->step->key, .part = m->part};
        walk_draw_step(&t->w, &c, d, m->step, it, &in);
        if (do_one(t, &c, &in, m->step, it)) {
            t->taken[m->step - d->steps] = true;
            if (told)
                tell(t, p, &in);
            return true;
        }
    }
    return false;
}

static bool act(struct town *t, struct arena *a, const struct def *d, const struct may *m,
    struct item *it, bool told)
{
    return m->step ? take(t, a, d, m, it, told)
                   : decide(t, a, d, m, it, told, !told || walk_chance(&t->w, 0.7));
}

static bool reload(struct town *t, struct arena *a, struct item *it)
{
    struct ctx c = ctx_of(t, a, NULL);
    struct err e;
    err_init(&e, a, LANG_EN);
    return item_load(&c, it->id, it, &e) == OK;
}

// Time goes on; clocks that run out are noticed, and what they bring is done.
static void later(struct town *t, struct arena *a, int64_t us)
{
    struct ctx c;
    struct err e;
    t->w.now_us += us;
    c = ctx_of(t, a, NULL);
    err_init(&e, a, LANG_EN);
    db_savepoint(t->w.db);
    struct keydate_walk at = {0};
    while (keydate_waiting(&c) && keydate_some(&c, &at, &e) == OK && !at.over)
        ;
    (void)item_alarms(&c, 200, &e);
    bool ok = e.code == OK && db_status(t->w.db, &e) == OK;
    if (!ok)
        db_rollback_to(t->w.db);
    db_release(t->w.db);
    journal_settle(t->w.journal, ok);
}

// ---- is there an end?

static bool over(const struct item *it)
{
    return it->closed_us != 0 || it->merged != 0;
}

static bool bring_home(struct town *t, struct item *it, int depth);

// A parent closes after its children.
static void children_home(struct town *t, struct arena *a, const struct item *it, int depth)
{
    int64_t ids[CHILDREN];
    size_t n = 0;
    struct cursor r = db_rows(t->w.db,
        "SELECT id FROM item WHERE town = ?1 AND parent = ?2 AND open = 1 ORDER BY id LIMIT ?3",
        V(t->w.rules->town), V(it->id), V((int64_t)CHILDREN));
    while (n < CHILDREN && db_next(&r))
        ids[n++] = db_i64(&r, 0);
    db_done(&r);
    for (size_t i = 0; i < n && depth > 0; i++) {
        struct item child = {.id = ids[i]};
        if (reload(t, a, &child))
            (void)bring_home(t, &child, depth - 1);
    }
}

// The nearest step that can be taken; now and then another one, because a guard may want it.
static bool step_home(
    struct town *t, struct arena *a, const struct def *d, const struct far *f, struct item *it)
{
    struct ctx c = ctx_of(t, a, NULL);
    size_t n;
    struct may *v = all_there_is(&c, d, f, it, &n);
    while (n > 0) {
        size_t best = walk_below(&t->w, n);
        for (size_t i = 0; i < n && !walk_chance(&t->w, 0.06); i++)
            if (v[i].score < v[best].score)
                best = i;
        if (act(t, a, d, &v[best], it, false))
            return true;
        v[best] = v[--n];
    }
    return false;
}

static bool bring_home(struct town *t, struct item *it, int depth)
{
    const struct def *d = rules_def(t->w.rules, it->def);
    struct far f;
    far_of(d, &f);
    for (int i = 0; i < LONGEST && !over(it); i++) {
        struct arena *a = arena_new();
        struct item now = {.id = it->id};
        bool ok = reload(t, a, &now);
        if (ok && i % 4 == 3)
            children_home(t, a, &now, depth);
        ok = ok && reload(t, a, &now);
        if (ok && !over(&now) && !step_home(t, a, d, &f, &now))
            later(t, a, US_DAY);
        ok = ok && reload(t, a, &now);
        it->closed_us = now.closed_us;
        it->merged = now.merged;
        arena_free(a);
    }
    return over(it);
}

static bool has_an_end(struct town *t, int64_t id)
{
    int64_t now_us = t->w.now_us;
    bool home = false;
    for (int road = 0; road < ROADS && !home; road++) {
        struct arena *a = arena_new();
        struct item it = {.id = id};
        group_begin(t);
        home = reload(t, a, &it) && bring_home(t, &it, 2);
        group_end(t, false);
        t->w.now_us = now_us;
        t->roads++;
        arena_free(a);
    }
    return home;
}

// ---- a walk

static bool file_one(struct town *t, const struct def *d, bool aloud, int64_t *id)
{
    for (int i = 0; i < DRAWS * 4; i++) {
        struct arena *a = arena_new();
        int64_t units[] = {rules_unit_named(t->w.rules, d->receiver)->id};
        const struct person *p =
            walk_holder(&t->w, d->steps[0].who, d->steps[0].n_who, units, 1, 0);
        struct ctx c = ctx_of(t, a, p);
        struct item_in in;
        struct item it;
        struct err e;
        err_init(&e, a, LANG_ZH);
        group_begin(t);
        walk_draw_filing(&t->w, &c, d, &in);
        bool ok = item_file(&c, &in, &it, &e) == OK && db_status(t->w.db, &e) == OK;
        journal_settle(t->w.journal, ok);
        group_end(t, ok);
        *id = ok ? it.id : 0;
        if (ok)
            tell(t, p,
                &(struct step_in){
                    .step = d->steps[0].key, .fields = in.fields, .n_fields = in.n_fields});
        else if (i == DRAWS * 4 - 1 && aloud)
            printf("%.*s: cannot be filed: %.*s\n", STR_ARG(d->loop), STR_ARG(err_text(&e, a)));
        arena_free(a);
        if (ok)
            return true;
    }
    return false;
}

// What was never done before rather than the same again, and the end rather late.
static size_t choose(struct town *t, const struct def *d, const struct may *v, size_t n)
{
    size_t at = walk_below(&t->w, n);
    for (int i = 0; i < SECOND_THOUGHTS; i++) {
        const struct def_step *s = v[at].step;
        bool known = !s || t->taken[s - d->steps];
        bool ends = s && !s->on_part && s->to >= 0 && d->states[s->to].final;
        if (!known || (!ends && walk_chance(&t->w, 0.4)))
            break;
        at = walk_below(&t->w, n);
    }
    return at;
}

// Anything that may be done, or some hours pass.
static void wander(struct town *t, const struct def *d, const struct far *f, int64_t id)
{
    struct arena *a = arena_new();
    struct item it = {.id = id};
    group_begin(t);
    if (walk_chance(&t->w, 0.25))
        later(t, a, rng_range(&t->w.rng, 1, 60) * US_HOUR);
    if (reload(t, a, &it)) {
        struct ctx c = ctx_of(t, a, NULL);
        size_t n;
        struct may *v = all_there_is(&c, d, f, &it, &n);
        bool done = false;
        while (n > 0 && !done) {
            size_t at = choose(t, d, v, n);
            done = act(t, a, d, &v[at], &it, true);
            v[at] = v[--n];
        }
        t->steps += done;
    }
    group_end(t, true);
    arena_free(a);
}

static bool walk_one(struct town *t, const struct def *d, int64_t steps)
{
    struct far f;
    int64_t id;
    far_of(d, &f);
    t->n_told = 0;
    if (!file_one(t, d, true, &id))
        return false;
    t->walks++;
    for (int64_t i = 0; i <= steps; i++) {
        if (!has_an_end(t, id)) {
            struct item it = {.id = id};
            struct arena *a = arena_new();
            bool there = reload(t, a, &it);
            printf("%.*s: no end was reached from the state \"%.*s\" after:\n", STR_ARG(d->loop),
                STR_ARG(there ? it.state : S("?")));
            arena_free(a);
            for (size_t k = 0; k < t->n_told; k++)
                printf("  %zu. %.*s\n", k + 1, STR_ARG(t->told[k].what));
            return false;
        }
        if (i < steps)
            wander(t, d, &f, id);
    }
    return true;
}

// ---- the town

struct options {
    int64_t seed, walks, steps;
    str loop, address;
    const char *files[FILES];
    size_t n_files;
    bool quiet;
};

static void give_up(const struct err *e, struct arena *a)
{
    (void)fprintf(stderr, "%.*s\n", STR_ARG(err_text(e, a)));
    exit(2);
}

static void publish_text(struct town *t, str kind, str text)
{
    struct published out;
    struct err e;
    struct ctx c = ctx_of(t, t->a, NULL);
    err_init(&e, t->a, LANG_ZH);
    group_begin(t);
    if (def_publish(&c, kind, text, false, &out, &e) != OK)
        give_up(&e, t->a);
    journal_settle(t->w.journal, true);
    group_end(t, true);
    struct rules *now = rules_load(t->w.db, t->w.rules->town, &e);
    if (!now)
        give_up(&e, t->a);
    rules_free((struct rules *)(uintptr_t)t->w.rules);
    t->w.rules = now;
    journal_rules_clean(t->w.journal);
}

static void publish(struct town *t, const char *file)
{
    struct err e;
    str text;
    err_init(&e, t->a, LANG_ZH);
    if (folder_read(t->a, str_of(file), DEF_BYTES_MAX, &text, &e) != OK)
        give_up(&e, t->a);
    bool lasting = str_has(str_two(t->a, S("\n"), text), S("\nregister:"));
    publish_text(t, lasting ? S("register") : S("loop"), text);
}

// Walks begin before it, within it and behind it.
static const char KEYDATE[] = "keydate: walk\ntitle: 演练\nfrom: 2026-01-06\nto: 2026-01-20\n"
                              "where: \"-loop:task\"\nshare: 30\n";

static struct town *town_new(const struct options *o)
{
    struct arena *a = arena_new();
    struct town *t = NEW(a, struct town);
    struct err e;
    int64_t id = 0;
    const char *root = getenv("TMPDIR");
    t->a = a;
    t->dir = str_z(a, str_fmt(a, "%s/bihuan-walk-XXXXXX", root ? root : "/tmp"));
    err_init(&e, a, LANG_EN);
    CHECK(mkdtemp(t->dir) != NULL);
    str dir = str_of(t->dir);
    struct town_source src = town_source_embedded(a, S("xinjing"));
    t->w.now_us = (tm_days(2026, 1, 5) * 24 + 1) * US_HOUR; // a Monday, nine o'clock
    if (o->address.n > 0 && town_use_server(a, dir, o->address, &e) != OK)
        give_up(&e, a);
    t->w.db = town_open(a, dir, true, t->w.now_us, &e);
    struct rules *rules = NULL;
    if (t->w.db && town_keys(a, dir, true, &t->w.keys, &e) == OK &&
        town_init(t->w.db, a, &src, &t->w.keys, t->w.now_us, &id, &e) == OK)
        rules = rules_load(t->w.db, id, &e);
    if (!rules)
        give_up(&e, a);
    t->w.rules = rules;
    t->w.blob_dir = town_blob_dir(a, dir);
    t->w.journal = journal_new(id, 1);
    rng_seed(&t->w.rng, (uint64_t)o->seed);
    publish_text(t, S("keydate"), str_of(KEYDATE));
    for (size_t i = 0; i < o->n_files; i++)
        publish(t, o->files[i]);
    return t;
}

static void town_end(struct town *t)
{
    journal_free(t->w.journal);
    db_close(t->w.db);
    rules_free((struct rules *)(uintptr_t)t->w.rules);
    folder_remove(t->dir);
    arena_free(t->a);
}

static bool prove(struct town *t)
{
    struct arena *a = arena_new();
    struct ctx c = ctx_of(t, a, NULL);
    struct audit_out out;
    struct err e;
    err_init(&e, a, LANG_EN);
    bool chain = audit_verify(&c, NULL, NULL, &out, &e) == OK;
    bool counts = chain && tally_verify(&c, NULL, NULL, &out, &e) == OK;
    if (!counts)
        printf("%s verify: %.*s\n", chain ? "tally" : "audit", STR_ARG(err_text(&e, a)));
    arena_free(a);
    return counts;
}

static bool read_options(int argc, char **argv, struct options *o)
{
    *o = (struct options){.seed = -1, .walks = WALKS, .steps = STEPS};
    const struct {
        const char *name;
        int64_t *to;
    } numbers[] = {{"--seed", &o->seed}, {"--walks", &o->walks}, {"--steps", &o->steps}};
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc, known = true;
        if (strcmp(argv[i], "--quiet") == 0)
            o->quiet = true;
        else if (more && strcmp(argv[i], "--loop") == 0)
            o->loop = str_of(argv[++i]);
        else if (more && strcmp(argv[i], "--db") == 0)
            o->address = str_of(argv[++i]);
        else if (more && o->n_files < FILES && strcmp(argv[i], "--def") == 0)
            o->files[o->n_files++] = argv[++i];
        else
            known = false;
        for (size_t k = 0; k < ARRAY_LEN(numbers) && !known && more; k++)
            if (strcmp(argv[i], numbers[k].name) == 0)
                known = str_i64(str_of(argv[++i]), numbers[k].to);
        if (!known)
            return false;
    }
    return o->seed >= 0 && o->walks > 0 && o->steps >= 0;
}

// Rows for items and other rows to name, whichever register names which.
static void fill_registers(struct town *t)
{
    const struct rules *r = t->w.rules;
    int64_t id;
    for (int pass = 0; pass < PASSES; pass++)
        for (size_t i = 0; i < r->n_loops; i++)
            for (int k = 0; k < ROWS && r->loops[i].now->lasting; k++)
                (void)file_one(t, r->loops[i].now, false, &id);
}

static void tell_loop(struct town *t, const struct def *d, int64_t steps, int64_t roads)
{
    str *never = NULL;
    size_t n = 0;
    for (size_t i = 1; i < d->n_steps; i++)
        if (!t->taken[i])
            VEC_PUSH(t->a, never, n) = d->steps[i].key;
    str list = str_join(t->a, never, n, S(", "));
    printf("%.*s: %" PRId64 " steps, %" PRId64 " ways to an end%s%.*s\n", STR_ARG(d->loop), steps,
        roads, n > 0 ? "; never: " : "", STR_ARG(list));
}

static bool walk_all(struct town *t, const struct options *o)
{
    const struct rules *r = t->w.rules;
    bool right = true;
    fill_registers(t);
    for (size_t i = 0; i < r->n_loops && right; i++) {
        const struct def *d = r->loops[i].now;
        int64_t steps = t->steps, roads = t->roads;
        if (o->loop.n > 0 && !str_eq(o->loop, d->loop))
            continue;
        memset(t->taken, 0, sizeof(t->taken));
        for (int64_t k = 0; k < o->walks && right; k++)
            right = walk_one(t, d, o->steps);
        if (!o->quiet)
            tell_loop(t, d, t->steps - steps, t->roads - roads);
    }
    return right;
}

int main(int argc, char **argv)
{
    struct options o;
    if (!read_options(argc, argv, &o)) {
        (void)fprintf(stderr,
            "walk --seed N [--walks M] [--steps L] [--loop KEY] [--def FILE] [--db ADDRESS]"
            " [--quiet]\n");
        return 2;
    }
    struct town *t = town_new(&o);
    bool right = walk_all(t, &o);
    right = prove(t) && right;
    printf("seed %" PRId64 ": %" PRId64 " walks, %" PRId64 " steps, %" PRId64
           " ways to an end: %s\n",
        o.seed, t->walks, t->steps, t->roads, right ? "right" : "WRONG");
    if (!right)
        printf("again: walk --seed %" PRId64 " --walks %" PRId64 " --steps %" PRId64 "\n", o.seed,
            o.walks, o.steps);
    town_end(t);
    return right ? 0 : 1;
}
