// What the writer remembers between commands, when a command or a whole group fails.

#include "town_made.h"

static int64_t number(struct made *m)
{
    return journal_next_number(&m->c, S("RX"), 20251101);
}

static void begin(struct made *m)
{
    db_begin(m->db);
    journal_begin(m->journal, m->db);
}

static void end(struct made *m, bool commit)
{
    if (commit) {
        made_ok(m, journal_flush(m->journal, m->db, &m->e));
        made_ok(m, db_commit(m->db, &m->e));
    } else {
        db_rollback(m->db);
    }
    journal_finish(m->journal, commit);
}

// A command that fails, as the writer handles it.
static void fails(struct made *m)
{
    db_rollback_to(m->db);
    db_release(m->db);
    journal_settle(m->journal, false);
}

static void succeeds(struct made *m)
{
    db_release(m->db);
    journal_settle(m->journal, true);
}

static void numbers_go_on_after_a_read_that_failed(void **state)
{
    struct made *m = made_town(*state, "town", "towns/xinjing");
    begin(m);
    db_savepoint(m->db);
    assert_int_equal(number(m), 1);
    assert_int_equal(number(m), 2);
    succeeds(m);
    end(m, true);

    begin(m);
    db_savepoint(m->db);
    db_fail_at(m->db, 1);
    (void)number(m);
    assert_int_equal(db_status(m->db, &m->e), ERR_STORE);
    err_init(&m->e, m->t->a, LANG_EN);
    fails(m);
    db_savepoint(m->db);
    assert_int_equal(number(m), 3); // the next command of the same group
    succeeds(m);
    end(m, true);
    made_close(m);
}

static void say(struct made *m, int64_t *id)
{
    struct event ev = {.what = S("login"), .at_us = m->c.now_us};
    made_ok(m, journal_event(&m->c, &ev, &m->e));
    *id = ev.id;
}

// Log-ins are remembered until this number moves: it may not stand still when something happens.
static void what_failed_is_not_the_newest_event(void **state)
{
    struct made *m = made_town(*state, "town", "towns/xinjing");
    int64_t id, again;
    begin(m);
    int64_t before = journal_town_seen(m->journal);
    db_savepoint(m->db);
    say(m, &id);
    fails(m);
    assert_int_equal(journal_town_seen(m->journal), before);
    end(m, true);
    begin(m);
    db_savepoint(m->db);
    say(m, &again);
    succeeds(m);
    assert_int_equal(again, id);
    assert_int_equal(journal_town_seen(m->journal), id);
    end(m, false);
    assert_int_equal(journal_town_seen(m->journal), before);
    made_close(m);
}

static void rules_of_a_group_that_failed_are_built_again(void **state)
{
    struct made *m = made_town(*state, "town", "towns/xinjing");
    begin(m);
    db_savepoint(m->db);
    journal_rules_changed(&m->c);
    succeeds(m);
    assert_true(journal_rules_dirty(m->journal));
    journal_rules_clean(m->journal); // the next command has built them
    end(m, false);
    assert_true(journal_rules_dirty(m->journal));

    journal_rules_clean(m->journal); // from what is committed
    begin(m);
    end(m, false);
    assert_false(journal_rules_dirty(m->journal));
    made_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            numbers_go_on_after_a_read_that_failed, temp_setup, temp_teardown),
        cmocka_unit_test_setup_teardown(
            what_failed_is_not_the_newest_event, temp_setup, temp_teardown),
        cmocka_unit_test_setup_teardown(
            rules_of_a_group_that_failed_are_built_again, temp_setup, temp_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
