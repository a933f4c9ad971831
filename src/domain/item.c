// The small look-ups into an item. What changes one is in item_file.c and item_step.c.

#include "domain/item.h"

#include <string.h>

// Where the field stands, or where it would stand.
static size_t place_of(const struct item *it, str key, bool *found)
{
    size_t lo = 0, hi = it->n_fields;
    *found = false;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(it->fields[mid].key, key);
        if (c == 0) {
            *found = true;
            return mid;
        }
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

// The three fields that are columns of the item, because lists and boards read them.
static bool set_column(struct item *it, struct arena *a, str key, str val)
{
    if (str_eq(key, S("channel")))
        it->channel = str_dup(a, val);
    else if (str_eq(key, S("kind")))
        it->kind = str_dup(a, val);
    else if (str_eq(key, S("priority")))
        it->priority = str_dup(a, val);
    else
        return false;
    return true;
}

str item_field(const struct item *it, str key)
{
    if (str_eq(key, S("channel")))
        return it->channel;
    if (str_eq(key, S("kind")))
        return it->kind;
    if (str_eq(key, S("priority")))
        return it->priority;
    bool found = false;
    size_t at = place_of(it, key, &found);
    return found ? it->fields[at].val : (str){0};
}

// Always into a new array: a copy of the item taken before a step shares the old one, and the two
// are compared.
void item_set_field(struct item *it, struct arena *a, str key, str val)
{
    if (set_column(it, a, key, val))
        return;
    bool found = false;
    size_t at = place_of(it, key, &found);
    if (found ? str_eq(it->fields[at].val, val) : val.n == 0)
        return;
    size_t behind = it->n_fields - at - (found ? 1 : 0);
    size_t n = it->n_fields + (found ? 0 : 1) - (val.n == 0 ? 1 : 0);
    struct item_field *fields = NEW_ARRAY(a, n, struct item_field);
    if (at > 0)
        memcpy(fields, it->fields, at * sizeof(*fields));
    if (behind > 0)
        memcpy(
            fields + (n - behind), it->fields + (it->n_fields - behind), behind * sizeof(*fields));
    if (val.n > 0)
        fields[at] =
            (struct item_field){found ? it->fields[at].key : str_dup(a, key), str_dup(a, val)};
    it->fields = fields;
    it->n_fields = n;
}

struct item_part *item_part(struct item *it, int64_t part)
{
    for (size_t i = 0; i < it->n_parts; i++)
        if (it->parts[i].id == part)
            return &it->parts[i];
    return NULL;
}

bool item_part_open(const struct item_part *p, const struct def_state *states, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(states[i].key, p->state))
            return !states[i].final;
    return true; // a state nobody knows has not ended
}
