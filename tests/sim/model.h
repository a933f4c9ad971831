// The model: the rules of the hotline loop said once more, small and slow, from docs/loop.md,
// docs/filter.md and defs/loops/hotline.yaml. It shares no rule with the engine: only the form of a
// request (act.h), strings and arenas. Nothing is counted along the way: every count is made anew
// from the items.
#ifndef BH_TESTS_SIM_MODEL_H
#define BH_TESTS_SIM_MODEL_H

#include "act.h"

enum {
    M_UNITS_MAX = 60,
    M_PEOPLE_MAX = 24,
    M_GRANTS_MAX = 24,
    M_DEFS_MAX = 12,
    M_CLASSES_MAX = 12,
};
#define M_FIRST_DAY INT64_C(20393) // 2025-11-01
enum { M_DAYS = 4000 };

// ---- definition

enum m_state {
    ST_FILED,
    ST_HANDLING,
    ST_SUSPENDED,
    ST_REPLIED,
    ST_CHECKED,
    ST_CLOSED,
    ST_RATED,
    ST_VOID,
    ST_COUNT
};
enum m_part_state { PT_WAITING, PT_WORKING, PT_DONE, PT_RETURNED, PT_WITHDRAWN, PT_COUNT };
enum m_clock_key {
    CK_DISPATCH,
    CK_CONTACT,
    CK_HANDLE,
    CK_ALL,
    CK_TASK,
    CK_SURVEY, // nodes of the schedule
    CK_WORKS,
    CK_HANDOVER,
    CK_RETURN_1, // of the stages of approvals
    CK_EXTEND_1,
    CK_CITY_1,
    CK_CITY_2,
    CK_SUSPEND_1,
    CK_COUNT
};
enum m_role { RO_LEADER = 1, RO_DISPATCHER = 2, RO_CLERK = 4, RO_HANDLER = 8, RO_READER = 16 };
enum { RO_SYSADMIN = 32, RO_SECADMIN = 64, RO_AUDITADMIN = 128 };

enum m_effect {
    E_MOVE,
    E_DISPATCH,
    E_ASSIST,
    E_RETURN,
    E_EXTEND,
    E_REDO,
    E_ROUND,
    E_CLOSE,
    E_REOPEN,
    E_RATE,
    E_EXCLUDE,
    E_INCLUDE,
    E_UNLOCK,
    E_AMEND,
    E_URGE,
    E_MERGE,
    E_UNMERGE,
    E_CHILD,
    E_NOTE,
    E_CONFER,
};
struct m_stage {
    unsigned who;
    int clock;       // -1: no limit
    const char *ask; // "key!", or NULL
};
enum { M_STAGES_MAX = 2 };
struct m_step {
    const char *key;
    bool on_part;
    unsigned from; // bits of m_state or m_part_state
    int to;        // -1: stays
    unsigned who;  // bits of m_role
    enum m_effect does;
    bool note;            // required
    const char *reasons;  // name of the list
    const char *asks[8];  // "key!" must have an answer afterwards
    unsigned start, stop; // bits of m_clock_key
    const char *stamp;
    const char *judges;  // of E_RATE, with blanks
    int max_wd;          // of E_EXTEND; 0: the definition's number that changes
    const char *each[2]; // of E_CONFER: what is said of each unit
    bool helpers;        // not the lead's part
    bool passes;         // the re-check is passed: a note where it has come back
    struct m_stage stages[M_STAGES_MAX];
    size_t n_stages; // who decides; none: done at once
};
extern const struct m_step M_STEPS[];
extern const size_t M_N_STEPS;
extern const char *const M_STATES[ST_COUNT], *const M_PARTS[PT_COUNT], *const M_CLOCKS[CK_COUNT];

struct m_def {
    int64_t id;
    struct loop_change change; // with the shipped numbers filled in
};

// ---- what lasts

