// What the database does for every statement the program can send it. None may read a whole table,
// the whole of a large one of the town, or sort what an index could give in order; what does so all
// the same stands in allowed.txt, each with a reason. And none may look at another town than the
// one it was given: a city keeps its towns on many servers, and no statement may need two. The
// figures the planner works with are written by store/shapes.c, so this small town's plans are
// those of a large one.
#include "../unit/domain/town_fixture.h"

#include <stdlib.h>
#include "base/buf.h"
#include "domain/board.h"
#include "domain/cadence.h"
#include "domain/item_clash.h"
#include "domain/item_list.h"
#include "domain/key_book.h"
#include "domain/search_fill.h"
#include "domain/search_scope.h"
#include "literals.h"
#include "store/shapes.h"

enum { SMALL_ROWS = 2000, REPORT_BYTES_MAX = 4 * MIB };

// ---- exceptions

struct exception {
    str pattern; // the beginning of a statement, " | " and its plan; * stands for anything
    str reason;
    bool used;
};
struct judge {
    struct fixture *f;
    struct exception *exceptions;
    size_t n_exceptions;
    size_t n; // statements judged
    struct buf report;
};

// Several blanks and numbers of parameters do not matter: ?12 reads as ?.
static str normal(struct arena *a, str sql)
{
    struct buf b;
    buf_init(&b, a, REPORT_BYTES_MAX);
    for (size_t i = 0; i < sql.n; i++) {
        char c = sql.s[i], last = i > 0 ? sql.s[i - 1] : ' ';
        bool number = c >= '0' && c <= '9' &&
                      (last == '?' || (i > 1 && sql.s[i - 2] == '?' && last >= '0' && last <= '9'));
        number = number || (c >= '0' && c <= '9' && i > 2 && sql.s[i - 3] == '?');
        if (!number && !(c == ' ' && last == ' '))
            buf_byte(&b, c);
    }
    return buf_str(&b);
}

static bool fits(str pattern, str sql)
{
    str piece;
    bool first = true;
    while (str_cut(&pattern, '*', &piece)) {
        size_t at = 0;
        while (at + piece.n <= sql.n && !str_starts(str_sub(sql, at, sql.n), piece) && !first)
            at++;
        if (!str_starts(str_sub(sql, at, sql.n), piece))
            return false;
        sql = str_sub(sql, at + piece.n, sql.n);
        first = false;
    }
    return true;
}

static void read_exceptions(struct judge *j)
{
    str rest = file_read(j->f->a, "tests/plans/allowed.txt"), line;
    while (str_cut(&rest, '\n', &line)) {
        if (line.n == 0 || line.s[0] == '#')
            continue;
        if (line.s[0] != ' ') {
            VEC_PUSH(j->f->a, j->exceptions, j->n_exceptions) = (struct exception){.pattern = line};
            continue;
        }
        if (j->n_exceptions == 0)
            fail_msg("allowed.txt begins with a reason");
        j->exceptions[j->n_exceptions - 1].reason = str_trim(line);
    }
    for (size_t i = 0; i < j->n_exceptions; i++)
        if (j->exceptions[i].reason.n < 20)
            fail_msg("allowed.txt gives no reason for %.*s", STR_ARG(j->exceptions[i].pattern));
}

static bool excused(struct judge *j, str line)
{
    for (size_t i = 0; i < j->n_exceptions; i++)
        if (fits(j->exceptions[i].pattern, line)) {
            j->exceptions[i].used = true;
            return true;
        }
    return false;
}

// ---- plans

static str word_at(str x, size_t at)
{
    size_t n = 0;
    while (at + n < x.n && x.s[at + n] != ' ' && x.s[at + n] != ',' && x.s[at + n] != '(')
        n++;
    return str_sub(x, at, n);
}

