#include <stdio.h>
#include "cmd/town_door.h"
#include "domain/audit.h"
#include "domain/item_store.h"
#include "domain/old_years.h"

enum { LAST_MAX = 100000, HEAD_LETTERS = 2 * CRYPT_HASH_BYTES };

static const struct opt OPTIONS[] = {
    {"head", OPT_STR, "HASH",
        "verify: this hash, written down earlier, must still stand in the chain",
        "verify：早前抄下的链尾校验值必须仍在链中"},
    {"last", OPT_I64, "N", "list: so many of the newest", "list：最新的多少条", "50", 1, LAST_MAX},
    {"item", OPT_STR, "NUMBER", "list: the history of this item instead",
        "list：改为列出该编号事项的全部记录"},
    {0},
};

// A head written down earlier: when it is gone, the tail of the chain was cut off and perhaps
// written anew.
static bool head_stands(struct ctx *c, str head)
{
    char raw[CRYPT_HASH_BYTES];
    for (size_t i = 0; i < sizeof(raw); i++) {
        unsigned byte = 0;
        if (sscanf(head.s + 2 * i, "%2x", &byte) != 1)
            return false;
        raw[i] = (char)byte;
    }
    // Walks the whole chain, which audit verify has just done as well.
    (void)old_years_widen(c);
    return db_one_i64(c->db, 0, "SELECT id FROM event WHERE town = ?1 AND hash = ?2 LIMIT 1",
               V(c->rules->town), val_blob(((str){raw, sizeof(raw)}))) != 0;
}

static int report(struct args *a, const struct audit_out *out)
{
    bool good = a->err.code == OK;
    if (a->json) {
        struct args_json j;
        args_json_begin(a, &j);
        jw_kbool(&j.w, "ok", good);
        jw_ki64(&j.w, "events", out->events);
        jw_kstr(&j.w, "head", out->head);
        jw_ki64(&j.w, "first_bad", out->first_bad);
        args_json_notes(&j, "errors", &a->err);
        args_json_end(&j);
    } else if (good) {
        args_say(a, "%" PRId64 " events, unbroken\nhead %.*s",
            "共 %" PRId64 " 条记录，链完整\n链尾校验值 %.*s", out->events, STR_ARG(out->head));
    } else {
        if (out->first_bad != 0)
            args_say(a, "%" PRId64 " events are sound before the first broken one",
                "第一条有问题的记录之前，%" PRId64 " 条完好", out->events);
        return args_fail(a, EXIT_FOUND);
    }
    return good ? EXIT_DONE : EXIT_FOUND;
}

static int verify(struct args *a, struct town_door *d)
{
    struct ctx c = town_door_reader(d);
    struct audit_out out;
    struct progress p;
    str head = str_lower(a->arena, args_str(a, "head"));
    if (args_given(a, "head") && head.n != HEAD_LETTERS) {
        args_wrong(a, "--head", "64 hexadecimal digits", "is not a hash", "不是校验值");
        return args_fail(a, EXIT_USAGE);
    }
    progress_start(&p, a, "audit");
    enum err_code code = audit_verify(&c, progress_show, &p, &out, &a->err);
    progress_end(&p);
    if (code != OK && out.first_bad == 0)
        return args_fail(a, EXIT_FAILED);
    if (code == OK && head.n > 0 && !head_stands(&c, head))
        err_add(&a->err, ERR_STORE, S("--head"), (str){0},
            "this hash is not in the chain any more: the end of the chain was cut off",
            "链中已没有这个校验值：链的末尾被截去过");
    return report(a, &out);
}

struct event_row {
    int64_t id, item, at_us, person;
    str what, unit, note, changes;
};

static void show(
    struct args *a, struct args_json *j, const struct rules *r, const struct event_row *ev)
{
    const struct person *p = rules_person(r, ev->person);
    if (!a->json) {
        printf("%" PRId64 "  %.*s  %.*s  %.*s  %.*s\n", ev->id,
            STR_ARG(tm_minute(a->arena, ev->at_us, r->zone_s)), STR_ARG(p ? p->login : S("-")),
            STR_ARG(ev->what), STR_ARG(ev->note.n > 0 ? ev->note : ev->changes));
        return;
    }
    jw_obj(&j->w);
    jw_ki64(&j->w, "id", ev->id);
    jw_ki64(&j->w, "item", ev->item);
    jw_ktime(&j->w, "at", ev->at_us, r->zone_s);
    jw_kstr(&j->w, "person", p ? p->login : (str){0});
    jw_kstr(&j->w, "what", ev->what);
    jw_kstr(&j->w, "unit", ev->unit);
    jw_kstr(&j->w, "note", ev->note);
    jw_key(&j->w, S("changes"));
    jw_raw(&j->w, ev->changes);
    jw_end_obj(&j->w);
    args_json_some(j);
}

static int list(struct args *a, struct town_door *d)
{
    struct ctx c = town_door_reader(d);
    int64_t item = 0, town = c.rules->town, last = args_i64(a, "last");
    if (args_given(a, "item") && (item = item_id_of(&c, args_str(a, "item"))) == 0) {
        args_wrong(a, "--item", "RX20261120-00001", "there is no item with this number",
            "没有这个编号的事项");
        return args_fail(a, EXIT_USAGE);
    }
    struct args_json j;
    if (a->json) {
        args_json_begin(a, &j);
        jw_key(&j.w, S("events"));
        jw_arr(&j.w);
    }
    // Spelled twice, so that each has its own index.
    struct cursor r =
        item != 0 ? db_rows(c.db,
                        "SELECT id, item, at_us, person, unit, what, note, changes FROM event"
                        " WHERE town = ?1 AND item = ?2 AND item > 0 ORDER BY id DESC LIMIT ?3",
                        V(town), V(item), V(last))
                  : db_rows(c.db,
                        "SELECT id, item, at_us, person, unit, what, note, changes FROM event"
                        " WHERE town = ?1 AND item = 0 ORDER BY id DESC LIMIT ?2",
                        V(town), V(last));
    while (db_next(&r)) {
        const struct unit *u = rules_unit(c.rules, db_i64(&r, 4));
        struct event_row ev = {db_i64(&r, 0), db_i64(&r, 1), db_i64(&r, 2), db_i64(&r, 3),
            db_str(&r, 5), u ? u->code : (str){0}, db_str(&r, 6), db_str(&r, 7)};
        show(a, &j, c.rules, &ev);
    }
    if (a->json) {
        jw_end_arr(&j.w);
        args_json_end(&j);
    }
    return db_status(c.db, &a->err) == OK ? EXIT_DONE : args_fail(a, EXIT_FAILED);
}

static int run(struct args *a)
{
    bool verifies = str_eq(a->words[0], S("verify"));
    if (!verifies && !str_eq(a->words[0], S("list"))) {
        args_wrong(a, "audit", "verify, list", "does not know this word", "不认识这个子命令");
        return args_fail(a, EXIT_USAGE);
    }
    struct town_door *d = town_door_open(a, TOWN_DOOR_LOOK);
    if (!d)
        return args_fail(a, EXIT_OPEN);
    int code = verifies ? verify(a, d) : list(a, d);
    town_door_close(d);
    return code;
}

const struct cmd CMD_AUDIT = {"audit", "verify|list [OPTIONS]",
    "prove that the history is unbroken, or list what happened beside the items",
    "校验历史记录链，或列出系统操作记录",
    "  bihuan audit verify --dir var/town\n"
    "  bihuan audit verify --head "
    "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069\n"
    "  bihuan audit list --last 20\n"
    "  bihuan audit list --item RX20261120-00001",
    OPTIONS, 1, 1, run};
