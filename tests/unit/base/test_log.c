#include "base/log.h"

#include <pthread.h>
#include <unistd.h>

#include "base/tm.h"
#include "unit.h"

struct capture {
    int pipe[2], kept;
};

static void capture_start(struct capture *c)
{
    assert_int_equal(pipe(c->pipe), 0);
    c->kept = dup(STDERR_FILENO);
    assert_true(c->kept >= 0);
    assert_int_equal(dup2(c->pipe[1], STDERR_FILENO), STDERR_FILENO);
    close(c->pipe[1]);
}

static str capture_end(struct capture *c, struct arena *a)
{
    dup2(c->kept, STDERR_FILENO); // the last writer of the pipe goes
    close(c->kept);
    enum { TEXT_MAX = 64 * KIB };
    char *text = arena_alloc(a, TEXT_MAX);
    size_t n = 0;
    for (;;) {
        ssize_t got = read(c->pipe[0], text + n, TEXT_MAX - n);
        assert_true(got >= 0);
        if (got == 0)
            break;
        n += (size_t)got;
    }
    close(c->pipe[0]);
    return (str){text, n};
}

static void test_line(void **state)
{
    struct arena *a = *state;
    struct capture c;
    capture_start(&c);
    log_line(LOG_INFO, "http route=%s ms=%d", "/api/items", 3);
    log_line(LOG_DEBUG, "not shown");
    log_line(LOG_ERROR, "two\nlines\x1B[0m");
    str text = capture_end(&c, a), line = {0}, when = {0};
    assert_true(str_cut(&text, '\n', &line));
    assert_true(str_cut(&line, ' ', &when));
    int64_t us = 0;
    assert_true(tm_parse(when, 0, &us));
    assert_true(tm_wall() - us < US_HOUR);
    assert_str(line, "info http route=/api/items ms=3");
    assert_true(str_cut(&text, '\n', &line));
    assert_true(str_ends(line, S(" error two lines [0m")));
    assert_int_equal(text.n, 0);
}

static void test_level(void **state)
{
    struct capture c;
    capture_start(&c);
    log_set(LOG_WARN);
    log_line(LOG_INFO, "no");
    log_set(LOG_DEBUG);
    log_line(LOG_DEBUG, "yes");
    log_set(LOG_INFO);
    assert_true(str_ends(capture_end(&c, *state), S(" debug yes\n")));
}

// However often one place complains, the log grows by so many lines, and says that there were more.
static void test_flood(void **state)
{
    struct arena *a = *state;
    struct capture c;
    uint64_t held = log_held();
    capture_start(&c);
    for (int i = 0; i < 1000; i++)
        log_line(LOG_WARN, "the disk complains n=%d", i);
    for (int i = 0; i < 100; i++) // what was asked for is not held back
        log_line(LOG_INFO, "request n=%d", i);
    log_line(LOG_ERROR, "another place");
    str text = capture_end(&c, a), line = {0}, last = {0};
    size_t warnings = 0, others = 0;
    while (str_cut(&text, '\n', &line)) {
        bool warning = str_has(line, S(" warn the disk complains n="));
        warnings += warning;
        others += !warning;
        last = warning ? line : last;
    }
    assert_int_equal(warnings, LOG_BURST);
    assert_int_equal(others, 101);
    assert_true(str_ends(last, S(" warn the disk complains n=19 held=\"further ones for 10 s\"")));
    assert_int_equal(log_held() - held, 1000 - LOG_BURST);
}

static void test_long_line_is_cut(void **state)
{
    struct arena *a = *state;
    struct capture c;
    for (size_t pad = 0; pad < 4; pad++) { // the cut falls on every byte of a character
        str text = {0};
        for (int i = 0; i < 11; i++)
            text = str_fmt(a, "%.*s%.*s闭", STR_ARG(text), STR_ARG(text));
        capture_start(&c);
        log_line(LOG_INFO, "%.*s%.*s", (int)pad, "xxx", STR_ARG(text));
        str line = capture_end(&c, a);
        assert_true(line.n <= 4096 && line.n > 4000);
        assert_int_equal(str_find(line, '\n'), line.n - 1);
        assert_true(utf8_valid(line));
    }
}

static void *write_lines(void *unused)
{
    (void)unused;
    for (int i = 0; i < 100; i++)
        log_line(LOG_INFO, "%s", "0123456789012345678901234567890123456789");
    return NULL;
}

static void test_threads_do_not_mix(void **state)
{
    struct capture c;
    pthread_t threads[4];
    capture_start(&c);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    str text = capture_end(&c, *state), line = {0};
    int lines = 0;
    while (str_cut(&text, '\n', &line)) {
        assert_true(str_ends(line, S("Z info 0123456789012345678901234567890123456789")));
        lines++;
    }
    assert_int_equal(lines, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_line),
        UNIT(test_level),
        UNIT(test_flood),
        UNIT(test_long_line_is_cut),
        UNIT(test_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