// The table behind a name in the plan: itself, or what it stands for in "item i" or "item AS i".
static str table_of(struct arena *a, str sql, str name)
{
    str marks[] = {str_fmt(a, " %.*s ", STR_ARG(name)), str_fmt(a, " AS %.*s ", STR_ARG(name)),
        str_fmt(a, " %.*s)", STR_ARG(name))};
    for (size_t i = 0; i + 2 < sql.n; i++)
        for (size_t k = 0; k < ARRAY_LEN(marks); k++) {
            if (!str_starts(str_sub(sql, i, sql.n), marks[k]) || i == 0)
                continue;
            size_t from = i;
            while (from > 0 && sql.s[from - 1] != ' ')
                from--;
            str before = word_at(sql, from);
            if (!str_eq(before, S("FROM")) && !str_eq(before, S("JOIN")) &&
                !str_eq(before, S("AS")) && !str_eq(before, S("UPDATE")) &&
                !str_eq(before, S("INTO")))
                return before;
        }
    return name;
}

static int64_t rows_of(struct judge *j, str index)
{
    str shape =
        db_one_str(j->f->db, j->f->a, "SELECT stat FROM sqlite_stat1 WHERE idx = ?1", V(index));
    int64_t rows = INT64_MAX;
    return str_i64(word_at(shape, 0), &rows) ? rows : INT64_MAX;
}

// A search by the town alone reads all of it. That is fine for a few hundred units, and where it
// goes in the wanted order and a LIMIT ends it.
static bool reads_town(struct judge *j, str sql, str step)
{
    bool page = str_has(sql, S(" ORDER BY ")) && str_has(sql, S(" LIMIT "));
    if (!str_ends(step, S("(town=?)")) || page)
        return false;
    static const char USING[] = " INDEX ";
    str index = table_of(j->f->a, sql, word_at(step, strlen("SEARCH ")));
    for (size_t i = 0; i + strlen(USING) < step.n; i++)
        if (str_starts(str_sub(step, i, step.n), str_of(USING)))
            index = word_at(step, i + strlen(USING));
    return rows_of(j, index) > SMALL_ROWS;
}

// Rows that another part of the same plan makes.
static bool made(struct arena *a, str plan, str name)
{
    return str_has(plan, str_fmt(a, "CO-ROUTINE %.*s\n", STR_ARG(name))) ||
           str_has(plan, str_fmt(a, "MATERIALIZE %.*s\n", STR_ARG(name)));
}

static bool costly(struct judge *j, str sql, str plan, str step)
{
    // The only virtual table is json_each over a list of numbers that is bound.
    if (str_starts(step, S("SCAN ")))
        return !str_has(step, S("CONSTANT ROW")) && !str_has(step, S(" VIRTUAL TABLE ")) &&
               !made(j->f->a, plan, word_at(step, strlen("SCAN ")));
    if (str_has(step, S("USE TEMP B-TREE")) || str_has(step, S("(ANY(")))
        return true;
    return str_starts(step, S("SEARCH ")) && reads_town(j, sql, step);
}

static str trim(str x)
{
    while (x.n > 0 && x.s[0] == ' ')
        x = str_sub(x, 1, x.n);
    return x;
}

// ---- one town

// They ask which towns there are, before one is known.
static const char *const ABOUT_TOWNS[] = {
    "SELECT town FROM unit WHERE town > ?1 ORDER BY town LIMIT 1"};

static bool about_towns(str sql)
{
    for (size_t i = 0; i < ARRAY_LEN(ABOUT_TOWNS); i++)
        if (str_eq(sql, str_of(ABOUT_TOWNS[i])))
            return true;
    // The schema's and the planner's own figures are no town's.
    return str_has(sql, S("INTO migration ")) || str_has(sql, S("FROM sqlite_stat1"));
}

// Up to the bracket that closes what begins here.
static str bracketed(str x)
{
    int depth = 1;
    size_t n = 0;
    for (; n < x.n && depth > 0; n++)
        depth += (x.s[n] == '(') - (x.s[n] == ')');
    return str_sub(x, 0, n);
}

