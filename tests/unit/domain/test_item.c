#include "town_fixture.h"

static void smoke(void **state)
{
    struct fixture *f = *state;
    struct item it = fixture_file(f, "楼道堆物");
    print_message("%s %s\n", it.no.s, it.state.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {FIXTURE_TEST(smoke)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
