// The two readers behind json_parse. The plain one reads what programs usually write, several times
// faster, and leaves everything else, and every mistake, to the strict one: so it need not know
// every rule, only be sure of what it takes. Tests hold one against the other.
#ifndef BH_BASE_JSON_PLAIN_H
#define BH_BASE_JSON_PLAIN_H

#include "base/json.h"

// NULL: not plain; nothing is said about whether it is JSON.
struct json *json_plain(struct arena *a, str text);
// By jansson. NULL and a note when the text is not JSON.
struct json *json_strict(struct arena *a, str text, struct err *e);

#endif
