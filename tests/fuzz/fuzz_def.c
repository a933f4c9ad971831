// Any bytes: refused with notes that can be shown, or a definition whose every index points at
// something, which reads the same a second time, can be drawn, and does not differ from itself.
#include "domain/def.h"

static void check_index(int index, size_t n)
{
    CHECK(index == DEF_NONE || (index >= 0 && (size_t)index < n));
}

static void check_bits(uint64_t bits, size_t n)
{
    CHECK(n >= 64 || bits >> n == 0);
}

static void check_whole(const struct def *d)
{
    CHECK(d->n_states > 0 && d->n_states <= DEF_STATES_MAX && d->n_fields <= DEF_FIELDS_MAX);
    CHECK(d->n_steps > 0 && d->n_steps <= DEF_STEPS_MAX && d->n_clocks <= DEF_CLOCKS_MAX);
    CHECK(d->n_tallies <= DEF_TALLIES_MAX && d->steps[0].to >= 0 && d->steps[0].from == 0);
    check_index(d->then, d->n_states);
    for (size_t i = 0; i < d->n_steps; i++) {
        const struct def_step *s = &d->steps[i];
        size_t states = s->on_part ? d->n_part_states : d->n_states;
        check_index(s->to, states);
        check_index(s->back, d->n_states);
        check_index(s->reasons, d->n_reasons);
        check_bits(s->from, states);
        check_bits(s->start | s->stop | s->extends, d->n_clocks);
        check_bits(s->judges, d->n_judges);
        CHECK(s->does != DOES_ESCALATE && (i == 0 || s->from != 0) && s->n_who > 0);
        CHECK(s->does != DOES_RETURN || (s->back >= 0 && s->reasons >= 0 && s->on_part));
        CHECK(s->does != DOES_EVALUATE || s->judges != 0);
        CHECK(s->does != DOES_EXTEND || (s->extends != 0 && s->max.n > 0));
        for (size_t j = 0; j < s->n_asks; j++)
            CHECK(s->asks[j].field >= 0 ? (size_t)s->asks[j].field < d->n_fields
                                        : def_ask_key(d, &s->asks[j]).n > 0);
    }
    for (size_t i = 0; i < d->n_clocks; i++)
        for (size_t j = 0; j < d->clocks[i].n_limits; j++)
            CHECK(d->clocks[i].limits[j].limit.n > 0);
    for (size_t i = 0; i < d->n_rates; i++)
        CHECK(d->rates[i].formula != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new();
    struct err e;
    struct def *d = NULL, *again = NULL;
    err_init(&e, a, n % 2 ? LANG_EN : LANG_ZH);
    enum err_code code = def_parse(a, (str){(const char *)data, n}, &d, &e);
    if (code == OK) {
        CHECK(e.n == 0 && d != NULL);
        check_whole(d);
        CHECK(def_parse(a, d->text, &again, &e) == OK);
        CHECK(def_diff(a, d, again).n == 0);
        str dot = def_dot(a, d);
        CHECK(utf8_valid(dot) && str_ends(dot, S("}\n")));
    } else {
        CHECK(d == NULL && e.n > 0 && e.code == code);
        for (size_t i = 0; i < e.n; i++)
            CHECK(e.notes[i].message.n > 0 && utf8_valid(e.notes[i].message));
        CHECK(err_text(&e, a).n > 0);
    }
    arena_free(a);
    return 0;
}
