#include "domain/city.h"

#include "domain/formula.h"

static struct board_rate *rates_of(struct arena *a, const struct def *d, const int64_t *tallies)
{
    double *values = NEW_ARRAY(a, d->n_tallies, double);
    struct board_rate *rates = NEW_ARRAY(a, d->n_rates, struct board_rate);
    for (size_t i = 0; i < d->n_tallies; i++)
        values[i] = def_tally_value(&d->tallies[i], tallies[i]);
    for (size_t i = 0; i < d->n_rates; i++)
        rates[i].blank = !formula_value(d->rates[i].formula, values, &rates[i].v);
    return rates;
}

// The same columns: otherwise a sum would add what is not the same.
static bool same_columns(const struct def *a, const struct def *b)
{
    if (a->n_tallies != b->n_tallies || a->n_rates != b->n_rates)
        return false;
    for (size_t i = 0; i < a->n_tallies; i++)
        if (!str_eq(a->tallies[i].key, b->tallies[i].key) ||
            !str_eq(a->tallies[i].by, b->tallies[i].by) ||
            !str_eq(a->tallies[i].sum, b->tallies[i].sum) ||
            !str_eq(a->tallies[i].where, b->tallies[i].where))
            return false;
    for (size_t i = 0; i < a->n_rates; i++)
        if (!str_eq(a->rates[i].text, b->rates[i].text))
            return false;
    return true;
}

static enum err_code add_town(
    struct ctx *c, const struct board_in *in, struct city_out *out, struct err *e)
{
    struct arena *a = c->arena;
    struct board_out board;
    if (board_read(c, in, &board, e) != OK)
        return e->code;
    if (!out->def) {
        out->def = board.def;
        out->total = (struct city_row){.tallies = NEW_ARRAY(a, board.def->n_tallies, int64_t)};
    }
    if (!same_columns(out->def, board.def))
        return err_add(e, ERR_CONFLICT, str_dup(a, c->rules->town_name), out->rows[0].name,
            "this town's definition counts other things, so there is no sum",
            "该镇的流程定义统计口径不同，无法合计");
    struct city_row row = {.town = c->rules->town,
        .name = str_dup(a, c->rules->town_name),
        .tallies = NEW_ARRAY(a, out->def->n_tallies, int64_t)};
    for (size_t i = 0; i < out->def->n_tallies; i++)
        out->total.tallies[i] += row.tallies[i] = board.total.tallies[i];
    row.rates = rates_of(a, out->def, row.tallies);
    VEC_PUSH(a, out->rows, out->n) = row;
    return OK;
}

static int64_t next_town(struct db *db, int64_t after)
{
    return db_one_i64(
        db, 0, "SELECT town FROM unit WHERE town > ?1 ORDER BY town LIMIT 1", V(after));
}

enum err_code city_read(struct db *db, struct arena *a, str loop, str period, int64_t now_us,
    struct city_out *out, struct err *e)
{
    *out = (struct city_out){0};
    enum err_code code = OK;
    for (int64_t town = next_town(db, 0); town != 0 && code == OK; town = next_town(db, town)) {
        struct rules *r = rules_load(db, town, e);
        if (!r)
            return e->code;
        struct ctx c = {.db = db, .arena = a, .rules = r, .now_us = now_us, .lang = e->lang};
        const struct loop *first = loop.n == 0 ? rules_first_loop(r) : NULL;
        loop = first ? str_dup(a, first->key) : loop;
        struct board_in in = {.loop = loop, .by = BOARD_UNIT, .period = period};
        code = add_town(&c, &in, out, e);
        if (!out->first)
            out->first = r;
        else
            rules_free(r);
    }
    if (code != OK || db_status(db, e) != OK)
        return e->code;
    if (!out->def)
        return err_add(e, ERR_MISSING, S("town"), (str){0}, "the database holds no town yet",
            "数据库里还没有镇");
    out->total.rates = rates_of(a, out->def, out->total.tallies);
    return OK;
}

void city_free(struct city_out *out)
{
    if (out->first)
        rules_free(out->first);
}
