#include "cmd/backup_store.h"

#include "cmd/interrupt.h"
#include "domain/snapshot.h"
#include "domain/town.h"
#include "store/files.h"

struct adding {
    struct args *a;
    struct progress p;
    struct snapshot made;
    struct snapshot_thinned thinned;
};

static void show(void *arg, int64_t done, int64_t total)
{
    struct adding *x = arg;
    progress_show(&x->p, done, total);
}

static bool interrupted(void *arg)
{
    (void)arg;
    return interrupt_seen();
}

void backup_say_key(struct args *a, const struct manifest *m)
{
    if (!manifest_find(m, "key"))
        args_say(a,
            "the key is not in it: keep DIR/key in another safe place, without it the callers' "
            "data is lost",
            "备份中不含密钥：请将 DIR/key 另存他处，没有它个人信息无法恢复");
}

static int report(struct adding *x, str store)
{
    struct args *a = x->a;
    const struct manifest *m = &x->made.m;
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kstr(&j.w, "store", store);
        jw_kstr(&j.w, "snapshot", x->made.name);
        jw_ki64(&j.w, "snapshots_removed", x->thinned.snapshots);
        jw_ki64(&j.w, "pieces_removed", x->thinned.pieces);
        jw_key(&j.w, S("manifest"));
        jw_raw(&j.w, str_trim(manifest_text(a->arena, m)));
        args_json_end(&j);
    }
    args_say(a,
        "%.*s in %.*s: database %.1f MiB, new %.1f MiB in %" PRId64 " pieces; %" PRId64
        " attachments; event %" PRId64 "\nhead %.*s",
        "%.*s 已存入 %.*s：数据库 %.1f MiB，新增 %.1f MiB（%" PRId64 " 块）；附件 %" PRId64
        " 个；记录至第 %" PRId64 " 条\n链尾校验值 %.*s",
        STR_ARG(x->made.name), STR_ARG(store), (double)m->database_bytes / MIB,
        (double)m->new_bytes / MIB, m->new_pieces, m->blobs, m->event, STR_ARG(m->head));
    backup_say_key(a, m);
    return EXIT_DONE;
}

static enum err_code add(
    struct adding *x, struct db *db, str dir, str store, const struct keep *k, bool with_key)
{
    struct args *a = x->a;
    int lock = -1, zone_s = TM_ZONE_DEFAULT_S;
    int64_t town = town_of(a->arena, dir, db, &a->err);
    if (a->err.code != OK || snapshot_begin(a->arena, store, town, &lock, &a->err) != OK)
        return a->err.code;
    struct snapshot_job job = {.dir = dir,
        .store = store,
        .program = str_of(cmd_version()),
        .with_key = with_key,
        .now = tm_now,
        .progress = show,
        .stop = interrupted,
        .arg = x};
    if (snapshot_make(a->arena, db, &job, &x->made, &a->err) == OK && k->days > 0)
        (void)!snapshot_thin(a->arena, store, k, zone_s, &x->thinned, &a->err);
    files_unlock(lock);
    return a->err.code;
}

int backup_store_add(struct args *a, str dir, str store, str keep, bool with_key)
{
    struct adding x = {.a = a};
    struct keep k = {0};
    if (keep.n > 0 && keep_parse(keep, &k, &a->err) != OK)
        return args_fail(a, EXIT_USAGE);
    struct db *db = town_open(a->arena, dir, false, 0, &a->err);
    if (!db)
        return args_fail(a, EXIT_OPEN);
    interrupt_catch();
    progress_start(&x.p, a, "backup");
    enum err_code code = add(&x, db, dir, store, &k, with_key);
    progress_end(&x.p);
    db_close(db);
    if (code == OK)
        return report(&x, store);
    return args_fail(a, code == ERR_INVALID ? EXIT_USAGE : EXIT_FAILED);
}

int backup_store_verify(struct args *a, str store)
{
    struct progress p;
    struct snapshot_sums sums;
    if (!snapshot_store(a->arena, store)) {
        err_add(&a->err, ERR_MISSING, S("--verify"), S("store.json"), "is not a store of backups",
            "不是备份库");
        return args_fail(a, EXIT_OPEN);
    }
    progress_start(&p, a, "verify");
    enum err_code code = snapshot_verify(a->arena, store, progress_show, &p, &sums, &a->err);
    progress_end(&p);
    if (code != OK)
        return args_fail(a, EXIT_FOUND);
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kbool(&j.w, "ok", true);
        jw_ki64(&j.w, "snapshots", sums.snapshots);
        jw_ki64(&j.w, "pieces", sums.pieces);
        jw_ki64(&j.w, "blobs", sums.blobs);
        jw_ki64(&j.w, "records", sums.records);
        args_json_end(&j);
    }
    args_say(a,
        "%" PRId64 " backups, %" PRId64 " pieces, %" PRId64 " attachments, %" PRId64
        " records of the log: all as their sums say",
        "%" PRId64 " 个备份、%" PRId64 " 个数据块、%" PRId64 " 个附件、%" PRId64
        " 条日志记录，校验全部相符",
        sums.snapshots, sums.pieces, sums.blobs, sums.records);
    return EXIT_DONE;
}
