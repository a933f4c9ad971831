#include "store/backup.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/db_sqlite.h"
#include "store/files.h"

enum { STEP_PAGES = 1024 };

struct progress {
    void (*f)(void *arg, int64_t done, int64_t total);
    void *arg;
};

static enum err_code failed(struct err *e, sqlite3 *handle, int rc)
{
    const char *said = sqlite3_errcode(handle) ? sqlite3_errmsg(handle) : sqlite3_errstr(rc);
    return err_add(e, (rc & 0xff) == SQLITE_BUSY ? ERR_BUSY : ERR_STORE, S(""), S(""),
        "the backup failed: %s", "备份失败：%s", said);
}

static enum err_code copy_pages(sqlite3 *to, sqlite3 *from, struct progress progress, struct err *e)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    if (!b)
        return failed(e, to, sqlite3_errcode(to));
    int rc = SQLITE_OK;
    while (rc == SQLITE_OK) {
        rc = sqlite3_backup_step(b, STEP_PAGES);
        int total = sqlite3_backup_pagecount(b);
        if (progress.f && (rc == SQLITE_OK || rc == SQLITE_DONE))
            progress.f(progress.arg, total - sqlite3_backup_remaining(b), total);
    }
    int ended = sqlite3_backup_finish(b);
    if (rc == SQLITE_DONE && ended == SQLITE_OK)
        return OK;
    return failed(e, to, rc == SQLITE_DONE ? ended : rc);
}

static int add_finding(void *arg, int n, char **values, char **names)
{
    struct err *e = arg;
    (void)names;
    if (n > 0 && values[0] && strcmp(values[0], "ok") != 0)
        (void)err_add(
            e, ERR_STORE, S(""), S(""), "database structure: %s", "数据库结构：%s", values[0]);
    return 0;
}

static enum err_code check_handle(sqlite3 *handle, struct err *e)
{
    size_t before = e->n + e->dropped;
    int rc = sqlite3_exec(handle, "PRAGMA integrity_check(100)", add_finding, e, NULL);
    if (rc != SQLITE_OK)
        return err_add(e, (rc & 0xff) == SQLITE_BUSY ? ERR_BUSY : ERR_STORE, S(""), S(""),
            "cannot check the database: %s", "无法检查数据库：%s", sqlite3_errmsg(handle));
    return e->n + e->dropped > before ? ERR_STORE : OK;
}

enum err_code backup_check(struct db *db, struct err *e)
{
    enum err_code code = db_status(db, e);
    if (code || db_is_pg(db)) // a server checks its pages by itself
        return code;
    return check_handle(sqlite_of(db)->handle, e);
}

// The copy keeps no log of its own, so that it is one file and can be read from a medium that
// cannot be written.
static enum err_code fill(struct db *from, str path, struct progress progress, struct err *e)
{
    int fd = files_create(path.s);
    if (fd < 0)
        return files_failed(e, path.s);
    (void)close(fd);
    sqlite3 *to = NULL;
    int rc = sqlite3_open_v2(
        path.s, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    // Synced once, at the end.
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF", NULL, NULL, NULL);
    enum err_code code =
        rc == SQLITE_OK ? copy_pages(to, sqlite_of(from)->handle, progress, e) : failed(e, to, rc);
    if (!code) {
        rc = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
        code = rc == SQLITE_OK ? check_handle(to, e) : failed(e, to, rc);
    }
    rc = sqlite3_close(to);
    CHECK(rc == SQLITE_OK);
    return code ? code : files_sync(path.s, e);
}

// Renaming over a database in use would pull it away under its users, or leave it with another
// one's log.
static enum err_code refuse_database(struct db *from, struct arena *a, str to, struct err *e)
{
    struct stat source, target;
    const char *name = sqlite3_db_filename(sqlite_of(from)->handle, "main");
    bool same = name && stat(name, &source) == 0 && stat(to.s, &target) == 0 &&
                source.st_dev == target.st_dev && source.st_ino == target.st_ino;
    str log = str_fmt(a, "%.*s-wal", STR_ARG(to));
    if (!same && stat(log.s, &target) != 0)
        return OK;
    return err_add(e, ERR_INVALID, to, S("a file of its own"),
        "the backup would overwrite a database in use", "备份会覆盖正在使用的数据库");
}

static enum err_code copy_and_rename(
    struct db *from, struct arena *a, str to, struct progress progress, struct err *e)
{
    str path = files_temporary(a, to);
    // One snapshot for the whole copy: without it every commit meanwhile would start the copy from
    // the beginning.
    db_read_begin(from);
    struct cursor c = db_rows_inner(from, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, 0);
    (void)db_next(&c);
    db_done(&c);
    enum err_code code = db_status(from, e);
    if (!code)
        code = fill(from, path, progress, e);
    db_read_end(from);
    if (!code && rename(path.s, to.s) != 0)
        code = files_failed(e, to.s);
    if (!code)
        code = files_sync(files_folder(a, to).s, e);
    else
        (void)unlink(path.s);
    return code;
}

enum err_code backup_copy(struct db *from, str to,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg, struct err *e)
{
    struct arena *a = arena_new();
    to = str_dup(a, to);
    enum err_code code = refuse_database(from, a, to, e);
    if (!code)
        code = copy_and_rename(from, a, to, (struct progress){progress, arg}, e);
    arena_free(a);
    return code;
}
