#include "domain/export.h"

#include <string.h>
#include "domain/caller.h"
#include "domain/item_list.h"
#include "domain/item_store.h"
#include "format/csv.h"

enum { PAGE_ROWS = 200, ROW_MAX_BYTES = 4 * MIB, CELLS_MAX = 1200 };

// The columns every item has, in their order.
enum fixed {
    COL_NO,
    COL_LOOP,
    COL_STATE,
    COL_UNIT,
    COL_CLASS,
    COL_CHANNEL,
    COL_KIND,
    COL_PRIORITY,
    COL_FILED,
    COL_CLOSED,
    COL_DUE,
    COL_TITLE,
    COL_TEXT,
    COL_ADDRESS,
    COL_CALLER,
    COL_PHONE,
    COL_DOOR,
    COL_COUNT,
};
static const struct {
    const char *en, *zh;
} TITLES[COL_COUNT] = {
    [COL_NO] = {"number", "编号"},
    [COL_LOOP] = {"loop", "事项类型"},
    [COL_STATE] = {"state", "状态"},
    [COL_UNIT] = {"unit", "承办单位"},
    [COL_CLASS] = {"class", "分类"},
    [COL_CHANNEL] = {"channel", "来源"},
    [COL_KIND] = {"kind", "业务类型"},
    [COL_PRIORITY] = {"priority", "紧急程度"},
    [COL_FILED] = {"filed", "受理时间"},
    [COL_CLOSED] = {"closed", "办结时间"},
    [COL_DUE] = {"due", "到期时间"},
    [COL_TITLE] = {"title", "标题"},
    [COL_TEXT] = {"text", "内容"},
    [COL_ADDRESS] = {"address", "地址"},
    [COL_CALLER] = {"caller", "诉求人"},
    [COL_PHONE] = {"phone", "电话"},
    [COL_DOOR] = {"door", "门牌"},
};

// A field of the loop, or a judge's answer to it.
struct extra {
    str title, key; // "satisfied", "own/satisfied"
    const struct def_field *field;
};
struct export
{
    struct arena *own;        // the struct, the columns, the cursor
    struct arena *page, *row; // emptied for each
    struct ctx c;
    const struct filter *filter;
    struct err e;
    struct extra *extras;
    size_t n_extras;
    char after[64]; // cursor of the next page
    struct list_row *rows;
    size_t n, next;
    bool last_page, begun, failed;
    int64_t written;
    str pending; // of the row, not handed out yet
};

// ---- columns

static void add_extra(struct export *x, str title, str key, const struct def_field *f)
{
    VEC_PUSH(x->own, x->extras, x->n_extras) = (struct extra){title, key, f};
}

static bool is_column(str key)
{
    return str_eq(key, S("channel")) || str_eq(key, S("kind")) || str_eq(key, S("priority"));
}

static bool judged(const struct def *d, size_t judge, int field)
{
    for (size_t s = 0; s < d->n_steps; s++)
        for (size_t i = 0; (d->steps[s].judges >> judge & 1) && i < d->steps[s].n_asks; i++)
            if (d->steps[s].asks[i].field == field)
                return true;
    return false;
}

static void find_extras(struct export *x, const struct def *d)
{
    for (size_t i = 0; i < d->n_fields; i++)
        if (!is_column(d->fields[i].key))
            add_extra(x, d->fields[i].title, d->fields[i].key, &d->fields[i]);
    for (size_t j = 0; j < d->n_judges; j++)
        for (size_t i = 0; i < d->n_fields && x->n_extras < CELLS_MAX - COL_COUNT; i++)
            if (judged(d, j, (int)i))
                add_extra(x,
                    str_fmt(x->own, "%.*s.%.*s", STR_ARG(d->judges[j].title),
                        STR_ARG(d->fields[i].title)),
                    str_fmt(
                        x->own, "%.*s/%.*s", STR_ARG(d->judges[j].key), STR_ARG(d->fields[i].key)),
                    &d->fields[i]);
}

struct export *export_open(struct ctx *c, const struct filter *f, struct err *e)
{
    if (!ctx_may(c, MAY_EXPORT, 0)) {
        (void)err_add(
            e, ERR_DENIED, (str){0}, (str){0}, "you may not export items", "您没有导出的权限");
        return NULL;
    }
    struct arena *own = arena_new();
    struct export *x = NEW(own, struct export);
    x->own = own;
    x->page = arena_new();
    x->row = arena_new();
    x->c = *c;
    x->c.arena = x->page;
    err_init(&x->e, own, e->lang);
    // The filter's tree is the caller's, whose arena may be gone before the last row.
    x->filter = f ? filter_parse(own, c->rules, NULL, filter_text(own, f), &x->e) : NULL;
    CHECK(!f || x->filter != NULL); // a canonical text parses
    const struct loop *l = x->filter ? rules_loop(c->rules, filter_loop(x->filter)) : NULL;
    if (l && l->now)
        find_extras(x, l->now);
    return x;
}

// ---- cells

static str class_path(struct export *x, int64_t id)
{
    str path = {0};
    for (const struct class_ *k = rules_class(x->c.rules, id); k;
         k = rules_class(x->c.rules, k->parent))
        path = path.n > 0 ? str_fmt(x->row, "%.*s/%.*s", STR_ARG(k->name), STR_ARG(path)) : k->name;
    return path;
}

static str minute(struct export *x, int64_t us)
{
    return us > 0 ? tm_minute(x->row, us, x->c.rules->zone_s) : (str){0};
}

