#include "domain/key_book.h"

#include "base/map.h"
#include "store/sqlb.h"

enum { LOOK_MAX = 500 }; // values a question

struct page {
    str loop, field;
    struct map holders; // int64_t by value
};
struct key_book {
    struct arena *arena; // holds this struct
    struct page **pages;
    size_t n;
};

struct key_book *key_book_new(struct arena *a)
{
    struct key_book *b = NEW(a, struct key_book);
    b->arena = a;
    return b;
}

static struct page *page_of(const struct key_book *b, str loop, str field)
{
    for (size_t i = 0; i < b->n; i++)
        if (str_eq(b->pages[i]->field, field) && str_eq(b->pages[i]->loop, loop))
            return b->pages[i];
    return NULL;
}

static void read_holders(const struct page *p, struct ctx *c, const str *vals, size_t n)
{
    struct sqlb q;
    sqlb_init(&q, c->arena);
    sqlb_add(&q, "SELECT val, item FROM item_key WHERE town = ");
    sqlb_val(&q, V(c->rules->town));
    sqlb_add(&q, " AND loop = ");
    sqlb_val(&q, V(p->loop));
    sqlb_add(&q, " AND field = ");
    sqlb_val(&q, V(p->field));
    for (size_t i = 0; i < n; i++) {
        if (i == 0)
            sqlb_add(&q, " AND val IN (");
        else
            sqlb_add(&q, ", ");
        sqlb_val(&q, V(vals[i]));
    }
    sqlb_add(&q, ")");
    struct cursor r = sqlb_rows(c->db, &q);
    while (db_next(&r)) {
        int64_t *holder = map_get(&p->holders, db_str(&r, 0));
        if (holder)
            *holder = db_i64(&r, 1);
    }
    db_done(&r);
}

enum err_code key_book_look(struct key_book *b, struct ctx *c, str loop, str field, const str *vals,
    size_t n, struct err *e)
{
    struct page *p = page_of(b, loop, field);
    if (!p) {
        p = NEW(b->arena, struct page);
        *p = (struct page){.loop = loop, .field = field};
        map_init(&p->holders, b->arena);
        VEC_PUSH(b->arena, b->pages, b->n) = p;
    }
    for (size_t i = 0; i < n; i++)
        if (!map_get(&p->holders, vals[i]))
            map_put(&p->holders, vals[i], NEW(b->arena, int64_t));
    for (size_t i = 0; i < n; i += LOOK_MAX)
        read_holders(p, c, vals + i, n - i < LOOK_MAX ? n - i : LOOK_MAX);
    return db_status(c->db, e);
}

bool key_book_holder(const struct key_book *b, str loop, str field, str val, int64_t *item)
{
    const struct page *p = b ? page_of(b, loop, field) : NULL;
    const int64_t *holder = p ? map_get(&p->holders, val) : NULL;
    *item = holder ? *holder : 0;
    return holder != NULL;
}

void key_book_take(struct key_book *b, str loop, str field, str val, int64_t item)
{
    const struct page *p = b ? page_of(b, loop, field) : NULL;
    int64_t *holder = p ? map_get(&p->holders, val) : NULL;
    if (holder)
        *holder = item;
}
