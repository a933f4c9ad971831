#include "base/json.h"

#include <math.h>
#include "base/tm.h"
#include "unit.h"

struct part {
    str unit;
    int64_t days;
};
struct place {
    double lon, lat;
    str address;
};
struct order {
    str title, channel;
    int64_t priority, due_us;
    bool urgent;
    struct strs tags;
    struct place place;
    struct list parts;
    const struct json *more;
    str raw;
    struct i64s counts;
    struct f64s shares;
};

static const struct field part_fields[] = {
    {"unit", FIELD_STR, FIELD_REQUIRED, offsetof(struct part, unit), .max = 20},
    {"days", FIELD_I64, 0, offsetof(struct part, days), .min = 1, .max = 60},
    {0},
};
static const struct field place_fields[] = {
    {"lon", FIELD_F64, FIELD_REQUIRED, offsetof(struct place, lon), .min = -180, .max = 180},
    {"lat", FIELD_F64, FIELD_REQUIRED, offsetof(struct place, lat), .min = -90, .max = 90},
    {"address", FIELD_STR, FIELD_ABSENT_NULL, offsetof(struct place, address)},
    {0},
};
static const struct field order_fields[] = {
    {"title", FIELD_STR, FIELD_REQUIRED, offsetof(struct order, title), .min = 2, .max = 5,
        .help = "what is wanted"},
    {"channel", FIELD_STR, FIELD_ABSENT_NULL, offsetof(struct order, channel),
        .options = "hotline|patrol"},
    {"priority", FIELD_I64, FIELD_ABSENT_NULL, offsetof(struct order, priority), .min = 1,
        .max = 4},
    {"due", FIELD_TIME, FIELD_ABSENT_NULL, offsetof(struct order, due_us)},
    {"urgent", FIELD_BOOL, FIELD_ABSENT_NULL, offsetof(struct order, urgent)},
    {"tags", FIELD_STRS, FIELD_ABSENT_NULL, offsetof(struct order, tags), .max = 3},
    {"place", FIELD_OBJ, FIELD_ABSENT_NULL, offsetof(struct order, place), .sub = place_fields},
    {"parts", FIELD_LIST, FIELD_ABSENT_NULL, offsetof(struct order, parts), .sub = part_fields,
        .size = sizeof(struct part)},
    {"more", FIELD_JSON, FIELD_ABSENT_NULL, offsetof(struct order, more)},
    {"raw", FIELD_STR, FIELD_RAW | FIELD_ABSENT_NULL, offsetof(struct order, raw)},
    {"counts", FIELD_I64S, FIELD_ABSENT_NULL, offsetof(struct order, counts)},
    {"shares", FIELD_F64S, FIELD_ABSENT_NULL, offsetof(struct order, shares)},
    {0},
};

static str encode(struct arena *a, const struct order *o)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, MIB);
    jw_init(&w, &b);
    fields_encode(&w, order_fields, o, TM_ZONE_DEFAULT_S);
    return buf_str(&b);
}

#define FULL                                                                                       \
    "{\"title\":\"飞线充电\",\"channel\":\"patrol\",\"priority\":2,"                           \
    "\"due\":\"2026-11-20T09:32:00+08:00\",\"urgent\":true,\"tags\":[\"a\",\"b\"],"                \
    "\"place\":{\"lon\":121.37,\"lat\":31.21,\"address\":\"x\"},"                                  \
    "\"parts\":[{\"unit\":\"u1\",\"days\":3},{\"unit\":\"u2\",\"days\":0}],"                       \
    "\"more\":{\"k\":[1,null]}}"

