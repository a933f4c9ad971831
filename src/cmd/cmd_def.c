#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/embed.h"
#include "cmd/def_check.h"
#include "cmd/def_moves.h"
#include "cmd/def_trial.h"
#include "store/folder.h"
#include "cmd/town_door.h"
#include "cmd/town_make.h"
#include "domain/publish.h"
#include "domain/yaml.h"
#include "domain/keydate.h"

enum { LAST_MAX = 1000000, TRIAL_ROWS_SHOWN = 20 };

static const struct opt OPTIONS[] = {
    {"kind", OPT_STR, "loop|register|calendar|roles|score|keydate|supervision",
        "what FILE defines; without it its content tells", "文件定义的种类，不写则从内容判断"},
    {"last", OPT_I64, "N", "try: so many of the newest orders", "try：最近多少个事项", "1000", 1,
        LAST_MAX},
    {"as", OPT_STR, "LOGIN", "publish, move: who does it; without it the system",
        "publish、move：以谁的名义，不写则为系统"},
    {"to", OPT_I64, "VERSION", "move: to this version; without it the newest",
        "move：迁移到第几版，不写则为最新版", NULL, 1, INT64_MAX},
    {"from", OPT_I64, "VERSION", "move: only items of this version", "move：只迁移第几版的事项",
        NULL, 1, INT64_MAX},
    {"where", OPT_STR, "FILTER", "move: which items; without it all of the loop",
        "move：哪些事项（筛选条件），不写则为全部"},
    {"states", OPT_STR, "OLD=NEW,...", "move: states the version calls otherwise",
        "move：新版本改了名的状态"},
    {"parts", OPT_STR, "OLD=NEW,...", "move: the same for states of parts",
        "move：新版本改了名的承办状态"},
    {"note", OPT_STR, "TEXT", "move: why, for the history", "move：说明，记入经过"},
    {"back", OPT_FLAG, NULL, "move: takes the move to --to back where nothing has happened since",
        "move：撤销到 --to 版的迁移（此后未办理的）"},
    {"dry-run", OPT_FLAG, NULL, "move: only says what would be", "move：只试算，不写入"},
    {0},
};

// ---- texts: a file, a version in the town (hotline, hotline@2), or what is shipped (hotline)

static enum err_code read_stored(struct args *a, struct ctx *c, str name, str *text)
{
    size_t at = str_find(name, '@');
    int64_t version = INT64_MAX;
    if (at < name.n && !str_i64(str_sub(name, at + 1, name.n), &version))
        return err_add(
            &a->err, ERR_INVALID, name, S("hotline@2"), "is not a version", "版本写法不对");
    *text = db_one_str(c->db, a->arena,
        "SELECT text FROM def WHERE town = ?1 AND key = ?2 AND version <= ?3 ORDER BY version DESC "
        "LIMIT 1",
        V(c->rules->town), V(str_sub(name, 0, at)), V(version));
    if (db_status(c->db, &a->err) != OK || text->n > 0)
        return a->err.code;
    return err_add(&a->err, ERR_MISSING, name, (str){0}, "the town has no such definition",
        "镇里没有这个定义");
}

static enum err_code read_shipped(struct args *a, str name, str *text)
{
    const struct embed_file *f =
        embed_find(str_fmt(a->arena, "defs/loops/%.*s.yaml", STR_ARG(name)));
    if (!f)
        f = embed_find(str_fmt(a->arena, "defs/registers/%.*s.yaml", STR_ARG(name)));
    if (!f)
        return err_add(&a->err, ERR_MISSING, name, S("a file, or a loop such as hotline"),
            "is not shipped with the program; --dir looks into a town",
            "程序未随附这个定义，可用 --dir 查看镇里的");
    *text = f->bytes;
    return OK;
}

static enum err_code read_any(struct args *a, struct ctx *c, str name, str *text)
{
    if (str_has(name, S("/")) || str_ends(name, S(".yaml")) || str_ends(name, S(".yml")))
        return def_check_read(a, name, text);
    return c ? read_stored(a, c, name, text) : read_shipped(a, name, text);
}

// ---- draw, diff

