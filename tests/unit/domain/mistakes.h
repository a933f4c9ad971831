// Cases of tests/anchors/*_errors.yaml: a text with mistakes, and the notes it has to be told.
#ifndef BH_TESTS_UNIT_DOMAIN_MISTAKES_H
#define BH_TESTS_UNIT_DOMAIN_MISTAKES_H

#include "../base/unit.h"
#include "base/str.h"
#include "domain/yaml.h"

static inline str mistake_put(struct arena *a, str text, str find, str put, str name)
{
    for (size_t i = 0; i + find.n <= text.n; i++)
        if (str_eq(str_sub(text, i, find.n), find))
            return str_fmt(a, "%.*s%.*s%.*s", (int)i, text.s, STR_ARG(put),
                (int)(text.n - i - find.n), text.s + i + find.n);
    fail_msg("%.*s: nothing reads \"%.*s\"", STR_ARG(name), STR_ARG(find));
    return text;
}

// The case's own text (yaml), or base with its changes.
static inline str mistake_text(struct arena *a, str base, const struct yaml *row)
{
    const struct yaml *change = yaml_get(row, "change");
    str name = yaml_get_str(row, "name"), text = change ? base : yaml_get_str(row, "yaml");
    for (size_t i = 0; change && i < change->n; i++)
        text = mistake_put(a, text, yaml_get_str(change->vals[i], "find"),
            yaml_get_str(change->vals[i], "put"), name);
    return text;
}

// wanted: "line:column member", and maybe how what was expected begins.
static inline bool mistake_noted(struct arena *a, const struct err *e, str wanted)
{
    str place, member = {0}, rest = wanted;
    str_cut(&rest, ' ', &place);
    str_cut(&rest, ' ', &member);
    for (size_t i = 0; i < e->n; i++) {
        const struct err_note *note = &e->notes[i];
        str at = str_fmt(a, "%d:%d", note->line, note->column);
        if (str_eq(at, place) && str_eq(note->field, member) &&
            (rest.n == 0 || str_starts(note->expected, rest)))
            return true;
    }
    return false;
}

// Exactly the notes of the case were told, each in words.
static inline bool mistake_told(struct arena *a, const struct err *e, const struct yaml *row)
{
    const struct yaml *errors = yaml_get(row, "errors");
    bool right = e->n == errors->n && e->dropped == 0;
    for (size_t i = 0; i < errors->n; i++)
        if (!mistake_noted(a, e, errors->vals[i]->s)) {
            right = false;
            print_error("missing: %.*s\n", STR_ARG(errors->vals[i]->s));
        }
    for (size_t i = 0; i < e->n; i++)
        right = right && e->notes[i].message.n > 0 && utf8_valid(e->notes[i].message);
    if (!right)
        print_error("%.*s:\n%.*s\n", STR_ARG(yaml_get_str(row, "name")), STR_ARG(err_text(e, a)));
    return right;
}

#endif
