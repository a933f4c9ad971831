// Orders as bodies of POST /api/items, one a line: the unit it will go to, a blank, the JSON.
//
// bodies DIR N [FIRST]
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "town.h"

enum { BODY_BYTES_MAX = 64 * KIB };

static void print_body(const struct town *t, uint64_t n)
{
    struct arena *a = t->group_arena;
    struct item_in in = town_order(t->rules, a, n);
    struct buf b;
    struct jw w;
    buf_init(&b, a, BODY_BYTES_MAX);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_kstr(&w, "loop", in.loop);
    jw_kstr(&w, "title", in.title);
    jw_kstr(&w, "text", in.text);
    jw_kstr(&w, "address", in.address);
    jw_ki64(&w, "class", in.cls);
    jw_key(&w, S("fields"));
    jw_obj(&w);
    for (size_t i = 0; i < in.n_fields; i++) {
        jw_key(&w, in.fields[i].key);
        jw_str(&w, in.fields[i].val);
    }
    jw_end_obj(&w);
    jw_key(&w, S("caller"));
    jw_obj(&w);
    jw_kstr(&w, "name", in.caller.name);
    jw_kstr(&w, "phone", in.caller.phone);
    jw_kstr(&w, "door", in.caller.door);
    jw_end_obj(&w);
    jw_end_obj(&w);
    str body = buf_str(&b);
    (void)printf("%" PRId64 " %.*s\n", town_unit_for(t->rules, n)->id, STR_ARG(body));
    arena_reset(a);
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        (void)fprintf(stderr, "usage: bodies DIR N [FIRST]\n");
        return 2;
    }
    struct town *t = town_at(argv[1]);
    uint64_t n = strtoull(argv[2], NULL, 10), first = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
    for (uint64_t i = 0; i < n; i++)
        print_body(t, first + i);
    town_close(t);
    return 0;
}
