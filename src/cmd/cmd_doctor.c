#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include "api/nightly.h"
#include "cmd/town_door.h"
#include "domain/audit.h"
#include "domain/caller.h"
#include "domain/sealed.h"
#include "domain/search_fill.h"
#include "domain/old_years.h"
#include "store/backup.h"
#include "store/migrate.h"

enum {
    CALLERS_SAMPLED = 200,
    SPACE_LEFT_MIB = 512, // besides room for one more copy of the database
    LOG_LARGE_MIB = 1024,
    CLOCK_AHEAD_S =
        120, // an item changed so far in the future: the machine's clock was wrong, or is
    SEARCH_LATE = 4 * SEARCH_FILL_MIN,
    ALARMS_LATE_S = 3600, // nobody has served the town for so long
};

// What a check has found; bad: the command answers EXIT_FOUND.
enum verdict { FINE, WORTH_KNOWING, BAD };
struct finding {
    enum verdict v;
    str text;
};
struct patient {
    struct args *a;
    struct ctx c;
    struct arena *arena;
    str dir;
    struct keys keys;
    struct progress p;
};

static bool english(const struct patient *p)
{
    return p->a->err.lang == LANG_EN;
}

// The first few notes stand for all of them in one line.
static struct finding from_notes(struct patient *p, const struct err *e)
{
    str text = str_trim(err_text(e, p->arena)), line;
    (void)str_cut(&text, '\n', &line);
    size_t more = e->n + e->dropped - 1;
    if (more > 0)
        line = str_fmt(
            p->arena, english(p) ? "%.*s, and %zu more" : "%.*s，另有 %zu 处", STR_ARG(line), more);
    return (struct finding){BAD, line};
}

static struct finding check_structure(struct patient *p, struct err *e)
{
    if (backup_check(p->c.db, e) != OK)
        return from_notes(p, e);
    return (struct finding){
        FINE, english(p) ? S("every page is in its place") : S("每一页都在其位")};
}

static struct finding check_schema(struct patient *p, struct err *e)
{
    // town_open has refused an older or a newer one.
    int64_t version = migrate_version(p->c.db);
    if (db_status(p->c.db, e) != OK)
        return from_notes(p, e);
    return (struct finding){
        FINE, str_fmt(p->arena, english(p) ? "version %" PRId64 : "第 %" PRId64 " 版", version)};
}

static struct finding check_key(struct patient *p, struct err *e)
{
    if (town_keys(p->arena, p->dir, false, &p->keys, e) != OK)
        return from_notes(p, e);
    p->c.keys = &p->keys;
    return (struct finding){
        FINE, english(p) ? S("there, for its owner only") : S("存在，仅属主可读")};
}

static struct finding check_folder(struct patient *p, struct err *e)
{
    struct stat st;
    (void)e;
    if (stat(str_z(p->arena, p->dir), &st) == 0 && (st.st_mode & 077) != 0)
        return (struct finding){WORTH_KNOWING,
            str_fmt(p->arena,
                english(p)
                    ? "mode %04o: other users of this machine can look in; chmod 700 keeps them out"
                    : "权限 %04o：本机其他用户可以进入，可执行 chmod 700",
                (unsigned)(st.st_mode & 07777))};
    return (struct finding){FINE, english(p) ? S("for its owner only") : S("仅属主可进入")};
}

static struct finding check_callers(struct patient *p, struct err *e)
{
    int64_t items[CALLERS_SAMPLED], n = 0;
    if (!p->c.keys)
        return (struct finding){BAD, english(p) ? S("not looked at: no key") : S("没有密钥，未查")};
    struct cursor r =
        db_rows(p->c.db, "SELECT item FROM caller WHERE town = ?1 ORDER BY item DESC LIMIT ?2",
            V(p->c.rules->town), V(CALLERS_SAMPLED));
    while (db_next(&r))
        items[n++] = db_i64(&r, 0);
    db_done(&r);
    int64_t in_fields = sealed_sample(&p->c, CALLERS_SAMPLED, e);
    for (int64_t i = 0; i < n && e->code == OK; i++) {
        struct caller caller;
        if (!caller_masked(&p->c, items[i], &caller, NULL, e))
            break;
    }
    if (e->code != OK || db_status(p->c.db, e) != OK)
        return from_notes(p, e);
    return (struct finding){FINE, str_fmt(p->arena,
                                      english(p) ? "the newest %" PRId64 " open with this key"
                                                 : "最新 %" PRId64 " 条可用当前密钥打开",
                                      n + in_fields)};
}

