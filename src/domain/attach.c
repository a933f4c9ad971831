#include "domain/attach.h"

#include <string.h>
#include "domain/item_inner.h"
#include "store/blob.h"
#include "store/folder.h"

// The item, when the actor may add a file to it.
static enum err_code may_attach(struct ctx *c, int64_t item, struct item *it, struct err *e)
{
    if (item_load(c, item, it, e) != OK)
        return e->code;
    if (!item_visible(c, it))
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    if (!ctx_may(c, MAY_STEP, 0))
        return err_add(
            e, ERR_DENIED, (str){0}, (str){0}, "you may not add files", "您没有添加附件的权限");
    return OK;
}

enum err_code attach_store(struct ctx *c, struct attach_in *in, struct err *e)
{
    struct item it;
    if (may_attach(c, in->item, &it, e) != OK)
        return e->code;
    in->name = str_trim(in->name);
    if (in->name.n == 0 || in->content.n == 0)
        err_add(e, ERR_INVALID, S("file"), (str){0}, "there is no file in the form", "请选择文件");
    if (!utf8_valid(in->name) || utf8_count(in->name) > ATTACH_NAME_MAX)
        err_add(e, ERR_INVALID, S("file"), (str){0}, "its name is longer than %d characters",
            "文件名不能超过 %d 个字", (int)ATTACH_NAME_MAX);
    if (!utf8_valid(in->note) || utf8_count(in->note) > ITEM_NOTE_MAX)
        err_add(e, ERR_INVALID, S("note"), (str){0}, "is longer than %d characters",
            "说明不能超过 %d 个字", (int)ITEM_NOTE_MAX);
    if (in->type.n == 0 || in->type.n > ATTACH_TYPE_MAX)
        in->type = S("application/octet-stream");
    if (e->code != OK)
        return e->code;
    return blob_put(c->blob_dir, c->arena, in->content, &in->hash, e);
}

enum err_code attach_record(struct ctx *c, const struct attach_in *in, struct err *e)
{
    struct item it;
    if (may_attach(c, in->item, &it, e) != OK) // asked again: much may have happened meanwhile
        return e->code;
    int64_t town = c->rules->town;
    int64_t n = db_one_i64(
        c->db, 0, "SELECT count(*) FROM file WHERE town = ?1 AND item = ?2", V(town), V(in->item));
    if (n >= ATTACH_PER_ITEM_MAX)
        return err_add(e, ERR_LIMIT, S("file"), (str){0}, "an item has at most %d files",
            "一个事项最多 %d 个附件", (int)ATTACH_PER_ITEM_MAX);
    db_run(c->db,
        "INSERT INTO file (town, item, id, hash, name, type, bytes, event_version, at_us, person)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        V(town), V(in->item), V(n + 1), V(in->hash), V(in->name), V(in->type),
        V((int64_t)in->content.n), V(it.version + 1), V(c->now_us), V(c->actor ? c->actor->id : 0));
    struct item same = it;
    struct event ev = {.what = S("attach"),
        .unit = it.unit,
        .note = in->note,
        .changes = str_fmt(c->arena, "\"file\":{\"id\":%" PRId64 ",\"sha256\":\"%.*s\"}", n + 1,
            STR_ARG(in->hash))};
    return item_commit(c, rules_def(c->rules, it.def), &it, &same, &ev, e);
}

