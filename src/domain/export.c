#include "domain/export.h"

#include <string.h>
#include "domain/caller.h"
#include "domain/item_list.h"
#include "domain/item_refer.h"
#include "domain/item_store.h"
#include "domain/sealed.h"
#include "format/csv.h"
#include "format/xlsx_write.h"

enum {
    PAGE_ROWS = 200,
    ROW_MAX_BYTES = 4 * MIB,
    CELLS_MAX = 1200,
    LONG_TEXT = 100, // characters; a field that may be longer gets a wide column
    WIDTH_TEXT = 40,
    WIDTH_FIELD = 14,
};

// The columns every item has, in their order, and those of a register's rows.
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
    COL_ITEM_COUNT,
    COL_LAT = COL_ITEM_COUNT,
    COL_LON,
    COL_COUNT,
};
// Of a register's rows. What is written is read again without a change (docs/import.md).
static const enum fixed KEPT_COLUMNS[] = {
    COL_NO, COL_TITLE, COL_STATE, COL_UNIT, COL_CLASS, COL_FILED, COL_ADDRESS, COL_LAT, COL_LON};
static const struct {
    const char *en, *zh;
    int width; // in a workbook
} COLUMNS[COL_COUNT] = {
    [COL_NO] = {"number", "编号", 20},
    [COL_LOOP] = {"loop", "事项类型", 14},
    [COL_STATE] = {"state", "状态", 10},
    [COL_UNIT] = {"unit", "承办单位", 18},
    [COL_CLASS] = {"class", "分类", 30},
    [COL_CHANNEL] = {"channel", "来源", 12},
    [COL_KIND] = {"kind", "业务类型", 10},
    [COL_PRIORITY] = {"priority", "紧急程度", 10},
    [COL_FILED] = {"filed", "受理时间", 17},
    [COL_CLOSED] = {"closed", "办结时间", 17},
    [COL_DUE] = {"due", "到期时间", 17},
    [COL_TITLE] = {"title", "标题", 32},
    [COL_TEXT] = {"text", "内容", 50},
    [COL_ADDRESS] = {"address", "地址", 32},
    [COL_CALLER] = {"caller", "诉求人", 10},
    [COL_PHONE] = {"phone", "电话", 15},
    [COL_DOOR] = {"door", "门牌", 14},
    [COL_LAT] = {"lat", "纬度", 11},
    [COL_LON] = {"lon", "经度", 11},
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
    const struct def *kept; // the register whose rows they are; NULL: items
    enum fixed *fixed;
    size_t n_fixed;
    struct extra *extras;
    size_t n_extras;
    char after[64]; // cursor of the next page
    struct list_row *rows;
    size_t n, next;
    bool last_page, begun, ended, failed;
    int64_t written;
    struct buf out;           // of the row
    str pending;              // of it, not handed out yet
    struct xlsx_writer *book; // NULL: CSV
    int *widths;
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
        if (x->kept || !is_column(d->fields[i].key))
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

static void to_out(void *arg, const char *s, size_t n)
{
    struct export *x = arg;
    buf_add(&x->out, (str){s, n});
}

static void make_book(struct export *x)
{
    struct zip_sink sink = {x, to_out};
    x->book = xlsx_write_new(x->own, sink, x->c.now_us, x->c.rules->zone_s);
    x->widths = NEW_ARRAY(x->own, x->n_fixed + x->n_extras, int);
    for (size_t i = 0; i < x->n_fixed; i++)
        x->widths[i] = COLUMNS[x->fixed[i]].width;
    for (size_t i = 0; i < x->n_extras; i++) {
        const struct def_field *f = x->extras[i].field;
        bool text = f->type == DEF_TEXT && f->max > LONG_TEXT;
        x->widths[x->n_fixed + i] = text ? WIDTH_TEXT : WIDTH_FIELD;
    }
}

static void find_fixed(struct export *x)
{
    x->fixed = NEW_ARRAY(x->own, COL_COUNT, enum fixed);
    for (size_t i = 0; i < COL_ITEM_COUNT && !x->kept; i++)
        x->fixed[x->n_fixed++] = (enum fixed)i;
    for (size_t i = 0; i < ARRAY_LEN(KEPT_COLUMNS) && x->kept; i++)
        if (KEPT_COLUMNS[i] != COL_CLASS || x->kept->class_scheme.n > 0)
            x->fixed[x->n_fixed++] = KEPT_COLUMNS[i];
}

static str fixed_title(const struct export *x, enum fixed at)
{
    bool en = x->e.lang == LANG_EN;
    if (x->kept && at == COL_TITLE && x->kept->name_title.n > 0)
        return x->kept->name_title;
    if (x->kept && !en && (at == COL_TITLE || at == COL_UNIT || at == COL_FILED))
        return at == COL_TITLE ? S("名称") : at == COL_UNIT ? S("责任单位") : S("登记时间");
    return str_of(en ? COLUMNS[at].en : COLUMNS[at].zh);
}

struct export *export_open(struct ctx *c, const struct filter *f, enum export_as as, struct err *e)
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
    x->kept = l && l->now && l->now->lasting ? l->now : NULL;
    find_fixed(x);
    if (l && l->now)
        find_extras(x, l->now);
    if (as == EXPORT_XLSX)
        make_book(x);
    return x;
}

