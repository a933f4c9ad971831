// The filter's tree, shared by the files filter*.c and by nobody else (the tests look in too).
//
// One row of FILTER_KEYS is all there is to say about a key: the parser takes its names and kind,
// SQL its column, the matcher its member of struct item. So the two meanings of a filter cannot
// name different things.
#ifndef BH_DOMAIN_FILTER_PRIVATE_H
#define BH_DOMAIN_FILTER_PRIVATE_H

#include "base/buf.h"
#include "domain/filter.h"

// What stands behind the colon, and how it is compared.
enum filter_kind {
    KIND_WORD,    // a bare word: occurs in title, text, address or number
    KIND_LOOP,    // key or title of a loop, or of a register
    KIND_STATE,   // key or title of a state
    KIND_FLAG,    // yes no
    KIND_GONE,    // yes no: the shelf of what was undone
    KIND_UNIT,    // code or name of a unit, with what is below it; none mine
    KIND_PART,    // the same for any open part
    KIND_CLASS,   // class with what is below it; none
    KIND_OPTION,  // exact text in a column of the item; none
    KIND_WHEN,    // a time in a column of the item; 0 is no time
    KIND_CLOSED,  // yes no, or a time
    KIND_OVERDUE, // yes no
    KIND_MOMENT,  // yes no, or a time; of the re-check due and mine, too
    KIND_CALLER,  // an id: the same phone number as that item's caller. In the database only
    KIND_NO,      // order number, or its beginning with a star
    KIND_COUNT,   // whole number
    KIND_VERSION, // number of its definition's version; old
    KIND_LINK,    // yes no, or an id
    KIND_ASKS,    // a step that is asked for; yes no mine refused
    KIND_SLIP,    // level of the slip that stands on it; open none
    KIND_RECEIPT, // yes no, late, mine
    KIND_WATCH,   // me: the person asking has it on his list
    KIND_CADENCE, // loop/rule/dates: filed by that cadence rule, or a row it was filed for. In the
                  // database only
    KIND_CLASHES, // loop, loop/number: needs the same place on the same days as another. In the
                  // database only
    KIND_BESIDE,  // loop/number: in the place of that item. In the database only
    KIND_AROUND,  // loop/number: near the point of that item or of what it gathers. In the database
                  // only
    KIND_GATHERED, // number of the item that gathers it; yes no
    KIND_GATHERS,  // number of an item it gathers. In the database only
    KIND_REFERS,   // number of a register's row that a field names
    KIND_KEYDATE,  // key or title of a key date the item was under; yes no: it is under one now
    KIND_NAMED,    // a log-in name some field names; yes no mine
    // Kept in the item's fields:
    KIND_CLOCK,  // outcome of a clock; none
    KIND_CELL,   // code or name of a cell of one layer; none
    KIND_TEXT,   // exact text; none
    KIND_THERE,  // a shape, a file: none
    KIND_SEALED, // personal data: the whole of it, for who may see it; none
    KIND_NUMBER, // decimal text; none
    KIND_DAY,    // "2026-11-20"; none
    KIND_TIME,   // microseconds as decimal text; none
    KIND_YESNO,  // yes no none
    KIND_NODE,   // key of a node of a schedule; none
    KIND_LEAD,   // yes no: the part whose step it guards is the lead's. In a definition only
    KIND_SLIPS,  // yes no: the last day of the node to be finished next has passed
};

