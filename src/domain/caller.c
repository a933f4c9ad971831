#include "domain/caller.h"

#include "base/json.h"
#include "domain/item_inner.h"
#include "domain/mask.h"
#include "domain/sealed.h"

static str context(struct ctx *c, int64_t item)
{
    return str_fmt(c->arena, "caller/%" PRId64 "/%" PRId64, c->rules->town, item);
}

static str digits(struct arena *a, str x)
{
    char *d = arena_alloc(a, x.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < x.n; i++)
        if (x.s[i] >= '0' && x.s[i] <= '9')
            d[n++] = x.s[i];
    return (str){d, n};
}

static str phone_mark(struct ctx *c, str phone)
{
    str d = digits(c->arena, phone);
    return d.n < 5 ? (str){0} : sealed_mark(c, d);
}

static void check(struct err *e, const char *field, str x, size_t max)
{
    if (!utf8_valid(x) || utf8_count(x) > max)
        err_add(e, ERR_INVALID, str_of(field), (str){0}, "must be UTF-8 of at most %zu characters",
            "不能超过 %zu 个字", max);
}

void caller_check(const struct caller *in, struct err *e)
{
    check(e, "caller.name", in->name, CALLER_NAME_MAX);
    check(e, "caller.phone", in->phone, CALLER_PHONE_MAX);
    check(e, "caller.door", in->door, CALLER_DOOR_MAX);
}

enum err_code caller_put(struct ctx *c, int64_t item, const struct caller *in, struct err *e)
{
    caller_check(in, e);
    if (e->code != OK)
        return e->code;
    struct buf b;
    struct jw w;
    buf_init(&b, c->arena, 4 * KIB);
    jw_init(&w, &b);
    jw_obj(&w);
    jw_kstr(&w, "name", in->anonymous ? (str){0} : str_trim(in->name));
    jw_kstr(&w, "phone", str_trim(in->phone));
    jw_kstr(&w, "door", str_trim(in->door));
    jw_end_obj(&w);
    str sealed = crypt_seal(c->arena, c->keys->caller, buf_str(&b), context(c, item));
    db_run(c->db,
        "INSERT INTO caller (town, item, anonymous, confidential, sealed, phone_mark)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        V(c->rules->town), V(item), V(in->anonymous), V(in->confidential), val_blob(sealed),
        V(phone_mark(c, in->phone)));
    return db_status(c->db, e);
}

// others, unless NULL: how many other items the phone number stands in.
static bool read(struct ctx *c, int64_t item, struct caller *out, int64_t *others, struct err *e)
{
    *out = (struct caller){0};
    struct cursor r = others ? db_rows(c->db,
                                   "SELECT a.anonymous, a.confidential, a.sealed,"
                                   " (SELECT count(*) FROM caller b WHERE b.town = ?1"
                                   " AND b.phone_mark = a.phone_mark AND b.phone_mark <> ''"
                                   " AND b.item <> a.item)"
                                   " FROM caller a WHERE a.town = ?1 AND a.item = ?2",
                                   V(c->rules->town), V(item))
                             : db_rows(c->db,
                                   "SELECT anonymous, confidential, sealed FROM caller"
                                   " WHERE town = ?1 AND item = ?2",
                                   V(c->rules->town), V(item));
    bool any = db_next(&r);
    str sealed = {0};
    if (any) {
        out->anonymous = db_i64(&r, 0) != 0;
        out->confidential = db_i64(&r, 1) != 0;
        sealed = db_dup(&r, 2, c->arena);
        if (others)
            *others = db_i64(&r, 3);
    }
    db_done(&r);
    if (db_status(c->db, e) != OK || !any)
        return false;
    str plain;
    if (!crypt_open(c->arena, c->keys->caller, sealed, context(c, item), &plain)) {
        err_add(e, ERR_STORE, S("caller"), (str){0},
            "the caller's data cannot be opened with this key", "诉求人信息无法用当前密钥打开");
        return false;
    }
    const struct json *j = json_parse(c->arena, plain, e);
    out->name = json_str(j, S("name"));
    out->phone = json_str(j, S("phone"));
    out->door = json_str(j, S("door"));
    return j != NULL;
}

bool caller_masked(struct ctx *c, int64_t item, struct caller *out, int64_t *others, struct err *e)
{
    if (!read(c, item, out, others, e))
        return false;
    bool hide = out->confidential;
    out->name = hide ? (str){0} : mask_name(c->arena, out->name);
    out->phone = hide ? (str){0} : mask_phone(c->arena, out->phone);
    out->door = hide ? (str){0} : mask_door(c->arena, out->door);
    return true;
}

