// What is in the same place: names the same row of a register as an item, or lies within metres of
// it. From that item to the others by the row's links and by the cells of the map, both indexes.
#include <math.h>

#include "domain/filter_private.h"
#include "domain/item.h"

enum {
    CELL_M = 190, // the narrower side of a cell of item_spot, at the latitude of Shanghai
    CELLS_A_DEGREE = 500,
};
static const double DEGREE_M = 111195; // of the formula below

struct near_query {
    struct sqlb *q;
    const struct def *d;
    const struct def_near *near;
    const struct filter_value *v;
    bool clash;
};

static void field_of(const struct near_query *n, int field, bool other)
{
    str key = n->d->fields[field].key;
    if (n->v->draft && !other) {
        sqlb_val(n->q, val_str(item_field(n->v->draft, key)));
        return;
    }
    if (other)
        sqlb_add(n->q, "COALESCE(z.doc -> 'f' ->> ");
    else
        sqlb_add(n->q, "COALESCE(d.doc -> 'f' ->> ");
    sqlb_val(n->q, val_str(key));
    sqlb_add(n->q, ", '')");
}

// x is the item it is about, d its document; y and z are those of the others.
static void from_item(const struct near_query *n)
{
    sqlb_add(n->q, "SELECT y.id FROM item x JOIN item_doc d ON d.town = x.town AND d.id = x.id");
}

static void overlap(const struct near_query *n)
{
    const struct def_near *c = n->near;
    for (int other = 0; other < 2; other++) {
        sqlb_add(n->q, " AND ");
        field_of(n, c->from, other != 0);
        sqlb_add(n->q, " <> '' AND ");
        field_of(n, c->from, other != 0);
        sqlb_add(n->q, " <= ");
        field_of(n, c->to, other == 0);
    }
}

static void others(const struct near_query *n)
{
    sqlb_add(n->q, " AND y.shelf = 0 AND y.loop IN (");
    for (size_t i = 0; i < n->near->n_loops && !n->clash; i++) {
        if (i > 0)
            sqlb_add(n->q, ", ");
        sqlb_val(n->q, val_str(n->near->loops[i]));
    }
    if (n->clash)
        sqlb_val(n->q, val_str(n->v->text));
    sqlb_add(n->q, ")");
    if (!n->clash)
        return;
    sqlb_add(n->q, " AND y.open = 1 AND y.paused = 0");
    overlap(n);
}

static void which(const struct near_query *n)
{
    sqlb_add(n->q, " WHERE x.town = ?1 AND y.id <> x.id AND ");
    if (n->v->text_end.n > 0) {
        sqlb_add(n->q, "x.no = ");
        sqlb_val(n->q, val_str(n->v->text_end));
        sqlb_add(n->q, " AND x.loop = ");
    } else {
        sqlb_add(n->q, "x.open = 1 AND x.shelf = 0 AND x.loop = ");
    }
    sqlb_val(n->q, val_str(n->v->text));
    if (n->clash)
        sqlb_add(n->q, " AND x.open = 1 AND x.paused = 0");
    others(n);
}

static void by_row(const struct near_query *n)
{
    from_item(n);
    sqlb_add(n->q, " JOIN item r ON r.town = x.town AND r.no = ");
    field_of(n, n->near->same, false);
    sqlb_add(n->q, " JOIN link l ON l.town = r.town AND l.item = r.id AND l.kind = 'ref'"
                   " JOIN item y ON y.town = l.town AND y.id = l.other"
                   " JOIN item_doc z ON z.town = y.town AND z.id = y.id");
    which(n);
}

// The cosine as a short series: one store has none.
static void spots(const struct near_query *n)
{
    int cells = n->near->within / CELL_M + 1;
    from_item(n);
    sqlb_add(n->q, " JOIN item_doc z ON z.town = d.town AND z.lat <> 0"
                   " AND CAST(z.lat * 500 AS BIGINT) BETWEEN CAST(d.lat * 500 AS BIGINT) - ");
    sqlb_val(n->q, val_i64(cells));
    sqlb_add(n->q, " AND CAST(d.lat * 500 AS BIGINT) + ");
    sqlb_val(n->q, val_i64(cells));
    sqlb_add(n->q, " AND CAST(z.lon * 500 AS BIGINT) BETWEEN CAST(d.lon * 500 AS BIGINT) - ");
    sqlb_val(n->q, val_i64(cells));
    sqlb_add(n->q, " AND CAST(d.lon * 500 AS BIGINT) + ");
    sqlb_val(n->q, val_i64(cells));
    sqlb_add(n->q, " JOIN item y ON y.town = z.town AND y.id = z.id");
}

static void so_near(const struct near_query *n)
{
    sqlb_add(n->q,
        " AND d.lat <> 0 AND (z.lat - d.lat) * (z.lat - d.lat) * 12364328025 + (z.lon - d.lon)"
        " * (z.lon - d.lon) * 12364328025 * (1 - d.lat * d.lat * 0.00015230871 + d.lat * d.lat"
        " * d.lat * d.lat * 0.0000000038663)"
        " * (1 - d.lat * d.lat * 0.00015230871 + d.lat * d.lat * d.lat * d.lat"
        " * 0.0000000038663) <= ");
    sqlb_val(n->q, val_i64((int64_t)n->near->within * n->near->within));
}

