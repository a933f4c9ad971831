// Imports over HTTP: upload, watch, read the problems, undo.

#include "api/jobs.h"
#include "api/import_maps.h"
#include "api/pour.h"
#include "api/members.h"
#include "domain/import.h"
#include "domain/town.h"
#include "format/csv.h"
#include "format/xlsx_write.h"
#include "store/blob.h"

struct problem_view {
    int64_t row;
    str column, value, message, expected;
};
struct word_view {
    str column, to, value;
    int64_t n;
};
struct change_view {
    int64_t row, item;
    str no, name, title, was, is;
};
struct kept_view {
    int64_t row, item;
    str no, why;
};
struct job_view {
    int64_t id, done, total, made_us, changed_us, made, stepped, same, bad, undone, kept, size;
    str kind, state, title, person_name, message, loop;
    bool dry, mine;
    struct strs notes, unknown;
    struct list values, problems, kept_rows, changes;
};
struct job_rows {
    struct list rows;
};
static const struct field PROBLEM_VIEW[] = {
    M(problem_view, row, FIELD_I64),
    M(problem_view, column, FIELD_STR),
    M(problem_view, value, FIELD_STR),
    M(problem_view, message, FIELD_STR),
    M(problem_view, expected, FIELD_STR),
    {0},
};
static const struct field WORD_VIEW[] = {
    M(word_view, column, FIELD_STR),
    M(word_view, to, FIELD_STR),
    M(word_view, value, FIELD_STR),
    M(word_view, n, FIELD_I64, .help = "rows that have it"),
    {0},
};
static const struct field CHANGE_VIEW[] = {
    M(change_view, row, FIELD_I64),
    M(change_view, item, FIELD_I64),
    M(change_view, no, FIELD_STR),
    M(change_view, name, FIELD_STR),
    M(change_view, title, FIELD_STR, .help = "of the field"),
    M(change_view, was, FIELD_STR),
    M(change_view, is, FIELD_STR),
    {0},
};
static const struct field KEPT_VIEW[] = {
    M(kept_view, row, FIELD_I64),
    M(kept_view, item, FIELD_I64),
    M(kept_view, no, FIELD_STR),
    M(kept_view, why, FIELD_STR, .help = "who did what, and when"),
    {0},
};
const struct field JOB_OUT[] = {
    M(job_view, id, FIELD_I64),
    M(job_view, kind, FIELD_STR),
    M(job_view, state, FIELD_STR, .help = "running done failed stopped undone"),
    M(job_view, title, FIELD_STR),
    M(job_view, dry, FIELD_BOOL, .help = "only tried, nothing written"),
    M(job_view, person_name, FIELD_STR),
    {"made_at", FIELD_TIME, .at = offsetof(struct job_view, made_us)},
    {"changed", FIELD_TIME, .at = offsetof(struct job_view, changed_us)},
    M(job_view, done, FIELD_I64),
    M(job_view, total, FIELD_I64),
    {"new", FIELD_I64, .at = offsetof(struct job_view, made)},
    {"updated", FIELD_I64, .at = offsetof(struct job_view, stepped),
        .help = "rows that changed what is there, or took steps on it"},
    M(job_view, same, FIELD_I64, .help = "rows that were there already"),
    M(job_view, bad, FIELD_I64),
    M(job_view, undone, FIELD_I64),
    M(job_view, kept, FIELD_I64, .help = "not undone, because somebody had worked on them"),
    M(job_view, size, FIELD_I64, .help = "of the file, in bytes"),
    M(job_view, loop, FIELD_STR, .help = "whose items the rows become"),
    M(job_view, mine, FIELD_BOOL),
    M(job_view, message, FIELD_STR, .help = "why it failed"),
    M(job_view, notes, FIELD_STRS, .help = "what was found about the sheet"),
    M(job_view, unknown, FIELD_STRS, .help = "columns that are not read"),
    {"values", FIELD_LIST, .at = offsetof(struct job_view, values), .sub = WORD_VIEW,
        .size = sizeof(struct word_view), .help = "words the map does not know"},
    {"kept_rows", FIELD_LIST, .at = offsetof(struct job_view, kept_rows), .sub = KEPT_VIEW,
        .size = sizeof(struct kept_view), .help = "the first of those that were not undone"},
    {"changes", FIELD_LIST, .at = offsetof(struct job_view, changes), .sub = CHANGE_VIEW,
        .size = sizeof(struct change_view),
        .help = "of a trial: what it would change in rows of a register, the first of it"},
    {"problems", FIELD_LIST, .at = offsetof(struct job_view, problems), .sub = PROBLEM_VIEW,
        .size = sizeof(struct problem_view)},
    {0},
};
const struct field JOBS_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct job_rows, rows), .sub = JOB_OUT,
        .size = sizeof(struct job_view)},
    {0},
};