int64_t *caller_same(struct ctx *c, int64_t item, str phone, int max, size_t *n)
{
    int64_t *ids = NULL;
    *n = 0;
    str mark = phone.n > 0 ? phone_mark(c, phone)
                           : db_one_str(c->db, c->arena,
                                 "SELECT phone_mark FROM caller WHERE town = ?1 AND item = ?2"
                                 " AND confidential = 0",
                                 V(c->rules->town), V(item));
    if (mark.n == 0)
        return NULL;
    struct cursor r = db_rows(c->db,
        "SELECT item FROM caller WHERE town = ?1 AND phone_mark = ?2 AND phone_mark <> ''"
        " AND confidential = 0 ORDER BY item DESC LIMIT ?3",
        V(c->rules->town), V(mark), V(max));
    while (db_next(&r))
        VEC_PUSH(c->arena, ids, *n) = db_i64(&r, 0);
    return ids;
}

bool caller_may_reveal(const struct ctx *c, const struct item *it)
{
    return ctx_may(c, MAY_REVEAL, it->unit) || ctx_may(c, MAY_REVEAL, it->receiver);
}

static enum err_code check_reveal(
    struct ctx *c, int64_t item, str reason, struct item *it, struct err *e)
{
    if (item_load(c, item, it, e) != OK)
        return e->code;
    if (!item_visible(c, it))
        return err_add(e, ERR_MISSING, S("id"), (str){0}, "there is no such item", "没有这个事项");
    if (!caller_may_reveal(c, it))
        return err_add(e, ERR_DENIED, (str){0}, (str){0}, "you may not see personal data here",
            "您没有查看个人信息的权限");
    if (reason.n == 0 || !utf8_valid(reason) || utf8_count(reason) > CALLER_REASON_MAX)
        return err_add(e, ERR_INVALID, S("reason"), (str){0}, "say why, in at most %d characters",
            "请写明原因，不超过 %d 个字", (int)CALLER_REASON_MAX);
    return OK;
}

static void open_caller(struct ctx *c, int64_t item, struct revealed *out, struct err *e)
{
    if (!read(c, item, &out->caller, NULL, e) && e->code == OK)
        err_add(e, ERR_MISSING, S("caller"), (str){0}, "the item has no caller",
            "这个事项没有诉求人信息");
}

static void open_field(
    struct ctx *c, const struct item *it, str key, struct revealed *out, struct err *e)
{
    const struct def *d = rules_def(c->rules, it->def);
    str kept = item_field(it, key), clear;
    if (!d || !sealed_key(d, key) || sealed_mark_of(kept).n == 0)
        err_add(e, ERR_INVALID, S("fields"), (str){0}, "\"%.*s\" holds no personal data",
            "“%.*s”没有登记个人信息", STR_ARG(key));
    else if (sealed_open(c, it->id, kept, &clear, e))
        VEC_PUSH(c->arena, out->fields, out->n) = (struct item_field){key, clear};
}

static str named(struct arena *a, const str *keys, size_t n)
{
    struct buf b;
    struct jw w;
    buf_init(&b, a, 16 * KIB);
    jw_init(&w, &b);
    jw_arr(&w);
    for (size_t i = 0; i < n; i++)
        jw_str(&w, keys[i]);
    jw_end_arr(&w);
    return str_fmt(a, "\"revealed\":%.*s", STR_ARG(buf_str(&b)));
}

enum err_code caller_reveal(struct ctx *c, int64_t item, str reason, const str *keys, size_t n,
    struct revealed *out, struct err *e)
{
    static const str WHO = S("caller");
    struct item it;
    *out = (struct revealed){0};
    reason = str_trim(reason);
    if (check_reveal(c, item, reason, &it, e) != OK)
        return e->code;
    keys = n > 0 ? keys : &WHO;
    n = n > 0 ? n : 1;
    for (size_t i = 0; i < n; i++)
        if (str_eq(keys[i], WHO))
            open_caller(c, item, out, e);
        else
            open_field(c, &it, keys[i], out, e);
    if (e->code != OK)
        return e->code;
    struct item same = it;
    struct event ev = {
        .what = S("reveal"), .unit = it.unit, .note = reason, .changes = named(c->arena, keys, n)};
    return item_commit(c, rules_def(c->rules, it.def), &it, &same, &ev, e);
}
