#include "domain/sheet_rows.h"

#include "format/csv.h"

struct sheet {
    struct arena *a;
    struct err *e;
    const struct sheet_column *columns;
    size_t n_columns;
    int place[SHEET_COLUMNS_MAX]; // of each column in the sheet, from 1; 0: it is not there
};

static bool is_named(const struct sheet *s, const struct sheet_column *c, str cell)
{
    return str_eq(str_lower(s->a, cell), str_of(c->name)) || str_eq(cell, str_of(c->title));
}

static bool read_header(struct sheet *s, const str *cells, size_t n)
{
    str names[SHEET_COLUMNS_MAX];
    for (size_t k = 0; k < s->n_columns; k++)
        names[k] = str_of(s->columns[k].name);
    str wanted = str_join(s->a, names, s->n_columns, S(","));
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < s->n_columns && !is_named(s, &s->columns[k], cells[i]))
            k++;
        if (k == s->n_columns)
            err_at(s->e, 1, (int)i + 1, cells[i], wanted, "there is no such column", "没有这一列");
        else if (s->place[k] != 0)
            err_at(
                s->e, 1, (int)i + 1, cells[i], wanted, "the column is there twice", "这一列重复了");
        else
            s->place[k] = (int)i + 1;
    }
    for (size_t k = 0; k < s->n_columns; k++)
        if (s->place[k] == 0 && s->columns[k].needed)
            err_at(s->e, 1, 1, names[k], wanted, "the column is missing", "缺少这一列");
    return s->e->code == OK;
}

static struct sheet_row read_cells(struct sheet *s, const str *cells, size_t n, int64_t row)
{
    struct sheet_row x = {.line = (int)row};
    for (size_t k = 0; k < s->n_columns; k++) {
        x.columns[k] = s->place[k];
        if (s->place[k] > 0 && (size_t)s->place[k] <= n)
            x.cells[k] = str_dup(s->a, str_trim(cells[s->place[k] - 1]));
    }
    return x;
}

struct sheet_row *sheet_rows(struct arena *a, str text, const struct sheet_column *columns,
    size_t n_columns, size_t *n, struct err *e)
{
    struct sheet s = {.a = a, .e = e, .columns = columns, .n_columns = n_columns};
    struct sheet_row *rows = NULL;
    CHECK(n_columns <= SHEET_COLUMNS_MAX);
    *n = 0;
    struct csv_reader *r = csv_open_text(a, text, CSV_AUTO, e);
    if (!r)
        return NULL;
    str *cells;
    size_t n_cells;
    int64_t row;
    bool header = false;
    while (csv_next(r, &cells, &n_cells, &row, e)) {
        if (!header && !read_header(&s, cells, n_cells))
            break;
        if (header) {
            struct sheet_row x = read_cells(&s, cells, n_cells, row);
            VEC_PUSH(a, rows, *n) = x;
        }
        header = true;
        if (*n > SHEET_ROWS_MAX) {
            err_at(e, (int)row, 1, (str){0}, (str){0}, "more than %d rows", "超过 %d 行",
                (int)SHEET_ROWS_MAX);
            break;
        }
    }
    csv_close(r);
    if (!header && e->code == OK)
        err_at(e, 1, 1, (str){0}, S("code,parent,..."), "the text is empty", "没有内容");
    return rows;
}
