// Items over HTTP: lists, one item, filing, steps, the caller revealed, attachments.

#include "api/items.h"

#include <string.h>
#include "api/item_view.h"
#include "domain/attach.h"
#include "domain/caller.h"
#include "domain/filter.h"
#include "domain/item_clash.h"
#include "domain/item_step.h"
#include "domain/item_store.h"
#include "domain/item_undo.h"
#include "domain/list_column.h"
#include "domain/search.h"

// ---- lists

struct query_view {
    str filter, sort;
    int64_t limit;
    struct strs words;
    str columns;
};
struct list_view {
    struct query_view query;
    int64_t total, at_us;
    bool total_capped;
    str next;
    struct list rows;
};
struct list_row_view {
    struct row_view row;
    const struct json *cells;
};
static const struct field LIST_ROW_VIEW[] = {
    {"row", FIELD_OBJ, FIELD_INLINE, .at = offsetof(struct list_row_view, row), .sub = ROW_VIEW},
    {"cells", FIELD_JSON, .at = offsetof(struct list_row_view, cells),
        .help = "texts of the columns asked for that are no member of every row, by their names"},
    {0},
};
static const struct field QUERY_VIEW[] = {
    {"filter", FIELD_STR, .at = offsetof(struct query_view, filter),
        .help = "canonical filter text"},
    {"sort", FIELD_STR, .at = offsetof(struct query_view, sort)},
    {"limit", FIELD_I64, .at = offsetof(struct query_view, limit)},
    {"words", FIELD_STRS, .at = offsetof(struct query_view, words),
        .help = "what to mark in title and snippet: letters A-Z in either case"},
    {"columns", FIELD_STR, .at = offsetof(struct query_view, columns)},
    {0},
};
const struct field ITEMS_LIST[] = {
    {"query", FIELD_OBJ, .at = offsetof(struct list_view, query), .sub = QUERY_VIEW},
    {"total", FIELD_I64, .at = offsetof(struct list_view, total)},
    {"total_capped", FIELD_BOOL, .at = offsetof(struct list_view, total_capped),
        .help = "there may be more than total: counting stopped there"},
    {"at", FIELD_TIME, .at = offsetof(struct list_view, at_us)},
    {"next", FIELD_STR, .at = offsetof(struct list_view, next),
        .help = "cursor of the next page, empty at the end"},
    {"rows", FIELD_LIST, .at = offsetof(struct list_view, rows), .sub = LIST_ROW_VIEW,
        .size = sizeof(struct list_row_view)},
    {0},
};
const struct field ITEMS_LIST_QUERY[] = {
    {"filter", FIELD_STR, .help = "docs/filter.md"},
    {"sort", FIELD_STR, .options = "-filed|filed|due|-changed|relevance",
        .help = "without it: relevance when words are looked for, else -filed"},
    {"limit", FIELD_I64, .min = 1, .max = LIST_PAGE_MAX},
    {"after", FIELD_STR, .help = "next of the page before"},
    {"count", FIELD_STR, .options = "yes|no"},
    {"columns", FIELD_STR,
        .help = "names with a blank between, as a filter names them; their texts come in cells"},
    {0},
};

static enum err_code read_list_in(struct call *k, struct list_in *in)
{
    str sort = http_query(k->req, "sort");
    int at = list_sort_of(sort);
    if (sort.n > 0 && at < 0)
        err_add(&k->err, ERR_INVALID, S("sort"), S("-filed, filed, due, -changed, relevance"),
            "is not an order", "没有这种排序");
    if (!call_query_i64(k, "limit", LIST_PAGE_DEFAULT, 1, LIST_PAGE_MAX, &in->limit))
        in->limit = LIST_PAGE_DEFAULT;
    in->after = http_query(k->req, "after");
    in->count = !str_eq(http_query(k->req, "count"), S("no"));
    struct err sub;
    err_init(&sub, k->ctx.arena, k->ctx.lang);
    in->filter = filter_asked(&k->ctx, k->ctx.arena, http_query(k->req, "filter"), &sub);
    for (size_t i = 0; i < sub.n; i++)
        sub.notes[i].field = S("filter"); // which term it is, line and column say
    if (sub.code != OK)
        err_merge(&k->err, &sub, (str){0});
    in->sort = at >= 0 ? (enum list_sort)at : list_sort_usual(in->filter);
    return k->err.code;
}

