// Any bytes: refused with notes that can be shown, or a definition whose every index points at
// something, which reads the same a second time, can be drawn, and does not differ from itself. The
// same bytes as a calendar, as roles and as a key date; and the place of anything in them is in
// them.
#include <string.h>

#include "domain/def_cal.h"
#include "domain/def_place.h"
#include "domain/def_role.h"
#include "domain/keydate.h"
#include "domain/def_supervision.h"

static void check_index(int index, size_t n)
{
    CHECK(index == DEF_NONE || (index >= 0 && (size_t)index < n));
}

static void check_bits(uint64_t bits, size_t n)
{
    CHECK(n >= 64 || bits >> n == 0);
}

static void check_asks(const struct def *d, const struct def_ask *asks, size_t n)
{
    for (size_t j = 0; j < n; j++)
        CHECK(asks[j].field >= 0 ? (size_t)asks[j].field < d->n_fields
                                 : def_ask_key(d, &asks[j]).n > 0);
}

static void check_step(const struct def *d, const struct def_step *s, bool filing)
{
    size_t states = s->on_part ? d->n_part_states : d->n_states;
    check_index(s->to, states);
    check_index(s->back, d->n_states);
    check_index(s->reasons, d->n_reasons);
    check_bits(s->from, states);
    check_bits(s->start | s->stop | s->extends, d->n_clocks);
    check_bits(s->judges, d->n_judges);
    CHECK(s->does != DOES_ESCALATE && (filing || s->from != 0) && s->n_who > 0);
    CHECK(s->does != DOES_RETURN || (s->back >= 0 && s->reasons >= 0 && s->on_part));
    CHECK(s->does != DOES_EVALUATE || s->judges != 0);
    CHECK(s->does != DOES_EXTEND || (s->extends != 0 && s->max.n > 0));
    CHECK(s->undo_s >= 0 && s->undo_s <= DEF_UNDO_MAX_S && s->n_musts <= DEF_MUSTS_MAX);
    check_asks(d, s->asks, s->n_asks);
    for (size_t k = 0; k < s->n_musts; k++)
        for (size_t j = 0; j < s->musts[k].n_fields; j++)
            check_index(s->musts[k].fields[j], d->n_fields);
    for (size_t k = 0; k < s->n_stages; k++) {
        check_index(s->stages[k].clock, d->n_clocks);
        check_asks(d, s->stages[k].asks, s->stages[k].n_asks);
        CHECK(s->stages[k].n_who > 0);
    }
}

static void check_field(const struct def *d, const struct def_field *f)
{
    CHECK(f->type != DEF_CHOICE || f->n_options > 0);
    CHECK(f->type != DEF_REF || f->to.n > 0);
    CHECK((f->type == DEF_CLASS) == (f->scheme.n > 0));
    CHECK((f->text.n > 0) == (f->formula != NULL || f->via.n > 0));
    for (size_t k = 0; k < f->n_own_words; k++)
        CHECK(f->own_words[k] >= 0 && (size_t)f->own_words[k] < d->n_fields);
}

static void check_cadence(const struct def *d, const struct def_cadence *x)
{
    CHECK(x->every > 0 && x->over.n > 0 && x->window >= 0);
    CHECK(x->field >= 0 && (size_t)x->field < d->n_fields);
    CHECK(x->until >= 0 && (size_t)x->until < d->n_fields);
    check_index(x->reason, d->n_fields);
    check_bits(x->done, d->n_states);
    for (size_t k = 0; k < x->n_fill; k++)
        CHECK(x->fill[k].field >= 0 && (size_t)x->fill[k].field < d->n_fields);
}

static void check_analysis(const struct def *d)
{
    check_index(d->analysis.count, d->n_tallies);
    check_index(d->ahead.field, d->n_fields);
    for (size_t i = 0; i < d->analysis.n_lists; i++) {
        const struct def_list *l = &d->analysis.lists[i];
        check_index(l->tally, d->n_tallies);
        check_index(l->group_reasons, d->n_reasons);
        check_index(l->due, d->n_fields);
        for (size_t k = 0; k < l->n_show; k++)
            CHECK(l->show[k] >= 0 && (size_t)l->show[k] < d->n_fields);
    }
}

