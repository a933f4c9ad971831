// Towns of a few made-up tables, moved from file to file. Moving to a server and back is
// tests/api/move.test.mjs.
#include "temp.h"

#include "store/migrate.h"
#include "store/move.h"

// The key's order is not that of the columns; a table without a town, and one that is a store's.
#define TABLES_SQL                                                                                 \
    "CREATE TABLE thing (town @int@ NOT NULL, name @text@, place @real@, seal @blob@,"             \
    " id @int@ NOT NULL, kind @text@ NOT NULL, more @json@,"                                       \
    " PRIMARY KEY (town, kind, id)) @heap@;\n"                                                     \
    "CREATE TABLE alone (town @int@ NOT NULL, n @int@ NOT NULL, PRIMARY KEY (town)) "              \
    "@clustered@;\n"                                                                               \
    "CREATE TABLE shared (key @text@ NOT NULL, PRIMARY KEY (key)) @clustered@;\n"                  \
    "CREATE TABLE bihuan_own (town @int@ NOT NULL, PRIMARY KEY (town)) @clustered@;\n"             \
    "CREATE TABLE later (id @int@ NOT NULL, town @int@ NOT NULL, PRIMARY KEY (id, town)) @heap@;"
#define OTHER_SQL "ALTER TABLE alone ADD COLUMN m @int@;"

static const struct migration two[] = {
    {"0001_tables", S(TABLES_SQL)},
    {"0002_other", S(OTHER_SQL)},
};

enum { TOWN = 7, OTHER = 8, ROWS = 2500 };

static struct db *database(struct temp *t, const char *name, size_t migrations)
{
    struct db *db = db_open(temp_path(t, name), DB_WRITE, &t->e);
    assert_non_null(db);
    assert_int_equal(migrate(db, two, migrations, 1, &t->e), OK);
    return db;
}

// More than two chunks, whose borders fall into the middle of a kind; every kind of value.
static void fill(struct temp *t, struct db *db, int64_t town)
{
    db_begin(db);
    for (int i = 0; i < ROWS; i++)
        db_run(db,
            "INSERT INTO thing (town, name, place, seal, id, kind, more)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            V(town),
            i % 5   ? V(str_fmt(t->a, "名 %d\t\\N", i))
            : i % 2 ? VAL_NONE
                    : V(S("")),
            i % 7 ? V(i / 3.0) : VAL_NONE,
            i % 3 ? val_blob(str_fmt(t->a, "%c\xff%d", 0, i)) : VAL_NONE,
            V(i % 2 ? INT64_MAX - i : INT64_MIN + i), V(i % 3 ? S("甲") : S("b")),
            V(str_fmt(t->a, "{\"b\":%d, \"a\":1}", i)));
    db_run(db, "INSERT INTO alone (town, n) VALUES (?1, ?2)", V(town), V(town));
    db_run(db, "INSERT INTO bihuan_own (town) VALUES (?1)", V(town));
    assert_int_equal(db_commit(db, &t->e), OK);
}

struct bench {
    struct db *from, *to;
    struct move m;
    int64_t shown, total;
};

static void shown(void *arg, int64_t done, int64_t total)
{
    struct bench *b = arg;
    assert_true(done > 0 && done <= total);
    b->shown = done;
    b->total = total;
}

static void set_up(struct temp *t, struct bench *b)
{
    struct db *from = database(t, "from.db", 1);
    fill(t, from, TOWN);
    fill(t, from, OTHER);
    db_close(from);
    *b = (struct bench){
        .from = db_open(temp_path(t, "from.db"), DB_READ, &t->e), .to = database(t, "to.db", 1)};
    assert_non_null(b->from);
    b->m = (struct move){
        .arena = t->a, .from = b->from, .to = b->to, .town = TOWN, .progress = shown, .arg = b};
    db_read_begin(b->from);
    db_begin(b->to);
}

