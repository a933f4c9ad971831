#include "domain/score_sheet.h"

#include <math.h>
#include <string.h>
#include "domain/attach.h"
#include "format/csv.h"
#include "format/xlsx_write.h"

enum {
    CSV_BYTES_MAX = 16 * MIB,
    XLSX_BYTES_MAX = 32 * MIB,
    WIDTH_NAME = 26,
    WIDTH_FIGURE = 11,
    WIDTH_RULE_NAME = 22,
    WIDTH_RULE = 90,
    RULE_COLS = 3,
    HEAD_ROWS = 4, // title, days, bands, columns
};

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
    buf_init(&b, x->c->arena, CSV_BYTES_MAX);
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
    struct arena *a;
    struct xlsx_writer *w;
    struct buf out;
    struct xlsx_cell *cells;
    size_t n; // of the row being made
    int row;  // rows written to this sheet
    bool zh, full;
};

static void to_buf(void *arg, const char *s, size_t n)
{
    buf_add(arg, (str){s, n});
}

static void put(struct book *b, struct xlsx_cell cell)
{
    b->cells[b->n++] = cell;
}

static struct xlsx_cell said(enum xlsx_kind kind, str text)
{
    return (struct xlsx_cell){.kind = kind, .text = text};
}

static void end_row(struct book *b)
{
    b->full = b->full || !xlsx_write_row(b->w, b->cells, b->n);
    b->n = 0;
    b->row++;
}

static void put_line(struct book *b, enum xlsx_kind kind, str text)
{
    put(b, said(kind, text));
    end_row(b);
}

// The figure a reader sees, as a number a spreadsheet can go on with.
static struct xlsx_cell figure(const struct book *b, const struct score_row *row, size_t col)
{
    const struct score_col *c = &b->x->table->score->cols[col];
    double v = row->cells[col].v, p = pow(10, c->decimals);
    if (isnan(v))
        return said(XLSX_TEXT, S("—"));
    struct xlsx_cell cell = {.kind = c->percent ? XLSX_PERCENT : XLSX_NUMBER, .number = v};
    if (!c->percent)
        cell.number = round(v * p + copysign(1e-9, v)) / p;
    str filter = score_link(b->a, b->x->table, row, c->count);
    if (b->x->address.n > 0 && filter.n > 0)
        cell.link = str_fmt(b->a, "%.*s/items?filter=%.*s", STR_ARG(b->x->address),
            STR_ARG(attach_url_name(b->a, filter)));
    return cell;
}

static void put_row(struct book *b, const struct score_row *row, str name)
{
    const struct score *s = b->x->table->score;
    if (!shows(b->x, row))
        return;
    put(b, xlsx_text(name.n > 0 ? name : row->name));
    for (size_t i = 0; i < s->n_cols; i++)
        if (!s->cols[i].hidden)
            put(b, figure(b, row, i));
    end_row(b);
}

// Two rows: bands, and the columns' own titles; a column without a band takes both.
static void put_heads(struct book *b)
{
    const struct score *s = b->x->table->score;
    str unit = b->zh ? S("单位") : S("Unit"), last = {0};
    int bands = b->row + 1, col = 2, first = 2;
    put(b, xlsx_head(unit));
    for (size_t i = 0; i < s->n_cols; i++)
        if (!s->cols[i].hidden)
            put(b, xlsx_head(s->cols[i].band.n > 0 ? s->cols[i].band : s->cols[i].title));
    end_row(b);
    put(b, xlsx_head(S("")));
    for (size_t i = 0; i < s->n_cols; i++)
        if (!s->cols[i].hidden)
            put(b, xlsx_head(col_unit_title(b->a, &s->cols[i])));
    end_row(b);
    xlsx_write_merge(b->w, bands, 1, bands + 1, 1);
    for (size_t i = 0; i < s->n_cols; i++) {
        const struct score_col *c = &s->cols[i];
        if (c->hidden)
            continue;
        if (col > first && (c->band.n == 0 || !str_eq(c->band, last))) {
            if (col - first > 1)
                xlsx_write_merge(b->w, bands, first, bands, col - 1);
            first = col;
        }
        last = c->band;
        col++;
    }
    if (col - first > 1)
        xlsx_write_merge(b->w, bands, first, bands, col - 1);
}

static void put_table(struct book *b)
{
    const struct score_table *t = b->x->table;
    const struct score *s = t->score;
    int *widths = NEW_ARRAY(b->a, s->n_cols + 1, int);
    for (size_t i = 0; i <= s->n_cols; i++)
        widths[i] = i == 0 ? WIDTH_NAME : WIDTH_FIGURE;
    xlsx_write_sheet(b->w, &(struct xlsx_sheet){.name = b->zh ? S("考核表") : S("Table"),
                               .widths = widths,
                               .n_widths = s->n_cols + 1,
                               .frozen = HEAD_ROWS});
    put_line(b, XLSX_TITLE, s->title);
    put_line(b, XLSX_TEXT, score_days_words(b->a, t, b->x->c->lang));
    put_heads(b);
    for (size_t k = 0, at = 0; k < s->n_groups; k++) {
        if (s->n_groups > 1)
            put_line(b, XLSX_HEAD, s->groups[k].title);
        for (; at < t->n && t->rows[at].group == (int)k; at++)
            put_row(b, &t->rows[at], (str){0});
        if (s->n_groups > 1)
            put_row(b, &t->totals[k], b->zh ? S("本组合计") : S("Of the group"));
    }
    if (t->has_other)
        put_row(b, &t->other, (str){0});
    put_row(b, &t->total, b->zh ? S("全部合计") : S("All"));
    for (size_t i = 0; i < t->n_notes; i++)
        put_line(b, XLSX_TEXT, t->notes[i]);
}