// An object of the columns' texts; what is empty is left out.
static const struct json *cells_of(
    struct ctx *c, const struct list_columns *columns, int64_t id, struct err *e)
{
    struct json *cells = NEW(c->arena, struct json);
    struct item it;
    cells->type = JSON_OBJ;
    if (!list_columns_want_item(columns) || item_load(c, id, &it, e) != OK)
        return cells;
    cells->keys = NEW_ARRAY(c->arena, columns->n, str);
    cells->vals = NEW_ARRAY(c->arena, columns->n, struct json);
    for (size_t i = 0; i < columns->n; i++) {
        str text = list_column_value(c, &columns->v[i], &it);
        if (text.n == 0)
            continue;
        cells->keys[cells->n] = columns->v[i].name;
        cells->vals[cells->n++] = (struct json){.type = JSON_STR, .s = text};
    }
    return cells;
}

enum err_code items_list(struct call *k)
{
    struct list_in in = {0};
    struct list_out out;
    struct list_columns columns;
    if (list_columns_read(
            k->ctx.arena, k->ctx.rules, http_query(k->req, "columns"), &columns, &k->err) != OK ||
        read_list_in(k, &in) != OK || item_list(&k->ctx, &in, &out, &k->err) != OK)
        return k->err.code;
    struct list_view v = {
        .total = out.total, .total_capped = out.capped, .at_us = k->ctx.now_us, .next = out.next};
    v.query = (struct query_view){.filter = filter_text(k->ctx.arena, in.filter),
        .sort = list_sort_name(in.sort),
        .limit = in.limit};
    str *words;
    v.query.words.n = search_marks(k->ctx.arena, in.filter, &words);
    v.query.words.v = words;
    v.query.columns = list_columns_text(k->ctx.arena, &columns);
    struct list_row_view *rows = NEW_ARRAY(k->ctx.arena, out.n, struct list_row_view);
    for (size_t i = 0; i < out.n; i++) {
        row_view(&k->ctx, &out.rows[i], &rows[i].row);
        rows[i].cells = cells_of(&k->ctx, &columns, out.rows[i].id, &k->err);
    }
    if (k->err.code != OK)
        return k->err.code;
    v.rows = (struct list){rows, out.n};
    return call_answer_fields(k, ITEMS_LIST, &v);
}

// ---- one item

static enum err_code answer_item(struct call *k, int64_t id)
{
    struct item it;
    void *v;
    if (item_load(&k->ctx, id, &it, &k->err) != OK)
        return k->err.code;
    if (!item_visible(&k->ctx, &it))
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    if (item_view(&k->ctx, &it, &v, &k->err) != OK)
        return k->err.code;
    return call_answer_fields(k, ITEM_VIEW, v);
}

enum err_code items_get(struct call *k)
{
    return answer_item(k, k->id);
}

enum err_code items_by_no(struct call *k)
{
    int64_t id = item_id_of(&k->ctx, k->key);
    if (id == 0)
        return err_add(
            &k->err, ERR_MISSING, S("no"), (str){0}, "there is no such item", "没有这个事项");
    return answer_item(k, id);
}

