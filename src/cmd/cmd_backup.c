#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "cmd/backup_store.h"
#include "cmd/interrupt.h"
#include "cmd/town_door.h"
#include "domain/attach.h"
#include "domain/manifest.h"
#include "domain/snapshot.h"
#include "store/backup.h"
#include "store/files.h"
#include "store/folder.h"
#include "store/migrate.h"
#include "store/years.h"

static const struct opt OPTIONS[] = {
    {"to", OPT_STR, "FOLDER", "a folder that is not there yet; without it DIR.backup",
        "尚不存在的目录；不写则为 DIR.backup"},
    {"with-key", OPT_FLAG, NULL, "the key, too: whoever has both can read the personal data",
        "连同密钥一起备份：两者俱全即可读出个人信息"},
    {"keep", OPT_STR, "RULE", "7d,4w,12m: FOLDER is a store of backups that keeps so many of them",
        "7d,4w,12m：该目录为备份库，按此规则保留"},
    {"verify", OPT_STR, "FOLDER",
        "read everything in a store of backups and compare it with its sums", "逐块核验备份库"},
    {0},
};

struct backing {
    struct args *a;
    struct db *db;
    str dir, folder; // folder: unfinished
    struct manifest m;
    struct progress p;
};

static void show(void *arg, int64_t done, int64_t total)
{
    struct backing *b = arg;
    interrupt_leave(b->folder.s);
    progress_show(&b->p, done, total);
}

static enum err_code copy_blobs(struct backing *b, struct db *copy)
{
    struct arena *a = b->a->arena;
    struct attach_copy x = {.progress = show, .arg = b};
    enum err_code code = attach_copy_all(
        copy, b->m.town, town_blob_dir(a, b->dir), town_blob_dir(a, b->folder), &x, &b->a->err);
    b->m.blobs = x.files;
    b->m.blob_bytes = x.bytes;
    return code;
}

static enum err_code copy_key(struct backing *b)
{
    struct args *a = b->a;
    struct manifest_file *f = manifest_add(a->arena, &b->m, "key");
    return folder_copy(a->arena, str_fmt(a->arena, "%.*s/key", STR_ARG(b->dir)).s,
        str_fmt(a->arena, "%.*s/key", STR_ARG(b->folder)).s, &f->bytes, &f->sha256, &a->err);
}

// Year files do not change. The town's copy looks at them last, as it will when it is opened.
static enum err_code copy_years(struct backing *b, struct db *copy)
{
    struct arena *a = b->a->arena;
    struct err *e = &b->a->err;
    struct years y;
    years_known(copy, b->m.town, &y);
    str from = str_fmt(a, "%.*s/years", STR_ARG(b->dir));
    str to = str_fmt(a, "%.*s/years", STR_ARG(b->folder));
    if (y.n > 0 && folder_make(to.s, e) != OK)
        return e->code;
    for (size_t i = 0; i < y.n; i++) {
        struct manifest_file *f =
            manifest_add(a, &b->m, str_fmt(a, "years/%04" PRId64 ".db", y.v[i].year).s);
        interrupt_leave(b->folder.s);
        if (folder_copy(a, years_path(a, from, y.v[i].year).s, years_path(a, to, y.v[i].year).s,
                &f->bytes, &f->sha256, e) != OK)
            return e->code;
    }
    (void)years_reader(copy, b->m.town);
    return db_status(copy, e);
}

static enum err_code fill(struct backing *b)
{
    struct args *a = b->a;
    str to = str_fmt(a->arena, "%.*s/bihuan.db", STR_ARG(b->folder));
    if (folder_above(a->arena, b->folder, &a->err) != OK ||
        folder_make(b->folder.s, &a->err) != OK || backup_copy(b->db, to, show, b, &a->err) != OK)
        return a->err.code;
    struct db *copy = db_open(to, DB_READ, &a->err);
    if (!copy)
        return a->err.code;
    // What the copy says of itself, which may be newer than what the town was when the command
    // began.
    enum err_code code = manifest_describe(
        a->arena, b->folder, copy, str_of(cmd_version()), tm_now(), &b->m, &a->err);
    if (code == OK)
        code = copy_blobs(b, copy);
    if (code == OK)
        code = copy_years(b, copy);
    db_close(copy);
    struct manifest_file *f = manifest_add(a->arena, &b->m, "bihuan.db");
    if (code == OK)
        code = folder_hash(a->arena, to.s, &f->bytes, &f->sha256, &a->err);
    if (code == OK && args_flag(a, "with-key"))
        code = copy_key(b);
    if (code == OK)
        code = folder_write(str_fmt(a->arena, "%.*s/manifest.json", STR_ARG(b->folder)).s,
            manifest_text(a->arena, &b->m), &a->err);
    return code;
}