static struct strs texts_of(struct ctx *c, const struct json *list)
{
    struct strs out = {0};
    for (size_t i = 0; list && i < list->n; i++)
        VEC_PUSH(c->arena, out.v, out.n) = list->vals[i].s;
    return out;
}

static struct list words_of(struct ctx *c, const struct json *list)
{
    struct word_view *rows = NEW_ARRAY(c->arena, list ? list->n : 0, struct word_view);
    for (size_t i = 0; list && i < list->n; i++) {
        const struct json *x = &list->vals[i];
        rows[i] = (struct word_view){json_str(x, S("column")), json_str(x, S("to")),
            json_str(x, S("value")), json_i64(x, S("n"), 0)};
    }
    return (struct list){rows, list ? list->n : 0};
}

static struct job_view read_job(struct ctx *c, const struct cursor *r)
{
    struct err quiet;
    err_init(&quiet, c->arena, c->lang);
    const struct json *spec = json_parse(c->arena, db_dup(r, 7, c->arena), &quiet);
    const struct json *result = json_parse(c->arena, db_dup(r, 8, c->arena), &quiet);
    const struct person *p = rules_person(c->rules, db_i64(r, 6));
    const struct json *dry = json_get(spec, S("dry"));
    return (struct job_view){.id = db_i64(r, 0),
        .kind = db_dup(r, 1, c->arena),
        .state = db_dup(r, 2, c->arena),
        .made_us = db_i64(r, 3),
        .done = db_i64(r, 4),
        .total = db_i64(r, 5),
        .person_name = p ? p->name : (str){0},
        .changed_us = db_i64(r, 9),
        .title = json_str(spec, S("title")),
        .dry = dry && dry->type == JSON_BOOL && dry->b,
        .made = json_i64(result, S("made"), 0),
        .stepped = json_i64(result, S("stepped"), 0),
        .same = json_i64(result, S("same"), 0),
        .bad = json_i64(result, S("bad"), 0),
        .undone = json_i64(result, S("undone"), 0),
        .kept = json_i64(result, S("kept"), 0),
        .size = json_i64(spec, S("size"), 0),
        .loop = json_str(spec, S("loop")),
        .mine = c->actor && p == c->actor,
        .message = json_str(result, S("message")),
        .notes = texts_of(c, json_get(result, S("notes"))),
        .unknown = texts_of(c, json_get(result, S("unknown"))),
        .values = words_of(c, json_get(result, S("values")))};
}

enum err_code jobs_list(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct job_view *rows = NULL;
    size_t n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT id, kind, state, made_us, done, total, person, spec, result, changed_us FROM job"
        " WHERE town = ?1 ORDER BY id DESC LIMIT 50",
        V(c->rules->town));
    while (db_next(&r))
        VEC_PUSH(c->arena, rows, n) = read_job(c, &r);
    if (db_status(c->db, &k->err) != OK)
        return k->err.code;
    struct job_rows v = {{rows, n}};
    return call_answer_fields(k, JOBS_LIST, &v);
}

static enum err_code add_changes(struct call *k, int64_t job, struct job_view *v)
{
    struct import_change_row *p;
    size_t n;
    if (!v->dry || v->stepped == 0)
        return OK;
    if (import_changes(&k->ctx, job, 0, JOBS_PROBLEMS_PAGE, &p, &n, &k->err) != OK)
        return k->err.code;
    struct change_view *rows = NEW_ARRAY(k->ctx.arena, n, struct change_view);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct change_view){
            p[i].row, p[i].item, p[i].no, p[i].name, p[i].title, p[i].was, p[i].is};
    v->changes = (struct list){rows, n};
    return OK;
}

