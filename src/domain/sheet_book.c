#include "domain/sheet_book.h"

#include "domain/attach.h"

enum { WIDTH_RULE_NAME = 22, WIDTH_RULE = 90, RULE_COLS = 3 };

static void to_buf(void *arg, const char *s, size_t n)
{
    buf_add(arg, (str){s, n});
}

void sheet_book_new(struct sheet_book *b, struct ctx *c, str address, size_t columns)
{
    *b = (struct sheet_book){.c = c, .a = c->arena, .address = address, .zh = c->lang != LANG_EN};
    buf_init(&b->out, b->a, SHEET_BOOK_BYTES_MAX);
    b->cells = NEW_ARRAY(b->a, columns > RULE_COLS ? columns : RULE_COLS, struct xlsx_cell);
    b->w = xlsx_write_new(b->a, (struct zip_sink){&b->out, to_buf}, c->now_us, c->rules->zone_s);
}

void sheet_book_table(struct sheet_book *b, str name, size_t columns, int frozen)
{
    int *widths = NEW_ARRAY(b->a, columns, int);
    for (size_t i = 0; i < columns; i++)
        widths[i] = i == 0 ? SHEET_WIDTH_NAME : SHEET_WIDTH_FIGURE;
    b->row = 0;
    xlsx_write_sheet(
        b->w, &(struct xlsx_sheet){
                  .name = name, .widths = widths, .n_widths = columns, .frozen = frozen});
}

void sheet_book_put(struct sheet_book *b, struct xlsx_cell cell)
{
    b->cells[b->n++] = cell;
}

void sheet_book_end_row(struct sheet_book *b)
{
    b->full = b->full || !xlsx_write_row(b->w, b->cells, b->n);
    b->n = 0;
    b->row++;
}

void sheet_book_line(struct sheet_book *b, enum xlsx_kind kind, str text)
{
    sheet_book_put(b, (struct xlsx_cell){.kind = kind, .text = text});
    sheet_book_end_row(b);
}

struct xlsx_cell sheet_book_linked(const struct sheet_book *b, struct xlsx_cell cell, str filter)
{
    if (b->address.n > 0 && filter.n > 0)
        cell.link = str_fmt(b->a, "%.*s/items?filter=%.*s", STR_ARG(b->address),
            STR_ARG(attach_url_name(b->a, filter)));
    return cell;
}

// ---- rules

void sheet_book_rules(struct sheet_book *b)
{
    static const int widths[RULE_COLS] = {WIDTH_RULE_NAME, WIDTH_RULE, WIDTH_RULE / 2};
    b->row = 0;
    xlsx_write_sheet(
        b->w, &(struct xlsx_sheet){
                  .name = b->zh ? S("规则") : S("Rules"), .widths = widths, .n_widths = RULE_COLS});
}

void sheet_book_rule(struct sheet_book *b, str name, str text, str source)
{
    sheet_book_put(b, xlsx_text(name));
    sheet_book_put(b, (struct xlsx_cell){.kind = XLSX_NOTE, .text = text});
    sheet_book_put(b, (struct xlsx_cell){.kind = XLSX_NOTE, .text = source});
    sheet_book_end_row(b);
}

void sheet_book_rule_head(struct sheet_book *b, str name, str text)
{
    sheet_book_end_row(b);
    sheet_book_put(b, xlsx_head(name));
    sheet_book_put(b, xlsx_head(text));
    sheet_book_put(b, xlsx_head(b->zh ? S("出处") : S("Source")));
    sheet_book_end_row(b);
}

void sheet_book_blank_rule(struct sheet_book *b)
{
    sheet_book_rule(b, S("—"),
        b->zh ? S("没有基数（分母为 0）的格子，不记 0%，也不记 100%")
              : S("a denominator is zero: neither 0 % nor 100 %"),
        S(""));
}

str sheet_book_end(struct sheet_book *b)
{
    bool whole = xlsx_write_end(b->w) && !b->full && !b->out.overflow;
    xlsx_write_free(b->w);
    return whole ? buf_str(&b->out) : (str){0};
}
