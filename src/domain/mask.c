#include "domain/mask.h"

str mask_name(struct arena *a, str x)
{
    size_t n = utf8_count(x);
    if (n == 0)
        return x;
    str head = utf8_head(x, 1);
    return str_fmt(a, "%.*s%s", STR_ARG(head), n > 2 ? "**" : "*");
}

str mask_phone(struct arena *a, str x)
{
    if (x.n == 0)
        return x;
    if (x.n < 7)
        return str_fmt(a, "****%.*s", STR_ARG(str_sub(x, x.n > 2 ? x.n - 2 : x.n, 2)));
    return str_fmt(a, "%.*s****%.*s", STR_ARG(str_sub(x, 0, 3)),
        STR_ARG(str_sub(x, x.n - (x.n < 11 ? 2 : 4), 4)));
}

str mask_idno(struct arena *a, str x)
{
    if (x.n < 8)
        return x.n == 0 ? x : S("****");
    return str_fmt(a, "%.*s****%.*s", STR_ARG(str_sub(x, 0, 3)), STR_ARG(str_sub(x, x.n - 2, 2)));
}

str mask_door(struct arena *a, str x)
{
    static const char *const ENDS[] = {"号楼", "幢", "栋", "座", "弄", "号"};
    if (x.n == 0)
        return x;
    for (size_t i = 0; i < ARRAY_LEN(ENDS); i++) {
        str end = str_of(ENDS[i]);
        for (size_t at = 0; at + end.n <= x.n; at++)
            if (str_eq(str_sub(x, at, end.n), end))
                return str_fmt(a, "%.*s***", STR_ARG(str_sub(x, 0, at + end.n)));
    }
    return S("***");
}