// X(name, key, Chinese alias, kind, column, member of struct item)
#define FILTER_KEYS(X)                                                                             \
    X(KEY_LOOP, "loop", "事项类型", KIND_LOOP, "i.loop", loop)                                     \
    X(KEY_REGISTER, "register", "台账", KIND_LOOP, "i.loop", loop)                                 \
    X(KEY_STATE, "state", "状态", KIND_STATE, "i.state", state)                                    \
    X(KEY_OPEN, "open", "在办", KIND_FLAG, "i.open", open)                                         \
    X(KEY_CLOSED, "closed", "办结", KIND_CLOSED, "i.closed_us", closed_us)                         \
    X(KEY_PAUSED, "paused", "挂起", KIND_FLAG, "i.paused", paused)                                 \
    X(KEY_EXCLUDED, "excluded", "剔除", KIND_FLAG, "i.excluded", excluded)                         \
    X(KEY_GONE, "gone", "撤销", KIND_GONE, "i.shelf", shelf)                                       \
    X(KEY_OVERDUE, "overdue", "超期", KIND_OVERDUE, "i.due_us", due_us)                            \
    X(KEY_UNIT, "unit", "承办", KIND_UNIT, "i.unit", unit)                                         \
    X(KEY_RECEIVER, "receiver", "受理单位", KIND_UNIT, "i.receiver", receiver)                     \
    X(KEY_PART, "part", "协办", KIND_PART, "p.unit", parts)                                        \
    X(KEY_CLASS, "class", "分类", KIND_CLASS, "i.class", cls)                                      \
    X(KEY_CHANNEL, "channel", "来源", KIND_OPTION, "i.channel", channel)                           \
    X(KEY_KIND, "kind", "业务类型", KIND_OPTION, "i.kind", kind)                                   \
    X(KEY_PRIORITY, "priority", "紧急程度", KIND_OPTION, "i.priority", priority)                   \
    X(KEY_FILED, "filed", "受理", KIND_WHEN, "i.filed_us", filed_us)                               \
    X(KEY_CHANGED, "changed", "更新", KIND_WHEN, "i.changed_us", changed_us)                       \
    X(KEY_DUE, "due", "到期", KIND_WHEN, "i.due_us", due_us)                                       \
    X(KEY_NO, "no", "编号", KIND_NO, "i.no", no)                                                   \
    X(KEY_CALLER, "caller", "同来电人", KIND_CALLER, "i.id", id)                                   \
    X(KEY_RETURNS, "returns", "退单次数", KIND_COUNT, "i.returns", returns)                        \
    X(KEY_URGES, "urges", "催办次数", KIND_COUNT, "i.urges", urges)                                \
    X(KEY_EXTENSIONS, "extensions", "延期次数", KIND_COUNT, "i.extensions", extensions)            \
    X(KEY_REOPENS, "reopens", "重办次数", KIND_COUNT, "i.reopens", reopens)                        \
    X(KEY_ROUND, "round", "轮次", KIND_COUNT, "i.round", round)                                    \
    X(KEY_LEVEL, "level", "升级层级", KIND_COUNT, "i.level", level)                                \
    X(KEY_RAISED, "raised", "升级", KIND_LINK, "i.raised", raised)                                 \
    X(KEY_PARENT, "parent", "父单", KIND_LINK, "i.parent", parent)                                 \
    X(KEY_MERGED, "merged", "并单", KIND_LINK, "i.merged", merged)                                 \
    X(KEY_REPEAT, "repeat", "重复件", KIND_FLAG, "i.repeat", repeat)                               \
    X(KEY_MAIN_REPEAT, "main-repeat", "主重复件", KIND_FLAG, "i.main_repeat", main_repeat)         \
    X(KEY_UNLOCKS, "unlocks", "解锁次数", KIND_COUNT, "i.unlocks", unlocks)                        \
    X(KEY_LOCKED, "locked", "锁定", KIND_FLAG, "i.locked", locked)                                 \
    X(KEY_ASKS, "asks", "待审核", KIND_ASKS, "i.waits", waits)                                     \
    X(KEY_SLIP, "slip", "督办牌", KIND_SLIP, "i.waits", waits)                                     \
    X(KEY_RECEIPT, "receipt", "回执", KIND_RECEIPT, "i.waits", waits)                              \
    X(KEY_WATCH, "watch", "盯住", KIND_WATCH, "i.id", id)                                          \
    X(KEY_CLASHES, "clashes", "冲突", KIND_CLASHES, "i.id", id)                                    \
    X(KEY_BESIDE, "beside", "旁边", KIND_BESIDE, "i.id", id)                                       \
    X(KEY_AROUND, "around", "周边", KIND_AROUND, "i.id", id)                                       \
    X(KEY_CADENCE, "cadence", "周期规则", KIND_CADENCE, "i.id", id)                                \
    X(KEY_GATHERED, "gathered", "归入", KIND_GATHERED, "i.gathered", gathered)                     \
    X(KEY_GATHERS, "gathers", "归集", KIND_GATHERS, "i.no", no)                                    \
    X(KEY_NAMED, "named", "指定人员", KIND_NAMED, "i.waits", waits)                                \
    X(KEY_RECHECK, "recheck", "回头看", KIND_MOMENT, "i.recheck_us", recheck_us)                   \
    X(KEY_SOLID, "consolidated", "巩固", KIND_MOMENT, "i.solid_us", solid_us)                      \
    X(KEY_RECURS, "recurs", "复发数", KIND_COUNT, "i.recurs", recurs)                              \
    X(KEY_VERSION, "version", "版本", KIND_VERSION, "i.def", def)                                  \
    X(KEY_KEYDATE, "keydate", "节点期间", KIND_KEYDATE, "i.id", id)                                \
    X(KEY_REFERS, "refers", "涉及", KIND_REFERS, "i.id", id)

