#include "domain/score_sheet.h"

#include <math.h>
#include "domain/sheet_book.h"
#include "format/csv.h"

enum { HEAD_ROWS = 4 }; // title, days, bands, columns

static bool shows(const struct score_sheet *x, const struct score_row *row)
{
    return !x->shows || x->shows(x->arg, row);
}

// ---- CSV: what is shown, under one header

static str col_unit_title(struct arena *a, const struct score_col *c)
{
    str unit = c->unit.n > 0 && !c->percent ? str_fmt(a, "（%.*s）", STR_ARG(c->unit)) : (str){0};
    return str_two(a, c->title, unit);
}

static void csv_row(
    const struct score_sheet *x, struct buf *b, str *cells, str group, const struct score_row *row)
{
    const struct score *s = x->table->score;
    size_t n = 0;
    if (!shows(x, row))
        return;
    cells[n++] = group;
    cells[n++] = row->name;
    for (size_t i = 0; i < s->n_cols; i++)
        if (!s->cols[i].hidden)
            cells[n++] = score_shown(x->c->arena, &s->cols[i], &row->cells[i]);
    csv_write_row(b, cells, n);
}

str score_sheet_csv(const struct score_sheet *x)
{
    const struct score_table *t = x->table;
    const struct score *s = t->score;
    bool zh = x->c->lang != LANG_EN;
    struct buf b;
    buf_init(&b, x->c->arena, SHEET_CSV_BYTES_MAX);
    str *cells = NEW_ARRAY(x->c->arena, s->n_cols + 2, str);
    size_t n = 0, at = 0;
    cells[n++] = zh ? S("组别") : S("Group");
    cells[n++] = zh ? S("单位") : S("Unit");
    for (size_t i = 0; i < s->n_cols; i++)
        if (!s->cols[i].hidden)
            cells[n++] =
                score_col_title(x->c->arena, &s->cols[i], col_unit_title(x->c->arena, &s->cols[i]));
    csv_write_bom(&b);
    csv_write_row(&b, cells, n);
    for (size_t k = 0; k < s->n_groups; k++) {
        for (; at < t->n && t->rows[at].group == (int)k; at++)
            csv_row(x, &b, cells, s->groups[k].title, &t->rows[at]);
        if (s->n_groups > 1)
            csv_row(x, &b, cells, s->groups[k].title, &t->totals[k]);
    }
    if (t->has_other)
        csv_row(x, &b, cells, S(""), &t->other);
    csv_row(x, &b, cells, zh ? S("全部") : S("All"), &t->total);
    return buf_str(&b);
}

// ---- XLSX

struct book {
    const struct score_sheet *x;
    struct sheet_book s;
};

// The figure a reader sees, as a number a spreadsheet can go on with.
static struct xlsx_cell figure(const struct book *b, const struct score_row *row, size_t col)
{
    const struct score_col *c = &b->x->table->score->cols[col];
    double v = row->cells[col].v, p = pow(10, c->decimals);
    if (isnan(v))
        return xlsx_text(S("—"));
    struct xlsx_cell cell = {.kind = c->percent ? XLSX_PERCENT : XLSX_NUMBER, .number = v};
    if (!c->percent)
        cell.number = round(v * p + copysign(1e-9, v)) / p;
    return sheet_book_linked(&b->s, cell, score_link(b->s.a, b->x->table, row, c->count));
}

static void put_row(struct book *b, const struct score_row *row, str name)
{
    const struct score *s = b->x->table->score;
    if (!shows(b->x, row))
        return;
    sheet_book_put(&b->s, xlsx_text(name.n > 0 ? name : row->name));
    for (size_t i = 0; i < s->n_cols; i++)
        if (!s->cols[i].hidden)
            sheet_book_put(&b->s, figure(b, row, i));
    sheet_book_end_row(&b->s);
}

// Two rows: bands, and the columns' own titles; a column without a band takes both.
static void put_heads(struct book *b)
{
    const struct score *s = b->x->table->score;
    str unit = b->s.zh ? S("单位") : S("Unit"), last = {0};
    int bands = b->s.row + 1, col = 2, first = 2;
    sheet_book_put(&b->s, xlsx_head(unit));
    for (size_t i = 0; i < s->n_cols; i++)
        if (!s->cols[i].hidden)
            sheet_book_put(
                &b->s, xlsx_head(s->cols[i].band.n > 0 ? s->cols[i].band : s->cols[i].title));
    sheet_book_end_row(&b->s);
    sheet_book_put(&b->s, xlsx_head(S("")));
    for (size_t i = 0; i < s->n_cols; i++)
        if (!s->cols[i].hidden)
            sheet_book_put(&b->s, xlsx_head(col_unit_title(b->s.a, &s->cols[i])));
    sheet_book_end_row(&b->s);
    xlsx_write_merge(b->s.w, bands, 1, bands + 1, 1);
    for (size_t i = 0; i < s->n_cols; i++) {
        const struct score_col *c = &s->cols[i];
        if (c->hidden)
            continue;
        if (col > first && (c->band.n == 0 || !str_eq(c->band, last))) {
            if (col - first > 1)
                xlsx_write_merge(b->s.w, bands, first, bands, col - 1);
            first = col;
        }
        last = c->band;
        col++;
    }
    if (col - first > 1)
        xlsx_write_merge(b->s.w, bands, first, bands, col - 1);
}

