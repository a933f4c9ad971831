// The gazetteer as a list (town_list.h): what people call estates, roads and markets, each with the
// unit it is in or the point it lies at. A row whose unit is "none" takes the name out.
#ifndef BH_DOMAIN_SPOT_LIST_H
#define BH_DOMAIN_SPOT_LIST_H

#include "domain/ctx.h"
#include "domain/town_list.h"

struct spot_row;
struct spot_row *spot_list_read(
    struct arena *a, str text, bool csv, size_t *n, struct err *e) MUST_USE;
enum err_code spot_list_apply(struct ctx *c, const struct spot_row *rows, size_t n, bool write,
    struct town_list_counts *out, struct err *e) MUST_USE;

#endif
