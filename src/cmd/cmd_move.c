#include <stdio.h>
#include "cmd/interrupt.h"
#include "cmd/town_door.h"
#include "cmd/town_make.h"
#include "domain/attach.h"
#include "domain/audit.h"
#include "domain/old_years.h"
#include "store/files.h"
#include "store/folder.h"
#include "store/move.h"

static const struct opt OPTIONS[] = {
    {"from", OPT_STR, "DIR", "the town; without it --dir", "要搬的镇的数据目录；不写则为 --dir"},
    {"to", OPT_STR, "DIR", "a folder that is not there yet", "尚不存在的目录"},
    {"db", OPT_STR, "ADDRESS",
        "postgresql://…, a database of its own for the town or one with other towns; without it "
        "the town becomes a file in the new folder",
        "PostgreSQL 数据库地址（postgresql://…）；不写则在新目录里成为数据库文件"},
    {0},
};

struct moving {
    struct args *a;
    str from, folder; // folder: unfinished, beside its place
    struct ctx src;   // in a read transaction
    struct audit_out before, after;
    struct move rows;
    struct progress p;
    int64_t blobs, last_event;
    int exit; // should it fail now
};

static void show(void *arg, int64_t done, int64_t total)
{
    struct moving *m = arg;
    interrupt_leave(m->folder.s); // and the server forgets what was not committed
    progress_show(&m->p, done, total);
}

static void phase(struct moving *m, const char *what, int exit)
{
    progress_end(&m->p);
    progress_start(&m->p, m->a, what);
    interrupt_leave(m->folder.s);
    m->exit = exit;
}

// ---- attachments and the key

static enum err_code copy_blobs(struct moving *m)
{
    struct arena *a = m->a->arena;
    struct attach_copy x = {.progress = show, .arg = m};
    phase(m, "attachments", EXIT_FAILED);
    enum err_code code = attach_copy_all(m->src.db, m->src.rules->town, town_blob_dir(a, m->from),
        town_blob_dir(a, m->folder), &x, &m->a->err);
    m->blobs = x.files;
    return code;
}

static enum err_code copy_key(struct moving *m)
{
    struct arena *a = m->a->arena;
    struct keys keys;
    str hex;
    int64_t bytes;
    if (folder_copy(a, str_fmt(a, "%.*s/key", STR_ARG(m->from)).s,
            str_fmt(a, "%.*s/key", STR_ARG(m->folder)).s, &bytes, &hex, &m->a->err) != OK)
        return m->a->err.code;
    return town_keys(a, m->folder, false, &keys, &m->a->err);
}

// ---- proving

// The copy, as the program itself reads it: its chain ends where that of the source does, and its
// items and counters follow from its history.
static enum err_code prove(struct moving *m)
{
    struct args *a = m->a;
    struct rules *rules = rules_load(m->rows.to, m->rows.town, &a->err);
    if (!rules)
        return a->err.code;
    struct ctx c = m->src;
    c.db = m->rows.to;
    c.rules = rules;
    phase(m, "audit", EXIT_FOUND);
    enum err_code code = audit_verify(&c, show, m, &m->after, &a->err);
    if (code == OK && !str_eq(m->before.head, m->after.head))
        code = err_add(&a->err, ERR_STORE, S("event"), m->before.head,
            "the chain of the copy has another end", "副本的记录链链尾不同");
    phase(m, "tally", EXIT_FOUND);
    struct audit_out counted;
    if (code == OK)
        code = tally_verify(&c, show, m, &counted, &a->err);
    rules_free(rules);
    return code;
}

