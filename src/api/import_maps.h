// The maps by which sheets are read: shipped ones and the town's own, and the first look at a
// sheet that proposes one.
#ifndef BH_API_IMPORT_MAPS_H
#define BH_API_IMPORT_MAPS_H

#include "api/call.h"

extern const struct field IMPORT_MAPS[], IMPORT_MAP_OUT[], IMPORT_MAP_NEW[], IMPORT_MAP_PUT[],
    IMPORT_LOOK[];
extern const size_t IMPORT_MAP_SIZE;
enum err_code import_maps_list(struct call *k);
enum err_code import_maps_check(struct call *k);
enum err_code import_maps_put(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code import_maps_answer(struct call *k);
enum err_code import_maps_drop(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code import_maps_look(struct call *k);
enum err_code import_maps_template(struct call *k); // ?loop=
extern const struct field IMPORT_TEMPLATE_QUERY[];
// The text of a map by its name: a shipped one's, or "#3" for the town's third; empty when there is
// none.
str import_maps_text(struct call *k, str name);

#endif
