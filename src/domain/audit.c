#include "domain/audit.h"

#include <string.h>
#include "domain/journal.h"
#include "domain/old_years.h"

enum { LANES_MAX = 64, PROGRESS_EVERY = 10000 };

struct lane {
    int64_t id;
    uint8_t hash[CRYPT_HASH_BYTES];
};
struct walk {
    struct ctx *c;
    struct audit_out *out;
    struct lane lanes[LANES_MAX];
    size_t n;
};

static struct lane *lane_of(struct walk *w, int64_t id)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->lanes[i].id == id)
            return &w->lanes[i];
    if (w->n == LANES_MAX)
        return NULL;
    w->lanes[w->n] = (struct lane){.id = id};
    return &w->lanes[w->n++];
}

static enum err_code broken(
    struct walk *w, const struct event *ev, struct err *e, const char *en, const char *zh)
{
    w->out->first_bad = ev->id;
    return err_add(e, ERR_STORE, str_fmt(w->c->arena, "event[%" PRId64 "]", ev->id), (str){0},
        "event %" PRId64 " (\"%.*s\" of item %" PRId64 "): %s",
        "第 %" PRId64 " 条记录（“%.*s”，事项 %" PRId64 "）：%s", ev->id, STR_ARG(ev->what),
        ev->item, e->lang == LANG_EN ? en : zh);
}

// One row against the hash before it in its lane.
static enum err_code check_row(struct walk *w, const struct cursor *r, struct err *e)
{
    struct event ev = {.id = db_i64(r, 0),
        .item = db_i64(r, 2),
        .version = db_i64(r, 3),
        .at_us = db_i64(r, 4),
        .person = db_i64(r, 5),
        .unit = db_i64(r, 6),
        .what = db_str(r, 7),
        .part = db_i64(r, 8),
        .note = db_str(r, 9),
        .changes = db_str(r, 10)};
    str stored = db_str(r, 11);
    struct lane *lane = lane_of(w, db_i64(r, 1));
    if (!lane)
        return broken(w, &ev, e, "stands in one lane too many", "链的条数过多");
    uint8_t hash[CRYPT_HASH_BYTES];
    journal_hash(&ev, w->c->rules->town, lane->id, lane->hash, hash);
    if (stored.n != sizeof(hash))
        return broken(w, &ev, e, "has no hash", "没有校验值");
    if (!crypt_equal(stored.s, hash, sizeof(hash)))
        return broken(w, &ev, e,
            "its hash does not follow from the row and the one before: one of them was changed, or "
            "rows between"
            " them were taken out or put in",
            "校验值与内容和上一条不符：本条或上一条被改过，或其间被删去、插入过记录");
    memcpy(lane->hash, hash, sizeof(hash));
    w->out->events++;
    return OK;
}

static str heads(const struct walk *w)
{
    str parts[LANES_MAX];
    for (size_t i = 0; i < w->n; i++) {
        str hex = crypt_hex(w->c->arena, w->lanes[i].hash, CRYPT_HASH_BYTES);
        parts[i] = w->n == 1
                       ? hex
                       : str_fmt(w->c->arena, "%" PRId64 ":%.*s", w->lanes[i].id, STR_ARG(hex));
    }
    return str_join(w->c->arena, parts, w->n, S(" "));
}

static enum err_code verify(
    struct ctx *c, audit_progress *p, void *arg, struct audit_out *out, struct err *e)
{
    struct walk w = {.c = c, .out = out};
    int64_t total = journal_newest_event(c->db, c->rules->town);
    enum err_code code = OK;
    struct cursor r = db_rows_many(c->db,
        "SELECT id, lane, item, version, at_us, person, unit, what, part, note, changes, hash FROM "
        "event"
        " WHERE town = ?1 ORDER BY id",
        V(c->rules->town));
    while (code == OK && db_next(&r)) {
        code = check_row(&w, &r, e);
        if (p && out->events % PROGRESS_EVERY == 0)
            p(arg, out->events, total);
    }
    db_done(&r);
    if (code != OK)
        return code;
    if (p)
        p(arg, out->events, out->events);
    out->head = heads(&w);
    return db_status(c->db, e);
}

enum err_code audit_verify(
    struct ctx *c, audit_progress *p, void *arg, struct audit_out *out, struct err *e)
{
    *out = (struct audit_out){0};
    struct ctx all = old_years_read_begin(c);
    enum err_code code = verify(&all, p, arg, out, e);
    db_read_end(c->db);
    return code;
}
