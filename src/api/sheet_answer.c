#include "api/sheet_answer.h"

#include <string.h>
#include "format/xlsx_write.h"

str sheet_address(struct call *k)
{
    str host = http_header(k->req, "Host");
    for (size_t i = 0; i < host.n; i++)
        if (!strchr(
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]", host.s[i]))
            return (str){0};
    bool tls =
        str_eq(str_lower(k->ctx.arena, http_header(k->req, "X-Forwarded-Proto")), S("https"));
    return host.n == 0 ? host
                       : str_fmt(k->ctx.arena, "%s://%.*s", tls ? "https" : "http", STR_ARG(host));
}

enum err_code sheet_answer(
    struct call *k, int64_t from_day, int64_t to_day, const char *ext, str body)
{
    struct arena *a = k->req->arena;
    if (body.n == 0)
        return err_add(&k->err, ERR_LIMIT, S("period"), (str){0},
            "the table is too large for a sheet", "表过大，无法写成文件");
    http_set(k->req, "Content-Disposition",
        str_fmt(a, "attachment; filename=\"%.*s-%.*s-%.*s.%s\"", STR_ARG(k->key),
            STR_ARG(tm_date(a, from_day)), STR_ARG(tm_date(a, to_day - 1)), ext));
    http_answer(k->req, 200, strcmp(ext, "csv") == 0 ? "text/csv; charset=utf-8" : XLSX_TYPE, body);
    return OK;
}