static struct finding check_chain(struct patient *p, struct err *e)
{
    struct audit_out out;
    if (audit_verify(&p->c, progress_show, &p->p, &out, e) != OK)
        return from_notes(p, e);
    return (struct finding){FINE,
        str_fmt(p->arena,
            english(p) ? "%" PRId64 " events, head %.16s…" : "%" PRId64 " 条记录，链尾 %.16s…",
            out.events, out.head.n > 0 ? out.head.s : "")};
}

static struct finding check_counters(struct patient *p, struct err *e)
{
    struct audit_out out;
    if (tally_verify(&p->c, progress_show, &p->p, &out, e) != OK)
        return from_notes(p, e);
    return (struct finding){
        FINE, str_fmt(p->arena,
                  english(p) ? "%" PRId64 " items, %" PRId64 " counters agree with the history"
                             : "%" PRId64 " 个事项、%" PRId64 " 个计数与历史一致",
                  out.items, out.cells)};
}

static struct finding check_clocks(struct patient *p, struct err *e)
{
    int64_t town = p->c.rules->town, now = p->c.now_us;
    int64_t ahead = db_one_i64(p->c.db, 0,
        "SELECT max(filed_us) FROM item WHERE town = ?1 AND filed_us > ?2 AND shelf = 0", V(town),
        V(now + CLOCK_AHEAD_S * US_SECOND));
    int64_t oldest = db_one_i64(p->c.db, 0,
        "SELECT alarm_us FROM item WHERE town = ?1 AND alarm_us > 0 ORDER BY alarm_us LIMIT 1",
        V(town));
    int64_t waiting = db_one_i64(p->c.db, 0,
        "SELECT count(*) FROM item WHERE town = ?1 AND alarm_us > 0 AND alarm_us < ?2", V(town),
        V(now));
    if (db_status(p->c.db, e) != OK)
        return from_notes(p, e);
    if (ahead != 0)
        return (struct finding){
            BAD, str_fmt(p->arena,
                     english(p) ? "an item was filed at %.*s, which is still to come: is this "
                                  "machine's clock right?"
                                : "有事项的登记时间是 %.*s，尚未到来：请核对本机时钟",
                     STR_ARG(tm_minute(p->arena, ahead, p->c.rules->zone_s)))};
    if (waiting > 0 && now - oldest > ALARMS_LATE_S * US_SECOND)
        return (struct finding){WORTH_KNOWING,
            str_fmt(p->arena,
                english(p)
                    ? "%" PRId64
                      " clocks ran out unnoticed, the first at %.*s: the server takes them up"
                    : "%" PRId64 " 个时限到期尚未处理，最早 %.*s：服务启动后自动处理",
                waiting, STR_ARG(tm_minute(p->arena, oldest, p->c.rules->zone_s)))};
    return (struct finding){
        FINE, english(p) ? S("nothing overdue is unnoticed") : S("没有漏掉的到期时限")};
}