struct m_dur {
    int64_t us; // a working day as its nominal length
    bool works;
};
struct m_run {
    int64_t from_us, to_us; // to_us 0: running
};
enum m_clock_state { MC_RUNNING, MC_PAUSED, MC_MET, MC_LATE, MC_VOID };
struct m_clock {
    int key, round;
    int64_t part;
    enum m_clock_state state;
    bool breached; // noticed
    struct m_dur limit;
    int64_t extra_us, due_us;
    struct m_run *runs;
    size_t n;
};
struct m_part {
    int64_t unit, since_us;
    bool lead;
    int state;
};
// A step that is asked for.
struct m_ask {
    const struct m_step *step;
    int64_t part, by, stage;
    bool refused;
    struct step_in in;
};
// What an item was before the last step, as long as nothing else happens to it.
struct m_back {
    const struct m_item *was;
    const char *who;
    int64_t at_us, version; // the one the step left
    bool closed;            // by the step
    int64_t *members;       // of a gathering step
    size_t n_members;
    bool gathers;
};
struct m_item {
    int64_t id, version;
    str no;
    size_t def; // index in defs
    int state;
    int64_t unit, receiver, cls;
    int64_t filed_us, changed_us, closed_us;
    int64_t round, returns, urges, extensions, reopens, level, raised, parent, merged, unlocks;
    bool open, paused, excluded, gone;
    bool repeat, main_repeat;
    bool common;                          // of town/common.yaml: it gathers others
    int64_t gathered;                     // the item it belongs to
    int64_t recheck_us, solid_us, recurs; // 0: nobody will; not yet; none
    int64_t job;                          // import that made it
    bool worked;                          // by a person since
    struct item_field *f;                 // in no order; never an empty value
    size_t n_f;
    struct m_part *parts;
    size_t n_parts;
    struct m_clock *clocks;
    size_t n_clocks;
    struct m_ask *asks;
    size_t n_asks;
    int64_t touched; // number of the action that changed it last
    struct m_back back, moved;
};
struct m_unit {
    int64_t id, parent, version;
    bool closed;
    char code[24];
};
struct m_grant {
    unsigned role;
    int64_t unit;
};
struct m_person {
    int64_t id;
    const char *login;
    struct m_grant grants[M_GRANTS_MAX];
    size_t n;
};
struct m_class {
    int64_t id, parent;
    char code[8];
};
struct model {
    struct arena *a;
    int64_t receiver, town;
    struct m_unit units[M_UNITS_MAX];
    size_t n_units;
    struct m_person people[M_PEOPLE_MAX];
    size_t n_people;
    struct m_class classes[M_CLASSES_MAX];
    size_t n_classes;
    int64_t common_def;
    struct m_def defs[M_DEFS_MAX];
    size_t n_defs;
    int8_t days[M_DAYS];  // from M_FIRST_DAY: 0 by the week, 1 off, 2 work
    struct m_item *items; // in the order of their filing; ids grow
    size_t n_items;
    struct m_counter {
        bool common;
        int64_t day, n;
    } * counters; // numbers given out by day
    size_t n_counters;
    struct m_job {
        int64_t id, at_us;
        bool undone;
    } * jobs; // imports
    size_t n_jobs;
    int64_t seq; // the action being done
};

// model.c
struct m_item *m_item_of(struct model *m, int64_t id); // NULL when there is none
struct m_item *m_item_no(struct model *m, str no);
bool m_is_main(const struct model *m, const struct m_item *it);
const struct m_person *m_person_of(const struct model *m, const char *login);
struct m_unit *m_unit_of(struct model *m, int64_t id);
bool m_below(const struct model *m, int64_t unit, int64_t top); // also itself
bool m_class_below(const struct model *m, int64_t cls, int64_t top);
// Does the person hold one of the roles over that unit? NULL is the system, and may.
bool m_holds(const struct model *m, const char *login, unsigned roles, int64_t unit);
bool m_sees(const struct model *m, const char *login, const struct m_item *it);
str m_get(const struct m_item *it, const char *key); // empty when none
bool m_day(str date, int64_t *day);                  // false: no date
void m_set(struct model *m, struct m_item *it, const char *key, str val);
const struct m_step *m_step_of(str key);
bool m_part_ends(int state);

// model_clock.c
void m_clocks_void_key(struct m_item *it, int key, int64_t part, int64_t now);
bool m_works_on(const struct model *m, int64_t day);
int64_t m_work_between(const struct model *m, int64_t from_us, int64_t to_us);
int64_t m_work_add(const struct model *m, int64_t from_us, int64_t us);
// us -1: none, and the clock does not start.
struct m_dur m_limit(
    const struct model *m, const struct m_item *it, int clock, int64_t part, int64_t at_us);
void m_clocks_start(struct model *m, struct m_item *it, unsigned mask, int64_t part, int64_t now);
void m_clocks_stop(struct model *m, struct m_item *it, unsigned mask, int64_t part, int64_t now);
void m_clocks_stop_part(struct model *m, struct m_item *it, int64_t part, int64_t now);
void m_clocks_void(struct m_item *it, int64_t part, int64_t now); // part 0: all
void m_clocks_pause(struct m_item *it, int64_t now);
void m_clocks_resume(struct model *m, struct m_item *it, int64_t now);
void m_clocks_relimit(struct model *m, struct m_item *it, int64_t now);
// The kind of time and the length of an extension for such a clock; us 0: not to be had.
struct m_dur m_extension(struct dur by, bool works);
void m_clocks_extend(struct model *m, struct m_item *it, int64_t part, struct dur by, int64_t now);
bool m_clocks_settle(struct model *m, struct m_item *it, int64_t now); // did anything move?
bool m_clocks_notice(struct m_item *it, int64_t now);                  // has one run out?
const char *m_outcome(const struct m_item *it, int clock);             // "" when none counts
int64_t m_due(const struct m_item *it);
int64_t m_alarm(const struct m_item *it);
bool m_clock_open(const struct m_clock *k);

