// A simulated town: seeded random people on a virtual clock against a small model of the rules.
//
//   sim --seed N [--steps M] [--db postgresql://…/empty] [--quiet]
//
// Every answer must be the model's, and every so often the two towns must be the same. The same
// seed and number of steps do the same again.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "actors.h"
#include "base/crypt.h"
#include "base/log.h"
#include "compare.h"
#include "domain/audit.h"

enum {
    STEPS_DEFAULT = 5000,
    WHOLE_EVERY = 200, // groups: all items lately changed, lists, boards
    LOOK_ITEMS = 60,   // items looked at then
    LOOK_COUNTS = 12,  // lists and boards asked then
    SHOWN = 20,        // actions told of when something differs
    REPORT_BYTES = 64 * KIB,
};

struct sim {
    struct model model;
    struct world *world;
    struct rng people, eyes; // what is done; what is looked at
    int64_t now_us, steps, groups;
    uint64_t seed;
    struct batch **done; // all that was done
    size_t n_done;
    int64_t accepted, refused, failed, restarts;
    bool quiet;
    struct buf report; // differences; empty: none
};

// ---- the model learns who is there

static void learn_units(struct model *m, const struct rules *r)
{
    for (size_t i = 0; i < r->n_units; i++) {
        const struct unit *u = &r->units[i];
        struct m_unit *x = &m->units[m->n_units++];
        *x = (struct m_unit){.id = u->id, .parent = u->parent, .version = 1};
        (void)snprintf(x->code, sizeof(x->code), "%.*s", STR_ARG(u->code));
        if (str_eq(u->code, S("ops-centre")))
            m->receiver = u->id;
    }
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct class_ *k = &r->classes[i];
        struct m_class *x = &m->classes[m->n_classes++];
        *x = (struct m_class){.id = k->id, .parent = k->parent};
        (void)snprintf(x->code, sizeof(x->code), "%.*s", STR_ARG(k->code));
    }
}

static void learn_people(struct model *m, const struct rules *r)
{
    for (size_t i = 0; i < r->n_people; i++) {
        const struct person *p = &r->people[i];
        struct m_person *x = &m->people[m->n_people++];
        *x = (struct m_person){.id = p->id, .login = str_z(m->a, p->login)};
        for (size_t g = 0; g < p->n; g++)
            x->grants[x->n++] =
                (struct m_grant){m_role(p->grants[g].role->key), p->grants[g].unit->id};
    }
}

static void learn(struct model *m, const struct rules *r)
{
    m->town = r->town;
    learn_units(m, r);
    learn_people(m, r);
    m->common_def = rules_loop(r, S("common"))->now->id;
    m->defs[m->n_defs++] = (struct m_def){rules_loop(r, S("hotline"))->now->id,
        {.handle_wd = 5, .lock = 3, .extend_wd = 10, .contact_h = 2}};
}

// ---- telling

static void say_act(struct buf *b, const struct act *x, const struct answer *got)
{
    static const char *const KINDS[] = {
#define X(name, word) word,
        ACTS(X)
#undef X
    };
    char when[TM_TEXT_BYTES];
    when[tm_put(when, x->now_us, TM_ZONE_DEFAULT_S)] = 0;
    buf_fmt(b, "  %6" PRId64 " %s %-10s %s", x->seq, when, x->who ? x->who : "-", KINDS[x->kind]);
    const struct step_in *in = &x->step;
    if (x->kind == ACT_BACK)
        buf_fmt(b, " item %" PRId64 " v%" PRId64, in->item, in->version);
    if (x->kind == ACT_STEP) {
        buf_fmt(b, " %.*s item %" PRId64 " v%" PRId64, STR_ARG(in->step), in->item, in->version);
        if (in->part)
            buf_fmt(b, " part %" PRId64, in->part);
        static const char *const SAYS[] = {"", " yes", " no", " back"};
        buf_addz(b, SAYS[in->say]);
        for (size_t i = 0; i < in->n_units; i++)
            buf_fmt(b, " unit %" PRId64, in->units[i]);
        if (in->other.n > 0)
            buf_fmt(b, " into %.*s", STR_ARG(in->other));
        if (in->extend.unit != DUR_NONE)
            buf_fmt(b, " by %" PRId64 " (unit %d)", in->extend.n, (int)in->extend.unit);
    }
    if (x->kind == ACT_MOVE_DEF || x->kind == ACT_BACK_DEF)
        buf_fmt(b, " item %" PRId64 " to %" PRId64 " names %d", x->item, x->def, (int)x->rename);
    if (x->kind == ACT_GRANT)
        buf_fmt(
            b, " %s %s at %" PRId64 "%s", x->person, x->role, x->unit, x->take_away ? " away" : "");
    if (x->kind == ACT_UNIT)
        buf_fmt(b, " %" PRId64 " parent %" PRId64 " closed %d", x->put.id, x->put.parent,
            x->put.closed);
    const struct item_in *file = x->kind == ACT_STEP ? &in->child : &x->file;
    for (size_t i = 0; i < in->n_fields; i++)
        buf_fmt(b, " %.*s=%.*s", STR_ARG(in->fields[i].key), STR_ARG(in->fields[i].val));
    for (size_t i = 0; i < file->n_fields; i++)
        buf_fmt(b, " %.*s=%.*s", STR_ARG(file->fields[i].key), STR_ARG(file->fields[i].val));
    if (x->taken_back)
        buf_addz(b, " [taken back]");
    if (x->fail_at)
        buf_fmt(b, " [statement %d fails]", x->fail_at);
    buf_fmt(b, " -> %s %s\n", err_code_name(got->code), got->note);
}

