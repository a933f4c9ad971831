#include "domain/keydate_brief.h"

#include <stdlib.h>
#include "domain/filter.h"
#include "domain/list_inner.h"
#include "domain/old_years.h"
#include "domain/sheet_book.h"
#include "format/csv.h"

static const struct {
    const char *name, *zh, *en;
} FIGURES[KEYDATE_FIGURES] = {
    [KEYDATE_FILED] = {"filed", "当日登记", "filed that day"},
    [KEYDATE_CLOSED] = {"closed", "当日办结", "closed that day"},
    [KEYDATE_FILED_ALL] = {"filed_all", "累计登记", "filed since its first day"},
    [KEYDATE_CLOSED_ALL] = {"closed_all", "累计办结", "closed since its first day"},
    [KEYDATE_OPEN] = {"open", "目前在办", "open now"},
    [KEYDATE_OVERDUE] = {"overdue", "其中超期", "overdue of these"},
};

str keydate_figure_name(enum keydate_figure f)
{
    return str_of(FIGURES[f].name);
}

str keydate_figure_title(enum keydate_figure f, enum lang lang)
{
    return str_of(lang == LANG_EN ? FIGURES[f].en : FIGURES[f].zh);
}

str keydate_by_title(enum keydate_by by, enum lang lang)
{
    static const char *const TITLES[KEYDATE_BYS][2] = {
        {"事项类型", "Loop"}, {"单位", "Unit"}, {"分类", "Class"}};
    return str_of(TITLES[by][lang == LANG_EN]);
}

