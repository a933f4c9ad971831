// The lists a town is set up from and kept up to date by: units, classes, people, names
// of places. Each is a YAML text ("units:", "classes:", "people:", "places:") or a CSV with a row
// of column names; which of both is seen from the text. docs/import.md describes them.
//
// A list only adds and changes: what it does not name stays. It is looked through as a whole, every
// mistake is noted with line, column and value, and then nothing is changed; without a mistake all
// of it is written. The same list once more changes nothing. Each unit, class, person and role that
// changes is an event of its own, as if it had been changed alone.
#ifndef BH_DOMAIN_TOWN_LIST_H
#define BH_DOMAIN_TOWN_LIST_H

#include "domain/ctx.h"

enum {
    TOWN_LIST_BYTES_MAX = 4 * MIB,
    TOWN_LIST_PEOPLE_MAX = 20000,
    TOWN_LIST_SECRETS_MAX = 100, // initial passwords in one list: each takes up to 100 ms
};
enum town_list_kind {
    TOWN_LIST_UNITS,
    TOWN_LIST_CLASSES,
    TOWN_LIST_PEOPLE,
    TOWN_LIST_PLACES,
    TOWN_LIST_KINDS
};

str town_list_name(enum town_list_kind kind); // "units", "classes", "people", "places"
bool town_list_kind_of(str name, enum town_list_kind *out) MUST_USE;

struct town_list_counts {
    int64_t made, changed, same;
    // Of people only: names and roles the actor may not change, which wait for the administrator
    // who may to bring the same list (三员分立).
    int64_t left;
};

struct town_list;
// NULL and notes when the text is not such a list. Lives in a.
struct town_list *town_list_read(
    struct arena *a, enum town_list_kind kind, str text, struct err *e) MUST_USE;
// What writing it would do, or everything that is wrong with it. Read-only.
enum err_code town_list_check(struct ctx *c, const struct town_list *list,
    struct town_list_counts *out, struct err *e) MUST_USE;
// On a loop, before it is written: turns the initial passwords of people who are not there yet into
// hashes, which takes long. Checks the list first.
enum err_code town_list_prepare(struct ctx *c, struct town_list *list, struct err *e) MUST_USE;
// On the writer. Whoever asks may hold the right at some units only: then rows elsewhere are
// mistakes.
enum err_code town_list_write(struct ctx *c, const struct town_list *list,
    struct town_list_counts *out, struct err *e) MUST_USE;

#endif
