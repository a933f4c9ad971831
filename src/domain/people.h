// Units, people, roles, and how somebody proves who he is. Everything that changes one of them
// writes an event (item 0) and marks the rules as changed. Functions that change run on the writer.
#ifndef BH_DOMAIN_PEOPLE_H
#define BH_DOMAIN_PEOPLE_H

#include "base/memo.h"
#include "domain/ctx.h"

enum {
    PASSWORD_MIN = 8, // code points
    PASSWORD_MAX = 100,
    LOGIN_TRIES_FREE = 5,    // wrong passwords until the first lock
    LOGIN_LOCK_FIRST_S = 30, // doubled with each further wrong one, up to
    LOGIN_LOCK_MAX_S = 3600,
    SESSION_HOURS = 12,
    TOKEN_DAYS_MAX = 730,
    UNIT_NAME_MAX = 60,
    PERSON_NAME_MAX = 40,
    PERSON_LOGIN_MAX = 40,
    TOKEN_NAME_MAX = 40,
};

// Units
struct unit_in {
    int64_t id;                       // 0: new
    int64_t version;                  // when changing
    int64_t parent;                   // 0 when changing: stays
    str kind, code, name, short_name; // empty when changing: stays
    int64_t seq;
    int closed; // -1: stays, 0 open, 1 closed
};
// Makes or changes a unit. Needs MAY_MANAGE_UNITS. A move or a new name keeps the old one in
// unit_past. A unit cannot hang below itself; the town's own unit cannot move or close; a unit with
// open items or parts, or with open units below it, cannot close (their number is said). In a
// database without units, id = the town's id makes the town's own unit.
enum err_code unit_put(
    struct ctx *c, const struct unit_in *in, int64_t *id, struct err *e) MUST_USE;
// The path as it read at an instant: "新泾镇 / 北虹居民区".
str unit_path_then(struct ctx *c, int64_t unit, int64_t at_us);
// "units:" of a YAML text or a CSV (code,parent,kind,name,short): creates what is missing by code,
// renames and moves what differs, never closes. Everything wrong is noted with its line; then
// nothing is changed.
enum err_code units_import(
    struct ctx *c, str text, bool csv, int64_t *made, int64_t *changed, struct err *e) MUST_USE;
// Class tree the same way: "classes:" {scheme, rows: [{code, name, parent}]} or CSV
// scheme,code,parent,name.
enum err_code classes_import(
    struct ctx *c, str text, bool csv, int64_t *made, int64_t *changed, struct err *e) MUST_USE;

// People
struct person_in {
    int64_t id, version;
    str login, name, password; // password: initial, must be changed at the first log-in
    str hash;                  // of the password, when person_prepare has computed it
    int active;                // -1 stays
    bool demo, quick_hash;     // demonstration data only
};
// On a loop: checks the password and computes in->hash, which takes long.
enum err_code person_prepare(struct ctx *c, struct person_in *in, struct err *e) MUST_USE;
// MAY_MANAGE_PEOPLE at the town. A new password or a person put out of work ends all his sessions.
// Whoever holds a role of the three administrators is changed by his own kind only (or by the
// system): otherwise one of them could become another.
enum err_code person_put(
    struct ctx *c, const struct person_in *in, int64_t *id, struct err *e) MUST_USE;
// MAY_GRANT at the unit. Refuses: roles whose `apart` word the person already holds another of;
// granting to oneself; unknown ones. Granting what is held, and taking what is not, is no change
// and no event.
enum err_code person_grant(
    struct ctx *c, int64_t person, str role, int64_t unit, bool take_away, struct err *e) MUST_USE;
// "people:" {login, name, roles: [{role, unit code}], password?, demo?} of a YAML text, for init:
// makes who is missing by log-in, changes a name that differs, grants what is missing; takes away
// nothing. Needs the rights of both functions above. Lists brought later: town_list.h.
enum err_code people_import(struct ctx *c, str text, int64_t *made, struct err *e) MUST_USE;

// Log-in, in two halves, because the password's hash takes 50 to 100 ms, which would hold up every
// other write: session_check on a loop (read-only) compares the password, session_open on the
// writer counts a wrong one or makes the session; the cookie's value is *secret. A wrong password
// is an event and counts; ERR_RATE with the seconds to wait while locked; the same ERR_LOGIN for a
// wrong name and a wrong password. session_open changes rows even when it refuses, so on refusal
// the caller must commit: it returns OK with *secret empty and the refusal in *refused.
struct login_check {
    int64_t person; // 0: no such name
    str compared;   // the hash the password was compared with: another one now means it was changed
                    // meanwhile
    bool right;
};
str session_login(struct arena *a, str typed); // the name as it is looked for
// ERR_RATE with the seconds to wait.
enum err_code password_wait(struct err *e, int64_t seconds);
// Seconds to wait after so many wrong passwords in a row; 0: none.
int64_t password_lock_s(int64_t fails);
enum err_code session_check(
    struct ctx *c, str login, str password, struct login_check *out, struct err *e) MUST_USE;
struct session {
    int64_t person;
    str csrf;
    int64_t expires_us;
    bool token; // an API token: no CSRF needed
};
enum err_code session_open(struct ctx *c, const struct login_check *check, struct session *out,
    str *secret, struct err *refused, struct err *e) MUST_USE;
// What a loop remembers of the sessions it has found, so that a busy one asks the database once.
struct memo *session_memory_new(void);
// On a loop: who is it? ERR_LOGIN when nobody, expired, of an older epoch, or inactive. bearer or
// cookie secret. memory may be NULL; what it holds counts as long as serial is the same, which must
// change with every event that is not about an item.
enum err_code session_find(struct ctx *c, struct memo *memory, uint64_t serial, str secret,
    struct session *out, struct err *e) MUST_USE;
// everywhere: all sessions and tokens of the person end.
enum err_code session_close(struct ctx *c, str secret, bool everywhere, struct err *e) MUST_USE;
// The actor's own password, in two halves as well: password_check on a loop compares the old one
// and computes the new hash (ERR_INVALID when the new one will not do); password_change on the
// writer counts a wrong old one like a wrong log-in (then OK with the refusal in *refused, to be
// committed), or sets the new one and ends all sessions and tokens but keep.
struct password_check {
    struct login_check old;
    str hash; // of the new one
};
enum err_code password_check(
    struct ctx *c, str old, str new_, struct password_check *out, struct err *e) MUST_USE;
enum err_code password_change(struct ctx *c, const struct password_check *check, str keep,
    struct err *refused, struct err *e) MUST_USE;
// For oneself; for others with MAY_MANAGE_PEOPLE, under the rule of person_put. The secret is "bh_"
// and 43 characters.
enum err_code token_make(
    struct ctx *c, int64_t person, str name, int64_t days, str *secret, struct err *e) MUST_USE;
enum err_code token_drop(struct ctx *c, str hash, struct err *e) MUST_USE;
// Hash under which a secret is stored (hex SHA-256).
str session_hash(struct arena *a, str secret);
void session_sweep(struct ctx *c); // drops expired ones

#endif