static int draw_one(struct args *a, struct ctx *c)
{
    str text = {0};
    struct def *d;
    if (read_any(a, c, a->words[1], &text) != OK)
        return args_fail(a, EXIT_OPEN);
    if (def_parse(a->arena, text, &d, &a->err) != OK)
        return args_fail(a, EXIT_FOUND);
    str dot = def_dot(a->arena, d);
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kstr(&j.w, "loop", d->loop);
        jw_kstr(&j.w, "dot", dot);
        args_json_end(&j);
    } else {
        printf("%.*s", STR_ARG(dot));
    }
    return EXIT_DONE;
}

static int diff_two(struct args *a, struct ctx *c)
{
    struct def *d[2];
    struct keydate *k[2];
    bool keydates = false;
    for (size_t i = 0; i < 2; i++) {
        str text = {0};
        if (read_any(a, c, a->words[1 + i], &text) != OK)
            return args_fail(a, EXIT_OPEN);
        keydates = i == 0 ? str_eq(def_check_kind(a, text), S("keydate")) : keydates;
        if ((keydates ? keydate_parse(a->arena, text, &k[i], &a->err)
                      : def_parse(a->arena, text, &d[i], &a->err)) != OK)
            return args_fail(a, EXIT_FOUND);
        a->err.file = (str){0};
    }
    str rest = keydates ? keydate_diff(a->arena, k[0], k[1]) : def_diff(a->arena, d[0], d[1]), line;
    if (!a->json) {
        printf("%.*s", STR_ARG(rest));
        if (rest.n == 0)
            args_say(a, "nothing has changed", "没有变化");
        return EXIT_DONE;
    }
    struct args_json j;
    args_json_begin(a, &j);
    jw_key(&j.w, S("changes"));
    jw_arr(&j.w);
    while (str_cut(&rest, '\n', &line))
        if (line.n > 0)
            jw_str(&j.w, line);
    jw_end_arr(&j.w);
    args_json_end(&j);
    return EXIT_DONE;
}

// With --dir, names are looked up in the town; without, among what is shipped.
static int looking(struct args *a, int (*f)(struct args *a, struct ctx *c))
{
    if (!args_given(a, "dir"))
        return f(a, NULL);
    struct town_door *d = town_door_open(a, TOWN_DOOR_LOOK);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    struct ctx c = town_door_reader(d);
    int code = f(a, &c);
    town_door_close(d);
    return code;
}

// ---- publish

struct publishing {
    struct arena *arena;
    str kind, text;
    struct published out;
    int64_t after, looked, settled;
};

static enum err_code publish_it(struct ctx *c, void *arg, struct err *e)
{
    struct publishing *p = arg;
    if (def_publish(c, p->kind, p->text, false, &p->out, e) != OK)
        return e->code;
    p->out.key = str_dup(p->arena, p->out.key);
    return OK;
}

static enum err_code settle_some(struct ctx *c, void *arg, struct err *e)
{
    struct publishing *p = arg;
    p->looked = def_settle_some(c, p->after, &p->after, e);
    if (p->looked == 0 && e->code == OK)
        def_settle_done(c, p->out.id);
    return e->code;
}

// A calendar moves the due times of what is open.
static enum err_code settle_all(struct args *a, struct town_door *d, struct publishing *p)
{
    struct progress bar;
    struct ctx c = town_door_reader(d);
    int64_t total = db_one_i64(
        c.db, 0, "SELECT id FROM item WHERE town = ?1 ORDER BY id DESC LIMIT 1", V(c.rules->town));
    progress_start(&bar, a, "settle");
    enum err_code code;
    do {
        code = town_door_run(d, settle_some, p, &a->err);
        p->settled += p->looked;
        progress_show(&bar, p->after, total);
    } while (code == OK && p->looked > 0);
    progress_end(&bar);
    return code;
}

