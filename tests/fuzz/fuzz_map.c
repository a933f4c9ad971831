// Any text as a mapping of the sample town, and, behind a byte 0xFF, any sheet through it: a map
// either parses or says why, and a row becomes an item within the engine's limits or has its
// problems named.
#include "../unit/domain/filter_sample.h"
#include "domain/import_inner.h"

static struct rules *town(void)
{
    static struct rules *r;
    if (r == NULL) {
        struct arena *a = arena_new(); // lives as long as the process
        struct err e;
        err_init(&e, a, LANG_EN);
        r = sample_rules(a, &e);
        CHECK(r != NULL);
    }
    return r;
}

static void check_row(struct arena *a, const struct import_map *m, const struct rules *r,
    const struct import_row *row)
{
    CHECK(row->in.n_fields <= m->n && row->key.n + row->n_problems > 0);
    CHECK(row->in.cls == 0 || rules_class(r, row->in.cls) != NULL);
    CHECK(row->past.unit == 0 || rules_unit(r, row->past.unit) != NULL);
    CHECK(utf8_valid(row->in.title) && utf8_valid(row->in.text) && utf8_valid(row->in.address));
    for (size_t i = 0; i < row->n_problems; i++)
        CHECK(utf8_valid(row->problems[i].column) && utf8_valid(row->problems[i].value) &&
              row->problems[i].message.n > 0);
    struct err e;
    err_init(&e, a, LANG_EN);
    CHECK(json_parse(a, import_problems_json(a, row), &e) != NULL);
}

static void read_sheet(struct arena *a, struct import_map *m, const struct rules *r, str text)
{
    struct err e;
    err_init(&e, a, LANG_EN);
    struct csv_reader *csv = csv_open_text(a, text, m->encoding, &e);
    str *cells;
    size_t n;
    int64_t at;
    bool bound = false;
    while (csv != NULL && csv_next(csv, &cells, &n, &at, &e)) {
        if (!bound && at < m->header)
            continue;
        if (!bound && import_bind(a, m, cells, n, &e) != OK)
            break;
        struct import_row row = {.row = at};
        if (bound) {
            import_row(a, m, r, cells, n, &row, LANG_ZH);
            check_row(a, m, r, &row);
        }
        bound = true;
    }
    csv_close(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new();
    const struct rules *r = town();
    str rest = {(const char *)data, n}, map = {0};
    struct err e;
    err_init(&e, a, n % 2 == 0 ? LANG_ZH : LANG_EN);
    (void)str_cut(&rest, '\xFF', &map);
    struct import_map *m = import_map_parse(a, r, map, &e);
    CHECK((m == NULL) == (e.n > 0));
    if (m != NULL)
        read_sheet(a, m, r, rest);
    arena_free(a);
    return 0;
}