static str field_cell(struct export *x, const struct item *it, const struct extra *k)
{
    str v = item_field(it, k->key);
    int64_t us;
    bool en = x->e.lang == LANG_EN;
    if (k->field->type == DEF_TIME && str_i64(v, &us))
        return minute(x, us);
    if (k->field->type == DEF_YESNO && v.n > 0 && !en)
        return str_eq(v, S("yes")) ? S("是") : S("否");
    return v;
}

static void item_cells(struct export *x, const struct item *it, str *cells)
{
    const struct def *d = rules_def(x->c.rules, it->def);
    const struct unit *u = rules_unit(x->c.rules, it->unit);
    int state = d ? def_state_at(d, it->state) : DEF_NONE;
    cells[COL_NO] = it->no;
    cells[COL_LOOP] = d ? d->title : it->loop;
    cells[COL_STATE] = state >= 0 ? d->states[state].title : it->state;
    cells[COL_UNIT] = u ? u->name : (str){0};
    cells[COL_CLASS] = class_path(x, it->cls);
    cells[COL_CHANNEL] = it->channel;
    cells[COL_KIND] = it->kind;
    cells[COL_PRIORITY] = it->priority;
    cells[COL_FILED] = minute(x, it->filed_us);
    cells[COL_CLOSED] = minute(x, it->closed_us);
    cells[COL_DUE] = minute(x, it->due_us);
    cells[COL_TITLE] = it->title;
    cells[COL_TEXT] = it->text;
    cells[COL_ADDRESS] = it->address;
    for (size_t i = 0; i < x->n_extras; i++)
        cells[COL_COUNT + i] = field_cell(x, it, &x->extras[i]);
}

static void put_row(struct export *x, const str *cells)
{
    struct buf b;
    buf_init(&b, x->row, ROW_MAX_BYTES);
    if (!x->begun)
        csv_write_bom(&b);
    csv_write_row(&b, cells, COL_COUNT + x->n_extras);
    x->failed = x->failed || b.overflow;
    x->pending = buf_str(&b);
    x->begun = true;
}

static void put_header(struct export *x)
{
    str *cells = NEW_ARRAY(x->row, COL_COUNT + x->n_extras, str);
    for (size_t i = 0; i < COL_COUNT; i++)
        cells[i] = str_of(x->e.lang == LANG_EN ? TITLES[i].en : TITLES[i].zh);
    for (size_t i = 0; i < x->n_extras; i++)
        cells[COL_COUNT + i] = x->extras[i].title;
    put_row(x, cells);
}

static void put_item(struct export *x, int64_t id)
{
    struct ctx c = x->c;
    struct item it;
    struct caller who;
    c.arena = x->row;
    arena_reset(x->row);
    str *cells = NEW_ARRAY(x->row, COL_COUNT + x->n_extras, str);
    if (item_load(&c, id, &it, &x->e) != OK) {
        x->failed = true;
        return;
    }
    item_cells(x, &it, cells);
    if (caller_masked(&c, id, &who, NULL, &x->e)) {
        cells[COL_CALLER] = who.name;
        cells[COL_PHONE] = who.phone;
        cells[COL_DOOR] = who.door;
    }
    x->failed = x->failed || x->e.code != OK;
    put_row(x, cells);
    x->written++;
}

// ---- pages

static void next_page(struct export *x)
{
    struct list_in in = {
        .filter = x->filter, .sort = SORT_FILED_UP, .limit = PAGE_ROWS, .after = str_of(x->after)};
    struct list_out out;
    arena_reset(x->page);
    x->n = x->next = 0;
    if (item_list(&x->c, &in, &out, &x->e) != OK) {
        x->failed = true;
        return;
    }
    x->rows = out.rows;
    x->n = out.n;
    x->last_page = out.next.n == 0;
    CHECK(out.next.n < sizeof(x->after));
    if (out.next.n > 0)
        memcpy(x->after, out.next.s, out.next.n);
    x->after[out.next.n] = '\0';
}

// Makes the next row pending; false at the end.
static bool next_row(struct export *x)
{
    if (!x->begun) {
        put_header(x);
        return true;
    }
    while (x->next == x->n && !x->last_page && !x->failed)
        next_page(x);
    if (x->next == x->n || x->failed)
        return false;
    put_item(x, x->rows[x->next++].id);
    return true;
}

int64_t export_read(struct export *x, char *out, size_t max)
{
    size_t n = 0;
    db_read_begin(x->c.db);
    while (n < max && !x->failed) {
        if (x->pending.n == 0 && !next_row(x))
            break;
        str piece = str_sub(x->pending, 0, max - n);
        if (piece.n > 0)
            memcpy(out + n, piece.s, piece.n);
        n += piece.n;
        x->pending = str_sub(x->pending, piece.n, x->pending.n);
    }
    db_read_end(x->c.db);
    if (!x->failed && db_status(x->c.db, &x->e) != OK)
        x->failed = true;
    if (x->failed)
        db_rollback(x->c.db); // the connection serves others after us
    return x->failed ? -1 : (int64_t)n;
}

enum err_code export_error(const struct export *x, struct err *e)
{
    if (!x->failed)
        return OK;
    if (x->e.code != OK)
        err_merge(e, &x->e, S(""));
    return e->code != OK ? e->code
                         : err_add(e, ERR_LIMIT, S(""), S(""), "a row is too large to be written",
                               "有一行过长，无法写出");
}

int64_t export_rows(const struct export *x)
{
    return x->written;
}

void export_close(struct export *x)
{
    if (!x)
        return;
    arena_free(x->page);
    arena_free(x->row);
    arena_free(x->own);
}