// What a write left behind, for a program that asks for no more. [RFC 7240 4.2]
static const struct field ITEM_SHORT[] = {
    {"id", FIELD_I64, .at = offsetof(struct item, id)},
    {"no", FIELD_STR, .at = offsetof(struct item, no)},
    {"version", FIELD_I64, .at = offsetof(struct item, version)},
    {"state", FIELD_STR, .at = offsetof(struct item, state)},
    {"open", FIELD_BOOL, .at = offsetof(struct item, open)},
    {"due", FIELD_TIME, .at = offsetof(struct item, due_us)},
    {0},
};

// The state's name lies in the rules, which may be gone when the answer is made.
static void keep(struct call *k, struct item *it)
{
    it->state = str_dup(k->req->arena, it->state);
    k->item = it;
}

enum err_code items_answer(struct call *k)
{
    if (!k->item || !str_eq(http_header(k->req, "Prefer"), S("return=minimal")))
        return answer_item(k, k->result);
    http_set(k->req, "Preference-Applied", S("return=minimal"));
    return call_answer_fields(k, ITEM_SHORT, k->item);
}

// {"key": "value"} as answers; values are texts, numbers or yes/no.
static void read_fields(
    struct call *k, const struct json *j, str path, struct item_field **out, size_t *n)
{
    if (!j || j->type == JSON_NULL)
        return;
    if (j->type != JSON_OBJ || j->n > ITEM_FIELDS_MAX) {
        err_add(&k->err, ERR_INVALID, path, S("{\"key\": \"value\"}"),
            "is not an object of answers", "应为栏目和值的对象");
        return;
    }
    for (size_t i = 0; i < j->n; i++) {
        const struct json *v = &j->vals[i];
        struct item_field f = {.key = j->keys[i]};
        if (v->type == JSON_STR)
            f.val = v->s;
        else if (v->type == JSON_I64)
            f.val = str_fmt(k->ctx.arena, "%" PRId64, v->i);
        else if (v->type == JSON_F64)
            f.val = str_fmt(k->ctx.arena, "%.15g", v->f);
        else if (v->type == JSON_BOOL)
            f.val = v->b ? S("yes") : S("no");
        else if (v->type != JSON_NULL)
            err_add(&k->err, ERR_INVALID,
                str_fmt(k->ctx.arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(f.key)), S("text"),
                "is not a plain value", "应为文字或数字");
        VEC_PUSH(k->ctx.arena, *out, *n) = f;
    }
}

// ---- filing

struct caller_in {
    str name, phone, door;
    bool anonymous, confidential;
};
static const struct field CALLER_IN[] = {
    {"name", FIELD_STR, .at = offsetof(struct caller_in, name), .max = CALLER_NAME_MAX},
    {"phone", FIELD_STR, .at = offsetof(struct caller_in, phone), .max = CALLER_PHONE_MAX},
    {"door", FIELD_STR, .at = offsetof(struct caller_in, door), .max = CALLER_DOOR_MAX},
    {"anonymous", FIELD_BOOL, .at = offsetof(struct caller_in, anonymous)},
    {"confidential", FIELD_BOOL, .at = offsetof(struct caller_in, confidential)},
    {0},
};
struct file_in {
    str loop, title, text, address;
    double lat, lon;
    int64_t cls, unit;
    const struct json *fields;
    struct caller_in caller;
    str same;
};
const struct field ITEM_FILE_IN[] = {
    {"loop", FIELD_STR, FIELD_REQUIRED, offsetof(struct file_in, loop), .max = DEF_KEY_MAX,
        .help = "its key, or a register's: hotline, estate"},
    {"title", FIELD_STR, FIELD_REQUIRED, offsetof(struct file_in, title), .max = ITEM_TITLE_MAX},
    {"text", FIELD_STR, .at = offsetof(struct file_in, text), .max = ITEM_TEXT_MAX},
    {"address", FIELD_STR, .at = offsetof(struct file_in, address), .max = ITEM_ADDRESS_MAX},
    {"lat", FIELD_F64, .at = offsetof(struct file_in, lat)},
    {"lon", FIELD_F64, .at = offsetof(struct file_in, lon)},
    {"class", FIELD_I64, .at = offsetof(struct file_in, cls)},
    {"unit", FIELD_I64, .at = offsetof(struct file_in, unit),
        .help = "of a register's row: who answers for it; without it the keeper"},
    {"fields", FIELD_JSON, .at = offsetof(struct file_in, fields),
        .help = "{key: value} as the loop's definition asks"},
    {"caller", FIELD_OBJ, .at = offsetof(struct file_in, caller), .sub = CALLER_IN},
    {"same", FIELD_STR, .at = offsetof(struct file_in, same), .max = 40,
        .help = "number of an item that is the same matter: tied in the same transaction"},
    {0},
};
const size_t ITEM_FILE_IN_SIZE = sizeof(struct file_in);

