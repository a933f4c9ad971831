// The job's row: what is imported, how far it is, and what became of each row of the sheet.

#include "domain/import_inner.h"
#include "domain/journal.h"

enum { SPEC_MAX = 1 * MIB, RESULT_MAX = 512 * KIB, DETAIL_MAX = 256 * KIB };

// ---- spec and result as JSON

static str spec_json(struct arena *a, const struct import_job *j)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, SPEC_MAX);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_kstr(&w, "title", j->title);
    jw_kstr(&w, "path", j->path);
    jw_kstr(&w, "sheet", j->sheet);
    jw_kstr(&w, "loop", j->loop);
    jw_ki64(&w, "size", j->size);
    jw_kstr(&w, "sha256", j->sha256);
    jw_kbool(&w, "dry", j->dry);
    jw_kstr(&w, "map", j->map);
    jw_end_obj(&w);
    CHECK(!b.overflow); // import_make limits the map
    return buf_str(&b);
}

static str result_json(struct arena *a, const struct import_job *j)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, RESULT_MAX);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_ki64(&w, "rows", j->result.rows);
    jw_ki64(&w, "made", j->result.made);
    jw_ki64(&w, "stepped", j->result.stepped);
    jw_ki64(&w, "same", j->result.same);
    jw_ki64(&w, "bad", j->result.bad);
    jw_ki64(&w, "row", j->last_row);
    jw_ki64(&w, "bytes", j->result.bytes);
    jw_ki64(&w, "bytes_total", j->result.bytes_total);
    jw_ki64(&w, "undone", j->undone);
    jw_ki64(&w, "kept", j->kept);
    jw_key(&w, S("unknown"));
    jw_raw(&w, j->unknown.n > 0 ? j->unknown : S("[]"));
    jw_key(&w, S("notes"));
    jw_raw(&w, j->notes.n > 0 ? j->notes : S("[]"));
    jw_key(&w, S("values"));
    jw_raw(&w, j->values.n > 0 ? j->values : S("[]"));
    jw_kstr(&w, "message", j->message);
    jw_end_obj(&w);
    CHECK(!b.overflow);
    return buf_str(&b);
}

static void read_spec(struct import_job *j, const struct json *s)
{
    const struct json *dry = json_get(s, S("dry"));
    j->title = json_str(s, S("title"));
    j->path = json_str(s, S("path"));
    j->sheet = json_str(s, S("sheet"));
    j->loop = json_str(s, S("loop"));
    j->size = json_i64(s, S("size"), 0);
    j->sha256 = json_str(s, S("sha256"));
    j->map = json_str(s, S("map"));
    j->dry = dry && dry->type == JSON_BOOL && dry->b;
}

static str list_text(struct arena *a, const struct json *list)
{
    struct buf b;
    struct jw w;
    if (!list)
        return (str){0};
    buf_init(&b, a, RESULT_MAX);
    jw_init(&w, &b);
    jw_json(&w, list);
    return buf_str(&b);
}

static void read_result(struct arena *a, struct import_job *j, const struct json *s)
{
    j->result = (struct import_result){.rows = json_i64(s, S("rows"), 0),
        .made = json_i64(s, S("made"), 0),
        .stepped = json_i64(s, S("stepped"), 0),
        .same = json_i64(s, S("same"), 0),
        .bad = json_i64(s, S("bad"), 0),
        .bytes = json_i64(s, S("bytes"), 0),
        .bytes_total = json_i64(s, S("bytes_total"), 0)};
    j->last_row = json_i64(s, S("row"), 0);
    j->undone = json_i64(s, S("undone"), 0);
    j->kept = json_i64(s, S("kept"), 0);
    j->message = json_str(s, S("message"));
    j->unknown = list_text(a, json_get(s, S("unknown")));
    j->notes = list_text(a, json_get(s, S("notes")));
    j->values = list_text(a, json_get(s, S("values")));
}

