// A first look at a sheet somebody brings: what columns it has, which of the maps at hand fits it,
// and where none does, a map proposed from its header: columns that other maps know, names and
// synonyms of what an item has, names that are nearly the same. And the maps a town keeps.
#ifndef BH_DOMAIN_IMPORT_LOOK_H
#define BH_DOMAIN_IMPORT_LOOK_H

#include "domain/ctx.h"

enum { IMPORT_SAVED_MAX = 200, IMPORT_SAVED_TITLE_MAX = 60, IMPORT_LOOK_SAMPLES = 3 };

// A map of the town's own, under a title.
struct import_saved {
    int64_t id;
    str title, loop, map; // map: YAML (of which JSON is a part)
    str header;           // what the header's names were, as import_header_print gives it
    int64_t person, changed_us, version;
    bool shipped; // with the program: id 0
    str name;     // of a shipped one
};
enum err_code import_saved_list(
    struct ctx *c, struct import_saved **out, size_t *n, struct err *e) MUST_USE;
// id 0: a new one; else version must be the one it has. Its title stands once in the town.
enum err_code import_saved_put(
    struct ctx *c, const struct import_saved *in, int64_t *id, struct err *e) MUST_USE;
enum err_code import_saved_drop(struct ctx *c, int64_t id, struct err *e) MUST_USE;

struct import_look_column {
    str name;
    str samples[IMPORT_LOOK_SAMPLES];
    size_t n_samples;
};
struct import_look_sheet {
    str name;
    bool hidden;
    size_t columns; // 0: it has no header
};
struct import_look {
    struct import_look_sheet *sheets;
    size_t n_sheets;
    str sheet;      // the one looked at; empty in a CSV
    int64_t header; // the row its names stand in
    str print;      // of the header
    struct import_look_column *columns;
    size_t n;
    size_t *fits; // of the maps given, the best first
    size_t n_fits;
    str map;    // JSON: the best that fits, or what is proposed
    bool known; // it is one of those given
};
// wanted: a sheet's name, empty for the first that holds something. loop: whose items the rows
// become when no map fits.
enum err_code import_look(struct ctx *c, str path, str wanted, str loop,
    const struct import_saved *maps, size_t n_maps, struct import_look *out,
    struct err *e) MUST_USE;

#endif