enum err_code items_file_check(struct call *k)
{
    const struct file_in *f = k->in;
    struct item_in *in = NEW(k->ctx.arena, struct item_in);
    *in = (struct item_in){.loop = f->loop,
        .title = f->title,
        .text = f->text,
        .address = f->address,
        .lat = f->lat,
        .lon = f->lon,
        .cls = f->cls,
        .unit = f->unit,
        .same = f->same};
    const struct caller_in *c = &f->caller;
    in->caller = (struct caller){c->name, c->phone, c->door, c->anonymous, c->confidential};
    in->has_caller = c->name.n + c->phone.n + c->door.n > 0 || c->anonymous || c->confidential;
    read_fields(k, f->fields, S("fields"), &in->fields, &in->n_fields);
    k->state = in;
    return k->err.code;
}

enum err_code items_file(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    struct item *it = NEW(c->arena, struct item);
    if (item_file(c, k->state, it, e) != OK)
        return e->code;
    *result = it->id;
    keep(k, it);
    return OK;
}

// ---- steps

struct take_in {
    struct step_ask ask; // first
    int64_t version;
    const struct json *files;
};
const struct field STEP_REASON_IN[] = {
    {"key", FIELD_STR, .at = offsetof(struct step_reason, key), .max = 60},
    {"option", FIELD_STR, .at = offsetof(struct step_reason, option), .max = 60},
    {0},
};
const struct field STEP_CHILD_IN[] = {
    {"title", FIELD_STR, .at = offsetof(struct step_child, title), .max = ITEM_TITLE_MAX},
    {"text", FIELD_STR, .at = offsetof(struct step_child, text), .max = ITEM_TEXT_MAX},
    {"class", FIELD_I64, .at = offsetof(struct step_child, cls)},
    {0},
};
const struct field STEP_PLACE_IN[] = {
    {"address", FIELD_STR, .at = offsetof(struct step_place, address), .max = ITEM_ADDRESS_MAX,
        .help = "the place is said whole: what is left out is not known"},
    {"lat", FIELD_F64, .at = offsetof(struct step_place, lat)},
    {"lon", FIELD_F64, .at = offsetof(struct step_place, lon)},
    {0},
};
const struct field ITEM_STEP_IN[] = {
    {"version", FIELD_I64, FIELD_REQUIRED, offsetof(struct take_in, version), .min = 1,
        .max = INT64_MAX, .help = "the version you saw; another one now gives 409"},
    STEP_ASK_MEMBERS,
    {"files", FIELD_JSON, .at = offsetof(struct take_in, files),
        .help = "[ids] of the item's attachments that belong to the step"},
    {0},
};
const size_t ITEM_STEP_IN_SIZE = sizeof(struct take_in);

// [1, 2]
static void read_ids(
    struct call *k, const struct json *j, const char *field, size_t max, int64_t **out, size_t *n)
{
    if (!j || j->type == JSON_NULL)
        return;
    bool good = j->type == JSON_ARR && j->n <= max;
    for (size_t i = 0; good && i < j->n; i++) {
        good = j->vals[i].type == JSON_I64;
        VEC_PUSH(k->ctx.arena, *out, *n) = j->vals[i].i;
    }
    if (!good)
        err_add(&k->err, ERR_INVALID, str_of(field), S("[1, 2]"),
            "is not a list of at most %zu ids", "应为不超过 %zu 个编号的列表", max);
}