enum filter_key {
#define X(name, key, alias, kind, column, member) name,
    FILTER_KEYS(X)
#undef X
        FILTER_KEY_COUNT, // rows of the table
    KEY_FIELD,            // a field, judge's answer, stamp or clock of a definition
    KEY_WORD,
};
struct filter_key_row {
    str key, alias;
    enum filter_kind kind;
    size_t at; // offset in struct item
};
extern const struct filter_key_row filter_key_rows[FILTER_KEY_COUNT];
int filter_key_at(str name); // English key or Chinese alias; -1 when none

// One period, or one end of a range.
struct filter_period {
    enum filter_period_form {
        PERIOD_OPEN, // no end on this side of a range
        PERIOD_YEAR,
        PERIOD_HALF,
        PERIOD_QUARTER,
        PERIOD_MONTH,
        PERIOD_WEEK,
        PERIOD_DAY,
        // From here on they move with the clock.
        PERIOD_TODAY,
        PERIOD_YESTERDAY,
        PERIOD_TOMORROW,
        PERIOD_THIS_WEEK,
        PERIOD_THIS_MONTH,
        PERIOD_THIS_QUARTER,
        PERIOD_THIS_YEAR,
        PERIOD_LAST_DAYS,
        PERIOD_LAST_WEEKS,
        PERIOD_LAST_MONTHS,
        PERIOD_NEXT_DAYS,
        PERIOD_NEXT_WEEKS,
        PERIOD_NEXT_MONTHS,
    } form;
    int year, n, day; // n: month, week, quarter, half, or how many
};
struct filter_dates {
    struct filter_period from, to; // to is used by a range only
    bool range;
};
enum { FILTER_DAY_BYTES = 10 }; // "2026-11-20"

enum filter_date_fault { DATE_OK, DATE_BAD, DATE_REVERSED };
// x is folded (utf8_fold).
enum filter_date_fault filter_date_parse(str x, struct filter_dates *out) MUST_USE;
void filter_date_put(struct buf *b, const struct filter_dates *d);
bool filter_date_moves(const struct filter_dates *d);
// The instants lo <= t < hi it means now. lo is at least 1, because 0 stands for no time.
void filter_date_us(
    const struct filter_dates *d, int64_t now_us, int zone_s, int64_t *lo_us, int64_t *hi_us);
// The same as canonical dates of days lo <= t < hi, compared as text.
void filter_date_text(const struct filter_dates *d, int64_t now_us, int zone_s,
    char lo[FILTER_DAY_BYTES], char hi[FILTER_DAY_BYTES]);

// A comparison of decimal numbers. The ends are kept as text too: SQL converts both sides the same
// way.
struct filter_number {
    bool has_lo, has_hi, lo_open, hi_open; // open: the end itself does not belong to it
    double lo, hi;
    str lo_text, hi_text;
};
enum { FILTER_NUMBER_BYTES = 40 }; // longer texts are no numbers
// A number as the fields hold it: digits with at most one point and a minus. SQL tests the same
// shape.
bool filter_is_number(str x, double *out) MUST_USE;
// Microseconds as the fields hold them: up to 18 digits. SQL tests the same shape.
bool filter_is_time(str x, int64_t *out) MUST_USE;

// A comparison cut into its operands: ">=2", "<2", "2", "1..3", "1..".
struct filter_compared {
    str lo, hi; // empty: open
    bool lo_open, hi_open;
};
bool filter_compared_cut(str x, struct filter_compared *out) MUST_USE;
// The shortest text of a decimal number; false when it has more digits than a double keeps.
bool filter_number_plain(struct arena *a, str x, double *v, str *text) MUST_USE;

