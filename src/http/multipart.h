// multipart/form-data bodies as browsers send them, taken apart in memory; strict. Pure; needs no
// server.
#ifndef BH_HTTP_MULTIPART_H
#define BH_HTTP_MULTIPART_H

#include "http/http.h"

enum {
    MULTIPART_PARTS_MAX = 20,
    MULTIPART_HEADERS_MAX_BYTES = 4 * KIB, // of one part
    MULTIPART_BOUNDARY_MAX_BYTES = 70,     // [RFC 2046 5.1.1]
};

// The parts' contents are slices of body; the rest is copied into the arena.
bool multipart_parse(struct arena *a, str content_type, str body, struct http_part **parts,
    size_t *n, struct err *e) MUST_USE;

#endif