// ["RX20261120-00012"]
static void read_texts(
    struct call *k, const struct json *j, const char *field, str expected, str **out, size_t *n)
{
    if (!j || j->type == JSON_NULL)
        return;
    bool good = j->type == JSON_ARR && j->n <= ITEM_MEMBERS_MAX;
    for (size_t i = 0; good && i < j->n; i++) {
        good = j->vals[i].type == JSON_STR;
        VEC_PUSH(k->ctx.arena, *out, *n) = j->vals[i].s;
    }
    if (!good)
        err_add(&k->err, ERR_INVALID, str_of(field), expected,
            "is not a list of at most %d of them", "应为不超过 %d 个的列表", (int)ITEM_MEMBERS_MAX);
}

// [{"todo": "…"}, …]: of each unit, in their order.
static void read_each(struct call *k, const struct json *j, struct step_in *in)
{
    if (!j || j->type == JSON_NULL)
        return;
    if (j->type != JSON_ARR || j->n > ITEM_UNITS_MAX) {
        err_add(&k->err, ERR_INVALID, S("each"), S("[{key: value}]"),
            "is not a list of answers, one for each unit", "应为每个单位一组填写内容的列表");
        return;
    }
    for (size_t i = 0; i < j->n; i++) {
        struct step_each x = {0};
        read_fields(k, &j->vals[i], str_fmt(k->ctx.arena, "each[%zu]", i), &x.fields, &x.n);
        VEC_PUSH(k->ctx.arena, in->each, in->n_each) = x;
    }
}

static enum step_say say_of(str say)
{
    return str_eq(say, S("yes"))    ? SAY_YES
           : str_eq(say, S("no"))   ? SAY_NO
           : str_eq(say, S("back")) ? SAY_BACK
                                    : SAY_TAKE;
}

void items_step_read(struct call *k, const struct step_ask *t, struct step_in *in)
{
    *in = (struct step_in){.say = say_of(t->say),
        .step = t->step,
        .part = t->part,
        .note = t->note,
        .cls = t->cls,
        .title = t->name,
        .unit = t->unit,
        .reason = t->reason.key,
        .reason_option = t->reason.option,
        .judge = t->judge,
        .other = t->other};
    in->child =
        (struct item_in){.title = t->child.title, .text = t->child.text, .cls = t->child.cls};
    in->place = (struct item_place){t->place.address, t->place.lat, t->place.lon};
    in->has_place = t->place.address.n > 0 || t->place.lat != 0 || t->place.lon != 0;
    read_fields(k, t->fields, S("fields"), &in->fields, &in->n_fields);
    read_ids(k, t->units, "units", ITEM_UNITS_MAX, &in->units, &in->n_units);
    read_texts(k, t->members, "members", S("[\"RX20261120-00012\"]"), &in->members, &in->n_members);
    read_texts(k, t->takes, "takes", S("[\"name\"]"), &in->takes, &in->n_takes);
    read_each(k, t->each, in);
    if (t->extend.n > 0 && !dur_parse(t->extend, &in->extend))
        err_add(&k->err, ERR_INVALID, S("extend"), S("3wd, 2d, 4wh"), "is not a length of time",
            "不是时长");
}

enum err_code items_step_check(struct call *k)
{
    const struct take_in *t = k->in;
    struct step_in *in = NEW(k->ctx.arena, struct step_in);
    items_step_read(k, &t->ask, in);
    in->item = k->id;
    in->version = t->version;
    read_ids(k, t->files, "files", ITEM_STEP_FILES_MAX, &in->files, &in->n_files);
    k->state = in;
    return k->err.code;
}

