// Supervision 督办: what every loop of a town shares (defs/supervision.yaml): steps that issue
// slips of three colours, instructions and urges, their receipts, fields and clocks, and the rules
// by which the system issues a slip itself. It is added to a loop's own text when that is compiled,
// so nothing behind the parser knows where a step came from.
#ifndef BH_DOMAIN_DEF_SUPERVISION_H
#define BH_DOMAIN_DEF_SUPERVISION_H

#include "domain/def.h"
#include "domain/yaml.h"

enum { DEF_SUPERVISE_RULES_MAX = 40 };

struct rules;
struct supervise_rule {
    str key, title, when;
    const struct filter *match; // compiled by rules.c; NULL: it names what no loop has any more
    int level;
};
struct supervision {
    str key, title, text;
    const struct yaml *root;
    str levels[DEF_LEVELS]; // titles, blue first
    str charge, until;      // fields: which leader is in charge, and until when; may be empty
    struct supervise_rule *rules;
    size_t n_rules;
};

// Everything wrong in it is noted, its steps as they would stand in any loop.
enum err_code def_supervision_parse(
    struct arena *a, str text, struct supervision **out, struct err *e) MUST_USE;
// What only the town can tell: roles of its steps, and the inside of its filters.
void def_supervision_check(
    struct arena *a, const struct rules *r, const struct supervision *s, struct err *e);
// The loop's tree with the rows of s that it has not. A step of its own keeps what it says and only
// gets the clocks of the receipt; a level it issues in its own way it answers in its own way.
// whole: with all rows of s, also those that would have no use there.
const struct yaml *def_supervision_merge(
    struct arena *a, const struct yaml *loop, const struct supervision *s, bool whole);
// def_parse of a loop with what it shares; s NULL: nothing.
enum err_code def_parse_with(struct arena *a, str yaml, const struct supervision *s,
    struct def **out, struct err *e) MUST_USE;

#endif