static void moved(struct temp *t, struct bench *b)
{
    set_up(t, b);
    assert_int_equal(move_plan(&b->m, &t->e), OK);
    assert_int_equal(b->m.rows, ROWS + 1);
    assert_int_equal(move_rows(&b->m, &t->e), OK);
}

static void take_down(struct bench *b)
{
    db_close(b->from);
    db_close(b->to);
}

static void finds_the_tables_of_a_town(void **state)
{
    struct temp *t = *state;
    struct db *db = database(t, "from.db", 1);
    size_t n;
    const struct move_table *all = move_tables(db, t->a, &n);
    assert_int_equal(n, 2);
    assert_true(str_eq(all[0].name, S("alone")) && str_eq(all[1].name, S("thing")));
    assert_int_equal(all[1].n, 7);
    assert_int_equal(all[1].n_key, 3);
    static const int kinds[] = {
        MOVE_I64, MOVE_TEXT, MOVE_F64, MOVE_BLOB, MOVE_I64, MOVE_TEXT, MOVE_TEXT};
    static const int keys[] = {1, 0, 0, 0, 3, 2, 0};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        assert_int_equal(all[1].columns[i].kind, kinds[i]);
        assert_int_equal(all[1].columns[i].key, keys[i]);
    }
    db_close(db);
}

static str everything(struct temp *t, struct db *db)
{
    return db_one_str(db, t->a,
        "SELECT group_concat(coalesce(quote(name), '-') || quote(place) || quote(seal) || id || "
        "kind"
        " || more) FROM (SELECT * FROM thing WHERE town = ?1 ORDER BY kind, id)",
        V(TOWN));
}

static void every_value_arrives(void **state)
{
    struct temp *t = *state;
    struct bench b;
    moved(t, &b);
    assert_true(b.shown > 0 && b.total == ROWS + 1);
    assert_int_equal(move_compare(&b.m, &t->e), OK);
    assert_int_equal(db_commit(b.to, &t->e), OK);
    str before = everything(t, b.from);
    assert_true(before.n > ROWS);
    assert_true(str_eq(before, everything(t, b.to)));
    assert_int_equal(db_one_i64(b.to, -1, "SELECT n FROM alone WHERE town = ?1", V(TOWN)), TOWN);
    // Neither the neighbour nor what is the store's own.
    assert_int_equal(
        db_one_i64(b.to, -1, "SELECT count(*) FROM thing WHERE town <> ?1", V(TOWN)), 0);
    assert_int_equal(
        db_one_i64(b.to, -1, "SELECT count(*) FROM bihuan_own WHERE town > ?1", V(0)), 0);
    assert_int_equal(db_status(b.to, &t->e), OK);
    take_down(&b);
}

static void a_row_that_differs_is_noticed(void **state)
{
    static const char *const damages[] = {
        "UPDATE thing SET name = '' WHERE town = ?1 AND name IS NULL AND id > 0",
        "UPDATE thing SET name = name || ' ' WHERE town = ?1 AND id = (SELECT max(id) FROM thing)",
        "UPDATE thing SET place = place + 0.0000001 WHERE town = ?1 AND place BETWEEN 5 AND 5.5",
        "UPDATE thing SET seal = CAST(seal || x'00' AS BLOB) WHERE town = ?1 AND id < 0",
        "UPDATE thing SET more = '{\"a\":1,\"b\":4}' WHERE town = ?1 AND more ->> 'b' = 4",
        // The end of one value becomes the beginning of the next one.
        "UPDATE thing SET kind = kind || '{', more = substr(more, 2) WHERE town = ?1",
        "DELETE FROM thing WHERE town = ?1 AND id = (SELECT min(id) FROM thing)",
        "INSERT INTO thing (town, id, kind) VALUES (?1, 0, 'c')",
    };
    struct temp *t = *state;
    struct bench b;
    moved(t, &b);
    assert_int_equal(db_commit(b.to, &t->e), OK);
    for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
        struct err e;
        err_init(&e, t->a, LANG_EN);
        db_begin(b.to);
        if (db_change_(b.to, damages[i], (struct val[]){V(TOWN)}, 1) == 0)
            fail_msg("changes nothing: %s", damages[i]);
        if (move_compare(&b.m, &e) != ERR_STORE)
            fail_msg("not noticed: %s", damages[i]);
        assert_int_equal(e.n, 1);
        assert_true(str_eq(e.notes[0].field, S("thing")));
        db_rollback(b.to);
    }
    assert_int_equal(move_compare(&b.m, &t->e), OK);
    take_down(&b);
}