// The one who came second sees both versions: his own number and the item as it now stands.
static enum err_code moved(struct call *k, struct ctx *c, enum err_code code, int64_t id,
    struct item *it, int64_t *result, struct err *e)
{
    if (code == OK) {
        *result = it->id;
        keep(k, it);
        return OK;
    }
    if (e->code == ERR_CONFLICT && item_load(c, id, it, e) == OK) {
        struct err sub;
        err_init(&sub, c->arena, c->lang);
        e->extra = item_view_json(c, it, &sub);
    }
    return e->code;
}

enum err_code items_step(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    struct item *it = NEW(c->arena, struct item);
    const struct step_in *in = k->state;
    return moved(k, c, item_step(c, in, it, e), in->item, it, result, e);
}

// ---- taking a step back

struct undo_in {
    int64_t version;
};
const struct field ITEM_UNDO_IN[] = {
    {"version", FIELD_I64, FIELD_REQUIRED, offsetof(struct undo_in, version), .min = 1,
        .max = INT64_MAX, .help = "the version your step left; another one now gives 409"},
    {0},
};
const size_t ITEM_UNDO_IN_SIZE = sizeof(struct undo_in);

enum err_code items_undo(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    struct item *it = NEW(c->arena, struct item);
    const struct undo_in *in = k->in;
    return moved(k, c, item_undo(c, k->id, in->version, it, e), k->id, it, result, e);
}

// ---- the form of a step, as the answers change

struct form_person {
    str login, name;
};
struct form_row_view {
    str field, why;
    bool required;
    struct strs options;
    struct list people;
};
struct form_view {
    struct list asks;
    int64_t files;
    str files_why;
    bool note;
    str note_why;
};
static const struct field FORM_PEOPLE[] = {
    {"login", FIELD_STR, .at = offsetof(struct form_person, login)},
    {"name", FIELD_STR, .at = offsetof(struct form_person, name)},
    {0},
};
static const struct field FORM_ROWS[] = {
    {"field", FIELD_STR, .at = offsetof(struct form_row_view, field)},
    {"required", FIELD_BOOL, .at = offsetof(struct form_row_view, required)},
    {"why", FIELD_STR, .at = offsetof(struct form_row_view, why)},
    {"options", FIELD_STRS, .at = offsetof(struct form_row_view, options),
        .help = "of a choice: those that fit"},
    {"people", FIELD_LIST, .at = offsetof(struct form_row_view, people), .sub = FORM_PEOPLE,
        .size = sizeof(struct form_person), .help = "of a person: who may be named"},
    {0},
};
const struct field ITEM_FORM_VIEW[] = {
    {"asks", FIELD_LIST, .at = offsetof(struct form_view, asks), .sub = FORM_ROWS,
        .size = sizeof(struct form_row_view)},
    {"files", FIELD_I64, .at = offsetof(struct form_view, files), .help = "at least so many"},
    {"files_why", FIELD_STR, .at = offsetof(struct form_view, files_why)},
    {"note", FIELD_BOOL, .at = offsetof(struct form_view, note), .help = "is required"},
    {"note_why", FIELD_STR, .at = offsetof(struct form_view, note_why)},
    {0},
};
const struct field ITEM_FORM_QUERY[] = {
    {"step", FIELD_STR, .help = "its key"},
    {"part", FIELD_I64, .help = "of a part's step; without it his own, when there is just one"},
    {"judge", FIELD_STR},
    {"fields", FIELD_STR, .help = "{key: value} as JSON: what is answered so far"},
    {0},
};

static struct list form_people(struct arena *a, const struct item_form_row *row)
{
    struct form_person *v = NEW_ARRAY(a, row->n_people, struct form_person);
    for (size_t i = 0; i < row->n_people; i++)
        v[i] = (struct form_person){row->people[i]->login, row->people[i]->name};
    return (struct list){v, row->n_people};
}

