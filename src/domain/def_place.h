// Where in a definition's text something stands that only the town can tell is wrong: a unit, a
// role, a filter over its classes. Found when there is something to say, by the path of a member.
#ifndef BH_DOMAIN_DEF_PLACE_H
#define BH_DOMAIN_DEF_PLACE_H

#include "domain/def.h"
#include "domain/yaml.h"

// The member of that path ("steps[2].who") or the nearest one above it, and inside it the first
// text that reads `said` (empty: the member itself). Line 0 when the text cannot be read.
struct yaml_pos def_place(struct arena *a, str text, str path, str said);
// The notes of a filter that stands there.
void def_place_filter(
    struct err *e, const struct def *d, str path, str filter, const struct err *inner);

// The town has no such thing: the nearest of those it has are named. what: "unit", "单位".
void def_place_unknown(struct err *e, str text, str path, str said, const char *en, const char *zh,
    const str *known, size_t n);

// One note there.
#define def_err(e, text, path, said, expected, en, ...)                                            \
    do {                                                                                           \
        str def_path_ = (path);                                                                    \
        struct yaml_pos def_at_ = def_place((e)->arena, (text), def_path_, (said));                \
        (void)err_at((e), def_at_.line, def_at_.column, def_path_, (expected), (en), __VA_ARGS__); \
    } while (0)

#endif
