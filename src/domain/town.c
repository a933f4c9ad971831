// The town's folder: its database, its key, and the sources a town is made from. Making one is
// town_init.c.

#include "domain/town.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/embed.h"
#include "domain/yaml.h"
#include "store/files.h"
#include "store/migrate.h"

enum {
    KEY_BYTES = 2 * CRYPT_KEY_BYTES,
    KEY_TEXT_BYTES = 2 * KEY_BYTES, // in hexadecimal, and a line end behind
    FOLDER_MODE = 0700,
    PRIVATE_BITS = 077, // what a mode of 0600 does not have
};

str town_db_path(struct arena *a, str dir)
{
    return str_fmt(a, "%.*s/bihuan.db", STR_ARG(dir));
}

static str server_path(struct arena *a, str dir)
{
    return str_fmt(a, "%.*s/database", STR_ARG(dir));
}

bool town_on_server(struct arena *a, str dir)
{
    return access(str_z(a, server_path(a, dir)), F_OK) == 0;
}

bool town_there(struct arena *a, str dir)
{
    return town_on_server(a, dir) || access(str_z(a, town_db_path(a, dir)), F_OK) == 0;
}

str town_blob_dir(struct arena *a, str dir)
{
    return str_two(a, dir, S("/blobs"));
}

enum err_code town_lock(struct arena *a, str dir, int64_t what, int *fd, struct err *e)
{
    char *path = str_z(a, str_fmt(a, "%.*s/lock", STR_ARG(dir)));
    enum err_code code = files_lock(path, what, fd, e);
    if (code != ERR_BUSY)
        return code;
    if (what == TOWN_LOCK_SERVE)
        return err_add(e, ERR_BUSY, dir, (str){0}, "another server is serving this folder",
            "这个目录已有服务在运行");
    return err_add(e, ERR_CONFLICT, S("job"), (str){0}, "this job is already being worked on",
        "这个任务正在执行");
}

// ---- the database

static int64_t newest(const struct migration *all, size_t n)
{
    str name = str_of(all[n - 1].name);
    int64_t number = 0;
    CHECK(str_i64(str_sub(name, 0, str_find(name, '_')), &number));
    return number;
}

static enum err_code bring_up_to_date(
    struct arena *a, struct db *db, bool write, int64_t now_us, struct err *e)
{
    size_t n;
    const struct migration *all = migrations_embedded(a, &n);
    if (write)
        return migrate(db, all, n, now_us, e);
    int64_t has = migrate_version(db);
    if (db_status(db, e) != OK)
        return e->code;
    if (has == newest(all, n))
        return OK;
    return err_add(e, ERR_INVALID, S("database"), str_fmt(a, "%" PRId64, newest(all, n)),
        "the database has version %" PRId64
        ": start the server, or another command that writes, to bring it up to date",
        "数据库版本为 %" PRId64 "，请先启动服务或执行一次写入命令完成升级", has);
}

static enum err_code make_folder(const char *dir, struct err *e)
{
    if (mkdir(dir, FOLDER_MODE) == 0 || errno == EEXIST)
        return OK;
    return files_failed(e, dir);
}

static bool read_file(struct arena *a, const char *path, str *text);

// What db_open is given, and the town's number if the folder says it.
static str target_of(struct arena *a, str dir, int64_t *town)
{
    str text, address, number = {0};
    *town = 0;
    if (!read_file(a, str_z(a, server_path(a, dir)), &text))
        return town_db_path(a, dir);
    if (!str_cut(&text, '\n', &address))
        return str_trim(text);
    if (str_cut(&text, '\n', &number) && !str_i64(str_trim(number), town))
        *town = 0;
    return str_trim(address);
}

struct db *town_open(struct arena *a, str dir, bool write, int64_t now_us, struct err *e)
{
    if (write && make_folder(str_z(a, dir), e) != OK)
        return NULL;
    if (!write && !town_there(a, dir)) {
        err_add(e, ERR_MISSING, dir, S("bihuan.db"), "there is no town in this folder",
            "这个目录里没有镇的数据库");
        return NULL;
    }
    int64_t town;
    struct db *db = db_open(target_of(a, dir, &town), write ? DB_WRITE : DB_READ, e);
    if (!db)
        return NULL;
    if (bring_up_to_date(a, db, write, now_us, e) == OK) {
        if (town != 0)
            db_town(db, town);
        return db;
    }
    db_close(db);
    return NULL;
}