enum err_code items_form(struct call *k)
{
    struct item it;
    struct item_form form;
    struct step_in in = {.step = http_query(k->req, "step"), .judge = http_query(k->req, "judge")};
    str text = http_query(k->req, "fields");
    const struct json *fields = text.n > 0 ? json_parse(k->ctx.arena, text, &k->err) : NULL;
    if (k->err.code != OK)
        return k->err.code;
    if (!str_i64(http_query(k->req, "part"), &in.part))
        in.part = 0;
    read_fields(k, fields, S("fields"), &in.fields, &in.n_fields);
    if (k->err.code != OK || item_load(&k->ctx, k->id, &it, &k->err) != OK)
        return k->err.code;
    if (!item_visible(&k->ctx, &it))
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    item_form(&k->ctx, &it, &in, &form);
    struct form_view v = {.files = form.files,
        .files_why = form.files_why,
        .note = form.note,
        .note_why = form.note_why};
    struct form_row_view *rows = NEW_ARRAY(k->ctx.arena, form.n, struct form_row_view);
    for (size_t i = 0; i < form.n; i++)
        rows[i] = (struct form_row_view){.field = form.rows[i].field,
            .why = form.rows[i].why,
            .required = form.rows[i].required,
            .options = {form.rows[i].options, form.rows[i].n_options},
            .people = form_people(k->ctx.arena, &form.rows[i])};
    v.asks = (struct list){rows, form.n};
    return call_answer_fields(k, ITEM_FORM_VIEW, &v);
}

// ---- who needs the same place on the same days

struct clash_ask {
    str loop;
    int64_t item;
    const struct json *fields;
    double lat, lon;
};
const struct field CLASH_IN[] = {
    {"loop", FIELD_STR, .at = offsetof(struct clash_ask, loop), .max = DEF_KEY_MAX,
        .help = "of an item that is being filed"},
    {"item", FIELD_I64, .at = offsetof(struct clash_ask, item), .help = "of one that is there"},
    {"fields", FIELD_JSON, .at = offsetof(struct clash_ask, fields),
        .help = "{key: value} as answered so far; only those of the loop's clashes are looked at"},
    {"lat", FIELD_F64, .at = offsetof(struct clash_ask, lat), .min = -90, .max = 90},
    {"lon", FIELD_F64, .at = offsetof(struct clash_ask, lon), .min = -180, .max = 180},
    {0},
};
const size_t CLASH_IN_SIZE = sizeof(struct clash_ask);
struct clash_view {
    int64_t total;
    struct list rows;
};
const struct field CLASH_VIEW[] = {
    {"total", FIELD_I64, .at = offsetof(struct clash_view, total)},
    {"rows", FIELD_LIST, .at = offsetof(struct clash_view, rows), .sub = ROW_VIEW,
        .size = sizeof(struct row_view), .help = "the first 10"},
    {0},
};

enum err_code items_clashes(struct call *k)
{
    const struct clash_ask *ask = k->in;
    struct item_field *fields = NULL;
    struct list_out out;
    size_t n = 0;
    read_fields(k, ask->fields, S("fields"), &fields, &n);
    struct clash_in in = {ask->item, ask->loop, fields, n, ask->lat, ask->lon};
    if (k->err.code != OK || item_clashes(&k->ctx, &in, &out, &k->err) != OK)
        return k->err.code;
    struct row_view *rows = NEW_ARRAY(k->ctx.arena, out.n, struct row_view);
    for (size_t i = 0; i < out.n; i++)
        row_view(&k->ctx, &out.rows[i], &rows[i]);
    struct clash_view v = {out.total, {rows, out.n}};
    return call_answer_fields(k, CLASH_VIEW, &v);
}

// ---- personal data in clear

