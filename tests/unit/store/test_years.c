// Old years beside a town's file: who reads what, which row wins, that no file is read whole where
// an index will do, and what is said of a wrong one. Everything a person sees of it is
// tests/api/years.test.mjs.
#include "temp.h"

#include <sys/stat.h>
#include "store/db_inner.h"
#include "store/migrate.h"
#include "store/years.h"

enum { TOWN = 7, ITEMS = 60, OLD = 40, OF_FIRST = 20, EVENTS = 3, BETWEEN = 1000 };

static void add_items(struct db *db)
{
    for (int64_t id = 1; id <= ITEMS; id++) {
        db_run(db,
            "INSERT INTO item (town, id, no, loop, def, state, open, paused, unit, receiver, class,"
            " channel, kind, priority, filed_us, changed_us, closed_us, due_us, alarm_us, version,"
            " round, returns, urges, extensions, reopens, level, raised, parent, merged, excluded,"
            " title) VALUES (?1, ?2, 'N' || ?2, 'l', 1, 's', 0, 0, 1, 1, 1, '', '', '', ?2 * 1000,"
            " ?2 * 1000, ?2 * 1000, 0, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'of the town')",
            V(TOWN), V(id));
        db_run(db,
            "INSERT INTO item_doc (town, id, text, address, lat, lon, doc)"
            " VALUES (?1, ?2, 'text ' || ?2, '', 0, 0, '{}')",
            V(TOWN), V(id));
    }
    // The first is about no item.
    for (int64_t id = 1; id < 2 + ITEMS * EVENTS; id++)
        db_run(db,
            "INSERT INTO event (town, id, lane, item, version, at_us, person, unit, what, part,"
            " note, changes, hash) VALUES (?1, ?2, 1, CASE WHEN ?2 = 1 THEN 0 ELSE (?2 + 1) / 3 "
            "END, 1, ?2, 0, 0, 'x', 0, '', '{}',"
            " zeroblob(32))",
            V(TOWN), V(id));
}

static struct db *town(struct temp *t)
{
    size_t n;
    const struct migration *all = migrations_embedded(t->a, &n);
    struct db *db = db_open(temp_path(t, "town.db"), DB_WRITE, &t->e);
    assert_non_null(db);
    assert_int_equal(migrate(db, all, n, 1, &t->e), OK);
    db_begin(db);
    add_items(db);
    assert_int_equal(db_commit(db, &t->e), OK);
    assert_int_equal(mkdir(temp_path(t, "years").s, 0700), 0);
    return db;
}

static void take_out(struct db *db, int64_t id)
{
    db_run(db, "DELETE FROM item WHERE town = ?1 AND id = ?2", V(TOWN), V(id));
    db_run(db, "DELETE FROM item_doc WHERE town = ?1 AND id = ?2", V(TOWN), V(id));
    db_run(db, "DELETE FROM event WHERE town = ?1 AND item = ?2 AND item > 0", V(TOWN), V(id));
}

static struct year make(struct temp *t, struct db *db, int64_t year, int64_t from, int64_t to)
{
    struct year y = {.year = year, .made = 1, .last_us = to * BETWEEN, .changed_us = to * BETWEEN};
    str path = years_path(t->a, temp_path(t, "years"), year);
    struct db *file = years_make(db, t->a, path, TOWN, &(struct year){.year = year}, &t->e);
    assert_non_null(file);
    db_begin(file);
    for (int64_t id = from; id <= to; id++)
        years_copy_item(db, file, TOWN, id);
    struct year_mark mark = years_mark(file, TOWN);
    y.stamp = mark.stamp;
    mark.made = y.made;
    years_set_mark(file, TOWN, &mark);
    assert_int_equal(db_commit(file, &t->e), OK);
    assert_int_equal(years_finish(file, path, &t->e), OK);
    return y;
}

static void say(struct temp *t, struct db *db, const struct years *y)
{
    db_run(db, "DELETE FROM setting WHERE town = ?1 AND key = 'years'", V(TOWN));
    db_run(db, "INSERT INTO setting (town, key, val) VALUES (?1, 'years', ?2)", V(TOWN),
        V(years_text(t->a, y)));
}

// Two years, of twenty items each, and one of the second that is in the town's file as well.
static struct db *with_years(struct temp *t, struct years *y)
{
    struct db *db = town(t);
    *y = (struct years){
        .v = {make(t, db, 2021, 1, OF_FIRST), make(t, db, 2022, OF_FIRST + 1, OLD)}, .n = 2};
    db_begin(db);
    say(t, db, y);
    for (int64_t id = 1; id < OLD; id++)
        take_out(db, id);
    assert_int_equal(db_commit(db, &t->e), OK);
    return db;
}

static int64_t count(struct db *db)
{
    return db_one_i64(db, -1, "SELECT count(*) FROM item WHERE town = ?1", V(TOWN));
}