// ---- cells

static struct xlsx_cell moment(struct export *x, int64_t us)
{
    if (us <= 0)
        return (struct xlsx_cell){0};
    return (struct xlsx_cell){
        .kind = XLSX_TIME, .us = us, .text = tm_minute(x->row, us, x->c.rules->zone_s)};
}

// By its name, as people read it; by its code, where the name means another.
static str unit_word(const struct export *x, const struct unit *u, str otherwise)
{
    return !u ? otherwise : rules_unit_named(x->c.rules, u->name) == u ? u->name : u->code;
}

// Likewise a class: by its code, where its scheme has the name twice.
static str class_word(const struct export *x, str value)
{
    const struct rules *r = x->c.rules;
    const struct class_ *k = map_get(&r->class_by_code, value);
    for (size_t i = 0; k && i < r->n_classes; i++)
        if (&r->classes[i] != k && str_eq(r->classes[i].scheme, k->scheme) &&
            str_eq(r->classes[i].name, k->name))
            return k->code;
    return k ? k->name : value;
}

// Likewise a row: by its number, where several have its name.
static str row_word(struct export *x, const struct def_field *f, str no)
{
    struct ctx c = x->c;
    bool many = false;
    c.arena = x->row;
    str name = item_field_shown(&c, f, no);
    return x->kept && item_row_named(&c, f->to, name, &many) != 0 && many ? no : name;
}

static struct xlsx_cell degrees(struct export *x, const struct item *it, double v)
{
    if (it->lat == 0 && it->lon == 0)
        return (struct xlsx_cell){0};
    return (struct xlsx_cell){
        .kind = XLSX_NUMBER, .number = v, .text = str_fmt(x->row, "%.15g", v)};
}

static struct xlsx_cell field_cell(struct export *x, const struct item *it, const struct extra *k)
{
    struct xlsx_cell cell = xlsx_text(item_field(it, k->key));
    int64_t us;
    double number;
    if (cell.text.n == 0)
        return cell;
    if (k->field->type == DEF_TIME && str_i64(cell.text, &us))
        return moment(x, us);
    if (k->field->type == DEF_YESNO && x->e.lang != LANG_EN)
        cell.text = str_eq(cell.text, S("yes")) ? S("是") : S("否");
    if (def_sealed(k->field) || k->field->type == DEF_FILE)
        cell.text = item_field_shown(&x->c, k->field, cell.text);
    if (k->field->type == DEF_UNIT)
        cell.text = unit_word(x, rules_unit_named(x->c.rules, cell.text), cell.text);
    if (k->field->type == DEF_CLASS)
        cell.text = class_word(x, cell.text);
    if (k->field->type == DEF_REF)
        cell.text = row_word(x, k->field, cell.text);
    if ((k->field->type == DEF_NUMBER || k->field->type == DEF_MONEY) &&
        str_f64(cell.text, &number)) {
        cell.kind = XLSX_NUMBER;
        cell.number = number;
    }
    if (k->field->type == DEF_DATE && tm_parse(cell.text, x->c.rules->zone_s, &us)) {
        cell.kind = XLSX_DATE;
        cell.us = us;
    }
    return cell;
}