static int report(struct args *a, const struct manifest *m, str to)
{
    const struct manifest_file *f = manifest_find(m, "bihuan.db");
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kstr(&j.w, "folder", to);
        jw_key(&j.w, S("manifest"));
        jw_raw(&j.w, str_trim(manifest_text(a->arena, m)));
        args_json_end(&j);
    }
    args_say(a,
        "%.*s: database %.1f MiB, %" PRId64 " attachments %.1f MiB, event %" PRId64 "\nhead %.*s",
        "%.*s：数据库 %.1f MiB，附件 %" PRId64 " 个 %.1f MiB，记录至第 %" PRId64
        " 条\n链尾校验值 %.*s",
        STR_ARG(to), (double)f->bytes / MIB, m->blobs, (double)m->blob_bytes / MIB, m->event,
        STR_ARG(m->head));
    backup_say_key(a, m);
    return EXIT_DONE;
}

static int on_server(struct args *a, str dir)
{
    err_add(&a->err, ERR_INVALID, dir, S("pg_dump"),
        "the database of this town is a server's: back it up with pg_dump, and this folder's "
        "key and blobs beside it",
        "本镇使用 PostgreSQL：请用 pg_dump 备份数据库，并另存本目录中的 key 与 blobs");
    return args_fail(a, EXIT_FAILED);
}

static int run(struct args *a)
{
    str dir = args_dir(a);
    str to =
        args_given(a, "to") ? args_str(a, "to") : str_fmt(a->arena, "%.*s.backup", STR_ARG(dir));
    while (to.n > 1 && to.s[to.n - 1] == '/')
        to.n--;
    char *place = str_z(a->arena, to);
    if (args_given(a, "verify"))
        return backup_store_verify(a, args_str(a, "verify"));
    if (town_on_server(a->arena, dir))
        return on_server(a, dir);
    if (args_given(a, "keep") || snapshot_store(a->arena, to))
        return backup_store_add(a, dir, to, args_str(a, "keep"), args_flag(a, "with-key"));
    if (!folder_empty(place)) {
        args_wrong(a, "--to", "", "there is something already: name another folder",
            "这个位置已有内容，请换一个目录");
        return args_fail(a, EXIT_USAGE);
    }
    struct backing b = {.a = a, .dir = dir, .folder = files_temporary(a->arena, to)};
    b.db = town_open(a->arena, dir, false, 0, &a->err);
    if (!b.db)
        return args_fail(a, EXIT_OPEN);
    interrupt_catch();
    progress_start(&b.p, a, "backup");
    enum err_code code = fill(&b);
    progress_end(&b.p);
    if (code == OK)
        code = folder_settle(a->arena, b.folder.s, place, &a->err);
    db_close(b.db);
    if (code == OK)
        return report(a, &b.m, to);
    folder_remove(b.folder.s);
    return args_fail(a, EXIT_FAILED);
}

const struct cmd CMD_BACKUP = {"backup", "[OPTIONS]",
    "copy the town to a folder, also while it is being served", "备份到一个目录，服务运行时也可以",
    "  bihuan backup --dir var/town --to /backup/bihuan-2026-11-20\n"
    "  bihuan backup --dir var/town --to /safe/bihuan --with-key\n"
    "  bihuan backup --dir var/town --to /backup/store --keep 7d,4w,12m\n"
    "  bihuan backup --verify /backup/store",
    OPTIONS, 0, 0, run};