static int64_t only(struct db *db, struct err *e)
{
    // Two steps along the primary key, because the database may hold a city.
    int64_t none = INT64_MIN;
    int64_t first = db_one_i64(
        db, none, "SELECT town FROM unit WHERE town > ?1 ORDER BY town LIMIT 1", V(none));
    int64_t other = db_one_i64(
        db, none, "SELECT town FROM unit WHERE town > ?1 ORDER BY town LIMIT 1", V(first));
    if (db_status(db, e) != OK)
        return 0;
    if (first == none) {
        err_add(e, ERR_MISSING, S("town"), (str){0}, "the database holds no town yet",
            "数据库里还没有镇");
        return 0;
    }
    if (other != none) {
        err_add(e, ERR_INVALID, S("town"), (str){0}, "the database holds several towns: say which",
            "数据库里有多个镇，请指明是哪一个");
        return 0;
    }
    return first;
}

int64_t town_of(struct arena *a, str dir, struct db *db, struct err *e)
{
    int64_t named;
    (void)target_of(a, dir, &named);
    if (named == 0) {
        int64_t town = only(db, e);
        if (town != 0) // as where it is named: all who write it keep each other out the same way
            db_town(db, town);
        return town;
    }
    int64_t there = db_one_i64(db, 0, "SELECT id FROM unit WHERE town = ?1 AND id = ?1", V(named));
    if (db_status(db, e) == OK && there == 0)
        err_add(e, ERR_MISSING, S("town"), (str){0}, "the database does not hold the town %" PRId64,
            "数据库里没有编号为 %" PRId64 " 的镇", named);
    return e->code == OK ? named : 0;
}