enum err_code import_job_load(struct ctx *c, int64_t id, struct import_job *out, struct err *e)
{
    *out = (struct import_job){0};
    struct cursor r = db_rows(c->db,
        "SELECT state, person, made_us, changed_us, spec, result FROM job WHERE town = ?1 AND id = "
        "?2"
        " AND kind = 'import'",
        V(c->rules->town), V(id));
    str spec = {0}, result = {0};
    if (db_next(&r)) {
        out->id = id;
        out->state = db_dup(&r, 0, c->arena);
        out->person = db_i64(&r, 1);
        out->made_us = db_i64(&r, 2);
        out->changed_us = db_i64(&r, 3);
        spec = db_dup(&r, 4, c->arena);
        result = db_dup(&r, 5, c->arena);
    }
    db_done(&r);
    if (db_status(c->db, e) != OK)
        return e->code;
    if (out->id == 0)
        return err_add(
            e, ERR_MISSING, S("job"), (str){0}, "there is no such import", "没有这次导入");
    const struct json *s = json_parse(c->arena, spec, e), *x = json_parse(c->arena, result, e);
    if (!s || !x)
        return e->code;
    read_spec(out, s);
    read_result(c->arena, out, x);
    return OK;
}

enum err_code import_job_insert(struct ctx *c, const struct import_job *j, struct err *e)
{
    db_run(c->db,
        "INSERT INTO job (town, id, kind, state, person, made_us, changed_us, done, total, spec, "
        "result)"
        " VALUES (?1, ?2, 'import', ?3, ?4, ?5, ?5, 0, 0, ?6, ?7)",
        V(c->rules->town), V(j->id), V(j->state), V(j->person), V(c->now_us),
        V(spec_json(c->arena, j)), V(result_json(c->arena, j)));
    return db_status(c->db, e);
}

enum err_code import_job_update(
    struct ctx *c, const struct import_job *j, int64_t total, struct err *e)
{
    db_run(c->db,
        "UPDATE job SET state = ?3, changed_us = ?4, done = ?5, total = ?6, spec = ?7, result = ?8"
        " WHERE town = ?1 AND id = ?2",
        V(c->rules->town), V(j->id), V(j->state), V(c->now_us), V(j->result.rows), V(total),
        V(spec_json(c->arena, j)), V(result_json(c->arena, j)));
    return db_status(c->db, e);
}

enum err_code import_again(struct ctx *c, int64_t job, struct import_order *out, struct err *e)
{
    struct import_job j;
    if (import_job_load(c, job, &j, e) != OK)
        return e->code;
    if (c->actor && j.person != c->actor->id)
        return err_add(
            e, ERR_DENIED, (str){0}, (str){0}, "it is somebody else's import", "这是别人的导入");
    if (import_sheet_kept(c, j.path, e) != OK)
        return e->code;
    *out = (struct import_order){.path = j.path, .map = j.map, .title = j.title, .sheet = j.sheet};
    return OK;
}

// ---- who

static enum err_code denied(struct err *e)
{
    return err_add(
        e, ERR_DENIED, (str){0}, (str){0}, "you may not import items", "您没有导入的权限");
}

enum err_code import_actor(struct ctx *c, const struct import_job *j, const struct def *d,
    const struct person **out, struct err *e)
{
    const struct unit *receiver = d ? rules_unit_named(c->rules, d->receiver) : NULL;
    *out = j->person ? rules_person(c->rules, j->person) : NULL;
    if (j->person && (!*out || !(*out)->active))
        return denied(e);
    struct ctx as = *c;
    as.actor = *out;
    return ctx_may(&as, MAY_IMPORT, receiver ? receiver->id : c->rules->town) ? OK : denied(e);
}

enum err_code import_event(
    struct ctx *c, const struct import_job *j, const char *what, struct err *e)
{
    struct buf b;
    struct jw w;
    buf_init(&b, c->arena, RESULT_MAX);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_ki64(&w, "job", j->id);
    jw_kstr(&w, "title", j->title);
    jw_kstr(&w, "sha256", j->sha256);
    jw_ki64(&w, "rows", j->result.rows);
    jw_ki64(&w, "made", j->result.made);
    jw_ki64(&w, "stepped", j->result.stepped);
    jw_ki64(&w, "same", j->result.same);
    jw_ki64(&w, "bad", j->result.bad);
    jw_ki64(&w, "undone", j->undone);
    jw_ki64(&w, "kept", j->kept);
    jw_end_obj(&w);
    return journal_say(c, str_of(what), buf_str(&b), e);
}

// ---- rows