static void test_round_trip(void **state)
{
    struct arena *a = *state;
    struct err e;
    struct order o = {0};
    err_init(&e, a, LANG_EN);
    // days 0 is what an absent value is encoded as, so leave it out of what is read
    str body = S("{\"title\":\"飞线充电\",\"channel\":\"patrol\",\"priority\":2,"
                 "\"due\":\"2026-11-20T01:32:00Z\",\"urgent\":true,\"tags\":[\"a\",\"b\"],"
                 "\"place\":{\"lon\":121.37,\"lat\":31.21,\"address\":\"x\"},"
                 "\"parts\":[{\"unit\":\"u1\",\"days\":3},{\"unit\":\"u2\"}],"
                 "\"more\":{\"k\":[1,null]}}");
    assert_int_equal(fields_decode(a, body, order_fields, &o, &e), OK);
    assert_int_equal(e.code, OK);
    assert_int_equal(o.parts.n, 2);
    assert_str(((const struct part *)o.parts.v)[1].unit, "u2");
    assert_int_equal(o.tags.n, 2);
    assert_true(o.place.lon == 121.37);
    assert_str(encode(a, &o), FULL);
}

static void test_absent_keeps_null_clears(void **state)
{
    struct arena *a = *state;
    struct err e;
    struct order o = {.priority = 3,
        .channel = S("patrol"),
        .urgent = true,
        .due_us = 5,
        .place = {.lon = 1, .address = S("x")}};
    err_init(&e, a, LANG_EN);
    str body = S("{\"title\":\"abc\",\"channel\":null,\"due\":null,\"place\":null,\"more\":null}");
    assert_int_equal(fields_decode(a, body, order_fields, &o, &e), OK);
    assert_int_equal(o.priority, 3);
    assert_true(o.urgent);
    assert_int_equal(o.channel.n, 0);
    assert_int_equal(o.due_us, 0);
    assert_true(o.place.lon == 0 && o.place.address.n == 0);
    assert_int_equal(o.more->type, JSON_NULL);
}

static void test_every_mistake_at_once(void **state)
{
    struct arena *a = *state;
    struct err e;
    struct order o = {0};
    err_init(&e, a, LANG_EN);
    str body = S("{\"title\":\"飞线充电太多\",\"chanel\":1,\"channel\":\"web\",\"priority\":5,"
                 "\"due\":\"tomorrow\",\"urgent\":1,\"tags\":[\"a\",2,\"\\u0007\"],"
                 "\"place\":{\"lon\":181,\"address\":[]},"
                 "\"parts\":[{\"unit\":\"u\"},{\"unit\":null,\"days\":1.5},7]}");
    assert_int_equal(fields_decode(a, body, order_fields, &o, &e), ERR_INVALID);
    assert_str(err_text(&e, a),
        "chanel: unknown field (expected title, channel, priority, due, urgent, tags, place, "
        "parts, more, raw, counts, shares)\n"
        "title: too long: 6 characters (expected ..5)\n"
        "channel: not one of the choices (expected hotline|patrol)\n"
        "priority: out of range (expected 1..4)\n"
        "due: not a time (expected RFC 3339, 2026-11-20T09:32:00+08:00)\n"
        "urgent: wrong type (expected true|false)\n"
        "tags[1]: wrong type (expected string)\n"
        "tags[2]: control characters (expected text)\n"
        "place.lon: out of range (expected -180..180)\n"
        "place.lat: required\n"
        "place.address: wrong type (expected string)\n"
        "parts[1].unit: required\n"
        "parts[1].days: wrong type (expected integer)\n"
        "parts[2]: wrong type (expected object)\n");
    assert_int_equal(o.title.n, 0); // a refused value is not stored
}