// What is computed of a row asks no table.
static bool asks_table(str inside)
{
    static const char FROM[] = "FROM ";
    for (size_t i = 0; i + strlen(FROM) < inside.n; i++)
        if (str_starts(str_sub(inside, i, inside.n), str_of(FROM)) &&
            inside.s[i + strlen(FROM)] != '(')
            return true;
    return false;
}

// A server that holds other towns elsewhere sees only from the value itself where a question inside
// another one need not go: that it equals the town of a row outside tells it nothing.
static bool each_names_town(str sql)
{
    static const char INSIDE[] = "(SELECT ";
    for (size_t i = 0; i < sql.n; i++) {
        str rest = str_sub(sql, i, sql.n);
        if (!str_starts(rest, str_of(INSIDE)))
            continue;
        str inside = bracketed(str_sub(rest, 1, rest.n));
        if (asks_table(inside) && !str_has(inside, S("town = ?1")) &&
            !str_has(inside, S("FROM json_each(")))
            return false;
    }
    return true;
}

// The town is the first value, it is written in the first column, and whatever is searched is
// searched by it: given, or equal to that of a row beside.
static bool keeps_to_town(str sql, str plan)
{
    str step;
    if (str_starts(sql, S("INSERT INTO "))) {
        str columns = str_sub(sql, str_find(sql, '('), sql.n);
        if (!str_starts(columns, S("(town, ")) || !str_has(columns, S(" VALUES (?1, ")))
            return false;
    } else if (!str_has(sql, S("town = ?1"))) {
        return false;
    }
    while (str_cut(&plan, '\n', &step))
        if (str_starts(trim(step), S("SEARCH ")) && !str_has(step, S("(town=?")))
            return false;
    return each_names_town(sql);
}

static void judge_one(struct judge *j, str text, str where)
{
    struct arena *a = j->f->a;
    str sql = normal(a, text), plan = db_plan(j->f->db, a, text), rest = plan, step;
    str line = str_fmt(a, "%.*s |", STR_ARG(sql));
    bool bad = false;
    fixture_ok(j->f, db_status(j->f->db, &j->f->e));
    while (str_cut(&rest, '\n', &step)) {
        step = trim(step);
        bad |= costly(j, sql, plan, step);
        line = str_fmt(a, "%.*s %.*s;", STR_ARG(line), STR_ARG(step));
    }
    j->n++;
    if (!about_towns(text) && !keeps_to_town(text, plan))
        buf_fmt(&j->report, "%.*s looks beyond the town\n%.*s\n", STR_ARG(where), STR_ARG(line));
    if (bad && !excused(j, line))
        buf_fmt(&j->report, "%.*s\n%.*s\n", STR_ARG(where), STR_ARG(line));
}

static struct judge judge_new(struct fixture *f)
{
    struct judge j = {.f = f};
    buf_init(&j.report, f->a, REPORT_BYTES_MAX);
    read_exceptions(&j);
    return j;
}

static void verdict(struct judge *j)
{
    str report = buf_str(&j->report);
    (void)fwrite(report.s, 1, report.n, stderr); // longer than what a message of cmocka holds
    if (report.n > 0)
        fail_msg("beyond the town, or costly without a reason in tests/plans/allowed.txt");
}

// ---- what is composed: lists and counts of filters, orders and readers

