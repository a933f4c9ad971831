#include "domain/manifest.h"

#include "base/crypt.h"
#include "base/tm.h"
#include "domain/town.h"
#include "store/folder.h"
#include "store/migrate.h"

static const struct field FILES[] = {
    {"path", FIELD_STR, FIELD_REQUIRED, offsetof(struct manifest_file, path), .max = 20},
    {"bytes", FIELD_I64, FIELD_REQUIRED, offsetof(struct manifest_file, bytes), .max = INT64_MAX},
    {"sha256", FIELD_STR, FIELD_REQUIRED, offsetof(struct manifest_file, sha256), .min = 64,
        .max = 64},
    {0},
};
static const struct field MANIFEST[] = {
    {"format", FIELD_I64, FIELD_REQUIRED, offsetof(struct manifest, format), .min = 1,
        .max = MANIFEST_FORMAT},
    {"program", FIELD_STR, FIELD_REQUIRED, offsetof(struct manifest, program), .max = 60},
    {"made", FIELD_TIME, FIELD_REQUIRED, offsetof(struct manifest, made_us)},
    {"town", FIELD_I64, FIELD_REQUIRED, offsetof(struct manifest, town)},
    {"town_name", FIELD_STR, FIELD_REQUIRED, offsetof(struct manifest, town_name), .max = 200},
    {"schema", FIELD_I64, FIELD_REQUIRED, offsetof(struct manifest, schema)},
    {"event", FIELD_I64, FIELD_REQUIRED, offsetof(struct manifest, event)},
    {"head", FIELD_STR, FIELD_REQUIRED, offsetof(struct manifest, head), .max = 64},
    {"files", FIELD_LIST, FIELD_REQUIRED, offsetof(struct manifest, files),
        .max = MANIFEST_FILES_MAX, .sub = FILES, .size = sizeof(struct manifest_file)},
    {"blobs", FIELD_I64, FIELD_REQUIRED, offsetof(struct manifest, blobs)},
    {"blob_bytes", FIELD_I64, FIELD_REQUIRED, offsetof(struct manifest, blob_bytes)},
    {"database_bytes", FIELD_I64, FIELD_ABSENT_NULL, offsetof(struct manifest, database_bytes)},
    {"new_pieces", FIELD_I64, FIELD_ABSENT_NULL, offsetof(struct manifest, new_pieces)},
    {"new_bytes", FIELD_I64, FIELD_ABSENT_NULL, offsetof(struct manifest, new_bytes)},
    {"log", FIELD_STR, FIELD_ABSENT_NULL, offsetof(struct manifest, log), .max = 60},
    {"log_file", FIELD_STR, FIELD_ABSENT_NULL, offsetof(struct manifest, log_file), .max = 60},
    {"log_at", FIELD_I64, FIELD_ABSENT_NULL, offsetof(struct manifest, log_at)},
    {0},
};

int64_t manifest_year(const struct manifest_file *f, bool list)
{
    str front = list ? S("year-") : S("years/"), behind = list ? S("") : S(".db");
    int64_t year;
    if (!str_starts(f->path, front) || !str_ends(f->path, behind))
        return 0;
    str number = str_sub(f->path, front.n, f->path.n - front.n - behind.n);
    return number.n == 4 && str_i64(number, &year) && year > 0 ? year : 0;
}

// What it names is copied: nothing outside the backup may be.
static enum err_code check_paths(const struct manifest *m, struct err *e)
{
    static const char *const NAMES[] = {"bihuan.db", "key", "pieces", "blobs"};
    const struct manifest_file *files = m->files.v;
    for (size_t i = 0; i < m->files.n; i++) {
        bool known = manifest_year(&files[i], true) != 0 || manifest_year(&files[i], false) != 0;
        for (size_t k = 0; k < ARRAY_LEN(NAMES); k++)
            known = known || str_eq(files[i].path, str_of(NAMES[k]));
        if (!known)
            err_add(e, ERR_INVALID, S("files.path"),
                S("bihuan.db, key, pieces, blobs, years/2021.db, year-2021"),
                "there is no such file in a backup", "备份中没有这种文件");
    }
    return e->code;
}

str manifest_text(struct arena *a, const struct manifest *m)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, MANIFEST_BYTES_MAX);
    jw_init(&w, &b);
    fields_encode(&w, MANIFEST, m, TM_ZONE_DEFAULT_S);
    buf_byte(&b, '\n');
    CHECK(!b.overflow);
    return buf_str(&b);
}

enum err_code manifest_read(struct arena *a, str folder, struct manifest *out, struct err *e)
{
    str path = str_fmt(a, "%.*s/manifest.json", STR_ARG(folder)), text;
    *out = (struct manifest){0};
    if (folder_read(a, path, MANIFEST_BYTES_MAX, &text, e) != OK)
        return e->code;
    struct err inner;
    err_init(&inner, a, e->lang);
    enum err_code code = fields_decode(a, text, MANIFEST, out, &inner);
    if (code == OK)
        code = check_paths(out, &inner);
    err_merge(e, &inner, S("manifest.json: "));
    return code;
}

struct manifest_file *manifest_add(struct arena *a, struct manifest *m, const char *path)
{
    struct manifest_file *files = m->files.v;
    VEC_PUSH(a, files, m->files.n) = (struct manifest_file){.path = str_of(path)};
    m->files.v = files;
    return &files[m->files.n - 1];
}

enum err_code manifest_describe(struct arena *a, str dir, struct db *copy, str program,
    int64_t now_us, struct manifest *m, struct err *e)
{
    *m = (struct manifest){.format = MANIFEST_FORMAT, .made_us = now_us, .program = program};
    m->town = town_of(a, dir, copy, e);
    m->schema = migrate_version(copy);
    m->town_name =
        db_one_str(copy, a, "SELECT name FROM unit WHERE town = ?1 AND parent = 0", V(m->town));
    struct cursor c = db_rows(
        copy, "SELECT id, hash FROM event WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(m->town));
    if (db_next(&c)) {
        str hash = db_str(&c, 1);
        m->event = db_i64(&c, 0);
        m->head = crypt_hex(a, (const uint8_t *)hash.s, hash.n);
    }
    db_done(&c);
    return e->code != OK ? e->code : db_status(copy, e);
}

const struct manifest_file *manifest_find(const struct manifest *m, const char *path)
{
    const struct manifest_file *files = m->files.v;
    for (size_t i = 0; i < m->files.n; i++)
        if (str_eq(files[i].path, str_of(path)))
            return &files[i];
    return NULL;
}

enum err_code manifest_check(struct arena *a, str folder, const struct manifest *m, struct err *e)
{
    const struct manifest_file *files = m->files.v;
    if (!manifest_find(m, "bihuan.db") && !manifest_find(m, "pieces"))
        err_add(e, ERR_INVALID, S("manifest.json: files"), S("bihuan.db"),
            "does not name the database", "没有列出数据库");
    for (size_t i = 0; i < m->files.n; i++) {
        str path = str_fmt(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(files[i].path)), hex;
        int64_t bytes;
        if (folder_hash(a, path.s, &bytes, &hex, e) != OK)
            continue;
        if (bytes != files[i].bytes || !str_eq(hex, files[i].sha256))
            err_add(e, ERR_STORE, path, files[i].sha256,
                "is not the file the backup was made with (SHA-256 %.*s)",
                "与备份时的文件不符（SHA-256 %.*s）", STR_ARG(hex));
    }
    return e->code;
}
