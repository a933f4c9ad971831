// The first line is the Content-Type, the rest the body. Where there is no line break, the boundary
// is "b".
#include <stdlib.h>
#include <string.h>

#include "http/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(str part, str body)
{
    if (part.n > 0 && (part.s < body.s || part.s + part.n > body.s + body.n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *arena;
    if (arena == NULL)
        arena = arena_new();
    str type = S("multipart/form-data; boundary=b");
    str body = {(const char *)data, size};
    size_t line = str_find(body, '\n');
    if (!str_starts(body, S("--")) && line < size) {
        type = str_sub(body, 0, line);
        body = str_sub(body, line + 1, size);
    }
    // In memory of their own, so that a byte too far is seen.
    type = str_dup(arena, type);
    body = str_dup(arena, body);
    struct err e;
    err_init(&e, arena, LANG_EN);
    struct http_part *parts = NULL;
    size_t n = 0;
    bool ok = multipart_parse(arena, type, body, &parts, &n, &e);
    if (ok != (e.n == 0) || n > MULTIPART_PARTS_MAX)
        abort();
    for (size_t i = 0; ok && i < n; i++) {
        inside(parts[i].content, body);
        if (parts[i].name.n == 0 || !utf8_valid(parts[i].name) || !utf8_valid(parts[i].filename) ||
            !utf8_valid(parts[i].type))
            abort();
    }
    arena_reset(arena);
    return 0;
}