// Those of the shipped views, of what the pages link to, and one for each form of term.
static const char *const FILTERS[] = {
    "",
    "open:yes",
    "open:yes loop:hotline",
    "open:yes unit:c02",
    "open:yes unit:c01",
    "open:yes unit:=c01",
    "open:yes unit:mine",
    "loop:hotline open:yes unit:mine",
    "open:yes overdue:yes",
    "repeat:yes",
    "main-repeat:yes filed:2026-11",
    "repeat:yes unit:c02",
    "overdue:yes unit:c02",
    "part:mine",
    "watch:me",
    "watch:me open:yes",
    "part:c02",
    "open:yes due:next-3d",
    "open:yes state:handling loop:hotline",
    "closed:no",
    "closed:yes",
    "closed:last-7d",
    "closed:2026-11 loop:hotline unit:c01",
    "closed:2026-11 excluded:no loop:hotline",
    "filed:2026-11",
    "filed:2026-11 unit:=c01 loop:hotline",
    "filed:2026-11 class:01",
    "filed:last-30d channel:12345",
    "unit:c02",
    "class:=0101",
    "no:RX20261120-00012",
    "no:RX20261120*",
    "parent:1",
    "merged:yes",
    "gone:yes",
    "gone:no",
    "register:firm",
    "register:firm open:yes",
    "register:firm unit:c02",
    "register:firm tax:>=100000",
    "register:firm 泾源",
    "register:firm refers:QY20261120-0001",
    "refers:QY20261120-0001",
    "gathered:GX20261120-0001",
    "gathered:yes open:yes",
    "loop:hotline version:old open:yes",
    "version:1 open:yes",
    "gathers:RX20261120-0001",
    "cadence:call/big",
    "loop:call cadence:call/big/2026Q4 open:yes",
    "loop:call cadence:call/big/2026Q4 closed:yes -state:closed unit:=c02",
    "register:firm open:yes -cadence:call/big/2026Q4",
    "clashes:call",
    "loop:call clashes:call",
    "clashes:call/ZF20261120-00001",
    "beside:call/ZF20261120-00001",
    "beside:call/ZF20261120-00001 loop:hotline open:yes",
    "around:call/ZF20261120-00001 loop:hotline filed:2026-11",
    "recheck:due",
    "recheck:mine",
    "loop:call recheck:2026-12 unit:c02",
    "recheck:yes recurs:>0",
    "consolidated:2026-11",
    "loop:call consolidated:yes closed:2026-11",
    "loop:call closed:2026-11 consolidated:no",
    "飞线充电",
    "电",
    "open:yes 飞线,楼道 unit:c02",
    "filed:last-30d 飞线充电",
    "open:yes -channel:12345 priority:紧急",
    "returns:>=2 open:yes",
};

static const char REGISTER[] =
    "register: firm\ntitle: 企业\nnumber: {prefix: QY, digits: 4}\nkeeper: ops-centre\n"
    "who: {change: [dispatcher]}\nfields:\n"
    "  - {key: code, title: 代码, type: text, unique: yes}\n"
    "  - {key: parent_firm, title: 上级企业, type: ref, register: firm}\n"
    "  - {key: tax, title: 税收, type: money}\n"
    "  - {key: service, title: 服务单位, type: unit}\n";

static const char LOOP[] =
    "loop: call\ntitle: 走访\nnumber: {prefix: ZF, digits: 5}\nreceiver: ops-centre\n"
    "calendar: workdays\nfields:\n"
    "  - {key: firm, title: 企业, type: ref, register: firm, required: yes}\n"
    "  - {key: call_by, title: 期限, type: date}\n"
    "  - {key: call_from, title: 起始, type: date}\n"
    "  - {key: members, title: 归入件数, type: number}\n"
    "states:\n  - {key: planned, title: 待访}\n  - {key: closed, title: 已访, done: yes}\n"
    "steps:\n  - {key: file, title: 登记, to: planned, who: clerk, ask: firm!}\n"
    "  - {key: close, title: 走访, from: planned, to: closed, who: handler, does: close}\n"
    "  - {key: hold, title: 已落实, from: closed, who: handler}\n"
    "  - {key: back, title: 没落实, from: closed, to: planned, who: handler, does: reopen}\n"
    "  - {key: take, title: 归入, from: planned, who: handler, does: gather}\n"
    "gathers: {count: members, calls: \"loop:hotline\", effect: call_from, within: 60}\n"
    "clashes: {from: call_from, to: call_by, same: firm, within: 60}\n"
    "beside: {loops: [hotline, call], same: firm, within: 300}\n"
    "consolidate: {after: 6w, pass: hold, fail: back, recur: {by: firm}}\n"
    "cadences:\n"
    "  - {key: big, title: 每季, over: firm, when: \"tax:>=100\", every: 3mo, field: firm, until: "
    "call_by, unit: row.service, first: [{when: \"tax:>=1000\", because: 大户}]}\n"
    "  - {key: small, title: 每年, over: firm, when: \"tax:<100\", every: 12mo, aligned: no, "
    "from: 2025-01-01, field: firm, until: call_by}\n";