static void what_stands_in_the_way_is_said_first(void **state)
{
    struct temp *t = *state;
    struct bench b;
    set_up(t, &b);
    db_run(b.to, "INSERT INTO alone (town, n) VALUES (?1, 1)", V(TOWN));
    assert_int_equal(move_plan(&b.m, &t->e), ERR_CONFLICT);
    assert_true(str_has(t->e.notes[0].message, S("holds the town 7 already (table alone)")));
    db_rollback(b.to);
    // A neighbour is no hindrance.
    db_run(b.to, "INSERT INTO alone (town, n) VALUES (?1, 1)", V(OTHER));
    assert_int_equal(move_plan(&b.m, &t->e), OK);
    assert_int_equal(migrate(b.to, two, 2, 2, &t->e), OK);
    err_init(&t->e, t->a, LANG_EN);
    assert_int_equal(move_plan(&b.m, &t->e), ERR_INVALID);
    take_down(&b);
}

static void takes_out_this_town_only(void **state)
{
    struct temp *t = *state;
    struct bench b;
    moved(t, &b);
    assert_int_equal(db_commit(b.to, &t->e), OK);
    fill(t, b.to, OTHER);
    db_begin(b.to);
    move_remove(&b.m);
    assert_int_equal(db_commit(b.to, &t->e), OK);
    assert_int_equal(
        db_one_i64(b.to, -1, "SELECT count(*) FROM thing WHERE town = ?1", V(TOWN)), 0);
    assert_int_equal(
        db_one_i64(b.to, -1, "SELECT count(*) FROM alone WHERE town = ?1", V(TOWN)), 0);
    assert_int_equal(
        db_one_i64(b.to, -1, "SELECT count(*) FROM thing WHERE town = ?1", V(OTHER)), ROWS);
    take_down(&b);
}

// Whatever statement fails on either side, it is an error, and never a town with a hole.
static void a_failure_on_either_side_is_an_error(void **state)
{
    struct temp *t = *state;
    struct bench b;
    set_up(t, &b);
    db_rollback(b.to);
    for (int side = 0; side < 2; side++) {
        bool over = false;
        // Of the thousands of like inserts every hundredth.
        for (int64_t n = 1; !over; n += side == 1 && n > 20 ? 100 : 1) {
            struct err e;
            err_init(&e, t->a, LANG_EN);
            db_begin(b.to);
            db_fail_at(side == 1 ? b.to : b.from, n);
            enum err_code code = move_plan(&b.m, &e);
            if (code == OK)
                code = move_rows(&b.m, &e);
            if (code == OK)
                code = move_compare(&b.m, &e);
            over = code == OK;
            if (!over)
                assert_true(e.n > 0 && str_has(e.notes[0].message, S("injected failure")));
            db_fail_at(b.to, 0);
            db_fail_at(b.from, 0);
            db_rollback(b.to);
            db_rollback(b.from);
        }
    }
    take_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEMP_TEST(finds_the_tables_of_a_town),
        TEMP_TEST(every_value_arrives),
        TEMP_TEST(a_row_that_differs_is_noticed),
        TEMP_TEST(what_stands_in_the_way_is_said_first),
        TEMP_TEST(takes_out_this_town_only),
        TEMP_TEST(a_failure_on_either_side_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
