// What was looked for at once is known without asking again, and nothing else is.
#include "town_fixture.h"

#include "domain/key_book.h"

static void known_is_what_was_looked_for(void **state)
{
    struct fixture *f = *state;
    struct ctx *c = fixture_as(f, "dispatcher");
    const str loop = S("hotline"), field = S("source_no");
    int64_t first = fixture_file(f, "一件").id;
    fixture_begin(f);
    db_run(f->db,
        "INSERT INTO item_key (town, loop, field, val, item) VALUES (?1, 'hotline', 'source_no', "
        "'A-1', ?2), (?1, 'hotline', 'other', 'A-2', ?2)",
        V(FIXTURE_TOWN), V(first));
    fixture_ok(f, fixture_end(f, OK));
    enum { MANY = 1203 }; // several questions
    str keys[MANY];
    for (int i = 0; i < MANY; i++)
        keys[i] = str_fmt(f->a, "A-%d", MANY - 1 - i); // A-1 is among the last
    struct key_book *b = key_book_new(f->a);
    int64_t holder = -1;
    assert_false(key_book_holder(NULL, loop, field, S("A-1"), &holder));
    assert_false(key_book_holder(b, loop, field, S("A-1"), &holder));
    fixture_ok(f, key_book_look(b, c, loop, field, keys, MANY, &f->e));
    assert_true(key_book_holder(b, loop, field, S("A-1"), &holder));
    assert_int_equal(holder, first);
    assert_true(key_book_holder(b, loop, field, S("A-2"), &holder));
    assert_int_equal(holder, 0); // of another field
    assert_false(key_book_holder(b, loop, S("other"), S("A-2"), &holder));
    assert_false(key_book_holder(b, S("grid"), field, S("A-1"), &holder));
    assert_false(key_book_holder(b, loop, field, S("B-1"), &holder));
    key_book_take(b, loop, field, S("A-2"), 77);
    key_book_take(b, loop, field, S("B-1"), 78); // nobody has looked for it
    assert_true(key_book_holder(b, loop, field, S("A-2"), &holder));
    assert_int_equal(holder, 77);
    assert_false(key_book_holder(b, loop, field, S("B-1"), &holder));
}

// Filing with a book claims as filing without one does: once, and by name of who has it.
static void claimed_once(void **state)
{
    struct fixture *f = *state;
    struct ctx *c = fixture_as(f, "dispatcher");
    struct item_field fields[] = {
        {S("channel"), S("12345")}, {S("kind"), S("投诉")}, {S("source_no"), S("N-1")}};
    struct item_in in = {.loop = S("hotline"),
        .title = S("一件"),
        .cls = fixture_class(f, "0101"),
        .fields = fields,
        .n_fields = ARRAY_LEN(fields)};
    struct item first, second;
    fixture_begin(f);
    c->book = key_book_new(f->a);
    const str keys[] = {S("N-1")};
    fixture_ok(f, key_book_look(c->book, c, S("hotline"), S("source_no"), keys, 1, &f->e));
    fixture_ok(f, item_file(c, &in, &first, &f->e));
    assert_int_equal(item_file(c, &in, &second, &f->e), ERR_CONFLICT);
    assert_true(fixture_noted(f, "fields.source_no"));
    err_init(&f->e, f->a, LANG_EN);
    c->book = NULL; // as the database has it
    assert_int_equal(item_file(c, &in, &second, &f->e), ERR_CONFLICT);
    (void)fixture_end(f, ERR_CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(known_is_what_was_looked_for),
        FIXTURE_TEST(claimed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
