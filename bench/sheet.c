// A sheet of orders as the city platform exports them, for measuring an import with the map
// city-orders.
//
// sheet DIR ROWS: DIR is a town, whose classes are used.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "town.h"

static str class_name(const struct rules *r, int64_t id)
{
    const struct class_ *k = rules_class(r, id);
    return k ? k->name : (str){0};
}

static void print_row(const struct town *t, uint64_t n, int64_t filed_us)
{
    struct item_in in = town_order(t->rules, t->group_arena, n);
    const struct class_ *k = rules_class(t->rules, in.cls);
    str upper = k && k->parent ? class_name(t->rules, k->parent) : (str){0};
    struct civil at;
    tm_to_civil(filed_us, t->rules->zone_s, &at);
    (void)printf(
        "B%09" PRIu64
        ",%04d-%02d-%02d %02d:%02d:%02d,%.*s,%.*s,%.*s,%.*s,%.*s,%.*s,\"%.*s\",%.*s,%.*s,%.*s\r\n",
        n, at.year, at.month, at.day, at.hour, at.minute, at.second, STR_ARG(in.fields[0].val),
        STR_ARG(in.fields[1].val), STR_ARG(in.fields[2].val), STR_ARG(upper),
        STR_ARG(class_name(t->rules, in.cls)), STR_ARG(in.title), STR_ARG(in.text),
        STR_ARG(in.address), STR_ARG(in.caller.name), STR_ARG(in.caller.phone));
    arena_reset(t->group_arena);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: sheet DIR ROWS\n");
        return 2;
    }
    struct town *t = town_at(argv[1]);
    int64_t rows = strtoll(argv[2], NULL, 10), end_us = t->c.now_us - US_HOUR, days = 90;
    (void)printf(
        "工单编号,受理时间,来源,业务类型,紧急程度,大类,小类,标题,内容,地址,联系人,电话\r\n");
    for (int64_t i = 0; i < rows; i++)
        print_row(t, (uint64_t)i,
            end_us - (int64_t)((double)(days * US_DAY) * (1 - (double)i / (double)rows)));
    town_close(t);
    return 0;
}