struct reveal_in {
    str reason;
    struct strs fields;
};
const struct field REVEAL_IN[] = {
    {"reason", FIELD_STR, FIELD_REQUIRED, offsetof(struct reveal_in, reason),
        .max = CALLER_REASON_MAX},
    {"fields", FIELD_STRS, .at = offsetof(struct reveal_in, fields), .max = DEF_FIELDS_MAX,
        .help = "what the item's fields call sealed, or caller; without any: the caller"},
    {0},
};
const size_t REVEAL_IN_SIZE = sizeof(struct reveal_in);
struct reveal_out {
    struct caller caller;
    struct list fields;
};
static const struct field REVEALED_ROW[] = {
    {"sealed", FIELD_STR, .at = offsetof(struct item_field, key)},
    {"value", FIELD_STR, .at = offsetof(struct item_field, val)},
    {0},
};
const struct field REVEAL_OUT[] = {
    {"name", FIELD_STR, .at = offsetof(struct reveal_out, caller.name)},
    {"phone", FIELD_STR, .at = offsetof(struct reveal_out, caller.phone)},
    {"door", FIELD_STR, .at = offsetof(struct reveal_out, caller.door)},
    {"fields", FIELD_LIST, .at = offsetof(struct reveal_out, fields), .sub = REVEALED_ROW,
        .size = sizeof(struct item_field)},
    {0},
};

enum err_code items_reveal(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    const struct reveal_in *in = k->in;
    struct revealed shown;
    struct reveal_out *out = NEW(c->arena, struct reveal_out);
    *result = k->id;
    k->state = out;
    if (caller_reveal(c, k->id, in->reason, in->fields.v, in->fields.n, &shown, e) == OK)
        *out = (struct reveal_out){shown.caller, {shown.fields, shown.n}};
    return e->code;
}

enum err_code items_reveal_answer(struct call *k)
{
    if (!k->state) // a repeat under the same key: what was shown then is not kept
        return err_add(&k->err, ERR_CONFLICT, S("Idempotency-Key"), (str){0},
            "ask again under a new key", "请重新查看");
    return call_answer_fields(k, REVEAL_OUT, k->state);
}

// ---- attachments

enum err_code items_attach_check(struct call *k)
{
    struct http_part *parts;
    size_t n;
    if (!http_multipart(k->req, &parts, &n, &k->err))
        return k->err.code;
    struct attach_in *in = NEW(k->ctx.arena, struct attach_in);
    in->item = k->id;
    for (size_t i = 0; i < n; i++) {
        if (str_eq(parts[i].name, S("file"))) {
            in->name = parts[i].filename;
            in->type = parts[i].type;
            in->content = parts[i].content;
        } else if (str_eq(parts[i].name, S("note"))) {
            in->note = parts[i].content;
        }
    }
    k->state = in;
    // The bytes go to disk here, on the loop: the writer only records them.
    return attach_store(&k->ctx, in, &k->err);
}

enum err_code items_attach(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = k->id;
    return attach_record(c, k->state, e);
}

enum err_code items_attached(struct call *k)
{
    struct item it;
    struct attached f;
    if (item_load(&k->ctx, k->id, &it, &k->err) != OK)
        return k->err.code;
    if (!item_visible(&k->ctx, &it))
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    if (attach_load(&k->ctx, k->id, k->id2, &f, &k->err) != OK)
        return k->err.code;
    // Shown in the page only when it cannot carry script; everything else is offered for saving.
    bool picture = str_eq(f.type, S("image/png")) || str_eq(f.type, S("image/jpeg")) ||
                   str_eq(f.type, S("image/webp"));
    http_set(k->req, "Content-Disposition",
        str_fmt(k->ctx.arena, "%s; filename*=UTF-8''%.*s", picture ? "inline" : "attachment",
            STR_ARG(attach_url_name(k->ctx.arena, f.name))));
    http_set(k->req, "Content-Security-Policy", S("sandbox"));
    http_answer(
        k->req, 200, picture ? str_z(k->ctx.arena, f.type) : "application/octet-stream", f.content);
    return OK;
}