static void put_filters(struct ctx *c, struct keydate_brief *b)
{
    str first = tm_date(c->arena, b->of->from_day), day = tm_date(c->arena, b->day);
    str where = b->of->where;
    const struct {
        enum keydate_figure of;
        str text;
    } rows[] = {
        {KEYDATE_FILED, str_fmt(c->arena, "filed:%.*s", STR_ARG(day))},
        {KEYDATE_CLOSED, str_fmt(c->arena, "closed:%.*s", STR_ARG(day))},
        {KEYDATE_FILED_ALL, str_fmt(c->arena, "filed:%.*s..%.*s", STR_ARG(first), STR_ARG(day))},
        {KEYDATE_CLOSED_ALL, str_fmt(c->arena, "closed:%.*s..%.*s", STR_ARG(first), STR_ARG(day))},
        {KEYDATE_OPEN, S("open:yes")},
        {KEYDATE_OVERDUE, S("overdue:yes")},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        b->filters[rows[i].of] =
            str_fmt(c->arena, "%.*s %.*s", STR_ARG(where), STR_ARG(rows[i].text));
}

// ---- counting

static struct keydate_row *row_of(
    struct ctx *c, struct keydate_brief *b, enum keydate_by by, int64_t id, str key)
{
    for (size_t i = 0; i < b->n_rows[by]; i++)
        if (b->rows[by][i].id == id && str_eq(b->rows[by][i].key, key))
            return &b->rows[by][i];
    VEC_PUSH(c->arena, b->rows[by], b->n_rows[by]) =
        (struct keydate_row){.id = id, .key = str_dup(c->arena, key)};
    return &b->rows[by][b->n_rows[by] - 1];
}

static void count_by(struct ctx *c, struct db *db, struct keydate_brief *b, enum keydate_by by,
    enum keydate_figure f, const struct filter *filter)
{
    static const struct list_part WHOLE = {0};
    struct sqlb q;
    sqlb_init(&q, c->arena);
    sqlb_bind(&q, V(c->rules->town));
    if (by == KEYDATE_BY_LOOP)
        sqlb_add(&q, "SELECT i.loop, count(*)");
    else if (by == KEYDATE_BY_UNIT)
        sqlb_add(&q, "SELECT i.unit, count(*)");
    else
        sqlb_add(&q, "SELECT i.class, count(*)");
    list_from_where(c, filter, &WHOLE, &q);
    if (by == KEYDATE_BY_LOOP)
        sqlb_add(&q, " GROUP BY i.loop");
    else if (by == KEYDATE_BY_UNIT)
        sqlb_add(&q, " GROUP BY i.unit");
    else
        sqlb_add(&q, " GROUP BY i.class");
    struct cursor r = sqlb_rows(db, &q);
    while (db_next(&r)) {
        bool loop = by == KEYDATE_BY_LOOP;
        int64_t n = db_i64(&r, 1);
        row_of(c, b, by, loop ? 0 : db_i64(&r, 0), loop ? db_str(&r, 0) : (str){0})->n[f] += n;
        b->total.n[f] += loop ? n : 0;
    }
}

static void name_row(struct ctx *c, enum keydate_by by, struct keydate_row *x)
{
    const struct loop *l = by == KEYDATE_BY_LOOP ? rules_loop(c->rules, x->key) : NULL;
    const struct unit *u = by == KEYDATE_BY_UNIT ? rules_unit(c->rules, x->id) : NULL;
    const struct class_ *k = by == KEYDATE_BY_CLASS ? rules_class(c->rules, x->id) : NULL;
    x->name = l ? l->title : u ? u->name : k ? k->name : c->lang == LANG_EN ? S("none") : S("无");
    if (l)
        x->filter = str_two(c->arena, S("loop:"), x->key);
    else if (u)
        x->filter = str_two(c->arena, S("unit:="), u->code);
    else if (k)
        x->filter = str_fmt(c->arena, "class:=%.*s/%.*s", STR_ARG(k->scheme), STR_ARG(k->code));
    else
        x->filter = by == KEYDATE_BY_UNIT ? S("unit:none") : S("class:none");
}

// The most open first, then the most filed; equal ones by name.
static int by_weight(const void *a, const void *b)
{
    static const enum keydate_figure ORDER[] = {
        KEYDATE_OPEN, KEYDATE_FILED_ALL, KEYDATE_CLOSED_ALL};
    const struct keydate_row *x = a, *y = b;
    for (size_t i = 0; i < ARRAY_LEN(ORDER); i++)
        if (x->n[ORDER[i]] != y->n[ORDER[i]])
            return x->n[ORDER[i]] > y->n[ORDER[i]] ? -1 : 1;
    return str_cmp(x->name, y->name);
}

static enum err_code count_all(struct ctx *c, struct keydate_brief *b, struct err *e)
{
    struct ctx all = old_years_read_begin(c);
    for (int f = 0; f < KEYDATE_FIGURES && e->code == OK; f++) {
        const struct filter *filter = filter_parse(c->arena, c->rules, NULL, b->filters[f], e);
        for (int by = 0; filter && by < KEYDATE_BYS; by++)
            count_by(c, all.db, b, (enum keydate_by)by, (enum keydate_figure)f, filter);
    }
    db_read_end(c->db);
    for (int by = 0; by < KEYDATE_BYS; by++) {
        for (size_t i = 0; i < b->n_rows[by]; i++)
            name_row(c, (enum keydate_by)by, &b->rows[by][i]);
        if (b->n_rows[by] > 0)
            qsort(b->rows[by], b->n_rows[by], sizeof(*b->rows[by]), by_weight);
    }
    return e->code != OK ? e->code : db_status(c->db, e);
}

// ---- its extra cadences

static enum err_code add_task(struct ctx *c, struct keydate_brief *b, const struct def *d,
    const struct def_cadence *x, struct err *e)
{
    struct keydate_task t = {0};
    struct cadence_cover cover;
    struct err own;
    err_init(&own, c->arena, c->lang);
    if (cadence_open(c->arena, c->rules, d, x, &t.rule, &own) != OK)
        return OK; // told where the rules are shown
    if (cadence_cover(c, &t.rule, b->day, 0, &cover, e) != OK)
        return e->code;
    t.asked = cover.total.n[CADENCE_ASKED];
    t.reached = cover.total.n[CADENCE_IN_TIME] + cover.total.n[CADENCE_LATE];
    t.overdue = cover.total.n[CADENCE_OVERDUE];
    t.filter = str_fmt(c->arena, "cadence:%.*s/%.*s/%.*s loop:%.*s", STR_ARG(d->loop),
        STR_ARG(x->key), STR_ARG(tm_date(c->arena, b->day)), STR_ARG(d->loop));
    VEC_PUSH(c->arena, b->tasks, b->n_tasks) = t;
    return OK;
}

static enum err_code add_tasks(struct ctx *c, struct keydate_brief *b, struct err *e)
{
    for (size_t i = 0; i < c->rules->n_loops; i++) {
        const struct def *d = c->rules->loops[i].now;
        for (size_t k = 0; d && k < d->n_cadences; k++) {
            const struct def_cadence *x = &d->cadences[k];
            bool own = str_eq(x->during, b->of->key) || str_eq(x->during, S(KEYDATE_ANY));
            if (own && add_task(c, b, d, x, e) != OK)
                return e->code;
        }
    }
    return OK;
}

// ---- as text

static str text_of(struct ctx *c, const struct keydate_brief *b)
{
    bool en = c->lang == LANG_EN;
    const int64_t *n = b->total.n;
    str text = str_fmt(c->arena,
        en ? "%.*s, %.*s (day %" PRId64 " of %" PRId64 "): %" PRId64 " filed, %" PRId64
             " closed. Since its first day %" PRId64 " filed, %" PRId64 " closed. Now %" PRId64
             " open, %" PRId64 " of these overdue."
           : "%.*s每日简报，%.*s（第 %" PRId64 " 天，共 %" PRId64 " 天）：当日登记 %" PRId64
             " 件，办结 %" PRId64 " 件；累计登记 %" PRId64 " 件，办结 %" PRId64
             " 件；目前在办 %" PRId64 " 件，其中超期 %" PRId64 " 件。",
        STR_ARG(b->of->title), STR_ARG(tm_date(c->arena, b->day)), b->nth, b->days,
        n[KEYDATE_FILED], n[KEYDATE_CLOSED], n[KEYDATE_FILED_ALL], n[KEYDATE_CLOSED_ALL],
        n[KEYDATE_OPEN], n[KEYDATE_OVERDUE]);
    for (size_t i = 0; i < b->n_tasks; i++)
        text = str_fmt(c->arena,
            en ? "%.*s %.*s: %" PRId64 " asked, %" PRId64 " reached."
               : "%.*s%.*s：应做 %" PRId64 "，已做 %" PRId64 "。",
            STR_ARG(text), STR_ARG(b->tasks[i].rule.x->title), b->tasks[i].asked,
            b->tasks[i].reached);
    return text;
}

enum err_code keydate_brief(
    struct ctx *c, const struct keydate *k, int64_t day, struct keydate_brief *out, struct err *e)
{
    *out = (struct keydate_brief){
        .of = k, .day = day, .nth = day - k->from_day + 1, .days = k->to_day - k->from_day + 1};
    if (!k->match)
        return err_add(e, ERR_CONFLICT, S("where"), (str){0}, "it fits the town no longer: %.*s",
            "范围已不适用：%.*s", STR_ARG(k->broken));
    put_filters(c, out);
    if (count_all(c, out, e) != OK || add_tasks(c, out, e) != OK)
        return e->code;
    out->text = text_of(c, out);
    return OK;
}

// ---- as a sheet

static void csv_line(struct buf *b, str *cells, str by, const struct keydate_row *x)
{
    size_t n = 0;
    cells[n++] = by;
    cells[n++] = x->name;
    for (int f = 0; f < KEYDATE_FIGURES; f++)
        cells[n++] = str_fmt(b->arena, "%" PRId64, x->n[f]);
    csv_write_row(b, cells, n);
}

str keydate_brief_csv(struct ctx *c, const struct keydate_brief *b)
{
    struct buf out;
    str cells[KEYDATE_FIGURES + 2] = {0};
    bool en = c->lang == LANG_EN;
    buf_init(&out, c->arena, SHEET_CSV_BYTES_MAX);
    cells[0] = en ? S("by") : S("按");
    cells[1] = en ? S("name") : S("名称");
    for (int f = 0; f < KEYDATE_FIGURES; f++)
        cells[2 + f] = keydate_figure_title((enum keydate_figure)f, c->lang);
    csv_write_bom(&out);
    csv_write_row(&out, cells, ARRAY_LEN(cells));
    for (int by = 0; by < KEYDATE_BYS; by++)
        for (size_t i = 0; i < b->n_rows[by]; i++)
            csv_line(&out, cells, keydate_by_title((enum keydate_by)by, c->lang), &b->rows[by][i]);
    struct keydate_row total = b->total;
    total.name = en ? S("total") : S("合计");
    csv_line(&out, cells, (str){0}, &total);
    return out.overflow ? (str){0} : buf_str(&out);
}

static void book_row(struct sheet_book *s, const struct keydate_brief *b,
    const struct keydate_row *x, str name, enum xlsx_kind kind)
{
    sheet_book_put(s, (struct xlsx_cell){.kind = kind, .text = name});
    for (int f = 0; f < KEYDATE_FIGURES; f++)
        sheet_book_put(
            s, sheet_book_linked(s, xlsx_number((double)x->n[f]),
                   str_fmt(s->a, "%.*s %.*s", STR_ARG(b->filters[f]), STR_ARG(x->filter))));
    sheet_book_end_row(s);
}

static void book_table(struct sheet_book *s, const struct keydate_brief *b, enum keydate_by by)
{
    enum { HEAD_ROWS = 3 }; // title, the text, columns
    sheet_book_table(s, keydate_by_title(by, s->c->lang), KEYDATE_FIGURES + 1, HEAD_ROWS);
    sheet_book_line(s, XLSX_TITLE, b->of->title);
    sheet_book_line(s, XLSX_TEXT, b->text);
    sheet_book_put(s, xlsx_head(keydate_by_title(by, s->c->lang)));
    for (int f = 0; f < KEYDATE_FIGURES; f++)
        sheet_book_put(s, xlsx_head(keydate_figure_title((enum keydate_figure)f, s->c->lang)));
    sheet_book_end_row(s);
    for (size_t i = 0; i < b->n_rows[by]; i++)
        book_row(s, b, &b->rows[by][i], b->rows[by][i].name, XLSX_TEXT);
    book_row(s, b, &b->total, s->zh ? S("合计") : S("Total"), XLSX_HEAD);
}

str keydate_brief_xlsx(struct ctx *c, const struct keydate_brief *b, str address)
{
    struct sheet_book s;
    sheet_book_new(&s, c, address, KEYDATE_FIGURES + 1);
    for (int by = 0; by < KEYDATE_BYS; by++)
        book_table(&s, b, (enum keydate_by)by);
    sheet_book_rules(&s);
    for (int f = 0; f < KEYDATE_FIGURES; f++)
        sheet_book_rule(
            &s, keydate_figure_title((enum keydate_figure)f, c->lang), b->filters[f], (str){0});
    return sheet_book_end(&s);
}
