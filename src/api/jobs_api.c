// Imports over HTTP: upload, watch, read the problems, undo.

#include "api/jobs.h"
#include "base/embed.h"
#include "domain/import.h"
#include "domain/town.h"
#include "format/csv.h"
#include "store/blob.h"

#define M(type, member, kind, ...)                                                                 \
    {                                                                                              \
#member, kind, .at = offsetof(struct type, member), ##__VA_ARGS__                          \
    }

struct problem_view {
    int64_t row;
    str column, value, message, expected;
};
struct job_view {
    int64_t id, done, total, made_us, changed_us, made, same, bad, undone, kept;
    str kind, state, title, person_name;
    bool dry;
    struct list problems;
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
    M(job_view, same, FIELD_I64, .help = "rows that were there already"),
    M(job_view, bad, FIELD_I64),
    M(job_view, undone, FIELD_I64),
    M(job_view, kept, FIELD_I64, .help = "not undone, because somebody had worked on them"),
    {"problems", FIELD_LIST, .at = offsetof(struct job_view, problems), .sub = PROBLEM_VIEW,
        .size = sizeof(struct problem_view)},
    {0},
};
const struct field JOBS_LIST[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct job_rows, rows), .sub = JOB_OUT,
        .size = sizeof(struct job_view)},
    {0},
};

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
        .same = json_i64(result, S("same"), 0),
        .bad = json_i64(result, S("bad"), 0),
        .undone = json_i64(result, S("undone"), 0),
        .kept = json_i64(result, S("kept"), 0)};
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
    if (add_problems(k, job, &v) != OK)
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

// ---- maps that ship with the program

struct map_view {
    str name, title;
};
struct maps_view {
    struct list rows;
};
static const struct field MAP_VIEW[] = {
    M(map_view, name, FIELD_STR),
    M(map_view, title, FIELD_STR),
    {0},
};
const struct field IMPORT_MAPS[] = {
    {"rows", FIELD_LIST, .at = offsetof(struct maps_view, rows), .sub = MAP_VIEW,
        .size = sizeof(struct map_view)},
    {0},
};

// towns/xinjing/city-orders.map.yaml is called city-orders.
static bool map_name(str path, str *name)
{
    str end = S(".map.yaml");
    if (!str_starts(path, S("towns/")) || !str_ends(path, end))
        return false;
    size_t from = 0;
    for (size_t i = 0; i < path.n; i++)
        if (path.s[i] == '/')
            from = i + 1;
    *name = str_sub(path, from, path.n - from - end.n);
    return true;
}

enum err_code jobs_import_maps(struct call *k)
{
    struct map_view *rows = NULL;
    size_t n = 0;
    for (size_t i = 0; i < embed_count(); i++) {
        const struct embed_file *f = embed_at(i);
        struct map_view m;
        struct err quiet;
        err_init(&quiet, k->ctx.arena, k->ctx.lang);
        if (!map_name(str_of(f->path), &m.name))
            continue;
        // Only maps that fit this town's own loops and fields are offered.
        const struct import_map *map =
            import_map_parse(k->ctx.arena, k->ctx.rules, f->bytes, &quiet);
        if (!map || quiet.code != OK)
            continue;
        m.title = import_map_title(map);
        VEC_PUSH(k->ctx.arena, rows, n) = m;
    }
    struct maps_view v = {{rows, n}};
    return call_answer_fields(k, IMPORT_MAPS, &v);
}

static str map_text(str name)
{
    for (size_t i = 0; i < embed_count(); i++) {
        str n;
        if (map_name(str_of(embed_at(i)->path), &n) && str_eq(n, name))
            return embed_at(i)->bytes;
    }
    return (str){0};
}

// ---- uploading

enum err_code jobs_import_check(struct call *k)
{
    struct http_part *parts;
    size_t n;
    if (!http_multipart(k->req, &parts, &n, &k->err))
        return k->err.code;
    struct import_order *u = NEW(k->ctx.arena, struct import_order);
    str content = {0}, map = {0}, hash;
    for (size_t i = 0; i < n; i++) {
        if (str_eq(parts[i].name, S("file"))) {
            content = parts[i].content;
            u->title = parts[i].filename;
        } else if (str_eq(parts[i].name, S("map"))) {
            map = parts[i].content;
        } else if (str_eq(parts[i].name, S("dry"))) {
            u->dry = str_eq(parts[i].content, S("yes"));
        } else if (str_eq(parts[i].name, S("sheet"))) {
            u->sheet = parts[i].content;
        }
    }
    if (content.n == 0)
        err_add(&k->err, ERR_INVALID, S("file"), S("XLSX, CSV"), "there is no file in the form",
            "请选择文件");
    u->map = map_text(map).n > 0 ? map_text(map) : map;
    if (u->map.n == 0)
        err_add(&k->err, ERR_INVALID, S("map"), (str){0}, "choose how the columns are to be read",
            "请选择对列方案");
    if (k->err.code != OK || !import_map_parse(k->ctx.arena, k->ctx.rules, u->map, &k->err))
        return k->err.code;
    if (blob_put(k->ctx.blob_dir, k->ctx.arena, content, &hash, &k->err) != OK)
        return k->err.code;
    u->path = blob_path(k->ctx.blob_dir, k->ctx.arena, hash);
    k->state = u;
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