// ---- the key

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool unhex(str text, uint8_t *out, size_t n)
{
    if (text.n != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = digit(text.s[2 * i]), low = digit(text.s[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static enum err_code make_key(struct arena *a, const char *path, struct err *e)
{
    uint8_t secret[KEY_BYTES];
    crypt_random(secret, sizeof(secret));
    str text = str_fmt(a, "%.*s\n", KEY_TEXT_BYTES, crypt_hex(a, secret, sizeof(secret)).s);
    int fd = files_create(path);
    if (fd < 0)
        return errno == EEXIST ? OK
                               : files_failed(e, path); // another process was quicker: read its key
    enum err_code code = files_write_synced(fd, text, path, e);
    if (close(fd) != 0 && code == OK)
        code = files_failed(e, path);
    if (code == OK)
        return files_sync(str_z(a, files_folder(a, str_of(path))), e);
    (void)unlink(path);
    return code;
}

static enum err_code read_key(int fd, const char *path, struct keys *out, struct err *e)
{
    char text[KEY_TEXT_BYTES + 2];
    uint8_t secret[KEY_BYTES];
    struct stat st;
    if (fstat(fd, &st) != 0)
        return files_failed(e, path);
    if ((st.st_mode & PRIVATE_BITS) != 0)
        return err_add(e, ERR_INVALID, str_of(path), S("0600"),
            "other users of this machine can read the key: run chmod 600 on it",
            "本机其他用户可以读取密钥文件，请执行 chmod 600");
    ssize_t n = read(fd, text, sizeof(text));
    if (n < 0)
        return files_failed(e, path);
    str hex = str_trim((str){text, (size_t)n});
    if (hex.n > 0 && hex.s[hex.n - 1] == '\n')
        hex.n--;
    if (!unhex(hex, secret, sizeof(secret)))
        return err_add(e, ERR_INVALID, str_of(path), S("128 hexadecimal digits"),
            "the key file is damaged", "密钥文件已损坏");
    memcpy(out->caller, secret, CRYPT_KEY_BYTES);
    memcpy(out->mark, secret + CRYPT_KEY_BYTES, CRYPT_KEY_BYTES);
    return OK;
}

enum err_code town_keys(struct arena *a, str dir, bool make, struct keys *out, struct err *e)
{
    char *path = str_z(a, str_fmt(a, "%.*s/key", STR_ARG(dir)));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make) {
        if (make_key(a, path, e) != OK)
            return e->code;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0 && errno == ENOENT)
        return err_add(e, ERR_MISSING, str_of(path), (str){0},
            "the key file is missing; without it the personal data cannot be read",
            "缺少密钥文件，没有它就无法读取个人信息");
    if (fd < 0)
        return files_failed(e, path);
    enum err_code code = read_key(fd, path, out, e);
    (void)close(fd);
    return code;
}

// For its owner only: the address may hold a password.
static enum err_code write_server_file(struct arena *a, str path, str text, struct err *e)
{
    char *name = str_z(a, path);
    int fd = files_create(name);
    if (fd < 0)
        return files_failed(e, name);
    enum err_code code = files_write_synced(fd, text, name, e);
    if (close(fd) != 0 && code == OK)
        code = files_failed(e, name);
    return code;
}

enum err_code town_use_server(struct arena *a, str dir, str address, struct err *e)
{
    if (!str_starts(address, S("postgresql://")) && !str_starts(address, S("postgres://")))
        return err_add(e, ERR_INVALID, S("--db"), S("postgresql://user@host/database"),
            "is not the address of a PostgreSQL database", "不是 PostgreSQL 数据库地址");
    if (make_folder(str_z(a, dir), e) != OK)
        return e->code;
    return write_server_file(a, server_path(a, dir), str_fmt(a, "%.*s\n", STR_ARG(address)), e);
}

enum err_code town_is(struct arena *a, str dir, int64_t town, struct err *e)
{
    int64_t before;
    str path = server_path(a, dir), address = target_of(a, dir, &before);
    str beside = files_temporary(a, path);
    str text = str_fmt(a, "%.*s\n%" PRId64 "\n", STR_ARG(address), town);
    if (write_server_file(a, beside, text, e) != OK)
        return e->code;
    if (rename(str_z(a, beside), str_z(a, path)) != 0)
        return files_failed(e, str_z(a, path));
    return files_sync(str_z(a, dir), e);
}

// ---- sources

static bool read_embedded(void *arg, struct arena *a, str name, str *text)
{
    const str *town = arg;
    bool shipped = str_starts(name, S("defs/"));
    str path = shipped ? name : str_fmt(a, "towns/%.*s/%.*s", STR_ARG(*town), STR_ARG(name));
    const struct embed_file *f = embed_find(path);
    if (f)
        *text = f->bytes;
    return f != NULL;
}

struct town_source town_source_embedded(struct arena *a, str name)
{
    str *town = NEW(a, str);
    *town = str_dup(a, name);
    return (struct town_source){.arg = town, .read = read_embedded};
}

// A name stays below the folder.
static bool inside(str name)
{
    str rest = name, piece;
    while (str_cut(&rest, '/', &piece))
        if (piece.n == 0 || str_eq(piece, S(".")) || str_eq(piece, S("..")))
            return false;
    return name.n > 0;
}

static bool read_file(struct arena *a, const char *path, str *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct stat st;
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= YAML_TEXT_MAX;
    size_t size = ok ? (size_t)st.st_size : 0, n = 0;
    char *s = arena_alloc(a, size + 1);
    while (ok && n < size) {
        ssize_t got = read(fd, s + n, size - n);
        ok = got > 0 || (got < 0 && errno == EINTR);
        n += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd);
    *text = (str){s, n};
    return ok;
}

static bool read_folder(void *arg, struct arena *a, str name, str *text)
{
    const str *folder = arg;
    if (!inside(name))
        return false;
    if (read_file(a, str_z(a, str_fmt(a, "%.*s/%.*s", STR_ARG(*folder), STR_ARG(name))), text))
        return true;
    return str_starts(name, S("defs/")) && read_embedded(arg, a, name, text);
}

struct town_source town_source_folder(struct arena *a, str path)
{
    str *folder = NEW(a, str);
    *folder = str_dup(a, path);
    return (struct town_source){.arg = folder, .read = read_folder};
}