// Nobody serves the folder, but another process may have an import under way, or serve the same
// database from another folder.
static enum err_code check_still(struct moving *m)
{
    m->exit = EXIT_FAILED;
    db_read_end(m->src.db);
    int64_t now = journal_newest_event(m->src.db, m->rows.town);
    if (db_status(m->src.db, &m->a->err) != OK)
        return m->a->err.code;
    return now == m->last_event
               ? OK
               : err_add(&m->a->err, ERR_BUSY, m->from, (str){0},
                     "somebody wrote to the town while it was being moved: stop what writes, and "
                     "move again",
                     "搬迁期间仍有写入：请先停止所有写入的程序，再重新执行");
}

// ---- all of it

static enum err_code copy_and_prove(struct moving *m)
{
    struct args *a = m->a;
    phase(m, "move", EXIT_FAILED);
    db_begin(m->rows.to);
    if (db_status(m->rows.to, &a->err) != OK)
        return a->err.code;
    enum err_code code = move_plan(&m->rows, &a->err);
    if (code == ERR_CONFLICT)
        m->exit = EXIT_USAGE;
    if (code == OK)
        code = move_rows(&m->rows, &a->err);
    if (code != OK)
        return code;
    phase(m, "compare", EXIT_FOUND);
    code = move_compare(&m->rows, &a->err);
    // Old years have become rows like all others.
    if (code == OK)
        db_run(
            m->rows.to, "DELETE FROM setting WHERE town = ?1 AND key = 'years'", V(m->rows.town));
    if (code == OK)
        code = prove(m);
    if (code == OK)
        code = copy_blobs(m);
    if (code == OK)
        code = copy_key(m);
    return code == OK ? check_still(m) : code;
}

// Makes the unfinished folder with its database, and opens that.
static enum err_code make_target(struct moving *m)
{
    struct args *a = m->a;
    str server = args_str(a, "db");
    m->exit = EXIT_FAILED;
    if (folder_above(a->arena, m->folder, &a->err) != OK)
        return a->err.code;
    m->exit = EXIT_USAGE;
    if (server.n > 0 && town_use_server(a->arena, m->folder, server, &a->err) != OK)
        return a->err.code;
    m->exit = EXIT_OPEN;
    m->rows.to = town_open(a->arena, m->folder, true, tm_now(), &a->err);
    if (!m->rows.to)
        return a->err.code;
    db_town(m->rows.to, m->rows.town);
    m->exit = EXIT_FAILED;
    return server.n > 0 ? town_is(a->arena, m->folder, m->rows.town, &a->err) : OK;
}

// Once committed, the town is in the database; should its folder not get its name then, it is
// taken out again.
static enum err_code settle(struct moving *m, str place)
{
    struct args *a = m->a;
    m->exit = EXIT_FAILED;
    if (db_commit(m->rows.to, &a->err) != OK)
        return a->err.code;
    if (!town_on_server(a->arena, m->folder))
        db_checkpoint(m->rows.to, true);
    enum err_code code = folder_settle(a->arena, m->folder.s, str_z(a->arena, place), &a->err);
    if (code == OK || !town_on_server(a->arena, m->folder))
        return code;
    db_begin(m->rows.to);
    move_remove(&m->rows);
    return db_commit(m->rows.to, &a->err) == OK ? code : a->err.code;
}

static enum err_code move_all(struct moving *m, str place)
{
    struct args *a = m->a;
    interrupt_catch();
    progress_start(&m->p, a, "audit");
    db_read_begin(m->src.db);
    m->last_event = journal_newest_event(m->src.db, m->rows.town);
    m->exit = EXIT_FOUND;
    struct ctx all = m->src;
    (void)old_years_widen(&all);
    m->rows.from = all.db;
    enum err_code code = audit_verify(&m->src, show, m, &m->before, &a->err);
    if (code == OK)
        code = make_target(m);
    if (code == OK)
        code = copy_and_prove(m);
    if (code == OK)
        code = settle(m, place);
    progress_end(&m->p);
    if (m->rows.to) {
        db_rollback(m->rows.to); // harmless after the commit
        db_close(m->rows.to);
    }
    db_read_end(m->src.db);
    if (code != OK)
        folder_remove(m->folder.s);
    return code;
}

