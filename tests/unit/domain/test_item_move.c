// Items that go to another version of their loop: by chance there and back again, with states that
// are called otherwise, they are what they were.
#include "domain/item_move.h"

#include "base/rng.h"
#include "item_case.h"

enum { LIVES = 24, STEPS = 10 };

static str replaced(struct arena *a, str text, str from, str to)
{
    str out = S("");
    size_t at = 0;
    for (size_t i = 0; i + from.n <= text.n;) {
        if (memcmp(text.s + i, from.s, from.n) != 0) {
            i++;
            continue;
        }
        out = str_fmt(a, "%.*s%.*s%.*s", STR_ARG(out), (int)(i - at), text.s + at, STR_ARG(to));
        i += from.n;
        at = i;
    }
    return str_fmt(a, "%.*s%.*s", STR_ARG(out), (int)(text.n - at), text.s + at);
}

// The hotline with other limits, and two of its states called otherwise.
static int64_t publish(struct fixture *f)
{
    str text = file_read(f->a, "tests/unit/domain/loop.yaml");
    text = replaced(f->a, text, S("checked"), S("vetted"));
    text = replaced(f->a, text, S("working"), S("busy"));
    text = replaced(f->a, text, S("limit: 5wd"), S("limit: 7wd"));
    fixture_publish(f, "loop", "hotline", text);
    return rules_loop(f->c.rules, S("hotline"))->now->id;
}

static enum err_code move(struct fixture *f, int64_t id, int64_t def, bool named)
{
    struct item_moved moved;
    struct item_rename state = {S("checked"), S("vetted")}, part = {S("working"), S("busy")};
    struct item_move m = {
        .def = def, .states = &state, .parts = &part, .n_states = named, .n_parts = named};
    return fixture_do(f, item_move(&f->c, id, &m, &moved, &f->e));
}

static enum err_code back(struct fixture *f, int64_t id)
{
    struct item_moved moved;
    return fixture_do(f, item_move_back(&f->c, id, false, &moved, &f->e));
}

static str kept(struct fixture *f, int64_t id)
{
    struct item it = read(f, id), nothing = {0};
    it.version = it.changed_us = 0;
    return item_changes(f->a, &nothing, &it);
}

// The next step of those who work on it; false when it was not to be had.
static bool some_step(struct fixture *f, struct rng *r, struct item *it)
{
    static const struct {
        const char *step, *by;
    } STEPS_OF[] = {{"dispatch", "dispatcher"}, {"accept", "h01"}, {"contact", "h01"},
        {"reply", "h01"}, {"check", "dispatcher"}, {"close", "dispatcher"},
        {"recheck", "dispatcher"}, {"redo", "dispatcher"}};
    size_t at = (size_t)rng_range(r, 0, ARRAY_LEN(STEPS_OF) - 1);
    int64_t unit = fixture_unit(f, "c01");
    str key = str_of(STEPS_OF[at].step);
    fixture_as(f, STEPS_OF[at].by);
    if (str_eq(key, S("reply")))
        return STEP(f, it, .step = key, ANSWERS) == OK;
    if (str_eq(key, S("contact")))
        return STEP(f, it, .step = key, FIELDS({S("contacted"), S("是")})) == OK;
    return STEP(f, it, .step = key, .note = S("说明"), .units = &unit,
               .n_units = str_eq(key, S("dispatch"))) == OK;
}

static void there_and_back(void **state)
{
    struct fixture *f = *state;
    struct rng r;
    size_t moved = 0;
    rng_seed(&r, 42);
    fixture_at(f, "2026-11-16 10:00");
    struct item lives[LIVES];
    for (int i = 0; i < LIVES; i++)
        lives[i] = fixture_file(f, "一件事");
    int64_t to = publish(f);
    for (int i = 0; i < LIVES; i++) {
        struct item *it = &lives[i];
        for (int k = 0; k < STEPS; k++)
            if (some_step(f, &r, it))
                fixture_later(f, rng_range(&r, 1, 8 * US_HOUR));
        fixture_as(f, "sysadmin");
        str was = kept(f, it->id);
        fixture_ok(f, move(f, it->id, to, true));
        moved += !str_eq(was, kept(f, it->id));
        assert_int_equal(read(f, it->id).round, it->round);
        fixture_fails(f, move(f, it->id, to, true), ERR_CONFLICT);
        fixture_ok(f, back(f, it->id));
        assert_true(str_eq(was, kept(f, it->id)));
        fixture_fails(f, back(f, it->id), ERR_CONFLICT);
    }
    assert_int_equal(moved, LIVES);
}

// A state without its new name refuses that item, and nothing of it is written.
static void a_name_is_missing(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", NULL), other = fixture_file(f, "乙");
    fixture_as(f, "h01");
    fixture_ok(f, STEP(f, &it, .step = S("accept")));
    int64_t to = publish(f);
    fixture_as(f, "sysadmin");
    str was = kept(f, it.id);
    fixture_fails(f, move(f, it.id, to, false), ERR_INVALID);
    assert_true(fixture_noted(f, "parts"));
    assert_true(str_eq(was, kept(f, it.id)));
    assert_int_equal(read(f, it.id).version, it.version);
    fixture_ok(f, move(f, other.id, to, false)); // it stands in none of the two
    fixture_as(f, "dispatcher");
    fixture_fails(f, move(f, it.id, to, true), ERR_DENIED);
    fixture_fails(f, back(f, other.id), ERR_DENIED);
}

// What was used stays used: 5 working days from Monday 10:30 become 7 of the same start.
static void time_used_stays_used(void **state)
{
    struct fixture *f = *state;
    struct item it = dispatched(f, "c01", NULL);
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-23 10:30");
    int64_t to = publish(f);
    fixture_at(f, "2026-11-18 15:00");
    fixture_as(f, "sysadmin");
    fixture_ok(f, move(f, it.id, to, true));
    it = read(f, it.id);
    assert_time(clock_of(&it, "handle", 1)->due_us, "2026-11-25 10:30");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ITEM_TEST(there_and_back),
        ITEM_TEST(a_name_is_missing),
        ITEM_TEST(time_used_stays_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
