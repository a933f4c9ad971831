#include <stdio.h>
#include <sys/stat.h>
#include "cmd/interrupt.h"
#include "cmd/town_door.h"
#include "domain/attach.h"
#include "domain/audit.h"
#include "domain/manifest.h"
#include "domain/snapshot.h"
#include "store/backup.h"
#include "store/files.h"
#include "store/folder.h"
#include "store/years.h"

static const struct opt OPTIONS[] = {
    {"from", OPT_STR, "FOLDER", "what backup has made", "备份目录"},
    {"key", OPT_STR, "FILE", "the key, when it is not in the backup",
        "密钥文件（备份中不含密钥时）"},
    {"at", OPT_STR, "TIME", "from a store of backups: as it was at this moment, not as it was last",
        "从备份库恢复到这个时刻，不写则为最近一次备份"},
    {0},
};

struct restoring {
    struct args *a;
    str from, folder; // folder: unfinished, beside its place
    struct manifest m;
    struct audit_out audit;
    struct progress p;
    int64_t blobs;
    const struct snapshot *snapshot; // from a store of backups; NULL: from a plain folder
    int64_t at_us, reached_us;
};

static void show(void *arg, int64_t done, int64_t total)
{
    struct restoring *r = arg;
    interrupt_leave(r->folder.s);
    progress_show(&r->p, done, total);
}

static str in(struct restoring *r, str folder, const char *name)
{
    return str_fmt(r->a->arena, "%.*s/%s", STR_ARG(folder), name);
}

// Where the manifest stands and the files it names.
static str described(struct restoring *r)
{
    return r->snapshot ? snapshot_folder(r->a->arena, r->from, r->snapshot->name) : r->from;
}

// Copies, and compares what was copied with what the manifest says: a medium may read differently
// the second time.
static enum err_code copy_file(struct restoring *r, const char *name)
{
    struct args *a = r->a;
    const struct manifest_file *f = manifest_find(&r->m, name);
    int64_t bytes;
    str hex, from = in(r, described(r), name);
    if (folder_copy(a->arena, from.s, in(r, r->folder, name).s, &bytes, &hex, &a->err) != OK)
        return a->err.code;
    if (bytes != f->bytes || !str_eq(hex, f->sha256))
        return err_add(
            &a->err, ERR_STORE, from, f->sha256, "reads as something else", "读出的内容前后不一");
    return OK;
}

static enum err_code copy_key(struct restoring *r)
{
    struct args *a = r->a;
    struct keys keys;
    str given = args_str(a, "key"), hex;
    int64_t bytes;
    if (given.n > 0) {
        if (folder_copy(a->arena, str_z(a->arena, given), in(r, r->folder, "key").s, &bytes, &hex,
                &a->err) != OK)
            return a->err.code;
    } else if (!manifest_find(&r->m, "key")) {
        return OK;
    } else if (copy_file(r, "key") != OK) {
        return a->err.code;
    }
    return town_keys(a->arena, r->folder, false, &keys, &a->err);
}

static enum err_code copy_blobs(struct restoring *r, struct db *db, int64_t town)
{
    struct arena *a = r->a->arena;
    struct attach_copy x = {.progress = show, .arg = r};
    enum err_code code = attach_copy_all(
        db, town, town_blob_dir(a, r->from), town_blob_dir(a, r->folder), &x, &r->a->err);
    r->blobs = x.files;
    return code;
}

// The chain is walked, and it must end where the backup says that it did.
static enum err_code check_history(struct restoring *r, struct db *db, int64_t town)
{
    struct args *a = r->a;
    struct rules *rules = rules_load(db, town, &a->err);
    if (!rules)
        return a->err.code;
    struct ctx c = {
        .db = db, .arena = a->arena, .rules = rules, .now_us = tm_now(), .lang = a->err.lang};
    enum err_code code = audit_verify(&c, show, r, &r->audit, &a->err);
    rules_free(rules);
    if (code != OK)
        return code;
    struct cursor last =
        db_rows(db, "SELECT hash FROM event WHERE town = ?1 AND id = ?2", V(town), V(r->m.event));
    str head = {0};
    if (db_next(&last)) {
        str hash = db_str(&last, 0);
        head = crypt_hex(a->arena, (const uint8_t *)hash.s, hash.n);
    }
    db_done(&last);
    if (!str_eq(head, r->m.head))
        return err_add(&a->err, ERR_STORE, S("manifest.json: head"), r->m.head,
            "the chain does not end where the backup says", "记录链与备份说明不符");
    return db_status(db, &a->err);
}

static enum err_code copy_database(struct restoring *r)
{
    if (!r->snapshot)
        return copy_file(r, "bihuan.db");
    return snapshot_fill(r->a->arena, r->from, r->snapshot, r->at_us, in(r, r->folder, "bihuan.db"),
        &r->reached_us, &r->a->err);
}

// Each as it was copied; the structure is looked at as that of the town's own database is.
static enum err_code copy_year(struct restoring *r, const struct manifest_file *f, int64_t year)
{
    struct arena *a = r->a->arena;
    struct err *e = &r->a->err;
    str path = years_path(a, in(r, r->folder, "years"), year);
    if (folder_make(in(r, r->folder, "years").s, e) != OK)
        return e->code;
    enum err_code code = r->snapshot ? snapshot_fill_year(a, r->from, r->snapshot, f, path, e)
                                     : copy_file(r, str_z(a, f->path));
    if (code != OK)
        return code;
    struct db *db = db_open(path, DB_READ, e);
    code = db ? backup_check(db, e) : e->code;
    db_close(db);
    return code;
}

