// Rows of a field table (base/json.h) whose name in JSON is the member's own.
#ifndef BH_API_MEMBERS_H
#define BH_API_MEMBERS_H

#include "base/json.h"

// M(type, member, kind, further designators of struct field): .help = "...", .options = ...
#define M(type, member, kind, ...)                                                                 \
    {                                                                                              \
#member, kind, .at = offsetof(struct type, member), ##__VA_ARGS__                          \
    }
// A list of structs, each described by table.
#define ROWS(type, member, table, row)                                                             \
    M(type, member, FIELD_LIST, .sub = (table), .size = sizeof(struct row))

#endif
