#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "http/multipart.h"

static const char TYPE[] = "multipart/form-data; boundary=XyZ";

struct result {
    bool ok;
    struct http_part *parts;
    size_t n;
    struct err e;
};

static struct arena *arena;

static struct result parse(const char *type, str body)
{
    struct result r = {0};
    err_init(&r.e, arena, LANG_EN);
    r.ok = multipart_parse(arena, str_of(type), body, &r.parts, &r.n, &r.e);
    assert_true(r.ok == (r.e.n == 0));
    return r;
}

static void test_form(void **state)
{
    (void)state;
    str body =
        S("--XyZ\r\n"
          "Content-Disposition: form-data; name=\"title\"\r\n\r\n"
          "路灯不亮\r\n"
          "--XyZ\r\n"
          "content-disposition: form-data; name=\"photo\"; filename=\"C:\\照片\\a%22b.jpg\"\r\n"
          "Content-Type: image/jpeg\r\n\r\n"
          "\xff\xd8\0\r\n--XyY\r\n\r\n"
          "--XyZ\r\n"
          "Content-Disposition: form-data; name=empty\r\n\r\n"
          "\r\n"
          "--XyZ--\r\n");
    struct result r = parse(TYPE, body);
    assert_true(r.ok);
    assert_int_equal(r.n, 3);
    assert_true(str_eq(r.parts[0].name, S("title")));
    assert_true(str_eq(r.parts[0].content, S("路灯不亮")));
    assert_int_equal(r.parts[0].filename.n, 0);
    assert_true(str_eq(r.parts[1].filename, S("a\"b.jpg")));
    assert_true(str_eq(r.parts[1].type, S("image/jpeg")));
    assert_true(str_eq(r.parts[1].content, S("\xff\xd8\0\r\n--XyY\r\n")));
    assert_true(str_eq(r.parts[2].name, S("empty")));
    assert_int_equal(r.parts[2].content.n, 0);
}

static void test_types(void **state)
{
    (void)state;
    str body = S("--a b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--a b--");
    assert_true(parse("Multipart/Form-Data ; charset=utf-8; Boundary=\"a b\"", body).ok);
    assert_false(parse("multipart/form-data", body).ok);
    assert_false(parse("multipart/form-data; boundary=", body).ok);
    assert_false(parse("multipart/form-data; boundary=\"a b", body).ok);
    assert_false(parse("multipart/form-data; boundary=\"a b \"", body).ok);
    assert_false(parse("multipart/form-data; boundary=a\\b", body).ok);
    assert_false(parse("multipart/mixed; boundary=\"a b\"", body).ok);
    assert_false(parse("multipart/form-datax; boundary=\"a b\"", body).ok);
    assert_false(parse("application/json", body).ok);
    assert_false(parse("", body).ok);
}

#define PART(headers) "--XyZ\r\n" headers "\r\n\r\nv\r\n--XyZ--"
#define NAMED "Content-Disposition: form-data; name=\"x\""

static void test_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "--XyZ",
        "--XyZ--x",
        "--XyZ\r\n",
        "--XyZ\n" NAMED "\n\nv\n--XyZ--",
        "preamble\r\n--XyZ--",
        "--XyZ\r\n" NAMED "\r\n\r\nv",
        "--XyZ\r\n" NAMED "\r\n\r\nv--XyZ--",
        "--XyZ\r\n" NAMED "\r\n\r\nv\r\n--XyZ",
        "--XyZ\r\n" NAMED "\r\n\r\nv\r\n--XyZx\r\n",
        "--XyZ\r\n" NAMED "\r\n\r\nv\r\n--XyZ--\r\nepilogue",
        "--XyZ\r\n" NAMED "\r\n\r\n--XyZ--",
        "--XyZ\r\n\r\nv\r\n--XyZ--",
        PART("Content-Type: text/plain"),
        PART("Content-Disposition: attachment; name=\"x\""),
        PART("Content-Disposition: form-data"),
        PART("Content-Disposition: form-data; name=\"\""),
        PART("Content-Disposition: form-data; name=\"x"),
        PART("Content-Disposition: form-data; name=\"x\"; name=\"y\""),
        PART("Content-Disposition: form-data; name=\"x\"; size=1"),
        PART("Content-Disposition: form-data; name=\"x\" y"),
        PART("Content-Disposition: form-data; name=\"x\"; filename*=utf-8''a"),
        PART("Content-Disposition: form-data; name=\"a%0Ab\""),
        PART("Content-Disposition: form-data; name=\"\xff\""),
        PART(NAMED "\r\n" NAMED),
        PART(NAMED "\r\nContent-Transfer-Encoding: base64"),
        PART(NAMED "\r\nno colon"),
        PART(NAMED "\r\n: nothing"),
        PART(NAMED "\r\nA: \x01"),
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct result r = parse(TYPE, str_of(bodies[i]));
        if (r.ok || r.e.code != ERR_INVALID)
            fail_msg("accepted: %s", bodies[i]);
    }
    assert_true(parse(TYPE, S("--XyZ--")).ok);
    assert_true(parse(TYPE, S(PART(NAMED "\r\nContent-Transfer-Encoding: 8BIT"))).ok);
    assert_true(parse(TYPE, S(PART(NAMED "; filename=a; filename*=utf-8''a"))).ok);
}

static str many(size_t parts, size_t header_bytes)
{
    struct buf b;
    buf_init(&b, arena, MIB);
    for (size_t i = 0; i < parts; i++) {
        buf_fmt(&b, "--XyZ\r\n" NAMED "\r\nX-Pad: ");
        for (size_t at = strlen(NAMED) + 9; at + 4 < header_bytes; at++)
            buf_byte(&b, 'p');
        buf_addz(&b, "\r\n\r\nv\r\n");
    }
    buf_addz(&b, "--XyZ--");
    return buf_str(&b);
}

static void test_limits(void **state)
{
    (void)state;
    assert_int_equal(parse(TYPE, many(MULTIPART_PARTS_MAX, 0)).n, MULTIPART_PARTS_MAX);
    struct result r = parse(TYPE, many(MULTIPART_PARTS_MAX + 1, 0));
    assert_false(r.ok);
    assert_int_equal(r.e.code, ERR_LIMIT);
    assert_true(parse(TYPE, many(1, MULTIPART_HEADERS_MAX_BYTES)).ok);
    assert_false(parse(TYPE, many(1, MULTIPART_HEADERS_MAX_BYTES + 1)).ok);
}

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
