#include "domain/place.h"

#include <math.h>
#include "../base/unit.h"

static const struct {
    const char *x, *y;
    enum place_is is;
} ROWS[] = {
    {"北虹路100弄3号", "北虹路100弄3号", PLACE_SAME},
    {"北虹路１００弄 3 号楼", "北虹路100弄三号", PLACE_SAME},
    {"上海市长宁区新泾镇北虹路100弄3号", "北虹路100弄3号", PLACE_SAME},
    {"长宁区北虹路100弄3号", "北虹路100弄3号", PLACE_SAME}, // only says more in front of it
    {"北虹小区3幢", "北虹小区3号楼", PLACE_SAME},
    {"北虹小区二十三号楼", "北虹小区23号", PLACE_SAME},
    {"北虹路100弄3号", "北虹路100弄5号", PLACE_CLOSE}, // one lane
    {"北虹小区3号楼2层", "北虹小区3号楼", PLACE_CLOSE},
    {"北虹小区东门", "北虹小区东门外人行道", PLACE_CLOSE},
    {"北虹路100弄", "北虹路10弄", PLACE_OTHER}, {"北虹小区3号楼", "北虹小区5号楼", PLACE_OTHER},
    {"北虹路1号", "淮阴路1号", PLACE_OTHER},
    {"北虹路13号", "3号", PLACE_OTHER}, // too short to be the end of the other
    {"北虹小区", "淮阴小区", PLACE_UNKNOWN}, {"北虹小区", "北虹小区3号楼", PLACE_CLOSE},
    {"东门", "北虹小区东门", PLACE_UNKNOWN}, // there are many east gates
    {"", "北虹小区", PLACE_UNKNOWN}, {"，。", "北虹小区", PLACE_UNKNOWN},
    {"绿园一村", "绿园一村", PLACE_SAME}, // no number: 一村 is a name
};

static void places_are_compared_however_they_are_written(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        struct place x = place_of(*state, S("新泾镇"), str_of(ROWS[i].x));
        struct place y = place_of(*state, S("新泾镇"), str_of(ROWS[i].y));
        if (place_compare(&x, &y) != ROWS[i].is || place_compare(&y, &x) != ROWS[i].is)
            fail_msg("%s and %s: %d, not %d", ROWS[i].x, ROWS[i].y, (int)place_compare(&x, &y),
                (int)ROWS[i].is);
    }
}

static void the_core_is_a_lane_or_a_gate(void **state)
{
    assert_str(place_of(*state, S(""), S("北虹路100弄3号402室")).core, "北虹路100弄");
    assert_str(place_of(*state, S(""), S("北虹路1号")).core, "北虹路1号");
    assert_str(place_of(*state, S(""), S("北虹路口")).core, "");
    assert_str(place_of(*state, S(""), S("\xff\xfe")).core, "");
}

static void metres_are_those_of_a_map(void **state)
{
    (void)state;
    assert_true(fabs(place_metres(31, 121, 31, 121)) < 1e-9);
    assert_true(fabs(place_metres(31, 121, 31.001, 121) - 111.2) < 0.1);
    assert_true(
        fabs(place_metres(31, 121, 31, 121.001) - 95.3) < 0.1); // a degree is narrower there
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(places_are_compared_however_they_are_written),
        UNIT(the_core_is_a_lane_or_a_gate),
        UNIT(metres_are_those_of_a_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