// ---- one group

// What the model says of the answer: true when it was to be so.
static bool answer_fits(struct sim *s, const struct act *x, const struct answer *got)
{
    enum err_code wanted = m_check(&s->model, x);
    // A command that was made to fail may have been refused before, or have done its work sooner.
    if (x->fail_at && got->code != OK)
        return true;
    if (x->taken_back && wanted == OK)
        wanted = ERR_BUSY;
    struct answer counts = {0};
    if (wanted == OK && x->kind == ACT_IMPORT)
        m_count_import(&s->model, x, &counts);
    if (wanted == OK && x->kind == ACT_UNDO)
        m_count_undo(&s->model, x, &counts);
    if (got->made != counts.made || got->same != counts.same || got->bad != counts.bad ||
        got->undone != counts.undone || got->kept != counts.kept)
        buf_fmt(&s->report,
            "  job: got %" PRId64 " made %" PRId64 " same %" PRId64 " bad %" PRId64
            " undone %" PRId64 " kept, expected %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
            " %" PRId64 "\n",
            got->made, got->same, got->bad, got->undone, got->kept, counts.made, counts.same,
            counts.bad, counts.undone, counts.kept);
    else if (got->code == wanted)
        return true;
    buf_fmt(&s->report, "  answer: got %s (%s), expected %s\n", err_code_name(got->code), got->note,
        err_code_name(wanted));
    return false;
}

static void check_changed(struct sim *s, int64_t since)
{
    struct arena *a = arena_new();
    struct ctx c = world_reader(s->world, a, NULL, s->now_us);
    db_read_begin(c.db);
    for (size_t i = 0; i < s->model.n_items; i++)
        if (s->model.items[i].touched >= since)
            compare_item(&c, &s->model, &s->model.items[i], &s->report);
    compare_count(&c, &s->model, &s->report);
    db_read_end(c.db);
    arena_free(a);
}

static const char *anybody(struct sim *s)
{
    size_t at = (size_t)rng_range(&s->eyes, 0, (int64_t)s->model.n_people);
    return at == s->model.n_people ? NULL : s->model.people[at].login;
}

static void check_whole(struct sim *s, size_t items, size_t counts)
{
    struct model *m = &s->model;
    struct arena *a = arena_new();
    for (size_t i = 0; i < items && m->n_items > 0; i++) {
        const char *who = anybody(s);
        struct ctx c = world_reader(s->world, a, NULL, s->now_us);
        const struct m_item *it = &m->items[rng_range(&s->eyes, 0, (int64_t)m->n_items - 1)];
        db_read_begin(c.db);
        compare_item(&c, m, it, &s->report);
        c = world_reader(s->world, a, who, s->now_us);
        compare_open_steps(&c, m, it, who, &s->report);
        db_read_end(c.db);
        arena_reset(a);
    }
    for (size_t i = 0; i < counts; i++) {
        const char *who = anybody(s);
        struct ctx c = world_reader(s->world, a, who, s->now_us);
        db_read_begin(c.db);
        compare_list(&c, &s->eyes, m, who, &s->report);
        c = world_reader(s->world, a, NULL, s->now_us);
        compare_board(&c, &s->eyes, m, &s->report);
        db_read_end(c.db);
        arena_reset(a);
    }
    arena_free(a);
}

