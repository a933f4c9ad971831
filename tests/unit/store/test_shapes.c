#include "temp.h"

#include "store/migrate.h"
#include "store/shapes.h"

#define ITEM_SQL                                                                                   \
    "CREATE TABLE item (town @int@ NOT NULL, id @int@ NOT NULL, unit @int@ NOT NULL,"              \
    " open @int@ NOT NULL, shelf @int@ NOT NULL, due_us @int@ NOT NULL,"                           \
    " PRIMARY KEY (town, id)) @heap@;\n"                                                           \
    "CREATE TABLE part (town @int@, unit @int@, item @int@, part @int@,"                           \
    " PRIMARY KEY (town, unit, item, part)) @clustered@;\n"                                        \
    "CREATE INDEX item_queue ON item (town, unit, due_us, id) WHERE open = 1 AND shelf = 0;"
#define OTHER_SQL                                                                                  \
    "CREATE TABLE other (a @int@, b @int@, c @int@, PRIMARY KEY (a, b)) @heap@;\n"                 \
    "CREATE INDEX other_c ON other (c);"

static const struct migration two[] = {
    {"0001_item", S(ITEM_SQL)},
    {"0002_other", S(OTHER_SQL)},
};

static str shape(struct db *db, struct arena *a, const char *index)
{
    return db_one_str(db, a, "SELECT stat FROM sqlite_stat1 WHERE idx = ?1", V(str_of(index)));
}

static const char queue[] =
    "SELECT count(*) FROM item WHERE town = ?1 AND open = 1 AND shelf = 0 AND unit = 3";

static void planner_takes_the_queue(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    assert_int_equal(migrate(db, two, 1, 1, &t->e), OK);
    // On this connection at once, and on every later one.
    assert_true(str_has(db_plan(db, t->a, str_of(queue)), S("item_queue (town=? AND unit=?)")));
    struct db *r = temp_db(t, DB_READ);
    assert_true(str_has(db_plan(r, t->a, str_of(queue)), S("item_queue (town=? AND unit=?)")));
    db_close(r);
    db_close(db);
}

static void figures_follow_the_program(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE);
    assert_int_equal(migrate(db, two, 2, 1, &t->e), OK);
    assert_true(str_starts(shape(db, t->a, "part"), S("1100000 1100000 2 1 ")));
    // Nobody described the second table: guessed, and named to the plan tests.
    assert_true(
        str_starts(shape(db, t->a, "sqlite_autoindex_other_1"), S("10000 10000 1 noskipscan")));
    assert_true(str_starts(shape(db, t->a, "other_c"), S("10000 1 ")));
    assert_true(str_starts(str_of("other"), str_sub(shapes_missing(db, t->a), 0, 5)));
    // What somebody's ANALYZE measured does not stay.
    db_run(db, "DELETE FROM sqlite_stat1 WHERE idx = ?1", V(S("item_queue")));
    db_run(db, "UPDATE sqlite_stat1 SET stat = '5 5 5' WHERE idx = ?1", V(S("part")));
    assert_int_equal(migrate(db, two, 2, 2, &t->e), OK);
    assert_true(str_starts(shape(db, t->a, "part"), S("1100000 ")));
    assert_true(str_starts(shape(db, t->a, "item_queue"), S("20000 ")));
    assert_int_equal(db_status(db, &t->e), OK);
    db_close(db);
}

static void nothing_is_written_twice(void **state)
{
    struct temp *t = *state;
    struct db *db = temp_db(t, DB_WRITE), *other = temp_db(t, DB_WRITE);
    assert_int_equal(migrate(db, two, 2, 1, &t->e), OK);
    db_begin(other); // the write lock is taken: writing would wait and fail
    db_busy_wait(db, 10);
    shapes_write(db);
    assert_int_equal(db_status(db, &t->e), OK);
    db_rollback(other);
    db_close(other);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEMP_TEST(planner_takes_the_queue),
        TEMP_TEST(figures_follow_the_program),
        TEMP_TEST(nothing_is_written_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
