#include "api/watch.h"

#include "api/feed.h"
#include "base/log.h"
#include "api/nightly.h"
#include "domain/item_undo.h"
#include "domain/journal.h"
#include "store/migrate.h"

enum {
    CATCH_UP_MAX = 200,
    CATCH_UP_LOOK_MAX = 1000
}; // events told, and looked at, when a stream comes back

struct health_view {
    bool ok;
    int64_t schema, rules, waiting, streams, at_us;
    str backup;
    int64_t backup_made_us, backup_age_s;
    bool backup_log;
};
const struct field HEALTH_VIEW[] = {
    {"ok", FIELD_BOOL, .at = offsetof(struct health_view, ok)},
    {"schema", FIELD_I64, .at = offsetof(struct health_view, schema),
        .help = "last applied migration"},
    {"rules", FIELD_I64, .at = offsetof(struct health_view, rules)},
    {"waiting", FIELD_I64, .at = offsetof(struct health_view, waiting),
        .help = "writes in the queue"},
    {"streams", FIELD_I64, .at = offsetof(struct health_view, streams),
        .help = "open event streams"},
    {"backup", FIELD_STR, 0, offsetof(struct health_view, backup),
        .options = "off|good|late|failed|none", .help = "off: the server makes none"},
    {"backup_made", FIELD_TIME, 0, offsetof(struct health_view, backup_made_us),
        .help = "the last good one"},
    {"backup_age_s", FIELD_I64, 0, offsetof(struct health_view, backup_age_s)},
    {"backup_log", FIELD_BOOL, 0, offsetof(struct health_view, backup_log),
        .help = "what is committed is being kept between backups"},
    {"at", FIELD_TIME, .at = offsetof(struct health_view, at_us)},
    {0},
};

enum err_code watch_health(struct call *k)
{
    struct health_view v = {.schema = migrate_version(k->ctx.db),
        .rules = k->ctx.rules->gen,
        .waiting = (int64_t)writer_waiting(app_writer(k->app)),
        .streams = (int64_t)http_streams(app_http(k->app)),
        .backup = S("off"),
        .at_us = k->ctx.now_us};
    struct nightly *n = app_nightly(k->app);
    if (n) {
        struct nightly_state s = nightly_state(n);
        v.backup = str_of(nightly_word(&s, v.at_us));
        v.backup_made_us = s.made_us;
        v.backup_age_s = s.made_us ? (v.at_us - s.made_us) / US_SECOND : 0;
        v.backup_log = s.log;
    }
    v.ok = db_status(k->ctx.db, &k->err) == OK;
    if (!v.ok) {
        // Not a fault of this request: whoever asks is to send nobody here for now.
        log_line(LOG_ERROR, "health %.*s", STR_ARG(err_text(&k->err, k->ctx.arena)));
        err_init(&k->err, k->ctx.arena, k->ctx.lang);
        db_rollback(k->ctx.db); // or else it would be one
        return err_add(&k->err, ERR_BUSY, S("database"), (str){0}, "the database does not answer",
            "数据库没有应答");
    }
    return call_answer_fields(k, HEALTH_VIEW, &v);
}

// As in feed.c, from what is stored: r is at an event, with the units of it and of its item.
static bool concerns(struct ctx *c, const struct cursor *r)
{
    for (int at = 3; at <= 5; at++)
        if (ctx_may(c, MAY_READ_ITEMS, db_i64(r, at)))
            return true;
    struct cursor p = db_rows(c->db, "SELECT unit FROM part WHERE town = ?1 AND item = ?2",
        V(c->rules->town), V(db_i64(r, 1)));
    bool any = false;
    while (!any && db_next(&p))
        any = ctx_may(c, MAY_READ_ITEMS, db_i64(&p, 0));
    db_done(&p);
    int64_t *lost;
    size_t n = item_undo_lost(c->arena, db_str(r, 8), &lost);
    for (size_t i = 0; !any && i < n; i++)
        any = ctx_may(c, MAY_READ_ITEMS, lost[i]);
    return any;
}

// A page that comes back says what it heard last. It is told the newest of what it missed: enough
// to know that it is behind. Asked after the stream has opened, so that something may be told
// twice, but nothing is lost between.
static void catch_up(struct call *k)
{
    struct ctx *c = &k->ctx;
    struct event missed[CATCH_UP_MAX];
    str loops[CATCH_UP_MAX];
    size_t n = 0;
    int64_t last = 0;
    if (!str_i64(http_header(k->req, "Last-Event-ID"), &last) || last < 1)
        return;
    struct cursor r = db_rows(c->db,
        "SELECT e.id, e.item, e.version, e.unit, i.unit, i.receiver, i.loop, e.what,"
        " CASE WHEN e.what = 'undo' THEN e.changes ELSE '{}' END"
        " FROM event e JOIN item i ON i.town = e.town AND i.id = e.item"
        " WHERE e.town = ?1 AND e.id > ?2 ORDER BY e.id DESC LIMIT ?3",
        V(c->rules->town), V(last), V((int64_t)CATCH_UP_LOOK_MAX));
    while (n < CATCH_UP_MAX && db_next(&r)) {
        if (!concerns(c, &r))
            continue;
        missed[n] = (struct event){.id = db_i64(&r, 0),
            .item = db_i64(&r, 1),
            .version = db_i64(&r, 2),
            .unit = db_i64(&r, 3),
            .what = db_dup(&r, 7, c->arena)};
        loops[n++] = db_dup(&r, 6, c->arena);
    }
    db_done(&r);
    while (n-- > 0)
        http_events_tell(
            k->req, (uint64_t)missed[n].id, "item", feed_line(c->arena, &missed[n], loops[n]));
}

enum err_code watch_events(struct call *k)
{
    http_events(k->req, (uint64_t)k->ctx.actor->id);
    catch_up(k);
    return OK;
}
