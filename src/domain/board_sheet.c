#include "domain/board_sheet.h"

#include <math.h>
#include "domain/formula.h"
#include "domain/sheet_book.h"
#include "format/csv.h"

enum { HEAD_ROWS = 3 }; // title, days, columns

static bool english(const struct board_sheet *x)
{
    return x->c->lang == LANG_EN;
}

static str say(const struct board_sheet *x, const char *zh, const char *en)
{
    return str_of(english(x) ? en : zh);
}

// What the rows are.
static str rows_are(const struct board_sheet *x)
{
    const struct def *d = x->board->now.def;
    int at = x->in->by == BOARD_FIELD ? def_field_at(d, x->in->field) : DEF_NONE;
    switch (x->in->by) {
    case BOARD_UNIT:
        return say(x, "单位", "Unit");
    case BOARD_CLASS:
        return say(x, "分类", "Class");
    case BOARD_CHANNEL:
        return say(x, "来源", "Channel");
    case BOARD_FIELD:
        break;
    }
    return at >= 0 ? d->fields[at].title : x->in->field;
}

static str row_name(const struct board_sheet *x, const struct board_row *row)
{
    return row->name.n > 0 ? row->name : say(x, "（未填）", "(none)");
}

static str total_name(const struct board_sheet *x)
{
    return say(x, "合计", "Total");
}

static str days(const struct board_sheet *x, int64_t from_day, int64_t to_day)
{
    struct arena *a = x->c->arena;
    return str_fmt(a, english(x) ? "%.*s to %.*s" : "%.*s 至 %.*s", STR_ARG(tm_date(a, from_day)),
        STR_ARG(tm_date(a, to_day - 1)));
}

// ---- CSV

static str rate_text(struct arena *a, const struct board_rate *r)
{
    enum { TENTHS = 1000 };
    return r->blank ? S("—") : str_fmt(a, "%.1f%%", round(r->v * TENTHS) / (TENTHS / 100.0));
}

static void csv_row(
    const struct board_sheet *x, struct buf *b, str *cells, const struct board_row *row, str name)
{
    const struct def *d = x->board->now.def;
    struct arena *a = x->c->arena;
    size_t n = 0;
    cells[n++] = name;
    for (size_t i = 0; i < d->n_tallies; i++)
        cells[n++] = def_tally_text(a, &d->tallies[i], row->tallies[i]);
    for (size_t i = 0; i < d->n_rates; i++)
        cells[n++] = rate_text(a, &row->rates[i]);
    csv_write_row(b, cells, n);
}

str board_sheet_csv(const struct board_sheet *x)
{
    const struct board_out *out = &x->board->now;
    const struct def *d = out->def;
    struct buf b;
    size_t n = 0;
    str *cells = NEW_ARRAY(x->c->arena, d->n_tallies + d->n_rates + 1, str);
    buf_init(&b, x->c->arena, SHEET_CSV_BYTES_MAX);
    cells[n++] = rows_are(x);
    for (size_t i = 0; i < d->n_tallies; i++)
        cells[n++] = d->tallies[i].title;
    for (size_t i = 0; i < d->n_rates; i++)
        cells[n++] = d->rates[i].title;
    csv_write_bom(&b);
    csv_write_row(&b, cells, n);
    for (size_t i = 0; i < out->n; i++)
        csv_row(x, &b, cells, &out->rows[i], row_name(x, &out->rows[i]));
    csv_row(x, &b, cells, &out->total, total_name(x));
    return b.overflow ? (str){0} : buf_str(&b);
}

// ---- XLSX

// Deeper rows stand further to the right, as on the screen.
static str indented(struct arena *a, str name, int depth)
{
    for (; depth > 0; depth--)
        name = str_two(a, S("　"), name);
    return name;
}

static void put_row(struct sheet_book *b, const struct board_out *out, const struct board_row *row,
    str name, enum xlsx_kind kind)
{
    const struct def *d = out->def;
    sheet_book_put(b, (struct xlsx_cell){.kind = kind, .text = name});
    for (size_t i = 0; i < d->n_tallies; i++)
        sheet_book_put(
            b, sheet_book_linked(b, xlsx_number(def_tally_value(&d->tallies[i], row->tallies[i])),
                   board_link(b->a, out, row, i)));
    for (size_t i = 0; i < d->n_rates; i++)
        sheet_book_put(b, row->rates[i].blank ? xlsx_text(S("—"))
                                              : (struct xlsx_cell){.kind = XLSX_PERCENT,
                                                    .number = row->rates[i].v});
    sheet_book_end_row(b);
}