static enum err_code add_problems(struct call *k, int64_t job, struct job_view *v)
{
    struct import_problem *p;
    size_t n;
    if (import_problems(&k->ctx, job, 0, JOBS_PROBLEMS_PAGE, &p, &n, &k->err) != OK)
        return k->err.code;
    struct problem_view *rows = NEW_ARRAY(k->ctx.arena, n, struct problem_view);
    for (size_t i = 0; i < n; i++)
        rows[i] =
            (struct problem_view){p[i].row, p[i].column, p[i].value, p[i].message, p[i].expected};
    v->problems = (struct list){rows, n};
    struct import_kept *kept;
    size_t n_kept;
    if (v->kept == 0)
        return OK;
    if (import_kept(&k->ctx, job, JOBS_PROBLEMS_PAGE, &kept, &n_kept, &k->err) != OK)
        return k->err.code;
    struct kept_view *left = NEW_ARRAY(k->ctx.arena, n_kept, struct kept_view);
    for (size_t i = 0; i < n_kept; i++)
        left[i] = (struct kept_view){kept[i].row, kept[i].item, kept[i].no, kept[i].why};
    v->kept_rows = (struct list){left, n_kept};
    return OK;
}

static enum err_code answer_job(struct call *k, int64_t job)
{
    struct ctx *c = &k->ctx;
    struct job_view v = {0};
    struct cursor r = db_rows(c->db,
        "SELECT id, kind, state, made_us, done, total, person, spec, result, changed_us FROM job"
        " WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(job));
    if (db_next(&r))
        v = read_job(c, &r);
    db_done(&r);
    if (db_status(c->db, &k->err) != OK)
        return k->err.code;
    if (v.id == 0)
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such job", "没有这个任务");
    if (add_changes(k, job, &v) != OK || add_problems(k, job, &v) != OK)
        return k->err.code;
    return call_answer_fields(k, JOB_OUT, &v);
}

enum err_code jobs_get(struct call *k)
{
    return answer_job(k, k->id);
}

enum err_code jobs_answer(struct call *k)
{
    return answer_job(k, k->result);
}

// The problem rows as a sheet: row, column, value, what is wrong, what was expected.
enum err_code jobs_problems_csv(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct buf b;
    if (db_one_i64(c->db, 0, "SELECT id FROM job WHERE town = ?1 AND id = ?2", V(c->rules->town),
            V(k->id)) == 0)
        return err_add(
            &k->err, ERR_MISSING, S("id"), (str){0}, "there is no such job", "没有这个任务");
    buf_init(&b, c->arena, HTTP_ANSWER_MAX_BYTES);
    csv_write_bom(&b);
    str head[] = {S("行"), S("列"), S("值"), S("问题"), S("应为")};
    csv_write_row(&b, head, ARRAY_LEN(head));
    int64_t after = 0;
    for (;;) {
        struct import_problem *p;
        size_t n;
        if (import_problems(c, k->id, after, JOBS_PROBLEMS_PAGE, &p, &n, &k->err) != OK)
            return k->err.code;
        for (size_t i = 0; i < n; i++) {
            str row[] = {str_fmt(c->arena, "%" PRId64, p[i].row), p[i].column, p[i].value,
                p[i].message, p[i].expected};
            csv_write_row(&b, row, ARRAY_LEN(row));
        }
        if (n == 0)
            break;
        after = p[n - 1].row;
    }
    http_set(k->req, "Content-Disposition", S("attachment; filename=\"problems.csv\""));
    http_answer(k->req, 200, "text/csv; charset=utf-8", buf_str(&b));
    return OK;
}

// ---- the same rows as they came

static int64_t read_rows(void *from, char *out, size_t max)
{
    return import_problem_book_read(from, out, max);
}

static enum err_code say_error(const void *from, struct err *e)
{
    return import_problem_book_error(from, e);
}

static void close_rows(void *from)
{
    import_problem_book_close(from);
}

enum err_code jobs_problems_xlsx(struct call *k)
{
    struct pour *p = pour_new(k);
    p->read = read_rows;
    p->error = say_error;
    p->close = close_rows;
    p->from = import_problem_book_open(&p->ctx, k->id, &k->err);
    if (!p->from) {
        pour_drop(p);
        return k->err.code;
    }
    return pour_answer(k, p, str_fmt(k->req->arena, "problems-%" PRId64 ".xlsx", k->id), XLSX_TYPE);
}

// ---- uploading

struct upload {
    str content, name, map, sheet, from;
    bool dry;
};

static bool read_upload(struct call *k, struct upload *u)
{
    struct http_part *parts;
    size_t n;
    if (!http_multipart(k->req, &parts, &n, &k->err))
        return false;
    for (size_t i = 0; i < n; i++) {
        str name = parts[i].name, content = parts[i].content;
        if (str_eq(name, S("file"))) {
            u->content = content;
            u->name = parts[i].filename;
        } else if (str_eq(name, S("map"))) {
            u->map = content;
        } else if (str_eq(name, S("dry"))) {
            u->dry = str_eq(content, S("yes"));
        } else if (str_eq(name, S("sheet"))) {
            u->sheet = content;
        } else if (str_eq(name, S("from"))) {
            u->from = content;
        }
    }
    return true;
}

// The file of another import of one's own, as a trial that is now written: it need not be sent
// again.
static enum err_code take_from(struct call *k, const struct upload *u, struct import_order *order)
{
    int64_t job;
    if (!str_i64(u->from, &job))
        return err_add(
            &k->err, ERR_INVALID, S("from"), S("number"), "is no number of a job", "任务编号不对");
    return import_again(&k->ctx, job, order, &k->err);
}

enum err_code jobs_import_check(struct call *k)
{
    struct upload u = {0};
    struct import_order *order = NEW(k->ctx.arena, struct import_order);
    str hash;
    if (!read_upload(k, &u))
        return k->err.code;
    if (u.from.n > 0 && take_from(k, &u, order) != OK)
        return k->err.code;
    if (u.content.n == 0 && u.from.n == 0)
        err_add(&k->err, ERR_INVALID, S("file"), S("XLSX, CSV"), "there is no file in the form",
            "请选择文件");
    if (u.map.n > 0)
        order->map = import_maps_text(k, u.map);
    if (order->map.n == 0)
        order->map = u.map;
    if (order->map.n == 0)
        err_add(&k->err, ERR_INVALID, S("map"), (str){0}, "choose how the columns are to be read",
            "请选择对列方案");
    if (k->err.code != OK || !import_map_parse(k->ctx.arena, k->ctx.rules, order->map, &k->err))
        return k->err.code;
    order->dry = u.dry;
    if (u.sheet.n > 0)
        order->sheet = u.sheet;
    k->state = order;
    if (u.from.n > 0)
        return OK;
    order->title = u.name;
    str dir = import_sheets_dir(&k->ctx);
    if (blob_put(dir, k->ctx.arena, u.content, &hash, &k->err) != OK)
        return k->err.code;
    order->path = blob_path(dir, k->ctx.arena, hash);
    return OK;
}

enum err_code jobs_import(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    return import_make(c, k->state, result, e);
}

enum err_code jobs_import_answer(struct call *k)
{
    if (!k->repeated && jobs_run_import(k->app, k->result, &k->err) != OK)
        return k->err.code;
    return answer_job(k, k->result);
}

// Said at once, without waiting for the writer.
enum err_code jobs_undo_check(struct call *k)
{
    return import_may_undo(&k->ctx, k->id, &k->err);
}

enum err_code jobs_undo(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    *result = k->id;
    return import_may_undo(c, k->id, e);
}

enum err_code jobs_undo_answer(struct call *k)
{
    if (!k->repeated && jobs_run_undo(k->app, k->id, &k->err) != OK)
        return k->err.code;
    return answer_job(k, k->id);
}

enum err_code jobs_stop_apply(struct call *k, struct ctx *c, int64_t *result, struct err *e)
{
    (void)c;
    (void)e;
    *result = k->id;
    jobs_stop_job(k->app, k->id);
    return OK;
}