str import_problems_json(struct arena *a, const struct import_row *row)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, DETAIL_MAX);
    jw_init(&w, &b);
    jw_arr(&w);
    // Texts are cut and a map has few columns; should a row be that wrong, the first mistakes will
    // do.
    for (size_t i = 0; i < row->n_problems && b.n < DETAIL_MAX / 2; i++) {
        jw_obj(&w);
        jw_kstr(&w, "column", row->problems[i].column);
        jw_kstr(&w, "value", row->problems[i].value);
        jw_kstr(&w, "message", row->problems[i].message);
        jw_kstr(&w, "expected", row->problems[i].expected);
        jw_end_obj(&w);
    }
    jw_end_arr(&w);
    CHECK(!b.overflow);
    return buf_str(&b);
}

str import_made_json(struct arena *a, int64_t before, int64_t version, str field, str key)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, DETAIL_MAX);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_ki64(&w, "b", before);
    jw_ki64(&w, "v", version);
    jw_kstr(&w, "field", field);
    jw_kstr(&w, "key", key);
    jw_end_obj(&w);
    CHECK(!b.overflow);
    return buf_str(&b);
}

enum err_code import_batch_row(struct ctx *c, int64_t job, const struct import_row *row,
    int64_t item, const char *outcome, str detail, struct err *e)
{
    db_run(c->db,
        "INSERT INTO batch_row (town, job, row, item, outcome, detail) VALUES (?1, ?2, ?3, ?4, ?5, "
        "?6)",
        V(c->rules->town), V(job), V(row->row), V(item), V(str_of(outcome)), V(detail));
    return db_status(c->db, e);
}

static void add_problems(
    struct arena *a, int64_t row, const struct json *list, struct import_problem **out, size_t *n)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct json *x = &list->vals[i];
        struct import_problem p = {.row = row,
            .column = json_str(x, S("column")),
            .value = json_str(x, S("value")),
            .message = json_str(x, S("message")),
            .expected = json_str(x, S("expected"))};
        VEC_PUSH(a, *out, *n) = p;
    }
}

enum err_code import_problems(struct ctx *c, int64_t job, int64_t after_row, size_t limit,
    struct import_problem **out, size_t *n, struct err *e)
{
    struct import_job j;
    *out = NULL;
    *n = 0;
    if (import_job_load(c, job, &j, e) != OK)
        return e->code;
    struct cursor r = db_rows(c->db,
        "SELECT row, detail FROM batch_row WHERE town = ?1 AND job = ?2 AND row > ?3 AND outcome = "
        "'bad' ORDER BY row",
        V(c->rules->town), V(job), V(after_row));
    while (*n < limit && db_next(&r)) {
        const struct json *list = json_parse(c->arena, db_dup(&r, 1, c->arena), e);
        if (!list)
            break;
        add_problems(c->arena, db_i64(&r, 0), list, out, n);
    }
    db_done(&r);
    return e->code != OK ? e->code : db_status(c->db, e);
}

static void add_changes(struct arena *a, int64_t row, int64_t item, const struct json *x,
    struct import_change_row **out, size_t *n)
{
    const struct json *list = json_get(x, S("changes"));
    for (size_t i = 0; list && i < list->n; i++) {
        struct import_change_row p = {.row = row,
            .item = item,
            .no = json_str(x, S("no")),
            .name = json_str(x, S("name")),
            .title = json_str(&list->vals[i], S("title")),
            .was = json_str(&list->vals[i], S("was")),
            .is = json_str(&list->vals[i], S("is"))};
        VEC_PUSH(a, *out, *n) = p;
    }
}

enum err_code import_changes(struct ctx *c, int64_t job, int64_t after_row, size_t limit,
    struct import_change_row **out, size_t *n, struct err *e)
{
    *out = NULL;
    *n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT row, item, detail FROM batch_row WHERE town = ?1 AND job = ?2 AND row > ?3"
        " AND outcome = 'differs' ORDER BY row",
        V(c->rules->town), V(job), V(after_row));
    while (*n < limit && db_next(&r)) {
        const struct json *x = json_parse(c->arena, db_dup(&r, 2, c->arena), e);
        if (!x)
            break;
        add_changes(c->arena, db_i64(&r, 0), db_i64(&r, 1), x, out, n);
    }
    db_done(&r);
    return e->code != OK ? e->code : db_status(c->db, e);
}