static void put_table(struct book *b)
{
    const struct score_table *t = b->x->table;
    const struct score *s = t->score;
    sheet_book_table(&b->s, b->s.zh ? S("考核表") : S("Table"), s->n_cols + 1, HEAD_ROWS);
    sheet_book_line(&b->s, XLSX_TITLE, s->title);
    sheet_book_line(&b->s, XLSX_TEXT, score_days_words(b->s.a, t, b->x->c->lang));
    put_heads(b);
    for (size_t k = 0, at = 0; k < s->n_groups; k++) {
        if (s->n_groups > 1)
            sheet_book_line(&b->s, XLSX_HEAD, s->groups[k].title);
        for (; at < t->n && t->rows[at].group == (int)k; at++)
            put_row(b, &t->rows[at], (str){0});
        if (s->n_groups > 1)
            put_row(b, &t->totals[k], b->s.zh ? S("本组合计") : S("Of the group"));
    }
    if (t->has_other)
        put_row(b, &t->other, (str){0});
    put_row(b, &t->total, b->s.zh ? S("全部合计") : S("All"));
    for (size_t i = 0; i < t->n_notes; i++)
        sheet_book_line(&b->s, XLSX_TEXT, t->notes[i]);
}

// What the figures rest on: enough to make the table again by hand.
static void put_about(struct book *b)
{
    const struct score_table *t = b->x->table;
    const struct score *s = t->score;
    const struct ctx *c = b->x->c;
    str loops = str_join(b->s.a, s->loops, s->n_loops, S("、"));
    sheet_book_rule(&b->s, b->s.zh ? S("考核") : S("Score"),
        str_fmt(b->s.a, "%.*s (%.*s)", STR_ARG(s->title), STR_ARG(s->key)), s->source);
    sheet_book_rule(&b->s, b->s.zh ? S("单位") : S("Town"), c->rules->town_name, S(""));
    sheet_book_rule(
        &b->s, b->s.zh ? S("时段") : S("Period"), score_days_words(b->s.a, t, c->lang), S(""));
    sheet_book_rule(&b->s, b->s.zh ? S("事项类型") : S("Loops"), loops, S(""));
    sheet_book_rule(&b->s, b->s.zh ? S("规则版本") : S("Version"),
        str_fmt(b->s.a, b->s.zh ? "第 %" PRId64 " 版，%.*s 发布" : "%" PRId64 ", published %.*s",
            s->version, STR_ARG(tm_date(b->s.a, tm_local_day(s->published_us, c->rules->zone_s)))),
        s->from_day ? str_fmt(b->s.a, b->s.zh ? "适用于 %.*s 起的时段" : "for periods from %.*s",
                          STR_ARG(tm_date(b->s.a, s->from_day)))
                    : S(""));
    sheet_book_rule(&b->s, b->s.zh ? S("制表时间") : S("Made"),
        tm_minute(b->s.a, c->now_us, c->rules->zone_s), S(""));
    sheet_book_rule(&b->s, b->s.zh ? S("说明") : S("About"), s->help, S(""));
    for (size_t i = 0; i < t->n_notes; i++)
        sheet_book_rule(&b->s, b->s.zh ? S("注意") : S("Note"), t->notes[i], S(""));
    sheet_book_blank_rule(&b->s);
}

static void put_rules(struct book *b)
{
    const struct score *s = b->x->table->score;
    enum lang lang = b->x->c->lang;
    bool zh = b->s.zh;
    sheet_book_rules(&b->s);
    put_about(b);
    sheet_book_rule_head(
        &b->s, zh ? S("列") : S("Column"), zh ? S("公式或计数口径") : S("Formula or count"));
    for (size_t i = 0; i < s->n_cols; i++) {
        const struct score_col *c = &s->cols[i];
        str filter = c->count >= 0 ? b->x->table->filters[c->count] : (str){0};
        sheet_book_rule(&b->s, score_col_title(b->s.a, c, c->title),
            c->count >= 0 ? filter : score_formula_words(b->s.a, s, c, lang), c->source);
    }
    if (s->n_givens > 0)
        sheet_book_rule_head(
            &b->s, zh ? S("给定数") : S("Given number"), zh ? S("数值") : S("Values"));
    for (size_t i = 0; i < s->n_givens; i++)
        sheet_book_rule(
            &b->s, s->givens[i].title, score_given_words(b->s.a, s, &s->givens[i], lang), S(""));
    if (s->n_groups > 1)
        sheet_book_rule_head(&b->s, zh ? S("同类组") : S("Group"), zh ? S("条件") : S("Condition"));
    for (size_t i = 0; s->n_groups > 1 && i < s->n_groups; i++)
        sheet_book_rule(
            &b->s, s->groups[i].title, score_group_words(b->s.a, s, &s->groups[i], lang), S(""));
}

str score_sheet_xlsx(const struct score_sheet *x)
{
    struct book b = {.x = x};
    sheet_book_new(&b.s, x->c, x->address, x->table->score->n_cols + 1);
    put_table(&b);
    put_rules(&b);
    return sheet_book_end(&b.s);
}
