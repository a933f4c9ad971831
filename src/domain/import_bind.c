// The map's columns found in a sheet's header.

#include "domain/import_inner.h"
#include "domain/near.h"

enum { NAMES_SHOWN = 12 };
static char twice[] = "twice";

// Names of the header to where they stand, counted from 1; twice where two columns have one.
static void index_names(struct arena *a, struct map *m, const str *cells, size_t n)
{
    map_init(m, a);
    for (size_t i = 0; i < n; i++) {
        if (cells[i].n == 0)
            continue;
        str key = import_name_key(a, cells[i]);
        size_t *at = NEW(a, size_t);
        *at = i;
        map_put(m, key, map_get(m, key) ? (void *)twice : at);
    }
}

void import_fit(struct arena *a, const struct import_map *m, const str *cells, size_t n,
    size_t *found, size_t *missing)
{
    struct arena *own = arena_new();
    struct map names, counted;
    (void)a;
    index_names(own, &names, cells, n);
    map_init(&counted, own);
    *found = *missing = 0;
    for (size_t i = 0; i <= m->n; i++) { // and the key
        bool optional = i < m->n && m->columns[i].optional;
        for (size_t k = 0; k < (i < m->n ? m->columns[i].n : m->key.n > 0); k++) {
            str key = import_name_key(own, i < m->n ? m->columns[i].names[k] : m->key);
            if (map_get(&counted, key))
                continue;
            map_put(&counted, key, twice);
            const void *at = map_get(&names, key);
            *found += at != NULL;
            *missing += (at == NULL && !optional) || at == twice;
        }
    }
    arena_free(own);
}

str import_map_names(struct arena *a, const struct import_map *m)
{
    str *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < m->n && n < NAMES_SHOWN; i++)
        for (size_t k = 0; k < m->columns[i].n && n < NAMES_SHOWN; k++)
            VEC_PUSH(a, names, n) = m->columns[i].names[k];
    return str_join(a, names, n, S(", "));
}

// Where the name stands; beyond every row when nowhere or twice, which is noted.
static size_t place_of(
    struct arena *a, const struct map *names, str name, const str *cells, size_t n, struct err *e)
{
    const void *at = map_get(names, import_name_key(a, name));
    if (at && at != twice)
        return *(const size_t *)at;
    if (at)
        err_add(e, ERR_INVALID, name, (str){0}, "the sheet has two columns of this name",
            "表格里有两列同名");
    else
        err_add(e, ERR_INVALID, name, near_list(a, name, cells, n), "the sheet has no such column",
            "表格里没有这一列");
    return SIZE_MAX;
}

static bool is_mapped(const struct import_map *m, size_t at)
{
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->columns[i].n; k++)
            if (m->columns[i].at[k] == at)
                return true;
    return m->key.n > 0 && m->key_at == at;
}

// A column that several rows of the map read is missing once.
static bool noted_before(const struct import_map *m, size_t i, size_t k)
{
    for (size_t x = 0; x <= i; x++)
        for (size_t y = 0; y < (x < i ? m->columns[x].n : k); y++)
            if (str_eq(m->columns[x].names[y], m->columns[i].names[k]))
                return true;
    return false;
}

enum err_code import_bind(
    struct arena *a, struct import_map *m, const str *cells, size_t n, struct err *e)
{
    struct err again;
    struct map names;
    err_init(&again, a, e->lang);
    index_names(a, &names, cells, n);
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->columns[i].n; k++)
            m->columns[i].at[k] = place_of(a, &names, m->columns[i].names[k], cells, n,
                m->columns[i].optional || noted_before(m, i, k) ? &again : e);
    if (m->key.n > 0) {
        bool mapped = false;
        for (size_t i = 0; i < m->n; i++)
            for (size_t k = 0; k < m->columns[i].n; k++)
                mapped = mapped || str_eq(m->columns[i].names[k], m->key);
        m->key_at = place_of(a, &names, m->key, cells, n, mapped ? &again : e);
    }
    m->width = n;
    m->unknown = NULL;
    m->n_unknown = 0;
    for (size_t i = 0; i < n; i++)
        if (cells[i].n > 0 && !is_mapped(m, i))
            VEC_PUSH(a, m->unknown, m->n_unknown) = str_dup(a, cells[i]);
    return e->code;
}