static void every_row_is_seen_once(void **state)
{
    struct temp *t = *state;
    struct years y;
    struct db *db = with_years(t, &y);
    db_run(db, "UPDATE item SET title = 'newer' WHERE town = ?1 AND id = ?2", V(TOWN), V(OLD));
    struct db *reader = db_open(temp_path(t, "town.db"), DB_READ, &t->e);
    assert_int_equal(count(reader), ITEMS - OLD + 1);
    struct db *wide = years_reader(reader, TOWN);
    assert_non_null(wide);
    assert_int_equal(count(wide), ITEMS);
    assert_int_equal(db_one_i64(wide, -1, "SELECT count(*) FROM event WHERE town = ?1", V(TOWN)),
        ITEMS * EVENTS + 1);
    assert_int_equal(
        db_one_i64(wide, -1, "SELECT count(*) FROM item_doc WHERE town = ?1", V(TOWN)), ITEMS);
    str title = db_one_str(
        wide, t->a, "SELECT title FROM item WHERE town = ?1 AND id = ?2", V(TOWN), V(OLD));
    assert_true(str_eq(title, S("newer")));
    struct cursor c = db_rows(wide,
        "SELECT i.id, i.filed_us, d.text FROM item i JOIN item_doc d ON d.town = i.town AND"
        " d.id = i.id WHERE i.town = ?1 AND i.shelf = 0 ORDER BY i.filed_us DESC, i.id DESC",
        V(TOWN));
    for (int64_t id = ITEMS; id > 0; id--) {
        assert_true(db_next(&c));
        assert_int_equal(db_i64(&c, 0), id);
        assert_true(str_eq(db_str(&c, 2), str_fmt(t->a, "text %" PRId64, id)));
    }
    assert_false(db_next(&c));
    assert_null(years_reader(wide, TOWN)); // reads all there is
    db_close(reader);
    db_close(db);
}

static void the_documents_are_read_in_order_too(void **state)
{
    struct temp *t = *state;
    struct years y;
    struct db *db = with_years(t, &y), *wide = years_reader(db, TOWN);
    int64_t id = 0;
    struct cursor c =
        db_rows(wide, "SELECT id FROM item_doc WHERE town = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
            V(TOWN), V(15), V(10));
    for (id = 16; db_next(&c); id++)
        assert_int_equal(db_i64(&c, 0), id);
    assert_int_equal(id, 26);
    c = db_rows(
        wide, "SELECT id FROM item_doc WHERE town = ?1 AND id >= ?2 ORDER BY id", V(TOWN), V(59));
    assert_true(db_next(&c) && db_i64(&c, 0) == 59 && db_next(&c) && db_i64(&c, 0) == 60);
    assert_false(db_next(&c));
    assert_int_equal(
        db_one_i64(wide, 0, "SELECT id FROM item_doc WHERE town = ?1 AND id = ?2", V(TOWN), V(99)),
        0);
    assert_int_equal(
        db_one_i64(wide, 0, "SELECT id FROM item_doc WHERE town = ?1 AND id = ?2", V(8), V(1)), 0);
    db_close(db);
}

// Lists, an item and its history, and the auditor's pages.
static void no_year_is_read_whole(void **state)
{
    static const char *const TEXTS[] = {
        "SELECT i.id, i.filed_us FROM item i WHERE i.town = ?1 AND i.shelf = 0"
        " ORDER BY i.filed_us DESC, i.id DESC LIMIT 20",
        "SELECT i.id, i.filed_us FROM item i WHERE i.town = ?1 AND i.shelf = 0 AND i.filed_us >= 5"
        " AND i.filed_us < 9 AND (i.filed_us, i.id) > (3, 4) ORDER BY i.filed_us, i.id LIMIT 20",
        "SELECT i.id, i.changed_us FROM item i WHERE i.town = ?1 AND i.shelf = 0"
        " ORDER BY i.changed_us DESC, i.id DESC LIMIT 20",
        "SELECT i.id, i.filed_us FROM item i JOIN item_doc d ON d.town = i.town AND d.id = i.id"
        " WHERE i.town = ?1 AND i.shelf = 0 AND d.text LIKE 'x'"
        " ORDER BY i.filed_us DESC, i.id DESC LIMIT 20",
        "SELECT i.id, d.text FROM item i JOIN item_doc d ON d.town = i.town AND d.id = i.id"
        " WHERE i.town = ?1 AND i.id = 5",
        "SELECT id FROM item WHERE town = ?1 AND no = 'N5'",
        "SELECT version, changes, id FROM event WHERE town = ?1 AND item = 5 AND item > 0"
        " ORDER BY id DESC",
        "SELECT id, what FROM event WHERE town = ?1 AND what = 'reveal' AND id < 9"
        " ORDER BY id DESC LIMIT 20",
        "SELECT id, hash FROM event WHERE town = ?1 ORDER BY id",
    };
    struct temp *t = *state;
    struct years y;
    struct db *db = with_years(t, &y), *wide = years_reader(db, TOWN);
    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        str plan = db_plan(wide, t->a, str_of(TEXTS[i]));
        assert_int_equal(db_status(wide, &t->e), OK);
        bool whole = str_has(plan, S("SCAN y")) || str_has(plan, S("SCAN main")) ||
                     str_has(plan, S("SCAN item")) || str_has(plan, S("SCAN event")) ||
                     str_has(plan, S("TEMP B-TREE"));
        if (whole)
            fail_msg("%s\n%.*s", TEXTS[i], STR_ARG(plan));
    }
    db_close(db);
}