// model_import.c
enum err_code m_check_import(const struct model *m, const struct act *x);
enum err_code m_check_undo(const struct model *m, const struct act *x);
// What the job will say it did.
void m_count_import(struct model *m, const struct act *x, struct answer *out);
void m_count_undo(struct model *m, const struct act *x, struct answer *out);
void m_import(struct model *m, const struct act *x, const struct answer *got);
void m_undo(struct model *m, const struct act *x);

// model_admin.c
unsigned m_role(str key);
// Of ACT_LOOP, ACT_CAL, ACT_MOVE_DEF, ACT_BACK_DEF, ACT_GRANT and ACT_UNIT.
enum err_code m_check_admin(struct model *m, const struct act *x);
void m_do_admin(struct model *m, const struct act *x, const struct answer *got);

// model_solid.c
void m_solid_open(struct model *m, struct m_item *it); // opened again
void m_solid_none(struct model *m, struct m_item *it); // nobody looks at it again
void m_solid_day(struct m_item *it);                   // closed: the day it is looked at again
int64_t m_recurs(const struct model *m, const struct m_item *it, int64_t now); // when it is said
void m_solid_pass(struct model *m, struct m_item *it, int64_t now);
bool m_solid_told(const struct m_item *it);
bool m_solid_tell(struct model *m, struct m_item *it, int64_t now); // has its day just come?

// model_plan.c
bool m_is_node(int clock);
int64_t m_node_days(const struct m_item *it, int node);       // working days; 0: it takes no part
bool m_plan(struct model *m, struct m_item *it, int64_t now); // did anything move?

// model_move.c
const char *m_state_name(const struct model *m, const struct m_item *it);
const char *m_part_name(const struct model *m, const struct m_item *it, const struct m_part *p);
void m_renames(enum act_rename way, struct item_rename *state, struct item_rename *part);
enum err_code m_check_move(struct model *m, const struct act *x);
void m_do_move(struct model *m, const struct act *x);

// model_gather.c
enum err_code m_check_common(struct model *m, const struct act *x, const struct m_item *it);
void m_do_common(struct model *m, const struct act *x, struct m_item *it);
bool m_members_stay(struct model *m, const struct m_item *it);
void m_members_back(
    struct model *m, const struct act *x, struct m_item *it, const struct m_back *back);

// model_ask.c
struct m_ask *m_ask_of(
    const struct m_item *it, const struct m_step *s, int64_t part); // NULL when none
// May he decide what somebody else has asked for?
bool m_decides(
    const struct model *m, const char *who, const struct m_item *it, const struct m_ask *x);
int64_t m_asked_part(const struct m_item *it, const struct m_step *s); // 0: none is asked for
// Everything but what the step itself demands, which the last yes does.
enum err_code m_check_said(struct model *m, const struct act *x, const struct m_step *s,
    const struct m_item *it, int64_t part);
void m_ask(
    struct model *m, const struct act *x, const struct m_step *s, struct m_item *it, int64_t part);
// True when the last stage has agreed: *in is then what had been asked for, to be done.
bool m_say(struct model *m, const struct act *x, const struct m_step *s, struct m_item *it,
    int64_t part, struct step_in *in);
// What cannot be done any more is dropped; with every change of an item.
void m_drop_asks(struct model *m, struct m_item *it, int64_t now_us);

// model_back.c
enum { M_BACK_S = 10 };
struct m_item *m_copy(struct model *m, const struct m_item *it);
struct m_back m_remember(
    struct model *m, const struct m_step *s, const struct m_item *it); // before
enum err_code m_check_back(struct model *m, const struct act *x);
void m_take_back(struct model *m, const struct act *x);

// model_step.c
// of: the judge, or what m_helps says; NULL: the item's own answers.
bool m_answers_ok(struct model *m, const struct m_step *s, const struct m_item *it, const char *of,
    const struct step_in *in);
// "part/2" when a lead answers for the item and this is another's part; else NULL.
const char *m_helps(const struct model *m, const struct m_item *it, int64_t part);
void m_answer(struct model *m, const struct m_step *s, struct m_item *it, const char *of,
    const struct step_in *in);
void m_file(struct model *m, const struct act *x, const struct item_in *in);
void m_touch(struct model *m, struct m_item *it, int64_t now_us);
// The item another was merged into, or is taken out of, says so in its history.
void m_main_hears(struct model *m, int64_t id, int64_t now_us);
bool m_taken(const struct model *m, str source_no); // by an item that is not gone
struct m_reason {
    const char *list, *key, *options; // options with blanks between
};
extern const struct m_reason M_REASONS[];
extern const size_t M_N_REASONS;
const char *m_options(str key); // of a field of choice, with blanks between; NULL: text or date
bool m_is_date(str key);
// May the action be done, and with which refusal not? Changes nothing.
enum err_code m_check(struct model *m, const struct act *x);
// May the step be taken by that person, as far as can be said before it is answered? part 0: the
// item's, or of a part step none.
enum err_code m_step_open(const struct model *m, const char *who, const struct m_step *s,
    const struct m_item *it, int64_t part);
// Does it. got: what only the product can know, ids.
void m_do(struct model *m, const struct act *x, const struct answer *got);

#endif