static int publish_in(struct args *a, struct town_door *d, str text)
{
    struct publishing p = {.arena = a->arena, .kind = def_check_kind(a, text), .text = text};
    if (town_door_as(d, args_str(a, "as"), &a->err) != OK)
        return args_fail(a, EXIT_USAGE);
    enum err_code code = town_door_run(d, publish_it, &p, &a->err);
    if (code != OK)
        return args_fail(
            a, code == ERR_STORE || code == ERR_FULL || code == ERR_BUSY || code == ERR_DENIED
                   ? EXIT_FAILED
                   : EXIT_FOUND);
    if (str_eq(p.kind, S("calendar")) && settle_all(a, d, &p) != OK)
        return args_fail(a, EXIT_FAILED);
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kstr(&j.w, "kind", p.kind);
        jw_kstr(&j.w, "key", p.out.key);
        jw_ki64(&j.w, "version", p.out.version);
        jw_ki64(&j.w, "settled", p.settled);
        args_json_end(&j);
    }
    args_say(a, "%.*s \"%.*s\" version %" PRId64 " is in force",
        "%.*s“%.*s”第 %" PRId64 " 版已生效", STR_ARG(p.kind), STR_ARG(p.out.key), p.out.version);
    return EXIT_DONE;
}

static int publish(struct args *a)
{
    str text = {0};
    if (def_check_read(a, a->words[1], &text) != OK)
        return args_fail(a, EXIT_OPEN);
    struct town_door *d = town_door_open(a, TOWN_DOOR_WRITE);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = publish_in(a, d, text);
    town_door_close(d);
    return code;
}

// ---- try

static void json_stuck(struct jw *w, const char *key, const struct def_trial_stuck *v, size_t n)
{
    jw_key(w, str_of(key));
    jw_arr(w);
    for (size_t i = 0; i < n; i++) {
        jw_obj(w);
        jw_kstr(w, "what", v[i].what);
        jw_ki64(w, "items", v[i].items);
        jw_kstr(w, "first", v[i].first);
        jw_end_obj(w);
    }
    jw_end_arr(w);
}

static void say_stuck(
    struct args *a, const char *en, const char *zh, const struct def_trial_stuck *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        args_say(a, "%s %.*s: %" PRId64 ", for example %.*s", "%s %.*s：%" PRId64 " 个，如 %.*s",
            a->err.lang == LANG_EN ? en : zh, STR_ARG(v[i].what), v[i].items, STR_ARG(v[i].first));
}

static void json_begun(struct jw *w, const struct def_trial *t)
{
    jw_key(w, S("begun"));
    jw_arr(w);
    for (size_t i = 0; i < t->n_begun; i++) {
        jw_obj(w);
        jw_kstr(w, "clock", t->begun[i].key);
        jw_ki64(w, "clocks", t->begun[i].clocks);
        jw_ki64(w, "over", t->begun[i].over);
        jw_kstr(w, "first", t->begun[i].first);
        jw_end_obj(w);
    }
    jw_end_arr(w);
}

static void say_begun(struct args *a, const struct def_trial *t)
{
    for (size_t i = 0; i < t->n_begun; i++)
        args_say(a,
            "clock %.*s would run from when its step was taken: %" PRId64
            ", overdue at once %" PRId64 ", for example %.*s",
            "会补计的时限 %.*s：%" PRId64 " 个，其中当即超期 %" PRId64 " 个，如 %.*s",
            STR_ARG(t->begun[i].key), t->begun[i].clocks, t->begun[i].over,
            STR_ARG(t->begun[i].first));
}

// An item's clock under another limit; one that did not run had none.
static str limit_text(struct arena *a, struct dur limit)
{
    return limit.unit == DUR_NONE ? S("—") : dur_text(a, limit);
}

