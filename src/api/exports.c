#include "api/exports.h"

#include <string.h>
#include "domain/export.h"
#include "format/xlsx_write.h"

const struct field EXPORT_QUERY[] = {
    {"filter", FIELD_STR, .help = "docs/filter.md"},
    {"format", FIELD_STR, .options = "csv|xlsx", .help = "csv when left out"},
    {0},
};

// Lives beside the request, because the loop thread goes on with others between two pieces.
struct stream {
    struct arena *arena;
    struct rules_hold *rules;
    struct export *export;
    str first; // what of the first piece was not sent yet
};

enum { FIRST_BYTES = 16 * KIB };

static int64_t produce(void *arg, char *out, size_t max)
{
    struct stream *s = arg;
    if (s->first.n == 0)
        return export_read(s->export, out, max);
    size_t n = s->first.n < max ? s->first.n : max;
    memcpy(out, s->first.s, n);
    s->first = str_sub(s->first, n, s->first.n);
    return (int64_t)n;
}

static void closed(void *arg)
{
    struct stream *s = arg;
    export_close(s->export);
    app_rules_drop(s->rules);
    arena_free(s->arena);
}

static bool wants_book(struct call *k)
{
    str format = http_query(k->req, "format");
    if (format.n > 0 && !str_eq(format, S("csv")) && !str_eq(format, S("xlsx")))
        err_add(&k->err, ERR_INVALID, S("format"), S("csv, xlsx"), "there is no such format",
            "没有这种格式");
    return str_eq(format, S("xlsx"));
}

static struct export *open_export(struct call *k, struct stream *s, bool book)
{
    // The rules are held for the whole stream, so the actor is looked up in them anew.
    struct ctx c = k->ctx;
    c.arena = s->arena;
    c.rules = app_rules(s->rules);
    c.actor = rules_person(c.rules, k->actor);
    struct err sub;
    err_init(&sub, k->req->arena, k->ctx.lang);
    const struct filter *f =
        filter_parse(s->arena, c.rules, NULL, http_query(k->req, "filter"), &sub);
    if (sub.code != OK) {
        err_merge(&k->err, &sub, S("filter "));
        return NULL;
    }
    return export_open(&c, f, book ? EXPORT_XLSX : EXPORT_CSV, &k->err);
}

// The first piece is made before the answer begins: until then a failure can still be told. Later
// ones can only cut the answer short.
static bool read_first(struct stream *s, struct err *e)
{
    char *piece = arena_alloc(s->arena, FIRST_BYTES);
    int64_t n = export_read(s->export, piece, FIRST_BYTES);
    if (n < 0) {
        (void)export_error(s->export, e);
        return false;
    }
    s->first = (str){piece, (size_t)n};
    return true;
}

enum err_code items_export(struct call *k)
{
    bool book = wants_book(k);
    if (k->err.code != OK)
        return k->err.code;
    struct arena *a = arena_new();
    struct stream *s = NEW(a, struct stream);
    s->arena = a;
    s->rules = app_rules_take(k->app);
    s->export = open_export(k, s, book);
    if (!s->export || !read_first(s, &k->err)) {
        closed(s);
        return k->err.code;
    }
    struct civil t;
    tm_to_civil(k->ctx.now_us, k->ctx.rules->zone_s, &t);
    http_set(k->req, "Content-Disposition",
        str_fmt(k->req->arena, "attachment; filename=\"items-%04d%02d%02d-%02d%02d.%s\"", t.year,
            t.month, t.day, t.hour, t.minute, book ? "xlsx" : "csv"));
    http_answer_stream(
        k->req, 200, book ? XLSX_TYPE : "text/csv; charset=utf-8", produce, closed, s);
    return OK;
}