static void take_in(struct sim *s, const struct batch *b, const struct answer *got)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct act *x = &b->acts[i];
        if (b->fault != GROUP_WHOLE) {
            if (got[i].code == OK)
                buf_fmt(&s->report, "  action %" PRId64 ": OK in a group that failed\n", x->seq);
            s->failed++;
        } else if (!answer_fits(s, x, &got[i])) {
            buf_fmt(&s->report, "  of action %" PRId64 "\n", x->seq);
            return;
        } else if (got[i].code == OK) {
            m_do(&s->model, x, &got[i]);
            s->accepted++;
        } else {
            s->refused++;
        }
        s->model.seq = x->seq;
    }
}

static void say_last(struct sim *s, const struct answer *last)
{
    struct buf acts;
    size_t n = 0, from = s->n_done;
    buf_init(&acts, s->model.a, REPORT_BYTES);
    while (from > 0 && n < SHOWN)
        n += s->done[--from]->n;
    for (size_t i = from; i < s->n_done; i++) {
        const struct batch *b = s->done[i];
        struct answer none = {0};
        buf_fmt(&acts, "  --%s%s\n", b->restart ? " restart" : "",
            b->fault != GROUP_WHOLE ? " this group fails" : "");
        for (size_t k = 0; k < b->n; k++)
            say_act(&acts, &b->acts[k], i + 1 == s->n_done ? &last[k] : &none);
    }
    printf("the last actions (answers of the last group only):\n%.*s", STR_ARG(buf_str(&acts)));
}

static bool do_group(struct sim *s, struct batch *b)
{
    struct answer got[WORLD_GROUP_MAX] = {0};
    struct err e;
    int64_t first = b->acts[0].seq;
    VEC_PUSH(s->model.a, s->done, s->n_done) = b;
    err_init(&e, s->model.a, LANG_EN);
    if (b->restart) {
        s->restarts++;
        if (!world_restart(s->world, &e))
            buf_fmt(&s->report, "  restart: %.*s\n", STR_ARG(err_text(&e, s->model.a)));
    }
    if (s->report.n == 0) {
        world_days(s->world, M_FIRST_DAY, s->model.days, M_DAYS);
        if (b->acts[0].kind == ACT_IMPORT || b->acts[0].kind == ACT_UNDO)
            world_import(s->world, b->acts, got);
        else
            world_run(s->world, b->acts, b->n, b->fault, got);
        take_in(s, b, got);
    }
    if (s->report.n == 0)
        check_changed(s, first);
    if (s->report.n == 0 && ++s->groups % WHOLE_EVERY == 0)
        check_whole(s, LOOK_ITEMS, LOOK_COUNTS);
    if (s->report.n > 0 && !s->quiet)
        say_last(s, got);
    return s->report.n == 0;
}

// ---- the end: the product's own proofs

static void prove(struct sim *s)
{
    struct arena *a = arena_new();
    struct ctx c = world_reader(s->world, a, NULL, s->now_us);
    struct audit_out out;
    struct err e;
    err_init(&e, a, LANG_EN);
    if (audit_verify(&c, NULL, NULL, &out, &e) != OK)
        buf_fmt(&s->report, "  audit verify: %.*s\n", STR_ARG(err_text(&e, a)));
    err_init(&e, a, LANG_EN);
    if (tally_verify(&c, NULL, NULL, &out, &e) != OK)
        buf_fmt(&s->report, "  tally verify: %.*s\n", STR_ARG(err_text(&e, a)));
    arena_free(a);
}

// All counters that are not zero, as a text.
static str counters(struct sim *s, struct arena *a)
{
    struct ctx c = world_reader(s->world, a, NULL, s->now_us);
    struct buf b;
    buf_init(&b, a, 64 * MIB);
    struct cursor r = db_rows(c.db,
        "SELECT loop, key, dim, period, unit, class, channel, n FROM tally WHERE town = ?1 AND n "
        "<> "
        "0 ORDER BY loop, key, dim, period, unit, class, channel",
        V(s->model.town));
    while (db_next(&r)) {
        for (int i = 0; i < 8; i++)
            buf_fmt(&b, "%.*s ", STR_ARG(db_str(&r, i)));
        buf_byte(&b, '\n');
    }
    db_done(&r);
    return buf_str(&b);
}

static void rebuild(struct sim *s)
{
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_EN);
    str before = counters(s, a);
    if (world_alone(s->world, tally_rebuild, s->now_us, &e) != OK)
        buf_fmt(&s->report, "  tally rebuild: %.*s\n", STR_ARG(err_text(&e, a)));
    str after = counters(s, a);
    if (before.n == 0 || !str_eq(before, after))
        buf_fmt(&s->report, "  tally rebuild changed the counters (%zu bytes before, %zu after)\n",
            before.n, after.n);
    arena_free(a);
}