static enum err_code copy_years(struct restoring *r)
{
    const struct manifest_file *files = r->m.files.v;
    for (size_t i = 0; i < r->m.files.n; i++) {
        int64_t year = manifest_year(&files[i], r->snapshot != NULL);
        if (year != 0 && copy_year(r, &files[i], year) != OK)
            return r->a->err.code;
    }
    return OK;
}

static enum err_code fill(struct restoring *r)
{
    struct args *a = r->a;
    struct err *e = &a->err;
    if (manifest_check(a->arena, described(r), &r->m, e) != OK ||
        folder_above(a->arena, r->folder, e) != OK || folder_make(r->folder.s, e) != OK)
        return e->code;
    if (copy_database(r) != OK || copy_years(r) != OK || copy_key(r) != OK)
        return e->code;
    // For writing, so that a backup made by an older program is brought up to date here and not at
    // the first start.
    struct db *db = town_open(a->arena, r->folder, true, tm_now(), e);
    if (!db)
        return e->code;
    enum err_code code = backup_check(db, e);
    int64_t town = code == OK ? town_of(a->arena, r->folder, db, e) : 0;
    if (code == OK)
        code = e->code;
    if (code == OK)
        code = check_history(r, db, town);
    if (code == OK)
        code = copy_blobs(r, db, town);
    db_checkpoint(db, true);
    db_close(db);
    return code;
}

// To the second: the state is that of the last commit before the moment asked for.
static str moment(struct arena *a, int64_t us)
{
    return tm_rfc3339(a, us - us % US_SECOND, TM_ZONE_DEFAULT_S);
}

static int report(struct args *a, const struct restoring *r, bool has_key)
{
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kstr(&j.w, "dir", args_dir(a));
        jw_kstr(&j.w, "town", r->m.town_name);
        jw_ktime(&j.w, "made", r->m.made_us, TM_ZONE_DEFAULT_S);
        jw_ktime(&j.w, "state", r->reached_us, TM_ZONE_DEFAULT_S);
        jw_ki64(&j.w, "events", r->audit.events);
        jw_kstr(&j.w, "head", r->audit.head);
        jw_ki64(&j.w, "blobs", r->blobs);
        jw_kbool(&j.w, "key", has_key);
        args_json_end(&j);
    }
    args_say(a, "%.*s of %.*s is in %.*s: %" PRId64 " events, unbroken; %" PRId64 " attachments",
        "%.*s（%.*s 的状态）已恢复到 %.*s：%" PRId64 " 条记录，链完整；附件 %" PRId64 " 个",
        STR_ARG(r->m.town_name), STR_ARG(moment(a->arena, r->reached_us)), STR_ARG(args_dir(a)),
        r->audit.events, r->blobs);
    if (!has_key)
        args_say(a,
            "the key is missing: put it there as a file named key (mode 0600) before serving",
            "缺少密钥：启动服务前请将密钥文件放入该目录，命名为 key（权限 0600）");
    return EXIT_DONE;
}

// Which backup, and what it says of itself.
static enum err_code choose(struct restoring *r)
{
    struct args *a = r->a;
    str at = args_str(a, "at");
    r->at_us = INT64_MAX;
    bool store = snapshot_store(a->arena, r->from);
    if (at.n > 0 && !tm_parse(at, TM_ZONE_DEFAULT_S, &r->at_us))
        return err_add(&a->err, ERR_INVALID, S("--at"), S("2026-11-20T09:00:00+08:00"),
            "is not a time", "不是时间");
    if (at.n > 0 && !store)
        return err_add(&a->err, ERR_INVALID, S("--at"), S(""),
            "only a store of backups knows moments; this is a single backup",
            "只有备份库可以恢复到某个时刻，这里是单个备份");
    if (!store) {
        if (manifest_read(a->arena, r->from, &r->m, &a->err) == OK)
            r->reached_us = r->m.made_us;
        return a->err.code;
    }
    if (snapshot_find(a->arena, r->from, r->at_us, &r->snapshot, &a->err) == OK)
        r->m = r->snapshot->m;
    return a->err.code;
}

static int run(struct args *a)
{
    str dir = args_dir(a);
    char *place = str_z(a->arena, dir);
    struct restoring r = {
        .a = a, .from = args_str(a, "from"), .folder = files_temporary(a->arena, dir)};
    if (r.from.n == 0)
        args_wrong(a, "--from", "FOLDER", "say which backup", "请指明备份目录");
    if (!folder_empty(place))
        args_wrong(a, "--dir", "", "is not empty: a town is restored into a new folder",
            "不是空目录：请恢复到新目录");
    if (a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    if (choose(&r) != OK)
        return args_fail(a, a->err.code == ERR_INVALID ? EXIT_USAGE : EXIT_OPEN);
    interrupt_catch();
    progress_start(&r.p, a, "restore");
    enum err_code code = fill(&r);
    progress_end(&r.p);
    struct stat st;
    bool has_key = stat(in(&r, r.folder, "key").s, &st) == 0;
    if (code == OK)
        code = folder_settle(a->arena, r.folder.s, place, &a->err);
    if (code == OK)
        return report(a, &r, has_key);
    folder_remove(r.folder.s);
    // What is wrong with the backup itself was found; everything else has failed.
    return args_fail(a, r.audit.first_bad != 0 || code == ERR_STORE ? EXIT_FOUND : EXIT_FAILED);
}

const struct cmd CMD_RESTORE = {"restore", "--from FOLDER [OPTIONS]",
    "make a town's folder from a backup, checking all of it", "从备份恢复到新目录，并逐项核验",
    "  bihuan restore --from /backup/bihuan-2026-11-20 --dir var/new --key /safe/key\n"
    "  bihuan restore --from /safe/bihuan --dir /srv/bihuan\n"
    "  bihuan restore --from /backup/store --at '2026-11-20 14:30' --dir var/new --key /safe/key",
    OPTIONS, 0, 0, run};