static void test_limits(void **state)
{
    struct arena *a = *state;
    static const char *const rows[][2] = {
        {"{}", "title: required (expected what is wanted)\n"},
        {"{\"title\":\"a\"}", "title: too short: 1 characters (expected 2..)\n"},
        {"{\"title\":\"ab\",\"tags\":[\"1\",\"2\",\"3\",\"4\"]}",
            "tags: too many: 4 (expected ..3)\n"},
        {"{\"title\":\"ab\",\"tags\":\"x\"}", "tags: wrong type (expected array)\n"},
        {"[]", "wrong type (expected object)\n"},
        {"{\"title\":7}", "title: wrong type (expected string)\n"},
        {"{\"title\":\"ab\",\"place\":{\"lon\":\"1\",\"lat\":1}}",
            "place.lon: wrong type (expected number)\n"},
        {"{", "1:1: not JSON: ends too early\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e;
        struct order o = {0};
        err_init(&e, a, LANG_EN);
        assert_int_equal(fields_decode(a, str_of(rows[i][0]), order_fields, &o, &e), ERR_INVALID);
        assert_str(err_text(&e, a), rows[i][1]);
    }
}

static void test_earlier_notes_do_not_count(void **state)
{
    struct arena *a = *state;
    struct err e;
    struct order o = {0};
    err_init(&e, a, LANG_ZH);
    err_add(&e, ERR_INVALID, S("query"), (str){0}, "wrong", "错");
    assert_int_equal(fields_decode(a, S("{\"title\":\"ab\"}"), order_fields, &o, &e), OK);
    assert_str(o.title, "ab");
}

static void test_encode_empty_and_raw(void **state)
{
    struct arena *a = *state;
    struct order o = {0};
    assert_str(encode(a, &o), "{\"title\":\"\"}");
    o.raw = S("{\"x\":1}");
    o.place.lat = 1;
    assert_str(encode(a, &o), "{\"title\":\"\",\"place\":{\"lon\":0,\"lat\":1},\"raw\":{\"x\":1}}");
}

static void test_numbers_by_key(void **state)
{
    static const str keys[] = {S("on_time"), S("\"")};
    static const int64_t counts[] = {INT64_MIN, 7};
    static const double shares[] = {0.25, NAN};
    struct order o = {.counts = {keys, counts, 2}, .shares = {keys, shares, 2}};
    assert_str(encode(*state, &o),
        "{\"title\":\"\",\"counts\":{\"on_time\":-9223372036854775808,\"\\\"\":7},"
        "\"shares\":{\"on_time\":0.25,\"\\\"\":null}}");
}

static void test_schema(void **state)
{
    struct arena *a = *state;
    struct buf b;
    struct jw w;
    struct err e;
    buf_init(&b, a, MIB);
    jw_init(&w, &b);
    fields_schema(&w, order_fields);
    err_init(&e, a, LANG_EN);
    const struct json *s = json_parse(a, buf_str(&b), &e);
    assert_non_null(s);
    assert_str(json_str(s, S("type")), "object");
    const struct json *required = json_get(s, S("required")), *of = json_get(s, S("properties"));
    assert_int_equal(required->n, 1);
    assert_str(required->vals[0].s, "title");
    assert_false(json_get(s, S("additionalProperties"))->b);
    assert_int_equal(of->n, ARRAY_LEN(order_fields) - 1);
    const struct json *title = json_get(of, S("title"));
    assert_int_equal(json_i64(title, S("maxLength"), 0), 5);
    assert_str(json_str(title, S("description")), "what is wanted");
    assert_int_equal(json_get(json_get(of, S("channel")), S("enum"))->n, 3); // and null
    assert_int_equal(json_i64(json_get(of, S("priority")), S("maximum"), 0), 4);
    assert_str(json_str(json_get(of, S("due")), S("format")), "date-time");
    assert_int_equal(json_i64(json_get(of, S("tags")), S("maxItems"), 0), 3);
    const struct json *part = json_get(json_get(of, S("parts")), S("items"));
    assert_str(json_str(json_get(json_get(part, S("properties")), S("unit")), S("type")), "string");
    assert_int_equal(json_get(of, S("more"))->n, 0);
    const struct json *count = json_get(json_get(of, S("counts")), S("additionalProperties"));
    assert_str(json_str(count, S("type")), "integer");
    const struct json *share = json_get(json_get(of, S("shares")), S("additionalProperties"));
    assert_int_equal(json_get(share, S("type"))->n, 2); // a number or null
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_round_trip),
        UNIT(test_absent_keeps_null_clears),
        UNIT(test_every_mistake_at_once),
        UNIT(test_limits),
        UNIT(test_earlier_notes_do_not_count),
        UNIT(test_encode_empty_and_raw),
        UNIT(test_numbers_by_key),
        UNIT(test_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
