// Any bytes through the YAML layer and the calendar reader: neither may crash, hang, or fail
// without a note; what yaml_parse accepts must be within its limits, and what def_cal_parse accepts
// must compile.
#include "domain/def_cal.h"
#include "domain/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t nodes_of(const struct yaml *y, int depth)
{
    CHECK(depth <= YAML_DEPTH_MAX);
    CHECK(y->line >= 1 && y->column >= 1);
    size_t sum = 1;
    for (size_t i = 0; i < y->n; i++) {
        CHECK(y->type == YAML_LIST || y->type == YAML_MAP);
        if (y->type == YAML_MAP)
            CHECK(y->key_pos[i].line >= 1 && utf8_valid(y->keys[i]));
        sum += nodes_of(y->vals[i], depth + 1);
    }
    CHECK(utf8_valid(y->s) || y->quoted); // escapes in quotes may name any code point
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new();
    str text = {(const char *)data, n};
    struct err e;
    err_init(&e, a, n % 2 ? LANG_ZH : LANG_EN);
    const struct yaml *y = yaml_parse(a, text, &e);
    CHECK((y == NULL) == (e.n > 0));
    if (y)
        CHECK(nodes_of(y, 1) <= YAML_NODES_MAX + YAML_ALIAS_NODES_MAX);
    struct err e_cal;
    struct cal_spec spec;
    err_init(&e_cal, a, LANG_ZH);
    enum err_code code = def_cal_parse(a, text, &spec, &e_cal);
    CHECK((code == OK) == (e_cal.n == 0));
    if (code == OK)
        CHECK(cal_new(a, &spec, &e_cal) != NULL);
    arena_free(a);
    return 0;
}
