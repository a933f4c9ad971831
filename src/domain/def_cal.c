#include "domain/def_cal.h"

#include "domain/yaml.h"

#define SHIFTS_EXPECTED "09:00-11:30 13:30-17:30"

static const struct yaml_member week_members[] = {
    {"mon", YAML_WANT_STR, 0, SHIFTS_EXPECTED},
    {"tue", YAML_WANT_STR, 0, SHIFTS_EXPECTED},
    {"wed", YAML_WANT_STR, 0, SHIFTS_EXPECTED},
    {"thu", YAML_WANT_STR, 0, SHIFTS_EXPECTED},
    {"fri", YAML_WANT_STR, 0, SHIFTS_EXPECTED},
    {"sat", YAML_WANT_STR, 0, SHIFTS_EXPECTED},
    {"sun", YAML_WANT_STR, 0, SHIFTS_EXPECTED},
    {0},
};
static const struct yaml_member known_members[] = {
    {"from", YAML_WANT_INT, YAML_REQUIRED, .min = CAL_FIRST_YEAR, .max = CAL_LAST_YEAR},
    {"to", YAML_WANT_INT, YAML_REQUIRED, .min = CAL_FIRST_YEAR, .max = CAL_LAST_YEAR},
    {0},
};
static const struct yaml_member exception_members[] = {
    {"date", YAML_WANT_DATE, YAML_REQUIRED},
    {"to", YAML_WANT_DATE},
    {"off", YAML_WANT_STR, 0, "the holiday's name"},
    {"work", YAML_WANT_STR, 0, "the holiday's name"},
    {0},
};
static const struct yaml_member cal_members[] = {
    {"key", YAML_WANT_KEY, YAML_REQUIRED},
    {"title", YAML_WANT_STR, YAML_REQUIRED},
    {"zone", YAML_WANT_STR, YAML_REQUIRED, "\"+08:00\""},
    {"day", YAML_WANT_DUR, YAML_REQUIRED, "390min, 8h"},
    {"week", YAML_WANT_MAP, YAML_REQUIRED, .sub = week_members},
    {"make_up", YAML_WANT_STR, YAML_REQUIRED, SHIFTS_EXPECTED},
    {"known", YAML_WANT_MAP, YAML_REQUIRED, .sub = known_members},
    {"exceptions", YAML_WANT_MAPS, YAML_NULLABLE, .sub = exception_members},
    {0},
};

struct cal_reader {
    struct arena *arena, *scratch;
    struct cal_spec *out;
    struct err *e;
    int *line_of_day; // by day since the first a calendar covers; 0: no exception yet
    int64_t first_day, days;
};

// "09:30" or "24:00"; minutes since midnight, or -1.
static int clock_time(str x)
{
    static const char shape[] = "dd:dd";
    if (x.n != 5)
        return -1;
    for (size_t i = 0; i < 5; i++)
        if (shape[i] == 'd' ? x.s[i] < '0' || x.s[i] > '9' : x.s[i] != shape[i])
            return -1;
    int hour = (x.s[0] - '0') * 10 + x.s[1] - '0', minute = (x.s[3] - '0') * 10 + x.s[4] - '0';
    return minute > 59 || hour * 60 + minute > 1440 ? -1 : hour * 60 + minute;
}

static void read_shifts(struct cal_reader *r, const struct yaml *y, str path, struct cal_pattern *p)
{
    static const str expected = {SHIFTS_EXPECTED, sizeof(SHIFTS_EXPECTED) - 1};
    str piece;
    int last_min = 0;
    for (str rest = y->s; str_cut(&rest, ' ', &piece);) {
        if (piece.n == 0)
            continue;
        size_t dash = str_find(piece, '-');
        struct cal_shift s = {clock_time(str_sub(piece, 0, dash)),
            dash < piece.n ? clock_time(str_sub(piece, dash + 1, piece.n)) : -1};
        if (s.from_min < 0 || s.to_min < 0) {
            yaml_err(r->e, y, path, expected, "\"%.*s\" is no shift", "“%.*s”不是班次",
                STR_ARG(utf8_head(piece, 40)));
            return;
        }
        if (s.from_min >= s.to_min || s.from_min < last_min) {
            yaml_err(r->e, y, path, expected, "shift %.*s is empty or overlaps the one before",
                "班次 %.*s 为空或与前一班次重叠", STR_ARG(piece));
            return;
        }
        if (p->n == CAL_SHIFTS_MAX) {
            yaml_err(r->e, y, path, str_fmt(r->e->arena, "1..%d", CAL_SHIFTS_MAX),
                "too many shifts in a day", "一天的班次过多");
            return;
        }
        p->shifts[p->n++] = s;
        last_min = s.to_min;
    }
    if (p->n == 0)
        yaml_err(r->e, y, path, expected, "no shift stands here", "此处没有班次");
}

static void read_zone(struct cal_reader *r, const struct yaml *y)
{
    bool signed_ok = y->s.n == 6 && (y->s.s[0] == '+' || y->s.s[0] == '-');
    int minutes = signed_ok ? clock_time(str_sub(y->s, 1, 5)) : -1;
    if (minutes < 0 || minutes > 18 * 60) {
        yaml_err(r->e, y, S("zone"), S("\"+08:00\""), "there is no such time zone", "时区无效");
        return;
    }
    r->out->zone_s = (y->s.s[0] == '-' ? -60 : 60) * minutes;
}

