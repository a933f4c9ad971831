// Reads the rows of a unit or a class tree out of YAML or CSV, each value with its place; looks at
// their form only.
#ifndef BH_DOMAIN_TREE_ROWS_H
#define BH_DOMAIN_TREE_ROWS_H

#include "domain/people_inner.h"

struct node *tree_rows_units(struct arena *a, str text, bool csv, size_t *n, struct err *e);
struct node *tree_rows_classes(struct arena *a, str text, bool csv, size_t *n, struct err *e);

#endif
