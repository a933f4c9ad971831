// Bringing in a layer of cells from GeoJSON. The file is the layer as it is to be from a day on:
// cells that stand in it unchanged stay, changed ones end and begin anew, those it does not name
// end. Nothing is deleted, so an item of the past lies in the cell of its day.
//
// A file may say of itself what it is, in a member "bihuan": {"layer", "title", "unit_kind",
// "datum", "note"}; what is given beside it goes before. The datum must be said, here or there.
#ifndef BH_DOMAIN_LAYER_H
#define BH_DOMAIN_LAYER_H

#include "domain/ctx.h"

enum {
    LAYERS_MAX = 20, // of a town
    LAYER_NOTE_MAX = 200,
    LAYER_FLAWS_MAX = 200, // overlaps and gaps told
};

struct layer_in {
    str key, title, unit_kind, note; // empty: as the file says, or as it is
    str datum;                       // wgs84, cgcs2000 or gcj02; empty: as the file says
    int64_t from_day;                // days since 1970; 0: today, or always for a new layer
};
struct layer_flaw {
    bool gap;        // else an overlap
    str code, other; // of an overlap
    double m2, lat, lon;
};
struct layer_counts {
    int64_t made, changed, same, ended;
};
struct layer_list; // lives in the arena it was read into
// Reads and checks the whole file; every mistake is noted with the number of its feature. Nothing
// is written, and overlaps and gaps are no mistakes: they are told by layer_flaws.
struct layer_list *layer_read(
    struct ctx *c, const struct layer_in *in, str text, struct err *e) MUST_USE;
str layer_list_key(const struct layer_list *l);
size_t layer_flaws(const struct layer_list *l, const struct layer_flaw **out, size_t *all);
// What writing it would do, on the rules at hand.
enum err_code layer_check(
    struct ctx *c, const struct layer_list *l, struct layer_counts *out, struct err *e) MUST_USE;
enum err_code layer_write(
    struct ctx *c, const struct layer_list *l, struct layer_counts *out, struct err *e) MUST_USE;

#endif