static void fixed_cells(struct export *x, const struct item *it, struct xlsx_cell *cells)
{
    const struct def *d = rules_def(x->c.rules, it->def);
    const struct unit *u = rules_unit(x->c.rules, it->unit);
    int state = d ? def_state_at(d, it->state) : DEF_NONE;
    cells[COL_NO] = xlsx_text(it->no);
    cells[COL_LOOP] = xlsx_text(d ? d->title : it->loop);
    cells[COL_STATE] = xlsx_text(state >= 0 ? d->states[state].title : it->state);
    cells[COL_UNIT] = xlsx_text(x->kept ? unit_word(x, u, (str){0}) : u ? u->name : (str){0});
    cells[COL_CLASS] = xlsx_text(class_path(x->row, x->c.rules, it->cls));
    cells[COL_CHANNEL] = xlsx_text(it->channel);
    cells[COL_KIND] = xlsx_text(it->kind);
    cells[COL_PRIORITY] = xlsx_text(it->priority);
    cells[COL_FILED] = moment(x, it->filed_us);
    cells[COL_CLOSED] = moment(x, it->closed_us);
    cells[COL_DUE] = moment(x, it->due_us);
    cells[COL_TITLE] = xlsx_text(it->title);
    cells[COL_TEXT] = xlsx_text(it->text);
    cells[COL_ADDRESS] = xlsx_text(it->address);
    cells[COL_LAT] = degrees(x, it, it->lat);
    cells[COL_LON] = degrees(x, it, it->lon);
}

static void begin_row(struct export *x)
{
    arena_reset(x->row);
    buf_init(&x->out, x->row, ROW_MAX_BYTES);
}

static void end_row(struct export *x)
{
    x->failed = x->failed || x->out.overflow;
    x->pending = buf_str(&x->out);
}

static void put_csv(struct export *x, const struct xlsx_cell *cells)
{
    size_t n = x->n_fixed + x->n_extras;
    str *texts = NEW_ARRAY(x->row, n, str);
    for (size_t i = 0; i < n; i++)
        texts[i] = cells[i].text;
    csv_write_row(&x->out, texts, n);
}

static void put_header(struct export *x)
{
    size_t n = x->n_fixed + x->n_extras;
    struct xlsx_cell *cells = NEW_ARRAY(x->row, n, struct xlsx_cell);
    for (size_t i = 0; i < x->n_fixed; i++)
        cells[i] = xlsx_head(fixed_title(x, x->fixed[i]));
    for (size_t i = 0; i < x->n_extras; i++)
        cells[x->n_fixed + i] = xlsx_head(x->extras[i].title);
    x->begun = true;
    if (!x->book) {
        csv_write_bom(&x->out);
        put_csv(x, cells);
        return;
    }
    struct xlsx_sheet sheet = {.name = x->kept                ? x->kept->title
                                       : x->e.lang == LANG_EN ? S("Items")
                                                              : S("事项"),
        .widths = x->widths,
        .n_widths = n,
        .frozen = 1};
    xlsx_write_sheet(x->book, &sheet);
    bool put = xlsx_write_row(x->book, cells, n);
    CHECK(put); // the sheet is new
}

static void put_cells(struct export *x, const struct xlsx_cell *cells)
{
    size_t n = x->n_fixed + x->n_extras;
    if (!x->book) {
        put_csv(x, cells);
        return;
    }
    if (xlsx_write_row(x->book, cells, n))
        return;
    put_header(x); // of another sheet
    bool put = xlsx_write_row(x->book, cells, n);
    CHECK(put);
}