struct filter_value {
    enum filter_value_form {
        VALUE_IS,
        VALUE_NONE,
        VALUE_YES,
        VALUE_NO,
        VALUE_MINE,
        VALUE_DUE,     // its time has come
        VALUE_LATE,    // its time is over
        VALUE_REFUSED, // asked for by the person asking now, and refused
        VALUE_OLD,     // of a version that is not the newest of its loop
        VALUE_PREFIX
    } form;
    str text;     // canonical text: key, code, option, word, number of an order
    str text_end; // VALUE_PREFIX: the first text behind all that begin with text; KIND_CADENCE: the
                  // rule
    bool dated;   // KIND_CADENCE: of days that touch the dates
    int64_t id;   // unit, class, item
    int64_t lo, hi; // KIND_COUNT, KIND_VERSION, both ends included
    struct filter_number number;
    struct filter_dates dates;
    const struct item *draft; // KIND_CLASHES: it is about this one, which is not kept yet
};
struct filter_term {
    bool negated;
    bool exact; // unit and class: without what is below
    enum filter_key key;
    enum filter_kind kind;
    str shown; // KEY_FIELD: the key as written in a filter, "own.satisfied"
    str field; // KEY_FIELD: the key in the item's fields, "own/satisfied"
    struct filter_value *values;
    size_t n;
};
struct filter {
    struct filter_term *terms;
    size_t n;
    str text; // canonical
};
// Writes the canonical text; overflow of b means it is too long.
void filter_put(struct buf *b, const struct filter *f);

// The definitions a filter's names are looked up in: the named loops, else the one it stands in,
// else all.
struct filter_scope {
    struct filter_scope_def {
        const struct def *def;
        size_t loop; // versions of one loop have the same number, the newest comes first
    } * defs;
    size_t n;
};
void filter_scope_add(struct arena *a, struct filter_scope *s, const struct loop *l);
void filter_scope_add_def(struct arena *a, struct filter_scope *s, const struct def *d);

// What a key that is not in the table means.
struct filter_field {
    enum filter_key key; // KEY_FIELD, or one of the table (channel by its title)
    enum filter_kind kind;
    str shown, field;
    str option_field;          // KIND_TEXT: the definition's field whose options count
    const struct layer *layer; // KIND_CELL
};
enum filter_find { FIND_OK, FIND_NONE, FIND_SEVERAL };
enum filter_find filter_scope_find(
    struct arena *a, const struct filter_scope *s, str name, struct filter_field *out) MUST_USE;
// The node of a schedule a key or title stands for.
enum filter_find filter_scope_node(const struct filter_scope *s, str name, str *key) MUST_USE;
// The options of a field over all definitions that have it; false when some definition takes any
// text.
bool filter_scope_options(
    struct arena *a, const struct filter_scope *s, str field, str **options, size_t *n) MUST_USE;
// The field of that key where it is personal data; NULL else.
const struct def_field *filter_scope_sealed(const struct filter_scope *s, str field);
// State keys a name stands for: the key itself, else all keys of that title.
size_t filter_scope_states(
    struct arena *a, const struct filter_scope *s, str name, str **keys) MUST_USE;

// What could have been meant, for suggestions.
struct filter_names {
    str *v;
    size_t n;
};
void filter_scope_fields(struct arena *a, const struct filter_scope *s, struct filter_names *names);
void filter_scope_state_names(
    struct arena *a, const struct filter_scope *s, struct filter_names *names);

// One value of KIND_ASKS, KIND_SLIP, KIND_RECEIPT, KIND_NAMED, or the re-checks that are the asking
// person's: from what waits for somebody to i.id.
void filter_waits_sql(struct sqlb *q, const struct filter_env *env, enum filter_kind kind,
    const struct filter_value *v);
// "i.id IN (…)" of a value of KIND_CLASHES, KIND_BESIDE or KIND_AROUND.
void filter_near_sql(struct sqlb *q, const struct filter_env *env, enum filter_kind kind,
    const struct filter_value *v);

// Letters a-z as A-Z, in the arena.
str filter_upper(struct arena *a, str x);

#endif