static struct finding check_space(struct patient *p, struct err *e)
{
    struct statvfs fs;
    struct stat db = {0}, log;
    char *dir = str_z(p->arena, p->dir);
    bool server = town_on_server(p->arena, p->dir);
    (void)e;
    if (statvfs(dir, &fs) != 0 ||
        (!server && stat(str_z(p->arena, town_db_path(p->arena, p->dir)), &db) != 0))
        return (struct finding){BAD, english(p) ? S("cannot be told") : S("无法查询")};
    double free_mib = (double)fs.f_bavail * (double)fs.f_frsize / MIB,
           db_mib = (double)db.st_size / MIB;
    str wal = str_fmt(p->arena, "%s/bihuan.db-wal", dir);
    double log_mib = stat(wal.s, &log) == 0 ? (double)log.st_size / MIB : 0;
    str text = str_fmt(p->arena,
        english(p) ? "%.0f MiB free, database %.1f MiB, its log %.1f MiB"
                   : "剩余 %.0f MiB，数据库 %.1f MiB，日志 %.1f MiB",
        free_mib, db_mib, log_mib);
    bool tight = free_mib < db_mib + SPACE_LEFT_MIB;
    return (struct finding){tight ? BAD : log_mib > LOG_LARGE_MIB ? WORTH_KNOWING : FINE, text};
}

static struct finding check_blobs(struct patient *p, struct err *e)
{
    int64_t n = 0, gone = 0;
    str first = {0};
    struct arena *a = arena_new();
    struct cursor r = db_rows(
        p->c.db, "SELECT DISTINCT hash, bytes FROM file WHERE town = ?1", V(p->c.rules->town));
    for (; db_next(&r); n++) {
        str hash = db_str(&r, 0);
        struct stat st;
        str path = str_fmt(
            a, "%.*s/%.2s/%.2s/%.*s", STR_ARG(p->c.blob_dir), hash.s, hash.s + 2, STR_ARG(hash));
        if (stat(path.s, &st) != 0 || st.st_size != db_i64(&r, 1)) {
            if (gone++ == 0)
                first = str_dup(p->arena, path);
        }
        arena_reset(a);
    }
    arena_free(a);
    if (db_status(p->c.db, e) != OK)
        return from_notes(p, e);
    if (gone > 0)
        return (struct finding){
            BAD, str_fmt(p->arena,
                     english(p) ? "%" PRId64 " of %" PRId64 " are missing or cut short, first %.*s"
                                : "缺失或残缺 %" PRId64 " 个（共 %" PRId64 " 个），首个 %.*s",
                     gone, n, STR_ARG(first))};
    return (struct finding){FINE,
        str_fmt(p->arena, english(p) ? "all %" PRId64 " are there" : "%" PRId64 " 个全部在位", n)};
}

static struct finding check_years(struct patient *p, struct err *e)
{
    struct years y;
    int64_t items = 0;
    years_known(p->c.db, p->c.rules->town, &y);
    (void)old_years_look(&p->c);
    if (db_status(p->c.db, e) != OK)
        return from_notes(p, e);
    for (size_t i = 0; i < y.n; i++)
        items += y.v[i].items;
    if (y.n == 0)
        return (struct finding){FINE, english(p) ? S("none is detached") : S("没有分出年度库")};
    return (struct finding){FINE, str_fmt(p->arena,
                                      english(p) ? "%zu files with %" PRId64 " items, all there"
                                                 : "%zu 个年度库共 %" PRId64 " 个事项，全部在位",
                                      y.n, items)};
}

static struct finding check_backup(struct patient *p, struct err *e)
{
    struct nightly_state s;
    str store;
    (void)e;
    if (!nightly_noted(p->arena, p->dir, &store, &s))
        return (struct finding){WORTH_KNOWING, english(p)
                                                   ? S("the server makes none: serve --backup-to")
                                                   : S("服务未设自动备份（serve --backup-to）")};
    str when = s.made_us ? tm_minute(p->arena, s.made_us, p->c.rules->zone_s) : S("-");
    bool good = strcmp(nightly_word(&s, p->c.now_us), "good") == 0;
    int64_t hours = s.made_us ? (p->c.now_us - s.made_us) / US_HOUR : 0;
    str text = str_fmt(p->arena,
        english(p) ? "the last good one is of %.*s, %" PRId64 " hours ago, in %.*s%s%s"
                   : "最近一次成功于 %.*s（%" PRId64 " 小时前），在 %.*s%s%s",
        STR_ARG(when), hours, STR_ARG(store), s.failed ? ": " : "", s.failed ? s.why : "");
    return (struct finding){good ? FINE : BAD, text};
}