static void put_item(struct export *x, int64_t id)
{
    struct ctx c = x->c;
    struct item it;
    struct caller who;
    c.arena = x->row;
    begin_row(x);
    struct xlsx_cell all[COL_COUNT] = {0};
    struct xlsx_cell *cells = NEW_ARRAY(x->row, x->n_fixed + x->n_extras, struct xlsx_cell);
    if (item_load(&c, id, &it, &x->e) != OK) {
        x->failed = true;
        return;
    }
    fixed_cells(x, &it, all);
    if (caller_masked(&c, id, &who, NULL, &x->e)) {
        all[COL_CALLER] = xlsx_text(who.name);
        all[COL_PHONE] = xlsx_text(who.phone);
        all[COL_DOOR] = xlsx_text(who.door);
    }
    for (size_t i = 0; i < x->n_fixed; i++)
        cells[i] = all[x->fixed[i]];
    for (size_t i = 0; i < x->n_extras; i++)
        cells[x->n_fixed + i] = field_cell(x, &it, &x->extras[i]);
    x->failed = x->failed || x->e.code != OK;
    put_cells(x, cells);
    end_row(x);
    x->written++;
}

static void put_note(struct export *x, const char *en, const char *zh, struct xlsx_cell cell)
{
    struct xlsx_cell cells[] = {xlsx_head(str_of(x->e.lang == LANG_EN ? en : zh)), cell};
    bool put = xlsx_write_row(x->book, cells, ARRAY_LEN(cells));
    CHECK(put);
}

static struct xlsx_cell note(str text)
{
    return (struct xlsx_cell){.kind = XLSX_NOTE, .text = text};
}

// The sheet behind: whoever gets the file knows what it holds, and as of when.
static void put_notes(struct export *x)
{
    static const int widths[] = {14, 90};
    bool en = x->e.lang == LANG_EN;
    const struct person *p = x->c.actor;
    str filter = x->filter ? filter_text(x->own, x->filter) : (str){0};
    struct xlsx_sheet sheet = {
        .name = en ? S("About") : S("说明"), .widths = widths, .n_widths = ARRAY_LEN(widths)};
    xlsx_write_sheet(x->book, &sheet);
    put_note(x, "filter", "筛选条件", note(filter.n > 0 ? filter : en ? S("all") : S("全部")));
    put_note(x, "as of", "导出时刻", moment(x, x->c.now_us));
    put_note(x, "by", "导出人", note(p ? p->name : en ? S("the system") : S("系统")));
    put_note(x, "rows", x->kept ? "行数" : "事项数", xlsx_number((double)x->written));
    put_note(x, "order", "排列",
        note(en        ? S("by filing time, the oldest first")
             : x->kept ? S("按登记时间，从早到晚")
                       : S("按受理时间，从早到晚")));
    if (x->kept)
        return; // rows have no caller
    put_note(x, "personal data", "个人信息",
        note(en ? S("masked; who may see more reveals it item by item, which is recorded")
                : S("已遮盖；有权查看的人在系统里逐件查看，每次都有记录")));
}

static void put_end(struct export *x)
{
    begin_row(x);
    put_notes(x);
    x->failed = !xlsx_write_end(x->book) || x->failed;
    end_row(x);
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
        begin_row(x);
        put_header(x);
        end_row(x);
        return true;
    }
    while (x->next == x->n && !x->last_page && !x->failed)
        next_page(x);
    if (x->failed || x->ended)
        return false;
    if (x->next < x->n) {
        put_item(x, x->rows[x->next++].id);
        return true;
    }
    x->ended = true;
    if (x->book)
        put_end(x);
    return x->book != NULL;
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
    xlsx_write_free(x->book);
    arena_free(x->page);
    arena_free(x->row);
    arena_free(x->own);
}
