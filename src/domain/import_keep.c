// Sheets that were uploaded hold what people gave of themselves as it was written. They lie apart
// from the attachments, as long as their job may still need them, and no longer.

#include "domain/import_inner.h"
#include "store/blob.h"
#include "store/files.h"

str import_sheets_dir(const struct ctx *c)
{
    return str_fmt(c->arena, "%.*s/sheets", STR_ARG(files_folder(c->arena, c->blob_dir)));
}

enum err_code import_sheet_kept(const struct ctx *c, str path, struct err *e)
{
    if (c->blob_dir.n == 0 || !str_starts(path, import_sheets_dir(c)) || blob_there(path))
        return OK;
    return err_add(e, ERR_MISSING, S("file"), (str){0},
        "an uploaded sheet is kept for %d hours after its job: bring it again",
        "上传的表格在任务结束 %d 小时后删除，请重新上传", (int)IMPORT_SHEET_HOURS);
}

static bool at_work(str state)
{
    return str_eq(state, S("waiting")) || str_eq(state, S("running")) ||
           str_eq(state, S("undoing"));
}

// The same sheet may be several jobs': what the newest needs stays.
int64_t import_sheets_drop(struct ctx *c, struct err *e)
{
    str dir = import_sheets_dir(c), *old = NULL;
    size_t n = 0;
    int64_t before_us = c->now_us - IMPORT_SHEET_HOURS * US_HOUR, dropped = 0;
    struct map wanted;
    map_init(&wanted, c->arena);
    struct cursor r =
        db_rows(c->db, "SELECT id, state, changed_us, spec FROM job WHERE town = ?1 ORDER BY id",
            V(c->rules->town));
    while (db_next(&r)) {
        struct err quiet;
        err_init(&quiet, c->arena, c->lang);
        const struct json *spec = json_parse(c->arena, db_dup(&r, 3, c->arena), &quiet);
        str path = spec ? json_str(spec, S("path")) : (str){0};
        if (!str_starts(path, dir))
            continue;
        if (at_work(db_str(&r, 1)) || db_i64(&r, 2) > before_us)
            map_put(&wanted, path, &wanted);
        else
            VEC_PUSH(c->arena, old, n) = path;
    }
    db_done(&r);
    if (db_status(c->db, e) != OK)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (!map_get(&wanted, old[i]) && blob_there(old[i])) {
            blob_drop(old[i]);
            dropped++;
        }
    return dropped;
}
