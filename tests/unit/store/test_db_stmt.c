#include "temp.h"

#include "base/log.h"
#include "store/db_inner.h"

struct fixture {
    struct arena *a;
    struct db *db;
    struct stmt_cache *cache;
};

static int setup(void **state)
{
    struct arena *a = arena_new();
    struct fixture *f = NEW(a, struct fixture);
    struct err e;
    err_init(&e, a, LANG_EN);
    f->a = a;
    f->db = db_open(S(":memory:"), DB_WRITE, &e);
    *state = f;
    if (!f->db)
        return -1;
    f->cache = &f->db->cache;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    db_close(f->db);
    arena_free(f->a);
    return 0;
}

static struct stmt *get(struct fixture *f, enum stmt_kind kind, str sql)
{
    struct stmt *s = stmt_get(f->db, kind, sql);
    assert_non_null(s);
    return s;
}

static void literal_is_found_by_address(void **state)
{
    struct fixture *f = *state;
    static const char one[] = "SELECT 1", other[] = "SELECT 1";
    struct stmt *s = get(f, STMT_LITERAL, (str){one, 0});
    assert_ptr_equal(get(f, STMT_LITERAL, (str){one, 0}), s);
    assert_int_equal(f->cache->prepared, 1);
    assert_ptr_not_equal(get(f, STMT_LITERAL, (str){other, 0}), s);
    assert_int_equal(f->cache->prepared, 2);
}

static void composed_is_found_by_content(void **state)
{
    struct fixture *f = *state;
    char text[] = "SELECT 2 /* then anything */";
    str sql = {text, 8};
    struct stmt *s = get(f, STMT_COMPOSED, sql);
    text[8] = 'x'; // only the slice counts
    assert_ptr_equal(get(f, STMT_COMPOSED, str_dup(f->a, sql)), s);
    assert_int_equal(f->cache->prepared, 1);
    assert_ptr_not_equal(get(f, STMT_COMPOSED, S("SELECT 3")), s);
}

static void one_in_use_is_not_shared(void **state)
{
    struct fixture *f = *state;
    static const char sql[] = "SELECT 1";
    struct stmt *s = get(f, STMT_LITERAL, (str){sql, 0});
    s->open = true;
    struct stmt *second = get(f, STMT_LITERAL, (str){sql, 0});
    assert_ptr_not_equal(second, s);
    s->open = false;
    second->open = true;
    assert_ptr_equal(get(f, STMT_LITERAL, (str){sql, 0}), s);
    assert_int_equal(f->cache->prepared, 2);
}

static void composed_ones_leave_first(void **state)
{
    struct fixture *f = *state;
    static const char literal[] = "SELECT 'kept'";
    struct stmt *kept = get(f, STMT_LITERAL, (str){literal, 0}); // the oldest of all
    struct stmt *open = get(f, STMT_COMPOSED, S("SELECT 'open'"));
    open->open = true;
    for (int i = 0; i < 2 * DB_STATEMENTS_MAX; i++) {
        (void)get(f, STMT_COMPOSED, str_fmt(f->a, "SELECT %d", i));
        (void)get(f, STMT_COMPOSED, S("SELECT 'often'"));
    }
    assert_int_equal(f->cache->n, DB_STATEMENTS_MAX);
    int64_t before = f->cache->prepared;
    assert_int_equal(before, 2 * DB_STATEMENTS_MAX + 3);
    assert_ptr_equal(get(f, STMT_LITERAL, (str){literal, 0}), kept);
    (void)get(f, STMT_COMPOSED, S("SELECT 'often'"));
    assert_int_equal(f->cache->prepared, before);
    assert_string_equal(f->db->ops->text(open->handle), "SELECT 'open'");
    (void)get(f, STMT_COMPOSED, S("SELECT 0")); // was pushed out
    assert_int_equal(f->cache->prepared, before + 1);
}

static void literals_leave_when_nothing_else_is_left(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i <= DB_STATEMENTS_MAX; i++)
        (void)get(f, STMT_INNER, str_fmt(f->a, "SELECT %d", i));
    assert_int_equal(f->cache->n, DB_STATEMENTS_MAX);
    assert_int_equal(f->cache->prepared, DB_STATEMENTS_MAX + 1);
}

struct seen {
    int literal, composed, inner, all;
};

static void look(str sql, void *arg)
{
    struct seen *seen = arg;
    seen->all++;
    seen->literal += str_eq(sql, S("SELECT 'listed', ?1"));
    seen->composed += str_eq(sql, S("SELECT 'composed'"));
    seen->inner += str_starts(sql, S("BEGIN")) || str_starts(sql, S("PRAGMA data_version"));
}

static void texts_are_listed_once(void **state)
{
    struct temp *t = *state;
    for (int i = 0; i < 3; i++) { // three connections
        struct db *db = db_open(S(":memory:"), DB_WRITE, &t->e);
        assert_non_null(db);
        db_begin(db);
        db_run(db, "SELECT 'listed', ?1", V(1));
        struct cursor c = db_rows_composed(db, S("SELECT 'composed'"), NULL, 0);
        db_done(&c);
        (void)db_data_version(db);
        assert_int_equal(db_commit(db, &t->e), OK);
        db_close(db);
    }
    struct seen seen = {0};
    db_each_statement(look, &seen);
    assert_int_equal(seen.literal, 1);
    assert_int_equal(seen.composed, 1);
    assert_int_equal(seen.inner, 0);
    assert_true(seen.all >= 2);
}

int main(void)
{
    log_set(LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(literal_is_found_by_address, setup, teardown),
        cmocka_unit_test_setup_teardown(composed_is_found_by_content, setup, teardown),
        cmocka_unit_test_setup_teardown(one_in_use_is_not_shared, setup, teardown),
        cmocka_unit_test_setup_teardown(composed_ones_leave_first, setup, teardown),
        cmocka_unit_test_setup_teardown(literals_leave_when_nothing_else_is_left, setup, teardown),
        TEMP_TEST(texts_are_listed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
