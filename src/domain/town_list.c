#include "domain/people_inner.h"
#include "domain/spot_list.h"
#include "domain/tree_rows.h"

struct town_list {
    enum town_list_kind kind;
    struct node *rows; // of a tree
    size_t n;
    struct people_list *people;
    struct spot_row *spots;
};

static const char *const NAMES[TOWN_LIST_KINDS] = {"units", "classes", "people", "places"};

str town_list_name(enum town_list_kind kind)
{
    return str_of(NAMES[kind]);
}

bool town_list_kind_of(str name, enum town_list_kind *out)
{
    for (int i = 0; i < TOWN_LIST_KINDS; i++)
        if (str_eq(str_of(NAMES[i]), name)) {
            *out = (enum town_list_kind)i;
            return true;
        }
    return false;
}

// A sheet's first row is names with commas between them; a YAML text begins with a key and a colon,
// a bracket, a comment or a mark of its own.
static bool is_sheet(str text)
{
    str line;
    if (str_starts(text, S("\xef\xbb\xbf")))
        text = str_sub(text, 3, text.n);
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        if (line.n > 0 && line.s[line.n - 1] == '\r')
            line.n--;
        if (line.n == 0 || line.s[0] == '#' || str_starts(line, S("---")))
            continue;
        return line.s[0] != '{' && line.s[0] != '[' && str_find(line, ':') == line.n;
    }
    return false;
}

struct town_list *town_list_read(struct arena *a, enum town_list_kind kind, str text, struct err *e)
{
    struct town_list *list = NEW(a, struct town_list);
    list->kind = kind;
    if (text.n > TOWN_LIST_BYTES_MAX) {
        err_add(e, ERR_LIMIT, (str){0}, S("4 MiB"), "the list is too large", "名单过大");
        return NULL;
    }
    bool csv = is_sheet(text);
    if (kind == TOWN_LIST_PEOPLE)
        list->people = people_list_read(a, text, csv, e);
    else if (kind == TOWN_LIST_UNITS)
        list->rows = tree_rows_units(a, text, csv, &list->n, e);
    else if (kind == TOWN_LIST_PLACES)
        list->spots = spot_list_read(a, text, csv, &list->n, e);
    else
        list->rows = tree_rows_classes(a, text, csv, &list->n, e);
    return e->code == OK ? list : NULL;
}

static enum err_code apply(struct ctx *c, const struct town_list *list, bool write,
    struct town_list_counts *out, struct err *e)
{
    *out = (struct town_list_counts){0};
    switch (list->kind) {
    case TOWN_LIST_PEOPLE:
        return people_list_apply(c, list->people, write, out, e);
    case TOWN_LIST_UNITS:
        return units_apply(c, list->rows, list->n, write, out, e);
    case TOWN_LIST_CLASSES:
        return classes_apply(c, list->rows, list->n, write, out, e);
    case TOWN_LIST_PLACES:
        return spot_list_apply(c, list->spots, list->n, write, out, e);
    default:
        UNREACHABLE();
    }
}

enum err_code town_list_check(
    struct ctx *c, const struct town_list *list, struct town_list_counts *out, struct err *e)
{
    return apply(c, list, false, out, e);
}

enum err_code town_list_prepare(struct ctx *c, struct town_list *list, struct err *e)
{
    struct town_list_counts counts;
    if (apply(c, list, false, &counts, e) != OK)
        return e->code;
    return list->people ? people_list_prepare(c, list->people, e) : OK;
}

enum err_code town_list_write(
    struct ctx *c, const struct town_list *list, struct town_list_counts *out, struct err *e)
{
    return apply(c, list, true, out, e);
}
