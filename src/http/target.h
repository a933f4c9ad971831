// The target of a request line: path and query, decoded strictly. Pure; needs no server.
#ifndef BH_HTTP_TARGET_H
#define BH_HTTP_TARGET_H

#include "base/str.h"

struct http_pair {
    str name, value;
};

struct target {
    str path; // decoded, starts with '/'
    struct http_pair *query;
    size_t n;
};

// False when the target has no leading '/' (after "http://host", which is taken off), a bad percent
// escape, a NUL or another control character, a ".." segment, or is not UTF-8; *expected then says
// what was expected.
bool target_parse(struct arena *a, str raw, struct target *out, const char **expected) MUST_USE;

#endif
