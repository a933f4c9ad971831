// Reads a file of the source tree (tests run in its root) and compiles the shipped calendars.
#ifndef BH_TESTS_UNIT_DOMAIN_FILES_H
#define BH_TESTS_UNIT_DOMAIN_FILES_H

#include <stdio.h>

#include "../base/unit.h"
#include "domain/def_cal.h"

static inline str file_read(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s", path);
    fseek(f, 0, SEEK_END);
    size_t n = (size_t)ftell(f);
    rewind(f);
    char *s = arena_alloc(a, n + 1);
    assert_int_equal(fread(s, 1, n, f), n);
    fclose(f);
    return (str){s, n};
}

static inline struct cal_spec cal_spec_of(struct arena *a, const char *key)
{
    struct cal_spec spec;
    struct err e;
    err_init(&e, a, LANG_EN);
    str path = str_fmt(a, "defs/calendars/%s.yaml", key);
    if (def_cal_parse(a, file_read(a, path.s), &spec, &e) != OK)
        fail_msg("%.*s", STR_ARG(err_text(&e, a)));
    return spec;
}

static inline struct cal *cal_of_spec(struct arena *a, const struct cal_spec *spec)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    struct cal *c = cal_new(a, spec, &e);
    if (!c)
        fail_msg("%.*s", STR_ARG(err_text(&e, a)));
    return c;
}

static inline struct cal *cal_of(struct arena *a, const char *key)
{
    struct cal_spec spec = cal_spec_of(a, key);
    return cal_of_spec(a, &spec);
}

// An instant in Shanghai, "2026-11-16 10:00".
static inline int64_t at(const char *text)
{
    int64_t us;
    if (!tm_parse(str_of(text), TM_ZONE_DEFAULT_S, &us))
        fail_msg("not an instant: %s", text);
    return us;
}

#endif