static void read_day(struct cal_reader *r, const struct yaml *y)
{
    struct dur d;
    CHECK(yaml_as_dur(y, &d)); // the table said so
    int64_t us = d.unit == DUR_MINUTES ? d.n * US_MINUTE : d.n * US_HOUR;
    if ((d.unit != DUR_MINUTES && d.unit != DUR_HOURS) || d.day_end || us <= 0 || us > US_DAY) {
        yaml_err(r->e, y, S("day"), S("390min, 8h"), "not the length of a working day",
            "不是工作日时长");
        return;
    }
    r->out->day_us = us;
}

static void read_known(struct cal_reader *r, const struct yaml *y)
{
    r->out->known_from_year = (int)yaml_get_i64(y, "from", 0);
    r->out->known_to_year = (int)yaml_get_i64(y, "to", 0);
    if (r->out->known_from_year > r->out->known_to_year)
        yaml_err(r->e, y, S("known"), S("from <= to"), "the years end before they begin",
            "年份起止颠倒");
}

static bool add_exception(
    struct cal_reader *r, const struct yaml *y, str path, struct cal_exception x)
{
    int *line = &r->line_of_day[x.day - r->first_day];
    if (*line) {
        str date = tm_date(r->scratch, x.day);
        yaml_err(r->e, y, path, S(""), "%.*s stands twice, first in line %d",
            "%.*s 重复，前一处在第 %d 行", STR_ARG(date), *line);
        return false;
    }
    *line = y->line;
    VEC_PUSH(r->arena, r->out->exceptions, r->out->n) = x;
    return true;
}

static void read_exception(struct cal_reader *r, const struct yaml *y, str path)
{
    str off = yaml_get_str(y, "off"), work = yaml_get_str(y, "work");
    int64_t from = yaml_get_date(y, "date", 0), to = yaml_get_date(y, "to", from);
    if ((off.n == 0) == (work.n == 0)) {
        yaml_err(r->e, y, path, S("off: ..., work: ..."), "needs either off or work",
            "off 与 work 须且只须有一个");
        return;
    }
    if (from < r->first_day || to >= r->first_day + r->days) {
        yaml_err(r->e, y, path, str_fmt(r->e->arena, "%d..%d", CAL_FIRST_YEAR, CAL_LAST_YEAR),
            "outside the years a calendar covers", "超出日历年份范围");
        return;
    }
    if (to < from || to - from >= DEF_CAL_RUN_DAYS_MAX) {
        yaml_err(r->e, y, path, str_fmt(r->e->arena, "1..%d days", DEF_CAL_RUN_DAYS_MAX),
            "the days end before they begin, or are too many", "起止日期颠倒或跨度过长");
        return;
    }
    str name = str_dup(r->arena, off.n ? off : work);
    bool single = true;
    for (int64_t day = from; day <= to && single; day++) {
        struct cal_exception x = {.day = day, .work = work.n > 0, .name = name};
        single = add_exception(r, y, path, x);
    }
}

static void read_cal(struct cal_reader *r, const struct yaml *root)
{
    r->out->key = str_dup(r->arena, yaml_get_str(root, "key"));
    r->out->title = str_dup(r->arena, yaml_get_str(root, "title"));
    read_zone(r, yaml_get(root, "zone"));
    read_day(r, yaml_get(root, "day"));
    const struct yaml *week = yaml_get(root, "week");
    for (int d = 1; d <= 7; d++) {
        const char *key = week_members[d - 1].key;
        const struct yaml *y = yaml_get(week, key);
        if (y)
            read_shifts(r, y, str_fmt(r->scratch, "week.%s", key), &r->out->week[d]);
    }
    read_shifts(r, yaml_get(root, "make_up"), S("make_up"), &r->out->make_up);
    read_known(r, yaml_get(root, "known"));
    const struct yaml *list = yaml_get(root, "exceptions");
    for (size_t i = 0; list && i < list->n; i++)
        read_exception(r, list->vals[i], str_fmt(r->scratch, "exceptions[%zu]", i));
}

enum err_code def_cal_parse(struct arena *a, str text, struct cal_spec *out, struct err *e)
{
    *out = (struct cal_spec){0};
    size_t notes = e->n + e->dropped;
    struct arena *scratch = arena_new();
    struct cal_reader r = {.arena = a, .scratch = scratch, .out = out, .e = e};
    r.first_day = tm_days(CAL_FIRST_YEAR, 1, 1);
    r.days = tm_days(CAL_LAST_YEAR + 1, 1, 1) - r.first_day;
    r.line_of_day = NEW_ARRAY(scratch, (size_t)r.days, int);
    const struct yaml *root = yaml_parse(scratch, text, e);
    if (root && yaml_check(root, cal_members, S(""), e))
        read_cal(&r, root);
    arena_free(scratch);
    return e->n + e->dropped == notes ? OK : e->code;
}
