#include "store/migrate.h"

#include <string.h>
#include "base/buf.h"
#include "base/crypt.h"
#include "base/embed.h"
#include "store/db_inner.h"
#include "store/shapes.h"

enum { MIGRATION_BYTES_MAX = 4 * MIB };

static const char create_sql[] = "CREATE TABLE IF NOT EXISTS migration ("
                                 "  number @int@ NOT NULL,"
                                 "  name @text@ NOT NULL,"
                                 "  checksum @text@ NOT NULL,"
                                 "  applied_us @int@ NOT NULL,"
                                 "  PRIMARY KEY (number)) @heap@";

// Texts compare by their bytes, in every store and under every locale.
static const struct {
    str word, sqlite, pg;
} words[] = {
    {S("int"), S("INTEGER"), S("BIGINT")},
    {S("real"), S("REAL"), S("DOUBLE PRECISION")},
    {S("text"), S("TEXT"), S("TEXT COLLATE \"C\"")},
    {S("blob"), S("BLOB"), S("BYTEA")},
    {S("json"), S("TEXT"), S("JSON")},
    {S("clustered"), S("STRICT, WITHOUT ROWID"), S("")},
    {S("heap"), S("STRICT"), S("")},
};

const struct migration *migrations_embedded(struct arena *a, size_t *n)
{
    static const str folder = {"sql/", 4}, ending = {".sql", 4};
    struct migration *all = NULL;
    *n = 0;
    for (size_t i = embed_first(folder); i < embed_count(); i++) {
        const struct embed_file *f = embed_at(i);
        str path = str_of(f->path);
        if (!str_starts(path, folder))
            break;
        bool numbered = path.n > folder.n && path.s[folder.n] >= '0' && path.s[folder.n] <= '9';
        if (!numbered || !str_ends(path, ending)) // citus.sql is the administrator's
            continue;
        str name = str_sub(path, folder.n, path.n - folder.n - ending.n);
        struct migration m = {str_z(a, name), f->bytes};
        VEC_PUSH(a, all, *n) = m;
    }
    CHECK(*n > 0);
    return all;
}

static int64_t number_of(str name)
{
    int64_t number = 0;
    bool ok = str_i64(str_sub(name, 0, str_find(name, '_')), &number);
    CHECK(ok && number > 0); // the names are the program's own
    return number;
}

// The length of "@word@" at the front, or 0. An @ in a comment or a text is just that.
static size_t word_length(str x)
{
    size_t n = 1;
    while (n < x.n && x.s[n] >= 'a' && x.s[n] <= 'z')
        n++;
    return n > 1 && n < x.n && x.s[n] == '@' ? n + 1 : 0;
}

static bool add_word(struct buf *out, bool pg, str word)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(words[i].word, word)) {
            buf_add(out, pg ? words[i].pg : words[i].sqlite);
            return true;
        }
    return false;
}

static enum err_code replace_words(
    struct arena *a, bool pg, str name, str sql, str *out, struct err *e)
{
    struct buf b;
    buf_init(&b, a, MIGRATION_BYTES_MAX);
    while (sql.n > 0) {
        size_t at = str_find(sql, '@');
        buf_add(&b, str_sub(sql, 0, at));
        sql = str_sub(sql, at, sql.n);
        size_t n = sql.n > 0 ? word_length(sql) : 0;
        if (n == 0) {
            n = sql.n > 0 ? 1 : 0;
            buf_add(&b, str_sub(sql, 0, n));
        } else if (!add_word(&b, pg, str_sub(sql, 1, n - 2))) {
            return err_add(e, ERR_INVALID, name,
                S("@int@, @real@, @text@, @blob@, @json@, @clustered@ or @heap@"),
                "unknown word %.*s in a migration", "数据库升级脚本中有未知的占位词 %.*s", (int)n,
                sql.s);
        }
        sql = str_sub(sql, n, sql.n);
    }
    CHECK(!b.overflow); // embedded files are small
    *out = buf_str(&b);
    return OK;
}

// The number of a table of ours: the catalogue of tables is the store's own.
static bool table_exists(struct db *db)
{
    struct cursor c =
        db_is_pg(db)
            ? db_rows_inner(db, "SELECT 1 WHERE to_regclass('migration') IS NOT NULL", NULL, 0)
            : db_rows_inner(db,
                  "SELECT 1 FROM sqlite_schema WHERE type='table' AND name='migration'", NULL, 0);
    bool found = db_next(&c);
    db_done(&c);
    return found;
}