// Rows that name each other, by number, by code and by name, and are changed.
static void run_registers(struct fixture *f)
{
    struct item_field fields[] = {{S("code"), S("A1")}, {S("parent_firm"), S("")}};
    struct item first, second;
    fixture_as(f, "dispatcher");
    struct item_in in = {.loop = S("firm"), .title = S("一号"), .fields = fields, .n_fields = 1};
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &first, &f->e)));
    const str names[] = {first.no, S("A1"), S("一号")};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        fields[0].val = str_fmt(f->a, "B%zu", i);
        fields[1].val = names[i];
        in.title = S("二号");
        in.n_fields = 2;
        fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &second, &f->e)));
        assert_str(item_field(&second, S("parent_firm")), first.no.s);
    }
    fields[0].val = S("C");
    fields[1].val = S("");
    struct step_in step = {.item = second.id,
        .step = S("change"),
        .version = second.version,
        .fields = fields,
        .n_fields = 2};
    fixture_ok(f, fixture_do(f, item_step(&f->c, &step, &second, &f->e)));
}

// Rules are walked, file an item each, and are counted.
static void run_cadences(struct fixture *f)
{
    fixture_publish(f, "loop", "call", str_of(LOOP));
    struct item_field fields[] = {{S("code"), S("Z1")}, {S("tax"), S("2000")}};
    struct item_in in = {.loop = S("firm"), .title = S("三号"), .fields = fields, .n_fields = 2};
    struct item row, filed;
    fixture_as(f, "dispatcher");
    fixture_ok(f, fixture_do(f, item_file(&f->c, &in, &row, &f->e)));
    struct ctx *c = fixture_as(f, "leader");
    const struct def *d = rules_loop(f->rules, S("call"))->now;
    int64_t day = tm_local_day(c->now_us, f->rules->zone_s);
    for (size_t i = 0; i < d->n_cadences; i++) {
        struct cadence k;
        struct cadence_walk at = {0};
        struct cadence_due *due;
        struct cadence_cover cover;
        size_t n;
        fixture_ok(f, cadence_open(f->a, f->rules, d, &d->cadences[i], &k, &f->e));
        c->actor = NULL;
        fixture_ok(f, cadence_find(c, &k, day, &at, 10, &due, &n, &f->e));
        fixture_ok(f, fixture_do(f, cadence_file(&f->c, d->loop, k.x->key, row.id, &filed, &f->e)));
        assert_int_equal(filed.id != 0, i == 0);
        fixture_ok(f, cadence_cover(fixture_as(f, "leader"), &k, day, 0, &cover, &f->e));
        assert_int_equal(cover.total.n[CADENCE_OPEN], i == 0);
    }
}

