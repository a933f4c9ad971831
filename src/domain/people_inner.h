// Shared by the files behind people.h, and by nobody else.
#ifndef BH_DOMAIN_PEOPLE_INNER_H
#define BH_DOMAIN_PEOPLE_INNER_H

#include "base/json.h"
#include "domain/journal.h"
#include "domain/people.h"
#include "domain/town_list.h"

enum { PEOPLE_CHANGES_MAX = 16 * KIB, TREE_LEVELS_MAX = 30 };

// What of a node a row of an import states, and where.
enum node_part {
    NODE_CODE,
    NODE_PARENT,
    NODE_NAME,
    NODE_KIND,
    NODE_SHORT,
    NODE_SCHEME,
    NODE_SAYS, // the first of what a class says (domain/class_say.h)
    NODE_PARTS = NODE_SAYS + CLASS_SAYS,
};
struct place {
    int line, column; // of a sheet: its row and which of its columns, from 1
};

// A node of the unit or the class tree as it stands in the database, or as somebody wants it. Read
// anew by each command: while an empty database is filled there is no snapshot to look into.
struct node {
    int64_t id, parent, seq, closed_us, version;
    str scheme; // classes only
    str kind, code, name, short_name;
    str says[CLASS_SAYS]; // classes only
    unsigned told;        // bits of says: an import states them, an empty one as well
    str parent_code;      // as an import names it
    int line;             // where an import states it; 0: nowhere
    struct place at[NODE_PARTS];
    struct node *was; // the node in the database it changes; NULL: new
};
struct nodes {
    struct node **at;
    size_t n;
    struct imap by_id;
    struct map by_key; // code, or scheme/code
};
void unit_nodes(struct ctx *c, struct nodes *out);
// The node in the tree that is about to become something else: its `was` keeps what it is. there
// NULL: a new node, in no map yet. What is wanted is written into the tree itself, because only so
// can it be asked whether it is still one.
struct node *node_want(struct ctx *c, struct nodes *all, struct node *there);
// Notes everything wrong with what is wanted, as it is by itself; the tree is node_tree_check's
// business.
void unit_node_check(const struct node *want, struct err *e);
bool unit_node_differs(const struct node *want); // from what it was; a new one does
// Writes the unit, its past and its event; touched: there was something to write.
enum err_code unit_node_write(
    struct ctx *c, const struct node *want, bool *touched, struct err *e) MUST_USE;
// Is there a way from the node up to a root, not too long and not through itself? Else a note.
// below: levels under it, 0 when every node is asked.
void node_tree_check(const struct nodes *all, const struct node *x, int below, struct err *e);

// The rows of a list as a plan for the whole tree; write: carries it out.
enum err_code units_apply(struct ctx *c, const struct node *rows, size_t n, bool write,
    struct town_list_counts *out, struct err *e) MUST_USE;
enum err_code classes_apply(struct ctx *c, const struct node *rows, size_t n, bool write,
    struct town_list_counts *out, struct err *e) MUST_USE;
struct people_list;
struct people_list *people_list_read(struct arena *a, str text, bool csv, struct err *e) MUST_USE;
enum err_code people_list_apply(struct ctx *c, const struct people_list *list, bool write,
    struct town_list_counts *out, struct err *e) MUST_USE;
enum err_code people_list_prepare(struct ctx *c, struct people_list *list, struct err *e) MUST_USE;

// A note about a part of the node: at its place and with its value when an import states it.
void node_note(struct err *e, const struct node *x, enum node_part part, const char *expected,
    const char *en, const char *zh);
// A note about a value of an import, which stands before what is said.
void people_value_note(struct err *e, struct place at, const char *field, str value, str expected,
    const char *en, const char *zh);
// A note about a member of a request.
void people_note(
    struct err *e, const char *field, const char *expected, const char *en, const char *zh);
bool people_line_ok(str x, size_t max); // one line of valid UTF-8, at most max code points
enum err_code people_denied(struct err *e);
// Writes an event that is about no item. changes is the inside of a JSON object under way in w.
struct people_change {
    struct buf out;
    struct jw w;
};
void people_change_begin(struct ctx *c, struct people_change *x);
void people_change_str(
    struct people_change *x, const char *key, str from, str to); // nothing when equal
void people_change_i64(struct people_change *x, const char *key, int64_t from, int64_t to);
enum err_code people_event(
    struct ctx *c, struct people_change *x, str what, int64_t unit, struct err *e) MUST_USE;
enum err_code people_event_of(struct ctx *c, struct people_change *x, str what, int64_t unit,
    int64_t person, struct err *e) MUST_USE;

// The person's row, as it stands.
struct person_row {
    int64_t id, epoch, fails, locked_until_us, version;
    str login, name, password;
    bool active, must_change, demo;
};
bool person_row_read(struct ctx *c, int64_t id, struct person_row *out);
// The roles in force: the snapshot's, or while there is none the newest stored ones.
const struct role *people_roles(struct ctx *c, size_t *n, struct err *e);
const struct role *people_role(const struct role *all, size_t n, str key); // NULL: there is none
// Notes everything wrong with log-in name and name.
void person_check(struct ctx *c, const struct person_row *x, struct err *e);
// May both roles be one person's? Else a note.
bool person_roles_meet(const struct role *held, const struct role *wanted, struct err *e);
// May the actor change this person? Notes ERR_DENIED when not.
bool person_may_touch(struct ctx *c, int64_t person, struct err *e);
extern const char password_nobodys[];
// Compares, and takes as long for a name nobody bears (p all zero).
void password_compare(const struct person_row *p, str password, struct login_check *out);
// ERR_RATE with the seconds to wait, while the person is locked out.
enum err_code password_locked(const struct ctx *c, const struct person_row *p, struct err *e);
// Counts a wrong password and locks, with their events.
enum err_code password_wrong(struct ctx *c, const struct person_row *p, struct err *e) MUST_USE;
bool password_fits(struct err *e, const char *field, str login, str password);

#endif