static struct finding check_search(struct patient *p, struct err *e)
{
    struct search_state s;
    if (search_state(&p->c, &s, e) != OK)
        return from_notes(p, e);
    if (s.waiting > SEARCH_LATE)
        return (struct finding){WORTH_KNOWING,
            str_fmt(p->arena,
                english(p) ? "%" PRId64 " items are not indexed yet, and searching them takes"
                             " longer: the server does it, or search fill"
                           : "%" PRId64 " 个事项尚未编入索引，检索会慢：服务会自动补齐，"
                             "也可执行 search fill",
                s.waiting)};
    return (struct finding){FINE,
        str_fmt(p->arena,
            english(p) ? "%" PRId64 " items in %" PRId64 " blocks, the newest %" PRId64
                         " searched by their texts"
                       : "%" PRId64 " 个事项已编入 %" PRId64 " 块，最新 %" PRId64 " 个按原文检索",
            s.items - s.waiting, s.blocks, s.waiting)};
}

static const struct check {
    const char *key, *en, *zh;
    struct finding (*run)(struct patient *p, struct err *e);
} CHECKS[] = {
    {"structure", "database structure", "数据库结构", check_structure},
    {"schema", "database version", "数据库版本", check_schema},
    {"folder", "folder", "数据目录", check_folder},
    {"key", "key", "密钥", check_key},
    {"callers", "personal data", "个人信息", check_callers},
    {"chain", "history", "记录链", check_chain},
    {"counters", "counters", "计数", check_counters},
    {"clocks", "clocks", "时限", check_clocks},
    {"search", "search index", "检索索引", check_search},
    {"space", "disk", "磁盘", check_space},
    {"blobs", "attachments", "附件", check_blobs},
    {"years", "year files", "年度库", check_years},
    {"backup", "backup", "备份", check_backup},
};

static void show(
    struct patient *p, struct args_json *j, const struct check *k, const struct finding *f)
{
    static const char *const marks[] = {"✓", "!", "✗"};
    static const char *const words[] = {"ok", "note", "bad"};
    if (!p->a->json) {
        printf("%s %s: %.*s\n", marks[f->v], english(p) ? k->en : k->zh, STR_ARG(f->text));
        (void)fflush(stdout);
        return;
    }
    jw_obj(&j->w);
    jw_kstr(&j->w, "check", str_of(k->key));
    jw_kstr(&j->w, "result", str_of(words[f->v]));
    jw_kstr(&j->w, "text", f->text);
    jw_end_obj(&j->w);
}

static int examine(struct patient *p)
{
    struct args_json j;
    bool good = true;
    if (p->a->json) {
        args_json_begin(p->a, &j);
        jw_key(&j.w, S("checks"));
        jw_arr(&j.w);
    }
    for (size_t i = 0; i < ARRAY_LEN(CHECKS); i++) {
        struct err e;
        err_init(&e, p->arena, p->a->err.lang);
        db_rollback(p->c.db); // a failure of the check before shall not be taken for this one's
        progress_start(&p->p, p->a, CHECKS[i].key);
        struct finding f = CHECKS[i].run(p, &e);
        progress_end(&p->p);
        good = good && f.v != BAD;
        show(p, &j, &CHECKS[i], &f);
    }
    if (p->a->json) {
        jw_end_arr(&j.w);
        jw_kbool(&j.w, "ok", good);
        args_json_end(&j);
    }
    return good ? EXIT_DONE : EXIT_FOUND;
}

static int run(struct args *a)
{
    struct town_door *d = town_door_open(a, TOWN_DOOR_LOOK);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    struct patient p = {.a = a, .c = town_door_reader(d), .arena = a->arena, .dir = args_dir(a)};
    int code = examine(&p);
    town_door_close(d);
    return code;
}

const struct cmd CMD_DOCTOR = {"doctor", "[OPTIONS]",
    "look the whole town over: one line for each check", "全面体检，每项一行",
    "  bihuan doctor --dir var/town\n  bihuan doctor --dir var/town --json", NULL, 0, 0, run};