int64_t migrate_version(struct db *db)
{
    if (!table_exists(db))
        return 0;
    struct cursor c = db_rows_inner(db, "SELECT max(number) FROM migration", NULL, 0);
    int64_t number = db_next(&c) ? db_i64(&c, 0) : 0;
    db_done(&c);
    return number;
}

static str checksum_of(struct arena *a, str sql)
{
    uint8_t hash[CRYPT_HASH_BYTES];
    crypt_sha256(sql, hash);
    return crypt_hex(a, hash, sizeof(hash));
}

// Compares what was applied with what the program has. applied[i] says whether all[i] was.
static enum err_code compare(struct db *db, struct arena *a, const struct migration *all, size_t n,
    bool *applied, struct err *e)
{
    memset(applied, 0, n * sizeof(*applied));
    if (!table_exists(db))
        return db_status(db, e);
    enum err_code code = OK;
    struct cursor c =
        db_rows_inner(db, "SELECT number, name, checksum FROM migration ORDER BY number", NULL, 0);
    while (db_next(&c)) {
        size_t i = 0;
        while (i < n && number_of(str_of(all[i].name)) != db_i64(&c, 0))
            i++;
        str name = db_str(&c, 1);
        if (i == n) {
            code = err_add(e, ERR_INVALID, name, S(""),
                "the database is newer than this program: it has %.*s",
                "数据库比本程序新：其中已有 %.*s，请使用新版程序", STR_ARG(name));
        } else if (!str_eq(db_str(&c, 2), checksum_of(a, all[i].sql))) {
            code = err_add(e, ERR_INVALID, name, S("the file as it was applied"),
                "migration %.*s was edited after it was applied",
                "数据库升级脚本 %.*s 在执行后被修改过", STR_ARG(name));
        } else {
            applied[i] = true;
        }
    }
    return code ? code : db_status(db, e);
}

// In a transaction that holds the write lock.
static enum err_code apply(
    struct db *db, struct arena *a, const struct migration *m, int64_t now_us, struct err *e)
{
    str sql = S(""), create = S("");
    bool pg = db_is_pg(db);
    enum err_code code = replace_words(a, pg, str_of(m->name), m->sql, &sql, e);
    if (!code)
        code = replace_words(a, pg, S("migration"), str_of(create_sql), &create, e);
    if (code)
        return code;
    db_script(db, create);
    db_script(db, sql);
    str name = str_of(m->name);
    db_run(db, "INSERT INTO migration (number, name, checksum, applied_us) VALUES (?1, ?2, ?3, ?4)",
        V(number_of(name)), V(name), V(checksum_of(a, m->sql)), V(now_us));
    // Whatever went wrong, a program whose own migration does not run cannot use this database.
    struct err inner;
    err_init(&inner, a, e->lang);
    code = db_status(db, &inner);
    if (!code)
        return OK;
    code = code == ERR_BUSY ? ERR_BUSY : ERR_STORE;
    return err_add(e, code, name, S(""), "migration %.*s failed: %.*s",
        "数据库升级脚本 %.*s 失败：%.*s", STR_ARG(name), STR_ARG(inner.notes[0].message));
}

// One migration, one transaction. Another process may have applied it since we looked.
static enum err_code apply_missing(struct db *db, struct arena *a, const struct migration *all,
    size_t n, size_t i, int64_t now_us, struct err *e)
{
    bool *applied = NEW_ARRAY(a, n, bool);
    db_begin(db);
    enum err_code code = db_status(db, e);
    if (!code)
        code = compare(db, a, all, n, applied, e);
    if (!code && !applied[i])
        code = apply(db, a, &all[i], now_us, e);
    if (!code)
        code = db_commit(db, e);
    db_rollback(db); // harmless after the commit
    return code;
}

enum err_code migrate(
    struct db *db, const struct migration *all, size_t n, int64_t now_us, struct err *e)
{
    for (size_t i = 1; i < n; i++)
        CHECK(number_of(str_of(all[i - 1].name)) < number_of(str_of(all[i].name)));
    struct arena *a = arena_new();
    bool *applied = NEW_ARRAY(a, n, bool);
    enum err_code code = compare(db, a, all, n, applied, e);
    if (code)
        db_rollback(db);
    for (size_t i = 0; !code && i < n; i++)
        if (!applied[i])
            code = apply_missing(db, a, all, n, i, now_us, e);
    if (!code) {
        shapes_write(db);
        db_rollback(db); // without the figures the database is slower and otherwise the same
    }
    arena_free(a);
    return code;
}
