// Looks up the table of embedded files; the table itself is written by tools/embed.
#include "base/embed.h"

extern const struct embed_file embed_table[];
extern const size_t embed_table_count;

size_t embed_first(str prefix)
{
    size_t lo = 0, hi = embed_table_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(str_of(embed_table[mid].path), prefix) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

const struct embed_file *embed_find(str path)
{
    size_t i = embed_first(path);
    if (i == embed_table_count || !str_eq(str_of(embed_table[i].path), path))
        return NULL;
    return &embed_table[i];
}

const struct embed_file *embed_at(size_t i)
{
    CHECK(i < embed_table_count);
    return &embed_table[i];
}

size_t embed_count(void)
{
    return embed_table_count;
}