static void by_point(const struct near_query *n)
{
    spots(n);
    which(n);
    so_near(n);
}

// Near the item's own point, or near one of what it gathers, which are near themselves.
static void by_members(const struct near_query *n)
{
    for (int members = 0; members < 2; members++) {
        if (members != 0)
            sqlb_add(n->q, " UNION ALL ");
        spots(n);
        if (members == 0)
            sqlb_add(n->q, " WHERE x.town = ?1 AND x.no = ");
        else
            sqlb_add(n->q, " WHERE x.town = ?1 AND x.gathered <> '' AND x.gathered = ");
        sqlb_val(n->q, val_str(n->v->text_end));
        sqlb_add(n->q, " AND y.shelf = 0");
        so_near(n);
    }
}

// ---- about one that is not kept yet: what it says stands in the question

static void not_itself(const struct near_query *n)
{
    sqlb_add(n->q, " AND y.id <> ");
    sqlb_val(n->q, val_i64(n->v->draft->id));
    others(n);
}

static void draft_by_row(const struct near_query *n)
{
    sqlb_add(n->q, "SELECT y.id FROM item r JOIN link l ON l.town = r.town AND l.item = r.id"
                   " AND l.kind = 'ref' JOIN item y ON y.town = l.town AND y.id = l.other"
                   " JOIN item_doc z ON z.town = y.town AND z.id = y.id WHERE r.town = ?1"
                   " AND r.no = ");
    field_of(n, n->near->same, false);
    not_itself(n);
}

static void f64(const struct near_query *n, double x)
{
    sqlb_val(n->q, val_f64(x));
}

// The stores round a cell differently: one more on each side.
static void cells_around(const struct near_query *n, double at)
{
    int64_t cell = (int64_t)(at * CELLS_A_DEGREE), more = n->near->within / CELL_M + 2;
    sqlb_add(n->q, " BETWEEN ");
    sqlb_val(n->q, val_i64(cell - more));
    sqlb_add(n->q, " AND ");
    sqlb_val(n->q, val_i64(cell + more));
}

static void draft_by_point(const struct near_query *n)
{
    static const double half_turn = 180;
    const struct item *it = n->v->draft;
    double east_m = DEGREE_M * cos(it->lat * M_PI / half_turn);
    sqlb_add(n->q, "SELECT y.id FROM item_doc z JOIN item y ON y.town = z.town AND y.id = z.id"
                   " WHERE z.town = ?1 AND z.lat <> 0 AND CAST(z.lat * 500 AS BIGINT)");
    cells_around(n, it->lat);
    sqlb_add(n->q, " AND CAST(z.lon * 500 AS BIGINT)");
    cells_around(n, it->lon);
    not_itself(n);
    sqlb_add(n->q, " AND (z.lat - ");
    f64(n, it->lat);
    sqlb_add(n->q, ") * (z.lat - ");
    f64(n, it->lat);
    sqlb_add(n->q, ") * ");
    f64(n, DEGREE_M * DEGREE_M);
    sqlb_add(n->q, " + (z.lon - ");
    f64(n, it->lon);
    sqlb_add(n->q, ") * (z.lon - ");
    f64(n, it->lon);
    sqlb_add(n->q, ") * ");
    f64(n, east_m * east_m);
    sqlb_add(n->q, " <= ");
    sqlb_val(n->q, val_i64((int64_t)n->near->within * n->near->within));
}

void filter_near_sql(struct sqlb *q, const struct filter_env *env, enum filter_kind kind,
    const struct filter_value *v)
{
    const struct loop *l = rules_loop(env->rules, v->text);
    CHECK(l && l->now);
    bool clash = kind == KIND_CLASHES;
    const struct def_near members = {.same = DEF_NONE, .within = l->now->gathers.within};
    struct near_query n = {.q = q,
        .d = l->now,
        .near = clash                 ? &l->now->clashes
                : kind == KIND_BESIDE ? &l->now->beside
                                      : &members,
        .v = v,
        .clash = clash};
    sqlb_add(q, "i.id IN (");
    if (n.near->same >= 0)
        v->draft ? draft_by_row(&n) : by_row(&n);
    if (n.near->same >= 0 && n.near->within > 0)
        sqlb_add(q, " UNION ALL ");
    if (n.near->within > 0)
        v->draft ? draft_by_point(&n) : kind == KIND_AROUND ? by_members(&n) : by_point(&n);
    sqlb_add(q, ")");
}

struct filter *filter_clashing(
    struct arena *a, const struct rules *r, const struct item *draft, struct err *e)
{
    struct filter *f = filter_parse(a, r, NULL, str_two(a, S("clashes:"), draft->loop), e);
    if (e->code == OK)
        f->terms[0].values[0].draft = draft;
    return f;
}
