#include <stdio.h>
#include "base/tm.h"
#include "cmd/cmd.h"
#include "domain/city.h"
#include "domain/town.h"
#include "format/csv.h"

enum { SHEET_BYTES_MAX = 16 * MIB };

static const struct opt OPTIONS[] = {
    {"loop", OPT_STR, "LOOP", "which loop; without it the first one of the first town",
        "哪种事项，不写为首个镇的首个流程"},
    {"period", OPT_STR, "PERIOD", "as in a filter: 2026-11, 2026Q4, this-month", "同筛选条件的日期",
        "this-month"},
    {0},
};

static str number(struct arena *a, int64_t n)
{
    return str_fmt(a, "%" PRId64, n);
}

static void add_row(struct buf *b, struct arena *a, const struct def *d, const struct city_row *row)
{
    str *cells = NULL;
    size_t n = 0;
    VEC_PUSH(a, cells, n) = row->town ? number(a, row->town) : S("");
    VEC_PUSH(a, cells, n) = row->name;
    for (size_t i = 0; i < d->n_tallies; i++)
        VEC_PUSH(a, cells, n) = def_tally_text(a, &d->tallies[i], row->tallies[i]);
    for (size_t i = 0; i < d->n_rates; i++)
        VEC_PUSH(a, cells, n) = row->rates[i].blank ? S("") : str_fmt(a, "%.4f", row->rates[i].v);
    csv_write_row(b, cells, n);
}

// A sheet: a line for each town, and the sum below.
static int print_sheet(struct args *args, const struct city_out *city)
{
    struct arena *a = args->arena;
    const struct def *d = city->def;
    bool en = args->err.lang == LANG_EN;
    struct buf b;
    buf_init(&b, a, SHEET_BYTES_MAX);
    str *cells = NULL;
    size_t n = 0;
    VEC_PUSH(a, cells, n) = en ? S("number") : S("镇编号");
    VEC_PUSH(a, cells, n) = en ? S("town") : S("镇");
    for (size_t i = 0; i < d->n_tallies; i++)
        VEC_PUSH(a, cells, n) = d->tallies[i].title;
    for (size_t i = 0; i < d->n_rates; i++)
        VEC_PUSH(a, cells, n) = d->rates[i].title;
    csv_write_bom(&b);
    csv_write_row(&b, cells, n);
    for (size_t i = 0; i < city->n; i++)
        add_row(&b, a, d, &city->rows[i]);
    struct city_row total = city->total;
    total.name = en ? S("sum") : S("合计");
    add_row(&b, a, d, &total);
    (void)fwrite(b.s, 1, b.n, stdout);
    return EXIT_DONE;
}

static void json_row(struct jw *w, const struct def *d, const struct city_row *row)
{
    jw_obj(w);
    if (row->town) {
        jw_ki64(w, "town", row->town);
        jw_kstr(w, "name", row->name);
    }
    jw_key(w, S("tallies"));
    jw_obj(w);
    for (size_t i = 0; i < d->n_tallies; i++) {
        jw_key(w, d->tallies[i].key);
        jw_f64(w, def_tally_value(&d->tallies[i], row->tallies[i]));
    }
    jw_end_obj(w);
    jw_key(w, S("rates"));
    jw_obj(w);
    for (size_t i = 0; i < d->n_rates; i++) {
        jw_key(w, d->rates[i].key);
        if (row->rates[i].blank)
            jw_null(w);
        else
            jw_f64(w, row->rates[i].v);
    }
    jw_end_obj(w);
    jw_end_obj(w);
}

static int print_json(struct args *a, const struct city_out *city)
{
    struct args_json j;
    args_json_begin(a, &j);
    jw_key(&j.w, S("towns"));
    jw_arr(&j.w);
    for (size_t i = 0; i < city->n; i++)
        json_row(&j.w, city->def, &city->rows[i]);
    jw_end_arr(&j.w);
    jw_key(&j.w, S("sum"));
    json_row(&j.w, city->def, &city->total);
    args_json_end(&j);
    return EXIT_DONE;
}

static int run(struct args *a)
{
    struct city_out city = {0};
    struct db *db = town_open(a->arena, args_dir(a), false, 0, &a->err);
    if (!db)
        return args_fail(a, EXIT_OPEN);
    db_read_begin(db);
    enum err_code code = city_read(
        db, a->arena, args_str(a, "loop"), args_str(a, "period"), tm_now(), &city, &a->err);
    db_read_end(db);
    int exit = code != OK ? args_fail(a, EXIT_FOUND)
               : a->json  ? print_json(a, &city)
                          : print_sheet(a, &city);
    city_free(&city);
    db_close(db);
    return exit;
}

const struct cmd CMD_CITY = {"city", "[OPTIONS]",
    "a sheet of all towns in the database of DIR, and their sum",
    "DIR 所用数据库中各镇的统计表及合计",
    "  bihuan city --dir var/town --period 2026-11 > city.csv\n"
    "  bihuan city --dir var/town --period 2026Q4 --json",
    OPTIONS, 0, 0, run};