static void run_lists(struct fixture *f, const char *login)
{
    for (size_t i = 0; i < ARRAY_LEN(FILTERS); i++) {
        struct ctx *c = fixture_as(f, login);
        struct err e;
        err_init(&e, f->a, LANG_EN);
        struct filter *x = filter_parse(f->a, f->rules, NULL, str_of(FILTERS[i]), &e);
        if (e.code != OK)
            fail_msg("%s: %s", FILTERS[i], err_text(&e, f->a).s);
        for (int s = 0; s < SORT_COUNT; s++) {
            struct list_in in = {
                .filter = x, .sort = (enum list_sort)s, .limit = 20, .count = true};
            struct list_out out;
            fixture_ok(f, item_list(c, &in, &out, &f->e));
            in.after = S("1763251200000000.1");
            if (s == SORT_RELEVANCE && filter_has_words(x))
                in.after = S("0.1763251200000000.1"); // behind those with the words in the title
            in.count = false;
            fixture_ok(f, item_list(c, &in, &out, &f->e));
        }
    }
}

// Of one that is being filed, by the row it names and by its point.
static void run_clashes(struct fixture *f)
{
    struct item_field fields[] = {
        {S("firm"), S("三号")}, {S("call_from"), S("2026-12-01")}, {S("call_by"), S("2026-12-31")}};
    struct clash_in in = {
        .loop = S("call"), .fields = fields, .n_fields = 3, .lat = 31.22, .lon = 121.36};
    struct list_out out;
    fixture_ok(f, item_clashes(fixture_as(f, "leader"), &in, &out, &f->e));
}

static bool never(void *arg, int64_t id)
{
    (void)arg, (void)id;
    return false;
}

static enum err_code run_filling(void *arg,
    enum err_code (*fn)(struct ctx *c, void *fn_arg, struct err *e), void *fn_arg, struct err *e)
{
    struct fixture *f = arg;
    db_begin(f->db);
    return fn(&f->c, fn_arg, e) == OK ? db_commit(f->db, e) : e->code;
}

static bool fill_on(void *arg, int64_t done, int64_t total)
{
    (void)arg, (void)done, (void)total;
    return true;
}

static void run_composed(struct fixture *f)
{
    struct search_door door = {f, run_filling, fill_on, 1000};
    fixture_publish(f, "register", "firm", str_of(REGISTER));
    run_registers(f);
    run_cadences(f);
    fixture_as(f, "leader");
    fixture_ok(f, search_fill(&f->c, SEARCH_FILL_UP, &door, NULL, &f->e));
    static const char *const readers[] = {"leader", "h02", "h01"};
    for (size_t i = 0; i < ARRAY_LEN(readers); i++)
        run_lists(f, readers[i]);
    run_clashes(f);
    struct filter *x = filter_parse(f->a, f->rules, NULL, S("filed:2026-11"), &f->e);
    fixture_ok(f, item_each(fixture_as(f, "leader"), x, never, NULL, &f->e));
    fixture_ok(f, item_each(fixture_as(f, "h02"), x, never, NULL, &f->e));
    // Words that many items hold, in an order the search index does not know, are found by a walk.
    x = filter_parse(f->a, f->rules, NULL, S("飞线充电"), &f->e);
    fixture_ok(f, item_each(fixture_as(f, "leader"), x, never, NULL, &f->e));
    const str keys[] = {S("2026112000001"), S("2026112000002")};
    fixture_ok(f, key_book_look(key_book_new(f->a), &f->c, S("hotline"), S("order_no"), keys,
                      ARRAY_LEN(keys), &f->e));
}

// ---- tests

static void every_index_has_its_figures(void **state)
{
    struct fixture *f = *state;
    str missing = shapes_missing(f->db, f->a);
    if (missing.n > 0)
        fail_msg("no row for %.*s in src/store/shapes.c", STR_ARG(missing));
}

static void keep(str sql, void *arg)
{
    struct judge *j = arg;
    judge_one(j, sql, S("composed"));
}