static void check_whole(const struct def *d)
{
    CHECK(d->n_states > 0 && d->n_states <= DEF_STATES_MAX && d->n_fields <= DEF_FIELDS_MAX);
    CHECK(d->n_steps > 0 && d->n_steps <= DEF_STEPS_MAX);
    CHECK(d->n_tallies <= DEF_TALLIES_MAX && d->steps[0].to >= 0 && d->steps[0].from == 0);
    CHECK(d->n_cadences <= DEF_CADENCES_MAX && d->loop.n > 0 && d->title.n > 0);
    CHECK(!d->lasting || (d->n_states == 2 && d->n_steps == 6 && d->n_clocks == 0));
    check_index(d->then, d->n_states);
    check_bits(d->boards, d->n_fields);
    for (size_t i = 0; i < d->n_steps; i++)
        check_step(d, &d->steps[i], i == 0);
    for (size_t i = 0; i < d->n_clocks; i++)
        for (size_t j = 0; j < d->clocks[i].n_limits; j++)
            CHECK(d->clocks[i].limits[j].limit.n > 0 || d->clocks[i].limits[j].stage.n > 0 ||
                  d->clocks[i].limits[j].until.n > 0 || d->clocks[i].limits[j].days.n > 0);
    for (size_t i = 0; i < d->n_rates; i++)
        CHECK(d->rates[i].formula != NULL);
    for (size_t i = 0; i < d->n_ledger; i++)
        CHECK(d->ledger[i].clock >= 0 && (size_t)d->ledger[i].clock < d->n_clocks);
    for (size_t i = 0; i < d->n_fields; i++)
        check_field(d, &d->fields[i]);
    for (size_t i = 0; i < d->n_cadences; i++)
        check_cadence(d, &d->cadences[i]);
    check_analysis(d);
}

static void check_notes(struct err *e, struct arena *a, enum err_code code)
{
    CHECK(e->n > 0 && e->code == code);
    for (size_t i = 0; i < e->n; i++)
        CHECK(e->notes[i].message.n > 0 && utf8_valid(e->notes[i].message));
    CHECK(err_text(e, a).n > 0);
}

static void try_others(struct arena *a, str text, enum lang lang)
{
    struct cal_spec spec;
    struct role *roles;
    size_t n;
    struct err e;
    err_init(&e, a, lang);
    enum err_code code = def_cal_parse(a, text, &spec, &e);
    if (code != OK)
        check_notes(&e, a, code);
    err_init(&e, a, lang);
    code = def_roles_parse(a, text, &roles, &n, &e);
    if (code != OK)
        check_notes(&e, a, code);
    struct keydate *k;
    err_init(&e, a, lang);
    code = keydate_parse(a, text, &k, &e);
    if (code != OK)
        check_notes(&e, a, code);
    else
        CHECK(k->to_day >= k->from_day && k->share >= 1 && keydate_diff(a, k, k).n == 0);
    struct supervision *shared;
    err_init(&e, a, lang);
    code = def_supervision_parse(a, text, &shared, &e);
    if (code != OK)
        check_notes(&e, a, code);
    else
        CHECK(shared->n_rules <= DEF_SUPERVISE_RULES_MAX && shared->levels[0].n > 0);
    int lines = 1;
    for (size_t i = 0; i < text.n; i++) // a line of YAML may end with \r, NEL, LS and PS as well
        lines += memchr("\n\r\xc2\xe2", text.s[i], 4) != NULL;
    static const char *const PATHS[] = {"", "steps[1].who", "fields[0].fits", "[0][1]", "a.b[9"};
    for (size_t i = 0; i < ARRAY_LEN(PATHS); i++) {
        struct yaml_pos at = def_place(a, text, str_of(PATHS[i]), str_sub(text, text.n / 2, 3));
        CHECK(at.line >= 0 && at.line <= lines + 1 && at.column >= 0);
    }
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
        CHECK(d == NULL);
        check_notes(&e, a, code);
    }
    try_others(a, (str){(const char *)data, n}, e.lang);
    arena_free(a);
    return 0;
}
