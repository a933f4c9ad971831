#include "domain/keep.h"

#include "base/tm.h"

static enum err_code wrong(struct err *e, str text)
{
    return err_add(e, ERR_INVALID, S("keep"), S(KEEP_USUAL),
        "\"%.*s\" does not say which backups to keep", "“%.*s”不是有效的保留规则", STR_ARG(text));
}

enum err_code keep_parse(str text, struct keep *out, struct err *e)
{
    str rest = text, piece;
    *out = (struct keep){0};
    while (str_cut(&rest, ',', &piece)) {
        int64_t n;
        if (piece.n < 2 || !str_i64(str_sub(piece, 0, piece.n - 1), &n) || n < 1 || n > KEEP_MAX)
            return wrong(e, text);
        char unit = piece.s[piece.n - 1];
        int64_t *to = unit == 'd'   ? &out->days
                      : unit == 'w' ? &out->weeks
                      : unit == 'm' ? &out->months
                                    : NULL;
        if (!to || *to != 0)
            return wrong(e, text);
        *to = n;
    }
    return out->days > 0 ? OK : wrong(e, text);
}

enum bucket { DAY, WEEK, MONTH };

static int64_t bucket_of(enum bucket kind, int64_t day)
{
    int year, month, of_month;
    switch (kind) {
    case DAY:
        return day;
    case WEEK:
        return day - tm_weekday(day);
    case MONTH:
        tm_from_days(day, &year, &month, &of_month);
        return (int64_t)year * 100 + month;
    }
    UNREACHABLE();
}

void keep_mark(const struct keep *k, const int64_t *made_us, size_t n, int zone_s, bool *stays)
{
    const int64_t wanted[] = {[DAY] = k->days, [WEEK] = k->weeks, [MONTH] = k->months};
    for (size_t i = 0; i < n; i++)
        stays[i] = i + 1 == n;
    for (size_t kind = 0; kind < ARRAY_LEN(wanted); kind++) {
        int64_t last = INT64_MIN, seen = 0;
        for (size_t i = n; i-- > 0;) {
            int64_t now = bucket_of((enum bucket)kind, tm_local_day(made_us[i], zone_s));
            if (now == last)
                continue;
            if (seen++ == wanted[kind])
                break;
            last = now;
            stays[i] = true;
        }
    }
}