static void every_statement_has_a_good_plan(void **state)
{
    struct fixture *f = *state;
    struct judge j = judge_new(f);
    size_t n;
    struct literal *all = literals_below(f->a, "src", &n);
    for (size_t i = 0; i < n; i++) {
        if (all[i].sql.n == 0)
            fail_msg("%.*s: the statement is not a plain literal", STR_ARG(all[i].where));
        judge_one(&j, all[i].sql, all[i].where);
    }
    assert_true(j.n > 100);
    fixture_file(f, "一件");
    for (int i = 0; i < SCOPE_WORTH; i++) // so many are looked at by their units
        fixture_file(f, "飞线充电");
    size_t before = j.n;
    run_composed(f);
    db_each_statement(keep, &j);
    assert_true(j.n - before > ARRAY_LEN(FILTERS) * SORT_COUNT);
    verdict(&j);
    for (size_t i = 0; i < j.n_exceptions; i++)
        if (!j.exceptions[i].used)
            fail_msg("allowed.txt excuses nothing by %.*s", STR_ARG(j.exceptions[i].pattern));
}

// ---- large towns

// The plans of every statement, as another database or other figures would have them.
struct likeness {
    struct fixture *f;
    struct db *large;
    struct arena *a;
    size_t n, n_plans, differ;
    str *plans; // of the first round
};

static void remember(str sql, void *arg)
{
    struct likeness *k = arg;
    if (k->n_plans != 0 && k->n >= k->n_plans)
        return; // of the test's own, since then
    str plan = db_plan(k->large, k->a, sql);
    if (k->n_plans == 0) {
        VEC_PUSH(k->a, k->plans, k->n) = plan;
        return;
    }
    if (!str_eq(plan, k->plans[k->n])) {
        k->differ++;
        print_error(
            "%.*s\nhere\n%.*sthere\n%.*s", STR_ARG(sql), STR_ARG(k->plans[k->n]), STR_ARG(plan));
    }
    k->n++;
}

static void each_statement(struct likeness *k)
{
    size_t n;
    struct literal *all = literals_below(k->a, "src", &n);
    for (size_t i = 0; i < n; i++)
        remember(all[i].sql, k);
    db_each_statement(remember, k);
}

static void compare_with(struct likeness *k, struct db *large)
{
    k->large = large;
    k->n_plans = k->n;
    k->n = 0;
    each_statement(k);
    assert_int_equal(db_status(large, &k->f->e), OK);
    assert_int_equal(k->n, k->n_plans);
    assert_int_equal(k->differ, 0);
}

static struct likeness likeness_of(struct fixture *f)
{
    struct likeness k = {.f = f, .large = f->db, .a = f->a};
    fixture_file(f, "一件");
    run_composed(f);
    each_statement(&k);
    assert_true(k.n > 100);
    return k;
}

// "1000000 1000000 2 1 noskipscan" for ten times as many rows: what grows with the items does.
static str ten_times(struct arena *a, str stat)
{
    enum { GROWS_FROM = 1000, TIMES = 10 };
    struct buf b;
    str word;
    buf_init(&b, a, KIB);
    while (str_cut(&stat, ' ', &word)) {
        int64_t n;
        if (b.n > 0)
            buf_byte(&b, ' ');
        if (str_i64(word, &n))
            buf_i64(&b, n >= GROWS_FROM ? n * TIMES : n);
        else
            buf_add(&b, word);
    }
    return buf_str(&b);
}

static void ten_million_items_are_planned_alike(void **state)
{
    struct fixture *f = *state;
    struct likeness k = likeness_of(f);
    str *names = NULL, *stats = NULL;
    size_t n = 0, m = 0;
    struct cursor r = db_rows(f->db, "SELECT idx, stat FROM sqlite_stat1 WHERE ?1 = ?1", V(1));
    while (db_next(&r)) {
        VEC_PUSH(f->a, names, n) = db_dup(&r, 0, f->a);
        VEC_PUSH(f->a, stats, m) = ten_times(f->a, db_str(&r, 1));
    }
    assert_true(n > 30);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(db_change(f->db, "UPDATE sqlite_stat1 SET stat = ?2 WHERE idx = ?1",
                             V(names[i]), V(stats[i])),
            1);
    db_run(f->db, "ANALYZE sqlite_schema", V(1)); // reads the figures anew
    fixture_ok(f, db_status(f->db, &f->e));
    compare_with(&k, f->db);
}

