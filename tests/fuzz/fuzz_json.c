// Any bytes: refused with a note, or read, written, read again and written the same.
#include "base/json_plain.h"

enum { OUT_MAX = 16 * MIB };

static str written(struct arena *a, const struct json *v)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, OUT_MAX);
    jw_init(&w, &b);
    jw_json(&w, v);
    CHECK(!b.overflow && w.depth == 0);
    return buf_str(&b);
}

// What the plain reader takes the strict one takes as well, and reads the same.
static void compare_readers(struct arena *a, str text)
{
    const struct json *plain = json_plain(a, text);
    struct err e;
    err_init(&e, a, LANG_EN);
    if (plain != NULL) {
        const struct json *strict = json_strict(a, text, &e);
        CHECK(strict != NULL);
        CHECK(str_eq(written(a, plain), written(a, strict)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new();
    struct err e;
    err_init(&e, a, LANG_ZH);
    compare_readers(a, (str){(const char *)data, n});
    const struct json *v = json_parse(a, (str){(const char *)data, n}, &e);
    if (v == NULL) {
        CHECK(e.code == ERR_INVALID && e.n == 1 && e.notes[0].line > 0);
        CHECK(err_text(&e, a).n > 0);
    } else {
        CHECK(e.code == OK);
        str once = written(a, v);
        const struct json *back = json_parse(a, once, &e);
        CHECK(back != NULL && back->n == v->n);
        CHECK(str_eq(written(a, back), once));
    }
    arena_free(a);
    return 0;
}