static void put_rule(struct book *b, str name, str text, str source)
{
    put(b, xlsx_text(name));
    put(b, said(XLSX_NOTE, text));
    put(b, said(XLSX_NOTE, source));
    end_row(b);
}

static void put_rule_head(
    struct book *b, const char *zh, const char *en, const char *zh2, const char *en2)
{
    end_row(b);
    put(b, xlsx_head(str_of(b->zh ? zh : en)));
    put(b, xlsx_head(str_of(b->zh ? zh2 : en2)));
    put(b, xlsx_head(b->zh ? S("出处") : S("Source")));
    end_row(b);
}

// What the figures rest on: enough to make the table again by hand.
static void put_about(struct book *b)
{
    const struct score_table *t = b->x->table;
    const struct score *s = t->score;
    const struct ctx *c = b->x->c;
    str loops = str_join(b->a, s->loops, s->n_loops, S("、"));
    put_rule(b, b->zh ? S("考核") : S("Score"),
        str_fmt(b->a, "%.*s (%.*s)", STR_ARG(s->title), STR_ARG(s->key)), s->source);
    put_rule(b, b->zh ? S("单位") : S("Town"), c->rules->town_name, S(""));
    put_rule(b, b->zh ? S("时段") : S("Period"), score_days_words(b->a, t, c->lang), S(""));
    put_rule(b, b->zh ? S("事项类型") : S("Loops"), loops, S(""));
    put_rule(b, b->zh ? S("规则版本") : S("Version"),
        str_fmt(b->a, b->zh ? "第 %" PRId64 " 版，%.*s 发布" : "%" PRId64 ", published %.*s",
            s->version, STR_ARG(tm_date(b->a, tm_local_day(s->published_us, c->rules->zone_s)))),
        s->from_day ? str_fmt(b->a, b->zh ? "适用于 %.*s 起的时段" : "for periods from %.*s",
                          STR_ARG(tm_date(b->a, s->from_day)))
                    : S(""));
    put_rule(
        b, b->zh ? S("制表时间") : S("Made"), tm_minute(b->a, c->now_us, c->rules->zone_s), S(""));
    put_rule(b, b->zh ? S("说明") : S("About"), s->help, S(""));
    for (size_t i = 0; i < t->n_notes; i++)
        put_rule(b, b->zh ? S("注意") : S("Note"), t->notes[i], S(""));
    put_rule(b, S("—"),
        b->zh ? S("没有基数（分母为 0）的格子，不记 0%，也不记 100%")
              : S("a denominator is zero: neither 0 % nor 100 %"),
        S(""));
}

static void put_rules(struct book *b)
{
    static const int widths[RULE_COLS] = {WIDTH_RULE_NAME, WIDTH_RULE, WIDTH_RULE / 2};
    const struct score *s = b->x->table->score;
    enum lang lang = b->x->c->lang;
    b->row = 0;
    xlsx_write_sheet(
        b->w, &(struct xlsx_sheet){
                  .name = b->zh ? S("规则") : S("Rules"), .widths = widths, .n_widths = RULE_COLS});
    put_about(b);
    put_rule_head(b, "列", "Column", "公式或计数口径", "Formula or count");
    for (size_t i = 0; i < s->n_cols; i++) {
        const struct score_col *c = &s->cols[i];
        str filter = c->count >= 0 ? b->x->table->filters[c->count] : (str){0};
        put_rule(b, score_col_title(b->a, c, c->title),
            c->count >= 0 ? filter : score_formula_words(b->a, s, c, lang), c->source);
    }
    if (s->n_givens > 0)
        put_rule_head(b, "给定数", "Given number", "数值", "Values");
    for (size_t i = 0; i < s->n_givens; i++)
        put_rule(b, s->givens[i].title, score_given_words(b->a, s, &s->givens[i], lang), S(""));
    if (s->n_groups > 1)
        put_rule_head(b, "同类组", "Group", "条件", "Condition");
    for (size_t i = 0; s->n_groups > 1 && i < s->n_groups; i++)
        put_rule(b, s->groups[i].title, score_group_words(b->a, s, &s->groups[i], lang), S(""));
}

str score_sheet_xlsx(const struct score_sheet *x)
{
    struct book b = {.x = x, .a = x->c->arena, .zh = x->c->lang != LANG_EN};
    size_t room = x->table->score->n_cols + 1;
    buf_init(&b.out, b.a, XLSX_BYTES_MAX);
    b.cells = NEW_ARRAY(b.a, room > RULE_COLS ? room : RULE_COLS, struct xlsx_cell);
    b.w = xlsx_write_new(b.a, (struct zip_sink){&b.out, to_buf}, x->c->now_us, x->c->rules->zone_s);
    put_table(&b);
    put_rules(&b);
    bool whole = xlsx_write_end(b.w) && !b.full && !b.out.overflow;
    xlsx_write_free(b.w);
    return whole ? buf_str(&b.out) : (str){0};
}
