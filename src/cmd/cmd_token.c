#include <stdio.h>
#include "cmd/town_door.h"
#include "domain/people.h"

enum { HASH_LETTERS_MIN = 8, HASH_LETTERS_SHOWN = 12 };

static const struct opt OPTIONS[] = {
    {"as", OPT_STR, "LOGIN", "make: whose rights it has; list: only this person's",
        "make：令牌属于谁；list：只列此人的"},
    {"name", OPT_STR, "NAME", "make: what it is for", "make：用途"},
    {"days", OPT_I64, "N", "make: how long it is good for", "make：有效天数", "90", 1,
        TOKEN_DAYS_MAX},
    {0},
};

struct making {
    struct arena *arena;
    str login, name, secret;
    int64_t days;
};

// The operator of the machine makes it, so that the event says that no person of the town did.
static enum err_code make_one(struct ctx *c, void *arg, struct err *e)
{
    struct making *m = arg;
    const struct person *p = map_get(&c->rules->person_by_login, m->login);
    str secret;
    if (!p)
        return err_add(e, ERR_MISSING, S("--as"), (str){0}, "there is nobody with this log-in name",
            "没有这个登录名");
    if (token_make(c, p->id, m->name, m->days, &secret, e) != OK)
        return e->code;
    m->secret = str_dup(m->arena, secret);
    return OK;
}

static int make(struct args *a, struct town_door *d)
{
    struct making m = {.arena = a->arena,
        .login = args_str(a, "as"),
        .name = args_str(a, "name"),
        .days = args_i64(a, "days")};
    if (town_door_run(d, make_one, &m, &a->err) != OK)
        return args_fail(
            a, a->err.code == ERR_STORE || a->err.code == ERR_FULL || a->err.code == ERR_BUSY
                   ? EXIT_FAILED
                   : EXIT_USAGE);
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kstr(&j.w, "token", m.secret);
        args_json_end(&j);
    } else {
        printf("%.*s\n", STR_ARG(m.secret));
        (void)fprintf(stderr, "%s\n",
            a->err.lang == LANG_EN ? "shown this once only: keep it where it is used"
                                   : "仅显示这一次，请立即妥善保存");
    }
    return EXIT_DONE;
}

static void show(struct args *a, struct args_json *j, const struct rules *r, const struct cursor *c)
{
    const struct person *p = rules_person(r, db_i64(c, 1));
    str hash = db_str(c, 0), name = db_str(c, 2), login = p ? p->login : S("-");
    bool over = db_i64(c, 4) <= tm_now() || !p || !p->active || p->epoch != db_i64(c, 5);
    if (!a->json) {
        printf("%.*s  %.*s  %.*s  %.*s%s\n", HASH_LETTERS_SHOWN, hash.s, STR_ARG(login),
            STR_ARG(tm_minute(a->arena, db_i64(c, 4), r->zone_s)), STR_ARG(name),
            !over                    ? ""
            : a->err.lang == LANG_EN ? "  (over)"
                                     : "（已失效）");
        return;
    }
    jw_obj(&j->w);
    jw_kstr(&j->w, "hash", hash);
    jw_kstr(&j->w, "login", login);
    jw_kstr(&j->w, "name", name);
    jw_ktime(&j->w, "made", db_i64(c, 3), r->zone_s);
    jw_ktime(&j->w, "expires", db_i64(c, 4), r->zone_s);
    jw_kbool(&j->w, "valid", !over);
    jw_end_obj(&j->w);
    args_json_some(j);
}

