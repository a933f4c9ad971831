#include "api/watch.h"

#include "store/migrate.h"

struct health_view {
    bool ok;
    int64_t schema, rules, waiting, streams, at_us;
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
    {"at", FIELD_TIME, .at = offsetof(struct health_view, at_us)},
    {0},
};

enum err_code watch_health(struct call *k)
{
    struct health_view v = {.schema = migrate_version(k->ctx.db),
        .rules = k->ctx.rules->gen,
        .waiting = (int64_t)writer_waiting(app_writer(k->app)),
        .streams = (int64_t)http_streams(app_http(k->app)),
        .at_us = k->ctx.now_us};
    v.ok = db_status(k->ctx.db, &k->err) == OK;
    if (!v.ok)
        return k->err.code;
    return call_answer_fields(k, HEALTH_VIEW, &v);
}

enum err_code watch_events(struct call *k)
{
    http_events(k->req, (uint64_t)k->ctx.actor->id);
    return OK;
}