static void print_trial_json(struct args *a, const struct def_trial *t, int zone_s)
{
    struct args_json j;
    struct jw *w = &j.w;
    args_json_begin(a, &j);
    jw_ki64(w, "items", t->items);
    jw_key(w, S("clocks"));
    jw_arr(w);
    for (size_t i = 0; i < t->n_clocks; i++) {
        const struct def_trial_clock *k = &t->clocks[i];
        jw_obj(w);
        jw_kstr(w, "key", k->key);
        jw_kbool(w, "known", i < t->n_known);
        jw_ki64(w, "runs", k->runs);
        jw_ki64(w, "changed", k->changed);
        jw_ki64(w, "without", k->without);
        jw_ki64(w, "due_moves", k->due);
        jw_ki64(w, "to_late", k->to_late);
        jw_ki64(w, "to_met", k->to_met);
        jw_end_obj(w);
    }
    jw_end_arr(w);
    jw_key(w, S("lost_states"));
    jw_arr(w);
    for (size_t i = 0; i < t->n_lost; i++) {
        jw_obj(w);
        jw_kstr(w, "key", t->lost[i].key);
        jw_kbool(w, "of_part", t->lost[i].of_part);
        jw_ki64(w, "items", t->lost[i].items);
        jw_end_obj(w);
    }
    jw_end_arr(w);
    jw_ki64(w, "stuck", t->stuck);
    json_begun(w, t);
    json_stuck(w, "unfit", t->unfit, t->n_unfit);
    json_stuck(w, "gone", t->gone, t->n_gone);
    json_stuck(w, "dropped", t->dropped, t->n_dropped);
    jw_key(w, S("changes"));
    jw_arr(w);
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct def_trial_row *r = &t->rows[i];
        jw_obj(w);
        jw_kstr(w, "no", r->no);
        jw_kstr(w, "clock", r->clock);
        jw_kstr(w, "from", dur_text(a->arena, r->from));
        jw_kstr(w, "to", dur_text(a->arena, r->to));
        jw_ktime(w, "due_from", r->due_from_us, zone_s);
        jw_ktime(w, "due_to", r->due_to_us, zone_s);
        jw_end_obj(w);
    }
    jw_end_arr(w);
    args_json_end(&j);
}

static void print_trial(struct args *a, const struct def_trial *t)
{
    args_say(a, "%" PRId64 " orders tried", "试算 %" PRId64 " 个事项", t->items);
    for (size_t i = 0; i < t->n_clocks; i++) {
        const struct def_trial_clock *k = &t->clocks[i];
        if (i >= t->n_known)
            args_say(a, "clock %.*s: unknown to the new version; %" PRId64 " ran",
                "时限 %.*s：新版本中没有，曾运行 %" PRId64 " 次", STR_ARG(k->key), k->runs);
        else
            args_say(a,
                "clock %.*s: of %" PRId64 ", %" PRId64 " get another limit, %" PRId64
                " none; %" PRId64 " due times move, %" PRId64 " in time turn late, %" PRId64
                " late turn in time",
                "时限 %.*s：共 %" PRId64 " 次，期限改变 %" PRId64 " 次，不再有期限 %" PRId64
                " 次；到期时间变动 %" PRId64 " 个，按时变超时 %" PRId64 " 个，超时变按时 %" PRId64
                " 个",
                STR_ARG(k->key), k->runs, k->changed, k->without, k->due, k->to_late, k->to_met);
    }
    for (size_t i = 0; i < t->n_lost; i++)
        args_say(a, "state %.*s%s is gone: %" PRId64 " stand in it",
            "状态 %.*s%s 不复存在：%" PRId64 " 个正处于该状态", STR_ARG(t->lost[i].key),
            !t->lost[i].of_part      ? ""
            : a->err.lang == LANG_EN ? " of a part"
                                     : "（承办）",
            t->lost[i].items);
    if (t->stuck > 0)
        args_say(a, "no step would lead on: %" PRId64 ", for example %.*s",
            "此后没有步骤可走：%" PRId64 " 个，如 %.*s", t->stuck, STR_ARG(t->stuck_first));
    say_begun(a, t);
    say_stuck(a, "no answer any more,", "不再有效的值", t->unfit, t->n_unfit);
    say_stuck(a, "running clock without an end,", "不再计的时限", t->gone, t->n_gone);
    say_stuck(a, "asked for, and gone,", "作废的申请", t->dropped, t->n_dropped);
    for (size_t i = 0; i < t->n_rows && i < TRIAL_ROWS_SHOWN; i++)
        args_say(a, "  %.*s %.*s: %.*s → %.*s", "  %.*s %.*s：%.*s → %.*s", STR_ARG(t->rows[i].no),
            STR_ARG(t->rows[i].clock), STR_ARG(limit_text(a->arena, t->rows[i].from)),
            STR_ARG(limit_text(a->arena, t->rows[i].to)));
    if (t->n_rows > TRIAL_ROWS_SHOWN)
        args_say(a, "  … --json lists %zu", "  …… --json 列出 %zu 个", t->n_rows);
}