static int report(struct moving *m, str place)
{
    struct args *a = m->a;
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kstr(&j.w, "folder", place);
        jw_ki64(&j.w, "town", m->rows.town);
        jw_ki64(&j.w, "tables", (int64_t)m->rows.n);
        jw_ki64(&j.w, "rows", m->rows.rows);
        jw_ki64(&j.w, "events", m->after.events);
        jw_kstr(&j.w, "head", m->after.head);
        jw_ki64(&j.w, "blobs", m->blobs);
        args_json_end(&j);
    }
    args_say(a,
        "%.*s: %" PRId64 " rows in %zu tables, the same as in %.*s; %" PRId64
        " events, unbroken; %" PRId64 " attachments\nhead %.*s\n"
        "%.*s is as it was: do not serve it any more",
        "%.*s：%" PRId64 " 行、%zu 张表，与 %.*s 逐行一致；%" PRId64
        " 条记录，链完整；附件 %" PRId64 " 个\n链尾校验值 %.*s\n"
        "%.*s 原样未动：请勿再启动其服务",
        STR_ARG(place), m->rows.rows, m->rows.n, STR_ARG(m->from), m->after.events, m->blobs,
        STR_ARG(m->after.head), STR_ARG(m->from));
    return EXIT_DONE;
}

static int move_town(struct moving *m, str place)
{
    struct args *a = m->a;
    int lock;
    // What is written after the first row was read would be missing.
    if (town_lock(a->arena, m->from, TOWN_LOCK_SERVE, &lock, &a->err) != OK)
        return args_fail(a, EXIT_OPEN);
    struct town_door *d = town_door_open_at(a, m->from, TOWN_DOOR_READ);
    if (!d) {
        files_unlock(lock);
        return args_fail(a, EXIT_OPEN);
    }
    m->src = town_door_reader(d);
    m->rows = (struct move){.arena = a->arena,
        .from = m->src.db,
        .town = m->src.rules->town,
        .progress = show,
        .arg = m};
    enum err_code code = move_all(m, place);
    town_door_close(d);
    files_unlock(lock);
    return code == OK ? report(m, place) : args_fail(a, m->exit);
}

static str without_slash(str dir)
{
    while (dir.n > 1 && dir.s[dir.n - 1] == '/')
        dir.n--;
    return dir;
}

static int run(struct args *a)
{
    str place = without_slash(args_str(a, "to"));
    struct moving m = {.a = a,
        .from = args_given(a, "from") ? without_slash(args_str(a, "from")) : args_dir(a),
        .folder = files_temporary(a->arena, place)};
    if (place.n == 0)
        args_wrong(a, "--to", "DIR", "say where to", "请指明新目录");
    else if (!folder_empty(str_z(a->arena, place)))
        args_wrong(a, "--to", "", "there is something already: name another folder",
            "这个位置已有内容，请换一个目录");
    if (args_given(a, "from") && args_given(a, "dir"))
        args_wrong(a, "--dir", "", "says the same as --from: give one of them",
            "与 --from 意思相同，请只写一个");
    if (a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    if (!town_make_there(a->arena, m.from)) {
        err_add(&a->err, ERR_MISSING, m.from, S("bihuan.db"), "there is no town in this folder",
            "这个目录里没有镇的数据库");
        return args_fail(a, EXIT_OPEN);
    }
    return move_town(&m, place);
}

const struct cmd CMD_MOVE = {"move", "--from DIR --to DIR [--db ADDRESS]",
    "move a town from a file to a PostgreSQL database, or back, checking all of it",
    "把镇从文件搬到 PostgreSQL，或搬回文件，并逐项核验",
    "  bihuan move --from var/town --to var/new --db postgresql://bihuan@127.0.0.1/town\n"
    "  bihuan move --from var/new --to var/again",
    OPTIONS, 0, 0, run};