static void put_table(
    const struct board_sheet *x, struct sheet_book *b, const struct board_out *out, str name)
{
    const struct def *d = out->def;
    sheet_book_table(b, name, d->n_tallies + d->n_rates + 1, HEAD_ROWS);
    sheet_book_line(
        b, XLSX_TITLE, str_fmt(b->a, english(x) ? "%.*s: board" : "%.*s看板", STR_ARG(d->title)));
    sheet_book_line(b, XLSX_TEXT, days(x, out->from_day, out->to_day));
    sheet_book_put(b, xlsx_head(rows_are(x)));
    for (size_t i = 0; i < d->n_tallies; i++)
        sheet_book_put(b, xlsx_head(d->tallies[i].title));
    for (size_t i = 0; i < d->n_rates; i++)
        sheet_book_put(b, xlsx_head(d->rates[i].title));
    sheet_book_end_row(b);
    for (size_t i = 0; i < out->n; i++)
        put_row(b, out, &out->rows[i],
            indented(b->a, row_name(x, &out->rows[i]), out->rows[i].depth), XLSX_TEXT);
    put_row(b, out, &out->total, total_name(x), XLSX_HEAD);
}

static str tally_title(void *arg, int name)
{
    const struct def *d = arg;
    return d->tallies[name].title;
}

// What the board was narrowed to.
static void put_scope(const struct board_sheet *x, struct sheet_book *b)
{
    const struct rules *r = x->c->rules;
    const struct unit *u = x->in->unit ? rules_unit(r, x->in->unit) : NULL;
    const struct class_ *k = x->in->cls ? rules_class(r, x->in->cls) : NULL;
    if (u)
        sheet_book_rule(b, say(x, "限于单位", "Only unit"), u->name, S(""));
    if (k)
        sheet_book_rule(b, say(x, "限于分类", "Only class"), k->name, S(""));
    if (x->in->channel.n > 0)
        sheet_book_rule(b, say(x, "限于来源", "Only channel"), x->in->channel, S(""));
    sheet_book_rule(b, say(x, "筛选条件", "Filter"), x->board->now.total.filter,
        say(x, "合计行", "of the total"));
}

static void put_about(const struct board_sheet *x, struct sheet_book *b)
{
    const struct board_compared *v = x->board;
    const struct def *d = v->now.def;
    sheet_book_rule(b, say(x, "看板", "Board"),
        str_fmt(b->a, "%.*s (%.*s)", STR_ARG(d->title), STR_ARG(d->loop)), S(""));
    sheet_book_rule(b, say(x, "单位", "Town"), x->c->rules->town_name, S(""));
    sheet_book_rule(
        b, say(x, "时段", "Period"), days(x, v->now.from_day, v->now.to_day), x->in->period);
    sheet_book_rule(b, say(x, "分组", "Rows"), rows_are(x), S(""));
    put_scope(x, b);
    sheet_book_rule(
        b, say(x, "流程版本", "Version of the loop"), str_fmt(b->a, "%" PRId64, d->version), S(""));
    sheet_book_rule(
        b, say(x, "制表时间", "Made"), tm_minute(b->a, x->c->now_us, x->c->rules->zone_s), S(""));
    if (x->compared && v->partial)
        sheet_book_rule(b, say(x, "注意", "Note"),
            say(x, "本期还没有过完，上期和去年同期只取到同一天",
                "the period is not over: the others are cut to as many days"),
            S(""));
    sheet_book_rule(b, say(x, "单元格", "A cell"),
        say(x, "每个计数就是“列的口径”加“行的条件”所列事项的件数",
            "each count is that of the items its column's and its row's filter list"),
        S(""));
    sheet_book_blank_rule(b);
}

static void put_rules(const struct board_sheet *x, struct sheet_book *b)
{
    const struct board_out *out = &x->board->now;
    const struct def *d = out->def;
    sheet_book_rules(b);
    put_about(x, b);
    sheet_book_rule_head(b, say(x, "列", "Column"), say(x, "公式或计数口径", "Formula or count"));
    for (size_t i = 0; i < d->n_tallies; i++)
        sheet_book_rule(b, d->tallies[i].title, out->filters[i], S(""));
    for (size_t i = 0; i < d->n_rates; i++)
        sheet_book_rule(b, d->rates[i].title,
            formula_say(b->a, d->rates[i].formula, x->c->lang, tally_title, NULL,
                (void *)(uintptr_t)d), // read, never written
            S(""));
    sheet_book_rule_head(b, say(x, "行", "Row"), say(x, "条件", "Condition"));
    for (size_t i = 0; i < out->n; i++)
        sheet_book_rule(b, row_name(x, &out->rows[i]), out->rows[i].filter, S(""));
}

str board_sheet_xlsx(const struct board_sheet *x)
{
    const struct board_compared *v = x->board;
    const struct def *d = v->now.def;
    struct sheet_book b;
    sheet_book_new(&b, x->c, x->address, d->n_tallies + d->n_rates + 1);
    put_table(x, &b, &v->now, say(x, "看板", "Board"));
    if (x->compared && v->before.period.from < v->before.period.to)
        put_table(x, &b, &v->before.out, say(x, "上期", "Period before"));
    if (x->compared && v->year.period.from < v->year.period.to)
        put_table(x, &b, &v->year.out, say(x, "去年同期", "A year earlier"));
    put_rules(x, &b);
    return sheet_book_end(&b);
}