// ---- a run

static struct sim *sim_new(uint64_t seed, str folder, str address)
{
    struct arena *a = arena_new();
    struct sim *s = NEW(a, struct sim);
    struct err e;
    s->model.a = a;
    s->seed = seed;
    s->now_us = (tm_days(2026, 1, 5) * 24 + 1) * US_HOUR; // a Monday, nine o'clock
    buf_init(&s->report, a, REPORT_BYTES);
    rng_seed(&s->people, seed);
    rng_seed(&s->eyes, seed + UINT64_C(0x5eed));
    err_init(&e, a, LANG_EN);
    s->world = world_make(folder, address, s->now_us, &e);
    if (!s->world) {
        (void)fprintf(stderr, "%.*s\n", STR_ARG(err_text(&e, a)));
        exit(2);
    }
    learn(&s->model, world_rules(s->world));
    return s;
}

static void sim_end(struct sim *s)
{
    world_end(s->world);
    arena_free(s->model.a);
}

// The first thing both agree on is the model's own calendar, instead of the shipped one.
static struct batch *opening(struct sim *s)
{
    struct batch *b = NEW(s->model.a, struct batch);
    *b = (struct batch){.acts = NEW(s->model.a, struct act), .n = 1};
    b->acts[0] = (struct act){
        .kind = ACT_CAL, .who = "sysadmin", .seq = 1, .now_us = s->now_us, .n_days = 1};
    b->acts[0].days[0] = (struct day_change){tm_days(2026, 2, 17), 1};
    return b;
}

static bool play(struct sim *s, int64_t steps)
{
    bool same = do_group(s, opening(s));
    while (same && s->model.seq < steps) {
        struct batch *b = NEW(s->model.a, struct batch);
        actors_next(&s->people, &s->model, &s->now_us, (size_t)(steps - s->model.seq), b);
        same = do_group(s, b);
    }
    if (!same)
        return false;
    check_changed(s, 0);
    check_whole(s, LOOK_ITEMS, 4 * LOOK_COUNTS);
    prove(s);
    rebuild(s);
    return s->report.n == 0;
}

struct options {
    uint64_t seed;
    int64_t steps;
    str folder, address;
    bool quiet;
};

static int usage(void)
{
    (void)fprintf(stderr, "sim --seed N [--steps M] [--db ADDRESS] [--town FOLDER] [--quiet]\n");
    return 2;
}

static bool read_options(int argc, char **argv, struct options *o)
{
    *o = (struct options){.steps = STEPS_DEFAULT, .folder = S("tests/sim/town")};
    int64_t seed = -1;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--quiet") == 0)
            o->quiet = true;
        else if (more && strcmp(argv[i], "--seed") == 0 && str_i64(str_of(argv[i + 1]), &seed))
            i++;
        else if (more && strcmp(argv[i], "--steps") == 0 && str_i64(str_of(argv[i + 1]), &o->steps))
            i++;
        else if (more && strcmp(argv[i], "--db") == 0)
            o->address = str_of(argv[++i]);
        else if (more && strcmp(argv[i], "--town") == 0)
            o->folder = str_of(argv[++i]);
        else
            return false;
    }
    o->seed = (uint64_t)seed;
    return seed >= 0 && o->steps > 0;
}

int main(int argc, char **argv)
{
    struct options o;
    if (!read_options(argc, argv, &o))
        return usage();
    crypt_init();
    log_set(LOG_ERROR);
    struct sim *s = sim_new(o.seed, o.folder, o.address);
    s->quiet = o.quiet;
    bool same = play(s, o.steps);
    if (same)
        printf("seed %" PRIu64 ": %" PRId64 " actions, %" PRId64 " done, %" PRId64
               " refused, %" PRId64 " in failed groups, %" PRId64
               " restarts, %zu items: the same\n",
            o.seed, s->model.seq, s->accepted, s->refused, s->failed, s->restarts,
            s->model.n_items);
    else
        printf("seed %" PRIu64 " step %" PRId64 ": product and model differ\n%.*s"
               "again: %s --seed %" PRIu64 " --steps %" PRId64 "\n",
            o.seed, s->model.seq, STR_ARG(buf_str(&s->report)), argv[0], o.seed, o.steps);
    sim_end(s);
    return same ? 0 : 1;
}