// PLANS_TOWN: the folder of a large town. Its plans are those this small town is judged by.
static void a_large_town_is_planned_alike(void **state)
{
    struct fixture *f = *state;
    const char *folder = getenv("PLANS_TOWN");
    if (!folder) {
        print_message("skipped: no PLANS_TOWN\n");
        return;
    }
    struct likeness k = likeness_of(f);
    struct db *large = db_open(str_fmt(f->a, "%s/bihuan.db", folder), DB_WRITE, &f->e);
    if (!large)
        fail_msg("%s", err_text(&f->e, f->a).s);
    compare_with(&k, large);
    print_message("%zu plans of a town with %" PRId64 " items\n", k.n,
        db_one_i64(large, 0,
            "SELECT id FROM item WHERE town > ?1 ORDER BY town DESC, id DESC "
            "LIMIT 1",
            V(0)));
    db_close(large);
}

// The judge itself: what it must see, and what it must let pass.
static void bad_plans_are_seen(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *sql;
        bool bad;
    } cases[] = {
        {"SELECT title FROM item WHERE title = ?1", true},
        {"SELECT title FROM item WHERE town = ?1 AND channel = 'a'", true},
        {"SELECT i.title FROM item i WHERE i.town = ?1 AND i.channel = 'a'", true},
        {"SELECT id FROM item WHERE town = ?1 AND unit = ?2 AND open = 1 AND shelf = 0 ORDER BY "
         "title",
            true},
        {"SELECT id FROM item WHERE town = ?1 AND unit = ?2 AND open = 1 AND shelf = 0 ORDER BY "
         "due_us",
            false},
        {"SELECT id FROM event WHERE town = ?1 ORDER BY id DESC LIMIT 1", false},
        {"SELECT name FROM unit WHERE town = ?1", false},
        {"SELECT name FROM unit u WHERE u.town = ?1", false},
        // Another town's rows: not told which, by another value than the first, or joined without
        // it.
        {"SELECT name FROM unit WHERE id = ?1 AND town > 0", true},
        {"SELECT name FROM unit WHERE town = ?2 AND id = ?1", true},
        {"SELECT i.no FROM event e JOIN item i ON i.id = e.item WHERE e.town = ?1 AND e.id = ?2",
            true},
        {"SELECT i.no FROM event e JOIN item i ON i.town = e.town AND i.id = e.item"
         " WHERE e.town = ?1 AND e.id = ?2",
            false},
        {"INSERT INTO seq (name, town, day, last) VALUES ('a', ?1, 0, 0)", true},
        {"INSERT INTO seq (town, name, day, last) VALUES (?1, 'a', 0, 0)", false},
        {"DELETE FROM seq WHERE town = ?1 AND name = ?2", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct judge j = {.f = f};
        buf_init(&j.report, f->a, REPORT_BYTES_MAX);
        judge_one(&j, str_of(cases[i].sql), S("case"));
        if ((buf_str(&j.report).n > 0) != cases[i].bad)
            fail_msg("judged wrongly: %s", cases[i].sql);
    }
    assert_true(fits(S("SELECT * FROM a"), S("SELECT x, y FROM a WHERE b")));
    assert_false(fits(S("SELECT * FROM a"), S("DELETE FROM a")));
    assert_str(normal(f->a, S("a  = ?12 AND b IN (?3, ?456) AND c < 10")),
        "a = ? AND b IN (?, ?) AND c < 10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(every_index_has_its_figures),
        FIXTURE_TEST(bad_plans_are_seen),
        FIXTURE_TEST(every_statement_has_a_good_plan),
        FIXTURE_TEST(ten_million_items_are_planned_alike),
        FIXTURE_TEST(a_large_town_is_planned_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