bool attach_named(struct ctx *c, int64_t item, str given, str *kept, struct err *e, str path)
{
    int64_t id = 0;
    str rest = given, head;
    bool cut = str_cut(&rest, '/', &head);
    if (!cut || !str_i64(head, &id))
        id = 0;
    *kept = (str){0};
    struct cursor r = db_rows(c->db,
        "SELECT id, name FROM file WHERE town = ?1 AND item = ?2 AND (id = ?3 OR name = ?4)"
        " ORDER BY id DESC",
        V(c->rules->town), V(item), V(id), V(given));
    // The one of that number before the newest of that name.
    for (bool found = false; !found && db_next(&r);) {
        str name = db_str(&r, 1);
        found = id > 0 && db_i64(&r, 0) == id && (rest.n == 0 || str_eq(rest, name));
        if (found || (kept->n == 0 && str_eq(given, name)))
            *kept = str_fmt(c->arena, "%" PRId64 "/%.*s", db_i64(&r, 0), STR_ARG(name));
    }
    db_done(&r);
    if (kept->n == 0)
        err_add(e, ERR_INVALID, path, (str){0}, "the item has no file \"%.*s\": add it first",
            "这个事项没有附件“%.*s”，请先上传", STR_ARG(given));
    return kept->n > 0;
}

enum err_code attach_load(
    struct ctx *c, int64_t item, int64_t file, struct attached *out, struct err *e)
{
    str hash = {0};
    struct cursor r = db_rows(c->db,
        "SELECT hash, name, type FROM file WHERE town = ?1 AND item = ?2 AND id = ?3",
        V(c->rules->town), V(item), V(file));
    if (db_next(&r)) {
        hash = db_dup(&r, 0, c->arena);
        out->name = db_dup(&r, 1, c->arena);
        out->type = db_dup(&r, 2, c->arena);
    }
    db_done(&r);
    if (db_status(c->db, e) != OK)
        return e->code;
    if (hash.n == 0)
        return err_add(
            e, ERR_MISSING, S("file"), (str){0}, "there is no such file", "没有这个附件");
    return blob_get(c->blob_dir, c->arena, hash, &out->content, e);
}

str attach_url_name(struct arena *a, str name)
{
    static const char HEX[] = "0123456789ABCDEF";
    char *out = arena_alloc(a, name.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        unsigned char ch = (unsigned char)name.s[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                     (ch >= '0' && ch <= '9') || ch == '-' || ch == '.' || ch == '_';
        if (plain) {
            out[n++] = (char)ch;
            continue;
        }
        out[n++] = '%';
        out[n++] = HEX[ch >> 4];
        out[n++] = HEX[ch & 15];
    }
    return (str){out, n};
}

static enum err_code copy_one(
    struct arena *a, str from, str to, str hash, struct attach_copy *x, struct err *e)
{
    const str below[] = {to, str_fmt(a, "%.*s/%.2s", STR_ARG(to), hash.s),
        str_fmt(a, "%.*s/%.2s/%.2s", STR_ARG(to), hash.s, hash.s + 2)};
    for (size_t i = 0; i < ARRAY_LEN(below); i++)
        if (folder_make(str_z(a, below[i]), e) != OK)
            return e->code;
    str source = blob_path(from, a, hash), hex;
    int64_t bytes;
    if (folder_copy(a, source.s, blob_path(to, a, hash).s, &bytes, &hex, e) != OK)
        return e->code;
    if (!str_eq(hex, hash))
        return err_add(e, ERR_STORE, source, (str){0},
            "the attachment is damaged: its content does not fit its name",
            "附件已损坏，内容与名称不符");
    x->files++;
    x->bytes += bytes;
    return OK;
}

// Each was on disk before its row was committed.
enum err_code attach_copy_all(
    struct db *db, int64_t town, str from, str to, struct attach_copy *x, struct err *e)
{
    struct arena *a = arena_new();
    enum err_code code = OK;
    int64_t total =
        db_one_i64(db, 0, "SELECT count(DISTINCT hash) FROM file WHERE town = ?1", V(town));
    struct cursor c =
        db_rows(db, "SELECT DISTINCT hash FROM file WHERE town = ?1 ORDER BY hash", V(town));
    while (code == OK && db_next(&c)) {
        code = copy_one(a, from, to, db_str(&c, 0), x, e);
        if (x->progress)
            x->progress(x->arg, x->files, total);
        arena_reset(a);
    }
    db_done(&c);
    arena_free(a);
    return code != OK ? code : db_status(db, e);
}
