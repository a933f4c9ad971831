// What somebody asks of the town: the one thing the product and the model are both given.
#ifndef BH_TESTS_SIM_ACT_H
#define BH_TESTS_SIM_ACT_H

#include "domain/item_move.h"
#include "domain/item_step.h"
#include "domain/people.h"

// X(enum name, word)
#define ACTS(X)                                                                                    \
    X(ACT_FILE, "file")                                                                            \
    X(ACT_PAST, "import")                                                                          \
    X(ACT_STEP, "step")                                                                            \
    X(ACT_BACK, "take-back")                                                                       \
    X(ACT_TICK, "tick")                                                                            \
    X(ACT_LOOP, "publish-loop")                                                                    \
    X(ACT_CAL, "publish-calendar")                                                                 \
    X(ACT_SETTLE, "settle")                                                                        \
    X(ACT_BACK_DEF, "move-back")                                                                   \
    X(ACT_MOVE_DEF, "move-def")                                                                    \
    X(ACT_GRANT, "grant")                                                                          \
    X(ACT_UNIT, "unit")                                                                            \
    X(ACT_IMPORT, "import-sheet")                                                                  \
    X(ACT_UNDO, "undo-import")
enum act_kind {
#define X(name, word) name,
    ACTS(X)
#undef X
        ACT_KINDS
};

enum {
    ACT_UNITS_MAX = 5,
    ACT_FIELDS_MAX = 12,
    ACT_ROWS_MAX = 8,
    ACT_EACH_MAX = 3,
    ACT_MEMBERS_MAX = 4
};

// Numbers that change a definition of the loop; 0: as shipped.
struct loop_change {
    int handle_wd, lock, extend_wd, contact_h;
    bool renamed;           // two states are called otherwise
    int64_t night_from_day; // from this day on 特急 is to be handled within 12 hours; 0: never
};
struct day_change {
    int64_t day;
    int kind; // 0: as the week says, 1: off, 2: work
};

// What a move is told of the states a version calls otherwise.
enum act_rename { RENAME_NONE, RENAME_FORTH, RENAME_BACK };

// A row of a sheet of orders.
struct sheet_row {
    str key, kind, priority, cls; // cls: a code
};

struct act {
    int64_t seq; // number of the action, from 1
    enum act_kind kind;
    const char *who; // log-in name; NULL: the system itself
    int64_t now_us;
    // Faults: the command is taken back after it was done; or its n-th statement fails.
    bool taken_back;
    int fail_at;

    struct item_in file; // ACT_FILE, ACT_PAST
    struct item_past past;
    struct step_in step; // ACT_STEP; ACT_BACK: item and version
    int64_t item, def;   // ACT_MOVE_DEF, ACT_BACK_DEF
    enum act_rename rename;
    struct loop_change loop;   // ACT_LOOP
    struct day_change days[4]; // ACT_CAL
    size_t n_days;
    const char *person, *role; // ACT_GRANT
    int64_t unit;
    bool take_away;
    struct unit_in put;                  // ACT_UNIT
    struct sheet_row rows[ACT_ROWS_MAX]; // ACT_IMPORT
    size_t n_rows;
    int64_t job; // ACT_UNDO
    // What the requests above point to.
    struct item_field fields[ACT_FIELDS_MAX], child_fields[ACT_FIELDS_MAX];
    int64_t units[ACT_UNITS_MAX];
    str members[ACT_MEMBERS_MAX];
    struct step_each each[ACT_UNITS_MAX];
    struct item_field each_fields[ACT_UNITS_MAX][ACT_EACH_MAX];
};

// What came of it in the product.
struct answer {
    enum err_code code;
    char note[200]; // the first note, for whoever reads the report
    int64_t id;     // item, definition, unit or job
    // ACT_IMPORT: rows; ACT_UNDO: items.
    int64_t made, same, bad, undone, kept;
};

#endif