static int try_in(struct args *a, struct ctx *c, str text)
{
    struct published out;
    struct def *d;
    struct def_trial t;
    if (def_publish(c, def_check_kind(a, text), text, true, &out, &a->err) != OK &&
        a->err.code != ERR_CONFLICT)
        return args_fail(a, EXIT_FOUND);
    err_init(&a->err, a->arena, a->err.lang);
    if (def_parse(a->arena, text, &d, &a->err) != OK)
        return args_fail(a, EXIT_FOUND);
    // Its filters are compiled into this command's arena, not into the snapshot's.
    struct rules copy = *c->rules;
    copy.arena = a->arena;
    rules_compile_def(&copy, d, &a->err);
    if (a->err.code != OK)
        return args_fail(a, EXIT_FOUND);
    struct progress p;
    progress_start(&p, a, "try");
    enum err_code code = def_trial_run(c, d, args_i64(a, "last"), &t, progress_show, &p, &a->err);
    progress_end(&p);
    if (code != OK)
        return args_fail(a, EXIT_FAILED);
    if (a->json)
        print_trial_json(a, &t, c->rules->zone_s);
    else
        print_trial(a, &t);
    return t.n_lost == 0 && t.stuck == 0 ? EXIT_DONE : EXIT_FOUND;
}

static int try_it(struct args *a)
{
    str text = {0};
    if (def_check_read(a, a->words[1], &text) != OK)
        return args_fail(a, EXIT_OPEN);
    struct town_door *d = town_door_open(a, TOWN_DOOR_LOOK);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    struct ctx c = town_door_reader(d);
    int code = try_in(a, &c, text);
    town_door_close(d);
    return code;
}

static int run(struct args *a)
{
    static const struct {
        const char *word;
        size_t words;
    } uses[] = {{"check", 2}, {"draw", 2}, {"diff", 3}, {"publish", 2}, {"try", 2}, {"move", 2}};
    size_t i = 0;
    while (i < ARRAY_LEN(uses) && !str_eq(a->words[0], str_of(uses[i].word)))
        i++;
    if (i == ARRAY_LEN(uses))
        args_wrong(a, "def", "check, draw, diff, publish, try, move", "does not know this word",
            "不认识这个子命令");
    else if (a->n != uses[i].words)
        args_wrong(a, uses[i].word,
            uses[i].words == 3 ? "A B"
            : i == 5           ? "LOOP"
                               : "FILE",
            "has too few or too many words", "参数个数不对");
    str kind = args_str(a, "kind");
    static const str kinds[] = {S("loop"), S("register"), S("calendar"), S("roles"), S("score"),
        S("keydate"), S("supervision")};
    bool known = kind.n == 0;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        known = known || str_eq(kind, kinds[k]);
    if (!known)
        args_wrong(a, "--kind", "loop|register|calendar|roles|score|keydate|supervision",
            "there is no such kind", "没有这种定义");
    if (a->err.code != OK)
        return args_fail(a, EXIT_USAGE);
    switch (i) {
    case 0:
        return def_check(a);
    case 1:
        return looking(a, draw_one);
    case 2:
        return looking(a, diff_two);
    case 3:
        return publish(a);
    case 4:
        return try_it(a);
    default:
        return def_moves(a);
    }
}

const struct cmd CMD_DEF = {"def",
    "check FILE|FOLDER|draw NAME|diff A B|publish FILE|try FILE|move LOOP [OPTIONS]",
    "definitions: check, draw, compare, put in force, try on past orders, move items to a version",
    "流程定义：检查、画图、比较、发布、用历史事项试算、把事项迁移到某一版",
    "  bihuan def check my/hotline.yaml\n"
    "  bihuan def check defs\n"
    "  bihuan def draw hotline | dot -Tsvg -o hotline.svg\n"
    "  bihuan def diff hotline@1 my/hotline.yaml --dir var/town\n"
    "  bihuan def try my/hotline.yaml --dir var/town --last 500\n"
    "  bihuan def publish my/hotline.yaml --dir var/town --as sysadmin\n"
    "  bihuan def move hotline --to 2 --where 'state:filed' --dir var/town --dry-run",
    OPTIONS, 1, 3, run};
