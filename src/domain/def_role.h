// Roles as data: defs/roles.yaml. A role is a set of rights; a person holds it at a unit and its
// subtree.
#ifndef BH_DOMAIN_DEF_ROLE_H
#define BH_DOMAIN_DEF_ROLE_H

#include "domain/rules.h"

enum { DEF_ROLES_MAX = 100 };

// All roles of the text; everything wrong is a note with line and column.
enum err_code def_roles_parse(
    struct arena *a, str text, struct role **out, size_t *n, struct err *e) MUST_USE;

#endif
