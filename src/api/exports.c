#include "api/exports.h"

#include "api/pour.h"
#include "domain/export.h"
#include "format/xlsx_write.h"

const struct field EXPORT_QUERY[] = {
    {"filter", FIELD_STR, .help = "docs/filter.md"},
    {"format", FIELD_STR, .options = "csv|xlsx", .help = "csv when left out"},
    {0},
};

static bool wants_book(struct call *k)
{
    str format = http_query(k->req, "format");
    if (format.n > 0 && !str_eq(format, S("csv")) && !str_eq(format, S("xlsx")))
        err_add(&k->err, ERR_INVALID, S("format"), S("csv, xlsx"), "there is no such format",
            "没有这种格式");
    return str_eq(format, S("xlsx"));
}

static int64_t read_export(void *from, char *out, size_t max)
{
    return export_read(from, out, max);
}

static enum err_code say_error(const void *from, struct err *e)
{
    return export_error(from, e);
}

static void close_export(void *from)
{
    export_close(from);
}

static struct export *open_export(struct call *k, struct pour *p, bool book)
{
    struct err sub;
    err_init(&sub, k->req->arena, k->ctx.lang);
    const struct filter *f = filter_asked(&p->ctx, p->arena, http_query(k->req, "filter"), &sub);
    if (sub.code != OK) {
        err_merge(&k->err, &sub, S("filter "));
        return NULL;
    }
    return export_open(&p->ctx, f, book ? EXPORT_XLSX : EXPORT_CSV, &k->err);
}

enum err_code items_export(struct call *k)
{
    bool book = wants_book(k);
    if (k->err.code != OK)
        return k->err.code;
    struct pour *p = pour_new(k);
    p->read = read_export;
    p->error = say_error;
    p->close = close_export;
    p->from = open_export(k, p, book);
    if (!p->from) {
        pour_drop(p);
        return k->err.code;
    }
    struct civil t;
    tm_to_civil(k->ctx.now_us, k->ctx.rules->zone_s, &t);
    str name = str_fmt(k->req->arena, "items-%04d%02d%02d-%02d%02d.%s", t.year, t.month, t.day,
        t.hour, t.minute, book ? "xlsx" : "csv");
    return pour_answer(k, p, name, book ? XLSX_TYPE : "text/csv; charset=utf-8");
}
