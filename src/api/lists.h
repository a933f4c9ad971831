// Bringing in the lists a town is kept up to date by: units, classes, people, places. The routes
// are in routes.c.
#ifndef BH_API_LISTS_H
#define BH_API_LISTS_H

#include "api/call.h"

extern const struct field LIST_QUERY[], LIST_OUT[];
enum err_code lists_units_check(struct call *k);
enum err_code lists_classes_check(struct call *k);
enum err_code lists_people_check(struct call *k);
enum err_code lists_places_check(struct call *k);
enum err_code lists_write(struct call *k, struct ctx *c, int64_t *result, struct err *e);
enum err_code lists_answer(struct call *k);
enum err_code lists_classes_sheet(struct call *k);

#endif