static void a_reader_learns_of_years_as_they_come_and_go(void **state)
{
    struct temp *t = *state;
    struct db *db = town(t), *reader = db_open(temp_path(t, "town.db"), DB_READ, &t->e);
    struct years y;
    assert_int_equal(count(reader), ITEMS);
    years_known(reader, TOWN, &y);
    assert_int_equal(y.n, 0);
    assert_null(years_reader(reader, TOWN));
    struct years one = {.v = {make(t, db, 2021, 1, OF_FIRST)}, .n = 1};
    db_begin(db);
    say(t, db, &one);
    for (int64_t id = 1; id <= OF_FIRST; id++)
        take_out(db, id);
    assert_int_equal(db_commit(db, &t->e), OK);

    db_read_begin(reader);
    assert_int_equal(count(reader), ITEMS - OF_FIRST);
    years_known(reader, TOWN, &y);
    assert_int_equal(y.n, 1);
    assert_int_equal(y.last_us, OF_FIRST * BETWEEN);
    struct db *wide = years_reader(reader, TOWN);
    assert_int_equal(count(wide), ITEMS);
    assert_ptr_equal(years_reader(reader, TOWN), wide); // the same state
    db_read_end(reader);

    // Brought back by a write, and all of it; a roll-back takes it out again.
    db_begin(db);
    db_savepoint(db);
    assert_true(years_bring(db, TOWN, 3));
    assert_false(years_bring(db, TOWN, 777));
    assert_int_equal(
        db_one_i64(db, 0, "SELECT count(*) FROM event WHERE town = ?1 AND item = ?2 AND item > 0",
            V(TOWN), V(3)),
        EVENTS);
    db_rollback_to(db);
    assert_int_equal(count(db), ITEMS - OF_FIRST);
    db_release(db);
    assert_true(years_bring(db, TOWN, 4));
    assert_int_equal(db_commit(db, &t->e), OK);
    assert_int_equal(count(years_reader(reader, TOWN)), ITEMS);
    years_reader_end(reader);

    db_run(db, "DELETE FROM setting WHERE town = ?1 AND key = 'years'", V(TOWN));
    assert_null(years_reader(reader, TOWN));
    assert_int_equal(db_status(reader, &t->e), OK);
    db_close(reader);
    db_close(db);
}

static void refused(struct temp *t, struct db *db, const char *why)
{
    err_init(&t->e, t->a, LANG_EN);
    assert_null(years_reader(db, TOWN));
    assert_int_equal(db_status(db, &t->e), ERR_STORE);
    assert_true(str_has(err_text(&t->e, t->a), str_of(why)));
    db_rollback(db);
}

static void a_wrong_file_is_named(void **state)
{
    struct temp *t = *state;
    struct years y;
    struct db *db = with_years(t, &y);
    const char *file = temp_path(t, "years/2021.db").s, *aside = temp_path(t, "years/aside").s;
    y.v[0].made = 2;
    say(t, db, &y);
    refused(t, db, "years/2021.db: is older than the one this town relies on");
    y.v[0].made = 1;
    y.v[0].stamp++;
    say(t, db, &y);
    refused(t, db, "is not the file of this town and year");
    y.v[0].stamp--;
    say(t, db, &y);
    assert_non_null(years_reader(db, TOWN));
    years_reader_end(db);
    db_close(db->wide);
    db->wide = NULL;
    assert_int_equal(rename(file, aside), 0);
    refused(t, db, "years/2021.db: this year file is missing");
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    assert_true(fputs("no database", f) >= 0 && fclose(f) == 0);
    refused(t, db, "is not a year file");
    assert_int_equal(rename(aside, file), 0);
    assert_non_null(years_reader(db, TOWN));
    db_close(db);
}

static void the_setting_is_read_as_it_was_written(void **state)
{
    struct temp *t = *state;
    struct years y = {.v = {{2021, 1, 2, 3, 4, 5, 6, 7}, {2022, 9, 8, 7, 6, 5, 4, 3}}, .n = 2}, x;
    assert_true(years_parse(years_text(t->a, &y), &x));
    assert_int_equal(x.n, 2);
    assert_memory_equal(x.v, y.v, sizeof(y.v));
    assert_int_equal(x.last_us, 5);
    assert_int_equal(x.changed_us, 6);
    assert_false(years_parse(S("2021 1 2 3"), &x));
    assert_false(years_parse(S("2021 1 2 3 4 5 6 x"), &x));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEMP_TEST(every_row_is_seen_once),
        TEMP_TEST(the_documents_are_read_in_order_too),
        TEMP_TEST(no_year_is_read_whole),
        TEMP_TEST(a_reader_learns_of_years_as_they_come_and_go),
        TEMP_TEST(a_wrong_file_is_named),
        TEMP_TEST(the_setting_is_read_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
