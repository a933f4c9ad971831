// A small town in a database of its own, for the tests of the engine and of everything above it. No
// writer thread: each command runs in a transaction on one connection, as the writer would run it.
//
//     static void a_test(void **state)
//     {
//         struct fixture *f = *state;
//         fixture_at(f, "2026-11-16 10:00");
//         struct item it;
//         struct ctx *c = fixture_as(f, "dispatcher");
//         fixture_ok(f, fixture_do(f, item_file(c, &in, &it, &f->e)));
//     }
//     FIXTURE_TEST(a_test)
//
// The town: 新泾镇 (code xinjing); below it ops-centre, office-business, office-property, the
// committees c01 北虹居民区 … c10, and below c01 the micro-grid c01-g1. Classes of the scheme
// matters: 01 (0101, 0102), 02 (0201, 0202), 05 (0501), 06 (0601). Log-ins, all demonstration
// people without a password: leader, dispatcher (both at the town), clerk (ops-centre), reader
// (town), h01 … h10 (handlers at c01 … c10), ob and op (handlers at the two offices), l01 (leader
// at c01), sysadmin, secadmin, auditadmin (the town).
#ifndef BH_TESTS_UNIT_DOMAIN_TOWN_FIXTURE_H
#define BH_TESTS_UNIT_DOMAIN_TOWN_FIXTURE_H

#include "files.h"
#include "domain/item_step.h"
#include "domain/journal.h"

enum { FIXTURE_TOWN = 310105102 };

struct fixture {
    struct arena *a; // lives as long as the fixture
    str dir;
    struct db *db;
    struct rules *rules; // the newest; older ones stay alive, so that items read before stay whole
    struct rules **loaded;
    size_t n_loaded;
    struct journal *journal;
    struct keys keys;
    struct ctx c;
    struct err e; // of the last command; fixture_begin and fixture_do empty it
    bool in_group;
};

struct fixture *fixture_open(void);
void fixture_close(struct fixture *f);

// Who acts from now on; NULL: the system. The context it gives is always the same one.
struct ctx *fixture_as(struct fixture *f, const char *login);
void fixture_at(struct fixture *f, const char *when); // "2026-11-16 10:00" in Shanghai
void fixture_later(struct fixture *f, int64_t us);

// One command in a transaction of its own: rolled back when it fails; rules are read again when it
// changed them. Inside fixture_group … fixture_ungroup it runs in a savepoint, and one commit ends
// them all.
#define fixture_do(f, call) (fixture_begin(f), fixture_end((f), (call)))
void fixture_begin(struct fixture *f);
enum err_code fixture_end(struct fixture *f, enum err_code code);
void fixture_group(struct fixture *f);
void fixture_ungroup(struct fixture *f);
void fixture_reload(struct fixture *f); // after rows were changed by hand

// What must be so, with the notes printed when it is not.
#define fixture_ok(f, code) fixture_code_((f), (code), OK, __FILE__, __LINE__)
#define fixture_fails(f, code, wanted) fixture_code_((f), (code), (wanted), __FILE__, __LINE__)
void fixture_code_(
    struct fixture *f, enum err_code got, enum err_code wanted, const char *file, int line);
// The field of the last command's i-th note.
str fixture_note(const struct fixture *f, size_t i);
bool fixture_noted(const struct fixture *f, const char *field);

int64_t fixture_unit(const struct fixture *f, const char *code);
int64_t fixture_class(const struct fixture *f, const char *code); // of the scheme matters
int64_t fixture_person(const struct fixture *f, const char *login);
// One counter's value: period a day yyyymmdd or a month yyyymm; all units, classes and channels
// together.
int64_t fixture_tally(struct fixture *f, const char *loop, const char *key, int64_t period);
// Publishes another definition (kind "loop", "calendar" or "roles"), as its next version.
void fixture_publish(struct fixture *f, const char *kind, const char *key, str text);

// The least a hotline order needs, filed by the dispatcher at the present time: an 投诉, 一般,
// class 0101.
struct item_in fixture_order(const struct fixture *f, const char *title);
struct item fixture_file(struct fixture *f, const char *title);

int fixture_setup(void **state);
int fixture_teardown(void **state);
#define FIXTURE_TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

#endif