static int list(struct args *a, struct town_door *d)
{
    struct ctx c = town_door_reader(d);
    str login = args_str(a, "as");
    const struct person *only = map_get(&c.rules->person_by_login, login);
    if (login.n > 0 && !only) {
        args_wrong(a, "--as", "", "there is nobody with this log-in name", "没有这个登录名");
        return args_fail(a, EXIT_USAGE);
    }
    struct args_json j;
    if (a->json) {
        args_json_begin(a, &j);
        jw_key(&j.w, S("tokens"));
        jw_arr(&j.w);
    }
    // As many rows as people who are logged in, and tokens: no index is worth it.
    struct cursor r = db_rows(c.db,
        "SELECT hash, person, name, created_us, expires_us, epoch FROM session"
        " WHERE town = ?1 AND kind = 'token' AND (?2 = 0 OR person = ?2) ORDER BY created_us",
        V(c.rules->town), V(only ? only->id : 0));
    while (db_next(&r))
        show(a, &j, c.rules, &r);
    if (a->json) {
        jw_end_arr(&j.w);
        args_json_end(&j);
    }
    return db_status(c.db, &a->err) == OK ? EXIT_DONE : args_fail(a, EXIT_FAILED);
}

static enum err_code drop_one(struct ctx *c, void *arg, struct err *e)
{
    const str *start = arg;
    str hash = {0};
    int64_t n = 0;
    struct cursor r = db_rows(c->db,
        "SELECT hash FROM session WHERE town = ?1 AND kind = 'token' AND substr(hash, 1, CAST(?2 "
        "AS INTEGER)) = ?3",
        V(c->rules->town), V((int64_t)start->n), V(*start));
    for (; db_next(&r); n++)
        hash = db_dup(&r, 0, c->arena);
    if (n > 1)
        return err_add(e, ERR_INVALID, *start, (str){0},
            "several tokens begin like this: give more letters", "有多个令牌以此开头，请多写几位");
    return token_drop(c, hash, e);
}

static int drop(struct args *a, struct town_door *d)
{
    str start = a->words[1];
    if (town_door_run(d, drop_one, &start, &a->err) != OK)
        return args_fail(
            a, a->err.code == ERR_STORE || a->err.code == ERR_FULL || a->err.code == ERR_BUSY
                   ? EXIT_FAILED
                   : EXIT_USAGE);
    if (a->json)
        printf("{\"dropped\":true}\n");
    args_say(a, "the token is void", "令牌已作废");
    return EXIT_DONE;
}

// Everything wrong with the words and options of what is to be done, at once.
static bool use_ok(struct args *a, str what)
{
    bool makes = str_eq(what, S("make")), drops = str_eq(what, S("drop"));
    if (!makes && !drops && !str_eq(what, S("list")))
        args_wrong(a, "token", "make, list, drop", "does not know this word", "不认识这个子命令");
    if (makes && !args_given(a, "as"))
        args_wrong(a, "--as", "LOGIN", "say whose token it is", "请指明令牌属于谁");
    if (makes && !args_given(a, "name"))
        args_wrong(a, "--name", "NAME", "say what the token is for", "请写明用途");
    if (drops && (a->n < 2 || a->words[1].n < HASH_LETTERS_MIN))
        args_wrong(a, "HASH", "8..64 letters", "say which, as token list shows it",
            "请给出 token list 显示的编号");
    if (!drops && a->n > 1)
        args_wrong(a, "token", "", "one word too many", "多余的参数");
    return a->err.code == OK;
}

static int run(struct args *a)
{
    str what = a->words[0];
    if (!use_ok(a, what))
        return args_fail(a, EXIT_USAGE);
    bool lists = str_eq(what, S("list"));
    struct town_door *d = town_door_open(a, lists ? TOWN_DOOR_LOOK : TOWN_DOOR_WRITE);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = lists ? list(a, d) : str_eq(what, S("make")) ? make(a, d) : drop(a, d);
    town_door_close(d);
    return code;
}

const struct cmd CMD_TOKEN = {"token", "make|list|drop HASH [OPTIONS]",
    "API tokens for other programs", "给其他程序用的接口令牌",
    "  bihuan token make --as dispatcher1 --name 数据平台 --days 180\n"
    "  bihuan token list\n"
    "  bihuan token drop 3f9a17c2e0b4",
    OPTIONS, 1, 2, run};
